"""Asking: names as a person types them, facts by filter, sentences by their words, and the canned questions.

Input is an open store; output are small frozen values that the command line, the server and the pages print. A name
is found by its label, its other names, its short form, its pinyin (`nanhu`, `nhq`), or a part of it; a name that fits
several things is never settled by chance.

    resolve_name(store, "闻泰", ontology=ontology).label   →   闻泰通讯
    facts(store, ontology=ontology, type="Agreement", place="浙江", since="2016").rows

Every query runs over the union of the document graphs, where a triple that two documents hold comes twice: all of them
say DISTINCT, and count distinct facts.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from kg.corpus import fold
from kg.errors import DateError, QueryError, UnknownNameError
from kg.gazetteer import Gazetteer
from kg.names import Names, plain, syllables, without
from kg.ontology import KG, RDF_TYPE, RDFS, SCHEMA, SKOS, Ontology
from kg.resource import resource
from kg.values import date_range, parse_amount, parse_date

if TYPE_CHECKING:
    from kg.store import Store

LABEL = RDFS + "label"
ALIAS = SKOS + "altLabel"
PUBLISHED = SCHEMA + "datePublished"
OWL = "http://www.w3.org/2002/07/owl#"
PROV = "http://www.w3.org/ns/prov#"

#: What `facts` can be ordered by: newest, largest, surest first.
SORTS = ("date", "amount", "confidence")

#: How a typed name was matched, the surest first; `fuzzy` never chooses, it only suggests.
TIERS = (
    "id", "label", "alias", "short", "pinyin", "initials", "pinyin start", "initials start", "prefix", "part", "fuzzy",
)  # fmt: skip


# ---------------------------------------------------------------- values


@dataclass(frozen=True, slots=True)
class Named:
    """A thing of the store for display: its IRI, the id that can be typed, its label and its class."""

    iri: str
    id: str
    label: str
    type: str


@dataclass(frozen=True, slots=True)
class Hit:
    """An entity that a typed name fits: how it was matched (one of TIERS), its other names and where it is.

    `path` runs from the province down (浙江省 嘉兴市); it is empty for what has no place.
    """

    iri: str
    id: str
    label: str
    type: str
    how: str
    aliases: tuple[str, ...] = ()
    code: str | None = None
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """One document that states a fact: the sentence, its place in the document and how sure the reading is."""

    quote: str
    document: str
    title: str | None
    published: str | None
    start: int | None
    end: int | None
    confidence: float | None
    rule: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What a person decided about an entity or a fact."""

    id: str
    action: str
    about: str
    other: str | None
    reason: str
    who: str
    when: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact that seems to tell the same event and disagrees in `what` (amount or date): its values and documents."""

    what: str
    iri: str
    date: str | None
    amount_text: str | None
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Naming:
    """One name of an entity, the rule that says so, and the documents that use it."""

    name: str
    rule: str
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact as it is shown: its class, its participants by role in the order of the ontology, and its tellings.

    `date` has the precision of the text and `date_text` its words; `amount` is in single units of `currency`.
    `sources` counts the documents that tell it without being reprints of each other; `differs` are facts that tell it
    otherwise, `judged` what people said of it. A fact that a person has confirmed has confidence 1.
    """

    iri: str
    type: str
    label: str | None
    roles: tuple[tuple[str, Named], ...]
    date: str | None
    date_text: str | None
    amount: Decimal | None
    currency: str | None
    amount_text: str | None
    status: str | None
    confidence: float | None
    tellings: tuple[Telling, ...]
    sources: int = 1
    differs: tuple[Difference, ...] = ()
    judged: tuple[Judged, ...] = ()

    def participants(self, role: str) -> tuple[Named, ...]:
        """Those who stand in one role."""
        return tuple(named for name, named in self.roles if name == role)


@dataclass(frozen=True, slots=True)
class FactPage:
    """One page of facts: the rows, how many there are in all, how many had no date to compare, and how many were less
    sure than asked for.
    """

    rows: tuple[FactRow, ...]
    total: int
    undated: int = 0
    unsure: int = 0


@dataclass(frozen=True, slots=True)
class EntityPage:
    """Everything about one entity: what it is, its places, the documents that name it, its facts by class.

    `candidates` is what an undecided name could mean, `namings` says why it has its names, `judged` what people
    decided about it, `identifiers` are those of the user's own table, `same_as` are IRIs elsewhere.
    """

    hit: Hit
    documents: int
    inside: int
    facts: tuple[FactRow, ...]
    candidates: tuple[Named, ...] = ()
    namings: tuple[Naming, ...] = ()
    judged: tuple[Judged, ...] = ()
    identifiers: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that holds the words looked for, or the title of a document that does."""

    text: str
    document: str
    title: str | None
    published: str | None
    facts: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A document in a list: `basis` is where its date comes from, `facts` how many facts it tells."""

    id: str
    title: str | None
    published: str | None
    basis: str | None
    source: str | None
    facts: int


@dataclass(frozen=True, slots=True)
class Stats:
    """The store in numbers: documents, entities and facts by class, and who is named by most facts."""

    documents: int
    first: str | None
    last: str | None
    undated: int
    entities: tuple[tuple[str, int], ...]
    facts: tuple[tuple[str, int], ...]
    busiest: tuple[tuple[Named, int], ...]


# ---------------------------------------------------------------- names


@dataclass(frozen=True, slots=True)
class _Known:
    iri: str
    label: str
    type: str
    code: str | None
    aliases: tuple[str, ...]


def find(store: Store, text: str, *, ontology: Ontology, type: str | None = None, limit: int = 20) -> list[Hit]:  # noqa: A002
    """The entities that a typed name may mean, the best tier first and only that tier where it is sure.

    Exact names win over short forms, those over pinyin, those over parts of names; where nothing fits, the nearest
    names come with `how="fuzzy"`. `type` keeps entities of one class and its subclasses.
    """
    return find_page(store, text, ontology=ontology, type=type, limit=limit, most=limit)[0]


def find_page(
    store: Store,
    text: str,
    *,
    ontology: Ontology,
    type: str | None = None,  # noqa: A002
    offset: int = 0,
    limit: int = 20,
    most: int = 1000,
) -> tuple[list[Hit], int]:
    """A page of what `find` finds, and how many there are; `most` is where it stops to count."""
    typed = plain(text)
    if typed == "":
        raise UnknownNameError("the name is empty; type a name, a part of one, or its pinyin")
    wanted = None if type is None else set(ontology.subclasses(entity_class(ontology, type)))
    direct = (
        _by_id(store, text.strip())
        or _by_name(store, text.strip(), LABEL, "label")
        or _by_name(store, text.strip(), ALIAS, "alias")
    )
    direct = [(how, known) for how, known in direct if wanted is None or known.type in wanted]
    if len(direct) > 0:
        return _hits(store, direct[offset : offset + limit]), len(direct)
    legal = {name for grammar in ontology.names.values() for name in grammar.legal}
    # The table knows what the articles need not say: that Inner Mongolia is short for its long name, and former names.
    meant = {place.code for place in gazetteer().lookup(typed)}
    if store.names is not None:
        near = store.names.candidates(typed, legal=legal, codes=meant, types=wanted)
        known = _indexed(store.names, near)
    elif store.unindexed:
        # To read millions of names for each letter that is typed would keep their index from ever being made.
        near = [store.iris.entity(f"place/{code}").value for code in sorted(meant)]
        known = [k for k in _known(store, near) if wanted is None or k.type in wanted]
    else:
        known = [k for k in _all_known(store) if wanted is None or k.type in wanted]
    found = _outermost(_tiered(typed, known, legal, meant))
    if len(found) == 0:
        if store.names is not None:
            known = _indexed(store.names, _likely(typed, store.names.near(typed, wanted), most))
        found = [("fuzzy", k) for k in _nearest(typed, known, most)]
    shown = found[offset : offset + limit]
    if store.names is not None:
        # The index may be of the state before this one.
        now = {k.iri: k for k in _known(store, [k.iri for _, k in shown])}
        shown = [(how, now[k.iri]) for how, k in shown if k.iri in now]
    return _hits(store, shown), min(len(found), most)


