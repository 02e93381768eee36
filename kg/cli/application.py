"""The application: options that commands share, the run of one command, its exit code."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from kg import __version__
from kg.cli.messages import system_words, translate, usage_words
from kg.cli.voice import INTERRUPTED, LANGUAGES, Group, Voice, both, locale_language, say, speak
from kg.errors import KgError

app = typer.Typer(
    cls=Group,
    name="kg",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


StoreOption = Annotated[
    Path,
    typer.Option(
        "--store",
        envvar="KG_STORE",
        help=both(
            "图谱库所在文件夹，读时也可为 SPARQL 端点网址", "Folder of the store, or a SPARQL endpoint to read from"
        ),
        show_default=True,
    ),
]


AllOption = Annotated[
    bool,
    typer.Option(
        "--all",
        help=both("也包括把握不大的（置信度低于 0.4）", "With what is rather unsure (confidence below 0.4)"),
    ),
]


JsonOption = Annotated[bool, typer.Option("--json", help=both("以 JSON 输出", "Print JSON"))]


CsvOption = Annotated[bool, typer.Option("--csv", help=both("以 CSV 输出", "Print CSV"))]


DEFAULT_STORE = Path("kg-store")


JudgementsOption = Annotated[
    Path | None,
    typer.Option(
        "--judgements",
        envvar="KG_JUDGEMENTS",
        help=both(
            "判断文件（默认：文章文件夹里的 judgements.tsv）",
            "File of judgements (default: judgements.tsv in the folder of the articles)",
        ),
    ),
]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kg {__version__}")
        raise typer.Exit


@app.callback(
    help=both(
        "把中文区域经济与商业新闻变成知识图谱：离线运行，每条事实都附原句。\n\n先用 kg build 建库，再用其他命令查询。",
        "Turns Chinese regional-economy and business news into a knowledge graph: offline, with the sentence for every"
        " fact.\n\nBegin with kg build; every other command asks the store that it made.",
    )
)
def root(
    lang: Annotated[
        str | None,
        typer.Option("--lang", envvar="KG_LANG", help=both("消息语言：zh 或 en", "Language of messages: zh or en")),
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help=both("显示版本", "Show the version")),
    ] = False,
) -> None:
    """Options of every command."""
    if lang is not None:
        Voice.language = _language(lang)


def _language(text: str) -> str:
    chosen = text.strip().lower()[:2]
    if chosen not in LANGUAGES:
        raise typer.BadParameter(
            say(f"没有语言 {text!r}，可用 zh、en", f"no language {text!r}; use zh or en"), param_hint="--lang"
        )
    return chosen


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and ends the process: 0, 1 for a fault, 2 for a wrong call, 130 for Ctrl-C."""
    # `kill` ends a command as Ctrl-C does: the workers with it, and with a message.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(run(sys.argv[1:] if arguments is None else list(arguments)))


def run(arguments: Sequence[str]) -> int:
    """Runs one command and gives its exit code; messages are printed, nothing is raised."""
    Voice.language = locale_language(os.environ)
    for n, word in enumerate(arguments):
        # Help and usage errors are spoken before the option is parsed.
        value = word.partition("=")[2] if word.startswith("--lang=") else (arguments[n + 1 : n + 2] or [""])[0]
        if word.split("=")[0] == "--lang" and value[:2].lower() in LANGUAGES:
            Voice.language = value[:2].lower()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a character gets a question mark, never a traceback.
            stream.reconfigure(errors="replace")
    if sys.stdin is None:
        # As an empty one; the command then says what it misses.
        sys.stdin = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    if sys.stdout is None:
        return _complain(
            say("标准输出已关闭，结果无处可写", "standard output is closed; there is nowhere to write to"), 1
        )
    command = speak(typer.main.get_command(app))
    try:
        code = command.main(args=list(arguments), prog_name="kg", standalone_mode=False)
        sys.stdout.flush()
        if code == INTERRUPTED:
            # Ctrl-C inside of a command comes out as its exit code.
            return _interrupted()
        return code if isinstance(code, int) else 0
    except KgError as error:
        return _complain(translate(str(error)), error.exit_code)
    except KeyboardInterrupt:
        return _interrupted()
    except (BrokenPipeError, SystemExit):
        # The reader has what it wanted (`kg facts | head`); a second complaint at exit is avoided. The libraries
        # below end the process at a broken pipe, and nothing else in here does.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename is not None else ""
        return _complain(where + system_words(error), 1)
    except Exception as error:
        if type(error).__name__ == "Exit":
            return int(getattr(error, "exit_code", 0))
        if type(error).__name__ == "Abort":
            return _interrupted()
        # The classes of usage errors belong to the library below typer; they are told apart by what they offer.
        if not hasattr(error, "format_message"):
            if os.environ.get("KG_DEBUG", "") != "":
                raise
            fault = f"{type(error).__name__}: {error}"
            return _complain(
                say(
                    f"程序内部错误（{fault}）；用 KG_DEBUG=1 再运行可看到经过，请报告这个问题",
                    f"a fault of the program ({fault}); KG_DEBUG=1 shows where it comes from; please report it",
                ),
                1,
            )
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else "kg"
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(context.get_help() if context is not None else "", err=True)
            return 2
        hint = say(f"（用法见 {path} --help）", f" (see {path} --help)")
        return _complain(usage_words(error) + hint, int(getattr(error, "exit_code", 2)))


def _complain(message: str, code: int) -> int:
    line = " ".join(message.split("\n"))
    typer.echo(say(f"错误：{line}", f"error: {line}"), err=True)
    return code


def _interrupted() -> int:
    typer.echo(
        say(
            "已中断；图谱库保持一致，可再次运行同一命令继续",
            "interrupted; the store is consistent, run the command again to go on",
        ),
        err=True,
    )
    return INTERRUPTED
