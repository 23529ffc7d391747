"""Leaving a case alone for a while: which case is meant, until when, and for which reason."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb

from libstats.analysis import left_alone
from libstats.definitions import decisions
from libstats.definitions.processes import Process, process_of
from libstats.errors import AnalysisError, LibstatsError
from libstats.loading.decide import decide
from libstats.wording import Row, capital
from libstats.workspace.open import open as open_store
from libstats.workspace.workspace import Workspace

LONGEST = timedelta(days=366)  # a later day is a slip, or a case to dismiss
MOST_NEAR = 3
_AMONG = 20_000  # names that are looked through for near ones


@dataclass(frozen=True)
class Wish:
    """What is asked: of which case, and what is to become of it; `until` a day, blank to dismiss.

    process, case   as people name them
    source          the configured source, where several have such a case
    """

    process: str
    case: str
    is_dismissed: bool = False
    is_taken_back: bool = False
    reason: str = ""
    until: str = ""
    source: str = ""
    remark: str = ""


def snooze(place: Workspace, wish: Wish, now: datetime) -> str:
    """Leave a case alone, or no longer; gives what is to be said.

    Raises LibstatsError for a case that is not there, or not open, and what is wrong with the rest
    of the wish, before anything is written.
    """
    until = _until(wish, now)
    reason = "" if wish.is_taken_back else reason_of(wish.reason, "case")
    with contextlib.closing(open_store(place)) as con:
        process = _process(con, wish.process)
        find = _decided if wish.is_taken_back else _open
        case = find(con, process, wish)
    line = {
        "process": process.name,
        "source": case["source"],
        "case": case["case_id"],
        "decision": _decision(wish),
        "reason": reason,
        "until": until,
        "seen": case["seen"],
        "remark": wish.remark,
    }
    seq = decide(place, line, now)
    name = f"{capital(process.title)} {case['handle'] or case['case_id']} of {case['source']}"
    if wish.is_taken_back:
        return f"{name} stands in the lists again (load {seq})."
    how = f"until {until}" if until else "until it moves"
    return (
        f"{name} is left alone {how}: {reason} (load {seq}).\n"
        f"To take it back: libstats snooze {process.name} {wish.case} --take-back"
    )


def listed(place: Workspace, now: datetime) -> str:
    """What is left alone, one case a line."""
    with contextlib.closing(open_store(place)) as con:
        rows = left_alone.everything(con, now)
    lines = [
        f"  comes back {left_alone.returns(row):<15}  {row['process']} "
        f"{row['handle'] or row['case_id']} ({row['source']}): {row['reason']}, "
        f"since {row['entered_at']:%Y-%m-%d}"
        for row in rows
    ]
    return "\n".join([left_alone.told(rows) or "Nothing is left alone.", *lines])


def reason_of(text: str, about: str) -> str:
    """The reason of the closed list that is meant: its words, or how they begin; LibstatsError with
    the list for any other."""
    known = decisions.reasons(about)
    said = " ".join(text.casefold().split())
    found = [reason for reason in known if said and reason.startswith(said)]
    if said in known:
        return said
    if len(found) == 1:
        return found[0]
    wide = max(map(len, known))
    listed = "\n".join(f"    {reason:<{wide}}  {meaning}" for reason, meaning in known.items())
    problem = f"{text!r} is no reason of the list" if said else "no reason is given"
    raise LibstatsError(problem, f"Say --reason with one of these, or how it begins:\n{listed}")


def day_of(text: str, now: datetime) -> str:
    """The day that is said, as it is written in the form; LibstatsError for what is none, is past,
    or too far away."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise LibstatsError(f"--until {text} is not a day", "Write it as 2026-12-15.") from None
    if day <= now.date():
        raise LibstatsError(f"--until {text} is not a day to come", f"Today is {now:%Y-%m-%d}.")
    if day > now.date() + LONGEST:
        raise LibstatsError(
            f"--until {text} is more than a year away", "Is the year right? Else say no day."
        )
    return str(day)


