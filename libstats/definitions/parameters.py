"""The parameters of analyses, all checked here before an analysis runs: what is wrong is said in
words, with what may be given instead.

An analysis is `@asked` and says in its signature what each parameter is:

    @asked
    def worklist(con: Connection, process: ProcessName, *, as_of: Moment | None = None, ...)

A kind is a type with the check beside it, as `Moment`; one that only some analyses know is made
where they lie, as `one_of(PARTS, "cases cannot be parted by {}")`. Plain text, numbers and bool
have a check of their own. What must fit together (since and until, unit and calendar) is looked at
last.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import numbers
import re
import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from os import fsencode
from pathlib import Path
from types import UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    ParamSpec,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import duckdb

from libstats.definitions.branches import place_of
from libstats.definitions.processes import Process, process_of
from libstats.errors import AnalysisError

P = ParamSpec("P")
R = TypeVar("R")
Connection = duckdb.DuckDBPyConnection

# what DuckDB and Python both read alike
_WRITTEN = re.compile(
    r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?"
)
_MOST = 1_000_000  # of a number of days or the like
_MOST_YEARS = 999
_OPEN = 'con = libstats.open("mylibrary")'


@dataclass
class Call:
    """An analysis that is called: its name, the connection, and its parameters as far as they are
    checked."""

    analysis: str
    con: Connection
    given: dict[str, Any]

    @functools.cached_property
    def process(self) -> Process:
        """The kind of work that is asked about."""
        return process_of(self.con, self.given["process"])


Check = Callable[[Call, str, Any], Any]


def asked(function: Callable[P, R]) -> Callable[P, R]:
    """An analysis whose parameters are checked before it runs. AnalysisError for one that is
    wrong."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def checked_first(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError:
            return function(*args, **kwargs)  # Python says which parameter lacks or is unknown
        con, *_ = bound.arguments.values()
        bound.arguments.update(checked(function, con, bound.arguments))
        return function(*bound.args, **bound.kwargs)

    return checked_first


def checked(
    function: Callable[..., Any], con: Connection, given: Mapping[str, Any]
) -> dict[str, Any]:
    """The given parameters of an analysis as it takes them, in their order; AnalysisError for one
    that is wrong."""
    call = Call(function.__name__, con, {})
    _check_connection(call)
    for name, (check, is_optional) in _checks(inspect.unwrap(function)).items():
        if name in given:
            value = given[name]
            is_left_out = value is None and is_optional
            call.given[name] = None if is_left_out else check(call, name, value)
    _check_period(call)
    _check_unit(call)
    return {name: call.given[name] for name in given if name in call.given}


def typed(function: Callable[..., Any], name: str, text: str) -> Any:
    """A parameter that was given as text, as on a command line: a number where the analysis wants
    one. AnalysisError for a text that is none."""
    hint = get_type_hints(inspect.unwrap(function), include_extras=True).get(name)
    kind = _without_none(hint)[0]
    plain = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    words, example, read = _TYPED.get(plain, ("", "", None))
    if read is None:
        return text
    try:
        return read(text.strip().lower())
    except (KeyError, ValueError):
        raise _wrong(name, text, words, f"Write it as {example}.") from None


_TYPED: dict[Any, tuple[str, str, Callable[[str], Any] | None]] = {
    float: ("a number", "5", float),
    int: ("a whole number", "5", int),
    bool: ("true or false", "true", {"true": True, "false": False}.__getitem__),
}


@functools.cache
def _checks(function: Callable[..., Any]) -> dict[str, tuple[Check, bool]]:
    """The check of each parameter behind the connection, and whether None stands for none given.
    TypeError for a parameter that nothing would check."""
    hints = get_type_hints(function, include_extras=True)
    _, *parameters = inspect.signature(function).parameters.values()
    found = {}
    for parameter in parameters:
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        kind, is_optional = _without_none(hints[parameter.name])
        if get_origin(kind) is Annotated:
            check = kind.__metadata__[0]
        elif kind in _PLAIN:
            check = _PLAIN[kind]
        else:
            raise TypeError(f"{function.__name__}: nothing checks the parameter {parameter.name}")
        found[parameter.name] = (check, is_optional)
    return found


