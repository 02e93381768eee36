"""Regular expressions that pass quickly over text in which they cannot match.

    scanning.compile("(?:拟|将)?收购")   →   the same pattern behind (?=[将拟收])

`re` knows by itself with which characters a match can begin where a pattern is one word or a plain choice of words.
Where it opens with something optional, a group or a lookaround, the whole pattern is tried at every character of a
text. Put in front of it, those characters are one look at a bitmap instead; what matches is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

try:
    from re import _constants as _op  # type: ignore[attr-defined]
    from re import _parser  # type: ignore[attr-defined]
except ImportError:  # the parser of `re` is not public; a Python without it reads the same, only slower
    _op = _parser = None

#: Classes of characters that the parser names, as they are written.
_CLASSES = {
    "CATEGORY_DIGIT": r"\d", "CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_SPACE": r"\s", "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w", "CATEGORY_NOT_WORD": r"\W",
}  # fmt: skip


def compile(pattern: str, flags: int = 0) -> re.Pattern[str]:  # noqa: A001 - as `re.compile`, which it stands for
    """`re.compile`, with the characters that a match can begin with looked at first, where they can be told.

    >>> compile("(?:拟|将)?收购").pattern
    '(?=[将拟收])(?:(?:拟|将)?收购)'
    """
    if _parser is None:
        return re.compile(pattern, flags)
    parsed = _parser.parse(pattern, flags)
    # Flags in the pattern itself, as (?i), must stay at its beginning.
    if parsed.state.flags == flags | re.UNICODE and flags & re.IGNORECASE == 0:
        first, empty = _first(parsed)
        if first is not None and not empty:
            pattern = f"(?=[{''.join(sorted(first))}])(?:{pattern})"
    return re.compile(pattern, flags)


def _first(items: Iterable[tuple[Any, Any]]) -> tuple[set[str] | None, bool]:
    """What a match can begin with, as pieces of a character class (None: anything), and whether it can be empty.

    A lookahead counts as what it looks at; other assertions allow no less than without them.
    """
    found: set[str] = set()
    for op, value in items:
        if op in (_op.AT, _op.ASSERT_NOT) or (op is _op.ASSERT and value[0] < 0):
            continue
        chars, empty = _first_of(op, value)
        if chars is None:
            return None, False
        found |= chars
        if not empty:
            return found, False
    return found, True


def _first_of(op: Any, value: Any) -> tuple[set[str] | None, bool]:
    """`_first` of one piece of a pattern."""
    if op is _op.LITERAL:
        return {re.escape(chr(value))}, False
    if op is _op.IN:
        return _members(value), False
    if op is _op.BRANCH:
        parts = [_first(part) for part in value[1]]
        if any(chars is None for chars, _ in parts):
            return None, False
        return {c for chars, _ in parts for c in chars or ()}, any(empty for _, empty in parts)
    if op is _op.SUBPATTERN:
        _, added, _, inner = value
        return _first(inner) if added & re.IGNORECASE == 0 else (None, False)
    if op is _op.ATOMIC_GROUP:
        return _first(value)
    if op is _op.ASSERT:
        return _first(value[1])
    if op in (_op.MAX_REPEAT, _op.MIN_REPEAT, _op.POSSESSIVE_REPEAT):
        least, _, inner = value
        chars, empty = _first(inner)
        return chars, empty or least == 0
    return None, False


def _members(items: Iterable[tuple[Any, Any]]) -> set[str] | None:
    """The pieces of a character class; None for one that says what is not in it."""
    found = set()
    for op, value in items:
        if op is _op.LITERAL:
            found.add(re.escape(chr(value)))
        elif op is _op.RANGE:
            found.add("-".join(re.escape(chr(end)) for end in value))
        elif op is _op.CATEGORY and str(value) in _CLASSES:
            found.add(_CLASSES[str(value)])
        else:
            return None
    return found
