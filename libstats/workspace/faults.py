"""What is wrong with the declarations in libstats.toml, all at once: line, key, what, and the
remedy."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb

from libstats import schema
from libstats.declaration import own
from libstats.declaration.faults import faults
from libstats.declaration.select import plans
from libstats.declaration.source import Line, Source, fold_heading, headings_in, read_select
from libstats.declaration.vocabulary import refused, vocabulary
from libstats.errors import SourceError
from libstats.privacy.gleaning import takes_more_than_its_words
from libstats.privacy.headings import is_personal
from libstats.sources import declared
from libstats.workspace.export_form import misshapen
from libstats.workspace.fault import Fault


def found(config: Mapping[str, Any]) -> Iterator[Fault]:
    """Every fault of the declarations in a configuration, whose sections are such."""
    yield from _of_exports(config)
    yield from _of_headings(config)


def _of_headings(config: Mapping[str, Any]) -> Iterator[Fault]:
    known = {s.label: s for s in declared() if isinstance(s, Source)}
    for label, names in config.get("headings", {}).items():
        here, source = ("headings", label), known.get(label)
        if source is None:
            yield Fault(
                here,
                "there is no such export",
                (
                    "Shipped ones are named as `libstats inspect` names them; "
                    "an own one has its names under [export]"
                ),
            )
            continue
        if not isinstance(names, dict):
            yield Fault(
                here,
                "is not a section",
                f'Write [headings."{label}"] and below it "heading" = ["other name"]',
            )
            continue
        for heading, others in names.items():
            if not isinstance(others, list) or not all(isinstance(n, str) for n in others):
                yield Fault(
                    (*here, heading),
                    "is not a list of texts",
                    f'Write "{heading}" = ["other name"]',
                )
            elif heading not in {*source.vendor_headings, *source.recognise, *source.unless}:
                yield Fault(
                    (*here, heading),
                    "the export has no such heading",
                    f"It has: {', '.join(source.vendor_headings)}",
                )
            else:
                others_of = (n for h, o in names.items() if h != heading for n in _texts(o))
                every = (h for h in source.vendor_headings if h != heading)
                taken = {fold_heading(h) for h in (*every, *others_of)}
                yield from (
                    Fault((*here, heading), f"{n} is another heading of the export", "Leave it out")
                    for n in others
                    if fold_heading(n) in taken
                )
                yield from (
                    Fault((*here, heading), "a name of it is blank", "Write the heading itself")
                    for n in others
                    if not fold_heading(n)
                )
                yield from (
                    Fault((*here, heading), f"{n} looks as if it told of persons", "Leave it out")
                    for n in others
                    if is_personal(n) and not is_personal(heading)
                )


def _texts(names: Any) -> list[str]:
    """The names among what is given for some."""
    return [n for n in names if isinstance(n, str)] if isinstance(names, list) else []


def _of_exports(config: Mapping[str, Any]) -> Iterator[Fault]:
    shipped = {d.label for d in declared()}
    for label, entry in config.get("export", {}).items():
        here = ("export", label)
        if label in shipped:
            yield Fault(
                here,
                "libstats has an export of that name",
                f'Choose another name, or add names of headings under [headings."{label}"]',
            )
        elif shapeless := misshapen(label, entry):
            yield from shapeless
        elif of_sql := [*_of_sql(here, entry)]:
            yield from of_sql
        else:
            yield from _of_source(here, entry, own.source_of(label, entry))


def _of_sql(here: tuple[str, ...], entry: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults of the SQL that an entry holds, before it meets a database."""
    for table, text in entry.get("fills", {}).items():
        at = (*here, "fills", table)
        if table not in schema.tables():
            yield Fault(
                at, f"there is no table {table}", f"The tables are: {', '.join(schema.tables())}"
            )
            continue
        try:
            lines = read_select(text)
        except SourceError as error:
            yield Fault(at, error.problem, error.remedy.rstrip("."))
            continue
        known = {c.name for c in schema.tables()[table].stored}
        yield from (
            Fault(
                (*at, f"as {x.column}"),
                f"there is no column {x.column}",
                f"The columns of {table} are in docs/data-dictionary.md",
            )
            for x in lines
            if x.column not in known
        )
        yield from (
            Fault((*at, f"as {x.column}"), problem, _ALLOWED)
            for x in lines
            if (problem := refused(x.expression))
        )
    rules = (
        (key, name, rule)
        for key in ("set_aside", "only")
        for name, rule in entry.get(key, {}).items()
    )
    for key, name, rule in rules:
        if problem := refused(rule):
            yield Fault((*here, key, name), problem, _ALLOWED)
        yield from (
            Fault(
                (*here, key, name),
                f"{h} looks as if it told of persons",
                "Choose rows by something else",
            )
            for h in headings_in(rule)
            if is_personal(h)
        )


