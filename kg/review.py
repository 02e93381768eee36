"""The queue of what only a person can decide: undecided pairs of entities, and facts that the program is not sure of.

Input is an open store, output the items, those first on which most facts hang, each with what one needs to decide: the
names, the places, and sentences of both sides. What has been judged is not asked again.

    queue(store, …)[0]   →   Item("pair", weight=7, left=Side("company/启岳", …), right=Side("company/启岳集团", …))
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.gazetteer import Gazetteer
from kg.ontology import KG, Ontology
from kg.search import LABEL, FactRow, fact_rows

if TYPE_CHECKING:
    from kg.store import Store

#: Facts below this confidence are asked about.
UNSURE = 0.6
_SENTENCES = 2
_END = re.compile(r"[。！？!?\n]")


@dataclass(frozen=True, slots=True)
class Side:
    """One of two things: its id, name, class, other names, where it is, how many facts it has, and sentences on it.

    A sentence comes with the id of its document.
    """

    id: str
    name: str
    type: str
    aliases: tuple[str, ...]
    path: str
    facts: int
    sentences: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Item:
    """Something to decide: a `pair` (are the two sides one thing?) or a `fact` (is it true?)."""

    kind: str
    weight: int
    left: Side | None = None
    right: Side | None = None
    fact: FactRow | None = None


def queue(
    store: Store, *, ontology: Ontology, gazetteer: Gazetteer, below: float = UNSURE, limit: int | None = None
) -> list[Item]:
    """What is to be decided, the most valuable first; `below` is the confidence under which a fact is asked about.

    Facts that disagree with each other are asked about whatever their confidence.
    """
    judged = _judged(store)
    could = {(row[0].value, row[1].value) for row in store.query(f"SELECT ?a ?b WHERE {{ ?a <{KG}candidate> ?b }}")}
    could = {pair for pair in could if frozenset(pair) not in judged}
    degree = _degrees(store, {iri for pair in could for iri in pair}, ontology)
    waiting: list[tuple[int, int, str, tuple[str, str] | None]] = []
    for one, other in sorted(could):
        if (other, one) in could and other < one:
            continue  # two people of one name are each other's candidates: one question
        # What a decision changes are the facts of the one that would be taken in.
        weight = min(degree[one], degree[other]) if (other, one) in could else degree[one]
        waiting.append((-weight, 0, f"{one} {other}", (one, other)))
    unsure = store.query(
        f"""SELECT ?fact (MAX(?c) AS ?best) WHERE {{ ?fact <{KG}evidence>/<{KG}confidence> ?c }}
            GROUP BY ?fact HAVING(MAX(?c) < {below})"""
    )
    asked = {row[0].value: (-1, round(float(row[1].value) * 100)) for row in unsure}
    # Of two facts that disagree at most one is right.
    torn = store.query(f"SELECT DISTINCT ?f WHERE {{ ?f <{KG}amountDiffersFrom>|<{KG}dateDiffersFrom> ?g }}")
    asked.update({row[0].value: (-2, 0) for row in torn})
    waiting += [(*rank, iri, None) for iri, rank in asked.items() if frozenset((iri,)) not in judged]
    found = []
    for weight, _, name, pair in sorted(waiting, key=lambda w: w[:3])[: limit if limit is not None else None]:
        if pair is None:
            found.append(Item("fact", -weight, fact=fact_rows(store, [name], ontology=ontology)[0]))
            continue
        # The undecided name stands left, what it could be stands right.
        left, right = (_side(store, iri, degree[iri], gazetteer) for iri in pair)
        found.append(Item("pair", -weight, left, right))
    return found


def _judged(store: Store) -> set[frozenset[str]]:
    about: dict[str, set[str]] = defaultdict(set)
    for node, thing in store.query(
        f"SELECT ?j ?thing WHERE {{ ?j a <{KG}Judgement> ; <{KG}about> ?thing ; <{KG}applies> true }}"
    ):
        about[node.value].add(thing.value)
    return {frozenset(things) for things in about.values()}


def _degrees(store: Store, iris: set[str], ontology: Ontology) -> dict[str, int]:
    found = {}
    roles = " ".join(f"<{KG}{r}>" for r in ontology.roles)
    for iri in sorted(iris):
        rows = store.query(f"SELECT (COUNT(DISTINCT ?f) AS ?n) WHERE {{ VALUES ?r {{ {roles} }} ?f ?r <{iri}> }}")
        found[iri] = int(rows.rows[0][0].value)
    return found


def _side(store: Store, iri: str, facts: int, gazetteer: Gazetteer) -> Side:
    own = store.iris.id_of(iri) or iri
    about: Mapping[str, list[str]] = defaultdict(list)
    for predicate, value in store.query(f"SELECT DISTINCT ?p ?o WHERE {{ <{iri}> ?p ?o }}"):
        about[predicate.value].append(value.value)
    code = own.partition("/")[2] if own.startswith("place/") else ""
    known = code in gazetteer
    name = min(about[LABEL], default=gazetteer.get(code).name if known else own)
    kinds = sorted(t[len(KG) :] for t in about["http://www.w3.org/1999/02/22-rdf-syntax-ns#type"] if t.startswith(KG))
    aliases = tuple(sorted(set(about["http://www.w3.org/2004/02/skos/core#altLabel"])))
    path = gazetteer.path(code) if known else ""
    return Side(own, name, kinds[0] if len(kinds) > 0 else "Place", aliases, path, facts, _sentences(store, iri, own))


def _sentences(store: Store, iri: str, own: str) -> tuple[tuple[str, str], ...]:
    """Sentences that name a thing: from the first documents that mention it."""
    rows = store.query(f"SELECT DISTINCT ?d WHERE {{ ?d <{KG}mentions> <{iri}> }} ORDER BY ?d LIMIT {_SENTENCES}")
    found: list[tuple[str, str]] = []
    names = {
        row[0].value
        for row in store.query(
            f"SELECT DISTINCT ?n WHERE {{ <{iri}> <{LABEL}>|<http://www.w3.org/2004/02/skos/core#altLabel> ?n }}"
        )
    }
    for (document,) in rows:
        name = store.iris.id_of(document.value)
        if name is None:
            continue
        extraction = store.extraction(name)
        spans = sorted((m.span.start, m.span.end) for e in extraction.entities if e.name in names for m in e.mentions)
        if len(spans) > 0:
            found.append((_around(extraction.document.text, *spans[0]), name))
    return tuple(found[:_SENTENCES])


def _around(text: str, start: int, end: int) -> str:
    """The sentence that a stretch stands in."""
    before = [m.end() for m in _END.finditer(text, 0, start)]
    after = _END.search(text, end)
    begin = before[-1] if len(before) > 0 else 0
    return " ".join(text[begin : after.end() if after is not None else len(text)].split())


def item_dict(item: Item, fact: Mapping[str, object] | None = None) -> dict[str, object]:
    """An item as plain values, for JSON."""

    def side(value: Side | None) -> dict[str, object] | None:
        if value is None:
            return None
        return {
            "id": value.id, "name": value.name, "type": value.type, "aliases": list(value.aliases),
            "path": value.path, "facts": value.facts,
            "sentences": [{"quote": q, "document": d} for q, d in value.sentences],
        }  # fmt: skip

    return {
        "kind": item.kind, "weight": item.weight, "left": side(item.left), "right": side(item.right),
        "fact": None if fact is None else dict(fact),
    }  # fmt: skip


def named(items: Sequence[Item]) -> dict[str, int]:
    """How many items there are of each kind."""
    counts: dict[str, int] = defaultdict(int)
    for item in items:
        counts[item.kind] += 1
    return dict(counts)
