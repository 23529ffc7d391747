"""What was planted for readers of the pages to find, by what they ask: the branches and the whole."""

from collections import Counter
from datetime import date, timedelta
from statistics import median
from typing import Any

from sample import marc, planted_desks, planted_holds
from sample.borrowing import CHANGED, QUEUE
from sample.ill import Requests
from sample.library import Library
from sample.loose_ends import CLAIMED, PAID
from sample.oddities import BAD_LOAN, BAD_LOAN_FILE, ERROR_FILE
from sample.orders import Orders
from sample.places import (
    CENTRAL,
    LAST,
    SALTMERE,
    SEASON,
    SHIFTED,
    STORM,
    TARNHOLLOW,
    Branch,
    at,
)
from sample.polaris import place as neighbour
from sample.polaris.desk import UNKNOWN
from sample.polaris.holds import ODD
from sample.polaris.stock import UNTOLD_NUMBERS, UNTOLD_WORDS
from sample.weeding import planted as old_stock

YEAR_BEFORE = (date(2024, 11, 1), SHIFTED)
YEAR_AFTER = (SHIFTED, LAST + timedelta(days=1))
OCTOBERS = ((date(2025, 10, 1), date(2025, 11, 1)), (date(2026, 10, 1), date(2026, 11, 1)))
LONG = timedelta(days=28)

Span = tuple[date, date]


def truth(library: Library, desk: Requests, orders: Orders) -> dict[str, Any]:
    """Return all of it."""
    return {
        "words": True,
        "not_told": [
            "accuracy of cataloguing: no export tells of it",
            "rush orders: the export of order lines has no such column",
            "digital use: no export tells of it",
        ],
        "branches": {
            "up": _shift(library, SALTMERE),
            "down": _shift(library, TARNHOLLOW),
        },
        "library": _library(library),
        "closures": _closures(),
        "holds": planted_holds.holds(library),
        "transit": planted_holds.transit(library),
        "loans": _loans(library),
        "ill": planted_desks.ill(desk),
        "orders": planted_desks.orders(orders),
        "cataloguing": planted_desks.cataloguing(orders),
        "collection": _collection(library),
        "oddities": _oddities(),
        "coverage": _coverage(),
    }


def _lending(library: Library, span: Span, branch: Branch | None = None) -> dict[str, Any]:
    """Return the checkouts of a span of days, the open days, and the one by the other; the library
    is open when its largest branch is."""
    days = (span[1] - span[0]).days
    opened = sum(
        (branch or CENTRAL).is_open(span[0] + timedelta(days=place)) for place in range(days)
    )
    checkouts = sum(
        event.type == "issue"
        and at(span[0], 0) <= event.at < at(span[1], 0)
        and (branch is None or event.branch == branch.code)
        for event in library.events
    )
    return {
        "checkouts": checkouts,
        "open_days": opened,
        "per_open_day": round(checkouts / opened, 2),
    }


def _percent(before: dict[str, Any], after: dict[str, Any]) -> float:
    """Return by how much the work of an open day changed, in percent."""
    old, new = (float(span["checkouts"]) / span["open_days"] for span in (before, after))
    return float(round(100 * (new / old - 1), 1))


def _shift(library: Library, branch: Branch) -> dict[str, Any]:
    """Return what became of a branch: the twelve months since the shift and those before, and the
    last October and the one before."""
    before, after = (_lending(library, span, branch) for span in (YEAR_BEFORE, YEAR_AFTER))
    octobers = [_lending(library, span, branch) for span in OCTOBERS]
    return {
        "branch": branch.code,
        "name": branch.name,
        "since": str(SHIFTED),
        "year_before": before,
        "year_since": after,
        "percent": _percent(before, after),
        "october_2025": octobers[0],
        "october_2026": octobers[1],
        "october_percent": _percent(*octobers),
    }


def _library(library: Library) -> dict[str, Any]:
    """Return what is to be said of all branches together."""
    before, after = (_lending(library, span) for span in (YEAR_BEFORE, YEAR_AFTER))
    octobers = [_lending(library, span) for span in OCTOBERS]
    return {
        "lending": {
            "october_2025": octobers[0],
            "october_2026": octobers[1],
            "october_percent": _percent(*octobers),
            "year_percent": _percent(before, after),
            "verdict": "no more than the usual ups and downs: nothing was changed for all together",
        },
        "season": {f"{month:02d}": pace for month, pace in enumerate(SEASON, 1)},
        "goals": {
            "set_by_the_library": [],
            "verdict": "the library set no goal of its own in libstats.toml: no word about goals",
        },
        "signals": {
            "new_in_october_2026": [],
            "since": [
                {"of": f"checkouts at {SALTMERE.name}", "direction": "up", "on": str(SHIFTED)},
                {"of": f"checkouts at {TARNHOLLOW.name}", "direction": "down", "on": str(SHIFTED)},
                {"of": "days of ILL borrowing", "direction": "down", "on": str(CHANGED)},
            ],
        },
    }


