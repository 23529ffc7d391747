"""What the month in one page says of the digital desk: what was opened through the proxy, who did
not get in, what patrons did themselves at machines."""

from __future__ import annotations

from libstats.analysis.provenance import freshness
from libstats.analysis.proxy import proxy_visits
from libstats.analysis.proxy_logins import proxy_logins
from libstats.analysis.self_service import self_service
from libstats.report.sections import explained
from libstats.report.summary.rows import Asked, Line
from libstats.wording import many, number, percent, records

__all__ = ["digital_desk"]

UNJUDGED = "the logs tell of single days, and not of months, that stand out"


def digital_desk(asked: Asked) -> Line | None:
    """Visits through the proxy, with who did not get in; where no log of a proxy is loaded, the
    share of self-service. None where neither is told."""
    share = _share(asked)
    visits = _visits(asked)
    if not visits:
        return _machines(asked, share) if share else None
    done, every = visits
    least = "" if every else "At least "
    said = [
        f"{least}{many(done, 'visit')} through the proxy.",
        *_troubles(asked),
        *([_self(share)] if share else []),
    ]
    return Line(
        said,
        number(done),
        "visits through the proxy",
        done,
        _trend(asked),
        "Visits through the proxy a month",
        unjudged=UNJUDGED,
        asks=explained("proxy_visits", asked.period),
        sources=[
            row
            for name in ("proxy_visits", "proxy_logins")
            for row in records(freshness(asked.con, analysis=name))
        ],
    )


def _visits(asked: Asked) -> tuple[int, bool] | None:
    """How many, and whether the log tells of the whole period; None where of nothing of it."""
    period = asked.period
    rows = records(proxy_visits(asked.con, since=period.since, until=period.until, by="all"))
    if not rows or rows[0]["visits"] is None:
        return None
    return int(rows[0]["visits"]), rows[0]["coverage"] == "whole"


def _trend(asked: Asked) -> list[float | None]:
    """The visits of the months that are told as a whole."""
    shown = asked.shown
    rows = records(proxy_visits(asked.con, since=shown.since, until=shown.until, by="month"))
    whole = {row["part"]: row["visits"] for row in rows if row["coverage"] == "whole"}
    return [whole.get(f"{month:%Y-%m}") for month in asked.months]


def _troubles(asked: Asked) -> list[str]:
    rows = records(
        proxy_logins(asked.con, since=asked.period.since, until=asked.period.until, by="all")
    )
    if not rows or not rows[0]["troubles"]:
        return []
    lost = rows[0]["locked_out"] + rows[0]["not_let_in"]
    return [
        f"Of {many(rows[0]['troubles'], 'trouble')} with logins {number(lost)} did not end well."
    ]


def _share(asked: Asked) -> tuple[int, int] | None:
    """Checkouts by patrons themselves, and all, at branches with a machine of which it is told."""
    rows = [
        row
        for row in records(
            self_service(asked.con, since=asked.period.since, until=asked.period.until)
        )
        if row["share"]
    ]
    if not rows:
        return None
    return sum(row["self_checkouts"] for row in rows), sum(row["checkouts"] for row in rows)


def _self(share: tuple[int, int]) -> str:
    done, every = share
    return f"At branches with a self-check patrons did {percent(done / every)} of checkouts."


def _machines(asked: Asked, share: tuple[int, int]) -> Line:
    done, every = share
    return Line(
        [_self(share)],
        percent(done / every),
        "of checkouts by patrons themselves",
        done / every,
        unjudged=UNJUDGED,
        asks=explained("self_service", asked.period),
        sources=records(freshness(asked.con, analysis="self_service")),
    )
