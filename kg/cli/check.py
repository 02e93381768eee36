"""How good it is: validate, eval, explain."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.application import DEFAULT_STORE, CsvOption, JsonOption, StoreOption, app
from kg.cli.messages import class_names
from kg.cli.printing import (
    STATUS_WORDS,
    aside,
    load_ontology,
    make_console,
    open_store,
    print_json,
    print_rows,
    status_words,
)
from kg.cli.publish import write_file
from kg.cli.voice import Command, Voice, both, help_with, say
from kg.errors import ReadError

if TYPE_CHECKING:
    from kg.evaluate import Miss
    from kg.explain import Explanation
    from kg.model import Document
    from kg.ontology import Ontology


@app.command(
    cls=Command,
    help=help_with(
        "按 ontology/shapes.ttl 检查图谱库。",
        "Check the store against ontology/shapes.ttl.",
        "kg validate",
        "kg validate --json",
    ),
)
def validate(
    document: Annotated[
        str | None, typer.Option("--document", "-d", help=both("只检查这篇文章", "Only this document"))
    ] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """SHACL."""
    from kg import search as asking
    from kg.store import validate as check

    ontology = load_ontology()
    with open_store(store) as opened:
        ids = None if document is None else [opened.iris.id_of(asking.document_iri(opened, document)) or document]
        found = check(opened, ontology=ontology, documents=ids, language=Voice.language)
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
        print_rows(columns, rows, as_json=as_json, as_csv=as_csv, wide="quote")
    if len(rows) > 0:
        aside(say(f"{count} 篇文章，{len(rows)} 处不符", f"{count} documents, {len(rows)} faults"))
        raise typer.Exit(1)
    aside(say(f"{count} 篇文章全部符合", f"all {count} documents conform"))


@app.command(
    name="eval",
    cls=Command,
    help=help_with(
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
            help=both("标注文件夹（默认：自带的 data/gold）", "Folder of gold files (default: the shipped data/gold)"),
        ),
    ] = None,
    articles: Annotated[
        Path | None,
        typer.Option(
            "--articles",
            help=both(
                "文章所在文件夹（默认：自带示例，其次标注旁边）",
                "Folder of the articles (default: the samples, then beside the gold files)",
            ),
        ),
    ] = None,
    errors: Annotated[
        bool,
        typer.Option(
            "--errors",
            help=both(
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
    ontology = load_ontology()
    report = score(gold, ontology=ontology, gazetteer=Gazetteer.load(), articles=articles)
    if errors:
        _print_misses(report.errors(), as_json=as_json, as_csv=as_csv)
        return
    if as_json:
        print_json(report.to_json())
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
    print_rows(list(heading.items()), rows, as_json=False, as_csv=as_csv, right=numbers)


def _print_misses(misses: Sequence[Miss], *, as_json: bool, as_csv: bool) -> None:
    rows = [{"article": m.article, "kind": m.kind, "what": m.what} for m in misses]
    if not (as_json or as_csv):
        rows = [{"article": r["article"], "kind": _miss(r["kind"]), "what": class_names(r["what"])} for r in rows]
    columns = [("article", say("文章", "article")), ("kind", say("错误", "fault")), ("what", say("内容", "what"))]
    print_rows(columns, rows, as_json=as_json, as_csv=as_csv, wide="what")


def _miss(kind: str) -> str:
    """The kind of an error in the language of this run: `missed pair` is 漏掉 事实."""
    first, _, second = kind.partition(" ")
    return say(" ".join((_MISSES.get(first, first), _MISSES.get(second, second))).strip(), kind)


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
    shown["class"] = ontology.label(kind, Voice.language) if isinstance(kind, str) else say("合计", "all")
    if measure == "confidence":
        middle = float(str(kind))
        shown["class"] = f"{middle - 0.05:.2f}–{min(middle + 0.05, 1):.2f}"
    return shown


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
    return status_words(word) if word in STATUS_WORDS else say(*_EXPLAINED.get(word, (word, word)))


@app.command(
    cls=Command,
    help=help_with(
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
        typer.Argument(metavar="FILE|TEXT", help=both("文件、文本，或 - 读标准输入", "A file, a text, or - for stdin")),
    ],
    sentence: Annotated[
        int | None, typer.Option("--sentence", "-s", min=1, help=both("只看第几句", "Only this sentence, from 1"))
    ] = None,
    date: Annotated[
        str | None,
        typer.Option("--date", help=both("文章没有日期时的发表日期", "Publication date where it carries none")),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help=both("写成可离线打开的网页", "Write a page that opens offline"))
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
    ontology = load_ontology()
    extractor = Extractor(ontology, Gazetteer.load())
    explanations = [explaining.explain(document, extractor=extractor) for document in documents]
    for explanation in explanations:
        count = len(explanation.sentences)
        if sentence is not None and sentence > count:
            where = explanation.document.origin or explanation.document.id
            raise ReadError(f"has {count} sentences; there is no sentence {sentence}", where=where)
    if as_json:
        values = [explaining.as_json(e, sentence=sentence) for e in explanations]
        print_json(values[0] if len(values) == 1 else values)
    if html is not None:
        write_file(
            html,
            explaining.page(
                explanations[0],
                ontology=ontology,
                language=Voice.language,
                words=_explained,
                sentence=sentence,
            ),
        )
        aside(say(f"已写出 {html}", f"written to {html}"))
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

    console, document = make_console(), explanation.document
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
            explanation, reading, ontology=ontology, language=Voice.language, words=_explained
        ):
            row = Text.assemble((f"{head}  ", looks[kind]), (line, "dim" if kind == "outdone" else ""))
            row.append(f"  {rule}", style="dim")
            console.print(Padding(row, (0, 0, 0, 4), expand=False))
