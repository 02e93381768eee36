"""Extraction: from one document to its facts, a pure function of the document, the ontology and the gazetteer.

Input is a Document, output an Extraction: entities, facts, and what was found and dropped with the reason.

    2016年,嘉兴科技城与上海容亿投资合作组建容江基金   →   Establishment(founder=嘉兴科技城, founder=上海容亿投资,
    founded=容江基金, 2016)

A sentence is read as clauses. In a clause the mentions form groups (A与B、C等), each free or led by a preposition.
A trigger word of the ontology opens a frame, which reads its roles from slots around the trigger: the free group
before it is the subject, the one behind it the object, the others are named by their prepositions. A missing
subject is taken from the clauses and sentences before, as a reader does.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypeVar, cast

from ahocorasick_rs import AhoCorasick, MatchKind

from kg import corpus, scanning, values
from kg.gazetteer import Gazetteer
from kg.model import Amount, Date, Document, Entity, Extraction, Fact, Mention, Span, Status
from kg.ontology import Frame, Ontology
from kg.recognize import Post, Recognition, Recognizer, Sentence
from kg.resolve import Linked, Linker

T = TypeVar("T")

_BRACKET = re.compile(r"\([^()]*\)|（[^（）]*）")
_PAPER = re.compile(r"《[^《》]*》")
#: For how many paragraphs a day told is the day of what was signed.
_CARRIED = 4
#: How far before a name the words that say what it is can begin.
_APPOSED = 16
#: How many characters behind a verb of subscribing what is subscribed to can stand.
_REACH = 24
#: How many entities a reader keeps in mind; a longer memory would only make long documents slow.
_RECENT = 200
#: Who signs, by sorts: a place, its government and its zones are one, companies and funds another, schools a third.
_SORTS = {"Place": "ground", "Park": "ground", "Government": "ground", "Company": "firm", "Fund": "firm"}
#: Facts that make something, with the role of what is made and of who makes it; and the facts that say who pays.
_MADE = {
    "Establishment": ("founded", "founder"),
    "Construction": ("project", "builder"),
    "Settlement": ("settler", "settler"),
    "Bid": ("object", "subject"),
    "Agreement": ("", ""),
}
_PAYING = ("Investment", "ProjectInvestment")
#: Patterns of papers by which shares change hands: what is told of it by a verb as well is told better there.
_PAPERS = ("sign-transfer",)
#: What lasts and so did not happen on the day that an article tells of.
_LASTING = ("Office", "PartOf", "Indicator")
#: Slots of places that a list can name one after the other.
_GOING = ("to", "at")
#: A figure said of what its own clause names is at least so sure.
_NAMED = 0.8
_BREAK = re.compile(r"\n\s*")
_CLAUSE = re.compile(r",(?!(?<=\d,)\d{3})|[，;；]|[:：](?!\d)")  # 4,500万元 is one number


@dataclass(slots=True)
class _Group:
    """Mentions that are coordinated with each other, and the word that leads them."""

    members: list[Mention]
    joints: list[str]  # what stands between members: "、" or a comitative such as 与
    start: int
    end: int
    word: str = ""  # the preposition itself
    lead: str = ""  # slot that a preposition gives: with, at, from, to, by, for, ba; empty where free
    modifier: bool = False  # followed by 的 or a noun: says whose, not who
    titled: bool = False  # followed by the title of a post
    several: bool = False  # 分别 stands behind it


@dataclass(slots=True)
class _Trigger:
    start: int
    end: int
    word: str
    frames: tuple[Frame, ...]
    nominal: bool = field(init=False)  # the word is a noun that opens a name (控股股东), not a verb with an object

    def __post_init__(self) -> None:
        self.nominal = all([f.nominal for f in self.frames])


@dataclass(slots=True)
class _Clause:
    start: int
    end: int
    groups: list[_Group] = field(default_factory=list)
    triggers: list[_Trigger] = field(default_factory=list)
    subject: _Group | None = None


#: A frame that had too few participants, and those that it had.
_Failure = tuple[Frame, tuple[tuple[str, str], ...]]


@dataclass(slots=True)
class _Filling:
    """What stands in a clause for the roles of a frame, how far it was fetched, and the slots it was read from."""

    frame: Frame
    roles: dict[str, list[_Group]]
    penalty: float
    slots: dict[str, list[_Group]]
    previous: list[_Clause]  # the clauses that lead up to it

    def open(self) -> bool:
        """True where a role is empty that the topic or a place beside can fill."""
        topic, beside = self.frame.topic, self.frame.beside
        return (topic is not None and topic not in self.roles) or (beside is not None and beside not in self.roles)


@dataclass(slots=True)
class _State:
    """What a reader keeps in mind from sentence to sentence."""

    topic: _Group | None = None
    employers: dict[str, str] = field(default_factory=dict)  # whom a person signs for, by the posts told
    visitors: _Group | None = None  # whose delegation was spoken of last
    travellers: _Group | None = None  # who visited last; a delegation without a name is theirs
    pair: list[Mention] = field(default_factory=list)
    venture: str | None = None  # what was founded or invested in last
    recent: list[str] = field(default_factory=list)  # entities in the order spoken of
    day: tuple[Date, Span] | None = None  # the date last told, and where
    lead: tuple[Date, Span] | None = None  # the first day told: what the article is about happened then
    paragraph: int = -1  # of the date last told
    counted: tuple[int, int] = (0, 0)  # how far paragraphs were counted, and how many
    round: tuple[str, Amount | None] | None = None  # who completed a round of financing, and its sum
    holders: set[str] = field(default_factory=set)  # people who hold shares and so act for themselves
    firms: list[tuple[str, Mention]] | None = None  # the companies by all their names, the longest first
    built: set[str] = field(default_factory=set)  # projects whose builder has been told
    owners: dict[str, set[str]] = field(default_factory=dict)  # who owns what, as far as told
    body: str | None = None  # whose post was told last by a verb
    person: str | None = None  # the only person that the sentence before speaks of
    references: dict[tuple[int, int], str] = field(default_factory=dict)
    delegations: dict[str, tuple[Mention, ...]] = field(default_factory=dict)  # with whose they are
    ground: _Group | None = None  # the park or division that acts in the sentence last read which has one
    home: tuple[Mention, ...] | None = None  # the first mention of the ground that the document speaks of most


#: Why a candidate is no fact.
TOO_FEW = "too few participants"
BLOCKED = "blocked by the words beside it"
NO_OBJECT = "what it is about does not follow"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pattern whose trigger stands in the text and which made no fact: offsets of the trigger, the participants
    that it had (role and local entity id), and why not.
    """

    frame: Frame
    start: int
    end: int
    roles: tuple[tuple[str, str], ...]
    why: str


@dataclass(slots=True)
class Trace:
    """How a document was read, kept where somebody asks (`kg explain`): its sentences, the mentions with their local
    entity (None: the linker found none), the names that gave way to longer ones, the candidates that made no fact.
    """

    sentences: list[Sentence] = field(default_factory=list)
    mentions: list[tuple[Mention, str | None]] = field(default_factory=list)
    outdone: list[Mention] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)


class Extractor:
    """The compiled patterns of an ontology over a gazetteer; `extract` may be called for any number of documents."""

    def __init__(self, ontology: Ontology, gazetteer: Gazetteer) -> None:
        self.ontology = ontology
        self.gazetteer = gazetteer
        self.recognizer = Recognizer(ontology, gazetteer)
        self.linker = Linker(self.recognizer)
        lexicon = ontology.lexicon
        by_word: dict[str, list[Frame]] = {}
        for frame in ontology.frames:
            for word in frame.triggers:
                by_word.setdefault(word, []).append(frame)
        self._words = list(by_word)
        self._frames = [tuple(by_word[w]) for w in self._words]
        self._triggers = AhoCorasick(self._words, matchkind=MatchKind.LeftmostLongest)
        slots = ("with", "at", "from", "to", "by", "for", "ba")
        leads = [*((w, slot) for slot in slots for w in lexicon[slot]), *((w, "none") for w in lexicon["about"])]
        #: Prepositions by their last character, the longest first: 前往 before 往.
        self._leads: dict[str, list[tuple[str, str]]] = {}
        for word, slot in sorted(leads, key=lambda p: -len(p[0])):
            self._leads.setdefault(word[-1], []).append((word, slot))
        comitative = "|".join(re.escape(w) for w in sorted(lexicon["with"], key=len, reverse=True))
        etc = "|".join(lexicon["etc"])
        listing = "|".join(sorted(lexicon["list_joints"], key=len, reverse=True))
        loose = (*lexicon["vague"], *lexicon["heads"], *lexicon["apposed"])
        vague = "|".join(re.escape(w) for w in sorted(loose, key=len, reverse=True))
        addressed = "|".join(lexicon["addressed"])
        held = ontology.grammar["stake_of"]
        self._joint = re.compile(
            rf"(?:{addressed})?(?:{etc}(?:[^，。,、]{{0,6}}?))?(?P<joint>、|{listing}|{comitative})?(?:{held})?(?:{vague})?"
        )
        self._comitative = frozenset(lexicon["with"])
        self._going_to = tuple(lexicon["to"])
        self._with = lexicon["with"][0]
        self._and = frozenset(lexicon["and"])
        self._list_joints = frozenset(("、", *lexicon["list_joints"]))
        self._etc = tuple(lexicon["etc"])
        self._nominal = tuple(
            sorted({w for f in ontology.frames if f.nominal for w in f.triggers if len(w) > 1}, key=len, reverse=True)
        )
        self._own = tuple(lexicon["own"])
        self._paying = tuple(lexicon["paying"])
        self._leads_others = tuple(lexicon["leads_others"])
        self._spends = frozenset(lexicon["spends"])
        self._speaks_for = frozenset(lexicon["speaks_for"])
        self._sides = {w: int(n) for w, n in (pair.split("=") for pair in lexicon["for_all"])}
        speaking = "|".join(sorted(lexicon["speaks_for"], key=len, reverse=True))
        self._all_sides = re.compile(
            rf"(?:{speaking})(?P<sides>{'|'.join(sorted(self._sides, key=len, reverse=True))})"
        )
        self._unknown_self = frozenset(lexicon["unknown_self"])
        self._date_joints = frozenset(("、", "-", "—", *lexicon["date_joints"]))
        self._party_organs = tuple(lexicon["signing_organs"])
        self._latter = tuple(lexicon["latter"])
        self._first_named = tuple(lexicon["first_named"])
        self._that_place = frozenset(lexicon["that_place"])
        self._own_places = frozenset((*lexicon["own_places"], *lexicon["that_place"]))
        self._delegation = re.compile(self.ontology.grammar["delegation"])
        self._delegates = re.compile("|".join(re.escape(w) for w in lexicon["delegations"]))
        self._delegation_words = frozenset(lexicon["delegations"])
        self._delegation_of = re.compile(self.ontology.grammar["delegation_of"])
        self._some = re.compile(self.ontology.grammar["some"])
        self._listed = re.compile(self.ontology.grammar["listed"])
        self._held = scanning.compile(ontology.grammar["held"])
        self._reason = re.compile(ontology.grammar["reason"])
        self._career = scanning.compile(ontology.grammar["career"])
        self._next_post = re.compile(ontology.grammar["next_post"])
        self._whose_post = re.compile(ontology.grammar["whose_post"])
        self._proposed = tuple(lexicon["proposed"])
        self._deputy = tuple(lexicon["deputy"])
        self._planned = tuple(lexicon["planned"])
        self._dated_clause = re.compile(ontology.grammar["dated_clause"])
        self._notified = re.compile(ontology.grammar["notified"])
        self._defines = re.compile(ontology.grammar["defines"])
        self._unnamed = scanning.compile(ontology.grammar["unnamed"])
        self._sold_by = re.compile(ontology.grammar["sold_by"])
        self._own_holder = re.compile(ontology.grammar["own_holder"])
        self._unnamed_behind = scanning.compile(ontology.grammar["unnamed_behind"])
        self._measured_link = re.compile(ontology.grammar["measured_link"])
        self._payer = re.compile(ontology.grammar["payer"])
        self._occurs = re.compile(ontology.grammar["occurs"])
        self._build = next(f for f in ontology.frames if f.id == "build")
        self._offered = re.compile(ontology.grammar["offered"])
        self._signed = frozenset(lexicon["signed_words"])
        self._founding = re.compile(ontology.grammar["founding"])
        self._totals = tuple(lexicon["totals"])
        self._figure_of = re.compile(ontology.grammar["figure_of"])
        self._venue = re.compile(ontology.grammar["venue"])
        self._wide = frozenset(lexicon["wide_places"])
        self._size = lexicon["size"][0]
        self._financing = lexicon["financing"][0]
        self._dates_of_names = tuple(lexicon["dates_of_names"])
        self._owning = tuple(lexicon["owning"])
        self._not_nouns = tuple(lexicon["not_nouns"])
        self._ba = frozenset(lexicon["ba"])
        self._of = tuple(lexicon["of"])
        self._done = tuple(lexicon["done"])
        self._schools = dict(pair.split("=") for pair in lexicon["school_marks"])
        self._each = tuple(lexicon["each"])
        self._jointly = tuple(lexicon["jointly"])
        self._year = tuple(lexicon["year"])
        self._stock = tuple(lexicon["stock"])
        self._pronoun = re.compile(ontology.grammar["pronoun_behind"])
        self._label_lead = re.compile(ontology.grammar["label_lead"])
        self._label_cut = re.compile(ontology.grammar["label_cut"])
        self._any_company = frozenset(lexicon["any_company"])
        self._announcing_self = tuple(lexicon["announcing_self"])  # in order: the first that is defined counts
        self._holders = tuple(lexicon["holders"])
        self._addressed = frozenset(lexicon["addressed"])
        self._contracts = tuple(lexicon["contracts"])
        self._of_stake = re.compile(ontology.grammar["of_stake"])
        self._holder_before = re.compile(ontology.grammar["holder_before"])
        self._funding = scanning.compile(ontology.grammar["funding"])
        self._appositive = re.compile(ontology.grammar["appositive"])
        self._apposition = re.compile(r"[\u4e00-\u9fff]{0,8}?" + ontology.grammar["appositive"])
        self._rounds = frozenset(lexicon["rounds"])
        self._owned_bracket = re.compile(ontology.grammar["owned_bracket"])
        self._labels = tuple(w for w in self._words if w.endswith((":", "：")))
        self._subscribes = re.compile(ontology.grammar["subscribes"])
        self._subscription = re.compile(ontology.grammar["subscription"])
        self._this = tuple(lexicon["this"])
        self._held_words = tuple(lexicon["held_words"])
        self._apposed = tuple(lexicon["apposed"])
        self._money = tuple(lexicon["money"])
        self._owner_gaps = frozenset(("", "”", *lexicon["owner_links"]))
        self._title_joints = frozenset(("、", "，", *lexicon["title_joints"]))
        self._post_gaps = frozenset(("、", "，", ",", ";", "；", *lexicon["and"]))
        self._body_gaps = frozenset(("", *lexicon["body_gaps"]))
        self._heads = tuple(sorted(lexicon["heads"], key=len, reverse=True))
        self._both = tuple(lexicon["both"])
        self._refer = {
            word: frozenset(kinds.split("/")) for word, kinds in (pair.split("=") for pair in lexicon["refer"])
        }
        self._place_titles = tuple(lexicon["place_titles"])
        self._belonging = tuple(lexicon["belonging"])
        self._compass = frozenset(lexicon["compass"])
        self._of_a_class = re.compile(ontology.grammar["of_a_class"])
        self._never_of_places = tuple(lexicon["never_of_places"])
        self._title_kinds = sorted(
            (
                (word, frozenset(kinds.split("/")))
                for word, kinds in (pair.split("=") for pair in lexicon["title_kinds"])
            ),
            key=lambda p: -len(p[0]),
        )
        self._pivots = tuple(lexicon["pivots"])
        self._ventures = frozenset(lexicon["ventures"])
        self._venture_words = tuple(self._ventures)
        self._movings = tuple(lexicon["movings"])
        self._changes = frozenset(lexicon["changes"])
        self._joint_efforts = tuple(lexicon["joint_efforts"])
        self._status = [
            (s, re.compile("|".join(re.escape(w) for w in sorted(lexicon[s], key=len, reverse=True))))
            for s in ("denied", "ended", "planned")
        ]
        self._stages = {s: frozenset(lexicon[s]) for s in ("started", "completed")}
        self._indicator = re.compile(
            "|".join(re.escape(w) for w in sorted(lexicon["indicators"], key=len, reverse=True))
        )
        self._not_at = tuple(lexicon["not_at"])
        sizes = "|".join(re.escape(w) for w in sorted(lexicon["indicators"], key=len, reverse=True))
        self._others = scanning.compile(ontology.grammar["others"])
        self._goes_on = re.compile(ontology.grammar["goes_on"] + f"(?:{sizes})")
        self._no_posts = frozenset(lexicon["no_posts"])
        founded, built = frozenset(lexicon["sizes_of_founded"]), frozenset(lexicon["sizes_of_built"])
        signed = frozenset(lexicon["sizes_of_signed"])
        self._sizes = {
            "Establishment": founded,
            "Construction": built,
            "Settlement": built,
            "Bid": built | signed,
            "Agreement": built | signed,
        }
        self._occasion = tuple(lexicon["occasion"])
        self._other_times = tuple(lexicon["other_times"])
        # 代表团先后考察了甲、乙: on one visit
        self._other_visits = tuple(w for w in lexicon["other_times"] if w not in lexicon["in_turn"])
        self._decided = frozenset(lexicon["decided"])
        self._decided_near = frozenset(lexicon["decided_near"])
        self._leaves = frozenset(lexicon["leaves"])
        self._removes = tuple(lexicon["removes"])
        self._former = tuple(lexicon["former"])
        self._appoint = re.compile("|".join(re.escape(w) for w in sorted(lexicon["appoint"], key=len, reverse=True)))

        self._fillers: dict[tuple[str, str], frozenset[str]] = {}

    def fillers(self, frame: Frame, role: str) -> frozenset[str]:
        """The entity classes, subclasses included, that may stand in a role of a frame."""
        known = self._fillers.get((frame.id, role))
        if known is None:
            wanted = frame.types.get(role, self.ontology.roles[role].range)
            known = frozenset(n for n in self.ontology.entities if any(a in wanted for a in self.ontology.ancestors(n)))
            self._fillers[frame.id, role] = known
        return known

    # ------------------------------------------------------------ public

    def extract(self, document: Document, *, trace: Trace | None = None) -> Extraction:
        """Everything that one document says, with the sentence for each of it; `trace` takes up how it was read."""
        body = corpus.body(document)
        recognition = self.recognizer.recognize(document, body, outdone=None if trace is None else trace.outdone)
        linked = self.linker.link(recognition)
        if trace is not None:
            trace.sentences.extend(recognition.sentences)
            trace.mentions.extend((m, linked.of.get((m.span.start, m.span.end))) for m in recognition.mentions)
        dates = values.find_dates(document.folded, reference=document.date)
        dates = [d for d in dates if not _printed_above(document, d)]
        amounts = values.find_amounts(document.folded)
        percentages = values.find_percentages(document.folded)
        drafts: list[Fact] = []
        dropped: dict[tuple[str, str], int] = defaultdict(int)
        state = _State()
        named: dict[str, str] = {}
        if len(recognition.short_forms) > 0:
            wanted = {full for full, _ in recognition.short_forms}
            owners = {m.name: linked.of[m.span.start, m.span.end] for m in recognition.mentions if m.name in wanted}
            named = {short: owners[full] for full, short in recognition.short_forms if full in owners}
        announcer = self._announcer(recognition, linked)
        if announcer is not None or len(named) > 0:
            for word in self._announcing_self:
                owner = next((named[w] for w in (word, *self._announcing_self) if w in named), announcer)
                if owner is not None:
                    named.setdefault(word, owner)
        for m in recognition.mentions:
            if m.type == "Company" and document.folded.endswith(self._venture_words, 0, m.span.start):
                for word in self._venture_words:
                    if document.folded.endswith(word, max(0, m.span.start - 6), m.span.start):
                        named.setdefault(word, linked.of[m.span.start, m.span.end])  # 合资公司星衡半导体
        state.delegations = self._delegations(recognition, linked)
        state.holders = {
            linked.of[p.person.span.start, p.person.span.end]
            for p in recognition.posts
            if any(w in p.title for w in self._holders)
        }
        outer = self._unbracketed(document.folded, _outermost(recognition.mentions, linked))
        ends = {m.span.end for m in outer}
        outer = [m for m in outer if m.rule != "gazetteer:short" or not _ends_a_name(m, ends, recognition.tags)]
        sentences = recognition.sentences
        for sentence, here, dated, sums, shares, posts, heads in zip(
            sentences,
            _by_sentence(outer, [(m.span.start, m.span.end) for m in outer], sentences),
            _by_sentence(dates, [d[:2] for d in dates], sentences),
            _by_sentence(amounts, [a[:2] for a in amounts], sentences),
            _by_sentence(percentages, [p[:2] for p in percentages], sentences),
            _by_sentence(recognition.posts, [(p.start, p.end) for p in recognition.posts], sentences),
            _by_sentence(recognition.bare, recognition.bare, sentences),
            strict=True,
        ):
            reading = _Reading(
                extractor=self,
                recognition=recognition,
                linked=linked,
                sentence=sentence,
                mentions=here,
                dates=dated,
                amounts=sums,
                percentages=shares,
                posts=posts,
                bare=heads,
                state=state,
                dropped=dropped,
                trace=trace,
                named=named,
            )
            drafts.extend(reading.facts())
        drafts.extend(self._written_out(recognition, linked))
        facts = drafts
        if len(drafts) > 0:
            facts = _told_better(_share_dates(_merge(_posts_once(_told_by_verbs(drafts)))))
            facts = self._share_amounts(document.folded, facts)
            facts = self._date_headline(document.folded, recognition.sentences, facts, state)
        return Extraction(
            document=document,
            entities=linked.entities,
            facts=tuple([self._numbered(f, n) for n, f in enumerate(facts, 1)]),
            dropped=tuple(sorted((f"{what}", f"{why} ×{n}" if n > 1 else why) for (what, why), n in dropped.items())),
        )

    def _numbered(self, f: Fact, number: int) -> Fact:
        """The fact with its id in the document and with what its score is worth; not by `replace`, which is slow."""
        return Fact(
            f"f{number}", f.type, f.roles, f.evidence, f.label, f.date, f.amount, f.status,
            self.ontology.confidence(f.confidence), f.rule, f.trigger, f.qualifiers,
        )  # fmt: skip

    def _delegations(self, recognition: Recognition, linked: Linked) -> dict[str, tuple[Mention, ...]]:
        """Every delegation with the place or body right behind whose name it is called so: 徐汇区经贸考察团."""
        found: dict[str, tuple[Mention, ...]] = {}
        for m in recognition.mentions:
            if m.rule != "delegation" or (m.span.start, m.span.end) not in linked.of:
                continue
            inner = [
                n
                for n in recognition.mentions
                if n.span.start == m.span.start
                and n.span.end < m.span.end
                and (n.span.start, n.span.end) in linked.of
                and self._delegation_of.fullmatch(recognition.document.folded, n.span.end, m.span.end) is not None
            ]
            entity = linked.of[m.span.start, m.span.end]
            owner = max(inner, key=lambda n: n.span.end, default=None)
            if owner is not None or entity not in found:
                found[entity] = (owner,) if owner is not None else ()
        return found

    def _announcer(self, recognition: Recognition, linked: Linked) -> str | None:
        """The company whose announcement the text tells: the first with a stock code or with 公告 behind it."""
        text = recognition.document.folded
        for m in recognition.mentions:
            if m.type == "Company" and (m.span.start, m.span.end) in linked.of:
                told = m.rule in ("announces", "stock-code")
                if told or self.recognizer.announces(text, m.span.end):
                    return linked.of[m.span.start, m.span.end]
        return None

    def _unbracketed(self, text: str, mentions: list[Mention]) -> list[Mention]:
        """Without what stands in a bracket right behind a name (浔江产投 in …有限公司(以下简称“浔江产投”)): it
        says the name again.
        """
        spans: list[tuple[int, int]] = []
        if "(" in text or "（" in text:
            ends = {m.span.end for m in mentions}
            spans = [b.span() for b in _BRACKET.finditer(text) if b.start() in ends]
        if len(spans) == 0 and "《" not in text:
            return mentions
        # 签署《东昌府区·聊城大学共建协议》: the title of the paper names them, but they are not who signs.
        whole = {(m.span.start, m.span.end) for m in mentions}
        spans += [b.span() for b in _PAPER.finditer(text) if (b.start() + 1, b.end() - 1) not in whole]
        starts = [m.span.start for m in mentions]
        inner = {
            i
            for a, b in spans
            for i in range(bisect_right(starts, a), bisect_left(starts, b))
            if mentions[i].span.end < b
        }
        return [m for i, m in enumerate(mentions) if i not in inner]

    def _date_headline(self, text: str, sentences: Sequence[Sentence], facts: list[Fact], state: _State) -> list[Fact]:
        """甲市代表团赴乙市考察, above a text that begins with 5月29日: the headline tells what happened on that day."""
        if state.lead is None or len(sentences) < 2:
            return facts
        day, told = state.lead
        headline = sentences[0]
        near = any(s.start == told.start for s in sentences[1:4])
        if not near or text[headline.start : headline.end].rstrip().endswith(("。", "；", ";", "，", ",")):
            return facts
        return [
            replace(f, date=day, evidence=(*f.evidence, told))
            if f.date is None and f.type not in _LASTING and f.evidence[0].start == headline.start
            else f
            for f in facts
        ]

    def _share_amounts(self, text: str, facts: list[Fact]) -> list[Fact]:
        """A sum said of a thing holds for what made it: 注册资本 and 规模 for the founding, 总投资 for what is built or
        settles, what one invests for what it builds with that.
        """
        said: dict[str, list[Fact]] = {}  # by what a figure is said of
        paid: dict[Span, list[Fact]] = {}  # by the sentence
        figures = [f for f in facts if f.type == "Indicator" and f.amount is not None and f.trigger is not None]
        for figure in figures:
            for entity in figure.entities("subject"):
                said.setdefault(entity, []).append(figure)
        for fact in facts:
            if fact.type in _PAYING and fact.amount is not None:
                paid.setdefault(fact.evidence[0], []).append(fact)
        if len(figures) == 0 and len(paid) == 0:
            return facts
        figures.sort(key=lambda f: f.trigger.start if f.trigger is not None else 0)
        starts = [f.trigger.start for f in figures if f.trigger is not None]
        done: list[Fact] = []
        for fact in facts:
            source = None
            if fact.amount is None and fact.status != "denied" and fact.type in _MADE:
                made, by = _MADE[fact.type]
                named = [f for e in fact.entities(made) for f in said.get(e, ())]
                near = bisect_left(starts, fact.trigger.end) if fact.trigger is not None else len(starts)
                makers = fact.entities(by)
                candidates = [
                    *(
                        f
                        for f in named
                        if f.label in self._sizes[fact.type]
                        # a figure of another sentence that names nobody may be said of something else
                        and (f.evidence[0] == fact.evidence[0] or f.confidence >= _NAMED)
                    ),
                    *(f for f in paid.get(fact.evidence[0], ()) if any(e in makers for e in f.entities("investor"))),
                    *(f for f in figures[near : near + 2] if self._points_at(text, f, fact)),
                ]
                source = candidates[0] if len(candidates) > 0 else None
            if source is None:
                done.append(fact)
                continue
            evidence = fact.evidence + tuple(e for e in source.evidence[:1] if e not in fact.evidence)
            done.append(replace(fact, amount=source.amount, evidence=evidence))
        return done

    def _points_at(self, text: str, figure: Fact, fact: Fact) -> bool:
        """True where 该项目总投资 in the same or the next sentence means what a fact made."""
        if figure.trigger is None or fact.trigger is None or figure.label not in self._sizes[fact.type]:
            return False
        at = figure.trigger.start
        between = text[fact.trigger.end : figure.evidence[0].start]
        if len(between) > 120 or between.count("。") > 1:
            return False
        lead = max(text.rfind(mark, 0, at) for mark in "。；;，,、\n") + 1
        if self._others.search(text, max(figure.evidence[0].start, fact.trigger.end), at) is not None:
            return False  # 基金小镇的基金已有500多家,认缴规模…: of those
        if self._goes_on.fullmatch(text, max(lead, figure.evidence[0].start, fact.trigger.end), figure.trigger.end):
            return text.find("；", fact.trigger.end, at) < 0 and text.find(";", fact.trigger.end, at) < 0
        return False

    def _written_out(self, recognition: Recognition, linked: Linked) -> Iterator[Fact]:
        """上海四平路街道, 上海富甲经济开发区: a place written out before a division or park says what it is part of."""
        document = recognition.document
        if len({m.span.start for m in recognition.mentions}) == len(recognition.mentions):
            return
        by_start: dict[int, list[Mention]] = {}
        for m in recognition.mentions:
            if (m.span.start, m.span.end) not in linked.of:
                continue
            by_start.setdefault(m.span.start, []).append(m)
        for same in by_start.values():
            if len(same) < 2:
                continue
            same = sorted(same, key=lambda m: m.span.end)
            for outer, inner in pairwise(same):
                if (
                    outer.type != "Place"
                    or inner.type not in ("Place", "Park")
                    or document.folded[outer.span.end] == "("
                ):
                    continue
                part, whole = linked.of[inner.span.start, inner.span.end], linked.of[outer.span.start, outer.span.end]
                if part == whole or self._names_elsewhere(document.folded, outer, inner, recognition):
                    continue
                at = bisect_right(recognition.sentences, inner.span.start, key=lambda s: s.start) - 1
                if at < 0 or inner.span.start >= recognition.sentences[at].end:
                    continue
                sentence = recognition.sentences[at]
                yield Fact(
                    id="",
                    type="PartOf",
                    roles=(("part", part), ("whole", whole)),
                    evidence=(Span(document.id, sentence.start, sentence.end),),
                    confidence=0.9 if inner.type == "Place" else 0.8,
                    rule="written-out",
                    trigger=inner.span,
                )

    def _names_elsewhere(self, text: str, outer: Mention, inner: Mention, recognition: Recognition) -> bool:
        """天津河北体育场, 中国东北: a short name behind a place that means a province or a direction, not what lies
        in the place.
        """
        word = text[outer.span.end : inner.span.end]
        if inner.rule != "gazetteer:short":
            return False
        return word in self._compass or any(
            d.level == "province" and d.code != inner.code for d in self.gazetteer.lookup(word)
        )


