"""The kinds of work and their milestones: processes.toml, and a library's own in libstats.toml.

A process says which milestones it has, with which its wait begins and ends, and where they are
read: from columns of canonical tables, from the log of an ILL system's statuses, and from the table
`milestone`, which anyone can fill.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import duckdb

from libstats.errors import AnalysisError, WorkspaceError

DIRECTIONS = {
    "ill_borrowing": "borrowing",
    "ill_lending": "lending",
    "document_delivery": "document delivery",
}
# How a case ended, as a status may say it; `over`: nobody knows how.
WELL = ("done", "not fetched")
OTHERWISE = ("given up by the patron", "given up", "lapsed")
OVER = (*WELL, *OTHERWISE, "over")
_REQUIRED = ("what", "starts", "done", "milestones")
_OWN = (
    "title",
    "names",
    "given_up",
    "goal_days",
    "due",
    "planned",
    "aside",
    "last",
    "misleading",
    "statuses",
)
KEYS = (*_REQUIRED, *_OWN)
# A list's processes and milestones are read in small letters, and a milestone names columns: these
# would be others.
_TAKEN = ("last", "own_goal", "is")


@dataclass(frozen=True)
class MilestoneColumns:
    """Where milestones of a process are columns of a table: SQL over the table `t` and what `join`
    adds to it.

    when    SQL: whether it is read so; a table that can be read in two ways, of which one is always
            right, is read the cheaper way
    """

    table: str
    case: str
    reached: dict[str, str | list[str]] = field(hash=False)
    join: str = ""
    when: str = "true"
    where: str = "true"
    handle: str = "null"
    location: str = "null"
    branch: str = "null"
    kind: str = "null"
    missing: str = "null"
    code: str = ""
    told_by: tuple[str, str] | None = None
    direction: str = ""
    since: str = "null"
    by: str = ""  # SQL: when at the latest what the word marks was reached, of words without a day
    said: str = "null"
    reason: str = ""
    refined: str = "null"
    ever: bool = False  # what is missing from a list of all that is open is a case too
    gone: str = "over"
    followed: str = ""  # SQL: source, case_id, told_until of cases that other exports tell of too
    unended: str = ""  # SQL over the table: the cases whose end is sought between loads; "": all

    @property
    def rows(self) -> str:
        """The table, or its view that also holds what is gone."""
        return f"{self.table}_ever" if self.ever else self.table

    @property
    def is_told(self) -> str:
        """SQL: whether any word, or other column, says how its cases stand; where none does, as of
        most systems' loans, words are not looked for."""
        return f"{self.code} is not null" if self.code and self.said == "null" else "true"

    @property
    def from_sql(self) -> str:
        """SQL: the table `t` with what `join` adds to it."""
        return f"{self.rows} t {self.join}"

    def moment(self, milestone: str) -> str:
        """SQL: when the milestone was reached."""
        reached = self.reached[milestone]
        if isinstance(reached, str):
            return reached
        return f"coalesce({', '.join(f'({either})::timestamp' for either in reached)})"

    def day(self, milestone: str, kind: str) -> str:
        """SQL: only the day of the milestone is known; `kind` is the type of its moment."""
        reached = self.reached[milestone]
        if isinstance(reached, str):
            return str(kind == "DATE").lower()
        return f"({reached[0]}) is null"


@dataclass(frozen=True)
class Process:
    """A kind of work, as processes.toml describes it."""

    name: str
    what: str
    starts: str
    done: tuple[str, ...]
    milestones: dict[str, str] = field(hash=False)
    title: str = ""
    names: tuple[str, ...] = ()  # what people call it besides
    given_up: tuple[str, ...] = ()
    goal_days: float = 7
    due: str = ""
    due_begins: bool = False  # it is late from the due day on, not after it
    planned: tuple[str, ...] = ()
    aside: dict[str, str] = field(default_factory=dict, hash=False)
    last: tuple[str, ...] = ()
    misleading: dict[str, str] = field(default_factory=dict, hash=False)
    statuses: dict[str, list[str]] = field(default_factory=dict, hash=False)
    read: tuple[MilestoneColumns, ...] = ()
    has_own_goal: bool = False  # a library set it in libstats.toml

    @property
    def happening(self) -> tuple[str, ...]:
        """Its milestones in their usual order, without days to come."""
        return tuple(m for m in self.milestones if m not in self.planned)

    @property
    def is_logged(self) -> bool:
        """Whether a log of statuses may tell of it."""
        return self.name in DIRECTIONS

    @property
    def behind(self) -> tuple[str, ...]:
        """What comes after all of its ends: who reached it has reached an end."""
        order = list(self.happening)
        last = max(map(order.index, self.done))
        return tuple(m for m in order[last + 1 :] if m not in self.given_up)

    @property
    def tables(self) -> tuple[str, ...]:
        """The canonical tables that tell of it."""
        log = ("ill_event",) if self.is_logged else ()
        return tuple(dict.fromkeys((*(c.table for c in self.read), *log, "milestone")))

    def check(self, *names: str) -> None:
        """AnalysisError for a milestone that it does not have."""
        for name in names:
            if name not in self.milestones:
                raise AnalysisError(
                    f"{self.name} has no milestone {name!r}",
                    f"It has: {', '.join(self.milestones)}.",
                )


