"""Identity in the corpus: which entities of which documents are one thing, and which facts are one fact.

Input is what all documents yield and what people have judged; output a `Resolution`, the same in whatever order the
documents come.

    a: 闻泰通讯股份有限公司落户南湖区。   b: 闻泰通讯投资3亿元。   →   company/闻泰通讯股份有限公司
    a: 甲公司董事长张伟   b: 乙大学校长张伟                →   person/张伟(甲公司), person/张伟(乙大学)

Names are gathered into atoms (one name, one thing; a place is its code; a person of one document), atoms are joined by
rules that have names, and no rule joins what a person has told apart. Names are only compared inside of blocks (a
shared beginning, core or brand), so that the work grows with the number of names and not with its square. What could
be two things stays undecided with its candidates.
"""

from __future__ import annotations

import gc
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date as day
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple, TypeVar

from kg.extract import TOLD_APART_BY_LABEL
from kg.judgements import replayed
from kg.model import Amount, Applied, Date, Entity, Extraction, Fact, Judgement, Resolution
from kg.rdf import fact_content, fact_id
from kg.reprints import Reprints, Sources
from kg.resolve import FIT_RULES, Linker, NameParts, slug

Atom = tuple[str, ...]
T = TypeVar("T")

#: The class of facts that tells whom a person works for, with its roles.
_POST, _PERSON, _EMPLOYER = "Office", "person", "organization"
#: Facts that tie two employers so closely that one person may well serve both.
_TIES = frozenset({"PartOf", "Investment", "CapitalIncrease", "Subscription", "Acquisition", "Establishment"})
#: A block that holds more names than this is a common word: only an exact core or beginning decides there.
_CROWD = 64
#: More candidates than this help nobody to decide.
_MOST_CANDIDATES = 8
#: How many days apart two tellings of one event may be published, or date it.
_NEAR = 45
_WIDE = frozenset({"province", "country", "region", "place"})


class _Seen(NamedTuple):
    """One entity of one document, without its mentions; `called` is the form that the document uses most."""

    document: str
    entity: Entity
    called: str


def resolve_corpus(
    extractions: Iterable[Extraction], *, linker: Linker, judgements: Iterable[Judgement] = ()
) -> Resolution:
    """Give every entity of every document its corpus id and every fact its values in the corpus.

    The result does not depend on the order of documents or judgements. Judgements outrank every rule; one that applies
    to nothing is in `Resolution.judgements` with its problem.
    """
    corpus = _Corpus(linker, replayed(judgements))
    collecting = gc.isenabled()
    # Nothing here makes cycles, and looking for some among a million records takes a third of the time.
    gc.disable()
    try:
        for extraction in extractions:
            corpus.read(extraction)
        return corpus.resolution()
    finally:
        if collecting:
            gc.enable()


class _Sets:
    """Union-find over atoms with pairs that must stay apart; remembers by which rule each atom joined."""

    def __init__(self) -> None:
        self.owner: dict[Atom, Atom] = {}
        self.apart: dict[Atom, set[Atom]] = {}
        self.rules: dict[Atom, str] = {}

    def find(self, atom: Atom) -> Atom:
        root = atom
        while (above := self.owner.get(root)) is not None:
            root = above
        while atom != root:
            self.owner[atom], atom = root, self.owner[atom]
        return root

    def keep_apart(self, one: Atom, other: Atom) -> None:
        a, b = self.find(one), self.find(other)
        self.apart.setdefault(a, set()).add(b)
        self.apart.setdefault(b, set()).add(a)

    def may_join(self, one: Atom, other: Atom) -> bool:
        a, b = self.find(one), self.find(other)
        return a == b or b not in self.apart.get(a, ())

    def join(self, atom: Atom, owner: Atom, rule: str) -> bool:
        """Make one thing of two, the second in front; False where they were told apart."""
        a, b = self.find(atom), self.find(owner)
        if a == b:
            return True
        if not self.may_join(a, b):
            return False
        self.owner[a] = b
        self.rules.setdefault(a, rule)
        for other in self.apart.pop(a, ()):
            self.apart[other].discard(a)
            self.apart[other].add(b)
            self.apart.setdefault(b, set()).add(other)
        return True


