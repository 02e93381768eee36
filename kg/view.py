"""One interactive page of a network: a single HTML file that opens offline in any browser.

Owns what the page shows at first and the data inside it; input are a `FactNetwork` and the ontology (labels, colours,
shapes), output is the text of the file. One shell (`page/explorer/`) stands over two engines: pyvis with a template of
our own (vis-network comes from its wheel; its templates load from the net and let text from articles run as script),
and above `EDGES` edges a small canvas of our own, which moves pictures that vis-network cannot.

    html = render(network, ontology, title="嘉兴与上海")
    Path("graph.html").write_text(html, encoding="utf-8")

Text from articles only ever travels as JSON and is only ever set as text; a content policy refuses every request and
every script that is not named by its digest.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kg import __version__
from kg.errors import StoreError
from kg.layout import place
from kg.network import FactNetwork, FactRow, importance, links
from kg.ontology import EntityClass, FactClass, Ontology

if TYPE_CHECKING:
    from kg.store import Store

Engine = Literal["auto", "pyvis", "canvas"]

#: What draws; `auto` chooses by the number of edges.
ENGINES = ("auto", "pyvis", "canvas")

#: Up to this many edges `auto` takes pyvis; above it frames of vis-network take longer than a screen shows one.
EDGES = 2000

#: Up to this many entities a page shows all of them; of more it shows the `FIRST` best connected at first.
LIMIT = 300
FIRST = 120

#: A fact of more symmetric parties than this is drawn as a small node: ten links between five parties say less.
PARTIES = 4

#: A page holds the paragraphs of its evidence up to this many characters in all; sentences it always holds.
TEXTS = 4_000_000

#: What a page holds is packed (gzip in base64) where it is more characters than this.
PACKED = 1_000_000

#: The parts of the shell in the order in which they become one script; the engine stands in the place of the star.
MODULES = ("words", "model", "search", "paths", "place", "paint", "*", "save", "panel", "views", "server", "shell")

_PAGE = Path(__file__).parent / "page"
_LIBRARY = Path("lib") / "vis-9.1.2" / "vis-network.min.js"
_LABEL = 14


@dataclass(frozen=True, slots=True)
class Article:
    """A document for reading: its text and where it names entities of the network (start, end, id of the node)."""

    text: str
    mentions: tuple[tuple[int, int, str], ...] = ()


def chosen_engine(network: FactNetwork, ontology: Ontology, engine: str = "auto") -> tuple[Engine, int]:
    """The engine that draws a network and how many edges it has; raises ValueError for an engine that does not exist.

    `auto` is pyvis up to EDGES edges and the canvas above.
    """
    if engine not in ENGINES:
        raise ValueError(f"unknown engine {engine!r}; known: {', '.join(ENGINES)}")
    edges = sum(len(links(fact, ontology)) for fact in network.facts.values())
    canvas = engine == "canvas" or (engine == "auto" and edges > EDGES)
    return ("canvas" if canvas else "pyvis"), edges


def read_articles(store: Store, network: FactNetwork) -> dict[str, Article]:
    """The documents of a network's sentences by IRI, as far as the store has their text."""
    by_name: dict[str, list[str]] = {}
    for node in network.nodes.values():
        for name in (node.name, *node.aliases, *((node.code,) if node.code is not None else ())):
            by_name.setdefault(name, []).append(node.id)
    said: dict[str, set[str]] = {}
    for fact in network.facts.values():
        for telling in fact.tellings:
            said.setdefault(telling.document, set()).update(fact.nodes)
    found = {}
    for iri in sorted(said):
        try:
            extraction = store.extraction(store.iris.id_of(iri) or iri)
        except StoreError:
            continue
        mentions = set()
        for entity in extraction.entities:
            keys = [key for key in (entity.code, entity.name, *entity.aliases) if key is not None]
            # Of two nodes with one name the one that this document tells something of is meant.
            ids = [i for key in keys for i in by_name.get(key, ())]
            node_id = next((i for i in ids if i in said[iri]), ids[0] if len(ids) > 0 else None)
            if node_id is not None:
                mentions |= {(m.span.start, m.span.end, node_id) for m in entity.mentions}
        found[iri] = Article(extraction.document.text, tuple(sorted(mentions)))
    return found


