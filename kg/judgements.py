"""Judgements: what people have decided about identity and facts, one line each in a text file beside the articles.

    merge	company/闻泰	company/闻泰通讯	官网写明简称	张三	2026-03-02T09:30:00Z

A line has tab-separated fields: action, about, other, reason, who, when, and for facts what the fact says. Lines that
begin with # are comments. The order of the lines means nothing (the time decides), so that two people's files can be
merged line by line; a line that is removed is a judgement that was never made.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from kg.errors import JudgementError
from kg.model import Judgement

#: The name of the file beside the articles.
FILE = "judgements.tsv"

#: Every action and whether it is about two things.
ACTIONS = {
    "merge": True,
    "split": True,
    "unsure": True,
    "rename": True,
    "add-alias": True,
    "reject": False,
    "confirm": False,
}

_HEADING = (
    "# judgements of kg: action, about, other, reason, who, when, what the fact says (tab-separated)\n"
    "# in git, let both sides' lines stand: echo 'judgements.tsv merge=union' >> .gitattributes\n"
)


def judgement(
    action: str, about: str, other: str = "", *, reason: str, who: str, when: str | None = None, detail: str = ""
) -> Judgement:
    """A new judgement, as of now where no time is given; raises JudgementError where a part is missing."""
    if when is None:
        when = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    # A tab or line break in a reason would break the line.
    parts = [" ".join(part.split()) for part in (action, about, other, reason, who, when)]
    return _checked(parts, detail, line=0, path="")


def read(path: Path) -> list[Judgement]:
    """The judgements of a file, in its order; raises JudgementError with the line where one is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise JudgementError("is not UTF-8; save it as UTF-8", where=path) from None
    except OSError as error:
        raise JudgementError(f"cannot be read: {error.strerror or error}", where=path) from None
    found: dict[str, Judgement] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.rstrip("\r")
        if line.strip() == "" or line.startswith("#"):
            continue
        if line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
            raise JudgementError("an unfinished git merge; keep the lines you want", where=path, line=number)
        fields = line.split("\t")
        if not 6 <= len(fields) <= 7:
            raise JudgementError(
                f"{_short(line)!r} has {len(fields)} fields, not 6 or 7; put tabs between them: action, about, other,"
                " reason, who, when, fact",
                where=path,
                line=number,
            )
        made = _checked(fields[:6], fields[6] if len(fields) > 6 else "", line=number, path=str(path))
        # The same line twice, as a merge may leave it, is one judgement.
        found.setdefault(made.id, made)
    return list(found.values())


def add(path: Path, made: Judgement) -> Judgement:
    """Write a judgement as the last line of a file, which is made where it is missing."""
    line = "\t".join((made.action, made.about, made.other, made.reason, made.who, made.when, made.detail)).rstrip("\t")
    if line.count("\t") < 5:
        line += "\t" * (5 - line.count("\t"))
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else _HEADING
        if before != "" and not before.endswith("\n"):
            before += "\n"
        _replace(path, before + line + "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise JudgementError(f"cannot be written: {getattr(error, 'strerror', None) or error}", where=path) from None
    return next(j for j in read(path) if j.id == made.id)


def remove(path: Path, wanted: str | None = None) -> Judgement:
    """Take a judgement out of a file by its id (or the beginning of it), the last line where none is given."""
    known = read(path) if path.exists() else []
    if len(known) == 0:
        raise JudgementError("holds no judgement to undo", where=path)
    fitting = known[-1:] if wanted is None else [j for j in known if j.id.startswith(wanted)]
    if len(fitting) != 1:
        many = "no judgement has" if len(fitting) == 0 else f"{len(fitting)} judgements begin with"
        raise JudgementError(f"{many} the id {wanted!r}; kg judgements lists them", where=path)
    gone = fitting[0]
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    kept = [line for n, line in enumerate(lines, start=1) if n == 0 or not _is(line, gone)]
    try:
        _replace(path, "\n".join(kept))
    except OSError as error:
        raise JudgementError(f"cannot be written: {error.strerror or error}", where=path) from None
    return gone


def replayed(found: Iterable[Judgement]) -> list[Judgement]:
    """Judgements in the order in which they count: by time, those of one time by what they say."""
    unique = {j.id: j for j in found}
    return sorted(unique.values(), key=lambda j: (j.when, j.action, j.about, j.other, j.who))


def digest(found: Iterable[Judgement]) -> str:
    """What tells one set of judgements from another."""
    return hashlib.sha256("\n".join(f"{j.id} {j.reason} {j.detail}" for j in replayed(found)).encode()).hexdigest()


def _is(line: str, made: Judgement) -> bool:
    fields = line.rstrip("\r").split("\t")
    return len(fields) >= 6 and _identity(fields[:6]) == made.id


def _identity(fields: Sequence[str]) -> str:
    action, about, other, _, who, when = fields
    said = "\0".join((action, about, other, who, when))
    return "j-" + hashlib.sha256(said.encode("utf-8")).hexdigest()[:8]


def _checked(fields: Sequence[str], detail: str, *, line: int, path: str) -> Judgement:
    action, about, other, reason, who, when = fields

    def wrong(message: str) -> JudgementError:
        return JudgementError(message, where=path or None, line=line or None)

    if action not in ACTIONS:
        raise wrong(f"there is no judgement {action!r}; known: {', '.join(ACTIONS)}")
    if about == "":
        raise wrong(f"{action} does not say what it is about")
    if ACTIONS[action] and other == "":
        raise wrong(f"{action} needs two fields: about and other")
    if reason == "":
        raise wrong(f"{action} gives no reason")
    if who == "":
        raise wrong(f"{action} does not say who judged")
    try:
        datetime.datetime.fromisoformat(when)
    except ValueError:
        raise wrong(f"{when!r} is no time; write it as 2026-03-02T09:30:00Z") from None
    return Judgement(_identity(fields), action, about, other, reason, who, when, detail, line, path)


def _replace(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".tmp")
    part.write_text(text, encoding="utf-8")
    Path(part).replace(path)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"
