"""What no system of the library exports: a scanner's list of a shelf, a door counter's, and what
staff write down themselves: counts, licences, steps of digitisation and of theses."""

import csv
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sample.library import Library
from sample.oddities import MANGLED, Oddity
from sample.places import CENTRAL, LAST, at
from sample.records import Item

SCANS = "scans/shelf-scans-2026-10-28.csv"
DOOR = "counts/gate-hours-2026-10-31.csv"
FIRST_COUNTS = "counts/manual-counts-2026-10-30.csv"
COUNTS = "counts/manual-counts-2026-10-31.csv"
LICENCES = "licences/licences-2026-10-31.csv"
STEPS_TAKEN = "processes/milestones-2026-10-31.csv"

SCANNED = at(date(2026, 10, 28), 9, 5)
SHELF = "641 to 746"
CLASSES = (641, 746)
STRAYED, UNKNOWN = 2, "31234599999999"
OUT_OF_ORDER = (8, 1)
"""The copy of the row, and the place in it that it was put to."""
"""Copies of another class that stand there, and a barcode that nobody has."""
DAYS = tuple(day for day in (date(2026, 10, n) for n in range(1, 32)) if CENTRAL.is_open(day))
"""Days of the door counter: a month."""
DEAF = at(date(2026, 10, 27), 14)
"""An hour that the counter missed."""
COUNTS_HEAD = (
    "measure", "kind", "branch", "starts_on", "ends_on", "value", "is_estimate", "entered_at"
)  # fmt: skip
MONTH = ("2026-10-01", "2026-10-31")
PROGRAMMES = (
    ("children 0-5, in person", (4, 58)),
    ("adults, online", (1, 12)),
    ("teens, in person", (2, 17)),
)
COMPUTERS = (
    ("public computer sessions", "all", 412, False),
    ("wifi sessions", "all", 1260, True),
    ("microfilm uses", "all", 9, False),
)
"""What machines of the house were used for, and whether worked out from a sample."""
QUESTIONS = (("in person", 164, False), ("phone", 41, False), ("chat", 30, True))
"""Kinds of reference questions, how many in October, and whether worked out from a sample."""
CORRECTED = 61
"""People at the first kind of programmes as it was first written."""
LICENCE_HEAD = (
    "licence_id", "resource", "starts_on", "ends_on", "notice_by", "decided_on", "price", "currency", "entered_at"
)  # fmt: skip
LICENSED = (
    ("L-1", "Shore Birds Online", "2026-01-01", "2026-12-31", "2026-11-30", "", "4200.00", "USD", "2026-01-12"),
    ("L-2", "The Ledger of Markets", "2026-07-01", "2027-06-30", "2027-03-31", "", "1850.00", "USD", "2026-07-02"),
    ("L-3", "Fennick Newspapers", "2026-01-01", "2026-12-31", "2026-10-15", "2026-10-06", "990.00", "USD", "2026-10-06"),
    ("L-4", "Canal Maps", "2025-11-15", "2026-11-14", "2026-09-30", "", "320.00", "USD", "2025-11-20"),
    ("L-5", "Shore Birds Online", "2025-01-01", "2025-12-31", "2025-11-30", "2025-11-12", "4000.00", "USD", "2025-11-12"),
    ("L-6", "Fennick Newspapers", "2025-01-01", "2025-12-31", "2025-10-15", "2025-10-07", "940.00", "USD", "2025-10-07"),
    ("L-7", "Quiet Ponds", "2025-10-01", "2026-09-30", "", "", "1200.00", "USD", "2025-10-02"),
)  # fmt: skip
"""One to be decided soon, one later, one whose day of notice is past, one that ended undecided; the
others are decided, two of them over."""
STEPS = (
    ("map-1", (("requested", "2026-09-01"), ("scanned", "2026-09-08"), ("described", "2026-09-15"), ("published", "2026-09-21"))),
    ("map-2", (("requested", "2026-09-03"), ("scanned", "2026-09-10"), ("described", "2026-09-22"), ("published", "2026-10-01"))),
    ("map-3", (("requested", "2026-09-07"), ("refused", "2026-09-09"))),
    ("map-4", (("requested", "2026-09-10"), ("scanned", "2026-09-17"))),
    ("map-5", (("requested", "2026-10-27"),)),
)  # fmt: skip
"""Digitisation: two done, one refused, one that lies scanned beyond the goal, one that is new."""
THESIS_STEPS = (
    ("2026-1", (("deposited", "2026-10-05"), ("checked", "2026-10-06"), ("catalogued", "2026-10-12"), ("public", "2026-10-14"))),
    ("2026-2", (("deposited", "2026-10-07"), ("checked", "2026-10-09"))),
    ("2026-3", (("deposited", "2026-10-28"),)),
)  # fmt: skip
"""Theses: one that can be read, one that is late, one that is new."""

