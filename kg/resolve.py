"""Identity: which mentions are one entity of a document (`link`) and which entities are one thing of the corpus
(`resolve_corpus`).

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
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

from kg.gazetteer import Gazetteer
from kg.model import Entity, Extraction, Mention, Resolution
from kg.ontology import Ontology
from kg.recognize import Recognition, Recognizer

T = TypeVar("T")

#: How many years after it was given up a place is still called by its former name without a word on the region.
_REMEMBERED = 10
_BRACKETED = re.compile(r"\([^()]*\)")
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


@lru_cache(maxsize=65536)
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
        # Names come back in every article; the caches hold what was found about a name, never about a document.
        self.key = lru_cache(maxsize=65536)(self._key)
        lexicon = self.ontology.lexicon
        self._owned = tuple(
            {w for f in self.ontology.frames if f.nominal and f.fact == "PartOf" for w in f.triggers if len(w) > 1}
        )
        self._zones = tuple(sorted(lexicon["bare_zones"], key=len, reverse=True))
        self._short = dict(pair.split("=") for pair in lexicon.get("abbreviations", ()))

    def link(self, recognition: Recognition) -> Linked:
        """Group the mentions of one document into entities."""
        places = [m for m in recognition.mentions if m.code is not None]
        others = [m for m in recognition.mentions if m.code is None]
        groups: list[_Group] = []
        by_code: dict[str, _Group] = {}
        context = self._context(places)
        sure = frozenset(context)
        told: dict[str, set[str]] = {}  # the rules by which a code was found
        ending: dict[int, list[str]] = {}  # codes of the places that end at an offset
        inside: dict[int, list[int]] = {}  # where the places end that begin at an offset
        for m in places:
            assert m.code is not None
            told.setdefault(m.code, set()).add(m.rule)
            ending.setdefault(m.span.end, []).append(m.code)
            inside.setdefault(m.span.start, []).append(m.span.end)
        for mention in places:
            assert mention.code is not None
            candidates = mention.code.split("|")
            beside = [c for c in ending.get(mention.span.start, ()) if c in sure]
            code, why = (
                (candidates[0], "only")
                if len(candidates) == 1
                else self.gazetteer.settle(candidates, context=context, beside=beside, form=mention.name)
            )
            if (
                code is not None
                and mention.rule == "gazetteer:former"
                and self._long_gone(recognition, mention, code, sure, told)
            ):
                code = None
            # 绍兴县 of 浙江省绍兴县: the mention without the places written before it
            begin = max((e for e in inside[mention.span.start] if e < mention.span.end), default=mention.span.start)
            own = mention.name[begin - mention.span.start :]
            spot = code or f"?{own}"
            group = by_code.get(spot)
            if group is None:
                group = _Group(mention.type, own, code=code)
                by_code[spot] = group
                groups.append(group)
                if code is None:
                    group.note = "undecided: " + ", ".join(self.gazetteer.path(c) for c in candidates[:6])
                elif len(candidates) > 1:
                    group.note = f"{mention.name} = {self.gazetteer.path(code)} ({why}, {len(candidates)} candidates)"
            group.mentions.append(mention)
        for group in groups:
            if group.code is not None:
                group.name = self.gazetteer.get(group.code).name
        main = self._main_places(groups, recognition)
        by_name: dict[tuple[str, str], _Group] = {}
        counts = Counter(
            m.name
            for m in recognition.mentions
            if m.rule != "local" and (m.type == "Park" or (m.type == "Place" and m.name.endswith(self._zones)))
        )
        parks = [n for n, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
        for mention in others:
            name: str | None = mention.name
            owner: _Group | None = None
            if mention.rule == "local":
                name, owner = self._complete(mention, main, parks)
            if name is None:
                continue  # 区委 of a district that the text does not name
            top = self.ontology.top(mention.type)
            group = by_name.get((top, self.key(name)))
            if group is None:
                group = _Group(mention.type, name)
                by_name[top, self.key(name)] = group
                groups.append(group)
            group.mentions.append(mention)
            group.place = group.place or owner
        groups = self._one_type(groups)
        self._merge_short_forms(groups, recognition.short_forms, self._apart(recognition))
        groups = [g for g in groups if len(g.mentions) > 0]
        groups.sort(key=lambda g: (g.mentions[0].span.start, -g.mentions[0].span.end))
        return self._entities(groups, recognition)

    def _long_gone(
        self, recognition: Recognition, mention: Mention, code: str, sure: frozenset[str], told: Mapping[str, set[str]]
    ) -> bool:
        """True for a former name given up long before the article, where nothing there speaks of that region: a 滨海区
        of 2015 is hardly the one that became 北仑区 in 1987.
        """
        date = recognition.document.date
        if date is None or date.start is None or any(d.code in sure for d in self.gazetteer.ancestors(code)):
            return False
        if not told.get(code, set()) <= {mention.rule}:
            return False
        until = [f.until for f in self.gazetteer.history(code) if f.name.startswith(mention.name)]
        return len(until) > 0 and int(date.start[:4]) > max(until) + _REMEMBERED

    def _key(self, name: str) -> str:
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

    def _main_places(self, groups: list[_Group], recognition: Recognition) -> list[_Group]:
        """Divisions, the most spoken of first; a place inside a longer name counts half."""
        longest: dict[int, int] = {}
        for m in recognition.mentions:
            longest[m.span.start] = max(m.span.end, longest.get(m.span.start, 0))

        def weight(group: _Group) -> float:
            return sum(0.5 if longest[m.span.start] > m.span.end else 1.0 for m in group.mentions)

        ranked = [g for g in groups if g.code is not None and self.gazetteer.get(g.code).kind == "division"]
        return sorted(ranked, key=lambda g: (-weight(g), g.mentions[0].span.start))

    def _complete(self, mention: Mention, main: list[_Group], parks: Sequence[str]) -> tuple[str | None, _Group | None]:
        """区发改局 → 南湖区发改局, 高新区管委会 → 天津高新区管委会: the name with the division or zone that the text
        speaks of, and the division; None for the name where it speaks of none.
        """
        zone = next((z for z in self._zones if mention.name.startswith(z)), None)
        if zone is not None:
            whole = next((p for p in parks if p.endswith(zone) and p != zone), None)
            if whole is not None:
                return whole + mention.name[len(zone) :], None
            city = next((g for g in main if len(g.code or "") == 6), None)
            if city is None or city.code is None:
                return None, None
            return self.gazetteer.get(city.code).short + mention.name, city
        level = mention.name[0]
        fitting = [g for g in main if g.name.endswith(level)]
        if len(fitting) > 0:
            return fitting[0].name + mention.name[1:], fitting[0]
        # 西安市 … 省教育厅: the province or city that all divisions of the document lie in
        above = {
            next((a.name for a in self.gazetteer.ancestors(g.code) if a.name.endswith(level)), None)
            for g in main
            if g.code is not None
        }
        if len(above) == 1 and (name := above.pop()) is not None:
            return name + mention.name[1:], None
        return None, None

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

    def _apart(self, recognition: Recognition) -> set[frozenset[str]]:
        """Names that the text tells apart: 启岳 of 启岳旗下启岳矿业 owns it and is no short form of it."""
        found: set[frozenset[str]] = set()
        text = recognition.document.folded
        last: Mention | None = None
        for mention in recognition.mentions:
            if mention.code is not None or (last is not None and mention.span.start < last.span.end):
                continue
            if last is not None and 2 <= mention.span.start - last.span.end <= 80:
                gap = _BRACKETED.sub("", text[last.span.end : mention.span.start])
                if gap.endswith(self._owned) and len(gap) <= 12:
                    found.add(frozenset((last.name, mention.name)))
            last = mention
        return found

    def _merge_short_forms(
        self, groups: list[_Group], short_forms: Sequence[tuple[str, str]], apart: set[frozenset[str]]
    ) -> None:
        named = {self.key(m.name): g for g in groups for m in g.mentions}
        for full, short in short_forms:
            owner, other = named.get(self.key(full)), named.get(self.key(short))
            if (
                owner is not None
                and other is not None
                and owner is not other
                and owner.code is None
                and other.code is None
            ):
                owner.take(other)
                other.owner = owner
            if owner is not None and short not in self.recognizer.self_words:
                owner.final().aliases.add(short)
        free = [g for g in groups if g.code is None and len(g.mentions) > 0 and g.type != "Person"]
        # The names that a short form could stand for lie in the block of one of its beginnings, or end as it does.
        blocked: dict[str, dict[int, _Group]] = defaultdict(dict)
        for g in free:
            for block in self.blocks(g.name, g.type):
                blocked[block][id(g)] = g
            blocked["…" + self.key(g.name)[-4:]][id(g)] = g
        for group in sorted(free, key=lambda g: (len(g.name), g.name)):
            short = self.key(group.name)
            beginnings = ["…" + short[-4:], *(short[:n] for n in range(2, len(short) + 1))]
            near = {i: g for block in beginnings for i, g in blocked.get(block, {}).items()}
            ranked = [
                (self.fit(group.name, g.name, g.type), g)
                for g in near.values()
                if g is not group
                and len(g.mentions) > 0
                and len(g.name) > len(group.name)
                and self.compatible(group.type, g.type)
                and (len(apart) == 0 or frozenset((group.name, g.name)) not in apart)
            ]
            owner = self.choose(group.name, [(rank, g.name, g) for rank, g in ranked if rank > 0])
            if owner is None:
                if sum(rank > 0 for rank, _ in ranked) > 1:
                    group.note = "undecided: " + ", ".join(sorted(g.name for rank, g in ranked if rank > 0))
                continue
            owner.take(group)
            group.owner = owner

    def choose(self, short: str, fitting: list[tuple[int, str, T]]) -> T | None:
        """The one thing that a short form means: the best fit, if it is alone or all that fit as well are its
        longer names.
        """
        if len(fitting) == 0:
            return None
        best = max(rank for rank, _, _ in fitting)
        # A chain of short forms (启岳 < 启岳集团 < 启岳新能源集团) is one thing; two names that do not include each
        # other are two.
        chain = sorted(
            ((name, thing) for rank, name, thing in fitting if rank == best), key=lambda item: (len(item[0]), item[0])
        )
        if all(self.fit(a, b, "Company") > 0 for (a, _), (b, _) in pairwise(chain)):
            return chain[0][1]
        return None

    def fit(self, short: str, name: str, kind: str) -> int:
        """How well a short form fits a full name: 0 not, 1 by omission (庐阳湾产投), 2 without its place, 3 as its
        beginning or core.
        """
        s, n = self.key(short), self.key(name)
        if len(s) < 2 or len(s) >= len(n):
            return 0
        if (
            short in self.recognizer.known
            and name.startswith(short)
            and name[len(short) :] not in self.recognizer.endings
        ):
            return 0  # 中国铁建 and 中国铁建投资集团有限公司 are two
        bare = self.key(re.sub(r"\([^()]*\)", "", name))
        if s == bare:
            return 3
        local = self.key(self.recognizer.without_places(name))
        if kind not in ("Company", "Fund"):
            return 2 if n.endswith(s) and len(s) >= 4 and self.recognizer.is_places(n[: len(n) - len(s)]) else 0
        core = self.key(self.recognizer.core(name))
        brand = self.key(self.recognizer.brand(name))
        if s in (core, local) and len(s) >= 3:
            return 3 if n.startswith(s) else 2
        if len(brand) < 2 or brand not in s:
            return 0
        lead = n[: n.index(brand)] if brand in n else ""
        if s.startswith(brand):
            tail, rest, rank = (
                s[len(brand) :],
                n[n.index(brand) + len(brand) :] if brand in n else "",
                3 if lead == "" else 2,
            )
        elif lead != "" and s.startswith(lead + brand):
            tail, rest, rank = s[len(lead + brand) :], n[len(lead + brand) :], 3
        else:
            return 0
        if tail == "" or rest.startswith(tail):
            return rank
        position = 0
        for character in tail:
            position = rest.find(character, position) + 1
            if position == 0:
                return 0
        return 1

    def blocks(self, name: str, kind: str) -> set[str]:
        """Keys under which the short forms of a name are looked for, so that not all pairs need comparing."""
        found = {self.key(re.sub(r"\([^()]*\)", "", name)), self.key(self.recognizer.without_places(name))}
        if kind in ("Company", "Fund"):
            brand = self.key(self.recognizer.brand(name))
            bare = self.key(name)
            found |= {
                brand,
                bare[: bare.index(brand) + len(brand)] if brand in bare else brand,
                self.key(self.recognizer.core(name)),
            }
        return {f for f in found if len(f) >= 2}

    def compatible(self, a: str, b: str) -> bool:
        """True where entities of two classes can be one thing: one broad class, or a company and a fund."""
        return self.ontology.top(a) == self.ontology.top(b) or {self.ontology.top(a), self.ontology.top(b)} <= {
            "Company",
            "Fund",
        }

    # ------------------------------------------------------------

    def _entities(self, groups: list[_Group], recognition: Recognition) -> Linked:
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
            as_read = {"".join(recognition.document.quote(m.span).split()) for m in mentions}
            if group.code is not None:
                # 绍兴县 inside 浙江省绍兴县 is a form of its own
                as_read |= {
                    m.name[n.span.end - n.span.start :]
                    for m in mentions
                    for n, _ in starts[m.span.start]
                    if n.span.end < m.span.end and n.code is not None
                }
            aliases = sorted(
                (set(surfaces) | as_read | {m.name for m in mentions} | group.aliases | _inner_names(name)) - {name}
            )
            parent = None
            if group.code is not None:
                parent = next(
                    (by_code[a.code] for a in self.gazetteer.ancestors(group.code) if a.code in by_code), None
                )
            else:
                parent = next(
                    (
                        ids[id(g)]
                        for m in mentions
                        for n, g in sorted(starts[m.span.start], key=lambda p: -p[0].span.end)
                        if g.code is not None and n.span.end < m.span.end
                    ),
                    ids[id(group.place)] if group.place is not None else None,
                )
            entities.append(
                Entity(
                    ids[id(group)], group.type, name, tuple(aliases), tuple(mentions), group.code, parent, group.note
                )
            )
        ranked = [ids[id(g)] for g in self._main_places(groups, recognition)]
        return Linked(tuple(entities), of, tuple(ranked))


def _inner_names(name: str) -> set[str]:
    """“南湖之春”经贸活动 is also called 南湖之春."""
    return set(re.findall(r"“([^“”]{2,})”", name))


class _Group:
    """Mentions on their way to become one entity."""

    __slots__ = ("aliases", "code", "mentions", "name", "note", "owner", "place", "type")

    def __init__(self, kind: str, name: str, *, code: str | None = None) -> None:
        self.type = kind
        self.name = name
        self.code = code
        self.mentions: list[Mention] = []
        self.aliases: set[str] = set()
        self.note: str | None = None
        self.owner: _Group | None = None
        self.place: _Group | None = None  # the division that a body was completed with

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
    named: dict[tuple[str, str], tuple[str, str]] = {}  # cluster → its longest name and class
    blocks: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for cluster, members in clusters.items():
        if cluster[0] == "name":
            named[cluster] = min(((e.name, e.type) for _, e in members), key=lambda item: (-len(item[0]), item))
            for block in linker.blocks(*named[cluster]):
                blocks[block].add(cluster)
    defined: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for cluster, members in clusters.items():
        if cluster[0] == "name":
            for _, entity in members:
                for alias in entity.aliases:
                    defined[linker.key(alias)].add(cluster)

    def final(cluster: tuple[str, str]) -> tuple[str, str]:
        while cluster in owner:
            cluster = owner[cluster]
        return cluster

    # 江苏启岳集团 is the 启岳集团 from 江苏, where one legal name of the corpus is called 启岳集团.
    legal = tuple(w for w in ontology.names["Company"].legal if len(w) > 3)
    for cluster in sorted(named):
        name, kind = named[cluster]
        bare = linker.recognizer.without_places(name)
        if bare == name or len(bare) < 4 or name.endswith(legal) or linker.recognizer.brand(bare) == "":
            continue
        called = [
            c
            for c in sorted(defined[linker.key(bare)])
            if c != cluster and named[c][0].endswith(legal) and linker.compatible(kind, named[c][1])
        ]
        if len(called) == 1:
            owner[cluster] = called[0]
    for cluster in sorted(set(named) - set(owner)):
        short, kind = named[cluster]
        told = sorted(
            {
                final(c)
                for c in defined[cluster[1]]
                if c != cluster and len(named[c][0]) > len(short) and linker.compatible(kind, named[c][1])
            }
            - {cluster}
        )
        if len(told) == 1:
            owner[cluster] = told[0]
            continue
        near = {c for size in range(2, min(len(short), 6) + 1) for c in blocks.get(cluster[1][:size], ())}
        near |= {c for size in range(2, 5) for c in blocks.get(cluster[1][size:], ())} | blocks.get(cluster[1], set())
        fitting = [
            (rank, named[c][0], c) for c in sorted(near)
            if c != cluster and len(named[c][0]) > len(short) and linker.compatible(kind, named[c][1])
            and (rank := linker.fit(short, named[c][0], named[c][1])) > 0
        ]  # fmt: skip
        chosen = linker.choose(short, fitting)
        if chosen is not None:
            owner[cluster] = chosen

    # Two legal names with one core that are called the same are one company before and after a change of form.
    cores: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for cluster in sorted(named):
        if cluster not in owner and ontology.top(named[cluster][1]) == "Company":
            core = linker.key(linker.recognizer.core(named[cluster][0]))
            for alias in sorted({linker.key(a) for _, e in clusters[cluster] for a in e.aliases}):
                if len(alias) >= 3:
                    cores[core, alias].append(cluster)
    for same in cores.values():
        for other in same[1:]:
            if other not in owner and same[0] not in owner and other != same[0]:
                owner[other] = same[0]

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
        entities[corpus_id] = Entity(
            corpus_id, kind, name, tuple(aliases), (), cluster[1] if cluster[0] == "place" else None, None, note
        )
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
