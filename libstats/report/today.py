"""Today's list as an accessible page and as tables of a workbook."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from libstats.analysis import left_alone
from libstats.analysis import today as lists
from libstats.analysis.today import Today, Work
from libstats.analysis.today_rows import DECIDE, DO, GROUPS, PAUSED, SOON
from libstats.report import sections
from libstats.report.page import publish
from libstats.report.page.html import escaped, paragraph
from libstats.report.page.notebook import nbformat
from libstats.report.page.table import Html, Table, folded, joined, shown, table, without_empty
from libstats.report.page.workbook import workbook
from libstats.wording import Row, capital, tenths

__all__ = ["page", "sheets"]

TITLE = "Today's work"
MOST_ALONE = 12  # rows of what is left alone; the rest is in the workbook
HEADINGS = {
    "handle": "Look for",
    "what": "Title",
    "place": "Where",
    "age": "Days",
    "overdue": "Days overdue",
    "why": "What is known",
    "next_step": "Next step",
    "due_at": "Due",
}
MEANING = {
    DO: "Late, or left lying: what nobody follows up comes first.",
    DECIDE: (
        "These cannot go on by themselves, or nobody can tell how they stand, or they have been"
        " open for more than a year: decide, then close them in your system."
    ),
    SOON: "Near their goal or their due day.",
    PAUSED: "Their patrons have paused them; none of these is late.",
}


def page(today: Today) -> str:
    """The list as an accessible page that works offline."""
    cells = [
        nbformat.v4.new_markdown_cell(
            (
                f"# {TITLE}\n\nWhat is open in each kind of work, with the cases that are late "
                "or nearing their goal."
            ),
            id="title",
        )
    ]
    sections = [
        ("head", "", _head(today)),
        *((name, heading, html) for name, heading, html in _groups(today)),
        ("counts", "All that is open", _counts(today)),
    ]
    if today.alone:
        sections.append(("alone", "", _alone(today)))
    if not today.work and not today.alone:
        sections.append(
            ("none", "", Html("<p>No kind of work has an open case in what is loaded.</p>"))
        )
    sections.append(("exports", "The exports behind it", _state(today)))
    for name, heading, html in sections:
        titled = joined(f"<h2>{escaped(heading)}</h2>", html) if heading else html
        output = nbformat.v4.new_output("display_data", {"text/html": titled})
        cells.append(nbformat.v4.new_code_cell("", id=name, outputs=[output]))
    return publish.page(nbformat.v4.new_notebook(cells=cells), "today")


def sheets(today: Today) -> bytes:
    """The list as a workbook: exports, alarms, how many cases, and a sheet a kind of work."""
    rows = [
        {
            "process": work.process.title,
            **work.counts,
            "marked_lost": sum(work.missing.values()),
            "goal_days": work.process.goal_days,
            "as_of": work.as_of,
        }
        for work in today.work
    ]
    counts = table(
        rows,
        "Open cases",
        headings={
            "process": "Kind of work",
            "in time": "In time",
            "not known": "Not known",
            "marked_lost": "Of them marked lost, not listed",
        },
    )
    tables = [
        counts,
        *(_cases_of(work, group) for group in GROUPS for work in today.work if work.of(group)),
        *([_shelf(today)] if today.shelf else []),
        *([_left_alone(left_alone.in_order(today.alone))] if today.alone else []),
        _exports(today),
        *([_alarms(today.alarms)] if today.alarms else []),
        *([_accepted(today.accepted)] if today.accepted else []),
    ]
    return workbook([each.data() for each in tables], f"{TITLE}, {shown(today.now.date())}")


def _head(today: Today) -> Html:
    """What to know before the lists: which exports are stale, and whether something looks wrong."""
    told = [f"{today.warning} Ages are told as of then."] if today.warning else []
    told += [
        (
            f"“{export.name}” of {export.source} is {lists.freshness(export)}. What happened "
            "since is not in the lists."
        )
        for export in today.stale
    ]
    if today.alarms:
        many = len(today.alarms)
        look = "1 thing in the exports looks" if many == 1 else f"{many} things in the exports look"
        told.append(f"{look} wrong: see the end of this page.")
    complete = "No export is older than usual, and nothing in them looks wrong."
    return sections.head(shown(today.now.date()), told, complete, what="lists")


def _state(today: Today) -> Html:
    return joined(
        _exports(today),
        _alarms(today.alarms) if today.alarms else "<p>Nothing in the exports looks wrong.</p>",
        *([folded(_told_accepted(today), _accepted(today.accepted))] if today.accepted else []),
    )


def _exports(today: Today) -> Table:
    day = timedelta(days=1)
    rows = [
        {
            "export": e.name,
            "source": e.source,
            "newest_export_at": e.newest_at,
            "age": e.age / day,
            "usual": None if e.usual is None else e.usual / day,
            "state": "old" if e.is_stale else "as usual",
        }
        for e in today.exports
    ]
    headings = {
        "newest_export_at": "Newest export",
        "age": "Age in days",
        "usual": "Days that usually lie between two",
    }
    return table(
        rows, "How old each export is", headings=headings, formats={"age": tenths, "usual": tenths}
    )


def _alarms(alarms: list[Row]) -> Table:
    names = ("alarm", "source", "place", "rows", "meaning", "id")
    return table(
        [{name: row[name] for name in names} for row in alarms],
        "What looks wrong in the exports",
        headings={"rows": "Rows, or days", "meaning": "What it means", "id": "Name"},
    )


def _told_accepted(today: Today) -> str:
    many = len(today.accepted)
    return "1 alarm is accepted" if many == 1 else f"{many} alarms are accepted"


def _accepted(alarms: list[Row]) -> Table:
    """The alarms that somebody looked at, with the reason for which they are heeded no more."""
    names = ("alarm", "source", "place", "rows", "accepted_for", "id")
    headings = {"rows": "Rows, or days", "accepted_for": "Why it was accepted", "id": "Name"}
    headings["returns"] = "Told again"
    return table(
        [
            {name: row[name] for name in names}
            | {
                "returns": shown(row["accepted_until"])
                if row["accepted_until"]
                else "no day was said"
            }
            for row in alarms
        ],
        "Alarms that are accepted",
        headings=headings,
    )


def _groups(today: Today) -> list[tuple[str, str, Html]]:
    """The groups of the list in the order of work, those in which something is."""
    found = []
    for number, group in enumerate(GROUPS):
        pieces: list[Table | str] = []
        for work in today.work:
            if rows := work.of(group):
                pieces.append(_cases(work, rows))
                more = work.more(group)
                pieces.append(f"<p>And {more:,} more.</p>" if more else "")
        if group == DO and today.shelf:
            pieces.append(_shelf(today))
        if pieces:
            heading = f"{capital(group)}: {today.count(group):,}"
            found.append((f"group-{number}", heading, joined(paragraph(MEANING[group]), *pieces)))
    return found


def _cases_of(work: Work, group: str) -> Table:
    """The cases as a sheet of a workbook."""
    found = _cases(work, work.of(group))
    return replace(found, caption=f"{capital(group)}: {work.process.title}")


def _cases(work: Work, rows: list[Row]) -> Table:
    """The cases of one kind of work in a group."""
    listed = [
        {
            "handle": row["handle"] or row["case_id"],
            "what": row["what"] or "",
            "place": " ".join(filter(None, (row["branch"], row["location"]))),
            "age": None if row["due_at"] else row["age"],
            "overdue": max(-row["left_days"], 0) if row["due_at"] else None,
            "due_at": row["due_at"],
            "why": row["why"] or f"{capital(lists.last_step(row))}",
            "next_step": lists.words(row["next_step"]),
        }
        for row in rows
    ]
    return table(
        without_empty(listed),
        capital(work.process.title),
        headings=HEADINGS,
        formats={"age": tenths, "overdue": tenths},
    )


def _shelf(today: Today) -> Table:
    """What stands on the hold shelf past its date."""
    names = ("barcode", "title", "call_number", "branch", "expires_on", "days_past")
    rows = [{name: row[name] for name in names} for row in today.shelf]
    headings = {"barcode": "Look for", "expires_on": "Last day", "days_past": "Days past it"}
    return table(rows, "On the hold shelf past their date", headings=headings)


def _alone(today: Today) -> Html:
    """What is left alone, folded away: what comes back first."""
    rows = left_alone.in_order(today.alone)
    more = f"<p>And {len(rows) - MOST_ALONE:,} more.</p>" if len(rows) > MOST_ALONE else ""
    return folded(left_alone.told(rows), _left_alone(rows[:MOST_ALONE]), more)


def _left_alone(alone: list[Row]) -> Table:
    rows = [
        {
            "work": capital(row["title"]),
            "handle": row["handle"] or row["case_id"],
            "reason": row["reason"],
            "decided_on": row["entered_at"].date(),
            "returns": shown(row["until_on"]) if row["until_on"] else "when it moves",
        }
        for row in alone
    ]
    headings = {"work": "Kind of work", "handle": "Case", "returns": "Comes back"}
    return table(rows, "Left alone for now", headings=headings)


def _counts(today: Today) -> Html:
    """How many cases there are of each kind of work, and by which goal."""
    rows = [
        {
            "work": capital(work.process.title),
            **{name: work.counts[name] for name in ("late", "near", "in time", "paused")},
            "goal": capital(lists.basis(work, today)),
        }
        for work in today.work
    ]
    return joined(table(rows, "Open cases by kind of work", headings={"work": "Kind of work"}))
