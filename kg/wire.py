"""HTTP connections of the server: the short way for the request that comes most, uvicorn's for all others.

Input are the bytes that a client sends, output those that it gets. A query that stands in the address of a GET, and
whose headers say nothing unusual, is answered without an application of ASGI and its tasks: from what was sent for the
very same bytes before, or by a worker whose reply goes on as it comes. That takes a third of the time. Whatever is
not as plain as that, takes longer than a moment, or fails, goes the long way through `kg.server`, from the beginning.

    GET /sparql?query=ASK%7B%7D HTTP/1.1⏎Host: …⏎Accept: text/csv⏎⏎   →   HTTP/1.1 200 OK⏎date: …⏎…⏎⏎true
"""

from __future__ import annotations

import functools
import re
import time
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from kg.pool import Exchange

#: Bytes of a request that can go the short way.
_MOST = 8192

#: What may stand in an address as the value of a parameter, its only one.
_VALUE = re.compile(rb"[A-Za-z0-9._~!$'()*+,;:@/?=-]*(?:%[0-9A-Fa-f]{2}[A-Za-z0-9._~!$'()*+,;:@/?=-]*)*")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?|)[ \t]*")

#: Headers that have no say in what a query is answered.
_IDLE = frozenset(
    {b"user-agent", b"accept-language", b"cache-control", b"pragma", b"dnt", b"origin", b"referer", b"priority"}
)


class Heard(NamedTuple):
    """What the headers of a request say."""

    accept: bytes
    gzip: bool
    agent: str


class Sent(NamedTuple):
    """An answer as it is sent: the line of its status, the headers after the date, its body."""

    status: int
    line: bytes
    rest: bytes
    body: bytes


class Desk(Protocol):
    """Who answers what comes the short way: `kg.server.Service`."""

    starts: tuple[bytes, ...]

    def wants_page(self, accept: str) -> bool:
        """True where a person asks, and not a program."""

    def recall(self, request: bytes) -> Sent | None:
        """What was answered to the same bytes, where it still holds."""

    def begin(self, wire: Wire, heard: Heard, query: bytes) -> Exchange | None:
        """Have a query worked on; None where that is not possible at once."""

    def worded(self, exchange: Exchange, data: bytes, request: bytes) -> Sent | None:
        """The reply of a worker as it is sent; None for one that has to be looked at more closely."""

    def note(self, client: str, address: bytes, agent: str, sent: Sent, seconds: float) -> None:
        """Count an answer and write it to the log."""

    def abandon(self, exchange: Exchange) -> None:
        """Have a query let alone: nobody waits for it any more."""


@functools.lru_cache(maxsize=512)
def heard(block: bytes) -> Heard | None:
    r"""The headers of a request, up to its empty line; None where they say more than a plain request needs.

    >>> heard(b"Host: kg.example\r\nAccept: text/csv\r\n\r\n")
    Heard(accept=b'text/csv', gzip=False, agent='')
    """
    found: dict[bytes, bytes] = {}
    for line in block[:-4].split(b"\r\n"):
        match = _HEADER.fullmatch(line)
        if match is None:
            return None
        name, value = match[1].lower(), match[2]
        if name in found:
            return None
        if name not in {b"host", b"accept", b"accept-encoding", b"connection"} and name not in _IDLE:
            return None
        found[name] = value
    if b"host" not in found or found.get(b"connection", b"keep-alive").lower() != b"keep-alive":
        return None
    gzip = reads_gzip(found.get(b"accept-encoding", b""))
    return Heard(found.get(b"accept", b""), gzip, found.get(b"user-agent", b"")[:200].decode("latin-1"))


def reads_gzip(accepted: bytes) -> bool:
    """True for an Accept-Encoding of a client that reads gzip.

    >>> reads_gzip(b"gzip, br"), reads_gzip(b"gzip;q=0, br")
    (True, False)
    """
    return b"gzip" in accepted and b"gzip;q=0" not in accepted.replace(b" ", b"").replace(b"q=0.", b"")


