"""The JSON API over a real store; over HTTP and against its own OpenAPI description in test_server.py."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from made_up import capital, many, pact, resolve

from kg import api, network, search
from kg.errors import QueryError, UnknownNameError
from kg.gazetteer import Gazetteer
from kg.names import Names
from kg.ontology import Ontology
from kg.store import SourceRecord, Store

ONTOLOGY = Ontology.load()


@pytest.fixture(scope="module")
def sources() -> Iterator[api.Sources]:
    with Store.memory() as store:
        for extraction in (pact(), capital(), *many(12)):
            store.put_source(SourceRecord(f"{extraction.document.id}.txt"), [extraction])
        store.reconcile(resolve(list(store.extractions())), ontology=ONTOLOGY, gazetteer=Gazetteer.load())
        yield api.Sources(store, ONTOLOGY, store.extraction)


def ask(sources: api.Sources, path: str, **given: str | list[str]) -> dict[str, Any]:
    name, _, thing = path.partition("/")
    many = {key.rstrip("_"): value if isinstance(value, list) else [value] for key, value in given.items()}
    found = api.answer(sources, name, thing, many)
    assert json.loads(json.dumps(found)) == found
    assert matches(found, api.OPERATIONS[name].schema) == []
    return found


def matches(value: Any, schema: Any, where: str = "") -> list[str]:
    """What of a value is not as its JSON schema says; only the words that the API's own schemas use."""
    if "$ref" in schema:
        return matches(value, api.openapi()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]], where)
    faults = [fault for part in schema.get("allOf", []) for fault in matches(value, part, where)]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if len(kinds) > 0 and not any(_is(value, kind) for kind in kinds):
        return [f"{where}: {value!r} is no {kinds}"]
    if isinstance(value, dict):
        faults += [f"{where}: no {name}" for name in schema.get("required", []) if name not in value]
        for name, item in value.items():
            known = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
            if known is not None:
                faults += matches(item, known, f"{where}/{name}")
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            faults += matches(item, schema["items"], f"{where}/{number}")
    return faults


def _is(value: Any, kind: str) -> bool:
    types: dict[str, Any] = {
        "string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None), "array": list,
        "object": dict,
    }  # fmt: skip
    return isinstance(value, types[kind]) and (kind == "boolean" or not isinstance(value, bool))


def test_search_finds_names_and_pinyin(sources: api.Sources) -> None:
    for typed in ("南湖区", "nanhu", "330402"):
        assert [e["id"] for e in ask(sources, "search", q=typed)["entities"]] == ["place/330402"]
    assert ask(sources, "search", q="南湖区", type="Company")["entities"] == []
    first = ask(sources, "search", q="公司", limit="5")
    assert first["next"] == 2
    second = ask(sources, "search", q="公司", limit="5", page="2")
    assert {e["id"] for e in first["entities"]}.isdisjoint(e["id"] for e in second["entities"])


def test_an_entity_and_its_neighbours(sources: api.Sources) -> None:
    found = ask(sources, "entity/南湖区")
    assert found["path"] == ["浙江省", "嘉兴市"]
    assert found["facts"] == {"Agreement": 1, "Settlement": 12}
    assert found["documents"] == 14
    page = ask(sources, "neighbours/place/330402", limit="5", facts="1")
    assert page["total"] == 13
    assert len(page["neighbours"]) == 5
    whole = ask(sources, "neighbours/place/330402", limit="500")["neighbours"]
    assert whole[:5][0]["id"] == page["neighbours"][0]["id"]
    yangpu = next(n for n in whole if n["label"] == "杨浦区")
    assert yangpu["facts"][0]["tellings"][0]["quote"].startswith("南湖区与上海杨浦区签订了")
    assert ask(sources, "neighbours/place/330402", type="Acquisition")["neighbours"] == []


def test_facts_come_in_pages_of_one_order(sources: api.Sources) -> None:
    whole = ask(sources, "facts", limit="500")
    assert whole["total"] == len(whole["facts"]) > 12
    parts = [f for n in range(1, 9) for f in ask(sources, "facts", limit="3", page=str(n))["facts"]]
    assert [f["id"] for f in parts[: whole["total"]]] == [f["id"] for f in whole["facts"]][: len(parts)]
    two = ask(sources, "facts", with_=["南湖区", "杨浦区"], type="Agreement")["facts"]
    assert len(two) == 1
    assert ask(sources, f"fact/{two[0]['id']}") == two[0]
    money = ask(sources, "facts", sort="amount", min_amount="1亿元")["facts"]
    assert money[0]["amount"] == "100000000000"


def test_timeline_counts_the_years(sources: api.Sources) -> None:
    found = ask(sources, "timeline", entity="南湖区")
    assert sum(year["facts"] for year in found["years"]) <= found["total"]
    assert {"year": "2016", "facts": 1} in found["years"]
    dates = [fact["date"] or "" for fact in found["facts"]]
    assert dates == sorted(dates, reverse=True)


