"""The README that stands beside the sample."""

from sample import (
    alma_oddities,
    by_hand,
    digital_lending,
    eresources,
    illiad_oddities,
    machines,
    marc,
    proxy,
    serials,
    vendors,
)
from sample.borrowing import CHANGED
from sample.flow import COHORT
from sample.hours import EXAMPLE
from sample.lenders import SLOW
from sample.oddities import ODDITIES
from sample.orders import ABSENT, RELIEF, SLOW_VENDOR
from sample.places import BRANCHES, FIRST, LAST, SALTMERE, SHIFTED, SYSTEM, UPGRADED
from sample.polaris import oddities as polaris_oddities
from sample.polaris import place as neighbour

_TABLES = {
    "items": "the items table, whole, at the end of three days; the last is the present state",
    "biblios": "the titles that have an item at the end of the last day",
    "issues": "the open loans, whole, at the end of two days",
    "old_issues": "the loans returned in a period; each file begins a month before the last one ended",
    "statistics": "the event log, a file a half-year, later a month; some begin days earlier, two end before closing time",
    "reserves": "the live holds, whole, at the start (none yet) and at the end of three days",
    "old_reserves": "the holds filled or cancelled in a period; overlapping like the returned loans",
    "branchtransfers": "the journeys between branches that were under way in a period; overlapping like the returned loans",
}
_OTHERS = {
    "illiad/transactions-": "the ILL desk's requests (SQL Server, commas, CRLF): all at first, then those that changed",
    "illiad/tracking-": "the log of their statuses: by the half-year, later the month, three times by the day",
    "illiad/history-": "what was noted of them, with the lenders' messages: two years, then by the half-year, the last a workbook",
    "alma/PO lines ": "order lines of eight months, saved to a file (tabs)",
    "alma/po_lines_changed_": "order lines that changed in a month, sent by itself (commas)",
    "alma/po_lines_2": "order lines, whole, sent by itself",
    "alma/Physical items ": "copies of three months, saved from the screen (UTF-16, tabs)",
    "alma/physical_items_changed_": "copies that changed in a month, sent by itself",
    "alma/physical_items_2": "copies, whole, sent by itself",
    "alma/requests_": "what patrons ask for that the shared technical services have in hand",
    "alma/invoice_lines_": "what vendors billed lately, and three lines that never came",
    "alma/link_resolver_usage_": "what the link resolver was asked, and had nothing for, sent by itself",
    "alma/weeding_": "old stock, sent by itself",
    "cataloguing/": "the cataloguers' own log: process, case, milestone, happened_at, branch",
    "alma/order_lines-": "what the orders that vendors billed were to cost, from Alma's service (JSON)",
    "marc/": "some titles with their copies (MARC), the last a damaged record",
    "edifact/invoices-": "invoices of two vendors (EDIFACT), a message each",
    "edifact/answers-": "a vendor's answer to two orders (EDIFACT)",
    "scans/": "a scanner's list of a shelf",
    "counts/gate-hours-": "a door counter's hours of a month",
    "counts/manual-counts-": "programmes and reference questions of a month, in libstats' form",
    "serials/serial-issues-": "issues of serials, in libstats' form",
    "serials/subscriptions-": "subscriptions, in libstats' form",
    "licences/": "licences, in libstats' form",
    "digital/overdrive-titles-": "titles of digital lending, by format and lending model",
    "digital/overdrive-checkouts-": "their checkouts of three months, one by one",
    "digital/overdrive-orders-": "orders of digital copies",
    "digital/hoopla-summary-": "another platform's months, columns by format",
    "counter/": "publishers' counts of use (COUNTER, releases 5 and 5.1)",
    "access/": "what does not open, in libstats' form",
    "ezproxy/ezproxy-": "the proxy's log of a month",
    "ezproxy/audit-": "who logged in at the proxy, and who did not get in",
    "sip2/": "what self-checks and a vendor's login page asked Koha (SIP2), in Koha's own log",
    "processes/": "steps of digitisation and of theses, in libstats' form",
    "polaris/items-": "the neighbour's copies, whole, at the end of two days: by SimplyReports in words, then by SQL in numbers",
    "polaris/transactions-": "the neighbour's transactions by SQL, a row each: a file a month, but for what is missing",
    "polaris/holds-": "the neighbour's holds by SQL at the end of four days: the open ones, then all that Polaris has not put away",
    "polaris/organizations-": "the names of the neighbour's branches",
}
"""The other files by what their names begin with."""


