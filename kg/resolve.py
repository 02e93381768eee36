"""Identity: which mentions are one entity of a document (`link`) and which entities are one thing of the corpus (`resolve_corpus`).

    闻泰 · 闻泰通讯 · 闻泰通讯股份有限公司   →   one entity with two aliases
    南湖区 · 嘉兴市南湖区                   →   place/330402

Both are computed from content alone and do not depend on order. A short form that fits two full names stays by itself
rather than being given to the wrong one.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kg.gazetteer import Gazetteer
from kg.model import Entity, Extraction, Mention, Resolution
from kg.ontology import Ontology
from kg.recognize import Recognition, Recognizer

_MARKS = re.compile(r"[“”‘’\"'《》〈〉「」『』【】·•\s]")


@dataclass(frozen=True, slots=True)
class Linked:
    """The entities of one document, and the entity of every mention by its offsets."""

    entities: tuple[Entity, ...]
    of: Mapping[tuple[int, int], str]
    main_places: tuple[str, ...]  # ids of places, the most spoken of first

    def entity(self, entity_id: str) -> Entity:
        """The entity of an id ("e3")."""
        return self.entities[int(entity_id[1:]) - 1]


def key(name: str) -> str:
    """A name without quotes, dots and blanks, with the one short form of governments: what two spellings share.

    >>> key("“南湖之春”经贸活动") == key("南湖之春经贸活动")
    True
    """
    return _MARKS.sub("", name).lower()


class Linker:
    """Resolution inside a document; holds the ontology's name grammar and the gazetteer."""

    def __init__(self, recognizer: Recognizer) -> None:
        self.recognizer = recognizer
        self.ontology: Ontology = recognizer.ontology
        self.gazetteer: Gazetteer = recognizer.gazetteer
        lexicon = self.ontology.lexicon
        self._short = {long_: short for long_, short in (pair.split("=") for pair in lexicon.get("abbreviations", ()))}

    def link(self, recognition: Recognition) -> Linked:
        """Group the mentions of one document into entities."""
        places = [m for m in recognition.mentions if m.code is not None]
        others = [m for m in recognition.mentions if m.code is None]
        groups: list[_Group] = []
        by_code: dict[str, _Group] = {}
        context = self._context(places)
        for mention in places:
            assert mention.code is not None
            candidates = mention.code.split("|")
            beside = [c for c in context if self._beside(recognition, mention, c)]
            code, why = (candidates[0], "only") if len(candidates) == 1 else self.gazetteer.settle(candidates, context=context, beside=beside, form=mention.name)
            group = by_code.get(code or f"?{mention.name}")
            if group is None:
                group = _Group(mention.type, mention.name, code=code)
                by_code[code or f"?{mention.name}"] = group
                groups.append(group)
                if code is None:
                    group.note = "undecided: " + ", ".join(self.gazetteer.path(c) for c in candidates[:6])
                elif len(candidates) > 1:
                    group.note = f"{mention.name} = {self.gazetteer.path(code)} ({why}, {len(candidates)} candidates)"
            group.mentions.append(mention)
        for group in groups:
            if group.code is not None:
                group.name = self.gazetteer.get(group.code).name
        main = self._main_places(groups)
        by_name: dict[tuple[str, str], _Group] = {}
        for mention in others:
            name = self._complete(mention, main, groups) if mention.rule == "local" else mention.name
            top = self.ontology.top(mention.type)
            group = by_name.get((top, self.key(name)))
            if group is None:
                group = _Group(mention.type, name)
                by_name[top, self.key(name)] = group
                groups.append(group)
            group.mentions.append(mention)
        groups = self._one_type(groups)
        self._merge_short_forms(groups, recognition.short_forms)
        groups = [g for g in groups if len(g.mentions) > 0]
        groups.sort(key=lambda g: (g.mentions[0].span.start, -g.mentions[0].span.end))
        return self._entities(groups)

    def key(self, name: str) -> str:
        """`key` with the abbreviations of the lexicon applied (人民政府 → 政府)."""
        name = key(name)
        for long_, short in self._short.items():
            name = name.replace(long_, short)
        return name

    # ------------------------------------------------------------ places

    def _context(self, places: Sequence[Mention]) -> list[str]:
        """Codes that are certain: of names that only one place has."""
        sure = Counter(m.code for m in places if m.code is not None and "|" not in m.code)
        return [code for code, _ in sorted(sure.items(), key=lambda item: (-item[1], item[0])) if code is not None]

    def _beside(self, recognition: Recognition, mention: Mention, code: str) -> bool:
        return any(m.code == code and m.span.end == mention.span.start for m in recognition.mentions)

    def _main_places(self, groups: list[_Group]) -> list[_Group]:
        ranked = [g for g in groups if g.code is not None and self.gazetteer.get(g.code).kind == "division"]
        return sorted(ranked, key=lambda g: (-len(g.mentions), g.mentions[0].span.start))

    def _complete(self, mention: Mention, main: list[_Group], groups: list[_Group]) -> str:
        """区发改局 → 南湖区发改局: the division of that level nearest before it, else the one most spoken of."""
        level = mention.name[0]
        fitting = [g for g in main if g.name.endswith(level)]
        if len(fitting) == 0:
            return mention.name
        before = [(m.span.start, g) for g in fitting for m in g.mentions if m.span.start < mention.span.start]
        owner = max(before, key=lambda item: item[0])[1] if len(before) > 0 and len(fitting) > 1 else fitting[0]
        return owner.name + mention.name[1:]

    # ------------------------------------------------------------ names

    def _one_type(self, groups: list[_Group]) -> list[_Group]:
        """One name, one entity: where the grammar gave one name two classes, the more frequent one is taken."""
        by_key: dict[str, list[_Group]] = defaultdict(list)
        for group in groups:
            if group.code is None and group.type != "Person":
                by_key[self.key(group.name)].append(group)
        for same in by_key.values():
            best = max(same, key=lambda g: (len(g.mentions), -g.mentions[0].span.start))
            for other in same:
                if other is not best:
                    best.take(other)
        return groups

    def _merge_short_forms(self, groups: list[_Group], short_forms: Sequence[tuple[str, str]]) -> None:
        named = {self.key(m.name): g for g in groups for m in g.mentions}
        for full, short in short_forms:
            owner, other = named.get(self.key(full)), named.get(self.key(short))
            if owner is not None and other is not None and owner is not other and owner.code is None and other.code is None:
                owner.take(other)
                other.owner = owner
            if owner is not None:
                final = owner.final()
                final.aliases.add(short)
        free = [g for g in groups if g.code is None and len(g.mentions) > 0 and g.type != "Person"]
        forms = {id(g): self.short_forms(g.name, g.type) for g in free}
        for group in sorted(free, key=lambda g: (len(g.name), g.name)):
            fitting = [
                g for g in free
                if g is not group and len(g.mentions) > 0 and len(g.name) > len(group.name)
                and self.key(group.name) in forms[id(g)] and self._compatible(group.type, g.type)
            ]  # fmt: skip
            # A chain of short forms (启岳 < 启岳集团 < 启岳新能源集团) is one thing; two names that do not include each other are two.
            fitting.sort(key=lambda g: (len(g.name), g.name))
            if len(fitting) > 1 and not all(self.key(a.name) in forms[id(b)] for a, b in zip(fitting, fitting[1:], strict=False)):
                group.note = "undecided: " + ", ".join(g.name for g in fitting)
                continue
            if len(fitting) > 0:
                fitting[0].take(group)
                group.owner = fitting[0]

    def _compatible(self, a: str, b: str) -> bool:
        return self.ontology.top(a) == self.ontology.top(b) or {self.ontology.top(a), self.ontology.top(b)} <= {"Company", "Fund"}

    def short_forms(self, name: str, kind: str) -> set[str]:
        """Keys of the short forms that a full name allows: without places, legal ending, or all but the brand."""
        forms = {self.key(name)}
        bare = re.sub(r"\([^()]*\)", "", name)
        forms.add(self.key(bare))
        stripped = self.recognizer._without_places(name)
        if stripped != name and len(stripped) >= 4:
            forms.add(self.key(stripped))
        if kind in ("Company", "Fund"):
            core = self.recognizer.core(name)
            if len(core) >= 3:
                forms.add(self.key(core))
            brand = self.recognizer.brand(name)
            if len(brand) >= 2:
                forms.add(self.key(brand))
                for word in self.recognizer._after_brand(core, brand):
                    forms.add(self.key(word))
                for ending in ("集团", "股份", "公司"):
                    if ending in name:
                        forms.add(self.key(brand + ending))
        return {f for f in forms if len(f) >= 2}

    # ------------------------------------------------------------

    def _entities(self, groups: list[_Group]) -> Linked:
        entities: list[Entity] = []
        of: dict[tuple[int, int], str] = {}
        ids = {id(g): f"e{n}" for n, g in enumerate(groups, 1)}
        by_code = {g.code: ids[id(g)] for g in groups if g.code is not None}
        starts: dict[int, list[tuple[Mention, _Group]]] = defaultdict(list)
        for g in groups:
            for m in g.mentions:
                starts[m.span.start].append((m, g))
        for group in groups:
            mentions = sorted(group.mentions, key=lambda m: (m.span.start, m.span.end))
            for m in mentions:
                of[m.span.start, m.span.end] = ids[id(group)]
            surfaces = Counter(m.name for m in mentions if m.rule != "local")
            name = group.name
            if group.code is None and len(surfaces) > 0 and all(m.rule != "local" for m in mentions):
                name = max(surfaces, key=lambda s: (len(s), surfaces[s], s))
            aliases = sorted((set(surfaces) | {m.name for m in mentions} | group.aliases | _inner_names(name)) - {name})
            parent = None
            if group.code is not None:
                parent = next((by_code[a.code] for a in self.gazetteer.ancestors(group.code) if a.code in by_code), None)
            else:
                parent = next(
                    (ids[id(g)] for m in mentions for n, g in starts[m.span.start] if g.code is not None and n.span.end < m.span.end), None
                )
            entities.append(Entity(ids[id(group)], group.type, name, tuple(aliases), tuple(mentions), group.code, parent, group.note))
        ranked = [ids[id(g)] for g in self._main_places(groups)]
        return Linked(tuple(entities), of, tuple(ranked))


