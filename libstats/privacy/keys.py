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
from pathlib import Path

import duckdb

from libstats.errors import WorkspaceError

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
