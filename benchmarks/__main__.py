"""`python -m benchmarks`: ratios within one run, and peak memory. What they were is in
docs/decisions/measurements.md."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import data

PEAK = 1.5
BIG, LIMIT = 50_000_000, "2GiB"
GIB = 1 << 30
Found = dict[str, Any]
Pair = tuple[Found, Found]


def job(name: str, *arguments: object) -> Found:
    """What one job in a fresh process found; the disk is quiet before it starts."""
    if hasattr(os, "sync"):
        os.sync()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.job", name, *map(str, arguments)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: Found = json.loads(done.stdout.splitlines()[-1])
    return found


def line(what: str, told: str, target: str = "", is_met: bool | None = None) -> None:
    """Print one finding."""
    verdict = "" if is_met is None else "   met" if is_met else "   MISSED"
    print(f"{what:<52}{told:<62}{target}{verdict}", flush=True)


def ratio(what: str, pairs: list[Pair], most: float) -> None:
    """Print the median of the ratios of the pairs, and of the processor's seconds where they were
    noted."""
    ratios = [ours["seconds"] / bare["seconds"] for ours, bare in pairs]
    middle = statistics.median(ratios)
    seconds = " against ".join(
        f"{statistics.median(found['seconds'] for found in side):.2f} s"
        for side in zip(*pairs, strict=True)
    )
    line(
        what,
        f"{middle:.2f} x bare ({', '.join(f'{r:.2f}' for r in ratios[:5])}; {seconds})",
        f"at most {most} x",
        middle <= most,
    )
    if "busy" in pairs[0][0]:
        busy = statistics.median(ours["busy"] / bare["busy"] for ours, bare in pairs)
        line("  of the processor's seconds", f"{busy:.2f} x bare")


def peak(what: str, ours: list[Found]) -> None:
    """Print the most memory of any of our jobs."""
    most = max(f["peak"] for f in ours) / GIB
    line(what, f"{most:.2f} GiB", f"under {PEAK} GiB", most < PEAK)


def remade(workspace: Path) -> Path:
    """An empty workspace in that place."""
    shutil.rmtree(workspace, ignore_errors=True)
    job("start_workspace", workspace)
    return workspace


def beside_bare(place: Path, database: Path, file: Path, table: str) -> Pair:
    """A load of a file into a workspace, and a bare load of it into a new database."""
    ours = job("load", place, file)
    database.unlink(missing_ok=True)
    return ours, job("load_bare", database, file, table)


def loads(folder: Path, rows: int, pairs: int) -> None:
    """First load and reload of one big export of loans, each against a bare load of the same file."""
    job("write_loans", folder, rows)
    first, second = folder / data.DAY_OF_LOANS, folder / data.NEXT_DAY
    place, copy, database = folder / "loans", folder / "reload", folder / "bare.duckdb"
    loaded = [beside_bare(remade(place), database, first, "loans") for _ in range(pairs)]
    again = []
    for _ in range(pairs):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(place, copy)
        again.append(beside_bare(copy, database, second, "loans"))
    shutil.rmtree(copy)
    ratio(f"first load of {rows:,} loans", loaded, 2.5)
    ratio("reload, the next day's export", again, 2.0)
    (ours, bare), (later, later_bare) = loaded[0], again[0]
    line(
        "  what the reload found",
        ", ".join(f"{n:,} {what}" for what, n in later["dispositions"].items() if n),
    )
    line(
        "size of the store",
        f"{ours['size'] / bare['size']:.2f} x bare; after the reload {later['size'] / later_bare['size']:.2f} x",
    )
    peak("peak memory of the loads", [ours for ours, _ in loaded + again])


def items(folder: Path, rows: int, days: int) -> None:
    """A whole list of items every day; the first file is a first load, the others follow it."""
    place, database = folder / "items", folder / "items.duckdb"
    firsts, later = [], []
    for day in range(days):
        job("write_items", folder, rows, day)
        file = data.items(folder, rows, day)
        if day:
            later.append(beside_bare(place, database, file, "items"))
        else:
            firsts = [beside_bare(remade(place), database, file, "items") for _ in range(3)]
        file.unlink()
    ratio(f"first list of {rows:,} items", firsts, 2.5)
    ratio(f"the {days - 1} daily lists after it", later, 1.5)
    ratios = [ours["seconds"] / bare["seconds"] for ours, bare in later]
    line(
        "  the slowest of them",
        f"{max(ratios):.2f} x bare; {sum(r <= 1.5 for r in ratios)} of {len(ratios)} within",
        "each at most 1.5 x",
        max(ratios) <= 1.5,
    )
    (first, bare), (last, _) = firsts[-1], later[-1]
    line(
        "  what the last found",
        ", ".join(f"{n:,} {what}" for what, n in last["dispositions"].items() if n),
    )
    grown = last["size"] / first["size"]
    line(
        f"size of the store after {days} lists",
        f"{grown:.2f} x after one ({last['size'] / 1e6:.0f} MB; bare, one list: {bare['size'] / 1e6:.0f} MB)",
        "under 1.5 x",
        grown < 1.5,
    )
    peak("peak memory of the loads", [ours for ours, _ in firsts + later])


def month(folder: Path, rows: int, pairs: int) -> None:
    """Circulation by month and branch over a year, asked of four tools; the counts must agree."""
    job("write_loans", folder, rows)
    first = folder / data.DAY_OF_LOANS
    place, database, parquet = folder / "loans", folder / "bare.duckdb", folder / "loans.parquet"
    job("load", remade(place), first)
    database.unlink(missing_ok=True)
    job("load_bare", database, first, "loans")
    job("write_parquet", database, parquet)
    asked: dict[str, list[Found]] = {
        "month": [],
        "month_bare": [],
        "month_polars": [],
        "month_pandas": [],
    }
    for _ in range(pairs):
        for name, found in asked.items():
            found.append(job(name, {"month": place, "month_bare": database}.get(name, parquet)))
    agree = all(
        f["counts"] == asked["month_bare"][0]["counts"] for found in asked.values() for f in found
    )
    beside = list(zip(asked["month"], asked["month_bare"], strict=True))
    ratio(f"circulation by month, of {rows:,} loans", beside, 1.2)
    line(
        "  asked for the first time",
        f"{statistics.median(ours['first'] / bare['first'] for ours, bare in beside):.2f} x bare",
    )
    for name, found in asked.items():
        seconds, most = (
            statistics.median(f["seconds"] for f in found),
            max(f["peak"] for f in found) / GIB,
        )
        line(
            f"  {name.removeprefix('month').lstrip('_') or 'libstats'}",
            f"{seconds:.3f} s, {most:.2f} GiB",
        )
    line(
        "  the counts of all four",
        f"{len(asked['month_bare'][0]['counts']):,} rows",
        "agree",
        agree,
    )


def small(folder: Path, members: int, pairs: int) -> None:
    """The sample folder against bare DuckDB; one more file with ten loads in the ledger and with
    `members`; an archive of so many."""
    folder.mkdir(parents=True, exist_ok=True)
    place, database = folder / "small", folder / "small.duckdb"
    beside = []
    for _ in range(pairs):
        ours = job("load_sample", remade(place))
        database.unlink(missing_ok=True)
        beside.append((ours, job("bare_sample", database)))
    ratio("the sample's text files, each into a table", beside, 2.0)
    remade(place)
    job("load_logs", place, folder / "logs", 0, 10)
    few = [job("load_logs", place, folder / "logs", n, n + 1) for n in range(10, 17)]
    rest = job("load_logs", place, folder / "logs", 17, members)
    line("a daily log among many of one command", f"{1000 * rest['seconds']:.1f} ms a file")
    many = [
        job("load_logs", place, folder / "logs", members + n, members + n + 1) for n in range(7)
    ]
    for name in ("seconds", "busy"):
        was, now = (statistics.median(f[name] for f in found) for found in (few, many))
        what = f"one log alone, {members:,} loads in the ledger" if name == "seconds" else ""
        line(
            what or "  of the processor's seconds",
            f"{now / was:.2f} x that with 10 ({was:.3f} and {now:.3f} s)",
            "at most 1.2 x",
            now <= 1.2 * was,
        )
    packed = job("load_archive", remade(place), folder, members)
    line(
        f"an archive of {members:,} members",
        f"{packed['seconds']:.1f} s",
        "at most 15 s",
        packed["seconds"] <= 15,
    )


def big(folder: Path, rows: int) -> None:
    """A first load of many loans, the question by month and the report, with little memory. On
    demand only: it takes long, and 15 GB of disk."""
    os.environ["LIBSTATS_MEMORY_LIMIT"] = LIMIT
    export, place = folder / "export", remade(folder / "big")
    if not list(export.glob("*.csv")):
        job("write_many_loans", export, rows)
    for what, found in (
        ("load", job("load", place, next(export.glob("*.csv")))),
        ("circulation by month", job("month", place)),
        ("monthly report", job("report", place)),
    ):
        line(
            f"{what}, {rows:,} loans, limit {LIMIT}",
            f"{found['seconds']:.1f} s, peak {found['peak'] / GIB:.2f} GiB",
        )


def main() -> None:
    """Parse, make the folder, run the parts."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Ratios within one run, and peak memory."
    )
    parser.add_argument(
        "--rows", type=int, metavar="N", help="loans (5,000,000); items are a fifth of that"
    )
    parser.add_argument(
        "--only",
        choices=("loads", "items", "month", "small", "big"),
        help=f"one part of it; big ({BIG:,} loans) is run only so",
    )
    parser.add_argument(
        "--days", type=int, default=30, metavar="N", help="daily lists of items (30)"
    )
    parser.add_argument(
        "--pairs", type=int, default=3, metavar="N", help="how often each pair is run (3)"
    )
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="FOLDER",
        help="where to keep the data (if not given: a temporary folder, removed)",
    )
    args = parser.parse_args()
    rows = args.rows or (BIG if args.only == "big" else 5_000_000)
    print(
        "seconds and ratios hold for this machine and this run; a pair runs A B A B, its ratio is the median",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as temporary:
        folder = (args.folder or Path(temporary)).resolve() / f"{rows}"
        if args.only == "big":
            big(folder, rows)
        if args.only in (None, "small"):
            small(folder, 1000, args.pairs)
        for name, part, number in (
            ("loads", loads, args.pairs),
            ("items", items, args.days),
            ("month", month, args.pairs),
        ):
            if args.only in (None, name):
                part(folder, rows // 5 if name == "items" else rows, number)


if __name__ == "__main__":
    main()
