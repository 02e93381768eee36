"""Evaluation: how much of what careful readers annotated the extraction finds, and how much of what it finds is right.

Input is a folder of gold files (`data/gold/README.md` tells their schema) and the articles that they name; output an
Evaluation: counts for each part of the gold, from which precision, recall and F1 follow.

    gold: Agreement(南湖区, 上海杨浦区)   found: Agreement(南湖区, 杨浦区), Agreement(南湖区, 嘉兴)   →   P 0.5, R 1.0

Entities are matched by name, facts by the pairs of their participants; dates and amounts are looked at where the pair
is right. Gold that is `optional` may be found or not; a second type or name that is as good is as good here.
"""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from kg.corpus import find_sources, read_source
from kg.errors import GoldError, ReadError
from kg.extract import Extractor
from kg.gazetteer import Gazetteer
from kg.identity import resolve_corpus
from kg.model import ISO_DATE, Date, Document, Extraction, Resolution
from kg.ontology import Ontology
from kg.resolve import Linker
from kg.resource import resource

#: The part that is for measuring only: its errors are not listed, so that no rule is written for them.
CLOSED = "test"

ENTITY_TYPES = (
    "Place", "Park", "Company", "Fund", "Government", "Institution", "Organization", "Person", "Project", "Event",
    "Policy",
)  # fmt: skip

#: Which two roles of a fact make a pair that counts. Other pairs inside one fact (founder and founder, location and
#: origin) are neither asked for nor held against a prediction.
PAIRS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Agreement": (("party", "party"),),
    "Investment": (("investor", "target"),),
    "Acquisition": (("acquirer", "target"), ("seller", "target")),
    "Establishment": (("founder", "founded"),),
    "Settlement": (("settler", "location"), ("settler", "origin")),
    "Construction": (("builder", "project"), ("partner", "project"), ("project", "location")),
    "Visit": (("visitor", "host"),),
    "Office": (("person", "organization"),),
    "PartOf": (("part", "whole"),),
    "OtherRelation": (("subject", "object"),),
}
_ROLES: Mapping[str, frozenset[str]] = {
    kind: frozenset(role for pair in pairs for role in pair) | ({"signer"} if kind == "Agreement" else set())
    for kind, pairs in PAIRS.items()
}

#: An industry is an entity of the program that the annotation does not know.
_UNSCORED = frozenset({"Industry"})


# ---------------------------------------------------------------- numbers


