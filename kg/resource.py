"""Finds the files that ship with the program: ontology, gazetteer, samples.

In a checkout they lie beside the package; in an installed wheel the build put them into `kg/resources/`.
"""

from __future__ import annotations

from pathlib import Path

from kg.errors import KgError

_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """The path of a shipped file or folder, named as in a checkout: `ontology/core.ttl`, `data/gazetteer`.

    Raises `KgError` with the name and the places searched where it is missing.
    """
    # The wheel's copy is looked up first: beside an installed package lie other people's folders of the same names.
    candidates = (_PACKAGE / "resources" / name, _PACKAGE.parent / name)
    for path in candidates:
        if path.exists():
            return path
    searched = " and ".join(str(p) for p in candidates)
    raise KgError(f"the program's own file {name!r} is missing (looked for {searched}); install kg again")
