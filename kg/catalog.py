"""What the endpoint and its data say of themselves: SPARQL 1.1 Service Description and VoID, as Turtle.

void(store, address="https://data.example/kg/")   →   <…/.well-known/void#data> a void:Dataset ; void:triples 4711 …
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from kg import __version__
from kg.ontology import KG

if TYPE_CHECKING:
    from kg.store import Store

PREFIXES: Mapping[str, str] = {
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "format": "http://www.w3.org/ns/formats/",
    "void": "http://rdfs.org/ns/void#",
    "dcterms": "http://purl.org/dc/terms/",
}

_FORMATS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples",
    "RDF_XML", "JSON-LD", "TriG", "N-Quads",
)  # fmt: skip


def _head() -> str:
    return "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())


def service(endpoint: str, *, address: str, writable: bool) -> str:
    """The description of the service at an endpoint; `address` is that of the server, with a slash at its end."""
    languages = ["sd:SPARQL10Query", "sd:SPARQL11Query", *(["sd:SPARQL11Update"] if writable else [])]
    formats = ", ".join(f"<{PREFIXES['format']}{name}>" for name in _FORMATS)
    inputs = [f"<{PREFIXES['format']}{name}>" for name in ("Turtle", "N-Triples", "RDF_XML", "JSON-LD")]
    taken = f" ;\n    sd:inputFormat {', '.join(inputs)}" if writable else ""
    return (
        _head()
        + f"""
<{_iri(endpoint)}#service> a sd:Service ;
    sd:endpoint <{_iri(endpoint)}> ;
    sd:supportedLanguage {", ".join(languages)} ;
    sd:resultFormat {formats}{taken} ;
    sd:defaultDataset <{_iri(endpoint)}#dataset> .

<{_iri(endpoint)}#dataset> a sd:Dataset ;
    sd:defaultGraph <{_iri(endpoint)}#default> .

<{_iri(endpoint)}#default> a sd:Graph ;
    dcterms:source <{_iri(address)}.well-known/void#data> .
"""
    )


def void(store: Store, *, address: str) -> str:
    """The description of the data set: its size, classes, properties and where to ask for it."""
    # Each triple once: the default graph is the merge of all documents.
    triples, subjects, objects = (
        store.query(f"SELECT (COUNT({what}) AS ?n) {{ ?s ?p ?o }}").values()[0]["n"]
        for what in ("*", "DISTINCT ?s", "DISTINCT ?o")
    )
    classes = store.query("SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c ORDER BY ?c").values()
    properties = store.query("SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY ?p").values()
    entities = store.query(
        f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a ?c FILTER(STRSTARTS(STR(?s), '{store.iris.base}entity/')) }}"
    ).values()[0]["n"]
    example = store.query(
        f"SELECT ?e (COUNT(?d) AS ?n) {{ ?d <{KG}mentions> ?e }} GROUP BY ?e ORDER BY DESC(?n) ?e LIMIT 1"
    )
    here = _iri(address)
    parts = [
        f'dcterms:description "Built by kg {__version__}"',
        f"void:sparqlEndpoint <{here}sparql>",
        f'void:uriSpace "{store.iris.base}"',
        f"void:triples {triples}",
        f"void:entities {entities}",
        f"void:distinctSubjects {subjects}",
        f"void:distinctObjects {objects}",
        f"void:classes {len([row for row in classes if 'c' in row])}",
        f"void:properties {len([row for row in properties if 'p' in row])}",
        f"void:vocabulary <{KG}>",
        f"void:feature <{PREFIXES['format']}Turtle>, <{PREFIXES['format']}N-Triples>, <{PREFIXES['format']}RDF_XML>",
    ]
    parts += [f"void:exampleResource <{_iri(row['e'])}>" for row in example.values() if "e" in row]
    parts += [
        f"void:classPartition [ void:class <{_iri(row['c'])}> ; void:entities {row['n']} ]"
        for row in classes
        if "c" in row
    ]
    parts += [
        f"void:propertyPartition [ void:property <{_iri(row['p'])}> ; void:triples {row['n']} ]"
        for row in properties
        if "p" in row
    ]
    about = " ;\n    ".join(parts)
    return _head() + f"\n<{here}.well-known/void#data> a void:Dataset ;\n    {about} .\n"


def _iri(text: str) -> str:
    """An IRI that cannot leave its angle brackets."""
    return urllib.parse.quote(text, safe="/:?#[]@!$&'()*+,;=%~" + "".join(c for c in set(text) if ord(c) > 160))
