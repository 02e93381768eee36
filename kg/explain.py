"""Explanation: how the extractor read an article, sentence by sentence, as values to print or to draw.

Input are a Document and an Extractor, output an `Explanation`: for every sentence its mentions with the rule that found
each, the facts with pattern and trigger, the names that gave way to longer ones, and the candidates that made no fact,
with the reason. It is how a pattern is debugged, and how a user learns to write one.

    南湖区与上海杨浦区签订了合作框架协议。   →   sentence 1: 南湖区 (gazetteer:full), Agreement (sign “签订”), …
"""

from __future__ import annotations

import html
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kg.extract import Candidate, Extractor, Trace
from kg.model import Document, Entity, Fact, Mention
from kg.ontology import Ontology
from kg.recognize import Sentence


@dataclass(frozen=True, slots=True)
class Rejected:
    """A candidate that made no fact: pattern, fact class, its trigger, who stood in which role, and why."""

    rule: str
    type: str
    trigger: str
    start: int
    end: int
    roles: tuple[tuple[str, str], ...]
    why: str


@dataclass(slots=True)
class SentenceReading:
    """One sentence: its number in the article (from 1), offsets, and what was made of it."""

    number: int
    start: int
    end: int
    text: str
    mentions: list[tuple[Mention, Entity | None]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    outdone: list[tuple[Mention, Mention | None]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Explanation:
    """How one article was read."""

    document: Document
    sentences: tuple[SentenceReading, ...]
    entities: Mapping[str, Entity]

    def name(self, entity: str) -> str:
        """The name of a local entity."""
        return self.entities[entity].name

    def roles(self, fact: Fact) -> list[tuple[str, str]]:
        """The participants of a fact: role and name."""
        return [(role, self.name(entity)) for role, entity in fact.roles]


def explain(document: Document, *, extractor: Extractor) -> Explanation:
    """Extract once more, with a trace, and sort what was found and dropped by sentence."""
    trace = Trace()
    extraction = extractor.extract(document, trace=trace)
    entities = {e.id: e for e in extraction.entities}
    readings = [
        SentenceReading(n, s.start, _end(document, s), document.text[s.start : _end(document, s)])
        for n, s in enumerate(trace.sentences, 1)
    ]
    starts = [s.start for s in trace.sentences]

    def at(offset: int) -> SentenceReading | None:
        found = bisect_right(starts, offset) - 1
        return readings[found] if found >= 0 and offset < trace.sentences[found].end else None

    for mention, entity in trace.mentions:
        if (reading := at(mention.span.start)) is not None:
            reading.mentions.append((mention, None if entity is None else entities[entity]))
    for fact in extraction.facts:
        if (reading := at(fact.evidence[0].start)) is not None:
            reading.facts.append(fact)
    told: set[tuple[int, int]] = set()
    for mention in trace.outdone:
        reading = at(mention.span.start)
        if reading is None or (mention.span.start, mention.span.end) in told:
            continue
        told.add((mention.span.start, mention.span.end))
        winner = next(
            (m for m, _ in reading.mentions if m.span.start < mention.span.end and mention.span.start < m.span.end),
            None,
        )
        reading.outdone.append((mention, winner))
    fired = {(f.rule, f.trigger.start) for f in extraction.facts if f.trigger is not None}
    fullest: dict[tuple[str, int], Candidate] = {}
    for candidate in trace.candidates:
        spot = (candidate.frame.id, candidate.start)
        known = fullest.get(spot)
        # Another reading of the same words may have made a fact; of several that did not, the fullest is told.
        if spot not in fired and (known is None or len(known.roles) < len(candidate.roles)):
            fullest[spot] = candidate
    for candidate in fullest.values():
        if (reading := at(candidate.start)) is not None:
            words = document.text[candidate.start : candidate.end]
            roles = tuple((role, entities[e].name) for role, e in candidate.roles)
            frame = candidate.frame
            reading.rejected.append(
                Rejected(frame.id, frame.fact, words, candidate.start, candidate.end, roles, candidate.why)
            )
    return Explanation(document, tuple(readings), entities)


def _end(document: Document, sentence: Sentence) -> int:
    """The end of a sentence without the line break behind it."""
    return sentence.start + len(document.text[sentence.start : sentence.end].rstrip())


def pieces(reading: SentenceReading) -> Iterator[tuple[str, Mention | None, Fact | None]]:
    """The sentence cut where marks begin and end: text, the outermost mention there, the fact whose trigger it is.

    >>> from kg.model import Span
    >>> found = Mention(Span("d", 0, 3), "Place", "南湖区", "gazetteer:full")
    >>> [(words, m is not None) for words, m, _ in pieces(SentenceReading(1, 0, 5, "南湖区签约", [(found, None)]))]
    [('南湖区', True), ('签约', False)]
    """
    spans: list[tuple[int, int, Mention | None, Fact | None]] = []
    for mention, _ in sorted(reading.mentions, key=lambda pair: (pair[0].span.start, -pair[0].span.end)):
        if len(spans) == 0 or mention.span.start >= spans[-1][1]:
            spans.append((mention.span.start, mention.span.end, mention, None))
    for fact in reading.facts:
        if fact.trigger is not None and all(fact.trigger.end <= s or e <= fact.trigger.start for s, e, _, _ in spans):
            spans.append((fact.trigger.start, fact.trigger.end, None, fact))
    at = reading.start
    for start, end, found, told in sorted(spans, key=lambda span: span[:2]):
        if end > reading.end or start < at:
            continue
        if at < start:
            yield reading.text[at - reading.start : start - reading.start], None, None
        yield reading.text[start - reading.start : end - reading.start], found, told
        at = end
    if at < reading.end:
        yield reading.text[at - reading.start :], None, None


def as_json(explanation: Explanation, *, sentence: int | None = None) -> dict[str, object]:
    """Everything as plain values; offsets count code points of the article."""
    return {
        "document": explanation.document.id,
        "date": None if explanation.document.date is None else explanation.document.date.value,
        "sentences": [
            {
                "number": r.number, "start": r.start, "end": r.end, "text": r.text,
                "mentions": [
                    {
                        "start": m.span.start, "end": m.span.end, "text": explanation.document.quote(m.span),
                        "type": m.type, "rule": m.rule, "confidence": m.confidence,
                        "entity": None if e is None else e.name, "note": None if e is None else e.note,
                    }
                    for m, e in r.mentions
                ],
                "facts": [
                    {
                        "type": f.type, "rule": f.rule, "label": f.label, "status": f.status,
                        "trigger": None if f.trigger is None else explanation.document.quote(f.trigger),
                        "roles": [{"role": role, "name": name} for role, name in explanation.roles(f)],
                        "date": None if f.date is None else f.date.value or f.date.text,
                        "amount": None if f.amount is None else f.amount.text,
                        "confidence": f.confidence, "sentences": len(f.evidence),
                    }
                    for f in r.facts
                ],
                "outdone": [
                    {
                        "text": explanation.document.quote(m.span), "type": m.type, "rule": m.rule,
                        "by": None if w is None else explanation.document.quote(w.span),
                    }
                    for m, w in r.outdone
                ],
                "rejected": [
                    {
                        "rule": c.rule, "type": c.type, "trigger": c.trigger, "why": c.why,
                        "roles": [{"role": role, "name": name} for role, name in c.roles],
                    }
                    for c in r.rejected
                ],
            }
            for r in explanation.sentences
            if sentence is None or r.number == sentence
        ],
    }  # fmt: skip


def page(
    explanation: Explanation,
    *,
    ontology: Ontology,
    language: str,
    words: Callable[[str], str],
    sentence: int | None = None,
) -> str:
    """The explanation as one HTML page that opens offline; text from the article is escaped.

    `words` gives the language of the reader for the few words of the page and for the reasons (`extract.TOO_FEW` …).
    """
    document = explanation.document
    parts: list[str] = []
    for reading in explanation.sentences:
        if sentence is not None and reading.number != sentence:
            continue
        parts.append(f'<section id="s{reading.number}"><div class="text"><span class="number">{reading.number}</span>')
        for text, mention, fact in pieces(reading):
            if mention is not None:
                colour = ontology.entities[mention.type].colour
                title = f"{mention.rule} · {mention.confidence:.2f}"
                parts.append(
                    f'<mark style="--c:{html.escape(colour)}" title="{html.escape(title)}">{html.escape(text)}'
                    f"<small>{html.escape(ontology.label(mention.type, language))}</small></mark>"
                )
            elif fact is not None:
                parts.append(f'<b title="{html.escape(fact.rule)}">{html.escape(text)}</b>')
            else:
                parts.append(html.escape(text))
        parts.append("</div><dl>")
        for kind, head, line, rule in lines(explanation, reading, ontology=ontology, language=language, words=words):
            said = f"<dd>{html.escape(line)} <code>{html.escape(rule)}</code></dd>"
            parts.append(f'<dt class="{kind}">{html.escape(head)}</dt>{said}')
        parts.append("</dl></section>")
    title = html.escape(document.title or document.id)
    date = "" if document.date is None else html.escape(f" · {document.date.value or document.date.text}")
    # Colours stand in style attributes, so that style must be allowed inside of the page; scripts are not.
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    style = (Path(__file__).parent / "page" / "explain.css").read_text(encoding="utf-8")
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>'
        f"<style>{style}</style></head><body><main><h1>{title}</h1>"
        f'<p class="sub">{html.escape(document.id)}{date}</p>{"".join(parts)}</main></body></html>\n'
    )


def lines(
    explanation: Explanation,
    reading: SentenceReading,
    *,
    ontology: Ontology,
    language: str,
    words: Callable[[str], str],
) -> Iterator[tuple[str, str, str, str]]:
    """What is to be said below a sentence: kind (fact, mention, outdone, rejected), head, line, and the rule."""
    comma = words("comma")

    def said(roles: list[tuple[str, str]]) -> str:
        by_role: dict[str, list[str]] = {}
        for role, name in roles:
            by_role.setdefault(role, []).append(name)
        return " · ".join(f"{ontology.label(role, language)} {comma.join(names)}" for role, names in by_role.items())

    for fact in reading.facts:
        details = [
            said(explanation.roles(fact)),
            "" if fact.date is None else fact.date.value or fact.date.text,
            "" if fact.amount is None else fact.amount.text,
            "" if fact.status == "done" else words(fact.status),
            f"{fact.confidence:.2f}",
        ]
        trigger = "" if fact.trigger is None else f" “{explanation.document.quote(fact.trigger)}”"
        yield "fact", ontology.label(fact.type, language), "  ".join(d for d in details if d != ""), fact.rule + trigger
    for mention, entity in reading.mentions:
        surface = explanation.document.quote(mention.span)
        name = words("no entity") if entity is None else entity.name
        note = "" if entity is None or entity.note is None else f" ({entity.note})"
        line = surface if name == surface else f"{surface} → {name}"
        yield "mention", ontology.label(mention.type, language), f"{line}{note}  {mention.confidence:.2f}", mention.rule
    for mention, winner in reading.outdone:
        by = "" if winner is None else f" → {explanation.document.quote(winner.span)}"
        yield "outdone", words("outdone"), f"{explanation.document.quote(mention.span)}{by}", mention.rule
    for candidate in reading.rejected:
        who = said(list(candidate.roles))
        line = f"{ontology.label(candidate.type, language)}: {words(candidate.why)}" + (f"  {who}" if who != "" else "")
        yield "rejected", words("rejected"), line, f"{candidate.rule} “{candidate.trigger}”"
