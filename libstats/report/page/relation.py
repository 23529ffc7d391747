"""A relation in a notebook: a table that everybody can read, where DuckDB would draw boxes of
signs. What `report.table` withholds is withheld here."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import duckdb

from libstats.errors import ReportError
from libstats.privacy.counted import crosses_patrons
from libstats.report.page.html import TABLES, paragraph
from libstats.report.page.table import Table, shown, table
from libstats.wording import Row, framed, number, records

__all__ = ["bundle", "register"]

SHOWN = 40  # rows
# where these packages keep theirs
_FRAMES = ("pandas", "pandas.core.frame", "polars.dataframe.frame")
JUDGED = 10_000  # rows of a table about patrons of which it can be said what must be withheld
UNSAID = "patron_group"  # the column of what is chosen by patrons, which is not shown
TOO_MANY = (
    "This relation parts counts by patrons, and has too many rows to say which must be withheld: "
    "ask for fewer."
)


def register() -> None:
    """Have this kernel or shell of IPython, if it is one, show relations so."""
    ipython = sys.modules["IPython"].get_ipython()
    if ipython is not None:
        formatters = ipython.display_formatter
        formatters.mimebundle_formatter.for_type(
            duckdb.DuckDBPyRelation,
            # a terminal shows no HTML, and keeps DuckDB's own drawing
            lambda found: bundle(found) if formatters.formatters["text/html"].enabled else None,
        )
        for module in _FRAMES:
            formatters.mimebundle_formatter.for_type_by_name(module, "DataFrame", of_frame)


def bundle(found: duckdb.DuckDBPyRelation, *, about_patrons: bool = False) -> dict[str, Any] | None:
    """The first rows of a relation as HTML, as plain text, and as data for a workbook; None for
    one that cannot be shown as a table. `about_patrons`: it parts counts by patrons, though none
    of its columns says so."""
    if len(set(found.columns)) < len(found.columns):
        return None
    try:
        return _bundle(found, about_patrons)
    except ReportError as error:  # IPython would fall back on DuckDB's own drawing
        told = f"{error.problem}. {error.remedy}"
        return {"text/html": paragraph(told), "text/plain": told}


def _bundle(found: duckdb.DuckDBPyRelation, about_patrons: bool) -> dict[str, Any]:
    is_said = crosses_patrons(found.columns)
    about_patrons = about_patrons or is_said
    most = JUDGED if about_patrons else SHOWN
    rows = records(found.limit(most + 1))
    if about_patrons and len(rows) > most:
        return {"text/html": paragraph(TOO_MANY), "text/plain": TOO_MANY}
    total = len(rows)
    if total > SHOWN and not about_patrons:
        total = found.aggregate("count(*)").fetchall()[0][0]
    if about_patrons and not is_said:  # so that it is judged as if it were
        rows = [{**row, UNSAID: "chosen"} for row in rows]
    return _shown(rows, found.columns, total)


def of_frame(frame: Any) -> dict[str, Any] | None:
    """A frame of pandas or polars that parts counts by patrons, as a table that withholds what it
    must; None for any other, which shows itself."""
    found = framed(frame)
    columns = [str(name) for name in found.columns]
    if not crosses_patrons([*columns, *getattr(found.columns, "names", ())]):
        return None
    try:
        if len(found) > JUDGED:
            return {"text/html": paragraph(TOO_MANY), "text/plain": TOO_MANY}
        return _shown(records(found), columns, len(found), found)
    except ReportError as error:
        told = f"{error.problem}. {error.remedy}"
        return {"text/html": paragraph(told), "text/plain": told}


def _shown(rows: list[Row], columns: list[str], total: int, frame: Any = None) -> dict[str, Any]:
    whole = table(
        rows if frame is None else frame,
        _caption(rows[:SHOWN], total),
        headings={name: name for name in columns},
        formats=dict.fromkeys(columns, _written),
    )
    seen = replace(whole, rows=whole.rows[:SHOWN], columns=columns, blanks=True)
    return {"text/html": seen._repr_html_(), "text/plain": _plain(seen), TABLES: [seen.data()]}


def _caption(rows: list[Row], total: int) -> str:
    """How many rows there are, and what a blank means where there is one."""
    told = "1 row" if total == 1 else f"{number(total)} rows"
    if total > SHOWN:
        told = f"The first {SHOWN} of {told}: {number(total - SHOWN)} more are not shown"
    has_blanks = any(value is None for row in rows for value in row.values())
    return f"{told}. Blank: unknown, or there is none" if has_blanks else told


def _written(value: Any) -> str:
    """A value as people write it, but a year without a comma, and a share with four places."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10_000:
        return str(value)
    if isinstance(value, float):
        text = f"{value:,.4f}"
        return text.rstrip("0").rstrip(".")
    return shown(value)


def _plain(seen: Table) -> str:
    """A table as columns of text."""
    lines = [
        seen.columns,
        *(
            ["" if row[name] is None else _written(row[name]) for name in seen.columns]
            for row in seen.rows
        ),
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    written = ("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
    return "\n".join([seen.caption, *written])
