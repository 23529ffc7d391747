"""A declaration applied to one file: the SQL that turns its text into rows of a canonical table."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from libstats import schema
from libstats.declaration.source import HEADING, Line, Source, fold_heading, headings_in


def quoted(text: str) -> str:
    """An SQL string."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Lines:
    """A file as its lines.

    sql          SQL that reads them, as column `line`
    rest         the file for those that are not stored as they stand, so that these alone are read
                 by column
    rest_sql     SQL that reads that file, as c0, c1, ...
    ragged       SQL: `line` has more fields than there are headings, or fewer
    are_records  says whether each line is a record; it waits for the count, so it is asked last
    """

    sql: str
    rest: Path
    rest_sql: str
    ragged: str
    are_records: Callable[[], bool]


@dataclass(frozen=True)
class Raw:
    """Where text comes from.

    sql        SQL whose columns are c0, c1, ... as positions of the header
    has_lines  True if it has line numbers, as `line`
    has_keys   True if persons' keys come ready, as told_COLUMN
    lines      the same file as its lines, where it may be compared by them
    is_few     True if it has few rows beside those stored, so that these are looked up in it, not
               it in them
    """

    sql: str
    has_lines: bool = False
    has_keys: bool = False
    lines: Lines | None = None
    is_few: bool = False


def read_csv(
    paths: Sequence[Path],
    delimiter: str,
    positions: Sequence[int],
    *,
    null_words: Sequence[str],
    header: bool,
) -> str:
    """SQL that reads delimited UTF-8 as text, with nothing guessed; `positions` name its columns."""
    columns = ", ".join(f"'c{i}': 'varchar'" if i >= 0 else "'line': 'bigint'" for i in positions)
    nulls = ", ".join(quoted(w) for w in ("", *null_words))
    options = {
        "delim": quoted(delimiter),
        "quote": "'\"'",
        "escape": "'\"'",
        "header": str(header).lower(),
        "auto_detect": "false",
        # what `normalise` wrote ends its lines with \n, whatever stands inside quotes
        **({} if header else {"new_line": "'\\n'"}),
        "strict_mode": "true",
        "null_padding": "false",
        "nullstr": f"[{nulls}]",
        "columns": f"{{{columns}}}",
    }
    files = ", ".join(_literal(str(path)) for path in paths)
    return f"read_csv([{files}], {', '.join(f'{k} = {v}' for k, v in options.items())})"


def _literal(path: str) -> str:
    """SQL text of a path in which no sign is a pattern for other files."""
    return quoted(re.sub(r"[*?\[]", r"[\g<0>]", path))


def _hash(text: str) -> str:
    """SQL: 64 bits that stand for the text."""
    # what md5_number_lower gives, which DuckDB works out through a text of 128 digits: three times
    # slower than md5 itself
    return f"(md5_number({text}) >> 64)::ubigint"


def in_one(positions: Iterable[int], between: str = "chr(31)") -> str:
    """SQL: the texts of a row in one, each behind the other, with SQL `between` them."""
    return f"concat({f', {between}, '.join(f'c{position}' for position in positions)})"


