"""Files of sums as libraries mail them, written by hand: no store is needed to make one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from libstats.declaration.raw import quoted
from libstats.libraries.files import Metadata, own_code, own_version
from libstats.libraries.question import Question

WAITS = Question.of(
    "turnaround",
    {
        "process": "ill_borrowing",
        "since": "2026-01-01",
        "until": "2026-10-01",
        "as_of": "2026-11-01",
    },
)
FILLED = Question.of("fill_rate", WAITS.parameters)
USED = Question.of("collection_use", {"since": "2025-11-01", "until": "2026-11-01"})
WHOLE, PARTLY = 2, 1


def waits(days: Mapping[int, int], state: int = WHOLE) -> list[str]:
    """Rows of `turnaround`: how many came after so many days."""
    none = "0::bigint as still_open, 0::bigint as given_up, 0::bigint as undeterminable"
    more = "0::bigint as negative, 0::bigint as at_most, 0::bigint as last_told"
    return [
        *(
            f"select 'case' as row, 'all' as part, {waited}::double as waited,"
            f" null::double as entry, {count}::bigint as reached, {none}, {more}"
            for waited, count in days.items()
        ),
        *_told(state),
    ]


def filled(done: int, lapsed: int, state: int = WHOLE) -> list[str]:
    """Rows of `fill_rate`: how many came, and how many did not."""
    zero = ", ".join(
        f"0::bigint as {name}"
        for name in (
            "duplicate",
            "cancelled_by_patron",
            "other_left_out",
            "still_open",
            "undeterminable",
            "not_fetched",
            "last_told",
        )
    )
    return [
        f"select 'case' as row, 'all' as part, {done + lapsed}::bigint as cases,"
        f" {done}::bigint as filled, {lapsed}::bigint as unfilled, {lapsed}::bigint as lapsed,"
        f" {zero}",
        *_told(state),
    ]


def used(held: int, dusty: int, unknown: int = 0) -> list[str]:
    """Rows of `collection_use`: copies held long, how many of them rest, of how many none tells."""
    return [
        f"select 'Fiction' as part, {held}::bigint as items, {held}::bigint as items_recorded,"
        f" {held}::bigint as checkouts, 0::bigint as in_house_uses,"
        f" {held}::bigint as items_held_long, {dusty}::bigint as items_dusty,"
        f" {unknown}::bigint as items_dusty_unknown"
    ]


def mail(folder: Path, library: str, question: Question, rows: list[str], **said: Any) -> Path:
    """The file that a library of that name mails; `said` is what it says otherwise of itself."""
    of_its_own = hashlib.sha256(f"{library} {question.said}".encode()).hexdigest()
    metadata = Metadata(
        own_version(),
        question.said,
        own_code(),
        "",
        library,
        "2026-11-02T08:00:00",
        "2026-11-01T00:00:00",
        "",
        of_its_own[:16],
    )._replace(**said)
    named = ", ".join(f"{name}: {quoted(value)}" for name, value in metadata._asdict().items())
    folder.mkdir(exist_ok=True)
    file = folder / f"{question.analysis}-{of_its_own[:8]}.parquet"
    with duckdb.connect() as con:
        con.execute(
            f"copy ({' union all by name '.join(rows)}) to {quoted(str(file))} "
            f"(format parquet, kv_metadata {{{named}}})"
        )
    return file


def _told(state: int) -> list[str]:
    """Rows that say what the exports tell, and up to when."""
    reason = "null::varchar" if state == WHOLE else "'told of up to 2026-05-01'"
    return [
        f"select 'coverage' as row, 'all' as part, {state} as state, {reason} as reason",
        f"select 'coverage' as row, {state} as state, {reason} as reason",
        "select 'store' as row, timestamp '2026-11-01' as as_of",
    ]
