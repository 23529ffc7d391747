"""What `libstats pull` asks is what the pages show."""

from __future__ import annotations

import re

import pytest

from libstats.pull import services
from libstats.sources import queries
from libstats.sources.services import ALMA, FOLIO
from tests.support.files import DOCS, ROOT


def _file(system: str) -> str:
    folder = ROOT / "libstats" / "sources"
    single = folder / f"{system}.queries.sql"
    return (single if single.is_file() else folder / system / "queries.sql").read_text("utf-8")


@pytest.mark.parametrize("system", queries.SYSTEMS)
def test_a_pull_asks_what_the_page_shows(system: str) -> None:
    page = (DOCS / f"export-{system}.md").read_text(encoding="utf-8")
    shown = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    assert " ".join("\n".join(shown).split()) == " ".join(_file(system).split())


PAGE = (DOCS / "pull.md").read_text(encoding="utf-8")


def test_the_page_of_pulls_names_every_system() -> None:
    named = re.findall(r"^\| (\w+) \|", PAGE, re.MULTILINE)[1:]
    assert named[:-1] == list(queries.SYSTEMS)
    assert set(named) == {*queries.SYSTEMS, *services.SYSTEMS}


@pytest.mark.parametrize("system", ["koha", "evergreen"])
def test_the_page_of_pulls_grants_what_is_asked(system: str) -> None:
    every = (each for query in queries.of_system(system).each for each in query.each())
    asked = {table for query in every for table in query.tables.values()}
    koha, evergreen = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    if system == "koha":
        granted = re.findall(r"grant select on koha\.(\w+)", koha)
    else:
        granted = re.findall(r"\w+\.\w+", evergreen)
        schemas = re.findall(r"\w+", evergreen.partition("schema ")[2].partition(" to ")[0])
        assert sorted({table.partition(".")[0] for table in asked}) == schemas
    assert sorted(granted) == sorted(asked)


def test_the_page_of_pulls_names_every_list_of_the_services() -> None:
    folio = PAGE.partition("## The services of FOLIO")[2].partition("Their names for")[2]
    named = re.findall(r"`([^`]+)`", folio.partition("Each list")[0])[1:]
    assert named == [listed.name for listed in FOLIO]
    for listed in ALMA:
        assert f'"{listed.name}"' in PAGE
