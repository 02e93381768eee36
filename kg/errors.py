"""Every error that kg raises on purpose, in one tree.

    KgError                     anything a user can mend; the CLI prints it as one line and exits with `exit_code`
    ├── OntologyError           the files of `ontology/` are broken or disagree
    ├── GazetteerError          the division table or a user's table of names cannot be read
    ├── ReadError               a source file or a record in it cannot be read as an article
    ├── DateError               a date given on the command line or in front matter is none
    ├── StoreError              the store cannot be opened, is of another version, is locked or cannot be written
    ├── QueryError              a SPARQL query is wrong or not allowed
    ├── UnknownNameError        a name fits no entity (suggestions in `suggestions`)
    ├── JudgementError          a line of the judgements is wrong, or cannot be written
    └── GoldError               a gold file does not follow the annotation schema

A message names the file, the line where there is one, the offending text and the remedy.
Library code raises these; only `kg/cli/` turns them into words on stderr and an exit code.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class KgError(Exception):
    """A fault that a user can mend.

    `where` is a file, `line` counts from 1; both go in front of the message as `file:line: message`.
    """

    exit_code: int = 1

    def __init__(self, message: str, *, where: Path | str | None = None, line: int | None = None) -> None:
        self.message = message
        self.where = where
        self.line = line
        super().__init__(str(self))

    def __str__(self) -> str:
        if self.where is None:
            return self.message
        if self.line is None:
            return f"{self.where}: {self.message}"
        return f"{self.where}:{self.line}: {self.message}"


class OntologyError(KgError):
    """The files of `ontology/` are broken or disagree."""


class GazetteerError(KgError):
    """The division table or a user's table of names cannot be read."""


class ReadError(KgError):
    """A source file, or one record in it, cannot be read as an article."""


class DateError(KgError):
    """A text that should be a calendar date is none."""


class StoreError(KgError):
    """The store cannot be opened, is of another version, is locked or cannot be written."""


class QueryError(KgError):
    """A SPARQL query is wrong or not allowed."""


class UnknownNameError(KgError):
    """A name that a user typed fits no entity; `suggestions` holds the nearest names."""

    def __init__(self, message: str, *, suggestions: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.suggestions = tuple(suggestions)


class JudgementError(KgError):
    """A line of the file of judgements is wrong, or the file cannot be read or written."""


class GoldError(KgError):
    """A gold file does not follow the annotation schema."""
