"""The house rules that a program can check: who imports whom, which words stand where, what is documented."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: Every module by its name below `kg`; the command line is a package of its own.
MODULES = {
    ".".join(path.relative_to(ROOT / "kg").with_suffix("").parts).removesuffix(".__init__"): path
    for folder in ("kg", "kg/cli")
    for path in sorted((ROOT / folder).glob("*.py"))
}

#: A module imports only from modules to its left.
ORDER = [
    "__init__", "model", "errors", "sparql", "negotiate", "resource", "scanning",
    "ontology", "values", "register", "gazetteer", "corpus", "recognize", "resolve", "extract", "explain",
    "judgements", "reprints", "rdf", "identity", "names",
    "store", "remote", "export", "network", "layout", "view", "search", "pipeline", "review", "evaluate", "api",
    "catalog", "pages", "worker", "pool", "wire", "server", "cli.voice", "cli.printing", "cli.messages",
    "cli.application", "cli.build", "cli.ask", "cli.publish", "cli.check", "cli.judge", "cli.demo", "cli.manual",
    "cli", "__main__",
]  # fmt: skip

#: Who may import a third-party package. Everyone else asks the owner.
OWNERS = {
    "ahocorasick_rs": {"gazetteer", "recognize", "extract"},
    "charset_normalizer": {"corpus"},
    "httptools": {"server"},  # what uvicorn reads requests with
    "jinja2": {"view"},  # comes with pyvis, whose template it fills
    "lxml": {"corpus"},  # comes with trafilatura, and lxml-html-clean keeps it working
    "networkx": {"network", "view", "export"},
    "numpy": {"layout"},
    "opencc": {"corpus"},
    "pyoxigraph": {"ontology", "rdf", "store", "export", "negotiate", "remote", "server", "worker"},
    "pypinyin": {"names", "view", "gazetteer"},
    "pyshacl": {"store"},
    "pyvis": {"view"},
    "rapidfuzz": {"search", "resolve", "cli"},
    "rdflib": {"store"},
    "rich": {"cli"},
    "rjieba": {"recognize"},
    "trafilatura": {"corpus"},
    "typer": {"cli"},
    "uvicorn": {"server", "wire"},
    "uvloop": {"server"},  # what uvicorn runs on, where there is one
}

#: Chinese in string literals: the grammar of dates and sums, header fields, messages. The rest is ontology and data.
MAY_SPEAK_CHINESE = {"values", "corpus", *(name for name in MODULES if name.split(".")[0] == "cli")}


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that a module imports, inside of functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: a relative import hides where it goes"
            yield node.lineno, node.module or ""
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


@pytest.mark.parametrize("name", list(MODULES))
def test_imports_point_one_way(name: str) -> None:
    assert name in ORDER, f"say where {name} stands in ORDER"
    for line, imported in _imports(MODULES[name]):
        parts = imported.split(".")
        if parts[0] != "kg":
            continue
        # The longest name that is a module: `kg.cli.voice.say` comes from cli.voice, `kg.model.Document` from model.
        whose = next((m for n in (3, 2) if (m := ".".join(parts[1:n])) in MODULES), None)
        if whose is not None and not (whose == "cli" and name.split(".")[0] == "cli"):
            assert ORDER.index(whose) < ORDER.index(name), f"{name}:{line} imports {whose}, which stands to its right"


@pytest.mark.parametrize("name", list(MODULES))
def test_every_dependency_has_its_owners(name: str) -> None:
    for line, imported in _imports(MODULES[name]):
        top = imported.split(".")[0]
        if top == "kg" or top in sys.stdlib_module_names:
            continue
        assert name.split(".")[0] in OWNERS.get(top, set()), (
            f"{name}.py:{line} imports {top}, which belongs to {OWNERS.get(top, 'nobody')}"
        )


def test_dependencies_and_owners_agree() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[<>=~!\[; ]", d)[0].replace("-", "_").lower() for d in project["dependencies"]}
    assert declared - {"lxml_html_clean"} == set(OWNERS) - {"lxml", "jinja2"}
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {line.split("==")[0].replace("-", "_") for line in lock.splitlines() if "==" in line}
    assert declared <= pinned
    assert re.search(r"https?://|--hash|file:", lock) is None


@pytest.mark.parametrize("name", [n for n in MODULES if n not in MAY_SPEAK_CHINESE])
def test_chinese_words_live_in_the_ontology_and_the_data(name: str) -> None:
    source = MODULES[name].read_text(encoding="utf-8")
    docstrings = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and len(node.body) > 0:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                docstrings.add(first.lineno)
    found = [
        f"{name}.py:{token.start[0]}: {token.string}"
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type in (tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", -1))
        and token.start[0] not in docstrings
        and re.search(r"[\u4e00-\u9fff]", token.string)
    ]
    assert found == []


@pytest.mark.parametrize("name", list(MODULES))
def test_everything_public_has_a_docstring(name: str) -> None:
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    assert ast.get_docstring(tree) is not None
    for node in tree.body:
        public = isinstance(node, ast.FunctionDef | ast.ClassDef)
        if public and not node.name.startswith("_"):
            assert ast.get_docstring(node) is not None, f"{name}.py:{node.lineno}: {node.name}"


@pytest.mark.parametrize("name", list(MODULES))
def test_the_library_never_prints(name: str) -> None:
    if name.split(".")[0] == "cli":
        pytest.skip("the one part that speaks")
    calls = [n for n in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))) if isinstance(n, ast.Call)]
    assert [f"{name}.py:{c.lineno}" for c in calls if isinstance(c.func, ast.Name) and c.func.id == "print"] == []


def test_every_command_is_documented() -> None:
    import typer

    from kg.cli import app

    reference = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    readmes = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.en.md")]
    for command in typer.main.get_command(app).commands:  # type: ignore[attr-defined]
        assert f"## kg {command}" in reference
        for readme in readmes:
            assert f"kg {command}" in readme


def test_generated_files_are_up_to_date() -> None:
    # The answers in the READMEs take a build each: `make generated` compares them.
    from kg.cli import reference

    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == reference(), "run make docs"


def _texts() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    kinds = {".py", ".md", ".toml", ".ttl", ".rq", ".lock", "", ".txt", ".json"}
    return [
        ROOT / name for name in listed.stdout.splitlines() if Path(name).suffix in kinds and (ROOT / name).is_file()
    ]


def test_no_machine_is_named() -> None:
    # Paths of one machine mean nothing on another one.
    words = re.compile("/wor" + "k/|/ro" + "ot/|/home/[a-z]+/")
    found = [
        f"{p.relative_to(ROOT)}: {m.group()}"
        for p in _texts()
        if (m := words.search(p.read_text(encoding="utf-8", errors="replace")))
    ]
    assert found == []


@pytest.mark.parametrize("page", ["README.md", "README.en.md", "CHANGELOG.md", "docs/cli.md"])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (ROOT / page).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("page", ["README.md", "README.en.md"])
def test_readme_tells_the_order_of_dates(page: str) -> None:
    from kg.corpus import DATE_BASES

    text = (ROOT / page).read_text(encoding="utf-8")
    rows = [f"| {n} | `{basis}` |" for n, basis in enumerate(DATE_BASES, 1)]
    assert [row for row in rows if row not in text] == []


def test_license_is_apache() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
