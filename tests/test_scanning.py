"""Patterns that are compiled with the characters that a match can begin with: they find what they found before."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import scanning
from kg.ontology import Ontology
from kg.resource import resource

PATTERNS = [
    "(?:拟|将)?收购",
    "(?P<told>(?<=公司)|(?=近日))?[日甲](?:乙|丙)+",
    "(?!甲)[甲乙丙]|丁{2,3}?",
    r"(?:\d{1,2}月)?(?:\d{1,2}日)?(?:今日|公告)(?=[,，])",
    r"(?>甲+)乙|[\]\-^]丙",
    "(?=[甲乙])(?:[^丙]丁|乙)",
    r"(?:^|[\n,])(?=[甲乙]{2})|(?i:A)b",
    "(甲|乙)\\1|丙?",
]


@pytest.mark.parametrize("pattern", PATTERNS)
@given(text=st.text(alphabet="甲乙丙丁拟将收购公司近今日告月12,，\n]-^aAbB", max_size=40))
def test_finds_what_the_plain_pattern_finds(pattern: str, text: str) -> None:
    plain, quick = re.compile(pattern), scanning.compile(pattern)
    assert [(m.span(), m.groups(), m.lastgroup) for m in quick.finditer(text)] == [
        (m.span(), m.groups(), m.lastgroup) for m in plain.finditer(text)
    ]


def test_the_grammar_finds_what_it_found(samples: str) -> None:
    for pattern in Ontology.load().grammar.values():
        plain, quick = re.compile(pattern), scanning.compile(pattern)
        assert [m.span() for m in quick.finditer(samples)] == [m.span() for m in plain.finditer(samples)], pattern


@pytest.fixture(scope="module")
def samples() -> str:
    """The beginning of some sample articles."""
    folder = resource("data/news")
    return "\n".join(path.read_text(encoding="utf-8")[:600] for path in sorted(folder.glob("*.txt"))[:12])


def test_what_can_begin_with_anything_stays_as_it_is() -> None:
    for pattern in ("[^甲]乙", ".甲", "甲?", "(?i)甲|a", "(?<=甲)"):
        assert scanning.compile(pattern).pattern == pattern


def test_without_the_parser_of_re_patterns_are_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "_parser", None)
    assert scanning.compile("(?:拟|将)?收购").pattern == "(?:拟|将)?收购"
