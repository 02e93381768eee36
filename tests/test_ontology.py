"""The ontology: complete, refused with file and line where it is broken, and extended without a line of Python."""

from __future__ import annotations

import json
import pickle
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.corpus import read_text
from kg.errors import OntologyError
from kg.extract import Extractor
from kg.gazetteer import Gazetteer
from kg.identity import resolve_corpus
from kg.network import links, load_network, to_networkx
from kg.ontology import FILES, KG, SLOTS, STATUSES, Ontology
from kg.store import SourceRecord, Store
from kg.view import render

CHINESE = re.compile(r"[\u4e00-\u9fff]")

# ---------------------------------------------------------------- what ships


def test_the_classes_that_the_design_asks_for(ontology: Ontology) -> None:
    entities = """Place AdministrativeDivision Region Park Company Fund Government Institution University Hospital
                  Organization Person Project Event Policy Industry"""
    facts = """Agreement Investment CapitalIncrease Subscription Acquisition Establishment Settlement Construction Visit
               Office PartOf Indicator OtherRelation"""
    assert set(entities.split()) <= set(ontology.entities)
    assert set(facts.split()) <= set(ontology.facts)
    assert [r.name for r in ontology.fact("Settlement").roles] == ["settler", "location", "origin"]


def test_classes_inherit(ontology: Ontology) -> None:
    assert ontology.is_a("University", "Institution")
    assert not ontology.is_a("Institution", "University")
    assert ontology.top("Hospital") == "Institution"
    assert ontology.fills("University", "founder")
    assert not ontology.fills("Person", "location")
    parent, child = ontology.fact("Investment"), ontology.fact("CapitalIncrease")
    assert child.roles == parent.roles
    assert child.edges == parent.edges
    assert child.colour == parent.colour


def test_everything_has_a_label_in_chinese_and_english(ontology: Ontology) -> None:
    named = [*ontology.entities.values(), *ontology.facts.values(), *ontology.roles.values(), *ontology.edges.values()]
    for one in named:
        assert CHINESE.search(one.labels["zh"]) is not None, one.name
        assert re.fullmatch(r"[A-Za-z][A-Za-z /,-]*", one.labels["en"]), one.name
    for one in (*ontology.entities.values(), *ontology.facts.values()):
        assert one.definitions["zh"].endswith("。"), one.name
        assert one.definitions["en"].endswith("."), one.name
    for name, labels in ontology.labels.items():
        assert set(labels) == {"zh", "en"}, f"kg:{name} has labels in {sorted(labels)}"


def test_labels_tell_classes_apart(ontology: Ontology) -> None:
    for group in (ontology.entities, ontology.facts, ontology.roles, ontology.edges):
        for language in ("zh", "en"):
            labels = [one.labels[language] for one in group.values()]
            assert sorted(labels) == sorted(set(labels))


def test_every_class_has_a_colour_of_its_own(ontology: Ontology) -> None:
    for group, root in ((ontology.entities, "Entity"), (ontology.facts, "Fact")):
        tops = [one for one in group.values() if one.parent == root]
        colours = [one.colour for one in tops]
        assert len(tops) > 10
        assert len(set(colours)) == len(colours)
        assert all(re.fullmatch(r"#[0-9A-F]{6}", c) for c in colours)
        assert len({one.order for one in tops}) == len(tops)


def test_every_fact_class_draws_an_edge(ontology: Ontology) -> None:
    for fact in ontology.facts.values():
        if fact.name not in {"Fact", "Indicator"}:  # an indicator has one participant
            assert len(fact.edges) > 0, fact.name
            assert {e.source for e in fact.edges} | {e.target for e in fact.edges} <= {r.name for r in fact.roles}


def test_every_fact_class_has_a_pattern(ontology: Ontology) -> None:
    by_rule = {"Indicator", "Fact"}  # figures are found by their measure
    assert {f.fact for f in ontology.frames} >= set(ontology.facts) - by_rule
    assert all(f.status in STATUSES and 0 < f.confidence <= 1 for f in ontology.frames)
    assert all(slot in SLOTS for f in ontology.frames for slots in f.roles.values() for slot in slots)


