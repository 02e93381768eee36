"""Worker processes for the server, the copies of the store that they read, and what one client may cost.

- A worker that takes longer than the limit is killed and replaced; nobody else notices. So is one whose client left.
- Workers read a copy of the triples (hard links, milliseconds) that is made again when the store has changed, so that a
  build can go on beside the server and never waits for it.
- A query that is not answered in a moment leaves the short lane: another process takes its place there, and it goes on
  with what the short ones leave of the processor. Ten queries that never end cost the honest ones a tenth, not all.
- Who waits is served in turn, client by client. Where too many wait, or too many of one client, they are told so.

    reply = await pool.run("answer", {"query": "ASK {}", …}, Visit("127.0.0.1"))
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import math
import os
import shutil
import signal
import struct
import sys
import tempfile
import time
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from kg.errors import StoreError
from kg.negotiate import DIED, Reply, refusal

#: Seconds that a worker process may take to start.
_START = 60.0

#: Seconds after which a query is a long one, and its client is watched for leaving.
_SLICE = 0.15

#: Seconds after which it is one even where its process had little of the processor.
_PATIENT_SLICE = 2.0

#: Seconds that a client may let an answer wait, all its pauses together.
_PATIENCE = 60.0

#: Ends of a process that its own query brought about: a stack or a memory that had its end.
_OWN_FAULT = {-getattr(signal, name) for name in ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL") if hasattr(signal, name)}

#: The head of a frame, as `kg.worker` writes it.
_FRAME = struct.Struct("!cI")

_LOG = logging.getLogger(__name__)


# ---------------------------------------------------------------- snapshots


class Snapshots:
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
        #: True where there may be copies that nobody reads any more.
        self.old = False
        #: What is the same as long as the triples are, for the ETag of every answer from them.
        self.tag = ""

    @property
    def number(self) -> int:
        """How many copies were made; a new number is a new state of the store."""
        return self._number

    @property
    def root(self) -> Path | None:
        """The folder that the copies are in, for what belongs to them; None before the first one."""
        return self._root

    def fresh(self) -> bool:
        """True where the newest copy was compared with the store a moment ago."""
        return time.monotonic() - self._looked <= self._pause

    async def current(self, *, now: bool = False) -> Path:
        """The folder of the newest copy, made now where the store has changed since the last one.

        Looked at again only after the pause, or `now`: what was written through this server is read at once.
        """
        async with self._lock:
            if now or not self.fresh():
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
        self.old = self._number > 0
        self.tag = hashlib.sha256(repr(state).encode()).hexdigest()[:16]
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
        self.old = False
        for folder in self._root.iterdir():
            # A higher number is a copy that is being made.
            if folder.name.isdigit() and int(folder.name) < self._number:
                if str(folder) in keep:
                    self.old = True
                else:
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


# ---------------------------------------------------------------- one request and its reply


class StoppedError(Exception):
    """A request that was not answered: `slow`, `left` (by its client), `crowded` out, or its process `died`."""

    def __init__(self, reason: str, code: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class _Exchange:
    """A reply as it comes: its head first, whole or with parts to follow."""

    def __init__(self, flow: Callable[[bool], None]) -> None:
        self.head: asyncio.Future[tuple[Reply, bool]] = asyncio.get_running_loop().create_future()
        self.over = False
        #: Set for a request that another process took over: what still comes for it counts for nothing.
        self.forgotten = False
        #: Called when the process begins with this request, the one before it being over.
        self.begin: Callable[[], None] = lambda: None
        self.began = 0.0
        self._flow = flow
        self._parts: deque[bytes] = deque()
        self._size = 0
        self._fault: StoppedError | None = None
        self._wake: asyncio.Future[None] | None = None

    def take(self, kind: bytes, data: bytes) -> None:
        if self.forgotten:
            self.over = kind in {b"R", b"E"}
            return
        if kind == b"D":
            self._parts.append(data)
            self._size += len(data)
            if self._size > _AHEAD:
                self._flow(False)
        elif kind == b"E":
            self.over = True
            # What follows in the pipe is for others, however slowly this client reads.
            self._flow(True)
        elif kind in {b"R", b"H"}:
            if self.head.done():
                # A fault after the head: no status can say it any more.
                self.over, self._fault = True, StoppedError("broken")
            else:
                head, body = data, b""
                if kind == b"R":
                    end = 4 + struct.unpack_from("!I", data)[0]
                    head, body, self.over = data[4:end], data[end:], True
                status, media, headers = json.loads(head)
                self.head.set_result((Reply(status, media, body, headers), self.over))
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def fail(self, fault: StoppedError) -> None:
        if self._fault is None and not self.over:
            self._fault = fault
        if not self.head.done():
            self.head.set_exception(self._fault or fault)
            # Whether anybody waits for it or not.
            self.head.exception()
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    @property
    def failed(self) -> bool:
        """True where the rest of the reply will not come."""
        return self._fault is not None

    async def part(self) -> bytes | None:
        """The next part of the body; None at its end. Raises StoppedError where the rest will not come."""
        while len(self._parts) == 0:
            if self._fault is not None:
                raise self._fault
            if self.over:
                return None
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake
        data = self._parts.popleft()
        self._size -= len(data)
        if self._size <= _AHEAD // 2:
            self._flow(True)
        return data


#: Requests that a process has at a time: the one that it works on, and one in its pipe.
_AHEAD_REQUESTS = 2

#: Seconds for which a process that works on a request may be sent another one.
_FRESH = 0.02

#: Bytes of an answer that lie here for a client that reads slower than they are worked out.
_AHEAD = 256 * 1024


class _Worker(asyncio.SubprocessProtocol):
    """One worker process, seen from the server."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()
        #: The request that is worked on, and one that waits in the pipe, so that no time is lost between the two.
        self.exchanges: deque[_Exchange] = deque()
        self.promised = 0
        self.on_over: Callable[[_Worker], None] = lambda _: None
        self.on_end: Callable[[_Worker], None] = lambda _: None
        self.snapshot = ""
        self.long = self.nice = self.seasoned = False
        #: Why it was killed; None where it ended by itself.
        self.reason: str | None = None
        self._buffer = b""
        self._reading = True

    @classmethod
    async def start(cls, settings: str) -> _Worker:
        """Start a process; it is not ready yet."""
        # The same kg as here, whatever the folder that the server was started in holds.
        path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
        _, worker = await asyncio.get_running_loop().subprocess_exec(
            cls,
            *(sys.executable, "-P", "-c", "from kg.worker import work; work()", settings),
            stderr=None,
            env={**os.environ, "PYTHONPATH": path},
        )
        return worker

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.SubprocessTransport", transport)
        self._pipe = cast("asyncio.WriteTransport", self._transport.get_pipe_transport(0))

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        data = self._buffer + data if len(self._buffer) > 0 else data
        at = 0
        while len(data) - at >= _FRAME.size:
            kind, size = _FRAME.unpack_from(data, at)
            if len(data) - at - _FRAME.size < size:
                break
            at += _FRAME.size
            if kind == b"Y":
                self.ready.set_result(None)
            elif len(self.exchanges) > 0:
                self.exchanges[0].take(kind, data[at : at + size])
                if self.exchanges[0].over:
                    self.exchanges.popleft()
                    if len(self.exchanges) > 0:
                        self._begin()
                    self.on_over(self)
            at += size
        self._buffer = data[at:]

    def connection_lost(self, exc: Exception | None) -> None:
        code = self._transport.get_returncode()
        self._transport.close()
        self._fail(StoppedError("died" if self.reason is None else self.reason, code))
        if not self.ready.done():
            self.ready.set_exception(StoppedError("died", code))
            # Whether anybody waits for it or not.
            self.ready.exception()
        if not self.ended.done():
            self.ended.set_result(None)
        self.on_end(self)

    def ask(self, request: Mapping[str, Any]) -> _Exchange:
        """Send a request; what comes back comes through the exchange."""
        self.snapshot = str(request.get("snapshot", ""))
        exchange = _Exchange(self._flow)
        self.exchanges.append(exchange)
        self.promised -= 1
        try:
            self._pipe.write(json.dumps(request).encode("ascii") + b"\n")
        except (RuntimeError, OSError):
            # It was killed a moment ago, and this is the first to know.
            exchange.fail(StoppedError("moved"))
            self.stop("died")
        return exchange

    def start_clock(self, exchange: _Exchange) -> None:
        """Begin to count the time of a request, now or when the one before it is over."""
        if self.exchanges[0] is exchange:
            self._begin()

    def _begin(self) -> None:
        exchange = self.exchanges[0]
        exchange.began = asyncio.get_running_loop().time()
        exchange.begin()

    @property
    def depth(self) -> int:
        """How many requests this process has, or is promised."""
        return len(self.exchanges) + self.promised

    def _fail(self, fault: StoppedError) -> None:
        """End the request that is worked on; the one that waits behind it goes elsewhere."""
        for number, exchange in enumerate(self.exchanges):
            exchange.fail(fault if number == 0 else StoppedError("moved"))

    def clear(self) -> None:
        """Send what waits behind a long request elsewhere."""
        for exchange in list(self.exchanges)[1:]:
            exchange.forgotten = True
            exchange.fail(StoppedError("moved"))

    def _flow(self, go: bool) -> None:
        pipe = cast("asyncio.ReadTransport | None", self._transport.get_pipe_transport(1))
        if pipe is None or go == self._reading or pipe.is_closing():
            return
        self._reading = go
        if go:
            pipe.resume_reading()
        else:
            pipe.pause_reading()

    def stop(self, reason: str) -> None:
        """Kill the process, at once and whatever it does."""
        if self.reason is None:
            self.reason = reason
        self._flow(True)
        with contextlib.suppress(ProcessLookupError):
            self._transport.kill()
        self._fail(StoppedError(self.reason))

    def processor(self) -> float | None:
        """Seconds that the process has worked; None where the system does not say."""
        try:
            with open(f"/proc/{self._transport.get_pid()}/schedstat", encoding="ascii") as file:  # noqa: PTH123 - often
                return int(file.read().split()[0]) / 1e9
        except (OSError, ValueError, IndexError):
            return None

    def yield_processor(self) -> None:
        """Let everything else on the processor go first from now on."""
        self.nice = True
        if hasattr(os, "setpriority"):
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self._transport.get_pid(), 19)


