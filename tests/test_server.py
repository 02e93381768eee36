"""The endpoint and its pages over real stores and real worker processes; one live server on the loopback address."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pyoxigraph as ox
import pytest
from made_up import capital, entity, many, pact, resolve

from kg import pages, search
from kg.errors import KgError, StoreError
from kg.gazetteer import Gazetteer
from kg.model import Document, Extraction, Fact, Span
from kg.negotiate import GRAPHS, HTML, TABLES, RefusedError, choose
from kg.ontology import Ontology
from kg.pages import words
from kg.server import MAX_REQUEST, app, exposed, serve
from kg.store import SourceRecord, Store

with warnings.catch_warnings():
    # Newer Starlettes ask for a successor of httpx that older ones do not know.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

ONTOLOGY = Ontology.load()
GAZETTEER = Gazetteer.load()
ROOT = Path(__file__).parent.parent
W3C = ROOT.parent / "shared" / "w3c" / "sparql" / "sparql11" / "protocol"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
BASE = "https://kg.example/"

#: Three patterns that have nothing to do with each other: as many rows as the third power of the triples.
ENDLESS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"

NASTY = "<script>document.title='owned'</script>"


def nasty() -> Extraction:
    """An article whose title, names and words try to become markup, and whose address is a script."""
    text = f"{NASTY}公司与“&lt;”公司签约。"
    return Extraction(
        Document("nasty", text, text, title=NASTY, url="javascript:alert(1)", source='"><img src=x>'),
        (
            entity("nasty", text, f"{NASTY}公司", "Company", local="e1", aliases=('" onclick="x',)),
            entity("nasty", text, "“&lt;”公司", "Company", local="e2"),
        ),
        (
            Fact(
                id="f1",
                type="Agreement",
                roles=(("party", "e1"), ("party", "e2")),
                evidence=(Span("nasty", 0, len(text)),),
                label="</h1>" + NASTY,
                rule="sign",
            ),
        ),
    )


def fill(store: Store, *extractions: Extraction) -> None:
    for extraction in extractions:
        store.put_source(SourceRecord(f"{extraction.document.id}.txt"), [extraction])
    store.reconcile(resolve(list(store.extractions())), ontology=ONTOLOGY, gazetteer=GAZETTEER)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("server") / "kg-store"
    with Store.open(path) as store:
        fill(store, pact(), capital(), nasty(), *many(60))
    return path


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    with TestClient(app(folder, ontology=ONTOLOGY, limit=20), follow_redirects=False) as client:
        yield client


@pytest.fixture(scope="module")
def hurried(folder: Path) -> Iterator[TestClient]:
    """One worker with little time, and room for small answers only."""
    with TestClient(app(folder, ontology=ONTOLOGY, limit=0.7, workers=1, max_bytes=20_000)) as client:
        yield client


def rows(response: httpx.Response) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    return [{k: v["value"] for k, v in row.items()} for row in response.json()["results"]["bindings"]]


# ---------------------------------------------------------------- content negotiation


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("text/csv", "csv"),
        ("text/csv;q=0.5, text/tab-separated-values", "tsv"),
        ("text/*", "csv"),
        ("text/csv;q=0, text/*", "tsv"),
        ("*/*, application/sparql-results+json;q=0", "xml"),
        ("application/sparql-results+xml;q=0.9,*/*;q=0.8", "xml"),
        ("image/png, */*;q=0.001", "json"),
        ("TEXT/CSV ; Q=1.000", "csv"),
        ("text/csv;charset=utf-8;q=0.7, application/json;q=0.6", "csv"),
        # What cannot be read counts for nothing.
        ("text/csv;q=nan", "json"),
        ("text/csv;q=7, */*;q=inf", "json"),
        (";;;,,, q=", "json"),
        ("\x00\xff/\xfe", None),
        ("image/png", None),
        ("*/*;q=0", None),
    ],
)
def test_accept_headers(accept: str, name: str | None) -> None:
    if name is None:
        with pytest.raises(RefusedError) as raised:
            choose(TABLES, accept)
        assert raised.value.status == 406
        assert "text/csv (format=csv)" in raised.value.words
    else:
        assert choose(TABLES, accept).name == name


def test_format_goes_before_the_header() -> None:
    assert choose(GRAPHS, "text/turtle", "nt").media == "application/n-triples"
    assert choose((*TABLES, HTML), "text/html", "application/sparql-results+xml").name == "xml"


SELECT = "SELECT ?name { <entity/place/330402> rdfs:label ?name }"
CONSTRUCT = "CONSTRUCT { ?s rdfs:label ?o } WHERE { ?s rdfs:label ?o ; a kg:AdministrativeDivision }"


@pytest.mark.parametrize(
    ("query", "accept", "media", "part"),
    [
        (SELECT, "application/sparql-results+json", "application/sparql-results+json", '"value":"南湖区"'),
        (SELECT, "application/json", "application/json", '"value":"南湖区"'),
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml", ">南湖区</literal>"),
        (SELECT, "text/csv", "text/csv; charset=utf-8", "name\r\n南湖区\r\n"),
        (SELECT, "text/tab-separated-values", "text/tab-separated-values; charset=utf-8", '?name\n"南湖区"@zh\n'),
        ("ASK {}", "application/sparql-results+xml", "application/sparql-results+xml", "<boolean>true</boolean>"),
        ("ASK {}", "text/csv", "text/csv; charset=utf-8", "true\n"),
        (CONSTRUCT, "text/turtle", "text/turtle; charset=utf-8", 'rdfs:label "杨浦区"@zh'),
        (CONSTRUCT, "application/n-triples", "application/n-triples", '#label> "杨浦区"@zh .'),
        (CONSTRUCT, "application/rdf+xml", "application/rdf+xml", ">杨浦区</rdfs:label>"),
        (CONSTRUCT, "application/ld+json", "application/ld+json", '"@value":"杨浦区"'),
        (CONSTRUCT, "application/trig", "application/trig", 'rdfs:label "杨浦区"@zh'),
        (CONSTRUCT, "application/n-quads", "application/n-quads", '#label> "杨浦区"@zh .'),
        ("DESCRIBE <entity/place/330402>", "*/*", "text/turtle; charset=utf-8", '"南湖区"@zh'),
    ],
)
def test_formats(client: TestClient, query: str, accept: str, media: str, part: str) -> None:
    response = client.get("/sparql", params={"query": query}, headers={"accept": accept})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == media
    assert part in response.content.decode("utf-8")
    assert "Accept" in response.headers["vary"]
    offer = choose(GRAPHS if query[0] in "CD" else TABLES, accept)
    # Whatever was written can be read again.
    if query[0] in "CD":
        assert len(list(ox.parse(response.content, format=offer.format))) > 0
    elif offer.name != "csv":
        assert ox.parse_query_results(response.content, format=offer.format) is not None


@pytest.mark.parametrize(
    ("query", "given"),
    [(SELECT, "turtle"), (CONSTRUCT, "csv"), (SELECT, "pdf"), (CONSTRUCT, "html"), (SELECT, "text/turtle")],
)
def test_formats_that_do_not_fit(client: TestClient, query: str, given: str) -> None:
    response = client.post("/sparql", data={"query": query, "format": given})
    assert response.status_code == 406
    assert "it can be written as" in response.text


# ---------------------------------------------------------------- the protocol


def test_three_ways_to_ask(client: TestClient) -> None:
    direct = {"content-type": "application/sparql-query; charset=utf-8"}
    answers = [
        client.get("/sparql", params={"query": SELECT}),
        client.get("/sparql/", params={"query": SELECT}),
        client.post("/sparql", data={"query": SELECT}),
        client.post("/sparql", content=SELECT.encode(), headers=direct),
    ]
    assert [rows(answer) for answer in answers] == [[{"name": "南湖区"}]] * 4


@pytest.mark.parametrize(
    ("method", "address", "body", "media", "status", "said"),
    [
        ("GET", "/sparql?default-graph-uri=urn:a", b"", "", 400, "none is there"),
        ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", b"", "", 400, "there are 2"),
        ("GET", "/sparql?query=SELECT%20*%20%7B%0A%20%3Fs%20%3Fp%20%7D", b"", "", 400, "line 2, column 9: "),
        ("GET", "/sparql?query=", b"", "", 400, "line 1, column 1"),
        ("GET", "/sparql?query=%FF%FE", b"", "", 400, "UTF-8"),
        ("GET", "/sparql?query=ASK%7B%7D&default-graph-uri=no%20iri", b"", "", 400, "absolute IRIs"),
        ("GET", "/sparql?update=DROP%20ALL", b"", "", 403, "read-only"),
        ("POST", "/sparql", b"update=DROP+ALL", "application/x-www-form-urlencoded", 403, "read-only"),
        ("POST", "/sparql", b"DROP ALL", "application/sparql-update", 403, "read-only"),
        ("POST", "/sparql", b"DROP ALL", "application/sparql-query", 403, "DROP is an update"),
        ("POST", "/sparql", b"LOAD <file:///etc/passwd>", "application/sparql-query", 403, "LOAD is an update"),
        ("POST", "/sparql", b"ASK {}", "", 415, "not as nothing"),
        ("POST", "/sparql", b"ASK {}", "text/plain", 415, "not as text/plain"),
        ("POST", "/sparql", "ASK {}".encode("utf-16"), "application/sparql-query", 400, "UTF-8"),
        ("POST", "/sparql", b"query=%FF", "application/x-www-form-urlencoded", 400, "UTF-8"),
        ("PUT", "/sparql", b"", "", 405, "GET"),
        ("DELETE", "/entity/place/330402", b"", "", 405, "GET"),
        ("POST", "/", b"", "", 405, "GET"),
        ("GET", "/nothing", b"", "", 404, "/sparql"),
        ("GET", "/?depth=11", b"", "", 400, "depth='11'"),
        ("GET", "/?depth=%D9%A3", b"", "", 400, "from 1 to 10"),
        ("GET", "/document/pact?page=0", b"", "", 400, "page='0'"),
        ("GET", "/?around=%E6%B2%A1%E6%9C%89%E8%BF%99%E4%B8%AA", b"", "", 404, "no entity is called"),
    ],
)
def test_wrong_requests(
    client: TestClient, method: str, address: str, body: bytes, media: str, status: int, said: str
) -> None:
    headers = {"content-type": media} if media else {}
    response = client.request(method, address, content=body, headers=headers)
    assert response.status_code == status, response.text
    assert said in response.text
    assert response.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { # '\n SERVICE SILENT ?x { ?s ?p ?o } }",
        "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
        "SELECT * # FROM\n FROM NAMED<FILE:///etc/passwd> { GRAPH ?g { ?s ?p ?o } }",
    ],
)
def test_nothing_leaves_the_store(client: TestClient, query: str) -> None:
    response = client.post("/sparql", data={"query": query})
    assert response.status_code == 403
    assert re.search("SERVICE is not allowed|no file is read", response.text)


def test_words_in_strings_are_no_commands(client: TestClient) -> None:
    query = "SELECT ?x { BIND('SERVICE <x> FROM <file:///etc/passwd>' AS ?x) } # FROM <file:///etc/passwd>"
    assert len(rows(client.post("/sparql", data={"query": query}))) == 1


def test_datasets(client: TestClient) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    document = BASE + "document/pact"
    whole, one, none, merged = (
        int(rows(client.get("/sparql", params={"query": count, **graphs}))[0]["n"])
        for graphs in (
            {},
            {"default-graph-uri": document},
            {"named-graph-uri": document},
            {"default-graph-uri": BASE + "document/absent"},
        )
    )
    assert whole > one > 0
    assert none == merged == 0
    named = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    assert rows(client.post("/sparql", data={"query": named, "named-graph-uri": document})) == [{"g": document}]
    asked = f"SELECT (COUNT(*) AS ?n) FROM <{document}> {{ ?s ?p ?o }}"
    assert rows(client.get("/sparql", params={"query": asked})) == [{"n": str(one)}]


def test_other_sites_may_read(client: TestClient) -> None:
    origin = {"origin": "https://example.org"}
    response = client.get("/sparql", params={"query": "ASK {}"}, headers=origin)
    assert response.headers["access-control-allow-origin"] == "*"
    asked = {**origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    allowed = client.options("/sparql", headers=asked)
    assert allowed.status_code == 204
    assert "POST" in allowed.headers["access-control-allow-methods"]
    assert allowed.headers["allow"] == "GET, HEAD, POST, OPTIONS"


def test_health(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


# ---------------------------------------------------------------- the JSON API


def test_json_api(client: TestClient) -> None:
    found = client.get("/api/facts", params={"with": ["南湖区", "杨浦区"]}).json()
    assert found["total"] == 1
    assert found["facts"][0]["roles"]["party"][0]["id"] in {"place/330402", "place/310110"}
    for thing in ("place/330402", quote("南湖区"), "nanhu"):
        assert client.get(f"/api/entity/{thing}").json()["label"] == "南湖区"
    document = client.get("/api/document/pact").json()
    # The text is not in the triples: it comes from the records beside them.
    assert "南湖区与上海杨浦区签订了" in document["text"]
    assert len(document["mentions"]) > 0
    described = client.get("/api/openapi.json").json()
    assert "/api/neighbours/{entity}" in described["paths"]
    response = client.get("/api/facts", params={"page": "none"})
    assert (response.status_code, response.headers["content-type"]) == (400, "application/json")
    response = client.get("/api/entity/" + quote("没有这个"))
    assert response.status_code == 404
    assert "no entity is called" in response.json()["error"]


# ---------------------------------------------------------------- too much


def test_long_queries_are_refused(client: TestClient) -> None:
    query = "ASK { " + "?s ?p ?o . " * 100_000 + "}"
    assert len(query) > 1_000_000
    assert client.post("/sparql", data={"query": query}).status_code == 413
    just = "ASK { } #" + "x" * (MAX_REQUEST - 9)
    direct = {"content-type": "application/sparql-query"}
    assert client.post("/sparql", content=just, headers=direct).status_code == 200
    assert client.post("/sparql", content=just + "x", headers=direct).status_code == 413


@pytest.mark.parametrize(
    "query", [f"SELECT (COUNT(*) AS ?n) {{ {ENDLESS} }}", f"SELECT ?c {{ {ENDLESS} }} ORDER BY ?a ?d ?g ?j"]
)
def test_slow_queries_are_stopped(hurried: TestClient, query: str) -> None:
    began = time.monotonic()
    response = hurried.post("/sparql", data={"query": query})
    assert response.status_code == 503, response.text
    assert "stopped after 0.7 s" in response.text
    assert response.headers["retry-after"] == "1"
    assert time.monotonic() - began < 15
    # The one worker was replaced by another one.
    assert hurried.post("/sparql", data={"query": "ASK {}"}).json()["boolean"] is True


def test_large_answers_are_an_error(hurried: TestClient) -> None:
    response = hurried.post("/sparql", data={"query": f"SELECT * {{ {ENDLESS} }}"})
    assert response.status_code == 422
    assert "larger than 20,000 bytes" in response.text
    response = hurried.post("/sparql", data={"query": "CONSTRUCT WHERE { ?s ?p ?o }"})
    assert response.status_code == 422
    assert len(rows(hurried.post("/sparql", data={"query": "SELECT * { ?s ?p ?o } LIMIT 20"}))) == 20


def test_a_worker_that_dies_is_replaced(client: TestClient) -> None:
    response = client.post("/sparql", data={"query": "SELECT * {" + "{" * 100_000})
    assert response.status_code == 400
    assert "more than 100 brackets in brackets" in response.text
    # Not all nesting is in brackets: this one ends the stack of the process.
    deep = "ASK {" + "MINUS {?s ?p ?o}" * 20_000 + "}"
    response = client.post("/sparql", content=deep, headers={"content-type": "application/sparql-query"})
    assert response.status_code == 422
    assert "nested deeper" in response.text
    assert client.post("/sparql", data={"query": "ASK {}"}).status_code == 200


def test_memory_has_a_limit(folder: Path) -> None:
    # A gigabyte of one string after ten thousand of the rows; the process may have less.
    with TestClient(app(folder, ontology=ONTOLOGY, limit=60, workers=1, memory=900 << 20)) as client:
        query = f"SELECT (GROUP_CONCAT('{'x' * 100_000}') AS ?long) {{ {ENDLESS} }}"
        response = client.post("/sparql", data={"query": query})
        assert response.status_code == 422, response.text
        assert "more memory" in response.text
        assert client.post("/sparql", data={"query": "ASK {}"}).status_code == 200


# ---------------------------------------------------------------- beside a build


def test_a_build_goes_on_beside_the_server(tmp_path: Path) -> None:
    path = tmp_path / "kg-store"
    count = {"query": "SELECT (COUNT(DISTINCT ?d) AS ?n) { ?d a kg:Document }"}
    with Store.open(path) as store:
        fill(store, pact())
        # The server starts while another process is writing, and reads what is not even in a table yet.
        with TestClient(app(path, ontology=ONTOLOGY, workers=2, pause=0)) as client:
            assert rows(client.get("/sparql", params=count)) == [{"n": "1"}]
            page = client.get("/").text
            assert client.get("/").text == page
            for turn in range(1, 6):
                fill(store, *many(4, start=4 * turn))
                assert rows(client.get("/sparql", params=count)) == [{"n": str(1 + 4 * turn)}]
            assert len(client.get("/").text) > len(page)
            copies = list(tmp_path.glob("kg-store.serve-*/*/meta.json"))
            # The newest, and at most one old one for each worker that has not been asked since.
            assert 1 <= len(copies) <= 5
            store.close()
            shutil.rmtree(path)
            assert rows(client.get("/sparql", params=count)) == [{"n": "21"}]
            with Store.rebuild(path, base="https://news.example/") as fresh:
                fill(fresh, capital())
            found = rows(client.get("/sparql", params={"query": "SELECT ?d { ?d a kg:Document }"}))
            assert found == [{"d": "https://news.example/document/capital"}]
    assert list(tmp_path.glob("kg-store.serve-*")) == []


def test_the_index_of_names_is_kept_for_the_next_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.server._LARGE", 0)
    path, kept = tmp_path / "kg-store", tmp_path / "kg-store" / "names.sqlite"

    def found(client: TestClient, name: str) -> list[str]:
        for _ in range(300):
            answer = client.get("/api/search", params={"q": name}).json()
            if not answer["partial"]:
                return [entity["label"] for entity in answer["entities"] if entity["how"] != "fuzzy"]
            time.sleep(0.05)
        raise AssertionError("the names are not indexed after 15 s")

    with Store.open(path) as store:
        fill(store, pact())
    with TestClient(app(path, ontology=ONTOLOGY, workers=1)) as client:
        assert found(client, "yangpu") == ["杨浦区"]
    first = kept.stat()
    with TestClient(app(path, ontology=ONTOLOGY, workers=1)) as client:
        assert found(client, "yangpu") == ["杨浦区"]
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (first.st_ino, first.st_mtime_ns)
    # One of another state, and one that is damaged, are made anew and never used.
    with Store.open(path) as store:
        fill(store, capital())
    with TestClient(app(path, ontology=ONTOLOGY, workers=1)) as client:
        assert found(client, "wentai") == ["闻泰通讯股份有限公司"]
    assert kept.stat().st_ino != first.st_ino
    kept.unlink()
    kept.write_bytes(b"no index")
    with TestClient(app(path, ontology=ONTOLOGY, workers=1)) as client:
        assert found(client, "wentai") == ["闻泰通讯股份有限公司"]
    assert kept.stat().st_size > 10_000
    assert sorted(entry.name for entry in path.iterdir() if "names" in entry.name) == ["names.sqlite"]
    # A build of everything anew takes the folder as its own, and the index goes with the old store.
    with Store.rebuild(path) as fresh:
        fill(fresh, pact())
    assert not kept.exists()


def test_copies_of_a_killed_server_are_removed(folder: Path) -> None:
    left = folder.parent / "kg-store.serve-left"
    (left / "1").mkdir(parents=True)
    (left / "mark").touch()
    strange = folder.parent / "kg-store.serve-notes"
    strange.mkdir()
    with TestClient(app(folder, ontology=ONTOLOGY, workers=1)) as client:
        assert client.get("/healthz").status_code == 200
        assert not left.exists() or sys.platform == "win32"
        assert strange.exists()
    strange.rmdir()


def test_there_must_be_a_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store here"):
        app(tmp_path / "none", ontology=ONTOLOGY)


# ---------------------------------------------------------------- pages

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_entity_page(client: TestClient) -> None:
    response = client.get("/entity/place/310110", headers=BROWSER)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    text = response.text
    assert f"<h1>杨浦区<small>{ONTOLOGY.label('AdministrativeDivision')}</small></h1>" in text
    assert "<dd>上海杨浦区</dd>" in text
    assert "<mark>南湖区</mark>与上海<mark>杨浦区</mark>签订了合作框架协议。" in text
    assert '<a href="/entity/place/330402">南湖区</a>' in text
    assert '<a href="/document/pact">南湖携手杨浦</a> · 2016-09-20 · 置信 0.80' in text
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    # Nothing of another server is asked for.
    assert re.search(r'(?:src|href)="(?:https?:)?//', text) is None


def test_pages_speak_english(client: TestClient) -> None:
    text = client.get("/entity/place/310110?lang=en", headers=BROWSER).text
    assert f"<h1>杨浦区<small>{ONTOLOGY.label('AdministrativeDivision', 'en')}</small></h1>" in text
    assert 'href="/entity/place/330402?lang=en"' in text
    assert 'href="/entity/place/310110?lang=zh"' in text
    assert client.get("/entity/place/310110?lang=xx", headers=BROWSER).text == client.get("/entity/place/310110").text


def test_many_facts_come_in_pages(client: TestClient) -> None:
    first = client.get("/entity/place/330402", headers=BROWSER).text
    second = client.get("/entity/place/330402?page=2", headers=BROWSER).text
    assert first.count("<article") == 50
    assert second.count("<article") == 11
    assert 'href="/entity/place/330402?page=2"' in first
    assert 'href="/entity/place/330402?page=1"' in second
    assert client.get("/entity/place/330402?page=9").status_code == 200


def test_document_and_fact_pages(client: TestClient) -> None:
    text = client.get("/document/capital", headers=BROWSER).text
    # One sentence, four facts of three classes; the denied one says so.
    assert text.count("<article") == 3
    assert '<span class="state denied">已否认</span>' in text
    assert "<b>约1000亿元</b>" in text
    fact = re.search(r'href="(/fact/CapitalIncrease-[0-9a-f]{12})"', text)
    assert fact is not None
    page = client.get(fact[1], headers=BROWSER)
    assert page.status_code == 200
    assert page.text.count("<article") == 1
    original = client.get("/document/pact", headers=BROWSER).text
    assert 'href="https://news.example/a b" rel="noopener noreferrer nofollow"' in original


def test_names_travel_in_addresses(client: TestClient) -> None:
    text = client.get("/document/nasty", headers=BROWSER).text
    links = re.findall(r'href="(/entity/[^"]+)"', text)
    assert len(set(links)) == 2
    for link in links:
        assert client.get(link, headers=BROWSER).status_code == 200


def test_text_of_articles_cannot_become_markup(client: TestClient) -> None:
    name = quote(f"company/{NASTY}公司", safe="/")
    for address in ("/document/nasty", f"/entity/{name}", "/entity/x/" + quote(NASTY), "/sparql?query=" + quote(NASTY)):
        text = client.get(address, headers=BROWSER).text
        assert "owned" in text or address.startswith("/sparql")
        assert NASTY not in text
        assert '" onclick="x' not in text
        assert "<img" not in text
        assert 'href="javascript' not in text
    graph = client.get("/", headers=BROWSER).text
    assert NASTY not in graph


@pytest.mark.parametrize(
    ("address", "subjects"),
    [
        ("/entity/place/330402", {BASE + "entity/place/330402", BASE + "document/pact"}),
        ("/document/pact", {BASE + "document/pact", BASE + "entity/place/310110", BASE + "entity/place/330000"}),
    ],
)
def test_things_as_rdf(client: TestClient, address: str, subjects: set[str]) -> None:
    for accept, given in (("application/n-triples", ""), ("text/html", "?format=nt")):
        response = client.get(address + given, headers={"accept": accept})
        assert response.headers["content-type"] == "application/n-triples"
        found = {str(t.subject.value) for t in ox.parse(response.content, format=ox.RdfFormat.N_TRIPLES)}
        assert subjects <= found
        assert b"#digest>" not in response.content


def test_a_fact_as_rdf_brings_its_sentences(client: TestClient) -> None:
    found = rows(
        client.get("/sparql", params={"query": "SELECT ?f { ?f a kg:Agreement ; kg:party <entity/place/330402> }"})
    )
    response = client.get(found[0]["f"].removeprefix(BASE.rstrip("/")), headers={"accept": "text/turtle"})
    assert "南湖区与上海杨浦区签订了合作框架协议。" in response.content.decode("utf-8")


def test_what_is_not_there(client: TestClient) -> None:
    page = client.get("/entity/place/999999", headers=BROWSER)
    assert page.status_code == 404
    assert words("zh")["missing"] in page.text
    data = client.get("/fact/Agreement-0", headers={"accept": "text/turtle"})
    assert data.status_code == 404
    assert data.text == "the store has no fact 'Agreement-0'\n"
    assert client.get("/entity/place/330402", headers={"accept": "image/png"}).status_code == 406
    assert client.get("/entity/").status_code == 404


def test_query_page(client: TestClient) -> None:
    response = client.get("/sparql", headers=BROWSER)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    data = re.search(r'<script type="application/json" id="kg-data">(.+?)</script>', response.text)
    assert data is not None
    known = json.loads(data[1])
    questions = known["questions"]
    assert {
        "prefix": "kg",
        "name": "Agreement",
        "kind": "fact",
        "zh": ONTOLOGY.label("Agreement"),
        "en": "agreement",
    } in [{**term, "en": term["en"].lower()} for term in known["terms"]]
    assert [p["name"] for p in questions[0]["parameters"]] == ["a", "b"]
    assert len(questions) == len(list((ROOT / "data" / "queries").glob("*.rq")))
    for question in questions:
        answer = client.post("/sparql", data={"query": question["text"]})
        assert answer.status_code == 200, (question, answer.text)
    # The editor is a file of this server, and nothing else is loaded from anywhere.
    loaded = re.findall(r'(?:src|href)="([^"#?]+)"', response.text)
    assert {link for link in loaded if link.startswith("/static/")} == {
        "/static/yasqe-4.6.2.min.css",
        "/static/yasqe-4.6.2.min.js",
    }
    assert all(link.startswith("/") for link in loaded)
    for name in ("yasqe-4.6.2.min.js", "yasqe-4.6.2.min.css", "yasqe-4.6.2.licence.txt"):
        file = client.get(f"/static/{name}")
        assert file.status_code == 200
        assert "immutable" in file.headers["cache-control"]
    for name in ("../query.js", "none.js", "YASQE.js", ""):
        assert client.get(f"/static/{name}").status_code == 404
    # A link with a query is for a browser the page, and for any other program the answer.
    shared = "/sparql?" + urlencode({"query": SELECT})
    assert client.get(shared, headers=BROWSER).text == response.text
    assert rows(client.get(shared)) == [{"name": "南湖区"}]


def test_both_languages_have_the_same_words() -> None:
    assert list(words("zh")) == list(words("en"))
    assert set(words("zh")["statuses"]) == set(words("en")["statuses"])
    for name, text in words("zh").items():
        if isinstance(text, str):
            assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", words("en")[name]), name


def test_graph_page(client: TestClient) -> None:
    whole = client.get("/", headers=BROWSER)
    assert whole.headers["content-type"] == "text/html; charset=utf-8"
    assert whole.headers["content-security-policy"] == "frame-ancestors 'none'"
    assert '"sparql":"/sparql"' in whole.text
    assert "connect-src 'self'" in whole.text
    part = client.get("/", params={"around": "杨浦区", "depth": "1"}).text
    assert "<title>杨浦区</title>" in part
    assert "闻泰通讯" in whole.text
    assert "闻泰通讯" not in part


def test_the_graph_page_of_a_large_store_is_a_start(monkeypatch: pytest.MonkeyPatch) -> None:
    ontology = Ontology.load()
    with Store.memory() as store:
        for extraction in (pact(), capital(), *many(40)):
            store.put_source(SourceRecord(f"{extraction.document.id}.txt"), [extraction])
        store.reconcile(resolve(list(store.extractions())), ontology=ontology, gazetteer=Gazetteer.load())
        site = pages.Site(store, ontology)
        monkeypatch.setattr(search, "OF_EACH", 2)
        monkeypatch.setattr(search, "NEWEST", 3)

        def data() -> dict[str, Any]:
            found = re.search(r'id="kg-data">(.*?)</script>', pages.graph_page(site).text, re.DOTALL)
            assert found is not None
            held: dict[str, Any] = json.loads(found.group(1))
            return held

        whole = data()
        monkeypatch.setattr(pages, "WHOLE", 3)
        start = data()
    assert (whole["server"]["lazy"], start["server"]["lazy"]) == (False, True)
    total = whole["server"]["total"]["facts"]
    assert len(whole["facts"]) == total == start["server"]["total"]["facts"] > len(start["facts"]) > 3
    # Of how many facts each is a participant is known all the same.
    busiest = {node[7]: node[8] for node in start["nodes"]}
    members = [{role[1] for role in fact["r"]} for fact in whole["facts"]]
    counted = {node[7]: sum(k in some for some in members) for k, node in enumerate(whole["nodes"])}
    assert busiest == {name: counted[name] for name in busiest}


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
@pytest.mark.browser
def test_query_page_in_a_browser(live: str, tmp_path: Path) -> None:
    query = "SELECT ?a ?title ?amount { ?a rdfs:label ?title OPTIONAL { ?f kg:amount ?amount FILTER(?a = ?f) } }"
    flags = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
        " --disable-component-update --disable-sync --virtual-time-budget=5000 --dump-dom"
    )
    done = subprocess.run(
        [str(CHROMIUM), *flags.split(), f"--user-data-dir={tmp_path}", f"{live}sparql?" + urlencode({"query": query})],
        capture_output=True,
        timeout=60,
    )
    page = done.stdout.decode("utf-8")
    assert '<a href="/entity/place/330402" title="https://kg.example/entity/place/330402">place/330402</a>' in page
    assert "<title>owned</title>" not in page
    assert "&lt;script&gt;document.title" in page


# ---------------------------------------------------------------- a live server

SERVE = (
    "import sys\nfrom pathlib import Path\nfrom kg.server import serve\n"
    "serve(Path(sys.argv[1]), port=0, workers=1, ready=lambda address: print(address, flush=True))\n"
)


@pytest.fixture(scope="module")
def live(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("live") / "kg-store"
    shutil.copytree(folder, path)
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(path)], stdout=subprocess.PIPE, cwd=ROOT, text=True)
    assert process.stdout is not None
    with process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)
            code = process.wait(20)
    assert code == 0
    assert [entry.name for entry in path.parent.iterdir()] == ["kg-store"]


def test_a_live_server(live: str) -> None:
    assert live.startswith("http://127.0.0.1:")
    with httpx.Client(base_url=live, timeout=30) as client:
        assert rows(client.post("/sparql", data={"query": SELECT})) == [{"name": "南湖区"}]
        assert client.get("/sparql", params={"query": "SELECT * { ?s }"}).status_code == 400
        long = client.post("/sparql", data={"query": "ASK {} #" + "x" * 1_000_000})
        assert long.status_code == 413
        assert client.head("/sparql", params={"query": "ASK {}"}).headers["content-length"] == "26"
        broken = client.post("/sparql", data={"query": "ASK {}"}, headers={"accept": ";q=, */*;;q=%FF, \x7e/\x21"})
        assert broken.status_code < 500
        assert "server" not in broken.headers


def test_a_port_in_use(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(KgError, match=r"port \d+ of 127.0.0.1 is in use; choose another one with --port"):
            serve(folder, port=taken.getsockname()[1], ontology=ONTOLOGY)
    with pytest.raises(KgError, match="--host"):
        serve(folder, host="not a host", port=0, ontology=ONTOLOGY)


@pytest.mark.parametrize(
    ("host", "warned"),
    [("127.0.0.1", False), ("127.8.8.8", False), ("::1", False), ("localhost", False), ("0.0.0.0", True), ("::", True)],
)
def test_an_open_address_is_warned_of(host: str, warned: bool) -> None:
    assert (exposed(host) is not None) == warned
    assert warned == (host in (exposed(host, language="zh") or ""))
