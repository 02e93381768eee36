"""Reprints: the same text under another headline, cut or merged, and what only looks alike."""

from __future__ import annotations

import random

import pytest

from kg.reprints import Reprints

PARTS = [
    "5月13日,甲区与乙公司在甲区签订投资协议,项目总投资20亿元,用地三百亩。",
    "乙公司成立于2005年,主要生产机器人用减速器,去年实现销售收入15亿元。",
    "甲区区长在签约仪式上表示,将全力做好服务保障,推动项目早开工早投产。",
    "根据协议,项目分两期建设,其中一期投资8亿元,计划明年6月底前建成投产。",
    "近年来,甲区围绕智能制造产业链招商,已落户规模以上企业一百二十多家。",
    "双方还将共建省级重点实验室,面向长三角地区的企业开放共享实验设备。",
]
OTHER = [
    "丙市昨天召开经济工作会议,总结全年工作,部署明年的重点任务和重大项目。",
    "会议指出,全市上下要坚定信心,抢抓机遇,努力实现经济社会高质量发展。",
    "丙市市长作工作报告,对扩大有效投资、培育新兴产业等工作作了具体安排。",
]


def pairs(*texts: str) -> list[tuple[str, str]]:
    found = Reprints()
    for n, text in enumerate(texts):
        found.add(chr(ord("a") + n), text)
    return [(one, other) for one, other, _ in found.pairs()]


@pytest.mark.parametrize(
    "copy",
    [
        "【快讯】重磅落地!" + "".join(PARTS),
        "".join(PARTS[:3]),
        "\n\n".join(PARTS[1:5]) + "(来源:甲区发布)",
        "".join(OTHER) + "".join(PARTS),
        "".join(PARTS).replace("甲区与乙公司", "甲区和乙公司"),
    ],
    ids=["headline", "cut", "middle", "merged", "edited"],
)
def test_a_copy_is_recognised(copy: str) -> None:
    assert pairs("".join(PARTS), copy) == [("a", "b")]


@pytest.mark.parametrize(
    "other",
    ["".join(OTHER), PARTS[0] + "".join(OTHER), "据了解,甲区与乙公司签约。", ""],
    ids=["another", "one sentence shared", "short", "empty"],
)
def test_another_article_is_none(other: str) -> None:
    assert pairs("".join(PARTS), other) == []


def test_an_article_of_two_articles_is_a_copy_of_both_which_are_independent() -> None:
    found = Reprints()
    for name, text in (("a", "".join(PARTS)), ("b", "".join(OTHER)), ("c", "".join(PARTS + OTHER))):
        found.add(name, text)
    pairs_ = found.pairs()
    assert [(a, b) for a, b, _ in pairs_] == [("a", "c"), ("b", "c")]
    sources = found.sources(pairs_)
    assert sources.independent(["a", "b", "c"]) == 2
    assert sources.independent(["a", "c"]) == 1
    assert sources.independent(["a", "b"]) == 2


def test_a_wire_text_in_a_hundred_papers_is_found_in_all() -> None:
    found = Reprints()
    for n in range(100):
        found.add(f"{n:03}", f"本报第{n}号特约记者从某地发回的报道。" + "".join(PARTS))
    pairs_ = found.pairs()
    assert len(pairs_) <= 300  # in proportion to the papers, not to their square
    assert found.sources(pairs_).independent([f"{n:03}" for n in range(100)]) == 1


def test_the_order_of_the_articles_does_not_matter() -> None:
    texts = {"a": "".join(PARTS), "b": "".join(PARTS[2:]), "c": "".join(OTHER), "d": "".join(PARTS + OTHER)}
    seen = set()
    for seed in range(4):
        names = list(texts)
        random.Random(seed).shuffle(names)
        found = Reprints()
        for name in names:
            found.add(name, texts[name])
        seen.add(found.pairs())
    assert len(seen) == 1