def extract(document: Document, *, extractor: Extractor) -> Extraction:
    """`Extractor.extract` as a function, for process pools and cluster engines to map."""
    return extractor.extract(document)


class _Reading:
    """One sentence being read."""

    def __init__(
        self,
        *,
        extractor: Extractor,
        recognition: Recognition,
        linked: Linked,
        sentence: Sentence,
        mentions: list[Mention],
        dates: list[tuple[int, int, Date]],
        amounts: list[tuple[int, int, Amount]],
        percentages: list[tuple[int, int, str]],
        posts: list[Post],
        bare: list[tuple[int, int]],
        state: _State,
        dropped: dict[tuple[str, str], int],
        trace: Trace | None,
        named: dict[str, str],
    ) -> None:
        self.x = extractor
        self.recognition = recognition
        self.document = recognition.document
        self.text = recognition.document.folded
        self.linked = linked
        self.sentence = sentence
        self.mentions = mentions
        self.dates = dates
        self.amounts = amounts
        self.percentages = percentages
        self.posts = posts
        self.bare = bare
        self.state = state
        self.dropped = dropped
        self.trace = trace
        self.named = named
        self.references = state.references
        self.unknown = False  # the sentence speaks of 我校, whose name the text does not give
        self.used_amounts: set[int] = set()
        self._failed: list[_Failure] = []

    # ------------------------------------------------------------ the sentence as clauses and groups

    def facts(self) -> Iterator[Fact]:
        self._refer_back()
        clauses = self.clauses = self._clauses()
        if len(self.mentions) == 0:
            if self.text.find("《", self.sentence.start, self.sentence.end) >= 0:
                self._triggers(clauses)
                yield from self._papers(clauses)
            yield from self._indicators(clauses)
            self._remember_day()
            return
        self._triggers(clauses)
        done = 0  # how many mentions are dealt out to clauses
        for clause in clauses:
            since = done
            while done < len(self.mentions) and self.mentions[done].span.start < clause.end:
                done += 1
            if done > since:
                clause.groups = self._groups(self.mentions[since:done], clause)
                self._remember_holders(clause)
        self._pass_on(clauses)
        self._together(clauses)
        for clause in clauses:
            if len(clause.groups) > 0:
                clause.subject = self._subject_of(clause)
        self._employ()
        previous: list[_Clause] = []
        funded = self.x._funding.search(self.text, self.sentence.start, self.sentence.end) is not None
        for clause in clauses:
            if funded:
                self._remember_funding(clause)
            for trigger in clause.triggers:
                yield from self._told_by(trigger, clause, previous)
            previous.append(clause)
        yield from self._owned_projects(clauses)
        yield from self._begun_at_home(clauses)
        yield from self._in_brackets()
        yield from self._subscribers(clauses)
        yield from self._offices(self.posts)
        yield from self._papers(clauses)
        yield from self._for_all(clauses)
        yield from self._signed_on_visit(clauses)
        yield from self._of_a_place(clauses)
        yield from self._indicators(clauses)
        first = next((c.subject for c in clauses if c.subject is not None), None)
        if first is not None:
            self.state.topic = first
        zones = self.x.recognizer.zone_ends
        acting = [
            g for c in clauses for g in c.groups
            if g.lead == "" and not g.titled and self._is_ground(g)
            and (self._entity(g.members[0]).type == "Place" or self._entity(g.members[0]).name.endswith(zones))
        ]  # fmt: skip
        if len(acting) > 0:
            self.state.ground = acting[0]
        for mention in self.mentions:
            self._speak_of(self._id(mention))
        people = {self._id(m) for m in self.mentions if self._entity(m).type == "Person"}
        self.state.person = next(iter(people)) if len(people) == 1 else self.state.person if len(people) == 0 else None
        self._remember_day()

    def _builder_of(self, project: Mention) -> Mention | None:
        """启岳集团年产10万吨铜箔项目: the company right before a project, or at the front of its name."""
        before = next((m for m in reversed(self.mentions) if m.span.end <= project.span.start), None)
        gap = self.text[before.span.end : project.span.start] if before is not None else " "
        if before is not None and before.type == "Company" and gap in ("", "“", *self.x._of):
            return before
        if self.state.firms is None:
            firms = [e for e in self.linked.entities if e.type == "Company" and len(e.mentions) > 0]
            named = {name: e.mentions[0] for e in firms for name in (e.name, *e.aliases) if len(name) > 1}
            self.state.firms = sorted(named.items(), key=lambda pair: -len(pair[0]))
        return next((m for name, m in self.state.firms if project.name.startswith(name)), None)

    def _owned_projects(self, clauses: list[_Clause]) -> Iterator[Fact]:
        """A project that is told with its company, which builds it: where no verb has said so."""
        frame = self.x._build
        for clause in clauses:
            for group in clause.groups:
                for project in group.members:
                    if project.type != "Project" or self._id(project) in self.state.built:
                        continue
                    builder = self._builder_of(project)
                    if builder is not None:
                        spot = _Trigger(project.span.start, project.span.end, project.name, (frame,))
                        filled = [("builder", builder), ("project", project)]
                        fact = self._fact(frame, spot, clause, filled, 0.85)
                        if fact is not None:
                            yield replace(fact, rule="owned-project", label=None)

    def _in_brackets(self) -> Iterator[Fact]:
        """星衡半导体(公司的全资附属公司): whose the company before the bracket is."""
        for mention in self.mentions:
            if mention.type != "Company" or not self.text.startswith("(", mention.span.end):
                continue
            told = self.x._owned_bracket.match(self.text, mention.span.end)
            if told is None:
                continue
            word = told.group("owner") or ""
            owner = self.named.get(word) or next(
                (
                    self._id(m)
                    for m in reversed(self.mentions)
                    if m.span.end <= mention.span.start and m.type == "Company" and m.rule != "refers"
                ),
                None,
            )
            if owner is None or owner == self._id(mention):
                continue
            yield Fact(
                id="",
                type="PartOf",
                roles=(("part", self._id(mention)), ("whole", owner)),
                evidence=(Span(self.document.id, self.sentence.start, self._sentence_end()),),
                label=told.group()[1:-1],
                confidence=0.7,
                rule="owned-bracket",
                trigger=Span(self.document.id, told.start(), told.end()),
            )

    def _subscribers(self, clauses: list[_Clause]) -> Iterator[Fact]:
        """有限合伙人及认缴出资额分别为:甲1亿元;乙1.65亿元, and the rows of such a table: who subscribes how much."""
        if self._subscription_near():
            found = []
            for i, (a, _, amount) in enumerate(self.amounts):
                name = next((m for m in reversed(self.mentions) if m.span.end <= a), None)
                if name is None or name.type not in ("Company", "Fund", "Person", "Government", "Institution"):
                    continue
                gap = _bare(self.text[name.span.end : a])
                if self.x._subscribes.fullmatch(gap) is not None:
                    found.append((i, name, amount))
            row = self._row
            if len(found) < 2 and not (row and len(found) == 1):
                return
            target = self._subscribed({self._id(m) for _, m, _ in found})
            if target is None:
                return
            for i, name, amount in found:
                self.used_amounts.add(i)
                yield Fact(
                    id="",
                    type="Subscription",
                    roles=(("investor", self._id(name)), ("target", target)),
                    evidence=(Span(self.document.id, self.sentence.start, self._sentence_end()),),
                    amount=amount,
                    date=self._date(_Trigger(name.span.start, name.span.end, "", ()), clauses[-1])
                    or (self.state.day[0] if self.state.day is not None else None),
                    confidence=0.7,
                    rule="subscribers",
                    trigger=Span(self.document.id, name.span.start, name.span.end),
                )

    _row = False  # the sentence is the row of a table

    def _subscription_near(self) -> bool:
        """True where the sentence, or for a line that is a row one of the lines above, speaks of subscribing."""
        if len(self.amounts) == 0 or len(self.mentions) == 0:
            return False
        if self.x._subscription.search(self.text, self.sentence.start, self.sentence.end) is not None:
            return True
        line = self.text.rfind("\n", 0, self.sentence.start) + 1
        stop = self.text.find("\n", self.sentence.start)
        self._row = line <= self.sentence.start and self.sentence.end >= (stop if stop >= 0 else len(self.text))
        above = self.text[max(0, self.sentence.start - 400) : self.sentence.start]
        return (
            self._row
            and self.sentence.end - self.sentence.start < 60
            and (self.x._subscription.search(above) is not None)
        )

    def _subscribed(self, taken: set[str]) -> str | None:
        """The fund that is subscribed to: what was founded last, else the fund spoken of first."""
        venture = self.state.venture
        if venture is not None and venture not in taken and self.linked.entity(venture).type in ("Fund", "Company"):
            return venture
        funds = [e.id for e in self.linked.entities if e.type == "Fund" and e.id not in taken]
        return funds[0] if len(funds) > 0 else None

    def _remember_funding(self, clause: _Clause) -> None:
        """澜海完成B轮融资: who invests in what follows invests in it."""
        told = self.x._funding.search(self.text, clause.start, clause.end)
        if told is None:
            return
        before = [g for g in clause.groups if g.end <= told.start() and g.lead in ("", "for", "by")]
        group = before[-1] if len(before) > 0 else clause.subject
        if group is not None and self._entity(group.members[-1]).type == "Company":
            self.state.venture = self._id(group.members[-1])
            sums = [(i, a) for i, a in enumerate(self.amounts) if clause.start <= a[0] < clause.end]
            self.state.round = (self.state.venture, sums[0][1][2] if len(sums) == 1 else None)
            self.used_amounts.update(i for i, _ in sums[:1])
            if len(sums) == 1:
                self._raised = (group.members[-1], clause, sums[0][1])

    def _speak_of(self, entity: str) -> None:
        if entity in self.state.recent:
            self.state.recent.remove(entity)
        self.state.recent.append(entity)
        del self.state.recent[:-_RECENT]

    def _remember_day(self) -> None:
        if len(self.dates) == 0:
            return
        known = [d for d in self.dates if d[2].start is not None]
        # 会议通知于9月13日送达,会议于9月19日召开: what is decided is decided on the second day.
        called = self.sentence.start
        known = [d for d in known if not self.x._notified.search(self.text, max(called, d[0] - 10), d[0])] or known
        if len(known) > 0:
            self.state.day = (known[0][2], Span(self.document.id, self.sentence.start, self._sentence_end()))
            # A line that only prints the date of publication tells no event.
            exact = [
                d
                for d in known
                if d[2].start is not None
                and len(d[2].start) == 10
                and len(self.mentions) > 0
                and not self._published(d)
            ]
            if self.state.lead is None and len(exact) > 0:
                self.state.lead = (exact[0][2], self.state.day[1])
            self.state.paragraph = self._paragraph()

    def _paragraph(self) -> int:
        """The number of the paragraph of this sentence; empty lines count nothing."""
        at, number = self.state.counted
        if at < self.sentence.start:
            number += len(_BREAK.findall(self.text, at, self.sentence.start))
            self.state.counted = (self.sentence.start, number)
        return number

    def _published(self, found: tuple[int, int, Date]) -> bool:
        """True for the date of publication written out in full (2015-12-29 四平松辽在线)."""
        own = self.document.date
        return (
            own is not None
            and found[2].value == own.value
            and len(found[2].text) >= 8
            and not any(w in found[2].text[:4] for w in self.x._year)
            and found[0] - self.sentence.start < 6
        )

    def _refer_back(self) -> None:
        """公司, 该联盟, 我市: words that stand for an entity named before become mentions of it."""
        added = []
        for start, end in self.bare:
            word = self.text[start:end]
            if self.text[start - 1 : start] == "“" and word in self.x._announcing_self:
                continue  # (以下简称“公司”): said of a word, not of who it means
            if (
                word in self.x._announcing_self
                and word not in self.named
                and self.recognition.tags.get(end, "x")[0] in "nm"
                and not self.text.startswith(self.x._heads, end)
            ):
                continue  # 公司治理, 公司股份: of whichever company
            if (
                word in self.x._ventures
                and word not in self.named
                and self.x._founding.search(self.text, max(self.sentence.start, start - 6), start) is not None
            ):
                continue  # 共同投资设立合资公司: one that has no name yet
            here = [self._id(m) for m in self.mentions if m.span.end <= start]
            if len(self.state.delegations) > 0:
                here = [e for h in here for e in (*map(self._id, self.state.delegations.get(h, ())), h)]
            self._at_word = start
            if word in self.x._unknown_self:
                entity = self._own_school(word)
            elif word in self.x._own_places:
                entity = self._own_place(word, here)
            elif word in self.x._delegation_words:
                known = [e for e in reversed([*self.state.recent, *here]) if e in self.state.delegations]
                entity = next((e for e in known if self.linked.entity(e).name.endswith(word)), next(iter(known), None))
            else:
                entity = self.named.get(word) or self._antecedent(word, [*self.state.recent, *here])
            if entity is None:
                self.unknown = self.unknown or word in self.x._unknown_self
                continue
            self.references[start, end] = entity
            added.append(
                Mention(Span(self.document.id, start, end), self.linked.entity(entity).type, word, "refers", 0.85)
            )
        if len(added) > 0:
            self.mentions = sorted([*self.mentions, *added], key=lambda m: m.span.start)

    def _own_school(self, word: str) -> str | None:
        """我校, 我院: the one school or hospital of the document, unless the sentence names it beside."""
        kinds = self.x._refer[word]
        known = [
            e.id
            for e in self.linked.entities
            if any(a in kinds for a in self.x.ontology.ancestors(e.type)) and len(e.mentions) > 0
        ]
        here = {self._id(m) for m in self.mentions}
        return known[0] if len(known) == 1 and known[0] not in here else None

    def _own_place(self, word: str, here: list[str]) -> str | None:
        """我市, 该区: the division of that level that was spoken of last (该), or that the document speaks of most
        and the sentence has not named yet (我, 本).
        """
        level = word[-1]
        if word in self.x._that_place:
            topic = [] if self.state.topic is None else [self._id(m) for m in self.state.topic.members]
            known = [*topic, *reversed([*self.state.recent, *here])]
            return next((e for e in known if self._is_division(e) and self.linked.entity(e).name.endswith(level)), None)
        # 临泽县委书记甲率队来我县: not the one whose secretary comes
        named = {*here, *(self.linked.entity(e).parent for e in here)}
        return next(
            (p for p in self.linked.main_places if self.linked.entity(p).name.endswith(level) and p not in named), None
        )

    def _is_division(self, entity: str) -> bool:
        return self.linked.entity(entity).type == "Place"

    def _antecedent(self, word: str, before: list[str]) -> str | None:
        """The entity that a head noun means: the topic, or the last one spoken of, that ends with the word or is
        of its class.
        """
        kinds = self.x._refer.get(word)
        topic = [] if self.state.topic is None else [self._id(m) for m in self.state.topic.members]
        if kinds is not None and kinds <= {"Organization"}:
            several = {e for e in before if self.linked.entity(e).name.endswith(word)} - {*topic}
            if len(several) > 1:
                return None  # 商会会长, where four of them were spoken of
        for entity in [*reversed(before)][:12]:
            if len(word) > 1 and self.linked.entity(entity).name.endswith(word) and word not in self.x._any_company:
                return entity
        if kinds is None and len(word) > 2:
            # 产业引导基金 of 眉山市产业发展投资引导基金
            for entity in [*reversed(before)][:12]:
                name = self.linked.entity(entity).name
                if name[-2:] == word[-2:] and len(name) > len(word) and _in_order(word, name):
                    return entity
        if kinds is None:
            return None
        here = before[len(self.state.recent) :]
        if kinds <= {"Fund", "Project"}:
            like = [e for e in here if not kinds.isdisjoint(self.x.ontology.ancestors(self.linked.entity(e).type))]
            if len(set(like)) > 1:
                here, before = [], self.state.recent  # 甲基金、乙基金共同设立该基金: not the one named last
        pointed = self.text.endswith(self.x._this, self.sentence.start, self._at_word)
        if (
            (word in self.x._ventures or (pointed and self.state.round is not None))
            and self.state.venture is not None
            and any(a in kinds for a in self.x.ontology.ancestors(self.linked.entity(self.state.venture).type))
        ):
            return self.state.venture
        for entity in [*reversed(here), *topic[-1:], *reversed(before)]:
            if any(a in kinds for a in self.x.ontology.ancestors(self.linked.entity(entity).type)):
                return entity
        return None

    def _id(self, mention: Mention) -> str:
        span = mention.span
        spot = (span.start, span.end)
        return self.references.get(spot) or self.linked.of[spot]

    def _bracketed(self) -> list[re.Match[str]]:
        """The brackets of the sentence with what they hold; most sentences have none."""
        start, end = self.sentence.start, self.sentence.end
        if self.text.find("(", start, end) < 0 and self.text.find("（", start, end) < 0:
            return []
        return list(_BRACKET.finditer(self.text, start, end))

    def _clauses(self) -> list[_Clause]:
        start, end = self.sentence.start, self.sentence.end
        cuts = [start]
        closed = bytearray(end - start)  # 1 where a name or a bracket stands
        for m in self.mentions:
            closed[m.span.start - start : m.span.end - start] = b"\1" * (m.span.end - m.span.start)
        for bracket in self._bracketed():
            a, b = bracket.span()
            closed[a - start : b - start] = b"\1" * (b - a)
        commas = self._listing_commas()
        for match in _CLAUSE.finditer(self.text, start, end):
            at = match.start()
            if closed[at - start] or at in commas:
                continue
            if self.text[at] not in ":：" or not self.text.endswith(self.x._labels, cuts[-1], match.end()):
                cuts.append(match.end())
        cuts.append(end)
        return [_Clause(a, b) for a, b in pairwise(cuts) if b > a]

    def _listing_commas(self) -> set[int]:
        """甲大学,乙学院,丙学院签署: commas between three and more names of a kind, which list them as 、 does."""
        commas: list[int] = []
        found: set[int] = set()
        for a, b in pairwise(self.mentions):
            gap = self.text[a.span.end : b.span.start] if b.span.start - a.span.end == 1 else ""
            kind = self.x.ontology.top(a.type) if gap in ("，", ",") else "Person"
            if kind not in ("Person", "Project") and kind == self.x.ontology.top(b.type):
                commas.append(a.span.end)
                if len(commas) > 1:
                    found.update(commas)
            else:
                commas = []
        return found

    def _groups(self, mentions: list[Mention], clause: _Clause) -> list[_Group]:
        groups: list[_Group] = []
        for mention in mentions:
            if len(groups) > 0:
                gap = _bare(self.text[groups[-1].end : mention.span.start])
                joint = self.x._joint.fullmatch("、" if gap in ("，", ",") else gap)
                if gap == "" and self._side_by_side(groups[-1].members[-1], mention):
                    groups[-1].members.append(mention)  # 赴漯河周口考察
                    groups[-1].joints.append("、")
                    groups[-1].end = mention.span.end
                    continue
                alike = (mention.type == "Person") == (groups[-1].members[-1].type == "Person")
                if alike and joint is not None and joint.group("joint") and not (gap.startswith(self.x._of)):
                    groups[-1].members.append(mention)
                    groups[-1].joints.append(joint.group("joint"))
                    groups[-1].end = mention.span.end
                    continue
            groups.append(_Group([mention], [], mention.span.start, mention.span.end))
        for group in groups:
            self._lead(group, clause)
            self._follow(group, clause)
        for first, second in pairwise(groups):
            gap = self.text[first.end : second.start]
            if first.lead != "" and second.lead == "" and gap[:1] == "、" and gap[-1:] == "、" and 3 < len(gap) < 20:
                second.word, second.lead = first.word, first.lead  # 到甲、唐人中心、乙等地
            elif first.lead in _GOING and second.lead == "" and "、" in gap and self._one_list(gap, first, clause):
                second.word, second.lead = first.word, first.lead  # 先后到甲物流产业园、乙、丙社区考察
            if self.text[first.end : second.start] in self.x._speaks_for:
                first.modifier = True  # 孙冠一代表南关区: the one behind acts
                second.lead = first.lead
        return groups

    def _side_by_side(self, first: Mention, second: Mention) -> bool:
        """True for the two of 赴漯河周口考察, divisions of one level with nothing between them."""
        one, two = self._entity(first).code, self._entity(second).code
        if one is None or two is None or one == two or len(one) != 6 or len(two) != 6:
            return False
        return one[2:4] != "00" and two[2:4] != "00" and one.endswith("00") == two.endswith("00")

    def _one_list(self, gap: str, first: _Group, clause: _Clause) -> bool:
        """True where a list goes on between two groups: no verb stands between, and nothing but names and 、."""
        end = first.end + len(gap)
        return len(gap) < 40 and not any(first.end <= t.start < end for t in clause.triggers)

    def _lead(self, group: _Group, clause: _Clause) -> None:
        before = self.x._held.sub("", self.text[clause.start : group.start]).rstrip("“‘ ")
        if before.endswith(self.x._nominal):
            # 向全资子公司星衡半导体: 向 leads through what the name is
            before = before[: -max(len(w) for w in self.x._nominal if before.endswith(w))]
            # 向其参股公司齐一公司: as much as 向参股公司
            before = before.removesuffix(next((w for w in self.x._own if before.endswith(w)), ""))
        edge = clause.start + len(before)
        lead = self._lead_at(before)
        if lead is None and before.endswith(self.x._apposed):
            bare = before[: -max(len(w) for w in self.x._apposed if before.endswith(w))]
            if (lead := self._lead_at(bare)) is not None:
                before = bare  # 与投资项目星衡半导体
        if lead is None:
            what = self.x._appositive.search(before, max(0, len(before) - _APPOSED))
            if what is not None:
                what = self.x._apposition.search(before, max(0, len(before) - _APPOSED))
            if what is not None and what.start() > 0:
                ends = [m.span.end for m in self.mentions if m.span.end <= group.start]
                floor = max(ends, default=0) - clause.start
                for at in range(max(what.start(), floor), what.end() - 1):
                    lead = self._lead_at(before[:at])
                    if any(t.start < clause.start + at <= t.end and not t.nominal for t in clause.triggers):
                        lead = None  # 共同设立合资公司甲: 同 is a part of the verb
                    if lead is not None and lead[1] in ("with", "by", "to", "from"):
                        before = before[:at]  # 与专业投资机构容川资本
                        break
                    lead = None
        if lead is None and before.endswith("、"):
            lead = self._lead_of_list(before, clause)
        if lead is not None and any(d[0] < group.start <= d[1] for d in self.dates):
            lead = None  # 近年来+启岳集团: the end of a time leads nothing
        if lead is None:
            return
        verb = next((t.word for t in clause.triggers if t.end == edge), None)
        if verb is None or verb == lead[0]:
            # 为 leads, but not as the end of 作为, which is a verb with an object
            group.word, group.lead = lead
        if group.lead not in ("by", "at"):
            return
        after = _bare(self.text[group.end : min(group.end + 12, clause.end)])
        if (
            group.lead == "by"
            and any(w in after for w in self.x._movings)
            and all(self._entity(m).type in ("Place", "Park") for m in group.members)
        ):
            group.lead = "from"
        if group.lead == "at" and after.startswith(self.x._not_at):
            group.lead = "none"

    def _lead_at(self, before: str) -> tuple[str, str] | None:
        """The preposition that a text ends with, and its slot."""
        for lead in self.x._leads.get(before[-1:], ()):
            if before.endswith(lead[0]):
                return lead
        return None

    def _lead_of_list(self, before: str, clause: _Clause) -> tuple[str, str] | None:
        """到市博物馆、启岳集团…: the preposition before a list whose first members are no known names."""
        start = max((m.span.end for m in self.mentions if m.span.end <= clause.start + len(before)), default=0)
        found = self.x._listed.search(before, max(0, start - clause.start))
        if found is None:
            return None
        at = clause.start + found.end("lead")
        if any(t.start >= at and t.end <= clause.start + len(before) for t in clause.triggers):
            return None
        word = found.group("lead")
        return next(((w, slot) for w, slot in self.x._leads.get(word[-1], ()) if word.endswith(w)), None)

    def _follow(self, group: _Group, clause: _Clause) -> None:
        reach = 120 if self.text[group.end : group.end + 1] == "(" else 30
        after = _bare(self.text[group.end : min(group.end + reach, clause.end)])[:30].lstrip("”’ ")
        for word in self.x._etc:
            if after.startswith(word):
                after = after[1:]
        if after.startswith(self.x._heads):
            after = after[max(len(h) for h in self.x._heads if after.startswith(h)) :]
        reach = 6 if after[:1] != "、" else 14  # 、工业园区分别与: the last of the list has no name
        behind = after[:reach].split("、", 2)[-1]
        group.several = any([w in behind for w in self.x._each])
        if self.x._delegation.match(self.text, group.end, clause.end) is not None:
            self.state.visitors = group  # 徐汇区经贸考察团: who comes for it is no one else
            return
        title = self.x.recognizer.title_at(self.text, group.end)
        if title is not None and not (self._people(group) and self.text[slice(*title)] in self.x._addressed):
            group.modifier = group.titled = True  # 静海区委常委曲海富: whose post it is, not who acts
            return
        if (
            group.members[-1].rule == "refers"
            and group.members[-1].name in self.x._announcing_self
            and self.recognition.tags.get(group.end, "x")[0] in "nb"
            and not after.startswith(self.x._not_nouns)
            and not self._headed(group, clause)
        ):
            group.modifier = True  # 公司股票
            return
        if after.startswith(self.x._owning):
            group.modifier = True  # 容澜基金持有的星衡半导体
            return
        tag = self.recognition.tags.get(group.end, "x")
        if (
            group.members[-1].type == "Place"
            and (tag in ("n", "nz", "nt", "a", "b") or (tag in ("nr", "j") and self._unnamed(group.end)))
            and after != ""
            and not after.startswith((*self.x._both, *self.x._not_nouns))
            and not self._headed(group, clause)
        ):
            if len(group.members) > 1 and any(m.type != "Place" for m in group.members):
                # 启岳集团与美国通用汽车签约: the second one was not recognized, and is not the country
                group.members.pop()
                group.joints.pop()
                group.end = group.members[-1].span.end
                return
            group.modifier = True  # 华东地区指挥部 is not 华东地区
            if group.lead == "with":
                group.lead = "none"  # 与美国通用汽车签约: the one behind was not recognized
            return
        group.modifier = after.startswith(self.x._of) and not after[1:].startswith(self.x._heads)

    def _unnamed(self, at: int) -> bool:
        """True where what begins at an offset is named by no mention: 广州+恒运, whoever that is."""
        return all(m.span.start != at for m in self.mentions)

    def _headed(self, group: _Group, clause: _Clause) -> bool:
        return self.text[group.end : clause.end].startswith(self.x._heads) or any(
            t.start == group.end for t in clause.triggers
        )

    def _triggers(self, clauses: list[_Clause]) -> None:
        start = self.sentence.start
        ends = {m.span.end for m in self.mentions}
        taken = bytearray(self.sentence.end - start)  # 1 where a name stands, or a bracket right behind one
        for m in self.mentions:
            taken[m.span.start - start : m.span.end - start] = b"\1" * (m.span.end - m.span.start)
        if "《" in self.text[start : self.sentence.end]:
            for paper in _PAPER.finditer(self.text, start, self.sentence.end):
                if paper.group()[:-1].endswith(self.x._contracts):
                    # 《…投资控股有限公司股权转让协议》: what the paper is called, and nothing that is done
                    taken[paper.start() - start : paper.end() - start] = b"\1" * (paper.end() - paper.start())
        for bracket in self._bracketed():
            if bracket.start() in ends:
                taken[bracket.start() - start : bracket.end() - start] = b"\1" * (bracket.end() - bracket.start())
        at = 0  # the clause that the triggers have come to
        for number, a, b in self.x._triggers.find_matches_as_indexes(self.text[start : self.sentence.end]):
            if taken.find(1, a, b) >= 0:
                continue
            a, b = a + start, b + start
            if b - a == 1 and not (
                a in self.recognition.tags and (b in self.recognition.tags or b >= self.sentence.end)
            ):
                continue  # 任 in 主任
            while clauses[at].end <= a:
                at += 1
            clause = clauses[at]
            tail = self.text[b : min(clause.end, b + 60)]
            frames = tuple([
                f for f in self.x._frames[number]
                if not self._blocked(f, a, b) and (len(f.after) == 0 or any(w in tail for w in f.after))
            ])  # fmt: skip
            if len(frames) > 0:
                clause.triggers.append(_Trigger(a, b, self.x._words[number], frames))
            if self.trace is not None:
                for frame in self.x._frames[number]:
                    if frame not in frames:
                        why = BLOCKED if self._blocked(frame, a, b) else NO_OBJECT
                        self.trace.candidates.append(Candidate(frame, a, b, (), why))

    def _employ(self) -> None:
        """Whom the people of the sentence sign for, where the body stands right before the title."""
        if len(self.posts) == 0 or "Person" not in {m.type for m in self.mentions}:
            return
        ends = [m.span.end for m in self.mentions]
        for told in self.posts:
            last = bisect_right(ends, told.start)
            body = next(
                (m for m in reversed(self.mentions[max(0, last - 1) : last]) if self._joins(m, told.start)), None
            )
            if body is None or body.type == "Person" or told.title.startswith(self.x._former):
                continue
            holder = self.linked.of[told.person.span.start, told.person.span.end]
            self.state.employers[holder] = self._signing_body(self._of_place(self._id(body), told.title))

    def _together(self, clauses: list[_Clause]) -> None:
        """县委书记甲,县委副书记、县长乙带队来: people with their posts, one after the other, act together."""
        for before, clause in pairwise(clauses):
            if len(before.groups) == 0 or len(clause.groups) == 0 or len(before.triggers) > 0:
                continue
            one = before.groups[-1]
            other = next((g for g in clause.groups if self._people(g)), None)
            if (
                other is not None
                and self._people(one)
                and one.end == before.end - 1
                and (one.lead, other.lead) == ("", "")
                and all(g.titled for g in clause.groups if g.start < other.start)
                and not any(t.start < other.start for t in clause.triggers)
                and any(p.person.span.start == other.start for p in self.posts)
            ):
                other.members[:0] = one.members
                other.joints[:0] = [*one.joints, "、"]

    def _people(self, group: _Group) -> bool:
        return all(m.type == "Person" for m in group.members)

    def _pass_on(self, clauses: list[_Clause]) -> None:
        """由启岳集团旗下启岳(包头)建设: the word before the first group leads the second, which the first only owns."""
        for clause in clauses:
            for trigger in clause.triggers:
                if not trigger.nominal:
                    continue
                owner = next(
                    (
                        g
                        for g in reversed(clause.groups)
                        if g.end <= trigger.start and _bare(self.text[g.end : trigger.start]) in self.x._owner_gaps
                    ),
                    None,
                )
                owned = next((g for g in clause.groups if 0 <= g.start - trigger.end <= 1), None)
                if owned is not None and owned.start > trigger.end and owned.lead != "":
                    continue  # 控股股东由甲变更为乙
                if owner is not None and owned is not None:
                    owned.lead, owner.lead, owner.modifier = owner.lead, "", True

    def _blocked(self, frame: Frame, a: int, b: int) -> bool:
        text = self.text
        return (
            (
                text.startswith(frame.not_before, b)
                and not text.startswith(self.x._money, b)
                and self.x._own_holder.match(text, b) is None  # 收购公司控股股东启岳集团持有的星衡半导体
            )
            or text.endswith(frame.not_after, 0, a)
            or (frame.intransitive and self.recognition.tags.get(b, "x").startswith(("n", "m", "eng", "zg")))
        )

    def _subject_of(self, clause: _Clause) -> _Group | None:
        """The free group that a clause is about: the last before its first trigger, else the first of all."""
        first = None
        for t in clause.triggers:
            near = [g for g in clause.groups if 0 < g.start - t.end < 3]
            if not t.nominal and not any([self._tells_which(t, g) for g in near]):
                first = t.start
                break
        limit = clause.end if first is None else first
        free = [g for g in clause.groups if g.lead in ("", "by") and not g.modifier and g.end <= limit]
        if len(free) > 0 and any([w in self.text[clause.start : free[-1].start] for w in self.x._belonging]):
            # 它属于江海大学北校区,位于…: what it belongs to is not what the next clause is about.
            free = [g for g in free if not any(w in self.text[clause.start : g.start] for w in self.x._belonging)]
        acting = [g for g in free if g.lead == ""] or free
        if len(acting) == 0:
            return None
        for g in acting:
            if self.text[g.end : g.end + 8].lstrip("”").startswith(self.x._leads_others):
                return g  # 县长栗明川率…管委会赴绍兴: he goes, whoever comes with him
        while first is None and len(acting) > 1:
            gap = self.text[acting[0].end : acting[1].start]
            if not (2 < len(gap) <= 12 and gap.endswith(self.x._of)):
                break
            acting = acting[1:]  # 启岳拆分出来的星衡半导体
        return acting[0] if first is None else acting[-1]

    # ------------------------------------------------------------ frames

    def _told_by(self, trigger: _Trigger, clause: _Clause, previous: list[_Clause]) -> Iterator[Fact]:
        """The facts of the first frame of a trigger that makes any, and of those that go with others."""
        self._at = clause.start
        left: list[tuple[_Filling, list[_Failure]]] = []
        for frame in trigger.frames:
            filling = self._filling(frame, trigger, clause, previous) if not frame.also else None
            if filling is None:
                continue
            self._failed = []
            facts = list(self._apply(filling, trigger, clause, fill=False))
            yield from facts
            if len(facts) > 0:
                left.clear()
                break
            left.append((filling, self._failed))
        # What the clause itself says came before what the topic can fill in. What is dropped is counted once, when all
        # ways to read it have been tried.
        for filling, failed in left:
            self._failed, facts = failed, []
            if filling.open():
                self._failed = []
                facts = list(self._apply(filling, trigger, clause, fill=True))
            self._drop(trigger)
            yield from facts
            if len(facts) > 0:
                break
        for frame in trigger.frames:
            filling = self._filling(frame, trigger, clause, previous) if frame.also else None
            if filling is not None:
                self._failed = []
                yield from self._apply(filling, trigger, clause, fill=True)
                self._drop(trigger)

    def _drop(self, trigger: _Trigger) -> None:
        """Count, and keep for who asks, the candidates with too few participants."""
        for frame, roles in self._failed:
            if len(roles) > 0:
                self.dropped[frame.id, TOO_FEW] += 1
            if self.trace is not None:
                self.trace.candidates.append(Candidate(frame, trigger.start, trigger.end, roles, TOO_FEW))

    def _filling(self, frame: Frame, trigger: _Trigger, clause: _Clause, previous: list[_Clause]) -> _Filling | None:
        """What stands in the clause for each role of a frame; None where the frame does not speak of it."""
        if len(frame.before) > 0 and not any(w in self.text[clause.start : trigger.start] for w in frame.before):
            return None
        if frame.forward:
            previous = [c for c in self.clauses if c is not clause and c.start > clause.start][:2][::-1] or previous
        if frame.nominal and frame.fact == "PartOf":
            possession = self._possession(frame, trigger, clause, previous)
            return _Filling(frame, *possession, {}, previous) if possession is not None else None
        slots, penalty = self._slots(frame, trigger, clause, previous)
        both = sum(len(g.members) for slot in ("subject", "by", "with") for g in slots.get(slot, ())) > 1
        if frame.pairs and both:
            # 与启岳集团签订星衡半导体股权转让协议: what the paper is about does not sign it
            slots["object"] = [g for g in slots.get("object", []) if not self._named_in_label(frame, g, clause)]
        if frame.fact == "PartOf" and len(frame.after) > 0:
            # 为公司控股股东启岳集团的子公司: the owner is what stands right before the word
            near = [g for g in clause.groups if g.start >= trigger.end and self._right_before(frame, g, clause)]
            if len(near) > 0:
                slots["object"] = near[:1]
                slots.pop("for", None)
                slots.pop("of", None)
        if "seller" in frame.roles and frame.topic == "target":
            self._sold_by_holders(frame, slots, trigger)
        if frame.id in _PAPERS and "with" not in slots and len(slots.get("subject", ())) == 1:
            # 启岳集团与容川资本签署股份转让协议: the one to the other
            both_sides = slots["subject"][0]
            at = next((n for n, j in enumerate(both_sides.joints, 1) if j not in self.x._list_joints), 0)
            if at > 0:
                slots["subject"], slots["with"] = ([side] for side in _sides(both_sides, at))
        if frame.home is not None and len(frame.after) > 0:
            # 此次集中开工项目具有…: which they are is not told by the word
            slots["object"] = [g for g in slots.get("object", []) if any(m.rule != "refers" for m in g.members)]
        if frame.partner and "with" not in slots:
            who = slots.get("subject", [])
            if not any(j in self.x._comitative and j not in self.x._and for g in who for j in g.joints):
                return None
        roles = self._roles(frame, slots)
        if "investor" in roles and "target" in roles:
            # 启岳集团全资子公司星衡认缴2亿元: not in who owns it, which only says whose it is
            owners = {o for g in roles["investor"] for m in g.members for o in self.state.owners.get(self._id(m), ())}
            kept = roles["target"] = [
                g for g in roles["target"] if not (g.modifier and owners.issuperset(self._id(m) for m in g.members))
            ]
            if len(kept) == 0:
                del roles["target"]
        if frame.topic is not None and frame.id == "subscribe" and frame.topic in roles:
            far = [g for g in roles[frame.topic] if g.start - trigger.end > _REACH]
            if len(far) == len(roles[frame.topic]):
                del roles[frame.topic]  # 认缴2.5亿元——两家都看上了…的产能
        return _Filling(frame, roles, penalty, slots, previous)

    def _sold_by_holders(self, frame: Frame, slots: dict[str, list[_Group]], trigger: _Trigger) -> None:
        """公司收到实际控制人王明的通知,其拟转让公司股份: a company does not sell itself, who holds it does."""
        subject = slots.get("subject", [])
        sold = {self._id(m) for g in (*slots.get("object", ()), *slots.get("ba", ())) for m in g.members}
        own = {self._id(m) for g in subject for m in g.members}
        if len(own) != 1 or len(own & self._announcing()) == 0 or not sold <= own:
            return
        for clause in reversed(self.clauses):
            for group in reversed(clause.groups):
                if group.end > trigger.start or not any(self._fits(frame, "seller", m) for m in group.members):
                    continue
                told = self.x._holder_before.search(self.text, max(self.sentence.start, group.start - 30), group.start)
                if told is not None and own.isdisjoint(self._id(m) for m in group.members):
                    slots["subject"] = [group]
                    return

    def _remember_holders(self, clause: _Clause) -> None:
        """持股5%以上的股东王明、李强: people who hold shares, and so sign and sell for themselves."""
        for group in clause.groups:
            if self._people(group) and self.x._holder_before.search(
                self.text, max(self.sentence.start, group.start - 30), group.start
            ):
                self.state.holders.update(self._id(m) for m in group.members)

    def _stake_of_paper(self) -> list[str]:
        """签署《关于星衡半导体之股份转让协议》: whose shares the paper is about."""
        found = []
        for paper in _PAPER.finditer(self.text, self._at, self.sentence.end):
            first = bisect_left(self.recognition.mentions, paper.start(), key=lambda m: m.span.start)
            for mention in self.recognition.mentions[first:]:
                spot = (mention.span.start, mention.span.end)
                if mention.span.start >= paper.end():
                    break
                if spot in self.linked.of and self.x._of_stake.match(self.text, mention.span.end) is not None:
                    found.append(self.linked.of[spot])
        return found

    def _announcing(self) -> set[str]:
        """The company whose announcement is told, where it is known."""
        return {self.named[w] for w in self.x._announcing_self if w in self.named}

    def _apply(self, filling: _Filling, trigger: _Trigger, clause: _Clause, *, fill: bool) -> Iterator[Fact]:
        """The facts that a frame makes of what it found; with `fill` also of what the text is about."""
        frame, penalty, slots, previous = filling.frame, filling.penalty, filling.slots, filling.previous
        if frame.nominal and frame.fact == "PartOf":
            owned = [(r, m) for r, groups in filling.roles.items() for g in groups for m in g.members]
            fact = self._fact(frame, trigger, clause, owned, penalty)
            if fact is not None:
                yield replace(fact, date=None, qualifiers=())
            return
        roles = dict(filling.roles)
        if fill and frame.topic is not None and frame.topic not in roles:
            # a sum alone is not invested in what the text is about: 启岳集团将投资20亿元,建设…
            sums = len(self.amounts) > 0 and not (frame.id == "invest" and trigger.word in self.x._spends)
            stock = any(w in self.text[clause.start : clause.end] for w in self.x._stock)
            figures = sums or stock or len(self.percentages) > 0
            rounds = frame.id == "investors" or trigger.word in self.x._rounds
            default = self._topic(frame, roles) if figures or rounds or frame.id in _PAPERS else None
            if default is not None:
                roles[frame.topic] = [default]
                penalty *= 0.8
        if fill and frame.beside is not None and frame.beside not in roles and len(roles) > 0:
            beside = self._place_beside(clause, previous)
            if beside is not None and any(self._fits(frame, frame.beside, m) for m in beside.members):
                roles[frame.beside] = [beside]
                penalty *= 0.9
        if frame.home is not None and frame.home not in roles and self._lies_at_home(frame, roles):
            place = next(
                (p for p in self.linked.main_places if self.x.ontology.fills(self.linked.entity(p).type, frame.home)),
                None,
            )
            taken = {self._id(m) for groups in roles.values() for g in groups for m in g.members}
            if place is not None and place not in taken and len(self.linked.entity(place).mentions) > 1:
                mention = self.linked.entity(place).mentions[0]
                roles[frame.home] = [_Group([mention], [], mention.span.start, mention.span.end)]
                penalty *= 0.8
        for filled, amount, share in self._shared_out(frame, roles, trigger, clause):
            fact = self._fact(frame, trigger, clause, filled, penalty * 0.95, amount=amount, share=share)
            if fact is not None:
                yield fact
                continue
        if self._share_out is not None:
            return
        for filled in self._told_apart(frame, trigger, clause, previous):
            fact = self._fact(frame, trigger, clause, filled, penalty)
            if fact is not None:
                yield fact
        for filled in self._distribute(frame, roles, slots, trigger, clause):
            fact = self._fact(frame, trigger, clause, filled, penalty)
            if fact is not None and frame.fact == "Visit" and self.state.visitors is None and "subject" in slots:
                self.state.visitors = slots["subject"][0]  # 考察团 in the next sentence: those who came
            if fact is not None:
                yield fact

    def _lies_at_home(self, frame: Frame, roles: dict[str, list[_Group]]) -> bool:
        """True where what was found can lie where the document is at home; a zone is not begun, what is in it is."""
        if frame.id != "works":
            return len(roles) > 0
        projects = [
            m for groups in roles.values() for g in groups for m in g.members if self._entity(m).type == "Project"
        ]
        main = next(iter(self.linked.main_places), None)
        if len(projects) == 0 or main is None or len(self.linked.entity(main).mentions) == 0:
            return False
        home = self.linked.entity(main).mentions[0]
        return not any(self._named_elsewhere(m, home) for m in projects)

    def _possession(
        self, frame: Frame, trigger: _Trigger, clause: _Clause, previous: list[_Clause]
    ) -> tuple[dict[str, list[_Group]], float] | None:
        """启岳集团全资子公司星衡半导体, 其控股股东启岳集团, 向全资子公司星衡半导体: who owns and what is owned, read
        from what stands right beside the word.
        """
        first = next(r for r, wanted in frame.roles.items() if "subject" in wanted)
        second = next(r for r, wanted in frame.roles.items() if "object" in wanted)
        right = next(
            (
                g
                for g in clause.groups
                if g.start >= trigger.end and self.text[trigger.end : g.start].lstrip("“") in self.x._owner_gaps
            ),
            None,
        )
        if right is None:
            return None
        behind = [right.members[0]]
        for joint, m in zip(right.joints, right.members[1:], strict=True):
            if joint in self.x._comitative and joint not in self.x._and:
                break
            behind.append(m)
        left, penalty = None, 1.0
        for g in clause.groups:
            gap = _bare(self.text[g.end : trigger.start]) if g.end <= trigger.start else None
            if gap is not None and gap in self.x._owner_gaps:
                left = g
        if left is not None:
            if len(left.members) > 1 and any(j in self.x._list_joints for j in left.joints):
                behind = behind[:1]  # 甲、乙旗下丙、丁: the list goes on behind 丙
            owners = left.members[-1:]
        else:
            carried, penalty = self._owner_carried(frame, first, trigger, clause, previous, behind)
            if carried is None:
                return None
            owners = [carried]
        owners = [m for m in owners if self._fits(frame, first, m)]
        behind = [m for m in behind if self._fits(frame, second, m)]
        if len(owners) == 0 or len(behind) == 0:
            return None
        return (
            {
                first: [_Group(owners, [], owners[0].span.start, owners[-1].span.end)],
                second: [_Group(behind, [], behind[0].span.start, behind[-1].span.end)],
            },
            penalty,
        )

    def _owner_carried(
        self,
        frame: Frame,
        role: str,
        trigger: _Trigger,
        clause: _Clause,
        previous: list[_Clause],
        owned: list[Mention],
    ) -> tuple[Mention | None, float]:
        """The owner where none stands before 全资子公司: the subject of the clause, or of those before."""
        if not frame.carry or self.unknown or len(trigger.word) < 3:
            return None, 1.0
        taken = {self._id(m) for m in owned}
        self_named = next((self.named[w] for w in self.x._announcing_self if w in self.named), None)
        if self_named is not None and self_named not in taken:
            mention = self.linked.entity(self_named).mentions[0]
            if self._fits(frame, role, mention):
                return mention, 0.95
        here = [g for g in clause.groups if g.end <= trigger.start and g.lead == "" and not g.modifier]
        subjects = [*here[:1], *(c.subject for c in reversed(previous))]
        if self.state.topic is not None:
            subjects.append(self.state.topic)
        for n, group in enumerate(subjects):
            if group is None:
                continue
            if len(group.members) == 1 and self._fits(frame, role, group.members[0]):
                if self._id(group.members[0]) not in taken:
                    return group.members[0], 0.95 if n == 0 else 0.9
                continue
            return None, 1.0
        return None, 1.0

    _at_word = 0  # where the word stands whose antecedent is looked for
    _at = 0  # where the clause being read begins
    _share_out: str | None = None

    def _right_before(self, frame: Frame, group: _Group, clause: _Clause) -> bool:
        """True where a word of the frame stands right behind a group, but for 的 and a bracket."""
        tail = _bare(self.text[group.end : min(clause.end, group.end + 60)])
        tail = tail.removeprefix(next((w for w in self.x._of if tail.startswith(w)), ""))
        word = max((w for w in frame.after if tail.startswith(w)), key=len, default=None)
        # 为甲旗下的乙 says what is whose of 乙
        return word is not None and re.match(r"\w", tail[len(word) :]) is None

    def _named_in_label(self, frame: Frame, group: _Group, clause: _Clause) -> bool:
        """True where a group stands right before the word for what was signed: 星衡半导体股权转让协议."""
        tail = self.text[group.end : min(group.end + 12, clause.end)]
        return any(w in tail for w in frame.after) and not tail.startswith(self.x._etc)

    def _topic(self, frame: Frame, roles: dict[str, list[_Group]]) -> _Group | None:
        """What the text is about, for a role that the clause leaves open: (甲公司)认缴4亿元 means the fund spoken
        of.
        """
        assert frame.topic is not None
        taken = {self._id(m) for groups in roles.values() for g in groups for m in g.members}
        others = self._target_before(frame)
        others += [self.state.venture] if self.state.venture is not None else []
        others += [
            self._id(c.subject.members[0])
            for c in reversed(self.clauses)
            if c.subject is not None
            and len(c.subject.members) == 1
            and c.start < self._at
            # 甲获配3亿元,乙获配2亿元: who subscribes himself is not what the next one subscribes to
            and not any(f.id == frame.id for t in c.triggers for f in t.frames)
        ]
        if self.state.topic is not None:
            others += [self._id(m) for m in self.state.topic.members]
        wanted = frame.types.get(frame.topic, self.x.ontology.roles[frame.topic].range)
        if frame.id in _PAPERS:
            others = [*self._stake_of_paper(), *sorted(self._announcing() - taken), *others]
        elif "seller" in frame.roles and not self.state.holders.isdisjoint(taken):
            others = [*self._target_before(frame), *sorted(self._announcing()), *others]
        for entity in list(taken):
            taken |= self.state.owners.get(entity, set())  # 公司全资子公司甲认缴2亿元: not in 公司
        pair = {self._id(m) for m in self.state.pair}
        if not pair.isdisjoint(taken):
            taken |= pair  # 甲与乙设立合资公司。甲出资9350万元: not in 乙
        for entity in others:
            if entity not in taken and any(
                a in wanted for a in self.x.ontology.ancestors(self.linked.entity(entity).type)
            ):
                mention = self.linked.entity(entity).mentions[0]
                return _Group([mention], [], mention.span.start, mention.span.end)
        fund = self._subscribed(taken) if frame.id == "subscribe" else None
        if fund is not None:
            mention = self.linked.entity(fund).mentions[0]
            return _Group([mention], [], mention.span.start, mention.span.end)
        return None

    def _target_before(self, frame: Frame) -> list[str]:
        """股东向启岳集团增资2亿元,其中甲增资1亿元: the same verb, in a clause before, told to whom."""
        for c in reversed(self.clauses):
            same = c.end <= self._at and any(f.id == frame.id for t in c.triggers for f in t.frames)
            group = next((g for g in c.groups if g.lead in ("to", "for")), None) if same else None
            if group is not None:
                return [self._id(group.members[-1])]
        return []

    def _shared_out(
        self, frame: Frame, roles: dict[str, list[_Group]], trigger: _Trigger, clause: _Clause
    ) -> Iterator[tuple[list[tuple[str, Mention]], Amount | None, str | None]]:
        """甲、乙、丙分别认缴5亿元、3亿元和2亿元: to each its own sum or share."""
        self._share_out = None
        if len(roles) < 2 or not any(
            w in self.text[clause.start : min(clause.end, trigger.end + 4)] for w in self.x._each
        ):
            return
        first = next(iter(roles))
        members = [m for g in roles[first] for m in g.members if self._fits(frame, first, m)]
        amounts = [a for a in self.amounts if trigger.start <= a[0] < clause.end]
        shares = [p for p in self.percentages if trigger.start <= p[0] < clause.end]
        if len(members) < 2 or len(members) not in (len(amounts), len(shares)):
            return
        self._share_out = first
        rest = [
            (role, m)
            for role, groups in roles.items()
            if role != first
            for g in groups
            for m in g.members
            if self._fits(frame, role, m)
        ]
        for n, member in enumerate(members):
            yield (
                [(first, member), *rest],
                amounts[n][2] if len(amounts) == len(members) else None,
                shares[n][2] if len(shares) == len(members) else None,
            )
        if len(amounts) == len(members):
            self.used_amounts.update(i for i, a in enumerate(self.amounts) if a in amounts)

    def _word_after(self, frame: Frame, trigger: _Trigger, clause: _Clause) -> str | None:
        """The label behind a trigger: 签订了《战略合作协议》 → 战略合作协议."""
        tail = self.text[trigger.end : min(clause.end, trigger.end + 60)]
        first = min((tail.find(w) for w in frame.after if w in tail), default=None)
        if first is None:
            return None
        # 框架 and 协议 both end a label; 合作框架协议 ends with the last of those that follow each other.
        end = first
        while (longer := max((end + len(w) for w in frame.after if tail.startswith(w, end)), default=end)) > end:
            end = longer
        return tail[:end]

    def _slots(
        self, frame: Frame, trigger: _Trigger, clause: _Clause, previous: list[_Clause]
    ) -> tuple[dict[str, list[_Group]], float]:
        slots: dict[str, list[_Group]] = {}
        penalty = 1.0
        groups = self._for_bodies(frame, clause.groups, trigger)
        left = [g for g in groups if g.end <= trigger.start]
        right = [g for g in groups if g.start >= trigger.end]
        verbs = [t for t in clause.triggers if not t.nominal and t is not trigger]
        next_trigger = next((t for t in verbs if t.start >= trigger.end), None) if len(verbs) > 0 else None
        previous_trigger = (
            next((t for t in reversed(verbs) if t.end <= trigger.start), None) if len(verbs) > 0 else None
        )
        if trigger.word in self.x._changes:
            for group in left:
                group.lead = "from" if group.lead == "by" else group.lead  # 由深圳市变更为惠州市
        told_of = [t for t in verbs if t.end < trigger.start and self.text.startswith(self.x._of, t.end)]
        # 由启岳集团建设的产业园在南湖区开工: who acts in what stands before 的 does not act in the verb behind
        agents = [g for g in left if g.lead == "by" and not any(g.end <= t.start for t in told_of)]
        # 甲与乙共同成立的研究院在南湖区揭牌: whom the verb is about, stands behind 的 and was not recognized
        unnamed = len(told_of) > 0 and not any(g.lead == "" and told_of[-1].end <= g.start for g in left)
        relative = len(agents) > 0 and self.text.startswith(self.x._of, trigger.end)
        # A free group behind an earlier trigger of the clause is that trigger's object, not a subject.
        free = [
            g
            for g in left
            if g.lead == ""
            and not g.modifier
            and (previous_trigger is None or not self._object_between(g, clause, trigger) or self._pivot(g))
            and not self._done_before(g, clause, trigger)
            and not (unnamed and any(g.end <= t.start for t in told_of))
        ]
        passive = False
        if len(agents) > 0:
            slots["by"] = agents
            passive = True
            if len(free) > 0:
                slots.setdefault("object", []).append(free[-1])
        elif len(free) > 0:
            people = [g for g in free if all(m.type == "Person" for m in g.members)] if frame.fact == "Visit" else []
            slots["subject"] = people or ([free[-1]] if not self._list_of(free) else free)
        for group in left:
            if group.lead not in ("", "by", "none"):
                slots.setdefault(group.lead, []).append(group)
            elif group.modifier and group.lead == "":
                slots.setdefault("of", []).append(group)
        objects = [
            g for g in right if (next_trigger is None or g.end <= next_trigger.start or self._adjacent(trigger, g))
        ]
        if frame.amount:
            objects = [g for g in objects if not self._next_in_turn(g, trigger.end)]
        for group in objects:
            if group.lead == "with" and group.word in self.x._and:
                group.lead = ""  # behind the verb, 和 goes on with its objects
        if relative:
            # 由启岳集团投资建设的产业园在南湖区开工: where, is told of the beginning of it
            objects = objects[: next((n + 1 for n, g in enumerate(objects) if g.lead == "" and not g.modifier), 0)]
        plain = [g for g in objects if g.lead == "" and (not frame.forward or g.start - trigger.end <= 2)]
        if len(plain) > 0:
            head = next((g for g in plain if not g.modifier), None)
            # 以9670万元收购启岳集团持有的星衡半导体股权: who holds it sells it, and the buyer was named before
            held = self.x._sold_by.match(self.text, plain[0].end) is not None
            # 考察了高新区的启岳集团: of what is done already, nobody is told behind the verb who does it
            done = self.text.startswith(self.x._done, trigger.end) or trigger.word.endswith(self.x._done)
            held = held or (frame.fact == "Visit" and done)
            if (
                head is not None
                and head is not plain[0]
                and len(slots.get("subject", [])) == 0
                and not passive
                and not held
            ):
                # 落户嘉兴的澜海智能: the group behind 的 is the one who does it
                slots["subject"] = [head]
                slots.setdefault("object", []).append(plain[0])
            elif head is not None and head is not plain[0]:
                owners = [
                    g for g in plain[: plain.index(head)] if g.modifier and self.x._sold_by.match(self.text, g.end)
                ]
                # 收购公司控股股东启岳集团持有的星衡半导体: whose it is, and who holds it
                slots.setdefault("of", []).extend([plain[0], *(g for g in owners if g is not plain[0])])
                slots.setdefault("object", []).append(head)
            else:
                slots.setdefault("object", []).extend(plain[:1] if not self._list_of(plain) else plain)
        nearest = objects[0] if len(objects) > 0 else None
        if (
            nearest is not None
            and nearest.modifier
            and nearest.lead != ""
            and len(plain) > 0
            and plain[0] is not nearest
            and len(slots.get("subject", [])) == 0
            and not passive
        ):
            # 落户嘉兴科技城的星衡半导体: 落户 leads its place as 到 does
            slots["subject"] = [plain[0]]
            slots["object"] = [g for g in slots.get("object", []) if g is not plain[0]]
        if (
            self.text.startswith(self.x._of, trigger.end)
            and len(plain) > 0
            and len(slots.get("subject", [])) == 0
            and not passive
        ):
            # 从上海迁来的岚谷检测: what stands behind 的 is the one who does it
            slots["subject"] = [plain[0]]
            slots["object"] = [g for g in slots.get("object", []) if g is not plain[0]]
        if frame.fact == "Visit" and any(
            len(g.members) > 1 and trigger.start - g.end < 10 for g in slots.get("to", [])
        ):
            # 先后深入甲作业区、乙公司等地实地考察周口内河航运: the list is seen, what stands behind is why
            slots.pop("object", None)
        before = previous[-1] if len(previous) > 0 else None
        if before is not None and len(before.triggers) == 0 and len(before.groups) > 0:
            # 在临湖新区内,建立…; 先后到启岳集团、星衡半导体等地,实地参观: where, told in a clause of its own
            if "at" not in slots and self._wants(frame, "at") and all(g.lead == "at" for g in before.groups):
                slots["at"] = before.groups
            elif frame.fact == "Visit" and {"to", "object"}.isdisjoint(slots) and before.groups[-1].lead == "to":
                slots["to"] = [g for g in before.groups if g.lead == "to"]
                here = slots.get("subject", [])
                if len(here) > 0 and here[0].start == clause.start and not self._people(here[0]):
                    slots["to"] += slots.pop("subject")  # 前往甲工业园、乙高新区,丙农业园、丁汽车城实地考察
        untold = passive and len(slots.get("object", [])) == 0 and self._wants(frame, "object")
        if untold and not self._told_else(frame, slots, objects):
            carried = self._acted_on(frame, previous, agents)
            if carried is not None:
                slots["object"] = [carried]
                penalty *= 0.9
        stake = frame.topic is not None or frame.fact == "Acquisition"
        if stake and len(slots.get("object", [])) == 0 and self.x._pronoun.match(self.text, trigger.end) is not None:
            carried = self._acted_on(frame, previous, slots.get("subject", []))
            if carried is not None:
                slots["object"] = [carried]
                penalty *= 0.85
        for group in objects:
            if group.lead not in ("", "none"):
                slots.setdefault(group.lead, []).append(group)
        if not passive and len(slots.get("subject", [])) == 0 and "of" in slots:
            owners = [g for g in slots["of"] if g.end <= trigger.start and trigger.start - g.end <= 5]
            if len(owners) > 0:
                slots["subject"] = owners  # 甲与乙的现场签约
        carry = frame.carry and not passive and not unnamed
        if carry and len(slots.get("subject", [])) == 0 and self._wants(frame, "subject"):
            carried, cost = self._carried(frame, trigger, clause, previous)
            sellers = [g for g in plain if self.x._sold_by.match(self.text, g.end) is not None]
            if carried is not None and len(sellers) > 0 and len(carried.members) > 1:
                # 公司与控股股东签订协议,收购控股股东持有的…: who sells does not buy
                sold = {self._id(m) for g in sellers for m in g.members}
                buyers = [m for m in carried.members if self._id(m) not in sold]
                carried = replace(carried, members=buyers, joints=carried.joints[: len(buyers) - 1])
            if carried is not None and len(carried.members) > 0:
                slots["subject"] = [carried]
                penalty *= cost
                if frame.fact == "Construction" and "at" not in slots:
                    ground = self._where_told(carried, previous)
                    if ground is not None:
                        slots["at"] = [ground]
                deal = frame.id == "transfer" and "to" not in slots and len(carried.members) == 2
                if deal and carried.joints[0] in self.x._comitative:
                    # 甲与乙签署协议,拟转让5000万股: the first sells to the second
                    slots["subject"], slots["to"] = ([side] for side in _sides(carried, 1))
                if frame.pairs and "with" not in slots and before is not None and before.subject is carried:
                    # 甲与乙进行了协商,并签订了协议
                    partners = [g for g in before.groups if g.lead == "with" and g.start >= carried.end]
                    signed = any(f.pairs for t in before.triggers for f in t.frames)
                    if len(partners) > 0 and not signed:
                        slots["with"] = partners
        if (
            len(slots.get("subject", [])) == 1
            and "with" not in slots
            and not passive
            and any(w in trigger.word for w in self.x._joint_efforts)
        ):
            # 甲以现金出资…，乙以土地出资…，合资设立: those who acted in the clauses before act together
            partners = [
                c.subject
                for c in previous
                if c.subject is not None and c.subject not in slots["subject"] and self._can_act(frame, c.subject)
            ]
            if len(slots["subject"][0].members) == 1:
                slots["subject"] = [*partners, *slots["subject"]]
        return slots, penalty

    def _told_else(self, frame: Frame, slots: Mapping[str, list[_Group]], behind: Sequence[_Group]) -> bool:
        """由启岳集团出资2亿元对星衡进行增资: what could be the object is told with a preposition."""
        roles = [(r, wanted) for r, wanted in frame.roles.items() if "object" in wanted]
        return any(
            self._fits(frame, r, m)
            for r, wanted in roles
            for slot in wanted
            if slot in ("to", "for", "at")
            for g in (*slots.get(slot, ()), *(g for g in behind if g.lead == slot))
            for m in g.members
        )

    def _where_told(self, subject: _Group, previous: list[_Clause]) -> _Group | None:
        """启岳集团拟在盐都区投资45亿元,盘活闲置用地,建设…: where the one spoken of acts, told with the verb before."""
        for earlier in reversed(previous):
            place = next((g for g in earlier.groups if g.lead == "at" and self._is_ground(g)), None)
            if place is not None and not self._is_venue(place) and len(earlier.triggers) > 0:
                return place
            if earlier.subject is subject:
                break
        return None

    def _place_beside(self, clause: _Clause, previous: list[_Clause]) -> _Group | None:
        """投资12亿元,在共青高新区建设…: the place of the clause behind, or before, that has the same subject."""
        behind = next((c for c in self.clauses if c.start == clause.end), None)
        if behind is not None and not any(g.lead == "" and g.end <= self._first_verb(behind) for g in behind.groups):
            place = next((g for g in behind.groups if g.lead == "at"), None)
            if place is not None:
                return place
        if len(previous) == 0 or any(t.end <= clause.end and not t.nominal for t in previous[-1].triggers):
            return None  # what was done there is told already
        return next((g for g in previous[-1].groups if g.lead == "at"), None)

    def _first_verb(self, clause: _Clause) -> int:
        return clause.triggers[0].start if len(clause.triggers) > 0 else clause.end

    def _acted_on(self, frame: Frame, previous: list[_Clause], agents: list[_Group]) -> _Group | None:
        """The subject of an earlier clause as what is acted on now: 该基金,由甲发起; 乙,去年被丙收购."""
        roles = [r for r, wanted in frame.roles.items() if "object" in wanted]
        taken = {self._id(m) for g in agents for m in g.members}
        topic = [self.state.topic] if self.state.topic is not None else []
        for group in [*(c.subject for c in reversed(previous)), *topic]:
            if group is not None and any(
                self._fits(frame, r, m) and self._id(m) not in taken for r in roles for m in group.members
            ):
                return group
        return None

    def _for_bodies(self, frame: Frame, groups: list[_Group], trigger: _Trigger) -> list[_Group]:
        """启岳集团董事长周启明与…签订: where no person can act, the person stands for the body whose post it is."""
        agent = next(iter(frame.roles))
        people = frame.types.get(agent)
        if people is None or "Person" in people:
            return groups
        # 南湖区接待了启岳集团董事长李大勇: behind the verb a person may well be meant.
        welcome = any("Person" in wanted for wanted in frame.types.values())
        kept: list[_Group] = []
        for group in groups:
            if welcome and group.start >= trigger.end:
                kept.append(group)
                continue
            owner = kept[-1] if len(kept) > 0 else None
            alone = all(self._entity(m).type == "Person" for m in group.members)
            if alone and frame.fact == "Agreement" and all(self._id(m) in self.state.holders for m in group.members):
                kept.append(group)
                continue
            employers = [self.state.employers.get(self._id(m)) for m in group.members] if alone else []
            if alone and owner is not None and owner.modifier and owner.titled and group.start - owner.end <= 20:
                body = owner.members[-1]
                place = self._of_place(self._id(body), self.text[owner.end : group.start])
                if place != self._id(body):
                    # 赤壁市委副书记、市长董方平: the mayor signs for the city
                    own = self.linked.entity(place).mentions[0]
                    owner = replace(owner, members=[*owner.members[:-1], own])
                elif frame.id == "receive" and (ground := self._governed(place)) is not None:
                    own = self.linked.entity(ground).mentions[0]  # 嘉兴市委书记张伟 receives for the city
                    owner = replace(owner, members=[*owner.members[:-1], own])
                kept[-1] = replace(owner, modifier=False, several=group.several)
            elif frame.fact == "Agreement" and len(employers) > 0 and None not in employers:
                # 朱明军与辉县市签署: who heads a body signs for it
                bodies = [self.linked.entity(e).mentions[0] for e in dict.fromkeys(employers) if e is not None]
                kept.append(replace(group, members=bodies, joints=group.joints[: len(bodies) - 1]))
            elif frame.id == "receive" and alone and owner is not None and self._colleagues(owner, group):
                continue  # 区委书记张伟、区长李明会见: both for the district
            else:
                kept.append(group)
        return kept

    def _governed(self, body: str) -> str | None:
        """The place of a body that governs one, and a place itself; None for any other."""
        entity = self.linked.entity(body)
        place = entity.parent if entity.type == "Government" else body
        if place is None or len(self.linked.entity(place).mentions) == 0:
            return None
        return place if self.linked.entity(place).type == "Place" else None

    def _colleagues(self, place: _Group, person: _Group) -> bool:
        """True for a person told right behind those who act for a place: 、区长李明."""
        gap = self.text[place.end : person.start]
        return self._is_ground(place) and not place.modifier and "、" in gap and len(gap) <= 20 and "，" not in gap

    def _wants(self, frame: Frame, slot: str) -> bool:
        return any([slot in wanted for wanted in frame.roles.values()])

    def _adjacent(self, trigger: _Trigger, group: _Group) -> bool:
        return group.start - trigger.end <= 2

    def _object_between(self, group: _Group, clause: _Clause, trigger: _Trigger) -> bool:
        """True where a trigger before the group, in the same clause, takes it as its object."""
        return any(
            t.end <= group.start and group.end <= trigger.start and not t.nominal and not self._tells_which(t, group)
            for t in clause.triggers
        )

    def _tells_which(self, trigger: _Trigger, group: _Group) -> bool:
        """新组建的启岳集团落户雄安, 总投资5亿元的产业园开工: the verb before 的, with its sum, says which one it is and
        does not take it as its object.
        """
        gap = self.text[trigger.end : group.start].rstrip("“‘")
        if gap in self.x._of:
            return True
        inner = [g for c in self.clauses for g in c.groups if trigger.end <= g.start and g.end <= group.start]
        if len(inner) == 1 and self._is_ground(inner[0]) and self.text[inner[0].end : group.start] in self.x._of:
            return True  # 总部位于深圳的星衡半导体在南湖区设立分公司
        return gap.endswith(self.x._of) and any(
            trigger.end <= a and a - trigger.end <= 4 and 0 <= group.start - b <= 2 for a, b, _ in self.amounts
        )

    def _done_before(self, group: _Group, clause: _Clause, trigger: _Trigger) -> bool:
        """True where a group has its verb already and a 、 stands behind that: 甲跟投、A轮注资的乙."""
        return any(
            not t.nominal and group.end <= t.start and t.end < trigger.start and self.text[t.end] == "、"
            for t in clause.triggers
        )

    def _pivot(self, group: _Group) -> bool:
        """引入鹊华科创以13.5亿元认购: the object of one verb that acts in the next."""
        return _bare(self.text[group.end : group.end + 40]).startswith(self.x._pivots)

    def _next_in_turn(self, group: _Group, since: int) -> bool:
        """True where a sum and a 、 stand before a group: 甲认缴2亿元、乙认缴3亿元 goes on with the next one."""
        return any(since <= a and b <= group.start and self.text[b : b + 1] == "、" for a, b, _ in self.amounts)

    def _list_of(self, groups: list[_Group]) -> bool:
        """True where groups follow each other with nothing but 、 and modifiers between them."""
        for a, b in pairwise(groups):
            gap = self.text[a.end : b.start]
            if any(a.end <= start and end <= b.start for start, end, _ in self.amounts):
                return False
            if "、" not in gap or len(gap) > (24 if gap[0] == gap[-1] == "、" else 14):
                return False
        return len(groups) > 1

    def _carried(
        self, frame: Frame, trigger: _Trigger, clause: _Clause, previous: list[_Clause]
    ) -> tuple[_Group | None, float]:
        """The subject of an earlier clause or sentence for a clause that has none; with a factor for the distance."""
        if self.unknown:
            return None, 1.0
        head = self.text[clause.start : trigger.start].lstrip("”’，、 ")
        pair = self.state.pair
        together = _Group(pair, [self.x._with] * (len(pair) - 1), clause.start, clause.start)
        if head.startswith(self.x._both) and len(pair) > 1:
            return together, 0.85
        if head.startswith(self.x._first_named) and len(pair) > 1:
            return _Group(pair[:1], [], clause.start, clause.start), 0.9
        if any(w in head for w in self.x._latter):
            last = next((c.groups[-1] for c in reversed(previous) if len(c.groups) > 0), None)
            if last is not None:
                return _Group(last.members[-1:], [], clause.start, clause.start), 0.9
        if self.x._some.search(head) is not None and not head.startswith(self.x._both):
            return None, 1.0  # 每天有5.6家企业从上海迁入苏州: others, without a name
        visitors = self.state.visitors or self.state.travellers
        if frame.fact == "Visit" and visitors is not None and not self._visitors_named(clause, trigger):
            return visitors, 0.9
        if len(previous) > 0 and self._payer_unknown(previous[-1]):
            return None, 1.0
        for distance, earlier in enumerate(reversed(previous)):
            if frame.fact == "Agreement" and earlier.subject is not None and self._people(earlier.subject):
                bodies = [self.state.employers.get(self._id(m)) for m in earlier.subject.members]
                if len({*bodies}) == 1 and bodies[0] is not None and len(self.linked.entity(bodies[0]).mentions) > 0:
                    # 区长周启明赴…考察,并与启岳集团签署: he signs for the district
                    own = self.linked.entity(bodies[0]).mentions[0]
                    signs = _Group([own], [], earlier.subject.start, earlier.subject.end)
                    if self._can_act(frame, signs):
                        return signs, 0.85
            spoken = self.text[earlier.start : earlier.end].lstrip("”’，、 ")
            if earlier.subject is None and len(pair) > 1 and any(0 <= spoken.find(w) < 3 for w in self.x._both):
                return together, 0.85  # 双方将在张家界,设立…
            if earlier.subject is not None and self._can_act(frame, earlier.subject):
                return earlier.subject, 0.95 - 0.05 * min(distance, 4)
        if len(pair) > 1 and any(w in trigger.word for w in self.x._joint_efforts) and self._can_act(frame, together):
            return together, 0.75  # 一是共建…: those who signed
        if self.state.topic is not None and self._can_act(frame, self.state.topic):
            return self.state.topic, 0.75
        return None, 1.0

    def _visitors_named(self, clause: _Clause, trigger: _Trigger) -> bool:
        """False where the sentence only speaks of the delegation (考察团先后到…): it is the one known before."""
        before = [c for c in self.clauses if c.start <= clause.start]
        if self.x._delegates.search(self.text, before[0].start, trigger.start) is None:
            return True
        return any(c.subject is not None for c in before)

    def _can_act(self, frame: Frame, group: _Group) -> bool:
        for role, wanted in frame.roles.items():
            if "subject" in wanted and any([self._fits(frame, role, m) for m in group.members]):
                return True
        return False

    def _fits(self, frame: Frame, role: str, mention: Mention) -> bool:
        if len(self.state.delegations) > 0 and (entity := self._id(mention)) in self.state.delegations:
            # A delegation visits; what else it does it does for those whose it is.
            owners = self.state.delegations[entity]
            return role == "visitor" or any(self._fits(frame, role, owner) for owner in owners)
        if role == "party" and mention.type == "Person":
            return self._id(mention) in self.state.holders  # a shareholder signs for nobody else
        return self._entity(mention).type in self.x.fillers(frame, role)

    def _entity(self, mention: Mention) -> Entity:
        return self.linked.by_id[self._id(mention)]

    def _roles(self, frame: Frame, slots: dict[str, list[_Group]]) -> dict[str, list[_Group]]:
        """The groups that each role is read from; an agent phrase (由, 被) takes the place of the subject."""
        roles: dict[str, list[_Group]] = {}
        for role, wanted in frame.roles.items():
            groups: list[_Group] = []
            for slot in wanted:
                if slot == "subject" and "by" in slots and "by" not in wanted:
                    # The agent phrase acts; what stands free before it is acted on.
                    source = slots["by"]
                else:
                    source = slots.get(slot, [])
                for group in source:
                    if role == "founded" and self._goes_on(group):
                        continue
                    if group not in groups and any([self._fits(frame, role, m) for m in group.members]):
                        groups.append(group)
                if len(groups) > 0 and slot in ("object", "to", "at") and role not in ("party",):
                    break
            if len(groups) > 0:
                roles[role] = groups
        return roles

    def _goes_on(self, group: _Group) -> bool:
        """成立江海大学科学技术研究中心: the school is not what was founded, its name goes on in what is behind it."""
        return (
            self.x.ontology.top(group.members[-1].type) == "Institution"
            and self.recognition.tags.get(group.end, "x") in ("n", "vn", "nz")
            and not self.text.startswith((*self.x._heads, *self.x._not_nouns), group.end)
        )

    def _distribute(
        self,
        frame: Frame,
        roles: dict[str, list[_Group]],
        slots: dict[str, list[_Group]],
        trigger: _Trigger,
        clause: _Clause,
    ) -> Iterator[list[tuple[str, Mention]]]:
        """One list of fillers for each fact: pairs of a pair list, each filler after 分别, else all together."""
        if frame.pairs and "party" in roles:
            segments = self._pair_list(frame, trigger, clause)
            if len(segments) > 1:
                for pair in segments:
                    yield [("party", m) for m in pair]
                return
            first = min(g.start for g in roles["party"])
            apart = any(w + self.x._with in self.text[clause.start : first] for w in self.x._each)
            if apart and not any(g.end <= first for g in clause.groups):
                return  # 引导基金分别与投资项目甲、乙签订: the same where its name is not known
            if all(g.lead == "with" for g in roles["party"]):
                return  # 我校分别与甲、乙签署: who signed with them is not known, and they did not with each other
            for group in roles["party"]:
                pairs = _pairs(group, self.x._list_joints)
                if pairs is not None:
                    for pair in pairs:
                        yield [("party", m) for m in pair if self._fits(frame, "party", m)]
                    return
            subject = slots.get("subject", [])
            partners = [g for g in roles["party"] if g not in subject]
            if (
                len(subject) == 1
                and len(partners) > 0
                and (
                    subject[0].several
                    or any(
                        g.several
                        or self._open_list(g)
                        or self._many(subject[0].members[0], g.members, g.joints, g, trigger)
                        for g in partners
                    )
                )
                and len(subject[0].members) == 1
            ):
                for partner in partners:
                    for m in partner.members:
                        if self._fits(frame, "party", m):
                            yield [("party", subject[0].members[0]), ("party", m)]
                return
            if len(subject) == 1 and len(partners) == 1 and (subject[0].several or partners[0].several):
                ours, theirs = subject[0].members, partners[0].members
                if len(ours) == len(theirs) > 1:
                    # 甲村、乙村分别与丙镇、丁镇签署: the first with the first
                    for one, other in zip(ours, theirs, strict=True):
                        yield [("party", one), ("party", other)]
                    return
            if (
                len(subject) == 1
                and len(partners) == 0
                and subject[0].several
                and 0 < len(subject[0].joints) == sum(j in self.x._list_joints for j in subject[0].joints)
            ):
                return  # 甲镇、乙镇等分别与9个乡镇签订: with whom is not said
            if (
                len(subject) == 1
                and len(partners) == 1
                and len(partners[0].members) == 1
                and len(subject[0].members) > 1
                and (subject[0].several or partners[0].several)
            ):
                # 甲、乙分别与丙签署
                for m in subject[0].members:
                    if self._fits(frame, "party", m):
                        yield [("party", m), ("party", partners[0].members[0])]
                return
            for group in roles["party"]:
                apart = (
                    group.several
                    or (self._open_list(group) and all(j == "、" for j in group.joints[1:]))
                    or self._many(group.members[0], group.members[1:], group.joints[1:], group, trigger)
                )
                if apart and len(group.members) > 2 and group.joints[0] in self.x._comitative:
                    for m in group.members[1:]:
                        yield [("party", group.members[0]), ("party", m)]
                    return
        filled: list[tuple[str, Mention]] = []
        taken: set[tuple[int, int]] = set()
        for role, groups in roles.items():
            for group in groups:
                for mention in group.members:
                    spot = (mention.span.start, mention.span.end)
                    if spot not in taken and self._fits(frame, role, mention):
                        taken.add(spot)
                        filled.append((role, mention))
        yield filled

    def _told_apart(
        self, frame: Frame, trigger: _Trigger, clause: _Clause, previous: list[_Clause]
    ) -> Iterator[list[tuple[str, Mention]]]:
        """甲市与A公司,乙市与B公司及C公司分别签署: who is named in the clauses before signs by the same verb."""
        if not frame.pairs or not any(w in self.text[clause.start : trigger.start] for w in self.x._each):
            return
        for earlier in reversed(previous):
            if len(earlier.triggers) > 0 or len(earlier.groups) == 0 or self.text[earlier.end - 1] not in ",，、;；":
                return
            subject, partners = earlier.groups[0], [g for g in earlier.groups[1:] if g.lead == "with"]
            members, joints = subject.members, subject.joints
            if len(earlier.groups) == 1 and len(members) > 1 and joints[0] in self.x._comitative:
                one, others = members[0], members[1:]
            elif len(earlier.groups) == 2 and len(partners) == 1 and len(members) == 1:
                one, others = members[0], partners[0].members
            else:
                return
            for other in others:
                if self._fits(frame, "party", one) and self._fits(frame, "party", other):
                    yield [("party", one), ("party", other)]

    def _papers(self, clauses: list[_Clause]) -> Iterator[Fact]:
        """签署《江海大学临湖市人民政府战略合作框架协议》: the title of the paper names who signs it."""
        sign = [(t, f) for c in clauses for t in c.triggers for f in t.frames if f.id == "sign"]
        for paper in _PAPER.finditer(self.text, self.sentence.start, self.sentence.end) if len(sign) > 0 else ():
            trigger, frame = min(sign, key=lambda s: abs(s[0].start - paper.start()))
            if trigger.start > paper.start() or not paper.group()[:-1].endswith(frame.after):
                continue
            parties: list[Mention] = []
            at = paper.start() + 1
            for m in self.recognition.mentions:
                if m.span.start < at or m.span.end > paper.end() or (m.span.start, m.span.end) not in self.linked.of:
                    continue
                gap = self.text[at : m.span.start]
                joined = gap == "" or (len(parties) > 0 and (gap in self.x._list_joints or gap in self.x._comitative))
                if not (joined or (len(parties) > 0 and gap in "·-—")) or not self._fits(frame, "party", m):
                    break
                parties.append(m)
                at = m.span.end
            if len(parties) > 1:
                clause = next(c for c in clauses if c.start <= trigger.start < c.end)
                fact = self._fact(frame, trigger, clause, [("party", m) for m in parties], 0.9)
                if fact is not None:
                    yield replace(fact, rule="paper")

    def _signed_on_visit(self, clauses: list[_Clause]) -> Iterator[Fact]:
        """甲率队赴江海大学考察,并签署合作协议: who comes signs with those whom he visits, where nobody else is told."""
        for n, clause in enumerate(clauses):
            trigger = next((t for t in clause.triggers if any(f.id == "sign" for f in t.frames)), None)
            if n == 0 or trigger is None or any(g.start < trigger.end or g.lead == "with" for g in clause.groups):
                continue
            if trigger.start - clause.start > 4 or self.text[trigger.start - 1] in self.x._of:
                continue
            frame = next(f for f in trigger.frames if f.id == "sign")
            before = clauses[n - 1]
            hosts = [g for g in before.groups if self.text.endswith(self.x._going_to, before.start, g.start)]
            if (
                len(hosts) != 1
                or len(hosts[0].members) > 1
                or before.subject is None
                or not self._fits(frame, "party", hosts[0].members[0])
            ):
                continue
            guests: list[str] = []
            for m in before.subject.members:
                entity = self._id(m)
                owners = [self._id(o) for o in self.state.delegations.get(entity, ())]
                guests += owners or [self.state.employers.get(entity) or entity]
            guests = [*dict.fromkeys(guests)]
            if len(guests) != 1 or not self._signs(guests[0]):
                continue
            parties = [self.linked.entity(guests[0]).mentions[0], hosts[0].members[0]]
            if all(self._fits(frame, "party", m) for m in parties):
                fact = self._fact(frame, trigger, clause, [("party", m) for m in parties], 0.7)
                if fact is not None:
                    yield replace(fact, rule="signed-on-visit")

    def _signs(self, body: str) -> bool:
        """True for an entity that stands in the text and is no party organ, which signs nothing."""
        entity = self.linked.entity(body)
        return len(entity.mentions) > 0 and not entity.name.endswith(self.x._party_organs)

    def _for_all(self, clauses: list[_Clause]) -> Iterator[Fact]:
        """校长甲,区长乙代表双方签署协议: they sign for those whose posts they have."""
        for clause in clauses:
            for trigger in clause.triggers:
                frame = next((f for f in trigger.frames if f.id in ("sign", "sign-with")), None)
                if frame is None:
                    continue
                told = self.x._all_sides.search(self.text, clause.start, trigger.start)
                if told is None:
                    continue
                count = self.x._sides[told.group("sides")]
                people = [m for m in self.mentions if m.type == "Person" and m.span.end <= told.start()][-count:]
                bodies = [self.state.employers.get(self._id(m)) for m in people]
                known = [b for b in dict.fromkeys(bodies) if b is not None]
                if len(known) != count or not all(self._signs(b) for b in known):
                    continue
                parties = [self.linked.entity(b).mentions[0] for b in known]
                if all(self._fits(frame, "party", m) for m in parties):
                    fact = self._fact(frame, trigger, clause, [("party", m) for m in parties], 0.85)
                    if fact is not None:
                        yield replace(fact, rule="for-all")

    def _many(
        self, one: Mention, partners: Sequence[Mention], joints: Sequence[str], group: _Group, trigger: _Trigger
    ) -> bool:
        """True for a list of three and more of another kind that somebody signs with (某省与三家公司签署协议): a paper
        with each of them, where nothing says that it is one of all (共同, 四方协议). Companies among each other sign
        one contract of many parties.
        """
        if len(partners) < 3 or any(j != "、" for j in joints[:-1]):
            return False
        sorts = [_SORTS.get(self.x.ontology.top(m.type), "") for m in (one, *partners)]
        if sorts[0] in sorts[1:]:
            return False
        told = self.text[group.end : min(trigger.end + 16, self.sentence.end)]
        return not any(w in told for w in self.x._jointly)

    def _open_list(self, group: _Group) -> bool:
        """True for a list that ends with 等: who signs with each of many signs many papers."""
        return len(group.members) > 1 and self.text.startswith(self.x._etc, group.end)

    def _pair_list(self, frame: Frame, trigger: _Trigger, clause: _Clause) -> list[tuple[Mention, Mention]]:
        """The pairs of `A与B、C与D、E与F等` before a trigger, read segment by segment so that one odd name does
        not mix the others up.
        """
        start, end = clause.start, trigger.start
        inside = [m for m in self.mentions if start <= m.span.start and m.span.end <= end]
        if len(inside) < 2:
            # 签下合作协议的,还有A与B、C与D: the list stands behind
            start, end = trigger.end, self.sentence.end
            inside = [m for m in self.mentions if start <= m.span.start and m.span.end <= end]
        cuts = [start]
        for i in range(start, end):
            if self.text[i] == "、" and not any(m.span.start < i < m.span.end for m in inside):
                cuts.append(i + 1)
        if len(cuts) < 2:
            return []
        cuts.append(end)
        found, odd = [], 0
        joints: set[str] = set()
        for a, b in pairwise(cuts):
            members = [m for m in inside if a <= m.span.start and m.span.end <= b]
            joined = [
                (m, n) for m, n in pairwise(members)
                if any(w in self.text[m.span.end : n.span.start] for w in self.x._comitative)
            ]  # fmt: skip
            if len(joined) == 1 and all(self._fits(frame, "party", m) for m in joined[0]):
                found.append(joined[0])
                gap = self.text[joined[0][0].span.end : joined[0][1].span.start]
                joints.update(w for w in self.x._comitative if w in gap)
            else:
                odd += 1
        if len(joints) > 1 and any(len(w) == 1 for w in joints & self.x._and):
            return []  # 公司与甲、乙、丙及丁: one list, and who signs with it
        return found if odd <= max(1, len(found) // 3) and len(found) > 1 else []

    def _fact(
        self,
        frame: Frame,
        trigger: _Trigger,
        clause: _Clause,
        filled: list[tuple[str, Mention]],
        penalty: float,
        *,
        amount: Amount | None = None,
        share: str | None = None,
    ) -> Fact | None:
        roles: list[tuple[str, str]] = []
        for role, mention in self._with_owners(filled):
            entity = self._id(mention)
            if entity not in [e for _, e in roles]:
                roles.append((role, entity))
        if frame.pairs and len(roles) > 1:
            # 江阳县…代表江阳县人民政府签订: a place and what governs it are one party
            governed = {self.linked.entity(e).parent for _, e in roles if self.linked.entity(e).type == "Government"}
            roles = [(r, e) for r, e in roles if e not in governed]
        filled_roles = [role for role, _ in roles]
        if not any([all([filled_roles.count(r) >= n for r, n in need.items()]) for need in frame.need]):
            self._failed.append((frame, tuple(roles)))
            return None
        if len(roles) == 1 and len(frame.need) > 1 and penalty < 1:
            return None
        for role in ("party", "founder"):
            if filled_roles.count(role) >= 2:
                self.state.pair = [m for r, m in filled if r == role]
        if frame.fact == "Construction":
            if "builder" not in filled_roles and "project" in filled_roles:
                owner = self._builder_of(next(m for r, m in filled if r == "project"))
                if owner is not None and all(self._id(owner) != e for _, e in roles):
                    roles.insert(0, ("builder", self._id(owner)))
            if any(r == "builder" for r, _ in roles):
                self.state.built.update(e for r, e in roles if r == "project")
        if frame.fact == "Visit" and (who := [m for r, m in filled if r == "visitor"]) != []:
            self.state.travellers = _Group(who, ["、"] * (len(who) - 1), who[0].span.start, who[-1].span.end)
        if frame.fact == "PartOf":
            for part in (e for r, e in roles if r == "part"):
                wholes = {e for r, e in roles if r == "whole"}
                self.state.owners.setdefault(part, set()).update(wholes)
                if frame.id == "shareholder":
                    self.state.holders.update(wholes)
        surest = min((m.confidence for _, m in filled), default=1.0)
        date, told = self._date(trigger, clause), None
        if date is None or date.start is None:
            carried = self._carried_day(frame.fact, clause)
            if carried is not None:
                date, told = carried
        if amount is None and share is None and frame.amount:
            amount = self._amount(trigger, clause)
        ventures = [e for r, e in roles if r in ("founded", "target")]
        invests = trigger.word in self.x._rounds or frame.id in ("financed", "round", "investors")
        told_round = self.state.round
        if invests and amount is None and share is None and told_round is not None and ventures == [told_round[0]]:
            amount = told_round[1]  # 完成20亿元融资,由甲领投
        if len(ventures) > 0 and self.linked.entity(ventures[-1]).type in ("Company", "Fund", "Institution"):
            self.state.venture = ventures[-1]
        label = self._label(frame, trigger, clause)
        qualifiers: list[tuple[str, str]] = []
        if "share" in self.x.ontology.facts[frame.fact].qualifiers:
            share = share or next((p for a, b, p in self.percentages if clause.start <= a < clause.end), None)
            if share is not None:
                qualifiers.append(("share", share))
        return Fact(
            id="",
            type=frame.fact,
            roles=tuple(roles),
            evidence=(
                Span(self.document.id, self.sentence.start, self._sentence_end()),
                *(() if told is None else (told,)),
            ),
            label=label,
            date=date,
            amount=amount,
            status=self._status_of(frame, trigger, clause),
            confidence=round(frame.confidence * penalty * surest, 3),
            rule=frame.id,
            trigger=Span(self.document.id, trigger.start, trigger.end),
            qualifiers=tuple(qualifiers),
        )

    def _with_owners(self, filled: list[tuple[str, Mention]]) -> list[tuple[str, Mention]]:
        """徐汇区经贸考察团 visits for 徐汇区, which is told as a visitor beside it."""
        if len(self.state.delegations) == 0:
            return filled
        told: list[tuple[str, Mention]] = []
        for role, mention in filled:
            owners = self.state.delegations.get(self._id(mention), ())
            if role == "visitor" or len(owners) == 0:
                told.append((role, mention))
            told.extend((role, owner) for owner in owners)
        return told

    def _sentence_end(self) -> int:
        end = self.sentence.end
        while end > self.sentence.start + 1 and self.text[end - 1] in "\n ":
            end -= 1
        return end

    def _label(self, frame: Frame, trigger: _Trigger, clause: _Clause) -> str | None:
        if frame.label is not None:
            return frame.label
        if len(frame.after) > 0:
            phrase = self._word_after(frame, trigger, clause) or ""
            phrase = self.x._label_lead.sub("", phrase)
            phrase = self.x._label_cut.split(phrase.rstrip("》”"))[-1]
            return phrase[-20:] or trigger.word
        return trigger.word

    def _status_of(self, frame: Frame, trigger: _Trigger, clause: _Clause) -> Status:
        start = max([clause.start, *(g.end for g in clause.groups if g is clause.subject and g.end <= trigger.start)])
        triggers = [
            t for t in clause.triggers if t.end <= trigger.start and t.word not in trigger.word and not t.nominal
        ]
        start = max([start, *(t.end for t in triggers)])
        before = self.text[start : trigger.start]
        for mention in self.mentions:
            a, b = max(mention.span.start, start) - start, min(mention.span.end, trigger.start) - start
            if a < b:
                before = before[:a] + "□" * (b - a) + before[b:]
        for status, pattern in self.x._status:
            for match in pattern.finditer(before):
                # 将 right before a name only brings the object forward: 将星衡半导体收购, 将其持有的股份质押
                behind = before[match.end() :]
                if not (match.group() in self.x._ba and behind.startswith(("□", *self.x._held_words))):
                    return cast(Status, status)
        for status, words in self.x._stages.items():
            if trigger.word in words or any(w in trigger.word for w in words):
                return cast(Status, status)
        return cast(Status, frame.status)

    def _nearest(self, trigger: _Trigger) -> Mention | None:
        before = [m for m in self.mentions if m.span.end <= trigger.start]
        return before[-1] if len(before) > 0 else None

    def _date(self, trigger: _Trigger, clause: _Clause) -> Date | None:
        """The date nearest before the trigger in the sentence, else the first behind it in the clause."""
        if len(self.dates) == 0:
            return None
        dates = [d for d in self.dates if not self.text.startswith(self.x._dates_of_names, d[1])] or self.dates
        if len(dates) > 0:
            # 于2016年2月达成的协议: the day of what 的 only points at
            aside = [(d, self.x._dated_clause.match(self.text, d[1], clause.end)) for d in dates]
            dates = [d for d, told in aside if told is None or told.end() > trigger.start]
        known = [d for d in dates if d[1] <= trigger.start]
        within = [d for d in dates if trigger.end <= d[0] < clause.end]
        pointed = [d for d in known if d[2].start is not None]
        if len(pointed) > 0:
            n = len(pointed) - 1
            while n > 0 and self.text[pointed[n - 1][1] : pointed[n][0]] in self.x._date_joints:
                n -= 1  # 6月16日、6月17日: from the first on
            return pointed[n][2]
        pointed = [d for d in within if d[2].start is not None]
        if len(pointed) > 0:
            return pointed[0][2]
        return known[-1][2] if len(known) > 0 else None

    def _carried_day(self, kind: str, clause: _Clause) -> tuple[Date, Span] | None:
        """The day told before, where the sentence goes on about the same occasion (签约仪式上, 同时, 根据协议)."""
        if kind in _LASTING:
            return None
        if any(d[2].start is not None for d in self.dates):
            return None
        words = self.text[self.sentence.start : clause.end]
        occasion = any(w in words for w in self.x._occasion)
        # 近年来引进了…, 此前已与…签约: another time than that of the article, whatever it is.
        others = self.x._other_times if kind != "Visit" else self.x._other_visits
        apart = not occasion and (len(self.dates) > 0 or any(w in words for w in others))
        # 该基金是由甲、乙发起设立的…: what a thing is, which it was before
        apart = apart or self.x._defines.search(self.text, self.sentence.start, self.sentence.end) is not None
        paragraph = self._paragraph()
        day = self.state.day
        # What is told in the paragraph of an exact day happened on that day.
        if day is not None and paragraph == self.state.paragraph and len(day[0].start or "") == 10 and not apart:
            return day
        if self.state.lead is None:
            return None
        if occasion:
            return self.state.lead
        # Below only while no other day has been told since, and not far.
        still = day is not None and day[0].value == self.state.lead[0].value
        if still and not apart and paragraph - self.state.paragraph <= _CARRIED:
            return self.state.lead
        return None

    def _amount(self, trigger: _Trigger, clause: _Clause) -> Amount | None:
        """The sum in the clause, nearest behind the trigger first, else the only one of the sentence."""
        inside = [(i, a) for i, a in enumerate(self.amounts) if clause.start <= a[0] < clause.end]
        behind = [(i, a) for i, a in inside if a[0] >= trigger.end]
        before = [(i, a) for i, a in inside if a[1] <= trigger.start]
        if len(before) > 0 and self._paid_with(clause, before[-1][1][0]):
            index, best = before[-1]  # 以现金4500万元认购新增注册资本173万元
        elif len(behind) > 0:
            index, best = behind[0]
        elif len(before) > 0:
            index, best = before[-1]
        elif (paid := self._paid_before(clause)) is not None:
            index, best = paid  # 拟以现金3.57亿元,收购…
        else:
            behind = self._amounts_behind(clause)
            if len(behind) > 0:
                index, best = behind[0]
            elif len(self.amounts) == 1 and 0 not in self.used_amounts and self._only_statement(trigger):
                index, best = 0, self.amounts[0]
            else:
                return None
        self.used_amounts.add(index)
        return best[2]

    def _paid_before(self, clause: _Clause) -> tuple[int, tuple[int, int, Amount]] | None:
        """The sum that 以 leads at the end of the clause right before."""
        for i, (a, b, amount) in enumerate(self.amounts):
            if b + 1 == clause.start and i not in self.used_amounts:
                before = next(c for c in self.clauses if c.end == clause.start)
                return (i, (a, b, amount)) if self._paid_with(before, a) else None
        return None

    def _paid_with(self, clause: _Clause, at: int) -> bool:
        """True where 以 leads the sum that begins at `at`."""
        start = max([clause.start, at - 14, *(m.span.end for m in self.mentions if m.span.end <= at)])
        return any(w in self.text[start:at] for w in self.x._paying)

    def _only_statement(self, trigger: _Trigger) -> bool:
        """True where no other verb of the sentence could have the sum for itself."""
        return not any(
            any(f.amount for f in t.frames) for c in self.clauses for t in c.triggers if t.start != trigger.start
        )

    def _amounts_behind(self, clause: _Clause) -> list[tuple[int, tuple[int, int, Amount]]]:
        """Sums in the clauses behind that name nobody and so go on about this one: …迁往广阳,总投资2.1亿元."""
        end = clause.end
        for later in self.clauses:
            if later.start < clause.end:
                continue
            named = [g for g in later.groups if not (g.modifier and g.members[-1].rule == "refers")]
            if len(named) > 0 or self.text[later.start - 1] in "；;":
                break
            end = later.end
        return [(i, a) for i, a in enumerate(self.amounts) if clause.end <= a[0] < end and i not in self.used_amounts]

    # ------------------------------------------------------------ posts and figures

    def _of_a_place(self, clauses: list[_Clause]) -> Iterator[Fact]:
        """绥安开发区的台玻技改项目、世艺工贸项目: projects that are said to be those of a place lie there."""
        for clause in clauses:
            for first, second in pairwise(clause.groups):
                if not first.modifier or first.titled or self.text[first.end : second.start] not in self.x._of:
                    continue
                place = first.members[-1]
                if self._entity(place).type not in ("Place", "Park") or place.rule == "refers":
                    continue
                for project in second.members:
                    if self._entity(project).type == "Project" and project.rule != "refers":
                        day = self._carried_day("Construction", clause)
                        yield Fact(
                            id="",
                            type="Construction",
                            roles=(("project", self._id(project)), ("location", self._id(place))),
                            date=self._date(_Trigger(place.span.start, project.span.end, "", ()), clause)
                            or (day[0] if day is not None else None),
                            evidence=(Span(self.document.id, self.sentence.start, self._sentence_end()),),
                            confidence=0.7,
                            rule="of-place",
                            trigger=project.span,
                        )

    def _begun_at_home(self, clauses: list[_Clause]) -> Iterator[Fact]:
        """产业项目涵盖澜海研发基地项目、启岳测试基地项目: the projects of a list, where the text tells that some are
        signed or begun, lie where it was said just before, or where the text is about.
        """
        if sum(m.type == "Project" for m in self.mentions) < 2:
            return
        listed = [
            g
            for c in clauses
            for g in c.groups
            if all(self._entity(m).type == "Project" and m.rule != "refers" for m in g.members)
        ]
        members = [m for g in listed for m in g.members]
        if len(members) < 2 or any(g.lead in ("with", "from", "to", "by") for g in listed):
            return
        since = max(0, bisect_left(self.recognition.sentences, self.sentence.start, key=lambda s: s.start) - 2)
        start = self.recognition.sentences[since].start
        told = self.x._occurs.findall(self.text, start, self.sentence.end)
        if len(told) == 0 or self.x._offered.search(self.text, self.sentence.start, self.sentence.end) is not None:
            return
        grounds = [g for c in clauses for g in c.groups if self._is_ground(g)]
        if any(g.members[-1].rule != "refers" for g in grounds):
            return  # where they lie is told here, or may be
        before = self.state.ground
        if before is not None and before.start >= start:
            home = before.members[0]  # the one that holds the ceremony
        else:
            homes = self._home_group()
            if len(homes) == 0 or len(self._entity(homes[0].members[0]).mentions) < 2 or self._is_wide(homes[0]):
                return
            home = homes[0].members[0]
        status = "signed" if set(told) <= self.x._signed else "started"
        for project in members:
            if self._named_elsewhere(project, home):
                continue
            day = self._carried_day("Construction", clauses[0])
            yield Fact(
                id="",
                type="Construction",
                roles=(("project", self._id(project)), ("location", self._id(home))),
                date=day[0] if day is not None else None,
                evidence=(Span(self.document.id, self.sentence.start, self._sentence_end()),),
                status=cast(Status, status),
                confidence=0.6,
                rule="begun-at-home",
                trigger=project.span,
            )

    def _named_elsewhere(self, project: Mention, home: Mention) -> bool:
        """True for a project that is called after another place than the one it would lie at."""
        own = self.linked.entity(self._id(home))
        for other in self.linked.entities:
            if other.type != "Place" or other.id == own.id or len(other.mentions) == 0:
                continue
            if any(
                len(w) > 1 and w in project.name and not any(w in n for n in (own.name, *own.aliases))
                for w in (other.name, *other.aliases)
            ):
                codes = own.code, other.code
                if None in codes or own.parent is None:
                    return True
                inner, outer = sorted((c.rstrip("0") for c in codes if c is not None), key=len)
                if not outer.startswith(inner):
                    return True
        return False

    def _offices(self, posts: Sequence[Post]) -> Iterator[Fact]:
        """区长周启明 with the body before the title; without one, the company, school or place spoken of."""
        ends = [m.span.end for m in self.mentions] if len(posts) > 0 else []
        previous: tuple[int, int, str] | None = (
            None  # where the post before begins and its person ends, and whose it was
        )
        for told in posts:
            if told.title in self.x._no_posts:
                continue  # 江海大学博士裴照野 has a degree of it, not a post there
            # 党工委 can be read as the end of a body or the beginning of a title: the body has it.
            start = max(
                [told.start, *(m.span.end for m in self._near(told.start) if told.start < m.span.end < told.end)]
            )
            if told.person.span.end == told.start:
                start = told.person.span.start  # 江海大学+裴照野+校长: the body stands before the name
            post = Post(told.person, self.text[told.start if start < told.start else start : told.end], start, told.end)
            last = bisect_right(ends, post.start)
            body = next(
                (m for m in reversed(self.mentions[max(0, last - 2) : last]) if self._joins(m, post.start)), None
            )
            confidence = 0.9
            holder = self.linked.of[post.person.span.start, post.person.span.end]
            if body is not None:
                owner: str | None = self._of_place(self._id(body), post.title)
                yield from self._posts_before(holder, body)
                if self._entity(body).type == "Place" and post.title.endswith(self.x._never_of_places):
                    owner = None  # 日产中国总裁, 香港副总裁: the body behind the place was not recognized
            elif (school := self._own_body(post.start)) is not None:
                owner, confidence = school, 0.8
            elif (
                re.match(r"[\u4e00-\u9fff]", self.text[post.start - 1 : post.start]) is not None
                and self._tag_before(post.start)[0] in "nj"
            ):
                owner = None  # 省政协副主席: a body stands there that was not recognized
            else:
                owner, confidence = self._employer(post.title, post.start), 0.65
                if (
                    previous is not None
                    and post.title.endswith(self.x._place_titles)
                    and self.text[previous[1] : post.start] in self.x._post_gaps
                ):
                    # 清江县委书记甲、县长乙: of the same county
                    own = previous[2]
                    if not self._is_division(own):
                        own = self.linked.entity(own).parent or own
                    if self.linked.entity(own).name.endswith(post.title[-2]):
                        owner, confidence = own, 0.8
                if (
                    owner is None
                    and previous is not None
                    and (previous[0] == told.start or self.text[previous[1] : post.start] in self.x._post_gaps)
                ):
                    owner = previous[2]  # 人大常委会主任王国安,副主任于辉、栗明: one body for all
            if (
                owner is None
                or owner == holder
                or self.linked.entity(owner).type == "Person"
                or not self.x.ontology.fills(self.linked.entity(owner).type, "organization")
            ):
                previous = None
                continue
            previous = (told.start, post.person.span.end, owner)
            if not post.title.startswith(self.x._former):
                self.state.employers[holder] = self._signing_body(owner)
            yield self._office(holder, owner, post.title, post.start, post.end, confidence)
        yield from self._appointed()

    def _own_body(self, at: int) -> str | None:
        """校党委书记, 院党委副书记: of the one school or hospital that the document speaks of."""
        mark = self.x._schools.get(self.text[at - 1 : at])
        if mark is None or re.match(r"[\u4e00-\u9fff]", self.text[at - 2 : at - 1]) is not None:
            return None
        kinds = frozenset(mark.split("/"))
        known = [e.id for e in self.linked.entities if e.type in kinds and len(e.mentions) > 0]
        return known[0] if len(known) == 1 else None

    def _tag_before(self, at: int) -> str:
        """Part of speech of the token that ends at an offset."""
        for k in range(at - 1, max(self.sentence.start, at - 8) - 1, -1):
            tag = self.recognition.tags.get(k)
            if tag is not None:
                return tag
        return "n"

    def _near(self, at: int) -> list[Mention]:
        """The mentions of the sentence that hold an offset: at most one, since they do not overlap."""
        i = bisect_right(self.mentions, at, key=lambda m: m.span.start)
        return self.mentions[i - 1 : i] if i > 0 else []

    def _signing_body(self, body: str) -> str:
        """What somebody signs for whose post is with a body: the division or zone of a party organ, else the body."""
        parent = self.linked.entity(body).parent
        organ = self.linked.entity(body).name.endswith(self.x._party_organs)
        return parent if organ and parent is not None else body

    def _of_place(self, body: str, title: str) -> str:
        """共青城市委副书记、市长: the mayor is the city's, whatever organ stands before."""
        place = self.linked.entity(body).parent
        if (
            place is not None
            and title.endswith(self.x._place_titles)
            and self.x.ontology.top(self.linked.entity(body).type) == "Government"
        ):
            return place
        return body

    def _posts_before(self, holder: str, body: Mention) -> Iterator[Fact]:
        """九江市委常委、共青城市委书记邹长河: the posts written before the one at the name."""
        at = body.span.start
        while self.text[at - 1 : at] in self.x._title_joints:
            before = bisect_left(self.mentions, at, key=lambda m: m.span.start)
            found = self.mentions[before - 1] if before > 0 else None
            title = self.x.recognizer.title_at(self.text, found.span.end) if found is not None else None
            if found is None or title is None or title[1] != at - 1 or found.type == "Person":
                return
            yield self._office(
                holder,
                self._of_place(self._id(found), self.text[found.span.end : at - 1]),
                self.text[found.span.end : at - 1],
                found.span.end,
                at - 1,
                0.85,
            )
            at = found.span.start

    def _employer(self, title: str, start: int) -> str | None:
        """Whose title it is where no body stands before it: the last company, school or association spoken of; a
        district's for 区长.
        """
        if self.unknown:
            return None
        if title.endswith(self.x._place_titles):
            level = title[-2]
            return next((p for p in self.linked.main_places if self.linked.entity(p).name.endswith(level)), None)
        kinds = next((k for word, k in self.x._title_kinds if title.endswith(word)), None)
        if kinds is None:
            return None
        here = [self._id(m) for m in self.mentions if m.span.end <= start and m.rule != "refers"]
        topic = [] if self.state.topic is None else [self._id(m) for m in self.state.topic.members]
        for entity in [*reversed(here), *topic, *reversed(self.state.recent)]:
            if any(a in kinds for a in self.x.ontology.ancestors(self.linked.entity(entity).type)):
                return entity
        return None

    def _office(self, person: str, body: str, title: str, start: int, end: int, confidence: float) -> Fact:
        return Fact(
            id="",
            type="Office",
            roles=(("person", person), ("organization", body)),
            evidence=(Span(self.document.id, self.sentence.start, self._sentence_end()),),
            label=title,
            status="ended" if title.startswith(self.x._former) else "done",
            confidence=confidence,
            rule="title",
            trigger=Span(self.document.id, start, end),
        )

    def _appointed(self) -> Iterator[Fact]:
        """任命裴松岭为铁东区副区长, 普建辉当选理事长; 曾任东岭市市长,临湖市委书记: people put into posts by a verb."""
        people = [m for m in self.mentions if self._entity(m).type == "Person"]
        begun: set[int] = set()
        for number, person in enumerate(people):
            tail = self.text[person.span.end : min(person.span.end + 60, self.sentence.end)]
            skipped = self.x._reason.match(tail)
            skip = skipped.end() if skipped is not None else 0
            match = self.x._appoint.match(tail, skip)
            holders = [person]  # 任命裴松岭、栗明川为副局长: all of the list
            while holders[0] is not people[0]:
                earlier = people[number - len(holders)]
                gap = _bare(self.text[earlier.span.end : holders[0].span.start])
                if gap not in self.x._list_joints:
                    break
                holders.insert(0, earlier)
            removed = self.text.endswith(self.x._removes, self.sentence.start, holders[0].span.start)
            if match is None and (not removed or self.text[person.span.end : person.span.end + 1] in ("、", "")):
                continue
            verb = match.group() if match is not None else ""  # 免去周启明盐都区区长职务
            left = removed or verb in self.x._leaves
            at = person.span.end + (match.end() if match is not None else skip)
            begun.add(at)
            decided = removed or verb in self.x._decided or (verb in self.x._decided_near and self._just_told())
            for holder in holders:
                yield from self._posts_from(
                    self._id(holder), at, (person.span.start, person.span.end), left=left, decided=decided
                )
        yield from self._careers(people, begun)

    def _just_told(self) -> bool:
        """True while the day that the text began with is the last one told, in this paragraph or the one above."""
        lead, day = self.state.lead, self.state.day
        if lead is None or day is None or lead[0].value != day[0].value:
            return False
        return self._paragraph() - self.state.paragraph <= 1

    def _careers(self, people: list[Mention], begun: set[int]) -> Iterator[Fact]:
        """曾任…, 2011年12月后任… of the only person spoken of; 担任盐都区区长的周启明."""
        if len(people) == 0 and self.state.person is None:
            return
        for clause in self.clauses:
            start = clause.start
            while start < clause.end and self.text[start] in " \u3000\n":
                start += 1
            match = self.x._career.match(self.text, start, clause.end)
            if match is None or match.end() in begun:
                continue
            begun.add(match.end())
            here = {self._id(p) for p in people if p.span.end <= start}
            posts = list(self._chain(match.end()))
            if len(posts) == 0:
                continue
            whose = self.x._whose_post.match(self.text, posts[-1][2], self.sentence.end)
            behind = self._near(whose.end()) if whose is not None else []
            if len(behind) > 0 and whose is not None and behind[0].span.start == whose.end():
                holder: str | None = self._id(behind[0])
            else:
                holder = next(iter(here)) if len(here) == 1 else self.state.person if len(here) == 0 else None
            if holder is None or self.linked.entity(holder).type != "Person":
                continue
            left = match.group().endswith(tuple(self.x._leaves))
            planned = any(w in match.group() for w in self.x._planned)
            for office in self._posts_from(holder, match.end(), (start, start), left=left):
                yield replace(office, status="planned") if planned else office

    def _posts_from(
        self, holder: str, at: int, subject: tuple[int, int], *, left: bool = False, decided: bool = False
    ) -> Iterator[Fact]:
        """One fact for each post of a chain that begins behind a verb."""
        since = self.sentence.start
        for number, (owner, start, end, confidence) in enumerate(self._chain(at)):
            if owner is None and number == 0 and self.text.startswith(self.x._deputy, start):
                owner = self.state.body  # 马翠兰为副主任, in the line below the one of the head
            if owner is None and self.state.topic is not None and number == 0:
                owner = self._id(self.state.topic.members[-1])
            if (
                owner is None
                or owner == holder
                or not self.x.ontology.fills(self.linked.entity(owner).type, "organization")
            ):
                continue
            self.state.body = owner
            office = self._office(holder, owner, self.text[start:end], start, end, confidence)
            if left:
                office = replace(office, status="ended")
            elif self.text.startswith(self.x._proposed, end):
                office = replace(office, status="planned")
            if number > 0:
                told = [d[2] for d in self.dates if since <= d[0] and d[1] <= start and d[2].start is not None]
                yield replace(office, date=told[-1]) if len(told) > 0 else office
                since = end
                continue
            since = end
            date = self._date(_Trigger(subject[0], subject[1], "", ()), _Clause(self.sentence.start, start))
            near = [d[2] for d in self.dates if subject[1] <= d[0] and d[1] <= start and d[2].start is not None]
            if len(near) > 0:
                date = near[-1]  # 于2001年7月调任
            if (date is None or date.start is None) and self.state.lead is not None and decided:
                yield replace(office, date=self.state.lead[0], evidence=(*office.evidence, self.state.lead[1]))
            else:
                yield replace(office, date=date)

    def _chain(self, at: int) -> Iterator[tuple[str | None, int, int, float]]:
        """铁东区副区长, 铁西区委书记、政协主席: whose post, offsets of the title, and how sure."""
        owner: str | None = None
        first = True
        while at < self.sentence.end:
            body = next((m for m in self._near(at) if m.span.start == at and self._entity(m).type != "Person"), None)
            word = next((w for w in self.x._announcing_self if self.text.startswith(w, at)), "")
            title = self.x.recognizer.title_at(self.text, body.span.end if body is not None else at + len(word))
            if title is None or title[1] > self.sentence.end:
                return
            named = next((m for m in self._near(title[1]) if m.span.start == title[1]), None)
            if named is not None and self._entity(named).type == "Person":
                return  # 任命裴松岭为铁东区副区长,区长周启明出席: the post of the next one
            words = self.text[title[0] : title[1]]
            if body is not None:
                local = body.rule == "local" and not first
                owner = None if local else self._of_place(self._id(body), words)
                yield owner, title[0], title[1], 0.8
            elif word != "" and word in self.named:
                owner = self.named[word]  # 公司第七届董事会董事长, in the announcement of a company
                yield owner, title[0], title[1], 0.75
            elif first:
                owner = self._beside(at) or self._employer(words, at)
                yield owner, title[0], title[1], 0.6
            else:
                yield self._employer(words, at) or owner, title[0], title[1], 0.6
            first = False
            joint = self.x._next_post.match(self.text, title[1], self.sentence.end)
            if joint is None:
                return
            at = joint.end()

    def _beside(self, at: int) -> str | None:
        """启岳集团,周启明任总裁: the body that the person who gets the post stands right behind."""
        i = bisect_left(self.mentions, at, key=lambda m: m.span.start)
        if i < 2:
            return None
        body, person = self.mentions[i - 2], self.mentions[i - 1]
        beside = self.text[body.span.end : person.span.start] in ("", "，")
        return self._id(body) if beside and self._entity(body).type != "Person" else None

    def _joins(self, mention: Mention, start: int) -> bool:
        gap = _bare(self.text[mention.span.end : start])
        if gap in self.x._body_gaps:
            return True
        # 厦门银祥集团肉品产业总裁: a department between body and title
        tags = [self.recognition.tags.get(k) for k in range(mention.span.end, start)]
        return len(gap) <= 6 and tags[:1] != [None] and all(t is None or t in ("n", "nz", "vn", "b", "j") for t in tags)

    def _is_ground(self, group: _Group) -> bool:
        return self.x.ontology.top(self._entity(group.members[-1]).type) in ("Place", "Park")

    def _home_group(self) -> list[_Group]:
        """The park or division that the document speaks of most; a country or province only where there is no other."""
        if self.state.home is None:
            grounds = [
                (e.code is None or not e.code.endswith("0000"), len(e.mentions), -e.mentions[0].span.start, e)
                for e in self.linked.entities
                if len(e.mentions) > 0
                and self.x.ontology.top(e.type) in ("Place", "Park")
                and (e.code is not None or e.type != "Place")
            ]
            self.state.home = max(grounds, key=lambda g: g[:3])[3].mentions[:1] if len(grounds) > 0 else ()
        return [_Group([m], [], m.span.start, m.span.end) for m in self.state.home]

    _raised: tuple[Mention, _Clause, tuple[int, int, Amount]] | None = None  # who completed a round, and its sum

    def _indicators(self, clauses: list[_Clause]) -> Iterator[Fact]:
        """产值超过百亿元, 总投资5亿元的启岳储能项目: a figure with its measure, said of the clause's subject or of
        what stands right behind it.
        """
        if self._raised is not None:
            who, where, (a, b, amount) = self._raised
            yield self._figure([who], self.x._financing, (a, b), (a, b), where, amount, 0.8)
        for index, (a, b, amount) in enumerate(self.amounts):
            if index in self.used_amounts:
                continue
            clause = next((c for c in clauses if c.start <= a < c.end), None)
            if clause is None or self.x._of_a_class.match(self.text, b) is not None:
                continue
            behind = self._measured_behind(b, clause)
            measure = None
            dated = max((d[1] for d in self.dates if clause.start <= d[0] and d[1] <= a), default=clause.start)
            for match in self.x._indicator.finditer(self.text, dated, a):
                measure = match
            if measure is not None and a - measure.end() <= 10:
                label, spot = measure.group(), measure.span()
            elif behind is not None and self._entity(behind.members[0]).type == "Fund":
                label, spot = self.x._size, (a, b)  # 10亿元容澜基金
            elif (told := self.x._figure_of.match(self.text, b, clause.end)) is not None:
                label, spot = told.group("what"), (a, b)  # 与德清达成23亿美元的投资项目
            else:
                continue
            subjects, factor = self._measured(behind, spot[0], (a, b), clause, clauses)
            if len(subjects) == 0:
                continue
            yield self._figure(subjects, label, spot, (a, b), clause, amount, factor)

    def _figure(
        self,
        subjects: Sequence[Mention],
        label: str,
        spot: tuple[int, int],
        figure: tuple[int, int],
        clause: _Clause,
        amount: Amount,
        factor: float,
    ) -> Fact:
        return Fact(
            id="",
            type="Indicator",
            roles=tuple(("subject", e) for e in dict.fromkeys(self._id(m) for m in subjects)),
            evidence=(Span(self.document.id, self.sentence.start, self._sentence_end()),),
            label=label,
            date=self._date(_Trigger(*figure, "", ()), clause) or self._day_of_total(*figure, clause),
            amount=amount,
            confidence=factor,
            rule="indicator",
            trigger=Span(self.document.id, *spot),
            qualifiers=(("indicator", label),),
        )

    def _day_of_total(self, a: int, b: int, clause: _Clause) -> Date | None:
        """The day told before, for what 39个项目集中签约,总投资275亿元 sums up."""
        unnamed = self.x._unnamed.search(self.text, self.sentence.start, a) or self.x._unnamed_behind.match(
            self.text, b
        )
        if unnamed is None or self.x._occurs.search(self.text, self.sentence.start, self.sentence.end) is None:
            return None
        day = self._carried_day("Total", clause)
        return day[0] if day is not None else None

    def _measured_behind(self, at: int, clause: _Clause) -> _Group | None:
        """What a sum stands before: 总投资5亿元的启岳储能项目, 10亿元容澜基金."""
        link = self.x._measured_link.match(self.text, at, clause.end)
        group = next((g for g in clause.groups if link is not None and g.start == link.end()), None)
        if group is None or link is None:
            return None
        kind = self.x.ontology.top(self._entity(group.members[0]).type)
        of = ("Project", "Fund", "Park", "Company", "Place")
        return group if kind in (of if link.group("of") else ("Fund",)) else None

    def _measured(
        self, behind: _Group | None, measure: int, figure: tuple[int, int], clause: _Clause, clauses: list[_Clause]
    ) -> tuple[list[Mention], float]:
        """Whom or what a figure is said of, and how sure that is."""
        before = [
            g
            for g in clause.groups
            if g.end <= measure and g.lead in ("", "at") and self._entity(g.members[-1]).type != "Person"
        ]
        if behind is not None:
            payers = [g for g in clause.groups if g.end <= measure and g.lead == "by" and not self._is_ground(g)]
            if len(payers) > 0 and self._is_ground(behind):
                return payers[-1].members, 0.8  # 由启岳集团投资1.3亿元的德清储能材料项目, whose name is not known
            return behind.members, 0.85
        since = before[-1].end if len(before) > 0 else self.sentence.start
        if (
            self.x._unnamed.search(self.text, since, figure[0]) is not None
            or self.x._unnamed_behind.match(self.text, figure[1]) is not None
        ):
            # 61个项目总投资…: said of the place that has them, not of a company named before
            grounds = self._grounds_of(before, clause, clauses)
            return (grounds[-1].members[-1:], 0.8) if len(grounds) > 0 else ([], 0.0)
        if len(before) > 0:
            free = [g for g in before if g.lead == "" and not g.modifier]
            return (free or before)[-1].members[-1:], 0.8  # 成都在深圳签约117亿元: of who is not only somewhere
        if self._payer_unknown(clause):
            made = next((c for c in clauses if c.start == clause.end), None)
            built = [g for g in made.groups if not g.modifier] if made is not None else []
            projects = [g for g in built if self._entity(g.members[-1]).type == "Project"]
            return ((projects or built)[-1].members, 0.7) if len(built) > 0 else ([], 0.0)
        told = [c for c in clauses if c.end <= clause.start]
        cut = next((n for n in range(len(told), 0, -1) if self.text[told[n - 1].end - 1] in "；;"), 0)
        here = [g for c in told[cut:] for g in c.groups]
        earlier = [c.subject for c in (told[cut:] if len(here) > 0 else told) if c.subject is not None]
        earlier = [g for g in earlier if self._entity(g.members[-1]).type != "Person"]
        if len(earlier) == 0 and cut > 0 and len(here) > 0:
            earlier = [g for g in here if self._entity(g.members[-1]).type != "Person"]  # 甲落户;乙的项目总投资…
        subject = earlier[-1] if len(earlier) > 0 else self.state.topic
        if subject is None or self._entity(subject.members[-1]).type == "Person":
            whole = self.text[measure : figure[0]].startswith(self.x._totals)
            home = self._home_group() if whole else []  # what is invested, by whom is not known, is invested there
            return (home[-1].members[-1:], 0.6) if len(home) > 0 else ([], 0.0)
        return subject.members[-1:], 0.65

    def _grounds_of(self, before: list[_Group], clause: _Clause, clauses: list[_Clause]) -> list[_Group]:
        """The ground whose projects are summed up: one named in the clause or before it, but not where a ceremony
        was only held; the one that gives the occasion its name; the one that the document speaks of most.
        """
        told = [g for c in clauses if c.end <= clause.start for g in c.groups if g.lead in ("", "at")]
        grounds = [g for g in [*told, *before] if self._is_ground(g)]
        own = [g for g in grounds if not self._is_wide(g) and not self._is_venue(g)]
        if len(own) > 0:
            return [g for g in own if g.lead == ""] or own
        named = [m for m in self.mentions if m.span.end <= clause.end and m.type in ("Event", "Project")]
        for mention in named:
            for entity in self.linked.entities:
                if entity.code is not None and len(entity.mentions) > 0:
                    words = (entity.name, *entity.aliases)
                    if any(self.text.startswith(w, mention.span.start) for w in words):
                        m = entity.mentions[0]
                        return [_Group([m], [], m.span.start, m.span.end)]
        return self._home_group() or grounds

    def _payer_unknown(self, clause: _Clause) -> bool:
        """精工拟投资3亿元, where 精工 is no name that was recognized: who pays is not the one spoken of before."""
        if len(clause.groups) > 0:
            return False
        return self.x._payer.match(self.text, clause.start, clause.end) is not None

    def _is_venue(self, group: _Group) -> bool:
        """活动在德清县举行: where something was held."""
        return group.lead == "at" and self.x._venue.match(self.text, group.end) is not None

    def _is_wide(self, group: _Group) -> bool:
        """A country or a part of the world."""
        return self._entity(group.members[-1]).name in self.x._wide or group.members[-1].name in self.x._wide


# ---------------------------------------------------------------- pieces


def _pairs(group: _Group, list_joints: frozenset[str]) -> list[tuple[Mention, Mention]] | None:
    """A与B、C与D、E与F → three pairs; None where the list is not made of pairs."""
    if len(group.members) < 4 or len(group.members) % 2 == 1:
        return None
    found = []
    for k in range(0, len(group.members), 2):
        if group.joints[k] in list_joints or (k > 0 and group.joints[k - 1] not in list_joints):
            return None
        found.append((group.members[k], group.members[k + 1]))
    one, *others = (m.type for m in group.members)
    if len(found) == 2 and group.joints[0] != group.joints[2] and others.count(others[0]) == 3 and one != others[0]:
        return None  # 甲区与A公司、B公司和C公司: whoever signs with 甲, the last of them behind 和
    return found


def _ends_a_name(mention: Mention, ends: Set[int], tags: Mapping[int, str]) -> bool:
    """摩根大通: what a place is called in short, right behind a brand that was not recognized."""
    start = mention.span.start
    if start in ends:
        return False
    before = next((k for k in range(start - 1, start - 5, -1) if k in tags), None)
    return before is not None and tags[before] == "nz"


def _outermost(mentions: Iterable[Mention], linked: Linked) -> list[Mention]:
    """Mentions of entities that no longer one contains; they come and go in reading order."""
    kept: list[Mention] = []
    end = 0
    for mention in mentions:
        span = mention.span
        if span.start >= end and (span.start, span.end) in linked.of:
            kept.append(mention)
            end = span.end
    return kept


def _by_sentence(things: Sequence[T], spans: Sequence[tuple[int, int]], sentences: Sequence[Sentence]) -> list[list[T]]:
    """What lies inside of each sentence, found by bisection: the spans are in reading order."""
    if len(things) == 0:
        return [[] for _ in sentences]
    starts = [start for start, _ in spans]
    dealt = []
    for sentence in sentences:
        low = bisect_left(starts, sentence.start)
        high = bisect_left(starts, sentence.end, low)
        dealt.append([things[i] for i in range(low, high) if spans[i][1] <= sentence.end])
    return dealt


def _share_dates(facts: list[Fact]) -> list[Fact]:
    """A thing is founded or built once: what tells when (X揭牌) dates what tells by whom (X由甲、乙发起), and is
    dropped for it.
    """
    done: list[Fact] = []
    for role, kind in (("founded", "Establishment"), ("project", "Construction")):
        alone = {f.entities(role): f for f in facts if f.type == kind and len(f.roles) == 1}
        fuller = {f.entities(role) for f in facts if f.type == kind and len(f.roles) > 1}
        for i, fact in enumerate(facts):
            other = alone.get(fact.entities(role)) if fact.type == kind and len(fact.roles) > 1 else None
            if other is not None:
                dated = fact.date is not None and fact.date.start is not None
                facts[i] = replace(
                    fact,
                    date=fact.date if dated else other.date or fact.date,
                    amount=fact.amount or other.amount,
                    evidence=fact.evidence + tuple(e for e in other.evidence if e not in fact.evidence),
                )
        done.extend(f for k, f in alone.items() if k in fuller)
    return [f for f in facts if f not in done] if len(done) > 0 else facts


#: A day in figures, and what stands behind the day of publication: a time of day or the end of the line.
_IN_FIGURES = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[\sT]+\d{1,2}:\d{2}(?::\d{2})?)?")
_LINE_ENDS = re.compile(r"[\sT]*(?:\d{1,2}:\d{2}(?::\d{2})?)?[ \u3000]*(?:\n|$)")


