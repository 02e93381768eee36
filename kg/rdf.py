"""Facts as RDF and back: one named graph a document, readable IRIs, no blank nodes.

Input: what one document yields (`Extraction`) and what its entities are in the corpus (`Resolution`). Output: sorted
quads of pyoxigraph terms, the same for the same input, and the facts and entities read back from such quads.

    南湖区与上海杨浦区签订了合作框架协议   →
    <…/fact/Agreement-1f0c…> a kg:Agreement ; kg:party <…/entity/place/330402> , <…/entity/place/310110> ;
        kg:evidence <…/document/a?fact=Agreement-1f0c…#char=0,18> .

A fact's IRI is a digest of what it says, so that two documents that say the same share the fact, each with its own
evidence in its own graph. An evidence node belongs to one telling of one fact and has its confidence; rule and trigger
hang on the first sentence of the telling. Removing a document's graph removes what that document said, and no more.
"""

from __future__ import annotations

import calendar
import contextlib
import functools
import hashlib
import json
import re
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pyoxigraph as ox

from kg.model import Amount, Date, Entity, Extraction, Fact, Resolution, Span
from kg.ontology import KG, RDF_TYPE, RDFS, SCHEMA, SKOS, Ontology

if TYPE_CHECKING:
    from kg.gazetteer import Division, Gazetteer

#: The base of all IRIs of data where a store names no other.
BASE = "https://kg.example/"

PROV = "http://www.w3.org/ns/prov#"
XSD = "http://www.w3.org/2001/XMLSchema#"

#: The prefixes of exports and of queries that are typed by hand.
PREFIXES: Mapping[str, str] = {
    "kg": KG,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": RDFS,
    "skos": SKOS,
    "schema": SCHEMA,
    "xsd": XSD,
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": PROV,
}

#: What stands between the tellings of a fact and cannot be filled by a pattern: every other literal is a qualifier.
_OWN = frozenset(
    {
        "status", "date", "dateText", "dateStart", "dateEnd", "dateApproximate", "period",
        "amount", "amountUpper", "amountText", "amountBound", "currency",
    }
)  # fmt: skip

#: The classes that a place of the gazetteer belongs to by its kind.
_CLASS_OF_KIND: Mapping[str, str] = {"division": "AdministrativeDivision", "zone": "Park"}

_TYPE = ox.NamedNode(RDF_TYPE)
_LABEL = ox.NamedNode(RDFS + "label")
_ALIAS = ox.NamedNode(SKOS + "altLabel")
_NOTE = ox.NamedNode(SKOS + "note")
_PART = ox.NamedNode(SCHEMA + "isPartOf")
_IDENTIFIER = ox.NamedNode(SCHEMA + "identifier")
_SAME = ox.NamedNode("http://www.w3.org/2002/07/owl#sameAs")
_STRING, _INTEGER, _DECIMAL = (ox.NamedNode(XSD + name) for name in ("string", "integer", "decimal"))
_DATES = {4: ox.NamedNode(XSD + "gYear"), 7: ox.NamedNode(XSD + "gYearMonth"), 10: ox.NamedNode(XSD + "date")}


