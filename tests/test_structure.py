"""Data flows one way: a module imports only what stands to its left or below."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# From left to right; what stands in one group may import itself and every group before it.
ORDER = [
    ["threads.errors"],
    ["threads.language"],
    ["threads.metrics"],
    ["threads.records"],
    ["threads.frames"],
    ["threads.outline"],
    ["threads.settings"],
    ["threads.keys"],
    ["threads.isolation"],
    ["threads.workers"],
    ["threads.passwords"],
    ["threads.pseudonyms"],
    ["threads.wordlists"],
    ["threads.similar_texts"],
    ["threads.models"],
    ["threads.parse"],
    ["threads.scores"],
    ["threads.perspective"],
    ["threads.erasing"],
    ["threads.dynamics"],
    ["threads.moderation"],
    ["threads.storage"],
    ["threads.delivery"],
    ["threads.analysis"],
    ["threads.scored_isolated"],
    ["threads.own_topics"],
    ["threads.live"],
    ["threads.partitions"],
    ["threads"],
    ["threads.views", "threads.samples", "threads.guide"],
    ["dashboard"],
    ["threads.commands"],
    ["threads.cli"],
    ["threads.__main__"],
]
PLACE = {name: place for place, names in enumerate(ORDER) for name in names}


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def place(module):
    """The group of the longest known prefix of a module's name."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        prefix = ".".join(parts[:length])
        if prefix in PLACE and (prefix != "threads" or length == len(parts)):
            return PLACE[prefix]
    raise AssertionError(f"{module} has no place in the order: add it to ORDER")


def imports(path):
    known = {module_name(p) for p in sources()}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import in line {node.lineno}"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in known else node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def sources():
    return sorted([*(ROOT / "threads").rglob("*.py"), *(ROOT / "dashboard").rglob("*.py")])


@pytest.mark.parametrize("path", sources(), ids=module_name)
def test_a_module_imports_only_what_stands_to_its_left(path):
    own = place(module_name(path))
    for target in imports(path):
        if target.split(".")[0] in {"threads", "dashboard"}:
            assert place(target) <= own, f"{module_name(path)} imports {target}, which stands to its right"


def test_the_library_has_no_web_code():
    for path in (ROOT / "threads").rglob("*.py"):
        names = {target.split(".")[0] for target in imports(path)}
        assert not names & {"dash", "flask", "plotly", "waitress"}, path


def test_dash_is_made_in_one_place():
    made = [
        path
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Dash"
    ]
    assert made == [ROOT / "dashboard" / "__init__.py"]
