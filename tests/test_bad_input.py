"""Bad input, as it comes: each kind gives one message with file, line and remedy, and leaves a store that opens.

What has a test where it belongs is not repeated here: see docs/trials.md for the whole list.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kg import cli, corpus
from kg.store import Store

ROOT = Path(__file__).resolve().parent.parent
GOOD = "嘉兴市南湖区与上海市杨浦区签订合作协议。"
ARTICLE = f"日期：2018-08-20\n\n{GOOD}"
CLI = [sys.executable, str(ROOT / "cli.py")]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KG_STORE", "KG_DEBUG", "LC_ALL", "LC_MESSAGES", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KG_LANG", "zh")
    monkeypatch.chdir(tmp_path)


def _opens(store: str = "kg-store") -> int:
    """How many documents the store holds; fails where it does not open."""
    with Store.open(Path(store), read_only=True) as opened:
        return len(opened.graphs())


ARTICLES: list[tuple[str, str, bytes, tuple[str, ...]]] = [
    ("empty", "a.txt", b"", ("a.txt：", "文件是空的", "请写入文章")),
    ("binary", "a.txt", bytes(range(256)) * 8, ("a.txt：", "二进制", "UTF-8")),
    ("picture", "a.txt", b"\x89PNG\r\n\x1a\n" + b"\0" * 64, ("a.txt：", "图片", ".txt")),
    ("control", "a.txt", ("\x01\x02\x03" * 400).encode(), ("a.txt：", "控制字符", "UTF-8")),
    ("mixed", "a.txt", ARTICLE.encode() + GOOD.encode("gb18030"), ("a.txt:3：", "混用了两种编码", "请重新存为")),
    ("no text", "a.html", b"<html><head><title>x</title></head><body></body></html>", ("a.html：", "没有正文", ".txt")),
    ("page in a title", "a.html", f"<html><title>签约<body><p>{GOOD}".encode(), ("a.html：", "没有正文", ".txt")),
    ("not json", "a.jsonl", f'{{"text": "{GOOD}"}}\n{{"text": oops}}\n'.encode(), ("a.jsonl:2：", "不是 JSON")),
    ("a list", "a.jsonl", b"[1, 2]\n", ("a.jsonl", "JSON 数组", "每行写一个")),
    ("no field", "a.jsonl", b'{"title": "x"}\n', ("a.jsonl:1：", "现有字段：title", "text")),
    ("no string", "a.jsonl", b'{"text": 7}\n', ("a.jsonl:1：", "正文不是字符串")),
    ("json date", "a.jsonl", f'{{"text": "{GOOD}", "date": "2020-13-45"}}'.encode(), ("a.jsonl:1：", "“2020-13-45”")),
    ("header date", "a.txt", f"日期：某年某月\n\n{GOOD}".encode(), ("a.txt:1：", "“某年某月”不是日期", "2018-08-20")),
    ("yaml date", "a.md", f"---\ntitle: x\ndate: 2018-02-31\n---\n{GOOD}".encode(), ("a.md:3：", "“2018-02-31”")),
    ("no column", "a.csv", b"a,b\n1,2\n", ("a.csv:1：", "现有各列：a、b", "text")),
    (
        "long row",
        "a.csv",
        f"text,date\n{GOOD},2018-01-01,x\n再次，{GOOD},2019\n".encode(),
        ("a.csv:2：", "3 格", "引号"),
    ),
]


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A store of all these articles, a folder each, and the messages of its build."""
    folder = tmp_path_factory.mktemp("bad")
    for kind, name, data, _ in ARTICLES:
        (folder / "in" / kind.replace(" ", "-")).mkdir(parents=True)
        (folder / "in" / kind.replace(" ", "-") / name).write_bytes(data)
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stderr(io.StringIO()) as said:
        patch.setenv("KG_LANG", "zh")
        patch.chdir(folder)
        assert cli.run(["build", "in"]) == 1
    return folder, said.getvalue().splitlines()


