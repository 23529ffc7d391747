"""What became of each row of a file: new, changed, unchanged or stale."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from libstats.loading.compare import Taken
from libstats.schema import Column, Table
from libstats.store import fold, ledger
from libstats.store.tables import same_key


def count(
    con: duckdb.DuckDBPyConnection, table: Table, taken: Taken, export_id: int
) -> dict[str, int]:
    """What became of the distinct rows of a file beside which others are stored: new, changed,
    unchanged or stale. Needs `spoken`, `before` and `after`."""
    table = fold.told(con, table)
    counted = (
        _event_states(con, table, export_id)
        if table.is_keyless
        else _row_states(con, table, export_id)
    )
    counted["unchanged"] = (
        counted.get("unchanged", 0) + taken.kept - taken.repeated - sum(counted.values())
    )
    return counted


def _file_rows(export_id: int) -> str:
    """SQL: the rows of touched keys that the newest load of an export holds."""
    return f"select * from spoken where export_id = {export_id} and is_open"


def _row_states(con: duckdb.DuckDBPyConnection, table: Table, export_id: int) -> dict[str, int]:
    key = ("source", *table.key)
    columns = [c.name for c in table.columns if c.name not in table.key]
    differs = " or ".join(f"b.{c} is distinct from n.{c}" for c in columns) or "false"
    lost = (
        " or ".join(f"(f.{c} is not null and f.{c} is distinct from n.{c})" for c in columns)
        or "false"
    )
    known = "b.source is not null"
    alone = ""
    if table.second_name:
        # a copy known by its barcode alone is not new when its number comes
        alone = f"left join before p on b.source is null and p.source = f.source and p.{table.key[0]} = '{table.second_name}:' || f.{table.second_name}"
        known = "coalesce(b.source, p.source) is not null"
        differs = f"b.source is null or {differs}"
    return dict(
        con.execute(
            f"""
            select case when not ({known}) then 'new' when {differs} then 'changed' when {lost} then 'stale' else 'unchanged' end, count(*)
            from ({_file_rows(export_id)}) f join after n on {same_key(key, "n", "f")} left join before b on {same_key(key, "b", "f")} {alone}
            group by all
            """
        ).fetchall()
    )


def _event_states(con: duckdb.DuckDBPyConnection, table: Table, export_id: int) -> dict[str, int]:
    """Events of a log: those beyond what was known are new; the others by whether the identity's
    events are now this file's."""
    key = ("source", *table.key)
    group, values = ", ".join(key), ", ".join(c.name for c in table.columns)
    rows = con.execute(
        f"""
        with f as (select {group}, sum(n)::bigint as events, sum(n * hash({values})::hugeint) as sign from ({_file_rows(export_id)}) group by all),
        b as (select {group}, count(*) as events, sum(hash({values})::hugeint) as sign from before group by all),
        a as (select {group}, count(*) as events, sum(hash({values})::hugeint) as sign from after group by all),
        states as (
            select f.events, greatest(f.events - coalesce(b.events, 0), 0) as added,
                   case when f.events <> a.events or f.sign <> a.sign then 'stale' when b.events = a.events and b.sign <> a.sign then 'changed' else 'unchanged' end as state
            from f join a on {same_key(key, "a", "f")} left join b on {same_key(key, "b", "f")})
        select 'new', sum(added)::bigint from states union all select state, sum(events - added)::bigint from states group by state
        """
    ).fetchall()
    counted: dict[str, int] = {}
    for state, events in rows:
        counted[state] = counted.get(state, 0) + (events or 0)
    return counted


def conflicts(
    con: duckdb.DuckDBPyConnection, table: Table, export_id: int, *, has_others: bool
) -> int:
    """Keys for which the file holds two different rows. Needs `several`, and `spoken` where others
    are stored beside it."""
    if table.is_keyless:
        return 0
    key = ", ".join(("source", *table.key))
    doubled = (
        f"select 1 from ({_file_rows(export_id)}) group by {key} having count(*) > 1"
        if has_others
        else "from several"
    )
    return int(con.execute(f"select count(*) from ({doubled})").fetchall()[0][0])


