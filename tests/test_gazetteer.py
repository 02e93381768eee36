"""The gazetteer: codes, parents, names of today and before, guarded words, and names settled by their context."""

from __future__ import annotations

import csv
import pickle
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from kg.errors import GazetteerError, KgError
from kg.gazetteer import Gazetteer
from kg.resource import resource

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT.parent / "shared" / "data"

WORDS = """
    合作 福利 和平 解放 建设 友谊 胜利 新华 东方 开发 光明 平安 保安 太平 长安 鼓楼 城关
    河口 互助 民和 通道 白银 城区 新城区 开发区 经济开发区 金融街 四平路 凤桥 沪 浙 西部
"""
NAMES = """
    合作市 合作镇 福利镇 和平区 解放区 白银市 新华区 鼓楼区 南湖 上海 桐乡 杨浦 浦东 张江
    乌镇 长三角 京津冀 大湾区 苏南 新加坡 秀城区
"""


@pytest.fixture(scope="module")
def places() -> Gazetteer:
    return Gazetteer.load()


def settled(places: Gazetteer, form: str, *context: str, beside: tuple[str, ...] = ()) -> tuple[str | None, str]:
    codes = [place.code for place in places.lookup(form)]
    return places.settle(codes, context=context, beside=beside, form=form)


@pytest.mark.parametrize(
    ("form", "code", "path"),
    [
        ("浙江省", "330000", "浙江省"),
        ("南湖区", "330402", "浙江省嘉兴市南湖区"),
        ("秀城区", "330402", "浙江省嘉兴市南湖区"),
        ("杨浦区", "310110", "上海市杨浦区"),
        ("四平路街道", "310110009", "上海市杨浦区四平路街道"),
        ("凤桥镇", "330402100", "浙江省嘉兴市南湖区凤桥镇"),
        ("莘庄镇", "310112101", "上海市闵行区莘庄镇"),
        ("济源市", "419001", "河南省济源市"),
        ("东莞市", "441900", "广东省东莞市"),
        ("盐都县", "320903", "江苏省盐城市盐都区"),
        ("萧山市", "330109", "浙江省杭州市萧山区"),
        ("襄樊市", "420600", "湖北省襄阳市"),
        ("莱芜市", "370116", "山东省济南市莱芜区"),
        ("嘉兴地区", "330400", "浙江省嘉兴市"),
        ("延边", "222400", "吉林省延边朝鲜族自治州"),
        ("延边州", "222400", "吉林省延边朝鲜族自治州"),
        ("景宁县", "331127", "浙江省丽水市景宁畲族自治县"),
        ("内蒙古", "150000", "内蒙古自治区"),
        ("台北市", "710100", "台湾省台北市"),
        ("湾仔区", "810107", "香港特别行政区湾仔区"),
        ("苏州工业园区", "320576", "江苏省苏州市苏州工业园区"),
        ("两江新区", "zone-liangjiang", "重庆市两江新区"),
        ("雄安", "region-xiongan", "河北省雄安新区"),
        ("硅谷", "US-siliconvalley", "美国硅谷"),
        ("嘉兴市", "330400", "浙江省嘉兴市"),
    ],
)
def test_a_form_leads_to_its_place(places: Gazetteer, form: str, code: str, path: str) -> None:
    assert places.lookup(form)[0].code == code
    assert places.path(code) == path


def test_a_division_says_what_is_known_of_it(places: Gazetteer) -> None:
    nanhu = places.get("330402")
    assert (nanhu.name, nanhu.short, nanhu.level, nanhu.kind, nanhu.parent) == (
        "南湖区", "南湖", "county", "division", "330400",
    )  # fmt: skip
    assert nanhu.former == ("嘉兴市", "城区", "秀城区")
    assert (nanhu.pinyin, nanhu.initials) == ("nan hu qu", "nhq")
    assert nanhu.longitude == pytest.approx(120.78, abs=0.01)
    assert nanhu.latitude == pytest.approx(30.75, abs=0.01)
    assert [(n.name, n.since, n.until) for n in places.history("330402")][-1] == ("秀城区", 1993, 2005)