class _Corpus:
    def __init__(self, linker: Linker, judgements: Sequence[Judgement]) -> None:
        self.linker = linker
        self.ontology, self.gazetteer = linker.ontology, linker.gazetteer
        self.register = linker.gazetteer.register
        self.key = linker.key
        self.judgements = judgements
        self.seen: dict[str, list[_Seen]] = {}
        self.facts: dict[str, tuple[Fact, ...]] = {}
        self.published: dict[str, str | None] = {}
        self.amended: dict[str, Extraction] = {}
        self.reprints = Reprints()
        self.splits = [j for j in judgements if j.action == "split"]
        self.outcome: dict[str, Applied] = {}
        self.members: dict[Atom, list[_Seen]] = defaultdict(list)
        self.atom: dict[tuple[str, str], Atom] = {}
        self.sets = _Sets()
        self.candidates: dict[Atom, tuple[Atom, ...]] = {}
        self.names: dict[str, list[Atom]] = {}
        self.ids: dict[Atom, str] = {}
        self._ids_of: dict[str, Atom] = {}
        self._fact_ids: dict[tuple[str, str], str] = {}
        self._grouped: tuple[tuple[int, int], dict[Atom, list[Atom]]] | None = None
        self._leads: dict[str, tuple[tuple[str, ...], str] | None] = {}
        self.machine: dict[Atom, Atom] = {}  # what things were before people merged some
        self.entities: dict[str, Entity] = {}
        self.of: dict[tuple[str, str], str] = {}
        self.canonical: dict[tuple[str, str], Fact] = {}
        self.differs: set[tuple[tuple[str, str], tuple[str, str], str]] = set()

    # ------------------------------------------------------------ reading

    def read(self, extraction: Extraction) -> None:
        """Take in one document: its entities without mentions, its facts, the stretches of its text."""
        document = extraction.document
        for judgement in self.splits:
            changed = self._split_inside(extraction, judgement)
            if changed is not None:
                extraction = self.amended[document.id] = changed
                self.outcome.setdefault(judgement.id, Applied(judgement))
        self.seen[document.id] = [_slim(document.id, e) for e in extraction.entities]
        self.facts[document.id] = extraction.facts
        self.published[document.id] = document.date.value if document.date is not None else None
        self.reprints.add(document.id, document.folded)

    def _split_inside(self, extraction: Extraction, judgement: Judgement) -> Extraction | None:
        """The extraction with an entity taken apart that goes by both names of a split; None where none does."""
        (one, where), (other, there) = _at(judgement.about), _at(judgement.other)
        if {where, there} - {None, extraction.document.id} != set():
            return None
        first, second = self.key(_bare(one)), self.key(_bare(other))
        if first == second:
            return None
        for entity in extraction.entities:
            named = {self.key(n) for n in (entity.name, *entity.aliases)}
            if entity.code is None and first in named and second in named:
                return self._taken_apart(extraction, entity, first, second)
        return None

    def _taken_apart(self, extraction: Extraction, entity: Entity, first: str, second: str) -> Extraction | None:
        def of_second(name: str) -> bool:
            key = self.key(name)
            if key in (first, second):
                return key == second
            long_, short = (first, second) if len(first) > len(second) else (second, first)
            # 闻泰通讯股份有限公司 goes with 闻泰通讯: the longer of the two names that it holds.
            held = long_ if long_ in key else short if short in key else first
            return held == second

        theirs = tuple(m for m in entity.mentions if of_second(m.name))
        if len(theirs) == 0 or len(theirs) == len(entity.mentions):
            return None
        names = {n for n in (entity.name, *entity.aliases) if of_second(n)}
        kept_names = {entity.name, *entity.aliases} - names
        fresh = f"e{max(int(e.id[1:]) for e in extraction.entities) + 1}"
        kept = replace(
            entity,
            name=max(kept_names, key=lambda n: (len(n), n)),
            mentions=tuple(m for m in entity.mentions if m not in theirs),
            merged=tuple(m for m in entity.merged if m[0] in kept_names),
        )
        kept = replace(kept, aliases=tuple(sorted(kept_names - {kept.name})))
        name = max(names, key=lambda n: (len(n), n))
        new = Entity(
            fresh,
            entity.type,
            name,
            tuple(sorted(names - {name})),
            theirs,
            merged=tuple(m for m in entity.merged if m[0] in names and m[0] != name),
        )
        facts = []
        for fact in extraction.facts:
            sentence = fact.evidence[0]
            inside = [m for m in entity.mentions if sentence.contains(m.span)]
            before = [m for m in entity.mentions if m.span.end <= sentence.start]
            speaking = inside or before[-1:]
            moved = len(speaking) > 0 and all(m in theirs for m in speaking)
            roles = tuple((role, fresh if moved and e == entity.id else e) for role, e in fact.roles)
            facts.append(replace(fact, roles=roles))
        entities = tuple(kept if e is entity else e for e in extraction.entities)
        return replace(extraction, entities=(*entities, new), facts=tuple(facts))

    # ------------------------------------------------------------ the way from entities to the corpus

    def resolution(self) -> Resolution:
        """Join what is one thing, name it, and make one fact of what is told of it."""
        self._gather()
        self._keep_apart()
        self._link_names()
        self._by_context()
        self._link_people()
        self._merge_judged()
        self._name()
        self._parents()
        self._rename()
        pairs = self.reprints.pairs()
        self._gather_facts()
        rejected, confirmed = self._judge_facts()
        sources = self._sources(self.reprints.sources(pairs), rejected)
        differs = set()
        for one, other, what in self.differs:
            a, b = sorted((self._fact_ids[one], self._fact_ids[other]))
            if a != b and one not in rejected and other not in rejected:
                differs.add((a, b, what))
        return Resolution(
            entities=dict(sorted(self.entities.items())),
            of=dict(sorted(self.of.items())),
            why=self._why(),
            facts=dict(sorted(self.canonical.items())),
            rejected=frozenset(rejected),
            confirmed=frozenset(confirmed),
            sources=sources,
            differs=tuple(sorted(differs)),
            reprints=pairs,
            judgements=tuple(self._outcomes()),
            amended=dict(sorted(self.amended.items())),
        )

    def _gather(self) -> None:
        """Every entity of every document into its atom."""
        apart = {
            (self.key(_bare(name)), document)
            for j in self.judgements
            for name, document in (_at(j.about), _at(j.other))
            if document is not None
        }
        for document in sorted(self.seen):
            own = {s.entity.id: s.entity for s in self.seen[document]}
            codes = frozenset(e.code for e in own.values() if e.code is not None)
            for seen in self.seen[document]:
                atom = self._atom(seen, own, codes, apart)
                self.members[atom].append(seen)
                self.atom[document, seen.entity.id] = atom

    def _atom(self, seen: _Seen, own: Mapping[str, Entity], codes: frozenset[str], apart: set[tuple[str, str]]) -> Atom:
        entity, document = seen.entity, seen.document
        key = self.key(entity.name)
        if entity.code is not None:
            return ("place", entity.code)
        if entity.type == "Person":
            return ("person", key, document)
        if any(c.startswith("place/") for c in entity.candidates):
            # What a 朝阳区 without a context means is another question in every document.
            return ("somewhere", key, document)
        known = self.register.find(entity.name, *entity.aliases) if self.register is not None else None
        if known is not None:
            return ("known", known.id)
        if (key, document) in apart:
            return ("name", key, document)
        if entity.name in self.linker.zones or entity.name in self.linker.recognizer.suffixes:
            return ("alone", key, document)  # the 高新区 of this article is not that of another one
        if entity.type not in ("Company", "Fund", "Event", "Policy", "Industry"):
            body = self._body(entity, own, codes, document)
            if body is not None:
                return body
        return ("name", key)

    def _body(self, entity: Entity, own: Mapping[str, Entity], codes: frozenset[str], document: str) -> Atom | None:
        """朝阳区人民政府 as the government of the one 朝阳区 that the document speaks of; None where no division that
        is written in full opens the name.
        """
        lead = self._lead(entity.name)
        if lead is None:
            return None
        found, rest = lead
        parent = own.get(entity.parent) if entity.parent is not None else None
        fitting = [c for c in found if parent is not None and c == parent.code]
        fitting = fitting or [c for c in found if c in codes]
        fitting = fitting or [c for c in found if any(self.gazetteer.contains(p, c) for p in codes)]
        if len(found) == 1:
            fitting = list(found)
        if len(fitting) == 1:
            return ("body", fitting[0], self.key(rest))
        return ("alone", self.key(entity.name), document)

    def _lead(self, name: str) -> tuple[tuple[str, ...], str] | None:
        """The division that a name begins with, and the rest of it; names come back in every article."""
        if name not in self._leads:
            self._leads[name] = self._lead_of(name)
        return self._leads[name]

    def _lead_of(self, name: str) -> tuple[tuple[str, ...], str] | None:
        places, levels = self.linker.recognizer.places, self.linker.recognizer.levels
        codes: tuple[str, ...] = ()
        rest, full = name, False
        while True:
            for size in range(min(16, len(rest) - 1), 1, -1):
                known = places.get(rest[:size])
                if known is None or (not known[2] and len(codes) == 0):
                    continue
                inner = known[0]
                if len(codes) > 0:
                    inner = tuple(c for c in inner if any(c != o and self.gazetteer.contains(o, c) for o in codes))
                if len(inner) == 0:
                    continue
                codes, full, rest = inner, known[1] in ("full", "former") and rest[size - 1] in levels, rest[size:]
                break
            else:
                zone = self.key(rest).startswith(self.linker.zones)  # 襄樊高新区 is that of 襄阳
                return (codes, rest) if (full or (zone and len(codes) > 0)) and len(rest) > 0 else None

    # ------------------------------------------------------------ names

    def _keep_apart(self) -> None:
        for judgement in self.splits:
            if self.key(_bare(judgement.about)) == self.key(_bare(judgement.other)):
                continue  # two people of one name, who are apart by what their ids say
            ones, others = (self._atoms_named(ref) for ref in (judgement.about, judgement.other))
            pairs = [(a, b) for a in ones for b in others if a != b]
            for a, b in pairs:
                self.sets.keep_apart(a, b)
            if len(pairs) > 0:
                self.outcome.setdefault(judgement.id, Applied(judgement))

    def _atoms_named(self, reference: str) -> list[Atom]:
        """The atoms that a reference (id, name, or one of them @document) means before anything is joined."""
        text, document = _at(reference)
        key = self.key(_bare(text))
        if document is not None:
            return sorted(
                {
                    self.atom[document, s.entity.id]
                    for s in self.seen.get(document, ())
                    if key in {self.key(n) for n in (s.entity.name, *s.entity.aliases)}
                }
            )
        if re.fullmatch(r"place/\d+", text) is not None:
            return [a for a in [("place", text[6:])] if a in self.members]
        if len(self.names) == 0:
            for atom, members in self.members.items():
                for name in {self.key(s.entity.name) for s in members}:
                    self.names.setdefault(name, []).append(atom)
        return sorted(self.names.get(key, ()))

    def _link_names(self) -> None:
        """Short forms to the one full name that they fit."""
        linker, sets = self.linker, self.sets
        named: dict[Atom, NameParts] = {}
        called: dict[str, set[Atom]] = defaultdict(set)
        for atom, members in self.members.items():
            if atom[0] in ("name", "known"):
                forms = ((s.entity.name, s.entity.type) for s in members)
                name, kind = min(forms, key=lambda form: (-len(form[0]), form))
                if atom[0] == "known" and self.register is not None:
                    entry = self.register.entries[atom[1]]
                    name, kind = entry.name, entry.type
                    for form in entry.names:
                        called[self.key(form)].add(atom)
                named[atom] = linker.parts(name, kind)
                for seen in members:
                    for alias in seen.entity.aliases:
                        called[self.key(alias)].add(atom)
        # One name that a judgement took apart by document stays one thing in all other documents.
        second = {a for j in self.splits for a in self._atoms_named(j.other)}
        for atom in sorted(named, key=lambda a: (a in second, a)):
            if len(atom) == 3 and ("name", atom[1]) in named:
                sets.join(atom, ("name", atom[1]), "same-name")
        blocks = _Blocks(named)
        legal = tuple(w for w in self.ontology.names["Company"].legal if len(w) > 3)
        joined: set[Atom] = set()
        # 江苏启岳集团 is the 启岳集团 from 江苏, where one legal name of the corpus is called 启岳集团.
        for atom in sorted(named):
            parts = named[atom]
            if parts.local == parts.key or len(parts.local) < 4 or parts.name.endswith(legal):
                continue
            bare = linker.recognizer.without_places(parts.name)
            if linker.recognizer.brand(bare) == "":
                continue
            if any(parts.key in (named[c].core, named[c].bare) or named[c].key.startswith(parts.key)
                   for c in blocks.near(parts) if c != atom):  # fmt: skip
                continue  # there is a 浙江启岳集团有限公司
            owners = sorted(
                c
                for c in called.get(parts.local, ())
                if c != atom and named[c].name.endswith(legal) and linker.compatible(parts.kind, named[c].kind)
            )
            if len(owners) == 1 and sets.join(atom, owners[0], "place-before-known-short-form"):
                joined.add(atom)
        for atom in sorted(named):
            if atom in joined or atom[0] == "known":
                continue
            parts = named[atom]
            told = {
                sets.find(c)
                for c in called.get(parts.key, ())
                if c != atom
                and len(named[c].name) > len(parts.name)
                and linker.compatible(parts.kind, named[c].kind)
                and sets.may_join(atom, c)
            }
            told -= {sets.find(atom)}
            if len(told) == 1:
                sets.join(atom, next(iter(told)), "short-form-of-another-document")
                continue
            # 容川资本 is rather 容川资本管理有限公司 than its branch 容川资本(香港)有限公司.
            whole = [c for c in sorted(told) if "(" not in named[c].name]
            if len(whole) == 1 and len(parts.key) >= 3:
                sets.join(atom, whole[0], "short-form-of-the-one-without-a-bracket")
                continue
            fitting = []
            for c in blocks.near(parts):
                other = named[c]
                if c == atom or len(other.key) <= len(parts.key) or not linker.compatible(parts.kind, other.kind):
                    continue
                rank = linker.fit_parts(parts.key, other)
                if rank > 0 and sets.may_join(atom, c):
                    fitting.append((rank, other.name, c))
            chosen = linker.choose(parts.name, fitting)
            if chosen is not None:
                rule = FIT_RULES[next(rank for rank, _, c in fitting if c == chosen)]
                sets.join(atom, chosen, rule)
                continue
            could: list[Atom] = sorted({*told, *(sets.find(c) for _, _, c in fitting)} - {sets.find(atom)})
            if 1 < len(could) <= _MOST_CANDIDATES:
                self.candidates[atom] = tuple(could)
        # Two legal names with one core that are called the same are one company before and after a change of form.
        cores: dict[tuple[str, str, str], list[Atom]] = defaultdict(list)
        for atom in sorted(named):
            if sets.find(atom) == atom and self.ontology.top(named[atom].kind) == "Company":
                between = "".join(re.findall(r"\([^()]*\)", named[atom].name))
                for alias in sorted({self.key(a) for s in self.members[atom] for a in s.entity.aliases}):
                    if len(alias) >= 3:
                        # 启岳(包头)新材料 is not 启岳(钦州)新材料.
                        cores[named[atom].core, alias, between].append(atom)
        for same in cores.values():
            for atom in same[1:]:
                sets.join(atom, same[0], "same-core-and-short-form")

    # ------------------------------------------------------------ what context decides

    def _by_context(self) -> None:
        """A short form of several names, or a name of several places, is the one whose partners in facts it shares."""
        for atom, members in self.members.items():
            if atom[0] == "somewhere":
                could: tuple[Atom, ...] = tuple(
                    ("place", c[6:]) for c in members[0].entity.candidates if ("place", c[6:]) in self.members
                )
                if len(could) > 0:
                    self.candidates[atom] = could
        if len(self.candidates) == 0:
            return
        around, joined = self._around(), self._joined()
        company: dict[Atom, set[Atom]] = {}
        decided: list[tuple[Atom, _Seen, Atom]] = []
        for atom in sorted(self.candidates):
            could = tuple(c for c in dict.fromkeys(map(self.sets.find, self.candidates[atom])) if c != atom)
            for c in could:
                if c not in company:
                    company[c] = {
                        a
                        for own in joined.get(c, (c,))
                        for s in self.members.get(own, ())
                        for a in around(s.document, s.entity.id)
                    }
            for seen in self.members[atom]:
                if atom[0] == "name" and len(seen.entity.candidates) > 0:
                    continue  # the document itself names more than one of them
                own = around(seen.document, seen.entity.id)
                shared = [c for c in could if not own.isdisjoint(company[c])]
                if len(shared) == 1 and self.sets.may_join(atom, shared[0]):
                    decided.append((atom, seen, shared[0]))
        by_atom: dict[Atom, list[tuple[_Seen, Atom]]] = defaultdict(list)
        for atom, seen, owner in decided:
            by_atom[atom].append((seen, owner))
        for atom, found in by_atom.items():
            if len(found) == len(self.members[atom]) and len({owner for _, owner in found}) == 1:
                self.sets.join(atom, found[0][1], "shared-partners")
                del self.candidates[atom]
                continue
            for seen, owner in found:
                single: Atom = ("name", atom[1], seen.document)
                self.members[atom].remove(seen)
                self.members[single].append(seen)
                self.atom[seen.document, seen.entity.id] = single
                self.sets.join(single, owner, "shared-partners")
            if len(self.members[atom]) == 0:
                del self.members[atom], self.candidates[atom]

    def _around(self) -> Callable[[str, str], set[Atom]]:
        """What stands in the facts of an entity of a document: partners that are no wide places."""
        partners: dict[str, dict[str, set[str]]] = {}

        def of(document: str, entity: str) -> set[Atom]:
            known = partners.get(document)
            if known is None:
                known = partners[document] = defaultdict(set)
                for fact in self.facts[document]:
                    ids = {e for _, e in fact.roles}
                    for e in ids:
                        known[e] |= ids - {e}
            found = {self.sets.find(self.atom[document, e]) for e in known.get(entity, ())}
            # People are not yet told apart: here their name says enough.
            return {a[:2] if a[0] == "person" else a for a in found if not self._wide(a)}

        return of

    def _joined(self) -> dict[Atom, list[Atom]]:
        """Everything with the atoms that it is made of."""
        size = (len(self.sets.owner), len(self.members))
        if self._grouped is None or self._grouped[0] != size:
            found: dict[Atom, list[Atom]] = defaultdict(list)
            for atom in self.members:
                found[self.sets.find(atom)].append(atom)
            self._grouped = (size, found)
        return self._grouped[1]

    def _wide(self, atom: Atom) -> bool:
        if atom[0] != "place" or atom[1] not in self.gazetteer:
            return False
        division = self.gazetteer.get(atom[1])
        return division.level in _WIDE or division.kind in _WIDE

    # ------------------------------------------------------------ people

    def _link_people(self) -> None:
        """People of one name are one person where they serve one employer, or share what is around them."""
        by_name: dict[str, list[Atom]] = defaultdict(list)
        for atom in sorted(a for a in self.members if a[0] == "person"):
            by_name[atom[1]].append(atom)
        ties: dict[Atom, set[Atom]] | None = None
        for name, atoms in by_name.items():
            if len(atoms) == 1:
                continue
            if len(name) > 4 or "·" in self.members[atoms[0]][0].entity.name:
                for other in atoms[1:]:
                    self.sets.join(other, atoms[0], "rare-name")
                continue
            if ties is None:
                ties = self._ties()
            self._link_namesakes(atoms, ties)

    def _link_namesakes(self, atoms: Sequence[Atom], ties: Mapping[Atom, set[Atom]]) -> None:
        employers = {a: self._employers(a) for a in atoms}
        around = {a: self._surroundings(a) for a in atoms}
        known = [a for a in atoms if len(employers[a]) > 0]
        loose = [a for a in atoms if len(employers[a]) == 0]
        # By employer, not by pairs: there are hundreds of one name in a large corpus.
        first = self._join_alike(known, employers, "same-employer")
        for employer, atom in first.items():
            for tied in sorted(ties.get(employer, ())):
                if tied in first:
                    self.sets.join(first[tied], atom, "related-employer")
        self._join_alike(known, {a: self._brands(employers[a]) for a in known}, "related-employer")
        # 江海大学机械工程学院 is a part of 江海大学.
        by_key = {self._key_of(e): atom for e, atom in sorted(first.items()) if e[0] != "place"}
        for key, atom in by_key.items():
            for size in range(4, len(key)):
                if key[:size] in by_key:
                    self.sets.join(by_key[key[:size]], atom, "related-employer")
        self._join_alike(loose, around, "shared-context")
        clusters: dict[Atom, set[Atom]] = defaultdict(set)  # what stands around an employed person → who that is
        for a in known:
            for thing in around[a] | employers[a]:
                clusters[thing].add(self.sets.find(a))
        employed = {self.sets.find(a) for a in known}
        for a in loose:
            if self.sets.find(a) not in employed:
                fitting = {r for thing in around[a] for r in clusters.get(thing, ()) if self.sets.may_join(a, r)}
                if len(fitting) == 1:
                    self.sets.join(self.sets.find(a), fitting.pop(), "shared-context")
        final = sorted({self.sets.find(a) for a in atoms})
        for root in final[: _MOST_CANDIDATES * 4]:
            self.candidates[root] = tuple(r for r in final[: _MOST_CANDIDATES + 1] if r != root)[:_MOST_CANDIDATES]

    def _join_alike(self, atoms: Sequence[Atom], about: Mapping[Atom, Iterable[T]], rule: str) -> dict[T, Atom]:
        """Join those that have something in common; what there is, with the first that has it."""
        first: dict[T, Atom] = {}
        for atom in atoms:
            for thing in about[atom]:
                owner = first.setdefault(thing, atom)
                if owner is not atom:
                    self.sets.join(atom, owner, rule)
        return first

    def _key_of(self, atom: Atom) -> str:
        members = self.members.get(atom, ())
        return self.key(members[0].entity.name) if len(members) > 0 else ""

    def _brands(self, employers: Iterable[Atom]) -> set[str]:
        """The brands of companies and funds: 容川资本 and 容川(嘉兴)股权投资合伙企业 are of one house."""
        found = {
            self.linker.recognizer.brand(s.entity.name)
            for e in employers
            for s in self.members.get(e, ())[:1]
            if s.entity.type in ("Company", "Fund")
        }
        return found - {""}

    def _employers(self, atom: Atom) -> frozenset[Atom]:
        """Whom a person of a document works for; a government counts as the place that it governs, too."""
        found: set[Atom] = set()
        for seen in self.members[atom]:
            for fact in self.facts[seen.document]:
                if fact.type == _POST and seen.entity.id in fact.entities(_PERSON):
                    for employer in fact.entities(_EMPLOYER):
                        own = self.atom[seen.document, employer]
                        found.add(self.sets.find(own))
                        if own[0] == "body":
                            found.add(self.sets.find(("place", own[1])))
        return frozenset(found)

    def _surroundings(self, atom: Atom) -> set[Atom]:
        """What a document on a person speaks of: bodies, companies and places below the prefecture."""
        found = set()
        for seen in self.members[atom]:
            for other in self.seen[seen.document]:
                own = self.atom[seen.document, other.entity.id]
                if own[0] == "place":
                    if own[1] in self.gazetteer and self.gazetteer.get(own[1]).level in ("county", "township", "zone"):
                        found.add(own)
                elif own[0] != "person" and own[0] != "somewhere" and other.entity.type not in ("Policy", "Industry"):
                    found.add(self.sets.find(own))
        return found

    def _ties(self) -> dict[Atom, set[Atom]]:
        """Parents and subsidiaries, owners and what they own, and companies of one brand."""
        found: dict[Atom, set[Atom]] = defaultdict(set)
        for document in sorted(self.facts):
            for fact in self.facts[document]:
                if fact.type in _TIES and fact.status != "denied":
                    atoms = {self.sets.find(self.atom[document, e]) for _, e in fact.roles}
                    atoms = {a for a in atoms if a[0] in ("name", "known")}
                    for a in atoms:
                        found[a] |= atoms - {a}
        return found

    # ------------------------------------------------------------ judgements on entities

    def _merge_judged(self) -> None:
        merges = [j for j in self.judgements if j.action == "merge"]
        if len(merges) == 0:
            return
        self._name(dry=True)
        self.machine = {atom: self.sets.find(atom) for atom in self.members}
        for judgement in merges:
            one, other = (self._roots(ref) for ref in (judgement.about, judgement.other))
            if len(one) != 1 or len(other) != 1:
                ref, found = (judgement.about, one) if len(one) != 1 else (judgement.other, other)
                self._fail(judgement, f"{ref!r} names {'nothing' if len(found) == 0 else f'{len(found)} things'}")
                continue
            if one[0][0] == "place" and other[0][0] != "place":
                one, other = other, one
            if one[0][0] == other[0][0] == "place" and one != other:
                self._fail(judgement, "they are two divisions with two codes")
                continue
            if (one[0][0] == "person") != (other[0][0] == "person"):
                self._fail(judgement, "a person is nothing but a person")
                continue
            if not self.sets.may_join(one[0], other[0]):
                later = [j for j in self.splits if j.when > judgement.when and self._about_same(j, judgement)]
                if len(later) > 0:
                    self._fail(judgement, f"a later judgement tells them apart ({later[0].id})")
                    continue
                for root in (one[0], other[0]):
                    self.sets.apart.get(root, set()).difference_update((one[0], other[0]))
            # The second is the name that stays.
            self.sets.join(one[0], other[0], f"judged {judgement.id}")
            self.outcome[judgement.id] = Applied(judgement)

    def _about_same(self, one: Judgement, other: Judgement) -> bool:
        mine = {tuple(self._roots(r)) for r in (one.about, one.other)}
        return mine == {tuple(self._roots(r)) for r in (other.about, other.other)}

    def _roots(self, reference: str) -> list[Atom]:
        """What a reference means once names are joined: by id where there is one, else by class and name."""
        text, _ = _at(reference)
        direct = self._ids_of.get(reference) or self._ids_of.get(text)
        if direct is not None:
            return [self.sets.find(direct)]
        found = {self.sets.find(a) for a in self._atoms_named(reference)}
        if len(found) == 0:
            key = self.key(_bare(text))
            kind = text.partition("/")[0] if "/" in text else None
            for root, atoms in self._joined().items():
                members = [s for a in atoms for s in self.members[a]]
                if any(key in {self.key(n) for n in (s.entity.name, *s.entity.aliases)} for s in members):
                    top = self.ontology.top(members[0].entity.type).lower()
                    if kind is None or kind == top:
                        found.add(root)
        return sorted(found)

    def _fail(self, judgement: Judgement, problem: str) -> None:
        self.outcome[judgement.id] = Applied(judgement, problem=problem)

    # ------------------------------------------------------------ naming

    def _name(self, *, dry: bool = False) -> None:
        """An id, a name and a class for everything; ids say class and name, and of two alike also what tells them."""
        wanted: dict[str, list[Atom]] = defaultdict(list)
        made: dict[Atom, tuple[str, str, list[_Seen]]] = {}
        for root, atoms in sorted(self._joined().items()):
            members = [s for a in sorted(atoms) for s in self.members[a]]
            leading = members
            if len(self.machine) > 0:
                # Where people merged two, the second names both.
                leading = [s for a in sorted(atoms) if self.machine.get(a, root) == root for s in self.members[a]]
            kind = self._kind(root, leading)
            made[root] = (self._id(root, leading, kind), kind, members)
            wanted[made[root][0]].append(root)
        ids: dict[Atom, str] = {}
        for corpus_id, roots in wanted.items():
            # The one that is no exception keeps the plain id.
            plain = [r for r in roots if len(roots) == 1 or (len(r) == 2 and r[0] != "person")]
            for root in roots:
                same = corpus_id
                if [root] != plain[:1]:
                    same = f"{corpus_id}{self._told_apart(root, made[root][2])}"
                ids[root] = same
        taken = Counter(ids.values())
        for root, corpus_id in ids.items():
            if taken[corpus_id] > 1:
                ids[root] = f"{corpus_id}@{min(s.document for s in made[root][2])}"
        self._ids_of = {corpus_id: root for root, corpus_id in ids.items()}
        self.ids = ids
        if dry:
            return
        for root, corpus_id in sorted(ids.items(), key=lambda item: item[1]):
            self.entities[corpus_id] = self._entity(root, corpus_id, made[root][1], made[root][2])
            for seen in made[root][2]:
                self.of[seen.document, seen.entity.id] = corpus_id
        self._show_apart()
        for root, could in self.candidates.items():
            if self.sets.find(root) != root:
                continue  # decided since
            own = self.ids[self.sets.find(root)]
            ids_ = dict.fromkeys(self.ids[r] for c in could if (r := self.sets.find(c)) in self.ids)
            others = tuple(o for o in ids_ if o != own and not self._settled(own, o))
            if len(others) > 0:
                note = self.entities[own].note
                if self.entities[own].type != "Person":
                    note = "undecided: " + ", ".join(self.entities[o].name for o in others)
                self.entities[own] = replace(
                    self.entities[own],
                    candidates=tuple(dict.fromkeys((*self.entities[own].candidates, *others))),
                    note=note,
                )

    def _show_apart(self) -> None:
        """Things that would be shown alike, and are no namesakes by nature, are shown by their longest names."""
        shown: dict[str, list[str]] = defaultdict(list)
        for corpus_id, entity in self.entities.items():
            if entity.type != "Person" and entity.code is None:
                shown[entity.name].append(corpus_id)
        for ids in shown.values():
            if len(ids) > 1:
                for corpus_id in ids:
                    entity = self.entities[corpus_id]
                    longest = max((entity.name, *entity.aliases), key=lambda n: (len(n), n))
                    names = {entity.name, *entity.aliases} - {longest}
                    self.entities[corpus_id] = replace(entity, name=longest, aliases=tuple(sorted(names)))

    def _settled(self, one: str, other: str) -> bool:
        """True where a person has told two things apart, so that neither is a candidate for the other."""
        a, b = self._ids_of[one], self._ids_of[other]
        return not self.sets.may_join(a, b) or any(
            j.action == "split" and {_at(j.about)[0], _at(j.other)[0]} == {one, other} for j in self.judgements
        )

    def _kind(self, root: Atom, members: Sequence[_Seen]) -> str:
        if root[0] == "known" and self.register is not None:
            return self.register.entries[root[1]].type
        return _majority(s.entity.type for s in members)

    def _id(self, root: Atom, members: Sequence[_Seen], kind: str) -> str:
        top = self.ontology.top(kind).lower()
        if root[0] == "place":
            return f"place/{root[1]}"
        if root[0] == "known" and self.register is not None:
            return f"{top}/{slug(self.register.entries[root[1]].name)}"
        if root[0] == "somewhere":
            return f"{top}/{slug(members[0].entity.name)}@{root[2]}"
        longest = max((s.entity.name for s in members), key=lambda n: (len(n), n))
        if root[0] == "body":
            # 长春市朝阳区人民政府: where the division has namesakes, what it lies in belongs to the id.
            division = self.gazetteer.get(root[1])
            leads = [lead for s in members if (lead := self._lead(s.entity.name)) is not None]
            rest = max((rest for _, rest in leads), key=lambda n: (len(n), n), default=longest)
            if len(self.gazetteer.lookup(division.name)) > 1 and division.parent is not None:
                longest = self.gazetteer.get(division.parent).name + division.name + rest
        return f"{top}/{slug(longest)}"

    def _told_apart(self, root: Atom, members: Sequence[_Seen]) -> str:
        if root[0] == "person":
            counts: Counter[str] = Counter()
            for seen in members:
                for fact in self.facts[seen.document]:
                    if fact.type == _POST and seen.entity.id in fact.entities(_PERSON):
                        for employer in fact.entities(_EMPLOYER):
                            counts[self._called(self.sets.find(self.atom[seen.document, employer]))] += 1
            if len(counts) > 0:
                return f"({slug(min(counts, key=lambda n: (-counts[n], n)))})"
        return f"@{min(s.document for s in members)}"

    def _called(self, root: Atom) -> str:
        if root[0] == "place":
            return self.gazetteer.get(root[1]).name
        members = [s for a in self._joined()[root] for s in self.members[a]]
        return _majority(s.called for s in members)

    def _entity(self, root: Atom, corpus_id: str, kind: str, members: Sequence[_Seen]) -> Entity:
        names = {n for s in members for n in (s.entity.name, *s.entity.aliases)}
        code: str | None = None
        identifiers: tuple[str, ...] = ()
        if root[0] == "place":
            code, name = root[1], self.gazetteer.get(root[1]).name
        elif root[0] == "known" and self.register is not None:
            entry = self.register.entries[root[1]]
            name, identifiers = entry.name, (entry.id,) if entry.id != "" else ()
            names |= set(entry.names)
        else:
            leading = members
            if len(self.machine) > 0:
                leading = [s for s in members if self.machine.get(self.atom[s.document, s.entity.id], root) == root]
            name = _majority(s.called for s in leading)
        notes = sorted((s.document, s.entity.note) for s in members if s.entity.note is not None)
        could = {
            c if "/" in c else self.of.get((s.document, c), "")
            for s in members
            if len(s.entity.candidates) > 0
            for c in s.entity.candidates
            if "/" in c
        }
        return Entity(
            corpus_id,
            kind,
            name,
            tuple(sorted(names - {name})),
            code=code,
            note=notes[0][1] if len(notes) > 0 else None,
            candidates=tuple(sorted(could - {"", corpus_id})),
            identifiers=identifiers,
        )

    def _parents(self) -> None:
        parents: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for document in sorted(self.seen):
            for seen in self.seen[document]:
                if seen.entity.parent is not None:
                    above = self.of[document, seen.entity.parent]
                    parents[self.of[document, seen.entity.id]][above] += 1
        for corpus_id, counts in parents.items():
            best = min(counts, key=lambda p: (-counts[p], p))
            if best != corpus_id:
                self.entities[corpus_id] = replace(self.entities[corpus_id], parent=best)
        parks = {
            self.key(n): e.id
            for e in self.entities.values()
            if e.type == "Park"
            for n in (*reversed(e.aliases), e.name)
        }
        for corpus_id, entity in self.entities.items():
            if entity.type == "Government":
                zones = [z for n in (entity.name, *entity.aliases) if (z := self.linker.run_by(self.key(n))) in parks]
                if len(zones) > 0 and parks[zones[0] or ""] != corpus_id:
                    self.entities[corpus_id] = replace(entity, parent=parks[zones[0] or ""])
        if self.register is not None:
            for root, corpus_id in self.ids.items():
                if root[0] == "known" and (above_ := self.register.entries[root[1]].parent) is not None:
                    owner = self.ids.get(self.sets.find(("known", above_)))
                    if owner is not None and owner != corpus_id:
                        self.entities[corpus_id] = replace(self.entities[corpus_id], parent=owner)

    def _rename(self) -> None:
        """Names and aliases that people gave."""
        for judgement in self.judgements:
            if judgement.action not in ("rename", "add-alias", "split", "unsure", "merge"):
                continue
            done = self.outcome.get(judgement.id)
            if done is not None and done.problem is not None:
                continue
            naming = judgement.action in ("rename", "add-alias")
            refs = [judgement.about] if naming else [judgement.about, judgement.other]
            found = [self._roots(ref) for ref in refs]
            if any(len(roots) != 1 for roots in found) and (done is None or naming):
                ref, roots = next((r, f) for r, f in zip(refs, found, strict=True) if len(f) != 1)
                self._fail(judgement, f"{ref!r} names {'nothing' if len(roots) == 0 else f'{len(roots)} things'}")
                continue
            ids = [self.ids[r] for roots in found for r in roots]
            if judgement.action == "split" and len(set(ids)) == 1 and done is None:
                self._fail(judgement, f"{judgement.about!r} and {judgement.other!r} are one name in all documents")
                continue
            if judgement.action == "rename":
                entity = self.entities[ids[0]]
                names = {entity.name, *entity.aliases} - {judgement.other}
                given = tuple(sorted({*entity.given, entity.name}))
                self.entities[ids[0]] = replace(entity, name=judgement.other, aliases=tuple(sorted(names)), given=given)
            elif judgement.action == "add-alias":
                entity = self.entities[ids[0]]
                names = ({*entity.aliases, judgement.other}) - {entity.name}
                given = tuple(sorted({*entity.given, judgement.other}))
                self.entities[ids[0]] = replace(entity, aliases=tuple(sorted(names)), given=given)
            self.outcome[judgement.id] = Applied(judgement, tuple(dict.fromkeys(ids)))

    def _why(self) -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
        """Why each name of each document belongs to its entity: the rules inside of documents and across them."""
        found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        for atom, members in self.members.items():
            rule = self.sets.rules.get(atom)
            if rule is None and atom[0] == "known":
                rule = "table-of-known-entities"
            for seen in members:
                own = rule
                if own is None and atom[0] == "body":
                    own = "same-body-of-a-division"
                elif own is None and atom[0] == "name" and seen.entity.name != self.entities[self._of(seen)].name:
                    own = "same-spelling"
                if own is not None or len(seen.entity.merged) > 0:
                    about = found[seen.document, self._of(seen)]
                    about.extend(seen.entity.merged)
                    if own is not None:
                        about.append((seen.entity.name, own))
        return {place: tuple(sorted(set(about))) for place, about in sorted(found.items())}

    def _of(self, seen: _Seen) -> str:
        return self.of[seen.document, seen.entity.id]

    # ------------------------------------------------------------ facts

    def _gather_facts(self) -> None:
        """One fact of all tellings that agree; those that nearly do are flagged."""
        same: dict[tuple[object, ...], list[tuple[str, Fact]]] = defaultdict(list)
        for document in sorted(self.facts):
            for fact in self.facts[document]:
                roles = frozenset((role, self.of[document, e]) for role, e in fact.roles)
                told = fact.label if fact.type in TOLD_APART_BY_LABEL else None
                same[fact.type, roles, fact.status, told, frozenset(fact.qualifiers)].append((document, fact))
        for tellings in same.values():
            if len(tellings) > 1:
                self._agree(tellings)
        self._fact_ids = {}
        for document, facts in self.facts.items():
            for fact in facts:
                values = self.canonical.get((document, fact.id), fact)
                self._fact_ids[document, fact.id] = fact_id(
                    fact.type,
                    ((role, self.of[document, e]) for role, e in fact.roles),
                    date=values.date,
                    amount=values.amount,
                    status=values.status,
                    label=values.label,
                    qualifiers=values.qualifiers,
                )

    def _agree(self, tellings: Sequence[tuple[str, Fact]]) -> None:
        told = sorted(tellings, key=lambda t: (*_fullness(t[1]), t[0], t[1].id))
        clusters: list[list[tuple[str, Fact]]] = []
        for document, fact in told:
            fitting = [c for c in clusters if all(self._compatible(document, fact, *other) for other in c)]
            if len(fitting) > 1:
                exact = [c for c in fitting if any(_same_values(fact, other) for _, other in c)]
                fitting = exact[:1] if len(exact) > 0 else []
            if len(fitting) == 1:
                fitting[0].append((document, fact))
            else:
                clusters.append([(document, fact)])
        for cluster in clusters:
            values = _shared(cluster)
            for document, fact in cluster:
                if _values(fact) != _values(values):
                    self.canonical[document, fact.id] = values
        for one, other in combinations(clusters, 2):
            if not {d for d, _ in one}.isdisjoint({d for d, _ in other}):
                continue  # one article tells them as two
            what = self._disagree(_shared(one), _shared(other), one, other)
            if what is not None:
                self.differs.add(((one[0][0], one[0][1].id), (other[0][0], other[0][1].id), what))

    def _compatible(self, document: str, fact: Fact, there: str, other: Fact) -> bool:
        if not _dates_agree(fact.date, other.date) or not _amounts_agree(fact.amount, other.amount):
            return False
        a, b = fact.date, other.date
        if (a is None or a.start is None) != (b is None or b.start is None):
            # One of them has no day: it is the same event where the articles are of the same weeks.
            dated = a if a is not None and a.start is not None else b
            undated = document if dated is b else there
            if dated is not None and not _near(dated.start, self.published[undated]):
                return False
        if a is not None and b is not None and a.start is not None and a.start == b.start and len(a.start) == 10:
            return True
        return _labels_agree(fact.label, other.label)

    def _disagree(
        self, one: Fact, other: Fact, here: Sequence[tuple[str, Fact]], there: Sequence[tuple[str, Fact]]
    ) -> str | None:
        """In what two facts of the same participants and weeks disagree; None where they are simply two."""
        if one.type in TOLD_APART_BY_LABEL and one.type != "Indicator":
            return None
        first = one.date.start if one.date is not None else None
        second = other.date.start if other.date is not None else None
        first = first or next((p for d, _ in here if (p := self.published[d]) is not None), None)
        second = second or next((p for d, _ in there if (p := self.published[d]) is not None), None)
        if first is None or second is None or not _near(first, second):
            return None
        amounts, dates = _amounts_agree(one.amount, other.amount), _dates_agree(one.date, other.date)
        if not amounts and dates:
            return "amount"
        if amounts and not dates and _labels_agree(one.label, other.label):
            return "date"
        return None

    def _sources(self, sources: Sources, rejected: set[tuple[str, str]]) -> dict[str, int]:
        telling: dict[str, set[str]] = defaultdict(set)
        for (document, local), name in self._fact_ids.items():
            if (document, local) not in rejected:
                telling[name].add(document)
        return {
            name: sources.independent(documents) for name, documents in sorted(telling.items()) if len(documents) > 1
        }

    # ------------------------------------------------------------ judgements on facts

    def _judge_facts(self) -> tuple[set[tuple[str, str]], set[str]]:
        rejected: set[tuple[str, str]] = set()
        confirmed: set[str] = set()
        judged = [j for j in self.judgements if j.action in ("reject", "confirm")]
        if len(judged) == 0:
            return rejected, confirmed
        tellings: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for place, name in self._fact_ids.items():
            tellings[name].append(place)
        for judgement in judged:
            names = self._facts_meant(judgement, tellings)
            if len(names) != 1:
                self._fail(judgement, f"{judgement.about!r} names {'no fact' if len(names) == 0 else 'several facts'}")
                continue
            (name,) = names
            # The last word counts.
            if judgement.action == "reject":
                rejected.update(tellings[name])
                confirmed.discard(name)
            else:
                rejected.difference_update(tellings[name])
                confirmed.add(name)
            self.outcome[judgement.id] = Applied(judgement, facts=(name,))
        return rejected, confirmed

    def _facts_meant(self, judgement: Judgement, tellings: Mapping[str, Sequence[tuple[str, str]]]) -> set[str]:
        if judgement.about in tellings:
            return {judgement.about}
        try:
            kind, roles, date, amount, _, label, _ = json.loads(judgement.detail)
            wanted = {(role, self.ids[found[0]]) for role, ref in roles if len(found := self._roots(ref)) == 1}
            if len(wanted) != len(roles):
                return set()
        except (ValueError, TypeError):
            return set()
        found_names: dict[str, bool] = {}
        for name, places in tellings.items():
            if not name.startswith(f"{kind}-"):
                continue
            document, local = places[0]
            fact = self.canonical.get((document, local)) or next(f for f in self.facts[document] if f.id == local)
            own = next(f for f in self.facts[document] if f.id == local)
            if {(role, self.of[document, e]) for role, e in own.roles} != wanted:
                continue
            said = json.loads(
                fact_content(kind, wanted, fact.date, fact.amount, fact.status, fact.label, fact.qualifiers)
            )
            same_day = said[2] == date or None in (said[2], date)
            same_day = same_day or said[2].startswith(date) or date.startswith(said[2])
            agree = same_day and (said[3] == amount or None in (said[3], amount))
            if agree and (kind not in TOLD_APART_BY_LABEL or said[5] == label):
                found_names[name] = said[2] == date and said[3] == amount
        exact = {n for n, same in found_names.items() if same}
        return exact if len(exact) == 1 else set(found_names)

    def _outcomes(self) -> Iterator[Applied]:
        for judgement in self.judgements:
            yield self.outcome.get(judgement.id, Applied(judgement, problem="it applies to nothing"))


