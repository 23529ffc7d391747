"""The answer that is made of the sums of many libraries."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from libstats.analysis.work.survival import CURVE, risk_sql
from libstats.declaration.raw import quoted
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
    if is_apart or question.is_by_library:
        _make_each(con, question, sorted(libraries.values()))
    else:
        con.execute(f"create view sums as {_SUMS}")
        made = question.made()
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
            {CURVE}
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


def _make_each(con: duckdb.DuckDBPyConnection, question: Question, libraries: list[str]) -> None:
    """Library by library: what is named by each for itself adds up with nothing of another's.

    Planned once: of 200 libraries to plan takes longer than to answer.
    """
    made = question.made()
    of_one = f"""
        with sums as (
            select * exclude (library)
            from told
            where library = $library
        )
        select $library::varchar as library, *
        from ({made.sql})
    """
    given = made.params | {"library": libraries[0]}
    con.execute(f"create table answer as from ({of_one}) limit 0", given)
    con.execute(f"prepare answer_of_one as insert into answer {of_one}")
    for library in libraries:
        named = made.params | {"library": library}
        values = ", ".join(f"{name} := {quoted(str(value))}" for name, value in named.items())
        con.execute(f"execute answer_of_one({values})")


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
    con.execute("alter table answer add column withheld varchar")
    for number, line in enumerate(lines):
        if hidden := [name for name, value in line.items() if value == WITHHELD]:
            blank = ", ".join(f'"{name}" = null' for name in hidden)
            con.execute(
                f"update answer set {blank}, withheld = $hidden where rowid = $number",
                {"hidden": ", ".join(hidden), "number": number},
            )
