"""One big export of returned loans, of any size."""

from pathlib import Path

import duckdb

FILE = "old_issues-2026-10-31-reportresults.csv"
MEMORY = "1GB"
"""What DuckDB may use, however many the loans."""
BRANCHES = 25
LOANS_PER_PATRON = 125
LOANS_PER_ITEM = 25
HEADING = (
    "issue_id", "borrowernumber", "itemnumber", "date_due", "branchcode", "returndate", "lastreneweddate",
    "renewals_count", "unseen_renewals", "auto_renew", "auto_renew_error", "timestamp", "issuedate",
    "onsite_checkout", "note", "notedate", "noteseen",
)  # fmt: skip
"""The columns of a recent Koha."""

# Chance is the md5 of the seed and the row's number: arithmetic that every version of DuckDB does
# alike, which its own hash() is not. Days count from Monday 2016-10-31; the last loans have time to
# come back. Each row is made as text in one column, whose name is the heading, for only so are the
# quotes just Koha's: `force_quote` would quote the heading too.
_LOANS = """
with chance as (
    select
        i as place,
        md5_number('{seed}:' || i) as bits
    from range({loans}) as numbers(i)
),

halves as (
    select
        place,
        (bits >> 64)::ubigint as high,
        (bits & 18446744073709551615::uhugeint)::ubigint as low
    from chance
),

drawn as (
    select
        place,
        (high >> 33)::bigint as who,
        (high & 65535)::bigint as back,
        (high >> 16 & 255)::bigint as kind,
        (low >> 33)::bigint as what,
        (low >> 17 & 65535)::bigint as branch,
        (low & 15)::bigint as again,
        (low >> 4 & 127)::bigint as late,
        (low >> 11 & 3)::bigint as wish
    from halves
),

-- Squares make few patrons, items and branches busy, and most of them quiet.
lent as (
    select
        place,
        1 + (who * who // 2147483648) * {patrons} // 2147483648 as borrowernumber,
        1 + (what * what // 2147483648) * {items} // 2147483648 as itemnumber,
        branch * branch // 65536 * {branches} // 65536 as branch,
        place * 3090 // {loans} // 6 * 7 + place * 3090 // {loans} % 6 as day,
        32400 + place * 3090 % {loans} * 36000 // {loans} as lent_second,
        back * 37800 // 65536 as back_second,
        case kind % 8 when 0 then 7 when 1 then 7 when 2 then 14 else 21 end as period,
        greatest(0, again - 10) as again,
        late,
        kind < 3 as is_onsite,
        kind % 3 = 0 as is_automatic,
        wish < 3 as forgets
    from drawn
),

-- No more renewals than leave time to come back by the day of the export.
renewed as (
    select
        *,
        case when is_onsite then 0 else least(again, (3652 - 2 - day) // period - 2) end as renewals
    from lent
),

-- What is due, or comes back, on a Sunday does so on the Monday.
due as (
    select
        *,
        case when is_onsite then day else day + period * (renewals + 1) end as due_day,
        case when is_onsite then day else day + period * renewals + 1 + period * late // 110 end as back_day
    from renewed
),

dated as (
    select
        *,
        due_day + (due_day % 7 = 6)::bigint as due_open,
        back_day + (back_day % 7 = 6)::bigint as back_open,
        case when is_onsite then lent_second + 60 + back_second // 11 else 32400 + back_second end as returned_second
    from due
),

told as (
    select
        *,
        forgets and back_day < 2556 as is_forgotten,
        make_timestamp((1477872000 + day * 86400 + lent_second) * 1000000) as issuedate,
        make_timestamp((1477872000 + due_open * 86400 + 86340) * 1000000) as date_due,
        make_timestamp((1477872000 + back_open * 86400 + returned_second) * 1000000) as returndate,
        make_timestamp((1477872000 + (day + period * renewals) * 86400 + 15000 + place % 7) * 1000000) as renewed_at,
        make_timestamp((1477872000 + (back_open + 30) * 86400 + 11700) * 1000000) as forgotten_at
    from dated
)

select
    concat(
        place + 1,
        ';', if(is_forgotten, null, borrowernumber),
        ';', itemnumber,
        ';"', date_due,
        '";B', lpad((branch + 1)::varchar, 2, '0'),
        ';"', returndate,
        '";', if(renewals > 0, concat('"', renewed_at, '"'), null),
        ';', renewals,
        ';', if(is_automatic, renewals, 0),
        ';', is_automatic::integer,
        ';', if(is_automatic and renewals = 5, 'too_many', null),
        ';"', if(is_forgotten, forgotten_at, returndate),
        '";"', issuedate,
        '";', is_onsite::integer,
        ';;;'
    ) as "{heading}"
from told
"""


def write_loans(folder: Path, *, loans: int, seed: int = 2026) -> Path:
    """Write one Koha `old_issues` export of `loans` returned loans to `folder`, and return its
    path.

    folder: made if it is not there. loans: ten years of 25 branches, in order of checkout; 50
    million have 400,000 patrons. At least one. seed: the same seed gives the same bytes.

    Memory stays bounded however many the loans, and the disk holds about 150 bytes for each.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    query = _LOANS.format(
        seed=int(seed),
        loans=int(loans),
        patrons=max(1, loans // LOANS_PER_PATRON),
        items=max(1, loans // LOANS_PER_ITEM),
        branches=BRANCHES,
        heading=";".join(HEADING),
    )
    target = str(path).replace("'", "''")
    with duckdb.connect(config={"memory_limit": MEMORY}) as con:
        con.execute(f"copy ({query}) to '{target}' (format csv, header, delimiter '|', quote '')")
    return path