def _printed_above(document: Document, found: tuple[int, int, Date]) -> bool:
    """True for the day of publication printed at the end of a headline: …的公告2024-05-22. Nothing happened then."""
    start, end, date = found
    own = document.date
    return (
        own is not None
        and date.value == own.value
        and _IN_FIGURES.fullmatch(date.text) is not None
        and _LINE_ENDS.match(document.folded, end) is not None
        and start > 0
    )


def _bare(text: str) -> str:
    """A text without its brackets; most have none."""
    return _BRACKET.sub("", text) if "(" in text or "（" in text else text


def _sides(group: _Group, at: int) -> tuple[_Group, _Group]:
    """A group as the two that it is made of, the second from member `at` on."""
    one, other = group.members[:at], group.members[at:]
    return (
        replace(group, members=one, joints=["、"] * (len(one) - 1)),
        replace(group, members=other, joints=["、"] * (len(other) - 1)),
    )


def _in_order(short: str, name: str) -> bool:
    """True where the characters of `short` stand in `name` in their order."""
    at = iter(name)
    return all(character in at for character in short)


def _told_by_verbs(drafts: Sequence[Fact]) -> list[Fact]:
    """Without deals that a paper stands for and a verb tells as well: 签署股份转让协议, 拟转让其持有的股份."""
    deals = [{e for _, e in f.roles} for f in drafts if f.type == "Acquisition" and f.rule not in _PAPERS]
    return [f for f in drafts if f.rule not in _PAPERS or not any({e for _, e in f.roles} <= d for d in deals)]