@dataclass(frozen=True, slots=True)
class Iris:
    """The IRIs of one store, made from ids and taken apart again.

    >>> Iris().entity("company/闻泰通讯").value
    'https://kg.example/entity/company/闻泰通讯'
    >>> Iris().evidence("a", "Visit-0123456789ab", 10, 52).value
    'https://kg.example/document/a?fact=Visit-0123456789ab#char=10,52'
    """

    base: str = BASE

    def __post_init__(self) -> None:
        # Raises ValueError where the base is no absolute IRI: the store turns that into its own error.
        ox.NamedNode(self.base)
        if not self.base.endswith("/"):
            raise ValueError(f"the base of the IRIs must end with a slash: {self.base!r}")

    def entity(self, corpus_id: str) -> ox.NamedNode:
        """The IRI of an entity of the corpus (`place/330402`)."""
        return ox.NamedNode(f"{self.base}entity/{_quote(corpus_id)}")

    def document(self, document: str) -> ox.NamedNode:
        """The IRI of a document, which is also the name of its graph."""
        return ox.NamedNode(f"{self.base}document/{_quote(document)}")

    def fact(self, fact: str) -> ox.NamedNode:
        """The IRI of a fact (`Agreement-1f0c25b0a1d2`)."""
        return ox.NamedNode(f"{self.base}fact/{_quote(fact)}")

    def evidence(self, document: str, fact: str, start: int, end: int) -> ox.NamedNode:
        """The IRI of a stretch of a document as evidence of a fact; its fragment is an RFC 5147 character range.

        One sentence often tells several facts, each with its own rule and confidence: hence the fact in the query part.
        """
        return ox.NamedNode(f"{self.base}document/{_quote(document)}?fact={_quote(fact)}#char={start},{end}")

    def naming(self, corpus_id: str, name: str) -> ox.NamedNode:
        """The IRI of one name of an entity, where it is said by which rule it is one."""
        return ox.NamedNode(f"{self.base}entity/{_quote(corpus_id)}?name={_quote(name)}")

    def judgement(self, name: str) -> ox.NamedNode:
        """The IRI of a judgement (`j-1f0c25b0`)."""
        return ox.NamedNode(f"{self.base}judgement/{_quote(name)}")

    def agent(self, name: str) -> ox.NamedNode:
        """The IRI of someone who judges."""
        return ox.NamedNode(f"{self.base}agent/{_quote(name)}")

    @property
    def corpus(self) -> ox.NamedNode:
        """The name of the graph of what no document says by itself: judgements, reprints, what disagrees."""
        return ox.NamedNode(f"{self.base}corpus")

    def id_of(self, iri: str) -> str | None:
        """The id in an IRI of an entity, a document or a fact; None for any other.

        >>> Iris().id_of("https://kg.example/entity/place/330402")
        'place/330402'
        """
        for kind in ("entity/", "document/", "fact/"):
            head = self.base + kind
            if iri.startswith(head) and "#" not in iri and "?" not in iri:
                return urllib.parse.unquote(iri[len(head) :])
        return None

    def is_entity(self, iri: str) -> bool:
        """True for the IRI of an entity of this store."""
        return iri.startswith(self.base + "entity/")


def _quote(text: str) -> str:
    return _forbidden().sub(lambda m: urllib.parse.quote(m.group(), safe=""), text)


@functools.cache
def _forbidden() -> re.Pattern[str]:
    # Everything that RFC 3987 does not allow in a path: what is left stays readable Chinese. A percent sign is
    # encoded too, so that an IRI can be turned back into its id.
    wide = "".join(f"{chr(plane)}-{chr(plane + 0xFFFD)}" for plane in range(0x10000, 0xE0000, 0x10000))
    return re.compile(f"[^A-Za-z0-9._~!$&'()*+,;=:@/\\u00a0-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\uffef{wide}-]")


# ---------------------------------------------------------------- facts and entities of the corpus


def fact_id(
    fact_type: str,
    roles: Iterable[tuple[str, str]],
    *,
    date: Date | None = None,
    amount: Amount | None = None,
    status: str = "done",
    label: str | None = None,
    qualifiers: Iterable[tuple[str, str]] = (),
) -> str:
    """The id of a fact: its type and twelve hex digits of the digest of what it says (entities by corpus id).

    Words, bounds and evidence do not count: 1000亿 and 1000亿元 of one date and one pair are one fact. A date counts by
    its value, or by its words where it has none.
    """
    text = fact_content(fact_type, roles, date, amount, status, label, qualifiers)
    return f"{fact_type}-{hashlib.sha256(text.encode('utf-8')).hexdigest()[:12]}"


def fact_content(
    fact_type: str,
    roles: Iterable[tuple[str, str]],
    date: Date | None,
    amount: Amount | None,
    status: str,
    label: str | None,
    qualifiers: Iterable[tuple[str, str]],
) -> str:
    """What a fact says as one line of JSON: what its id is the digest of."""
    said = [
        fact_type,
        sorted({(role, entity) for role, entity in roles}),
        None if date is None else date.value or (f"{date.start}/{date.end}" if date.start is not None else date.text),
        None if amount is None else [_decimal(amount.value), amount.currency],
        status,
        label,
        sorted({(name, value) for name, value in qualifiers}),
    ]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def corpus_facts(extraction: Extraction, resolution: Resolution) -> tuple[Fact, ...]:
    """The facts of a document as they are written: ids and entities of the corpus, each fact once, sorted by id.

    Roles and qualifiers are sorted. A fact that the document tells more than once keeps all its sentences; words,
    confidence, rule and trigger are those of its best telling. `read_facts` gives back exactly these values.
    """
    return tuple(_merge(tellings) for _, tellings in _tellings(extraction, resolution))


