"""Reading: articles in files, folders, tables, web pages and standard input become `kg.model.Document` values.

Owns encodings, the fields of a record, the publication date, the folded text for matching, and which part of a text
is article and which is boilerplate. Input: paths. Output: documents, and a `ReadError` for each record that is none.

    新闻/nanhu-2018-08-20.txt   →   Document(id="nanhu-2018-08-20-…", text="南湖区与上海杨浦区签订了…", date=2018-08-20)

What is read: `.txt`, `.md`, `.html`, `.jsonl` (one article a line), `.csv`, folders of these, and `-` for standard
input. An encoding is found in this order: byte order mark, declared charset (gb2312 and gbk are read as gb18030),
UTF-8, gb18030, and last the guess of charset-normalizer. A text that is neither is refused, never read as mojibake.

The publication date is taken from the first of `DATE_BASES` that is there; a later one that says the same more
precisely (a record with 2018, a dateline with 2018年8月20日) completes it. A date given by the user thus dates the
articles that carry none of their own; only a bare year in a file name yields to it.
"""

from __future__ import annotations

import codecs
import csv
import functools
import hashlib
import io
import json
import logging
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import IO, Any

from kg import scanning
from kg.errors import DateError, ReadError
from kg.model import Date, Document
from kg.values import find_dates, parse_date

#: Where a publication date can come from, the most trusted first:
#: the record's own field (a JSON field, a table column, or `date=` of `read_text`); front matter or header lines; the
#: page's metadata; a dateline in the text (8月20日电, its year from the others where it has none); a file name or
#: address with at least a month in it; the date that the user gave for all; a bare year in the file name.
DATE_BASES: tuple[str, ...] = (
    "record",
    "front matter",
    "page metadata",
    "dateline",
    "file name",
    "given",
    "year in file name",
)

#: The longest article in characters (6 MB of Chinese in UTF-8; time and memory grow in proportion up to there); a
#: longer one is a mistake (a dump, a log, many articles in one file).
MAX_CHARACTERS = 2_000_000

_SUFFIXES = {
    ".txt": "text", ".text": "text", ".md": "text", ".markdown": "text",
    ".html": "page", ".htm": "page", ".xhtml": "page", ".shtml": "page",
    ".jsonl": "lines", ".ndjson": "lines",
    ".csv": "table", ".tsv": "table",
}  # fmt: skip
_READABLE = ".txt, .md, .html, .jsonl, .csv"


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read, or standard input where `path` is None.

    `key` names it the same way on every machine: its path inside the folder that was given, with `/`. `size` is in
    bytes; `mtime_ns` is the time of its last change. Both are 0 for standard input.
    """

    path: Path | None
    key: str
    size: int = 0
    mtime_ns: int = 0

    @property
    def where(self) -> str:
        """The name for messages: the path as given, or `standard input`."""
        return "standard input" if self.path is None else as_text(self.path)


def as_text(path: Path) -> str:
    r"""A path as text that every file can hold: bytes that are no UTF-8 are written as `\xff`.

    >>> as_text(Path("news/a\udcff.txt"))
    'news/a\\xff.txt'
    """
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was found and is not read, with the reason and the remedy."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class _Record:
    """The fields of one article before it becomes a document; `basis` is the kind of source that gave `date`."""

    text: str
    title: str | None = None
    date: Date | None = None
    basis: str = "record"
    source: str | None = None
    url: str | None = None
    id: str | None = None


# ------------------------------------------------------------------------------- what there is to read


def find_sources(paths: Sequence[Path | str]) -> tuple[list[Source], list[Skipped]]:
    """Every file under `paths`, in the order given and sorted inside folders, and the files that are not read.

    `-` is standard input. Hidden files and folders are passed over in silence, files of an unknown kind are
    reported. Raises ReadError for a path that does not exist.
    """
    sources: list[Source] = []
    skipped: list[Skipped] = []
    seen: set[Path] = set()
    for given in paths:
        if str(given) == "-":
            if all(s.path is not None for s in sources):
                sources.append(Source(None, "stdin"))
            continue
        root = Path(given)
        if root.is_dir():
            refused: list[OSError] = []
            found = [(path, as_text(path.relative_to(root))) for path in _walk(root, refused)]
            skipped.extend(Skipped(Path(e.filename), f"cannot be read: {e.strerror or e}") for e in refused)
        elif root.exists():
            found = [(root, as_text(Path(root.name)))]
        else:
            raise ReadError("there is no such file or folder; check the spelling of the path", where=root)
        taken = {s.key for s in sources}
        for path, key in found:
            resolved = path.resolve()
            if resolved in seen:
                continue
            seen.add(resolved)
            if path.suffix.lower() not in _SUFFIXES:
                kind = f"files of the kind {path.suffix}" if path.suffix != "" else "files without a suffix"
                skipped.append(Skipped(path, f"{kind} are not read; convert it to one of {_READABLE}"))
                continue
            if not path.is_file():
                skipped.append(Skipped(path, "is no ordinary file, or a link that leads nowhere"))
                continue
            stat = path.stat()
            # Two folders may hold a file of the same name; the second one's key then tells the folder too.
            sources.append(Source(path, as_text(path) if key in taken else key, stat.st_size, stat.st_mtime_ns))
    return sources, skipped


def _walk(root: Path, refused: list[OSError]) -> list[Path]:
    """The files under a folder in sorted order, without hidden ones and a folder's README; links to folders are not
    followed. A folder that may not be listed goes to `refused`.
    """
    found: list[Path] = []
    for folder, inner, names in os.walk(root, onerror=refused.append):
        inner[:] = [name for name in inner if not name.startswith(".")]
        found.extend(Path(folder) / name for name in names if name[0] != "." and Path(name).stem.upper() != "README")
    return sorted(found, key=lambda path: path.relative_to(root).parts)


# --------------------------------------------------------------------------------------------- reading


def read_source(
    source: Source, *, date: Date | None = None, data: bytes | None = None
) -> Iterator[Document | ReadError]:
    """The articles of one source in order; a record that cannot be read comes as a ReadError in its place.

    `date` dates the articles that carry no date of their own. `data` are the bytes where they are at hand already
    (standard input is read from the process where they are not). Never raises a ReadError: one broken record stops
    no other.
    """
    try:
        if source.path is None and data is None:
            data = sys.stdin.buffer.read()
        kind = _SUFFIXES.get(source.path.suffix.lower(), "text") if source.path is not None else _sniff(data or b"")
        if kind == "lines":
            with _open(source, data) as stream:
                yield from _read_lines(stream, source, date)
        elif kind == "table":
            with _open(source, data) as stream:
                yield from _read_table(stream, source, date)
        else:
            yield _read_whole(source, data, date, page=kind == "page")
    except ReadError as error:
        yield error
    except OSError as error:
        yield ReadError(f"cannot be read: {error.strerror or error}", where=source.where)


def read_text(
    text: str,
    *,
    id: str | None = None,  # noqa: A002 - the name of the field
    title: str | None = None,
    date: Date | str | None = None,
    source: str | None = None,
    url: str | None = None,
    name: str = "text",
    origin: str | None = None,
) -> Document:
    """One article from a text at hand, read as a `.txt` file would be; fields given here win over those in the text.

    `name` stands for the file's name: the id begins with it and a date in it counts. Raises ReadError for an empty
    text and for a date that is none.

    >>> document = read_text("標題：南湖簽約\\n日期：2018-08-20\\n\\n南湖區與上海楊浦區簽訂了協議。")
    >>> document.text, document.folded, document.date.start
    ('南湖區與上海楊浦區簽訂了協議。', '南湖区与上海杨浦区签订了协议。', '2018-08-20')
    """
    where = origin if origin is not None else name
    record = _front_matter(_clean(text), where)
    day = date if date is None or isinstance(date, Date) else _field_date(date, where, None)
    record = _Record(
        record.text,
        title=title if title is not None else record.title,
        date=day if day is not None else record.date,
        basis="record" if date is not None else record.basis,
        source=source if source is not None else record.source,
        url=url if url is not None else record.url,
        id=id if id is not None else record.id,
    )
    return _document(record, name=name, where=where, line=None, given=None, origin=origin)


def _with(record: _Record, **fields: Any) -> _Record:
    """The record with those of `fields` that are not None."""
    given = {name: value for name, value in fields.items() if value is not None}
    return replace(record, **given) if len(given) > 0 else record


def _open(source: Source, data: bytes | None) -> IO[bytes]:
    if data is not None or source.path is None:
        return io.BytesIO(data or b"")
    return source.path.open("rb")


def _sniff(data: bytes) -> str:
    """The kind of what came on standard input, by its first characters."""
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"{"):
        first = head.split(b"\n", 1)[0]
        try:
            if isinstance(json.loads(first), dict):
                return "lines"
        except (ValueError, RecursionError):
            return "text"
    return "page" if re.match(rb"<(?:!doctype|!--|\?xml|html|head|body|[a-z][a-z0-9]*[\s>])", head, re.I) else "text"


def _read_whole(source: Source, data: bytes | None, given: Date | None, *, page: bool) -> Document:
    where = source.where
    size = source.size if data is None else len(data)
    if size > 4 * MAX_CHARACTERS:
        raise ReadError(_too_long(f"{size:,} bytes"), where=where)
    if data is None:
        assert source.path is not None
        data = source.path.read_bytes()
    if len(data.strip()) == 0:
        raise ReadError("the file is empty; delete it or put an article into it", where=where)
    text = _clean(decode(data, declared=_declared(data) if page else None, where=where))
    name = as_text(Path(source.path.stem)) if source.path is not None else "stdin"
    record = _page(text, where) if page else _front_matter(text, where)
    return _document(record, name=name, where=where, line=None, given=given, origin=where)


def _too_long(size: str) -> str:
    return f"an article of {size} is too long (limit {MAX_CHARACTERS:,} characters); split it into one file an article"


def _clean(text: str) -> str:
    """The text as read: without a byte order mark, with line feeds alone, and with no half of a surrogate pair."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", text)


