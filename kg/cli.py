"""The command line: parses options, calls one function, prints.

Owns every message for people. Results go to stdout, messages to stderr; a fault that the user can mend is one line and
exit code 1, a wrong call is exit code 2. Messages are Chinese where the locale is (or `--lang zh`), else English.

    kg facts --type 协议 --with 上海 --since 2016

Heavy modules are imported inside of the commands, so that `kg --help` answers at once.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from kg import __version__
from kg.errors import JudgementError, KgError, QueryError, ReadError, StoreError, UnknownNameError

if TYPE_CHECKING:
    from rich.console import Console, Group

    from kg.evaluate import Miss
    from kg.explain import Explanation
    from kg.model import Applied, Document, Judgement
    from kg.network import FactNetwork, Route
    from kg.network import FactRow as NetworkFact
    from kg.ontology import Ontology
    from kg.pipeline import BuildReport
    from kg.rdf import Iris
    from kg.review import Item, Side
    from kg.search import EntityPage, FactRow, Judged
    from kg.store import Store

LANGUAGES = ("zh", "en")
_BREAK = "\x1f"
_INTERRUPTED = 130


# ---------------------------------------------------------------- two languages


class _Voice:
    """The language of messages; one process speaks one."""

    language = "en"


def locale_language(environment: Mapping[str, str]) -> str:
    """The language that the environment asks for: KG_LANG, else the locale; Chinese locales mean Chinese.

    >>> locale_language({"LANG": "zh_CN.UTF-8"}), locale_language({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"})
    ('zh', 'en')
    """
    chosen = environment.get("KG_LANG", "").strip().lower()[:2]
    if chosen in LANGUAGES:
        return chosen
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value != "":
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def say(zh: str, en: str) -> str:
    """The words in the language of this run."""
    return zh if _Voice.language == "zh" else en


def _(zh: str, en: str) -> str:
    """Help in both languages; `_speak` keeps one when the commands are built."""
    return zh + _BREAK + en


def _pick(text: str | None) -> str | None:
    if text is None or _BREAK not in text:
        return text
    zh, en = text.split(_BREAK)
    return say(zh, en)


class _Command(TyperCommand):
    def format_help(self, ctx: Any, formatter: Any) -> None:
        _name_panels()
        super().format_help(ctx, formatter)

    def get_usage(self, ctx: Any) -> str:
        return _usage(super().get_usage(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        return _help_option(super().get_help_option(ctx))


class _Group(TyperGroup):
    def format_help(self, ctx: Any, formatter: Any) -> None:
        _name_panels()
        super().format_help(ctx, formatter)

    def get_usage(self, ctx: Any) -> str:
        return _usage(super().get_usage(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        return _help_option(super().get_help_option(ctx))


def _usage(text: str) -> str:
    """The line of usage in the language of this run; arguments without the braces of the library."""
    text = re.sub(r"\{(\w+)\}", r"\1", text)
    if _Voice.language != "zh":
        return text
    for en, zh in (("Usage:", "用法："), ("[OPTIONS]", "[选项]"), ("COMMAND [ARGS]...", "命令 [参数]...")):
        text = text.replace(en, zh)
    return text


def _help_option(option: Any) -> Any:
    if option is not None:
        option.help = say("显示这段帮助", "Show this help")
    return option


def _name_panels() -> None:
    """The headings of help in the language of this run."""
    from typer import rich_utils

    for name, zh, en in (
        ("ARGUMENTS_PANEL_TITLE", "参数", "Arguments"),
        ("OPTIONS_PANEL_TITLE", "选项", "Options"),
        ("COMMANDS_PANEL_TITLE", "命令", "Commands"),
        ("DEFAULT_STRING", "[默认：{}]", "[default: {}]"),
        ("ENVVAR_STRING", "[环境变量：{}]", "[env var: {}]"),
        ("REQUIRED_LONG_STRING", "[必填]", "[required]"),
    ):
        if hasattr(rich_utils, name):
            setattr(rich_utils, name, say(zh, en))
    make = getattr(rich_utils, "_make_rich_text", None)
    if make is not None and not hasattr(make, "folds"):

        def folded(**given: Any) -> Any:
            # Chinese has no blanks to break a line at: without this, help longer than a line ends in "…".
            text = make(**given)
            if hasattr(text, "overflow"):
                text.overflow = "fold"
            return text

        folded.folds = True  # type: ignore[attr-defined]
        setattr(rich_utils, "_make_rich_text", folded)  # noqa: B010 - mypy knows no such attribute


def _speak(command: Any) -> Any:
    """Leaves one language in the help of a command and everything below it."""
    for name in ("help", "short_help", "epilog"):
        setattr(command, name, _pick(getattr(command, name, None)))
    for parameter in command.params:
        if getattr(parameter, "help", None) is not None:
            parameter.help = _pick(parameter.help)
    for inner in getattr(command, "commands", {}).values():
        _speak(inner)
    return command


# ---------------------------------------------------------------- the application

app = typer.Typer(
    cls=_Group,
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
        help=_(
            "图谱库所在文件夹，读时也可为 SPARQL 端点网址", "Folder of the store, or a SPARQL endpoint to read from"
        ),
        show_default=True,
    ),
]
AllOption = Annotated[
    bool,
    typer.Option(
        "--all",
        help=_("也包括把握不大的（置信度低于 0.4）", "With what is rather unsure (confidence below 0.4)"),
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help=_("以 JSON 输出", "Print JSON"))]
CsvOption = Annotated[bool, typer.Option("--csv", help=_("以 CSV 输出", "Print CSV"))]
DEFAULT_STORE = Path("kg-store")
JudgementsOption = Annotated[
    Path | None,
    typer.Option(
        "--judgements",
        envvar="KG_JUDGEMENTS",
        help=_(
            "判断文件（默认：文章文件夹里的 judgements.tsv）",
            "File of judgements (default: judgements.tsv in the folder of the articles)",
        ),
    ),
]


def _help(zh: str, en: str, *examples: str) -> str:
    shown = "\n".join(f"  {line}" for line in examples)
    return f"{zh}\n\n\b\n例：\n{shown}{_BREAK}{en}\n\n\b\nExamples:\n{shown}"


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kg {__version__}")
        raise typer.Exit


@app.callback(
    help=_(
        "把中文区域经济与商业新闻变成知识图谱：离线运行，每条事实都附原句。\n\n先用 kg build 建库，再用其他命令查询。",
        "Turns Chinese regional-economy and business news into a knowledge graph: offline, with the sentence for every"
        " fact.\n\nBegin with kg build; every other command asks the store that it made.",
    )
)
def root(
    lang: Annotated[
        str | None,
        typer.Option("--lang", envvar="KG_LANG", help=_("消息语言：zh 或 en", "Language of messages: zh or en")),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help=_("显示版本", "Show the version"))
    ] = False,
) -> None:
    """Options of every command."""
    if lang is not None:
        _Voice.language = _language(lang)


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
    _Voice.language = locale_language(os.environ)
    for n, word in enumerate(arguments):
        # Help and usage errors are spoken before the option is parsed.
        value = word.partition("=")[2] if word.startswith("--lang=") else (arguments[n + 1 : n + 2] or [""])[0]
        if word.split("=")[0] == "--lang" and value[:2].lower() in LANGUAGES:
            _Voice.language = value[:2].lower()
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
    command = _speak(typer.main.get_command(app))
    try:
        code = command.main(args=list(arguments), prog_name="kg", standalone_mode=False)
        sys.stdout.flush()
        if code == _INTERRUPTED:
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
        return _complain(where + _system_words(error), 1)
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
        return _complain(_usage_words(error) + hint, int(getattr(error, "exit_code", 2)))


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
    return _INTERRUPTED


def _system_words(error: OSError) -> str:
    en = error.strerror or str(error)
    return say(_SYSTEM.get(error.errno or 0, en), en)


#: What the system says, in Chinese.
_SYSTEM: Mapping[int, str] = {
    errno.EACCES: "没有权限",
    errno.EPERM: "不允许这样做",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已满",
    errno.EFBIG: "文件大小超过限制",
    errno.EROFS: "文件系统只读",
    errno.EISDIR: "这是文件夹",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EIO: "磁盘读写出错",
    errno.EEXIST: "这里已有同名文件",
}


def _usage_words(error: Any) -> str:
    english = str(error.format_message())
    if _Voice.language != "zh":
        return english
    kind = type(error).__name__
    parameter = getattr(error, "param", None)
    name = getattr(error, "param_hint", None) or (max(parameter.opts, key=len) if parameter is not None else "")
    if kind == "NoSuchOption":
        near = "、".join(error.possibilities or ())
        return f"没有选项 {error.option_name}" + (f"，是不是 {near}？" if near != "" else "")
    if kind == "MissingParameter":
        return f"缺少参数 {str(name).upper() if not str(name).startswith('-') else name}"
    if kind == "BadParameter":
        return f"{name} 的值不对：{error.message}"
    command = re.fullmatch(r"No such command '(.+?)'\.?(.*)", english, re.DOTALL)
    if command is not None:
        near = "、".join(re.findall(r"'(.+?)'", command.group(2)))
        return f"没有命令 {command.group(1)}" + (f"，是不是 {near}？" if near != "" else "")
    option = re.fullmatch(r"Option '(.+?)' requires an argument\.", english)
    if option is not None:
        return f"选项 {option.group(1)} 后面要有值"
    extra = re.fullmatch(r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)\.?", english)
    return f"多余的参数：{extra.group(1)}" if extra is not None else english


#: What the library says, and how it is said in Chinese; a message without an entry stays English.
_ZH: tuple[tuple[str, str], ...] = (
    (r"port (\d+) of (.+) is in use; choose another one with --port", r"\2 的端口 \1 已被占用；请用 --port 另选一个"),
    (r"port (\d+) is not allowed to this user; .*", r"当前用户不能使用端口 \1；请用 --port 选 1024 以上的端口"),
    (r"'(.+)' is no address of this machine; .*", r"“\1”不是本机的地址；请用 --host 给出本机地址，如 127.0.0.1"),
    (r"there is no such file or folder; check the spelling of the path", "没有这个文件或文件夹，请检查路径"),
    (r"has (\d+) sentences; there is no sentence (\d+)", r"只有 \1 句，没有第 \2 句"),
    (r"holds (\d+) articles; --html explains one", r"里有 \1 篇文章，--html 一次只写一篇"),
    (r"(.+) holds no article that can be read; (.+)", r"\1 里没有可读的文章（支持 .txt .md .html .jsonl .csv）"),
    (r"no entity is called '(.+?)'; did you mean (.+)\?", r"没有名为“\1”的实体；是不是 ⟨2⟩？"),
    (r"no entity is called '(.+?)'.*", r"没有名为“\1”的实体；kg search 可在原句里查找"),
    (r"'(.+?)' may mean (\d+) things; type one of these ids: (.+)", r"“\1”可能指 \2 个对象，请改用编号：⟨3⟩"),
    (
        r"there is no (?:entity|fact) type '(.+?)'; did you mean (.+?)\? known: (.+)",
        r"没有类型“\1”；是不是 ⟨2⟩？可用：⟨3⟩",
    ),
    (r"there is no (?:entity|fact) type '(.+?)'; known: (.+)", r"没有类型“\1”；可用：⟨2⟩"),
    (r"not a calendar date: '(.+?)'; .*", r"不是日期：“\1”；请写成 2018-08-20、2018-08、2018 或 2018年8月20日"),
    (r"not a sum of money: '(.+?)'; .*", r"不是金额：“\1”；请写成 1亿元、5000万 或 3e8"),
    (r"since '(.+?)' lies after until '(.+?)'", r"起始日期 \1 晚于截止日期 \2"),
    (r"there is no document '(.+?)'; did you mean (.+)\?", r"没有文章“\1”；是不是 ⟨2⟩？"),
    (r"there is no document '(.+?)'.*", r"没有文章“\1”；kg search 可按词查找文章"),
    (r"'(.+?)' begins (\d+) document ids: (.+)", r"有 \2 篇文章的编号以“\1”开头：⟨3⟩"),
    (r"question '(.+?)' has no parameter '(.+?)'; it has none", r"问题 \1 没有参数"),
    (r"question '(.+?)' has no parameter '(.+?)'; it has (.+)", r"问题 \1 没有参数 \2；它的参数是 ⟨3⟩"),
    (r"question '(.+?)' needs -p (.+?)=…; for example: (.+)", r"问题 \1 需要 -p \2=…；例如：\3"),
    (r"-p (\w+)=(.*): not a sum of money; .*", r"-p \1=\2：不是金额；请写成 1亿元、5000万 或 3e8"),
    (r"-p (\w+)=(.*): not a number", r"-p \1=\2：不是数字"),
    (r"nothing to look for; type a word", "没有要找的词；请输入一个词"),
    (r"there is no such folder of gold files; .*", "没有这个标注文件夹，请检查路径"),
    (r"holds no gold files; .*", "里没有标注文件（每篇文章一个 .json）"),
    (r"is no JSON: (.+); mend the file at this line", r"不是 JSON（\1）；请改正这一行"),
    (r"is not UTF-8; save it as UTF-8", "不是 UTF-8；请存为 UTF-8"),
    (
        r"its article '(.+?)' is not in (.+); mend the url, or name the folder of the articles",
        r"找不到它的文章“\1”；请改正 url，或用 --articles 给出文章所在文件夹",
    ),
    (
        r"is about an article that starts with '(.+?)'; (.+) does not hold these words",
        r"标注的是以“\1”开头的文章，\2 里没有这些字；请改正 url 或 starts_with",
    ),
    (r"its article cannot be read: (.+)", r"它的文章不能读：\1"),
    (r"another file of this folder has the id '(.+?)' too; rename one", r"另一个标注文件的 id 也是“\1”；请改其中一个"),
    (r"there is no store here; .*", "这里没有图谱库；先用 kg build 建库，或用 --store 指定"),
    (r"is no store: it holds '(.+?)'; .*", r"不是图谱库：其中有“\1”；请用 --store 指定空的或新的文件夹"),
    (r"is a file, not a store; .*", "是文件，不是图谱库；请用 --store 指定文件夹"),
    (r"built by another version: .*", "由另一版本建立；请用 kg build --rebuild 重建"),
    (r"another kg process is writing to this store; .*", "另一个 kg 进程正在写这个图谱库；请等它结束"),
    (r"no permission to write or read here; .*", "没有读写权限；请改文件夹的权限，或用 --store 换一个"),
    (r"the disk is full or cannot be written; .*", "磁盘已满或不能写；腾出空间后再建，原有内容不会丢失"),
    (r"'(.+?)' begins (\d+) fact ids: (.+)", r"有 \2 条事实的编号以“\1”开头：⟨3⟩"),
    (r"there is no fact '(.*?)'; .*", r"没有事实“\1”；kg facts --ids 列出编号"),
    (r"the document (.+) names nothing '(.+?)'; .*", r"文章 \1 里没有名称“\2”"),
    (r"'(.+?)' and '(.+?)' are one thing already \((.+)\)", r"“\1”和“\2”已经是同一个对象（\3）"),
    (
        r"'(.+?)' is one name; say in which articles it means what: NAME@DOCUMENT",
        r"“\1”是同一个名称；请用 名称@文章编号 说明各在哪篇文章里",
    ),
    (r"(\S+) (.+): (.+); nothing was written", r"\1 \2：⟨problem⟩；没有写入"),
    (r"'(.+?)' names nothing", r"没有叫“\1”的对象"),
    (r"'(.+?)' names (\d+) things", r"“\1”可能指 \2 个对象；请用编号"),
    (r"'(.+?)' names no fact", r"没有事实“\1”"),
    (r"'(.+?)' names several facts", r"“\1”现在对应多条事实"),
    (r"a person is nothing but a person", "一个是人，另一个不是"),
    (r"they are two divisions with two codes", "这是两个代码不同的行政区划"),
    (r"a later judgement tells them apart \((.+)\)", r"后来的判断 \1 把它们分开了"),
    (r"'(.+?)' and '(.+?)' are one name in all documents", r"“\1”和“\2”在各篇文章里都是同一个名称"),
    (r"it applies to nothing", "库中已没有它所说的对象"),
    (r"a judgement needs a reason; .*", "判断要有理由；请用 --reason（-m）给出"),
    (r"nobody is named as the one who judges; .*", "不知道是谁在判断；请用 --who 给出"),
    (r"is a folder; name a file", "是文件夹，请给出文件名"),
    (
        r"no folder of articles is known to this store; .*",
        "这个库不知道文章文件夹在哪里；请用 --judgements 指定判断文件",
    ),
    (
        r"there are several places for judgements \((.+)\); .*",
        r"判断可以写在几个地方（\1）；请用 --judgements 指定一个",
    ),
    (
        r"kg review asks in a terminal, and this is none; .*",
        "kg review 要在终端里问答，这里不是终端；--json 列出待定的，kg merge、split、confirm、reject 可写判断",
    ),
    (r"there is no kind '(.+?)' to review; known: pair, fact", r"没有“\1”这一种；可用：pair、fact"),
    (r"holds no judgement to undo", "里没有可撤销的判断"),
    (r"no judgement has the id '(.+?)'; .*", r"没有编号为“\1”的判断；kg judgements 列出全部"),
    (r"(\d+) judgements begin with the id '(.+?)'; .*", r"有 \1 个判断的编号以“\2”开头；kg judgements 列出全部"),
    (r"there is no such file of judgements; .*", "没有这个判断文件；请检查路径，或用 --judgements - 取消"),
    (r"an unfinished git merge; keep the lines you want", "git 合并没有完成；请留下要的那些行，删去标记"),
    (
        r"'(.+?)' has (\d+) fields, not 6 or 7; .*",
        r"“\1”有 \2 格，应为 6 或 7 格，用制表符分开：判断、对象、另一对象、理由、谁、何时、事实",
    ),
    (r"there is no judgement '(.*?)'; known: (.+)", r"没有判断“\1”；可用：⟨2⟩"),
    (r"(\S+) does not say what it is about", r"\1 没有写对象"),
    (r"(\S+) needs two fields: about and other", r"\1 要写两个对象"),
    (r"(\S+) gives no reason", r"\1 没有写理由"),
    (r"(\S+) does not say who judged", r"\1 没有写是谁判断的"),
    (r"'(.*?)' is no time; .*", r"“\1”不是时间；请写成 2026-03-02T09:30:00Z"),
    (r"the line has no name", "这一行没有名称"),
    (r"there is no type '(.*?)'; known: (.+)", r"没有类型“\1”；可用：⟨2⟩"),
    (r"'(.+?)' stands in line (\d+) too; .*", r"“\1”在第 \2 行已有；每个实体只写一行"),
    (r"the name '(.+?)' is too short: .*", r"名称“\1”太短，会到处被认出来；请去掉"),
    (r"the name '(.+?)' is an ordinary word: .*", r"名称“\1”是普通词语，会到处被认出来；请去掉"),
    (
        r"the name '(.+?)' belongs to the entity of line (\d+) too; .*",
        r"名称“\1”也属于第 \2 行的实体；表中一个名称只能指一个对象",
    ),
    (r"the parent '(.+?)' is no id and no name of the table; .*", r"上级“\1”不是表中的编号或名称；请为它加一行"),
    (r"'(.+?)' is its own parent", r"“\1”的上级是它自己"),
    (r"is neither UTF-8 nor GB18030; .*", "既不是 UTF-8 也不是 GB18030；请存为 UTF-8"),
    (r"the file is empty; its first line names .*", "文件是空的；第一行应是各列名称 name、aliases、type、id、parent"),
    (
        r"there is no column '(.+?)'; the columns are: (.+); name them .*",
        r"没有 \1 列；现有各列：⟨2⟩；请命名为 name、aliases、type、id、parent（或 名称、别名、类型、编号、上级）",
    ),
    (
        r"the line has (\d+) cells and the heading (\d+); .*",
        r"这一行有 \1 格，表头只有 \2 格；含逗号的格请用引号括起来",
    ),
    (r"is no csv: (.+); mend the quotes", r"不是 CSV（\1）；请补上引号"),
    (r"cannot be written: (.+); free space or name another file", r"不能写（⟨system⟩）；请腾出空间或换一个文件"),
    (r"a record cannot be read \((.+)\); built by another version: .*", "有记录读不出；请用 kg build --rebuild 重建"),
    (r"is damaged \((.+)\); built by another version: .*", r"已损坏（\1）；请用 kg build --rebuild 重建"),
    (r"the store cannot be used: (.+); rebuild .*", r"图谱库不能用（\1）；若总是这样，请用 kg build --rebuild 重建"),
    (r"the query failed: (.+)", r"查询失败：\1"),
    (r"a worker process died, .*", "一个工作进程被终止，多半是内存不足；已读的都已保存，请加 --jobs 1 再运行"),
    (
        r"the store is damaged; rebuild with kg build --rebuild \((.+)\)",
        r"图谱库已损坏；请用 kg build --rebuild 重建（\1）",
    ),
    (r"a build of this store was broken off .*", "这个库的建立在写入之前中断了；请再运行 kg build"),
    (r"'(.+?)' cannot be the base of IRIs: .*", r"“\1”不能作为 IRI 的前缀；请写成 https://kg.example/ 的样子"),
    (r"its IRIs begin with (.+?), not with (.+?); .*", r"库中 IRI 以 \1 开头，不是 \2；请用 kg build --rebuild 重建"),
    (r"line (\d+), column (\d+): the query is not SPARQL 1\.1: (.*)", r"第 \1 行第 \2 列：不是正确的 SPARQL 1.1：\3"),
    (r"the query is not SPARQL 1\.1: (.*)", r"不是正确的 SPARQL 1.1：\1"),
    (r"line (\d+), column (\d+): (\w+) is an update; .*", r"第 \1 行第 \2 列：\3 是更新，kg 只回答查询"),
    (r"line (\d+), column (\d+): SERVICE is not allowed: .*", r"第 \1 行第 \2 列：不允许 SERVICE，kg 不联网"),
    (r"the file is empty; its first row .*", "文件是空的；表格第一行应是各列的名称"),
    (r"the file is empty; .*", "文件是空的；请写入文章或删除文件"),
    (r"the table is empty; .*", "表格是空的；第一行应是各列的名称"),
    (r"the article has no text; .*", "文章没有正文；请补上正文或删除这条记录"),
    (r"the page has no text; .*", "网页里没有正文；请把正文另存为 .txt"),
    (
        r"an article of (?:more than )?(\S+) (bytes|characters) is too long \(limit (\S+) characters\); .*",
        r"文章太长（\1 ⟨unit⟩，上限 \3 字）；请拆成每篇一个文件",
    ),
    (
        r"no column holds the text; the columns are: (.*); name the one .*",
        r"没有正文列；现有各列：⟨1⟩；请把正文列命名为 text",
    ),
    (
        r"has no text; the (?:fields|columns) are: (.*); name the one .*",
        r"没有正文；现有字段：⟨1⟩；请把正文命名为 text",
    ),
    (r"the text is no string: (.*); put it in quotes", r"正文不是字符串：\1；请加引号"),
    (r"is a JSON array; .*", "是 JSON 数组；请每行写一个对象（JSON Lines）"),
    (r"is no JSON object \(.+?\): (.*); write one object a line", r"不是 JSON 对象：\1；请每行写一个对象"),
    (r"is no JSON object: (.*); write one a line", r"不是 JSON 对象：\1；请每行写一个对象"),
    (
        r"the row has (\d+) fields and the header (\d+); .*",
        r"这一行有 \1 格，表头只有 \2 格；含逗号的正文请用引号括起来",
    ),
    (r"the row is no CSV \((.+)\); .*", "这一行不是 CSV；请补上引号，字段里的引号写两个"),
    (r"before byte (\d+): the table is damaged or mixes encodings; .*", "表格损坏或混用了两种编码；请重新存为 UTF-8"),
    (
        r"another record has the id '(.+?)' too; rename it",
        r"另一条记录的编号也是“\1”，内容却不同；请改其中一个编号",
    ),
    (r"is (.+?), not text; save its text .*", r"是⟨kind⟩，不是文本；请把正文存为 .txt（UTF-8）"),
    (r"cannot be read: (.+)", r"不能读：⟨system⟩"),
    (r"cannot be read \((.+)\); please report it", r"不能读（\1）；请报告这个问题"),
    (r"files of the kind (\S+) are not read; .*", r"不读 \1 文件；请转成 .txt、.md、.html、.jsonl 或 .csv"),
    (r"files without a suffix are not read; .*", "不读没有后缀的文件；请转成 .txt、.md、.html、.jsonl 或 .csv"),
    (
        r"is binary, or UTF-16 without a byte order mark; .*",
        "是二进制文件，或没有字节序标记的 UTF-16；请存为 UTF-8 文本",
    ),
    (r"has many control characters, .*", "有大量控制字符，是二进制文件；请把正文存为 .txt（UTF-8）"),
    (r"byte (\d+) \((.+?)\) is not (.+?): .*", r"第 \1 字节（\2）不是 ⟨3⟩：文本损坏或混用了两种编码；请重新存为 UTF-8"),
    (r"the date '(.+?)' is none; .*", r"日期“\1”不是日期；请写成 2018-08-20，或者去掉"),
    (r"cannot be analysed \((.+)\); please report it", r"无法分析（\1）；请报告这个问题"),
    (r"is no ordinary file, or a link that leads nowhere", "不是普通文件，或是失效的链接"),
    (r"the name is empty; .*", r"名称为空；请输入名称、名称的一部分或拼音"),
    (r"facts are sorted by (.+), not '(.+?)'", r"排序只能是 ⟨1⟩，不能是“\2”"),
    (r"dates are compared by event or by published, not '(.+?)'", r"--by 只能是 event 或 published，不能是“\1”"),
)


def translate(message: str) -> str:
    """A message of the library in the language of this run; the place in front of it (file, line) stays."""
    if _Voice.language != "zh":
        return message
    for pattern, words in _ZH:
        found = re.search(rf"(?:^|(?<=: )){pattern}$", message, re.DOTALL)
        if found is not None:
            groups = re.split(r"⟨(\w+)⟩", words)
            told = [_words_of(found, g) if n % 2 == 1 else found.expand(g) for n, g in enumerate(groups)]
            return message[: found.start()] + "".join(told)
    return message


#: What a file is that is no text, in Chinese.
_KINDS: Mapping[str, str] = {
    "a PDF": " PDF",
    "a zip archive or an office document": "压缩包或 Office 文档",
    "an old office document": "旧版 Office 文档",
    "compressed": "压缩文件",
    "a picture": "图片",
}


def _words_of(found: re.Match[str], name: str) -> str:
    """A part of a message that has words of its own: a list (by its number), a unit, what the system says."""
    if name == "problem":
        return translate(found.group(3))
    if name == "kind":
        return _KINDS.get(found.group(1), found.group(1))
    if name == "unit":
        return {"bytes": "字节", "characters": "字"}[found.group(2)]
    if name == "system":
        known = {os.strerror(number).lower(): zh for number, zh in _SYSTEM.items()}
        return known.get(found.group(1).lower(), found.group(1))
    words = found.group(int(name)).replace(" or ", "、").replace(", ", "、").replace("; ", "；")
    # Classes are named as the ontology does, and may be typed so.
    return _classes(words) if re.search(r" type |may mean", found.re.pattern) is not None else words


# ---------------------------------------------------------------- printing


def _console(*, err: bool = False) -> Console:
    from rich.console import Console

    console = Console(stderr=err, highlight=False, soft_wrap=False, emoji=False, markup=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        # A pipe has no width; 80 columns would fold everything.
        console = Console(stderr=err, highlight=False, emoji=False, markup=False, width=160)
    return console


def _note(message: str) -> None:
    typer.echo(message, err=True)


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_jsonable))


def _jsonable(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Path):
        return value.as_posix()
    raise TypeError(f"{type(value).__name__} is not printed as JSON")


def _print_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(["" if (value := row.get(c)) is None else value for c in columns])
    typer.echo(out.getvalue(), nl=False)


def _print_table(
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

    console = _console()

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


def _print_rows(
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Mapping[str, object]],
    *,
    as_json: bool,
    as_csv: bool,
    right: Iterable[str] = (),
    wide: str | None = None,
) -> None:
    if as_json:
        _print_json(list(rows))
    elif as_csv:
        _print_csv([key for key, _ in columns], rows)
    elif len(rows) == 0:
        _note(say("没有结果", "no results"))
    else:
        _print_table(columns, rows, right=tuple(right), wide=wide)


# ---------------------------------------------------------------- opening things


def _ontology() -> Ontology:
    from kg.ontology import Ontology

    return Ontology.load()


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Store]:
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


def _status(status: str | None) -> str:
    return say(*STATUS_WORDS[status]) if status is not None and status in STATUS_WORDS else (status or "")


def _sum(row: FactRow) -> str | None:
    if row.amount is None:
        return None
    return row.amount_text or f"{row.amount:f} {row.currency}"


# ---------------------------------------------------------------- build


@app.command(
    cls=_Command,
    help=_help(
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
        typer.Argument(help=_("文件、文件夹或 -", "Files, folders, or -"), metavar="PATHS...", show_default=False),
    ],
    store: StoreOption = DEFAULT_STORE,
    date: Annotated[
        str | None,
        typer.Option("--date", help=_("没有日期的文章的发表日期", "Publication date of articles that carry none")),
    ] = None,
    sync: Annotated[
        bool,
        typer.Option(
            "--sync",
            help=_("同时撤下已从这些文件夹删除的文章", "Also withdraw articles that are gone from these folders"),
        ),
    ] = False,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild", help=_("从头重建，库中只留这次给的文章", "Make the store anew, of these articles alone")
        ),
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            min=1,
            help=_("进程数（默认按文章数和处理器数）", "Processes (default: by articles and processors)"),
        ),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option("--base", help=_("IRI 的前缀，建库时定", "Base of the IRIs, fixed when the store is made")),
    ] = None,
    tables: Annotated[
        list[Path] | None,
        typer.Option(
            "--gazetteer",
            "-g",
            help=_(
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

    with _progress() as progress:
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
        _print_json(report.as_dict())
    else:
        _print_report(report, store)
    if len(report.failed) > 0:
        raise typer.Exit(1)


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None] | None]:
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
        console=_console(err=True),
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


def _print_report(report: BuildReport, store: Path) -> None:
    ontology = _ontology()
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
    rows += [{"what": f"  {ontology.label(k, _Voice.language)}", "count": f"{n:,}"} for k, n in report.facts.items()]
    _print_table(
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
    _print_problems(report.judged)
    for where, reason in report.failed:
        where = say(where.replace("standard input", "标准输入"), where)
        _note(say(f"未读：{where}：{translate(reason)}", f"not read: {where}: {reason}"))
    for where, reason in report.skipped:
        _note(say(f"跳过：{where}：{translate(reason)}", f"skipped: {where}: {reason}"))


def _print_problems(judged: Iterable[Applied]) -> None:
    """The judgements that apply to nothing, each on one line of stderr."""
    for applied in judged:
        if applied.problem is not None:
            j = applied.judgement
            where = f"{_shown(Path(j.path))}:{j.line}" if j.path != "" else j.id
            about = " ".join(part for part in (j.action, j.about, j.other) if part != "")
            _note(
                say(
                    f"判断未生效：{where}：{about}：{translate(applied.problem)}",
                    f"judgement without effect: {where}: {about}: {applied.problem}",
                )
            )


# ---------------------------------------------------------------- asking


NameArgument = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        show_default=False,
        help=_("名称、简称、拼音、首字母或编号", "A name, short name, pinyin, initials or id"),
    ),
]


@app.command(
    cls=_Command,
    help=_help(
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
        str | None, typer.Option("--type", "-t", help=_("只在这一类实体中找", "Only entities of this class"))
    ] = None,
    why: Annotated[
        bool,
        typer.Option(
            "--why", help=_("每个名称凭什么归于它", "Say by which rule each name belongs to it, and in which documents")
        ),
    ] = False,
    everything: AllOption = False,
    as_json: JsonOption = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """One entity."""
    from kg import search

    ontology = _ontology()
    with _opened(store) as opened:
        page = search.show(opened, name, ontology=ontology, type=type)
    sure = tuple(f for f in page.facts if everything or f.confidence is None or f.confidence >= ontology.shown)
    unsure = len(page.facts) - len(sure)
    page = replace(page, facts=sure)
    if as_json:
        _print_json(_page_dict(page))
    else:
        _print_page(page, ontology, why=why)
    _note_unsure(unsure, ontology)


def _note_unsure(count: int, ontology: Ontology) -> None:
    """What was left out for its confidence is never dropped without a word."""
    if count > 0:
        _note(
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
        "facts": [_fact_dict(row) for row in page.facts],
    }  # fmt: skip


def _judged_dict(j: Judged) -> dict[str, object]:
    return {
        "id": j.id, "action": j.action, "about": j.about, "other": j.other, "reason": j.reason, "who": j.who,
        "when": j.when,
    }  # fmt: skip


def _fact_dict(row: FactRow) -> dict[str, object]:
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
        f"{ontology.label(role, _Voice.language)} {comma.join(names)}" for role, names in by_role.items()
    )


def _print_page(page: EntityPage, ontology: Ontology, *, why: bool = False) -> None:
    from rich.text import Text

    console, hit = _console(), page.hit
    language = _Voice.language
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
        console.print(Text(_judgement_words(judged), style="cyan"))
    if why:
        console.print(Text(say("名称的依据：", "why these names:")))
        for naming in page.namings:
            where = say("、", ", ").join(naming.documents[:5]) + (" …" if len(naming.documents) > 5 else "")
            console.print(Text(f"  {naming.name} — {_rule_words(naming.rule)} — {where}"))
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
        console.print(_fact_lines(row, ontology))


def _fact_lines(row: FactRow, ontology: Ontology, *, indent: int = 2) -> Group:
    from rich.console import Group
    from rich.padding import Padding
    from rich.text import Text

    parts = [
        row.date or row.date_text or say("时间不详", "no date"),
        row.label if row.label is not None or indent > 0 else ontology.label(row.type, _Voice.language),
        _participants(row, ontology, separator=say("；", "; ")),
        _sum(row),
        None if row.status in (None, "done") else _status(row.status),
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
        lines.append(Padding(Text(_judgement_words(judged), style="cyan"), (0, 0, 0, indent + 2), expand=False))
    for telling in row.tellings:
        quote = Text(f"“{' '.join(telling.quote.split())}”")
        quote.append(" — " + " ".join(p for p in (telling.document, telling.published) if p is not None), style="dim")
        lines.append(Padding(quote, (0, 0, 0, indent + 2), expand=False))
    return Group(*lines)


@app.command(
    cls=_Command,
    help=_help(
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
            "--type", "-t", help=_("事实类别（含下级），如 Agreement 或 协议", "Class of facts with its subclasses")
        ),
    ] = None,
    participants: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            "-w",
            help=_(
                "参与方，可重复；地名含其所辖，编号只指其本身",
                "A participant, repeatable; the name of a place stands for all inside it, its id for itself",
            ),
        ),
    ] = None,
    place: Annotated[
        str | None, typer.Option("--place", help=_("地点及其所辖一切", "A place and everything inside it"))
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", help=_("不早于，如 2016、2016-05、2016年5月", "Not before: 2016, 2016-05, 2016-05-01")),
    ] = None,
    until: Annotated[str | None, typer.Option("--until", help=_("不晚于", "Not after"))] = None,
    by: Annotated[
        str, typer.Option("--by", help=_("按哪个日期：event 事情，published 发表", "Which date: event or published"))
    ] = "event",
    min_amount: Annotated[
        str | None,
        typer.Option("--min-amount", help=_("金额至少，如 1亿元", "At least this sum, such as 1亿元 or 1e8")),
    ] = None,
    document: Annotated[
        str | None, typer.Option("--document", "-d", help=_("文章编号或其开头", "Id of a document, or its start"))
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(
            "--status",
            help=_(
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
            help=_("置信度至少（默认 0.4）", "At least this confidence (default: 0.4)"),
        ),
    ] = None,
    sort: Annotated[
        str,
        typer.Option("--sort", help=_("排序：date、amount 或 confidence", "date, amount or confidence, best first")),
    ] = "date",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help=_("最多几条", "At most so many"))] = 50,
    offset: Annotated[int, typer.Option("--offset", min=0, help=_("跳过几条", "Leave out the first"))] = 0,
    ids: Annotated[
        bool, typer.Option("--ids", help=_("显示事实的编号", "Show the ids, for kg confirm and kg reject"))
    ] = False,
    everything: AllOption = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Facts by filter."""
    from kg import search

    ontology = _ontology()
    if status is not None:
        status = _status_name(status)
    with _opened(store) as opened:
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
        _print_json([_fact_dict(row) for row in page.rows])
    else:
        _print_facts(page.rows, ontology, as_csv=as_csv, ids=ids)
    if page.total > offset + len(page.rows):
        shown = f"{offset + 1}–{offset + len(page.rows)}"
        _note(
            say(
                f"共 {page.total} 条，显示 {shown}；用 --offset {offset + limit} 看后面",
                f"{page.total} facts, showing {shown}; --offset {offset + limit} goes on",
            )
        )
    if page.undated > 0:
        _note(
            say(
                f"另有 {page.undated} 条没有日期，未列出；--by published 按发表日期比较",
                f"{page.undated} more have no date; --by published compares by publication",
            )
        )
    if min_confidence is None:
        _note_unsure(page.unsure, ontology)


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
    language = _Voice.language
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
        _print_csv(_FACT_COLUMNS, flat)
        return
    table = []
    for row in rows:
        told = row.tellings[0] if len(row.tellings) > 0 else None
        kind = [row.label or ontology.label(row.type, language)]
        if row.status not in (None, "done"):
            kind.append(_status(row.status))
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
                "amount": _sum(row),
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
    console = _console()
    if len(rows) == 0:
        _note(say("没有符合条件的事实", "no fact passes these filters"))
    elif console.width < _FACT_TABLE:
        for row in rows:
            console.print(_fact_lines(row, ontology, indent=0))
    else:
        _print_table(columns, table, wide="quote")


#: In a narrower terminal facts are listed one below the other, as `kg show` does.
_FACT_TABLE = 120


@app.command(
    cls=_Command,
    help=_help(
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
            metavar="TEXT", show_default=False, help=_("要找的词，空格分开", "Words to look for, separated by blanks")
        ),
    ],
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help=_("每类最多几条", "At most so many of each"))] = 10,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Entities and sentences."""
    from kg import search as asking

    ontology = _ontology()
    with _opened(store) as opened:
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
        _print_json({"entities": entities, "sentences": found})
        return
    if as_csv:
        rows = [{"kind": "entity", "id": e["id"], "text": e["label"], "type": e["type"]} for e in entities]
        rows += [{"kind": "sentence", "id": str(f["document"]), "text": str(f["text"]), "type": ""} for f in found]
        _print_csv(["kind", "id", "type", "text"], rows)
        return
    if len(entities) + len(found) == 0:
        _note(say("没有找到", "nothing found"))
        return
    if len(entities) > 0:
        for entity in entities:
            entity["type"] = ontology.label(entity["type"], _Voice.language)
        close = say("相近的实体", "similar entities") if hits[0].how == "fuzzy" else say("实体", "entity")
        _print_table(
            [("label", close), ("type", say("类别", "class")), ("path", say("位于", "in")), ("id", say("编号", "id"))],
            entities,
            wide="label",
        )
    if len(found) > 0:
        if len(entities) > 0:
            typer.echo()
        _print_table(
            [
                ("text", say("原句", "sentence")),
                ("document", say("文章", "document")),
                ("published", say("发表", "published")),
            ],
            found,
            wide="text",
        )


@app.command(
    cls=_Command,
    help=_help(
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
            help=_("查询、预设问题的名字或 -", "A query, the name of a canned question, or -"),
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help=_("查询所在的文件", "File that holds the query"))
    ] = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
            "-p",
            help=_("预设问题的参数，如 place=浙江", "Parameter of a canned question, such as place=浙江"),
        ),
    ] = None,
    listing: Annotated[bool, typer.Option("--list", help=_("列出预设问题", "List the canned questions"))] = False,
    limit: Annotated[
        int | None,
        typer.Option("--limit", "-n", min=1, help=_("最多几行（表格默认 50）", "At most so many rows (tables: 50)")),
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
    ontology = _ontology()
    with _opened(store) as opened:
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
            _print_json({"boolean": result.boolean})
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
    _print_rows(columns, rows, as_json=as_json, as_csv=as_csv, right=numbers, wide=wide)
    if len(rows) < len(result.rows):
        total = len(result.rows)
        _note(
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
        return _status(value)
    if name == "confidence" and isinstance(value, str) and re.fullmatch(r"[01](\.\d+)?", value) is not None:
        return f"{float(value):.2f}"
    if name in ("type", "role") and isinstance(value, str) and value in ontology.labels:
        return ontology.label(value, _Voice.language)
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
    return _HEADINGS.get(name, name) if _Voice.language == "zh" else name


def _print_questions(*, as_json: bool, as_csv: bool) -> None:
    from kg import search as asking

    language = _Voice.language
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
        _print_rows([(k, k) for k in ("name", "title", "parameters", "example")], rows, as_json=as_json, as_csv=as_csv)
        return
    columns = [("name", say("名字", "name")), ("title", say("问题", "question")), ("example", say("例", "example"))]
    _print_table(columns, rows, wide="title")


@app.command(
    cls=_Command,
    help=_help(
        "两个实体怎样相连：最短的几条路，每一步附事实和原句。",
        "How two entities are connected: the best ways, with fact and sentence for each step.",
        "kg path 南湖区 杨浦区",
        "kg path 闻泰通讯 上海 -k 5 --json",
    ),
)
def path(
    first: Annotated[str, typer.Argument(metavar="A", show_default=False, help=_("一个实体", "One entity"))],
    second: Annotated[str, typer.Argument(metavar="B", show_default=False, help=_("另一个实体", "The other entity"))],
    count: Annotated[
        int, typer.Option("--count", "-k", min=1, max=20, help=_("最多几条路", "At most so many ways"))
    ] = 3,
    as_json: JsonOption = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """The ways between two entities."""
    from kg import search as asking
    from kg.network import load_network, paths

    ontology = _ontology()
    with _opened(store) as opened:
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
        _print_json(
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
        _note(
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

    console = _console()
    for number, way in enumerate(found, 1):
        console.print(Text(f"{number}. " + " → ".join(network.nodes[n].name for n in way.nodes), style="bold"))
        for (a, b), step in zip(zip(way.nodes, way.nodes[1:], strict=False), way.steps, strict=True):
            fact = step[0]
            more = say(f"（另有 {len(step) - 1} 条）", f" (and {len(step) - 1} more)") if len(step) > 1 else ""
            words = " ".join(
                p for p in (fact.date, fact.label or ontology.label(fact.klass, _Voice.language), fact.amount_text) if p
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
    cls=_Command,
    help=_help(
        "图谱库里有多少文章、实体和事实。",
        "How many documents, entities and facts the store holds.",
        "kg stats",
        "kg stats --json",
    ),
)
def stats(as_json: JsonOption = False, store: StoreOption = DEFAULT_STORE) -> None:
    """The store in numbers."""
    from kg import search as asking

    ontology = _ontology()
    with _opened(store) as opened:
        numbers = asking.stats(opened, ontology=ontology)
    if as_json:
        _print_json(
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
    language = _Voice.language
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
        _print_table([("class", title), ("count", say("数量", "count"))], rows, right=["count"])
    if len(numbers.busiest) > 0:
        typer.echo()
        rows = [
            {"label": n.label, "class": ontology.label(n.type, language), "count": f"{c:,}"} for n, c in numbers.busiest
        ]
        _print_table(
            [
                ("label", say("事实最多的实体", "entities with most facts")),
                ("class", say("类别", "class")),
                ("count", say("事实", "facts")),
            ],
            rows,
            right=["count"],
        )


@app.command(
    cls=_Command,
    help=_help(
        "列出文章：编号、标题、日期和日期的来历、事实数。",
        "List the documents: id, title, date and where the date comes from, number of facts.",
        "kg documents",
        "kg documents --csv",
    ),
)
def documents(as_json: JsonOption = False, as_csv: CsvOption = False, store: StoreOption = DEFAULT_STORE) -> None:
    """The documents of the store."""
    from kg import search as asking

    with _opened(store) as opened:
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
    _print_rows(columns, rows, as_json=as_json, as_csv=as_csv, right=["facts"], wide="title")


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


# ---------------------------------------------------------------- pages, exports, checks


@app.command(
    cls=_Command,
    help=_help(
        "写出一个可离线打开的交互图谱网页。",
        "Write one interactive page of the graph, which opens offline.",
        "kg view -o graph.html",
        "kg view --around 南湖区 --depth 2 -o nanhu.html",
    ),
)
def view(
    output: Annotated[Path, typer.Option("--output", "-o", help=_("写到哪个文件", "File to write"))] = Path(
        "graph.html"
    ),
    around: Annotated[
        list[str] | None,
        typer.Option("--around", "-a", help=_("以这个实体为中心，可重复", "Around this entity; repeatable")),
    ] = None,
    depth: Annotated[int, typer.Option("--depth", min=1, max=10, help=_("离中心几步", "So many steps from it"))] = 1,
    type: Annotated[  # noqa: A002
        list[str] | None,
        typer.Option("--type", "-t", help=_("只要这些类别的事实，可重复", "Only facts of this class; repeatable")),
    ] = None,
    since: Annotated[str | None, typer.Option("--since", help=_("不早于", "Not before"))] = None,
    until: Annotated[str | None, typer.Option("--until", help=_("不晚于", "Not after"))] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            "-n",
            min=1,
            help=_(
                "一开始显示多少实体（默认：不超过 300 个则全部，否则最要紧的 120 个）",
                "So many entities in the picture at first (default: all up to 300, else the 120 that matter most)",
            ),
        ),
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help=_("网页标题", "Title of the page"))] = None,
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            "-e",
            help=_(
                "谁来画图：pyvis、canvas 或 auto（2000 条连线以内用 pyvis，更多用 canvas）",
                "What draws: pyvis, canvas, or auto (pyvis up to 2,000 edges, canvas above)",
            ),
        ),
    ] = "auto",
    everything: AllOption = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """The graph page."""
    page = _write_page(
        store,
        output,
        around=around or (),
        depth=depth,
        types=type or (),
        since=since,
        until=until,
        limit=limit,
        title=title,
        engine=engine,
        everything=everything,
    )
    typer.echo(
        say(
            f"{output}：{page.entities} 个实体，{page.facts} 条事实",
            f"{output}: {page.entities} entities, {page.facts} facts",
        )
    )
    if engine == "auto":
        few = page.edges <= page.line
        why = say(
            f"画图用 {page.engine}：{page.edges} 条连线，{'不超过' if few else '超过'} {page.line} 条",
            f"drawn by {page.engine}: {page.edges} edges, {'up to' if few else 'more than'} {page.line}",
        )
    else:
        why = say(
            f"画图用 {page.engine}：--engine 指定，{page.edges} 条连线",
            f"drawn by {page.engine}: asked for by --engine, {page.edges} edges",
        )
    typer.echo(why, err=True)
    _note_unsure(page.unsure, _ontology())


class _Written(NamedTuple):
    """A page that was written: how much is in it, what draws it, and the line between the engines."""

    entities: int
    facts: int
    edges: int
    engine: str
    line: int
    unsure: int


def _write_page(
    store: Path,
    output: Path,
    *,
    around: Sequence[str] = (),
    depth: int = 1,
    types: Sequence[str] = (),
    since: str | None = None,
    until: str | None = None,
    limit: int | None = None,
    title: str | None = None,
    engine: str = "auto",
    everything: bool = False,
) -> _Written:
    from kg import network as net
    from kg import search as asking
    from kg.values import parse_date
    from kg.view import EDGES, ENGINES, chosen_engine, read_articles, render

    if engine not in ENGINES:
        known = ", ".join(ENGINES)
        raise QueryError(say(f"没有叫 {engine} 的画法；可用：{known}", f"no engine {engine!r}; known: {known}"))

    ontology = _ontology()
    classes = [asking.fact_class(ontology, name) for name in types]
    first, last = (None if text is None else parse_date(text) for text in (since, until))
    with _opened(store) as opened:
        centres = [asking.resolve_name(opened, name, ontology=ontology) for name in around]
        whole = net.load_network(opened, ontology)
        for centre in centres:
            if centre.iri not in whole.nodes:
                raise UnknownNameError(say(f"{centre.label} 没有参与任何事实", f"{centre.label} takes part in no fact"))
        asked = net.select(
            whole,
            ontology,
            types=classes,
            since=first.start if first is not None else None,
            until=last.end if last is not None else None,
        )
        part = asked if everything else net.select(asked, ontology, confidence=ontology.shown)
        focus = [c.iri for c in centres]
        if len(focus) > 0:
            asked, part = (
                net.around(network, [f for f in focus if f in network.nodes], depth) for network in (asked, part)
            )
            focus = [f for f in focus if f in part.nodes]
        articles = read_articles(opened, part)
    if len(part.nodes) == 0:
        raise QueryError(say("没有符合条件的事实，没有写网页", "no fact passes these filters; no page was written"))
    name = title or (
        say("、", ", ").join(c.label for c in centres) if len(centres) > 0 else say("知识图谱", "Knowledge graph")
    )
    taken, edges = chosen_engine(part, ontology, engine)
    page = render(
        part,
        ontology,
        title=name,
        language="zh" if _Voice.language == "zh" else "en",
        engine=taken,
        limit=limit,
        focus=focus,
        articles=articles,
        least=0.0 if everything else ontology.shown,
    )
    _write(output, page)
    return _Written(len(part.nodes), len(part.facts), edges, taken, EDGES, len(asked.facts) - len(part.facts))


def _write(output: Path, text: str | bytes) -> None:
    """Writes a file whole or not at all; a device or a pipe (/dev/stdout) as it is."""
    if output.is_dir():
        raise StoreError(say("这是文件夹，请给出文件名", "is a folder; name a file"), where=output)
    part = output.with_name(output.name + ".part")
    data = text.encode("utf-8") if isinstance(text, str) else text
    try:
        if output.exists() and not output.is_file():
            output.write_bytes(data)
            return
        output.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(data)
            part.replace(output)
        except OSError:
            part.unlink(missing_ok=True)
            raise
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StoreError(
            f"cannot be written: {error.strerror or error}; free space or name another file", where=output
        ) from error


@app.command(
    cls=_Command,
    help=_help(
        "在浏览器里看：SPARQL 端点、实体页和图谱浏览。Ctrl-C 结束。",
        "Serve the store to a browser: SPARQL endpoint, entity pages and the explorer. Ctrl-C ends it.",
        "kg serve",
        "kg serve --port 9000 --store my-store --log-format text",
        "kg serve --base-iri https://data.example.org/kg/ --timeout 5 --max-rows 10000",
        "kg serve --store notes --writable --token-file token.txt",
    ),
)
def serve(
    host: Annotated[str, typer.Option("--host", help=_("监听地址", "Address to listen on"))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help=_("端口", "Port"))] = 8000,
    base_iri: Annotated[
        str | None,
        typer.Option(
            "--base-iri",
            help=_(
                "对外的网址（反向代理后可带路径）；应与建库时的 --base 相同",
                "Address of this server for the world, with a path behind a proxy; the same as --base of kg build",
            ),
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.1, help=_("一次查询最多几秒", "Seconds that one query may take"))
    ] = 10.0,
    max_rows: Annotated[
        int,
        typer.Option(
            "--max-rows", min=0, help=_("一次回答最多几行，0 为不限", "Rows of one answer, 0 for all of them")
        ),
    ] = 100_000,
    workers: Annotated[int, typer.Option("--workers", min=1, max=256, help=_("工作进程数", "Worker processes"))] = 2,
    memory: Annotated[
        int, typer.Option("--memory", min=256, help=_("每个工作进程最多几 MB 内存", "Megabytes that a worker may have"))
    ] = 2048,
    per_client: Annotated[
        int,
        typer.Option("--per-client", min=1, help=_("一个客户同时最多几个请求", "Requests of one client at a time")),
    ] = 128,
    queue: Annotated[int, typer.Option("--queue", min=1, help=_("最多几个请求排队", "Requests that may wait"))] = 256,
    writable: Annotated[
        bool,
        typer.Option("--writable", help=_("允许写入，须有 --token-file", "Let those write who have the --token-file")),
    ] = False,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", help=_("存放写入口令的文件", "File that holds the token for writing")),
    ] = None,
    log_format: Annotated[
        str, typer.Option("--log-format", help=_("访问日志：off、text 或 json", "Log of requests: off, text or json"))
    ] = "off",
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """The endpoint and the explorer."""
    if log_format not in {"off", "text", "json"}:
        raise KgError(
            say(f"--log-format {log_format}：可用 off、text、json", f"--log-format {log_format}: off, text or json")
        )
    token = _token(token_file) if writable else None
    if not writable:
        with _opened(store) as opened:
            # A missing or damaged store is told before the server starts.
            base = opened.iris.base
        if base_iri is not None and base_iri.rstrip("/") + "/" != base:
            _note(
                say(
                    f"注意：库中的 IRI 以 {base} 开头，在 {base_iri} 下打不开；"
                    f"要发布到那里，请用 kg build --rebuild --base {base_iri} 重建",
                    f"note: the IRIs of the store begin with {base} and do not resolve at {base_iri}; "
                    f"to publish them there, build with kg build --rebuild --base {base_iri}",
                )
            )
    from kg import server

    warning = server.exposed(host, language=_Voice.language)
    if warning is not None:
        _note(warning)

    def ready(url: str) -> None:
        _note(say(f"{url} 　SPARQL：{url}sparql　（Ctrl-C 结束）", f"{url}  SPARQL: {url}sparql  (Ctrl-C ends it)"))

    server.serve(
        store,
        host=host,
        port=port,
        language=_Voice.language,
        address=base_iri,
        token=token,
        limit=timeout,
        max_rows=max_rows,
        workers=workers,
        memory=memory << 20,
        per_client=per_client,
        queue=queue,
        log=log_format,
        ready=ready,
    )


def _token(file: Path | None) -> str:
    """The token in a file; who may not write the file should not be able to write the store."""
    if file is None:
        raise KgError(
            say(
                "--writable 需要 --token-file：一个只有你能读的文件，里面是至少 16 个字符的口令",
                "--writable needs --token-file: a file that only you can read, with a token of 16 characters or more",
            )
        )
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KgError(say(f"{file}：口令文件读不了（{error}）", f"{file}: cannot be read ({error})")) from error
    if len(token) < 16 or re.search(r"\s", token) is not None:
        raise KgError(
            say(
                f"{file}：口令须是一行，至少 16 个字符，没有空格",
                f"{file}: the token must be one line of at least 16 characters, without blanks",
            )
        )
    return token


@app.command(
    cls=_Command,
    help=_help(
        "导出：turtle trig ntriples nquads jsonld rdfxml graphml gexf csv jsonl。不给 -o 则写到标准输出。"
        "RDF 各格式是整个图谱库，把握不大的事实连同置信度也在其中；其余格式不含它们。",
        "Export as turtle, trig, ntriples, nquads, jsonld, rdfxml, graphml, gexf, csv or jsonl; to stdout without -o."
        " The RDF formats are the store itself, unsure facts with their confidence too; the others leave those out.",
        "kg export --format turtle -o graph.ttl",
        "kg export --format jsonl > facts.jsonl",
    ),
)
def export(
    form: Annotated[str, typer.Option("--format", "-F", help=_("格式", "Format"))] = "turtle",
    output: Annotated[Path | None, typer.Option("--output", "-o", help=_("写到哪个文件", "File to write"))] = None,
    document: Annotated[
        str | None, typer.Option("--document", "-d", help=_("只导出这篇文章", "Only this document"))
    ] = None,
    everything: AllOption = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """The store in a standard format."""
    from kg.export import FORMATS
    from kg.export import export as export_store

    known = form.strip().lower()
    if known not in FORMATS:
        raise QueryError(
            say(
                f"没有格式“{form}”；可用：{'、'.join(FORMATS)}",
                f"there is no format {form!r}; known: {', '.join(FORMATS)}",
            )
        )
    ontology = _ontology()
    least = 0.0 if everything else ontology.shown
    with _opened(store) as opened:
        if output is not None:
            if output.is_dir() and known != "csv":
                raise StoreError(say("这是文件夹，请给出文件名", "is a folder; name a file"), where=output)
            with contextlib.suppress(FileExistsError):
                output.parent.mkdir(parents=True, exist_ok=True)
            written = export_store(
                opened, output, format=known, ontology=ontology, document=document, min_confidence=least
            )
            typer.echo(_exported(written))
            _note_unsure(written.unsure, ontology)
            return
        if known == "csv":
            raise QueryError(
                say(
                    "csv 是一个文件夹（nodes.csv、edges.csv），请用 -o 给出",
                    "csv is a folder (nodes.csv, edges.csv); name it with -o",
                )
            )
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "export"
            written = export_store(
                opened, target, format=known, ontology=ontology, document=document, min_confidence=least
            )
            sys.stdout.flush()
            with target.open("rb") as stream:
                shutil.copyfileobj(stream, sys.stdout.buffer)
            _note_unsure(written.unsure, ontology)


def _exported(written: Any) -> str:
    parts = [
        (written.quads, say("条四元组", "quads")),
        (written.entities, say("个实体", "entities")),
        (written.facts, say("条事实", "facts")),
        (written.edges, say("条边", "edges")),
    ]
    counts = say("，", ", ").join(f"{n:,} {word}" for n, word in parts if n > 0)
    apart = say(
        f"；{written.apart} 条事实没有可画的边，不在其中", f"; {written.apart} facts make no edge and are left out"
    )
    names = " ".join(str(file) for file in written.files)
    return say(f"{names}：{counts}", f"{names}: {counts}") + (apart if written.apart > 0 else "")


@app.command(
    cls=_Command,
    help=_help(
        "按 ontology/shapes.ttl 检查图谱库。",
        "Check the store against ontology/shapes.ttl.",
        "kg validate",
        "kg validate --json",
    ),
)
def validate(
    document: Annotated[
        str | None, typer.Option("--document", "-d", help=_("只检查这篇文章", "Only this document"))
    ] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """SHACL."""
    from kg import search as asking
    from kg.store import validate as check

    ontology = _ontology()
    with _opened(store) as opened:
        ids = None if document is None else [opened.iris.id_of(asking.document_iri(opened, document)) or document]
        found = check(opened, ontology=ontology, documents=ids, language=_Voice.language)
        count = len(opened.graphs()) if ids is None else 1
        iris = opened.iris
    rows = [
        {
            "document": v.document,
            "focus": v.focus if as_json else (iris.id_of(v.focus) or v.focus),
            "message": v.message,
            "path": v.path,
            "value": v.value,
            "quote": v.quote,
        }
        for v in found
    ]
    columns = [
        ("document", say("文章", "document")),
        ("focus", say("对象", "about")),
        ("message", say("问题", "fault")),
        ("value", say("值", "value")),
        ("quote", say("原句", "sentence")),
    ]
    if as_csv:
        columns.insert(4, ("path", "path"))
    if as_json or as_csv or len(rows) > 0:
        _print_rows(columns, rows, as_json=as_json, as_csv=as_csv, wide="quote")
    if len(rows) > 0:
        _note(say(f"{count} 篇文章，{len(rows)} 处不符", f"{count} documents, {len(rows)} faults"))
        raise typer.Exit(1)
    _note(say(f"{count} 篇文章全部符合", f"all {count} documents conform"))


@app.command(
    name="eval",
    cls=_Command,
    help=_help(
        "在标注好的文章上评测准确率和召回率：实体、参与方两两成对的事实、时间、金额，以及各档置信度的准确率。"
        "“宽松”不计事实的类别和方向。",
        "Precision and recall on annotated articles: entities, facts as pairs of participants, dates, amounts, and the"
        " precision at each confidence. `loose` leaves class and direction of a fact aside.",
        "kg eval",
        "kg eval data/gold/dev --errors",
        "kg eval my-gold --articles my-articles --json",
    ),
)
def evaluate(
    gold: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]",
            show_default=False,
            help=_("标注文件夹（默认：自带的 data/gold）", "Folder of gold files (default: the shipped data/gold)"),
        ),
    ] = None,
    articles: Annotated[
        Path | None,
        typer.Option(
            "--articles",
            help=_(
                "文章所在文件夹（默认：自带示例，其次标注旁边）",
                "Folder of the articles (default: the samples, then beside the gold files)",
            ),
        ),
    ] = None,
    errors: Annotated[
        bool,
        typer.Option(
            "--errors",
            help=_(
                "列出漏掉的和错误的（test 部分不列，以免照着它写规则）",
                "List what was missed and what is wrong (not of the part test, so that no rule is written for it)",
            ),
        ),
    ] = False,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Scores."""
    from kg.evaluate import evaluate as score
    from kg.gazetteer import Gazetteer

    if articles is not None and not articles.exists():
        raise ReadError("there is no such file or folder; check the spelling of the path", where=articles)
    ontology = _ontology()
    report = score(gold, ontology=ontology, gazetteer=Gazetteer.load(), articles=articles)
    if errors:
        _print_misses(report.errors(), as_json=as_json, as_csv=as_csv)
        return
    if as_json:
        _print_json(report.to_json())
        return
    rows = report.rows()
    numbers = ("gold", "predicted", "right", "precision", "recall", "f1")
    if not as_csv:
        rows = [_friendly_score(row, ontology) for row in rows]
    heading = {
        "part": say("部分", "part"),
        "measure": say("指标", "measure"),
        "class": say("类别", "class"),
        "gold": say("标注", "gold"),
        "predicted": say("抽取", "found"),
        "right": say("正确", "right"),
        "precision": say("准确率", "precision"),
        "recall": say("召回率", "recall"),
        "f1": "F1",
    }
    _print_rows(list(heading.items()), rows, as_json=False, as_csv=as_csv, right=numbers)


