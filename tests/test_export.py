from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pyoxigraph as ox
import pytest
from conftest import Read, StoreOf
from made_up import capital, many, pact, resolve

from kg.errors import StoreError
from kg.export import FORMATS, export
from kg.gazetteer import Gazetteer
from kg.model import Document, Entity, Extraction, Fact, Span
from kg.ontology import Ontology
from kg.store import SourceRecord, Store

ONTOLOGY = Ontology.load()
ROOT = Path(__file__).parent.parent


def filled(*extractions: Extraction) -> Store:
    store = Store.memory()
    for extraction in extractions:
        store.put_source(SourceRecord(extraction.document.id), [extraction])
    store.reconcile(resolve(extractions), ontology=ONTOLOGY, gazetteer=Gazetteer.load())
    return store


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def store():
    with filled(pact(), capital(), *many(3)) as store:
        yield store


@pytest.mark.parametrize("name", ["trig", "nquads", "jsonld"])
def test_datasets_read_back_are_the_store(store, tmp_path, name):
    file = tmp_path / f"x{FORMATS[name]}"
    assert export(store, file, format=name, ontology=ONTOLOGY).quads == len(list(store.quads()))
    kinds = {"trig": ox.RdfFormat.TRIG, "nquads": ox.RdfFormat.N_QUADS, "jsonld": ox.RdfFormat.JSON_LD}
    back = {str(q) for q in ox.parse(file.read_bytes(), kinds[name])}
    assert back == {str(q) for q in store.quads()}


@pytest.mark.parametrize("name", ["turtle", "ntriples", "rdfxml"])
def test_triples_read_back_are_the_merge_of_the_store(store, tmp_path, name):
    file = tmp_path / f"x{FORMATS[name]}"
    export(store, file, format=name, ontology=ONTOLOGY)
    kinds = {"turtle": ox.RdfFormat.TURTLE, "ntriples": ox.RdfFormat.N_TRIPLES, "rdfxml": ox.RdfFormat.RDF_XML}
    back = [str(q.triple) for q in ox.parse(file.read_bytes(), kinds[name])]
    assert sorted(back) == sorted({str(q.triple) for q in store.quads()})


def test_rdflib_reads_the_turtle(store, tmp_path):
    import rdflib

    export(store, tmp_path / "x.ttl", format="turtle", ontology=ONTOLOGY, document="pact")
    assert len(rdflib.Graph().parse(tmp_path / "x.ttl")) == len(list(store.quads("pact")))


def test_the_same_corpus_gives_the_same_bytes(tmp_path):
    script = (
        "import sys\nfrom pathlib import Path\nfrom made_up import pact, capital\n"
        "from kg.export import FORMATS, export\n"
        "from test_export import ONTOLOGY, filled\n"
        "store = filled(*[pact(), capital()][:: int(sys.argv[2])])\n"
        "for name in FORMATS: export(store, Path(sys.argv[1]) / name, format=name, ontology=ONTOLOGY)\n"
    )
    written = []
    # Two processes with another hash seed each, and the documents the other way round.
    for seed, order in (("1", "1"), ("2", "-1")):
        (tmp_path / seed).mkdir()
        path = f"{ROOT}{os.pathsep}{Path(__file__).parent}"
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / seed), order],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            check=True,
        )
        files = (file for file in sorted((tmp_path / seed).rglob("*")) if file.is_file())
        written.append({file.relative_to(tmp_path / seed): file.read_bytes() for file in files})
    assert {file.parts[0] for file in written[0]} == set(FORMATS)
    assert written[0] == written[1]


@pytest.mark.parametrize("name", ["graphml", "gexf"])
def test_networks_read_back(store, tmp_path, name):
    file = tmp_path / f"x{FORMATS[name]}"
    done = export(store, file, format=name, ontology=ONTOLOGY)
    network = (nx.read_graphml if name == "graphml" else nx.read_gexf)(file)
    assert (len(network), network.number_of_edges()) == (done.entities, done.edges) == (7, 7)
    assert network.nodes["place/330402"]["label"] == "南湖区"
    amounts = [d["amount"] for _, _, d in network.edges(data=True) if d.get("class") == "CapitalIncrease"]
    assert amounts == [1e11]
    keys = [
        element.attrib["id"] for element in ElementTree.parse(file).getroot().iter() if element.tag.endswith("}key")
    ]
    assert len(keys) == len(set(keys))


