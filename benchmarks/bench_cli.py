"""Start-up of the command line, beside that of an interpreter which only imports typer and rich.

    python benchmarks/bench_cli.py [--rounds 9]

Every run is a fresh process; CPU time (user and system) of the child and wall time, each the median, the programs in
turn. The ratio to `import typer, rich` is what can be compared between machines.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEAST = "import typer, rich"


def once(command: Sequence[str], folder: Path) -> tuple[float, float]:
    """CPU and wall seconds of one fresh process; raises CalledProcessError where it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def main() -> None:
    """Print a line a command."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=9, help="fresh processes a command (default 9)")
    options.add_argument("--name", default="南湖区", help="the name to show (default 南湖区)")
    given = options.parse_args()
    kg = [sys.executable, str(ROOT / "cli.py")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = str(folder / "store")
        subprocess.run(
            [*kg, "build", str(ROOT / "data" / "news"), "--store", store],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
        )
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            f"python -c '{LEAST}'": [sys.executable, "-c", LEAST],
            "kg --help": [*kg, "--help"],
            "kg --version": [*kg, "--version"],
            f"kg show {given.name}": [*kg, "show", given.name, "--store", store],
            "kg stats": [*kg, "stats", "--store", store],
            "kg facts": [*kg, "facts", "--store", store],
            "kg query (5 rows)": [*kg, "query", "SELECT * { GRAPH ?g { ?s ?p ?o } } LIMIT 5", "--store", store],
        }
        measured: dict[str, list[tuple[float, float]]] = {shown: [] for shown in commands}
        for command in commands.values():
            once(command, folder)  # bytecode and the file cache
        for _ in range(given.rounds):
            for shown, command in commands.items():
                measured[shown].append(once(command, folder))
    medians = {
        shown: (statistics.median(cpu for cpu, _ in runs), statistics.median(wall for _, wall in runs))
        for shown, runs in measured.items()
    }
    least_cpu, least_wall = medians[f"python -c '{LEAST}'"]
    print(f"{'':32}{'CPU ratio':>10}{'wall ratio':>12}{'CPU ms':>9}{'wall ms':>9}")
    for shown, (cpu, wall) in medians.items():
        wide = sum(ord(c) > 0x2E80 for c in shown)
        print(
            f"{shown}{' ' * (32 - len(shown) - wide)}{cpu / least_cpu:10.2f}{wall / least_wall:12.2f}"
            f"{cpu * 1000:9.0f}{wall * 1000:9.0f}"
        )


if __name__ == "__main__":
    main()
