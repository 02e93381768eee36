"""Identity inside a document: which mentions are one entity (`Linker.link`). `identity` does the same for a corpus.

    闻泰 · 闻泰通讯 · 闻泰通讯股份有限公司   →   one entity with two aliases, each with the rule that gave it the name
    南湖区 · 嘉兴市南湖区                   →   place/330402

It is computed from content alone and does not depend on order. A short form that fits two full names stays by itself,
with both as candidates, rather than being given to the wrong one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple, TypeVar

from kg import scanning
from kg.gazetteer import Gazetteer
from kg.model import Entity, Mention
from kg.ontology import Ontology
from kg.recognize import NAMES_KEPT, Recognition, Recognizer

T = TypeVar("T")

#: How many years after it was given up a place is still called by its former name without a word on the region.
_REMEMBERED = 10
_BRACKETED = re.compile(r"\([^()]*\)")
#: How a short form fits a full name, by the rank that `Linker.fit` gives.
FIT_RULES = {1: "short-form-by-omission", 2: "name-without-place", 3: "start-or-core-of-name"}
#: Up to so many names of a document, comparing all pairs is faster than to sort them into blocks.
_FEW_NAMES = 16
_MARKS = re.compile(r"[“”‘’\"'《》〈〉「」『』【】·•\s]")

#: What stands between people with their posts in a list.
_LIST_MARKS = frozenset("、,，;；")


@dataclass(frozen=True, slots=True)
class Linked:
    """The entities of one document, and the entity of every mention by its offsets."""

    entities: tuple[Entity, ...]
    of: Mapping[tuple[int, int], str]
    main_places: tuple[str, ...]  # ids of places, the most spoken of first
    by_id: Mapping[str, Entity]

    def entity(self, entity_id: str) -> Entity:
        """The entity of an id ("e3")."""
        return self.by_id[entity_id]


class NameParts(NamedTuple):
    """A name with what short forms are compared to: all but the class and the name are keys, empty where there is
    none. `bare` is without brackets, `local` without its places; `core` and `brand` are those of companies and funds.
    """

    name: str
    kind: str
    key: str
    bare: str
    local: str
    core: str
    brand: str


@lru_cache(maxsize=NAMES_KEPT)
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
        self.key = lru_cache(maxsize=NAMES_KEPT)(self._key)
        self.parts = lru_cache(maxsize=NAMES_KEPT)(self._parts)
        lexicon = self.ontology.lexicon
        self._forms = tuple(lexicon["stock_forms"])
        self._owned = tuple(
            {w for f in self.ontology.frames if f.nominal and f.fact == "PartOf" for w in f.triggers if len(w) > 1}
        )
        self._affiliated = tuple(lexicon["affiliated"])
        self._project_heads = tuple(lexicon["project_heads"])
        self.zones = tuple(sorted(lexicon["bare_zones"], key=len, reverse=True))
        self._delegation_of = re.compile(self.ontology.grammar["delegation_of"] + "$")
        self._short = dict(pair.split("=") for pair in lexicon.get("abbreviations", ()))
        self._branches = tuple(recognizer.branches)
        self._known = frozenset(self.key(name) for name in recognizer.known)
        self._also_called = scanning.compile(self.ontology.grammar["also_called"])
        self._above = dict(pair.split("=") for pair in lexicon["level_above"])
        self._own_word = re.compile("|".join(re.escape(w) for w in lexicon["own_places"]))
        self._sent = re.compile("|".join(re.escape(w) for w in lexicon["delegations"]))
        self._trip = re.compile("|".join(re.escape(w) for w in lexicon["trips"]))
        self._moves = re.compile("|".join(re.escape(w) for w in sorted(lexicon["moves"], key=len, reverse=True)))
        self._run = tuple(self.key(w) for w in lexicon.get("zone_bodies", ()))

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
                    group.could = [f"place/{c}" for c in candidates[:6]]
                elif len(candidates) > 1:
                    group.note = f"{mention.name} = {self.gazetteer.path(code)} ({why}, {len(candidates)} candidates)"
            group.mentions.append(mention)
            if code is not None:
                group.why.setdefault(mention.name, f"{mention.rule}, {why}")
        for group in groups:
            if group.code is not None:
                group.name = self.gazetteer.get(group.code).name
        for group in groups:
            if group.code is None:
                # 普陀, of which there are two: each of them is a 普陀区
                full = {self.gazetteer.get(c).name for m in group.mentions if m.code for c in m.code.split("|")}
                if len(full) == 1:
                    group.name = full.pop()
        by_name: dict[tuple[str, str], _Group] = {}
        main: list[_Group] = []
        parks: list[str] = []
        at_place: dict[tuple[int, int], _Group] = {}
        if any([m.rule == "local" for m in others]):
            main, parks = self._main_places(groups, recognition), self._parks(recognition)
            at_place = {(m.span.start, m.span.end): g for g in groups if g.type == "Place" for m in g.mentions}
        for m in others:
            if m.rule == "abroad":
                inside.setdefault(m.span.start, []).append(m.span.end)
        for mention in others:
            name: str | None = mention.name
            owner: _Group | None = None
            if mention.rule == "abroad":
                # 忠州市 of 韩国忠清北道忠州市
                ends = inside[mention.span.start]
                name = mention.name[max(e for e in ends if e < mention.span.end) - mention.span.start :]
            if mention.rule == "local":
                near = self._same_list(mention, recognition, at_place)
                name, owner = self._complete(mention, main if near is None else [near, *main], parks)
            if name is None:
                continue  # 区委 of a district that the text does not name
            top = self.ontology.top(mention.type)
            spelling = self.key(name)
            if top == "Project":
                bare = next((spelling.removesuffix(w) for w in self._project_heads if spelling.endswith(w)), spelling)
                spelling = bare if len(bare) > 4 else spelling  # 启岳汇谷·盐都智造园(项目)
            group = by_name.get((top, spelling))
            if group is None:
                group = _Group(mention.type, name)
                by_name[top, spelling] = group
                groups.append(group)
            group.mentions.append(mention)
            group.place = group.place or owner
            if owner is not None:
                group.why.setdefault(mention.name, "completed-by-place")
            elif mention.name != group.name:
                group.why.setdefault(mention.name, "same-spelling")
        if len(groups) > 1:
            self._one_delegation(groups)
            groups = self._one_type([g for g in groups if len(g.mentions) > 0])
            self._merge_said(groups, recognition)
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
        if len(places) == 0:
            return []
        sure = Counter(m.code for m in places if m.code is not None and "|" not in m.code)
        return [code for code, _ in sorted(sure.items(), key=lambda item: (-item[1], item[0])) if code is not None]

    def _main_places(self, groups: list[_Group], recognition: Recognition) -> list[_Group]:
        """Divisions, the most spoken of first; a place inside a longer name counts half."""
        away = self._away(groups, recognition)
        ranked = [
            g
            for g in groups
            if g.code is not None and id(g) not in away and self.gazetteer.get(g.code).kind == "division"
        ]
        unsure = [g for g in groups if g.code is None and g.type == "Place" and g.name[-1] in self.recognizer.levels]
        if len(ranked) < 2:
            return ranked + unsure
        longest: dict[int, int] = {}
        for m in recognition.mentions:
            longest[m.span.start] = max(m.span.end, longest.get(m.span.start, 0))

        # Whose delegation comes is not where it comes to: 杭州市上城区 of 杭州市上城区党政代表团 counts nothing.
        sent = [(m.span.start, m.span.end) for m in recognition.mentions if m.rule == "delegation"]

        def weight(group: _Group) -> float:
            if len(sent) > 0 and all(any(a <= m.span.start < b for a, b in sent) for m in group.mentions):
                return 0.0
            return sum(0.5 if longest[m.span.start] > m.span.end else 1.0 for m in group.mentions)

        return sorted(ranked, key=lambda g: (-weight(g), g.mentions[0].span.start)) + unsure

    def _away(self, groups: list[_Group], recognition: Recognition) -> set[int]:
        """Divisions that are not where the paper is at home, although it speaks of them: 市政协副主席周启明率队赴昆山市
        考察 goes to another city, 昆山市市长裴照野来我市考察 comes from one.
        """
        text = recognition.document.folded
        homes = [(m.span.start, m.name[0]) for m in recognition.mentions if m.rule == "local"]
        homes += [(m.start(), m.group()[-1]) for m in self._own_word.finditer(text)]
        away: set[int] = set()
        if len(homes) == 0:
            return away
        spots = sorted((m.span.start, n) for n, g in enumerate(groups) if g.code is not None for m in g.mentions)
        starts = [start for start, _ in spots]
        for sentence in recognition.sentences:
            here = [h for h in homes if sentence.start <= h[0] < sentence.end]
            if len(here) == 0 or self._trip.search(text, sentence.start, sentence.end) is None:
                continue
            inside = spots[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
            begun = {start for start, _ in inside}
            for move in self._moves.finditer(text, sentence.start, sentence.end):
                if self._sent.search(text, move.end(), move.end() + 8) is not None:
                    continue  # 赴黔考察团 is who travels, not that they do
                for at, level in here:
                    if at == move.end():  # …来我市考察: who is spoken of before comes from elsewhere
                        gone = [n for start, n in inside if start < move.start()]
                    elif at < move.start() and move.end() in begun:
                        gone = [n for start, n in inside if start >= move.end()]
                    else:
                        continue
                    away.update(id(groups[n]) for n in gone if groups[n].name.endswith(level))
        return away

    def _parks(self, recognition: Recognition) -> list[str]:
        """The names of parks and zones, the most spoken of first."""
        counts = Counter(
            m.name
            for m in recognition.mentions
            if m.rule != "local" and (m.type == "Park" or (m.type == "Place" and m.name.endswith(self.zones)))
        )
        return [n for n, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]

    def _same_list(
        self, mention: Mention, recognition: Recognition, places: Mapping[tuple[int, int], _Group]
    ) -> _Group | None:
        """伊江市委书记甲,市委副书记、市长乙,市政协主席丙: the division of the body that a list of people and their
        posts begins with, for those that go on in it with the level alone.
        """
        text, at = recognition.document.folded, mention.span.start
        mentions = recognition.mentions
        k = bisect_left(mentions, at, key=lambda m: m.span.start)
        while k > 0:
            k -= 1
            before = mentions[k]
            if before.type == "Person":
                if before.span.end != at - 1 or text[at - 1] not in _LIST_MARKS:
                    return None
                at = before.span.start
                continue
            if before.span.end > at or (k > 0 and mentions[k - 1].span.end >= before.span.end):
                continue  # a place inside of a body
            title = self.recognizer.title_at(text, before.span.end)
            if title is None or not (title[1] == at or (title[1] == at - 1 and text[at - 1] in _LIST_MARKS)):
                return None
            if before.rule == "local" or before.type not in ("Government", "Place"):
                at = before.span.start
                if before.rule == "local":
                    continue
                return None
            level = mention.name[0]
            return next(
                (
                    places[m.span.start, m.span.end]
                    for m in reversed(mentions[: k + 2])
                    if before.span.start <= m.span.start
                    and m.span.end <= before.span.end
                    and (m.span.start, m.span.end) in places
                    and places[m.span.start, m.span.end].name.endswith(level)
                ),
                None,
            )
        return None

    def _complete(self, mention: Mention, main: list[_Group], parks: Sequence[str]) -> tuple[str | None, _Group | None]:
        """区发改局 → 南湖区发改局, 高新区管委会 → 天津高新区管委会: the name with the division or zone that the text
        speaks of, and the division; None for the name where it speaks of none.
        """
        zone = next((z for z in self.zones if mention.name.startswith(z)), None)
        if zone is not None:
            whole = next((p for p in parks if p.endswith(zone) and p != zone), None)
            if whole is not None:
                return whole + mention.name[len(zone) :], None
            city = next((g for g in main if len(g.code or "") == 6), None)
            if city is None or city.code is None:
                return None, None
            return self.gazetteer.get(city.code).short + mention.name, city
        level = mention.name[0]
        if self.key(mention.name[1:]) in self._run:
            # 区党工委 of 合肥新站高新区: what runs a zone
            whole = next((p for p in parks if p.endswith(level) and len(p) > 2), None)
            if whole is not None and not any(g.name.endswith(level) for g in main):
                return whole + mention.name[1:], None
        fitting = [g for g in main if g.name.endswith(level)]
        if len(fitting) > 0 and main[0].code is not None and self._above.get(main[0].name[-1]) == level:
            # 市经合局 in the news of a district: of its city, not of a town that is called a city too
            towns = [g for g in fitting if g.code is not None and len(g.code) == 6 and not g.code.endswith("00")]
            fitting = [g for g in fitting if g not in towns or g is main[0]]
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

    def _one_delegation(self, groups: list[_Group]) -> None:
        """广州市企业家代表团 and 广州市考察团 of one text are one: what is theirs alone is whose delegation it is."""
        found = [g for g in groups if len(g.mentions) > 0 and all([m.rule == "delegation" for m in g.mentions])]
        if len(found) < 2:
            return
        whose = {id(g): self._delegation_of.sub("", g.name).rstrip("".join(self.recognizer.levels)) for g in found}
        for n, group in enumerate(found):
            for other in found[n + 1 :]:
                one, two = sorted((whose[id(group)], whose[id(other)]), key=len)
                if len(one) > 1 and two.endswith(one) and len(group.mentions) > 0:
                    group.take(other, "delegation-of-one-place")
                    other.owner = group

    def _one_type(self, groups: list[_Group]) -> list[_Group]:
        """One name, one entity: where the grammar gave one name two classes, the more frequent one is taken."""
        by_key: dict[str, list[_Group]] = defaultdict(list)
        for group in groups:
            if group.code is None and group.type != "Person":
                by_key[self.key(group.name)].append(group)
        for same in by_key.values():
            if len(same) == 1:
                continue
            best = max(same, key=lambda g: (len(g.mentions), -g.mentions[0].span.start))
            for other in same:
                if other is not best:
                    best.take(other, "same-spelling")
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
                gap = text[last.span.end : mention.span.start]
                gap = _BRACKETED.sub("", gap) if "(" in gap else gap
                if gap.endswith(self._owned) and len(gap) <= 12:
                    found.add(frozenset((last.name, mention.name)))
            last = mention
        return found

    def _merge_said(self, groups: list[_Group], recognition: Recognition) -> None:
        """华砺科技(曾用名:华砺机电): two names that the text itself calls one thing."""
        text = recognition.document.folded
        spots = [
            (m.span.start, m.span.end, g) for g in groups if g.code is None and g.type != "Person" for m in g.mentions
        ]
        if len(spots) < 2:
            return
        spots.sort(key=lambda s: (s[0], -s[1]))
        for (_, end, owner), (start, _, other) in pairwise(spots):
            if not 0 < start - end <= 24 or self._also_called.fullmatch(text, end, start) is None:
                continue
            one, two = owner.final(), other.final()
            if one is not two and self.compatible(one.type, two.type):
                one.take(two, "said-to-be-its-name")
                two.owner = one

    def _merge_short_forms(
        self, groups: list[_Group], short_forms: Sequence[tuple[str, str]], apart: set[frozenset[str]]
    ) -> None:
        named = {self.key(m.name): g for g in groups for m in g.mentions} if len(short_forms) > 0 else {}
        for full, short in short_forms:
            owner, other = named.get(self.key(full)), named.get(self.key(short))
            if (
                owner is not None
                and other is not None
                and owner is not other
                and owner.code is None
                and other.code is None
            ):
                owner.take(other, "defined-short-form")
                other.owner = owner
            if owner is not None and short not in self.recognizer.self_words:
                owner.final().aliases.add(short)
                owner.final().why.setdefault(short, "defined-short-form")
        free = [g for g in groups if g.code is None and len(g.mentions) > 0 and g.type != "Person"]
        if len(free) < 2:
            return
        near = self._near(free)
        for group in sorted(free, key=lambda g: (len(g.name), g.name)):
            ranked = [
                (self.fit(group.name, g.name, g.type), g)
                for g in near(group)
                if len(g.name) > len(group.name)
                and len(g.mentions) > 0
                and self.compatible(group.type, g.type)
                and (len(apart) == 0 or frozenset((group.name, g.name)) not in apart)
            ]
            ranked = [(rank, g) for rank, g in ranked if rank > 0]
            if len(ranked) == 0:
                continue
            owner = self.choose(group.name, [(rank, g.name, g) for rank, g in ranked])
            if owner is None:
                if len(ranked) > 1:
                    group.note = "undecided: " + ", ".join(sorted(g.name for _, g in ranked))
                    group.could = [*sorted((g for _, g in ranked), key=lambda g: g.name)]
                continue
            owner.take(group, FIT_RULES[max(rank for rank, g in ranked if g is owner)])
            group.owner = owner

    def _near(self, groups: list[_Group]) -> Callable[[_Group], Iterable[_Group]]:
        """Which groups a short form could stand for: all where there are few, else those that lie in the block of one
        of its beginnings, or, but for companies, which mostly end alike, that end as it does.
        """
        if len(groups) <= _FEW_NAMES:
            return lambda _: groups
        blocked: dict[str, dict[int, _Group]] = defaultdict(dict)
        for g in groups:
            for block in self.blocks(g.name, g.type):
                blocked[block][id(g)] = g
            if g.type not in ("Company", "Fund"):
                blocked["…" + self.key(g.name)[-4:]][id(g)] = g

        def near(group: _Group) -> Iterable[_Group]:
            short = self.key(group.name)
            beginnings = ["…" + short[-4:], *(short[:n] for n in range(2, len(short) + 1))]
            return {i: g for block in beginnings for i, g in blocked.get(block, {}).items()}.values()

        return near

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

    def _parts(self, name: str, kind: str) -> NameParts:
        """A name taken apart for `fit`."""
        key = self.key(name)
        bare = self.key(re.sub(r"\([^()]*\)", "", name)) if "(" in name else key
        local = self.key(self.recognizer.without_places(name))
        if kind not in ("Company", "Fund"):
            return NameParts(name, kind, key, bare, local, "", "")
        core, brand = self.key(self.recognizer.core(name)), self.key(self.recognizer.brand(name))
        if len(brand) > 3 and brand[2:] in self.recognizer.common and brand[:2] not in self.recognizer.common:
            brand = brand[:2]  # 滇池产业投资 is called 滇池产投
        return NameParts(name, kind, key, bare, local, core, brand)

    def fit(self, short: str, name: str, kind: str) -> int:
        """How well a short form fits a full name: 0 not, 1 by omission (庐阳湾产投), 2 without its place, 3 as its
        beginning or core.
        """
        if not 1 < len(self.key(short)) < len(self.key(name)):
            return 0
        return self.fit_parts(self.key(short), self.parts(name, kind))

    def fit_parts(self, s: str, parts: NameParts) -> int:
        """`fit` of the key of a short form to a name taken apart."""
        n = parts.key
        if len(s) < 2 or len(s) >= len(n):
            return 0
        if n.endswith(self._branches) and not s.endswith(self._branches):
            return 0  # 启岳集团 is not its 曲靖分公司
        if s in self._known and n.startswith(s) and n[len(s) :] not in self.recognizer.endings:
            return 0  # 中国铁建 and 中国铁建投资集团有限公司 are two
        if s == parts.bare:
            return 3
        if parts.kind not in ("Company", "Fund"):
            if n.endswith(s) and len(s) >= 4 and n[: len(n) - len(s)].endswith(self._affiliated):
                return 2  # 上海交通大学医学院附属瑞金医院
            if parts.kind == "Event" and n.endswith(s) and len(s) >= 4:
                return 2  # 第四届定商发展大会
            return 2 if n.endswith(s) and len(s) >= 4 and self.recognizer.is_places(n[: len(n) - len(s)]) else 0
        brand = parts.brand
        if n.startswith(s) and len(s) > 2 and n[len(s) :] in self.recognizer.endings:
            return 3 if n.startswith(self._forms, len(s)) else 2  # 中国铝业 is the …股份有限公司, not the 集团
        if s in self.recognizer.doubtful and n.startswith(s):
            return 1  # 阿里 of 阿里巴巴集团
        if s in (parts.core, parts.local) and len(s) >= 3:
            return 3 if n.startswith(s) else 2
        if len(brand) < 2 or brand not in s:
            place = n[: len(n) - len(parts.local)]
            if len(place) < 2 or not s.startswith(place) or len(s) - len(place) < 2:
                return 0
            # 宁波交投, 乐山股权基金: the place and characters of the rest in their order
            return 1 if _omitted(s[len(place) :], parts.local) else 0
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
        parts = self.parts(name, kind)
        found = {parts.bare, parts.local}
        if kind in ("Company", "Fund"):
            brand, key = parts.brand, parts.key
            found |= {brand, key[: key.index(brand) + len(brand)] if brand in key else brand, parts.core}
            if 2 <= len(key) - len(parts.local) < len(key) and key.endswith(parts.local):
                found.add(key[: len(key) - len(parts.local) + 1])  # 宁波交 of 宁波交通投资…
        return {f for f in found if len(f) >= 2}

    def compatible(self, a: str, b: str) -> bool:
        """True where entities of two classes can be one thing: one broad class, or a company and a fund."""
        if a == b:
            return True
        one, two = self.ontology.top(a), self.ontology.top(b)
        return one == two or {one, two} <= {"Company", "Fund"}

    # ------------------------------------------------------------

    def _entities(self, groups: list[_Group], recognition: Recognition) -> Linked:
        entities: list[Entity] = []
        of: dict[tuple[int, int], str] = {}
        ids = {id(g): f"e{n}" for n, g in enumerate(groups, 1)}
        by_code = {g.code: ids[id(g)] for g in groups if g.code is not None}
        zones = {self.key(g.name): id(g) for g in groups if g.type == "Park"}
        starts: dict[int, list[tuple[Mention, _Group]]] = defaultdict(list)
        for g in groups:
            for m in g.mentions:
                starts[m.span.start].append((m, g))
        nested = any([len(same) > 1 for same in starts.values()])
        for group in groups:
            mentions = group.mentions
            if len(mentions) > 1:
                mentions = sorted(mentions, key=lambda m: (m.span.start, m.span.end))
            name, surfaces = group.name, [m.name for m in mentions]
            for m in mentions:
                of[m.span.start, m.span.end] = ids[id(group)]
            if group.code is None and all([m.rule != "local" and m.rule != "abroad" for m in mentions]):
                name = surfaces[0]
                if len(surfaces) > 1:
                    name = max(set(surfaces), key=lambda s: (len(s), surfaces.count(s), s))
            names = {*surfaces, *group.aliases, *_inner_names(name)}
            names.update(["".join(recognition.document.quote(m.span).split()) for m in mentions])
            if group.code is not None and nested:
                # 绍兴县 inside 浙江省绍兴县 is a form of its own
                names.update(
                    m.name[n.span.end - n.span.start :]
                    for m in mentions
                    for n, _ in starts[m.span.start]
                    if n.span.end < m.span.end and n.code is not None
                )
            names.discard(name)
            parent = None
            if group.code is not None:
                if len(by_code) > 1:
                    parent = next(
                        (by_code[a.code] for a in self.gazetteer.ancestors(group.code) if a.code in by_code), None
                    )
            else:
                parent = ids[id(group.place)] if group.place is not None else None
                if nested:
                    parent = next(
                        (
                            ids[id(g)]
                            for m in mentions
                            if len(starts[m.span.start]) > 1
                            for n, g in sorted(starts[m.span.start], key=lambda p: -p[0].span.end)
                            if g is not group and g.type in ("Place", "Park") and n.span.end < m.span.end
                        ),
                        parent,
                    )
                if group.type == "Government" and len(zones) > 0:
                    # 嘉兴科技城管委会 runs 嘉兴科技城 rather than the city it lies in.
                    parent = next((ids[z] for z in self._zones_of(group, zones)), parent)
            merged = {n: why for n, why in group.why.items() if n != name}
            entities.append(
                Entity(
                    ids[id(group)],
                    group.type,
                    name,
                    tuple(sorted(names)),
                    tuple(mentions),
                    group.code,
                    parent,
                    group.note,
                    merged=tuple(sorted(merged.items())),
                    candidates=tuple(
                        [
                            c if isinstance(c, str) else ids[id(c.final())]
                            for c in group.could
                            if isinstance(c, str) or id(c.final()) in ids
                        ]
                    ),
                )
            )
        ranked = [ids[id(g)] for g in self._main_places(groups, recognition)]
        return Linked(tuple(entities), of, tuple(ranked), {e.id: e for e in entities})

    def _zones_of(self, group: _Group, zones: Mapping[str, int]) -> Iterator[int]:
        """The zone that a management committee is named after."""
        for name in (group.name, *sorted(group.aliases)):
            zone = self.run_by(self.key(name))
            if zone is not None and zone in zones:
                yield zones[zone]

    def run_by(self, name: str) -> str | None:
        """The key of the zone whose committee a name names (嘉兴科技城管委会 → 嘉兴科技城); None for any other name."""
        ending = next((e for e in self._run if name.endswith(e) and len(name) > len(e) + 2), None)
        return None if ending is None else name[: len(name) - len(ending)]


def _omitted(short: str, name: str) -> bool:
    """True where the characters of a short form stand in a name in their order, the first at its beginning."""
    position = 0
    for character in short:
        position = name.find(character, position) + 1
        if position == 0:
            return False
    return name.startswith(short[0])


def _inner_names(name: str) -> set[str]:
    """“南湖之春”经贸活动 is also called 南湖之春."""
    return set(re.findall(r"“([^“”]{2,})”", name)) if "“" in name else set()


class _Group:
    """Mentions on their way to become one entity."""

    __slots__ = ("aliases", "code", "could", "mentions", "name", "note", "owner", "place", "type", "why")

    def __init__(self, kind: str, name: str, *, code: str | None = None) -> None:
        self.type = kind
        self.name = name
        self.code = code
        self.mentions: list[Mention] = []
        self.aliases: set[str] = set()
        self.note: str | None = None
        self.owner: _Group | None = None
        self.place: _Group | None = None  # the division that a body was completed with
        self.why: dict[str, str] = {}  # name → the rule that made it one of this group
        self.could: Sequence[str | _Group] = ()  # what a name that stays undecided could mean

    def take(self, other: _Group, rule: str) -> None:
        """Make another group's mentions one's own, by a rule."""
        for name, why in (*other.why.items(), *((m.name, rule) for m in other.mentions), (other.name, rule)):
            self.why.setdefault(name, why)
        self.mentions.extend(other.mentions)
        self.aliases |= other.aliases | {other.name}
        other.mentions = []

    def final(self) -> _Group:
        """The group that took this one in, or itself."""
        return self if self.owner is None else self.owner.final()


def slug(name: str) -> str:
    """A name as the last part of an IRI: quotes and blanks dropped, what an IRI forbids replaced."""
    if name.isalnum():
        return name
    return re.sub(r"[\s<>\"{}|\\^`%#?/\[\]@]+", "-", _MARKS.sub("", name)).strip("-") or "-"