def _built(name: str, given: Mapping[str, Any]) -> Process:
    read = tuple(
        MilestoneColumns(**{**columns, "told_by": tuple(columns.get("told_by") or ()) or None})
        for columns in given.get("read", ())
    )
    rest: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in given.items()
        if key != "read"
    }
    return Process(name=name, read=read, **{"title": name.replace("_", " "), **rest})


def check(name: str, entry: Mapping[str, Any]) -> None:
    """WorkspaceError for a process that is not in the form, with its key."""
    processes({"process": {name: entry}})


@cache
def _shipped() -> dict[str, Any]:
    return tomllib.loads(
        resources.files("libstats.definitions")
        .joinpath("processes.toml")
        .read_text(encoding="utf-8")
    )


def processes(config: Mapping[str, Any] | None = None) -> dict[str, Process]:
    """Every process by name: those of libstats, changed and joined by those of a library's
    configuration.

    Raises WorkspaceError for an entry that is not in the form, with its key.
    """
    config = config or {}
    found = {name: dict(given) for name, given in _shipped().items()}
    for name, own in config.get("process", {}).items():
        found[name] = _merged(name, found.get(name), own)
    for name, days in config.get("goals", {}).items():
        if name not in found or not _is_days(days):
            raise WorkspaceError(
                f"libstats.toml: [goals] {name} is no goal",
                f"Write a number of days for one of: {', '.join(found)}.",
            )
        found[name] |= {"goal_days": days, "has_own_goal": True}
    return {name: _built(name, given) for name, given in found.items()}


def _merged(name: str, shipped: dict[str, Any] | None, own: Any) -> dict[str, Any]:
    """A library's entry over the one of libstats: its milestones and statuses are added, all else
    replaced."""
    _check_entry(name, own)
    where, shipped = f"libstats.toml: [process.{name}]", shipped or {}
    merged = {**shipped, **own, "has_own_goal": "goal_days" in own}
    for key in ("misleading", "aside", "statuses"):
        merged[key] = {**shipped.get(key, {}), **own.get(key, {})}
    merged["milestones"] = _in_order(shipped, own)
    if lacking := [key for key in _REQUIRED if not merged.get(key)]:
        raise WorkspaceError(
            f"{where} lacks {lacking[0]}", "A process needs what, starts, done and milestones."
        )
    named = [
        merged["starts"],
        *merged["done"],
        *merged.get("given_up", ()),
        *merged.get("planned", ()),
        *merged.get("last", ()),
        *filter(None, [merged.get("due")]),
        *merged["aside"],
        *merged["aside"].values(),
        *(s for s in merged["statuses"] if s != "last"),
    ]
    if unknown := [m for m in named if m not in merged["milestones"]]:
        raise WorkspaceError(
            f"{where}: {unknown[0]} is not among its milestones",
            f'Add under [process.{name}.milestones]: {unknown[0]} = "what it says"',
        )
    if to_come := [
        m
        for m in (merged["starts"], *merged["done"], *merged.get("given_up", ()))
        if m in merged.get("planned", ())
    ]:
        raise WorkspaceError(
            f"{where}: {to_come[0]} is planned, and begins or ends a case",
            "A day to come does neither: take it out of planned.",
        )
    return merged


