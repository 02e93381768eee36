"""The queue of what only people can decide, and the walk through it in a terminal."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Read, StoreOf

from kg.gazetteer import Gazetteer
from kg.judgements import FILE, read
from kg.model import Extraction
from kg.ontology import Ontology
from kg.pipeline import build, refresh
from kg.review import item_dict, queue
from kg.store import Store

TEXTS = {
    "a.txt": "启岳集团董事长张伟与嘉兴市签约。启岳集团投资3亿元。",
    "b.txt": "江海大学校长张伟访问北京市。",
    "c.txt": "朝阳区与永瑞电子签订合作协议。",
    "d.txt": "启岳新能源集团有限公司成立。",
    "e.txt": "启岳医药集团有限公司成立。",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    for name, text in TEXTS.items():
        (tmp_path / "articles" / name).write_text(text, encoding="utf-8")
    build([tmp_path / "articles"], store=tmp_path / "store", date="2020-05-14", jobs=1)
    return tmp_path


def test_what_most_facts_hang_on_comes_first(folder: Path, ontology: Ontology, gazetteer: Gazetteer) -> None:
    with Store.open(folder / "store", read_only=True) as store:
        items = queue(store, ontology=ontology, gazetteer=gazetteer, below=1.0)
    pairs = [i for i in items if i.kind == "pair"]
    assert [i.weight for i in items] == sorted((i.weight for i in items), reverse=True)
    sides = {(i.left.id, i.right.id) for i in pairs if i.left is not None and i.right is not None}
    assert ("company/启岳集团", "company/启岳医药集团有限公司") in sides
    assert ("person/张伟(启岳集团)", "person/张伟(江海大学)") in sides
    place = next(i for i in pairs if i.right is not None and i.right.id == "place/110105")
    assert place.right is not None
    assert place.right.path == "北京市朝阳区"
    assert place.left is not None
    assert place.left.sentences[0][0] == TEXTS["c.txt"]
    facts = [i for i in items if i.kind == "fact"]
    assert len(facts) > 0
    assert all(i.fact is not None and i.fact.confidence is not None and i.fact.confidence < 1 for i in facts)
    assert json.loads(json.dumps([item_dict(i) for i in items]))[0]["kind"] == items[0].kind


def test_facts_that_disagree_are_asked_about(
    read: Read, store_of: StoreOf, ontology: Ontology, gazetteer: Gazetteer
) -> None:
    store = store_of(
        read(f"2020年5月13日，启岳集团向澜海智能增资{n}亿元。", id=f"d{n}", date="2020-05-14") for n in (3, 5)
    )
    items = queue(store, ontology=ontology, gazetteer=gazetteer, below=0.0)
    assert [i.kind for i in items] == ["fact", "fact"]
    assert all(i.fact is not None and len(i.fact.differs) == 1 for i in items)


def test_nothing_is_asked_where_all_is_clear(
    read: Read, store_of: StoreOf, ontology: Ontology, gazetteer: Gazetteer
) -> None:
    clear: list[Extraction] = [read("2017年，南湖区与上海杨浦区签订了合作框架协议。", id="a")]
    assert queue(store_of(clear), ontology=ontology, gazetteer=gazetteer) == []


def _answered(folder: Path, keys: str, *more: str) -> str:
    """The screen of `kg review` in a terminal of its own, with these keys pressed one after the other."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "KG_LANG": "en", "KG_WHO": "Zhang", "COLUMNS": "100", "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "review", "--store", str(folder / "store"), *more],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    os.close(theirs)
    screen = b""
    asked = 0
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if len(select.select([ours], [], [], 1.0)[0]) == 0:
            continue
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if part == b"":
            break
        screen += part
        if screen.count(b"[q]uit") > asked and asked < len(keys):
            os.write(ours, keys[asked].encode())
            asked += 1
    if process.poll() is None and time.monotonic() >= until:
        process.kill()
    os.close(ours)
    assert process.wait(timeout=30) == 0
    return screen.decode("utf-8", "replace")


@pytest.mark.slow
def test_a_key_writes_a_judgement_and_it_is_not_asked_again(folder: Path) -> None:
    screen = _answered(folder, "sbsdnq", "--kind", "pair")
    found = read(folder / "articles" / FILE)
    assert sorted(j.action for j in found) == ["merge", "split"]
    assert {j.who for j in found} == {"Zhang"}
    assert "2 judgements written" in screen
    assert all(a.problem is None for a in refresh(folder / "store"))
    again = _answered(folder, "q", "--kind", "pair")
    assert "1/" in screen
    assert f"1/{int(screen.split('1/')[1].split()[0]) - 2}" in again or "one thing?" in again


def test_without_a_terminal_there_is_a_clear_word(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kg", "review", "--store", str(folder / "store")],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, env={**os.environ, "KG_LANG": "en"},
        cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    assert done.returncode == 1
    assert "--json lists the queue" in done.stderr
