"""kg build: from articles to a store."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.cli.application import DEFAULT_STORE, JsonOption, JudgementsOption, StoreOption, app
from kg.cli.messages import translate
from kg.cli.printing import aside, load_ontology, make_console, print_json, print_table, shown_path
from kg.cli.voice import Command, Voice, both, help_with, say

if TYPE_CHECKING:
    from kg.model import Applied
    from kg.pipeline import BuildReport


@app.command(
    cls=Command,
    help=help_with(
        "读文章，建立或更新图谱库。可以是文件、文件夹（.txt .md .html .jsonl .csv），或 - 表示标准输入。",
        "Read articles and make or update the store: files, folders (.txt .md .html .jsonl .csv), or - for stdin.",
        "kg build data/news",
        "kg build articles/ --date 2018-08-20 --store my-store",
        "kg build articles/ --sync",
    ),
)
def build(
    paths: Annotated[
        list[str],
        typer.Argument(help=both("文件、文件夹或 -", "Files, folders, or -"), metavar="PATHS...", show_default=False),
    ],
    store: StoreOption = DEFAULT_STORE,
    date: Annotated[
        str | None,
        typer.Option("--date", help=both("没有日期的文章的发表日期", "Publication date of articles that carry none")),
    ] = None,
    sync: Annotated[
        bool,
        typer.Option(
            "--sync",
            help=both("同时撤下已从这些文件夹删除的文章", "Also withdraw articles that are gone from these folders"),
        ),
    ] = False,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild", help=both("从头重建，库中只留这次给的文章", "Make the store anew, of these articles alone")
        ),
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            min=1,
            help=both("进程数（默认按文章数和处理器数）", "Processes (default: by articles and processors)"),
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option("--base", help=both("IRI 的前缀，建库时定", "Base of the IRIs, fixed when the store is made")),
    ] = None,
    tables: Annotated[
        list[Path] | None,
        typer.Option(
            "--gazetteer",
            "-g",
            help=both(
                "已知实体表（csv：name、aliases、type、id、parent），参与识别和归并，记在库里；- 取消",
                "Table of known entities (csv: name, aliases, type, id, parent); remembered until -",
            ),
        ),
    ] = None,
    judgements: JudgementsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Articles in, a store out."""
    from kg.pipeline import build as build_store

    with progress_bar() as progress:
        report = build_store(
            paths,
            store=store,
            date=date,
            sync=sync,
            rebuild=rebuild,
            jobs=jobs,
            base=base,
            tables=tables or (),
            judgements=judgements,
            progress=progress,
        )
    if as_json:
        print_json(report.as_dict())
    else:
        print_report(report, store)
    if len(report.failed) > 0:
        raise typer.Exit(1)


@contextlib.contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None] | None]:
    """A bar on stderr where that is a terminal; the function takes the stage, how much is done and of how much."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    names = {"extract": say("抽取", "extract"), "write": say("写入", "write")}
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=make_console(err=True),
        transient=True,
    ) as bar:
        tasks: dict[str, Any] = {}

        def step(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(names.get(stage, stage), total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield step


#: Why something was found and dropped, as the extractor says it, in Chinese.
_DROPPED: Mapping[str, str] = {"too few participants": "参与方不足"}


def print_report(report: BuildReport, store: Path) -> None:
    """What a build read, made and could not read, and how to look at it."""
    ontology = load_ontology()
    lines = [
        (say("读入文章", "documents read"), report.read),
        (say("未变", "unchanged"), report.unchanged),
        (say("替换", "replaced"), report.replaced),
        (say("撤下", "withdrawn"), report.withdrawn),
        (say("失败", "failed"), len(report.failed)),
        (say("没有日期的文章", "documents without a date"), report.undated),
        (say("无法推算的相对日期", "relative dates left as words"), report.relative),
        (say("实体", "entities"), sum(report.entities.values())),
        (say("事实", "facts"), sum(report.facts.values())),
    ]
    rows = [{"what": name, "count": f"{count:,}"} for name, count in lines]
    rows += [{"what": f"  {ontology.label(k, Voice.language)}", "count": f"{n:,}"} for k, n in report.facts.items()]
    print_table(
        [("what", say(f"图谱库 {store}", f"store {store}")), ("count", say("数量", "count"))], rows, right=["count"]
    )
    if len(report.dropped) > 0:
        dropped = say("、", ", ").join(f"{say(_DROPPED.get(why, why), why)} {n:,}" for why, n in report.dropped.items())
        typer.echo(say(f"找到而未采用：{dropped}", f"found and dropped: {dropped}"))
    speed = (
        say(f"，{report.speed:,.0f} 字/秒", f", {report.speed:,.0f} characters/s") if report.speed is not None else ""
    )
    memory = (
        say(f"，内存峰值 {report.peak_mb:,.0f} MB", f", peak memory {report.peak_mb:,.0f} MB")
        if report.peak_mb is not None
        else ""
    )
    typer.echo(say(f"用时 {report.seconds:.1f} 秒{speed}{memory}", f"{report.seconds:.1f} s{speed}{memory}"))
    print_problems(report.judged)
    for where, reason in report.failed:
        where = say(where.replace("standard input", "标准输入"), where)
        aside(say(f"未读：{where}：{translate(reason)}", f"not read: {where}: {reason}"))
    for where, reason in report.skipped:
        aside(say(f"跳过：{where}：{translate(reason)}", f"skipped: {where}: {reason}"))


def print_problems(judged: Iterable[Applied]) -> None:
    """The judgements that apply to nothing, each on one line of stderr."""
    for applied in judged:
        if applied.problem is not None:
            j = applied.judgement
            where = f"{shown_path(Path(j.path))}:{j.line}" if j.path != "" else j.id
            about = " ".join(part for part in (j.action, j.about, j.other) if part != "")
            aside(
                say(
                    f"判断未生效：{where}：{about}：{translate(applied.problem)}",
                    f"judgement without effect: {where}: {about}: {applied.problem}",
                )
            )
