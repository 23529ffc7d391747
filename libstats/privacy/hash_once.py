"""A door: persons of a big file hashed mostly once.

Most rows tell of persons of whom the first rows tell already. A keyed hash takes as long as all
else about a column; a person who is found is looked up instead.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import duckdb

from libstats.privacy.keys import already_hashed

IS_OPEN = True
# So many rows are looked through for persons first.
FIRST = 500_000


def text_with_keys(con: duckdb.DuckDBPyConnection, text: str, columns: Sequence[str]) -> str:
    """SQL for a file's `text` with persons' keys in these columns instead of identifiers;
    `person_key(text)` takes them as they are then. For who has made the keyed hash.

    Persons are found where nothing can be written, and looked up by a hash with a salt that is
    never written: should memory run out, no identifier, and nothing that leads to one, gets onto
    the disk.
    """
    con.execute("set variable salt = $1::blob", [secrets.token_bytes(32)])
    salted = "md5_number(getvariable('salt') || encode({}))".format
    con.execute(
        f"""
        create or replace temp table person as
        select {salted("t")} as salted, keyed_hash(t) as key
        from (select unnest($1::varchar[]) as t)
        """,
        [_first_persons(text, columns)],
    )
    joins = "".join(
        f" left join person p{place} on p{place}.salted = {salted(f'r.{c}')}"
        for place, c in enumerate(columns)
    )
    keys = ", ".join(
        f"case when r.{c} is not null then coalesce(p{place}.key, keyed_hash(r.{c})) end as {c}"
        for place, c in enumerate(columns)
    )
    already_hashed(con)
    return f"(select r.* replace ({keys}) from {text} r{joins})"


def _first_persons(text: str, columns: Sequence[str]) -> list[str]:
    """The identifiers in the first rows, read by a connection that cannot write."""
    told = f"select unnest([{', '.join(columns)}]) as t from (from {text} limit {FIRST})"
    with duckdb.connect(config={"temp_directory": ""}) as beside:
        found = beside.execute(f"select distinct t from ({told}) where t is not null").fetchall()
    return [identifier for (identifier,) in found]
