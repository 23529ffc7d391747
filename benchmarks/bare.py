"""What a person would write by hand: a typed load of the same file, and the same question over its
table."""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.data import quoted

LOANS = {
    "issue_id": "bigint",
    "borrowernumber": "bigint",
    "itemnumber": "bigint",
    "date_due": "timestamp",
    "branchcode": "varchar",
    "returndate": "timestamp",
    "lastreneweddate": "timestamp",
    "renewals_count": "bigint",
    "unseen_renewals": "bigint",
    "auto_renew": "boolean",
    "auto_renew_error": "varchar",
    "timestamp": "timestamp",
    "issuedate": "timestamp",
    "onsite_checkout": "boolean",
    "note": "varchar",
    "notedate": "timestamp",
    "noteseen": "boolean",
}
ITEMS = {
    "itemnumber": "bigint",
    "barcode": "varchar",
    "biblionumber": "bigint",
    "homebranch": "varchar",
    "holdingbranch": "varchar",
    "location": "varchar",
    "ccode": "varchar",
    "itype": "varchar",
    "itemcallnumber": "varchar",
    "dateaccessioned": "date",
    "price": "decimal(12, 2)",
    "issues": "bigint",
    "renewals": "bigint",
    "datelastborrowed": "date",
    "datelastseen": "date",
    "onloan": "date",
    "itemlost": "varchar",
    "notforloan": "varchar",
    "timestamp": "timestamp",
}
MONTHS = """
    select date_trunc('month', issuedate)::date as period, branchcode as branch,
        count(*) filter (where not onsite_checkout) as checkouts,
        coalesce(sum(renewals_count) filter (where not onsite_checkout), 0)::bigint as renewals_undated,
        count(*) filter (where onsite_checkout) as in_house_uses,
        count(distinct issuedate::date) as days_from_loans
    from loaded
    where issuedate >= $since::timestamp and issuedate < $until::timestamp
    group by all
    order by period, branch
"""


def load(database: Path, file: Path, columns: dict[str, str]) -> None:
    """Make a database of its own from one file, every column typed by name, and checkpoint it."""
    types = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    reader = f"read_csv('{quoted(file)}', delim = ';', quote = '\"', escape = '\"', header = true, auto_detect = false, columns = {{{types}}})"
    with duckdb.connect(str(database), config={"storage_compatibility_version": "v1.5.0"}) as con:
        con.execute("set preserve_insertion_order = false")
        con.execute(f"create table loaded as select * from {reader}")
        con.execute("checkpoint")