def _until(wish: Wish, now: datetime) -> str:
    if wish.is_taken_back or wish.is_dismissed:
        if wish.until or (wish.is_taken_back and wish.is_dismissed):
            raise LibstatsError(
                "--until, --dismiss and --take-back were said together",
                "Say one: a day, until it moves, or no longer.",
            )
        return ""
    if not wish.until:
        raise LibstatsError(
            "it was not said until when the case is to be left alone",
            "Say --until DAY, or --dismiss: until it moves.",
        )
    return day_of(wish.until, now)


def _decision(wish: Wish) -> str:
    if wish.is_taken_back:
        return decisions.TAKE_BACK
    return decisions.DISMISS if wish.is_dismissed else decisions.SNOOZE


def _process(con: duckdb.DuckDBPyConnection, text: str) -> Process:
    """The kind of work that is meant, by its name or as people call it."""
    try:
        return process_of(con, text)
    except AnalysisError as error:
        names = [name for (name,) in con.sql("select process from process").fetchall()]
        near = difflib.get_close_matches(text.casefold().replace(" ", "_"), names, MOST_NEAR)
        remedy = f"Did you mean: {', '.join(near)}?" if near else error.remedy
        if text.casefold() == decisions.ALARM:
            remedy = "An alarm is accepted with: libstats check --accept NAME --reason ..."
        raise LibstatsError(error.problem, remedy) from None


def _open(con: duckdb.DuckDBPyConnection, process: Process, wish: Wish) -> Row:
    """The open case that is meant, by its number or by what people look for."""
    cases = left_alone.open_cases(con, process)
    found = _named(cases, wish)
    if found:
        return _only(found, process, wish)
    over = con.execute(
        'select outcome from "case" where process = $1 and $2 in (case_id, handle) limit 1',
        [process.name, wish.case],
    ).fetchall()
    if over:
        raise LibstatsError(
            f"{process.title} {wish.case} is not open: {over[0][0]}",
            "Only what is open can be left alone; today's lists do not name it.",
        )
    raise LibstatsError(
        f"no open {process.title} {wish.case} is in what is loaded",
        _near(wish.case, cases, f"`libstats today` names those of {process.name}."),
    )


def _decided(con: duckdb.DuckDBPyConnection, process: Process, wish: Wish) -> Row:
    """The case whose decision is to be taken back, open or not."""
    rows = con.execute(
        "select case_source, case_id from newest_decision where process = $1", [process.name]
    ).fetchall()
    handles = {
        (row["source"], row["case_id"]): row["handle"]
        for row in (left_alone.open_cases(con, process) if rows else [])
    }
    cases = [
        {"source": source, "case_id": case, "handle": handles.get((source, case)), "seen": ""}
        for source, case in rows
    ]
    found = _named(cases, wish)
    if found:
        return _only(found, process, wish)
    raise LibstatsError(
        f"{process.title} {wish.case} is not left alone",
        _near(wish.case, cases, "`libstats snooze --list` names what is."),
    )


def _named(cases: Iterable[Row], wish: Wish) -> list[Row]:
    """The cases of that number, or else of that name, each once."""
    of_source = [row for row in cases if wish.source in ("", row["source"])]
    found = [row for row in of_source if row["case_id"] == wish.case]
    found = found or [row for row in of_source if row["handle"] == wish.case]
    return list({(row["source"], row["case_id"]): row for row in found}.values())


def _only(found: Sequence[Row], process: Process, wish: Wish) -> Row:
    if len(found) == 1:
        return found[0]
    sources = sorted({row["source"] for row in found})
    if len(sources) > 1:
        raise LibstatsError(
            f"{process.title} {wish.case} is in several sources: {', '.join(sources)}",
            f"Say which: --source {sources[0]}",
        )
    cases = ", ".join(sorted(row["case_id"] for row in found))
    raise LibstatsError(
        f"several open cases of {process.title} have {wish.case}: {cases}",
        "Give the number of one of them.",
    )


def _near(text: str, cases: Sequence[Row], otherwise: str) -> str:
    names = [name for row in cases[:_AMONG] for name in (row["handle"], row["case_id"]) if name]
    near = difflib.get_close_matches(text, dict.fromkeys(names), MOST_NEAR)
    return f"Did you mean: {', '.join(near)}?" if near else otherwise
