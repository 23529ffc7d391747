"""`python -m benchmarks.counter [--counts 5000000]`: a COUNTER report against bare DuckDB, whole
commands, each in a process of its own.

The report is a master report of titles with twelve months. DuckDB reads the same bytes as text and
lays a row for each count into a table; ours is the whole `libstats load` into a new workspace. Told
are seconds by the clock and of the processor, and the most memory of all processes together.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measured import run

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


def main() -> None:
    """Both, and their ratio."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--counts", type=int, default=5_000_000)
    counts = asked.parse_args().counts
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        write(folder / "report.tsv", counts)
        script = "\n".join(line.removeprefix("    ") for line in BARE.splitlines())
        bare, _ = run(
            "bare DuckDB",
            [sys.executable, "-c", script, "report.tsv", "bare.duckdb"],
            folder,
        )
        ours = [sys.executable, "-m", "libstats"]
        subprocess.run([*ours, "init", "library"], cwd=folder, check=True, capture_output=True)
        load = [*ours, "-w", "library", "load", "report.tsv"]
        spent, most = run("libstats load", load, folder)
        print(f"{spent / bare:.1f} times the bare reading; {most} of at most {MOST_MB} MB")


if __name__ == "__main__":
    main()
