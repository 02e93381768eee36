"""The shipped gold agrees with its articles: names that stand in them, parts of the same kinds, identity."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from typing import Any

import pytest

from kg.evaluate import read_articles
from kg.resource import resource

PARTS = ("dev", "test")
#: Blanks, quotes, and one width for what is compared: a name may be broken by a line or written in full width.
LOOSE = str.maketrans({" ": None, "\n": None, "\u3000": None, "\uff08": "(", "\uff09": ")", "“": None, "”": None})

Article = tuple[str, str, dict[str, Any], str]


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    """Part, identity, annotation as written, and the article with its title."""
    return [
        (part, gold.id, json.loads(gold.path.read_text(encoding="utf-8")), f"{document.title or ''}\n{document.text}")
        for part, gold, document in read_articles()
    ]


@pytest.fixture(scope="module")
def identity() -> dict[str, list[dict[str, str]]]:
    found = {}
    for part in PARTS:
        with resource(f"data/gold/{part}/identity.tsv").open(encoding="utf-8", newline="") as lines:
            found[part] = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True))
    return found


def test_ids_are_unique_and_a_third_is_for_measuring(articles: list[Article]) -> None:
    ids = [name for _, name, _, _ in articles]
    assert len(ids) == len(set(ids))
    assert len(ids) >= 120
    share = sum(part == "test" for part, *_ in articles) / len(ids)
    assert 0.30 <= share <= 0.37


def test_every_entity_stands_in_its_article(articles: list[Article]) -> None:
    """But for what may stand in a byline or in the foot of a page, which is optional."""
    missing = [
        (name, entity["name"])
        for _, name, gold, text in articles
        for entity in gold["entities"]
        if not entity.get("optional", False)
        if not any(n.translate(LOOSE) in text.translate(LOOSE) for n in (entity["name"], *entity["aliases"]))
    ]
    assert missing == []


def test_no_name_stands_for_two_entities_of_one_type(articles: list[Article]) -> None:
    twice = []
    for _, name, gold, _ in articles:
        seen: dict[tuple[str, str], int] = defaultdict(int)
        for entity in gold["entities"]:
            for n in {entity["name"], *entity["aliases"]}:
                seen[entity["type"], n] += 1
        twice += [(name, *key) for key, times in seen.items() if times > 1]
    assert twice == []


def test_alternatives_are_names_one_by_one(articles: list[Article]) -> None:
    joined = [
        (name, other)
        for _, name, gold, _ in articles
        for fact in gold["facts"]
        for party in fact["participants"]
        for other in party.get("alt", ())
        if re.search("[,，、]", other)
    ]
    assert joined == []


def test_every_sum_stands_in_its_article(articles: list[Article]) -> None:
    missing = [
        (name, fact["amount"]["text"])
        for _, name, gold, text in articles
        for fact in gold["facts"]
        if fact["amount"] is not None
        if fact["amount"]["text"].translate(LOOSE) not in text.translate(LOOSE)
    ]
    assert missing == []


def test_identity_is_large_enough(identity: dict[str, list[dict[str, str]]]) -> None:
    rows = [row for part in PARTS for row in identity[part]]
    articles_of: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        articles_of[row["entity"]].add(row["document"])
    sharing = set().union(*(found for found in articles_of.values() if len(found) > 1))
    assert len(rows) >= 300
    assert len(sharing) >= 60


def test_identity_agrees_with_the_articles(identity: dict[str, list[dict[str, str]]], articles: list[Article]) -> None:
    texts = {(part, name): text.split("\n", 1)[1] for part, name, _, text in articles}
    for part in PARTS:
        meant: dict[tuple[str, str, str], str] = {}
        plain: set[tuple[str, str]] = set()
        for row in identity[part]:
            text, surface = texts[part, row["document"]], row["surface"]
            assert row["entity"] != ""
            assert surface in text, row
            assert re.fullmatch(r"(?:[1-9]\d*(?:,[1-9]\d*)*)?", row["occurrences"]), row
            places = row["occurrences"].split(",") if row["occurrences"] != "" else [""]
            assert all(p == "" or int(p) <= text.count(surface) for p in places), row
            for place in places:
                assert (row["document"], surface, place) not in meant, row
                meant[row["document"], surface, place] = row["entity"]
            if places == [""]:
                plain.add((row["document"], surface))
        # A name without places means one thing: it has no second line.
        assert [key for key in meant if key[2] != "" and key[:2] in plain] == []


def test_identity_keys_are_not_one_thing_twice(identity: dict[str, list[dict[str, str]]]) -> None:
    """No two keys differ only in script, width or brackets, which would split what was meant as one."""
    keys = {row["entity"] for part in PARTS for row in identity[part]}
    folded: dict[str, set[str]] = defaultdict(set)
    for key in keys:
        folded[re.sub(r"[\s()\uff08\uff09“”·]", "", key)].add(key)
    assert [found for found in folded.values() if len(found) > 1] == []
