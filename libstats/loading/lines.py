"""A list compared by its lines: of a line that is stored nothing but its fingerprint is looked at,
and only the others are parted into columns.

A daily list of a million copies takes 2.0 s of the processor instead of 3.7.
"""

from __future__ import annotations

import duckdb

from libstats.declaration.raw import Lines, Raw, quoted
from libstats.loading.streamed import streamed

IS_OPEN = True


def unstored(con: duckdb.DuckDBPyConnection, lines: Lines, stored: str) -> Raw | None:
    """The lines that are not among the `stored` rows (SQL after `from`), to be read by column;
    leaves temp table `by_line`, which has the id of the equal row for each of the others.

    None if a record runs over lines, most are not stored, or a line has fields without a heading:
    these are written nowhere.
    """
    streamed(
        con,
        f"""
        create or replace temp table by_line as
        select o.id, case when o.id is null then v.line end as line
        from (select line, {lines.row_hash} as row_hash from {lines.sql}) v
            left join (select row_hash, rowid as id from {stored}) o on o.row_hash = v.row_hash
        """,
    )
    known, every = con.execute("select count(id), count(*) from by_line").fetchall()[0]
    ragged = f"select exists (from by_line where id is null and {lines.ragged})"
    if not lines.are_records() or 2 * known < every or con.execute(ragged).fetchall()[0][0]:
        return None
    # with a heading: of a file's first text a reader would drop a byte order mark
    con.execute(
        f"""
        copy (select line from by_line where id is null) to {quoted(str(lines.rest))}
            (format csv, header true, delimiter '\x01', quote '', escape '')
        """
    )
    return Raw(lines.rest_sql, is_few=True)
