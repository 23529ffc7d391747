"""The questions about the collection, as a good polars user would write them by hand over Parquet, who knows that all call numbers are Dewey's."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from libstats.analysis.callnumber import shipped
from libstats.analysis.thresholds import limits

DUSTY_YEARS, YEARS_HELD = 3, 2
SERIAL = r"^(PER|PERIODICAL|MAG|MAGAZINE|SERIAL)\b"


def _held(folder: Path) -> pl.LazyFrame:
    """Copies that are not lost, with the year of their title."""
    titles = pl.scan_parquet(folder / "title.parquet")
    return pl.scan_parquet(folder / "item.parquet").filter(pl.col("lost_code").fill_null("0") == "0").join(titles, on="title_id", how="left")


def _last_loan(folder: Path, until: datetime) -> pl.LazyFrame:
    loans = pl.scan_parquet(folder / "loan.parquet").filter(pl.col("checked_out_at") < until)
    return loans.group_by("item_id").agg(pl.col("checked_out_at").max().dt.date().alias("last_loan_on"))


def _class_key() -> pl.Expr:
    """The three digits of Dewey's number; B for biographies."""
    number = pl.col("call_number").str.extract(r"^(\d{1,3})(?:[. ]|$)").str.zfill(3)
    return pl.when(number.is_in(["092", "920", "921"])).then(pl.lit("B")).otherwise(number)


def collection_age(folder: Path, since: datetime, until: datetime, as_of: datetime) -> Any:
    """Copies, their middle year, how many are older than ten years, and for how long they have been here, by class."""
    names = {row["key"]: row["name"] for row in shipped("classes.csv") if row["scheme"] in ("ddc", "label")}
    year = pl.col("published_year")
    age = pl.max_horizontal(as_of.year - year, 0)
    older = [((age > n).sum() / year.count()).alias(f"older_{n}") for n in (5, 10, 15)]
    quarters = [year.quantile(q, "higher").alias(f"quarter_{q}") for q in (0.25, 0.75)]
    days = (pl.lit(as_of.date()) - pl.col("added_on")).dt.total_days()
    return (
        _held(folder)
        .filter(pl.col("added_on") <= as_of.date())
        .with_columns(_class_key().str.head(1).replace_strict(names).alias("class"), pl.when(~pl.col("call_number").str.contains(SERIAL)).then(year).alias("published_year"))
        .group_by("class")
        .agg(pl.len().alias("items"), year.count().alias("dated"), year.median().alias("median_year"), *older, *quarters, days.median().alias("days"))
        .sort("class")
        .collect(engine="streaming")
        .select("class", "items", "dated", "median_year", "older_10", "days")
        .rows()
    )


def collection_use(folder: Path, since: datetime, until: datetime, as_of: datetime) -> Any:
    """Copies, their uses in the period, the share of use over the share of copies, and copies not used for three years, by branch."""
    lent = pl.col("checked_out_at")
    used = (
        pl.scan_parquet(folder / "loan.parquet")
        .filter((lent >= since) & (lent < until))
        .group_by("item_id")
        .agg((~pl.col("is_in_house").fill_null(False)).sum().alias("checkouts"), pl.col("is_in_house").sum().alias("inside"))
    )
    end = until.date() - timedelta(days=1)
    cutoff = end.replace(year=end.year - DUSTY_YEARS, day=min(end.day, 28))
    held_long, last = pl.col("added_on") <= cutoff, pl.max_horizontal("last_borrowed_on", "last_loan_on")
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
        .with_columns(((pl.col("uses") / pl.col("uses").sum()) / (pl.col("items") / pl.col("items").sum())).alias("relative"))
        .select("owning_branch", "items", "checkouts", "inside", "relative", "long", "dusty")
        .rows()
    )


def weeding_candidates(folder: Path, since: datetime, until: datetime, as_of: datetime) -> Any:
    """Copies beyond the limits of their class, neither on loan nor new, of each title all but the best used of its last ones."""
    day = as_of.date()
    loans = pl.scan_parquet(folder / "loan.parquet")
    on_loan = loans.filter(pl.col("returned_at").is_null() & (pl.col("checked_out_at") > as_of.replace(year=as_of.year - 1))).select("item_id").unique()
    copies = _held(folder).with_columns(_class_key().alias("class_key"), pl.len().over("title_id").alias("copies"))
    judged = (
        copies.filter(pl.col("due_on").is_null() & (pl.col("added_on") <= day.replace(year=day.year - YEARS_HELD)))
        .join(on_loan, on="item_id", how="anti")
        .join(_last_loan(folder, datetime(day.year, day.month, day.day + 1)), on="item_id", how="left")
        .join(_limits(), on="class_key")
        .with_columns((day.year - pl.col("published_year")).alias("age"), pl.max_horizontal("last_borrowed_on", "last_loan_on").alias("last_use_on"))
    )
    is_old, is_idle = pl.col("age") > pl.col("age_limit"), pl.col("last_use_on") < pl.lit(day).dt.offset_by(pl.format("-{}y", pl.col("use_limit").fill_null(0)))
    is_over = pl.when(pl.col("age_limit").is_null()).then(is_idle).when(pl.col("use_limit").is_null()).then(is_old).otherwise(is_old & is_idle)
    best = ["last_use_on", "lifetime_uses", "item_id"]
    listed = (
        judged.filter(is_over & (pl.col("age_limit").is_not_null() | pl.col("use_limit").is_not_null()))
        .sort(best, descending=[True, True, False], nulls_last=True)
        .with_columns(pl.len().over("title_id").alias("going"), pl.int_range(pl.len()).over("title_id").alias("place"))
        .filter((pl.col("going") < pl.col("copies")) | (pl.col("place") > 0))
    )
    return listed.sort("item_id").select("item_id", "age", "last_use_on").collect(engine="streaming").rows()


def _limits() -> pl.LazyFrame:
    """The limits of each class of CREW's: of nested ranges the innermost."""
    lines = pl.DataFrame({name.removeprefix("limit_"): values for name, values in limits("crew").items()}).rename({"age": "age_limit", "use": "use_limit"}).lazy()
    classes = pl.LazyFrame({"class_key": ["B", *(f"{n:03}" for n in range(1000))]})
    is_within = (pl.col("from") <= pl.col("class_key")) & (pl.col("class_key") <= pl.col("to")) & ((pl.col("scheme") == "label") == (pl.col("class_key") == "B"))
    ordered = classes.join(lines, how="cross").filter(is_within & (pl.col("scheme") != "lcc")).sort(["class_key", "from", "to"], descending=[False, True, False])
    return ordered.unique("class_key", keep="first", maintain_order=True).select("class_key", "age_limit", "use_limit")
