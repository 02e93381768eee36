"""The store: what was extracted from each source, and the triples of all documents, in one folder.

    kg-store/meta.json        format of the store and the base of its IRIs
    kg-store/records.sqlite   per source: size, time, digest; per document: its extraction as JSON, with the text
    kg-store/triples/         Oxigraph; one named graph a document, with the digest of its quads inside;
                              the default graph is the merge of them all, each triple once

A build is three steps, each of which a kill -9 leaves whole: put what each changed source yields (`put_source`, one
SQLite transaction), resolve entities over all records, and make the triples agree with the records (`reconcile`: a
graph whose digest is another one is replaced in one transaction). The next build ends what a killed one left.

    with Store.open(Path("kg-store")) as store:
        store.put_source(SourceRecord("a.txt", size=120, mtime_ns=1), [extraction])
        store.reconcile(resolution, ontology=ontology, gazetteer=gazetteer)   →  Reconciled(added=1, …)
        store.query("SELECT ?party { ?agreement kg:party ?party }")           →  南湖区, 杨浦区

One process writes at a time (Oxigraph's own lock says so); any number may read.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import re
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pyoxigraph as ox

from kg import __version__
from kg.errors import QueryError, StoreError
from kg.model import Amount, Date, Document, Entity, Extraction, Fact, Mention, Resolution, Span
from kg.ontology import KG, Ontology
from kg.rdf import BASE, PREFIXES, XSD, Iris, corpus_quads, digest, document_quads
from kg.sparql import refuse_unsafe, syntax_error, token

if TYPE_CHECKING:
    from kg.gazetteer import Gazetteer
    from kg.names import Names

#: Format of the folder. A store of another format is refused: it is a build product and is built again.
FORMAT = 3

#: New documents whose graphs are written in one transaction.
_BATCH = 100

_OTHER_VERSION = "built by another version: rebuild with kg build --rebuild"
_DIGEST = ox.NamedNode(KG + "digest")
_MERGED = ox.DefaultGraph()
_OWN_NAMES = re.compile(
    r"meta\.json(?:\.tmp)?|records\.sqlite(?:-wal|-shm|-journal)?|triples|names\.sqlite|names\.\d+\.part"
)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS source (
    key TEXT PRIMARY KEY, root TEXT NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL, fingerprint TEXT NOT NULL, problems TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS record (
    document TEXT NOT NULL, source TEXT NOT NULL, extraction TEXT NOT NULL,
    PRIMARY KEY (document, source)
);
CREATE INDEX IF NOT EXISTS record_source ON record (source);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_EXTRACTION = "SELECT extraction FROM record WHERE document = ? ORDER BY source LIMIT 1"


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What is known about one source: enough to tell later whether it has to be read again.

    `key` names the source, `root` the folder that it was found in (empty for none), `sha256` its bytes;
    `fingerprint` says with what it was extracted (ontology, gazetteer, version, options). `problems` are the messages
    of the records in it that could not be read, so that a build that reads nothing again can still report them.
    """

    key: str
    size: int = 0
    mtime_ns: int = 0
    sha256: str = ""
    fingerprint: str = ""
    root: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What `reconcile` did, in documents; `quads` is the number of quads that it wrote."""

    added: int = 0
    replaced: int = 0
    dropped: int = 0
    unchanged: int = 0
    quads: int = 0

    @property
    def changed(self) -> bool:
        """True where anything was written."""
        return self.added + self.replaced + self.dropped > 0


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a query: `form` is SELECT, ASK or GRAPH (CONSTRUCT and DESCRIBE).

    `rows` holds pyoxigraph terms in the order of `variables`, None where a variable is unbound; for GRAPH the
    variables are subject, predicate and object, sorted. `boolean` is the answer to an ASK.
    """

    form: str
    variables: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    boolean: bool | None = None
    triples: tuple[ox.Triple, ...] = field(default=(), repr=False)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def values(self) -> list[dict[str, Any]]:
        """The rows as dicts of Python values (see `python_value`), without the unbound variables."""
        return [
            {name: python_value(term) for name, term in zip(self.variables, row, strict=True) if term is not None}
            for row in self.rows
        ]


def _lines(quads: Iterable[ox.Quad]) -> str:
    return " .\n".join(f"{quad.subject} {quad.predicate} {quad.object}" for quad in quads)


