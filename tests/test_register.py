"""A user's table of known entities: what is read, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import GazetteerError
from kg.ontology import Ontology
from kg.register import Register

HEAD = "name,aliases,type,id,parent\n"


def load(tmp_path: Path, text: str | bytes, ontology: Ontology) -> Register:
    path = tmp_path / "known.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return Register.load(path, ontology=ontology)


def test_all_names_of_a_line_are_one_entity(tmp_path: Path, ontology: Ontology) -> None:
    found = load(tmp_path, HEAD + '永瑞电子科技有限公司,"永瑞电子；永瑞|YR",企业,9133,\n', ontology)
    entry = found.find("永瑞")
    assert entry is not None
    assert (entry.id, entry.type, entry.names) == (
        "9133", "Company", ("永瑞电子科技有限公司", "永瑞电子", "永瑞", "YR"),
    )  # fmt: skip
    assert found.find("没有", "永瑞电子") is entry
    assert found.find("没有") is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_columns_and_encodings_of_spreadsheets(tmp_path: Path, ontology: Ontology, encoding: str) -> None:
    text = "企业名称,简称,类型,统一社会信用代码,母公司,备注\n启岳集团,启岳,企业,91A,,x\n永瑞电子,,company,91B,启岳,y\n"
    found = load(tmp_path, text.encode(encoding), ontology)
    assert found.entries["91B"].parent == "91A"
    assert found.entries["91A"].identifier == "91A"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", None, "the file is empty"),
        ("id,type\n1,企业\n", 1, "no column 'name'"),
        ("name\n永瑞电子\n", 1, "no column 'type'"),
        (HEAD + ",,企业,1,\n", 2, "has no name"),
        (HEAD + "永瑞电子,,火箭,1,\n", 2, "no type '火箭'"),
        (HEAD + "永瑞电子,,企业,1,\n启岳集团,,企业,1,\n", 3, "stands in line 2 too"),
        (HEAD + "永瑞电子,瑞,企业,1,\n", 2, "too short"),
        (HEAD + "永瑞电子,发展,企业,1,\n", 2, "an ordinary word"),
        (HEAD + "永瑞电子,永瑞,企业,1,\n永瑞光学,永瑞,企业,2,\n", 3, "of line 2 too"),
        (HEAD + "永瑞电子,,企业,1,启岳\n", 2, "parent '启岳'"),
        (HEAD + "永瑞电子,,企业,1,永瑞电子\n", 2, "its own parent"),
        (HEAD + "永瑞电子,,企业,1,,,\n", 2, "7 cells"),
        (HEAD + '永瑞电子,"永瑞,企业,1,\n', 2, "is no csv"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, ontology: Ontology, text: str, line: int | None, said: str
) -> None:
    with pytest.raises(GazetteerError, match=said) as error:
        load(tmp_path, text, ontology)
    where = f"{tmp_path / 'known.csv'}" + ("" if line is None else f":{line}")
    assert str(error.value).startswith(where + ": ")


def test_a_table_that_is_not_there(tmp_path: Path, ontology: Ontology) -> None:
    with pytest.raises(GazetteerError, match="cannot be read"):
        Register.load(tmp_path / "none.csv", ontology=ontology)
