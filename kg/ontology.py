"""The ontology as one object: classes, roles, edges, looks and patterns, read once and refused where they disagree.

Input are the four files of `ontology/`: `core.ttl` (what exists), `shapes.ttl` (what is valid), `patterns.toml` (how
text says it) and `display.ttl` (how it looks). Output is `Ontology`, passed as an argument and never a global.

    Ontology.load().fact("Settlement").roles  →  (settler, location, origin)

A new fact class is a change to these files and to no Python. Turtle is parsed with pyoxigraph, which takes 2 ms where
rdflib takes 300: the ontology is read by every command.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg.errors import OntologyError
from kg.resource import resource

#: Namespace of classes, roles and properties.
KG = "https://kg.example/ontology#"
DISPLAY = "https://kg.example/display#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SCHEMA = "https://schema.org/"

FILES = ("core.ttl", "shapes.ttl", "display.ttl", "patterns.toml")

#: The places in a clause, seen from the trigger, that a pattern may read a role from.
SLOTS = frozenset({"subject", "object", "with", "at", "from", "to", "by", "of", "for", "ba"})

STATUSES = frozenset({"done", "planned", "signed", "started", "completed", "ended", "denied"})


@dataclass(frozen=True, slots=True)
class EntityClass:
    """A class of things: labels and definitions by language, its direct superclass, colour and shape on pages."""

    name: str
    labels: Mapping[str, str]
    definitions: Mapping[str, str]
    parent: str | None
    colour: str
    shape: str
    order: int


@dataclass(frozen=True, slots=True)
class Role:
    """A part in a fact; `range` holds the entity classes that may fill it (subclasses included)."""

    name: str
    labels: Mapping[str, str]
    range: frozenset[str]


@dataclass(frozen=True, slots=True)
class Edge:
    """A plain property from the participants in one role to those in another."""

    name: str
    labels: Mapping[str, str]
    fact: str
    source: str
    target: str

    @property
    def symmetric(self) -> bool:
        """True where both ends are the same role, so that direction says nothing."""
        return self.source == self.target


@dataclass(frozen=True, slots=True)
class FactClass:
    """A class of facts with its roles in the order of `core.ttl`, its edges, its colour and the mark on its lines."""

    name: str
    labels: Mapping[str, str]
    definitions: Mapping[str, str]
    parent: str | None
    roles: tuple[Role, ...]
    edges: tuple[Edge, ...]
    qualifiers: tuple[str, ...]
    colour: str
    shape: str
    order: int


@dataclass(frozen=True, slots=True)
class NameGrammar:
    """How names of one entity class end, and what they cannot be.

    A `strong` suffix makes a name of any proper stem before it; a `weak` one only of a stem that is no ordinary
    word, a `quoted` one only in or behind quotation marks. `legal` are the endings that a short form drops.
    `patterns` are regular expressions of names that have no such ending (中铁四局).
    """

    type: str
    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    legal: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """A trigger pattern: words that fire it and where in the clause each role is read.

    `roles` maps a role to the slots it is read from, best first. `need` lists alternatives; each is a count of
    participants by role that makes a fact. `after` and `before` are words one of which must stand in the clause
    behind or ahead of the trigger; `not_after` and `not_before` are words that, right beside it, block it.
    `topic` is a role that the entity last spoken of fills where the clause names none. `home` is a role that the
    document's own
    place fills where nothing else does (从上海迁来). `beside` is a role that the place of the clause behind or before
    fills (斥资3亿元,在盐都区建厂). A `nominal` trigger (控股股东) takes no object away from a verb;
    a `forward` one has its subject
    in the clause behind (作为嘉兴的主城区,南湖区…); an `intransitive` one says nothing where a noun or a number
    follows right behind it (X成立; not X成立一间公司). `pairs` splits
    `A与B、C与D` into one fact a pair; `partner` asks for one behind a word such as 与;
    `each` makes one fact for every filler of that role.
    """

    id: str
    fact: str
    triggers: tuple[str, ...]
    roles: Mapping[str, tuple[str, ...]]
    need: tuple[Mapping[str, int], ...]
    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    types: Mapping[str, frozenset[str]] = field(default_factory=dict)
    pairs: bool = False
    partner: bool = False
    also: bool = False
    each: str | None = None
    label: str | None = None
    status: str = "done"
    amount: bool = False
    carry: bool = True
    topic: str | None = None
    home: str | None = None
    beside: str | None = None
    nominal: bool = False
    forward: bool = False
    intransitive: bool = False
    confidence: float = 0.8
    accepts: tuple[str, ...] = ()
    rejects: tuple[str, ...] = ()


class Ontology:
    """Everything that the files of `ontology/` say, checked against each other."""

    def __init__(
        self,
        *,
        entities: Mapping[str, EntityClass],
        facts: Mapping[str, FactClass],
        roles: Mapping[str, Role],
        edges: Mapping[str, Edge],
        names: Mapping[str, NameGrammar],
        lexicon: Mapping[str, tuple[str, ...]],
        grammar: Mapping[str, str],
        calibration: Sequence[tuple[float, float]],
        shown: float,
        frames: tuple[Frame, ...],
        labels: Mapping[str, Mapping[str, str]],
        folder: Path,
        digest: str,
    ) -> None:
        self.entities = entities
        self.facts = facts
        self.roles = roles
        self.edges = edges
        self.names = names
        self.lexicon = lexicon
        self.grammar = grammar
        self.calibration = calibration
        #: What is less sure than this is left out of what is shown by default, and counted there.
        self.shown = shown
        self.frames = frames
        self.labels = labels
        self.folder = folder
        #: SHA-256 of the four files: two ontologies with one digest extract the same.
        self.digest = digest
        self._ancestors: dict[str, tuple[str, ...]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        # A worker process reads the files again: smaller and safer than pickling mapping proxies.
        return (Ontology.load, (self.folder,))

    @classmethod
    def load(cls, folder: Path | None = None) -> Ontology:
        """Read `core.ttl`, `shapes.ttl`, `display.ttl` and `patterns.toml` of a folder, by default the shipped one.

        Raises OntologyError with file and line where a file is broken or names what another does not have.
        """
        return _load(folder if folder is not None else resource("ontology/core.ttl").parent)

    def entity(self, name: str) -> EntityClass:
        """The entity class of a name; raises OntologyError for an unknown one."""
        try:
            return self.entities[name]
        except KeyError:
            raise OntologyError(f"unknown entity class {name!r}; known: {', '.join(self.entities)}") from None

    def fact(self, name: str) -> FactClass:
        """The fact class of a name; raises OntologyError for an unknown one."""
        try:
            return self.facts[name]
        except KeyError:
            raise OntologyError(f"unknown fact class {name!r}; known: {', '.join(self.facts)}") from None

    def ancestors(self, name: str) -> tuple[str, ...]:
        """The class itself and its superclasses among kg's own, nearest first.

        >>> Ontology.load().ancestors("University")
        ('University', 'Institution', 'Entity')
        """
        known = self._ancestors.get(name)
        if known is None:
            chain: list[str] = []
            current: str | None = name
            while current is not None and current not in chain:
                chain.append(current)
                node = self.entities.get(current) or self.facts.get(current)
                current = node.parent if node is not None else None
            known = self._ancestors[name] = tuple(chain)
        return known

    def is_a(self, name: str, ancestor: str) -> bool:
        """True where one class is another or one of its subclasses."""
        return ancestor in self.ancestors(name)

    def top(self, name: str) -> str:
        """The broad class under Entity or Fact that a class belongs to (University → Institution)."""
        chain = self.ancestors(name)
        return chain[-2] if len(chain) > 1 else name

    def subclasses(self, name: str) -> tuple[str, ...]:
        """The class itself and everything below it, in display order."""
        return tuple(n for n in (*self.entities, *self.facts) if self.is_a(n, name))

    def label(self, name: str, language: str = "zh") -> str:
        """The label of a class, role, edge or property; its own name where it has none."""
        labels = self.labels.get(name, {})
        return labels.get(language) or labels.get("zh") or name

    def fills(self, entity_class: str, role: str) -> bool:
        """True where an entity of that class may stand in that role."""
        return entity_class in self._fillers[role]

    def confidence(self, score: float) -> float:
        """What the score of a pattern is worth: the share of facts of that score that are right, by `[calibration]`.

        >>> ontology = Ontology.load()
        >>> ontology.confidence(0.2) < ontology.confidence(0.6) < ontology.confidence(0.9) < 1
        True
        """
        below, low = 0.0, 0.0
        for raw, share in self.calibration:
            if score <= raw:
                return round(low + (share - low) * (score - below) / (raw - below), 2) if raw > below else share
            below, low = raw, share
        return low

    @cached_property
    def _fillers(self) -> dict[str, frozenset[str]]:
        return {
            role.name: frozenset(n for n in self.entities if any(a in role.range for a in self.ancestors(n)))
            for role in self.roles.values()
        }


# ---------------------------------------------------------------- loading


def _load(folder: Path) -> Ontology:
    texts: dict[str, str] = {}
    for name in FILES:
        try:
            texts[name] = (folder / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise OntologyError(
                f"cannot be read: {error}; the ontology has the files {', '.join(FILES)}", where=folder / name
            ) from error
    core = _Triples(folder / "core.ttl", texts["core.ttl"])
    shapes = _Triples(folder / "shapes.ttl", texts["shapes.ttl"])
    display = _Triples(folder / "display.ttl", texts["display.ttl"])

    def subtree(root: str) -> dict[str, str | None]:
        """Local name → direct superclass, breadth first, of every class of core.ttl under root."""
        found: dict[str, str | None] = {root: None}
        queue = [root]
        while len(queue) > 0:
            parent = queue.pop(0)
            for child in core.subjects(RDFS + "subClassOf", KG + parent):
                if child not in found:
                    found[child] = parent
                    queue.append(child)
        return found

    entity_tree, fact_tree = subtree("Entity"), subtree("Fact")
    for name in (*entity_tree, *fact_tree):
        if len(core.texts(name, RDFS + "label")) < 2 or len(core.texts(name, SKOS + "definition")) < 2:
            raise OntologyError(
                f"class kg:{name} needs a label and a definition in zh and en", where=core.path, line=core.line(name)
            )
    known = {*entity_tree, *fact_tree}
    for triples in (core, shapes, display):
        for name in triples.named():
            if name not in core.defined:
                raise OntologyError(
                    f"kg:{name} is not defined in core.ttl; define it there or mend the spelling",
                    where=triples.path,
                    line=triples.line(name),
                )

    def look(name: str, tree: Mapping[str, str | None], key: str, default: str) -> str:
        current: str | None = name
        while current is not None:
            value = display.value(current, DISPLAY + key)
            if value is not None:
                return value
            current = tree[current]
        return default

    roles: dict[str, Role] = {}
    domains: dict[str, list[str]] = {}
    for name in core.subjects(RDF_TYPE, KG + "Role"):
        wide = core.names(name, SCHEMA + "rangeIncludes")
        domain = core.names(name, SCHEMA + "domainIncludes")
        for other in (*wide, *domain):
            if other not in known:
                raise OntologyError(
                    f"role kg:{name} names kg:{other}, which is no class of entities or facts",
                    where=core.path,
                    line=core.line(name),
                )
        if len(wide) == 0 or len(domain) == 0:
            raise OntologyError(
                f"role kg:{name} needs schema:domainIncludes and schema:rangeIncludes",
                where=core.path,
                line=core.line(name),
            )
        roles[name] = Role(name, core.texts(name, RDFS + "label"), frozenset(wide))
        for fact in domain:
            domains.setdefault(fact, []).append(name)

    edges: dict[str, Edge] = {}
    for name in display.subjects_of(DISPLAY + "edgeOf"):
        fact = display.names(name, DISPLAY + "edgeOf")[0]
        ends = [display.names(name, DISPLAY + key) for key in ("from", "to")]
        if fact not in fact_tree or any(len(end) != 1 or end[0] not in roles for end in ends):
            raise OntologyError(
                f"edge kg:{name} needs display:edgeOf a fact class and display:from and display:to a role each",
                where=display.path,
                line=display.line(name),
            )
        edges[name] = Edge(name, core.texts(name, RDFS + "label"), fact, ends[0][0], ends[1][0])

    def inherited(name: str, tree: Mapping[str, str | None]) -> list[str]:
        chain, current = [], tree.get(name)
        while current is not None:
            chain.append(current)
            current = tree[current]
        return [name, *chain]

    qualifier_domains = {q: core.names(q, SCHEMA + "domainIncludes") for q in core.subjects(RDF_TYPE, KG + "Qualifier")}
    entities = {
        name: EntityClass(
            name=name,
            labels=core.texts(name, RDFS + "label"),
            definitions=core.texts(name, SKOS + "definition"),
            parent=parent,
            colour=look(name, entity_tree, "colour", "#888888"),
            shape=look(name, entity_tree, "shape", "dot"),
            order=int(look(name, entity_tree, "order", "99")),
        )
        for name, parent in entity_tree.items()
    }
    facts = {}
    for name, parent in fact_tree.items():
        chain = inherited(name, fact_tree)
        own_roles = [r for ancestor in reversed(chain) for r in domains.get(ancestor, [])]
        for edge in edges.values():
            if edge.fact == name and not {edge.source, edge.target} <= set(own_roles):
                raise OntologyError(
                    f"edge kg:{edge.name} joins roles that kg:{name} does not have",
                    where=display.path,
                    line=display.line(edge.name),
                )
        facts[name] = FactClass(
            name=name,
            labels=core.texts(name, RDFS + "label"),
            definitions=core.texts(name, SKOS + "definition"),
            parent=parent,
            roles=tuple(roles[r] for r in dict.fromkeys(own_roles)),
            edges=tuple(e for e in edges.values() if e.fact in chain),
            qualifiers=tuple(q for q, wide in qualifier_domains.items() if any(a in wide for a in chain)),
            colour=look(name, fact_tree, "colour", "#888888"),
            shape=look(name, fact_tree, "shape", "plain"),
            order=int(look(name, fact_tree, "order", "99")),
        )
    names, lexicon, grammar, calibration, shown, frames = _patterns(
        folder / "patterns.toml", texts["patterns.toml"], entities, facts
    )
    digest = hashlib.sha256("\0".join(texts[name] for name in FILES).encode()).hexdigest()
    return Ontology(
        entities=dict(sorted(entities.items(), key=lambda item: item[1].order)),
        facts=dict(sorted(facts.items(), key=lambda item: item[1].order)),
        roles=roles,
        edges=edges,
        names=names,
        lexicon=lexicon,
        grammar=grammar,
        calibration=calibration,
        shown=shown,
        frames=frames,
        labels={name: core.texts(name, RDFS + "label") for name in core.defined},
        folder=folder,
        digest=digest,
    )


class _Triples:
    """The triples of one Turtle file, asked by local names of the kg namespace."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self._lines = text.splitlines()
        try:
            self._triples = [t.triple for t in ox.parse(text, format=ox.RdfFormat.TURTLE)]
        except SyntaxError as error:
            raise OntologyError(f"not valid Turtle: {error.msg}", where=path, line=error.lineno) from error
        self.defined = {
            local for t in self._triples if (local := _local(t.subject)) is not None and t.predicate.value == RDF_TYPE
        }

    def named(self) -> Iterator[str]:
        """Every local name of the kg namespace that the file uses, in its order."""
        for triple in self._triples:
            for term in (triple.subject, triple.predicate, triple.object):
                local = _local(term)
                if local is not None:
                    yield local

    def subjects(self, predicate: str, value: str) -> list[str]:
        return [
            s
            for t in self._triples
            if t.predicate.value == predicate and getattr(t.object, "value", None) == value and (s := _local(t.subject))
        ]

    def subjects_of(self, predicate: str) -> list[str]:
        return list(
            dict.fromkeys(s for t in self._triples if t.predicate.value == predicate and (s := _local(t.subject)))
        )

    def names(self, subject: str, predicate: str) -> list[str]:
        return [o for t in self._about(subject, predicate) if (o := _local(t.object))]

    def texts(self, subject: str, predicate: str) -> dict[str, str]:
        return {
            t.object.language or "": t.object.value
            for t in self._about(subject, predicate)
            if isinstance(t.object, ox.Literal)
        }

    def value(self, subject: str, predicate: str) -> str | None:
        return next((t.object.value for t in self._about(subject, predicate) if isinstance(t.object, ox.Literal)), None)

    def line(self, name: str) -> int | None:
        """The line that speaks of a name first: as a subject if it is one."""
        pattern = re.compile(rf"\bkg:{re.escape(name)}\b")
        hits = [n for n, line in enumerate(self._lines, 1) if pattern.search(line)]
        starts = [n for n in hits if pattern.match(self._lines[n - 1])]
        return next(iter(starts or hits), None)

    def _about(self, subject: str, predicate: str) -> Iterator[ox.Triple]:
        return (t for t in self._triples if t.predicate.value == predicate and _local(t.subject) == subject)


