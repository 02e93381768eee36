"""What a worker process of the server does: answers one query, or writes one page, from a copy of the triples.

A thread cannot be stopped, a process can: what takes too long, or too much memory, is killed by the server and takes
nothing else with it. A request is a line of JSON on stdin; the reply is a line of JSON about it and then its body on
stdout. SPARQL is answered in the format that the Accept header likes best; SERVICE, updates and files are refused.

    {"task": "answer", "query": "SELECT ?p { <entity/place/330402> rdfs:label ?p }", "accept": "text/csv", …}
    →  200 text/csv   p⏎南湖区⏎
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import logging
import os
import re
import signal
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from kg import api, pages
from kg.errors import KgError, QueryError, UnknownNameError
from kg.ontology import KG, Ontology
from kg.rdf import PREFIXES
from kg.store import Store, refuse_unsafe

_LOG = logging.getLogger(__name__)


class Reply(NamedTuple):
    """What a worker answers: a status, a media type and the whole body."""

    status: int
    media: str
    body: bytes
    headers: Mapping[str, str] = {}


class RefusedError(Exception):
    """A request that gets an error: its status and the words for the client."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


# ---------------------------------------------------------------- content negotiation


@dataclass(frozen=True, slots=True)
class Offer:
    """A format that an answer can take: its short name for `format=`, its media type, and the writer's name for it."""

    name: str
    media: str
    format: Any


TABLES = (
    Offer("json", "application/sparql-results+json", ox.QueryResultsFormat.JSON),
    Offer("xml", "application/sparql-results+xml", ox.QueryResultsFormat.XML),
    Offer("csv", "text/csv", ox.QueryResultsFormat.CSV),
    Offer("tsv", "text/tab-separated-values", ox.QueryResultsFormat.TSV),
    Offer("json", "application/json", ox.QueryResultsFormat.JSON),
    Offer("xml", "application/xml", ox.QueryResultsFormat.XML),
)
GRAPHS = (
    Offer("turtle", "text/turtle", ox.RdfFormat.TURTLE),
    Offer("ntriples", "application/n-triples", ox.RdfFormat.N_TRIPLES),
    Offer("rdfxml", "application/rdf+xml", ox.RdfFormat.RDF_XML),
    Offer("jsonld", "application/ld+json", ox.RdfFormat.JSON_LD),
    Offer("trig", "application/trig", ox.RdfFormat.TRIG),
    Offer("nquads", "application/n-quads", ox.RdfFormat.N_QUADS),
    Offer("xml", "application/xml", ox.RdfFormat.RDF_XML),
    Offer("json", "application/json", ox.RdfFormat.JSON_LD),
    Offer("ntriples", "text/plain", ox.RdfFormat.N_TRIPLES),
)
HTML = Offer("html", "text/html", None)
_SHORT = {"ttl": "turtle", "nt": "ntriples", "rdf": "rdfxml", "json-ld": "jsonld", "nq": "nquads"}
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


def choose(offers: Sequence[Offer], accept: str, wanted: str = "") -> Offer:
    """The offer that an Accept header likes best, the first of equals; `wanted` (a `format=`) goes before the header.

    What cannot be read in the header counts for nothing. Raises RefusedError with 406 and the list where nothing fits.

    >>> choose(TABLES, "text/*;q=0.5, application/sparql-results+xml;q=0.4").name
    'csv'
    """
    if wanted != "":
        name = _SHORT.get(wanted.lower(), wanted.lower())
        best = next((offer for offer in offers if name in (offer.name, offer.media)), None)
    else:
        wishes = _wishes(accept)
        best = max(offers, key=lambda offer: _quality(offer.media, wishes))
        best = best if _quality(best.media, wishes) > 0 else None
    if best is None:
        known = ", ".join(dict.fromkeys(f"{offer.media} (format={offer.name})" for offer in offers))
        raise RefusedError(406, f"no format of this answer fits {wanted or accept!r}; it can be written as {known}")
    return best


def _wishes(accept: str) -> dict[str, float]:
    wishes: dict[str, float] = {}
    for part in accept.lower().split(","):
        media, *parameters = (word.strip() for word in part.split(";"))
        quality = next((p[2:].strip() for p in parameters if p.startswith("q=")), "1")
        if "/" in media and _QUALITY.fullmatch(quality) is not None:
            wishes[media] = max(float(quality), wishes.get(media, 0.0))
    return wishes if len(wishes) > 0 else {"*/*": 1.0}


def _quality(media: str, wishes: Mapping[str, float]) -> float:
    # The narrower range counts, even where it says less: text/csv;q=0 beside */* means no CSV.
    ranges = (media, media.split("/")[0] + "/*", "*/*")
    return next((wishes[r] for r in ranges if r in wishes), 0.0)


# ---------------------------------------------------------------- queries