def python_value(term: Any) -> Any:
    """A term as a Python value: int, Decimal, float, bool or date for literals of such types, else its text.

    >>> python_value(ox.Literal("3.50", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")))
    Decimal('3.50')
    >>> python_value(ox.Literal("南湖区", language="zh"))
    '南湖区'
    """
    if isinstance(term, ox.Literal):
        convert = _PYTHON.get(term.datatype.value.rpartition("#")[2])
        if convert is not None:
            # An ill-typed literal ("abc"^^xsd:integer) is legal RDF: its text is what there is to show.
            with contextlib.suppress(ValueError, ArithmeticError):
                return convert(term.value)
    return term.value if hasattr(term, "value") else str(term)


_PYTHON: Mapping[str, Any] = {
    "integer": int,
    "decimal": Decimal,
    "double": float,
    "float": float,
    "boolean": lambda text: text in {"true", "1"},
    "date": datetime.date.fromisoformat,
}


# ---------------------------------------------------------------- extractions as JSON


def encode(extraction: Extraction) -> str:
    """An extraction as one line of JSON; `decode` gives back an equal value.

    >>> decode(encode(Extraction(Document("a", "南湖区", "南湖区")))).document.text
    '南湖区'
    """
    document = extraction.document

    def span(value: Span | None) -> list[int] | None:
        if value is None:
            return None
        if value.document != document.id:
            raise ValueError(f"a span of {value.document} in the extraction of {document.id}")
        return [value.start, value.end]

    def date(value: Date | None) -> list[Any] | None:
        return None if value is None else [value.text, value.start, value.end, value.approximate]

    def amount(value: Amount | None) -> list[Any] | None:
        if value is None:
            return None
        upper = None if value.upper is None else str(value.upper)
        return [value.text, str(value.value), value.currency, value.bound, upper]

    data = {
        "id": document.id,
        "text": document.text,
        # The folded text differs in few articles (full width, traditional script): it is kept only there.
        "folded": None if document.folded == document.text else document.folded,
        "title": document.title,
        "date": date(document.date),
        "basis": document.date_basis,
        "source": document.source,
        "url": document.url,
        "origin": document.origin,
        "entities": [
            [
                entity.id, entity.type, entity.name, entity.aliases, entity.code, entity.parent, entity.note,
                [[span(m.span), m.type, m.name, m.rule, m.confidence, m.code] for m in entity.mentions],
                entity.merged, entity.candidates, entity.identifiers,
            ]
            for entity in extraction.entities
        ],
        "facts": [
            [
                fact.id, fact.type, fact.roles, [span(s) for s in fact.evidence], fact.label, date(fact.date),
                amount(fact.amount), fact.status, fact.confidence, fact.rule, span(fact.trigger), fact.qualifiers,
            ]
            for fact in extraction.facts
        ],
        "dropped": extraction.dropped,
    }  # fmt: skip
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def decode(text: str) -> Extraction:
    """The extraction of a line of JSON; raises StoreError where it is none."""
    try:
        data = json.loads(text)
        document = data["id"]

        def date(value: Sequence[Any] | None) -> Date | None:
            return None if value is None else Date(*value)

        def amount(value: Sequence[Any] | None) -> Amount | None:
            if value is None:
                return None
            words, number, currency, bound, upper = value
            return Amount(words, Decimal(number), currency, bound, None if upper is None else Decimal(upper))

        def pairs(value: Iterable[Sequence[str]]) -> tuple[tuple[str, str], ...]:
            return tuple((first, second) for first, second in value)

        folded = data["text"] if data["folded"] is None else data["folded"]
        return Extraction(
            document=Document(
                id=document,
                text=data["text"],
                folded=folded,
                title=data["title"],
                date=date(data["date"]),
                date_basis=data["basis"],
                source=data["source"],
                url=data["url"],
                origin=data["origin"],
            ),
            entities=tuple(
                Entity(
                    id=name,
                    type=kind,
                    name=label,
                    aliases=tuple(aliases),
                    mentions=tuple(Mention(Span(document, *span), *rest) for span, *rest in mentions),
                    code=code,
                    parent=parent,
                    note=note,
                    merged=pairs(merged),
                    candidates=tuple(candidates),
                    identifiers=tuple(identifiers),
                )
                for name, kind, label, aliases, code, parent, note, mentions, merged, candidates, identifiers in data[
                    "entities"
                ]
            ),
            facts=tuple(
                Fact(
                    id=name,
                    type=kind,
                    roles=pairs(roles),
                    evidence=tuple(Span(document, *span) for span in evidence),
                    label=label,
                    date=date(when),
                    amount=amount(sum_),
                    status=status,
                    confidence=confidence,
                    rule=rule,
                    trigger=None if trigger is None else Span(document, *trigger),
                    qualifiers=pairs(qualifiers),
                )
                for (
                    name,
                    kind,
                    roles,
                    evidence,
                    label,
                    when,
                    sum_,
                    status,
                    confidence,
                    rule,
                    trigger,
                    qualifiers,
                ) in data["facts"]
            ),
            dropped=pairs(data["dropped"]),
        )
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise StoreError(f"a record cannot be read ({error}); {_OTHER_VERSION}") from error


