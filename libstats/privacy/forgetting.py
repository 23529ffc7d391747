"""Forgetting what the library system has forgotten, and what the library's rule or a person says:
persons' keys are destroyed in every version, for good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import duckdb

from libstats import schema
from libstats.errors import LibstatsError
from libstats.schema import Column, Table
from libstats.store import ledger, tables


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


def _key_hash(table: Table, row: str = "r") -> str:
    texts = ", chr(31), ".join(f"{row}.{c}::varchar" for c in table.key)
    return f"(md5_number(concat({texts})) >> 64)::ubigint"


def _same(table: Table, left: str, right: str) -> str:
    return " and ".join(f"{left}.{c} is not distinct from {right}.{c}" for c in table.key)


def refuse_before_horizon(con: duckdb.DuckDBPyConnection, seq: int, what: str) -> None:
    """LibstatsError if that entry of the ledger lies before the last `forget`."""
    last = con.execute("select max(seq) from horizon where seq is not null").fetchall()[0][0]
    if last is not None and seq < last:
        day = con.execute("select happened_at::date from ledger where seq = $1", [last]).fetchall()[
            0
        ][0]
        raise LibstatsError(
            f"{what} cannot be had any more: patrons were forgotten on {day}, and figures from before would be wrong",
            "Look at the state since then.",
        )


def expire(con: duckdb.DuckDBPyConnection, days: int | None, now: datetime) -> int:
    """Destroy patron keys that the horizon or the library's rule does not let stay; gives the
    number of rows."""
    known = horizon(con)
    limits = [
        d
        for d in (known, now.date() - timedelta(days=days) if days is not None else None)
        if d is not None
    ]
    if not limits:
        return 0
    before = max(limits)
    if known is None or before > known:
        con.execute("insert into horizon values (null, $1)", [before])
    return destroy(con, before)


def people_columns() -> Iterable[tuple[Table, Column]]:
    return (
        (table, column)
        for table in schema.tables().values()
        for column in table.columns
        if column.nature == "person"
    )


def destroy(con: duckdb.DuckDBPyConnection, before: date) -> int:
    """Take the patron from every stored and current row of each case of which any row, undone or
    not, says that it closed before that day."""
    rows = 0
    for table, column in people_columns():
        key = ", ".join(("source", *table.key))
        closed = " union ".join(
            f"select {key} from {table.name}__{part} where {column.until} < $1::date"
            for part in ("row", "merged")
        )
        con.execute(f"create or replace temp table closed as {closed}", [before])
        for part in ("row", "merged"):
            where = f"{column.name} is not null and exists (select 1 from closed c where {tables.same_key(('source', *table.key), 'c', 't')})"
            found = con.execute(
                f"select count(*) from {table.name}__{part} t where {where}"
            ).fetchall()[0][0]
            rows += found if part == "row" else 0
            if found:
                con.execute(f"update {table.name}__{part} t set {column.name} = null where {where}")
    return rows


def first_to_forget_sql(table: Table, person: str, held: str, files: Sequence[int]) -> str:
    """SQL: the number of the first file of a batch after which a person may have to be forgotten,
    NULL if there is none.

    `held` names the files' rows (see runs.py), `$source` is the configured source of each file.
    `files` are those that tell of the person. It errs on the safe side: what it names is loaded
    alone, and `strip` decides.
    """
    key = ("source", *table.key)
    numbers = ", ".join(map(str, files))
    before = f"over (partition by {', '.join(f'm.{c}' for c in key)} order by m.file rows between unbounded preceding and 1 preceding)"
    return f"""
        with mine as (
            select
                file,
                $source[file + 1] as source,
                {", ".join(table.key)},
                bool_or({person} is null) as bare,
                bool_or({person} is not null) as named
            from {held}
            where file in ({numbers})
            group by all
        ),
        stored as (
            select
                {", ".join(f"r.{c}" for c in key)},
                bool_or(r.{person} is null and list_contains(e.columns['{table.name}'], '{person}'))
                    as bare,
                bool_or(r.{person} is not null) as named
            from {table.name}__row r join export e using (export_id)
                semi join mine m on {tables.same_key(key, "m", "r")}
            group by all
        ),
        judged as (
            select
                m.file,
                m.bare and (coalesce(s.named, false) or coalesce(bool_or(m.named) {before}, false))
                or m.named and (
                    coalesce(s.bare, false)
                    or coalesce(bool_or(m.bare) {before}, false)
                    or {_key_hash(table, "m")} in (
                        select key from stripped where table_name = '{table.name}')
                ) as forgets
            from mine m left join stored s on {tables.same_key(key, "s", "m")}
        )
        select min(file) from judged where forgets"""
