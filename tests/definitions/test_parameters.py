"""What an analysis is asked is checked before it runs: what is wrong is said in words, whatever it
is."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import inspect
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.receipts import ANALYSES
from libstats.definitions import parameters
from libstats.definitions.parameters import asked, typed
from libstats.errors import AnalysisError, LibstatsError
from libstats.workspace.workspace import init
from tests.support.cases import counts, opened
from tests.support.files import write

Analysis = Callable[..., duckdb.DuckDBPyRelation]
EVERY: dict[str, Analysis] = {
    name: getattr(libstats, name)
    for name in libstats.__all__
    if next(iter(inspect.signature(getattr(libstats, name)).parameters)) == "con"
}
# these are asked of an analysis, as it is
OF_ANALYSES = ("receipt", "sums")
# what every analysis can be asked, in a library that mends books
RIGHT: dict[str, Any] = {
    "analysis": "worklist",
    "measure": "wait",
    "process": "mending",
    "since": "2026-01-01",
    "until": "2026-02-01",
    "as_of": "2026-02-15",
}
# no parameter can be this
NEVER: list[Any] = [
    object(),
    {},
    {"days": 3},
    b"2026-01-01",
    "\ud800",
    "a\0b",
    "mending\n",
    float("nan"),
    float("inf"),
    -1,
    -0.5,
    1.5j,
    10**400,
    datetime(2026, 1, 1, tzinfo=UTC),
    date(1, 1, 1),
    [None],
    [["mended"]],
    duckdb,
]
# some can: nothing else than an answer, or an error in words, may come of them
MAYBE: list[Any] = [
    None,
    "",
    " ",
    "yesterday",
    "2026-13-01",
    "2026-02-30",
    "20260101",
    "2026-1-1",
    "2026-W01",
    "2026-01-01T00:00Z",
    "2026-01-01T00:00+01:00",
    "2026-01-01T25:00",
    "infinity",
    "epoch",
    "1000-01-01",
    "9999-12-31",
    date(9999, 12, 31),
    datetime(2026, 1, 15, 12, 30, 1, 5),
    "'; drop table item; --",
    "mended",
    "open days",
    "fiscal year",
    0,
    1,
    3,
    2.5,
    999,
    1000,
    True,
    [],
    (),
    ["mended", "glued"],
    ["'"],
    set(),
    Path("nowhere.csv"),
    Path(),
]


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    workspace = init(tmp_path_factory.mktemp("asked") / "library")
    items = "itemnumber;barcode;homebranch;itemcallnumber\n1;b1;EAST;641.5 BRO\n"
    libstats.load(workspace, [write(workspace.exports / "items-2026-01-10.csv", items)])
    with opened(workspace, ["1,brought,2026-01-02,EAST", "1,mended,2026-01-04,EAST"]) as opening:
        yield opening


def right_of(function: Analysis) -> dict[str, Any]:
    """What an analysis must be asked."""
    parted = {"by": "channel"} if function is EVERY["circulation_by"] else {}
    return {p: value for p, value in RIGHT.items() if p in of(function)} | parted


def of(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The parameters of an analysis behind its connection."""
    known = inspect.signature(function).parameters
    return {n: p for n, p in known.items() if n != "con" and p.kind is not p.VAR_KEYWORD}


def receipt_of(name: str) -> Analysis:
    """The receipt of an analysis, to be asked as the analysis is."""
    return lambda con, **given: libstats.receipt(con, name, **given)


def asks() -> Iterator[Any]:
    """Each parameter of each analysis and of each receipt."""
    for name, function in EVERY.items():
        if name not in OF_ANALYSES:
            yield from (pytest.param(function, function, p, id=f"{name}-{p}") for p in of(function))
    for name, known in ANALYSES.items():
        ask = receipt_of(name)
        for p in of(known.function):
            yield pytest.param(ask, known.function, p, id=f"receipt-{name}-{p}")


