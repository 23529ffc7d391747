"""A figure's receipt as text."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

import duckdb

from libstats.analysis.provenance import ANALYSES, receipt
from libstats.errors import AnalysisError

WIDTH = 100


def explain(con: duckdb.DuckDBPyConnection, analysis: str, given: Mapping[str, str]) -> str:
    """Where does a figure come from? The receipt of an analysis as text, WIDTH columns wide.

    `given` are its parameters as text. Raises AnalysisError as `receipt` does, and for a text that is no day or no number.
    """
    rows = receipt(con, analysis, **{name: _typed(analysis, name, text) for name, text in given.items()}).fetchall()
    # what the work is comes before what was asked of it
    text = [_wrapped(f"{what}: {value}") for part, what, value in reversed(rows) if part == "definition"]
    for part, listed in groupby((row for row in rows if row[0] != "definition"), key=lambda row: row[0]):
        text += [part, *(_wrapped(f"{what}: {value}", "    ") for _, what, value in listed)]
    return "\n".join(text)


def _typed(analysis: str, name: str, text: str) -> Any:
    """A parameter in the type that the analysis wants: a moment or a number is checked, all else is text."""
    known = inspect.signature(ANALYSES[analysis].function).parameters if analysis in ANALYSES else {}
    wanted = str(known[name].annotation) if name in known else ""
    try:
        if "Moment" in wanted:
            datetime.fromisoformat(text)
        return float(text) if "float" in wanted else text
    except ValueError:
        kind, form = ("a number", "5") if "float" in wanted else ("a day or a time", "2026-10-31 or 2026-10-31T06:00")
        raise AnalysisError(f"{name} {text} is not {kind}", f"Write it as {form}.") from None


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}    ", break_on_hyphens=False)
