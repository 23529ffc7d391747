"""How long files and functions may be, as far as no rule of the linter says it (see
pyproject.toml)."""

from __future__ import annotations

import ast
import io
import tokenize

from tests.support.files import ROOT

LINES = 400  # of a file
CODE = 300  # of them neither blank, nor comment, nor docstring
FUNCTION = 60  # lines of a function besides its docstring and what it holds as text, SQL above all
BLANK = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def lines_of(node: ast.expr | ast.stmt) -> range:
    """The lines on which it stands."""
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def code_lines(text: str, tree: ast.Module) -> int:
    """How many lines are code."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    code = {n for t in tokens if t.type not in BLANK for n in range(t.start[0], t.end[0] + 1)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(
            node
        ):
            code -= set(lines_of(node.body[0]))
    return len(code)


def function_lines(function: ast.FunctionDef) -> int:
    """How many lines a function has besides its texts of several lines."""
    texts = {
        n
        for node in ast.walk(function)
        if isinstance(node, (ast.Constant, ast.JoinedStr)) and node.end_lineno != node.lineno
        for n in lines_of(node)
    }
    return len(lines_of(function)) - len(texts)


def test_files_and_functions_are_short() -> None:
    found = set()
    for path in sorted((ROOT / "libstats").rglob("*.py")):
        text, name = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
        tree = ast.parse(text)
        # declarations are tables of data: what they hold is text
        code = 0 if name.startswith("libstats/sources/") else code_lines(text, tree)
        if text.count("\n") > LINES or code > CODE:
            found.add(name)
        found |= {
            f"{name}: {node.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and function_lines(node) > FUNCTION
        }
    assert found == set()
