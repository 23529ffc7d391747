"""Whose persons are still known here: a person who is deleted in the system leaves a row without
moving it, so each of these rows is asked for anew."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from libstats.pull.wanted import Wanted
from libstats.store import generations
from libstats.workspace.open import opened
from libstats.workspace.workspace import Workspace


def known_persons(place: Workspace, source: str, wanted: Sequence[Wanted]) -> dict[str, list[str]]:
    """By table, the keys of the closed rows of this source that have a person's key still, as the
    numbers that they are."""
    if generations.published(place.store) is None:
        return {}
    found = {}
    with closing(opened(place)) as con:
        for each in wanted:
            if (asked := each.query.asked).person and asked.moved.get(each.name):
                table, key, person = _columns(each)
                rows = con.execute(
                    f"""
                    select distinct try_cast({key} as bigint)::varchar
                    from {table}
                    where source = $1
                        and {person} is not null
                        and try_cast({key} as bigint) is not null
                    """,
                    [source],
                )
                found[each.name] = [number for (number,) in rows.fetchall()]
    return found


def _columns(each: Wanted) -> tuple[str, str, str]:
    """The canonical table that is filled, its key and its person's column."""
    asked, declared = each.query.asked, each.declared
    told = {h: line.column for line in declared.lines[declared.primary] for h in line.headings}
    assert asked.key and asked.person
    key, person = (each.query.heading(column) for column in (asked.key, asked.person))
    return declared.primary, told[key], told[person]
