"""The ledger for people: loads and rejected rows as text."""

from __future__ import annotations

import contextlib
import textwrap
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import duckdb

from libstats.analysis.alarms import check
from libstats.analysis.alarms_accepted import heeded
from libstats.errors import LibstatsError
from libstats.loading.receipt import DISPOSITIONS
from libstats.readers.file_names import is_of, legible
from libstats.recognise.recognise import recognise
from libstats.recognise.reread import Rows
from libstats.wording import Row, records
from libstats.workspace.open import opened as open_store
from libstats.workspace.workspace import Workspace


def loads(workspace: Workspace) -> str:
    """The loads, newest last, each with its time, state and what became of its rows."""
    with contextlib.closing(open_store(workspace)) as con:
        rows = con.execute(
            """
            select
                seq,
                file,
                declaration,
                exported_at,
                rows_read,
                dispositions,
                case
                    when not is_active then 'undone'
                    when is_held then 'held: run `libstats confirm`'
                    when is_confirmed then 'confirmed'
                    else ''
                end
            from loaded_file
            order by seq
            """
        ).fetchall()
        refused = con.execute("select file from refused_file order by all").fetchall()
    text = []
    for seq, file, label, at, read, counts, state in rows:
        became = (
            ", ".join(f"{counts[d]:,} {d}" for d in DISPOSITIONS if counts and counts.get(d))
            or "no rows"
        )
        text.append(
            f"{seq:>4}  {at:%Y-%m-%d %H:%M}  {label:<28} {file}  {read:,} rows: "
            f"{became}{'  [' + state + ']' if state else ''}"
        )
    text += [f"   -  refused, in no figure: {file} (`libstats check`)" for (file,) in refused]
    return "\n".join(["load  exported          what", *text])


def rejects(workspace: Workspace, load: int | None, original: Path | None) -> str:
    """The rejected rows of a load, or of all that count: load, line, column, reason and the value's
    shape; with the original file, its lines too."""
    with contextlib.closing(open_store(workspace)) as con:
        _known(con, load)
        rows = con.execute(
            """
            select r.*, f.declaration, f.sha256, f.file
            from rejected_row r join loaded_file f using (seq)
            where seq = $1 or $1 is null and f.is_active
            order by seq, line, heading, reason, shape
            """,
            [load],
        ).fetchall()
    if not rows:
        return "No row was rejected."
    if original:
        _same(workspace, original, {row[-1]: row[-2] for row in rows}, load)
    lines = {
        file: Rows.of(original, file, workspace.config)
        for file in dict.fromkeys(row[-1] for row in rows)
        if original and (load or is_of(file, original))
    }
    text = []
    for seq, line, heading, reason, shape, declaration, _, file in rows:
        column = f", column {heading}" if heading else ""
        where = "record" if " MARC " in declaration else "line"
        text.append(
            f"load {seq}, {file}, {where} {line}{column}: "
            f"{reason}{f' (it looks like {shape})' if shape else ''}"
        )
        if file in lines:
            text += [f"    {' | '.join(row)}" for row in lines[file].meant(line, heading)]
    return "\n".join(text)


def _same(workspace: Workspace, original: Path, loaded: dict[str, str], load: int | None) -> None:
    """LibstatsError if the file is not, byte for byte, one of which rows were rejected: its lines
    would be other rows."""
    entries = [e for e in loaded if load is not None or is_of(e, original)]
    if not any(
        recognise(original, entry, workspace.config)[1].count().sha256 == loaded[entry]
        for entry in entries
    ):
        raise LibstatsError(
            f"{legible(original.name)} is not the file that was loaded, or has changed since",
            "Its lines are others now: give the file as it was.",
        )


def _known(con: duckdb.DuckDBPyConnection, load: int | None) -> None:
    if (
        load is not None
        and not con.execute("select 1 from loaded_file where seq = $1", [load]).fetchall()
    ):
        raise LibstatsError(f"there is no load {load}", "`libstats loads` lists them.")


def alarms(workspace: Workspace, now: datetime) -> tuple[str, bool]:
    """What looks wrong in the loaded exports: a line an alarm, what it means below those of one
    kind, then a line for each that was accepted; and whether there is any that was not."""
    with contextlib.closing(open_store(workspace)) as con:
        heed, accepted = heeded(records(check(con)), now)
    told = []
    for meaning, alike in groupby(heed, key=itemgetter("meaning")):
        told += [f"{_alarm(row)}  [{row['id']}]" for row in alike]
        told.append(textwrap.fill(meaning, 100, initial_indent="    ", subsequent_indent="    "))
    if heed:
        told.append(
            f"To be told of one no longer: libstats check --accept {heed[0]['id']} --reason ..."
        )
    elif accepted:
        told.append("Nothing looks wrong but what was accepted.")
    told += [f"accepted: {_alarm(row)}  [{row['id']}], {_acceptance(row)}" for row in accepted]
    return "\n".join(told) or "Nothing looks wrong.", bool(heed)


def _alarm(row: Row) -> str:
    return f"{row['alarm']}: {row['place']} ({row['source']}), {row['rows']:,}"


def _acceptance(row: Row) -> str:
    until = f", until {row['accepted_until']}" if row["accepted_until"] else ""
    return f"{row['accepted_for']}{until}"
