"""The file of judgements: read, written, taken back, merged by git, and refused with the line where it is wrong."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kg.errors import JudgementError
from kg.judgements import FILE, add, judgement, read, remove, replayed

LINE = "merge\tcompany/启岳\tcompany/启岳集团\t年报写明简称\t张三\t2026-03-02T09:30:00Z"


def test_a_judgement_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / FILE
    made = judgement("reject", "Agreement-1f0c25b0a1d2", reason="只是\t意向\n", who="李四", detail='["Agreement"]')
    written = add(path, made)
    assert (written.reason, written.detail, written.who) == ("只是 意向", '["Agreement"]', "李四")
    assert read(path) == [written]
    assert path.read_text(encoding="utf-8").startswith("#")


def test_the_last_judgement_or_one_by_its_id_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text("# by hand\n" + LINE + "\n", encoding="utf-8")
    second = add(path, judgement("confirm", "Visit-000000000000", reason="公告", who="李四"))
    assert remove(path) == second
    (first,) = read(path)
    assert remove(path, first.id[:5]) == first
    assert path.read_text(encoding="utf-8") == "# by hand\n"
    with pytest.raises(JudgementError, match="no judgement to undo"):
        remove(path)


def test_the_same_line_twice_is_one_judgement(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text(f"{LINE}\n{LINE}\r\n\n", encoding="utf-8")
    assert len(read(path)) == 1
    remove(path)
    assert read(path) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("merge\tcompany/启岳", "has 2 fields"),
        (LINE.replace("\t", " "), "has 1 fields"),
        (LINE.replace("merge", "join"), "no judgement 'join'"),
        (LINE.replace("company/启岳集团", ""), "needs two fields"),
        (LINE.replace("company/启岳\t", "\t"), "does not say what it is about"),
        (LINE.replace("年报写明简称", ""), "gives no reason"),
        (LINE.replace("张三", ""), "who judged"),
        (LINE.replace("2026-03-02T09:30:00Z", "yesterday"), "'yesterday' is no time"),
        ("<<<<<<< HEAD", "unfinished git merge"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / FILE
    path.write_text(f"# ok\n{LINE}\n{line}\n", encoding="utf-8")
    with pytest.raises(JudgementError, match=said) as error:
        read(path)
    assert str(error.value).startswith(f"{path}:3: ")


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(JudgementError, match="UTF-8"):
        read(path)


def test_lines_of_two_branches_are_merged_by_git(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], cwd=tmp_path, check=True,
            capture_output=True,
        )  # fmt: skip

    try:
        git("init", "-q", "-b", "main")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("there is no git")
    path = tmp_path / FILE
    (tmp_path / ".gitattributes").write_text(f"{FILE} merge=union\n", encoding="utf-8")
    first = add(path, judgement("confirm", "Visit-000000000000", reason="公告", who="李四"))
    git("add", "-A")
    git("commit", "-qm", "a")
    git("checkout", "-qb", "other")
    theirs = add(path, judgement("rename", "company/启岳", "启岳集团", reason="全称", who="王五"))
    git("commit", "-qam", "b")
    git("checkout", "-q", "main")
    ours = add(path, judgement("rename", "company/永瑞", "永瑞电子", reason="全称", who="李四"))
    git("commit", "-qam", "c")
    git("merge", "-q", "--no-edit", "other")
    assert {j.id for j in read(path)} == {first.id, ours.id, theirs.id}


def test_the_order_of_lines_means_nothing(tmp_path: Path) -> None:
    one = judgement("merge", "a", "b", reason="x", who="y", when="2026-01-02T00:00:00Z")
    other = judgement("split", "a", "b", reason="x", who="y", when="2026-01-01T00:00:00Z")
    assert replayed([one, other]) == replayed([other, one, one]) == [other, one]
