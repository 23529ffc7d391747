"""What today's list says of invoices: each question about one is a case of technical services."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import duckdb

from libstats.analysis.invoices.checks import invoice_checks
from libstats.analysis.work.exported import newest_exports
from libstats.declaration.raw import quoted
from libstats.definitions.processes import Process, process_of

__all__ = ["INVOICES", "QUESTIONS", "asked_about"]

INVOICES = "invoice_question"
GOAL = 7  # days after which a question that nobody asked is late
BACK = timedelta(days=365)  # what was billed before is paid, or in somebody's hands
_CASE = "concat_ws(': ', check_name, coalesce(invoice_line_id, invoice_id, order_line_id))"


def asked_about(
    con: duckdb.DuckDBPyConnection,
) -> tuple[Process, Mapping[str, datetime], duckdb.DuckDBPyRelation] | None:
    """The questions about invoices of a year, as a kind of work and its worklist, with up to when
    each source tells of them; None where there are none."""
    if not con.execute("select exists (from invoice)").fetchall()[0][0]:
        return None
    newest = newest_exports(con)
    at = max(newest[name] for name in ("invoice", "order_line") if name in newest)
    _ask_once(con, at)
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
    return work, {source: at for (source,) in sources}, con.sql(_worklist(at))


def _ask_once(con: duckdb.DuckDBPyConnection, at: datetime) -> None:
    """Keep the questions for this connection: what it shows never changes."""
    asked = "select count(*) from duckdb_tables() where temporary and table_name = $1"
    if con.execute(asked, [INVOICES]).fetchall()[0][0]:
        return
    found = invoice_checks(con, since=at.date() - BACK, as_of=at.date() + timedelta(days=1))
    found.query("found", f"create temp table {INVOICES} as from found")


def _worklist(at: datetime) -> str:
    age = f"(epoch(timestamp {quoted(str(at))} - happened_on::timestamp) / 86400)"
    return f"""
        select
            if({age} > {GOAL}, 'late', 'near') as standing,
            coalesce(invoice_number, order_line_id) as handle,
            null::varchar as location,
            null::varchar as branch,
            vendor as kind,
            if(invoice_number is null, 'received', 'billed') as last_milestone,
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
        upper(check_name[1]) || check_name[2:] || ': ask ' || ask as task,
        concat_ws(
            '; ',
            trim(concat_ws(' ', format('{{:,.2f}}', difference::double), currency)),
            detail,
            question
        ) as why,
        false as is_stuck,
        2 as urgency
    from invoice_question
"""
