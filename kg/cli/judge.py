"""Judgements of people: merge, split, rename, add-alias, reject, confirm, undo, judgements, review."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.cli.application import DEFAULT_STORE, CsvOption, JsonOption, JudgementsOption, StoreOption, app
from kg.cli.ask import fact_dict, fact_lines
from kg.cli.build import print_problems
from kg.cli.messages import translate
from kg.cli.printing import (
    ACTION_WORDS,
    aside,
    judgement_words,
    load_ontology,
    make_console,
    open_store,
    print_json,
    print_rows,
    shown_path,
)
from kg.cli.voice import Command, Voice, both, help_with, say
from kg.errors import JudgementError, QueryError, UnknownNameError

if TYPE_CHECKING:
    from kg.model import Judgement
    from kg.ontology import Ontology
    from kg.review import Item, Side


ReasonOption = Annotated[
    str, typer.Option("--reason", "-m", show_default=False, help=both("理由（必填）", "Why (needed)"))
]


WhoOption = Annotated[
    str | None,
    typer.Option(
        "--who", envvar="KG_WHO", help=both("判断者（默认：git 的 user.name）", "Who judges (default: git user.name)")
    ),
]


EntityArgument = Annotated[
    str,
    typer.Argument(
        show_default=False, help=both("名称、编号，或 名称@文章编号", "A name, an id, or NAME@DOCUMENT for one article")
    ),
]


FactArgument = Annotated[
    str, typer.Argument(show_default=False, help=both("事实的编号或其开头", "Id of a fact, or the beginning of it"))
]


def _who(given: str | None) -> str:
    if given is not None and given.strip() != "":
        return given.strip()
    import getpass
    import subprocess

    with contextlib.suppress(OSError, subprocess.SubprocessError):
        found = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, timeout=5, check=False)
        if found.stdout.strip() != "":
            return found.stdout.strip()
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise JudgementError("nobody is named as the one who judges; say who with --who") from None


def _file_of_judgements(store: Path, given: Path | None) -> Path:
    """Where a new judgement is written: the file named, the one in use, or a new one beside the articles."""
    from kg.pipeline import judgement_files

    with open_store(store) as opened:
        places, there = judgement_files(opened)
        told = opened.setting("judgements")
    if given is not None:
        if given.is_dir():
            raise JudgementError("is a folder; name a file", where=given)
        absolute = given.absolute()
        if str(absolute) not in map(str, places):
            from kg.store import Store

            with Store.open(store) as writing:
                writing.set_setting("judgements", [*told, *map(str, there if len(told) == 0 else ()), str(absolute)])
        return absolute
    if len(there) == 1 or (len(there) == 0 and len(places) == 1):
        return (there or places)[0]
    if len(places) == 0:
        raise JudgementError("no folder of articles is known to this store; name a file with --judgements", where=store)
    names = ", ".join(map(str, there or places))
    raise JudgementError(f"there are several places for judgements ({names}); name one with --judgements", where=store)


def _judge(
    action: str,
    about: str,
    other: str = "",
    *,
    reason: str,
    who: str | None,
    store: Path,
    file: Path | None,
    detail: str = "",
) -> None:
    """Write a judgement, make the store agree with it, and say what came of it; one without effect is not kept."""
    from kg import judgements as judging
    from kg.pipeline import refresh

    if reason.strip() == "":
        raise JudgementError("a judgement needs a reason; give it with --reason")
    made = judging.judgement(action, about, other, reason=reason, who=_who(who), detail=detail)
    path = _file_of_judgements(store, file)
    written = judging.add(path, made)
    judged = refresh(store)
    own = next((a for a in judged if a.judgement.id == written.id), None)
    if own is not None and own.problem is not None:
        judging.remove(path, written.id)
        refresh(store)
        raise JudgementError(f"{action} {about} {other}".rstrip() + f": {own.problem}; nothing was written")
    typer.echo(judgement_words(written))
    if own is not None and len(own.entities) > 0:
        typer.echo(say("现在：", "now: ") + say("、", ", ").join(own.entities))
    aside(
        say(
            f"写在 {shown_path(path)}；撤销：kg undo {written.id}",
            f"written to {shown_path(path)}; kg undo {written.id} takes it back",
        )
    )


def _meant(store: Path, text: str) -> str:
    """The id of the entity that a typed name means; NAME@DOCUMENT stays as it is, with the whole id of the document."""
    from kg import search

    ontology = load_ontology()
    with open_store(store) as opened:
        name, at, document = text.partition("@")
        if at == "" or name == "":
            return search.resolve_name(opened, text, ontology=ontology).id
        with contextlib.suppress(UnknownNameError):
            return search.resolve_name(opened, text, ontology=ontology).id
        iri = search.document_iri(opened, document)
        own = opened.iris.id_of(iri) or document
        extraction = opened.extraction(own)
        names = {n for e in extraction.entities for n in (e.name, *e.aliases)}
        bare = name.partition("/")[2] or name
        if bare not in names:
            raise UnknownNameError(f"the document {own} names nothing {bare!r}; kg show finds names")
        return f"{bare}@{own}"


@app.command(
    cls=Command,
    help=help_with(
        "两个名称是同一个对象：写一行判断并立即生效，以第二个为准。",
        "Two names are one thing: writes a judgement, which holds at once and in every build; the second names both.",
        "kg merge 启岳 启岳新能源集团有限公司 -m '年报写明简称'",
        "kg merge 朝阳区@a-1 place/220104 -m '文中说的是长春'",
    ),
)
def merge(
    one: EntityArgument,
    other: EntityArgument,
    reason: ReasonOption = "",
    who: WhoOption = None,
    judgements: JudgementsOption = None,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """One thing."""
    from kg.gazetteer import Gazetteer

    first = _meant(store, one)
    # A candidate that no article names yet (place/220104) can be what a name means, too.
    code = other.removeprefix("place/")
    second = f"place/{code}" if code.isdigit() and code in Gazetteer.load() else _meant(store, other)
    if first == second:
        raise JudgementError(f"{one!r} and {other!r} are one thing already ({first})")
    _judge("merge", first, second, reason=reason, who=who, store=store, file=judgements)


@app.command(
    cls=Command,
    help=help_with(
        "两个名称不是同一个对象：分开已并在一起的，或今后不让它们合并。",
        "Two names are two things: takes apart what was joined, or keeps apart what might be.",
        "kg split 澜海智能 澜海机器人 -m '母公司与子公司'",
        "kg split 林若川@xiangyang 林若川@hengqin -m '两个人'",
    ),
)
def split(
    one: EntityArgument,
    other: EntityArgument,
    reason: ReasonOption = "",
    who: WhoOption = None,
    judgements: JudgementsOption = None,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Two things."""
    first, second = _meant(store, one), _meant(store, other)
    if first == second:
        # Two names of what is one entity now: the judgement is about the names.
        first, second = one.strip(), other.strip()
        if first == second:
            raise JudgementError(f"{one!r} is one name; say in which articles it means what: NAME@DOCUMENT")
    _judge("split", first, second, reason=reason, who=who, store=store, file=judgements)


