"""Writes what is generated: docs/cli.md, and the answers shown in the READMEs; `--check` only compares.

Run as `make docs`; `make check` fails where a file is behind the program. In a README, `<!-- run: kg show 南湖区 -->`
stands before the answer of that command on the sample articles, and `<!-- run 9: … -->` before its first nine lines.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kg import cli  # noqa: E402 - the checkout comes first

READMES = {"README.md": "zh", "README.en.md": "en"}
_RUN = re.compile(
    r"(?P<mark><!-- run(?: (?P<lines>\d+))?: (?P<command>kg [^\n]*?) -->\n)(?:```console\n.*?\n```\n)?", re.DOTALL
)


def main() -> int:
    """Writes the files, or with `--check` says whether they are up to date: 0, else 1."""
    wanted = {"docs/cli.md": cli.reference()}
    os.environ["COLUMNS"] = "96"
    os.environ.pop("KG_STORE", None)
    for name, language in READMES.items():
        os.environ["KG_LANG"] = language
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            Path("data").symlink_to(ROOT / "data")
            wanted[name] = _RUN.sub(_answer, (ROOT / name).read_text(encoding="utf-8"))
    behind = [name for name, text in wanted.items() if _present(name) != text]
    if "--check" in sys.argv[1:]:
        for name in behind:
            print(f"{name} is not what the program says; run make docs", file=sys.stderr)
        return 1 if len(behind) > 0 else 0
    for name in behind:
        (ROOT / name).parent.mkdir(exist_ok=True)
        (ROOT / name).write_text(wanted[name], encoding="utf-8")
        print(f"{name} written")
    return 0


def _present(name: str) -> str | None:
    file = ROOT / name
    return file.read_text(encoding="utf-8") if file.exists() else None


def _answer(match: re.Match[str]) -> str:
    """The block of one command: what was typed and what came."""
    command = match["command"]
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        cli.run(shlex.split(command)[1:])
    lines = [line.rstrip() for line in out.getvalue().strip("\n").splitlines()]
    if match["lines"] is not None and len(lines) > int(match["lines"]):
        lines = [*lines[: int(match["lines"])], "…"]
    return f"{match['mark']}```console\n$ {command}\n" + "\n".join(lines) + "\n```\n"


if __name__ == "__main__":
    sys.exit(main())
