"""Builds: what is read again and what is not, what fails alone, one process and many, withdrawal and interruption."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from kg.corpus import Source, find_sources
from kg.errors import DateError, ReadError, StoreError
from kg.extract import Extractor
from kg.gazetteer import Gazetteer
from kg.ontology import Ontology
from kg.pipeline import BuildReport, extract_source
from kg.pipeline import build as build_anew
from kg.store import Store

ROOT = Path(__file__).resolve().parent.parent

ARTICLES = {
    "a.txt": "标题：南湖签约\n日期：2018-08-20\n\n2016年，嘉兴市南湖区与上海市杨浦区签订了合作框架协议。",
    "b.txt": "日期：2019-03-01\n\n闻泰通讯落户嘉兴市南湖区。",
    "sub/c.jsonl": '{"text": "浙江省嘉兴市与上海市徐汇区签订战略合作协议。", "date": "2020-01-02"}\n'
    '{"text": "江苏省昆山市与上海市嘉定区签订合作备忘录。", "date": "2020-01-03"}\n',
}


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    for name, text in ARTICLES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


ONTOLOGY, GAZETTEER = Ontology.load(), Gazetteer.load()


def build(paths: Sequence[Path | str], *, store: Path, **options: Any) -> BuildReport:
    """A build that does not load the ontology and the gazetteer again."""
    return build_anew(paths, store=store, ontology=ONTOLOGY, gazetteer=GAZETTEER, **options)


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor(ONTOLOGY, GAZETTEER)


def _lines(store: Path) -> list[str]:
    with Store.open(store, read_only=True) as opened:
        return sorted(map(str, opened.quads()))


def test_from_bytes_to_facts(articles: Path, tmp_path: Path) -> None:
    report = build_anew([articles], store=tmp_path / "s")
    assert (report.sources, report.read, report.added, report.failed) == (3, 4, 4, ())
    assert report.facts["Agreement"] >= 3
    with Store.open(tmp_path / "s", read_only=True) as store:
        sparql = """ASK { ?fact a kg:Agreement ; kg:party ?a , ?b ; kg:date "2016"^^xsd:gYear .
                          ?a kg:code "330402" . ?b kg:code "310110" }"""
        assert store.query(sparql).boolean is True


def test_second_build_reads_nothing_and_writes_nothing(articles: Path, tmp_path: Path) -> None:
    build([articles], store=tmp_path / "s")
    for file in articles.rglob("*.*"):
        # Other content under the same size and time would only be seen by a build that opens the file.
        stat = file.stat()
        file.write_bytes(b"x" * stat.st_size)
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    before = _lines(tmp_path / "s")
    report = build([articles], store=tmp_path / "s")
    assert (report.read, report.unchanged, report.added, report.replaced, report.withdrawn) == (0, 4, 0, 0, 0)
    assert _lines(tmp_path / "s") == before


def test_touched_file_is_not_extracted_again(articles: Path, tmp_path: Path) -> None:
    build([articles], store=tmp_path / "s")
    os.utime(articles / "a.txt", ns=(1, 1))
    report = build([articles], store=tmp_path / "s")
    assert (report.read, report.unchanged) == (0, 4)


def test_changed_article_replaces_its_graph_only(articles: Path, tmp_path: Path) -> None:
    build([articles], store=tmp_path / "s")
    (articles / "sub/c.jsonl").write_text(
        '{"id": "x1", "text": "浙江省嘉兴市与上海市徐汇区签订战略合作协议。", "date": "2020-01-02"}\n', encoding="utf-8"
    )
    first = build([articles], store=tmp_path / "s")
    (articles / "sub/c.jsonl").write_text(
        '{"id": "x1", "text": "浙江省嘉兴市与上海市长宁区签订战略合作协议。", "date": "2020-01-02"}\n', encoding="utf-8"
    )
    second = build([articles], store=tmp_path / "s")
    assert (first.read, first.added, first.withdrawn) == (1, 1, 2)
    assert (second.read, second.added, second.replaced, second.withdrawn) == (1, 0, 1, 0)


def test_sync_withdraws_what_is_gone(articles: Path, tmp_path: Path) -> None:
    build([articles], store=tmp_path / "s")
    (articles / "b.txt").unlink()
    assert build([articles], store=tmp_path / "s").withdrawn == 0
    assert build([articles], store=tmp_path / "s", sync=True).withdrawn == 1
    with Store.open(tmp_path / "s", read_only=True) as store:
        assert len(store.graphs()) == 3


def test_sync_leaves_other_folders_alone(articles: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text("日期：2021-01-01\n\n江苏省昆山市与上海市嘉定区签订协议。", encoding="utf-8")
    build([articles], store=tmp_path / "s")
    report = build([other], store=tmp_path / "s", sync=True)
    assert (report.added, report.withdrawn, report.unchanged) == (1, 0, 4)


def test_two_folders_with_a_file_of_one_name(articles: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text("日期：2021-01-01\n\n江苏省昆山市与上海市嘉定区签订协议。", encoding="utf-8")
    assert build([articles, other], store=tmp_path / "s").added == 5


def test_rebuild_keeps_these_articles_alone(articles: Path, tmp_path: Path) -> None:
    build([articles], store=tmp_path / "s")
    report = build([articles / "a.txt"], store=tmp_path / "s", rebuild=True)
    assert (report.read, report.added) == (1, 1)
    with Store.open(tmp_path / "s", read_only=True) as store:
        assert len(store.graphs()) == 1


def test_the_same_articles_give_the_same_triples(articles: Path, tmp_path: Path) -> None:
    build([articles], store=tmp_path / "one")
    build([articles / "sub", articles / "b.txt"], store=tmp_path / "two")
    build([articles / "a.txt"], store=tmp_path / "two")
    build([articles], store=tmp_path / "three", jobs=2)
    assert _lines(tmp_path / "one") == _lines(tmp_path / "two") == _lines(tmp_path / "three")


def test_a_broken_article_stops_no_other(articles: Path, tmp_path: Path) -> None:
    (articles / "broken.txt").write_bytes(b"\x00\x01\x02")
    (articles / "empty.txt").write_text("", encoding="utf-8")
    (articles / "picture.png").write_bytes(b"\x89PNG")
    report = build([articles], store=tmp_path / "s")
    assert report.read == 4
    assert sorted(Path(where).name for where, _ in report.failed) == ["broken.txt", "empty.txt"]
    assert [Path(where).name for where, _ in report.skipped] == ["picture.png"]
    again = build([articles], store=tmp_path / "s")
    assert (again.read, again.failed) == (0, report.failed)


class _Failing(Extractor):
    """An extractor with a fault of its own, which no article of ours can provoke."""

    def extract(self, document):  # type: ignore[no-untyped-def]
        if "徐汇" in document.text:
            raise RecursionError("too deep")
        return super().extract(document)


def test_a_fault_of_the_extractor_costs_one_document(articles: Path, extractor: Extractor) -> None:
    source = find_sources([articles / "sub/c.jsonl"])[0][0]
    result = extract_source(source, extractor=_Failing(extractor.ontology, extractor.gazetteer))
    assert len(result.extractions) == 1
    assert len(result.problems) == 1
    assert "c.jsonl:1: cannot be analysed (RecursionError: too deep)" in result.problems[0]


def test_a_source_that_vanished_is_told(extractor: Extractor, tmp_path: Path) -> None:
    result = extract_source(Source(tmp_path / "gone.txt", "gone.txt", 1, 1), extractor=extractor)
    assert result.extractions == ()
    assert "gone.txt: cannot be read" in result.problems[0]


def test_two_articles_of_one_id_are_told(tmp_path: Path, extractor: Extractor) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text(
        '{"id": "n1", "text": "甲。"}\n{"id": "n1", "text": "乙。"}\n{"id": "n1", "text": "甲。"}\n', encoding="utf-8"
    )
    result = extract_source(find_sources([file])[0][0], extractor=extractor)
    assert [x.document.text for x in result.extractions] == ["甲。"]
    assert len(result.problems) == 1


def test_a_given_date_dates_the_others(articles: Path, tmp_path: Path) -> None:
    (articles / "undated.txt").write_text("去年，嘉兴市与上海市徐汇区签订合作协议。", encoding="utf-8")
    without = build([articles], store=tmp_path / "s")
    with_date = build([articles], store=tmp_path / "s", date="2018")
    assert (without.undated, with_date.undated) == (1, 0)
    assert with_date.read == 5  # another date is another reading
    assert without.relative >= 1 > with_date.relative


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"paths": ["nowhere"]}, ReadError, "no such file or folder"),
        ({"paths": []}, ReadError, "no article"),
        ({"date": "soon"}, DateError, "soon"),
        ({"base": "no iri"}, StoreError, "base of IRIs"),
    ],
)
def test_wrong_calls_are_named(
    articles: Path, tmp_path: Path, options: dict[str, object], error: type[Exception], words: str
) -> None:
    call = {"paths": [articles], **options}
    with pytest.raises(error, match=words):
        build(call.pop("paths"), store=tmp_path / "s", **call)  # type: ignore[arg-type]


def test_empty_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReadError, match="holds no article that can be read"):
        build([tmp_path / "empty"], store=tmp_path / "s")


@pytest.mark.slow
def test_a_killed_build_is_ended_by_the_next(articles: Path, tmp_path: Path) -> None:
    for n in range(60):
        (articles / f"n{n}.txt").write_text(
            f"日期：2018-01-01\n\n第{n}次，嘉兴市与上海市徐汇区签订合作协议。", encoding="utf-8"
        )
    command = [sys.executable, str(ROOT / "cli.py"), "build", str(articles), "--store", str(tmp_path / "s")]
    for delay, sign in ((0.8, signal.SIGKILL), (1.0, signal.SIGINT)):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(delay)
        process.send_signal(sign)
        _, said = process.communicate()
        assert b"Traceback" not in said
    build([articles], store=tmp_path / "s")
    build([articles], store=tmp_path / "whole")
    assert _lines(tmp_path / "s") == _lines(tmp_path / "whole")
