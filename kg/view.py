"""One interactive page of a network: a single HTML file that opens offline in any browser.

Owns what the page shows at first and the data inside it; input are a `FactNetwork` and the ontology (labels, colours,
shapes), output is the text of the file. The container is pyvis with a template of our own: vis-network comes from its
wheel, its own templates are not used (they load from the net and let text from articles run as script).

    html = render(network, ontology, title="嘉兴与上海")
    Path("graph.html").write_text(html, encoding="utf-8")

Text from articles only ever travels as JSON and is only ever set as text; a content policy refuses every request and
every script that is not named by its digest.
"""

from __future__ import annotations

import base64
import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from kg import __version__
from kg.layout import place
from kg.network import FactNetwork, FactRow, importance, links
from kg.ontology import EntityClass, FactClass, Ontology

#: Up to this many entities a page shows all of them; of more it shows the `FIRST` best connected at first.
LIMIT = 300
FIRST = 160

#: A fact of more symmetric parties than this is drawn as a small node: ten links between five parties say less.
PARTIES = 4

_PAGE = Path(__file__).parent / "page"
_LIBRARY = Path("lib") / "vis-9.1.2" / "vis-network.min.js"
_LABEL = 14


def render(
    network: FactNetwork,
    ontology: Ontology,
    *,
    title: str,
    language: Literal["zh", "en"] = "zh",
    engine: Literal["pyvis"] = "pyvis",
    limit: int | None = None,
    focus: Sequence[str] = (),
) -> str:
    """The page of a network as the text of one HTML file; write it as UTF-8.

    All entities are in the file, but of more than `limit` (by default LIMIT) not all are in the picture: the best
    connected are shown, and the page says so and unfolds the others. `focus` are ids of nodes that are shown in any
    case; a single one is open at first.
    Raises ValueError for an engine that does not exist. The same network gives the same text.
    """
    if engine != "pyvis":
        raise ValueError(f"unknown engine {engine!r}; known: pyvis")
    drawing = _Drawing(network, ontology, limit=limit, focus=focus)
    return _pyvis_page(drawing, title=title, language=language)


class _Drawing:
    """What is drawn: nodes and facts by number, links between numbers, who is shown, and where."""

    def __init__(self, network: FactNetwork, ontology: Ontology, *, limit: int | None, focus: Sequence[str]) -> None:
        self.network, self.ontology = network, ontology
        self.rank = importance(network)
        # The most important come first, so that the page can take its order for the order of labels.
        self.nodes = sorted(network.nodes.values(), key=lambda n: (-self.rank[n.id], n.id))
        self.number = {node.id: i for i, node in enumerate(self.nodes)}
        self.facts = sorted(network.facts.values(), key=lambda f: f.id)
        self.links = [link for i, fact in enumerate(self.facts) for link in self._links(i, fact)]
        self.focus = [self.number[i] for i in focus if i in self.number]
        everything = len(self.nodes) <= (LIMIT if limit is None else limit)
        self.shown = (
            list(range(len(self.nodes))) if everything else self._first(FIRST if limit is None else max(limit, 1))
        )
        self.positions = self._positions()

    def _links(self, index: int, fact: FactRow) -> list[tuple[int, str, int, int, int]]:
        """(fact, relation, source, target, directed) by number; the number of a fact's own node follows the nodes'."""
        found = links(fact, self.ontology)
        symmetric = [link for link in found if link.declared and not link.directed]
        members = list(dict.fromkeys(end for link in symmetric for end in (link.source, link.target)))
        hub = len(self.nodes) + index
        out: list[tuple[int, str, int, int, int]] = []
        if len(members) > PARTIES:
            out.extend((index, symmetric[0].relation, hub, self.number[m], 0) for m in members)
            found = tuple(link for link in found if link not in symmetric)
        for link in found:
            source = hub if len(out) > 0 and not link.declared else self.number[link.source]
            out.append((index, link.relation, source, self.number[link.target], int(link.directed)))
        return out

    def _first(self, limit: int) -> list[int]:
        """Numbers of the nodes shown at first: the focus, and the best connected that meet each other."""
        count = len(self.nodes)
        # Who is drawn as linked: the builder and the place of a project share a fact, yet only the project joins them.
        parties: dict[int, list[int]] = {}
        for _, _, source, target, _ in self.links:
            parties.setdefault(source, []).append(target)
        neighbours: dict[int, set[int]] = {i: set() for i in range(count)}
        for source, targets in parties.items():
            for target in targets:
                neighbours[target] |= {source} if source < count else set(targets) - {target}
            if source < count:
                neighbours[source] |= set(targets)
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

    def _positions(self) -> dict[int, tuple[float, float]]:
        shown = set(self.shown)
        drawn = [k for k in self.links if {k[2], k[3]} <= shown | {len(self.nodes) + k[0]}]
        # A fact's own node needs two of its parties in the picture.
        parties: dict[int, int] = {}
        for _, _, source, _, _ in drawn:
            if source >= len(self.nodes):
                parties[source] = parties.get(source, 0) + 1
        hubs = sorted(hub for hub, count in parties.items() if count > 1)
        members = [*self.shown, *hubs]
        place_of = {number: i for i, number in enumerate(members)}
        # With many nodes not every label has room: then boxes are smaller and the page shows the labels that fit.
        crowd = min(1.0, (140 / max(len(members), 1)) ** 0.5)
        widths, heights = [], []
        for number in members:
            size = 2 * self.size(number)
            text = label_width(self.nodes[number].name) if number < len(self.nodes) else 0.0
            widths.append(max(size, text * crowd) + 2)
            heights.append(size + (16 if number < len(self.nodes) else 0) * crowd)
        pairs = [(place_of[k[2]], place_of[k[3]]) for k in drawn if k[2] in place_of and k[3] in place_of]
        at = place(len(members), pairs, widths=widths, heights=heights)
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


