"""Tables, JSON, CSV and the words for statuses and rules; opening of the store and the ontology for a command."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kg.cli.voice import say

if TYPE_CHECKING:
    from rich.console import Console

    from kg.model import Judgement
    from kg.ontology import Ontology
    from kg.search import FactRow, Judged
    from kg.store import Store


def make_console(*, err: bool = False) -> Console:
    """A console of rich as wide as the terminal; on stderr with `err`."""
    from rich.console import Console

    console = Console(stderr=err, highlight=False, soft_wrap=False, emoji=False, markup=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        # A pipe has no width; 80 columns would fold everything.
        console = Console(stderr=err, highlight=False, emoji=False, markup=False, width=160)
    return console


def aside(message: str) -> None:
    """A message beside the results: one line on stderr."""
    typer.echo(message, err=True)


def print_json(value: object) -> None:
    """Prints a value as JSON; decimals as numbers, dates and paths as text."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_jsonable))


def _jsonable(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Path):
        return value.as_posix()
    raise TypeError(f"{type(value).__name__} is not printed as JSON")


def print_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Prints rows as CSV with a line of names; lists are joined."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(["" if (value := row.get(c)) is None else value for c in columns])
    typer.echo(out.getvalue(), nl=False)


def print_table(
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Mapping[str, object]],
    *,
    right: Iterable[str] = (),
    wide: str | None = None,
) -> None:
    """A table that fits the terminal: (key, heading) pairs, the keys of numbers, and the key of the sentences.

    Where a sentence would get a narrow column, it stands on lines of its own below its row.
    """
    from rich import box
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = make_console()

    def cell(row: Mapping[str, object], key: str) -> str:
        return "" if row.get(key) is None else str(row[key])

    needs = {k: max(_width(heading), *(_width(cell(row, k)) for row in rows), 1) for k, heading in columns}
    shown = list(columns)
    if wide is not None and len(columns) > 1:
        room = console.width - sum(needs[k] + _GAP for k, _ in columns if k != wide)
        if room < min(needs[wide], _SENTENCE):
            shown = [(k, heading) for k, heading in columns if k != wide]
    widths = _fitted({k: needs[k] for k, _ in shown}, console.width, last=wide)

    def table(*, head: bool) -> Table:
        made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, show_header=head)
        for key, heading in shown:
            made.add_column(
                Text(heading), justify="right" if key in right else "left", overflow="fold", width=widths[key]
            )
        return made

    whole = table(head=True)
    if len(shown) < len(columns):
        console.print(whole)
    for row in rows:
        if len(shown) < len(columns):
            whole = table(head=False)
        whole.add_row(*(Text(cell(row, key)) for key, _ in shown))
        if len(shown) < len(columns) and wide is not None:
            console.print(whole)
            console.print(Padding(Text(cell(row, wide), overflow="fold"), (0, 0, 0, 4), expand=False))
    if len(shown) == len(columns):
        console.print(whole)


#: Blanks between two columns, and the least room in which a sentence reads well.
_GAP = 3


_SENTENCE = 40


def _fitted(needs: Mapping[str, int], room: int, *, last: str | None) -> dict[str, int]:
    """The width of each column, so that all fit: the widest give way first, that of the sentences before any other."""
    widths = dict(needs)
    over = sum(widths.values()) + _GAP * (len(widths) - 1) - room
    if last in widths and over > 0:
        given = min(over, max(widths[last] - _SENTENCE, 0))
        widths[last] -= given
        over -= given
    while over > 0 and max(widths.values()) > 2:
        widest = max(widths, key=lambda key: widths[key])
        widths[widest] -= 1
        over -= 1
    return widths


def _width(text: str) -> int:
    from rich.cells import cell_len

    return max((cell_len(line) for line in text.splitlines()), default=0)


def print_rows(
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Mapping[str, object]],
    *,
    as_json: bool,
    as_csv: bool,
    right: Iterable[str] = (),
    wide: str | None = None,
) -> None:
    """Prints rows in the form that was asked for: JSON, CSV or a table."""
    if as_json:
        print_json(list(rows))
    elif as_csv:
        print_csv([key for key, _ in columns], rows)
    elif len(rows) == 0:
        aside(say("没有结果", "no results"))
    else:
        print_table(columns, rows, right=tuple(right), wide=wide)


def load_ontology() -> Ontology:
    """The ontology that the program ships, read once."""
    from kg.ontology import Ontology

    return Ontology.load()