def _deals_whole(facts: list[Fact]) -> list[Fact]:
    """Without deals told in part where they are told in full: who sells what, beside who sells what to whom."""
    done = []
    deals = [f for f in facts if f.type == "Acquisition"]
    for fact in facts:
        fuller = None
        if fact.type == "Acquisition":
            fuller = next((f for f in deals if set(f.roles) > set(fact.roles) and _same_deal(f, fact)), None)
        if fuller is None:
            parts = [f for f in deals if fact.type == f.type and set(f.roles) < set(fact.roles) and _same_deal(f, fact)]
            amount = fact.amount or next((f.amount for f in parts if f.amount is not None), None)
            done.append(replace(fact, amount=amount) if amount is not fact.amount else fact)
    return done


def _same_deal(one: Fact, other: Fact) -> bool:
    """False where two facts of one kind have other days, sums or shares and so tell of two deals."""
    days = {d.value for d in (one.date, other.date) if d is not None and d.value is not None}
    sums = {a.value for a in (one.amount, other.amount) if a is not None}
    shares = {v for f in (one, other) for k, v in f.qualifiers if k == "share"}
    return max(len(days), len(sums), len(shares)) < 2


def _told_better(facts: list[Fact]) -> list[Fact]:
    """Without 持有 of what was bought, founded or is said to be owned: the stake is the outcome of that."""
    facts = _deals_whole(facts)
    if all([f.rule != "hold" for f in facts]):
        return facts
    told = {
        frozenset((a, b))
        for f in facts
        if f.type in ("Acquisition", "StakeSale", "Establishment", "CapitalIncrease", "Subscription", "PartOf")
        for _, a in f.roles
        for _, b in f.roles
        if a != b
    }
    return [f for f in facts if f.rule != "hold" or len(f.roles) != 2 or frozenset(e for _, e in f.roles) not in told]


