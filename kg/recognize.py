"""Recognition: from the text of one document to the mentions of named things in it.

Input is a Document with the spans of its body, output the mentions, posts, short forms and sentences found there.

    引进了德景电子、开天(上海)传动等项目   →   德景电子 [Company], 开天(上海)传动 [Company]

A name is found from its end: a suffix of the ontology's name grammar (电子, 基金, 开发区) is met in the token stream
and
the name grows to the left over tokens that can belong to it, until a place or a stem that is no ordinary word has
been taken in or a verb, preposition or conjunction stands in the way. A suffix whose stem holds neither is a common
noun (专业园区) and no name. Tokens come from rjieba without its HMM, so that an unknown stem shows as single
characters.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import accumulate

import rjieba
from ahocorasick_rs import AhoCorasick

from kg import scanning
from kg.gazetteer import Gazetteer
from kg.model import Document, Mention, Span
from kg.ontology import Ontology
from kg.resource import resource

#: For how many names what was found about them is kept: those of some thousand articles, so that memory stays level.
NAMES_KEPT = 8192
#: Longest name, in characters; the longest legal names in the register have just over 40.
LONGEST_NAME = 42

_SENTENCE_END = re.compile(r"[。！？!?\n]+[”’」）)]*")
_QUOTED = re.compile(r"“([^“”\n]{2,40})”")
_TITLE_MARK = re.compile(r"《([^《》\n]{3,40})》")
_SHORT_NAME = re.compile(r"[“‘']([^“”‘’']{2,14})[”’']")
_DOTTED = re.compile(r"[\u4e00-\u9fff]{1,6}(?:·[\u4e00-\u9fff]{1,6})+")
_MARKED = "、,，。;；:：\n“”《》()"
_LISTED = re.compile(r"[\u3400-\u9fff]{2,3}(?=[、,，。;；])")
_NAME_BEFORE = re.compile(r"(?:^|[、,，。;；\n])(?P<name>[\u3400-\u9fff]{2,4})$")
_HANZI = re.compile(r"[\u3400-\u9fff]+")
_BRAND = re.compile(r"[\u4e00-\u9fffA-Za-z]+")
_ALONE = re.compile(r"(?:[,，。;；:：\n\s“]|^)([\u4e00-\u9fffA-Za-z*]{2,8})$")
_LIST_STOPS = frozenset("、,，。;；:：!！?？“”《》 \n\t\u3000")
_LIST = re.compile(r"[^、,，。;；:：!！?？\s“”《》]{2,40}(?:、[^、,，。;；:：!！?？\s“”《》]{2,40}){2,}")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9&.\-]*")


#: Names times characters up to which looking for one name after the other is faster than to build an automaton.
_FEW = 20_000

#: Lexicon entries that play a part in a clause and so never belong to a name.
_CLAUSE_WORDS = (
    "about", "with", "at", "from", "to", "by", "for", "ba", "both", "self", "heads",
    "planned", "denied", "ended", "started", "completed", "titles", "prefixes", "posts_behind", "parties", "done_to",
)  # fmt: skip
# : How often the tokenizer is told that a word of a clause occurs: as often as 签订, so that 容川资本领投 is not cut
# at 本领.
_TRIGGER_COUNT = 3000
#: Rules that know a name from what stands around it, so that it is looked for elsewhere however short it is.
_ROLE_RULES = frozenset({"stock-code", "announces", "role", "listed", "joined"})
#: What a member of a list of projects begins behind.
_ITEM_MARKS = "、,，;；。:：\n“”《》 "
#: Parts of speech of words that can be a brand: names, short forms, and what the tokenizer does not know.
_NAME_TAGS = ("nr", "nz", "ns", "nt", "j", "x", "g")
#: Classes of bodies whose delegations are told by the end of the body's name (江海+大学+校友考察团).
_SENDING = frozenset(("University", "Institution", "Hospital", "Organization", "Company", "Government", "Park"))
_KINDS = ("full", "short", "former", "abbreviation")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the body: offsets into the document's text, end exclusive, terminator included."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Post:
    """A title that stands at a person's name: 区长 + 周启明; offsets of the title."""

    person: Mention
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Recognition:
    """What is named in one document: mentions in reading order (outermost first), posts, short forms by full name."""

    document: Document
    sentences: tuple[Sentence, ...]
    mentions: tuple[Mention, ...]
    posts: tuple[Post, ...] = ()
    short_forms: tuple[tuple[str, str], ...] = ()
    tags: Mapping[int, str] = field(default_factory=dict)  # part of speech of the token that begins at an offset
    bare: tuple[tuple[int, int], ...] = ()  # head nouns without a name (联盟, 该基金, 公司), which may refer back


@dataclass(slots=True)
class _Tokens:
    """What the tokenizer saw of one document: part of speech by offset, and the head nouns that stand alone."""

    tags: dict[int, str]
    bare: list[tuple[int, int]]


@dataclass(slots=True)
class _Candidate:
    start: int
    end: int
    type: str
    rule: str
    confidence: float
    code: str | None = None

    @property
    def length(self) -> int:
        return self.end - self.start


