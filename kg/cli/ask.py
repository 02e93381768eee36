"""Questions to a store: show, facts, search, query, path, stats, documents."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.cli.application import DEFAULT_STORE, AllOption, CsvOption, JsonOption, StoreOption, app
from kg.cli.printing import (
    STATUS_WORDS,
    aside,
    judgement_words,
    load_ontology,
    make_console,
    open_store,
    print_csv,
    print_json,
    print_rows,
    print_table,
    rule_words,
    status_words,
    sum_words,
)
from kg.cli.voice import Command, Voice, both, help_with, say
from kg.errors import QueryError, UnknownNameError

if TYPE_CHECKING:
    from rich.console import Group

    from kg.network import FactNetwork, Route
    from kg.network import FactRow as NetworkFact
    from kg.ontology import Ontology
    from kg.rdf import Iris
    from kg.search import EntityPage, FactRow, Judged


NameArgument = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        show_default=False,
        help=both("名称、简称、拼音、首字母或编号", "A name, short name, pinyin, initials or id"),
    ),
]


@app.command(
    cls=Command,
    help=help_with(
        "一个实体的全部信息：名称、类别、所在地，以及每条事实的时间、金额、原句和出处。",
        "Everything about one entity: names, class, place, and every fact with date, amount, sentence and source.",
        "kg show 南湖区",
        "kg show nanhu",
        "kg show place/330402 --json",
    ),
)
def show(
    name: NameArgument,
    type: Annotated[  # noqa: A002
        str | None, typer.Option("--type", "-t", help=both("只在这一类实体中找", "Only entities of this class"))
    ] = None,
    why: Annotated[
        bool,
        typer.Option(
            "--why",
            help=both("每个名称凭什么归于它", "Say by which rule each name belongs to it, and in which documents"),
        ),
    ] = False,
    everything: AllOption = False,
    as_json: JsonOption = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """One entity."""
    from kg import search

    ontology = load_ontology()
    with open_store(store) as opened:
        page = search.show(opened, name, ontology=ontology, type=type)
    sure = tuple(f for f in page.facts if everything or f.confidence is None or f.confidence >= ontology.shown)
    unsure = len(page.facts) - len(sure)
    page = replace(page, facts=sure)
    if as_json:
        print_json(_page_dict(page))
    else:
        _print_page(page, ontology, why=why)
    note_unsure(unsure, ontology)


def note_unsure(count: int, ontology: Ontology) -> None:
    """What was left out for its confidence is never dropped without a word."""
    if count > 0:
        aside(
            say(
                f"另有 {count} 条事实置信度低于 {ontology.shown:g}，未列出；加 --all 可见",
                f"{count} more facts are less sure than {ontology.shown:g} and left out; --all has them",
            )
        )


def _page_dict(page: EntityPage) -> dict[str, object]:
    hit = page.hit
    return {
        "id": hit.id, "iri": hit.iri, "label": hit.label, "type": hit.type, "aliases": list(hit.aliases),
        "code": hit.code, "path": list(hit.path), "documents": page.documents, "inside": page.inside,
        "identifiers": list(page.identifiers), "same_as": list(page.same_as),
        "candidates": [{"id": c.id, "label": c.label, "type": c.type} for c in page.candidates],
        "names": [{"name": n.name, "rule": n.rule, "documents": list(n.documents)} for n in page.namings],
        "judgements": [_judged_dict(j) for j in page.judged],
        "facts": [fact_dict(row) for row in page.facts],
    }  # fmt: skip


def _judged_dict(j: Judged) -> dict[str, object]:
    return {
        "id": j.id, "action": j.action, "about": j.about, "other": j.other, "reason": j.reason, "who": j.who,
        "when": j.when,
    }  # fmt: skip


def fact_dict(row: FactRow) -> dict[str, object]:
    """One fact as `--json` prints it: names, roles, normalised and surface values, sources."""
    roles: dict[str, list[dict[str, str]]] = {}
    for role, named in row.roles:
        roles.setdefault(role, []).append({"id": named.id, "label": named.label, "type": named.type})
    return {
        "iri": row.iri, "type": row.type, "label": row.label, "roles": roles, "date": row.date,
        "date_text": row.date_text, "amount": row.amount, "currency": row.currency, "amount_text": row.amount_text,
        "status": row.status,
        "confidence": row.confidence,
        "sources": row.sources,
        "differs": [
            {
                "what": d.what, "iri": d.iri, "date": d.date, "amount_text": d.amount_text,
                "documents": list(d.documents),
            }
            for d in row.differs
        ],
        "judgements": [_judged_dict(j) for j in row.judged],
        "tellings": [
            {
                "quote": t.quote, "document": t.document, "title": t.title, "published": t.published, "start": t.start,
                "end": t.end, "confidence": t.confidence, "rule": t.rule,
            }
            for t in row.tellings
        ],
    }  # fmt: skip


def _participants(row: FactRow, ontology: Ontology, *, separator: str) -> str:
    by_role: dict[str, list[str]] = {}
    for role, named in row.roles:
        by_role.setdefault(role, []).append(named.label)
    comma = say("、", ", ")
    return separator.join(
        f"{ontology.label(role, Voice.language)} {comma.join(names)}" for role, names in by_role.items()
    )


def _print_page(page: EntityPage, ontology: Ontology, *, why: bool = False) -> None:
    from rich.text import Text

    console, hit = make_console(), page.hit
    language = Voice.language
    console.print(Text.assemble((hit.label, "bold"), f"  {ontology.label(hit.type, language)}  ", (hit.id, "dim")))
    if len(hit.aliases) > 0:
        console.print(Text(say("又称：", "also: ") + say("、", ", ").join(hit.aliases)))
    if len(hit.path) > 0:
        console.print(Text(say("位于：", "in: ") + " › ".join(hit.path)))
    known = [*page.identifiers, *(i for i in page.same_as if i not in page.identifiers)]
    if len(known) > 0:
        console.print(Text(say("编号：", "identifiers: ") + say("、", ", ").join(known)))
    if len(page.candidates) > 0:
        could = say("、", ", ").join(f"{c.label} ({c.id})" for c in page.candidates)
        console.print(Text(say(f"未定，可能是：{could}", f"undecided, may be: {could}"), style="yellow"))
    for judged in page.judged:
        console.print(Text(judgement_words(judged), style="cyan"))
    if why:
        console.print(Text(say("名称的依据：", "why these names:")))
        for naming in page.namings:
            where = say("、", ", ").join(naming.documents[:5]) + (" …" if len(naming.documents) > 5 else "")
            console.print(Text(f"  {naming.name} — {rule_words(naming.rule)} — {where}"))
        if len(page.namings) == 0:
            console.print(Text(say("  只有一个名称", "  it has one name only")))
    inside = say(f"，其中有 {page.inside} 个实体", f", entities inside: {page.inside}") if page.inside > 0 else ""
    console.print(
        Text(
            say(
                f"{page.documents} 篇文章提到，{len(page.facts)} 条事实{inside}",
                f"documents: {page.documents}, facts: {len(page.facts)}{inside}",
            )
        )
    )
    kind = None
    for row in page.facts:
        if row.type != kind:
            kind = row.type
            count = sum(1 for r in page.facts if r.type == kind)
            console.print()
            console.print(Text(f"{ontology.label(kind, language)} ({count})", style="bold"))
        console.print(fact_lines(row, ontology))


def fact_lines(row: FactRow, ontology: Ontology, *, indent: int = 2) -> Group:
    """One fact for a page in the terminal: the values on a line, the sentences of its sources below."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    parts = [
        row.date or row.date_text or say("时间不详", "no date"),
        row.label if row.label is not None or indent > 0 else ontology.label(row.type, Voice.language),
        _participants(row, ontology, separator=say("；", "; ")),
        sum_words(row),
        None if row.status in (None, "done") else status_words(row.status),
    ]
    head = Text("  ".join(p for p in parts if p is not None and p != ""))
    if row.confidence is not None:
        head.append(say(f"  置信 {row.confidence:.2f}", f"  confidence {row.confidence:.2f}"), style="dim")
    if row.sources != 1 or len({t.document for t in row.tellings}) > 1:
        head.append(say(f"  独立来源 {row.sources}", f"  independent sources {row.sources}"), style="dim")
    lines = [Padding(head, (0, 0, 0, indent), expand=False)]
    for other in row.differs:
        value = other.amount_text if other.what == "amount" else other.date
        words = say(*(("金额", "sum") if other.what == "amount" else ("时间", "date")))
        where = say("、", ", ").join(other.documents)
        note = Text(
            say(f"⚠ 另有说法：{words} {value}", f"⚠ told otherwise: {words} {value}") + f" — {where}", style="yellow"
        )
        lines.append(Padding(note, (0, 0, 0, indent + 2), expand=False))
    for judged in row.judged:
        lines.append(Padding(Text(judgement_words(judged), style="cyan"), (0, 0, 0, indent + 2), expand=False))
    for telling in row.tellings:
        quote = Text(f"“{' '.join(telling.quote.split())}”")
        quote.append(" — " + " ".join(p for p in (telling.document, telling.published) if p is not None), style="dim")
        lines.append(Padding(quote, (0, 0, 0, indent + 2), expand=False))
    return Group(*lines)