def test_a_path(sources: api.Sources) -> None:
    found = ask(sources, "path", from_="南湖区", to="杨浦区")
    assert [node["label"] for node in found["paths"][0]["nodes"]] == ["南湖区", "杨浦区"]
    assert found["paths"][0]["steps"][0][0]["type"] == "Agreement"
    with pytest.raises(QueryError, match="are one entity"):
        ask(sources, "path", from_="南湖区", to="nanhu")


def test_a_document_with_its_mentions(sources: api.Sources) -> None:
    found = ask(sources, "document/pact")
    assert found["title"] == "南湖携手杨浦"
    named = {m["text"]: m["entity"] for m in found["mentions"]}
    assert named["南湖区"] == "place/330402"
    assert named["杨浦区"] == "place/310110"
    for mention in found["mentions"]:
        assert found["text"][mention["start"] : mention["end"]] == mention["text"]
    told = found["facts"][0]["tellings"][0]
    assert found["text"][told["start"] : told["end"]] == told["quote"]
    assert [d["id"] for d in ask(sources, "documents", limit="500")["documents"]].count("pact") == 1


def test_numbers_classes_and_questions(sources: api.Sources) -> None:
    assert ask(sources, "stats")["documents"] == 14
    classes = {c["name"]: c for c in ask(sources, "classes")["classes"]}
    assert classes["Agreement"]["zh"] == ONTOLOGY.label("Agreement")
    assert "party" in classes["Agreement"]["roles"]
    known = ask(sources, "questions")["questions"]
    assert "agreements-between" in [question["name"] for question in known]
    bound = ask(sources, "question/agreements-between", p=["a=南湖区", "b=上海"])
    rows = sources.store.query(bound["query"]).values()
    assert [row["partyB"] for row in rows] == ["杨浦区"]


@pytest.mark.parametrize(
    ("path", "given", "error", "said"),
    [
        ("search", {}, QueryError, "give q="),
        ("search", {"q": " "}, QueryError, "q is empty"),
        ("search", {"q": ["a", "b"]}, QueryError, "2 times"),
        ("search", {"q": "x" * 501}, QueryError, "longer than 500"),
        ("search", {"q": "南湖", "type": "Nothing"}, UnknownNameError, "no entity type"),
        ("facts", {"page": "0"}, QueryError, "from 1 to 100000"),
        ("facts", {"limit": "501"}, QueryError, "from 1 to 500"),
        ("facts", {"limit": "٣"}, QueryError, "no integer"),
        ("facts", {"sort": "name"}, QueryError, "none of date, amount, confidence"),
        ("facts", {"min_confidence": "nan"}, QueryError, "no number"),
        ("facts", {"colour": "red"}, QueryError, "no parameter 'colour'; it has type, with"),
        ("facts", {"min_amount": "much"}, QueryError, "not a sum"),
        ("entity/没有这个", {}, UnknownNameError, "no entity is called"),
        ("fact/none", {}, UnknownNameError, "no fact"),
        ("document/none", {}, UnknownNameError, "no document"),
        ("question/none", {}, UnknownNameError, "agreements-between"),
        ("question/agreements-between", {"p": "a"}, QueryError, "NAME=VALUE"),
        ("question/agreements-between", {"p": "a=南湖区"}, QueryError, "needs -p b="),
        ("nothing", {}, UnknownNameError, "there are /api/search"),
        ("entity", {}, UnknownNameError, "/api/entity/"),
        ("stats/x", {}, UnknownNameError, "no /api/stats/"),
    ],
)
def test_wrong_parameters_are_said(
    sources: api.Sources, path: str, given: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=re.escape(said)):
        ask(sources, path, **given)


def test_openapi_tells_every_address() -> None:
    described = api.openapi("https://data.example/kg")
    assert described["servers"] == [{"url": "https://data.example/kg"}]
    assert set(described["paths"]) == {f"/api/{operation.path}" for operation in api.OPERATIONS.values()}
    names = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(described)))
    assert names <= set(described["components"]["schemas"])


def test_the_description_is_in_the_documentation() -> None:
    page = (Path(__file__).parent.parent / "docs" / "api.md").read_text(encoding="utf-8")
    assert [o.path for o in api.OPERATIONS.values() if f"`/api/{o.path}`" not in page] == []


# ---------------------------------------------------------------- stores that are not read as a whole


def test_a_part_read_by_itself_is_what_the_whole_has_of_it(sources: api.Sources) -> None:
    whole = network.load_network(sources.store, ONTOLOGY)
    assert network.load_network(sources.store, ONTOLOGY, facts=list(whole.facts)) == whole


