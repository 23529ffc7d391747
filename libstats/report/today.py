"""Today's list as an accessible page and as tables of a workbook."""

from __future__ import annotations

from datetime import timedelta

from libstats.analysis import today as lists
from libstats.analysis.today import Today, Work
from libstats.report import sections
from libstats.report.page import publish
from libstats.report.page.html import escaped, paragraph
from libstats.report.page.notebook import nbformat
from libstats.report.page.table import Html, Table, joined, shown, table, without_empty
from libstats.report.page.workbook import workbook
from libstats.wording import capital, tenths

__all__ = ["page", "sheets"]

TITLE = "Today's work"
HEADINGS = {
    "handle": "Look for",
    "last_milestone": "Last step",
    "last_at": "Reached",
    "next_step": "Next step",
    "age": "Age in days",
    "left_days": "Days left",
    "due_at": "Due",
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
        *((work.process.name, lists.headline(work), _section(work, today)) for work in today.work),
    ]
    if not today.work:
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
        *map(_cases, today.work),
        _exports(today),
        *([_alarms(today)] if today.alarms else []),
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
        _alarms(today) if today.alarms else "<p>Nothing in the exports looks wrong.</p>",
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


def _alarms(today: Today) -> Table:
    return table(
        today.alarms,
        "What looks wrong in the exports",
        headings={"rows": "Rows, or days", "meaning": "What it means"},
    )


def _section(work: Work, today: Today) -> Html:
    about = paragraph(f"{capital(lists.basis(work, today))}.")
    if not work.cases:
        return joined(about, "<p>Nothing is late or near.</p>")
    return joined(about, _cases(work), f"<p>And {work.more:,} more.</p>" if work.more else "")


def _cases(work: Work) -> Table:
    rows = [
        {
            "handle": row["handle"] or row["case_id"],
            "standing": row["standing"],
            "location": row["location"] or "",
            "branch": row["branch"] or "",
            "last_milestone": lists.words(row["last_milestone"]),
            "last_at": row["last_at"],
            "next_step": lists.words(row["next_step"]),
            "age": row["age"],
            "left_days": row["left_days"],
            "due_at": row["due_at"],
        }
        for row in work.cases
    ]
    return table(
        without_empty(rows),
        f"{capital(work.process.title)}: late and near, the latest first",
        headings=HEADINGS,
        formats={"age": tenths, "left_days": tenths},
    )