@app.command(
    cls=Command,
    help=help_with(
        "列出事实，可按类别、参与方、地点、时间、金额、文章等筛选。",
        "List facts, filtered by class, participants, place, time, amount, document and more.",
        "kg facts --type 协议 --with 上海 --since 2016",
        "kg facts --place 浙江 --min-amount 1亿元 --sort amount",
        "kg facts --type Investment --csv > investments.csv",
    ),
)
def facts(
    type: Annotated[  # noqa: A002
        str | None,
        typer.Option(
            "--type", "-t", help=both("事实类别（含下级），如 Agreement 或 协议", "Class of facts with its subclasses")
        ),
    ] = None,
    participants: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            "-w",
            help=both(
                "参与方，可重复；地名含其所辖，编号只指其本身",
                "A participant, repeatable; the name of a place stands for all inside it, its id for itself",
            ),
        ),
    ] = None,
    place: Annotated[
        str | None, typer.Option("--place", help=both("地点及其所辖一切", "A place and everything inside it"))
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", help=both("不早于，如 2016、2016-05、2016年5月", "Not before: 2016, 2016-05, 2016-05-01")
        ),
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help=both("不晚于", "Not after"))] = None,
    by: Annotated[
        str, typer.Option("--by", help=both("按哪个日期：event 事情，published 发表", "Which date: event or published"))
    ] = "event",
    min_amount: Annotated[
        str | None,
        typer.Option("--min-amount", help=both("金额至少，如 1亿元", "At least this sum, such as 1亿元 or 1e8")),
    ] = None,
    document: Annotated[
        str | None, typer.Option("--document", "-d", help=both("文章编号或其开头", "Id of a document, or its start"))
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(
            "--status",
            help=both(
                "状态：done planned signed started completed ended denied",
                "done, planned, signed, started, completed, ended or denied",
            ),
        ),
    ] = None,
    min_confidence: Annotated[
        float | None,
        typer.Option(
            "--min-confidence",
            min=0,
            max=1,
            help=both("置信度至少（默认 0.4）", "At least this confidence (default: 0.4)"),
        ),
    ] = None,
    sort: Annotated[
        str,
        typer.Option("--sort", help=both("排序：date、amount 或 confidence", "date, amount or confidence, best first")),
    ] = "date",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help=both("最多几条", "At most so many"))] = 50,
    offset: Annotated[int, typer.Option("--offset", min=0, help=both("跳过几条", "Leave out the first"))] = 0,
    ids: Annotated[
        bool, typer.Option("--ids", help=both("显示事实的编号", "Show the ids, for kg confirm and kg reject"))
    ] = False,
    everything: AllOption = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Facts by filter."""
    from kg import search

    ontology = load_ontology()
    if status is not None:
        status = _status_name(status)
    with open_store(store) as opened:
        page = search.facts(
            opened,
            ontology=ontology,
            type=type,
            participants=participants or (),
            place=place,
            since=since,
            until=until,
            by=by,
            min_amount=min_amount,
            document=document,
            status=status,
            min_confidence=min_confidence if min_confidence is not None else None if everything else ontology.shown,
            sort=sort,
            limit=limit,
            offset=offset,
        )
    if as_json:
        print_json([fact_dict(row) for row in page.rows])
    else:
        _print_facts(page.rows, ontology, as_csv=as_csv, ids=ids)
    if page.total > offset + len(page.rows):
        shown = f"{offset + 1}–{offset + len(page.rows)}"
        aside(
            say(
                f"共 {page.total} 条，显示 {shown}；用 --offset {offset + limit} 看后面",
                f"{page.total} facts, showing {shown}; --offset {offset + limit} goes on",
            )
        )
    if page.undated > 0:
        aside(
            say(
                f"另有 {page.undated} 条没有日期，未列出；--by published 按发表日期比较",
                f"{page.undated} more have no date; --by published compares by publication",
            )
        )
    if min_confidence is None:
        note_unsure(page.unsure, ontology)


def _status_name(text: str) -> str:
    for name, words in STATUS_WORDS.items():
        if text.strip().lower() in (name, *words):
            return name
    known = ", ".join(STATUS_WORDS)
    raise QueryError(say(f"没有状态“{text}”；可用：{known}", f"there is no status {text!r}; known: {known}"))


_FACT_COLUMNS = (
    "iri", "type", "label", "participants", "date", "date_text", "amount", "currency", "amount_text", "status",
    "confidence", "sources", "document", "quote",
)  # fmt: skip


def _print_facts(rows: Sequence[FactRow], ontology: Ontology, *, as_csv: bool, ids: bool = False) -> None:
    language = Voice.language
    if as_csv:
        flat = [
            {
                "iri": row.iri, "type": row.type, "label": row.label,
                "participants": "; ".join(f"{role}={named.label}" for role, named in row.roles),
                "date": row.date, "date_text": row.date_text,
                "amount": None if row.amount is None else f"{row.amount:f}", "currency": row.currency,
                "amount_text": row.amount_text,
                "status": row.status, "confidence": row.confidence, "sources": row.sources,
                "document": row.tellings[0].document if len(row.tellings) > 0 else None,
                "quote": row.tellings[0].quote if len(row.tellings) > 0 else None,
            }
            for row in rows
        ]  # fmt: skip
        print_csv(_FACT_COLUMNS, flat)
        return
    table = []
    for row in rows:
        told = row.tellings[0] if len(row.tellings) > 0 else None
        kind = [row.label or ontology.label(row.type, language)]
        if row.status not in (None, "done"):
            kind.append(status_words(row.status))
        if ids:
            kind.append(row.iri.rpartition("/")[2])
        if len(row.differs) > 0:
            kind.append(say("⚠ 说法不一", "⚠ told otherwise"))
        more = (
            say(f"（另有 {len(row.tellings) - 1} 处）", f" (and {len(row.tellings) - 1} more)")
            if len(row.tellings) > 1
            else ""
        )
        table.append(
            {
                "type": "\n".join(kind),
                "who": _participants(row, ontology, separator="\n"),
                "date": row.date or row.date_text,
                "amount": sum_words(row),
                "confidence": "" if row.confidence is None else f"{row.confidence:.2f}",
                "quote": "" if told is None else f"{' '.join(told.quote.split())}{more}\n— {told.document}",
            }
        )
    columns = [
        ("type", say("事实", "fact")),
        ("who", say("参与方", "participants")),
        ("date", say("时间", "date")),
        ("amount", say("金额", "amount")),
        ("confidence", say("置信", "conf")),
        ("quote", say("原句", "sentence")),
    ]
    console = make_console()
    if len(rows) == 0:
        aside(say("没有符合条件的事实", "no fact passes these filters"))
    elif console.width < _FACT_TABLE:
        for row in rows:
            console.print(fact_lines(row, ontology, indent=0))
    else:
        print_table(columns, table, wide="quote")


#: In a narrower terminal facts are listed one below the other, as `kg show` does.
_FACT_TABLE = 120


@app.command(
    cls=Command,
    help=help_with(
        "查找实体，以及含有这些词的原句和标题。",
        "Look for entities, and for sentences and titles that hold the words.",
        "kg search 基金",
        "kg search '合作 协议' --json",
    ),
)
def search(
    text: Annotated[
        str,
        typer.Argument(
            metavar="TEXT",
            show_default=False,
            help=both("要找的词，空格分开", "Words to look for, separated by blanks"),
        ),
    ],
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, help=both("每类最多几条", "At most so many of each"))
    ] = 10,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Entities and sentences."""
    from kg import search as asking

    ontology = load_ontology()
    with open_store(store) as opened:
        hits = asking.find(opened, text, ontology=ontology, limit=limit)
        sentences = asking.search_text(opened, text, limit=limit)
    entities = [
        {
            "id": h.id,
            "label": h.label,
            "type": h.type,
            "how": h.how,
            "path": " › ".join(h.path),
            "aliases": say("、", ", ").join(h.aliases),
        }
        for h in hits
    ]
    found = [
        {"text": " ".join(s.text.split()), "document": s.document, "published": s.published, "facts": s.facts}
        for s in sentences
    ]
    if as_json:
        print_json({"entities": entities, "sentences": found})
        return
    if as_csv:
        rows = [{"kind": "entity", "id": e["id"], "text": e["label"], "type": e["type"]} for e in entities]
        rows += [{"kind": "sentence", "id": str(f["document"]), "text": str(f["text"]), "type": ""} for f in found]
        print_csv(["kind", "id", "type", "text"], rows)
        return
    if len(entities) + len(found) == 0:
        aside(say("没有找到", "nothing found"))
        return
    if len(entities) > 0:
        for entity in entities:
            entity["type"] = ontology.label(entity["type"], Voice.language)
        close = say("相近的实体", "similar entities") if hits[0].how == "fuzzy" else say("实体", "entity")
        print_table(
            [("label", close), ("type", say("类别", "class")), ("path", say("位于", "in")), ("id", say("编号", "id"))],
            entities,
            wide="label",
        )
    if len(found) > 0:
        if len(entities) > 0:
            typer.echo()
        print_table(
            [
                ("text", say("原句", "sentence")),
                ("document", say("文章", "document")),
                ("published", say("发表", "published")),
            ],
            found,
            wide="text",
        )


