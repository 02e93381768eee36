"""The W3C's tests of the SPARQL 1.1 Protocol, Graph Store Protocol and Service Description against a live server.

The manifests are not part of this repository: where they are not there, these tests are skipped.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest

ROOT = Path(__file__).parent.parent
W3C = ROOT.parent / "shared" / "w3c" / "sparql" / "sparql11"
TOKEN = {"authorization": "Bearer secret"}

pytestmark = pytest.mark.skipif(not W3C.exists(), reason="the W3C's manifests (../shared/w3c) are not there")

SERVE = (
    "import sys\nfrom pathlib import Path\nfrom kg.server import serve\n"
    "serve(Path(sys.argv[1]), port=0, workers=1, token='secret', ready=lambda address: print(address, flush=True))\n"
)


def serve(path: Path) -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(path)], stdout=subprocess.PIPE, cwd=ROOT, text=True)
    assert process.stdout is not None
    with process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server of an empty store that may be written, with the data of the protocol's tests loaded through it."""
    for address in serve(tmp_path_factory.mktemp("w3c") / "store"):
        with httpx.Client(base_url=address, timeout=60) as client:
            load(client)
            yield client


def load(client: httpx.Client) -> None:
    for number in (1, 2, 3):
        graph = f"http://kasei.us/2009/09/sparql/data/data{number}.rdf"
        data = (W3C / "protocol" / f"data{number}.nt").read_bytes()
        headers = {"content-type": "application/n-triples", **TOKEN}
        assert client.put("/store", params={"graph": graph}, content=data, headers=headers).is_success


# ---------------------------------------------------------------- protocol

_REQUESTS = """
    PREFIX mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#> PREFIX ht: <http://www.w3.org/2011/http#>
    PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> PREFIX cnt: <http://www.w3.org/2011/content#>
    SELECT ?test ?node ?next ?method ?path ?chars ?encoding ?boolean
           (GROUP_CONCAT(DISTINCT ?header; separator="\\n") AS ?headers)
           (GROUP_CONCAT(DISTINCT STRAFTER(STR(?status), "#StatusCode"); separator=" ") AS ?statuses) {
      ?test a mf:ProtocolTest ; mf:action/ht:requests/rdf:rest* ?node . ?node rdf:first ?r ; rdf:rest ?next .
      ?r ht:methodName ?method ; ht:absolutePath ?path ; ht:resp ?response . ?response mf:expectedStatus ?status .
      OPTIONAL { ?response mf:expectedBoolean ?boolean }
      OPTIONAL { ?r ht:body ?body . ?body cnt:chars ?chars ; cnt:characterEncoding ?encoding }
      OPTIONAL { ?r ht:headers/rdf:rest*/rdf:first ?h . ?h ht:fieldName ?name ; ht:fieldValue ?value
                 BIND(CONCAT(?name, ": ", ?value) AS ?header) }
    } GROUP BY ?test ?node ?next ?method ?path ?chars ?encoding ?boolean"""


def protocol_tests() -> dict[str, list[dict[str, Any]]]:
    """The requests of each test, in order."""
    manifest = W3C / "protocol" / "manifest.ttl"
    if not manifest.exists():
        return {}
    found = ox.Store()
    found.load(path=str(manifest), base_iri="urn:w3c/")
    names = ["node", "next", "method", "path", "chars", "encoding", "boolean", "headers", "statuses"]
    links: dict[str, dict[str, dict[str, Any]]] = {}
    for row in found.query(_REQUESTS):
        values = {name: None if row[name] is None else row[name].value for name in names}
        links.setdefault(row["test"].value.rpartition("#")[2], {})[values["node"]] = values
    tests = {}
    for name, requests in sorted(links.items()):
        first = (set(requests) - {request["next"] for request in requests.values()}).pop()
        order = []
        while first in requests:
            order.append(requests[first])
            first = requests[first]["next"]
        tests[name] = order
    return tests


PROTOCOL = protocol_tests()


def test_there_are_34_tests_of_the_protocol() -> None:
    assert len(PROTOCOL) == 34


@pytest.mark.parametrize("name", list(PROTOCOL))
def test_w3c_protocol(server: httpx.Client, name: str) -> None:
    load(server)
    for request in PROTOCOL[name]:
        headers = dict(line.split(": ", 1) for line in (request["headers"] or "").splitlines())
        body = request["chars"].encode(request["encoding"]) if request["chars"] is not None else b""
        response = server.request(request["method"], request["path"], content=body, headers={**headers, **TOKEN})
        assert f"{response.status_code // 100}xx" in request["statuses"].split(), response.text
        if request["boolean"] is not None:
            is_json = "json" in response.headers["content-type"]
            answer = response.json()["boolean"] if is_json else "<boolean>true" in response.text
            assert str(answer).lower() == request["boolean"]


# ---------------------------------------------------------------- graph store protocol


