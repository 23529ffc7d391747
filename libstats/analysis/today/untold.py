"""What today's list cannot tell, because no export that is loaded does."""

from __future__ import annotations

import duckdb

__all__ = ["untold"]

# What is not told, and SQL: whether there is work that it would be told of, and whether it is told.
_ASKED = {
    "which orders are rush": (
        "exists (from order_line)",
        "exists (from order_line where is_rush is not null)",
    ),
    "which late orders were claimed": (
        "exists (from order_line)",
        "exists (from order_line where claims is not null or last_claimed_on is not null)",
    ),
    "what was invoiced and not received": (
        "exists (from order_line)",
        "exists (from invoice_line where order_line_id is not null)"
        " or exists (from order_line where invoiced_on is not null)",
    ),
    "the names of all lenders that said no": (
        "exists (from ill_request where direction = 'borrowing')",
        "exists (from ill_refusal)",
    ),
    "which reports of use are missing (none was ever loaded: see docs/export-counter.md)": (
        "exists (from licence)",
        "exists (from usage_report)",
    ),
    "which requests have no library that could be found (declare your system’s word for it under"
    " [roles], with the milestone not_located)": (
        "exists (from ill_request where direction = 'borrowing')",
        "exists (from role where milestone = 'not_located')",
    ),
    "which conditions of lenders are unanswered": (
        "exists (from ill_request where direction = 'borrowing')",
        "exists (from role where milestone = 'conditional'"
        " and source in (select source from ill_request where direction = 'borrowing'))",
    ),
    "what stands on the hold shelf past its date": (
        "exists (from hold where ready_on is not null)",
        "exists (from hold where ready_on is not null and expires_on is not null)",
    ),
    "until when paused holds are paused": (
        "exists (from hold where is_suspended)",
        "exists (from hold where suspended_until is not null)",
    ),
}


def untold(con: duckdb.DuckDBPyConnection) -> list[str]:
    """What the page would say and no loaded export tells, each once; nothing of work that there is
    none of."""
    questions = ", ".join(f"({there}) and not ({told})" for there, told in _ASKED.values())
    answers = con.execute(f"select {questions}").fetchall()[0]
    return [what for what, is_untold in zip(_ASKED, answers, strict=True) if is_untold]
