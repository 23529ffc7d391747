"""One recognised part of a file on its way into the store."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from libstats.declaration.select import Plan, Raw, plans, read_csv
from libstats.declaration.source import Source
from libstats.declaration.vocabulary import functions
from libstats.errors import FileRefused
from libstats.loading import dispositions
from libstats.loading import exported_at as exported
from libstats.loading.compare import Taken, take, without_slipped
from libstats.loading.receipt import DISPOSITIONS, FileReceipt, counted
from libstats.loading.rejects import explain, explain_derived
from libstats.privacy import keys as privacy
from libstats.readers.delimited import unclosed
from libstats.readers.part import Count, Normalised, Part, Wanted, normalise
from libstats.store import ledger, settle, unread
from libstats.store.generations import step
from libstats.store.row_groups import commit
from libstats.workspace.workspace import Workspace

# From so many bytes on it pays to hash the persons of a file's first rows before all others.
MANY = 16 << 20
# What of the vocabulary of sources plan.py, exported.py and rejects.py use, whatever the source.
_VOCABULARY = "tidy iso_time shape"


@dataclass(frozen=True)
class Job:
    """One file to load, and where."""

    workspace: Workspace
    con: duckdb.DuckDBPyConnection
    scratch: Path
    path: Path
    source: str | None
    exported_at: datetime | None
    advance: Callable[[int], object]


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[0] if match else ""


class Miscounted(FileRefused):
    """The reader and the independent count disagree."""


class Intake:
    """Takes one file in: `run` gives its receipt, or raises FileRefused with nothing kept;
    `has_traces` then says what it says in a receipt."""

    def __init__(self, job: Job, source: Source, part: Part, counting: Callable[[], Count]) -> None:
        self.job, self.source, self.part, self.counting, self.con = (
            job,
            source,
            part,
            counting,
            job.con,
        )
        self.instance = job.workspace.instance(source.system, job.source)
        self.key = privacy.read_key(job.workspace.key_file)
        self.plans = plans(source, part.header, privacy.horizon(job.con), part.delimiter)
        # a file that lacks the column of its scope cannot say what it is whole for
        self.is_whole = job.workspace.is_whole(source.label, source.whole) and source.scope in (
            None,
            *self.plans[0].columns,
        )
        self.scope_rows: dict[str, int] | None = None
        self.normalised: Normalised | None = None
        self.loaded_at, self.is_set_back = ledger.now(job.con)
        # by this clock an export may come from tomorrow: the computer's may be another zone than
        # the library's
        self.latest, self.is_to_come = self.loaded_at + timedelta(days=1), False
        self.has_traces = False
        # no more than is used: DuckDB takes 50 ms to make all
        self.con.execute("set variable library_zone = $1", [job.workspace.timezone])
        self.con.execute(functions(" ".join((_VOCABULARY, *source.expressions))))

    @property
    def counted(self) -> Count:
        """The count of the file's records, which goes on beside until it is asked for. FileRefused
        where a quote never closes."""
        counted = self.counting()
        if counted.open_quote is not None:
            raise unclosed(self.part.name, counted.open_quote)
        return counted

    @property
    def rows_read(self) -> int:
        """The rows of the file, counted independently of what reads them; where its quotes cannot
        be trusted, as they were read."""
        if self.normalised is not None and not self.counted.is_regular:
            return self.normalised.records
        return self.counted.records - (not self.part.is_bare)

    def run(self) -> FileReceipt:
        """Load the file: read by DuckDB where it is regular, else normalised first."""
        self._check()
        if self.part.is_fast and not self._gleaned() and (self._is_big() or self._is_regular()):
            self.has_traces = self._is_big()
            try:
                return self._attempt(self._fast())
            except duckdb.OutOfMemoryException:
                raise
            except (duckdb.Error, Miscounted) as error:
                self._same()
                self.has_traces = isinstance(error, Miscounted) or not self._is_regular()
        try:
            receipt = self._attempt(self._normal())
        except (duckdb.Error, Miscounted):
            self._same()
            raise
        receipt.has_traces = self.has_traces
        return receipt

    def _is_big(self) -> bool:
        """True for a file so big that it is read while it is counted, and believed only if the
        count finds it regular; with tabs and bars quotes may well be characters."""
        return self.part.delimiter in ",;" and self.part.path.stat().st_size >= MANY

    def _is_regular(self) -> bool:
        """True if DuckDB reads the file as it is meant."""
        return self.counted.is_regular and self.counted.is_quoted and not self.counted.has_controls

    def _same(self) -> None:
        """FileRefused if the file is not as it was: that explains whatever else went wrong."""
        if changed := self.part.place.changed():
            raise changed

    def _check(self) -> None:
        name, plan = f"{self.part.name} ({self.source.label})", self.plans[0]
        for heading, remedy in self.source.required.items():
            if heading not in plan.positions:
                raise FileRefused(
                    f"{name}: the column {heading} is missing", f"{remedy[0].upper()}{remedy[1:]}."
                )
        if (
            self.source.is_elsewhere
            and self.job.workspace.timezone is None
            and any(line.tells_zone for p in self.plans for line in p.lines)
        ):
            zone = 'Write the library\'s zone into libstats.toml: [library] timezone = "America/New_York". Else what happens in the evening counts for the next day.'
            raise FileRefused(f"{name}: its times are those of another zone", zone)
        if not plan.has_key:
            keys = [
                h
                for line in self.source.lines[plan.table.name]
                if line.column in plan.table.exported_key
                for h in line.headings
            ]
            raise FileRefused(
                f"{name}: the column {keys[0]} is missing",
                f"Add {keys[0]} to the report: without it the same row in two files would count twice.",
            )

    def _fast(self) -> Raw:
        """The file itself, its records compared with the count later."""
        text = read_csv(
            str(self.part.path),
            self.part.delimiter,
            range(len(self.part.header)),
            null_words=self.source.null_words,
            header=True,
        )
        people = [f"c{position}" for position in sorted(self._people())]
        if people and self._is_big():
            return Raw(privacy.hash_mostly_once(self.con, self.key, text, people))
        privacy.hash_in_sql(self.con, self.key)
        lines = None
        if self.plans[0].is_line and self.part.is_mostly_plain(self.source.null_words):
            lines = self.plans[0].lines_of(
                self.part.path, self.job.scratch / "rest.csv", lambda: not self.counted.spans_lines
            )
        return Raw(text, lines=lines)

    def _people(self) -> set[int]:
        """Positions of the columns that hold persons' identifiers."""
        return {
            p.positions[h]
            for p in self.plans
            for line in p.lines
            if line.column in p.table.natured("person")
            for h in p.present(line)
        }

    def _normal(self) -> Raw:
        """The part as plain UTF-8 with only the wanted columns, persons' identifiers hashed."""
        stated = self.plans[0].positions.get(self.source.exported or "")
        people = self._people()
        keep = sorted(
            {p for plan in self.plans for p in plan.texts}
            | people
            | ({stated} if stated is not None else set())
        )
        if self.normalised is None:
            change = (
                dict.fromkeys(people, privacy.hasher(self.key, self.source.null_words))
                | self._gleaned()
            )
            wanted = Wanted(keep, change, self.source.footer, self.source.failure)
            self.normalised = normalise(
                self.part,
                self.job.scratch / "normalised.csv",
                wanted,
                self.counted,
                self.job.advance,
            )
        privacy.already_hashed(self.con)
        return Raw(
            read_csv(
                str(self.normalised.path),
                ",",
                [-1, *keep],
                null_words=self.source.null_words,
                header=False,
            ),
            has_lines=True,
        )

    def _gleaned(self) -> dict[int, Callable[[str], str]]:
        """What the reader does to columns of free text: it keeps what the pattern finds."""
        positions = self.plans[0].positions
        patterns = {
            positions[heading]: re.compile(pattern)
            for heading, pattern in self.source.glean.items()
            if heading in positions
        }
        return {position: partial(_found, pattern) for position, pattern in patterns.items()}

    def _attempt(self, raw: Raw) -> FileReceipt:
        """Load what `raw` gives, all or nothing."""
        self.con.execute("begin")
        try:
            receipt = self._loaded(raw)
            self._same()
            if receipt.outcome == "loaded":
                commit(self.con, [plan.table.name for plan in self.plans])
            else:
                self.con.execute("rollback")
        except BaseException:
            with suppress(duckdb.Error):  # of a commit that failed there is nothing to take back
                self.con.execute("rollback")
            raise
        step("committed")
        return receipt

    def _loaded(self, raw: Raw) -> FileReceipt:
        export_id = self._export(raw)
        before = self._before(export_id, raw)
        for seq, is_twin, counts in before:
            if is_twin:
                return FileReceipt(
                    self.part.entry,
                    "repeated",
                    self.source.label,
                    f"the same file is load {seq} already; nothing to do",
                    seq,
                    dispositions=counts,
                )
        for seq, *_ in before:
            settle.undo_load(self.con, seq, self.loaded_at)
        seq = ledger.enter(self.con, "load", None, self.loaded_at)
        step("ledger")
        receipt = self._take_in(raw, export_id, seq)
        receipt.notes += [
            f"load {seq} of the same file was undone: its time was only worked out, or the declaration has changed since"
            for seq, *_ in before
        ]
        if ledger.held(self.con, seq):
            why = "it has far fewer rows than the one before, looks cut or has lines that cannot be read"
            receipt.notes.append(
                f"{why}: what it lacks is kept until you run `libstats confirm {seq}`"
            )
        receipt.notes += self.plans[0].repeated()
        if lacks := self.part.lacks(self.rows_read):
            receipt.notes.append(lacks)
        if self.source.tells_zones and self.job.workspace.timezone is None:
            receipt.notes.append(
                "its times may say their zone and are taken as they are written; [library] timezone in libstats.toml turns them into the library's own clock"
            )
        if self.is_to_come:
            receipt.notes.append(
                "the time of its export is still to come: that of this load was taken instead. Is its day wrong, or the clock of this computer?"
            )
        if self.is_set_back:
            receipt.notes.append(
                f"the clock of this computer is set back: it is before the last load ({self.loaded_at:%Y-%m-%d %H:%M}); set it right"
            )
        return receipt

    def _export(self, raw: Raw) -> int:
        """Id of this shape of file, made if it is the first of its kind."""
        plan = self.plans[0]
        column = self.source.scope if self.is_whole else None
        scope = self._scope(plan, raw, column) if column else None
        columns = {p.table.name: list(p.columns) for p in self.plans}
        shape = [
            self.instance,
            self.source.label,
            self.source.hash_in(self.job.workspace.timezone),
            plan.table.name,
            self.is_whole,
            self.source.absence,
            column,
            scope,
            columns,
        ]
        names = [
            "source",
            "declaration",
            "select_hash",
            "primary_table",
            "is_whole",
            "absence",
            "scope_column",
            "scope",
            "columns",
        ]
        same = " and ".join(f"{n} is not distinct from ${i + 1}" for i, n in enumerate(names))
        found = self.con.execute(f"select export_id from export where {same}", shape).fetchall()
        if found:
            return int(found[0][0])
        new = int(
            self.con.execute("select coalesce(max(export_id), 0) + 1 from export").fetchall()[0][0]
        )
        marks = ", ".join(f"${i + 2}" for i in range(len(shape)))
        self.con.execute(
            f"insert into export (export_id, {', '.join(names)}) values ($1, {marks})",
            [new, *shape],
        )
        return new

    def _scope(self, plan: Plan, raw: Raw, column: str) -> list[str]:
        """The branches (or other scopes) that the file speaks of, for each of which it is whole;
        not those of rejected rows, which may be anything."""
        sql = f"select {column}, count(*) from ({plan.values_sql(raw)}) where n = 1 and {column} is not null group by 1 order by 1"
        self.scope_rows = dict(self.con.execute(sql).fetchall())
        return list(self.scope_rows)

    def _before(self, export_id: int, raw: Raw) -> list[tuple[int, bool, dict[str, int]]]:
        """The active loads of this very file: number, whether that was all the same, what became of
        its rows.

        Those that are not give way: under an earlier form of the declaration, or of a time that was
        only worked out where one is stated now. One of another stated time is that of a file of
        another day that happens to be equal.
        """
        stated = self._stated_time(raw)
        return self.con.execute(
            f"""select l.seq, e.export_id = $2 and is_then as is_twin, l.dispositions
               from (select *, coalesce(exported_at = $4 or (exported_at = loaded_at and $4 = $5), true) as is_then from load) l join export e using (export_id)
               where {self._same_bytes()} and l.undone_seq is null and e.source = $1 and e.declaration = $3 and (is_then or l.exported_from in ('newest', 'modified')) order by l.seq""",
            [
                self.instance,
                export_id,
                self.source.label,
                stated[0] if stated else None,
                self.loaded_at,
            ],
        ).fetchall()

    def _same_bytes(self) -> str:
        """SQL: a load was of a file with these bytes. Its fingerprint is waited for only where one
        had as many."""
        if (
            self.part.is_fast
            and not self.con.execute(
                "select exists (from load where size = $1)", [self.part.path.stat().st_size]
            ).fetchall()[0][0]
        ):
            return "false"
        return f"sha256 = '{self.counted.sha256}'"

    def _take_in(self, raw: Raw, export_id: int, seq: int) -> FileReceipt:
        primary = self.plans[0]
        taken = take(self.con, primary, raw, export_id, seq, self.instance, riders=self.plans[1:])
        ragged, outside = (
            (len(self.normalised.ragged), self.normalised.aside)
            if raw.has_lines and self.normalised
            else (0, 0)
        )
        if (
            not (raw.has_lines or self._is_regular())
            or taken.rows + ragged + outside != self.rows_read
        ):
            raise Miscounted(
                f"{self.part.name}: {self.rows_read} rows counted, {taken.rows + ragged + outside} read",
                "Please report this file's form; nothing of it was loaded.",
            )
        exported_at, how = self._time(export_id, raw, seq)
        receipt = FileReceipt(
            self.part.entry, "loaded", self.source.label, "", seq, exported_at, how, self.rows_read
        )
        self._enter(receipt, export_id, taken)
        if taken.rejected and self.is_whole:
            unread.note(self.con, primary, raw, seq, self.instance)
        receipt.stripped = privacy.strip(self.con, primary.table, export_id, seq)
        has_others = settle.resettle(
            self.con, primary.table, export_id, seq, is_plain=taken.is_plain
        )
        counts = (
            dispositions.count(self.con, primary.table, taken, export_id)
            if has_others
            else {"new": taken.kept - taken.repeated}
        )
        aside, rejected = taken.set_aside + outside, taken.rejected + ragged
        receipt.dispositions = (
            dict.fromkeys(DISPOSITIONS, 0)
            | counts
            | {"repeated": taken.repeated, "set aside": aside, "rejected": rejected}
        )
        receipt.conflicts = dispositions.conflicts(
            self.con, primary.table, export_id, has_others=has_others
        )
        if receipt.stripped:
            receipt.notes.append(
                f"{counted(receipt.stripped, 'row')} shown without their patron now: the patron's key was removed for good"
            )
        sound = (
            without_slipped(self.con, primary, raw) if taken.rejected and self.plans[1:] else raw
        )
        faulty: list[Plan] = []
        for plan in self.plans[1:]:
            told = take(
                self.con,
                plan,
                sound,
                export_id,
                seq,
                self.instance,
                seen=None if taken.rejected else taken.seen,
            )
            receipt.derived[plan.table.name] = told.kept
            faulty += [plan] if told.rejected and self._faults(plan, sound, receipt) else []
            settle.resettle(self.con, plan.table, export_id, seq, is_plain=told.is_plain)
        if rejected or faulty:  # last: `person_key` means something else after `_normal`
            self._explain(faulty, seq)
            receipt.notes.append(f"`libstats rejects {seq}` lists the rejected rows")
        self.con.execute(
            "update load set dispositions = $2, derived = $3, conflicts = $4 where seq = $1",
            [seq, receipt.dispositions, receipt.derived, receipt.conflicts],
        )
        return receipt

    def _faults(self, plan: Plan, raw: Raw, receipt: FileReceipt) -> int:
        """How many rows are about a table that rides along and cannot be read for it; the receipt
        tells of them."""
        rows = int(
            self.con.execute(
                f"select count(*) from ({plan.values_sql(raw)}) where n = 0 and not {plan.must}"
            ).fetchall()[0][0]
        )
        if rows:
            receipt.notes.append(
                f"{counted(rows, 'row')} {'tells' if rows == 1 else 'tell'} nothing of {plan.table.name}, since a value for it cannot be read"
            )
        return rows

    def _explain(self, faulty: list[Plan], seq: int) -> None:
        raw, primary = self._normal(), self.plans[0]
        explain(self.con, primary, raw, self.normalised, seq)
        for plan in faulty:
            explain_derived(self.con, plan, without_slipped(self.con, primary, raw), seq)

    def _enter(self, receipt: FileReceipt, export_id: int, taken: Taken) -> None:
        is_cut = bool(
            self.normalised
            and (
                self.normalised.broke_off
                or (self.normalised.is_cut and not self.counted.ends_cleanly)
            )
        )
        if is_cut:
            receipt.notes.append(
                "the export broke off: its last line is no whole row. Export it again"
            )
        values: list[Any] = [
            receipt.seq,
            export_id,
            self.loaded_at,
            self.part.entry,
            self.counted.sha256,
            self.counted.size,
            receipt.exported_at,
            receipt.exported_from,
        ]
        self.con.execute(
            """insert into load (seq, export_id, loaded_at, file, sha256, size, exported_at, exported_from, is_cut, rows_read, rows_kept, scope_rows)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
            # any line that cannot be read at all may be the very row that seems to be missing
            [
                *values,
                is_cut or bool(self.normalised and self.normalised.ragged),
                self.rows_read,
                taken.kept,
                self.scope_rows,
            ],
        )

    def _stated_time(self, raw: Raw) -> tuple[datetime, str] | None:
        """When the file was exported, as far as that is given, stated in its rows or in its name;
        and which of these."""
        if self.job.exported_at is not None:
            return self._not_after(self.job.exported_at), "given"
        if stated := exported.in_rows(self.con, self.plans[0], raw):
            return self._not_after(stated), "stated"
        if named := exported.in_name(self.part.entry):
            return self._not_after(named), "name"
        return None

    def _time(self, export_id: int, raw: Raw, seq: int) -> tuple[datetime, str]:
        stated = self._stated_time(raw)
        if stated is not None:
            return stated
        newest = settle.newest(
            self.con, self.plans[0].table, self._happened(), export_id, self.latest
        )
        if newest is not None:
            return newest, "newest"
        if self.rows_read == 0:
            return self._not_after(
                datetime.fromtimestamp(int(self.part.path.stat().st_mtime))
            ), "modified"
        self._explain([], seq)
        unread = self.con.execute(
            "select line, heading, reason, shape from reject where seq = $1 and shape <> '' order by line limit 1",
            [seq],
        ).fetchall()
        why = "".join(
            f"; line {line}, {heading}: {reason} ({shape})"
            for line, heading, reason, shape in unread
        )
        raise FileRefused(
            f"{self.part.name} ({self.source.label}): nothing in the file says when it was exported{why}",
            "Put the day into its name (items-2026-10-31.csv), or load it with --exported-at 2026-10-31.",
        )

    def _happened(self) -> tuple[str, ...]:
        return tuple(c for c in self.source.happened if c in self.plans[0].columns)

    def _not_after(self, moment: datetime) -> datetime:
        """The moment, if it can have come where the library is; else that of the load."""
        self.is_to_come = moment > self.latest
        return self.loaded_at if self.is_to_come else moment
