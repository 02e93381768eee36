"""The page as a person uses it, in a headless Chromium (and once in Firefox): tasks, filters, address, files, craft.

Every page is opened from a file with a space and Chinese in its name, and every request that it makes is counted.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from test_view import HOSTILE, ONTOLOGY, sample, star

from kg import view
from kg.network import FactNetwork, Node, around, load_network
from kg.ontology import Ontology
from kg.pipeline import build
from kg.store import Store
from kg.view import read_articles, render, script, short_id

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next((found for n in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(n))), None)
FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")

AXE = Path(__file__).parent.parent / ".ci" / "web" / "node_modules" / "axe-core" / "axe.min.js"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)"),
]
ENGINES = ["pyvis", "canvas"]
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        running = started.chromium.launch(executable_path=CHROMIUM, args=["--disable-gpu", *root])
        yield running
        running.close()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The store of the sample corpus."""
    folder = tmp_path_factory.mktemp("corpus")
    build([Path(__file__).parent.parent / "data" / "news"], store=folder / "store")
    with Store.open(folder / "store", read_only=True) as store:
        yield store


@pytest.fixture(scope="module")
def network(corpus: Store) -> FactNetwork:
    """The facts of the sample corpus."""
    return load_network(corpus, ONTOLOGY)


@pytest.fixture(scope="module")
def hub(network: FactNetwork) -> Node:
    """The company with most neighbours."""
    companies = [n for n in network.nodes.values() if n.type == "Company"]
    return min(companies, key=lambda n: (-len(network.neighbours[n.id]), n.id))


@pytest.fixture(scope="module")
def beside(network: FactNetwork, hub: Node) -> Node:
    """Its neighbour with most neighbours."""
    near = [network.nodes[i] for i in network.neighbours[hub.id]]
    return min(near, key=lambda n: (-len(network.neighbours[n.id]), n.id))


@pytest.fixture(scope="module")
def pages(corpus: Store, network: FactNetwork) -> dict[str, str]:
    """The page of the sample corpus by each engine."""
    ontology = Ontology.load()
    articles = read_articles(corpus, network)
    return {
        engine: render(network, ontology, title="知识图谱", engine=engine, articles=articles)  # type: ignore[arg-type]
        for engine in ENGINES
    }


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """`opened(text, "#…", width=…)`: a page that is ready; at the end it must have made no request and no error."""
    contexts = []
    asked: list[str] = []
    errors: list[str] = []

    def start(
        text: str, fragment: str = "", *, width: int = 1280, height: int = 800, in_browser: Any = None, **more: Any
    ) -> Any:
        path = tmp_path / "图 谱.html"
        path.write_text(text, encoding="utf-8")
        context = (in_browser or browser).new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", accept_downloads=True, **more
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda r: asked.append(r.url) if not r.url.startswith(("file:", "data:", "blob:")) else None)
        page.on("pageerror", lambda e: errors.append(str(e)))
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.goto(path.as_uri() + fragment)
        page.wait_for_selector("html[data-ready=yes]")
        return page

    yield start
    for context in contexts:
        context.close()
    assert asked == []
    assert errors == []


def count(store: Store, where: str) -> int:
    """How many facts a SPARQL pattern of `?fact` gives on the same store."""
    return int(str(store.query(f"SELECT (COUNT(DISTINCT ?fact) AS ?n) WHERE {{ {where} }}").values()[0]["n"]))


def search_for(page: Any, text: str, name: str | None = None) -> None:
    page.fill("#q", text)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#panel h3:has-text('{text if name is None else name}')")


def choose(page: Any, node: Node) -> None:
    search_for(page, short_id(node.id), node.name)


# ---------------------------------------------------------------- the tasks of its readers


@pytest.mark.parametrize("engine", ENGINES)
def test_who_founded_a_fund_and_when_in_three_steps(engine: str, pages: dict[str, str], opened: Open) -> None:
    page = opened(pages[engine])
    page.fill("#q", "rjjj")
    assert page.locator("#hits li").first.inner_text().startswith("容江基金")
    page.keyboard.press("Enter")
    panel = page.locator("#panel")
    assert panel.locator("h3").inner_text() == "容江基金"
    card = panel.locator("article.fact").first
    text = card.inner_text()
    assert "2016" in text
    assert "上海容亿投资" in text
    assert "嘉兴科技城" in text
    assert card.locator("mark").all_inner_texts() == ["嘉兴科技城", "上海容亿投资", "容江基金"]
    card.locator("button.quote").first.click()
    here = page.locator("#reader .here")
    assert "2016年联手设立" in "".join(here.all_inner_texts())
    assert here.first.is_visible()
    page.locator("#reader a.mention", has_text="上海容亿投资").first.click()
    assert panel.locator("h3").inner_text() == "上海容亿投资"


def test_which_places_of_a_city_a_district_has_agreements_with(
    pages: dict[str, str], corpus: Store, opened: Open
) -> None:
    page = opened(pages["pyvis"])
    search_for(page, "南湖区")
    page.fill("#place", "上海市")
    page.locator("#place").dispatch_event("change")
    page.locator("#filters label", has_text="协议").locator("button.only").dispatch_event("click")
    text = page.locator("#panel article.fact").all_inner_texts()
    expected = count(
        corpus,
        "?fact a kg:Agreement ; kg:party <https://kg.example/entity/place/330402> , ?other ."
        " ?other kg:within* <https://kg.example/entity/place/310000>",
    )
    assert len(text) == expected > 0
    assert any("杨浦区" in t for t in text)


def test_the_path_between_a_company_and_a_city(pages: dict[str, str], opened: Open) -> None:
    page = opened(pages["canvas"])
    search_for(page, "闻泰通讯")
    page.locator("#panel button", has_text="找关系").click()
    page.fill("#q", "上海市")
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel h3:has-text('→')")
    assert page.locator("#panel h3").inner_text() == "闻泰通讯 → 上海市"
    assert "12年前" in page.locator("#panel article.fact").first.inner_text()
    assert "path=company/%E9%97%BB%E6%B3%B0%E9%80%9A%E8%AE%AF~place/310000" in page.url


def test_large_investments_of_one_city_since_a_year(pages: dict[str, str], corpus: Store, opened: Open) -> None:
    kinds = " ".join(f"kg:{name}" for name in ONTOLOGY.subclasses("Investment"))
    busiest = corpus.query(
        f"""SELECT ?city (COUNT(DISTINCT ?fact) AS ?n) WHERE {{ VALUES ?class {{ {kinds} }}
        ?fact a ?class ; kg:amount ?sum ; kg:currency "CNY" ; kg:date ?day ; ?role ?who . ?who kg:inCity ?city
        FILTER(?sum >= 100000000 && SUBSTR(STR(?day), 1, 4) >= "2018") }} GROUP BY ?city ORDER BY DESC(?n) ?city"""
    ).values()
    code = busiest[0]["city"].rpartition("/")[2]
    rest = ".".join(name for name in ONTOLOGY.facts if ONTOLOGY.top(name) == name != "Investment")
    fragment = f"#view=table&without={rest}&in=place/{code}&least=100000000&from=2018&dated=1"
    page = opened(pages["pyvis"], fragment)
    roles = "|".join(f"kg:{name}" for name in Ontology.load().roles)
    expected = count(
        corpus,
        f"""VALUES ?class {{ {kinds} }} ?fact a ?class ;
        kg:currency "CNY" ; kg:amount ?sum ; {roles} ?who ; kg:date ?day . OPTIONAL {{ ?fact kg:amountUpper ?most }}
        OPTIONAL {{ ?fact kg:dateEnd ?end }}
        ?who (kg:within|schema:isPartOf)* <https://kg.example/entity/place/{code}>
        FILTER(COALESCE(?most, ?sum) >= 100000000) FILTER(SUBSTR(STR(COALESCE(?end, ?day)), 1, 4) >= "2018")""",
    )
    assert expected > 0
    assert page.locator("#view caption").inner_text() == f"{expected} 条事实"
    # What is listed need not be in the picture to be counted.
    status = re.fullmatch(r"显示 (\d+) / \d+ 个实体，(\d+) / \d+ 条事实", page.locator("#status").inner_text())
    assert status is not None
    named = {link.get_attribute("title") or link.inner_text() for link in page.locator("#view td:nth-child(3) a").all()}
    assert int(status[1]) >= len(named) > 0
    assert int(status[2]) == expected


def test_what_changed_in_a_place_between_two_years(pages: dict[str, str], corpus: Store, opened: Open) -> None:
    page = opened(pages["pyvis"], "#e=place/330402&view=time&from=2017&to=2019&dated=1")
    roles = "|".join(f"kg:{name}" for name in Ontology.load().roles)
    expected = count(
        corpus,
        f"""?fact {roles} ?who ; kg:status ?any ; kg:date ?day . OPTIONAL {{ ?fact kg:dateStart ?s }}
        OPTIONAL {{ ?fact kg:dateEnd ?e }}
        ?who (kg:within|schema:isPartOf)* <https://kg.example/entity/place/330402>
        FILTER(SUBSTR(STR(COALESCE(?e, ?day)), 1, 4) >= "2017" && SUBSTR(STR(COALESCE(?s, ?day)), 1, 4) <= "2019")""",
    )
    marks = page.locator("#view .mark")
    assert marks.count() == expected > 3
    assert f"，{expected} / " in page.locator("#status").inner_text()
    # A year is a span: the agreement of 2017 is as wide as a year, what has a day is a dot.
    whole = page.locator("#view .mark", has_text="合作框架协议").locator("rect").bounding_box()
    ticks = page.locator("#view .timeline > g").first.locator("line")
    year = ticks.nth(1).bounding_box()["x"] - ticks.nth(0).bounding_box()["x"]
    assert whole["width"] == pytest.approx(year, rel=0.05)
    marks.first.press("Enter")
    assert page.locator("#panel article.fact").count() == 1


def test_regions_are_rolled_up_and_cells_open_their_facts(pages: dict[str, str], corpus: Store, opened: Open) -> None:
    page = opened(pages["pyvis"], "#view=regions&level=province&ties=agree")
    cell = page.locator("#view .cell[aria-label^='浙江省 – 上海市']")
    here = int(cell.inner_text())
    expected = count(
        corpus,
        """?fact a kg:Agreement ; kg:status ?st ; kg:party ?a , ?b . FILTER(?st != "denied")
        ?a kg:within* <https://kg.example/entity/place/330000> . ?b kg:within* <https://kg.example/entity/place/310000>""",
    )
    assert here == expected > 0
    cell.click()
    assert page.locator("#panel article.fact").count() == here
    page.locator("#view button", has_text="区县").click()
    assert "level=county" in page.url
    assert page.locator("#view .chord path.band").count() > 0


# ---------------------------------------------------------------- the shell


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
def test_search_knows_pinyin_and_initials(query: str, first: str, opened: Open) -> None:
    page = opened(render(sample(), ONTOLOGY, title="示例"), f"#q={query}")
    assert page.locator("#hits li span").first.inner_text().startswith(first)


def test_what_is_not_there_is_said(opened: Open) -> None:
    page = opened(render(sample(), ONTOLOGY, title="示例"))
    page.fill("#q", "没有这个名字")
    assert "没有找到“没有这个名字”" in page.locator("#hits").inner_text()
    assert "没有找到" in page.locator("#status").inner_text()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_click_on_a_node_and_on_a_line_opens_what_it_stands_for(engine: str, opened: Open) -> None:
    page = opened(render(sample(), ONTOLOGY, title="示例", engine=engine))  # type: ignore[arg-type]
    numbers = page.evaluate("() => [kg.number('fund/1'), kg.number('company/1'), kg.number('place/330402')]")
    a, b = (page.evaluate("n => kg.screen(n)", n) for n in numbers[:2])
    page.mouse.click((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    assert page.locator("#panel h3").inner_text() == "容江基金 — 闻泰通讯"
    # Parallel facts are one line with a count; it opens into the list.
    assert page.locator("#panel article.fact").count() == 2
    page.mouse.click(*page.evaluate("n => kg.screen(n)", numbers[2]))
    assert page.locator("#panel h3").inner_text() == "南湖区"
    page.keyboard.press("Escape")
    assert page.locator("#panel h3").count() == 0


def test_unfolding_adds_what_the_button_counts_and_undo_takes_it_back(pages: dict[str, str], opened: Open) -> None:
    page = opened(pages["pyvis"], "#e=place/330402")
    before = page.evaluate("() => kg.counts().nodes")
    chip = page.locator("#panel .unfold .chip", has_text="隶属")
    more = int(chip.locator("b").inner_text())
    chip.click()
    assert page.evaluate("() => kg.counts().nodes") == before + more
    assert "with=" in page.url
    page.reload()
    page.wait_for_selector("html[data-ready=yes]")
    assert page.evaluate("() => kg.counts().nodes") == before + more
    page.go_back()
    page.wait_for_function(f"() => kg.counts().nodes === {before}")
    page.locator("#panel .unfold .chip", has_text="全部").click()
    page.keyboard.press("Control+z")
    assert page.evaluate("() => kg.counts().nodes") == before


def test_hide_pin_and_fold(pages: dict[str, str], hub: Node, beside: Node, opened: Open) -> None:
    name = short_id(hub.id)
    page = opened(pages["canvas"], f"#ego={name}&e={name}")
    before = page.evaluate("() => kg.counts().nodes")
    choose(page, beside)
    page.keyboard.press("p")
    page.keyboard.press("h")
    assert page.evaluate("() => kg.counts().nodes") == before - 1
    page.locator("#filters button", has_text="恢复隐藏").click()
    assert page.evaluate("() => kg.counts().nodes") == before
    choose(page, hub)
    page.keyboard.press("c")
    assert page.evaluate("() => kg.counts().nodes") < before / 2
    page.keyboard.press("u")
    assert page.evaluate("() => kg.counts().nodes") == before


def test_the_back_button_goes_through_what_was_looked_at(pages: dict[str, str], hub: Node, opened: Open) -> None:
    page = opened(pages["pyvis"])
    search_for(page, "南湖区")
    choose(page, hub)
    page.keyboard.press("2")
    assert page.locator("#view table").is_visible()
    page.go_back()
    page.wait_for_selector("#view", state="hidden")
    page.go_back()
    page.wait_for_selector("#panel h3:has-text('南湖区')")
    page.go_forward()
    page.wait_for_selector(f"#panel h3:has-text('{hub.name}')")


def test_facts_of_three_can_be_nodes_of_their_own(opened: Open, pages: dict[str, str], hub: Node) -> None:
    page = opened(pages["pyvis"], "#ego=" + short_id(hub.id))
    drawn = page.evaluate("() => kg.counts().lines")
    page.locator("#filters label", has_text="三方以上").locator("input").check()
    assert page.evaluate("() => kg.counts().lines") != drawn
    assert "many=1" in page.url


def test_a_large_graph_opens_on_its_hubs_and_an_entity_on_its_surroundings(opened: Open) -> None:
    page = opened(render(star(1200), ONTOLOGY, title="大图", engine="canvas"))
    assert page.evaluate("() => kg.counts().nodes") < 200
    assert "图谱较大" in page.locator("#panel").inner_text()
    assert page.locator("#panel .top-list button").first.inner_text().startswith("企业0")
    page.locator("#whole").click()
    assert page.evaluate("() => kg.counts().nodes") == 1200
    assert "all=1" in page.url
    page.evaluate("() => { location.hash = 'ego=company/1190'; }")
    page.wait_for_function("() => kg.counts().nodes < 10")


def test_what_is_packed_is_what_is_plain(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = render(star(300), ONTOLOGY, title="大图", engine="canvas")
    monkeypatch.setattr(view, "PACKED", 1000)
    packed = render(star(300), ONTOLOGY, title="大图", engine="canvas")
    assert len(packed) < len(plain) - 30_000
    assert packed == render(star(300), ONTOLOGY, title="大图", engine="canvas")
    ask = "() => [kg.counts(), kg.known(), kg.files.csv()]"
    said = [opened(text, "#e=company/7").evaluate(ask) for text in (plain, packed)]
    assert said[0] == said[1]
    assert said[0][1]["facts"] > 290


@pytest.mark.parametrize("engine", ENGINES)
def test_lines_can_be_told_apart_without_their_colours(engine: str, pages: dict[str, str], opened: Open) -> None:
    """Each class of facts has a mark of its own: on the line, in the legend, in the drawing."""
    shapes = [c.shape for c in ONTOLOGY.facts.values() if ONTOLOGY.top(c.name) == c.name != "Fact"]
    assert len(set(shapes)) == len(shapes)
    page = opened(pages[engine])
    legend = page.evaluate(
        """() => [...document.querySelectorAll('#filters .key .line-icon')].map(s =>
             s.children.length < 2 ? 'plain' : s.lastChild.getAttribute('d') + s.lastChild.getAttribute('fill'))"""
    )
    assert len(set(legend)) == len(legend) > 8
    # In the drawing there is a path for the marks of each class that has a line with room for one.
    drawing = page.evaluate("() => kg.files.svg()")
    stage = page.evaluate("() => getComputedStyle(document.documentElement).getPropertyValue('--stage').trim()")
    paths = [dict(p.attrib) for p in ET.fromstring(drawing).iter("{http://www.w3.org/2000/svg}path")]
    hollow = [p for p in paths if p.get("fill") == stage and "stroke" not in p]
    assert len(hollow) > 0
    assert {p["d"] for p in hollow} <= {p["d"] for p in paths if p.get("stroke") not in {None, stage}}


def test_those_of_one_name_are_shown_with_where_they_are(
    pages: dict[str, str], network: FactNetwork, opened: Open
) -> None:
    names = [n.name for n in network.nodes.values() if n.type == "Place"]
    twin = next(n for n in network.nodes.values() if n.type == "Place" and names.count(n.name) > 1 and n.city)
    page = opened(pages["canvas"], "#ego=" + short_id(twin.id))
    written = str(page.evaluate("() => kg.boxes().map(b => b.text)"))
    assert re.search(re.escape(twin.name) + r"\(.+\)", written) is not None


def test_filters_leave_what_they_say(pages: dict[str, str], corpus: Store, opened: Open) -> None:
    page = opened(pages["pyvis"], "#view=table&by=published&from=2020&to=2022&dated=1")
    shown = page.locator("#view caption").inner_text()
    expected = count(
        corpus,
        """?fact kg:evidence/kg:inDocument/schema:datePublished ?day FILTER(SUBSTR(STR(?day), 1, 4) >= "2020"
        && SUBSTR(STR(?day), 1, 4) <= "2022")""",
    )
    assert shown == f"{expected} 条事实"
    page.evaluate("() => { location.hash = 'view=table&sure=0.9'; }")
    page.wait_for_function("() => kg.state.sure === 0.9")
    sure = count(corpus, "?fact kg:evidence/kg:confidence ?c FILTER(?c >= 0.9)")
    page.wait_for_function(f"() => document.querySelector('#view caption').textContent.startsWith('{sure} ')")
    page.evaluate("all => { location.hash = 'without=' + all; }", ".".join(ONTOLOGY.facts))
    page.wait_for_selector("#empty:has-text('当前筛选下没有可显示的事实')")
    page.locator("#empty button").click()
    assert page.evaluate("() => kg.counts().nodes") > 0


def test_sources_that_differ_are_two(opened: Open) -> None:
    from dataclasses import replace

    network = sample()
    fact = next(f for f in network.facts.values() if f.amount == "5000000000")
    other = replace(fact.tellings[0], document="https://kg.example/document/b", title="另一家", source="另报")
    twin = replace(fact, id=fact.id + "0", amount="8000000000", amount_text="80亿元", tellings=(other,))
    both = replace(
        next(f for f in network.facts.values() if f.label == "人才协议"),
        tellings=(fact.tellings[0], other),
    )
    changed = FactNetwork.of(
        network.nodes.values(), [*(both if f.id == both.id else f for f in network.facts.values()), twin]
    )
    page = opened(render(changed, ONTOLOGY, title="示例"), "#e=fund/1")
    page.locator("#panel .differs").first.click()
    texts = page.locator("#panel article.fact").all_inner_texts()
    assert sorted(re.search(r"金额\s*(\S+)", t).group(1) for t in texts) == ["80亿元", "超50亿元"]  # type: ignore[union-attr]
    page.evaluate("() => { location.hash = 'e=place/330402'; }")
    page.wait_for_selector("#panel h3:has-text('南湖区')")
    card = page.locator("#panel article.fact", has_text="人才协议")
    assert "2 个来源" in card.inner_text()
    assert card.locator(".telling").count() == 2


# ---------------------------------------------------------------- the same shell on a server


@pytest.fixture(scope="module")
def served(corpus: Store) -> Iterator[str]:
    """The address of a server of the sample corpus, in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert corpus.path is not None
    command = [sys.executable, "-m", "kg", "serve", "--store", str(corpus.path), "--port", str(port)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(150):
            with contextlib.suppress(OSError), urllib.request.urlopen(address + "healthz", timeout=2):
                break
            time.sleep(0.2)
        yield address
    finally:
        running.terminate()
        running.wait(20)


def test_on_a_server_what_is_looked_at_is_loaded_as_needed(
    served: str, browser: Any, network: FactNetwork, hub: Node
) -> None:
    far = set(around(network, [hub.id], 2).nodes) - set(around(network, [hub.id], 1).nodes)
    names = [n.name for n in network.nodes.values()]
    article = min(short_id(t.document) for t in network.facts_of[hub.id][0].tellings)
    other = min((n for n in map(network.nodes.__getitem__, far) if names.count(n.name) == 1), key=lambda n: n.id)
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.goto(served + "?lang=zh&around=place/330402")
    page.wait_for_selector("html[data-ready=yes]")
    known = page.evaluate("() => kg.known()")
    assert known["facts"] < 60
    # A name that this page does not know: the server finds it, and its facts come when it is chosen.
    page.fill("#q", hub.name)
    page.wait_for_selector(f"#hits li[role=option]:has-text('{hub.name}')")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#panel h3:has-text('{hub.name}')")
    page.wait_for_function(f"() => kg.known().facts > {known['facts']} + 20")
    assert page.locator("#panel article.fact").count() > 10
    # A way through what no page has yet.
    page.locator("#panel button", has_text="找关系").click()
    page.fill("#q", other.name)
    page.wait_for_selector(f"#hits li[role=option]:has-text('{other.name}')")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#panel h3:has-text('{hub.name} → {other.name}')")
    # The whole article from the server, and the page of the entity, which leads back.
    page.locator("#panel button.quote").first.click()
    page.wait_for_selector("#reader .here")
    assert page.locator("#reader .para").count() > 2
    page.keyboard.press("Escape")
    page.locator("#panel dd a.link", has_text=hub.name).first.click()
    page.wait_for_selector(f"#panel h3:text-is('{hub.name}')")
    page.locator("#panel a.page").first.click()
    page.wait_for_selector(f"h1:has-text('{hub.name}')")
    page.locator("a[href*='around=']").first.click()
    page.wait_for_selector("html[data-ready=yes]")
    assert page.locator("#panel h3").inner_text() == hub.name
    # From a fact and from a document to their places in the graph.
    page.locator("#panel article.fact a.page").first.click()
    page.locator("a[href*='#f=']").click()
    page.wait_for_selector("html[data-ready=yes]")
    assert page.locator("#panel article.fact").count() == 1
    page.goto(served + "document/" + article + "?lang=zh")
    page.locator("a[href*='#d=']").click()
    page.wait_for_selector("html[data-ready=yes]")
    page.wait_for_selector("#panel article.fact")
    told = page.evaluate("() => kg.state.sel.facts.length")
    assert told == len({f.id for f in network.facts.values() for t in f.tellings if t.document.endswith("/" + article)})
    assert errors == []
    context.close()


def test_a_page_of_a_server_that_is_gone_says_so(served: str, browser: Any) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = context.new_page()
    page.goto(served + "?lang=zh&around=place/330402")
    page.wait_for_selector("html[data-ready=yes]")
    page.route("**/api/**", lambda route: route.abort())
    page.locator("#panel article.fact dd a.link").last.click()
    page.locator("#panel button.quote").first.click()
    page.wait_for_selector("#reader :text('连不上服务')")
    context.close()


def test_the_search_says_that_names_are_still_being_indexed(served: str, browser: Any) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = context.new_page()
    page.goto(served + "?lang=zh&around=place/330402")
    page.wait_for_selector("html[data-ready=yes]")
    # As a server with millions of names answers while it reads them.
    part = {name: [] for name in ("classes", "factClasses", "places", "nodes", "facts", "documents")}
    early = {**part, "labels": {}, "sounds": {}, "partial": True}
    page.route("**/api/graph?find=*", lambda route: route.fulfill(json=early))
    page.fill("#q", "没有这个名字")
    page.wait_for_selector("#hits .none:has-text('名称索引正在建立')")
    page.fill("#q", "南湖")
    page.wait_for_selector("#hits .none:has-text('名称索引正在建立')")
    assert page.locator("#hits li[role=option]").count() > 0
    page.unroute("**/api/graph?find=*")
    page.fill("#q", "南湖区")
    page.wait_for_selector("#hits:not(:has(.none)) li[role=option]")
    context.close()


# ---------------------------------------------------------------- files


def test_files_hold_what_is_seen(pages: dict[str, str], hub: Node, opened: Open) -> None:
    page = opened(pages["pyvis"])
    seen = page.evaluate("() => kg.counts().facts")
    rows = list(csv.DictReader(io.StringIO(page.evaluate("() => kg.files.csv()").removeprefix("\ufeff"))))
    assert len(rows) == seen > 100
    gexf = ET.fromstring(page.evaluate("() => kg.files.gexf()"))
    space = {"g": "http://gexf.net/1.3"}
    assert len(gexf.findall(".//g:node", space)) == page.evaluate("() => kg.counts().nodes")
    assert {e.get("source") for e in gexf.findall(".//g:edge", space)} <= {
        n.get("id") for n in gexf.findall(".//g:node", space)
    }
    svg = ET.fromstring(page.evaluate("() => kg.files.svg()"))
    texts = {t.text for t in svg.iter("{http://www.w3.org/2000/svg}text")}
    assert hub.name[:13] in {str(t).rstrip("…")[:13] for t in texts}
    width, height = page.evaluate(
        "async () => { const b = await createImageBitmap(await kg.files.png()); return [b.width, b.height]; }"
    )
    box = page.locator("#net").bounding_box()
    assert [width, height] == [round(box["width"]) * 2, round(box["height"]) * 2]
    with page.expect_download() as started:
        page.locator("#tools button", has_text="导出").click()
        page.locator("#menu button", has_text="CSV").click()
    assert Path(started.value.path()).read_bytes().startswith(b"\xef\xbb\xbffact,")


@pytest.mark.parametrize(
    "fragment",
    [
        "",
        "#e=place/330402",
        "#all=1&from=2018&to=2020",
        "#all=1&from=2018&to=2020&dated=1&sure=0.8",
        "#all=1&in=place/330400&without=Office.PartOf",
        "#all=1&least=100000000",
        "#all=1&by=published&from=2019&dated=1",
        "#e=place/330402&without=PartOf",
    ],
)
def test_the_query_gives_what_is_seen(fragment: str, pages: dict[str, str], corpus: Store, opened: Open) -> None:
    page = opened(pages["canvas"], fragment)
    seen = page.evaluate("() => kg.counts().facts")
    answer = corpus.query(page.evaluate("() => kg.files.sparql()"))
    assert len(list(answer)) == seen > 0


# ---------------------------------------------------------------- craft


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("width", "height", "ratio"), [(1280, 800, 1), (390, 844, 2), (3840, 2160, 1)])
def test_no_label_lies_on_another_or_is_cut(
    engine: str, width: int, height: int, ratio: int, pages: dict[str, str], opened: Open
) -> None:
    page = opened(pages[engine], width=width, height=height, device_scale_factor=ratio)
    for steps in (0, 3, 2, -9):
        for _ in range(abs(steps)):
            page.keyboard.press("+" if steps > 0 else "-")
        page.wait_for_timeout(250)
        boxes = page.evaluate("() => kg.boxes()")
        view = page.evaluate("() => kg.view()")
        assert len(boxes) > (0 if steps > 0 else 5)
        for i, a in enumerate(boxes):
            assert a["x0"] >= 0
            assert a["y0"] >= 0
            assert a["x1"] <= view["w"]
            assert a["y1"] <= view["h"]
            for b in boxes[i + 1 :]:
                apart = a["x1"] <= b["x0"] or b["x1"] <= a["x0"] or a["y1"] <= b["y0"] or b["y1"] <= a["y0"]
                assert apart, (a, b)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


#: How many colours the picture has: a blank one has a single colour.
COLOURS = """() => {
  const canvas = document.querySelector('#net canvas'), g = canvas.getContext('2d');
  const data = g.getImageData(0, 0, canvas.width, canvas.height).data, seen = new Set();
  for (let i = 0; i < data.length; i += 16) seen.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
  return seen.size;
}"""


@pytest.mark.parametrize("engine", ENGINES)
def test_without_3d_there_is_a_picture(engine: str, pages: dict[str, str], browser: Any, opened: Open) -> None:
    root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    plain = browser.browser_type.launch(
        executable_path=CHROMIUM, args=["--disable-gpu", "--disable-3d-apis", "--disable-software-rasterizer", *root]
    )
    page = opened(pages[engine], in_browser=plain)
    assert page.evaluate(COLOURS) > 30
    assert page.evaluate("() => document.createElement('canvas').getContext('webgl')") is None
    page.context.close()
    plain.close()


@pytest.mark.parametrize("engine", ENGINES)
def test_dragging_moves_the_view_and_the_wheel_zooms(engine: str, pages: dict[str, str], opened: Open) -> None:
    page = opened(pages[engine])
    before = page.evaluate("() => kg.view()")
    page.mouse.move(240, 120)
    page.mouse.down()
    page.mouse.move(340, 180, steps=8)
    page.mouse.up()
    page.wait_for_timeout(300)
    after = page.evaluate("() => kg.view()")
    assert [after["x"] - before["x"], after["y"] - before["y"]] == pytest.approx([100, 60], abs=2)
    page.mouse.move(600, 400)
    for _ in range(3):
        page.mouse.wheel(0, -120)
        page.wait_for_timeout(60)
    page.wait_for_timeout(300)
    assert page.evaluate("() => kg.view().k") > after["k"] * 1.2


@pytest.mark.parametrize("engine", ENGINES)
def test_a_finger_is_enough(engine: str, pages: dict[str, str], hub: Node, opened: Open) -> None:
    page = opened(pages[engine], width=390, height=844, has_touch=True, is_mobile=True)
    page.touchscreen.tap(*page.evaluate("id => kg.screen(kg.number(id))", short_id(hub.id)))
    page.wait_for_selector(f"#panel h3:has-text('{hub.name}')")
    page.locator("#views button", has_text="表格").tap()
    assert page.locator("#view table").is_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_the_keyboard_is_enough(pages: dict[str, str], opened: Open) -> None:
    page = opened(pages["pyvis"])
    page.keyboard.press("/")
    page.keyboard.type("nanhuqu")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_selector("#panel h3:has-text('南湖区')")
    page.locator("#net").focus()
    assert page.locator("#spoken").inner_text().startswith("南湖区，行政区划，")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => !document.querySelector('#panel h3').textContent.includes('南湖区')")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "panel"
    page.keyboard.press("4")
    page.wait_for_selector("#view .matrix")
    page.keyboard.press("?")
    assert page.locator("#reader").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#reader").is_visible()


def test_everything_has_a_name_and_the_status_is_live(pages: dict[str, str], opened: Open) -> None:
    for fragment in ("", "#e=place/330402", "#view=table", "#view=regions", "#view=time&e=place/330402"):
        page = opened(pages["canvas"], fragment)
        nameless = page.evaluate(
            """() => [...document.querySelectorAll('button, a, input, select, textarea, [role=button]')].filter(e =>
                 e.checkVisibility() && !(e.textContent.trim() || e.getAttribute('aria-label') || e.title
                 || (e.labels && e.labels.length && e.labels[0].textContent.trim()))).map(e => e.outerHTML)"""
        )
        assert nameless == []
        assert page.locator("#status").get_attribute("aria-live") == "polite"
        assert page.locator("h1").count() == 1
        for role in ("#net", "#filters", "#panel", "#tools", "#views", "#q"):
            assert page.locator(role).get_attribute("aria-label")


#: Every view and dialog, by its address and what opens it.
EVERYWHERE = [
    ("", None),
    ("#e=place/330402", None),
    ("#view=table", None),
    ("#view=regions", None),
    ("#view=time&e=place/330402", None),
    ("#path=company/闻泰通讯~place/310000", None),
    ("#e=place/330402", "#panel button.quote"),
    ("", "#tools button[aria-haspopup]"),
    ("", "?"),
]


def everywhere(page: Any, fragment: str, opener: str | None, theme: str) -> None:
    page.goto("about:blank")
    page.goto(page.evaluate("() => window.name") + fragment + ("&" if fragment else "#") + "theme=" + theme)
    page.wait_for_selector("html[data-ready=yes]")
    if opener == "?":
        page.keyboard.press("?")
    elif opener is not None:
        page.locator(opener).first.click()


def test_a_screen_reader_is_told_names_roles_and_news(pages: dict[str, str], opened: Open) -> None:
    """By the tree that the browser hands to a screen reader."""
    page = opened(pages["canvas"])
    page.evaluate("() => { window.name = location.href; }")
    session = page.context.new_cdp_session(page)
    speak = {"button", "link", "textbox", "searchbox", "combobox", "checkbox", "slider", "menuitem", "option", "dialog",
             "application", "navigation", "search", "toolbar", "table", "complementary", "image"}  # fmt: skip
    for fragment, opener in EVERYWHERE:
        everywhere(page, fragment, opener, "light")
        tree = [n for n in session.send("Accessibility.getFullAXTree")["nodes"] if not n.get("ignored")]
        roles = [n["role"]["value"] for n in tree]
        spoken = [n for n in tree if n["role"]["value"] in speak]
        assert [n["role"]["value"] for n in spoken if not n.get("name", {}).get("value")] == []
        assert {"banner", "main", "application" if "view=" not in fragment else "main", "status"} <= set(roles)
        # What is shown is said in a live region, in words.
        assert re.search(r"显示 \d+ / \d+ 个实体", page.locator("#status[aria-live=polite]").inner_text()) is not None
        if "view=table" in fragment:
            assert roles.count("columnheader") == 9
            assert roles.count("row") > 100
        if opener == "?" or (opener or "").endswith("quote"):
            assert "dialog" in roles
            # Escape closes it, and the focus is where it was.
            page.keyboard.press("Escape")
            assert page.evaluate("() => document.activeElement.id") in {"panel", "", "net"}
            if opener != "?":
                assert page.evaluate("() => document.activeElement.className") == "quote"


def test_the_focus_goes_through_the_page_in_its_order(pages: dict[str, str], opened: Open) -> None:
    page = opened(pages["canvas"], "#e=place/330402")
    page.evaluate("() => document.activeElement.blur()")
    seen: list[str] = []
    parts = ("skip", "search", "views", "tools", "filters", "stage", "panel")
    inside = f"() => {list(parts)}.find(id => document.activeElement.closest('#' + id)) || ''"
    for _ in range(160):
        page.keyboard.press("Tab")
        part = page.evaluate(inside)
        if part and part not in seen:
            seen.append(part)
        # Whoever is focused can be seen to be.
        assert page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e); return e === document.body ||"
            " s.outlineStyle !== 'none' || getComputedStyle(e.closest('.key') || e).outlineStyle !== 'none'; }"
        )
        if len(seen) == len(parts):
            break
    assert seen == list(parts)


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed (npm install in .ci/web)")
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(theme: str, width: int, pages: dict[str, str], opened: Open) -> None:
    page = opened(pages["canvas"], width=width, bypass_csp=True)
    page.evaluate("() => { window.name = location.href; }")
    for fragment, opener in EVERYWHERE:
        # A row of the table is like the others: to look at those of one place takes half as long.
        everywhere(page, fragment + ("&e=place/330402" if fragment == "#view=table" else ""), opener, theme)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate(
            """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(v =>
                 [v.id, v.nodes.map(n => n.html.slice(0, 120))])"""
        )
        assert found == [], (fragment, opener)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out_from_their_ground(theme: str, pages: dict[str, str], opened: Open) -> None:
    """WCAG AA: 4.5 for text (3 for large text), by the colours that the browser computed."""
    for fragment in ("#e=place/330402", "#view=regions", "#view=table"):
        page = opened(pages["pyvis"], fragment + f"&theme={theme}")
        poor = page.evaluate(CONTRAST)
        assert poor == []


CONTRAST = """() => {
  const rgb = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const linear = v => (v / 255 <= .03928 ? v / 255 / 12.92 : Math.pow((v / 255 + .055) / 1.055, 2.4));
  const light = c => .2126 * linear(c[0]) + .7152 * linear(c[1]) + .0722 * linear(c[2]);
  const ground = e => {
    for (let x = e; x; x = x.parentElement) {
      const c = rgb(getComputedStyle(x).backgroundColor);
      if (c.length === 3 || c[3] > .9) return c;
    }
    return [255, 255, 255];
  };
  const spoken = e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
  const out = [];
  for (const e of document.querySelectorAll('body *')) {
    if (!e.checkVisibility() || e.closest('svg') || e.disabled || e.closest('.key.off') || !spoken(e)) continue;
    const style = getComputedStyle(e), a = light(rgb(style.color)), b = light(ground(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.6 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) out.push([e.className || e.id, e.textContent.slice(0, 20), ratio.toFixed(2)]);
  }
  return out.slice(0, 8);
}"""


@pytest.mark.parametrize("guarded", [True, False])
@pytest.mark.parametrize("engine", ENGINES)
def test_hostile_text_never_runs(guarded: bool, engine: str, browser: Any, tmp_path: Path) -> None:
    """In every panel, view and file; also without the content policy, which is the second wall."""
    text = "".join(HOSTILE)
    page_text = render(
        sample(name=text, quote=text, url="javascript:document.title='owned'"),
        ONTOLOGY,
        title="示例",
        engine=engine,  # type: ignore[arg-type]
    )
    if not guarded:
        page_text = re.sub(r"<meta http-equiv=.*?>\n", "", page_text)
    path = tmp_path / "a.html"
    path.write_text(page_text, encoding="utf-8")
    context = browser.new_context()
    page = context.new_page()
    views = ("#view=table", "#view=time", "#view=regions&level=county")
    for fragment in ("#e=place/310110", *views, "#e=place/310110&lang=en"):
        page.goto("about:blank")
        page.goto(path.as_uri() + fragment)
        page.wait_for_selector("html[data-ready=yes]")
        if "e=" in fragment:
            page.locator("#panel button.quote").first.click()
            assert text.replace("\u2028", "") in page.locator("#reader").inner_text().replace("\u2028", "")
            page.keyboard.press("Escape")
            page.fill("#q", "owned")
            page.keyboard.press("Escape")
        files = page.evaluate("async () => [kg.files.svg(), kg.files.gexf(), kg.files.csv(), kg.files.sparql()]")
        for xml in files[:2]:
            ET.fromstring(xml)
        assert not any(line.startswith(("=", "+", "-", "@")) for line in files[2].splitlines())
        assert page.title() == "示例"
        assert page.locator("img").count() == 0
        assert page.locator("a[href^='javascript']").count() == 0
    context.close()


def test_a_page_written_on_a_chinese_windows_is_the_same(
    pages: dict[str, str], corpus: Store, opened: Open, tmp_path: Path
) -> None:
    """`kg view` with GBK as the code page of the machine: the file is UTF-8 all the same."""
    out = tmp_path / "图谱 甲.html"
    code = (
        "import builtins, locale, _locale, sys\n"
        "locale.getpreferredencoding = lambda *a: 'cp936'\n"
        "locale.getencoding = lambda: 'cp936'\n"
        "real = builtins.open\n"
        "import io\n"
        "def cp936(file, mode='r', buffering=-1, encoding=None, *rest, **more):\n"
        "    if 'b' not in mode and encoding is None: encoding = 'cp936'\n"
        "    return real(file, mode, buffering, encoding, *rest, **more)\n"
        "builtins.open = io.open = cp936\n"
        "from kg.cli import main\n"
        f"sys.argv = ['kg', '--lang', 'zh', 'view', '--store', {str(corpus.path)!r}, '-o', {str(out)!r}]\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    page = opened(out.read_bytes().decode("utf-8"))
    assert re.search("[\u4e00-\u9fff]", page.locator("#panel .top-list").first.inner_text()) is not None


#: What lets text run, and what is later than ES2020: logical assignment, at(), replaceAll, hasOwn, findLast.
NEVER = (
    r"\.(?:innerHTML|outerHTML)\b|insertAdjacentHTML|document\.write|\beval\(|new Function",
    r"\?\?=|\|\|=|&&=|\.at\(-|\.replaceAll\(|Object\.hasOwn|structuredClone|\.findLast\(",
)


@pytest.mark.parametrize("engine", ["vis", "canvas"])
def test_the_shell_is_small_and_no_newer_than_it_says(engine: str) -> None:
    text = script(engine)
    assert len(text.encode()) < 160_000
    assert [re.findall(pattern, text) for pattern in NEVER] == [[], []]


@pytest.mark.skipif(FIREFOX is None, reason="no Firefox on this machine (Debian: apt install firefox-esr)")
@pytest.mark.parametrize("engine", ENGINES)
def test_firefox_draws_the_same(engine: str, pages: dict[str, str], tmp_path: Path) -> None:
    path, picture = tmp_path / "图 谱.html", tmp_path / "picture.png"
    path.write_text(pages[engine], encoding="utf-8")
    assert FIREFOX is not None
    done = subprocess.run(
        [FIREFOX, "--headless", "--no-remote", "--profile", str(_profile(tmp_path)), "--window-size=1280,800",
         "--screenshot", str(picture), path.as_uri() + "#e=place/330402"],
        capture_output=True, timeout=120, check=False, env={**os.environ, "HOME": str(tmp_path), "MOZ_HEADLESS": "1"},
    )  # fmt: skip
    assert picture.exists(), done.stderr.decode(errors="replace")[-800:]
    # A blank page has a few colours; names, shapes and the panel have hundreds.
    assert _colours(picture) > 200


def _profile(folder: Path) -> Path:
    profile = folder / "profile"
    profile.mkdir()
    return profile


def _colours(png: Path) -> int:
    """How many colours a PNG has (8 bits a channel, no interlace), read with the standard library."""
    import struct
    import zlib

    data = png.read_bytes()
    at, width, channels, packed = 8, 0, 4, b""
    while at < len(data):
        (length,), kind = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, _, _, colour = struct.unpack(">IIBB", body[:10])
            channels = {2: 3, 6: 4}[colour]
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    raw, stride = zlib.decompress(packed), width * channels
    # Rows are stored as differences: as many different ones as a picture with something in it has.
    rows = (raw[i + 1 : i + 1 + stride] for i in range(0, len(raw), stride + 1))
    return len({row[k : k + channels] for row in rows for k in range(0, stride, channels)})
