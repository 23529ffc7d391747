"""The lines of the month in one page that counts tell."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

import libstats
from libstats.report.page.period import Period
from libstats.report.summary.counts import held, visited
from libstats.report.summary.rows import Asked
from libstats.workspace.workspace import Workspace
from tests.support.files import write

HEAD = "measure,kind,branch,starts_on,ends_on,value,is_estimate,entered_at\n"
OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture
def asked(workspace: Workspace, tmp_path: Path) -> Iterator[Callable[..., Asked]]:
    """October 2026 in a library with some counts: measure, kind, value, day."""
    with contextlib.ExitStack() as stack:

        def given(*lines: tuple[str, str, float, str]) -> Asked:
            rows = "".join(
                f'{measure},"{kind}",EAST,{day},,{value},,2026-11-01\n'
                for measure, kind, value, day in lines
            )
            libstats.load(workspace, [write(tmp_path / "counts.csv", HEAD + rows)])
            con = stack.enter_context(contextlib.closing(libstats.open(workspace)))
            return Asked(con, OCTOBER, datetime(2026, 11, 1), 1)

        yield given


def test_visits_of_the_month_and_of_the_months_before(asked: Callable[..., Asked]) -> None:
    line = visited(
        asked(
            ("visits", "all", 1200, "2026-10-05"),
            ("visits", "all", 34, "2026-10-06"),
            ("visits", "all", 900, "2026-09-05"),
        )
    )
    assert line is not None
    assert line.says == ["1,234 visits were counted."]
    assert line.value == 1234
    assert line.trend[-3:] == [None, 900, 1234]
    # of ten months of the year two are told
    assert "at least 2,134 visits" in line.year


def test_programmes_and_who_came(asked: Callable[..., Asked]) -> None:
    line = held(
        asked(
            ("programmes", "children 0-5, in person", 8, "2026-10-05"),
            ("programme attendance", "children 0-5, in person", 120, "2026-10-05"),
            ("programmes", "adults, online", 2, "2026-10-06"),
            ("programme attendance", "adults, online", 15, "2026-10-06"),
        )
    )
    assert line is not None
    assert line.says == [
        "10 programmes were held; 135 people came.",
        "Most of them came to: children 0-5, in person.",
    ]


def test_what_nobody_counted_is_no_service(asked: Callable[..., Asked]) -> None:
    nothing = asked(("visits", "all", 9, "2026-08-05"))
    assert (visited(nothing), held(nothing)) == (None, None)