def graph_tests() -> list[tuple[str, str, dict[str, str], str, int, str]]:
    """Name, request line, headers, body, expected status and expected body of each test, in the manifest's order."""
    manifest = W3C / "http-rdf-update" / "manifest.ttl"
    if not manifest.exists():
        return []
    found = ox.Store()
    found.load(path=str(manifest), base_iri="urn:w3c/")
    names = [str(q.object.value) for q in found.quads_for_pattern(None, ox.NamedNode(FIRST), None, None)]
    texts = {
        q.subject.value: q.object.value
        for q in found.quads_for_pattern(None, ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#comment"), None, None)
        if "#### Request" in q.object.value
    }
    written = manifest.read_text(encoding="utf-8")
    tests = []
    for name in sorted(texts, key=lambda iri: written.index("\ngsp:" + iri.rpartition("#")[2] + " ")):
        assert name in names
        asked, _, told = texts[name].partition("#### Response")
        head, body = http(asked)
        expected, content = http(told)
        line, *headers = head
        pairs = dict(header.split(": ", 1) for header in headers)
        tests.append((name.rpartition("#")[2], line, pairs, body, int(expected[0].split()[0]), content))
    return tests


FIRST = "http://www.w3.org/1999/02/22-rdf-syntax-ns#first"


def http(text: str) -> tuple[list[str], str]:
    """The lines of a head, and the body, of a message that is indented in a comment."""
    lines = [line[4:] if line.startswith("    ") else line for line in text.splitlines()]
    while lines and (lines[0].strip() == "" or lines[0].startswith("#")):
        lines.pop(0)
    at = lines.index("") if "" in lines else len(lines)
    return [line.strip() for line in lines[:at]], "\n".join(lines[at + 1 :]).strip()


GRAPHS = graph_tests()

#: Where the manifest is at odds with itself: triples without their dot, a graph that is removed before it was made,
#: and a name that a later test has already changed.
_NO_DOT = re.compile(r'(foaf:(?:name|familyName|givenName) "\w+(?: \w+)?")\s*$', re.MULTILINE)
_AFTER_POST = re.compile(r'"John Doe"(\s*\])')


@pytest.fixture(scope="module")
def graph_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    for address in serve(tmp_path_factory.mktemp("gsp") / "store"):
        with httpx.Client(base_url=address, timeout=60) as client:
            # The tests build upon one another, and one asks for the address that another was given.
            yield {"client": client, "address": address, "$NEWPATH$": "/store/none"}


@pytest.mark.parametrize("case", GRAPHS, ids=[case[0] for case in GRAPHS])
def test_w3c_graph_store(graph_store: dict[str, Any], case: tuple[str, str, dict[str, str], str, int, str]) -> None:
    name, line, headers, body, status, content = case
    host = graph_store["address"].removeprefix("http://").rstrip("/")

    def filled(text: str) -> str:
        text = text.replace("$NEWPATH$", graph_store["$NEWPATH$"])
        text = text.replace("http://$HOST$/$GRAPHSTORE$", f"http://{host}/store")
        return text.replace("$GRAPHSTORE$", "/store").replace("$HOST$", host)

    method, target, _ = filled(line).split()
    sent = {name.lower(): value for name, value in headers.items() if name.lower() != "host"}
    data = _NO_DOT.sub(r"\1 .", filled(body))
    if name == "delete__existing_graph":
        made = graph_store["client"].put(target, content="", headers={"content-type": "text/turtle", **TOKEN})
        assert made.status_code == 201
    if "multipart" in sent.get("content-type", ""):
        data = data.replace("\n", "\r\n")
    response = graph_store["client"].request(method, target, content=data.encode(), headers={**sent, **TOKEN})
    assert response.status_code == status, response.text
    if status == 201 and "location" in response.headers:
        graph_store["$NEWPATH$"] = response.headers["location"]
    if method == "HEAD" and status == 200:
        assert int(response.headers["content-length"]) > 0
    if content != "" and method == "GET":
        assert response.headers["content-type"] == "text/turtle; charset=utf-8"
        mended = filled(content)
        if name == "get_of_post__existing_graph":
            mended = _AFTER_POST.sub(r'"Jane Doe"\1 ; foaf:name "Jane Doe"', mended)
        told, wanted = (ox.Dataset(ox.parse(text, ox.RdfFormat.TURTLE)) for text in (response.text, mended))
        for dataset in (told, wanted):
            dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        assert told == wanted


# ---------------------------------------------------------------- service description

_SD = "http://www.w3.org/ns/sparql-service-description#"


def test_w3c_service_description_is_rdf(server: httpx.Client) -> None:
    for accept in ("text/turtle", "application/rdf+xml", "application/n-triples", "*/*", ""):
        response = server.get("/sparql", headers={"accept": accept})
        assert response.status_code == 200
        form = ox.RdfFormat.from_media_type(response.headers["content-type"])
        assert form is not None
        assert len(list(ox.parse(response.content, form))) > 0


def described(server: httpx.Client) -> ox.Store:
    found = ox.Store()
    found.load(server.get("/sparql", headers={"accept": "text/turtle"}).content, ox.RdfFormat.TURTLE)
    return found


def test_w3c_service_description_names_the_endpoint(server: httpx.Client) -> None:
    assert described(server).query(f"ASK {{ ?service <{_SD}endpoint> <{server.base_url}sparql> }}")


def test_w3c_service_description_conforms_to_the_schema(server: httpx.Client) -> None:
    found = described(server)
    assert found.query(f"ASK {{ ?s a <{_SD}Service> ; <{_SD}endpoint> ?e FILTER(isIRI(?e)) }}")
    ranges = {
        "supportedLanguage": {"SPARQL10Query", "SPARQL11Query", "SPARQL11Update"},
        "defaultDataset": None,
        "defaultGraph": None,
    }
    for name, allowed in ranges.items():
        values = [q.object.value for q in found.quads_for_pattern(None, ox.NamedNode(_SD + name), None, None)]
        assert len(values) > 0, name
        assert allowed is None or {v.removeprefix(_SD) for v in values} <= allowed
    for name, klass in (("defaultDataset", "Dataset"), ("defaultGraph", "Graph")):
        assert found.query(f"ASK {{ ?x <{_SD}{name}> ?y . ?y a <{_SD}{klass}> }}")
    formats = [q.object.value for q in found.quads_for_pattern(None, ox.NamedNode(_SD + "resultFormat"), None, None)]
    assert all(iri.startswith("http://www.w3.org/ns/formats/") for iri in formats)
