"""Settling a table after loads or the undoing of one: which keys they tell of, and what the fold
makes of them now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import duckdb

from libstats import schema
from libstats.schema import Table
from libstats.store import aliases, gone, ledger, row_groups
from libstats.store.fold import Refold
from libstats.store.runs import Held
from libstats.store.steps import step
from libstats.store.tables import same_key, same_run


def after_load(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    export_id: int,
    seq: int,
    *,
    is_plain: bool = False,
) -> Refold:
    """Bring the current rows of a table up to the ledger after a load of one export; `is_plain`
    where its rows are the fold already.

    Gives what was folded anew, with what it was before and is after; all keys where nothing else
    is stored.
    """
    refold = Refold(con, table)
    _Load(refold, export_id, seq).touch()
    if not is_plain:
        refold.fold(compares=True)
    if refold.touched and gone.is_next_list(refold, export_id, seq):
        gone.refresh_touched(refold)
    else:
        gone.refresh(refold)
    step("fold")
    return refold


def commit(con: duckdb.DuckDBPyConnection, tables: Sequence[Table]) -> None:
    """Commit what was settled of these tables, and all else."""
    if row_groups.IS_OPEN:
        row_groups.commit(con, [table.name for table in tables])
    else:
        con.execute("commit")


def after_batch(con: duckdb.DuckDBPyConnection, table: Table, held: Held) -> Refold:
    """The same after several loads at once, without what it was before and is after."""
    refold = Refold(con, table)
    keys = ", ".join(f"{sql} as {c}" for c, sql in refold.keys.items())
    came = f"select b.source, {keys} from {held.rows} r join {held.loads} b using (file)"
    went = f"select r.source, {keys} from {refold.row} r where r.until_seq >= {held.first_seq}"
    past = f"select exists (from {refold.row} where from_seq < {held.first_seq})"
    if con.execute(past).fetchall()[0][0]:
        refold.touch(came, went)
    refold.fold()
    gone.refresh(refold)
    step("fold")
    return refold


def undo_load(con: duckdb.DuckDBPyConnection, seq: int, now: datetime) -> None:
    """Enter the undoing of a load and refold what it told of."""
    export_id, columns = con.execute(
        "select export_id, columns from load join export using (export_id) where seq = $1", [seq]
    ).fetchall()[0]
    entry = ledger.enter(con, "undo", seq, now)
    con.execute("update load set undone_seq = $1 where seq = $2", [entry, seq])
    for name in columns:
        with Refold(con, schema.tables()[name]) as refold:
            _undo(refold, export_id, seq)


def _undo(refold: Refold, export_id: int, seq: int) -> None:
    refold.bury()
    told = f"""
        {refold.keyed_sql}
        where r.export_id = {export_id}
            and r.from_seq <= {seq}
            and coalesce(r.until_seq, {ledger.LATEST}) > {seq}"""
    keys = [told]
    if refold.is_aliased:
        keys.append(f"from {refold.workings.make('touched_before', told)}")
        keys += refold.resolve_keys()
    refold.touch(*keys)
    refold.fold()
    gone.refresh(refold)


class _Load:
    """A load of an export, after which a table is folded anew.

    above    temp table of the other runs whose rank is above that of the export's previous load;
             None where that is not active, not lower in rank than this load or not the export's
             highest
    """

    def __init__(self, refold: Refold, export_id: int, seq: int) -> None:
        self.refold, self.con = refold, refold.con
        self.export_id, self.seq = export_id, seq
        self.above: str | None = None

    def touch(self) -> None:
        """Say which keys' fold this load can change, unless nothing else is stored; settles what
        second names stand for."""
        refold = self.refold
        others = f"not (export_id = {self.export_id} and from_seq = {self.seq})"
        if not refold.is_there(f"from {refold.row} where {others}"):
            if refold.is_aliased:
                refold.resolve_keys()
            return
        self.above = self._find_above()
        changed: list[str] = []
        if refold.is_aliased and aliases.needs_aliases(self.con, refold.table, others):
            changed = refold.resolve_keys(self._named())
        elif refold.is_aliased:
            # these are the first rows that are known by their second name alone: no other key
            # changes by them
            refold.resolve_keys()
        refold.touch(*self._told_anew(refold.keyed_sql, refold.table.key), *changed)

    def _named(self) -> str:
        """The second names in the rows whose part in the fold this load can change."""
        second = str(self.refold.table.second_name)
        named = self._told_anew(f"select r.source, r.{second} from {self.refold.row} r", (second,))
        return self.refold.workings.make(
            "named", f"select * from ({' union '.join(named)}) where {second} is not null"
        )

    def _told_anew(self, select: str, of: tuple[str, ...]) -> list[str]:
        """SQL for the rows whose part in the fold this load can change, as a SELECT of source and
        columns `of` from stored rows r.

        If the export's previous load is active, its highest in rank, and lower than this one, the
        rows that stay were of one rank and are so again, a higher one: that matters only where
        another row tells of the same with a rank above that previous load's.
        """
        mine, seq = f"r.export_id = {self.export_id}", self.seq
        came = f"{select} where {mine} and (r.from_seq = {seq} or r.until_seq = {seq})"
        stays = f"{select} where {mine} and r.from_seq < {seq} and r.until_seq is null"
        if self.above is None:
            return [came, stays]
        if not self.above:
            return [came]
        others = f"{select} semi join {self.above} k on {same_run('k', 'r')}"
        same = same_key(("source", *of), "u", "x")
        return [came, f"select x.* from ({others}) x semi join ({stays}) u on {same}"]

    def _find_above(self) -> str | None:
        """The other runs above the export's previous load, "" where there are none; None where
        that load is no measure."""
        rank = self._previous_rank()
        if rank is None:
            return None
        is_mine = f"export_id = {self.export_id} and until_seq is null"
        above = self.refold.workings.make(
            "above", f"from {self.refold.run} where rank > {rank} and not ({is_mine})"
        )
        return above if self.refold.is_there(f"from {above}") else ""

    def _previous_rank(self) -> int | None:
        """Rank of the export's load before this one, if that is active, lower in rank, and higher
        than all others of the export."""
        export_id, seq = self.export_id, self.seq
        rows = self.con.execute(
            f"""
            with active as ({ledger.active_sql()})
            select p.rank
            from active p, active l
            where l.seq = {seq}
                and p.rank < l.rank
                and p.seq = (
                    select max(seq) from load where export_id = {export_id} and seq < {seq})
                and p.rank = (
                    select max(rank) from active where export_id = {export_id} and seq < {seq})
            """
        ).fetchall()
        return int(rows[0][0]) if rows else None
