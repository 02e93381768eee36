"""kg demo: the main job on the sample articles."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from kg.cli.application import app
from kg.cli.ask import query
from kg.cli.build import print_report, progress_bar
from kg.cli.printing import make_console, shown_path
from kg.cli.publish import write_page
from kg.cli.voice import Command, Voice, both, help_with, say
from kg.errors import StoreError


@app.command(
    cls=Command,
    help=help_with(
        "用自带的示例文章走一遍：建库、回答三个问题、写出图谱网页。",
        "A walk with the sample articles: builds a store, answers three questions, writes the graph page.",
        "kg demo",
        "kg demo --to /tmp/kg-demo",
    ),
)
def demo(
    to: Annotated[Path, typer.Option("--to", help=both("写到哪个文件夹", "Folder to write to"))] = Path("demo"),
) -> None:
    """The sample corpus, from articles to page."""
    from kg import search as asking
    from kg.pipeline import build as build_store
    from kg.resource import resource

    news, store, page = resource("data/news"), to / "store", to / "graph.html"
    if to.exists() and any(entry.name not in {"store", "graph.html"} for entry in to.iterdir()):
        raise StoreError(
            say("文件夹里有别的文件，请用 --to 换一个", "holds other files; name another folder with --to"), where=to
        )
    _heading_line(
        say(
            f"1. 建库：kg build {shown_path(news)} --store {store}",
            f"1. Build: kg build {shown_path(news)} --store {store}",
        )
    )
    with progress_bar() as progress:
        report = build_store([str(news)], store=store, progress=progress)
    print_report(report, store)
    questions = asking.questions()
    for number, (name, given) in enumerate(DEMO_QUESTIONS, 2):
        question = questions[name]
        words = " ".join(f"-p {k}={v}" for k, v in given.items())
        _heading_line(f"{number}. {question.titles[Voice.language]}: kg query {name} {words} --store {store}")
        query(
            text=name,
            file=None,
            parameters=[f"{k}={v}" for k, v in given.items()],
            listing=False,
            limit=5,
            as_json=False,
            as_csv=False,
            store=store,
        )
    _heading_line(
        say(
            f"{len(DEMO_QUESTIONS) + 2}. 图谱网页：kg view -o {page} --store {store}",
            f"{len(DEMO_QUESTIONS) + 2}. The graph page: kg view -o {page} --store {store}",
        )
    )
    written = write_page(store, page, title=say("示例图谱", "Sample graph"))
    typer.echo(
        say(
            f"{written.entities} 个实体，{written.facts} 条事实；用浏览器打开 {page.resolve()}",
            f"{written.entities} entities, {written.facts} facts; open {page.resolve()} in a browser",
        )
    )
    command = _command()
    typer.echo(
        say(
            f"或启动服务：{command} serve --store {store}，再打开 http://127.0.0.1:8000/",
            f"or serve it: {command} serve --store {store}, then open http://127.0.0.1:8000/",
        )
    )


#: The questions of the demo, on the shipped articles.
DEMO_QUESTIONS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("largest-amounts", {"least": "1亿元"}),
    ("settlements", {"place": "浙江"}),
    ("planned-not-done", {"since": "2016"}),
)


def _heading_line(text: str) -> None:
    from rich.text import Text

    console = make_console()
    console.print()
    console.print(Text(text, style="bold"))


def _command() -> str:
    """How this program was started, to be typed again."""
    started = Path(sys.argv[0])
    if started.name == "cli.py":
        return f"{shown_path(Path(sys.executable))} {shown_path(started)}"
    beside = Path(sys.executable).parent / "kg"
    if started.name == "__main__.py":
        return str(shown_path(beside)) if beside.exists() else f"{shown_path(Path(sys.executable))} -m kg"
    return "kg"
