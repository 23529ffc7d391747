"""The answer that is made of the sums of many libraries."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from libstats.analysis.work.survival import curve_sql, risk_sql
from libstats.declaration.raw import quoted
from libstats.definitions.parted import Sums
from libstats.libraries.files import SUFFIX
from libstats.libraries.question import Question
from libstats.privacy.counted import crosses_patrons
from libstats.wording import records

_SUMS = "select * exclude (library) from told"


def answered(
    question: Question, folder: Path, libraries: Mapping[str, str], *, is_apart: bool = False
) -> duckdb.DuckDBPyRelation:
    """The answer from the files of a folder, named by number, as these libraries'; small counts of
    patrons are withheld. `is_apart`: library by library, whatever it is parted by."""
    con = _told(folder, libraries)
    is_apart = is_apart or question.is_by_library
    made = question.made(is_apart=is_apart)
    if is_apart:
        _make_each(con, made)
    else:
        con.execute(f"create view sums as {_SUMS}")
        con.execute(f"create table answer as {made.sql}", made.params or None)
    _finish(con, question)
    _protect(con)
    return con.sql("from answer")


def curve(
    folder: Path, libraries: Mapping[str, str], *, is_late: bool
) -> list[tuple[float, float]]:
    """Of the sums of `turnaround` of these libraries together: by each time waited, the share that
    has come, as Kaplan and Meier estimate it. `is_late`: some come under watch only later."""
    return (
        _told(folder, libraries)
        .sql(
            f"""
            with sums as ({_SUMS}),
            {risk_sql(is_late=is_late)},
            {curve_sql()}
            select
                waited,
                1 - exp(log_waiting) as share
            from curve
            where waited is not null
            order by waited, share
            """
        )
        .fetchall()
    )


def _told(folder: Path, libraries: Mapping[str, str]) -> duckdb.DuckDBPyConnection:
    """A connection with the sums of all, as table `told`."""
    con = duckdb.connect()
    con.execute("set TimeZone = 'UTC'")
    listed = ", ".join(quoted(str(folder / f"{number}{SUFFIX}")) for number in libraries)
    con.execute(
        f"""
        create table told as
        select
            m.library,
            s.* exclude (filename)
        from read_parquet([{listed}], union_by_name = true, filename = true) s
        join (
            select
                unnest($files::varchar[]) as filename,
                unnest($libraries::varchar[]) as library
        ) m using (filename)
        """,
        {
            "files": [str(folder / f"{number}{SUFFIX}") for number in libraries],
            "libraries": list(libraries.values()),
        },
    )
    return con


def _make_each(con: duckdb.DuckDBPyConnection, made: Sums) -> None:
    """Library by library: what each names for itself adds up with nothing of another's.

    Many in one statement: the turnaround of 200 by branch takes 0.4 s, one by one it took 23.
    """
    con.execute(
        f"""
        create table answer as
        select
            l.library,
            m.*
        from (select distinct library from told) l
        cross join lateral (
            with sums as not materialized (
                select * exclude (library)
                from told t
                where t.library = l.library
            )
            from ({made.sql})
        ) m
        -- each in the order of the analysis: by the columns that stand first
        order by all nulls last
        """,
        made.params or None,
    )


def _finish(con: duckdb.DuckDBPyConnection, question: Question) -> None:
    """What is more than SQL can say, of each library where each has rows of its own."""
    finish = question.parted.finish
    if finish is None:
        return
    made, given = con.table("answer"), question.parameters
    if "library" in made.columns:
        names = [row["library"] for row in records(made.select("library").distinct())]
        finished = []
        for name in sorted(names) or [""]:
            own = made.filter(f"library = {quoted(name)}").select("* exclude (library)")
            found = finish(con, records(own), **given)
            finished.append(found.select(f"{quoted(name)} as library, *"))
    else:
        finished = [finish(con, records(made), **given)]
    con.execute("drop table answer")
    finished[0].create("answer")
    for more in finished[1:]:
        more.insert_into("answer")


def _protect(con: duckdb.DuckDBPyConnection) -> None:
    """Withhold small counts of patrons: NULL, with the column `withheld` to name what is."""
    answer = con.table("answer")
    if not crosses_patrons(answer.columns):
        return
    # few answers do, and it asks for much
    from libstats.privacy.suppression import WITHHELD, withheld

    lines, _ = withheld(records(answer), answer.columns, None)
    hidden = [[name for name, value in line.items() if value == WITHHELD] for line in lines]
    shown = ", ".join(
        f'if(list_contains(hidden, {quoted(name)}), null, "{name}") as "{name}"'
        for name in answer.columns
    )
    con.execute(
        f"""
        create or replace table answer as
        select
            {shown},
            nullif(array_to_string(hidden, ', '), '') as withheld
        from (
            select
                *,
                list_extract($hidden::varchar[][], rowid + 1) as hidden
            from answer
        )
        """,
        {"hidden": hidden},
    )