_ALLOWED = (
    "Headings stand in double quotes, texts in single ones. Besides there may be operators, "
    "case, and functions such as trim, coalesce, replace, regexp_extract, iso_date, us_time, "
    "eu_time, whole_number, amount, yes_no, person_key"
)
_ELSEWHERE = 'Write the table under fills, with zoned_time("heading") as its columns of time'


def _of_source(here: tuple[str, ...], entry: Mapping[str, Any], source: Source) -> Iterator[Fault]:
    """Faults of a source that is in the form: what does not fit schema.sql, tells of persons, or is
    no SQL."""
    for key, problem in faults(source):
        remedy = (
            _ELSEWHERE
            if key == "is_elsewhere"
            else "CONTRIBUTING.md, under Declare an export without code, says what each key means"
        )
        yield Fault((*here, key) if key else here, problem, remedy)
    yield from _of_persons(here, entry, source)
    yield from _of_binding(here, entry, source)


def _of_persons(here: tuple[str, ...], entry: Mapping[str, Any], source: Source) -> Iterator[Fault]:
    """Columns that look as if they told of persons: under the heading that the declaration has, or
    under another name of it. Only a person's key, alone in a column for it, may be made of one."""
    for table, lines in source.lines.items():
        people = schema.tables()[table].natured("person")
        for line in lines:
            keyed = _KEYED.fullmatch(line.expression) if line.column in people else None
            yield from (
                Fault(_at(here, entry, table, line), f"{name} looks as if it told of persons", _OUT)
                for heading in line.headings
                if heading not in source.glean and not (keyed and keyed[1] == heading)
                for name in _personal(source, heading)
            )
    yield from (
        Fault((*here, "exported"), f"{name} looks as if it told of persons", "Leave it out")
        for name in _personal(source, source.exported or "")
    )
    for heading, pattern in source.glean.items():
        if takes_more_than_its_words(pattern):
            yield from (
                Fault((*here, "glean", heading), f"could take a person out of {name}", _GLEANED)
                for name in _personal(source, heading)
            )


def _personal(source: Source, heading: str) -> list[str]:
    """The names of a heading that look as if they told of persons."""
    return [name for name in (heading, *source.headings.get(heading, ())) if is_personal(name)]


_KEYED = re.compile(r'person_key\("\??([^"]+)"\)')
_GLEANED = (
    "Name the words to be read, as in 'shipped|lost', and at most one sign more, as in '\\S' for "
    "whether anything stands there"
)
_OUT = (
    "Leave it out. The pattern of what alone is read of free text is said with glean. A "
    "number goes through person_key, alone, to a column for it"
)


def _at(here: tuple[str, ...], entry: Mapping[str, Any], table: str, line: Line) -> tuple[str, ...]:
    """The keys that lead to one line of a SELECT, in whichever form it is written."""
    if table in entry.get("columns", {}):
        return (*here, "columns", table, line.headings[0])
    return (*here, "fills", table, f"as {line.column}")


def _of_binding(here: tuple[str, ...], entry: Mapping[str, Any], source: Source) -> Iterator[Fault]:
    """What DuckDB says of each expression over a file of no rows that has all the headings."""
    with contextlib.closing(vocabulary()) as con:
        header = list(source.vendor_headings)
        empty = (
            f"(select {', '.join(f'null::varchar as c{i}' for i in range(len(header)))} limit 0)"
        )
        for plan in plans(source, header):
            bound = [
                (_at(here, entry, plan.table.name, line), plan.value(line)) for line in plan.lines
            ]
            only = plan.table.name in source.only
            bound += [
                (
                    (*here, "only", plan.table.name) if only else (*here, "set_aside", name),
                    f"({rule})::boolean",
                )
                for name, rule in plan.set_aside.items()
            ]
            for at, sql in bound:
                try:
                    con.execute(f"select {sql} from {empty}")
                except duckdb.Error as error:
                    yield Fault(
                        at,
                        str(error).splitlines()[0],
                        "Mend the expression; CONTRIBUTING.md has the functions that make values",
                    )
