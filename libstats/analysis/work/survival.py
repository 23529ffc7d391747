"""What is made of counts by time waited: who was at risk, the estimate of Kaplan and Meier with its
percentiles, and the shares of Aalen and Johansen."""

from __future__ import annotations

from collections.abc import Callable

PERCENTILES = (50, 80, 90)
Z = 1.959963984540054  # of the normal distribution, for intervals of 95 %

# sums of logs and variances are of whole numbers of 1 / EXACT: these lose nothing where small ones
# follow large ones
EXACT = 1e27
DEAD = -100  # the log of the share still waiting, near enough, where the last one at risk has ended

ORDER = "order by part nulls last, waited nulls first"

# Kaplan-Meier. Cases that are open or were given up leave the risk set without an end. Rows are
# sorted once, by part and time; a window without an order of its own goes by that of the rows. In
# each part the row without a time comes first: all enter with it.
_RISK = """
    turning as (
        select
            part,
            waited,
            sum(reached)::bigint as done,
            sum(given_up)::bigint as given_up,
            sum(reached + given_up + still_open)::bigint as leaving
        from sums
        where row = 'case' and waited is not null and reached + given_up + still_open > 0
        group by part, waited
        union all
        select
            part,
            null,
            0,
            0,
            -sum(reached + given_up + still_open) filter (where entry is null)
        from sums
        where row = 'case' and waited is not null
        group by part
        {entries}
    ),
    risk as (
        select
            part,
            waited,
            done,
            given_up,
            leaving,
            (leaving - sum(leaving) over ({of_window} rows unbounded preceding))::bigint
                as at_risk
        from (
            from turning
            {order}
        )
    )
"""
# Cases that began before their end would have been recorded are at risk only from then on.
_ENTRIES = """
        union all
        select
            part,
            entry,
            0,
            0,
            -sum(reached + given_up + still_open)
        from sums
        where row = 'case' and waited is not null and entry is not null
        group by all
"""
# Of all cases what share had reached the end, or was given up, by then, from `risk`: cumulative
# incidences (Aalen and Johansen 1978). Who enters at the time at which another ends comes after it.
SHARES = """
    leaving as (
        select
            *,
            coalesce(
                product(1 - (done + given_up) / nullif(at_risk, 0)) over (
                    partition by part
                    order by waited, leaving desc
                    rows between unbounded preceding and 1 preceding
                ),
                1
            ) / at_risk as each,
            product(1 - done / at_risk) over (
                partition by part
                order by waited, leaving desc
                rows unbounded preceding
            ) as still_waiting
        from risk
        where at_risk > 0
    ),
    shares as (
        select
            *,
            -- a sum of parts may pass 1 by its last bit
            least(sum(each * done) over so_far, 1) as share_reached,
            least(sum(each * given_up) over so_far, 1) as share_given_up
        from leaving
        window so_far as (partition by part order by waited, leaving desc rows unbounded preceding)
    )
"""
# Greenwood's variance; the interval of a percentile holds the times at which a test on the
# log(-log) scale does not tell the curve from it. Sums run on through all parts, and a part's own
# begin at its first row: the first falls and the others rise all the way.
_CURVE = """
    step as (
        select
            *,
            case
                when at_risk > done then ln(1 - done / at_risk)
                when done > 0 then {dead}
                else 0
            end as log,
            case
                when at_risk > done then done / (at_risk * (at_risk - done)::double)
                else 0
            end as variance
        from risk
        where waited is null or done > 0 and at_risk > 0
    ),
    summed as (
        select
            * exclude (log, variance),
            sum(({exact} * log)::hugeint) over so_far as logs,
            sum(({exact} * variance)::hugeint) over so_far as variances,
            sum(done) over so_far as ends,
            lead(waited) over ({of_window}) as next_waited
        from step
        window so_far as ({of_window} rows unbounded preceding)
    ),
    curve as (
        select
            part,
            waited,
            next_waited,
            at_risk > done as has_spread,
            (logs - min(case when waited is null then logs end) over so_far)
                / {exact} as log_waiting,
            (variances - max(case when waited is null then variances end) over so_far)
                / {exact} as variance,
            ends - max(case when waited is null then ends end) over so_far as ends
        from summed
        window so_far as ({of_window} rows unbounded preceding)
    )
"""