class _Desk:
    """What a worker has at hand: the triples of one snapshot, as Oxigraph's store and as kg's, and the ontology."""

    def __init__(self, folder: Path, ontology: Path, path: Path) -> None:
        self.folder = folder
        self.path = path
        self.base = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["base"]
        self.triples = ox.Store.read_only(str(folder / "triples"))
        records = sqlite3.connect(":memory:")
        self.store = Store(path=None, triples=self.triples, records=records, base=self.base, read_only=True)
        self._ontology = ontology

    @cached_property
    def ontology(self) -> Ontology:
        return Ontology.load(self._ontology)

    @cached_property
    def sources(self) -> api.Sources:
        return api.Sources(self.store, self.ontology, functools.partial(Store.extraction_beside, self.path))


class _Sink(io.BytesIO):
    """Takes what a serializer writes, up to a limit."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > self._limit:
            raise RefusedError(
                422,
                f"the answer is larger than {self._limit:,} bytes; ask for less of it, with LIMIT or another FILTER",
            )
        return super().write(data)


_LOCAL_DATA = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""' r"|'''(?:[^'\\]|\\.|'(?!''))*'''" r'|"(?:[^"\\\n]|\\.)*"' r"|'(?:[^'\\\n]|\\.)*'"
    r"|\bFROM\s*(?:NAMED\s*)?(?P<file><file:[^>]*>)" r"|<[^<>\"{}|^`\\\s]*>|#[^\n]*",
    re.DOTALL | re.IGNORECASE,
)  # fmt: skip


def _answer(desk: _Desk, request: Mapping[str, Any]) -> Reply:
    """A SPARQL query; prefixes of kg are known, and relative IRIs begin at the base of the store's."""
    text = request["query"]
    try:
        refuse_unsafe(text)
    except QueryError as error:
        raise RefusedError(403, str(error)) from None
    for match in _LOCAL_DATA.finditer(text):
        if match.group("file") is not None:
            raise RefusedError(403, f"FROM {match.group('file')}: no file is read; FROM names a document of the store")
    try:
        dataset = _dataset(request["default"], request["named"])
        solutions = desk.triples.query(text, base_iri=desk.base, prefixes=dict(PREFIXES), **dataset)
    except SyntaxError as error:
        raise RefusedError(400, _syntax(error)) from None
    except ValueError as error:
        raise RefusedError(400, f"default-graph-uri and named-graph-uri must be absolute IRIs: {error}") from None
    sink = _Sink(request["max_bytes"])
    try:
        if isinstance(solutions, ox.QueryTriples):
            offer = choose(GRAPHS, request["accept"], request["format"])
            ox.serialize(solutions, sink, format=offer.format, prefixes=dict(PREFIXES))
        else:
            offer = choose(TABLES, request["accept"], request["format"])
            if isinstance(solutions, ox.QueryBoolean) and offer.name in {"csv", "tsv"}:
                # The two table formats know no yes and no: one word, as `kg query --csv` says it.
                sink.write(b"true\n" if bool(solutions) else b"false\n")
            else:
                solutions.serialize(sink, format=offer.format)
    except (OSError, RuntimeError) as error:
        raise RefusedError(500, f"the query failed: {error}") from error
    return Reply(200, offer.media, sink.getvalue())


def _dataset(default: Sequence[str], named: Sequence[str]) -> dict[str, Any]:
    if len(default) + len(named) == 0:
        return {}
    # The dataset of the protocol takes the place of the query's own: what is not named is empty.
    graphs = {"default_graph": default, "named_graphs": named}
    return {key: [ox.NamedNode(iri) for iri in iris] for key, iris in graphs.items()}


def _syntax(error: SyntaxError) -> str:
    match = re.match(r"error at (\d+):(\d+): (.*)", str(error.msg), re.DOTALL)
    if match is None:
        return f"the query is not SPARQL 1.1: {str(error.msg)[:500]}"
    return f"line {match[1]}, column {match[2]}: the query is not SPARQL 1.1: {match[3][:500]}"


def _describe(desk: _Desk, request: Mapping[str, Any]) -> Reply:
    """An entity, a fact or a document: a page for people, RDF for programs."""
    kind, name = request["kind"], request["name"]
    node = getattr(desk.store.iris, kind)(name)
    offer = choose((HTML, *GRAPHS), request["accept"], request["format"])
    known = desk.store.query(f"ASK {{ {node} a ?class }}").boolean is True
    if offer is HTML:
        site = _site(desk, request)
        if not known:
            return _html(pages.missing_page(site, name))
        if kind == "fact":
            return _html(pages.fact_page(site, name))
        page = pages.entity_page if kind == "entity" else pages.document_page
        return _html(page(site, name, number=request["number"]))
    if not known:
        raise RefusedError(404, f"the store has no {kind} {name!r}")
    triples = desk.store.query(DESCRIPTIONS[kind].format(node=node, digest=f"<{KG}digest>")).triples
    sink = _Sink(request["max_bytes"])
    ox.serialize(triples, sink, format=offer.format, prefixes=dict(PREFIXES))
    return Reply(200, offer.media, sink.getvalue())


