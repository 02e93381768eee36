"""The store over HTTP: a read-only SPARQL 1.1 endpoint, pages for people, the same things as RDF for programs.

    GET /sparql?query=…, POST /sparql                answers in JSON, XML, CSV, TSV; Turtle, JSON-LD…
    GET /sparql in a browser                         a page to write queries in
    GET /                                            the graph page; ?around=南湖区&depth=2 cuts it
    GET /entity/place/330402, /fact/…, /document/…   what is known of it, as a page or as RDF
    GET /healthz                                     {"status": "ok"}

Three things keep one request from harming the others or the store:

- Queries and pages are worked out in worker processes (`kg.worker`). One that takes longer than the limit is killed,
  answered with 503, and replaced.
- Workers read a copy of the triples (hard links, milliseconds) that is made again when the store has changed, so that a
  build can go on beside the server and never waits for it.
- An answer is sent when it is whole. What is larger than the limit is an error, never the first half of a table.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import json
import logging
import math
import os
import re
import shutil
import socket
import sys
import tempfile
import time
import urllib.parse
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg import api
from kg.errors import KgError, StoreError
from kg.ontology import Ontology
from kg.pages import words
from kg.store import Store
from kg.worker import DESCRIPTIONS, DIED, GRAPHS, HTML, TABLES, RefusedError, Reply, choose, refusal

#: Bytes of a request's body: a query is a page of text, not a file.
MAX_REQUEST = 512 * 1024

#: Pages that are kept until the store changes: each may have a megabyte.
_KEPT = 16

#: Seconds that a worker process may take to start.
_START = 60.0

_LOG = logging.getLogger(__name__)


# ---------------------------------------------------------------- snapshots


class _Snapshots:
    """Copies of the triples of a store that stay as they are while the store is built on.

    Oxigraph's own backup needs the lock of the writer, and of a store that is open for reading only it leaves out what
    is still in the log. So the files are taken as they are: those of tables never change and are linked, the others are
    copied. Where the list of tables changed meanwhile the copy is made again; what is copied then is the store as a
    kill at that moment would have left it, and such a store is whole.
    """

    def __init__(self, store: Path, *, pause: float) -> None:
        self._store = store
        self._pause = pause
        self._root: Path | None = None
        self._mark: IO[bytes] | None = None
        self._number = 0
        self._state: object = None
        self._looked = -math.inf
        self._lock = asyncio.Lock()
        self.folder = Path()

    async def current(self) -> Path:
        """The folder of the newest copy, made now where the store has changed since the last one."""
        async with self._lock:
            if time.monotonic() - self._looked > self._pause:
                self._looked = time.monotonic()
                try:
                    await asyncio.to_thread(self._refresh)
                except OSError as error:
                    if self._number == 0:
                        raise StoreError(f"the store cannot be copied: {error}", where=self._store) from error
                    # A store that is being replaced or was removed: what was read last still answers.
                    _LOG.warning("the store %s cannot be read now: %s", self._store, error)
            return self.folder

    def _refresh(self) -> None:
        state = self._look()
        if state == self._state:
            return
        if self._root is None:
            self._root, self._mark = _workplace(self._store)
        for _ in range(50):
            target = self._root / str(self._number + 1)
            before = self._look(logs=False)
            try:
                (target / "triples").mkdir(parents=True)
                shutil.copyfile(self._store / "meta.json", target / "meta.json")
                for entry in sorted(os.scandir(self._store / "triples"), key=lambda e: e.name):
                    if not entry.name.startswith("LO"):
                        _take(entry, target / "triples" / entry.name)
                if self._look(logs=False) == before:
                    break
            except FileNotFoundError:
                pass
            shutil.rmtree(target, ignore_errors=True)
            time.sleep(0.02)
        else:
            raise OSError("its files change faster than they can be copied")
        self._state, self.folder = state, target
        self._number += 1

    def _look(self, *, logs: bool = True) -> object:
        """What changes when the store does: the list of tables, and with `logs` what was written since."""
        found: list[tuple[str, int, int, int]] = []
        for entry in os.scandir(self._store / "triples"):
            if entry.name.startswith(("CURRENT", "MANIFEST")) or (logs and entry.name.endswith(".log")):
                stat = entry.stat()
                found.append((entry.name, stat.st_ino, stat.st_size, stat.st_mtime_ns))
        return sorted(found)

    def forget(self, used: Iterable[str]) -> None:
        """Remove the copies that nobody uses any more; a worker may still open files of an old one."""
        if self._root is None:
            return
        keep = set(used)
        for folder in self._root.iterdir():
            # A higher number is a copy that is being made.
            if folder.name.isdigit() and int(folder.name) < self._number and str(folder) not in keep:
                shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Remove every copy."""
        if self._root is not None and self._mark is not None:
            self._mark.close()
            shutil.rmtree(self._root, ignore_errors=True)


