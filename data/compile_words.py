"""Compile `data/gazetteer/common_words.txt`: ordinary words, so that a name's stem can be told from them.

    python data/compile_words.py            write the table
    python data/compile_words.py --check    exit 1 if the committed table differs

Source: the dictionary of jieba 0.42 (MIT, Sun Junyi), words of two to four characters that it counts at least 50 times
and does not tag as a name (nr, nrt, ns, nt, nz). jieba is a development dependency; kg itself reads just the table.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

LEAST_COUNT = 50
NAME_TAGS = {"nr", "nrt", "nrfg", "ns", "nt", "nz"}
TARGET = Path(__file__).parent / "gazetteer" / "common_words.txt"


def compile_words() -> str:
    """The table as text: one word a line, sorted."""
    spec = find_spec("jieba")
    if spec is None or spec.origin is None:
        raise SystemExit("jieba is not installed: pip install jieba")
    words = set()
    for line in (Path(spec.origin).parent / "dict.txt").read_text(encoding="utf-8").splitlines():
        word, count, tag = line.split()
        ordinary = 2 <= len(word) <= 4 and int(count) >= LEAST_COUNT and tag not in NAME_TAGS
        if ordinary and all("\u4e00" <= c <= "\u9fff" for c in word):
            words.add(word)
    return "\n".join(sorted(words)) + "\n"


if __name__ == "__main__":
    text = compile_words()
    if "--check" in sys.argv:
        same = TARGET.read_text(encoding="utf-8") == text
        sys.exit(0 if same else f"{TARGET.name} is not what compile_words.py makes: run it again")
    TARGET.write_text(text, encoding="utf-8")
