"""The graph page: file size, first picture, CPU a frame while panning and zooming, memory, by number of edges.

    python benchmarks/bench_page.py
    python benchmarks/bench_page.py --edges 50000 --engines canvas,view --rounds 3 --opens 200000

`pyvis` and `canvas` are our two engines with everything in the picture, `view` is the page as `kg view` opens it (the
best connected part), `stock` is pyvis as it comes (its own template, physics on), `sigma` is sigma.js with the same
positions; that one needs npm, and is never shipped. CPU is that of all processes of the browser, which repeats where
wall times do not; every pan and zoom is checked by comparing pictures, as an overlay that swallows the mouse gives
sixty frames a second of nothing. Memory is the share of the renderer process (PSS), after the first picture. Made-up
data: companies and agencies in cities, as many again as edges, a twelfth of the facts parallel to another. It ends
with a table and a verdict on the canvas with 50,000 edges: first picture within 3 s, 60 frames a second (57 counted at
least), 12 CPU ms a frame.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Error, sync_playwright

from kg.layout import place
from kg.network import FactNetwork, FactRow, Node, Telling
from kg.ontology import Ontology
from kg.view import render

BASE = "https://kg.example/"
ONTOLOGY = Ontology.load()
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
#: How long a page may take to show its first picture before it counts as frozen.
PATIENCE = 60_000
#: Seconds after which a pan or zoom of 120 steps is broken off and counted as far as it came.
ENOUGH = 20.0
#: What is asked of the canvas with so many edges: seconds, frames a second, CPU milliseconds a frame.
ASKED, FIRST, FRAMES_A_SECOND, A_FRAME = 50_000, 3.0, 57, 12.0
COLUMNS = {
    "edges": "edges", "engine": "engine", "file_mb": "file MB", "first_s": "first picture s", "first_cpu_s": "CPU s",
    "pan_cpu_ms": "pan CPU ms a frame", "pan_fps": "fps", "zoom_cpu_ms": "zoom CPU ms a frame", "zoom_fps": "fps",
    "memory_mb": "renderer PSS MB", "moved": "moved", "note": "",
}  # fmt: skip
FRAMES = "() => { window.frames_ = 0; const f = () => { window.frames_++; requestAnimationFrame(f); }; f(); }"


def made_up(edges: int) -> tuple[FactNetwork, np.ndarray[Any, Any]]:
    """A network of `edges` facts between half as many entities, and the city of each."""
    rng = np.random.default_rng(1)
    count = max(edges // 2, 8)
    cities = max(8, int(count**0.5) // 2)
    weight = 1 / np.arange(1, cities + 1) ** 0.6
    city = rng.choice(cities, count, p=weight / weight.sum())
    order = np.argsort(city, kind="stable")
    starts, sizes = np.searchsorted(city[order], np.arange(cities)), np.bincount(city, minlength=cities)
    first = rng.integers(count, size=edges)
    other = np.where(rng.random(edges) < 0.9, city[first], rng.integers(cities, size=edges))
    other = np.where(sizes[other] > 0, other, city[first])
    offset = np.minimum((sizes[other] * rng.random(edges) ** 3).astype(int), sizes[other] - 1)
    second = order[starts[other] + offset]
    again = rng.integers(edges, size=edges // 12)
    first[: len(again)], second[: len(again)] = first[again], second[again]
    second = np.where(first == second, (first + 1) % count, second)
    kinds = ["Company", "Fund", "AdministrativeDivision", "University"]
    nodes = [
        Node(f"{BASE}entity/x/{i}", f"第{city[i]}城第{i}家公司", ONTOLOGY.top(kinds[i % 4]), kinds[i % 4])
        for i in range(count)
    ]
    facts = []
    for i, (a, b) in enumerate(zip(first.tolist(), second.tolist(), strict=True)):
        quote = f"{nodes[a].name}与{nodes[b].name}签订了第{i}号合作协议。"
        told = Telling(f"{BASE}document/{i % 500}", quote, 0, len(quote), "一篇报道", "2020-01-01", confidence=0.8)
        kind, roles = ("Agreement", ("party", "party")) if i % 2 else ("Investment", ("investor", "target"))
        pairs = ((roles[0], nodes[a].id), (roles[1], nodes[b].id))
        year = str(2000 + i % 25)
        facts.append(FactRow(f"{BASE}fact/{i}", kind, kind, pairs, label="合作协议", date=year, tellings=(told,)))
    return FactNetwork.of(nodes, facts), city


def stock(network: FactNetwork) -> str:
    """What pyvis writes by itself, with its library in the file."""
    from pyvis.network import Network

    drawn = Network(directed=True, cdn_resources="in_line", height="800px")
    number = {node: i for i, node in enumerate(network.nodes)}
    drawn.nodes.extend(
        {"id": number[n.id], "label": n.name, "shape": "dot", "color": "#97c2fc"} for n in network.nodes.values()
    )
    for fact in network.facts.values():
        a, b = fact.nodes if len(fact.nodes) == 2 else (fact.nodes[0], fact.nodes[0])
        title = fact.tellings[0].quote
        drawn.edges.append({"from": number[a], "to": number[b], "title": title, "arrows": "to"})
    # Its page asks for bootstrap from the net; without that it works all the same.
    return str(drawn.generate_html())


def sigma(network: FactNetwork, folder: Path) -> str | None:
    """A page by sigma.js with the same positions; None where npm cannot make the bundle."""
    bundle = folder / "bundle.js"
    if not bundle.exists():
        if shutil.which("npm") is None:
            return None
        (folder / "entry.js").write_text(
            "import Graph from 'graphology'; import Sigma from 'sigma'; window.Graph = Graph; window.Sigma = Sigma;\n"
        )
        ask = ["npm", "install", "--silent", "--no-audit", "--no-fund", "sigma@3", "graphology@0.26", "esbuild"]
        pack = ["node_modules/.bin/esbuild", "entry.js", "--bundle", "--minify", "--outfile=bundle.js"]
        for command in (ask, pack):
            if subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode != 0:
                return None
    number = {node: i for i, node in enumerate(network.nodes)}
    ends = [(number[f.nodes[0]], number[f.nodes[-1]]) for f in network.facts.values()]
    count = len(number)
    at = place(count, ends, widths=[16] * count, heights=[14] * count, iterations=120)
    named = zip(network.nodes.values(), at.tolist(), strict=True)
    data = {
        "nodes": [[n.name, round(x), round(y)] for n, (x, y) in named],
        "edges": [[a, b, f.tellings[0].quote] for (a, b), f in zip(ends, network.facts.values(), strict=True)],
    }
    return (
        "<!doctype html><meta charset=utf-8><style>html,body,#net{margin:0;width:100%;height:100%}</style>"
        f"<div id=net></div><script>{bundle.read_text(encoding='utf-8')}</script><script>"
        f"const D={json.dumps(data, ensure_ascii=False)};const g=new Graph({{multi:true,type:'directed'}});"
        "D.nodes.forEach((n,i)=>g.addNode(i,{label:n[0],x:n[1],y:n[2],size:3,color:'#0072B2'}));"
        "D.edges.forEach((e,i)=>e[0]!==e[1]&&g.addEdge(e[0],e[1],{size:1,color:'#bbb',title:e[2]}));"
        "const s=new Sigma(g,document.getElementById('net'));"
        "requestAnimationFrame(()=>requestAnimationFrame(()=>document.documentElement.dataset.ready='yes'));</script>"
    )


# ---------------------------------------------------------------- measuring


def browser_cpu() -> float:
    """CPU seconds so far of all browser processes below this one."""
    parents: dict[int, tuple[int, str, float]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            text = (entry / "stat").read_text()
        except OSError:
            continue
        name = text[text.index("(") + 1 : text.rindex(")")]
        values = text[text.rindex(")") + 2 :].split()
        ticks = (int(values[11]) + int(values[12])) / os.sysconf("SC_CLK_TCK")
        parents[int(entry.name)] = (int(values[1]), name, ticks)
    total = 0.0
    for _, (parent, name, ticks) in parents.items():
        at = parent
        while at in parents and at != os.getpid():
            at = parents[at][0]
        if at == os.getpid() and "chrom" in name:
            total += ticks
    return total


def renderer_memory() -> float:
    """Megabytes of the largest renderer process below this one: its share of what it holds (PSS)."""
    parents: dict[int, int] = {}
    renderers = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            text = (entry / "stat").read_text()
            parents[int(entry.name)] = int(text[text.rindex(")") + 2 :].split()[1])
            if b"--type=renderer" in (entry / "cmdline").read_bytes():
                rows = (entry / "smaps_rollup").read_text()
                share = next(float(line.split()[1]) for line in rows.splitlines() if line.startswith("Pss:"))
                renderers.append((int(entry.name), share / 1024))
        except (OSError, StopIteration):
            continue
    most = 0.0
    for process, share in renderers:
        at = process
        while at in parents and at != os.getpid():
            at = parents[at]
        if at == os.getpid():
            most = max(most, share)
    return most


def measured(text: str, engine: str, folder: Path) -> dict[str, Any]:
    """Open a page, look, pan, zoom."""
    path = folder / f"{engine}.html"
    path.write_text(text, encoding="utf-8")
    row: dict[str, Any] = {"engine": engine, "file_mb": round(path.stat().st_size / 1e6, 2)}
    with sync_playwright() as started:
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = started.chromium.launch(
            executable_path=CHROMIUM, args=["--disable-gpu", "--enable-precise-memory-info", *root]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(PATIENCE)
        page.route("http*://**", lambda route: route.abort())
        before, start = browser_cpu(), time.perf_counter()
        try:
            page.goto(path.as_uri(), wait_until="commit")
            if engine == "stock":
                # Its loading bar goes away when the physics has come to rest for the first time.
                page.wait_for_function(
                    "() => { const b = document.getElementById('loadingBar');"
                    " return window.network && (!b || b.style.display === 'none' || b.style.opacity === '0'); }"
                )
            else:
                page.wait_for_selector("html[data-ready=yes]", state="attached")
        except Error:
            row["first_s"] = None
            row["note"] = f"no picture after {PATIENCE // 1000} s"
            browser.close()
            return row
        page.evaluate("() => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")
        row["first_s"] = round(time.perf_counter() - start, 2)
        row["first_cpu_s"] = round(browser_cpu() - before, 2)
        row["memory_mb"] = round(renderer_memory())
        page.wait_for_timeout(800)
        page.evaluate(FRAMES)
        box = page.locator("#net, #mynetwork").first.bounding_box() or {"x": 0, "y": 0, "width": 1280, "height": 800}
        x, y = box["x"] + 40, box["y"] + 40
        picture = page.screenshot()
        for name in ("pan", "zoom"):
            frames, cpu, begun = page.evaluate("() => window.frames_"), browser_cpu(), time.perf_counter()
            if name == "pan":
                page.mouse.move(x, y)
                page.mouse.down()
            for step in range(120):
                if name == "pan":
                    page.mouse.move(x + 2 * step, y + step)
                else:
                    page.mouse.wheel(0, -40 if step < 60 else 40)
                time.sleep(max(0.0, begun + (step + 1) / 60 - time.perf_counter()))
                if time.perf_counter() - begun > ENOUGH:
                    break
            took = time.perf_counter() - begun
            count = max(1, page.evaluate("() => window.frames_") - frames)
            row[f"{name}_cpu_ms"] = round(1000 * (browser_cpu() - cpu) / count, 1)
            row[f"{name}_fps"] = round(count / took)
            if name == "pan":
                page.mouse.up()
                page.wait_for_timeout(600)
                after = page.screenshot()
                row["moved"] = after != picture
        browser.close()
    return row


def main() -> None:
    """Prints one line for each engine and size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edges", default="60,2000,10000,50000")
    parser.add_argument("--engines", default="pyvis,canvas,view,stock,sigma")
    parser.add_argument("--rounds", type=int, default=1, help="the median of so many counts")
    parser.add_argument("--opens", type=int, default=0, help="does the canvas open with so many edges as well?")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    rows: list[dict[str, Any]] = []
    sizes = [(int(edges), given.engines.split(",")) for edges in given.edges.split(",")]
    sizes += [(given.opens, ["canvas"])] if given.opens > 0 else []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for edges, engines in sizes:
            network, _ = made_up(edges)
            for engine in engines:
                begun = time.process_time()
                if engine == "stock":
                    text: str | None = stock(network)
                elif engine == "sigma":
                    text = sigma(network, folder)
                elif engine == "view":
                    text = render(network, ONTOLOGY, title="基准")
                else:
                    text = render(network, ONTOLOGY, title="基准", engine=engine, limit=10**9)  # type: ignore[arg-type]
                row: dict[str, Any] = {"edges": edges, "engine": engine, "note": "npm cannot make the bundle here"}
                if text is not None:
                    wrote = round(time.process_time() - begun, 2)
                    each = [measured(text, engine, folder) for _ in range(given.rounds)]
                    row = {"edges": edges, "write_cpu_s": wrote, **median(each)}
                rows.append(row)
                print(json.dumps(row, ensure_ascii=False) if given.json else line(row), flush=True)
    load = " ".join(f"{x:.1f}" for x in os.getloadavg())
    if not given.json:
        print("\n| " + " | ".join(COLUMNS.values()) + " |\n|" + " --- |" * len(COLUMNS))
        for row in rows:
            print("| " + " | ".join(str(row.get(key, "")) for key in COLUMNS) + " |")
    failed = []
    for row in rows:
        if row["engine"] != "canvas" or row["edges"] < ASKED:
            continue
        if row.get("first_s") is None:
            failed.append(f"{row['edges']} edges do not open")
        elif row["edges"] == ASKED:
            asked = {
                "first picture": row["first_s"] < FIRST, "moves": row["moved"],
                "pan fps": row["pan_fps"] >= FRAMES_A_SECOND, "zoom fps": row["zoom_fps"] >= FRAMES_A_SECOND,
                "pan CPU": row["pan_cpu_ms"] < A_FRAME, "zoom CPU": row["zoom_cpu_ms"] < A_FRAME,
            }  # fmt: skip
            failed += [f"{what} with {ASKED} edges" for what, good in asked.items() if not good]
    if any(row["engine"] == "canvas" and row["edges"] >= ASKED for row in rows):
        print(f"{'HOLDS' if len(failed) == 0 else 'DOES NOT HOLD: ' + ', '.join(failed)} (load of the machine {load})")
        sys.exit(len(failed) > 0)


def line(row: dict[str, Any]) -> str:
    """A row while the others are still measured."""
    return "  ".join(f"{key} {row[key]}" for key in COLUMNS if key in row)


def median(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of each figure; what does not hold once does not hold."""
    found = dict(rows[0])
    for key, value in rows[0].items():
        values = [row.get(key) for row in rows]
        if isinstance(value, bool):
            found[key] = all(values)
        elif isinstance(value, (int, float)) and all(isinstance(v, (int, float)) for v in values):
            found[key] = statistics.median(v for v in values if isinstance(v, (int, float)))
    return found


if __name__ == "__main__":
    main()
