"""Identity across documents: namesakes apart, people by employer, facts of several articles, judgements replayed."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import Read
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.extract import Extractor
from kg.gazetteer import Gazetteer
from kg.identity import resolve_corpus
from kg.judgements import judgement
from kg.model import Entity, Extraction, Judgement, Resolution
from kg.ontology import Ontology
from kg.pipeline import build
from kg.rdf import corpus_facts, corpus_quads
from kg.register import Register
from kg.store import SourceRecord, Store


def resolve(read: Read, extractor: Extractor, *texts: str, judged: Sequence[Judgement] = ()) -> Resolution:
    """The resolution of a corpus of texts; document ids are a, b, c …"""
    extractions = [read(text, id=chr(ord("a") + n)) for n, text in enumerate(texts)]
    return resolve_corpus(extractions, linker=extractor.linker, judgements=judged)


def called(resolution: Resolution, name: str) -> list[Entity]:
    return [e for e in resolution.entities.values() if name == e.name or name in e.aliases]


def of(resolution: Resolution, document: str, name: str, read_: Extraction) -> str:
    return next(resolution.of[document, e.id] for e in read_.entities if name in (e.name, *e.aliases))


def decide(action: str, about: str, other: str = "", *, when: str = "2026-01-01T00:00:00Z", **more: str) -> Judgement:
    return judgement(action, about, other, reason="试", who="张三", when=when, **more)


def problems(resolution: Resolution) -> list[str | None]:
    return [a.problem for a in resolution.judgements]


# ---------------------------------------------------------------- people


def test_people_of_one_name_with_different_employers_are_two(read: Read, extractor: Extractor) -> None:
    resolution = resolve(
        read, extractor, "启岳集团董事长张伟与嘉兴市签约。", "江海大学校长张伟访问北京市。", "张伟接受采访。"
    )
    people = sorted(e.id for e in called(resolution, "张伟"))
    assert people[:2] == ["person/张伟(启岳集团)", "person/张伟(江海大学)"]
    for one, other in (people[:2], people[1::-1]):
        assert other in resolution.entities[one].candidates


def test_people_of_one_name_with_one_employer_are_one(read: Read, extractor: Extractor) -> None:
    texts = ("启岳集团董事长张伟与嘉兴市签约。", "启岳集团总裁张伟访问北京市。", "启岳集团投产，张伟出席。")
    resolution = resolve(read, extractor, *texts)
    assert [e.id for e in called(resolution, "张伟")] == ["person/张伟"]
    rules = {why for (_, name), pairs in resolution.why.items() if name == "person/张伟" for _, why in pairs}
    assert rules <= {"same-employer", "shared-context"}


def test_posts_of_one_place_are_one_employer(read: Read, extractor: Extractor) -> None:
    resolution = resolve(read, extractor, "嘉兴市南湖区区长张伟讲话。", "南湖区人民政府区长张伟访问杨浦区。")
    assert len(called(resolution, "张伟")) == 1


def test_posts_in_parent_and_subsidiary_are_of_one_person(read: Read, extractor: Extractor) -> None:
    texts = ("启岳集团董事长张伟讲话。", "永瑞电子董事长张伟讲话。", "永瑞电子是启岳集团的全资子公司。")
    assert len(called(resolve(read, extractor, *texts[:2]), "张伟")) == 2
    assert len(called(resolve(read, extractor, *texts), "张伟")) == 1


# ---------------------------------------------------------------- places and their bodies


def test_governments_of_places_of_one_name_stay_apart(read: Read, extractor: Extractor) -> None:
    resolution = resolve(
        read,
        extractor,
        "长春市召开会议。朝阳区人民政府与启岳集团签约。",
        "北京市朝阳区人民政府与澜海智能签约。",
        "吉林省长春市朝阳区政府发文。",
    )
    ids = {e.id for e in resolution.entities.values() if e.type == "Government"}
    assert ids == {"government/长春市朝阳区人民政府", "government/北京市朝阳区人民政府"}


def test_a_place_without_a_context_is_another_question_in_every_document(read: Read, extractor: Extractor) -> None:
    resolution = resolve(read, extractor, "朝阳区与启岳集团签约。", "朝阳区与江海大学签约。")
    found = called(resolution, "朝阳区")
    assert [e.id for e in found] == ["place/朝阳区@a", "place/朝阳区@b"]
    assert {"place/110105", "place/220104"} <= set(found[0].candidates)


def test_partners_in_facts_decide_what_a_place_is(read: Read, extractor: Extractor) -> None:
    texts = ("长春市朝阳区与永瑞电子签订合作协议。", "朝阳区与永瑞电子签订补充协议。")
    resolution = resolve(read, extractor, *texts)
    assert {e.id for e in called(resolution, "朝阳区")} == {"place/220104"}


def test_a_zone_and_its_committee_are_two_that_belong_together(read: Read, extractor: Extractor) -> None:
    resolution = resolve(read, extractor, "嘉兴科技城管委会与杨浦区签约。", "嘉兴科技城建成。")
    (committee,) = called(resolution, "嘉兴科技城管委会")
    (zone,) = called(resolution, "嘉兴科技城")
    assert committee.id != zone.id
    assert committee.parent == zone.id


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (("华砺科技股份有限公司（曾用名：华砺机电股份有限公司）成立。",), "华砺科技股份有限公司 华砺机电股份有限公司"),
        (("容澜基金全称为嘉兴容澜智能制造产业投资合伙企业(有限合伙)，认缴1亿元。",), "容澜基金"),
        (("啟岳集團與嘉興市簽約。", "启岳集团与北京市签约。"), "启岳集团"),
        (("ＴＣＬ科技集团股份有限公司落户。", "TCL科技集团股份有限公司投产。"), "TCL科技集团股份有限公司"),
    ],
)
def test_ways_to_write_one_name(read: Read, extractor: Extractor, texts: tuple[str, ...], names: str) -> None:
    resolution = resolve(read, extractor, *texts)
    assert len({e.id for name in names.split() for e in called(resolution, name)}) == 1


def test_a_short_form_is_not_that_of_a_branch(read: Read, extractor: Extractor) -> None:
    resolution = resolve(
        read, extractor, "滇云重工集团曲靖分公司投产。", "云南滇云重工集团股份有限公司成立。", "滇云重工签约。"
    )
    assert [e.id for e in called(resolution, "滇云重工")] == ["company/云南滇云重工集团股份有限公司"]


def test_partners_decide_between_two_full_names(read: Read, extractor: Extractor) -> None:
    texts = (
        "启岳新能源集团有限公司与永瑞电子签订合作协议。",
        "启岳医药集团有限公司与江海大学签订合作协议。",
        "启岳集团与永瑞电子签订补充协议。",
    )
    resolution = resolve(read, extractor, *texts)
    assert [e.id for e in called(resolution, "启岳集团")] == ["company/启岳新能源集团有限公司"]


def test_every_name_of_an_entity_has_its_rule(samples: Sequence[Extraction], extractor: Extractor) -> None:
    resolution = resolve_corpus(samples, linker=extractor.linker)
    for extraction in samples:
        document = extraction.document.id
        for e in extraction.entities:
            corpus_id = resolution.of[document, e.id]
            shown = resolution.entities[corpus_id]
            if e.code is not None or shown.name in (e.name, *e.aliases):
                continue
            # The document does not use the name that it is shown by: a rule brought it here.
            assert len(resolution.why.get((document, corpus_id), ())) > 0, (document, e.name, shown.name)


# ---------------------------------------------------------------- facts


AGREEMENTS = (
    "2020年5月13日，南湖区与上海杨浦区签订合作框架协议。",
    "2020年5月，南湖区与杨浦区签订合作框架协议。",
    "昨天，南湖区与杨浦区签约。",
)


def test_a_fact_of_three_articles_is_one_fact_with_three_evidences(read: Read, extractor: Extractor) -> None:
    read_ = [read(t, id=i, date="2020-05-14") for t, i in zip(AGREEMENTS, "abc", strict=True)]
    resolution = resolve_corpus(read_, linker=extractor.linker)
    told = [[f for f in corpus_facts(x, resolution) if f.type == "Agreement"] for x in read_]
    assert [len(facts) for facts in told] == [1, 1, 1]
    (name,) = {facts[0].id for facts in told}
    assert {f[0].date.value for f in told if f[0].date is not None} == {"2020-05-13"}
    assert resolution.sources[name] == 3


def test_an_agreement_of_other_weeks_is_another_one(read: Read, extractor: Extractor) -> None:
    one = read("2020年5月13日，南湖区与杨浦区签约。", id="a", date="2020-05-14")
    other = read("2021年6月1日，南湖区与杨浦区签约。", id="b", date="2021-06-02")
    resolution = resolve_corpus([one, other], linker=extractor.linker)
    ids = {f.id for x in (one, other) for f in corpus_facts(x, resolution) if f.type == "Agreement"}
    assert len(ids) == 2
    assert resolution.differs == ()


def test_sums_that_differ_stand_side_by_side_and_are_flagged(read: Read, extractor: Extractor) -> None:
    one = read("2020年5月13日，启岳集团向澜海智能增资3亿元。", id="a", date="2020-05-14")
    other = read("2020年5月13日，启岳集团向澜海智能增资5亿元。", id="b", date="2020-05-14")
    resolution = resolve_corpus([one, other], linker=extractor.linker)
    facts = [f for x in (one, other) for f in corpus_facts(x, resolution) if f.amount is not None]
    assert sorted(str(f.amount.value) for f in facts if f.amount is not None) == ["300000000", "500000000"]
    assert [what for _, _, what in resolution.differs] == ["amount"]
    assert {i for a, b, _ in resolution.differs for i in (a, b)} == {f.id for f in facts}


def test_reprints_are_one_source(read: Read, extractor: Extractor) -> None:
    text = (
        "2020年5月13日，南湖区与杨浦区签订合作框架协议。双方约定五年内共建双创示范基地，首期投入2亿元，"
        "重点引进集成电路和生物医药企业。嘉兴市有关部门负责人出席了签约仪式，并为首批入驻企业颁发了证书。"
    )
    other = "【快讯】长三角再添合作。" + text
    third = "2020年5月13日，南湖区与杨浦区签订合作框架协议。据记者了解，这是两区第三次携手，今后还将互派干部。"
    read_ = [read(t, id=i, date="2020-05-14") for t, i in ((text, "a"), (other, "b"), (third, "c"))]
    resolution = resolve_corpus(read_, linker=extractor.linker)
    (name,) = {f.id for x in read_ for f in corpus_facts(x, resolution) if f.type == "Agreement"}
    assert [(a, b) for a, b, _ in resolution.reprints] == [("a", "b")]
    assert resolution.sources[name] == 2


# ---------------------------------------------------------------- judgements


NAMESAKES = ("启岳集团董事长张伟与嘉兴市签约。", "江海大学校长张伟访问北京市。")


def test_a_merge_outranks_the_rules(read: Read, extractor: Extractor) -> None:
    judged = decide("merge", "person/张伟(江海大学)", "person/张伟(启岳集团)")
    resolution = resolve(read, extractor, *NAMESAKES, judged=[judged])
    assert [e.id for e in called(resolution, "张伟")] == ["person/张伟"]
    assert resolution.judgements[0].entities == ("person/张伟",)
    again = resolve(read, extractor, *NAMESAKES, judged=[])
    assert len(called(again, "张伟")) == 2


def test_a_split_takes_apart_what_a_document_joined(read: Read, extractor: Extractor) -> None:
    texts = ("闻泰通讯股份有限公司落户嘉兴市。闻泰与南湖区签订协议。",)
    assert len(called(resolve(read, extractor, *texts), "闻泰")) == 1
    resolution = resolve(read, extractor, *texts, judged=[decide("split", "闻泰通讯股份有限公司", "闻泰")])
    ids = {e.id for e in resolution.entities.values() if e.type == "Company"}
    assert ids == {"company/闻泰通讯股份有限公司", "company/闻泰"}
    facts = corpus_facts(resolution.amended["a"], resolution)
    (pact,) = [f for f in facts if f.type == "Agreement"]
    assert "company/闻泰" in pact.entities()
    assert problems(resolution) == [None]


def test_a_split_by_document_tells_one_name_apart(read: Read, extractor: Extractor) -> None:
    texts = ("永瑞电子与嘉兴市签约。", "永瑞电子与北京市签约。", "永瑞电子与上海市签约。")
    resolution = resolve(read, extractor, *texts, judged=[decide("split", "永瑞电子@a", "永瑞电子@b")])
    found = {d: resolution.of[d, e] for (d, e), i in resolution.of.items() if "永瑞电子" in i}
    assert found["a"] == found["c"] == "company/永瑞电子"
    assert found["b"] == "company/永瑞电子@b"


def test_a_split_prevents_a_merge_of_the_rules(read: Read, extractor: Extractor) -> None:
    texts = ("闻泰通讯股份有限公司落户嘉兴市。", "闻泰通讯与北京市签约。")
    resolution = resolve(read, extractor, *texts, judged=[decide("split", "闻泰通讯股份有限公司", "闻泰通讯@b")])
    assert len({i for i in resolution.entities if i.startswith("company/")}) == 2


def test_the_later_judgement_counts(read: Read, extractor: Extractor) -> None:
    merge = decide("merge", "company/永瑞电子", "company/启岳集团", when="2026-01-01T00:00:00Z")
    split = decide("split", "company/永瑞电子", "company/启岳集团", when="2026-02-01T00:00:00Z")
    texts = ("永瑞电子与嘉兴市签约。", "启岳集团与北京市签约。")
    resolution = resolve(read, extractor, *texts, judged=[split, merge])
    assert "company/永瑞电子" in resolution.entities
    assert [p is None for p in problems(resolution)] == [False, True]


def test_a_new_name_and_an_alias(read: Read, extractor: Extractor) -> None:
    judged = [decide("rename", "institution/江海大学", "江海理工大学"), decide("add-alias", "江海大学", "江大")]
    resolution = resolve(read, extractor, "江海大学与嘉兴市签约。", judged=judged)
    (school,) = called(resolution, "江大")
    assert school.name == "江海理工大学"
    assert "江海大学" in school.aliases
    assert school.id == "institution/江海大学"


def test_an_undecided_place_is_settled_by_a_merge(read: Read, extractor: Extractor) -> None:
    texts = ("朝阳区与启岳集团签约。", "长春市朝阳区与江海大学签约。")
    resolution = resolve(read, extractor, *texts, judged=[decide("merge", "place/朝阳区@a", "place/220104")])
    assert {e.id for e in called(resolution, "朝阳区")} == {"place/220104"}


def test_two_divisions_are_not_merged(read: Read, extractor: Extractor) -> None:
    resolution = resolve(
        read, extractor, "南湖区与杨浦区签约。", judged=[decide("merge", "place/330402", "place/310110")]
    )
    assert {"place/330402", "place/310110"} <= set(resolution.entities)
    assert problems(resolution) == ["they are two divisions with two codes"]


def test_a_person_is_not_merged_with_a_company(read: Read, extractor: Extractor) -> None:
    resolution = resolve(
        read, extractor, "启岳集团董事长张伟讲话。", judged=[decide("merge", "person/张伟", "company/启岳集团")]
    )
    assert {"person/张伟", "company/启岳集团"} <= set(resolution.entities)
    assert problems(resolution) == ["a person is nothing but a person"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("南湖区党政代表团赴沪考察。", "310000"),
        ("启岳集团在浙投资3亿元。", "330000"),
        ("嘉兴市召开会议。沪嘉两地签订合作协议。", "310000 330400"),
        ("沪深两市上涨。", ""),
        ("双方两地共建，企业两地布局。", ""),
    ],
)
def test_one_character_for_a_province_or_city(read: Read, text: str, code: str) -> None:
    found = {e.code for e in read(text).entities for m in e.mentions if m.rule == "gazetteer:abbreviation"}
    assert found == set(code.split())


def test_letters_behind_a_name_are_its_short_name(read: Read) -> None:
    extraction = read("永瑞电子股份有限公司（YREC）落户南湖区。YREC与澜海智能签约。")
    (company,) = [e for e in extraction.entities if "YREC" in (e.name, *e.aliases)]
    assert company.name == "永瑞电子股份有限公司"
    assert dict(company.merged)["YREC"] == "defined-short-form"


def test_a_rejected_fact_is_gone_and_comes_back(read: Read, extractor: Extractor) -> None:
    extraction = read("2017年，南湖区与杨浦区签订合作框架协议。", id="a")
    plain = resolve_corpus([extraction], linker=extractor.linker)
    (pact,) = [f for f in corpus_facts(extraction, plain) if f.type == "Agreement"]
    judged = decide("reject", pact.id)
    resolution = resolve_corpus([extraction], linker=extractor.linker, judgements=[judged])
    assert pact.id not in {f.id for f in corpus_facts(extraction, resolution)}
    assert resolution.judgements[0].facts == (pact.id,)
    later = decide("confirm", pact.id, when="2026-03-01T00:00:00Z")
    both = resolve_corpus([extraction], linker=extractor.linker, judgements=[later, judged])
    assert pact.id in {f.id for f in corpus_facts(extraction, both)}
    assert both.confirmed == {pact.id}


def test_a_judged_fact_is_found_again_under_another_id(read: Read, extractor: Extractor) -> None:
    from kg.rdf import fact_content

    one = read("2020年5月，启岳集团与永瑞电子签订合作协议。", id="a", date="2020-05-20")
    (pact,) = [f for f in corpus_facts(one, resolve_corpus([one], linker=extractor.linker)) if f.type == "Agreement"]
    detail = fact_content(pact.type, pact.roles, pact.date, pact.amount, pact.status, pact.label, pact.qualifiers)
    judged = decide("reject", pact.id, detail=detail)
    # A second article names the day and the full name: the fact has another id now, and is still the one rejected.
    other = read("2020年5月13日，启岳新能源集团有限公司(以下简称“启岳集团”)与永瑞电子签订合作协议。启岳集团满意。",
                 id="b", date="2020-05-20")  # fmt: skip
    resolution = resolve_corpus([one, other], linker=extractor.linker, judgements=[judged])
    assert problems(resolution) == [None]
    assert resolution.judgements[0].facts != (pact.id,)
    assert [f.id for x in (one, other) for f in corpus_facts(x, resolution) if f.type == "Agreement"] == []


@pytest.mark.parametrize(
    "judged",
    [
        decide("merge", "company/没有此公司", "company/启岳集团"),
        decide("split", "company/没有此公司", "company/启岳集团"),
        decide("rename", "没有此公司", "新名"),
        decide("reject", "Agreement-000000000000"),
    ],
    ids=lambda j: j.action,
)
def test_a_judgement_without_effect_is_reported(read: Read, extractor: Extractor, judged: Judgement) -> None:
    resolution = resolve(read, extractor, "启岳集团与嘉兴市签约。", judged=[judged])
    assert [p for p in problems(resolution) if p is None] == []


def test_judgements_are_in_the_rdf_with_who_when_and_why(read: Read, extractor: Extractor) -> None:
    judged = decide("merge", "person/张伟(江海大学)", "person/张伟(启岳集团)")
    lines = "\n".join(map(str, corpus_quads(resolve(read, extractor, *NAMESAKES, judged=[judged]))))
    assert f"judgement/{judged.id}>" in lines
    for said in ("wasAssociatedWith> <https://kg.example/agent/张三>", 'reason> "试"', "2026-01-01T00:00:00Z",
                 "about> <https://kg.example/entity/person/张伟>", 'action> "merge"', 'applies> "true"'):  # fmt: skip
        assert said in lines


# ---------------------------------------------------------------- what the user knows


def test_the_table_of_the_user_takes_part(tmp_path: Path, ontology: Ontology) -> None:
    table = tmp_path / "known.csv"
    table.write_text(
        "name,aliases,type,id,parent\n"
        "蓝芽未来科技有限公司,蓝芽;小蓝芽,企业,91330402MA28ABCD0X,\n"
        "蓝芽未来（苏州）有限公司,苏州蓝芽,Company,https://example.org/id/7,蓝芽\n",
        encoding="utf-8",
    )
    register = Register.load(table, ontology=ontology)
    extractor = Extractor(ontology, Gazetteer.load(register=register))
    from kg.corpus import read_text

    texts = ("小蓝芽与南湖区签约。", "蓝芽未来科技有限公司与杨浦区签约。苏州蓝芽投产。")
    read_ = [extractor.extract(read_text(t, id=i)) for t, i in zip(texts, "ab", strict=True)]
    resolution = resolve_corpus(read_, linker=extractor.linker)
    parent = resolution.entities["company/蓝芽未来科技有限公司"]
    assert parent.identifiers == ("91330402MA28ABCD0X",)
    assert {d for (d, _), i in resolution.of.items() if i == parent.id} == {"a", "b"}
    (child,) = called(resolution, "苏州蓝芽")
    assert child.parent == parent.id
    assert child.identifiers == ("https://example.org/id/7",)


# ---------------------------------------------------------------- order does not matter


TEXTS = (
    "启岳新能源集团有限公司成立，董事长张伟致辞。",
    "启岳集团与嘉兴市签约，投资3亿元。",
    "启岳医药集团有限公司与永瑞电子签订合作协议。",
    "江海大学校长张伟与朝阳区签约。",
    "2020年5月13日，启岳集团与永瑞电子签订合作协议。",
    "2020年5月，启岳医药集团有限公司与永瑞电子签订合作协议，总投资5亿元。",
    "长春市朝阳区人民政府与江海大学签约。朝阳区投入2亿元。",
    "朝阳区与永瑞电子签订合作协议。张伟参加。",
    "永瑞电子科技有限公司(以下简称“永瑞电子”)与启岳医药集团有限公司签订合作协议，总投资6亿元。永瑞电子投产。",
)
JUDGED = (
    decide("merge", "启岳集团", "启岳新能源集团有限公司", when="2026-01-02T00:00:00Z"),
    decide("split", "永瑞电子@c", "永瑞电子@e"),
    decide("rename", "江海大学", "江海理工大学"),
)


@pytest.fixture(scope="module")
def texts(read: Read) -> list[Extraction]:
    return [read(text, id=chr(ord("a") + n), date="2020-05-14") for n, text in enumerate(TEXTS)]


@given(
    order=st.permutations(range(len(TEXTS))),
    count=st.integers(1, len(TEXTS)),
    judged=st.lists(st.sampled_from(JUDGED), unique_by=lambda j: j.id),
)
@settings(max_examples=60, deadline=None)
def test_any_part_of_a_corpus_in_any_order_with_any_judgements(
    texts: list[Extraction], order: list[int], count: int, judged: list[Judgement]
) -> None:
    part = [texts[n] for n in order[:count]]
    inner = sorted(part, key=lambda x: x.document.id)
    one, other = (
        resolve_corpus(x, linker=LINKER, judgements=j) for x, j in ((part, judged), (inner, sorted(judged, key=repr)))
    )
    assert one == other
    assert repr(one) == repr(other)


LINKER = Extractor(Ontology.load(), Gazetteer.load()).linker


@given(order=st.permutations(range(len(TEXTS))), gone=st.integers(0, len(TEXTS) - 1))
@settings(max_examples=8, deadline=None)
def test_built_in_any_order_one_by_one_and_with_one_withdrawn_the_triples_are_the_same(
    texts: list[Extraction], order: list[int], gone: int
) -> None:
    ontology, gazetteer = Ontology.load(), Gazetteer.load()

    def write(store: Store) -> None:
        resolution = resolve_corpus(store.extractions(), linker=LINKER, judgements=JUDGED)
        store.reconcile(resolution, ontology=ontology, gazetteer=gazetteer)

    with Store.memory() as at_once, Store.memory() as one_by_one:
        for extraction in texts:
            if extraction is not texts[gone]:
                at_once.put_source(SourceRecord(extraction.document.id), [extraction])
        write(at_once)
        for n in order:
            one_by_one.put_source(SourceRecord(texts[n].document.id), [texts[n]])
            write(one_by_one)
        one_by_one.drop_source(texts[gone].document.id)
        write(one_by_one)
        assert sorted(map(str, one_by_one.quads())) == sorted(map(str, at_once.quads()))


def test_builds_on_disk_do_not_depend_on_the_order(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for n, text in enumerate(TEXTS[:5]):
        (folder / f"{n}.txt").write_text(text, encoding="utf-8")
    (folder / "judgements.tsv").write_text(
        "rename\t江海大学\t江海理工大学\t改名\t张三\t2026-01-01T00:00:00Z\n", encoding="utf-8"
    )
    files = sorted(folder.glob("*.txt"))
    random.Random(7).shuffle(files)
    build([folder], store=tmp_path / "all", date="2020-05-14", jobs=1)
    for file in files:
        report = build([file], store=tmp_path / "each", date="2020-05-14", jobs=1)
    assert [a.problem for a in report.judged] == [None]

    def lines(name: str) -> list[str]:
        with Store.open(tmp_path / name, read_only=True) as store:
            return sorted(map(str, store.quads()))

    assert lines("all") == lines("each")
    assert any(re.search("江海理工大学", line) for line in lines("all"))