def _tellings(extraction: Extraction, resolution: Resolution) -> list[tuple[str, list[Fact]]]:
    """The facts of a document by id in the corpus, each with everything that tells it, the best telling first."""
    document = extraction.document.id
    told: dict[str, list[Fact]] = {}
    for fact in extraction.facts:
        if (document, fact.id) in resolution.rejected:
            continue
        shared = resolution.facts.get((document, fact.id))
        if shared is not None:
            # What several documents tell has the values that they share: each one's own words are in its sentence.
            fact = replace(
                fact, label=shared.label, date=shared.date, amount=shared.amount, qualifiers=shared.qualifiers
            )
        roles = sorted({(role, resolution.of[document, entity]) for role, entity in fact.roles})
        name = fact_id(
            fact.type,
            roles,
            date=fact.date,
            amount=fact.amount,
            status=fact.status,
            label=fact.label,
            qualifiers=fact.qualifiers,
        )
        qualifiers = tuple(sorted(set(fact.qualifiers)))
        told.setdefault(name, []).append(replace(fact, id=name, roles=tuple(roles), qualifiers=qualifiers))
    return [(name, sorted(told[name], key=_rank)) for name in sorted(told)]


def _merge(tellings: Sequence[Fact]) -> Fact:
    """One fact with the sentences of all: the first sentence of each telling, the best first, and then the others."""
    heads = list(dict.fromkeys(fact.evidence[0] for fact in tellings))
    rest = {span for fact in tellings for span in fact.evidence[1:]} - set(heads)
    return replace(tellings[0], evidence=(*heads, *sorted(rest, key=lambda s: (s.start, s.end))))


def _rank(fact: Fact) -> tuple[Any, ...]:
    """Order of tellings: the surest first, then as they stand in the text."""
    sentence = fact.evidence[0]
    trigger = fact.trigger.start if fact.trigger is not None else -1
    return (-fact.confidence, sentence.start, sentence.end, fact.rule, trigger, repr(fact.date), repr(fact.amount))


def corpus_entities(extraction: Extraction, resolution: Resolution) -> tuple[Entity, ...]:
    """The entities of a document by corpus id, sorted: the corpus's name, class and code, this document's other names.

    An alias that only other documents use is not here: it goes with the graphs of those documents.
    """
    document = extraction.document.id
    local: dict[str, list[Entity]] = {}
    for entity in extraction.entities:
        local.setdefault(resolution.of[document, entity.id], []).append(entity)
    found = []
    for corpus_id in sorted(local):
        known = resolution.entities[corpus_id]
        names = {name for entity in local[corpus_id] for name in (entity.name, *entity.aliases)}
        names |= set(known.given)
        notes = sorted({entity.note for entity in local[corpus_id] if entity.note is not None})
        found.append(
            Entity(
                id=corpus_id,
                type=known.type,
                name=known.name,
                aliases=tuple(sorted(names - {known.name})),
                code=known.code,
                parent=known.parent,
                note=known.note if known.note is not None or len(notes) == 0 else notes[0],
                identifiers=known.identifiers,
            )
        )
    return tuple(found)


# ---------------------------------------------------------------- writing


def document_quads(
    extraction: Extraction,
    resolution: Resolution,
    *,
    ontology: Ontology,
    gazetteer: Gazetteer,
    iris: Iris | None = None,
) -> list[ox.Quad]:
    """Everything that one document says, as the quads of its named graph, each once and sorted.

    The document with its title, date and source; the entities that it mentions, places with what they lie in; the
    facts with roles, values and evidence; and a plain edge from participant to participant where the ontology draws
    one. A denied fact (`status` denied) gets no plain edge: the edge alone would say the opposite.
    """
    return _Writer(extraction, resolution, ontology, gazetteer, iris if iris is not None else Iris()).quads()