@dataclass(frozen=True, slots=True)
class Count:
    """What was right among what was predicted and what was in gold.

    >>> Count(right=3, predicted=4, gold=6).f1
    0.6
    """

    right: int = 0
    predicted: int = 0
    gold: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.right + other.right, self.predicted + other.predicted, self.gold + other.gold)

    @property
    def precision(self) -> float:
        """The share of the predicted that is right; 1 where nothing was asked for and nothing predicted."""
        return self.right / self.predicted if self.predicted > 0 else float(self.gold == 0)

    @property
    def recall(self) -> float:
        """The share of the gold that was found; 1 where there is no gold."""
        return self.right / self.gold if self.gold > 0 else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        p, r = self.precision, self.recall
        return 2 * p * r / (p + r) if p + r > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Values:
    """Dates, or amounts, of the right pairs: how many have one in gold, and what was given for them.

    `near` counts dates that differ in precision only (2016 for 2016-05). `spurious` ones stand where gold has none;
    they are not part of `gold`.
    """

    gold: int = 0
    right: int = 0
    near: int = 0
    wrong: int = 0
    missing: int = 0
    spurious: int = 0

    def __add__(self, other: Values) -> Values:
        return Values(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def count(self) -> Count:
        """The same as right, predicted and gold."""
        return Count(self.right, self.right + self.near + self.wrong, self.gold)


@dataclass(frozen=True, slots=True)
class Whole:
    """Facts as a whole: `found` with one of their pairs, `full` with all, `any` with one under whatever type."""

    gold: int = 0
    found: int = 0
    full: int = 0
    any: int = 0

    def __add__(self, other: Whole) -> Whole:
        return Whole(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Miss:
    """One thing that went wrong: the article, the kind of error and the words for it."""

    article: str
    kind: str
    what: str


@dataclass(frozen=True, slots=True)
class Score:
    """The counts of one article, or the sums over several.

    `entities` by name, `entities_typed` with the type too; `pairs` under the right type of fact, `pairs_relaxed`
    under any. `dates` and `amounts` are those of the right pairs; `amounts_found` counts the amounts of all gold facts,
    those with one participant too, that stand at a predicted fact which shares a participant. `repeats` are entities
    predicted a second time (they count as wrong). `confidence` counts, for each tenth of it ("0.8"), how many of the
    judged facts with that confidence are right: their precision should be near that number. `misses` lists what went
    wrong.
    """

    entities: Count = Count()
    entities_typed: Count = Count()
    pairs: Count = Count()
    pairs_relaxed: Count = Count()
    dates: Values = Values()
    amounts: Values = Values()
    amounts_found: tuple[int, int] = (0, 0)
    repeats: int = 0
    entity_classes: Mapping[str, Count] = field(default_factory=dict)
    fact_classes: Mapping[str, Count] = field(default_factory=dict)
    facts: Mapping[str, Whole] = field(default_factory=dict)
    confidence: Mapping[str, Count] = field(default_factory=dict)
    misses: tuple[Miss, ...] = ()

    def __add__(self, other: Score) -> Score:
        found, asked = self.amounts_found
        return Score(
            entities=self.entities + other.entities,
            entities_typed=self.entities_typed + other.entities_typed,
            pairs=self.pairs + other.pairs,
            pairs_relaxed=self.pairs_relaxed + other.pairs_relaxed,
            dates=self.dates + other.dates,
            amounts=self.amounts + other.amounts,
            amounts_found=(found + other.amounts_found[0], asked + other.amounts_found[1]),
            repeats=self.repeats + other.repeats,
            entity_classes=_sums(self.entity_classes, other.entity_classes, Count(), ENTITY_TYPES),
            fact_classes=_sums(self.fact_classes, other.fact_classes, Count(), tuple(PAIRS)),
            facts=_sums(self.facts, other.facts, Whole(), tuple(PAIRS)),
            confidence=_sums(self.confidence, other.confidence, Count(), ()),
            misses=(*self.misses, *other.misses),
        )


def _sums(one: Mapping[str, Any], two: Mapping[str, Any], zero: Any, order: Sequence[str]) -> dict[str, Any]:
    names = sorted({*one, *two}, key=lambda n: (order.index(n) if n in order else len(order), n))
    return {name: one.get(name, zero) + two.get(name, zero) for name in names}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The scores of every part of the gold, and of every article in it."""

    parts: Mapping[str, Score]
    articles: Mapping[str, Mapping[str, Score]]
    identity: Mapping[str, IdentityScore] = field(default_factory=dict)

    def rows(self) -> list[dict[str, object]]:
        """One row a measure and class, for a table: part, measure, class, counts, precision, recall, F1 (0 to 1).

        The measures are `entities`, `entities_typed`, `pairs`, `pairs_relaxed`, `dates` (of the right pairs, exact)
        and `amounts` (of all facts); `class` is None in the row of a total. Amounts have no precision: a sum is looked
        for, none is judged for itself. Where there is gold of identity, `identity_names` counts the names found,
        `identity_pairs` the pairs of names that are one thing, `identity_b3` is B³ over all names (no counts).
        """
        rows: list[dict[str, object]] = []
        for part, score in self.parts.items():
            rows.extend(_rows(part, score))
            if part in self.identity:
                rows.extend(self.identity[part].rows(part))
        return rows

    def to_json(self) -> dict[str, object]:
        """All counts as plain values, with the totals of each article."""
        return {
            part: {
                **_plain(score),
                **({"identity": self.identity[part].to_json()} if part in self.identity else {}),
                "articles": {name: _totals(s) for name, s in self.articles[part].items()},
            }
            for part, score in self.parts.items()
        }

    def errors(self) -> list[Miss]:
        """What was missed and what is wrong, article by article, for those who improve the rules.

        The part `test` is left out: it measures how well the rules carry over to articles that nobody tuned them for,
        and would no longer do so once its errors had been read.
        """
        found = [miss for part, score in self.parts.items() if part != CLOSED for miss in score.misses]
        return [*found, *(m for part, score in self.identity.items() if part != CLOSED for m in score.misses)]


@dataclass(frozen=True, slots=True)
class IdentityScore:
    """How well names of several articles are gathered into things, against `identity.tsv`.

    `names` counts the names of gold that the program found at all; one that it did not find is a thing by itself in
    both measures that follow. `pairs` counts pairs of names that are one thing, `precision` and `recall` are B³:
    the mean, over all names, of the share of its cluster that is right, and of its gold cluster that was found.
    """

    names: Count
    pairs: Count
    precision: float
    recall: float
    misses: tuple[Miss, ...] = ()

    @property
    def f1(self) -> float:
        """The harmonic mean of B³ precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total > 0 else 0.0

    def rows(self, part: str) -> Iterator[dict[str, object]]:
        """Rows as those of `Evaluation.rows`."""
        for measure, count in (("identity_names", self.names), ("identity_pairs", self.pairs)):
            yield {
                "part": part, "measure": measure, "class": None, "gold": count.gold,
                "predicted": count.predicted, "right": count.right,
                "precision": round(count.precision, 3), "recall": round(count.recall, 3), "f1": round(count.f1, 3),
            }  # fmt: skip
        yield {
            "part": part, "measure": "identity_b3", "class": None, "gold": None, "predicted": None, "right": None,
            "precision": round(self.precision, 3), "recall": round(self.recall, 3), "f1": round(self.f1, 3),
        }  # fmt: skip

    def to_json(self) -> dict[str, object]:
        """The same as plain values."""
        b3 = {"precision": round(self.precision, 4), "recall": round(self.recall, 4), "f1": round(self.f1, 4)}
        return {"names": _numbers(self.names), "pairs": _numbers(self.pairs), "b3": b3}


def _rows(part: str, score: Score) -> Iterator[dict[str, object]]:
    found, asked = score.amounts_found

    def row(measure: str, name: str | None, count: Count) -> dict[str, object]:
        return {
            "part": part,
            "measure": measure,
            "class": name,
            "gold": count.gold,
            "predicted": count.predicted,
            "right": count.right,
            "precision": round(count.precision, 3),
            "recall": round(count.recall, 3),
            "f1": round(count.f1, 3),
        }

    yield row("entities", None, score.entities)
    yield row("entities_typed", None, score.entities_typed)
    yield from (row("entities_typed", name, count) for name, count in score.entity_classes.items())
    yield row("pairs", None, score.pairs)
    yield from (row("pairs", name, count) for name, count in score.fact_classes.items())
    yield row("pairs_relaxed", None, score.pairs_relaxed)
    yield row("dates", None, score.dates.count)
    # The reliability table: of the facts said with about this confidence, how many are right.
    for name, count in score.confidence.items():
        yield row("confidence", name, count) | {"gold": None, "recall": None, "f1": None}
    amounts = row("amounts", None, Count(found, found, asked))
    yield amounts | {"predicted": None, "precision": None, "f1": None}


def _plain(score: Score) -> dict[str, object]:
    return {
        **_totals(score),
        "pairs_relaxed": _numbers(score.pairs_relaxed),
        "dates": {f.name: getattr(score.dates, f.name) for f in fields(Values)},
        "amounts": {f.name: getattr(score.amounts, f.name) for f in fields(Values) if f.name != "near"},
        "amounts_found": {"right": score.amounts_found[0], "gold": score.amounts_found[1]},
        "repeats": score.repeats,
        "confidence": {name: _numbers(count) for name, count in score.confidence.items()},
        "entity_classes": {name: _numbers(count) for name, count in score.entity_classes.items()},
        "fact_classes": {
            name: {
                **_numbers(score.fact_classes.get(name, Count())),
                "facts": {f.name: getattr(score.facts.get(name, Whole()), f.name) for f in fields(Whole)},
            }
            for name in {**score.fact_classes, **score.facts}
        },
    }


def _totals(score: Score) -> dict[str, object]:
    return {name: _numbers(getattr(score, name)) for name in ("entities", "entities_typed", "pairs")}


def _numbers(count: Count) -> dict[str, float]:
    return {
        "right": count.right,
        "predicted": count.predicted,
        "gold": count.gold,
        "precision": round(count.precision, 4),
        "recall": round(count.recall, 4),
        "f1": round(count.f1, 4),
    }


# ---------------------------------------------------------------- gold


@dataclass(frozen=True, slots=True)
class GoldEntity:
    """An annotated entity; `types` holds its type first and then those that are as good."""

    name: str
    aliases: tuple[str, ...]
    types: tuple[str, ...]
    optional: bool


@dataclass(frozen=True, slots=True)
class GoldPart:
    """A participant: the name of an entity, its role, and the names that may stand there as well."""

    entity: str
    role: str
    alternatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GoldFact:
    """An annotated fact; `types` as for entities, `amounts` the value first and then those that are as good."""

    types: tuple[str, ...]
    parts: tuple[GoldPart, ...]
    date: str | None
    amounts: tuple[Decimal, ...]
    optional: bool


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """One gold file: which article it is about, when that was published, what it says."""

    id: str
    url: str
    starts_with: str
    date: Date | None
    entities: tuple[GoldEntity, ...]
    facts: tuple[GoldFact, ...]
    path: Path


def read_gold(path: Path, *, strict: bool = False) -> GoldArticle:
    """Read one gold file. `strict` makes everything optional required.

    Raises GoldError with the line, the offending text and the remedy where it does not follow the schema.
    """
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise GoldError(f"is no JSON: {error.msg}; mend the file at this line", where=path, line=error.lineno) from None
    except UnicodeDecodeError:
        raise GoldError("is not UTF-8; save it as UTF-8", where=path) from None
    except OSError as error:
        raise GoldError(f"cannot be read: {error.strerror or error}", where=path) from None
    return _GoldFile(path, text, strict).article(found)


class _GoldFile:
    """Checks what a gold file holds, so that an error can name the line of the offending word."""

    def __init__(self, path: Path, text: str, strict: bool) -> None:
        self.path = path
        self.text = text
        self.strict = strict

    def error(self, message: str, word: object = None) -> GoldError:
        """An error at the line where `word` first stands."""
        at = self.text.find(json.dumps(word, ensure_ascii=False)) if isinstance(word, str) else -1
        return GoldError(message, where=self.path, line=self.text.count("\n", 0, at) + 1 if at >= 0 else None)

    def article(self, found: object) -> GoldArticle:
        if not isinstance(found, dict):
            raise self.error(f"holds {_kind(found)}; a gold file is one JSON object with id, url, entities and facts")
        name = self.string(found, "id", "the article")
        entities = tuple(self.entity(e) for e in self.objects(found, "entities", name))
        known: Counter[str] = Counter(e.name for e in entities)
        twice = [e for e, times in known.items() if times > 1]
        if len(twice) > 0:
            raise self.error(
                f"two entities are named {twice[0]!r}; make them one, or tell them apart by name", twice[0]
            )
        return GoldArticle(
            id=name,
            url=self.string(found, "url", name),
            starts_with=str(found.get("starts_with") or ""),
            date=self.published(found.get("doc_date")),
            entities=entities,
            facts=tuple(self.fact(f, known) for f in self.objects(found, "facts", name)),
            path=self.path,
        )

    def published(self, value: object) -> Date | None:
        day = self.date(value, "doc_date")
        return None if day is None else Date(day, day, day)

    def entity(self, found: Mapping[str, Any]) -> GoldEntity:
        name = self.string(found, "name", "an entity")
        return GoldEntity(
            name=name,
            aliases=self.strings(found, "aliases", name),
            types=self.types(found, name, ENTITY_TYPES),
            optional=bool(found.get("optional")) and not self.strict,
        )

    def fact(self, found: Mapping[str, Any], known: Collection[str]) -> GoldFact:
        what = f"the fact {found.get('what')!r}" if found.get("what") is not None else "a fact"
        types = self.types(found, what, tuple(PAIRS))
        parts = []
        for part in self.objects(found, "participants", what):
            name, role = self.string(part, "entity", what), self.string(part, "role", what)
            if name not in known:
                raise self.error(
                    f"{what} names {name!r}, which is none of the entities of the file; add it to them, or write it"
                    " as it is written there",
                    name,
                )
            if role not in _ROLES[types[0]]:
                roles = ", ".join(sorted(_ROLES[types[0]]))
                raise self.error(f"{what} has the role {role!r}; {types[0]} has the roles {roles}")
            parts.append(GoldPart(name, role, self.strings(part, "alt", what)))
        if len(parts) == 0:
            raise self.error(f"{what} has no participants; name at least one")
        return GoldFact(
            types=types,
            parts=tuple(parts),
            date=self.date(found.get("date"), what),
            amounts=self.amounts(found.get("amount"), what),
            optional=bool(found.get("optional")) and not self.strict,
        )

    def types(self, found: Mapping[str, Any], what: str, known: Sequence[str]) -> tuple[str, ...]:
        types = (self.string(found, "type", what), *self.strings(found, "type_alt", what))
        for kind in types:
            if kind not in known:
                # A type of facts given to an entity stands elsewhere in the file with every right.
                word = kind if kind not in PAIRS and kind not in ENTITY_TYPES else None
                raise self.error(f"{what} has the type {kind!r}; the types are {', '.join(known)}", word)
        return types

    def date(self, value: object, what: str) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str) or ISO_DATE.fullmatch(value) is None:
            raise self.error(f"{what} has the date {value!r}; write YYYY, YYYY-MM, YYYY-MM-DD or null", value)
        return value

    def amounts(self, value: object, what: str) -> tuple[Decimal, ...]:
        if value is None:
            return ()
        numbers: list[object] = []
        if isinstance(value, dict):
            others = value.get("alt_values", [])
            numbers = [value.get("value"), *(others if isinstance(others, list) else [others])]
        if len(numbers) == 0 or not all(isinstance(n, int | Decimal) and not isinstance(n, bool) for n in numbers):
            shown = json.dumps(value, ensure_ascii=False, default=str)
            raise self.error(f'{what} has the amount {shown}; write {{"value": number, "currency": …, "text": …}}')
        return tuple(Decimal(str(n)) for n in numbers)

    def string(self, found: Mapping[str, Any], key: str, what: str) -> str:
        value = found.get(key)
        if not isinstance(value, str) or value.strip() == "":
            given = "no" if value is None else f"the {key} {value!r} instead of a word as"
            raise self.error(f"{what} has {given} {key!r}; add it, as data/gold/README.md tells")
        return value

    def strings(self, found: Mapping[str, Any], key: str, what: str) -> tuple[str, ...]:
        value = found.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise self.error(f'{what} has {key!r} that is no list of words; write it as [] or ["…"]')
        return tuple(value)

    def objects(self, found: Mapping[str, Any], key: str, what: str) -> list[Mapping[str, Any]]:
        value = found.get(key)
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise self.error(f"{what} has no list of objects {key!r}; add it, as data/gold/README.md tells")
        return value


def _kind(found: object) -> str:
    return {list: "a list", str: "a word", type(None): "null"}.get(type(found), "a number")


# ---------------------------------------------------------------- names


class Names:
    """When two names are the same: the rules of `data/gold/scoring.toml`."""

    def __init__(self, path: Path | None = None) -> None:
        rules = tomllib.loads((path or resource("data/gold/scoring.toml")).read_text(encoding="utf-8"))

        def either(key: str) -> str:
            return "|".join(re.escape(word) for word in rules[key])

        self._same: list[tuple[str, str]] = [(long_, short) for long_, short in rules["same"]]
        self._prefix = re.compile(f"^(?:{either('prefixes')})")
        self._division = re.compile(
            f"(?:{either('provinces')})(?:{either('province_levels')})?|[\u4e00-\u9fff]{{1,6}}?(?:{either('levels')})"
        )
        self._short_level = re.compile(f"^(?:{either('short_levels')})")
        self._place = re.compile(f"(.{{2,}})(?:{either('place_endings')})")
        self._generic = frozenset(rules["generic"])

    def normal(self, name: str) -> str:
        """A name without what may be written one way or another: width, blanks, quotes, middle dots, dashes.

        >>> Names().normal("开天（上海） 传动"), Names().normal("中共南湖区委")
        ('开天(上海)传动', '南湖区委')
        """
        name = unicodedata.normalize("NFKC", name).lower()
        name = re.sub(r"[\s“”„‟\"'‘’`《》〈〉「」『』【】·•・‧∙]", "", name)
        name = re.sub(r"[-—–‐‑−―﹣─]+", "-", name)
        for long_, short in self._same:
            name = name.replace(long_, short)
        return self._prefix.sub("", name)

    def forms(self, name: str, aliases: Iterable[str]) -> tuple[str, ...]:
        """The name and the aliases as `normal` gives them, each once."""
        return tuple(n for n in dict.fromkeys(self.normal(a) for a in (name, *aliases)) if n != "")

    def bare(self, place: str) -> str:
        """A place without its level: 嘉兴市 → 嘉兴."""
        match = self._place.fullmatch(place)
        return place if match is None else match.group(1)

    def within(self, one: str, other: str, places: Collection[str]) -> bool:
        """True where one name is the other with leading parent divisions; `places` are those known in the article.

        >>> Names().within("盐城市盐都区", "盐都区", set()), Names().within("上海大学", "大学", set())
        (True, False)
        """
        long_, short = (one, other) if len(one) > len(other) else (other, one)
        if one == other or len(short) < 2 or short in self._generic or not long_.endswith(short):
            return False
        rest = long_[: -len(short)]
        if rest in places:
            return True
        longest = sorted((p for p in places if p != ""), key=lambda p: (-len(p), p))
        while rest != "":
            known = next((p for p in longest if rest.startswith(p)), None)
            if known is not None:
                rest = self._short_level.sub("", rest[len(known) :])
                continue
            match = self._division.match(rest)
            if match is None:
                return False
            rest = rest[match.end() :]
        return True


# ---------------------------------------------------------------- one article


@dataclass(frozen=True, slots=True)
class _Predicted:
    """A predicted entity; `scored` is False where the annotation knows no such class."""

    id: str
    type: str
    name: str
    forms: tuple[str, ...]
    scored: bool


@dataclass(frozen=True, slots=True)
class _Told:
    """A predicted fact: each participant once, in reading order."""

    type: str
    parts: tuple[tuple[str, str], ...]
    date: str | None
    amount: Decimal | None
    confidence: float


@dataclass(frozen=True, slots=True)
class _Slot:
    """Who may stand at one end of a gold pair: gold entities, and names that are no entity of the file."""

    entities: frozenset[int]
    names: frozenset[str]

    def __or__(self, other: _Slot) -> _Slot:
        return _Slot(self.entities | other.entities, self.names | other.names)


@dataclass(slots=True)
class _Asked:
    """A gold pair: its two participants, each with who may stand there, and the facts that say it."""

    type: str
    types: set[str]
    slots: dict[str, _Slot]
    facts: list[int]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.slots)


