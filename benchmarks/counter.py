"""`python -m benchmarks.counter [--counts 5000000]`: a COUNTER report against bare DuckDB, whole
commands, each in a process of its own.

The report is a master report of titles with twelve months. DuckDB reads the same bytes as text and
lays a row for each count into a table; ours is the whole `libstats load` into a new workspace. Told
are seconds by the clock and of the processor, and the most memory of all processes together.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
METRICS = (
    "Total_Item_Investigations",
    "Unique_Item_Investigations",
    "Total_Item_Requests",
    "Unique_Item_Requests",
)
ABOVE = (
    "Report_Name\tTitle Master Report\nReport_ID\tTR\nRelease\t5\nInstitution_Name\tArchmere\n"
    "Reporting_Period\tBegin_Date=2025-01-01; End_Date=2025-12-31\n"
    "Created\t2026-02-01T00:00:00Z\nCreated_By\tBlue Shelf\n\n"
)
HEADINGS = [
    "Title",
    "Publisher",
    "Publisher_ID",
    "Platform",
    "DOI",
    "Proprietary_ID",
    "ISBN",
    "Print_ISSN",
    "Online_ISSN",
    "URI",
    "Data_Type",
    "YOP",
    "Access_Type",
    "Access_Method",
    "Metric_Type",
    "Reporting_Period_Total",
]
BARE = """
    import duckdb, sys
    con = duckdb.connect(sys.argv[2])
    con.execute("set memory_limit = '256MiB'")
    rows = f"read_csv('{sys.argv[1]}', skip=8, delim='\\t', header=true, all_varchar=true)"
    con.execute(f"create table usage as unpivot (from {rows}) on columns('...-2025')")
"""
MOST_MB = 400


def write(target: Path, counts: int) -> None:
    """A report of about so many counts."""
    dice = random.Random(1)
    with target.open("w", encoding="utf-8") as out:
        out.write(ABOVE)
        out.write("\t".join([*HEADINGS, *(f"{month}-2025" for month in MONTHS)]) + "\n")
        for n in range(counts // (len(METRICS) * 12)):
            issn = f"{n % 10_000:04}-{n // 7 % 10_000:04}"
            thing = [f"Journal of Shelves and Others {n}", f"Publisher {n % 300}", "", "Blue Shelf"]
            thing += [f"10.1000/j{n}", f"bs:{n}", "", issn, issn, "", "Journal", f"{1990 + n % 35}"]
            for metric in METRICS:
                row = [dice.choice((0, 0, 1, 2, 5, 17)) for _ in MONTHS]
                told = [*thing, "Controlled", "Regular", metric, str(sum(row)), *map(str, row)]
                out.write("\t".join(told) + "\n")


def held(pid: int) -> int:
    """The memory of a process and of those that it began, in kB."""
    found = 0
    try:
        text = Path(f"/proc/{pid}/status").read_text()
        found = next((int(x.split()[1]) for x in text.splitlines() if x.startswith("VmRSS")), 0)
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return found
    return found + sum(held(int(child)) for child in children)


def run(what: str, command: list[str], folder: Path) -> float:
    """Run a command, say what it took, and give its seconds of the processor."""
    before, started, most = os.times(), time.monotonic(), [0]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            most[0] = max(most[0], held(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    status = process.wait()
    done.set()
    watcher.join()
    after = os.times()
    spent = sum(after[2:4]) - sum(before[2:4])
    clock = time.monotonic() - started
    print(f"{what}: {clock:.1f} s, {spent:.1f} s of the processor, {most[0] >> 10} MB")
    assert status == 0, what
    return spent


def main() -> None:
    """Both, and their ratio."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--counts", type=int, default=5_000_000)
    counts = asked.parse_args().counts
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        write(folder / "report.tsv", counts)
        script = "\n".join(line.removeprefix("    ") for line in BARE.splitlines())
        bare = run(
            "bare DuckDB",
            [sys.executable, "-c", script, "report.tsv", "bare.duckdb"],
            folder,
        )
        ours = [sys.executable, "-m", "libstats"]
        subprocess.run([*ours, "init", "library"], cwd=folder, check=True, capture_output=True)
        load = [*ours, "-w", "library", "load", "report.tsv"]
        print(f"{run('libstats load', load, folder) / bare:.1f} x, most {MOST_MB} MB wanted")


if __name__ == "__main__":
    main()
