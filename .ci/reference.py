"""Writes docs/cli.md, the reference of all commands, from the program itself; `--check` only compares.

Run as `make docs`; `make check` fails where the file is behind the program.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kg.cli import reference  # noqa: E402 - the checkout comes first

PAGE = ROOT / "docs" / "cli.md"


def main() -> int:
    """Writes the page, or with `--check` says whether it is up to date: 0, else 1."""
    text = reference()
    if "--check" not in sys.argv[1:]:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(text, encoding="utf-8")
        print(f"{PAGE.relative_to(ROOT)} written")
        return 0
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        print("docs/cli.md is not what the program says; run make docs", file=sys.stderr)
        return 1
    print("docs/cli.md is up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