class _Blocks:
    """Where the longer names of a short form are looked for."""

    def __init__(self, named: Mapping[Atom, NameParts]) -> None:
        self.exact: dict[str, list[Atom]] = defaultdict(list)
        self.begins: dict[str, list[Atom]] = defaultdict(list)
        for atom in sorted(named):
            parts = named[atom]
            for form in (parts.bare, parts.local, parts.core):
                if len(form) >= 2 and form != parts.key and atom not in self.exact[form][-1:]:
                    self.exact[form].append(atom)
            brand = parts.brand
            if len(brand) >= 2 and brand in parts.key:
                at = parts.key.index(brand)
                starts = {parts.key[at:], parts.key} if at > 0 else {parts.key}
                for start in starts:
                    head = len(brand) + (at if start == parts.key else 0)
                    for more in range(3):
                        if len(start) > head + more:
                            self.begins[start[: head + more]].append(atom)

    def near(self, parts: NameParts) -> list[Atom]:
        """Names that a short form may be short for; of a crowd (a brand that hundreds have) only those that share more
        than the brand.
        """
        found = dict.fromkeys(self.exact.get(parts.key, ()))
        for size in range(min(len(parts.key), 10), 1, -1):
            block = self.begins.get(parts.key[:size], ())
            if 0 < len(block) <= _CROWD:
                found.update(dict.fromkeys(block))
        return sorted(found)