# ---------------------------------------------------------------- the store


class Store:
    """An open store; made by `open`, `rebuild` or `memory`, closed by `close` or at the end of a `with` block."""

    def __init__(
        self, *, path: Path | None, triples: ox.Store, records: sqlite3.Connection, base: str, read_only: bool
    ) -> None:
        self.path = path
        self.read_only = read_only
        self.iris = Iris(base)
        #: An index of the names of a large store, where whoever opened it has one.
        self.names: Names | None = None
        #: True while such an index is being made: then a search does not read all names instead.
        self.unindexed = False
        self._open_triples: ox.Store | None = triples
        self._records = records

    # -------- opening

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False, base: str | None = None) -> Store:
        """Open the store in a folder, making an empty one where there is none (`read_only` never does).

        `base` is the base of the IRIs of a new store. Raises StoreError for a folder that is no store, a store of
        another version or another base, one that another process is writing, and one that cannot be read or written.
        """
        path = Path(path)
        if re.match(r"https?:/", str(path)) is not None:
            raise StoreError(
                "is the address of an endpoint, which can only be read; name a folder with --store", where=path
            )
        with _explained(path):
            _take_back(path)
            meta = _read_meta(path)
            if meta is None:
                if read_only:
                    raise StoreError(
                        "there is no store here; make one with kg build, or name another with --store", where=path
                    )
                meta = _make(path, base)
            elif base is not None and base != meta["base"]:
                raise StoreError(
                    f"its IRIs begin with {meta['base']}, not with {base}; rebuild with kg build --rebuild", where=path
                )
            triples = cls._triples_of(path, read_only=read_only)
            try:
                records = _connect(path / "records.sqlite", read_only=read_only)
            except sqlite3.Error:
                # The traceback would keep the triples and so the lock alive.
                del triples
                raise
            return cls(path=path, triples=triples, records=records, base=meta["base"], read_only=read_only)

    @classmethod
    def memory(cls, *, base: str = BASE) -> Store:
        """An empty store that lives in memory only."""
        records = sqlite3.connect(":memory:")
        records.executescript(_SCHEMA)
        return cls(path=None, triples=ox.Store(), records=records, base=base, read_only=False)

    @classmethod
    @contextlib.contextmanager
    def rebuild(cls, path: Path, *, base: str | None = None) -> Iterator[Store]:
        """An empty store beside `path` that takes its place when the block ends well.

        Where the block raises, or the process is killed, the old store stays as it was. Raises StoreError where
        `path` holds something else than a store, or another process is writing it.
        """
        path = Path(path)
        fresh, old = _beside(path, "new"), _beside(path, "old")
        with _explained(path):
            _take_back(path)
            _refuse_foreign(path)
            for folder in (path, fresh):
                _refuse_locked(folder)
            for leftover in (fresh, old):
                if leftover.exists():
                    shutil.rmtree(leftover)
        try:
            with cls.open(fresh, base=base) as store:
                yield store
                store.flush()
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        with _explained(path):
            _refuse_locked(path)
            if path.exists():
                path.rename(old)
            fresh.rename(path)
            shutil.rmtree(old, ignore_errors=True)

    @staticmethod
    def _triples_of(path: Path, *, read_only: bool) -> ox.Store:
        folder = path / "triples"
        if not read_only:
            return ox.Store(folder)
        if not folder.exists():
            raise StoreError(
                "a build of this store was broken off before it wrote anything; run kg build again", where=path
            )
        try:
            return ox.Store.read_only(str(folder))
        except OSError:
            # A writer may remove a file between the listing and the reading of it; the second listing is another one.
            return ox.Store.read_only(str(folder))

    def close(self) -> None:
        """Release the store; it can be opened again at once."""
        self._open_triples = None
        self._records.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _triples(self) -> ox.Store:
        if self._open_triples is None:
            raise StoreError("the store is closed", where=self.path)
        return self._open_triples

    # -------- records

    def put_source(self, source: SourceRecord, extractions: Iterable[Extraction]) -> None:
        """Take what a source yields in place of what it yielded before, in one transaction.

        Raises ValueError where two extractions have one document id; StoreError where nothing can be written, and
        then everything is as before.
        """
        rows = [(extraction.document.id, source.key, encode(extraction)) for extraction in extractions]
        if len({row[0] for row in rows}) < len(rows):
            raise ValueError(f"{source.key}: two documents of one source have the same id")
        with self._writing():
            self._records.execute("DELETE FROM record WHERE source = ?", (source.key,))
            self._put(source)
            self._records.executemany("INSERT INTO record VALUES (?, ?, ?)", rows)

    def touch_source(self, source: SourceRecord) -> None:
        """Take new facts about a source whose content is the same (copied again, another time of change)."""
        with self._writing():
            self._put(source)

    def _put(self, source: SourceRecord) -> None:
        self._records.execute(
            "INSERT OR REPLACE INTO source VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                source.key,
                source.root,
                source.size,
                source.mtime_ns,
                source.sha256,
                source.fingerprint,
                json.dumps(source.problems, ensure_ascii=False),
            ),
        )

    def drop_source(self, key: str) -> bool:
        """Withdraw a source with its documents; False where it is not known. `reconcile` removes their triples."""
        with self._writing():
            self._records.execute("DELETE FROM record WHERE source = ?", (key,))
            return self._records.execute("DELETE FROM source WHERE key = ?", (key,)).rowcount > 0

    def sources(self) -> dict[str, SourceRecord]:
        """What is known about every source, by key, sorted."""
        with _explained(self.path):
            rows = self._records.execute(
                "SELECT key, size, mtime_ns, sha256, fingerprint, root, problems FROM source ORDER BY key"
            ).fetchall()
        return {
            key: SourceRecord(key, size, mtime, sha, fingerprint, root, tuple(json.loads(problems)))
            for key, size, mtime, sha, fingerprint, root, problems in rows
        }

    def extractions(self) -> Iterator[Extraction]:
        """What every document yields, sorted by document id, read one at a time.

        Where two sources hold a document of one id, that of the first source (by key) counts.
        """
        for document in self.documents():
            yield self.extraction(document)

    def extraction(self, document: str) -> Extraction:
        """What one document yields; StoreError where there is no such document."""
        with _explained(self.path):
            row = self._records.execute(_EXTRACTION, (document,)).fetchone()
        if row is None:
            raise StoreError(f"there is no document {document!r}; kg documents lists them", where=self.path)
        return decode(row[0])

    @staticmethod
    def extraction_beside(path: Path, document: str) -> Extraction:
        """What one document yields by the records of the store in a folder, whatever its triples are read from.

        SQLite lets any number read beside a writer, so that no copy of the texts is needed where the triples are
        a copy. Raises StoreError where there is no such document or the records cannot be read.
        """
        with _explained(path), contextlib.closing(_connect(path / "records.sqlite", read_only=True)) as records:
            row = records.execute(_EXTRACTION, (document,)).fetchone()
        if row is None:
            raise StoreError(f"there is no document {document!r}; kg documents lists them", where=path)
        return decode(row[0])

    def documents(self) -> list[str]:
        """The ids of all documents of the records, sorted."""
        with _explained(self.path):
            rows = self._records.execute("SELECT DISTINCT document FROM record ORDER BY document").fetchall()
        return [row[0] for row in rows]

    def duplicates(self) -> dict[str, tuple[str, ...]]:
        """The documents that more than one source holds, with the keys of those sources; the first one counts."""
        with _explained(self.path):
            rows = self._records.execute(
                "SELECT document, source FROM record WHERE document IN"
                " (SELECT document FROM record GROUP BY document HAVING COUNT(*) > 1) ORDER BY document, source"
            ).fetchall()
        found: dict[str, tuple[str, ...]] = {}
        for document, source in rows:
            found[document] = (*found.get(document, ()), source)
        return found

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        self._refuse_read_only()
        with _explained(self.path), self._records:
            yield

    def _refuse_read_only(self) -> None:
        if self.read_only:
            raise StoreError("the store was opened for reading only", where=self.path)

    def setting(self, name: str) -> tuple[str, ...]:
        """What a build was told once and holds for the next ones too (paths of tables and judgements)."""
        with _explained(self.path):
            row = self._records.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return () if row is None else tuple(json.loads(row[0]))

    def set_setting(self, name: str, values: Iterable[str]) -> None:
        """Keep a setting in place of what it was."""
        with self._writing():
            row = (name, json.dumps(list(values), ensure_ascii=False))
            self._records.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", row)

    # -------- triples

    def reconcile(self, resolution: Resolution, *, ontology: Ontology, gazetteer: Gazetteer) -> Reconciled:
        """Make the triples say what the records say: write changed graphs, drop those of documents that are gone.

        Each graph changes in one transaction, together with the digest of its quads, so that whatever was left undone
        by a killed process is seen and done. Writes nothing where everything agrees.
        """
        self._refuse_read_only()
        added = replaced = dropped = unchanged = written = 0
        with _explained(self.path):
            triples = self._triples
            present = {graph.value for graph in triples.named_graphs()}
            digests = {
                quad.graph_name.value: quad.object.value
                for quad in triples.quads_for_pattern(None, _DIGEST, None, None)
                if isinstance(quad.graph_name, ox.NamedNode) and isinstance(quad.object, ox.Literal)
            }
            waiting: list[ox.Quad] = []
            waiting_graphs = 0
            for extraction in self.extractions():
                graph = self.iris.document(extraction.document.id)
                extraction = resolution.amended.get(extraction.document.id, extraction)
                quads = document_quads(extraction, resolution, ontology=ontology, gazetteer=gazetteer, iris=self.iris)
                wanted = digest(quads)
                known = graph.value in present
                present.discard(graph.value)
                if known and digests.get(graph.value) == wanted:
                    unchanged += 1
                    continue
                mark = ox.Quad(graph, _DIGEST, ox.Literal(wanted), graph)
                if known:
                    written += self._change(graph, {*quads, mark})
                    replaced += 1
                    continue
                # Graphs that are not there yet can be written many at a time: nothing has to go before.
                waiting.extend(quads)
                waiting.extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
                waiting.append(mark)
                written += len(quads) + 1
                waiting_graphs += 1
                added += 1
                if waiting_graphs == _BATCH:
                    triples.extend(waiting)
                    # Without it a large build keeps every write in memory: 949 MB instead of 372 for 1,472 articles.
                    triples.flush()
                    waiting, waiting_graphs = [], 0
            triples.extend(waiting)
            written += self._write_corpus(resolution, digests, present)
            for name in sorted(present):
                self._change(ox.NamedNode(name), set())
                dropped += 1
            outcome = Reconciled(added, replaced, dropped, unchanged, written)
            if outcome.quads > 0 or outcome.changed:
                self.flush()
        return outcome

    def _write_corpus(self, resolution: Resolution, digests: Mapping[str, str], present: set[str]) -> int:
        """The graph of what no document says by itself; counted among no documents."""
        graph = self.iris.corpus
        known = graph.value in present
        present.discard(graph.value)
        quads = corpus_quads(resolution, iris=self.iris)
        wanted = digest(quads)
        if digests.get(graph.value) == wanted or (not known and len(quads) == 0):
            return 0
        mark = {ox.Quad(graph, _DIGEST, ox.Literal(wanted), graph)} if len(quads) > 0 else set()
        return self._change(graph, {*quads, *mark}) + (1 if len(quads) == 0 else 0)

    def _change(self, graph: ox.NamedNode, wanted: set[ox.Quad]) -> int:
        """Make a graph hold what is wanted and keep the default graph the merge of all, in one transaction.

        The merge is written out because Oxigraph 0.5 makes its own union of graphs a bag: a triple that two documents
        hold came twice, and every COUNT and SUM over it was wrong (oxigraph#1919).
        """
        held = set(self._triples.quads_for_pattern(None, None, None, graph))
        gone, new = held - wanted, wanted - held
        merged_gone = [
            quad
            for quad in gone
            if quad.predicate != _DIGEST
            and not any(
                other.graph_name not in (graph, _MERGED)
                for other in self._triples.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
            )
        ]
        parts = []
        if len(wanted) == 0:
            parts.append(f"DROP SILENT GRAPH {graph}")
            gone = set()
        if len(gone) + len(merged_gone) > 0:
            parts.append(f"DELETE DATA {{ GRAPH {graph} {{ {_lines(gone)} }} {_lines(merged_gone)} }}")
        if len(new) > 0:
            merged_new = [quad for quad in new if quad.predicate != _DIGEST]
            parts.append(f"INSERT DATA {{ GRAPH {graph} {{ {_lines(new)} }} {_lines(merged_new)} }}")
        self._triples.update(" ;\n".join(parts))
        return len(new)

    def quads(self, document: str | None = None) -> Iterator[ox.Quad]:
        """The quads of one document, or of all, in no order that means anything; without the digests."""
        graph = None if document is None else self.iris.document(document)
        with _explained(self.path):
            for quad in self._triples.quads_for_pattern(None, None, None, graph):
                if quad.predicate != _DIGEST and quad.graph_name != _MERGED:
                    yield quad

    def graphs(self) -> list[str]:
        """The ids of the documents that have a graph, sorted."""
        with _explained(self.path):
            names = (self.iris.id_of(g.value) for g in self._triples.named_graphs() if isinstance(g, ox.NamedNode))
            return sorted(name for name in names if name is not None)

    def flush(self) -> None:
        """Wait until everything written is on the disk; without it a power cut may lose the last transactions."""
        with _explained(self.path):
            if self.path is not None:
                self._triples.flush()
                if not self.read_only:
                    self._records.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def snapshot(self, path: Path) -> None:
        """Write a copy of the triples to a folder that does not exist yet: 20 ms and hard links on one disk.

        `pyoxigraph.Store.read_only` of it can be read by any process while this store is written.
        """
        if self.path is None or self.read_only:
            raise StoreError("only a store on disk that is open for writing can be copied", where=self.path)
        with _explained(path):
            if Path(path).exists():
                raise StoreError("exists already; a snapshot goes into a new folder", where=path)
            self._triples.backup(path)

    # -------- queries

    def query(self, sparql: str, *, bind: Mapping[str, Any] | None = None) -> Result:
        """Answer a SPARQL 1.1 query over the merge of all documents' graphs, each triple once; GRAPH asks for one.

        The prefixes of `kg.rdf.PREFIXES` are known. `bind` gives variables of the outermost group a term: a pyoxigraph
        term, or text, which becomes a string literal. Raises QueryError with line and column for a query that is
        wrong, for SERVICE,
        which would leave the machine, and for updates.
        """
        solutions = self._solve(sparql, bind)
        try:
            if isinstance(solutions, ox.QuerySolutions):
                variables = tuple(variable.value for variable in solutions.variables)
                return Result("SELECT", variables, tuple(tuple(solution) for solution in solutions))
            if isinstance(solutions, ox.QueryBoolean):
                return Result("ASK", boolean=bool(solutions))
            triples = tuple(sorted(solutions, key=str))
        except (OSError, RuntimeError) as error:
            raise QueryError(f"the query failed: {error}") from error
        rows = tuple((t.subject, t.predicate, t.object) for t in triples)
        return Result("GRAPH", ("subject", "predicate", "object"), rows, triples=triples)

    def answer(self, sparql: str, *, media: str = "json", bind: Mapping[str, Any] | None = None) -> bytes:
        """The answer to a query in a standard format: json, xml, csv or tsv; turtle or ntriples for CONSTRUCT."""
        solutions = self._solve(sparql, bind)
        tables = {
            "json": ox.QueryResultsFormat.JSON,
            "xml": ox.QueryResultsFormat.XML,
            "csv": ox.QueryResultsFormat.CSV,
            "tsv": ox.QueryResultsFormat.TSV,
        }
        graphs = {"turtle": ox.RdfFormat.TURTLE, "ntriples": ox.RdfFormat.N_TRIPLES, "xml": ox.RdfFormat.RDF_XML}
        known: Mapping[str, Any] = graphs if isinstance(solutions, ox.QueryTriples) else tables
        if media not in known:
            raise QueryError(f"the answer to this query cannot be written as {media}; it can as {', '.join(known)}")
        try:
            if isinstance(solutions, ox.QueryTriples):
                triples = sorted(solutions, key=str)
                return ox.serialize(triples, format=known[media], prefixes=dict(PREFIXES)) or b""
            if isinstance(solutions, ox.QueryBoolean) and media in {"csv", "tsv"}:
                return b"true\n" if bool(solutions) else b"false\n"
            return solutions.serialize(format=known[media]) or b""
        except (OSError, RuntimeError) as error:
            raise QueryError(f"the query failed: {error}") from error

    def _solve(
        self, sparql: str, bind: Mapping[str, Any] | None
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        refuse_unsafe(sparql)
        text = sparql if bind is None or len(bind) == 0 else bound(sparql, bind)

        def run() -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
            return self._triples.query(text, prefixes=dict(PREFIXES))

        try:
            try:
                return run()
            except OSError:
                if not self.read_only or self.path is None:
                    raise
                # A writer has replaced files under this reader: look at the folder anew, once.
                self._open_triples = self._triples_of(self.path, read_only=True)
                return run()
        except SyntaxError as error:
            raise syntax_error(error) from None
        except (OSError, RuntimeError) as error:
            raise QueryError(f"the query failed: {error}") from error


# ---------------------------------------------------------------- folders, locks, faults


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}.{ending}")


