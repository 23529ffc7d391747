"""The forms that a library fills in by hand: an empty CSV for each declaration of its own lists,
and a
page that explains them.

They lie in the folder `forms`, not among the exports, so that an empty form is never loaded.
"""

from __future__ import annotations

import csv
from pathlib import Path

from libstats import schema
from libstats.declaration.source import Source
from libstats.definitions import decisions, roles
from libstats.sources import roles as vocabularies
from libstats.sources import sources

_HEAD = """# Forms for what no system exports

Each file here is an empty form: its first line names the columns. Copy one into `exports`, fill it
in with any spreadsheet program and load it like every other export. libstats never reads, changes
or deletes what is in this folder, but for one form: `decisions.csv` stays here. `libstats snooze`
and `libstats check --accept` write a line of it for each decision.

* Keep one growing list and load it again and again, or one file a month: a line that is there twice
  counts once. One with the same words in the columns marked **which one** is the same thing. Of two
  the one with the newer `entered_at` is believed. So when you correct a line, write the new day
  into `entered_at`: of all lines of a file the newest dates it.
* A line that was wrong altogether (a mistyped branch) stays when you delete it: `libstats undo`
  its load, and load the list again.
* Dates are written 2026-10-31, times 2026-10-31 14:30. A spreadsheet program may turn them round
  when it saves CSV (10/31/2026 or 31.10.2026): such lines are rejected. Save a workbook (.xlsx)
  instead, or format the columns as text.
* Columns of your own may stand beside these; they are not read. Write no person's name anywhere.
* In one line write times to all steps or to none: a day counts from its midnight.
* Counts: give a month's total or its weeks, a measure as a whole or its kinds, never both, or they
  are added up. A number that was worked out from a sample has `yes` under `is_estimate`. Kinds of
  programmes name age and format: `children 0-5, in person`. Kinds of questions and visits may
  end with an hour: `phone, 14:00`.
"""


# Columns of a form that are for people alone: they are not read.
_BESIDE = {
    "decisions": {
        "remark": "what colleagues should know. It is loaded and shown nowhere: no person's name, "
        "address or number"
    }
}
# what a blank says
_BLANK = {
    ("serial issues", "status_as_exported"): (
        "It may stay blank: then the issue came on the day under `received_on`, or is still "
        "expected. What is `missing` is claimed, until you write `never came`. "
    )
}
_MORE = {
    "decisions": """
Reasons for a case: {case}. For an alarm: {alarm}.

`libstats snooze` and `libstats check --accept` fill all of this in and load their line at once. Who
writes lines by hand takes their words from `libstats today` and `libstats check`, and loads the
form afterwards: `libstats load forms/decisions.csv`. Leave a line that you no longer mean
where it is: a newer one says `take back`. A line whose load was undone counts again once the form
is loaded with it: take it out first.
"""
}


def forms() -> list[Source]:
    """The declarations of a library's own lists."""
    return [source for source in sources() if source.system == "own"]


def form(name: str) -> Source:
    """The declaration of one of them."""
    return next(source for source in forms() if source.name == name)


def explained() -> str:
    """The page that explains the forms, as Markdown: per form what a line is and what its columns
    mean."""
    return "\n".join([_HEAD, *(line for source in forms() for line in _form(source))])


def _form(source: Source) -> list[str]:
    table = schema.tables()[source.primary]
    meanings: dict[str, str] = {}
    for line in source.lines[source.primary]:
        column = table.column(line.column)
        for heading in line.headings:
            meanings.setdefault(
                heading,
                f"**which one**: {column.comment}" if column.nature == "key" else column.comment,
            )
            meanings[heading] += _words(source, line.column)
    meanings |= _BESIDE.get(source.name, {})
    words = {about: ", ".join(decisions.reasons(about)) for about in ("case", "alarm")}
    return [
        f"## {file_of(source)}",
        "",
        table.grain,
        "",
        "| column | what to write |",
        "|---|---|",
        *(f"| `{heading}` | {meaning} |" for heading, meaning in meanings.items()),
        *_MORE.get(source.name, "").format(**words).splitlines(),
        "",
    ]


def _words(source: Source, column: str) -> str:
    """The words that a column of a form knows, where it knows some."""
    about = source.primary
    if column not in roles.FIELDS.get(about, ()):
        return ""
    lines = [roles.Line._make(row) for row in vocabularies.of_system(source.system)]
    known = [line for line in lines if line.about == about and line.field == column]
    # of many spellings of one thing the thing
    words = dict.fromkeys(line.role if about == "subscription" else line.code for line in known)
    blank = _BLANK.get((source.name, column), "")
    other = "Another word is asked for by `libstats check`, until `libstats.toml` declares it"
    return f". One of: {', '.join(words)}. {blank}{other}" if words else ""


def file_of(source: Source) -> str:
    """The name of a form."""
    return f"{source.name.replace(' ', '-')}.csv"


def headings(source: Source) -> list[str]:
    """The columns of a form, those for people alone last."""
    return [*source.vendor_headings, *_BESIDE.get(source.name, ())]


def write(folder: Path) -> None:
    """Put the empty forms and their explanation into a folder; what is already there is left as it
    is."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "README.md").exists():
        (folder / "README.md").write_text(explained(), encoding="utf-8", newline="\n")
    for source in forms():
        path = folder / file_of(source)
        if not path.exists():
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerow(headings(source))
