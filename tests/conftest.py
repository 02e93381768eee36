"""What the tests of the reading stages share: the shipped ontology and gazetteer, one extractor, ways to read.

`read` gives the extraction of a text, `samples` those of the shipped articles, `store_of` an open store of
extractions, `ontology_copy` a copy of `ontology/` that a test may break. The extractor
keeps nothing between two documents, so that one serves all tests.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from kg.corpus import find_sources, read_source, read_text
from kg.extract import Extractor
from kg.gazetteer import Gazetteer
from kg.identity import resolve_corpus
from kg.model import Document, Extraction
from kg.ontology import FILES, Ontology
from kg.resource import resource
from kg.store import SourceRecord, Store

Read = Callable[..., Extraction]
StoreOf = Callable[[Iterable[Extraction]], Store]


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    return Ontology.load()


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


@pytest.fixture(scope="session")
def extractor(ontology: Ontology, gazetteer: Gazetteer) -> Extractor:
    return Extractor(ontology, gazetteer)


@pytest.fixture(scope="session")
def read(extractor: Extractor) -> Read:
    """`read(text, date="2018-08-20", id="a")`: the extraction of a text, as of a `.txt` file with that text."""

    def reading(text: str, *, date: str | None = "2018-08-20", id: str = "text") -> Extraction:  # noqa: A002
        return extractor.extract(read_text(text, date=date, id=id))

    return reading


@pytest.fixture(scope="session")
def samples(extractor: Extractor) -> tuple[Extraction, ...]:
    """The extractions of all shipped sample articles, in the order of their files."""
    found, _ = find_sources([resource("data/news")])
    documents = [item for source in found for item in read_source(source)]
    return tuple(extractor.extract(document) for document in documents if isinstance(document, Document))


@pytest.fixture
def store_of(tmp_path: Path, extractor: Extractor, ontology: Ontology, gazetteer: Gazetteer) -> Iterator[StoreOf]:
    """`store_of([extraction, …])`: a store on disk that holds them, resolved; closed when the test ends."""
    opened: list[Store] = []

    def filled(extractions: Iterable[Extraction]) -> Store:
        store = Store.open(tmp_path / f"store-{len(opened)}")
        opened.append(store)
        for extraction in extractions:
            store.put_source(SourceRecord(f"{extraction.document.id}.txt"), [extraction])
        resolution = resolve_corpus(store.extractions(), linker=extractor.linker)
        store.reconcile(resolution, ontology=ontology, gazetteer=gazetteer)
        return store

    yield filled
    for store in opened:
        store.close()


@pytest.fixture
def ontology_copy(tmp_path: Path) -> Path:
    """The folder of a copy of `ontology/`."""
    folder = tmp_path / "ontology"
    folder.mkdir()
    for name in FILES:
        shutil.copy(resource("ontology") / name, folder / name)
    return folder
