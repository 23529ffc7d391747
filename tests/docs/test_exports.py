"""The pages on exporting: each query that they show gives columns that libstats recognises and can
load, and what else they show loads."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

import libstats
from libstats.declaration.select import plans
from libstats.declaration.source import Source, fold_heading
from libstats.recognise.inspect import inspect
from libstats.recognise.known import known
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.files import DOCS, write


def queries() -> list[tuple[str, str]]:
    """(system, query) of every page."""
    found = []
    for page in sorted(DOCS.glob("export-*.md")):
        for block in re.findall(r"```sql\n(.*?)```", page.read_text(encoding="utf-8"), re.S):
            text = re.sub(r"^--.*$", "", block, flags=re.M)
            found += [
                (page.stem.removeprefix("export-"), " ".join(query.split()))
                for query in text.split(";")
                if query.strip()
            ]
    return found


def columns(query: str) -> list[str]:
    """The names of the columns that a query gives."""
    listed, inner = re.sub(r"^select | from .*$", "", query), 1
    while inner:
        listed, inner = re.subn(r"\([^()]*\)", "", listed)
    return [
        "".join(re.findall(r'"([^"]+)"$|([^ ."]+)$', column.strip())[0])
        for column in listed.split(",")
    ]


@pytest.mark.parametrize(("system", "query"), queries(), ids=str)
def test_a_query_gives_what_libstats_loads(system: str, query: str) -> None:
    header = columns(query)
    source = next(iter(known().recognising(header)), None)
    assert isinstance(source, Source), header
    assert source.system == system
    assert plans(source, header)[0].has_key
    assert set(source.required) <= set(source.locate(header))
    used, named = set(source.locate(header).values()), {fold_heading(h) for h in source.recognise}
    assert [
        name for at, name in enumerate(header) if at not in used and fold_heading(name) not in named
    ] == [], "asked for and never read"


def test_the_columns_named_for_alma_and_worldshare_are_read() -> None:
    """Every column of the tables on these pages is one that some declaration of the system reads or
    is recognised by."""
    for system in ("alma", "worldshare"):
        rows = re.findall(
            r"^\|(.*)\|$", (DOCS / f"export-{system}.md").read_text(encoding="utf-8"), re.M
        )
        lists = [cell for row in rows for cell in row.split("|") if cell.count(",") >= 3]
        assert lists
        for named in lists:
            header = [re.sub(r";.*", "", name).strip() for name in named.split(",")]
            source = next(iter(known().recognising(header)), None)
            assert isinstance(source, Source), header
            assert source.system == system
            read = {header[at] for at in source.locate(header).values()} | set(source.recognise)
            assert set(header) - read == set()


def test_what_the_page_on_docline_shows_loads(workspace: Workspace) -> None:
    """The entry and the list of the page, and its line of the form of counts."""
    page = (DOCS / "export-docline.md").read_text(encoding="utf-8")
    counts, requests = re.findall(r"```csv\n(.*?)```", page, re.S)
    file = write(workspace.exports / "docline-2026-10-31.csv", requests)
    assert "It could fill ill_request (dates month first)" in inspect(file)
    settings = workspace.folder / "libstats.toml"
    write(
        settings,
        settings.read_text(encoding="utf-8")
        + "".join(re.findall(r"```toml\n(.*?)```", page, re.S)),
    )
    place = find(workspace.folder)
    receipt = libstats.load(place, [file, write(workspace.exports / "counts.csv", counts)])
    assert [(f.label, f.rows_read, f.dispositions["new"]) for f in receipt.files] == [
        ("docline requests", 3, 3),
        ("own manual counts", 3, 3),
    ]
    with libstats.open(place) as con:
        assert con.sql(
            "select request_number, direction, status, reason, lender, created_at::date::varchar, completed_on::varchar from ill_request order by 1"
        ).fetchall() == [
            ("7001", "borrowing", "filled", None, "MDUNLM", "2026-10-01", "2026-10-02"),
            ("7002", "borrowing", "unfilled", "not on shelf", None, "2026-10-05", "2026-10-19"),
            (
                "7003",
                "lending",
                "unfilled",
                "lacking volume or issue",
                None,
                "2026-10-06",
                "2026-10-07",
            ),
        ]
        assert con.sql(
            "select measure, value::int from manual_count where kind = 'all' order by 2"
        ).fetchall() == [
            ("docline borrowing not filled", 6),
            ("docline borrowing filled", 41),
            ("rapid lending filled", 118),
        ]


def test_every_page_is_linked_from_the_readme() -> None:
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    assert [
        page.name for page in DOCS.glob("export-*.md") if f"docs/{page.name}" not in readme
    ] == []


def test_what_the_page_on_vendors_lists_shows_loads(workspace: Workspace) -> None:
    """Both entries and both lists of the page: the cancelled order was billed, 22.50."""
    page = (DOCS / "export-vendor-lists.md").read_text(encoding="utf-8")
    lists = re.findall(r"```csv\n(.*?)```", page, re.S)
    for number, text in enumerate(lists):
        write(workspace.exports / f"vale-2026-10-3{number}.csv", text)
    with (workspace.folder / CONFIG).open("a", encoding="utf-8") as file:
        file.write("\n".join(re.findall(r"```toml\n(.*?)```", page, re.S)))
    place = find(workspace.folder)
    assert [f.dispositions["new"] for f in libstats.load(place, place.exports).files] == [2, 2]
    with libstats.open(place) as con:
        told = con.sql(
            "select order_line_id, fund_code from order_fund order by order_line_id"
        ).fetchall()
        asked = libstats.invoice_checks(con).project("check_name, order_line_id, difference")
        assert asked.fetchall() == [("cancelled and billed", "V-1002", Decimal("22.50"))]
    assert told == [("V-1001", "HIST"), ("V-1002", "ART")]
