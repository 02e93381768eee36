"""An index of the names of a large store, so that a typed name is found in milliseconds and not by reading them all.

Input is what a store calls its entities; output are the IRIs that a typed text may mean, few enough to be looked at
one by one (`kg.search.find` does, and decides). It knows names as they are compared (half width, simplified, lower
case), without their legal endings, in pinyin and by the initials of their syllables.

    Names.write(file, rows, legal={"有限公司"});  Names(file).candidates("nanhu", …)   →   […/entity/place/330402]
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sqlite3
from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

from kg.corpus import fold

#: The version of what an index holds; one of another version is made anew.
FORMAT = "1"

#: Names that are looked at for one text.
MOST = 1000

#: Places in the text of all names that are looked at for names of some classes, until enough are found.
_FAR = 20_000

#: Pairs of characters of a text that names like it are found by, and names that are taken for each.
_PAIRS, _EACH = 12, 150

#: Names stand in the order of their length, and `every` is all of them, a line each, in that order: to read it through
#: for a part of a name is many times as fast as to ask for each of them, and begins with the shortest.
_SCHEMA = """
CREATE TABLE name (iri TEXT, type TEXT, code TEXT, plain TEXT, bare TEXT, pinyin TEXT, initials TEXT, size INTEGER);
CREATE TABLE thing (iri TEXT PRIMARY KEY, type TEXT, code TEXT, names TEXT) WITHOUT ROWID;
CREATE TABLE every (names TEXT, starts BLOB);
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


def _link(file: Path, other: Path) -> None:
    """The same file under another name, or a copy where there are no links."""
    try:
        os.link(file, other)
    except OSError:
        shutil.copyfile(file, other)


def _place(part: Path, file: Path) -> None:
    """Give a finished file its name: whoever finds it there finds all of it, after a power cut too."""
    with part.open("rb+") as written:
        os.fsync(written.fileno())
    part.replace(file)


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
            # Whatever is wrong with it: then names are spelt anew.
            with contextlib.suppress(sqlite3.Error), contextlib.closing(Names(before)._rows) as known:
                spelt = {name: (p, i) for name, p, i in known.execute("SELECT plain, pinyin, initials FROM name")}

        things = []
        values = []
        for iri, kind, code, names in rows:
            things.append((iri, kind, code, json.dumps(list(names), ensure_ascii=False)))
            for name in dict.fromkeys(names):
                form = plain(name)
                if form not in spelt:
                    parts = syllables(name)
                    spelt[form] = "".join(parts), "".join(s[:1] for s in parts)
                pinyin, initials = spelt[form]
                values.append((iri, kind, code, form, without(form, legal), pinyin, initials, len(name)))
        values.sort(key=lambda row: (row[7], row[0]))
        part = file.with_suffix(".part")
        part.unlink(missing_ok=True)
        database = sqlite3.connect(part)
        try:
            database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
            database.executemany("INSERT INTO name VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
            database.executemany("INSERT OR IGNORE INTO thing VALUES (?, ?, ?, ?)", things)
            starts = array("I", accumulate((len(row[3]) + 1 for row in values), initial=1))
            text = "\n" + "".join(row[3] + "\n" for row in values)
            database.execute("INSERT INTO every VALUES (?, ?)", [text, starts.tobytes()])
            database.executemany("INSERT INTO degree VALUES (?, ?)", degrees)
            told = {**(notes or {}), "format": FORMAT}
            database.executemany("INSERT INTO note VALUES (?, ?)", sorted(told.items()))
            database.executescript(_INDEXES)
            database.commit()
        finally:
            database.close()
        _place(part, file)
        return len(values)

    @staticmethod
    def take(kept: Path, file: Path, *, of: str) -> bool:
        """Have the index that was kept in one file in another one; False where it is not `of` the state asked for.

        One that is damaged, or by another version of the format, counts as none.
        """
        part = file.with_suffix(".part")
        try:
            part.unlink(missing_ok=True)
            _link(kept, part)
            found = Names(part)
            with contextlib.closing(found._rows):
                whole = found._rows.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
                if not whole or found.note("format") != FORMAT or found.note("of") != of:
                    part.unlink()
                    return False
            part.replace(file)
        except (OSError, sqlite3.Error):
            return False
        return True

    @staticmethod
    def keep(file: Path, kept: Path) -> bool:
        """Keep an index in a file that a later process takes it from; False where nothing can be written there."""
        part = kept.with_name(f"{kept.stem}.{os.getpid()}.part")
        try:
            # Of a process that was killed between two lines.
            for left in kept.parent.glob(f"{kept.stem}.*.part"):
                left.unlink(missing_ok=True)
            _link(file, part)
            part.replace(kept)
        except OSError:
            return False
        return True

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
        starting = self._within("\n" + typed, types)
        if len(found) + len(starting) == 0:
            starting = self._within(typed, types)
        return list(dict.fromkeys([*found, *starting]))[:MOST]

    def near(self, typed: str, types: Collection[str] | None) -> list[tuple[str, str]]:
        """Names with something of a text in them, with the IRI of what they belong to, for a search by likeness."""
        pairs = [typed[at : at + 2] for at in range(len(typed) - 1)] or [typed]
        found = self._rows_within(list(dict.fromkeys(pairs))[:_PAIRS], types, most=_EACH)
        if len(found) == 0:
            found = self._rows_within(list(dict.fromkeys(typed))[:_PAIRS], types, most=_EACH)
        return self._of_rows(found, "plain, iri")

    def known(self, iris: Iterable[str]) -> Iterator[tuple[str, str, str | None, list[str]]]:
        """IRI, class, code and names of some things, the name that they are called by first."""
        for iri in iris:
            for row in self._rows.execute("SELECT iri, type, code, names FROM thing WHERE iri = ?", [iri]):
                yield *row[:3], json.loads(row[3])

    @cached_property
    def _every(self) -> str:
        """All names, each on a line of its own."""
        return str(self._rows.execute("SELECT names FROM every").fetchone()[0])

    @cached_property
    def _starts(self) -> array[int]:
        """Where the lines of `_every` begin."""
        starts = array("I")
        starts.frombytes(self._rows.execute("SELECT starts FROM every").fetchone()[0])
        return starts

    def _within(self, part: str, types: Collection[str] | None) -> list[str]:
        """IRIs of the names with a part, the shortest first."""
        return [iri for (iri,) in self._of_rows(self._rows_within([part], types, most=MOST), "iri")]

    def _rows_within(self, parts: Sequence[str], types: Collection[str] | None, *, most: int) -> list[int]:
        """The numbers of the names with one of some parts, `most` for each."""
        found: dict[int, None] = {}
        for part in parts:
            if part in {"", "\n"}:
                continue
            here: list[int] = []
            at, looked = self._every.find(part), 0
            while at >= 0 and len(here) < most and looked < _FAR:
                # A part may begin with the line break before the name.
                number = bisect_right(self._starts, at + part.startswith("\n"))
                if types is None or self._type(number) in types:
                    here.append(number)
                looked += 1
                at = self._every.find(part, self._every.find("\n", at + 1))
            found |= dict.fromkeys(here)
        return list(found)

    def _type(self, number: int) -> str:
        return str(self._rows.execute("SELECT type FROM name WHERE rowid = ?", [number]).fetchone()[0])

    def _of_rows(self, numbers: Iterable[int], what: str) -> list[Any]:
        text = f"SELECT {what} FROM name WHERE rowid = ?"
        return [self._rows.execute(text, [number]).fetchone() for number in numbers]

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
