"""Accepting alarms: whoever looked at one says why it is to be heeded no more."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from libstats.analysis.alarms import check
from libstats.cli.snooze import MOST_NEAR, day_of, reason_of
from libstats.definitions import decisions
from libstats.errors import LibstatsError
from libstats.loading.decide import decide
from libstats.wording import Row, records
from libstats.workspace.open import opened as open_store
from libstats.workspace.workspace import Workspace


@dataclass(frozen=True)
class Acceptance:
    """What is asked of alarms, each by its name: to accept some, or to take that back of some."""

    accepted: Sequence[str]
    taken_back: Sequence[str]
    reason: str | None = None
    until: str | None = None
    remark: str | None = None


def accept(place: Workspace, said: Acceptance, now: datetime) -> str:
    """Accept alarms, or take that back; gives what is to be said.

    Raises LibstatsError for a name that no alarm has, before anything is written.
    """
    reason = reason_of(said.reason or "", "alarm") if said.accepted else ""
    until = day_of(said.until, now) if said.accepted and said.until else ""
    with contextlib.closing(open_store(place)) as con:
        if said.accepted:
            known = {row["id"]: row for row in records(check(con))}
        else:
            known = _accepted(con.sql("from newest_decision").fetchall())
    names = list(dict.fromkeys(name.strip("[]").lower() for name in said.accepted))
    names = names or list(dict.fromkeys(name.strip("[]").lower() for name in said.taken_back))
    for name in names:
        _refuse_unknown(name, known, "accepted" if said.taken_back else "told")
    for name in names:
        row = known[name]
        line = {
            "process": decisions.ALARM,
            "source": row["source"],
            "case": name,
            "decision": decisions.ACCEPT if said.accepted else decisions.TAKE_BACK,
            "reason": reason,
            "until": until,
            "seen": decisions.seen_of_alarm(row["rows"]) if said.accepted else "",
            "remark": said.remark or "",
        }
        decide(place, line, now)
    return "\n".join([*(_said(name, reason, until) for name in names), ""])


def _accepted(rows: Sequence[tuple[object, ...]]) -> dict[str, Row]:
    """The alarms that are accepted, told of today or not, by name."""
    return {str(row[2]): {"source": row[1]} for row in rows if row[0] == decisions.ALARM}


def _refuse_unknown(name: str, known: Mapping[str, Row], how: str) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, known, MOST_NEAR)
    remedy = (
        f"Did you mean: {', '.join(near)}?"
        if near
        else "`libstats check` shows the name of each in brackets."
    )
    raise LibstatsError(f"no alarm {name!r} is {how}", remedy)


def _said(name: str, reason: str, until: str) -> str:
    if not reason:
        return f"Alarm {name} is told again."
    return f"Alarm {name} is accepted{f' until {until}' if until else ''}: {reason}."
