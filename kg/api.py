"""The JSON API: what the commands of kg answer, as JSON over HTTP, for those who know no SPARQL.

Input is an open store and the parameters of an address; output are values that JSON can hold, the same keys as
`--json` on the command line. One table (`OPERATIONS`) says what there is: from it the addresses are taken, the
parameters checked, and the OpenAPI description written, so that the three cannot differ.

    GET /api/facts?type=Agreement&with=南湖区&since=2016   →   {"total": 3, "page": 1, "next": null, "facts": [ … ]}

Lists have an order that is always the same, and come in pages: `page` and `limit` choose one, `next` leads on.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kg import __version__, network, search, view
from kg.errors import QueryError, StoreError, UnknownNameError
from kg.model import Extraction
from kg.network import Route
from kg.ontology import KG, Ontology
from kg.store import Store

#: Rows of a page where nobody says how many, and the most that can be asked for.
ROWS, MOST = 50, 500

#: Up to so many facts are read as a whole to search for ways: it takes about half a second for a thousand.
AT_ONCE = 5000

_STATUSES = ("done", "planned", "signed", "started", "completed", "ended", "denied")


@dataclass(frozen=True)
class Sources:
    """What the API answers from: the store, the ontology, and how the texts of the documents can be read."""

    store: Store
    ontology: Ontology
    extraction: Callable[[str], Extraction]

    @cached_property
    def network(self) -> network.FactNetwork:
        """All facts as a network: read once for all searches of ways."""
        return network.load_network(self.store, self.ontology)

    @cached_property
    def large(self) -> bool:
        """Are there more facts than are read at once? Then ways are searched for around their ends."""
        return sum(search.front(self.store, ontology=self.ontology).facts.values()) > AT_ONCE

    def ways(self, source: str, target: str, count: int) -> Sequence[Route]:
        """The best ways between two entities, by IRI."""
        if self.large:
            degrees = functools.partial(fact_counts, self.store, self.ontology)
            near = network.between(self.store, self.ontology, source, target, degrees=degrees)
            known = near.nodes.keys() >= {source, target}
            return network.paths(near, source, target, k=count, degrees=degrees(list(near.nodes))) if known else ()
        if not self.network.nodes.keys() >= {source, target}:
            return ()
        return network.paths(self.network, source, target, k=count)


# ---------------------------------------------------------------- what can be asked


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an address: how it is called, what it may be, what it is for."""

    name: str
    about: str
    kind: str = "string"
    required: bool = False
    many: bool = False
    default: str | None = None
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None

    def read(self, given: Sequence[str]) -> Any:
        """The value of what was given; raises QueryError where it is none."""
        if len(given) > 1 and not self.many:
            raise QueryError(f"{self.name} is given {len(given)} times; give it once")
        if len(given) == 0:
            if self.required:
                raise QueryError(f"give {self.name}=…: {self.about}")
            given = () if self.default is None else (self.default,)
        values = [self._value(text) for text in given]
        return values if self.many else values[0] if len(values) > 0 else None

    def _value(self, text: str) -> Any:
        if self.kind == "string":
            if self.required and text.strip() == "":
                raise QueryError(f"{self.name} is empty: {self.about}")
            if len(text) > 500:
                raise QueryError(f"{self.name} is longer than 500 characters")
            if len(self.choices) > 0 and text not in self.choices:
                raise QueryError(f"{self.name}={text!r} is none of {', '.join(self.choices)}")
            return text
        pattern = r"[0-9]{1,9}" if self.kind == "integer" else r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
        if re.fullmatch(pattern, text, re.ASCII) is not None:
            value = int(text) if self.kind == "integer" else float(text)
            if (self.least is None or value >= self.least) and (self.most is None or value <= self.most):
                return value
        least, most = (f"{v:g}" for v in (self.least or 0, math.inf if self.most is None else self.most))
        raise QueryError(f"{self.name}={text!r} is no {self.kind} from {least} to {most}")

    @property
    def schema(self) -> dict[str, Any]:
        """The parameter's values as a JSON schema."""
        one: dict[str, Any] = {"type": self.kind}
        if self.kind == "string":
            one["maxLength"] = 500
            if self.required:
                one["minLength"] = 1
        if len(self.choices) > 0:
            one["enum"] = list(self.choices)
        if self.least is not None:
            one["minimum"] = self.least
        if self.most is not None:
            one["maximum"] = self.most
        if self.default is not None:
            one["default"] = {"string": str, "integer": int, "number": float}[self.kind](self.default)
        return {"type": "array", "items": one, "maxItems": 20} if self.many else one