def _inner_names(name: str) -> set[str]:
    """“南湖之春”经贸活动 is also called 南湖之春."""
    return set(re.findall(r"“([^“”]{2,})”", name))


class _Group:
    """Mentions on their way to become one entity."""

    __slots__ = ("aliases", "code", "mentions", "name", "note", "owner", "type")

    def __init__(self, kind: str, name: str, *, code: str | None = None) -> None:
        self.type = kind
        self.name = name
        self.code = code
        self.mentions: list[Mention] = []
        self.aliases: set[str] = set()
        self.note: str | None = None
        self.owner: _Group | None = None

    def take(self, other: _Group) -> None:
        """Make another group's mentions one's own."""
        self.mentions.extend(other.mentions)
        self.aliases |= other.aliases | {other.name}
        other.mentions = []

    def final(self) -> _Group:
        """The group that took this one in, or itself."""
        return self if self.owner is None else self.owner.final()


# ---------------------------------------------------------------- the corpus


def resolve_corpus(extractions: Iterable[Extraction], *, linker: Linker) -> Resolution:
    """Give every entity of every document its corpus id; the result does not depend on the order of documents.

    Places with a code are their code. Anything else is its class and name; a short form joins the full name of the
    same class that it fits where just one in the corpus does.
    """
    gazetteer, ontology = linker.gazetteer, linker.ontology
    records = sorted(
        ((x.document.id, e) for x in extractions for e in x.entities),
        key=lambda item: (item[0], int(item[1].id[1:])),
    )
    clusters: dict[tuple[str, str], list[tuple[str, Entity]]] = defaultdict(list)
    for document, entity in records:
        if entity.code is not None:
            clusters["place", entity.code].append((document, entity))
        elif entity.type == "Person":
            clusters["Person", linker.key(entity.name)].append((document, entity))
        else:
            clusters["name", linker.key(entity.name)].append((document, entity))
    owner: dict[tuple[str, str], tuple[str, str]] = {}
    by_form: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for cluster, members in clusters.items():
        if cluster[0] != "name":
            continue
        for _, entity in members:
            for name in (entity.name, *entity.aliases):
                by_form[linker.key(name)].add(cluster)
            for form in linker.short_forms(entity.name, entity.type):
                by_form[form].add(cluster)
    for cluster, members in sorted(clusters.items()):
        if cluster[0] != "name":
            continue
        kinds = {ontology.top(e.type) for _, e in members}
        fitting = [
            c for c in by_form[cluster[1]]
            if c != cluster and len(c[1]) > len(cluster[1]) and {ontology.top(e.type) for _, e in clusters[c]} & kinds
        ]  # fmt: skip
        fitting.sort(key=lambda c: (len(c[1]), c[1]))
        chain = all(b in by_form[a[1]] for a, b in zip(fitting, fitting[1:], strict=False))
        if len(fitting) > 0 and chain:
            owner[cluster] = fitting[0]

    def final(cluster: tuple[str, str]) -> tuple[str, str]:
        while cluster in owner:
            cluster = owner[cluster]
        return cluster

    merged: dict[tuple[str, str], list[tuple[str, Entity]]] = defaultdict(list)
    for cluster in sorted(clusters):
        merged[final(cluster)].extend(clusters[cluster])
    entities: dict[str, Entity] = {}
    of: dict[tuple[str, str], str] = {}
    for cluster in sorted(merged):
        members = merged[cluster]
        kind = _majority(e.type for _, e in members)
        if cluster[0] == "place":
            name = gazetteer.get(cluster[1]).name
            corpus_id = f"place/{cluster[1]}"
        else:
            name = _majority(_called(e) for _, e in members)
            longest = max((e.name for _, e in members), key=lambda n: (len(n), n))
            corpus_id = f"{ontology.top(kind).lower()}/{_slug(longest)}"
        aliases = sorted({n for _, e in members for n in (e.name, *e.aliases)} - {name})
        note = next((e.note for _, e in sorted(members, key=lambda m: m[0]) if e.note is not None), None)
        entities[corpus_id] = Entity(corpus_id, kind, name, tuple(aliases), (), cluster[1] if cluster[0] == "place" else None, None, note)
        for document, entity in members:
            of[document, entity.id] = corpus_id
    parents: dict[str, Counter[str]] = defaultdict(Counter)
    for document, entity in records:
        if entity.parent is not None:
            parents[of[document, entity.id]][of[document, entity.parent]] += 1
    for corpus_id, counts in parents.items():
        best = min(counts, key=lambda p: (-counts[p], p))
        if best != corpus_id:
            entities[corpus_id] = replace(entities[corpus_id], parent=best)
    return Resolution(entities, of)


def _majority(values: Iterable[str]) -> str:
    counts = Counter(values)
    return min(counts, key=lambda v: (-counts[v], -len(v), v))


def _called(entity: Entity) -> str:
    """The form that a document uses most for an entity, its full name where none is used more than once."""
    counts = Counter(m.name for m in entity.mentions if m.rule != "local")
    if len(counts) == 0:
        return entity.name
    return min(counts, key=lambda n: (-counts[n], n != entity.name, -len(n), n))


def _slug(name: str) -> str:
    """A name as the last part of an IRI: quotes and blanks dropped, what an IRI forbids replaced."""
    return re.sub(r"[\s<>\"{}|\\^`%#?/\[\]]+", "-", _MARKS.sub("", name)).strip("-") or "-"
