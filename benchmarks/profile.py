"""Where a load spends its time: `python -m benchmarks.profile WORKSPACE FILE` loads the file and
lists
its statements, dearest first.

Beside the seconds stand the processor's: other work on the machine changes them less.
"""

from __future__ import annotations

import re
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

import libstats
from libstats.readers import delimited
from libstats.store import generations

spent: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])


def noted(place: str, work: Callable[[], Any]) -> Any:
    """Do the work and note the seconds and the processor's seconds that it took."""
    start, busy = time.perf_counter(), time.process_time()
    found = work()
    spent[place][0] += time.perf_counter() - start
    spent[place][1] += time.process_time() - busy
    return found


class Timed:
    """A connection that notes how long each statement takes."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con, self._last = con, ""

    def execute(self, query: str, *arguments: object) -> Timed:
        """Run, and note where it was called from."""
        caller = sys._getframe(1)
        place = f"{Path(caller.f_code.co_filename).name}:{caller.f_lineno} {caller.f_code.co_name}"
        text = re.sub(r"\s+", " ", query).strip()[:110]
        self._last = f"{place:<34}{text}"
        noted(self._last, lambda: self._con.execute(query, *arguments))
        return self

    def fetchall(self) -> list[Any]:
        """Fetching is part of the statement."""
        found: list[Any] = noted(self._last, self._con.fetchall)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)


def main(workspace: str, file: str) -> None:
    """Load one file, every statement timed."""
    connect, count = generations.connect, delimited.Delimited.count
    generations.connect = lambda *a, **k: Timed(connect(*a, **k))  # type: ignore[assignment]
    delimited.Delimited.count = lambda *a, **k: noted("Delimited.count", lambda: count(*a, **k))  # type: ignore[method-assign]
    noted("in all", lambda: print(libstats.load(Path(workspace), [Path(file)])))
    for place, (seconds, busy) in sorted(spent.items(), key=lambda s: -s[1][1])[
        : int(__import__("os").environ.get("N", "22"))
    ]:
        print(f"{seconds:7.2f} s {busy:7.2f} s busy  {place}")


if __name__ == "__main__":
    main(*sys.argv[1:])
