"""One timed job in a process of its own: prints its seconds and peak memory as JSON."""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from pathlib import Path

import duckdb

import libstats

PERIOD = {"since": "2025-11-01", "until": "2026-11-01"}
TYPES = {
    "issue_id": "bigint", "borrowernumber": "bigint", "itemnumber": "bigint", "date_due": "timestamp", "branchcode": "varchar", "returndate": "timestamp",
    "lastreneweddate": "timestamp", "renewals_count": "bigint", "unseen_renewals": "bigint", "auto_renew": "bigint", "auto_renew_error": "varchar",
    "timestamp": "timestamp", "issuedate": "timestamp", "onsite_checkout": "bigint", "note": "varchar", "notedate": "timestamp", "noteseen": "bigint",
}  # fmt: skip


def bare(folder: Path) -> None:
    """The bare typed table, checkpointed."""
    (folder / "bare.duckdb").unlink(missing_ok=True)
    con = duckdb.connect(str(folder / "bare.duckdb"), config={"storage_compatibility_version": "v1.5.0"})
    con.execute("set preserve_insertion_order = false")
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in TYPES.items())
    file = str(folder / "loans-2026-10-31.csv").replace("'", "''")
    con.execute(f"create table loans as from read_csv('{file}', delim = ';', quote = '\"', header = true, auto_detect = false, nullstr = '', columns = {{{columns}}})")
    con.execute("checkpoint")


def first(folder: Path) -> None:
    """The first load into a new workspace."""
    libstats.load(folder / "library", [folder / "loans-2026-10-31.csv"])


def reload(folder: Path) -> None:
    """The next day's export into a workspace that has the first."""
    libstats.load(folder / "library", [folder / "loans-2026-11-01.csv"])


def month(folder: Path) -> None:
    """A year of circulation by month and branch."""
    with libstats.open(folder / "library") as con:
        libstats.circulation(con, **PERIOD).fetchall()


def bare_month(folder: Path) -> None:
    """The same counts by hand on the bare table."""
    con = duckdb.connect(str(folder / "bare.duckdb"), read_only=True)
    con.execute(
        """
        select date_trunc('month', issuedate), branchcode, count(*) filter (where onsite_checkout = 0), sum(renewals_count) filter (where onsite_checkout = 0),
            count(*) filter (where onsite_checkout = 1)
        from loans where issuedate >= $1::timestamp and issuedate < $2::timestamp group by all order by all
        """,
        [PERIOD["since"], PERIOD["until"]],
    ).fetchall()


def before(name: str, folder: Path) -> None:
    """What a job needs and is not timed for."""
    if name in ("first", "reload") or (name == "month" and not (folder / "library").exists()):
        shutil.rmtree(folder / "library", ignore_errors=True)
        libstats.init(folder / "library")
        if name != "first":
            first(folder)
    if name == "bare_month" and not (folder / "bare.duckdb").exists():
        bare(folder)


if __name__ == "__main__":
    which, place = sys.argv[1], Path(sys.argv[2])
    before(which, place)
    start = time.perf_counter()
    {"bare": bare, "first": first, "reload": reload, "month": month, "bare_month": bare_month}[which](place)
    print(json.dumps({"seconds": time.perf_counter() - start, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
