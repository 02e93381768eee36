"""What the rules find in FewFC's events: floors, and the split that the figures in benchmarks/README.md are of."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def fewfc():
    spec = importlib.util.spec_from_file_location("fewfc", ROOT / "benchmarks" / "fewfc.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["fewfc"] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    if not module.DATA.is_dir():
        pytest.skip("the sentences of FewFC are not beside this checkout")
    return module


def test_every_class_of_the_mapping_is_one_of_the_ontology(fewfc, ontology):
    assert set(fewfc.MAPPING) <= set(ontology.facts)
    roles = {role for lines in fewfc.MAPPING.values() for _, names in lines for role in names}
    assert roles - {"amount", "date", "share"} <= set(ontology.roles)


def test_the_split_is_what_the_figures_are_of(fewfc):
    sentences = fewfc.read(fewfc.DATA)
    held_out = [s for s in sentences if s.held_out]
    assert (len(sentences), len(held_out)) == (3486, 699)
    assert len({s.text for s in sentences}) == len(sentences)  # no sentence is on both sides


def test_the_rules_find_no_less_of_the_events(fewfc):
    held_out = [s for s in fewfc.read(fewfc.DATA) if s.held_out]
    found = fewfc.by_rules(held_out)
    triggers = fewfc.score(held_out, found, lambda item: item[1] == "trigger").rates
    arguments = fewfc.score(held_out, found, lambda item: item[1] != "trigger").rates
    assert triggers[2] >= 0.22
    assert arguments[2] >= 0.19
