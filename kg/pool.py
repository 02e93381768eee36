"""Worker processes for the server, the copies of the store that they read, and what one client may cost.

- A worker that takes longer than the limit is killed and replaced; nobody else notices. So is one whose client left.
- Workers read a copy of the triples (hard links, milliseconds) that is made again when the store has changed, so that a
  build can go on beside the server and never waits for it.
- A query that has worked for some hundredths of a second leaves the short lane: another process takes its place there,
  and it goes on with what the short ones leave of the processor. What is known to be so long is begun there at once.
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
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from kg.errors import StoreError
from kg.negotiate import DIED, Reply, refusal

#: Seconds that a worker process may take to start.
_START = 60.0

#: Seconds between two looks at what works.
_LOOK = 0.005

#: Seconds after which one looks how much of the processor a request takes, and seconds of it that make it a long one.
_SLICE, _WORKED = 0.01, 0.02

#: Seconds after which it is one even where its process had little of the processor, or the system does not say.
_PATIENT_SLICE = 2.0

#: Seconds that a client may let an answer wait, all its pauses together.
_PATIENCE = 60.0

#: Ends of a process that its own query brought about: a stack or a memory that had its end.
_OWN_FAULT = {-getattr(signal, name) for name in ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL") if hasattr(signal, name)}

#: The last words of a process that was forked, where that is how it ended.
_LAST_WORDS = b"Fatal Python error"

#: As `kg.worker` has them: the head of a frame, the number of a copy, and what the forge says.
_FRAME, _COPY, _NEWS = struct.Struct("!cI"), struct.Struct("!I"), struct.Struct("!I")

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

    @property
    def store(self) -> Path:
        """The folder of the store itself."""
        return self._store

    def fresh(self) -> bool:
        """True where the newest copy was compared with the store a moment ago, or is being compared."""
        # `Pool` looks every pause; where it is late with that, who asks looks.
        return self._pause > 0 and (self._lock.locked() or time.monotonic() - self._looked <= 3 * self._pause)

    @property
    def pause(self) -> float:
        """Seconds between two looks at the store."""
        return self._pause

    async def current(self, *, now: bool = False, ready: Callable[[int], Awaitable[None]] | None = None) -> Path:
        """The folder of the newest copy, made now where the store has changed since the last one.

        Looked at again only where that was not done a moment ago, or `now`: what was written through this server is
        read at once. `ready` is awaited with the number of a new copy before it becomes the current one.
        """
        async with self._lock:
            if now or time.monotonic() - self._looked >= self._pause:
                self._looked = time.monotonic()
                try:
                    made = await asyncio.to_thread(self._copy)
                except OSError as error:
                    if self._number == 0:
                        raise StoreError(f"the store cannot be copied: {error}", where=self._store) from error
                    # A store that is being replaced or was removed: what was read last still answers.
                    _LOG.warning("the store %s cannot be read now: %s", self._store, error)
                    made = None
                if made is not None:
                    if ready is not None:
                        await ready(self._number + 1)
                    self._state, self.folder = made
                    self.old = self._number > 0
                    self.tag = hashlib.sha256(repr(self._state).encode()).hexdigest()[:16]
                    self._number += 1
            return self.folder

    def _copy(self) -> tuple[object, Path] | None:
        """A new copy and the state that it is of; None where the store has not changed."""
        state = self._look()
        if state == self._state:
            return None
        if self._root is None:
            self._root, self._mark = _workplace(self._store)
        for _ in range(50):
            target = self._root / str(self._number + 1)
            # What was copied for a change that came to nothing.
            shutil.rmtree(target, ignore_errors=True)
            before = self._look(logs=False)
            try:
                (target / "triples").mkdir(parents=True)
                shutil.copyfile(self._store / "meta.json", target / "meta.json")
                for entry in sorted(os.scandir(self._store / "triples"), key=lambda e: e.name):
                    if not entry.name.startswith("LO"):
                        _take(entry, target / "triples" / entry.name)
                if self._look(logs=False) == before:
                    return state, target
            except FileNotFoundError:
                pass
            time.sleep(0.02)
        shutil.rmtree(target, ignore_errors=True)
        raise OSError("its files change faster than they can be copied")

    def _look(self, *, logs: bool = True) -> object:
        """What changes when the store does: the list of tables, and with `logs` what was written since."""
        found: list[tuple[str, int, int, int]] = []
        for entry in os.scandir(self._store / "triples"):
            if entry.name.startswith(("CURRENT", "MANIFEST")) or (logs and entry.name.endswith(".log")):
                stat = entry.stat()
                found.append((entry.name, stat.st_ino, stat.st_size, stat.st_mtime_ns))
        return sorted(found)

    def forget(self, used: Collection[int], *, below: int) -> None:
        """Remove the copies with a number under `below` that are not in use.

        Both are of one moment: what is the newest copy then may be an old one in use when this comes to it.
        """
        if self._root is None:
            return
        for folder in self._root.iterdir():
            if folder.name.isdigit() and int(folder.name) < below:
                if int(folder.name) in used:
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

    def __init__(self, reason: str, *, own_fault: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        #: True where a query brought its process to its end.
        self.own_fault = own_fault


class Exchange:
    """A request and its reply as it comes: its head first, whole or with parts to follow."""

    def __init__(self, worker: _Worker, *, task: str, limit: float = math.inf, visit: Visit | None = None) -> None:
        self.worker = worker
        self.task = task
        self.limit = limit
        self.visit = visit
        #: The number of the copy that it asks.
        self.copy = 0
        self.over = False
        #: Set for a request that another process took over: what still comes for it counts for nothing.
        self.forgotten = False
        #: When the process began with it, the one before it being over; when it has to end; what it may yet be given.
        self.began, self.until, self.patience = 0.0, math.inf, _PATIENCE
        #: Seconds of the processor that its process had used when this was looked at first.
        self.used: float | None = None
        #: What its query is like, for those that are known to be long.
        self.kind: object = None
        #: Called once for a request that nobody awaits: with the whole reply, or None where that is not there soon.
        self.quick: Callable[[bytes | None], None] | None = None
        self._head: asyncio.Future[None] | None = None
        self._result: tuple[Reply, bool] | StoppedError | None = None
        self._parts: deque[bytes] = deque()
        self._size = 0
        self._fault: StoppedError | None = None
        self._wake: asyncio.Future[None] | None = None

    def take(self, kind: bytes, data: bytes) -> None:
        """A frame of the reply."""
        if self.forgotten:
            self.over = kind in {b"R", b"E"}
            return
        if kind == b"R" and self._result is None:
            self.over = True
            if self.quick is not None:
                self._hand(data)
            else:
                self._settle((whole(data), True))
        elif kind == b"D":
            self._parts.append(data)
            self._size += len(data)
            if self._size > _AHEAD:
                self.worker.flow(False)
        elif kind == b"E":
            self.over = True
            # What follows in the pipe is for others, however slowly this client reads.
            self.worker.flow(True)
        elif kind == b"H" and self._result is None:
            status, media, headers = json.loads(data)
            self._settle((Reply(status, media, b"", headers), False))
            self._hand(None)
        else:
            # A fault after the head: no status can say it any more.
            self.over, self._fault = True, StoppedError("broken")
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def _hand(self, data: bytes | None) -> None:
        if self.quick is not None:
            quick, self.quick = self.quick, None
            quick(data)

    def _settle(self, result: tuple[Reply, bool] | StoppedError) -> None:
        self._result = result
        if self._head is not None and not self._head.done():
            self._head.set_result(None)

    def fail(self, fault: StoppedError) -> None:
        """Say that no more will come."""
        if self._fault is None and not self.over:
            self._fault = fault
        if self._result is None:
            self._settle(self._fault or fault)
            self._hand(None)
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def slow(self) -> None:
        """Tell who does not wait for it that it takes its time."""
        self._hand(None)

    def reply(self, data: bytes) -> None:
        """Take a whole reply back: who was handed it could not do with it."""
        self._settle((whole(data), True))

    async def answered(self) -> tuple[Reply, bool]:
        """The reply, and whether it is all of it. Raises StoppedError where there will be none."""
        if self._result is None:
            self._head = asyncio.get_running_loop().create_future()
            await self._head
        assert self._result is not None
        if isinstance(self._result, StoppedError):
            raise self._result
        return self._result

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
            self.worker.flow(True)
        return data

    def extend(self, seconds: float) -> None:
        """Put the end off by the time that a client took to read, up to a limit."""
        seconds = min(seconds, self.patience)
        self.patience -= seconds
        self.until += seconds


def head_of(data: bytes) -> tuple[bytes, int]:
    """The head of a whole reply, as JSON, and where its body begins."""
    end = 4 + int.from_bytes(data[:4])
    return data[4:end], end


def whole(data: bytes) -> Reply:
    """A whole reply from what a worker sent."""
    head, end = head_of(data)
    status, media, headers = json.loads(head)
    return Reply(status, media, data[end:], headers)


#: Requests that a process has at a time: the one that it works on, and some in its pipe.
_AHEAD_REQUESTS = 4

#: Processes that can be at work at one time: with more of them a request more is done no sooner.
_CORES = os.cpu_count() or 1

#: Seconds for which a process that works on a request may be sent another one, and within which most are answered.
_FRESH, _QUICK = 0.0005, 0.002

#: Bytes of an answer that lie here for a client that reads slower than they are worked out.
_AHEAD = 256 * 1024


class _Worker(asyncio.Protocol):
    """One worker process, seen from the server."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[None] = loop.create_future()
        #: The request that is worked on, and some that wait in the pipe, so that no time is lost between the two.
        self.exchanges: deque[Exchange] = deque()
        self.promised = 0
        self.on_over: Callable[[_Worker, Exchange], None] = lambda *_: None
        self.on_end: Callable[[_Worker], None] = lambda _: None
        #: The number of the copy that it reads.
        self.copy = 0
        self.long = self.nice = False
        #: Why it was killed; None where it ended by itself.
        self.reason: str | None = None
        self.pid = 0
        self._loop = loop
        self._process: asyncio.SubprocessTransport | None = None
        self._to: asyncio.WriteTransport | None = None
        self._from: asyncio.ReadTransport | None = None
        self._buffer = b""
        self._reading = True

    @classmethod
    async def start(cls, settings: str, forge: _Forge | None, copy: int = 0) -> _Worker:
        """Start a process; it is not ready yet."""
        worker = cls()
        loop = asyncio.get_running_loop()
        if forge is None:
            code = "from kg.worker import work_on_pipes; work_on_pipes()"
            await loop.subprocess_exec(
                lambda: _Pipes(worker), *_python(code, settings), stderr=None, env=_environment()
            )
            return worker
        here, there = socket.socketpair()
        with there:
            try:
                worker.pid = await forge.fork(there, copy)
            except BaseException:
                here.close()
                raise
        worker.copy = copy
        await loop.create_connection(lambda: worker, sock=here)
        return worker

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._to = self._from = cast("asyncio.Transport", transport)

    def through(self, transport: asyncio.SubprocessTransport) -> None:
        """Take the pipes of a process of its own."""
        self._process, self.pid = transport, transport.get_pid()
        self._to = cast("asyncio.WriteTransport", transport.get_pipe_transport(0))
        self._from = cast("asyncio.ReadTransport", transport.get_pipe_transport(1))

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data if len(self._buffer) > 0 else data
        at, size = 0, len(data)
        while size - at >= 5:
            kind, length = _FRAME.unpack_from(data, at)
            end = at + 5 + length
            if end > size:
                break
            if kind == b"Y":
                self.ready.set_result(None)
            elif len(self.exchanges) > 0:
                exchange = self.exchanges[0]
                exchange.take(kind, data[at + 5 : end])
                if exchange.over:
                    self.exchanges.popleft()
                    if len(self.exchanges) > 0:
                        self._begin()
                    self.on_over(self, exchange)
            at = end
        self._buffer = data[at:]

    def connection_lost(self, exc: Exception | None) -> None:
        own_fault = False
        if self.reason is None:
            self.reason = "died"
            if self._process is not None:
                own_fault = self._process.get_returncode() in _OWN_FAULT
            else:
                own_fault = _LAST_WORDS in self._buffer
        fault = StoppedError(self.reason, own_fault=own_fault)
        self._fail(fault)
        if not self.ready.done():
            self.ready.set_exception(fault)
            # Whether anybody waits for it or not.
            self.ready.exception()
        if not self.ended.done():
            self.ended.set_result(None)
        self.on_end(self)

    def ask(self, request: Mapping[str, Any], exchange: Exchange) -> None:
        """Send a request; what comes back comes through the exchange."""
        self.copy = request.get("copy", self.copy)
        self.send(b"J", json.dumps(request).encode("ascii"), exchange)

    def send(self, kind: bytes, data: bytes, exchange: Exchange) -> None:
        """Send a request as it is."""
        self.exchanges.append(exchange)
        self.promised -= 1
        if len(self.exchanges) == 1:
            self._begin()
        try:
            assert self._to is not None
            self._to.write(_FRAME.pack(kind, len(data)) + data)
        except (RuntimeError, OSError):
            # It was killed a moment ago, and this is the first to know.
            exchange.fail(StoppedError("moved"))
            self.stop("died")

    def _begin(self) -> None:
        exchange = self.exchanges[0]
        exchange.began = self._loop.time()
        exchange.until = exchange.began + exchange.limit

    @property
    def depth(self) -> int:
        """How many requests this process has, or is promised."""
        return len(self.exchanges) + self.promised

    def _fail(self, fault: StoppedError) -> None:
        """End the request that is worked on; those that wait behind it go elsewhere."""
        for number, exchange in enumerate(list(self.exchanges)):
            exchange.fail(fault if number == 0 else StoppedError("moved"))

    def clear(self) -> None:
        """Send what waits behind a long request elsewhere."""
        for exchange in list(self.exchanges)[1:]:
            exchange.fail(StoppedError("moved"))
            exchange.forgotten = True

    def flow(self, go: bool) -> None:
        """Read on from the process, or let it wait."""
        pipe = self._from
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
        self.flow(True)
        if not self.ended.done() and self.pid > 0:
            with contextlib.suppress(ProcessLookupError):
                if self._process is not None:
                    self._process.kill()
                else:
                    os.kill(self.pid, signal.SIGKILL)
        self._fail(StoppedError(self.reason))

    def abandon(self) -> None:
        """Close what joins a process to this one, whether it has ended or not."""
        if self._process is not None:
            self._process.close()
        elif self._to is not None:
            self._to.abort()

    def processor(self) -> float | None:
        """Seconds that the process has worked; None where the system does not say."""
        if sys.platform != "linux":
            return None
        try:
            # The clock of a process, as clock_getcpuclockid(3) gives it. To look into /proc for it costs more, now and
            # when the process ends.
            return time.clock_gettime(~self.pid << 3 | 2)
        except OSError:
            return None

    def step_back(self) -> None:
        """Leave most of the processor to who is waited for, and take enough to come to an end on a busy machine."""
        self.nice = True
        if hasattr(os, "setpriority"):
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.pid, 10)

    def yield_processor(self) -> None:
        """Let everything else on the processor go first from now on."""
        self.nice = True
        if hasattr(os, "setpriority"):
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.pid, 19)
        if hasattr(os, "SCHED_IDLE"):
            # Linux knows a rest that is left by all others, the lowest of the polite among them.
            with contextlib.suppress(OSError):
                os.sched_setscheduler(self.pid, os.SCHED_IDLE, os.sched_param(0))