@app.command(
    cls=Command,
    help=help_with(
        "改一个对象显示的名称。",
        "Change the name that a thing is shown by.",
        "kg rename 澜海智能 澜海智能装备股份有限公司 -m '用全称'",
    ),
)
def rename(
    name: EntityArgument,
    new: Annotated[str, typer.Argument(show_default=False, help=both("新名称", "The new name"))],
    reason: ReasonOption = "",
    who: WhoOption = None,
    judgements: JudgementsOption = None,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Another name."""
    _judge("rename", _meant(store, name), new.strip(), reason=reason, who=who, store=store, file=judgements)


@app.command(
    name="add-alias",
    cls=Command,
    help=help_with(
        "给一个对象加一个名称，查找时可用。",
        "Give a thing one more name, by which it can be found.",
        "kg add-alias 江海大学 江大 -m '校内简称'",
    ),
)
def add_alias(
    name: EntityArgument,
    alias: Annotated[str, typer.Argument(show_default=False, help=both("别名", "The other name"))],
    reason: ReasonOption = "",
    who: WhoOption = None,
    judgements: JudgementsOption = None,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """One more name."""
    _judge("add-alias", _meant(store, name), alias.strip(), reason=reason, who=who, store=store, file=judgements)


def _judge_fact(action: str, fact: str, *, reason: str, who: str | None, store: Path, file: Path | None) -> None:
    from kg.rdf import fact_content, read_facts
    from kg.search import find_fact

    with open_store(store) as opened:
        name, document = find_fact(opened, fact)
        found = next(f for f in read_facts(opened.quads(document), iris=opened.iris) if f.id == name)
    detail = fact_content(
        found.type, found.roles, found.date, found.amount, found.status, found.label, found.qualifiers
    )
    _judge(action, name, reason=reason, who=who, store=store, file=file, detail=detail)


@app.command(
    cls=Command,
    help=help_with(
        "一条事实是错的：不再出现在库中，判断留在 RDF 里。编号用 kg facts --ids 看。",
        "A fact is wrong: it leaves the store, the judgement stays in the RDF. `kg facts --ids` shows the ids.",
        "kg reject Agreement-1f0c25b0a1d2 -m '原文说的是意向'",
    ),
)
def reject(
    fact: FactArgument,
    reason: ReasonOption = "",
    who: WhoOption = None,
    judgements: JudgementsOption = None,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Not true."""
    _judge_fact("reject", fact, reason=reason, who=who, store=store, file=judgements)


@app.command(
    cls=Command,
    help=help_with(
        "一条事实是对的：置信度为 1，不再要求复核。",
        "A fact is right: its confidence is 1 and it is not asked about again.",
        "kg confirm Agreement-1f0c25b0a1d2 -m '公告可查'",
    ),
)
def confirm(
    fact: FactArgument,
    reason: ReasonOption = "",
    who: WhoOption = None,
    judgements: JudgementsOption = None,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """True."""
    _judge_fact("confirm", fact, reason=reason, who=who, store=store, file=judgements)


@app.command(
    cls=Command,
    help=help_with(
        "撤销一个判断（默认最后一个）：从文件中删去那一行，库恢复原状。",
        "Take a judgement back (the last one by default): its line goes, and the store is as it was.",
        "kg undo",
        "kg undo j-1f0c25b0",
    ),
)
def undo(
    judgement: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID]", show_default=False, help=both("判断的编号或其开头", "Id of a judgement, or its beginning")
        ),
    ] = None,
    judgements: JudgementsOption = None,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """As if it had not been made."""
    from kg import judgements as judging
    from kg.pipeline import refresh

    path = _file_of_judgements(store, judgements)
    gone = judging.remove(path, judgement)
    refresh(store)
    typer.echo(say("已撤销：", "taken back: ") + judgement_words(gone))


