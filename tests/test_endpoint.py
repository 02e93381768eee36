"""What a stranger may do at the endpoint and what it may cost: limits, paging, caching, writing, and real clients."""

from __future__ import annotations

import asyncio
import base64
import concurrent.futures
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pyoxigraph as ox
import pytest
from made_up import capital, many, pact
from test_server import BASE, BROWSER, ENDLESS, ONTOLOGY, fill, rows

from kg import search
from kg.errors import QueryError, StoreError
from kg.ontology import KG
from kg.pool import Snapshots, places
from kg.remote import Remote
from kg.server import Service, app
from kg.sparql import refuse_nesting, refuse_query, refuse_update, tokens, window, with_using
from kg.store import Store

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

ROOT = Path(__file__).parent.parent
TOKEN = "correct-horse-battery"
BEARER = {"authorization": f"Bearer {TOKEN}"}
ALL = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("endpoint") / "kg-store"
    with Store.open(path) as store:
        fill(store, pact(), capital(), *many(60))
        corpus = store.iris.corpus
    # What is told of all documents together; these have nothing in common.
    triples = ox.Store(str(path / "triples"))
    one, other = (ox.NamedNode(f"{BASE}entity/place/{code}") for code in ("330402", "310110"))
    triples.add(ox.Quad(one, ox.NamedNode(KG + "candidate"), other, corpus))
    triples.flush()
    del triples
    return path


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    with TestClient(app(folder, ontology=ONTOLOGY, limit=20, workers=1, max_rows=100)) as client:
        yield client


# ---------------------------------------------------------------- rows


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_a_cut_answer_says_so_and_where_it_goes_on(client: TestClient, form: str) -> None:
    part = f"{ALL} LIMIT 450"
    with Store.open(client.app._pool.snapshots._store, read_only=True) as store:  # type: ignore[attr-defined]
        whole = {tuple(map(str, row)) for row in store.query(part)}
    found: list[tuple[str, ...]] = []
    address = "/sparql?" + urlencode({"query": part, "format": "json"})
    pages = 0
    while address:
        response = client.get(address)
        assert response.status_code == 200
        assert response.headers["x-kg-max-rows"] == "100"
        answer = ox.parse_query_results(response.content, format=ox.QueryResultsFormat.JSON)
        assert [v.value for v in answer.variables] == ["s", "p", "o"]  # type: ignore[union-attr]
        found += [tuple(map(str, row)) for row in answer]  # type: ignore[union-attr]
        pages += 1
        address = response.links["next"]["url"] if "next" in response.links else ""
        assert ("x-kg-truncated" in response.headers) == (address != "")
    assert pages == 5
    assert len(found) == len(whole)
    assert set(found) == whole
    # Whatever the format, the mark is there, and as many rows.
    response = client.get("/sparql", params={"query": ALL, "format": form})
    assert response.headers["x-kg-truncated"] == "rows=100"


def test_answers_that_fit_bear_no_mark(client: TestClient) -> None:
    for limit, cut in ((99, False), (100, False), (101, True)):
        response = client.get("/sparql", params={"query": f"{ALL} LIMIT {limit}"})
        assert ("x-kg-truncated" in response.headers) == cut, limit
        assert len(rows(response)) == min(limit, 100)
    # An answer of few rows that are long, and one of many that are empty.
    long = "SELECT (CONCAT('" + "x" * 5000 + "', STR(?o)) AS ?t) { ?s ?p ?o } LIMIT 90"
    assert "x-kg-truncated" not in client.get("/sparql", params={"query": long}).headers
    empty = client.get("/sparql", params={"query": "SELECT ?none { ?s ?p ?o }", "format": "csv"})
    assert empty.headers["x-kg-truncated"] == "rows=100"
    assert empty.text.count("\r\n") == 101


def test_triples_are_cut_as_rows_are(client: TestClient) -> None:
    query = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    response = client.get("/sparql", params={"query": query, "format": "nt"})
    assert response.headers["x-kg-truncated"] == "rows=100"
    first = set(response.text.splitlines())
    second = set(client.get(response.links["next"]["url"]).text.splitlines())
    assert len(first) == len(second) == 100
    assert first.isdisjoint(second)