class Recognizer:
    """The name grammar of an ontology and the surfaces of a gazetteer, compiled once and used for any document."""

    def __init__(self, ontology: Ontology, gazetteer: Gazetteer) -> None:
        self.ontology = ontology
        self.gazetteer = gazetteer
        lexicon = ontology.lexicon
        grammar = ontology.grammar
        self._short_form = re.compile(grammar["short_form"])
        self._stock_code = re.compile(grammar["stock_code"])
        self._latin_short = re.compile(grammar["latin_short"])
        self._abbreviation = re.compile(grammar["abbreviated_place"])
        self._tail_bracket = re.compile(grammar["tail_bracket"])
        self._name_split = re.compile(grammar["name_split"])
        level_end = re.compile(grammar["level_end"])
        self.levels = frozenset(lexicon["levels"])
        self.committee = frozenset(lexicon["committee"])
        self.no_opening = frozenset(lexicon["no_opening"])
        self.what_it_is = tuple(lexicon["what_it_is"])
        self.full_ends = frozenset(lexicon["full_ends"])
        self.of = tuple(lexicon["of"])
        self.given = frozenset(lexicon["given_characters"])
        self.national = tuple(lexicon["national"])
        self._headed_by = re.compile(grammar["headed_by"])
        self.owned_works = tuple(lexicon["owned_works"])
        self.leads_people = tuple(lexicon["leads_people"])
        self.told_of = tuple(lexicon["told_of_projects"])
        self.speaks_for = tuple(lexicon["speaks_for"])
        self.rooms = frozenset(lexicon["rooms"])
        self.enterprise = frozenset(lexicon["enterprise"])
        self.attached = frozenset(lexicon["attached"])
        self.committee_tails = frozenset(lexicon["committee_tails"])
        self.linking = frozenset(lexicon["linking"])
        self.ordinal = tuple(lexicon["ordinal"])
        self.year = frozenset(lexicon["year"])
        self.bracket_words = frozenset(lexicon["bracket_words"])
        self.contracts = tuple(lexicon["contracts"])
        self.joining = frozenset(lexicon["and"])
        announce = "|".join(re.escape(w) for w in sorted(lexicon["announce"], key=len, reverse=True))
        self._announced = scanning.compile(grammar["announced"].replace("ANNOUNCE", announce))
        self._company_cue = scanning.compile(grammar["company_cue"])
        self._and_between = re.compile("|".join(re.escape(w) for w in (*lexicon["and"], *lexicon["with"][:1])))
        self._joined_by = re.compile(grammar["joined_by"])
        self.no_company_ends = tuple(lexicon["no_company_ends"])
        self.buildings = frozenset(lexicon["buildings"])
        self.group_ends = tuple(lexicon["group_ends"])
        self.wide, self.wide_leads = frozenset(lexicon["wide_places"]), tuple(lexicon["wide_leads"])
        self.kinds = frozenset(lexicon["kinds"])
        self._cornered = scanning.compile(grammar["cornered"])
        self._called = scanning.compile(grammar["called"])
        self._bought = scanning.compile(grammar["bought"])
        self.stem_ends = frozenset(lexicon["stem_ends"])
        self.reports = frozenset(lexicon["reports"])
        self.roads = tuple(lexicon["roads"])
        self.cited = tuple(lexicon["cited"])
        self._notice = scanning.compile(grammar["notice"])
        self._counted = re.compile(grammar["counted"])
        self.doubtful = frozenset(lexicon["doubtful_brands"])
        self.date_marks = frozenset(lexicon["date_marks"])
        self.splitters = frozenset(lexicon["splitters"]) | self.date_marks
        self.branches = frozenset(lexicon["branches"])
        self.suffixes: dict[str, list[tuple[str, bool]]] = {}
        for names in ontology.names.values():
            for strong, words in ((True, names.strong), (False, names.weak)):
                for word in words:
                    self.suffixes.setdefault(word, []).append((names.type, strong))
        self.patterns = [(re.compile(p), g.type) for g in ontology.names.values() for p in g.patterns]
        self.quoted: dict[str, list[str]] = {}
        for names in ontology.names.values():
            for word in names.quoted:
                self.quoted.setdefault(word, []).append(names.type)
        self.legal = sorted({w for g in ontology.names.values() for w in g.legal}, key=len, reverse=True)
        self.endings = frozenset(self.legal)
        self.endings_short = tuple(w for w in self.legal if not any(w.startswith(x) for x in lexicon["verbal"]))
        self.weak = {w for g in ontology.names.values() for w in g.weak}
        self.places: dict[str, tuple[tuple[str, ...], str, bool]] = {}
        for surface in gazetteer.surfaces():
            if surface.kind != "abbreviation" and len(surface.form) > 1:
                stem = level_end.sub("", surface.form)
                safe = surface.safe and stem not in self.suffixes and surface.form not in self.suffixes
                known = self.places.get(surface.form)
                if known is None:
                    self.places[surface.form] = (surface.codes, surface.kind, safe)
                else:
                    # One form can be a full name of one place and a short or former one of another; today's full name
                    # stands first.
                    first, second = sorted(((surface.codes, surface.kind), known[:2]), key=lambda s: _KINDS.index(s[1]))
                    self.places[surface.form] = (tuple(dict.fromkeys(first[0] + second[0])), first[1], safe or known[2])
        self.known = {
            **dict.fromkeys(gazetteer.companies, "Company"),
            **dict.fromkeys(lexicon["central_bodies"], "Government"),
            **dict.fromkeys(lexicon["fairs"], "Event"),
            **dict.fromkeys(lexicon["strategies"], "Policy"),
            **(gazetteer.register.types if gazetteer.register is not None else {}),
        }
        self.institutions = {form: "University" for form in gazetteer.institutions if len(form) >= 3}
        self.common = frozenset(resource("data/gazetteer/common_words.txt").read_text(encoding="utf-8").split())
        self.stop_chars = frozenset(w for w in lexicon["stop"] if len(w) == 1)
        self.inside = frozenset(lexicon["inside"])
        self.generic = frozenset(lexicon["generic"])
        self.numerals = frozenset(lexicon["numerals"])
        self.vague = frozenset(lexicon["vague"])
        self.opening = frozenset(lexicon["opening"])
        self.zones = frozenset(lexicon["zones"])
        self.verbal_heads = tuple(lexicon["invested"])
        self.verbal = frozenset(lexicon["verbal"])
        self.aspect = frozenset(lexicon["aspect"])
        self.hard_stop = frozenset(lexicon["hard_stop"])
        self.noun_ends = frozenset(lexicon["noun_ends"])
        self.local_ends = {
            character: kind
            for pair in lexicon["local_ends"]
            for kind, characters in (pair.split("="),)
            for character in characters
        }
        self.tail_chars = frozenset("".join(lexicon["local_tails"]))
        self._etc = frozenset(lexicon["etc"])
        self.trade_ends = frozenset(lexicon["trade_ends"])
        after = "|".join(re.escape(w) for w in (*lexicon["etc"], *lexicon["and"]))
        self._member = re.compile(rf"(?P<name>[\u3400-\u9fff]{{2,10}}?)(?=[、,，。;；]|{after})")
        self._division_abroad = re.compile(grammar["abroad"])
        self._delegations = re.compile("|".join(re.escape(w) for w in sorted(lexicon["delegations"], key=len)))
        self.local_organs = frozenset(
            (*lexicon["local_organs"], *(level + w for level in lexicon["levels"] for w in lexicon["local_organs"]))
        )
        self.central = tuple(lexicon["central"])
        self.own_levels = tuple(lexicon["own_places"])
        self.leads_others = tuple(lexicon["leads_others"])
        self.list_ends = tuple(lexicon["etc"])
        self.joint_acts = tuple(lexicon["joint_acts"])
        self.leaders = tuple(lexicon["leaders"])
        self.where_leads = frozenset((*lexicon["from"], *lexicon["at"]))
        self.list_marks = frozenset(("、", *lexicon["and"], *lexicon["with"]))
        self.inner_organs = frozenset(lexicon["inner_organs"])
        self.unmade = frozenset(lexicon["unmade"])
        self.seen_by = frozenset(("、", *lexicon["seen_by"]))
        self._said_firms = re.compile(grammar["said_firms"])
        self.etc_words = frozenset(lexicon["etc"])
        self.boasts = frozenset(lexicon["boasts"])
        self.graded = frozenset(lexicon["graded"])
        self.made_by = frozenset(lexicon["made_by"])
        self.legal_words = tuple(lexicon["full_ends"]) + tuple(lexicon["owner_ends"])
        self.routes = frozenset(lexicon["routes"])
        self.zone_ends = ontology.names["Park"].strong
        self.own_zones = tuple(lexicon["bare_zones"])
        self.bare_zones = frozenset(lexicon["bare_zones"])
        self.party_bodies = frozenset(lexicon["party_bodies"])
        self.companies = frozenset(w for w in ontology.names["Company"].legal if w not in self.inside)
        self.titles = tuple(sorted(lexicon["titles"], key=len, reverse=True))
        self.surnames = frozenset(lexicon["surnames"])
        self.addressed = tuple(lexicon["addressed"])
        self.say = tuple(lexicon["say"])
        self.time_ends = frozenset(lexicon["time_ends"])
        self.products = frozenset(lexicon["products"])
        self.mines = frozenset(lexicon["mines"])
        self.works = frozenset(lexicon["works"])
        self.project_heads = tuple(lexicon["project_heads"])
        self.project_ends = tuple({*ontology.names["Project"].strong, *lexicon["project_ends"]})
        self._project_marks = re.compile("|".join(re.escape(w) for w in (*self.project_heads, "·")))
        self._so_called = re.compile(grammar["so_called"])
        self._lead_in = re.compile(grammar["project_lead_in"])
        self._project_item = re.compile(grammar["project_item"])
        self._list_joint = re.compile("|".join((*lexicon["and"], *lexicon["list_joints"])))
        self.phrase_joints = frozenset(lexicon["phrase_joints"])
        self.yearly = frozenset(lexicon["yearly"])
        self.measures = frozenset(lexicon["measures"])
        self.site_ends = frozenset(lexicon["site_ends"])
        self.praise = frozenset(lexicon["praise"])
        self.zone_words = frozenset(lexicon["zones"]) | self.bare_zones | frozenset(lexicon["area_ends"])
        self.title_prefixes = frozenset(lexicon["prefixes"])
        self.gatherings = ontology.names["Event"].strong
        self.weighty = frozenset(
            w for kind in ("Park", "Project", "Company", "Fund") for w in ontology.names[kind].strong
        )
        self.acts_of_people = tuple(lexicon["acts_of_people"])
        self.speaks = tuple(lexicon["speaks"])
        self.left = tuple(w for w in (*lexicon["leaves"], *lexicon["posts_behind"]) if len(w) > 1)
        self.say_chars = frozenset(w for w in lexicon["say"] if len(w) == 1)
        self.speech = frozenset(lexicon["speech"])
        self.self_words = frozenset(lexicon["self"])
        self.owned = frozenset(lexicon["owned"])
        self.announcing_self = frozenset(lexicon["announcing_self"])
        self.organs = frozenset(lexicon["organs"])
        self._alone = self.self_words | self.committee
        government = [w for w, kinds in self.suffixes.items() if any(t == "Government" for t, _ in kinds)]
        #: Words of up to three characters that can end a name, or stand for one.
        self._ends = frozenset({*self.suffixes, *self.institutions, *self.known, *self._alone})
        self._ends |= {level + body for level in self.levels for body in government}
        self._marks = self._ends.union(self.places)
        self.head_words = frozenset(lexicon["heads"])
        self.titles_set = frozenset(lexicon["titles"])
        # A title that ends with another one (党委书记) need not be looked for by itself.
        shortest = [t for t in lexicon["titles"] if not any(t != o and t.endswith(o) for o in lexicon["titles"])]
        self._people_words = AhoCorasick(
            sorted({*shortest, *lexicon["names_behind"], *lexicon["acts_of_people"], *self.speaks})
        )
        # What plays a part in a clause: words of the lexicon and the triggers of all frames.
        clause_words = {w for key in _CLAUSE_WORDS for w in lexicon[key] if len(w) > 1}
        clause_words |= {w for frame in ontology.frames for w in frame.triggers if len(w) > 1}
        self.boundary = frozenset(clause_words - self.inside)
        named_for = ("self", "heads", "apposed", "kinds", "titles")
        self.not_inside = self.boundary.union(w for key in named_for for w in lexicon[key])
        self._jieba = rjieba.Jieba()
        for form, (_, kind, safe) in self.places.items():
            if safe and (kind != "short" or len(form) > 1):
                self._jieba.add_word(form, None, "ns")
        for surface in gazetteer.surfaces():
            if surface.kind == "abbreviation":
                for direction in lexicon["directions"]:
                    self._jieba.add_word(surface.form + direction, None, "ns")  # 滇中, 苏南
        for form in self.known:
            self._jieba.add_word(form, None, "nz")
        for form in self.institutions:
            self._jieba.add_word(form, None, "nt")
        for word in self.suffixes:
            if len(word) > 1 and not self._jieba.has_word(word):
                self._jieba.add_word(word, None, "n")
        done_to = frozenset(lexicon["done_to"])
        for word in sorted(clause_words):
            if word in done_to or not self._jieba.has_word(word):
                self._jieba.add_word(word, _TRIGGER_COUNT, "v")
        for word in (*self.inside, *self.generic, *self.vague):
            if 1 < len(word) < 4 and not self._jieba.has_word(word):
                self._jieba.add_word(word, None, "n")
        title = "|".join((grammar["chief"], *(re.escape(t) for t in self.titles)))
        inner = "|".join(re.escape(t) for t in lexicon["inner_bodies"])
        joint = "|".join(re.escape(t) for t in lexicon["title_joints"])
        before = "|".join(re.escape(t) for t in lexicon["before_person"])
        prefix = "|".join(re.escape(t) for t in sorted(lexicon["prefixes"], key=len, reverse=True))
        aide = "|".join(re.escape(t) for t in lexicon["aides"])
        self._title = scanning.compile(
            rf"(?:{grammar['session']})?(?:{prefix})*(?:{title})(?:{aide})?"
            rf"(?:(?:{joint})(?:{inner})?(?:{prefix})*(?:{title})(?:{aide})?)*"
        )
        self._remark = re.compile(grammar["remark"])
        self._held_by = re.compile(grammar["held_by"])
        self._about = re.compile(grammar["about_person"])
        self._reason = re.compile(grammar["reason"])
        self._born = re.compile(grammar["born"])
        self._gender = re.compile(grammar["gender"])
        self._bio = re.compile(rf"(?P<name>[\u4e00-\u9fff]{{2,6}}){grammar['gender']}")
        self.verbs_of_saying = tuple(w for w in lexicon["say"] if len(w) > 1)
        self.name_closers = tuple({*lexicon["say"], *lexicon["etc"], *lexicon["and"]})
        self._spaced = re.compile(grammar["spaced_name"])
        self.sites = {w: kind for kind, words in (p.split("=") for p in lexicon["sites"]) for w in words.split("/")}
        self.site_words = tuple(sorted(self.sites, key=len, reverse=True))
        self.monuments = frozenset(lexicon["monuments"])
        self.named_sites = frozenset(lexicon["named_sites"])
        self.halls = frozenset(lexicon["halls"])
        self._seen = scanning.compile(grammar["seen"])
        self._site = re.compile(grammar["site"])
        self._trip_words = re.compile("|".join(re.escape(w) for w in lexicon["trips"]))
        self._leaders_behind = re.compile(grammar["leaders_behind"])
        self.name_ends_no_more = frozenset(self.local_ends) | frozenset("".join(lexicon["no_name_ends"]))
        self.no_address = tuple(lexicon["no_address"])
        self._named_by = re.compile("|".join(re.escape(w) for w in lexicon["names_behind"]))
        self._post_behind = re.compile(rf"(^|[;；:：。，,、\n\s]|{before})(?=[\u4e00-\u9fff]{{2,4}})", re.MULTILINE)
        self._verb_of_post = scanning.compile(
            grammar["post_dated"]
            + "|"
            + "|".join(re.escape(w) for w in sorted(lexicon["posts_behind"], key=len, reverse=True))
        )
        self.core = lru_cache(maxsize=NAMES_KEPT)(self._core)
        self.brand = lru_cache(maxsize=NAMES_KEPT)(self._brand)
        self.is_places = lru_cache(maxsize=NAMES_KEPT)(self._is_places)
        self.without_places = lru_cache(maxsize=NAMES_KEPT)(self._without_places)
        self._parts = lru_cache(maxsize=65536)(self._parts_uncached)
        self._head = lru_cache(maxsize=65536)(self._head_uncached)

    # ------------------------------------------------------------ public

    def recognize(
        self, document: Document, body: Sequence[tuple[int, int]], *, outdone: list[Mention] | None = None
    ) -> Recognition:
        """Find every mention inside the body spans of a document.

        `outdone` takes up the names that were found and gave way to a longer or surer one over the same words.
        """
        text = document.folded
        found: list[_Candidate] = []
        sentences: list[Sentence] = []
        tokens = _Tokens({}, [])
        for start, end in body:
            sentences.extend(_sentences(text, start, end))
            found.extend(self._scan(text, start, end, tokens))
        found.extend(self._branches(found))
        found.extend(self._owned_works(found))
        found.extend(self._titled_works(text, body))
        found.extend(self._listed_projects(text, body, found))
        found.extend(self._visited(text, body, found, tokens))
        chosen = _longest(found)
        chosen = self._by_role(text, body, chosen, tokens)
        chosen.extend(self._in_lists(text, chosen, tokens))
        short_forms = list(self._short_forms(text, chosen, body))
        chosen = self._spread(text, body, chosen, short_forms, tokens)
        people, posts = self._people(text, body, chosen, tokens)
        titled = {c.start: c.end for c in people if c.rule == "title"}
        # 院长宁光+作高水平研究型医院建设汇报: behind a title the name ends where a verb of saying begins
        if len(titled) > 0:
            chosen = [
                c
                for c in chosen
                if c.code is not None
                or not (c.start in titled and c.end > titled[c.start] and text.startswith(self.say, titled[c.start]))
            ]
        chosen = _longest([*chosen, *people])
        chosen.extend(self._nested_places(text, chosen))
        chosen.extend(self._nested_companies(text, chosen))
        chosen.extend(self._abbreviated(text, body, chosen))
        chosen.sort(key=lambda c: (c.start, -c.end))
        mentions = tuple([self._mention(document, c) for c in chosen])
        if outdone is not None:
            kept = {(c.start, c.end) for c in chosen}
            outdone.extend(self._mention(document, c) for c in found if (c.start, c.end) not in kept)
        by_start = {(m.span.start, m.span.end): m for m in mentions if m.type == "Person"} if len(posts) > 0 else {}
        covered = _cover(len(text), chosen) if len(tokens.bare) > 0 else b""
        return Recognition(
            document=document,
            sentences=tuple(sentences),
            mentions=mentions,
            posts=tuple([Post(by_start[s, e], text[a:b], a, b) for s, e, a, b in posts if (s, e) in by_start]),
            short_forms=tuple(short_forms),
            tags=tokens.tags,
            bare=tuple([b for b in tokens.bare if covered.find(1, *b) < 0]),
        )

    def _core(self, name: str) -> str:
        """A company name without its brackets, legal ending and leading places: 容川(嘉兴)股权投资… → 容川股权投资…"""
        bare = re.sub(r"\([^()]*\)", "", name)
        for ending in self.legal:
            if bare.endswith(ending) and len(bare) - len(ending) >= 2:
                bare = bare[: -len(ending)]
                break
        return self.without_places(bare)

    def _is_places(self, text: str) -> bool:
        """True where a text is nothing but names of places (浙江省嘉兴市)."""
        return len(text) > 1 and all(word in self.places for word, _ in self._jieba.tag(text, False))

    def _brand(self, name: str) -> str:
        """The part of a company name that is its own: 闻泰通讯股份有限公司 → 闻泰; empty where every word is
        ordinary.
        """
        core = self.core(name)
        ends = range(2, len(core))
        trades = [
            e for e in ends if any(core[e : e + n] in self.weak or core[e : e + n] in self.suffixes for n in (4, 3, 2))
        ]
        words = [e for e in ends if any(core[e : e + n] in self.common for n in (4, 3, 2))]
        end = next(iter(trades or words), len(core))
        stem = core[:end]
        known = self.places.get(stem)
        return stem if stem not in self.common and stem not in self.generic and (known is None or not known[2]) else ""

    def announces(self, text: str, at: int) -> bool:
        """True where what ends at `at` announces something there: …公告称."""
        return (
            self._announced.match(text, at) is not None
            or self._notice.match(text, at) is not None
            or self._stock_code.match(text, at) is not None
        )

    def title_at(self, text: str, at: int) -> tuple[int, int] | None:
        """Offsets of a title of a post that begins at `at`, or None."""
        match = self._title.match(text, at)
        return match.span() if match is not None else None

    # ------------------------------------------------------------ names from their ends

    def _scan(self, text: str, start: int, end: int, found: _Tokens) -> Iterator[_Candidate]:
        tokens = self._tokens(text[start:end])
        words = [word for word, _ in tokens]
        tags = [tag for _, tag in tokens]
        starts = list(accumulate(map(len, words), initial=start))
        found.tags.update(zip(starts, tags, strict=False))
        found.tags.setdefault(starts[-1], "x")
        count = len(words)
        places = self.places
        place_at: list[tuple[tuple[str, ...], str, bool] | None] = [None] * count
        # One look at each word, at single characters in a small set: most are neither places nor ends of names.
        marks, ends = self._marks, self._ends
        marked = [i for i, word in enumerate(words) if word in (marks if len(word) > 1 else ends) or len(word) > 3]
        for i in marked:
            if words[i] in places:
                place_at[i] = self._place(words, i)
        spots = [i for i, place in enumerate(place_at) if place is not None]
        done = 0
        for i in spots:
            if i < done:
                continue
            first = place_at[i]
            assert first is not None
            # 盐城市盐都区, 上海莘庄镇: adjacent places, each inside the one before it, are one name
            j = i
            while j + 1 < count and place_at[j + 1] is not None and self._descends(place_at[j], place_at[j + 1]):
                j += 1
            outer: tuple[str, ...] = ()
            if j == i and text.startswith(self.roads, starts[j + 1]):
                continue  # 滨海大道
            edge = max(0, starts[i] - 4)
            if j == i and words[i] in self.wide and not text.endswith(self.wide_leads, edge, starts[i]):
                continue  # 中国最大的…
            for k in range(i, j + 1):
                surface = place_at[k]
                assert surface is not None
                codes = surface[0]
                if len(outer) > 0:
                    codes = tuple(c for c in codes if any(self.gazetteer.contains(o, c) for o in outer)) or codes
                yield self._place_candidate(starts[i], starts[k + 1], codes, surface[1])
                outer = codes
            done = j + 1
            beyond = place_at[j + 1] if j + 1 < count else None
            if beyond is not None and words[j + 1].endswith(self.own_zones) and not self._one_province(first, beyond):
                # 绍兴+滨海新区: a new area of the same name elsewhere is not the one that lies here
                yield _Candidate(starts[i], starts[j + 2], "Park", "suffix:zone", 0.9)
                done = j + 2
        yield from self._abroad(text, words, starts, place_at, spots, end)
        alone = self._alone
        for h in marked:
            word = words[h]
            if word not in ends and len(word) < 4:
                continue
            heads = self._head(word, tags[h])
            if heads is None and word not in alone:
                continue
            if (
                heads is not None
                and heads[0][2]
                and 0 < h < count - 1
                and words[h] in self.known
                and self._odd(words[h - 1])
                and words[h - 1] not in self.hard_stop
                and words[h + 1] in self.weak
            ):
                continue  # 迈+思科+电子: part of another name
            if (
                heads is not None
                and h + 1 < count
                and words[h + 1] in self.companies
                and words[h] not in self.companies
            ):
                continue  # …基金+有限公司: the legal ending is the head
            built = h + 1 < count and words[h + 1] in self.buildings
            if heads is not None and built and heads[0][:2] == ("Company", False):
                continue  # 大安国际+大楼
            if heads is not None and word in self.verbal and h > 0 and words[h - 1] in self.reports:
                continue  # 天眼查数据+显示
            if heads is None and words[h] in self.self_words and self._stands_alone(words, tags, h):
                found.bare.append((starts[h], starts[h + 1]))
            if (
                heads is not None
                and words[h] in self.verbal
                and h + 1 < count
                and (
                    (words[h + 1][0].isdigit() and self.year.isdisjoint(words[h + 2 : h + 3]))
                    or words[h + 1] in self.numerals
                    or words[h + 1] in self.aspect
                )
            ):
                continue  # 星衡半导体投资4500万元: the verb, not the end of a name
            if heads is None:
                if (
                    words[h] in self.committee
                    and h > 0
                    and place_at[h - 1] is not None
                    and words[h - 1][-1] in self.levels
                    and (h + 1 == count or words[h + 1] not in self.committee_tails)
                ):
                    yield _Candidate(starts[h - 1], starts[h + 1], "Government", f"suffix:{words[h]}", 0.9)
                continue
            if h + 1 < count and words[h + 1] in self.trade_ends:
                continue  # 宁波钟表+业: a trade, not a company
            yield from self._grow(text, words, tags, starts, place_at, h, heads, found.bare)
        for i in spots:
            if len(words[i]) > 2:
                yield from self._local_body(words, tags, starts, place_at, i)
        if self._project_marks.search(text, start, end) is not None:
            yield from self._projects(text, words, tags, starts, place_at)
        if self._delegations.search(text, start, end) is not None:
            yield from self._delegates(text, words, tags, starts, place_at, found.bare)
        for pattern, kind in self.patterns:
            for match in pattern.finditer(text, start, end):
                begin = match.start()
                if kind == "Event" and begin > start and begin in starts:
                    k = starts.index(begin)
                    while k > 0 and place_at[k - 1] is not None:
                        k -= 1  # 定州市+第四届定商发展大会
                    begin = starts[k]
                yield _Candidate(begin, match.end(), kind, "pattern", 0.9)
        for match in _QUOTED.finditer(text, start, end):
            yield from self._quoted(text, match, end)

    def _tokens(self, text: str) -> list[tuple[str, str]]:
        """The words of a text with their parts of speech, where the tokenizer has glued two together cut apart."""
        tokens = self._jieba.tag(text, False)
        splitters = self.splitters
        cut: list[tuple[int, tuple[tuple[str, str], ...]]] = []
        for n in [n for n, (token, _) in enumerate(tokens) if len(token) > 2 or token[0] in splitters]:
            token, tag = tokens[n]
            if token[0] in self.date_marks:
                dated = len(token) > 1 and n > 0 and tokens[n - 1][0][-1].isdigit()
                if dated and token[1:] in self.self_words:
                    cut.append((n, ((token[0], "m"), (token[1:], "n"))))  # 11月17+日本公司: the day, and 本公司
                    continue
                if len(token) == 2:
                    continue
            if len(token) > 2:
                parts = self._parts(token, tag)
                if len(parts) > 1:
                    cut.append((n, parts))
            elif (
                len(token) == 2
                and n + 1 < len(tokens)
                and token not in self.boundary
                and token not in self.no_opening
                and self._odd(tokens[n + 1][0])
            ):
                # 将星+衡半导体, 从容+川资本: the preposition belongs to the clause
                cut.append((n, ((token[0], "p"), (token[1], "p" if token[1] == token[0] else "n"))))
        for n, parts in reversed(cut):
            tokens[n : n + 1] = parts
        return tokens

    def _abroad(
        self,
        text: str,
        words: list[str],
        starts: list[int],
        place_at: list[tuple[tuple[str, ...], str, bool] | None],
        spots: Sequence[int],
        end: int,
    ) -> Iterator[_Candidate]:
        """韩国+忠清北道+忠州市: divisions behind the name of their country, each inside the one before it."""
        for i in spots:
            place = place_at[i]
            if place is None or not place[0][0].isalpha():
                continue
            k = i + 1
            for _ in range(3):
                unit = self._division_abroad.match(text, starts[k], end)
                if unit is None or unit.end() not in starts[k + 1 : k + 8]:
                    break
                stop = starts.index(unit.end(), k + 1)
                inside = words[k:stop]
                if any(w in self.boundary or w in self.stop_chars or w in self.self_words for w in inside):
                    break
                if any(w in self.suffixes or w in self.vague for w in inside):
                    break
                yield _Candidate(starts[i], unit.end(), "Place", "abroad", 0.9)
                k = stop

    def _delegates(
        self,
        text: str,
        words: list[str],
        tags: list[str],
        starts: list[int],
        place_at: list[tuple[tuple[str, ...], str, bool] | None],
        bare: list[tuple[int, int]],
    ) -> Iterator[_Candidate]:
        """徐汇区经贸考察团, 江海大学校友企业家考察团: who travels together under the name of a place or body; a
        delegation without one (考察团) refers back to it.
        """
        stops = {end: h for h, end in enumerate(starts[1:])}
        for match in self._delegations.finditer(text, starts[0], starts[-1]):
            h = stops.get(match.end())
            if h is None or starts[h] > match.start():
                continue
            i, named = h, starts[h] < match.start() and words[h] not in self.head_words
            for k in range(h - 1, max(-1, h - 14), -1):
                word, tag = words[k], tags[k]
                whose = word in self.titles_set or word in self.head_words or word in self.self_words
                if (
                    (_HANZI.fullmatch(word) is None and _LATIN.fullmatch(word) is None)
                    or word in self.hard_stop
                    or (word in self.boundary and not whose)
                    or word.startswith(self.own_levels)
                    or (tag[0] in "rtcuypd" and place_at[k] is None)
                    or (tag[0] == "m" and not word.startswith(self.ordinal))
                    or (tag[0] == "v" and tag != "vn" and word not in self.inside and place_at[k] is None)
                    or tag in ("nr", "nrt")
                ):
                    break
                i = k
                named = named or (
                    place_at[k] is not None
                    or word in self.known
                    or word in self.institutions
                    or word in self.central
                    or _LATIN.fullmatch(word) is not None
                    or (len(word) == 1 and tag[0] not in "fqaz" and word not in self.levels and k < h - 1)
                )
            while i < h and (words[i] in self.head_words or words[i] in self.titles_set or tags[i][0] in "fa"):
                i += 1  # what stands before the name: 企业家+徐汇区考察团
            if not named and i + 1 < h and words[i] not in self.levels and words[i] not in self.generic:
                named = any(t in _SENDING for w in words[i + 1 : h] for t, _ in self.suffixes.get(w, ()))
            if named and match.end() - starts[i] > 4:
                yield _Candidate(starts[i], match.end(), "Organization", "delegation", 0.9)
            elif words[h] in self.head_words and not text.endswith(self.leads_others, 0, starts[i]):
                bare.append((match.start(), match.end()))  # 考察团, and of 党政代表团 its last word

    def _projects(
        self,
        text: str,
        words: list[str],
        tags: list[str],
        starts: list[int],
        place_at: list[tuple[tuple[str, ...], str, bool] | None],
    ) -> Iterator[_Candidate]:
        """年产10万吨电池材料项目, 启岳汇谷·盐都智造园: projects told by what they make or by a brand before a dot."""
        for h, word in enumerate(words):
            if word.endswith(self.project_heads):
                first = self._project_phrase(words, tags, place_at, h)
                if first is not None:
                    yield _Candidate(starts[first], starts[h + 1], "Project", "project", 0.85)
            elif word == "·" and 0 < h < len(words) - 1:
                span = self._branded(words, tags, h)
                if span is not None:
                    yield _Candidate(starts[span[0]], starts[span[1]], "Project", "branded", 0.9)

    def _in_phrase(self, words: list[str], tags: list[str], k: int) -> bool:
        """True where token k can belong to the words that say what a project is."""
        word, tag = words[k], tags[k]
        if word in self.companies or word in self.vague or word in self.self_words or word in self.made_by:
            return False
        if word[-3:] in self.titles_set or word[-2:] in self.titles_set or word in self.title_prefixes:
            return False
        if word in self.gatherings or (len(word) == 4 and word[2:] in self.boundary and word not in self.suffixes):
            return False  # 隆重举行
        if len(word) == 1 and _HANZI.match(word) is not None:
            return word not in self.hard_stop and (word not in self.stop_chars or word in self.stem_ends)
        if _HANZI.match(word) is None:
            return word in "·-." or word.isalnum() or word.replace(".", "").isalnum()
        if word in self.inside or word in self.suffixes or word in self.yearly:
            return True
        if word in self.boundary:
            return False
        return not (tag[0] in "pcudrey" or tag == "t" or (tag[0] == "v" and tag != "vn" and word in self.common))

    def _project_phrase(
        self, words: list[str], tags: list[str], place_at: list[tuple[tuple[str, ...], str, bool] | None], h: int
    ) -> int | None:
        """First token of the words that name the project at token h; None where they name none of its own."""
        k, size, figure, latin, odd, telling, placed = h, 0, False, False, 0, 0, False
        while k > 0 and size < LONGEST_NAME:
            word, tag = words[k - 1], tags[k - 1]
            if word == ")" and (opening := self._bracket_before(words, k - 1)) is not None:
                k = opening  # 京东(盛驰)冷链中心项目
                continue
            if (
                word in self.phrase_joints
                and k < h
                and k > 1
                and tags[k - 2][0] == "n"
                and words[k - 2] not in self.weighty
            ):
                k -= 1  # 电芯+及+系统项目
            elif not self._in_phrase(words, tags, k - 1):
                break
            elif word[0].isdigit() or tag[0] == "m":
                # 年产10万吨, 10GWh, 5G; but 6个项目 and 100亿元项目 count projects
                year = next((y for y in range(k - 2, max(-1, k - 7), -1) if words[y] in self.yearly), None)
                if year is not None:
                    figure, k = True, year
                    continue
                if _HANZI.match(word) is not None and not set(word) <= self.numerals:
                    break  # 一个, 三大
                if not word.isdigit() or (k < h and (_LATIN.match(words[k]) is not None or words[k] == ".")):
                    figure = True
                elif k == h or tags[k][0] in "qm" or words[k] in self.measures:
                    return None
                k -= 1
            else:
                if place_at[k - 1] is not None:
                    placed = True
                elif _LATIN.match(word) is not None:
                    latin = True
                elif len(word) == 1:
                    odd += word not in self.noun_ends and word not in self.generic and word not in self.measures
                elif word not in self.generic and word not in self.inside and word not in self.suffixes:
                    odd += len(word) if word not in self.common and tag[:2] in _NAME_TAGS else 0
                    telling += 1
                k -= 1
            size += len(word)
        while k < h and (words[k] in self.phrase_joints or words[k] in self.praise or not words[k][0].isalnum()):
            k += 1
        stem = sum(map(len, words[k:h]))
        # 投资35亿元建设+再生面料产业链项目: behind the verb of building, what is made names it
        made = telling > 0 and k > 0 and words[k - 1] in self.made_by and self._phrase_ends(words, tags, h)
        if h - k > 0 and words[h - 1] in self.graded:
            return None  # 新材料+类+项目: a kind of them
        if words[h - 1] in self.zone_words and not made:
            return None  # 临湖示范区项目: whatever is built there
        told = h + 1 < len(words) and words[h + 1] in self.told_of
        if words[h - 1] in self.weak and telling == 0 and not figure and not told:
            return None  # 开天(上海)传动+项目: the company that has it
        named = figure or odd >= 2 or (latin and stem >= 4) or (placed and telling > 1)
        return k if stem >= 4 and (named or made) else None

    def _phrase_ends(self, words: list[str], tags: list[str], h: int) -> bool:
        """True where nothing behind token h goes on with what it says: 建设再生面料项目, not 建设再生面料项目库."""
        return h + 1 >= len(words) or (_HANZI.match(words[h + 1]) is None or tags[h + 1][0] in "cuf")

    def _listed_projects(
        self, text: str, body: Sequence[tuple[int, int]], found: Sequence[_Candidate]
    ) -> Iterator[_Candidate]:
        """启岳西南总部、超宽幅偏光片生产基地等8个项目: what a list calls projects and what ends like one."""
        if all(w not in text for w in self.project_heads):
            return
        known = {c.end for c in found if c.type in ("Project", "Park", "Fund", "Government")}
        inner = {k: c.start for c in found if c.type == "Company" for k in range(c.start + 1, c.end)}
        bodies = {c.end: c.start for c in found if c.type in ("Government", "Company", "Institution")}
        for start, end in body:
            for match in self._so_called.finditer(text, start, end):
                at = match.start()
                for _ in range(12):
                    low = max(start, at - LONGEST_NAME)
                    begin = max(text.rfind(mark, low, at) for mark in _MARKED) + 1
                    listed = begin > low and text[begin - 1] == "、"
                    if listed and self._lead_in.search(text, begin, at) is not None:
                        listed = False  # 、珠海等地企业推荐了+临湖通用机场
                    if not listed:
                        begin = self._left_edge(text, low, at)
                        begin = inner.get(begin, begin)
                    if at not in known and 5 <= at - begin <= 30 and text.endswith(self.project_ends, begin, at):
                        yield _Candidate(begin, at, "Project", "listed", 0.85)
                    if not listed:
                        break
                    at = begin - 1
            yield from self._project_list(text, start, end, known, bodies)

    def _project_list(
        self, text: str, start: int, end: int, known: Set[int], bodies: Mapping[int, int]
    ) -> Iterator[_Candidate]:
        """宏川真空二期项目、永沛项目、大澜包装项目: two and more phrases side by side that end with the word."""
        run: list[tuple[int, int]] = []
        last = start
        for match in self._project_item.finditer(text, start, end):
            stop = match.end()
            begin = max(last, stop - LONGEST_NAME)
            begin = max(begin, *(text.rfind(mark, begin, stop) + 1 for mark in _ITEM_MARKS))
            after = len(run) > 0 and 0 < begin - run[-1][1] <= 2
            if len(run) > 0 and begin == last == run[-1][1]:
                joint = self._list_joint.match(text, begin, stop)
                begin, after = (joint.end(), True) if joint is not None else (begin, False)
            if not after and len(run) > 0:
                yield from self._of_run(text, run, known, bodies)
                run = []
            run.append((begin, stop))
            last = stop
        yield from self._of_run(text, run, known, bodies)

    def _of_run(
        self, text: str, run: list[tuple[int, int]], known: Set[int], bodies: Mapping[int, int]
    ) -> Iterator[_Candidate]:
        if len(run) < 2:
            return
        for begin, stop in run:
            if stop in known:
                continue
            words = self._jieba.tag(text[begin : stop - 2], False)
            cut, at = 0, begin
            held = max((b for b, a in bodies.items() if a == begin), default=begin)
            for n, (word, tag) in enumerate(words):
                joint = word in self.phrase_joints and n > 0 and words[n - 1][1][0] != "v" and at not in bodies
                joint = joint or (word in self.routes and n > 0 and words[n - 1][1] == "ns")  # 临州+至+江州高速公路
                if at < held:
                    at += len(word)
                    continue  # 启岳集团+测试基地项目: the company keeps its words
                if (
                    (word in self.boundary and n < len(words) - 1 and word not in self.inside)
                    or (word in self.hard_stop and not joint)
                    or self._lead_in.fullmatch(word) is not None
                    or (n == cut and tag[0] in "vpcurd" and tag != "vn" and word in self.common)
                    or (len(word) == 1 and tag[0] in "pd" and word in self.stop_chars)
                ):
                    cut = n + 1  # 签订+叶片制造及装备项目, 启岳集团承建的+职业学院建设项目
                    held = max((b for b, a in bodies.items() if a == at + len(word)), default=begin)
                at += len(word)
            if any(tag[0] == "m" for _, tag in words[max(0, cut - 2) : cut + 1] if tag != "mq"):
                continue  # 3个+技改项目: some of them
            begin += sum(len(w) for w, _ in words[:cut])
            words = words[cut:]
            stem = [w for w, _ in words]
            if len(stem) == 0 or not 2 <= stop - 2 - begin <= LONGEST_NAME:
                continue
            if any(w in self.vague for w in stem) or stem[-1][-1].isdigit():
                continue
            if stem[-1][-1] in self.graded or stem[-1] in self.zone_words or not _HANZI.match(stem[0]):
                continue
            own = [
                (w, t) for w, t in words
                if w not in self.generic and w not in self.inside and w not in self.suffixes and _HANZI.match(w)
            ]  # fmt: skip
            named = any(w not in self.common or t[:2] in _NAME_TAGS for w, t in own)
            named = named or (begin < held < stop - 4)
            if named or (len(own) > 0 and stop - begin > 7):
                yield _Candidate(begin, stop, "Project", "listed", 0.85)

    def _visited(
        self, text: str, body: Sequence[tuple[int, int]], found: Sequence[_Candidate], tokens: _Tokens
    ) -> Iterator[_Candidate]:
        """先后参观了临湖龙舟公园、东岭奇石馆等地: what is seen in turn, known from the verb and from how it ends."""
        taken = {(c.start, c.end) for c in found}
        ends = {c.end: c for c in found}
        for start, end in body:
            for match in self._seen.finditer(text, start, end):
                if (
                    match.group("of") is not None
                    and self._trip_words.search(text, max(start, match.start() - 60), end) is None
                ):
                    continue
                at = match.end()
                while at < end:
                    item = self._site.match(text, at, min(end, at + LONGEST_NAME))
                    if item is None:
                        break
                    for a, b in self._one_site(item.start("name"), item.group("name")):
                        kind = self._site_kind(text, a, b, tokens)
                        inner = ends.get(b)
                        # 临湖区+启岳集团总部 is more than 启岳集团, but a park or school found there is as good
                        if kind is not None and (a, b) not in taken and (inner is None or inner.code is not None):
                            yield _Candidate(a, b, kind, "visited", 0.7)
                    at = item.end()
                    if item.group("joint") is None:
                        break

    def _one_site(self, at: int, name: str) -> Iterator[tuple[int, int]]:
        """The two of 临湖公园和东岭奇石馆, where both end like sites; else the one."""
        for joint in self.joining:
            cut = name.find(joint, 3)
            if cut > 0 and name[:cut].endswith(self.site_words):
                yield at, at + cut
                yield at + cut + len(joint), at + len(name)
                return
        yield at, at + len(name)

    def _site_kind(self, text: str, a: int, b: int, tokens: _Tokens) -> str | None:
        """The class of a site by its last word; None for what is no name: 污水处理, 现代农业园."""
        name = text[a:b]
        end = next((w for w in self.site_words if name.endswith(w)), None)
        if end is None or a not in tokens.tags or b not in tokens.tags or name in self.common:
            return None
        if not any(k in tokens.tags for k in range(a + 1, b)):
            # 居民小区 is a word of the dictionary, 柳侯祠 one and a name
            return self.sites[end] if end in self.monuments and len(name) > 2 else None
        at, own, seen = a, 0, 0
        while at < b - len(end):
            stop = next((k for k in range(at + 1, b) if k in tokens.tags), b)
            word, tag = text[at:stop], tokens.tags[at]
            if (
                word in self.hard_stop
                or word in self.vague
                or (word in self.boundary and word not in self.suffixes)
                or (
                    len(word) > 1
                    and tag[0] in "vdcrmqu"
                    and tag != "vn"
                    and word in self.common
                    and word not in self.inside
                )
            ):
                return None
            seen += 1
            plain = word in self.common and not (end in self.named_sites and tag[0] == "n" and len(word) > 1)
            own += len(word) if word not in self.generic and word not in self.suffixes and not plain else 0
            at = stop
        if own == 0 and not (end in self.halls and len(name) >= 5):
            return None
        return self.sites[end] if seen > 0 else None

    def _bracket_before(self, words: list[str], close: int) -> int | None:
        """Index of the bracket that opens right behind a name where a short one closes at token `close`."""
        for k in range(close - 1, max(0, close - 7), -1):
            if words[k] == "(":
                return k if _HANZI.match(words[k - 1]) is not None else None
        return None

    def _branded(self, words: list[str], tags: list[str], h: int) -> tuple[int, int] | None:
        """Tokens of a project whose brand stands before the dot at token h: 启岳汇谷·盐都智造园."""
        first, size = h, 0
        while (
            first > 0
            and size < 8
            and words[first - 1] not in self.stop_chars
            and self._in_phrase(words, tags, first - 1)
        ):
            first -= 1
            size += len(words[first])
        last, size, end = h + 1, 0, 0
        while last < len(words) and size < 24:
            word = words[last]
            if word not in self.bracket_words and (
                not self._in_phrase(words, tags, last) and word not in self.suffixes
            ):
                break
            last += 1
            size += len(word)
            if word in self.works or word[-1] in self.site_ends or word.endswith(self.project_heads):
                end = last
        if end == 0 or size < 3 or first == h or sum(map(len, words[first:h])) < 2:
            return None
        return first, end

    def _local_body(
        self,
        words: list[str],
        tags: list[str],
        starts: list[int],
        place_at: list[tuple[tuple[str, ...], str, bool] | None],
        i: int,
    ) -> Iterator[_Candidate]:
        """夏邑县+纺织办, 罗庄区+农机修造厂, 绍兴县+钱清镇: a body or town known from its division and its last
        character.
        """
        first = i
        while first > 0 and self._descends(place_at[first - 1], place_at[first]):
            first -= 1
        for j in range(i + 1, min(i + 7, len(words))):
            word = words[j]
            if (
                _HANZI.fullmatch(word) is None
                or word in self.boundary
                or (len(word) == 1 and word in self.hard_stop)
                or starts[j + 1] - starts[i + 1] > 10
            ):
                return
            kind = self.local_ends.get(word[-1])
            if word in self.vague:
                return
            if kind is not None and (len(word) > 1 or j > i + 1):
                tail = words[j + 1] if j + 1 < len(words) else ""
                if (
                    len(word) > 1
                    and word in self.common
                    and word not in self.suffixes
                    and kind not in ("Company", "Government")
                ):
                    return
                if kind == "Company" and tags[i + 1][0] == "v" and words[i + 1] in self.common:
                    return  # 在盐都区+建设+医疗器械厂: no name, but what is done there
                if (kind == "Place" and starts[j + 1] - starts[i + 1] > 4) or word in self.rooms:
                    return
                if tail[:1] in self.tail_chars:
                    return
                yield _Candidate(starts[first], starts[j + 1], kind, f"local:{word[-1]}", 0.85)
                return
            if tags[j][0] == "v" and word not in self.inside and word in self.common:
                return

    def _odd(self, word: str) -> bool:
        """True for a single character that can belong to an unknown name."""
        return len(word) == 1 and word not in self.stop_chars and _HANZI.match(word) is not None

    def _parts_uncached(self, token: str, tag: str) -> tuple[tuple[str, str], ...]:
        """Words that the dictionary of the tokenizer has glued together: 市委书记, 苏州企业."""
        if any(token in t for t in (self.suffixes, self.places, self.institutions, self.known)):
            return ((token, tag),)
        if len(token) == 3 and token not in self.common and token[1:] in self.weak:
            return ((token[0], "n"), (token[1:], "n"))  # 亿咖+通科技
        for size in (3, 2):
            # 党工委+书记, 工委+书记: the body whose post it is can end a name (两江新区党工委)
            if token[:size] in self.party_bodies and token[size:] in self.titles_set:
                return ((token[:size], "n"), (token[size:], "n"))
        if token in self.titles_set:
            return ((token, tag),)
        for size in range(min(7, len(token) - 2), 1, -1):
            # 上海市+浦东新区
            outer, inner = self.places.get(token[:size]), self.places.get(token[size:])
            if outer is not None and inner is not None and self._descends(outer, inner):
                return ((token[:size], "ns"), (token[size:], "ns"))
        first, rest = token[:2], token[2:]
        if (
            first in self.suffixes
            and self.suffixes[first][0][0] == "Government"
            and self._title.fullmatch(rest) is not None
        ):
            return ((first, "n"), (rest, "n"))
        for size in range(len(token) - 1, 1, -1):
            # 商会会长, 局局长
            if token[-size:] in self.titles_set and (
                token[:-size] in self.suffixes or token[:-size] in self.local_ends
            ):
                return ((token[:-size], "n"), (token[-size:], "n"))
        place = self.places.get(first)
        if (
            place is not None
            and place[2]
            and (rest in self.suffixes or rest in self.common or (rest in self.places and self.places[rest][2]))
        ):
            return ((first, "ns"), (rest, "n"))
        return ((token, tag),)

    def _head_uncached(self, word: str, tag: str) -> tuple[tuple[str, bool, bool], ...] | None:
        """Classes that a token can end a name of: (class, strong, whole) with whole True where it is a name by
        itself.
        """
        if word in self.institutions:
            return ((self.institutions[word], True, True),)
        if word in self.known:
            return ((self.known[word], True, True),)
        own = self.suffixes.get(word)
        if own is not None:
            return tuple((t, strong, False) for t, strong in own)
        if word in self.local_organs:
            return (("Organization", True, False),)
        if word[0] in self.levels and any(t == "Government" for t, _ in self.suffixes.get(word[1:], ())):
            return (("Government", True, False),)  # 市+政协
        if len(word) >= 4 and word not in self.places and word not in self.boundary:
            for size in range(len(word) - 2, 1, -1):
                inner = self.suffixes.get(word[-size:])
                if inner is not None:
                    stem = word[:-size]
                    named = tag in ("nt", "nz") and word not in self.common and stem not in self.generic
                    strong = [
                        (t, True, named and t not in ("Event", "Project", "Policy"))
                        for t, s in inner
                        if s and (word not in self.common or t in ("University", "Hospital", "Institution"))
                    ]
                    if len(strong) > 0:
                        return tuple(strong)
        return None

    def _grow(
        self,
        text: str,
        words: list[str],
        tags: list[str],
        starts: list[int],
        place_at: list[tuple[tuple[str, ...], str, bool] | None],
        h: int,
        heads: tuple[tuple[str, bool, bool], ...],
        bare: list[tuple[int, int]],
    ) -> Iterator[_Candidate]:
        if (
            h > 0
            and words[h][0] in self.levels
            and len(words[h]) > 2
            and place_at[h - 1] is None
            and heads[0][0] == "Government"
            and words[h - 1] not in self.places
        ):
            # 顾军代表+区政府: of the district that the text speaks of
            yield _Candidate(starts[h], starts[h + 1], "Government", "local", 0.8)
            return
        if h > 0 and words[h] in self.project_heads and words[h - 1] in self.graded:
            return  # 新材料+类+项目: a kind of them
        i, head = h, words[h]
        company_end = head in self.companies
        kinds = {t for t, _, _ in heads}
        odd = 0  # characters of the stem that are no ordinary words
        anchor = False  # a place, institution or quoted name has been taken in
        quoted = False
        ordinary: list[str] = []
        whole = heads[0][2]
        if whole:
            anchor = True
        closed = whole
        if whole and h > 0 and words[h - 1] in self.wide and head.endswith(self.national):
            i -= 1  # 中国+农业发展银行
        mark: int | None = None
        bracket_name = False
        level = zone = ""
        while i > 0 and not closed:
            word, tag = words[i - 1], tags[i - 1]
            if starts[h + 1] - starts[i - 1] > LONGEST_NAME:
                break
            if i == h and head in self.inner_organs:
                owner = self._head(word, tag)
                if owner is not None and owner[0][0] not in ("Government", "Place", "Park"):
                    return  # 江海大学+党委书记: the organ is part of the title
            if i == h and word in self.bare_zones and "Government" in kinds:
                zone = word  # 高新区+管委会: which one, the document tells, unless its place stands before
            if word == ")":
                opening = self._opening(words, place_at, i - 1)
                if opening is None:
                    break
                bracket_name = True
                i = opening
                continue
            if word == "”":
                opening_quote = next((k for k in range(i - 2, max(-1, i - 12), -1) if words[k] == "“"), None)
                if opening_quote is None or i - 2 == opening_quote:
                    break
                i = opening_quote
                anchor = quoted = True
                break
            if (
                word in self.suffixes
                and word[0] in self.levels
                and "Government" in kinds
                and any(t == "Government" for t, _ in self.suffixes[word])
                and place_at[i - 2 if i > 1 else 0] is None
            ):
                # 市政府+办公室, 省委+高教工委: the body of a body
                level = word[0]
                i -= 1
                break
            if word in self.companies and any(not s or t in ("Park", "Project", "Event", "Fund") for t, s, _ in heads):
                if odd >= 2:
                    break  # 启岳集团+鸿腾精密
                return  # 鹿原电力有限公司+投资: the name ended before
            if i == h and head[0] in self.levels and self._with_level(words, i - 1) is not None:
                anchor = True  # 赤壁+市委: the place has its level from the body
                i -= 1
                while i > 0 and place_at[i - 1] is not None:
                    i -= 1
                break
            if (
                place_at[i - 1] is not None
                and len(word) == 2
                and (far := self._place_behind(words, place_at, i - 1)) is not None
            ):
                odd += 2
                anchor = True
                i = far
                break
            if place_at[i - 1] is not None:
                anchor = True
                i -= 1
                while i > 0 and place_at[i - 1] is not None and words[i - 1] not in self.stop_chars:
                    i -= 1
                if i > 1 and words[i - 1] in "-—·" and place_at[i - 2] is not None and heads[0][0] == "Park":
                    i -= 2  # 平阳-乐清山海协作产业园
                if (
                    head in self.zones
                    and i > 0
                    and tags[i - 1] == "v"
                    and words[i - 1] not in self.boundary
                    and len(words[i - 1]) > 1
                ):
                    # 全面接轨上海示范区 is named for what it does
                    i -= 1
                    if (
                        i > 0
                        and tags[i - 1][0] in "dna"
                        and len(words[i - 1]) > 1
                        and words[i - 1] not in self.boundary
                    ):
                        i -= 1
                if head in self.endings and len(head) > 2:
                    i = self._stem_before(words, i)
                if head in self.branches or any(
                    t in ("Park", "Project", "Institution", "University", "Hospital") for t, _, _ in heads
                ):
                    owned = self._school_before(words, self._owner_before(words, tags, place_at, i))
                    odd += starts[i] - starts[owned]  # 启岳集团+昆明生产基地: the owner makes it a name
                    i = owned
                break
            if word in self.institutions:
                anchor = True
                i -= 1
                break
            if len(word) == 1:
                if (
                    word in self.stop_chars
                    and i > 1
                    and words[i - 2] == "、"
                    and odd + len(ordinary) > 0
                    and any(t == "Company" and s for t, s, _ in heads)
                ):
                    # 、同辉制药有限公司: behind the comma of a list no preposition, but the beginning of a name
                    i -= 1
                    odd += 1
                    break
                if (
                    word in self.numerals
                    and i > 1
                    and odd > 0
                    and len(words[i]) == 1
                    and words[i - 2] in self.list_marks
                    and "Company" in kinds
                ):
                    i -= 1  # 、百泰集团: in a list no figure, but the beginning of a name
                    odd += 1
                    break
                if word in self.numerals and (
                    i == 1
                    or words[i - 2][-1].isdigit()
                    or words[i - 2][-1] in self.numerals
                    or tags[i - 2] == "m"
                    or _HANZI.match(words[i - 2]) is None
                ):
                    break
                if (
                    word in self.opening
                    and (
                        i == 1
                        or _HANZI.match(words[i - 2]) is None
                        or words[i - 2] in self.stop_chars
                        or words[i - 2] in self.boundary
                    )
                    and odd + len(ordinary) > 0
                ):
                    # 中+电光谷集团: at the beginning of a phrase it begins the name
                    i -= 1
                    odd += 1
                    if i > 1 and words[i - 1] in self.stop_chars and words[i - 2] == "、":
                        i -= 1  # 、同+达药业: so does what no phrase begins with, in a list
                        odd += 1
                    break
                if (
                    word in self.stop_chars
                    and (word not in self.hard_stop or (word in self.joining and company_end))
                    and (far := self._place_behind(words, place_at, i - 1)) is not None
                ):
                    # 铁岭+凡河铸锻有限公司: a place close before shows that the character belongs to the name
                    odd += 2
                    anchor = True
                    i = far
                    break
                if (
                    word in self.stop_chars
                    and word not in self.hard_stop
                    and (company_end or (bracket_name and heads[0][0] == "Park"))
                    and i > 1
                    and _HANZI.match(words[i - 2]) is not None
                    and (
                        bracket_name
                        or (len(words[i - 2]) == 1 and words[i - 2] not in self.hard_stop)
                        or (
                            len(head) > 2
                            and tags[i - 2][0] in "njzbas"
                            and words[i - 2] not in self.boundary
                            and words[i - 2] not in self.head_words
                            and words[i - 2] not in self.self_words
                        )
                    )
                ):
                    # 汉拿万都(苏州)汽车部件有限公司, 喜庆日供应链管理有限公司: part of the stem of a legal name
                    i -= 1
                    odd += 1
                    continue
                if (
                    i == h
                    and word in self.stem_ends
                    and i > 1
                    and len(words[i - 2]) == 1
                    and words[i - 2] not in self.stop_chars
                    and _HANZI.match(words[i - 2])
                ):
                    # 晶+能+微电子
                    i -= 1
                    odd += 1
                    continue
                if word in self.stop_chars:
                    if (
                        word in self.linking
                        and odd > 0
                        and i > 1
                        and len(words[i - 2]) == 1
                        and _HANZI.match(words[i - 2])
                        and words[i - 2] not in self.stop_chars
                    ):
                        i -= 1
                        odd += 1
                        continue
                    break
                if _HANZI.fullmatch(word):
                    if word in self.levels and not kinds <= {"Fund", "Company"}:
                        if i == h and ("Government" in kinds or head in self.bare_zones or head in self.local_organs):
                            level = word
                            i -= 1
                        break
                    # 汇+新+电商公司: between other characters 新 is part of the name
                    beside = company_end and i > 1 and words[i - 2] not in self.generic and self._odd(words[i - 2])
                    before = i > 1 and place_at[i - 2] is not None
                    if word in self.generic and odd > 0 and not before and not beside:
                        break
                    i -= 1
                    if word in self.noun_ends and odd == 0:
                        ordinary.append(word)
                    elif word not in self.generic or beside:
                        odd += 1
                    continue
                if i > 1 and (word == "·" or (word == "-" and company_end and _HANZI.match(words[i - 2]) is not None)):
                    i -= 1
                    continue
                if word.isalpha() and word.isascii():
                    i -= 1
                    odd += 2
                    continue
                break
            if word.isascii() and _LATIN.fullmatch(word):
                i -= 1
                odd += 2
                continue
            known = word in self.suffixes or word in self.generic or word in self.inside
            if tag == "t" and word not in self.common and word[-1] not in self.time_ends:
                tag = "nz"  # 正隆, 开元: an era to the tokenizer, a brand here
            # 徐州宏盛+企业+管理有限公司: the company that speaks of itself, but not inside of a legal name
            trade = word in self.self_words and (
                (
                    i <= h
                    and (words[i] in self.inside or (word in self.enterprise and words[i] in self.companies))
                    and any(s and t in ("Company", "Fund") for t, s, _ in heads)
                )
                or (i == h and heads[0][0] == "Organization")  # 北京江西+企业+商会
            )
            if (word in self.boundary and not trade) or _HANZI.fullmatch(word) is None:
                break
            if word in self.made_by and i > 1 and head in self.project_ends and words[i - 2] in self.zone_ends:
                break  # 在临湖新城+建设+智能制造工厂
            if len(word) > 2 and word.endswith(self.what_it_is):
                break  # 知名企业+启岳科技有限公司
            if not known and (tag[0] in "pcuyex" or tag in ("r", "t", "rr", "rz", "ud", "ug")):
                break
            ordinary_word = word in self.common or known
            if tag[0] in "mt" and not word.startswith(self.ordinal) and not known and tag != "mg":
                if (
                    odd > 0
                    and company_end
                    and self.numerals.issuperset(word[:1])
                    and (i == 1 or _HANZI.match(words[i - 2]) is None)
                ):
                    i -= 1  # 十一+化建公司: the number that the company has
                break
            if word in self.places and 1 < i < h and len(head) > 2 and company_end:
                owner = self._head(words[i - 2], tags[i - 2])
                if owner is not None and owner[0][0] == "Company" and owner[0][2]:
                    i -= 2  # 中国重汽+大同+齿轮有限公司: behind a known company a word that is also a place is one
                    anchor = True
                    break
            strange = word in self.known or (
                not ordinary_word
                and (
                    tag in ("nr", "nrt", "nz", "ns", "nt", "j", "nrfg")
                    or (i < len(words) and len(words[i]) == 1 and odd > 0)
                    or (any(s for _, s, _ in heads) and tag[0] != "n")
                )
            )
            if (
                tag[0] in "vdz"
                and tag not in ("vn",)
                and not strange
                and word not in self.inside
                and word not in self.suffixes
                and word not in self.generic
            ):
                # 容川襄江+成长+基金: a verb in a fund's name; kept only if a name turns up before it
                if (
                    mark is None
                    and odd == 0
                    and not anchor
                    and kinds == {"Fund"}
                    and not (i > 1 and words[i - 2] in self.suffixes)
                ):
                    mark = i
                    ordinary.append(word)
                    i -= 1
                    continue
                if (
                    (far := self._place_within(words, place_at, i - 1)) is not None
                    and any(t == "Company" and s for t, s, _ in heads)
                    and company_end
                    and len(head) > 2
                ):
                    # 德清+安居+建设有限公司: in a legal name with its place even a verb belongs to it
                    odd += 2
                    anchor = True
                    i = far
                break
            if not strange:
                if i > 1 and word in self.attached and words[i - 2] in self.institutions:
                    anchor = True
                    i -= 2  # 江海大学医学院+附属+五官科医院
                    break
                if odd > 0:
                    if (
                        i > 1
                        and place_at[i - 2] is not None
                        and tag[0] == "n"
                        and word not in self.suffixes
                        and word not in self.boundary
                        and word not in self.inside
                    ):
                        # 深圳市+分子+谷科技有限公司
                        anchor = True
                        i -= 2
                        break
                    # The stem is complete. One more ordinary noun can open the name (世纪+华通) where nothing stands
                    # before it.
                    if (
                        tag in ("n", "nz", "s", "b")
                        and (len(word) == 2 or (len(word) == 3 and company_end and len(head) > 2))
                        and word not in self.self_words
                        and word not in self.generic
                        and word not in self.suffixes
                        and word not in self.inside
                        and (
                            i == 1
                            or _HANZI.match(words[i - 2]) is None
                            or words[i - 2] in self.stop_chars
                            or words[i - 2] in self.boundary
                            or tags[i - 2] == "m"
                        )
                    ):
                        i -= 1
                    break
                ordinary.append(word)
                i -= 1
                continue
            odd += len(word)
            i -= 1
        if mark is not None and odd == 0 and not anchor:
            i = mark
        if head in self.owned_works and not closed and not anchor:
            far = self._legal_start(words, tags, place_at, i, made=True)
            also = self.places.get(words[far])
            own = words[far] not in self.inside and words[far] not in self.generic
            if far < h - 1 and own and also is not None and any(len(c) <= 6 for c in also[0]):
                anchor, i = True, far  # 洞口+先进装备制造产业园, whose first word is also another one
        if not anchor and i < h and any(t in ("Institution", "Hospital") for t, _, _ in heads):
            school = self._school_before(words, i)
            if school < i:
                anchor, i = True, school  # 中科院+光电+技术创新研究院
        if (
            company_end
            and 0 < i == h - 1
            and place_at[i] is not None
            and tags[i - 1] in ("nz", "nr", "nrt", "j")
            and len(words[i - 1]) > 1
            and words[i - 1] not in self.common
            and words[i - 1] not in self.boundary
            and (i == 1 or _HANZI.match(words[i - 2]) is None)
        ):
            odd += len(words[i - 1])
            i -= 1  # 华新+郴州+公司
        if not anchor and not bracket_name and company_end and len(head) > 3:
            far = self._place_of_legal(words, tags, place_at, i)
            if far is not None:
                odd += starts[i] - starts[far]
                anchor = True
                i = far
        if head in self.full_ends and not closed:
            legal = self._legal_start(words, tags, place_at, i)
            if legal < i:
                odd += starts[i] - starts[legal]
                i = legal
        elif whole and i == h and i > 0 and words[i - 1] in self.wide and heads[0][0] == "Company":
            i -= 1 if head.endswith(self.group_ends) else 0  # 中国+保利集团
        # A verb or an adjective that only stands at the front does not open a name.
        while i < h and odd == 0 and not anchor and words[i] in self.inside and len(ordinary) > 1:
            ordinary.pop()
            i += 1
        # Nor does what is done to a body or said of it, where its name follows: 采购+德清安居建设有限公司.
        while i < h - 1 and words[i] in self.no_opening and self._opens(words, place_at, i + 1):
            i += 1
        if i == h and not whole and len(head) > 1 and self._stands_alone(words, tags, h):
            bare.append((starts[h], starts[h + 1]))
        start, end = starts[i], starts[h + 1]
        if text[start] == "(":
            return
        end = self._tail(text, end)
        stem = i + 1 if words[i] in self.levels else i
        if not anchor and self._of_division(words, tags, stem, h):
            # 与省科投集团: the company of the province that the text speaks of
            yield _Candidate(starts[stem - 1], end, "Company", "local", 0.8)
            return
        if (
            head in self.self_words
            and odd == 0
            and not anchor
            and i < h
            and all(tags[k][0] in "vad" for k in range(i, h))
        ):
            return  # 影响公司, 持续经营企业
        if len(zone) > 0 and odd == 0 and not anchor and starts[h] - start == len(zone):
            yield _Candidate(start, end, "Government", "local", 0.75)
            return
        if i == h and head in self.bare_zones and self._stands_alone(words, tags, h):
            yield _Candidate(start, end, "Park", "local", 0.7)
            return
        if i < h and head in self.self_words and not anchor:
            trade = words[h - 1] in self.suffixes or words[h - 1] in self.products or words[h - 1] in self.inside
            group = head in self.group_ends and words[h - 1] in self.inside and i < h - 1  # 交子+投资+集团
            trading = words[h - 1] in self.kinds and odd < 2
            if not group and (trading or (trade and odd == 0 and not bracket_name)):
                return  # 异质结+龙头+公司, 康复+机器人+公司
        if i < h and head in self.self_words and text[start:end] in self.self_words:
            bare.append((start, end))
            return  # 合资+公司
        if head in self.inner_organs and i < h and place_at[h - 1] is None:
            owner = self._head(words[h - 1], tags[h - 1])
            if owner is None or owner[0][0] not in ("Government", "Place", "Park"):
                return  # 中建六局+党委副书记: the organ is part of the title
        # A level word alone before a body (区发改局) leaves the place to the document.
        if len(level) > 0 or (i == h and not whole and head[0] in self.levels):
            if "Government" in kinds:
                yield _Candidate(start, end, "Government", "local", 0.8)
            elif head in self.local_organs:
                yield _Candidate(start, end, "Organization", "local", 0.8)  # 市+工商联
            elif len(level) > 0:
                yield _Candidate(start, end, "Park", "local", 0.8)  # 县+经开区
            return
        if not whole and not self.vague.isdisjoint(words[i:h]):
            return
        for kind, strong, _ in heads:
            if quoted and not strong:
                continue
            confidence = self._plausible(
                kind,
                strong=strong,
                odd=odd,
                anchor=anchor,
                quoted=quoted,
                bracket=bracket_name,
                ordinary=ordinary,
                stem=starts[h] - start,
                whole=whole,
                legal=company_end and len(head) > 3,
                works=head in self.works,
                latin_product=head in self.products and not any(_HANZI.match(w) for w in words[i:h]),
                mine=head in self.mines and i + 1 == h and place_at[i] is not None,
            )
            if kind == "Hospital" and head in self.branches and any(w in self.institutions for w in words[i:h]):
                sick = any(t == "Hospital" for w in words[i:h] for t, _ in self.suffixes.get(w, ()))
                kind = kind if sick else "Institution"  # 中国科学院+上海+分院
            if confidence > 0:
                yield _Candidate(start, end, kind, f"suffix:{head}", confidence)
                return
        if heads[0][0] == "University" and end - start >= 5 and self._title.match(text, end) is not None:
            if i > 1 and words[i - 1] in self.list_marks and len(words[i - 2]) == 2:
                start = starts[i - 2]  # 人文+与+传播学院
            yield _Candidate(start, end, "Institution", "titled", 0.7)  # 机电工程学院+党总支书记
            return
        if heads[0][0] in ("Project", "Institution") and not quoted:
            first = self._made(words, tags, i, h)
            if first is not None:
                yield _Candidate(starts[first], end, heads[0][0], f"made:{head}", 0.7)

    def _made(self, words: list[str], tags: list[str], i: int, h: int) -> int | None:
        """First token of a project or institute that is named by ordinary words alone, right behind the verb that
        makes it: 建设+锂离子动力电池项目; None where no such verb stands there or the words say nothing of their own.
        """
        k = i
        while k > 0 and words[k - 1] not in self.made_by and words[k - 1] not in self.seen_by:
            word = words[k - 1]
            if tags[k - 1][0] not in "nfbj" or word in self.boundary or i - k > 3 or _HANZI.fullmatch(word) is None:
                return None
            k -= 1
        while k < h and words[k] in self.made_by:
            k += 1
        stem = words[k:h]
        if k == 0 or sum(map(len, stem)) < 4 or any(w in self.vague for w in stem) or words[h] in self.unmade:
            return None
        if any(len(w) > 2 and w[-1] in self.graded for w in stem):
            return None  # 高水平研究型医院
        own = [w for w in stem if w not in self.generic and w not in self.inside and w not in self.suffixes]
        return k if len(own) > 0 and all(len(w) > 1 or w not in self.stop_chars for w in stem) else None

    def _plausible(
        self,
        kind: str,
        *,
        strong: bool,
        odd: int,
        anchor: bool,
        quoted: bool,
        bracket: bool,
        ordinary: list[str],
        stem: int,
        whole: bool,
        legal: bool,
        works: bool,
        latin_product: bool = False,
        mine: bool = False,
    ) -> float:
        """How sure a candidate is a name; 0 where it is a common noun."""
        if whole:
            return 0.95
        if stem < 2 and not (anchor or odd >= 2):
            return 0.0
        if not strong:
            if any(w in self.noun_ends or (w in self.suffixes and w not in self.weak) for w in ordinary):
                return 0.0
            if mine:
                return 0.75  # 云川铜业
            if latin_product:
                return 0.0  # AI芯片, LED照明
            if odd >= 2 or (odd >= 1 and anchor) or (bracket and odd >= 1):
                return 0.85
            return 0.0
        telling = [w for w in ordinary if w not in self.generic and w not in self.inside and w not in self.suffixes]
        if kind == "University" and odd == 0 and not self.boasts.isdisjoint(ordinary):
            return 0.0  # 四川大学+世界一流大学
        if kind == "Project" and anchor and odd == 0 and not quoted and len(telling) == 0:
            return 0.0  # 南京市重大招商项目
        if kind == "Project" and not anchor:
            # Without a place or owner only what is built on another name: 启岳储能产业园+项目
            # or has a brand and an ending that says what it is: 启岳储能电池+生产基地
            built = any(w in self.suffixes and w not in self.weak for w in ordinary) or (works and stem >= 4)
            return 0.9 if odd >= 2 and built else 0.0
        if kind in ("Project", "Event", "Policy") and odd < 2 and not quoted and len(ordinary) == 0:
            return 0.0
        if odd >= 2 or (anchor and (odd > 0 or stem > 0)):
            return 0.95
        if legal and len(ordinary) >= 2 and not set(ordinary) <= self.vague:
            return 0.8  # 西部绿色能源科技(重庆)有限公司: with a legal ending even ordinary words make a name
        if kind in ("Company", "Fund") and len(telling) > 0 and len(ordinary) <= 4:
            return 0.6
        if kind == "Park" and len(telling) == 1 and len(ordinary) == 1 and len(telling[0]) == 2:
            return 0.6  # 共青高新区, 火炬开发区
        return 0.0

    def _opens(self, words: list[str], place_at: list[tuple[tuple[str, ...], str, bool] | None], i: int) -> bool:
        """Whether a name may begin at this word: a place, a body, or a word that is none of the language."""
        word = words[i]
        if len(word) == 1:
            return self._odd(word) and word not in self.generic and i + 1 < len(words) and self._odd(words[i + 1])
        ordinary = word in self.common or word in self.suffixes or word in self.inside or word in self.generic
        return place_at[i] is not None or word in self.institutions or not ordinary

    def _opening(
        self, words: list[str], place_at: list[tuple[tuple[str, ...], str, bool] | None], close: int
    ) -> int | None:
        """Index of the bracket that opens a bracket inside a name: 开天(上海)传动, 上海大学(浙江·嘉兴)…"""
        for k in range(close - 1, max(-1, close - 8), -1):
            if words[k] == "(":
                inner = range(k + 1, close)
                if len(inner) > 0 and all(place_at[m] is not None or words[m] in self.bracket_words for m in inner):
                    return k
                size = sum(map(len, words[k + 1 : close]))
                if len(inner) > 1 and words[close - 1] in self.zone_ends and 5 <= size <= 12:
                    return k  # 启岳科技(深汕特别合作区)有限公司
                return None
        return None

    def _tail(self, text: str, end: int) -> int:
        """Take in a bracket that belongs to the end of a name: …合伙企业(有限合伙), …医院(东院区)."""
        match = self._tail_bracket.match(text, end)
        return match.end() if match is not None else end

    def _quoted(self, text: str, match: re.Match[str], limit: int) -> Iterator[_Candidate]:
        """“南湖之春”经贸活动, “八八战略”: a quoted name whose class is told by its end or by the word behind it."""
        inner = match.group(1)
        if self._counted.match(inner) is not None:
            return  # “五个中心”
        tail = self._tail_bracket.search(inner)
        if tail is not None and tail.end() == len(inner):
            for kind, strong in self.suffixes.get(inner[tail.start() - 4 : tail.start()], ()):
                if strong and kind in ("Fund", "Company"):
                    yield _Candidate(match.start(1), match.end(1), kind, "quoted:legal", 0.9)
                    return
        if len(inner) > 24:
            return
        behind = text[match.end() : min(match.end() + 8, limit)]
        for size in range(min(8, len(behind)), 1, -1):
            for kind, strong in (
                *((k, True) for k in self.quoted.get(behind[:size], ())),
                *self.suffixes.get(behind[:size], ()),
            ):
                if strong and kind in ("Event", "Policy", "Project", "Park", "Fund", "Organization"):
                    yield _Candidate(match.start(1), match.end(1), kind, f"quoted:{behind[:size]}", 0.96)
                    return
        for size in range(min(8, len(inner) - 2), 0, -1):
            for kind, strong in (
                *((k, True) for k in self.quoted.get(inner[-size:], ())),
                *self.suffixes.get(inner[-size:], ()),
            ):
                if strong and len(inner) > 3 and (size > 1 or kind == "Project"):
                    yield _Candidate(match.start(1), match.end(1), kind, f"quoted:{inner[-size:]}", 0.8)
                    return

    def _branches(self, found: list[_Candidate]) -> list[_Candidate]:
        """江海银行股份有限公司+舟山分行: a branch that stands behind its company is one name with it."""
        branches = [c for c in found if c.rule[7:] in self.branches]
        if len(branches) == 0:
            return []
        owners = {c.end: c for c in sorted(found, key=lambda c: c.length) if c.type == "Company"}
        return [
            replace(c, start=owners[c.start].start, type="Company")
            for c in branches
            if c.start in owners and c.end - owners[c.start].start <= LONGEST_NAME
        ]

    def _owned_works(self, found: list[_Candidate]) -> Iterator[_Candidate]:
        """启岳茶业集团+十字工业园: a park or base that stands right behind its company is one name with it."""
        placed = {c.start for c in found if c.code is not None}
        works = {
            c.start: c
            for c in found
            if (c.type in ("Park", "Project") and c.rule[7:].endswith(self.owned_works))
            or (c.rule == "project" and c.start in placed)
        }
        if len(works) > 0:
            for c in found:
                work = works.get(c.end)
                if c.type == "Company" and work is not None and work.end - c.start <= LONGEST_NAME:
                    yield replace(work, start=c.start)

    def _bodies_of_heads(self, text: str, start: int, end: int, ends: Mapping[int, _Candidate]) -> Iterator[_Candidate]:
        """高能所+所长, 启岳厂+厂长: a body that is named by its last character before the title of who heads it."""
        for match in self._headed_by.finditer(text, start, end):
            stop = match.end("last")
            known = ends.get(stop)
            begin = self._left_edge(text, max(start, stop - 9), stop, least=1)
            if text[stop - 2 : stop] in self.suffixes and text[begin] not in self.levels:
                continue  # 学院院长, 医院院长: an ending of its own tells, but for 省行政学院
            if (
                (known is None or known.type == "Place")
                and 3 <= stop - begin <= 8
                and text[begin:stop] not in self.common
            ):
                yield _Candidate(begin, stop, self.local_ends[match.group("last")], "headed", 0.75)

    def _titled_works(self, text: str, body: Sequence[tuple[int, int]]) -> Iterator[_Candidate]:
        for start, end in body:
            for match in _TITLE_MARK.finditer(text, start, end):
                inner = match.group(1)
                if text.startswith(self.cited, match.end()):
                    continue  # 《…管理办法》规定的: a law that is cited
                if inner.endswith(self.ontology.names["Policy"].quoted) and not any(w in inner for w in self.contracts):
                    yield _Candidate(match.start(1), match.end(1), "Policy", "title", 0.8)

    # ------------------------------------------------------------ places

    def _place(self, words: list[str], i: int) -> tuple[tuple[str, ...], str, bool] | None:
        surface = self.places.get(words[i])
        if surface is None:
            return None
        if surface[2]:
            return surface
        # An unsafe short form counts only right behind a place that it lies in (盐城+盐都).
        if i > 0:
            before = self.places.get(words[i - 1])
            counties = tuple(c for c in surface[0] if len(c) <= 6)
            if (
                before is not None
                and before[2]
                and len(counties) > 0
                and self._descends(before, (counties, surface[1], True))
            ):
                return (counties, surface[1], True)
        if surface[1] == "short" and self._beside_places(words, i):
            # 深圳、中山、南宁: in a list of cities a word that is also something else is a city
            cities = tuple(c for c in surface[0] if len(c) <= 6 and c.endswith("00"))
            if len(cities) > 0:
                return (cities, surface[1], True)
        return None

    def _beside_places(self, words: list[str], i: int) -> bool:
        for mark, other in ((i - 1, i - 2), (i + 1, i + 2)):
            if 0 <= mark < len(words) and words[mark] == "、" and 0 <= other < len(words):
                known = self.places.get(words[other])
                if known is not None and known[2] and len(known[0][0]) == 6:
                    return True
        return False

    def _with_level(self, words: list[str], i: int) -> tuple[tuple[str, ...], str, bool] | None:
        """The place that token i is with the first character of the token behind it: 赤壁+市委."""
        if i + 1 >= len(words) or words[i + 1][0] not in self.levels or len(words[i + 1]) == 1:
            return None
        surface = self.places.get(words[i] + words[i + 1][0])
        return surface if surface is not None and surface[1] == "full" else None

    def _descends(
        self, outer: tuple[tuple[str, ...], str, bool] | None, inner: tuple[tuple[str, ...], str, bool] | None
    ) -> bool:
        if outer is None or inner is None:
            return False
        return any(self.gazetteer.contains(a, b) for a in outer[0][:24] for b in inner[0][:24])

    def _one_province(self, a: tuple[tuple[str, ...], str, bool], b: tuple[tuple[str, ...], str, bool]) -> bool:
        """True where two places can lie in one province (四川+天府新区)."""
        return not {c[:2] for c in a[0]}.isdisjoint(c[:2] for c in b[0])

    def _place_of_legal(
        self, words: list[str], tags: list[str], place_at: list[tuple[tuple[str, ...], str, bool] | None], i: int
    ) -> int | None:
        """Index of the place that a legal name begins with, where what stands between are characters of its stem and
        nothing of a clause: 广东+万+和+新+电气股份有限公司, 广东+便捷+神+科技股份有限公司.
        """
        for k in range(i - 1, max(-1, i - 5), -1):
            word = words[k]
            if place_at[k] is not None:
                return k if k < i - 1 else None
            if (
                _HANZI.fullmatch(word) is None
                or word in self.boundary
                or word in self.self_words
                or word in self.head_words
                or word in self.titles_set
                or (
                    word in self.hard_stop
                    and (word not in self.joining or (k == i - 1 and k > 0 and len(words[k - 1]) > 1))
                )
                or (len(word) > 1 and tags[k][0] in "vpcru" and word in self.common and word not in self.inside)
                or any(t == "Company" and strong for t, strong in self.suffixes.get(word, ()))
            ):
                return None
        return None

    def _of_division(self, words: list[str], tags: list[str], i: int, h: int) -> bool:
        """True where a company stands behind the bare level of a division (与+省+科投集团, 市+城投公司), and the level
        behind nothing that it could belong to (全+市, 南湖+区).
        """
        if not (0 < i < h and words[i - 1] in self.levels and words[h] in self.owned):
            return False
        if i > 1 and _HANZI.match(words[i - 2]) and words[i - 2] not in self.list_marks and tags[i - 2] not in "pc":
            return False
        stem = "".join(words[i:h])
        return len(stem) < 5 and any(w not in self.generic and w not in self.kinds for w in words[i:h])

    def _legal_start(
        self,
        words: list[str],
        tags: list[str],
        place_at: list[tuple[tuple[str, ...], str, bool] | None],
        i: int,
        *,
        made: bool = False,
    ) -> int:
        """Where a full legal name begins: 星衡西部建设+贵州有限公司. All nouns back to a mark, a function word or
        the word for what the company is; `i` where anything else stands in between. `made` where 建设 makes it.
        """
        k, size = i, 0
        while k > 0 and _HANZI.fullmatch(words[k - 1]) is not None:
            word, tag = words[k - 1], tags[k - 1]
            if len(word) == 1 and word in self.opening and k > 1 and self._odd(words[k - 2]):
                k, size = k - 1, size + 1
                continue  # 守+中+智能制造产业园
            if (
                tag[0] in "rcpu"
                or (made and word in self.made_by)
                or word in self.not_inside
                or word.endswith(self.what_it_is)
                or (len(word) == 1 and word in self.stop_chars)
            ):
                return k if size >= 2 and (k < i - 1 or place_at[k] is None) else i
            size += len(word)
            noun = (
                tag[0] in "njbfsg"
                or tag == "vn"
                or word in self.inside
                or place_at[k - 1] is not None
                or self._odd(word)
            )
            if not noun or size > 10 or word in self.vague or word[-1:] in self.etc_words:
                return i
            k -= 1
        if k > 0 and (words[k - 1][-1:].isalnum() or words[k - 1] in ")）"):
            return i  # 500强…, …(集团)…
        return k if size >= 2 and (k < i - 1 or place_at[k] is None) else i

    def _place_within(
        self, words: list[str], place_at: list[tuple[tuple[str, ...], str, bool] | None], i: int
    ) -> int | None:
        """Index of a place right before token i or one token further, with no verb of a frame or stop word between."""
        for k in range(i - 1, max(-1, i - 4), -1):
            if place_at[k] is not None:
                return k
            if words[k] in self.stop_chars or words[k] in self.boundary or _HANZI.match(words[k]) is None:
                return None
        return None

    def _stem_before(self, words: list[str], i: int) -> int:
        """Start of what stands before a word that is a place elsewhere: 中+交+路桥+建设有限公司."""
        k, size = i, 0
        while k > 0 and size < 2 and _HANZI.fullmatch(words[k - 1]) and len(words[k - 1]) <= 2 - size:
            word = words[k - 1]
            if word in self.hard_stop or (word in self.stop_chars and word not in self.opening):
                break
            if len(word) == 2 and (word in self.common or word in self.generic or word in self.boundary):
                break
            k -= 1
            size += len(word)
        free = k == 0 or _HANZI.match(words[k - 1]) is None or words[k - 1] in self.hard_stop
        return k if size == 2 and (free or words[k - 1] in self.boundary) else i

    def _school_before(self, words: list[str], i: int) -> int:
        """Start of the university within three tokens before the place in a name: 四川大学+华西+厦门医院."""
        for k in range(i - 1, max(-1, i - 4), -1):
            word = words[k]
            if word in self.institutions:
                return k
            if (
                word in self.stop_chars
                or word in self.boundary
                or word in self.places
                or _HANZI.fullmatch(word) is None
            ):
                return i
        return i

    def _owner_before(
        self, words: list[str], tags: list[str], place_at: list[tuple[tuple[str, ...], str, bool] | None], i: int
    ) -> int:
        """Start of the company or school that stands before the place in a name: 澜海智能+中原装备基地,
        江海大学+共青城实习基地.
        """
        if i > 0 and words[i - 1] not in self.suffixes and self._head(words[i - 1], tags[i - 1]) is not None:
            return i - 1
        if (
            i == 0
            or words[i - 1] not in self.suffixes
            or all(t in ("Park", "Government", "Event", "Policy", "Project") for t, _ in self.suffixes[words[i - 1]])
        ):
            return i
        k, odd = i - 1, 0
        while k > 0:
            word, tag = words[k - 1], tags[k - 1]
            if word in self.suffixes or (word in self.inside and odd == 0 and word not in self.boundary):
                k -= 1
            elif (len(word) == 1 and _HANZI.match(word) and word not in self.stop_chars) or (
                len(word) > 1 and word not in self.common and tag in ("ns", "nr", "nz", "nrt", "j")
            ):
                odd += len(word)
                k -= 1
            else:
                break
        return k if odd >= 2 else i

    def _stands_alone(self, words: list[str], tags: list[str], h: int) -> bool:
        """True where a head noun has no noun before or behind it, so that it can refer back (公司, 该联盟)."""
        before, after = (
            (tags[h - 1], words[h - 1]) if h > 0 else ("x", ""),
            (tags[h + 1], words[h + 1]) if h + 1 < len(words) else ("x", ""),
        )
        if words[h] in self.announcing_self and (after[1] in self.organs or self._title.match(after[1]) is not None):
            return True  # 公司+董事会, 公司+副董事长
        if (
            after[0][0] in "nm"
            and after[1] not in self.head_words
            and after[1] not in self.titles_set
            and after[0] != "nr"
        ):
            return False
        if h > 1 and words[h - 2][-1].isdigit():
            return False  # 7家企业
        if before[1] in self.etc_words:
            return False  # …等公司及…
        if words[h].endswith(self.project_heads) and before[0] in ("v", "vn") and before[1] not in self.boundary:
            return False  # 喷水织布+项目: what it makes
        return before[0][0] not in "nbmaqjsf" or before[1] in self.stop_chars

    def _place_behind(
        self, words: list[str], place_at: list[tuple[tuple[str, ...], str, bool] | None], i: int
    ) -> int | None:
        """Index of a place within three tokens before token i, with nothing but single characters of a stem between."""
        for k in range(i - 1, max(-1, i - 4), -1):
            if place_at[k] is not None:
                return k if k < i - 1 or place_at[i] is None else None
            if len(words[k]) > 1 or words[k] in self.stop_chars or _HANZI.match(words[k]) is None:
                return None
        return None

    def _place_candidate(self, start: int, end: int, codes: tuple[str, ...], kind: str) -> _Candidate:
        division = self.gazetteer.get(codes[0])
        return _Candidate(
            start, end, "Park" if division.kind == "zone" else "Place", f"gazetteer:{kind}", 0.95, "|".join(codes)
        )

    def _without_places(self, name: str) -> str:
        """A name without the place or places that it begins with; a second one only where it is written in full."""
        rest = name
        for first in (True, False):
            for size in range(min(7, len(rest) - 2), 1, -1):
                known = self.places.get(rest[:size])
                if known is not None and known[2] and (first or rest[size - 1] in self.levels):
                    rest = rest[size:]
                    break
        return rest

    def _abbreviated(
        self, text: str, body: Sequence[tuple[int, int]], chosen: list[_Candidate]
    ) -> Iterator[_Candidate]:
        """赴沪招商, 沪嘉两地: one character for a province or city, where what stands around it leaves no doubt.

        A character that stands for no place by itself (嘉) is the one place of the document that begins with it.
        """
        spans = [m.span() for m in self._abbreviation.finditer(text)]
        if len(spans) == 0:
            return
        taken = _cover(len(text), chosen)
        initials: dict[str, set[str]] = {}
        for c in chosen:
            if c.type == "Place" and c.code is not None and "|" not in c.code and len(c.code) == 6:
                initials.setdefault(self.gazetteer.get(c.code).name[0], set()).add(c.code)
        for a, b in spans:
            if any(taken[a:b]) or not any(start <= a and b <= end for start, end in body):
                continue
            found = []
            for at in range(a, b):
                known = [s for s in self.gazetteer.named(text[at]) if s.kind == "abbreviation"]
                codes = known[0].codes if len(known) > 0 else tuple(initials.get(text[at], ()))
                if len(codes) == 0 or (len(known) == 0 and len(codes) > 1):
                    break
                found.append(self._place_candidate(at, at + 1, codes, "abbreviation"))
            if len(found) == b - a:
                yield from found

    def _nested_places(self, text: str, chosen: list[_Candidate]) -> list[_Candidate]:
        """Places written out before a park or body (烟台市+福山区+政府), as mentions inside the longer name."""
        nested: list[_Candidate] = []
        holding = [c for c in chosen if c.code is None and (c.type in ("Park", "Government") or c.rule == "delegation")]
        if len(holding) == 0:
            return nested
        spoken = {code for c in chosen if c.code is not None for code in c.code.split("|")}
        for c in holding:
            words = [w for w, _ in self._jieba.tag(text[c.start : c.end], False)]
            position = c.start
            outer: tuple[str, ...] = ()
            if words[-1] in self.party_bodies and c.rule != "local" and len(words) > 2:
                zone = c.end - len(words[-1])  # 海安经济技术开发区+党工委
                if text[c.start : zone].endswith(self.zone_ends):
                    nested.append(_Candidate(c.start, zone, "Park", "nested", 0.9))
            for i, word in enumerate(words[:-1]):
                surface = self._place(words, i)
                full = self._with_level(words, i)
                if full is not None and i == len(words) - 2 and c.type == "Government":
                    position += len(word) + 1
                    nested.append(self._place_candidate(c.start, position, full[0], full[1]))
                    break
                if surface is None or (i > 0 and not self._descends(self.places[words[i - 1]], surface)):
                    break
                position += len(word)
                codes = tuple(x for x in surface[0] if any(self.gazetteer.contains(o, x) for o in outer)) or surface[0]
                if (
                    surface[1] == "short"
                    and (c.type == "Park" or words[i + 1].endswith(self.own_zones))
                    and spoken.isdisjoint(surface[0])
                    and (len(outer) == 0 or words[i + 1].endswith(self.zone_ends))
                    and not ((below := self._place(words, i + 1)) is not None and self._descends(surface, below))
                ):
                    break  # 松江经济技术开发区 does not speak of 松江 where nothing else in the text does
                nested.append(self._place_candidate(c.start, position, codes, surface[1]))
                outer = codes
        return nested

    def _nested_companies(self, text: str, chosen: list[_Candidate]) -> Iterator[_Candidate]:
        """启岳集团+生产基地智能化提升项目: the company that a project is called after, known or named elsewhere."""
        works = [c for c in chosen if c.type == "Project" and c.length > 6]
        if len(works) == 0:
            return
        others = {text[c.start : c.end] for c in chosen if c.type == "Company"}
        for c in works:
            name = text[c.start : c.end]
            words = [w for w, _ in self._jieba.tag(name, False)]
            at, size = 0, 0
            for n, word in enumerate(words[:6]):
                at += len(word)
                told = name[:at] in others or (n > 0 and word in self.companies and word.endswith(self.legal_words))
                if told or (word in self.known and self.known[word] == "Company" and n == 0):
                    size = at
            if name[size - 2 : size + 1] in self.suffixes:
                size += 1  # 正泰新能+源: the ending goes on
            if 1 < size < c.length - 2:
                yield _Candidate(c.start, c.start + size, "Company", "nested", 0.85)

    # ------------------------------------------------------------ names known from what stands around them

    def _by_role(
        self, text: str, body: Sequence[tuple[int, int]], chosen: list[_Candidate], tokens: _Tokens
    ) -> list[_Candidate]:
        """Companies that no ending shows: 尼普洛 in a list of companies, 启岳 in 启岳旗下, 澜海 in 澜海完成B轮融资."""
        ends = {c.end: c for c in chosen}
        starts = {c.start: c for c in chosen}
        added: list[_Candidate] = []
        for start, end in body:
            for match in self._company_cue.finditer(text, start, end):
                known = ends.get(match.start())
                if known is not None and known.type != "Place":
                    continue
                begin = self._left_edge(text, start, match.start())
                first = self._jieba.tag(text[begin : match.start()], False)[:1]
                if first != [] and first[0][1][0] in "tdm" and first[0][0] in self.common:
                    begin += len(first[0][0])  # 近期+启岳
                name = text[begin : match.start()]
                if known is not None and known.length < len(name):
                    lead = name[: len(name) - known.length]
                    if lead in self.common or not self._brand_like(lead):
                        continue  # but 卓岚广州(公司的全资附属公司)
                elif known is not None and match.group("told") is None:
                    continue
                if match.end() == match.start() and len(name) > 6:
                    continue
                if match.group("led") is not None:
                    title = self._title.match(text, match.start())
                    if title is not None and text.startswith(self.speaks_for, title.end()):
                        continue
                    if title is not None and self._name_end(text, title.end(), end, tokens, titled=True) is None:
                        continue  # 孙国安+总经理代表…: a person, with the title behind
                    if (owner := ends.get(begin)) is not None and owner.type == "Company":
                        continue  # 启岳集团+肉品产业总裁: a part of the company
                    edge = _HANZI.match(text[max(start, begin - 2) : begin]) is None
                    if edge and text[begin - 1 : begin] in self.opening:
                        begin -= 1  # 、中+铝国际总裁
                        name = text[begin : match.start()]
                    run = _ALONE.search(text, max(start, match.start() - 10), match.start())
                    if run is not None and not self._brand_like(name) and self._group_like(run.group(1)):
                        begin, name = run.start(1), run.group(1)  # 通用技术集团副总经理
                    likely = self._brand_like(name) or self._group_like(name)
                    if not likely or name.endswith(self.no_company_ends) or self._title.search(name) is not None:
                        continue
                    added.append(_Candidate(begin, match.start(), "Company", "role", 0.65))
                    continue
                if self._brand_like(name) or (match.group("held") is not None and self._trade_group(name)):
                    added.append(_Candidate(begin, match.start(), "Company", "role", 0.7))
            added.extend(self._bodies_of_heads(text, start, end, ends))
            for match in self._cornered.finditer(text, start, end):
                a, b = match.span(match.lastgroup or 0)
                if a not in starts and b not in ends and self._brand_like(text[a:b]):
                    added.append(_Candidate(a, b, "Company", "role", 0.75))
            for match in self._bought.finditer(text, start, end):
                a, b = match.span("name")
                if a not in starts and b not in ends and self._brand_like(text[a:b]):
                    added.append(_Candidate(a, b, "Company", "role", 0.65))
            for match in self._called.finditer(text, start, end):
                a, b = match.span("name")
                person = match.group("sure") is None and self._person_like(text[a:b])
                free = (a not in starts or (starts[a].type == "Place" and starts[a].end < b)) and b not in ends
                if free and not person and self._brand_like(text[a:b]) and self._may_be_company(text, a, b, tokens):
                    added.append(_Candidate(a, b, "Company", "role", 0.65))
            for match in _lists(text, start, end):
                added.extend(self._by_list(text, match, start, starts, ends))
            for match in self._joined_by.finditer(text, start, end):
                owner = ends.get(match.start())
                name = match.group(1)
                if (
                    owner is not None
                    and owner.type == "Company"
                    and match.start(1) not in starts
                    and self._brand_like(name)
                ):
                    added.append(_Candidate(match.start(1), match.end(1), "Company", "joined", 0.65))
        if len(added) == 0:
            return chosen
        # What is so known takes the place of places inside of it, and gives way to any other name.
        named = _cover(len(text), (c for c in chosen if c.type != "Place"))
        added = [c for c in _longest(added) if named.find(1, c.start, c.end) < 0]
        new = _cover(len(text), added)
        return [*(c for c in chosen if c.type != "Place" or new.find(1, c.start, c.end) < 0), *added]

    def _by_list(
        self,
        text: str,
        match: re.Match[str],
        start: int,
        starts: Mapping[int, _Candidate],
        ends: Mapping[int, _Candidate],
    ) -> Iterator[_Candidate]:
        """日立、尼普洛、花王: what stands in a list of companies is one."""
        items: list[tuple[int, int]] = []
        at = match.start()
        for item in match.group().split("、"):
            items.append((at, at + len(item)))
            at += len(item) + 1
        last = len(items) - 1
        known = 0
        open_: list[tuple[int, int]] = []
        for n, (a, b) in enumerate(items):
            bracket = text.find("(", a, b)
            stop = bracket if bracket > a else b
            here = ends.get(stop) if n < last else starts.get(a)
            if here is None and 0 < n < last:
                cut = self._and_between.search(text, a + 1, stop)
                if cut is not None and (inner := starts.get(cut.end())) is not None and inner.type == "Company":
                    known += 1
                    open_.append((a, cut.start()))  # 、尼普洛和中金公司跟投、
                    continue
            if here is not None and here.type in ("Company", "Fund"):
                known += 1
            elif here is not None and here.type != "Place":
                return
            elif n == last:
                stop = self._right_edge(text, a, b)
                open_.append((a, stop))
            elif n == 0:
                begin = self._left_edge(text, start, stop)
                lead = next((w for w in self.verbal if text.startswith(w, begin) and stop - begin - len(w) > 1), "")
                open_.append((begin + len(lead), stop))  # 控股浙江东方、…
            else:
                open_.append((a, stop))
        if known == 0 and self._said_firms.match(text, match.end()) is not None:
            known = len(items) - len({*open_})  # A、B、C,均为动力电池配套企业
            firms = True
        else:
            firms = known > 0
        if not firms or len(items) < 3 or len({*open_}) + known < len(items):
            return
        for a, b in open_:
            if b - a > 3 and text[b - 1] in self._etc:
                b -= 1  # 凯美特等3家企业
            if self._brand_like(text[a:b]) or (known > 1 and self._trade_name(text[a:b])):
                yield _Candidate(a, b, "Company", "listed", 0.65)

    def _right_edge(self, text: str, start: int, end: int) -> int:
        """End of the noun that begins at `start`: up to a verb, a preposition or 等."""
        at = start
        for word, tag in self._jieba.tag(text[start:end], False):
            if (
                (len(word) == 1 and word in self.stop_chars and word not in self.stem_ends)
                or word in self.boundary
                or _HANZI.match(word) is None
                or (len(word) > 1 and tag[0] in "vpcurd" and tag != "vn" and word in self.common)
            ):
                break
            at += len(word)
        return at

    def _trade_name(self, name: str) -> bool:
        """经纬创投: an ordinary word and a trade, among companies."""
        known = any(t in ("Company", "Fund") for t, _ in self.suffixes.get(name[2:], ()))
        return len(name) == 4 and known and name[:2] not in self.generic and name[:2] not in self.inside

    def _group_like(self, name: str) -> bool:
        """兵器装备集团: what is called a group, with words of a trade before that."""
        if not 4 <= len(name) <= 8 or not name.endswith(self.group_ends) or name[:-2] in self.generic:
            return False
        first, tag = self._jieba.tag(name, False)[0]
        return tag[0] not in "mqra" and first not in self.generic and first not in self.vague

    def _trade_group(self, name: str) -> bool:
        """稀土集团, 冶金控股: a trade and what the company is, in a text that says what it holds."""
        return len(name) == 4 and name[2:] in self.suffixes and name[:2] not in self.generic and name[:2] in self.common

    def _person_like(self, name: str) -> bool:
        """True for what can be the name of a person: a surname and one or two characters, or two surnames."""
        return len(name) < 4 and (name[0] in self.surnames or name[:2] in self.surnames)

    def _brand_like(self, name: str) -> bool:
        """True for what can be a company's name by its words: none of a clause, and not only ordinary ones."""
        if name in self.doubtful:
            return True
        if not 2 <= len(name) <= 8 or name in self.common or name in self.self_words or name in self.generic:
            return False
        if _BRAND.fullmatch(name) is None or (self.places.get(name) or ("", "", False))[2]:
            return False
        if name[-2:] in self.boundary or self._title.match(name) is not None:
            return False  # 重新组建旗下的企业; 副行长张文钰
        words = self._jieba.tag(name, False)
        if any(w in self.boundary or w in self.vague or (len(w) == 1 and w in self.hard_stop) for w, _ in words):
            return False
        if all(t[0] in "mqt" for _, t in words) or (words[0][1][0] == "m" and words[0][0] not in self.numerals):
            return False
        rest = words[1:] if words[0][0] in self.places and len(words) > 1 else words
        if len(rest) < len(words):
            # 浙江东方: a place and a word that is no trade
            return all(w not in self.generic and w not in self.suffixes for w, _ in rest)
        return not all(len(w) > 1 and (w in self.common or w in self.generic or w in self.suffixes) for w, _ in words)

    # ------------------------------------------------------------ short forms and repeated names

    def _short_forms(
        self, text: str, chosen: list[_Candidate], body: Sequence[tuple[int, int]]
    ) -> Iterator[tuple[str, str]]:
        # All but an announcement stand in a bracket.
        cues = (self._stock_code, self._short_form, self._latin_short) if "(" in text else ()
        if self._announced.search(text) is None and all([cue.search(text) is None for cue in cues]):
            return
        ends = {c.end: c for c in chosen}
        starting: dict[int, list[_Candidate]] = {}
        for c in chosen:
            starting.setdefault(c.start, []).append(c)
        named = _cover(len(text), (c for c in chosen if c.type != "Place"))
        gone: set[int] = set()  # ids of candidates that a company found here takes the place of

        def company(begin: int, stop: int, rule: str, confidence: float) -> None:
            gone.update(id(c) for at in range(begin, stop) for c in starting.get(at, ()) if c.end <= stop)
            ends[stop] = _Candidate(begin, stop, "Company", rule, confidence)
            starting.setdefault(begin, []).append(ends[stop])
            named[begin:stop] = b"\1" * (stop - begin)
            chosen.append(ends[stop])

        for start, end in body:
            for match in self._stock_code.finditer(text, start, end):
                # 山东黄金(600547.SH): what has a stock code is a company, whatever its name looks like
                begin = self._left_edge(text, start, match.start())
                alone = _ALONE.search(text, max(start, match.start() - 10), match.start())
                known = ends.get(match.start())
                if alone is not None and (known is None or known.start > alone.start(1)):
                    begin, known = alone.start(1), None  # ,联创光电(600363): all between the marks
                if (known is None or known.type == "Place") and 2 <= match.start() - begin <= 10:
                    company(begin, match.start(), "stock-code", 0.85)
            for match in self._announced.finditer(text, start, end):
                # 惠昌传感公告称: what announces is a company
                begin = self._left_edge(text, start, match.start())
                # …(002122.SZ)发布公告: the bracket behind a name is no name
                free = ")" not in text[begin : match.start()] and not any(named[begin : match.start()])
                if free and 3 <= match.start() - begin <= 8 and text[begin : match.start()] not in self.common:
                    company(begin, match.start(), "announces", 0.75)
            for match in self._short_form.finditer(text, start, end):
                owner = ends.get(match.start())
                if match.group("plain") is not None and (owner is None or owner.type not in ("Company", "Fund")):
                    continue  # 增长较快(“十三五”)
                if owner is None:
                    begin = self._left_edge(text, start, match.start())
                    if match.start() - begin < 3 or text[begin : match.start()] in self.suffixes:
                        continue
                    owner = _Candidate(begin, match.start(), "Company", "short-form", 0.7)
                    chosen.append(owner)
                    ends[owner.end] = owner
                names = _SHORT_NAME.findall(match.group("names")) or self._name_split.split(match.group("names"))
                for name in names:
                    if name.strip() != "":
                        yield text[owner.start : owner.end], name.strip()
            for match in self._latin_short.finditer(text, start, end):
                # 永瑞电子股份有限公司(YREC): where the letters stand again without the name
                owner = ends.get(match.start())
                letters = match.group("names")
                if owner is not None and owner.type not in ("Person", "Place") and text.count(letters) > 1:
                    yield text[owner.start : owner.end], letters
        chosen[:] = [c for c in chosen if id(c) not in gone]

    def _in_lists(self, text: str, chosen: list[_Candidate], tokens: _Tokens) -> Iterator[_Candidate]:
        """What stands in a list of companies is one: 长江存储、武汉新芯、中芯国际等, where one of them is known."""
        if "、" not in text:
            return
        known = {c.start: c for c in chosen}
        ends = {c.end: c for c in chosen}
        waiting = [c for c in chosen if c.type == "Company"]
        while len(waiting) > 0:
            c = waiting.pop()
            spans = []
            if text.startswith("、", c.end) and c.end + 1 not in known:
                listed = self._member.match(text, c.end + 1)
                if listed is not None:
                    spans.append((listed.start("name"), listed.end("name")))
            if text[c.start - 1 : c.start] == "、" and c.start - 1 not in ends:
                edge = max(0, c.start - 16)
                start = max((text.rfind(mark, edge, c.start - 1) for mark in _MARKED), default=-1)
                if start < 0 or text[start] != "、":
                    start = self._left_edge(text, max(start + 1, edge), c.start - 1, least=2) - 1
                spans.append((start + 1, c.start - 1))
            for a, b in spans:
                if 3 <= b - a <= 10 and self._may_be_company(text, a, b, tokens):
                    if any(a < k.end and k.start < b and k.code is None for k in chosen):
                        continue
                    found = _Candidate(a, b, "Company", "listed", 0.7)
                    known[a], ends[b] = found, found
                    chosen[:] = [k for k in chosen if not (a <= k.start and k.end <= b)]
                    waiting.append(found)
                    yield found

    def _may_be_company(self, text: str, a: int, b: int, tokens: _Tokens) -> bool:
        """True where a member of a list of companies looks like a name: no common word, no verb, no function word."""
        name = text[a:b]
        if (
            name in self.common
            or name in self.places
            or name in self.generic
            or name in self.suffixes
            or _HANZI.fullmatch(name) is None
            or self._title.search(name) is not None
            or text[a - 1 : a] in self.measures  # 年产300万只+汽车传动皮带轮
            or text[a - 1 : a] in self.where_leads  # 从东莞厚街、赛艺线缆从…: where from
            or (a not in tokens.tags)
            or (b not in tokens.tags)
        ):
            return False
        at, odd = a, 0
        if not any(k in tokens.tags for k in range(a + 1, b)) and tokens.tags[a] in ("n", "vn", "v", "b"):
            return False  # 采购商: one word of the dictionary
        while at < b:
            stop = next((k for k in range(at + 1, b) if k in tokens.tags), b)
            word, tag = name[at - a : stop - a], tokens.tags.get(at, "n")
            if (
                word in self.boundary
                or word in self.vague
                or (stop < b and word in self.suffixes and self.suffixes[word][0][1])
            ):
                return False
            if len(word) == 1 and word in self.hard_stop:
                return False
            if (
                len(word) > 1
                and tag[0] in "vdpcrmqu"
                and tag != "vn"
                and word in self.common
                and word not in self.inside
            ):
                return False
            odd += len(word) if word not in self.common else 0
            if stop == b and any(t == "Company" for t, _ in self.suffixes.get(word, ())) and at > a:
                odd += 1  # 高新+控股
            at = stop
        return odd > 0

    def _left_edge(self, text: str, start: int, end: int, *, least: int = 0) -> int:
        """Start of the noun that ends at `end`: back to punctuation, a verb or a preposition; its last `least`
        characters belong to it whatever they are.
        """
        words = self._jieba.tag(text[max(start, end - LONGEST_NAME) : end], False)
        begin = end
        for word, tag in reversed(words):
            if end - begin >= least and (
                (len(word) == 1 and word in self.stop_chars)
                or (word in self.boundary and not (begin == end and word in self.suffixes))
                or (_HANZI.match(word) is None and word not in "()·" and not word.isalnum())
                or (tag[0] in "vpcurd" and tag != "vn" and word in self.common and word not in self.inside)
            ):
                break
            begin -= len(word)
        return begin

    def _spread(
        self,
        text: str,
        body: Sequence[tuple[int, int]],
        chosen: list[_Candidate],
        short_forms: list[tuple[str, str]],
        tokens: _Tokens,
    ) -> list[_Candidate]:
        """Find names again where the grammar missed them, and their short forms: defined ones, and those by
        omission.
        """
        wanted: dict[str, tuple[str, float]] = {}
        types = {text[c.start : c.end]: c.type for c in reversed(chosen)} if len(short_forms) > 0 else {}
        for full, short in short_forms:
            if short not in self.self_words:
                wanted.setdefault(short, (types.get(full, "Company"), 0.9))
        codes: dict[str, str] = {}
        for c in list(chosen):
            name = text[c.start : c.end]
            if c.code is not None and c.type == "Place" and "full" in c.rule:
                for code in c.code.split("|")[:3]:
                    short = self.gazetteer.get(code).short
                    if len(short) >= 2 and short not in self.common and short != name:
                        wanted.setdefault(short, ("Place", 0.85))
                        codes[short] = c.code
            if c.type in ("Company", "Fund"):
                core = self.core(name)
                if core != name and len(core) >= 3:
                    wanted.setdefault(core, (c.type, 0.85))
                for short in self._invested(name):
                    wanted.setdefault(short, (c.type, 0.7))
                if name.endswith(self.endings_short):
                    # 围海控股 of 浙江围海控股集团有限公司
                    for ending in (e for e in self.endings_short if name.endswith(e)):
                        held = self.without_places(name[: -len(ending)])
                        if len(held) == 4 and held != name and held[2:] in self.weak:
                            wanted.setdefault(held, (c.type, 0.8))
                brand = self.brand(name)
                if len(brand) > 0 and brand != name:
                    for word in self._after_brand(core, brand):
                        wanted.setdefault(word, (c.type, 0.8))
                    if c.type == "Company":
                        wanted.setdefault(brand, (c.type, 0.7))
            if c.type not in ("Place",) and (len(name) >= 4 or c.rule in _ROLE_RULES):
                wanted.setdefault(name, (c.type, c.confidence))
        if len(wanted) == 0:
            return chosen
        told = {short for _, short in short_forms if short not in self.self_words}
        told |= {text[c.start : c.end] for c in chosen if c.rule in _ROLE_RULES and c.length > 2}
        if len(told) > 0:
            starting: dict[int, list[_Candidate]] = {}
            for c in chosen:
                starting.setdefault(c.start, []).append(c)
            inner = {
                id(c)
                for _, a, b in _occurrences(text, sorted(told))
                for at in range(a, b)
                for c in starting.get(at, ())
                if c.end <= b and c.length < b - a
            }
            chosen = [c for c in chosen if id(c) not in inner]
        taken = _cover(len(text), chosen)
        found = list(chosen)
        names = sorted(wanted, key=lambda n: (-len(n), n))
        for number, at, stop in sorted(_occurrences(text, names)):
            if (
                taken.find(1, at, stop) < 0
                and (at in tokens.tags or stop - at >= 4)
                and (stop in tokens.tags or stop - at >= 4)
                and _inside(body, at, stop)
            ):
                kind, confidence = wanted[names[number]]
                found.append(_Candidate(at, stop, kind, "again", confidence, codes.get(names[number])))
                taken[at:stop] = b"\1" * (stop - at)
        return found

    def _invested(self, name: str) -> Iterator[str]:
        """宁波交投 and 乐山高新投 of 宁波交通投资控股有限公司 and 乐山高新投资发展有限公司."""
        for word in self.verbal_heads:
            at = name.find(word)
            if at <= 0:
                continue
            place = name[: len(name) - len(self.without_places(name))]
            if 2 <= len(place) <= 4 and at - len(place) == 2:
                yield name[: at + 1]
                yield name[: len(place) + 1] + word[0]

    def _after_brand(self, core: str, brand: str) -> Iterator[str]:
        """The brand with one or more of the words behind it: 澜海智能装备 → 澜海智能."""
        if not core.startswith(brand):
            return
        for end in range(len(brand) + 2, len(core)):
            tail = core[len(brand) : end]
            if tail in self.weak or tail in self.suffixes or tail[-2:] in self.common or tail[-2:] in self.weak:
                yield brand + tail

    # ------------------------------------------------------------ people

    def _people(
        self, text: str, body: Sequence[tuple[int, int]], chosen: list[_Candidate], tokens: _Tokens
    ) -> tuple[list[_Candidate], list[tuple[int, int, int, int]]]:
        """Names beside a title (区长周启明), names in a list behind such a one, and the same names elsewhere."""
        people: dict[tuple[int, int], _Candidate] = {}
        posts: list[tuple[int, int, int, int]] = []
        names: set[str] = set()
        # Most lines have no title, and no verb that names a person.
        spoken = [(a, b) for a, b in body if len(self._people_words.find_matches_as_indexes(text[a:b])) > 0]
        if len(spoken) == 0:
            return [], posts
        begun = {c.start for c in chosen if c.type != "Place" and c.length > 3}
        for start, end in spoken:
            for match in self._title.finditer(text, start, end):
                at = match.end()
                remark = self._remark.match(text, at, end)
                if remark is not None:
                    at = remark.end()  # 副主任(主持工作)金晓明
                held = self._held_by.match(text, at, end)
                if held is not None:
                    at = held.end()  # 担任区长一职的周启明
                first = at
                while True:
                    stop = self._name_end(text, at, end, tokens, titled=True)
                    stop = self._whole_name(text, at, stop, end, tokens)
                    if stop is None and (at - 1, "、") == (posts[-1][1] if len(posts) > 0 else -1, text[at - 1]):
                        stop = self._listed_name(text, at, end)  # 副市长陈社招、首建中、
                    if stop is None:
                        break
                    people[at, stop] = _Candidate(at, stop, "Person", "title", 0.9)
                    names.add(text[at:stop])
                    posts.append((at, stop, match.start(), match.end()))
                    if (
                        stop < end
                        and text[stop] == "、"
                        and self._title.match(text, stop + 1) is None
                        and stop + 1 not in begun
                    ):
                        at = stop + 1
                    else:
                        break
                if stop is None and at == first:
                    before = self._named_before(text, start, match, tokens, chosen)
                    if before is not None and not any(k[0] < match.start() and before < k[1] for k in people):
                        people[before, match.start()] = _Candidate(before, match.start(), "Person", "named", 0.85)
                        names.add(text[before : match.start()])
                        if any(c.end == before for c in chosen):
                            posts.append((before, match.start(), match.start(), match.end()))
            for a, b in self._led(text, start, end):
                people.setdefault((a, b), _Candidate(a, b, "Person", "named", 0.85))
                names.add(text[a:b])
            for match in self._named_by.finditer(text, start, end):
                at = match.end()
                listing = match.group().endswith(
                    self.leaders
                )  # 区领导但文清、…: a list of names, whatever they begin with
                while (
                    stop := self._name_end(text, at, end, tokens) or self._listed_name(text, at, end, listing=listing)
                ) is not None:
                    listing = False
                    people.setdefault((at, stop), _Candidate(at, stop, "Person", "named", 0.85))
                    names.add(text[at:stop])
                    if stop < end and text[stop] == "、":
                        at = stop + 1
                    else:
                        break
            gendered = self._gender.search(text, start, end) is not None
            for match in self._post_behind.finditer(text, start, end):
                at = match.end(1)
                bio = self._bio.match(text, at, end) if gendered else None
                if bio is not None and bio.group("name") not in self.common:
                    people.setdefault((at, bio.end("name")), _Candidate(at, bio.end("name"), "Person", "named", 0.85))
                    names.add(bio.group("name"))
                    continue
                stop = self._name_end(text, at, end, tokens)
                if stop is None and text[at] in self.surnames and self._verb_of_post.match(text, at + 3) is not None:
                    # 夏吉胜+任…, which the tokenizer reads as 胜任
                    glued = at + 2 in tokens.tags and at + 3 not in tokens.tags
                    stop = at + 3 if glued and _HANZI.fullmatch(text[at : at + 3]) is not None else None
                if stop is None or text[stop : stop + 1] == "":
                    continue
                if (text.startswith(self.acts_of_people, stop) and self._unglued(at, stop, tokens)) or (
                    text.startswith(self.speaks, stop)
                    and text[at] not in self.hard_stop
                    and self._unglued(at, stop, tokens)
                    and not any(text[at:stop] in text[c.start : c.end] for c in chosen)
                ):
                    people.setdefault((at, stop), _Candidate(at, stop, "Person", "named", 0.8))
                    names.add(text[at:stop])
                    continue
                for a, b in self._named_for_posts(text, at, stop, end, tokens):
                    people.setdefault((a, b), _Candidate(a, b, "Person", "named", 0.85))
                    names.add(text[a:b])
        if len(names) > 0:
            taken = _cover(len(text), people.values())
            for _, at, stop in sorted(_occurrences(text, sorted(names, key=lambda n: (-len(n), n)))):
                if stop - at > 1 and not any(taken[at:stop]) and _inside(body, at, stop):
                    people[at, stop] = _Candidate(at, stop, "Person", "again", 0.85)
                    taken[at:stop] = b"\1" * (stop - at)
        return list(people.values()), posts

    def _named_before(
        self, text: str, start: int, title: re.Match[str], tokens: _Tokens, chosen: list[_Candidate]
    ) -> int | None:
        """Where the name before a title begins, nobody being named behind it: 江海大学+裴照野+校长."""
        stop = title.start()
        after = text[title.end() : title.end() + 2]
        if text[stop - 1 : stop] in self.name_ends_no_more or after.startswith(self.no_address):
            return None
        for size in (4, 3, 2):
            at = stop - size
            if at < start or at not in tokens.tags or _HANZI.fullmatch(text[at:stop]) is None:
                continue
            family = 2 if text[at : at + 2] in self.surnames else 1 if text[at] in self.surnames else 0
            if family == 0 or not 1 <= size - family <= 2 or text[at:stop] in self.common:
                continue
            beside = any(c.end == at for c in chosen)
            cuts = [k for k in range(at + 1, stop) if k in tokens.tags]
            whole = len(cuts) == 0 and tokens.tags[at] in ("nr", "nrt")
            # 修+文成, 裴+照+野: a surname and what is no ordinary word behind it
            apart = cuts[:1] == [at + family] and (len(cuts) == size - family or tokens.tags[cuts[0]] in ("nr", "nrt"))
            # 由修文+成+会长: the tokenizer takes two of them for a place
            placed = cuts == [at + 2] and size == 3 and (text[at - 1] in _MARKED or tokens.tags[at] == "nr")
            # 藤田和秀会长 from Japan, 高新区管委会+李耕+主任: a name of two only right behind a body
            given = size - family == 2 or beside or family == 2
            apart = apart or (family == 2 and len(cuts) == size - 1)
            # ,郭+大为+主任: at the head of a clause the rest may be a word, if it is none that bodies are called by
            rest = text[at + family : stop]
            apart = apart or (
                cuts == [at + 1]
                and (text[at - 1] in _MARKED or beside)
                and tokens.tags[at] in ("nr", "nrt")
                and rest not in self.generic
                and rest not in self.suffixes
                and rest not in self.inside
            )
            if not whole and not (apart and given) and not placed:
                continue
            if family == 1 and any(w in self.hard_stop and w not in self.given for w in text[at + 1 : stop]):
                continue
            before = next((k for k in range(at - 1, max(start, at - 5) - 1, -1) if k in tokens.tags), None)
            if (
                _HANZI.match(text[at - 1 : at]) is None
                or beside
                or (before is not None and tokens.tags[before][0] in "pcvu")
            ):
                return at
        return None

    def _led(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The names of 周启明、裴照野、栗明川等临湖市领导陪同: spans of a list that is said to be of leaders."""
        for match in self._leaders_behind.finditer(text, start, end):
            spans = []
            at = match.start()
            while (name := _NAME_BEFORE.search(text, max(start, at - 5), at)) is not None:
                spans.append(name.span("name"))
                at = name.start("name") - 1
                if text[at : at + 1] != "、" or at < start:
                    break
            family = [a for a, b in spans if text[a] in self.surnames or text[a : a + 2] in self.surnames]
            if len(spans) > 1 and 3 * len(family) > 2 * len(spans):
                yield from spans

    def _name_end(self, text: str, at: int, end: int, tokens: _Tokens, *, titled: bool = False) -> int | None:
        """End of a Chinese personal name that begins at `at`, or None; `titled` where a title stands before it."""
        dotted = _DOTTED.match(text, at, end)
        if dotted is not None:
            stops = [k for k in range(dotted.end(), text.index("·", at) + 1, -1) if k in tokens.tags or k == end]
            fit = [
                k
                for k in stops
                if _HANZI.match(text[k : k + 1]) is None
                or text[k : k + 4].startswith(self.say)
                or self._starts_trigger(text[k : k + 4])
            ]
            # 叶尔兰·哈德尔+不愿: a word of its own ends the name
            words = [
                k for k in stops if k < dotted.end() and k - text.rindex("·", at, k) > 2 and tokens.tags[k][0] in "vdp"
            ]
            return min(fit or words, default=dotted.end())
        size = 2 if text[at : at + 2] in self.surnames else 1 if text[at : at + 1] in self.surnames else 0
        if size == 0 or self._title.match(text, at) is not None:
            return None  # 董+事长
        spaced = self._spaced.match(text, at, end) if text[at + size : at + size + 1] in " \u3000" else None
        if spaced is not None:
            return spaced.end()
        for given in (2, 1):
            stop = at + size + given
            if stop > end or _HANZI.fullmatch(text[at:stop]) is None:
                continue
            rest = text[stop : stop + 4]
            ends_it = (*self.list_ends, *self.leads_people) if titled else self.list_ends
            closed = given == 2 and rest.startswith(ends_it) and text[stop - 1] not in self.hard_stop
            if stop not in tokens.tags and rest != "" and not closed and not rest.startswith(self.addressed):
                continue  # 杨洱+担任, not 杨洱担+任; but 徐泽星等
            if (
                given == 2
                and text[at] in self.stop_chars
                and (text[at + 1 : stop] in self.boundary or text.startswith(self.joint_acts, at + 1))
            ):
                continue  # 董事长+都出席
            if given == 2 and text[stop - 1] in self.joining and rest.startswith((*self.joint_acts, *self.list_ends)):
                return stop  # 林月和+参加了仪式: nobody stands behind 和
            if given == 2 and text[stop - 1] in self.say_chars and _HANZI.match(text[stop : stop + 1]) is not None:
                continue  # 顾衡+说他, but 周凤来、
            if given == 2 and text[stop - 1] in self.speech and _HANZI.match(text[stop : stop + 1]) is None:
                continue  # 顾衡+说,
            if (text[stop - 1] in self.hard_stop and not text.startswith(self.left, stop)) or (
                given == 2
                and text[stop - 2] in self.hard_stop
                and not (
                    titled
                    and (
                        rest[:1] in ("", *self.of)
                        or _HANZI.match(rest) is None
                        or (text[stop - 2] in self.given and stop in tokens.tags)
                    )
                )
            ):
                continue  # 院士薛其坤, but not 院长薛在会上
            if text[at:stop] in self.suffixes or text[at:stop] in self.common or text[at:stop] in self.known:
                continue
            if closed:
                return stop
            alone = given == 2 and stop - 1 in tokens.tags and stop + 1 not in tokens.tags  # 史+庆+超+带队
            if (
                alone
                or rest == ""
                or _HANZI.match(rest) is None
                or rest.startswith(self.say)
                or tokens.tags.get(stop, "x")[0] in "vdpcumrytfa"
                or self._starts_trigger(rest)
                or (titled and stop + 1 not in tokens.tags)  # 局长李欣+全程陪同: a word of its own stands behind
            ):
                return stop
        return None

    def _whole_name(self, text: str, at: int, found: int | None, end: int, tokens: _Tokens) -> int | None:
        """End of a name behind a title that is not of a surname and one or two characters: 才让多杰, 阿苏木呷."""
        if at not in tokens.tags or _HANZI.match(text[at : at + 1]) is None:
            return found
        if found is None and text[at] in self.stop_chars and text[at] not in self.surnames:
            return None  # 执行董事+需提交股东大会
        if found is None and text.startswith(self.verbs_of_saying, at):
            return None  # 主任+表示感谢
        stop, size = at, 0
        while stop < end and size <= 6 and _HANZI.match(text[stop]) is not None:
            if stop > at and (text.startswith(self.name_closers, stop) or self._starts_trigger(text[stop : stop + 4])):
                if self._title.match(text, stop) is not None:
                    return found  # 、市人大+主任…
                break
            after = next((k for k in range(stop + 1, min(end, stop + 8) + 1) if k in tokens.tags or k == end), None)
            if after is None:
                return found
            word = text[stop:after]
            if (
                (len(word) > 1 and (word in self.common or word in self.suffixes or word in self.titles_set))
                or (len(word) == 4 and tokens.tags[stop][0] in "nv" and tokens.tags[stop] not in ("nr", "nrt", "nz"))
                or word in self.hard_stop
                or word in self.linking
                or word in self.vague
                or len(word) > 4
            ):
                return found
            stop, size = after, after - at
        if found is not None:
            plain = tokens.tags.get(found, "n")[0] not in "vdpcurmft" and text[found : found + 1] not in self.stop_chars
            return stop if stop - found == 1 and stop - at > 3 and plain else found
        return stop if 3 <= size <= 6 and text[at:stop] not in self.places else None

    def _named_for_posts(self, text: str, at: int, stop: int, end: int, tokens: _Tokens) -> list[tuple[int, int]]:
        """The people of 马翠兰(女,回族)、普文才(彝族)为副主任, or of 王磊,男,1978年4月生: spans; else nothing."""
        spans = [(at, stop)]
        after = stop
        while True:
            remark = self._about.match(text, after, end)
            after = remark.end() if remark is not None else after
            if self._born.match(text, after, end) is not None and len(spans) == 1:
                return spans
            following = self._name_end(text, after + 1, end, tokens) if text[after : after + 1] == "、" else None
            if following is None or len(spans) > 20:
                break
            spans.append((after + 1, following))
            after = following
        if self._verb_of_post.match(text, after) is None:
            why = self._reason.match(text, after, end)  # 杨启生因工作调整,辞去
            if why is None or self._verb_of_post.match(text, why.end()) is None:
                return []
            after = why.end()
        clause = re.split(r"[。；;\n]", text[after : min(end, after + 40)], maxsplit=1)[0]
        return spans if self._title.search(clause) is not None else []

    def _listed_name(self, text: str, at: int, end: int, *, listing: bool = False) -> int | None:
        """End of a name of two or three characters inside a list of names, whatever it begins with (、但锐金、)."""
        if text[at - 1] != "、" and not listing:
            return None
        listed = _LISTED.match(text, at, end)
        if (
            listed is None
            or (listing and text[listed.end()] != "、")
            or listed.group() in self.common
            or listed.group() in self.places
            or listed.group()[-1] in self.local_ends
            or any(listed.group()[k:] in self.suffixes for k in (0, 1))
        ):
            return None
        return listed.end()

    def _unglued(self, at: int, stop: int, tokens: _Tokens) -> bool:
        """True where a span is a word that names a person, or no single word at all (韩+军, but not 水利部)."""
        return tokens.tags.get(at, "x") in ("nr", "nrt", "ns") or any(k in tokens.tags for k in range(at + 1, stop))

    def _starts_trigger(self, rest: str) -> bool:
        return any(rest[:n] in self.boundary for n in (2, 3, 4))

    # ------------------------------------------------------------

    def _mention(self, document: Document, c: _Candidate) -> Mention:
        name = document.folded[c.start : c.end]
        if not name.isalnum():
            name = "".join(name.split())
        return Mention(Span(document.id, c.start, c.end), c.type, name, c.rule, c.confidence, c.code)


def _cover(size: int, candidates: Iterable[_Candidate]) -> bytearray:
    """One byte for every character of the text: 1 where a candidate stands."""
    cover = bytearray(size)
    for c in candidates:
        cover[c.start : c.end] = b"\1" * (c.end - c.start)
    return cover


def _occurrences(text: str, names: Sequence[str]) -> Iterable[tuple[int, int, int]]:
    """Where names stand in the text, also inside each other: the number of the name, start and end. One pass over the
    text however many names there are.
    """
    if len(names) == 0:
        return ()
    if len(names) * len(text) < _FEW:
        found = []
        for number, name in enumerate(names):
            at = text.find(name)
            while at >= 0:
                found.append((number, at, at + len(name)))
                at = text.find(name, at + 1)
        return found
    return AhoCorasick(names).find_matches_as_indexes(text, overlapping=True)


def _inside(body: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """True where one of the spans, which are in order, holds the stretch."""
    at = bisect_right(body, (start, sys.maxsize)) - 1
    return at >= 0 and end <= body[at][1]


def _lists(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Runs of three and more items with 、 between them."""
    at = text.find("、", start, end)
    while at >= 0:
        first, least = at, max(start, at - 40)
        while first > least and text[first - 1] not in _LIST_STOPS:
            first -= 1
        match = _LIST.match(text, first, end)
        if match is not None:
            yield match
        at = text.find("、", max(at + 1, match.end() if match is not None else 0), end)


def _sentences(text: str, start: int, end: int) -> Iterator[Sentence]:
    at = start
    for match in _SENTENCE_END.finditer(text, start, end):
        if text[match.start()] != "\n" and match.end() < end:
            opened = text.rfind("(", max(at, match.start() - 80), match.start())
            open_yet = opened >= 0 and text.find(")", opened, match.start()) < 0
            if open_yet and text.find(")", match.end(), match.end() + 80) > 0:
                continue  # (名称以登记为准。以下简称“合资公司”)
        if text[at : match.start()].strip() != "":
            yield Sentence(at, match.end())
        at = match.end()
    if at < end and text[at:end].strip() != "":
        yield Sentence(at, end)


def _longest(found: list[_Candidate]) -> list[_Candidate]:
    """Of overlapping candidates the longest, then the surest; nested written-out places of a chain are kept."""
    chosen: list[_Candidate] = []
    starting: dict[int, list[_Candidate]] = {}
    covered = bytearray(max([c.end for c in found], default=0))
    for c in sorted(found, key=lambda c: (c.start - c.end, -c.confidence, c.start)):
        if covered.find(1, c.start, c.end) >= 0:
            # A place chain keeps its outer places: 上海 inside 上海莘庄镇.
            same = starting.get(c.start, ())
            outer = next((d for d in same if d.end > c.end), None)
            if (
                c.type != "Place"
                or outer is None
                or not (outer.type == "Place" or outer.code is not None)
                or (outer.rule == "visited" and c.rule != "gazetteer:full")  # 关帝庙街区 lies in no 关帝庙镇
                or any(d.end == c.end for d in same)
            ):
                continue
        chosen.append(c)
        starting.setdefault(c.start, []).append(c)
        covered[c.start : c.end] = b"\1" * (c.end - c.start)
    return chosen
