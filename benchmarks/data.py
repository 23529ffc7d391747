"""The files that the benchmarks load, made by DuckDB with plain arithmetic: the same bytes
everywhere."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb

from sample.loans import MEMORY, write_loans

FIRST_DAY = date(2026, 9, 1)
DAY_OF_LOANS, NEXT_DAY = "old_issues-2026-10-31.csv", "old_issues-2026-11-01.csv"

# Out of a thousand loans one goes, one is corrected (its branch) and one comes.
_NEXT_DAY = """
with lines as (
    select line, split_part(line, ';', 1)::bigint as id
    from read_csv('{first}', delim = '\\x01', quote = '', header = true, auto_detect = false, columns = {{'line': 'varchar'}})
)
select if(id % 1000 = 13, regexp_replace(line, ';B\\d\\d;', ';B26;'), line) as "{heading}" from lines where id % 1000 <> 7
union all
select regexp_replace(line, '^\\d+', (id + {loans})::varchar) from lines where id % 1000 = 21
"""

# Item i changes on every hundredth day, by its place; a twentieth of a percent goes each day and as
# many come.
_ITEMS = """
with places as (
    select i, i * 2654435761 % 4294967296 as chance, ({day} + i * 37 % 100) // 100 + i % 40 as issues from range({day} * {fresh}, {items} + {day} * {fresh}) numbers(i)
),
dated as (
    select *, date '2006-01-01' + (i * 7400 // ({items} + 30 * {fresh}))::integer as added, date '2026-09-01' + {day} - ({day} + i * 37 % 100)::integer % 100 as touched from places
)
select
    i + 1 as itemnumber,
    '3' || lpad((i * 7 + 10000000)::varchar, 13, '0') as barcode,
    i * 4 // 5 + 1 as biblionumber,
    'B' || lpad((chance % 25 + 1)::varchar, 2, '0') as homebranch,
    'B' || lpad(((chance + issues) % 25 + 1)::varchar, 2, '0') as holdingbranch,
    ['ADULT', 'TEEN', 'CHILD', 'NEW', 'REF'][chance // 25 % 5 + 1] as location,
    ['FIC', 'NFIC', 'DVD', 'PIC', 'LP', ''][chance // 125 % 6 + 1] as ccode,
    ['BK', 'DVD', 'CD', 'MAG'][chance // 750 % 4 + 1] as itype,
    (chance % 1000)::varchar || '.' || (chance // 1000 % 100)::varchar || ' ' || chr((65 + chance % 26)::integer) || chr((65 + chance // 26 % 26)::integer) as itemcallnumber,
    added as dateaccessioned,
    (chance % 4000 + 500) / 100.0::decimal(6, 2) as price,
    issues,
    issues // 3 as renewals,
    touched as datelastborrowed,
    touched as datelastseen,
    if(issues % 4 = 0, touched + 21, null) as onloan,
    0 as itemlost,
    0 as notforloan,
    touched + interval (chance % 36000 + 32400) second as "timestamp"
from dated
"""

# Four of five items have a record of their own; its year lies up to forty years before 2026, and
# one in fifty has none.
_TITLES = """
select i + 1 as biblionumber, 'Title ' || i as title, if(i % 50 = 0, null, 2026 - i * 2654435761 % 4294967296 % 40) as copyrightdate
from range({titles}) numbers(i)
"""


def _copy(query: str, target: Path, options: str) -> None:
    with duckdb.connect(config={"memory_limit": MEMORY}) as con:
        con.execute(f"copy ({query}) to '{quoted(target)}' (format csv, header, {options})")


def quoted(path: Path) -> str:
    """A path inside an SQL string."""
    return str(path).replace("'", "''")


def loans(folder: Path, rows: int) -> tuple[Path, Path]:
    """The export of returned loans of one day and of the next, made if they are not there."""
    folder.mkdir(parents=True, exist_ok=True)
    first, second = folder / DAY_OF_LOANS, folder / NEXT_DAY
    if not first.exists():
        write_loans(folder, loans=rows).replace(first)
    if not second.exists():
        with first.open(encoding="utf-8") as file:
            heading = file.readline().rstrip("\n")
        _copy(
            _NEXT_DAY.format(first=quoted(first), heading=heading, loans=rows),
            second,
            "delimiter '|', quote ''",
        )
    return first, second


def items(folder: Path, rows: int, day: int) -> Path:
    """The whole list of items of one day, made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"items-{FIRST_DAY + timedelta(days=day)}.csv"
    if not path.exists():
        _copy(_ITEMS.format(day=day, items=rows, fresh=rows // 2000), path, "delimiter ';'")
    return path


def titles(folder: Path, items: int) -> Path:
    """The list of bibliographic records of so many items, made if it is not there."""
    path = folder / f"biblios-{FIRST_DAY}.csv"
    if not path.exists():
        _copy(_TITLES.format(titles=items * 4 // 5 + 1), path, "delimiter ';'")
    return path