def payload(drawing: _Drawing, *, title: str, language: str) -> dict[str, Any]:
    """Everything the page knows, as values that JSON can hold; documents and names once, referred to by number."""
    network, ontology = drawing.network, drawing.ontology
    used = {node.type for node in drawing.nodes}
    classes = [c for c in ontology.entities.values() if c.name in used]
    used = {fact.type for fact in drawing.facts}
    fact_classes = [c for c in ontology.facts.values() if c.name in used]
    class_number = {c.name: i for i, c in enumerate(classes)}
    fact_number = {c.name: i for i, c in enumerate(fact_classes)}

    documents: dict[str, int] = {}
    document_rows: list[list[str | None]] = []
    facts = []
    for fact in drawing.facts:
        tellings = []
        for telling in fact.tellings:
            if telling.document not in documents:
                documents[telling.document] = len(document_rows)
                document_rows.append([telling.title, telling.date, telling.source, telling.url, telling.document])
            tellings.append(
                [
                    documents[telling.document],
                    telling.quote,
                    telling.marks,
                    round(telling.confidence, 3),
                    telling.rule,
                    telling.start,
                ]
            )
        period = fact.period
        values = {
            "c": fact_number[fact.type],
            "k": fact.klass if fact.klass != fact.type else None,
            "r": [[role, drawing.number[node]] for role, node in fact.roles],
            "l": fact.label,
            "d": fact.date,
            "w": fact.date_text,
            "p": period,
            "a": fact.amount,
            "u": fact.amount_upper,
            "x": fact.amount_text,
            "b": fact.amount_bound if fact.amount is not None else None,
            "m": fact.currency,
            "s": fact.status if fact.status != "done" else None,
            "q": fact.qualifiers or None,
            "f": round(fact.confidence, 3),
            "t": tellings,
        }
        facts.append({key: value for key, value in values.items() if value is not None})
    names = {name for fact in drawing.facts for name, _ in (*fact.roles, *fact.qualifiers)}
    names |= {relation for _, relation, _, _, _ in drawing.links}
    names |= {node.klass for node in drawing.nodes} | {fact.klass for fact in drawing.facts}
    return {
        "title": title,
        "language": language,
        "classes": [_legend(c, shape=c.shape) for c in classes],
        "factClasses": [_legend(c) for c in fact_classes],
        "labels": {name: [ontology.label(name, "zh"), ontology.label(name, "en")] for name in sorted(names)},
        "nodes": [
            [
                node.name,
                class_number[node.type],
                node.klass,
                list(node.aliases),
                node.code,
                " ".join(p for p in (node.province, node.city) if p is not None and p != node.name) or None,
                drawing.size(number),
                short_id(node.id),
            ]
            for number, node in enumerate(drawing.nodes)
        ],
        "facts": facts,
        "links": drawing.links,
        "documents": document_rows,
        "shown": drawing.shown,
        "focus": drawing.focus,
        "sounds": sounds(name for node in network.nodes.values() for name in (node.name, *node.aliases)),
    }


