"""A learned reader for FewFC over what the rules see: is it worth shipping beside them?

    python benchmarks/fewfc_learned.py                    train on what is not held out, score fewfc-dev-5-0
    python benchmarks/fewfc_learned.py --keep FOLDER      keep the models there, with their hashes
    python benchmarks/fewfc_learned.py --gold             what it finds in the project's own gold, beside the rules

Three steps, all linear. A CRF for each type reads the words that were triggers of the type at least twice in training
and says how likely each is one; a second reads the characters of a sentence that may have a trigger and labels the
arguments; a ranker looks at all candidates of the sentence together, of every type, and says which hold. The ranker
learns from what CRFs say of sentences that they were not trained on (five folds). All see what kg recognizes
(mentions, dates, sums, percentages, parts of speech), so that they learn roles and not names. Nothing is random and
nothing is drawn. python-crfsuite (MIT) is needed here and nowhere else: pip install python-crfsuite==0.9.12.

The answer of `README.md` beside this file: no. The figures are there.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import re
import sys
import tempfile
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

try:
    import pycrfsuite
except ModuleNotFoundError:
    sys.exit("benchmarks/fewfc_learned.py needs python-crfsuite: pip install python-crfsuite==0.9.12")

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fewfc import DATA, TYPES, Annotated, Item, print_scores, read

from kg import corpus
from kg.corpus import read_text
from kg.evaluate import read_articles
from kg.extract import Extractor
from kg.gazetteer import Gazetteer
from kg.ontology import Ontology
from kg.recognize import Recognizer
from kg.values import find_amounts, find_dates, find_percentages

TRIGGER_SETTINGS = {"c1": 0.1, "c2": 1, "max_iterations": 100}
ARGUMENT_SETTINGS = {"c1": 0.1, "c2": 0.3, "max_iterations": 80, "feature.minfreq": 2}
RANKER_SETTINGS = {"c1": 0.3, "c2": 3, "max_iterations": 200}
FOLDS = 5
#: A trigger is taken where its probability is at least this, an argument where that of the ranker is.
SURE, HOLDS = 0.35, 0.3
#: Words whose trigger is less likely than this, and arguments that are, are no candidates.
LEAST = 0.05
NAMED = frozenset({"sub", "obj", "sub-org", "obj-org", "sub-per", "obj-per", "target-company"})

_STOPS = re.compile(r"[,，。;；:：!！?？、()（）]")
_CLAUSE = re.compile(r"[,，。;；!！?？]")
_FLAGS = (
    "股权", "股份", "股票", "质押", "减持", "增持", "收购", "回购", "中标", "担保", "签约", "合同", "协议", "增资",
    "投资", "出售", "转让", "购买", "受让", "公告", "计划", "竞价", "大宗", "控股股东", "诉讼", "判决", "完成",
    "拟", "解除",
)  # fmt: skip
_BETWEEN = (
    "的",
    "向",
    "对",
    "被",
    "由",
    "将",
    "与",
    "从",
    "给",
    "持有",
    "所持",
    "其",
    "以",
    "及",
    "、",
    "为",
    "是",
    "股东",
    "公司",
)


@dataclass(slots=True)
class Seen:
    """A sentence as kg sees it: a row of features for each character, and what they are made of."""

    text: str
    rows: list[list[str]]
    mentions: list[tuple[int, int, str]]
    clause: list[int]
    words: list[str]
    tags: list[str]
    flags: list[str]
    bag: list[str]
    values: list[tuple[int, int, str]] = field(default_factory=list)


class Eyes:
    """Turns sentences into features with the recognizer of kg."""

    def __init__(self) -> None:
        self.recognizer = Recognizer(Ontology.load(), Gazetteer.load())

    def see(self, sentence: Annotated) -> Seen:
        """The features of one sentence that do not depend on the type asked for."""
        document = read_text(sentence.text, date=None, id=sentence.id)
        text = document.folded
        found = self.recognizer.recognize(document, corpus.body(document))
        size = len(text)
        starts = sorted(k for k in found.tags if k < size) or [0]
        words, tags, inside = [""] * size, ["x"] * size, ["S"] * size
        for a, b in pairwise([*starts, size]):
            for k in range(a, b):
                words[k], tags[k] = text[a:b], found.tags.get(a, "x")
                inside[k] = "S" if b - a == 1 else "B" if k == a else "E" if k == b - 1 else "M"
        mentions: list[tuple[int, int, str]] = []
        for m in sorted(found.mentions, key=lambda m: (m.span.start, -m.span.end)):
            if len(mentions) == 0 or m.span.start >= mentions[-1][1]:
                mentions.append((m.span.start, m.span.end, m.type))
        values = sorted(
            [(a, b, "date") for a, b, _ in find_dates(text, reference=None)]
            + [(a, b, "sum") for a, b, _ in find_amounts(text)]
            + [(a, b, "share") for a, b, _ in find_percentages(text)]
        )
        clause, n = [], 0
        for c in text:
            clause.append(n)
            n += _CLAUSE.match(c) is not None
        rows: list[list[str]] = []
        order = [0] * size  # the number of the token that a character belongs to
        for n, (a, b) in enumerate(pairwise([*starts, size])):
            order[a:b] = [n] * (b - a)
        tokens = ["#", "#", "#", *(words[a] for a in starts), "#", "#", "#"]
        kinds = ["#", "#", "#", *(tags[a] for a in starts), "#", "#", "#"]
        padded = f"##{text}##"
        for k, c in enumerate(text):
            p = padded[k : k + 5]
            kind = "9" if c.isdigit() else "a" if c.isascii() and c.isalpha() else "p" if _STOPS.match(c) else "h"
            rows.append([
                f"c={c}", f"c-1={p[1]}", f"c+1={p[3]}", f"c-2={p[0]}", f"c+2={p[4]}", f"b-1={p[1:3]}", f"b+1={p[2:4]}",
                f"b-2={p[:2]}", f"b+2={p[3:]}", f"t={p[1:4]}", f"k={kind}",
                f"w={words[k]}", f"wt={inside[k]}{tags[k]}",
                f"w-1={tokens[order[k] + 2]}", f"w+1={tokens[order[k] + 4]}", f"w-2={tokens[order[k] + 1]}",
                f"w+2={tokens[order[k] + 5]}", f"w-3={tokens[order[k]]}", f"w+3={tokens[order[k] + 6]}",
                f"p-1={kinds[order[k] + 2]}", f"p+1={kinds[order[k] + 4]}",
                f"pp={kinds[order[k] + 2]}{kinds[order[k] + 3]}{kinds[order[k] + 4]}", f"s={min(clause[k], 4)}",
                f"start={k == 0 or clause[k - 1] != clause[k]}",
            ])  # fmt: skip
        for number, (a, b, kind) in enumerate(mentions):
            for k in range(a, b):
                place = "S" if b - a == 1 else "B" if k == a else "E" if k == b - 1 else "M"
                rows[k] += [
                    f"m={place}{kind}", f"m<{kind}{text[max(0, a - 1) : a]}", f"m<<{text[max(0, a - 2) : a]}",
                    f"mw>{tokens[order[b - 1] + 4]}", f"mw>>{tokens[order[b - 1] + 4]}{tokens[order[b - 1] + 5]}",
                    f"mw<{tokens[order[a] + 2]}", f"mw<<{tokens[order[a] + 1]}{tokens[order[a] + 2]}",
                    f"m>{kind}{text[b : b + 1]}", f"m>>{text[b : b + 2]}", f"mn={min(number, 3)}{kind}",
                ]  # fmt: skip
            if a > 0:
                rows[a - 1].append(f"m+1={kind}")
            if b < size:
                rows[b].append(f"m-1={kind}")
        for number, (a, b, kind) in enumerate(values):
            for k in range(a, b):
                place = "B" if k == a else "E" if k == b - 1 else "M"
                before = re.split(r"[,。]", text[max(0, a - 6) : a])[-1]
                rows[k] += [
                    f"v={place}{kind}", f"v<{kind}{before[-2:]}", f"v<1{kind}{before[-1:]}",
                    f"v>{kind}{text[b : b + 2]}",
                    f"vn={min(number, 3)}{kind}",
                ]  # fmt: skip
            if a > 0:
                rows[a - 1].append(f"v+1={kind}")
            if b < size:
                rows[b].append(f"v-1={kind}")
        flags = [w for w in _FLAGS if w in text]
        bag = sorted({w for w in words if len(w) > 1})
        return Seen(text, rows, mentions, clause, words, tags, flags, bag, values)


class Names:
    """Names that were arguments in training: a feature where another sentence than the one being read has them."""

    def __init__(self, sentences: Iterable[Annotated]) -> None:
        self.of: dict[str, dict[str, set[str]]] = {}
        for s in sentences:
            for _, role, a, b in s.items:
                if role in NAMED and b - a > 1:
                    kind = "per" if role.endswith("per") else "org"
                    self.of.setdefault(s.text[a:b], {}).setdefault(kind, set()).add(s.id)
        self.pattern = re.compile("|".join(re.escape(w) for w in sorted(self.of, key=lambda w: (-len(w), w))))

    def mark(self, sentence: Annotated) -> list[list[str]]:
        """The features of each character of a sentence."""
        rows: list[list[str]] = [[] for _ in sentence.text]
        at = 0
        while (m := self.pattern.search(sentence.text, at)) is not None:
            kinds = [k for k, ids in sorted(self.of[m.group()].items()) if len(ids - {sentence.id}) > 0]
            for k in range(m.start(), m.end()) if len(kinds) > 0 else ():
                place = "B" if k == m.start() else "E" if k == m.end() - 1 else "M"
                rows[k] = [f"lex={place}{kind}" for kind in kinds]
            at = m.end() if len(kinds) > 0 else m.start() + 1
        return rows


def candidates(seen: Seen, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where the words stand that can be triggers, the longest first, not overlapping."""
    if len(words) == 0:
        return []
    return [m.span() for m in re.finditer("|".join(map(re.escape, words)), seen.text)]