def test_labels_fall_back_to_the_name(ontology: Ontology) -> None:
    assert ontology.label("Agreement") == "协议"
    assert ontology.label("Agreement", "en") == "Agreement"
    assert ontology.label("Agreement", "fr") == "协议"
    assert ontology.label("noSuchThing") == "noSuchThing"


def test_unknown_classes_are_named_with_what_there_is(ontology: Ontology) -> None:
    with pytest.raises(OntologyError, match="Compny"):
        ontology.entity("Compny")
    with pytest.raises(OntologyError, match="Agreemnt"):
        ontology.fact("Agreemnt")


def test_a_worker_process_gets_the_same_ontology(ontology: Ontology) -> None:
    again = pickle.loads(pickle.dumps(ontology))
    assert again.digest == ontology.digest
    assert again.frames == ontology.frames


def test_any_change_of_a_file_changes_the_digest(ontology: Ontology, ontology_copy: Path) -> None:
    assert Ontology.load(ontology_copy).digest == ontology.digest
    for name in FILES:
        text = (ontology_copy / name).read_text(encoding="utf-8")
        (ontology_copy / name).write_text(f"{text}\n# 改\n", encoding="utf-8")
        assert Ontology.load(ontology_copy).digest != ontology.digest
        (ontology_copy / name).write_text(text, encoding="utf-8")


# ---------------------------------------------------------------- what is refused

Change = Callable[[str], str]


def after(anchor: str, *lines: str) -> Change:
    """Put lines behind the first line that begins with `anchor`."""

    def change(text: str) -> str:
        done, found = [], False
        for line in text.splitlines():
            done.append(line)
            if not found and line.startswith(anchor):
                done.extend(lines)
                found = True
        assert found, anchor
        return "\n".join(done) + "\n"

    return change


def swap(old: str, new: str) -> Change:
    """Replace the first place where `old` stands."""

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def added(*lines: str) -> Change:
    """Add lines at the end."""
    return lambda text: text.rstrip("\n") + "\n\n" + "\n".join(lines) + "\n"


def frame(old: str, new: str) -> Change:
    """Add a frame with a fault in it."""
    assert old in FRAME
    return added(FRAME.replace(old, new, 1))


FRAME = """[frames.sponsor]
fact = "Agreement"
triggers = "冠名赞助"
roles.party = "subject object"
need = ["party party"]
accepts = ["澜海智能冠名赞助星衡半导体 => party=澜海智能 party=星衡半导体"]
"""

OTHER_END = ("display:from kg:visitor ;", "display:from kg:seller ;")
NO_RANGE = 'kg:sponsor a kg:Role ; rdfs:label "冠名方"@zh , "sponsor"@en ; schema:domainIncludes kg:Agreement .'
NO_CLASS = "kg:VisitShape2 <http://www.w3.org/ns/shacl#targetClass> kg:Vist ."
NO_ENGLISH = (', "One side visiting another to inspect, study or talk."@en', "")