# ---------------------------------------------------------------- pieces


def _slim(document: str, e: Entity) -> _Seen:
    if len(e.mentions) == 0:
        return _Seen(document, e, e.name)
    called = e.name
    if len(e.mentions) == 1:
        if e.mentions[0].rule != "local":
            called = e.mentions[0].name
    else:
        names = [m.name for m in e.mentions if m.rule != "local"]
        if len(names) > 0:
            called = min(dict.fromkeys(names), key=lambda n: (-names.count(n), n != e.name, -len(n), n))
    # Not by `replace`: a large corpus has a million of these.
    slim = Entity(
        e.id, e.type, e.name, e.aliases, (), e.code, e.parent, e.note, e.merged, e.candidates, e.identifiers, e.given
    )
    return _Seen(document, slim, called)


def _at(reference: str) -> tuple[str, str | None]:
    """A reference and the document that it is limited to: 周启明@a → 周启明, a."""
    name, at, document = reference.partition("@")
    return (name, document) if at != "" and name != "" else (reference, None)


def _bare(reference: str) -> str:
    """The name in an id: company/闻泰通讯 → 闻泰通讯."""
    kind, slash, name = reference.partition("/")
    return re.sub(r"\([^()]*\)$", "", name) if slash != "" and kind == "person" else name if slash != "" else reference


