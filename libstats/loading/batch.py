"""Small files settled at once: those of one shape are read in one statement, runs are found over all
of them, each table is folded once. State, runs, receipts and undoing are as if each had been loaded
alone, in their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import duckdb

from libstats import schema
from libstats.loading import exported_at, notes, read
from libstats.loading.compare import without_slipped
from libstats.loading.dispositions import OfBatch
from libstats.loading.incoming import Clock, Incoming
from libstats.loading.intake import shape_of, unreadable
from libstats.loading.receipt import DISPOSITIONS, FileReceipt
from libstats.loading.rejects import explain, explain_derived
from libstats.loading.staged import Place, Staged, States, alike
from libstats.privacy import forgetting, keys
from libstats.schema import Table
from libstats.store import fold, ledger, settle, unread
from libstats.store.generations import step
from libstats.store.row_groups import commit
from libstats.store.runs import Runs


class Batch:
    """Files that are settled at once. `settle` gives the receipts of the first ones, up to the one
    that must be loaded alone."""

    def __init__(self, files: Sequence[Incoming]) -> None:
        self.files = list(files)
        self.job, self.con = files[0].job, files[0].job.con
        self.clock = Clock.now(self.con)
        self.staged: list[Staged] = []
        self.states: dict[int, dict[str, States]] = defaultdict(dict)
        self.receipts: list[FileReceipt] = []
        self.first_seq = ledger.last_seq(self.con) + 1
        self.to_come: set[int] = set()
        self.scope_rows: dict[int, dict[str, int]] = {}

    def settle(self) -> list[FileReceipt]:
        """Load the files, all or nothing; gives a receipt for each of the first ones, as many as
        may share a batch."""
        self._keep(self._first_twin())
        if len(self.files) < 2:
            return []
        try:
            self._stage()
            self._keep(self._first_alone())
            if len(self.files) < 2:
                return []
            self._in_one_transaction()
            return self.receipts
        finally:
            for staged in self.staged:
                staged.drop()

    def _keep(self, number: int) -> None:
        del self.files[number:]
        for staged in self.staged:
            staged.keep(number)

    def _first_twin(self) -> int:
        """The number of the first file whose bytes are loaded already or stand in the batch
        before."""
        prints = [incoming.count.sha256 for incoming in self.files]
        loaded = "select distinct sha256 from load where sha256 in (select unnest($1::varchar[]))"
        seen = {sha for (sha,) in self.con.execute(loaded, [prints]).fetchall()}
        for number, sha in enumerate(prints):
            if sha in seen:
                return number
            seen.add(sha)
        return len(prints)

    def _stage(self) -> None:
        """Read every file and work out its values."""
        keys.hash_in_sql(self.con, self.job.key)
        for group in alike(self.files):
            staged = Staged(len(self.staged), group)
            self.staged.append(staged)
            staged.like.make_vocabulary()
            try:
                staged.read()
            except duckdb.Error:
                if not staged.find_ragged():
                    raise
                self.staged.pop()
                for part in alike([place.incoming for place in group]):
                    numbered = [Place(group[place.file].file, place.incoming) for place in part]
                    self.staged.append(Staged(len(self.staged), numbered))
                    self.staged[-1].read()
        keys.already_hashed(self.con)
        for staged in self.staged:
            for table, found in staged.evaluate().items():
                for file, states in found.items():
                    self.states[file][table] = states

    def _first_alone(self) -> int:
        """The number of the first file that must be loaded alone: its rows are not those counted,
        nothing tells when it was exported, rows are known by a second name alone, or a person is
        to be forgotten."""
        number = self._first_miscounted()
        self._keep(number)
        self._work_out_times()
        self._keep(next((n for n, r in enumerate(self.receipts) if r.exported_at is None), number))
        del self.receipts[len(self.files) :]
        number = len(self.files)
        for table in self._tables():
            if not number:
                break
            self._hold(table)
            number = min(number, self._first_by_name(table), self._first_to_forget(table))
        del self.receipts[number:]
        return number

    def _first_miscounted(self) -> int:
        for staged in self.staged:
            for file, incoming in staged.files:
                states = self.states[file][incoming.primary.table.name]
                besides = 0
                if not staged.is_fast:
                    besides = len(incoming.normalised.ragged) + incoming.normalised.aside
                if states.rows + besides != incoming.rows_read(is_normalised=not staged.is_fast):
                    return file
        return len(self.files)

    def _work_out_times(self) -> None:
        """Begin the receipts, each with the time of its export; without it where nothing tells."""
        told = dict(self._stated_times())
        newest = dict(self._newest_times())
        for file, incoming in enumerate(self.files):
            said = incoming.said_time()
            if (said is None or said[1] != "given") and file in told:
                said = (told[file], "stated")
            if said is None and newest.get(file):
                said = (newest[file], "newest")
            rows = self._rows_read(file)
            if said is None and not rows:
                said = (exported_at.modified(incoming.part.path), "modified")
            receipt = FileReceipt(
                incoming.part.entry, "loaded", incoming.source.label, "", self.first_seq + file
            )
            receipt.rows_read = rows
            if said:
                if said[0] > self.clock.latest:
                    self.to_come.add(file)
                receipt.exported_at = self.clock.not_after(said[0])
                receipt.exported_from = said[1]
            self.receipts.append(receipt)

    def _rows_read(self, file: int) -> int:
        staged = self._staged(file)
        return self.files[file].rows_read(is_normalised=not staged.is_fast)

    def _staged(self, file: int) -> Staged:
        return next(s for s in self.staged if any(place.file == file for place in s.files))

    def _stated_times(self) -> Iterator[tuple[int, datetime]]:
        for staged in self.staged:
            times = exported_at.in_rows_of_files(self.con, staged.plans[0], staged.raw())
            yield from times.items()

    def _newest_times(self) -> Iterator[tuple[int, datetime]]:
        for staged in self.staged:
            plan, columns = staged.plans[0], staged.like.happened
            if columns and staged.files:
                yield from self.con.execute(
                    f"""
                    select file, {exported_at.newest_sql(columns)}
                    from {staged.value(plan)}
                    where n = 1
                    group by file
                    """,
                    {"latest": self.clock.latest},
                ).fetchall()

    def _tables(self) -> list[Table]:
        """The canonical tables that the files fill."""
        names = {plan.table.name for staged in self.staged for plan in staged.plans}
        return [table for name, table in schema.tables().items() if name in names]

    def _held(self, table: Table) -> str:
        return f"held_{table.name}"

    def _hold(self, table: Table) -> None:
        """Temp table `held_TABLE`: each distinct row that a file holds of the table, and how
        often."""
        told = self._columns(table)
        people = [c for c in told if c in table.natured("person")]
        parts = [
            f"select file, row_hash, {', '.join(plan.columns)} from {value} where n = 1"
            for staged in self.staged
            for plan, value in staged.tables()
            if plan.table == table
        ]
        identity = ", ".join(["file", "row_hash", *people])
        values = ", ".join(f"any_value({c}) as {c}" for c in told if c not in people)
        self.con.execute(
            f"""
            create or replace temp table {self._held(table)} as
            select {identity}, count(*) as n, {values}
            from ({" union all by name ".join(parts)})
            group by {identity}
            """
        )

    def _columns(self, table: Table) -> list[str]:
        """The columns of the table that some file of the batch fills."""
        told = {
            column
            for staged in self.staged
            for plan in staged.plans
            if plan.table == table
            for column in plan.columns
        }
        return [column.name for column in table.stored if column.name in told]

    def _first_by_name(self, table: Table) -> int:
        """The number of the first file with rows that are known by a second name alone; where such
        are stored, of the first that tells of the table."""
        held, own = self._held(table), table.exported_key[0]
        if not table.second_name:
            return len(self.files)
        nameless = f"{own} is null" if own in self._columns(table) else "true"
        where = "true" if fold.needs_aliases(self.con, table) else nameless
        return self._first(f"select min(file) from {held} where {where}")

    def _first_to_forget(self, table: Table) -> int:
        """The number of the first file by which a person is forgotten."""
        number = len(self.files)
        if table.name not in {staged.plans[0].table.name for staged in self.staged}:
            return number
        instances = [incoming.instance for incoming in self.files]
        for person in table.natured("person"):
            told = [
                place.file
                for staged in self.staged
                if person in staged.plans[0].columns and staged.plans[0].table == table
                for place in staged.files
            ]
            if told:
                query = forgetting.first_to_forget_sql(table, person, self._held(table), told)
                found = self.con.execute(query, {"source": instances}).fetchall()[0][0]
                number = number if found is None else min(number, int(found))
        return number

    def _first(self, query: str) -> int:
        found = self.con.execute(query).fetchall()[0][0]
        return len(self.files) if found is None else int(found)

    def _in_one_transaction(self) -> None:
        self.con.execute("begin")
        try:
            self._enter()
            for table in self._tables():
                self._settle(table)
            self._tell()
            for incoming in self.files:
                incoming.refuse_changed()
            commit(self.con, [table.name for table in self._tables()])
        except BaseException:
            with suppress(duckdb.Error):
                self.con.execute("rollback")
            raise
        step("committed")

    def _enter(self) -> None:
        """Enter the loads. Temp table `batch_load`: file, seq, shape, place (which of its shape,
        from 1 on), source."""
        shapes = [self._shape(file, incoming) for file, incoming in enumerate(self.files)]
        places: dict[int, int] = defaultdict(int)
        columns: dict[str, list[object]] = defaultdict(list)
        for file, (incoming, shape) in enumerate(zip(self.files, shapes, strict=True)):
            places[shape] += 1
            receipt = self.receipts[file]
            states = self.states[file][incoming.primary.table.name]
            row = {
                "file": file,
                "seq": receipt.seq,
                "shape": shape,
                "place": places[shape],
                "source": incoming.instance,
                "name": incoming.part.entry,
                "sha256": incoming.count.sha256,
                "size": incoming.count.size,
                "exported_at": receipt.exported_at,
                "exported_from": receipt.exported_from,
                "is_cut": self._is_short(file),
                "rows_read": receipt.rows_read,
                "rows_kept": states.kept,
            }
            for name, value in row.items():
                columns[name].append(value)
        ledger.enter_loads(self.con, columns, self.clock.loaded_at)
        for file, rows in self.scope_rows.items():
            self.con.execute(
                "update load set scope_rows = $1 where seq = $2", [rows, self.receipts[file].seq]
            )
        step("ledger")

    def _is_short(self, file: int) -> bool:
        """True if the export broke off, or has a line that cannot be read at all: it may be the
        very row that seems to be missing."""
        incoming = self.files[file]
        if self._staged(file).is_fast:
            return False
        if incoming.is_cut:
            self.receipts[file].notes.append(notes.BROKE_OFF)
        return incoming.is_cut or bool(incoming.normalised.ragged)

    def _shape(self, file: int, incoming: Incoming) -> int:
        """The number of the file's shape in the ledger."""
        shape, column = shape_of(incoming), incoming.source.scope
        if shape.scope_column:
            staged = self._staged(file)
            rows = self.con.execute(
                f"""
                select {column}, count(*)
                from {staged.value(staged.plans[0])}
                where file = {file} and n = 1 and {column} is not null
                group by 1
                order by 1
                """
            ).fetchall()
            self.scope_rows[file] = dict(rows)
            shape = replace(shape, scope=[value for value, _ in rows])
        return shape.number(self.con)

    def _settle(self, table: Table) -> None:
        """Bring runs and fold of a table up to the loads, and say what became of the rows of those
        whose primary table it is."""
        con, columns = self.con, self._columns(table)
        con.execute(f"create or replace temp view held as from {self._held(table)}")
        Runs(con, table, columns, self.first_seq).bring_up()
        step("rows")
        for file in self._primary(table):
            staged = self._staged(file)
            incoming, states = self.files[file], self.states[file][table.name]
            if states.rejected and incoming.is_whole:
                seq = self.receipts[file].seq or 0
                unread.note(con, staged.plans[0], staged.raw(file), seq, incoming.instance)
        settled = settle.OfBatch(con, table, self.first_seq)
        settled.fold()
        step("fold")
        files = self._primary(table)
        if files:
            self._dispose(OfBatch(con, settled.table, self.first_seq), files)

    def _primary(self, table: Table) -> list[int]:
        return [f for f, i in enumerate(self.files) if i.primary.table == table]

    def _dispose(self, of_batch: OfBatch, files: Sequence[int]) -> None:
        counts, conflicts = of_batch.counts(), of_batch.conflicts()
        for file in files:
            receipt, states = self.receipts[file], self.states[file][of_batch.table.name]
            staged = self._staged(file)
            ragged = aside = 0
            if not staged.is_fast:
                normalised = self.files[file].normalised
                ragged, aside = len(normalised.ragged), normalised.aside
            found = counts.get(file, {})
            receipt.dispositions = dict.fromkeys(DISPOSITIONS, 0) | found
            receipt.dispositions["repeated"] = states.kept - sum(found.values())
            receipt.dispositions["set aside"] = states.aside + aside
            receipt.dispositions["rejected"] = states.rejected + ragged
            receipt.conflicts = conflicts.get(file, 0)

    def _tell(self) -> None:
        """End the receipts, and enter them."""
        for file, (incoming, receipt) in enumerate(zip(self.files, self.receipts, strict=True)):
            seq, staged = receipt.seq or 0, self._staged(file)
            faulty = []
            for plan in staged.plans[1:]:
                states = self.states[file][plan.table.name]
                receipt.derived[plan.table.name] = states.kept
                if states.rejected and (rows := unreadable(self.con, plan, staged.sound(file))):
                    faulty.append(plan)
                    receipt.notes.append(notes.tells_nothing(rows, plan.table.name))
            if receipt.dispositions["rejected"] or faulty:
                primary, raw = staged.plans[0], staged.raw(file)
                if staged.is_fast:
                    raw = read.as_written_anew(incoming)
                explain(self.con, primary, raw, incoming.normalised, seq)
                for plan in faulty:
                    explain_derived(self.con, plan, without_slipped(self.con, primary, raw), seq)
                receipt.notes.append(notes.rejected(seq))
            receipt.notes += notes.of_file(
                incoming, seq, self.clock, receipt.rows_read, is_to_come=file in self.to_come
            )
        ledger.enter_dispositions(self.con, self.receipts)
