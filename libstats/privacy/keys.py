"""Patron identifiers: the secret key, the keyed hash, and forgetting what the library system has
forgotten.

A patron's number becomes the first 64 bits of its HMAC-SHA256 under a key that lies in a file
beside the database, never in it. Nothing else about a person is ever read.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable, Collection, Sequence
from datetime import date
from pathlib import Path

import duckdb

from libstats.errors import WorkspaceError
from libstats.schema import Table
from libstats.store import ledger

_BLOCK = 64
_FIRST = 500_000


def make_key(path: Path) -> None:
    """Write a new secret key that only its owner can read; an existing key is kept."""
    if path.exists():
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as file:
        file.write(secrets.token_hex(32) + "\n")


def read_key(path: Path) -> bytes:
    """The secret key; WorkspaceError if it is missing or damaged."""
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        key = b""
    if len(key) != 32:
        raise WorkspaceError(
            f"{path.name}: the file with the secret key for patron numbers is missing or damaged",
            "Put it back from a backup: with another key the same patron would count as two.",
        )
    return key


def hasher(key: bytes, null_words: Collection[str] = ()) -> Callable[[str], str]:
    """The keyed hash of an identifier as text; blank stays blank, and so does a word that means it:
    NULL is no patron."""

    def person_key(identifier: str) -> str:
        text = identifier.strip(" \t\n\r")
        if not text or identifier in null_words:
            return ""
        return str(
            int.from_bytes(hmac.new(key, text.encode("utf-8"), hashlib.sha256).digest()[:8], "big")
        )

    return person_key


def hash_in_sql(con: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Make `person_key(text)` in SQL give what `hasher` gives. The key stays in the connection's
    memory."""
    padded = key.ljust(_BLOCK, b"\0")
    con.execute("set variable person_inner = $1::blob", [bytes(b ^ 0x36 for b in padded)])
    con.execute("set variable person_outer = $1::blob", [bytes(b ^ 0x5C for b in padded)])
    # the question first, since few identifiers have blanks around them
    con.execute(
        """
        create or replace temp macro hmac(t) as
            ('0x' || left(sha256(getvariable('person_outer') || unhex(sha256(getvariable('person_inner') || encode(t)))), 16))::ubigint;
        create or replace temp macro keyed_hash(t) as
            case when t >= '!' and right(t, 1) >= '!' then hmac(t) when trim(t, e' \\t\\n\\r') <> '' then hmac(trim(t, e' \\t\\n\\r')) end;
        create or replace temp macro person_key(t) as keyed_hash(t)
        """
    )