def render(
    network: FactNetwork,
    ontology: Ontology,
    *,
    title: str,
    language: Literal["zh", "en"] = "zh",
    engine: Engine = "auto",
    limit: int | None = None,
    first: Collection[str] | None = None,
    focus: Sequence[str] = (),
    articles: Mapping[str, Article] | None = None,
    server: Mapping[str, Any] | None = None,
    totals: Mapping[str, int] | None = None,
    least: float = 0.0,
) -> str:
    """The page of a network as the text of one HTML file; write it as UTF-8.

    All entities are in the file, but of more than `limit` (by default LIMIT) not all are in the picture: the best
    connected are shown, or the `first`, ids of nodes, and the page says so and unfolds the others. `focus` are ids of
    nodes that are shown in any case; a single one is open at first. `articles` are texts for the reader, by IRI of the
    document. `server` is what a page that is served knows about its server; a page with it may ask that server for
    more, and no other. `totals` says of how many facts each node is a participant where the network is a part of what
    the server has. `least` is the confidence below which facts were left out: the query for what is seen asks for it
    too.
    Raises ValueError for an engine that does not exist. The same network gives the same text.
    """
    taken, _ = chosen_engine(network, ontology, engine)
    drawing = _Drawing(network, ontology, limit=limit, focus=focus, first=first)
    known = () if server is None or not server["lazy"] else server["counts"]
    data = payload(drawing, title=title, language=language, articles=articles or {}, totals=totals, known=known)
    data["least"] = least
    data["server"] = None if server is None else dict(server)
    write = _pyvis_page if taken == "pyvis" else _canvas_page
    return write(drawing, data, title=title, language=language, served=server is not None)


