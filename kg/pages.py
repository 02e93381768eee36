"""The pages of the server for people: an entity, a fact, a document, the query page and the graph page.

Input is a store, the ontology and what the address asks for (`Site`); output is HTML as text with its content policy.
The words are in `page/site.json`, style and script beside it; they stand inside of the page, named by their digests in
the policy, so that a page asks no other server for anything and no text from an article can run.

    entity_page(site, "place/330402")   →   南湖区 · 地点 · 9 条事实, newest first, each with its sentences
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import html
import json
import math
import re
import urllib.parse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kg import __version__, api, network, search
from kg.errors import KgError
from kg.ontology import Ontology
from kg.rdf import PREFIXES
from kg.store import Store
from kg.view import render

#: Facts on one page of an entity or a document.
FACTS = 50

_FOLDER = Path(__file__).parent / "page"


@dataclass(frozen=True, slots=True)
class Page:
    """The text of a page, its content policy, and the status that it is sent with."""

    text: str
    policy: str
    status: int = 200


@dataclass(frozen=True, slots=True)
class Site:
    """What every page is written from.

    `chosen` is true where the visitor asked for the language: then links keep it. `path` is the address of the page,
    `prefix` what stands before every path where a proxy gives the server a part of a site (`/kg`).
    """

    store: Store
    ontology: Ontology
    language: str = "zh"
    chosen: bool = False
    path: str = "/"
    prefix: str = ""

    @property
    def words(self) -> Mapping[str, Any]:
        """The words of the pages in the language of the visitor."""
        return words(self.language)

    def label(self, name: str) -> str:
        """The label of a class, role or property, as HTML."""
        return _e(self.ontology.label(name, self.language))

    def id(self, iri: str) -> str:
        """What stands behind `/entity/`, `/fact/` or `/document/` in an address."""
        return self.store.iris.id_of(iri) or iri

    def link(self, path: str, text: str, **query: str) -> str:
        """A link inside of the site, as HTML; `path` is not quoted yet, and `text` is no HTML yet."""
        given = {**({"lang": self.language} if self.chosen else {}), **query}
        tail = "?" + urllib.parse.urlencode(given) if len(given) > 0 else ""
        return f'<a href="{_e(urllib.parse.quote(self.prefix + path, safe="/") + tail)}">{_e(text)}</a>'


@cache
def words(language: str) -> Mapping[str, Any]:
    """The words of the pages in one language (`zh` or `en`): data, as all Chinese is that this program shows."""
    found: dict[str, Any] = json.loads((_FOLDER / "site.json").read_text(encoding="utf-8"))[language]
    return found


# ---------------------------------------------------------------- pages


def entity_page(site: Site, name: str, *, number: int = 1, everything: bool = False) -> Page:
    """An entity: its names and places, and a page of the facts that it takes part in, newest first."""
    store, w = site.store, site.words
    iri = store.iris.entity(name).value
    hit = search.resolve_name(store, iri, ontology=site.ontology)
    found = _told(site, number, everything, participants=[iri])
    counted = store.query(f"SELECT (COUNT(DISTINCT ?d) AS ?n) WHERE {{ ?d kg:mentions <{iri}> }}").values()[0]["n"]
    path = "/entity/" + name
    about = [
        (_e(w["alias"]), _e(" · ".join(hit.aliases))),
        (_e(w["at"]), _e(" › ".join(hit.path))),
        (_e(w["code"]), _e(hit.code or "")),
        (_e(w["documents"]), _e(w["mentioned"].format(documents=counted))),
        (_e(w["graph"]), site.link("/", w["around"], around=name) if found.total > 0 else ""),
        _data(site, path),
    ]
    return _page(
        site,
        hit.label,
        _heading(hit.label, site.label(hit.type)) + _pairs(about) + _facts(site, found, number, path, everything),
    )


def fact_page(site: Site, name: str) -> Page:
    """One fact with its participants and all its sentences."""
    row = search.fact_rows(site.store, [site.store.iris.fact(name).value], ontology=site.ontology)[0]
    title = row.label or site.ontology.label(row.type, site.language)
    ends = [named.id for _, named in row.roles[:1]]
    graph = [(_e(site.words["graph"]), _to_graph(site, "f=" + name, around=end)) for end in ends]
    about = [(_e(site.words["id"]), _e(name)), *graph, _data(site, "/fact/" + name)]
    return _page(site, title, _heading(title, site.label(row.type)) + _pairs(about) + "<h2></h2>" + _fact(site, row))


def document_page(site: Site, name: str, *, number: int = 1, everything: bool = False) -> Page:
    """A document: where it comes from, and the facts that it tells."""
    store, w = site.store, site.words
    iri = store.iris.document(name).value
    values: dict[str, str] = {}
    for row in store.query(f"SELECT ?p ?o WHERE {{ <{iri}> ?p ?o }} ORDER BY ?p ?o").values():
        values.setdefault(re.split("[#/]", str(row["p"]))[-1], str(row["o"]))
    found = _told(site, number, everything, document=name)
    url = values.get("url", "")
    if re.match(r"https?://", url, re.IGNORECASE) is not None:
        # A record may hold any scheme; only a web address becomes a link.
        url = f'<a href="{_e(url)}" rel="noopener noreferrer nofollow">{_e(url)}</a>'
    else:
        url = _e(url)
    about = [
        (_e(w["published"]), _e(values.get("datePublished", ""))),
        (_e(w["basis"]), _e(values.get("dateBasis", ""))),
        (_e(w["source"]), _e(values.get("isBasedOn", ""))),
        (_e(w["original"]), url),
        (_e(w["id"]), _e(name)),
        (_e(w["graph"]), _to_graph(site, "d=" + iri.partition("/document/")[2]) if found.total > 0 else ""),
        _data(site, "/document/" + name),
    ]
    title = values.get("label") or name
    path = "/document/" + name
    return _page(
        site, title, _heading(title, _e(w["document"])) + _pairs(about) + _facts(site, found, number, path, everything)
    )


def _to_graph(site: Site, fragment: str, **query: str) -> str:
    """A link to a place in the graph page, as HTML."""
    place = _e(urllib.parse.quote(fragment, safe="=/~"))
    return site.link("/", site.words["around"], **query).replace('">', f'#{place}">', 1)


def missing_page(site: Site, name: str) -> Page:
    """The page for an address that names nothing of the store."""
    w = site.words
    hint = _e(w["missingHint"].format(name=name))
    body = f"<h1>{_e(w['missing'])}</h1><p>{hint}</p><p>{site.link('/', w['back'])}</p>"
    return _page(site, w["missing"], body, status=404)


#: A store of so many facts is in the page as a whole; of more it holds the start, and asks for what is looked at.
WHOLE = 2000


def graph_page(site: Site, *, around: Sequence[str] = (), depth: int = 1) -> Page:
    """The graph page of the store, or of what lies around some of its entities, `depth` facts far.

    A small store is in the page as a whole. Of a large one, and around entities, the page holds a part and asks the
    server for more. Raises UnknownNameError for a name that fits no entity, or several.
    """
    store, ontology = site.store, site.ontology
    centres = [search.resolve_name(store, name, ontology=ontology) for name in around]
    focus = [centre.iri for centre in centres]
    front = search.front(store, ontology=ontology)
    # The classes of the statistics are the narrowest: what the page counts are the broad ones.
    counts: dict[str, int] = {}
    for name, count in front.facts.items():
        if name in ontology.facts:
            counts[ontology.top(name)] = counts.get(ontology.top(name), 0) + count
    total = sum(counts.values())
    lazy = total > WHOLE or (len(focus) > 0 and depth == 1)
    totals = first = None
    near: Sequence[str] = ()
    if not lazy:
        part = network.load_network(store, ontology)
        if len(focus) > 0:
            part = network.around(part, focus, depth)
    else:
        facts = [f for iri in focus for f in search.newest_facts(store, ontology, iri)]
        if len(focus) == 0:
            near = front.around or search.newest_around(store, front.busiest, ontology=ontology)
            facts = [*near, *front.newest]
        part = network.load_network(store, ontology, facts=list(dict.fromkeys(facts)), entities=focus)
        if len(focus) == 0:
            # The picture is of what is around the hubs: the newest facts of all stand in the list beside it.
            first = {node for fact in near if fact in part.facts for node in part.facts[fact].nodes}
        totals = api.fact_counts(store, ontology, part.nodes)
    title = " · ".join(centre.label for centre in centres) or site.words["graph"]
    root, language = site.prefix + "/", site.language
    server = {
        "lazy": lazy,
        "entity": root + "entity/",
        "fact": root + "fact/",
        "document": root + "document/",
        "graph": root + "api/graph",
        "sparql": root + "sparql",
        "home": root,
        "tail": f"?lang={language}" if site.chosen else "",
        "counts": counts,
        "total": {
            "entities": sum(front.entities.values()),
            "facts": total,
            "documents": front.documents,
            "more": not front.exact,
        },
    }
    text = render(
        part,
        ontology,
        title=title,
        language="zh" if language == "zh" else "en",
        first=first,
        focus=focus,
        server=server,
        totals=totals,
    )
    # The page has a policy of its own inside; only this cannot stand there.
    return Page(text, "frame-ancestors 'none'")


def query_page(site: Site) -> Page:
    """The page to write queries in: the canned questions as forms, and an editor that knows the ontology."""
    w = site.words
    questions = []
    for question in search.questions().values():
        title, text = question.titles[site.language], question.text
        # An example names something of the sample corpus; in another store the parameters stay open variables.
        with contextlib.suppress(KgError):
            text = search.bind(site.store, question, question.example, ontology=site.ontology)
        given = "".join(f"  {name}={value}" for name, value in question.example.items())
        lines = [line for line in text.splitlines() if re.match(r"#\s*(title|param|example)\b", line) is None]
        questions.append(
            {
                "name": question.name,
                "title": title,
                "text": f"# {title}{given}\n" + "\n".join(lines).strip() + "\n",
                "example": dict(question.example),
                "parameters": [
                    {"name": p.name, "kind": p.kind, "default": p.default, "labels": dict(p.labels)}
                    for p in question.parameters
                ],
            }
        )
    data = {
        "words": w,
        "questions": questions,
        "prefixes": dict(PREFIXES),
        "terms": _terms(site.ontology),
        "base": site.store.iris.base,
        "root": site.prefix + "/",
        "lang": site.language if site.chosen else "",
        "language": site.language,
    }
    known = w["known"].format(prefixes=" ".join(f"{name}:" for name in PREFIXES))
    style, script = (f"{site.prefix}/static/{EDITOR}.{kind}" for kind in ("css", "js"))
    body = f"""<aside><h2>{_e(w["examples"])}</h2><ul id="questions"></ul></aside>
