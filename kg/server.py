"""The store over HTTP: SPARQL 1.1 for strangers, pages for people, the same things as RDF and JSON for programs.

    GET /sparql?query=…, POST /sparql                answers in JSON, XML, CSV, TSV; Turtle, JSON-LD…
    GET /sparql                                      the page to write queries in; for programs what the service is
    GET /store?graph=…, ?default                     graphs, and with a token PUT, POST, DELETE and SPARQL Update
    GET /                                            the graph page; ?around=南湖区&depth=2 cuts it
    GET /entity/place/330402, /fact/…, /document/…   what is known of it, as a page or as RDF
    GET /api/…                                       the JSON API; /api/openapi.json describes it
    GET /.well-known/void, /healthz, /metrics        what the data is, whether the server lives, what it does

An application is a function of ASGI and no framework stands before it: half of the time of a small query was spent
there. What a query may cost is looked after in `kg.pool`, what it says is worked out in `kg.worker`. Short answers are
kept until the store changes, and sent again without asking a worker.
"""

from __future__ import annotations

import asyncio
import base64
import bisect
import contextlib
import errno
import functools
import hashlib
import hmac
import ipaddress
import json
import logging
import math
import os
import re
import socket
import sys
import time
import urllib.parse
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from kg import __version__, api, catalog
from kg.errors import KgError, StoreError
from kg.names import Names
from kg.negotiate import GRAPHS, HTML, TABLES, RefusedError, Reply, choose, refusal
from kg.ontology import KG, Ontology
from kg.pages import asset_bytes, words
from kg.pool import Exchange, Pool, Snapshots, StoppedError, Stream, Visit, head_of, places
from kg.rdf import PREFIXES
from kg.store import Store
from kg.wire import Heard, Sent, Wire, reads_gzip
from kg.worker import DESCRIPTIONS, squeezed

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: Bytes of a request's body: a query is a page of text, not a file.
MAX_REQUEST = 512 * 1024

#: Bytes of a graph that is sent to be written.
MAX_UPLOAD = 64 << 20

#: Seconds that a client may take to send its request.
_SLOW_BODY = 60.0

#: Bytes of triples from which on names are indexed: below it they are read as fast. And seconds for the index.
_LARGE, _INDEXING = 8 << 20, 1800.0

#: Bytes of answers that are kept until the store changes, and of one of them.
_KEPT, _KEPT_EACH = 64 << 20, 1 << 20

_LOG = logging.getLogger(__name__)

Answer = Reply | Stream


# ---------------------------------------------------------------- requests


