"""What the text of a query or an update may say, and how it is rewritten: its words, not its meaning.

Input and output are SPARQL as text. Strings, IRIs, comments, variables and names such as `ex:service` are stepped over,
so that nothing in them counts as a command and no command hides in them. Imports next to nothing: a worker process of
the server starts with this module.

    refuse_unsafe("SELECT * { SERVICE <https://example.org/> { ?s ?p ?o } }")   →   QueryError: line 1, column 12: …
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kg.errors import QueryError

_NAME = r"[^\W\d_](?:[\w.\-·]*[\w\-·])?"
_TOKEN = rf"""
    (?P<blank>\s+|\#[^\r\n]*)
  | (?P<string>\"{{3}}(?:(?:\"|\"\")?(?:[^"\\]|\\.))*\"{{3}} | '{{3}}(?:(?:'|'')?(?:[^'\\]|\\.))*'{{3}}
        | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*')
  | (?P<iri><(?:[^\x00-\x20<>"{{}}|^`\\]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*>)
  | (?P<variable>[?$]\w+)
  | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<prefixed>(?:_|{_NAME})?:(?:[\w.:·-]|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?\#@%])*)
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<word>[^\W\d_][\w-]*)
  | (?P<mark>.)
    """


@functools.cache
def token() -> re.Pattern[str]:
    """The pattern that matches one token, blanks and comments included; `lastgroup` says of what kind it is."""
    # Compiled when the first query comes: it takes a tenth of the time that the import of this module may take.
    return re.compile(_TOKEN, re.X | re.S)


_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH"})
#: Oxigraph ends a keyword where the grammar can go on, not where the word ends: SERVICESILENT and trueSERVICE work.
_SERVICE = re.compile(r"(?:true|false)?(service).*", re.I | re.S)


def refuse_unsafe(sparql: str) -> None:
    """Raise QueryError, with line and column, for what no query of kg may do: SERVICE, LOAD and every other update.

    Words in strings, IRIs, comments, variables and names such as `ex:service` do not count.

    >>> refuse_unsafe("SELECT * { ?s rdfs:label 'SERVICE' } # SERVICE")
    """
    depth: list[str] = []
    operand = False
    last = ""
    started = False
    position = 0
    while position < len(sparql):
        match = token().match(sparql, position)
        if match is None:  # pragma: no cover - the last alternative takes any character
            return
        kind, text = match.lastgroup or "", match.group()
        end = match.end()
        if kind == "blank":
            position = end
            continue
        if kind == "iri" and operand and "(" in depth[-1:] and _AMBIGUOUS.search(text) and not _ABSOLUTE.match(text):
            # `?a<?b#>'…` is a comparison to Oxigraph and an IRI to the grammar's longest match: what follows the two
            # readings differs, so that either could hide a SERVICE from this check.
            raise _refusal(sparql, position, "this < could begin an IRI or be a comparison", "put a space after it")
        if kind == "word":
            upper = text.upper()
            service = _SERVICE.fullmatch(text)
            if service is not None and (
                service.start(1) > 0 or not text[7:8].isalnum() or upper[7:].startswith("SILENT")
            ):
                raise _service(sparql, position + service.start(1))
            if not started and upper not in {"BASE", "PREFIX"}:
                if upper in _UPDATES:
                    raise _refusal(
                        sparql,
                        position,
                        f"{upper} is an update",
                        "kg answers queries only (SELECT, ASK, CONSTRUCT, DESCRIBE)",
                    )
                started = True
        elif kind == "prefixed":
            prefix = text.partition(":")[0]
            service = _SERVICE.fullmatch(prefix)
            # `SERVICE:x {` calls the service :x; `service:x` anywhere else is a name.
            if service is not None and last not in {"GRAPH", "NAMED", "FROM"} and _next_is_brace(sparql, end):
                raise _service(sparql, position + service.start(1))
        elif text in {"(", "{", "["}:
            depth.append(text)
        elif text in {")", "}", "]"} and len(depth) > 0:
            depth.pop()
        operand = kind in {"string", "iri", "variable", "language", "prefixed", "number"} or text in {
            ")",
            "true",
            "false",
        }
        last = text.upper()
        position = end


_AMBIGUOUS = re.compile(r"['#]")
_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")


def _next_is_brace(sparql: str, position: int) -> bool:
    while position < len(sparql):
        match = token().match(sparql, position)
        if match is None or match.lastgroup != "blank":
            return sparql[position] == "{"
        position = match.end()
    return False


def _service(sparql: str, position: int) -> QueryError:
    return _refusal(
        sparql, position, "SERVICE is not allowed: kg works without the network", "query the other endpoint itself"
    )


def _refusal(sparql: str, position: int, what: str, remedy: str) -> QueryError:
    line = sparql.count("\n", 0, position) + 1
    column = position - (sparql.rfind("\n", 0, position) + 1) + 1
    return QueryError(f"line {line}, column {column}: {what}; {remedy}", line=line)


def syntax_error(error: SyntaxError) -> QueryError:
    """What pyoxigraph says of a wrong query, with line and column."""
    match = re.match(r"error at (\d+):(\d+): (.*)", str(error.msg), re.S)
    if match is None:
        return QueryError(f"the query is not SPARQL 1.1: {_line(str(error.msg))}")
    line, column, said = int(match.group(1)), int(match.group(2)), match.group(3)
    return QueryError(f"line {line}, column {column}: the query is not SPARQL 1.1: {_line(said)}", line=line)


def _line(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() != "" else "no reason given"
    return line if len(line) <= 200 else line[:200] + "…"


# ---------------------------------------------------------------- other things that a stranger may not


class Token(NamedTuple):
    """A token that counts: its kind (`word`, `iri`, `mark` …), its text, where it stands and how deep in brackets."""

    kind: str
    text: str
    start: int
    end: int
    depth: int


def tokens(sparql: str) -> Iterator[Token]:
    """The tokens of a query without blanks and comments; a bracket has the depth of what is around it."""
    depth, position = 0, 0
    while position < len(sparql):
        match = token().match(sparql, position)
        if match is None:  # pragma: no cover - the last alternative takes any character
            return
        kind, text, position = match.lastgroup or "", match.group(), match.end()
        if kind == "blank":
            continue
        if text in {")", "}", "]"}:
            depth -= 1
        yield Token(kind, text, match.start(), position, depth)
        if text in {"(", "{", "["}:
            depth += 1


#: Where none of these stands in a query, nothing has to be refused, and it need not be read word by word.
_SUSPECT = (*sorted(_UPDATES), "SERVICE", "<FILE:")

#: Brackets in brackets that a query may have: Oxigraph takes its stack for each, and dies where it ends.
DEPTH = 100

#: Signs that a query may have one after another without a bracket: `!!!!…` and `a/b/c/…` nest just the same.
_CHAIN = 2000


def refuse_query(sparql: str) -> None:
    """Raise QueryError for what no stranger's query may do: what `refuse_unsafe` says, and files."""
    upper = sparql.upper()
    # A search for each is many times as fast as a pattern for all.
    if not any(word in upper for word in _SUSPECT):
        return
    refuse_unsafe(sparql)
    named = ""
    for word in tokens(sparql):
        if word.kind == "iri" and named in {"FROM", "NAMED"} and word.text[:6].lower() == "<file:":
            said = f"FROM {word.text}: no file is read"
            raise _refusal(sparql, word.start, said, "FROM names a graph of the store")
        named = word.text.upper() if word.kind == "word" else ""


def refuse_update(sparql: str) -> None:
    """Raise QueryError for an update that would leave the store: LOAD and SERVICE."""
    for word in tokens(sparql):
        upper = word.text.upper()
        if word.kind == "word" and upper.startswith("LOAD"):
            raise _refusal(sparql, word.start, "LOAD is not allowed", "send the data itself, to the graph store")
        if _SERVICE.fullmatch(word.text.partition(":")[0]) is not None and word.kind in {"word", "prefixed"}:
            raise _service(sparql, word.start)


def refuse_nesting(sparql: str) -> None:
    """Raise QueryError for a query that nests so deep that reading it would end the process."""
    few = len(sparql) <= _CHAIN or sum(map(sparql.count, "{([!-+/|&^*=<>?$;,")) <= _CHAIN
    if few and sparql.count("{") + sparql.count("(") + sparql.count("[") <= DEPTH:
        return
    chain = 0
    for word in tokens(sparql):
        if word.depth > DEPTH:
            raise _refusal(sparql, word.start, f"more than {DEPTH} brackets in brackets", "write it flatter")
        # `;` `,` `.` and braces begin anew: a thousand triples, or rows of VALUES, are no nest.
        if word.kind == "mark" and word.text in "!-+/|&^*=":
            chain += 1
        elif word.text in {"{", "}", ".", ";", ","}:
            chain = 0
        if chain > _CHAIN:
            raise _refusal(sparql, word.start, f"more than {_CHAIN} operators in one expression", "divide it")


# ---------------------------------------------------------------- rewriting


def window(sparql: str, variables: Sequence[str], *, offset: int = 0, limit: int) -> str:
    """A SELECT query cut to some of its rows; `variables` are those that it returns, in order.

    >>> window("PREFIX a: <urn:a> SELECT ?x FROM a:g { ?x a ?y } LIMIT 9 # all", ["x"], offset=2, limit=3)
    'PREFIX a: <urn:a> SELECT ?x FROM a:g WHERE { {SELECT ?x  { ?x a ?y } LIMIT 9 # all\\n} } OFFSET 2 LIMIT 3'
    """
    start, froms, cuts, words = None, [], [], list(tokens(sparql))
    for number, word in enumerate(words):
        if word.kind != "word" or word.depth > 0:
            continue
        if word.text.upper() == "SELECT" and start is None:
            start = word.start
        elif word.text.upper() == "FROM" and start is not None:
            end = words[number + 2 if words[number + 1].text.upper() == "NAMED" else number + 1].end
            froms.append(sparql[word.start : end])
            cuts.append((word.start, end))
        elif word.text.upper() == "WHERE":
            break
    if start is None:
        raise QueryError("only a SELECT query has rows to choose from")
    body, at = "", start
    for cut, end in cuts:
        body, at = body + sparql[at:cut], end
    body += sparql[at:]
    head = "".join(f" {clause}" for clause in froms)
    names = " ".join(f"?{name}" for name in variables)
    return f"{sparql[:start]}SELECT {names}{head} WHERE {{ {{{body}\n}} }} OFFSET {offset} LIMIT {limit}"


def with_using(sparql: str, default: Sequence[str], named: Sequence[str]) -> str:
    """An update over the graphs that the protocol names, as USING clauses: pyoxigraph has no parameter for them.

    >>> with_using("INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }", ["urn:a"], [])
    'INSERT { ?s ?p 1 } USING <urn:a> WHERE { ?s ?p ?o }'

    Raises QueryError where the update says USING or WITH itself, and for DELETE WHERE, which can take none.
    """
    if len(default) + len(named) == 0:
        return sparql
    clauses = [*(f"USING <{iri}>" for iri in default), *(f"USING NAMED <{iri}>" for iri in named)]
    parts, at, before = [], 0, ""
    for word in tokens(sparql):
        upper = word.text.upper() if word.kind == "word" else word.text
        if word.depth == 0 and upper in {"USING", "WITH"}:
            raise _refusal(sparql, word.start, f"{upper} beside using-graph-uri", "name the graphs in one of the two")
        if word.depth == 0 and upper == "WHERE":
            if before != "}":
                said = "DELETE WHERE takes no using-graph-uri"
                raise _refusal(sparql, word.start, said, "write DELETE { … } WHERE { … }")
            parts += [sparql[at : word.start], " ".join(clauses), " "]
            at = word.start
        before = upper
    return "".join(parts) + sparql[at:]
