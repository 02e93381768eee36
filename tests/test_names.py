"""The index of names finds what reading all names finds, for names, parts, short forms, pinyin and nonsense."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_up import capital, many, pact, resolve

from kg import search
from kg.errors import UnknownNameError
from kg.gazetteer import Gazetteer
from kg.names import Names
from kg.ontology import Ontology
from kg.store import SourceRecord, Store

ONTOLOGY = Ontology.load()


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Store]]:
    """One store without an index and one, of the same content, with it."""
    found = []
    for _ in range(2):
        store = Store.memory()
        for extraction in (pact(), capital(), *many(40)):
            store.put_source(SourceRecord(f"{extraction.document.id}.txt"), [extraction])
        store.reconcile(resolve(list(store.extractions())), ontology=ONTOLOGY, gazetteer=Gazetteer.load())
        found.append(store)
    file = tmp_path_factory.mktemp("names") / "names.sqlite"
    assert search.index_names(found[1], file, ontology=ONTOLOGY) > 45
    found[1].names = Names(file)
    yield found[0], found[1]
    for store in found:
        store.close()


TYPED = (
    "南湖区", "南湖", "嘉兴南湖区", "上海杨浦区", "杨浦", "nanhu", "nanhuqu", "nhq", "yangpu", "yp", "闻泰", "闻泰通讯",
    "闻泰通讯股份有限公司", "wentai", "wttx", "wt", "嘉兴永瑞电子", "永瑞", "电子科技", "第7科技", "第1", "科技",
    "公司", "330402", "place/330402", "浙江", "zhejiang", "zj", "中国", "没有这个名字", "闻太通讯", "xyz", "q", "％_",
    "ＷＥＮＴＡＩ",
)  # fmt: skip


@pytest.mark.parametrize("typed", TYPED)
def test_the_index_finds_the_same(stores: tuple[Store, Store], typed: str) -> None:
    for kind in (None, "Company", "Place"):
        plain, indexed = (search.find(s, typed, ontology=ONTOLOGY, type=kind, limit=60) for s in stores)
        if len(plain) > 0 and plain[0].how == "fuzzy":
            # Likeness has ties, whose order is of no meaning.
            assert {h.iri for h in plain[:1]} <= {h.iri for h in indexed}
            assert {h.how for h in indexed} == {"fuzzy"}
        else:
            assert [dataclasses.astuple(h) for h in indexed] == [dataclasses.astuple(h) for h in plain]


def test_an_index_is_made_from_the_one_before(stores: tuple[Store, Store], tmp_path: Path) -> None:
    before = stores[1].names
    assert before is not None
    again = tmp_path / "again.sqlite"
    search.index_names(stores[1], again, ontology=ONTOLOGY, before=before.file)
    assert sorted(Names(again).every(None)) == sorted(before.every(None))
    assert not again.with_suffix(".part").exists()


def test_a_kept_index_is_taken_for_the_state_that_it_is_of(stores: tuple[Store, Store], tmp_path: Path) -> None:
    made, kept, taken = tmp_path / "made.sqlite", tmp_path / "names.sqlite", tmp_path / "taken.sqlite"
    assert not Names.take(kept, taken, of="a")
    search.index_names(stores[1], made, ontology=ONTOLOGY, of="a")
    left = tmp_path / "names.1.part"
    left.write_bytes(b"of a process that was killed")
    assert Names.keep(made, kept)
    assert not left.exists()
    assert not Names.take(kept, taken, of="b")
    assert not taken.exists()
    assert Names.take(kept, taken, of="a")
    assert sorted(Names(taken).every(None)) == sorted(Names(made).every(None))
    # What is cut short, overwritten or of another format counts as none.
    whole = made.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"no index", whole[:8192] + bytes(len(whole) - 8192), b""):
        kept.unlink()
        kept.write_bytes(damaged)
        assert not Names.take(kept, tmp_path / "other.sqlite", of="a")
        again = tmp_path / "again.sqlite"
        assert search.index_names(stores[1], again, ontology=ONTOLOGY, before=kept) > 45
    assert not (tmp_path / "other.sqlite").exists()
    assert not Names.keep(made, tmp_path / "no folder" / "names.sqlite")


def test_while_names_are_indexed_whole_names_and_places_are_found(stores: tuple[Store, Store]) -> None:
    store = stores[0]
    store.unindexed = True
    try:
        found = {typed: [h.label for h in search.find(store, typed, ontology=ONTOLOGY)] for typed in TYPED}
        with pytest.raises(UnknownNameError, match="being indexed"):
            search.resolve_name(store, "永瑞", ontology=ONTOLOGY)
    finally:
        store.unindexed = False
    assert found["闻泰通讯"] == ["闻泰通讯股份有限公司"]
    assert found["南湖"] == ["南湖区"]
    assert found["330402"] == ["南湖区"]
    assert found["永瑞"] == []


def test_an_empty_text_is_refused(stores: tuple[Store, Store]) -> None:
    with pytest.raises(UnknownNameError):
        search.find(stores[1], "  ", ontology=ONTOLOGY)