class _Drawing:
    """What is drawn: nodes and facts by number, links between numbers, who is shown, and where."""

    def __init__(
        self,
        network: FactNetwork,
        ontology: Ontology,
        *,
        limit: int | None,
        focus: Sequence[str],
        first: Collection[str] | None = None,
    ) -> None:
        self.network, self.ontology = network, ontology
        self.rank = importance(network)
        # The most important come first, so that the page can take its order for the order of labels.
        self.nodes = sorted(network.nodes.values(), key=lambda n: (-self.rank[n.id], n.id))
        self.number = {node.id: i for i, node in enumerate(self.nodes)}
        self.facts = sorted(network.facts.values(), key=lambda f: f.id)
        self.edges = [self._edges(fact) for fact in self.facts]
        self.focus = [self.number[i] for i in focus if i in self.number]
        everything = len(self.nodes) <= (LIMIT if limit is None else limit)
        if first is not None:
            self.shown = sorted(self.number[i] for i in first if i in self.number)
            everything = len(self.shown) == len(self.nodes)
        elif everything:
            self.shown = list(range(len(self.nodes)))
        else:
            self.shown = self._first(FIRST if limit is None else max(limit, 1))
        self.first = self._positions(self.shown)
        self.all = None if everything else self._positions(range(len(self.nodes)))

    def _edges(self, fact: FactRow) -> list[tuple[str, int, int, int]] | None:
        """(relation, source, target, directed) by number; None for a fact that is a node of its own."""
        found = links(fact, self.ontology)
        members = {end for link in found if link.declared and not link.directed for end in (link.source, link.target)}
        if len(members) > PARTIES:
            return None
        return [(k.relation, self.number[k.source], self.number[k.target], int(k.directed)) for k in found]

    def _members(self, fact: FactRow) -> list[int]:
        return [self.number[node] for node in fact.nodes]

    def _first(self, limit: int) -> list[int]:
        """Numbers of the nodes shown at first: the focus, and the best connected that meet each other."""
        count = len(self.nodes)
        # Who is drawn as linked: the builder and the place of a project share a fact, yet only the project joins them.
        neighbours: list[set[int]] = [set() for _ in range(count)]
        for fact, edges in zip(self.facts, self.edges, strict=True):
            if edges is None:
                members = set(self._members(fact))
                for member in members:
                    neighbours[member] |= members - {member}
            for _, source, target, _ in edges or ():
                neighbours[source].add(target)
                neighbours[target].add(source)
        chosen = dict.fromkeys(self.focus)
        for i in range(count):
            if len(chosen) >= limit:
                break
            chosen.setdefault(i)
        # A node all of whose neighbours stay outside says nothing; the next one that meets the others takes its place.
        lonely = [i for i in chosen if i not in self.focus and neighbours[i].isdisjoint(chosen)]
        for i in lonely:
            del chosen[i]
        for i in range(count):
            if len(chosen) >= limit:
                break
            if i not in chosen and not neighbours[i].isdisjoint(chosen):
                chosen[i] = None
        return sorted(chosen)

    def _positions(self, shown: Iterable[int]) -> dict[int, tuple[float, float]]:
        """Where nodes stand; the number of a fact's own node follows the nodes'."""
        members = list(shown)
        place_of = {number: i for i, number in enumerate(members)}
        pairs = []
        for index, (fact, edges) in enumerate(zip(self.facts, self.edges, strict=True)):
            if edges is not None:
                pairs += [(place_of[s], place_of[t]) for _, s, t, _ in edges if s in place_of and t in place_of]
                continue
            # A fact's own node needs two of its parties in the picture.
            parties = [place_of[m] for m in self._members(fact) if m in place_of]
            if len(parties) > 1:
                hub = len(place_of)
                place_of[len(self.nodes) + index] = hub
                members.append(len(self.nodes) + index)
                pairs += [(hub, m) for m in parties]
        # With many nodes not every label has room: then boxes are smaller and the page shows the labels that fit.
        crowd = min(1.0, (140 / max(len(members), 1)) ** 0.5)
        widths, heights = [], []
        for number in members:
            size = 2 * self.size(number)
            text = label_width(self.nodes[number].name) if number < len(self.nodes) else 0.0
            widths.append(max(size, text * crowd) + 2)
            heights.append(size + (16 if number < len(self.nodes) else 0) * crowd)
        iterations = 300 if len(members) < 3000 else 220 if len(members) < 30_000 else 140
        at = place(len(members), pairs, widths=widths, heights=heights, iterations=iterations)
        return {number: (float(at[i, 0]), float(at[i, 1])) for i, number in enumerate(members)}

    def size(self, number: int) -> float:
        """The radius of a node in pixels, from its importance; a fact's own node is small."""
        if number >= len(self.nodes):
            return 5.0
        return round(6 + 16 * float(self.rank[self.nodes[number].id] ** 1.6), 1)


def label_width(text: str) -> float:
    """About how wide a name is on the page, in pixels at 13 px, cut as the page cuts it.

    >>> label_width("南湖区") > label_width("ABC")
    True
    """
    cut = text if len(text) <= _LABEL else text[: _LABEL - 1] + "…"
    return sum(13.0 if unicodedata.east_asian_width(c) in "WFA" else 7.2 for c in cut) + 6


# ---------------------------------------------------------------- data of the page


def payload(
    drawing: _Drawing,
    *,
    title: str,
    language: str,
    articles: Mapping[str, Article] | None = None,
    totals: Mapping[str, int] | None = None,
    known: Iterable[str] = (),
) -> dict[str, Any]:
    """Everything the page knows, as values that JSON can hold; documents and names once, referred to by number."""
    network, ontology = drawing.network, drawing.ontology
    data = part(network, ontology, order=drawing, articles=articles, totals=totals, known=known)
    data.update(
        title=title,
        language=language,
        base=_base(network),
        shown=drawing.shown,
        focus=drawing.focus,
        all=None if drawing.all is None else [round(v) for i in range(len(drawing.nodes)) for v in drawing.all[i]],
    )
    return data


