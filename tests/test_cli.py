"""The command line as a user meets it: answers, languages, wrong input, exit codes, and how soon help comes."""

from __future__ import annotations

import copy
import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kg import cli
from kg.cli.printing import load_ontology
from kg.export import FORMATS

ROOT = Path(__file__).resolve().parent.parent

ARTICLES = {
    "nanhu.txt": "标题：南湖签约\n日期：2018-08-20\n\n2016年，嘉兴市南湖区与上海市杨浦区签订了合作框架协议。"
    "2017年6月，容川新能源股份有限公司投资2亿元建设嘉兴南湖产业园。",
    "kunshan.txt": "日期：2020-01-03\n\n江苏省昆山市与上海市嘉定区签订合作备忘录。",
    "nanjing.txt": "江苏省南京市鼓楼区与江苏省南京市玄武区签订合作协议。",
    "fuzhou.txt": "福建省福州市鼓楼区与福建省福州市仓山区签订合作协议。",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    (folder / "articles").mkdir()
    for name, text in ARTICLES.items():
        (folder / "articles" / name).write_text(text, encoding="utf-8")
    assert cli.run(["build", str(folder / "articles"), "--store", str(folder / "store")]) == 0
    return folder


@pytest.fixture(autouse=True)
def _here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KG_LANG", "LC_ALL", "LC_MESSAGES", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.setenv("KG_STORE", str(folder / "store"))
    monkeypatch.chdir(folder)


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.run(list(arguments))
    out, err = capsys.readouterr()
    return code, out, err


COMMANDS = (
    "build", "show", "facts", "search", "query", "path", "stats", "documents", "view", "serve", "export", "validate",
    "eval", "explain", "merge", "split", "rename", "add-alias", "reject", "confirm", "undo", "judgements", "review",
    "demo",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("language", "word"), [("zh", "例："), ("en", "Examples:")])
def test_help_has_an_example_in_both_languages(
    capsys: pytest.CaptureFixture[str], command: str, language: str, word: str
) -> None:
    code, out, _ = _run(capsys, "--lang", language, command, "--help")
    assert code == 0
    assert word in out
    assert f"kg {command}" in out.split(word)[1]
    assert "\x1f" not in out
    han = re.sub(r"kg .*|[（(].*?[)）]|例.*", "", out) if language == "en" else "x"
    assert language == "zh" or len(re.findall(r"[\u4e00-\u9fff]{6,}", han)) == 0


def test_every_command_is_tested_here() -> None:
    import typer

    assert set(typer.main.get_command(cli.app).commands) == set(COMMANDS)  # type: ignore[attr-defined]


def test_help_comes_at_once() -> None:
    # What takes time is importing; which modules that are is the same on a fast and on a slow machine.
    code = "import sys; from kg import cli; cli.run(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    heavy = {
        "pyoxigraph",
        "rdflib",
        "networkx",
        "pyvis",
        "pyshacl",
        "numpy",
        "starlette",
        "trafilatura",
        "opencc",
        "rjieba",
    }
    assert [name for name in sorted(heavy) if f"'{name}'" in done.stderr] == []


def test_show_tells_names_places_and_facts(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, "show", "南湖区")
    assert code == 0
    assert "浙江省 › 嘉兴市" in out
    assert "“2016年，嘉兴市南湖区与上海市杨浦区签订了合作框架协议。”" in out
    assert "2018-08-20" in out


def test_show_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, "show", "330402", "--json")
    page = json.loads(out)
    assert (code, page["label"], page["path"]) == (0, "南湖区", ["浙江省", "嘉兴市"])
    agreement = next(f for f in page["facts"] if f["type"] == "Agreement")
    assert [p["label"] for p in agreement["roles"]["party"]] == ["南湖区", "杨浦区"]


def test_facts_as_table_json_and_csv(capsys: pytest.CaptureFixture[str]) -> None:
    call = ["facts", "--type", "协议", "--with", "杨浦区", "--since", "2016"]
    _, table, _ = _run(capsys, *call)
    _, as_json, _ = _run(capsys, *call, "--json")
    _, as_csv, _ = _run(capsys, *call, "--csv")
    assert "签约方 南湖区、杨浦区" in table
    assert [f["date"] for f in json.loads(as_json)] == ["2016"]
    rows = list(csv.DictReader(io.StringIO(as_csv)))
    assert [row["participants"] for row in rows] == ["party=南湖区; party=杨浦区"]