@app.command(
    cls=Command,
    help=help_with(
        "执行 SPARQL 1.1 查询，或回答预设问题（见 --list）。\n\n"
        "可以直接写查询、用 -f 给出文件、用 - 读标准输入；前缀 kg: rdfs: skos: schema: xsd: 已声明。",
        "Answer a SPARQL 1.1 query, or a canned question (see --list).\n\n"
        "Give its text, -f FILE, or - for standard input; the prefixes kg: rdfs: skos: schema: xsd: are declared.",
        "kg query --list",
        "kg query agreements-between -p a=南湖区 -p b=上海",
        "kg query 'SELECT DISTINCT ?name { ?c a kg:Company ; rdfs:label ?name } LIMIT 5'",
        "kg query -f question.rq --csv",
    ),
)
def query(
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="[QUERY]",
            show_default=False,
            help=both("查询、预设问题的名字或 -", "A query, the name of a canned question, or -"),
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help=both("查询所在的文件", "File that holds the query"))
    ] = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
            "-p",
            help=both("预设问题的参数，如 place=浙江", "Parameter of a canned question, such as place=浙江"),
        ),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help=both("列出预设问题", "List the canned questions"))] = False,
    limit: Annotated[
        int | None,
        typer.Option("--limit", "-n", min=1, help=both("最多几行（表格默认 50）", "At most so many rows (tables: 50)")),
    ] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """SPARQL and canned questions."""
    from kg import search as asking

    if listing:
        _print_questions(as_json=as_json, as_csv=as_csv)
        return
    if (text is None) == (file is None):
        raise typer.BadParameter(
            say(
                "请给出查询、问题的名字、- 或 -f 文件（其中一个）",
                "give a query, the name of a question, - or -f FILE, one of them",
            ),
            param_hint="QUERY",
        )
    given = _parameters(parameters or ())
    ontology = load_ontology()
    with open_store(store) as opened:
        question = asking.questions().get(text) if text is not None else None
        if question is not None:
            sparql = asking.bind(opened, question, given, ontology=ontology)
        else:
            if len(given) > 0:
                raise QueryError(
                    say("-p 只用于预设问题，见 kg query --list", "-p belongs to canned questions; see kg query --list")
                )
            sparql = _query_text(text, file, asking.questions())
        result = opened.query(sparql)
        base = opened.iris.base
    if result.form == "ASK":
        if as_json:
            print_json({"boolean": result.boolean})
        else:
            typer.echo(say("是", "yes") if result.boolean else say("否", "no"))
        return
    most = limit if limit is not None or as_json or as_csv else 50
    rows = [
        {name: _value(term, base, short=not as_json) for name, term in zip(result.variables, row, strict=True)}
        for row in result.rows[:most]
    ]
    if not (as_json or as_csv):
        rows = [{name: _friendly(name, value, ontology) for name, value in row.items()} for row in rows]
    numbers = [
        name
        for n, name in enumerate(result.variables)
        if len(rows) > 0 and all(_numeric(row[n]) for row in result.rows)
    ]
    wide = next((name for name in reversed(result.variables) if name.startswith("sentence")), None)
    columns = [(name, _heading(name)) for name in result.variables]
    print_rows(columns, rows, as_json=as_json, as_csv=as_csv, right=numbers, wide=wide)
    if len(rows) < len(result.rows):
        total = len(result.rows)
        aside(
            say(f"共 {total} 行，显示前 {len(rows)} 行；-n 可多看", f"{total} rows, showing {len(rows)}; -n shows more")
        )


