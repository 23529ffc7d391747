"""Where a load spends its time: `python -m benchmarks.profile WORKSPACE FILE` loads the file and lists its statements, slowest first."""

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
from libstats import store
from libstats.readers import delimited
from libstats.readers.part import Count

spent: dict[str, float] = defaultdict(float)


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
        self._note(lambda: self._con.execute(query, *arguments))
        return self

    def fetchall(self) -> list[Any]:
        """Fetching is part of the statement."""
        return self._note(self._con.fetchall)

    def _note(self, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        found = work()
        spent[self._last] += time.perf_counter() - start
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._con, name)


def main(workspace: str, file: str) -> None:
    """Load one file, every statement timed."""
    connect, count = store.connect, delimited.Delimited.count

    def counted(*arguments: Any) -> Count:
        start = time.perf_counter()
        found = count(*arguments)
        spent["delimited.count"] += time.perf_counter() - start
        return found

    store.connect = lambda *a, **k: Timed(connect(*a, **k))  # type: ignore[assignment,return-value]
    delimited.Delimited.count = counted  # type: ignore[method-assign]
    start = time.perf_counter()
    print(libstats.load(Path(workspace), [Path(file)]))
    print(f"{time.perf_counter() - start:7.2f} s in all")
    for place, seconds in sorted(spent.items(), key=lambda s: -s[1])[:22]:
        print(f"{seconds:7.2f} s  {place}")


if __name__ == "__main__":
    main(*sys.argv[1:])