def test_piped_output_has_no_colour(capsys: pytest.CaptureFixture[str]) -> None:
    for call in (["facts"], ["show", "南湖区"], ["stats"], ["query", "--list"]):
        _, out, err = _run(capsys, *call)
        assert "\x1b" not in out + err


@pytest.mark.parametrize("width", [60, 80, 120])
def test_tables_fit_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    from rich.cells import cell_len

    monkeypatch.setenv("COLUMNS", str(width))
    for call in (["facts"], ["show", "南湖区"], ["stats"], ["query", "--list"], ["documents"], ["search", "协议"]):
        _, out, _ = _run(capsys, *call)
        assert max(cell_len(line) for line in out.splitlines()) <= width, call


def test_search_finds_entities_and_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = _run(capsys, "search", "南湖", "--json")
    found = json.loads(out)
    assert "南湖区" in [e["label"] for e in found["entities"]]
    assert any("南湖区" in s["text"] for s in found["sentences"])


def test_query_text_file_stdin_and_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sparql = 'SELECT DISTINCT ?place { ?place kg:code "330402" }'
    (tmp_path / "q.rq").write_text(sparql, encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO(sparql))
    for call in ([sparql], ["-f", str(tmp_path / "q.rq")], ["-"]):
        _, out, _ = _run(capsys, "query", *call, "--csv")
        assert out == "place\nplace/330402\n"
    _, out, _ = _run(capsys, "query", "agreements-between", "-p", "a=浙江", "-p", "b=上海", "--json")
    assert [(r["partyA"], r["partyB"], r["date"]) for r in json.loads(out)] == [("南湖区", "杨浦区", "2016")]


