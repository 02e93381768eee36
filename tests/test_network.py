import xml.etree.ElementTree as ET

import networkx as nx
import pyoxigraph as ox
import pytest

from kg.errors import OntologyError, UnknownNameError
from kg.network import (
    FactNetwork,
    FactRow,
    Node,
    Telling,
    around,
    find,
    importance,
    links,
    load_network,
    marks,
    paths,
    select,
    to_networkx,
)
from kg.ontology import KG, Ontology

BASE = "https://kg.example/"
ONTOLOGY = Ontology.load()


def node(name: str, klass: str = "Company", **more: object) -> Node:
    return Node(BASE + "entity/" + name, name, ONTOLOGY.top(klass), klass, **more)  # type: ignore[arg-type]


def fact(number: int, klass: str, *roles: tuple[str, str], **more: object) -> FactRow:
    pairs = tuple((role, BASE + "entity/" + name) for role, name in roles)
    return FactRow(f"{BASE}fact/{klass}-{number:03}", ONTOLOGY.top(klass), klass, pairs, **more)  # type: ignore[arg-type]


def ids(*names: str) -> set[str]:
    return {BASE + "entity/" + name for name in names}


NETWORK = FactNetwork.of(
    [
        node("南湖区", "AdministrativeDivision", code="330402"),
        node("杨浦区", "AdministrativeDivision", aliases=("上海杨浦",)),
        node("浙江省", "AdministrativeDivision"),
        node("容江基金", "Fund"),
        node("闻泰通讯", aliases=("闻泰",)),
        node("闻泰产业园", "Project"),
        node("张三", "Person"),
        node("李四", "Person"),
        node("远方公司"),
        node("近处公司"),
    ],
    [
        fact(1, "Agreement", ("party", "南湖区"), ("party", "杨浦区"), ("signer", "张三"), label="合作框架协议",
             date="2016"),
        fact(2, "Agreement", ("party", "南湖区"), ("party", "杨浦区"), label="人才协议", date="2018-03-05"),
        fact(3, "Construction", ("builder", "闻泰通讯"), ("project", "闻泰产业园"), ("location", "南湖区"),
             date="2017-06"),
        fact(4, "CapitalIncrease", ("investor", "容江基金"), ("target", "闻泰通讯"), amount="360000000",
             currency="CNY", tellings=(
            Telling("d1", "容江基金向闻泰增资。", confidence=0.6), Telling("d2", "容江基金增资。", confidence=0.9))),
        fact(5, "PartOf", ("part", "南湖区"), ("whole", "浙江省")),
        fact(6, "PartOf", ("part", "容江基金"), ("whole", "浙江省")),
        fact(7, "Indicator", ("subject", "南湖区"), label="产值", date="2019"),
        fact(8, "OtherRelation", ("subject", "远方公司"), ("object", "近处公司")),
        fact(9, "Office", ("person", "李四"), ("organization", "浙江省")),
    ],
)  # fmt: skip


def test_a_fact_must_have_its_nodes() -> None:
    with pytest.raises(ValueError, match="no node"):
        FactNetwork.of(
            [node("南湖区", "AdministrativeDivision")], [fact(1, "PartOf", ("part", "南湖区"), ("whole", "浙江省"))]
        )


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, [("agreedWith", "南湖区", "杨浦区", False, True), ("signer", "南湖区", "张三", False, False)]),
        (3, [("builds", "闻泰通讯", "闻泰产业园", True, True), ("builtAt", "闻泰产业园", "南湖区", True, True)]),
        (4, [("invested", "容江基金", "闻泰通讯", True, True)]),
        (7, []),
    ],
)
def test_links_are_the_edges_of_the_ontology(number: int, expected: list[tuple[str, str, str, bool, bool]]) -> None:
    row = next(f for f in NETWORK.facts.values() if f.id.endswith(f"-{number:03}"))
    found = [
        (k.relation, NETWORK.nodes[k.source].name, NETWORK.nodes[k.target].name, k.directed, k.declared)
        for k in links(row, ONTOLOGY)
    ]
    assert found == expected


def test_a_participant_that_no_edge_reaches_is_tied_to_its_fact() -> None:
    row = fact(1, "Construction", ("builder", "闻泰通讯"), ("location", "南湖区"))
    assert [(k.relation, k.declared) for k in links(row, ONTOLOGY)] == [("location", False)]


def test_networkx_keeps_parallel_facts_under_their_ids() -> None:
    graph = to_networkx(NETWORK, ONTOLOGY)
    a, b = BASE + "entity/南湖区", BASE + "entity/杨浦区"
    assert set(graph[a][b]) == {BASE + "fact/Agreement-001", BASE + "fact/Agreement-002"}
    assert graph.nodes[a] == {"label": "南湖区", "type": "Place", "class": "AdministrativeDivision", "code": "330402"}
    increase = graph[BASE + "entity/容江基金"][BASE + "entity/闻泰通讯"][BASE + "fact/CapitalIncrease-004"]
    assert (increase["type"], increase["class"], increase["amount"], increase["confidence"]) == (
        "Investment",
        "CapitalIncrease",
        360000000.0,
        0.9,
    )