_SURROGATE = re.compile("[\ud800-\udfff]")


def _document(
    record: _Record, *, name: str, where: str, line: int | None, given: Date | None, origin: str | None
) -> Document:
    text = _unwrapped(record.text)
    if len(text.strip()) == 0:
        raise ReadError("the article has no text; fill it in or remove the record", where=where, line=line)
    if len(text) > MAX_CHARACTERS:
        raise ReadError(_too_long(f"{len(text):,} characters"), where=where, line=line)
    folded = fold(text)
    day, basis = _settle_date(record, folded, name, given)
    return Document(
        id=_identity(record, name),
        text=text,
        folded=folded,
        title=record.title if record.title is not None else _headline(text, folded),
        date=day,
        date_basis=basis,
        source=record.source if record.source is not None else _named_source(text, folded),
        url=record.url,
        origin=origin if line is None or origin is None else f"{origin}:{line}",
    )


#: The width of a line in a page of A4 as announcements are printed, and how far such lines differ from each other.
_PRINTED = (56, 92)
_RAGGED = 8
#: A line that is cut ends in the middle of a sentence, and goes on without an indent, a number or a bullet.
_CUT = re.compile(r"[^\s。！？；：…!?;:|｜]$")
_NEW_LINE = re.compile(
    r"[\s\u3000●■◆▪•·*#>|｜【\-—]|[0-9]{1,2}[.、．]|[一二三四五六七八九十]{1,3}[、．.]|[(（][一二三四五六七八九十0-9]{1,3}[)）]"
)
_FLOWING = re.compile(r"[\u4e00-\u9fff、,，]$")
_GOES_ON = re.compile(r"[)）》”,，、。；]|[(（](?:以下|下称|简称)")
_OPENING, _CLOSING = "《“(（", "》”)）"


def _unwrapped(text: str) -> str:
    """The text without the line breaks of a printed page, which cut sentences and names: 珠海格力金融投资管理↵有限公司.

    Only where it is plain that the lines are of such a page: lines of one width that end in the middle of a sentence,
    four of them or one with a bracket left open.
    """
    lines = _without_page_numbers(_reflowed(text).split("\n"))
    cut: dict[int, int] = {}
    sure: list[int] = []
    for n, line in enumerate(lines[:-1]):
        bare = line.rstrip()
        if not 28 <= len(bare) <= _PRINTED[1] or _CUT.search(bare) is None:
            continue
        width = sum(2 if character > "\u2e7f" or character in "“”‘’…" else 1 for character in bare)
        if not _PRINTED[0] <= width <= _PRINTED[1] or lines[n + 1] == "" or _NEW_LINE.match(lines[n + 1]) is not None:
            continue
        cut[n] = width
        opened = [bare.count(a) - bare.count(b) for a, b in zip(_OPENING, _CLOSING, strict=True)]
        if any(left == 1 and b in lines[n + 1] for left, b in zip(opened, _CLOSING, strict=True)):
            sure.append(width)
    if len(sure) == 0 and (len(cut) < 4 or max(cut.values()) - min(cut.values()) > _RAGGED):
        return "\n".join(lines)
    joined: list[str] = []
    open_line = False
    for n, line in enumerate(lines):
        flows = open_line
        if open_line:
            before = joined[-1].rstrip()
            apart = before[-1:].isascii() and before[-1:].isalnum() and line[:1].isascii() and line[:1].isalnum()
            joined[-1] = f"{before} {line}" if apart else before + line
        else:
            joined.append(line)
        open_line = n in cut and (len(sure) == 0 or any(abs(cut[n] - width) <= _RAGGED for width in sure))
        if not open_line and n + 1 < len(lines) and lines[n + 1] != "":
            # (以↵下简称“甬元”↵)、: a bracket is not cut by a paragraph, and none begins with a comma
            left = [joined[-1].count(a) - joined[-1].count(b) for a, b in zip(_OPENING, _CLOSING, strict=True)]
            closed = any(k == 1 and b in lines[n + 1][:60] for k, b in zip(left, _CLOSING, strict=True))
            # what was put together goes on until its sentence ends
            flows = flows and _FLOWING.search(line.rstrip()) is not None and _HAN.match(lines[n + 1]) is not None
            open_line = closed or flows or _GOES_ON.match(lines[n + 1]) is not None
    return "\n".join(joined)


#: The foot of a printed page between two lines: 1, - 2 -, 第3页, 2/5.
_PAGE_NUMBER = re.compile(r"\s*(?:[-—]\s*)?(?:第\s*)?[0-9]{1,3}(?:\s*[-—/页](?:\s*[共]?\s*[0-9]{0,3}\s*页?)?)?\s*")


def _without_page_numbers(lines: list[str]) -> list[str]:
    """The lines without the number of a page that stands between a cut sentence and the rest of it."""
    kept = [
        line
        for n, line in enumerate(lines)
        if not (
            0 < n < len(lines) - 1
            and _PAGE_NUMBER.fullmatch(line) is not None
            and len(lines[n - 1]) >= 20
            and _HAN.fullmatch(lines[n - 1].rstrip()[-1:]) is not None
            and _HAN.match(lines[n + 1]) is not None
        )
    ]
    return kept if len(kept) < len(lines) else lines


_HAN = re.compile(r"[\u4e00-\u9fff]")
#: A blank where a printed line was cut: between two characters, or behind a comma and before one.
_SEAM = re.compile(r"(?<=[\u4e00-\u9fff、，,》”)）“《（(]) (?=[\u4e00-\u9fff《“”（(）)])")
_PIECE_ENDS = re.compile(r"[。:：；!！?？] ")
#: How many seams show that a paragraph is made of printed lines.
_SEAMS = 3


def _reflowed(text: str) -> str:
    """The text without the blanks that stand for the line breaks of a printed page: 龙洲 集团股份有限公司. Only in
    paragraphs with several of them, and only behind as much text as such a line holds.
    """
    if text.count(" ") < _SEAMS:
        return text
    paragraphs = text.split("\n")
    for n, paragraph in enumerate(paragraphs):
        if len(paragraph) < 120:
            continue
        since, seams = 0, []
        for seam in _SEAM.finditer(paragraph):
            piece = _PIECE_ENDS.split(paragraph[since : seam.start()])[-1]
            width = sum(2 if character > "\u2e7f" or character in "“”‘’…" else 1 for character in piece)
            if _PRINTED[0] - _RAGGED <= width <= _PRINTED[1]:
                seams.append(seam.start())
            since = seam.end()
        if len(seams) >= _SEAMS:
            kept = zip([0, *(at + 1 for at in seams)], [*seams, len(paragraph)], strict=True)
            paragraphs[n] = "".join(paragraph[a:b] for a, b in kept)
    return "\n".join(paragraphs)


def _identity(record: _Record, name: str) -> str:
    """A name for the article that is the same on every run: its own id, or the file's name and a hash."""
    if record.id is not None and _CLEAN_ID.fullmatch(record.id) is not None:
        return record.id
    stem = re.sub(r"[\W_]+", "-", name.lower()).strip("-")[:40].strip("-") or "text"
    basis = record.id or record.url or record.text
    return f"{stem}-{hashlib.sha256(basis.encode('utf-8')).hexdigest()[:10]}"


