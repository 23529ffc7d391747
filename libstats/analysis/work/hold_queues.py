"""Long queues: titles that ask for another copy."""

from __future__ import annotations

import duckdb

from libstats.analysis.work.hold_copies import IS_WAITING, hold_copies
from libstats.definitions.parameters import asked

BUY_FROM = 4  # holds a copy, from which another copy is worth a thought


@asked
def hold_queues(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Which titles have so many holds that another copy is worth a thought?

    Definition: BUY_FROM waiting holds or more for each copy that can fill them, on its way
    or out. Titles without such a copy are no queue: their holds cannot be filled.

    Returns one row per title, the longest queue a copy first: `source`, `title_id`, `title`,
    `waiting` (holds that nothing is set aside for), `copies` (that can fill them, those on order
    left out), `on_order` (copies that were ordered and have not come), `branches` (where the holds
    are to be picked up, with how many at each).
    """
    return (
        hold_copies(con)
        .set_alias("c")
        .join(
            con.sql(
                f"""
                select
                    source as of_source,
                    hold_id as of_hold,
                    title_id,
                    coalesce(n.name, pickup_branch, 'not known') as place
                from hold
                left join (select source as in_source, code, name from code where list = 'branch') n
                    on n.in_source = source and n.code = pickup_branch
                where {IS_WAITING}
                """
            ).set_alias("h"),
            "c.source = h.of_source and c.hold_id = h.of_hold",
        )
        .aggregate(
            """
            source,
            title_id,
            any_value(title) as title,
            any_value(waiting) as waiting,
            max(able - coming) as copies,
            any_value(on_order) as on_order,
            histogram(place) as places
            """,
            "source, title_id",
        )
        .filter(f"copies > 0 and waiting >= {BUY_FROM} * copies")
        .select(
            """
            source,
            title_id,
            title,
            waiting,
            copies,
            on_order,
            array_to_string(
                list_transform(map_entries(places), lambda e: e.key || ' ' || e.value),
                ', '
            ) as branches
            """
        )
        .order("waiting / copies desc, source, title_id")
    )
