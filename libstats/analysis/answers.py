"""What an analysis says, in one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import duckdb

from libstats.analysis import answers_on_cataloguing as on_cataloguing
from libstats.analysis.answers_digital import DIGITAL
from libstats.analysis.answers_of_licences import OF_LICENCES
from libstats.analysis.invoices.each import questions
from libstats.analysis.invoices.held import not_held
from libstats.analysis.receipts import ANALYSES
from libstats.analysis.work.worklist import STANDINGS
from libstats.definitions.cataloguing import own_agency
from libstats.definitions.processes import process_of
from libstats.wording import Row, capital, many, number, percent, records, tenths

__all__ = ["answer", "said"]


def answer(con: duckdb.DuckDBPyConnection, analysis: str, /, **parameters: Any) -> list[str]:
    """What does an analysis say? One line, or one for each part that it was asked to tell apart.

    Parameters: as for `receipt`. Raises AnalysisError as the analysis does.
    """
    rows = records(ANALYSES[analysis].function(con, **parameters))
    named = questions(rows) if analysis == "invoice_checks" else []
    return [*said(con, analysis, rows, parameters), *named]


def said(
    con: duckdb.DuckDBPyConnection, analysis: str, rows: Sequence[Row], parameters: Row
) -> list[str]:
    """As `answer`, of rows that were read already with these parameters, or of some of them."""
    told = {**parameters, "agency": own_agency(con, parameters.get("agency"))}
    if "process" in told:
        told["usual_end"] = " or ".join(process_of(con, told["process"]).done)
    if analysis == "invoice_checks":
        told["not_held"] = not_held(con, told.get("since"), told.get("until"))
    lines = _ANSWERS.get(analysis)
    return lines(list(rows), told) if lines else [f"{number(len(rows))} rows"]


def _turnaround(rows: list[Row], parameters: Row) -> list[str]:
    unit = parameters.get("unit", "days")
    words = {"reached": "done", "still_open": "open", "given_up": "given up"}
    return [
        _of(row, parameters)
        + _sentences(*_within(row, unit), _counts(row, words), *_besides(row), row["reason"])
        for row in rows
    ]


def _within(row: Row, unit: str) -> list[str]:
    """How long half took, and nine in ten, with how sure that is."""
    if row["p50"] is None:
        return ["When half are done is not known yet"]
    half = f"Half within {tenths(row['p50'])} {unit} ({_reach(row, 'p50')})"
    if row["p90"] is None:
        return [half, "When nine in ten are done is not known yet"]
    return [half, f"Nine in ten within {tenths(row['p90'])} {unit} ({_reach(row, 'p90')})"]


def _besides(row: Row) -> list[str]:
    """Of whom the figures are, and what closed cases alone would say."""
    told = []
    if row["given_up"] and row["share_reached"] is not None:
        told += [
            "What was given up is left out of these times",
            f"Of all cases {percent(row['share_reached'])} are done",
        ]
    if row["naive_p50"] is not None:
        half, most = (tenths(row[p]) for p in ("naive_p50", "naive_p90"))
        told.append(f"Closed ones alone would say: half within {half}, nine in ten within {most}")
    return told


def _reach(row: Row, p: str) -> str:
    """Between what the true time very likely lies."""
    low, high = row[f"{p}_low"], row[f"{p}_high"]
    most = "or more" if high is None else f"to {tenths(high)}"
    return f"95% interval: {tenths(row[p] if low is None else low)} {most}"


def _counts(row: Row, parts: dict[str, str]) -> str:
    """`48 cases: 36 done, 10 open, 2 given up`, and what else there is of the whole."""
    lost = row.get("undeterminable") or 0
    counts = [f"{number(row[name])} {words}" for name, words in parts.items()] + (
        [f"{number(lost)} that nobody can tell of"] if lost else []
    )
    return f"{number(row['cases'])} {'case' if row['cases'] == 1 else 'cases'}: {', '.join(counts)}"


def _worklist(rows: list[Row], _: Row) -> list[str]:
    counts = ", ".join(
        f"{number(sum(row['standing'] == standing for row in rows))} {standing}"
        for standing in STANDINGS
        if standing in STANDINGS[:3] or any(row["standing"] == standing for row in rows)
    )
    lost = sum(row["is_missing"] for row in rows)
    return [
        (
            f"{number(len(rows))} open: "
            f"{counts}{f'; {number(lost)} of copies marked lost' if lost else ''}"
        )
    ]


def _backlog(rows: list[Row], parameters: Row) -> list[str]:
    last = [row for row in rows if row["ended_at"] == rows[-1]["ended_at"]]
    return [
        _of(row, parameters)
        + _sentences(f"{_waiting(row)} at {row['ended_at']:%Y-%m-%d %H:%M}", row["reason"])
        for row in last
    ] or ["Nothing that is loaded tells of a case that waited then"]


def _waiting(row: Row) -> str:
    return (
        "Nobody can tell what waited" if row["waiting"] is None else f"{row['waiting']:,} waiting"
    )


def _sentences(*told: str | None) -> str:
    """What is told, each as a sentence."""
    return " ".join(f"{capital(each)}." for each in told if each)


def _fill_rate(rows: list[Row], parameters: Row) -> list[str]:
    parts = {
        "filled": "filled",
        "unfilled": "unfilled",
        "duplicate": "duplicate",
        "cancelled_by_patron": "cancelled by the patron",
        "other_left_out": "else left out",
        "still_open": "open",
    }
    rates = [
        "Nothing is closed yet" if row["rate"] is None else f"{percent(row['rate'])} filled"
        for row in rows
    ]
    return [
        f"{_of(row, parameters)}Not known: {row['reason']}"
        if row["cases"] is None
        else _of(row, parameters) + _sentences(rate, _counts(row, parts), row["reason"])
        for row, rate in zip(rows, rates, strict=True)
    ]


def _throughput(rows: list[Row], parameters: Row) -> list[str]:
    if rows and all(row["cases"] is None for row in rows):
        return [f"Not known: {rows[0]['reason']}"]
    return [
        (
            f"{number(sum(row['cases'] or 0 for row in rows))} cases reached "
            f"{(parameters.get('milestone') or parameters['usual_end']).replace('_', ' ')}"
        )
    ]


def _circulation(rows: list[Row], _: Row) -> list[str]:
    if rows and all(row["coverage"] == "outside" for row in rows):
        return [f"Not known: {rows[0]['reason']}"]
    renewals = sum(
        value or 0 for row in rows for name, value in row.items() if name.startswith("renewals")
    )
    checkouts, used = (
        sum(row[name] or 0 for row in rows) for name in ("checkouts", "in_house_uses")
    )
    told = (many(checkouts, "checkout"), many(renewals, "renewal"), many(used, "use"))
    return [f"{', '.join(told)} inside the library"]


def _shelf_reading(rows: list[Row], _: Row) -> list[str]:
    told = [
        f"{row['day']}, {row['shelf'] or 'shelf not told'}: {many(row['scanned'], 'scan')},"
        f" {number(row['out_of_order'])} out of order, {number(row['strayed'])} strayed,"
        f" {number(row['found'])} found"
        + (f", {number(row['unknown'])} of no copy" if row["unknown"] else "")
        for row in rows
    ]
    return told or ["No scan of a shelf is loaded"]


def _shelves_read(rows: list[Row], _: Row) -> list[str]:
    if not rows:
        return ["No copy is held that a scan could see"]
    never = [row for row in rows if row["read_on"] is None]
    shelves = "1 shelf" if len(rows) == 1 else f"{number(len(rows))} shelves"
    copies = number(sum(row["copies"] for row in never))
    read = number(len(rows) - len(never))
    return [f"{read} of {shelves} were read; copies on the others: {copies}"]


def _of(row: Row, parameters: Row) -> str:
    """The part that a row tells of, where parts were asked for: one of them may be called all."""
    return "" if parameters.get("by") is None else f"{row['part'] or 'not known'}: "


def _collection_age(rows: list[Row], _: Row) -> list[str]:
    copies, dated = (sum(row[name] for row in rows) for name in ("items", "items_dated"))
    old = sum(round((row["share_older_10_years"] or 0) * row["items_dated"]) for row in rows)
    if not copies:
        return ["No copy is held that any list tells of"]
    share = f", {percent(old / dated)} of them over 10 years old" if dated else ""
    return [f"{number(copies)} copies; the year of {number(dated)} is known{share}"]


def _collection_use(rows: list[Row], parameters: Row) -> list[str]:
    by = parameters.get("by", "class")
    return [
        f"{row[by] or 'not known'}: {number(row['items'])} copies"
        + ("" if row["turnover"] is None else f", {tenths(row['turnover'])} uses each")
        for row in rows
    ]


def _visits(rows: list[Row], parameters: Row) -> list[str]:
    return _sum(rows, "visits", "visit")


def _questions(rows: list[Row], parameters: Row) -> list[str]:
    return _sum(rows, "questions", "question")


def _sum(rows: list[Row], column: str, what: str) -> list[str]:
    known = [row[column] for row in rows if row[column] is not None]
    across = sum(row["lines_across"] for row in rows)
    beside = f"; {many(across, 'line')} over an end of the period left out" if across else ""
    return [f"{many(int(sum(known)), what) if known else f'No {what} was counted'}{beside}"]


def _programmes(rows: list[Row], _: Row) -> list[str]:
    held, came = (int(sum(row[n] or 0 for row in rows)) for n in ("programmes", "attendance"))
    return [f"{many(held, 'programme')}, attended by {number(came)}"]


def _reserves(rows: list[Row], _: Row) -> list[str]:
    needed, ready = (sum(row[n] for row in rows) for n in ("needed", "ready"))
    return [f"{number(ready)} of {number(needed)} stood ready on the day they were needed"]


def _weeding_candidates(rows: list[Row], _: Row) -> list[str]:
    counts = ", ".join(
        f"{number(sum(row['limits_passed'] == limits for row in rows))} for {limits}"
        for limits in dict.fromkeys(sorted(row["limits_passed"] for row in rows))
    )
    return [f"{number(len(rows))} copies to look at{f': {counts}' if counts else ''}"]


def _invoice_checks(rows: list[Row], parameters: Row) -> list[str]:
    head = [parameters["not_held"]] if parameters["not_held"] else []
    if not rows:
        what = "what could be judged" if head else "the invoices"
        return [*head, f"Nothing of {what} needs to be asked about"]
    sums: dict[str, Any] = {}
    for row in rows:
        currency = row["currency"] or "no currency told"
        sums[currency] = sums.get(currency, 0) + abs(row["difference"] or 0)
    told = " and ".join(f"{amount:,.2f} ({currency})" for currency, amount in sorted(sums.items()))
    checks = dict.fromkeys(row["check_name"] for row in rows)
    counts = ", ".join(
        f"{number(sum(row['check_name'] == check for row in rows))} {check}" for check in checks
    )
    return [*head, f"{many(len(rows), 'question')} about {told}: {counts}"]


def _fund_balances(rows: list[Row], _: Row) -> list[str]:
    return [
        f"{row['name'] or row['code']}: "
        + ("what is free is not known" if row["free"] is None else f"{row['free']:,.2f} free")
        + ("" if row["cash"] is None else f", {row['cash']:,.2f} cash")
        + (f", {row['dangling']:,.2f} can be freed" if row["dangling"] else "")
        for row in rows
    ] or ["No list of funds is loaded"]


def _vendor_terms(rows: list[Row], _: Row) -> list[str]:
    return [
        f"{row['vendor'] or 'vendor not known'} ({row['source']}): "
        + ("nothing billed" if row["net"] is None else f"{row['net']:,.2f} {row['currency'] or ''}")
        + ("" if row["charges_share"] is None else f", {percent(row['charges_share'])} on top")
        + ("" if row["discount"] is None else f", {percent(row['discount'])} off the list price")
        for row in rows
    ] or ["Nothing that is loaded tells of an invoice then"]


def _purchase_requests(rows: list[Row], _: Row) -> list[str]:
    return [
        f"{many(row['requests'], 'request')} ({row['source']}): {number(row['declined'])} "
        f"declined, {number(row['withdrawn'])} withdrawn, "
        f"{number(row['by_order'] + row['by_record'])} followed to their order, of "
        f"{number(row['not_linked'])} accepted or ordered ones none is found"
        for row in rows
    ] or ["No request that something be bought is of that period"]


def _order_piles(rows: list[Row], _: Row) -> list[str]:
    steps = dict.fromkeys(row["step"] for row in rows)
    return [
        f"{step}: {number(sum(row['copies'] for row in of))}, "
        f"{number(sum(row['with_holds'] for row in of))} with holds"
        for step in steps
        for of in [[row for row in rows if row["step"] == step]]
    ] or ["Nothing waits between the order and the shelf"]


def _serials_expected(rows: list[Row], _: Row) -> list[str]:
    expected, came, late = (sum(row[n] for row in rows) for n in ("expected", "received", "late"))
    return [f"{many(expected, 'issue')} expected: {number(came)} came, {number(late)} are late"]


def _serial_claims(rows: list[Row], _: Row) -> list[str]:
    due, unpaid = (
        sum(row["standing"] in standings for row in rows)
        for standings in (("claim due",), ("unpaid", "ended"))
    )
    later = sum(row["standing"] == "due if it has not come" for row in rows)
    more = f", for {number(later)} more if they have not come since the export" if later else ""
    return [
        f"{many(len(rows), 'issue')} not come: a claim is due for {number(due)}{more}, "
        f"{number(unpaid)} unpaid or ended"
    ]


def _serial_gaps(rows: list[Row], _: Row) -> list[str]:
    lack = sum(row["issues"] for row in rows)
    return [f"{many(lack, 'issue')} lack in {many(len(rows), 'gap')}"]


# One line an analysis; of any other the rows are counted.
_ANSWERS: dict[str, Callable[[list[Row], Row], list[str]]] = {
    **DIGITAL,
    **OF_LICENCES,
    "programmes": _programmes,
    "reference_questions": _questions,
    "order_piles": _order_piles,
    "purchase_requests": _purchase_requests,
    "reserves_ready": _reserves,
    "serial_claims": _serial_claims,
    "serial_gaps": _serial_gaps,
    "serials_expected": _serials_expected,
    "visits": _visits,
    "backlog": _backlog,
    "cataloguing": on_cataloguing.cataloguing,
    "cataloguing_waits": on_cataloguing.cataloguing_waits,
    "circulation": _circulation,
    "collection_age": _collection_age,
    "collection_use": _collection_use,
    "fill_rate": _fill_rate,
    "fund_balances": _fund_balances,
    "invoice_checks": _invoice_checks,
    "record_faults": on_cataloguing.record_faults,
    "shelf_reading": _shelf_reading,
    "shelves_read": _shelves_read,
    "throughput": _throughput,
    "turnaround": _turnaround,
    "vendor_terms": _vendor_terms,
    "weeding_candidates": _weeding_candidates,
    "worklist": _worklist,
}
