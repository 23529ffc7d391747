"""The pages on exporting: each query that they show gives columns that libstats recognises and can load."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from libstats.plan import plans
from libstats.recognise import candidates
from libstats.source import Source, fold_heading
from libstats.sources import declared

DOCS = Path(__file__).parent.parent / "docs"


def queries() -> list[tuple[str, str]]:
    """(system, query) of every page."""
    found = []
    for page in sorted(DOCS.glob("export-*.md")):
        for block in re.findall(r"```sql\n(.*?)```", page.read_text(encoding="utf-8"), re.S):
            text = re.sub(r"^--.*$", "", block, flags=re.M)
            found += [(page.stem.removeprefix("export-"), " ".join(query.split())) for query in text.split(";") if query.strip()]
    return found


def columns(query: str) -> list[str]:
    """The names of the columns that a query gives."""
    listed, inner = re.sub(r"^select | from .*$", "", query), 1
    while inner:
        listed, inner = re.subn(r"\([^()]*\)", "", listed)
    return ["".join(re.findall(r'"([^"]+)"$|([^ ."]+)$', column.strip())[0]) for column in listed.split(",")]


@pytest.mark.parametrize(("system", "query"), queries(), ids=str)
def test_a_query_gives_what_libstats_loads(system: str, query: str) -> None:
    header = columns(query)
    source = next(iter(candidates(header, declared())), None)
    assert isinstance(source, Source), header
    assert source.system == system
    assert plans(source, header)[0].has_key
    assert set(source.required) <= set(source.locate(header))
    used, named = set(source.locate(header).values()), {fold_heading(h) for h in source.recognise}
    assert [name for at, name in enumerate(header) if at not in used and fold_heading(name) not in named] == [], "asked for and never read"


def test_the_columns_named_for_alma_and_worldshare_are_read() -> None:
    """Every column of the tables on these pages is one that some declaration of the system reads or is recognised by."""
    for system in ("alma", "worldshare"):
        rows = re.findall(r"^\|(.*)\|$", (DOCS / f"export-{system}.md").read_text(encoding="utf-8"), re.M)
        lists = [cell for row in rows for cell in row.split("|") if cell.count(",") >= 3]
        assert lists
        for named in lists:
            header = [re.sub(r";.*", "", name).strip() for name in named.split(",")]
            source = next(iter(candidates(header, declared())), None)
            assert isinstance(source, Source), header
            assert source.system == system
            known = {header[at] for at in source.locate(header).values()} | set(source.recognise)
            assert set(header) - known == set()
