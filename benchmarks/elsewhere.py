"""The canned questions on other servers: what `kg export --format nquads` wrote gives the same rows there.

    python benchmarks/elsewhere.py
    python benchmarks/elsewhere.py --tools /opt/bench/bin --only oxigraph

Builds the sample articles, exports them, loads the file into Oxigraph's server (`pip install oxigraph`) and into
Virtuoso (Debian's `virtuoso-opensource`), each started for this in a folder of its own on the loopback, and asks
every canned question with its example there and in the embedded store. What is not installed is left out. Prints each
question with the number of rows, and for those that differ what is missing and what is too much. Which one of several
sentences is shown (MIN over strings) is told apart from other differences. Exits with 1 where any differ.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from bench_endpoint import free_port

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kg import search  # noqa: E402
from kg.errors import KgError  # noqa: E402
from kg.ontology import Ontology  # noqa: E402
from kg.remote import Remote  # noqa: E402
from kg.store import Store  # noqa: E402

VIRTUOSO = """[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temp.db
TransactionFile = {folder}/temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {folder}
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
[SPARQL]
ResultSetMaxRows = 1000000
"""


@contextlib.contextmanager
def oxigraph(tool: str, data: Path, folder: Path) -> Iterator[str]:
    """Oxigraph's server with the data in it; gives its address."""
    subprocess.run([tool, "load", "-l", str(folder), "-f", str(data)], check=True, capture_output=True)
    port = free_port()
    command = [tool, "serve", "-l", str(folder), "-b", f"127.0.0.1:{port}", "--union-default-graph"]
    with running(command, f"http://127.0.0.1:{port}/query") as address:
        yield address


@contextlib.contextmanager
def virtuoso(tool: str, data: Path, folder: Path) -> Iterator[str]:
    """Virtuoso with the data in it; gives its address."""
    folder.mkdir()
    shutil.copy(data, folder / "graph.nq")
    sql, http = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(VIRTUOSO.format(folder=folder, sql=sql, http=http), encoding="utf-8")
    isql = next(found for name in ("isql-vt", "isql-v") if (found := shutil.which(name)) is not None)
    command = [tool, "+foreground", "+configfile", str(folder / "virtuoso.ini")]
    with running(command, f"http://127.0.0.1:{http}/sparql") as address:
        load = f"ld_dir('{folder}', 'graph.nq', 'urn:none'); rdf_loader_run(); checkpoint;"
        subprocess.run([isql, f"127.0.0.1:{sql}", "dba", "dba", f"exec={load}"], check=True, capture_output=True)
        yield address


@contextlib.contextmanager
def running(command: list[str], address: str) -> Iterator[str]:
    """A server while the block runs."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(address + "?query=ASK%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D", timeout=5).read()
                break
            time.sleep(0.2)
        else:
            sys.exit(f"no answer from {command[0]}")
        yield address
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def told(row: dict[str, object]) -> tuple[tuple[str, str], ...]:
    """A row as it is compared: numbers by value, everything else as it is written."""
    return tuple(
        (name, f"{Decimal(str(value)).normalize():f}" if isinstance(value, int | Decimal | float) else str(value))
        for name, value in sorted(row.items())
    )


def main() -> int:
    """Load, ask, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tools", type=Path, default=Path(sys.executable).parent)
    parser.add_argument("--only", choices=("oxigraph", "virtuoso"))
    given = parser.parse_args()
    differ = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store, data = folder / "store", folder / "graph.nq"
        kg = [sys.executable, "-m", "kg"]
        subprocess.run([*kg, "build", "data/news", "--store", str(store)], cwd=ROOT, check=True, capture_output=True)
        export = [*kg, "export", "--format", "nquads", "-o", str(data), "--store", str(store)]
        subprocess.run(export, cwd=ROOT, check=True, capture_output=True)
        own = given.tools / "oxigraph"
        places = {
            "oxigraph": (oxigraph, str(own) if own.exists() else shutil.which("oxigraph")),
            "virtuoso": (virtuoso, shutil.which("virtuoso-t")),
        }
        ontology = Ontology.load()
        for server, (start, tool) in places.items():
            if given.only not in {None, server}:
                continue
            if tool is None:
                print(f"{server}: not installed")
                continue
            with start(tool, data, folder / server) as address, Store.open(store, read_only=True) as here:
                there = Remote(address)
                print(f"{server}: {len(there.graphs())} documents there, {len(here.graphs())} here")
                for question in search.questions().values():
                    text = search.bind(here, question, question.example, ontology=ontology)
                    wanted = Counter(told(row) for row in here.query(text).values())
                    try:
                        found = Counter(told(row) for row in there.query(text).values())
                    except KgError as error:
                        print(f"  {question.name}: {error}")
                        differ += 1
                        continue
                    if found == wanted:
                        print(f"  {question.name}: the same {sum(wanted.values())} rows")
                        continue
                    bare = [
                        Counter(tuple(p for p in row if p[0] != "sentence") for row in rows.elements())
                        for rows in (wanted, found)
                    ]
                    if bare[0] == bare[1]:
                        count = sum((wanted - found).values())
                        print(f"  {question.name}: the same {sum(wanted.values())} rows, {count} with another sentence")
                        continue
                    differ += 1
                    missing, more = wanted - found, found - wanted
                    print(f"  {question.name}: {sum(wanted.values())} rows here, {sum(found.values())} there")
                    for kind, rows in (("missing", missing), ("too much", more)):
                        for row in list(rows)[:2]:
                            print(f"    {kind}: {dict(row)}")
    return 1 if differ > 0 else 0


if __name__ == "__main__":
    sys.exit(main())
