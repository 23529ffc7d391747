"""The worklist of a kind of work in parts, each as of the moment up to which its exports tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import duckdb

from libstats.analysis.work.exported import followed_sql
from libstats.analysis.work.worklist import worklist
from libstats.declaration.raw import quoted
from libstats.definitions.processes import Process

__all__ = ["Part", "parts"]

# a worklist, and up to when each of its sources tells
Part = tuple[Mapping[str, datetime], duckdb.DuckDBPyRelation]


def parts(
    con: duckdb.DuckDBPyConnection, process: Process, told: Mapping[str, datetime]
) -> list[Part]:
    """The cases of each source as of its own newest export. Those that other exports tell of later
    (a request to buy whose order came since) are as of these, and stand first."""
    found = [_as_told(con, process, told, at) for at in sorted(set(told.values()))]
    followed = followed_sql(process)
    if not followed:
        return found
    moments = ", ".join(f"({quoted(s)}, {quoted(str(at))}::timestamp)" for s, at in told.items())
    later = f"""
        select
            f.source,
            f.case_id
        from ({followed}) f
        join (values {moments}) t(source, as_of) on t.source = f.source
        where f.told_until > t.as_of"""
    at = con.execute(
        f"select max(told_until) from ({followed}) where (source, case_id) in ({later})"
    ).fetchall()[0][0]
    if at is None:
        return found
    listed = worklist(con, process.name, as_of=at).filter(f"(source, case_id) in ({later})")
    return [
        (dict.fromkeys(told, at), listed),
        *((of, rows.filter(f"(source, case_id) not in ({later})")) for of, rows in found),
    ]


def _as_told(
    con: duckdb.DuckDBPyConnection, process: Process, told: Mapping[str, datetime], at: datetime
) -> Part:
    """The worklist of the sources that tell up to a moment, as of then."""
    sources = {source: at for source, until in told.items() if until == at}
    found = worklist(con, process.name, as_of=at)
    return sources, found.filter(f"source in ({', '.join(map(quoted, sources))})")