def test_ways_around_their_ends_are_the_ways_of_the_whole(sources: api.Sources) -> None:
    ends = sorted(sources.network.nodes)
    pairs = [(a, b) for a in ends for b in ends if a < b]
    joined = 0
    for a, b in pairs:
        near = network.between(
            sources.store, ONTOLOGY, a, b, degrees=lambda some: api.fact_counts(sources.store, ONTOLOGY, some)
        )
        known = network.paths(sources.network, a, b)
        found = network.paths(near, a, b) if near.nodes.keys() >= {a, b} else ()
        joined += len(known) > 0
        assert [way.nodes for way in found] == [way.nodes for way in known]
        assert [[[f.id for f in step] for step in way.steps] for way in found] == [
            [[f.id for f in step] for step in way.steps] for way in known
        ]
    assert joined > 3


def test_ways_of_a_large_store_read_no_more_than_they_need(
    sources: api.Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = sorted(sources.network.nodes)[:2]
    known = api.Sources(sources.store, ONTOLOGY, sources.extraction).ways(a, b, 3)
    monkeypatch.setattr(api, "AT_ONCE", 0)
    large = api.Sources(sources.store, ONTOLOGY, sources.extraction)
    assert [way.nodes for way in large.ways(a, b, 3)] == [way.nodes for way in known]
    assert "network" not in vars(large)


def test_facts_of_a_time_are_asked_for(sources: api.Sources) -> None:
    name = "南湖区"
    every = ask(sources, "graph", around=name)
    years = sorted({str(f["p"][0])[:4] for f in every["facts"] if "p" in f})
    some = ask(sources, "graph", around=name, since=years[0], until=years[0])
    wanted = {f["i"] for f in every["facts"] if "p" in f and f["p"][0][:4] <= years[0] <= f["p"][1][:4]}
    assert {f["i"] for f in some["facts"]} == wanted != set()
    with pytest.raises(QueryError, match="no year, month or day"):
        ask(sources, "graph", around=name, since="last year")


def test_a_large_store_tells_of_itself_from_the_index_of_names(
    sources: api.Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = sources.store
    known = search.front(store, ontology=ONTOLOGY)
    assert known.exact
    assert sum(known.facts.values()) == len(sources.network.facts)
    counts = api.fact_counts(store, ONTOLOGY, sources.network.nodes)
    search.index_names(store, tmp_path / "names.sqlite", ontology=ONTOLOGY)
    monkeypatch.setattr(store, "names", Names(tmp_path / "names.sqlite"))
    told = search.front(store, ontology=ONTOLOGY)
    assert told.around == search.newest_around(store, known.busiest, ontology=ONTOLOGY) != ()
    assert dataclasses.replace(told, around=()) == known
    assert api.fact_counts(store, ONTOLOGY, sources.network.nodes) == counts
    monkeypatch.setattr(store, "names", None)
    monkeypatch.setattr(search, "SAMPLE", 3)
    some = search.front(store, ontology=ONTOLOGY)
    assert not some.exact
    assert 0 < sum(some.facts.values()) <= 4
    assert set(some.busiest) <= sources.network.nodes.keys()


def test_what_is_unsure_is_left_out_and_counted() -> None:
    with Store.memory() as store:
        doubted = pact("rumour", date="2017-03", confidence=0.3)
        for extraction in (pact(), capital(), doubted):
            store.put_source(SourceRecord(f"{extraction.document.id}.txt"), [extraction])
        store.reconcile(resolve(list(store.extractions())), ontology=ONTOLOGY, gazetteer=Gazetteer.load())
        sources = api.Sources(store, ONTOLOGY, store.extraction)
        every = ask(sources, "facts", all="1")
        sure = ask(sources, "facts")
        least = ONTOLOGY.shown
        unsure = [f for f in every["facts"] if f["confidence"] < least]
        assert [(f["date"], f["confidence"]) for f in unsure] == [("2017-03", 0.3)]
        assert (every["unsure"], sure["unsure"]) == (0, 1)
        assert sure["total"] + 1 == every["total"] == len(every["facts"])
        assert all(f["confidence"] >= least for f in sure["facts"])
        assert {f["id"] for f in every["facts"]} - {f["id"] for f in sure["facts"]} == {unsure[0]["id"]}
        named = ask(sources, "facts", min_confidence="0.7")
        assert [f["confidence"] for f in named["facts"]].count(0.5) == 0 < len(named["facts"])
        # One that is asked for by what makes it unsure is shown.
        assert 0.3 in [f["confidence"] for f in ask(sources, "facts", min_confidence="0.2")["facts"]]
        years = [ask(sources, "timeline", entity="place/330402", **more) for more in ({}, {"all": "1"})]
        assert [y["unsure"] for y in years] == [1, 0]
        assert ["2017-03" in json.dumps(y) for y in years] == [False, True]