def trigger_rows(seen: Seen, spots: Sequence[tuple[int, int]]) -> list[list[str]]:
    """The features of each candidate."""
    rows = []
    repeated = Counter(seen.text[a:b] for a, b in spots)
    for n, (a, b) in enumerate(spots):
        word = seen.text[a:b]
        same = [m for m in seen.mentions if seen.clause[m[0]] == seen.clause[a]]
        kinds = sorted({f"{'<' if m[1] <= a else '>'}{m[2]}" for m in same})
        figures = sorted({v[2] for v in seen.values if seen.clause[v[0]] == seen.clause[a]})
        nearest = max((m for m in seen.mentions if m[1] <= a), default=None)
        follower = min((m for m in seen.mentions if m[0] >= b), default=None)
        left, right = seen.text[max(0, a - 3) : a], seen.text[b : b + 3]
        where = "only" if len(spots) == 1 else "first" if n == 0 else "last" if n == len(spots) - 1 else "mid"
        row = [
            "bias", f"w={word}", f"at={where}", f"w={word} at={where}", f"n={min(n, 4)}",
            f"same={min(repeated[word], 3)} first={seen.text.find(word) == a}",
            f"l1={left[-1:]}", f"l2={left[-2:]}", f"l3={left}", f"r1={right[:1]}", f"r2={right[:2]}", f"r3={right}",
            f"w={word} l1={left[-1:]}", f"w={word} r1={right[:1]}", f"w={word} r2={right[:2]}",
            f"clause={min(seen.clause[a], 5)}", f"lw={seen.words[a - 1] if a > 0 else '#'}",
            f"rw={seen.words[b] if b < len(seen.text) else '#'}",
            f"near={'#' if nearest is None else nearest[2] + str(min(a - nearest[1], 6))}",
            f"next={'#' if follower is None else follower[2] + str(min(follower[0] - b, 6))}",
            f"before={words_of(seen, n, spots, -1)}", f"after={words_of(seen, n, spots, 1)}",
        ]  # fmt: skip
        row += [f"in:{k}" for k in kinds] + [f"fig:{k}" for k in figures]
        row += [f"has:{f}" for f in seen.flags] + [f"w={word} has:{f}" for f in seen.flags]
        row += [f"bag:{w}" for w in seen.bag]
        rows.append(row)
    return rows


