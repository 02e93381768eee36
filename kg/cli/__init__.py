"""The command line: parses options, calls one function, prints.

Owns every message for people. Results go to stdout, messages to stderr; a fault that the user can mend is one line and
exit code 1, a wrong call is exit code 2. Messages are Chinese where the locale is (or `--lang zh`), else English.

    kg facts --type 协议 --with 上海 --since 2016

One module a subject: `build`, `ask`, `publish`, `check`, `judge`, `demo` hold the commands; `application` runs one of
them, `voice` knows the language, `messages` what faults are called, `printing` how rows look. Heavy modules are
imported inside of the commands, so that `kg --help` answers at once.
"""

from kg.cli.application import app, main, run

# isort: off
# Commands are listed by `kg --help` in the order of their import: from the articles to the judgements.
from kg.cli import build, ask, publish, check, judge, demo  # noqa: F401

# isort: on
from kg.cli.manual import reference
from kg.cli.voice import locale_language, say

__all__ = ["app", "locale_language", "main", "reference", "run", "say"]