_CLEAN_ID = re.compile(r"[0-9A-Za-z\u4e00-\u9fff](?:[0-9A-Za-z\u4e00-\u9fff._-]{0,78}[0-9A-Za-z\u4e00-\u9fff])?")


# -------------------------------------------------------------------------------------------- encoding


def decode(data: bytes, *, declared: str | None = None, where: Path | str | None = None) -> str:
    """The bytes as text: byte order mark, then `declared` charset, UTF-8, gb18030, and at last a guess.

    A file that declares another charset and is UTF-8 throughout is read as UTF-8. Raises ReadError for binary data
    and for text that fits no encoding or mixes two, with the remedy.

    >>> decode("南湖区".encode("gb18030"), declared="gb2312")
    '南湖区'
    """
    for mark, codec in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            try:
                return _readable(data[len(mark) :].decode(codec), where)
            except UnicodeDecodeError as error:
                raise _damaged(data, error, codec, where) from None
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise ReadError(f"is {kind}, not text; save its text as .txt (UTF-8)", where=where)
    if b"\0" in data[:65536]:
        raise ReadError("is binary, or UTF-16 without a byte order mark; save it as text in UTF-8", where=where)
    utf8: str | None = None
    failure: UnicodeDecodeError | None = None
    try:
        utf8 = data.decode("utf-8")
    except UnicodeDecodeError as error:
        failure = error
    named = _codec(declared)
    if named is not None and named != "utf-8" and (utf8 is None or not _surely_utf8(utf8)):
        try:
            return _readable(data.decode(named), where)
        except UnicodeDecodeError:
            pass  # the declaration is wrong, which is common; the bytes decide
    if failure is None:
        assert utf8 is not None
        return _readable(utf8, where)
    if _mostly_utf8(data):
        raise _damaged(data, failure, "UTF-8", where)
    try:
        return _readable(_gb18030_or_big5(data), where)
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes

    best = from_bytes(data[:262144]).best()
    if best is not None and best.encoding not in {"utf_8", "gb18030"}:
        try:
            guess = data.decode(best.encoding)
        except UnicodeDecodeError:
            guess = ""
        if _plausible(guess):
            return _readable(guess, where)
    raise _damaged(data, failure, "UTF-8 or gb18030", where)


_MAGIC = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x1f\x8b", "compressed"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
)
_CONTROL = re.compile("[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_HAN_CLASS = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN = re.compile(f"[{_HAN_CLASS}]")


def _readable(text: str, where: Path | str | None) -> str:
    if len(_CONTROL.findall(text)) > 4 + len(text) // 50:
        raise ReadError("has many control characters, so it is binary; save its text as .txt (UTF-8)", where=where)
    return text.removeprefix("\ufeff")


def _codec(declared: str | None) -> str | None:
    """The codec for a declared charset: gb2312 and gbk mean gb18030, and unknown names mean nothing."""
    name = (declared or "").strip().lower().replace("_", "-")
    if name in {"gb2312", "gbk", "gb18030", "gb-2312", "x-gbk", "cp936", "euc-cn", "hz-gb-2312"}:
        return "gb18030"
    if name in {"big5", "big-5", "big5-hkscs", "x-big5"}:
        return "big5hkscs"
    if name in {"utf-8", "utf8"}:
        return "utf-8"
    try:
        "".encode(name or "unknown")
    except LookupError:
        return None
    return None if name.startswith("utf-16") else name


def _surely_utf8(text: str) -> bool:
    """True where bytes that are UTF-8 give mostly Chinese: gb18030 bytes do not do that by chance."""
    wide = len(text) - sum(map(text.count, _ASCII))
    return wide >= 4 and len(_HAN.findall(text)) * 2 >= wide


_ASCII = [chr(code) for code in range(128)]


def _mostly_utf8(data: bytes) -> bool:
    text = data.decode("utf-8", errors="replace")
    return len(_HAN.findall(text)) > 10 * text.count("\ufffd")


def _gb18030_or_big5(data: bytes) -> str:
    """The bytes as gb18030, or as Big5 where gb18030 would give rare characters and Big5 gives common ones.

    Nearly every Big5 text is also valid gb18030, as nonsense; common characters tell the two apart: both standards
    hold them in a first level of their own.
    """
    text = data.decode("gb18030")
    sample = data[:65536]
    try:
        other = data.decode("big5hkscs")
    except UnicodeDecodeError:
        return text
    as_gb = _share(sample.decode("gb18030", errors="ignore"), "gb2312", range(0xB0, 0xD8))
    as_big5 = _share(sample.decode("big5hkscs", errors="ignore"), "big5", range(0xA4, 0xC7))
    return other if as_gb < 0.6 and as_big5 > 0.75 else text


def _share(text: str, codec: str, lead: range) -> float:
    """The part of the characters beyond ASCII whose first byte in `codec` lies in `lead`."""
    wide = [ch for ch in text if not ch.isascii()]
    common = sum(1 for ch in wide if len(code := ch.encode(codec, errors="ignore")) == 2 and code[0] in lead)
    return common / len(wide) if len(wide) > 0 else 0.0


def _plausible(text: str) -> bool:
    return len(_HAN.findall(text)) * 4 >= len(text)


def _damaged(data: bytes, error: UnicodeDecodeError, codec: str, where: Path | str | None) -> ReadError:
    line = data.count(b"\n", 0, error.start) + 1
    bad = data[error.start : error.start + 4].hex(" ")
    return ReadError(
        f"byte {error.start} ({bad}) is not {codec}: the text is damaged or mixes encodings; save it again as UTF-8",
        where=where,
        line=line,
    )


def _declared(data: bytes) -> str | None:
    """The charset that a page declares in its first 4,096 bytes."""
    found = re.search(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", data[:4096], re.I)
    return found.group(1).decode("ascii") if found is not None else None


# --------------------------------------------------------------------------------------------- folding


def fold(text: str) -> str:
    """The text for matching, of the same length: half width, simplified script, one form of punctuation.

    - Full-width letters, digits, brackets and signs become ASCII: （）［］％－／. Blanks of every width become a space.
    - Chinese 。，、；：！？“”《》【】— stay. ASCII , ; : ! ? beside a Chinese character become ，；：！？;
      the full-width comma and colon inside a number (12，000 and 10：23) become ASCII.
    - Straight quotes become “ and ” in turn within a line; 「」『』 become “”‘’; dots between names become ·.
    - Traditional characters become simplified ones through OpenCC, compatibility forms the usual ones.

    Folding twice changes nothing.

    >>> fold("開天(上海)傳動,增長１２％")
    '开天(上海)传动，增长12%'
    """
    if text.isascii() and '"' not in text:
        return text
    folded = text.translate(_TABLE) if _FOLDED.search(text) is not None else text
    if '"' in folded:
        folded = "".join(_turn_quotes(line) for line in folded.splitlines(keepends=True))
    folded = _LATIN_MARKS.sub(lambda found: found.group().translate(_WIDE_MARKS), folded)
    if "，" in folded or "：" in folded:
        folded = _NUMBER_MARKS.sub(lambda found: "," if found.group() == "，" else ":", folded)
    return _simplify(folded)


def _folding_table() -> dict[int, str]:
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    for kept in "，；：！？":
        del table[ord(kept)]
    # Characters of another block that stand for a usual one: OCR and PDF text is full of them.
    for code in (*range(0x2F00, 0x2FD6), *range(0xF900, 0xFB00), *range(0x2F800, 0x2FA1E)):
        usual = unicodedata.normalize("NFKC", chr(code))
        if len(usual) == 1 and usual != chr(code):
            table[code] = usual
    for blank in "\u00a0\u1680\u2007\u202f\u205f\u3000\u00ad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f":
        table[ord(blank)] = " "
    for code in range(0x2000, 0x200B):
        table[code] = " "
    table[0x4E28] = table[0x2F01] = "|"  # 格隆汇2月23日丨启岳国际: a stroke that is written for a bar
    pairs = zip("「」『』〝〞﹁﹂﹃﹄﹙﹚〔〕﹝﹞•‧・･∙⋅￥〜﹪﹒", "“”‘’“”“”‘’()[][]······¥~%.", strict=True)
    table.update({ord(old): new for old, new in pairs})
    return table


_TABLE = _folding_table()
#: What the table changes, all beyond the plane of daily use as one range; most texts hold nothing of it.
_FOLDED = re.compile(
    "[" + re.escape("".join(chr(code) for code in _TABLE if code < 0x10000)) + "\U00010000-\U0010ffff]"
)
_WIDE_MARKS = str.maketrans(",;:!?", "，；：！？")
# A mark that this very rule makes is no reason for the next one, so that folding twice changes nothing.
_BESIDE = f"{_HAN_CLASS}。、“”‘’《》【】…—"
_LATIN_MARKS = scanning.compile(f"(?<=[{_BESIDE}])[,;:!?]+|(?<![,;:!?])[,;:!?]+(?=[{_BESIDE}])")
_NUMBER_MARKS = scanning.compile(
    r"(?<=[0-9])(?<![0-9]{4})，(?=[0-9]{3}(?:[，,][0-9]{3})*(?![0-9]))|(?<=[0-9])：(?=[0-9]{2})"
)


def _turn_quotes(line: str) -> str:
    if '"' not in line:
        return line
    pieces = line.split('"')
    return "".join(piece + ("" if i == len(pieces) - 1 else "“”"[i % 2]) for i, piece in enumerate(pieces))


def _simplify(text: str) -> str:
    """Traditional characters as simplified ones, the same length.

    Characters that GB 2312 holds are simplified writing too (乾 in 乾隆, 於 as a surname), so a text with a few
    traditional characters changes only at these, and a traditional text changes everywhere.
    """
    try:
        text.encode("gb2312")
        return text  # nothing but simplified writing: OpenCC is not even loaded
    except UnicodeEncodeError:
        pass
    marks, table, convert = _opencc()
    if _SURROGATE.search(text) is not None:
        return text.translate(table)
    for _ in range(3):  # a phrase may stand in the way of its neighbour the first time
        found = sum(map(text.count, marks.intersection(text)))
        if found == 0:
            return text
        new = convert(text)
        if len(new) != len(text):
            break
        if found * 12 < len(_HAN.findall(text)):
            new = "".join(b if a in marks else a for a, b in zip(text, new, strict=True))
        if new == text:
            return text
        text = new
    return text.translate(table)


@functools.cache
def _opencc() -> tuple[frozenset[str], dict[int, str], Callable[[str], str]]:
    """The traditional characters outside GB 2312, the table for one at a time, and OpenCC for a whole text."""
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    plain = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0x20000, 0x2EBE1))]
    usual = dict(zip(plain, convert("\n".join(plain)).split("\n"), strict=True))
    marks = {
        old: new
        for old, new in usual.items()
        if new != old and len(new) == 1 and len(old.encode("gb2312", errors="ignore")) == 0
    }
    table = {}
    for old, new in marks.items():
        while new in marks:  # 薴 → 苧 → 苎
            new = marks[new]
        table[ord(old)] = new
    return frozenset(marks), table, convert


