"""Today's list as an accessible page and as tables of a workbook."""

from __future__ import annotations

from datetime import timedelta

from libstats.analysis import left_alone
from libstats.analysis.today import words as said
from libstats.analysis.today.desks import Desk, at_desks, desks, first, tasks, told
from libstats.analysis.today.lists import Today, Work
from libstats.analysis.today.rows import DECIDE, DO, GROUPS, PAUSED, SOON
from libstats.analysis.today.scans import not_scanned
from libstats.report.page import publish
from libstats.report.page.html import escaped, items, notice, paragraph
from libstats.report.page.notebook import nbformat
from libstats.report.page.table import Html, Table, folded, joined, shown, table, without_empty
from libstats.report.page.workbook import workbook
from libstats.report.today.alarms import ACCEPTING, accepted, told_accepted, wrong
from libstats.report.today.beside import (
    digital,
    digital_table,
    digital_titles,
    licence_table,
    licences,
    queue_table,
    renewal_table,
    scanned,
    scanned_table,
    shelf_table,
    subscriptions,
)
from libstats.wording import Row, capital, number, tenths

__all__ = ["INTERNAL", "page", "sheets"]

TITLE = "Today's work"
MOST_ALONE = 12  # rows of what is left alone; the rest is in the workbook
INTERNAL = "For staff only, do not publish."
HEADINGS = {
    "look_for": "Look for",
    "what": "Title",
    "place": "Where",
    "age": "Days",
    "lying": "Days since",
    "overdue": "Days overdue",
    "why": "What is known",
    "next_step": "Next step",
    "due_at": "Due",
}
# what a desk calls the numbers that it looks for, and whom it deals with
OF_WORK = {
    "ill_borrowing": {"look_for": "Request", "who": "Lenders tried"},
    "ill_borrowing_return": {"look_for": "Request", "who": "Lender"},
    "ill_lending": {"look_for": "Request"},
    "ill_lending_return": {"look_for": "Request"},
    "document_delivery": {"look_for": "Request"},
    "transit": {"who": "Route"},
    "order_copy": {"look_for": "Order line", "who": "Vendor", "age": "Days since the order"},
    "invoice_question": {"look_for": "Invoice", "who": "Vendor"},
    "serials": {"look_for": "Issue", "who": "Vendor", "due_at": "Claim due"},
    "purchase_request": {"look_for": "Request"},
    "loan": {"look_for": "Barcode"},
    "order_received": {"look_for": "Barcode"},
}
MEANING = {
    DO: "Late, or left lying: what nobody follows up comes first.",
    DECIDE: (
        "These cannot go on by themselves, or their standing is unknown, or they have been"
        " open for more than a year. Decide, then close them in your system."
    ),
    SOON: "Near their goal or their due day.",
    PAUSED: "Their patrons have paused them; none of these is late.",
}
USUAL = (
    "Too long means longer than 95 in 100 took in the last 180 days: by route, lender or vendor, "
    "from 20 cases on. With fewer cases it means longer than the goal."
)


def page(today: Today) -> str:
    """The list as an accessible page that works offline."""
    pieces = [
        ("head", "", _head(today)),
        *licences(today.licences),
        *subscriptions(today.subscriptions),
        *digital(today.digital),
        *digital_titles(today.digital_titles),
        *scanned(today.scanned),
        *_groups(today),
        ("counts", "All that is open", _counts(today)),
    ]
    if today.alone:
        pieces.append(("alone", "", _alone(today)))
    if not today.work and not today.alone:
        none = Html("<p>No kind of work has an open case in what is loaded.</p>")
        pieces.append(("none", "", none))
    if today.untold:
        pieces.append(("untold", "What no export tells", _untold(today)))
    return written(TITLE, [*pieces, ("exports", "The exports behind it", _state(today))], "today")


def written(title: str, pieces: list[tuple[str, str, Html]], name: str) -> str:
    """A page of pieces, each with its id and its heading, or none."""
    cells = [nbformat.v4.new_markdown_cell(f"# {title}", id="title")]
    for key, heading, html in pieces:
        titled = joined(f"<h2>{escaped(heading)}</h2>", html) if heading else html
        output = nbformat.v4.new_output("display_data", {"text/html": titled})
        cells.append(nbformat.v4.new_code_cell("", id=key, outputs=[output]))
    return publish.page(nbformat.v4.new_notebook(cells=cells), name)


def sheets(today: Today) -> bytes:
    """The list as a workbook: how many cases, a sheet a task of each group, exports, alarms."""
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
            "marked_lost": "Of them marked lost",
        },
    )
    tables = [
        counts,
        *(
            _cases(work, rows, f"{capital(group)}: {task}")
            for group in GROUPS
            for desk in desks(today)
            for work in desk.work
            for task, rows in tasks(work, group)
        ),
        *([shelf_table(today.shelf)] if today.shelf else []),
        *([queue_table(today.queues)] if today.queues else []),
        *([licence_table(today.licences)] if today.licences else []),
        *([digital_table(today.digital_titles)] if today.digital_titles else []),
        *([renewal_table(today.subscriptions)] if today.subscriptions else []),
        *([scanned_table(there)] if (there := not_scanned(today.scanned)[0]) else []),
        *([_left_alone(left_alone.in_order(today.alone))] if today.alone else []),
        _exports(today),
        *([wrong(today.alarms)] if today.alarms else []),
        *([accepted(today.accepted)] if today.accepted else []),
    ]
    title = f"{TITLE}, {shown(today.now.date())}. {INTERNAL}"
    return workbook([each.data() for each in tables], title)