<div>
<form id="form" hidden></form>
<label class="hint" for="text">{_e(known)}　{_e(w["complete"])}</label>
<textarea id="text" spellcheck="false" autocapitalize="off" autocomplete="off"></textarea>
<div class="bar"><button class="run" id="run" type="button">{_e(w["run"])}</button>
<span id="status" role="status" aria-live="polite"></span><span class="saves" id="saves" hidden></span></div>
<p id="fault" role="alert" hidden></p>
<div id="out"><p class="hint">{_e(w["hint"])}</p></div>
<noscript><p>{_e(w["noscript"])}</p></noscript>
</div>
<script type="application/json" id="kg-data">{_json(data)}</script>
<link rel="stylesheet" href="{_e(style)}">
<script src="{_e(script)}"></script>"""
    return _page(site, w["sparql"], body, script=_asset("query.js"), wide=True, editor=True)


#: The editor of the query page in `page/static`; where it comes from stands in the licence beside it.
EDITOR = "yasqe-4.6.2.min"


def _terms(ontology: Ontology) -> list[dict[str, str]]:
    """The names that a query is made of, with their labels: those of the ontology and the few others in use."""
    found = []
    for name in (
        *ontology.entities,
        *ontology.facts,
        *sorted(set(ontology.labels) - {*ontology.entities, *ontology.facts}),
    ):
        kind = "entity" if name in ontology.entities else "fact" if name in ontology.facts else "property"
        kind = "role" if name in ontology.roles else kind
        labels = {language: ontology.label(name, language) for language in ("zh", "en")}
        found.append({"prefix": "kg", "name": name, "kind": kind, **labels})
    for prefix, name, like in (
        ("rdfs", "label", "name"),
        ("skos", "altLabel", "naming"),
        ("schema", "datePublished", "date"),
        ("schema", "isBasedOn", "inDocument"),
        ("schema", "url", "document"),
    ):
        if like in ontology.labels:
            labels = {language: ontology.label(like, language) for language in ("zh", "en")}
            found.append({"prefix": prefix, "name": name, "kind": "property", **labels})
    return found


# ---------------------------------------------------------------- parts


def _page(
    site: Site,
    title: str,
    body: str,
    *,
    script: str = "",
    wide: bool = False,
    status: int = 200,
    editor: bool = False,
) -> Page:
    w, css = site.words, _asset("site.css")
    other = urllib.parse.quote(site.path, safe="/") + f"?lang={w['otherLanguage']}"
    text = f"""<!doctype html>