# ---------------------------------------------------------------------------------- fields of a record

#: The names of a record's fields in JSON, tables, front matter and header lines.
_FIELDS: dict[str, tuple[str, ...]] = {
    "text": ("text", "content", "body", "article", "正文", "内容", "文本", "全文"),
    "title": ("title", "headline", "标题", "题目"),
    "date": (
        "date", "publish_time", "publish_date", "published", "published_at", "publishedat", "pubdate", "pub_date",
        "pubtime", "pub_time", "datepublished", "日期", "发布时间", "发布日期", "发表时间", "发稿时间", "刊发日期",
        "时间", "time",
    ),
    "source": ("source", "media", "site", "publisher", "来源", "媒体", "稿源", "文章来源", "信息来源", "稿件来源"),
    "url": ("url", "link", "href", "网址", "链接", "原文链接"),
    "id": ("id", "doc_id", "docid", "编号"),
}  # fmt: skip
_FIELD_OF = {alias: name for name, aliases in _FIELDS.items() for alias in aliases}
#: Header fields that are known and say nothing about the article that is kept.
_OTHER_FIELDS = {
    "author", "authors", "tags", "category", "categories", "keywords",
    "作者", "记者", "编辑", "责任编辑", "栏目", "关键词",
}  # fmt: skip


def _field(name: str) -> str | None:
    return _FIELD_OF.get(_plain_name(name))


def _plain_name(name: str) -> str:
    return fold(name).strip().lower().replace("-", "_").replace(" ", "_")


def _field_date(value: object, where: str, line: int | None) -> Date | None:
    """The date of a field; None for an empty one. Raises ReadError for words that are no calendar date."""
    if value is None or isinstance(value, bool):
        return None
    words = str(value).strip()
    if words == "":
        return None
    day = _calendar_date(words)
    if day is None:
        raise ReadError(f"the date {words!r} is none; write it as 2018-08-20 or leave it out", where=where, line=line)
    return day


_DAY = r"(?P<y>[12]\d{3})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*[日号]?"
_CLOCK = r"(?:[T\s]*(?:[上下]午)?\d{1,2}(?::|时|点)\d{1,2}.{0,24})?"
_FULL_DAY = re.compile(rf"{_DAY}(?:\s*\(?(?:星期|周)[一二三四五六日天]\)?)?{_CLOCK}")
_COMPACT = re.compile(r"([12]\d{3})(\d{2})(\d{2})(?:[T ]?\d{4,6}.*)?")
_EPOCH = re.compile(r"(\d{10})(?:\.\d+|\d{3})?")


@functools.lru_cache(maxsize=4096)  # the articles of a day all say it
def _calendar_date(words: str) -> Date | None:
    """A publication date as files and pages write it, or None: ISO, 2018年8月20日 10:23, 20180820, RFC 2822, epoch."""
    folded = fold(words).strip()
    if (found := _FULL_DAY.fullmatch(folded)) is not None:
        return _day(words, found["y"], found["m"], found["d"])
    if (found := _COMPACT.fullmatch(folded)) is not None and (day := _day(words, *found.groups())) is not None:
        return day
    if (found := _EPOCH.fullmatch(folded)) is not None:
        # Seconds since 1970 carry no zone; the news is dated in China, eight hours ahead.
        moment = datetime.fromtimestamp(int(found[1]), UTC) + timedelta(hours=8)
        return Date(words, moment.date().isoformat(), moment.date().isoformat())
    if folded[:3] in {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}:
        from email.utils import parsedate_to_datetime

        try:
            iso = parsedate_to_datetime(folded).date().isoformat()
        except ValueError:
            return None
        return Date(words, iso, iso)
    try:
        day = parse_date(words)
    except DateError:
        return None
    return day if day.start is not None and day.start == day.end else None


def _day(words: str, year: str, month: str, day: str) -> Date | None:
    try:
        iso = date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
    return Date(words, iso, iso)


# ------------------------------------------------------------------------------ text with front matter

_HEADER_LINE = re.compile(r"\s*([^\s:：,，。]{1,16})\s*[:：]\s*(.*)")


_NEXT_FIELD = re.compile(r"\s{2,}|\s*(?:来源|作者|编辑|责编|责任编辑|记者|浏览|阅读|点击|字号)")


def _front_matter(text: str, where: str) -> _Record:
    """The fields above a text and the text below them: a block between --- lines, or lines like 标题：…"""
    lines = text.split("\n")
    if lines[0].strip() == "---":
        end = next((i for i, line in enumerate(lines[1:200], 1) if line.strip() in {"---", "..."}), None)
        if end is not None and all(_is_yaml(line) for line in lines[1:end]):
            return _fields_above(lines[1:end], "\n".join(lines[end + 1 :]), where, first=2)
    first = next((i for i, line in enumerate(lines) if line.strip() != ""), len(lines))
    end = first
    while end < len(lines) and (found := _HEADER_LINE.fullmatch(lines[end])) is not None:
        name = fold(found[1]).strip().lower()
        if name not in _OTHER_FIELDS and _field(name) in {None, "text"}:
            break
        if name in {"时间", "time"} and _calendar_date(found[2]) is None:
            break  # 时间：8月11日下午 is how a notice begins
        end += 1
    below = "\n".join(lines[end:])
    if end == first or below.strip() == "":
        return _Record(text)
    return _fields_above(lines[first:end], below, where, first=first + 1)


def _is_yaml(line: str) -> bool:
    return line.strip() == "" or line[0] in "#-" or line[0].isspace() or ":" in line or "：" in line


def _fields_above(header: Sequence[str], below: str, where: str, *, first: int) -> _Record:
    values: dict[str, Any] = {}
    for number, line in enumerate(header, first):
        found = _HEADER_LINE.fullmatch(line)
        name = _field(found[1]) if found is not None else None
        if found is None or name in {None, "text"}:
            continue
        assert name is not None
        value = found[2].strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1].strip()
        if name == "date":
            # 日期：2022-09-30 来源：… 作者：… puts several fields on one line
            value = _NEXT_FIELD.split(value, maxsplit=1)[0].strip()
        if value == "" or name in values:
            continue
        values[name] = _field_date(value, where, number) if name == "date" else value
    return _with(_Record(below.lstrip("\n"), basis="front matter"), **values)


# ---------------------------------------------------------------------------------- one article a line


def _read_lines(stream: IO[bytes], source: Source, given: Date | None) -> Iterator[Document | ReadError]:
    """JSON Lines, one line at a time; a line longer than any article is passed over without being held in memory."""
    limit = 6 * MAX_CHARACTERS  # JSON may write a character as six: \\u5357
    head = stream.read(4096)
    if len(head.strip()) == 0:
        raise ReadError("the file is empty; delete it or put an article into it", where=source.where)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        stream = io.BytesIO(decode(head + stream.read(), where=source.where).encode("utf-8"))
    else:
        if b"\0" in head:
            decode(head, where=source.where)
        stream.seek(0)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        raise ReadError("is a JSON array; write one object a line (JSON Lines)", where=source.where)
    number = 0
    while len(raw := stream.readline(limit)) > 0:
        number += 1
        if len(raw) == limit and not raw.endswith(b"\n"):
            while len(raw := stream.readline(limit)) == limit and not raw.endswith(b"\n"):
                pass
            yield ReadError(_too_long(f"more than {limit:,} bytes"), where=source.where, line=number)
            continue
        if len(raw.strip()) == 0:
            continue
        try:
            yield _read_line(raw, source, number, given)
        except ReadError as error:
            yield error


def _read_line(raw: bytes, source: Source, number: int, given: Date | None) -> Document:
    where = source.where
    try:
        text = decode(raw, where=where)
    except ReadError as error:
        raise ReadError(error.message, where=where, line=number) from None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        shown = _shorten(text.strip())
        message = f"is no JSON object ({str(error)[:80]}): {shown}; write one object a line"
        raise ReadError(message, where=where, line=number) from None
    if not isinstance(value, dict):
        raise ReadError(f"is no JSON object: {_shorten(text.strip())}; write one a line", where=where, line=number)
    return _record_document(value, source, number, given, kind="fields")


