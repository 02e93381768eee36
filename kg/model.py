"""The seven core types: Document, Span, Mention, Entity, Date, Amount, Fact.

Owns the data that travels between the stages and the invariants that hold everywhere; does no I/O and imports
no third-party code, so that every stage can be tested with values made by hand.

    南湖区与上海杨浦区签订了合作框架协议   →   Fact(type="Agreement", roles=(("party", "e1"), ("party", "e2")), …)

All offsets count Unicode code points of `Document.text`, the text as read; end is exclusive.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

#: A calendar date with the precision that the text gave: YYYY, YYYY-MM or YYYY-MM-DD.
ISO_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")

Bound = Literal["exact", "about", "over", "nearly", "at_least", "at_most", "range"]
Status = Literal["done", "planned", "signed", "started", "completed", "ended", "denied"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a document's text: offsets in code points, `end` exclusive."""

    document: str
    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"span must be non-empty and non-negative: {self.start}..{self.end}")

    def contains(self, other: Span) -> bool:
        """True where `other` lies inside this span of the same document."""
        return self.document == other.document and self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Date:
    """A date, month, year or period as a text gives it.

    `start` and `end` are ISO 8601 dates of reduced precision (`2016`, `2017-06`, `2018-08-11`); they are equal
    for a point and differ for a period (上半年: 2018-01 … 2018-06). Both are None where the words stay relative
    because no reference date is known (去年 in an undated article) or where they name no time that can be
    calculated (近年来). `text` keeps the words; `approximate` is set for 近日, 约, 左右, 前后.
    """

    text: str
    start: str | None = None
    end: str | None = None
    approximate: bool = False

    def __post_init__(self) -> None:
        for value in (self.start, self.end):
            if value is not None and ISO_DATE.fullmatch(value) is None:
                raise ValueError(f"not an ISO date of reduced precision: {value!r}")
        if (self.start is None) != (self.end is None):
            raise ValueError("start and end are both known or both unknown")

    @property
    def value(self) -> str | None:
        """The one ISO date that says it: the point itself, or the part that start and end of a period share.

        >>> Date("上半年", "2018-01", "2018-06").value
        '2018'
        """
        if self.start is None or self.end is None:
            return None
        if self.start == self.end:
            return self.start
        shared = [a for a, b in zip(self.start.split("-"), self.end.split("-"), strict=False) if a == b]
        same = self.start.split("-")[: len(shared)] == shared and self.end.split("-")[: len(shared)] == shared
        return "-".join(shared) if same and len(shared) > 0 else None


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money as a text gives it: `value` in single units of `currency` (ISO 4217), never a float.

    `bound` says how the words limit it: 超/逾/多 over, 近 nearly, 约/左右 about, 不低于/至少 at_least,
    不超过/至多 at_most; a range has `upper` as its other end.
    """

    text: str
    value: Decimal
    currency: str = "CNY"
    bound: Bound = "exact"
    upper: Decimal | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.value, Decimal):
            raise TypeError("an amount is a Decimal, never a float")
        if (self.upper is not None) != (self.bound == "range"):
            raise ValueError("upper belongs to a range and only there")


@dataclass(frozen=True, slots=True)
class Document:
    """One article: the text as read and what is known about it.

    `folded` is the text for matching: half width, simplified script, the same length as `text`, so that every offset
    in one is an offset in the other. `origin` tells where it came from (`news/a.jsonl:12`), for messages only.
    `date_basis` is the kind of source that `date` was taken from, one of `kg.corpus.DATE_BASES`.
    """

    id: str
    text: str
    folded: str
    title: str | None = None
    date: Date | None = None
    date_basis: str | None = None
    source: str | None = None
    url: str | None = None
    origin: str | None = None

    def __post_init__(self) -> None:
        if len(self.text) != len(self.folded):
            raise ValueError(f"document {self.id}: the folded text must have the length of the text")

    def quote(self, span: Span) -> str:
        """The words of a span, sliced from the text as read."""
        if span.document != self.id:
            raise ValueError(f"span of {span.document} used on {self.id}")
        return self.text[span.start : span.end]


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of text that names an entity: its span, its entity class and the rule that found it.

    `name` is the normalised form (folded, inner blanks dropped); `code` is set for a division that is known.
    """

    span: Span
    type: str
    name: str
    rule: str
    confidence: float = 1.0
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing in one document, or in the corpus once resolved.

    `id` is local to the document before resolution and the IRI's last part after it. `aliases` excludes `name`.
    `code` is the GB/T 2260 or statistical division code of a place, as a string. `parent` is the id of the
    entity that it is part of by its name or by the gazetteer. `note` says how an ambiguous name was settled.

    `merged` says why the entity has its names: pairs of a name and the rule that gave it to this entity. `candidates`
    are what a name that stays undecided could mean: ids of entities of the document, or corpus ids (`place/110105`).
    `identifiers` are those of the user's table of known entities. `given` are names that a person has given it.
    """

    id: str
    type: str
    name: str
    aliases: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    code: str | None = None
    parent: str | None = None
    note: str | None = None
    merged: tuple[tuple[str, str], ...] = ()
    candidates: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """An n-ary statement: a type of the ontology, entities in roles, date, amount, status and its evidence.

    `roles` are pairs of role name and entity id, in reading order. `label` is what the text calls it
    (合作框架协议, 区长). `qualifiers` are further datatype properties that the ontology declares (share, area).
    `evidence` holds at least one span, the sentence first; `trigger` is the span of the word that fired `rule`.
    """

    id: str
    type: str
    roles: tuple[tuple[str, str], ...]
    evidence: tuple[Span, ...]
    label: str | None = None
    date: Date | None = None
    amount: Amount | None = None
    status: Status = "done"
    confidence: float = 1.0
    rule: str = ""
    trigger: Span | None = None
    qualifiers: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if len(self.evidence) == 0:
            raise ValueError(f"fact {self.id} has no evidence")
        if len(self.roles) == 0:
            raise ValueError(f"fact {self.id} has no participant")

    def entities(self, role: str | None = None) -> tuple[str, ...]:
        """The ids of the participants, all or those in one role."""
        return tuple(e for r, e in self.roles if role is None or r == role)


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one document yields: its entities and facts, and what was found and dropped, with the reason."""

    document: Document
    entities: tuple[Entity, ...] = ()
    facts: tuple[Fact, ...] = ()
    dropped: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person has decided: `action` on `about` (and `other`), with reason, name and time (ISO 8601).

    `detail` holds what a fact says, so that it is found again when its id has changed. `line` and `path` say where the
    judgement is written.
    """

    id: str
    action: str
    about: str
    other: str
    reason: str
    who: str
    when: str
    detail: str = ""
    line: int = 0
    path: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """A judgement with what it came to: the corpus ids of the entities and facts that it is about, or why it applies to
    nothing (`problem`).
    """

    judgement: Judgement
    entities: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the entities and facts of all documents are in the corpus.

    `entities` maps a corpus id (`place/330402`, `company/闻泰通讯`) to its entity: canonical name, code, parent (a
    corpus id too) and note, without mentions. `of` maps (document id, local entity id) to the corpus id. `why` holds,
    for a document and a corpus id, pairs of a name and the rule by which it came to its entity.

    `facts` maps (document id, local fact id) to the values that all tellings of one fact share, where they are not the
    telling's own; a fact in `rejected` is not written. `confirmed` are the ids of facts that a person has confirmed.
    `sources` counts the independent sources of every fact that several documents tell. `differs` holds pairs of facts
    that seem to tell one thing and disagree, with what they disagree in (`amount`, `date`). `reprints` holds pairs of
    documents with the share of the shorter one that stands in the other. `judgements` are all of them, applied or not.
    `amended` holds the extractions that a judgement has changed.
    """

    entities: Mapping[str, Entity]
    of: Mapping[tuple[str, str], str]
    why: Mapping[tuple[str, str], tuple[tuple[str, str], ...]] = field(default_factory=dict)
    facts: Mapping[tuple[str, str], Fact] = field(default_factory=dict)
    rejected: frozenset[tuple[str, str]] = frozenset()
    confirmed: frozenset[str] = frozenset()
    sources: Mapping[str, int] = field(default_factory=dict)
    differs: tuple[tuple[str, str, str], ...] = ()
    reprints: tuple[tuple[str, str, float], ...] = ()
    judgements: tuple[Applied, ...] = ()
    amended: Mapping[str, Extraction] = field(default_factory=dict)
