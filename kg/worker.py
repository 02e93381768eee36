"""What a worker process of the server does: answers one query, or writes one page, from a copy of the triples.

A thread cannot be stopped, a process can: what takes too long, or too much memory, is killed by the server and takes
nothing else with it. Requests and replies are frames, each a letter, a length and so many bytes. A request is `J` with
JSON, or `Q` for what comes most often: a number of a copy, an Accept header and a query as it stood in the address (`Z`
the same, to be compressed). The reply is `R`, whole, or `H` a head, `D` any number of parts and `E` the end. What is
small comes whole, so that a fault that shows late can still be told by a status; what is large comes while it is being
worked out.

    {"task": "answer", "query": "SELECT ?p { <entity/place/330402> rdfs:label ?p }", "accept": "text/csv", …}
    →  R  200 text/csv   p⏎南湖区⏎

Where the system can fork, workers are copies of one process that has read everything they need (`forge`) and has opened
nothing: a new one takes milliseconds. Elsewhere each is started anew, and imports what it needs when it is asked for.
"""

from __future__ import annotations

import binascii
import contextlib
import faulthandler
import functools
import gc
import io
import itertools
import json
import logging
import os
import signal
import socket
import sqlite3
import struct
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.errors import KgError, QueryError, UnknownNameError
from kg.negotiate import DIED, GRAPHS, HTML, TABLES, Offer, RefusedError, Reply, choose, refusal
from kg.sparql import refuse_nesting, refuse_query, refuse_update, syntax_error, window, with_using

if TYPE_CHECKING:
    from kg import api, pages
    from kg.ontology import Ontology
    from kg.store import Store

#: The head of a frame: what it is, and how many bytes follow.
FRAME = struct.Struct("!cI")

#: The first bytes of a `Q`: the number of the copy that it asks.
COPY = struct.Struct("!I")

#: What is said to the forge, the number of the copy to open, and what it says, that of a process.
NEWS = struct.Struct("!I")

#: Bytes of an answer that are held back before its head is sent, and then of each part.
_HELD, _PART = 128 * 1024, 64 * 1024

#: Bytes from which an answer is compressed where the client can read that.
_WORTH = 1400

#: Seconds of a query after which its process offers the processor to others, and between two such offers.
_MOMENT, _TURN = 0.003, 0.001

_LOG = logging.getLogger(__name__)


# ---------------------------------------------------------------- the way out


class _Line:
    """Where frames go: the stdout that the server reads."""

    def __init__(self, file: int) -> None:
        self._file = file

    def send(self, kind: bytes, *parts: bytes) -> None:
        data = b"".join((FRAME.pack(kind, sum(map(len, parts))), *parts))
        sent = os.write(self._file, data)
        while sent < len(data):
            sent += os.write(self._file, data[sent:])

    def reply(self, reply: Reply) -> None:
        head = _head(reply.status, reply.media, *(text for pair in reply.headers.items() for text in pair))
        self.send(b"R", head, reply.body)


@functools.lru_cache(maxsize=256)
def _head(status: int, media: str, *headers: str) -> bytes:
    """The head of a whole reply with its length; there are few different ones."""
    head = json.dumps([status, media, dict(zip(headers[::2], headers[1::2], strict=True))]).encode("ascii")
    return struct.pack("!I", len(head)) + head


