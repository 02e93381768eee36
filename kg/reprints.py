"""Reprints: articles that are one text with another headline, cut, or merged with others.

Input are the texts of a corpus one by one, output pairs of documents with the share of the shorter text that stands in
the other one word for word, and how many of some documents speak independently of each other.

    a: 今天上午,甲区与乙公司签约。项目总投资20亿元。…        b: 【快讯】甲区与乙公司签约。项目总投资20亿元。
    pairs()  →  (("a", "b", 0.9),)

A text is cut into overlapping stretches of clauses; of each a hash is kept. Pairs are only looked at where they share
hashes, and a hash that many documents share (a wire text that 300 papers print) is looked at once a document, so that
the work grows with the text and not with its square.
"""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

#: Two documents are one source where this share of the shorter text stands in the other.
SHARE = 0.5
#: They are one text, and not one that holds the other, where this share of the longer one stands in the shorter.
ALIKE = 0.8
#: Shorter texts say too little to be told apart from a common phrase.
SHORTEST = 40
#: Clauses are packed into stretches of at least so many characters: below, everybody says the same (据了解).
_STRETCH = 12

_CLAUSE = re.compile(r"[^\u3400-\u9fffA-Za-z0-9.%]+")


def stretches(text: str) -> dict[int, int]:
    """The hashes of the stretches of a text, with their lengths in characters.

    A stretch is a clause of at least 12 characters; shorter clauses are taken together with what follows.
    """
    found: dict[int, int] = {}
    waiting = ""
    for clause in _CLAUSE.split(text):
        waiting += clause
        if len(waiting) >= _STRETCH:
            data = waiting.encode("utf-8")
            # 52 bits of two checks: collisions of a million clauses are rarer than one in a thousand.
            found[zlib.crc32(data) << 20 | zlib.adler32(data) & 0xFFFFF] = len(waiting)
            waiting = ""
    return found


class Reprints:
    """The stretches of the documents of a corpus; `add` each one, then ask for `pairs`."""

    def __init__(self) -> None:
        self._of: dict[str, dict[int, int]] = {}
        self._alike: set[tuple[str, str]] = set()

    def add(self, document: str, text: str) -> None:
        """Take in the text of a document (folded, so that scripts and widths are alike)."""
        self._of[document] = stretches(text)

    def pairs(self) -> tuple[tuple[str, str, float], ...]:
        """Pairs of documents that share most of the shorter text, each once, sorted, with that share."""
        holders: dict[int, list[str]] = defaultdict(list)
        for document in sorted(self._of):
            for number in self._of[document]:
                holders[number].append(document)
        candidates: dict[tuple[str, str], int] = defaultdict(int)
        for number, documents in holders.items():
            if 1 < len(documents) <= 8:
                for n, one in enumerate(documents):
                    for other in documents[n + 1 :]:
                        candidates[one, other] += self._of[one][number]
            elif len(documents) > 8:
                # A wire text: each with the first and with its neighbour is enough to find them all.
                for one, other in pairwise(documents):
                    candidates[one, other] += self._of[one][number]
                for other in documents[2:]:
                    candidates[documents[0], other] += self._of[other][number]
        size = {document: sum(found.values()) for document, found in self._of.items()}
        found = []
        for (one, other), shared in sorted(candidates.items()):
            least, most = sorted((size[one], size[other]))
            if least >= SHORTEST and shared >= SHARE * least:
                found.append((one, other, round(shared / least, 2)))
                if shared >= ALIKE * most:
                    self._alike.add((one, other))
        return tuple(found)

    def sources(self, pairs: Iterable[tuple[str, str, float]]) -> Sources:
        """What `pairs` comes to: which documents are one text, and which hold another one."""
        return Sources(pairs, self._alike)


class Sources:
    """Which documents speak with one voice.

    Documents that share most of the longer text are one text, however many they are. One that holds another one (an
    article that merges two others) is the copy of both, which stay independent of each other.
    """

    def __init__(self, pairs: Iterable[tuple[str, str, float]], alike: Iterable[tuple[str, str]]) -> None:
        self._text: dict[str, str] = {}
        for one, other in sorted(alike):
            a, b = sorted((self._find(one), self._find(other)))
            if a != b:
                self._text[b] = a
        self._beside: dict[str, set[str]] = defaultdict(set)
        for one, other, _ in pairs:
            a, b = self._find(one), self._find(other)
            if a != b:
                self._beside[a].add(b)
                self._beside[b].add(a)

    def _find(self, document: str) -> str:
        while (above := self._text.get(document)) is not None:
            document = above
        return document

    def independent(self, documents: Iterable[str]) -> int:
        """How many of some documents speak independently: no text counted is a copy of another one counted.

        >>> Sources([("a", "both", 1.0), ("b", "both", 1.0)], []).independent(["a", "b", "both"])
        2
        """
        texts = {self._find(d) for d in documents}
        left = {text: self._beside.get(text, set()) & texts for text in texts}
        count = 0
        while len(left) > 0:
            chosen = min(left, key=lambda text: (len(left[text] & left.keys()), text))
            count += 1
            for gone in (chosen, *left[chosen]):
                left.pop(gone, None)
        return count