@functools.cache
def gazetteer() -> Gazetteer:
    """The table of places, read once."""
    return Gazetteer.load()


def _indexed(names: Names, iris: Iterable[str]) -> list[_Known]:
    """What the index says of some entities."""
    return [
        _Known(iri, called[0], kind, code, tuple(called[1:]))
        for iri, kind, code, called in names.known(dict.fromkeys(iris))
    ]


def _likely(typed: str, names: Iterable[tuple[str, str]], limit: int) -> list[str]:
    """The IRIs of the names that are most like a text."""
    from rapidfuzz import fuzz, process

    owners = dict(names)
    near = process.extract(typed, list(owners), scorer=fuzz.WRatio, limit=limit, score_cutoff=50)
    return list(dict.fromkeys(owners[name] for name, _, _ in near))


def index_names(store: Store, file: Path, *, ontology: Ontology, before: Path | None = None, of: str = "") -> int:
    """Write the index that finds names in a large store at once (`kg.names`); gives the number of names.

    Beside the names stand the facts of each entity by number, and what the front page tells of the whole store: both
    are worked out by reading all of it. `of` names the state of the store that was read, to know it again.
    """
    legal = {name for grammar in ontology.names.values() for name in grammar.legal}
    rows = ((k.iri, k.type, k.code, (k.label, *k.aliases)) for k in _whole(store, ontology))
    roles = " ".join(f"<{KG}{r}>" for r in ontology.roles)
    counted = _select(
        store,
        f"SELECT ?e (COUNT(DISTINCT ?fact) AS ?n) WHERE {{ VALUES ?role {{ {roles} }} ?fact ?role ?e }} GROUP BY ?e",
    )
    degrees = [(row["e"].value, int(row["n"].value)) for row in counted]
    told = _front(store, ontology, degrees)
    told = dataclasses.replace(told, around=newest_around(store, told.busiest, ontology=ontology))
    notes = {"front": json.dumps(dataclasses.asdict(told), ensure_ascii=False), "of": of}
    return Names.write(file, rows, legal=legal, before=before, degrees=degrees, notes=notes)


@dataclass(frozen=True, slots=True)
class Front:
    """What a page tells of a whole store: facts and entities by class, how many documents, the IRIs of the entities in
    most facts, of the newest facts of all, and of the newest `around` each of those entities, of an index only.

    Where it is not `exact`, numbers are of what was looked at, and there is more.
    """

    facts: Mapping[str, int]
    entities: Mapping[str, int]
    documents: int
    busiest: tuple[str, ...]
    newest: tuple[str, ...]
    around: tuple[str, ...] = ()
    exact: bool = True


#: Busiest entities and newest facts that a `Front` names, and of how many facts each of the busiest brings the newest.
BUSIEST, NEWEST, OF_EACH = 12, 40, 10


#: Up to so many facts a store is read as a whole for its `Front` where there is no index of names; of more, so many.
SAMPLE = 20_000


def front(store: Store, *, ontology: Ontology) -> Front:
    """A store at a glance; of a large one it comes from the index of names, and of a part of it until that is made."""
    kept = store.names.note("front") if store.names is not None else None
    if kept is not None:
        found = json.loads(kept)
        busiest, newest, around = (tuple(found[name]) for name in ("busiest", "newest", "around"))
        return Front(found["facts"], found["entities"], found["documents"], busiest, newest, around)
    facts = f"{{ SELECT DISTINCT ?fact WHERE {{ ?fact <{KG}evidence> ?told }} LIMIT {SAMPLE + 1} }}"
    count = _select(store, f"SELECT (COUNT(*) AS ?n) WHERE {facts}")
    if int(count[0]["n"].value) <= SAMPLE:
        return _front(store, ontology, None)
    classes = [row["t"].value.removeprefix(KG) for row in _select(store, f"SELECT ?t WHERE {{ {facts} ?fact a ?t }}")]
    few = facts.replace(f"LIMIT {SAMPLE + 1}", "LIMIT 3000")
    roles = "|".join(f"<{KG}{r}>" for r in ontology.roles)
    dated = f"SELECT DISTINCT ?fact ?day WHERE {{ {few} ?fact <{KG}dateEnd> ?day }} ORDER BY DESC(STR(?day))"
    parties = _select(store, f"SELECT DISTINCT ?fact ?e WHERE {{ {few} ?fact {roles} ?e }}")
    most = sorted(Counter(row["e"].value for row in parties).items(), key=lambda pair: (-pair[1], pair[0]))
    return Front(
        facts={name: classes.count(name) for name in ontology.facts if name in classes},
        entities={"": len(most)},
        documents=0,
        busiest=tuple(iri for iri, _ in most[:BUSIEST]),
        newest=tuple(dict.fromkeys(row["fact"].value for row in _select(store, dated)))[:NEWEST],
        exact=False,
    )


def _front(store: Store, ontology: Ontology, degrees: Sequence[tuple[str, int]] | None) -> Front:
    def by_class(classes: Iterable[str]) -> dict[str, int]:
        # Class by class: of one list of all of them Oxigraph keeps every pair in memory.
        counted = {}
        for name in classes:
            rows = _select(store, f"SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ ?x a <{KG}{name}> }}")
            counted[name] = int(rows[0]["n"].value)
        return {name: count for name, count in counted.items() if count > 0}

    if degrees is None:
        degrees = [(named.iri, count) for named, count in stats(store, ontology=ontology, top=BUSIEST).busiest]
    most = sorted(degrees, key=lambda pair: (-pair[1], pair[0]))[:BUSIEST]
    documents = _select(store, f"SELECT (COUNT(DISTINCT ?d) AS ?n) WHERE {{ ?d a <{KG}Document> }}")
    return Front(
        facts=by_class(ontology.facts),
        entities=by_class(ontology.entities),
        documents=int(documents[0]["n"].value),
        busiest=tuple(iri for iri, _ in most),
        newest=_newest(store),
    )


def newest_around(store: Store, entities: Iterable[str], *, ontology: Ontology) -> tuple[str, ...]:
    """The newest OF_EACH facts of each of some entities."""
    facts = [fact for iri in entities for fact in newest_facts(store, ontology, iri, limit=OF_EACH)]
    return tuple(dict.fromkeys(facts))


def _newest(store: Store) -> tuple[str, ...]:
    """The facts of the latest days, day by day: to put all facts of a large store in order takes a minute."""
    days = _select(store, f"SELECT ?day (COUNT(*) AS ?n) WHERE {{ ?fact <{KG}dateEnd> ?day }} GROUP BY ?day")
    found: dict[str, None] = {}
    for row in sorted(days, key=lambda row: row["day"].value, reverse=True):
        if len(found) >= NEWEST:
            break
        there = _select(
            store, f"SELECT DISTINCT ?fact WHERE {{ ?fact <{KG}dateEnd> {row['day']} }} ORDER BY ?fact LIMIT {NEWEST}"
        )
        found |= dict.fromkeys(fact["fact"].value for fact in there)
    return tuple(found)[:NEWEST]


