"""The table of contents of the program: articles in, a store out, by calling the stages in order.

    read → extract → resolve → write

Up to the facts of a document everything is a pure function of the document, the ontology and the gazetteer
(`extract_source`), so one process or many give the same store. Resolution and writing work on what all documents
yield. A source that has not changed is not opened again; a source that fails stops no other.

    build(["data/news"], store=Path("kg-store")).facts   →   {"Agreement": …, "Investment": …}
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import logging
import os
import re
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from pathlib import Path

from kg import __version__, search
from kg import judgements as judging
from kg.corpus import Source, as_text, find_sources, read_source
from kg.errors import JudgementError, KgError, ReadError, StoreError
from kg.extract import Extractor
from kg.gazetteer import Gazetteer
from kg.identity import resolve_corpus
from kg.model import Applied, Date, Extraction, Judgement
from kg.ontology import Ontology
from kg.recognize import Recognizer
from kg.register import Register
from kg.resolve import Linker
from kg.resource import resource
from kg.store import Reconciled, SourceRecord, Store
from kg.values import parse_date

_log = logging.getLogger(__name__)

#: Called with a stage (`extract`, `write`), how much of it is done and of how much.
Progress = Callable[[str, int, int], None]

#: Below this many bytes of articles a second process costs more time than it saves.
_SMALL = 400_000

#: What lies beside the articles and is none.
_BESIDE = frozenset({judging.FILE, ".gitattributes"})

#: The modules whose code decides what an article yields: other code means reading again.
_READING = ("scanning", "corpus", "values", "register", "gazetteer", "recognize", "resolve", "extract", "model")


@dataclass(frozen=True, slots=True)
class Yielded:
    """What one source yields: an extraction a document, and a message for every record that could not be read.

    `sha256` is that of the bytes; `characters` counts the text of its articles.
    """

    source: Source
    extractions: tuple[Extraction, ...] = ()
    problems: tuple[str, ...] = ()
    sha256: str = ""
    characters: int = 0


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. Counts are of documents unless they say otherwise.

    `read` were extracted in this build, `unchanged` were not read again; `added`, `replaced` and `withdrawn` are what
    happened to the graphs of the store. `entities` and `facts` count the whole store by class, in display order.
    `judged` are the judgements of people, applied or not.
    `relative` counts facts whose date stayed in words (去年 in an undated article). `failed` and `skipped` are pairs of
    a place and a reason. `speed` is in characters a second over reading and extraction, None where nothing was read;
    `peak_mb` is the largest resident memory of this process and its workers, None where the system does not tell.
    """

    sources: int
    read: int
    unchanged: int
    added: int
    replaced: int
    withdrawn: int
    undated: int
    relative: int
    entities: Mapping[str, int]
    facts: Mapping[str, int]
    dropped: Mapping[str, int]
    failed: tuple[tuple[str, str], ...]
    skipped: tuple[tuple[str, str], ...]
    judged: tuple[Applied, ...]
    characters: int
    seconds: float
    speed: float | None
    peak_mb: float | None

    def as_dict(self) -> dict[str, object]:
        """The report as plain values, for JSON."""
        values: dict[str, object] = {name: getattr(self, name) for name in self.__slots__}
        return values | {
            "entities": dict(self.entities),
            "facts": dict(self.facts),
            "dropped": dict(self.dropped),
            "failed": [{"where": where, "reason": reason} for where, reason in self.failed],
            "skipped": [{"where": where, "reason": reason} for where, reason in self.skipped],
            "judged": [applied_dict(applied) for applied in self.judged],
            "seconds": round(self.seconds, 3),
            "speed": None if self.speed is None else round(self.speed),
            "peak_mb": None if self.peak_mb is None else round(self.peak_mb, 1),
        }


def applied_dict(applied: Applied) -> dict[str, object]:
    """A judgement and what it came to as plain values, for JSON."""
    j = applied.judgement
    return {
        "id": j.id, "action": j.action, "about": j.about, "other": j.other, "reason": j.reason, "who": j.who,
        "when": j.when, "applies": applied.problem is None, "problem": applied.problem,
        "entities": list(applied.entities), "facts": list(applied.facts), "path": j.path, "line": j.line,
    }  # fmt: skip