@pytest.mark.parametrize(
    ("kind", "name", "words"), [(a[0], a[1], a[3]) for a in ARTICLES], ids=[a[0] for a in ARTICLES]
)
def test_a_bad_article(bad: tuple[Path, list[str]], kind: str, name: str, words: tuple[str, ...]) -> None:
    about = [line for line in bad[1] if f"in/{kind.replace(' ', '-')}/{name}" in line]
    assert len(about) == 1
    assert about[0].startswith("未读：")
    assert [word for word in words if word not in about[0]] == []


def test_bad_articles_leave_a_store_that_opens_and_is_built_on(bad: tuple[Path, list[str]]) -> None:
    folder, said = bad
    assert len(said) == len(ARTICLES)
    assert _opens(str(folder / "kg-store")) == 2  # the good lines of a JSONL file and of a table with a bad one
    shutil.rmtree(folder / "in")
    (folder / "in").mkdir()
    (folder / "in" / "good.txt").write_text(ARTICLE, encoding="utf-8")
    assert cli.run(["build", str(folder / "in"), "--sync", "--store", str(folder / "kg-store")]) == 0
    assert _opens(str(folder / "kg-store")) == 1


@pytest.mark.parametrize(("name", "before", "after"), [("big.txt", "", ""), ("big.jsonl", '{"text": "', '"}\n')])
def test_a_line_of_fifty_megabytes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, before: str, after: str
) -> None:
    (tmp_path / name).write_bytes(before.encode() + b"a" * 50_000_000 + after.encode())
    assert cli.run(["build", name]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "文章太长" in err
    assert "请拆成每篇一个文件" in err
    assert _opens() == 0


def test_an_article_of_four_million_characters(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text(GOOD * (4_000_000 // len(GOOD)), encoding="utf-8")
    assert cli.run(["build", "long.txt"]) == 1
    assert f"上限 {corpus.MAX_CHARACTERS:,} 字" in capsys.readouterr().err


def test_control_characters_do_not_reach_the_terminal_of_another_program(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(f"日期：2018-08-20\n\n{GOOD[:5]}\x07{GOOD[5:]}", encoding="utf-8")
    assert cli.run(["build", "a.txt"]) == 0
    for form in ("rdfxml", "graphml", "gexf", "jsonld", "jsonl"):
        assert cli.run(["export", "--format", form, "-o", f"out.{form}"]) == 0
    assert cli.run(["view"]) == 0
    assert cli.run(["validate"]) == 0


def test_a_date_option_that_is_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(GOOD, encoding="utf-8")
    assert cli.run(["build", "a.txt", "--date", "2018-02-31"]) == 1
    assert "不是日期：“2018-02-31”；请写成 2018-08-20" in capsys.readouterr().err


def test_names_of_files_are_any_bytes(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    names = ['a "b" 文件\'s.txt', "-x.txt", "new\nline.txt", "百 分 %20.txt"]
    for n, name in enumerate(names):
        (folder / name).write_text(f"{ARTICLE}第{n}次。", encoding="utf-8")
    try:
        Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.txt")).write_text(ARTICLE, encoding="utf-8")
        names.append("\\xff")
    except (OSError, UnicodeEncodeError):
        pass  # a file system that takes UTF-8 alone has no such files
    assert cli.run(["build", "in", "--jobs", "2"]) == 0
    assert _opens() == len(names)
    capsys.readouterr()
    assert cli.run(["build", "in", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["unchanged"] == len(names)


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("display.ttl", "kg:Company", "kg:Compny", ("display.ttl:", "Compny")),
        ("patterns.toml", 'fact = "Agreement"', 'fact = "Agreemnt"', ("patterns.toml:", "Agreemnt", "Agreement")),
        ("shapes.ttl", "sh:targetClass kg:Company", "sh:targetClass kg:Compny", ("shapes.ttl:", "Compny")),
    ],
)
@pytest.mark.slow
def test_an_unknown_class_in_the_ontology(
    tmp_path: Path, file: str, old: str, new: str, words: tuple[str, ...]
) -> None:
    # The ontology of a checkout is its own: the program is run from a copy.
    shutil.copytree(ROOT / "kg", tmp_path / "kg", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "ontology", tmp_path / "ontology")
    (tmp_path / "data").symlink_to(ROOT / "data")
    broken = tmp_path / "ontology" / file
    text = broken.read_text(encoding="utf-8")
    assert old in text
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "kg", "build", "a.txt"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert [word for word in words if word not in done.stderr] == []
    assert not Path("kg-store").exists()


# ---------------------------------------------------------------- the machine


def _kg(*arguments: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*CLI, *arguments], capture_output=True, **options)  # type: ignore[call-overload, no-any-return]


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "good.txt").write_text(ARTICLE, encoding="utf-8")
    assert cli.run(["build", "good.txt"]) == 0
    return tmp_path


def _other(path: Path) -> None:
    (path / "kg-store" / "meta.json").write_text('{"format": 99, "base": "https://kg.example/"}', encoding="utf-8")


def _damage(path: Path) -> None:
    (path / "kg-store" / "records.sqlite").write_bytes(b"no database" * 100)


@pytest.mark.parametrize(("change", "words"), [(_other, "由另一版本建立"), (_damage, "已损坏")])
def test_a_store_of_another_version_or_a_damaged_one(
    capsys: pytest.CaptureFixture[str], built: Path, change: Callable[[Path], None], words: str
) -> None:
    change(built)
    capsys.readouterr()
    for call in (["stats"], ["build", "good.txt"]):
        assert cli.run(call) == 1
        err = capsys.readouterr().err
        assert err.count("\n") == 1
        assert words in err
        assert "kg build --rebuild" in err
    assert cli.run(["build", "good.txt", "--rebuild"]) == 0
    assert _opens() == 1


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder in which nobody may make files")
@pytest.mark.parametrize(
    "call",
    [["build", "good.txt", "--store", "/proc/kg"], ["view", "-o", "/proc/kg.html"], ["export", "-o", "/proc/kg.ttl"]],
)
def test_a_folder_that_cannot_be_written(capsys: pytest.CaptureFixture[str], built: Path, call: list[str]) -> None:
    capsys.readouterr()
    assert cli.run(call) == 1
    err = capsys.readouterr().err
    assert err.startswith("错误：/proc/kg")
    assert err.count("\n") == 1


def test_a_full_disk(built: Path) -> None:
    (built / "more").mkdir()
    for n in range(30):
        text = f"日期：2018-08-20\n\n第{n}次，{GOOD}" + "江苏省昆山市与上海市嘉定区签订合作备忘录。" * 40
        (built / "more" / f"{n}.txt").write_text(text, encoding="utf-8")

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    done = _kg("build", "more", preexec_fn=small)
    assert done.returncode == 1
    assert done.stderr.decode().count("\n") == 1
    assert "磁盘已满或不能写" in done.stderr.decode()
    assert _opens() == 1
    assert cli.run(["build", "more"]) == 0
    assert _opens() == 31


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="this system has no /dev/full")
def test_a_full_disk_behind_the_output(built: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*CLI, "stats"], stdout=full, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr.decode()) == (1, "错误：磁盘已满\n")
    assert _kg("view", "-o", "/dev/full").returncode == 1
    assert Path("/dev/full").is_char_device()


def test_a_device_is_written_to_and_stays_one(built: Path) -> None:
    os.mkfifo(built / "pipe")
    reader = subprocess.Popen(["cat", str(built / "pipe")], stdout=subprocess.PIPE)
    assert cli.run(["export", "--format", "ntriples", "-o", "pipe"]) == 0
    out, _ = reader.communicate(timeout=20)
    assert out.count(b"\n") > 10
    assert (built / "pipe").is_fifo()


def test_a_closed_output_and_a_closed_input(built: Path) -> None:
    for call, code, words in (
        ("stats >&-", 1, "标准输出已关闭"),
        ("build - --store s <&-", 1, "标准输入：文件是空的"),
        ("query - <&-", 1, "不是正确的 SPARQL"),
        ("facts | head -1 >/dev/null; exit ${PIPESTATUS[0]}", 0, ""),
    ):
        done = subprocess.run(["bash", "-c", f'"{CLI[0]}" "{CLI[1]}" {call}'], capture_output=True, text=True)
        assert (call, done.returncode) == (call, code)
        assert words in done.stderr
        assert done.stderr.count("\n") == (words != "")


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "gb18030"},
        {"COLUMNS": "40"},
        {"COLUMNS": "1", "TERM": "dumb"},
        {"COLUMNS": "many"},
    ],
    ids=lambda e: ",".join(f"{k}={v}" for k, v in e.items()),
)
def test_any_terminal_will_do(built: Path, environment: dict[str, str]) -> None:
    done = _kg("facts", env=os.environ | environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(done.stdout) > 40
    wrong = _kg("show", "没有的名字", env=os.environ | environment)
    assert wrong.returncode == 1
    assert wrong.stderr.count(b"\n") == 1


def test_a_fault_of_the_program_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("of ours")

    monkeypatch.setattr("kg.cli.ask.load_ontology", broken)
    assert cli.run(["stats"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("错误：程序内部错误（ValueError: of ours）")
    assert err.count("\n") == 1
    monkeypatch.setenv("KG_DEBUG", "1")
    with pytest.raises(ValueError, match="of ours"):
        cli.run(["stats"])


# ---------------------------------------------------------------- builds that are broken off


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Articles enough for two processes and some seconds."""
    folder = tmp_path_factory.mktemp("many") / "articles"
    folder.mkdir()
    for n in range(60):
        text = "".join(
            f"{year}年，江苏省昆山市与上海市嘉定区签订第{n}号合作备忘录，第{n}科技有限公司投资{n + 1}亿元落户昆山。"
            for year in range(2005, 2020)
        )
        (folder / f"{n}.txt").write_text(f"日期：2020-08-20\n\n{text}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def whole(many: Path) -> tuple[list[str], float]:
    """What an unbroken build gives, and the seconds that it takes."""
    begun = time.monotonic()
    store = str(many.parent / "whole")
    subprocess.run([*CLI, "build", str(many), "--jobs", "2", "--store", store], check=True, capture_output=True)
    return _lines(store), time.monotonic() - begun


def _lines(store: str) -> list[str]:
    with Store.open(Path(store), read_only=True) as opened:
        return sorted(map(str, opened.quads()))


@pytest.mark.slow
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda s: s.name)
@pytest.mark.parametrize("share", [0.4, 0.8])
def test_a_build_that_is_broken_off_is_ended_by_the_next(
    many: Path, whole: tuple[list[str], float], sign: signal.Signals, share: float
) -> None:
    lines, seconds = whole
    command = [*CLI, "build", str(many), "--jobs", "2", "--store", "s"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(seconds * share)
    process.send_signal(sign)
    # The pipes close when the last worker has gone: none may outlive a build that was killed.
    out, err = process.communicate(timeout=20)
    ended = process.returncode == 0  # it was quicker this time
    if sign != signal.SIGKILL and not ended:
        assert (process.returncode, out) == (130, b"")
        assert err.decode().startswith("已中断")
        assert err.count(b"\n") == 1
    assert cli.run(["stats", "--store", "s"]) == 0
    assert cli.run(["build", str(many), "--store", "s"]) == 0
    assert _lines("s") == lines


@pytest.mark.slow
def test_two_builds_at_once(many: Path) -> None:
    command = [*CLI, "build", str(many), "--store", "s"]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    for _ in range(200):
        time.sleep(0.05)
        if Path("s/triples/LOCK").exists():
            break
    time.sleep(0.3)
    second = subprocess.run(command, capture_output=True, text=True)
    reader = subprocess.run([*CLI, "stats", "--store", "s"], capture_output=True)
    _, said = first.communicate(timeout=60)
    assert (second.returncode, second.stderr.count("\n")) == (1, 1)
    assert "另一个 kg 进程正在写" in second.stderr
    assert (reader.returncode, first.returncode, said) == (0, 0, b"")
    assert _opens("s") == 60
