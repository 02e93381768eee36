"""The explorer of `kg serve` on a large store: how long each request of the page takes, and what memory that costs.

    python benchmarks/bench_explore.py --facts 100000
    python benchmarks/bench_explore.py --facts 1000000 --store /tmp/million

Makes a store of so many facts (companies and funds in counties of cities of provinces, a few of them in very many
facts, a document for every eight facts), or takes the one that `--store` made before; starts `kg serve` twice, the
first time without the index of names that an earlier server left, and asks for what the page asks for: the page
itself, the surroundings of a hub and of somebody rarely named, names, the facts of a hub within a few years, ways
between two that are far apart and between two hubs, a document. Memory is that of the server with its workers (PSS).
Nothing of a question may grow with the store: run it with two sizes and compare. It ends with a verdict.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyoxigraph as ox
from bench_endpoint import free_port, name, resident, served

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kg.ontology import KG, RDF_TYPE, RDFS, SCHEMA  # noqa: E402
from kg.store import Store  # noqa: E402

BASE = "https://kg.example/"
#: Seconds that a request may take, and what the memory of all processes may come to, in megabytes.
LIMIT, MEMORY = 3.0, 2000.0
PROVINCES, CITIES, COUNTIES = 30, 10, 10


def _literal(value: str, kind: str | None = None) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#" + kind)) if kind else ox.Literal(
        value
    )


def companies(facts: int) -> int:
    """How many companies there are beside so many facts."""
    return max(1000, facts // 5)


def made_up(facts: int) -> Iterator[ox.Quad]:
    """The quads of a store of so many facts; each stands in the graph of its document and in the default one."""
    rng = np.random.default_rng(1)
    node = ox.NamedNode
    count = companies(facts)
    kind, label = node(RDF_TYPE), node(RDFS + "label")
    kg = {n: node(KG + n) for n in (
        "Document", "Company", "Fund", "AdministrativeDivision", "level", "code", "within", "inCity", "inProvince",
        "party", "investor", "target", "amount", "amountText", "currency", "date", "dateStart", "dateEnd", "status",
        "evidence", "quote", "start", "end", "confidence", "inDocument", "mentions", "Agreement", "Investment",
        "Settlement", "location", "subject",
    )}  # fmt: skip
    published, title = node(SCHEMA + "datePublished"), label
    places: list[tuple[str, str, str, list[int]]] = []
    for p in range(PROVINCES):
        places.append((f"{p + 11}0000", f"第{p + 1}省", "province", []))
    for p in range(PROVINCES):
        for c in range(CITIES):
            places.append((f"{p + 11}{c + 1:02}00", f"第{p + 1}省{c + 1}号市", "prefecture", [p]))
    for p in range(PROVINCES):
        for c in range(CITIES):
            for d in range(COUNTIES):
                above = [PROVINCES + p * CITIES + c, p]
                places.append((f"{p + 11}{c + 1:02}{d + 1:02}", f"第{p + 1}省{c + 1}号市{d + 1}区", "county", above))
    place = [node(f"{BASE}entity/place/{code}") for code, *_ in places]
    first_county = PROVINCES + PROVINCES * CITIES
    county = rng.integers(first_county, len(places), size=count)
    company = [node(f"{BASE}entity/company/{i}") for i in range(count)]
    named: list[str] = [name(i) for i in range(count)]
    # Few are in very many facts: the cube of a uniform number.
    first = (count * rng.random(facts) ** 3).astype(int)
    second = (count * rng.random(facts) ** 1.5).astype(int)
    second = np.where(first == second, (first + 1) % count, second)
    shape = rng.integers(0, 3, size=facts)
    seen: set[int] = set()
    seen_places: set[int] = set()

    def triples(i: int, graph: ox.NamedNode) -> Iterator[tuple[ox.NamedNode, ox.NamedNode, ox.Term]]:
        if i % 8 == 0:
            yield graph, kind, kg["Document"]
            yield graph, title, ox.Literal(f"第{i}篇报道", language="zh")
            yield graph, published, _literal(f"20{10 + i % 15:02}-{i % 12 + 1:02}-{i % 28 + 1:02}", "date")
        a, b = int(first[i]), int(second[i])
        for c in (a, b):
            yield graph, kg["mentions"], company[c]
            if c in seen:
                continue
            seen.add(c)
            yield company[c], kind, kg["Company"]
            yield company[c], label, ox.Literal(named[c], language="zh")
            yield company[c], kg["within"], place[county[c]]
            yield company[c], kg["inCity"], place[places[county[c]][3][0]]
            yield company[c], kg["inProvince"], place[places[county[c]][3][1]]
            for p in (int(county[c]), *places[county[c]][3]):
                if p in seen_places:
                    continue
                seen_places.add(p)
                code, said, level, above = places[p]
                yield place[p], kind, kg["AdministrativeDivision"]
                yield place[p], label, ox.Literal(said, language="zh")
                yield place[p], kg["code"], _literal(code)
                yield place[p], kg["level"], _literal(level)
                if len(above) > 0:
                    yield place[p], kg["within"], place[above[0]]
        year = 2000 + i % 25
        if shape[i] == 0:
            klass, roles, end = "Agreement", ("party", "party"), company[b]
        elif shape[i] == 1:
            klass, roles, end = "Investment", ("investor", "target"), company[b]
        else:
            klass, roles, end = "Settlement", ("subject", "location"), place[county[a]]
        fact, told = node(f"{BASE}fact/{klass}-{i:012x}"), named[b] if shape[i] < 2 else places[county[a]][1]
        yield fact, kind, kg[klass]
        yield fact, kg[roles[0]], company[a]
        yield fact, kg[roles[1]], end
        yield fact, label, ox.Literal(f"第{i}号协议", language="zh")
        yield fact, kg["status"], _literal("done")
        yield fact, kg["date"], _literal(str(year), "gYear")
        yield fact, kg["dateStart"], _literal(f"{year}-01-01", "date")
        yield fact, kg["dateEnd"], _literal(f"{year}-12-31", "date")
        if i % 3 == 0:
            yield fact, kg["amount"], _literal(str(i * 10_000), "decimal")
            yield fact, kg["currency"], _literal("CNY")
            yield fact, kg["amountText"], _literal(f"{i}万元")
        quote = f"{year}年，{named[a]}与{told}签订了第{i}号协议。"
        evidence = node(f"{graph.value}?fact={klass}-{i:012x}#char=0,{len(quote)}")
        yield fact, kg["evidence"], evidence
        yield evidence, kg["quote"], _literal(quote)
        yield evidence, kg["start"], _literal("0", "integer")
        yield evidence, kg["end"], _literal(str(len(quote)), "integer")
        yield evidence, kg["confidence"], _literal("0.8", "decimal")
        yield evidence, kg["inDocument"], graph

    for i in range(facts):
        graph = node(f"{BASE}document/n{i // 8}")
        for subject, predicate, value in triples(i, graph):
            yield ox.Quad(subject, predicate, value, graph)
            yield ox.Quad(subject, predicate, value)


def make(store: Path, facts: int) -> None:
    """Write the store."""
    Store.open(store).close()
    target = ox.Store(store / "triples")
    begun = time.perf_counter()
    target.bulk_extend(made_up(facts))
    target.optimize()
    target.flush()
    print(f"{facts:,} facts, {companies(facts):,} companies written in {time.perf_counter() - begun:.0f} s", flush=True)


def ask(addresses: list[str]) -> tuple[list[float], int, bytes]:
    """Seconds of each request, the size of the last answer, and that answer."""
    took, answer = [], b""
    for address in addresses:
        begun = time.perf_counter()
        with urllib.request.urlopen(address, timeout=600) as reply:
            answer = reply.read()
        took.append(time.perf_counter() - begun)
    return took, len(answer), answer


def main() -> None:
    """Make the store, ask, print a table and a verdict."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--store", type=Path, help="a folder for the store, which stays")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = given.store if given.store is not None else Path(folder) / "store"
        if not (store / "meta.json").exists():
            make(store, given.facts)
        port = free_port()
        command = [sys.executable, "-m", "kg", "serve", "--store", str(store), "--port", str(port)]
        command += ["--workers", str(given.workers), "--timeout", "120"]
        root = f"http://127.0.0.1:{port}/"
        last = companies(given.facts) - 1
        rare = 2 * last // 3

        def questions(k: int) -> dict[str, str]:
            """Addresses of the round `k`: others each time, so that nothing is answered from a cache."""
            county = f"place/11010{k + 1}"
            return {
                "the page": "?lang=zh" if k % 2 else "?lang=en",
                "the page around a company": f"?around=company/{k}",
                "around a hub": f"api/graph?around=company/{k}",
                "around a county": f"api/graph?around={county}",
                "around somebody rare": f"api/graph?around=company/{rare + k}",
                "a hub, one class, three years": f"api/graph?around=company/{k}&type=Investment&since=2004&until=2006",
                "names": "api/graph?find=" + urllib.parse.quote(name(last // 2 - k)[1:4]),
                "a way, two that are rare": f"api/graph?from=company/{rare + k}&to=company/{rare + 7 + k}",
                "a way, two hubs": f"api/graph?from=company/{k}&to=company/{k + 1}",
                "a way, a county to a company": f"api/graph?from={county}&to=company/{last // 3}",
                "a document": f"api/graph?document=n{7 + k}",
            }

        def start(process: subprocess.Popen[bytes], said: str) -> None:
            """Ask for the first page of all, and until names are found by their parts."""
            began, ready, highest = resident(process.pid), time.perf_counter(), 0.0
            took, *_ = ask([f"{root}?lang=zh&around=company/11"])
            print(f"{said}: the first page of all after {took[0]:.2f} s", flush=True)
            while time.perf_counter() - ready < 1200:
                with contextlib.suppress(OSError):
                    _, _, answer = ask([f"{root}api/search?q={urllib.parse.quote(name(int(time.time()) % 900)[:3])}"])
                    if not json.loads(answer)["partial"]:
                        break
                highest = max(highest, resident(process.pid))
                time.sleep(1)
            print(
                f"{said}: names ready after {time.perf_counter() - ready:.0f} s; memory {began:.0f} MB at the start,"
                f" {highest:.0f} at most meanwhile, {resident(process.pid):.0f} then", flush=True,
            )  # fmt: skip

        failed = []
        (store / "names.sqlite").unlink(missing_ok=True)
        with served(command, root + "sparql") as process:
            start(process, "first start")
        with served(command, root + "sparql") as process:
            start(process, "second start")
            for question in questions(0):
                try:
                    took, size, answer = ask([root + questions(k)[question] for k in range(given.rounds)])
                except (OSError, urllib.error.URLError) as error:
                    print(f"{question:32} {error}", flush=True)
                    failed.append(f"{question}: {error}")
                    continue
                memory = resident(process.pid)
                facts = len(json.loads(answer)["facts"]) if answer.startswith(b"{") else None
                median, told = statistics.median(took), "" if facts is None else f"{facts} facts"
                print(
                    f"{question:32} first {took[0]:6.2f} s, median {median:6.2f} s, {size / 1e3:8.0f} kB,"
                    f" {told:>10}, memory {memory:5.0f} MB", flush=True,
                )  # fmt: skip
                if median > LIMIT:
                    failed.append(f"{question}: {median:.1f} s")
                if memory > MEMORY:
                    failed.append(f"{question}: memory {memory:.0f} MB")
        wanted = f"every question within {LIMIT:g} s (median) and {MEMORY:g} MB"
        print(f"{'HOLDS' if len(failed) == 0 else 'DOES NOT HOLD'}: {wanted}" + "".join(f"\n  {f}" for f in failed))
        sys.exit(len(failed) > 0)


if __name__ == "__main__":
    main()