<html lang="{"zh-CN" if site.language == "zh" else "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="kg {__version__}">
<title>{_e(title)}</title>
<style>{css}</style>
</head>
<body>
<header>{site.link("/", w["graph"])}{site.link("/sparql", w["query"])}
<a href="{_e(other)}">{_e(w["other"])}</a></header>
<main{' class="wide"' if wide else ""}>
{body}
</main>
{f"<script>{script}</script>" if script != "" else ""}
</body>
</html>
"""
    # The editor is a file of this server and says of its lines where they stand, which counts as style in line.
    styles = "'self' 'unsafe-inline'" if editor else _digest(css)
    scripts = f"'self' {_digest(script)}" if editor else _digest(script)
    policy = (
        f"default-src 'none'; style-src {styles}; script-src {scripts}; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Page(text, policy, status)


def _heading(title: str, kind: str) -> str:
    return f"<h1>{_e(title)}<small>{kind}</small></h1>"


def _pairs(rows: Iterable[tuple[str, str]]) -> str:
    """A list of labels and values, both HTML; empty values are left out."""
    shown = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows if value != "")
    return f"<dl>{shown}</dl>" if shown != "" else ""


def _data(site: Site, path: str) -> tuple[str, str]:
    formats = (("Turtle", "turtle"), ("JSON-LD", "jsonld"), ("RDF/XML", "rdfxml"))
    return _e(site.words["data"]), " · ".join(site.link(path, name, format=short) for name, short in formats)


def _told(site: Site, number: int, everything: bool, **who: Any) -> search.FactPage:
    """A page of facts; what is rather unsure is left out, and counted, as the commands do it."""
    least = None if everything else site.ontology.shown
    start = (number - 1) * FACTS
    return search.facts(site.store, ontology=site.ontology, min_confidence=least, limit=FACTS, offset=start, **who)


def _facts(site: Site, found: search.FactPage, number: int, path: str, everything: bool) -> str:
    """A page of facts with its heading and the links to the pages before and after it."""
    w = site.words
    unsure = ""
    if found.unsure > 0:
        unsure = f'<p class="none">{_e(w["unsure"].format(facts=found.unsure))} '
        unsure += site.link(path, w["showAll"], all="1") + "</p>"
    if found.total == 0:
        return unsure or f'<p class="none">{_e(w["noFacts"])}</p>'
    pages = math.ceil(found.total / FACTS)
    turn = ""
    if pages > 1:
        more = {"all": "1"} if everything else {}
        before = site.link(path, w["before"], page=str(number - 1), **more) if number > 1 else ""
        after = site.link(path, w["after"], page=str(number + 1), **more) if number < pages else ""
        turn = f'<nav class="pages">{before}<span>{_e(w["page"].format(page=number, pages=pages))}</span>{after}</nav>'
    heading = f"<h2>{_e(w['told'].format(facts=found.total))}<small>{_e(w['newest'])}</small></h2>"
    return heading + "".join(_fact(site, row) for row in found.rows) + turn + unsure


def _fact(site: Site, row: search.FactRow) -> str:
    w, ontology = site.words, site.ontology
    colour = ontology.facts[ontology.top(row.type)].colour if row.type in ontology.facts else "gray"
    dot = f'<svg width="9" height="9" aria-hidden="true"><rect width="9" height="9" rx="2" fill="{_e(colour)}"/></svg>'
    top = [f'<span class="kind">{dot}{site.label(row.type)}</span>']
    if row.status in w["statuses"]:
        top.append(f'<span class="state {_e(row.status)}">{_e(w["statuses"][row.status])}</span>')
    if row.amount_text is not None:
        top.append(f"<b>{_e(row.amount_text)}</b>")
    when = row.date or row.date_text or w["undated"]
    top.append(f'<span class="when">{site.link("/fact/" + site.id(row.iri), when)}</span>')
    roles: dict[str, list[str]] = {}
    for role, named in row.roles:
        roles.setdefault(role, []).append(site.link("/entity/" + named.id, named.label))
    # Many facts are called what their class is called: once is enough.
    called = row.label is not None and row.label != ontology.label(row.type)
    name = f'<div class="name">{_e(row.label)}</div>' if called else ""
    told = "".join(_telling(site, telling, [named.label for _, named in row.roles]) for telling in row.tellings)
    participants = _pairs((site.label(role), " · ".join(links)) for role, links in roles.items())
    head = f'<div class="top">{"".join(top)}</div>'
    return f'<article class="fact {_e(row.status)}">{head}{name}{participants}{told}</article>'


def _telling(site: Site, told: search.Telling, names: Sequence[str]) -> str:
    """A sentence with the names of the participants marked, and where it stands."""
    parts, at = [], 0
    for start, end in network.marks(told.quote, names):
        parts += [_e(told.quote[at:start]), f"<mark>{_e(told.quote[start:end])}</mark>"]
        at = end
    parts.append(_e(told.quote[at:]))
    source = [site.link("/document/" + told.document, told.title or told.document)]
    if told.published is not None:
        source.append(_e(told.published))
    if told.confidence is not None:
        source.append(f"{_e(site.words['confidence'])} {told.confidence:.2f}")
    return f"<blockquote>{''.join(parts)}<footer>{' · '.join(source)}</footer></blockquote>"


@cache
def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8").replace("\r\n", "\n")


@cache
def asset_bytes(name: str) -> tuple[str, bytes, bytes] | None:
    """A file that pages load: its media type, its bytes, and these compressed; None for no such file."""
    media = {"js": "text/javascript", "css": "text/css", "txt": "text/plain"}.get(name.rpartition(".")[2])
    if media is None or re.fullmatch(r"[a-z0-9][a-z0-9.-]*", name) is None or not (_FOLDER / "static" / name).is_file():
        return None
    data = (_FOLDER / "static" / name).read_bytes()
    return media, data, gzip.compress(data, 9, mtime=0)


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode()}'"


def _e(text: object) -> str:
    return html.escape(str(text))


def _json(value: object) -> str:
    """JSON that may stand inside of a script element."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")
