"""What became of each row of the files of a batch, told from the fold after each of them."""

from __future__ import annotations

from collections.abc import Sequence

from libstats.loading.dispositions import first_sql
from libstats.loading.receipt import Conflicts
from libstats.schema import Column
from libstats.store import ledger
from libstats.store.fold import Refold
from libstats.store.runs import Held
from libstats.store.tables import same_key, same_run


class OfBatch:
    """What became of each row of the files of a batch, told from the fold after each of them.

    A telling is what a row says of a key from a load on: of stored rows at 0, of the batch's at
    their load. `stale` has the first numbers of the rows that are, once they were counted.
    """

    def __init__(self, refold: Refold, held: Held) -> None:
        self.refold, self.con, self.table, self.held = refold, refold.con, refold.table, held
        self.key = refold.key
        self.keys = ", ".join(f"{sql} as {c}" for c, sql in refold.keys.items())
        self.names = [c.name for c in self.table.columns if c.name not in self.table.key]
        described = self.con.execute(f"describe {held.rows}").fetchall()
        self.told = {name for (name, *_) in described}
        self.stale: dict[int, tuple[str, ...]] = {}
        self.ranked = self.past_run = self.telling = self.moved = ""

    def counts(self) -> dict[int, dict[str, int]]:
        """Rows by file and disposition: new, changed, unchanged, stale; equal rows of a file count
        once, but events of a log each."""
        self._rank()
        self._find_moved()
        query = self._event_states() if self.table.is_keyless else self._row_states()
        found: dict[int, dict[str, int]] = {}
        for file, state, number, *first in self.con.execute(query).fetchall():
            if number:
                states = found.setdefault(file, {})
                states[state] = states.get(state, 0) + number
            if state == "stale" and first:
                self.stale[file] = tuple(first[0] or ())
        return found

    def conflicts(self) -> dict[int, Conflicts]:
        """Keys for which a file holds different rows, by file, where it changes what is known of
        them. For who has asked for the counts."""
        if self.table.is_keyless:
            return {}
        key = ", ".join(self.key)
        rows = self.con.execute(
            f"""
            select file, count(*), {first_sql(self.table)}
            from (
                select file, {key}
                from ({self._rows("")}) r semi join {self.moved} m
                    on m.file = r.file and {same_key(self.key, "m", "r")}
                group by all
                having count(*) > 1
            )
            group by file
            """
        )
        return {
            file: Conflicts(number, tuple(first or ())) for file, number, first in rows.fetchall()
        }

    def _find_moved(self) -> None:
        """Find `moved` (file, key): the keys whose fold a file can change, as settle.py has it:
        what comes and goes with it; and of what stays, where its shape's load before was not its
        newest, or another shape tells of the same with a rank above that."""
        workings, loads = self.refold.workings, self.held.loads
        before = workings.make(
            "before_load",
            f"""
            select
                b.file,
                b.shape,
                b.seq,
                (
                    select p.rank
                    from {self.ranked} p
                    where p.seq = (
                        select max(l.seq) from load l
                        where l.export_id = b.shape and l.seq < b.seq)
                    and p.rank < m.rank
                    and p.rank = (
                        select max(o.rank) from {self.ranked} o
                        where o.export_id = b.shape and o.seq < b.seq)
                ) as rank
            from {loads} b join {self.ranked} m on m.seq = b.seq
            """,
        )
        self.moved = workings.make(
            "moved",
            f"""
            select b.file, r.source, {self.keys}
            from {self.refold.row} r join {loads} b on b.shape = r.export_id
                and (b.seq = r.from_seq or b.seq = r.until_seq)
            union
            select r.file, {", ".join(f"r.{c}" for c in self.key)}
            from ({self._rows("")}) r join {before} p on p.file = r.file
            where p.rank is null or exists (
                from {self.telling} t
                where {same_key(self.key, "t", "r")} and t.export_id <> p.shape
                    and t.seq < p.seq and t.rank > p.rank
            )
            """,
        )

    def _rank(self) -> None:
        """Find `ranked`: the rank of each active load; `past_run`: the runs of before, with the
        best rank of the loads of before in them; `telling`."""
        first = self.held.first_seq
        self.ranked = self.refold.workings.make("ranked", ledger.active_sql())
        self.past_run = self.refold.workings.make(
            "past_run",
            f"""
            with stored as (
                select distinct export_id, from_seq, until_seq
                from {self.refold.row}
                where from_seq < {first}
            )
            select s.export_id, s.from_seq, s.until_seq, max(a.rank) as rank
            from stored s join {self.ranked} a
                on a.export_id = s.export_id
                and a.seq >= s.from_seq
                and a.seq < least(coalesce(s.until_seq, {ledger.LATEST}), {first})
            group by all
            """,
        )
        self.telling = self.refold.workings.make("telling", self._tellings())

    def _rows(self, columns: str) -> str:
        """SQL: the distinct rows of each file, with their keys and these columns."""
        return f"select file, b.seq, b.source, {self.keys}{columns} from {self._file_rows()}"

    def _file_rows(self) -> str:
        """SQL: the files' rows r, each with its load b."""
        return f"{self.held.rows} r join {self.held.loads} b using (file)"

    def _tellings(self) -> str:
        """SQL: every telling of the touched keys: seq, rank, export_id, from_seq, n, and all
        columns of the table."""
        past = "".join(f", r.{c}" for c in self.names)
        batch = "".join(f", r.{c}" for c in self.names if c in self.told)
        touched = self.refold.touched
        only = f"semi join {touched} o on {same_key(self.key, 'o', 'r')}" if touched else ""
        return f"""
            select 0 as seq, r.*
            from (
                select k.rank, r.export_id, r.from_seq, r.n, r.source, {self.keys}{past}
                from {self.refold.row} r join {self.past_run} k on {same_run("k", "r")}
            ) r {only}
            union all by name
            select a.seq, a.rank, b.shape as export_id, a.seq as from_seq, r.n, b.source,
                {self.keys}{batch}
            from {self._file_rows()} join {self.ranked} a on a.seq = b.seq"""

    def _row_states(self) -> str:
        """SQL: file, state, rows, the first numbers of them. A row is new if nothing was known of
        its key, changed if what is known of it changes, stale if it says what does not stand."""
        having, key = self.refold.having, ", ".join(self.key)
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
                from {self.telling}
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
                count(*),
                {first_sql(self.table, "r.")}
            from ({self._rows(columns)}) r
                join state s on s.seq = r.seq and {same_key(self.key, "s", "r")}
                left join {self.moved} m on m.file = r.file and {same_key(self.key, "m", "r")}
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
                from {self.telling}
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
                    join {self.held.loads} b on b.seq = f.seq
                    join state s on s.seq = f.seq and {same_key(self.key, "s", "f")}
                    left join {self.moved} m
                        on m.file = b.file and {same_key(self.key, "m", "f")}
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
