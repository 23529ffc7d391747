"""One timed job in a process of its own: `python -m benchmarks.job NAME ARGUMENT...` prints seconds
and peak memory as JSON.

What is timed is the work alone: neither starting Python nor importing.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

import libstats
from benchmarks import bare, data, small
from libstats.report import run
from libstats.workspace.workspace import CONFIG
from sample.loans import write_loans as write_loans_of

REPEATS = 5
SINCE, UNTIL = "2025-09-01", "2026-09-01"
Counts = list[tuple[Any, ...]]


def timed(work: Callable[[], object]) -> dict[str, float]:
    """Seconds that the work took, and those of the processor, which other work on the machine
    changes less."""
    start, busy = time.perf_counter(), time.process_time()
    work()
    return {"seconds": time.perf_counter() - start, "busy": time.process_time() - busy}


def asked(query: Callable[[], Counts]) -> dict[str, Any]:
    """The median of several askings, the first asking, and the counts."""
    times, counts = [], []
    for _ in range(REPEATS):
        start = time.perf_counter()
        counts = query()
        times.append(time.perf_counter() - start)
    return {
        "seconds": statistics.median(times),
        "first": times[0],
        "counts": [[str(v) for v in row] for row in counts],
    }


def write_loans(folder: str, rows: str) -> dict[str, Any]:
    """Make the two exports of loans."""
    return {**timed(lambda: data.loans(Path(folder), int(rows)))}


def write_items(folder: str, rows: str, day: str) -> dict[str, Any]:
    """Make one day's list of items."""
    return {**timed(lambda: data.items(Path(folder), int(rows), int(day)))}


def start_workspace(folder: str) -> dict[str, Any]:
    """Make an empty workspace that takes lists of items for whole."""
    place = libstats.init(Path(folder))
    with (place.folder / CONFIG).open("a", encoding="utf-8") as config:
        config.write('\n[whole]\n"koha items" = true\n')
    return {"seconds": 0.0}


def load(workspace: str, file: str) -> dict[str, Any]:
    """Load one file into a workspace."""
    receipts = []
    spent = timed(lambda: receipts.append(libstats.load(Path(workspace), [Path(file)])))
    told = receipts[0].files[0]
    assert told.outcome == "loaded", str(receipts[0])
    return {
        **spent,
        "dispositions": told.dispositions,
        "size": sum(p.stat().st_size for p in (Path(workspace) / "store").glob("*.duckdb")),
    }


def load_bare(database: str, file: str, kind: str) -> dict[str, Any]:
    """Load one file into a new bare database."""
    columns = bare.LOANS if kind == "loans" else bare.ITEMS
    return {
        **timed(lambda: bare.load(Path(database), Path(file), columns)),
        "size": Path(database).stat().st_size,
    }


def write_many_loans(folder: str, rows: str) -> dict[str, Any]:
    """Make one big export of loans, as `python -m sample --loans` does."""
    return {**timed(lambda: write_loans_of(Path(folder), loans=int(rows)))}


def report(workspace: str) -> dict[str, Any]:
    """Make the monthly report."""
    return {**timed(lambda: run("circulation", Path(workspace), {}))}


def write_parquet(database: str, parquet: str) -> dict[str, Any]:
    """Write the bare table as Parquet."""
    with duckdb.connect(database, read_only=True) as con:
        return {
            **timed(
                lambda: con.execute(
                    f"copy loaded to '{data.quoted(Path(parquet))}' (format parquet)"
                )
            )
        }


def month(workspace: str) -> dict[str, Any]:
    """Ask libstats."""
    with libstats.open(Path(workspace)) as con:
        columns = "period, branch, checkouts, renewals_undated, in_house_uses, days_from_loans"
        return asked(
            lambda: libstats.circulation(con, since=SINCE, until=UNTIL).select(columns).fetchall()
        )


def month_bare(database: str) -> dict[str, Any]:
    """Ask DuckDB."""
    with duckdb.connect(database, read_only=True) as con:
        return asked(
            lambda: con.sql(bare.MONTHS, params={"since": SINCE, "until": UNTIL}).fetchall()
        )


def month_polars(parquet: str) -> dict[str, Any]:
    """Ask polars, streaming over Parquet."""
    import polars as pl

    since, until = date.fromisoformat(SINCE), date.fromisoformat(UNTIL)
    lent, inside = pl.col("issuedate"), pl.col("onsite_checkout")
    plan = (
        pl.scan_parquet(parquet)
        .filter((lent >= since) & (lent < until))
        .group_by(
            lent.dt.truncate("1mo").dt.date().alias("period"), pl.col("branchcode").alias("branch")
        )
        .agg(
            (~inside).sum(),
            pl.col("renewals_count").filter(~inside).sum(),
            inside.sum().alias("inside"),
            lent.dt.date().n_unique(),
        )
        .sort("period", "branch")
    )
    return asked(lambda: plan.collect(engine="streaming").rows())


def month_pandas(parquet: str) -> dict[str, Any]:
    """Ask pandas, the four columns read into a frame each time (by DuckDB: pandas has no Parquet
    reader of its own)."""

    def query() -> Counts:
        frame = duckdb.sql(
            f"select issuedate, branchcode as branch, renewals_count, onsite_checkout from '{data.quoted(Path(parquet))}'"
        ).df()
        frame = frame[(frame["issuedate"] >= SINCE) & (frame["issuedate"] < UNTIL)]
        day, inside = frame["issuedate"].dt.normalize(), frame["onsite_checkout"].astype(bool)
        period = day.dt.to_period("M").dt.start_time
        frame = frame.assign(
            period=period,
            day=day,
            inside=inside,
            lent=~inside,
            renewed=frame["renewals_count"].where(~inside, 0),
        )
        found = (
            frame.groupby(["period", "branch"])
            .agg({"lent": "sum", "renewed": "sum", "inside": "sum", "day": "nunique"})
            .reset_index()
        )
        return [
            (r[0].date(), r[1], *(int(n) for n in r[2:])) for r in found.itertuples(index=False)
        ]

    return asked(query)


JOBS: dict[str, Callable[..., dict[str, Any]]] = {
    f.__name__: f
    for f in (
        small.bare_sample,
        small.load_sample,
        small.load_logs,
        small.load_archive,
        write_loans,
        write_many_loans,
        write_items,
        start_workspace,
        load,
        load_bare,
        write_parquet,
        report,
        month,
        month_bare,
        month_polars,
        month_pandas,
    )
}


def peak_bytes() -> int:
    """The most memory that this process, or one that it started, has held."""
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return peak if sys.platform == "darwin" else peak * 1024


def main(name: str, *arguments: str) -> None:
    """Run one job and print what it found."""
    found = JOBS[name](*arguments)
    print(json.dumps({**found, "peak": peak_bytes()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
