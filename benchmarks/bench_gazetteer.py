"""Loading time of the gazetteer, each run in a fresh process, beside reading the same rows with csv.DictReader.

python benchmarks/bench_gazetteer.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = 7

LOAD = """
from kg.gazetteer import Gazetteer
start = time.perf_counter()
Gazetteer.load()
"""
ROWS = """
import csv
start = time.perf_counter()
for name in ("divisions.tsv", "forms.tsv"):
    with open("data/gazetteer/" + name, encoding="utf-8", newline="") as stream:
        list(csv.DictReader(stream, delimiter="\\t"))
"""
SURFACES = """
from kg.gazetteer import Gazetteer
places = Gazetteer.load()
start = time.perf_counter()
list(places.surfaces())
"""
AUTOMATON = """
from ahocorasick_rs import AhoCorasick, MatchKind
from kg.gazetteer import Gazetteer
places = Gazetteer.load()
start = time.perf_counter()
AhoCorasick(places.forms, matchkind=MatchKind.LeftmostLongest)
"""


def seconds(program: str) -> float:
    """The median over fresh processes of the seconds between `start` and the end of a program."""
    code = f"import time\n{program}\nprint(time.perf_counter() - start)"
    command = [sys.executable, "-c", code]
    times = [
        float(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout) for _ in range(RUNS)
    ]
    return statistics.median(times)


def main() -> None:
    """Print the medians and the ratio."""
    load, rows = seconds(LOAD), seconds(ROWS)
    print(f"Gazetteer.load()           {load * 1000:7.1f} ms")
    print(f"csv.DictReader, same rows  {rows * 1000:7.1f} ms   {rows / load:.1f} times as long")
    print(f"all surfaces()             {seconds(SURFACES) * 1000:7.1f} ms")
    print(f"automaton over all forms   {seconds(AUTOMATON) * 1000:7.1f} ms")


if __name__ == "__main__":
    main()
