"""Why machines refuse: machine by machine and reason by reason, and what helps against each."""

from __future__ import annotations

from collections.abc import Iterable

from libstats.report.digital.rows import Digital as Report
from libstats.report.page.html import items, paragraph
from libstats.report.page.table import Html, Table, folded, table
from libstats.report.sections import shortened
from libstats.wording import Row, capital, listed

__all__ = ["HELP", "why_refused"]

MOST = 4  # reasons that have a column on the page
NONE, OTHER = "the machine said none", "all other reasons"
# what helps against each reason of machine_event
HELP = {
    "not on loan": "look at the returns of that machine; mostly somebody read it in the library",
    "wrong password": "offer to set a new PIN at the desk",
    "card expired": "renew the card at the desk; write to patrons before their cards expire",
    "card lost": "give a new card at the desk",
    "renewed too often": "tell patrons the number of renewals on the screen",
    "too many on loan": "tell patrons the limit on the screen",
    "money owed": "let the machine take payments, or say on the screen where to pay",
    "wanted by another": "take it off the shelf: somebody waits for it",
    "on loan already": "return it at the desk, then lend it",
    "patron unknown": "check the card at the desk; see that the reader reads all digits",
    "item unknown": "check the barcode against the catalogue: it lacks there, or is read wrongly",
    "patron blocked": "look at the account at the desk",
    "not for loan": "mark such copies, so that patrons see it",
    "other": "libstats rejects LOAD --show FILE has the words of the screen",
}


def why_refused(report: Report) -> list[Table | Html]:
    """A table of machines and reasons, in which small counts are withheld, and what helps."""
    rows = [row for row in report.refusals if row["refused"]]
    if not rows:
        return []
    reasons = _by_reason(rows)
    parted = {name: _part(name, reasons) for name in reasons}
    machines = dict.fromkeys(row["machine"] for row in rows)
    lines = [_line(machine, _of(rows, machine), parted) for machine in machines]
    columns = list(dict.fromkeys(parted.values()))
    # how many each machine refused in all is known: the table of machines shows it
    whole = table(
        lines,
        f"Why machines refused checkouts in {report.period.words}",
        headings={name: capital(name) for name in columns},
        across=columns,
        sheet="Why machines refused",
    )
    words = [f"{capital(name)}: {HELP[name]}." for name in reasons if name in HELP]
    return [
        Html(paragraph(f"The commonest reason: {reasons[0]}.")),
        shortened(whole) if whole.has_counts else _in_order(rows, machines),
        folded("What helps against each reason", items(words)),
    ]


def _in_order(rows: list[Row], machines: Iterable[str | None]) -> Html:
    """The reasons of each machine, where no count of them is large enough to be shown."""
    each = [
        f"{machine or 'not named'}: {listed(_by_reason(_of(rows, machine)))}."
        for machine in machines
    ]
    return Html(
        paragraph(
            "By machine, the commonest reason first. Counts are withheld: small ones may be of one "
            "person."
        )
        + items(each)
    )


def _by_reason(rows: list[Row]) -> list[str]:
    """The reasons that were told, the commonest first."""
    told: dict[str, int] = {}
    for row in rows:
        name = row["refused_for"] or NONE
        told[name] = told.get(name, 0) + row["refused"]
    return sorted(told, key=lambda name: (-told[name], name))


def _part(name: str, reasons: list[str]) -> str:
    """The column in which a reason stands."""
    return name if reasons.index(name) < MOST or len(reasons) == MOST + 1 else OTHER


def _of(rows: list[Row], machine: str | None) -> list[Row]:
    return [row for row in rows if row["machine"] == machine]


def _line(machine: str | None, rows: list[Row], parted: dict[str, str]) -> Row:
    """A row of the table: how often the machine refused for each reason."""
    line: Row = {"machine": machine or "not named", **dict.fromkeys(parted.values(), 0)}
    for row in rows:
        line[parted[row["refused_for"] or NONE]] += row["refused"]
    return line
