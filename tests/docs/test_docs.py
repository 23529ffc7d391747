"""The docs: what they say is so, and what they show runs."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import re
import shlex
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats import schema
from libstats.cli import arguments
from libstats.declaration.faults import faults
from libstats.declaration.source import Source
from libstats.definitions.parameters import Day, asked
from libstats.store import views
from tests.support.files import ROOT
from tests.support.tables import dicts, holding

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FILES = [
    p
    for p in sorted((ROOT / "libstats").rglob("*.py"))
    if p.name != "__init__.py" and ">>> " in p.read_text(encoding="utf-8")
]
MODULES = [".".join(p.relative_to(ROOT).with_suffix("").parts) for p in FILES]


def made(page: str) -> str:
    """The command of CONTRIBUTING that makes a page."""
    return re.findall(rf"python .* > docs/{page}\.md", CONTRIBUTING)[0]


def blocks(text: str, language: str) -> list[str]:
    """The fenced code blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


def test_the_data_dictionary_is_that_of_the_schema() -> None:
    told = (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert told == views.dictionary(), f"run: {made('data-dictionary')}"


def test_every_line_of_the_schema_is_understood() -> None:
    wanted = re.findall(r"^create table (\w+)", schema.sql(), re.M)
    assert list(schema.tables()) == wanted
    assert sum(len(t.columns) for t in schema.tables().values()) == len(
        re.findall(r"^    \w+ ", schema.sql(), re.M)
    )


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name: str, demo: Path) -> None:
    module = importlib.import_module(name)
    with libstats.open(demo) as con:
        found = doctest.testmod(module, extraglobs={"con": con, "demo": demo, "libstats": libstats})
    assert found.failed == 0


def test_public_functions_say_what_they_give() -> None:
    for name in libstats.__all__:
        doc = inspect.getdoc(getattr(libstats, name)) or ""
        assert len(doc) > 80, name
    assert libstats.__all__ == sorted(libstats.__all__)


def test_the_readme_in_python_runs(
    demo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(demo.parent)
    demo.parent.joinpath("libstats-demo").symlink_to(demo, target_is_directory=True)
    for block in blocks(README, "python"):
        exec(compile(block, "README.md", "exec"), {})
    assert "checkouts" in capsys.readouterr().out


def test_the_commands_of_readme_and_help_exist() -> None:
    shown = re.findall(r"(?:^ {4}|`|&& )libstats ([^`\n]+)", README, re.M)
    shown += [example.removeprefix("libstats ") for _, example, _ in arguments.COMMANDS.values()]
    assert len(shown) > len(arguments.COMMANDS)
    for line in shown:
        words = [w.replace("FILE", "x.csv") for w in shlex.split(line)]
        if "--help" not in words and (words[0] not in ("report`", "report") or len(words) > 1):
            arguments.parser().parse_args(words)


def test_contributing_declares_a_source_that_fits() -> None:
    space: dict[str, Any] = {}
    exec(blocks(CONTRIBUTING, "python")[0], space)
    assert isinstance(space["VISITS"], Source)
    assert faults(space["VISITS"]) == []


def test_the_analysis_that_contributing_shows_runs() -> None:
    space: dict[str, Any] = {"duckdb": duckdb, "asked": asked, "Day": Day}
    exec(blocks(CONTRIBUTING, "python")[1], space)
    out = {"checkout_branch": "EAST", "due_at": "2026-10-30"}
    loans = [out, {**out, "returned_at": "2026-11-05"}, {**out, "due_at": "2026-10-31"}]
    with holding(loan=loans) as con:
        assert dicts(space["overdue"](con, as_of="2026-10-31")) == [{"branch": "EAST", "loans": 1}]


def test_imports_follow_the_arrow() -> None:
    """Sources never compute, analyses never load, only reports draw: who may not import whom."""
    forbidden = {
        "sources": (
            "libstats.analysis",
            "libstats.store.generations",
            "libstats.loading.load",
            "duckdb",
        ),
        "analysis": (
            "libstats.loading.load",
            "libstats.store.generations",
            "libstats.report",
            "libstats.report.charts",
        ),
        "readers": ("libstats.store.generations", "duckdb"),
    }
    for room, others in forbidden.items():
        for path in (ROOT / "libstats" / room).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = (
                    [a.name for a in node.names]
                    if isinstance(node, ast.Import)
                    else [f"{node.module}.{a.name}" for a in node.names]
                    if isinstance(node, ast.ImportFrom)
                    else []
                )
                assert not [
                    n
                    for n in names
                    if n.startswith(others) and not (room == "analysis" and n == "duckdb")
                ], path.name
