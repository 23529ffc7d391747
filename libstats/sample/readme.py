"""The README that stands beside the sample."""

from libstats.sample.oddities import ODDITIES
from libstats.sample.places import BRANCHES, FIRST, LAST, SYSTEM, UPGRADED

_TABLES = {
    "items": "the items table, whole, at the end of two days; the later is the present state",
    "biblios": "the titles that have an item at the end of the last day",
    "issues": "the open loans, whole, at the end of two days",
    "old_issues": "the loans returned in a period; each file begins a month before the last one ended",
    "statistics": "the event log, a file a month; some begin days earlier, two end before closing time",
    "reserves": "the live holds, whole, at the start (none yet) and at the end of two days",
    "old_reserves": "the holds filled or cancelled in a period; overlapping like the returned loans",
}


def text(rows: dict[str, int]) -> str:
    """Return the README of a sample whose files have `rows`."""
    branches = ", ".join(f"{branch.name} (`{branch.code}`)" for branch in BRANCHES)
    return "\n".join(
        (
            "# Sample library",
            "",
            f"{SYSTEM} is made up, and so is everyone and everything in it. Its branches are",
            f"{branches}.",
            f"`libstats.sample` lived its days from {FIRST} to {LAST} and wrote the exports that its Koha",
            "would write. Do not edit them: write them again with `libstats.sample.write(folder)`.",
            "",
            "`truth.json` was counted while the days were lived, not from the files: what a correct loader finds.",
            "",
            *_rules(),
            "",
            "## Files",
            "",
            "Separator `;`, UTF-8, LF, a field with a space is quoted, NULL and empty are both nothing.",
            "The date in a name is the day of the export.",
            "",
            *_files(rows),
            "",
            "## Oddities planted",
            "",
            "| what | where | a correct loader |",
            "|---|---|---|",
            *(f"| {oddity.name} | {oddity.where} | {oddity.correct} |" for oddity in ODDITIES),
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
        "* `rows`: rows of each file without its heading and without an error line, with all that is planted.",
    )


def _files(rows: dict[str, int]) -> list[str]:
    """Return the table of files."""
    lines = ["| export | files | rows in all | holds |", "|---|---|---|---|"]
    for table, holds in _TABLES.items():
        mine = [count for name, count in rows.items() if name.startswith(f"{table}-")]
        lines.append(f"| `{table}-YYYY-MM-DD-reportresults.csv` | {len(mine)} | {sum(mine)} | {holds} |")
    return lines