def _majority(values: Iterable[str]) -> str:
    told = list(values)
    if told.count(told[0]) == len(told):
        return told[0]
    counts = Counter(told)
    return min(counts, key=lambda v: (-counts[v], -len(v), v))


def _fullness(fact: Fact) -> tuple[object, ...]:
    """Order of tellings: those that say most first."""
    date = fact.date.value or fact.date.start or "" if fact.date is not None else ""
    amount = str(fact.amount.value) if fact.amount is not None else ""
    exact = fact.amount is None or fact.amount.bound != "exact"
    return (-len(date), date, amount == "", exact, amount, -len(fact.label or ""), fact.label or "")


def _values(fact: Fact) -> tuple[object, ...]:
    return (fact.date, fact.amount, fact.label, fact.status, fact.qualifiers)


def _same_values(one: Fact, other: Fact) -> bool:
    return (
        (one.date.value if one.date is not None else None) == (other.date.value if other.date is not None else None)
        and (one.amount.value if one.amount is not None else None)
        == (other.amount.value if other.amount is not None else None)
    )  # fmt: skip


def _shared(cluster: Sequence[tuple[str, Fact]]) -> Fact:
    """The values of a fact that several tell: the most exact date, the sum and the label that most give."""
    facts = [fact for _, fact in cluster]
    dates = [f.date for f in facts if f.date is not None]
    amounts = [f.amount for f in facts if f.amount is not None]
    labels = [f.label for f in facts if f.label is not None]

    def best(values: Sequence[object], rank: Callable[[object], tuple[object, ...]]) -> object:
        return min(values, key=rank) if len(values) > 0 else None

    date_counts, sums, label_counts = Counter(dates), Counter(amounts), Counter(labels)
    date = best(
        dates,
        lambda d: (d.start is None, -len(d.value or d.start or ""), d.approximate, -date_counts[d], d.text),  # type: ignore[attr-defined, index]
    )
    amount = best(amounts, lambda a: (a.bound != "exact", -sums[a], str(a.value), len(a.text), a.text))  # type: ignore[attr-defined, index]
    label = best(labels, lambda t: (len(t) <= 2, -label_counts[t], -len(t), t))  # type: ignore[arg-type, index]
    return replace(facts[0], date=date, amount=amount, label=label)  # type: ignore[arg-type]


