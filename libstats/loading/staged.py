"""Files of one shape as tables: their text, read in one statement, and the values of each canonical
table that they fill."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import duckdb

from libstats.declaration.raw import Raw, read_csv
from libstats.declaration.select import Plan
from libstats.loading.incoming import Incoming
from libstats.privacy import keys
from libstats.readers.part import Besides


class Place(NamedTuple):
    """A file among those that wait: its number, and itself."""

    file: int
    incoming: Incoming


@dataclass
class States:
    """How many rows of a file are kept, rejected and set aside by one table; the totals apart."""

    kept: int = 0
    rejected: int = 0
    aside: int = 0
    totals: int = 0

    @property
    def rows(self) -> int:
        """All of them."""
        return self.kept + self.rejected + self.all_aside

    @property
    def all_aside(self) -> int:
        """Those set aside, totals too."""
        return self.aside + self.totals


class Staged:
    """Some files of one shape in temp tables: `text_K` (file, their text), and `value_K_TABLE`
    (file, n, row_hash, the columns of the table that they fill) for each table."""

    def __init__(self, number: int, files: Sequence[Place]) -> None:
        self.number, self.files = number, files
        self.like = files[0].incoming
        self.con = self.like.job.con
        self.is_fast = self.like.is_fast and self.like.is_regular
        self.text = f"text_{number}"
        self._has_misleading = False

    @property
    def plans(self) -> list[Plan]:
        """How each table is filled, the primary table's first."""
        return self.like.plans

    def read(self) -> None:
        """Read the files' text. For who has made the keyed hash of persons."""
        people = ", ".join(
            f"if(is_place(c{p}), '{keys.PLACE}', keyed_hash(c{p})::varchar) as c{p}"
            for p in self.like.people
        )
        replaced = f"* replace ({people})" if people and self.is_fast else "*"
        numbers = [place.file for place in self.files]
        self.con.execute(
            f"""
            create or replace temp table {self.text} as
            select ({numbers}::integer[])[file_index::bigint + 1] as file, {replaced}
            from {self._csv(self.files)}
            """
        )

    def find_ragged(self) -> bool:
        """Mark the files that DuckDB cannot read, so that they are written anew; True if there are
        any."""
        for place in self.files if self.is_fast else ():
            try:
                self.con.execute(f"select count(*) from {self._csv([place])}")
            except duckdb.Error:
                place.incoming.is_ragged = True
        return any(place.incoming.is_ragged for place in self.files)

    def _csv(self, files: Sequence[Place]) -> str:
        words = self.like.source.null_words
        if self.is_fast:
            paths = [place.incoming.part.path for place in files]
            every = range(len(self.like.part.header))
            return read_csv(paths, self.like.part.delimiter, every, null_words=words, header=True)
        paths = [place.incoming.normalised.path for place in files]
        delimiter = self.like.part.delimiter_anew
        return read_csv(
            paths,
            delimiter,
            [-1, *self.like.keep],
            null_words=words,
            header=False,
            is_quoted=delimiter == ",",
        )

    def raw(self, file: int | None = None) -> Raw:
        """The text of all files, or of one."""
        where = "" if file is None else f" where file = {file}"
        return Raw(f"(select * from {self.text}{where})", has_lines=not self.is_fast)

    def value(self, plan: Plan) -> str:
        """The name of the table of values."""
        return f"value_{self.number}_{plan.table.name}"

    def evaluate(self) -> dict[str, dict[int, States]]:
        """Make the values of each table; gives the rows by table and file."""
        primary, *riders = self.plans
        states = {primary.table.name: self._evaluate(primary, self.raw())}
        sound = self.raw()
        if riders and any(s.rejected or s.totals for s in states[primary.table.name].values()):
            sound = self._without_misleading(self.raw())
        for plan in riders:
            states[plan.table.name] = self._evaluate(plan, sound)
        return states

    def sound(self, file: int) -> Raw:
        """The text of a file without the rows that mislead, for tables that ride along."""
        return self._without_misleading(self.raw(file))

    def _without_misleading(self, raw: Raw) -> Raw:
        primary = self.plans[0]
        misleading = f"misleading_{self.number}"
        if not self._has_misleading:
            self.con.execute(
                f"""
                create or replace temp table {misleading} as
                select distinct file, row_hash
                from ({primary.values_sql(self.raw())})
                where {primary.misleading}
                """
            )
            self._has_misleading = True
        where = f"(file, {primary.hashed}) not in (from {misleading})"
        return Raw(f"(select * from {raw.sql} where {where})", raw.has_lines)

    def _evaluate(self, plan: Plan, raw: Raw) -> dict[int, States]:
        value = self.value(plan)
        columns = ", ".join(plan.columns)
        self.con.execute(
            f"""
            create or replace temp table {value} as
            select file, n, row_hash, {columns} from ({plan.values_sql(raw)})
            """
        )
        found = {place.file: States() for place in self.files}
        rows = self.con.execute(f"select file, n, count(*) from {value} group by all")
        for file, state, number in rows.fetchall():
            name = {1: "kept", 0: "rejected", -1: "aside", -2: "totals"}[state]
            setattr(found[file], name, number)
        return found

    def drop(self) -> None:
        """Drop the temp tables."""
        for name in (self.text, *map(self.value, self.plans)):
            self.con.execute(f"drop table if exists {name}")

    def tables(self) -> Iterator[tuple[Plan, str]]:
        """Each plan with the name of its values."""
        return ((plan, self.value(plan)) for plan in self.plans)


