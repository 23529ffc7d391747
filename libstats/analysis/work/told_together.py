"""How much the exports of several stores tell together."""

from __future__ import annotations

from libstats.analysis.work.coverage_of_periods import PARTLY, TOGETHER
from libstats.analysis.work.spans import ALL

OF_ALL = f"coalesce(part, '{ALL}') = '{ALL}'"


def together_sql(name: str, *keys: str, row: str = "coverage", of_all: str = OF_ALL) -> str:
    """SQL: a CTE (the keys, state, reason) of those rows in the `sums` of all stores. Each judges
    its own, and together they tell as the sources of one store do. A store that does not even list
    what is `of_all` (SQL), since all that it tells of is far from it, tells nothing of it."""
    listed = ", ".join(keys)
    return f"""
        {name} as (
            select
                {listed},
                if(lacking > 0, least(state, {PARTLY}), state) as state,
                nullif(concat_ws(
                    '; ',
                    reason,
                    if(lacking > 0, lacking || ' of ' || stores || ' tell nothing of it', null)
                ), '') as reason
            from (
                select
                    {listed},
                    {TOGETHER} as state,
                    string_agg(distinct reason, '; ' order by reason) as reason,
                    any_value(stores) as stores,
                    if({of_all}, any_value(stores) - count(*), 0) as lacking
                from sums
                cross join (select count(*) as stores from sums where row = 'store')
                where row = '{row}'
                group by {listed}
            )
        )"""


def cohort_together_sql(by: str | None) -> str:
    """SQL: `cohort_told` (part, state, reason) of those rows. Of months all tell."""
    is_month = by in ("month", "kind and month")
    return together_sql("cohort_told", "part", of_all="true" if is_month else OF_ALL)