@dataclass(frozen=True, slots=True)
class Operation:
    """One address of the API. `thing` names what stands at the end of the path, where something does."""

    name: str
    about: str
    answer: Callable[..., dict[str, Any]]
    parameters: tuple[Parameter, ...]
    schema: Mapping[str, Any]
    thing: str = ""
    paged: bool = False

    @property
    def path(self) -> str:
        """The path below `/api/`, as OpenAPI writes it."""
        return f"{self.name}/{{{self.thing}}}" if self.thing != "" else self.name

    def read(self, given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """The values of all parameters; raises QueryError for one that is unknown, missing or wrong."""
        known = {p.name: p for p in self.parameters}
        for name in given:
            if name not in known:
                raise QueryError(f"/api/{self.name} has no parameter {name!r}; it has {', '.join(known) or 'none'}")
        return {name: parameter.read(given.get(name, ())) for name, parameter in known.items()}


def answer(sources: Sources, name: str, thing: str, given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What `/api/NAME/THING?GIVEN` answers, for JSON.

    Raises UnknownNameError for what is not there, and QueryError or DateError for a parameter that makes no sense.
    """
    operation = OPERATIONS.get(name)
    if operation is None or (operation.thing == "") != (thing == ""):
        known = ", ".join(f"/api/{o.path}" for o in OPERATIONS.values())
        raise UnknownNameError(f"there is no /api/{name}{'/…' if thing != '' else ''}; there are {known}")
    values = operation.read(given)
    if operation.thing != "":
        values = {"thing": thing, **values}
    return operation.answer(sources, **{_KEYWORDS.get(key, key): value for key, value in values.items()})


#: Parameters that Python cannot call by their own name.
_KEYWORDS = {"with": "with_", "from": "from_"}


def _window(page: int, limit: int) -> tuple[int, int]:
    return (page - 1) * limit, limit


def _page(key: str, rows: Sequence[Any], *, total: int, page: int, limit: int, **more: Any) -> dict[str, Any]:
    """The envelope of a list; `next` is the number of the page that follows, None at the end."""
    following = page + 1 if page * limit < total else None
    return {"total": total, "page": page, "limit": limit, "next": following, **more, key: list(rows)}


# ---------------------------------------------------------------- entities


def _search(sources: Sources, *, q: str, type: str | None, page: int, limit: int) -> dict[str, Any]:  # noqa: A002
    start, size = _window(page, limit)
    hits, total = search.find_page(
        sources.store, q, ontology=sources.ontology, type=type, offset=start, limit=size, most=_FOUND
    )
    rows = [_hit(sources, hit) for hit in hits]
    more = {"cut": total == _FOUND, "partial": _partial(sources.store)}
    return _page("entities", rows, total=total, page=page, limit=limit, **more)


def _partial(store: Store) -> bool:
    """True while the names of a large store are being indexed: then only whole names are found."""
    return store.names is None and store.unindexed


#: Names that a search gives at most: who gets so many types a longer name.
_FOUND = 1000


def _sentences(sources: Sources, *, q: str, page: int, limit: int) -> dict[str, Any]:
    start, size = _window(page, limit)
    found = search.search_text(sources.store, q, limit=_FOUND)
    rows = [
        {
            "text": s.text,
            "document": s.document,
            "title": s.title,
            "published": s.published,
            "facts": s.facts,
        }
        for s in found[start : start + size]
    ]
    return _page("sentences", rows, total=len(found), page=page, limit=limit, cut=len(found) == _FOUND)


def _entity(sources: Sources, *, thing: str) -> dict[str, Any]:
    store = sources.store
    hit = _resolve(sources, thing)
    roles = " ".join(f"<{KG}{r}>" for r in sources.ontology.roles)
    kinds = " ".join(f"<{KG}{c}>" for c in sources.ontology.facts)
    facts = store.query(
        f"""SELECT ?class (COUNT(DISTINCT ?fact) AS ?n) WHERE {{
            VALUES ?role {{ {roles} }} ?fact ?role <{hit.iri}> . VALUES ?class {{ {kinds} }} ?fact a ?class
        }} GROUP BY ?class ORDER BY ?class"""
    ).values()
    counted = {row["class"].removeprefix(KG): row["n"] for row in facts if "class" in row}
    documents = store.query(f"SELECT (COUNT(DISTINCT ?d) AS ?n) WHERE {{ ?d <{KG}mentions> <{hit.iri}> }}").values()
    inside = store.query(
        f"""SELECT (COUNT(DISTINCT ?e) AS ?n) WHERE {{
            ?e (<{KG}within>|<{KG}inProvince>|<{KG}inCity>) <{hit.iri}> . FILTER(?e != <{hit.iri}>) }}"""
    ).values()
    return {
        **_hit(sources, hit),
        "documents": documents[0]["n"],
        "inside": inside[0]["n"],
        "facts": {kind: counted[kind] for kind in sources.ontology.facts if kind in counted},
    }


def _neighbours(
    sources: Sources,
    *,
    thing: str,
    type: str | None,  # noqa: A002
    facts: int,
    page: int,
    limit: int,
) -> dict[str, Any]:
    store, ontology = sources.store, sources.ontology
    hit = _resolve(sources, thing)
    roles = " ".join(f"<{KG}{r}>" for r in ontology.roles)
    kinds = ""
    if type is not None:
        names = ontology.subclasses(search.fact_class(ontology, type))
        kinds = f"VALUES ?class {{ {' '.join(f'<{KG}{n}>' for n in names)} }} ?fact a ?class ."
    body = f"""VALUES ?mine {{ {roles} }} ?fact ?mine <{hit.iri}> . {kinds}
        VALUES ?other {{ {roles} }} ?fact ?other ?e . FILTER(?e != <{hit.iri}>)"""
    ranked = store.query(
        f"SELECT ?e (COUNT(DISTINCT ?fact) AS ?n) WHERE {{ {body} }} GROUP BY ?e ORDER BY DESC(?n) ?e"
    ).values()
    ranked = [row for row in ranked if "e" in row]
    start, size = _window(page, limit)
    shown = [row["e"] for row in ranked[start : start + size]]
    joined: dict[str, list[str]] = {iri: [] for iri in shown}
    if len(shown) > 0 and facts > 0:
        values = " ".join(f"<{iri}>" for iri in shown)
        found = store.query(
            f"""SELECT DISTINCT ?e ?fact ?day WHERE {{ VALUES ?e {{ {values} }} {body}
                OPTIONAL {{ ?fact <{KG}dateEnd> ?day }} }} ORDER BY DESC(STR(?day)) ?fact"""
        ).values()
        for row in found:
            if row["fact"] not in joined[row["e"]]:
                joined[row["e"]].append(row["fact"])
    wanted = list(dict.fromkeys(f for ids in joined.values() for f in ids[:facts]))
    rows = {row.iri: row for row in search.fact_rows(store, wanted, ontology=ontology)}
    named = search.named(store, shown)
    neighbours = [
        {
            **_named(sources, named[row["e"]]),
            "shared": row["n"],
            "facts": [_fact(sources, rows[f], tellings=1) for f in joined[row["e"]][:facts]],
        }
        for row in ranked[start : start + size]
    ]
    return _page("neighbours", neighbours, total=len(ranked), page=page, limit=limit, entity=_hit(sources, hit))


def _resolve(sources: Sources, name: str) -> search.Hit:
    return search.resolve_name(sources.store, name, ontology=sources.ontology)


def _hit(sources: Sources, hit: search.Hit) -> dict[str, Any]:
    return {
        "id": hit.id,
        "iri": hit.iri,
        "label": hit.label,
        "type": hit.type,
        "type_label": sources.ontology.label(hit.type),
        "how": hit.how,
        "aliases": list(hit.aliases),
        "code": hit.code,
        "path": list(hit.path),
    }


def _named(sources: Sources, named: search.Named) -> dict[str, Any]:
    return {
        "id": named.id,
        "iri": named.iri,
        "label": named.label,
        "type": named.type,
        "type_label": sources.ontology.label(named.type),
    }


# ---------------------------------------------------------------- facts


def _facts(
    sources: Sources,
    *,
    with_: Sequence[str],
    min_confidence: float | None,
    all: int,  # noqa: A002
    page: int,
    limit: int,
    **filters: Any,
) -> dict[str, Any]:
    start, size = _window(page, limit)
    found = search.facts(
        sources.store,
        ontology=sources.ontology,
        participants=with_,
        min_confidence=_least(sources, all, min_confidence),
        limit=size,
        offset=start,
        **filters,
    )
    rows = [_fact(sources, row) for row in found.rows]
    return _page("facts", rows, total=found.total, page=page, limit=limit, undated=found.undated, unsure=found.unsure)


def _least(sources: Sources, everything: int, asked: float | None = None) -> float | None:
    """The confidence below which facts are left out, as the commands do it: what is asked for, or the usual."""
    return asked if asked is not None else None if everything else sources.ontology.shown


def _one_fact(sources: Sources, *, thing: str) -> dict[str, Any]:
    node = sources.store.iris.fact(thing)
    if sources.store.query(f"ASK {{ {node} <{KG}evidence> ?evidence }}").boolean is not True:
        raise UnknownNameError(f"the store has no fact {thing!r}")
    return _fact(sources, search.fact_rows(sources.store, [node.value], ontology=sources.ontology)[0])


def _timeline(
    sources: Sources,
    *,
    entity: str,
    type: str | None,  # noqa: A002
    all: int,  # noqa: A002
    page: int,
    limit: int,
) -> dict[str, Any]:
    hit = _resolve(sources, entity)
    start, size = _window(page, limit)
    found = search.facts(
        sources.store,
        ontology=sources.ontology,
        type=type,
        participants=[hit.iri],
        min_confidence=_least(sources, all),
        limit=size,
        offset=start,
    )
    roles = " ".join(f"<{KG}{r}>" for r in sources.ontology.roles)
    names = sources.ontology.subclasses(search.fact_class(sources.ontology, type)) if type is not None else ()
    kinds = f"VALUES ?class {{ {' '.join(f'<{KG}{n}>' for n in names)} }} ?fact a ?class ." if type is not None else ""
    years = sources.store.query(
        f"""SELECT ?year (COUNT(DISTINCT ?fact) AS ?n) WHERE {{
            VALUES ?role {{ {roles} }} ?fact ?role <{hit.iri}> ; <{KG}dateStart> ?day . {kinds}
            BIND(SUBSTR(STR(?day), 1, 4) AS ?year) }} GROUP BY ?year ORDER BY ?year"""
    ).values()
    return _page(
        "facts",
        [_fact(sources, row) for row in found.rows],
        total=found.total,
        page=page,
        limit=limit,
        unsure=found.unsure,
        entity=_hit(sources, hit),
        years=[{"year": row["year"], "facts": row["n"]} for row in years if "year" in row],
    )


def _fact(sources: Sources, row: search.FactRow, *, tellings: int | None = None) -> dict[str, Any]:
    roles: dict[str, list[dict[str, Any]]] = {}
    for role, named in row.roles:
        roles.setdefault(role, []).append(_named(sources, named))
    return {
        "id": sources.store.iris.id_of(row.iri) or row.iri,
        "iri": row.iri,
        "type": row.type,
        "type_label": sources.ontology.label(row.type),
        "label": row.label,
        "roles": roles,
        "date": row.date,
        "date_text": row.date_text,
        # A string, as on the command line: money is no floating point number.
        "amount": None if row.amount is None else f"{row.amount:f}",
        "currency": row.currency,
        "amount_text": row.amount_text,
        "status": row.status,
        "confidence": row.confidence,
        "tellings": [
            {
                "quote": t.quote,
                "document": t.document,
                "title": t.title,
                "published": t.published,
                "start": t.start,
                "end": t.end,
                "confidence": t.confidence,
                "rule": t.rule,
            }
            for t in row.tellings[:tellings]
        ],
    }


def _path(sources: Sources, *, from_: str, to: str, count: int) -> dict[str, Any]:
    ends = [_resolve(sources, name) for name in (from_, to)]
    if ends[0].iri == ends[1].iri:
        raise QueryError(f"{from_!r} and {to!r} are one entity: {ends[0].label}")
    found = sources.ways(ends[0].iri, ends[1].iri, count)
    iris = list(dict.fromkeys(fact.id for way in found for step in way.steps for fact in step))
    rows = {r.iri: r for r in search.fact_rows(sources.store, iris, ontology=sources.ontology)}
    named = search.named(sources.store, [node for way in found for node in way.nodes])
    return {
        "from": _hit(sources, ends[0]),
        "to": _hit(sources, ends[1]),
        "paths": [
            {
                "cost": way.cost,
                "nodes": [_named(sources, named[node]) for node in way.nodes],
                "steps": [[_fact(sources, rows[fact.id], tellings=1) for fact in step] for step in way.steps],
            }
            for way in found
        ],
    }


# ---------------------------------------------------------------- parts of the graph for the page


def _graph(
    sources: Sources,
    *,
    around: str | None,
    type: str | None,  # noqa: A002
    since: str | None,
    until: str | None,
    find: str | None,
    from_: str | None,
    to: str | None,
    document: str | None,
) -> dict[str, Any]:
    store, ontology = sources.store, sources.ontology
    if sum(given is not None for given in (around, find, from_ if to is not None else to, document)) != 1:
        raise QueryError("give one of around=…, find=…, document=…, or both from=… and to=…")
    entities: list[str] = []
    facts: list[str] = []
    articles: dict[str, view.Article] = {}
    if around is not None:
        hit = _resolve(sources, around)
        entities = [hit.iri]
        facts = search.newest_facts(store, ontology, hit.iri, type=type, since=since, until=until)
    elif find is not None:
        entities = [hit.iri for hit in search.find(store, find, ontology=ontology, limit=30)]
    elif document is not None:
        iri = store.iris.document(document).value
        text, mentions = _mentions(sources, document)
        facts = [r.iri for r in search.facts(store, ontology=ontology, document=document, limit=None).rows]
        entities = sorted({store.iris.entity(m["entity"]).value for m in mentions if m["entity"] is not None})
        if text is not None:
            spans = [(m["start"], m["end"], store.iris.entity(m["entity"]).value) for m in mentions if m["entity"]]
            articles[iri] = view.Article(text, tuple(spans))
        elif len(facts) == 0:
            raise UnknownNameError(f"the store has no document {document!r}")
    else:
        ends = [_resolve(sources, name) for name in (from_ or "", to or "")]
        entities = [end.iri for end in ends]
        if ends[0].iri != ends[1].iri:
            ways = sources.ways(entities[0], entities[1], 3)
            facts = list(dict.fromkeys(f.id for way in ways for step in way.steps for f in step))
    part = network.load_network(store, ontology, facts=facts, entities=entities)
    found = view.part(part, ontology, totals=fact_counts(store, ontology, part.nodes), articles=articles, whole=True)
    if find is not None:
        found["partial"] = _partial(store)
    # Pairs become lists, as they are for everybody who reads the answer.
    answered: dict[str, Any] = json.loads(json.dumps(found))
    return answered


def fact_counts(store: Store, ontology: Ontology, entities: Iterable[str]) -> dict[str, int]:
    """Of how many facts each of some entities is a participant; of a large store the index of names knows it."""
    iris = list(entities)
    if store.names is not None:
        return store.names.degrees(iris)
    roles = "|".join(f"<{KG}{r}>" for r in ontology.roles)
    values = " ".join(f"<{iri}>" for iri in iris)
    rows = store.query(
        f"SELECT ?e (COUNT(DISTINCT ?fact) AS ?n) WHERE {{ VALUES ?e {{ {values} }} ?fact {roles} ?e }} GROUP BY ?e"
    ).values()
    return {str(row["e"]): int(row["n"]) for row in rows if "e" in row}


# ---------------------------------------------------------------- documents, numbers, classes, questions


def _documents(sources: Sources, *, page: int, limit: int) -> dict[str, Any]:
    found = search.documents(sources.store)
    start, size = _window(page, limit)
    rows = [
        {
            "id": d.id,
            "title": d.title,
            "published": d.published,
            "basis": d.basis,
            "source": d.source,
            "facts": d.facts,
        }
        for d in found[start : start + size]
    ]
    return _page("documents", rows, total=len(found), page=page, limit=limit)


def _document(sources: Sources, *, thing: str) -> dict[str, Any]:
    store = sources.store
    node = store.iris.document(thing)
    about: dict[str, str] = {}
    for row in store.query(f"SELECT ?p ?o WHERE {{ {node} ?p ?o . FILTER(isLiteral(?o)) }} ORDER BY ?p ?o").values():
        about.setdefault(re.split("[#/]", str(row["p"]))[-1], str(row["o"]))
    mentioned = store.query(f"SELECT ?e WHERE {{ {node} <{KG}mentions> ?e }} ORDER BY ?e").values()
    if len(about) == 0 and len(mentioned) == 0:
        raise UnknownNameError(f"the store has no document {thing!r}")
    found = search.facts(store, ontology=sources.ontology, document=thing, limit=None)
    entities = search.named(store, [row["e"] for row in mentioned])
    text, mentions = _mentions(sources, thing)
    return {
        "id": thing,
        "iri": node.value,
        "title": about.get("label"),
        "published": about.get("datePublished"),
        "basis": about.get("dateBasis"),
        "source": about.get("isBasedOn"),
        "url": about.get("url"),
        "text": text,
        "entities": [_named(sources, entity) for entity in sorted(entities.values(), key=lambda e: e.id)],
        "mentions": mentions,
        "facts": [_fact(sources, row) for row in found.rows],
    }


def _mentions(sources: Sources, document: str) -> tuple[str | None, list[dict[str, Any]]]:
    """The text of a document and where it names which entity; None and nothing where the text is not at hand."""
    try:
        extraction = sources.extraction(document)
    except StoreError:
        return None, []
    store = sources.store
    node = store.iris.document(document)
    # The names that this document has for an entity of the corpus stand in its own graph.
    rows = store.query(
        f"""SELECT ?e ?name WHERE {{ GRAPH {node} {{ {node} <{KG}mentions> ?e .
            ?e (<{search.LABEL}>|<{search.ALIAS}>|<{KG}code>) ?name }} }} ORDER BY ?e ?name"""
    ).values()
    owners: dict[str, set[str]] = {}
    for row in rows:
        owners.setdefault(str(row["name"]), set()).add(row["e"])
    found = []
    for entity in extraction.entities:
        # A code names one place of the gazetteer and is surer than a name that two may have.
        votes = [owners.get(name, set()) for name in (entity.code or "", entity.name, *entity.aliases)]
        owner = next((next(iter(vote)) for vote in votes if len(vote) == 1), None)
        for mention in entity.mentions:
            span = mention.span
            name = None if owner is None else store.iris.id_of(owner)
            about = {
                "start": span.start,
                "end": span.end,
                "text": extraction.document.text[span.start : span.end],
                "entity": name,
                "type": mention.type,
                "confidence": mention.confidence,
            }
            found.append(((span.start, -span.end, name or ""), about))
    found.sort(key=lambda pair: pair[0])
    return extraction.document.text, [mention for _, mention in found]


def _stats(sources: Sources) -> dict[str, Any]:
    numbers = search.stats(sources.store, ontology=sources.ontology)
    return {
        "documents": numbers.documents,
        "first": numbers.first,
        "last": numbers.last,
        "undated": numbers.undated,
        "entities": dict(numbers.entities),
        "facts": dict(numbers.facts),
        "busiest": [{**_named(sources, named), "facts": count} for named, count in numbers.busiest],
    }


def _classes(sources: Sources) -> dict[str, Any]:
    ontology = sources.ontology

    def described(name: str, kind: str) -> dict[str, Any]:
        roles = [role.name for role in ontology.facts[name].roles] if kind == "fact" else []
        above = ontology.ancestors(name)[1:2]
        return {
            "name": name,
            "iri": KG + name,
            "kind": kind,
            "zh": ontology.label(name, "zh"),
            "en": ontology.label(name, "en"),
            "above": above[0] if len(above) > 0 else None,
            "roles": roles,
        }

    classes = [described(name, "entity") for name in ontology.entities]
    classes += [described(name, "fact") for name in ontology.facts]
    roles = [
        {"name": name, "iri": KG + name, "zh": ontology.label(name, "zh"), "en": ontology.label(name, "en")}
        for name in ontology.roles
    ]
    return {"classes": classes, "roles": roles}


def _questions(sources: Sources) -> dict[str, Any]:
    return {"questions": [_question(question) for question in search.questions().values()]}


def _question(question: search.Question) -> dict[str, Any]:
    return {
        "name": question.name,
        "titles": dict(question.titles),
        "example": dict(question.example),
        "parameters": [
            {"name": p.name, "kind": p.kind, "default": p.default, "labels": dict(p.labels)}
            for p in question.parameters
        ],
    }


def _ask(sources: Sources, *, thing: str, p: Sequence[str]) -> dict[str, Any]:
    known = search.questions()
    if thing not in known:
        raise UnknownNameError(f"there is no question {thing!r}; there are {', '.join(known)}")
    question = known[thing]
    given: dict[str, str] = {}
    for pair in p:
        name, equals, value = pair.partition("=")
        if equals == "":
            raise QueryError(f"write p=NAME=VALUE, not p={pair}")
        given[name] = value
    query = search.bind(sources.store, question, given, ontology=sources.ontology)
    lines = [line for line in query.splitlines() if re.match(r"#\s*(title|param|example)\b", line) is None]
    return {**_question(question), "query": "\n".join(lines).strip() + "\n"}


# ---------------------------------------------------------------- the table

_TYPE = Parameter("type", "a class of facts with its subclasses, by its name or its label")
_ALL = Parameter(
    "all", "1: with what is rather unsure, which is left out and counted in `unsure` otherwise", "integer",
    default="0", least=0, most=1,
)  # fmt: skip
_PAGED = (
    Parameter("page", "the number of the page", "integer", default="1", least=1, most=100_000),
    Parameter("limit", "rows of a page", "integer", default=str(ROWS), least=1, most=MOST),
)


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": dict(items)}


def _object(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {k.rstrip("_"): dict(v) for k, v in properties.items()},
        "required": [k.rstrip("_") for k in properties],
    }


_TEXT, _NUMBER, _WHOLE = {"type": "string"}, {"type": "number"}, {"type": "integer"}
_TEXT_OR_NONE, _WHOLE_OR_NONE = {"type": ["string", "null"]}, {"type": ["integer", "null"]}
_NUMBER_OR_NONE, _YES = {"type": ["number", "null"]}, {"type": "boolean"}
_COUNTS = {"type": "object", "additionalProperties": _WHOLE}


def _paged(key: str, items: Mapping[str, Any], **more: Mapping[str, Any]) -> dict[str, Any]:
    return _object(total=_WHOLE, page=_WHOLE, limit=_WHOLE, next=_WHOLE_OR_NONE, **more, **{key: _list(items)})


_NAMED_SCHEMA = _object(id=_TEXT, iri=_TEXT, label=_TEXT, type=_TEXT, type_label=_TEXT)
_HIT = {"how": _TEXT, "aliases": _list(_TEXT), "code": _TEXT_OR_NONE, "path": _list(_TEXT)}
_SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "Named": _NAMED_SCHEMA,
    "Entity": _object(**_NAMED_SCHEMA["properties"], **_HIT),
    "Telling": _object(
        quote=_TEXT,
        document=_TEXT,
        title=_TEXT_OR_NONE,
        published=_TEXT_OR_NONE,
        start=_WHOLE_OR_NONE,
        end=_WHOLE_OR_NONE,
        confidence=_NUMBER_OR_NONE,
        rule=_TEXT_OR_NONE,
    ),
    "Fact": _object(
        id=_TEXT,
        iri=_TEXT,
        type=_TEXT,
        type_label=_TEXT,
        label=_TEXT_OR_NONE,
        roles={"type": "object", "additionalProperties": _list(_ref("Named"))},
        date=_TEXT_OR_NONE,
        date_text=_TEXT_OR_NONE,
        amount=_TEXT_OR_NONE,
        currency=_TEXT_OR_NONE,
        amount_text=_TEXT_OR_NONE,
        status=_TEXT_OR_NONE,
        confidence=_NUMBER_OR_NONE,
        tellings=_list(_ref("Telling")),
    ),
    "Question": _object(
        name=_TEXT,
        titles={"type": "object", "additionalProperties": _TEXT},
        example={"type": "object", "additionalProperties": _TEXT},
        parameters=_list(
            _object(
                name=_TEXT,
                kind=_TEXT,
                default=_TEXT_OR_NONE,
                labels={"type": "object", "additionalProperties": _TEXT},
            )
        ),
    ),
    "Error": {"type": "object", "required": ["error"], "properties": {"error": _TEXT, "suggestions": _list(_TEXT)}},
}

_LISTED = _object(
    id=_TEXT, title=_TEXT_OR_NONE, published=_TEXT_OR_NONE, basis=_TEXT_OR_NONE, source=_TEXT_OR_NONE, facts=_WHOLE
)
_NAME = "a name, a part of one, its pinyin, or an id such as place/330402"

#: Everything that the API answers, by the first part of its path.
OPERATIONS: Mapping[str, Operation] = {
    operation.name: operation
    for operation in (
        Operation(
            "search",
            "Entities that a typed name may mean (label, other name, short form, pinyin, a part), the best fit first",
            _search,
            (
                Parameter("q", _NAME, required=True),
                Parameter("type", "a class of entities with its subclasses, by its name or its label"),
                *_PAGED,
            ),
            _paged("entities", _ref("Entity"), cut=_YES, partial=_YES),
            paged=True,
        ),
        Operation(
            "sentences",
            "Sentences that facts quote, and titles, which hold all of the words",
            _sentences,
            (Parameter("q", "words, with blanks between them", required=True), *_PAGED),
            _paged(
                "sentences",
                _object(text=_TEXT, document=_TEXT, title=_TEXT_OR_NONE, published=_TEXT_OR_NONE, facts=_WHOLE),
                cut=_YES,
            ),
            paged=True,
        ),
        Operation(
            "entity",
            "One entity: what it is, where it is, and how many facts of each class and documents name it",
            _entity,
            (),
            {"allOf": [_ref("Entity"), _object(documents=_WHOLE, inside=_WHOLE, facts=_COUNTS)]},
            thing="entity",
        ),
        Operation(
            "neighbours",
            "Who shares facts with an entity, those with most shared facts first, each with the newest of them",
            _neighbours,
            (
                _TYPE,
                Parameter("facts", "facts that are given of each", "integer", default="3", least=0, most=50),
                *_PAGED,
            ),
            _paged(
                "neighbours",
                {"allOf": [_ref("Named"), _object(shared=_WHOLE, facts=_list(_ref("Fact")))]},
                entity=_ref("Entity"),
            ),
            thing="entity",
            paged=True,
        ),
        Operation(
            "facts",
            "Facts that pass every filter, as `kg facts` finds them",
            _facts,
            (
                _TYPE,
                Parameter(
                    "with", "a participant; the name of a place stands for all inside it, its id for itself", many=True
                ),
                Parameter("place", "a place and everything inside it"),
                Parameter("since", "not before: 2016, 2016-05 or 2016-05-01"),
                Parameter("until", "not after"),
                Parameter("by", "which date counts", default="event", choices=("event", "published")),
                Parameter("min_amount", "at least this sum, as the news writes it, or 1e8"),
                Parameter("document", "the id of a document, or its start"),
                Parameter("status", "the status of the fact", choices=_STATUSES),
                Parameter("min_confidence", "at least this confidence", "number", least=0, most=1),
                _ALL,
                Parameter(
                    "sort", "what comes first: the newest, largest, surest", default="date", choices=search.SORTS
                ),
                *_PAGED,
            ),
            _paged("facts", _ref("Fact"), undated=_WHOLE, unsure=_WHOLE),
            paged=True,
        ),
        Operation("fact", "One fact with its sentences", _one_fact, (), _ref("Fact"), thing="fact"),
        Operation(
            "timeline",
            "The facts of an entity, the newest first, and how many there are of each year, sure or not",
            _timeline,
            (Parameter("entity", _NAME, required=True), _TYPE, _ALL, *_PAGED),
            _paged(
                "facts",
                _ref("Fact"),
                unsure=_WHOLE,
                entity=_ref("Entity"),
                years=_list(_object(year=_TEXT, facts=_WHOLE)),
            ),
            paged=True,
        ),
        Operation(
            "path",
            "How two entities are connected: the best ways, with the facts of each step",
            _path,
            (
                Parameter("from", _NAME, required=True),
                Parameter("to", _NAME, required=True),
                Parameter("count", "ways at most", "integer", default="3", least=1, most=20),
            ),
            _object(
                from_=_ref("Entity"),
                to=_ref("Entity"),
                paths=_list(_object(cost=_NUMBER, nodes=_list(_ref("Named")), steps=_list(_list(_ref("Fact"))))),
            ),
        ),
        Operation(
            "graph",
            "A part of the graph as the graph page reads it: around an entity, the entities that a name may mean, the"
            " ways between two, or a document with its text",
            _graph,
            (
                Parameter("around", _NAME),
                _TYPE,
                Parameter("since", "facts around an entity that were in this year, month or day, or later"),
                Parameter("until", "facts around an entity that were in this year, month or day, or earlier"),
                Parameter("find", _NAME),
                Parameter("from", _NAME),
                Parameter("to", _NAME),
                Parameter("document", "the id of a document"),
            ),
            _object(
                nodes=_list({"type": "array"}),
                facts=_list({"type": "object"}),
                documents=_list({"type": "array"}),
                places=_list({"type": "array"}),
                labels={"type": "object"},
            ),
        ),
        Operation(
            "documents", "The documents, the newest first", _documents, _PAGED, _paged("documents", _LISTED), paged=True
        ),
        Operation(
            "document",
            "A document: where it comes from, its text, what it names where (offsets in code points), its facts",
            _document,
            (),
            _object(
                id=_TEXT,
                iri=_TEXT,
                title=_TEXT_OR_NONE,
                published=_TEXT_OR_NONE,
                basis=_TEXT_OR_NONE,
                source=_TEXT_OR_NONE,
                url=_TEXT_OR_NONE,
                text=_TEXT_OR_NONE,
                entities=_list(_ref("Named")),
                mentions=_list(
                    _object(
                        start=_WHOLE,
                        end=_WHOLE,
                        text=_TEXT,
                        entity=_TEXT_OR_NONE,
                        type=_TEXT,
                        confidence=_NUMBER,
                    )
                ),
                facts=_list(_ref("Fact")),
            ),
            thing="document",
        ),
        Operation(
            "stats",
            "The store in numbers",
            _stats,
            (),
            _object(
                documents=_WHOLE,
                first=_TEXT_OR_NONE,
                last=_TEXT_OR_NONE,
                undated=_WHOLE,
                entities=_COUNTS,
                facts=_COUNTS,
                busiest=_list({"allOf": [_ref("Named"), _object(facts=_WHOLE)]}),
            ),
        ),
        Operation(
            "classes",
            "The classes and roles of the ontology with their labels",
            _classes,
            (),
            _object(
                classes=_list(
                    _object(
                        name=_TEXT,
                        iri=_TEXT,
                        kind=_TEXT,
                        zh=_TEXT,
                        en=_TEXT,
                        above=_TEXT_OR_NONE,
                        roles=_list(_TEXT),
                    )
                ),
                roles=_list(_object(name=_TEXT, iri=_TEXT, zh=_TEXT, en=_TEXT)),
            ),
        ),
        Operation(
            "questions",
            "The canned questions with their parameters",
            _questions,
            (),
            _object(questions=_list(_ref("Question"))),
        ),
        Operation(
            "question",
            "A canned question with its parameters filled in, as SPARQL for /sparql",
            _ask,
            (Parameter("p", "a parameter of the question as NAME=VALUE", many=True),),
            {"allOf": [_ref("Question"), _object(query=_TEXT)]},
            thing="question",
        ),
    )
}


def openapi(address: str = "") -> dict[str, Any]:
    """The description of the API as OpenAPI 3.1; `address` is that of the server, without a slash at its end.

    >>> openapi()["paths"]["/api/facts"]["get"]["operationId"]
    'facts'
    """
    said = {"description": "What is wrong", "content": {"application/json": {"schema": _ref("Error")}}}
    paths: dict[str, Any] = {}
    for operation in OPERATIONS.values():
        parameters: list[dict[str, Any]] = []
        if operation.thing != "":
            about = f"the id of the {operation.thing}" + (", or a name of it" if operation.thing == "entity" else "")
            parameters.append(
                {
                    "name": operation.thing,
                    "in": "path",
                    "required": True,
                    "description": about,
                    "schema": {"type": "string", "minLength": 1},
                }
            )
        for p in operation.parameters:
            given = {"name": p.name, "in": "query", "required": p.required, "description": p.about, "schema": p.schema}
            parameters.append({**given, "style": "form", "explode": True} if p.many else given)
        paths[f"/api/{operation.path}"] = {
            "get": {
                "operationId": operation.name,
                "summary": operation.about,
                "parameters": parameters,
                "responses": {
                    "200": {
                        "description": "The answer",
                        "content": {"application/json": {"schema": dict(operation.schema)}},
                    },
                    "400": {**said, "description": "A parameter makes no sense"},
                    "404": {**said, "description": "There is no such thing, or the name fits several"},
                    "429": {**said, "description": "Too many requests of one client; Retry-After says when"},
                    "503": {**said, "description": "Too slow or too busy; Retry-After says when"},
                },
            }
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "kg", "version": __version__, "description": __doc__.split("\n\n")[1].replace("\n", " ")},
        **({"servers": [{"url": address}]} if address != "" else {}),
        "paths": paths,
        "components": {"schemas": {name: dict(schema) for name, schema in _SCHEMAS.items()}},
    }
