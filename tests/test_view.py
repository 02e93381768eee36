import hashlib
import html
import json
import os
import re
import shutil
import subprocess
import urllib.parse
from base64 import b64encode
from pathlib import Path

import numpy as np
import pytest

from kg.layout import extent, place
from kg.network import FactNetwork, FactRow, Node, Telling, links
from kg.ontology import Ontology
from kg.view import FIRST, LIMIT, render, sounds

BASE = "https://kg.example/"
ONTOLOGY = Ontology.load()
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

#: Names and texts that try to become markup, script or template.
HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\">",
    "</script><script>document.title='owned'</script>",
    "{{ 7*7 }}{% raw %}",
    "a\u2028b' onclick='document.title=\"owned\" href=javascript:1",
)


def node(name: str, klass: str, tail: str, **more: object) -> Node:
    return Node(f"{BASE}entity/{tail}", name, ONTOLOGY.top(klass), klass, **more)  # type: ignore[arg-type]


def sample(
    *, name: str = "杨浦区", quote: str | None = None, url: str | None = "https://news.example/a"
) -> FactNetwork:
    """Two districts with two agreements, a planned and a denied investment, an agreement of five, a lone figure."""
    nodes = [
        node("南湖区", "AdministrativeDivision", "place/330402", code="330402", province="浙江省", city="嘉兴市"),
        node(name, "AdministrativeDivision", "place/310110", aliases=("上海杨浦",)),
        *(node(n, "AdministrativeDivision", f"place/{i}") for i, n in enumerate(("平湖市", "单县", "乐清市"))),
        node("容江基金", "Fund", "fund/1"),
        node("闻泰通讯", "Company", "company/1", aliases=("闻泰",)),
        node("清华大学", "University", "university/1"),
    ]
    sentence = quote if quote is not None else f"去年，南湖区与{name}签订了合作框架协议。"
    told = Telling(f"{BASE}document/a", sentence, 0, len(sentence), "接轨上海", "2017-03-01", "某日报", url, 0.8, "r",
                   ((3, 6), (7, 7 + len(name))) if quote is None else ())  # fmt: skip
    ids = [n.id for n in nodes]

    def fact(number: int, klass: str, *roles: tuple[str, int], **more: object) -> FactRow:
        pairs = tuple((role, ids[i]) for role, i in roles)
        values: dict[str, object] = {"tellings": (told,), **more}
        return FactRow(f"{BASE}fact/{klass}-{number}", ONTOLOGY.top(klass), klass, pairs, **values)  # type: ignore[arg-type]

    return FactNetwork.of(
        nodes,
        [
            fact(1, "Agreement", ("party", 0), ("party", 1), label="合作框架协议", date="2016", date_text="去年"),
            fact(2, "Agreement", ("party", 0), ("party", 1), label="人才协议", date="2018-05-06", status="signed"),
            fact(3, "CapitalIncrease", ("investor", 5), ("target", 6), status="planned", amount="5000000000",
                 amount_text="超50亿元", amount_bound="over", currency="CNY"),
            fact(4, "Investment", ("investor", 5), ("target", 6), status="denied"),
            fact(5, "Agreement", *(("party", i) for i in range(5)), label="五方协议", date="2019"),
            fact(6, "Indicator", ("subject", 7), label="在校生"),
        ],
    )  # fmt: skip


def star(count: int) -> FactNetwork:
    """A hub with leaves, and a second hub that joins every tenth leaf."""
    nodes = [node(f"企业{i}", "Company", f"company/{i:04}") for i in range(count)]
    pairs = [(0, i) for i in range(1, count)] + [(1, i) for i in range(10, count, 10)]
    facts = [
        FactRow(f"{BASE}fact/{i:05}", "Investment", "Investment", (("investor", nodes[a].id), ("target", nodes[b].id)))
        for i, (a, b) in enumerate(pairs)
    ]
    return FactNetwork.of(nodes, facts)


