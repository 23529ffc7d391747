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
from libstats.store.workings import Workings


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
    people = sorted(set(table.natured("person")) & set(given))
    if not people or _is_alone(con, table, export_id, seq):
        return 0
    only_rose = _only_rose(con, export_id, seq)
    return sum(
        _Strip(con, table, person, export_id, seq).run(only_rose=only_rose) for person in people
    )


def _is_alone(con: duckdb.DuckDBPyConnection, table: Table, export_id: int, seq: int) -> bool:
    """True if nothing but this load tells of the table, and nobody was forgotten in it."""
    row = f"{table.name}__row"
    rows = con.execute(
        f"""
        select
            not exists (from {row} where export_id <> {export_id} or from_seq <> {seq})
            and not exists (from stripped where table_name = '{table.name}')
        """
    ).fetchall()
    return bool(rows[0][0])


def _only_rose(con: duckdb.DuckDBPyConnection, export_id: int, seq: int) -> bool:
    """True if rows that stay have nothing new to forget: their load follows, in rank too, the
    export's last one, and no other lies between."""
    rows = con.execute(
        """
        with previous as (select max(seq) as seq from load where export_id = $1 and seq < $2)
        select
            exists (from previous where seq is not null)
            and not exists (
                from load o, load l, load p
                where l.seq = $2
                    and p.seq = (select seq from previous)
                    and o.seq <> l.seq
                    and o.seq <> p.seq
                    and (o.exported_at, o.sha256) > (p.exported_at, p.sha256)
            )
        """,
        [export_id, seq],
    ).fetchall()
    return bool(rows[0][0])


