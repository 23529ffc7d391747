"""A line of the size of a word: where a figure came from."""

from __future__ import annotations

import html
from collections.abc import Sequence

from libstats.wording import number

__all__ = ["sparkline"]

WIDE, HIGH, EDGE = 120, 28, 3


def sparkline(values: Sequence[float | None], what: str, marks: Sequence[int] = ()) -> str:
    """A small drawing of values one behind the other, the newest with a dot; nothing for less than
    three that are known. What is not known leaves a gap.

    Parameters
    ----------
    values : the oldest first
    what : what they are, for who does not see it
    marks : places of the values at which something was changed: a line stands there
    """
    known = [value for value in values if value is not None]
    if len(known) < 3:
        return ""
    low, high = min(known), max(known)
    step = (WIDE - 2 * EDGE) / (len(values) - 1)
    points = [
        None
        if value is None
        else (
            EDGE + place * step,
            HIGH / 2 if high == low else EDGE + (high - value) / (high - low) * (HIGH - 2 * EDGE),
        )
        for place, value in enumerate(values)
    ]
    lines = "".join(
        f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in run)}"/>'
        for run in _runs(points)
    )
    last = points[-1]
    dot = f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="3"/>' if last else ""
    changed = "".join(
        f'<path d="M{EDGE + place * step:.1f} 0V{HIGH}" stroke="var(--faint, #52606d)" '
        'stroke-width="1" stroke-dasharray="2"/>'
        for place in sorted(set(marks))
    )
    lacking = len(values) - len(known)
    told = f"{len(values)} values" if not lacking else f"{len(known)} of {len(values)} values known"
    label = f"{what}: {told}, from {_short(known[0])} to {_short(known[-1])}, "
    label += f"between {_short(low)} and {_short(high)}"
    label += ". A line stands where something was changed" if marks else ""
    return (
        f'<svg class="libstats-spark" role="img" aria-label="{html.escape(label)}" '
        f'viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" fill="none" '
        f'stroke="var(--chart-first, #0072b2)" stroke-width="2">{changed}{lines}'
        f'<g fill="var(--chart-first, #0072b2)" stroke="none">{dot}</g></svg>'
    )


def _short(value: float) -> str:
    return number(value) if value == int(value) or value >= 100 else f"{value:.1f}"


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The points that follow each other without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if len(run) > 1]