def _local(term: object) -> str | None:
    if isinstance(term, ox.NamedNode) and term.value.startswith(KG):
        return term.value[len(KG) :]
    return None


_FRAME_WORDS = ("after", "before", "not_after", "not_before", "accepts", "rejects")
_FRAME_PLAIN = (
    "pairs",
    "partner",
    "also",
    "each",
    "label",
    "amount",
    "carry",
    "topic",
    "home",
    "beside",
    "nominal",
    "forward",
    "intransitive",
    "confidence",
)
_FRAME_KEYS = {"fact", "triggers", "roles", "need", "types", "status", *_FRAME_WORDS, *_FRAME_PLAIN}


def _patterns(
    path: Path, text: str, entities: Mapping[str, EntityClass], facts: Mapping[str, FactClass]
) -> tuple[
    dict[str, NameGrammar],
    dict[str, tuple[str, ...]],
    dict[str, str],
    list[tuple[float, float]],
    float,
    tuple[Frame, ...],
]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise OntologyError(
            f"not valid TOML: {error}", where=path, line=int(line.group(1)) if line else None
        ) from error
    lines = text.splitlines()

    def fail(message: str, *words: str) -> OntologyError:
        start = 0
        for word in words:
            heads = [n for n in range(start, len(lines)) if lines[n].lstrip().startswith(word)]
            start = next(iter(heads or [n for n in range(start, len(lines)) if word in lines[n]]), start)
        return OntologyError(message, where=path, line=start + 1)

    for section in data:
        if section not in {"names", "lexicon", "grammar", "calibration", "frames"}:
            raise fail(
                f"unknown section [{section}]; known: names, lexicon, grammar, calibration, frames",
                f"[{section}" + ("." if f"[{section}." in text else "]"),
            )
    names: dict[str, NameGrammar] = {}
    for name, body in data.get("names", {}).items():
        if name not in entities:
            raise fail(f"names of an unknown entity class {name!r}; known: {', '.join(entities)}", f"names.{name}")
        unknown = set(body) - {"strong", "weak", "legal", "quoted", "patterns"}
        if len(unknown) > 0:
            raise fail(f"names.{name} has an unknown key {sorted(unknown)[0]!r}", f"names.{name}", sorted(unknown)[0])
        for pattern in body.get("patterns", ()):
            try:
                re.compile(pattern)
            except re.error as error:
                raise fail(
                    f"names.{name}: pattern {pattern!r} is no regular expression: {error}", f"names.{name}", "patterns"
                ) from error
        names[name] = NameGrammar(
            name, **{key: _words(value, fail, f"names.{name}", key) for key, value in body.items()}
        )
    lexicon = {key: _words(value, fail, "[lexicon]", key) for key, value in data.get("lexicon", {}).items()}
    grammar: dict[str, str] = {}
    for key, pattern in data.get("grammar", {}).items():
        try:
            re.compile(pattern)
        except (re.error, TypeError) as error:
            raise fail(f"grammar.{key} is no regular expression: {error}", "[grammar]", key) from error
        grammar[key] = pattern
    points = data.get("calibration", {}).get("points", [[0, 0], [1, 1]])
    calibration = [(float(raw), float(share)) for raw, share in points]
    if calibration != sorted(calibration) or any(not 0 <= v <= 1 for point in calibration for v in point):
        raise fail("calibration.points must be pairs of numbers from 0 to 1 in rising order", "[calibration]", "points")
    shown = data.get("calibration", {}).get("shown", 0)
    if isinstance(shown, bool) or not isinstance(shown, int | float) or not 0 <= shown <= 1:
        raise fail("calibration.shown must be a number from 0 to 1", "[calibration]", "shown")
    frames = []
    for name, body in data.get("frames", {}).items():
        head = f"frames.{name}"
        unknown = set(body) - _FRAME_KEYS
        if len(unknown) > 0:
            raise fail(
                f"{head} has an unknown key {sorted(unknown)[0]!r}; known: {', '.join(sorted(_FRAME_KEYS))}",
                head,
                sorted(unknown)[0],
            )
        fact = body.get("fact")
        if fact not in facts:
            raise fail(f"{head} makes an unknown fact class {fact!r}; known: {', '.join(facts)}", head, "fact")
        own = {role.name for role in facts[fact].roles}
        roles = {role: _words(slots, fail, head, role) for role, slots in body.get("roles", {}).items()}
        for role, slots in roles.items():
            if role not in own:
                raise fail(f"{head}: {fact} has no role {role!r}; it has {', '.join(sorted(own))}", head, role)
            for slot in slots:
                if slot not in SLOTS:
                    raise fail(f"{head}: unknown slot {slot!r}; known: {', '.join(sorted(SLOTS))}", head, slot)
        need = []
        for alternative in body.get("need", []):
            counts: dict[str, int] = {}
            for role in alternative.split():
                if role not in roles:
                    raise fail(f"{head}: need names role {role!r}, which roles does not fill", head, "need")
                counts[role] = counts.get(role, 0) + 1
            need.append(counts)
        types: dict[str, frozenset[str]] = {}
        for role, wide in body.get("types", {}).items():
            for entity in wide:
                if entity not in entities:
                    raise fail(f"{head}: unknown entity class {entity!r} in types.{role}", head, entity)
            types[role] = frozenset(wide)
        status = body.get("status", "done")
        if status not in STATUSES:
            raise fail(f"{head}: unknown status {status!r}; known: {', '.join(sorted(STATUSES))}", head, "status")
        for key in ("each", "topic", "home", "beside"):
            if body.get(key) is not None and body[key] not in roles:
                raise fail(f"{head}: {key} names role {body[key]!r}, which roles does not fill", head, key)
        triggers = _words(body.get("triggers", []), fail, head, "triggers")
        if len(triggers) == 0 or len(need) == 0 or len(body.get("accepts", [])) == 0:
            raise fail(f"{head} needs triggers, need and at least one sentence in accepts", head)
        word_lists: dict[str, Any] = {key: _words(body[key], fail, head, key) for key in _FRAME_WORDS if key in body}
        plain: dict[str, Any] = {key: body[key] for key in _FRAME_PLAIN if key in body}
        frames.append(
            Frame(
                id=name,
                fact=fact,
                triggers=triggers,
                roles=roles,
                need=tuple(need),
                types=types,
                status=status,
                **word_lists,
                **plain,
            )
        )
    return names, lexicon, grammar, calibration, float(shown), tuple(frames)


def _words(value: object, fail: Any, head: str, key: str) -> tuple[str, ...]:
    """A list of strings, or one string of words separated by blanks."""
    if isinstance(value, str):
        return tuple(value.split())
    if isinstance(value, Iterable):
        items = list(value)
        if all(isinstance(item, str) and item != "" for item in items):
            return tuple(items)
    raise fail(f"{head}: {key} must be a list of words or one string of words separated by blanks", head, key)