CONFIGURATION = """
# The door counter of the largest branch sees people come and go: it counts each visit twice.
[export."gate hours"]
recognise = ["Site", "Hour beginning", "In", "Out"]
dates = "year first"
[export."gate hours".fills]
manual_count = '''
    'visits' as measure,
    strftime(iso_time("Hour beginning"), '%H:00') as kind,
    "Site" as branch,
    iso_time("Hour beginning")::date as starts_on,
    iso_time("Hour beginning")::date as ends_on,
    (whole_number("In") + whole_number("Out")) / 2 as value
'''

# Work that no system records, step by step.
[process.digitisation]
title = "digitisation"
what = "something that is to be scanned for the repository"
starts = "requested"
done = ["published"]
given_up = ["refused"]
goal_days = 30
[process.digitisation.milestones]
requested = "somebody asked for it"
scanned = "all of it was scanned"
described = "it has its record"
published = "it can be seen"
refused = "it was not taken, for its rights or its state"

[process.theses]
title = "theses"
what = "a thesis from its deposit to the catalogue"
starts = "deposited"
done = ["public"]
goal_days = 14
[process.theses.milestones]
deposited = "the author handed it in"
checked = "its file and its form were checked"
catalogued = "it has its record"
public = "it can be read"
"""

ODDITIES = (
    Oddity(
        "copies on a wrong shelf",
        f"`{SCANS}`: {STRAYED} copies of other classes stand among {SHELF}",
        "names them, and where each belongs",
    ),
    Oddity(
        "a copy out of order",
        f"`{SCANS}`: the copy at place {OUT_OF_ORDER[1] + 1} belongs further back",
        "names this one alone, and after which copy it belongs",
    ),
    Oddity(
        "a copy that should stand there",
        f"`{SCANS}`: a copy that is on record there, and nobody saw since, was not scanned",
        "names it, since the scan covers its range",
    ),
    Oddity(
        "a copy that is marked missing and seen",
        f"`{SCANS}`: one is missing in Koha",
        "says that it was last seen on the day of the scan, still missing, and wanted",
    ),
    Oddity(
        "a barcode of nobody",
        f"`{SCANS}`: `{UNKNOWN}`",
        "keeps the scan, and of the number a keyed hash",
    ),
    Oddity(
        "an hour without a count",
        f"`{DOOR}`: {DEAF:%B %d, %H}:00 is not there",
        "counts the visits of the other hours",
    ),
    Oddity(
        "a line that was corrected",
        f"`{COUNTS}`: who came to programmes for children stands otherwise in the form of the day before",
        "believes the one with the newer `entered_at`",
    ),
    Oddity(
        "licences to be decided",
        f"`{LICENCES}`: one soon, two too late; three are decided, one has time",
        "lists the first three",
    ),
    Oddity(
        "work of the library's own",
        f"`{STEPS_TAKEN}`: of digitisation and of theses one each lies beyond its goal",
        "names both in today's list",
    ),
)


def write(folder: Path, library: Library) -> dict[str, int]:
    """Write the files below `folder` and return the rows of each, without its heading."""
    steps = ("process", "case", "milestone", "happened_at", "branch")
    files: dict[str, tuple[Sequence[str], list[tuple[Any, ...]]]] = {
        SCANS: (("Barcode", "Scan time", "Shelf", "Branch", "Position"), _scans(library)),
        DOOR: (("Site", "Hour beginning", "In", "Out"), list(_hours())),
        FIRST_COUNTS: (COUNTS_HEAD, [_first_count()]),
        COUNTS: (COUNTS_HEAD, list(_counts())),
        LICENCES: (LICENCE_HEAD, list(LICENSED)),
        STEPS_TAKEN: (steps, _steps("digitisation", STEPS) + _steps("theses", THESIS_STEPS)),
    }  # fmt: skip
    for name, (heading, rows) in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([heading, *rows])
    return {name: len(rows) for name, (_, rows) in files.items()}


def _shelf(library: Library) -> list[Item]:
    """Return the copies whose place is the shelf that is scanned, in its order."""
    found = [
        item
        for item in library.items
        if item.home is CENTRAL
        and item.title.kind.ccode == "NFIC"
        and item.location != "STACK"
        and item.number != MANGLED[0]
        and CLASSES[0] <= float(item.title.call_number.split()[0]) < CLASSES[1] + 1
    ]
    return sorted(found, key=lambda item: (_letters(item.title.call_number), item.number))