def risk_sql(*, is_late: bool, is_apart: bool = False) -> str:
    """SQL: CTEs from the `sums` of a cohort to `risk`: one row per part and time waited with how
    many were at risk, done and given_up then, and one without a time, with which all enter.
    `is_late`: some come under watch only later. `is_apart`: rows keep no order of their own."""
    order = f"{ORDER}{', leaving desc' if is_late else ''}"
    return _RISK.format(
        entries=_ENTRIES if is_late else "", order=order, of_window=order if is_apart else ""
    )


def curve_sql(*, is_apart: bool = False) -> str:
    """SQL: CTEs from `risk` to `curve` (part, waited, log_waiting, variance, ends)."""
    order = f"{ORDER}, leaving desc" if is_apart else ""
    return _CURVE.format(of_window=order, dead=DEAD, exact=EXACT)


def percentiles_sql(*, is_apart: bool = False) -> str:
    """SQL: CTEs from `risk` to `percentile` (part, each percentile with its interval, and the naive
    one of those that reached the end)."""
    return f"""{curve_sql(is_apart=is_apart)},
    tested as (
        select
            part,
            waited,
            next_waited,
            log_waiting,
            ends,
            {each(_is_near)}
        from curve
        where waited is not null
    ),
    ended as (
        select
            part,
            sum(reached)::bigint - 1 as others
        from sums
        where row = 'case' and waited is not null
        group by part
    ),
    percentile as (
        select
            t.part,
            {each(_percentile)},
            {each(_naive)}
        from tested t
        join ended e on e.part is not distinct from t.part
        group by t.part
    )"""


def arrivals_sql() -> str:
    """SQL: CTEs from `risk` to `arrived` (part, share_reached, and by when a share of all cases had
    reached the end; NULL where so many never do)."""
    return f"""{SHARES},
    arrived as (
        select
            part,
            -- the last bits of a sum depend on where its rows lie
            round(max(share_reached), 12) as share_reached,
            {each(_arrival)}
        from shares
        group by part
    )"""


def each(sql: Callable[[int], str]) -> str:
    """SQL: a column, or several, for each percentile."""
    return ",\n            ".join(map(sql, PERCENTILES))


def _is_near(p: int) -> str:
    """SQL: the curve is not told from the percentile."""
    return f"""has_spread
                and abs(
                    (ln(-log_waiting) - ln(-ln({1 - p / 100:.2f})))
                    * log_waiting
                    / sqrt(variance)
                ) <= {Z} as is_p{p}"""


def _percentile(p: int) -> str:
    """SQL: one percentile of the curve and its interval."""
    # a hair below, so that a share that is reached exactly is not passed by the last bit of a sum
    return f"""min(waited) filter (where log_waiting < ln({1 - p / 100:.2f}) - 1e-10) as p{p},
            min(waited) filter (where is_p{p}) as p{p}_low,
            max({{'at': waited, 'next': next_waited}}) filter (where is_p{p}).next as p{p}_high"""


def _naive(p: int) -> str:
    """SQL: a percentile of those that reached the end, between the two nearest."""
    place = f"{p} * others // 100"
    low = f"min(waited) filter (where ends > {place})"
    high = f"min(waited) filter (where ends > ({p} * others + 99) // 100)"
    return f"""{low} + ({high} - {low}) * (any_value({p} * others % 100) / 100) as naive_p{p}"""


def _arrival(p: int) -> str:
    """SQL: when a share of all cases had reached the end; NULL where so many never do."""
    return f"min(waited) filter (where share_reached > {p / 100:.2f} + 1e-10) as all_p{p}"
