"""Speed of extraction on one core, beside jieba on the same text in the same run.

    python benchmarks/bench_extract.py                      the sentences of ../shared/data/fewfc, else the samples
    python benchmarks/bench_extract.py --corpus FOLDER      any folder of articles
    python benchmarks/bench_extract.py --profile 15         where the time goes, by function
    python benchmarks/bench_extract.py --documents 100000   memory over so many articles, and time at their end
    python benchmarks/bench_extract.py --length 1000000     time a character in one article of that length

From text to resolved facts: every sentence is read as an article of its own (date, title, folding), its names, facts,
dates and sums are found, and the entities of all are resolved. CPU time of this process alone, so that neighbours on
the machine disturb little; the ratios to jieba are what can be compared between machines. Nothing of jieba is in kg.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import re
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# One core: the native libraries must not start threads whose work would count here.
for variable in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

from kg.corpus import find_sources, read_source, read_text  # noqa: E402
from kg.errors import ReadError  # noqa: E402
from kg.extract import Extractor  # noqa: E402
from kg.gazetteer import Gazetteer  # noqa: E402
from kg.identity import resolve_corpus  # noqa: E402
from kg.model import Extraction  # noqa: E402
from kg.ontology import Ontology  # noqa: E402
from kg.pipeline import standing_extractor  # noqa: E402

FEWFC = ROOT.parent / "shared" / "data" / "fewfc"


def texts_of(corpus: Path | None) -> tuple[str, list[str]]:
    """The name of the corpus and its texts."""
    if corpus is None and FEWFC.is_dir():
        lines = [
            line
            for name in ("train_base.json", "train_trans.json")
            for line in (FEWFC / name).read_text(encoding="utf-8").splitlines()
        ]
        return "FewFC sentences", [json.loads(line)["content"] for line in lines]
    folder = corpus if corpus is not None else ROOT / "data" / "news"
    sources = [s for s in find_sources([folder])[0] if s.path is not None and s.path.stem != "README"]
    found = [item for source in sources for item in read_source(source)]
    return folder.name, [item.text for item in found if not isinstance(item, ReadError)]


def peak_mb() -> float:
    """The largest resident memory of this process so far, in MB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process that a piece of work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def extraction(texts: Sequence[str], extractor: Extractor) -> tuple[int, int, int]:
    """From texts to resolved facts: mentions of entities, entities of the corpus, facts."""
    found = [
        extractor.extract(read_text(text, date="2019-11-20", id=f"d{n}", name=f"d{n}")) for n, text in enumerate(texts)
    ]
    resolved = resolve_corpus(found, linker=extractor.linker)
    return sum(len(x.entities) for x in found), len(resolved.entities), sum(len(x.facts) for x in found)


#: Characters that the names of varied articles begin with.
ONE = "博诚德鼎丰冠皓恒弘嘉金竣凯朗隆铭诺鹏启乾锐盛泰腾威希欣旭雅宜永裕元泽臻卓"
TWO = "川达方桦珂岚霖珑茂宁浦琪融瑞森烁桐维翔旸源钰悦哲"