class OfBatch:
    """What became of each row of the files of a batch, told from the fold after each of them.

    Needs temp tables `held` (the files' rows), `batch_load` and `touched`. A telling is what a row
    says of a key from a load on: of stored rows at 0, of the batch's at their load.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, table: Table, first_seq: int) -> None:
        self.con, self.table, self.first_seq = con, table, first_seq
        self.key = ("source", *table.key)
        self.keys = ", ".join(f"{sql} as {c}" for c, sql in fold.keyed(con, table)[0].items())
        self.names = [c.name for c in table.columns if c.name not in table.key]
        self.told = {name for (name, *_) in con.execute("describe held").fetchall()}

    def counts(self) -> dict[int, dict[str, int]]:
        """Rows by file and disposition: new, changed, unchanged, stale; equal rows of a file count
        once, but events of a log each."""
        self._rank()
        self._find_moved()
        query = self._event_states() if self.table.is_keyless else self._row_states()
        found: dict[int, dict[str, int]] = {}
        for file, state, number in self.con.execute(query).fetchall():
            if number:
                states = found.setdefault(file, {})
                states[state] = states.get(state, 0) + number
        return found

    def conflicts(self) -> dict[int, int]:
        """Keys for which a file holds different rows, by file, where it changes what is known of
        them. For who has asked for the counts."""
        if self.table.is_keyless:
            return {}
        key = ", ".join(self.key)
        rows = self.con.execute(
            f"""
            select file, count(*)
            from (
                select file, {key}
                from ({self._rows("")}) r semi join moved m
                    on m.file = r.file and {same_key(self.key, "m", "r")}
                group by all
                having count(*) > 1
            )
            group by file
            """
        )
        return dict(rows.fetchall())

    def _rows(self, columns: str) -> str:
        """SQL: the distinct rows of each file, with their keys and these columns."""
        return f"""
                select file, b.seq, b.source, {self.keys}{columns}
                from held r join batch_load b using (file)"""

    def _find_moved(self) -> None:
        """Temp table `moved` (file, key): the keys whose fold a file can change, as settle.py has
        it: what comes and goes with it; and of what stays, where its shape's load before was not
        its newest, or another shape tells of the same with a rank above that."""
        keys, row = self.keys, f"{self.table.name}__row"
        self.con.execute(
            f"""
            create or replace temp table before_load as
            select
                b.file,
                b.shape,
                b.seq,
                (
                    select p.rank
                    from ranked p
                    where p.seq = (
                        select max(l.seq) from load l
                        where l.export_id = b.shape and l.seq < b.seq)
                    and p.rank < m.rank
                    and p.rank = (
                        select max(o.rank) from ranked o
                        where o.export_id = b.shape and o.seq < b.seq)
                ) as rank
            from batch_load b join ranked m on m.seq = b.seq;
            create or replace temp table moved as
            select b.file, r.source, {keys}
            from {row} r join batch_load b on b.shape = r.export_id
                and (b.seq = r.from_seq or b.seq = r.until_seq)
            union
            select r.file, {", ".join(f"r.{c}" for c in self.key)}
            from ({self._rows("")}) r join before_load p on p.file = r.file
            where p.rank is null or exists (
                from telling t
                where {same_key(self.key, "t", "r")} and t.export_id <> p.shape
                    and t.seq < p.seq and t.rank > p.rank
            )
            """
        )

    def _rank(self) -> None:
        """Temp tables `ranked`: the rank of each active load; `past_run`: the runs of before, with
        the best rank of the loads of before in them; `telling`."""
        self.con.execute(
            f"""
            create or replace temp table ranked as {ledger.active_sql()};
            create or replace temp table past_run as
            with stored as (
                select distinct export_id, from_seq, until_seq
                from {self.table.name}__row
                where from_seq < {self.first_seq}
            )
            select s.export_id, s.from_seq, s.until_seq, max(a.rank) as rank
            from stored s join ranked a
                on a.export_id = s.export_id
                and a.seq >= s.from_seq
                and a.seq < least(coalesce(s.until_seq, {ledger.LATEST}), {self.first_seq})
            group by all;
            create or replace temp table telling as {self._tellings()}
            """
        )

    def _tellings(self) -> str:
        """SQL: every telling of the touched keys: seq, rank, export_id, from_seq, n, and all
        columns of the table."""
        past = "".join(f", r.{c}" for c in self.names)
        batch = "".join(f", r.{c}" for c in self.names if c in self.told)
        return f"""
            select 0 as seq, r.*
            from (
                select k.rank, r.export_id, r.from_seq, r.n, r.source, {self.keys}{past}
                from {self.table.name}__row r join past_run k
                    on k.export_id = r.export_id
                    and k.from_seq = r.from_seq
                    and k.until_seq is not distinct from r.until_seq
            ) r semi join touched o on {same_key(self.key, "o", "r")}
            union all by name
            select a.seq, a.rank, b.shape as export_id, a.seq as from_seq, r.n, b.source,
                {self.keys}{batch}
            from held r join batch_load b using (file) join ranked a on a.seq = b.seq"""

    def _row_states(self) -> str:
        """SQL: file, state, rows. A row is new if nothing was known of its key, changed if what is
        known of it changes, stale if it says what does not stand."""
        having, key = fold.exports_having(self.con, self.table), ", ".join(self.key)
        folded = "".join(
            f", ({_newest(self.table.column(c), having.get(c, []))} over w).value as {c}"
            for c in self.names
        )
        columns = "".join(f", r.{c}" for c in self.names if c in self.told)
        lost = " or ".join(
            f"(r.{c} is not null and r.{c} is distinct from s.now.{c})"
            for c in self.names
            if c in self.told
        )
        now = ", ".join(f"'{c}': {c}" for c in self.names) or "'nothing': 0"
        return f"""
            with known as (
                select distinct seq, {key}{folded}
                from telling
                window w as (
                    partition by {key} order by seq
                    range between unbounded preceding and current row)
            ),
            struct as (select seq, {key}, {{{now}}} as now from known),
            state as (
                select *, lag(now) over (partition by {key} order by seq) as before from struct
            )
            select
                r.file,
                case
                    when m.file is null then 'unchanged'
                    when s.before is null then 'new'
                    when s.before is distinct from s.now then 'changed'
                    when {lost or "false"} then 'stale'
                    else 'unchanged'
                end,
                count(*)
            from ({self._rows(columns)}) r
                join state s on s.seq = r.seq and {same_key(self.key, "s", "r")}
                left join moved m on m.file = r.file and {same_key(self.key, "m", "r")}
            group by all"""

    def _event_states(self) -> str:
        """SQL: file, state, events. Of an identity's events those beyond what was known are new;
        the others go by whether the identity's events are now this file's."""
        key, every = ", ".join(self.key), ", ".join(c.name for c in self.table.columns)
        return f"""
            with load_group as (
                select
                    seq,
                    {key},
                    export_id,
                    from_seq,
                    any_value(rank) as rank,
                    sum(n)::bigint as events,
                    sum(n * hash({every})::hugeint) as sign
                from telling
                group by all
            ),
            known as (
                select seq, {key}, max({{
                    'events': events,
                    'rank': rank,
                    'export_id': export_id,
                    'from_seq': from_seq,
                    'sign': sign
                }}) over w as now
                from load_group
                window w as (
                    partition by {key} order by seq
                    range between unbounded preceding and current row)
            ),
            state as (
                select *, lag(now) over (partition by {key} order by seq) as before
                from (select distinct * from known)
            ),
            judged as (
                select
                    b.file,
                    f.events,
                    case
                        when m.file is null then 0
                        else greatest(f.events - coalesce(s.before.events, 0), 0)
                    end as added,
                    case
                        when m.file is null then 'unchanged'
                        when f.events <> s.now.events or f.sign <> s.now.sign then 'stale'
                        when s.before.events = s.now.events and s.before.sign <> s.now.sign
                        then 'changed'
                        else 'unchanged'
                    end as state
                from load_group f
                    join batch_load b on b.seq = f.seq
                    join state s on s.seq = f.seq and {same_key(self.key, "s", "f")}
                    left join moved m on m.file = b.file and {same_key(self.key, "m", "f")}
            )
            select file, 'new', sum(added)::bigint from judged group by file
            union all
            select file, state, sum(events - added)::bigint from judged group by file, state"""


def _newest(column: Column, exports: Sequence[int]) -> str:
    """SQL: the newest of what tellings say of a column, as fold.py has it."""
    name = column.name
    if column.nature != "clearable":
        picked = f"{{'rank': rank, 'value': {name}}}) filter (where {name} is not null)"
    else:
        numbers = ", ".join(map(str, exports)) or "null"
        known = f"'known': {name} is not null, 'value': {name}"
        picked = f"{{'rank': rank, {known}}}) filter (where export_id in ({numbers}))"
    return f"max({picked}"
