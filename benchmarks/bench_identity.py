"""How do time and memory of resolution grow with the number of mention records and names?

Names are made up from what real ones are made of: places of the gazetteer, brands of two or three characters, trades,
legal endings; short forms of each; people of common and rare names with employers; districts with their governments.
Every record is an entity of one document with one mention, its post or deal as a fact; texts are left out, as
resolution does not read them but for reprints. The records are made while they are read; that time is told apart.
"""

from __future__ import annotations

import argparse
import gc
import math
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kg.extract import Extractor
from kg.gazetteer import Gazetteer
from kg.identity import resolve_corpus
from kg.model import Document, Entity, Extraction, Fact, Mention, Span
from kg.ontology import Ontology

BRANDS = "华瑞澜星衡岳启容川永芯光晟泰腾信达宏远博雅凯立恒天海润沐源智联新景昊森屹锐创鼎汇辰朗云睿"
TRADES = (
    "科技",
    "电子",
    "智能装备",
    "新能源",
    "生物医药",
    "半导体",
    "精密机械",
    "新材料",
    "供应链管理",
    "投资",
    "网络",
    "环保",
)
LEGAL = ("有限公司", "股份有限公司", "集团有限公司", "集团股份有限公司")
BODIES = ("人民政府", "发改局", "商务局", "教育局", "经信局", "投促中心")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建文博宇轩浩然思远子涵"
IN_DOCUMENT = 10


def names(count: int, gazetteer: Gazetteer, draw: random.Random) -> list[tuple[str, tuple[str, ...]]]:
    """Things with their class and the names that articles use for them, about `count` names in all."""
    counties = [gazetteer.get(c).name for c in gazetteer if len(c) == 6 and gazetteer.get(c).level == "county"]
    cities = [gazetteer.get(c).short for c in gazetteer if len(c) == 6 and gazetteer.get(c).level == "prefecture"]
    found: list[tuple[str, tuple[str, ...]]] = []
    made, seen = 0, set()
    while made < count:
        kind = draw.random()
        if kind < 0.7:
            brand = "".join(draw.sample(BRANDS, draw.choice((2, 2, 3))))
            core = brand + draw.choice(TRADES)
            full = draw.choice(cities) + core + draw.choice(LEGAL)
            forms: tuple[str, ...] = (full, core) if draw.random() < 0.8 else (full, core, brand)
            thing = ("Company", forms)
        elif kind < 0.85:
            thing = ("Person", (draw.choice(SURNAMES) + "".join(draw.sample(GIVEN, draw.choice((1, 2, 2)))),))
        else:
            thing = ("Government", (draw.choice(counties) + draw.choice(BODIES),))
        if thing[1][0] in seen and thing[0] != "Person":
            continue
        seen.add(thing[1][0])
        found.append(thing)
        made += len(thing[1])
    return found


def records(count: int, things: list[tuple[str, tuple[str, ...]]], draw: random.Random) -> Iterator[Extraction]:
    """Documents of ten entities each, `count` entities in all."""
    for n in range(count // IN_DOCUMENT):
        name = f"d{n:07}"
        document = Document(name, "", "")
        entities = []
        for k, (kind, forms) in enumerate(draw.sample(things, IN_DOCUMENT), 1):
            form = draw.choice(forms)
            span = Span(name, k * 20, k * 20 + len(form))
            entities.append(Entity(f"e{k}", kind, form, (), (Mention(span, kind, form, "suffix"),)))
        facts = []
        people = [e.id for e in entities if e.type == "Person"]
        bodies = [e.id for e in entities if e.type != "Person"]
        for person in people[:2]:
            if len(bodies) > 0 and draw.random() < 0.7:
                roles = (("person", person), ("organization", draw.choice(bodies)))
                facts.append(Fact(f"f{len(facts)}", "Office", roles, (Span(name, 0, 20),), label="董事长"))
        yield Extraction(document, tuple(entities), tuple(facts))


def measure(count: int, share: float) -> None:
    """One run, printed as a line for the run that started it."""
    ontology, gazetteer = Ontology.load(), Gazetteer.load()
    linker = Extractor(ontology, gazetteer).linker
    things = names(int(count * share), gazetteer, random.Random(1))
    begun = time.process_time()
    for _ in records(count, things, random.Random(2)):
        pass
    making = time.process_time() - begun
    gc.collect()
    gc.freeze()
    begun = time.process_time()
    resolution = resolve_corpus(records(count, things, random.Random(2)), linker=linker)
    spent = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    undecided = sum(1 for e in resolution.entities.values() if len(e.candidates) > 0)
    distinct = sum(len(forms) for _, forms in things)
    print(count, distinct, len(resolution.entities), undecided, f"{making:.2f} {spent - making:.2f} {peak:.0f}")


def main() -> None:
    """Runs each size in a process of its own, so that peaks of memory are those of that size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, nargs="+", default=[62_500, 125_000, 250_000, 500_000, 1_000_000])
    parser.add_argument("--share", type=float, default=0.2, help="names per record (default 0.2: 200,000 a million)")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one is not None:
        measure(given.one, given.share)
        return
    print("records  names  things  undecided  CPU s  exponent  records a CPU s  peak MB")
    last: tuple[int, float] | None = None
    for count in given.records:
        command = [sys.executable, __file__, "--one", str(count), "--share", str(given.share)]
        line = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        spent = float(line[5])
        grown = "" if last is None else f"{math.log(spent / last[1]) / math.log(count / last[0]):.2f}"
        last = (count, spent)
        cells = (
            f"{count:,}",
            *(f"{int(c):,}" for c in line[1:4]),
            f"{spent:.1f}",
            grown,
            f"{count / spent:,.0f}",
            line[6],
        )
        print("  ".join(cells), flush=True)


if __name__ == "__main__":
    main()
