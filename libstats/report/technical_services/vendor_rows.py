"""What the report on technical services tells of orders: by vendor and by fund."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import duckdb

from libstats.analysis.work.exported import newest_export
from libstats.analysis.work.turnaround import turnaround
from libstats.analysis.work.usual import usual
from libstats.analysis.work.worklist import worklist
from libstats.definitions.processes import process_of
from libstats.errors import AnalysisError
from libstats.report.page.period import Period
from libstats.wording import Row, month_before, records

__all__ = ["FEW", "Orders", "Vendor", "apart", "read_orders"]

FEW = 20  # orders of a vendor, from which on its wait is compared with others'
MONTHS = 24  # up to the end of the period: fewer orders leave open who is slow
STANDING = ("late", "near", "in time")  # open, and not only when last told


@dataclass(frozen=True)
class Vendor:
    """One vendor: the row of `turnaround`, what is open, what of it is late and beyond how many
    days (`limit`, by its own usual time or by the goal), and how many orders it was reminded of
    (None where no export tells)."""

    name: str | None
    wait: Row
    still_open: int = 0
    late: int = 0
    limit: float | None = None
    is_usual: bool = False
    claimed: int | None = None


@dataclass(frozen=True)
class Orders:
    """The orders of two years by vendor, and by fund; `period` are those years, `as_of` the moment
    at which open ones are counted; `undated` are order lines with a fund of which nothing tells
    when they were sent."""

    period: Period | None = None
    as_of: datetime | None = None
    vendors: Sequence[Vendor] = ()
    funds: Sequence[Row] = ()
    whole: Row | None = None
    undated: int = 0


def apart(vendors: Sequence[Vendor]) -> tuple[list[str], list[str]]:
    """The vendors of which half of the orders took longer than at all others, and shorter: where
    the whole 95 % interval lies beyond all of theirs. A vendor with few orders is not compared."""
    # an interval ends before its upper bound: at that day the curve is already told from half
    told = [each for each in vendors if each.name and each.wait["cases"] >= FEW]
    slow, quick = [], []
    for each in told:
        others = [other.wait for other in told if other is not each]
        low, high = each.wait["p50_low"], each.wait["p50_high"]
        if not others:
            continue
        if low is not None and all(
            other["p50_high"] is not None and low >= other["p50_high"] for other in others
        ):
            slow.append(str(each.name))
        if high is not None and all(
            other["p50_low"] is not None and high <= other["p50_low"] for other in others
        ):
            quick.append(str(each.name))
    return slow, quick


def read_orders(
    con: duckdb.DuckDBPyConnection, period: Period, as_of: datetime, why: list[str]
) -> Orders:
    """Read what is told of orders; nothing, with its reason in `why`, where nothing is."""
    until = month_before(period.last_month, -1)
    since = month_before(until, MONTHS)
    moment = min(as_of, datetime.combine(period.until, time()))
    between: dict[str, Any] = {"since": since, "until": until, "end": "received"}
    try:
        waits = records(turnaround(con, "order_copy", by="kind", **between))
        whole = records(turnaround(con, "order_copy", **between))
    except AnalysisError as error:
        why.append(error.problem)
        return Orders(undated=_undated(con))
    limits = {
        row["part"]: row["usual_days"]
        for row in records(usual(con, "order_copy", end="received", as_of=moment, by="kind"))
    }
    rows = records(_open(con, moment).select("kind, standing, age"))
    claims = _claims(con, since, until)
    goal = process_of(con, "order_copy").goal_days
    vendors = [
        _vendor(
            wait,
            [row for row in rows if row["kind"] == wait["part"]],
            limits.get(wait["part"]),
            goal,
            claims.get(wait["part"]),
        )
        for wait in waits
    ]
    return Orders(
        Period(since, until), moment, vendors, _funds(con, since, until), whole[0], _undated(con)
    )


def _open(con: duckdb.DuckDBPyConnection, moment: datetime) -> duckdb.DuckDBPyRelation:
    """The orders that are open at the end of the period; a list that was made in the night after it
    tells of them."""
    newest = newest_export(con, process_of(con, "order_copy"))
    is_of_that_night = moment <= newest < moment + timedelta(days=1)
    return worklist(con, "order_copy", as_of=newest if is_of_that_night else moment)


def _vendor(
    wait: Row, rows: Sequence[Row], own: float | None, goal: float, claimed: int | None
) -> Vendor:
    limit = goal if own is None else own
    late = [row for row in rows if row["standing"] in STANDING and row["age"] > limit]
    return Vendor(wait["part"], wait, len(rows), len(late), limit, own is not None, claimed)


def _claims(con: duckdb.DuckDBPyConnection, since: date, until: date) -> dict[str | None, int]:
    """Of how many order lines each vendor was reminded; of a vendor whose exports tell of no claims
    there is none."""
    rows = con.execute(
        """
        select
            coalesce(l.vendor_name, v.name, n.name, l.vendor_id, p.vendor_id) as vendor,
            count(*) filter (where l.claims > 0 or l.last_claimed_on is not null) as claimed
        from order_line l
        left join purchase_order p
            on p.source = l.source and p.purchase_order_id = l.purchase_order_id
        left join vendor v
            on v.source = l.source and v.vendor_id = coalesce(l.vendor_id, p.vendor_id)
        left join vendor_number n on n.number = coalesce(l.vendor_id, p.vendor_id)
        where coalesce(l.placed_at, l.placed_on, p.placed_on) >= $since
            and coalesce(l.placed_at, l.placed_on, p.placed_on) < $until
            and not coalesce(l.is_exchanged, false)
        group by vendor
        having count(l.claims) + count(l.last_claimed_on) > 0
        """,
        {"since": since, "until": until},
    ).fetchall()
    return dict(rows)


def _undated(con: duckdb.DuckDBPyConnection) -> int:
    """How many order lines name a fund, and nothing tells when they were sent."""
    found: int = con.execute(
        """
        select count(distinct (s.source, s.order_line_id))
        from order_fund s
        join order_line l using (source, order_line_id)
        left join purchase_order p using (source, purchase_order_id)
        where coalesce(l.placed_at, l.placed_on, p.placed_on) is null
        """
    ).fetchall()[0][0]
    return found


def _funds(con: duckdb.DuckDBPyConnection, since: date, until: date) -> list[Row]:
    """The order lines of these months by fund: a line over two funds counts for both."""
    return records(
        con.sql(
            """
            with line as (
                select
                    l.source,
                    l.order_line_id,
                    l.status
                from order_line l
                left join purchase_order p
                    on p.source = l.source and p.purchase_order_id = l.purchase_order_id
                where coalesce(l.placed_at, l.placed_on, p.placed_on) >= $since
                    and coalesce(l.placed_at, l.placed_on, p.placed_on) < $until
                    and not coalesce(l.is_exchanged, false)
            ),
            borne as (
                select distinct
                    s.source,
                    s.order_line_id,
                    coalesce(f.name, f.code, s.fund_code, s.fund_id) as fund
                from order_fund s
                left join fund f on f.source = s.source and f.fund_id = s.fund_id
            )
            select
                fund,
                count(*) as lines,
                count(*) filter (where status in ('received', 'closed')) as received,
                count(*) filter (where status in ('new', 'ordered', 'partial')) as still_open,
                count(*) filter (where status = 'cancelled') as cancelled
            from line
            join borne using (source, order_line_id)
            group by fund
            order by lines desc, fund
            """,
            params={"since": since, "until": until},
        )
    )