def part(
    network: FactNetwork,
    ontology: Ontology,
    *,
    order: _Drawing | None = None,
    articles: Mapping[str, Article] | None = None,
    totals: Mapping[str, int] | None = None,
    whole: bool = False,
    known: Iterable[str] = (),
) -> dict[str, Any]:
    """Nodes, facts, places and documents of a network with the words for them; what a served page asks for more of.

    `totals` says of how many facts a node is a participant where the network holds only some of them. With `whole`
    articles come with all of their paragraphs and not only with those that hold evidence. `known` are classes of facts
    that the page tells of, whether the network has one of them or not.
    """
    nodes = order.nodes if order is not None else sorted(network.nodes.values(), key=lambda n: n.id)
    facts = order.facts if order is not None else sorted(network.facts.values(), key=lambda f: f.id)
    number = {node.id: i for i, node in enumerate(nodes)}
    rank = order.rank if order is not None else importance(network)
    classes = _used(ontology.entities, {node.type for node in nodes})
    fact_classes = _used(ontology.facts, {*known, *(fact.type for fact in facts)})
    class_number = {c.name: i for i, c in enumerate(classes)}
    fact_number = {c.name: i for i, c in enumerate(fact_classes)}
    region_number = {region: i for i, region in enumerate(network.regions)}

    documents: dict[str, int] = {}
    document_rows: list[list[Any]] = []
    places: dict[str, list[tuple[int, int]]] = {}
    names: set[str] = set()
    rows = []
    for fact in facts:
        tellings = []
        for telling in fact.tellings:
            if telling.document not in documents:
                documents[telling.document] = len(document_rows)
                document_rows.append(
                    [telling.title, telling.date, telling.source, telling.url, short_id(telling.document), None]
                )
            places.setdefault(telling.document, []).append((telling.start, telling.end))
            tellings.append(
                [
                    documents[telling.document],
                    telling.quote,
                    telling.marks,
                    round(telling.confidence, 3),
                    telling.rule,
                    telling.start,
                    telling.end,
                ]
            )
        found = links(fact, ontology)
        symmetric = {end for k in found if k.declared and not k.directed for end in (k.source, k.target)}
        names |= {name for name, _ in (*fact.roles, *fact.qualifiers)} | {k.relation for k in found} | {fact.klass}
        values = {
            "i": short_id(fact.id),
            "c": fact_number[fact.type],
            "k": fact.klass if fact.klass != fact.type else None,
            "r": [[role, number[node]] for role, node in fact.roles],
            "e": None
            if len(symmetric) > PARTIES
            else [[k.relation, number[k.source], number[k.target], int(k.directed)] for k in found],
            "l": fact.label,
            "d": fact.date,
            "w": fact.date_text,
            "p": fact.period,
            "a": fact.amount,
            "u": fact.amount_upper,
            "x": fact.amount_text,
            "b": fact.amount_bound if fact.amount is not None and fact.amount_bound != "exact" else None,
            "m": fact.currency,
            "s": fact.status if fact.status != "done" else None,
            "q": fact.qualifiers or None,
            "f": round(fact.confidence, 3),
            "t": tellings,
        }
        rows.append({key: value for key, value in values.items() if value is not None})
    names |= {node.klass for node in nodes}
    for iri, paragraphs in _paragraphs(articles or {}, places, number, whole=whole).items():
        document_rows[documents[iri]][5] = paragraphs
    return {
        "classes": [_legend(c, shape=c.shape) for c in classes],
        "factClasses": [_legend(c, shape=c.shape) for c in fact_classes],
        "labels": {name: [ontology.label(name, "zh"), ontology.label(name, "en")] for name in sorted(names)},
        "places": [
            [short_id(r.id), r.name, r.level, region_number.get(r.parent or "", -1)] for r in network.regions.values()
        ],
        "nodes": [
            [
                node.name,
                class_number[node.type],
                node.klass,
                list(node.aliases),
                node.code,
                region_number.get(node.within or "", -1),
                order.size(i) if order is not None else round(6 + 10 * rank[node.id], 1),
                short_id(node.id),
                *([totals.get(node.id, 0)] if totals is not None else []),
            ]
            for i, node in enumerate(nodes)
        ],
        "facts": rows,
        "documents": document_rows,
        "sounds": sounds(name for node in nodes for name in (node.name, *node.aliases)),
    }


