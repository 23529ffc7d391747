"""Which keys are gone: what a believed whole list that covers it lacks, and no later load holds.

A key is gone if a believed whole-state load that covers it was exported after every active load
that holds it, be it in a row that could not be read: what a whole list holds in rejected rows is
there too, and stands in

unread    (seq, source, table_name, name, hash): the load, by which second name the row says what it
          is about ('': by its key), and that, hashed
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import duckdb

from libstats.schema import Table
from libstats.store import ledger
from libstats.store.fold import Refold
from libstats.store.tables import now_sql, same_key


def refresh(refold: Refold) -> None:
    """Find anew which of all current keys are gone."""
    refold.con.execute(f"delete from {refold.table.name}__gone")
    _Search(refold, f"({now_sql(refold.table)})").run()


def refresh_touched(refold: Refold) -> None:
    """Find anew which of the touched keys are gone; for who has folded and compared them."""
    touched, same = refold.touched, same_key(refold.key, "o", "g")
    refold.con.execute(f"delete from {refold.table.name}__gone g using {touched} o where {same}")
    _Search(refold, refold.after, refold.spoken).run()


def find(refold: Refold, now: str) -> None:
    """Find which keys in table `now`, the fold of what was known then, were gone; into an empty
    T__gone."""
    _Search(refold, now).run()


def after_confirming(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Find anew which keys are gone, since a whole-state load is believed now."""
    with Refold(con, table) as refold:
        refresh(refold)


class _Search:
    """A search for what is gone among the keys in `now` (SQL of relation): by the stored rows in
    `spoken`, which are all that tell of them, or by all stored rows."""

    def __init__(self, refold: Refold, now: str, spoken: str = "") -> None:
        self.refold, self.con, self.table = refold, refold.con, refold.table
        self.now, self.spoken = now, spoken
        self.key = ", ".join(refold.key)

    def run(self) -> None:
        """Write them to T__gone."""
        wholes = self._wholes()
        if not wholes:
            return
        # what the newest list holds is not gone: only keys that older loads hold are looked at
        newest = max(w.exported_at for w in wholes)
        unreadable = self._unreadable_sql()
        older = self._find_older(newest, unreadable)
        if not self.refold.is_there(f"from {older}"):
            return
        rows = f"from {self.spoken}" if self.spoken else self.refold.alive_sql(only=older)
        joins, covered_at = self._covered(wholes)
        self.con.execute(
            f"""
            insert into {self.table.name}__gone
            with held as (select {self.key}, exported_at from ({rows}) {unreadable}),
            seen as (
                select s.*
                from {older} s anti join (from held where exported_at >= '{newest}') f
                    on {same_key(self.refold.key, "f", "s")}
            )
            select {", ".join(f"t.{c}" for c in self.refold.key)}, s.seen_at
            from {self.now} t
                join seen s on {same_key(self.refold.key, "s", "t")}
                {" ".join(joins)}
            where s.seen_at < greatest({", ".join(covered_at)})
            """
        )

    def _wholes(self) -> list[ledger.Whole]:
        """The believed whole-state loads that cover anything of the table."""
        listed = f"from export where is_whole and primary_table = '{self.table.name}'"
        if not self.refold.is_there(listed):
            return []
        return [
            w
            for w in ledger.wholes(self.con, self.refold.at)
            if w.table == self.table.name and w.is_believed and w.scope != ()
        ]

    def _find_older(self, newest: datetime, unreadable: str) -> str:
        """The keys that loads hold that were exported before the newest whole one, and when each
        was last seen in these."""
        rows = f"from {self.spoken}"
        if not self.spoken:
            is_open = f"from {self.refold.run} where until_seq is null and exported_at < '{newest}'"
            where = "true" if self.refold.is_there(is_open) else "r.until_seq is not null"
            rows = self.refold.alive_sql(where=where)
        return self.refold.workings.make(
            "older",
            f"""
            with held as (select {self.key}, exported_at from ({rows}) {unreadable})
            select {self.key}, max(exported_at) as seen_at
            from held
            where exported_at < '{newest}'
            group by all
            """,
        )

    def _covered(self, wholes: list[ledger.Whole]) -> tuple[list[str], list[str]]:
        """SQL: joins of current rows t with the newest time at which a whole list covered them, by
        each column that is a scope; and these times."""
        rows = [
            (w.source, w.scope_column, value, w.exported_at)
            for w in wholes
            for value in (w.scope if w.scope is not None else (None,))
        ]
        covered = self.refold.workings.make(
            "covered",
            """
            select
                unnest($1::varchar[]) as source,
                unnest($2::varchar[]) as scope_column,
                unnest($3::varchar[]) as scope,
                unnest($4::timestamp[]) as exported_at
            """,
            [[row[place] for row in rows] for place in range(4)],
        )
        joins, times = [], []
        for i, column in enumerate(sorted({w.scope_column for w in wholes}, key=str)):
            where = f"scope_column = '{column}'" if column else "scope_column is null"
            match = f"c{i}.scope = t.{column}" if column else "true"
            joins.append(
                f"""
                left join (
                    select source, scope, max(exported_at) as exported_at
                    from {covered}
                    where {where}
                    group by all
                ) c{i} on c{i}.source = t.source and {match}"""
            )
            times.append(f"c{i}.exported_at")
        return joins, times

    def _unreadable_sql(self) -> str:
        """SQL to go on with: the current keys that rejected rows of active loads are about, each
        with the time of the load; nothing where there are none."""
        table = self.table
        if not self.refold.is_there(f"from unread where table_name = '{table.name}'"):
            return ""
        keys = [f"t.{c}" for c in table.key]
        same = f"(u.name = '' and u.hash = md5_number_lower({key_text(keys)}))"
        if second := table.second_name:
            named = f"u.hash = md5_number_lower(t.{second}::varchar)"
            same += f" or (u.name = '{second}' and {named})"
        return f"""
            union all
            select t.source, {", ".join(keys)}, a.exported_at
            from {self.now} t
                join unread u
                    on u.source = t.source and u.table_name = '{table.name}' and ({same})
                join ({ledger.active_sql(self.refold.at)}) a on a.seq = u.seq"""


def is_next_list(refold: Refold, export_id: int, seq: int) -> bool:
    """True if nothing tells of the table but the whole lists of one export, all rows of theirs
    read, and this is the next after one that is believed: no key comes or goes but those it
    touches.

    Lists of one time do not retire one another: what only the first of them held goes with the next
    one, though that touches none of it.
    """
    con, table = refold.con, refold.table.name
    lists = [w for w in ledger.wholes(con) if w.table == table]
    before = con.execute(
        "select max(seq) from load where export_id = $1 and seq < $2", [export_id, seq]
    ).fetchall()[0][0]
    last = [(w.seq, w.is_believed) for w in lists[-2:]]
    if last != [(before, True), (seq, True)]:
        return False
    if any(w.exported_at >= lists[-2].exported_at for w in lists[:-2]):
        return False
    others = con.execute(
        f"""
        select
            exists (from {refold.run} where export_id <> {export_id})
            or exists (from unread where table_name = '{table}')
        """
    )
    return not others.fetchall()[0][0]


def key_text(columns: Iterable[str]) -> str:
    """SQL: a key as one text, as it is hashed."""
    return f"concat({', chr(31), '.join(f'{c}::varchar' for c in columns)})"
