"""The wheel, installed outside of the checkout, has everything that it needs: `make check` runs this."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_what_the_program_reads(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "kg/cli/__init__.py",
        "kg/page/explorer/shell.js",
        "kg/page/static/yasqe-4.6.2.min.js",
        "kg/resources/ontology/core.ttl",
    } <= names
    for folder in ("data/queries", "data/news", "data/gazetteer", "data/gold", "ontology"):
        for file in (ROOT / folder).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts:
                assert f"kg/resources/{file.relative_to(ROOT).as_posix()}" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any(name.startswith("tests/") for name in names)


def test_the_wheel_runs_outside_of_the_checkout(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    environment = {**os.environ, "PYTHONPATH": str(site), "KG_LANG": "zh"}

    def kg(*arguments: str) -> str:
        # -c keeps the checkout off the path; the package is the unpacked wheel, its dependencies are those at hand.
        code = "import sys; from kg.cli import main; assert 'site' in sys.modules['kg'].__file__; main()"
        done = subprocess.run(
            [sys.executable, "-P", "-c", code, *arguments],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "graph.html" in kg("demo")
    assert (tmp_path / "demo" / "graph.html").stat().st_size > 100_000
    assert "kg query" in kg("query", "--list")
    assert kg("stats", "--store", "demo/store") != ""