@dataclass(slots=True)
class _Given:
    """A predicted pair: gold names where matched, else `~` and the own name; `soft` where its roles do not count."""

    type: str
    names: frozenset[str]
    ends: list[tuple[str, str]]
    facts: list[int]
    soft: bool


@dataclass(frozen=True, slots=True)
class _Matched:
    """The outcome: predicted pair by gold pair (indices), and the predicted pairs that are wrong."""

    asked: Sequence[_Asked]
    given: Sequence[_Given]
    owner: Mapping[int, int]
    wrong: tuple[int, ...]

    @property
    def missed(self) -> tuple[int, ...]:
        return tuple(k for k in range(len(self.asked)) if k not in self.owner)

    @property
    def count(self) -> Count:
        return Count(len(self.owner), len(self.owner) + len(self.wrong), len(self.asked))


def score_article(gold: GoldArticle, extraction: Extraction, *, ontology: Ontology, names: Names) -> Score:
    """The score of what was extracted from one article against its annotation."""
    return _Article(gold, extraction, ontology, names).score()


class _Article:
    """One article: gold and prediction laid side by side."""

    def __init__(self, gold: GoldArticle, extraction: Extraction, ontology: Ontology, names: Names) -> None:
        self.gold = gold
        self.names = names
        self.asked = gold.entities
        self.forms = [names.forms(e.name, e.aliases) for e in gold.entities]
        self.index = {e.name: n for n, e in enumerate(gold.entities)}
        self.places = frozenset(
            f for e, own in zip(self.asked, self.forms, strict=True) if e.types[0] == "Place" for f in own
        )
        tops = {e.id: ontology.top(e.type) for e in extraction.entities}
        self.given = [
            _Predicted(e.id, tops[e.id], e.name, names.forms(e.name, e.aliases), tops[e.id] not in _UNSCORED)
            for e in extraction.entities
        ]
        self.by_id = {e.id: e for e in self.given}
        self.told = [
            _Told(
                type=ontology.top(f.type),
                parts=_once(f.roles),
                date=f.date.value if f.date is not None else None,
                amount=f.amount.value if f.amount is not None else None,
                confidence=f.confidence,
            )
            for f in extraction.facts
        ]
        self._match_entities()

    # ------------------------------------------------------------ entities

    def _match_entities(self) -> None:
        """Give each gold entity the prediction with the best name, then type; what is left repeats one or is wrong.

        `gold_of` gives the gold entity (index) that a predicted one (id) means, repeats included; `best` the predicted
        one (index) of a gold one; `closeness` how near the names are, by id and index.
        """
        self.closeness: dict[str, dict[int, int]] = {}
        candidates: list[tuple[float, int, int]] = []
        for i, given in enumerate(self.given):
            for j, asked in enumerate(self.asked):
                near = self._closeness(given.forms, j)
                if near == 0:
                    continue
                self.closeness.setdefault(given.id, {})[j] = near
                candidates.append((near + 0.5 * (given.type in asked.types) + 0.25 * (not asked.optional), -i, -j))
        candidates.sort(reverse=True)
        self.gold_of: dict[str, int] = {}
        self.best: dict[int, int] = {}
        for _, i, j in candidates:
            given = self.given[-i]
            if given.scored and given.id not in self.gold_of and -j not in self.best:
                self.gold_of[given.id] = -j
                self.best[-j] = -i
        self.repeats: list[int] = []
        for _, i, j in candidates:
            given = self.given[-i]
            if given.id not in self.gold_of:
                self.gold_of[given.id] = -j
                if given.scored:
                    self.repeats.append(-i)
        named_only = {
            self.names.normal(a)
            for f in self.gold.facts
            for p in f.parts
            for a in p.alternatives
            if a not in self.index
        }
        matched = set(self.best.values())
        self.wrong: list[int] = []
        for i, given in enumerate(self.given):
            if not given.scored or i in matched or not named_only.isdisjoint(given.forms):
                continue
            if i in self.repeats and self.asked[self.gold_of[given.id]].optional:
                continue
            self.wrong.append(i)

    def _closeness(self, forms: tuple[str, ...], j: int) -> int:
        """3 for the same name, 2 for a common one, 1 where only parents or the level of a place differ, else 0."""
        own = self.forms[j]
        if len(forms) > 0 and len(own) > 0 and forms[0] == own[0]:
            return 3
        if not set(forms).isdisjoint(own):
            return 2
        place = self.asked[j].types[0] == "Place"
        for a in forms:
            for b in own:
                if self.names.within(a, b, self.places):
                    return 1
                if place and len(self.names.bare(a)) >= 2 and self.names.bare(a) == self.names.bare(b):
                    return 1
        return 0

    def _typed(self, j: int) -> bool:
        return self.given[self.best[j]].type in self.asked[j].types

    # ------------------------------------------------------------ pairs

    def _slot(self, part: GoldPart) -> _Slot:
        known = [self.index[a] for a in part.alternatives if a in self.index]
        others = [self.names.normal(a) for a in part.alternatives if a not in self.index]
        return _Slot(frozenset((self.index[part.entity], *known)), frozenset(others))

    @cached_property
    def _core(self) -> list[list[tuple[GoldPart, GoldPart]]]:
        """The pairs of each gold fact that count: those of the right roles, or all where it has none of these."""
        cores = []
        for fact in self.gold.facts:
            pairs = _pairs_of(fact)
            counted = PAIRS[fact.types[0]]
            core = [(a, b) for a, b in pairs if (a.role, b.role) in counted or (b.role, a.role) in counted]
            cores.append(core if len(core) > 0 else pairs)
        return cores

    @cached_property
    def _gold_pairs(self) -> tuple[list[_Asked], list[_Asked]]:
        """The gold pairs that are asked for, and those that may be found or not."""
        required: dict[tuple[str, frozenset[str]], _Asked] = {}
        free: dict[tuple[str, frozenset[str]], _Asked] = {}
        for k, fact in enumerate(self.gold.facts):
            for a, b in _pairs_of(fact):
                table = free if fact.optional or (a, b) not in self._core[k] else required
                key = (fact.types[0], frozenset((a.entity, b.entity)))
                pair = table.setdefault(key, _Asked(fact.types[0], set(), {}, []))
                pair.types.update(fact.types)
                for part in (a, b):
                    slot = self._slot(part)
                    pair.slots[part.entity] = pair.slots.get(part.entity, slot) | slot
                pair.facts.append(k)
        return list(required.values()), list(free.values())

    @cached_property
    def _relaxed_gold_pairs(self) -> list[_Asked]:
        """The gold pairs that are asked for, once each whatever the types of the facts that say them."""
        pairs: dict[frozenset[str], _Asked] = {}
        for pair in self._gold_pairs[0]:
            merged = pairs.setdefault(pair.names, _Asked(pair.type, set(), {}, []))
            for name, slot in pair.slots.items():
                merged.slots[name] = merged.slots.get(name, slot) | slot
            merged.facts.extend(pair.facts)
        return list(pairs.values())

    def _called(self, entity: str) -> str:
        j = self.gold_of.get(entity)
        if j is not None:
            return self.asked[j].name
        forms = self.by_id[entity].forms
        return "~" + (forms[0] if len(forms) > 0 else "?")

    def _predicted_pairs(self, *, typed: bool) -> list[_Given]:
        pairs: dict[tuple[str | None, frozenset[str]], _Given] = {}
        for n, told in enumerate(self.told):
            found = []
            for x, (role, entity) in enumerate(told.parts):
                for other_role, other in told.parts[x + 1 :]:
                    names = frozenset((self._called(entity), self._called(other)))
                    if len(names) == 2:
                        found.append((names, (entity, other), _soft(told.type, role, other_role)))
            # A fact that has none of the counted pairs counts with all its pairs.
            all_soft = all(soft for _, _, soft in found)
            for names, ends, soft in found:
                pair = pairs.setdefault((told.type if typed else None, names), _Given(told.type, names, [], [], True))
                pair.ends.append(ends)
                pair.facts.append(n)
                pair.soft = pair.soft and soft and not all_soft
        return list(pairs.values())

    def _fills(self, entity: str, slot: _Slot) -> bool:
        if self.gold_of.get(entity) in slot.entities:
            return True
        near = self.closeness.get(entity, {})
        if any(near.get(j, 0) >= 2 for j in slot.entities):
            return True
        forms = self.by_id[entity].forms
        return any(a == b or self.names.within(a, b, self.places) for a in forms for b in slot.names)

    def _accepts(self, asked: _Asked, given: _Given) -> bool:
        one, two = asked.slots.values()
        return any(
            (self._fills(a, one) and self._fills(b, two)) or (self._fills(a, two) and self._fills(b, one))
            for a, b in given.ends
        )

    def _match_pairs(self, *, typed: bool) -> _Matched:
        """As many right pairs as can be: each gold pair has one prediction, each prediction one gold pair."""
        asked = self._gold_pairs[0] if typed else self._relaxed_gold_pairs
        free = self._gold_pairs[1]
        given = self._predicted_pairs(typed=typed)
        fits: list[list[int]] = []
        for pair in given:
            ok = [k for k, a in enumerate(asked) if (not typed or pair.type in a.types) and self._accepts(a, pair)]
            fits.append(sorted(ok, key=lambda k: (asked[k].type != pair.type, asked[k].names != pair.names)))
        owner: dict[int, int] = {}

        def grow(p: int, seen: set[int]) -> bool:
            for k in fits[p]:
                if k in seen:
                    continue
                seen.add(k)
                if k not in owner or grow(owner[k], seen):
                    owner[k] = p
                    return True
            return False

        def second(p: int) -> bool:
            return len(fits[p]) == 0 or asked[fits[p][0]].type != given[p].type

        for p in sorted(range(len(given)), key=lambda p: (second(p), len(fits[p]))):
            grow(p, set())
        used = set(owner.values())
        wrong = []
        for p, pair in enumerate(given):
            # A pair that repeats a matched one, has roles that do not count, or is optional is not held against it.
            if p in used or len(fits[p]) > 0 or pair.soft:
                continue
            if not any(
                (not typed or pair.type in f.types or pair.type == "OtherRelation") and self._accepts(f, pair)
                for f in free
            ):
                wrong.append(p)
        return _Matched(asked, given, owner, tuple(wrong))

    # ------------------------------------------------------------ the score

    def score(self) -> Score:
        typed, relaxed = self._match_pairs(typed=True), self._match_pairs(typed=False)
        required = [j for j, e in enumerate(self.asked) if not e.optional]
        found = [j for j in required if j in self.best]
        predicted = len(found) + len(self.wrong)
        dates, amounts, slips = self._values(typed)
        return Score(
            entities=Count(len(found), predicted, len(required)),
            entities_typed=Count(sum(self._typed(j) for j in found), predicted, len(required)),
            pairs=typed.count,
            pairs_relaxed=relaxed.count,
            dates=dates,
            amounts=amounts,
            amounts_found=self._amounts_found(),
            repeats=sum(1 for i in self.repeats if i in self.wrong),
            entity_classes=_class_counts(
                gold=[self.asked[j].types[0] for j in required],
                right=[self.asked[j].types[0] for j in found if self._typed(j)],
                wrong=[
                    *(self.given[self.best[j]].type for j in found if not self._typed(j)),
                    *(self.given[i].type for i in self.wrong),
                ],
            ),
            fact_classes=_class_counts(
                gold=[a.type for a in typed.asked],
                right=[typed.asked[k].type for k in typed.owner],
                wrong=[typed.given[p].type for p in typed.wrong],
            ),
            facts=self._whole_facts(typed, relaxed),
            confidence=self._confidence(typed),
            misses=(*self._missed(typed, relaxed), *slips),
        )

    def _confidence(self, typed: _Matched) -> dict[str, Count]:
        """Right among the facts that a pair judges, by the tenth of their confidence (0.8 holds 0.75 to 0.85)."""
        right = {n for p in typed.owner.values() for n in typed.given[p].facts}
        wrong = {n for p in typed.wrong for n in typed.given[p].facts}
        counts: dict[str, Count] = {}
        for n in sorted(right | wrong):
            tenth = f"{self.told[n].confidence:.1f}"
            good = int(n not in wrong)
            counts[tenth] = counts.get(tenth, Count()) + Count(good, 1, 1)
        return dict(sorted(counts.items()))

    def _values(self, typed: _Matched) -> tuple[Values, Values, list[Miss]]:
        """Dates and amounts of the right pairs."""
        dates: Counter[str] = Counter()
        amounts: Counter[str] = Counter()
        slips: list[Miss] = []
        for k, p in sorted(typed.owner.items()):
            pair = typed.asked[k]
            gold = [self.gold.facts[n] for n in pair.facts]
            told = [self.told[n] for n in typed.given[p].facts]
            asked = {f.date for f in gold if f.date is not None}
            given = {t.date for t in told if t.date is not None}
            outcome = _date_outcome(asked, given, free=self._optional_dates(pair))
            if outcome in ("near", "wrong", "missing", "spurious"):
                slips.append(self._miss(f"{outcome} date", f"{_shown(pair)}: {_listed(asked)} → {_listed(given)}"))
            sums = [v for f in gold for v in f.amounts]
            guesses = [t.amount for t in told if t.amount is not None]
            verdict = _amount_outcome(sums, guesses)
            if verdict in ("wrong", "missing", "spurious"):
                words = f"{_listed(map(str, sums))} → {_listed(map(str, guesses))}"
                slips.append(self._miss(f"{verdict} amount", f"{_shown(pair)}: {words}"))
            for table, what, wanted in ((dates, outcome, len(asked) > 0), (amounts, verdict, len(sums) > 0)):
                table["gold"] += wanted
                if what is not None:
                    table[what] += 1
        return Values(**dates), Values(**amounts), slips

    def _optional_dates(self, pair: _Asked) -> set[str]:
        """The dates that optional facts give for the same two."""
        return {
            f.date
            for f in self.gold.facts
            if f.optional and f.date is not None and pair.names <= {p.entity for p in f.parts}
        }

    def _amounts_found(self) -> tuple[int, int]:
        found = asked = 0
        for fact in self.gold.facts:
            if fact.optional or len(fact.amounts) == 0:
                continue
            slots = [self._slot(p) for p in fact.parts]
            asked += 1
            found += any(
                told.amount is not None
                and any(_same(v, told.amount) for v in fact.amounts)
                and any(self._fills(entity, slot) for _, entity in told.parts for slot in slots)
                for told in self.told
            )
        return found, asked

    def _whole_facts(self, typed: _Matched, relaxed: _Matched) -> dict[str, Whole]:
        hits = {(typed.asked[k].type, typed.asked[k].names) for k in typed.owner}
        loose = {relaxed.asked[k].names for k in relaxed.owner}
        totals: dict[str, Whole] = {}
        for fact, core in zip(self.gold.facts, self._core, strict=True):
            if fact.optional or len(core) == 0:
                continue
            kind = fact.types[0]
            named = [frozenset((a.entity, b.entity)) for a, b in core]
            hit = [(kind, names) in hits for names in named]
            one = Whole(1, int(any(hit)), int(all(hit)), int(any(names in loose for names in named)))
            totals[kind] = totals.get(kind, Whole()) + one
        return totals

    def _missed(self, typed: _Matched, relaxed: _Matched) -> Iterator[Miss]:
        for j, asked in enumerate(self.asked):
            if j not in self.best and not asked.optional:
                yield self._miss("missed entity", f"{asked.name} [{asked.types[0]}]")
        for i in self.wrong:
            given = self.given[i]
            repeats = f", repeats {self.asked[self.gold_of[given.id]].name}" if i in self.repeats else ""
            yield self._miss("wrong entity", f"{given.name} [{given.type}]{repeats}")
        for j in sorted(self.best):
            if not self.asked[j].optional and not self._typed(j):
                asked, given = self.asked[j], self.given[self.best[j]]
                yield self._miss("wrong type", f"{asked.name}: {asked.types[0]} → {given.type}")
        loose = {relaxed.asked[k].names for k in relaxed.owner}
        for k in typed.missed:
            other = ", found under another type" if typed.asked[k].names in loose else ""
            yield self._miss("missed pair", _shown(typed.asked[k]) + other)
        for p in typed.wrong:
            yield self._miss("wrong pair", _shown(typed.given[p]))

    def _miss(self, kind: str, what: str) -> Miss:
        return Miss(self.gold.id, kind, what)


