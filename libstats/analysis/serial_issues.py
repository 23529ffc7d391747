"""How each issue of a serial stands, and which volume and number it says it is."""

from __future__ import annotations

import csv
from importlib import resources

from libstats.declaration.raw import quoted
from libstats.definitions.processes import OTHERWISE
from libstats.definitions.roles import folded_sql

__all__ = ["ISSUES", "read_sql"]

_GIVEN_UP = ", ".join(map(quoted, OTHERWISE))
# CTEs: `issue`, each issue with how it stands: received, late, to come, never came, not published,
# not known; `told_on` is the day up to which it has aged, `told_until` the day up to which it is
# known whether it came. $as_of is a parameter.
ISSUES = f"""
        told as (
            select
                source,
                max(told_until)::date as told_until,
                least(max(told_until)::date, $as_of::date) as told_on
            from loaded_file
            where is_active and list_contains(map_keys(columns), 'serial_issue')
            group by source
        ),
        word as (
            select
                source,
                code,
                coalesce(
                    max(outcome),
                    max(if(milestone in ('received', 'bound'), 'done', null)),
                    max(if(milestone = 'not_published', 'given up', null)),
                    max(if(milestone in ('expected', 'claimed'), 'open', null))
                ) as outcome,
                bool_or(milestone = 'not_published') as is_unpublished
            from role
            where about = 'serial_issue'
            group by source, code
        ),
        issue as (
            select
                s.*,
                k.* exclude (source, serial_issue_id),
                t.told_until,
                t.told_on,
                coalesce(
                    w.outcome,
                    case
                        when s.status in ('received', 'bound') then 'done'
                        -- what is missing is claimed, until somebody says that it never came
                        when s.status in ('expected', 'late', 'claimed', 'missing') then 'open'
                        when s.status in ('not published', 'discarded') then 'given up'
                        when s.status is null then 'open'
                    end
                ) as says,
                case
                    when s.received_on is not null or says = 'done' then 'received'
                    when says in ('open', 'paused') and s.expected_on < t.told_on then 'late'
                    when says in ('open', 'paused') then 'to come'
                    when says in ({_GIVEN_UP})
                        and (w.is_unpublished or s.status in ('not published', 'discarded'))
                        then 'not published'
                    when says in ({_GIVEN_UP}) then 'never came'
                    else 'not known'
                end as stands
            from serial_issue s
            join serial_claim k using (source, serial_issue_id)
            left join told t using (source)
            left join word w
                on w.source = s.source
                and w.code = {folded_sql("s.status_as_exported")}
        )"""


def _patterns() -> list[tuple[str, str]]:
    text = (
        resources.files("libstats.definitions")
        .joinpath("enumeration_patterns.csv")
        .read_text(encoding="utf-8")
    )
    rows = csv.DictReader(text.splitlines())
    return [(row["style"], row["pattern"]) for row in rows]


def read_sql(enumeration: str) -> str:
    """SQL: the volume (or year; blank without one), the number and the last number of an
    enumeration as a struct; NULL for one that no pattern reads."""
    folded = folded_sql(enumeration)
    lines = []
    for style, pattern in _patterns():
        names = ["number", "last"] if style == "number" else ["volume", "number", "last"]
        named = names[: pattern.replace("\\(", "").replace("(?:", "").count("(")]
        found = f"regexp_extract({folded}, {quoted(f'^{pattern}$')}, {named})"
        last = f"nullif({found}.last, '')" if "last" in named else "null"
        volume = f"{found}.volume::bigint" if "volume" in named else "null::bigint"
        lines.append(
            f"when regexp_full_match({folded}, {quoted(pattern)}) then {{'volume': {volume},"
            f" 'number': try_cast({found}.number as bigint),"
            f" 'last': try_cast(coalesce({last}, {found}.number) as bigint)}}"
        )
    # no volume and no number has ten digits
    too_long = rf"when regexp_matches({folded}, '\d{{10}}') then null"
    return f"case {too_long} {' '.join(lines)} end"
