"""`%%libstats` in a notebook: SQL on what a workspace has loaded, shown as an accessible table.

    %load_ext libstats

    %%libstats busy
    select checkout_branch, count(*) as loans from loan group by all order by all

The result is kept in the variable `busy`, if one is named. `$branch` in the SQL is the notebook's
variable of that name. What parts counts by patrons is withheld as on pages.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import Any

import duckdb

from libstats import schema
from libstats.errors import LibstatsError, ReportError
from libstats.privacy.counted import crosses_patrons
from libstats.report.page import relation
from libstats.report.page.parameters import variable
from libstats.workspace import workspace as workspaces
from libstats.workspace.open import newest
from libstats.workspace.open import open as opened

__all__ = ["Cells", "register"]

USE = "Write %%libstats, or %%libstats NAME to keep the result, and below it the SQL."
# whose words are about the SQL alone; those of others may hold a row's value
_OF_THE_SQL = (duckdb.ParserException, duckdb.CatalogException, duckdb.BinderException)
_NO_NAME = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.S)
_NAME = re.compile(r'"((?:[^"]|"")+)"|([^\W\d]\w*)')


def register(ipython: Any) -> None:
    """Give a notebook, or a terminal of IPython, the magic, and tables for relations."""
    relation.register()
    cells = Cells()

    def libstats(line: str, cell: str) -> Shown:
        """SQL on what a workspace has loaded. %%libstats [NAME] [--workspace FOLDER]"""
        from IPython.core.error import UsageError

        try:
            return cells.ask(line, cell, ipython.user_ns)
        except LibstatsError as error:
            end = "" if error.problem.endswith(("?", "!", ".")) else "."
            raise UsageError(f"{error.problem}{end} {error.remedy}".strip()) from None

    ipython.register_magic_function(libstats, "cell", "libstats")


class Shown:
    """A result as a cell shows it."""

    def __init__(self, bundle: dict[str, Any]) -> None:
        self._bundle = bundle

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return self._bundle


class Cells:
    """The cells of one notebook: they share a connection as long as nothing new is loaded."""

    def __init__(self) -> None:
        self._open: dict[Path, tuple[Path | None, duckdb.DuckDBPyConnection]] = {}

    def ask(self, line: str, cell: str, names: dict[str, Any]) -> Shown:
        """Ask what a cell says, and keep the result under the name that its first line gives, in
        `names`. Raises LibstatsError in words for whatever is wrong."""
        name, folder = _said(line)
        try:
            con = self._connection(folder)
            found = con.sql(cell, params=_parameters(con, cell, names))
            shown = _shown(found, cell)
        except duckdb.Error as error:
            raise _in_words(error) from None
        if name:
            names[name] = found
        return Shown(shown)

    def _connection(self, folder: str) -> duckdb.DuckDBPyConnection:
        """The connection of a workspace; a new one where something was loaded since."""
        place = workspaces.find(Path(folder))
        published = newest(place)
        kept = self._open.get(place.folder)
        if kept is None or kept[0] != published:
            kept = self._open[place.folder] = (published, opened(place))
        return kept[1]


def _said(line: str) -> tuple[str, str]:
    """The name for the result ("" for none), and the workspace; ReportError for anything else."""
    try:
        words = shlex.split(line)
    except ValueError:
        raise ReportError("the first line has a quote that does not end", USE) from None
    folder = os.environ.get(variable("workspace")) or "."
    if "--workspace" in words:
        at = words.index("--workspace")
        if at + 1 == len(words):
            raise ReportError("--workspace names no folder", "Write: %%libstats --workspace FOLDER")
        folder = words[at + 1]
        del words[at : at + 2]
    if len(words) > 1 or (words and not words[0].isidentifier()):
        raise ReportError(f"“{' '.join(words)}” is not one name for a result", USE)
    return (words[0] if words else ""), folder


def _parameters(con: duckdb.DuckDBPyConnection, sql: str, names: dict[str, Any]) -> dict[str, Any]:
    """The values of `$name` in the SQL; ReportError for what is not one question."""
    statements = con.extract_statements(sql)
    if len(statements) != 1:
        told = "holds no SQL" if not statements else f"holds {len(statements)} statements"
        raise ReportError(f"the cell {told}", "Write one question a cell.")
    if statements[0].type != duckdb.StatementType.SELECT:
        raise ReportError(
            "the cell does not ask, it changes something or sets something up",
            "What is loaded can only be asked: begin with select, with or from.",
        )
    wanted = sorted(statements[0].named_parameters)
    if lacking := [name for name in wanted if name not in names]:
        raise ReportError(
            f"${lacking[0]} is no variable of this notebook", f"Give it a value: {lacking[0]} = ..."
        )
    return {name: names[name] for name in wanted}


def _shown(found: duckdb.DuckDBPyRelation, sql: str) -> dict[str, Any]:
    """The result as a table; ReportError for what stands for persons, and for columns of one
    name."""
    if twice := sorted({name for name in found.columns if found.columns.count(name) > 1}):
        raise ReportError(f"two columns are called {twice[0]}", "Name each by itself, with: as")
    named, persons = _names(sql), _of_persons()
    told = [
        name
        for name, kind in zip(found.columns, found.types, strict=True)
        # a key under another name has still the type that nothing else has
        if name.casefold() in persons or (kind == "UBIGINT" and named & persons)
    ]
    if told:
        raise ReportError(
            f"{told[0]} stands for one person",
            f"Count with count(distinct {min(persons)}), or leave it out: "
            f"select * exclude ({told[0]})",
        )
    about_patrons = crosses_patrons(named) or bool(named & persons)
    shown = relation.bundle(found, about_patrons=about_patrons)
    assert shown is not None  # it is for columns of one name alone
    return shown


def _of_persons() -> set[str]:
    """The columns whose values stand for one person."""
    return {
        column.name
        for table in schema.tables().values()
        for column in table.columns
        if column.nature == "person"
    }


def _names(sql: str) -> set[str]:
    """Every word of the SQL that may be a name; texts and comments are none."""
    return {(quoted or plain).casefold() for quoted, plain in _NAME.findall(_NO_NAME.sub(" ", sql))}


def _in_words(error: duckdb.Error) -> ReportError:
    if isinstance(error, _OF_THE_SQL):
        first = str(error).split("\n\n")[0].strip()
        return ReportError(
            first, "Tables and their columns: docs/data-dictionary.md, or: show tables"
        )
    return ReportError(
        f"the database stopped with {type(error).__name__}",
        "Its words may hold a value of a row, and are not shown. Is a text taken for a number or a"
        " day? try_cast(... as ...) gives nothing in its place.",
    )
