"""Extractions and resolutions made by hand: what the stages before the store would give for a few short articles."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from kg.model import Amount, Date, Document, Entity, Extraction, Fact, Mention, Resolution, Span

PACT = "南湖区与上海杨浦区签订了合作框架协议。"
CAPITAL = "2017年，闻泰通讯股份有限公司向南湖区的子公司嘉兴永瑞电子科技有限公司增资约1000亿元，并考察了该公司。"


def span(document: str, text: str, words: str) -> Span:
    start = text.index(words)
    return Span(document, start, start + len(words))


def entity(document: str, text: str, name: str, kind: str, *, local: str, **more: object) -> Entity:
    where = span(document, text, name)
    mention = Mention(where, kind, name, "suffix", 0.9)
    return Entity(id=local, type=kind, name=name, mentions=(mention,), **more)  # type: ignore[arg-type]


def pact(document: str = "pact", *, date: str | None = "2016-09", confidence: float = 0.8) -> Extraction:
    """Two districts sign an agreement; the document carries everything that a record can give."""
    text = f"【签约】{PACT}"
    places = (
        entity(document, text, "南湖区", "AdministrativeDivision", local="e1", code="330402"),
        entity(document, text, "杨浦区", "AdministrativeDivision", local="e2", code="310110", aliases=("上海杨浦区",)),
    )
    fact = Fact(
        id="f1",
        type="Agreement",
        roles=(("party", "e1"), ("party", "e2")),
        evidence=(span(document, text, PACT),),
        label="合作框架协议",
        date=None if date is None else Date("当年9月", date, date),
        status="signed",
        confidence=confidence,
        rule="sign",
        trigger=span(document, text, "签订"),
    )
    return Extraction(
        Document(
            id=document,
            text=text,
            folded=text.replace("【", "[").replace("】", "]"),
            title="南湖携手杨浦",
            date=Date("2016年9月20日", "2016-09-20", "2016-09-20"),
            date_basis="record",
            source="示例日报",
            url="https://news.example/a b",
            origin="articles/pact.txt",
        ),
        places,
        (fact,),
        dropped=(("近日", "a time that cannot be calculated"),),
    )


def capital(document: str = "capital") -> Extraction:
    """An increase of capital with amount and period, a visit by the same sentence, and a part of a company."""
    text = CAPITAL
    things = (
        entity(document, text, "闻泰通讯股份有限公司", "Company", local="e1", aliases=("闻泰通讯",)),
        entity(document, text, "嘉兴永瑞电子科技有限公司", "Company", local="e2", parent="e1"),
        entity(document, text, "南湖区", "AdministrativeDivision", local="e3", code="330402"),
    )
    sentence = Span(document, 0, len(text))
    facts = (
        Fact(
            id="f1",
            type="CapitalIncrease",
            roles=(("investor", "e1"), ("target", "e2")),
            evidence=(sentence,),
            date=Date("2017年", "2017", "2017"),
            amount=Amount("约1000亿元", Decimal("1E+11"), "CNY", "about"),
            confidence=0.75,
            rule="increase",
            trigger=span(document, text, "增资"),
            qualifiers=(("share", "41.20%"),),
        ),
        Fact(
            id="f2",
            type="Visit",
            roles=(("visitor", "e1"), ("host", "e2")),
            evidence=(span(document, text, "并考察了该公司。"), Span(document, 0, 16)),
            confidence=0.5,
            rule="visit",
        ),
        Fact(
            id="f3",
            type="PartOf",
            roles=(("part", "e2"), ("whole", "e1")),
            evidence=(sentence,),
            status="denied",
            rule="subsidiary",
        ),
    )
    return Extraction(Document(document, text, text), things, facts)


def resolve(extractions: Sequence[Extraction]) -> Resolution:
    """Entities of one name and class are one; a place with a code goes by the code."""
    entities: dict[str, Entity] = {}
    of: dict[tuple[str, str], str] = {}
    for extraction in extractions:
        for one in extraction.entities:
            of[extraction.document.id, one.id] = (
                f"place/{one.code}" if one.code is not None else f"{one.type.lower()}/{one.name}"
            )
    for extraction in extractions:
        for one in extraction.entities:
            name = of[extraction.document.id, one.id]
            parent = of[extraction.document.id, one.parent] if one.parent is not None else None
            entities[name] = Entity(name, one.type, one.name, one.aliases, code=one.code, parent=parent)
    return Resolution(entities, of)


def many(count: int, *, start: int = 0) -> list[Extraction]:
    """Articles that all differ: a company of its own each, settling in 南湖区."""
    found = []
    for number in range(start, start + count):
        document, name = f"n{number:05d}", f"第{number}科技有限公司"
        text = f"{name}落户南湖区，总投资{number + 1}亿元。"
        found.append(
            Extraction(
                Document(document, text, text, title=f"第{number}条", date=Date("2018年", "2018", "2018")),
                (
                    entity(document, text, name, "Company", local="e1"),
                    entity(document, text, "南湖区", "AdministrativeDivision", local="e2", code="330402"),
                ),
                (
                    Fact(
                        id="f1",
                        type="Settlement",
                        roles=(("settler", "e1"), ("location", "e2")),
                        evidence=(Span(document, 0, len(text)),),
                        date=Date("2018年", "2018", "2018"),
                        amount=Amount(f"{number + 1}亿元", Decimal(number + 1) * 10**8),
                        rule="settle",
                        trigger=span(document, text, "落户"),
                    ),
                ),
            )
        )
    return found
