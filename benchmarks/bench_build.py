"""How a build grows with the number of articles: time by stage, memory, the store, and the second build.

    python benchmarks/bench_build.py                  sizes 46, 184, 736
    python benchmarks/bench_build.py --sizes 100 1000 10000

The articles are copies of the samples in which the invented companies, the days and the sums are others in every copy
(places, people and years stay), so that companies and facts grow with the articles and places do not. Every size is
built in a fresh process with one job, then again with nothing changed, then again with one article changed. The
exponent says how a figure grows from the last size but one to the last: 1.0 is in proportion, 0 not at all.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

#: The stems of the invented names in the samples, and characters that other stems are made of.
STEMS = ("澜海", "容川", "容澜", "星衡", "启岳", "江海", "鹭屿", "杏泉", "浑北", "乌江", "鄱湖", "渝岭")
ONE = "博诚德鼎丰冠皓恒弘嘉金竣凯朗隆铭诺鹏启乾锐盛泰腾威希欣旭雅宜永裕元泽臻卓"
TWO = "川达方桦珂岚霖珑茂宁浦琪融瑞森烁桐维翔旸源钰悦哲"

BUILD = """
import json, os, resource, sys, time
from pathlib import Path
from kg.pipeline import build
stages = {}
def progress(stage, done, of):
    stages[stage] = time.process_time()
folder, store = sys.argv[1], Path(sys.argv[2])
cpu, wall = time.process_time(), time.perf_counter()
report = build([folder], store=store, jobs=1, progress=progress)
if report.failed:
    sys.exit(f"{len(report.failed)} articles failed, the first: {report.failed[0]}")
print(json.dumps({
    "cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall,
    "extract": stages.get("extract", cpu) - cpu,
    "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "characters": report.characters, "read": report.read,
    "entities": sum(report.entities.values()), "facts": sum(report.facts.values()),
}))
"""


def articles(count: int, folder: Path) -> None:
    """Write so many articles: the samples, then copies with other names."""
    from kg.corpus import find_sources, read_source
    from kg.errors import ReadError

    samples = [
        document
        for source in find_sources([ROOT / "data" / "news"])[0]
        if source.path is not None and source.path.name != "README.md"
        for document in read_source(source)
        if not isinstance(document, ReadError)
    ]
    others = [a + b for b in TWO for a in ONE]
    folder.mkdir()
    for n in range(count):
        copy, document = n // len(samples), samples[n % len(samples)]
        text = document.text
        if copy > 0:
            text = varied(text, copy, others)
        record = {
            "id": f"a{n:06}",
            "title": document.title,
            "date": document.date.value if document.date is not None else None,
            "text": text,
        }
        line = json.dumps({k: v for k, v in record.items() if v is not None}, ensure_ascii=False)
        (folder / f"a{n:06}.jsonl").write_text(line + "\n", encoding="utf-8")


def varied(text: str, copy: int, others: list[str]) -> str:
    """The same article about other companies, on another day, with other sums."""
    for k, stem in enumerate(STEMS):
        text = text.replace(stem, others[(copy * len(STEMS) + k) % len(others)])
    text = re.sub(r"(?<=月)\d{1,2}(?=日)", lambda m: str((int(m.group()) + copy) % 28 + 1), text)
    return re.sub(r"(?<![\d.])\d+(?=(?:\.\d+)?[万亿])", lambda m: str(int(m.group()) + copy), text)


def built(folder: Path, store: Path) -> dict[str, float]:
    """One build in a fresh process, and what it measured of itself."""
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder), str(store)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    if done.returncode != 0:
        raise SystemExit("the build failed, see above")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def on_disk(store: Path) -> float:
    """The size of a store in MB."""
    return sum(f.stat().st_size for f in store.rglob("*") if f.is_file()) / 1e6


def main() -> None:
    """Print a column a size, and the exponents."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sizes", type=int, nargs="+", default=[46, 184, 736], help="numbers of articles")
    sizes = options.parse_args().sizes
    columns: list[dict[str, float]] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder, store = Path(name) / "articles", Path(name) / "store"
            articles(size, folder)
            first = built(folder, store)
            first["disk"] = on_disk(store)
            second = built(folder, store)
            second["disk"] = on_disk(store)
            changed = next(iter(sorted(folder.iterdir())))
            changed.write_text(changed.read_text(encoding="utf-8").replace("。", "。。", 1), encoding="utf-8")
            third = built(folder, store)
        columns.append(
            {
                "characters": first["characters"],
                "entities of the corpus": first["entities"],
                "facts": first["facts"],
                "build, CPU s": first["cpu"],
                "  of it reading and extraction": first["extract"],
                "  of it resolving and writing": first["cpu"] - first["extract"],
                "articles a CPU second": size / first["cpu"],
                "peak memory, MB": first["peak"],
                "store on disk, MB": first["disk"],
                "  once opened again": second["disk"],
                "second build, CPU s": second["cpu"],
                "  its peak memory, MB": second["peak"],
                "  articles read in it": second["read"],
                "one article changed, CPU s": third["cpu"],
                "  articles read in it ": third["read"],
            }
        )
    print(f"{'articles':34}" + "".join(f"{size:>12,}" for size in sizes) + f"{'exponent':>12}")
    for key in columns[0]:
        values = [column[key] for column in columns]
        grows = (
            f"{math.log(values[-1] / values[-2]) / math.log(sizes[-1] / sizes[-2]):12.2f}"
            if len(sizes) > 1 and min(values) > 0
            else f"{'':12}"
        )
        print(f"{key:34}" + "".join(f"{v:12,.2f}" if v % 1 else f"{v:12,.0f}" for v in values) + grows)


if __name__ == "__main__":
    main()
