"""Ways past the gate: however a library's own declaration spells it, what looks like a person is not
read, but for a key made of it."""

from __future__ import annotations

import pytest

from libstats.errors import WorkspaceError
from libstats.workspace.workspace import CONFIG, Workspace, find

HEADINGS = ("Patron name", "E-mail", "Borrower number", "Notes", "ann.reed@example.org")
LOANS = """
[export."gate loans"]
recognise = ["Ticket", "Out"]
happened = ["checked_out_at"]
{more}
[export."gate loans".fills]
loan = '''
    "Ticket" as loan_id,
    iso_time("Out") as checked_out_at,
    {line}
'''
"""
# what a line of the SELECT may be, and what else stands in the entry
WAYS = {
    "plain": ('"{h}" as barcode', ""),
    "under another name": ('"Code" as barcode', 'headings = {{"Code" = ["{h}"]}}'),
    "behind a key": ('person_key("Ticket")::varchar || "{h}" as barcode', ""),
    "a key in another column": ('person_key("{h}")::varchar as barcode', ""),
    "a key of two": ('person_key("Ticket" || "{h}") as patron_key', ""),
    "a key under another name": (
        'person_key("Code")::varchar as barcode',
        'headings = {{"Code" = ["{h}"]}}',
    ),
}


def configured(workspace: Workspace, line: str, more: str) -> Workspace:
    """The workspace with such an export."""
    config = workspace.folder / CONFIG
    text = LOANS.format(line=line, more=more)
    config.write_text(config.read_text(encoding="utf-8") + text, encoding="utf-8", newline="\n")
    return find(workspace.folder)


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("way", WAYS)
def test_no_spelling_gets_a_person_past_the_gate(
    way: str, heading: str, workspace: Workspace
) -> None:
    line, more = (text.format(h=heading) for text in WAYS[way])
    with pytest.raises(WorkspaceError, match="looks as if it told of persons"):
        configured(workspace, line, more)


@pytest.mark.parametrize("heading", HEADINGS[2:3])
def test_a_persons_key_may_be_made(heading: str, workspace: Workspace) -> None:
    assert configured(workspace, f'person_key("{heading}") as patron_key', "")


def test_a_name_of_the_heading_of_a_key_may_tell_of_persons(workspace: Workspace) -> None:
    more = 'headings = {"Borrower number" = ["Patron barcode"]}'
    assert configured(workspace, 'person_key("Borrower number") as patron_key', more)
