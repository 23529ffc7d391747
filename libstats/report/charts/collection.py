"""Pictures of the collection: from which decades it is, and which classes are old, and which are
used less than their share of the copies would give."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from libstats.report.charts.figure import (
    BAR,
    BAR_CHOSEN,
    FAINT_INK,
    LONGEST_NAME,
    STYLE,
    Figure,
    entitle,
    is_narrow,
    name_in_picture,
)
from libstats.wording import Row, number, records, share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

__all__ = ["age_and_use", "decades"]

MOST_CLASSES = 20
UNKNOWN_CLASS = "class not known"


def decades(rows: Any, as_of_year: int) -> Figure:
    """From which decades is the collection?

    rows         what `publication_decades` returns (decade, items are read)
    as_of_year   the year to which copies have aged

    Returns a figure with a bar a decade, those wholly more than ten years back apart in colour; the
    copies of no usable year are told in words.
    """
    counts: dict[int, int] = {}
    unknown = 0
    for row in records(rows):
        if row["decade"] is None:
            unknown += row["items"]
        else:
            counts[row["decade"]] = counts.get(row["decade"], 0) + row["items"]
    return Figure(
        partial(_draw_decades, counts, as_of_year),
        _decades_finding(counts, unknown),
        "Copies by decade of publication",
    )


def _decades_finding(counts: dict[int, int], unknown: int) -> str:
    if not counts:
        return "No copy has a usable year of publication, so the picture is empty."
    total = sum(counts.values())
    most = max(counts, key=lambda decade: (counts[decade], decade))
    text = (
        f"Of {number(total)} copies with a usable year, {share(counts[most], total)} are from "
        f"the {most}s, more than from any other decade; the oldest are from the {min(counts)}s."
    )
    return (
        f"{text} {number(unknown)} copies have no usable year and are left out of the picture."
        if unknown
        else text
    )


def _draw_decades(counts: dict[int, int], as_of_year: int, width: float) -> Drawing:
    """A bar a decade; on a phone they lie, the newest at the bottom."""
    from matplotlib import style
    from matplotlib.figure import Figure as Drawing

    first = max(min(counts, default=as_of_year), as_of_year // 10 * 10 - 110)
    shown = list(range(first // 10 * 10, max(counts, default=as_of_year) + 1, 10))
    heights = [
        sum(n for decade, n in counts.items() if decade == when or (place == 0 and decade < when))
        for place, when in enumerate(shown)
    ]
    earlier = any(decade < shown[0] for decade in counts)
    names = [
        f"{when}s{' and earlier' if earlier and place == 0 else ''}"
        for place, when in enumerate(shown)
    ]
    colours = [BAR_CHOSEN if when + 9 < as_of_year - 10 else BAR for when in shown]
    with style.context(["default", STYLE]):
        narrow = is_narrow(width)
        high = 0.8 + 0.22 * len(shown) if narrow else 2.8
        drawing = Drawing(figsize=(width, high), layout="constrained")
        panel = drawing.subplots()
        places, most = range(len(shown)), max([1, *heights])
        bars = (
            panel.barh(places, heights, height=0.72, color=colours)
            if narrow
            else panel.bar(places, heights, width=0.72, color=colours)
        )
        panel.bar_label(bars, [number(height) for height in heights], padding=3)
        if narrow:
            panel.set(xlim=(0, 1.3 * most), ylim=(len(shown) - 0.4, -0.6), xticks=[])
            panel.set_yticks(places, names)
        else:
            panel.set(ylim=(0, 1.15 * most), yticks=[])
            panel.set_xticks(places, [name.replace(" and", "\nand") for name in names])
        entitle(
            panel,
            "Copies by decade of publication; blue: all of it is more than ten years old",
            width,
        )
        _bare(panel, ["top", "right", "bottom" if narrow else "left"])
    return drawing


def age_and_use(age: Any, use: Any) -> Figure:
    """Which classes are old, and which are used less than their share of the copies would give?

    age, use   what `collection_age` and `collection_use` return by class

    Returns a figure of two panels over the same classes, at most the 20 largest: the share of
    copies older than ten years, and relative use around 1. The sentence judges only classes of
    which at least half the copies that are no serials have a usable year.
    """
    ages = {row["class"]: row for row in records(age)}
    uses = {row["class"]: row for row in records(use)}
    largest = sorted(ages, key=lambda name: (-ages[name]["items"], name or ""))[:MOST_CLASSES]
    chosen = sorted((name for name in largest if name is not None), key=str) + [
        name for name in largest if name is None
    ]
    rows = [
        {"class": name, **_age(ages[name]), "use": uses.get(name, {}).get("relative_use")}
        for name in chosen
    ]
    return Figure(
        partial(_draw_classes, rows), _classes_finding(rows), "Age and relative use by class"
    )


def _age(row: Row) -> Row:
    """The share of a class that is old, why there is none, and whether enough of its copies have a
    year to judge it by."""
    single = row["items"] - row["items_serial"]
    return {
        "old": row["share_older_10_years"],
        "no_age": "no usable year" if single else "serials, of no single year",
        "is_dated": row["items_dated"] * 2 >= single > 0,
    }


def _classes_finding(rows: list[Row]) -> str:
    dated = [
        row
        for row in rows
        if row["class"] is not None and row["old"] is not None and row["is_dated"]
    ]
    if not dated:
        return "Too few copies of each class have a usable year to say more."
    oldest = max(dated, key=lambda row: row["old"])
    text = (
        f"The oldest class is {oldest['class']}: {share(oldest['old'], 1)} of its copies are "
        "more than ten years old."
    )
    used = [row for row in rows if row["class"] is not None and row["use"] is not None]
    if len(used) > 1:
        least, most = min(used, key=lambda row: row["use"]), max(used, key=lambda row: row["use"])
        text += (
            f" For its size {most['class']} is used most: {most['use']:.1f} times what its share "
            f"of copies would give. {least['class']} is used least ({least['use']:.1f} times)."
        )
        middle = sorted(row["old"] for row in dated)[len(dated) // 2]
        both = [
            row["class"]
            for row in dated
            if row["use"] is not None and row["old"] >= middle and row["use"] < 0.9
        ]
        text += (
            f" In the older half of the classes these are little used: {', '.join(both)}."
            if both
            else " No class is both old and little used."
        )
    return text


def _draw_classes(rows: list[Row], width: float) -> Drawing:
    """Age and use of the same classes side by side; on a phone one below the other."""
    from matplotlib import style
    from matplotlib.figure import Figure as Drawing

    with style.context(["default", STYLE]):
        narrow, high = is_narrow(width), 1.1 + 0.3 * max(len(rows), 1)
        drawing = Drawing(figsize=(width, 2 * high if narrow else high), layout="constrained")
        left, right = drawing.subplots(*((2, 1) if narrow else (1, 2)), sharey=not narrow)
        places = range(len(rows))
        for place, row in zip(places, rows, strict=True):
            _share_bar(left, place, row["old"], row["no_age"])
            _use_dot(right, place, row["use"])
        longest = 14 if narrow else LONGEST_NAME
        names = [name_in_picture(row["class"] or UNKNOWN_CLASS, longest) for row in rows]
        for panel in (left, right) if narrow else (left,):
            panel.set_yticks(places, names, parse_math=False)
            panel.set_ylim(len(rows) - 0.4 if rows else 0.6, -0.6)
        entitle(left, "Older than ten years", width)
        left.set_xlim(0, 1.35 * max([0.1, *(row["old"] or 0 for row in rows)]))
        left.set_xticks([])
        right.axvline(1, color=FAINT_INK, linewidth=1.2)
        entitle(right, "Relative use (1: as its share)", width)
        right.set_xlim(0, 1.35 * max([1.5, *(row["use"] or 0 for row in rows)]))
        right.set_xticks([0, 1], ["0", "1"])
        for panel in (left, right):
            _bare(panel, ["top", "right", "left"] if panel is right else ["top", "right", "bottom"])
    return drawing


def _share_bar(panel: Axes, place: int, old: float | None, no_age: str) -> None:
    panel.barh(place, old or 0, height=0.66, color=BAR)
    panel.annotate(
        no_age if old is None else share(old, 1),
        (old or 0, place),
        xytext=(4, 0),
        textcoords="offset points",
        va="center",
    )


def _use_dot(panel: Axes, place: int, use: float | None) -> None:
    """A dot with its value; a line to 1 shows how far it is from its share of the copies."""
    if use is None:
        panel.annotate(
            "no use recorded", (0, place), xytext=(4, 0), textcoords="offset points", va="center"
        )
        return
    panel.plot([1, use], [place, place], color=BAR, linewidth=1.6)
    panel.plot([use], [place], marker="o" if use >= 1 else "s", color=BAR_CHOSEN, markersize=6)
    panel.annotate(
        f"{use:.1f}",
        (use, place),
        xytext=(7 if use >= 1 else -7, 0),
        textcoords="offset points",
        va="center",
        ha="left" if use >= 1 else "right",
    )


def _bare(panel: Axes, hidden: list[str]) -> None:
    panel.tick_params(length=0)
    panel.spines[hidden].set_visible(False)
