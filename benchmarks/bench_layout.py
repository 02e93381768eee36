"""Layout: CPU seconds and quality of `kg.layout.place` beside networkx, on made-up networks of companies in cities.

    python benchmarks/bench_layout.py [--nodes 1000,10000,100000] [--limit 120]

Quality is the share of the six nearest drawn neighbours that are in the same city (higher is better), overlap the
share of nodes that lie on another (distance below three quarters of a dot's size). networkx (its spring layout needs
scipy: pip install scipy) is given up after `--limit` CPU seconds, or where its memory goes over `--memory` gigabytes.
It ends with a verdict: 10,000 nodes within 4 CPU seconds, 100,000 within 30, none on another.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

# Threads of a library do not live on in a process that is forked, and layouts are compared on one core.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np
from bench_page import made_up

from kg.layout import place

DOT = 14.0


def quality(at: np.ndarray[Any, Any], city: np.ndarray[Any, Any]) -> tuple[float, float]:
    """Share of near neighbours in the same city, and share of nodes on another, of up to 3,000 nodes."""
    some = np.random.default_rng(0).permutation(len(at))[:3000]
    same, over = 0.0, 0
    for i in some:
        distance = ((at - at[i]) ** 2).sum(axis=1)
        distance[i] = np.inf
        same += float((city[np.argpartition(distance, 6)[:6]] == city[i]).mean())
        over += float(distance.min()) < (DOT * 0.75) ** 2
    return same / len(some), over / len(some)


def limited(
    layout: Callable[[], np.ndarray[Any, Any]], seconds: int, gigabytes: int
) -> tuple[float, np.ndarray[Any, Any]] | str:
    """CPU seconds and positions of a layout in a process of its own, or what it was given up for."""
    mine, other = multiprocessing.Pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds + 1, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (gigabytes << 30, gigabytes << 30))
        try:
            begun = time.process_time()
            at = layout()
            other.send((time.process_time() - begun, at))
        except MemoryError:
            other.send(f"over {gigabytes} GB")
        except ModuleNotFoundError as error:
            other.send(f"needs {error.name}")
        finally:
            os._exit(0)
    other.close()
    try:
        answer: tuple[float, np.ndarray[Any, Any]] | str = mine.recv()
    except EOFError:
        answer = f"over {seconds} s"
    os.waitpid(child, 0)
    return answer


def main() -> None:
    """Prints one line for each layout and size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", default="1000,10000,100000")
    parser.add_argument("--limit", type=int, default=120, help="CPU seconds that another layout may take")
    parser.add_argument("--memory", type=int, default=4, help="gigabytes that another layout may take")
    given = parser.parse_args()
    failed: list[str] = []
    for count in map(int, given.nodes.split(",")):
        network, city = made_up(2 * count)
        number = {node: i for i, node in enumerate(sorted(network.nodes, key=lambda n: int(n.rpartition("/")[2])))}
        pairs = [(number[f.nodes[0]], number[f.nodes[-1]]) for f in network.facts.values()]
        layouts: dict[str, Callable[[], np.ndarray[Any, Any]]] = {
            "kg": lambda pairs=pairs, count=count: place(
                count,
                pairs,
                widths=[DOT + 2] * count,
                heights=[DOT] * count,
                iterations=300 if count < 3000 else 220 if count < 30_000 else 140,
            )
        }
        import networkx as nx

        graph = nx.Graph(pairs)
        graph.add_nodes_from(range(count))
        scale = 20 * count**0.5

        def spring(graph: Any = graph, scale: float = scale) -> np.ndarray[Any, Any]:
            at = nx.spring_layout(graph, seed=1, scale=scale)
            return np.array([at[i] for i in range(len(at))])

        def atlas(graph: Any = graph) -> np.ndarray[Any, Any]:
            at = nx.forceatlas2_layout(graph, seed=1, max_iter=100)
            return np.array([at[i] for i in range(len(at))])

        layouts["networkx spring_layout"] = spring
        layouts["networkx forceatlas2_layout"] = atlas
        for name, layout in layouts.items():
            if name == "kg":
                begun = time.process_time()
                at = layout()
                took = time.process_time() - begun
            else:
                found = limited(layout, given.limit, given.memory)
                if isinstance(found, str):
                    print(f"{count:>7} nodes  {name:<28} {found}", flush=True)
                    continue
                took, at = found
            if name != "kg":
                # On the same room for each node as ours, so that overlap can be compared.
                at = at / max(np.ptp(at, axis=0).max(), 1e-9) * 45 * count**0.5
            same, over = quality(at, city)
            if name == "kg":
                most = {10_000: 4.0, 100_000: 30.0}.get(count)
                if most is not None and took > most:
                    failed.append(f"{count} nodes took {took:.1f} CPU s, not {most:g}")
                if over > 0:
                    failed.append(f"{over:.3f} of {count} nodes lie on another")
            line = f"{count:>7} nodes  {name:<28} {took:8.2f} CPU-s  same city {same:.2f}  overlap {over:.3f}"
            print(line, flush=True)
    print("HOLDS" if len(failed) == 0 else "DOES NOT HOLD: " + "; ".join(failed))
    sys.exit(len(failed) > 0)


if __name__ == "__main__":
    main()
