"""One recognised part of a file on its way into the store: what it is, how it is read, how many
rows it has. Whether it is settled alone or with others is intake.py's business, and batch.py's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path

import duckdb

from libstats.declaration import pattern, totals
from libstats.declaration.select import Plan, plans
from libstats.declaration.source import Source
from libstats.declaration.vocabulary import functions
from libstats.errors import FileRefused
from libstats.loading import exported_at
from libstats.privacy import forgetting, keys
from libstats.readers import placed
from libstats.readers.delimited import unclosed
from libstats.readers.part import Count, Normalised, Part, Wanted
from libstats.store import ledger
from libstats.workspace import cards
from libstats.workspace.workspace import Workspace

# From so many bytes on a file is read while it is counted, and settled alone.
BIG = 16 << 20
# What of the vocabulary of sources is used whatever the source.
_VOCABULARY = f"tidy iso_time shape {totals.WORDS}"


@dataclass(frozen=True)
class Job:
    """A command that loads, and where: its workspace, the connection to the working copy, a private
    folder, and what the person said of the files."""

    workspace: Workspace
    con: duckdb.DuckDBPyConnection
    scratch: Path
    source: str | None
    exported_at: datetime | None
    advance: Callable[[int], object]

    @cached_property
    def key(self) -> bytes:
        """The secret key for patron numbers."""
        return keys.read_key(self.workspace.key_file)

    def refuse_other_key(self) -> None:
        """WorkspaceError if the key is not that of the store. A store that knows none takes it."""
        keys.refuse_other(self.con, self.workspace.key_file, self.key)
        keys.note(self.con, self.key)


@dataclass(frozen=True)
class Clock:
    """When files are loaded, by this computer's clock, which is another than the library's."""

    loaded_at: datetime
    is_set_back: bool

    @classmethod
    def now(cls, con: duckdb.DuckDBPyConnection) -> Clock:
        """What it says; a clock that was set back does not make the ledger go back."""
        return cls(*ledger.now(con))

    @property
    def latest(self) -> datetime:
        """An export may come from tomorrow, where the library lies in another zone."""
        return self.loaded_at + timedelta(days=1)

    def not_after(self, moment: datetime) -> datetime:
        """The moment, if it can have come where the library is; else that of the load."""
        return self.loaded_at if moment > self.latest else moment


class Incoming:
    """A part, its declaration, and how each table is filled from it."""

    def __init__(self, job: Job, source: Source, part: Part, counting: Callable[[], Count]) -> None:
        self.job, self.source, self._counting = job, source, counting
        self.part = placed.given(part, job.exported_at)
        self.instance = job.workspace.instance(source.system, job.source)
        self.plans = plans(source, part.header, forgetting.horizon(job.con), part.delimiter)
        # a file that lacks the column of its scope cannot say what it is whole for
        scoped = source.scope in (None, *self.plans[0].columns)
        self.is_whole = job.workspace.is_whole(source.label, source.whole) and scoped
        self.is_exact = job.workspace.is_exact(source.label)
        self.is_ragged = False

    @property
    def tells_scope(self) -> str:
        """SQL over n: the row says of what the file is whole. Where it replaces what was told of
        it, so does one that is set aside, such as a count of 0."""
        return "n in (1, -1)" if self.source.absence == "replaced" else "n = 1"

    @property
    def primary(self) -> Plan:
        """How the table is filled of whose rows the receipt tells."""
        return self.plans[0]

    @cached_property
    def count(self) -> Count:
        """The count of its records, which goes on beside until it is asked for. FileRefused where a
        quote never closes."""
        count = self._counting()
        if count.open_quote is not None:
            raise unclosed(self.part.name, count.open_quote)
        return count

    @cached_property
    def size(self) -> int:
        """Bytes of the file that it is; of one that is packed, what it is unpacked."""
        listed = self.part.place.listed
        return listed.file_size if listed else self.part.path.stat().st_size

    @property
    def weight(self) -> int:
        """Bytes that are worked on at once."""
        return max(self.size, self.part.swells_to)

    @property
    def is_big(self) -> bool:
        """True for a file so big that it is read while it is counted, and believed only if the
        count finds it regular; with tabs and bars quotes may well be characters."""
        return self.part.is_fast and self.part.delimiter in ",;" and self.size >= BIG

    @property
    def is_regular(self) -> bool:
        """True if DuckDB reads the file as it is meant."""
        count = self.count
        return count.is_regular and count.is_quoted and not count.has_controls

    @property
    def is_fast(self) -> bool:
        """True if DuckDB itself may read it: it is text, nothing is to be gleaned from it, and it
        has not been found ragged."""
        return self.part.is_fast and not self.glean and not self.is_ragged

    @cached_property
    def places(self) -> frozenset[str]:
        """The cards that stand for places."""
        return cards.places(self.job.workspace.config, self.source.system)

    def tell_groups(self) -> None:
        """Let SQL know the groups of which every card is a place."""
        keys.groups_in_sql(self.job.con, self._groups)

    @cached_property
    def _groups(self) -> frozenset[str]:
        return cards.groups(self.job.workspace.config, self.source.system)

    @property
    def lacks_groups(self) -> bool:
        """True if groups are of places, and the file tells of patrons without their group."""
        return bool(self._groups) and any(
            plan.people and "patron_group" not in plan.columns for plan in self.plans
        )

    @cached_property
    def normalised(self) -> Normalised:
        """The part as plain UTF-8 with only the wanted columns, persons' identifiers hashed."""
        change = dict.fromkeys(
            self.people, keys.hasher(self.job.key, self.source.null_words, self.places)
        )
        wanted = Wanted(
            self.keep,
            change,
            self.glean,
            _begins(self.source.footer),
            _begins(self.source.failure),
            totals.is_total,
        )
        target = self.job.scratch / f"normalised-{id(self):x}.csv"
        return self.part.write_anew(target, wanted, lambda: self.count, self.job.advance)

    def write_anew_where_it_must_be(self) -> None:
        """Write the part anew if DuckDB itself may not read it. FileRefused where that cannot be
        done to its end."""
        if not (self.is_fast and self.is_regular):
            _ = self.normalised

    def drop(self) -> None:
        """Remove what was written anew."""
        if "normalised" in vars(self):
            self.normalised.path.unlink(missing_ok=True)

    def rows_read(self, *, is_normalised: bool) -> int:
        """The rows of the file, counted independently of what reads them; where its quotes cannot
        be trusted, as they were read."""
        if is_normalised and not self.count.is_regular:
            return self.normalised.records
        return self.count.records - (not self.part.is_bare)

    @cached_property
    def people(self) -> list[int]:
        """Positions of the columns that hold persons' identifiers."""
        found = {
            plan.positions[heading]
            for plan in self.plans
            for line in plan.lines
            if line.column in plan.table.natured("person")
            for heading in plan.present(line)
        }
        return sorted(found)

    @cached_property
    def keep(self) -> list[int]:
        """Positions of the columns that are read."""
        stated = self.primary.positions.get(self.source.exported or "")
        read = {position for plan in self.plans for position in plan.texts} | set(self.people)
        return sorted(read | ({stated} if stated is not None else set()))

    @cached_property
    def glean(self) -> dict[int, Callable[[Sequence[str]], list[str]]]:
        """What the reader does to columns of free text: it keeps what the pattern finds."""
        positions = self.primary.positions
        return {
            positions[heading]: partial(pattern.found, wanted)
            for heading, wanted in self.source.glean.items()
            if heading in positions
        }

    @property
    def is_cut(self) -> bool:
        """True if the export broke off, as far as it was normalised; asks for that."""
        cut = self.normalised.is_cut and not self.count.ends_cleanly
        return self.normalised.broke_off or cut

    def said_time(self) -> tuple[datetime, str] | None:
        """When it was exported, where the person said so, and else where the lines above its
        headings do, or its name."""
        if self.job.exported_at is not None:
            return self.job.exported_at, "given"
        if stated := self._stated_above:
            return stated, "stated"
        named = exported_at.in_name(self.part.written)
        return (named, "name") if named else None

    @cached_property
    def _stated_above(self) -> datetime | None:
        return exported_at.above(self.part, self.source.dates)

    @property
    def happened(self) -> tuple[str, ...]:
        """The columns whose newest value dates it."""
        return tuple(c for c in self.source.happened if c in self.primary.columns)

    def make_vocabulary(self) -> None:
        """Make the words that its SQL uses, and no more: DuckDB takes 50 ms to make all."""
        con = self.job.con
        con.execute("set variable library_zone = $1", [self.job.workspace.timezone])
        con.execute(functions(" ".join((_VOCABULARY, *self.source.expressions))))

    def refuse_changed(self) -> None:
        """FileRefused if the file is not as it was: that explains whatever else went wrong."""
        if changed := self.part.place.changed():
            raise changed

    def refuse_unfit(self) -> None:
        """FileRefused if it lacks what tells its rows apart, or what its times mean."""
        refuse_unfit(
            f"{self.part.name} ({self.source.label})", self.plans, self.job.workspace.timezone
        )


