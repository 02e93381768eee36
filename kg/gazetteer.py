"""Place names: divisions down to the township, zones, regions, countries, and universities.

Owns the compiled tables of `data/gazetteer/` and what an ambiguous name means in its context. Reads no article: the
forms go into the recognizer's automaton, and what it finds comes back here to be looked up and settled.

    gazetteer.lookup("朝阳区")                              → 北京市朝阳区 and 吉林省长春市朝阳区
    gazetteer.settle(codes, context={"220100"})            → ("220104", "document-parent")

A division's code is its GB/T 2260 code (six digits: 330000, 330400, 330402) or, for a township, the nine digits of the
statistical code; zones, regions, countries and foreign cities that have no such code have a short ASCII one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from kg.errors import GazetteerError
from kg.register import Register
from kg.resource import resource

Kind = Literal["division", "zone", "region", "country", "place"]
Level = Literal["province", "prefecture", "county", "township", "zone", "region", "country", "place"]
FormKind = Literal["full", "short", "former", "abbreviation"]
Why = Literal[
    "none",
    "only",
    "parent-beside",
    "named",
    "document-child",
    "document-parent",
    "same-prefecture",
    "same-province",
    "current-name",
    "higher-level",
    "undecided",
]

_DIVISIONS = ("code", "name", "short", "kind", "level", "parent", "position", "pinyin", "members")
_FORMS = ("form", "kind", "safe", "codes")
_FORMER = ("code", "name", "since", "until", "old_code")
_INSTITUTIONS = ("name", "place", "short", "short_unsafe")

#: Prominence, smallest first. Regions and foreign places stand with provinces and prefectures, which they rarely meet.
_RANK: Mapping[str, int] = {
    "country": 0,
    "province": 1,
    "region": 1,
    "prefecture": 2,
    "place": 2,
    "county": 3,
    "zone": 3,
    "township": 4,
}


@dataclass(frozen=True, slots=True)
class Division:
    """One place of the gazetteer.

    `kind` tells a division from a zone (苏州工业园区), a region (长三角), a country and a foreign city (place); `level`
    says which; a zone in the statistics' own tree has the level that it is counted at. `short` is the name without its
    ending (南湖 of 南湖区, 延边 of 延边朝鲜族自治州), equal to `name` where there is none. `former` are earlier names,
    oldest first. `longitude` and `latitude` are degrees as the source gives them, which names no datum; they are known
    for most counties and above. `pinyin` spells the full name, one syllable a character, without tones; `initials` are
    its first letters. `members` are the codes that a region covers.
    """

    code: str
    name: str
    short: str
    level: Level
    kind: Kind
    parent: str | None
    former: tuple[str, ...]
    longitude: float | None
    latitude: float | None
    pinyin: str
    initials: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name that a division had from `since` until `until` (years), with its code of that time.

    秀城区, 330402, 1993 to 2005. 1981 as first year means: in 1981 or before, where the source begins.
    """

    name: str
    since: int
    until: int
    code: str


@dataclass(frozen=True, slots=True)
class Surface:
    """A form that may stand in a text, the codes that it may mean, and whether it is safe to read as a place alone.

    A form that is not safe (合作, 和平, 浙, most townships without their ending) is a place only beside its parent, in
    a list of places, or in another context that the caller knows.
    """

    form: str
    codes: tuple[str, ...]
    kind: FormKind
    safe: bool


@dataclass(frozen=True, slots=True)
class Institution:
    """A university or academy: full name, code of its province or country, and short forms.

    `short` names nothing else (浙大, 上海交大); `short_unsafe` is a word or another body's short form too (南大, 东华).
    """

    name: str
    place: str
    short: tuple[str, ...]
    short_unsafe: tuple[str, ...]