class _Answer(io.BytesIO):
    """The body of an answer while it is written: held back first, then sent in parts, compressed where that is asked.

    `on_long` is called once, when more was written than is held back and before anything of it is sent: the last
    moment at which headers can be said, or the whole be given up.
    """

    def __init__(self, line: _Line, request: Mapping[str, Any], media: str, headers: dict[str, str]) -> None:
        super().__init__()
        self.on_long: Callable[[], None] = lambda: None
        self.headers = headers
        self.sent = False
        self._line = line
        self._media = media
        self._most = request["max_bytes"]
        self._zip = zlib.compressobj(5, wbits=31) if request["gzip"] else None
        self._parts: list[bytes] = []
        self._size = self._waiting = 0

    def write(self, data: Any) -> int:
        self._size += len(data)
        if self._size > self._most:
            raise RefusedError(
                422,
                f"the answer is larger than {self._most:,} bytes; ask for less of it, with LIMIT or another FILTER",
            )
        self._parts.append(bytes(data))
        self._waiting += len(data)
        if self._waiting >= (_PART if self.sent else _HELD):
            self._flush()
        return len(data)

    def flush(self) -> None:
        """Nothing: the parts have their own size."""

    @property
    def size(self) -> int:
        """Bytes that were written, before they are compressed."""
        return self._size

    def _flush(self) -> None:
        if not self.sent:
            self.on_long()
            if self._zip is not None:
                self.headers["content-encoding"] = "gzip"
            head = json.dumps([200, self._media, self.headers]).encode("ascii")
            self._line.send(b"H", head)
            self.sent = True
        data = b"".join(self._parts)
        self._parts, self._waiting = [], 0
        if self._zip is not None:
            # What was worked out is sent: a reader should not wait for the dictionary of the compression.
            data = self._zip.compress(data) + self._zip.flush(zlib.Z_SYNC_FLUSH)
        self._line.send(b"D", data)

    def end(self) -> Reply | None:
        """The reply where it is small enough to be sent whole; None where its parts have been sent."""
        if self.sent:
            if self._waiting > 0:
                self._flush()
            if self._zip is not None:
                self._line.send(b"D", self._zip.flush())
            self._line.send(b"E")
            return None
        return squeezed(Reply(200, self._media, b"".join(self._parts), self.headers), self._zip is not None)


def squeezed(reply: Reply, asked: bool) -> Reply:
    """A reply compressed, where the client asked for it and it is worth it."""
    if not asked or len(reply.body) < _WORTH or "content-encoding" in reply.headers:
        return reply
    body = zlib.compress(reply.body, 5, wbits=31)
    return reply._replace(body=body, headers={**reply.headers, "content-encoding": "gzip"})


# ---------------------------------------------------------------- queries


#: Ontologies that were read, by their folder: the forge reads one for all.
_ONTOLOGIES: dict[str, Ontology] = {}


class _Desk:
    """What a worker has at hand: the triples of one snapshot, as Oxigraph's store and as kg's, and the ontology."""

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self.path = Path(settings["store"])
        self.prefixes: dict[str, str] = settings["prefixes"]
        self.base: str = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["base"]
        with _alone_with_alarms():
            # Those of the store have no turns to offer: to wake them for it would cost more than it brings.
            self.triples = ox.Store.read_only(str(folder / "triples"))
        self._ontology = Path(settings["ontology"])

    @cached_property
    def store(self) -> Store:
        from kg.store import Store

        records = sqlite3.connect(":memory:")
        return Store(path=None, triples=self.triples, records=records, base=self.base, read_only=True)

    def find_by(self, name: str, unindexed: bool) -> None:
        """Find names by an index from now on, where there is one; `unindexed` says that it is being made."""
        self.store.unindexed = unindexed
        file = Path(name)
        if name != "" and (self.store.names is None or self.store.names.file != file):
            from kg.names import Names

            # One that was replaced in this moment: names are then read from the triples, as without one.
            with contextlib.suppress(sqlite3.Error):
                self.store.names = Names(file)

    @property
    def ontology(self) -> Ontology:
        from kg.ontology import Ontology

        name = str(self._ontology)
        if name not in _ONTOLOGIES:
            _ONTOLOGIES[name] = Ontology.load(self._ontology)
        return _ONTOLOGIES[name]

    @cached_property
    def sources(self) -> api.Sources:
        from kg import api
        from kg.store import Store

        return api.Sources(self.store, self.ontology, functools.partial(Store.extraction_beside, self.path))


