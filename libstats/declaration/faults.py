"""What in a declaration does not fit schema.sql, or itself: all of it, each with the key that says
it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from libstats import schema
from libstats.declaration import pattern
from libstats.declaration.source import Line, Source
from libstats.schema import Table


class Misfit(NamedTuple):
    """What does not fit, and the key of the declaration that says it; "" where its SELECTs do."""

    key: str
    problem: str


def faults(source: Source) -> list[Misfit]:
    """Everything in a declaration that does not fit, all at once."""
    return [
        *_of_tables(source),
        *_of_patterns(source),
        *_of_bare(source),
        *_of_rows(source),
        *_of_columns(source),
        *_of_headings(source),
    ]


def _of_tables(source: Source) -> Iterator[Misfit]:
    for name, lines in source.lines.items():
        table = schema.tables().get(name)
        if table is None:
            yield Misfit("", f"there is no table {name}")
            continue
        yield from (Misfit("", problem) for problem in _of_table(table, lines))


def _of_table(table: Table, lines: tuple[Line, ...]) -> Iterator[str]:
    known = {c.name for c in table.stored}
    given = [line.column for line in lines]
    yield from (f"there is no column {c}" for c in given if c not in known)
    yield from (f"{c} is given twice" for c in sorted(set(given)) if given.count(c) > 1)
    if table.second_name not in given:
        yield from (f"the key {c} is missing" for c in table.exported_key if c not in given)
    for line in lines:
        if line.column in table.natured("person") and not line.expression.startswith("person_key("):
            yield f"{line.column} is a person's key; write person_key(...)"
        if "'\"'" in line.expression:
            yield (
                f"{line.column}: a quotation mark in SQL text is taken for a heading; write chr(34)"
            )


def _of_patterns(source: Source) -> Iterator[Misfit]:
    patterns = {
        "footer": (source.footer,),
        "failure": (source.failure,),
        "fits": source.fits.values(),
        "glean": source.glean.values(),
    }
    for key, given in patterns.items():
        for wanted in given:
            if wanted and (problem := pattern.fault(wanted)):
                yield Misfit(key, problem)


def _of_bare(source: Source) -> Iterator[Misfit]:
    """What is wrong with the columns of an export without headings."""
    named = [h for h in source.bare if h]
    for heading in dict.fromkeys(h for h in named if named.count(h) > 1):
        yield Misfit("bare", f"the heading {heading} stands twice in bare")
    for heading in source.fits:
        if heading not in named:
            yield Misfit("fits", f'"{heading}" is not in bare')
    if source.bare and not source.recognises(source.bare):
        yield Misfit("bare", "the headings in bare are not those by which it is recognised")
    telling = [
        h
        for h, wanted in source.fits.items()
        if pattern.fault(wanted) is None and not pattern.fits(wanted, h)
    ]
    if source.bare and len(telling) < 3:
        yield Misfit(
            "fits",
            "fewer than three patterns in fits tell a row from headings: "
            "a file would be recognised by its width",
        )


def _of_rows(source: Source) -> Iterator[Misfit]:
    """What is wrong with which rows are taken, and when."""
    columns = {line.column for line in source.lines[source.primary]}
    if source.scope and source.scope not in columns:
        yield Misfit("scope", f"the scope {source.scope} is not selected")
    for table in source.only:
        if table not in source.lines or table == source.primary:
            problem = f"{table}, said to take only some rows, is not filled, or first"
            yield Misfit("only", problem)
    if source.is_elsewhere and not source.tells_zones:
        problem = "no time is turned from its own zone into the library's clock"
        yield Misfit("is_elsewhere", problem)


def _of_columns(source: Source) -> Iterator[Misfit]:
    """Columns that are named and not selected."""
    every = {line.column for lines in source.lines.values() for line in lines}
    for column in source.loose:
        if column not in every:
            yield Misfit("loose", f"{column}, said to be loose, is not selected")
    primary = {line.column for line in source.lines[source.primary]}
    for column in source.happened:
        if column not in primary:
            yield Misfit("happened", f"{column}, said to have happened, is not selected")


def _of_headings(source: Source) -> Iterator[Misfit]:
    """Headings that are named and not read."""
    known = {
        *source.vendor_headings,
        *(h for names in source.letters.values() for h in names),
        *source.recognise,
        *source.unless,
    }
    for key in ("headings", "required", "blanks", "glean"):
        for heading in getattr(source, key):
            if heading not in known:
                yield Misfit(key, f'"{heading}" is in no SELECT')