@dataclass(frozen=True)
class Plan:
    """How one table is filled from one file.

    lines      the SELECT lines whose headings the file has
    positions  heading -> position in the file
    header     the file's headings
    horizon    the day before which closed cases keep no patron, if there is one: what comes again
               without is then the same as it is stored
    delimiter  what stands between the fields of the file's lines, if it has such and they tell of
               this table alone
    """

    source: Source
    table: schema.Table
    lines: tuple[Line, ...]
    positions: dict[str, int]
    header: tuple[str, ...]
    horizon: date | None = None
    delimiter: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The canonical columns that this file fills."""
        return tuple(line.column for line in self.lines)

    @property
    def has_key(self) -> bool:
        """True if the file has what tells rows apart."""
        if self.table.second_name in self.columns:
            return True
        return all(c in self.columns for c in self.table.exported_key)

    @property
    def tells_more(self) -> bool:
        """True if the file tells more of the table's rows than which there are: a list of copies
        with the number of the title alone says nothing of titles."""
        names = {*self.table.key, *self.table.exported_key, self.table.second_name}
        return self.table.is_keyless or any(
            line.headings for line in self.lines if line.column not in names
        )

    def sql_of(self, expression: str) -> str:
        """The expression with each heading replaced by the file's column, and by NULL where the
        file lacks it."""
        return HEADING.sub(lambda m: self._text(m[2]), expression)

    def _text(self, heading: str) -> str:
        """SQL: the text under a heading, NULL where it is a word that means blank in this column."""
        if heading not in self.positions:
            return "null::varchar"
        text, words = f"c{self.positions[heading]}", self.source.blanks.get(heading, ())
        return (
            f"case when trim({text}) not in ({', '.join(map(quoted, words))}) then {text} end"
            if words
            else text
        )

    def present(self, line: Line) -> tuple[str, ...]:
        """The line's headings that the file has."""
        return tuple(h for h in line.headings if h in self.positions)

    def value(self, line: Line) -> str:
        """SQL: the value that a line gives, of its column's type."""
        column = self.table.column(line.column)
        sql = self.sql_of(line.expression)
        closing = next((other for other in self.lines if other.column == column.until), None)
        if closing and self.horizon:
            sql = (
                f"case when {self.value(closing)} < date '{self.horizon}' then null else {sql} end"
            )
        return f"nullif(tidy({sql}), '')" if column.type == "varchar" else f"({sql})::{column.type}"

    def _is_worked_out(self, line: Line) -> bool:
        """True for a text that is not simply that under a heading."""
        return self.table.column(line.column).type == "varchar" and not HEADING.fullmatch(
            line.expression
        )

    def _texts(self, line: Line) -> list[str]:
        return [self._text(h) for h in self.present(line)]

    @property
    def telling(self) -> tuple[str, ...]:
        """The columns that say what a row is about: one of the names, all of the key, or a log's
        time."""
        if self.table.second_name:
            return tuple(
                n for n in (*self.table.exported_key, self.table.second_name) if n in self.columns
            )
        return self.table.key[:1] if self.table.is_keyless else self.table.key

    @property
    def must(self) -> str:
        """SQL: the row does not say what it is about."""
        enough = " and " if self.table.second_name else " or "
        return "(" + enough.join(f"{c} is null" for c in self.telling) + ")"

    def bad(self, line: Line) -> str | None:
        """SQL over text and values: the text of this line is not blank and gives no value, or one
        that fails the check."""
        column = self.table.column(line.column)
        faults = []
        if (
            column.type != "varchar"
            and column.nature != "person"
            and column.name not in self.source.loose
            and line.headings
        ):
            # as a CASE, so that the text is looked at only where there is no value
            told = " or ".join(f"trim({t}) <> ''" for t in self._texts(line))
            faults.append(f"when {column.name} is null then coalesce({told}, false)")
        if column.check:
            faults.append(f"when not ({column.check}) then true")
        return f"case {' '.join(faults)} else false end" if faults else None

    @property
    def any_bad(self) -> str:
        """SQL: the row is to be rejected."""
        return f"{self.must} or {self.slipped}"

    @property
    def slipped(self) -> str:
        """SQL: a value of the row cannot be what its column says, so that it may belong to another
        column."""
        return " or ".join(b for b in map(self.bad, self.lines) if b) or "false"

    @property
    def set_aside(self) -> dict[str, str]:
        """SQL of the named rules for rows that are not data, as far as the file has their headings;
        its headings again are none."""
        only = self.source.only.get(self.table.name)
        rules = (
            {"of another table": f"not coalesce({only}, false)"}.items()
            if only
            else self.source.set_aside.items()
        )
        found = {
            name: self.sql_of(rule)
            for name, rule in rules
            if all(h in self.positions for h in headings_in(rule))
        }
        again = " and ".join(
            f"c{self.positions[h]} = {quoted(self.header[self.positions[h]])}"
            for h in self._compared
        )
        return {**found, "headings again": again} if again else found

    @property
    def _compared(self) -> list[str]:
        """The headings that decide what becomes of a row, persons' identifiers left out."""
        people = set(self.table.natured("person"))
        rules = [
            h
            for rule in (*self.source.set_aside.values(), *self.source.only.values())
            for h in headings_in(rule)
            if h in self.positions
        ]
        return sorted(
            {h for line in self.lines if line.column not in people for h in self.present(line)}
            | set(rules)
        )

    @property
    def hashed(self) -> str:
        """SQL: fingerprint of the texts that are read, persons' identifiers left out (they are
        compared by their keyed hash); without any, as they would stand in a line."""
        return (
            self._salted(_hash(self._line))
            if self.delimiter and not self.people
            else _hash(in_one(self.texts))
        )

    @property
    def is_line(self) -> bool:
        """True if all of a line is read and none of it is of a person: its fingerprint may be that
        of
        the row, and a line that is stored need not be parted into columns.

        A list of one column is none: nothing would tell a text with quotes or delimiters in it from
        a line with them.
        """
        return self.delimiter != "" and not self.people and 1 < len(self.header) == len(self.texts)

    def lines_of(self, path: Path, rest: Path, are_records: Callable[[], bool]) -> Lines:
        """The file as its lines. One with a sign of value 1 is refused, so that the file is
        normalised: DuckDB takes no table without a delimiter."""
        options = "delim = chr(1), quote = '', escape = '', header = true, auto_detect = false, strict_mode = true, columns = {'line': 'varchar'}"
        lines = f"(select line from read_csv({_literal(str(path))}, {options}) where line <> '')"
        text = read_csv(
            [rest],
            self.delimiter,
            range(len(self.header)),
            null_words=self.source.null_words,
            header=True,
        )
        bare = """case when contains(line, '"') then regexp_replace(line, '"[^"]*"', '', 'g') else line end"""
        ragged = f"length({bare}) - length(replace({bare}, {quoted(self.delimiter)}, '')) <> {len(self.header) - 1}"
        return Lines(lines, rest, text, ragged, are_records)

    @property
    def hashed_line(self) -> str:
        """SQL: the fingerprint `hashed` of the row that column `line` holds. Of a line with quotes
        it is that of no row, so that it is read by column; but two quotes alone are a blank field.
        """
        blank, none = (quoted(f"{self.delimiter}{field}{self.delimiter}") for field in ('""', ""))
        return self._salted(
            _hash(
                f"case when contains(line, '\"') then replace(line, {blank}, {none}) else line end"
            )
        )

    @property
    def _line(self) -> str:
        """SQL: the row's line without quotes; where there is none, since a text holds a delimiter
        or a quote, its texts as no line has them."""
        every, between = sorted(self.texts), quoted(self.delimiter)
        apart = in_one(every)
        return f"case when contains({apart}, {between}) or contains({apart}, '\"') then {apart} else {in_one(every, between)} end"

    def _salted(self, fingerprint: str) -> str:
        """SQL: the fingerprint of a line, made another one for each form of lines: under other
        headings an equal line says something else."""
        read = (self.header[position] for position in sorted(self.texts))
        form = hashlib.md5(
            chr(31).join((self.delimiter, *read)).encode("utf-8"), usedforsecurity=False
        ).digest()
        return f"xor({fingerprint}, {int.from_bytes(form[:8], 'big')}::ubigint)"

    @property
    def people(self) -> dict[str, str]:
        """Columns that hold persons' keys, each with the SQL that makes it."""
        natured = self.table.natured("person")
        return {line.column: self.value(line) for line in self.lines if line.column in natured}

    @property
    def texts(self) -> list[int]:
        """The positions of the file's columns that the table reads, persons' identifiers left out,
        by heading, so that their order in the file says nothing."""
        return [self.positions[h] for h in self._compared]

    def repeated(self) -> list[str]:
        """In words: the wanted headings that stand in the file several times, so that none of their
        columns is read."""
        wanted = {
            fold_heading(n): h
            for h in self.source.vendor_headings
            for n in (h, *self.source.headings.get(h, ()))
        }
        bases = [fold_heading(h.rpartition("#")[0]) for h in self.header if "#" in h]
        found = dict.fromkeys(
            wanted[b] for b in bases if b in wanted and wanted[b] not in self.positions
        )
        return [
            f"the heading {h} stands in it more than once, so it is not known which column is meant and none is read: give them different names in the report"
            for h in found
        ]

    def values_sql(self, raw: Raw) -> str:
        """SQL: every row of the file with its text (c0, ...), values, `row_hash` and, in n, 1 or 0
        where it is rejected, -1 set aside."""
        ready = self.people if raw.has_keys else {}
        # worked out below the values: `tidy` writes its text out four times, and long ones took
        # DuckDB most of the time of a small file to plan
        worked_out = {
            line.column: f"worked_{line.column}" for line in self.lines if self._is_worked_out(line)
        }
        below = "".join(
            f", {self.sql_of(line.expression)} as {worked_out[line.column]}"
            for line in self.lines
            if line.column in worked_out
        )
        told = {c: f"told_{c}" for c in ready} | {
            c: f"nullif(tidy({name}), '')" for c, name in worked_out.items()
        }
        values = ", ".join(
            f"{told.get(line.column) or self.value(line)} as {line.column}" for line in self.lines
        )
        aside = " or ".join(f"({rule})" for rule in self.set_aside.values())
        state = f"case {f'when coalesce({aside}, false) then -1 ' if aside else ''}when {self.any_bad} then 0 else 1 end"
        text = f"(select *{below} from {raw.sql})" if below else raw.sql
        return f"select *, {state} as n from (select *, {self.hashed} as row_hash, {values} from {text})"


def plans(
    source: Source, header: Sequence[str], horizon: date | None = None, delimiter: str = ""
) -> list[Plan]:
    """A plan for each table of the source whose key the file has and of which it tells more, the
    primary table's first."""
    positions = source.locate(header)
    found = []
    for name, lines in source.lines.items():
        usable = tuple(line for line in lines if line.usable(positions))
        plan = Plan(source, schema.tables()[name], usable, positions, tuple(header), horizon)
        if name in source.only and not all(h in positions for h in headings_in(source.only[name])):
            continue
        if name == source.primary or (plan.has_key and plan.tells_more):
            found.append(plan)
    return found if found[1:] else [replace(plan, delimiter=delimiter) for plan in found]