def _answer(desk: _Desk, request: Mapping[str, Any], line: _Line) -> Reply | None:
    """A SPARQL query; prefixes of kg are known, and relative IRIs begin at the base of the store's."""
    text = request["query"]
    _check(refuse_nesting, text, 400)
    _check(refuse_query, text, 403)
    try:
        dataset = _dataset(request["default"], request["named"])
        run: Callable[[str], Any] = functools.partial(
            desk.triples.query, base_iri=desk.base, prefixes=desk.prefixes, **dataset
        )
        solutions = run(text)
    except SyntaxError as error:
        raise RefusedError(400, str(syntax_error(error))) from None
    except ValueError as error:
        raise RefusedError(400, f"default-graph-uri and named-graph-uri must be absolute IRIs: {error}") from None
    offers = GRAPHS if isinstance(solutions, ox.QueryTriples) else TABLES
    offer = choose(offers, request["accept"], request["format"])
    try:
        if isinstance(solutions, ox.QuerySolutions):
            return _table(run, text, solutions, offer, request, line)
        answer = _Answer(line, request, offer.media, {})
        if isinstance(solutions, ox.QueryTriples):
            _triples(lambda: run(text), solutions, offer, request, answer, desk.prefixes)
        elif offer.name in {"csv", "tsv"}:
            # The two table formats know no yes and no: one word, as `kg query --csv` says it.
            answer.write(b"true\n" if bool(solutions) else b"false\n")
        else:
            solutions.serialize(answer, format=offer.format)
    except (OSError, RuntimeError) as error:
        raise RefusedError(500, f"the query failed: {error}") from error
    return answer.end()


def _check(refuse: Callable[[str], None], text: str, status: int) -> None:
    try:
        refuse(text)
    except QueryError as error:
        raise RefusedError(status, str(error)) from None


class _TooLong(Exception):  # noqa: N818 - no error: the answer is written again, cut
    """More rows than the server gives at once."""


def _table(
    run: Callable[[str], Any], text: str, solutions: Any, offer: Offer, request: Mapping[str, Any], line: _Line
) -> Reply | None:
    """The rows of a SELECT, from `offset` on, at most `max_rows` of them, and told where there are more.

    Nobody knows how many rows there are until the last one is worked out, and a header goes before the first. So a
    short answer is written as it is: each of its rows has two bytes at least, which tells that there are few enough.
    Where it grows longer the engine is asked for the one row after the last that would be given; that it needs to
    put no row into words makes this cheap. Only then is anything sent.
    """
    most, offset = request["max_rows"], request["offset"]
    names = [variable.value for variable in solutions.variables] if most + offset > 0 else []
    if offset > 0 and len(names) > 0:
        solutions = run(window(text, names, offset=offset, limit=most + 1 if most > 0 else _ENDLESS))
    headers = {"x-kg-max-rows": str(most)} if most > 0 else {}
    answer = _Answer(line, request, offer.media, headers)

    def more() -> bool:
        asked = run(window(text, names, offset=offset + most, limit=1))
        return next(iter(asked), None) is not None

    def on_long() -> None:
        if most > 0 and len(names) > 0 and more():
            raise _TooLong

    answer.on_long = on_long
    try:
        solutions.serialize(answer, format=offer.format)
        if most > 0 and not answer.sent and answer.size >= 2 * most:
            on_long()
    except _TooLong:
        headers = {**headers, "x-kg-truncated": f"rows={most}", "x-kg-next-offset": str(offset + most)}
        answer = _Answer(line, request, offer.media, headers)
        run(window(text, names, offset=offset, limit=most)).serialize(answer, format=offer.format)
    return answer.end()


_ENDLESS = 1 << 60


def _triples(
    again: Callable[[], Any],
    triples: Iterator[ox.Triple],
    offer: Offer,
    request: Mapping[str, Any],
    answer: _Answer,
    prefixes: dict[str, str],
) -> None:
    """The triples of a CONSTRUCT or DESCRIBE, from `offset` on, at most `max_rows`, told where there are more."""
    most, offset = request["max_rows"], request["offset"]
    if most == 0:
        ox.serialize(itertools.islice(triples, offset, None), answer, format=offer.format, prefixes=prefixes)
        return
    answer.headers["x-kg-max-rows"] = str(most)

    def cut() -> None:
        answer.headers |= {"x-kg-truncated": f"rows={most}", "x-kg-next-offset": str(offset + most)}

    def on_long() -> None:
        if next(itertools.islice(again(), offset + most, None), None) is not None:
            cut()

    answer.on_long = on_long
    ox.serialize(itertools.islice(triples, offset, offset + most), answer, format=offer.format, prefixes=prefixes)
    if not answer.sent and next(iter(triples), None) is not None:
        cut()