def _take_back(path: Path) -> None:
    """End a rebuild that was killed between its two renames: the old store goes back to its place."""
    old = _beside(path, "old")
    if not path.exists() and (old / "meta.json").exists():
        old.rename(path)


def _read_meta(path: Path) -> dict[str, str] | None:
    """The meta data of a store; None where there is none yet. Raises StoreError for any other folder or version."""
    file = path / "meta.json"
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        _refuse_foreign(path)
        return None
    except NotADirectoryError:
        _refuse_foreign(path)
        raise
    except ValueError as error:
        raise StoreError(f"is damaged ({error}); {_OTHER_VERSION}", where=file) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("base"), str):
        raise StoreError(_OTHER_VERSION, where=path)
    return data


def _make(path: Path, base: str | None) -> dict[str, str]:
    base = base if base is not None else BASE
    try:
        Iris(base)
    except ValueError as error:
        raise StoreError(f"{base!r} cannot be the base of IRIs: {error}; give one like {BASE}") from error
    path.mkdir(parents=True, exist_ok=True)
    meta = {"format": FORMAT, "kg": __version__, "base": base}
    part = path / "meta.json.tmp"
    part.write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")
    part.replace(path / "meta.json")
    return {"base": base}


def _refuse_foreign(path: Path) -> None:
    """Raise where a folder holds anything that no store has: kg never writes between other people's files."""
    if not path.exists():
        return
    if not path.is_dir():
        raise StoreError("is a file, not a store; name a folder with --store", where=path)
    foreign = sorted(entry.name for entry in path.iterdir() if _OWN_NAMES.fullmatch(entry.name) is None)
    if len(foreign) > 0:
        raise StoreError(
            f"is no store: it holds {foreign[0]!r}; name an empty or a new folder with --store", where=path
        )