def varied(found: Extraction, copy: int) -> str:
    """A text with other companies and other days and sums: each name that was found begins with two other characters,
    the same ones wherever it stands.
    """
    text = found.document.text
    stems: dict[str, str] = {}
    pieces, at = [], 0
    for start in sorted({m.span.start for e in found.entities if e.type in ("Company", "Fund") for m in e.mentions}):
        if start < at:
            continue
        number = copy * 7 + len(stems)
        stem = ONE[number % len(ONE)] + TWO[number // len(ONE) % len(TWO)]
        pieces += [text[at:start], stems.setdefault(text[start : start + 2], stem)]
        at = start + 2
    text = "".join([*pieces, text[at:]])
    text = re.sub(r"(?<=月)\d{1,2}(?=日)", lambda m: str((int(m.group()) + copy) % 28 + 1), text)
    return re.sub(r"(?<![\d.])\d+(?=(?:\.\d+)?[万亿])", lambda m: str(int(m.group()) + copy), text)


def resident_mb() -> float:
    """The memory that this process holds now, in MB."""
    with Path("/proc/self/statm").open(encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


def over_many(texts: Sequence[str], extractor: Extractor, count: int) -> None:
    """Extract varied copies one after the other, keeping none, and print memory and speed at every tenth."""
    models = [extractor.extract(read_text(text, date="2019-11-20", name="model")) for text in texts]
    print(f"{'articles':>12}{'memory, MB':>12}{'characters a CPU second':>26}")
    characters, start = 0, time.process_time()
    for n in range(count):
        text = varied(models[n % len(models)], n // len(models) + 1)
        extractor.extract(read_text(text, date="2019-11-20", id=f"d{n}", name=f"d{n}"))
        characters += len(text)
        if (n + 1) % (count // 10) == 0 or n + 1 == count // 100:
            now = time.process_time()
            print(f"{n + 1:12,}{resident_mb():12,.1f}{characters / (now - start):26,.0f}", flush=True)
            characters, start = 0, now


def one_long(texts: Sequence[str], extractor: Extractor, length: int) -> None:
    """Articles of growing length, each the texts one after the other as paragraphs."""
    whole = "\n".join(texts)
    whole = whole * (length // len(whole) + 1)
    print(f"{'characters':>12}{'µs a character':>18}")
    size = 1000
    while size <= length:
        document = read_text(whole[:size], date="2019-11-20", id="long")
        spent = min(cpu_seconds(lambda d=document: extractor.extract(d)) for _ in range(3))  # type: ignore[misc]
        print(f"{size:12,}{spent / size * 1e6:18.1f}", flush=True)
        size *= 10


def main() -> None:
    """Print the ratios first, then the speeds of this machine."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument(
        "--corpus", type=Path, help="folder of articles (default: FewFC where it is, else the samples)"
    )
    options.add_argument("--limit", type=int, default=None, help="only the first N texts")
    options.add_argument("--rounds", type=int, default=3, help="how often everything is measured (default 3)")
    options.add_argument("--profile", type=int, metavar="N", help="print the N functions that take most time instead")
    options.add_argument("--documents", type=int, metavar="N", help="extract N varied articles, watch memory instead")
    options.add_argument("--length", type=int, metavar="N", help="time articles of up to N characters instead")
    given = options.parse_args()

    name, texts = texts_of(given.corpus)
    texts = texts[: given.limit]
    characters = sum(map(len, texts))
    start = time.process_time()
    extractor = standing_extractor(Ontology.load(), Gazetteer.load())
    loading = time.process_time() - start
    loaded = peak_mb()
    extraction(texts[:200], extractor)  # lazy tables and caches

    if given.documents is not None:
        over_many(texts, extractor, given.documents)
        return
    if given.length is not None:
        one_long(texts, extractor, given.length)
        return
    if given.profile is not None:
        profile = cProfile.Profile()
        profile.enable()
        extraction(texts, extractor)
        profile.disable()
        for order in ("tottime", "cumulative"):
            pstats.Stats(profile).strip_dirs().sort_stats(order).print_stats(given.profile)
        return

    counts = extraction(texts, extractor)
    peak = peak_mb()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import logging

        import jieba
        import jieba.posseg

        jieba.setLogLevel(logging.ERROR)
        jieba.initialize()
    programs: dict[str, Callable[[], object]] = {
        "kg": lambda: extraction(texts, extractor),
        "jieba.posseg": lambda: [list(jieba.posseg.cut(text)) for text in texts],
        "jieba.cut": lambda: [list(jieba.cut(text)) for text in texts],
    }
    for text in texts[:200]:
        list(jieba.posseg.cut(text))
        list(jieba.cut(text))
    times: dict[str, list[float]] = {program: [] for program in programs}
    for _ in range(given.rounds):
        # In turn, so that a slow moment of the machine falls on all of them.
        for program, work in programs.items():
            times[program].append(cpu_seconds(work))

    for other in ("jieba.posseg", "jieba.cut"):
        ratios = [b / a for a, b in zip(times["kg"], times[other], strict=True)]
        print(
            f"kg : {other:12}  {statistics.median(ratios):5.2f} times as fast ({min(ratios):.2f} to {max(ratios):.2f})"
        )
    print(f"\n{name}: {len(texts):,} texts, {characters:,} characters; {given.rounds} rounds, one core, CPU time")
    for program, spent in times.items():
        print(f"{program:12}  {characters / statistics.median(spent):12,.0f} characters a second")
    mentioned, entities, facts = counts
    print(f"found: {mentioned:,} entities in texts, {entities:,} of the corpus, {facts:,} facts")
    print(f"loading: {loading:.2f} s, {loaded:.0f} MB; peak while extracting: {peak:.0f} MB")


if __name__ == "__main__":
    main()