def _dataset(default: Sequence[str], named: Sequence[str]) -> dict[str, Any]:
    if len(default) + len(named) == 0:
        return {}
    # The dataset of the protocol takes the place of the query's own: what is not named is empty.
    graphs = {"default_graph": default, "named_graphs": named}
    return {key: [ox.NamedNode(iri) for iri in iris] for key, iris in graphs.items()}


# ---------------------------------------------------------------- graphs: the Graph Store Protocol


def _graph(desk: _Desk, request: Mapping[str, Any], line: _Line) -> Reply | None:
    """The triples of one graph; of the default graph where none is named."""
    offer = choose(GRAPHS, request["accept"], request["format"])
    target = _graph_name(request["graph"])
    if isinstance(target, ox.NamedNode) and not desk.triples.contains_named_graph(target):
        raise RefusedError(404, f"the store has no graph {target}")
    answer = _Answer(line, request, offer.media, {})
    quads = desk.triples.quads_for_pattern(None, None, None, target)
    triples = (quad.triple for quad in quads if quad.predicate.value != request["hidden"])
    ox.serialize(triples, answer, format=offer.format, prefixes=desk.prefixes)
    return answer.end()


def _graph_name(iri: str | None) -> ox.NamedNode | ox.DefaultGraph:
    if iri is None:
        return ox.DefaultGraph()
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise RefusedError(400, f"graph={iri!r} is no absolute IRI: {error}") from None


def _write(request: Mapping[str, Any], settings: Mapping[str, Any]) -> Reply:
    """An update, or a graph that is put, added to or removed: one transaction in the store itself."""
    folder = Path(settings["store"])
    base = request["base"]
    try:
        store = ox.Store(str(folder / "triples"))
    except OSError as error:
        if "lock" not in str(error).lower():
            raise RefusedError(500, f"the store cannot be written: {error}") from error
        # A build: its writes and these would not mix.
        raise RefusedError(503, "the store is being built; try again when kg build has ended") from None
    try:
        if request["method"] == "UPDATE":
            _check(refuse_nesting, request["update"], 400)
            _check(refuse_update, request["update"], 403)
            text = with_using(request["update"], request["default"], request["named"])
            store.update(text, base_iri=base, prefixes=settings["prefixes"])
            return Reply(204, "text/plain", b"")
        return _write_graph(store, request)
    except QueryError as error:
        raise RefusedError(400, str(error)) from None
    except SyntaxError as error:
        raise RefusedError(400, str(error.msg)) from None
    except ValueError as error:
        raise RefusedError(400, str(error)) from None
    finally:
        store.flush()


def _write_graph(store: ox.Store, request: Mapping[str, Any]) -> Reply:
    target, method = _graph_name(request["graph"]), request["method"]
    if isinstance(target, ox.NamedNode):
        known = store.contains_named_graph(target)
    else:
        known = next(iter(store.quads_for_pattern(None, None, None, target)), None) is not None
    if method == "DELETE":
        if isinstance(target, ox.NamedNode) and not known:
            raise RefusedError(404, f"the store has no graph {target}")
        store.update(f"DROP SILENT GRAPH {target}" if isinstance(target, ox.NamedNode) else "DROP DEFAULT")
        return Reply(200, "text/plain", b"removed\n")
    triples: list[ox.Triple] = []
    for media, text in request["parts"]:
        form = ox.RdfFormat.from_media_type(media)
        if form is None:
            raise RefusedError(
                415, f"a graph is sent as text/turtle or another format of RDF, not as {media or 'nothing'}"
            )
        try:
            parsed = ox.parse(text, form, base_iri=request["base"], rename_blank_nodes=True)
            triples.extend(quad.triple for quad in parsed)
        except SyntaxError as error:
            raise RefusedError(400, f"the data is no {form.name}: {error.msg}") from None
    if method == "POST":
        if isinstance(target, ox.NamedNode):
            store.add_graph(target)
        store.extend(ox.Quad(t.subject, t.predicate, t.object, target) for t in triples)
    else:
        # One update is one transaction: readers see the graph before or after, never without its triples.
        lines = " .\n".join(f"{t.subject} {t.predicate} {t.object}" for t in triples)
        if isinstance(target, ox.NamedNode):
            steps = [f"DROP SILENT GRAPH {target}", f"CREATE SILENT GRAPH {target}"]
            steps += [f"INSERT DATA {{ GRAPH {target} {{ {lines} }} }}"] if len(triples) > 0 else []
        else:
            steps = ["DROP DEFAULT", f"INSERT DATA {{ {lines} }}"]
        store.update(" ;\n".join(steps))
    headers = {"location": target.value} if request["created"] and isinstance(target, ox.NamedNode) else {}
    if not known:
        return Reply(201, "text/plain", b"created\n", headers)
    return Reply(200, "text/plain", b"added\n") if method == "POST" else Reply(204, "text/plain", b"")


