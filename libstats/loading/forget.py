"""Forgetting patrons: expiry after cases close, a horizon that a person sets, a new secret key."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from libstats.errors import LibstatsError
from libstats.loading import decision_form
from libstats.privacy import keys, one_patron
from libstats.privacy.forgetting import destroy, people_columns
from libstats.readers.file_names import own_words, recorded_before
from libstats.store import generations, ledger
from libstats.workspace import given, identifiers
from libstats.workspace.workspace import Workspace, at


def forget(workspace: Workspace | Path | str, before: date | str) -> int:
    """Destroy the patron keys of every case that closed before a day, in every version, and set a
    horizon.

    Older generations are removed; what was known before the horizon, and undoing loads from before
    it, are refused from then on, since their counts of patrons would be wrong. Files loaded later
    bring none of it back. Returns the number of rows that lost their patron. Raises WorkspaceError,
    StoreError, LibstatsError for a day to come.
    """
    now, before = datetime.now().replace(microsecond=0), given.day(before, "before")
    if before > now.date():
        raise LibstatsError(
            f"{before} has not come yet",
            "Name a day up to today; open cases keep their patron in any case.",
        )
    place = at(workspace)
    with generations.writing(place.store, memory=place.memory_limit) as writer:
        con = writer.con
        con.execute("begin")
        seq = ledger.enter(con, "forget", None, now)
        con.execute("insert into horizon values ($1, $2)", [seq, before])
        rows = destroy(con, before)
        _forget_names(con, own_words(place.config))
        con.execute("commit")
        writer.must_rewrite = True
        writer.publish()
    decision_form.forget_remarks(place, before)
    _forget_pulls(place)
    return rows


@dataclass(frozen=True)
class OfPatron:
    """What is kept of one patron, or was before it was taken away.

    kept        how many rows, by table and source
    columns     each source that keeps patrons' keys, and the columns of its exports with the number
    rotated_on  day of the last new secret key: what was loaded before keeps keys that no number
                finds
    """

    kept: list[one_patron.Kept]
    columns: dict[str, list[str]]
    rotated_on: date | None

    @property
    def rows(self) -> int:
        """How many in all."""
        return sum(k.rows for k in self.kept)


def forget_patron(
    workspace: Workspace | Path | str,
    number: str,
    sources: Sequence[str] = (),
    *,
    only_look: bool = False,
) -> OfPatron:
    """Destroy one patron's key wherever it is kept, or only look what is kept of them.

    The rows stay, without their patron, whatever is loaded or undone later; the number is kept
    nowhere. A number that several systems have is forgotten in all of them, or in the `sources`
    that are named. Raises WorkspaceError, StoreError, LibstatsError.
    """
    place = at(workspace)
    with generations.writing(place.store, memory=place.memory_limit) as writer:
        con = writer.con
        finish_rotation(con, place.key_file)
        person = _hashed(con, place, number)
        columns = _columns_of_numbers(con, place)
        if wrong := set(sources) - columns.keys():
            raise LibstatsError(
                f"{'one' if len(wrong) == 1 else len(wrong)} of the sources that you name"
                " keeps no patrons' keys",
                f"Name one of: {', '.join(columns) or 'none is loaded'}.",
            )
        found = one_patron.kept(con, person, sources or list(columns))
        rotated_on = con.execute(
            "select max(happened_at)::date from ledger where action = 'rotate'"
        ).fetchall()[0][0]
        if found and not only_look:
            con.execute("begin")
            ledger.enter(con, "forget", None, datetime.now().replace(microsecond=0))
            one_patron.destroy(con, person, sources or list(columns))
            con.execute("commit")
            writer.must_rewrite = True
            writer.publish()
    if not only_look:
        _forget_pulls(place)
    return OfPatron(found, columns, rotated_on)


def _forget_pulls(place: Workspace) -> None:
    """Remove what pulls gathered that broke off: it is not loaded, and tells of patrons."""
    shutil.rmtree(place.store / "pull", ignore_errors=True)


def _hashed(con: duckdb.DuckDBPyConnection, place: Workspace, number: str) -> int:
    """The keyed hash of a number under the key of the store, as every source has it: a card that
    was declared a place, or a word that means blank, since may be stored from before."""
    key = keys.read_key(place.key_file)
    keys.refuse_other(con, place.key_file, key)
    if con.execute("select count(*) = 0 from patron_key").fetchall()[0][0] and ledger.last_seq(con):
        raise LibstatsError(
            f"an earlier libstats wrote the store, which does not know its {place.key_file.name}:"
            " whether a patron is in it cannot be told",
            "Load an export first.",
        )
    try:
        hashed = keys.hasher(key)(number)
    except UnicodeEncodeError:  # its own words have the number
        raise LibstatsError(
            "what was typed has signs that are no text", "Give the number in UTF-8."
        ) from None
    if not hashed:
        raise LibstatsError(
            "what was typed is no patron's number: it is blank, or what a spreadsheet makes of one",
            "Give the number as the exports write it.",
        )
    return int(hashed)


def _columns_of_numbers(con: duckdb.DuckDBPyConnection, place: Workspace) -> dict[str, list[str]]:
    """The sources of which patrons' keys are loaded, and the columns that the keys were made of."""
    told = identifiers.of_patrons(place.config)
    people = [[table.name, column.name] for table, column in people_columns()]
    rows = con.execute(
        """
        select distinct e.source, e.declaration
        from export e, (select unnest($1::varchar[][]) as person) p
        where list_contains(e.columns[p.person[1]], p.person[2])
        order by all
        """,
        [people],
    ).fetchall()
    columns: dict[str, list[str]] = {}
    for source, declaration in rows:
        known = columns.setdefault(source, [])
        known += [h for h in told.get(declaration, ()) if h not in known]
    return columns


