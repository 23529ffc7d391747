"""Serials in the report on technical services: what came of what was expected, what is to be
claimed, what lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

import duckdb

from libstats.analysis.licences import SOON_DAYS
from libstats.analysis.provenance import receipt
from libstats.analysis.serial_gaps import issues_unread, serial_gaps
from libstats.analysis.serials import serial_claims, serials_expected
from libstats.analysis.subscriptions import subscriptions_to_renew
from libstats.report.page.html import paragraph
from libstats.report.page.period import Period
from libstats.report.page.table import Html, Table, folded, joined, table
from libstats.report.today.beside import renewal_table
from libstats.wording import Row, day_name, number, records

__all__ = ["Serials", "issues", "read_serials", "with_receipt"]

MOST = 12  # rows on the page
STANDS = ("received", "late", "to_come", "never_came", "not_published", "not_known")
CLAIMS = ("claimed", "claimed_again")


@dataclass(frozen=True)
class Serials:
    """The issues that were expected in a period, by month, vendor and source; those that have not
    come, the gaps, what could not be laid in a row, and the receipt. `period` is None where
    nothing tells of serials; `as_of` is the day up to which open issues have aged."""

    period: Period | None = None
    as_of: date | None = None
    expected: Sequence[Row] = ()
    claims: Sequence[Row] = ()
    gaps: Sequence[Row] = ()
    unread: Sequence[Row] = ()
    renewals: Sequence[Row] = ()
    receipt: Sequence[Row] = ()


def read_serials(con: duckdb.DuckDBPyConnection, period: Period, as_of: datetime) -> Serials:
    """Read what is told of the serials of a period; nothing where nothing is."""
    if not con.execute("select count(*) from serial_issue").fetchall()[0][0]:
        return Serials()
    moment = min(as_of, datetime.combine(period.until, time())).date()
    given: dict[str, Any] = {"since": period.since, "until": period.until, "as_of": moment}
    return Serials(
        period,
        moment,
        records(serials_expected(con, **given)),
        records(serial_claims(con, as_of=moment)),
        records(serial_gaps(con, as_of=moment)),
        records(issues_unread(con, as_of=moment)),
        records(subscriptions_to_renew(con, as_of=moment)),
    )


def with_receipt(con: duckdb.DuckDBPyConnection, serials: Serials) -> Serials:
    """The same with the receipt of how they were counted."""
    if serials.period is None:
        return serials
    given: dict[str, Any] = {"since": serials.period.since, "until": serials.period.until}
    how = receipt(con, "serials_expected", **given, as_of=serials.as_of)
    return replace(serials, receipt=records(how))


def issues(serials: Serials) -> Html:
    """What came, vendor by vendor; which claims are due; what lacks."""
    if serials.period is None or serials.as_of is None:
        return Html(paragraph("No export tells of issues of serials."))
    return joined(
        paragraph(_finding(serials, serials.period, serials.as_of)),
        _by_vendor(serials, serials.period),
        *_claims(serials),
        *_gaps(serials),
        *_renewals(serials),
    )


def _finding(serials: Serials, period: Period, as_of: date) -> str:
    expected, came, late = (_sum(serials.expected, n) for n in ("expected", "received", "late"))
    due = sum(row["standing"] == "claim due" for row in serials.claims)
    unpaid = sum(row["standing"] in ("unpaid", "ended") for row in serials.claims)
    words = (
        f"Of {_issues(expected)} expected from {period.words}, {number(came)} came and "
        f"{number(late)} {'is' if late == 1 else 'are'} late, as of {day_name(as_of)}. "
        f"Claims are due for {_issues(due)}."
    )
    if later := [row for row in serials.claims if row["standing"] == "due if it has not come"]:
        told = day_name(min(row["told_until"] for row in later))
        words += f" {_issues(len(later))} more, if not come since {told}: nothing later is loaded."
    if unpaid:
        verb = "lies" if unpaid == 1 else "lie"
        words += f" {_issues(unpaid)} {verb} after what is paid or subscribed: ask first."
    return words


def _issues(count: int) -> str:
    return "1 issue" if count == 1 else f"{number(count)} issues"


def _sum(rows: Iterable[Row], column: str) -> int:
    return sum(int(row[column] or 0) for row in rows)


def _by_vendor(serials: Serials, period: Period) -> Html:
    rows = []
    for vendor in dict.fromkeys(row["vendor"] for row in serials.expected):
        of = [row for row in serials.expected if row["vendor"] == vendor]
        told: Row = {name: _sum(of, name) for name in ("expected", *STANDS)}
        claims = {
            name: _sum(of, name) if any(row[name] is not None for row in of) else None
            for name in CLAIMS
        }
        rows.append({"vendor": vendor or "vendor not known", **told, **claims})
    rows.sort(key=lambda row: (-row["expected"], row["vendor"]))
    headings = {"to_come": "To come", "never_came": "Never came", "not_published": "Not published"}
    names = ("vendor", "expected", "received", "late", "never_came", *CLAIMS)
    headings |= {"claimed": "Claimed", "claimed_again": "Claimed again"}
    shown = [{name: row[name] for name in names} for row in rows]
    listed = table(shown, f"Issues expected from {period.words}, by vendor", headings=headings)
    rest = [
        {name: row[name] for name in ("vendor", "to_come", "not_published", "not_known")}
        for row in rows
    ]
    other = {**headings, "not_known": "Status not declared"}
    kept = folded(
        "What of them is neither late nor lost",
        table(rest, "Issues to come, unpublished, or not known", headings=other).at_most(MOST),
    )
    alone = "There is one vendor, and no other to compare it with." if len(rows) == 1 else ""
    return joined(listed.at_most(MOST), paragraph(alone) if alone else "", kept)


def _claims(serials: Serials) -> list[Any]:
    if not serials.claims:
        return [paragraph("No issue is late.")]
    rows = [
        {
            "standing": row["standing"].capitalize(),
            "title": row["title"] or f"subscription {row['subscription_id']}",
            "issue": row["enumeration"] or row["serial_issue_id"],
            "vendor": row["vendor"],
            "expected_on": row["expected_on"],
            "days_late": row["days_late"],
            "often": _often(row),
            "claim_due_on": row["claim_due_on"],
            "next_claim": row["next_claim"],
            "paid": _paid(row),
        }
        for row in serials.claims
    ]
    headings = {
        "expected_on": "Expected on",
        "days_late": "Days since then",
        "often": "Comes; is claimed after",
        "claim_due_on": "Claim due on",
        "next_claim": "Which claim",
        "paid": "Payment",
    }
    listed = table(rows, "Issues that have not come, claims due first", headings=headings)
    kinds = Counter(row["standing"] for row in serials.claims)
    untold = kinds["frequency not told"] + kinds["last claim not told"]
    said = (
        "A claim is due some days after the expected day, by how often the serial comes; the next "
        "one so long after the last. Record a claim in your system; in the form serial-issues its "
        "number and its day (claims, last_claimed_on), with a new day in entered_at. Else it is "
        "asked for again."
    )
    if untold:
        said += f" For {_issues(untold)} that day is not told."
    shown = listed.at_most(MOST)
    more = f" The workbook has {number(shown.more)} more." if shown.more else ""
    return [shown, paragraph(said + more)]


def _often(row: Row) -> str:
    """How often a serial comes, and the days of grace."""
    often = row["frequency"] or "not told"
    days = row["claim_after_days"]
    return often if days is None else f"{often}; {number(days)} days"


def _paid(row: Row) -> str:
    told = row["paid_until"] or row["billed_on"]
    if told is None or row["payment"] == "ended":
        return str(row["payment"])
    return f"{'paid until' if row['paid_until'] else 'billed on'} {day_name(told)}"


def _gaps(serials: Serials) -> list[Any]:
    unread = _unread(serials.unread)
    if not serials.gaps:
        return [paragraph("No gap is seen between issues that came."), *unread]
    rows = [
        {
            "title": row["title"] or f"subscription {row['subscription_id']}",
            "branch": row["branch"],
            "missing": row["missing"]
            if row["volume"] is None
            else f"{row['volume']}, {row['missing']}",
            **{name: row[name] for name in ("issues", "to_claim", "never_came", "without_line")},
        }
        for row in serials.gaps
    ]
    headings = {
        "missing": "Volume and numbers",
        "issues": "Issues that lack",
        "to_claim": "May still come",
        "never_came": "Never came",
        "without_line": "On no list",
    }
    listed: Table = table(rows, "Gaps between issues that came", headings=headings).at_most(MOST)
    return [
        folded(f"Gaps: {_issues(_sum(serials.gaps, 'issues'))} lack", listed),
        *unread,
    ]


def _renewals(serials: Serials) -> list[Any]:
    """The subscriptions that are to be renewed or ended by when."""
    if not serials.renewals:
        return []
    listed = renewal_table(list(serials.renewals)).at_most(MOST)
    return [listed, paragraph(f"Those that end within {SOON_DAYS} days, or did so since.")]


def _unread(rows: Sequence[Row]) -> list[Any]:
    """The issues that could be laid in no row, by title and enumeration."""
    if not rows:
        return []
    shown = [
        {
            "title": row["title"] or f"subscription {row['subscription_id'] or 'not told'}",
            "issue": row["enumeration"] or row["serial_issue_id"],
            "why": row["reason"].capitalize(),
        }
        for row in rows
    ]
    listed = table(shown, "Issues that could be laid in no row", headings={"why": "Why"})
    said = f"The numbers of {_issues(len(rows))} could not be read: gaps beside them are not seen"
    return [folded(said, listed.at_most(MOST))]