# ---------------------------------------------------------------- things and pages


def _describe(desk: _Desk, request: Mapping[str, Any], line: _Line) -> Reply | None:
    """An entity, a fact or a document: a page for people, RDF for programs."""
    from kg import pages
    from kg.ontology import KG

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
        return _html(page(site, name, number=request["number"], everything=request["everything"]))
    if not known:
        raise RefusedError(404, f"the store has no {kind} {name!r}")
    query = DESCRIPTIONS[kind].format(node=node, digest=f"<{KG}digest>", kg=KG)
    answer = _Answer(line, request, offer.media, {})
    triples: Any = desk.triples.query(query)
    ox.serialize(triples, answer, format=offer.format, prefixes=desk.prefixes)
    return answer.end()


#: What describes a thing: an entity with what points at it, a fact with its evidence, all that a document says.
DESCRIPTIONS = {
    "entity": "CONSTRUCT {{ {node} ?p ?o . ?s ?q {node} }} WHERE {{ {{ {node} ?p ?o }} UNION {{ ?s ?q {node} }} }}",
    "fact": "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ {node} ?p ?o . BIND({node} AS ?s) }} UNION"
    " {{ {node} <{kg}evidence> ?s . ?s ?p ?o }} }}",
    "document": "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {node} {{ ?s ?p ?o FILTER(?p != {digest}) }} }}",
}


def _api(desk: _Desk, request: Mapping[str, Any], line: _Line) -> Reply:
    """An address of the JSON API."""
    from kg import api

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


def _index(desk: _Desk, request: Mapping[str, Any], line: _Line) -> Reply:
    """Write the index of names of this state of the store."""
    from kg import search

    before = Path(request["before"]) if request["before"] != "" else None
    file, of = Path(request["file"]), request["of"]
    count = search.index_names(desk.store, file, ontology=desk.ontology, before=before, of=of)
    return Reply(200, "text/plain", f"{count}\n".encode("ascii"))


def _void(desk: _Desk, request: Mapping[str, Any], line: _Line) -> Reply:
    """What the data set is and how much of what it holds, in the Vocabulary of Interlinked Datasets."""
    from kg import catalog

    offer = choose(GRAPHS, request["accept"], request["format"])
    text = catalog.void(desk.store, address=request["address"])
    triples = (quad.triple for quad in ox.parse(text, ox.RdfFormat.TURTLE))
    body = ox.serialize(triples, format=offer.format, prefixes={**desk.prefixes, **catalog.PREFIXES})
    return Reply(200, offer.media, body or b"")


def _query_page(desk: _Desk, request: Mapping[str, Any], line: _Line) -> Reply:
    from kg import pages

    return _html(pages.query_page(_site(desk, request)))


def _graph_page(desk: _Desk, request: Mapping[str, Any], line: _Line) -> Reply:
    from kg import pages

    return _html(pages.graph_page(_site(desk, request), around=request["around"], depth=request["depth"]))


def _site(desk: _Desk, request: Mapping[str, Any]) -> pages.Site:
    from kg import pages

    language, chosen, path = request["language"], request["chosen"], request["path"]
    prefix = request["prefix"]
    return pages.Site(desk.store, desk.ontology, language=language, chosen=chosen, path=path, prefix=prefix)


def _html(page: pages.Page) -> Reply:
    body = page.text.encode("utf-8", "replace")
    return Reply(page.status, "text/html", body, {"content-security-policy": page.policy})


# ---------------------------------------------------------------- its life