def _once(roles: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Roles without those of an entity that has one already: it makes no pair with itself."""
    first: dict[str, str] = {}
    for role, entity in roles:
        first.setdefault(entity, role)
    return tuple((role, entity) for entity, role in first.items())


def _pairs_of(fact: GoldFact) -> list[tuple[GoldPart, GoldPart]]:
    parts = fact.parts
    return [(a, b) for x, a in enumerate(parts) for b in parts[x + 1 :] if a.entity != b.entity]


def _soft(kind: str, one: str, two: str) -> bool:
    """True for two roles of a fact that make no pair that counts."""
    roles = _ROLES.get(kind, frozenset())
    if one in roles and two in roles:
        return (one, two) not in PAIRS[kind] and (two, one) not in PAIRS[kind]
    return one == two and kind not in ("Agreement", "OtherRelation")


def _class_counts(*, gold: Iterable[str], right: Iterable[str], wrong: Iterable[str]) -> dict[str, Count]:
    """Counts by class: what is right counts for the class of the gold, what is wrong for the one predicted."""
    counts: dict[str, Count] = {}
    for names, one in ((gold, Count(gold=1)), (right, Count(right=1, predicted=1)), (wrong, Count(predicted=1))):
        for name in names:
            counts[name] = counts.get(name, Count()) + one
    return counts


def _date_outcome(asked: set[str], given: set[str], *, free: set[str]) -> str | None:
    if len(asked) == 0:
        return "spurious" if len(given - free) > 0 else None
    if not asked.isdisjoint(given):
        return "right"
    if any(a.startswith(b) or b.startswith(a) for a in asked for b in given):
        return "near"
    return "wrong" if len(given) > 0 else "missing"


def _amount_outcome(asked: Sequence[Decimal], given: Sequence[Decimal]) -> str | None:
    if len(asked) == 0:
        return "spurious" if len(given) > 0 else None
    if any(_same(a, b) for a in asked for b in given):
        return "right"
    return "wrong" if len(given) > 0 else "missing"


def _same(asked: Decimal, given: Decimal) -> bool:
    """Within half a percent: 4.69亿元 may stand for 468,900,000."""
    return abs(asked - given) <= Decimal("0.005") * abs(asked)


def _shown(pair: _Asked | _Given) -> str:
    return f"{pair.type}({' | '.join(sorted(pair.names))})"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words)) or "none"


# ---------------------------------------------------------------- the articles of a gold folder


def evaluate(
    gold: Path | None = None,
    *,
    ontology: Ontology,
    gazetteer: Gazetteer,
    parts: Sequence[str] = ("dev", "test"),
    articles: Path | None = None,
    strict: bool = False,
) -> Evaluation:
    """Extract the articles of a gold folder and score what comes out.

    `gold` is a folder of gold files, or one whose subfolders among `parts` hold them; None is the shipped one with its
    parts `dev` and `test`. A folder without subfolders is one part, called after it. `articles` is the folder that a
    file's `url` is looked up in, by path, by id or by address; None means the samples, then the folder of the gold.
    The file's `doc_date` dates an article that carries no date of its own. `strict` makes optional gold required.

    Raises GoldError for a gold file that breaks the schema, whose article is not there or is another one.
    """
    names, extractor = Names(), Extractor(ontology, gazetteer)
    totals: dict[str, Score] = {}
    each: dict[str, dict[str, Score]] = {}
    found: dict[str, dict[str, Extraction]] = {}
    for part, annotated, document in read_articles(gold, parts=parts, articles=articles, strict=strict):
        extraction = extractor.extract(document)
        score = score_article(annotated, extraction, ontology=ontology, names=names)
        each.setdefault(part, {})[annotated.id] = score
        found.setdefault(part, {})[annotated.id] = extraction
        totals[part] = totals.get(part, Score()) + score
    return Evaluation(totals, each, _identity(gold, found, extractor.linker))


# ---------------------------------------------------------------- identity


def _identity(
    gold: Path | None, found: Mapping[str, Mapping[str, Extraction]], linker: Linker
) -> dict[str, IdentityScore]:
    """The identity of names, part by part, where there is an `identity.tsv`; all articles are one corpus."""
    folder = gold if gold is not None else resource("data/gold")
    files = {part: folder / part / IDENTITY for part in found}
    if folder.is_dir() and (folder / IDENTITY).is_file():
        files = dict.fromkeys(found, folder / IDENTITY)
    files = {part: file for part, file in files.items() if file.is_file()}
    if len(files) == 0:
        return {}
    resolution = resolve_corpus((x for part in found.values() for x in part.values()), linker=linker)
    return {
        part: score_identity(read_identity(file, found[part]), found[part], resolution, key=linker.key)
        for part, file in files.items()
    }


#: The file with the names of a part of the gold and what they mean.
IDENTITY = "identity.tsv"
_COLUMNS = ["document", "surface", "occurrences", "entity"]


def read_identity(path: Path, documents: Collection[str]) -> list[tuple[str, str, tuple[int, ...], str]]:
    """The rows of a file of names: document, name, which of its places are meant (none for all), the thing.

    Raises GoldError with the line where a row is wrong or names a document that is not among `documents`.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise GoldError("is not UTF-8; save it as UTF-8", where=path) from None
    if len(lines) == 0 or lines[0].split("\t") != _COLUMNS:
        raise GoldError(f"the first line must be {' '.join(_COLUMNS)!r}, with tabs between", where=path, line=1)
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        if line.strip() == "":
            continue
        if len(cells) != len(_COLUMNS) or "" in (cells[0], cells[1], cells[3]):
            raise GoldError(f"{line!r} has not {len(_COLUMNS)} cells; put tabs between them", where=path, line=number)
        if cells[0] not in documents:
            raise GoldError(f"there is no gold file with the id {cells[0]!r} in this folder", where=path, line=number)
        if re.fullmatch(r"(?:\d+(?:,\d+)*)?", cells[2]) is None:
            raise GoldError(f"{cells[2]!r} is no list of numbers such as 1,3", where=path, line=number)
        places = tuple(int(n) for n in cells[2].split(",") if n != "")
        rows.append((cells[0], cells[1], places, cells[3]))
    return rows


def score_identity(
    rows: Sequence[tuple[str, str, tuple[int, ...], str]],
    documents: Mapping[str, Extraction],
    resolution: Resolution,
    *,
    key: Callable[[str], str],
) -> IdentityScore:
    """Compare what names mean in gold with what they were resolved to."""
    wanted: list[str] = []
    given: list[str] = []
    missing = 0
    for document, surface, places, entity in rows:
        local = _named_by(documents[document], surface, places, key)
        wanted.append(entity)
        if local is None:
            missing += 1
            given.append(f"?{missing}")
        else:
            given.append(resolution.of[documents[document].document.id, local])
    gold, ours, both = Counter(wanted), Counter(given), Counter(zip(wanted, given, strict=True))
    total = max(len(rows), 1)
    precision = sum(both[w, g] / ours[g] for w, g in zip(wanted, given, strict=True)) / total
    recall = sum(both[w, g] / gold[w] for w, g in zip(wanted, given, strict=True)) / total
    pairs = Count(_pairs_in(both), _pairs_in(ours), _pairs_in(gold))
    names = Count(len(rows) - missing, len(rows) - missing, len(rows))
    return IdentityScore(names, pairs, precision, recall, tuple(_identity_misses(rows, wanted, given)))


def _pairs_in(counts: Counter[Any]) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())


