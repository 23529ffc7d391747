"""What people decide of a case or an alarm: the closed list of reasons, and which of several
decisions counts."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

import duckdb

from libstats.definitions.kept import run

ALARM = "alarm"  # what stands for the kind of work where an alarm was decided on
ACCEPT, DISMISS, SNOOZE, TAKE_BACK = "accept", "dismiss", "snooze", "take back"
GROWTH = 1.1  # of the rows of an alarm: beyond that it is another than the one that was accepted
TAKEN_BACK = "taken back"  # the reason of a line that takes one back
# the view, for the data dictionary: what a row is, and its columns
NEWEST_DECISION = (
    "One row a case or alarm that somebody decided to leave alone. Of all lines about it in"
    " the form `decisions` it is the one entered last, unless that took it back.",
    {
        "process": "the kind of work of the case; the word alarm for an alarm of `libstats check`",
        "case_source": "the configured source that tells of it",
        "case_id": "the case, or the alarm",
        "decision": "snooze, dismiss or accept; one that was taken back is not there",
        "reason": "why, of a closed list",
        "until_on": "the day on which it comes back; blank where none is said",
        "entered_at": "when it was decided",
        "seen": "what was known of it then, as libstats wrote it; blank in a line by hand",
    },
)


@cache
def reasons(about: str) -> dict[str, str]:
    """The reasons for which a `case` or an `alarm` may be left alone, each with what it means."""
    file = resources.files("libstats.definitions").joinpath("decision_reasons.csv")
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return {row["reason"]: row["meaning"] for row in rows if row["about"] == about}


def alarm_id_sql(alarm: str, source: str, thing: str) -> str:
    """SQL: the word by which an alarm goes, of its name, its source and what it is about: eight
    letters, none of them a vowel, which no spreadsheet takes for a number or a day."""
    told = f"md5(concat_ws(chr(31), {alarm}, {source}, {thing}))"
    return f"translate(left({told}, 8), '0123456789abcdef', 'bcdfghjkmnpqrstv')"


def seen_of_alarm(rows: int) -> str:
    """What is kept of an alarm that is accepted."""
    return f"{rows} {'row' if rows == 1 else 'rows'}"


def rows_sql(seen: str) -> str:
    """SQL: the rows that an alarm had when it was accepted; NULL where that is not known."""
    return f"try_cast(split_part({seen}, ' ', 1) as bigint)"


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the view `newest_decision`: of each case or alarm the decision entered
    last, those left out that were taken back. Of one moment taking back goes first, then snoozing
    to the latest day."""
    run(
        con,
        f"""
        create or replace temp view newest_decision as
        select
            process,
            case_source,
            case_id,
            decision,
            reason,
            nullif(until_on, date '9999-12-31') as until_on,
            entered_at,
            seen
        from (
            from decision
            qualify row_number() over (
                partition by process, case_source, case_id
                order by entered_at desc, decision desc, until_on desc, reason desc
            ) = 1
        )
        where decision <> '{TAKE_BACK}'
        """,
    )
