"""The network of facts as plain data: read from a store, cut to a part, walked, ranked and handed to networkx.

Owns `FactNetwork`, the one shape that the page, the exports and the path search work on; input is anything that
answers SPARQL over the union of its named graphs, output is plain values. A fact stays n-ary here: it is a row with
roles, and becomes edges only in `links`, by what `ontology/display.ttl` declares.

    paths(network, "…/place/330402", "…/place/310110")
    →  南湖区 ─ 2016年签订的合作框架协议 ─ 杨浦区
"""

from __future__ import annotations

import difflib
import itertools
import math
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from kg.errors import UnknownNameError
from kg.ontology import KG, RDF_TYPE, RDFS, SCHEMA, SKOS, EntityClass, FactClass, Ontology

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, slots=True)
class Node:
    """An entity: `id` is its IRI, `klass` its own class and `type` the broad class above (高校 → 事业单位).

    `province` and `city` are the names of the divisions that it lies in, where they are known; `within` is the id of
    the nearest region of the network: of a place itself, of anything else the place that it lies in.
    """

    id: str
    name: str
    type: str
    klass: str
    aliases: tuple[str, ...] = ()
    code: str | None = None
    province: str | None = None
    city: str | None = None
    within: str | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """A place with what it lies in: `level` is one of the gazetteer (province, prefecture, county …), None for a park
    or a place that no table knows; `parent` the id of the region above it.
    """

    id: str
    name: str
    level: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """One document's sentence for a fact.

    `start` and `end` are offsets of `quote` in the document, in code points; `marks` are the offsets within `quote`
    of the names of the participants. `date` is the day of the document, not of the fact.
    """

    document: str
    quote: str
    start: int = 0
    end: int = 0
    title: str | None = None
    date: str | None = None
    source: str | None = None
    url: str | None = None
    confidence: float = 1.0
    rule: str = ""
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact with everything that is known about it; `roles` are pairs of role and node id in the ontology's order.

    `date` is an ISO date of reduced precision (`2016`, `2017-06`), `first` and `last` the days that it covers.
    `amount` and `amount_upper` are decimals as strings, in single units of `currency`.
    """

    id: str
    type: str
    klass: str
    roles: tuple[tuple[str, str], ...]
    label: str | None = None
    date: str | None = None
    date_text: str | None = None
    first: str | None = None
    last: str | None = None
    amount: str | None = None
    amount_upper: str | None = None
    amount_text: str | None = None
    amount_bound: str = "exact"
    currency: str | None = None
    status: str = "done"
    qualifiers: tuple[tuple[str, str], ...] = ()
    tellings: tuple[Telling, ...] = ()

    @property
    def confidence(self) -> float:
        """The best confidence that any document gives, 1.0 where none says."""
        return max((t.confidence for t in self.tellings), default=1.0)

    @property
    def nodes(self) -> tuple[str, ...]:
        """The ids of the participants, each once, in the order of the roles."""
        return tuple(dict.fromkeys(node for _, node in self.roles))

    @property
    def period(self) -> tuple[str, str] | None:
        """First and last day of the date; None where the fact has no date.

        >>> FactRow("f", "Visit", "Visit", (), date="2017-06").period
        ('2017-06-01', '2017-06-31')
        """
        if self.first is not None and self.last is not None:
            return self.first, self.last
        if self.date is None:
            return None
        # Days are only compared as text, so that every month may have 31 of them.
        return self.date + "-01-01"[len(self.date) - 4 :], self.date + "-12-31"[len(self.date) - 4 :]


@dataclass(frozen=True, slots=True)
class Link:
    """One drawn connection of a fact: `relation` is an edge of the ontology, or a role where no edge joins it."""

    fact: FactRow
    relation: str
    source: str
    target: str
    directed: bool
    declared: bool = True


@dataclass(frozen=True, slots=True)
class Route:
    """A way from one node to another: `nodes` in order, and for each step the facts that join its two ends."""

    nodes: tuple[str, ...]
    steps: tuple[tuple[FactRow, ...], ...]
    cost: float


@dataclass(frozen=True)
class FactNetwork:
    """Nodes and facts, each by id in order; every participant of a fact is among the nodes.

    `regions` are the places that nodes are or lie in, and everything above those.
    """

    nodes: Mapping[str, Node]
    facts: Mapping[str, FactRow]
    regions: Mapping[str, Region] = field(default_factory=dict)

    @classmethod
    def of(cls, nodes: Iterable[Node], facts: Iterable[FactRow], regions: Iterable[Region] = ()) -> FactNetwork:
        """Make a network of values; raises ValueError where a fact names a node that is not given."""
        by_id = {node.id: node for node in sorted(nodes, key=lambda n: n.id)}
        rows = {fact.id: fact for fact in sorted(facts, key=lambda f: f.id)}
        for fact in rows.values():
            for role, node in fact.roles:
                if node not in by_id:
                    raise ValueError(f"fact {fact.id}: no node {node!r} for its role {role}")
        return cls(by_id, rows, _regions_of(by_id.values(), {r.id: r for r in sorted(regions, key=lambda r: r.id)}))

    @cached_property
    def facts_of(self) -> Mapping[str, tuple[FactRow, ...]]:
        """The facts that each node takes part in, by node id."""
        found: dict[str, list[FactRow]] = {node: [] for node in self.nodes}
        for fact in self.facts.values():
            for node in fact.nodes:
                found[node].append(fact)
        return {node: tuple(facts) for node, facts in found.items()}

    @cached_property
    def neighbours(self) -> Mapping[str, tuple[str, ...]]:
        """The nodes that share a fact with each node, in order of id."""
        found: dict[str, set[str]] = {node: set() for node in self.nodes}
        for fact in self.facts.values():
            for a, b in itertools.permutations(fact.nodes, 2):
                found[a].add(b)
        return {node: tuple(sorted(others)) for node, others in found.items()}


def _regions_of(nodes: Iterable[Node], known: Mapping[str, Region]) -> dict[str, Region]:
    """Those regions that some nodes are or lie in, with everything above."""
    kept: dict[str, Region] = {}
    for node in nodes:
        at = node.within
        while at is not None and at in known and at not in kept:
            kept[at] = known[at]
            at = known[at].parent
    return {region: kept[region] for region in sorted(kept)}


# ---------------------------------------------------------------- reading a store


class Queryable(Protocol):
    """Anything that answers a SPARQL SELECT over the union of its graphs with `variables` and rows in their order."""

    def query(self, sparql: str, /) -> Any:
        """The solutions of a SELECT query."""


_PREFIXES = f"PREFIX kg: <{KG}> PREFIX rdfs: <{RDFS}> PREFIX skos: <{SKOS}> PREFIX schema: <{SCHEMA}>\n"

#: One thing of each row, not all of them joined: of a union of graphs, some servers give each as often as it is told.
_ENTITIES = """
SELECT DISTINCT ?entity ?class ?name ?alias ?code ?province ?city WHERE {{
  {some}
  {{ VALUES ?class {{ {classes} }} ?entity a ?class }}
  UNION {{ VALUES ?known {{ {classes} }} ?entity a ?known ; rdfs:label ?name }}
  UNION {{ ?entity skos:altLabel ?alias }} UNION {{ ?entity kg:code ?code }}
  UNION {{ ?entity kg:inProvince/rdfs:label ?province }} UNION {{ ?entity kg:inCity/rdfs:label ?city }}
}}"""

_WITHIN = """
SELECT DISTINCT ?entity ?whole ?name ?level ?own WHERE {{
  {some}
  {{ ?entity kg:level ?own }} UNION
  {{ {{ ?entity kg:within ?whole }} UNION {{ ?entity schema:isPartOf ?whole }}
     OPTIONAL {{ ?whole rdfs:label ?name }} OPTIONAL {{ ?whole kg:level ?level }} }}
}}"""

_ROLES = """
SELECT DISTINCT ?fact ?class ?role ?entity WHERE {{
  {some}
  VALUES ?class {{ {classes} }}
  ?fact a ?class ; ?role ?entity .
  VALUES ?role {{ {roles} }}
}}"""

_VALUES = """
SELECT DISTINCT ?fact ?property ?value WHERE {{
  {some}
  VALUES ?class {{ {classes} }}
  ?fact a ?class ; ?property ?value .
  FILTER(isLiteral(?value))
}}"""

_TELLINGS = """
SELECT DISTINCT ?fact ?evidence ?quote ?start ?end ?confidence ?rule ?document ?title ?date ?source ?url WHERE {{
  {some}
  VALUES ?class {{ {classes} }}
  ?fact a ?class ; kg:evidence ?evidence .
  ?evidence kg:quote ?quote ; kg:inDocument ?document .
  OPTIONAL {{ ?evidence kg:start ?start }}
  OPTIONAL {{ ?evidence kg:end ?end }}
  OPTIONAL {{ ?evidence kg:confidence ?confidence }}
  OPTIONAL {{ ?evidence kg:rule ?rule }}
  OPTIONAL {{ ?document rdfs:label ?title }}
  OPTIONAL {{ ?document schema:datePublished ?date }}
  OPTIONAL {{ ?document schema:isBasedOn ?source }}
  OPTIONAL {{ ?document schema:url ?url }}
}}"""


#: The same of some facts or entities: a list of them and one pattern, which Oxigraph answers from its indexes. With a
#: list of classes beside it, it reads all facts of those classes: seconds for two hundred facts of twenty thousand.
_SAYS = "SELECT DISTINCT ?fact ?property ?value WHERE {{ {some} ?fact ?property ?value }}"

_CALLED = """
SELECT DISTINCT ?entity ?class ?name ?alias ?code ?province ?city WHERE {{
  {some}
  {{ ?entity a ?class }} UNION {{ ?entity rdfs:label ?name }} UNION {{ ?entity skos:altLabel ?alias }}
  UNION {{ ?entity kg:code ?code }}
  UNION {{ ?entity kg:inProvince/rdfs:label ?province }} UNION {{ ?entity kg:inCity/rdfs:label ?city }}
}}"""

_TOLD = _TELLINGS.replace("  VALUES ?class {{ {classes} }}\n", "").replace("?fact a ?class ;", "?fact")


def load_network(
    store: Queryable, ontology: Ontology, *, facts: Sequence[str] | None = None, entities: Sequence[str] = ()
) -> FactNetwork:
    """Read every fact of a store with its participants and sentences, by five SELECT queries.

    With `facts`, IRIs, only these are read, and the `entities` beside them, whether they take part in one or not.
    Entities that take part in no fact are left out otherwise. Where two documents differ about a single value, the
    smaller one in code point order is taken, so that the result does not depend on the order of the store.
    """
    entity_classes = " ".join(f"kg:{name}" for name in ontology.entities)
    fact_classes = " ".join(f"kg:{name}" for name in ontology.facts)
    roles = " ".join(f"kg:{name}" for name in ontology.roles)
    some = "" if facts is None else _values("fact", facts)

    participants: dict[str, set[tuple[str, str]]] = defaultdict(set)
    classes: dict[str, set[str]] = defaultdict(set)
    literals: dict[str, dict[str, str]] = defaultdict(dict)
    if facts is None:
        for row in _select(store, _ROLES, classes=fact_classes, roles=roles, some=some):
            participants[row["fact"]].add((_local(row["role"]), row["entity"]))
            classes[row["fact"]].add(_local(row["class"]))
        for row in _select(store, _VALUES, classes=fact_classes, some=some):
            _take_least(literals[row["fact"]], _local(row["property"]), row["value"])
    else:
        for row in _select(store, _SAYS, some=some):
            name, value = _local(row["property"]), row["value"]
            if name in ontology.roles:
                participants[row["fact"]].add((name, value))
            elif row["property"] != RDF_TYPE:
                _take_least(literals[row["fact"]], name, value)
            elif _local(value) in ontology.facts:
                classes[row["fact"]].add(_local(value))
        participants = defaultdict(set, {iri: pairs for iri, pairs in participants.items() if iri in classes})

    wanted = {entity for pairs in participants.values() for _, entity in pairs} | set(entities)
    known: dict[str, dict[str, set[str]]] = {}
    called = _ENTITIES if facts is None else _CALLED
    these = "" if facts is None else _values("entity", sorted(wanted))
    for row in _select(store, called, classes=entity_classes, some=these):
        values = known.setdefault(row["entity"], defaultdict(set))
        for key, value in row.items():
            if key != "class":
                values[key].add(value)
            elif _local(value) in ontology.entities:
                values[key].add(_local(value))
    nodes = {
        iri: _node(iri, values, ontology)
        for iri, values in sorted(known.items(), key=lambda kv: kv[0])
        if iri in wanted and len(values["class"]) > 0 and len(values["name"]) > 0
    }
    told: dict[str, dict[tuple[str, str], dict[str, str]]] = defaultdict(dict)
    for row in _select(store, _TELLINGS if facts is None else _TOLD, classes=fact_classes, some=some):
        # A document may have several titles or evidence several rules: one row a sentence is kept, the least.
        sentence = told[row["fact"]].setdefault((row["document"], row["evidence"]), row)
        for key, value in row.items():
            sentence[key] = (
                max(sentence.get(key, value), value) if key == "confidence" else min(sentence.get(key, value), value)
            )

    rows = []
    for iri, pairs in sorted(participants.items(), key=lambda kv: kv[0]):
        klass = _narrowest(classes[iri], ontology)
        order = {role.name: n for n, role in enumerate(ontology.facts[klass].roles)}
        kept = sorted((p for p in pairs if p[1] in nodes), key=lambda p: (order.get(p[0], 99), nodes[p[1]].name, p))
        if len(kept) == 0:
            continue
        names = [n for _, node in kept for n in (nodes[node].name, *nodes[node].aliases)]
        rows.append(
            _fact(
                iri, klass, tuple(kept), literals[iri], [told[iri][key] for key in sorted(told[iri])], names, ontology
            )
        )
    used = {node for fact in rows for node in fact.nodes} | set(entities)
    regions, above = _regions(store, nodes, whole=facts is None)
    placed = [
        replace(node, within=node.id if node.id in regions else _first_region(node.id, above, regions))
        for node in nodes.values()
        if node.id in used
    ]
    return FactNetwork.of(placed, rows, regions.values())


def _take_least(values: dict[str, str], name: str, value: str) -> None:
    """Of several values that documents give the smallest one."""
    if name not in values or value < values[name]:
        values[name] = value


def _regions(store: Queryable, nodes: Mapping[str, Node], *, whole: bool) -> tuple[dict[str, Region], dict[str, str]]:
    """Places with what they lie in, and what each entity lies in or is a part of: of the whole store, or as far as
    some nodes need it.
    """
    some = "" if whole else _values("start", sorted(nodes)) + " ?start (kg:within|schema:isPartOf)* ?entity ."
    above: dict[str, str] = {}
    names = {node.id: node.name for node in nodes.values()}
    levels: dict[str, str] = {}
    for row in _select(store, _WITHIN, some=some):
        entity, above_it = row["entity"], row.get("whole")
        if "own" in row:
            levels[entity] = min(levels.get(entity, row["own"]), row["own"])
        if above_it is None:
            continue
        above[entity] = min(above.get(entity, above_it), above_it)
        names.setdefault(above_it, row.get("name", ""))
        if "level" in row:
            levels[above_it] = min(levels.get(above_it, row["level"]), row["level"])
    places = {i for i in levels if names.get(i, "") != ""}
    places |= {node.id for node in nodes.values() if node.type in _SPATIAL}
    regions = {
        i: Region(i, names[i], levels.get(i), _first_region(i, above, places)) for i in sorted(places) if i in names
    }
    return regions, above


#: The broad classes whose members are regions of their own.
_SPATIAL = frozenset({"Place", "Park"})


def _first_region(entity: str, above: Mapping[str, str], places: Collection[str]) -> str | None:
    """The nearest place on the way up from an entity."""
    seen = {entity}
    at = above.get(entity)
    while at is not None and at not in seen:
        if at in places:
            return at
        seen.add(at)
        at = above.get(at)
    return None


def marks(quote: str, names: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """Where names stand in a sentence: longest first, without overlap, in order.

    >>> marks("南湖区与杨浦区签约", ["南湖", "南湖区", "杨浦区"])
    ((0, 3), (4, 7))
    """
    taken = [False] * len(quote)
    found = []
    for name in sorted({n for n in names if len(n) > 1}, key=lambda n: (-len(n), n)):
        start = quote.find(name)
        while start >= 0:
            end = start + len(name)
            if not any(taken[start:end]):
                taken[start:end] = [True] * len(name)
                found.append((start, end))
            start = quote.find(name, end)
    return tuple(sorted(found))


def _select(store: Queryable, query: str, **parts: str) -> Iterator[dict[str, str]]:
    """The rows of a query as variable → text, unbound variables left out."""
    solutions = store.query(_PREFIXES + query.format(**parts))
    names = [str(getattr(v, "value", v)).lstrip("?") for v in solutions.variables]
    for solution in solutions:
        row = {}
        for name, term in zip(names, solution, strict=True):
            if term is not None:
                row[name] = str(getattr(term, "value", term))
        yield row


def _values(variable: str, iris: Iterable[str]) -> str:
    return f"VALUES ?{variable} {{ {' '.join(f'<{iri}>' for iri in iris)} }}"


def _local(iri: str) -> str:
    return iri[len(KG) :] if iri.startswith(KG) else iri


def _narrowest(names: Collection[str], ontology: Ontology) -> str:
    """The class that has most superclasses, so that stated supertypes do not matter."""
    return min(names, key=lambda name: (-len(ontology.ancestors(name)), name))


def _node(iri: str, values: Mapping[str, set[str]], ontology: Ontology) -> Node:
    klass = _narrowest(values["class"], ontology)
    name = min(values["name"], key=lambda n: (-len(n), n))
    aliases = sorted((values.get("alias", set()) | values["name"]) - {name})

    def one(key: str) -> str | None:
        return min(values.get(key, set()), default=None)

    return Node(iri, name, ontology.top(klass), klass, tuple(aliases), one("code"), one("province"), one("city"))


def _fact(
    iri: str,
    klass: str,
    roles: tuple[tuple[str, str], ...],
    values: Mapping[str, str],
    told: Sequence[Mapping[str, str]],
    names: Sequence[str],
    ontology: Ontology,
) -> FactRow:
    # Further sentences of a document carry no confidence of their own: theirs is that of the document's first one.
    sure: dict[str, str] = {}
    for t in told:
        if "confidence" in t:
            sure[t["document"]] = max(sure.get(t["document"], ""), t["confidence"])
    tellings = [
        Telling(
            document=t["document"],
            quote=t["quote"],
            start=int(t.get("start", 0)),
            end=int(t.get("end", 0)),
            title=t.get("title"),
            date=t.get("date"),
            source=t.get("source"),
            url=t.get("url"),
            confidence=float(t.get("confidence", sure.get(t["document"], "1"))),
            rule=t.get("rule", ""),
            marks=marks(t["quote"], names),
        )
        # The sentence that told the fact has the rule that read it; one that only gave the date has none and follows.
        for t in sorted(told, key=lambda t: (t["document"], "rule" not in t, int(t.get("start", 0)), t["evidence"]))
    ]
    return FactRow(
        id=iri,
        type=ontology.top(klass),
        klass=klass,
        roles=roles,
        label=values.get(RDFS + "label"),
        date=values.get("date"),
        date_text=values.get("dateText"),
        first=values.get("dateStart"),
        last=values.get("dateEnd"),
        amount=values.get("amount"),
        amount_upper=values.get("amountUpper"),
        amount_text=values.get("amountText"),
        amount_bound=values.get("amountBound", "exact"),
        currency=values.get("currency"),
        status=values.get("status", "done"),
        qualifiers=tuple((q, values[q]) for q in ontology.facts[klass].qualifiers if q in values),
        tellings=tuple(tellings),
    )


# ---------------------------------------------------------------- edges


def links(fact: FactRow, ontology: Ontology) -> tuple[Link, ...]:
    """The connections of one fact: its edges of the ontology, then a plain one for each participant left over.

    A participant that no edge reaches (the signer of an agreement, the place of a building without a project) is tied
    to the first other participant by a link named after its role, so that no participant is drawn apart from its fact.
    """
    filled: dict[str, list[str]] = defaultdict(list)
    for role, node in fact.roles:
        if node not in filled[role]:
            filled[role].append(node)
    found: list[Link] = []
    for edge in _fact_class(fact, ontology).edges:
        if edge.symmetric:
            pairs: Iterable[tuple[str, str]] = itertools.combinations(filled[edge.source], 2)
        else:
            pairs = ((a, b) for a in filled[edge.source] for b in filled[edge.target] if a != b)
        found.extend(Link(fact, edge.name, a, b, not edge.symmetric) for a, b in pairs)
    reached = {end for link in found for end in (link.source, link.target)}
    anchor = found[0].source if len(found) > 0 else fact.nodes[0]
    for role, node in fact.roles:
        if node not in reached and node != anchor:
            reached.add(node)
            found.append(Link(fact, role, anchor, node, False, declared=False))
    return tuple(found)


def _fact_class(fact: FactRow, ontology: Ontology) -> FactClass:
    return ontology.fact(fact.klass)


def to_networkx(network: FactNetwork, ontology: Ontology) -> nx.MultiDiGraph[str]:
    """A networkx multigraph with the fact's id as key of each edge; attributes are strings and floats only.

    They can be written as GraphML and GEXF. A symmetric edge (签约) is one edge, in the order of the parties, with
    `directed` 0.0. Where one fact has two edges between the same two nodes the second key is `id#edge`.
    """
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in network.nodes.values():
        attributes = {
            "label": node.name,
            "type": node.type,
            "class": node.klass,
            "aliases": "|".join(node.aliases),
            "code": node.code,
            "province": node.province,
            "city": node.city,
        }
        graph.add_node(
            node.id, **{key: value for key, value in attributes.items() if value is not None and value != ""}
        )
    for fact in network.facts.values():
        first = fact.tellings[0] if len(fact.tellings) > 0 else None
        values: dict[str, str | float | None] = {
            "fact": fact.id,
            "type": fact.type,
            "class": fact.klass,
            "name": fact.label,
            "date": fact.date,
            "date_text": fact.date_text,
            "amount": float(fact.amount) if fact.amount is not None else None,
            "amount_text": fact.amount_text,
            "currency": fact.currency,
            "status": fact.status,
            "confidence": fact.confidence,
            "quote": first.quote if first is not None else None,
            "document": first.document if first is not None else None,
            "tellings": float(len(fact.tellings)),
        }
        kept = {key: value for key, value in values.items() if value is not None}
        for link in links(fact, ontology):
            key = fact.id if not graph.has_edge(link.source, link.target, fact.id) else f"{fact.id}#{link.relation}"
            attributes_of = {
                **kept,
                "relation": link.relation,
                "label": ontology.label(link.relation),
                "directed": float(link.directed),
            }
            graph.add_edge(link.source, link.target, key, **attributes_of)
    return graph


# ---------------------------------------------------------------- parts of a network


def find(network: FactNetwork, name: str) -> tuple[str, ...]:
    """The ids of the nodes that a name means: by name, else by alias, code or id, most connected first.

    Raises UnknownNameError with the nearest names where there is none.
    """
    nodes = network.nodes.values()
    exact = [n.id for n in nodes if n.name == name]
    if len(exact) == 0:
        exact = [n.id for n in nodes if name in n.aliases or name in (n.code, n.id) or n.id.endswith("/" + name)]
    if len(exact) > 0:
        return tuple(sorted(exact, key=lambda i: (-len(network.neighbours[i]), i)))
    names = sorted({n for node in nodes for n in (node.name, *node.aliases)})
    inside = sorted((n for n in names if name != "" and name in n), key=lambda n: (len(n), n))
    near = list(dict.fromkeys([*inside, *difflib.get_close_matches(name, names, n=5, cutoff=0.4)]))[:5]
    raise UnknownNameError(f"no entity is named {name!r}", suggestions=near)


def around(network: FactNetwork, centres: Sequence[str], depth: int = 1, *, limit: int | None = None) -> FactNetwork:
    """The part within `depth` facts of the centres, with every fact whose participants are all in it.

    With a `limit` on the number of nodes, nearer ones go first and the more connected first among equals.
    """
    rank = importance(network)
    distance = {node: 0 for node in centres if node in network.nodes}
    queue = deque(distance)
    while len(queue) > 0:
        node = queue.popleft()
        if distance[node] < depth:
            for other in network.neighbours[node]:
                if other not in distance:
                    distance[other] = distance[node] + 1
                    queue.append(other)
    order = sorted(distance, key=lambda i: (distance[i], -rank[i], i))
    return _part(network, set(order if limit is None else order[: max(limit, len(set(centres)))]))


def select(
    network: FactNetwork,
    ontology: Ontology,
    *,
    types: Collection[str] = (),
    since: str | None = None,
    until: str | None = None,
    confidence: float = 0.0,
    undated: bool | None = None,
) -> FactNetwork:
    """The facts of some classes and time with their participants.

    `types` are names of fact classes (subclasses are in) or of entity classes (facts with such a participant).
    `since` and `until` are ISO dates of reduced precision, both included: a fact of 2016 is in since 2016-05.
    `undated` facts stay unless a time is asked for. Raises OntologyError for a class that does not exist.
    """
    known: list[FactClass | EntityClass] = [
        ontology.entity(t) if t in ontology.entities else ontology.fact(t) for t in types
    ]
    fact_types = [c.name for c in known if isinstance(c, FactClass)]
    entity_types = [c.name for c in known if isinstance(c, EntityClass)]
    lower = since + "-01-01"[len(since) - 4 :] if since is not None else None
    upper = until + "-12-31"[len(until) - 4 :] if until is not None else None
    keep_undated = undated if undated is not None else lower is None and upper is None

    def wanted(fact: FactRow) -> bool:
        if len(fact_types) > 0 and not any(ontology.is_a(fact.klass, t) for t in fact_types):
            return False
        if len(entity_types) > 0 and not any(
            ontology.is_a(network.nodes[n].klass, t) for n in fact.nodes for t in entity_types
        ):
            return False
        period = fact.period
        if period is None:
            return keep_undated and fact.confidence >= confidence
        in_time = (lower is None or period[1] >= lower) and (upper is None or period[0] <= upper)
        return in_time and fact.confidence >= confidence

    facts = [fact for fact in network.facts.values() if wanted(fact)]
    used = {node for fact in facts for node in fact.nodes}
    return FactNetwork.of((n for n in network.nodes.values() if n.id in used), facts, network.regions.values())


def _part(network: FactNetwork, keep: Collection[str]) -> FactNetwork:
    facts = [f for f in network.facts.values() if all(node in keep for node in f.nodes)]
    return FactNetwork.of((n for n in network.nodes.values() if n.id in keep), facts, network.regions.values())


# ---------------------------------------------------------------- ranks and ways


def importance(network: FactNetwork) -> dict[str, float]:
    """How much a node matters in the picture, 0 to 1: the logarithm of its neighbours and, less, of its facts."""
    raw = {
        node: math.log2(1 + len(network.neighbours[node])) + 0.25 * math.log2(1 + len(network.facts_of[node]))
        for node in network.nodes
    }
    top = max(raw.values(), default=0.0)
    return {node: round(value / top, 4) if top > 0 else 0.0 for node, value in raw.items()}


#: What a step costs by the class of its fact: being part of the same city says little about two companies.
STEP_COSTS: Mapping[str, float] = {"PartOf": 2.5}

#: How many ways are looked at for each one that is given, as detours over one fact do not count.
CANDIDATES = 40


#: So many facts are looked at to find ways between two entities of a large store, and so many entities are unfolded at
#: once.
REACH, STRIDE = 6000, 200

#: Who takes part in more facts than this is passed through only where both sides lead there.
HUB = 500

_TOUCHING = """
SELECT DISTINCT ?fact ?property ?value WHERE {{
  {{ SELECT DISTINCT ?fact WHERE {{ {some} ?fact {roles} ?entity }} LIMIT {limit} }}
  ?fact ?property ?value
}}"""


def between(
    store: Queryable,
    ontology: Ontology,
    source: str,
    target: str,
    *,
    degrees: Callable[[Sequence[str]], Mapping[str, int]],
) -> FactNetwork:
    """The part of a large store that lies between two entities: facts with their participants, class and date alone.

    Unfolds what is around both ends, step by step, the side with fewer facts first and hubs not at all, until they meet
    and once more on each side, REACH facts at most: time and memory do not grow with the store. `degrees` says of how
    many facts each of some entities is a participant. The best way is in it unless it leads through hubs or is longer
    than what was unfolded.
    """
    rows: dict[str, FactRow] = {}
    roles = "|".join(f"kg:{name}" for name in ontology.roles)

    def touching(some: str, limit: int) -> set[str]:
        """Take in the facts of some entities; gives their participants."""
        says: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in _select(store, _TOUCHING, some=some, roles=roles, limit=str(limit)):
            says[row["fact"]].append((_local(row["property"]), row["value"]))
        met: set[str] = set()
        for iri, values in sorted(says.items(), key=lambda kv: kv[0]):
            classes = {_local(v) for p, v in values if p == RDF_TYPE} & ontology.facts.keys()
            parties = sorted({(p, v) for p, v in values if p in ontology.roles})
            if len(classes) == 0:
                continue
            klass = _narrowest(classes, ontology)
            date = min((v for p, v in values if p == "date"), default=None)
            rows[iri] = FactRow(iri, ontology.top(klass), klass, tuple(parties), date=date)
            met |= {v for _, v in parties}
        return met

    # What joins the two at once, also where both are hubs.
    touching(f"?fact {roles} <{source}> . VALUES ?entity {{ <{target}> }}", 200)
    reached = {source: {source}, target: {target}}
    edge = {source: [source], target: [target]}
    spare = 1
    while len(rows) < REACH:
        cost = {end: sum(degrees(some).values()) for end, some in edge.items() if len(some) > 0}
        if len(cost) == 0:
            break
        met = not reached[source].isdisjoint(reached[target])
        if met and spare < 0:
            break
        spare -= int(met)
        end = min(cost, key=lambda e: (cost[e], e != source))
        now, edge[end] = edge[end][:STRIDE], edge[end][STRIDE:]
        found = touching(_values("entity", now), REACH - len(rows)) - reached[end]
        reached[end] |= found
        count = degrees(sorted(found))
        quiet = [e for e in found if count.get(e, 0) <= HUB]
        edge[end] += sorted(quiet, key=lambda e: (count.get(e, 0), e))
    names = {node for fact in rows.values() for node in fact.nodes}
    return FactNetwork.of((Node(iri, iri, "", "") for iri in names), rows.values())


def paths(
    network: FactNetwork, source: str, target: str, *, k: int = 3, degrees: Mapping[str, int] | None = None
) -> tuple[Route, ...]:
    """Up to `k` ways between two nodes, best first, none visiting a node twice; empty where there is none.

    `degrees` are numbers of neighbours where the network is a part and knows some of them only.

    A step costs 1, more for 隶属, and passing through a node costs with the logarithm of its degree: a way through
    a shared project says more than a way through the province that half the network lies in.
    Raises UnknownNameError where an end is no node of the network.
    """
    import networkx as nx

    for end in (source, target):
        if end not in network.nodes:
            raise UnknownNameError(f"no entity has the id {end!r}")
    if source == target or k < 1:
        return ()
    more = degrees if degrees is not None else {}
    degree = {node: max(len(others), more.get(node, 0)) for node, others in network.neighbours.items()}
    joined: dict[tuple[str, str], list[FactRow]] = defaultdict(list)
    for fact in network.facts.values():
        for a, b in itertools.combinations(sorted(fact.nodes), 2):
            joined[a, b].append(fact)
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(network.nodes)
    for (a, b), facts in sorted(joined.items(), key=lambda kv: kv[0]):
        step = min(STEP_COSTS.get(fact.type, 1.0) for fact in facts)
        # A path pays half of a node's price on the way in and half on the way out; the two ends are the same for all.
        toll = sum(math.log2(max(degree[n], 2)) - 1 for n in (a, b)) / 4
        graph.add_edge(a, b, weight=round(step + toll, 6))
    found = []
    try:
        ways = nx.shortest_simple_paths(graph, source, target, weight="weight")
        for nodes in itertools.islice(ways, CANDIDATES * k):
            hops = list(itertools.pairwise(nodes))
            steps = tuple(tuple(sorted(joined[min(h), max(h)], key=_newest)) for h in hops)
            # Two steps by one fact are a detour: its participants are joined without the one between them.
            if any(not {f.id for f in a}.isdisjoint({f.id for f in b}) for a, b in itertools.pairwise(steps)):
                continue
            found.append(Route(tuple(nodes), steps, round(sum(graph.edges[h]["weight"] for h in hops), 6)))
            if len(found) == k:
                break
    except nx.NetworkXNoPath:
        return ()
    return tuple(found)


def _newest(fact: FactRow) -> tuple[str, str]:
    """A key that sorts by date, newest first and undated last."""
    return "".join(chr(0x10FFFF - ord(c)) for c in fact.date) if fact.date is not None else chr(0x10FFFF), fact.id