def _shorten(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"


def _record_document(
    value: Mapping[str, object], source: Source, number: int, given: Date | None, *, kind: str
) -> Document:
    """The document of one JSON object or one row; where two columns name a field, the first with a value counts."""
    where = source.where
    fields: dict[str, object] = {}
    by_name = {_plain_name(str(name)): name for name in reversed(list(value))}
    for name, aliases in _FIELDS.items():
        present = [value[by_name[alias]] for alias in aliases if alias in by_name]
        fields[name] = next((v for v in present if v is not None and v != ""), present[0] if len(present) > 0 else None)
        if name == "text" and len(present) == 0:
            found = _shorten(", ".join(map(str, value)))
            raise ReadError(
                f"has no text; the {kind} are: {found}; name the one with the article `text`", where=where, line=number
            )
    text = fields["text"]
    if text is not None and not isinstance(text, str):
        raise ReadError(f"the text is no string: {_shorten(str(text))}; put it in quotes", where=where, line=number)
    record = _Record(_clean(text or ""))
    if len(record.text) <= MAX_CHARACTERS and _MARKUP.match(record.text) is not None:
        record = _page(record.text, where, line=number)
    name = as_text(Path(source.path.stem)) if source.path is not None else "stdin"
    day = _field_date(fields["date"], where, number)
    given_fields = {n: _string(fields[n]) for n in ("title", "source", "url", "id")}
    record = _with(record, date=day, basis="record" if day is not None else None, **given_fields)
    return _document(record, name=name, where=where, line=number, given=given, origin=where)


_MARKUP = re.compile(r"\s*<(?:!doctype|html|body|div|article|section|p|span|h[1-6])\b[^>]*>", re.IGNORECASE)


def _string(value: object) -> str | None:
    """A field as one line of text; None for an empty one and for what is neither text nor number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = " ".join(_clean(str(value)).split())
    return text if text != "" else None


# ---------------------------------------------------------------------------------------------- tables


def _read_table(stream: IO[bytes], source: Source, given: Date | None) -> Iterator[Document | ReadError]:
    where = source.where
    with _table_text(stream, where) as table:
        yield from _read_rows(table, source, given)


def _read_rows(table: IO[str], source: Source, given: Date | None) -> Iterator[Document | ReadError]:
    where = source.where
    head = table.readline(65536)
    table.seek(0)
    delimiter = max(",\t;|", key=head.count)
    csv.field_size_limit(max(csv.field_size_limit(), 2**31 - 1))  # an article is often longer than the default
    rows = csv.reader(table, delimiter=delimiter, strict=True)
    columns: list[str] | None = None
    number = 1
    while True:
        number = rows.line_num + 1
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:
            message = f"the row is no CSV ({error}); close its quotes and double those inside a field"
            yield ReadError(message, where=where, line=number)
            continue
        if all(cell.strip() == "" for cell in row):
            continue
        if columns is None:
            columns = [name.removeprefix("\ufeff").strip() for name in row]
            if not any(_field(name) == "text" for name in columns):
                found = ", ".join(columns)[:120]
                message = f"no column holds the text; the columns are: {found}; name the one with the article `text`"
                raise ReadError(message, where=where, line=number)
            continue
        if len(row) > len(columns):
            message = f"the row has {len(row)} fields and the header {len(columns)}; put a text with commas in quotes"
            yield ReadError(message, where=where, line=number)
            continue
        try:
            value = dict(zip(columns, [*row, *[""] * (len(columns) - len(row))], strict=True))
            yield _record_document(value, source, number, given, kind="columns")
        except ReadError as error:
            yield error
    if columns is None:
        raise ReadError("the table is empty; its first row names the columns", where=where)


def _table_text(stream: IO[bytes], where: str) -> IO[str]:
    """A table as text. A large one is checked in blocks first and then read row by row, never held in memory."""
    head = stream.read(_SMALL_TABLE)
    if len(head.strip()) == 0:
        raise ReadError("the file is empty; its first row names the columns", where=where)
    if len(head) < _SMALL_TABLE:
        return io.StringIO(decode(head, where=where), newline="")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        codec = "utf-16"
    else:
        decode(head[: head.rfind(b"\n") + 1], where=where)
        codec = _block_codec(stream, where)
    stream.seek(0)
    return io.TextIOWrapper(stream, encoding=codec, newline="")


_SMALL_TABLE = 32 * 1024 * 1024


def _block_codec(stream: IO[bytes], where: str) -> str:
    failed = 0
    for codec in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(codec)()
        stream.seek(0)
        try:
            while len(block := stream.read(1 << 20)) > 0:
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            failed = failed or stream.tell()
            stream.seek(0)
            if _mostly_utf8(stream.read(1 << 20)):
                break
            continue
        return codec
    message = f"before byte {failed}: the table is damaged or mixes encodings; save it again as UTF-8"
    raise ReadError(message, where=where)


# ------------------------------------------------------------------------------------------- web pages


def _page(markup: str, where: str, *, line: int | None = None) -> _Record:
    """The article of a web page with its title, date and source; navigation and comments are left out."""
    import trafilatura
    from lxml import etree, html

    for noisy in ("trafilatura", "htmldate"):  # they log to stderr where nobody listens
        _quiet(noisy)
    markup = re.sub(r"^\s*<\?xml[^>]*\?>", "", markup).replace("\0", "")
    try:
        tree = html.fromstring(markup, parser=html.HTMLParser(huge_tree=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        raise ReadError("the page has no text; save the page's article as .txt", where=where, line=line) from None
    meta = _page_metadata(tree)
    found = trafilatura.bare_extraction(
        markup,
        include_comments=False,
        include_tables=True,
        with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True, "max_date": "2100-01-01"},
    )
    text = (found.text or "") if found is not None and not isinstance(found, dict) else ""
    plain = _page_text(tree)
    # A short page is beneath trafilatura's notice, and now and then it keeps one paragraph of many.
    if len(_HAN.findall(text)) * 4 < len(_HAN.findall(plain)) and len(_HAN.findall(text)) < 200:
        text = plain
    if text.strip() == "":  # beyond repair for a parser (thousands of elements inside each other)
        text = _without_tags(markup)
    if text.strip() == "":
        raise ReadError("the page has no text; save the page's article as .txt", where=where, line=line)
    title = meta.get("title")
    sitename = meta.get("site")
    day = meta.get("date")
    if found is not None and not isinstance(found, dict):
        title = title or found.title
        sitename = sitename or found.sitename
        if day is None and found.date is not None and _shows(markup, found.date):
            day = found.date
    stated = _calendar_date(day) if day is not None else None
    return _Record(
        _clean(text).strip("\n"),
        title=_page_title(title, sitename),
        date=stated if stated is not None else _printed_date(plain, text),
        basis="page metadata" if stated is not None else "dateline",
        source=_string(meta.get("source")) or _visible_source(plain) or _string(sitename),
        url=_string(meta.get("url")),
    )


def _printed_date(plain: str, text: str) -> Date | None:
    """The day in the line above the article (2018年08月20日 10:23 来源：…), which is not part of its text."""
    first = text.strip().split("\n", 1)[0][:20]
    above = fold(plain[: max(plain.find(first), 0)]).split("\n")[-12:]
    for line in reversed(above):
        found = _LABELLED.search(line) or _DATE_LINE.match(line.strip())
        if len(line) <= 120 and found is not None and (day := _day(found[0], found["y"], found["m"], found["d"])):
            return day
    return None


def _quiet(name: str) -> None:
    logger = logging.getLogger(name)
    if len(logger.handlers) == 0:
        logger.addHandler(logging.NullHandler())


_META_NAMES = {
    "date": (
        "article:published_time", "og:published_time", "og:release_date", "datepublished", "pubdate", "publishdate",
        "publish_date", "publish_time", "publishtime", "dc.date.issued", "dc.date", "dcterms.issued", "sailthru.date",
        "article:create_at", "date",
    ),
    "title": ("articletitle", "og:title"),
    "source": ("contentsource", "source", "mediaid"),
    "site": ("og:site_name", "sitename", "application-name"),
    "url": ("og:url",),
}  # fmt: skip


def _page_metadata(tree: Any) -> dict[str, str]:
    """What a page says of itself in meta elements, JSON-LD, time elements and its canonical link.

    The first in the order of `_META_NAMES` counts; a date counts only where it is one.
    """
    metas: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = (element.get("content") or "").strip()
        if content != "":
            metas.setdefault(name.strip().lower(), content)
    result: dict[str, str] = {}
    for field, names in _META_NAMES.items():
        values = (metas[name] for name in names if name in metas)
        value = next((v for v in values if field != "date" or _calendar_date(v) is not None), None)
        if value is not None:
            result[field] = value
    if "date" not in result:
        value = next((v for v in _page_dates(tree) if _calendar_date(v) is not None), None)
        if value is not None:
            result["date"] = value
    if "url" not in result:
        for element in tree.iter("link"):
            if (element.get("rel") or "").lower() == "canonical" and (element.get("href") or "").startswith("http"):
                result["url"] = element.get("href")
                break
    return result


def _page_dates(tree: Any) -> Iterator[str]:
    for element in tree.iter("script"):
        if (element.get("type") or "").lower() == "application/ld+json":
            found = re.search(r'"datePublished"\s*:\s*"([^"]{4,40})"', element.text or "")
            if found is not None:
                yield found[1]
    for element in tree.iter():
        if isinstance(element.tag, str) and (element.tag == "time" or element.get("itemprop") == "datePublished"):
            yield element.get("datetime") or element.get("content") or (element.text_content() or "").strip()


def _shows(markup: str, iso: str) -> bool:
    """True where the page has this day's digits in a row: a date put together from other numbers is invented."""
    year, month, day = iso.split("-")
    return re.search(rf"{year}\D{{0,3}}0?{int(month)}\D{{0,3}}0?{int(day)}(?!\d)", markup) is not None


def _page_title(title: str | None, sitename: str | None) -> str | None:
    """The headline without the site's name after it: 南湖区签约_新华网 → 南湖区签约."""
    text = _string(title)
    if text is None:
        return None
    while (found := _SUFFIX.fullmatch(text)) is not None:
        if found[2] != sitename and _SITE.search(found[2]) is None:
            break
        text = found[1]
    return text


_SUFFIX = re.compile(r"(.+?)\s*[-_|｜–—]+\s*([^-_|｜–—]{2,20})")
_SITE = re.compile(r"网|新闻|报|频道|在线|客户端|门户|政府|财经|中心|资讯|APP|\.com|\.cn", re.IGNORECASE)
_BLOCKS = {
    "p", "div", "li", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "table", "ul", "ol",
    "dl", "dt", "dd", "blockquote", "pre", "body", "main", "figure", "figcaption", "center", "br", "hr",
}  # fmt: skip
_UNREAD = {
    "script", "style", "noscript", "template", "nav", "header", "footer", "aside", "form", "button", "select", "svg",
    "iframe", "head", "title", "object",
}  # fmt: skip


def _page_text(tree: Any) -> str:
    """The visible text of a page, a line a block, in plain document order."""
    pieces: list[str] = []
    for event, element in _walk_tree(tree):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            pieces.append(("\n" if tag in _BLOCKS else "") + _flat(element.text if tag != "" else ""))
        else:
            pieces.append(("\n" if tag in _BLOCKS else "") + _flat(element.tail))
    lines = (line.strip() for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line != "")


def _without_tags(markup: str) -> str:
    text = re.sub(r"<!--.*?(?:-->|$)|<(script|style|head|title)\b.*?(?:</\1>|$)", " ", markup, flags=re.S | re.I)
    return unescape(re.sub(r"\s*<[^>]*>\s*", "\n", text)).strip()


def _flat(text: str | None) -> str:
    return re.sub(r"\s+", " ", text) if text is not None else ""


def _walk_tree(tree: Any) -> Iterator[tuple[str, Any]]:
    """Start and end of every element to read, without recursion: a broken page can nest very deep."""
    stack: list[tuple[str, Any]] = [("start", tree)]
    while len(stack) > 0:
        event, element = stack.pop()
        if event == "end" or (isinstance(element.tag, str) and element.tag not in _UNREAD):
            yield event, element
        if event == "start":
            if not isinstance(element.tag, str) or element.tag in _UNREAD:
                stack.append(("end", element))  # its tail is still text of the page
                continue
            stack.append(("end", element))
            stack.extend(("start", child) for child in reversed(element))


_VISIBLE_SOURCE = re.compile(r"(?:来源|稿源)\s*[:：]\s*([^\s|,，。;；()（）【】\[\]<>]{2,20})")


def _visible_source(text: str) -> str | None:
    """The source that a page or text prints beside its headline or below its end (来源：嘉兴日报)."""
    lines = [line for line in text.split("\n") if line.strip() != ""]
    for line in (*lines[:8], *lines[8:][-5:]):
        if len(line) <= 80 and (found := _VISIBLE_SOURCE.search(fold(line))) is not None:
            return found[1]
    return None


def _named_source(text: str, folded: str) -> str | None:
    return _visible_source(text) if "来源" in folded or "稿源" in folded else None


# -------------------------------------------------------------------------------------- title and date


def _headline(text: str, folded: str) -> str | None:
    """The first line where it looks like a headline: short, not a sentence, with an article below it."""
    lines = [line for line in text.split("\n", 40) if line.strip() != ""]
    if len(lines) < 2:
        return None
    line = lines[0].strip()
    heading = re.match(r"#{1,6}\s+", line)
    line = line[heading.end() :].strip(" #") if heading is not None else line
    if len(line) > 2 and line[0] == "【" and line[-1] == "】":
        line = line[1:-1]
    plain = fold(line)
    if not 2 <= len(plain) <= 45 or plain[-1] in "。;；:：,，、." or _is_noise(plain) or _DATED.match(plain):
        return None
    return line


_DATED = re.compile(rf"\(?{_DAY}")


def _settle_date(record: _Record, folded: str, name: str, given: Date | None) -> tuple[Date | None, str | None]:
    """The publication date and its basis, by the order of `DATE_BASES`."""
    if record.date is not None and len(record.date.start or "") == 10:
        return record.date, record.basis  # a whole day: nothing of lower trust can be finer
    named = _name_date(name) or (_address_date(record.url) if record.url is not None else None)
    year_only = _name_year(name)
    known: list[tuple[str, Date]] = []
    if record.date is not None:
        known.append((record.basis, record.date))
    after = [("file name", named), ("given", given), ("year in file name", year_only)]
    later = [(basis, day) for basis, day in after if day is not None and day.start is not None and day.start == day.end]
    reference = (known + later)[0][1].start if len(known) + len(later) > 0 else None
    line_day = _dateline(folded, reference)
    if line_day is not None:
        known.append(("dateline", line_day))
    known += later
    if len(known) == 0:
        return None, None
    basis, day = known[0]
    for other, finer in known[1:]:
        if day.start is not None and finer.start is not None and finer.start.startswith(day.start + "-"):
            basis, day = other, finer
    return day, basis


_NAME_DAY = re.compile(r"(?<!\d)((?:19|20)\d{2})([-_.年]?)(0?[1-9]|1[0-2])(?:\2|月)(0?[1-9]|[12]\d|3[01])(?!\d)")
_NAME_MONTH = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_.年](0?[1-9]|1[0-2])(?!\d)")
_NAME_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_ADDRESS_DAY = re.compile(
    r"(?<=[/t_-])((?:19|20)\d{2})(?:([-/_])(0?[1-9]|1[0-2])[-/]?|(0[1-9]|1[0-2]))(0[1-9]|[12]\d|3[01]|[1-9])(?=[/_.t-]|$)"
)