#: Facts of an entity that the page gets at once, the newest; it says how many there are.
AROUND = 300


def newest_facts(
    store: Store,
    ontology: Ontology,
    entity: str,
    *,
    type: str | None = None,  # noqa: A002
    since: str | None = None,
    until: str | None = None,
    limit: int = AROUND,
) -> list[str]:
    """The IRIs of the newest facts that an entity (by IRI) takes part in, of one class or of all.

    With `since` and `until`, dates of reduced precision, only facts that may have been in that time, as the page
    filters them: what is known by its year is in every month of it.
    """
    roles = "|".join(f"<{KG}{r}>" for r in ontology.roles)
    where = f"?fact {roles} <{entity}> . OPTIONAL {{ ?fact <{KG}dateEnd> ?day }}"
    if type is not None:
        kinds = ", ".join(f"<{KG}{n}>" for n in ontology.subclasses(fact_class(ontology, type)))
        where += f" ?fact a ?class . FILTER(?class IN ({kinds}))"
    if since is not None:
        where += f" FILTER(STR(?day) >= {literal(_edge(since, last=False))})"
    if until is not None:
        where += f" ?fact <{KG}dateStart> ?from . FILTER(STR(?from) <= {literal(_edge(until, last=True))})"
    rows = store.query(
        f"SELECT DISTINCT ?fact ?day WHERE {{ {where} }} ORDER BY DESC(STR(?day)) ?fact LIMIT {limit}"
    ).values()
    return list(dict.fromkeys(str(row["fact"]) for row in rows))


def _edge(date: str, *, last: bool) -> str:
    """The first or last day of a year, a month or a day; raises QueryError for anything else."""
    if re.fullmatch(r"\d{4}(-\d\d){0,2}", date) is None:
        raise QueryError(f"{date!r} is no year, month or day; write 2018, 2018-06 or 2018-06-01")
    return date + ("-12-31" if last else "-01-01")[len(date) - 4 :]


def resolve_name(store: Store, text: str, *, ontology: Ontology, type: str | None = None) -> Hit:  # noqa: A002
    """The one entity that a typed name means.

    Raises UnknownNameError where nothing fits (with the nearest names) and where several things fit equally well
    (with their ids, any of which can be typed instead).
    """
    hits = find(store, text, ontology=ontology, type=type, limit=50)
    best = [h for h in hits if h.how == hits[0].how]
    if len(hits) == 0 or hits[0].how == "fuzzy":
        names = tuple(dict.fromkeys(h.label for h in hits))[:5]
        hint = f"; did you mean {', '.join(names)}?" if len(names) > 0 else "; `kg search` looks inside of sentences"
        if store.names is None and store.unindexed:
            hint = "; the names of this store are being indexed, until then give a whole name or an id"
        raise UnknownNameError(f"no entity is called {text!r}{hint}", suggestions=names)
    if len(best) > 1:
        shown = "; ".join(f"{h.id} ({', '.join((h.label, h.type, *h.path[-2:]))})" for h in best[:8])
        more = f" and {len(best) - 8} more" if len(best) > 8 else ""
        raise UnknownNameError(
            f"{text!r} may mean {len(best)} things; type one of these ids: {shown}{more}",
            suggestions=tuple(h.id for h in best),
        )
    return best[0]


def entity_class(ontology: Ontology, text: str) -> str:
    """The entity class that a typed word means: its name in any case, or its label in a language of the ontology."""
    return _class(ontology, text, ontology.entities, "entity")


def fact_class(ontology: Ontology, text: str) -> str:
    """The fact class that a typed word means: its name in any case, or its label in a language of the ontology."""
    return _class(ontology, text, ontology.facts, "fact")


def _class(ontology: Ontology, text: str, classes: Iterable[str], kind: str) -> str:
    names = {}
    for name in classes:
        for form in (name, *ontology.labels.get(name, {}).values()):
            names[form.casefold().replace(" ", "")] = name
    typed = text.strip().casefold().replace(" ", "")
    if typed in names:
        return names[typed]
    from rapidfuzz import fuzz, process

    near = [names[m[0]] for m in process.extract(typed, list(names), scorer=fuzz.ratio, limit=3, score_cutoff=50)]
    hint = f"did you mean {', '.join(dict.fromkeys(near))}? " if len(near) > 0 else ""
    raise UnknownNameError(
        f"there is no {kind} type {text!r}; {hint}known: {', '.join(classes)}", suggestions=tuple(dict.fromkeys(near))
    )


def _by_id(store: Store, text: str) -> list[tuple[str, _Known]]:
    if "/" not in text:
        if re.fullmatch(r"\d{6}|\d{9}|\d{12}", text) is None:
            return []
        text = f"place/{text}"
    iri = text if store.iris.is_entity(text) else store.iris.entity(text).value
    return [("id", known) for known in _known(store, [iri])]


def _by_name(store: Store, text: str, predicate: str, how: str) -> list[tuple[str, _Known]]:
    forms = {text, "".join(fold(text).split())}
    literals = " ".join(f"{literal(f)} {literal(f)}@zh" for f in sorted(forms))
    rows = _select(
        store, f"SELECT DISTINCT ?e WHERE {{ VALUES ?name {{ {literals} }} ?e <{predicate}> ?name }} ORDER BY ?e"
    )
    return [(how, k) for k in _known(store, [row["e"].value for row in rows])]


def _known(store: Store, iris: Sequence[str]) -> list[_Known]:
    return list(_all_known(store, iris)) if len(iris) > 0 else []


def _all_known(store: Store, iris: Sequence[str] | None = None) -> list[_Known]:
    """Names, class and code of all entities, or of some; what is no entity of the base is left out."""
    wanted = f"<{LABEL}>", f"<{ALIAS}>", f"<{RDF_TYPE}>", f"<{KG}code>"
    if iris is None:
        which = f"VALUES ?p {{ {' '.join(wanted)} }} ?e ?p ?o ."
    else:
        # With a second VALUES Oxigraph reads every label of the store: 3 s for five entities of a million triples.
        values = " ".join(f"<{_safe(i)}>" for i in dict.fromkeys(iris))
        which = f"VALUES ?e {{ {values} }} ?e ?p ?o . FILTER(?p IN ({', '.join(wanted)}))"
    text = f"""
        SELECT DISTINCT ?e ?p ?o WHERE {{
            {which} FILTER(STRSTARTS(STR(?e), {literal(store.iris.base + "entity/")}))
        }}"""
    things: dict[str, dict[str, list[str]]] = {}
    for row in _select(store, text):
        things.setdefault(row["e"].value, {}).setdefault(row["p"].value, []).append(row["o"].value)
    return _known_of(store, things)


def _whole(store: Store, ontology: Ontology) -> list[_Known]:
    """The same of all entities of a large store, property by property and class by class: in half the time, as the
    classes of facts and documents, most of what has one, need not be read.
    """
    own = f"FILTER(STRSTARTS(STR(?e), {literal(store.iris.base + 'entity/')}))"
    things: dict[str, dict[str, list[str]]] = {}
    for name in (LABEL, ALIAS, KG + "code"):
        for row in _select(store, f"SELECT DISTINCT ?e ?o WHERE {{ ?e <{name}> ?o {own} }}"):
            things.setdefault(row["e"].value, {}).setdefault(name, []).append(row["o"].value)
    others = {KG + name for name in (*ontology.facts, "Document")}
    for kind in _select(store, "SELECT DISTINCT ?class WHERE { ?e a ?class }"):
        if kind["class"].value not in others:
            for row in _select(store, f"SELECT DISTINCT ?e WHERE {{ ?e a {kind['class']} {own} }}"):
                things.setdefault(row["e"].value, {}).setdefault(RDF_TYPE, []).append(kind["class"].value)
    return _known_of(store, things)


