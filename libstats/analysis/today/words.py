"""How today's list puts its exports, its counts and its cases into words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from libstats.analysis.today.exports import Export, days
from libstats.analysis.today.lists import Today, Work
from libstats.analysis.today.orders import INVOICED
from libstats.analysis.today.requests import SINCE
from libstats.analysis.today.rows import PAUSED
from libstats.analysis.work.worklist import NEAR_DAYS
from libstats.wording import Row, tenths

EVERY = "libstats today --internal --xlsx today.xlsx"  # what writes each case, however many
_LYING = ("returned_by_patron",)  # steps that are late whatever the due day says


def freshness(export: Export) -> str:
    """How old an export is, and how often it usually comes."""
    if export.usual is None:
        return f"{days(export.age)} old, loaded once"
    often = f"usually every {days(max(export.usual, timedelta(days=1)))}"
    return f"{days(export.age)} old, {often if export.is_habit else 'at no regular times'}"


def headline(work: Work) -> str:
    """How many cases of a process are late, near and in time, and how many of those are of copies
    marked lost."""
    counts = [
        f"{count:,} {standing}"
        + (f", {lost:,} of them marked lost" if (lost := work.missing[standing]) else "")
        for standing, count in work.counts.items()
        if count or standing in ("late", "near", "in time")
    ]
    return f"{work.process.title[:1].upper()}{work.process.title[1:]}: {', '.join(counts)}"


def basis(work: Work, today: Today) -> str:
    """By which goal, of which moment where that is not the one of all lists, and what is not
    listed."""
    goal = f"goal {work.process.goal_days:g} days"
    parts = [
        f"late is past the due date, near within {NEAR_DAYS} days of it; without one: {goal}"
        if work.process.due
        else goal
    ]
    if not today.warning or work.as_of.date() != today.shown_at.date():
        parts.append(f"as of {work.as_of:%Y-%m-%d %H:%M}")
    if any(work.missing.values()):
        parts.append("copies marked lost or missing are not listed")
    return "; ".join(parts)


def last_step(row: Row) -> str:
    """The last milestone of a case, with its day."""
    return f"{words(row['last_milestone'])} {row['last_at']:%Y-%m-%d}"


def since(row: Row) -> str:
    """How long a case is open, lies at its step, or is past its due day, or until when."""
    if is_due(row):
        left = row["left_days"]
        if not left:
            return "due today"
        return f"{-left:,.0f} days overdue" if left < 0 else f"due in {left:,.0f} days"
    count, what = age(row), counted_from(row)
    exact = count < 10 and not count.is_integer()
    days_said = f"{tenths(count)} days" if exact else f"{count:,.0f} days"
    days_said = "1 day" if count == 1 else days_said
    return f"{days_said} since {what}" if what else days_said


def counted_from(row: Row) -> str:
    """What the days of a row are counted from, where that is not the beginning of its case."""
    if row["task"] == INVOICED or row.get("last_milestone") == "billed":
        return "invoice"
    if row.get("last_milestone") == "payment":
        return "the payment"
    if row["task"] in SINCE:
        return "the request" if row["waited"] is None else SINCE[row["task"]]
    return ""


def older(exports: Sequence[Export]) -> str:
    """How exports are old: what was loaded once, or now and then, has no usual time."""
    if any(each.usual and each.is_habit for each in exports):
        return "Older than usual"
    return "Not loaded for long" if any(each.usual for each in exports) else "Older than a week"


def is_due(row: Row) -> bool:
    """True where the day on which a case is due says how late it is."""
    return row["due_at"] is not None and row["stage"] not in _LYING


def age(row: Row) -> float:
    """The days that a case lies at its step; where that is not told, those that it is open."""
    return float(row["age"] if row["waited"] is None else row["waited"])


def number(row: Row) -> str:
    """What a person looks for: the number of a case, or of its copy."""
    return str(row["look_for"] or row["handle"] or row["case_id"])


def about(row: Row) -> str:
    """What a case is about, why it stands in the list, and its last and its next step."""
    if row["task"]:
        return "; ".join(filter(None, (row["who"], row["call_number"], row["what"], row["why"])))
    following = f", next: {words(row['next_step'])}" if row["next_step"] else ""
    due = f"due {row['due_at']:%Y-%m-%d}" if row["due_at"] else ""
    step = "" if row["group_name"] == PAUSED else f"{last_step(row)}{following}"
    told = (row["who"], row["why"], row["what"], due or step)
    return "; ".join(filter(None, told))


def decision(row: Row) -> str:
    """By when a licence must be decided, in words."""
    left, day = row["days_left"], row["decide_by"]
    if row["standing"] == "ended":
        return (
            f"its term ended on {row['ends_on']:%Y-%m-%d}: enter the day of the decision in the "
            "form, and a new term as a licence of its own"
        )
    when = _when(left)
    what = "notice by" if row["is_notice"] else "it ends on"
    price = f"{row['price']:,.2f} {row['currency'] or ''}".strip() if row["price"] else ""
    return "; ".join(filter(None, (f"{what} {day:%Y-%m-%d}, {when}", price)))


def _when(left: int) -> str:
    """A day by how far off it is."""
    many = "1 day" if abs(left) == 1 else f"{abs(left):,} days"
    return f"{many} ago" if left < 0 else f"in {many}" if left else "today"


def renewal(row: Row) -> str:
    """By when a subscription must be renewed, in words."""
    until = f"until {row['until']:%Y-%m-%d}, {_when(row['days_left'])}"
    return "; ".join(filter(None, (until, row["vendor"])))


def words(name: str | None) -> str:
    """A milestone's name as words; nothing for none."""
    return (name or "").replace("_", " ")