def short_id(iri: str) -> str:
    """What stands behind `entity/` in an IRI, for addresses that people share.

    >>> short_id("https://kg.example/entity/place/330402")
    'place/330402'
    """
    return iri.partition("/entity/")[2] or iri


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


# ---------------------------------------------------------------- the pyvis container


def _pyvis_page(drawing: _Drawing, *, title: str, language: str) -> str:
    # pyvis imports IPython: a quarter of a second that only this function needs to pay.
    import jinja2
    import pyvis.network

    library = Path(pyvis.network.__file__).parent / "templates" / _LIBRARY
    script = _text(_PAGE / "page.js")
    vis = _text(library)
    css = _text(_PAGE / "page.css")
    data = _json(payload(drawing, title=title, language=language))
    page: Mapping[str, object] = {
        "lang": "zh-CN" if language == "zh" else language,
        "version": __version__,
        "title": title,
        "css": css,
        "data": data,
        "library": vis,
        "script": script,
        "policy": _policy(scripts=(vis, script), styles=(css,)),
        "options": _OPTIONS,
    }
    nt = pyvis.network.Network(directed=True, cdn_resources="in_line")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_PAGE, encoding="utf-8"), keep_trailing_newline=True
    )
    environment.policies["json.dumps_kwargs"] = {"sort_keys": True, "ensure_ascii": False, "separators": (",", ":")}
    environment.globals["page"] = page
    nt.templateEnv, nt.path = environment, "template.html"
    # `add_node` and `add_edge` search their lists each time; filling them is the same and not quadratic.
    for number, (x, y) in drawing.positions.items():
        nt.nodes.append({"id": number, "x": x, "y": y, "size": drawing.size(number)})
    nt.edges.extend(
        {"id": i, "from": source, "to": target}
        for i, (_, _, source, target, _) in enumerate(drawing.links)
        if source in drawing.positions and target in drawing.positions
    )
    return str(nt.generate_html())


_OPTIONS: Mapping[str, object] = {
    "autoResize": False,
    "physics": False,
    "layout": {"improvedLayout": False},
    "interaction": {"hover": True, "keyboard": False, "selectable": False, "tooltipDelay": 0, "zoomSpeed": 0.6},
    "nodes": {"borderWidth": 1.5, "labelHighlightBold": False},
    "edges": {"width": 1.2, "arrows": {"to": {"scaleFactor": 0.45}}, "selectionWidth": 0, "hoverWidth": 0.6},
}


def _text(path: Path) -> str:
    """A file with its line ends as a browser reads them: the digest in the policy is over what the browser sees."""
    return path.read_text(encoding="utf-8").replace("\r\n", "\n").replace("\r", "\n")


def _policy(*, scripts: Sequence[str], styles: Sequence[str]) -> str:
    """A content policy that lets run what is named by its digest and refuses every request."""

    def digests(texts: Sequence[str]) -> str:
        return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(t.encode()).digest()).decode()}'" for t in texts)

    return (
        f"default-src 'none'; script-src {digests(scripts)}; style-src {digests(styles)}; "
        "img-src data: blob:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )
