"""The same questions as a good polars user would write them by hand over Parquet, streaming where
polars does."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

MICROSECONDS = 86_400e6
POINTS = (0.5, 0.8, 0.9)
Z = 1.959963984540054


def _lent(folder: Path) -> pl.LazyFrame:
    return pl.scan_parquet(folder / "loan.parquet").filter(~pl.col("is_in_house").fill_null(False))


def circulation(folder: Path, since: datetime, until: datetime, as_of: datetime) -> Any:
    """Checkouts, renewals and uses inside the library by month and branch."""
    inside = pl.col("is_in_house").fill_null(False)
    return (
        pl.scan_parquet(folder / "loan.parquet")
        .filter((pl.col("checked_out_at") >= since) & (pl.col("checked_out_at") < until))
        .group_by(pl.col("checked_out_at").dt.truncate("1mo").alias("period"), "checkout_branch")
        .agg(
            (~inside).sum().alias("checkouts"),
            pl.col("renewals").filter(~inside).sum(),
            inside.sum().alias("inside"),
            pl.col("checked_out_at").dt.date().n_unique().alias("days"),
        )
        .sort("period", "checkout_branch")
        .collect(engine="streaming")
        .select("period", "checkout_branch", "checkouts")
        .rows()
    )


def throughput(folder: Path, since: datetime, until: datetime, as_of: datetime) -> Any:
    """Returns by month and branch."""
    return (
        _lent(folder)
        .filter((pl.col("returned_at") >= since) & (pl.col("returned_at") < until))
        .group_by(
            pl.col("returned_at").dt.truncate("1mo").dt.date().alias("period"),
            pl.col("checkout_branch").alias("part"),
        )
        .agg(pl.len().alias("cases"))
        .sort("period", "part")
        .collect(engine="streaming")
        .rows()
    )


def turnaround(folder: Path, since: datetime, until: datetime, as_of: datetime) -> Any:
    """Kaplan-Meier by branch: percentiles with intervals, the naive ones, and the counts."""
    came = pl.col("returned_at") <= as_of
    cohort = (
        _lent(folder)
        .filter(
            (pl.col("checked_out_at") >= since)
            & (pl.col("checked_out_at") < until)
            & (pl.col("checked_out_at") <= as_of)
        )
        .select(
            pl.col("checkout_branch").alias("part"),
            came.fill_null(False).cast(pl.Int64).alias("done"),
            (
                (
                    pl.when(came).then(pl.col("returned_at")).otherwise(pl.lit(as_of))
                    - pl.col("checked_out_at")
                ).dt.total_microseconds()
                / MICROSECONDS
            ).alias("waited"),
        )
    )
    closed = pl.col("waited").filter(pl.col("done") == 1)
    counts = cohort.group_by("part").agg(
        pl.len().alias("cases"),
        pl.col("done").sum().alias("reached"),
        (closed < 0).sum().alias("negative"),
        *(closed.quantile(p, "linear").alias(f"naive{p}") for p in POINTS),
    )
    risk = (
        cohort.group_by("part", "waited")
        .agg(pl.col("done").sum(), pl.len().alias("leaving"))
        .sort("part", "waited")
        .with_columns(pl.col("leaving").cum_sum(reverse=True).over("part").alias("at_risk"))
        .filter(pl.col("done") > 0)
    )
    rest = pl.col("at_risk") - pl.col("done")
    curve = risk.with_columns(
        (1 - pl.col("done") / pl.col("at_risk")).cum_prod().over("part").alias("left"),
        pl.when(rest > 0)
        .then(pl.col("done") / (pl.col("at_risk") * rest))
        .cum_sum()
        .over("part")
        .sqrt()
        .alias("spread"),
        pl.col("waited").shift(-1).over("part").alias("after"),
    )
    log = pl.col("left").log()
    tests = [
        (((-log).log() - (pl.lit(-1.0) * pl.lit(1 - p).log()).log()) * log / pl.col("spread")).abs()
        <= Z
        for p in POINTS
    ]
    percentiles = curve.group_by("part").agg(
        *(
            pl.col("waited").filter(pl.col("left") < 1 - p - 1e-12).min().alias(f"p{p}")
            for p in POINTS
        ),
        *(
            pl.col("waited").filter(t).min().alias(f"low{p}")
            for p, t in zip(POINTS, tests, strict=True)
        ),
        *(
            pl.col("after").filter(t).max().alias(f"high{p}")
            for p, t in zip(POINTS, tests, strict=True)
        ),
    )
    one, two = pl.collect_all([counts, percentiles], engine="streaming")
    return (
        one.join(two, on="part")
        .sort("part")
        .select("part", "cases", "reached", *(f"p{p}" for p in POINTS))
        .rows()
    )


def backlog(folder: Path, since: datetime, until: datetime, as_of: datetime) -> Any:
    """What is out at the end of each month, how old, and what came and went."""
    loans = (
        _lent(folder)
        .select(
            "checked_out_at",
            pl.when(pl.col("returned_at") <= as_of).then(pl.col("returned_at")).alias("back"),
        )
        .collect()
    )
    starts = pl.datetime_range(since, min(until, as_of), "1mo", eager=True, closed="left").to_list()
    rows = []
    for begun, ended in zip(starts, [*starts[1:], min(until, as_of)], strict=True):
        out = loans.filter(
            (pl.col("checked_out_at") < ended)
            & ((pl.col("back") >= ended) | pl.col("back").is_null())
        )
        age = out.select(
            (pl.lit(ended) - pl.col("checked_out_at")).dt.total_microseconds() / MICROSECONDS
        ).to_series()
        came = loans.select(
            ((pl.col("checked_out_at") >= begun) & (pl.col("checked_out_at") < ended)).sum()
        ).item()
        went = loans.select(((pl.col("back") >= begun) & (pl.col("back") < ended)).sum()).item()
        rows.append((begun.date(), came, went, len(out), age.median(), age.max()))
    return rows


def worklist(folder: Path, since: datetime, until: datetime, as_of: datetime) -> Any:
    """What is out, the oldest first, with its age and the place of its copy."""
    return (
        _lent(folder)
        .filter(
            (pl.col("checked_out_at") <= as_of) & ~(pl.col("returned_at") <= as_of).fill_null(False)
        )
        .join(
            pl.scan_parquet(folder / "item.parquet").select("item_id", "location"),
            on="item_id",
            how="left",
        )
        .select(
            "loan_id",
            "location",
            (
                (pl.lit(as_of) - pl.col("checked_out_at")).dt.total_microseconds() / MICROSECONDS
            ).alias("age"),
        )
        .sort(["age", "loan_id"], descending=[True, False])
        .collect(engine="streaming")
        .rows()
    )
