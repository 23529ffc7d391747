"""What `libstats pull` asks is what the pages show."""

from __future__ import annotations

import re

import pytest

from libstats.sources import queries
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


def test_the_page_of_pulls_names_every_system() -> None:
    page = (DOCS / "pull.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (\w+) \|", page, re.MULTILINE)[1:] == list(queries.SYSTEMS)