def _used(known: Mapping[str, Any], names: set[str]) -> list[Any]:
    return [c for c in known.values() if c.name in names]


def _paragraphs(
    articles: Mapping[str, Article],
    evidence: Mapping[str, Sequence[tuple[int, int]]],
    number: Mapping[str, int],
    *,
    whole: bool,
) -> dict[str, list[list[Any]]]:
    """Of each document the paragraphs that hold evidence: start, text, and the mentions in it by number of the node.

    Nothing where all of them are more than TEXTS characters.
    """
    found: dict[str, list[list[Any]]] = {}
    size = 0
    for iri, spans in evidence.items():
        article = articles.get(iri)
        if article is None:
            continue
        rows: list[list[Any]] = []
        start = 0
        for paragraph in article.text.split("\n"):
            end = start + len(paragraph)
            if whole or any(a < end and b > start for a, b in spans):
                mentions = [
                    [a - start, b - start, number[node]]
                    for a, b, node in article.mentions
                    if start <= a and b <= end and node in number
                ]
                rows.append([start, paragraph, mentions])
                size += len(paragraph)
            start = end + 1
        found[iri] = rows
    return found if size <= TEXTS else {}


def _base(network: FactNetwork) -> str:
    """The base of the IRIs of a network."""
    some = next(iter(network.nodes), "")
    return some.partition("entity/")[0]


def short_id(iri: str) -> str:
    """What stands behind `entity/`, `fact/` or `document/` in an IRI, for addresses that people share.

    >>> short_id("https://kg.example/entity/place/330402")
    'place/330402'
    """
    for kind in ("/entity/", "/fact/", "/document/"):
        if kind in iri:
            return iri.partition(kind)[2]
    return iri


def sounds(names: Any) -> dict[str, str]:
    """Every Chinese character of some names with its readings, so that the page can search by pinyin and initials.

    All readings are listed, as a dictionary of words reads place names wrong (单县, 会稽).

    >>> "shan" in sounds(["单县"])["单"].split()
    True
    """
    from pypinyin import Style, pinyin

    found = {}
    for character in sorted({c for name in names for c in name}):
        if not unicodedata.name(character, "").startswith("CJK"):
            continue
        readings = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore", v_to_u=False)
        if len(readings) > 0:
            found[character] = " ".join(dict.fromkeys(readings[0]))
    return found


def _legend(kind: EntityClass | FactClass, **more: str) -> dict[str, str]:
    return {
        "name": kind.name,
        "zh": kind.labels["zh"],
        "en": kind.labels.get("en", kind.name),
        "colour": kind.colour,
        **more,
    }


