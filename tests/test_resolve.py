"""Identity: one thing under many names, namesakes apart, and nothing that depends on the order of the documents."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from conftest import Read, StoreOf
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.extract import Extractor
from kg.gazetteer import Gazetteer
from kg.identity import resolve_corpus
from kg.model import Entity, Extraction, Resolution
from kg.ontology import Ontology
from kg.rdf import corpus_facts
from kg.resolve import key
from kg.store import SourceRecord, Store


def entity(extraction: Extraction, name: str) -> Entity:
    """The one entity that goes by a name."""
    found = [e for e in extraction.entities if name == e.name or name in e.aliases]
    assert len(found) == 1, f"{name}: {[(e.name, e.aliases) for e in extraction.entities]}"
    return found[0]


def resolve(read: Read, extractor: Extractor, *texts: str) -> Resolution:
    """The resolution of a corpus of texts; document ids are a, b, c …"""
    extractions = [read(text, id=chr(ord("a") + n)) for n, text in enumerate(texts)]
    return resolve_corpus(extractions, linker=extractor.linker)


def one(resolution: Resolution, name: str) -> Entity:
    found = [e for e in resolution.entities.values() if name == e.name or name in e.aliases]
    assert len(found) == 1, f"{name}: {[(e.id, e.aliases) for e in found]}"
    return found[0]


# ---------------------------------------------------------------- in one document


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("闻泰通讯股份有限公司成立。闻泰通讯落户，闻泰投资3亿元。", "闻泰通讯股份有限公司 闻泰通讯 闻泰"),
        (
            "宁波澜海智能装备股份有限公司公告。澜海智能装备签约，澜海智能投产。",
            "宁波澜海智能装备股份有限公司 澜海智能装备 澜海智能",
        ),
        (
            "嘉兴永瑞电子科技有限公司成立。永瑞电子与南湖区签约，永瑞电子科技投产。",
            "嘉兴永瑞电子科技有限公司 永瑞电子 永瑞电子科技",
        ),
        ("星衡半导体(苏州)有限公司成立。星衡半导体投产。", "星衡半导体(苏州)有限公司 星衡半导体"),
        ("嘉兴浔江产业投资有限公司（以下简称“浔江产投”）成立。浔江产投签约。", "嘉兴浔江产业投资有限公司 浔江产投"),
        ("合肥庐阳湾产业投资有限公司成立。庐阳湾产投出资。", "合肥庐阳湾产业投资有限公司 庐阳湾产投"),
        ("嘉兴市南湖区召开会议。南湖区发布政策，南湖迎来机遇。", "南湖区 嘉兴市南湖区 南湖"),
        ("南湖区人民政府发文。南湖区政府召开会议。", "南湖区人民政府 南湖区政府"),
        ("第一届“南湖之春”经贸活动开幕。“南湖之春”将持续三天。", "“南湖之春”经贸活动 南湖之春"),
        ("南湖区举行签约仪式,区发改局负责人参加。南湖区发改局表示支持。", "南湖区发改局 区发改局"),
    ],
)
def test_one_thing_under_many_names(read: Read, text: str, names: str) -> None:
    extraction = read(text)
    assert len({entity(extraction, name).id for name in names.split()}) == 1


@pytest.mark.parametrize(
    ("text", "short", "fulls"),
    [
        (
            "启岳新能源集团有限公司与启岳医药集团有限公司签约。启岳表示满意。",
            "启岳",
            "启岳新能源集团有限公司 启岳医药集团有限公司",
        ),
        (
            "启岳新能源集团有限公司与启岳医药集团有限公司签约。启岳集团表示满意。",
            "启岳集团",
            "启岳新能源集团有限公司 启岳医药集团有限公司",
        ),
    ],
)
def test_a_short_form_that_fits_two_names_stays_by_itself(read: Read, text: str, short: str, fulls: str) -> None:
    extraction = read(text)
    ids = {entity(extraction, name).id for name in (short, *fulls.split())}
    assert len(ids) == 3
    note = entity(extraction, short).note
    assert note is not None
    assert all(full in note for full in fulls.split())


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        ("北京市朝阳区与澜海智能签约。", "朝阳区", "110105"),
        ("长春市朝阳区与澜海智能签约。", "朝阳区", "220104"),
        ("吉林省长春市召开会议。朝阳区与澜海智能签约。", "朝阳区", "220104"),
        ("北京市海淀区、朝阳区与澜海智能签约。", "朝阳区", "110105"),
        ("朝阳区与长春市南关区签约。", "朝阳区", "220104"),
        ("南京市鼓楼区与澜海智能签约。", "鼓楼区", "320106"),
        ("福州市与澜海智能签约。鼓楼区负责人参加。", "鼓楼区", "350102"),
        ("长春市南关区与澜海智能签约。", "南关区", "220102"),
    ],
)
def test_places_of_one_name_are_told_apart_by_what_stands_beside(read: Read, text: str, name: str, code: str) -> None:
    assert entity(read(text), name).code == code


@pytest.mark.parametrize("name", ["鼓楼区", "朝阳区"])
def test_a_place_that_nothing_tells_apart_says_what_it_could_be(read: Read, name: str) -> None:
    found = entity(read(f"{name}与澜海智能签订协议。"), name)
    assert found.code is None
    assert found.note is not None
    assert found.note.startswith("undecided: ")
    assert f"市{name}" in found.note


def test_two_places_of_one_name_in_one_document_are_two(read: Read) -> None:
    extraction = read("北京市朝阳区与长春市朝阳区签订了合作协议。")
    assert [e.code for e in extraction.entities if e.name == "朝阳区"] == ["110105", "220104"]
    agreement = next(f for f in extraction.facts if f.type == "Agreement")
    assert len(agreement.entities("party")) == 2


def test_a_place_knows_what_it_is_part_of(read: Read) -> None:
    extraction = read("江苏省盐城市盐都区举行签约仪式。")
    district = entity(extraction, "盐都区")
    assert district.parent == entity(extraction, "盐城市").id
    assert entity(extraction, "盐城市").parent == entity(extraction, "江苏省").id


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("“南湖之春”经贸活动", "南湖之春经贸活动", True),
        ("艾力江·买买提", "艾力江•买买提", True),
        ("TCL科技", "tcl科技", True),
        ("上海 大学", "上海大学", True),
        ("上海大学", "上海大学堂", False),
    ],
)
def test_spellings_of_one_name_share_a_key(a: str, b: str, same: bool) -> None:
    assert (key(a) == key(b)) is same


# ---------------------------------------------------------------- in the corpus


def test_a_short_form_joins_its_full_name_across_documents(read: Read, extractor: Extractor) -> None:
    resolution = resolve(
        read, extractor, "闻泰通讯股份有限公司落户南湖区。", "闻泰通讯与嘉兴市签约。", "上海杨浦区与南湖区签约。"
    )
    company = one(resolution, "闻泰通讯")
    assert "闻泰通讯股份有限公司" in {company.name, *company.aliases}
    assert {d for (d, _), e in resolution.of.items() if e == company.id} == {"a", "b"}
    assert {d for (d, _), e in resolution.of.items() if e == "place/330402"} == {"a", "c"}


def test_a_short_form_that_one_document_defines_holds_in_the_others(read: Read, extractor: Extractor) -> None:
    resolution = resolve(
        read,
        extractor,
        "嘉兴浔江产业投资有限公司（以下简称“浔江产投”）成立。",
        "浔江产投与嘉兴市签约。",
    )
    assert one(resolution, "浔江产投").id == one(resolution, "嘉兴浔江产业投资有限公司").id


def test_a_short_form_of_two_full_names_joins_neither(read: Read, extractor: Extractor) -> None:
    texts = ["启岳新能源集团有限公司成立。", "启岳医药集团有限公司成立。", "启岳集团与嘉兴市签约。"]
    resolution = resolve(read, extractor, *texts)
    names = ["启岳新能源集团有限公司", "启岳医药集团有限公司", "启岳集团"]
    assert len({one(resolution, name).id for name in names}) == 3
    # With only one of the two in the corpus the same short form is decided.
    assert one(resolve(read, extractor, texts[0], texts[2]), "启岳集团").name in {names[0], "启岳集团"}
    decided = resolve(read, extractor, texts[0], texts[2])
    assert one(decided, "启岳集团").id == one(decided, names[0]).id


def test_namesakes_in_two_documents_stay_apart(read: Read, extractor: Extractor) -> None:
    resolution = resolve(
        read, extractor, "北京市朝阳区与澜海智能签约。", "长春市朝阳区与澜海智能签约。", "朝阳区与澜海智能签约。"
    )
    places = sorted(e.id for e in resolution.entities.values() if "朝阳区" in (e.name, *e.aliases))
    assert places[:2] == ["place/110105", "place/220104"]
    assert len(places) == 3
    assert resolution.entities[places[2]].code is None


def test_a_school_is_not_its_institute(read: Read, extractor: Extractor) -> None:
    resolution = resolve(
        read, extractor, "江海大学与南湖区签约。", "江海大学附属第一医院揭牌。", "江海大学(南湖)先进制造研究院揭牌。"
    )
    names = ["江海大学", "江海大学附属第一医院", "江海大学(南湖)先进制造研究院"]
    assert len({one(resolution, name).id for name in names}) == 3


def test_an_id_tells_class_and_name(read: Read, extractor: Extractor) -> None:
    resolution = resolve(read, extractor, "嘉兴市南湖区与江海大学、启岳集团签约，区长周启明出席。")
    assert {"place/330402", "place/330400", "institution/江海大学", "company/启岳集团", "person/周启明"} <= set(
        resolution.entities
    )
    assert resolution.entities["place/330402"].parent == "place/330400"


def test_every_entity_of_every_document_is_resolved(samples: Sequence[Extraction], extractor: Extractor) -> None:
    resolution = resolve_corpus(samples, linker=extractor.linker)
    assert {(x.document.id, e.id) for x in samples for e in x.entities} == set(resolution.of)
    assert set(resolution.of.values()) == set(resolution.entities)
    for corpus_id, found in resolution.entities.items():
        assert found.id == corpus_id
        assert found.name not in found.aliases
        assert found.parent is None or found.parent in resolution.entities
        assert not any(c in corpus_id for c in ' <>"{}|\\^`')
    places = [e for e in resolution.entities.values() if e.code is not None]
    assert all(e.id == f"place/{e.code}" for e in places)


def test_no_parent_is_its_own_child(samples: Sequence[Extraction], extractor: Extractor) -> None:
    entities = resolve_corpus(samples, linker=extractor.linker).entities
    for corpus_id in entities:
        seen, current = set(), corpus_id
        while (parent := entities[current].parent) is not None:
            assert parent not in seen, f"{corpus_id} lies in itself through {parent}"
            seen.add(parent)
            current = parent


def test_the_cast_of_the_samples_is_one_company_each(samples: Sequence[Extraction], extractor: Extractor) -> None:
    resolution = resolve_corpus(samples, linker=extractor.linker)
    for name in ("澜海智能", "星衡半导体", "容澜基金", "江海大学"):
        found = [e.id for e in resolution.entities.values() if name in (e.name, *e.aliases)]
        assert len(found) == 1, f"{name}: {found}"


# ---------------------------------------------------------------- order does not matter


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_documents_does_not_matter(samples: Sequence[Extraction], extractor: Extractor, seed: int) -> None:
    shuffled = list(samples)
    random.Random(seed).shuffle(shuffled)
    first, second = (resolve_corpus(x, linker=extractor.linker) for x in (samples, shuffled))
    assert first.of == second.of
    assert first.entities == second.entities
    assert list(first.entities) == list(second.entities)


LINES = (
    "启岳新能源集团有限公司成立。",
    "启岳集团与嘉兴市签约。",
    "启岳医药集团有限公司与启岳签约。",
    "北京市朝阳区与澜海智能签约。",
    "朝阳区与宁波澜海智能装备股份有限公司签约。",
    "长春市召开会议。朝阳区与澜海签约。",
    "浔江产投与南湖区签约。",
    "嘉兴浔江产业投资有限公司（以下简称“浔江产投”）成立。",
    "合肥浔江产业投资有限公司成立。",
    "南湖区人民政府与嘉兴科技城签约。",
)
EXTRACTOR = Extractor(Ontology.load(), Gazetteer.load())


@pytest.fixture(scope="module")
def lines(read: Read) -> list[Extraction]:
    return [read(text, id=f"d{n}") for n, text in enumerate(LINES)]


@given(order=st.permutations(range(len(LINES))), count=st.integers(2, len(LINES)))
@settings(max_examples=40, deadline=None)
def test_any_part_of_a_corpus_in_any_order(lines: list[Extraction], order: list[int], count: int) -> None:
    part = [lines[n] for n in order[:count]]
    inner = sorted(part, key=lambda x: x.document.id)
    assert resolve_corpus(part, linker=EXTRACTOR.linker) == resolve_corpus(inner, linker=EXTRACTOR.linker)


def test_one_by_one_gives_what_all_at_once_gives(
    lines: list[Extraction], store_of: StoreOf, extractor: Extractor, ontology: Ontology, gazetteer: Gazetteer
) -> None:
    at_once = sorted(map(str, store_of(lines).quads()))
    with Store.memory() as store:
        for extraction in reversed(lines):
            store.put_source(SourceRecord(f"{extraction.document.id}.txt"), [extraction])
            resolution = resolve_corpus(store.extractions(), linker=extractor.linker)
            store.reconcile(resolution, ontology=ontology, gazetteer=gazetteer)
        assert sorted(map(str, store.quads())) == at_once


def test_a_fact_told_twice_is_one_fact_of_the_corpus(read: Read, extractor: Extractor) -> None:
    texts = ("2017年，南湖区与上海杨浦区签订了合作框架协议。", "2017年，嘉兴市南湖区与杨浦区签订合作框架协议。")
    extractions = [read(text, id=name) for text, name in zip(texts, "ab", strict=True)]
    resolution = resolve_corpus(extractions, linker=extractor.linker)
    told = [{f.id for f in corpus_facts(x, resolution) if f.type == "Agreement"} for x in extractions]
    assert len(told[0]) == 1
    assert told[0] == told[1]


def test_a_name_with_the_place_it_is_from_is_the_company_called_so(read: Read, extractor: Extractor) -> None:
    resolution = resolve(
        read,
        extractor,
        "启岳新能源集团有限公司(以下简称“启岳集团”)与南湖区签约。启岳集团投资3亿元。",
        "江苏启岳集团落户盐都区。",
        "启岳集团与杨浦区签约。",
    )
    assert set(one(resolution, "启岳集团").aliases) >= {"江苏启岳集团", "启岳新能源集团有限公司"}


def test_with_two_companies_called_so_a_place_before_the_name_decides_nothing(read: Read, extractor: Extractor) -> None:
    resolution = resolve(
        read,
        extractor,
        "启岳新能源集团有限公司(以下简称“启岳集团”)与南湖区签约。启岳集团投资3亿元。",
        "启岳控股集团有限公司(以下简称“启岳集团”)与盐都区签约。启岳集团投资3亿元。",
        "江苏启岳集团落户盐都区。",
    )
    found = {e.id for e in resolution.entities.values() if "江苏启岳集团" in (e.name, *e.aliases)}
    assert found == {"company/江苏启岳集团"}


def test_only_namesakes_of_the_samples_are_shown_alike(samples: Sequence[Extraction], extractor: Extractor) -> None:
    """Two divisions may be called alike, and two people; of everything else a name is one thing.

    But for zones that the table of divisions has as well (150571, 通辽经济技术开发区): they are not seen as one yet.
    """
    entities = resolve_corpus(samples, linker=extractor.linker).entities.values()
    of_name: dict[str, list[str]] = {}
    for e in entities:
        of_name.setdefault(e.name, []).append(e.id)
    alike = {name: ids for name, ids in of_name.items() if len(ids) > 1}
    kinds = {name: {i.split("/")[0] for i in ids} for name, ids in alike.items()}
    assert [n for n, k in kinds.items() if not (k <= {"place", "person"} or k == {"place", "park"})] == []
    assert {"place/110105", "place/220104"} <= set(alike["朝阳区"])
    assert len(alike["鼓楼区"]) == 4


def test_a_former_name_long_given_up_needs_its_region(read: Read) -> None:
    assert entity(read("秀城区与杨浦区签约。", date="2020-05-20"), "秀城区").code is None
    assert entity(read("秀城区与杨浦区签约。", date="2003-05-20"), "秀城区").code == "330402"
    assert entity(read("嘉兴市秀城区与杨浦区签约。", date="2020-05-20"), "秀城区").code == "330402"


def test_a_city_comes_before_the_townships_that_share_its_short_name(read: Read) -> None:
    assert entity(read("山东省淄博市的企业搬迁至东莞。"), "东莞").code == "441900"