@pytest.mark.parametrize(
    ("code", "pinyin"),
    [
        ("310112101", "xin zhuang zhen"),
        ("500000", "chong qing shi"),
        ("341500", "lu an shi"),
        ("331000", "tai zhou shi"),
    ],
)
def test_pinyin_reads_place_names(places: Gazetteer, code: str, pinyin: str) -> None:
    assert places.get(code).pinyin == pinyin


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("浦东新区", "浦东"),
        ("清新区", "清新"),
        ("万柏林区", "万柏林"),
        ("赵县", "赵县"),
        ("正蓝旗", "正蓝旗"),
        ("神农架林区", "神农架"),
        ("井陉矿区", "井陉矿区"),
        ("东乡族自治县", "东乡"),
        ("常营地区", "常营"),
        ("积石山保安族东乡族撒拉族自治县", "积石山"),
        ("克孜勒苏柯尔克孜自治州", "克孜勒苏"),
        ("龙胜各族自治县", "龙胜"),
        ("和布克赛尔蒙古自治县", "和布克赛尔"),
        ("巴彦塔拉达斡尔民族乡", "巴彦塔拉"),
    ],
)
def test_short_names(places: Gazetteer, name: str, short: str) -> None:
    assert places.lookup(name)[0].short == short


@pytest.mark.parametrize(
    ("form", "context", "expected"),
    [
        ("南湖区", (), ("330402", "only")),
        ("朝阳区", ("110000",), ("110105", "document-parent")),
        ("朝阳区", ("220100",), ("220104", "document-parent")),
        ("朝阳区", ("220000", "310000"), ("220104", "document-parent")),
        ("朝阳区", ("110000", "220100"), (None, "undecided")),
        ("朝阳区", ("110101",), ("110105", "same-prefecture")),
        ("鼓楼区", (), (None, "undecided")),
        ("鼓楼区", ("320100",), ("320106", "document-parent")),
        ("鼓楼区", ("320111",), ("320106", "same-prefecture")),
        ("鼓楼区", ("350200",), ("350102", "same-province")),
        ("鼓楼区", ("410204",), ("410204", "named")),
        ("吉林", (), ("220000", "higher-level")),
        ("吉林", ("220204",), ("220200", "document-child")),
        ("吉林", ("220104",), ("220000", "document-child")),
        ("海南", ("632500",), ("632500", "named")),
        ("河南", ("630000",), ("410000", "higher-level")),
        ("南湖", ("310000", "330400"), ("330402", "document-parent")),
        ("南湖", ("330402100",), ("330402", "document-child")),
        ("新嘉街道", ("330402",), ("330402009", "document-parent")),
        ("长安镇", ("330481",), ("330481103", "document-parent")),
        ("嘉兴市", ("330402",), ("330400", "only")),
        ("无此地", (), (None, "none")),
    ],
)
def test_context_settles_ambiguous_names(
    places: Gazetteer, form: str, context: tuple[str, ...], expected: tuple[str | None, str]
) -> None:
    assert settled(places, form, *context) == expected


def test_a_parent_written_beside_it_beats_the_document(places: Gazetteer) -> None:
    assert settled(places, "朝阳区", "110000", beside=("220100",)) == ("220104", "parent-beside")


def test_a_context_may_hold_codes_that_no_place_has(places: Gazetteer) -> None:
    assert settled(places, "朝阳区", "999999", "220100") == ("220104", "document-parent")


def test_the_four_gulou_districts(places: Gazetteer) -> None:
    assert [d.code for d in places.lookup("鼓楼区") if d.level == "county"] == ["320106", "320302", "350102", "410204"]


@pytest.mark.parametrize("form", WORDS.split())
def test_words_are_no_places_on_their_own(places: Gazetteer, form: str) -> None:
    assert not any(surface.safe for surface in places.named(form))


@pytest.mark.parametrize("form", NAMES.split())
def test_names_are_places_on_their_own(places: Gazetteer, form: str) -> None:
    assert any(surface.safe for surface in places.named(form))


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ("330000", "330402100", True),
        ("330402", "330402", True),
        ("330402", "330400", False),
        ("region-changsanjiao", "330402", True),
        ("region-changsanjiao", "440100", False),
        ("region-dawanqu", "440305", True),
        ("CN", "659001", True),
        ("JP", "JP-tokyo", True),
    ],
)
def test_containment(places: Gazetteer, outer: str, inner: str, expected: bool) -> None:
    assert places.contains(outer, inner) is expected


def test_regions_of_a_place(places: Gazetteer) -> None:
    regions = places.regions("330402")
    assert {"region-changsanjiao", "region-huadong", "CN"} <= set(regions)
    assert "region-zhusanjiao" not in regions


