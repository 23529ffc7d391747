"""When each branch is open: the configuration that says so, and the open days counted one by one."""

from datetime import date, timedelta

from sample import proxy
from sample.by_hand import CONFIGURATION
from sample.places import BRANCHES, CENTRAL, FIRST, LAST, SYSTEM, Branch

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
UNTIL = date(2026, 12, 31)
"""Closures are known to the end of the year."""
EXAMPLE = "libstats.toml.example"
COURIER = "courier"
STAFF = "staff"
"""Names of the calendars that are no branch: the van's days, and those of staff behind the scenes.
"""
_WORKDAYS = dict.fromkeys(range(5), (9, 17))

WHOLE = """# Koha's lists of items and titles name everything, so that what is missing from the newest one is gone.
[whole]
"koha items" = true
"koha bibliographic records" = true
# So do the neighbour's lists of copies and holds, out of Polaris.
"polaris items" = true
"polaris holds" = true

# A copy of which a patron says that it was brought back: Koha's preference ClaimReturnedLostValue.
[roles.koha.item.lost_code]
"5" = "claimed returned"

# Koha's reports run each night after closing time: a file named by a day holds all of it.
[coverage."koha statistics"]
whole_days = true
[coverage."koha loans"]
whole_days = true
[coverage."koha holds"]
whole_days = true
[coverage."koha transfers"]
whole_days = true
# So is Polaris, by queries.
[coverage."polaris transactions"]
whole_days = true
[coverage."polaris holds"]
whole_days = true
# Cards of the neighbour that stand for places: the mending table, the window.
[roles.polaris.circulation_event.card]
"900001" = "place"
"900002" = "place"

# The ILL desk exports the requests that changed since the export before, and what is open.
[coverage."illiad requests"]
selects = "open, and closed since"

# What was changed: a line in every chart; what is usual is told anew from a change that lasts.
[[change]]
on = 2025-11-03
what = "Requests to other libraries go out every day"
process = "ill_borrowing"
rebase = true

[[change]]
on = 2026-02-02
what = "Building works at Saltmere begin"
branch = "SLT"
"""


def calendar() -> str:
    """Return the part of libstats.toml that says when who is open."""
    places = [
        *((branch.code, branch.hours, branch) for branch in BRANCHES),
        (COURIER, _WORKDAYS, CENTRAL),
        (STAFF, _WORKDAYS, CENTRAL),
        ("default", CENTRAL.hours, CENTRAL),
    ]
    return "\n".join(_section(name, hours, branch) for name, hours, branch in places)


def names() -> str:
    """Return the part of libstats.toml that gives the branches' codes their names."""
    lines = "".join(f'{branch.code} = "{branch.name}"\n' for branch in BRANCHES)
    return f"# What the codes of the branches stand for, in every system.\n[branches]\n{lines}"


def configuration() -> str:
    """Return a libstats.toml for the sample library."""
    head = f'# What libstats should know about this library.\n\n[library]\nname = "{SYSTEM}"\n'
    return f"{head}\n{names()}\n{WHOLE}{CONFIGURATION}{proxy.CONFIGURATION}\n{calendar()}"


def _section(name: str, hours: dict[int, tuple[int, int]], branch: Branch) -> str:
    """Return the calendar of one place."""
    opened = ", ".join(
        f'{WEEKDAYS[day]} = "{opens:02d}:00-{closes:02d}:00"'
        for day, (opens, closes) in sorted(hours.items())
    )
    shut = ",\n".join(f'    "{day}"' for day in closed(branch, hours))
    return f"[calendar.{name}]\nopen = {{{opened}}}\nclosed = [\n{shut},\n]\n"


def closed(branch: Branch, hours: dict[int, tuple[int, int]]) -> list[date]:
    """Return the days on which doors that are open by the week stay shut."""
    return [
        day for day in _days(FIRST, UNTIL) if day.weekday() in hours and not branch.is_open(day)
    ]


def _days(first: date, last: date) -> list[date]:
    """Return every day from `first` to `last`."""
    return [first + timedelta(days=place) for place in range((last - first).days + 1)]


def truth() -> dict[str, object]:
    """Return the hours and closures of each branch, and its open days and hours month by month."""
    return {
        branch.code: {
            "open": {
                WEEKDAYS[day]: f"{opens:02d}:00-{closes:02d}:00"
                for day, (opens, closes) in sorted(branch.hours.items())
            },
            "closed": [str(day) for day in closed(branch, branch.hours)],
            "months": _months(branch),
        }
        for branch in BRANCHES
    }


def _months(branch: Branch) -> dict[str, dict[str, int]]:
    """Return for each month the days and hours on which the doors were open."""
    months: dict[str, dict[str, int]] = {}
    for day in _days(FIRST, LAST):
        month = months.setdefault(f"{day:%Y-%m}", {"open_days": 0, "open_hours": 0})
        if branch.is_open(day):
            opens, closes = branch.hours[day.weekday()]
            month["open_days"] += 1
            month["open_hours"] += closes - opens
    return months