class Wire(HttpToolsProtocol):
    """A connection: what is plain goes the short way."""

    #: Set by `of`.
    desk: Desk

    @staticmethod
    def of(desk: Desk) -> type[Wire]:
        """The class of the connections of one server."""
        return type("Wire", (Wire,), {"desk": desk})

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        #: The request that is worked on the short way: its bytes, its address, who asks, and since when.
        self._exchange: Exchange | None = None
        self._request = b""
        self._address = b""
        self._agent = ""
        self._since = 0.0
        self._short = False
        #: What has come meanwhile.
        self._later = b""
        #: True in the midst of a request that goes the long way.
        self._midst = False
        #: What was begun the short way, for the application that goes on with it.
        self._begun: Exchange | None = None
        self._ending = False
        self._active = 0.0

    # -------- what uvicorn calls

    def connection_made(self, transport: Any) -> None:  # noqa: D102
        super().connection_made(transport)
        self._client = self.client[0] if self.client is not None else ""

    def data_received(self, data: bytes) -> None:  # noqa: D102
        if self._short:
            self._later += data
            if len(self._later) > _MOST:
                self.flow.pause_reading()
        elif (
            self._midst
            or not data.startswith(self.desk.starts)
            or (self.cycle is not None and not self.cycle.response_complete)
            or self.flow.write_paused
            or not self._shortly(data)
        ):
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: D102
        if self._short and self._exchange is not None:
            self.desk.abandon(self._exchange)
        self._short, self._exchange = False, None
        super().connection_lost(exc)

    def shutdown(self) -> None:  # noqa: D102
        if self._short:
            self._ending = True
        else:
            super().shutdown()

    def on_message_begin(self) -> None:  # noqa: D102
        self._midst = True
        super().on_message_begin()

    def on_message_complete(self) -> None:  # noqa: D102
        self._midst = False
        super().on_message_complete()

    def on_headers_complete(self) -> None:  # noqa: D102
        if self._begun is not None:
            self.scope["kg.begun"], self._begun = self._begun, None  # type: ignore[typeddict-unknown-key]
        super().on_headers_complete()

    def timeout_keep_alive_handler(self) -> None:  # noqa: D102
        # The short way does not wind the clock up for each request.
        left = self._active + self.timeout_keep_alive - self.loop.time()
        if self._short or left > 0.05:
            self.timeout_keep_alive_task = self.loop.call_later(max(left, 1.0), self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()

    # -------- the short way

    def _shortly(self, data: bytes) -> bool:
        """Answer a request the short way, or begin to; False where it has to go the long one."""
        since = time.perf_counter()
        sent = self.desk.recall(data)
        if sent is None and not self._plain(data):
            return False
        self._request, self._since = data, since
        self._active = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        if sent is not None:
            self._address, self._agent = data[4 : data.index(b"\r\n") - 9], ""
            self._send(sent)
        return True

    def _plain(self, data: bytes) -> bool:
        end = data.find(b"\r\n")
        if len(data) > _MOST or data[end - 9 : end] != b" HTTP/1.1" or data.find(b"\r\n\r\n") != len(data) - 4:
            return False
        start = data.index(b"?query=") + 7
        query = data[start : end - 9]
        said = heard(data[end + 2 :])
        if said is None or _VALUE.fullmatch(query) is None or self.desk.wants_page(said.accept.decode("latin-1")):
            return False
        self._address, self._agent = data[4 : end - 9], said.agent
        self._short = True
        self._exchange = self.desk.begin(self, said, query)
        self._short = self._exchange is not None
        return self._short

    def answered(self, data: bytes | None) -> None:
        """Send the reply of a worker; None and what has to be looked at go on the long way."""
        if not self._short:
            return
        exchange, self._exchange, self._short = self._exchange, None, False
        assert exchange is not None
        if self.transport.is_closing():
            return
        sent = self.desk.worded(exchange, data, self._request) if data is not None else None
        if sent is not None:
            self._send(sent)
        else:
            if data is not None:
                exchange.reply(data)
            self._begun = exchange
            super().data_received(self._request)
        if len(self._later) > 0:
            later, self._later = self._later, b""
            self.flow.resume_reading()
            self.data_received(later)

    def _send(self, sent: Sent) -> None:
        parts = [sent.line]
        for name, value in self.server_state.default_headers:
            parts += [name, b": ", value, b"\r\n"]
        parts += [sent.rest, sent.body]
        self.transport.write(b"".join(parts))
        self.server_state.total_requests += 1
        self.desk.note(self._client, self._address, self._agent, sent, time.perf_counter() - self._since)
        if self._ending:
            self.transport.close()