@contextlib.contextmanager
def open_store(path: Path) -> Iterator[Store]:
    """A store to read from, closed at the end: a folder, or a SPARQL endpoint by its address."""
    if str(path).startswith(("http:/", "https:/")):
        from kg.remote import Remote

        with Remote(str(path)) as remote:
            yield remote
        return
    from kg.store import Store

    with Store.open(path, read_only=True) as store:
        yield store


STATUS_WORDS: Mapping[str, tuple[str, str]] = {
    "done": ("已完成", "done"),
    "planned": ("计划", "planned"),
    "signed": ("已签", "signed"),
    "started": ("已启动", "started"),
    "completed": ("已建成", "completed"),
    "ended": ("已结束", "ended"),
    "denied": ("已否认", "denied"),
}


def status_words(status: str | None) -> str:
    """A status of a fact (planned, signed, …) for people; empty where there is none."""
    return say(*STATUS_WORDS[status]) if status is not None and status in STATUS_WORDS else (status or "")


def sum_words(row: FactRow) -> str | None:
    """A sum as its text says it, else its number and currency."""
    if row.amount is None:
        return None
    return row.amount_text or f"{row.amount:f} {row.currency}"


#: What people can decide, in both languages.
ACTION_WORDS: Mapping[str, tuple[str, str]] = {
    "merge": ("合并", "merged"),
    "split": ("分开", "told apart"),
    "unsure": ("存疑", "left open"),
    "rename": ("改名", "renamed"),
    "add-alias": ("加别名", "given a name"),
    "reject": ("否定", "rejected"),
    "confirm": ("确认", "confirmed"),
}


#: The rules of identity, in both languages.
RULE_WORDS: Mapping[str, tuple[str, str]] = {
    "same-spelling": ("写法不同的同一名称", "the same name spelt otherwise"),
    "same-body-of-a-division": ("同一行政区划的同一机构", "the same body of the same division"),
    "same-name": ("同名", "the same name"),
    "defined-short-form": ("文中定义的简称", "short form defined in the text"),
    "said-to-be-its-name": ("文中说明的全称或曾用名", "the text calls it so"),
    "short-form-by-omission": ("省略而成的简称", "short form by omission"),
    "name-without-place": ("省去地名", "name without its place"),
    "start-or-core-of-name": ("名称的开头或主干", "beginning or core of the name"),
    "completed-by-place": ("由文中地名补全", "completed by the place that the text speaks of"),
    "short-form-of-another-document": ("另一篇文章里的简称", "short form of another article"),
    "short-form-of-the-one-without-a-bracket": (
        "简称指不带括号地名的那一个",
        "short form of the one without a bracket",
    ),
    "place-before-known-short-form": ("已知简称前加地名", "known short form with a place before it"),
    "same-core-and-short-form": ("主干和简称都相同（改制前后）", "same core and short form (change of legal form)"),
    "shared-partners": ("事实中的伙伴相同", "the same partners in facts"),
    "same-employer": ("任职单位相同", "same employer"),
    "related-employer": ("任职单位相关（母子公司等）", "related employers (parent and subsidiary)"),
    "shared-context": ("文中机构或地点相同", "the same bodies or places around"),
    "rare-name": ("少见的姓名", "a rare name"),
    "table-of-known-entities": ("已知实体表", "table of known entities"),
}


def rule_words(rule: str) -> str:
    """A rule of identity for people."""
    if rule.startswith("judged "):
        return say(f"人工判断 {rule[7:]}", rule)
    if rule in RULE_WORDS:
        return say(*RULE_WORDS[rule])
    return say(f"地名表（{rule}）", f"gazetteer ({rule})")


def judgement_words(j: Judged | Judgement) -> str:
    """A judgement for people: what was decided, about what."""
    other = "" if j.other in (None, "") else f" → {j.other}"
    action = say(*ACTION_WORDS[j.action]) if j.action in ACTION_WORDS else j.action
    return say(
        f"人工判断 {j.id}：{action} {j.about}{other}（{j.who}，{j.when[:10]}：{j.reason}）",
        f"judgement {j.id}: {action} {j.about}{other} ({j.who}, {j.when[:10]}: {j.reason})",
    )


def shown_path(target: Path) -> Path:
    """A path as a person would type it here."""
    with contextlib.suppress(ValueError):
        return target.absolute().relative_to(Path.cwd())
    return target