def text(rows: dict[str, int], others: dict[str, int]) -> str:
    """Return the README of a sample whose files have `rows`, those of Koha and the `others`."""
    branches = ", ".join(f"{branch.name} (`{branch.code}`)" for branch in BRANCHES)
    return "\n".join(
        (
            "# Sample library",
            "",
            f"{SYSTEM} is made up, and so is everyone and everything in it. Its branches are",
            f"{branches}.",
            f"`libstats.sample` lived its days from {FIRST} to {LAST} and wrote the exports that its systems",
            "would write. Do not edit them: write them again with `python -m sample FOLDER`, or larger with `--size 10`.",
            "",
            *_story(),
            "",
            "`truth.json` was counted while the days were lived, not from the files: what a correct loader finds.",
            "",
            *_rules(),
            "",
            "## Files",
            "",
            "Koha: separator `;`, UTF-8, LF, a field with a space is quoted, NULL and empty are both nothing.",
            "The date in a name is the day of the export.",
            "",
            *_files(rows),
            "",
            "What the other systems write is in folders of its own. There the day in a name is that of the night in which",
            "the file was written: it holds everything up to that midnight.",
            "",
            *_other_files(others),
            "",
            "## Oddities planted",
            "",
            "| what | where | a correct loader |",
            "|---|---|---|",
            *(
                f"| {oddity.name} | {oddity.where} | {oddity.correct} |"
                for oddity in (
                    *ODDITIES,
                    *illiad_oddities.ODDITIES,
                    *alma_oddities.ODDITIES,
                    *marc.ODDITIES,
                    *vendors.ODDITIES,
                    *by_hand.ODDITIES,
                    *serials.ODDITIES,
                    *digital_lending.ODDITIES,
                    *eresources.ODDITIES,
                    *proxy.ODDITIES,
                    *machines.ODDITIES,
                    *polaris_oddities.ODDITIES,
                )
            ),
            "",
        )
    )


def _rules() -> tuple[str, ...]:
    """Return how the truth counts."""
    return (
        "## How the truth counts",
        "",
        "* `months`: by the month of `datetime` and the branch of the transaction, as `statistics` says them.",
        "* `checkouts` are events of type `issue`; `in_house_uses` are `localuse` and `onsite_checkout`.",
        f"* `renewals`: `intranet` is staff, `opac` patron, `sip` self_check, `commandline` automatic; all before {UPGRADED} are unknown.",
        "* `loans` are the distinct `issue_id` of `issues` and `old_issues`; use in the reading room is among them.",
        "* `events`: a row counts as often as in the one file that has it most often; no file ends within a second.",
        "* `holds`: the newest state of each `reserve_id`; a cancelled hold has a `cancellationdate`.",
        "* `rows`: rows of each file without its heading and without an error line, with all that is planted; `files` the same of the other systems.",
        "* `processes`: each as libstats/definitions/processes.toml names it, as it was at the end of the last day. `reached` is by the month in which a milestone",
        "  was reached, and the patron's site, the pickup branch, the branch a journey goes to, or the library as Alma names it: `cases` counts a case",
        "  once, by the first time (the last where a scan was delivered or a request cancelled twice), `times`, where it differs, every time. `turnaround` is by the month in which the case began:",
        "  days, as fractions, of each case that was done or given up. A request cancelled and taken up again is what it became in the end.",
        "* `open_at_month_end`: begun and not ended at midnight after that day.",
        f"* `change`: mean days of the requests done, of those made before {CHANGED} and of the others.",
        f"* `cohort`: the requests made from {COHORT[0]} on and before {COHORT[1]}, as they stood in the first minute of {COHORT[2]} (`then`, `naive_*`: of those done by",
        "  that moment) and at the end (`later`, `true_*`). A third was open, and what was done had been the quick ones.",
        "* `planted`: what readers of the pages should find, by the paths of `tests/questions/questions.toml`; a text where no figure makes sense or no export tells.",
        f"* `calendar`: the hours, closures, open days and open hours of each branch, as in `{EXAMPLE}`.",
        "* `reasons`: why requests at the ILL desk were given up, whatever the words in the files.",
        "* `weeding`: the verdict on each copy of `alma/weeding_*` by the rule that stands there.",
        "* `marc`: what the records say, and how many are set aside and rejected. `invoices`: what is to be asked about, under the names of libstats'",
        "  checks, what lies just inside a tolerance, and what a vendor answered. `by_hand`: what was scanned, counted and written down. `serials`: issues to claim.",
        "* `digital_lending`: which titles end and who waits, `[holds, copies]`; circulation by platform and month, where a month is told.",
        "* `messages`: records and messages of each file.",
        "* `polaris/truth.json` is the neighbour's: what was lived, beside each figure how much of it the files tell (`told`), what they show, and the `reason` why",
        "  they do not tell all.",
    )