@app.command(
    cls=Command,
    help=help_with(
        "列出全部人工判断，以及哪些已不适用于任何对象。",
        "All judgements, and which of them apply to nothing any more.",
        "kg judgements",
        "kg judgements --csv > judgements.csv",
    ),
)
def judgements(
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """What people decided."""
    from kg.pipeline import applied_dict, refresh

    judged = refresh(store)
    rows = [applied_dict(a) for a in judged]
    if as_json:
        print_json(rows)
        return
    shown = [
        {
            **row,
            "action": row["action"] if as_csv else say(*ACTION_WORDS[str(row["action"])]),
            "state": (
                say("生效", "applies")
                if row["applies"]
                else say("未生效：", "no effect: ") + translate(str(row["problem"]))
            ),
            "when": str(row["when"])[:10],
        }
        for row in rows
    ]
    columns = [
        ("id", say("编号", "id")), ("action", say("判断", "action")), ("about", say("对象", "about")),
        ("other", say("另一对象", "other")), ("who", say("谁", "who")), ("when", say("何时", "when")),
        ("state", say("状态", "state")), ("reason", say("理由", "reason")),
    ]  # fmt: skip
    print_rows(columns, shown, as_json=False, as_csv=as_csv)


@app.command(
    cls=Command,
    help=help_with(
        "逐个判定：未定的名称、可能同名的人、没有把握的事实，牵涉事实多的在前。按一个键作答：s 同一个，d 不同，u 存疑，"
        "c 对，r 错，n 跳过，b 撤回上一个，q 结束。每个回答立即写进判断文件。",
        "Walk through what is undecided: names, people of one name, facts that are not sure; what most facts hang on"
        " comes first. One key each: s same, d different, u unsure, c correct, r wrong, n next, b back, q quit. Every"
        " answer is written to the file of judgements at once.",
        "kg review",
        "kg review --json --limit 20",
    ),
)
def review(
    kind: Annotated[
        str | None,
        typer.Option("--kind", help=both("只看 pair（名称）或 fact（事实）", "Only `pair` (names) or `fact`")),
    ] = None,
    below: Annotated[
        float, typer.Option("--below", min=0, max=1, help=both("置信度低于此值的事实", "Facts below this confidence"))
    ] = 0.6,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, help=both("最多几个", "At most so many"))] = None,
    reason: Annotated[
        str, typer.Option("--reason", "-m", help=both("写进每个判断的理由", "Reason for each judgement"))
    ] = "kg review",
    who: WhoOption = None,
    judgements: JudgementsOption = None,
    as_json: JsonOption = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Deciding."""
    from kg.gazetteer import Gazetteer
    from kg.pipeline import refresh
    from kg.review import item_dict, queue

    if kind is not None and kind not in ("pair", "fact"):
        raise QueryError(f"there is no kind {kind!r} to review; known: pair, fact")
    ontology = load_ontology()
    if not as_json and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise JudgementError(
            "kg review asks in a terminal, and this is none; --json lists the queue, and kg merge, split, confirm and"
            " reject write judgements"
        )
    with open_store(store) as opened:
        items = [
            i
            for i in queue(opened, ontology=ontology, gazetteer=Gazetteer.load(), below=below)
            if kind is None or i.kind == kind
        ][:limit]
    if as_json:
        print_json([item_dict(i, None if i.fact is None else fact_dict(i.fact)) for i in items])
        return
    if len(items) == 0:
        aside(say("没有要判定的", "nothing is left to decide"))
        return
    count = _walk(
        items, ontology, reason=reason, who=_who(who), path=_file_of_judgements(store, judgements), store=store
    )
    if count > 0:
        print_problems(refresh(store))
    aside(say(f"写了 {count} 个判断", f"{count} judgements written"))


def _walk(items: Sequence[Item], ontology: Ontology, *, reason: str, who: str, path: Path, store: Path) -> int:
    """Asks about one item after the other until all are answered or the user quits; how many judgements were kept."""
    from kg import judgements as judging

    written: list[tuple[int, str]] = []
    position = 0
    with _keys() as pressed:
        while position < len(items):
            item = items[position]
            _print_item(item, position + 1, len(items), ontology)
            key = pressed()
            if key in ("q", "\x04", ""):
                break
            if key == "b" and len(written) > 0:
                position, gone = written.pop()
                judging.remove(path, gone)
            elif key in ("n", " "):
                position += 1
            elif (action := (_PAIR_KEYS if item.kind == "pair" else _FACT_KEYS).get(key)) is not None:
                made = _answer(item, action, reason=reason, who=who, store=store)
                written.append((position, judging.add(path, made).id))
                typer.echo("  → " + say(*ACTION_WORDS[action]))
                position += 1
    return len(written)


_PAIR_KEYS = {"s": "merge", "d": "split", "u": "unsure"}


_FACT_KEYS = {"c": "confirm", "r": "reject"}


def _answer(item: Item, action: str, *, reason: str, who: str, store: Path) -> Judgement:
    from kg import judgements as judging
    from kg.rdf import fact_content, read_facts

    if item.left is not None and item.right is not None:
        return judging.judgement(action, item.left.id, item.right.id, reason=reason, who=who)
    assert item.fact is not None
    with open_store(store) as opened:
        name = opened.iris.id_of(item.fact.iri) or item.fact.iri
        quads = opened.quads(item.fact.tellings[0].document)
        f = next(f for f in read_facts(quads, iris=opened.iris) if f.id == name)
    detail = fact_content(f.type, f.roles, f.date, f.amount, f.status, f.label, f.qualifiers)
    return judging.judgement(action, name, reason=reason, who=who, detail=detail)


def _print_item(item: Item, number: int, count: int, ontology: Ontology) -> None:
    from rich.padding import Padding
    from rich.text import Text

    console = make_console()
    console.print()
    hanging = say(f"牵涉 {item.weight} 条事实", f"facts that hang on it: {item.weight}")
    if item.left is not None and item.right is not None:
        question = say("是同一个吗？", "one thing?")
        keys = say(
            "[s]同一个 [d]不同 [u]存疑 [n]跳过 [b]撤回 [q]结束", "[s]ame [d]ifferent [u]nsure [n]ext [b]ack [q]uit"
        )
        console.print(Text(f"{number}/{count}  {question}  {hanging}", style="bold"))
        for side in (item.left, item.right):
            console.print(_side_lines(side, ontology))
            for quote, document in side.sentences:
                line = Text(f"“{_marked(quote, side)}”")
                line.append(f" — {document}", style="dim")
                console.print(Padding(line, (0, 0, 0, 4), expand=False))
    elif item.fact is not None:
        keys = say("[c]对 [r]错 [n]跳过 [b]撤回 [q]结束", "[c]orrect [r] wrong [n]ext [b]ack [q]uit")
        console.print(Text(f"{number}/{count}  " + say("这条事实对吗？", "is this fact right?"), style="bold"))
        console.print(Text(f"  {ontology.label(item.fact.type, Voice.language)}", style="bold"))
        console.print(fact_lines(item.fact, ontology))
    console.print(Text(keys, style="dim"))


def _side_lines(side: Side, ontology: Ontology) -> Any:
    from rich.text import Text

    head = Text.assemble(
        "  ", (side.name, "bold"), f"  {ontology.label(side.type, Voice.language)}  ", (side.id, "dim")
    )
    more = [side.path] if side.path != "" else []
    if len(side.aliases) > 0:
        more.append(say("又称 ", "also ") + say("、", ", ").join(side.aliases[:6]))
    more.append(say(f"{side.facts} 条事实", f"{side.facts} facts"))
    head.append("  " + say("；", "; ").join(more))
    return head


def _marked(quote: str, side: Side) -> str:
    """A sentence short enough to read at a glance, around the name that it is shown for."""
    for name in sorted((side.name, *side.aliases), key=len, reverse=True):
        at = quote.find(name)
        if at >= 0:
            begin, end = max(0, at - 50), min(len(quote), at + len(name) + 70)
            return ("…" if begin > 0 else "") + quote[begin:end] + ("…" if end < len(quote) else "")
    return quote[:120] + ("…" if len(quote) > 120 else "")


@contextlib.contextmanager
def _keys() -> Iterator[Callable[[], str]]:
    """A function that reads one key from the terminal, without waiting for Enter where the system can.

    The terminal is set once and no key that was typed ahead is lost.
    """
    try:
        import termios
        import tty
    except ImportError:  # Windows

        def line() -> str:
            text = sys.stdin.readline()
            return text.strip()[:1].lower() if text != "" else ""

        yield line
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor, termios.TCSANOW)
        yield lambda: os.read(descriptor, 1).decode("utf-8", "replace").lower()
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
