"""Codes in a file of which no role is known, before it is loaded."""

from __future__ import annotations

import contextlib
import itertools
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from libstats.declaration.select import Plan, plans
from libstats.declaration.source import Line, Source, headings_in
from libstats.declaration.vocabulary import vocabulary
from libstats.definitions import roles
from libstats.readers.part import Part
from libstats.sources import roles as vocabularies

__all__ = ["undeclared"]

MOST_ROWS = 200_000  # a file is looked at, not loaded


def undeclared(source: Source, part: Part, config: Mapping[str, Any]) -> list[str]:
    """For a person: the codes in the file that neither a list of libstats nor [roles] of the
    configuration declares, as the lines that would; nothing where there are none."""
    given = config.get("sources", {})
    names = [n for n, s in given.items() if s.get("system") == source.system] or [source.system]
    known = [
        *map(roles.Line._make, vocabularies.of_system(source.system)),
        *(line for name in names for line in roles.own_lines(config, name)),
    ]
    found = [
        told
        for plan in plans(source, part.header)
        for line in plan.lines
        if _has_roles(plan, line, known)
        for told in _lines(plan, line, part, known, names[0])
    ]
    if not found:
        return []
    return [
        "  codes without a role; nothing is concluded from them until libstats.toml declares them:",
        *found,
    ]


def _lines(plan: Plan, line: Line, part: Part, known: list[roles.Line], name: str) -> list[str]:
    """The lines for the codes of one column, and below them what may stand for the points."""
    about = plan.table.name
    found = [
        f"    [roles.{name}.{about}.{line.column}] {_quoted(code)} ="
        f' "..."  ({rows:,} {"row" if rows == 1 else "rows"})'
        for code, rows in _codes(plan, line, part)
        if not _is_declared(about, line.column, code, known)
    ]
    words = f"in place of the points: {', '.join(roles.offered(about, line.column))}"
    wrapped = textwrap.wrap(words, 100, initial_indent=" " * 6, subsequent_indent=" " * 8)
    return [*found, *wrapped] if found else []


def _has_roles(plan: Plan, line: Line, known: list[roles.Line]) -> bool:
    about = plan.table.name
    fields = set(roles.FIELDS.get(about, ())) - set(roles.OF_CARDS)
    return line.column in fields and (about == "item" or any(each.about == about for each in known))


def _is_declared(about: str, field: str, code: str, known: list[roles.Line]) -> bool:
    if field in roles.FIELDS["item"][1:] and re.fullmatch(r"0*([.,]0+)?", code):
        return True
    return any(
        line.about == about
        and line.field in (field, "")
        and roles.fold(line.code) in (roles.fold(code), "*")
        for line in known
    )


def _codes(plan: Plan, line: Line, part: Part) -> Iterator[tuple[str, int]]:
    """The values that the line gives, and how often; of rows that are set aside none."""
    rules = [
        rule
        for rule in plan.source.set_aside.values()
        if all(h in plan.positions for h in headings_in(rule))
    ]
    wanted = {h for text in (line.expression, *rules) for h in headings_in(text)}
    places = sorted({plan.positions[h] for h in wanted if h in plan.positions})
    if not places:
        return
    nulls = ("", *plan.source.null_words)
    rows = [
        tuple(None if row[place] in nulls else row[place] for place in places)
        for _, row in itertools.islice(part.records(), MOST_ROWS)
        if len(row) == len(part.header)
    ]
    aside = " or ".join(f"({plan.sql_of(rule)})" for rule in rules) or "false"
    texts = ", ".join(f"unnest(${n}::varchar[]) as c{p}" for n, p in enumerate(places, 1))
    with contextlib.closing(vocabulary()) as con:
        yield from con.execute(
            f"""
            select {plan.value(line)} as code, count(*)
            from (select {texts})
            where not coalesce({aside}, false)
            group by code
            having code is not null
            order by code
            """,
            list(map(list, zip(*rows, strict=True))) or [[] for _ in places],
        ).fetchall()


def _quoted(code: str) -> str:
    escaped = code.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
