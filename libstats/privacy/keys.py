"""Patron identifiers: the secret key and the keyed hash.

A patron's number becomes the first 64 bits of its HMAC-SHA256 under a key that lies in a file
beside the database, never in it. Nothing else about a person is ever read.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import duckdb

from libstats.declaration import spreadsheet
from libstats.declaration.raw import quoted
from libstats.definitions.roles import folded_sql
from libstats.errors import WorkspaceError

_BLOCK = 64
PLACE = "0"  # in place of a hash: a card that stands for a place, and for no person


def make_key(path: Path) -> None:
    """Write a new secret key that only its owner can read; an existing key is kept."""
    if path.exists():
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii", newline="\n") as file:
        file.write(secrets.token_hex(32) + "\n")


def unfinished(path: Path) -> Iterator[Path]:
    """New keys that are not in place yet, each with its number in the ledger behind its name."""
    return path.parent.glob(f"{path.stem}.[0-9]*")


def read_key(path: Path) -> bytes:
    """The secret key; WorkspaceError if it is missing or damaged."""
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        key = b""
    if len(key) != 32:
        raise WorkspaceError(
            f"{path.name}: the file with the secret key for patron numbers is missing or damaged",
            "Put it back from a backup: with another key the same patron would count as two. If it"
            " is lost, `libstats rotate-key` takes a new one.",
        )
    return key


def fingerprint(key: bytes) -> str:
    """What tells the key from another and nothing of it: the hash under it of a text that is no
    identifier."""
    return hmac.new(key, b"\0which key libstats hashed patrons with", hashlib.sha256).hexdigest()


def refuse_other(con: duckdb.DuckDBPyConnection, path: Path, key: bytes) -> None:
    """WorkspaceError if the patrons of a store were hashed under another key."""
    try:
        known = con.execute("select fingerprint from patron_key").fetchall()
    except duckdb.CatalogException:  # an earlier libstats wrote the store
        known = []
    if known and known != [(fingerprint(key),)]:
        raise WorkspaceError(
            f"{path.name} is not the key by which the patrons of this store were hashed: each of"
            " them would count as two; nothing was changed",
            f"Put back the {path.name} that belongs to the store, from a backup of the same day. If"
            " it is lost, `libstats rotate-key` takes a new key: what is loaded stays, and its"
            " patrons cannot be told among those to come.",
        )


def note(con: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Let the store know its key."""
    con.execute("delete from patron_key")
    con.execute("insert into patron_key values ($1)", [fingerprint(key)])


def hasher(
    key: bytes, null_words: Collection[str] = (), places: Collection[str] = ()
) -> Callable[[str], str]:
    """The keyed hash of an identifier as text, 77.0 being 77; blank stays blank, and so does a word
    that means it, and a number that a spreadsheet ruined, which is that of any number of patrons:
    NULL is no patron. The card of one of the `places`, in small letters, is PLACE."""

    is_whole = re.compile(spreadsheet.WHOLE, re.ASCII).fullmatch
    is_ruined = re.compile(spreadsheet.RUINED, re.ASCII).fullmatch

    def person_key(identifier: str) -> str:
        text = identifier.strip(" \t\n\r")
        if is_whole(text):
            text = text.split(".")[0]
        if not text or identifier in null_words or is_ruined(text):
            return ""
        if text.lower() in places:
            return PLACE
        return str(int.from_bytes(hmac.digest(key, text.encode("utf-8"), "sha256")[:8], "big"))

    return person_key


def hash_in_sql(con: duckdb.DuckDBPyConnection, key: bytes, places: Collection[str] = ()) -> None:
    """Make `person_key(text)` in SQL give what `hasher` gives, NULL for the card of a place, and
    `is_place(text)` tell such a card. The key stays in the connection's memory."""
    padded = key.ljust(_BLOCK, b"\0")
    con.execute("set variable person_inner = $1::blob", [bytes(b ^ 0x36 for b in padded)])
    con.execute("set variable person_outer = $1::blob", [bytes(b ^ 0x5C for b in padded)])
    # the question first, since few identifiers have blanks around them
    con.execute(
        f"""
        create or replace temp macro hmac(t) as
            ('0x' || left(sha256(
                getvariable('person_outer')
                || unhex(sha256(getvariable('person_inner') || encode(t)))
            ), 16))::ubigint;
        create or replace temp macro whole_key(t) as {spreadsheet.whole("t")};
        create or replace temp macro exact_hash(t) as
            case
                when {spreadsheet.is_ruined("t")} then null
                when t >= '!' and right(t, 1) >= '!' then hmac(t)
                when trim(t, e' \\t\\n\\r') <> '' then hmac(trim(t, e' \\t\\n\\r'))
            end;
        create or replace temp macro keyed_hash(t) as exact_hash(whole_key(t));
        create or replace temp macro is_place(t) as {
            f"coalesce(lower(trim(t)) in ({', '.join(map(quoted, sorted(places)))}), false)"
            if places
            else "false"
        };
        create or replace temp macro person_key(t) as {
            "case when not is_place(t) then keyed_hash(t) end" if places else "keyed_hash(t)"
        }
        """
    )


def groups_in_sql(con: duckdb.DuckDBPyConnection, groups: Collection[str]) -> None:
    """Make `is_place_group(text)` in SQL tell a group of which every card is a place."""
    listed = ", ".join(map(quoted, sorted(groups)))
    con.execute(
        "create or replace temp macro is_place_group(t) as "
        + (f"coalesce({folded_sql('t')} in ({listed}), false)" if groups else "false")
    )


def already_hashed(con: duckdb.DuckDBPyConnection) -> None:
    """Make `person_key(text)` and `is_place(text)` take what the reader has hashed already."""
    con.execute(
        f"""
        create or replace temp macro is_place(t) as coalesce(t = '{PLACE}', false);
        create or replace temp macro person_key(t) as nullif(try_cast(t as ubigint), {PLACE})
        """
    )
