"""Every export that feeds a part of a page stands in its table of sources: over all reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import libstats
from libstats.report import circulation, collection, digital, ill, technical_services
from libstats.report.circulation.commands import commands as of_circulation
from libstats.report.digital.commands import commands as of_digital
from libstats.report.ill.rows import commands_of as of_ill
from libstats.report.technical_services.commands import BALANCES
from libstats.report.technical_services.commands import commands as of_services
from libstats.wording import records

# how each report is read, what shows its sources, and the commands of its parts
REPORTS: dict[str, tuple[Any, Callable[[Any], list[str]]]] = {
    "circulation": (circulation, lambda report: [*of_circulation(report).values()]),
    "collection": (collection, lambda report: [f"libstats explain {n}" for n in report.receipts]),
    "digital": (digital, lambda report: [*of_digital(report).values()]),
    "ill": (ill, lambda report: [*of_ill(report).values()]),
    "technical_services": (
        technical_services,
        lambda report: [*of_services(report).values(), BALANCES],
    ),
}


@pytest.mark.parametrize("name", REPORTS)
def test_the_sources_of_each_part_are_in_the_table_of_the_page(name: str, demo: Path) -> None:
    report, commands = REPORTS[name]
    with libstats.open(demo) as con:
        read = report.read(con)
        shown = {each["export"] for each in report.origin(read).about["exports"]}
        for command in commands(read):
            _, _, analysis, *words = command.split()
            given = {"process": words[0]} if words and not words[0].startswith("--") else {}
            behind = records(libstats.freshness(con, analysis=analysis, **given))
            assert {row["export"] for row in behind} <= shown, command


def test_what_a_first_look_rejected_is_said_below_the_page_that_shows_it(demo: Path) -> None:
    """One record of the sample's batch cannot be read; its list of records feeds a part."""
    with libstats.open(demo) as con:
        html = technical_services.origin(technical_services.read(con))
    assert "1 row of “koha MARC records” of koha could not be read." in html
    assert "could be read as a whole" not in html