class Gazetteer:
    """The compiled tables, loaded once and read-only.

    Division and Surface values are made when asked for, so that loading stays a few splits. Pickling keeps only the
    folder; the other process loads again, which costs less than moving the tables.
    """

    __slots__ = (
        "_chains", "_companies", "_divisions", "_entries", "_folder", "_former", "_forms", "_institutions", "_regions",
        "register",
    )  # fmt: skip

    def __init__(self, folder: Path, register: Register | None = None) -> None:
        self._folder = folder
        self.register = register  # what the user knows besides
        self._divisions = _Table(folder / "divisions.tsv", _DIVISIONS)
        self._forms = _Table(folder / "forms.tsv", _FORMS)
        self._entries: dict[str, Division] = {}
        self._chains: dict[str, tuple[str, ...]] = {}
        self._former: dict[str, list[FormerName]] | None = None
        self._regions: dict[str, tuple[str, ...]] | None = None
        self._institutions: dict[str, Institution] | None = None
        self._companies: dict[str, str] | None = None

    def __reduce__(self) -> tuple[Callable[..., Gazetteer], tuple[Path, Register | None]]:
        return (Gazetteer, (self._folder, self.register))

    def __len__(self) -> int:
        return len(self._divisions.index)

    def __contains__(self, code: object) -> bool:
        return code in self._divisions.index

    def __iter__(self) -> Iterator[str]:
        return iter(self._divisions.index)

    @classmethod
    def load(cls, path: Path | None = None, *, register: Register | None = None) -> Gazetteer:
        """The gazetteer that ships with the program, or the one of a folder with the same files.

        `register` is a user's own table of known entities, which takes part in recognition and linking.

        Raises `GazetteerError` where a file is missing or is no table of the expected columns.
        """
        return cls(resource("data/gazetteer") if path is None else path, register)

    @property
    def forms(self) -> tuple[str, ...]:
        """Every form once, in the order of the table: the patterns for an automaton."""
        return tuple(self._forms.index)

    def get(self, code: str) -> Division:
        """The place of a code; `GazetteerError` for a code that no place has."""
        known = self._entries.get(code)
        if known is None:
            known = self._entries[code] = self._make(code)
        return known

    def lookup(self, form: str) -> tuple[Division, ...]:
        """Every place that a form may mean: by its full name first, then short, former name, abbreviation.

        >>> [d.code for d in Gazetteer.load().lookup("秀城区")]
        ['330402']
        """
        codes = dict.fromkeys(code for surface in self.named(form) for code in surface.codes)
        return tuple(self.get(code) for code in codes)

    def named(self, form: str) -> tuple[Surface, ...]:
        """The surfaces of one form, one for each kind; empty for a form that names nothing."""
        last = self._forms.index.get(form)
        if last is None:
            return ()
        # Rows of one form stand together and the index knows the last.
        first = last
        while self._forms.lines[first - 1].startswith(form + "\t"):
            first -= 1
        return tuple(_surface(*self._forms.row(number)) for number in range(first, last + 1))

    def surfaces(self) -> Iterator[Surface]:
        """Every surface, in the order of the table. For an automaton `forms` is quicker, and `named` for its hits."""
        return (_surface(*line.split("\t")) for line in self._forms.lines[1:])

    def masks(self) -> tuple[str, ...]:
        """Phrases in which a place's name names no place (长治久安, 和田玉): matched first, they hide it."""
        return tuple(_text(self._folder / "masks.txt").split("\n")[:-1])

    def ancestors(self, code: str) -> tuple[Division, ...]:
        """What a place lies in, nearest first, by its chain of parents: 南湖区 → 嘉兴市, 浙江省."""
        return tuple([self.get(above) for above in self._chain(code)[1:]])

    def contains(self, outer: str, inner: str) -> bool:
        """True where `inner` is `outer` or lies in it; a region contains its members and what lies in them."""
        chain = self._chain(inner)
        if outer in chain:
            return True
        members = self.get(outer).members
        return len(members) > 0 and any(code in members for code in chain)

    def regions(self, code: str) -> tuple[str, ...]:
        """The codes of the regions and countries that cover a place by membership: 南湖区 → 长三角, 江浙沪, …"""
        if self._regions is None:
            found: dict[str, tuple[str, ...]] = {}
            for region, *_, members in self._divisions:
                for member in members.split():
                    found[member] = (*found.get(member, ()), region)
            self._regions = found
        above = (region for step in self._chain(code) for region in self._regions.get(step, ()))
        return tuple(dict.fromkeys(above))

    def path(self, code: str) -> str:
        """The name with everything above it, from the top: 浙江省嘉兴市南湖区."""
        return "".join(d.name for d in (*reversed(self.ancestors(code)), self.get(code)))

    def history(self, code: str) -> tuple[FormerName, ...]:
        """The earlier names of a division with their years, oldest first."""
        if self._former is None:
            former: dict[str, list[FormerName]] = {}
            for now, name, since, until, old in _Table(self._folder / "former.tsv", _FORMER):
                former.setdefault(now, []).append(FormerName(name, int(since), int(until), old))
            self._former = former
        return tuple(self._former.get(code, ()))

    @property
    def institutions(self) -> Mapping[str, Institution]:
        """Universities and academies by every form, full and short; a form in `short_unsafe` needs a context."""
        if self._institutions is None:
            found: dict[str, Institution] = {}
            for name, place, short, unsafe in _Table(self._folder / "institutions.tsv", _INSTITUTIONS):
                entry = Institution(name, place, tuple(short.split()), tuple(unsafe.split()))
                for form in (name, *entry.short, *entry.short_unsafe):
                    found.setdefault(form, entry)
            self._institutions = found
        return self._institutions

    @property
    def companies(self) -> Mapping[str, str]:
        """Companies known by a brand alone: every form and the name that its line in `companies.txt` begins with."""
        if self._companies is None:
            lines = _text(self._folder / "companies.txt").splitlines()
            rows = [line.split() for line in lines if not line.startswith("#")]
            self._companies = {form: row[0] for row in rows for form in row}
        return self._companies

    def settle(
        self,
        candidates: Sequence[str],
        *,
        context: Collection[str],
        beside: Collection[str] = (),
        form: str | None = None,
    ) -> tuple[str | None, Why]:
        """The code that an ambiguous name means, and why; (None, "undecided") where nothing decides.

        `beside` are the codes of names written directly before it (上海市 in 上海市杨浦区), `context` those of the
        document's other places and its dateline. `form`, the words themselves, lets a name of today win over a former
        one. Tried in this order, each only where it leaves one candidate:

        parent-beside    what it lies in is written beside it; the nearest counts
        named            the document names the candidate itself elsewhere
        document-child   the document names something that lies in it
        higher-level     it is a province or country: 河南 is the province, even where the document is on 青海
        higher-level     it is a city, and the others are townships of counties that the document does not name: 东莞
        document-parent  the document names what it lies in; the nearest counts
        same-prefecture, same-province   it shares the prefecture or province of the document's places
        current-name     only it is called so today
        higher-level     it stands higher: 朝阳市 before the townships of that name
        """
        left = list(dict.fromkeys(candidates))
        if len(left) <= 1:
            return (left[0], "only") if len(left) == 1 else (None, "none")
        chains = {code: self._chain(code) for code in left}
        others = [code for code in dict.fromkeys(context) if code in self._divisions.index]
        near = [code for code in dict.fromkeys(beside) if code in self._divisions.index]

        def nearest(places: Collection[str]) -> list[str]:
            distance = {c: next((i for i, a in enumerate(chains[c]) if i > 0 and a in places), None) for c in left}
            return _least(left, distance)

        def holding(places: Collection[str]) -> list[str]:
            steps = [self._chain(place) for place in places]
            distance = {c: min((s.index(c) for s in steps if c in s[1:]), default=None) for c in left}
            return _least(left, distance)

        def sharing(area: Callable[[str], str]) -> list[str]:
            theirs = {area(place) for place in others}
            return [c for c in left if area(c) in theirs]

        def current() -> list[str]:
            kinds = {} if form is None else {c: s.kind for s in reversed(self.named(form)) for c in s.codes}
            return [c for c in left if kinds.get(c) in {"full", "short"}]

        def highest() -> list[str]:
            return _least(left, {c: _RANK[self._level(c)] for c in left})

        def top() -> list[str]:
            return [c for c in left if self._level(c) in {"province", "country"}]

        def city() -> list[str]:
            cities = [c for c in left if self._level(c) == "prefecture"]
            rest = [c for c in left if c not in cities]
            known = any(self._level(c) != "township" or chains[c][1] in others for c in rest if len(chains[c]) > 1)
            return cities if not known else []

        steps: tuple[tuple[Why, Callable[[], list[str]]], ...] = (
            ("parent-beside", lambda: nearest(near)),
            ("named", lambda: [c for c in left if c in others]),
            ("document-child", lambda: holding(others)),
            ("higher-level", top),
            ("higher-level", city),
            ("document-parent", lambda: nearest(others)),
            ("same-prefecture", lambda: sharing(self._city)),
            ("same-province", lambda: sharing(lambda code: self._chain(code)[-1])),
            ("current-name", current),
            ("higher-level", highest),
        )
        for why, step in steps:
            kept = step()
            if len(kept) == 1:
                return (kept[0], why)
            # A step that cannot decide still narrows what the later ones choose from.
            left = kept if len(kept) > 0 else left
        return (None, "undecided")

    def _make(self, code: str) -> Division:
        _, name, short, kind, level, parent, position, pinyin, members = self._row(code)
        longitude, _, latitude = position.partition(",")
        return Division(
            code=code,
            name=name,
            short=short,
            level=cast(Level, level),
            kind=cast(Kind, kind),
            parent=parent if parent != "" else None,
            former=tuple(dict.fromkeys(item.name for item in self.history(code))),
            longitude=float(longitude) if longitude != "" else None,
            latitude=float(latitude) if latitude != "" else None,
            pinyin=pinyin,
            initials="".join(syllable[0] for syllable in pinyin.split()),
            members=tuple(members.split()),
        )

    def _row(self, code: str) -> list[str]:
        number = self._divisions.index.get(code)
        if number is None:
            raise GazetteerError(f"no place has the code {code!r}", where=self._divisions.path)
        return self._divisions.row(number)

    def _level(self, code: str) -> str:
        return self.get(code).level

    def _city(self, code: str) -> str:
        """The prefecture that a place is or lies in; in a municipality, which has none, the municipality."""
        chain = self._chain(code)
        return next((c for c in chain if self._level(c) == "prefecture"), chain[-1])

    def _chain(self, code: str) -> tuple[str, ...]:
        """The code and its ancestors' codes, nearest first, without making values of them."""
        known = self._chains.get(code)
        if known is None:
            parent = self._row(code)[5]
            known = self._chains[code] = (code, *(self._chain(parent) if parent != "" else ()))
        return known