def refuse_unfit(name: str, plans: Sequence[Plan], timezone: str | None) -> None:
    """FileRefused, by the name, if what has these headings lacks what tells its rows apart, or what
    its times mean."""
    plan, source = plans[0], plans[0].source
    for heading, remedy in source.required.items():
        if heading not in plan.positions:
            raise FileRefused(
                f"{name}: the column {heading} is missing", f"{remedy[0].upper()}{remedy[1:]}."
            )
    if (
        source.is_elsewhere
        and timezone is None
        and any(line.tells_zone for p in plans for line in p.lines)
    ):
        raise FileRefused(
            f"{name}: its times are those of another zone",
            "Write the library's zone into libstats.toml: [library] timezone = "
            '"America/New_York". Else what happens in the evening counts for the next day.',
        )
    if not plan.has_key:
        heading = _key_heading(plan)
        raise FileRefused(
            f"{name}: the column {heading} is missing",
            f"Add {heading} to the report: without it the same row in two files would count twice.",
        )


def _key_heading(plan: Plan) -> str:
    return next(
        heading
        for line in plan.source.lines[plan.table.name]
        if line.column in plan.table.exported_key
        for heading in line.headings
    )


def _begins(line: str | None) -> Callable[[str], bool]:
    """What says of a text that it begins as the pattern of a line says; where there is none, of
    none."""
    return lambda text: line is not None and pattern.begins(line, text)