def _named_by(extraction: Extraction, surface: str, places: Sequence[int], key: Callable[[str], str]) -> str | None:
    """The entity of the document that a name of gold stands for: the one of most mentions there, else by its names."""
    text = extraction.document.text
    starts = [m.start() for m in re.finditer(re.escape(surface), text)]
    meant = {starts[n - 1] for n in places if n <= len(starts)} if len(places) > 0 else set(starts)
    counts = Counter(
        e.id
        for e in extraction.entities
        for m in e.mentions
        if m.span.start in meant and m.span.end - m.span.start == len(surface)
    )
    if len(counts) > 0:
        return min(counts, key=lambda e: (-counts[e], e))
    if len(places) > 0:
        return None
    wanted = key(surface)
    return next((e.id for e in extraction.entities if wanted in {key(n) for n in (e.name, *e.aliases)}), None)


def _identity_misses(
    rows: Sequence[tuple[str, str, tuple[int, ...], str]], wanted: Sequence[str], given: Sequence[str]
) -> Iterator[Miss]:
    for (document, surface, _, entity), found in zip(rows, given, strict=True):
        if found.startswith("?"):
            yield Miss(document, "missed name", f"{surface} ({entity})")
    for what, one, other in (("wrong merge", given, wanted), ("missed merge", wanted, given)):
        members: dict[str, dict[str, tuple[str, str]]] = {}
        for row, a, b in zip(rows, one, other, strict=True):
            if not a.startswith("?") and not b.startswith("?"):
                members.setdefault(a, {}).setdefault(b, (row[0], row[1]))
        for name, apart in sorted(members.items()):
            if len(apart) > 1:
                shown = "; ".join(f"{surface} in {document} = {b}" for b, (document, surface) in sorted(apart.items()))
                yield Miss(min(apart.values())[0], what, f"{name}: {shown}")


