"""A store behind a SPARQL 1.1 endpoint: the reading commands of kg over anybody's server, by queries alone.

Input is the address of an endpoint that holds what `kg export --format nquads` wrote; output is what `kg.store.Store`
answers. Only standard SPARQL 1.1 goes out, with its prefixes declared, as a POST of a form. What needs the texts of
the articles, or writes, says that it needs the folder of the store.

    with Remote("http://127.0.0.1:8000/sparql") as store:
        store.query("SELECT ?name { <entity/place/330402> rdfs:label ?name }")   →   南湖区
"""

from __future__ import annotations

import re
import sqlite3
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

import pyoxigraph as ox

from kg.errors import QueryError, StoreError
from kg.ontology import KG
from kg.rdf import BASE, PREFIXES
from kg.sparql import refuse_unsafe, syntax_error
from kg.store import Result, Store, bound

#: Seconds that an endpoint may take for one answer.
PATIENCE = 120.0

_NEXT = re.compile(r'<[^>]*[?&]offset=(\d+)&state=([^>&]+)>\s*;\s*rel="next"')


def is_address(text: str) -> bool:
    """True for the address of an endpoint, also as a path that has lost one of its slashes.

    >>> is_address("http:/127.0.0.1:8000/sparql"), is_address("kg-store")
    (True, False)
    """
    return re.match(r"https?:/", text) is not None


class Remote(Store):
    """The store behind an endpoint; it has no folder and cannot be written."""

    def __init__(self, address: str) -> None:
        self.address = re.sub(r"^(https?):/+", r"\1://", address)
        memory = sqlite3.connect(":memory:")
        super().__init__(path=None, triples=ox.Store(), records=memory, base=BASE, read_only=True)
        found = self.query(f"SELECT ?d WHERE {{ ?d a <{KG}Document> }} LIMIT 1").values()
        match = re.match(r"(.*/)document/", str(found[0]["d"])) if len(found) > 0 else None
        if match is not None:
            self.iris = type(self.iris)(match[1])

    def query(self, sparql: str, *, bind: Mapping[str, Any] | None = None) -> Result:
        """Answer a SPARQL 1.1 query as the endpoint does; see `Store.query`.

        Raises QueryError for a query that is wrong, and StoreError where the endpoint does not answer it.
        """
        refuse_unsafe(sparql)
        text = sparql if bind is None or len(bind) == 0 else bound(sparql, bind)
        try:
            # An empty store reads the query as any other: a mistake is told with its line, and nothing is sent.
            form = ox.Store().query(text, base_iri=self.iris.base, prefixes=dict(PREFIXES))
        except SyntaxError as error:
            raise syntax_error(error) from None
        head = "".join(f"PREFIX {name}: <{iri}> " for name, iri in PREFIXES.items())
        text = f"BASE <{self.iris.base}> {head}{text}"
        if isinstance(form, ox.QueryTriples):
            found = [
                t for body in self._ask(text, "application/n-triples") for t in ox.parse(body, ox.RdfFormat.N_TRIPLES)
            ]
            triples = tuple(sorted({quad.triple for quad in found}, key=str))
            rows = tuple((t.subject, t.predicate, t.object) for t in triples)
            return Result("GRAPH", ("subject", "predicate", "object"), rows, triples=triples)
        variables: tuple[str, ...] = ()
        rows_: list[tuple[Any, ...]] = []
        for body in self._ask(text, "application/sparql-results+json"):
            try:
                answer = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
            except SyntaxError as error:
                raise StoreError(f"what it answers is no SPARQL result: {error}", where=self.address) from None
            if isinstance(answer, ox.QueryBoolean):
                return Result("ASK", boolean=bool(answer))
            variables = tuple(variable.value for variable in answer.variables)
            rows_.extend(tuple(solution) for solution in answer)
        return Result("SELECT", variables, tuple(rows_))

    def _ask(self, text: str, accept: str) -> Iterator[bytes]:
        """The bodies of the answer: one, or several where the endpoint gives so many rows at once and says so."""
        more: dict[str, str] = {}
        while True:
            body = urllib.parse.urlencode({"query": text, **more}).encode("ascii")
            asked = urllib.request.Request(self.address, data=body, headers={"Accept": accept, "User-Agent": "kg"})
            try:
                with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
                    yield answer.read()
                    link = _NEXT.search(answer.headers.get("Link", ""))
                    cut = answer.headers.get("X-Kg-Truncated")
            except urllib.error.HTTPError as error:
                # Some servers send the query back behind their message.
                said = (error.read(2000).decode("utf-8", "replace").strip() or str(error.reason)).splitlines()[0][:300]
                if error.code == 400:
                    raise QueryError(f"{self.address}: {said}") from None
                raise StoreError(f"answers {error.code}: {said}", where=self.address) from None
            except (OSError, ValueError) as error:
                reason = getattr(error, "reason", error)
                raise StoreError(
                    f"does not answer ({reason}); is it the address of a SPARQL endpoint, such as …/sparql?",
                    where=self.address,
                ) from None
            if link is None:
                if cut is not None:
                    raise StoreError("its answer is cut, and it does not say where the rest is", where=self.address)
                return
            more = {"offset": link[1], "state": link[2]}

    def graphs(self) -> list[str]:
        """The ids of the documents that have a graph, sorted."""
        found = self.query(f"SELECT DISTINCT ?d WHERE {{ ?d a <{KG}Document> }}").values()
        return sorted(name for row in found if (name := self.iris.id_of(str(row["d"]))) is not None)

    def quads(self, document: str | None = None) -> Iterator[ox.Quad]:
        """The quads of one document, or of all with what is told of them together; without the digests."""
        if document is None:
            graphs = [*(self.iris.document(name) for name in self.graphs()), self.iris.corpus]
        else:
            graphs = [self.iris.document(document)]
        for graph in graphs:
            told = self.query(
                f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {graph} {{ ?s ?p ?o FILTER(?p != <{KG}digest>) }} }}"
            )
            yield from (ox.Quad(t.subject, t.predicate, t.object, graph) for t in told.triples)

    def documents(self) -> list[str]:
        """The ids of all documents, sorted."""
        return self.graphs()

    def extraction(self, document: str) -> Any:
        """Nothing: the texts of the articles are not in the triples."""
        raise StoreError("the text of an article needs the folder of the store, not its endpoint", where=self.address)