def _refuse_locked(path: Path) -> None:
    """Raise where another process is writing the triples; what else may be wrong with them does not matter here."""
    if not (path / "triples").is_dir():
        return
    try:
        ox.Store(path / "triples")
    except (OSError, RuntimeError) as error:
        if _is_lock(error):
            raise


def _connect(file: Path, *, read_only: bool) -> sqlite3.Connection:
    if not read_only:
        # With a write-ahead log a transaction costs no wait for the disk, and a kill -9 loses none that was ended.
        return _prepared(str(file), "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + _SCHEMA)
    address = file.absolute().as_uri()
    check = "SELECT 1 FROM source LIMIT 1"
    try:
        return _prepared(f"{address}?mode=ro", check)
    except sqlite3.OperationalError:
        # SQLite wants to put a file beside the records even for reading, which a read-only folder does not let it.
        return _prepared(f"{address}?immutable=1", check)


def _prepared(address: str, script: str) -> sqlite3.Connection:
    records = sqlite3.connect(address, uri=address.startswith("file:"), timeout=5)
    try:
        records.executescript(script)
    except sqlite3.Error:
        records.close()
        raise
    return records


def _is_lock(error: Exception) -> bool:
    # RocksDB says the one for another process, the other for this one; a path in the message may hold any word.
    return re.search(r"While lock file|lock hold by current process", str(error)) is not None


@contextlib.contextmanager
def _explained(path: Path | str | None) -> Iterator[None]:
    """Turn the faults of the disk, of Oxigraph and of SQLite into one StoreError with its remedy."""
    try:
        yield
    except (OSError, RuntimeError, sqlite3.Error) as error:
        raise _explain(error, path) from error


def _explain(error: Exception, path: Path | str | None) -> StoreError:
    text = str(error)
    low = text.lower()
    if (isinstance(error, OSError) and _is_lock(error)) or "database is locked" in low:
        said = "another kg process is writing to this store; wait until it has ended"
    elif any(
        words in low for words in ("no space left", "disk is full", "disk quota", "file too large", "disk i/o error")
    ):
        said = "the disk is full or cannot be written; free some space and build again: nothing that was there is lost"
    elif (
        isinstance(error, PermissionError)
        # The folder itself cannot be made: a system folder such as /proc says so.
        or (isinstance(error, FileNotFoundError) and error.filename == str(path))
        or any(
            words in low
            for words in ("permission denied", "read-only file system", "readonly database", "unable to open database")
        )
    ):
        said = "no permission to write or read here; change the rights of the folder or name another with --store"
    elif any(
        words in low
        for words in ("corrupt", "malformed", "not a database", "no such table", "no such column", "invalid argument")
    ):
        said = f"the store is damaged; rebuild with kg build --rebuild ({_short(text)})"
    else:
        said = f"the store cannot be used: {_short(text)}; rebuild with kg build --rebuild where this stays"
    return StoreError(said, where=path)


def _short(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() != "" else "no reason given"
    return line if len(line) <= 200 else line[:200] + "…"


# ---------------------------------------------------------------- validation

#: Documents whose graphs are checked in one call: pySHACL reads the shapes anew at every call.
_CHECKED = 100


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing in a document's graph that a shape does not allow.

    `focus` is the IRI of the fact, entity or document, `path` the local name of the property and `value` what is
    wrong there (None where something is missing or the fault is of the whole node). `quote` is the sentence of the
    fact or evidence, None for anything else.
    """

    focus: str
    message: str
    path: str | None
    value: str | None
    document: str
    quote: str | None = None


def validate(
    store: Store, *, ontology: Ontology, documents: Iterable[str] | None = None, language: str = "zh"
) -> list[Violation]:
    """Check the graph of every document, or of some, against `shapes.ttl`; sorted by document and focus.

    Each graph is checked on its own, as a reader of that one article would: what another document says of an entity
    does not count. `language` is that of the messages (zh or en). Takes about 7 ms a document.
    """
    import rdflib

    shapes = rdflib.Graph().parse(ontology.folder / "shapes.ttl", format="turtle")
    classes = [
        (rdflib.URIRef(KG + name), rdflib.RDFS.subClassOf, rdflib.URIRef(KG + above))
        for name in (*ontology.entities, *ontology.facts)
        for above in ontology.ancestors(name)[1:2]
    ]
    names = list(store.graphs() if documents is None else documents)
    found: list[Violation] = []
    for start in range(0, len(names), _CHECKED):
        found.extend(_validate(store, names[start : start + _CHECKED], shapes, classes, language))
    return sorted(found, key=lambda v: (v.document, v.focus, v.path or "", v.value or "", v.message))


def _validate(
    store: Store, documents: Sequence[str], shapes: Any, classes: Iterable[tuple[Any, Any, Any]], language: str
) -> Iterator[Violation]:
    import pyshacl
    import rdflib
    from rdflib.namespace import SH

    data = rdflib.Graph(bind_namespaces="none")
    for triple in classes:
        data.add(triple)

    # The graphs are checked together and must not mix: every node carries the number of its document.
    def node(term: Any, number: int) -> Any:
        if isinstance(term, ox.NamedNode):
            return rdflib.URIRef(term.value if term.value.startswith(KG) else f"d{number}:{term.value}")
        if term.language is not None:
            return rdflib.Literal(term.value, lang=term.language)
        datatype = term.datatype.value
        # To rdflib "done" and "done"^^xsd:string are two terms, and the shapes have the first.
        return rdflib.Literal(term.value, datatype=None if datatype == XSD + "string" else rdflib.URIRef(datatype))

    for number, document in enumerate(documents):
        for quad in store.quads(document):
            data.add((node(quad.subject, number), rdflib.URIRef(quad.predicate.value), node(quad.object, number)))
    conforms, report, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
    if conforms:
        return
    for result in report.objects(None, SH.result):
        focus = str(report.value(result, SH.focusNode))
        place, _, iri = focus.partition(":")
        messages = {m.language: str(m) for m in report.objects(result, SH.resultMessage)}
        path, value = report.value(result, SH.resultPath), report.value(result, SH.value)
        shown = None if value is None or str(value) == focus else str(value)
        places = sorted(map(str, data.objects(rdflib.URIRef(focus), rdflib.URIRef(KG + "evidence"))))
        quote = data.value(rdflib.URIRef(places[0] if len(places) > 0 else focus), rdflib.URIRef(KG + "quote"))
        yield Violation(
            focus=iri,
            message=messages.get(language) or messages.get("zh") or min(messages.values(), default=""),
            path=None if path is None else re.split("[#/]", str(path))[-1],
            value=None if shown is None else re.sub(r"^d\d+:(?=https?:)", "", shown),
            document=documents[int(place[1:])],
            quote=None if quote is None else str(quote),
        )


# ---------------------------------------------------------------- values for variables


def bound(sparql: str, bind: Mapping[str, Any]) -> str:
    """The query with the values of `bind` as a VALUES block at the start of its outermost group.

    pyoxigraph's own substitutions work only for variables that the query returns.
    """
    names = " ".join("?" + ox.Variable(name).value for name in bind)
    terms = " ".join(str(ox.Literal(term) if isinstance(term, str) else term) for term in bind.values())
    depth, wanted, position = 0, 1, 0
    while position < len(sparql):
        match = token().match(sparql, position)
        if match is None:  # pragma: no cover - the last alternative takes any character
            break
        text, position = match.group(), match.end()
        if match.lastgroup == "word" and depth == 0 and text.upper() == "CONSTRUCT":
            # The first group of CONSTRUCT is its template.
            wanted = 2
        if text == "{" and depth == 0:
            wanted -= 1
            if wanted == 0:
                return f"{sparql[:position]} VALUES ({names}) {{ ({terms}) }} {sparql[position:]}"
        depth += (text in {"{", "("}) - (text in {"}", ")"})
    raise QueryError(f"there is no group in this query to bind {names} in; write it with WHERE {{ … }}")
