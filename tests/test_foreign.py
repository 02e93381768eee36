"""Precision on foreign ground: text that is not of the genre holds few facts, and hardly any that is not so.

`foreign_ground.txt` is text of ours: recipes, sport, verse, history, science, fiction; every fact found there is false.
The encyclopaedia prose of UNER does hold facts (a town within its county, a company founded); those found there were
read and judged one by one, and `foreign_true.txt` keeps the hash of each that the sentence says. Every other one counts
as false: who changes a rule reads the new ones (the failing test prints them) and adds the hashes of those that are
true, as `python tests/test_foreign.py` prints them.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
UNER = HERE.parent.parent / "shared" / "data" / "uner"
#: At most one false fact in so many sentences.
SENTENCES = 2000


def sentences_of_uner() -> Iterator[str]:
    for name in ("dev", "test", "train"):
        words: list[str] = []
        for line in [*(UNER / f"{name}.iob2").read_text(encoding="utf-8").splitlines(), ""]:
            if line == "" and len(words) > 0:
                yield "".join(words)
                words = []
            elif line != "" and not line.startswith("#"):
                words.append(line.split("\t")[1])


def facts(read, sentences) -> Iterator[tuple[str, str]]:
    """The hash of each fact and words for it."""
    for number, sentence in enumerate(sentences):
        found = read(sentence, date=None, id=f"s{number}")
        names = {entity.id: entity.name for entity in found.entities}
        for fact in found.facts:
            roles = " ".join(f"{role}={names[entity]}" for role, entity in fact.roles)
            key = hashlib.sha256(f"{fact.type} {roles} {sentence}".encode()).hexdigest()[:12]
            yield key, f"{key} {fact.type} {roles} ({fact.rule}): {sentence}"


def test_text_of_another_kind_yields_no_facts(read):
    sentences = (HERE / "foreign_ground.txt").read_text(encoding="utf-8").splitlines()
    assert len(sentences) >= 60
    assert [words for _, words in facts(read, sentences)] == []


def test_encyclopaedia_prose_yields_hardly_a_false_fact(read):
    if not UNER.is_dir():
        pytest.skip("the sentences of UNER are not beside this checkout")
    sentences = list(sentences_of_uner())
    true = set((HERE / "foreign_true.txt").read_text(encoding="utf-8").split())
    found = list(facts(read, sentences))
    false = [words for key, words in found if key not in true]
    assert len(sentences) == 4997
    assert len(found) > 150  # it is not that nothing is found
    assert len(false) <= len(sentences) / SENTENCES, "\n".join(false)


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))
    from kg.corpus import read_text
    from kg.extract import Extractor
    from kg.gazetteer import Gazetteer
    from kg.ontology import Ontology

    extractor = Extractor(Ontology.load(), Gazetteer.load())
    known = set((HERE / "foreign_true.txt").read_text(encoding="utf-8").split())

    def reading(text: str, *, date: str | None, id: str):  # noqa: A002
        return extractor.extract(read_text(text, date=date, id=id))

    for key, words in facts(reading, sentences_of_uner()):
        if key not in known:
            print(words)
