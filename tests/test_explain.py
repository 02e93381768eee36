"""Explanations: every mention, fact and dropped candidate is told with its rule, in values and on a safe page."""

from __future__ import annotations

import json
import re

import pytest

from kg import cli
from kg.corpus import read_text
from kg.explain import Explanation, as_json, explain, page, pieces
from kg.extract import TOO_FEW, Extractor
from kg.ontology import Ontology

ARTICLE = (
    "12年前,闻泰通讯从上海来到南湖区。区发改局负责人说,南湖区与上海杨浦区签订了合作框架协议。"
    "会上签订了合作协议。嘉兴科技城签订了合作协议。"
)


@pytest.fixture
def explained(extractor: Extractor) -> Explanation:
    return explain(read_text(ARTICLE, date="2018-08-20"), extractor=extractor)


def test_sentences_hold_what_the_extraction_holds(explained: Explanation, extractor: Extractor) -> None:
    plain = extractor.extract(explained.document)
    assert len(explained.sentences) == 4
    assert [f for s in explained.sentences for f in s.facts] == list(plain.facts)
    spans = {m.span for s in explained.sentences for m, entity in s.mentions if entity is not None}
    assert spans >= {m.span for e in plain.entities for m in e.mentions}
    for sentence in explained.sentences:
        assert explained.document.text[sentence.start : sentence.end] == sentence.text
        assert "".join(words for words, _, _ in pieces(sentence)) == sentence.text


def test_rules_and_triggers_are_named(explained: Explanation) -> None:
    moved = explained.sentences[0].facts[0]
    assert (moved.type, moved.rule) == ("Settlement", "settle")
    assert moved.trigger is not None
    assert explained.document.quote(moved.trigger) == "来到"
    completed = {explained.document.quote(m.span): e.name for m, e in explained.sentences[1].mentions if e is not None}
    assert completed["区发改局"] == "南湖区发改局"
    assert all(m.rule != "" for s in explained.sentences for m, _ in s.mentions)


def test_what_was_dropped_says_why(explained: Explanation) -> None:
    (alone,) = [c for c in explained.sentences[3].rejected if c.rule == "sign"]
    assert (alone.type, alone.trigger, alone.why) == ("Agreement", "签订", TOO_FEW)
    assert alone.roles == (("party", "嘉兴科技城"),)


def test_a_name_that_gives_way_names_the_winner(extractor: Extractor) -> None:
    told = explain(read_text("上海大学(浙江·嘉兴)新兴产业研究院落户嘉兴科技城。"), extractor=extractor)
    gone = {told.document.quote(m.span): w and told.document.quote(w.span) for m, w in told.sentences[0].outdone}
    assert gone["上海大学"] == "上海大学(浙江·嘉兴)新兴产业研究院"


def test_values_are_plain(explained: Explanation) -> None:
    values = json.loads(json.dumps(as_json(explained, sentence=2), ensure_ascii=False))
    assert [s["number"] for s in values["sentences"]] == [2]
    fact = values["sentences"][0]["facts"][0]
    assert fact["rule"] == "sign"
    assert {r["name"] for r in fact["roles"]} == {"南湖区", "杨浦区"}


def test_hostile_text_is_shown_and_not_run(extractor: Extractor, ontology: Ontology) -> None:
    text = '<script>alert(1)</script>南湖区与"><img src=x onerror=alert(1)>杨浦区签订了合作协议。'
    told = explain(read_text(text, title="<b>标题</b>"), extractor=extractor)
    written = page(told, ontology=ontology, language="zh", words=str)
    assert "<script" not in written
    assert "<img" not in written
    assert "<b>标题" not in written
    assert "&lt;script&gt;" in written
    assert re.search(r"(?:src|href)=[\"']?https?:", written) is None
    assert "default-src 'none'" in written


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    assert cli.run(["explain", "南湖区与上海杨浦区签订了合作框架协议。"]) == 0
    out = capsys.readouterr().out
    assert "sign “签订”" in out
    assert cli.run(["explain", "南湖区与杨浦区签订了合作框架协议。", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sentences"][0]["facts"][0]["type"] == "Agreement"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["explain", "no-such-file.txt"], "没有这个文件"),
        (["explain", ""], "没有"),
        (["explain", "南湖区签约。", "--sentence", "9"], "只有 1 句"),
        (["explain", "南湖区签约。", "--date", "someday"], "日期"),
    ],
)
def test_wrong_input_is_one_clear_message(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], word: str
) -> None:
    monkeypatch.setenv("KG_LANG", "zh")
    assert cli.run(arguments) != 0
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert word in err