#: What describes a thing: an entity with what points at it, a fact with its evidence, all that a document says.
DESCRIPTIONS = {
    "entity": "CONSTRUCT {{ {node} ?p ?o . ?s ?q {node} }} WHERE {{ {{ {node} ?p ?o }} UNION {{ ?s ?q {node} }} }}",
    "fact": "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ {node} ?p ?o . BIND({node} AS ?s) }} UNION"
    " {{ {node} kg:evidence ?s . ?s ?p ?o }} }}",
    "document": "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {node} {{ ?s ?p ?o FILTER(?p != {digest}) }} }}",
}


def _api(desk: _Desk, request: Mapping[str, Any]) -> Reply:
    """An address of the JSON API."""
    try:
        found = api.answer(desk.sources, request["name"], request["thing"], request["given"])
    except UnknownNameError as error:
        return _json(404, {"error": str(error), "suggestions": list(error.suggestions)})
    except KgError as error:
        return _json(400, {"error": str(error)})
    return _json(200, found)


def _json(status: int, value: Any) -> Reply:
    body = json.dumps(value, ensure_ascii=False, default=str)
    return Reply(status, "application/json", body.encode("utf-8", "replace"))


def _query_page(desk: _Desk, request: Mapping[str, Any]) -> Reply:
    return _html(pages.query_page(_site(desk, request)))


def _graph_page(desk: _Desk, request: Mapping[str, Any]) -> Reply:
    return _html(pages.graph_page(_site(desk, request), around=request["around"], depth=request["depth"]))


def _site(desk: _Desk, request: Mapping[str, Any]) -> pages.Site:
    language, chosen, path = request["language"], request["chosen"], request["path"]
    return pages.Site(desk.store, desk.ontology, language=language, chosen=chosen, path=path)


def _html(page: pages.Page) -> Reply:
    body = page.text.encode("utf-8", "replace")
    return Reply(page.status, "text/html", body, {"content-security-policy": page.policy})


# ---------------------------------------------------------------- its life

_TASKS: Mapping[str, Callable[[_Desk, Mapping[str, Any]], Reply]] = {
    "answer": _answer,
    "describe": _describe,
    "api": _api,
    "query page": _query_page,
    "graph page": _graph_page,
}


def work() -> None:
    """The life of a worker process: a request a line on stdin, a line about the reply and its body on stdout."""
    settings = json.loads(sys.argv[1])
    _confine(settings["memory"])
    replies = os.fdopen(os.dup(1), "wb")
    # Whatever else is printed must not stand between two replies.
    os.dup2(2, 1)
    replies.write(b"ready\n")
    replies.flush()
    desk: _Desk | None = None
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if hasattr(signal, "setitimer"):
            # Where the server itself was killed nobody else would stop this process.
            signal.setitimer(signal.ITIMER_REAL, request["limit"] + 5)
        try:
            if desk is None or desk.folder != Path(request["snapshot"]):
                desk = _Desk(Path(request["snapshot"]), Path(settings["ontology"]), Path(settings["store"]))
            reply = _TASKS[request["task"]](desk, request)
        except RefusedError as refused:
            reply = refusal(refused.status, refused.words)
        except UnknownNameError as error:
            reply = refusal(404, str(error))
        except KgError as error:
            reply = refusal(400, str(error))
        except MemoryError:
            reply = refusal(500, DIED)
        except Exception:
            _LOG.exception("a request failed: %s", line[:500])
            reply = refusal(500, "the server failed here; its log says how")
        head = {"status": reply.status, "media": reply.media, "headers": reply.headers, "length": len(reply.body)}
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
        replies.write(json.dumps(head).encode("ascii") + b"\n" + reply.body)
        replies.flush()


DIED = "the query needs more memory, or is nested deeper, than this server allows"


def refusal(status: int, words: str) -> Reply:
    """A reply that only says what is wrong."""
    return Reply(status, "text/plain", (words + "\n").encode("utf-8", "replace"))


def _confine(memory: int) -> None:
    """Take from this process what no query needs: more memory than the limit, and on Linux the network."""
    if sys.platform == "win32":
        return
    import ctypes
    import resource

    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        # A limit that is set already may be lower, and not every system has both.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
    if sys.platform == "linux":
        # SERVICE is refused before a query runs; this is for the case that the check has a hole. Where the kernel does
        # not grant it nothing is lost.
        new_user, new_network = 0x10000000, 0x40000000
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).unshare(new_user | new_network)
