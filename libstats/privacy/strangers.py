"""Numbers that were scanned along a shelf and are of no copy on record: a patron's card may be
among them, and nobody can tell by looking at it.

What of them is kept is a keyed hash behind a sign. It is looked at once a command, when all is
settled, so that the order of loads says nothing: a number that a list of copies has is a barcode
again, be the list loaded before the scan, with it or after it. After `rotate-key` what was hashed
before stands for no number any more.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from libstats import schema
from libstats.privacy import keys
from libstats.store import tables

VEIL = "~"
_PARTS = ("shelf_scan__row", "shelf_scan__merged")


def is_concerned(con: duckdb.DuckDBPyConnection, loads: Sequence[int]) -> bool:
    """True if the store holds a scan, and one of these loads tells of scans or copies."""
    rows = con.execute(
        """
        select
            exists (from shelf_scan__row)
            and exists (
                from load join export using (export_id)
                where list_contains($1::integer[], seq)
                    and len(list_intersect(map_keys(columns), ['item', 'shelf_scan'])) > 0
            )
        """,
        [list(loads)],
    ).fetchall()
    return bool(rows[0][0])


def has_copies(con: duckdb.DuckDBPyConnection) -> bool:
    """True if any copy is on record."""
    copies = tables.now_sql(schema.tables()["item"])
    return bool(con.execute(f"select exists (from ({copies}))").fetchall()[0][0])


def veil(con: duckdb.DuckDBPyConnection, key: bytes) -> bool:
    """Hash what is of no copy, and take the veil from what is of one now; True where a number was
    hashed, so that the store has to be written anew. For who has settled all loads."""
    keys.hash_in_sql(con, key)
    copies = tables.now_sql(schema.tables()["item"])
    con.execute(
        f"""
        create or replace temp table on_record as
        select distinct barcode
        from ({copies})
        where barcode is not null
        """
    )
    _unveil(con)
    is_new = _hash(con)
    con.execute("drop table on_record")
    return is_new


def _unveil(con: duckdb.DuckDBPyConnection) -> None:
    veiled = f"select exists (from shelf_scan__row where starts_with(barcode, '{VEIL}'))"
    if con.execute(veiled).fetchall()[0][0]:
        con.execute(
            f"""
            create or replace temp table unveiled as
            select '{VEIL}' || hmac(barcode)::varchar as veiled, barcode
            from on_record
            """
        )
        for part in _PARTS:
            con.execute(
                f"""
                update {part} t
                set barcode = u.barcode
                from unveiled u
                where t.barcode = u.veiled
                """
            )
        con.execute("drop table unveiled")


def _hash(con: duckdb.DuckDBPyConnection) -> bool:
    is_plain = f"barcode[1] <> '{VEIL}' and not barcode in (from on_record)"
    found = con.execute(f"select exists (from shelf_scan__row where {is_plain})").fetchall()[0][0]
    if found:
        # its fingerprint, too, would tell the number to who tries all that there are
        hashed = f"barcode = '{VEIL}' || hmac(barcode)::varchar"
        fingerprint = ", row_hash = hmac(row_hash::varchar)"
        con.execute(f"update shelf_scan__row set {hashed}{fingerprint} where {is_plain}")
        con.execute(f"update shelf_scan__merged set {hashed} where {is_plain}")
    return bool(found)


def unknown(con: duckdb.DuckDBPyConnection, seq: int) -> tuple[int, int]:
    """How many different numbers a load of scans brought, and how many of them are of no copy. For
    who has veiled these."""
    rows = con.execute(
        f"""
        select
            count(distinct barcode),
            count(distinct barcode) filter (where starts_with(barcode, '{VEIL}'))
        from shelf_scan__row r
        where r.export_id = (select export_id from load where seq = $1)
            and r.from_seq <= $1
            and $1 < coalesce(r.until_seq, $1 + 1)
        """,
        [seq],
    ).fetchall()
    return rows[0][0], rows[0][1]