def test_ask_and_construct(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(capsys, "query", "ASK { ?f a kg:Agreement }")[1] == "是\n"
    _, out, _ = _run(capsys, "query", "CONSTRUCT { ?f a kg:Agreement } WHERE { ?f a kg:Agreement }", "--csv")
    assert out.startswith("subject,predicate,object\nAgreement-")


def test_path_names_the_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(capsys, "path", "南湖区", "杨浦区")
    assert code == 0
    assert "南湖区 → 杨浦区" in out
    assert "签订了合作框架协议" in out


def test_view_writes_one_page(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = tmp_path / "deep" / "graph.html"
    assert _run(capsys, "view", "-o", str(page), "--around", "南湖区")[0] == 0
    assert "杨浦区" in page.read_text(encoding="utf-8")
    assert [p.name for p in page.parent.iterdir()] == ["graph.html"]


def test_what_is_unsure_is_left_out_and_counted_and_all_shows_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ontology = copy.copy(load_ontology())
    everything = json.loads(_run(capsys, "facts", "--all", "--json", "-n", "1000")[1])
    sure = sorted({fact["confidence"] for fact in everything})
    ontology.shown = sure[len(sure) // 2]
    for module in ("ask", "publish"):
        monkeypatch.setattr(f"kg.cli.{module}.load_ontology", lambda: ontology)
    left = sum(fact["confidence"] < ontology.shown for fact in everything)
    assert 0 < left < len(everything)
    note = f"另有 {left} 条事实置信度低于 {ontology.shown:g}，未列出；加 --all 可见"

    _, out, err = _run(capsys, "facts", "--json", "-n", "1000")
    assert (len(json.loads(out)), note in err) == (len(everything) - left, True)
    _, out, err = _run(capsys, "facts", "--all", "--json", "-n", "1000")
    assert (len(json.loads(out)), "置信度" in err) == (len(everything), False)
    _, out, err = _run(capsys, "facts", "--min-confidence", "0", "--json", "-n", "1000")
    assert (len(json.loads(out)), "--all" in err) == (len(everything), False)

    target = tmp_path / "facts.jsonl"
    for more, count in (([], len(everything) - left), (["--all"], len(everything))):
        _, _, err = _run(capsys, "export", "-F", "jsonl", "-o", str(target), *more)
        lines = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
        assert sum(line["kind"] == "fact" for line in lines) == count
        assert (note in err) == (len(more) == 0)

    name = next(f for f in everything if f["confidence"] < ontology.shown)["roles"].popitem()[1][0]["id"]
    few, all_ = (json.loads(_run(capsys, "show", name, "--json", *more)[1])["facts"] for more in ([], ["--all"]))
    assert all(fact["confidence"] >= ontology.shown for fact in few)
    assert len(few) < len(all_)
    assert "--all 可见" in _run(capsys, "show", name)[2]

    pages = [_run(capsys, "view", "-o", str(tmp_path / "graph.html"), *more) for more in ([], ["--all"])]
    assert [note in err for _, _, err in pages] == [True, False]
    assert f"{len(everything) - left} 条事实" in pages[0][1]
    assert f"{len(everything)} 条事实" in pages[1][1]


@pytest.mark.parametrize("form", list(FORMATS))
def test_export_to_a_file_and_to_standard_output(
    capfdbinary: pytest.CaptureFixture[bytes], form: str, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    assert cli.run(["export", "--format", form, "-o", str(target)]) == 0
    assert target.exists()
    capfdbinary.readouterr()
    code = cli.run(["export", "--format", form])
    sys.stdout.flush()
    out = capfdbinary.readouterr().out
    if form == "csv":
        assert (code, out) == (1, b"")
    else:
        assert out == target.read_bytes() != b""


def test_validate_says_that_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = _run(capsys, "validate")
    assert (code, out, err) == (0, "", f"{len(ARTICLES)} 篇文章全部符合\n")
    assert _run(capsys, "validate", "--json", "-d", "kunshan")[:2] == (0, "[]\n")


def test_eval_on_one_gold_file(capsys: pytest.CaptureFixture[str]) -> None:
    gold = sorted((ROOT / "data/gold/dev").glob("*.json"))[0]
    code, out, _ = _run(capsys, "eval", str(gold), "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert {row["measure"] for row in rows} >= {"entities", "pairs", "dates"}


def test_build_as_json_and_its_exit_code(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(ARTICLES["kunshan.txt"], encoding="utf-8")
    (tmp_path / "bad.txt").write_bytes(b"\x00\x01")
    code, out, _ = _run(capsys, "build", str(tmp_path), "--store", str(tmp_path / "s"), "--json")
    report = json.loads(out)
    assert (code, report["read"], len(report["failed"])) == (1, 1, 1)
    code, out, _ = _run(capsys, "build", str(tmp_path / "good.txt"), "--store", str(tmp_path / "s"))
    assert code == 0
    assert "未变" in out


WRONG = [
    (["show", "没有的名字呀"], 1, "没有名为"),
    (["show", "鼓楼区"], 1, "可能指 2 个对象，请改用编号：place/320106"),
    (["facts", "--type", "Agrement"], 1, "没有类型“Agrement”；是不是 协议"),
    (["facts", "--since", "很久以前吧"], 1, "不是日期：“很久以前吧”"),
    (["facts", "--since", "2019", "--until", "2018"], 1, "晚于"),
    (["facts", "--min-amount", "许多"], 1, "不是金额：“许多”"),
    (["facts", "--status", "maybe"], 1, "没有状态“maybe”"),
    (["facts", "--sort", "size"], 1, "排序只能是"),
    (["facts", "--document", "zzzz"], 1, "没有文章“zzzz”"),
    (["query", "SELECT ?s {\n ?s ?p }"], 1, "第 2 行第"),
    (["query", "SELECT * { SERVICE <http://x/> { ?s ?p ?o } }"], 1, "SERVICE"),
    (["query", "INSERT DATA { <a:a> <b:b> <c:c> }"], 1, "INSERT"),
    (["query", "agreements-betwen"], 1, "是不是 agreements-between"),
    (["query", "settlements"], 1, "需要 -p place=…；例如：kg query settlements"),
    (["query", "settlements", "-p", "nowhere=1", "-p", "place=浙江"], 1, "没有参数 nowhere"),
    (["query", "settlements", "-p", "浙江"], 2, "-p 名称=值"),
    (["query"], 2, "请给出查询"),
    (["query", "-f", "nowhere.rq"], 1, "nowhere.rq: 没有这个文件"),
    (["path", "南湖区", "南湖区"], 1, "同一个实体"),
    (["build", "nowhere"], 1, "nowhere: 没有这个文件或文件夹"),
    (["build"], 2, "缺少参数 PATHS"),
    (["build", "articles", "--date", "明后天"], 1, "不是日期：“明后天”"),
    (["build", "articles", "--jobs", "0"], 2, "--jobs"),
    (["stats", "--store", "nowhere"], 1, "kg build"),
    (["stats", "--store", "articles"], 1, "articles"),
    (["stats", "--store", "articles/nanhu.txt"], 1, "nanhu.txt"),
    (["export", "--format", "docx"], 1, "没有格式“docx”"),
    (["export", "-o", "articles"], 1, "文件夹"),
    (["view", "-o", "articles"], 1, "文件夹"),
    (["view", "--since", "2999"], 1, "没有写网页"),
    (["fakts"], 2, "没有命令 fakts"),
    (["facts", "--typ", "x"], 2, "没有选项 --typ"),
    (["facts", "--type"], 2, "--type"),
    (["stats", "more"], 2, "多余的参数：more"),
    (["--lang", "fr", "stats"], 2, "fr"),
]


@pytest.mark.parametrize(("call", "code", "words"), WRONG, ids=[" ".join(c[0])[:40] for c in WRONG])
def test_wrong_input_is_one_line_and_an_exit_code(
    capsys: pytest.CaptureFixture[str], call: list[str], code: int, words: str
) -> None:
    got, out, err = _run(capsys, *call)
    assert (got, out) == (code, "")
    assert err.startswith("错误：")
    assert err.count("\n") == 1
    assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize(("call", "code", "words"), WRONG, ids=[" ".join(c[0])[:40] for c in WRONG])
def test_wrong_input_in_english(capsys: pytest.CaptureFixture[str], call: list[str], code: int, words: str) -> None:
    got, out, err = _run(capsys, "--lang", "en", *call)
    assert (got, out) == (code, "")
    assert err.startswith("error: ")
    typed = "".join(call)
    assert [
        c
        for c in re.findall(r"[\u4e00-\u9fff]", err)
        if c not in typed and c not in "亿元万年月日江苏省南京市福建州鼓楼区浙"
    ] == []


def test_a_store_of_another_version(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "meta.json").write_text('{"format": 99, "base": "https://kg.example/"}', encoding="utf-8")
    code, _, err = _run(capsys, "stats", "--store", str(tmp_path / "s"))
    assert code == 1
    assert "kg build --rebuild" in err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    code, _, err = _run(capsys, "build", "articles", "--store", str(locked / "s"))
    assert code == 1
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW.UTF-8"}, "zh"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_MESSAGES": "zh_CN", "LANG": "C"}, "zh"),
        ({"KG_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"KG_LANG": "ZH", "LANG": "C"}, "zh"),
        ({}, "en"),
    ],
)
def test_language_of_the_environment(environment: dict[str, str], language: str) -> None:
    assert cli.locale_language(environment) == language


def test_a_broken_pipe_is_quiet() -> None:
    command = f"{sys.executable} {ROOT / 'cli.py'} export --format nquads | head -c 10 > /dev/null"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.stderr == ""


def test_ctrl_c_ends_with_a_message(folder: Path, tmp_path: Path) -> None:
    # Reading standard input that never comes is the longest moment there is.
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), "build", "-", "--store", str(tmp_path / "s")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    for _ in range(100):
        time.sleep(0.1)
        if (tmp_path / "s" / "records.sqlite").exists():
            break
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert err.startswith("已中断")
    assert err.count("\n") == 1


def test_standard_input_is_an_article(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "build", "-", "--store", str(tmp_path / "s"), "--json"],
        input=ARTICLES["kunshan.txt"], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["read"] == 1


def test_a_terminal_without_chinese_gets_question_marks(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, str(ROOT / "cli.py"), "stats"], capture_output=True, env=environment)
    assert done.returncode == 0
    assert b"?" in done.stdout


# ---------------------------------------------------------------- judgements


@pytest.fixture
def judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A store of its own that may be judged, and the folder of its articles."""
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.txt").write_text(
        "启岳集团董事长张伟与嘉兴市签约。2020年5月13日，启岳集团与永瑞电子签订合作协议。", encoding="utf-8"
    )
    (articles / "b.txt").write_text("江海大学校长张伟访问北京市。", encoding="utf-8")
    monkeypatch.setenv("KG_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("KG_WHO", "张三")
    assert cli.run(["build", str(articles), "--date", "2020-05-14"]) == 0
    capsys.readouterr()
    return articles


def test_a_judgement_holds_at_once_and_after_a_rebuild_and_is_taken_back(
    capsys: pytest.CaptureFixture[str], judged: Path
) -> None:
    assert _run(capsys, "show", "张伟")[0] == 1
    code, out, err = _run(capsys, "merge", "person/张伟(江海大学)", "person/张伟(启岳集团)", "-m", "同一人")
    assert code == 0
    assert "person/张伟" in out
    assert "kg undo j-" in err
    for arguments in ([], ["build", str(judged), "--rebuild", "--date", "2020-05-14"]):
        assert len(arguments) == 0 or _run(capsys, *arguments)[0] == 0
        code, out, _ = _run(capsys, "show", "张伟")
        assert code == 0
        assert "张三" in out
        assert "同一人" in out
    page = json.loads(_run(capsys, "show", "张伟", "--json")[1])
    assert [j["action"] for j in page["judgements"]] == ["merge"]
    rows = json.loads(_run(capsys, "judgements", "--json")[1])
    assert [(r["action"], r["applies"], r["line"]) for r in rows] == [("merge", True, 3)]
    assert _run(capsys, "undo")[0] == 0
    assert _run(capsys, "show", "张伟")[0] == 1


def test_a_rejected_fact_is_gone_and_a_confirmed_one_is_sure(capsys: pytest.CaptureFixture[str], judged: Path) -> None:
    (fact,) = json.loads(_run(capsys, "facts", "--type", "协议", "--with", "永瑞电子", "--json")[1])
    name = fact["iri"].rpartition("/")[2]
    assert name in _run(capsys, "facts", "--ids")[1].replace("\n", "")
    assert _run(capsys, "confirm", name[:-3], "-m", "公告")[0] == 0
    (sure,) = json.loads(_run(capsys, "facts", "--with", "永瑞电子", "--min-confidence", "0.99", "--json")[1])
    assert (sure["confidence"], sure["judgements"][0]["reason"]) == (1.0, "公告")
    assert _run(capsys, "reject", name, "-m", "误读")[0] == 0
    assert json.loads(_run(capsys, "facts", "--with", "永瑞电子", "--json")[1]) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["merge", "启岳集团", "江海大学"], "理由"),
        (["merge", "启岳集团", "启岳集团", "-m", "x"], "已经是同一个对象"),
        (["merge", "启岳集团", "没有的东西", "-m", "x"], "没有名为"),
        (["merge", "place/330400", "place/110000", "-m", "x"], "代码不同"),
        (["merge", "启岳集团", "person/张伟(启岳集团)", "-m", "x"], "一个是人"),
        (["split", "启岳集团", "启岳集团", "-m", "x"], "名称@文章编号"),
        (["split", "启岳集团@zz", "启岳集团@a", "-m", "x"], "没有文章"),
        (["reject", "Agreement-000000000000", "-m", "x"], "没有事实"),
        (["undo"], "没有可撤销的判断"),
        (["undo", "j-00"], "没有可撤销的判断"),
        (["review", "--kind", "x"], "没有“x”"),
    ],
)
def test_a_judgement_that_cannot_be_made_leaves_nothing_behind(
    capsys: pytest.CaptureFixture[str], judged: Path, arguments: list[str], said: str
) -> None:
    code, _, err = _run(capsys, *arguments)
    assert code == 1
    assert said in err
    assert err.count("\n") == 1
    file = judged / "judgements.tsv"
    assert not file.exists() or all(line.startswith("#") for line in file.read_text(encoding="utf-8").splitlines())


def test_a_judgement_about_nothing_is_reported_by_every_build(capsys: pytest.CaptureFixture[str], judged: Path) -> None:
    line = "merge\tcompany/没有\tcompany/启岳集团\t旧\t李四\t2026-01-01T00:00:00Z\n"
    (judged / "judgements.tsv").write_text(line, encoding="utf-8")
    for _ in range(2):
        code, _, err = _run(capsys, "build", str(judged))
        assert code == 0
        assert "judgements.tsv:1" in err
        assert "没有叫“company/没有”的对象" in err
    (judged / "judgements.tsv").write_text(line + "merge\n", encoding="utf-8")
    code, _, err = _run(capsys, "build", str(judged))
    assert code == 1
    assert "judgements.tsv:2: " in err


def test_a_table_of_known_entities_is_remembered_until_it_is_forgotten(
    capsys: pytest.CaptureFixture[str], judged: Path
) -> None:
    table = judged / "known.csv"
    table.write_text("name,aliases,type,id\n永瑞电子股份有限公司,永瑞电子,企业,9133X\n", encoding="utf-8")
    assert _run(capsys, "build", str(judged), "--gazetteer", str(judged / "none.csv"))[0] == 1
    for more in (["--gazetteer", str(table)], [], ["--rebuild", "--date", "2020-05-14"]):
        assert _run(capsys, "build", str(judged), *more)[0] == 0
        assert json.loads(_run(capsys, "show", "永瑞电子", "--json")[1])["identifiers"] == ["9133X"]
    table.unlink()
    assert _run(capsys, "build", str(judged))[0] == 1
    assert _run(capsys, "build", str(judged), "--gazetteer", "-")[0] == 0
    assert json.loads(_run(capsys, "show", "永瑞电子", "--json")[1])["identifiers"] == []
