"""How much of FewFC's event annotation the extraction finds: precision, recall and F1 of triggers and arguments.

    python benchmarks/fewfc.py                        the shipped rules on the development split
    python benchmarks/fewfc.py --types                the same, type by type
    python benchmarks/fewfc.py --errors 40            what was missed and what is wrong, for those who write rules

FewFC (TimeBurningFish/FewFC, CC BY-SA 4.0) is 3,552 sentences of business news with events of ten types, of which kg
models eight; it lies outside of this repository (`--data`, default ../shared/data/fewfc). The two files hold five
types each and neither is annotated with the types of the other, so 收购 means 投资 and 股份股权转让 in one and 收购 in
the other. Here all types compete: nothing tells a reader which file a sentence is from.

Development split `fewfc-dev-5-0`: the sentences whose id, hashed with SHA-1, is 0 modulo 5. A sentence that stands in
both files under two ids is one sentence, with the id that comes first; what is trained never sees a sentence of it.

A trigger is right with its type and span, an argument with its type, role and span, whichever trigger it belongs to
(the definition of CasEE); each is counted once a sentence.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kg.corpus import read_text  # noqa: E402
from kg.extract import Extractor  # noqa: E402
from kg.gazetteer import Gazetteer  # noqa: E402
from kg.model import Extraction, Fact  # noqa: E402
from kg.ontology import Ontology  # noqa: E402
from kg.values import find_amounts, find_dates, find_percentages  # noqa: E402

DATA = ROOT.parent / "shared" / "data" / "fewfc"
TYPES = ("投资", "股份股权转让", "收购", "签署合同", "中标", "担保", "质押", "减持")

#: (type, role, start, end); the role of a trigger is `trigger`.
Item = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True)
class Annotated:
    """A sentence and what was annotated in it, of the types that kg models."""

    id: str
    text: str
    items: frozenset[Item]

    @property
    def held_out(self) -> bool:
        """True for a sentence of the development split."""
        return int(hashlib.sha1(self.id.encode()).hexdigest(), 16) % 5 == 0


def read(folder: Path) -> list[Annotated]:
    """The sentences of both files, each once."""
    texts: dict[str, str] = {}
    items: dict[str, set[Item]] = defaultdict(set)
    for name in ("train_base.json", "train_trans.json"):
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            texts.setdefault(record["content"], record["id"])
            for event in record["events"]:
                if event["type"] in TYPES:
                    items[record["content"]].update((event["type"], m["role"], *m["span"]) for m in event["mentions"])
    return [Annotated(id, text, frozenset(items[text])) for text, id in texts.items()]  # noqa: A001


# ---------------------------------------------------------------- what the facts say in FewFC's terms

#: For each class of fact the types that FewFC would give it, with its names for the roles. `{per}` becomes `per` for a
#: person and `org` for anyone else; `first|rest` tells the first participant of a role from the others.
MAPPING: Mapping[str, tuple[tuple[str, Mapping[str, str]], ...]] = {
    "Investment": (("投资", {"investor": "sub", "target": "obj", "amount": "money", "date": "date"}),),
    "Acquisition": (
        ("投资", {"acquirer": "sub", "target": "obj", "amount": "money", "date": "date"}),
        (
            "股份股权转让",
            {
                "acquirer": "obj-{per}", "seller": "sub-{per}", "target": "target-company", "amount": "money",
                "date": "date", "share": "proportion",
            },
        ),
    ),
    "StakeSale": (
        ("减持", {"seller": "sub", "target": "obj", "share": "share-org", "date": "date"}),
        (
            "股份股权转让",
            {
                "seller": "sub-{per}", "target": "target-company", "acquirer": "obj-{per}", "amount": "money",
                "date": "date", "share": "proportion",
            },
        ),
    ),
    "Bid": (("中标", {"subject": "sub", "object": "obj", "amount": "amount", "date": "date"}),),
    "Guarantee": (
        ("担保", {"subject": "sub-{per}", "object": "obj-{per}", "amount": "amount", "date": "date"}),
    ),
    "Pledge": (
        (
            "质押",
            {
                "subject": "sub-{per}", "object": "obj-{per}", "amount": "money", "date": "date",
                "share": "proportion",
            },
        ),
    ),
    "Agreement": (
        ("签署合同", {"party": "sub-{per}|obj-{per}", "amount": "amount", "date": "date"}),
    ),
}  # fmt: skip


def told(extraction: Extraction, ontology: Ontology) -> Iterator[tuple[Item, Fact]]:
    """The facts of one sentence as items of FewFC."""
    text = extraction.document.folded
    entities = {entity.id: entity for entity in extraction.entities}
    dates = [(a, b, d.text) for a, b, d in find_dates(text, reference=None)]
    sums = [(a, b, s.text) for a, b, s in find_amounts(text)]
    shares = find_percentages(text)
    for fact in extraction.facts:
        if fact.trigger is None:
            continue
        at = fact.trigger.start
        lines = next((MAPPING[kind] for kind in ontology.ancestors(fact.type) if kind in MAPPING), ())
        for event, roles in lines:
            yield (event, "trigger", at, fact.trigger.end), fact
            seen: Counter[str] = Counter()
            for role, name in fact.roles:
                if role not in roles:
                    continue
                entity = entities[name]
                spot = min(entity.mentions, key=lambda m: (abs(m.span.start - at), m.span.start)).span
                first, _, rest = roles[role].partition("|")
                wanted = first if seen[role] == 0 or rest == "" else rest
                seen[role] += 1
                called = wanted.format(per="per" if entity.type == "Person" else "org")
                yield (event, called, spot.start, spot.end), fact
            values = (
                ("date", dates, None if fact.date is None else fact.date.text),
                ("amount", sums, None if fact.amount is None else fact.amount.text),
                ("share", shares, dict(fact.qualifiers).get("share")),
            )
            for role, found, words in values:
                spots = [(a, b) for a, b, w in found if w == words]
                if role in roles and len(spots) > 0:
                    start, end = min(spots, key=lambda s: abs(s[0] - at))
                    yield (event, roles[role], start, end), fact


def by_rules(sentences: Iterable[Annotated]) -> list[frozenset[Item]]:
    """What the shipped extractor says of each sentence."""
    ontology = Ontology.load()
    extractor = Extractor(ontology, Gazetteer.load())
    return [
        frozenset(item for item, _ in told(extractor.extract(read_text(s.text, date=None, id=s.id)), ontology))
        for s in sentences
    ]


# ---------------------------------------------------------------- scores


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of what was right, predicted and annotated."""

    right: int
    predicted: int
    gold: int

    @property
    def rates(self) -> tuple[float, float, float]:
        """Precision, recall, F1."""
        p = self.right / self.predicted if self.predicted > 0 else 0.0
        r = self.right / self.gold if self.gold > 0 else 0.0
        return p, r, 2 * p * r / (p + r) if p + r > 0 else 0.0


