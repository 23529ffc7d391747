"""Holds and order lines of FOLIO and Sierra, as truths and exports for tests/campaigns/coverage.py.

They are told by the day. What FOLIO's holds are ended by is their cancelling; a part of them is
closed by the word alone, without a day. Order lines have no branch, and take up to a quarter.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from tests.campaigns.coverage_cases import (
    BRANCHES,
    FIRST,
    LAST,
    LONGEST,
    Case,
    Export,
    Loan,
    Writer,
    increments,
    is_open,
    lists,
)

NOWHERE = "all branches"
REQUESTS = (
    "id,requestDate,status,cancelledDate,itemId,instanceId,requestType,pickupServicePointId\n"
)
PAGED = "id,record_id,placed_gmt,on_holdshelf_gmt,pickup_location_code,status,is_frozen\n"
ORDERS = (
    "order_record_id,bib_record_id,vendor_record_code,order_status_code,order_date_gmt,"
    "received_date_gmt,estimated_price,copies\n"
)
LINES = "id,poLineNumber,purchaseOrderId,receiptStatus,receiptDate,metadata.createdDate\n"
SLOWEST = 90


def waits(luck: random.Random, branches: tuple[str, ...], longest: int) -> list[Loan]:
    """Two to five cases a day and branch, of which the days are known."""
    found: list[Loan] = []
    day = FIRST - timedelta(longest + 10)
    while day <= LAST:
        for branch in branches if is_open(day) else ():
            for _ in range(luck.randint(2, 5)):
                began = datetime(day.year, day.month, day.day)
                ended = began + timedelta(luck.randint(1, longest))
                while not is_open(ended.date()):
                    ended += timedelta(1)
                found.append(Loan(len(found) + 1, branch, began, ended))
        day += timedelta(1)
    return found


def as_requests(holds: list[Loan], moment: datetime) -> str:
    """Holds of FOLIO, each cancelled in the end."""
    return REQUESTS + "".join(_request(hold, moment, has_day=True) for hold in holds)


def as_requests_closed(holds: list[Loan], moment: datetime) -> str:
    """The same, a third of them closed by the word alone."""
    return REQUESTS + "".join(_request(n, moment, has_day=n.number % 3 > 0) for n in holds)


def _request(hold: Loan, moment: datetime, *, has_day: bool) -> str:
    over = hold.ended < moment
    word = "Closed - Cancelled" if has_day else "Closed - Unfilled"
    return (
        f"{hold.number},{hold.began:%Y-%m-%d}T00:00:00.000+00:00,"
        f"{word if over else 'Open - Not yet filled'},"
        f"{f'{hold.ended:%Y-%m-%d}T00:00:00.000+00:00' if over and has_day else ''},"
        f"i{hold.number},t{hold.number},Hold,{hold.branch}\n"
    )


def as_holds(holds: list[Loan], moment: datetime) -> str:
    """Holds of Sierra: the list of those that are open."""
    return PAGED + "".join(f"{n.number},420908029575,{n.began}+00,,{n.branch},0,f\n" for n in holds)


def as_orders(orders: list[Loan], moment: datetime) -> str:
    """Order lines of Sierra."""
    rows = (
        f"{476741369856 + n.number},420908029575,bt,{'a' if n.ended < moment else 'o'},"
        f"{n.began}+00,{f'{n.ended}+00' if n.ended < moment else ''},8.00,1\n"
        for n in orders
    )
    return ORDERS + "".join(rows)


def as_lines(lines: list[Loan], moment: datetime) -> str:
    """Order lines of FOLIO, which tell when they were made, and not when the order was sent."""
    rows = (
        f"{n.number},{n.number}-1,p{n.number},"
        f"{'Fully Received' if n.ended < moment else 'Awaiting Receipt'},"
        f"{f'{n.ended:%Y-%m-%d}T00:00:00.000+00:00' if n.ended < moment else ''},"
        f"{n.began:%Y-%m-%d}T00:00:00.000+00:00\n"
        for n in lines
    )
    return LINES + "".join(rows)


def folio_holds(luck: random.Random) -> Case:
    """FOLIO's holds, some of them closed by their word."""
    holds = waits(luck, BRANCHES, LONGEST)
    write = luck.choice([as_requests, as_requests_closed])
    case = Case(0, holds, _exports(holds, luck, write), "hold", "placed", "cancelled")
    case.has_days = write is as_requests
    return case


def sierra_holds(luck: random.Random) -> Case:
    """A list of Sierra's open holds."""
    holds = waits(luck, BRANCHES, LONGEST)
    exports = lists(holds, luck, (as_holds,), kinds=("open only",))
    return Case(0, holds, exports, "hold", "placed")


def orders(luck: random.Random) -> Case:
    """Sierra's order lines: a list of them, or lists of what was ordered in each month."""
    lines = waits(luck, (NOWHERE,), SLOWEST)
    exports = _exports(lines, luck, as_orders, SLOWEST)
    return Case(0, lines, exports, "order_copy", "ordered", "received", (NOWHERE,), SLOWEST)


def lines(luck: random.Random) -> Case:
    """The same of FOLIO, waited for since they were asked for."""
    cases = waits(luck, (NOWHERE,), SLOWEST)
    exports = _exports(cases, luck, as_lines, SLOWEST)
    return Case(0, cases, exports, "order_copy", "requested", "received", (NOWHERE,), SLOWEST)


def _exports(
    cases: list[Loan], luck: random.Random, write: Writer, longest: int = LONGEST
) -> list[Export]:
    make = luck.choice([lists, lists, increments])
    found = make(cases, luck, (write,), longest) or make(cases, random.Random(1), (write,), longest)
    luck.shuffle(found)
    return found


def desk_case(seed: int) -> Case:
    """A truth of holds or orders and its exports."""
    luck = random.Random(f"desk {seed}")
    makes: list[Callable[[random.Random], Case]]
    makes = [folio_holds, folio_holds, sierra_holds, orders, orders, lines]
    make = luck.choice(makes)
    case = make(luck)
    case.seed = seed
    return case
