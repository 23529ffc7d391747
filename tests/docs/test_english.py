"""What libstats says is plain English: no sentence of the code, whether a page ever shows it or not,
is too long or holds two negations; nor does a definition in a receipt."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator

import pytest

from libstats.analysis.receipts import ANALYSES
from tests.support import sentences
from tests.support.files import ROOT

# Declarations quote what vendors write; what is SQL, a pattern or markup is no sentence.
FILES = [p for p in sorted((ROOT / "libstats").rglob("*.py")) if "sources" not in p.parts]
NO_PROSE = re.compile(
    r"[\\|^<]|\b(?:case\s+when|when not|select|create or replace|partition by|filter)\b"
    r"|\bis (?:not )?null\b|\w=|\(X\) and|(?:\d{6} ){3}|\[\w\w\]|(?:\b[a-z]+\d? ){20}|create table|left join"
)


def said(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every text of a module but what documents it, with its line; X stands for a value in it."""
    parts = {id(v) for n in ast.walk(tree) if isinstance(n, ast.JoinedStr) for v in n.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            parts.add(id(node.value))
        if id(node) in parts:
            continue
        if isinstance(node, ast.JoinedStr):
            known = (v.value if isinstance(v, ast.Constant) else "X" for v in node.values)
            yield node.lineno, "".join(map(str, known))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


@pytest.mark.parametrize("room", sorted({p.relative_to(ROOT).parts[1] for p in FILES}))
def test_no_sentence_of_the_code_is_too_long_or_denies_twice(room: str) -> None:
    found = [
        (f"{path.relative_to(ROOT)}:{line}", sentence, wrong)
        for path in FILES
        if path.relative_to(ROOT).parts[1] == room
        for line, text in said(ast.parse(path.read_text(encoding="utf-8")))
        for sentence in sentences.of_text(text)
        if not NO_PROSE.search(sentence) and (wrong := sentences.faults(sentence))
    ]
    assert found == []


@pytest.mark.parametrize("analysis", sorted(ANALYSES))
def test_the_definition_of_an_analysis_is_plain(analysis: str) -> None:
    paragraphs = inspect.cleandoc(ANALYSES[analysis].function.__doc__ or "").split("\n\n")
    (definition,) = [p for p in paragraphs if p.startswith("Definition:")]
    told = sentences.of_text(definition.removeprefix("Definition: "))
    assert [sentence for sentence in told if sentences.faults(sentence)] == []


def test_a_fault_in_the_code_would_be_found() -> None:
    tree = ast.parse('def f(x):\n    """Not never."""\n    return f"{x} is not {x} and never was."')
    assert list(said(tree)) == [(3, "X is not X and never was.")]
    assert sentences.faults("X is not X and never was.") == ["two negations"]
