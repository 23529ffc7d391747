"""Notebooks as data: nbformat, imported without a grammar that nobody asks.

Where JupyterLab is installed, jsonschema, which nbformat imports, imports rfc3987_syntax, which
compiles its grammar of web addresses while it is imported: 1.6 of the 6.2 seconds of processor
that `libstats report circulation` took. It is compiled when an address is checked, and no
notebook's is. LATER = False has it at once again.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

__all__ = ["NotebookNode", "nbformat", "text"]

LATER = True
_GRAMMAR = "rfc3987_syntax"


def _nbformat() -> Any:
    """The package nbformat."""
    is_there = LATER and _GRAMMAR not in sys.modules and importlib.util.find_spec(_GRAMMAR)
    if is_there:
        stand_in = ModuleType(_GRAMMAR)
        stand_in.is_valid_syntax = _is_valid_syntax  # type: ignore[attr-defined]
        sys.modules[_GRAMMAR] = stand_in
    try:
        return importlib.import_module("nbformat")
    finally:
        if is_there:
            del sys.modules[_GRAMMAR]


def _is_valid_syntax(term: str, value: str) -> bool:
    """What the grammar says of a text: it is compiled now."""
    return bool(importlib.import_module(_GRAMMAR).is_valid_syntax(term, value))


nbformat = _nbformat()
NotebookNode = nbformat.NotebookNode


def text(notebook: Any) -> str:
    """A notebook as the text of its file."""
    return f"{nbformat.writes(notebook)}\n"