def _dates_agree(one: Date | None, other: Date | None) -> bool:
    """True where one lies in the other, or one is not known."""
    if one is None or other is None:
        return True
    if one.start is None or other.start is None or one.end is None or other.end is None:
        return one.start is not None or other.start is not None or one.text == other.text
    inside = other.start <= one.start and one.end[: len(other.end)] <= other.end
    around = one.start <= other.start and other.end[: len(one.end)] <= one.end
    return inside or around


def _amounts_agree(one: Amount | None, other: Amount | None) -> bool:
    if one is None or other is None:
        return True
    if one.currency != other.currency:
        return False
    if one.value == other.value:
        return True
    if one.bound == other.bound == "exact" or "range" in (one.bound, other.bound):
        return False
    return abs(one.value - other.value) <= Decimal("0.1") * max(one.value, other.value)


def _labels_agree(one: str | None, other: str | None) -> bool:
    """True where one label is a shorter word for the other: 签约, 合作协议 and 合作框架协议."""
    if one is None or other is None or one == other:
        return True
    short, long_ = sorted((one, other), key=len)
    if len(short) <= 2:
        return True
    rest = iter(long_)
    return all(character in rest for character in short)


def _near(one: str | None, other: str | None) -> bool:
    """True for two dates of at most some weeks apart; a month or year counts as near everything in it."""
    if one is None or other is None:
        return False
    size = min(len(one), len(other))
    if one[:size] == other[:size]:
        return True
    return size == 10 and abs((day.fromisoformat(one) - day.fromisoformat(other)).days) <= _NEAR