def _without_none(hint: Any) -> tuple[Any, bool]:
    """The kind of a parameter, and whether None may be given."""
    if get_origin(hint) not in (Union, UnionType):
        return hint, False
    kinds = [kind for kind in get_args(hint) if kind is not type(None)]
    return (kinds[0] if len(kinds) == 1 else hint), len(kinds) < len(get_args(hint))


def _check_connection(call: Call) -> None:
    remedy = f"Open one first: {_OPEN}, then libstats.{call.analysis}(con, ...)."
    if not isinstance(call.con, Connection):
        kind = "a path" if isinstance(call.con, (str, Path)) else type(call.con).__name__
        raise AnalysisError(f"{call.analysis} wants a connection, not {kind}", remedy)
    try:
        call.con.sql("from loaded_file limit 0")
    except duckdb.ConnectionException:
        raise AnalysisError("the connection is closed", f"Open it again: {_OPEN}") from None
    except duckdb.CatalogException:
        raise AnalysisError("the connection is not one that libstats opened", remedy) from None
    except duckdb.Error as error:
        raise AnalysisError(
            f"the connection cannot be asked: {str(error).splitlines()[0]}", remedy
        ) from None


def _check_period(call: Call) -> None:
    since, until = call.given.get("since"), call.given.get("until")
    if since is not None and until is not None and as_moment(since) >= as_moment(until):
        raise AnalysisError(
            f"since must be before until, not {since} and {until}",
            "The period is since <= moment < until: until is the first day after it.",
        )


def _check_unit(call: Call) -> None:
    """AnalysisError for open days of a calendar that there is not; of no name, `default` counts."""
    if call.given.get("unit") == "open days" and call.given.get("calendar") is None:
        _calendar(call, "calendar", "default")


def _wrong(name: str, value: Any, words: str, remedy: str) -> AnalysisError:
    return AnalysisError(f"{name} {_shown(value)} is not {words}", remedy)


def _shown(value: Any) -> str:
    """A value in an error: a text as it is where it can be read, all else as Python writes it."""
    is_plain = isinstance(value, str) and value.strip() and value.isprintable()
    return value if is_plain else _word(value)


def _word(value: Any) -> str:
    """A value in an error, as Python writes it; what is no word may be long."""
    return repr(value) if isinstance(value, str) else reprlib.repr(value)