class _Pipes(asyncio.SubprocessProtocol):
    """A worker that is a process of its own, where the system cannot fork."""

    def __init__(self, worker: _Worker) -> None:
        self._worker = worker

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.SubprocessTransport", transport)
        self._worker.through(self._transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._worker.data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport.close()
        self._worker.connection_lost(exc)


def _python(code: str, settings: str) -> tuple[str, ...]:
    return sys.executable, "-P", "-c", code, settings


def _environment() -> dict[str, str]:
    # The same kg as here, whatever the folder that the server was started in holds.
    path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path}


class _Forge(asyncio.Protocol):
    """The process that workers are forked from, seen from the server (`kg.worker.forge`)."""

    def __init__(self, settings: str) -> None:
        self.alive = True
        loop = asyncio.get_running_loop()
        self._control, there = socket.socketpair()
        self._ready: asyncio.Future[None] = loop.create_future()
        self._born: asyncio.Future[int] = loop.create_future()
        self._turn = asyncio.Lock()
        self._buffer = b""
        with there:
            command = _python("from kg.worker import forge; forge()", settings)
            self._process = subprocess.Popen(
                command, stdin=there.fileno(), stdout=subprocess.DEVNULL, env=_environment()
            )

    @classmethod
    async def start(cls, settings: str) -> _Forge:
        """Start it; it is ready when the first fork is."""
        forge = cls(settings)
        # Written to by itself, as no transport sends files.
        await asyncio.get_running_loop().create_connection(lambda: forge, sock=forge._control.dup())
        return forge

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data
        whole = len(data) - len(data) % _NEWS.size
        for (pid,) in _NEWS.iter_unpack(data[:whole]):
            if pid == 0:
                # The first news is that it has read what workers need.
                self._ready.set_result(None)
            elif not self._born.done():
                self._born.set_result(pid)
        self._buffer = data[whole:]

    def connection_lost(self, exc: Exception | None) -> None:
        self.alive = False
        for waiting in (self._ready, self._born):
            if not waiting.done():
                waiting.set_exception(StoppedError("died"))
                # Whether anybody waits for it or not.
                waiting.exception()

    async def fork(self, file: socket.socket, copy: int) -> int:
        """A new worker that has a file; gives its number. Raises StoppedError where there is none to be had."""
        async with self._turn:
            async with asyncio.timeout(_START):
                await asyncio.shield(self._ready)
                if not self.alive:
                    raise StoppedError("died")
                self._born = asyncio.get_running_loop().create_future()
                socket.send_fds(self._control, [_NEWS.pack(copy)], [file.fileno()])
                try:
                    return await self._born
                except (TimeoutError, asyncio.CancelledError):
                    # What it says next would be taken for the answer to somebody else.
                    self.alive = False
                    raise

    def stop(self) -> None:
        """End it, and whatever it has forked with it."""
        self._control.close()
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


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


