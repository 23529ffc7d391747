"""Many small files: the sample folder against bare DuckDB, a ledger that grows, a full archive."""

from __future__ import annotations

import random
import time
import zipfile
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import duckdb

import libstats
from libstats.workspace.shipped import sample

HEADINGS = (
    "datetime;branch;value;type;other;itemnumber;itemtype;location;borrowernumber;"
    "ccode;categorycode;interface"
)
FIRST_DAY = date(2023, 1, 1)


def bare_sample(database: str) -> dict[str, float]:
    """Read each text file of the sample into a table of its own."""
    start, busy = time.perf_counter(), time.process_time()
    with duckdb.connect(database) as con:
        for number, path in enumerate(sorted(sample().rglob("*.csv"))):
            place = str(path).replace("'", "''")
            options = "all_varchar = true, ignore_errors = true"
            with suppress(duckdb.Error):  # one is UTF-16, which it does not guess
                con.execute(f"create table t{number} as from read_csv('{place}', {options})")
    return {"seconds": time.perf_counter() - start, "busy": time.process_time() - busy}


def load_sample(workspace: str) -> dict[str, float]:
    """Load the same files."""
    start, busy = time.perf_counter(), time.process_time()
    receipt = libstats.load(workspace, sorted(sample().rglob("*.csv")))
    assert receipt.is_clean
    return {"seconds": time.perf_counter() - start, "busy": time.process_time() - busy}


def log_of(day: int, rows: int) -> str:
    """A daily log."""
    dice, of = random.Random(day), FIRST_DAY + timedelta(days=day)
    lines = (
        f"{of} {dice.randrange(24):02}:{dice.randrange(60):02}:{dice.randrange(60):02};CPL;0;"
        f"{dice.choice(('issue', 'return', 'renew'))};;{dice.randrange(20000)};BK;GEN;"
        f"{dice.randrange(500)};;ADULT;intranet\n"
        for _ in range(rows)
    )
    return f"{HEADINGS}\n{''.join(lines)}"


def write_logs(folder: str, number: int) -> list[Path]:
    """So many daily logs of a hundred rows, made if they are not there."""
    place, files = Path(folder), []
    place.mkdir(parents=True, exist_ok=True)
    for day in range(number):
        path = place / f"statistics-{FIRST_DAY + timedelta(days=day)}.csv"
        if not path.exists():
            path.write_text(log_of(day, 100), encoding="utf-8", newline="\n")
        files.append(path)
    return files


def load_logs(workspace: str, folder: str, first: str, end: str) -> dict[str, float]:
    """Load the logs of some days with one command; seconds a file."""
    files = write_logs(folder, int(end))[int(first) :]
    start, busy = time.perf_counter(), time.process_time()
    receipt = libstats.load(workspace, files)
    assert receipt.is_clean
    number = len(files)
    return {
        "seconds": (time.perf_counter() - start) / number,
        "busy": (time.process_time() - busy) / number,
    }


def load_archive(workspace: str, folder: str, members: str) -> dict[str, float]:
    """Load an archive of so many members of twenty rows."""
    path = Path(folder) / "logs.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for day in range(int(members)):
            name = f"statistics-{FIRST_DAY + timedelta(days=day)}.csv"
            archive.writestr(name, log_of(day, 20))
    start, busy = time.perf_counter(), time.process_time()
    receipt = libstats.load(workspace, path)
    assert len(receipt.files) == int(members) and receipt.is_clean
    return {"seconds": time.perf_counter() - start, "busy": time.process_time() - busy}
