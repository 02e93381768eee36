"""Exports: a store, or one document of it, as RDF, as a network for other programs, as tables and as JSON lines.

Input: an open store. Output: files with the same bytes for the same corpus: everything is sorted, nothing is dated.

    export(store, Path("graph.ttl"), format="turtle", ontology=ontology)

RDF formats are written by pyoxigraph (`trig`, `nquads` and `jsonld` keep the named graphs, the others merge them),
GraphML and GEXF by networkx: nodes are entities, and an edge is a pair of participants that the ontology draws one for.
CSV is a folder with `nodes.csv` and `edges.csv`. A JSON line is an entity or a fact with its evidence.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg.errors import StoreError
from kg.model import Amount, Date, Entity, Fact
from kg.ontology import KG, Ontology
from kg.rdf import PREFIXES, DocumentGraph, Quote, read_graph
from kg.store import Store

_RDF: Mapping[str, ox.RdfFormat] = {
    "turtle": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}

#: Every format and the ending of its files; csv makes a folder.
FORMATS: Mapping[str, str] = {
    "turtle": ".ttl",
    "trig": ".trig",
    "ntriples": ".nt",
    "nquads": ".nq",
    "jsonld": ".jsonld",
    "rdfxml": ".rdf",
    "graphml": ".graphml",
    "gexf": ".gexf",
    "csv": "",
    "jsonl": ".jsonl",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. `apart` counts the facts that make no edge (one participant, no pair that is drawn): they are
    in the RDF formats and in jsonl, and not in graphml, gexf and csv. `unsure` counts those left out by confidence.
    """

    files: tuple[Path, ...]
    entities: int = 0
    facts: int = 0
    edges: int = 0
    quads: int = 0
    apart: int = 0
    unsure: int = 0


def export(
    store: Store,
    target: Path,
    *,
    format: str,  # noqa: A002
    ontology: Ontology,
    document: str | None = None,
    min_confidence: float = 0.0,
) -> Exported:
    """Write a store, or one document of it, to a file (csv: to a folder), in one of `FORMATS`.

    Facts less sure than `min_confidence` are left out, unless somebody confirmed them; not so in the RDF formats, which
    are the store itself, with the confidence beside each fact.

    Raises StoreError for an unknown format or document, and where the target cannot be written. A file that is there
    is replaced at the end, in one step.
    """
    target = Path(target)
    if format not in FORMATS:
        raise StoreError(f"unknown format {format!r}; known: {', '.join(FORMATS)}")
    if document is not None and document not in store.graphs():
        raise StoreError(f"there is no document {document!r}; kg documents lists them", where=store.path)
    try:
        if format in _RDF:
            data, count = _rdf(store, _RDF[format], document)
            return Exported((_write(target, data),), quads=count)
        corpus, unsure = _sure(store, read_corpus(store, document=document), min_confidence)
        if format == "jsonl":
            lines = list(json_lines(corpus, ontology))
            text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            file = _write(target, text.encode("utf-8"))
            return Exported((file,), entities=len(corpus.entities), facts=len(corpus.facts), unsure=unsure)
        edges = list(_edges(corpus, ontology))
        drawn = len({edge["fact"] for edge in edges})
        if format == "csv":
            target.mkdir(parents=True, exist_ok=True)
            nodes = [_node(entity, ontology) for entity in corpus.entities.values()]
            files: tuple[Path, ...] = (
                _write(target / "nodes.csv", _table(nodes, _NODE_COLUMNS)),
                _write(target / "edges.csv", _table(edges, _EDGE_COLUMNS)),
            )
        else:
            files = (_write(target, _network(corpus, edges, ontology, format)),)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StoreError(
            f"cannot be written: {error.strerror or error}; free space or name another file", where=target
        ) from error
    apart = len(corpus.facts) - drawn
    return Exported(files, len(corpus.entities), len(corpus.facts), len(edges), apart=apart, unsure=unsure)