def _print_misses(misses: Sequence[Miss], *, as_json: bool, as_csv: bool) -> None:
    rows = [{"article": m.article, "kind": m.kind, "what": m.what} for m in misses]
    if not (as_json or as_csv):
        rows = [{"article": r["article"], "kind": _miss(r["kind"]), "what": _classes(r["what"])} for r in rows]
    columns = [("article", say("文章", "article")), ("kind", say("错误", "fault")), ("what", say("内容", "what"))]
    _print_rows(columns, rows, as_json=as_json, as_csv=as_csv, wide="what")


def _miss(kind: str) -> str:
    """The kind of an error in the language of this run: `missed pair` is 漏掉 事实."""
    first, _, second = kind.partition(" ")
    return say(" ".join((_MISSES.get(first, first), _MISSES.get(second, second))).strip(), kind)


def _classes(text: str) -> str:
    """Names of classes in a text by their labels, in the language of this run."""
    labels = _ontology().labels
    text = re.sub(r"\b[A-Z][A-Za-z]+\b", lambda m: labels.get(m.group(), {}).get(_Voice.language, m.group()), text)
    for en, zh in ((", found under another type", "（类别不同）"), (", repeats ", "，重复 "), ("→ none", "→ 无")):
        text = say(text.replace(en, zh), text)
    return text