def words_of(seen: Seen, n: int, spots: Sequence[tuple[int, int]], by: int) -> str:
    """The candidate beside this one, or #."""
    return seen.text[slice(*spots[n + by])] if 0 <= n + by < len(spots) else "#"


def argument_rows(seen: Seen, triggers: Sequence[tuple[int, int]], names: list[list[str]]) -> list[list[str]]:
    """The features of each character, given where the triggers of the type are."""
    starts = [a for a, _ in triggers]
    edges = [m[0] for m in seen.mentions]
    rows = []
    for k in range(len(seen.text)):
        n = bisect_right(starts, k) - 1
        options = [t for t in (n, n + 1) if 0 <= t < len(triggers)]
        near = min(options, key=lambda t: distance(triggers[t], k))
        a, b = triggers[near]
        word = seen.text[a:b]
        if a <= k < b:
            rows.append([*seen.rows[k], "in trigger"])
            continue
        side = "<" if k < a else ">"
        far = distance(triggers[near], k)
        bucket = next((i for i, limit in enumerate((1, 2, 4, 8, 14, 24, 40)) if far <= limit), 7)
        clauses = min(abs(seen.clause[k] - seen.clause[a]), 3)
        between = bisect_right(edges, max(k, a)) - bisect_right(edges, min(k, a))
        lead = f"{side}{clauses}"
        gap = seen.text[min(b, k) : max(a, k)]
        row = [
            *seen.rows[k], f"d={side}{bucket}", f"cl={lead}", f"tw={side}{word}", f"cl={lead} tw={word}",
            f"mb={side}{min(between, 4)}", f"c={seen.text[k]} side={side}",
            f"first={k < starts[0]} last={k >= starts[-1]}",
        ]  # fmt: skip
        row += [f"gap={side}{w}" for w in _BETWEEN if w in gap]
        row += [f"{f} tw={word}" for f in seen.rows[k] if f[:2] in ("m=", "v=")]
        row += [f"{f} {lead}" for f in seen.rows[k] if f[:2] in ("m=", "v=", "mn", "vn", "m<", "m>", "v<", "w-", "w+")]
        row += [*names[k], *(f"{f} {lead}" for f in names[k])]
        row += [f"{f} {side}{min(between, 3)}" for f in seen.rows[k] if f[:2] in ("m=", "v=")]
        rows.append(row)
    return rows