@pytest.mark.slow
@pytest.mark.parametrize(("ask", "function", "name"), list(asks()))
def test_what_is_wrong_is_refused_in_words(
    con: duckdb.DuckDBPyConnection, ask: Analysis, function: Analysis, name: str
) -> None:
    right = right_of(function)
    for value in NEVER:
        with pytest.raises(LibstatsError) as told:
            ask(con, **{**right, name: value}).fetchall()
        assert told.value.remedy, value


@pytest.mark.slow
@pytest.mark.parametrize(("ask", "function", "name"), list(asks()))
def test_what_may_be_wrong_is_answered_or_refused_in_words(
    con: duckdb.DuckDBPyConnection, ask: Analysis, function: Analysis, name: str
) -> None:
    right = right_of(function)
    for value in MAYBE:
        with contextlib.suppress(LibstatsError):
            ask(con, **{**right, name: value}).fetchall()


@pytest.mark.parametrize("name", EVERY)
def test_every_public_analysis_is_checked_and_every_parameter_of_it(name: str) -> None:
    function = inspect.unwrap(EVERY[name])
    assert function is not EVERY[name], "it is not asked"
    assert list(parameters._checks(function)) == list(of(function))


def test_a_parameter_that_nothing_checks_is_told_to_who_writes_it() -> None:
    @asked
    def weather(con: duckdb.DuckDBPyConnection, *, when: set[str]) -> None: ...

    with pytest.raises(TypeError, match="weather: nothing checks the parameter when"):
        parameters._checks(inspect.unwrap(weather))