def _write(target: Path, data: bytes) -> Path:
    if target.exists() and not target.is_file():
        # A device or a pipe (/dev/stdout) is written to; a rename would put a file in its place.
        target.write_bytes(data)
        return target
    part = target.with_name(target.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return target


# ---------------------------------------------------------------- RDF


def _rdf(store: Store, format: ox.RdfFormat, document: str | None) -> tuple[bytes, int]:  # noqa: A002
    quads = list(store.quads(document))
    if format.supports_datasets:
        # By graph first, so that a document's quads stand together.
        quads.sort(key=lambda q: (str(q.graph_name), str(q)))
        return ox.serialize(quads, format=format, prefixes=dict(PREFIXES)) or b"", len(quads)
    triples = sorted({quad.triple for quad in quads}, key=str)
    return ox.serialize(triples, format=format, prefixes=dict(PREFIXES)) or b"", len(triples)


# ---------------------------------------------------------------- values


@dataclass(frozen=True, slots=True)
class Corpus:
    """Entities and facts of some documents, each once: names and aliases of all, the evidence of all.

    `quotes` holds for each fact its evidence by document, and `entities` those that the texts mention, by id.
    """

    entities: Mapping[str, Entity]
    facts: Mapping[str, Fact]
    quotes: Mapping[str, tuple[Quote, ...]]
    documents: Mapping[str, DocumentGraph]


def read_corpus(store: Store, *, document: str | None = None) -> Corpus:
    """Read the values of one document, or of all, back from the triples of a store."""
    graphs = {
        name: read_graph(store.quads(name), iris=store.iris)
        for name in (store.graphs() if document is None else [document])
    }
    entities: dict[str, Entity] = {}
    facts: dict[str, Fact] = {}
    quotes: dict[str, tuple[Quote, ...]] = {}
    for graph in graphs.values():
        for name in graph.mentioned:
            known, found = entities.get(name), graph.entities[name]
            aliases = {*found.aliases, *(() if known is None else (known.name, *known.aliases)), found.name}
            first = found if known is None else known
            entities[name] = Entity(
                id=name,
                type=first.type,
                name=first.name,
                aliases=tuple(sorted(aliases - {first.name})),
                code=first.code or found.code,
                parent=first.parent or found.parent,
                note=first.note or found.note,
            )
        for fact in graph.facts:
            facts.setdefault(fact.id, fact)
            quotes[fact.id] = (*quotes.get(fact.id, ()), *graph.quotes[fact.id])
    return Corpus(
        {name: entities[name] for name in sorted(entities)},
        {name: facts[name] for name in sorted(facts)},
        quotes,
        graphs,
    )


def _sure(store: Store, corpus: Corpus, least: float) -> tuple[Corpus, int]:
    """The corpus without the facts that are less sure than `least`, and how many those are."""
    doubtful = {f for f in corpus.facts if max(quote.confidence for quote in corpus.quotes[f]) < least}
    if len(doubtful) > 0:
        told = store.query(f"""SELECT DISTINCT ?fact WHERE {{ ?j <{KG}action> "confirm" ; <{KG}about> ?fact }}""")
        confirmed = {solution[0].value for solution in told}
        doubtful -= {f for f in doubtful if store.iris.fact(f).value in confirmed}
    facts = {name: fact for name, fact in corpus.facts.items() if name not in doubtful}
    return replace(corpus, facts=facts), len(doubtful)


def json_lines(corpus: Corpus, ontology: Ontology) -> Iterator[dict[str, Any]]:
    """The entities and then the facts as objects of JSON: what the scorer of extraction reads, and more.

    `type` is the broad class (Place, Investment), `class` the fine one (AdministrativeDivision, CapitalIncrease).
    `date` is an ISO date of reduced precision, `amount.value` a number in single units of `amount.currency`. An
    industry has the kind `industry`: the annotation knows no such entities.
    """
    for entity in corpus.entities.values():
        line = {
            "kind": "industry" if ontology.top(entity.type) == "Industry" else "entity",
            "id": entity.id,
            "type": ontology.top(entity.type),
            "class": entity.type,
            "name": entity.name,
            "aliases": list(entity.aliases),
            "code": entity.code,
            "parent": entity.parent,
            "note": entity.note,
        }
        yield {key: value for key, value in line.items() if value is not None}
    for fact in corpus.facts.values():
        told = corpus.quotes[fact.id]
        yield {
            "kind": "fact",
            "id": fact.id,
            "type": ontology.top(fact.type),
            "class": fact.type,
            "roles": [{"role": role, "entity": entity} for role, entity in _roles(fact, ontology)],
            "date": _told_day(fact.date),
            "date_text": fact.date.text if fact.date is not None else None,
            **_period(fact),
            "amount": _amount(fact.amount),
            "status": fact.status,
            "label": fact.label,
            **({"qualifiers": dict(fact.qualifiers)} if len(fact.qualifiers) > 0 else {}),
            "confidence": max(quote.confidence for quote in told),
            "evidence": [
                {
                    "document": quote.span.document,
                    "start": quote.span.start,
                    "end": quote.span.end,
                    "quote": quote.text,
                    "confidence": quote.confidence,
                    "rule": quote.rule,
                }
                for quote in told
            ],
        }


def _told_day(date: Date | None) -> str | None:
    """The date of a line: for some days of one month (4月18日至20日) the first of them, as readers date a visit; both
    ends stand beside it.
    """
    if date is not None and date.start is not None and len(date.start) == 10 and date.value == date.start[:7]:
        return date.start
    return date.value if date is not None else None


def _period(fact: Fact) -> dict[str, Any]:
    date = fact.date
    return {} if date is None or date.start == date.end else {"date_start": date.start, "date_end": date.end}


def _amount(amount: Amount | None) -> dict[str, Any] | None:
    if amount is None:
        return None
    found: dict[str, Any] = {
        "value": _number(amount.value),
        "currency": amount.currency,
        "text": amount.text,
        "bound": amount.bound,
    }
    if amount.upper is not None:
        found["upper"] = _number(amount.upper)
    return found


def _number(value: Decimal) -> int | float:
    """A number of JSON: whole sums as integers; a sum in cents has few enough digits for a float to be exact."""
    return int(value) if value == value.to_integral_value() else float(value)


def _roles(fact: Fact, ontology: Ontology) -> list[tuple[str, str]]:
    """The roles in the order of the ontology."""
    order = {role.name: number for number, role in enumerate(ontology.fact(fact.type).roles)}
    return sorted(fact.roles, key=lambda pair: (order.get(pair[0], len(order)), pair))


# ---------------------------------------------------------------- networks and tables

_NODE_COLUMNS = ("id", "label", "type", "class", "class_label", "aliases", "code", "parent")
_EDGE_COLUMNS = (
    "source", "target", "directed", "relation", "label", "fact", "type", "class", "title", "status",
    "date", "date_text", "amount", "currency", "amount_text", "amount_bound",
    "confidence", "document", "quote", "quote_start", "quote_end",
)  # fmt: skip


def _node(entity: Entity, ontology: Ontology) -> dict[str, Any]:
    return {
        "id": entity.id,
        "label": entity.name,
        "type": ontology.top(entity.type),
        "class": entity.type,
        "class_label": ontology.label(entity.type),
        "aliases": "|".join(entity.aliases),
        "code": entity.code,
        "parent": entity.parent,
    }


def _edges(corpus: Corpus, ontology: Ontology) -> Iterator[dict[str, Any]]:
    """A row for each pair of participants that the ontology draws an edge for, with the best evidence of its fact."""
    for fact in corpus.facts.values():
        best = corpus.quotes[fact.id][0]
        for edge in ontology.fact(fact.type).edges:
            for source in fact.entities(edge.source):
                for target in fact.entities(edge.target):
                    if source == target or (edge.symmetric and source > target):
                        continue
                    yield {
                        "source": source,
                        "target": target,
                        "directed": not edge.symmetric,
                        "relation": edge.name,
                        "label": ontology.label(edge.name),
                        "fact": fact.id,
                        "type": ontology.top(fact.type),
                        "class": fact.type,
                        "title": fact.label,
                        "status": fact.status,
                        "date": fact.date.value if fact.date is not None else None,
                        "date_text": fact.date.text if fact.date is not None else None,
                        "amount": None if fact.amount is None else fact.amount.value,
                        "currency": None if fact.amount is None else fact.amount.currency,
                        "amount_text": None if fact.amount is None else fact.amount.text,
                        "amount_bound": None if fact.amount is None else fact.amount.bound,
                        "confidence": max(quote.confidence for quote in corpus.quotes[fact.id]),
                        "document": best.span.document,
                        "quote": best.text,
                        "quote_start": best.span.start,
                        "quote_end": best.span.end,
                    }


def _table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    # With a byte order mark Excel reads the file as UTF-8, without one as the code page of the machine.
    return stream.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "" if value is None else format(value, "f") if isinstance(value, Decimal) else str(value)
    # A spreadsheet would run what an article says as a formula.
    return "'" + text if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _network(corpus: Corpus, edges: Iterable[Mapping[str, Any]], ontology: Ontology, format: str) -> bytes:  # noqa: A002
    import networkx as nx

    network: Any = nx.MultiDiGraph()
    for entity in corpus.entities.values():
        network.add_node(entity.id, **_attributes(_node(entity, ontology), {"id"}))
    for edge in edges:
        # GEXF gives an edge a `type` of its own.
        values = _attributes(edge, {"source", "target"})
        values["fact_type"] = values.pop("type")
        if "amount" in values:
            # One type for the whole column: GraphML declares it once.
            values["amount"] = float(values["amount"])
        network.add_edge(edge["source"], edge["target"], key=f"{edge['fact']}/{edge['relation']}", **values)
    stream = io.BytesIO()
    if format == "graphml":
        nx.write_graphml_xml(network, stream, encoding="utf-8", prettyprint=True)
        return stream.getvalue()
    nx.write_gexf(network, stream, encoding="utf-8", prettyprint=True)
    # networkx dates the file with the clock and names itself: the same corpus must give the same bytes.
    return re.sub(rb'\s*<meta lastmodifieddate="[^"]*">.*?</meta>', b"", stream.getvalue(), flags=re.S)


def _attributes(row: Mapping[str, Any], without: set[str]) -> dict[str, Any]:
    """The values that XML can hold: no None, no control characters."""
    return {
        key: _CONTROL.sub("\ufffd", value) if isinstance(value, str) else value
        for key, value in row.items()
        if key not in without and value is not None
    }


_CONTROL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