def _check_entry(name: str, own: Any) -> None:
    """WorkspaceError for an entry that is not in the form."""
    where = f"libstats.toml: [process.{name}]"
    if not isinstance(own, dict):
        raise WorkspaceError(
            f"{where} is not a section",
            'Write [process.NAME] and below it: what = "...", starts = "...", done = ["..."]',
        )
    for key, value in own.items():
        if key not in KEYS or not _is_in_form(key, value):
            keys = f"The keys are: {', '.join(KEYS)}. docs/counts.md shows one."
            raise WorkspaceError(f"{where}: {key} is not in the form", keys)
    if odd := [n for n in (name, *own.get("milestones", ())) if n != n.lower()] + [
        m for m in own.get("milestones", ()) if not m.isidentifier() or m in _TAKEN
    ]:
        raise WorkspaceError(
            f"{where}: {odd[0]!r} is no name that can be used",
            (
                "Write it in small letters; a milestone is one word, with _ for a space, "
                f"and none of: {', '.join(_TAKEN)}."
            ),
        )


def _is_in_form(key: str, value: Any) -> bool:
    """True if the value of a key of [process.NAME] is what that key holds."""
    if key in ("milestones", "aside", "misleading"):
        return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
    if key == "statuses":
        return isinstance(value, dict) and all(map(_is_texts, value.values()))
    if key in ("names", "done", "given_up", "planned", "last"):
        return _is_texts(value)
    return _is_days(value) if key == "goal_days" else isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _is_days(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 10_000


def _in_order(shipped: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, str]:
    """The milestones of a process with a library's own in their places: behind the one that stands
    before it in the library's list; else, where nothing says its place, an end behind the other
    ends, and any other before them, so that nothing is concluded from it."""
    told, added = dict(shipped.get("milestones", {})), own.get("milestones", {})
    if not told:
        return dict(added)
    order, before = list(told), ""
    ends = [m for m in order if m in (*shipped["done"], *own.get("done", ()))]
    for name in added:
        if name not in told:
            is_end = name in own.get("done", ())
            place = order.index(ends[-1]) + 1 if is_end else order.index(ends[0])
            order.insert(order.index(before) + 1 if before else place, name)
            ends += [name] if is_end else []
        before = name if before or name in told else ""
    return {name: added.get(name, told.get(name, "")) for name in order}


def register(con: duckdb.DuckDBPyConnection, config: Mapping[str, Any]) -> None:
    """Give a connection the table `process`, one row a kind of work, for analyses and people."""
    found = processes(config)
    con.execute(
        """
        create or replace temp table process (
            process varchar,
            what varchar,
            starts varchar,
            done varchar[],
            given_up varchar[],
            goal_days double,
            definition varchar
        )"""
    )
    rows = [
        (
            p.name,
            p.what,
            p.starts,
            list(p.done),
            list(p.given_up),
            p.goal_days,
            json.dumps({**p.__dict__, "read": [r.__dict__ for r in p.read]}),
        )
        for p in found.values()
    ]
    con.execute(
        """
        insert into process
        select
            unnest($1::varchar[]),
            unnest($2::varchar[]),
            unnest($3::varchar[]),
            unnest($4::varchar[][]),
            unnest($5::varchar[][]),
            unnest($6::double[]),
            unnest($7::varchar[])
        """,
        list(map(list, zip(*rows, strict=True))),
    )


def process_of(con: duckdb.DuckDBPyConnection, name: str) -> Process:
    """The process of that name, or that people call so, as the connection's workspace has it.
    Raises AnalysisError if there is none, or several."""
    rows = con.execute("select process, definition from process order by rowid").fetchall()
    found = {known: json.loads(definition) for known, definition in rows}
    called = [
        known
        for known, given in found.items()
        if _plain(name) in map(_plain, (known, given["title"], *given["names"]))
    ]
    called = [name] if name in found else called
    if not called:
        raise AnalysisError(
            f"there is no process {name!r}",
            f"There are: {', '.join(found)}. A library's own stand in libstats.toml as"
            " [process.NAME].",
        )
    if called[1:]:
        raise AnalysisError(
            f"{name!r} may be any of several kinds of work", f"Say one of: {', '.join(called)}."
        )
    given = found[called[0]]
    return _built(called[0], {key: value for key, value in given.items() if key != "name"})


def _plain(name: str) -> str:
    """A name in small letters, in the singular, with blanks between its words."""
    return re.sub(r"[\s_-]+", " ", name.lower()).strip().rstrip("s")