def read_articles(
    gold: Path | None = None,
    *,
    parts: Sequence[str] = ("dev", "test"),
    articles: Path | None = None,
    strict: bool = False,
) -> Iterator[tuple[str, GoldArticle, Document]]:
    """The gold files of a folder in order: the part, the annotation, and the article that it is about.

    Takes and raises what `evaluate` does.
    """
    library = _Library(articles)
    for part, files in _gold_files(gold if gold is not None else resource("data/gold"), parts).items():
        seen: set[str] = set()
        for file in files:
            annotated = read_gold(file, strict=strict)
            if annotated.id in seen:
                raise GoldError(f"another file of this folder has the id {annotated.id!r} too; rename one", where=file)
            seen.add(annotated.id)
            yield part, annotated, library.find(annotated)


def _gold_files(folder: Path, parts: Sequence[str]) -> dict[str, list[Path]]:
    if folder.is_file():
        return {folder.stem: [folder]}
    if not folder.is_dir():
        raise GoldError("there is no such folder of gold files; check the spelling of the path", where=folder)
    own = sorted(folder.glob("*.json"))
    if len(own) > 0:
        return {folder.resolve().name: own}
    found = {part: files for part in parts if len(files := sorted((folder / part).glob("*.json"))) > 0}
    if len(found) == 0:
        raise GoldError(
            f"holds no gold files; put one .json an article there, or into its folders {', '.join(parts)}", where=folder
        )
    return found