class _Strip:
    """One column of persons' keys, stripped after a load of an export.

    Its temp tables: `ranked` the stored runs, the best rank of the loads in each, whether they tell
    of the person; `stripping` source and rank of the load; `bared` the keys that it shows without
    their person; `strip` the rows that lose theirs, and the hash of their key.
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, table: Table, person: str, export_id: int, seq: int
    ) -> None:
        self.con, self.table, self.person = con, table, person
        self.export_id, self.seq, self.row = export_id, seq, f"{table.name}__row"
        self.workings = Workings(con, table.name)
        self.keys = ", ".join(f"r.{c}" for c in table.key)
        self.loaded = f"r.export_id = {export_id} and r.from_seq <= {seq} and r.until_seq is null"

    def run(self, *, only_rose: bool) -> int:
        """Gives the number of rows that lost their person; `only_rose`: those that stay need no
        look."""
        with self.workings:
            came = f"{self.loaded} and r.from_seq = {self.seq}" if only_rose else self.loaded
            ranked, stripping = self._rank()
            strip = self._find(came, ranked, stripping)
            stripped = int(self.con.execute(f"select count(*) from {strip}").fetchall()[0][0])
            self.con.execute(
                f"""
                update {self.row} set {self.person} = null where rowid in (select id from {strip});
                insert into stripped
                select distinct '{self.table.name}', t.source, key
                from {strip}, {stripping} t
                where key not in (
                    select key from stripped where table_name = '{self.table.name}')
                """
            )
            return stripped

    def _rank(self) -> tuple[str, str]:
        rank = "{'at': l.exported_at, 'sha': l.sha256}"
        told = f"any_value(e.columns)['{self.table.name}']"
        ranked = self.workings.make(
            "ranked",
            f"""
            select
                s.export_id,
                s.from_seq,
                s.until_seq,
                max({rank}) as best,
                list_contains({told}, '{self.person}') as tells
            from (select distinct export_id, from_seq, until_seq from {self.row}) s
                join export e using (export_id)
                join load l
                    on l.export_id = s.export_id
                    and l.seq >= s.from_seq
                    and l.seq < coalesce(s.until_seq, {ledger.LATEST})
            group by all
            """,
        )
        stripping = self.workings.make(
            "stripping",
            f"""
            select e.source, {rank} as rank
            from load l join export e using (export_id)
            where l.seq = {self.seq}
            """,
        )
        return ranked, stripping

    def _bare(self, came: str) -> str:
        # a row without its patron stays, and the one beside it that named them went
        row, person = self.row, self.person
        went = f"export_id = {self.export_id} and until_seq = {self.seq} and {person} is not null"
        return self.workings.make(
            "bared",
            f"""
            select {self.keys}
            from {row} r
            where {came}
                and r.{person} is null
                and exists (from {row} where {person} is not null)
            union
            select {self.keys}
            from {row} r semi join (from {row} where {went}) g on {_same(self.table, "g", "r")}
            where {self.loaded} and r.{person} is null
            """,
        )

    def _find(self, came: str, ranked: str, stripping: str) -> str:
        table, person, key = self.table, f"r.{self.person}", key_hash_sql(self.table)
        bared = f"from {self._bare(came)} b where {_same(table, 'b', 'r')}"
        ranked_rows = f"""
            from {self.row} r
                join {ranked} k on {tables.same_run("k", "r")}
                join {stripping} t on t.source = r.source"""
        return self.workings.make(
            "strip",
            f"""
            select r.rowid as id, {key} as key
            {ranked_rows}
            where {person} is not null and k.best < t.rank and exists ({bared})
            union
            select r.rowid, {key}
            from {self.row} r
            where {came}
                and {person} is not null
                and (
                    {key} in (
                        select key
                        from stripped s, {stripping} t
                        where s.table_name = '{table.name}' and s.source = t.source
                    )
                    or exists (
                        from (
                            select {self.keys}
                            {ranked_rows}
                            where {person} is null and k.tells and k.best > t.rank
                        ) b
                        where {_same(table, "b", "r")}
                    )
                )
            """,
        )


def key_hash_sql(table: Table, row: str = "r") -> str:
    """SQL: what a row is known by among those whose person was stripped."""
    texts = ", chr(31), ".join(f"{row}.{c}::varchar" for c in table.key)
    return f"(md5_number(concat({texts})) >> 64)::ubigint"


def _same(table: Table, left: str, right: str) -> str:
    return tables.same_key(table.key, left, right)


def refuse_before_horizon(con: duckdb.DuckDBPyConnection, seq: int, what: str) -> None:
    """LibstatsError if that entry of the ledger lies before the last `forget`."""
    last = con.execute("select max(seq) from horizon where seq is not null").fetchall()[0][0]
    if last is not None and seq < last:
        day = con.execute("select happened_at::date from ledger where seq = $1", [last]).fetchall()[
            0
        ][0]
        raise LibstatsError(
            f"{what} cannot be had any more: patrons were forgotten on {day}, and figures from"
            " before would be wrong",
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
        with Workings(con, table.name) as workings:
            closed = workings.make("closed", _closed_sql(table, column), [before])
            is_closed = tables.same_key(("source", *table.key), "c", "t")
            where = f"{column.name} is not null and exists (from {closed} c where {is_closed})"
            for part in ("row", "merged"):
                stored = f"{table.name}__{part}"
                count = f"select count(*) from {stored} t where {where}"
                found = con.execute(count).fetchall()[0][0]
                rows += found if part == "row" else 0
                if found:
                    con.execute(f"update {stored} t set {column.name} = null where {where}")
    return rows


def _closed_sql(table: Table, column: Column) -> str:
    """SQL: the keys of cases of which a row says that they closed before a day, $1."""
    key = ", ".join(("source", *table.key))
    return " union ".join(
        f"select {key} from {table.name}__{part} where {column.until} < $1::date"
        for part in ("row", "merged")
    )


def first_to_forget_sql(table: Table, person: str, held: str, files: Sequence[int]) -> str:
    """SQL: the number of the first file of a batch after which a person may have to be forgotten,
    NULL if there is none.

    `held` names the files' rows (see runs.py), `$source` is the configured source of each file.
    `files` are those that tell of the person. It errs on the safe side: what it names is loaded
    alone, and `strip` decides.
    """
    key = ("source", *table.key)
    numbers = ", ".join(map(str, files))
    of_key = ", ".join(f"m.{c}" for c in key)
    before = f"""over (
                        partition by {of_key} order by m.file
                        rows between unbounded preceding and 1 preceding)"""
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
                    or {key_hash_sql(table, "m")} in (
                        select key from stripped where table_name = '{table.name}')
                ) as forgets
            from mine m left join stored s on {tables.same_key(key, "s", "m")}
        )
        select min(file) from judged where forgets"""