def corpus_quads(resolution: Resolution, *, iris: Iris | None = None) -> list[ox.Quad]:
    """What no document says by itself, as the quads of the graph `…/corpus`, sorted.

    What an undecided name could mean, how many independent sources tell a fact, which facts disagree, which documents
    share their text, and every judgement with who, when and why.
    """
    iris = iris if iris is not None else Iris()
    graph = iris.corpus
    found: set[ox.Quad] = set()

    def add(subject: ox.NamedNode, predicate: ox.NamedNode, value: ox.NamedNode | ox.Literal) -> None:
        found.add(ox.Quad(subject, predicate, value, graph))

    for entity in resolution.entities.values():
        for other in entity.candidates:
            add(iris.entity(entity.id), _kg("candidate"), iris.entity(other))
    for fact, count in resolution.sources.items():
        add(iris.fact(fact), _kg("independentSources"), _integer(count))
    for one, other, what in resolution.differs:
        for a, b in ((one, other), (other, one)):
            add(iris.fact(a), _kg(f"{what}DiffersFrom"), iris.fact(b))
    for one, other, _ in resolution.reprints:
        add(iris.document(one), _kg("sharesTextWith"), iris.document(other))
        add(iris.document(other), _kg("sharesTextWith"), iris.document(one))
    for applied in resolution.judgements:
        judgement = applied.judgement
        node, agent = iris.judgement(judgement.id), iris.agent(judgement.who)
        add(node, _TYPE, _kg("Judgement"))
        add(node, _TYPE, ox.NamedNode(PROV + "Activity"))
        add(node, _kg("action"), ox.Literal(judgement.action))
        add(node, _kg("aboutName"), ox.Literal(judgement.about))
        if judgement.other != "":
            add(node, _kg("otherName"), ox.Literal(judgement.other))
        add(node, _kg("reason"), ox.Literal(judgement.reason))
        when = ox.Literal(judgement.when, datatype=ox.NamedNode(XSD + "dateTime"))
        add(node, ox.NamedNode(PROV + "endedAtTime"), when)
        add(node, ox.NamedNode(PROV + "wasAssociatedWith"), agent)
        add(agent, _TYPE, ox.NamedNode(PROV + "Agent"))
        add(agent, _LABEL, ox.Literal(judgement.who))
        add(node, _kg("applies"), ox.Literal(applied.problem is None))
        if applied.problem is not None:
            add(node, _kg("problem"), ox.Literal(applied.problem))
        for thing in (*map(iris.entity, applied.entities), *map(iris.fact, applied.facts)):
            add(node, _kg("about"), thing)
            add(thing, ox.NamedNode(PROV + "wasInfluencedBy"), node)
    return sorted(found, key=str)


def digest(quads: Iterable[ox.Quad]) -> str:
    """SHA-256 (hex) of quads whose order is given: two documents' quads with one digest are the same lines."""
    return hashlib.sha256("\n".join(map(str, quads)).encode("utf-8")).hexdigest()