class _Library:
    """Finds the article that a gold file is about."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def find(self, gold: GoldArticle) -> Document:
        path, _, fragment = gold.url.partition("#")
        file = self._file(path, gold.path)
        documents = list(self._read(file if file is not None else self.folder, gold))
        if fragment != "" and file is not None:
            documents = [d for d in documents if d.id == fragment]
        elif file is None or len(documents) > 1:
            documents = [d for d in documents if gold.id == d.id or gold.url == d.url]
        if len(documents) == 0:
            there = self.folder if self.folder is not None else "the samples or beside the gold file"
            raise GoldError(
                f"its article {gold.url!r} is not in {there}; mend the url, or name the folder of the articles",
                where=gold.path,
            )
        document = documents[0]
        # Header lines (date, title) become fields of the document, so the words may stand in the file alone.
        raw = file.read_text(encoding="utf-8", errors="replace") if file is not None else ""
        if all(_solid(gold.starts_with) not in _solid(text) for text in (document.text, document.title or "", raw)):
            raise GoldError(
                f"is about an article that starts with {gold.starts_with!r}; {gold.url} does not hold these words",
                where=gold.path,
            )
        return document

    def _file(self, path: str, gold: Path) -> Path | None:
        """The file of a url: in the given folder, else among the samples, else beside the gold file."""
        if self.folder is not None:
            if self.folder.is_file():
                return self.folder
            options = [self.folder / path, self.folder / Path(path).name]
        else:
            # Only samples are the program's own: another name under `data` must not lead into its tables.
            own = [resource("data/news") / Path(path).name] if path.startswith("data/news/") else []
            options = [*own, gold.parent / path, gold.parent / Path(path).name, gold.parent.parent / path]
        return next((file for file in options if file.is_file()), None)

    def _read(self, file: Path | None, gold: GoldArticle) -> Iterator[Document]:
        if file is None:
            return
        for source in find_sources([file])[0]:
            for item in read_source(source, date=gold.date):
                if not isinstance(item, ReadError):
                    yield item
                elif file.is_file() and "#" not in gold.url:
                    raise GoldError(f"its article cannot be read: {item}", where=gold.path)


def _solid(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
