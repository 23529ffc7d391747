"""Which map a file of records is read by, and which is proposed."""

from __future__ import annotations

from pathlib import Path

import pytest

import libstats
from libstats.cli.main import main
from libstats.errors import WorkspaceError
from libstats.recognise.inspect import declare, inspect
from libstats.recognise.recognise import recognise
from libstats.workspace.workspace import Workspace, find
from tests.support.marc import Fields, record

START: Fields = [("001", "b1"), ("005", "20260901120000.0"), ("245", "00$aReeds")]
OF: dict[str, Fields] = {
    "koha": [("999", "  $c1$d1")],
    "sierra": [("907", "  $a.b1$bx$cy")],
    "symphony": [("949", "  $aQL$i31$lSTK$mMAIN$tBOOK")],
    "alma": [("852", "  $822"), ("876", "  $01$p31$822")],
    "evergreen": [("901", "  $atcn$bx$c1")],
    "polaris": [("852", "  $aMain$o3$p31$rIn")],
    "oclc": [("003", "OCoLC")],
    "marc": [],
}


@pytest.mark.parametrize("system", OF)
def test_the_fields_of_most_records_tell_the_system(system: str, tmp_path: Path) -> None:
    other = [("949", "  $aa note")]
    data = record([*START, *OF[system]]) * 12 + record([*START, *other])
    (tmp_path / "a.mrc").write_bytes(data)
    assert recognise(tmp_path / "a.mrc")[0].system == system


def test_one_record_among_many_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.mrc").write_bytes(record(START) * 9 + record([*START, *OF["sierra"]]))
    assert recognise(tmp_path / "a.mrc")[0].system == "marc"


def test_unimarc_is_refused_in_words(tmp_path: Path, workspace: Workspace) -> None:
    """Its 200 is the title, its 700 the author: read as MARC 21 it would say other things."""
    (tmp_path / "a.mrc").write_bytes(record([("001", "1"), ("200", "1 $aLes roseaux")]) * 3)
    receipt = libstats.load(workspace, tmp_path / "a.mrc").files[0]
    assert receipt.outcome == "refused"
    assert "its records are UNIMARC" in receipt.reason


def test_inspect_counts_fields_and_shows_no_value(tmp_path: Path) -> None:
    data = record([*START, ("949", "  $aQL1$i310001$lSTK$mMAIN$tBOOK$xMara-Quill")]) * 2
    (tmp_path / "a.mrc").write_bytes(data)
    said = inspect(tmp_path / "a.mrc")
    assert "  read by the map symphony-949; its records are: 2 titles" in said
    assert "    949  2; 2: $a 2, $i 2, $l 2, $m 2, $t 2, $x 2" in said
    assert "    # $x in 2 is read by no line" in said
    assert "    barcode             $i" in said
    assert "#     last_borrowed_on" not in said
    assert "    # last_borrowed_on    $e us_date blank NEVER   # absent: never" in said
    assert "Mara" not in said
    assert "310001" not in said


def test_a_field_of_copies_of_no_known_system_is_found_by_its_values(
    workspace: Workspace, tmp_path: Path
) -> None:
    copies = [
        ("991", f"  $b3100{n:05}$h598.{n} FEN$f12.5{n % 10}$wadult$zMara Quill") for n in range(20)
    ]
    (tmp_path / "a.mrc").write_bytes(record([*START, *copies]))
    text = declare(tmp_path / "a.mrc", workspace, "ours")
    assert text.splitlines()[-7:] == [
        "copies 991",
        "barcode      $b",
        "title_id     001 or 035$a or 010$a",
        "price        $f typed_amount",
        "call_number  $h",
        "# COLUMN     $w  (in 20 of them)",
        "# COLUMN     $z  (in 20 of them)",
    ]
    place = find(workspace.folder)
    libstats.load(place, tmp_path / "a.mrc")
    with libstats.open(place) as con:
        assert con.sql("select count(*), sum(price) from item").fetchall()[0][0] == 20
    with pytest.raises(WorkspaceError, match="Edit the map that is there"):
        declare(tmp_path / "a.mrc", place, "again")


def test_the_command_writes_the_map(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.mrc").write_bytes(record([*START, *OF["koha"]]))
    folder = str(workspace.folder)
    assert main(["-w", folder, "inspect", str(tmp_path / "a.mrc"), "--write", "ours"]) == 0
    assert "system koha" in (workspace.folder / "ours.map").read_text(encoding="utf-8")
    assert "ours.map" in capsys.readouterr().out


@pytest.mark.slow
def test_the_map_that_is_proposed_for_a_real_catalogue(real: Path, workspace: Workspace) -> None:
    path = real / "marc" / "sample_psucat.mrc"
    declare(path, workspace, "ours")
    copies = libstats.load(find(workspace.folder), path).files[1]
    assert (copies.rows_read, copies.dispositions["rejected"]) == (10_887, 0)