def places(memory: int) -> int:
    """How many long queries may be worked on at a time where each may take so much memory: up to a dozen.

    Four fifths of what this machine has, or of what its control group leaves this process, is theirs.
    """
    most = 12
    if not hasattr(os, "sysconf"):
        return most
    found = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            _, kinds, name = line.split(":", 2)
            if kinds not in {"", "memory"}:
                continue
            root, file = ("", "memory.max") if kinds == "" else ("memory", "memory.limit_in_bytes")
            top = Path("/sys/fs/cgroup", root)
            # Any group above may be the one with the limit.
            group = Path(name.strip("/"))
            for folder in (group, *group.parents):
                with contextlib.suppress(OSError, ValueError):
                    found.append(int((top / folder / file).read_text(encoding="ascii")))
    return max(1, min(most, min(found) * 4 // 5 // memory))


@dataclass
class Pool:
    """A few worker processes: `run` gives a request to the next idle one and answers for those that do not.

    `size` and `spare` processes work on short requests, so that one that ends is not missed until the next is there,
    and `long` more on those that turned out to be long. `queue` requests may wait, and `each` of one client wait or be
    worked on.
    """

    snapshots: Snapshots
    settings: Mapping[str, Any]
    size: int
    limit: float
    spare: int = 0
    long: int = 12
    queue: int = 256
    each: int = 128
    stopped: Counter[str] = field(default_factory=Counter)
    _idle: deque[_Worker] = field(default_factory=deque)
    _all: set[_Worker] = field(default_factory=set)
    #: Killed, and not ended yet.
    _leaving: set[_Worker] = field(default_factory=set)
    #: The copies that processes are being started with, and how many.
    _born: Counter[int] = field(default_factory=Counter)
    _short: int = 0
    _longs: int = 0
    #: How many wait until there is room for one more long query.
    _crowd: int = 0
    _held: Counter[str] = field(default_factory=Counter)
    _waiting: OrderedDict[str, deque[tuple[asyncio.Future[_Worker], bool]]] = field(default_factory=OrderedDict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _failed: int = 0
    _closed: bool = False
    #: The process that workers are forked from, and one more for when that is killed: it takes a moment to start.
    _forges: list[_Forge] = field(default_factory=list)
    _forging: asyncio.Lock = field(default_factory=asyncio.Lock)
    _clock: asyncio.TimerHandle | None = None
    #: What queries were like that turned out long, the one that did so longest ago first.
    _long_kinds: OrderedDict[object, None] = field(default_factory=OrderedDict)
    _writer: _Worker | None = None
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    #: Queries that were stopped on this state of the store, with the seconds that they had and when.
    _hopeless: OrderedDict[object, tuple[float, float]] = field(default_factory=OrderedDict)

    async def open(self) -> None:
        """Make the first snapshot and start the processes; done when one of them can be asked."""
        await self.snapshots.current()
        self._fill()
        # Who asks meanwhile waits for the connection, and not within the time that a query may take.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_START):
                while len(self._idle) == 0 and not self.failing:
                    await asyncio.sleep(0.01)
        if self.snapshots.pause > 0:
            self._keep(self._watch_store())

    async def close(self) -> None:
        """End the processes, whatever they do."""
        self._closed = True
        if self._clock is not None:
            self._clock.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        everyone = [*self._all, *([self._writer] if self._writer is not None else [])]
        for worker in everyone:
            worker.stop("closed")
        if len(everyone) > 0:
            await asyncio.wait([worker.ended for worker in everyone], timeout=10)
        # Those that were killed before may take their time to end, where the processor is busy: what joins them to this
        # process is closed all the same.
        leaving = list(self._leaving)
        for worker in leaving:
            worker.abandon()
        if len(leaving) > 0:
            await asyncio.wait([worker.ended for worker in leaving], timeout=1)
        for forge in self._forges:
            forge.stop()
        self.snapshots.close()

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch_store(self) -> None:
        """Look every now and then whether the store has changed, so that no request has to."""
        while True:
            await asyncio.sleep(self.snapshots.pause)
            await self.snapshots.current(now=True, ready=self._open_copy)

    async def _open_copy(self, copy: int) -> None:
        """Have the processes that are idle open a new copy, before it is the one that is asked."""
        # One after the other, so that most of them can be asked meanwhile. One that is busy, slow or killed opens it
        # later.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2.0):
                for worker in list(self._idle):
                    if worker in self._idle:
                        self._idle.remove(worker)
                        worker.promised += 1
                        exchange = Exchange(worker, task="open", limit=_START)
                        worker.ask({"task": "open", "copy": copy, "alarm": _START}, exchange)
                        with contextlib.suppress(StoppedError):
                            await exchange.answered()

    @property
    def failing(self) -> bool:
        """True where no process could be started the last few times."""
        return self._failed > 2

    def numbers(self) -> dict[str, int]:
        """How many processes there are and do what, and how many requests wait."""
        waiting = sum(len(line) for line in self._waiting.values()) + self._crowd
        idle = len(self._idle)
        return {"idle": idle, "short": self._short - idle, "long": self._longs, "waiting": waiting}

    # -------- processes

    def _fill(self) -> None:
        while self._short < self.size + self.spare and not self._closed:
            self._short += 1
            self._keep(self._begin())

    async def _start(self) -> _Worker:
        if not hasattr(os, "fork"):
            return await _Worker.start(self._told(), None)
        async with self._forging:
            for forge in [f for f in self._forges if not f.alive]:
                self._forges.remove(forge)
                forge.stop()
            if len(self._forges) == 0:
                self._forges.append(await _Forge.start(self._told()))
            if len(self._forges) == 1:
                self._keep(self._start_spare())
            forge = self._forges[0]
        copy = self.snapshots.number
        self._born[copy] += 1
        try:
            worker = await _Worker.start(self._told(), forge, copy)
        except BaseException:
            self._bear(copy)
            raise
        # Ready, or over without having been.
        worker.ready.add_done_callback(lambda _: self._bear(copy))
        return worker

    def _bear(self, copy: int) -> None:
        """One process fewer that is being started with a copy."""
        self._born[copy] -= 1
        if self._born[copy] == 0:
            del self._born[copy]

    async def _start_spare(self) -> None:
        async with self._forging:
            if len(self._forges) == 1 and not self._closed:
                self._forges.append(await _Forge.start(self._told()))

    def _told(self) -> str:
        """What every process is told at its start."""
        return json.dumps({**self.settings, "copies": str(self.snapshots.root)})

    async def _begin(self) -> None:
        worker: _Worker | None = None
        try:
            if self._failed > 2:
                # Whatever keeps processes from starting will not be better in a millisecond.
                await asyncio.sleep(min(2.0 ** (self._failed - 3), 30.0))
            worker = await self._start()
            worker.on_over = self._over
            self._all.add(worker)
            async with asyncio.timeout(_START):
                await asyncio.shield(worker.ready)
            if worker.ended.done() or worker.reason is not None:
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
        if worker in self._all:
            self._all.discard(worker)
            if worker in self._idle:
                self._idle.remove(worker)
            if worker.long:
                self._longs -= 1
            else:
                self._short -= 1
            self._fill()

    def _drop(self, worker: _Worker, reason: str) -> None:
        """Kill a worker, whose place is taken by a new one."""
        worker.stop(reason)
        if not worker.ended.done():
            self._leaving.add(worker)
            worker.ended.add_done_callback(lambda _: self._leaving.discard(worker))
        self._ended(worker)

    def _over(self, worker: _Worker, exchange: Exchange) -> None:
        """A worker that has answered goes on to the next request, or ends where it is one too many."""
        if self.snapshots.old:
            # Not here: to remove files can take a tenth of a second where the disk is busy with a build.
            self.snapshots.old = False
            used = {*self._born, *(worker.copy for worker in self._all)}
            self._keep(asyncio.to_thread(self.snapshots.forget, used, below=self.snapshots.number))
        if worker.reason is not None or worker not in self._all:
            return
        if worker.long and asyncio.get_running_loop().time() - exchange.began < _SLICE:
            # It was thought to be long and is not.
            self._long_kinds.pop(exchange.kind, None)
        if not worker.long:
            self._offer(worker)
        elif worker.nice or self._short >= self.size + self.spare:
            # A process cannot take back that it lets others go first.
            self._drop(worker, "closed")
        else:
            worker.long = False
            self._longs -= 1
            self._short += 1
            self._offer(worker)

    def _lengthen(self, worker: _Worker, exchange: Exchange) -> None:
        """Move a worker to the long lane; where that is full its query is stopped."""
        if worker.long or worker.reason is not None:
            return
        if exchange.kind is not None:
            self._long_kinds[exchange.kind] = None
            self._long_kinds.move_to_end(exchange.kind)
            if len(self._long_kinds) > _KINDS:
                self._long_kinds.popitem(last=False)
        if self._longs >= self.long:
            self._drop(worker, "crowded")
            return
        worker.long = True
        self._longs += 1
        self._short -= 1
        worker.clear()
        if exchange.task == "answer":
            # A stranger's query may be meant badly; a page is our own work and may take what it needs, if somebody
            # waits for it.
            worker.yield_processor()
        elif exchange.task == "index":
            worker.step_back()
        self._fill()

    def _look(self) -> None:
        """Look at everything that is worked on: what has to end, and what turns out to be long."""
        self._clock = None
        now = asyncio.get_running_loop().time()
        for worker in list(self._all):
            if len(worker.exchanges) == 0 or worker.reason is not None:
                continue
            exchange = worker.exchanges[0]
            took = now - exchange.began
            if now > exchange.until:
                self._drop(worker, "slow")
            elif took > _SLICE:
                self._linger(worker, exchange, took)
        if any(len(worker.exchanges) > 0 for worker in self._all):
            self._tick()

    def _tick(self) -> None:
        if self._clock is None and not self._closed:
            self._clock = asyncio.get_running_loop().call_later(_LOOK, self._look)

    def _linger(self, worker: _Worker, exchange: Exchange, took: float) -> None:
        """Look at a request that is not answered yet: where its process was at work all the time, it is a long one.

        Where the machine was busy with something else, the request is not to blame and stays where it is.
        """
        if exchange.task == "open":
            return
        if exchange.forgotten:
            self._drop(worker, "left")
            return
        exchange.slow()
        if exchange.visit is not None:
            exchange.visit.watch()
        if worker.long:
            return
        # What waits behind it may be as short as most are.
        worker.clear()
        used = worker.processor()
        if used is None:
            long = took > 10 * _SLICE
        elif exchange.used is None:
            exchange.used, long = used, False
        else:
            long = used - exchange.used > _WORKED
        if long or took > _PATIENT_SLICE:
            self._lengthen(worker, exchange)

    # -------- requests

    def begin(
        self, client: str, kind: bytes, accept: bytes, query: bytes, quick: Callable[[bytes | None], None]
    ) -> Exchange | None:
        """Begin with a query as it stands in an address, and call `quick` with the bytes of the reply.

        None where that has to wait, or the pool has to know more of it: then `run` is the way. Where no whole reply
        comes in a moment `quick` is called with None, and `run` goes on with what was begun.
        """
        snapshots = self.snapshots
        if len(self._waiting) > 0 or not snapshots.fresh() or self._held.get(client, 0) >= self.each:
            return None
        like: object = None
        if len(self._hopeless) + len(self._long_kinds) > 0:
            text = urllib.parse.unquote_plus(query.decode("ascii"))
            like = _kind_of(text)
            if like in self._long_kinds or (snapshots.number, text) in self._hopeless:
                return None
        worker = self._free(page=False)
        if worker is None:
            return None
        exchange = Exchange(worker, task="answer", limit=self.limit)
        exchange.quick, exchange.copy, exchange.kind = quick, snapshots.number, like
        worker.copy = snapshots.number
        worker.send(kind, b"".join((_COPY.pack(snapshots.number), accept, b"\0", query)), exchange)
        self._tick()
        return exchange

    async def run(
        self,
        task: str,
        request: Mapping[str, Any],
        visit: Visit | None = None,
        *,
        limit: float | None = None,
        begun: Exchange | None = None,
    ) -> Reply | Stream:
        """The reply to a request, or one that says why there is none; `begun` is the one that has been begun with.

        429 for too many of one client, 503 for too slow or too busy, both with Retry-After; 422 for what no process
        outlives. Raises StoppedError where the client has left.
        """
        visit = visit if visit is not None else Visit()
        limit = self.limit if limit is None else limit
        if begun is None and self._held[visit.client] >= self.each:
            self.stopped["client"] += 1
            words = f"this client has {self.each} requests here already; wait for one of them"
            return again(words, status=429)
        key: object = None
        if task == "answer":
            key = (self.snapshots.number, request["query"], *request["default"], *request["named"])
        if key is not None and begun is None and (known := self._hopeless.get(key)) is not None:
            had, when = known
            if limit <= had and time.monotonic() - when < _REMEMBERED:
                self.stopped["known"] += 1
                said = f"this query was stopped after {had:g} s a moment ago and nothing has changed; ask for less"
                return again(said, after=round(_REMEMBERED - (time.monotonic() - when)) + 1)
        self._held[visit.client] += 1
        try:
            return await self._run(task, request, visit, limit, key, begun)
        finally:
            self._held[visit.client] -= 1
            if self._held[visit.client] == 0:
                del self._held[visit.client]

    async def _run(
        self, task: str, request: Mapping[str, Any], visit: Visit, limit: float, key: object, begun: Exchange | None
    ) -> Reply | Stream:
        killed = 0
        loop = asyncio.get_running_loop()
        began = loop.time()
        while True:
            left = limit
            try:
                if begun is not None:
                    exchange, begun = begun, None
                    if key is not None:
                        exchange.kind = _kind_of(request["query"])
                else:
                    # Waiting is part of the time that a request may take: nobody's takes longer than the limit.
                    worker = await self._worker_for(task, request, visit, max(limit / 2, 3.0))
                    left = max(limit - (loop.time() - began), min(limit, 0.5))
                    exchange = await self._ask(worker, task, request, visit, left)
                return await self._exchange(exchange, visit)
            except TimeoutError:
                self.stopped["busy"] += 1
                return again("all workers are busy with other queries; try again in a moment")
            except asyncio.QueueFull:
                self.stopped["queue"] += 1
                return again(f"{self.queue} requests wait already; try again in a moment")
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
                    return again("as many long queries run as there is room for; try again in a moment", after=5)
                if stopped.own_fault:
                    return refusal(422, DIED)
                # Killed from outside: the query may be as good as any, and nothing of its answer was sent.
                killed += 1
                if killed == 2:
                    return again("the process that worked on this was killed; try again")

    def _remember(self, key: object, limit: float) -> None:
        now = time.monotonic()
        self._hopeless[key] = (limit, now)
        self._hopeless.move_to_end(key)
        while len(self._hopeless) > 256 or now - next(iter(self._hopeless.values()))[1] > _REMEMBERED:
            self._hopeless.popitem(last=False)

    def _free(self, *, page: bool) -> _Worker | None:
        """A process that can be given a request now; the promise is to be kept, or declined."""
        idle = len(self._idle)
        if idle > 0 and (page or self._short - idle < _CORES):
            return self._idlest()
        if not page and len(self._waiting) == 0:
            # A request in the pipe of a process that has only just begun with another one will not wait there long.
            # Behind one that takes its time, or opens a copy, it would; such a process does not count as one at work.
            now = asyncio.get_running_loop().time()
            fresh: _Worker | None = None
            quick = 0
            for worker in self._all:
                if worker.long or worker.reason is not None or worker.depth == 0 or not worker.ready.done():
                    continue
                if len(worker.exchanges) == 0:
                    age = 0.0
                elif worker.exchanges[0].task == "answer":
                    age = now - worker.exchanges[0].began
                else:
                    continue
                quick += age < _QUICK
                if age < _FRESH and worker.depth < _AHEAD_REQUESTS:
                    fresh = worker
            if fresh is not None and (idle == 0 or quick >= _CORES):
                fresh.promised += 1
                return fresh
        return self._idlest() if idle > 0 else None

    def _idlest(self) -> _Worker:
        # The one that was used last: its memory is the one that the processor has at hand.
        worker = self._idle.pop()
        worker.promised += 1
        return worker

    async def _worker_for(self, task: str, request: Mapping[str, Any], visit: Visit, patience: float) -> _Worker:
        """A worker that is promised for a request."""
        if task == "answer" and len(self._long_kinds) > 0 and _kind_of(request["query"]) in self._long_kinds:
            try:
                async with asyncio.timeout(patience):
                    await self._room(visit)
                    return await self._apart()
            except TimeoutError:
                if self._longs >= self.long:
                    raise StoppedError("crowded") from None
                raise
        return await self._turn(visit, patience, task != "answer")

    async def _room(self, visit: Visit) -> None:
        """Wait until there is room for one more long query: who is sent away at once comes again at once."""
        if self._longs < self.long:
            return
        if self._crowd >= self.queue:
            raise StoppedError("crowded")
        self._crowd += 1
        visit.watch()
        try:
            while self._longs >= self.long:
                if visit.gone:
                    raise StoppedError("left")
                await asyncio.sleep(0.05)
        finally:
            self._crowd -= 1

    async def _apart(self) -> _Worker:
        """A new process for what is known to be long, so that the short ones keep theirs."""
        if self._longs >= self.long:
            raise StoppedError("crowded")
        self._longs += 1
        worker: _Worker | None = None
        # Not to be left halfway: what the forge says next would be taken for the answer to somebody else.
        start = asyncio.ensure_future(self._start())
        try:
            worker = await asyncio.shield(start)
            worker.yield_processor()
            await asyncio.shield(worker.ready)
            if worker.reason is not None:
                raise StoppedError("moved")
        except BaseException as error:
            self._longs -= 1
            if worker is not None:
                worker.stop("closed")
            else:
                start.add_done_callback(_unneeded)
            if isinstance(error, OSError):
                raise StoppedError("died") from error
            raise
        worker.long, worker.promised = True, 1
        worker.on_over, worker.on_end = self._over, self._ended
        self._all.add(worker)
        return worker

    async def _turn(self, visit: Visit, patience: float, page: bool) -> _Worker:
        worker = self._free(page=page)
        if worker is not None:
            return worker
        loop = asyncio.get_running_loop()
        if sum(len(line) for line in self._waiting.values()) >= self.queue:
            raise asyncio.QueueFull
        turn: asyncio.Future[_Worker] = loop.create_future()
        self._waiting.setdefault(visit.client, deque()).append((turn, page))
        visit._stop = lambda: None if turn.done() else turn.set_exception(StoppedError("left"))
        late = loop.call_later(patience, lambda: None if turn.done() else turn.set_exception(TimeoutError()))
        watch = loop.call_later(0.15, visit.watch)
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
        if worker.long and worker.depth == 0:
            self._drop(worker, "closed")
        else:
            self._offer(worker)

    async def _ask(
        self, worker: _Worker, task: str, request: Mapping[str, Any], visit: Visit, limit: float
    ) -> Exchange:
        """Send a request to a worker that was promised for it."""
        snapshots = self.snapshots
        try:
            if not snapshots.fresh():
                await snapshots.current()
            if visit.gone:
                raise StoppedError("left")
            if worker.reason is not None or worker.ended.done() or (worker.long and len(worker.exchanges) > 0):
                # It came to its end, or to a long request, since it was promised.
                raise StoppedError("moved")
        except BaseException:
            self._decline(worker)
            raise
        exchange = Exchange(worker, task=task, limit=limit, visit=visit)
        if task == "answer":
            exchange.kind = _kind_of(request["query"])
        alarm = limit + _PATIENCE + 5
        worker.ask({**request, "task": task, "copy": snapshots.number, "alarm": alarm}, exchange)
        self._tick()
        return exchange

    async def _exchange(self, exchange: Exchange, visit: Visit) -> Reply | Stream:
        exchange.visit = visit
        visit._stop = lambda: self.leave(exchange)
        try:
            reply, all_of_it = await exchange.answered()
        except BaseException:
            self.leave(exchange)
            raise
        return reply if all_of_it else self._stream(exchange, reply)

    def leave(self, exchange: Exchange) -> None:
        """Nobody waits for this reply any more: end what works on it, or let it pass where it has not been begun."""
        if exchange.over or exchange.forgotten:
            return
        worker = exchange.worker
        if len(worker.exchanges) > 0 and worker.exchanges[0] is exchange and exchange.quick is None:
            self._drop(worker, "left")
        else:
            # One that was begun only now is over before another process could be.
            exchange.quick = None
            exchange.fail(StoppedError("left"))
            exchange.forgotten = True

    def _stream(self, exchange: Exchange, reply: Reply) -> Stream:
        async def parts() -> AsyncIterator[bytes]:
            loop = asyncio.get_running_loop()
            while True:
                data = await exchange.part()
                if data is None:
                    return
                handed = loop.time()
                yield data
                # The time that the client takes to read is no time of the query.
                exchange.extend(loop.time() - handed)

        return Stream(reply, parts(), lambda: self.leave(exchange))

    # -------- writing

    async def write(self, request: Mapping[str, Any], *, limit: float) -> Reply:
        """Change the store itself, one request at a time; what was written is read by whoever asks next."""
        async with self._writing:
            if self._writer is None or self._writer.ended.done():
                self._writer = await self._start()
                await self._writer.ready
            worker = self._writer
            worker.promised += 1
            exchange = Exchange(worker, task="write")
            worker.ask({**request, "task": "write", "alarm": limit + 5}, exchange)
            late = asyncio.get_running_loop().call_later(limit, worker.stop, "slow")
            try:
                reply, _ = await exchange.answered()
            except StoppedError as stopped:
                # A transaction that was not ended is none: the store is as it was.
                self.stopped[stopped.reason] += 1
                if stopped.own_fault:
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


def _unneeded(start: asyncio.Future[_Worker]) -> None:
    """End a process that was started for somebody who waits for it no more."""
    if not start.cancelled() and start.exception() is None:
        start.result().stop("closed")


#: What queries are like that are known to be long: so many of them.
_KINDS = 500

_COMMENT = re.compile(r"(?:^|(?<=[\s{}().;,]))#[^\r\n]*|\s+")


def _kind_of(query: str) -> int:
    """What a query is like: how its text begins, without blanks and most comments, and about how long it is.

    Only for a guess how long it will take: two that differ may be of one kind, and one may be of two.
    """
    return hash((_COMMENT.sub("", query[:2000]), len(query) // 1000))


def again(words: str, *, status: int = 503, after: int = 1) -> Reply:
    """A refusal that says when to try again."""
    return refusal(status, words)._replace(headers={"retry-after": str(after)})