_MISSES: Mapping[str, str] = {
    "missed": "漏掉", "missing": "漏掉", "wrong": "错误", "near": "相近", "spurious": "多余", "entity": "实体",
    "type": "类别", "pair": "事实", "date": "时间", "amount": "金额", "name": "名称", "merge": "合并",
}  # fmt: skip

#: What is measured, in both languages.
_MEASURES: Mapping[str, tuple[str, str]] = {
    "entities": ("实体", "entities"),
    "entities_typed": ("实体及类别", "entities+class"),
    "pairs": ("事实", "facts"),
    "pairs_relaxed": ("事实（宽松）", "facts (loose)"),
    "confidence": ("置信度（应近于准确率）", "confidence (near precision)"),
    "identity_names": ("归一：找到的名称", "identity: names found"),
    "identity_pairs": ("归一：成对", "identity: pairs"),
    "identity_b3": ("归一：B³", "identity: B³"),
    "dates": ("时间", "dates"),
    "amounts": ("金额", "amounts"),
}


def _friendly_score(row: Mapping[str, object], ontology: Ontology) -> dict[str, object]:
    shown = {name: f"{value:.3f}" if isinstance(value, float) else value for name, value in row.items()}
    measure, kind = str(row["measure"]), row["class"]
    shown["measure"] = say(*_MEASURES[measure]) if measure in _MEASURES else measure
    shown["class"] = ontology.label(kind, _Voice.language) if isinstance(kind, str) else say("合计", "all")
    if measure == "confidence":
        middle = float(str(kind))
        shown["class"] = f"{middle - 0.05:.2f}–{min(middle + 0.05, 1):.2f}"
    return shown


# ---------------------------------------------------------------- explain

#: The few words of an explanation, and why a candidate is no fact, in Chinese and English.
_EXPLAINED: Mapping[str, tuple[str, str]] = {
    "comma": ("、", ", "),
    "no entity": ("（无法确定是谁）", "(not known who)"),
    "outdone": ("让位", "gave way"),
    "rejected": ("未采用", "not taken"),
    "too few participants": ("参与方不足", "too few participants"),
    "blocked by the words beside it": ("前后的词不合", "blocked by the words beside it"),
    "what it is about does not follow": ("后面没有所说的事", "what it is about does not follow"),
}


def _explained(word: str) -> str:
    return _status(word) if word in STATUS_WORDS else say(*_EXPLAINED.get(word, (word, word)))


@app.command(
    cls=_Command,
    help=_help(
        "一篇文章是怎样读的：每句的名称和找到它的规则、得出的事实和触发词、让位的名称、未采用的候选及原因。",
        "How an article was read: the names of each sentence and the rule that found them, the facts and their "
        "triggers, names that gave way, candidates that made no fact and why.",
        "kg explain 南湖区与上海杨浦区签订了合作框架协议。",
        "kg explain data/news/nanhu-jiegui-2018.md --sentence 4",
        "kg explain data/news/nanhu-jiegui-2018.md --html explained.html",
    ),
)
def explain(
    text: Annotated[
        str,
        typer.Argument(metavar="FILE|TEXT", help=_("文件、文本，或 - 读标准输入", "A file, a text, or - for stdin")),
    ],
    sentence: Annotated[
        int | None, typer.Option("--sentence", "-s", min=1, help=_("只看第几句", "Only this sentence, from 1"))
    ] = None,
    date: Annotated[
        str | None,
        typer.Option("--date", help=_("文章没有日期时的发表日期", "Publication date where it carries none")),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help=_("写成可离线打开的网页", "Write a page that opens offline"))
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """How an article was read."""
    from kg import explain as explaining
    from kg.extract import Extractor
    from kg.gazetteer import Gazetteer

    documents = _documents_of(text, date)
    if html is not None and len(documents) > 1:
        raise ReadError(f"holds {len(documents)} articles; --html explains one", where=text)
    ontology = _ontology()
    extractor = Extractor(ontology, Gazetteer.load())
    explanations = [explaining.explain(document, extractor=extractor) for document in documents]
    for explanation in explanations:
        count = len(explanation.sentences)
        if sentence is not None and sentence > count:
            where = explanation.document.origin or explanation.document.id
            raise ReadError(f"has {count} sentences; there is no sentence {sentence}", where=where)
    if as_json:
        values = [explaining.as_json(e, sentence=sentence) for e in explanations]
        _print_json(values[0] if len(values) == 1 else values)
    if html is not None:
        _write(
            html,
            explaining.page(
                explanations[0],
                ontology=ontology,
                language=_Voice.language,
                words=_explained,
                sentence=sentence,
            ),
        )
        _note(say(f"已写出 {html}", f"written to {html}"))
    elif not as_json:
        for explanation in explanations:
            _print_explanation(explanation, ontology, sentence)


def _documents_of(text: str, date: str | None) -> list[Document]:
    """The articles of a file or of standard input, or the one that the text itself is."""
    from kg.corpus import find_sources, read_source, read_text
    from kg.values import parse_date

    given = parse_date(date) if date is not None else None
    looks_like_file = re.fullmatch(r"\S+\.(?:txt|md|html?|jsonl|csv)|\S*/\S*", text) is not None
    if text.strip() == "" or (
        text != "-" and not looks_like_file and not (len(os.fsencode(text)) < 256 and Path(text).exists())
    ):
        return [read_text(text, date=given)]
    sources, _skipped = find_sources([text])
    documents = []
    for source in sources:
        for item in read_source(source, date=given):
            if isinstance(item, ReadError):
                raise item
            documents.append(item)
    if len(documents) == 0:
        raise ReadError("holds no article that can be read; kg reads .txt, .md, .html, .jsonl and .csv", where=text)
    return documents


def _print_explanation(explanation: Explanation, ontology: Ontology, sentence: int | None) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from kg import explain as explaining

    console, document = _console(), explanation.document
    date = say("没有日期", "no date") if document.date is None else document.date.value or document.date.text
    console.print(Text.assemble((document.title or document.id, "bold"), (f"  {date}", "dim")))
    looks = {"fact": "green", "rejected": "red", "outdone": "dim", "mention": "bold"}
    for reading in explanation.sentences:
        if sentence is not None and reading.number != sentence:
            continue
        shown = Text.assemble("\n", (f"{reading.number}  ", "dim"))
        for words, mention, fact in explaining.pieces(reading):
            colour = "" if mention is None else f"underline {ontology.entities[mention.type].colour}"
            shown.append(words, style="bold reverse" if fact is not None else colour)
        console.print(shown)
        for kind, head, line, rule in explaining.lines(
            explanation, reading, ontology=ontology, language=_Voice.language, words=_explained
        ):
            row = Text.assemble((f"{head}  ", looks[kind]), (line, "dim" if kind == "outdone" else ""))
            row.append(f"  {rule}", style="dim")
            console.print(Padding(row, (0, 0, 0, 4), expand=False))


# ---------------------------------------------------------------- judgements


ReasonOption = Annotated[
    str, typer.Option("--reason", "-m", show_default=False, help=_("理由（必填）", "Why (needed)"))
]
WhoOption = Annotated[
    str | None,
    typer.Option(
        "--who", envvar="KG_WHO", help=_("判断者（默认：git 的 user.name）", "Who judges (default: git user.name)")
    ),
]
EntityArgument = Annotated[
    str,
    typer.Argument(
        show_default=False, help=_("名称、编号，或 名称@文章编号", "A name, an id, or NAME@DOCUMENT for one article")
    ),
]
FactArgument = Annotated[
    str, typer.Argument(show_default=False, help=_("事实的编号或其开头", "Id of a fact, or the beginning of it"))
]

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


def _rule_words(rule: str) -> str:
    if rule.startswith("judged "):
        return say(f"人工判断 {rule[7:]}", rule)
    if rule in RULE_WORDS:
        return say(*RULE_WORDS[rule])
    return say(f"地名表（{rule}）", f"gazetteer ({rule})")


def _judgement_words(j: Judged | Judgement) -> str:
    other = "" if j.other in (None, "") else f" → {j.other}"
    action = say(*ACTION_WORDS[j.action]) if j.action in ACTION_WORDS else j.action
    return say(
        f"人工判断 {j.id}：{action} {j.about}{other}（{j.who}，{j.when[:10]}：{j.reason}）",
        f"judgement {j.id}: {action} {j.about}{other} ({j.who}, {j.when[:10]}: {j.reason})",
    )


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

    with _opened(store) as opened:
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
    typer.echo(_judgement_words(written))
    if own is not None and len(own.entities) > 0:
        typer.echo(say("现在：", "now: ") + say("、", ", ").join(own.entities))
    _note(
        say(
            f"写在 {_shown(path)}；撤销：kg undo {written.id}",
            f"written to {_shown(path)}; kg undo {written.id} takes it back",
        )
    )


def _meant(store: Path, text: str) -> str:
    """The id of the entity that a typed name means; NAME@DOCUMENT stays as it is, with the whole id of the document."""
    from kg import search

    ontology = _ontology()
    with _opened(store) as opened:
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
    cls=_Command,
    help=_help(
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
    cls=_Command,
    help=_help(
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
    cls=_Command,
    help=_help(
        "改一个对象显示的名称。",
        "Change the name that a thing is shown by.",
        "kg rename 澜海智能 澜海智能装备股份有限公司 -m '用全称'",
    ),
)
def rename(
    name: EntityArgument,
    new: Annotated[str, typer.Argument(show_default=False, help=_("新名称", "The new name"))],
    reason: ReasonOption = "",
    who: WhoOption = None,
    judgements: JudgementsOption = None,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Another name."""
    _judge("rename", _meant(store, name), new.strip(), reason=reason, who=who, store=store, file=judgements)


@app.command(
    name="add-alias",
    cls=_Command,
    help=_help(
        "给一个对象加一个名称，查找时可用。",
        "Give a thing one more name, by which it can be found.",
        "kg add-alias 江海大学 江大 -m '校内简称'",
    ),
)
def add_alias(
    name: EntityArgument,
    alias: Annotated[str, typer.Argument(show_default=False, help=_("别名", "The other name"))],
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

    with _opened(store) as opened:
        name, document = find_fact(opened, fact)
        found = next(f for f in read_facts(opened.quads(document), iris=opened.iris) if f.id == name)
    detail = fact_content(
        found.type, found.roles, found.date, found.amount, found.status, found.label, found.qualifiers
    )
    _judge(action, name, reason=reason, who=who, store=store, file=file, detail=detail)


@app.command(
    cls=_Command,
    help=_help(
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
    cls=_Command,
    help=_help(
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
    cls=_Command,
    help=_help(
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
            metavar="[ID]", show_default=False, help=_("判断的编号或其开头", "Id of a judgement, or its beginning")
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
    typer.echo(say("已撤销：", "taken back: ") + _judgement_words(gone))


@app.command(
    cls=_Command,
    help=_help(
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
        _print_json(rows)
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
    _print_rows(columns, shown, as_json=False, as_csv=as_csv)


@app.command(
    cls=_Command,
    help=_help(
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
        typer.Option("--kind", help=_("只看 pair（名称）或 fact（事实）", "Only `pair` (names) or `fact`")),
    ] = None,
    below: Annotated[
        float, typer.Option("--below", min=0, max=1, help=_("置信度低于此值的事实", "Facts below this confidence"))
    ] = 0.6,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, help=_("最多几个", "At most so many"))] = None,
    reason: Annotated[
        str, typer.Option("--reason", "-m", help=_("写进每个判断的理由", "Reason for each judgement"))
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
    ontology = _ontology()
    if not as_json and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise JudgementError(
            "kg review asks in a terminal, and this is none; --json lists the queue, and kg merge, split, confirm and"
            " reject write judgements"
        )
    with _opened(store) as opened:
        items = [
            i
            for i in queue(opened, ontology=ontology, gazetteer=Gazetteer.load(), below=below)
            if kind is None or i.kind == kind
        ][:limit]
    if as_json:
        _print_json([item_dict(i, None if i.fact is None else _fact_dict(i.fact)) for i in items])
        return
    if len(items) == 0:
        _note(say("没有要判定的", "nothing is left to decide"))
        return
    count = _walk(
        items, ontology, reason=reason, who=_who(who), path=_file_of_judgements(store, judgements), store=store
    )
    if count > 0:
        _print_problems(refresh(store))
    _note(say(f"写了 {count} 个判断", f"{count} judgements written"))


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
    with _opened(store) as opened:
        name = opened.iris.id_of(item.fact.iri) or item.fact.iri
        quads = opened.quads(item.fact.tellings[0].document)
        f = next(f for f in read_facts(quads, iris=opened.iris) if f.id == name)
    detail = fact_content(f.type, f.roles, f.date, f.amount, f.status, f.label, f.qualifiers)
    return judging.judgement(action, name, reason=reason, who=who, detail=detail)


def _print_item(item: Item, number: int, count: int, ontology: Ontology) -> None:
    from rich.padding import Padding
    from rich.text import Text

    console = _console()
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
        console.print(Text(f"  {ontology.label(item.fact.type, _Voice.language)}", style="bold"))
        console.print(_fact_lines(item.fact, ontology))
    console.print(Text(keys, style="dim"))


def _side_lines(side: Side, ontology: Ontology) -> Any:
    from rich.text import Text

    head = Text.assemble(
        "  ", (side.name, "bold"), f"  {ontology.label(side.type, _Voice.language)}  ", (side.id, "dim")
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


# ---------------------------------------------------------------- demo


@app.command(
    cls=_Command,
    help=_help(
        "用自带的示例文章走一遍：建库、回答三个问题、写出图谱网页。",
        "A walk with the sample articles: builds a store, answers three questions, writes the graph page.",
        "kg demo",
        "kg demo --to /tmp/kg-demo",
    ),
)
def demo(
    to: Annotated[Path, typer.Option("--to", help=_("写到哪个文件夹", "Folder to write to"))] = Path("demo"),
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
        say(f"1. 建库：kg build {_shown(news)} --store {store}", f"1. Build: kg build {_shown(news)} --store {store}")
    )
    with _progress() as progress:
        report = build_store([str(news)], store=store, progress=progress)
    _print_report(report, store)
    questions = asking.questions()
    for number, (name, given) in enumerate(DEMO_QUESTIONS, 2):
        question = questions[name]
        words = " ".join(f"-p {k}={v}" for k, v in given.items())
        _heading_line(f"{number}. {question.titles[_Voice.language]}: kg query {name} {words} --store {store}")
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
    written = _write_page(store, page, title=say("示例图谱", "Sample graph"))
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

    console = _console()
    console.print()
    console.print(Text(text, style="bold"))


def _command() -> str:
    """How this program was started, to be typed again."""
    started = Path(sys.argv[0])
    if started.name == "cli.py":
        return f"{_shown(Path(sys.executable))} {_shown(started)}"
    beside = Path(sys.executable).parent / "kg"
    if started.name == "__main__.py":
        return str(_shown(beside)) if beside.exists() else f"{_shown(Path(sys.executable))} -m kg"
    return "kg"


def _shown(target: Path) -> Path:
    """A path as a person would type it here."""
    with contextlib.suppress(ValueError):
        return target.absolute().relative_to(Path.cwd())
    return target


# ---------------------------------------------------------------- the reference


def reference() -> str:
    """The reference of all commands in both languages as Markdown: what docs/cli.md holds."""
    from kg import search as asking

    lines = [
        "# 命令参考 · Command reference",
        "",
        "<!-- 由程序生成，请勿手改：make docs · generated by the program, do not edit: make docs -->",
        "",
    ]
    spoken: dict[str, dict[str, Any]] = {}
    before = _Voice.language
    try:
        for language in LANGUAGES:
            _Voice.language = language
            spoken[language] = dict(_speak(typer.main.get_command(app)).commands)
    finally:
        _Voice.language = before
    for name in spoken["zh"]:
        zh, en = spoken["zh"][name], spoken["en"][name]
        words = [_paragraphs(command.help) for command in (zh, en)]
        arguments = " ".join(p.metavar or p.name.upper() for p in zh.params if p.param_type_name == "argument")
        lines += [
            f"## kg {name} {arguments}".rstrip(),
            "",
            words[0][0],
            "",
            words[1][0],
            "",
            "```bash",
            words[0][1],
            "```",
            "",
        ]
        lines += ["| 选项 · option | 说明 | meaning |", "| --- | --- | --- |"]
        for parameter, other in zip(zh.params, en.params, strict=True):
            shown = (
                ", ".join(f"`{o}`" for o in parameter.opts)
                if parameter.param_type_name == "option"
                else f"`{parameter.metavar or parameter.name}`"
            )
            default = parameter.default
            shown += (
                f" = `{default}`"
                if isinstance(default, str | int | float | Path) and not isinstance(default, bool)
                else ""
            )
            lines.append(f"| {shown} | {parameter.help or ''} | {other.help or ''} |".replace("\n", " "))
        lines.append("")
    lines += [
        "## 预设问题 · Canned questions",
        "",
        "| 名字 · name | 问题 | question | 例 · example |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| `{q.name}` | {q.titles['zh']} | {q.titles['en']} | `{q.command}` |" for q in asking.questions().values()
    ]
    return "\n".join(lines) + "\n"


def _paragraphs(text: str) -> tuple[str, str]:
    """What a command does, and its examples."""
    words, _, examples = text.partition("\b\n")
    return words.strip(), "\n".join(line.strip() for line in examples.splitlines()[1:])
