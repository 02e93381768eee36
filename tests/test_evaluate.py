"""Scoring: small cases with known answers, gold against itself, and the same numbers as the reference scorer."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from kg.errors import GoldError
from kg.evaluate import (
    PAIRS,
    Count,
    Evaluation,
    GoldArticle,
    Miss,
    Names,
    Score,
    Values,
    evaluate,
    read_articles,
    read_gold,
    score_article,
)  # fmt: skip
from kg.extract import Extractor
from kg.gazetteer import Gazetteer
from kg.model import Amount, Date, Document, Entity, Extraction, Fact, Span
from kg.ontology import Ontology
from kg.resource import resource

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
NAMES = Names()


def part(entity: str, role: str, *alt: str) -> dict[str, Any]:
    return {"entity": entity, "role": role, **({"alt": list(alt)} if len(alt) > 0 else {})}


def fact(
    kind: str, *parts: dict[str, Any], date: str | None = None, amount: float | None = None, **more: Any
) -> dict[str, Any]:
    told = None if amount is None else {"value": amount, "currency": "CNY", "text": f"{amount}元"}
    return {"type": kind, "participants": list(parts), "date": date, "amount": told, "what": None, **more}


GOLD = {
    "id": "pact",
    "url": "pact.txt",
    "doc_date": None,
    "entities": [
        {"name": "盐城市盐都区", "aliases": ["盐都"], "type": "Place"},
        {"name": "盐城市", "aliases": ["盐城"], "type": "Place"},
        {"name": "澜海科技(上海)有限公司", "aliases": ["澜海科技"], "type": "Company"},
        {"name": "容澜基金", "aliases": [], "type": "Fund", "type_alt": ["Company"]},
        {"name": "徽县人民政府", "aliases": [], "type": "Government"},
        {"name": "徽县", "aliases": [], "type": "Place"},
        {"name": "周启明", "aliases": [], "type": "Person", "optional": True},
    ],
    "facts": [
        fact("PartOf", part("盐城市盐都区", "part"), part("盐城市", "whole")),
        fact("Agreement", part("盐城市盐都区", "party"), part("徽县人民政府", "party", "徽县"), date="2020-05-13"),
        fact(
            "Establishment",
            part("澜海科技(上海)有限公司", "founder"),
            part("盐城市盐都区", "founder"),
            part("容澜基金", "founded"),
            date="2020",
            amount=1_500_000_000,
            type_alt=["Investment"],
        ),
        fact("Office", part("周启明", "person"), part("徽县", "organization"), optional=True),
        fact("Investment", part("盐城市", "target"), amount=300_000_000),
    ],
}


def gold_file(folder: Path, gold: object, name: str = "pact") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(gold, ensure_ascii=False), encoding="utf-8")
    return path


def told(
    kind: str, *roles: tuple[str, str], date: str | None = None, amount: str | None = None, number: int = 1
) -> Fact:
    return Fact(
        id=f"f{number}",
        type=kind,
        roles=roles,
        evidence=(Span("pact", 0, 1),),
        date=None if date is None else Date(date, date, date),
        amount=None if amount is None else Amount(amount, Decimal(amount)),
    )


def extraction(entities: Sequence[tuple[str, str, str]], facts: Sequence[Fact]) -> Extraction:
    made = tuple(Entity(id=i, type=kind, name=name) for i, kind, name in entities)
    return Extraction(Document("pact", "。", "。"), made, tuple(facts))


def scored(tmp_path: Path, ontology: Ontology, found: Extraction, *, gold: object = GOLD) -> Score:
    return score_article(read_gold(gold_file(tmp_path, gold)), found, ontology=ontology, names=NAMES)


def as_prediction(gold: GoldArticle) -> Extraction:
    """The annotation as if it had been extracted."""
    ids = {e.name: f"e{n}" for n, e in enumerate(gold.entities)}
    return Extraction(
        Document(gold.id, "。", "。"),
        tuple(Entity(ids[e.name], e.types[0], e.name, e.aliases) for e in gold.entities),
        tuple(
            Fact(
                id=f"f{n}",
                type=f.types[0],
                roles=tuple((p.role, ids[p.entity]) for p in f.parts),
                evidence=(Span(gold.id, 0, 1),),
                date=None if f.date is None else Date(f.date, f.date, f.date),
                amount=None if len(f.amounts) == 0 else Amount("sum", f.amounts[0]),
            )
            for n, f in enumerate(gold.facts)
        ),
    )


# ---------------------------------------------------------------- known answers


def test_a_case_counted_by_hand(tmp_path: Path, ontology: Ontology) -> None:
    found = extraction(
        [
            ("e1", "AdministrativeDivision", "盐都区"),  # the parent left out
            ("e2", "Company", "澜海科技（上海） 有限公司"),  # full width, a blank
            ("e3", "Company", "容澜基金"),  # the other type allowed
            ("e4", "AdministrativeDivision", "徽县"),
            ("e5", "Company", "星衡半导体"),  # wrong
            ("e6", "Company", "澜海科技"),  # repeats e2
            ("e7", "Person", "周启明"),  # optional
            ("e8", "Industry", "集成电路产业"),  # not annotated at all
        ],
        [
            told("Agreement", ("party", "e1"), ("party", "e4"), date="2020-05"),
            told("Establishment", ("founder", "e6"), ("founder", "e5"), ("founded", "e3"), date="2020", amount="1.5E9"),
            told("Office", ("person", "e7"), ("organization", "e4")),
            told("PartOf", ("part", "e1"), ("whole", "e2")),
            told("Indicator", ("subject", "e1"), amount="7"),
        ],
    )
    score = scored(tmp_path, ontology, found)
    # asked for: six; found: 盐都区, 澜海科技, 容澜基金, 徽县; wrong: 星衡半导体 and the repeat
    assert score.entities == score.entities_typed == Count(right=4, predicted=6, gold=6)
    assert score.repeats == 1
    # asked for: PartOf, Agreement, two of Establishment; wrong: 星衡半导体 as a founder, 盐都区 as a part of a company
    assert score.pairs == Count(right=2, predicted=4, gold=4)
    # without the type the last one is the pair of two founders, which is not asked for and not held against it
    assert score.pairs_relaxed == Count(right=2, predicted=3, gold=4)
    assert score.dates == Values(gold=2, right=1, near=1)
    assert score.amounts == Values(gold=1, right=1)
    assert score.amounts_found == (1, 2)
    assert [(k, v.gold, v.found, v.full, v.any) for k, v in score.facts.items()] == [
        ("PartOf", 1, 0, 0, 0),
        ("Agreement", 1, 1, 1, 1),
        ("Establishment", 1, 1, 0, 1),
    ]
    assert score.entity_classes["Company"] == Count(right=1, predicted=3, gold=1)
    assert score.entity_classes["Fund"] == Count(right=1, predicted=1, gold=1)
    assert score.fact_classes["PartOf"] == Count(right=0, predicted=1, gold=1)
    assert [(m.kind, m.what) for m in score.misses] == [
        ("missed entity", "盐城市 [Place]"),
        ("missed entity", "徽县人民政府 [Government]"),
        ("wrong entity", "星衡半导体 [Company]"),
        ("wrong entity", "澜海科技 [Company], repeats 澜海科技(上海)有限公司"),
        ("missed pair", "PartOf(盐城市 | 盐城市盐都区)"),
        ("missed pair", "Establishment(容澜基金 | 盐城市盐都区)"),
        ("wrong pair", "Establishment(~星衡半导体 | 容澜基金)"),
        ("wrong pair", "PartOf(澜海科技(上海)有限公司 | 盐城市盐都区)"),
        ("near date", "Agreement(徽县人民政府 | 盐城市盐都区): 2020-05-13 → 2020-05"),
    ]


def test_nothing_found(tmp_path: Path, ontology: Ontology) -> None:
    score = scored(tmp_path, ontology, extraction([], []))
    assert score.entities == Count(0, 0, 6)
    assert score.pairs == Count(0, 0, 4)
    assert (score.pairs.precision, score.pairs.recall, score.pairs.f1) == (0.0, 0.0, 0.0)


def test_nothing_asked_for(tmp_path: Path, ontology: Ontology) -> None:
    score = scored(tmp_path, ontology, extraction([], []), gold={**GOLD, "entities": [], "facts": []})
    assert (score.entities.f1, score.pairs.f1) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("date", "given", "outcome"),
    [
        ("2016", "2016", "right"),
        ("2016", "2016-05", "near"),
        ("2016-05", "2016", "near"),
        ("2016", "2017", "wrong"),
        ("2016", None, "missing"),
        (None, "2016", "spurious"),
    ],
)
def test_dates(tmp_path: Path, ontology: Ontology, date: str | None, given: str | None, outcome: str) -> None:
    gold = {**GOLD, "facts": [fact("PartOf", part("盐城市盐都区", "part"), part("盐城市", "whole"), date=date)]}
    found = extraction(
        [("e1", "Place", "盐都区"), ("e2", "Place", "盐城")],
        [told("PartOf", ("part", "e1"), ("whole", "e2"), date=given)],
    )
    score = scored(tmp_path, ontology, found, gold=gold)
    assert score.dates == Values(gold=int(date is not None), **{outcome: 1})


@pytest.mark.parametrize(("given", "right"), [("1500000000", 1), ("1507000000", 1), ("1508000000", 0), (None, 0)])
def test_amounts_are_right_within_half_a_percent(
    tmp_path: Path, ontology: Ontology, given: str | None, right: int
) -> None:
    roles = (("founder", "e1"), ("founded", "e2"))
    found = extraction(
        [("e1", "Company", "澜海科技"), ("e2", "Fund", "容澜基金")], [told("Establishment", *roles, amount=given)]
    )
    score = scored(tmp_path, ontology, found)
    assert score.amounts.right == right
    assert score.amounts_found == (right, 2)


@pytest.mark.parametrize(
    ("kind", "roles", "right"),
    [
        ("Agreement", ("party", "party"), True),
        ("CapitalIncrease", ("investor", "target"), False),  # a subclass counts as Investment, which is not asked for
        ("OtherRelation", ("subject", "object"), False),
    ],
)
def test_the_type_of_a_fact_counts(
    tmp_path: Path, ontology: Ontology, kind: str, roles: tuple[str, str], right: bool
) -> None:
    found = extraction(
        [("e1", "Place", "盐都区"), ("e2", "Government", "徽县政府")], [told(kind, (roles[0], "e1"), (roles[1], "e2"))]
    )
    score = scored(tmp_path, ontology, found)
    assert score.pairs.right == int(right)
    assert score.pairs_relaxed.right == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("盐城市盐都区", "盐都区", True),
        ("上海莘庄工业区", "莘庄工业区", True),
        ("江苏省盐城市盐都区", "盐都区", True),
        ("上海大学", "大学", False),
        ("成都高新区", "高新区", False),
        ("宜宾高新区", "成都高新区", False),
        ("澜海科技", "海科技", False),
    ],
)
def test_parents_may_be_left_out(one: str, other: str, same: bool) -> None:
    assert NAMES.within(NAMES.normal(one), NAMES.normal(other), {"成都"}) is same
    assert NAMES.within(NAMES.normal(other), NAMES.normal(one), {"成都"}) is same


def test_parents_known_from_the_article_need_no_level() -> None:
    assert NAMES.within("珠海斗门区", "斗门区", {"珠海"})
    assert not NAMES.within("珠海斗门区", "斗门区", set())


@pytest.mark.parametrize(
    ("name", "normal"),
    [
        ("开天（上海） 传动", "开天(上海)传动"),
        ("“八八战略”", "八八战略"),
        ("上海大学(浙江·嘉兴)", "上海大学(浙江嘉兴)"),
        ("中共徽县县委", "徽县县委"),
        ("徽县人民政府", "徽县政府"),
        ("南湖新区管理委员会", "南湖新区管委会"),
        ("ＡＢＣ——Ｄ", "abc-d"),
    ],
)
def test_spellings_of_a_name(name: str, normal: str) -> None:
    assert NAMES.normal(name) == normal


# ---------------------------------------------------------------- the shipped gold


@pytest.fixture(scope="module")
def shipped() -> list[tuple[str, GoldArticle, Document]]:
    return list(read_articles())


def test_gold_scores_full_marks_against_itself(
    shipped: list[tuple[str, GoldArticle, Document]], ontology: Ontology
) -> None:
    for _, gold, _ in shipped:
        for strict in (False, True):
            asked = read_gold(gold.path, strict=strict)
            score = score_article(asked, as_prediction(asked), ontology=ontology, names=NAMES)
            for count in (score.entities, score.entities_typed, score.pairs, score.pairs_relaxed):
                assert (gold.id, count.precision, count.recall) == (gold.id, 1.0, 1.0)
            assert score.amounts_found[0] == score.amounts_found[1]


def test_every_sample_is_annotated_once(shipped: list[tuple[str, GoldArticle, Document]]) -> None:
    from kg.corpus import find_sources, read_source
    from kg.errors import ReadError

    about = [document.origin for _, _, document in shipped]
    assert len(about) == len(set(about))
    samples = []
    for source in find_sources([resource("data/news")])[0]:
        if source.path is not None and source.path.name != "README.md":
            samples += [d.origin for d in read_source(source) if not isinstance(d, ReadError)]
    assert sorted(map(str, samples)) == sorted(map(str, about))


def test_gold_dates_are_those_of_the_articles(shipped: list[tuple[str, GoldArticle, Document]]) -> None:
    wrong = [
        (gold.id, gold.date.value, document.date)
        for _, gold, document in shipped
        if gold.date is not None and (document.date is None or document.date.value != gold.date.value)
    ]
    assert wrong == []


def test_the_answer_has_every_measure(ontology: Ontology, gazetteer: Gazetteer) -> None:
    report = evaluate(ontology=ontology, gazetteer=gazetteer)
    assert list(report.parts) == ["dev", "test"]
    rows = report.rows()
    totals = [(r["part"], r["measure"]) for r in rows if r["class"] is None]
    measures = ["entities", "entities_typed", "pairs", "pairs_relaxed", "dates", "amounts"]
    measures += ["identity_names", "identity_pairs", "identity_b3"]
    assert totals == [(part, measure) for part in ("dev", "test") for measure in measures]
    assert {r["class"] for r in rows if r["measure"] == "pairs"} - {None} <= {*PAIRS, "Indicator"}
    assert len({tuple(r) for r in rows}) == 1
    plain = json.loads(json.dumps(report.to_json()))
    dev = report.parts["dev"]
    assert plain["dev"]["pairs"]["right"] == dev.pairs.right
    assert sum(a["pairs"]["gold"] for a in plain["dev"]["articles"].values()) == dev.pairs.gold
    # The errors of the part that is for measuring stay unread.
    assert len(dev.misses) > 0
    assert len(report.parts["test"].misses) > 0
    assert report.errors() == [*dev.misses, *report.identity["dev"].misses]


# ---------------------------------------------------------------- the reference scorer


def reference() -> Any:
    path = SHARED / "eval" / "score.py"
    if not path.exists():
        pytest.skip("the reference scorer is not beside this checkout")
    spec = importlib.util.spec_from_file_location("reference_scorer", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def prediction_lines(found: Extraction, ontology: Ontology) -> Iterator[dict[str, Any]]:
    for e in found.entities:
        yield {"kind": "entity", "id": e.id, "type": ontology.top(e.type), "name": e.name, "aliases": list(e.aliases)}
    for f in found.facts:
        yield {
            "kind": "fact",
            "id": f.id,
            "type": ontology.top(f.type),
            "roles": [{"role": role, "entity": entity} for role, entity in f.roles],
            "date": None if f.date is None else f.date.value,
            "amount": None if f.amount is None else float(f.amount.value),
        }


def spoilt(found: Extraction, ontology: Ontology) -> Extraction:
    """The same with mistakes of every kind: other types, roles, dates and names, things twice, things left out."""
    entities, facts = list(found.entities), []
    for n, e in enumerate(found.entities):
        if n % 4 == 0:
            entities[n] = replace(e, type="Company" if e.type != "Company" else "Park")
        if n % 5 == 0:
            entities.append(replace(e, id=f"{e.id}-again"))
        if n % 7 == 0:
            entities[n] = replace(e, name=f"{e.name}传", aliases=())
    for n, f in enumerate(found.facts):
        if n % 5 == 0:
            continue
        roles = [
            (r, f"{e}-again" if n % 3 == 0 and any(x.id == f"{e}-again" for x in entities) else e) for r, e in f.roles
        ]
        if n % 4 == 0:
            roles = [(f.roles[-1 - k][0], e) for k, (_, e) in enumerate(roles)]
        if n % 6 == 0:
            roles.append(("witness", found.entities[n % len(found.entities)].id))
        kind = ("OtherRelation", "Investment", "PartOf")[n % 3] if n % 2 == 0 else f.type
        date = Date("2016", "2016", "2016") if n % 7 == 0 else f.date
        facts.append(replace(f, roles=tuple(roles), type=kind, date=date))
        facts.append(replace(facts[-1], id=f"{f.id}-again", type=f.type))
    return replace(found, entities=tuple(entities), facts=tuple(facts))


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("spoil", [False, True])
@pytest.mark.parametrize("name", ["dev", "test", "seed"])
def test_the_same_numbers_as_the_reference_scorer(
    tmp_path: Path, ontology: Ontology, extractor: Extractor, name: str, spoil: bool, strict: bool
) -> None:
    scorer = reference()
    folder = SHARED / "eval" / "seed" if name == "seed" else resource(f"data/gold/{name}")
    articles = SHARED if name == "seed" else None
    (tmp_path / "map.json").write_text(json.dumps({"entity": {"Industry": None}}), encoding="utf-8")
    types = scorer.Map(tmp_path / "map.json")
    ours, predictions = Score(), {}
    for _, gold, document in read_articles(folder, articles=articles, strict=strict):
        found = extractor.extract(document)
        found = spoilt(found, ontology) if spoil else found
        ours += score_article(gold, found, ontology=ontology, names=NAMES)
        path = tmp_path / f"{gold.id}.jsonl"
        path.write_text("\n".join(json.dumps(x) for x in prediction_lines(found, ontology)), encoding="utf-8")
        predictions[gold.id] = scorer.read_pred(path, types)
    theirs = scorer.summary(scorer.score(scorer.read_gold([str(folder)]), predictions, strict))
    overall = theirs["overall"]

    def triple(count: Count) -> tuple[int, int, int]:
        return count.right, count.predicted, count.gold

    def known(counts: dict[str, int]) -> dict[str, int]:
        return {k: v for k, v in counts.items() if v != 0}

    def named(kind: str | None) -> str:
        return str(kind).removeprefix("?")

    assert triple(ours.entities) == overall["entities"]
    assert triple(ours.entities_typed) == overall["entities_typed"]
    assert triple(ours.pairs) == overall["pairs"]
    assert triple(ours.pairs_relaxed) == overall["pairs_relaxed"]
    assert ours.repeats == overall["duplicate_entities"]
    assert ours.amounts_found == overall["amounts_anywhere"]
    renamed = {"exact": "right", "compatible": "near"}
    for values, wanted in ((ours.dates, overall["dates"]), (ours.amounts, overall["amounts"])):
        mine = {key: getattr(values, key) for key in Values.__slots__}
        assert known(mine) == known({renamed.get(k, k): v for k, v in wanted.items()})
    assert {k: triple(v) for k, v in ours.entity_classes.items()} == {
        named(k): v for k, v in theirs["entity_types"].items()
    }
    pairs = {named(k): v["pairs"] for k, v in theirs["fact_types"].items()}
    assert {k: triple(v) for k, v in ours.fact_classes.items()} == {k: v for k, v in pairs.items() if v != (0, 0, 0)}
    facts = {named(k): v["facts"] for k, v in theirs["fact_types"].items() if v["facts"][0] > 0}
    assert {k: (v.gold, v.found, v.full, v.any) for k, v in ours.facts.items()} == facts


# ---------------------------------------------------------------- a user's own gold


def test_own_gold_beside_own_articles(tmp_path: Path, ontology: Ontology, gazetteer: Gazetteer) -> None:
    text = "5月13日，盐城市盐都区与徽县人民政府签订合作协议。"
    gold = {**GOLD, "doc_date": "2020-05-20", "url": "articles/pact.txt", "facts": [GOLD["facts"][1]]}  # type: ignore[index]
    gold_file(tmp_path / "gold", gold)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "pact.txt").write_text(text, encoding="utf-8")
    for given in (None, tmp_path, tmp_path / "articles"):
        ((part, _, document),) = read_articles(tmp_path / "gold", articles=given)
        assert (part, document.text) == ("gold", text)
    report = evaluate(tmp_path / "gold", ontology=ontology, gazetteer=gazetteer)
    # The day has no year of its own: the gold's date dates the article.
    assert report.parts["gold"].dates == Values(gold=1, right=1)
    assert Miss("pact", "missed entity", "容澜基金 [Fund]") in report.errors()


@pytest.mark.parametrize("url", ["https://news.example/pact", "all.jsonl#pact", "all.jsonl", "elsewhere.txt"])
def test_articles_are_found_by_id_or_address(tmp_path: Path, url: str) -> None:
    records = [
        {"id": "other", "text": "容澜基金成立。"},
        {"id": "pact", "text": "盐都区与徽县签约。", "url": "https://news.example/pact"},
    ]
    (tmp_path / "news").mkdir()
    lines = "\n".join(json.dumps(r, ensure_ascii=False) for r in records)
    (tmp_path / "news" / "all.jsonl").write_text(lines, encoding="utf-8")
    gold_file(tmp_path / "gold", {**GOLD, "url": url, "starts_with": "盐都区与"})
    found = list(read_articles(tmp_path / "gold", articles=tmp_path / "news"))
    assert [document.id for _, _, document in found] == ["pact"]


def changed(**fields: Any) -> dict[str, Any]:
    return {**GOLD, **fields}


BROKEN = [
    ([], "holds a list; a gold file is one JSON object"),
    (changed(id=None), "the article has no 'id'; add it"),
    (changed(url=7), "pact has the url 7 instead of a word as 'url'"),
    (changed(entities=None), "pact has no list of objects 'entities'"),
    (changed(doc_date="2018年"), r":1: doc_date has the date '2018年'; write YYYY"),
    (changed(entities=[{"name": "南湖", "type": "Lake"}]), r":1: 南湖 has the type 'Lake'; the types are Place"),
    (changed(entities=[{"name": "南湖", "type": "Visit"}]), "南湖 has the type 'Visit'; the types are Place"),
    (changed(entities=[{"name": "南湖", "type": "Place", "aliases": "湖"}]), "'aliases' that is no list of words"),
    (changed(entities=[{"name": "南湖", "type": "Place"}] * 2), "two entities are named '南湖'"),
    (changed(facts=[fact("PartOf", part("南湖", "part"))]), r":1: a fact names '南湖', which is none of the entities"),
    (changed(facts=[fact("PartOf", part("徽县", "host"))]), "the role 'host'; PartOf has the roles part, whole"),
    (changed(facts=[fact("Visit")]), "a fact has no participants"),
    (changed(facts=[fact("PartOf", part("徽县", "part"), date="18-1")]), "a fact has the date '18-1'"),
    (changed(facts=[{**fact("PartOf", part("徽县", "part")), "amount": {"value": "3亿"}}]), "a fact has the amount"),
]  # fmt: skip


@pytest.mark.parametrize(("gold", "message"), BROKEN)
def test_a_gold_file_that_breaks_the_schema(tmp_path: Path, gold: object, message: str) -> None:
    path = gold_file(tmp_path, gold)
    with pytest.raises(GoldError, match=message) as caught:
        read_gold(path)
    assert str(caught.value).startswith(f"{path}:")


def test_a_gold_file_that_is_no_json(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text('{"id": "a",\n "url": }', encoding="utf-8")
    with pytest.raises(GoldError, match=r"broken\.json:2: is no JSON"):
        read_gold(path)


@pytest.mark.parametrize(
    ("gold", "message"),
    [
        (changed(), "its article 'pact.txt' is not in"),
        (changed(url="here.txt", starts_with="容澜基金"), "is about an article that starts with '容澜基金'"),
    ],
)
def test_an_article_that_is_not_there(tmp_path: Path, gold: object, message: str) -> None:
    gold_file(tmp_path / "gold", gold)
    (tmp_path / "gold" / "here.txt").write_text("盐都区与徽县签约。", encoding="utf-8")
    with pytest.raises(GoldError, match=message):
        list(read_articles(tmp_path / "gold"))


def test_a_folder_without_gold(tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="holds no gold files"):
        list(read_articles(tmp_path))
    with pytest.raises(GoldError, match="there is no such folder"):
        list(read_articles(tmp_path / "none"))


def test_two_files_of_one_id(tmp_path: Path) -> None:
    for name in ("one", "two"):
        gold_file(tmp_path / "gold", GOLD, name)
    (tmp_path / "gold" / "pact.txt").write_text("盐都区与徽县签约。", encoding="utf-8")
    with pytest.raises(GoldError, match=r"two\.json: another file of this folder has the id 'pact' too"):
        list(read_articles(tmp_path / "gold"))


def test_the_reliability_table_says_how_many_are_right_of_what_was_said_so_surely():
    counts = {"0.5": Count(1, 2, 2), "0.9": Count(9, 10, 10)}
    rows = Evaluation({"dev": Score(confidence=counts)}, {}).rows()
    table = [row for row in rows if row["measure"] == "confidence"]
    assert [(r["class"], r["predicted"], r["right"], r["precision"]) for r in table] == [
        ("0.5", 2, 1, 0.5),
        ("0.9", 10, 9, 0.9),
    ]
    assert all(r["gold"] is r["recall"] is r["f1"] is None for r in table)


def test_what_is_said_with_nine_in_ten_is_right_that_often(ontology, gazetteer):
    # Measured on the development part, which the calibration was made from; the test part shows how it carries over.
    for part in ("dev", "test"):
        said = evaluate(ontology=ontology, gazetteer=gazetteer, parts=(part,)).parts[part].confidence["0.9"]
        assert said.predicted > 100
        assert 0.85 <= said.precision <= 0.97