def _parameters(pairs: Iterable[str]) -> dict[str, str]:
    given = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if equals == "" or name == "":
            raise typer.BadParameter(
                say(f"写成 -p 名称=值，而不是 {pair!r}", f"write -p NAME=VALUE, not {pair!r}"), param_hint="-p"
            )
        given[name.strip()] = value.strip()
    return given


def _query_text(text: str | None, file: Path | None, questions: Mapping[str, Any]) -> str:
    if file is not None:
        try:
            return file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise QueryError(say("不是 UTF-8 文本", "is not UTF-8 text"), where=file) from error
    if text == "-":
        return sys.stdin.read()
    assert text is not None
    if re.fullmatch(r"[\w-]+", text) is not None:
        from rapidfuzz import process

        near = [match[0] for match in process.extract(text, list(questions), limit=3, score_cutoff=60)]
        hint = say(f"；是不是 {'、'.join(near)}？", f"; did you mean {', '.join(near)}?") if len(near) > 0 else ""
        raise QueryError(
            say(
                f"没有名为“{text}”的预设问题{hint}（kg query --list 列出全部）",
                f"no canned question is called {text!r}{hint} (kg query --list shows all)",
            )
        )
    return text


def _value(term: Any, base: str, *, short: bool) -> object:
    if term is None:
        return None
    value = str(getattr(term, "value", term))
    datatype = getattr(getattr(term, "datatype", None), "value", "").rpartition("#")[2]
    if datatype == "integer" and not short:
        return int(value)
    if datatype == "boolean" and not short:
        return value in ("true", "1")
    if datatype != "" or not short:
        return value
    for head in (base + "entity/", base + "document/", base + "fact/", "https://kg.example/ontology#"):
        value = value.removeprefix(head)
    return value