def distance(span: tuple[int, int], k: int) -> int:
    """How many characters lie between a trigger and a character."""
    return span[0] - k if k < span[0] else max(0, k - span[1] + 1)


def labels_of(size: int, items: Iterable[Item]) -> list[str]:
    """B-role, I-role, O for each character; where two arguments overlap the longer one is kept."""
    labels = ["O"] * size
    for _, role, a, b in sorted(items, key=lambda i: (i[2] - i[3], i)):
        if all(label == "O" for label in labels[a:b]):
            labels[a:b] = [f"B-{role}", *[f"I-{role}"] * (b - a - 1)]
    return labels


def items_of(event: str, labels: Sequence[str]) -> Iterator[Item]:
    """The arguments that labels say."""
    start: int | None = None
    for k, label in enumerate([*labels, "O"]):
        if start is not None and label != f"I-{labels[start][2:]}":
            yield event, labels[start][2:], start, k
            start = None
        if label.startswith("B-") or (label.startswith("I-") and start is None):
            start = k


class Reader:
    """The models of all types."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.words: dict[str, list[str]] = {}
        self.names = Names([])
        self.size = 0

    def train(self, sentences: Sequence[Annotated], seen: dict[str, Seen]) -> None:
        """Write the models of every type into the folder."""
        self.names = Names(sentences)
        for number, event in enumerate(TYPES):
            told = [s for s in sentences if any(i[0] == event for i in s.items)]
            counts = Counter(s.text[a:b] for s in told for e, r, a, b in s.items if (e, r) == (event, "trigger"))
            self.words[event] = sorted((w for w, n in counts.items() if n > 1), key=lambda w: (-len(w), w))
            trainer = pycrfsuite.Trainer(verbose=False)
            trainer.set_params(TRIGGER_SETTINGS)
            for s in sentences:
                spots = candidates(seen[s.id], self.words[event])
                if len(spots) > 0:
                    right = {(a, b) for e, r, a, b in s.items if (e, r) == (event, "trigger")}
                    trainer.append(trigger_rows(seen[s.id], spots), ["yes" if p in right else "no" for p in spots])
            trainer.train(str(self.folder / f"{number}-trigger.crf"))
            trainer = pycrfsuite.Trainer(verbose=False)
            trainer.set_params(ARGUMENT_SETTINGS)
            for s in told:
                mine = [i for i in s.items if i[0] == event]
                spots = sorted((a, b) for _, r, a, b in mine if r == "trigger")
                if len(spots) > 0:
                    labels = labels_of(len(s.text), (i for i in mine if i[1] != "trigger"))
                    trainer.append(argument_rows(seen[s.id], spots, self.names.mark(s)), labels)
            trainer.train(str(self.folder / f"{number}-argument.crf"))
        self.size = sum(file.stat().st_size for file in self.folder.glob("*.crf"))

    def weigh(self, sentences: Sequence[Annotated], seen: dict[str, Seen]) -> list[Weighed]:
        """How likely each trigger and each argument of each sentence is, by the CRFs alone."""
        found = [Weighed({}, {}) for _ in sentences]
        for number, event in enumerate(TYPES):
            which, roles = pycrfsuite.Tagger(), pycrfsuite.Tagger()
            which.open(str(self.folder / f"{number}-trigger.crf"))
            roles.open(str(self.folder / f"{number}-argument.crf"))
            labels = set(roles.labels())
            for n, s in enumerate(sentences):
                spots = candidates(seen[s.id], self.words[event])
                if len(spots) == 0:
                    continue
                which.set(trigger_rows(seen[s.id], spots))
                likely = [which.marginal("yes", k) for k in range(len(spots))]
                found[n].triggers.update({(event, "trigger", *p): q for p, q in zip(spots, likely, strict=True)})
                if max(likely) < LEAST:
                    continue
                taken = [p for p, q in zip(spots, likely, strict=True) if q >= 0.4] or [
                    spots[likely.index(max(likely))]
                ]
                roles.set(argument_rows(seen[s.id], taken, self.names.mark(s)))
                best = set(items_of(event, roles.tag()))
                spans = {(a, b) for a, b, _ in [*seen[s.id].mentions, *seen[s.id].values]} | {
                    (a, b) for *_, a, b in best
                }
                for a, b in sorted(spans):
                    for role in sorted(label[2:] for label in labels if label.startswith("B-")):
                        p = probability(roles, labels, role, a, b, len(s.text))
                        if p >= LEAST:
                            item = (event, role, a, b)
                            far = min(distance(t, a) for t in taken)
                            found[n].arguments[item] = Candidate(
                                max(likely), p, item in best, far, any(a > t[0] for t in taken)
                            )
        return found


def probability(tagger: pycrfsuite.Tagger, labels: set[str], role: str, start: int, end: int, size: int) -> float:
    """How likely a stretch is one argument with this role: as likely as its least likely character."""
    p = float(tagger.marginal(f"B-{role}", start))
    if f"I-{role}" not in labels:
        return p if end - start == 1 else 0.0
    if p >= LEAST:
        p = min([p, *(tagger.marginal(f"I-{role}", k) for k in range(start + 1, end))])
    return min(p, 1 - tagger.marginal(f"I-{role}", end)) if end < size else p


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the CRFs say of one argument: how likely its type, how likely itself, and where it stands."""

    event: float
    itself: float
    best: bool
    far: int
    behind: bool

    @property
    def both(self) -> float:
        """How likely the argument is, if the two were independent."""
        return self.event * self.itself


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the CRFs say of one sentence."""

    triggers: dict[Item, float]
    arguments: dict[Item, Candidate]


def odds(p: float) -> float:
    """The logarithm of the odds."""
    return math.log(max(p, 1e-4) / (1 - min(p, 1 - 1e-4)))


def ranker_rows(text: str, weighed: Weighed) -> dict[Item, dict[str, float]]:
    """The features of each candidate among the others of its sentence."""
    spans: dict[tuple[int, int], dict[tuple[str, str], Candidate]] = defaultdict(dict)
    peers: dict[tuple[str, str], list[tuple[float, Item]]] = defaultdict(list)
    for item, c in weighed.arguments.items():
        spans[item[2], item[3]][item[0], item[1]] = c
        peers[item[0], item[1]].append((c.both, item))
    events: dict[str, list[float]] = defaultdict(list)
    for (event, *_), q in weighed.triggers.items():
        events[event].append(q)
    rows = {}
    for item, c in weighed.arguments.items():
        event, role, a, b = item
        whole = f"{event} {role}"
        row = {
            f"bias {whole}": 1.0, "itself": odds(c.itself), "event": odds(c.event), "both": odds(c.both),
            f"itself {whole}": odds(c.itself), f"event {event}": odds(c.event), f"both {whole}": odds(c.both),
            f"best {c.best}": 1.0, f"best {c.best} {whole}": 1.0, f"bin {int(c.both * 20)}": 1.0,
            f"bins {int(c.itself * 20)} {int(c.event * 20)}": 1.0,
        }  # fmt: skip
        others: dict[str, tuple[float, str, float]] = {}
        for (event2, role2), d in spans[a, b].items():
            if event2 == event and role2 != role:
                row["rival"] = max(row.get("rival", 0.0), d.itself)
                row[f"rival {whole} {role2}"] = d.itself
            elif event2 != event and d.both > others.get(event2, (0.0, "", 0.0))[0]:
                others[event2] = (d.both, role2, d.itself)
        for event2, (both, role2, itself) in others.items():
            row[f"also {whole} {event2} {role2}"] = 1.0
            row[f"also odds {whole} {event2} {role2}"] = odds(both)
            row[f"also itself {whole} {event2} {role2}"] = itself
        for event2 in TYPES:
            most = max(events.get(event2, [0.0]))
            row[f"event {event} {event2}"] = most
            if event2 not in others:
                row[f"not {whole} {event2}"] = most
        mates = [(q, i) for q, i in peers[event, role] if i != item]
        apart = [(q, i) for q, i in mates if not (i[2] < b and a < i[3])]
        inside = [q for q, i in mates if i[2] < b and a < i[3]]
        row[f"rank {min(sum(q > c.both for q, _ in apart), 3)} {role}"] = 1.0
        row[f"mates {min(len(mates), 4)} {role}"] = 1.0
        row["overlap"] = max(inside, default=0.0)
        if len(inside) > 0 and max(inside) > c.both:
            row["beaten"] = row[f"beaten {role}"] = 1.0
        row["covered"] = max(
            (d.both for i, d in weighed.arguments.items() if i[0] == event and i[1] != role and i[2] < b and a < i[3]),
            default=0.0,
        )
        listed = [q for q, i in mates if _LISTED.fullmatch(text[i[3] : a] if i[3] <= a else text[b : i[2]])]
        if len(listed) > 0:
            row["listed"] = row[f"listed {role}"] = max(listed)
        repeated = [q for q, i in mates if text[i[2] : i[3]] == text[a:b]]
        if len(repeated) > 0:
            row["repeated"], row["repeated less"] = max(repeated), max(repeated) - c.both
        most = max(q for q, _ in peers[event, role])
        row[f"of most {role}"], row["less than most"] = c.both / most, most - c.both
        row.update(dict.fromkeys((
            f"far {role} {c.behind} {min(c.far // 6, 6)}", f"< {role} {text[max(0, a - 1) : a]}",
            f"> {role} {text[b : b + 1]}",
            f"<< {whole} {text[max(0, a - 2) : a]}", f">> {whole} {text[b : b + 2]}", f"long {min(b - a, 12)}",
            f"end {role} {text[a:b][-1:]}", f"ends {role} {text[a:b][-2:]}", f"begin {role} {text[a]}",
            f"sure {whole} {sum(q >= 0.4 for q in events.get(event, []))}",
            *(f"has {whole} {w}" for w in _FLAGS if w in text),
        ), 1.0))  # fmt: skip
        row[f"first {role}"] = float(a < 12)
        rows[item] = row
    return rows


_LISTED = re.compile("[、和与及]|以及")


def train_ranker(path: Path, examples: Iterable[tuple[Annotated, Weighed]]) -> None:
    """Write the ranker: a CRF over single items, that is a logistic regression."""
    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params(RANKER_SETTINGS)
    for sentence, weighed in examples:
        for item, row in ranker_rows(sentence.text, weighed).items():
            trainer.append([row], ["yes" if item in sentence.items else "no"])
    trainer.train(str(path))


def decide(path: Path, sentences: Sequence[Annotated], weighed: Sequence[Weighed]) -> list[frozenset[Item]]:
    """The triggers that are likely enough and the arguments that the ranker lets through."""
    ranker = pycrfsuite.Tagger()
    ranker.open(str(path))
    found = []
    for sentence, w in zip(sentences, weighed, strict=True):
        items = {item for item, q in w.triggers.items() if q >= SURE}
        for item, row in ranker_rows(sentence.text, w).items():
            ranker.set([row])
            if ranker.marginal("yes", 0) >= HOLDS:
                items.add(item)
        found.append(frozenset(items))
    return found


def main() -> None:
    """Train, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with train_base.json and train_trans.json")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the models here")
    parser.add_argument("--types", action="store_true", help="a line for each type and role too")
    parser.add_argument("--gold", action="store_true", help="score the project's own gold too")
    options = parser.parse_args()
    sentences = read(options.data)
    eyes = Eyes()
    seen = {s.id: eyes.see(s) for s in sentences}
    known, unknown = [s for s in sentences if not s.held_out], [s for s in sentences if s.held_out]
    begun = time.process_time()
    with tempfile.TemporaryDirectory() as scratch:
        examples: list[tuple[Annotated, Weighed]] = []
        for n in range(FOLDS):
            part = [s for s in known if fold(s) == n]
            reader = Reader(Path(scratch))
            reader.train([s for s in known if fold(s) != n], seen)
            examples += zip(part, reader.weigh(part, seen), strict=True)
        place = options.keep if options.keep is not None else Path(scratch)
        place.mkdir(parents=True, exist_ok=True)
        reader = Reader(place)
        reader.train(known, seen)
        train_ranker(place / "ranker.crf", examples)
        files = sorted(place.glob("*.crf"))
        size = sum(file.stat().st_size for file in files)
        print(f"trained on {len(known)} sentences in {time.process_time() - begun:.0f} CPU s, {size / 1e6:.1f} MB")
        hashes = "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files)
        print(f"SHA-256 over all models {hashlib.sha256(hashes.encode()).hexdigest()}")
        if options.keep is not None:
            (place / "SHA256SUMS").write_text(hashes, encoding="utf-8")
        print_scores(unknown, decide(place / "ranker.crf", unknown, reader.weigh(unknown, seen)), types=options.types)
        if options.gold:
            print_gold(reader, place / "ranker.crf", eyes)


