"""What is said to be covered, against a truth of our own: python -m tests.campaigns.coverage 200 0

Each case lives half a year at three branches, and exports a part of it: logs by month or week, lists
of loans by begin or outcome, a month or a branch left out, in any order. What these exports cover is
worked out from how they were selected (coverage_cases.py). A figure that is covered equals the
truth; one that is covered in part is at most the truth; any other is NULL and has its reason. An
export more never takes a figure away.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

import libstats
from libstats.errors import AnalysisError
from libstats.workspace.workspace import Workspace
from tests.campaigns.coverage_cases import BRANCHES, MONTHS, Case, Cell, Export, Loan, case
from tests.campaigns.coverage_desks import desk_case

SINCE, UNTIL = "2026-01-01", "2026-07-01"
REFUSED = "refused"
ALL = "all branches"
Figure = int | tuple[float | None, ...]
# of a figure: its value, how much is told, why not more
Answer = dict[Cell, tuple[Figure | None, str, str | None]]
Truth = Mapping[Cell, Figure]


def circulation(con: duckdb.DuckDBPyConnection, of: Case) -> Answer:
    """Checkouts by month and desk."""
    rows = libstats.circulation(con, since=SINCE, until=UNTIL).select(
        "period, branch, checkouts, coverage, reason"
    )
    return {(at, place): (n, state, why) for at, place, n, state, why in rows.fetchall()}


def lent(of: Case, exports: list[Export]) -> Truth:
    """The truth of it."""
    return Counter((loan.began.date().replace(day=1), loan.branch) for loan in of.loans)


def span_of(of: Case) -> dict[str, Any]:
    """From which milestone to which a case is waited for."""
    return {"start": of.start} | ({"end": of.end} if of.end else {})


def throughput(con: duckdb.DuckDBPyConnection, of: Case) -> Answer:
    """Loans by the month and branch of their beginning."""
    rows = libstats.throughput(
        con, of.process, milestone=of.start, since=SINCE, until=UNTIL, by="branch"
    )
    return {(at, place or ALL): (n, state, why) for at, place, n, state, why in rows.fetchall()}


def backlog(con: duckdb.DuckDBPyConnection, of: Case) -> Answer:
    """Loans that are out at the end of each month, by branch."""
    rows = libstats.backlog(
        con, of.process, **span_of(of), since=SINCE, until=UNTIL, every="month", by="branch"
    ).select("period, part, waiting, coverage, reason")
    return {(at, place or ALL): (n, state, why) for at, place, n, state, why in rows.fetchall()}


def out(of: Case, exports: list[Export]) -> Truth:
    """The truth of it."""
    return Counter(
        (month, loan.branch)
        for month, end in of.ends(exports)
        for loan in of.loans
        if loan.began.date() < end <= loan.ended.date()
    )


def turnaround(con: duckdb.DuckDBPyConnection, of: Case) -> Answer:
    """Of the loans of each month: how many, how many came back, how many are open, and within how
    many days half, 80 % and 90 % came back."""
    try:
        rows = libstats.turnaround(
            con, of.process, **span_of(of), since=SINCE, until=UNTIL, by="month"
        ).select("part, cases, reached, still_open, p50, p80, p90, coverage, reason")
    except AnalysisError as error:
        state = REFUSED if "closed cases only" in str(error) else "outside"
        return {(month, ALL): (None, state, str(error)) for month in MONTHS}
    return {
        (datetime.strptime(month, "%Y-%m").date(), ALL): (_rounded(counts), state, why)
        for month, *counts, state, why in rows.fetchall()
    }


def branches_of(of: Case, exports: list[Export]) -> list[str]:
    """The branches that the exports name: of one in none of them nobody can know. All, where an
    export tells of none by name."""
    if of.branches != BRANCHES:
        return list(of.branches)
    named = [{b for b in BRANCHES if b in export.text} for export in exports]
    return [b for b in BRANCHES if not all(named) or any(b in each for each in named)]


def heard_of(of: Case, exports: list[Export]) -> list[Loan]:
    """The loans of those branches."""
    return [loan for loan in of.loans if loan.branch in branches_of(of, exports)]


def waited(of: Case, exports: list[Export]) -> Truth:
    """The truth of it, as far as the exports know of each loan: Kaplan and Meier by hand."""
    known = of.known_until(exports)
    times: dict[Cell, list[tuple[float, bool]]] = defaultdict(list)
    for loan in heard_of(of, exports):
        until = known.get(loan.number, loan.began)
        days = (min(loan.ended, until) - loan.began) / timedelta(days=1)
        times[loan.began.date().replace(day=1), ALL].append((days, loan.ended < until))
    found: dict[Cell, Figure] = {}
    for cell, waits in times.items():
        reached = sum(is_over for _, is_over in waits)
        found[cell] = _rounded(
            [len(waits), reached, len(waits) - reached, *percentiles(sorted(waits))]
        )
    return found


def percentiles(waits: list[tuple[float, bool]]) -> list[float | None]:
    """When the share that waits still falls below 50, 20 and 10 %."""
    found: list[float | None] = [None, None, None]
    share, at_risk = 1.0, len(waits)
    for days in sorted({days for days, _ in waits}):
        leaving = [is_over for at, is_over in waits if at == days]
        share *= 1 - sum(leaving) / at_risk
        at_risk -= len(leaving)
        for place, limit in enumerate((0.5, 0.2, 0.1)):
            if found[place] is None and share < limit - 1e-9:
                found[place] = days
    return found


def _rounded(counts: Iterable[float | None]) -> tuple[float | None, ...]:
    return tuple(None if count is None else round(count, 6) for count in counts)


def fill_rate(con: duckdb.DuckDBPyConnection, of: Case) -> Answer:
    """Of the loans of each month: how many, how many came back, how many are open, and of how many
    nobody knows."""
    rows = libstats.fill_rate(con, of.process, since=SINCE, until=UNTIL, by="month").select(
        "part, cases, filled, still_open, undeterminable, coverage, reason"
    )
    return {
        (datetime.strptime(month, "%Y-%m").date(), ALL): (
            None if counts[0] is None else tuple(counts),
            state,
            why,
        )
        for month, *counts, state, why in rows.fetchall()
    }


def filled(of: Case, exports: list[Export]) -> Truth:
    """The truth of it, as far as the exports know of each loan."""
    known = of.known_until(exports)
    newest = max(known.values(), default=datetime.min)
    found: dict[Cell, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for loan in heard_of(of, exports):
        until = known.get(loan.number, loan.began)
        place = 1 if loan.ended < until else 2 if until == newest else 3
        counts = found[loan.began.date().replace(day=1), ALL]
        counts[0] += 1
        counts[place] += 1
    return {cell: tuple(counts) for cell, counts in found.items()}


def covers_waits(of: Case, exports: list[Export]) -> dict[Cell, str]:
    """The reference: how much of the loans of each month, and of what became of them."""
    begun, known = of.covers(exports), of.known_until(exports)
    newest = max(known.values(), default=datetime.min)
    lost = {
        loan.began.date().replace(day=1)
        for loan in heard_of(of, exports)
        if known.get(loan.number, newest) < min(newest, loan.ended)
    }
    found = {}
    for month in MONTHS:
        states = {begun[month, branch] for branch in branches_of(of, exports)} | (
            {"partly"} if month in lost else set()
        )
        found[month, ALL] = states.pop() if len(states) == 1 else "partly"
    return found


@dataclass(frozen=True)
class Analysis:
    """A question, its truth, and how much of each of its figures some exports tell."""

    ask: Callable[[duckdb.DuckDBPyConnection, Case], Answer]
    truth: Callable[[Case, list[Export]], Truth]
    covers: Callable[[Case, list[Export]], dict[Cell, str]]
    of: tuple[str, ...] = ("loan", "reshelving", "hold", "order_copy")


ANALYSES = {
    "circulation": Analysis(circulation, lent, Case.covers, ("loan", "log")),
    "throughput": Analysis(throughput, lent, Case.covers),
    "backlog": Analysis(backlog, out, Case.covers_ends),
    "turnaround": Analysis(turnaround, waited, covers_waits),
    "fill_rate": Analysis(fill_rate, filled, covers_waits),
}


def asked(of: Case) -> dict[str, Analysis]:
    """The analyses of which the exports of a case can tell: a log has no loans."""
    told = "log" if of.exports[0].name.startswith("statistics") else of.process
    return {
        name: each
        for name, each in ANALYSES.items()
        if told in each.of
        and (of.has_days or name == "throughput")
        and (of.is_usual or name != "fill_rate")
    }


def faults(
    of: Case, exports: list[Export], place: Workspace, met: Counter[tuple[str, str]]
) -> Iterator[str]:
    """What an analysis says that is not so."""
    with libstats.open(place) as con:
        for name, analysis in asked(of).items():
            answer, truth = analysis.ask(con, of), analysis.truth(of, exports)
            expected = analysis.covers(of, exports)
            for cell, state in expected.items():
                value, told, why = answer.get(cell, (None, "outside", "no row"))
                true = truth.get(cell, 0)
                met[name, told if told in state else state] += 1
                words = f"{name} {cell[0]:%Y-%m} {cell[1]}: {told} {value} ({why}), it is {state} of {true}"
                if told == "whole" and value != true:
                    yield f"not the truth: {words}"
                elif told == "partly" and (
                    value is None or _first(value) > _first(true) or not why
                ):
                    yield f"more than the truth: {words}"
                elif told == REFUSED and state != "whole":
                    continue
                elif told == "outside" and (value is not None or not why):
                    yield f"not NULL with its reason: {words}"
                elif told not in state.split(" or "):
                    yield f"not the reference: {words}"


def _first(figure: Figure) -> float:
    """The count that is at most the truth where it is told in part."""
    count = figure[0] if isinstance(figure, tuple) else figure
    return 0 if count is None else count


def loaded(seed: int, folder: Path, made: Callable[[int], Case] = case) -> tuple[Case, Workspace]:
    """A case with all its exports, loaded at once."""
    of = made(seed)
    place = _settled(folder / f"{made.__name__}-{seed}")
    load(place, of.exports, folder)
    return of, place


def _settled(folder: Path) -> Workspace:
    """A workspace of a library whose clock is that of the exports."""
    place = libstats.init(folder)
    place.config["library"] = {"timezone": "UTC"}
    return place


def load(place: Workspace, exports: list[Export], folder: Path) -> None:
    """Write some exports, and load them."""
    files = [folder / export.name for export in exports]
    for file, export in zip(files, exports, strict=True):
        file.write_text(export.text, encoding="utf-8")
    receipt = libstats.load(place, files)
    assert receipt.is_clean, str(receipt)


def run(
    seed: int,
    folder: Path,
    met: Counter[tuple[str, str]],
    made: Callable[[int], Case] = case,
) -> list[str]:
    """Load a case in two steps, and say what is wrong after each."""
    of = made(seed)
    place = _settled(folder / f"{made.__name__}-{seed}")
    half = max(1, len(of.exports) // 2)
    found: list[str] = []
    before: dict[str, Answer] = {}
    for there, fresh in ((of.exports[:half], of.exports[:half]), (of.exports, of.exports[half:])):
        if not fresh:
            continue
        load(place, fresh, folder)
        found += faults(of, there, place, met)
        found += lost(of, place, before)
    return [f"{made.__name__} {seed}: {text}" for text in found]


def lost(of: Case, place: Workspace, before: dict[str, Answer]) -> Iterator[str]:
    """Figures that an export more took away; `before` then holds those of now."""
    with libstats.open(place) as con:
        for name, analysis in asked(of).items():
            answer = analysis.ask(con, of)
            for cell, (value, _, _) in before.get(name, {}).items():
                if value is not None and answer.get(cell, (None,))[0] is None:
                    yield f"an export more took a figure away: {name} {cell}"
            before[name] = answer


def campaign(seeds: range) -> tuple[list[str], Counter[tuple[str, str]]]:
    """All that is wrong in some cases, and how often each analysis met each state."""
    met: Counter[tuple[str, str]] = Counter()
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            found += run(seed, Path(folder), met)
            found += run(seed, Path(folder), met, desk_case)
    return found, met


def main() -> int:
    """Run so many cases from a seed on."""
    number, first = (int(text) for text in (*sys.argv[1:], "50", "0")[:2])
    found, met = campaign(range(first, first + number))
    print("\n".join(found[:40]))
    print(f"{number} cases, {len(found)} faults; met: {dict(sorted(met.items()))}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