class _Writer:
    def __init__(
        self, extraction: Extraction, resolution: Resolution, ontology: Ontology, gazetteer: Gazetteer, iris: Iris
    ) -> None:
        self.extraction = extraction
        self.resolution = resolution
        self.ontology = ontology
        self.gazetteer = gazetteer
        self.iris = iris
        self.graph = iris.document(extraction.document.id)
        self.found: set[ox.Quad] = set()
        self.described: set[str] = set()

    def quads(self) -> list[ox.Quad]:
        self.document()
        entities = corpus_entities(self.extraction, self.resolution)
        self.described.update(entity.id for entity in entities)
        for entity in entities:
            self.add(self.graph, _kg("mentions"), self.iris.entity(entity.id))
            self.entity(entity)
        for _, tellings in _tellings(self.extraction, self.resolution):
            fact = _merge(tellings)
            self.fact(fact)
            self.evidence(fact, tellings)
        return sorted(self.found, key=str)

    def add(self, subject: ox.NamedNode, predicate: ox.NamedNode, value: ox.NamedNode | ox.Literal) -> None:
        self.found.add(ox.Quad(subject, predicate, value, self.graph))

    def document(self) -> None:
        document = self.extraction.document
        self.add(self.graph, _TYPE, _kg("Document"))
        if document.title is not None:
            self.add(self.graph, _LABEL, _zh(document.title))
            self.add(self.graph, ox.NamedNode(SCHEMA + "headline"), _zh(document.title))
        if document.date is not None and document.date.value is not None:
            self.add(self.graph, ox.NamedNode(SCHEMA + "datePublished"), _date(document.date.value))
        if document.date_basis is not None:
            self.add(self.graph, _kg("dateBasis"), ox.Literal(document.date_basis))
        if document.source is not None:
            self.add(self.graph, ox.NamedNode(SCHEMA + "isBasedOn"), _zh(document.source))
        if document.url is not None:
            # A literal: what a record gives as its address need not be a valid IRI.
            self.add(
                self.graph,
                ox.NamedNode(SCHEMA + "url"),
                ox.Literal(document.url, datatype=ox.NamedNode(XSD + "anyURI")),
            )

    # -------- entities

    def entity(self, entity: Entity) -> None:
        node = self.iris.entity(entity.id)
        self.add(node, _TYPE, _kg(self.kind(entity)))
        self.add(node, _LABEL, _zh(entity.name))
        for alias in entity.aliases:
            self.add(node, _ALIAS, _zh(alias))
        if entity.note is not None:
            self.add(node, _NOTE, ox.Literal(entity.note))
        if entity.code is not None:
            self.add(node, _kg("code"), ox.Literal(entity.code))
        for identifier in entity.identifiers:
            self.add(node, _IDENTIFIER, ox.Literal(identifier))
            if identifier.startswith(("http://", "https://")):
                with contextlib.suppress(ValueError):
                    self.add(node, _SAME, ox.NamedNode(identifier))
        for name, rule in self.resolution.why.get((self.extraction.document.id, entity.id), ()):
            naming = self.iris.naming(entity.id, name)
            self.add(node, _kg("naming"), naming)
            self.add(naming, _TYPE, _kg("Naming"))
            self.add(naming, _kg("name"), _zh(name))
            self.add(naming, _kg("rule"), ox.Literal(rule))
            self.add(naming, _kg("inDocument"), self.graph)
        self.place(node, entity)

    def place(self, node: ox.NamedNode, entity: Entity) -> None:
        """Say what a node lies in or belongs to, and describe everything on the way up."""
        way: list[tuple[ox.NamedNode, Division | None]] = [(node, self.known(entity.code))]
        if way[0][1] is not None:
            self.add(node, _kg("level"), ox.Literal(way[0][1].level))
        for step in self.above(entity):
            below = way[-1][0]
            if isinstance(step, Entity):
                above, division = self.iris.entity(step.id), self.known(step.code)
                spatial = self.ontology.top(step.type) in {"Place", "Park"}
                self.add(below, _kg("within") if spatial else _PART, above)
                self.describe(step.id, self.kind(step), step.name, step.code, division)
            else:
                above, division = self.iris.entity(place_id(step.code)), step
                self.add(below, _kg("within"), above)
                self.division(step)
            way.append((above, division))
        for position, (below, _) in enumerate(way):
            for _, division in way[position:]:
                # The province and the city may be the node itself: what is said of 浙江省 counts for 浙江省.
                name = {"province": "inProvince", "prefecture": "inCity"}.get(division.level if division else "")
                if name is not None and division is not None:
                    self.add(below, _kg(name), self.iris.entity(place_id(division.code)))
                    self.division(division)

    def kind(self, entity: Entity) -> str:
        """The class of an entity; a place of the gazetteer is a division or a region, whatever the text tells."""
        division = self.known(entity.code) if entity.type == "Place" else None
        kind = _CLASS_OF_KIND.get(division.kind, "Region") if division is not None else entity.type
        return kind if self.ontology.top(kind) == self.ontology.top(entity.type) else entity.type

    def known(self, code: str | None) -> Division | None:
        return self.gazetteer.get(code) if code is not None and code in self.gazetteer else None

    def division(self, division: Division) -> None:
        known = self.resolution.entities.get(place_id(division.code))
        kind = self.kind(known) if known is not None else _CLASS_OF_KIND.get(division.kind, "Region")
        name = known.name if known is not None else division.name
        self.describe(place_id(division.code), kind, name, division.code, division)

    def describe(self, corpus_id: str, kind: str, name: str, code: str | None, division: Division | None) -> None:
        """Class, name and code of something that the document does not mention and that others lie in."""
        if corpus_id in self.described:
            return
        self.described.add(corpus_id)
        node = self.iris.entity(corpus_id)
        self.add(node, _TYPE, _kg(kind))
        self.add(node, _LABEL, _zh(name))
        if code is not None:
            self.add(node, _kg("code"), ox.Literal(code))
        if division is not None:
            self.add(node, _kg("level"), ox.Literal(division.level))

    def above(self, entity: Entity) -> list[Division | Entity]:
        """What an entity is part of, nearest first: by the gazetteer where it has a code, else by its parent."""
        chain: list[Division | Entity] = []
        seen = {entity.id}
        current: Entity | None = entity
        while current is not None:
            if current.code is not None and current.code in self.gazetteer:
                return [*chain, *self.gazetteer.ancestors(current.code)]
            # A parent that leads back to where the way began is a mistake of resolution, not a reason to hang.
            if current.parent is None or current.parent in seen:
                return chain
            seen.add(current.parent)
            current = self.resolution.entities.get(current.parent)
            if current is not None:
                chain.append(current)
        return chain

    # -------- facts

    def fact(self, fact: Fact) -> None:
        node = self.iris.fact(fact.id)
        self.add(node, _TYPE, _kg(fact.type))
        self.add(node, _kg("status"), ox.Literal(fact.status))
        if fact.label is not None:
            self.add(node, _LABEL, _zh(fact.label))
        for role, entity in fact.roles:
            self.add(node, _kg(role), self.iris.entity(entity))
        for name, value in fact.qualifiers:
            self.add(node, _kg(name), ox.Literal(value))
        if fact.date is not None:
            for name, literal in _date_values(fact.date):
                self.add(node, _kg(name), literal)
        if fact.amount is not None:
            amount = fact.amount
            self.add(node, _kg("amount"), ox.Literal(_decimal(amount.value), datatype=_DECIMAL))
            self.add(node, _kg("currency"), ox.Literal(amount.currency))
            self.add(node, _kg("amountText"), ox.Literal(amount.text))
            self.add(node, _kg("amountBound"), ox.Literal(amount.bound))
            if amount.upper is not None:
                self.add(node, _kg("amountUpper"), ox.Literal(_decimal(amount.upper), datatype=_DECIMAL))
        if fact.status != "denied":
            for edge in self.ontology.fact(fact.type).edges:
                for source in fact.entities(edge.source):
                    for target in fact.entities(edge.target):
                        if source != target:
                            self.add(self.iris.entity(source), _kg(edge.name), self.iris.entity(target))

    def evidence(self, fact: Fact, tellings: Sequence[Fact]) -> None:
        heads: dict[Span, Fact] = {}
        tells: dict[Span, Fact] = {}
        for told in tellings:
            heads.setdefault(told.evidence[0], told)
            for span in told.evidence:
                tells.setdefault(span, told)
        document = self.extraction.document
        node = self.iris.fact(fact.id)
        for span in fact.evidence:
            place = self.iris.evidence(document.id, fact.id, span.start, span.end)
            self.add(node, _kg("evidence"), place)
            self.add(place, _TYPE, _kg("Evidence"))
            self.add(place, _kg("quote"), ox.Literal(document.quote(span)))
            self.add(place, _kg("start"), _integer(span.start))
            self.add(place, _kg("end"), _integer(span.end))
            self.add(place, _kg("inDocument"), self.graph)
            confidence = Decimal(repr((heads.get(span) or tells[span]).confidence))
            self.add(place, _kg("confidence"), ox.Literal(_decimal(confidence), datatype=_DECIMAL))
            if span in heads:
                # The rule marks the first sentence of a telling, so that the order of the evidence can be read back.
                self.add(place, _kg("rule"), ox.Literal(heads[span].rule))
                trigger = heads[span].trigger
                if trigger is not None:
                    self.add(place, _kg("trigger"), ox.Literal(document.quote(trigger)))
                    self.add(place, _kg("triggerStart"), _integer(trigger.start))