def hash_mostly_once(
    con: duckdb.DuckDBPyConnection, key: bytes, text: str, columns: Sequence[str]
) -> str:
    """SQL for a big file's `text` with persons' keys in these columns instead of identifiers;
    `person_key(text)` takes them as they are then.

    Most rows tell of persons of whom the first rows tell already, and these are hashed once. They
    are found where nothing can be written, and looked up by a hash with a salt that is never
    written: should memory run out, no identifier, and nothing that leads to one, gets onto the
    disk.
    """
    hash_in_sql(con, key)
    with duckdb.connect(config={"temp_directory": ""}) as beside:
        told = f"select unnest([{', '.join(columns)}]) as t from (from {text} limit {_FIRST})"
        found = [
            t
            for (t,) in beside.execute(
                f"select distinct t from ({told}) where t is not null"
            ).fetchall()
        ]
    con.execute("set variable salt = $1::blob", [secrets.token_bytes(32)])
    salted = "md5_number(getvariable('salt') || encode({}))".format
    con.execute(
        f"create or replace temp table person as select {salted('t')} as salted, keyed_hash(t) as key from (select unnest($1::varchar[]) as t)",
        [found],
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


def already_hashed(con: duckdb.DuckDBPyConnection) -> None:
    """Make `person_key(text)` take what the reader has hashed already."""
    con.execute("create or replace temp macro person_key(t) as try_cast(t as ubigint)")


def horizon(con: duckdb.DuckDBPyConnection) -> date | None:
    """The day before which closed cases keep no patron, by `forget` or the library's rule as of the
    last load."""
    found: date | None = con.execute("select max(forgotten_before) from horizon").fetchall()[0][0]
    return found


def strip(con: duckdb.DuckDBPyConnection, table: Table, export_id: int, seq: int) -> int:
    """Forget the person of every row that a later export shows without one, in every version, for
    good.

    Call it after the load is entered and before the fold. Persons' keys are the exception to
    stickiness: what the library system has anonymised, no older file loaded later and no undo
    brings back. Gives the number of rows stripped.
    """
    given = con.execute(
        "select columns[$1] from export where export_id = $2", [table.name, export_id]
    ).fetchall()[0][0]
    row, stripped = f"{table.name}__row", 0
    alone = f"select not exists (from {row} where export_id <> {export_id} or from_seq <> {seq}) and not exists (from stripped where table_name = '{table.name}')"
    if con.execute(alone).fetchall()[0][0]:
        return 0
    for person in set(table.natured("person")) & set(given):
        loaded = f"r.export_id = {export_id} and r.from_seq <= {seq} and r.until_seq is null"
        con.execute(
            f"""
            create or replace temp table ranked as
            select s.export_id, s.from_seq, s.until_seq, max({{'at': l.exported_at, 'sha': l.sha256}}) as best, list_contains(any_value(e.columns)['{table.name}'], '{person}') as tells
            from (select distinct export_id, from_seq, until_seq from {row}) s join export e using (export_id)
            join load l on l.export_id = s.export_id and l.seq >= s.from_seq and l.seq < coalesce(s.until_seq, {ledger.LATEST})
            group by all;
            create or replace temp table stripping as select e.source, {{'at': l.exported_at, 'sha': l.sha256}} as rank from load l join export e using (export_id) where l.seq = {seq}
            """
        )
        keys = ", ".join(f"r.{c}" for c in table.key)
        join = f"from {row} r join ranked k on k.export_id = r.export_id and k.from_seq = r.from_seq and k.until_seq is not distinct from r.until_seq join stripping t on t.source = r.source"
        came = f"{loaded} and r.from_seq = {seq}" if _only_rose(con, export_id, seq) else loaded
        con.execute(
            f"""
            create or replace temp table bared as
            select {keys} from {row} r where {came} and r.{person} is null and exists (select 1 from {row} where {person} is not null)
            union -- a row without its patron stays, and the one beside it that named them went
            select {keys} from {row} r semi join (from {row} where export_id = {export_id} and until_seq = {seq} and {person} is not null) g on {_same(table, "g", "r")}
            where {loaded} and r.{person} is null;
            create or replace temp table strip as
            select r.rowid as id, {_key_hash(table)} as key {join} where r.{person} is not null and k.best < t.rank and exists (select 1 from bared b where {_same(table, "b", "r")})
            union
            select r.rowid, {_key_hash(table)} from {row} r where {came} and r.{person} is not null and (
                {_key_hash(table)} in (select key from stripped s, stripping t where s.table_name = '{table.name}' and s.source = t.source)
                or exists (select 1 from (select {keys} {join} where r.{person} is null and k.tells and k.best > t.rank) b where {_same(table, "b", "r")}))
            """
        )
        stripped += int(con.execute("select count(*) from strip").fetchall()[0][0])
        con.execute(f"update {row} set {person} = null where rowid in (select id from strip)")
        con.execute(
            f"insert into stripped select distinct '{table.name}', t.source, key from strip, stripping t where key not in (select key from stripped where table_name = '{table.name}')"
        )
    return stripped


def _only_rose(con: duckdb.DuckDBPyConnection, export_id: int, seq: int) -> bool:
    """True if rows that stay have nothing new to forget: their load follows, in rank too, the
    export's last one, and no other lies between."""
    rows = con.execute(
        """
        select not exists (from load o, load l, load p
            where l.seq = $2 and p.seq = (select max(seq) from load where export_id = $1 and seq < $2) and o.seq <> l.seq and o.seq <> p.seq
            and (o.exported_at, o.sha256) > (p.exported_at, p.sha256)) and exists (from load where export_id = $1 and seq < $2)
        """,
        [export_id, seq],
    ).fetchall()
    return bool(rows[0][0])


def _key_hash(table: Table) -> str:
    texts = ", chr(31), ".join(f"r.{c}::varchar" for c in table.key)
    return f"(md5_number(concat({texts})) >> 64)::ubigint"


def _same(table: Table, left: str, right: str) -> str:
    return " and ".join(f"{left}.{c} is not distinct from {right}.{c}" for c in table.key)
