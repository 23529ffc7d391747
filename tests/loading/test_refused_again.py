"""A file that was refused is told of for as long as it lies in the exports folder as it was."""

from __future__ import annotations

import contextlib
from datetime import datetime

import pytest

import libstats
from libstats.analysis.provenance import freshness
from libstats.cli.accept import Acceptance, accept
from libstats.cli.listing import alarms, loads
from libstats.report import sections
from libstats.wording import records
from libstats.workspace.open import opened
from libstats.workspace.workspace import Workspace
from tests.support.files import write

NOW = datetime(2026, 10, 2, 8)
ITEMS = "itemnumber;barcode;homebranch\n"
CUT = "UNB+UNOC:3+1:14+2:14+261001:0900+1'UNH+1+INVOIC:D:96A:UN:EAN008'"


@pytest.fixture
def loaded(workspace: Workspace) -> Workspace:
    """A workspace with one good file, and in its exports two that are refused: an invoice that is
    cut, and a list whose quote never closes."""
    write(workspace.exports / "items-2026-10-01.csv", f"{ITEMS}1;b1;EAST\n")
    write(workspace.exports / "invoices.edi", CUT)
    write(workspace.exports / "holds for Ann Reed.csv", f'{ITEMS}2;"b2;EAST\n')
    receipt = libstats.load(workspace, workspace.exports)
    assert sorted(f.outcome for f in receipt.files) == ["loaded", "refused", "refused"]
    return workspace


def told(place: Workspace) -> list[str]:
    """The refused files that `check` tells of, by name."""
    with contextlib.closing(opened(place)) as con:
        return [r["place"] for r in records(libstats.check(con)) if r["alarm"] == "refused file"]


def test_check_the_loads_and_the_pages_tell_of_it_by_the_name_that_is_recorded(
    loaded: Workspace,
) -> None:
    text, is_wrong = alarms(loaded, NOW)
    assert is_wrong and "refused file: invoices.edi (exports), 1" in text
    assert "refused, in no figure: invoices.edi" in loads(loaded)
    with contextlib.closing(opened(loaded)) as con:
        [said] = sections.refused(records(freshness(con)))
    assert said.startswith("Refused when last loaded, and in no figure: holds for Xxx Xxxx~")
    kept = (loaded.store / "refused.json").read_text("utf-8")
    assert "Reed" not in text + said + kept + loads(loaded)


def test_it_is_told_until_it_is_loaded_written_anew_or_gone(loaded: Workspace) -> None:
    assert len(told(loaded)) == 2
    libstats.load(loaded, write(loaded.exports / "more-2026-10-02.csv", f"{ITEMS}3;b3;EAST\n"))
    assert len(told(loaded)) == 2  # another load says nothing of it
    held = write(loaded.exports / "holds for Ann Reed.csv", f"{ITEMS}2;b2;EAST\n")
    assert told(loaded) == ["invoices.edi"]
    write(held, f'{ITEMS}2;"b2;EAST\n')  # as it was
    assert len(told(loaded)) == 2
    held.unlink()
    assert told(loaded) == ["invoices.edi"]


def test_what_was_refused_and_loads_later_is_told_no_longer(workspace: Workspace) -> None:
    """A file is refused without its day, and taken with it."""
    write(workspace.exports / "items-2026-10-01.csv", f"{ITEMS}1;b1;EAST\n")
    file = write(workspace.exports / "vendors.csv", "id,name,listprice,invoiceprice\n1,A,EUR,EUR\n")
    libstats.load(workspace, workspace.exports)
    assert told(workspace) == ["vendors.csv"]
    libstats.load(workspace, file, exported_at="2026-10-01")
    assert told(workspace) == []


def test_what_lies_elsewhere_is_left_to_who_named_it(loaded: Workspace) -> None:
    file = write(loaded.folder / "reports" / "late.csv", f'{ITEMS}9;"b9;EAST\n')
    assert [f.outcome for f in libstats.load(loaded, file).files] == ["refused"]
    assert len(told(loaded)) == 2 and "late" not in (loaded.store / "refused.json").read_text()


def test_one_that_is_accepted_is_named_on_no_page(loaded: Workspace) -> None:
    with contextlib.closing(opened(loaded)) as con:
        ids = [r["id"] for r in records(libstats.check(con)) if r["alarm"] == "refused file"]
    accept(loaded, Acceptance(ids, [], "known and harmless"), NOW)
    assert not alarms(loaded, NOW)[1]
    with contextlib.closing(opened(loaded)) as con:
        assert sections.refused(records(freshness(con))) == []


def test_a_damaged_note_of_refused_files_stops_nothing(loaded: Workspace) -> None:
    write(loaded.store / "refused.json", '{"a": 1')
    assert told(loaded) == []
    libstats.load(loaded, loaded.exports)
    assert len(told(loaded)) == 2