def _name_date(name: str) -> Date | None:
    plain = fold(name)
    for found in _NAME_DAY.finditer(plain):
        if found[2] == "" and len(found[3] + found[4]) != 4:
            continue  # 2018111 may be two days
        if (day := _day(found[0], found[1], found[3], found[4])) is not None:
            return day
    if (found2 := _NAME_MONTH.search(plain)) is not None:
        iso = f"{found2[1]}-{int(found2[2]):02}"
        return Date(found2[0], iso, iso)
    return None


def _name_year(name: str) -> Date | None:
    found = _NAME_YEAR.search(fold(name))
    return Date(found[0], found[1], found[1]) if found is not None else None


def _address_date(url: str) -> Date | None:
    found = _ADDRESS_DAY.search(url)
    return _day(found[0], found[1], found[3] or found[4], found[5]) if found is not None else None


_NOT_DATELINE = "话子力信器站网影视台机缆厂梯商动池"  # 8月20日电池… is no dateline
#: 新华社上海8月20日电, 人民网北京2018年8月20日电
_WIRE = re.compile(
    rf"(?:(?P<y>[12]\d{{3}})年)?(?P<m>\d{{1,2}})月(?P<d>\d{{1,2}})日(?:电|讯|消息)(?:题)?(?=[^{_NOT_DATELINE}]|$)"
)
#: 发布时间：2018-08-20
_LABELLED = re.compile(rf"(?:发布|发表|更新|刊发|上传|发稿|(?<![\u4e00-\u9fff]))(?:时间|日期)\s*[:：]\s*{_DAY}")
#: A line that begins with a date and goes on with a clock, a source or nothing; or a date in brackets.
_DATE_LINE = re.compile(
    rf"\(?{_DAY}\)?(?=\s*(?:\d{{1,2}}:\d{{2}}|来源|稿源|作者|编辑|字号|字体|浏览|阅读|星期|第?\d+版|[|]|$))"
)
_DATE_BRACKET = re.compile(rf"\({_DAY}\)")


def _dateline(folded: str, reference: str | None) -> Date | None:
    """The day that the text says it was published: near its head, or signed at its end.

    A day without a year takes the one that brings it nearest to `reference`; with none it dates nothing.
    """
    head = [line.strip() for line in folded[:1200].split("\n") if line.strip() != ""][:10]
    tail = [line.strip() for line in folded[-400:].split("\n") if line.strip() != ""][-5:]
    for line in head[:6]:
        if (found := _WIRE.search(line[:80])) is not None:
            year = found["y"] or _nearest_year(int(found["m"]), int(found["d"]), reference)
            if year is not None and (day := _day(found[0], year, found["m"], found["d"])) is not None:
                return day
    for line in (*head[:8], *tail):
        if len(line) <= 120 and (found := _LABELLED.search(line) or _DATE_LINE.match(line)) is not None:
            day = _day(found[0].strip("()"), found["y"], found["m"], found["d"])
            if day is not None:
                return day
    for line in (*head[1:4], *tail[-2:]):
        # 湖海晚讯  2013年11月7日, 二〇〇九年十一月十八日: a short line with a whole date and no sentence
        if len(line) <= 40 and re.search(r"[。！？，；]", line) is None:
            for _, _, found_date in find_dates(line, reference=None):
                if found_date.start is not None and found_date.start == found_date.end and len(found_date.start) == 10:
                    return found_date
    for line in (*head[:3], *tail[-1:]):
        found = _DATE_BRACKET.match(line) or _DATE_BRACKET.search(line[-16:])
        if found is not None and (day := _day(found[0][1:-1], found["y"], found["m"], found["d"])) is not None:
            return day
    return None


def _nearest_year(month: int, day: int, reference: str | None) -> str | None:
    if reference is None:
        return None
    year = int(reference[:4])
    if len(reference) < 10:
        return str(year)
    centre = date.fromisoformat(reference)
    choices = []
    for candidate in (year - 1, year, year + 1):
        try:
            choices.append((abs((date(candidate, month, day) - centre).days), candidate))
        except ValueError:
            continue
    return str(min(choices)[1]) if len(choices) > 0 else None


# ----------------------------------------------------------------------------- article and boilerplate


def body(document: Document) -> list[tuple[int, int]]:
    """The spans (start, end) of the text that are article, in order; none crosses the end of a line.

    Left out are notices of rights and permits, names of editors and reporters, source and clock lines, navigation,
    lists of further articles, the agency's dateline in front of the first sentence, the marks of Markdown at the
    start of a line, and the short lines between the last sentence and the footer. Headlines and section headings stay.

    >>> document = read_text("南湖区与上海杨浦区签订了协议。\\n责任编辑：张三\\n版权所有 未经授权不得转载")
    >>> [document.text[start:end] for start, end in body(document)]
    ['南湖区与上海杨浦区签订了协议。']
    """
    text = document.folded
    lines = _line_spans(text)
    # Most articles hold no word of a notice: then no sentence needs to be looked through for one.
    notices = _NOISE_WORDS.search(text) is not None
    noise = [_is_noise(text[start:end], notices=notices) for start, end in lines]
    _mark_link_lists(text, lines, noise)
    _mark_footer(text, lines, noise)
    spans: list[tuple[int, int]] = []
    for (start, end), dropped in zip(lines, noise, strict=True):
        if not dropped:
            spans.extend(_article_parts(text, start, end, notices=notices))
    return spans


def _line_spans(text: str) -> list[tuple[int, int]]:
    """The lines that hold something, without blanks and the marks of Markdown around it."""
    spans = []
    for found in re.finditer(r"[^\n]+", text):
        line = found.group()
        lead = _LEAD.match(line)
        start = found.start() + (lead.end() if lead is not None else 0)
        end = found.start() + len(line.rstrip())
        if start < end:
            spans.append((start, end))
    return spans


_LEAD = re.compile(r"\s*(?:(?:#{1,6}|>|[-*+])\s+)*(?:\*\*(?=[^*]+$))?")
_STOP = re.compile("[。！？]")

