"""Compile the gazetteer of `data/gazetteer/` from the public tables that its README names.

    python data/compile_gazetteer.py DATA            write the compiled tables
    python data/compile_gazetteer.py DATA --check    compare them with what is there; exit 1 where they differ

DATA is a folder with `divisions/` (modood_*.csv, level4_short_names_pinyin.csv, areacodes_history.csv,
adcodes_latlon.csv) and `lexicons/` (universities.json, THUOCL_*.txt). The hand-written tables regions.toml,
guard.toml and institutions.toml are read from `data/gazetteer/`. Needs `jieba` (its dictionary tells which short
names are ordinary words) and `pypinyin`, both of the development environment. Same input, same bytes.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jieba
from pypinyin import lazy_pinyin

FOLDER = Path(__file__).parent / "gazetteer"
LEVELS = ("province", "prefecture", "county", "township")

#: Rows that are groupings of the statistics office, not divisions.
PSEUDO = re.compile(r"市辖区|县|(?:省|自治区)直辖县级行政区划|.*直辖村级区划")
#: Endings of a full name, longest first; what is before them is the stem.
SUFFIX = re.compile(
    r"(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|自治县|自治旗|街道办事处|行政委员会"
    r"|民族苏木|民族乡|街道地区|地区|街道|联合旗|(?<=..)新区|(?<=...)林区|(?<=..)特区|苏木|群岛|省|市|区|县|旗|盟|镇|乡|街)$"
)
TOWNSHIP = re.compile(r"(?:街道办事处|街道|镇|乡|苏木|地区|街)$")
COUNTY = re.compile(r"(?:[县市旗区]|群岛|岛礁及其海域|行政委员会)$")
#: What a zone's name may end in to be matched in text at all (prisons, companies and offices are left out).
ZONE_NAME = re.compile(
    r"(?:开发区|高新区|经开区|园区|产业园|工业园|科技园|农业园|化工园|物流园|工业区|保税区|保税港区|示范区|度假区|新区|经济区"
    r"|集中区|聚集区|试验区|实验区|合作区|风景区|名胜区|旅游区|管理区|科技城|航空城|新城|食品区|农场|林场|牧场|渔场|盐场|垦殖场"
    r"|华侨农场|茶场)$"
)
PEOPLES = re.split(
    " ",
    "蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 "
    "柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 "
    "塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺 各",
)
PEOPLE = re.compile(rf"(?:{'|'.join(sorted((p + '族' for p in PEOPLES), key=len, reverse=True))}|蒙古|哈萨克)$")
#: Part-of-speech tags of the jieba dictionary that do not speak against a place: places, persons, organizations, other
#: proper names. Many counties carry them (嘉兴 nr, 宝山 nr), so they cannot be the rule.
PROPER = {"ns", "nr", "nt", "nz", "nrt", "nrfg"}
#: A word of the dictionary counts as ordinary from this count on; below it stand many rarer place names.
FREQUENT = 100
#: Ends of a township's stem that are first of all a road, a bridge, a village, a hill or a water.
FEATURE = re.compile(r"[路街道桥湖山河江村庄屯店门站园场口湾岛港海城林泉池溪沟岭]$")


@dataclass(slots=True)
class Row:
    """One division, zone, region, country or place on its way into the compiled table."""

    code: str
    name: str
    short: str
    kind: str
    level: str
    parent: str = ""
    position: str = ""
    pinyin: str = ""
    members: tuple[str, ...] = ()
    forms: list[tuple[str, str, bool]] = field(default_factory=list)


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a heading, with or without a byte order mark."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def half_width(name: str) -> str:
    """Brackets in half width, as in the folded text that forms are matched against."""
    return name.translate(str.maketrans("（）", "()"))


def stem(name: str, *, level: str) -> str:
    """The short name: 南湖区 → 南湖, 延边朝鲜族自治州 → 延边, 赵县 → 赵县 (one character is no name).

    Leagues' banners keep their ending (正蓝旗), as everyone calls them so.
    """
    bare = re.sub(r"^\(.*?\)|\(.*\)$", "", name)
    if level == "county" and bare.endswith("旗") and not bare.endswith("自治旗"):
        return bare
    if level == "county" and re.search(r"矿区$", bare):
        return bare
    short = SUFFIX.sub("", bare)
    # a people's name goes only after an ending that announces one, or where 族 makes it plain
    while (match := PEOPLE.search(short)) is not None and len(short) - len(match.group()) >= 2:
        if "族" not in match.group() and "自治" not in bare:
            break
        short = short[: match.start()]
    if bare.endswith(("民族乡", "自治州", "自治县", "自治旗")):
        for people in PEOPLES:
            if short.endswith(people) and len(people) >= 2 and len(short) - len(people) >= 2:
                short = short[: -len(people)]
                break
    if short.endswith("族") and len(short) >= 3:
        short = short[:-1]
    return short if len(short) >= 2 else bare


def divisions(folder: Path) -> dict[str, Row]:
    """Provinces, prefectures, counties and townships with their parents, by code."""
    rows: dict[str, Row] = {}

    def add(code: str, name: str, *, level: str, kind: str = "division", parent: str = "") -> None:
        name = half_width(name)
        short = stem(name, level=level) if kind == "division" else name
        rows[code] = Row(code, name, short, kind, level, parent)

    for row in table(folder / "modood_provinces.csv"):
        add(row["code"] + "0000", row["name"], level="province")
    history = table(folder / "areacodes_history.csv")
    for row in history:
        if row["级别"] == "省级" and row["状态"] == "在用" and row["代码"] not in rows:
            add(row["代码"], row["名称"], level="province")
    for row in table(folder / "modood_cities.csv"):
        if PSEUDO.fullmatch(row["name"]) is None:
            add(row["code"] + "00", row["name"], level="prefecture", parent=row["provinceCode"] + "0000")

    level4 = table(folder / "level4_short_names_pinyin.csv")
    for row in level4:
        code, name = row["id"], row["ext_name"]
        if code.startswith("71") and row["deep"] == "1":
            add(code + "00", name, level="prefecture", parent="710000")
        elif code[:2] in {"81", "82"} and row["deep"] == "3" and code[:6] not in rows:
            add(code[:6], name, level="county", parent=code[:2] + "0000")

    for row in table(folder / "modood_areas.csv"):
        code, name = row["code"], row["name"]
        city = row["cityCode"] + "00"
        if code in rows or PSEUDO.fullmatch(name) or (city in rows and rows[city].name == name):
            continue  # 东莞市, 中山市, 儋州市, 嘉峪关市 stand in for the counties that they do not have
        # the statistics office numbers its own zones from 71; a county's number stops at 70 or starts at 81
        zone = code[4] == "7" and code[5] != "0"
        kind = "zone" if zone or COUNTY.search(name) is None else "division"
        add(code, name, level="county", kind=kind, parent=city if city in rows else row["provinceCode"] + "0000")
    for row in history:
        code = row["代码"]
        if row["级别"] == "县级" and row["状态"] == "在用" and code not in rows and code[:2] + "0000" in rows:
            city = code[:4] + "00"
            add(code, row["名称"], level="county", parent=city if city in rows else code[:2] + "0000")

    for row in table(folder / "modood_streets.csv"):
        code, name = row["code"], half_width(row["name"])
        if PSEUDO.fullmatch(name) is not None or name == "金门县":
            continue
        parent = next(c for c in (row["areaCode"], row["cityCode"] + "00") if c in rows)
        bare = re.sub(r"\(.*\)$", "", name)
        kind = "division" if TOWNSHIP.search(bare) and not bare.endswith("管委会") else "zone"
        add(code, name, level="township", kind=kind, parent=parent)

    positions = {r["adcode"][:6]: f"{r['longitude']},{r['latitude']}" for r in table(folder / "adcodes_latlon.csv")}
    for code, entry in rows.items():
        if entry.level != "township":
            entry.position = positions.get(code, "")
    spell(rows.values(), level4)
    return rows


def spell(rows: Iterable[Row], level4: Sequence[dict[str, str]]) -> None:
    """Write the pinyin of each full name: the table's reading of the stem where it has one, else pypinyin's."""
    known: dict[tuple[str, str], tuple[str, str]] = {}
    for row in level4:
        value = (row["name"], row["pinyin"])
        for prefix in (row["ext_id"][:6], row["ext_id"][:4]):
            known.setdefault((prefix, half_width(row["ext_name"])), value)
    for row_ in rows:
        found = known.get((row_.code[:6], row_.name)) or known.get((row_.code[:4], row_.name))
        if found is not None and row_.name.startswith(found[0]) and re.fullmatch(r"[a-z]+(?: [a-z]+)*", found[1]):
            short, reading = found
            if len(reading.split()) == len(short):
                rest = " ".join(lazy_pinyin(row_.name[len(short) :]))
                row_.pinyin = f"{reading} {rest}".strip()
                continue
        row_.pinyin = " ".join(lazy_pinyin(row_.name))


@dataclass(frozen=True, slots=True)
class Former:
    """A name that a division had: `code` is the division of today, `old` the code of that time."""

    code: str
    name: str
    level: str
    since: str
    until: str
    old: str


def formers(folder: Path, rows: dict[str, Row]) -> list[Former]:
    """Every earlier name at county level and above, followed through its successors to the divisions of today.

    秀城区 (330402, 1993 to 2005) → 330402 南湖区; 盐都县 → 盐都区, the successor of the same stem.
    """
    history = table(folder / "areacodes_history.csv")
    by_code: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in history:
        by_code[row["代码"]].append(row)

    def step(row: dict[str, str]) -> list[dict[str, str]]:
        following: list[dict[str, str]] = []
        for target in filter(None, row["新代码"].split(";")):
            match = re.fullmatch(r"(\d{6})(?:\[(\d{4})\])?", target)
            if match is None:
                where = f"areacodes_history.csv: {row['代码']} {row['名称']}"
                raise SystemExit(f"{where}: cannot read successor {target!r}")
            found = [r for r in by_code[match[1]] if r is not row]
            if match[2] is not None:
                found = [r for r in found if r["启用时间"] == match[2]]
            else:
                # the row of that code which began when this one ended, or the earliest one after it
                later = [r for r in found if r["启用时间"] >= row["变更/弃用时间"]]
                found = sorted(later, key=lambda r: r["启用时间"])[:1] or [r for r in found if r["状态"] == "在用"]
            following.extend(found)
        return following

    def today(row: dict[str, str], seen: frozenset[int]) -> list[str]:
        if row["状态"] == "在用":
            return [row["代码"]] if row["代码"] in rows else []
        found: list[str] = []
        for successor in step(row):
            if id(successor) not in seen:
                found.extend(today(successor, seen | {id(successor)}))
        return list(dict.fromkeys(found))

    result: list[Former] = []
    for row in history:
        if row["状态"] == "在用" or row["级别"] == "省级":
            continue
        name = row["名称"]
        level = "prefecture" if row["级别"] == "地级" else "county"
        short = stem(name, level=level)
        if level == "prefecture":
            # prefectures name no prefecture as successor: the one of that code or stem, else the county of that stem
            same = rows.get(row["代码"])
            heirs = [same.code] if same is not None and row["状态"] == "变更" else []
            for wanted in ("prefecture", "county"):
                heirs = heirs or [
                    r.code
                    for r in rows.values()
                    if r.level == wanted and r.code[:2] == row["代码"][:2] and r.short == short
                ]
        else:
            heirs = today(row, frozenset({id(row)}))
        kept = [c for c in heirs if rows[c].short == short]
        for code in kept if len(kept) == 1 else heirs:
            if rows[code].name != name:
                result.append(Former(code, name, level, row["启用时间"], row["变更/弃用时间"], row["代码"]))
    # one name through several codes is one entry from the first year to the last
    merged: dict[tuple[str, str], Former] = {}
    for item in sorted(result, key=lambda f: (f.code, f.name, f.since)):
        key = (item.code, item.name)
        first = merged.get(key)
        if first is None:
            merged[key] = item
        else:
            merged[key] = Former(item.code, item.name, item.level, first.since, max(first.until, item.until), item.old)
    return sorted(merged.values(), key=lambda f: (f.code, f.since, f.name))


def hand_rows(regions: dict[str, Any], codes: set[str]) -> list[Row]:
    """The rows of regions.toml, in the order of the file."""
    result: list[Row] = []
    for place in regions["place"]:
        short = place.get("short", place["name"])
        level = "country" if place["kind"] == "country" else place["kind"]
        row = Row(place["code"], place["name"], short, place["kind"], level, place.get("parent", ""))
        row.members = tuple(place.get("members", ()))
        row.forms = [(f, "short", True) for f in place.get("forms", ())]
        row.forms += [(f, "short", False) for f in place.get("unsafe", ())]
        result.append(row)
    for code, (name, *more) in regions["countries"].items():
        result.append(Row(code, name, name, "country", "country", forms=[(f, "full", True) for f in more]))
    for code, (name, *more) in regions["areas"].items():
        result.append(Row(code, name, name, "region", "region", forms=[(f, "short", True) for f in more]))
    for code, (country, name, *more) in regions["cities"].items():
        result.append(Row(code, name, name, "place", "place", country, forms=[(f, "full", True) for f in more]))
    for row in result:
        row.pinyin = " ".join(lazy_pinyin(row.name))
        for other in (*row.members, *filter(None, [row.parent])):
            if other not in codes and other not in {r.code for r in result}:
                raise SystemExit(f"regions.toml: {row.code}: no division has the code {other!r}")
    return result


class Guard:
    """Tells which forms are ordinary words, by the dictionaries and the hand-written exceptions."""

    def __init__(self, hand: dict[str, Any], lexicons: Path) -> None:
        self.unsafe_short = set(hand["unsafe_short"])
        self.safe_short = set(hand["safe_short"])
        self.unsafe_full = set(hand["unsafe_full"])
        self.words: set[str] = set()
        with jieba.get_dict_file() as stream:
            for line in stream.read().decode("utf-8").splitlines():
                word, count, tag = line.split(" ")
                if int(count) >= FREQUENT and tag not in PROPER and len(word) >= 2:
                    self.words.add(word)
        places = {w for w in self.words if w.endswith(("省", "市", "县", "区"))}
        for name in ("THUOCL_caijing.txt", "THUOCL_IT.txt"):
            for line in (lexicons / name).read_text(encoding="utf-8").splitlines():
                if line.strip() != "":
                    self.words.add(line.split("\t")[0].strip())
        self.words -= places - {"城区", "郊区", "矿区", "市区", "社区", "特区"}

    def short(self, form: str, *, level: str, unique: bool) -> bool:
        """True where a short name may be read as the place on its own."""
        if form in self.safe_short:
            return True
        if form in self.unsafe_short or form in self.unsafe_full or len(form) < 2:
            return False
        if level in {"province", "prefecture"}:
            return True
        if form in self.words:
            return False
        if level == "township":
            return unique and len(form) >= 3 and FEATURE.search(form) is None
        return True

    def full(self, form: str, *, level: str) -> bool:
        """True where a full name may be read as the place on its own."""
        if form in self.safe_short:
            return True
        return form not in self.unsafe_full and not (level == "township" and len(form) < 3)


Form = tuple[str, str, bool, tuple[str, ...]]


def forms(rows: Sequence[Row], past: Sequence[Former], regions: dict[str, Any], guard: Guard) -> list[Form]:
    """Every form that names a row, with its kind, whether it is safe alone, and the codes it may mean."""
    by_code = {r.code: r for r in rows}
    known: dict[tuple[str, str], dict[str, bool]] = defaultdict(dict)
    stems: dict[str, int] = defaultdict(int)
    names: dict[str, int] = defaultdict(int)
    for row in rows:
        stems[row.short] += 1
        names[row.name] += 1

    def ancestry(row: Row) -> Iterator[Row]:
        while row.parent != "":
            row = by_code[row.parent]
            yield row

    for row in rows:
        if row.kind == "zone" and row.level in {"county", "township"}:
            if ZONE_NAME.search(row.name) is None:
                continue
            local = any(row.name.startswith(a.short) for a in ancestry(row))
            generic = re.match(r"国营|省|市|县|第", row.name) is not None or len(row.name) < 5
            safe = (local or (names[row.name] == 1 and row.level == "county")) and not generic
            known[row.name, "full"][row.code] = safe and row.name not in guard.unsafe_full
            continue
        if row.kind != "division":
            known[row.name, "full"][row.code] = True
            if row.short != row.name:
                known[row.short, "short"][row.code] = True
        else:
            known[row.name, "full"][row.code] = guard.full(row.name, level=row.level)
            bare = re.sub(r"^\(.*?\)|\(.*\)$", "", row.name)
            above = by_code[row.parent].name if row.parent != "" else row.name
            if bare.startswith(above) and len(bare) - len(above) >= 3:
                bare = bare[len(above) :]  # 高阳县锦华街道 is written 锦华街道 elsewhere
            if bare != row.name:
                known[bare, "full"][row.code] = guard.full(bare, level=row.level)
            if row.short not in {row.name, bare}:
                unique = stems[row.short] == 1
                known[row.short, "short"][row.code] = guard.short(row.short, level=row.level, unique=unique)
            for ending in ("州", "县", "旗"):
                if row.name.endswith("自治" + ending) and row.level != "township":
                    known[row.short + ending, "short"][row.code] = True
        for form, kind, safe in row.forms:
            known[form, kind][row.code] = safe
    for code, extra in regions["names"].items():
        for form in extra:
            known[form, "short"][code] = True
    for code, letters in regions["abbreviations"].items():
        for letter in letters:
            known[letter, "abbreviation"][code] = False
    today = {(r.name, r.code[:2]) for r in rows if r.kind == "division"}
    upper = {r.short for r in rows if r.level != "township"}
    for old in past:
        # where another place of the province is called so today, readers mean that one: 嘉兴市 is no county any more
        if (old.name, old.code[:2]) not in today:
            known[old.name, "former"][old.code] = guard.full(old.name, level="county")
        short = stem(old.name, level=old.level)
        if short != old.name and short not in upper:
            known[short, "former"][old.code] = guard.short(short, level="county", unique=True) and stems[short] == 0
    order = {"full": 0, "short": 1, "former": 2, "abbreviation": 3}
    result: list[Form] = []
    for (form, kind), codes in known.items():
        # a word that is safe for one level (吉林) stays so where townships share it; a guarded word never is
        result.append((form, kind, any(codes.values()), tuple(sorted(codes, key=lambda c: (rank(by_code[c]), c)))))
    return sorted(result, key=lambda f: (f[0], order[f[1]]))


def rank(row: Row) -> int:
    """Prominence of a row, smallest first: region and country, then province to township, zones after divisions."""
    level = LEVELS.index(row.level) + 1 if row.level in LEVELS else 0
    return level * 2 + (row.kind == "zone")


def institutions(lexicons: Path, hand: dict[str, Any], rows: dict[str, Row]) -> list[tuple[str, ...]]:
    """Rows of name, province code, safe short forms, short forms that need a context."""
    provinces = {r.short: r.code for r in rows.values() if r.level == "province"}
    ambiguous = set(hand["ambiguous"]["forms"])
    result: dict[str, tuple[str, list[str]]] = {}
    universities = json.loads((lexicons / "universities.json").read_text(encoding="utf-8"))
    for province, lists in universities.items():
        for name in lists["all"]:
            result[half_width(name)] = (provinces[province], [])
    for name, (province, *short) in hand["more"].items():
        result[name] = (province, list(short))
    for name, short in hand["short"].items():
        if name not in result:
            raise SystemExit(f"institutions.toml: [short] names {name!r}, which no table has")
        result[name][1].extend(s for s in short if s != name and s not in result[name][1])
    table_rows = []
    for name in sorted(result):
        province, short = result[name]
        safe = [s for s in short if s not in ambiguous]
        unsafe = [s for s in short if s in ambiguous]
        table_rows.append((name, province, " ".join(safe), " ".join(unsafe)))
    return table_rows


def tsv(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A tab-separated table; a tab or line break in a cell is a fault of the source."""
    lines = ["\t".join(heading)]
    for row in rows:
        if len(row) != len(heading) or any("\t" in cell or "\n" in cell for cell in row):
            raise SystemExit(f"cannot write this row as tab-separated text: {row!r}")
        lines.append("\t".join(row))
    return "\n".join(lines) + "\n"