def _friendly(name: str, value: object, ontology: Ontology) -> object:
    """A cell for reading: classes, roles and states by their label, large numbers in groups."""
    if name == "status" and isinstance(value, str):
        return status_words(value)
    if name == "confidence" and isinstance(value, str) and re.fullmatch(r"[01](\.\d+)?", value) is not None:
        return f"{float(value):.2f}"
    if name in ("type", "role") and isinstance(value, str) and value in ontology.labels:
        return ontology.label(value, Voice.language)
    if isinstance(value, str) and re.fullmatch(r"\d{5,}", value) is not None and name in ("amount", "total"):
        return f"{int(value):,}"
    return value


def _numeric(term: Any) -> bool:
    kind = getattr(getattr(term, "datatype", None), "value", "").rpartition("#")[2]
    return kind in ("integer", "decimal", "double", "float")


#: Headings of the columns of canned questions; other variables stay as they are named.
_HEADINGS: Mapping[str, str] = {
    "agreement": "协议", "partyA": "一方", "partyB": "另一方", "date": "时间", "amount": "金额", "sentence": "原句",
    "investor": "投资方", "currency": "币种", "total": "合计", "investments": "次数", "type": "类别",
    "written": "金额原文", "who": "名称", "origin": "来源地", "location": "地点", "founded": "所设机构",
    "visitor": "来访方", "host": "接待方",
    "role": "角色", "status": "状态", "person": "人物", "post": "职务", "body": "机构", "partner": "签约方",
    "agreements": "协议数", "label": "名称", "confidence": "置信度", "place": "地方", "facts": "事实数",
    "amountA": "金额一", "amountB": "金额二",
    "sentenceA": "原句一", "sentenceB": "原句二", "documents": "文章数",
    "project": "项目",
}  # fmt: skip


