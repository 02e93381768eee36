"""An index of the names of a large store, so that a typed name is found in milliseconds and not by reading them all.

Input is what a store calls its entities; output are the IRIs that a typed text may mean, few enough to be looked at
one by one (`kg.search.find` does, and decides). It knows names as they are compared (half width, simplified, lower
case), without their legal endings, in pinyin and by the initials of their syllables.

    Names.write(file, rows, legal={"有限公司"});  Names(file).candidates("nanhu", …)   →   […/entity/place/330402]
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from kg.corpus import fold

#: Names that are looked at for one text.
MOST = 1000

_SCHEMA = """
CREATE TABLE name (iri TEXT, type TEXT, code TEXT, plain TEXT, bare TEXT, pinyin TEXT, initials TEXT, size INTEGER);
CREATE TABLE degree (iri TEXT PRIMARY KEY, facts INTEGER) WITHOUT ROWID;
CREATE TABLE note (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""
_INDEXES = "".join(f"CREATE INDEX name_{c} ON name ({c});" for c in ("plain", "bare", "pinyin", "initials", "code"))


def plain(text: str) -> str:
    """A name for comparison: half width, simplified, lower case, without blanks.

    >>> plain("ＡＢＣ 公司")
    'abc公司'
    """
    return "".join(fold(text).casefold().split())


def without(name: str, legal: Collection[str]) -> str:
    """A name without its legal endings, but never less than two characters."""
    while True:
        endings = [e for e in legal if e != "" and name.endswith(e.casefold()) and len(name) - len(e) >= 2]
        if len(endings) == 0:
            return name
        name = name[: -len(max(endings, key=len))]


def syllables(name: str) -> list[str]:
    """The syllables of a name in Latin letters.

    >>> syllables("南湖区")
    ['nan', 'hu', 'qu']
    """
    from pypinyin import lazy_pinyin

    return [re.sub(r"[^a-z0-9]", "", s.casefold()) for s in lazy_pinyin(name, v_to_u=False)]


class Names:
    """An index that was written to a file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._rows = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)

    @staticmethod
    def write(
        file: Path, rows: Iterable[tuple[str, str, str | None, Sequence[str]]], *, legal: Collection[str],
        before: Path | None = None, degrees: Iterable[tuple[str, int]] = (), notes: Mapping[str, str] | None = None,
    ) -> int:  # fmt: skip
        """Write the index of rows of IRI, class, code and names; gives the number of names.

        `degrees` are the entities with the number of facts that each takes part in, `notes` what else takes long to
        work out and is the same until the store changes.
        `before` is the index of an earlier state: what it has in pinyin need not be spelt again, which takes longest.
        """
        spelt: dict[str, tuple[str, str]] = {}
        if before is not None and before.exists():
            known = Names(before)
            spelt = {name: (p, i) for name, p, i in known._rows.execute("SELECT plain, pinyin, initials FROM name")}
            known._rows.close()

        def values() -> Iterator[tuple[str, str, str | None, str, str, str, str, int]]:
            for iri, kind, code, names in rows:
                for name in dict.fromkeys(names):
                    form = plain(name)
                    if form not in spelt:
                        parts = syllables(name)
                        spelt[form] = "".join(parts), "".join(s[:1] for s in parts)
                    pinyin, initials = spelt[form]
                    yield iri, kind, code, form, without(form, legal), pinyin, initials, len(name)

        part = file.with_suffix(".part")
        part.unlink(missing_ok=True)
        database = sqlite3.connect(part)
        try:
            database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
            count = database.executemany("INSERT INTO name VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values()).rowcount
            database.executemany("INSERT INTO degree VALUES (?, ?)", degrees)
            database.executemany("INSERT INTO note VALUES (?, ?)", sorted((notes or {}).items()))
            database.executescript(_INDEXES)
            database.commit()
        finally:
            database.close()
        part.replace(file)
        return count

    def candidates(
        self, typed: str, *, legal: Collection[str], codes: Collection[str], types: Collection[str] | None
    ) -> list[str]:
        """IRIs of what a plain text may mean: those that fit best in any way, the shortest names first.

        `codes` are those of the places that the gazetteer knows by that name. Empty where nothing fits at all.
        """
        ends = [typed[start:] for start in range(1, len(typed) - 1)][:30]
        short = [
            self._find("plain = ?", [typed], types),
            self._find("bare = ?", [without(typed, legal)], types),
            # 嘉兴南湖区 for 南湖区, 南湖 for 南湖区: only places are called so.
            self._find(f"plain IN ({', '.join('?' * len(ends))}) AND code IS NOT NULL", ends, types),
            self._find("plain > ? AND plain < ? AND size = ? AND code IS NOT NULL",
                       [typed, typed + "\U0010ffff", len(typed) + 1], types),
            self._find(f"code IN ({', '.join('?' * len(codes))})", sorted(codes), types),
        ]  # fmt: skip
        found = [iri for some in short for iri in some]
        letters = re.sub(r"[^a-z0-9]", "", typed)
        if re.fullmatch(r"[a-z0-9'·-]+", typed) is not None and len(letters) >= 2:
            found += self._find("pinyin = ?", [letters], types) + self._find("initials = ?", [letters], types)
            if len(found) == 0:
                upper = letters + "{"
                found += self._find("pinyin > ? AND pinyin < ?", [letters, upper], types, most=300)
                found += self._find("initials > ? AND initials < ?", [letters, upper], types, most=300)
        starting = self._find("plain > ? AND plain < ?", [typed, typed + "\U0010ffff"], types)
        if len(found) + len(starting) == 0:
            starting = self._find("instr(plain, ?) > 0", [typed], types)
        return list(dict.fromkeys([*found, *starting]))[:MOST]

    def every(self, types: Collection[str] | None) -> Iterator[tuple[str, str]]:
        """Every name with the IRI of what it belongs to, for a search by likeness."""
        where, values = self._of(types)
        yield from self._rows.execute(f"SELECT plain, iri FROM name WHERE 1 {where}", values)

    def degrees(self, iris: Sequence[str]) -> dict[str, int]:
        """Of how many facts each of some entities is a participant; those of none are left out."""
        found: dict[str, int] = {}
        for start in range(0, len(iris), 500):
            some = iris[start : start + 500]
            text = f"SELECT iri, facts FROM degree WHERE iri IN ({', '.join('?' * len(some))})"
            found.update(self._rows.execute(text, some))
        return found

    def note(self, key: str) -> str | None:
        """A note that was written with the index."""
        row = self._rows.execute("SELECT value FROM note WHERE key = ?", [key]).fetchone()
        return None if row is None else str(row[0])

    def _find(
        self, where: str, values: Sequence[str | int], types: Collection[str] | None, *, most: int = MOST
    ) -> list[str]:
        more, wanted = self._of(types)
        text = f"SELECT iri FROM name WHERE {where} {more} ORDER BY size, iri LIMIT {most}"
        return [row[0] for row in self._rows.execute(text, [*values, *wanted])]

    @staticmethod
    def _of(types: Collection[str] | None) -> tuple[str, list[str]]:
        if types is None:
            return "", []
        return f"AND type IN ({', '.join('?' * len(types))})", sorted(types)