def _json(value: object) -> str:
    """Compact JSON that may stand in a script element: no `<`, no line separators."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


# ---------------------------------------------------------------- the containers


def script(engine: str) -> str:
    """The shell with one engine as one script: its modules share a scope and see no other."""
    files = [_PAGE / "explorer" / f"{engine if name == '*' else name}.js" for name in MODULES]
    text = "\n".join(_text(file) for file in files)
    # Types are comments, a quarter of the text: they are for those who read the modules.
    text = re.sub(r"/\*\*.*?\*/ ?", "", text, flags=re.DOTALL)
    text = re.sub(r"^\s*(?://.*)?\n", "", text, flags=re.MULTILINE)
    return "(() => {\n'use strict';\n" + text + "})();\n"


def _pyvis_page(drawing: _Drawing, data: Mapping[str, Any], *, title: str, language: str, served: bool) -> str:
    # pyvis imports IPython: a quarter of a second that only this function needs to pay.
    import jinja2
    import pyvis.network

    library = _text(Path(pyvis.network.__file__).parent / "templates" / _LIBRARY)
    nt = pyvis.network.Network(directed=True, cdn_resources="in_line")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PAGE, encoding="utf-8"), keep_trailing_newline=True
    )
    environment.policies["json.dumps_kwargs"] = _COMPACT
    environment.globals["page"] = _values(data, title, language, served, engine="vis", library=library)
    nt.templateEnv, nt.path = environment, "template.html"
    # `add_node` searches its list each time; filling it is the same and not quadratic.
    nt.nodes.extend(_first(drawing))
    return str(nt.generate_html())


def _canvas_page(drawing: _Drawing, data: Mapping[str, Any], *, title: str, language: str, served: bool) -> str:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PAGE, encoding="utf-8"), keep_trailing_newline=True
    )
    environment.policies["json.dumps_kwargs"] = _COMPACT
    page = _values(data, title, language, served, engine="canvas", library="")
    return environment.get_template("template.html").render(page=page, nodes=_first(drawing))


def _first(drawing: _Drawing) -> list[dict[str, Any]]:
    """The first picture: where each node stands, and by `f` and its number the own node of a fact."""
    count = len(drawing.nodes)
    return [
        {"id": number if number < count else f"f{number - count}", "x": round(x), "y": round(y)}
        for number, (x, y) in drawing.first.items()
    ]


def _values(
    data: Mapping[str, Any], title: str, language: str, served: bool, *, engine: str, library: str
) -> dict[str, Any]:
    """What the template of the page asks for."""
    css, shell, held = _text(_PAGE / "page.css"), script(engine), _json(data)
    # Reading sixteen megabytes as text keeps a browser longer than unpacking three, and a file is sent by mail.
    packed = len(held) > PACKED
    scripts = (library, shell) if library != "" else (shell,)
    return {
        "lang": "zh-CN" if language == "zh" else language,
        "version": __version__,
        "engine": engine,
        "title": title,
        "css": css,
        "packed": "application/gzip" if packed else "application/json",
        "data": base64.b64encode(gzip.compress(held.encode(), 6, mtime=0)).decode("ascii") if packed else held,
        "library": library,
        "script": shell,
        "policy": _policy(scripts=scripts, styles=(css,), served=served),
        "options": _OPTIONS if engine == "vis" else {},
    }


_COMPACT = {"sort_keys": True, "ensure_ascii": False, "separators": (",", ":")}

_OPTIONS: Mapping[str, object] = {
    "autoResize": False,
    "physics": False,
    "layout": {"improvedLayout": False},
    "interaction": {"hover": True, "keyboard": False, "selectable": False, "tooltipDelay": 0, "zoomSpeed": 1},
    "nodes": {"borderWidth": 1.5, "labelHighlightBold": False},
    "edges": {"width": 1.2, "arrows": {"to": {"scaleFactor": 0.45}}, "selectionWidth": 0, "hoverWidth": 0.6},
}


def _text(path: Path) -> str:
    """A file with its line ends as a browser reads them: the digest in the policy is over what the browser sees."""
    return path.read_text(encoding="utf-8").replace("\r\n", "\n").replace("\r", "\n")


def _policy(*, scripts: Sequence[str], styles: Sequence[str], served: bool = False) -> str:
    """A content policy that lets run what is named by its digest and refuses every request; a served page may ask its
    own server.
    """

    def digests(texts: Sequence[str]) -> str:
        return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(t.encode()).digest()).decode()}'" for t in texts)

    own = "'self'" if served else "'none'"
    return (
        f"default-src 'none'; script-src {digests(scripts)}; style-src {digests(styles)}; "
        f"img-src data: blob:; connect-src {own}; base-uri 'none'; form-action 'none'"
    )