def score(sentences: Iterable[Annotated], found: Iterable[frozenset[Item]], chosen: Callable[[Item], bool]) -> Score:
    """The counts over all sentences of the items that `chosen` lets through."""
    right = predicted = gold = 0
    for sentence, said in zip(sentences, found, strict=True):
        asked, given = set(filter(chosen, sentence.items)), set(filter(chosen, said))
        right, predicted, gold = right + len(asked & given), predicted + len(given), gold + len(asked)
    return Score(right, predicted, gold)


def print_scores(sentences: list[Annotated], found: list[frozenset[Item]], *, types: bool) -> None:
    """One line for triggers and one for arguments; with `types` also one for each type and each role."""
    rows: list[tuple[str, Callable[[Item], bool]]] = [
        ("triggers", lambda i: i[1] == "trigger"),
        ("arguments", lambda i: i[1] != "trigger"),
    ]
    if types:
        for name in TYPES:
            rows.append((f"triggers  {name}", lambda i, n=name: i[0] == n and i[1] == "trigger"))  # type: ignore[misc]
            rows.append((f"arguments {name}", lambda i, n=name: i[0] == n and i[1] != "trigger"))  # type: ignore[misc]
        names = sorted({role for s in sentences for _, role, _, _ in s.items} - {"trigger"})
        rows += [(f"role {name}", lambda i, n=name: i[1] == n) for name in names]  # type: ignore[misc]
    print(f"{'':24}      P      R     F1   right  found   gold")
    for name, chosen in rows:
        counts = score(sentences, found, chosen)
        p, r, f1 = counts.rates
        print(f"{name:24} {p:6.3f} {r:6.3f} {f1:6.3f}  {counts.right:6} {counts.predicted:6} {counts.gold:6}")


def main() -> None:
    """Read, extract, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with train_base.json and train_trans.json")
    parser.add_argument("--types", action="store_true", help="a line for each type and role too")
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="print N sentences with what went wrong")
    parser.add_argument("--train", action="store_true", help="measure on the sentences that are not held out")
    options = parser.parse_args()
    if not (options.data / "train_base.json").is_file():
        parser.error(f"{options.data} does not hold train_base.json; give the folder of FewFC with --data")
    sentences = [s for s in read(options.data) if s.held_out != options.train]
    print(f"{len(sentences)} sentences, {'not held out' if options.train else 'fewfc-dev-5-0'}", file=sys.stderr)
    found = by_rules(sentences)
    print_scores(sentences, found, types=options.types)
    for sentence, said in list(zip(sentences, found, strict=True))[: options.errors]:
        print(f"\n{sentence.text}")
        for sign, items in (("-", sentence.items - said), ("+", said - sentence.items), ("=", said & sentence.items)):
            for event, role, start, end in sorted(items):
                print(f"  {sign} {event} {role} {sentence.text[start:end]}")


if __name__ == "__main__":
    main()