_ROLE = (
    "责任编辑|责编|实习编辑|值班编辑|网络编辑|本期编辑|编辑|编审|编校|审核|审校|审读|校对|监制|监审|主编|总编辑|总编|值班主任|"
    "策划|统筹|制作|设计|制图|来源|稿源|稿件来源|信息来源|文章来源|新闻来源|供稿|供图|撰文|撰稿|作者|摄影|通讯员|见习记者|实习记者|"
    "特约记者|本报记者|本网记者|记者|实习生|原标题|原题|原文链接|关键词|标签|点击数|点击量|点击|浏览次数|浏览量|浏览|阅读量|阅读数|"
    "阅读|访问量|发布时间|发布日期|发布者|发布人|发布单位|发布机构|更新时间|发表时间|字号|字体|字体大小|分享到|分享|新闻热线|热线电话|"
    "爆料热线|投稿邮箱|邮箱|联系电话|电话|传真|地址|邮编|网址|主办单位|主办|承办单位|承办|技术支持|网站标识码|索引号|信息索引号"
)
_PERSON = "(?:记者|通讯员|实习生|见习记者|实习记者|特约记者|摄影|编辑)"
#: Whole lines that are no article.
_NOISE_LINE = re.compile(
    rf"[\[(【]?\s*(?:本文|文章|图片|视频)?(?:{_ROLE})\s*[:：/][^。！？]{{0,80}}[\])】]?"
    r"|[\[(【]?\s*(?:文|图|文/图|图/文|文字|图片)\s*[:：/|][^。！？]{1,30}[\])】]?"
    rf"|[\[(【]?(?:本报|本网|本台|全媒体|首席|[\u4e00-\u9fff]{{2,8}}(?:网|报|社|台|客户端))?\s*{_PERSON}\s*[\u4e00-\u9fff·]{{2,4}}"
    rf"(?:[\s、，/]+{_PERSON}?\s*[\u4e00-\u9fff·]{{2,4}}){{0,8}}\s*(?:文|图|摄|文/图|报道|整理|摄影报道|综合报道)?[\])】]?"
    r"|(?:您|你)?(?:的)?(?:当前|现在|所在)的?(?:所在)?位置.{0,120}"
    r"|首页(?:\s*[>»|/\-].*)?|网站首页.{0,60}"
    r"|[\[(【]?(?:打印|打印本页|打印此页|打印文章|关闭|关闭窗口|关闭本页|收藏|收藏本页|加入收藏|返回|返回顶部|返回首页|返回列表|"
    r"上一页|下一页|末页|尾页|复制链接|查看更多|查看全文|阅读全文|展开全文|加载更多|更多|更多>>|举报|纠错|我要纠错|评论|我要评论|"
    r"网友评论|登录|注册|搜索|全文完|完|广告|推广)[\])】]?"
    r"|[\[(【]?(?:上一篇|下一篇|上一条|下一条)[^。]{0,80}"
    r"|(?:分享(?:到|至|给)|扫一扫|扫码|微信扫|用微信|长按|微信公众号|官方微信|官方微博|新浪微博|手机版|客户端下载)[^。]{0,60}"
    r"|(?:点击|点此)(?:查看|进入|下载|这里|阅读)[^。]{0,40}"
    rf"|\(?{_DAY}\)?(?:\s*\d{{1,2}}:\d{{2}}(?::\d{{2}})?)?(?:\s*(?:来源|稿源|作者|编辑|字号|字体|浏览|阅读|星期|第).{{0,60}})?"
    r"|!\[[^\]]*\]\([^)]*\)|https?://\S+|www\.\S+|[-=_*~.·\s]{3,}"
    r"|友情链接.{0,80}|(?:网站|本站)(?:地图|声明|介绍|简介).{0,80}|(?:关于我们|联系我们)[^。]{0,80}"
    r"|(?:[\u4e00-\u9fff]{2,4}[ \t]+){4,}[\u4e00-\u9fff]{2,4}"
)
#: Words that make a short sentence or line a notice.
_NOISE_WORDS = scanning.compile(
    r"版权所有(?![权者人方])|版权声明|版权归.{0,14}所有|保留(?:所有|一切|全部)的?权[利力]|[Cc](?i:opyright)|©|"
    r"[Aa](?i:ll rights reserved)|[Ii](?i:cp)[备证]|网安备|批准文号|(?:许可|经营)证(?:编?号)?\s*[:：]|新闻信息服务许可|"
    r"未经.{0,14}(?:授权|许可|同意|允许|协议).{0,24}(?:转载|复制|使用|摘编|镜像|建立)|转载(?:请|须|时)(?:注明|联系|标明)|"
    r"凡(?:本网|本站|注明|标注)|不代表本(?:网|站|报|平台|社|台)|(?:内容|文章|数据|信息)仅供参考|不构成.{0,8}(?:投资|操作|买卖)?建议|"
    r"(?:投资|股市|入市)有风险|如(?:有|涉及?)?侵权|不良信息举报|举报(?:电话|邮箱)|免责声明|法律声明|隐私(?:声明|保护|政策)|"
    r"(?:扫描|识别|长按).{0,8}二维码|(?:责任编辑|责编)\s*[:：]"
)
_MENU = re.compile(r"[^|丨>»›。！？]{1,16}(?:\s*[|丨>»›]+\s*[^|丨>»›。！？]{1,24}){2,}")
_MENU_ROOT = re.compile(r"(?:首页|网站首页|主页|新闻中心?)\s*[|丨>»›]")
_LINK_LINE = re.compile(
    r"[\[【(]?(?:相关(?:阅读|链接|新闻|报道|文章|推荐)|延伸阅读|推荐阅读|热门推荐)[\]】)]?\s*[:：]\s*\S"
)
_LINK_HEADING = re.compile(
    r"[\[【(]?(?:相关(?:阅读|链接|新闻|报道|文章|推荐|专题|稿件|资讯)|延伸阅读|推荐阅读|热门(?:推荐|文章|新闻|阅读)|猜你喜欢|更多(?:新闻|阅读|推荐|内容)|"
    r"精彩推荐|图片新闻|今日热点|新闻排行|点击排行|最新(?:文章|新闻|消息)|为您推荐|大家都在看|编辑推荐|往期回顾)[\]】)]?\s*[:：>»]*"
)
#: Brackets inside a paragraph that name who wrote it, and the agency's words in front of it.
_CREDIT = re.compile(
    rf"\s*[(\[【](?:完|文|图|(?:文|图|文/图|{_ROLE})\s*[ :：/][^()\[\]【】。]{{0,60}}"
    rf"|(?:本报|本网|本台|[\u4e00-\u9fff]{{2,8}}(?:网|报|社|台))?(?:首席|见习|实习|特约)?(?:记者|通讯员)[^()\[\]【】。]{{0,60}})[)\]】]"
)
_MEDIUM = "社|网|报|台|新闻|客户端"
_AGENCY = re.compile(
    rf"(?:【[^】]{{0,20}}】)?据?(?:[\u4e00-\u9fffA-Za-z·]{{1,14}}(?:{_MEDIUM})[\u4e00-\u9fff]{{0,10}}?"
    rf"(?:[12]\d{{3}}年)?\d{{1,2}}月\d{{1,2}}日(?:电|讯|消息)|[\u4e00-\u9fff]{{0,6}}\d{{1,2}}月\d{{1,2}}日(?:电|讯))题?"
    rf"(?:\s*\([^()]{{0,60}}\))?(?=[^{_NOT_DATELINE}])[\s:：，,]*"
    rf"|(?:本报|本网|本台|本刊|[\u4e00-\u9fff]{{1,10}}(?:{_MEDIUM}))[\u4e00-\u9fff]{{0,4}}?(?:讯|消息)"
    r"(?=[\s(:：]|\d{1,2}月)(?:\s*\([^()]{0,60}\))?[\s:：，,]*"
)


def _is_noise(line: str, *, notices: bool = True) -> bool:
    """True for a whole line (folded, stripped) that is no article; `notices` is False where the text holds no word of
    one.
    """
    if len(line) > 200:
        return False
    if len(line) <= 160 and _NOISE_LINE.fullmatch(line) is not None:
        return True
    if not line.startswith("|") and (_MENU.fullmatch(line) is not None or _MENU_ROOT.match(line) is not None):
        return True
    if not notices:
        return False
    sentences = [s for s in _STOP.split(line) if s.strip() != ""]
    return len(sentences) > 0 and all(_NOISE_WORDS.search(s) is not None for s in sentences)


def _mark_link_lists(text: str, lines: Sequence[tuple[int, int]], noise: list[bool]) -> None:
    """Drops 相关阅读 and the headlines below it; a sentence below it is a sidebar, which is article again."""
    listing = False
    for i, (start, end) in enumerate(lines):
        line = text[start:end]
        if _LINK_HEADING.fullmatch(line) is not None:
            listing = noise[i] = True
        elif _LINK_LINE.match(line) is not None:
            noise[i] = True  # 相关阅读：启岳集团收购星衡半导体
        elif listing and _STOP.search(line[-2:]) is None and len(line) <= 60:
            noise[i] = True
        else:
            listing = False


def _mark_footer(text: str, lines: Sequence[tuple[int, int]], noise: list[bool]) -> None:
    """Drops the short lines after the last sentence where a notice or a menu stands among them."""
    last = -1
    for i, (start, end) in enumerate(lines):
        if not noise[i] and _STOP.search(text, start, end) is not None:
            last = i
    if last < 0 or not any(noise[last + 1 :]) or text[lines[last][1] - 1] in ":：":
        return
    for i in range(last + 1, len(lines)):
        line = text[slice(*lines[i])]
        if len(line) <= 24 and _NUMBERED.match(line) is None and not any(mark in line for mark in "，；：、"):
            noise[i] = True


_NUMBERED = re.compile(r"[(]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[).、．]|[①-⑳●■◆★▲]")


def _article_parts(text: str, start: int, end: int, *, notices: bool) -> Iterator[tuple[int, int]]:
    """What is left of a line without its dateline, credits in brackets and notices among its sentences."""
    agency = _AGENCY.match(text, start, end)
    if agency is not None:
        start = agency.end()
    brackets = any([text.find(mark, start, end) >= 0 for mark in "([【"])
    cuts = [found.span() for found in _CREDIT.finditer(text, start, end)] if brackets else []
    if notices:
        begin = start
        for stop in (*[found.end() for found in _STOP.finditer(text, start, end)], end):
            if begin < stop <= begin + 160 and _NOISE_WORDS.search(text, begin, stop) is not None:
                cuts.append((begin, stop))
            begin = stop
    begin = start
    cuts.sort()
    for cut_start, cut_end in (*cuts, (end, end)):
        first, last = begin, max(begin, cut_start)
        while first < last and text[first].isspace():
            first += 1
        while first < last and text[last - 1].isspace():
            last -= 1
        if first < last and any(ch.isalnum() for ch in text[first:last]):
            yield first, last
        begin = max(begin, cut_end)