def test_pages_of_a_store_that_has_changed_are_refused(client: TestClient) -> None:
    response = client.get("/sparql", params={"query": ALL, "offset": "100", "state": "0123456789abcdef"})
    assert response.status_code == 409
    assert "begin again" in response.text
    assert client.get("/sparql", params={"query": ALL, "offset": "-1"}).status_code == 400


def test_windows_keep_what_a_query_says() -> None:
    store = ox.Store()
    store.update("INSERT DATA { <urn:a> <urn:p> 1, 2, 3, 4 . GRAPH <urn:g> { <urn:a> <urn:p> 9 } }")
    for query, wanted in (
        ("SELECT ?o { ?s ?p ?o } ORDER BY DESC(?o)", ["3", "2"]),
        ("PREFIX : <urn:> SELECT ?o FROM <urn:g> { ?s :p ?o } # the end", []),
        ("SELECT DISTINCT ?o WHERE { ?s ?p ?o } ORDER BY ?o LIMIT 3 VALUES ?o { 1 2 3 4 }", ["2", "3"]),
        ("SELECT (?o + 1 AS ?o2) { { SELECT ?o { ?s ?p ?o } ORDER BY ?o } } ORDER BY ?o2", ["3", "4"]),
    ):
        name = "o2" if "o2" in query else "o"
        cut = store.query(window(query, [name], offset=1, limit=2))
        assert [row[name].value for row in cut] == wanted, query  # type: ignore[union-attr]
    with pytest.raises(QueryError):
        window("ASK {}", ["x"], limit=1)


# ---------------------------------------------------------------- time, streams, deaths


def test_time_may_be_lowered(client: TestClient) -> None:
    began = time.monotonic()
    query = f"SELECT (COUNT(*) AS ?n) {{ {ENDLESS} }}"
    response = client.get("/sparql", params={"query": query, "timeout": "0.5"})
    assert response.status_code == 503
    assert time.monotonic() - began < 10
    # The same again on the same data need not be tried.
    began = time.monotonic()
    response = client.get("/sparql", params={"query": query, "timeout": "0.4"})
    assert response.status_code == 503
    assert "nothing has changed" in response.text
    assert 1 <= int(response.headers["retry-after"]) <= 31
    for wrong in ("0", "x", "-1", "1e3", ""):
        assert client.get("/sparql", params={"query": "ASK {}", "timeout": wrong}).status_code == 400