def data_of(page: str, element: str = "kg-data") -> dict[str, object]:
    found = re.search(rf'<script type="application/json" id="{element}">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    value = json.loads(found.group(1))
    assert isinstance(value, dict)
    return value


def test_the_page_holds_every_node_fact_and_document_once() -> None:
    data = data_of(render(sample(), ONTOLOGY, title="示例"))
    assert [len(data[key]) for key in ("nodes", "facts", "documents", "shown")] == [8, 6, 1, 8]  # type: ignore[arg-type]
    assert {c["name"] for c in data["classes"]} == {"Place", "Fund", "Company", "Institution"}  # type: ignore[attr-defined]
    assert [c["colour"] for c in data["factClasses"]] == [  # type: ignore[attr-defined]
        ONTOLOGY.facts[name].colour for name in ("Agreement", "Investment", "Indicator")
    ]
    assert data["labels"]["party"] == ["签约方", "party"]  # type: ignore[index]


def test_parallel_facts_are_links_of_their_own() -> None:
    vis = data_of(render(sample(), ONTOLOGY, title="示例"), "kg-vis")
    ends = [frozenset((e["from"], e["to"])) for e in vis["edges"]]  # type: ignore[attr-defined]
    assert sorted(ends.count(pair) for pair in set(ends) if ends.count(pair) > 1) == [2, 2]


def test_an_agreement_of_many_is_a_node_and_not_a_clique() -> None:
    network = sample()
    five = next(f for f in network.facts.values() if f.label == "五方协议")
    assert len(links(five, ONTOLOGY)) == 10
    data = data_of(render(network, ONTOLOGY, title="示例"))
    index = next(i for i, f in enumerate(data["facts"]) if f.get("l") == "五方协议")  # type: ignore[arg-type, call-overload]
    own = [k for k in data["links"] if k[0] == index]  # type: ignore[attr-defined]
    assert len(own) == 5
    assert {k[2] for k in own} == {8 + index}


def test_a_large_network_shows_its_best_connected_part() -> None:
    data = data_of(render(star(LIMIT + 50), ONTOLOGY, title="大图"))
    assert len(data["nodes"]) == LIMIT + 50  # type: ignore[arg-type]
    assert len(data["shown"]) == FIRST  # type: ignore[arg-type]
    assert 0 in data["shown"]  # type: ignore[operator]
    assert data_of(render(star(30), ONTOLOGY, title="图", limit=10))["shown"] == list(range(10))


def test_the_focus_is_shown_in_any_case() -> None:
    network = star(60)
    last = f"{BASE}entity/company/0059"
    data = data_of(render(network, ONTOLOGY, title="图", limit=5, focus=[last]))
    (number,) = data["focus"]  # type: ignore[misc]
    assert data["nodes"][number][0] == "企业59"  # type: ignore[index]
    assert number in data["shown"]  # type: ignore[operator]


def test_nothing_in_the_page_is_remote() -> None:
    page = render(sample(), ONTOLOGY, title="示例")
    own = re.sub(r'<script type="application/json".*?</script>', "", page, flags=re.DOTALL)
    assert re.findall(r"<(?:link|iframe|object|embed|base|img)\b", own) == []
    assert re.findall(r"<script[^>]+src=|url\(\s*[\"']?(?:https?:)?//|@import", own) == []
    assert "cdn." not in own
    assert "unsafe-inline" not in page


def test_the_policy_names_exactly_the_scripts_and_styles_of_the_page() -> None:
    page = render(sample(), ONTOLOGY, title="示例")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert policy.group(1).startswith("default-src 'none';")
    blocks = re.findall(r"<script>(.*?)</script>|<style>(.*?)</style>", page, re.DOTALL)
    digests = {f"'sha256-{b64encode(hashlib.sha256((a or b).encode()).digest()).decode()}'" for a, b in blocks}
    assert set(re.findall(r"'sha256-[^']+'", policy.group(1))) == digests
    assert len(digests) == 3


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    page = render(sample(name=text, quote=text), ONTOLOGY, title=text)
    assert page.count("<script") == render(sample(), ONTOLOGY, title="示例").count("<script")
    assert "<img" not in page.replace(html.escape(text), "")
    assert text in [n[0] for n in data_of(page)["nodes"]]  # type: ignore[attr-defined]
    assert (
        f"<title>{html.escape(text, quote=True)}</title>".replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page
    )


def test_the_same_network_gives_the_same_page() -> None:
    network = sample()
    again = FactNetwork.of(reversed(network.nodes.values()), reversed(network.facts.values()))
    assert render(network, ONTOLOGY, title="示例") == render(again, ONTOLOGY, title="示例")


def test_rendering_leaves_no_files_and_no_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    network = sample()
    before = repr(network)
    page = render(network, ONTOLOGY, title="示例")
    assert list(tmp_path.iterdir()) == []
    assert repr(network) == before
    path = tmp_path / "图 谱.html"
    path.write_text(page, encoding="utf-8")
    assert path.read_bytes().decode("utf-8").count("南湖区") > 0


def test_an_empty_network_is_a_page() -> None:
    assert data_of(render(FactNetwork.of([], []), ONTOLOGY, title="空"))["nodes"] == []


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="webgl"):
        render(sample(), ONTOLOGY, title="示例", engine="webgl")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("character", "readings"), [("单", {"shan", "dan"}), ("重", {"chong", "zhong"}), ("乐", {"yue", "le"})]
)
def test_every_reading_is_listed(character: str, readings: set[str]) -> None:
    assert readings <= set(sounds([character])[character].split())


# ---------------------------------------------------------------- layout