def _known_of(store: Store, things: Mapping[str, Mapping[str, list[str]]]) -> list[_Known]:
    found = []
    for iri, about in sorted(things.items()):
        labels = sorted(about.get(LABEL, [])) or [_id(store, iri)]
        types = sorted(t.removeprefix(KG) for t in about.get(RDF_TYPE, []) if t.startswith(KG))
        aliases = tuple(sorted({*about.get(ALIAS, []), *labels[1:]} - {labels[0]}))
        found.append(
            _Known(iri, labels[0], types[0] if len(types) > 0 else "Place", _first(about.get(KG + "code")), aliases)
        )
    return found


def _outermost(found: list[tuple[str, _Known]]) -> list[tuple[str, _Known]]:
    """One division where it holds all the others of its short name (南湖区 before its 南湖街道), else all of them."""
    codes = [known.code for how, known in found if how in ("short", "pinyin", "initials") and known.code is not None]
    if len(codes) < len(found) or len(codes) == 0:
        return found
    widest = min(codes, key=lambda code: (len(code.rstrip("0")), code))
    stem = widest.rstrip("0") if len(widest) == 6 else widest
    stem += "0" * (len(stem) % 2)
    if sum(1 for code in codes if code == widest) == 1 and all(code.startswith(stem) for code in codes):
        return [item for item in found if item[1].code == widest]
    return found


def _tiered(typed: str, known: Sequence[_Known], legal: set[str], meant: set[str]) -> list[tuple[str, _Known]]:
    """The best tier that anything reaches, and what reaches it, the likeliest first."""
    reached: dict[str, list[_Known]] = {}
    latin = re.fullmatch(r"[a-z0-9'·-]+", typed) is not None
    letters = re.sub(r"[^a-z0-9]", "", typed)
    bare = without(typed, legal)
    for k in known:
        names = [plain(n) for n in (k.label, *k.aliases)]
        tier = None
        if typed == names[0]:
            tier = "label"
        elif typed in names:
            tier = "alias"
        elif k.code in meant or any(_short(typed, bare, n, k, legal) for n in names):
            tier = "short"
        elif latin and len(letters) >= 2 and (how := _spelt(letters, (k.label, *k.aliases), k.type)) is not None:
            tier = how
        elif any(n.startswith(typed) for n in names):
            tier = "prefix"
        elif any(typed in n for n in names):
            tier = "part"
        if tier is not None:
            reached.setdefault(tier, []).append(k)
    for tier in TIERS:
        if tier in reached:
            return [(tier, k) for k in sorted(reached[tier], key=lambda k: (len(k.label), k.code or "~", k.iri))]
    return []


def _short(typed: str, bare: str, name: str, known: _Known, legal: set[str]) -> bool:
    """南湖 for 南湖区, 闻泰通讯 for 闻泰通讯股份有限公司, 嘉兴南湖区 for 南湖区; not 南湖 for 南湖基金小镇."""
    if len(bare) >= 2 and bare == without(name, legal):
        return True
    if known.code is None or len(name) < 2:
        return False
    return typed != name and (typed.endswith(name) or (len(typed) >= 2 and name[:-1] == typed))


def _spelt(letters: str, names: Sequence[str], kind: str) -> str | None:
    """How the letters spell one of the names: `pinyin` or `initials`, in whole or only its `start`; None for not.

    A division may go without its last word: `nanhu` is 南湖区 in whole. A start is two words or more: `wentai`, `wt`.
    """
    ways = ("pinyin", "initials", "pinyin start", "initials start")
    found = set()
    for name in names:
        spelt = syllables(name)
        forms = [spelt, spelt[:-1]] if kind == "AdministrativeDivision" and len(spelt) > 2 else [spelt]
        starts = [spelt[:length] for length in range(2, len(spelt))]
        for way, candidates in zip(ways, (forms, forms, starts, starts), strict=True):
            if any(letters == "".join(s[:1] if "initials" in way else s for s in c) for c in candidates):
                found.add(way)
    return next((way for way in ways if way in found), None)


def _nearest(typed: str, known: Sequence[_Known], limit: int) -> list[_Known]:
    from rapidfuzz import fuzz, process

    owners: dict[str, _Known] = {}
    for k in known:
        for name in (k.label, *k.aliases):
            owners.setdefault(plain(name), k)
    near = process.extract(typed, list(owners), scorer=fuzz.WRatio, limit=limit, score_cutoff=50)
    return list({owners[name].iri: owners[name] for name, _, _ in near}.values())


def _hits(store: Store, found: Sequence[tuple[str, _Known]]) -> list[Hit]:
    paths = _paths(store, [k.iri for _, k in found])
    return [
        Hit(k.iri, _id(store, k.iri), k.label, k.type, how, k.aliases, k.code, paths.get(k.iri, ())) for how, k in found
    ]


