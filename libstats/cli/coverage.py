"""What the loaded exports tell of, as text."""

from __future__ import annotations

from libstats.analysis.coverage_calendar import Covered
from libstats.wording import month_name

_SIGNS = {"whole": "#", "partly": "+", "outside": "."}


def text(covered: Covered) -> str:
    """A line a source, table, event and branch: a sign a month, then what lacks, in words."""
    if not covered.lines:
        return "Nothing that is loaded has a day."
    first, last = covered.months[0], covered.months[-1]
    lines = [
        f"{month_name(first)} to {month_name(last)}, a sign a month:  "
        + ",  ".join(f"{sign} {state}" for state, sign in _SIGNS.items())
    ]
    kind = None
    for line in covered.lines:
        if (line.source, line.table) != kind:
            kind = line.source, line.table
            selection = covered.selections.get(kind)
            lines.append(f"\n{line.source}: {line.table}")
            lines += [f"  {selection}"] if selection else []
        signs = "".join(_SIGNS[line.states.get(month, "outside")] for month in covered.months)
        lines.append(f"  {line.event:<16} {line.place:<16} {signs}")
        lines += [f"    {words}" for words in line.lacks]
    return "\n".join(lines)
