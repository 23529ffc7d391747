"""What today's list says of invoices: each question about one is a case of technical services."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import duckdb

from libstats.analysis.invoices.checks import invoice_checks
from libstats.analysis.invoices.facts import FACTS
from libstats.analysis.invoices.held import not_held
from libstats.analysis.work.exported import newest_exports
from libstats.declaration.raw import quoted
from libstats.definitions.kept import keep
from libstats.definitions.processes import Process, process_of

__all__ = [
    "ASKED_OF_ORDERS",
    "BILLED",
    "INVOICES",
    "QUESTIONS",
    "ask_once",
    "asked_about",
    "bill_once",
    "not_judged",
]

INVOICES, BILLED = "invoice_question", "billed_order"
# SQL: the checks whose questions the order says that they are about, while it is open
SAID_OF_ORDERS = "('billed and not received', 'vendor against the order')"
GOAL = 7  # days after which a question that nobody asked is late
BACK = timedelta(days=365)  # what was billed before is paid, or in somebody's hands
_CASE = "concat_ws(': ', check_name, coalesce(invoice_line_id, invoice_id, order_line_id))"


def asked_about(
    con: duckdb.DuckDBPyConnection, orders: Iterable[tuple[str, str]] = ()
) -> tuple[Process, Mapping[str, datetime], duckdb.DuckDBPyRelation] | None:
    """The questions about invoices of a year, as a kind of work and its worklist, with up to when
    each source tells of them; None where there are none. What was billed and did not come is a
    case of its order, if that is among `orders` (source and case): there both are said."""
    at = ask_once(con)
    if at is None:
        return None
    sources = con.execute("select distinct source from invoice_question order by all").fetchall()
    if not sources:
        return None
    work = replace(
        process_of(con, "cataloguing"),
        name=INVOICES,
        title="question about an invoice",
        what="something on an invoice that is not as it should be",
        goal_days=GOAL,
    )
    said = ", ".join(map(quoted, _said_of_orders(con, orders))) or "''"
    found = con.sql(_worklist(at)).filter(f"case_id not in ({said})")
    return work, {source: at for (source,) in sources}, found


def _said_of_orders(con: duckdb.DuckDBPyConnection, orders: Iterable[tuple[str, str]]) -> list[str]:
    """The questions about copies billed and not received that a case of an order says too."""
    rows = con.execute(
        f"""
        with question as (
            select
                {_CASE} as question_id,
                order_line_id as order_id
            from invoice_question
            where check_name in {SAID_OF_ORDERS}
        )
        select distinct
            q.question_id,
            l.source,
            coalesce('copy:' || c.order_copy_id, 'line:' || l.order_line_id)
        from question q
        join order_line l on coalesce(l.parent_line_id, l.order_line_id) = q.order_id
        left join order_copy c on c.source = l.source and c.order_line_id = l.order_line_id
        """
    ).fetchall()
    there = set(orders) if rows else set()
    return sorted({case for case, *order in rows if tuple(order) in there})


def ask_once(con: duckdb.DuckDBPyConnection) -> datetime | None:
    """Keep the questions for this connection, since what it shows never changes; gives the moment
    of which they are, None where no invoice is told."""
    if not con.execute("select exists (from invoice)").fetchall()[0][0]:
        return None
    newest = newest_exports(con)
    at = max(newest[name] for name in ("invoice", "order_line") if name in newest)
    asked = "select count(*) from duckdb_tables() where temporary and table_name = $1"
    if not con.execute(asked, [INVOICES]).fetchall()[0][0]:
        found = invoice_checks(con, since=at.date() - BACK, as_of=at.date() + timedelta(days=1))
        found.query("found", f"create temp table {INVOICES} as from found")
    return at


def bill_once(con: duckdb.DuckDBPyConnection) -> None:
    """Keep for this connection which orders were billed and, as far as is told, did not come in
    full: by whatever source tells of the invoice. Since when, and how many of its lines tell no
    number of copies."""
    sql = f"""
        with
        {FACTS}
        select
            order_source,
            order_id,
            -- of an order that came in part the newest bill is for what has not come
            if(
                max(received) > 0,
                max(billed_on) filter (where coalesce(amount, 1) > 0),
                min(billed_on) filter (where coalesce(amount, 1) > 0)
            ) as billed_on,
            count(*) filter (where quantity is null and coalesce(amount, 1) > 0) as uncounted
        from line
        where order_id is not null and not is_shadow
        group by all
        having uncounted > 0 or sum(quantity) > coalesce(max(received), 0)
        """
    keep(con, **{BILLED: sql})


def not_judged(con: duckdb.DuckDBPyConnection) -> str:
    """What of the invoices of a year could be held against no order; nothing where all was."""
    at = ask_once(con)
    return "" if at is None else not_held(con, at.date() - BACK)


def _worklist(at: datetime) -> str:
    age = f"(date {quoted(str(at.date()))} - happened_on)::double"
    return f"""
        select
            if({age} > {GOAL}, 'late', 'near') as standing,
            coalesce(invoice_number, order_line_id) as handle,
            null::varchar as location,
            null::varchar as branch,
            vendor as kind,
            case
                when check_name = 'paid and not billed' then 'payment'
                when check_name = 'received and not billed' then 'received'
                else 'billed'
            end as last_milestone,
            happened_on::timestamp as last_at,
            null::varchar as next_step,
            {age} as age,
            {GOAL} - {age} as left_days,
            null::timestamp as due_at,
            false as is_missing,
            happened_on::timestamp as started_at,
            source,
            {_CASE} as case_id,
            0::double as paused,
            false as is_at_most,
            null::timestamp as told_at
        from invoice_question
    """


_PLACE = """nullif(concat_ws(
                ', ',
                -- of a message its number, else as the library system numbers it
                'line ' || nullif(split_part(invoice_line_id, ' line ', 2), ''),
                'order line ' || order_line_id
            ), '')"""
_WHY = f"""concat_ws(
            '; ',
            if(invoice_number is null, null, {_PLACE}),
            trim(concat_ws(' ', format('{{:,.2f}}', abs(difference)::double), currency)),
            detail,
            question
        )"""
# SQL: what the order of copies that were billed and did not come says of that, by its number
ASKED_OF_ORDERS = f"""
        select
            order_line_id as order_id,
            min({_WHY}) as asked,
            min(billed_on) as asked_on
        from invoice_question
        where check_name in {SAID_OF_ORDERS}
        group by all"""
# SQL: what is told of each question besides. What one asks for is not put off, so it is to be done
# now.
QUESTIONS = f"""
    select
        source as of_source,
        {_CASE} as of_case,
        'all' as said,
        coalesce(invoice_number, order_line_id) as look_for,
        null::varchar as barcode,
        title as what,
        vendor as who,
        null::varchar as call_number,
        null::varchar as shelf_order,
        null::timestamp as since,
        null::map(varchar, double) as limits,
        upper(check_name[1]) || check_name[2:] || ': ask '
            || if(ask in ('acquisitions', 'receiving'), '', 'the ') || ask as task,
        {_WHY} as why,
        false as is_stuck,
        2 as urgency
    from invoice_question
"""
