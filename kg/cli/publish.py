"""What leaves a store: view, serve, export."""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from kg.cli.application import DEFAULT_STORE, AllOption, StoreOption, app
from kg.cli.ask import note_unsure
from kg.cli.printing import aside, load_ontology, open_store
from kg.cli.voice import Command, Voice, both, help_with, say
from kg.errors import KgError, QueryError, StoreError, UnknownNameError


@app.command(
    cls=Command,
    help=help_with(
        "写出一个可离线打开的交互图谱网页。",
        "Write one interactive page of the graph, which opens offline.",
        "kg view -o graph.html",
        "kg view --around 南湖区 --depth 2 -o nanhu.html",
    ),
)
def view(
    output: Annotated[Path, typer.Option("--output", "-o", help=both("写到哪个文件", "File to write"))] = Path(
        "graph.html"
    ),
    around: Annotated[
        list[str] | None,
        typer.Option("--around", "-a", help=both("以这个实体为中心，可重复", "Around this entity; repeatable")),
    ] = None,
    depth: Annotated[int, typer.Option("--depth", min=1, max=10, help=both("离中心几步", "So many steps from it"))] = 1,
    type: Annotated[  # noqa: A002
        list[str] | None,
        typer.Option("--type", "-t", help=both("只要这些类别的事实，可重复", "Only facts of this class; repeatable")),
    ] = None,
    since: Annotated[str | None, typer.Option("--since", help=both("不早于", "Not before"))] = None,
    until: Annotated[str | None, typer.Option("--until", help=both("不晚于", "Not after"))] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            "-n",
            min=1,
            help=both(
                "一开始显示多少实体（默认：不超过 300 个则全部，否则最要紧的 120 个）",
                "So many entities in the picture at first (default: all up to 300, else the 120 that matter most)",
            ),
        ),
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help=both("网页标题", "Title of the page"))] = None,
    engine: Annotated[
        str,
        typer.Option(
            "--engine",
            "-e",
            help=both(
                "谁来画图：pyvis、canvas 或 auto（2000 条连线以内用 pyvis，更多用 canvas）",
                "What draws: pyvis, canvas, or auto (pyvis up to 2,000 edges, canvas above)",
            ),
        ),
    ] = "auto",
    everything: AllOption = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """The graph page."""
    page = write_page(
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
    note_unsure(page.unsure, load_ontology())


class _Written(NamedTuple):
    """A page that was written: how much is in it, what draws it, and the line between the engines."""

    entities: int
    facts: int
    edges: int
    engine: str
    line: int
    unsure: int


def write_page(
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
    """Writes the graph page of a store and says which engine draws it and why."""
    from kg import network as net
    from kg import search as asking
    from kg.values import parse_date
    from kg.view import EDGES, ENGINES, chosen_engine, read_articles, render

    if engine not in ENGINES:
        known = ", ".join(ENGINES)
        raise QueryError(say(f"没有叫 {engine} 的画法；可用：{known}", f"no engine {engine!r}; known: {known}"))

    ontology = load_ontology()
    classes = [asking.fact_class(ontology, name) for name in types]
    first, last = (None if text is None else parse_date(text) for text in (since, until))
    with open_store(store) as opened:
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
        language="zh" if Voice.language == "zh" else "en",
        engine=taken,
        limit=limit,
        focus=focus,
        articles=articles,
        least=0.0 if everything else ontology.shown,
    )
    write_file(output, page)
    return _Written(len(part.nodes), len(part.facts), edges, taken, EDGES, len(asked.facts) - len(part.facts))


def write_file(output: Path, text: str | bytes) -> None:
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
    cls=Command,
    help=help_with(
        "在浏览器里看：SPARQL 端点、实体页和图谱浏览。Ctrl-C 结束。",
        "Serve the store to a browser: SPARQL endpoint, entity pages and the explorer. Ctrl-C ends it.",
        "kg serve",
        "kg serve --port 9000 --store my-store --log-format text",
        "kg serve --base-iri https://data.example.org/kg/ --timeout 5 --max-rows 10000",
        "kg serve --store notes --writable --token-file token.txt",
    ),
)
def serve(
    host: Annotated[str, typer.Option("--host", help=both("监听地址", "Address to listen on"))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help=both("端口", "Port"))] = 8000,
    base_iri: Annotated[
        str | None,
        typer.Option(
            "--base-iri",
            help=both(
                "对外的网址（反向代理后可带路径）；应与建库时的 --base 相同",
                "Address of this server for the world, with a path behind a proxy; the same as --base of kg build",
            ),
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.1, help=both("一次查询最多几秒", "Seconds that one query may take"))
    ] = 10.0,
    max_rows: Annotated[
        int,
        typer.Option(
            "--max-rows", min=0, help=both("一次回答最多几行，0 为不限", "Rows of one answer, 0 for all of them")
        ),
    ] = 100_000,
    workers: Annotated[int, typer.Option("--workers", min=1, max=256, help=both("工作进程数", "Worker processes"))] = 2,
    memory: Annotated[
        int,
        typer.Option("--memory", min=256, help=both("每个工作进程最多几 MB 内存", "Megabytes that a worker may have")),
    ] = 2048,
    per_client: Annotated[
        int,
        typer.Option("--per-client", min=1, help=both("一个客户同时最多几个请求", "Requests of one client at a time")),
    ] = 128,
    queue: Annotated[
        int, typer.Option("--queue", min=1, help=both("最多几个请求排队", "Requests that may wait"))
    ] = 256,
    writable: Annotated[
        bool,
        typer.Option(
            "--writable", help=both("允许写入，须有 --token-file", "Let those write who have the --token-file")
        ),
    ] = False,
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", help=both("存放写入口令的文件", "File that holds the token for writing")),
    ] = None,
    log_format: Annotated[
        str,
        typer.Option("--log-format", help=both("访问日志：off、text 或 json", "Log of requests: off, text or json")),
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
        with open_store(store) as opened:
            # A missing or damaged store is told before the server starts.
            base = opened.iris.base
        if base_iri is not None and base_iri.rstrip("/") + "/" != base:
            aside(
                say(
                    f"注意：库中的 IRI 以 {base} 开头，在 {base_iri} 下打不开；"
                    f"要发布到那里，请用 kg build --rebuild --base {base_iri} 重建",
                    f"note: the IRIs of the store begin with {base} and do not resolve at {base_iri}; "
                    f"to publish them there, build with kg build --rebuild --base {base_iri}",
                )
            )
    from kg import server

    warning = server.exposed(host, language=Voice.language)
    if warning is not None:
        aside(warning)

    def ready(url: str) -> None:
        aside(say(f"{url} 　SPARQL：{url}sparql　（Ctrl-C 结束）", f"{url}  SPARQL: {url}sparql  (Ctrl-C ends it)"))

    server.serve(
        store,
        host=host,
        port=port,
        language=Voice.language,
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
    cls=Command,
    help=help_with(
        "导出：turtle trig ntriples nquads jsonld rdfxml graphml gexf csv jsonl。不给 -o 则写到标准输出。"
        "RDF 各格式是整个图谱库，把握不大的事实连同置信度也在其中；其余格式不含它们。",
        "Export as turtle, trig, ntriples, nquads, jsonld, rdfxml, graphml, gexf, csv or jsonl; to stdout without -o."
        " The RDF formats are the store itself, unsure facts with their confidence too; the others leave those out.",
        "kg export --format turtle -o graph.ttl",
        "kg export --format jsonl > facts.jsonl",
    ),
)
def export(
    form: Annotated[str, typer.Option("--format", "-F", help=both("格式", "Format"))] = "turtle",
    output: Annotated[Path | None, typer.Option("--output", "-o", help=both("写到哪个文件", "File to write"))] = None,
    document: Annotated[
        str | None, typer.Option("--document", "-d", help=both("只导出这篇文章", "Only this document"))
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
    ontology = load_ontology()
    least = 0.0 if everything else ontology.shown
    with open_store(store) as opened:
        if output is not None:
            if output.is_dir() and known != "csv":
                raise StoreError(say("这是文件夹，请给出文件名", "is a folder; name a file"), where=output)
            with contextlib.suppress(FileExistsError):
                output.parent.mkdir(parents=True, exist_ok=True)
            written = export_store(
                opened, output, format=known, ontology=ontology, document=document, min_confidence=least
            )
            typer.echo(_exported(written))
            note_unsure(written.unsure, ontology)
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
            note_unsure(written.unsure, ontology)


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
