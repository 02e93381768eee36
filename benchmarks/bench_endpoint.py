"""Requests per second of `kg serve` beside rdflib-endpoint and `oxigraph serve-read-only`, over the same triples.

    python benchmarks/bench_endpoint.py
    python benchmarks/bench_endpoint.py --triples 100000 --seconds 4 --rounds 3 --tools /opt/bench/bin

Asked is for one entity's triples. Once every query is another one (a number in a comment), so that nothing can be
answered from a cache; once the same few come again and again. The load comes from `wrk` (Debian has it) with one thread
and eight connections; the other servers are only needed here: `pip install oxigraph rdflib-endpoint`, where it is not
this Python's, name its folder with --tools. What is not there is left out. Servers are measured in turn, round by
round, and the median of a server's rounds counts.

Then how soon the first bytes of a long answer come and how the memory of the worker grows with it, and how long a
search by text over labels takes.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kg.ontology import KG, RDF_TYPE, RDFS  # noqa: E402
from kg.store import Store  # noqa: E402

BASE = "https://kg.example/"

#: How many times as fast as another server kg is to be, for queries that are the same or not.
WANTED = {
    ("rdflib-endpoint", False): 3.5,
    ("oxigraph serve-read-only", False): 0.3,
    ("oxigraph serve-read-only", True): 1.0,
}

LUA = """
local queries = {%s}
local number = 0
request = function()
  number = number + 1
  local query = queries[number %% #queries + 1]%s
  return wrk.format("GET", "%s?query=" .. query, {["Accept"] = "application/sparql-results+json"})
end
"""


def made_up(triples: int) -> Iterator[ox.Quad]:
    """Companies with labels and agreements between them, about ten triples an article, each a graph of its own."""
    node, literal = ox.NamedNode, ox.Literal
    kind, label = node(RDF_TYPE), node(RDFS + "label")
    for number in range(triples // 10):
        graph = node(f"{BASE}document/n{number}")
        one, other = (node(f"{BASE}entity/company/{n}") for n in (number, (number * 7919 + 13) % (triples // 10)))
        fact = node(f"{BASE}fact/Agreement-{number:012x}")
        for subject, predicate, value in (
            (graph, kind, node(KG + "Document")),
            (graph, node(KG + "mentions"), one),
            (one, kind, node(KG + "Company")),
            (one, label, literal(name(number), language="zh")),
            (fact, kind, node(KG + "Agreement")),
            (fact, node(KG + "party"), one),
            (fact, node(KG + "party"), other),
            (fact, node(KG + "amount"), literal(number * 1000)),
            (fact, node(KG + "status"), literal("done")),
            (fact, node(KG + "amountText"), literal(f"{number}千元")),
        ):
            yield ox.Quad(subject, predicate, value, graph)
            yield ox.Quad(subject, predicate, value)


def name(number: int) -> str:
    """A company's name that no other has."""
    signs = "博诚德鼎丰冠皓恒弘嘉金竣凯朗隆铭诺鹏启乾锐盛泰腾威希欣旭雅宜永裕元泽臻卓"
    stem = ""
    for _ in range(4):
        stem, number = stem + signs[number % len(signs)], number // len(signs)
    return f"{stem}科技有限公司"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def served(command: list[str], address: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server while the block runs; it has answered once when the block begins."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(address + "?query=ASK%7B%7D", timeout=5).read()
                break
            time.sleep(0.1)
        else:
            sys.exit(f"no answer from {' '.join(command[:4])}")
        yield process
    finally:
        process.terminate()
        process.wait(20)


def load(address: str, folder: Path, *, entities: int, same: bool, seconds: float) -> tuple[float, str]:
    """Requests a second, and the 99th percentile as wrk writes it."""
    some = 50 if same else 2000
    queries = ", ".join(
        f'"{urllib.parse.quote(f"SELECT ?p ?o WHERE {{ <{BASE}entity/company/{n * 37 % entities}> ?p ?o }}")}"'
        for n in range(some)
    )
    script = folder / "load.lua"
    script.write_text(
        LUA % (queries, "" if same else ' .. "%20%23" .. number', urllib.parse.urlsplit(address).path), encoding="utf-8"
    )
    done = subprocess.run(
        ["wrk", "-t1", "-c8", f"-d{seconds:g}s", "--latency", "-s", str(script), address],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    if "Non-2xx" in done.stdout:
        sys.exit(f"{address} did not answer every request:\n{done.stdout}")
    rate = re.search(r"Requests/sec:\s*([\d.]+)", done.stdout)
    late = re.search(r"99%\s+(\S+)", done.stdout)
    assert rate is not None
    return float(rate[1]), late[1] if late is not None else ""


def first_bytes(address: str, process: subprocess.Popen[bytes]) -> None:
    """How soon a long answer begins, and what the memory of all processes does while it goes on."""
    query = "SELECT ?a ?b ?c { ?a kg:party ?b . ?d kg:status ?c } LIMIT 1000000"
    began = time.perf_counter()
    with urllib.request.urlopen(f"{address}?{urllib.parse.urlencode({'query': query, 'format': 'tsv'})}") as answer:
        size = len(answer.read(1000))
        first = time.perf_counter() - began
        memory = []
        while part := answer.read(1 << 20):
            size += len(part)
            memory.append(resident(process.pid))
    print(
        f"one million rows: first bytes after {first * 1000:.0f} ms, all {size / 1e6:.0f} MB after "
        f"{time.perf_counter() - began:.1f} s; memory of server and workers {min(memory):.0f} to {max(memory):.0f} MB"
    )


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
            found += [int(child), *descendants(int(child))]
    return found


def resident(pid: int) -> float:
    """Megabytes that a process and its descendants hold; 0 where the system does not say."""
    total = 0.0
    for one in (pid, *descendants(pid)):
        # One that ends meanwhile holds nothing.
        with contextlib.suppress(OSError):
            rows = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii")
            total += sum(float(line.split()[1]) for line in rows.splitlines() if line.startswith("Pss:"))
    return total / 1024


def searches(root: str, entities: int) -> None:
    """How long a search by a part of a name, or by pinyin, takes."""
    wanted = name(entities // 2)
    from pypinyin import lazy_pinyin

    typed = {
        "a part of a name": wanted[1:4],
        "two signs of a name": wanted[1:3],
        "pinyin": "".join(lazy_pinyin(wanted)),
        "the start of pinyin": "".join(lazy_pinyin(wanted[:3])),
        "initials": "".join(s[0] for s in lazy_pinyin(wanted)),
    }
    for kind, text in typed.items():
        took = []
        for turn in range(7):
            began = time.perf_counter()
            address = f"{root}api/search?{urllib.parse.urlencode({'q': text, 'limit': 10 + turn})}"
            with urllib.request.urlopen(address) as answer:
                found = answer.read()
            took.append(time.perf_counter() - began)
            assert b'"id"' in found, found
        print(f"search for {kind}: median {statistics.median(took) * 1000:.0f} ms, worst {max(took) * 1000:.0f} ms")


def main() -> None:
    """Make the store, measure every server that is there, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--tools", type=Path, default=Path(sys.executable).parent)
    parser.add_argument("--entities", type=int, default=0, help="search over so many entities instead")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name_:
        folder = Path(name_)
        triples = given.entities * 10 if given.entities > 0 else given.triples
        store = folder / "store"
        Store.open(store).close()
        target = ox.Store(store / "triples")
        target.bulk_extend(made_up(triples))
        target.flush()
        count = sum(1 for _ in target.quads_for_pattern(None, None, None, ox.DefaultGraph()))
        (folder / "data.nt").write_bytes(target.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()))
        del target
        print(f"{count:,} triples")
        port = free_port()
        kg = [sys.executable, "-m", "kg", "serve", "--store", str(store), "--port", str(port)]
        kg += ["--workers", str(given.workers), "--max-rows", "0", "--timeout", "60"]
        address = f"http://127.0.0.1:{port}/sparql"
        if given.entities > 0:
            with served(kg, address):
                time.sleep(given.entities / 4000)
                searches(address.removesuffix("sparql"), given.entities)
            return
        if shutil.which("wrk") is None:
            sys.exit("wrk is needed; Debian has it: apt install wrk")
        port = free_port()
        servers = {"kg serve": (kg, address, True)}
        oxigraph, rdflib = given.tools / "oxigraph", given.tools / "rdflib-endpoint"
        if oxigraph.exists():
            command = [str(oxigraph), "serve-read-only", "-l", str(store / "triples"), "-b", f"127.0.0.1:{port}"]
            servers["oxigraph serve-read-only"] = (command, f"http://127.0.0.1:{port}/query", True)
        if rdflib.exists():
            command = [str(rdflib), "serve", "--host", "127.0.0.1", "--port", str(port + 1), str(folder / "data.nt")]
            servers["rdflib-endpoint"] = (command, f"http://127.0.0.1:{port + 1}/", False)
        rates: dict[tuple[str, bool], list[tuple[float, str]]] = {}
        for turn in range(given.rounds):
            for server, (command, where, repeat) in servers.items():
                with served(command, where) as process:
                    for same in (False, True) if repeat else (False,):
                        one = load(where, folder, entities=triples // 10, same=same, seconds=given.seconds)
                        rates.setdefault((server, same), []).append(one)
                    if turn == 0 and server == "kg serve":
                        first_bytes(where, process)
        for same in (False, True):
            own = statistics.median(rate for rate, _ in rates["kg serve", same])
            print("the same queries again and again" if same else "every query another one")
            for server in servers:
                if (server, same) in rates:
                    each = rates[server, same]
                    rate = statistics.median(rate for rate, _ in each)
                    lates = " ".join(late for _, late in each)
                    spread = f"{min(each)[0]:,.0f} to {max(each)[0]:,.0f}"
                    print(f"  {server:26} {rate:9,.0f} a second ({spread}), kg {own / rate:5.2f} times; p99 {lates}")
                    if (least := WANTED.get((server, same))) is not None:
                        print(f"  verdict: {least} times was wanted: {'holds' if own / rate >= least else 'fails'}")


if __name__ == "__main__":
    main()
