from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import capital, many, pact, resolve

from kg.gazetteer import Gazetteer
from kg.model import Amount, Date, Document, Entity, Extraction, Fact, Resolution, Span
from kg.ontology import KG, Ontology
from kg.rdf import (
    Iris,
    corpus_entities,
    corpus_facts,
    digest,
    document_quads,
    fact_id,
    read_facts,
    read_graph,
)


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return Ontology.load()


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


@pytest.fixture
def write(ontology, gazetteer):
    def write(extraction: Extraction, *others: Extraction, resolution: Resolution | None = None) -> list[ox.Quad]:
        known = resolution if resolution is not None else resolve([extraction, *others])
        return document_quads(extraction, known, ontology=ontology, gazetteer=gazetteer)

    return write


def values(quads, subject: str, predicate: str) -> set[str]:
    return {q.object.value for q in quads if q.subject.value.endswith(subject) and q.predicate.value == KG + predicate}


@pytest.mark.parametrize("extraction", [pact(), capital(), *many(2)], ids=lambda e: e.document.id)
def test_facts_read_back_equal_facts_written(write, extraction):
    facts = corpus_facts(extraction, resolve([extraction]))
    assert len(facts) == len(extraction.facts)
    assert read_facts(write(extraction)) == facts


def test_a_document_and_its_entities_are_read_back(write):
    extraction = pact()
    graph = read_graph(write(extraction))
    assert (graph.document, graph.title, graph.published) == ("pact", "南湖携手杨浦", "2016-09-20")
    assert (graph.source, graph.url) == ("示例日报", "https://news.example/a b")
    assert graph.mentioned == ("place/310110", "place/330402")
    for entity in corpus_entities(extraction, resolve([extraction])):
        parent = {"place/310110": "place/310000", "place/330402": "place/330400"}[entity.id]
        assert graph.entities[entity.id] == replace(entity, parent=parent)
    assert [q.text for q in graph.quotes[graph.facts[0].id]] == ["南湖区与上海杨浦区签订了合作框架协议。"]


