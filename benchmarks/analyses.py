"""Each analysis against hand-written polars: `python -m benchmarks.analyses [--loans N]` prints
ratios, checks that the answers agree."""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

import libstats
from benchmarks import collection_peers, data, peers

SINCE, UNTIL, AS_OF = datetime(2025, 9, 1), datetime(2026, 9, 1), datetime(2026, 8, 15)
PERIOD = {"since": SINCE, "until": UNTIL}
Ask = Callable[[duckdb.DuckDBPyConnection], list[tuple[Any, ...]]]

OURS: dict[str, Ask] = {
    "circulation": lambda con: (
        libstats.circulation(con, **PERIOD).select("period, branch, checkouts").fetchall()
    ),
    "throughput": lambda con: libstats.throughput(con, "loan", by="branch", **PERIOD).fetchall(),
    "turnaround": lambda con: (
        libstats.turnaround(con, "loan", by="branch", as_of=AS_OF, **PERIOD)
        .select("part, cases, reached, p50, p80, p90")
        .fetchall()
    ),
    "backlog": lambda con: (
        libstats.backlog(con, "loan", every="month", since=SINCE, until=AS_OF)
        .select("period, came, done, waiting, median_age, oldest_age")
        .fetchall()
    ),
    "worklist": lambda con: (
        libstats.worklist(con, "loan", as_of=AS_OF, goal_days=60)
        .select("case_id, location, age")
        .fetchall()
    ),
    "collection_age": lambda con: (
        libstats.collection_age(con, as_of=AS_OF.date())
        .select(
            "class, items, items_dated, median_year, share_older_10_years, median_days_since_added"
        )
        .fetchall()
    ),
    "collection_use": lambda con: (
        libstats.collection_use(con, since=SINCE.date(), until=UNTIL.date(), by="branch")
        .select(
            "branch, items, checkouts, in_house_uses, relative_use, items_held_long, items_dusty"
        )
        .fetchall()
    ),
    "weeding_candidates": lambda con: (
        libstats.weeding_candidates(con, as_of=AS_OF.date())
        .select("item_key, age_years, last_use_on")
        .order("item_key")
        .fetchall()
    ),
}
PARQUET = {
    "loan": "select loan_id, item_id, checked_out_at, due_at, returned_at, renewals, checkout_branch, item_type, is_in_house from loan",
    "item": "select item_id, title_id, owning_branch, location, call_number, added_on, last_borrowed_on, due_on, lost_code, lifetime_checkouts as lifetime_uses from item",
    "title": "select title_id, published_year from title",
}


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came of it."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def agree(ours: Any, theirs: Any) -> bool:
    """True if both hold the same rows, numbers to nine digits."""
    if isinstance(ours, (list, tuple)):
        return len(ours) == len(theirs) and all(
            agree(a, b) for a, b in zip(ours, theirs, strict=True)
        )
    if isinstance(ours, float) and theirs is not None:
        return math.isclose(ours, theirs, rel_tol=1e-9)
    if isinstance(theirs, datetime) and not isinstance(ours, datetime):
        return bool(ours == theirs.date())
    return bool(ours == theirs)


def prepared(folder: Path, loans: int) -> duckdb.DuckDBPyConnection:
    """A workspace with so many loans and a fifth as many copies, and the same as Parquet for
    polars."""
    data.loans(folder, loans)
    place = libstats.init(folder / "library")
    libstats.load(
        place,
        [
            folder / data.DAY_OF_LOANS,
            data.items(folder, loans // 5, 0),
            data.titles(folder, loans // 5),
        ],
    )
    con = libstats.open(place)
    for name, query in PARQUET.items():
        con.execute(f"copy ({query}) to '{data.quoted(folder / name)}.parquet' (format parquet)")
    return con


def main() -> None:
    """Parse, make the data, ask both in turn."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.analyses",
        description="Each analysis against hand-written polars, in one run.",
    )
    parser.add_argument(
        "--loans", type=int, default=5_000_000, metavar="N", help="loans (5,000,000)"
    )
    parser.add_argument(
        "--rounds", type=int, default=5, metavar="N", help="how often each is asked, in turn (5)"
    )
    args = parser.parse_args()
    ratios = []
    with tempfile.TemporaryDirectory() as temporary, prepared(Path(temporary), args.loans) as con:
        for name, ask in OURS.items():
            peer = getattr(peers, name, None) or getattr(collection_peers, name)
            until = AS_OF if name == "backlog" else UNTIL
            pairs = [
                (
                    timed(lambda ask=ask: ask(con)),
                    timed(
                        lambda peer=peer, until=until: peer(Path(temporary), SINCE, until, AS_OF)
                    ),
                )
                for _ in range(args.rounds)
            ]
            ours, theirs = (
                statistics.median(a[0] for a, _ in pairs),
                statistics.median(b[0] for _, b in pairs),
            )
            ratios.append(statistics.median(a[0] / b[0] for a, b in pairs))
            same = (
                "the answers agree"
                if agree(pairs[0][0][1], pairs[0][1][1])
                else "THE ANSWERS DIFFER"
            )
            print(
                f"{name:<20}{ratios[-1]:5.2f} x polars   {ours:.3f} s against {theirs:.3f} s   {same}",
                flush=True,
            )
    print(
        f"geometric mean {statistics.geometric_mean(ratios):.2f} x, at most 1 wanted; the slowest {max(ratios):.2f} x, at most 1.5 wanted"
    )


if __name__ == "__main__":
    main()