def _story() -> tuple[str, ...]:
    """Return which systems there are, and what happened."""
    return (
        "## What happened",
        "",
        f"A neighbour joined the system and kept its Polaris: {neighbour.SYSTEM}, with the branches",
        ", ".join(f"{branch.name} (`{branch.number}`)" for branch in neighbour.BRANCHES) + ".",
        "",
        "The branches circulate on Koha. The ILL desk of the largest one uses ILLiad; its technical services, which it shares with a college, use Alma.",
        "",
        f"* **{CHANGED}**: requests go out on the day they come and the courier comes daily: borrowing took about nine days, now about five.",
        f"* **{SHIFTED}**: a school moved: Saltmere lends about 39 % more an open day, Tarnhollow about 12 % less, all together hardly more.",
        f"* Saltmere was closed for building works from {SALTMERE.works[0]} to {SALTMERE.works[1]}."
        if SALTMERE.works
        else "",
        f"* The vendor `{SLOW_VENDOR}` takes twice as long as the others; the van from Tarnhollow to Quillbrook Central takes a week, elsewhere two days.",
        "* In the last weeks things were left lying on purpose, at every desk: `planted` in `truth.json` names them.",
        f"* The lender `{SLOW}` takes three times as long as the others.",
        f"* **{ABSENT[0]} to {ABSENT[1]}**: the cataloguer is away and the pile of received copies grows; it is worked off from {RELIEF[0]} to {RELIEF[1]}.",
        "* The college's year begins in the middle of September, with five times as many ILL requests as usual.",
        "* Most loans of patrons who wish so renew by themselves, in one run each night.",
        f"* The neighbour opened on Polaris on **{neighbour.FIRST}**; nobody there exported {neighbour.MISSING}.",
    )


def _other_files(rows: dict[str, int]) -> list[str]:
    """Return the table of the other files."""
    lines = ["| files | how many | rows in all | hold |", "|---|---|---|---|"]
    for begin, holds in _OTHERS.items():
        mine = [count for name, count in rows.items() if name.startswith(begin)]
        lines.append(f"| `{begin}*` | {len(mine)} | {sum(mine)} | {holds} |")
    return lines


def _files(rows: dict[str, int]) -> list[str]:
    """Return the table of files."""
    lines = ["| export | files | rows in all | holds |", "|---|---|---|---|"]
    for table, holds in _TABLES.items():
        mine = [count for name, count in rows.items() if name.startswith(f"{table}-")]
        lines.append(
            f"| `{table}-YYYY-MM-DD-reportresults.csv` | {len(mine)} | {sum(mine)} | {holds} |"
        )
    return lines