def _heading(name: str) -> str:
    return _HEADINGS.get(name, name) if Voice.language == "zh" else name


def _print_questions(*, as_json: bool, as_csv: bool) -> None:
    from kg import search as asking

    language = Voice.language
    rows = [
        {
            "name": q.name,
            "title": q.titles[language],
            "parameters": ", ".join(p.name if p.default is None else f"{p.name}={p.default}" for p in q.parameters),
            "example": q.command,
        }
        for q in asking.questions().values()
    ]
    if as_json or as_csv:
        print_rows([(k, k) for k in ("name", "title", "parameters", "example")], rows, as_json=as_json, as_csv=as_csv)
        return
    columns = [("name", say("名字", "name")), ("title", say("问题", "question")), ("example", say("例", "example"))]
    print_table(columns, rows, wide="title")


@app.command(
    cls=Command,
    help=help_with(
        "两个实体怎样相连：最短的几条路，每一步附事实和原句。",
        "How two entities are connected: the best ways, with fact and sentence for each step.",
        "kg path 南湖区 杨浦区",
        "kg path 闻泰通讯 上海 -k 5 --json",
    ),
)
def path(
    first: Annotated[str, typer.Argument(metavar="A", show_default=False, help=both("一个实体", "One entity"))],
    second: Annotated[
        str, typer.Argument(metavar="B", show_default=False, help=both("另一个实体", "The other entity"))
    ],
    count: Annotated[
        int, typer.Option("--count", "-k", min=1, max=20, help=both("最多几条路", "At most so many ways"))
    ] = 3,
    as_json: JsonOption = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """The ways between two entities."""
    from kg import search as asking
    from kg.network import load_network, paths

    ontology = load_ontology()
    with open_store(store) as opened:
        ends = [asking.resolve_name(opened, name, ontology=ontology) for name in (first, second)]
        network = load_network(opened, ontology)
        iris = opened.iris
    for end in ends:
        if end.iri not in network.nodes:
            raise UnknownNameError(
                say(
                    f"{end.label} 没有参与任何事实，无路可寻",
                    f"{end.label} takes part in no fact, so no way leads to it",
                )
            )
    if ends[0].iri == ends[1].iri:
        raise UnknownNameError(
            say(
                f"“{first}”和“{second}”是同一个实体：{ends[0].label}",
                f"{first!r} and {second!r} are one entity: {ends[0].label}",
            )
        )
    found = paths(network, ends[0].iri, ends[1].iri, k=count)
    if as_json:
        print_json(
            [
                {
                    "nodes": [network.nodes[n].name for n in way.nodes],
                    "ids": list(way.nodes),
                    "steps": [[_link_dict(fact, iris) for fact in step] for step in way.steps],
                }
                for way in found
            ]
        )
        return
    if len(found) == 0:
        aside(
            say(
                f"{ends[0].label} 和 {ends[1].label} 之间没有路",
                f"nothing connects {ends[0].label} and {ends[1].label}",
            )
        )
        return
    _print_paths(found, network, ontology, iris)


def _link_dict(fact: NetworkFact, iris: Iris) -> dict[str, object]:
    quote = fact.tellings[0] if len(fact.tellings) > 0 else None
    return {
        "iri": fact.id, "type": fact.klass, "label": fact.label, "date": fact.date, "amount": fact.amount,
        "quote": None if quote is None else quote.quote,
        "document": None if quote is None else iris.id_of(quote.document),
    }  # fmt: skip


def _print_paths(found: Sequence[Route], network: FactNetwork, ontology: Ontology, iris: Iris) -> None:
    from rich.padding import Padding
    from rich.text import Text

    console = make_console()
    for number, way in enumerate(found, 1):
        console.print(Text(f"{number}. " + " → ".join(network.nodes[n].name for n in way.nodes), style="bold"))
        for (a, b), step in zip(zip(way.nodes, way.nodes[1:], strict=False), way.steps, strict=True):
            fact = step[0]
            more = say(f"（另有 {len(step) - 1} 条）", f" (and {len(step) - 1} more)") if len(step) > 1 else ""
            words = " ".join(
                p for p in (fact.date, fact.label or ontology.label(fact.klass, Voice.language), fact.amount_text) if p
            )
            line = Text(f"{network.nodes[a].name} — {words} — {network.nodes[b].name}{more}")
            console.print(Padding(line, (0, 0, 0, 3), expand=False))
            if len(fact.tellings) > 0:
                quote = Text(
                    f"“{' '.join(fact.tellings[0].quote.split())}” — {iris.id_of(fact.tellings[0].document)}",
                    style="dim",
                )
                console.print(Padding(quote, (0, 0, 0, 6), expand=False))


@app.command(
    cls=Command,
    help=help_with(
        "图谱库里有多少文章、实体和事实。",
        "How many documents, entities and facts the store holds.",
        "kg stats",
        "kg stats --json",
    ),
)
def stats(as_json: JsonOption = False, store: StoreOption = DEFAULT_STORE) -> None:
    """The store in numbers."""
    from kg import search as asking

    ontology = load_ontology()
    with open_store(store) as opened:
        numbers = asking.stats(opened, ontology=ontology)
    if as_json:
        print_json(
            {
                "documents": numbers.documents,
                "first": numbers.first,
                "last": numbers.last,
                "undated": numbers.undated,
                "entities": dict(numbers.entities),
                "facts": dict(numbers.facts),
                "busiest": [{"id": n.id, "label": n.label, "type": n.type, "facts": c} for n, c in numbers.busiest],
            }
        )
        return
    language = Voice.language
    span = f"{numbers.first} – {numbers.last}" if numbers.first is not None else "–"
    typer.echo(
        say(
            f"{numbers.documents} 篇文章，{span}，其中 {numbers.undated} 篇没有日期",
            f"{numbers.documents} documents, {span}, {numbers.undated} without a date",
        )
    )
    for title, counted in ((say("实体", "entities"), numbers.entities), (say("事实", "facts"), numbers.facts)):
        rows = [{"class": ontology.label(k, language), "count": f"{n:,}"} for k, n in counted]
        rows.append({"class": say("合计", "all"), "count": f"{sum(n for _, n in counted):,}"})
        typer.echo()
        print_table([("class", title), ("count", say("数量", "count"))], rows, right=["count"])
    if len(numbers.busiest) > 0:
        typer.echo()
        rows = [
            {"label": n.label, "class": ontology.label(n.type, language), "count": f"{c:,}"} for n, c in numbers.busiest
        ]
        print_table(
            [
                ("label", say("事实最多的实体", "entities with most facts")),
                ("class", say("类别", "class")),
                ("count", say("事实", "facts")),
            ],
            rows,
            right=["count"],
        )


@app.command(
    cls=Command,
    help=help_with(
        "列出文章：编号、标题、日期和日期的来历、事实数。",
        "List the documents: id, title, date and where the date comes from, number of facts.",
        "kg documents",
        "kg documents --csv",
    ),
)
def documents(as_json: JsonOption = False, as_csv: CsvOption = False, store: StoreOption = DEFAULT_STORE) -> None:
    """The documents of the store."""
    from kg import search as asking

    with open_store(store) as opened:
        found = asking.documents(opened)
    rows: list[dict[str, object]] = [
        {"id": d.id, "title": d.title, "published": d.published, "basis": d.basis, "source": d.source, "facts": d.facts}
        for d in found
    ]
    if not (as_json or as_csv):
        for row in rows:
            row["title"] = " ".join(str(row["title"] or "").split())
            row["basis"] = say(_BASES.get(str(row["basis"]), ""), str(row["basis"] or ""))
    columns = [
        ("id", say("编号", "id")),
        ("title", say("标题", "title")),
        ("published", say("发表", "published")),
        ("basis", say("日期来历", "date from")),
        ("facts", say("事实", "facts")),
    ]
    if as_csv:
        columns.insert(4, ("source", "source"))
    print_rows(columns, rows, as_json=as_json, as_csv=as_csv, right=["facts"], wide="title")


#: Where the date of a document comes from (see `kg.corpus.DATE_BASES`), in Chinese.
_BASES: Mapping[str, str] = {
    "record": "记录字段",
    "front matter": "文首字段",
    "page metadata": "网页信息",
    "dateline": "电头",
    "file name": "文件名",
    "given": "--date",
    "year in file name": "文件名中的年",
}