def print_gold(reader: Reader, ranker: Path, eyes: Eyes) -> None:
    """The pairs of investor and target, acquirer and target, seller and target in the gold that each finds."""
    ontology = Ontology.load()
    extractor = Extractor(ontology, Gazetteer.load())
    asked, by_rules_, by_model = 0, [0, 0], [0, 0]
    both = 0
    for part, gold, document in read_articles(None, parts=("dev",)):
        del part
        names = {e.name: {plain(w) for w in (e.name, *e.aliases)} for e in gold.entities}
        wanted = [
            (names[x.entity].union(map(plain, x.alternatives)), names[y.entity].union(map(plain, y.alternatives)))
            for f in gold.facts
            if f.types[0] in ("Investment", "Acquisition") and not f.optional
            for x in f.parts
            for y in f.parts
            if x.role in ("investor", "acquirer", "seller") and y.role == "target"
        ]
        extraction = extractor.extract(document)
        called = {
            e.id: {plain(w) for w in (e.name, *e.aliases, *(m.name for m in e.mentions))} for e in extraction.entities
        }
        ruled = {
            (frozenset(called[a]), frozenset(called[b]))
            for f in extraction.facts
            if ontology.top(f.type) in ("Investment", "Acquisition")
            for r, a in f.roles
            for q, b in f.roles
            if r in ("investor", "acquirer", "seller") and q == "target"
        }
        texts = [t for t in re.split(r"(?<=[。!?！？\n])", document.folded) if len(t) > 6]
        read_as = [Annotated(f"{document.id}-{n}", t, frozenset()) for n, t in enumerate(texts)]
        views = {s.id: eyes.see(s) for s in read_as}
        learned = set()
        for s, items in zip(read_as, decide(ranker, read_as, reader.weigh(read_as, views)), strict=True):
            for event in ("投资", "股份股权转让", "收购", "减持"):
                mine = [i for i in items if i[0] == event]
                first = [i for i in mine if i[1] in ACTS[event]]
                for x in first:
                    for y in mine:
                        if y[1] in TARGETS and y[1] not in ACTS[event] and s.text[x[2] : x[3]] != s.text[y[2] : y[3]]:
                            learned.add(
                                (frozenset({plain(s.text[x[2] : x[3]])}), frozenset({plain(s.text[y[2] : y[3]])}))
                            )
        asked += len(wanted)
        hit_rules, hit_model = [], []
        for a, b in wanted:
            hit_rules.append(any(a & x and b & y for x, y in ruled))
            hit_model.append(any(a & x and b & y for x, y in learned))
        by_rules_[0] += sum(hit_rules)
        by_model[0] += sum(hit_model)
        both += sum(x or y for x, y in zip(hit_rules, hit_model, strict=True))
        by_rules_[1] += sum(not any(a & x and b & y for a, b in wanted) for x, y in ruled)
        by_model[1] += sum(not any(a & x and b & y for a, b in wanted) for x, y in learned)
    print(f"\ngold, development part: {asked} pairs of investor or acquirer or seller with target")
    print(f"rules   find {by_rules_[0]}, and {by_rules_[1]} that are not there")
    print(f"learned finds {by_model[0]}, and {by_model[1]} that are not there; together with the rules {both}")


ACTS = {
    "投资": {"sub"}, "股份股权转让": {"obj-org", "obj-per", "sub-org", "sub-per"}, "收购": {"sub-org", "sub-per"},
    "减持": {"sub"},
}  # fmt: skip
TARGETS = {"obj", "target-company", "obj-org"}


def plain(name: str) -> str:
    """A name for comparison: without blanks and brackets' kind."""
    return re.sub(r"\s", "", name.translate({0xFF08: 0x28, 0xFF09: 0x29}))


def fold(sentence: Annotated) -> int:
    """The fold of a training sentence, from its id, with other digits than the split uses."""
    return int(hashlib.sha1(sentence.id.encode()).hexdigest(), 16) // 5 % 5


if __name__ == "__main__":
    main()