def as_moment(value: date | str) -> datetime:
    """A moment given as text, day or time."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _is_moment(value: Any) -> bool:
    if not isinstance(value, (str, date)) or not _WRITTEN.fullmatch(str(value)):
        return False
    try:
        as_moment(value)
    except ValueError:
        return False
    return True


def _moment(call: Call, name: str, value: Any) -> date | str:
    if not _is_moment(value):
        form = "Write it as 2026-10-31 or 2026-10-31T06:00."
        raise _wrong(name, value, "a day or a time", form)
    return value  # type: ignore[no-any-return]


def _day(call: Call, name: str, value: Any) -> date | str:
    if not _is_moment(value):
        raise _wrong(name, value, "a day", "Write it as 2026-10-31.")
    return value  # type: ignore[no-any-return]


def one_of(words: Iterable[str], problem: str, remedy: str | None = None) -> Check:
    """The check of a word from a closed list; `problem` says with {} what cannot be."""
    known = list(words)

    def check(call: Call, name: str, value: Any) -> str:
        if isinstance(value, str) and value in known:
            return value
        words = ", ".join(known)
        raise AnalysisError(problem.format(_word(value)), remedy or f"Say one of: {words}.")

    return check


def _process(call: Call, name: str, value: Any) -> str:
    # no database can be asked for a text that is none
    call.given[name] = value if isinstance(value, str) and value.isprintable() else _word(value)
    return call.process.name


def _milestone(call: Call, name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise AnalysisError(
            f"{name} {_shown(value)} is not a milestone",
            f"{call.process.name} has: {', '.join(call.process.milestones)}.",
        )
    call.process.check(value)
    return value


def _milestones(call: Call, name: str, value: Any) -> str | list[str]:
    if isinstance(value, (list, tuple)) and value:
        return [_milestone(call, name, each) for each in value]
    return _milestone(call, name, value)


def _calendar(call: Call, name: str, value: Any) -> str:
    rows = call.con.execute("select distinct calendar from open_weekday order by all").fetchall()
    known = [calendar for (calendar,) in rows]
    if isinstance(value, str) and value in known:
        return value
    raise AnalysisError(
        f"there is no calendar {_word(value)}",
        f"There are: {', '.join(known)}. A library's own stand in libstats.toml as "
        "[calendar.NAME]; where none is named, [calendar.default] counts.",
    )


def _owner(call: Call, name: str, value: Any) -> str:
    rows = call.con.execute(
        """
        select distinct owning_branch
        from item_ever
        where owning_branch is not null
        order by all
        """
    ).fetchall()
    known = [branch for (branch,) in rows]
    if isinstance(value, str) and value in known:
        return value
    # a code that [branches] gives a name; no database can be asked for a text that is none
    is_text = isinstance(value, str) and value.isprintable()
    if is_text and (place := place_of(call.con, value)) in known:
        return place
    raise AnalysisError(
        f"no copy belongs to a branch {_word(value)}",
        f"There are copies of: {', '.join(known) or 'none'}.",
    )


def _text(call: Call, name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise _wrong(name, value, "a word", "Give its name as text.")
    return value


def _codes(call: Call, name: str, value: Any) -> list[str]:
    codes = [value] if isinstance(value, str) else value
    if not isinstance(codes, (list, tuple, set, frozenset)) or not all(
        isinstance(code, str) and code.isprintable() for code in codes
    ):
        raise _wrong(name, value, "a list of codes", 'Write it as ["REF", "LOCAL"].')
    return list(codes)


def _file(call: Call, name: str, value: Any) -> Path | str:
    with contextlib.suppress(UnicodeEncodeError):
        if isinstance(value, (str, Path)) and str(value).strip() and b"\0" not in fsencode(value):
            return value
    raise _wrong(name, value, "a file", "Give its path.")


def _switch(call: Call, name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(name, value, "true or false", "Write True or False.")
    return value


def _whole(call: Call, name: str, value: Any) -> int:
    is_whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not is_whole or not 0 <= value <= _MOST_YEARS:
        form = f"Give one from 0 to {_MOST_YEARS}, such as 3."
        raise _wrong(name, value, "a whole number", form)
    return int(value)


def _number(call: Call, name: str, value: Any) -> float:
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= _MOST:
        raise _wrong(name, value, "a number", f"Give one from 0 to {_MOST:,}, such as 2.5.")
    return value  # type: ignore[no-any-return]


def _share(call: Call, name: str, value: Any) -> float:
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not 0 < value <= 1:
        raise AnalysisError(
            f"the share of use to preserve cannot be {_shown(value)}",
            "Give a part of 1, such as 0.96.",
        )
    return float(value)


_PLAIN: dict[Any, Check] = {str: _text, bool: _switch, int: _whole, float: _number}

Moment = Annotated[date | datetime | str, _moment]
Day = Annotated[date | str, _day]
ProcessName = Annotated[str, _process]
Milestone = Annotated[str, _milestone]
Milestones = Annotated[str | Sequence[str], _milestones]
Unit = Annotated[
    Literal["days", "hours", "open days"],
    one_of(("days", "hours", "open days"), "there is no unit {}"),
]
Calendar = Annotated[str, _calendar]
OwningBranch = Annotated[str, _owner]
Codes = Annotated[Sequence[str], _codes]
TableFile = Annotated[Path | str, _file]
Share = Annotated[float, _share]
