"""`libstats inspect` names the codes of a file that nobody declared."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from libstats.definitions import roles
from libstats.recognise.inspect import inspect
from tests.support.files import write

HEAD = "itemnumber;barcode;homebranch;notforloan;itemlost;deleted_on\n"
TOLD = "  codes without a role; nothing is concluded from them until libstats.toml declares them:\n"


def test_a_code_without_a_role_is_named_with_the_line_to_add(tmp_path: Path) -> None:
    """7 twice, 8 once; -1 and 0 are known, 9 is lost as any other value, a deleted copy is set
    aside."""
    rows = "1;a;E;7;0;\n2;b;E; 7;9;\n3;c;E;8;0.0;\n7;g;E;0.00;;\n4;d;E;-1;;\n5;e;E;NULL;0;\n6;f;E;66;0;2026-01-01\n"
    told = inspect(write(tmp_path / "items.csv", HEAD + rows))
    assert told.endswith(
        TOLD
        + '    [roles.koha.item.not_for_loan_code] "7" = "..."  (2 rows)\n'
        + '    [roles.koha.item.not_for_loan_code] "8" = "..."  (1 row)\n'
        + said_for_the_points("item", "not_for_loan_code")
    )


def said_for_the_points(about: str, field: str) -> str:
    words = f"in place of the points: {', '.join(roles.words(about, field, {}))}"
    return textwrap.fill(words, 100, initial_indent=" " * 6, subsequent_indent=" " * 8)


def test_the_words_of_a_field_are_its_own(tmp_path: Path) -> None:
    """Of an issue of a serial: how it stands, and the steps of its work, and no other's."""
    text = "serial_issue_id,expected_on,status,entered_at\nS-1,2026-09-01,on its way,2026-09-04\n"
    told = inspect(write(tmp_path / "serial-issues.csv", text))
    assert told.endswith(
        '    [roles.own.serial_issue.status_as_exported] "on its way" = "..."  (1 row)\n'
        "      in place of the points: open, paused, done, given up by the patron, given up, "
        "over, expected,\n        claimed, received, not_published, bound, late, missing, never "
        "came, not published, discarded"
    )


@pytest.mark.parametrize(
    "word", ["biweekly", "bi-weekly", "Bimonthly", "bi-monthly", "biannual", "bi-annual"]
)
def test_how_often_a_serial_comes_is_asked_for_where_a_word_says_two_things(
    tmp_path: Path, word: str
) -> None:
    text = f"subscription_id,frequency,paid_until,entered_at\n7,{word},2026-12-31,2026-01-05\n"
    told = inspect(write(tmp_path / "subscriptions.csv", text))
    assert f'[roles.own.subscription.frequency_as_exported] "{word}" = "..."' in told
    assert "in place of the points: daily, several times a week, weekly" in told


def test_what_a_library_declared_is_known(tmp_path: Path) -> None:
    file = write(tmp_path / "items.csv", HEAD + "1;a;E;7;0;\n")
    config = {
        "sources": {"main": {"system": "koha"}},
        "roles": {"main": {"item": {"not_for_loan_code": {"7": "repair"}}}},
    }
    assert TOLD not in inspect(file, config)
    told = inspect(file, {"sources": {"main": {"system": "koha"}}})
    assert '[roles.main.item.not_for_loan_code] "7"' in told


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        (
            "polaris.csv",
            "ItemRecordID,Barcode,LifetimeCircCount,ItemStatus\n1,b,0,In\n2,c,0,Beamed up\n",
            '[roles.polaris.item.status] "Beamed up"',
        ),
        (
            "sierra.txt",
            '"RECORD #(ITEM)","BARCODE(ITEM)","STATUS(ITEM)"\n"i1000001","b","- "\n"i1000002","c","q"\n',
            '[roles.sierra.item.status] "q"',
        ),
        (
            "folio.csv",
            "item_id,holdingsRecordId,materialTypeId,status.name\n1,h,m,Paged\n2,h,m,Eaten\n",
            '[roles.folio.item.status] "Eaten"',
        ),
        (
            "alma.csv",
            'MMS Id,Item Id,Process Type,Base Status\n99,23,,Item in place\n99,24,Lent to "Mars",\n',
            '[roles.alma.item.status] "Lent to',
        ),
    ],
)
def test_codes_of_every_system_are_asked(name: str, text: str, line: str, tmp_path: Path) -> None:
    told = inspect(write(tmp_path / name, text))
    assert line in told
    assert told.count("[roles.") == 1


@pytest.mark.parametrize(
    ("head", "is_told"),
    [
        ("Title,Issue,Date recd,Initials", True),
        ("Journal;Issue No.;Expected", True),
        ("Serial\tVol/No\tRec'd", True),
        ("Publication,Enumeration,Checked in", True),
        # no day of coming, or no issue: a date of issue is one of a loan
        ("Title,Issue,Initials", False),
        ("Title,Issue date,Received", False),
    ],
)
def test_a_check_in_list_of_serials_is_told_of_its_form(
    tmp_path: Path, head: str, is_told: bool
) -> None:
    told = inspect(write(tmp_path / "checkin.csv", f"{head}\n"))
    assert ("write it into the form serial-issues.csv" in told) == is_told