@pytest.mark.parametrize("write", [nx.generate_graphml, nx.generate_gexf])
def test_networkx_can_be_written(write: object) -> None:
    graph = to_networkx(NETWORK, ONTOLOGY)
    text = "\n".join(write(graph))  # type: ignore[operator]
    assert ET.fromstring(text).tag.endswith(("graphml", "gexf"))
    assert text.count("<edge ") == graph.number_of_edges() > 0


def test_two_edges_of_one_fact_between_the_same_two_stay_apart() -> None:
    row = fact(1, "Settlement", ("settler", "闻泰通讯"), ("location", "南湖区"), ("origin", "南湖区"))
    graph = to_networkx(FactNetwork.of([node("闻泰通讯"), node("南湖区", "AdministrativeDivision")], [row]), ONTOLOGY)
    assert sorted(data["relation"] for _, _, data in graph.edges(data=True)) == ["movedFrom", "settledIn"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("南湖区", "南湖区"),
        ("闻泰", "闻泰通讯"),
        ("330402", "南湖区"),
        ("上海杨浦", "杨浦区"),
        (BASE + "entity/张三", "张三"),
    ],
)
def test_find_by_name_alias_code_and_id(name: str, expected: str) -> None:
    assert find(NETWORK, name) == (BASE + "entity/" + expected,)


def test_an_unknown_name_has_suggestions() -> None:
    with pytest.raises(UnknownNameError) as caught:
        find(NETWORK, "容江")
    assert caught.value.suggestions[0] == "容江基金"


@pytest.mark.parametrize(
    ("centre", "depth", "expected"),
    [
        ("远方公司", 1, {"远方公司", "近处公司"}),
        ("容江基金", 0, {"容江基金"}),
        ("容江基金", 1, {"容江基金", "闻泰通讯", "浙江省"}),
        ("容江基金", 2, {"容江基金", "闻泰通讯", "浙江省", "闻泰产业园", "南湖区", "李四"}),
    ],
)
def test_around(centre: str, depth: int, expected: set[str]) -> None:
    part = around(NETWORK, [BASE + "entity/" + centre], depth)
    assert set(part.nodes) == ids(*expected)
    assert all(n in part.nodes for f in part.facts.values() for n in f.nodes)


def test_a_limit_keeps_what_is_near_and_connected() -> None:
    part = around(NETWORK, [BASE + "entity/容江基金"], 2, limit=3)
    assert set(part.nodes) == ids("容江基金", "闻泰通讯", "浙江省")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"types": ["Investment"]}, {4}),
        ({"types": ["Agreement"], "since": "2016-05"}, {1, 2}),
        ({"types": ["Agreement"], "since": "2017"}, {2}),
        ({"until": "2016-02"}, {1}),
        ({"since": "2017", "until": "2018", "undated": True, "types": ["PartOf", "Construction"]}, {3, 5, 6}),
        ({"types": ["Fund"]}, {4, 6}),
        ({"types": ["Investment"], "confidence": 0.95}, set()),
        ({}, {1, 2, 3, 4, 5, 6, 7, 8, 9}),
    ],
)
def test_select(options: dict[str, object], expected: set[int]) -> None:
    part = select(NETWORK, ONTOLOGY, **options)  # type: ignore[arg-type]
    assert {int(f[-3:]) for f in part.facts} == expected
    assert set(part.nodes) == {n for f in part.facts.values() for n in f.nodes}


def test_select_refuses_a_class_that_is_none() -> None:
    with pytest.raises(OntologyError, match="Agrement"):
        select(NETWORK, ONTOLOGY, types=["Agrement"])


def test_paths_prefer_a_project_to_a_province() -> None:
    found = paths(NETWORK, BASE + "entity/容江基金", BASE + "entity/杨浦区")
    names = [[NETWORK.nodes[n].name for n in way.nodes] for way in found]
    assert names[0] == ["容江基金", "闻泰通讯", "南湖区", "杨浦区"]
    assert ["容江基金", "浙江省", "南湖区", "杨浦区"] in names
    assert [way.cost for way in found] == sorted(way.cost for way in found)
    assert [f.label for f in found[0].steps[-1]] == ["人才协议", "合作框架协议"]


def test_no_path_and_no_node() -> None:
    assert paths(NETWORK, BASE + "entity/容江基金", BASE + "entity/远方公司") == ()
    with pytest.raises(UnknownNameError):
        paths(NETWORK, BASE + "entity/容江基金", "nowhere")


def test_importance_follows_connections() -> None:
    rank = importance(NETWORK)
    assert max(rank, key=lambda i: rank[i]) == BASE + "entity/南湖区"
    assert set(rank) == set(NETWORK.nodes)
    assert all(0 <= value <= 1 for value in rank.values())
    assert importance(FactNetwork.of([], [])) == {}


def test_marks_do_not_overlap() -> None:
    assert marks("闻泰通讯与闻泰。", ["闻泰", "闻泰通讯", "闻"]) == ((0, 4), (5, 7))