class _Ask:
    """A request: its parts read when they are asked for, as most need few of them."""

    __slots__ = ("begun", "headers", "method", "path", "receive", "scope", "visit")

    def __init__(self, scope: Scope, receive: Receive, prefix: str) -> None:
        self.scope = scope
        self.receive = receive
        self.method: str = scope["method"]
        path: str = scope["path"]
        # A proxy may hand the prefix on or cut it off.
        self.path = path.removeprefix(prefix) if prefix != "" and path.startswith(prefix + "/") else path
        headers: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            headers[name] = headers[name] + b", " + value if name in headers else value
        self.headers = headers
        #: What was begun for it before it came here.
        self.begun: Exchange | None = scope.get("kg.begun")
        client = scope.get("client")
        self.visit = Visit(client[0] if client else "", self._left)

    async def _left(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass

    def header(self, name: bytes) -> str:
        """A header as text, empty where it is not there."""
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def gzip(self) -> bool:
        """True where the client reads gzip."""
        return reads_gzip(self.headers.get(b"accept-encoding", b""))

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the address."""
        try:
            text = self.scope["query_string"].decode("ascii")
            return urllib.parse.parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=1000)
        except ValueError as error:
            raise RefusedError(400, f"the address is not UTF-8, or has too many parameters: {error}") from None

    def given(self) -> dict[str, list[str]]:
        """The parameters of the address by name."""
        return grouped(self.pairs())

    async def body(self, most: int) -> bytes:
        """The body; raises RefusedError where it is longer than `most`."""
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(_SLOW_BODY):
                more = True
                while more:
                    message = await self.receive()
                    if message["type"] == "http.disconnect":
                        raise StoppedError("left")
                    part = message.get("body", b"")
                    more = message.get("more_body", False)
                    size += len(part)
                    if size <= most:
                        parts.append(part)
                    elif size > 64 * MAX_REQUEST + most:
                        break
                    # What is too long is read to its end all the same: a client that still writes reads no answer.
        except TimeoutError:
            raise RefusedError(408, f"the request did not come whole within {_SLOW_BODY:g} s") from None
        if size > most:
            raise RefusedError(413, f"the request is longer than {most:,} bytes")
        return b"".join(parts)


def grouped(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Parameters by name, in order.

    >>> grouped([("a", "1"), ("b", "2"), ("a", "3")])
    {'a': ['1', '3'], 'b': ['2']}
    """
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _number(given: Mapping[str, Sequence[str]], name: str, *, least: int = 1, most: int, default: str = "1") -> int:
    text = given[name][-1] if name in given else default
    if re.fullmatch(r"[0-9]{1,12}", text) is None or not least <= int(text) <= most:
        raise RefusedError(400, f"{name}={text!r} is no number from {least} to {most}")
    return int(text)


@functools.lru_cache(maxsize=512)
def _wants_page(accept: str, wanted: str) -> bool:
    """True for a browser: it likes a page better than any format of an answer."""
    with contextlib.suppress(RefusedError):
        return choose((*TABLES, *GRAPHS, HTML), accept, wanted) is HTML
    return False


# ---------------------------------------------------------------- what is counted


class _Numbers:
    """What the server did, for `/metrics`."""

    STEPS = (0.005, 0.025, 0.1, 0.5, 2.0, 10.0)

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        self.seconds: dict[str, list[float]] = {}
        self.bytes = 0
        self.hits = self.misses = 0

    def count(self, route: str, status: int, seconds: float, size: int) -> None:
        self.requests[route, status] += 1
        steps = self.seconds.get(route)
        if steps is None:
            steps = self.seconds[route] = [0.0] * (len(self.STEPS) + 2)
        steps[bisect.bisect_left(self.STEPS, seconds)] += 1
        steps[-1] += seconds
        self.bytes += size

    def text(self, pool: Pool, kept: int) -> str:
        """Everything in the text format of Prometheus."""
        lines = ["# TYPE kg_requests_total counter"]
        for (route, status), count in sorted(self.requests.items()):
            lines.append(f'kg_requests_total{{route="{route}",status="{status}"}} {count}')
        lines.append("# TYPE kg_request_seconds histogram")
        for route, steps in sorted(self.seconds.items()):
            so_far = 0.0
            for step, number in zip((*map(str, self.STEPS), "+Inf"), steps, strict=False):
                so_far += number
                lines.append(f'kg_request_seconds_bucket{{route="{route}",le="{step}"}} {so_far:g}')
            lines += [
                f'kg_request_seconds_sum{{route="{route}"}} {steps[-1]:.6f}',
                f'kg_request_seconds_count{{route="{route}"}} {so_far:g}',
            ]
        lines += ["# TYPE kg_stopped_total counter"]
        lines += [f'kg_stopped_total{{reason="{reason}"}} {count}' for reason, count in sorted(pool.stopped.items())]
        lines += ["# TYPE kg_workers gauge"]
        lines += [f'kg_workers{{state="{state}"}} {count}' for state, count in pool.numbers().items()]
        values: tuple[tuple[str, str, float], ...] = (
            ("kg_cache_hits_total", "counter", self.hits),
            ("kg_cache_misses_total", "counter", self.misses),
            ("kg_cache_bytes", "gauge", kept),
            ("kg_response_bytes_total", "counter", self.bytes),
            ("kg_snapshots_total", "counter", pool.snapshots.number),
        )
        for name, kind, value in values:
            lines += [f"# TYPE {name} {kind}", f"{name} {value}"]
        return "\n".join(lines) + "\n"


class _Log:
    """A line for each request, written a few at a time so that no answer waits for the terminal or the disk."""

    def __init__(self, form: str) -> None:
        self._json = form == "json"
        self._lines: list[str] = []
        self._timer: asyncio.TimerHandle | None = None

    def line(
        self, *, client: str, method: str, address: str, agent: str, status: int, size: int, seconds: float, note: str
    ) -> None:
        if self._json:
            row = {
                "time": f"{time.time():.3f}",
                "client": client,
                "method": method,
                "address": address[:2000],
                "status": status,
                "bytes": size,
                "ms": round(seconds * 1000, 2),
                "agent": agent,
                **({"note": note} if note != "" else {}),
            }
            text = json.dumps(row, ensure_ascii=False)
        else:
            stamp = time.strftime("%Y-%m-%d %H:%M:%S")
            # What a client sends stays on its line.
            address = urllib.parse.quote(address[:2000], safe="/%?&=:;,.+-_~!*'()#[]@$")
            text = f'{stamp} {client or "-"} "{method} {address}" {status} {size} {seconds * 1000:.1f}ms'
            text += f" {note}" if note != "" else ""
        self._lines.append(text)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(0.2, self.flush)

    def flush(self) -> None:
        lines, self._lines, self._timer = self._lines, [], None
        if len(lines) > 0:
            with contextlib.suppress(OSError, ValueError):
                sys.stderr.write("\n".join(lines) + "\n")
                sys.stderr.flush()


# ---------------------------------------------------------------- the service


@dataclass(frozen=True)
class Limits:
    """What one request may cost: seconds of a query and of a page, rows and bytes of an answer."""

    query: float = 10.0
    page: float = 60.0
    rows: int = 100_000
    bytes: int = 1 << 30


class Service:
    """The application: gives each request to who answers it and sends what comes back."""

    def __init__(
        self,
        pool: Pool,
        *,
        limits: Limits,
        language: str,
        address: str | None,
        token: str | None,
        log: str,
        ontology: Path,
    ) -> None:
        self._pool = pool
        self._limits = limits
        self._language = language
        self._address = address
        self._prefix = urllib.parse.urlsplit(address).path.rstrip("/") if address is not None else ""
        self._token = token
        self._log = _Log(log) if log != "off" else None
        self._ontology = ontology
        #: What the index of names depends on beside the store.
        self._digest = hashlib.sha256(b"".join(f.read_bytes() for f in sorted(ontology.glob("*.ttl")))).hexdigest()[:16]
        self._numbers = _Numbers()
        #: The index of names that searches use, the state of the store that it was last looked at for, its making.
        self._names: Path | None = None
        self._names_of = 0
        self._indexing: asyncio.Future[None] | None = None
        #: Whole answers by what was asked for, the one that was asked for longest ago first; all of one snapshot.
        self._kept: OrderedDict[object, tuple[int, list[tuple[bytes, bytes]], bytes]] = OrderedDict()
        self._kept_bytes = 0
        self._kept_of = 0
        #: The same for answers that went the short way (`kg.wire`), by the bytes of the request.
        self._sent: OrderedDict[bytes, Sent] = OrderedDict()
        self._sent_bytes = 0
        self._sent_of = 0
        #: Heads of answers as workers write them, with what is sent for them.
        self._heads: dict[tuple[bytes, str], tuple[int, bytes, bytes] | None] = {}
        #: How the requests begin that may go the short way.
        path = b"/sparql?query="
        self.starts: tuple[bytes, ...] = (b"GET " + path, b"GET " + self._prefix.encode("ascii") + path)
        self._routes: Mapping[str, Callable[[_Ask], Awaitable[Answer]]] = {
            "": self._graph_page,
            "sparql": self._sparql,
            "store": self._graph_store,
            **dict.fromkeys(DESCRIPTIONS, self._describe),
            "api": self._api,
            "ontology": self._vocabulary,
            "static": self._static,
            ".well-known": self._well_known,
            "healthz": self._health,
            "metrics": self._metrics,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request of ASGI, or the life of the application."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        ask = _Ask(scope, receive, self._prefix)
        route = ask.path[1:].split("/", 1)[0]
        status, size, note = 499, 0, ""
        try:
            key = None
            if ask.method == "GET":
                key = (ask.path, scope["query_string"], ask.headers.get(b"accept"), ask.gzip, b"")
                known = self._known(key) if ask.begun is None else None
                if known is not None and b"if-none-match" not in ask.headers:
                    status, headers, body = known
                    size = len(body)
                    await send({"type": "http.response.start", "status": status, "headers": headers})
                    await send({"type": "http.response.body", "body": body})
                    return
            answer = await self._answer(ask, route)
            status, size, note = await self._send(ask, answer, key, send)
        except StoppedError as stopped:
            note = stopped.reason
        finally:
            ask.visit.end()
            if ask.begun is not None:
                self._pool.leave(ask.begun)
            seconds = time.perf_counter() - began
            self._numbers.count(route if route in self._routes else "other", status, seconds, size)
            if self._log is not None:
                query = scope["query_string"].decode("latin-1")
                self._log.line(
                    client=ask.visit.client,
                    method=ask.method,
                    address=scope["path"] + ("?" + query if query != "" else ""),
                    agent=ask.header(b"user-agent")[:200],
                    status=status,
                    size=size,
                    seconds=seconds,
                    note=note,
                )

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self._pool.open()
                except KgError as error:
                    await send({"type": "lifespan.startup.failed", "message": str(error)})
                    return
                self._index_names()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._indexing is not None:
                    self._indexing.cancel()
                await self._pool.close()
                if self._log is not None:
                    self._log.flush()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, ask: _Ask, route: str) -> Answer:
        try:
            handle = self._routes.get(route)
            if handle is None or (route in _ALONE and ask.path.rstrip("/") != f"/{route}".rstrip("/")):
                raise RefusedError(404, "nothing is here; try /, /sparql, /entity/…, /fact/…, /document/… or /api/…")
            allowed = _METHODS.get(route, ("GET", "HEAD"))
            if ask.method == "OPTIONS":
                return Reply(204, "text/plain", b"", {**_PREFLIGHT, "allow": ", ".join((*allowed, "OPTIONS"))})
            if ask.method not in allowed:
                words = f"this method is not allowed here; allowed: {', '.join(allowed)}"
                return refusal(405, words)._replace(headers={"allow": ", ".join((*allowed, "OPTIONS"))})
            return await handle(ask)
        except RefusedError as refused:
            reply = refusal(refused.status, refused.words)
            if refused.status == 401:
                reply = reply._replace(headers={"www-authenticate": 'Bearer realm="kg", Basic realm="kg"'})
            return reply
        except StoreError as error:
            return refusal(503, str(error))._replace(headers={"retry-after": "5"})
        except StoppedError:
            raise
        except Exception:
            _LOG.exception("a request failed: %s %s", ask.method, ask.path[:500])
            return refusal(500, "the server failed here; its log says how")

    # -------- sending

    async def _send(self, ask: _Ask, answer: Answer, key: object, send: Send) -> tuple[int, int, str]:
        """Send an answer; gives back its status, the bytes of its body and what there is to note."""
        reply = answer.reply if isinstance(answer, Stream) else answer
        if isinstance(answer, Stream) and ask.scope.get("http_version") == "1.0" and ask.method != "HEAD":
            # There the end of the connection is the end of the body: a cut one could not be told from a whole one.
            try:
                body = b"".join([part async for part in answer.parts])
            except StoppedError:
                reply, body = refusal(503, "the answer could not be completed in time"), b""
            finally:
                answer.close()
            reply = answer = reply._replace(body=body or reply.body)
        headers = _headers(reply.media, reply.headers)
        empty = reply.status in {204, 304}
        if isinstance(answer, Stream):
            return await self._send_parts(ask, answer, headers, send)
        if empty:
            del headers[0]
        else:
            headers.append((b"content-length", str(len(reply.body)).encode("ascii")))
        body = b"" if empty or ask.method == "HEAD" else reply.body
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        if key is not None and reply.status == 200 and "etag" in reply.headers:
            self._keep(key, (reply.status, headers, reply.body))
        return reply.status, len(body), ""

    async def _send_parts(
        self, ask: _Ask, answer: Stream, headers: list[tuple[bytes, bytes]], send: Send
    ) -> tuple[int, int, str]:
        status, size = answer.reply.status, 0
        try:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            if ask.method != "HEAD":
                async for part in answer.parts:
                    size += len(part)
                    await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except StoppedError as stopped:
            # Nothing may follow: the server cuts the connection, and the client sees that the end is missing.
            return status, size, f"cut: {stopped.reason}"
        finally:
            answer.close()
        return status, size, ""

    def _known(self, key: object) -> tuple[int, list[tuple[bytes, bytes]], bytes] | None:
        snapshots = self._pool.snapshots
        if self._kept_of != snapshots.number or not snapshots.fresh():
            return None
        known = self._kept.get(key)
        if known is None:
            self._numbers.misses += 1
            return None
        self._numbers.hits += 1
        self._kept.move_to_end(key)
        return known

    def _keep(self, key: object, entry: tuple[int, list[tuple[bytes, bytes]], bytes]) -> None:
        number = self._pool.snapshots.number
        if self._kept_of != number:
            self._kept.clear()
            self._kept_bytes, self._kept_of = 0, number
        # An answer from a copy that has been replaced while it was worked out is not kept.
        etags = {(b"etag", self._etag(task).encode()) for task in ("answer", "api")}
        if len(entry[2]) > _KEPT_EACH or etags.isdisjoint(entry[1]):
            return
        if key in self._kept:
            return
        self._kept[key] = entry
        self._kept_bytes += len(entry[2]) + 1000
        while self._kept_bytes > _KEPT:
            _, (_, _, body) = self._kept.popitem(last=False)
            self._kept_bytes -= len(body) + 1000

    def _etag(self, task: str) -> str:
        """The tag of answers to a task: pages and the API say more when the names have been indexed."""
        few = "-few" if task not in {"answer", "graph"} and self._indexing is not None else ""
        return f'W/"{self._pool.snapshots.tag}{few}"'

    # -------- the short way

    def wants_page(self, accept: str) -> bool:
        """True for a browser, which gets the page to write queries in."""
        return _wants_page(accept, "")

    def recall(self, request: bytes) -> Sent | None:
        """What was answered to the same bytes, where the store has not changed since."""
        snapshots = self._pool.snapshots
        if self._sent_of != snapshots.number or not snapshots.fresh():
            return None
        sent = self._sent.get(request)
        if sent is None:
            self._numbers.misses += 1
            return None
        self._numbers.hits += 1
        self._sent.move_to_end(request)
        return sent

    def begin(self, wire: Wire, heard: Heard, query: bytes) -> Exchange | None:
        """Have a query worked on as it stands in the address; None where no worker is free."""
        client = wire.client[0] if wire.client is not None else ""
        return self._pool.begin(client, b"Z" if heard.gzip else b"Q", heard.accept, query, wire.answered)

    def worded(self, exchange: Exchange, data: bytes, request: bytes) -> Sent | None:
        """The reply of a worker as it is sent; None for one with something that depends on the request."""
        head, end = head_of(data)
        snapshots = self._pool.snapshots
        key = (head, snapshots.tag) if exchange.copy == snapshots.number else None
        known = self._heads.get(key) if key is not None else None
        if known is None:
            status, media, headers = json.loads(head)
            if "x-kg-next-offset" in headers or (status == 200 and key is None):
                # Of the state before this one: its ETag is gone.
                return None
            if status == 200:
                headers |= {"etag": self._etag("answer"), "cache-control": "no-cache"}
            text = b"".join(b"%b: %b\r\n" % pair for pair in _headers(media, headers))
            known = status, STATUS_LINE[status], text + b"content-length: "
            if len(self._heads) > 500:
                self._heads.clear()
            if key is not None:
                self._heads[key] = known
        status, line, text = known
        body = data[end:]
        sent = Sent(status, line, b"%b%d\r\n\r\n" % (text, len(body)), body)
        if status == 200:
            self._keep_sent(request, sent)
        return sent

    def _keep_sent(self, request: bytes, sent: Sent) -> None:
        if self._sent_of != self._pool.snapshots.number:
            self._sent.clear()
            self._sent_bytes, self._sent_of = 0, self._pool.snapshots.number
        self._sent[request] = sent
        self._sent_bytes += len(request) + len(sent.rest) + len(sent.body) + 500
        while self._sent_bytes > _KEPT:
            other, old = self._sent.popitem(last=False)
            self._sent_bytes -= len(other) + len(old.rest) + len(old.body) + 500

    def note(self, client: str, address: bytes, agent: str, sent: Sent, seconds: float) -> None:
        """Count an answer that went the short way, and write it to the log."""
        self._numbers.count("sparql", sent.status, seconds, len(sent.body))
        if self._log is not None:
            self._log.line(
                client=client,
                method="GET",
                address=address.decode("latin-1"),
                agent=agent,
                status=sent.status,
                size=len(sent.body),
                seconds=seconds,
                note="",
            )

    def abandon(self, exchange: Exchange) -> None:
        """Have a query let alone whose client has left."""
        self._pool.leave(exchange)

    # -------- tasks of the workers

    async def _run(self, ask: _Ask, task: str, request: Mapping[str, Any], *, limit: float | None = None) -> Answer:
        """The answer of a worker, with the ETag of the state that it is of; 304 where the client has that."""
        snapshots = self._pool.snapshots
        if not snapshots.fresh():
            await snapshots.current()
        if task != "answer":
            self._index_names()
        etag = self._etag(task)
        if ask.method in {"GET", "HEAD"} and etag in [tag.strip() for tag in ask.header(b"if-none-match").split(",")]:
            return Reply(304, "text/plain", b"", {"etag": etag, "cache-control": "no-cache"})
        request = {**request, "gzip": ask.gzip, "max_bytes": self._limits.bytes}
        if task != "answer":
            request["names"] = str(self._names) if self._names is not None else ""
            request["unindexed"] = self._indexing is not None
        begun, ask.begun = ask.begun, None
        if begun is not None and begun.copy != snapshots.number:
            # Its ETag would not be that of what it says.
            self._pool.leave(begun)
            begun = None
        answer = await self._pool.run(task, request, ask.visit, limit=limit, begun=begun)
        reply = answer.reply if isinstance(answer, Stream) else answer
        if reply.status != 200:
            return answer
        headers = {**reply.headers, "etag": etag, "cache-control": "no-cache"}
        if "x-kg-next-offset" in headers:
            headers["link"] = self._next(ask, int(headers.pop("x-kg-next-offset")), request)
        reply = reply._replace(headers=headers)
        return Stream(reply, answer.parts, answer.close) if isinstance(answer, Stream) else reply

    def _index_names(self) -> None:
        """Have the names of a large store indexed anew, beside everything else, where the store has changed."""
        snapshots = self._pool.snapshots
        if self._names_of == snapshots.number or self._indexing is not None or snapshots.root is None:
            return
        self._names_of = snapshots.number
        size = sum(entry.stat().st_size for entry in os.scandir(snapshots.folder / "triples"))
        if size >= _LARGE:
            self._indexing = asyncio.ensure_future(self._index(snapshots.root / f"names-{snapshots.number}.sqlite"))

    async def _index(self, file: Path) -> None:
        """Take the index that an earlier server left beside the triples where it is of this state, or have one made."""
        snapshots, before = self._pool.snapshots, self._names
        number, kept = snapshots.number, snapshots.store / "names.sqlite"
        of = f"{snapshots.tag} {__version__} {self._digest}"
        try:
            if not await asyncio.to_thread(Names.take, kept, file, of=of):
                old = before if before is not None else kept
                request = {"file": str(file), "before": str(old), "of": of, "gzip": False, "max_bytes": 1000}
                answer = await self._pool.run("index", request, limit=_INDEXING)
                if not isinstance(answer, Reply) or answer.status != 200:
                    _LOG.warning("the names of the store could not be indexed; searches read them all")
                    return
                # What changed meanwhile may be in it or not: then it is of no state that could be known again.
                if number == snapshots.number:
                    await asyncio.to_thread(Names.keep, file, kept)
            self._names = file
            if before is not None:
                before.unlink(missing_ok=True)
        finally:
            self._indexing = None
            # Answers that were given without it.
            self._kept.clear()
            self._kept_bytes = 0

    def _next(self, ask: _Ask, offset: int, request: Mapping[str, Any]) -> str:
        """Where the following rows are, of the same state of the store."""
        pairs = [(n, v) for n, v in ask.pairs() if n not in {"offset", "state", "query"}]
        pairs += [("query", request["query"]), ("offset", str(offset)), ("state", self._pool.snapshots.tag)]
        address = self._root(ask) + "sparql?" + urllib.parse.urlencode(pairs)
        # A longer one would not be taken by every server and proxy: then the client adds the two parameters itself.
        link = address if len(address) < 4000 else f"?offset={offset}&state={self._pool.snapshots.tag}"
        return f'<{link}>; rel="next"'

    def _common(self, ask: _Ask, given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        asked = given.get("lang", [""])[-1]
        known = asked in {"zh", "en"}
        return {
            "accept": ask.header(b"accept"),
            "format": given.get("format", [""])[-1],
            "language": asked if known else self._language,
            "chosen": known and asked != self._language,
            "path": self._prefix + ask.path,
            "prefix": self._prefix,
        }

    def _root(self, ask: _Ask) -> str:
        """The address of this server as the world knows it, with a slash at its end."""
        if self._address is not None:
            return self._address
        host = ask.header(b"host")
        if re.fullmatch(r"[\w.\-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?", host) is None:
            host = "localhost"
        return f"{ask.scope.get('scheme', 'http')}://{host}/"

    # -------- SPARQL

    async def _sparql(self, ask: _Ask) -> Answer:
        """The SPARQL 1.1 protocol, for browsers the page to write queries in, for programs what the service is."""
        pairs = ask.pairs()
        if ask.method == "POST":
            pairs += await self._posted(ask)
        given = grouped(pairs)
        queries, updates = given.get("query", []), given.get("update", [])
        if len(updates) > 0:
            if self._token is None:
                raise RefusedError(403, "this endpoint is read-only; the store is changed by kg build")
            if ask.method != "POST":
                raise RefusedError(405, "an update is sent by POST")
            if len(queries) + len(updates) != 1:
                raise RefusedError(400, f"give one query or one update; there are {len(queries) + len(updates)}")
            self._check_token(ask)
            return await self._update(given)
        common = self._common(ask, given)
        if ask.method != "POST":
            if _wants_page(common["accept"], common["format"]):
                return await self._run(ask, "query page", common, limit=self._limits.page)
            if len(queries) == 0 and len(pairs) - len(given.get("lang", [])) - len(given.get("format", [])) == 0:
                return self._description(ask, common)
        if len(queries) != 1:
            said = "none is there" if len(queries) == 0 else f"there are {len(queries)}"
            raise RefusedError(400, f"give one query, as query=… or as the body of a POST; {said}")
        if "state" in given and given["state"][-1] != self._pool.snapshots.tag:
            raise RefusedError(409, "the store has changed since the first page; begin again without offset and state")
        request = {
            "accept": common["accept"],
            "format": common["format"],
            "query": queries[0],
            "default": given.get("default-graph-uri", []),
            "named": given.get("named-graph-uri", []),
            "offset": _number(given, "offset", least=0, most=10**12, default="0") if "offset" in given else 0,
            "max_rows": self._limits.rows,
        }
        return await self._run(ask, "answer", request, limit=self._seconds(given))

    async def _posted(self, ask: _Ask) -> list[tuple[str, str]]:
        """The parameters in the body of a POST; a direct one gives its body as `query` or `update`."""
        media, _, parameters = ask.header(b"content-type").partition(";")
        media = media.strip().lower()
        forms = "application/sparql-query or application/x-www-form-urlencoded"
        if media not in {"application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"}:
            await ask.body(MAX_REQUEST)
            raise RefusedError(415, f"a query is posted as {forms}, not as {media or 'nothing'}")
        charset = re.search(r"charset\s*=\s*\"?([\w.-]+)", parameters, re.IGNORECASE)
        if charset is not None and charset[1].lower() not in {"utf-8", "utf8", "us-ascii"}:
            raise RefusedError(415, f"a query is UTF-8, not {charset[1]}")
        most = MAX_UPLOAD if self._token is not None and self._knows_token(ask) else MAX_REQUEST
        try:
            text = (await ask.body(most)).decode("utf-8")
            if media == "application/x-www-form-urlencoded":
                return urllib.parse.parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=1000)
        except ValueError as error:
            raise RefusedError(400, f"the request is not UTF-8, or has too many parameters: {error}") from None
        return [(media.rpartition("-")[2], text)]

    def _seconds(self, given: Mapping[str, Sequence[str]]) -> float:
        """The seconds that a query may take: `timeout=` may lower them."""
        if "timeout" not in given:
            return self._limits.query
        text = given["timeout"][-1]
        if re.fullmatch(r"[0-9]{1,6}(?:\.[0-9]{1,6})?", text) is None or float(text) <= 0:
            raise RefusedError(400, f"timeout={text!r} is no number of seconds")
        return min(float(text), self._limits.query)

    def _description(self, ask: _Ask, common: Mapping[str, Any]) -> Reply:
        root = self._root(ask)
        text = catalog.service(root + "sparql", address=root, writable=self._token is not None)
        return _turtle(text, common, catalog.PREFIXES)

    # -------- writing

    def _check_token(self, ask: _Ask) -> None:
        if self._token is None:
            raise RefusedError(403, "this endpoint is read-only; the store is changed by kg build")
        if not self._knows_token(ask):
            raise RefusedError(401, "writing needs the token: Authorization: Bearer …")

    def _knows_token(self, ask: _Ask) -> bool:
        kind, _, given = ask.header(b"authorization").partition(" ")
        if kind.lower() == "basic":
            # A password for the clients that know nothing else; whatever the user is called.
            with contextlib.suppress(ValueError):
                given = base64.b64decode(given.strip(), validate=True).decode("utf-8").partition(":")[2]
        elif kind.lower() != "bearer":
            return False
        return self._token is not None and hmac.compare_digest(given.strip().encode(), self._token.encode())

    async def _update(self, given: Mapping[str, Sequence[str]]) -> Reply:
        request = {
            "method": "UPDATE",
            "update": given["update"][0],
            "base": self._base(),
            "default": given.get("using-graph-uri", []),
            "named": given.get("using-named-graph-uri", []),
        }
        return await self._pool.write(request, limit=self._limits.page)

    def _base(self) -> str:
        meta: dict[str, str] = json.loads((self._pool.snapshots.folder / "meta.json").read_text(encoding="utf-8"))
        return meta["base"]

    async def _graph_store(self, ask: _Ask) -> Answer:
        """The SPARQL 1.1 Graph Store HTTP Protocol: `?graph=IRI`, `?default`, or a path that is the graph's name."""
        writing = ask.method not in {"GET", "HEAD"}
        if writing:
            # Whoever may not write need not send it first.
            self._check_token(ask)
        given = grouped(ask.pairs())
        root = self._root(ask)
        here = root + urllib.parse.quote(ask.path[1:], safe="/:@!$&'()*+,;=~")
        body = b""
        created = False
        graph: str | None
        if writing and ask.method != "DELETE":
            body = await ask.body(MAX_UPLOAD)
        if ask.path.rstrip("/") != "/store":
            graph = here
        elif len(given.get("graph", [])) == 1:
            graph = urllib.parse.urljoin(here, given["graph"][0])
        elif "default" in given and "graph" not in given:
            graph = None
        elif ask.method == "POST" and "graph" not in given:
            # Named by what it holds: the same sent twice is one graph.
            graph, created = f"{root}store/{hashlib.sha256(body).hexdigest()[:16]}", True
        else:
            raise RefusedError(400, "name one graph with graph=IRI, or the default graph with default")
        if not writing:
            hidden = KG + "digest"
            request = {**self._common(ask, given), "graph": graph, "hidden": hidden}
            return await self._run(ask, "graph", request, limit=self._limits.page)
        parts = [] if ask.method == "DELETE" else _parts(ask.header(b"content-type"), body)
        request = {
            "method": ask.method,
            "graph": graph,
            "created": created,
            "base": graph if graph is not None else here,
            "parts": parts,
        }
        return await self._pool.write(request, limit=self._limits.page)

    # -------- things, pages and what else there is

    async def _describe(self, ask: _Ask) -> Answer:
        """An entity, a fact or a document."""
        kind, _, name = ask.path[1:].partition("/")
        if name == "":
            raise RefusedError(404, f"nothing is here; try /{kind}/…")
        given = ask.given()
        number = _number(given, "page", most=1_000_000)
        everything = given.get("all", [""])[-1] == "1"
        task = {**self._common(ask, given), "kind": kind, "name": name, "number": number, "everything": everything}
        return await self._run(ask, "describe", task, limit=self._limits.page)

    async def _graph_page(self, ask: _Ask) -> Answer:
        """The graph page; `?around=` (repeatable) and `?depth=` cut it to a part."""
        given = ask.given()
        around, depth = given.get("around", [])[:20], _number(given, "depth", most=10)
        task = {**self._common(ask, given), "around": around, "depth": depth}
        return await self._run(ask, "graph page", task, limit=self._limits.page)

    async def _api(self, ask: _Ask) -> Answer:
        """The JSON API."""
        name, _, thing = ask.path.removeprefix("/api").strip("/").partition("/")
        if name in {"", "openapi.json"}:
            described = api.openapi(self._root(ask).rstrip("/"))
            body = json.dumps(described, ensure_ascii=False, indent=1)
            return squeezed(Reply(200, "application/json", body.encode("utf-8")), ask.gzip)
        try:
            given = ask.given()
        except RefusedError as refused:
            return _as_json(refusal(refused.status, refused.words))
        answer = await self._run(ask, "api", {"name": name, "thing": thing, "given": given}, limit=self._limits.page)
        return answer if isinstance(answer, Stream) else _as_json(answer)

    async def _vocabulary(self, ask: _Ask) -> Reply:
        """The ontology itself, at the address that its IRIs begin with where the base is the one of kg."""
        text = (self._ontology / "core.ttl").read_text(encoding="utf-8")
        return squeezed(_turtle(text, self._common(ask, ask.given()), PREFIXES), ask.gzip)

    async def _well_known(self, ask: _Ask) -> Answer:
        if ask.path != "/.well-known/void":
            raise RefusedError(404, "nothing is here; try /.well-known/void")
        task = {**self._common(ask, ask.given()), "address": self._root(ask)}
        return await self._run(ask, "void", task, limit=self._limits.page)

    async def _static(self, ask: _Ask) -> Reply:
        """Files of the pages; their names change with what is in them, so that they may be kept for ever."""
        found = asset_bytes(ask.path.removeprefix("/static/"))
        if found is None:
            raise RefusedError(404, "nothing is here")
        media, body, packed = found
        headers = {"cache-control": "public, max-age=31536000, immutable"}
        if ask.gzip:
            return Reply(200, media, packed, {**headers, "content-encoding": "gzip"})
        return Reply(200, media, body, headers)

    async def _health(self, ask: _Ask) -> Reply:
        """One line of JSON that says that the server lives; it asks no worker, so that being busy is no fault."""
        if self._pool.failing:
            return Reply(503, "application/json", b'{"status": "no worker process can be started"}\n')
        return Reply(200, "application/json", b'{"status": "ok"}\n')

    async def _metrics(self, ask: _Ask) -> Reply:
        """What the server did, in the text format of Prometheus."""
        text = self._numbers.text(self._pool, self._kept_bytes)
        return Reply(200, "text/plain; version=0.0.4; charset=utf-8", text.encode("utf-8"))


#: Addresses under which there are no others.
_ALONE = frozenset({"", "sparql", "ontology", "healthz", "metrics"})
_METHODS: Mapping[str, tuple[str, ...]] = {
    "sparql": ("GET", "HEAD", "POST"),
    "store": ("GET", "HEAD", "PUT", "POST", "DELETE"),
}
#: Answers are for any page on the web to read: no cookie stands behind them.
_PREFLIGHT = {
    "access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE",
    "access-control-allow-headers": "*, Authorization",
    "access-control-max-age": "86400",
}


def _headers(media: str, more: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """The headers of every answer, and those of this one."""
    headers = [
        (b"content-type", _media(media)),
        (b"access-control-allow-origin", b"*"),
        (b"access-control-expose-headers", b"*"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
    ]
    # XML may hold script wherever a browser shows it as a page.
    defaults = {"vary": "Accept, Accept-Encoding", "content-security-policy": "default-src 'none'; sandbox"}
    for name, value in {**defaults, **more}.items():
        headers.append((name.encode("ascii"), value.encode("latin-1", "replace")))
    return headers


@functools.lru_cache(maxsize=64)
def _media(media: str) -> bytes:
    known = media.startswith("text/") and "charset" not in media
    return (media + "; charset=utf-8" if known else media).encode("latin-1")


def _as_json(reply: Reply) -> Reply:
    """A refusal as the JSON that the API speaks."""
    if reply.status < 400 or reply.media == "application/json":
        return reply
    body = json.dumps({"error": reply.body.decode("utf-8").strip()}, ensure_ascii=False).encode("utf-8")
    return reply._replace(media="application/json", body=body)


def _turtle(text: str, common: Mapping[str, Any], prefixes: Mapping[str, str]) -> Reply:
    """Turtle in the format of RDF that is asked for; a browser gets it as it is."""
    offers = (*GRAPHS, HTML)
    offer = choose(offers, common["accept"], common["format"])
    offer = GRAPHS[0] if offer is HTML else offer
    triples = (quad.triple for quad in ox.parse(text, ox.RdfFormat.TURTLE))
    body = ox.serialize(triples, format=offer.format, prefixes=dict(prefixes))
    return Reply(200, offer.media, body or b"")


def _parts(content: str, body: bytes) -> list[tuple[str, str]]:
    """The media type and text of each graph in a body, which is one, or several as a form."""
    media = content.partition(";")[0].strip().lower()
    try:
        if media != "multipart/form-data":
            return [(media, body.decode("utf-8"))]
        from email.parser import BytesParser

        message = BytesParser().parsebytes(b"content-type: " + content.encode("latin-1") + b"\r\n\r\n" + body)
        if not message.is_multipart():
            raise RefusedError(400, "the form has no parts")
        found = []
        for part in message.walk():
            if not part.is_multipart():
                data = part.get_payload(decode=True)
                found.append((part.get_content_type(), data.decode("utf-8") if isinstance(data, bytes) else ""))
        return found
    except UnicodeDecodeError as error:
        raise RefusedError(400, f"the data is not UTF-8: {error}") from None


# ---------------------------------------------------------------- the application


def app(
    store_path: Path,
    *,
    ontology: Ontology | None = None,
    language: str = "zh",
    address: str | None = None,
    token: str | None = None,
    limit: float = 10.0,
    page_limit: float = 60.0,
    max_rows: int = 100_000,
    max_bytes: int = 1 << 30,
    workers: int = 2,
    long: int | None = None,
    queue: int = 256,
    per_client: int = 128,
    memory: int = 2 << 30,
    pause: float = 1.0,
    log: str = "off",
) -> Service:
    """The application that serves a store, to be run by an ASGI server (`serve` does) with its lifespan.

    A query may take `limit` seconds and answer `max_rows` rows (0: all of them), a page `page_limit` seconds; an answer
    may have `max_bytes` bytes and a worker process `memory` bytes. `workers` requests are worked on at a time, twice as
    many where there is more than one, and `long` more that turned out to take their time: a dozen, or as many as the
    memory of the machine is enough for; `queue` may wait, and `per_client` of one client wait or be worked on. A store
    that has changed is read anew at most every `pause` seconds. `language` (zh or en) is that of pages without
    `?lang=`; `address` is that of this server for the world, `log` is off, text or json.

    With a `token` those who have it may write, and a store that is not there yet is made. Raises StoreError where
    there is no store that can be read, and KgError for an address that is none.
    """
    path = Path(store_path).absolute()
    if address is not None:
        address = address if address.endswith("/") else address + "/"
        if re.fullmatch(r"https?://[^\s/?#<>\"]+/(?:[^\s?#<>\"]*/)?", address) is None:
            raise KgError(f"{address!r} is no address of a server; write it like https://data.example.org/kg/")
    if token is not None and not (path / "meta.json").exists():
        Store.open(path, base=address).close()
    with Store.open(path, read_only=True):
        pass
    folder = (ontology if ontology is not None else Ontology.load()).folder.absolute()
    settings = {
        "ontology": str(folder),
        "store": str(path),
        "memory": memory,
        "prefixes": dict(PREFIXES),
        # What is the same for all queries that say nothing of it.
        "quick": {"format": "", "default": [], "named": [], "offset": 0, "max_rows": max_rows, "max_bytes": max_bytes},
        "alarm": limit + 65,
    }
    pool = Pool(
        Snapshots(path, pause=pause),
        settings,
        workers,
        limit,
        # One process more for each, where there is more than one: a new one takes a moment to start.
        spare=workers if workers > 1 else 0,
        long=long if long is not None else places(memory),
        queue=queue,
        each=per_client,
    )
    limits = Limits(limit, page_limit, max_rows, max_bytes)
    return Service(pool, limits=limits, language=language, address=address, token=token, log=log, ontology=folder)


# ---------------------------------------------------------------- serving


def serve(
    store_path: Path,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    ready: Callable[[str], None] | None = None,
    **options: Any,
) -> None:
    """Serve a store until Ctrl-C; `options` are those of `app`. Port 0 takes any free one.

    `ready` is called with the address once the port is taken, before the first request is answered.
    Raises StoreError where there is no store, and KgError where the address or the port cannot be had.
    """
    import uvicorn

    application = app(store_path, **options)
    if options.get("log") == "json":
        _log_json()
    logging.getLogger("uvicorn.error").addFilter(_told_elsewhere)
    with _listening(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        if ready is not None:
            ready(f"http://{shown}:{listener.getsockname()[1]}/")
        config = uvicorn.Config(
            application,
            http=Wire.of(application),
            log_config=None,
            access_log=False,
            server_header=False,
            # Who asked in time is answered: as long as a query may take.
            timeout_graceful_shutdown=max(3, min(30, math.ceil(options.get("limit", 10.0)) + 1)),
        )
        server = uvicorn.Server(config)
        # uvicorn ends in order at Ctrl-C and then raises it again; ending is what was asked for.
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    if not server.started:
        raise KgError("the server could not start; the message above says why")


def _told_elsewhere(record: logging.LogRecord) -> bool:
    """False for what uvicorn says of every answer that was cut on purpose or whose client left: our own log has it."""
    return "without completing response" not in record.getMessage() and "without starting" not in record.getMessage()


def _log_json() -> None:
    """Messages as a line of JSON each, like the log of requests."""

    class Lines(logging.Formatter):
        def format(self, record: logging.LogRecord) -> str:
            row = {"time": f"{record.created:.3f}", "level": record.levelname, "message": record.getMessage()}
            if record.exc_info:
                row["traceback"] = self.formatException(record.exc_info)
            return json.dumps(row, ensure_ascii=False)

    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    logging.getLogger().addHandler(handler)


def exposed(host: str, *, language: str = "en") -> str | None:
    """The warning for an address that other machines can reach; None for this machine's own.

    >>> exposed("127.0.0.1") is None, exposed("0.0.0.0") is None
    (True, False)
    """
    try:
        own = ipaddress.ip_address(host).is_loopback
    except ValueError:
        own = host == "localhost"
    return None if own else str(words(language)["exposed"]).format(host=host)


def _listening(host: str, port: int) -> socket.socket:
    listener: socket.socket | None = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        if os.name == "posix":
            # A port that was let go a moment ago can be taken; on Windows this would take one that is in use.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
        return listener
    except (OSError, OverflowError) as error:
        if listener is not None:
            listener.close()
        if isinstance(error, PermissionError):
            raise KgError(f"port {port} is not allowed to this user; choose one above 1023 with --port") from error
        if isinstance(error, socket.gaierror):
            raise KgError(f"{host!r} is no address of this machine; leave --host out") from error
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise KgError(f"port {port} of {host} is in use; choose another one with --port") from error
        raise KgError(f"{host}:{port} cannot be listened on ({error}); choose others with --host and --port") from error