def test_tables_have_a_row_for_every_edge(store, tmp_path):
    done = export(store, tmp_path / "out", format="csv", ontology=ONTOLOGY)
    assert [file.name for file in done.files] == ["nodes.csv", "edges.csv"]
    with done.files[0].open(encoding="utf-8-sig", newline="") as file:
        nodes = {row["id"]: row for row in csv.DictReader(file)}
    with done.files[1].open(encoding="utf-8-sig", newline="") as file:
        edges = list(csv.DictReader(file))
    assert nodes["place/310110"]["aliases"] == "上海杨浦区"
    assert {edge["source"] for edge in edges} | {edge["target"] for edge in edges} <= set(nodes)
    (pair,) = [edge for edge in edges if edge["class"] == "Agreement"]
    assert (pair["directed"], pair["date"], pair["title"]) == ("false", "2016-09", "合作框架协议")
    (money,) = [edge for edge in edges if edge["class"] == "CapitalIncrease"]
    assert (money["amount"], money["type"], money["label"]) == ("100000000000", "Investment", "投资")


def test_a_table_runs_no_formula(tmp_path):
    text = "=HYPERLINK(1)公司落户南湖区。"
    extraction = Extraction(
        Document("d", text, text),
        (Entity("e1", "Company", "=HYPERLINK(1)公司"), Entity("e2", "AdministrativeDivision", "南湖区", code="330402")),
        (Fact("f", "Settlement", (("settler", "e1"), ("location", "e2")), (Span("d", 0, len(text)),)),),
    )
    with filled(extraction) as store:
        files = export(store, tmp_path / "out", format="csv", ontology=ONTOLOGY).files
    for file in files:
        rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
        assert len(rows) > 1
        assert not any(cell.startswith("=") for row in rows for cell in row)


def test_facts_without_an_edge_are_counted(tmp_path):
    extraction = many(1)[0]
    alone = replace(extraction, facts=(replace(extraction.facts[0], roles=(("location", "e2"),)),))
    with filled(alone) as store:
        done = export(store, tmp_path / "x.graphml", format="graphml", ontology=ONTOLOGY)
        assert (done.facts, done.edges, done.apart) == (1, 0, 1)


def test_lines_tell_everything_about_a_fact(store, tmp_path):
    export(store, tmp_path / "x.jsonl", format="jsonl", ontology=ONTOLOGY, document="capital")
    found = lines(tmp_path / "x.jsonl")
    assert [(x["kind"], x["type"], x["class"]) for x in found[:3]] == [
        ("entity", "Company", "Company"),
        ("entity", "Company", "Company"),
        ("entity", "Place", "AdministrativeDivision"),
    ]
    (fact,) = [x for x in found if x.get("class") == "CapitalIncrease"]
    evidence = fact.pop("evidence")
    assert fact.pop("id").startswith("CapitalIncrease-")
    assert fact == {
        "kind": "fact",
        "type": "Investment",
        "class": "CapitalIncrease",
        "roles": [
            {"role": "investor", "entity": "company/闻泰通讯股份有限公司"},
            {"role": "target", "entity": "company/嘉兴永瑞电子科技有限公司"},
        ],
        "date": "2017",
        "date_text": "2017年",
        "amount": {"value": 100000000000, "currency": "CNY", "text": "约1000亿元", "bound": "about"},
        "status": "done",
        "label": None,
        "qualifiers": {"share": "41.20%"},
        "confidence": 0.75,
    }
    text = capital().document.text
    assert evidence == [
        {"document": "capital", "start": 0, "end": 54, "quote": text, "confidence": 0.75, "rule": "increase"}
    ]