def build(
    paths: Sequence[Path | str],
    *,
    store: Path,
    date: Date | str | None = None,
    sync: bool = False,
    rebuild: bool = False,
    jobs: int | None = None,
    base: str | None = None,
    ontology: Ontology | None = None,
    gazetteer: Gazetteer | None = None,
    tables: Sequence[Path] = (),
    judgements: Path | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Read the articles under `paths` into the store in a folder, and say what was done.

    `date` dates the articles that carry none. `sync` withdraws what was once read from the folders among `paths` and
    is gone from them. `rebuild` makes a new store of these paths alone, in place of what is there. `jobs` is the
    number of processes (None: by the size of the work); `base` the base of the IRIs of a new store.

    `tables` are csv files of entities that the user knows, `judgements` the file of what people have judged; both are
    remembered by the store for the builds that follow, until `-` forgets them. Without it, the judgements are those of
    the file `judgements.tsv` beside the articles.

    Raises ReadError for a path that does not exist and where there is nothing to read, DateError for a date that is
    none, StoreError where the store cannot be written, GazetteerError and JudgementError for a table or a file of
    judgements with a mistake in it. An article that cannot be read is in `failed`.
    """
    begun = time.perf_counter()
    given = parse_date(date) if isinstance(date, str) else date
    found, skipped = find_sources(paths)
    beside = {Path(p).absolute() for p in (*tables, *(() if judgements is None else (judgements,)))}
    found = [s for s in found if s.path is None or (s.path.name not in _BESIDE and s.path.absolute() not in beside)]
    if len(found) == 0 and not sync:
        names = ", ".join(str(p) for p in paths)
        raise ReadError("holds no article that can be read; kg reads .txt, .md, .html, .jsonl and .csv", where=names)
    ontology = ontology if ontology is not None else Ontology.load()
    kept = _settings(store) if rebuild else {}
    opened = Store.rebuild(store, base=base) if rebuild else Store.open(store, base=base)
    with opened as target, _thawed_at_end():
        told = {
            name: _told(values, kept.get(name) or target.setting(name))
            for name, values in (("tables", tables), ("judgements", () if judgements is None else (judgements,)))
        }
        # A table among the articles is none of them, in this build and in those that follow.
        sources = {key: s for key, s in _keyed(found, paths) if key not in told["tables"] + told["judgements"]}
        if gazetteer is None:
            gazetteer = _gazetteer(told["tables"], ontology)
        # A mistake in a table or a judgement is told before an article is read or anything is remembered.
        _judgements(target, told["judgements"], (_root(key, paths) or _folder(key) for key in sources))
        for name, values in told.items():
            target.set_setting(name, values)
        fingerprint = _fingerprint(ontology, given, gazetteer)
        waiting = _changed(sources, target, fingerprint)
        extractor = standing_extractor(ontology, gazetteer)
        read, characters, started = 0, 0, time.perf_counter()
        for n, (key, result) in enumerate(_extracted(waiting, extractor, date=given, jobs=jobs), 1):
            _put(target, key, _root(key, paths), result, fingerprint)
            read += len(result.extractions)
            characters += result.characters
            if progress is not None:
                progress("extract", n, len(waiting))
        spent = time.perf_counter() - started
        if sync:
            _withdraw(target, sources, paths)
        census = _Census()
        resolution = resolve_corpus(
            census.watch(target.extractions()),
            linker=extractor.linker,
            judgements=_judgements(target, told["judgements"]),
        )
        done = target.reconcile(resolution, ontology=ontology, gazetteer=gazetteer)
        return _report(
            target,
            done=done,
            census=census,
            ontology=ontology,
            sources=sources,
            read=read,
            skipped=tuple((as_text(s.path), s.reason) for s in skipped if s.path.name not in _BESIDE),
            judged=resolution.judgements,
            characters=characters,
            seconds=time.perf_counter() - begun,
            spent=spent,
        )


def standing_extractor(ontology: Ontology, gazetteer: Gazetteer) -> Extractor:
    """An extractor for many articles: its tables are put out of the garbage collector's way, which need not walk
    through them again and again. They stay so until `gc.unfreeze`.
    """
    extractor = Extractor(ontology, gazetteer)
    gc.freeze()
    return extractor


@contextlib.contextmanager
def _thawed_at_end() -> Iterator[None]:
    """A process that builds several stores would keep the tables of every build."""
    try:
        yield
    finally:
        gc.unfreeze()


def refresh(store: Path, *, ontology: Ontology | None = None) -> tuple[Applied, ...]:
    """Make a store agree with its judgements again, without reading an article; all judgements, applied or not."""
    ontology = ontology if ontology is not None else Ontology.load()
    with Store.open(store) as target:
        gazetteer = _gazetteer(target.setting("tables"), ontology)
        linker = Linker(Recognizer(ontology, gazetteer))
        judged = _judgements(target, target.setting("judgements"))
        resolution = resolve_corpus(target.extractions(), linker=linker, judgements=judged)
        target.reconcile(resolution, ontology=ontology, gazetteer=gazetteer)
    return resolution.judgements


def judgement_files(target: Store) -> tuple[list[Path], list[Path]]:
    """The files that the judgements of a store may stand in: those that it was told to use, else one beside each
    folder of articles; and which of them exist.
    """
    told = target.setting("judgements")
    if len(told) > 0:
        places = [Path(name) for name in told]
    else:
        folders = {
            record.root or _folder(key) for key, record in target.sources().items() if not key.startswith("stdin:")
        }
        places = [Path(folder) / judging.FILE for folder in sorted(folders)]
    return places, [place for place in places if place.exists()]


def _judgements(target: Store, told: Sequence[str], folders: Iterable[str] = ()) -> list[Judgement]:
    """The judgements of the files that were named, or of those beside the articles of the store and of `folders`."""
    if len(told) > 0:
        files = [Path(name) for name in told]
        for file in files:
            if file.is_dir():
                raise JudgementError("is a folder; name a file", where=file)
            if not file.exists():
                raise JudgementError(
                    "there is no such file of judgements; check the path, or forget it with --judgements -", where=file
                )
    else:
        beside = {Path(folder) / judging.FILE for folder in folders if folder != ""}
        files = sorted({*beside, *judgement_files(target)[1]})
    return [j for file in files if file.exists() for j in judging.read(file)]


def _told(values: Iterable[Path | str], before: Sequence[str]) -> tuple[str, ...]:
    """The files that a build is to use: those named now, else those named before; `-` forgets them."""
    named = [str(v) for v in values]
    if named == ["-"]:
        return ()
    return tuple(as_text(Path(name).absolute()) for name in named) or tuple(before)


def _gazetteer(tables: Sequence[str], ontology: Ontology) -> Gazetteer:
    paths = [Path(name) for name in tables]
    return Gazetteer.load(register=Register.load(*paths, ontology=ontology) if len(paths) > 0 else None)


def _settings(store: Path) -> dict[str, tuple[str, ...]]:
    """What the store that a rebuild replaces was told; nothing where it cannot be read."""
    try:
        with Store.open(store, read_only=True) as old:
            return {name: old.setting(name) for name in ("tables", "judgements")}
    except StoreError:
        return {}


def _folder(key: str) -> str:
    return as_text(Path(key).parent) if key != "-" else ""


def extract_source(source: Source, *, extractor: Extractor, date: Date | None = None) -> Yielded:
    """Everything that one source yields; never raises for what is in it.

    A record that cannot be read, and one on which the extractor itself fails, becomes a message among `problems`.
    """
    extractions: dict[str, Extraction] = {}
    problems: list[str] = []
    characters = 0
    try:
        data = sys.stdin.buffer.read() if source.path is None else source.path.read_bytes()
    except OSError as error:
        return Yielded(source, problems=(f"{source.where}: cannot be read: {error.strerror or error}",))
    try:
        for item in read_source(source, date=date, data=data):
            if isinstance(item, ReadError):
                problems.append(str(item))
                continue
            characters += len(item.text)
            known = extractions.get(item.id)
            if known is not None:
                # The same article twice in one file is one article; two articles of one id are a mistake.
                if known.document.text != item.text:
                    problems.append(
                        f"{item.origin or source.where}: another record has the id {item.id!r} too; rename it"
                    )
                continue
            try:
                extractions[item.id] = extractor.extract(item)
            except Exception as error:
                _log.debug("extraction failed", exc_info=True)
                problems.append(
                    f"{item.origin or source.where}: cannot be analysed ({_fault(error)}); please report it"
                )
    except Exception as error:
        # A reader that fails on one file must not cost the others theirs.
        _log.debug("reading failed", exc_info=True)
        problems.append(f"{source.where}: cannot be read ({_fault(error)}); please report it")
    return Yielded(source, tuple(extractions.values()), tuple(problems), hashlib.sha256(data).hexdigest(), characters)


def _fault(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"


# ---------------------------------------------------------------- which sources


def _keyed(found: Iterable[Source], paths: Sequence[Path | str]) -> Iterator[tuple[str, Source]]:
    """Each source under a key that tells it from every other source of the store: its absolute path."""
    for source in found:
        yield ("-" if source.path is None else as_text(source.path.absolute())), source


def _root(key: str, paths: Sequence[Path | str]) -> str:
    """The folder among `paths` that a source was found in, empty for a file that was named itself."""
    roots = [r for r in _folders(paths) if key.startswith(r + "/")]
    return max(roots, key=len, default="")


def _folders(paths: Sequence[Path | str]) -> list[str]:
    return [as_text(Path(p).absolute()) for p in paths if str(p) != "-" and Path(p).is_dir()]


def _changed(sources: Mapping[str, Source], target: Store, fingerprint: str) -> dict[str, Source]:
    """The sources whose content or whose way of reading is another one than the store has seen.

    Size and time of change decide without opening the file; where only the time differs, the bytes do.
    """
    known = target.sources()
    waiting = {}
    for key, source in sources.items():
        record = known.get(key)
        if record is None or record.fingerprint != fingerprint or source.path is None or record.size != source.size:
            waiting[key] = source
            continue
        if record.mtime_ns == source.mtime_ns:
            continue
        try:
            same = hashlib.sha256(source.path.read_bytes()).hexdigest() == record.sha256
        except OSError:
            same = False
        if same:
            target.touch_source(_record(key, source, record.root, record.sha256, fingerprint, record.problems))
        else:
            waiting[key] = source
    return waiting


def _record(
    key: str, source: Source, root: str, sha256: str, fingerprint: str, problems: tuple[str, ...]
) -> SourceRecord:
    return SourceRecord(key, source.size, source.mtime_ns, sha256, fingerprint, root, problems)


def _put(target: Store, key: str, root: str, result: Yielded, fingerprint: str) -> None:
    if result.source.path is None:
        # Every text that comes on standard input is a source of its own.
        key = f"stdin:{result.sha256[:16]}"
    target.put_source(
        _record(key, result.source, root, result.sha256, fingerprint, result.problems), result.extractions
    )


def _withdraw(target: Store, sources: Mapping[str, Source], paths: Sequence[Path | str]) -> None:
    folders = _folders(paths)
    for key in target.sources():
        if key not in sources and any(key.startswith(folder + "/") for folder in folders):
            target.drop_source(key)


def _fingerprint(ontology: Ontology, date: Date | None, gazetteer: Gazetteer) -> str:
    """What an article yields depends on this and its bytes alone: version, code, ontology, gazetteer, date given."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    for file in (*(here / f"{name}.py" for name in _READING), *sorted(resource("data/gazetteer").glob("*.t*"))):
        digest.update(file.name.encode("utf-8"))
        with contextlib.suppress(OSError):
            digest.update(file.read_bytes())
    known = "" if gazetteer.register is None else gazetteer.register.digest
    dated = "" if date is None else f"{date.start}/{date.end}"
    parts = (__version__, ontology.digest, digest.hexdigest(), known, dated)
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()[:32]


# ---------------------------------------------------------------- one process or many


def _extracted(
    waiting: Mapping[str, Source], extractor: Extractor, *, date: Date | None, jobs: int | None
) -> Iterator[tuple[str, Yielded]]:
    """What each source yields, in the order given, whatever the number of processes."""
    local = {key: source for key, source in waiting.items() if source.path is None}
    workers = _workers(waiting, jobs)
    if workers < 2:
        for key, source in waiting.items():
            yield key, extract_source(source, extractor=extractor, date=date)
        return
    # `spawn`, as the progress bar runs in a thread: a forked child may inherit its locks.
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(extractor.ontology, extractor.gazetteer)
    )
    try:
        ahead: list[tuple[str, Future[Yielded] | None]] = []
        rest = iter(waiting.items())
        while True:
            for key, source in rest:
                ahead.append((key, None if key in local else pool.submit(_extract_in_worker, source, date)))
                if len(ahead) >= 4 * workers:
                    break
            if len(ahead) == 0:
                return
            key, future = ahead.pop(0)
            if future is None:
                yield key, extract_source(waiting[key], extractor=extractor, date=date)
                continue
            try:
                yield key, future.result()
            except BrokenProcessPool as error:
                raise KgError(
                    "a worker process died, most likely for want of memory; what was read is kept, run again with"
                    " --jobs 1",
                    where=waiting[key].where,
                ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _workers(waiting: Mapping[str, Source], jobs: int | None) -> int:
    if jobs is not None:
        return min(jobs, len(waiting))
    if sum(source.size for source in waiting.values()) < _SMALL:
        return 1
    return min(os.cpu_count() or 1, len(waiting))


_worker: list[Extractor] = []


def _begin(ontology: Ontology, gazetteer: Gazetteer) -> None:
    """Once in every worker: the compiled patterns. Ctrl-C is for the parent, which ends its workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker.append(standing_extractor(ontology, gazetteer))


def _end_with_parent() -> None:
    """End this worker when its parent is gone: killed with -9 it cannot say so, and a worker would wait for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _extract_in_worker(source: Source, date: Date | None) -> Yielded:
    return extract_source(source, extractor=_worker[0], date=date)


# ---------------------------------------------------------------- the report


@dataclass(slots=True)
class _Census:
    """Counts over all documents of the store, taken while resolution reads them."""

    documents: int = 0
    undated: int = 0
    relative: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    def watch(self, extractions: Iterable[Extraction]) -> Iterator[Extraction]:
        for extraction in extractions:
            self.documents += 1
            self.undated += extraction.document.date is None
            self.relative += sum(1 for f in extraction.facts if f.date is not None and f.date.start is None)
            for _, why in extraction.dropped:
                times = re.search(r" ×(\d+)$", why)
                self.dropped[why[: times.start()] if times else why] += int(times.group(1)) if times else 1
            yield extraction


def _report(
    target: Store,
    *,
    done: Reconciled,
    census: _Census,
    ontology: Ontology,
    sources: Mapping[str, Source],
    read: int,
    skipped: tuple[tuple[str, str], ...],
    judged: tuple[Applied, ...],
    characters: int,
    seconds: float,
    spent: float,
) -> BuildReport:
    numbers = search.stats(target, ontology=ontology, top=0)
    failed: list[tuple[str, str]] = []
    for key, record in target.sources().items():
        if key in sources or key.startswith("stdin:"):
            failed.extend(_split(problem) for problem in record.problems)
    return BuildReport(
        sources=len(sources),
        read=read,
        unchanged=census.documents - read,
        added=done.added,
        replaced=done.replaced,
        withdrawn=done.dropped,
        undated=census.undated,
        relative=census.relative,
        entities=dict(numbers.entities),
        facts=dict(numbers.facts),
        dropped=dict(sorted(census.dropped.items(), key=lambda item: (-item[1], item[0]))),
        failed=tuple(failed),
        skipped=skipped,
        judged=judged,
        characters=characters,
        seconds=seconds,
        speed=characters / spent if characters > 0 and spent > 0 else None,
        peak_mb=_peak_mb(),
    )


def _split(problem: str) -> tuple[str, str]:
    where, colon, reason = problem.partition(": ")
    return (where, reason) if colon != "" else ("", problem)


def _peak_mb() -> float | None:
    """Largest resident memory so far of this process or of one worker, in MB."""
    try:
        import resource as system
    except ImportError:  # not on Windows
        return None
    peak = max(system.getrusage(who).ru_maxrss for who in (system.RUSAGE_SELF, system.RUSAGE_CHILDREN))
    return peak / (1024 if sys.platform != "darwin" else 1024 * 1024)