def place_id(code: str) -> str:
    """The corpus id of a place of the gazetteer."""
    return f"place/{code}"


def _kg(name: str, _known: dict[str, ox.NamedNode] = {}) -> ox.NamedNode:  # noqa: B006 - a cache
    node = _known.get(name)
    if node is None:
        node = _known[name] = ox.NamedNode(KG + name)
    return node


def _zh(text: str) -> ox.Literal:
    return ox.Literal(text, language="zh")


def _integer(value: int) -> ox.Literal:
    return ox.Literal(str(value), datatype=_INTEGER)


def _decimal(value: Decimal) -> str:
    """Plain digits without an exponent and without zeros that say nothing."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _date(value: str) -> ox.Literal:
    return ox.Literal(value, datatype=_DATES[len(value)])


def _date_values(date: Date) -> Iterator[tuple[str, ox.Literal]]:
    yield "dateText", ox.Literal(date.text)
    if date.value is not None:
        yield "date", _date(date.value)
    if date.approximate:
        yield "dateApproximate", ox.Literal(True)
    if date.start is not None and date.end is not None:
        yield "dateStart", _date(_first_day(date.start))
        yield "dateEnd", _date(_last_day(date.end))
        if date.start != date.end:
            yield "period", ox.Literal(f"{date.start}/{date.end}")


def _first_day(value: str) -> str:
    return value + "-01-01"[len(value) - 4 :]


def _last_day(value: str) -> str:
    if len(value) == 4:
        return f"{value}-12-31"
    if len(value) == 7:
        year, month = int(value[:4]), int(value[5:])
        return f"{value}-{calendar.monthrange(year, month)[1]:02d}"
    return value


# ---------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class Quote:
    """Evidence with its words: what `Fact.evidence` points at. `first` is set for the first sentence of a telling,
    which alone has rule and trigger.
    """

    span: Span
    text: str
    confidence: float = 1.0
    first: bool = True
    rule: str = ""
    trigger: Span | None = None


@dataclass(frozen=True, slots=True)
class DocumentGraph:
    """One named graph read back: the values that `corpus_facts` and `corpus_entities` gave to the writer.

    `quotes` holds the evidence of every fact by its id, the best telling first. `labels` has the names of all
    entities in the graph, of the places that others lie in too. `mentioned` are the ids of the entities of the text.
    """

    document: str
    title: str | None
    published: str | None
    source: str | None
    url: str | None
    entities: Mapping[str, Entity]
    mentioned: tuple[str, ...]
    facts: tuple[Fact, ...]
    quotes: Mapping[str, tuple[Quote, ...]]


def read_facts(quads: Iterable[ox.Quad], *, iris: Iris | None = None) -> tuple[Fact, ...]:
    """The facts of one document's quads, sorted by id: the same values as `corpus_facts` of what was written."""
    return read_graph(quads, iris=iris).facts