def _head(today: Today) -> Html:
    """What to do first, what moved, and how fresh the lists are."""
    heed = [f"{today.warning} Ages are told as of then."] if today.warning else []
    if today.stale:
        names = [f"{export.name} ({export.source})" for export in today.stale]
        if len(names) > 3:  # a sentence is read at once; all stand at the end of the page
            names[2:] = [f"and {len(names) - 2} others"]
        heed.append(
            f"{said.older(today.stale)}: {', '.join(names)}. Each desk says what that means for it."
        )
    if today.alarms:
        many = len(today.alarms)
        look = "1 thing in the exports looks" if many == 1 else f"{many} things in the exports look"
        heed.append(f"{look} wrong: see the end of this page.")
    complete = "No export is older than usual, and all of them look right."
    return joined(
        f'<p class="libstats-period">{escaped(shown(today.now.date()))}</p>',
        f'<p class="libstats-answer">{escaped(first(today))}</p>',
        paragraph(today.moved) if today.moved else "",
        f"<p><strong>{INTERNAL}</strong></p>",
        notice("Before you use these lists:", heed, attention=True) if heed else notice(complete),
    )


def _state(today: Today) -> Html:
    alarms = (
        joined(wrong(today.alarms), paragraph(ACCEPTING))
        if today.alarms
        else "<p>Nothing in the exports looks wrong.</p>"
    )
    heeded = [folded(told_accepted(today), accepted(today.accepted))] if today.accepted else []
    return joined(_exports(today), alarms, *heeded)


def _exports(today: Today) -> Table:
    day = timedelta(days=1)
    rows = [
        {
            "export": e.name,
            "source": e.source,
            "newest_export_at": e.newest_at,
            "age": e.age / day,
            "usual": e.usual / day if e.usual and e.is_habit else None,
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


def _groups(today: Today) -> list[tuple[str, str, Html]]:
    """The groups of the list in the order of work, those in which something is, each by desk."""
    found = []
    for place, group in enumerate(GROUPS):
        busy = at_desks(today, group)
        if busy:
            pieces = [piece for desk in busy for piece in _at_desk(today, desk, group)]
            heading = f"{capital(group)}: {number(today.count(group))}"
            body = joined(paragraph(MEANING[group]), *pieces)
            found.append((f"group-{place}", heading, body))
    return found


def _at_desk(today: Today, desk: Desk, group: str) -> list[Table | str]:
    """What is in a group at a desk: a table a task."""
    until, old = told(today, desk)
    stale = [
        f"“{export.name}” of {export.source} is {said.freshness(export)}. What happened since is "
        "not in the lists."
        for export in old
    ]
    pieces: list[Table | str] = [
        f"<h3>{escaped(desk.name)}: {number(desk.count(group))}</h3>",
        paragraph(until),
        notice(f"{said.older(old)}:", stale, attention=True) if stale and group == DO else "",
    ]
    for work in desk.work:
        pieces += [_cases(work, rows, task) for task, rows in tasks(work, group)]
        more = work.more(group)
        pieces.append(paragraph(f"And {number(more)} more: {work.process.title}.") if more else "")
    if group == DO and desk.shelf:
        pieces.append(shelf_table(desk.shelf))
    if group == DECIDE and desk.queues:
        pieces.append(queue_table(desk.queues))
    return pieces


def _cases(work: Work, rows: list[Row], caption: str) -> Table:
    """The cases of one task; copies of one order line stand in one row."""
    headings = {**HEADINGS, **OF_WORK.get(work.process.name, {})}
    found: dict[tuple[object, ...], Row] = {}
    for row in map(_line, rows):
        same = found.setdefault(tuple(row.values()), {**row, "copies": 0})
        same["copies"] += 1
    listed = list(found.values())
    if all(row["copies"] == 1 for row in listed):
        listed = [{**row, "copies": None} for row in listed]
    if (since := {said.counted_from(row) for row in rows}) != {""} and len(since) == 1:
        headings |= dict.fromkeys(("age", "lying"), f"Days since {since.pop()}")
    formats = {"age": tenths, "overdue": _whole, "lying": _whole}
    return table(without_empty(listed), caption, headings=headings, formats=formats)


def _whole(days: float) -> str:
    return f"{days:,.0f}"


def _line(row: Row) -> Row:
    """What is said of a case."""
    is_due = said.is_due(row)
    is_order = row["barcode"] is None and row["look_for"] is not None
    place = " ".join(filter(None, (row["branch"], row["location"])))
    has_task = row["task"] is not None or is_due or is_order or row["group_name"] == PAUSED
    return {
        "look_for": said.number(row),
        "who": row["who"],
        "what": row["what"],
        "place": None if is_order else place,
        "call_number": row["call_number"],
        "age": None if is_due or row["waited"] is not None else row["age"],
        "lying": None if is_due else row["waited"],
        "overdue": max(-row["left_days"], 0) if is_due else None,
        "due_at": row["due_at"],
        "why": row["why"] or (None if has_task else capital(said.last_step(row))),
        "next_step": None if has_task else said.words(row["next_step"]),
    }


def _untold(today: Today) -> Html:
    return Html(items(capital(f"{what}.") for what in today.untold))


def _counts(today: Today) -> Html:
    """How many cases there are of each kind of work, and by which goal."""
    rows = [
        {
            "work": capital(work.process.title),
            **{name: work.counts[name] for name in ("late", "near", "in time", "paused")},
            "goal": capital(said.basis(work, today)),
        }
        for work in today.work
    ]
    listed = table(rows, "Open cases by kind of work", headings={"work": "Kind of work"})
    return joined(paragraph(USUAL), listed)


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