def _closures() -> list[dict[str, str]]:
    """Return what was closed or changed in the last two years, besides holidays."""
    first, last = SALTMERE.works or (LAST, LAST)
    return [
        {"where": "all branches", "since": str(STORM[0]), "until": str(STORM[1]), "why": "storm"},
        {
            "where": SALTMERE.name,
            "since": str(first),
            "until": str(last),
            "why": "building works",
        },
        {"where": "ILL desk", "since": str(CHANGED), "why": "requests go out daily"},
    ]


def _loans(library: Library) -> dict[str, Any]:
    """Return what is to be chased, as it was at the end: overdue by more than four weeks, without
    what is claimed returned or lost."""
    still_out = [loan for loan in library.loans if loan.returned is None]
    end = at(LAST + timedelta(days=1), 0)
    return {
        "long_overdue": sum(end - loan.due > LONG and not loan.item.lost for loan in still_out),
        "claimed_returned": [loan.item.barcode for loan in still_out if loan.item.lost == CLAIMED],
        "lost_and_paid": [loan.item.barcode for loan in still_out if loan.item.lost == PAID],
        "lost": sum(loan.item.lost in (1, 2) for loan in still_out),
    }


def _collection(library: Library) -> dict[str, Any]:
    """Return what is to be said of the collection: of the branches' copies on Koha, and of the old
    stock on Alma."""
    lost = [item for item in library.items if item.lost]
    held = [
        item
        for item in library.items
        if not item.lost and not item.withdrawn_on and item.place != "ordered"
    ]
    years = [int(item.title.year) for item in held if item.title.year not in ("", "9999")]
    return {
        "median_age": {"koha_median_year": median(years), "of_copies": len(years)},
        "missing": {
            "koha_copies": len(lost),
            "by_itemlost": {
                str(code): n for code, n in sorted(Counter(item.lost for item in lost).items())
            },
            "of_them_claimed_returned": sum(item.lost == CLAIMED for item in lost),
        },
        "old_and_unused": _old_and_unused(library),
        "last_copies": {
            "alma_copies": sum(old.why == "last copy" for old in old_stock()),
            "why": "nobody borrowed them for years, and they are the last of their title",
        },
        "unknown_status": {
            "status": UNTOLD_WORDS[0],
            "why": "nobody has said what this status of the neighbour means",
        },
    }


def _old_and_unused(library: Library) -> list[dict[str, Any]]:
    """Return the shelves of the branches by the share of copies that are of 2011 or older and were
    not borrowed for four years, most first."""
    shelves: dict[str, Counter[str]] = {}
    for item in library.items:
        if item.place not in ("ordered", "lost", "withdrawn") and item.title.year not in (
            "",
            "9999",
        ):
            shelf = shelves.setdefault(item.title.kind.ccode, Counter())
            is_unused = item.borrowed is None or item.borrowed < date(2022, 11, 1)
            shelf["copies"] += 1
            shelf["old_and_unused"] += is_unused and int(item.title.year) <= 2011
    found = [
        {"collection": ccode}
        | dict(counted)
        | {"percent": round(100 * counted["old_and_unused"] / counted["copies"], 1)}
        for ccode, counted in shelves.items()
    ]
    return sorted(found, key=lambda entry: -entry["percent"])


def _oddities() -> dict[str, Any]:
    """Return the rows that a correct loader does not take."""
    return {
        "rejected": [
            {
                "file": f"{BAD_LOAN_FILE[0]} of {BAD_LOAN_FILE[1]}",
                "row": f"loan {BAD_LOAN}",
                "why": "no such date",
            },
            {
                "file": marc.FILE,
                "row": "the last record",
                "why": "it is cut within its directory",
            },
        ],
        "set_aside": [
            {"file": f"{ERROR_FILE[0]} of {ERROR_FILE[1]}", "row": "the error line at its end"},
            {"file": marc.FILE, "row": "the last record but one, an authority"},
        ],
    }


def _coverage() -> dict[str, Any]:
    """Return what the neighbour's files lack, and the codes that nobody declared."""
    return {
        "neighbour": {
            "missing": neighbour.MISSING,
            "in_part": neighbour.CUT,
            "without_a_branch": neighbour.LACKING,
            "branch": neighbour.LACKED,
        },
        "codes": {
            "illiad status": QUEUE,
            "polaris copy": [str(code) for code in UNTOLD_NUMBERS],
            "polaris hold": ODD,
            "polaris transaction": UNKNOWN,
        },
    }
