"""The questions about the collection, as a good polars user would write them by hand over Parquet,
who
knows which columns the exports fill (no volumes, holds, transits or words for a copy's condition).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.classes import classes, label
from libstats.analysis.collection.aged import OLDEST
from libstats.definitions.thresholds import limits

DUSTY_YEARS, YEARS_HELD = 3, 2


def _held(folder: Path) -> pl.LazyFrame:
    """Copies that are not lost."""
    return pl.scan_parquet(folder / "item.parquet").filter(
        pl.col("lost_code").fill_null("0") == "0"
    )


def _dated(folder: Path) -> pl.LazyFrame:
    """The same with the year of their title."""
    return _held(folder).join(pl.scan_parquet(folder / "title.parquet"), on="title_id", how="left")


def _last_loan(folder: Path, until: datetime) -> pl.LazyFrame:
    loans = pl.scan_parquet(folder / "loan.parquet").filter(pl.col("checked_out_at") < until)
    return loans.group_by("item_id").agg(
        pl.col("checked_out_at").max().dt.date().alias("last_loan_on")
    )


def _year(as_of: datetime) -> pl.Expr:
    """The year of publication, if it can be one."""
    year = pl.col("published_year")
    return pl.when(year.is_between(OLDEST, as_of.year + 1)).then(year)


def _migrated(folder: Path) -> pl.LazyFrame:
    """The days on which the catalogue was filled from another system."""
    copies = pl.col("copies")
    days = (
        pl.scan_parquet(folder / "item.parquet")
        .filter(pl.col("added_on").is_not_null())
        .group_by("added_on")
        .agg(pl.len().alias("copies"))
    )
    return days.filter(
        (copies >= 100) & ((copies >= 20 * copies.median()) | (2 * copies >= copies.sum()))
    ).select("added_on", pl.lit(True).alias("is_migrated"))


def _systems(folder: Path) -> pl.LazyFrame:
    """The days of a last loan that a system wrote: of many copies, mostly of different titles, far
    more than on any day near it."""
    copies = pl.col("copies")
    told = (
        pl.scan_parquet(folder / "item.parquet")
        .select(pl.col("last_borrowed_on").alias("day"), "title_id")
        .filter(pl.col("day").is_not_null())
    )
    days = told.group_by("day").agg(pl.len().alias("copies")).sort("day")
    near = (
        days.rolling("day", period="91d", offset="-46d")
        .agg(copies.top_k(2).min().alias("next"), pl.len().alias("days"))
        .select("day", "days", "next")
    )
    crowded = days.join(near, on="day").filter(
        (copies >= 20) & ((copies >= 10 * pl.col("next")) | (pl.col("days") == 1))
    )
    titles = (
        told.join(crowded, on="day", how="semi")
        .group_by("day")
        .agg(pl.col("title_id").n_unique().alias("titles"))
    )
    return crowded.join(titles, on="day").filter(2 * pl.col("titles") >= copies).select("day")


def _records_since(folder: Path, as_of: datetime) -> pl.LazyFrame:
    """The day before which one in a hundred of all days with a use lies."""
    lent = pl.scan_parquet(folder / "loan.parquet").select(
        pl.col("checked_out_at").dt.date().alias("day")
    )
    told = (
        pl.scan_parquet(folder / "item.parquet")
        .select(day="last_borrowed_on")
        .unique()
        .join(_systems(folder), on="day", how="anti")
    )
    return (
        pl.concat([lent.unique(), told])
        .unique()
        .filter(pl.col("day") <= as_of.date())
        .select(pl.col("day").quantile(0.01, "lower").cast(pl.Date).alias("records_since"))
    )


def collection_age(folder: Path, since: datetime, until: datetime, as_of: datetime) -> Any:
    """Copies, their middle year, how many are older than ten years, and for how long they have been
    here, by class."""
    year, is_serial = (
        pl.col("published_year"),
        (pl.col("class_key") == "PER").fill_null(False)
        | (pl.col("published_year") == 9999).fill_null(False),
    )
    age = pl.max_horizontal(as_of.year - year, 0)
    older = [((age > n).sum() / year.count()).alias(f"older_{n}") for n in (5, 10, 15)]
    quarters = [year.quantile(q, "higher").alias(f"quarter_{q}") for q in (0.25, 0.75)]
    days = (
        (pl.lit(as_of.date()) - pl.col("added_on"))
        .dt.total_days()
        .filter(pl.col("is_migrated").is_null())
    )
    return (
        _dated(folder)
        .filter(pl.col("added_on").is_null() | (pl.col("added_on") <= as_of.date()))
        .with_columns(label())
        .join(classes(folder), on="label", how="left")
        .join(_migrated(folder), on="added_on", how="left")
        .with_columns(pl.when(~is_serial).then(_year(as_of)).alias("published_year"))
        .group_by("class")
        .agg(
            pl.len().alias("items"),
            year.count().alias("dated"),
            year.median().alias("median_year"),
            *older,
            *quarters,
            days.median().alias("days"),
        )
        .sort("class", nulls_last=True)
        .collect(engine="streaming")
        .select("class", "items", "dated", "median_year", "older_10", "days")
        .rows()
    )


def collection_use(folder: Path, since: datetime, until: datetime, as_of: datetime) -> Any:
    """Copies, their uses in the period, the share of use over the share of copies, and copies not
    used for three years, by branch."""
    lent = pl.col("checked_out_at")
    used = (
        pl.scan_parquet(folder / "loan.parquet")
        .filter((lent >= since) & (lent < until))
        .group_by("item_id")
        .agg(
            (~pl.col("is_in_house").fill_null(False)).sum().alias("checkouts"),
            pl.col("is_in_house").sum().alias("inside"),
        )
    )
    end = until.date() - timedelta(days=1)
    cutoff = end.replace(year=end.year - DUSTY_YEARS, day=min(end.day, 28))
    held_long, last = (
        pl.col("added_on") <= cutoff,
        pl.max_horizontal("last_borrowed_on", "last_loan_on"),
    )
    uses = (pl.col("checkouts") + pl.col("inside")).fill_null(0)
    return (
        _held(folder)
        .filter(pl.col("added_on") < until.date())
        .join(used, on="item_id", how="left")
        .join(_last_loan(folder, until), on="item_id", how="left")
        .group_by("owning_branch")
        .agg(
            pl.len().alias("items"),
            pl.col("checkouts", "inside").sum(),
            uses.sum().alias("uses"),
            held_long.sum().alias("long"),
            (held_long & (last <= cutoff)).sum().alias("dusty"),
        )
        .sort("owning_branch")
        .collect(engine="streaming")
        .with_columns(
            (
                (pl.col("uses") / pl.col("uses").sum()) / (pl.col("items") / pl.col("items").sum())
            ).alias("relative")
        )
        .select("owning_branch", "items", "checkouts", "inside", "relative", "long", "dusty")
        .rows()
    )


def weeding_candidates(folder: Path, since: datetime, until: datetime, as_of: datetime) -> Any:
    """Copies beyond the limits of their class, neither on loan nor new, reference or serials, of
    each title all but the best used of its last ones."""
    day = as_of.date()
    used = pl.max_horizontal(
        pl.when(pl.col("is_system").is_null()).then(pl.col("last_borrowed_on")), "last_loan_on"
    )
    unused_since = pl.coalesce(
        "last_use_on", pl.max_horizontal("records_since", pl.coalesce("arrived_on", "added_on"))
    )
    is_undated = (
        pl.col("last_use_on").is_null()
        & (pl.col("lifetime_uses") > 0)
        & (pl.col("arrived_on") >= pl.col("records_since"))
    )
    best = ["last_use_on", "lifetime_uses", "item_id"]
    listed = (
        _old_copies(folder, as_of)
        .join(_on_loan(folder, as_of), on="item_id", how="anti")
        .join(
            _last_loan(folder, datetime(day.year, day.month, day.day + 1)), on="item_id", how="left"
        )
        .join(
            _systems(folder).with_columns(pl.lit(True).alias("is_system")),
            left_on="last_borrowed_on",
            right_on="day",
            how="left",
        )
        .join(_records_since(folder, as_of), how="cross")
        .with_columns(used.alias("last_use_on"))
        .filter(
            pl.col("use_until").is_null() | (~is_undated & (unused_since < pl.col("use_until")))
        )
        .sort(best, descending=[True, True, False], nulls_last=True)
        .with_columns(
            pl.len().over("title_id").alias("going"),
            pl.int_range(pl.len()).over("title_id").alias("place"),
        )
        .filter((pl.col("going") < pl.col("copies")) | (pl.col("place") > 0))
    )
    return (
        listed.sort("item_id")
        .select("item_id", "age", "last_use_on")
        .collect(engine="streaming")
        .rows()
    )


def _old_copies(folder: Path, as_of: datetime) -> pl.LazyFrame:
    """Copies that are too old for their class, or of a class that sets no age: not those on loan,
    new, of reference or serials. With all copies of the title counted."""
    day = as_of.date()
    told = classes(folder)
    is_kept = (
        pl.col("is_reference")
        | (pl.col("class_key") == "PER")
        | (pl.col("published_year") == 9999)
        | (pl.col("arrived_on") > day.replace(year=day.year - YEARS_HELD))
    )
    arrived = pl.coalesce(
        pl.when(pl.col("is_migrated").is_null()).then(pl.col("added_on")),
        pl.date(_year(as_of), 1, 1),
    )
    return (
        _dated(folder)
        .with_columns(label(), pl.len().over("title_id").alias("copies"))
        .filter(pl.col("due_on").is_null())
        .join(told.join(_limits(told, as_of), on=["scheme", "class_key"]), on="label")
        .with_columns((day.year - _year(as_of)).alias("age"))
        .filter(
            (pl.col("age") > pl.col("age_limit"))
            | (pl.col("age_limit").is_null() & pl.col("use_until").is_not_null())
        )
        .join(_migrated(folder), on="added_on", how="left")
        .with_columns(arrived.alias("arrived_on"))
        .filter(~is_kept.fill_null(False))
    )


def _on_loan(folder: Path, as_of: datetime) -> pl.LazyFrame:
    loans = pl.scan_parquet(folder / "loan.parquet")
    return (
        loans.filter(
            pl.col("returned_at").is_null()
            & (pl.col("checked_out_at") > as_of.replace(year=as_of.year - 1))
        )
        .select("item_id")
        .unique()
    )


def _limits(told: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """The limits of each class of CREW's: of nested ranges the innermost."""
    lines = pl.LazyFrame(
        {name.removeprefix("limit_"): values for name, values in limits("crew").items()}
    ).rename({"age": "age_limit"})
    until = lines.with_columns(
        pl.date(as_of.year - pl.col("use"), as_of.month, as_of.day).alias("use_until")
    )
    is_within = (pl.col("from") <= pl.col("class_key")) & (pl.col("class_key") <= pl.col("to"))
    ordered = (
        told.select("scheme", "class_key")
        .unique()
        .join(until, on="scheme")
        .filter(is_within)
        .sort(["scheme", "class_key", "from", "to"], descending=[False, False, True, False])
    )
    return ordered.unique(["scheme", "class_key"], keep="first", maintain_order=True).select(
        "scheme", "class_key", "age_limit", "use_until"
    )
