"""Replies of the server and the formats that they can take: content negotiation for tables, graphs and pages.

choose(TABLES, "text/csv;q=0.5, text/tab-separated-values")   →   the offer called tsv
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyoxigraph as ox


class Reply(NamedTuple):
    """What a worker answers: a status, a media type and the whole body."""

    status: int
    media: str
    body: bytes
    headers: Mapping[str, str] = {}


class RefusedError(Exception):
    """A request that gets an error: its status and the words for the client."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


#: What is said where a worker process has ended in the midst of a query.
DIED = "the query needs more memory, or is nested deeper, than this server allows"


def refusal(status: int, words: str) -> Reply:
    """A reply that only says what is wrong."""
    return Reply(status, "text/plain", (words + "\n").encode("utf-8", "replace"))


# ---------------------------------------------------------------- content negotiation


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """A format that an answer can take: its short name for `format=`, its media type, and the writer's name for it.

    Compared as the things that they are: `choose` looks its choices up by them, for every request.
    """

    name: str
    media: str
    format: Any


TABLES = (
    Offer("json", "application/sparql-results+json", ox.QueryResultsFormat.JSON),
    Offer("xml", "application/sparql-results+xml", ox.QueryResultsFormat.XML),
    Offer("csv", "text/csv", ox.QueryResultsFormat.CSV),
    Offer("tsv", "text/tab-separated-values", ox.QueryResultsFormat.TSV),
    Offer("json", "application/json", ox.QueryResultsFormat.JSON),
    Offer("xml", "application/xml", ox.QueryResultsFormat.XML),
)
GRAPHS = (
    Offer("turtle", "text/turtle", ox.RdfFormat.TURTLE),
    Offer("ntriples", "application/n-triples", ox.RdfFormat.N_TRIPLES),
    Offer("rdfxml", "application/rdf+xml", ox.RdfFormat.RDF_XML),
    Offer("jsonld", "application/ld+json", ox.RdfFormat.JSON_LD),
    Offer("trig", "application/trig", ox.RdfFormat.TRIG),
    Offer("nquads", "application/n-quads", ox.RdfFormat.N_QUADS),
    Offer("xml", "application/xml", ox.RdfFormat.RDF_XML),
    Offer("json", "application/json", ox.RdfFormat.JSON_LD),
    Offer("ntriples", "text/plain", ox.RdfFormat.N_TRIPLES),
)
HTML = Offer("html", "text/html", None)
_SHORT = {"ttl": "turtle", "nt": "ntriples", "rdf": "rdfxml", "json-ld": "jsonld", "nq": "nquads"}
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")


@functools.lru_cache(maxsize=1024)
def choose(offers: tuple[Offer, ...], accept: str, wanted: str = "") -> Offer:
    """The offer that an Accept header likes best, the first of equals; `wanted` (a `format=`) goes before the header.

    What cannot be read in the header counts for nothing. Raises RefusedError with 406 and the list where nothing fits.

    >>> choose(TABLES, "text/*;q=0.5, application/sparql-results+xml;q=0.4").name
    'csv'
    """
    if wanted != "":
        name = _SHORT.get(wanted.lower(), wanted.lower())
        best = next((offer for offer in offers if name in (offer.name, offer.media)), None)
    else:
        wishes = _wishes(accept)
        best = max(offers, key=lambda offer: _quality(offer.media, wishes))
        best = best if _quality(best.media, wishes) > 0 else None
    if best is None:
        known = ", ".join(dict.fromkeys(f"{offer.media} (format={offer.name})" for offer in offers))
        raise RefusedError(406, f"no format of this answer fits {wanted or accept!r}; it can be written as {known}")
    return best


def _wishes(accept: str) -> dict[str, float]:
    wishes: dict[str, float] = {}
    for part in accept.lower().split(","):
        media, *parameters = (word.strip() for word in part.split(";"))
        quality = next((p[2:].strip() for p in parameters if p.startswith("q=")), "1")
        if "/" in media and _QUALITY.fullmatch(quality) is not None:
            wishes[media] = max(float(quality), wishes.get(media, 0.0))
    return wishes if len(wishes) > 0 else {"*/*": 1.0}


def _quality(media: str, wishes: Mapping[str, float]) -> float:
    # The narrower range counts, even where it says less: text/csv;q=0 beside */* means no CSV.
    ranges = (media, media.split("/")[0] + "/*", "*/*")
    return next((wishes[r] for r in ranges if r in wishes), 0.0)
