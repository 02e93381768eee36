"""The command line: parses options, calls one function, prints.

Owns every message for people. Results go to stdout, messages to stderr; a fault that the user can mend is one line and
exit code 1, a wrong call is exit code 2. Messages are Chinese where the locale is (or `--lang zh`), else English.

    kg facts --type 协议 --with 上海 --since 2016

Heavy modules are imported inside of the commands, so that `kg --help` answers at once.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from kg import __version__
from kg.errors import KgError, QueryError, StoreError, UnknownNameError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from kg.ontology import Ontology
    from kg.pipeline import BuildReport
    from kg.search import EntityPage, FactRow
    from kg.store import Store

LANGUAGES = ("zh", "en")
_BREAK = "\x1f"


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
    return "\n\n".join(p for p in _picked(text))


def _picked(text: str) -> Iterator[str]:
    zh, _, en = text.partition(_BREAK)
    yield zh if _Voice.language == "zh" else en


class _Command(TyperCommand):
    def format_help(self, ctx: Any, formatter: Any) -> None:
        _name_panels()
        super().format_help(ctx, formatter)


class _Group(TyperGroup):
    def format_help(self, ctx: Any, formatter: Any) -> None:
        _name_panels()
        super().format_help(ctx, formatter)


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


def _speak(command: Any) -> Any:
    """Leaves one language in the help of a command and everything below it."""
    for name in ("help", "short_help", "epilog"):
        setattr(command, name, _pick(getattr(command, name, None)))
    for parameter in command.params:
        if getattr(parameter, "help", None) is not None:
            parameter.help = _pick(parameter.help)
        if parameter.name == "help" or "--help" in parameter.opts:
            parameter.help = say("显示这段帮助", "Show this help")
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
    Path, typer.Option("--store", envvar="KG_STORE", help=_("图谱库所在文件夹", "Folder of the store"), show_default=True)
]
JsonOption = Annotated[bool, typer.Option("--json", help=_("以 JSON 输出", "Print JSON"))]
CsvOption = Annotated[bool, typer.Option("--csv", help=_("以 CSV 输出", "Print CSV"))]
DEFAULT_STORE = Path("kg-store")


def _example(*lines: str) -> str:
    zh = "例：\n" + "\n".join(f"  {line}" for line in lines)
    en = "Examples:\n" + "\n".join(f"  {line}" for line in lines)
    return "\b\n" + zh + _BREAK + "\b\n" + en


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
        str | None, typer.Option("--lang", envvar="KG_LANG", help=_("消息语言：zh 或 en", "Language of messages: zh or en"))
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
        raise typer.BadParameter(say(f"没有语言 {text!r}，可用 zh、en", f"no language {text!r}; use zh or en"), param_hint="--lang")
    return chosen


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and leaves the process with its exit code: 0, 1 for a fault, 2 for a wrong call, 130 for Ctrl-C."""
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
    command = _speak(typer.main.get_command(app))
    try:
        code = command.main(args=list(arguments), prog_name="kg", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except KgError as error:
        return _complain(translate(str(error)), error.exit_code)
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        # The reader has what it wanted (`kg facts | head`); a second complaint at exit is avoided.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename is not None else ""
        return _complain(where + _system_words(error), 1)
    except RuntimeError as error:
        if type(error).__name__ == "Exit":
            return int(getattr(error, "exit_code", 0))
        if type(error).__name__ == "Abort":
            return _interrupted()
        raise
    except Exception as error:
        # The classes of usage errors belong to the library below typer; they are told apart by what they offer.
        if not hasattr(error, "format_message"):
            raise
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
    typer.echo(say("已中断；图谱库保持一致，可再次运行同一命令继续", "interrupted; the store is consistent, run the command again to go on"), err=True)
    return 130


def _system_words(error: OSError) -> str:
    zh = {13: "没有权限", 28: "磁盘已满", 30: "文件系统只读", 21: "这是文件夹", 20: "路径中有一段不是文件夹", 2: "没有这个文件或文件夹"}
    en = error.strerror or str(error)
    return say(zh.get(error.errno or 0, en), en)


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
    extra = re.fullmatch(r"Got unexpected extra arguments? \((.+)\)", english)
    return f"多余的参数：{extra.group(1)}" if extra is not None else english


#: What the library says, and how it is said in Chinese; a message without an entry stays English.
_ZH: tuple[tuple[str, str], ...] = (
    (r"there is no such file or folder; check the spelling of the path", "没有这个文件或文件夹，请检查路径"),
    (r"(.+) holds no article that can be read; (.+)", r"\1 里没有可读的文章（支持 .txt .md .html .jsonl .csv）"),
    (r"no entity is called '(.+?)'; did you mean (.+)\?", r"没有名为“\1”的实体；是不是 \2？"),
    (r"no entity is called '(.+?)'.*", r"没有名为“\1”的实体；kg search 可在原句里查找"),
    (r"'(.+?)' may mean (\d+) things; type one of these ids: (.+)", r"“\1”可能指 \2 个对象，请改用编号：\3"),
    (r"there is no (?:entity|fact) type '(.+?)'; did you mean (.+?)\? known: (.+)", r"没有类型“\1”；是不是 \2？可用：\3"),
    (r"there is no (?:entity|fact) type '(.+?)'; known: (.+)", r"没有类型“\1”；可用：\2"),
    (r"not a calendar date: '(.+?)'; .*", r"不是日期：“\1”；请写成 2018-08-20、2018-08、2018 或 2018年8月20日"),
    (r"not a sum of money: '(.+?)'; .*", r"不是金额：“\1”；请写成 1亿元、5000万 或 3e8"),
    (r"since '(.+?)' lies after until '(.+?)'", r"起始日期 \1 晚于截止日期 \2"),
    (r"there is no document '(.+?)'; did you mean (.+)\?", r"没有文章“\1”；是不是 \2？"),
    (r"there is no document '(.+?)'.*", r"没有文章“\1”；kg search 可按词查找文章"),
    (r"'(.+?)' begins (\d+) document ids: (.+)", r"有 \2 篇文章的编号以“\1”开头：\3"),
    (r"question '(.+?)' has no parameter '(.+?)'; it has (.+)", r"问题 \1 没有参数 \2；它的参数是 \3"),
    (r"question '(.+?)' needs -p (.+?)=…; for example: (.+)", r"问题 \1 需要 -p \2=…；例如：\3"),
    (r"the name is empty; .*", r"名称为空；请输入名称、名称的一部分或拼音"),
    (r"facts are sorted by (.+), not '(.+?)'", r"排序只能是 \1，不能是“\2”"),
    (r"dates are compared by event or by published, not '(.+?)'", r"--by 只能是 event 或 published，不能是“\1”"),
)


def translate(message: str) -> str:
    """A message of the library in the language of this run; the place in front of it (file, line) stays."""
    if _Voice.language != "zh":
        return message
    for pattern, words in _ZH:
        match = re.search(rf"(?:^|(?<=: )){pattern}$", message, re.DOTALL)
        if match is not None:
            return message[: match.start()] + match.expand(words)
    return message


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
    columns: Sequence[tuple[str, str]], rows: Sequence[Mapping[str, object]], *, right: Iterable[str] = (), wide: str | None = None
) -> None:
    """A table that fits the terminal: (key, heading) pairs; `wide` is the column that gets what room is left."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for key, heading in columns:
        table.add_column(
            Text(heading),
            justify="right" if key in right else "left",
            overflow="fold",
            ratio=None,
            no_wrap=key in right,
            min_width=min(_width(heading), 12) if key != wide else 16,
        )
    for row in rows:
        table.add_row(*(Text("" if row.get(key) is None else str(row[key])) for key, _ in columns))
    _console().print(table)


def _width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


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
    return say(*STATUS_WORDS[status]) if status in STATUS_WORDS else (status or "")


def _sum(row: FactRow) -> str | None:
    if row.amount is None:
        return None
    return row.amount_text or f"{row.amount:f} {row.currency}"


# ---------------------------------------------------------------- build


@app.command(
    cls=_Command,
    help=_help(
        "读文章，建立或更新图谱库。可以是文件、文件夹（.txt .md .html .jsonl .csv），或 - 表示标准输入。",
        "Read articles and make or update the store: files, folders (.txt .md .html .jsonl .csv), or - for standard input.",
        "kg build data/news",
        "kg build articles/ --date 2018-08-20 --store my-store",
        "kg build articles/ --sync",
    ),
)
def build(
    paths: Annotated[list[str], typer.Argument(help=_("文件、文件夹或 -", "Files, folders, or -"), metavar="PATHS...", show_default=False)],
    store: StoreOption = DEFAULT_STORE,
    date: Annotated[
        str | None, typer.Option("--date", help=_("没有日期的文章的发表日期", "Publication date of articles that carry none"))
    ] = None,
    sync: Annotated[
        bool, typer.Option("--sync", help=_("同时撤下已从这些文件夹删除的文章", "Also withdraw articles that are gone from these folders"))
    ] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help=_("忽略缓存，全部重新抽取", "Extract everything again"))] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help=_("进程数（默认按文章数和处理器数）", "Processes (default: by articles and processors)"))
    ] = None,
    base: Annotated[str | None, typer.Option("--base", help=_("IRI 的前缀，建库时定", "Base of the IRIs, fixed when the store is made"))] = None,
    as_json: JsonOption = False,
) -> None:
    """Articles in, a store out."""
    from kg.pipeline import build as build_store

    with _progress() as progress:
        report = build_store(paths, store=store, date=date, sync=sync, rebuild=rebuild, jobs=jobs, base=base, progress=progress)
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
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=_console(err=True), transient=True
    ) as bar:
        tasks: dict[str, Any] = {}

        def step(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(names.get(stage, stage), total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield step


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
    _print_table([("what", say(f"图谱库 {store}", f"store {store}")), ("count", say("数量", "count"))], rows, right=["count"])
    if len(report.dropped) > 0:
        dropped = say("、", ", ").join(f"{reason} {n:,}" for reason, n in report.dropped.items())
        typer.echo(say(f"找到而未采用：{dropped}", f"found and dropped: {dropped}"))
    speed = say(f"，{report.speed:,.0f} 字/秒", f", {report.speed:,.0f} characters/s") if report.speed is not None else ""
    memory = say(f"，内存峰值 {report.peak_mb:,.0f} MB", f", peak memory {report.peak_mb:,.0f} MB") if report.peak_mb is not None else ""
    typer.echo(say(f"用时 {report.seconds:.1f} 秒{speed}{memory}", f"{report.seconds:.1f} s{speed}{memory}"))
    for where, reason in report.failed:
        _note(say(f"未读：{where}：{translate(reason)}", f"not read: {where}: {reason}"))
    for where, reason in report.skipped:
        _note(say(f"跳过：{where}：{translate(reason)}", f"skipped: {where}: {reason}"))


# ---------------------------------------------------------------- asking


NameArgument = Annotated[
    str,
    typer.Argument(
        metavar="NAME", show_default=False, help=_("名称、简称、拼音、首字母或编号", "A name, short name, pinyin, initials or id")
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
    type: Annotated[str | None, typer.Option("--type", "-t", help=_("只在这一类实体中找", "Only entities of this class"))] = None,  # noqa: A002
    as_json: JsonOption = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """One entity."""
    from kg import search

    ontology = _ontology()
    with _opened(store) as opened:
        page = search.show(opened, name, ontology=ontology, type=type)
    if as_json:
        _print_json(_page_dict(page))
    else:
        _print_page(page, ontology)


def _page_dict(page: EntityPage) -> dict[str, object]:
    hit = page.hit
    return {
        "id": hit.id, "iri": hit.iri, "label": hit.label, "type": hit.type, "aliases": list(hit.aliases), "code": hit.code,
        "path": list(hit.path), "documents": page.documents, "inside": page.inside, "facts": [_fact_dict(row) for row in page.facts],
    }  # fmt: skip


def _fact_dict(row: FactRow) -> dict[str, object]:
    roles: dict[str, list[dict[str, str]]] = {}
    for role, named in row.roles:
        roles.setdefault(role, []).append({"id": named.id, "label": named.label, "type": named.type})
    return {
        "iri": row.iri, "type": row.type, "label": row.label, "roles": roles, "date": row.date, "date_text": row.date_text,
        "amount": row.amount, "currency": row.currency, "amount_text": row.amount_text, "status": row.status,
        "confidence": row.confidence,
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
    return separator.join(f"{ontology.label(role, _Voice.language)} {comma.join(names)}" for role, names in by_role.items())


def _print_page(page: EntityPage, ontology: Ontology) -> None:
    from rich.text import Text

    console, hit = _console(), page.hit
    language = _Voice.language
    console.print(Text.assemble((hit.label, "bold"), f"  {ontology.label(hit.type, language)}  ", (hit.id, "dim")))
    if len(hit.aliases) > 0:
        console.print(Text(say("又称：", "also: ") + say("、", ", ").join(hit.aliases)))
    if len(hit.path) > 0:
        console.print(Text(say("位于：", "in: ") + " › ".join(hit.path)))
    inside = say(f"，其中有 {page.inside} 个实体", f", {page.inside} entities inside") if page.inside > 0 else ""
    console.print(
        Text(say(f"{page.documents} 篇文章提到，{len(page.facts)} 条事实{inside}", f"named by {page.documents} documents, {len(page.facts)} facts{inside}"))
    )
    kind = None
    for row in page.facts:
        if row.type != kind:
            kind = row.type
            count = sum(1 for r in page.facts if r.type == kind)
            console.print()
            console.print(Text(f"{ontology.label(kind, language)} ({count})", style="bold"))
        console.print(_fact_lines(row, ontology))


def _fact_lines(row: FactRow, ontology: Ontology) -> Text:
    from rich.text import Text

    status = None if row.status in (None, "done") else _status(row.status)
    parts = [row.date or row.date_text or say("时间不详", "no date"), row.label, _participants(row, ontology, separator=say("；", "; ")), _sum(row), status]
    line = Text("  " + "  ".join(p for p in parts if p is not None and p != ""))
    if row.confidence is not None:
        line.append(f"  {row.confidence:.2f}", style="dim")
    for telling in row.tellings:
        source = " ".join(p for p in (telling.document, telling.published) if p is not None)
        line.append(f"\n    “{' '.join(telling.quote.split())}”")
        line.append(f" — {source}", style="dim")
    return line


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
    type: Annotated[str | None, typer.Option("--type", "-t", help=_("事实类别（含下级），如 Agreement 或 协议", "Class of facts with its subclasses"))] = None,  # noqa: A002
    participants: Annotated[list[str] | None, typer.Option("--with", "-w", help=_("参与方，可重复", "A participant; repeatable"))] = None,
    place: Annotated[str | None, typer.Option("--place", help=_("地点及其所辖一切", "A place and everything inside it"))] = None,
    since: Annotated[str | None, typer.Option("--since", help=_("不早于，如 2016、2016-05、2016年5月", "Not before: 2016, 2016-05, 2016-05-01"))] = None,
    until: Annotated[str | None, typer.Option("--until", help=_("不晚于", "Not after"))] = None,
    by: Annotated[str, typer.Option("--by", help=_("按哪个日期：event 事情，published 发表", "Which date: event or published"))] = "event",
    min_amount: Annotated[str | None, typer.Option("--min-amount", help=_("金额至少，如 1亿元", "At least this sum, such as 1亿元 or 1e8"))] = None,
    document: Annotated[str | None, typer.Option("--document", "-d", help=_("文章编号或其开头", "Id of a document, or its start"))] = None,
    status: Annotated[str | None, typer.Option("--status", help=_("状态：done planned signed started completed ended denied", "done, planned, signed, started, completed, ended or denied"))] = None,
    min_confidence: Annotated[float | None, typer.Option("--min-confidence", min=0, max=1, help=_("置信度至少", "At least this confidence"))] = None,
    sort: Annotated[str, typer.Option("--sort", help=_("排序：date、amount 或 confidence", "date, amount or confidence, best first"))] = "date",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help=_("最多几条", "At most so many"))] = 50,
    offset: Annotated[int, typer.Option("--offset", min=0, help=_("跳过几条", "Leave out the first"))] = 0,
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
            min_confidence=min_confidence,
            sort=sort,
            limit=limit,
            offset=offset,
        )
    if as_json:
        _print_json([_fact_dict(row) for row in page.rows])
    else:
        _print_facts(page.rows, ontology, as_csv=as_csv)
    if page.total > offset + len(page.rows):
        shown = f"{offset + 1}–{offset + len(page.rows)}"
        _note(say(f"共 {page.total} 条，显示 {shown}；用 --offset {offset + limit} 看后面", f"{page.total} facts, showing {shown}; --offset {offset + limit} goes on"))
    if page.undated > 0:
        _note(say(f"另有 {page.undated} 条没有日期，未列出；--by published 按发表日期比较", f"{page.undated} more have no date; --by published compares by publication"))


def _status_name(text: str) -> str:
    for name, words in STATUS_WORDS.items():
        if text.strip().lower() in (name, *words):
            return name
    known = ", ".join(STATUS_WORDS)
    raise QueryError(say(f"没有状态“{text}”；可用：{known}", f"there is no status {text!r}; known: {known}"))


def _print_facts(rows: Sequence[FactRow], ontology: Ontology, *, as_csv: bool) -> None:
    language = _Voice.language
    if as_csv:
        flat = [
            {
                "iri": row.iri, "type": row.type, "label": row.label,
                "participants": "; ".join(f"{role}={named.label}" for role, named in row.roles),
                "date": row.date, "date_text": row.date_text,
                "amount": None if row.amount is None else f"{row.amount:f}", "currency": row.currency, "amount_text": row.amount_text,
                "status": row.status, "confidence": row.confidence,
                "document": row.tellings[0].document if len(row.tellings) > 0 else None,
                "quote": row.tellings[0].quote if len(row.tellings) > 0 else None,
            }
            for row in rows
        ]  # fmt: skip
        columns = ["iri", "type", "label", "participants", "date", "date_text", "amount", "currency", "amount_text", "status", "confidence", "document", "quote"]  # fmt: skip
        _print_csv(columns, flat)
        return
    table = []
    for row in rows:
        told = row.tellings[0] if len(row.tellings) > 0 else None
        kind = [row.label or ontology.label(row.type, language)]
        if row.status not in (None, "done"):
            kind.append(_status(row.status))
        more = say(f"（另有 {len(row.tellings) - 1} 处）", f" (and {len(row.tellings) - 1} more)") if len(row.tellings) > 1 else ""
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
    if len(rows) == 0:
        _note(say("没有符合条件的事实", "no fact passes these filters"))
    else:
        _print_table(columns, table, wide="quote")