# ---------------------------------------------------------------- the pool


@dataclass
class Visit:
    """Whom a request is for: the address of the client, and what ends when it has gone."""

    client: str = ""
    left: Callable[[], Awaitable[None]] | None = None
    gone: bool = False
    _stop: Callable[[], None] | None = None
    _watch: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Look out for the client leaving, from now on."""
        if self.left is not None and self._watch is None:
            self._watch = asyncio.ensure_future(self._look())

    async def _look(self) -> None:
        assert self.left is not None
        await self.left()
        self.gone = True
        if self._stop is not None:
            self._stop()

    def end(self) -> None:
        """Look out no more."""
        if self._watch is not None:
            self._watch.cancel()


@dataclass
class Stream:
    """A reply that comes in parts: `reply` is its head. To be closed, wherever the reading of it ends."""

    reply: Reply
    parts: AsyncIterator[bytes]
    close: Callable[[], None]


@dataclass
class Pool:
    """A few worker processes: `run` gives a request to the next idle one and answers for those that do not.

    `size` and `spare` processes work on short requests, so that one that ends is not missed until the next is there,
    and `long` more on those that turned out to be long. `queue` requests may wait, and `each` of one client wait or be
    worked on.
    """

    snapshots: Snapshots
    settings: str
    size: int
    limit: float
    spare: int = 0
    long: int = 12
    queue: int = 256
    each: int = 128
    stopped: Counter[str] = field(default_factory=Counter)
    _idle: deque[_Worker] = field(default_factory=deque)
    _all: set[_Worker] = field(default_factory=set)
    _short: int = 0
    _longs: int = 0
    _held: Counter[str] = field(default_factory=Counter)
    _waiting: OrderedDict[str, deque[tuple[asyncio.Future[_Worker], bool]]] = field(default_factory=OrderedDict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _failed: int = 0
    _closed: bool = False
    _writer: _Worker | None = None
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    #: Queries that were stopped on this state of the store, with the seconds that they had and when.
    _hopeless: OrderedDict[object, tuple[float, float]] = field(default_factory=OrderedDict)

    async def open(self) -> None:
        """Start the processes and make the first snapshot."""
        await self.snapshots.current()
        self._fill()

    async def close(self) -> None:
        """End the processes, whatever they do."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        everyone = [*self._all, *([self._writer] if self._writer is not None else [])]
        for worker in everyone:
            worker.stop("closed")
        if len(everyone) > 0:
            await asyncio.wait([worker.ended for worker in everyone], timeout=10)
        self.snapshots.close()

    @property
    def failing(self) -> bool:
        """True where no process could be started the last few times."""
        return self._failed > 2

    def numbers(self) -> dict[str, int]:
        """How many processes there are and do what, and how many requests wait."""
        waiting = sum(len(line) for line in self._waiting.values())
        idle = len(self._idle)
        return {"idle": idle, "short": self._short - idle, "long": self._longs, "waiting": waiting}

    # -------- processes

    def _fill(self) -> None:
        while self._short < self.size + self.spare and not self._closed:
            self._short += 1
            task = asyncio.ensure_future(self._begin())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _begin(self) -> None:
        worker: _Worker | None = None
        try:
            if self._failed > 2:
                # Whatever keeps processes from starting will not be better in a millisecond.
                await asyncio.sleep(min(2.0 ** (self._failed - 3), 30.0))
            worker = await _Worker.start(self.settings)
            worker.on_over = self._over
            self._all.add(worker)
            async with asyncio.timeout(_START):
                await asyncio.shield(worker.ready)
            if worker.ended.done():
                raise StoppedError("died")
            worker.on_end = self._ended
            self._failed = 0
            self._offer(worker)
            return
        except (OSError, StoppedError, TimeoutError) as error:
            self._failed += 1
            _LOG.error("a worker process could not be started: %s", error)
        if worker is not None:
            worker.stop("closed")
            self._all.discard(worker)
        self._short -= 1
        self._fill()

    def _offer(self, worker: _Worker) -> None:
        """Give a worker to who waits longest, client by client in turn; a second request may wait in its pipe."""
        if worker.reason is not None or worker.long or worker not in self._all:
            return
        while worker.depth < _AHEAD_REQUESTS and len(self._waiting) > 0:
            client, line = next(iter(self._waiting.items()))
            turn, page = line[0]
            if page and worker.depth > 0:
                break
            line.popleft()
            del self._waiting[client]
            if len(line) > 0:
                self._waiting[client] = line
            if not turn.done():
                worker.promised += 1
                turn.set_result(worker)
        if worker.depth == 0 and worker not in self._idle:
            self._idle.append(worker)

    def _ended(self, worker: _Worker) -> None:
        """A process that has ended, whoever ended it and whatever it was doing, has no place any more."""
        self._drop(worker, "died")

    def _drop(self, worker: _Worker, reason: str) -> None:
        """Kill a worker, whose place is taken by a new one."""
        worker.stop(reason)
        if worker in self._all:
            self._all.discard(worker)
            if worker in self._idle:
                self._idle.remove(worker)
            if worker.long:
                self._longs -= 1
            else:
                self._short -= 1
            self._fill()

    def _over(self, worker: _Worker) -> None:
        """A worker that has answered goes on to the next request, or ends where it is one too many."""
        if self.snapshots.old:
            self.snapshots.forget(w.snapshot for w in self._all)
        if worker.reason is not None or worker not in self._all:
            return
        if not worker.long:
            self._offer(worker)
        elif worker.nice:
            # A process cannot take back that it lets others go first.
            self._drop(worker, "closed")
        else:
            worker.long, worker.seasoned = False, True
            self._longs -= 1
            self._short += 1
            if self._short > self.size + self.spare:
                # It has read what writes pages: of two the one that has not goes.
                spare = next((other for other in self._idle if not other.seasoned), worker)
                if spare is not worker:
                    self._idle.remove(spare)
                self._drop(spare, "closed")
                if spare is worker:
                    return
            self._offer(worker)

    def _lengthen(self, worker: _Worker, kind: str) -> None:
        """Move a worker to the long lane; where that is full its query is stopped."""
        if worker.long or worker.reason is not None:
            return
        if self._longs >= self.long:
            self._drop(worker, "crowded")
            return
        worker.long = True
        self._longs += 1
        self._short -= 1
        worker.clear()
        if kind in {"answer", "index"}:
            # A stranger's query may be meant badly; a page is our own work and may take what it needs, if somebody
            # waits for it.
            worker.yield_processor()
        self._fill()

    # -------- requests

    async def run(
        self, task: str, request: Mapping[str, Any], visit: Visit | None = None, *, limit: float | None = None
    ) -> Reply | Stream:
        """The reply to a request, or one that says why there is none.

        429 for too many of one client, 503 for too slow or too busy, both with Retry-After; 422 for what no process
        outlives. Raises StoppedError where the client has left.
        """
        visit = visit if visit is not None else Visit()
        limit = self.limit if limit is None else limit
        if self._held[visit.client] >= self.each:
            self.stopped["client"] += 1
            words = f"this client has {self.each} requests here already; wait for one of them"
            return again(words, status=429)
        key: object = None
        if task == "answer":
            key = (self.snapshots.number, request["query"], *request["default"], *request["named"])
        if key is not None and (known := self._hopeless.get(key)) is not None:
            had, when = known
            if limit <= had and time.monotonic() - when < _REMEMBERED:
                self.stopped["known"] += 1
                said = f"this query was stopped after {had:g} s a moment ago and nothing has changed; ask for less"
                return again(said, after=round(_REMEMBERED - (time.monotonic() - when)) + 1)
        self._held[visit.client] += 1
        try:
            return await self._run(task, request, visit, limit, key)
        finally:
            self._held[visit.client] -= 1
            if self._held[visit.client] == 0:
                del self._held[visit.client]

    async def _run(
        self, task: str, request: Mapping[str, Any], visit: Visit, limit: float, key: object
    ) -> Reply | Stream:
        killed = 0
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            try:
                # Waiting is part of the time that a request may take: nobody's takes longer than the limit.
                worker = await self._turn(visit, max(limit / 2, 3.0), task != "answer")
            except TimeoutError:
                self.stopped["busy"] += 1
                return again("all workers are busy with other queries; try again in a moment")
            except asyncio.QueueFull:
                self.stopped["queue"] += 1
                return again(f"{self.queue} requests wait already; try again in a moment")
            try:
                left = max(limit - (loop.time() - began), min(limit, 0.5))
                return await self._exchange(worker, task, request, visit, left)
            except StoppedError as stopped:
                if stopped.reason == "moved":
                    continue
                self.stopped[stopped.reason] += 1
                if stopped.reason == "left":
                    raise
                if stopped.reason == "slow":
                    if key is not None and left > 0.8 * limit:
                        self._remember(key, limit)
                    return again(f"the query was stopped after {limit:g} s; ask for less of it, or give it more time")
                if stopped.reason == "crowded":
                    return again(f"{self.long} long queries run already; try again in a moment", after=5)
                if stopped.code in _OWN_FAULT:
                    return refusal(422, DIED)
                # Killed from outside: the query may be as good as any, and nothing of its answer was sent.
                killed += 1
                if killed == 2:
                    return again("the process that worked on this was killed; try again")

    def _remember(self, key: object, limit: float) -> None:
        self._hopeless[key] = (limit, time.monotonic())
        self._hopeless.move_to_end(key)
        while len(self._hopeless) > 256:
            self._hopeless.popitem(last=False)

    async def _turn(self, visit: Visit, patience: float, page: bool) -> _Worker:
        while len(self._idle) > 0:
            worker = next((w for w in self._idle if w.seasoned == page), self._idle[0])
            self._idle.remove(worker)
            worker.promised += 1
            return worker
        loop = asyncio.get_running_loop()
        if not page and len(self._waiting) == 0:
            # A request in the pipe of a process that has only just begun with another one will not wait there long.
            now = loop.time()
            for worker in self._all:
                if (
                    worker.depth == 1
                    and not worker.long
                    and worker.ready.done()
                    and worker.reason is None
                    and (len(worker.exchanges) == 0 or now - worker.exchanges[0].began < _FRESH)
                ):
                    worker.promised += 1
                    return worker
        if sum(len(line) for line in self._waiting.values()) >= self.queue:
            raise asyncio.QueueFull
        turn: asyncio.Future[_Worker] = loop.create_future()
        self._waiting.setdefault(visit.client, deque()).append((turn, page))
        visit._stop = lambda: None if turn.done() else turn.set_exception(StoppedError("left"))
        late = loop.call_later(patience, lambda: None if turn.done() else turn.set_exception(TimeoutError()))
        watch = loop.call_later(_SLICE, visit.watch)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._decline(turn.result())
            raise
        finally:
            late.cancel()
            watch.cancel()

    def _decline(self, worker: _Worker) -> None:
        """A worker that was promised to somebody who needs it no more."""
        worker.promised -= 1
        self._offer(worker)

    async def _exchange(
        self, worker: _Worker, task: str, request: Mapping[str, Any], visit: Visit, limit: float
    ) -> Reply | Stream:
        loop = asyncio.get_running_loop()
        snapshots = self.snapshots
        try:
            folder = snapshots.folder if snapshots.fresh() else await snapshots.current()
            if visit.gone:
                raise StoppedError("left")
            if worker.reason is not None or worker.ended.done() or worker.long:
                # It came to its end, or to a long request, since it was promised.
                raise StoppedError("moved")
        except BaseException:
            self._decline(worker)
            raise
        exchange = worker.ask({**request, "task": task, "snapshot": str(folder), "alarm": limit + _PATIENCE + 5})
        clocks: list[_Deadline | asyncio.TimerHandle] = []

        def begin() -> None:
            clocks.append(_Deadline(loop, loop.time() + limit, lambda: self._drop(worker, "slow")))
            clocks.append(loop.call_later(_SLICE, self._linger, worker, exchange, visit, task, clocks))

        exchange.begin = begin
        worker.start_clock(exchange)
        visit._stop = lambda: self._leave(worker, exchange)
        try:
            reply, whole = await exchange.head
        except BaseException:
            self._leave(worker, exchange)
            raise
        finally:
            if exchange.over or exchange.failed or not exchange.head.done():
                for clock in clocks:
                    clock.cancel()
        if whole:
            return reply
        return self._stream(worker, exchange, reply, clocks)

    def _leave(self, worker: _Worker, exchange: _Exchange) -> None:
        """Nobody waits for this reply any more: end what works on it, or let it pass where it has not been begun."""
        if exchange.over or exchange.forgotten:
            return
        if len(worker.exchanges) > 0 and worker.exchanges[0] is exchange:
            self._drop(worker, "left")
        else:
            exchange.forgotten = True
            exchange.fail(StoppedError("left"))

    def _linger(
        self,
        worker: _Worker,
        exchange: _Exchange,
        visit: Visit,
        task: str,
        clocks: list[_Deadline | asyncio.TimerHandle],
        used: float | None = None,
    ) -> None:
        """Look at a request that is not answered yet: where its process was at work all the time, it is a long one.

        Where the machine was busy with something else, the request is not to blame and stays where it is.
        """
        visit.watch()
        if len(worker.exchanges) == 0 or worker.exchanges[0] is not exchange:
            return
        loop = asyncio.get_running_loop()
        now = worker.processor()
        if (
            now is None
            or (used is not None and now - used > _SLICE / 4)
            or loop.time() - exchange.began > _PATIENT_SLICE
        ):
            self._lengthen(worker, task)
        else:
            since = now if used is None else used
            again = loop.call_later(_SLICE / 2, self._linger, worker, exchange, visit, task, clocks, since)
            clocks.append(again)

    def _stream(
        self, worker: _Worker, exchange: _Exchange, reply: Reply, clocks: list[_Deadline | asyncio.TimerHandle]
    ) -> Stream:
        def close() -> None:
            for clock in clocks:
                clock.cancel()
            self._leave(worker, exchange)

        async def parts() -> AsyncIterator[bytes]:
            while True:
                data = await exchange.part()
                if data is None:
                    return
                handed = asyncio.get_running_loop().time()
                yield data
                # The time that the client takes to read is no time of the query.
                for clock in clocks:
                    if isinstance(clock, _Deadline):
                        clock.extend(asyncio.get_running_loop().time() - handed)

        return Stream(reply, parts(), close)

    # -------- writing

    async def write(self, request: Mapping[str, Any], *, limit: float) -> Reply:
        """Change the store itself, one request at a time; what was written is read by whoever asks next."""
        async with self._writing:
            if self._writer is None or self._writer.ended.done():
                self._writer = await _Worker.start(self.settings)
                await self._writer.ready
            worker = self._writer
            worker.promised += 1
            exchange = worker.ask({**request, "task": "write", "alarm": limit + 5})
            worker.start_clock(exchange)
            late = asyncio.get_running_loop().call_later(limit, worker.stop, "slow")
            try:
                reply, _ = await asyncio.shield(exchange.head)
            except StoppedError as stopped:
                # A transaction that was not ended is none: the store is as it was.
                self.stopped[stopped.reason] += 1
                if stopped.code in _OWN_FAULT:
                    return refusal(422, DIED)
                return again(f"the update was stopped after {limit:g} s; nothing was changed")
            except asyncio.CancelledError:
                worker.stop("left")
                raise
            finally:
                late.cancel()
            await self.snapshots.current(now=True)
            return reply


#: Seconds for which a query that was stopped is not begun again.
_REMEMBERED = 30.0


class _Deadline:
    """Calls once, at a time that can be put off a little."""

    def __init__(self, loop: asyncio.AbstractEventLoop, when: float, call: Callable[[], None]) -> None:
        self._loop, self._when, self._call = loop, when, call
        self._left = _PATIENCE
        self._timer = loop.call_at(when, self._look)

    def extend(self, seconds: float) -> None:
        seconds = min(seconds, self._left)
        self._left -= seconds
        self._when += seconds

    def _look(self) -> None:
        if self._loop.time() + 0.001 < self._when:
            self._timer = self._loop.call_at(self._when, self._look)
        else:
            self._call()

    def cancel(self) -> None:
        self._timer.cancel()


def again(words: str, *, status: int = 503, after: int = 1) -> Reply:
    """A refusal that says when to try again."""
    return refusal(status, words)._replace(headers={"retry-after": str(after)})