def test_an_entity_of_two_documents_has_the_names_of_both(tmp_path):
    other = pact("other")
    renamed = replace(other, entities=(other.entities[0], replace(other.entities[1], aliases=("杨浦",))))
    with filled(pact(), renamed) as store:
        export(store, tmp_path / "x.jsonl", format="jsonl", ontology=ONTOLOGY)
        found = lines(tmp_path / "x.jsonl")
        assert {x["name"]: x["aliases"] for x in found if x["kind"] == "entity"}["杨浦区"] == ["上海杨浦区", "杨浦"]
        (fact,) = [x for x in found if x["kind"] == "fact"]
        assert [e["document"] for e in fact["evidence"]] == ["other", "pact"]
        export(store, tmp_path / "y.jsonl", format="jsonl", ontology=ONTOLOGY, document="pact")
        assert {x["name"]: x["aliases"] for x in lines(tmp_path / "y.jsonl") if x["kind"] == "entity"}["杨浦区"] == [
            "上海杨浦区"
        ]


def test_an_industry_is_no_entity_of_the_annotation(tmp_path):
    text = "集成电路产业。"
    with filled(Extraction(Document("d", text, text), (Entity("e1", "Industry", "集成电路产业"),))) as store:
        export(store, tmp_path / "x.jsonl", format="jsonl", ontology=ONTOLOGY)
    assert [x["kind"] for x in lines(tmp_path / "x.jsonl")] == ["industry"]


def test_the_scorer_reads_the_lines(store, tmp_path):
    scorer = ROOT.parent / "shared" / "eval" / "score.py"
    if not scorer.exists():
        pytest.skip("the scorer of extraction is not beside this checkout")
    gold = {
        "id": "capital",
        "entities": [
            {"name": "闻泰通讯", "aliases": [], "type": "Company"},
            {"name": "嘉兴永瑞电子科技有限公司", "aliases": [], "type": "Company"},
            {"name": "南湖区", "aliases": [], "type": "Place"},
        ],
        "facts": [
            {
                "type": kind,
                "participants": [
                    {"entity": "闻泰通讯", "role": one},
                    {"entity": "嘉兴永瑞电子科技有限公司", "role": two},
                ],
                "date": date,
                "amount": amount,
                "what": None,
            }
            for kind, one, two, date, amount in (
                ("Investment", "investor", "target", "2017", {"value": 1e11, "currency": "CNY", "text": "1000亿元"}),
                ("Visit", "visitor", "host", None, None),
                ("PartOf", "whole", "part", None, None),
            )
        ],
    }
    (tmp_path / "gold").mkdir()
    (tmp_path / "pred").mkdir()
    (tmp_path / "gold" / "capital.json").write_text(json.dumps(gold), encoding="utf-8")
    export(store, tmp_path / "pred" / "capital.jsonl", format="jsonl", ontology=ONTOLOGY, document="capital")
    run = [sys.executable, str(scorer), "--gold", str(tmp_path / "gold"), "--pred", str(tmp_path / "pred")]
    done = subprocess.run([*run, "--json", str(tmp_path / "s.json")], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    overall = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))["overall"]
    assert overall["entities_typed"] == [3, 3, 3]
    assert overall["pairs"] == [3, 3, 3]
    assert overall["amounts"] == {"gold": 1, "right": 1}
    assert overall["dates"]["exact"] == 1


@pytest.mark.parametrize(
    ("format_", "document", "message"),
    [("docx", None, "unknown format 'docx'; known: turtle"), ("turtle", "none", "no document 'none'")],
)
def test_what_cannot_be_exported(store, tmp_path, format_, document, message):
    with pytest.raises(StoreError, match=message):
        export(store, tmp_path / "x", format=format_, ontology=ONTOLOGY, document=document)
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_cannot_be_written(store, tmp_path):
    with pytest.raises(StoreError, match="cannot be written"):
        export(store, tmp_path / "none" / "x.ttl", format="turtle", ontology=ONTOLOGY)


def test_days_of_one_month_are_dated_by_the_first(
    store_of: StoreOf, read: Read, ontology: Ontology, tmp_path: Path
) -> None:
    told = read("4月18日至20日,虹口区代表团赴桐乡市考察。上半年,南湖区与上海杨浦区签订了合作协议。")
    export(store_of([told]), tmp_path / "out.jsonl", format="jsonl", ontology=ontology)
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    dates = {li["type"]: (li["date"], li.get("date_start"), li.get("date_end")) for li in lines if li["kind"] == "fact"}
    assert dates["Visit"] == ("2018-04-18", "2018-04-18", "2018-04-20")
    assert dates["Agreement"] == ("2018", "2018-01", "2018-06")
