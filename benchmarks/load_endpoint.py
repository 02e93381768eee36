"""Load and faults on `kg serve`: a hundred clients for ten minutes, a tenth hostile, workers killed, a build going on.

    python benchmarks/load_endpoint.py
    python benchmarks/load_endpoint.py --minutes 1 --pause 200

First the honest clients alone (`--quiet` seconds), then with the hostile ones, whose queries are cartesian products,
unbounded paths, huge regular expressions, deep nesting and queries of a megabyte. Meanwhile every few seconds a worker
process is killed (-9), and articles are added to the store by one build after the other. The load comes from `wrk`
(Debian has it) over the loopback address; an honest client waits about `--pause` milliseconds between two queries, so
that the machine is loaded and not only full. Two more clients compare every answer that they get with what it must be,
and look whether every document is whole.

Printed are the latencies of the honest clients with and without the others, the statuses, the longest time that any
request took, and the memory of the server with all its processes over time. Exits with 1 where an answer was wrong, a
request hung, or the latency of the honest grew to more than three times.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path

from bench_endpoint import descendants, free_port, resident

ROOT = Path(__file__).resolve().parent.parent

HONEST = """
local queries = {%s}
local number, counted, wrong = 0, {}, 0
request = function()
  number = number + 1
  local query = queries[number %% #queries + 1] .. "%%20%%23" .. number .. "-" .. math.random(1000000)
  return wrk.format("GET", "/sparql?query=" .. query, {["Accept"] = "application/sparql-results+json"})
end
delay = function() return math.random(%d, %d) end
"""

HOSTILE = """
local queries = {%s}
local number = 0
request = function()
  number = number + 1
  local body = queries[number %% #queries + 1] .. "#" .. number .. "-" .. math.random(1000000)
  return wrk.format("POST", "/sparql", {["Content-Type"] = "application/sparql-query"}, body)
end
"""

HOSTILE_QUERIES = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
    "SELECT (COUNT(*) AS ?n) { ?a (<>|!<>)* ?b . ?b (<>|!<>)* ?c }",
    "SELECT ?o { ?s ?p ?o . ?t ?q ?u FILTER(REGEX(CONCAT(STR(?o), STR(?u)), '(a|aa|.*)*(b|bb|.*)*$')) } ORDER BY ?o",
    "SELECT (GROUP_CONCAT(?c) AS ?all) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "ASK {" + "{" * 5000 + "}" * 5000 + "}",
    "ASK { FILTER(" + "!" * 20000 + "true) }",
    "ASK {" + "MINUS { ?s ?p ?o } " * 5000 + "}",
    "ASK { ?s ?p ?o } #" + "x" * 1_000_000,
)

HONEST_QUERIES = (
    "SELECT ?p ?o { <https://kg.example/entity/place/330402> ?p ?o }",
    "SELECT ?l { <https://kg.example/entity/place/310110> rdfs:label ?l }",
    "SELECT ?f { ?f a kg:Agreement ; kg:party <https://kg.example/entity/place/330402> }",
    "SELECT (COUNT(DISTINCT ?d) AS ?n) { ?d a kg:Document }",
    "SELECT ?e ?l { ?e a kg:Company ; rdfs:label ?l } LIMIT 20",
    "ASK { ?s kg:amount ?a FILTER(?a > 1000000000) }",
)

ARTICLE = "{date} 南湖区与杨浦区签订第{n}号合作框架协议，总投资{n}亿元。随后，第{n}号产业园落户南湖区。\n"


def wrk(address: str, script: str, folder: Path, *, clients: int, seconds: float) -> subprocess.Popen[str]:
    """The load tool with a script, running."""
    file = folder / f"{abs(hash(script))}.lua"
    file.write_text(script, encoding="utf-8")
    command = [
        "wrk",
        "-t1",
        f"-c{clients}",
        f"-d{seconds:.0f}s",
        "--timeout",
        "60s",
        "--latency",
        "-s",
        str(file),
        address,
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def report(text: str) -> dict[str, float]:
    """What wrk measured: milliseconds by percentile, the longest, requests, and answers that were no 2xx."""
    found: dict[str, float] = {}
    scale = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60000.0}
    for name, number, unit in re.findall(r"^\s+(50|75|90|99)%\s+([\d.]+)(us|ms|s|m)\s*$", text, re.MULTILINE):
        found[name] = float(number) * scale[unit]
    longest = re.search(r"Latency\s+\S+\s+\S+\s+([\d.]+)(us|ms|s|m)\s", text)
    if longest is not None:
        found["max"] = float(longest[1]) * scale[longest[2]]
    requests = re.search(r"(\d+) requests in", text)
    found["requests"] = float(requests[1]) if requests is not None else 0.0
    other = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    found["other"] = float(other[1]) if other is not None else 0.0
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    found["broken"] = float(sum(map(int, errors.groups()))) if errors is not None else 0.0
    found["timeouts"] = float(errors[4]) if errors is not None else 0.0
    return found


class Checker(threading.Thread):
    """A client that knows what the answers must be."""

    def __init__(self, address: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.address, self.stop = address, stop
        self.statuses: Counter[int] = Counter()
        self.wrong: list[str] = []
        self.longest = 0.0

    def ask(self, query: str) -> list[dict[str, str]] | None:
        """The rows, or None where the server says with a status that there are none now."""
        text = f"{query} #{random.random()}"
        began = time.perf_counter()
        body = urllib.parse.urlencode({"query": text}).encode()
        request = urllib.request.Request(
            self.address + "sparql", data=body, headers={"Accept": "application/sparql-results+json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                self.statuses[answer.status] += 1
                rows = json.loads(answer.read())["results"]["bindings"]
                return [{k: v["value"] for k, v in row.items()} for row in rows]
        except urllib.error.HTTPError as error:
            self.statuses[error.code] += 1
            if error.code not in {429, 503}:
                self.wrong.append(f"{error.code} {error.read(300)!r} for {query}")
            return None
        except OSError as error:
            self.wrong.append(f"{error!r} for {query}")
            return None
        finally:
            self.longest = max(self.longest, time.perf_counter() - began)

    def run(self) -> None:
        """Ask until it is told to stop."""
        label = "SELECT ?l { <https://kg.example/entity/place/330402> rdfs:label ?l }"
        whole = """SELECT ?d (COUNT(DISTINCT ?f) AS ?n) (COUNT(DISTINCT ?q) AS ?sentences) {
            GRAPH ?d { ?d a kg:Document . ?f kg:evidence ?e . ?e kg:quote ?q } FILTER(CONTAINS(STR(?d), 'added'))
        } GROUP BY ?d"""
        shape: set[tuple[str, str]] = set()
        while not self.stop.is_set():
            rows = self.ask(label)
            if rows is not None and rows != [{"l": "南湖区"}]:
                self.wrong.append(f"{rows} for {label}")
            rows = self.ask(whole)
            for row in rows or []:
                if "d" in row:
                    shape.add((row["n"], row["sentences"]))
                    if len(shape) > 1:
                        self.wrong.append(f"a document that is not whole: {row}, others are {shape}")
            self.stop.wait(0.2)


def killer(pid: int, stop: threading.Event, killed: list[int]) -> None:
    """Kill one of the server's processes every few seconds."""
    while not stop.wait(random.uniform(2, 6)):
        with contextlib.suppress(OSError, IndexError, ValueError):
            one = random.choice(descendants(pid))
            os.kill(one, signal.SIGKILL)
            killed.append(one)


def builder(store: Path, folder: Path, stop: threading.Event, built: list[int]) -> None:
    """Add an article to the store, again and again."""
    number = 0
    while not stop.wait(3):
        number += 1
        article = folder / "articles" / f"added{number:04d}.txt"
        article.write_text(ARTICLE.format(n=number, date="2018年8月20日"), encoding="utf-8")
        done = subprocess.run(
            ["nice", sys.executable, "-m", "kg", "build", str(article.parent), "--store", str(store), "--jobs", "1"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode == 0:
            built.append(number)
        else:
            print("build failed:", done.stderr[-300:])


def main() -> int:
    """Run the trial and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--quiet", type=float, default=60.0)
    parser.add_argument("--pause", type=int, default=400, help="milliseconds between two queries of an honest client")
    parser.add_argument("--clients", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = folder / "store"
        (folder / "articles").mkdir()
        build = [sys.executable, "-m", "kg", "build", "data/news", "--store", str(store)]
        subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
        port = free_port()
        address = f"http://127.0.0.1:{port}/"
        command = [sys.executable, "-m", "kg", "serve", "--store", str(store), "--port", str(port)]
        log = (folder / "log").open("w", encoding="utf-8")
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        stop = threading.Event()
        try:
            for _ in range(300):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(address + "sparql?query=ASK%7B%7D", timeout=5).read()
                    break
                time.sleep(0.1)
            time.sleep(2)
            queries = ", ".join(f'"{urllib.parse.quote(q)}"' for q in HONEST_QUERIES)
            honest = HONEST % (queries, given.pause // 2, given.pause * 3 // 2)
            bad = max(1, given.clients // 10)
            load = Path("/proc/loadavg").read_text(encoding="ascii").split()[0]
            print(f"load of the machine before: {load}; {given.clients - bad} honest clients, {bad} hostile")
            quiet = report(
                wrk(address, honest, folder, clients=given.clients - bad, seconds=given.quiet).communicate()[0]
            )
            print("quiet ", quiet)
            checkers = [Checker(address, stop) for _ in range(2)]
            killed: list[int] = []
            built: list[int] = []
            others = [
                *checkers,
                threading.Thread(target=killer, args=(server.pid, stop, killed), daemon=True),
                threading.Thread(target=builder, args=(store, folder, stop, built), daemon=True),
            ]
            for thread in others:
                thread.start()
            seconds = given.minutes * 60
            texts = ", ".join(json.dumps(q) for q in HOSTILE_QUERIES)
            loads = [
                wrk(address, honest, folder, clients=given.clients - bad, seconds=seconds),
                wrk(address, HOSTILE % texts, folder, clients=bad, seconds=seconds),
            ]
            memory: list[float] = []
            machine: list[float] = []
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                time.sleep(min(10, max(0.1, until - time.monotonic())))
                memory.append(resident(server.pid))
                machine.append(float(Path("/proc/loadavg").read_text(encoding="ascii").split()[0]))
            busy, hostile = (report(one.communicate()[0]) for one in loads)
            stop.set()
            for thread in others:
                thread.join(90)
            print("busy  ", busy)
            print("hostile", hostile)
            statuses = sum((checker.statuses for checker in checkers), Counter())
            wrong = [fault for checker in checkers for fault in checker.wrong]
            print("answers that were checked, by status:", dict(statuses), "wrong:", len(wrong))
            for fault in wrong[:10]:
                print("  wrong:", fault)
            longest = max(checker.longest for checker in checkers) * 1000
            print(f"longest: honest {busy.get('max', 0):.0f} ms, checked {longest:.0f} ms,"
                  f" hostile {hostile.get('max', 0):.0f} ms")  # fmt: skip
            print(f"workers killed: {len(killed)}, builds: {len(built)}, server alive: {server.poll() is None}")
            part = max(1, len(memory) // 5)
            print(f"memory of all processes, MB: first fifth {sum(memory[:part]) / part:.0f}, "
                  f"last fifth {sum(memory[-part:]) / part:.0f}, most {max(memory):.0f}")  # fmt: skip
            alone = resident_alone(server.pid)
            print(f"memory of the server process alone at the end: {alone:.0f} MB")
            print(f"load of the machine meanwhile: {min(machine):.1f} to {max(machine):.1f}")
            print("metrics:", [line for line in urllib.request.urlopen(address + "metrics").read().decode().splitlines()
                               if line.startswith(("kg_stopped", "kg_workers"))])  # fmt: skip
            times = busy.get("99", 0) / quiet["99"]
            print(
                f"p99 of the honest: {quiet['99']:.0f} ms alone, {busy.get('99', 0):.0f} ms with the others, "
                f"{times:.1f} times"
            )
            faults = {
                "an answer was wrong": len(wrong) > 0,
                "a request hung": hostile["timeouts"] + busy["timeouts"] > 0,
                "the 99th percentile is over three times": times > 3,
            }
            said = [fault for fault, there in faults.items() if there]
            print("verdict:", "; ".join(said) if len(said) > 0 else "holds")
            return 1 if len(said) > 0 else 0
        finally:
            stop.set()
            server.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(30)
            log.close()
            said = (folder / "log").read_text(encoding="utf-8")
            print("log of the server, its end:", said[-600:])


def resident_alone(pid: int) -> float:
    """Megabytes of one process alone."""
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return sum(float(line.split()[1]) for line in rows.splitlines() if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    sys.exit(main())
