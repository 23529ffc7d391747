"""One part of a file settled alone: compared with what its shape's last load left, folded, told of
in its receipt. A big file goes this way, and one that cannot share a batch."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import duckdb

from libstats.declaration.raw import Raw
from libstats.declaration.select import Plan
from libstats.errors import FileRefused
from libstats.loading import collisions, dispositions, exported_at, notes, read
from libstats.loading.compare import Into, Taken, take, without_misleading
from libstats.loading.incoming import Clock, Incoming
from libstats.loading.receipt import DISPOSITIONS, FileReceipt, counted
from libstats.loading.rejects import explain, explain_derived, note_unread
from libstats.loading.shapes import shape_of
from libstats.loading.twins import list_sql
from libstats.privacy import forgetting
from libstats.readers.part import Besides
from libstats.store import ledger, settle, summary
from libstats.store.ledger import Shape
from libstats.store.steps import step


class Miscounted(FileRefused):
    """The reader and the independent count disagree."""


@dataclass(frozen=True)
class _Twin:
    """An active load of the same bytes, what became of its rows, and whether all was the same."""

    seq: int
    is_same: bool
    dispositions: dict[str, int]


@dataclass(frozen=True)
class _Entry:
    """A file as it stands in the ledger: its load, its shape, when it was exported, its text."""

    seq: int
    shape: int
    raw: Raw
    scope_rows: dict[str, int] | None


class Intake:
    """Takes one part in: `run` gives its receipt, or raises FileRefused with nothing kept;
    `has_traces` then says what it says in a receipt."""

    def __init__(self, incoming: Incoming) -> None:
        self.incoming, self.con = incoming, incoming.job.con
        self.clock = Clock.now(self.con)
        self.has_traces = False
        self._told_time: datetime | None = None

    def run(self) -> FileReceipt:
        """Load the file: read by DuckDB where it is regular, else normalised first."""
        incoming = self.incoming
        incoming.make_vocabulary()
        incoming.refuse_unfit()
        if incoming.is_fast and (incoming.is_big or incoming.is_regular):
            self.has_traces = incoming.is_big
            try:
                return self._attempt(read.as_it_lies(incoming))
            except duckdb.OutOfMemoryException:
                raise
            except (duckdb.Error, Miscounted) as error:
                incoming.refuse_changed()
                self.has_traces = isinstance(error, Miscounted) or not incoming.is_regular
        try:
            receipt = self._attempt(read.as_written_anew(incoming))
        except (duckdb.Error, Miscounted):
            incoming.refuse_changed()
            raise
        receipt.has_traces = self.has_traces
        return receipt

    def _attempt(self, raw: Raw) -> FileReceipt:
        """Load what `raw` gives, all or nothing."""
        self.con.execute("begin")
        try:
            receipt = self._loaded(raw)
            self.incoming.refuse_changed()
            if receipt.outcome == "loaded":
                settle.commit(self.con, [plan.table for plan in self.incoming.plans])
            else:
                self.con.execute("rollback")
        except BaseException:
            with suppress(duckdb.Error):  # of a commit that failed there is nothing to take back
                self.con.execute("rollback")
            raise
        step("committed")
        return receipt

    def _loaded(self, raw: Raw) -> FileReceipt:
        incoming = self.incoming
        shape, scope_rows = self._shape(raw)
        number = shape.number(self.con)
        twins = self._twins(number, raw)
        if twins and all(twin.is_same for twin in twins):
            return repeated(incoming, twins[0].seq, twins[0].dispositions)
        for twin in twins:
            settle.undo_load(self.con, twin.seq, self.clock.loaded_at)
        seq = ledger.enter(self.con, "load", None, self.clock.loaded_at)
        step("ledger")
        receipt = self._take_in(_Entry(seq, number, raw, scope_rows))
        receipt.notes += [
            f"load {twin.seq} of the same file was undone: its time was only worked out, or what"
            " reads it has changed since"
            for twin in twins
        ]
        receipt.remarks = incoming.part.remarks()
        receipt.notes += notes.of_file(
            incoming, seq, self.clock, receipt.rows_read, is_to_come=self._is_to_come
        )
        return receipt

    def _shape(self, raw: Raw) -> tuple[Shape, dict[str, int] | None]:
        """The shape of the file, and its rows for each branch (or other scope) for which it is
        whole; not those of rejected rows, which may be anything."""
        shape = shape_of(self.incoming)
        if shape.scope_column is None:
            return shape, None
        column = shape.scope_column
        rows = dict(
            self.con.execute(
                f"""
                select {column}, count(*) filter (where n = 1)
                from ({self.incoming.primary.values_sql(raw)})
                where {self.incoming.tells_scope} and {column} is not null
                group by 1
                order by 1
                """
            ).fetchall()
        )
        return replace(shape, scope=list(rows)), rows

    def _twins(self, shape: int, raw: Raw) -> list[_Twin]:
        """The active loads of this very file.

        Those that are not the same give way: under an earlier form of the declaration, or of a time
        that was only worked out where one is stated now. One of another stated time is that of a
        file of another day that happens to be equal.
        """
        incoming, stated, same = self.incoming, self._stated_time(raw), self._same_bytes()
        rows = self.con.execute(
            f"""
            select l.seq, l.export_id = $2 and l.is_then, l.dispositions
            from (
                select
                    *,
                    coalesce(exported_at = $4 or (exported_at = loaded_at and $4 = $5), true)
                        as is_then
                from load
            ) l join export e using (export_id)
            where {same} and l.undone_seq is null and ({list_sql(incoming)})
                and (l.is_then or l.exported_from in ('newest', 'modified'))
            order by l.seq
            """,
            [
                incoming.instance,
                shape,
                incoming.source.label,
                stated[0] if stated else None,
                self.clock.loaded_at,
            ],
        ).fetchall()
        return [_Twin(*row) for row in rows]

    def _same_bytes(self) -> str:
        """SQL: a load was of a file with these bytes. Its fingerprint is waited for only where one
        had as many."""
        incoming = self.incoming
        if incoming.part.is_fast:
            same = "select exists (from load where size = $1)"
            if not self.con.execute(same, [incoming.size]).fetchall()[0][0]:
                return "false"
        return f"sha256 = '{incoming.count.sha256}'"

    def _take_in(self, entry: _Entry) -> FileReceipt:
        incoming, plan, raw = self.incoming, self.incoming.primary, entry.raw
        taken = take(self.con, plan, raw, self._into(entry))
        self._refuse_miscounted(taken, raw)
        self._refuse_colliding(plan, entry, taken)
        when, how = self._time(entry)
        receipt = FileReceipt(
            incoming.part.written,
            "loaded",
            incoming.source.label,
            "",
            entry.seq,
            when,
            how,
            incoming.rows_read(is_normalised=raw.has_lines),
            recorded=incoming.part.entry,
        )
        self._enter(receipt, entry, taken)
        if taken.rejected and incoming.is_whole:
            note_unread(self.con, plan, raw, entry.seq, incoming.instance)
        receipt.stripped = forgetting.strip(self.con, plan.table, entry.shape, entry.seq)
        self._dispose(receipt, entry, taken)
        if receipt.stripped:
            receipt.notes.append(
                f"{counted(receipt.stripped, 'row')} without their patron now, since an export"
                " shows them so or the patron was forgotten: the key was removed for good"
            )
        faulty = self._derive(receipt, entry, taken)
        summary.write(self.con, [plan.table.name for plan in incoming.plans], entry.seq)
        doubted = len(incoming.normalised.doubted) if raw.has_lines else 0
        are_rejected = bool(receipt.dispositions["rejected"] or faulty)
        if told := notes.of_rows(entry.seq, are_rejected=are_rejected, doubted=doubted):
            receipt.notes += told
            # last: `person_key` means something else where the file is written anew
            self._explain(faulty, entry.seq)
        self.con.execute(
            "update load set dispositions = $2, derived = $3, conflicts = $4 where seq = $1",
            [entry.seq, receipt.dispositions, receipt.derived, receipt.conflicts],
        )
        return receipt

    def _into(self, entry: _Entry) -> Into:
        return Into(entry.shape, entry.seq, self.incoming.instance)

    def _refuse_miscounted(self, taken: Taken, raw: Raw) -> None:
        incoming = self.incoming
        besides = sum(_besides(incoming, raw))
        read, there = taken.rows + besides, incoming.rows_read(is_normalised=raw.has_lines)
        if not (raw.has_lines or incoming.is_regular) or read != there:
            raise Miscounted(
                f"{incoming.part.name}: {there} rows counted, {read} read",
                "Please report this file's form; nothing of it was loaded.",
            )

    def _refuse_colliding(self, plan: Plan, entry: _Entry, taken: Taken) -> None:
        is_sound = taken.is_plain and not plan.table.second_name  # each number has one row
        if not (self.incoming.is_exact or is_sound):
            held = f"from {plan.table.name}__row where {self._into(entry).is_open}"
            rows = f"(select 0 as file, * {held})"
            collisions.refuse(self.con, plan, rows, self.incoming.part.name)

    def _dispose(self, receipt: FileReceipt, entry: _Entry, taken: Taken) -> None:
        """Fold the primary table, and say what became of each row."""
        table, besides = self.incoming.primary.table, _besides(self.incoming, entry.raw)
        with settle.after_load(
            self.con, table, entry.shape, entry.seq, is_plain=taken.is_plain
        ) as refold:
            of_load = dispositions.OfLoad(refold, entry.shape)
            counts, found = of_load.counts(taken), of_load.conflicts()
            receipt.stale = of_load.stale
        receipt.conflicts, receipt.conflicting = found
        receipt.dispositions = dict.fromkeys(DISPOSITIONS, 0) | counts
        receipt.dispositions["repeated"] = taken.repeated + besides.folded
        receipt.dispositions["set aside"] = taken.set_aside + besides.aside
        receipt.dispositions["rejected"] = taken.rejected + besides.unread

    def _derive(self, receipt: FileReceipt, entry: _Entry, taken: Taken) -> list[Plan]:
        """Fill the tables that ride along; gives those of which some rows cannot be read."""
        con, (primary, *riders), raw = self.con, self.incoming.plans, entry.raw
        sound = without_misleading(con, primary, raw) if taken.misleads and riders else raw
        faulty = []
        for plan in riders:
            rode = take(con, plan, sound, self._into(entry))
            self._refuse_colliding(plan, entry, rode)
            receipt.derived[plan.table.name] = rode.kept
            if rode.rejected and (rows := unreadable(con, plan, sound)):
                faulty.append(plan)
                receipt.notes.append(notes.tells_nothing(rows, plan.table.name))
            with settle.after_load(con, plan.table, entry.shape, entry.seq, is_plain=rode.is_plain):
                pass
        return faulty

    def _explain(self, faulty: list[Plan], seq: int) -> None:
        raw, primary = read.as_written_anew(self.incoming), self.incoming.primary
        explain(self.con, primary, raw, self.incoming.normalised, seq)
        for plan in faulty:
            explain_derived(self.con, plan, without_misleading(self.con, primary, raw), seq)

    def _enter(self, receipt: FileReceipt, entry: _Entry, taken: Taken) -> None:
        incoming, raw = self.incoming, entry.raw
        is_cut = raw.has_lines and incoming.is_cut
        if is_cut:
            receipt.notes.append(notes.broke_off(incoming))
        # any line that cannot be read at all may be the very row that seems to be missing
        is_short = is_cut or bool(_besides(incoming, raw).unread)
        values: dict[str, Any] = {
            "seq": entry.seq,
            "export_id": entry.shape,
            "loaded_at": self.clock.loaded_at,
            "file": incoming.part.entry,
            "sha256": incoming.count.sha256,
            "size": incoming.count.size,
            "exported_at": receipt.exported_at,
            "exported_from": receipt.exported_from,
            "is_cut": is_short,
            "rows_read": receipt.rows_read,
            "rows_kept": taken.kept,
            "scope_rows": entry.scope_rows,
        }
        marks = ", ".join(f"${name}" for name in values)
        self.con.execute(f"insert into load ({', '.join(values)}) values ({marks})", values)

    @property
    def _is_to_come(self) -> bool:
        """True if the time that was told of the file is still to come."""
        return self._told_time is not None and self._told_time > self.clock.latest

    def _stated_time(self, raw: Raw) -> tuple[datetime, str] | None:
        """When the file was exported, as far as that is given, stated in its rows or in its name;
        and which of these."""
        said = self.incoming.said_time()
        if said is None or said[1] != "given":
            stated = exported_at.in_rows(self.con, self.incoming.primary, raw)
            said = (stated, "stated") if stated else said
        if said is None:
            return None
        self._told_time = said[0]
        return self.clock.not_after(said[0]), said[1]

    def _time(self, entry: _Entry) -> tuple[datetime, str]:
        incoming = self.incoming
        stated = self._stated_time(entry.raw)
        if stated is not None:
            return stated
        newest = exported_at.newest(
            self.con, incoming.primary.table, incoming.happened, entry.shape, self.clock.latest
        )
        if newest is not None:
            return newest, "newest"
        if (dated := incoming.part.dated()) is not None:
            return self.clock.not_after(dated[0]), dated[1]
        if incoming.rows_read(is_normalised=entry.raw.has_lines) == 0:
            self._told_time = exported_at.modified(incoming.part.path)
            return self.clock.not_after(self._told_time), "modified"
        self._explain([], entry.seq)
        label = f"{incoming.part.name} ({incoming.source.label})"
        raise exported_at.untold(self.con, label, entry.seq)


def repeated(incoming: Incoming, seq: int, counts: dict[str, int]) -> FileReceipt:
    """The receipt of a file that is loaded already."""
    return FileReceipt(
        incoming.part.written,
        "repeated",
        incoming.source.label,
        notes.loaded_already(seq, counts),
        seq,
        dispositions=counts,
    )


def unreadable(con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw) -> int:
    """How many rows are about a table that rides along and cannot be read for it."""
    about = f"select count(*) from ({plan.values_sql(raw)}) where n = 0 and not {plan.must}"
    return int(con.execute(about).fetchall()[0][0])


def _besides(incoming: Incoming, raw: Raw) -> Besides:
    """Records that are no rows of the table."""
    return incoming.normalised.besides if raw.has_lines else Besides()
