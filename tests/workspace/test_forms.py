"""The forms that `libstats init` puts into a workspace, and what becomes of them filled in."""

from __future__ import annotations

from pathlib import Path

import libstats
from libstats.recognise.recognise import recognise
from libstats.workspace import forms
from libstats.workspace.workspace import Workspace, init
from tests.support.files import write

COUNTS = "measure,kind,branch,starts_on,ends_on,value,is_estimate,entered_at\n"


def values(workspace: Workspace) -> list[tuple[str, str, float]]:
    """The counts that are believed."""
    with libstats.open(workspace) as con:
        return con.execute(
            "select branch, starts_on::varchar, value::double from manual_count order by all"
        ).fetchall()


def test_each_form_is_known_by_its_headings_alone(workspace: Workspace) -> None:
    found = {
        path.stem: recognise(path)[0].name
        for path in sorted((workspace.folder / "forms").glob("*.csv"))
    }
    assert found == {source.name.replace(" ", "-"): source.name for source in forms.forms()}
    assert len(found) == 11


def test_every_column_of_a_form_is_explained_and_none_twice(workspace: Workspace) -> None:
    text = (workspace.folder / "forms" / "README.md").read_text(encoding="utf-8")
    for source in forms.forms():
        part = text.split(f"## {source.name.replace(' ', '-')}.csv")[1].split("\n## ")[0]
        assert [part.count(f"| `{heading}` |") for heading in source.vendor_headings] == [1] * len(
            source.vendor_headings
        )


def test_a_form_that_was_filled_in_is_left_as_it_is(workspace: Workspace) -> None:
    path = write(workspace.folder / "forms" / "notices.csv", "mine")
    init(workspace.folder)
    assert path.read_text(encoding="utf-8") == "mine"


def test_empty_forms_are_not_among_the_exports(workspace: Workspace) -> None:
    assert libstats.load(workspace, [workspace.exports]).files == []


def test_the_line_entered_last_is_believed_whichever_was_loaded_first(
    workspace: Workspace, tmp_path: Path
) -> None:
    corrected = write(
        tmp_path / "a.csv", COUNTS + "visits,,EAST,2026-10-01,2026-10-31,412,,2026-11-09\n"
    )
    first = write(
        tmp_path / "b.csv", COUNTS + "visits,,EAST,2026-10-01,2026-10-31,431,,2026-11-02\n"
    )
    libstats.load(workspace, [corrected])
    libstats.load(workspace, [first])
    assert values(workspace) == [("EAST", "2026-10-01", 412.0)]


def test_a_list_that_grows_counts_each_line_once(workspace: Workspace, tmp_path: Path) -> None:
    october = "visits,,EAST,2026-10-01,2026-10-31,412,,2026-11-02\n"
    libstats.load(workspace, [write(tmp_path / "a.csv", COUNTS + october)])
    libstats.load(
        workspace,
        [
            write(
                tmp_path / "b.csv",
                COUNTS + october + "Visits,,EAST,2026-11-01,2026-11-24,300,,2026-11-24\n",
            )
        ],
    )
    assert values(workspace) == [("EAST", "2026-10-01", 412.0), ("EAST", "2026-11-01", 300.0)]