def _forget_names(con: duckdb.DuckDBPyConnection, own: frozenset[str]) -> None:
    """Call the files that an earlier libstats loaded as they are recorded today."""
    named = con.execute("select distinct file, sha256 from load").fetchall()
    told = [(file, recorded_before(file, sha256, own)) for file, sha256 in named]
    renamed = [(file, safe) for file, safe in told if safe != file]
    con.execute(
        """
        update load
        set file = n.new
        from (select unnest($1::varchar[]) as old, unnest($2::varchar[]) as new) n
        where load.file = n.old
        """,
        [[old for old, _ in renamed], [new for _, new in renamed]],
    )


def finish_rotation(con: duckdb.DuckDBPyConnection, key_file: Path) -> None:
    """Put the key in place whose rotation, its number in the ledger, was published before the
    command was ended; remove one that was not. For who holds the store's lock."""
    for fresh in keys.unfinished(key_file):
        if con.execute(
            "select exists (from ledger where seq = $1 and action = 'rotate')",
            [int(fresh.suffix[1:])],
        ).fetchall()[0][0]:
            fresh.replace(key_file)
        else:
            fresh.unlink()


def rotate(workspace: Workspace | Path | str) -> int:
    """Take a new secret key for patron numbers, and give every stored patron another key, by a
    secret that is thrown away; the key of before need not be there.

    Nobody can then tell which patron of before is which of after, not even with both key files;
    patrons cannot be counted across the change. Returns the number of patrons. Raises
    WorkspaceError, StoreError.
    """
    place = at(workspace)
    with generations.writing(place.store, memory=place.memory_limit) as writer:
        con = writer.con
        finish_rotation(con, place.key_file)
        con.execute("begin")
        seq = ledger.enter(con, "rotate", None, datetime.now().replace(microsecond=0))
        fresh = place.key_file.with_suffix(f".{seq}")
        keys.make_key(fresh)
        keys.note(con, keys.read_key(fresh))
        keys.hash_in_sql(con, secrets.token_bytes(32))
        union = " union ".join(
            f"select {c.name} as old from {t.name}__{part} where {c.name} is not null"
            for t, c in people_columns()
            for part in ("row", "merged")
        )
        con.execute(
            f"""
            create or replace temp table renamed as
            select old, person_key(old::varchar) as new from ({union})
            """
        )
        for table, column in people_columns():
            for part in ("row", "merged"):
                con.execute(
                    f"""
                    update {table.name}__{part} t
                    set {column.name} = r.new
                    from renamed r
                    where r.old = t.{column.name}
                    """
                )
        patrons = int(con.execute("select count(*) from renamed").fetchall()[0][0])
        con.execute("drop table renamed")
        con.execute("commit")
        writer.must_rewrite = True
        writer.publish()
        fresh.replace(place.key_file)
    return patrons