def _workplace(store: Path) -> tuple[Path, IO[bytes]]:
    """A new folder for copies, beside the store so that links work, and the open file that marks it as in use."""
    head = f"{store.name}.serve-"
    try:
        with os.scandir(store.parent) as entries:
            left = [Path(entry) for entry in entries if entry.name.startswith(head)]
        for folder in left:
            if _abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)
        root = Path(tempfile.mkdtemp(prefix=head, dir=store.parent))
    except OSError:
        root = Path(tempfile.mkdtemp(prefix="kg-serve-"))
    mark = (root / "mark").open("wb")
    _lock(mark)
    return root, mark


def _abandoned(folder: Path) -> bool:
    """True where the server of a folder was killed: nobody holds its mark any more."""
    with contextlib.suppress(OSError), (folder / "mark").open("rb") as mark:
        return _lock(mark)
    return False


def _lock(mark: IO[bytes]) -> bool:
    if sys.platform == "win32":
        # There a file in use cannot be removed, and what was left behind stays.
        return False
    import fcntl

    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _take(entry: os.DirEntry[str], target: Path) -> None:
    if entry.name.endswith(".sst"):
        with contextlib.suppress(OSError):
            os.link(entry.path, target)
            return
    shutil.copyfile(entry.path, target)


# ---------------------------------------------------------------- worker processes


