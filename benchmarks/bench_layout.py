"""Layout: CPU seconds and quality of `kg.layout.place` beside networkx, on made-up networks of companies in cities.

    python benchmarks/bench_layout.py [--nodes 1000,10000,100000] [--others 1000]

Quality is the share of the six nearest drawn neighbours that are in the same city (higher is better), overlap the
share of nodes that lie on another (distance below three quarters of a dot's size). Up to `--others` nodes networkx is
run too (its spring layout needs scipy); with more it takes minutes.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

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


def main() -> None:
    """Prints one line for each layout and size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", default="1000,10000,100000")
    parser.add_argument("--others", type=int, default=1000)
    given = parser.parse_args()
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
        if count <= given.others:
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
            begun = time.process_time()
            at = layout()
            took = time.process_time() - begun
            if name != "kg":
                # On the same room for each node as ours, so that overlap can be compared.
                at = at / max(np.ptp(at, axis=0).max(), 1e-9) * 45 * count**0.5
            same, over = quality(at, city)
            line = f"{count:>7} nodes  {name:<28} {took:8.2f} CPU-s  same city {same:.2f}  overlap {over:.3f}"
            print(line, flush=True)


if __name__ == "__main__":
    main()