@pytest.mark.parametrize(
    "date",
    [
        None,
        Date("去年"),
        Date("2016年", "2016", "2016"),
        Date("2017年6月", "2017-06", "2017-06"),
        Date("近日", "2018-08-11", "2018-08-11", approximate=True),
        Date("上半年", "2018-01", "2018-06"),
        Date("1月1日至6月30日", "2018-01-01", "2018-06-30"),
        Date("跨年", "2017-11", "2018-02"),
        Date("闰年二月", "2016-02", "2016-02"),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "amount",
    [
        None,
        Amount("1.5亿美元", Decimal("150000000.0"), "USD"),
        Amount("3.5元", Decimal("3.50")),
        Amount("10亿至15亿元", Decimal(10**9), "CNY", "range", Decimal("1.5E9")),
    ],
    ids=str,
)
def test_dates_and_amounts_survive(write, date, amount):
    extraction = pact()
    extraction = replace(extraction, facts=(replace(extraction.facts[0], date=date, amount=amount),))
    assert read_facts(write(extraction)) == corpus_facts(extraction, resolve([extraction]))


@pytest.mark.parametrize(
    ("date", "days"),
    [
        (Date("2016年", "2016", "2016"), ("2016-01-01", "2016-12-31")),
        (Date("2月", "2016-02", "2016-02"), ("2016-02-01", "2016-02-29")),
        (Date("上半年", "2018-01", "2018-06"), ("2018-01-01", "2018-06-30")),
    ],
)
def test_a_date_covers_days(write, date, days):
    extraction = pact()
    quads = write(replace(extraction, facts=(replace(extraction.facts[0], date=date),)))
    fact = corpus_facts(replace(extraction, facts=(replace(extraction.facts[0], date=date),)), resolve([extraction]))[0]
    assert (values(quads, fact.id, "dateStart"), values(quads, fact.id, "dateEnd")) == ({days[0]}, {days[1]})


def test_a_fact_told_by_two_documents_has_one_iri_and_evidence_in_both(write):
    one, two = pact("one"), pact("two", confidence=0.6)
    first, second = read_facts(write(one, two)), read_facts(write(two, one))
    assert first[0].id == second[0].id
    assert (first[0].evidence[0].document, second[0].evidence[0].document) == ("one", "two")
    assert (first[0].confidence, second[0].confidence) == (0.8, 0.6)


def test_a_fact_told_twice_in_a_document_is_one_fact_with_both_sentences(write):
    text = "甲公司落户南湖区。近日，甲公司正式落户南湖区。"
    entities = (Entity("e1", "Company", "甲公司"), Entity("e2", "AdministrativeDivision", "南湖区", code="330402"))
    roles = (("settler", "e1"), ("location", "e2"))
    facts = (
        Fact("f1", "Settlement", roles, (Span("d", 0, 9),), confidence=0.6, rule="plain", trigger=Span("d", 3, 5)),
        Fact("f2", "Settlement", roles[::-1], (Span("d", 9, 23), Span("d", 0, 9)), confidence=0.9, rule="formally"),
    )
    extraction = Extraction(Document("d", text, text), entities, facts)
    (fact,) = read_facts(write(extraction))
    assert fact.evidence == (Span("d", 9, 23), Span("d", 0, 9))
    assert (fact.confidence, fact.rule, fact.trigger) == (0.9, "formally", None)
    assert (fact,) == corpus_facts(extraction, resolve([extraction]))
    told = read_graph(write(extraction)).quotes[fact.id]
    assert [(q.rule, q.confidence, q.trigger) for q in told] == [
        ("formally", 0.9, None),
        ("plain", 0.6, Span("d", 3, 5)),
    ]


def test_two_facts_of_one_sentence_keep_their_own_confidence(write):
    extraction = capital()
    told = {f.type: f.confidence for f in read_facts(write(extraction))}
    assert told == {"CapitalIncrease": 0.75, "Visit": 0.5, "PartOf": 1.0}


def test_output_is_sorted_and_does_not_depend_on_the_order_of_the_input(write):
    extraction = capital()
    turned = replace(extraction, entities=extraction.entities[::-1], facts=extraction.facts[::-1])
    quads = write(extraction)
    assert [str(q) for q in quads] == sorted({str(q) for q in quads})
    assert write(turned) == quads
    assert digest(write(turned)) == digest(quads)
    assert digest(write(pact())) != digest(quads)


def test_no_blank_nodes_and_one_named_graph(write):
    quads = write(capital())
    assert {q.graph_name for q in quads} == {ox.NamedNode("https://kg.example/document/capital")}
    assert not any(isinstance(term, ox.BlankNode) for q in quads for term in (q.subject, q.object))


def test_every_property_and_class_is_declared_in_the_ontology(write):
    extraction = capital()
    period = replace(extraction.facts[0], date=Date("约上半年", "2018-01", "2018-06", approximate=True))
    ranged = replace(extraction.facts[1], amount=Amount("1至2元", Decimal(1), "CNY", "range", Decimal(2)))
    quads = [*write(pact()), *write(replace(extraction, facts=(period, ranged, extraction.facts[2])))]
    used = {
        term.value[len(KG) :]
        for q in quads
        for term in (q.predicate, q.object)
        if isinstance(term, ox.NamedNode) and term.value.startswith(KG)
    }
    core = (Ontology.load().folder / "core.ttl").read_text(encoding="utf-8")
    declared = set(re.findall(r"^kg:(\w+) a ", core, re.M))
    assert (used | {"digest"}) - declared == set()


def test_places_say_what_they_lie_in(write):
    quads = write(pact())
    assert values(quads, "place/330402", "within") == {"https://kg.example/entity/place/330400"}
    assert values(quads, "place/330400", "within") == {"https://kg.example/entity/place/330000"}
    for place in ("place/330402", "place/330400", "place/330000"):
        assert values(quads, place, "inProvince") == {"https://kg.example/entity/place/330000"}
    assert values(quads, "place/330402", "inCity") == {"https://kg.example/entity/place/330400"}
    assert values(quads, "place/310110", "inCity") == set()
    assert values(quads, "place/330402", "level") == {"county"}


def test_a_park_lies_where_its_parent_lies(write):
    text = "南湖科技园迎来新客。"
    document = Document("d", text, text)
    extraction = Extraction(document, (Entity("e1", "Park", "南湖科技园"),))
    resolution = Resolution(
        {
            "park/南湖科技园": Entity("park/南湖科技园", "Park", "南湖科技园", parent="government/南湖区人民政府"),
            "government/南湖区人民政府": Entity(
                "government/南湖区人民政府", "Government", "南湖区人民政府", parent="place/330402"
            ),
            "place/330402": Entity("place/330402", "AdministrativeDivision", "南湖区", code="330402"),
        },
        {("d", "e1"): "park/南湖科技园"},
    )
    quads = write(extraction, resolution=resolution)
    assert values(quads, "park/南湖科技园", "inCity") == {"https://kg.example/entity/place/330400"}
    assert values(quads, "南湖区人民政府", "within") == {"https://kg.example/entity/place/330402"}
    assert values(quads, "document/d", "mentions") == {"https://kg.example/entity/park/南湖科技园"}


def test_a_parent_that_leads_back_does_not_hang(write):
    text = "甲公司。"
    extraction = Extraction(Document("d", text, text), (Entity("e1", "Company", "甲公司"),))
    ring = {name: Entity(name, "Company", name, parent=other) for name, other in (("a", "b"), ("b", "a"))}
    assert len(write(extraction, resolution=Resolution(ring, {("d", "e1"): "a"}))) > 0


def test_plain_edges_and_none_for_a_denied_fact(write):
    company, other = "闻泰通讯股份有限公司", "嘉兴永瑞电子科技有限公司"
    quads = write(capital())
    assert values(quads, company, "invested") == {f"https://kg.example/entity/company/{other}"}
    assert values(quads, other, "partOf") == set()
    both = write(pact())
    assert values(both, "place/330402", "agreedWith") == {"https://kg.example/entity/place/310110"}
    assert values(both, "place/310110", "agreedWith") == {"https://kg.example/entity/place/330402"}


def test_what_a_fact_says_makes_its_id():
    roles = [("party", "place/330402"), ("party", "place/310110")]
    date = Date("去年9月", "2016-09", "2016-09")
    amount = Amount("1000亿元", Decimal("1E11"))
    known = fact_id("Agreement", roles, date=date, amount=amount)
    assert known == fact_id("Agreement", roles[::-1], date=Date("2016年9月", "2016-09", "2016-09"), amount=amount)
    assert known == fact_id("Agreement", roles, date=date, amount=Amount("约1000亿", Decimal(10**11), "CNY", "about"))
    others = [
        fact_id("Visit", roles, date=date, amount=amount),
        fact_id("Agreement", roles[:1], date=date, amount=amount),
        fact_id("Agreement", roles, date=Date("去年9月"), amount=amount),
        fact_id("Agreement", roles, date=date, amount=Amount("1000亿美元", Decimal(10**11), "USD")),
        fact_id("Agreement", roles, date=date, amount=amount, status="planned"),
        fact_id("Agreement", roles, date=date, amount=amount, label="备忘录"),
        fact_id("Agreement", roles, date=date, amount=amount, qualifiers=[("share", "5%")]),
    ]
    assert len({known, *others}) == len(others) + 1
    assert re.fullmatch("Agreement-[0-9a-f]{12}", known)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=12))
def test_any_id_makes_an_iri_and_comes_back(name):
    iris = Iris("https://data.example/kg/")
    for make in (iris.entity, iris.document, iris.fact):
        assert iris.id_of(make(name).value) == name
    ox.NamedNode(iris.evidence(name, name, 3, 5).value)


def test_chinese_stays_readable_in_an_iri():
    assert Iris().entity("company/开天（上海）传动").value == "https://kg.example/entity/company/开天（上海）传动"
    assert Iris().entity("company/A B?").value == "https://kg.example/entity/company/A%20B%3F"


@pytest.mark.parametrize("base", ["example", "https://kg.example", "http://a b/"])
def test_a_base_that_is_none_is_refused(base):
    with pytest.raises(ValueError, match=r"IRI|slash"):
        Iris(base)


def test_quads_of_something_else_are_refused():
    other = ox.Quad(ox.NamedNode("http://x/a"), ox.NamedNode("http://x/b"), ox.BlankNode(), ox.NamedNode("http://x/g"))
    with pytest.raises(ValueError, match="not written by kg"):
        read_graph([other])
    with pytest.raises(ValueError, match="one document"):
        read_graph([])
