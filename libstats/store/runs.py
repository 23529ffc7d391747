"""The stored runs of a table brought up to several loads at once.

What the loads hold of the table lies in temp table `held` (file, row_hash, n, the columns that they
tell of): each distinct row of a file, and how often it stands there. `batch_load` (file, seq,
shape, place, source) says which load a file is, and which of its shape in the batch, from 1 on.
A row that stands in consecutive loads of a shape is one run, which may have begun before.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from libstats.schema import Table
from libstats.store.tables import same_key


class Runs:
    """The runs of a table: `people` are the columns of persons' keys among `columns`, those that
    the loads tell of."""

    def __init__(
        self, con: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[str], first_seq: int
    ) -> None:
        self.con, self.table, self.columns, self.first_seq = con, table, columns, first_seq
        self.row = f"{table.name}__row"
        self.people = tuple(c for c in columns if c in table.natured("person"))

    def bring_up(self) -> None:
        """Close the runs that end in the batch, and write those that begin in it."""
        self._find_open()
        if self.table.is_keyless:
            self._find_group_runs()
        else:
            self._find_row_runs()
        self._close()
        self._write()

    def _find_open(self) -> None:
        """Temp table `opened`: the rows that the last loads of these shapes left open. Of several
        that are equal since their persons were forgotten one alone goes on."""
        identity = ["row_hash", *self.people]
        group = self.table.key if self.table.is_keyless else ()
        of_group = "".join(f", {c}" for c in group if c not in identity)
        self.con.execute(
            f"""
            create or replace temp table opened as
            select
                rowid as id,
                export_id as shape,
                n,
                {", ".join(identity)}{of_group},
                row_number() over (
                    partition by export_id, {", ".join(identity)} order by rowid
                ) as twin
            from {self.row}
            where until_seq is null and from_seq < {self.first_seq}
                and export_id in (select shape from batch_load)
            """
        )

    def _find_row_runs(self) -> None:
        """Temp table `row_run`: shape, the fingerprint and persons of a row, the first and the last
        place of a run of it in the batch (0: it was open), and the id of the open row."""
        identity = ", ".join(["row_hash", *self.people])
        self.con.execute(
            f"""
            create or replace temp table row_run as
            with every as (
                select shape, 0 as place, {identity}, id from opened where twin = 1
                union all
                select shape, place, {identity}, null
                from held join batch_load using (file)
            ),
            island as (
                select
                    *,
                    place - row_number() over (
                        partition by shape, {identity} order by place
                    ) as island
                from every
            )
            select shape, {identity}, min(place) as first, max(place) as last, max(id) as id
            from island
            group by shape, {identity}, island
            """
        )

    def _find_group_runs(self) -> None:
        """The same for a log: its events of one identity come and go together, so that a run holds
        the whole group; it goes on while the group stays what it is."""
        key, members = self.table.key, ", ".join(["row_hash", *self.people])
        identity = ", ".join(key)
        same = same_key(key, "g", "r")
        content = f"list(row({members}, n) order by {members}, n)"
        self.con.execute(
            f"""
            create or replace temp table group_run as
            with every as (
                select shape, 0 as place, {identity}, {content} as content
                from opened
                group by all
                union all
                select shape, place, {identity}, {content}
                from held join batch_load using (file)
                group by all
            ),
            marked as (
                select *, lag(place) over w is distinct from place - 1
                    or lag(content) over w is distinct from content as begins
                from every
                window w as (partition by shape, {identity} order by place)
            ),
            island as (
                select *, count(*) filter (where begins) over (
                    partition by shape, {identity} order by place) as island
                from marked
            )
            select shape, {identity}, min(place) as first, max(place) as last
            from island
            group by shape, {identity}, island;
            create or replace temp table row_run as
            select g.shape, {", ".join(f"r.{c}" for c in ("row_hash", *self.people))},
                g.first, g.last, r.id, {", ".join(f"g.{c}" for c in key)}
            from group_run g join opened r on r.shape = g.shape and {same}
            where g.first = 0
            """
        )

    def _close(self) -> None:
        self.con.execute(
            f"""
            update {self.row} as r
            set until_seq = l.seq
            from (
                select id, shape, last + 1 as place from row_run where id is not null
                union all
                select id, shape, 1 from opened
                where twin > 1 and {"false" if self.table.is_keyless else "true"}
            ) c join batch_load l on l.shape = c.shape and l.place = c.place
            where r.rowid = c.id
            """
        )

    def _write(self) -> None:
        runs, key = "row_run", ("row_hash", *self.people)
        if self.table.is_keyless:
            runs, key = "group_run", self.table.key
        columns = ", ".join(self.columns)
        values = ", ".join(f"h.{c}" for c in self.columns)
        self.con.execute(
            f"""
            insert into {self.row}
                (source, export_id, from_seq, until_seq, is_sole, row_hash, n, {columns})
            select b.source, b.shape, b.seq, e.seq, false, h.row_hash, h.n, {values}
            from held h join batch_load b using (file)
                join {runs} x
                    on x.shape = b.shape and x.first = b.place and {same_key(key, "x", "h")}
                left join batch_load e on e.shape = b.shape and e.place = x.last + 1
            """
        )
