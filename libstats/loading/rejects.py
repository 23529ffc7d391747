"""Which rows were rejected, and why: line, heading, reason and the value's shape, never the
value."""

from __future__ import annotations

import re

import duckdb

from libstats.declaration import spreadsheet
from libstats.declaration.raw import Raw, quoted
from libstats.declaration.select import Plan
from libstats.declaration.source import Line, fold_heading
from libstats.readers.part import Normalised
from libstats.store.gone import key_text


def explain_derived(con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw, seq: int) -> None:
    """Write to the table `reject` why rows tell nothing of a table that rides along, those apart
    that are not about it at all."""
    every = ", ".join(
        f
        for f in (
            _fault(plan, line, f", so nothing of it goes to {plan.table.name}")
            for line in plan.lines
        )
        if f
    )
    con.execute(
        f"""
        insert into reject
        select {seq}, line, fault.heading, fault.reason, fault.shape
        from (
            select line, unnest([{every}]) as fault
            from ({plan.values_sql(raw)})
            where n = 0 and not {plan.must}
        )
        where fault is not null
        """
    )


def explain(
    con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw, normalised: Normalised | None, seq: int
) -> None:
    """Write the load's rejected rows to the table `reject`, all their faults. `raw` has line
    numbers."""
    faults = [_fault(plan, line) for line in plan.lines]
    faults.append(_untold(plan))
    every = ", ".join(f for f in faults if f)
    con.execute(
        f"""
        insert into reject
        select {seq}, line, fault.heading, fault.reason, fault.shape
        from (
            select line, unnest([{every}]) as fault
            from ({plan.values_sql(raw)})
            where n = 0
        )
        where fault is not null
        """
    )
    if normalised and normalised.ragged:
        lines, widths = (list(column) for column in zip(*normalised.ragged, strict=True))
        stray = "a quotation mark opens in it that closes lines later: rows may have run together"
        con.execute(
            f"""
            insert into reject
            select
                {seq},
                line,
                '',
                case
                    when fields = 0 then {quoted(stray)}
                    else 'the line has ' || fields || ' fields, the headings {len(plan.header)}'
                end,
                ''
            from (select unnest($1::bigint[]) as line, unnest($2::bigint[]) as fields)
            """,
            [lines, widths],
        )
    if normalised and (told := [*normalised.damaged, *normalised.doubted]):
        lines, reasons = (list(column) for column in zip(*told, strict=True))
        con.execute(
            f"""
            insert into reject
            select {seq}, line, '', reason, ''
            from (select unnest($1::bigint[]) as line, unnest($2::varchar[]) as reason)
            """,
            [lines, reasons],
        )


def note_unread(
    con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw, seq: int, source: str
) -> None:
    """Enter what the rejected rows of a whole list are about. No value is kept: a row that slipped
    may hold anything there."""
    name = plan.table.second_name
    own = [c for c in plan.telling if c != name]
    by = (
        "''"
        if not name
        else f"case when {own[0]} is null then '{name}' else '' end"
        if own
        else f"'{name}'"
    )
    hashed = (
        f"coalesce({', '.join(f'{c}::varchar' for c in plan.telling)})" if name else key_text(own)
    )
    con.execute(
        f"""
        insert into unread
        select distinct
            {seq},
            {quoted(source)},
            '{plan.table.name}',
            {by},
            md5_number_lower({hashed})
        from ({plan.values_sql(raw)})
        where n = 0 and not {plan.must}
        """
    )


def _fault(plan: Plan, line: Line, so: str = "") -> str | None:
    bad = plan.bad(line)
    heading = next(iter(plan.present(line)), None)
    if bad is None or heading is None:
        return None
    column = plan.table.column(line.column)
    if column.type != "varchar":
        reason = f"not {_words(column.type)}"
    elif column.check and " in (" not in column.check:
        reason = f"not a {column.name}: words, blanks between its signs, or too few of these"
    elif column.check:
        listed = ", ".join(re.findall(r"'([^']*)'", column.check))
        reason = f"not one of the values of {column.name} ({listed})"
    else:
        reason = spreadsheet.REASON
    if column.type in ("date", "timestamp"):
        reason += f" ({plan.source.dates})"
    # a rule that names words is no rule that a reader of rejects would know
    if column.check and column.type != "varchar" and "'" not in column.check:
        reason += f", or outside {column.check}"
    reason += so
    text = plan.sql_of(f'"{heading}"')
    named = quoted(_named(plan, heading))
    return f"case when {bad} then {_struct(named, reason, text)} end"


def _named(plan: Plan, heading: str) -> str:
    """A heading as the file has it, with where it is said what becomes of it, if that is a map of
    the library's."""
    where = plan.source.where.get(heading)
    if where:
        return f"{heading} ({where})"
    own = plan.header[plan.positions[heading]] if heading in plan.positions else heading
    return heading if fold_heading(own) == fold_heading(heading) else own.strip()


def _untold(plan: Plan) -> str:
    """SQL: the fault of a row that does not say what it is about, or not exactly enough to be a
    second name."""
    heading = _blank_headings(plan)
    texts = [
        plan.sql_of(f'"{h}"')
        for line in plan.lines
        if line.column == plan.table.second_name
        for h in plan.present(line)
    ]
    # what stands there and cannot be read is told of by its own fault
    unreadable = (
        " or ".join(
            b for line in plan.lines if line.column in plan.telling and (b := plan.bad(line))
        )
        or "false"
    )
    fault = _struct(heading, "blank: nothing tells what the row is about", "''")
    if texts:
        inexact = _struct(heading, "not exact enough to tell one row from another", texts[0])
        fault = f"case when trim({texts[0]}) <> '' then {inexact} else {fault} end"
    return f"case when {plan.must} and not ({unreadable}) then {fault} end"


def _struct(heading: str, reason: str, text: str) -> str:
    """SQL: a fault below a heading (SQL), of which the text (SQL) leaves its shape."""
    told = f"'heading': {heading}, 'reason': {quoted(reason)}"
    return f"{{{told}, 'shape': coalesce(shape({text}), '')}}"


def _words(kind: str) -> str:
    words = {
        "date": "a date",
        "timestamp": "a time",
        "bigint": "a whole number",
        "integer": "a whole number",
        "boolean": "yes or no",
    }
    return words.get(kind, "an amount")


def _blank_headings(plan: Plan) -> str:
    """SQL: the headings of what tells what a row is about, those alone that are blank; where any
    one of them would do, all are."""
    own = {
        line.column: [h for h in line.judged if h in plan.positions] or plan.present(line)
        for line in plan.lines
        if line.column in plan.telling
    }
    named = {column: ", ".join(_named(plan, h) for h in own[column]) for column in own}
    blank = (
        f"case when {column} is null then {quoted(headings)} end"
        for column, headings in named.items()
    )
    return f"concat_ws(', ', {', '.join(blank)})"
