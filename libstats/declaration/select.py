"""A declaration applied to one file: the SQL that turns its text into rows of a canonical table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from libstats import schema
from libstats.declaration import spreadsheet, totals
from libstats.declaration.fingerprint import Fingerprint
from libstats.declaration.raw import Raw, quoted
from libstats.declaration.source import HEADING, Line, Source, fold_heading, headings_in


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
        """SQL: the text under a heading, NULL where it is a word for blank in this column."""
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
        if column.nature == "person" and (group := self._group):
            sql = f"case when not is_place_group({group}) then {sql} end"
        closing = next((other for other in self.lines if other.column == column.until), None)
        if closing and self.horizon:
            sql = (
                f"case when {self.value(closing)} < date '{self.horizon}' then null else {sql} end"
            )
        return f"nullif(tidy({sql}), '')" if column.type == "varchar" else f"({sql})::{column.type}"

    @property
    def _group(self) -> str | None:
        """SQL: the text of a patron's group, where the file has it: every card of some groups
        stands for a place, and for no person."""
        return next(
            (self.sql_of(x.expression) for x in self.lines if x.column == "patron_group"), None
        )

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
            judged = [self._text(h) for h in line.judged if h in self.positions]
            told = " or ".join(f"trim({t}) <> ''" for t in judged) or "false"
            faults.append(f"when {column.name} is null then coalesce({told}, false)")
        if column.check and self._can_check(column.check):
            faults.append(f"when not ({column.check}) then true")
        if ruined := self._ruined(line):
            faults.append(f"when {ruined} then true")
        return f"case {' '.join(faults)} else false end" if faults else None

    def _can_check(self, check: str) -> bool:
        """True if the file has all columns that a check names: it may name others than its own."""
        named = set(re.findall(r"\w+", check)) & {c.name for c in self.table.columns}
        return named <= set(self.columns)

    def _ruined(self, line: Line) -> str:
        """SQL: the text of this line was a name of a thing, which a spreadsheet has ruined; of two
        names of the thing itself the second may be. Nothing where it names none."""
        if not spreadsheet.is_name(self.table, self.table.column(line.column)):
            return ""
        told = " or ".join(map(spreadsheet.is_ruined, self._texts(line)))
        own = self.table.exported_key[0]
        if line.column == self.table.second_name and own in self.columns:
            return told and f"{own} is null and ({told})"
        return told

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
    def misleading(self) -> str:
        """SQL over text, values and n: the row tells the truth of no table: it slipped, or adds up
        others. One without what the primary table needs, such as a barcode, may well tell of its
        title."""
        return f"(n = -2 or n = 0 and ({self.slipped}))"

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
            if h not in self._of_people  # which may be hashed already
        )
        return {**found, "headings again": again} if again and self.source.is_list else found

    @property
    def total(self) -> totals.Total:
        """How a row that adds up the others is known."""
        telling = dict.fromkeys(
            h for line in self.lines if line.column in self.telling for h in self.present(line)
        )
        others = sorted(set(self._compared) - set(telling), key=self.positions.__getitem__)
        first = next((h for h in others if self.positions[h] == 0), None)
        return totals.Total(
            [self._text(h) for h in telling],
            first and self._text(first),
            [self._text(h) for h in others if h != first],
        )

    @property
    def _compared(self) -> list[str]:
        """The headings that decide what becomes of a row, persons' identifiers left out, but for
        those that may be the card of a place."""
        rules = [
            h
            for rule in (*self.source.set_aside.values(), *self.source.only.values())
            for h in headings_in(rule)
            if h in self.positions
        ]
        return sorted(self._told | set(rules))

    @property
    def _told(self) -> set[str]:
        """The headings of which columns are made that are no person's key."""
        people = set(self.table.natured("person"))
        return {h for line in self.lines if line.column not in people for h in self.present(line)}

    @property
    def _of_people(self) -> set[str]:
        """The headings of persons' identifiers."""
        people = set(self.table.natured("person"))
        return {h for line in self.lines if line.column in people for h in self.present(line)}

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """What tells its rows apart; persons are compared by their keyed hash, and where a card may
        stand for a place, by whether it does."""
        cards = [self.positions[h] for h in sorted(set(self._compared) & self._of_people)]
        delimiter = "" if self.people else self.delimiter
        return Fingerprint(self.texts, self.header, delimiter, cards)

    @property
    def hashed(self) -> str:
        """SQL: the fingerprint of a row's text."""
        return self.fingerprint.of_row

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
        columns is read; not those of which the declaration says what each is."""
        wanted = {
            fold_heading(n): h
            for h in self.source.vendor_headings
            for n in (h, *self.source.headings.get(h, ()))
        }
        bases = [
            fold_heading(h.rpartition("#")[0])
            for h in self.header
            if "#" in h and fold_heading(h) not in wanted
        ]
        found = dict.fromkeys(
            wanted[b] for b in bases if b in wanted and wanted[b] not in self.positions
        )
        return [
            f"the heading {h} stands in it more than once. Which column is meant is not known, so"
            " they are passed over: give them different names in the report"
            for h in found
        ]

    def values_sql(self, raw: Raw) -> str:
        """SQL: every row of the file with its text (c0, ...), values, `row_hash` and, in n, 1 or 0
        where it is rejected, -1 set aside, -2 a total."""
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
        is_aside = f"when coalesce({aside}, false) then -1" if aside else ""
        is_list = self.source.is_list
        word = f", {self.total.word} as total_word" if is_list else ""
        text = f"(select *{below}{word} from {raw.sql})"
        is_total = f"when {self.total.rule(self.must)} then -2" if is_list else ""
        return f"""
            select
                *,
                case
                    {is_aside}
                    {is_total}
                    when {self.any_bad} then 0
                    else 1
                end as n
            from (select *, {self.hashed} as row_hash, {values} from {text})"""


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
