"""The fold: from the stored rows of all active loads to one row per key.

    T__row     (source, export_id, from_seq, until_seq, row_hash, n, is_sole, columns): a run: the
               first load of that export that held the row, and the first later one that did not; n
               equal rows; is_sole where the row itself is the fold of its key: no other active row
               tells of it, or the others change nothing
    T__merged  the fold of all other keys: one row per key (a log: each event)
    T__alias   which key each second name stands for, while rows are known by that alone
    T__gone    the keys that a believed whole-state load did not hold

Each column folds by itself: sticky ones to the newest value that is not blank, clearable ones to
the newest row whose export has the column. Newest is by rank (ledger.active_sql); within one rank
the greatest value wins; of lines that people write the one written last (WRITTEN) before that, and
of two versions of a record one of them with all that it says (VERSION).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Self

import duckdb

from libstats import schema
from libstats.schema import Column, Table
from libstats.store import ledger
from libstats.store.aliases import keyed, needs_aliases, realias
from libstats.store.tables import columns_of_row, filled, same_key, same_run
from libstats.store.workings import Workings

# The tables that forms fill, with the column of when a line was written or corrected: of two lines
# of one file about one thing the newer is believed, whatever it says.
WRITTEN = {
    "manual_count": "entered_at",
    "access_problem": "updated_at",
    "licence": "updated_at",
    "purchase_request": "updated_at",
    "reserve_request": "updated_at",
    "serial_issue": "updated_at",
    "subscription": "updated_at",
}
# What tells two rows of one file about one record apart, the first first: all columns are of the
# version changed last, so that no fault is said of the other's title.
VERSION = {"title": ("updated_at", "title")}


class Refold:
    """A table folded anew, as the loads tell it that are active at an entry of the ledger. To be
    used in a `with`; spent after it.

    table    the table, with those of its columns alone that some export tells of: nothing is stored
             in the rest
    key      source and the key's columns
    run      the stored runs that an active load holds, each with the best rank of those loads, and
             the time of its export
    keys     SQL of the key's columns over stored rows r, which `keyed_sql` selects
    touched  the keys that are folded anew; None: all
    spoken   the stored rows of active loads that tell of the touched keys
    several  the keys that more than one active row tells of, once they are folded (a log: or one
             row for several equal events)
    before, after  the current rows of the touched keys, where `fold` was to keep them

    All that hold rows or keys are names of temp tables.
    """

    def __init__(
        self, con: duckdb.DuckDBPyConnection, table: Table, at: int = ledger.LATEST
    ) -> None:
        self.con, self.at = con, at
        self.having = exports_having(con, table)
        self.table = _told(table, self.having)
        self.key = ("source", *table.key)
        self.row, self.merged = f"{table.name}__row", f"{table.name}__merged"
        self.is_aliased = needs_aliases(con, table)
        self.keys, self._aliased = keyed(table, is_aliased=self.is_aliased)
        self.workings = Workings(con, table.name)
        self.run = self.workings.make("run", self._run_sql())
        self.touched: str | None = None
        self.spoken = self.several = self.before = self.after = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.workings.__exit__(kind, error, trace)

    def _run_sql(self) -> str:
        return f"""
            with active as ({ledger.active_sql(self.at)}),
            stored as (select distinct export_id, from_seq, until_seq from {self.row})
            select
                s.export_id,
                s.from_seq,
                s.until_seq,
                max(a.rank) as rank,
                max(a.exported_at) as exported_at
            from stored s join active a
                on a.export_id = s.export_id
                and a.seq >= s.from_seq
                and a.seq < coalesce(s.until_seq, {ledger.LATEST})
            group by all"""

    @property
    def keyed_sql(self) -> str:
        """SQL: source and key of stored rows r, whether their loads are active or not."""
        keys = ", ".join(f"{sql} as {c}" for c, sql in self.keys.items())
        return f"select r.source, {keys} from {self.row} r {self._aliased}"

    def alive_sql(self, *, only: str | None = None, where: str = "true") -> str:
        """SQL: every stored row of an active load with its id, source, key and rank.

        `only` names a table of (source, key columns) to keep; `where` is SQL about stored rows r.
        """
        table, keys = self.table, self.keys
        picked = ""
        if only:
            # rows are picked by key before their loads are looked up: most rows then cost no more
            # than their key
            same = (f"o.{c} is not distinct from {sql}" for c, sql in keys.items())
            picked = f"semi join {only} o on o.source is not distinct from r.source and "
            picked += " and ".join(same)
        if only and len(table.key) == 1 and not self._aliased:
            # what DuckDB can look for while it reads: all other columns are then read of the rows
            # found alone
            where += f" and {keys[table.key[0]]} in (select {table.key[0]} from {only})"
        worked_out = "".join(f", {sql} as {c}" for c, sql in keys.items())
        return f"""
            select
                r.id,
                r.source,
                k.rank,
                k.exported_at,
                r.export_id,
                r.from_seq,
                r.until_seq is null as is_open,
                r.n,
                r.is_sole,
                {", ".join(f"r.{c.name}" for c in table.columns)}
            from (
                select r.rowid as id, r.*{worked_out if table.second_name else ""}
                from {self.row} r {self._aliased} {picked}
                where {where}
            ) r join {self.run} k on {same_run("k", "r")}"""

    def resolve_keys(self, names: str | None = None) -> list[str]:
        """Find anew which key each second name stands for, or each in a table of (source, second
        name); gives SQL for the keys that this changes."""
        return realias(self.workings, self.table, self.run, names)

    def touch(self, *queries: str) -> None:
        """Fold these keys alone, each query one of (source, key columns). For who has resolved
        keys."""
        self.touched = self.workings.make("touched", " union ".join(queries))
        self.spoken = self.workings.make("spoken", self.alive_sql(only=self.touched))

    def fold(self, *, compares: bool = False) -> None:
        """Fold the touched keys anew; `compares`: keep what they were and are, unless all are
        folded."""
        compares = compares and self.touched is not None
        if compares:
            self.before = self._current("before", "s where s.is_sole")
        alive = f"from {self.spoken}" if self.touched else self.alive_sql()
        folded = self._fold_several(alive)
        sole, equal = self._find_sole(alive, folded)
        self._mark(alive, sole)
        self._replace_merged(folded, equal)
        if compares:
            self.after = self._current("after", f"s semi join {sole} o on o.id = s.id")

    def fold_into(self, target: str) -> None:
        """Fold every key into an empty table, leaving what is stored as it is."""
        alive = self.alive_sql()
        folded = self._fold_several(alive)
        columns = [c.name for c in self.table.columns]
        values = ", ".join(f"a.{c}" for c in ("source", *columns))
        single = f"anti join {self.several} m on {same_key(self.key, 'm', 'a')}" if folded else ""
        self._insert(target, f"select {values} from ({alive}) a {single}")
        if folded:
            self._insert(target, f"from {folded}")

    def bury(self) -> None:
        """No row of undone loads alone is current. Loads leave every row in active ones; only
        undoing takes the last away."""
        self.con.execute(
            f"""
            update {self.row}
            set is_sole = false
            where rowid in (
                select id
                from (select rowid as id, * from {self.row} where is_sole) r
                    anti join {self.run} k on {same_run("k", "r")}
            )
            """
        )

    def _current(self, step: str, sole: str) -> str:
        """The current rows of the touched keys, those of `spoken` that are the fold themselves as
        `sole` says."""
        columns = ", ".join(c.name for c in self.table.columns)
        return self.workings.make(
            step,
            f"""
            select source, {", ".join(columns_of_row(self.table))} from {self.spoken} {sole}
            union all
            select n.source, {columns}
            from {self.merged} n semi join {self.touched} t on {same_key(self.key, "t", "n")}
            """,
        )

    def _fold_several(self, alive: str) -> str:
        """The fold of the keys in `several`, which this makes; "" where there is none."""
        counted = "count(*) > 1 or max(n) > 1" if self.table.is_keyless else "count(*) > 1"
        self.several = self.workings.make(
            "several",
            f"select {', '.join(self.key)} from ({alive}) group by all having {counted}",
        )
        if not self.is_there(f"from {self.several}"):
            return ""
        return self.workings.make("folded", self.merged_sql(alive))

    def is_there(self, rows: str) -> bool:
        """True if a query gives any row."""
        return bool(self.con.execute(f"select exists ({rows})").fetchall()[0][0])

    def merged_sql(self, alive: str) -> str:
        """SQL: the fold of the keys in `several`."""
        table, key = self.table, ", ".join(self.key)
        rows = f"""
            select a.*
            from ({alive}) a semi join {self.several} m on {same_key(self.key, "m", "a")}"""
        if table.is_keyless:
            return _most(table, rows)
        is_tied = self.is_there(f"select 1 from ({alive}) group by {key}, rank having count(*) > 1")
        folded = ", ".join(
            c.name
            if c.name in table.key
            else _folded(c, self.having.get(c.name, ()), _written(table) if is_tied else None)
            for c in table.columns
        )
        return f"select source, {folded} from ({rows}) group by {key}"

    def _find_sole(self, alive: str, folded: str) -> tuple[str, str]:
        """The ids of the rows that are the fold of their keys: alone, or equal to it; and for each
        key in `several` the row that its fold equals, if there is one."""
        if not folded:
            return self.workings.make("sole", f"select id, is_sole from ({alive})"), ""
        # an event of a log stands for itself alone: which others are of its kind and second is told
        # by no row of it
        columns = ("source", *(c.name for c in self.table.columns))
        is_equal = "false" if self.table.is_keyless else same_key(columns, "f", "a")
        group = ", ".join(f"a.{c}" for c in self.key)
        equal = self.workings.make(
            "equal",
            f"""
            select {group}, min(a.id) as id, arg_min(a.is_sole, a.id) as is_sole
            from ({alive}) a join {folded} f on {is_equal}
            group by {group}
            """,
        )
        sole = self.workings.make(
            "sole",
            f"""
            select a.id, a.is_sole
            from ({alive}) a anti join {self.several} m on {same_key(self.key, "m", "a")}
            union all
            select id, is_sole from {equal}
            """,
        )
        return sole, equal

    def _mark(self, alive: str, sole: str) -> None:
        """Say of each stored row whether it is the fold of its key."""
        self.con.execute(
            f"""
            update {self.row}
            set is_sole = false
            where rowid in (
                select a.id from ({alive}) a anti join {sole} s on s.id = a.id where a.is_sole
            );
            update {self.row}
            set is_sole = true
            where rowid in (select id from {sole} where not is_sole)
            """
        )

    def _replace_merged(self, folded: str, equal: str) -> None:
        """Put the fold of the other keys in place of what it was."""
        only = f"n using {self.touched} o where {same_key(self.key, 'o', 'n')}"
        self.con.execute(f"delete from {self.merged} {only if self.touched else ''}")
        if folded:
            unequal = f"anti join {equal} e on {same_key(self.key, 'e', 'f')}"
            self._insert(self.merged, f"select f.* from {folded} f {unequal}")

    def _insert(self, target: str, query: str) -> None:
        columns = ", ".join(("source", *(c.name for c in self.table.columns)))
        self.con.execute(f"insert into {target} ({columns}) {query}")


def _written(table: Table) -> str:
    """SQL: when a row was written, or which version of a record it is; the same for all where that
    says nothing, or no export tells."""
    wanted = VERSION.get(table.name, (WRITTEN.get(table.name),))
    parts = [c.name for name in wanted for c in table.columns if c.name == name]
    known = ", ".join(f"'{n}_is_known': {n} is not null, '{n}': {n}" for n in parts)
    return f"{{{known}}}" if parts else "0"


def _folded(column: Column, exports: Collection[int], written: str | None) -> str:
    """SQL: the fold of one column over the rows of a key. Where no two rows of a key are of one
    rank, so that `written` is None, none is compared by its value, which takes a third of the
    time."""
    name, is_tied = column.name, written is not None
    having = f"filter (where export_id in ({', '.join(map(str, exports)) or 'null'}))"
    known = f"filter (where {name} is not null)"
    if column.nature != "clearable":
        newest = (
            f"(max({{'rank': rank, 'at': {written}, 'value': {name}}}) {known}).value"
            if is_tied
            else f"arg_max({name}, rank)"
        )
    elif is_tied:
        value = f"{{'rank': rank, 'at': {written}, 'known': {name} is not null, 'value': {name}}}"
        newest = f"(max({value}) {having}).value"
    else:
        newest = f"arg_max_null({name}, rank) {having}"
    return f"{newest} as {name}"


def _most(table: Table, rows: str) -> str:
    """SQL: for each identity, the events of the load that has most, the newest of those."""
    key = ("source", *table.key)
    group = ", ".join(key)
    return f"""
        with rows as ({rows}),
        counted as (
            select
                {group},
                export_id,
                from_seq,
                any_value(rank) as rank,
                sum(n)::bigint as events
            from rows
            group by all
        ),
        best as (
            select {group}, max({{
                'events': events,
                'rank': rank,
                'export_id': export_id,
                'from_seq': from_seq
            }}) as w
            from counted
            group by all
        )
        select a.source, {", ".join(f"a.{c.name}" for c in table.columns)}
        from rows a join best b
                on {same_key(key, "b", "a")}
                and b.w.export_id = a.export_id
                and b.w.from_seq = a.from_seq,
            unnest(range(a.n)) as copy(i)"""


def exports_having(con: duckdb.DuckDBPyConnection, table: Table) -> dict[str, list[int]]:
    """For each column of a table, the shapes of file that tell of it."""
    rows = con.execute("select export_id, unnest(columns[$1]) from export", [table.name]).fetchall()
    having: dict[str, list[int]] = {}
    for export_id, column in rows:
        having.setdefault(column, []).append(export_id)
    return having


def _told(table: Table, having: Mapping[str, list[int]]) -> Table:
    """The table with its names and those of its other columns that some export tells of."""
    wanted = {*table.key, *table.exported_key, table.second_name, *having}
    return replace(table, columns=tuple(c for c in table.columns if c.name in wanted))


def totals(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many rows each table has now, counted without looking any key up. Needs all loads
    committed."""
    with_rows = filled(con)
    names = [t for t in schema.tables() if f"{t}__row" in with_rows]
    counts = ", ".join(
        f"""
        (select count(*) from {t}__row where is_sole)
            + (select count(*) from {t}__merged)
            - (select count(*) from {t}__gone)"""
        for t in names
    )
    found = con.execute(f"select {counts}").fetchall()[0] if names else ()
    return dict.fromkeys(schema.tables(), 0) | dict(zip(names, found, strict=True))