def _posts_once(facts: Sequence[Fact]) -> Iterator[Fact]:
    """夏冰清当选联盟理事长: the verb and the title tell of one post; the title names it, the verb gives its date."""
    if all([f.rule != "appoint" for f in facts]):
        yield from facts
        return
    titled = {(f.roles, f.evidence[0]) for f in facts if f.type == "Office" and f.rule == "title"}
    verbs = {(f.roles, f.evidence[0]): f for f in facts if f.type == "Office" and f.rule == "appoint"}
    for fact in facts:
        key = (fact.roles, fact.evidence[0])
        if fact.type != "Office" or key not in titled or key not in verbs:
            yield fact
        elif fact.rule == "title":
            yield replace(
                fact, date=fact.date or verbs[key].date, confidence=max(fact.confidence, verbs[key].confidence)
            )


#: Facts of these classes that have different labels are different facts (区长 and 书记).
TOLD_APART_BY_LABEL = frozenset({"Office", "OtherRelation", "Indicator"})


def _merge(facts: Iterable[Fact]) -> list[Fact]:
    """The same statement twice is one fact with two evidences; a date or amount told once holds for both."""
    merged: dict[tuple[object, ...], Fact] = {}
    for fact in facts:
        told = fact.label if fact.type in TOLD_APART_BY_LABEL else None
        figure = str(fact.amount.value) if fact.amount is not None and fact.type == "Indicator" else None
        identity = (fact.type, tuple(sorted(fact.roles)), told, figure)
        other = merged.get(identity)
        if other is None:
            merged[identity] = fact
            continue
        if (
            other.date is not None
            and fact.date is not None
            and other.date.value != fact.date.value
            and None not in (other.date.value, fact.date.value)
        ):
            merged[(*identity, fact.date.value)] = fact
            continue
        merged[identity] = replace(
            other,
            date=other.date if other.date is not None and other.date.value is not None else fact.date or other.date,
            amount=other.amount or fact.amount,
            evidence=other.evidence + tuple(e for e in fact.evidence if e not in other.evidence),
            confidence=max(other.confidence, fact.confidence),
        )
    return list(merged.values())
