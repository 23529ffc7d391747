"""What became of each row of a file: new, changed, unchanged or stale."""

from __future__ import annotations

from libstats.loading.compare import Taken
from libstats.loading.receipt import Conflicts
from libstats.schema import Table
from libstats.store.fold import Refold
from libstats.store.tables import same_key

# how many numbers of conflicts a receipt names; and what is sure to be a number, not a text
FIRST = 3
_NUMBER = "[A-Za-z]{0,4}[0-9.-]{1,20}[A-Za-z]?"


def first_sql(table: Table, rows: str = "") -> str:
    """SQL: the first keys of a group of these rows, where they are numbers of records."""
    key = f"{rows}{table.key[-1]}::varchar"
    is_number = f"regexp_full_match({key}, '{_NUMBER}')"
    return f"list({key} order by length({key}), {key}) filter (where {is_number})[:{FIRST}]"


class OfLoad:
    """What became of each row of a file that was loaded alone, told from what was folded anew; the
    first numbers of those that are `stale`, once they were counted."""

    def __init__(self, refold: Refold, export_id: int) -> None:
        self.refold, self.con, self.table = refold, refold.con, refold.table
        # the rows of touched keys that this load, the newest of its export, holds
        self.stale: tuple[str, ...] = ()
        self.rows = f"select * from {refold.spoken} where export_id = {export_id} and is_open"

    def counts(self, taken: Taken) -> dict[str, int]:
        """The distinct rows by disposition: new, changed, unchanged or stale."""
        if not self.refold.touched:
            return {"new": taken.kept - taken.repeated}
        query = self._event_states() if self.table.is_keyless else self._row_states()
        counted: dict[str, int] = {}
        for state, number, *first in self.con.execute(query).fetchall():
            counted[state] = counted.get(state, 0) + (number or 0)
            if state == "stale" and first:
                self.stale = tuple(first[0] or ())
        untouched = taken.kept - taken.repeated - sum(counted.values())
        return counted | {"unchanged": counted.get("unchanged", 0) + untouched}

    def conflicts(self) -> Conflicts:
        """Keys for which the file holds two different rows."""
        if self.table.is_keyless or not self.refold.several:
            return Conflicts()
        key = ", ".join(self.refold.key)
        doubled = f"select {key} from {self.refold.several}"
        if self.refold.touched:
            doubled = f"select {key} from ({self.rows}) group by {key} having count(*) > 1"
        named = first_sql(self.table)
        ((number, first),) = self.con.execute(
            f"select count(*), {named} from ({doubled})"
        ).fetchall()
        return Conflicts(int(number), tuple(first or ()))

    def _row_states(self) -> str:
        """SQL: state, rows, the first numbers of them."""
        table, key, before = self.table, self.refold.key, self.refold.before
        columns = [c.name for c in table.columns if c.name not in table.key]
        differs = " or ".join(f"b.{c} is distinct from n.{c}" for c in columns) or "false"
        lost = " or ".join(f"(f.{c} is not null and f.{c} is distinct from n.{c})" for c in columns)
        known, alone = "b.source is not null", ""
        if second := table.second_name:
            # a copy known by its barcode alone is not new when its number comes
            alone = f"""
                left join {before} p
                    on b.source is null
                    and p.source = f.source
                    and p.{table.key[0]} = '{second}:' || f.{second}"""
            known = "coalesce(b.source, p.source) is not null"
            differs = f"b.source is null or {differs}"
        return f"""
            select
                case
                    when not ({known}) then 'new'
                    when {differs} then 'changed'
                    when {lost or "false"} then 'stale'
                    else 'unchanged'
                end,
                count(*),
                {first_sql(table, "f.")}
            from ({self.rows}) f
                join {self.refold.after} n on {same_key(key, "n", "f")}
                left join {before} b on {same_key(key, "b", "f")}
                {alone}
            group by all"""

    def _event_states(self) -> str:
        """SQL: state, events of a log: those beyond what was known are new; the others by whether
        the identity's events are now this file's."""
        key = self.refold.key
        group, values = ", ".join(key), ", ".join(c.name for c in self.table.columns)
        every = f"select {group}, count(*) as events, sum(hash({values})::hugeint) as sign"
        return f"""
            with f as (
                select
                    {group},
                    sum(n)::bigint as events,
                    sum(n * hash({values})::hugeint) as sign
                from ({self.rows})
                group by all
            ),
            b as ({every} from {self.refold.before} group by all),
            a as ({every} from {self.refold.after} group by all),
            states as (
                select
                    f.events,
                    greatest(f.events - coalesce(b.events, 0), 0) as added,
                    case
                        when f.events <> a.events or f.sign <> a.sign then 'stale'
                        when b.events = a.events and b.sign <> a.sign then 'changed'
                        else 'unchanged'
                    end as state
                from f
                    join a on {same_key(key, "a", "f")}
                    left join b on {same_key(key, "b", "f")}
            )
            select 'new', sum(added)::bigint from states
            union all
            select state, sum(events - added)::bigint from states group by state"""