def read_graph(quads: Iterable[ox.Quad], *, iris: Iris | None = None) -> DocumentGraph:
    """Read the named graph of one document back into values; raises ValueError for quads that are no such graph."""
    names = iris if iris is not None else Iris()
    about: dict[str, dict[str, list[ox.NamedNode | ox.Literal]]] = {}
    by_class: dict[str, list[str]] = {}
    for quad in quads:
        node, value = quad.subject, quad.object
        if not isinstance(node, ox.NamedNode) or not isinstance(value, (ox.NamedNode, ox.Literal)):
            raise ValueError(f"not written by kg: {quad}")
        about.setdefault(node.value, {}).setdefault(quad.predicate.value, []).append(value)
        if quad.predicate == _TYPE and value.value.startswith(KG):
            by_class.setdefault(value.value[len(KG) :], []).append(node.value)
    documents = by_class.get("Document", [])
    if len(documents) != 1:
        raise ValueError(f"a document's graph describes one document, this one {len(documents)}")
    iri = documents[0]
    document = names.id_of(iri)
    if document is None:
        raise ValueError(f"no document of {names.base}: {iri}")

    def text(subject: str, predicate: str) -> str | None:
        return min((value.value for value in about.get(subject, {}).get(predicate, ())), default=None)

    def texts(subject: str, predicate: str) -> list[str]:
        return sorted({value.value for value in about.get(subject, {}).get(predicate, ())})

    def local(subject: str) -> str:
        return next(v.value[len(KG) :] for v in about[subject][RDF_TYPE] if v.value.startswith(KG))

    entities: dict[str, Entity] = {}
    facts: list[Fact] = []
    quotes: dict[str, tuple[Quote, ...]] = {}
    for subject in sorted(about):
        name = names.id_of(subject)
        if name is None or RDF_TYPE not in about[subject]:
            continue
        if names.is_entity(subject):
            above = text(subject, KG + "within") or text(subject, SCHEMA + "isPartOf")
            entities[name] = Entity(
                id=name,
                type=local(subject),
                name=text(subject, RDFS + "label") or name,
                aliases=tuple(texts(subject, SKOS + "altLabel")),
                code=text(subject, KG + "code"),
                parent=names.id_of(above) if above is not None else None,
                note=text(subject, SKOS + "note"),
                identifiers=tuple(texts(subject, SCHEMA + "identifier")),
            )
        elif subject.startswith(names.base + "fact/"):
            told = _read_quotes(document, about, texts(subject, KG + "evidence"))
            quotes[name] = told
            facts.append(_read_fact(name, local(subject), about[subject], told, names))
    facts.sort(key=lambda fact: fact.id)
    return DocumentGraph(
        document=document,
        title=text(iri, RDFS + "label"),
        published=text(iri, SCHEMA + "datePublished"),
        source=text(iri, SCHEMA + "isBasedOn"),
        url=text(iri, SCHEMA + "url"),
        entities=entities,
        mentioned=tuple(sorted(filter(None, map(names.id_of, texts(iri, KG + "mentions"))))),
        facts=tuple(facts),
        quotes=quotes,
    )


