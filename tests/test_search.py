"""Names as people type them, facts by filter, sentences, numbers and canned questions, on two articles of our own."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from kg import search
from kg.errors import DateError, QueryError, UnknownNameError
from kg.gazetteer import Gazetteer
from kg.model import Amount, Date, Document, Entity, Extraction, Fact, Resolution, Span, Status
from kg.ontology import Ontology
from kg.store import SourceRecord, Store

ONTOLOGY = Ontology.load()

A = "南湖区与上海杨浦区签订了合作框架协议。闻泰通讯落户南湖区。"
B = "嘉实基金拟向闻泰通讯投资2亿元。北京市朝阳区与长春市朝阳区签订备忘录。"


def _entity(corpus_id: str, kind: str, name: str, *, aliases: tuple[str, ...] = ()) -> Entity:
    code = corpus_id.removeprefix("place/") if corpus_id.startswith("place/") else None
    return Entity(corpus_id, kind, name, aliases=aliases, code=code)


ENTITIES = {
    e.id: e
    for e in (
        _entity("place/330402", "AdministrativeDivision", "南湖区", aliases=("嘉兴市南湖区",)),
        _entity("place/330402010", "AdministrativeDivision", "南湖街道"),
        _entity("place/310110", "AdministrativeDivision", "杨浦区"),
        _entity("place/110105", "AdministrativeDivision", "朝阳区"),
        _entity("place/220104", "AdministrativeDivision", "朝阳区"),
        _entity("company/闻泰通讯", "Company", "闻泰通讯", aliases=("闻泰",)),
        _entity("company/南湖置业有限公司", "Company", "南湖置业有限公司"),
        _entity("fund/嘉实基金", "Fund", "嘉实基金"),
    )
}


def _fact(
    n: int, document: str, text: str, sentence: str, kind: str, *roles: tuple[str, str], status: Status = "done",
    date: Date | None = None, amount: Amount | None = None, confidence: float = 0.8, label: str | None = None,
) -> Fact:  # fmt: skip
    start = text.index(sentence)
    span = Span(document, start, start + len(sentence))
    return Fact(
        f"f{n}", kind, roles, (span,), label=label, date=date, amount=amount, status=status, confidence=confidence
    )


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    a, b = A.split("。"), B.split("。")
    first = Extraction(
        Document("a", A, A, title="南湖签约", date=Date("2018-08-20", "2018-08-20", "2018-08-20")),
        tuple(ENTITIES.values())[:7],
        (
            _fact(
                1, "a", A, a[0], "Agreement", ("party", "place/330402"), ("party", "place/310110"),
                date=Date("2016年", "2016", "2016"), label="合作框架协议", confidence=0.9,
            ),
            _fact(2, "a", A, a[1], "Settlement", ("settler", "company/闻泰通讯"), ("location", "place/330402")),
        ),
    )  # fmt: skip
    second = Extraction(
        Document("b", B, B, title="基金投资", date=Date("2019", "2019", "2019")),
        tuple(ENTITIES.values()),
        (
            _fact(
                1, "b", B, b[0], "CapitalIncrease", ("investor", "fund/嘉实基金"), ("target", "company/闻泰通讯"),
                status="planned", amount=Amount("2亿元", Decimal(200_000_000)), confidence=0.6,
            ),
            _fact(2, "b", B, b[1], "Agreement", ("party", "place/110105"), ("party", "place/220104")),
        ),
    )  # fmt: skip
    store = Store.memory()
    of = {(x.document.id, e.id): e.id for x in (first, second) for e in x.entities}
    for extraction in (first, second):
        store.put_source(SourceRecord(extraction.document.id), [extraction])
    store.reconcile(Resolution(ENTITIES, of), ontology=ONTOLOGY, gazetteer=Gazetteer.load())
    yield store
    store.close()


@pytest.mark.parametrize(
    ("typed", "label", "how"),
    [
        ("南湖区", "南湖区", "label"),
        ("嘉兴市南湖区", "南湖区", "alias"),
        ("闻泰", "闻泰通讯", "alias"),
        ("place/330402", "南湖区", "id"),
        ("330402", "南湖区", "id"),
        ("company/闻泰通讯", "闻泰通讯", "id"),
        ("南湖", "南湖区", "short"),  # holds 南湖街道, so it is the one meant
        ("秀城区", "南湖区", "short"),  # its former name
        ("上海杨浦区", "杨浦区", "short"),
        ("杨浦", "杨浦区", "short"),
        ("闻泰通讯股份有限公司", "闻泰通讯", "short"),
        ("南湖置业", "南湖置业有限公司", "short"),
        ("聞泰通訊", "闻泰通讯", "label"),
        (" 南湖区 ", "南湖区", "label"),
        ("wentaitongxun", "闻泰通讯", "pinyin"),
        ("YangPu", "杨浦区", "pinyin"),
        ("wttx", "闻泰通讯", "initials"),
        ("nhq", "南湖区", "initials"),
        ("嘉实", "嘉实基金", "prefix"),
        ("通讯", "闻泰通讯", "part"),
        ("浙江", "浙江省", "short"),
    ],
)
def test_names_as_people_type_them(store: Store, typed: str, label: str, how: str) -> None:
    hit = search.resolve_name(store, typed, ontology=ONTOLOGY)
    assert (hit.label, hit.how) == (label, how)


def test_path_runs_from_the_province_down(store: Store) -> None:
    assert search.resolve_name(store, "南湖区", ontology=ONTOLOGY).path == ("浙江省", "嘉兴市")


def test_two_things_of_one_name_are_never_settled_by_chance(store: Store) -> None:
    with pytest.raises(UnknownNameError, match=r"'朝阳区' may mean 2 things.*place/110105.*北京市") as caught:
        search.resolve_name(store, "朝阳区", ontology=ONTOLOGY)
    assert caught.value.suggestions == ("place/110105", "place/220104")
    assert search.resolve_name(store, "220104", ontology=ONTOLOGY).path[-1] == "长春市"


def test_unknown_name_suggests_the_nearest(store: Store) -> None:
    with pytest.raises(UnknownNameError, match="did you mean") as caught:
        search.resolve_name(store, "闻泰通迅", ontology=ONTOLOGY)
    assert caught.value.suggestions[0] == "闻泰通讯"


@pytest.mark.parametrize("typed", ["", "  "])
def test_empty_name_is_refused(store: Store, typed: str) -> None:
    with pytest.raises(UnknownNameError, match="empty"):
        search.resolve_name(store, typed, ontology=ONTOLOGY)


@pytest.mark.parametrize("typed", ["a> <urn:x", '"', "\\", "}", "place/../x", "'; DROP", "\x00", "\ud800", "?x", "🙂"])
def test_odd_characters_in_a_name_break_nothing(store: Store, typed: str) -> None:
    with pytest.raises(UnknownNameError):
        search.resolve_name(store, typed, ontology=ONTOLOGY)


def test_a_type_keeps_entities_of_its_class(store: Store) -> None:
    assert search.resolve_name(store, "南湖", ontology=ONTOLOGY, type="企业").label == "南湖置业有限公司"


@pytest.mark.parametrize(
    ("filters", "types"),
    [
        ({}, ["Agreement", "CapitalIncrease", "Settlement", "Agreement"]),
        ({"type": "Agreement"}, ["Agreement", "Agreement"]),
        ({"type": "协议", "since": "2016"}, ["Agreement"]),
        ({"type": "Investment"}, ["CapitalIncrease"]),
        ({"participants": ["闻泰"]}, ["CapitalIncrease", "Settlement"]),
        ({"participants": ["闻泰", "南湖区"]}, ["Settlement"]),
        ({"place": "浙江"}, ["Agreement", "Settlement"]),
        ({"place": "上海"}, ["Agreement"]),
        ({"place": "吉林省"}, ["Agreement"]),
        ({"since": "2016-12-31", "until": "2017"}, ["Agreement"]),
        ({"until": "2015"}, []),
        ({"since": "2019", "by": "published"}, ["Agreement", "CapitalIncrease"]),
        ({"since": "2018-08-20", "until": "2018-08-20", "by": "published"}, ["Agreement", "Settlement"]),
        ({"min_amount": "2亿元"}, ["CapitalIncrease"]),
        ({"min_amount": "2.01亿元"}, []),
        ({"min_amount": "1亿美元"}, []),
        ({"document": "b"}, ["Agreement", "CapitalIncrease"]),
        ({"status": "planned"}, ["CapitalIncrease"]),
        ({"min_confidence": 0.85}, ["Agreement"]),
        ({"sort": "amount", "limit": 1}, ["CapitalIncrease"]),
        ({"sort": "confidence", "limit": 1}, ["Agreement"]),
    ],
)
def test_facts_by_filter(store: Store, filters: dict[str, object], types: list[str]) -> None:
    page = search.facts(store, ontology=ONTOLOGY, **filters)  # type: ignore[arg-type]
    assert sorted(row.type for row in page.rows) == sorted(types)


def test_a_fact_row_tells_everything(store: Store) -> None:
    row = search.facts(store, ontology=ONTOLOGY, type="Agreement", since="2016").rows[0]
    assert [n.label for n in row.participants("party")] == ["南湖区", "杨浦区"]
    assert (row.label, row.date, row.date_text, row.confidence) == ("合作框架协议", "2016", "2016年", 0.9)
    told = row.tellings[0]
    assert (told.quote, told.document, told.title, told.published) == (A.split("。")[0], "a", "南湖签约", "2018-08-20")
    assert A[told.start : told.end] == told.quote


def test_pages_of_facts_do_not_overlap(store: Store) -> None:
    pages = [search.facts(store, ontology=ONTOLOGY, limit=1, offset=n) for n in range(5)]
    assert [len(p.rows) for p in pages] == [1, 1, 1, 1, 0]
    assert len({p.rows[0].iri for p in pages[:4]}) == 4
    assert {p.total for p in pages} == {4}


def test_facts_without_a_date_are_counted(store: Store) -> None:
    page = search.facts(store, ontology=ONTOLOGY, since="2010")
    assert (page.total, page.undated) == (1, 3)


@pytest.mark.parametrize(
    ("filters", "error", "words"),
    [
        ({"type": "Agrement"}, UnknownNameError, "did you mean Agreement"),
        ({"type": "xyz"}, UnknownNameError, "there is no fact type"),
        ({"since": "yesterday"}, DateError, "yesterday"),
        ({"since": "2018", "until": "2017"}, DateError, "lies after"),
        ({"min_amount": "many"}, QueryError, "not a sum of money"),
        ({"sort": "size"}, QueryError, "sorted by"),
        ({"by": "reading"}, QueryError, "event or by published"),
        ({"document": "zzz"}, UnknownNameError, "no document"),
    ],
)
def test_wrong_filters_are_named(store: Store, filters: dict[str, str], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        search.facts(store, ontology=ONTOLOGY, **filters)  # type: ignore[arg-type]


def test_show_groups_facts_by_class(store: Store) -> None:
    page = search.show(store, "南湖区", ontology=ONTOLOGY)
    assert [row.type for row in page.facts] == ["Agreement", "Settlement"]
    assert page.documents == 2
    assert page.hit.aliases == ("嘉兴市南湖区",) or "嘉兴市南湖区" in page.hit.aliases


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("落户", [A.split("。")[1]]),
        ("合作 协议", [A.split("。")[0]]),
        ("南湖签约", ["南湖签约"]),
        ("xyz", []),
        ('"\\', []),
    ],
)
def test_sentences_and_titles_by_their_words(store: Store, text: str, found: list[str]) -> None:
    assert [s.text for s in search.search_text(store, text)] == found


def test_stats_count_each_thing_once(store: Store) -> None:
    numbers = search.stats(store, ontology=ONTOLOGY)
    assert dict(numbers.facts) == {"Agreement": 2, "CapitalIncrease": 1, "Settlement": 1}
    assert (numbers.documents, numbers.first, numbers.last, numbers.undated) == (2, "2018-08-20", "2019", 0)
    assert {n.label: c for n, c in numbers.busiest}["闻泰通讯"] == 2


# ---------------------------------------------------------------- canned questions

QUESTIONS = search.questions()


def test_there_are_at_least_ten_questions() -> None:
    assert len(QUESTIONS) >= 10


@pytest.mark.parametrize("name", list(QUESTIONS))
def test_every_question_is_told_in_both_languages_and_has_an_example(name: str) -> None:
    question = QUESTIONS[name]
    assert set(question.titles) == {"zh", "en"}
    required = {p.name for p in question.parameters if p.default is None}
    assert required <= set(question.example) <= {p.name for p in question.parameters}
    assert "NOT EXISTS" not in question.text
    for parameter in question.parameters:
        assert f"${parameter.name}" in question.text.split("\n\n", 1)[1]


SAMPLES = {
    "entity": "南湖区",
    "document": "a",
    "class": "协议",
    "date": "2010",
    "amount": "1元",
    "number": "1",
    "text": "county",
}


@pytest.mark.parametrize("name", list(QUESTIONS))
def test_every_question_is_answered(store: Store, name: str) -> None:
    question = QUESTIONS[name]
    given = {p.name: SAMPLES[p.kind] for p in question.parameters if p.default is None}
    result = store.query(search.bind(store, question, given, ontology=ONTOLOGY))
    assert len(result.variables) >= 2


@pytest.mark.parametrize(
    ("name", "given", "rows"),
    [
        (
            "agreements-between",
            {"a": "浙江", "b": "上海"},
            [("合作框架协议", "南湖区", "杨浦区", "2016", None, A.split("。")[0])],
        ),
        ("settlements", {"place": "嘉兴"}, [("闻泰通讯", "Company", "南湖区", None, None, A.split("。")[1])]),
        ("largest-amounts", {}, [("CapitalIncrease", "200000000", "2亿元", None, B.split("。")[0])]),
        ("partners", {"place": "南湖区"}, [("杨浦区", "AdministrativeDivision", "1")]),
        ("planned-not-done", {}, [("CapitalIncrease", "闻泰通讯", "target", None, "2亿元", B.split("。")[0])]),
        ("places-ranked", {"level": "province"}, [("浙江省", "2"), ("上海市", "1"), ("北京市", "1"), ("吉林省", "1")]),
    ],
)  # fmt: skip
def test_what_questions_answer(
    store: Store, name: str, given: dict[str, str], rows: list[tuple[str | None, ...]]
) -> None:
    result = store.query(search.bind(store, QUESTIONS[name], given, ontology=ONTOLOGY))
    assert [tuple(None if t is None else t.value for t in row) for row in result.rows] == rows


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "needs -p place="),
        ({"place": "浙江", "wrong": "1"}, "no parameter 'wrong'"),
        ({"place": "没有这个地方吧"}, "no entity"),
        ({"place": "浙江", "since": "soon"}, "soon"),
    ],
)
def test_wrong_parameters_are_named(store: Store, given: dict[str, str], words: str) -> None:
    with pytest.raises((QueryError, UnknownNameError, DateError), match=words):
        search.bind(store, QUESTIONS["settlements"], given, ontology=ONTOLOGY)


@pytest.mark.parametrize("value", ['CNY" . ?s ?p ?o }', "\\", "a\nb", "'", '"""', "$least"])
def test_a_text_parameter_cannot_leave_its_string(store: Store, value: str) -> None:
    question = QUESTIONS["largest-amounts"]
    assert len(store.query(search.bind(store, question, {"currency": value}, ontology=ONTOLOGY))) == 0


def test_a_header_that_does_not_follow_the_rules_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.rq").write_text("# title zh 问\n# title en Q\n# param who person | 谁 | who\n", encoding="utf-8")
    with pytest.raises(QueryError, match=r"x\.rq:3: .*KIND one of"):
        search.questions(tmp_path)
