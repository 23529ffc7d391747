"""Many files of sums as one: `python -m benchmarks.across [--files N]` prints the seconds and the
peak memory of a merge in a fresh process, for each analysis that adds up."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

import libstats
from libstats.libraries import files
from libstats.libraries.parted_analyses import PARTED
from libstats.libraries.question import Question

SECONDS, MIB, KB = 1.0, 300, 50
YEAR = {"since": "2025-09-01", "until": "2026-09-01"}
MONTH = {"since": "2026-08-01", "until": "2026-09-01"}
WORK = {"process": "loan"}
CHART = {"measure": "checkouts", "as_of": "2026-09-01"}
ASKED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "circulation": (MONTH, YEAR),
    "collection_age": ({"as_of": "2026-08-31"}, {"as_of": "2026-08-31"}),
    "collection_use": (MONTH, YEAR),
    "signals": (CHART, CHART),
    "throughput": ({**WORK, **MONTH}, {**WORK, **YEAR}),
    "turnaround": (
        {**WORK, **MONTH, "as_of": "2026-09-01"},
        {**WORK, **YEAR, "as_of": "2026-09-01"},
    ),
    "backlog": ({**WORK, **MONTH}, {**WORK, **YEAR}),
    "fill_rate": (
        {**WORK, **MONTH, "as_of": "2026-09-01"},
        {**WORK, **YEAR, "as_of": "2026-09-01"},
    ),
}


def copies(file: Path, folder: Path, count: int) -> list[Path]:
    """The file again and again, each as of another library with other exports."""
    with duckdb.connect() as con:
        said = files.read(con, file)
        assert said is not None
        found = []
        for number in range(count):
            own = said._replace(library=f"Library {number:03}", loads=f"{number:016x}")
            named = ", ".join(
                f"{k}: '{v.replace(chr(39), chr(39) * 2)}'" for k, v in own._asdict().items()
            )
            found.append(folder / f"{number}.parquet")
            con.execute(
                f"copy (from '{file}') to '{found[-1]}' (format parquet, compression zstd, kv_metadata {{{named}}})"
            )
    return found


def merge(analysis: str, folder: str, asked: str) -> None:
    """In a process of its own: merge, and print what it took."""
    stores = sorted(Path(folder).glob("*.parquet"))
    began, busy = time.perf_counter(), time.process_time()
    rows = libstats.across(
        stores, analysis, stale_after_days=400, **json.loads(asked)
    ).answer.fetchall()
    seconds = time.perf_counter() - began
    busy = time.process_time() - busy
    # of this program alone: ru_maxrss knows that of the one that started it
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    peak = int(status.partition("VmHWM:")[2].split()[0])
    print(json.dumps({"seconds": seconds, "peak": peak / 1024, "busy": busy, "rows": len(rows)}))


def main() -> None:
    """Parse, make one library, send its file out as many, merge them."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.across", description="Many files of sums as one."
    )
    parser.add_argument("--files", type=int, default=200, metavar="N", help="files (200)")
    parser.add_argument(
        "--loans", type=int, default=1_000_000, metavar="N", help="loans of a library (1,000,000)"
    )
    parser.add_argument(
        "--workspace", type=Path, metavar="FOLDER", help="a library that is there already"
    )
    parser.add_argument("--merge", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.merge:
        merge(*args.merge)
        return
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        from benchmarks.analyses import prepared  # brings what a merge has no need of

        con = libstats.open(args.workspace) if args.workspace else prepared(place, args.loans)
        for analysis, both in ((name, ASKED[name]) for name in PARTED):
            sizes = []
            for asked in both:
                question = Question.of(analysis, asked)
                file = place / f"{analysis}.parquet"
                files.write(con, question, "One", file, datetime(2026, 9, 1))
                sizes.append(file.stat().st_size / 1000)
            folder = place / "many"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            copies(file, folder, args.files)
            done = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "benchmarks.across",
                    "--merge",
                    analysis,
                    str(folder),
                    json.dumps(asked),
                ],
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
            found = json.loads(done.stdout.splitlines()[-1])
            print(
                f"{analysis:<16}{args.files} files in {found['seconds']:.2f} s (under {SECONDS}; of the processor {found['busy']:.2f}), "
                f"{found['peak']:.0f} MiB (under {MIB}); a month's file {sizes[0]:.0f} kB (under {KB}), a year's {sizes[1]:.0f} kB",
                flush=True,
            )


if __name__ == "__main__":
    main()
