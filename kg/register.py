"""A user's own table of known entities: a csv with name, aliases, type, id and parent.

    name,aliases,type,id,parent
    闻泰通讯股份有限公司,闻泰通讯;闻泰,企业,91330400MA28AXXX0X,

The names take part in recognition, all names of a line are one entity, and the id (a 统一社会信用代码, a code of the
user's own, or an IRI) is written beside it. Input is the path of the file, output a `Register`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.errors import GazetteerError
from kg.ontology import Ontology
from kg.resource import resource

#: Shorter names would be found inside of everything.
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """One known entity: `id` tells it from all others (its name where the table gives no id), `names` holds all forms,
    `identifier` what the table gives as id; `parent` is the id of another entry.
    """

    id: str
    name: str
    type: str
    names: tuple[str, ...]
    identifier: str = ""
    parent: str | None = None


class Register:
    """The entries of one or more tables, found by their names."""

    def __init__(self, entries: Mapping[str, Entry], digest: str) -> None:
        self.entries = entries
        self.digest = digest
        self.types: dict[str, str] = {}
        self._by_name: dict[str, Entry] = {}
        for entry in entries.values():
            for form in entry.names:
                self.types.setdefault(form, entry.type)
                self._by_name.setdefault(form, entry)

    def find(self, *names: str) -> Entry | None:
        """The entry that goes by one of some names, the first that is known."""
        return next((e for n in names if (e := self._by_name.get(n)) is not None), None)

    @classmethod
    def load(cls, *paths: Path, ontology: Ontology) -> Register:
        """The tables of some files as one; raises GazetteerError with the line where one is wrong."""
        columns, separators = _columns()
        types = {
            form.casefold(): name
            for name in ontology.entities
            for form in (name, *ontology.labels.get(name, {}).values())
        }
        common = frozenset(resource("data/gazetteer/common_words.txt").read_text(encoding="utf-8").split())
        found: dict[str, Entry] = {}
        lines: dict[str, tuple[Path, int]] = {}
        owner: dict[str, str] = {}
        above: list[tuple[Path, int, str, str]] = []
        digest = hashlib.sha256()
        for path in paths:
            text = _text(path)
            digest.update(text.encode("utf-8"))
            for number, row in _rows(path, text, columns):
                name = row.get("name", "")
                if name == "":
                    raise GazetteerError("the line has no name", where=path, line=number)
                kind = types.get(row.get("type", "").casefold())
                if kind is None:
                    given = row.get("type", "")
                    known = ", ".join(ontology.entities)
                    raise GazetteerError(f"there is no type {given!r}; known: {known}", where=path, line=number)
                identifier = row.get("id", "")
                key = identifier or name
                if key in found:
                    raise GazetteerError(
                        f"{key!r} stands in line {lines[key][1]} too; give each entity one line",
                        where=path,
                        line=number,
                    )
                aliases = [a.strip() for a in re.split(separators, row.get("aliases", ""))]
                names = tuple(dict.fromkeys(n for n in (name, *aliases) if n != ""))
                for form in names:
                    if len(form) < _SHORTEST or form in common:
                        raise GazetteerError(
                            f"the name {form!r} is {'too short' if len(form) < _SHORTEST else 'an ordinary word'}: it"
                            " would be found everywhere; take it out",
                            where=path,
                            line=number,
                        )
                    if form in owner and owner[form] != key:
                        raise GazetteerError(
                            f"the name {form!r} belongs to the entity of line {lines[owner[form]][1]} too; names of the"
                            " table must mean one thing",
                            where=path,
                            line=number,
                        )
                    owner[form] = key
                found[key] = Entry(key, name, kind, names, identifier)
                lines[key] = (path, number)
                if row.get("parent", "") != "":
                    above.append((path, number, key, row["parent"]))
        for path, number, key, parent in above:
            known_as = parent if parent in found else owner.get(parent)
            if known_as is None:
                raise GazetteerError(
                    f"the parent {parent!r} is no id and no name of the table; add a line for it",
                    where=path,
                    line=number,
                )
            if known_as == key:
                raise GazetteerError(f"{found[key].name!r} is its own parent", where=path, line=number)
            entry = found[key]
            found[key] = Entry(entry.id, entry.name, entry.type, entry.names, entry.identifier, known_as)
        return cls(found, digest.hexdigest())


def _columns() -> tuple[dict[str, str], str]:
    """What the columns may be called, and what stands between aliases."""
    import tomllib

    data = tomllib.loads(resource("data/gazetteer/register.toml").read_text(encoding="utf-8"))
    names = {form.casefold(): name for name, forms in data["columns"].items() for form in (name, *forms)}
    return names, str(data["separators"])


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GazetteerError(f"cannot be read: {error.strerror or error}", where=path) from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise GazetteerError("is neither UTF-8 nor GB18030; save it as UTF-8", where=path)


def _rows(path: Path, text: str, columns: Mapping[str, str]) -> list[tuple[int, dict[str, str]]]:
    if text.strip() == "":
        raise GazetteerError("the file is empty; its first line names the columns name, aliases, type, id, parent",
                             where=path)  # fmt: skip
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    heading: list[str | None] = []
    try:
        for cells in reader:
            if all(c.strip() == "" for c in cells):
                continue
            if len(heading) == 0:
                heading = [columns.get(c.strip().casefold()) for c in cells]
                for needed in ("name", "type"):
                    if needed not in heading:
                        raise GazetteerError(
                            f"there is no column {needed!r}; the columns are: {', '.join(c.strip() for c in cells)};"
                            " name them name, aliases, type, id, parent",
                            where=path,
                            line=reader.line_num,
                        )
                continue
            if len(cells) > len(heading):
                raise GazetteerError(
                    f"the line has {len(cells)} cells and the heading {len(heading)}; put cells with commas in quotes",
                    where=path,
                    line=reader.line_num,
                )
            row = {name: "".join(c.split()) if name != "aliases" else c.strip()
                   for name, c in zip(heading, cells, strict=False) if name is not None}  # fmt: skip
            rows.append((reader.line_num, row))
    except csv.Error as error:
        raise GazetteerError(f"is no csv: {error}; mend the quotes", where=path, line=reader.line_num) from None
    return rows