#: file, change, the words of the line that the message must name, what it must say
BROKEN: dict[str, tuple[str, Change, str, str]] = {
    "bad Turtle": ("core.ttl", swap("kg:Visit a owl:Class ;", "kg:Visit a ]"), "kg:Visit a", "not valid Turtle"),
    "bad Turtle in display": ("display.ttl", added("kg:Fund ] ."), "kg:Fund ]", "not valid Turtle"),
    "unknown class in display": ("display.ttl", added('kg:Compny display:order "3" .'), "kg:Compny", "kg:Compny"),
    "unknown class in shapes": ("shapes.ttl", added(NO_CLASS), "kg:Vis", "not defined in core.ttl"),
    "unknown class in a role": ("core.ttl", swap("domainIncludes kg:Visit", "domainIncludes kg:Vist"), "Vist", "Vist"),
    "role without a range": ("core.ttl", added(NO_RANGE), "kg:sponsor a", "rangeIncludes"),
    "edge with a role that the fact lacks": ("display.ttl", swap(*OTHER_END), "kg:visited", "does not have"),
    "edge of no fact class": ("display.ttl", swap("edgeOf kg:Visit ;", "edgeOf kg:Fund ;"), "kg:visited", "fact class"),
    "edge without an end": ("display.ttl", swap("display:to kg:host", "display:order 3"), "kg:visited", "display:to"),
    "class without a Chinese label": ("core.ttl", swap('"考察"@zh , "Visit"@en', '"Visit"@en'), "kg:Visit a", "zh"),
    "class without an English definition": ("core.ttl", swap(*NO_ENGLISH), "kg:Visit a", "definition"),
    "bad TOML": ("patterns.toml", after("[frames.visit]", "fact = = 3"), "fact = = 3", "not valid TOML"),
    "unknown section": ("patterns.toml", added("[frame.sponsor]"), "[frame.sponsor]", "unknown section"),
    "names of an unknown class": ("patterns.toml", swap("[names.Fund]", "[names.Fond]"), "[names.Fond]", "Fond"),
    "unknown key of names": ("patterns.toml", after("[names.Hospital]", 'storng = "诊所"'), "storng", "storng"),
    "unknown key of a frame": ("patterns.toml", after("[frames.visit]", 'trigers = "考察"'), "trigers", "trigers"),
    "unknown fact class": ("patterns.toml", frame('"Agreement"', '"Agreemnt"'), '"Agreemnt"', "Agreemnt"),
    "unknown role": ("patterns.toml", frame("roles.party", "roles.partie"), "roles.partie", "partie"),
    "unknown slot": ("patterns.toml", frame("subject object", "subject obiect"), "obiect", "obiect"),
    "need of a role that is not read": ("patterns.toml", frame("party party", "party signer"), "need", "signer"),
    "unknown class in types": ("patterns.toml", frame("accepts", 'types.party = ["Fond"]\naccepts'), "Fond", "Fond"),
    "unknown status": ("patterns.toml", frame("accepts", 'status = "maybe"\naccepts'), "maybe", "maybe"),
    "topic of a role not read": ("patterns.toml", frame("accepts", 'topic = "signer"\naccepts'), "topic", "signer"),
    "frame without triggers": ("patterns.toml", frame('"冠名赞助"', '""'), "[frames.sponsor]", "triggers"),
    "frame without a sentence": ("patterns.toml", frame("accepts =", "rejects ="), "[frames.sponsor]", "accepts"),
    "words that are none": ("patterns.toml", frame('"冠名赞助"', "3"), "triggers", "list of words"),
}


@pytest.mark.parametrize(("name", "change", "line", "says"), list(BROKEN.values()), ids=list(BROKEN))
def test_a_broken_file_is_refused_with_its_line(
    ontology_copy: Path, name: str, change: Change, line: str, says: str
) -> None:
    path = ontology_copy / name
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(OntologyError) as raised:
        Ontology.load(ontology_copy)
    error = raised.value
    assert error.where == path
    assert error.line is not None
    assert str(error).startswith(f"{path}:{error.line}: ")
    assert says in str(error)
    assert line in path.read_text(encoding="utf-8").splitlines()[error.line - 1]


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(ontology_copy: Path, name: str) -> None:
    (ontology_copy / name).unlink()
    with pytest.raises(OntologyError, match=re.escape(name)) as raised:
        Ontology.load(ontology_copy)
    assert raised.value.where == ontology_copy / name


def test_a_file_in_another_encoding_is_named(ontology_copy: Path) -> None:
    path = ontology_copy / "patterns.toml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    with pytest.raises(OntologyError, match=r"patterns\.toml"):
        Ontology.load(ontology_copy)


# ---------------------------------------------------------------- a new fact class touches no Python

CORE = """
kg:Sponsorship a owl:Class ; rdfs:subClassOf kg:Fact ;
    rdfs:label "冠名"@zh , "Sponsorship"@en ;
    skos:definition "一方出资为活动冠名。"@zh , "One side pays for an event to bear its name."@en .
kg:sponsor a kg:Role ; rdfs:label "冠名方"@zh , "sponsor"@en ;
    schema:domainIncludes kg:Sponsorship ; schema:rangeIncludes kg:Company , kg:Fund .
kg:event a kg:Role ; rdfs:label "所冠名的活动"@zh , "event"@en ;
    schema:domainIncludes kg:Sponsorship ; schema:rangeIncludes kg:Event .
kg:sponsors a kg:Edge ; rdfs:label "冠名赞助"@zh , "sponsors"@en .
"""