@pytest.mark.parametrize(
    ("count", "pairs"),
    [
        (1, []),
        (2, [(0, 1)]),
        (40, []),
        (60, [(0, i) for i in range(1, 60)]),
        (80, [(i, i // 2) for i in range(1, 60)] + [(60, 61), (61, 62), (63, 64)]),
    ],
)
def test_no_label_lies_on_another(count: int, pairs: list[tuple[int, int]]) -> None:
    at = place(count, pairs, widths=[80] * count, heights=[36] * count)
    gaps = np.abs(at[:, None] - at[None])
    over = (gaps[:, :, 0] < 80) & (gaps[:, :, 1] < 36)
    assert over.sum() == count
    assert np.isfinite(at).all()


def test_a_picture_fills_a_window() -> None:
    pairs = [(i, i // 3) for i in range(1, 120)]
    wide, high = extent(place(120, pairs, widths=[80] * 120, heights=[36] * 120))
    # The last digits differ with the release of numpy, and with them the turn of the whole: wide bounds.
    assert 0.6 < wide / high < 2.4
    assert 120 * 80 * 36 / (wide * high) > 0.15


def test_many_nodes_take_the_grid() -> None:
    pairs = [(i, i // 2) for i in range(1, 900)]
    at = place(900, pairs, widths=[10] * 900, heights=[10] * 900, iterations=30)
    linked = np.linalg.norm(at[[a for a, _ in pairs]] - at[[b for _, b in pairs]], axis=1).mean()
    apart = np.linalg.norm(at - np.roll(at, 450, axis=0), axis=1).mean()
    assert linked < apart / 3


# ---------------------------------------------------------------- in a browser


def opened(page: str, folder: Path, fragment: str = "") -> str:
    """The document as it stands after the page's scripts have run in a headless Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    path = folder / "图 谱.html"
    path.write_text(page, encoding="utf-8")
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    done = subprocess.run(
        [CHROMIUM, "--headless", *root, "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", f"--user-data-dir={folder / 'profile'}",
         "--window-size=1280,800", "--virtual-time-budget=3000", "--dump-dom", path.as_uri() + fragment],
        capture_output=True, timeout=90, check=False,
    )  # fmt: skip
    dom = done.stdout.decode("utf-8")
    body = re.sub(r"<script.*?</script>|<style.*?</style>|<noscript.*?</noscript>", "", dom, flags=re.DOTALL)
    assert 'data-ready="yes"' in body, done.stderr.decode(errors="replace")[-2000:]
    assert re.search(r'<p id="fault"[^>]*hidden', body) is not None
    return body


def words(body: str, element: str) -> str:
    """The text of everything from an element's start to the end of its kind."""
    found = re.search(rf'<(\w+) id="{element}".*?</\1>', body, re.DOTALL)
    assert found is not None
    return html.unescape(re.sub(r"<[^>]+>", "", found.group(0)))


@pytest.mark.browser
def test_a_node_in_the_address_is_open_with_its_facts(tmp_path: Path) -> None:
    body = opened(render(sample(), ONTOLOGY, title="示例"), tmp_path, "#e=place/330402")
    assert words(body, "status") == "显示 8 / 8 个实体，6 / 6 条事实"
    panel = words(body, "panel")
    assert re.findall(r'class="name">([^<]+)', body) == ["五方协议", "人才协议", "合作框架协议"]
    assert "原文“去年”" in panel
    assert "已签约" in panel
    assert "<mark>南湖区</mark>" in body
    assert 'href="https://news.example/a"' in body


@pytest.mark.browser
def test_a_fund_shows_money_and_what_was_denied_in_english(tmp_path: Path) -> None:
    body = opened(render(sample(), ONTOLOGY, title="示例"), tmp_path, "#e=fund/1&lang=en&theme=dark")
    panel = words(body, "panel")
    assert "超50亿元 > 5,000,000,000 CNY" in panel
    assert "planned" in panel
    assert "denied" in panel
    assert 'data-theme="dark"' in body


@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("南湖", "南湖区"),
        ("nhq", "南湖区"),
        ("shanx", "单县"),
        ("yq", "乐清市"),
        ("wentai", "闻泰通讯"),
        ("rjjj", "容江基金"),
    ],
)
def test_search_knows_pinyin_and_initials(query: str, first: str, tmp_path: Path) -> None:
    body = opened(render(sample(), ONTOLOGY, title="示例"), tmp_path, "#q=" + urllib.parse.quote(query))
    assert words(body, "hits").startswith(first)


@pytest.mark.browser
def test_filters_in_the_address_and_the_table(tmp_path: Path) -> None:
    page = render(sample(), ONTOLOGY, title="示例")
    body = opened(page, tmp_path, "#without=Agreement&view=table")
    assert words(body, "status") == "显示 3 / 8 个实体，3 / 6 条事实"
    assert body.count("<tr>") == 4
    empty = opened(page, tmp_path, "#without=Agreement.Investment.Indicator")
    assert "当前筛选下没有可显示的事实" in words(empty, "empty")


@pytest.mark.browser
@pytest.mark.parametrize("guarded", [True, False])
def test_hostile_text_never_runs(guarded: bool, tmp_path: Path) -> None:
    """Also without the content policy: text is safe by how it is set, and the policy is the second wall."""
    text = "".join(HOSTILE)
    page = render(sample(name=text, quote=text, url="javascript:document.title='owned'"), ONTOLOGY, title="示例")
    if not guarded:
        page = re.sub(r"<meta http-equiv=.*?>\n", "", page)
    body = opened(page, tmp_path, "#e=place/310110")
    assert "<title>示例</title>" in body
    assert "<img" not in body
    assert text.replace("\u2028", "") in words(body, "panel").replace("\u2028", "")
    assert "javascript:document" not in body