class _Worker:
    """One worker process, seen from the server."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.ready = False
        self.snapshot = ""

    @classmethod
    async def start(cls, settings: str) -> _Worker:
        # The same kg as here, whatever the folder that the server was started in holds.
        path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
        return cls(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-c", "from kg.worker import work; work()", settings),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=1 << 20,
                env={**os.environ, "PYTHONPATH": path},
                # Ctrl-C is for the server, which then ends its workers itself.
                start_new_session=True,
            )
        )

    async def wait_ready(self) -> None:
        """Wait until the process has read its modules; raises EOFError where it cannot."""
        if not self.ready:
            assert self._process.stdout is not None
            if await self._process.stdout.readline() != b"ready\n":
                raise EOFError("a worker process could not be started")
            self.ready = True

    async def ask(self, request: Mapping[str, Any]) -> Reply:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        # Said before anything is awaited: from here on this copy must stay.
        self.snapshot = request["snapshot"]
        self._process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
        await self._process.stdin.drain()
        head = json.loads(await self._process.stdout.readuntil(b"\n"))
        body = await self._process.stdout.readexactly(head["length"])
        return Reply(head["status"], head["media"], body, head["headers"])

    async def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()


@dataclass
class _Pool:
    """A few worker processes; `run` gives a request to the next idle one and answers for those that do not."""

    snapshots: _Snapshots
    settings: str
    size: int
    limit: float
    _idle: asyncio.Queue[_Worker] = field(default_factory=asyncio.Queue)
    _all: list[_Worker] = field(default_factory=list)
    _closed: bool = False

    async def open(self) -> None:
        """Start the processes and make the first snapshot."""
        await self.snapshots.current()
        for _ in range(self.size):
            await self._add()

    async def close(self) -> None:
        """End the processes, whatever they do."""
        self._closed = True
        await asyncio.gather(*(worker.kill() for worker in self._all))
        self.snapshots.close()

    async def _add(self) -> None:
        if self._closed:
            return
        worker = await _Worker.start(self.settings)
        self._all.append(worker)
        self._idle.put_nowait(worker)

    async def run(self, task: str, request: Mapping[str, Any], *, limit: float | None = None) -> Reply:
        """The reply to a request, or one that says why there is none: 503 for too slow or too busy, 500 for died."""
        limit = self.limit if limit is None else limit
        try:
            async with asyncio.timeout(max(limit, 1.0)):
                worker = await self._idle.get()
        except TimeoutError:
            return _again("all workers are busy with other queries; try again in a moment")
        whole = False
        try:
            async with asyncio.timeout(_START):
                await worker.wait_ready()
            snapshot = str(await self.snapshots.current())
            async with asyncio.timeout(limit):
                reply = await worker.ask({**request, "task": task, "snapshot": snapshot, "limit": limit})
            whole = True
        except TimeoutError:
            return _again(f"the query was stopped after {limit:g} s; ask for less, or start the server with more time")
        except (EOFError, ConnectionError):
            return refusal(500, DIED if worker.ready else "a worker process cannot be started; the log says why")
        finally:
            if whole:
                self._idle.put_nowait(worker)
            else:
                # Too slow, dead, or its client has gone: nobody waits for this one any more.
                self._all.remove(worker)
                await asyncio.shield(self._replace(worker))
            self.snapshots.forget(w.snapshot for w in self._all)
        return reply

    async def _replace(self, worker: _Worker) -> None:
        await worker.kill()
        await self._add()


def _again(words: str) -> Reply:
    return refusal(503, words)._replace(headers={"retry-after": "1"})


# ---------------------------------------------------------------- addresses


def app(
    store_path: Path,
    *,
    ontology: Ontology | None = None,
    language: str = "zh",
    limit: float = 10.0,
    page_limit: float = 60.0,
    workers: int = 2,
    max_bytes: int = 32 << 20,
    memory: int = 4 << 30,
    pause: float = 1.0,
) -> Starlette:
    """The application that serves a store, to be run by an ASGI server (`serve` does) with its lifespan.

    A query may take `limit` seconds, a page `page_limit`; an answer may have `max_bytes` bytes and a worker process
    `memory` bytes. `workers` requests are worked on at a time, the others wait. A store that has changed is read anew
    at most every `pause` seconds. `language` (zh or en) is that of pages without `?lang=`.
    Raises StoreError where there is no store that can be read.
    """
    path = Path(store_path).absolute()
    with Store.open(path, read_only=True):
        pass
    folder = (ontology if ontology is not None else Ontology.load()).folder
    settings = json.dumps({"ontology": str(folder.absolute()), "store": str(path), "memory": memory})
    snapshots = _Snapshots(path, pause=pause)
    pool = _Pool(snapshots, settings, workers, limit)
    front = _Front(pool, language=language, max_bytes=max_bytes, page_limit=page_limit)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            await pool.open()
            yield
        finally:
            await pool.close()

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/", front.graph),
            Route("/sparql", front.sparql, methods=["GET", "POST"]),
            Route("/sparql/", front.sparql, methods=["GET", "POST"]),
            *(Route(f"/{kind}/{{name:path}}", front.describe, name=kind) for kind in DESCRIPTIONS),
            Route("/api/openapi.json", front.openapi),
            Route("/api/{name}", front.api),
            Route("/api/{name}/{thing:path}", front.api),
            Route("/healthz", front.health),
        ],
        # Answers are for any page on the web to read: no cookie and no password stands behind them.
        middleware=[
            Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"], allow_headers=["*"])
        ],
        exception_handlers={RefusedError: _refused, HTTPException: _wrong_address},
    )


class _Front:
    """Turns requests into tasks of the pool and replies into responses."""

    def __init__(self, pool: _Pool, *, language: str, max_bytes: int, page_limit: float) -> None:
        self._pool = pool
        self._language = language
        self._max_bytes = max_bytes
        self._page_limit = page_limit
        #: Pages that take long to write, by snapshot and what was asked for, the oldest first.
        self._kept: dict[object, Reply] = {}

    async def sparql(self, request: Request) -> Response:
        """The SPARQL 1.1 protocol for queries, and for browsers the page to write them in."""
        parameters = await _parameters(request)
        if "update" in parameters:
            raise RefusedError(403, "this endpoint is read-only; the store is changed by kg build")
        queries = parameters.get("query", [])
        common = self._common(request, parameters)
        if request.method != "POST":
            with contextlib.suppress(RefusedError):
                if choose((*TABLES, *GRAPHS, HTML), common["accept"], common["format"]) is HTML:
                    return _response(await self._page("query page", common))
        if len(queries) != 1:
            said = "none is there" if len(queries) == 0 else f"there are {len(queries)}"
            raise RefusedError(400, f"give one query, as query=… or as the body of a POST; {said}")
        default, named = (parameters.get(name, []) for name in ("default-graph-uri", "named-graph-uri"))
        task = {**common, "query": queries[0], "default": default, "named": named}
        return _response(await self._pool.run("answer", task))

    async def describe(self, request: Request) -> Response:
        """An entity, a fact or a document."""
        kind = request.url.path.split("/")[1]
        common = self._common(request, await _parameters(request))
        number = _number(request, "page", most=1_000_000)
        task = {**common, "kind": kind, "name": request.path_params["name"], "number": number}
        return _response(await self._pool.run("describe", task, limit=self._page_limit))

    async def graph(self, request: Request) -> Response:
        """The graph page; `?around=` (repeatable) and `?depth=` cut it to a part."""
        common = self._common(request, await _parameters(request))
        around, depth = request.query_params.getlist("around")[:20], _number(request, "depth", most=10)
        return _response(await self._page("graph page", {**common, "around": around, "depth": depth}))

    async def api(self, request: Request) -> Response:
        """The JSON API."""
        given = await _parameters(request)
        name, thing = request.path_params["name"], request.path_params.get("thing", "")
        task = {"name": name, "thing": thing, "given": given}
        return _response(await self._pool.run("api", task, limit=self._page_limit))

    async def openapi(self, request: Request) -> Response:
        """What the JSON API can answer, for programs that write clients."""
        body = json.dumps(api.openapi(str(request.base_url).rstrip("/")), ensure_ascii=False, indent=1)
        return _response(Reply(200, "application/json", body.encode("utf-8")))

    async def health(self, request: Request) -> Response:
        """One line of JSON that says that the server lives; it asks no worker, so that being busy is no fault."""
        return _response(Reply(200, "application/json", b'{"status": "ok"}\n'))

    def _common(self, request: Request, parameters: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        asked = request.query_params.get("lang", "")
        known = asked in {"zh", "en"}
        return {
            "accept": ", ".join(request.headers.getlist("accept")),
            "format": next(iter(parameters.get("format", [])), ""),
            "language": asked if known else self._language,
            "chosen": known and asked != self._language,
            "path": request.url.path,
            "max_bytes": self._max_bytes,
        }

    async def _page(self, task: str, request: dict[str, Any]) -> Reply:
        """A page that is the same until the store changes, out of the kept ones where it is there."""
        asked = json.dumps({**request, "accept": "", "format": ""}, sort_keys=True)
        key = (str(await self._pool.snapshots.current()), task, asked)
        reply = self._kept.get(key)
        if reply is None:
            reply = await self._pool.run(task, request, limit=self._page_limit)
            if reply.status == 200:
                self._kept[key] = reply
                while len(self._kept) > _KEPT:
                    del self._kept[next(iter(self._kept))]
        return reply


async def _parameters(request: Request) -> dict[str, list[str]]:
    """The parameters of the address and the body; a direct POST gives its body as `query` (or `update`)."""
    body = b""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_REQUEST:
            body += chunk
        elif size > 64 * MAX_REQUEST:
            break
        # What is too long is read to its end all the same: a client that still writes does not read the answer.
    if size > MAX_REQUEST:
        raise RefusedError(413, f"the request is longer than {MAX_REQUEST:,} bytes")
    try:
        pairs = urllib.parse.parse_qsl(
            request.scope["query_string"].decode("ascii"), keep_blank_values=True, errors="strict"
        )
        if request.method == "POST":
            media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            text = body.decode("utf-8")
            if media == "application/x-www-form-urlencoded":
                pairs += urllib.parse.parse_qsl(text, keep_blank_values=True, errors="strict")
            elif media in {"application/sparql-query", "application/sparql-update"}:
                pairs.append((media.rpartition("-")[2], text))
            else:
                forms = "application/sparql-query or application/x-www-form-urlencoded"
                raise RefusedError(415, f"a query is posted as {forms}, not as {media or 'nothing'}")
    except ValueError as error:
        raise RefusedError(400, f"the request is not UTF-8: {error}") from None
    parameters: dict[str, list[str]] = {}
    for name, value in pairs:
        parameters.setdefault(name, []).append(value)
    return parameters


def _number(request: Request, name: str, *, most: int) -> int:
    text = request.query_params.get(name, "1")
    if re.fullmatch(r"[0-9]{1,7}", text) is None or not 1 <= int(text) <= most:
        raise RefusedError(400, f"{name}={text!r} is no number from 1 to {most}")
    return int(text)


def _response(reply: Reply) -> Response:
    headers = {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "vary": "Accept",
        # XML may hold script wherever a browser shows it as a page.
        "content-security-policy": "default-src 'none'; sandbox",
        **reply.headers,
    }
    return Response(reply.body, reply.status, headers, media_type=reply.media)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return _response(refusal(error.status, error.words))


async def _wrong_address(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    allowed = dict(error.headers or {})
    words = {
        404: "nothing is here; try /, /sparql, /entity/…, /fact/… or /document/…",
        405: f"this method is not allowed here; allowed: {allowed.get('Allow', '')}",
    }
    reply = refusal(error.status_code, words.get(error.status_code, error.detail))
    return _response(reply._replace(headers=allowed))


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
    with _listening(host, port) as listener:
        shown = f"[{host}]" if ":" in host else host
        if ready is not None:
            ready(f"http://{shown}:{listener.getsockname()[1]}/")
        config = uvicorn.Config(
            application, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=3
        )
        server = uvicorn.Server(config)
        # uvicorn ends in order at Ctrl-C and then raises it again; ending is what was asked for.
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    if not server.started:
        raise KgError("the server could not start; the message above says why")


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