def compiled(data: Path) -> dict[str, str]:
    """The text of every compiled file, by file name."""
    hand = {
        name: tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
        for name in ("regions", "guard", "institutions")
    }
    rows = divisions(data / "divisions")
    past = formers(data / "divisions", rows)
    ordered = [rows[code] for code in sorted(rows)] + hand_rows(hand["regions"], set(rows))
    guard = Guard(hand["guard"], data / "lexicons")
    known = forms(ordered, past, hand["regions"], guard)
    stale = sorted((guard.unsafe_short | guard.safe_short | guard.unsafe_full) - {f[0] for f in known})
    if len(stale) > 0:
        raise SystemExit(f"guard.toml: these are no name of any place, remove them: {' '.join(stale)}")
    return {
        "divisions.tsv": tsv(
            ("code", "name", "short", "kind", "level", "parent", "position", "pinyin", "members"),
            (
                (r.code, r.name, r.short, r.kind, r.level, r.parent, r.position, r.pinyin, " ".join(r.members))
                for r in ordered
            ),
        ),
        "forms.tsv": tsv(
            ("form", "kind", "safe", "codes"), ((f, kind, str(int(safe)), " ".join(c)) for f, kind, safe, c in known)
        ),
        "former.tsv": tsv(
            ("code", "name", "since", "until", "old_code"), ((f.code, f.name, f.since, f.until, f.old) for f in past)
        ),
        "institutions.tsv": tsv(
            ("name", "place", "short", "short_unsafe"), institutions(data / "lexicons", hand["institutions"], rows)
        ),
        "masks.txt": "".join(f"{m}\n" for m in sorted(hand["guard"]["masks"])),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Compile or compare; 0 where the tables are written or equal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with divisions/ and lexicons/")
    parser.add_argument("--check", action="store_true", help="compare with the committed tables, write nothing")
    options = parser.parse_args(arguments)
    stale = []
    for name, text in compiled(options.data).items():
        path = FOLDER / name
        if options.check:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"{name}: {text.count(chr(10)):,} lines, {len(text.encode()):,} bytes")
    if len(stale) > 0:
        print(f"out of date: {', '.join(stale)}; run python data/compile_gazetteer.py {options.data}", file=sys.stderr)
    return int(len(stale) > 0)


if __name__ == "__main__":
    sys.exit(main())