def test_every_place_has_a_known_parent_and_every_form_known_codes(places: Gazetteer) -> None:
    for code in places:
        place = places.get(code)
        assert place.parent is None or place.parent in places, code
        assert all(member in places for member in place.members), code
        assert "" not in {place.short, place.pinyin}, code
    for surface in places.surfaces():
        assert len(surface.codes) > 0, surface
        assert all(code in places for code in surface.codes), surface


def test_forms_and_surfaces_agree(places: Gazetteer) -> None:
    assert len(set(places.forms)) == len(places.forms)
    by_form = [surface for form in places.forms for surface in places.named(form)]
    assert by_form == list(places.surfaces())


def test_every_division_is_found_by_its_name(places: Gazetteer) -> None:
    for code in places:
        place = places.get(code)
        if place.kind == "division":
            assert code in [d.code for d in places.lookup(place.name)], place


@pytest.mark.parametrize(
    ("form", "name", "safe"),
    [
        ("浙大", "浙江大学", True),
        ("上海交大", "上海交通大学", True),
        ("清华", "清华大学", True),
        ("上海大学", "上海大学", True),
        ("南大", "南京大学", False),
        ("中科院", "中国科学院", True),
        ("哈尔滨工业大学(深圳)", "哈尔滨工业大学(深圳)", True),
    ],
)
def test_institutions(places: Gazetteer, form: str, name: str, safe: bool) -> None:
    found = places.institutions[form]
    assert found.name == name
    assert (form not in found.short_unsafe) is safe
    assert found.place in places


def test_masks_hold_a_place_name_that_is_none(places: Gazetteer) -> None:
    assert "长治久安" in places.masks()


def test_pickling_loads_it_again(places: Gazetteer) -> None:
    text = pickle.dumps(places)
    assert len(text) < 1000
    assert pickle.loads(text).get("330402") == places.get("330402")


def test_an_unknown_code_is_named(places: Gazetteer) -> None:
    with pytest.raises(GazetteerError, match="999999"):
        places.get("999999")


def test_a_missing_or_broken_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(GazetteerError, match=r"divisions\.tsv.*cannot read"):
        Gazetteer.load(tmp_path)
    for name in ("divisions.tsv", "forms.tsv"):
        shutil.copy(resource(f"data/gazetteer/{name}"), tmp_path / name)
    with (tmp_path / "forms.tsv").open("a", encoding="utf-8") as stream:
        stream.write("坏行\tfull\n")
    with pytest.raises(GazetteerError, match=r"forms\.tsv:\d+: .*坏行"):
        Gazetteer.load(tmp_path)
    (tmp_path / "forms.tsv").write_text("a\tb\n", encoding="utf-8")
    with pytest.raises(GazetteerError, match=r"forms\.tsv:1: the heading"):
        Gazetteer.load(tmp_path)


def test_a_missing_resource_is_named() -> None:
    with pytest.raises(KgError, match=r"ontology/none\.ttl"):
        resource("ontology/none.ttl")


def source_rows(name: str) -> list[dict[str, str]]:
    path = SOURCE / "divisions" / name
    if not path.is_file():
        pytest.skip(f"the source table {name} is not beside this checkout")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_row_of_the_source_is_there(places: Gazetteer) -> None:
    pseudo = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
    provinces = source_rows("modood_provinces.csv")
    cities = [r for r in source_rows("modood_cities.csv") if r["name"] not in pseudo]
    areas = source_rows("modood_areas.csv")
    streets = [r for r in source_rows("modood_streets.csv") if "直辖村级" not in r["name"] and r["name"] != "金门县"]
    counted = Counter(places.get(c).level for c in places)
    assert counted["province"] == len(provinces) + 3
    assert {r["code"] + "00" for r in cities} <= set(places)
    assert counted["prefecture"] == len(cities) + sum(c.startswith("71") and c != "710000" for c in places)
    assert {r["code"] for r in areas} - set(places) == {"620201"}  # 嘉峪关市 as its own county
    assert counted["township"] == len(streets)
    assert {r["code"] for r in streets} == {c for c in places if places.get(c).level == "township"}


def test_the_compiled_tables_are_what_the_sources_give() -> None:
    if not (SOURCE / "divisions").is_dir():
        pytest.skip("the source tables are not beside this checkout")
    command = [sys.executable, str(ROOT / "data" / "compile_gazetteer.py"), str(SOURCE), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