def _paths(store: Store, iris: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For each entity the labels of the places above it, the widest first."""
    if len(iris) == 0:
        return {}
    rows = _select(
        store,
        f"""
        SELECT DISTINCT ?e ?above ?label (STRLEN(COALESCE(STR(?code), "")) AS ?long) ?code WHERE {{
            VALUES ?e {{ {" ".join(f"<{_safe(i)}>" for i in dict.fromkeys(iris))} }}
            ?e (<{KG}within>+|(<{KG}inProvince>|<{KG}inCity>)) ?above . ?above <{LABEL}> ?label . FILTER(?above != ?e)
            OPTIONAL {{ ?above <{KG}code> ?code }}
        }}""",
    )
    above: dict[str, dict[str, tuple[str, str]]] = {}
    for row in rows:
        code = row["code"].value if row["code"] is not None else row["above"].value.rsplit("/", 1)[-1]
        above.setdefault(row["e"].value, {})[row["above"].value] = (code, row["label"].value)
    # A wider division has the smaller code: 330000 < 330400 < 330402.
    return {iri: tuple(label for _, label in sorted(places.values())) for iri, places in above.items()}


# ---------------------------------------------------------------- facts


def facts(
    store: Store,
    *,
    ontology: Ontology,
    type: str | None = None,  # noqa: A002
    participants: Sequence[str] = (),
    place: str | None = None,
    since: str | None = None,
    until: str | None = None,
    by: str = "event",
    min_amount: str | None = None,
    document: str | None = None,
    status: str | None = None,
    min_confidence: float | None = None,
    sort: str = "date",
    limit: int | None = 50,
    offset: int = 0,
) -> FactPage:
    """The facts that pass every filter, sorted and cut to a page.

    `type` takes subclasses along; `participants` and `place` are names as `resolve_name` reads them. The name of a
    division stands for everything inside it (杨浦区 takes part where 上海 is asked for), its id for itself alone.
    `since` and `until` compare the date of the event, or with `by="published"` that of the
    article; facts without such a date are left out and counted in `undated`. `min_amount` reads 1亿元 and 5000万美元
    and compares within that currency. `sort` is one of SORTS, best first.

    Raises UnknownNameError for a type or name that is unknown or ambiguous, DateError for a date that is none, and
    QueryError for an option that makes no sense.
    """
    if by not in {"event", "published"}:
        raise QueryError(f"dates are compared by event or by published, not {by!r}")
    if sort not in SORTS:
        raise QueryError(f"facts are sorted by {', '.join(SORTS)}, not {sort!r}")
    kinds = ontology.subclasses(fact_class(ontology, type)) if type is not None else tuple(ontology.facts)
    types = [f"<{KG}{kind}>" for kind in kinds]
    few = _narrowed(store, participants=participants, place=place, document=document, ontology=ontology)
    if few is None:
        where = [f"VALUES ?type {{ {' '.join(types)} }} ?fact a ?type ."]
    else:
        where = [f"?fact a ?type . FILTER(?type IN ({', '.join(types)}))"]
    if status is not None:
        where.append(f"?fact <{KG}status> {literal(status)} .")
    if min_amount is not None:
        least = parse_amount(min_amount)
        if least is None:
            raise QueryError(f"not a sum of money: {min_amount!r}; write it as the news does, or 3e8")
        where.append(f"?fact <{KG}amount> ?amount ; <{KG}currency> {literal(least.currency)} .")
        where.append(f"FILTER(?amount >= {least.value:f})")
    first = _day(since, 0) if since is not None else None
    last = _day(until, 1) if until is not None else None
    if first is not None and last is not None and first > last:
        raise DateError(f"since {since!r} lies after until {until!r}")
    conditions = "\n".join(where)
    # One VALUES of what is few, and never a second: Oxigraph would read every fact of the store and join afterwards.
    if few is None:
        bodies = [conditions]
    else:
        each = (" ".join(f"<{_safe(fact)}>" for fact in some) for some in _chunks(few, 2000))
        bodies = [f"VALUES ?fact {{ {values} }} {conditions}" for values in each]
    found = [
        row
        for body in bodies
        for row in _select(
            store,
            f"""
            SELECT DISTINCT ?fact ?start ?finish ?amount WHERE {{
                {body if min_amount is not None else body + f" OPTIONAL {{ ?fact <{KG}amount> ?amount }}"}
                OPTIONAL {{ ?fact <{KG}dateStart> ?start }}
                OPTIONAL {{ ?fact <{KG}dateEnd> ?finish }}
            }}""",
        )
    ]
    told: dict[str, tuple[float | None, str | None]] = {}
    if sort == "confidence" or min_confidence is not None or by == "published":
        for body in bodies:
            told |= _told(store, body)
    kept: dict[str, tuple[bool, str | Decimal | float]] = {}
    undated: set[str] = set()
    unsure: set[str] = set()
    for row in found:
        iri = row["fact"].value
        best, published = told.get(iri, (None, None))
        doubtful = min_confidence is not None and (best is None or best < min_confidence)
        begin, end = (_text(row["start"]), _text(row["finish"])) if by == "event" else _span(published)
        if first is not None or last is not None:
            if begin is None or end is None:
                if not doubtful:
                    undated.add(iri)
                continue
            if (first is not None and end < first) or (last is not None and begin > last):
                continue
        if doubtful:
            unsure.add(iri)
            continue
        kept[iri] = _rank(sort, date=end, amount=_text(row["amount"]), confidence=best)
    order = sorted(sorted(kept), key=lambda iri: kept[iri], reverse=True)
    shown = order[offset : None if limit is None else offset + limit]
    return FactPage(tuple(fact_rows(store, shown, ontology=ontology)), len(kept), len(undated), len(unsure))


def _narrowed(
    store: Store, *, participants: Sequence[str], place: str | None, document: str | None, ontology: Ontology
) -> list[str] | None:
    """The facts that have these participants, this place and this document; None where nothing of it is asked for."""
    sets: list[set[str]] = []
    taking_part = []
    for name in participants:
        who = resolve_name(store, name, ontology=ontology)
        alone = who.code is None or who.how == "id"
        taking_part.append(_taking_part(store, [who.iri] if alone else _inside(store, who.iri), ontology))
        sets.append(set(taking_part[-1]))
    if place is not None:
        there = resolve_name(store, place, ontology=ontology)
        sets.append(set(_taking_part(store, _inside(store, there.iri), ontology)))
    if document is not None:
        told = f"?told <{KG}inDocument> <{document_iri(store, document)}> . ?fact <{KG}evidence> ?told"
        sets.append({row["fact"].value for row in _select(store, f"SELECT DISTINCT ?fact WHERE {{ {told} }}")})
    if len(sets) == 0:
        return None
    # 南湖区 lies in 嘉兴市: one participant cannot stand for both.
    both = set.intersection(*sets)
    return sorted(fact for fact in both if _different([who[fact] for who in taking_part]))


def _inside(store: Store, iri: str) -> list[str]:
    """An entity and everything that lies in it."""
    return [row["e"].value for row in _select(store, f"SELECT DISTINCT ?e WHERE {{ ?e {INSIDE} <{_safe(iri)}> }}")]


def _taking_part(store: Store, iris: Sequence[str], ontology: Ontology) -> dict[str, set[str]]:
    """The facts that one of some entities takes part in, with those that do."""
    roles = ", ".join(f"<{KG}{r}>" for r in ontology.roles)
    found: dict[str, set[str]] = {}
    for chunk in _chunks(list(iris), 1000):
        values = " ".join(f"<{_safe(i)}>" for i in chunk)
        text = f"SELECT ?fact ?who WHERE {{ VALUES ?who {{ {values} }} ?fact ?role ?who . FILTER(?role IN ({roles})) }}"
        for row in _select(store, text):
            found.setdefault(row["fact"].value, set()).add(row["who"].value)
    return found


def _different(choices: Sequence[set[str]], taken: frozenset[str] = frozenset()) -> bool:
    """True where one can be chosen of each set, and no one twice."""
    if len(choices) == 0:
        return True
    return any(_different(choices[1:], taken | {one}) for one in choices[0] - taken)


#: From an entity to itself and to every place around it.
INSIDE = f"(<{KG}within>*|(<{KG}inProvince>|<{KG}inCity>))"


def _told(store: Store, body: str) -> dict[str, tuple[float | None, str | None]]:
    """For each fact the highest confidence and the first publication date of the documents that state it."""
    rows = _select(
        store,
        f"""
        SELECT DISTINCT ?fact ?confidence ?published WHERE {{
            {body} ?fact <{KG}evidence> ?evidence . ?evidence <{KG}inDocument> ?document .
            OPTIONAL {{ ?evidence <{KG}confidence> ?confidence }}
            OPTIONAL {{ ?document <{PUBLISHED}> ?published }}
        }}""",
    )
    told: dict[str, tuple[float | None, str | None]] = {}
    for row in rows:
        best, first = told.get(row["fact"].value, (None, None))
        confidence, published = _float(row["confidence"]), _text(row["published"])
        told[row["fact"].value] = (
            confidence if best is None else best if confidence is None else max(best, confidence),
            published if first is None else first if published is None else min(first, published),
        )
    confirmed = f"""SELECT DISTINCT ?fact WHERE {{ ?j <{KG}action> "confirm" ; <{KG}about> ?fact }}"""
    for row in _select(store, confirmed):
        if row["fact"].value in told:
            told[row["fact"].value] = (1.0, told[row["fact"].value][1])
    return told


def _rank(
    sort: str, *, date: str | None, amount: str | None, confidence: float | None
) -> tuple[bool, str | Decimal | float]:
    """A key that is greatest for what comes first; what has no such value comes last."""
    if sort == "amount":
        return (amount is not None, Decimal(amount) if amount is not None else Decimal(0))
    if sort == "confidence":
        return (confidence is not None, confidence if confidence is not None else 0.0)
    return (date is not None, date if date is not None else "")


def fact_rows(store: Store, iris: Sequence[str], *, ontology: Ontology) -> list[FactRow]:
    """The facts of these IRIs with participants and tellings, in the order given."""
    about = _about(store, iris)
    roles = {KG + name: n for n, name in enumerate(ontology.roles)}
    who = named(store, [v for values in about.values() for p, vs in values.items() if p in roles for v in vs])
    evidence = _about(store, [v for values in about.values() for v in values.get(KG + "evidence", [])])
    documents = _about(store, [d for values in evidence.values() for d in values.get(KG + "inDocument", [])])
    judged = judgements_on(store, iris)
    others = _differences(store, about)
    rows = []
    for iri in iris:
        values = about.get(iri, {})

        def one(name: str, values: Mapping[str, list[str]] = values) -> str | None:
            return _first(values.get(KG + name))

        order = (
            {r.name: n for n, r in enumerate(ontology.facts[kind].roles)}
            if (kind := _kind(values, ontology)) in ontology.facts
            else {}
        )
        filled = [(p.removeprefix(KG), who[v]) for p in values if p in roles for v in values[p] if v in who]
        tellings = [_telling(store, evidence.get(e, {}), documents) for e in values.get(KG + "evidence", [])]
        sure = [t.confidence for t in tellings if t.confidence is not None]
        if any(j.action == "confirm" for j in judged.get(iri, ())):
            sure = [1.0]
        counted = one("independentSources")
        rows.append(
            FactRow(
                iri=iri,
                type=kind,
                label=_first(values.get(LABEL)),
                roles=tuple(sorted(filled, key=lambda pair: (order.get(pair[0], 99), pair[1].label, pair[1].iri))),
                date=one("date"),
                date_text=one("dateText"),
                amount=_decimal(one("amount")),
                currency=one("currency"),
                amount_text=one("amountText"),
                status=one("status"),
                confidence=max(sure) if len(sure) > 0 else None,
                # Within a document the sentence that told the fact comes first, one that gave the date after it.
                tellings=tuple(
                    sorted(tellings, key=lambda t: (t.published or "9", t.document, t.rule is None, t.start or 0))
                ),
                sources=int(counted) if counted is not None else 1,
                differs=tuple(others.get(iri, ())),
                judged=judged.get(iri, ()),
            )
        )
    return rows


def judgements_on(store: Store, iris: Iterable[str]) -> dict[str, tuple[Judged, ...]]:
    """What people decided about some entities or facts, by IRI, the oldest first."""
    found: dict[str, list[Judged]] = {}
    for chunk in _chunks(list(dict.fromkeys(iris)), 500):
        text = f"""
            SELECT DISTINCT ?thing ?j ?action ?name ?other ?reason ?who ?when WHERE {{
                VALUES ?thing {{ {" ".join(f"<{_safe(i)}>" for i in chunk)} }}
                ?j <{KG}about> ?thing ; <{KG}action> ?action ; <{KG}aboutName> ?name ; <{KG}reason> ?reason ;
                   <{PROV}endedAtTime> ?when ; <{PROV}wasAssociatedWith>/<{LABEL}> ?who .
                OPTIONAL {{ ?j <{KG}otherName> ?other }}
            }}"""
        for row in _select(store, text):
            words = {k: _text(row[k]) for k in ("action", "name", "other", "reason", "who", "when")}
            name = row["j"].value.rpartition("/")[2]
            made = Judged(
                name,
                action=words["action"] or "",
                about=words["name"] or "",
                other=words["other"],
                reason=words["reason"] or "",
                who=words["who"] or "",
                when=words["when"] or "",
            )
            found.setdefault(row["thing"].value, []).append(made)
    return {thing: tuple(sorted(js, key=lambda j: (j.when, j.id))) for thing, js in found.items()}


def _differences(store: Store, about: Mapping[str, Mapping[str, list[str]]]) -> dict[str, list[Difference]]:
    pairs = [
        (iri, what, other)
        for iri, values in about.items()
        for what in ("amount", "date")
        for other in values.get(f"{KG}{what}DiffersFrom", [])
    ]
    if len(pairs) == 0:
        return {}
    told = _about(store, [other for _, _, other in pairs])
    where = _about(store, [e for values in told.values() for e in values.get(KG + "evidence", [])])
    found: dict[str, list[Difference]] = {}
    for iri, what, other in pairs:
        values = told.get(other, {})
        documents = {
            _id(store, d) for e in values.get(KG + "evidence", []) for d in where.get(e, {}).get(KG + "inDocument", [])
        }
        date, amount = _first(values.get(KG + "date")), _first(values.get(KG + "amountText"))
        found.setdefault(iri, []).append(Difference(what, other, date, amount, tuple(sorted(documents))))
    return found


def _kind(values: Mapping[str, list[str]], ontology: Ontology) -> str:
    types = [t.removeprefix(KG) for t in values.get(RDF_TYPE, []) if t.startswith(KG)]
    return max((t for t in types if t in ontology.facts), key=lambda t: len(ontology.ancestors(t)), default="Fact")


def _telling(
    store: Store, values: Mapping[str, list[str]], documents: Mapping[str, Mapping[str, list[str]]]
) -> Telling:
    def one(name: str) -> str | None:
        return _first(values.get(KG + name))

    source = one("inDocument") or ""
    document = documents.get(source, {})
    start, end, confidence = one("start"), one("end"), one("confidence")
    return Telling(
        quote=one("quote") or "",
        document=_id(store, source),
        title=_first(document.get(LABEL)),
        published=_first(document.get(PUBLISHED)),
        start=int(start) if start is not None else None,
        end=int(end) if end is not None else None,
        confidence=float(confidence) if confidence is not None else None,
        rule=one("rule"),
    )


def _about(store: Store, iris: Iterable[str]) -> dict[str, dict[str, list[str]]]:
    """Every property of these things: IRI → property → values, sorted."""
    about: dict[str, dict[str, list[str]]] = {}
    for chunk in _chunks(list(dict.fromkeys(iris)), 500):
        text = (
            f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?s {{ {' '.join(f'<{_safe(i)}>' for i in chunk)} }} ?s ?p ?o }}"
        )
        for row in _select(store, text):
            about.setdefault(row["s"].value, {}).setdefault(row["p"].value, []).append(row["o"].value)
    return {s: {p: sorted(values) for p, values in sorted(props.items())} for s, props in about.items()}


def named(store: Store, iris: Iterable[str]) -> dict[str, Named]:
    """What these entities are called, by IRI; what the store does not know is called by its id."""
    wanted = list(dict.fromkeys(iris))
    found = {
        k.iri: Named(k.iri, _id(store, k.iri), k.label, k.type)
        for chunk in _chunks(wanted, 500)
        for k in _known(store, chunk)
    }
    return found | {i: Named(i, _id(store, i), _id(store, i), "Entity") for i in wanted if i not in found}


def _chunks(items: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def find_fact(store: Store, text: str) -> tuple[str, str]:
    """The id of the fact that a typed id, the beginning of one, or an IRI means, and a document that tells it.

    Raises UnknownNameError where there is none, or several.
    """
    typed = _id(store, text.strip())
    head = literal(store.iris.base + "fact/" + typed)
    rows = _select(
        store,
        f"""SELECT DISTINCT ?f ?d WHERE {{ ?f <{KG}evidence>/<{KG}inDocument> ?d .
            FILTER(STRSTARTS(STR(?f), {head})) }} ORDER BY ?f ?d""",
    )
    found: dict[str, str] = {}
    for row in rows:
        found.setdefault(_id(store, row["f"].value), _id(store, row["d"].value))
    if typed in found:
        return typed, found[typed]
    if len(found) == 1 and typed != "":
        return next(iter(found.items()))
    if len(found) > 1 and typed != "":
        names = list(found)
        raise UnknownNameError(f"{text!r} begins {len(found)} fact ids: {', '.join(names[:5])}", suggestions=names[:5])
    raise UnknownNameError(f"there is no fact {text!r}; kg facts --ids lists them")


# ---------------------------------------------------------------- pages, sentences and numbers


def show(store: Store, text: str, *, ontology: Ontology, type: str | None = None) -> EntityPage:  # noqa: A002
    """Everything about the entity that a typed name means; raises UnknownNameError as `resolve_name` does."""
    hit = resolve_name(store, text, ontology=ontology, type=type)
    about = facts(store, ontology=ontology, participants=[hit.iri], limit=None)
    documents = _select(store, f"SELECT (COUNT(DISTINCT ?d) AS ?n) WHERE {{ ?d <{KG}mentions> <{hit.iri}> }}")
    inside = _select(
        store,
        f"""SELECT (COUNT(DISTINCT ?e) AS ?n) WHERE {{
            ?e (<{KG}within>|<{KG}inProvince>|<{KG}inCity>) <{hit.iri}> . FILTER(?e != <{hit.iri}>) }}""",
    )
    order = {name: n for n, name in enumerate(ontology.facts)}
    rows = sorted(about.rows, key=lambda row: order.get(row.type, 99))
    own = _about(store, [hit.iri]).get(hit.iri, {})
    could = named(store, own.get(KG + "candidate", []))
    namings = _about(store, own.get(KG + "naming", []))
    return EntityPage(
        hit,
        _count(documents),
        _count(inside),
        tuple(rows),
        candidates=tuple(could[iri] for iri in own.get(KG + "candidate", [])),
        namings=tuple(
            Naming(name, rule, tuple(_id(store, d) for d in values.get(KG + "inDocument", [])))
            for _, values in sorted(namings.items())
            for name in values.get(KG + "name", [])
            for rule in values.get(KG + "rule", [])
        ),
        judged=judgements_on(store, [hit.iri]).get(hit.iri, ()),
        identifiers=tuple(own.get(SCHEMA + "identifier", [])),
        same_as=tuple(own.get(OWL + "sameAs", [])),
    )


def search_text(store: Store, text: str, *, limit: int = 20) -> list[Sentence]:
    """Sentences that facts quote, and titles, which hold all the words of a text (blanks separate words)."""
    words = text.split()
    if len(words) == 0:
        raise QueryError("nothing to look for; type a word")

    def holds(variable: str) -> str:
        return " && ".join(f"CONTAINS(LCASE(STR({variable})), LCASE({literal(w)}))" for w in words)

    rows = _select(
        store,
        f"""
        SELECT ?quote ?document (COUNT(DISTINCT ?fact) AS ?n) WHERE {{
            {{ ?fact <{KG}evidence> ?evidence . ?evidence <{KG}quote> ?quote ; <{KG}inDocument> ?document .
               FILTER({holds("?quote")}) }}
            UNION {{ ?document a <{KG}Document> ; <{LABEL}> ?quote . FILTER({holds("?quote")}) }}
        }} GROUP BY ?quote ?document""",
    )
    found = [(row["quote"].value, row["document"].value, int(row["n"].value)) for row in rows]
    documents = _about(store, [d for _, d, _ in found])

    def of(document: str, predicate: str) -> str | None:
        return _first(documents.get(document, {}).get(predicate))

    sentences = [Sentence(words, _id(store, d), of(d, LABEL), of(d, PUBLISHED), n) for words, d, n in found]
    sentences.sort(key=lambda s: (s.document, s.text))
    sentences.sort(key=lambda s: (s.published or "", s.facts), reverse=True)
    return sentences[:limit]


def stats(store: Store, *, ontology: Ontology, top: int = 10) -> Stats:
    """The store in numbers; `top` is how many of the most connected entities to name."""

    def by_class(classes: Iterable[str]) -> tuple[tuple[str, int], ...]:
        values = " ".join(f"<{KG}{c}>" for c in classes)
        rows = _select(
            store, f"SELECT ?t (COUNT(DISTINCT ?x) AS ?n) WHERE {{ VALUES ?t {{ {values} }} ?x a ?t }} GROUP BY ?t"
        )
        counted = {row["t"].value.removeprefix(KG): int(row["n"].value) for row in rows}
        return tuple((c, counted[c]) for c in classes if counted.get(c, 0) > 0)

    documents = _select(
        store, f"SELECT DISTINCT ?d ?day WHERE {{ ?d a <{KG}Document> OPTIONAL {{ ?d <{PUBLISHED}> ?day }} }}"
    )
    days = sorted(day for row in documents if (day := _text(row["day"])) is not None)
    roles = " ".join(f"<{KG}{r}>" for r in ontology.roles)
    busiest = _select(
        store,
        f"""SELECT ?e (COUNT(DISTINCT ?fact) AS ?n) WHERE {{ VALUES ?role {{ {roles} }} ?fact ?role ?e }}
            GROUP BY ?e ORDER BY DESC(?n) ?e LIMIT {int(top)}""",
    )
    names = named(store, [row["e"].value for row in busiest])
    return Stats(
        documents=len({row["d"].value for row in documents}),
        first=days[0] if len(days) > 0 else None,
        last=days[-1] if len(days) > 0 else None,
        undated=sum(1 for row in documents if row["day"] is None),
        entities=by_class(ontology.entities),
        facts=by_class(ontology.facts),
        busiest=tuple((names[row["e"].value], int(row["n"].value)) for row in busiest),
    )


def documents(store: Store) -> list[Listed]:
    """The documents of the store with their number of facts, the newest first, those without a date last."""
    rows = _select(
        store,
        f"""SELECT ?d (COUNT(DISTINCT ?fact) AS ?n) WHERE {{
            ?d a <{KG}Document> . OPTIONAL {{ ?evidence <{KG}inDocument> ?d . ?fact <{KG}evidence> ?evidence }} }}
            GROUP BY ?d""",
    )
    about = _about(store, [row["d"].value for row in rows])
    listed = []
    for row in rows:
        values = about.get(row["d"].value, {})
        listed.append(
            Listed(
                id=_id(store, row["d"].value),
                title=_first(values.get(LABEL)),
                published=_first(values.get(PUBLISHED)),
                basis=_first(values.get(KG + "dateBasis")),
                source=_first(values.get(SCHEMA + "isBasedOn")),
                facts=int(row["n"].value),
            )
        )
    listed.sort(key=lambda d: d.id)
    listed.sort(key=lambda d: d.published or "", reverse=True)
    return listed


def document_iri(store: Store, text: str) -> str:
    """The IRI of a document that a typed id, the start of one, or an IRI means; raises UnknownNameError."""
    exact = store.iris.document(_id(store, text.strip()))
    if len(_select(store, f"SELECT ?t WHERE {{ {exact} a ?t . FILTER(?t = <{KG}Document>) }} LIMIT 1")) > 0:
        return exact.value
    rows = _select(store, f"SELECT DISTINCT ?d WHERE {{ ?d a <{KG}Document> }} ORDER BY ?d")
    ids = [_id(store, row["d"].value) for row in rows]
    typed = _id(store, text.strip())
    near = [i for i in ids if i == typed] or [i for i in ids if i.startswith(typed)]
    if len(near) == 1:
        return store.iris.document(near[0]).value
    names = near or ids
    if len(near) > 1:
        raise UnknownNameError(
            f"{text!r} begins {len(near)} document ids: {', '.join(names[:5])}", suggestions=names[:5]
        )
    from rapidfuzz import process

    close = [m[0] for m in process.extract(typed, names, limit=3, score_cutoff=60)]
    hint = f"; did you mean {', '.join(close)}?" if len(close) > 0 else "; `kg search` finds documents by their words"
    raise UnknownNameError(f"there is no document {text!r}{hint}", suggestions=close)


# ---------------------------------------------------------------- questions


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a canned question asks for; it stands in the query as `$name`.

    `kind` says how it is typed and what it becomes: `entity` (a name) and `document` (an id or its start) become IRIs,
    then `class` (a fact class), `date`, `amount`, `number` and `text`. A parameter without a default must be given.
    """

    name: str
    kind: str
    default: str | None
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """A canned question: a file of `data/queries/` with its titles, parameters and an example in its header."""

    name: str
    titles: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    example: Mapping[str, str]
    text: str
    path: Path = field(compare=False)

    @cached_property
    def command(self) -> str:
        """The example as it is typed."""
        return " ".join(["kg query", self.name, *(f"-p {k}={v}" for k, v in self.example.items())])


_KINDS = ("entity", "document", "class", "date", "amount", "number", "text")
_HEAD = re.compile(r"#\s*(title|param|example)\s*(.*)")


def questions(folder: Path | None = None) -> dict[str, Question]:
    """The canned questions by name, in the order of their names.

    A file begins with a header of comments:

        # title zh 两地之间的协议
        # title en Agreements between two places
        # param a entity | 一地 | one place
        # param since date 1900 | 起始 | from
        # example a=南湖区 b=杨浦区

    Raises QueryError with file and line for a header that does not follow this.
    """
    root = folder if folder is not None else resource("data/queries")
    return {path.stem: _question(path) for path in sorted(root.glob("*.rq"))}


def _question(path: Path) -> Question:
    text = path.read_text(encoding="utf-8")
    titles: dict[str, str] = {}
    parameters: list[Parameter] = []
    example: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = _HEAD.fullmatch(line.strip())
        if match is None:
            continue
        word, rest = match.group(1), match.group(2)
        if word == "title":
            language, _, title = rest.partition(" ")
            titles[language] = title.strip()
        elif word == "param":
            parts = [p.strip() for p in rest.split("|")]
            head = parts[0].split(maxsplit=2)
            if len(parts) != 3 or len(head) < 2 or head[1] not in _KINDS:
                raise QueryError(
                    f"write `# param NAME KIND [DEFAULT] | ZH LABEL | EN LABEL`, KIND one of {', '.join(_KINDS)}",
                    where=path,
                    line=number,
                )
            parameters.append(
                Parameter(head[0], head[1], head[2] if len(head) == 3 else None, {"zh": parts[1], "en": parts[2]})
            )
        else:
            example = dict(pair.split("=", 1) for pair in rest.split() if "=" in pair)
    if set(titles) < {"zh", "en"}:
        raise QueryError("a question needs `# title zh …` and `# title en …`", where=path)
    return Question(path.stem, titles, tuple(parameters), example, text, path)


def bind(store: Store, question: Question, given: Mapping[str, str], *, ontology: Ontology) -> str:
    """The query of a question with its parameters filled in: names become IRIs, everything else typed literals.

    Raises QueryError for a parameter that is unknown or missing, and what the value's kind raises.
    """
    known = {p.name: p for p in question.parameters}
    for name in given:
        if name not in known:
            raise QueryError(
                f"question {question.name!r} has no parameter {name!r}; it has {', '.join(known) or 'none'}"
            )
    terms = {}
    for parameter in question.parameters:
        value = given.get(parameter.name, parameter.default)
        if value is None:
            raise QueryError(f"question {question.name!r} needs -p {parameter.name}=…; for example: {question.command}")
        terms[parameter.name] = _term(store, parameter, value, ontology)
    return substitute(question.text, terms)


def _term(store: Store, parameter: Parameter, value: str, ontology: Ontology) -> str:
    if parameter.kind == "entity":
        return f"<{_safe(resolve_name(store, value, ontology=ontology).iri)}>"
    if parameter.kind == "document":
        return f"<{_safe(document_iri(store, value))}>"
    if parameter.kind == "class":
        return f"<{KG}{fact_class(ontology, value)}>"
    if parameter.kind == "date":
        return f'"{_day(value, 1 if parameter.name == "until" else 0)}"^^<{XSD}date>'
    if parameter.kind == "amount":
        amount = parse_amount(value)
        if amount is None:
            raise QueryError(f"-p {parameter.name}={value}: not a sum of money; write it as the news does, or 3e8")
        return f'"{amount.value:f}"^^<{XSD}decimal>'
    if parameter.kind == "number":
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("nan")
        if not number.is_finite():
            raise QueryError(f"-p {parameter.name}={value}: not a number")
        return f'"{number:f}"^^<{XSD}decimal>'
    return literal(value)


XSD = "http://www.w3.org/2001/XMLSchema#"

# Strings, IRIs and comments are stepped over, so that a $ inside of them stays.
_TOKENS = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r"|<[^<>\"{}|^`\\\s]*>|#[^\n]*|\$(?P<name>[A-Za-z_]\w*)",
    re.DOTALL,
)