_TASKS: Mapping[str, Callable[[_Desk, Mapping[str, Any], _Line], Reply | None]] = {
    "answer": _answer,
    "graph": _graph,
    "describe": _describe,
    "api": _api,
    "void": _void,
    "index": _index,
    "query page": _query_page,
    "graph page": _graph_page,
    # To have a copy at hand before the first request for it comes.
    "open": lambda desk, request, line: Reply(200, "text/plain", b""),
}


def work(settings: Mapping[str, Any], asked: int, answered: int, copy: int = 0) -> None:
    """The life of a worker process: frames with requests come from one file, frames with replies go to the other.

    `copy` is the number of the copy that most will ask for, to be opened before the first one comes.
    """
    _confine(settings["memory"])
    line = _Line(answered)
    desks = _Desks(settings)
    turns = _Turns()
    usual = settings["alarm"]
    if copy > 0:
        # What is wrong with it the first request will say.
        turns.begin(usual, polite=True)
        with contextlib.suppress(OSError, RuntimeError, KgError):
            desks.of(copy)
        turns.end()
    line.send(b"Y")
    for kind, data in _frames(asked):
        request: dict[str, Any] = {"task": "answer", **settings["quick"]} if kind != b"J" else json.loads(data)
        turns.begin(request.get("alarm", usual), polite=request["task"] in {"answer", "index", "open"})
        try:
            if kind != b"J":
                (copy,) = COPY.unpack_from(data)
                accept, _, text = data[COPY.size :].partition(b"\0")
                request["query"] = _unquoted(text)
                request["accept"] = accept.decode("latin-1")
                request["gzip"] = kind == b"Z"
                reply = _answer(desks.of(copy), request, line)
            elif request["task"] == "write":
                reply = _write(request, settings)
            else:
                desk = desks.of(request["copy"])
                if "names" in request:
                    desk.find_by(request["names"], request["unindexed"])
                reply = _TASKS[request["task"]](desk, request, line)
        except RefusedError as refused:
            reply = refusal(refused.status, refused.words)
        except UnknownNameError as error:
            reply = refusal(404, str(error))
        except KgError as error:
            reply = refusal(400, str(error))
        except MemoryError:
            reply = refusal(422, DIED)
        except Exception:
            _LOG.exception("a request failed: %s", data[:500].decode("utf-8", "replace"))
            reply = refusal(500, "the server failed here; its log says how")
        turns.end()
        if reply is not None:
            # After a head this tells the server to cut the connection: there is no status any more to say it with.
            line.reply(squeezed(reply, request.get("gzip", False)))


def work_on_pipes() -> None:
    """The life of a worker process that was started for itself: requests on stdin, replies on stdout."""
    answered = os.dup(1)
    # Whatever else is printed must not stand between two replies.
    os.dup2(2, 1)
    work(json.loads(sys.argv[1]), 0, answered)


class _Turns:
    """The clocks of a process: how long it may work at most, and when it offers the processor to others.

    Linux lets a process of the lowest rank go on until the next tick, four milliseconds with most kernels, where one of
    a higher rank had more than its share a moment ago: for an answer of half a millisecond that is long. So who works
    on a query for more than a moment asks each millisecond whether somebody else should go first, by a signal whose
    handler is the system's own function for that: no line of Python is run in the midst of a query.
    """

    def __init__(self) -> None:
        self._set: Callable[..., object] | None = getattr(signal, "setitimer", None)
        self._polite = False
        self._offers = False
        if sys.platform == "linux":
            import ctypes

            # `signal` of C goes on with what the signal came into; Python's own would have it fail and begin again.
            with contextlib.suppress(OSError, AttributeError):
                libc = ctypes.CDLL(None)
                libc.signal.argtypes, libc.signal.restype = (ctypes.c_int, ctypes.c_void_p), ctypes.c_void_p
                libc.signal(signal.SIGALRM, ctypes.cast(libc.sched_yield, ctypes.c_void_p))
                self._offers = True

    def begin(self, most: float, *, polite: bool) -> None:
        """A request is begun: it may work for `most` seconds, and is `polite` where nobody's page is its work."""
        if self._set is None:
            return
        # Where the server itself was killed nobody else would stop this process.
        self._set(signal.ITIMER_PROF, most)
        if polite and self._offers:
            self._polite = True
            self._set(signal.ITIMER_REAL, _MOMENT, _TURN)

    def end(self) -> None:
        """The request is over; a process that waits for the next one works no time."""
        if self._polite and self._set is not None:
            self._polite = False
            self._set(signal.ITIMER_REAL, 0)


