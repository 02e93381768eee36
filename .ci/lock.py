"""Writes requirements.lock: exact versions of everything that pyproject.toml asks for, runtime and development.

Run as `make lock`. The ranges are resolved once for each Python 3.11 to 3.13 that is at hand; where the versions
differ, a line carries an environment marker. Names and versions only: no hashes, no addresses.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
MINORS = (11, 12, 13)


def main() -> int:
    """Writes the lock; 1 where a Python is missing."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *project["build-system"]["requires"],
    ]
    pinned = {}
    for minor in MINORS:
        versions = resolve(minor, wanted)
        if versions is not None:
            pinned[minor] = versions
            print(f"python3.{minor}: {len(versions)} packages")
    missing = [f"python3.{m}" for m in MINORS if m not in pinned]
    if len(missing) > 0:
        print(f"not found: {', '.join(missing)}; a lock needs python3.11, python3.12 and python3.13", file=sys.stderr)
        return 1
    lines = [
        "# Exact versions for Python 3.11 to 3.13, runtime and development; `make` installs from here.",
        "# Made by `make lock` from the ranges in pyproject.toml; do not edit by hand.",
    ]
    for name in sorted({name for versions in pinned.values() for name in versions}):
        lines.extend(pins(name, {minor: versions.get(name) for minor, versions in pinned.items()}))
    LOCK.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{LOCK.name}: {len(lines) - 2} lines")
    return 0


def resolve(minor: int, wanted: list[str]) -> dict[str, str] | None:
    """Name → version as pip resolves it with that Python, or None where there is no such Python."""
    interpreter = f"python3.{minor}"
    try:
        subprocess.run([interpreter, "-c", "import venv, ensurepip"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([interpreter, "-m", "venv", folder], check=True)
        report = Path(folder) / "report.json"
        pip = [f"{folder}/bin/python", "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        subprocess.run([*pip, "--dry-run", "--ignore-installed", "--report", str(report), *wanted], check=True)
        found = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {re.sub(r"[-_.]+", "-", item["metadata"]["name"]).lower(): item["metadata"]["version"] for item in found}


def pins(name: str, versions: dict[int, str | None]) -> list[str]:
    """One line where all agree, else one a run of Pythons that do."""
    if len(set(versions.values())) == 1:
        return [f"{name}=={next(iter(versions.values()))}"]
    lines = []
    groups: list[tuple[str | None, list[int]]] = []
    for minor, version in sorted(versions.items()):
        if len(groups) > 0 and groups[-1][0] == version:
            groups[-1][1].append(minor)
        else:
            groups.append((version, [minor]))
    for version, minors in groups:
        if version is None:
            continue
        bounds = []
        if minors[0] != MINORS[0]:
            bounds.append(f'python_version >= "3.{minors[0]}"')
        if minors[-1] != MINORS[-1]:
            bounds.append(f'python_version < "3.{minors[-1] + 1}"')
        lines.append(f"{name}=={version} ; {' and '.join(bounds)}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
