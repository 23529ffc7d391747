"""Scanners that go along a shelf: phones, wands, readers, and the programs behind them.

Of whoever scanned nothing is read. A list without headings, barcodes alone, is known only where
libstats.toml says what its columns are: any list of numbers could be one.
"""

from libstats.declaration.source import Source

# Names of the columns that readers/placed.py adds.
DAY, PLACE = "day in the file's name", "place in the file"
LIST, ORDER = "list in the file", "order of its dates"
HEADINGS = {
    "Barcode": ("Item barcode", "Barcodes", "Scanned barcode", "Barcode value", "Code value"),
    "Scanned at": (
        *("Scan time", "Scan date", "Date scanned", "Time scanned", "Scanned on", "Scanned"),
        *("Scan timestamp", "Scanned time", "Scan date and time", "Date and time scanned"),
    ),
    "Shelf": ("Shelf number", "Range", "Bay", "Shelving unit", "Shelf location", "Scan location"),
    "Branch": ("Library",),
    "Position": ("Scan order", "Sequence", "Order", "Scan number", "Place"),
}
# Rows without a barcode are no scans, such as the last line of a phone's list.
NONE = {"without a barcode": """coalesce(trim("Barcode"), '') = ''"""}
# Phones write the times of their country; of 05/11/2026 nothing but other rows proves the order.
_AT = f"""coalesce(
            wall_clock("Scanned at"),
            case
                when "?{ORDER}" = 'month first' then us_time("Scanned at")
                when "?{ORDER}" = 'day first' then eu_time("Scanned at")
            end
        )"""
_AT_IF_TOLD = _AT.replace('"Scanned', '"?Scanned')
DATES = (
    "year first, as in 2026-10-31 14:11; else where AM and PM, or a day over 12 in the "
    "list, prove which of its numbers is the month; let the program write the year first"
)
_SCAN = f"""
    select
        "{LIST}" as list_id,
        {{at}} as scanned_at,
        whole_number("{PLACE}") as place,
        "Barcode" as barcode,
        {{is_day}} as is_day_only,
        "Shelf" as shelf,
        "Branch" as branch,
        -- as the list numbers them, else in the order of its rows
        case
            when trim("?Position") <> '' then whole_number("?Position")
            else whole_number("?{PLACE}")
        end as position,
        true as is_seen
    from raw"""

SCANS = Source(
    system="scanner",
    name="shelf scans",
    recognise=("Barcode", "Scanned at"),
    unless=("Due date", "Patron barcode", "Title ID"),
    headings=HEADINGS,
    happened=("scanned_at",),
    dates=DATES,
    is_vague=True,
    set_aside=NONE,
    fills={"shelf_scan": _SCAN.format(at=_AT, is_day='length(trim("Scanned at")) <= 10')},
)
# The shelf, or the order, and no time: it was on the day in the file's name.
DAY_OF_FILE = f'iso_date("{DAY}")::timestamp'
SCANS_OF_A_DAY = Source(
    system="scanner",
    name="shelf scans without times",
    recognise=("Barcode", "Position"),
    unless=("Scanned at", "Due date", "Patron barcode", "Title ID", "Position in queue"),
    headings={
        name: names for name, names in HEADINGS.items() if name not in ("Scanned at", "Position")
    }
    | {"Position": ("Scan order", "Scan number")},
    happened=("scanned_at",),
    set_aside=NONE,
    fills={"shelf_scan": _SCAN.format(at=DAY_OF_FILE, is_day="true")},
)

# One barcode a line, as Sierra's and Koha's inventory take it, and phones write it. Only where the
# library says so: by the word shelfscan in the file's name, and its headings, or its columns there
# (shelfscan_oB), or
# in libstats.toml ([sources.scanner.columns]).
BARCODES = Source(
    system="scanner",
    name="barcodes",
    recognise=("Barcode", DAY),
    command="shelfscan",
    letters={
        "B": ("Barcode",),
        "S": ("Shelf",),
        "L": ("Branch",),
        "P": ("Position",),
    },
    headings={name: names for name, names in HEADINGS.items() if name != "Scanned at"},
    happened=("scanned_at",),
    set_aside=NONE,
    fills={"shelf_scan": _SCAN.format(at=DAY_OF_FILE, is_day="true")},
)

# ShelfReader: position, call number, barcode, title and a time in GMT, without headings.
SHELF_READER = Source(
    system="scanner",
    name="ShelfReader",
    recognise=("Position", "Call number", "Barcode", "Read at"),
    bare=("Position", "Call number", "Barcode", "", "Read at"),
    fits={
        "Position": r"[1-9][0-9]{0,5}",
        "Barcode": r"[A-Za-z]{0,4}[0-9]{5,20}",
        "Read at": r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}([.][0-9]+)?Z",
    },
    happened=("scanned_at",),
    set_aside=NONE,
    is_elsewhere=True,
    dates="in GMT, as in 2026-10-31T13:30:00.000Z",
    fills={
        "shelf_scan": f"""
    select
        "{LIST}" as list_id,
        zoned_time("Read at") as scanned_at,
        whole_number("{PLACE}") as place,
        "Barcode" as barcode,
        false as is_day_only,
        -- the order of the shelf, which is not that of the rows
        whole_number("Position") as position,
        true as is_seen
    from raw"""
    },
)

# What Koha's inventory gives back. A copy may stand in several rows, one a problem; the words are
# those of its English pages.
_PROBLEM = """lower(trim("problem"))"""
KOHA_INVENTORY = Source(
    system="koha",
    name="inventory results",
    recognise=("barcode", "problem"),
    unless=("borrowernumber",),
    happened=("scanned_at",),
    loose=("is_seen",),
    set_aside={"without a barcode": """coalesce(trim("barcode"), '') = ''"""},
    fills={
        "shelf_scan": f"""
    select
        "{LIST}" as list_id,
        {DAY_OF_FILE} as scanned_at,
        whole_number("{PLACE}") as place,
        "barcode" as barcode,
        true as is_day_only,
        "location" as shelf,
        "homebranch" as branch,
        -- not scanned is looked for and not found; of missing item it is not said whether it was
        --   in hand
        case
            when contains({_PROBLEM}, 'not scanned') then false
            when contains({_PROBLEM}, 'missing item') then null
            else true
        end as is_seen,
        "problem" as found_as_exported
    from raw"""
    },
)

# FOLIO's offline inventory, of Lehigh University: what each scan came to.
FOLIO_INVENTORY = Source(
    system="folio",
    name="offline inventory results",
    recognise=("Barcode", "Shelf status", "Result"),
    headings={
        "Barcode": ("Item barcode",),
        "Scanned at": HEADINGS["Scanned at"],
        "Shelf": ("Location", "Effective location"),
        "Position": HEADINGS["Position"],
    },
    happened=("scanned_at",),
    loose=("is_seen",),
    set_aside=NONE,
    fills={
        "shelf_scan": f"""
    select
        "{LIST}" as list_id,
        coalesce({_AT_IF_TOLD}, iso_date("?{DAY}")::timestamp) as scanned_at,
        whole_number("{PLACE}") as place,
        "Barcode" as barcode,
        length(trim(coalesce("?Scanned at", "?{DAY}"))) <= 10 as is_day_only,
        "Shelf" as shelf,
        case
            when trim("?Position") <> '' then whole_number("?Position")
            else whole_number("?{PLACE}")
        end as position,
        case lower(trim("Shelf status"))
            when 'present' then true
            when 'unavailable item is on shelf' then true
            when 'missing' then false
        end as is_seen,
        "Shelf status" as found_as_exported
    from raw"""
    },
)