def _letters(call_number: str) -> str:
    """Return a call number as it stands on the shelf: Æ as AE, É as E."""
    plain = unicodedata.normalize("NFD", call_number.replace("Æ", "AE"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _there(library: Library) -> tuple[list[Item], list[Item], list[Item]]:
    """Return the copies in their place, those that strayed there, and the missing one."""
    mine = [item for item in _shelf(library) if item.place == "shelf" and not item.is_misplaced]
    strays = [
        item
        for item in library.items
        if item.home is CENTRAL
        and item.place == "shelf"
        and item.title.kind.ccode == "FIC"
        and item.seen < SCANNED
    ]
    missing = [
        item
        for item in library.items
        if item.lost == 4 and item.home is CENTRAL and item.seen < SCANNED
    ]
    # one that nobody saw since was taken from its shelf
    gone = next(item for item in mine[4:8] if item.seen < SCANNED)
    return [item for item in mine[:13] if item is not gone], strays[:STRAYED], missing[:1]


def _lacking(library: Library, mine: list[Item]) -> list[Item]:
    """Return the copies that the catalogue puts between the first and the last of a row, that were
    not there, and that nobody saw since."""
    shelf = _shelf(library)
    between = shelf[shelf.index(mine[0]) : shelf.index(mine[-1])]
    return [
        item
        for item in between
        if item not in mine and item.place == "shelf" and item.seen.date() <= SCANNED.date()
    ]


def _scans(library: Library) -> list[tuple[Any, ...]]:
    mine, strays, missing = _there(library)
    last, first = OUT_OF_ORDER
    row = [*mine[:first], mine[last], *mine[first:last], *mine[last + 1 :]]
    barcodes = [item.barcode for item in (*row[:5], *strays, *row[5:], *missing)]
    return [
        (code, f"{SCANNED + timedelta(seconds=7 * place):%Y-%m-%d %H:%M:%S}", SHELF, CENTRAL.code, place)
        for place, code in enumerate([*barcodes, UNKNOWN], start=1)
    ]  # fmt: skip


def _hours() -> Iterable[tuple[Any, ...]]:
    """Return what the counter at the door saw: who comes in an hour mostly leaves in it too."""
    for day in DAYS:
        opens, closes = CENTRAL.hours[day.weekday()]
        for hour in range(opens, closes):
            moment = at(day, hour)
            if moment != DEAF:
                yield CENTRAL.code, f"{moment:%Y-%m-%d %H:%M}", _seen(moment) + 2, _seen(moment) - 2


def _seen(moment: datetime) -> int:
    """Return the visits of an hour, most of them in the afternoon."""
    return 8 + moment.day % 5 + (14 if moment.hour in (15, 16, 17) else 0)


def _first_count() -> tuple[Any, ...]:
    """Return the line as it was before it was corrected."""
    kind, _ = PROGRAMMES[0]
    return "programme attendance", kind, CENTRAL.code, *MONTH, CORRECTED, "", "2026-10-30"


def _counts() -> Iterable[tuple[Any, ...]]:
    entered = "2026-10-31"
    for kind, (sessions, people) in PROGRAMMES:
        yield "programmes", kind, CENTRAL.code, *MONTH, sessions, "", entered
        yield "programme attendance", kind, CENTRAL.code, *MONTH, people, "", entered
    for kind, asked, is_estimate in QUESTIONS:
        told = "yes" if is_estimate else ""
        yield "reference questions", kind, CENTRAL.code, *MONTH, asked, told, entered
    for measure, kind, uses, is_estimate in COMPUTERS:
        yield measure, kind, CENTRAL.code, *MONTH, uses, "yes" if is_estimate else "", entered


def _steps(
    process: str, cases: Iterable[tuple[str, Iterable[tuple[str, str]]]]
) -> list[tuple[Any, ...]]:
    return [
        (process, case, milestone, day, CENTRAL.code)
        for case, steps in cases
        for milestone, day in steps
    ]


def truth(library: Library) -> dict[str, Any]:
    """Return what these lists tell."""
    mine, strays, missing = _there(library)
    return {
        "until": str(LAST),
        "scans": {
            "seen": len(_scans(library)),
            "in_their_place": [item.barcode for item in mine],
            "strayed": [item.barcode for item in strays],
            "out_of_order": [mine[OUT_OF_ORDER[0]].barcode],
            "not_scanned": [item.barcode for item in _lacking(library, mine)],
            "missing_and_seen": [item.barcode for item in missing],
            "of_nobody": [UNKNOWN],
        },
        "visits": sum(told[2] + told[3] for told in _hours()) // 2,
        "programmes": {kind: list(told) for kind, told in PROGRAMMES},
        "reference_questions": {kind: asked for kind, asked, _ in QUESTIONS},
        "computers": {measure: uses for measure, _, uses, _ in COMPUTERS},
        "licences": {
            "soon": ["L-1"],
            "past": ["L-4"],
            "ended": ["L-7"],
            "decided": ["L-3", "L-5", "L-6"],
            "later": ["L-2"],
        },
        "digitisation": {"done": 2, "given_up": 1, "open": 2, "beyond_goal": ["map-4"]},
        "theses": {"done": 1, "given_up": 0, "open": 2, "beyond_goal": ["2026-2"]},
    }
