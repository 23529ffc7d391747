"""The page for whoever answers for privacy says what is so."""

from __future__ import annotations

import os
import re

from libstats import schema
from libstats.cli.arguments import COMMANDS, parser
from libstats.privacy.forgetting import people_columns
from libstats.privacy.headings import is_personal
from libstats.privacy.suppression import SMALLEST
from libstats.report.page import mail
from libstats.workspace import identifiers
from libstats.workspace.settings import SECTIONS
from libstats.workspace.workspace import Workspace
from tests.support.files import DOCS, ROOT

PAGE = (DOCS / "privacy.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The rows of the table whose first heading that is."""
    table = PAGE.split(f"\n| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]


def test_the_columns_with_patrons_keys_are_all_there() -> None:
    told = {(row[0].strip("`"), row[1].strip("`"), row[3]) for row in rows("where")}
    assert {name for name, *_ in told} == {t.name for t, _ in people_columns()}
    assert {(t, c) for t, c, _ in told} == {(t.name, c.name) for t, c in people_columns()}
    assert {c.until for _, c in people_columns()} == {"returned_at", "happened_at", "visited_on"}


def test_the_attributes_of_patrons_are_all_there() -> None:
    told = re.findall(r"`(\w+\.patron_\w+)`", PAGE)
    assert told == [
        f"{table.name}.{column.name}"
        for table in schema.tables().values()
        for column in table.columns
        if column.name.startswith("patron_") and column.nature != "person"
    ]


def test_no_other_column_is_about_a_person() -> None:
    """No staff either. What is called a name is a thing's."""
    columns = [(t.name, c.name) for t in schema.tables().values() for c in t.columns]
    people = {(t.name, c.name) for t, c in people_columns()}
    things = {
        (table, "name") for table in ("code", "fund", "purchase_order", "usage_item", "vendor")
    }
    things |= {("licence", "notice_by")}
    sessions = {c for c in people if c[1] == "session_key"}
    assert {c for c in columns if is_personal(c[1])} == people - sessions | things
    of_staff = re.compile(r"staff|operator|login|user|employee|workstation|person|cataloguer")
    assert [c for c in columns if of_staff.search(c[1]) and c not in people] == []


def test_the_columns_of_numbers_are_those_of_the_exports() -> None:
    told = {row[0]: tuple(row[1].split(", ")) for row in rows("export")}
    assert told == identifiers.of_patrons({})


def test_what_lies_in_a_workspace_is_named(workspace: Workspace) -> None:
    told = [row[0].strip("`") for row in rows("in the workspace")]
    assert set(told) == {p.name for p in workspace.folder.iterdir()} | {mail.SENT}
    if os.name == "posix":
        for private in ("store", "patron.key"):
            assert (workspace.folder / private).stat().st_mode & 0o077 == 0


def test_commands_and_settings_of_the_page_are_there() -> None:
    """Each is parsed as it stands."""
    lines = re.findall(r"(?:`|^ {4})libstats ([a-z-]+[^`\n<]*)", PAGE, re.M)
    assert {line.split()[0] for line in lines} <= COMMANDS.keys()
    for line in lines:
        if line.split()[0] == "forget":
            parser().parse_args(line.split())
    settings = set(re.findall(r"`(\w+) = \w+` under `\[privacy\]`", PAGE))
    assert settings == set(SECTIONS["privacy"].keys)
    assert f"Counts of 1 to {SMALLEST - 1} by" in PAGE


def test_nothing_is_forgotten_until_it_is_set(workspace: Workspace) -> None:
    assert workspace.forget_after_days is None and not workspace.purges_exports


def test_the_page_is_linked() -> None:
    for page, link in (("README.md", "docs/privacy.md"), ("docs/running.md", "privacy.md")):
        assert f"({link})" in (ROOT / page).read_text(encoding="utf-8")