@pytest.fixture(scope="module")
def live(folder: Path) -> Iterator[str]:
    """A server in a process of its own, without a limit of rows, with little time and a log."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom kg.server import serve\n"
        "serve(Path(sys.argv[1]), port=0, max_rows=0, limit=5, log='json', token=sys.argv[2], per_client=6,\n"
        "      address='http://data.example/kg/', ready=lambda address: print(address, flush=True))\n"
    )
    copy = folder.parent / "live"
    shutil.copytree(folder, copy)
    log = (folder.parent / "log").open("w+", encoding="utf-8")
    command = [sys.executable, "-c", code, str(copy), TOKEN]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, cwd=ROOT, text=True)
    assert process.stdout is not None
    with process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
    log.seek(0)
    lines = [json.loads(line) for line in log.read().splitlines() if line.startswith("{")]
    log.close()
    assert {"client", "method", "address", "status", "bytes", "ms"} <= set(lines[0])
    assert any(line.get("status") == 200 for line in lines)


def test_a_long_answer_streams_and_is_cut_where_it_takes_too_long(live: str) -> None:
    query = f"SELECT ?c ?f ?i {{ {ENDLESS} }}"
    began = time.monotonic()
    size = 0
    cut = False
    with (
        httpx.Client(base_url=live, timeout=30) as client,
        client.stream("GET", "/sparql", params={"query": query}, headers={"accept": "text/csv"}) as response,
    ):
        assert response.status_code == 200
        try:
            for part in response.iter_bytes():
                if size == 0:
                    assert time.monotonic() - began < 5
                size += len(part)
        except httpx.RemoteProtocolError:
            cut = True
    assert cut
    assert size > 100_000
    # The query is stopped, and others go on.
    with httpx.Client(base_url=live, timeout=30) as client:
        assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200


def test_a_client_that_leaves_stops_its_query(live: str) -> None:
    with httpx.Client(base_url=live, timeout=0.4) as client, pytest.raises(httpx.TimeoutException):
        client.get("/sparql", params={"query": f"SELECT (MAX(?c) AS ?m) {{ {ENDLESS} }}"})
    with httpx.Client(base_url=live, timeout=30) as client:
        for _ in range(100):
            if 'kg_stopped_total{reason="left"}' in client.get("/metrics").text:
                break
            time.sleep(0.1)
        else:
            pytest.fail("the query of a client that had gone went on")


def test_too_many_requests_of_one_client(live: str) -> None:
    query = f"SELECT (MIN(?c) AS ?m) {{ {ENDLESS} }}"
    statuses: list[int] = []
    after: list[str] = []

    def ask(number: int) -> None:
        with httpx.Client(base_url=live, timeout=30) as client:
            response = client.get("/sparql", params={"query": f"{query} # {number}"})
            statuses.append(response.status_code)
            after.append(response.headers.get("retry-after", ""))

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) == {429, 503}
    assert "" not in after


def test_a_worker_that_is_killed_is_not_missed(live: str) -> None:
    # Linux says who is whose child.
    if not Path("/proc/self/task").exists():
        pytest.skip("there is no /proc here")
    with httpx.Client(base_url=live, timeout=30) as client:
        server = next(
            pid
            for pid in Path("/proc").iterdir()
            if pid.name.isdigit() and (folder_of(pid) or "").startswith(str(ROOT)) and TOKEN in command_of(pid)
        )
        for number in range(6):
            children = (server / "task" / server.name / "children").read_text(encoding="ascii").split()
            os.kill(int(children[number % len(children)]), signal.SIGKILL)
            response = client.get("/sparql", params={"query": f"ASK {{ ?s ?p ?o }} # {number}"})
            assert response.status_code == 200
            assert response.json()["boolean"] is True


def test_a_long_query_offers_the_processor(live: str, folder: Path) -> None:
    # Without a handler the clock would end the process, and the answer be 422; without offers it would not be there.
    if sys.platform != "linux":
        pytest.skip("only Linux is known to need it")
    with httpx.Client(base_url=live, timeout=30) as client, concurrent.futures.ThreadPoolExecutor() as threads:
        query = f"SELECT (COUNT(*) AS ?n) {{ {ENDLESS} }} #offers"
        asked = threads.submit(client.get, "/sparql", params={"query": query})
        found: list[int] = []
        while len(found) == 0 and not asked.done():
            time.sleep(0.2)
            found = [
                int(pid.name)
                for pid in Path("/proc").iterdir()
                if pid.name.isdigit() and str(folder.parent / "live") in command_of(pid) and idles(int(pid.name))
            ]
        assert len(found) > 0
        alarm = 1 << (signal.SIGALRM - 1)
        for pid in found:
            threads_of = {thread.name: thread for thread in Path(f"/proc/{pid}/task").iterdir()}
            own = threads_of.pop(str(pid))
            # Its own thread gets the signals, save in the midst of an offer; those of the store do not.
            assert all(signals(thread, "SigBlk") & alarm for thread in threads_of.values())
            while signals(own, "SigBlk") & alarm:
                assert not asked.done()
                time.sleep(0.001)
            assert signals(Path(f"/proc/{pid}"), "SigCgt") & alarm
        assert asked.result().status_code == 503


def test_long_queries_wait_for_room(folder: Path) -> None:
    query = f"SELECT (COUNT(*) AS ?n) {{ {ENDLESS} }}"
    with (
        TestClient(app(folder, ontology=ONTOLOGY, limit=20, workers=1, long=1)) as client,
        concurrent.futures.ThreadPoolExecutor() as threads,
    ):

        def ask(number: int, seconds: str) -> tuple[str, float]:
            began = time.monotonic()
            response = client.get("/sparql", params={"query": f"{query} #{number}", "timeout": seconds})
            assert response.status_code == 503
            assert int(response.headers["retry-after"]) >= 1
            return response.text, time.monotonic() - began

        # Known to be long from now on: the next ones go to the long lane, where there is room for one.
        assert "stopped after 0.5 s" in ask(0, "0.5")[0]
        first = threads.submit(ask, 1, "1.5")
        time.sleep(0.5)
        second = threads.submit(ask, 2, "0.5")
        third = threads.submit(ask, 3, "1")
        assert "stopped after" in first.result()[0]
        assert "stopped after" in second.result()[0]
        assert "stopped after" in third.result()[0]
        long = threads.submit(ask, 4, "6")
        time.sleep(0.5)
        said, took = ask(5, "4")
        assert "as many long queries run as there is room for" in said
        assert took > 2.5
        assert client.get("/sparql", params={"query": "ASK {}"}).status_code == 200
        assert "stopped after 6 s" in long.result()[0]


def test_room_for_long_queries_is_what_the_memory_is_enough_for() -> None:
    assert 1 <= places(2 << 30) <= places(1 << 30) <= 12
    assert (places(1 << 60), places(1)) == (1, 12)


def signals(thread: Path, kind: str) -> int:
    lines = (thread / "status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith(kind)).split()[1], 16)


def idles(pid: int) -> bool:
    try:
        return os.sched_getscheduler(pid) == os.SCHED_IDLE
    except OSError:
        return False


def folder_of(pid: Path) -> str | None:
    try:
        return str((pid / "cwd").readlink())
    except OSError:
        return None


def command_of(pid: Path) -> str:
    try:
        return (pid / "cmdline").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


# ---------------------------------------------------------------- caching and compression


def test_etags_last_until_the_store_changes(tmp_path: Path) -> None:
    path = tmp_path / "kg-store"
    with Store.open(path) as store:
        fill(store, pact())
    with TestClient(app(path, ontology=ONTOLOGY, workers=1, pause=0)) as client:
        for address in ("/sparql?" + urlencode({"query": ALL}), "/entity/place/330402?format=nt", "/api/stats"):
            first = client.get(address)
            assert first.status_code == 200
            again = client.get(address, headers={"if-none-match": first.headers["etag"]})
            assert again.status_code == 304
            assert again.content == b""
            with Store.open(path) as store:
                fill(store, capital(f"more{address[1]}"))
            changed = client.get(address, headers={"if-none-match": first.headers["etag"]})
            assert changed.status_code == 200
            assert changed.headers["etag"] != first.headers["etag"]


def test_copies_in_use_and_the_newest_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "kg-store"
    with Store.open(path) as store:
        fill(store, pact())
    snapshots = Snapshots(path, pause=0)

    async def copies() -> None:
        for number in range(4):
            triples = ox.Store(str(path / "triples"))
            node = ox.NamedNode(f"urn:{number}")
            triples.add(ox.Quad(node, node, node))
            triples.flush()
            del triples
            await snapshots.current()

    def left() -> set[str]:
        assert snapshots.root is not None
        return {folder.name for folder in snapshots.root.iterdir() if folder.is_dir()}

    asyncio.run(copies())
    assert (snapshots.number, left()) == (4, {"1", "2", "3", "4"})
    # What was the newest copy when it was looked at is not removed, though it is an old one by now.
    snapshots.forget({1}, below=3)
    assert left() == {"1", "3", "4"}
    assert snapshots.old
    snapshots.forget(set(), below=4)
    assert left() == {"4"}
    snapshots.close()


def test_repeated_answers_come_from_the_cache(folder: Path) -> None:
    service = app(folder, ontology=ONTOLOGY, workers=1, pause=60)
    with TestClient(service) as client:
        address = "/sparql?" + urlencode({"query": "SELECT * { ?s ?p ?o } LIMIT 3"})
        answers = [client.get(address) for _ in range(3)]
        assert len({answer.text for answer in answers}) == 1
        numbers = client.get("/metrics").text
        assert "kg_cache_hits_total 2" in numbers
        # Another format is another answer, and errors are not kept.
        assert client.get(address, headers={"accept": "text/csv"}).text != answers[0].text
        for _ in range(2):
            assert client.get("/sparql?query=SELEC").status_code == 400
        assert "kg_cache_hits_total 2" in client.get("/metrics").text


def test_answers_are_compressed_where_that_is_asked(client: TestClient) -> None:
    for address in ("/sparql?" + urlencode({"query": ALL}), "/entity/place/330402", "/static/yasqe-4.6.2.min.js"):
        plain = client.get(address, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        with client.stream("GET", address, headers={"accept-encoding": "gzip"}) as response:
            assert response.headers["content-encoding"] == "gzip"
            packed = b"".join(response.iter_raw())
        assert gzip.decompress(packed) == plain.content
        assert len(packed) < len(plain.content) / 2
    assert "content-encoding" not in client.get("/sparql?query=ASK%7B%7D", headers={"accept-encoding": "gzip"}).headers
    refused = client.get("/entity/place/330402", headers={"accept-encoding": "gzip;q=0, identity"})
    assert "content-encoding" not in refused.headers


def test_head_says_what_get_would(client: TestClient) -> None:
    for address in ("/sparql?query=ASK%7B%7D", "/entity/place/330402", "/api/stats", "/", "/healthz"):
        head, get = client.head(address), client.get(address)
        assert head.status_code == 200
        assert head.content == b""
        assert head.headers.get("content-length") == get.headers.get("content-length")


# ---------------------------------------------------------------- writing


@pytest.fixture(scope="module")
def writable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    path = tmp_path_factory.mktemp("writable") / "new"
    with TestClient(app(path, ontology=ONTOLOGY, workers=1, token=TOKEN, address="http://testserver/")) as client:
        yield client


def test_writing_needs_the_token(writable: TestClient, client: TestClient) -> None:
    insert = {"update": "INSERT DATA { <urn:a> <urn:b> <urn:c> }"}
    turtle = {"content-type": "text/turtle"}
    wrong = [{}, {"authorization": "Bearer no"}, {"authorization": "Basic no"}, {"authorization": TOKEN}]
    for headers in wrong:
        assert writable.post("/sparql", data=insert, headers=headers).status_code == 401
        response = writable.put("/store?default", content="<urn:a> a <urn:b> .", headers={**turtle, **headers})
        assert response.status_code == 401
        assert "Bearer" in response.headers["www-authenticate"]
        assert writable.delete("/store?default", headers=headers).status_code == 401
    # A server that was not started for it takes no token at all.
    assert client.post("/sparql", data=insert, headers=BEARER).status_code == 403
    assert client.put("/store?default", content="", headers={**turtle, **BEARER}).status_code == 403
    assert rows(writable.get("/sparql", params={"query": ALL})) == []


def test_what_was_written_is_read_at_once(writable: TestClient) -> None:
    basic = {"authorization": "Basic " + base64.b64encode(f"me:{TOKEN}".encode()).decode()}
    for headers, value in ((BEARER, "1"), (basic, "2")):
        update = f"DELETE WHERE {{ <urn:a> <urn:n> ?o }} ; INSERT DATA {{ <urn:a> <urn:n> {value} }}"
        assert writable.post("/sparql", data={"update": update}, headers=headers).status_code == 204
        found = rows(writable.get("/sparql", params={"query": "SELECT ?o { <urn:a> <urn:n> ?o }"}))
        assert found == [{"o": value}]
    direct = {"content-type": "application/sparql-update", **BEARER}
    assert writable.post("/sparql", content="DROP ALL", headers=direct).status_code == 204
    assert rows(writable.get("/sparql", params={"query": ALL})) == []


@pytest.mark.parametrize(
    ("update", "status", "said"),
    [
        ("LOAD <http://127.0.0.1:1/x>", 403, "LOAD is not allowed"),
        ("LOAD SILENT <file:///etc/passwd>", 403, "LOAD is not allowed"),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403, "SERVICE is not allowed"),
        ("INSERT DATA { <urn:a> ", 400, "expected"),
        ("SELECT * {}", 400, "expected"),
    ],
)
def test_updates_that_are_refused(writable: TestClient, update: str, status: int, said: str) -> None:
    response = writable.post("/sparql", data={"update": update}, headers=BEARER)
    assert response.status_code == status, response.text
    assert said in response.text


def test_graphs_are_put_added_to_read_and_removed(writable: TestClient) -> None:
    turtle = {"content-type": "text/turtle; charset=utf-8", **BEARER}
    for target in ({"graph": "urn:g"}, {"default": ""}):
        assert (
            writable.put("/store", params=target, content="<a> <urn:p> '南湖区'@zh .", headers=turtle).status_code
            == 201
        )
        assert writable.post("/store", params=target, content="<urn:x> <urn:p> 2 .", headers=turtle).status_code == 200
        told = writable.get("/store", params=target, headers={"accept": "application/n-triples"}).text
        assert "南湖区" in told
        assert told.count(" .\n") == 2
        assert writable.put("/store", params=target, content="<urn:x> <urn:p> 3 .", headers=turtle).status_code == 204
        assert writable.get("/store", params=target).text.count("urn:p") == 1
    # A named graph is no part of the default graph.
    query = "SELECT ?s { ?s ?p ?o }"
    assert writable.delete("/store", params={"default": ""}, headers=BEARER).status_code == 200
    assert rows(writable.get("/sparql", params={"query": query})) == []
    assert writable.delete("/store", params={"graph": "urn:g"}, headers=BEARER).status_code == 200
    assert writable.get("/store", params={"graph": "urn:g"}).status_code == 404
    assert writable.get("/store").status_code == 400
    assert writable.get("/store", params={"graph": "not an iri", "default": ""}).status_code in {400, 404}
    wrong = writable.put("/store?default", content="<urn:x> ", headers=turtle)
    assert wrong.status_code == 400
    assert "Turtle" in wrong.text
    assert (
        writable.put("/store?default", content="x", headers={"content-type": "image/png", **BEARER}).status_code == 415
    )


def test_a_build_keeps_the_store_to_itself(writable: TestClient) -> None:
    path = writable.app._pool.snapshots._store  # type: ignore[attr-defined]
    with Store.open(path):
        response = writable.post("/sparql", data={"update": "CLEAR ALL"}, headers=BEARER)
        assert response.status_code == 503
        assert "being built" in response.text
    assert writable.post("/sparql", data={"update": "CLEAR ALL"}, headers=BEARER).status_code == 204


# ---------------------------------------------------------------- what the text of a query may say


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p 'LOAD <x>' }",
        "ASK { ?load ?p <urn:SERVICE> } # LOAD",
        "SELECT * FROM <urn:a> FROM NAMED <urn:b> {}",
    ],
)
def test_harmless_queries_pass(query: str) -> None:
    refuse_query(query)
    refuse_nesting(query)


@pytest.mark.parametrize(
    "update", ["LOAD <urn:a>", "load silent <urn:a>", "CLEAR ALL; LOAD<urn:a>", "LOADSILENT <urn:a>"]
)
def test_loads_do_not_pass(update: str) -> None:
    with pytest.raises(QueryError, match="LOAD is not allowed"):
        refuse_update(update)


def test_usings_of_the_protocol() -> None:
    update = "INSERT { ?s a ?x } WHERE { { SELECT ?s WHERE { ?s a ?x } } } ; INSERT { <urn:b> a 1 } WHERE {}"
    text = with_using(update, ["urn:d"], ["urn:n"])
    assert text.count("USING <urn:d> USING NAMED <urn:n> WHERE") == 2
    ox.Store().update(text)
    for wrong in ("WITH <urn:g> DELETE { ?s a ?x } WHERE { ?s a ?x }", "DELETE WHERE { ?s a ?x }"):
        with pytest.raises(QueryError):
            with_using(wrong, ["urn:d"], [])
    assert with_using("CLEAR ALL", [], []) == "CLEAR ALL"


def test_depths_of_tokens() -> None:
    assert [(t.text, t.depth) for t in tokens("{ ( a ) }")] == [("{", 0), ("(", 1), ("a", 2), (")", 1), ("}", 0)]


# ---------------------------------------------------------------- linked data, prefix, numbers


def test_every_iri_of_the_store_resolves(client: TestClient) -> None:
    query = "SELECT DISTINCT ?x { { ?x ?p ?o } UNION { ?s ?p ?x FILTER(isIRI(?x)) } }"
    with Store.open(client.app._pool.snapshots._store, read_only=True) as store:  # type: ignore[attr-defined]
        iris = [str(row["x"]) for row in store.query(query).values()]
        iris = [iri for iri in iris if iri.startswith((BASE + "entity/", BASE + "fact/", BASE + "document/"))]
    assert len(iris) > 100
    for iri in iris[::7]:
        address = iri.removeprefix(BASE.rstrip("/")).partition("#")[0]
        told = client.get(address, headers={"accept": "application/n-triples"})
        assert told.status_code == 200, iri
        assert client.get(address, headers=BROWSER).headers["content-type"] == "text/html; charset=utf-8"


def test_pages_leave_out_what_is_unsure_and_show_it_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "kg-store"
    with Store.open(path) as store:
        fill(store, pact(), pact("rumour", date="2017-03", confidence=0.3))
    with TestClient(app(path, ontology=ONTOLOGY, workers=1)) as client:
        for address in ("/entity/place/330402", "/document/rumour"):
            few = client.get(address, headers=BROWSER).text
            whole = client.get(address, params={"all": "1"}, headers=BROWSER).text
            assert ["2017-03" in page for page in (few, whole)] == [False, True]
            assert ["all=1" in page for page in (few, whole)] == [True, False]
        found = [client.get("/api/facts", params=more).json() for more in ({}, {"all": "1"})]
        assert [(page["total"], page["unsure"]) for page in found] == [(1, 1), (2, 0)]


def test_the_ontology_and_the_data_set_describe_themselves(client: TestClient) -> None:
    ontology = client.get("/ontology", headers={"accept": "application/n-triples"})
    assert "ontology#Agreement" in ontology.text
    response = client.get("/.well-known/void", headers={"accept": "text/turtle"})
    found = ox.Store()
    found.load(response.content, ox.RdfFormat.TURTLE)
    void = "PREFIX void: <http://rdfs.org/ns/void#> "
    counted = next(iter(found.query(void + "SELECT ?n { ?d a void:Dataset ; void:triples ?n }")))["n"].value  # type: ignore[union-attr]
    asked = rows(client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"}))
    assert asked == [{"n": counted}]
    assert found.query(
        void + "ASK { ?d void:sparqlEndpoint <http://testserver/sparql> ; void:uriSpace 'https://kg.example/' }"
    )
    assert found.query(void + "ASK { ?d void:classPartition [ void:class ?c ; void:entities ?n ] FILTER(?n > 60) }")
    assert client.get("/.well-known/other").status_code == 404


def test_behind_a_proxy_with_a_prefix(live: str) -> None:
    with httpx.Client(base_url=live, timeout=30) as client:
        for path in ("/kg/entity/place/330402", "/entity/place/330402"):
            text = client.get(path, headers=BROWSER).text
            assert 'href="/kg/sparql"' in text
            assert 'href="/kg/entity/company/' in text
        page = client.get("/kg/sparql", headers=BROWSER).text
        assert '"root": "/kg/"' in page
        assert 'src="/kg/static/' in page
        assert "<http://data.example/kg/sparql>" in client.get("/sparql", headers={"accept": "text/turtle"}).text
        assert client.get("/api/openapi.json").json()["servers"] == [{"url": "http://data.example/kg"}]


def test_metrics_and_health(live: str) -> None:
    with httpx.Client(base_url=live, timeout=30) as client:
        client.get("/sparql?query=ASK%7B%7D")
        text = client.get("/metrics").text
        assert client.get("/healthz").json() == {"status": "ok"}
    assert 'kg_requests_total{route="sparql",status="200"}' in text
    assert "# TYPE kg_request_seconds histogram" in text
    assert 'kg_workers{state="idle"}' in text


# ---------------------------------------------------------------- real clients


def test_curl(live: str) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("there is no curl here")
    query = "SELECT ?name { <entity/place/330402> rdfs:label ?name }"
    asked = [
        curl,
        "-sS",
        "--compressed",
        "-G",
        live + "sparql",
        "--data-urlencode",
        f"query={query}",
        "-H",
        "Accept: text/csv",
    ]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split() == ["name", "南湖区"]
    posted = [
        curl,
        "-sS",
        live + "sparql",
        "-H",
        "Content-Type: application/sparql-query",
        "-H",
        "Accept: text/csv",
        "--data-binary",
        query,
    ]
    assert subprocess.run(posted, capture_output=True, text=True, check=True).stdout.split() == ["name", "南湖区"]
    head = subprocess.run([curl, "-sSI", live + "healthz"], capture_output=True, text=True, check=True).stdout
    assert head.startswith("HTTP/1.1 200")
    old = [
        curl,
        "-sS",
        "--http1.0",
        "-G",
        live + "sparql",
        "--data-urlencode",
        "query=SELECT * { ?s ?p ?o }",
        "-d",
        "format=csv",
    ]
    assert subprocess.run(old, capture_output=True, text=True, check=True).stdout.count("\n") > 100


def test_sparqlwrapper(live: str) -> None:
    wrapper = pytest.importorskip("SPARQLWrapper")
    asked = wrapper.SPARQLWrapper(live + "sparql")
    asked.setReturnFormat(wrapper.JSON)
    asked.setQuery("PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
                   f"SELECT ?l {{ <{BASE}entity/place/330402> rdfs:label ?l }}")  # fmt: skip
    for method in (wrapper.GET, wrapper.POST):
        asked.setMethod(method)
        found = asked.query().convert()
        assert [row["l"]["value"] for row in found["results"]["bindings"]] == ["南湖区"]
    asked.setQuery(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ <{BASE}entity/place/330402> ?p ?o BIND(<{BASE}x> AS ?s) }}")
    asked.setReturnFormat(wrapper.TURTLE)
    assert b"@zh" in asked.query().convert()
    update = wrapper.SPARQLWrapper(live + "sparql")
    update.setMethod(wrapper.POST)
    update.addCustomHttpHeader("Authorization", BEARER["authorization"])
    update.setQuery("INSERT DATA { GRAPH <urn:w> { <urn:a> <urn:b> 'wrapped' } }")
    update.query()
    asked.setReturnFormat(wrapper.JSON)
    asked.setQuery("ASK { GRAPH <urn:w> { <urn:a> <urn:b> 'wrapped' } }")
    assert asked.query().convert()["boolean"] is True


def test_rdflib_sparqlstore(live: str) -> None:
    from rdflib import Graph, URIRef
    from rdflib.namespace import RDFS
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    graph = Graph(SPARQLStore(live + "sparql"))
    node = URIRef(BASE + "entity/place/330402")
    assert [str(label) for label in graph.objects(node, RDFS.label)] == ["南湖区"]
    found = graph.query("SELECT (COUNT(DISTINCT ?d) AS ?n) { ?d a <https://kg.example/ontology#Document> }")
    assert [int(row[0]) for row in found] == [62]  # type: ignore[index]


def test_kg_reads_from_an_endpoint(live: str, client: TestClient, folder: Path) -> None:
    with Remote(live + "sparql") as remote, Store.open(folder, read_only=True) as store:
        assert remote.iris.base == store.iris.base
        for query in (
            "SELECT ?e ?l { ?e a kg:Company ; rdfs:label ?l } ORDER BY ?e",
            "ASK { ?f a kg:Agreement }",
            "CONSTRUCT { ?s rdfs:label ?o } WHERE { ?s rdfs:label ?o }",
        ):
            assert remote.query(query) == store.query(query)
        named = "SELECT ?s { ?s ?p ?x }"
        bind = {"x": ox.NamedNode(BASE + "entity/place/330402")}
        assert sorted(remote.query(named, bind=bind)) == sorted(store.query(named, bind=bind))
        for typed in ("南湖", "nanhu"):
            assert search.find(remote, typed, ontology=ONTOLOGY) == search.find(store, typed, ontology=ONTOLOGY)
        both = (search.facts(s, ontology=ONTOLOGY, participants=["南湖区"], limit=5) for s in (remote, store))
        assert next(both) == next(both)
        assert remote.graphs() == store.graphs()
        assert set(remote.quads("pact")) == set(store.quads("pact"))
        everything = set(store.quads())
        assert any(quad.graph_name == store.iris.corpus for quad in everything)
        assert set(remote.quads()) == everything
        with pytest.raises(QueryError, match="line 1, column"):
            remote.query("SELECT * { ?s }")
        with pytest.raises(QueryError, match="SERVICE"):
            remote.query("SELECT * { SERVICE <urn:x> {} }")
        with pytest.raises(StoreError, match="needs the folder"):
            remote.extraction("pact")
    with pytest.raises(StoreError, match="does not answer"):
        Remote("http:/127.0.0.1:1/sparql")
    with pytest.raises(StoreError, match="can only be read"):
        Store.open(Path("http://127.0.0.1:1/sparql"))


def test_kg_reads_all_pages_of_an_endpoint(folder: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom kg.server import serve\n"
        "serve(Path(sys.argv[1]), port=0, max_rows=300, limit=60, ready=lambda address: print(address, flush=True))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, cwd=ROOT, text=True)
    assert process.stdout is not None
    with process:
        try:
            with (
                Remote(process.stdout.readline().strip() + "sparql") as remote,
                Store.open(folder, read_only=True) as s,
            ):
                part = f"{ALL} LIMIT 1000"
                assert [str(row) for row in remote.query(part)] == [str(row) for row in s.query(part)]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def test_an_address_that_is_none_is_refused(folder: Path) -> None:
    from kg.errors import KgError

    with pytest.raises(KgError, match="no address of a server"):
        app(folder, ontology=ONTOLOGY, address="ftp://example.org")
    assert isinstance(app(folder, ontology=ONTOLOGY, address="https://data.example.org/kg"), Service)
