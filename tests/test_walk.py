"""The one walk through the whole program: a sentence as bytes in a file, in the end an edge on a page."""

from __future__ import annotations

import json
import re
from pathlib import Path

from kg.corpus import find_sources, read_source
from kg.extract import Extractor
from kg.gazetteer import Gazetteer
from kg.identity import resolve_corpus
from kg.model import Document
from kg.network import links, load_network
from kg.ontology import Ontology
from kg.store import SourceRecord, Store
from kg.view import render

SENTENCE = "2017年,南湖区与上海杨浦区签订了合作框架协议。"


def test_from_bytes_to_a_drawn_edge(
    tmp_path: Path, extractor: Extractor, ontology: Ontology, gazetteer: Gazetteer
) -> None:
    # bytes → document
    (tmp_path / "pact.txt").write_bytes(SENTENCE.encode())
    sources, skipped = find_sources([tmp_path / "pact.txt"])
    assert (len(sources), skipped) == (1, [])
    (document,) = read_source(sources[0])
    assert isinstance(document, Document)
    assert document.text == SENTENCE

    # document → facts
    extraction = extractor.extract(document)
    names = {e.id: e.name for e in extraction.entities}
    pact = next(f for f in extraction.facts if f.type == "Agreement")
    assert [(role, names[e]) for role, e in pact.roles] == [("party", "南湖区"), ("party", "杨浦区")]
    assert (pact.label, pact.status) == ("合作框架协议", "signed")
    assert pact.date is not None
    assert (pact.date.text, pact.date.value) == ("2017年", "2017")
    assert document.quote(pact.evidence[0]) == SENTENCE

    # facts → entities of the corpus
    resolution = resolve_corpus([extraction], linker=extractor.linker)
    assert [resolution.of[document.id, e] for _, e in pact.roles] == ["place/330402", "place/310110"]

    # → store → SPARQL row
    with Store.open(tmp_path / "store") as store:
        store.put_source(SourceRecord("pact.txt"), [extraction])
        store.reconcile(resolution, ontology=ontology, gazetteer=gazetteer)
    with Store.open(tmp_path / "store", read_only=True) as store:
        rows = store.query(
            """SELECT ?a ?b ?what ?when ?quote {
                 ?fact a kg:Agreement ; kg:party ?x , ?y ; rdfs:label ?what ; kg:date ?when ;
                       kg:evidence/kg:quote ?quote .
                 ?x kg:code "330402" ; rdfs:label ?a . ?y kg:code "310110" ; rdfs:label ?b .
                 { ?x kg:agreedWith ?y } UNION { ?y kg:agreedWith ?x } }"""
        ).values()
        network = load_network(store, ontology)
    assert len(rows) >= 1
    assert all(row["quote"] == SENTENCE for row in rows)
    assert {(row["a"], row["b"], row["what"], str(row["when"])) for row in rows} == {
        ("南湖区", "杨浦区", "合作框架协议", "2017")
    }

    # store → network edge
    (fact,) = (f for f in network.facts.values() if f.klass == "Agreement")
    (link,) = links(fact, ontology)
    assert (link.relation, link.directed) == ("agreedWith", False)
    assert {network.nodes[link.source].name, network.nodes[link.target].name} == {"南湖区", "杨浦区"}
    assert network.nodes[link.source].province is not None

    # network → page
    page = render(network, ontology, title="南湖")
    found = re.search(r'<script type="application/json" id="kg-data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data = json.loads(found.group(1))
    number = {node[0]: n for n, node in enumerate(data["nodes"])}
    ends = {number["南湖区"], number["杨浦区"]}
    drawn = [fact for fact in data["facts"] for edge in fact["e"] if ends <= set(edge[1:3])]
    assert len(drawn) == 1
    shown = drawn[0]
    assert (shown["l"], shown["d"]) == ("合作框架协议", "2017")
    assert shown["t"][0][1] == SENTENCE
    assert data["factClasses"][shown["c"]]["colour"] == ontology.fact("Agreement").colour