def substitute(text: str, terms: Mapping[str, str]) -> str:
    """A query with `$name` replaced by a term wherever it is a variable; `?name` is left alone.

    >>> substitute('SELECT ?x { ?x ?p $who . FILTER(?x != "$who") } # $who', {"who": "<urn:a>"})
    'SELECT ?x { ?x ?p <urn:a> . FILTER(?x != "$who") } # $who'
    """
    return _TOKENS.sub(
        lambda m: terms.get(m.group("name"), m.group()) if m.group("name") is not None else m.group(), text
    )


# ---------------------------------------------------------------- details


def literal(text: str) -> str:
    """A text as a SPARQL string: JSON and SPARQL escape alike."""
    return json.dumps(text.encode("utf-8", "replace").decode("utf-8"), ensure_ascii=False)


def _safe(iri: str) -> str:
    """An IRI that cannot leave its angle brackets."""
    return re.sub(r'[\x00-\x20<>"{}|^`\\]', lambda m: quote(m.group(), safe=""), iri)


def _day(text: str, end: int) -> str:
    """The first (0) or last (1) day of a date as typed."""
    span = date_range(parse_date(text))
    if span is None:
        raise DateError(f"not a calendar date: {text!r}; write 2018-08-20, 2018-08 or 2018")
    return span[end].isoformat()


def _span(text: str | None) -> tuple[str | None, str | None]:
    """First and last day of a stored date of any precision."""
    if text is None:
        return None, None
    try:
        return _day(text, 0), _day(text, 1)
    except DateError:
        return None, None


def _select(store: Store, text: str) -> list[dict[str, Any]]:
    """The rows of a SELECT as variable → term or None."""
    solutions = store.query(text)
    return [dict(zip(solutions.variables, solution, strict=True)) for solution in solutions]


def _id(store: Store, iri: str) -> str:
    """What a person types for an IRI of the store: `company/闻泰通讯`, `place/330402`; any other IRI as it is."""
    return store.iris.id_of(iri) or iri


def _first(values: Sequence[str] | None) -> str | None:
    return values[0] if values is not None and len(values) > 0 else None


def _text(term: object) -> str | None:
    return None if term is None else str(getattr(term, "value", term))


def _float(term: object) -> float | None:
    value = _text(term)
    return None if value is None else float(value)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _count(rows: Iterable[Mapping[str, object]]) -> int:
    return next((int(_text(row["n"]) or 0) for row in rows), 0)