class Triples:
    """A pyoxigraph store that answers over the union of its graphs, as the project's store does."""

    def __init__(self, trig: str) -> None:
        self.inner = ox.Store()
        self.inner.load(trig.encode(), format=ox.RdfFormat.TRIG)

    def query(self, sparql: str, /) -> object:
        return self.inner.query(sparql, use_default_graph_as_union=True)


TRIG = f"""
@prefix kg: <{KG}> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix schema: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@base <{BASE}> .
<document/a> {{
  <document/a> a kg:Document ; rdfs:label "南湖区对接上海"@zh ; schema:datePublished "2016-12-01"^^xsd:date ;
    schema:isBasedOn "某日报"@zh ; schema:url "https://news.example/a" .
  <entity/place/330402> a kg:AdministrativeDivision ; rdfs:label "南湖区"@zh ; kg:code "330402" ;
    kg:inProvince <entity/place/33> .
  <entity/place/33> a kg:AdministrativeDivision ; rdfs:label "浙江省"@zh .
  <entity/place/310110> a kg:AdministrativeDivision ; rdfs:label "杨浦区"@zh ; skos:altLabel "上海杨浦"@zh .
  <fact/Agreement-1> a kg:Agreement ; kg:party <entity/place/330402> , <entity/place/310110> ;
    rdfs:label "合作框架协议"@zh ; kg:status "signed" ; kg:date "2016"^^xsd:gYear ; kg:dateText "去年" ;
    kg:dateStart "2016-01-01"^^xsd:date ; kg:dateEnd "2016-12-31"^^xsd:date ;
    kg:evidence <document/a?fact=1#char=4,22> , <document/a?fact=1#char=30,40> .
  <entity/place/330402> kg:agreedWith <entity/place/310110> .
  <document/a?fact=1#char=4,22> kg:quote "南湖区与上海杨浦签订合作框架协议。" ; kg:start 4 ; kg:end 22 ;
    kg:inDocument <document/a> ; kg:confidence 0.8 ; kg:rule "sign" .
  <document/a?fact=1#char=30,40> kg:quote "双方将加强合作。" ; kg:start 30 ; kg:end 40 ; kg:inDocument <document/a> .
}}
<document/b> {{
  <entity/place/330402> a kg:AdministrativeDivision ; rdfs:label "南湖区"@zh ; skos:altLabel "南湖"@zh .
  <document/b> a kg:Document .
  <fact/Agreement-1> a kg:Agreement ; kg:party <entity/place/330402> , <entity/place/310110> ;
    kg:evidence <document/b?fact=1#char=0,9> .
  <document/b?fact=1#char=0,9> kg:quote "南湖与杨浦区签约。" ; kg:start 0 ; kg:end 9 ;
    kg:inDocument <document/b> ; kg:confidence 0.9 .
  <fact/Investment-2> a kg:CapitalIncrease ; kg:target <entity/company/闻泰> ; kg:amount 5000000000 ;
    kg:amountText "超50亿元" ; kg:amountBound "over" ; kg:currency "CNY" ; kg:share "51%" .
  <entity/company/闻泰> a kg:Company ; rdfs:label "闻泰"@zh .
}}
"""


def test_a_network_is_read_from_a_store() -> None:
    network = load_network(Triples(TRIG), ONTOLOGY)
    assert [n.name for n in network.nodes.values()] == ["闻泰", "杨浦区", "南湖区"]
    place = network.nodes[BASE + "entity/place/330402"]
    assert (place.type, place.klass, place.aliases, place.code, place.province) == (
        "Place",
        "AdministrativeDivision",
        ("南湖",),
        "330402",
        "浙江省",
    )
    row = network.facts[BASE + "fact/Agreement-1"]
    assert [(r, network.nodes[n].name) for r, n in row.roles] == [("party", "南湖区"), ("party", "杨浦区")]
    assert (row.label, row.date, row.date_text, row.period, row.status) == (
        "合作框架协议",
        "2016",
        "去年",
        ("2016-01-01", "2016-12-31"),
        "signed",
    )
    assert [(t.title, t.start, t.confidence, t.rule) for t in row.tellings] == [
        ("南湖区对接上海", 4, 0.8, "sign"),
        ("南湖区对接上海", 30, 0.8, ""),
        (None, 0, 0.9, ""),
    ]
    assert [[t.quote[a:b] for a, b in t.marks] for t in row.tellings] == [
        ["南湖区", "上海杨浦"],
        [],
        ["南湖", "杨浦区"],
    ]
    assert (row.tellings[0].date, row.tellings[0].source, row.tellings[0].url) == (
        "2016-12-01",
        "某日报",
        "https://news.example/a",
    )
    increase = network.facts[BASE + "fact/Investment-2"]
    assert (increase.type, increase.klass, increase.amount, increase.amount_bound, increase.qualifiers) == (
        "Investment", "CapitalIncrease", "5000000000", "over", (("share", "51%"),),
    )  # fmt: skip
    assert increase.tellings == ()
    assert increase.confidence == 1.0


def test_an_empty_store_is_an_empty_network() -> None:
    network = load_network(Triples(""), ONTOLOGY)
    assert (dict(network.nodes), dict(network.facts)) == ({}, {})