def test_python_says_which_parameter_lacks_or_is_unknown(con: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(TypeError, match=r"turnaround\(\) missing .* 'process'"):
        EVERY["turnaround"](con)
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        EVERY["check"](con, colour="red")


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(
    ("given", "kind"), [("mylibrary", "a path"), (Path(), "a path"), (None, "NoneType")]
)
def test_a_path_is_no_connection(name: str, given: Any, kind: str) -> None:
    right = right_of(EVERY[name])
    analysis = [right.pop("analysis")] if name in OF_ANALYSES else []
    with pytest.raises(AnalysisError, match=f"{name} wants a connection, not {kind}") as told:
        EVERY[name](given, *analysis, **right)
    assert 'con = libstats.open("mylibrary")' in told.value.remedy


def test_a_connection_that_cannot_answer_is_refused() -> None:
    other = duckdb.connect()
    with pytest.raises(AnalysisError, match="not one that libstats opened"):
        libstats.check(other)
    other.close()
    with pytest.raises(AnalysisError, match="the connection is closed"):
        libstats.check(other)


@pytest.mark.parametrize(
    ("analysis", "given", "told"),
    [
        ("turnaround", {"since": "yesterday"}, "since yesterday is not a day or a time"),
        ("turnaround", {"since": "2026-13-01"}, "since 2026-13-01 is not a day or a time"),
        ("turnaround", {"since": None}, "since None is not a day or a time"),
        ("turnaround", {"until": "2026-01-01"}, "since must be before until, not 2026-01-01 and"),
        ("backlog", {"since": "2026-03-01"}, "since must be before until"),
        ("circulation", {"until": "2025-12-31"}, "since must be before until"),
        ("collection_use", {"since": date(2026, 2, 1)}, "since must be before until"),
        ("collection_age", {"as_of": ""}, "as_of '' is not a day"),
        ("turnaround", {"process": ["mending"]}, "there is no process"),
        ("turnaround", {"start": "varnished"}, "mending has no milestone 'varnished'"),
        ("turnaround", {"end": ["mended", "varnished"]}, "mending has no milestone 'varnished'"),
        ("turnaround", {"end": []}, r"end \[\] is not a milestone"),
        ("throughput", {"milestone": 3}, "milestone 3 is not a milestone"),
        ("turnaround", {"by": "colour"}, "cases cannot be parted by 'colour'"),
        ("throughput", {"by": "month"}, "cases cannot be parted by 'month'"),
        ("turnaround", {"unit": "weeks"}, "there is no unit 'weeks'"),
        ("backlog", {"every": None}, "there is no period None"),
        ("turnaround", {"calendar": "EAST"}, "there is no calendar 'EAST'"),
        ("worklist", {"goal_days": -1}, "goal_days -1 is not a number"),
        ("worklist", {"goal_days": float("nan")}, "goal_days nan is not a number"),
        ("worklist", {"goal_days": "5"}, "goal_days 5 is not a number"),
        ("worklist", {"goal_days": True}, "goal_days True is not a number"),
        ("collection_use", {"dusty_years": 2.5}, "dusty_years 2.5 is not a whole number"),
        ("weeding_candidates", {"years_held": "2"}, "years_held 2 is not a whole number"),
        ("weeding_candidates", {"keep_last_copies": 0}, "keep_last_copies 0 is not true or false"),
        ("weeding_candidates", {"keep": [7]}, r"keep \[7\] is not a list of codes"),
        ("weeding_candidates", {"combine": "xor"}, "limits cannot be combined by 'xor'"),
        ("weeding_candidates", {"thresholds": ""}, "thresholds '' is not a file"),
        ("weeding_candidates", {"profile": 5}, "profile 5 is not a word"),
        ("shelf_time", {"share": 96}, "the share of use to preserve cannot be 96"),
        ("collection_age", {"branch": "WEST"}, "no copy belongs to a branch 'WEST'"),
        ("circulation", {"branch": "EAST"}, "there is no branch role 'EAST'"),
        ("freshness", {"analysis": "weather"}, "there is no receipt for 'weather'"),
    ],
)
def test_the_error_says_what_is_wrong(
    con: duckdb.DuckDBPyConnection, analysis: str, given: dict[str, Any], told: str
) -> None:
    right = right_of(EVERY[analysis])
    with pytest.raises(AnalysisError, match=told):
        EVERY[analysis](con, **{**right, **given})


def test_open_days_of_a_calendar_that_is_not_there_are_refused(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """Else nothing would be late, in silence."""
    for given in ({}, {"calendar": "courier"}):
        with pytest.raises(AnalysisError, match="there is no calendar") as told:
            libstats.worklist(con, "mending", unit="open days", **given)
        assert "There are: oclc." in told.value.remedy
    libstats.worklist(con, "mending", unit="open days", calendar="oclc").fetchall()


@pytest.mark.parametrize("since", ["2026-01-01", date(2026, 1, 1), datetime(2026, 1, 1)])
@pytest.mark.parametrize("until", ["2026-02-01T00:00", date(2026, 2, 1), "2026-02-01 00:00:00"])
def test_a_day_may_be_text_or_a_date(
    con: duckdb.DuckDBPyConnection, since: Any, until: Any
) -> None:
    found = counts(libstats.throughput(con, "mending", since=since, until=until))
    assert found == [(date(2026, 1, 1), "all", 1)]


def test_one_code_need_be_no_list(con: duckdb.DuckDBPyConnection) -> None:
    for keep in ("EAST", ["EAST"], {"EAST"}):
        libstats.weeding_candidates(con, as_of="2026-02-01", keep=keep).fetchall()


def test_text_becomes_what_the_analysis_wants() -> None:
    assert typed(libstats.worklist, "goal_days", "3") == 3.0
    assert typed(libstats.shelf_time, "share", "0.5") == 0.5
    assert typed(libstats.collection_use, "dusty_years", "3") == 3
    assert typed(libstats.weeding_candidates, "keep_last_copies", "False") is False
    assert typed(libstats.turnaround, "since", "2026-01-01") == "2026-01-01"
    assert typed(libstats.turnaround, "colour", "red") == "red"
    with pytest.raises(AnalysisError, match="dusty_years two is not a whole number"):
        typed(libstats.collection_use, "dusty_years", "two")


@pytest.mark.parametrize("name", EVERY)
def test_a_checked_analysis_keeps_its_examples_and_its_signature(name: str) -> None:
    function = EVERY[name]
    assert inspect.signature(function) == inspect.signature(inspect.unwrap(function))
    module = importlib.import_module(function.__module__)
    found = {test.name: test.examples for test in doctest.DocTestFinder().find(module)}
    assert bool(found[f"{module.__name__}.{name}"]) == (">>> " in (function.__doc__ or ""))