DISPLAY = """
kg:Sponsorship display:colour "#13579B" ; display:order 12 .
kg:sponsors display:edgeOf kg:Sponsorship ; display:from kg:sponsor ; display:to kg:event .
"""

PATTERNS = """
[frames.sponsor]
fact = "Sponsorship"
triggers = "冠名赞助"
roles.sponsor = "subject"
roles.event = "object"
need = ["sponsor event"]
amount = true
accepts = ["澜海智能冠名赞助“南湖之春”经贸活动 => sponsor=澜海智能 event=南湖之春"]
"""

SENTENCE = "2018年5月10日，启岳集团出资300万元冠名赞助第一届“南湖之春”经贸活动。"


def test_a_fact_class_added_in_the_files_alone_reaches_the_page(ontology_copy: Path, gazetteer: Gazetteer) -> None:
    for name, text in (("core.ttl", CORE), ("display.ttl", DISPLAY), ("patterns.toml", PATTERNS)):
        path = ontology_copy / name
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    ontology = Ontology.load(ontology_copy)
    extractor = Extractor(ontology, gazetteer)

    extraction = extractor.extract(read_text(SENTENCE, date="2018-05-11", id="sponsored"))
    names = {e.id: e.name for e in extraction.entities}
    fact = next(f for f in extraction.facts if f.type == "Sponsorship")
    assert [(role, names[e]) for role, e in fact.roles] == [("sponsor", "启岳集团"), ("event", "“南湖之春”经贸活动")]
    assert fact.amount is not None
    assert (fact.rule, fact.amount.value) == ("sponsor", 3_000_000)

    with Store.memory() as store:
        store.put_source(SourceRecord("sponsored.txt"), [extraction])
        resolution = resolve_corpus(store.extractions(), linker=extractor.linker)
        store.reconcile(resolution, ontology=ontology, gazetteer=gazetteer)
        rows = store.query(
            """SELECT ?who ?what { ?fact a kg:Sponsorship ; kg:sponsor/rdfs:label ?who ; kg:event/rdfs:label ?what .
                                   ?s kg:sponsors ?e . ?fact kg:sponsor ?s ; kg:event ?e }"""
        ).values()
        network = load_network(store, ontology)
    assert [row["who"] for row in rows] == ["启岳集团"]
    drawn = next(link for f in network.facts.values() if f.klass == "Sponsorship" for link in links(f, ontology))
    assert (drawn.relation, drawn.directed, drawn.declared) == ("sponsors", True, True)
    edges = list(to_networkx(network, ontology).edges(data=True))
    assert [d["label"] for _, _, d in edges if d["class"] == "Sponsorship"] == ["冠名赞助"]

    page = render(network, ontology, title="冠名")
    data = json.loads(re.findall(r'<script type="application/json" id="kg-data">(.*?)</script>', page, re.DOTALL)[0])
    assert data["labels"]["sponsors"] == ["冠名赞助", "sponsors"]
    assert [c["colour"] for c in data["factClasses"] if c["name"] == "Sponsorship"] == ["#13579B"]
    assert "sponsors" in json.dumps(data["facts"])


def test_the_new_class_leaves_the_others_as_they_were(ontology: Ontology, ontology_copy: Path) -> None:
    for name, text in (("core.ttl", CORE), ("display.ttl", DISPLAY), ("patterns.toml", PATTERNS)):
        path = ontology_copy / name
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    grown = Ontology.load(ontology_copy)
    assert {n: f for n, f in grown.facts.items() if n in ontology.facts} == ontology.facts
    assert grown.frames[: len(ontology.frames)] == ontology.frames


def test_the_patterns_are_written_as_toml_says(ontology: Ontology) -> None:
    """Nothing of the file is lost on the way: every frame, every trigger, every sentence."""
    data = tomllib.loads((ontology.folder / "patterns.toml").read_text(encoding="utf-8"))
    assert [f.id for f in ontology.frames] == list(data["frames"])
    for frame in ontology.frames:
        written = data["frames"][frame.id]
        assert list(frame.accepts) == written["accepts"]
        assert frame.fact == written["fact"]
        assert KG not in frame.fact
