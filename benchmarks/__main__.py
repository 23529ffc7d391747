"""`python -m benchmarks [--rows N] [--pairs N]` prints each job against its baseline, and the peak memory of each.

first load    libstats loads a Koha export of loans / DuckDB creates the bare typed table from the same file and checkpoints
reload        libstats loads the next day's export, of which one row in a thousand has gone / the same baseline
month         libstats.circulation over a year / the same counts by hand-written SQL on the bare table
Every job runs in a process of its own, in turn with its baseline; the ratio is the median over the pairs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from libstats import sample

PAIRS = (("first load", "first", "bare", 2.5), ("reload", "reload", "bare", 2.0), ("month", "month", "bare_month", 1.2))


def job(name: str, folder: Path) -> dict[str, float]:
    """Seconds and peak megabytes of one job in a fresh process."""
    done = subprocess.run([sys.executable, "-m", "benchmarks.job", name, str(folder)], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def prepare(folder: Path, rows: int) -> None:
    """Write the export and the next day's."""
    export = next(sample.write_loans(folder, loans=rows).parent.rglob("old_issues*.csv"))
    first, second = folder / "loans-2026-10-31.csv", folder / "loans-2026-11-01.csv"
    export.rename(first)
    with first.open(encoding="utf-8", newline="") as old, second.open("w", encoding="utf-8", newline="") as new:
        new.writelines(line for number, line in enumerate(old) if number % 1000 != 500)


def main() -> None:
    """Run the pairs and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--pairs", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder, args.rows)
        print(f"{args.rows:,} loans, {(folder / 'loans-2026-10-31.csv').stat().st_size / 1e6:,.0f} MB, {args.pairs} pairs")
        for label, ours, baseline, goal in PAIRS:
            pairs = [(job(ours, folder), job(baseline, folder)) for _ in range(args.pairs)]
            ratio = statistics.median(a["seconds"] / b["seconds"] for a, b in pairs)
            seconds = statistics.median(a["seconds"] for a, _ in pairs)
            peak = max(a["megabytes"] for a, _ in pairs)
            print(f"{label:12} {ratio:5.2f} times the baseline (goal {goal}), median {seconds:.1f} s, peak {peak:,.0f} MB", flush=True)


if __name__ == "__main__":
    main()