class _Table:
    """A tab-separated table: its lines, and an index from the first cell to the line; a row is split when asked for.

    Splitting 110,000 lines into cells at the start would take most of the loading time, for the few dozen that an
    article needs.
    """

    __slots__ = ("index", "lines", "path", "width")

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self.path = path
        self.width = len(names)
        text = _text(path)
        self.lines = text.split("\n")
        self.lines.pop()  # after the last line break
        if len(self.lines) == 0 or self.lines[0] != "\t".join(names):
            found = self.lines[0] if len(self.lines) > 0 else ""
            raise GazetteerError(f"the heading is {found!r}, expected {' '.join(names)!r}", where=path, line=1)
        if text.count("\t") != len(self.lines) * (self.width - 1):
            for number, line in enumerate(self.lines, start=1):
                if line.count("\t") != self.width - 1:
                    raise GazetteerError(f"{line!r} has not {self.width} cells", where=path, line=number)
        self.index = {line[: line.index("\t")]: number for number, line in enumerate(self.lines)}
        del self.index[names[0]]

    def __iter__(self) -> Iterator[list[str]]:
        return (line.split("\t") for line in self.lines[1:])

    def row(self, number: int) -> list[str]:
        """The cells of one line, counted from the heading as 0."""
        return self.lines[number].split("\t")


def _surface(form: str, kind: str, safe: str, codes: str) -> Surface:
    return Surface(form, tuple(codes.split(" ")), cast(FormKind, kind), safe == "1")


def _least(codes: Sequence[str], measure: Mapping[str, int | None]) -> list[str]:
    """The codes with the smallest measure, in their order; those without one never."""
    known = [value for code in codes if (value := measure[code]) is not None]
    return [code for code in codes if measure[code] == min(known)] if len(known) > 0 else []


def _text(path: Path) -> str:
    try:
        # bytes first: the tables have no other line break than \n, and looking for one takes as long as all the rest
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        remedy = "install kg again or check the folder"
        raise GazetteerError(f"cannot read this table: {error}; {remedy}", where=path) from error
