"""The class that a call number names, as a good polars user would tell it: once for each text that
says one, by the tables of words and names that come with libstats."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from libstats.analysis.collection.callnumber import CERTAIN_DEWEY, CERTAIN_LCC
from libstats.definitions.call_numbers import shipped

SEPARATOR = r"[ .:,/\-]+"
DEWEY = r"^(?:\d{3}(?:[^0-9]|$)|\d{1,2}(?:[. ]|$))"
LCC = r"^([A-HJ-NP-WZ]|[A-HJ-NP-WZ][A-Z]|[DK][A-Z][A-Z]) ?(\d{1,4})(?:[^0-9]|$)"
CERTAIN_SUDOC = r"^[A-Z]{1,4} ?\d+(\.\d+)?(/[\w-]+)*:"

LABEL, MARKS, DDC, LCC_KEY, WORD_KEY = (
    pl.col(name) for name in ("label", "marks", "ddc", "lcc_key", "word_key")
)


def label() -> pl.Expr:
    """What of a call number says its class: four characters of one that begins with a digit, else
    all."""
    number = pl.col("call_number")
    return (
        pl.when(number.is_between(pl.lit("0"), pl.lit("9z")))
        .then(number.str.head(4))
        .otherwise(number.str.strip_chars(" ").str.to_uppercase())
        .alias("label")
    )


def classes(folder: Path) -> pl.LazyFrame:
    """Of each label its scheme, class_key and class (its name), and whether it is one of reference."""
    words = shipped("callnumber_words.csv")
    all_words, before_lcc = (
        _leading([row["word"] for row in words]),
        _leading([row["word"] for row in words if row["before_lcc"] == "yes"]),
    )
    names = pl.LazyFrame(
        [
            {"scheme": row["scheme"], "name_key": row["key"], "class": row["name"]}
            for row in shipped("classes.csv")
        ]
    )
    copies = pl.col("copies")
    read = (
        pl.scan_parquet(folder / "item.parquet")
        .group_by(label())
        .agg(pl.len().alias("copies"))
        .filter(LABEL != "")
        .with_columns(
            LABEL.str.extract(all_words, 0).fill_null("").alias("marks"),
            LABEL.str.extract(before_lcc, 0).fill_null("").alias("lcc_marks"),
        )
        .with_columns(
            LABEL.str.contains(CERTAIN_LCC).alias("is_lcc"),
            LABEL.str.contains(CERTAIN_SUDOC).alias("is_sudoc"),
        )
        .with_columns(
            (
                copies.filter("is_lcc").sum()
                > copies.filter(LABEL.str.contains(CERTAIN_DEWEY)).sum()
            ).alias("is_lcc_house"),
            LABEL.str.slice(MARKS.str.len_chars()).str.extract(DEWEY, 0).alias("number"),
            LABEL.str.slice(pl.col("lcc_marks").str.len_chars())
            .str.extract_groups(LCC)
            .alias("groups"),
        )
        .with_columns(
            pl.col("number").str.head(3).str.strip_chars_end(". ").str.zfill(3).alias("ddc"),
            pl.col("number").str.strip_chars_end(". ").eq("92").alias("is_92"),
        )
        .with_columns(
            (
                pl.col("groups").struct[0].str.pad_end(3) + pl.col("groups").struct[1].str.zfill(4)
            ).alias("lcc_key")
        )
        .with_columns(
            _word_key(
                {
                    row["meaning"]: [
                        other["word"] for other in words if other["meaning"] == row["meaning"]
                    ]
                    for row in words
                }
            )
        )
    )
    is_word = WORD_KEY.is_not_null() & ~(
        pl.col("is_lcc") & ~WORD_KEY.is_in(["GOV", "LOCAL"]) & DDC.is_null()
    )
    tried = [
        ((pl.col("is_lcc_house") & ~pl.col("is_sudoc")) & LCC_KEY.is_not_null(), "lcc", LCC_KEY),
        (is_word, "label", WORD_KEY),
        (DDC.is_not_null(), "ddc", DDC),
        (pl.col("is_lcc"), "lcc", LCC_KEY),
    ]
    scheme, key = (
        pl.coalesce(pl.when(test).then(pl.lit(name)) for test, name, _ in tried),
        pl.coalesce(pl.when(test).then(value) for test, _, value in tried),
    )
    chosen = read.select("label", "is_reference", scheme.alias("scheme"), key.alias("class_key"))
    name_key = (
        pl.when(pl.col("scheme") == "label")
        .then(pl.col("class_key"))
        .otherwise(pl.col("class_key").str.head(1))
    )
    return chosen.with_columns(name_key.alias("name_key")).join(
        names, on=["scheme", "name_key"], how="left"
    )


def _word_key(meanings: dict[str, list[str]]) -> list[pl.Expr]:
    """The class that words say, the first that holds, and whether they say reference."""
    said = {
        meaning: MARKS.str.contains(rf"(?:^|[ .:,/\-])(?:{_any(words)})(?:{SEPARATOR}|$)")
        for meaning, words in meanings.items()
    }
    is_story, no_number = said["fiction"], DDC.is_null()
    tried = [
        (pl.col("is_sudoc"), "GOV"),
        (said["local"], "LOCAL"),
        (said["periodical"], "PER"),
        (said["sound or video"], "AV"),
        (said["graphic"], "GN"),
        (said["easy"], "E"),
        (said["teen fiction"] | said["teen"] & (is_story | no_number), "YA"),
        (said["child fiction"] | said["child"] & (is_story | no_number) & ~said["biography"], "J"),
        (is_story, "FIC"),
        (said["biography"] | pl.col("is_92").fill_null(False) | DDC.is_in(["920", "921"]), "B"),
    ]
    return [
        pl.coalesce(pl.when(test).then(pl.lit(key)) for test, key in tried).alias("word_key"),
        said["reference"].alias("is_reference"),
    ]


def _leading(words: list[str]) -> str:
    """The pattern of any number of these words at the start."""
    return f"^(?:(?:{_any(words)})(?:{SEPARATOR}|$))+"


def _any(words: list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
