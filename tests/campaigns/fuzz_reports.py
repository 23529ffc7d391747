"""Random damage to COUNTER reports of every form, through their reader: `python -m
tests.campaigns.fuzz_reports --seconds 600 [--seed 7]`.

Of every damaged report: it is refused in words, or each of its parts gives as many rows as were
counted apart from what reads them, each as wide as its headings. A finding is printed with its
seed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from libstats.errors import FileRefused, NotLoadedYet
from libstats.readers.counter.part import Counted
from libstats.readers.part import Damaged
from libstats.readers.place import place_of
from libstats.recognise.sniff import parts
from tests.campaigns.damage import hurt
from tests.support import counter
from tests.support.counter import Use

METRICS = ("Total_Item_Requests", "Unique_Item_Requests", "No_License", "total item requests")
RELEASE_4 = """Database Report 1 (R4)
Nordstadt College

Period covered by Report:
2026-01-01 to 2026-03-31
Date run:
2026-05-02
Database,Publisher,Platform,User Activity,Reporting Period Total,Jan-2026,Feb-2026,Mar-2026
Abstracts,Press,P,Result Clicks,3,1,"1,002",
"""


def made_of(dice: random.Random) -> bytes:
    """A sound report."""
    uses: list[Use] = [
        (
            dice.choice(("Journal of Shelves", 'The "Shelf", \u00e9d.', "Total")),
            dice.choice(("Blue Shelf", "BLUE SHELF", "Green")),
            dice.choice(METRICS),
            tuple(dice.choice((0, 0, 7, 1204)) for _ in range(3)),
        )
        for _ in range(dice.randrange(5))
    ]
    told = {"Exceptions": dice.choice(("", "", "3030", "3031: x (2026)", "3040; 3032"))}
    form = dice.choice(("table", "commas", "json", "string", "release 4"))
    if form == "release 4":
        return RELEASE_4.encode()
    if form in ("json", "string"):
        text = counter.answer(*uses, **told)
        return (text if form == "json" else json.dumps(text)).encode()
    quoted = [(t.replace('"', "'").replace(",", ""), *rest) for t, *rest in uses]
    between = "\t" if form == "table" else ","
    return counter.text(*quoted, between=between, **told).encode()  # type: ignore[arg-type]


def wrong_with(path: Path) -> str:
    """What is wrong with what is made of a file, and how it went."""
    try:
        for part in parts(place_of(path)):
            if not isinstance(part, Counted):
                return "another file"
            (found,) = part.headers()
            counted, width = found.count(), len(found.header)
            if counted.open_quote is not None:
                return "refused"
            rows = [row for _, row in found.records()]
            if counted.is_regular and len(rows) != counted.records:
                return f"WRONG: {part.name}: {counted.records} rows counted, {len(rows)} read"
            if any(len(row) != width for row in rows if not isinstance(row, Damaged)):
                return f"WRONG: {part.name}: a row of another width"
    except (FileRefused, NotLoadedYet):
        return "refused"
    return "read"


def main() -> int:
    """So many seconds of it."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    until, done, number = time.monotonic() + given.seconds, Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.txt"
        while time.monotonic() < until:
            dice = random.Random(f"{given.seed}:{number}")
            data = made_of(dice)
            path.write_bytes(hurt(data, dice) if dice.random() < 0.9 else data)
            told = wrong_with(path)
            done[told.partition(":")[0]] += 1
            if told.startswith("WRONG"):
                print(f"seed {given.seed}:{number}: {told}")
            number += 1
    print(dict(done))
    return int(bool(done["WRONG"]))


if __name__ == "__main__":
    sys.exit(main())