_About = Mapping[str, Mapping[str, Sequence[ox.NamedNode | ox.Literal]]]


def _read_quotes(document: str, about: _About, places: Iterable[str]) -> tuple[Quote, ...]:
    found = []
    for place in places:
        values = {predicate: objects[0].value for predicate, objects in about[place].items()}
        trigger = values.get(KG + "trigger")
        start = int(values.get(KG + "triggerStart", 0))
        found.append(
            Quote(
                span=Span(document, int(values[KG + "start"]), int(values[KG + "end"])),
                text=values[KG + "quote"],
                confidence=float(values.get(KG + "confidence", "1")),
                first=KG + "rule" in values,
                rule=values.get(KG + "rule", ""),
                trigger=Span(document, start, start + len(trigger)) if trigger is not None else None,
            )
        )
    # The order of `_merge`: first sentences before the others, the surest first.
    found.sort(key=lambda q: (not q.first, -q.confidence if q.first else 0.0, q.span.start, q.span.end))
    return tuple(found)


def _read_fact(
    name: str,
    fact_type: str,
    about: Mapping[str, Sequence[ox.NamedNode | ox.Literal]],
    told: Sequence[Quote],
    iris: Iris,
) -> Fact:
    def one(key: str) -> str | None:
        return about[KG + key][0].value if KG + key in about else None

    roles, qualifiers = set(), set()
    for predicate, values in about.items():
        if not predicate.startswith(KG):
            continue
        key = predicate[len(KG) :]
        for value in values:
            if isinstance(value, ox.NamedNode) and iris.is_entity(value.value):
                roles.add((key, cast(str, iris.id_of(value.value))))
            elif isinstance(value, ox.Literal) and key not in _OWN:
                qualifiers.add((key, value.value))
    date = None
    words = one("dateText")
    if words is not None:
        period = one("period")
        point = one("date")
        start, end = period.split("/") if period is not None else (point, point)
        date = Date(words, start, end, approximate=one("dateApproximate") == "true")
    amount = None
    sum_ = one("amount")
    if sum_ is not None:
        upper = one("amountUpper")
        amount = Amount(
            text=one("amountText") or sum_,
            value=Decimal(sum_),
            currency=one("currency") or "CNY",
            bound=cast(Any, one("amountBound") or "exact"),
            upper=Decimal(upper) if upper is not None else None,
        )
    best = told[0]
    return Fact(
        id=name,
        type=fact_type,
        roles=tuple(sorted(roles)),
        evidence=tuple(quote.span for quote in told),
        label=about[RDFS + "label"][0].value if RDFS + "label" in about else None,
        date=date,
        amount=amount,
        status=cast(Any, one("status") or "done"),
        confidence=best.confidence,
        rule=best.rule,
        trigger=best.trigger,
        qualifiers=tuple(sorted(qualifiers)),
    )