@contextlib.contextmanager
def _alone_with_alarms() -> Iterator[None]:
    """Have threads that are started meanwhile never get the signal of `_Turns`."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Desks:
    """The desks of the copies that are asked for: the newest, and the one before it until that is asked for."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._open: dict[int, _Desk] = {}

    def of(self, copy: int) -> _Desk:
        desk = self._open.get(copy)
        if desk is None:
            desk = self._open[copy] = _Desk(Path(self._settings["copies"]) / str(copy), self._settings)
            while len(self._open) > 2:
                del self._open[min(self._open)]
        return desk


def _frames(file: int) -> Iterator[tuple[bytes, bytes]]:
    data = b""
    while True:
        while len(data) < FRAME.size:
            more = os.read(file, 1 << 18)
            if more == b"":
                return
            data += more
        kind, size = FRAME.unpack_from(data)
        if len(data) - FRAME.size < size:
            parts, have = [data], len(data) - FRAME.size
            while have < size:
                parts.append(os.read(file, 1 << 20))
                if parts[-1] == b"":
                    return
                have += len(parts[-1])
            data = b"".join(parts)
        end = FRAME.size + size
        yield kind, data[FRAME.size : end]
        data = data[end:]


def _unquoted(text: bytes) -> str:
    """A parameter of an address as text; whoever sent it has seen to it that every % begins an escape.

    >>> _unquoted(b"%7B+?a%3D2%7D")
    '{ ?a=2}'
    """
    try:
        # Quoted-printable is the same with another sign, and read by C: a third of the time that urllib takes.
        return binascii.a2b_qp(text.replace(b"=", b"%3D").replace(b"%", b"=").replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError as error:
        raise RefusedError(400, f"the address is not UTF-8, or has too many parameters: {error}") from None


def forge() -> None:
    """The life of the process that workers are copies of: it reads what they need, and forks one for each file it gets.

    stdin is a socket to the server. There it gets `NEWS` with a file, one at a time, and says what process that has
    become. It ends with the server, and its workers with it.
    """
    settings = json.loads(sys.argv[1])
    # The terminal sends it to all; the server says who ends and when.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = socket.socket(fileno=0)
    # Its own group of processes, to be ended at once. It waits for none of them, and the system ends each by itself: to
    # wait for one that yields the processor can take seconds of it, where somebody looks at that in /proc.
    os.setpgid(0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: os.killpg(0, signal.SIGKILL))
    _end_with_parent(signal.SIGTERM)
    # What any worker may need is read here, once. Nothing of it starts a thread or opens a file for long.
    from kg import api, catalog, pages, search, store  # noqa: F401
    from kg.ontology import Ontology

    with contextlib.suppress(KgError):
        _ONTOLOGIES[settings["ontology"]] = Ontology.load(Path(settings["ontology"]))
    with contextlib.suppress(KgError):
        search.gazetteer()
    gc.collect()
    gc.freeze()
    control.send(NEWS.pack(0))
    while True:
        data, files, _, _ = socket.recv_fds(control, NEWS.size, 1)
        if data == b"":
            os.killpg(0, signal.SIGKILL)
        pid = os.fork()
        if pid == 0:
            try:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.close(control.detach())
                # The last words of a process that its query brought to its end: the server knows them.
                faulthandler.enable(files[0], all_threads=False)
                work(settings, files[0], files[0], *NEWS.unpack(data))
                os._exit(0)
            except BaseException:
                _LOG.exception("a worker process ended")
            finally:
                os._exit(1)
        os.close(files[0])
        control.send(NEWS.pack(pid))


def _end_with_parent(by: signal.Signals) -> None:
    """Have a signal sent to this process where the one that started it is killed; only Linux does."""
    if sys.platform == "linux":
        import ctypes

        set_death_signal = 1
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(set_death_signal, by, 0, 0, 0)


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
