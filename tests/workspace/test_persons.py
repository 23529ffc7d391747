"""Ways past the gate: however a library's own declaration spells it, what looks like a person is not
read, but for a key made of it."""

from __future__ import annotations

import pytest

from libstats.declaration.source import Source
from libstats.errors import WorkspaceError
from libstats.privacy.gleaning import takes_more_than_its_words
from libstats.sources import declared
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


@pytest.mark.parametrize("heading", HEADINGS)
def test_no_person_dates_a_file(heading: str, workspace: Workspace) -> None:
    with pytest.raises(WorkspaceError, match="looks as if it told of persons"):
        configured(workspace, '"Code" as barcode', f'exported = "{heading}"')


@pytest.mark.parametrize("heading", HEADINGS[2:3])
def test_a_persons_key_may_be_made(heading: str, workspace: Workspace) -> None:
    assert configured(workspace, f'person_key("{heading}") as patron_key', "")


def test_a_name_of_the_heading_of_a_key_may_tell_of_persons(workspace: Workspace) -> None:
    more = 'headings = {"Borrower number" = ["Patron barcode"]}'
    assert configured(workspace, 'person_key("Borrower number") as patron_key', more)


GLEANS = {
    "all of it": ".*",
    "a word": r"\w+",
    "a word behind another": r"(?<=for )\S+",
    "a number": r"\d{5,14}",
    "letters one by one": "(a|b|c|d|e)+",
    "a choice of letters": "[abcdefghij]{2,}",
    "two signs": r"\S\s*\S",
    "what was found before": r"(\S)\1",
    "anything but": "[^;]+",
    "an address": r"\S+@\S+",
    "in a group": r"shipped to (?P<who>[A-Z]\w*)",
    "now and then": r"(?:lost by \w+ \w+)?",
}


@pytest.mark.parametrize("heading", HEADINGS[:4])
@pytest.mark.parametrize("pattern", GLEANS.values(), ids=GLEANS)
def test_no_pattern_takes_a_person_out_of_free_text(
    pattern: str, heading: str, workspace: Workspace
) -> None:
    more = f"glean = {{\"{heading}\" = '{pattern}'}}"
    with pytest.raises(WorkspaceError, match="could take a person out of"):
        configured(workspace, f'"{heading}" as barcode', more)


@pytest.mark.parametrize("line", ['"Code" as barcode', 'trim("Code") as barcode'])
def test_no_pattern_takes_one_under_another_name(line: str, workspace: Workspace) -> None:
    more = 'headings = {"Code" = ["Patron name"]}\nglean = {"Code" = ".+"}'
    with pytest.raises(WorkspaceError, match="could take a person out of Patron name"):
        configured(workspace, line, more)


@pytest.mark.parametrize(
    "pattern", ["(?i)shipped|lost|claimed returned", r"\S", r"^\s*system\s*$", "[Ll]ost", "(?i:x)?"]
)
def test_words_of_the_pattern_may_be_gleaned(pattern: str, workspace: Workspace) -> None:
    more = f"glean = {{\"Notes\" = '{pattern}'}}"
    assert configured(workspace, '"Notes" as barcode', more)


def test_what_libstats_gleans_is_words_too() -> None:
    patterns = [p for s in declared() if isinstance(s, Source) for p in s.glean.values()]
    assert patterns and not [p for p in patterns if takes_more_than_its_words(p)]