class Staging:
    """Files that wait, read and evaluated: each is told by its number among them."""

    def __init__(self, files: Sequence[Incoming]) -> None:
        self.files = list(files)
        self.job, self.con = files[0].job, files[0].job.con
        self.states: dict[int, dict[str, States]] = {n: {} for n in range(len(files))}
        self._shapes: list[Staged] = []
        places = frozenset().union(*(file.places for file in self.files))
        keys.hash_in_sql(self.con, self.job.key, places)
        for group in _alike([Place(*each) for each in enumerate(self.files)]):
            self._read(group)
        keys.already_hashed(self.con)
        for staged in self._shapes:
            staged.like.tell_groups()
            for table, found in staged.evaluate().items():
                for file, states in found.items():
                    self.states[file][table] = states
        self._shape_of = {place.file: staged for staged in self._shapes for place in staged.files}

    def _read(self, group: Sequence[Place]) -> None:
        staged = Staged(len(self._shapes), group)
        self._shapes.append(staged)
        staged.like.make_vocabulary()
        try:
            staged.read()
        except duckdb.Error:
            if not staged.find_ragged():
                raise
            self._shapes.pop()
            for part in _alike(group):
                self._read(part)

    def shape(self, file: int) -> Staged:
        """What the file is staged in, with all of its shape."""
        return self._shape_of[file]

    def shapes(self, numbers: range) -> list[Staged]:
        """What these files are staged in."""
        return list(dict.fromkeys(self._shape_of[number] for number in numbers))

    def besides(self, file: int) -> Besides:
        """Records of a file that are no rows of a table."""
        return Besides() if self.shape(file).is_fast else self.files[file].normalised.besides

    def rows_read(self, file: int) -> int:
        """The rows of a file, counted independently of what reads them."""
        return self.files[file].rows_read(is_normalised=not self.shape(file).is_fast)

    def is_miscounted(self, file: int) -> bool:
        """True if the rows are not those counted."""
        states = self.states[file][self.files[file].primary.table.name]
        return states.rows + sum(self.besides(file)) != self.rows_read(file)

    def drop(self) -> None:
        """Drop the temp tables, and the files written anew."""
        for staged in self._shapes:
            staged.drop()


def _alike(places: Sequence[Place]) -> list[list[Place]]:
    """Files by shape: one declaration, the same headings, read the same way."""
    found: dict[object, list[Place]] = {}
    for place in places:
        incoming = place.incoming
        shape = (
            incoming.instance,
            incoming.source.label,
            incoming.source.select_hash,
            incoming.part.header,
            incoming.part.delimiter,
            incoming.is_fast and incoming.is_regular,
        )
        found.setdefault(shape, []).append(place)
    return list(found.values())
