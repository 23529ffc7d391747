"""The answer that is made of the sums of many libraries."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from libstats.declaration.raw import quoted
from libstats.libraries.files import SUFFIX
from libstats.libraries.question import Question
from libstats.privacy.suppression import WITHHELD, crosses_patrons, withheld
from libstats.wording import records


def answered(
    question: Question, folder: Path, libraries: Mapping[str, str]
) -> duckdb.DuckDBPyRelation:
    """The answer from the files of a folder, named by number, as these libraries'; small counts of
    patrons are withheld."""
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
    if question.is_by_library:
        _make_each(con, question, sorted(libraries.values()))
    else:
        con.execute("create view sums as select * exclude (library) from told")
        made = question.made()
        con.execute(f"create table answer as {made.sql}", made.params or None)
    _protect(con)
    return con.sql("from answer")


def _make_each(con: duckdb.DuckDBPyConnection, question: Question, libraries: list[str]) -> None:
    """Library by library: what is named by each for itself adds up with nothing of another's."""
    made = question.made()
    for number, library in enumerate(libraries):
        con.execute(
            f"""
            create or replace view sums as
            select * exclude (library)
            from told
            where library = {quoted(library)}
            """
        )
        of_one = f"select {quoted(library)} as library, * from ({made.sql})"
        into = "insert into answer" if number else "create table answer as"
        con.execute(f"{into} {of_one}", made.params or None)


def _protect(con: duckdb.DuckDBPyConnection) -> None:
    """Withhold small counts of patrons: NULL, with the column `withheld` to name what is."""
    answer = con.table("answer")
    if not crosses_patrons(answer.columns):
        return
    lines, _ = withheld(records(answer), answer.columns, None)
    con.execute("alter table answer add column withheld varchar")
    for number, line in enumerate(lines):
        if hidden := [name for name, value in line.items() if value == WITHHELD]:
            blank = ", ".join(f'"{name}" = null' for name in hidden)
            con.execute(
                f"update answer set {blank}, withheld = $hidden where rowid = $number",
                {"hidden": ", ".join(hidden), "number": number},
            )
