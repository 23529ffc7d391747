"""Privacy: what is never read, what is hashed, what is forgotten."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

import libstats
from libstats.cli import main
from libstats.errors import LibstatsError, WorkspaceError
from libstats.loading import forget, incoming, queue
from libstats.privacy import keys as privacy
from libstats.store import generations, steps
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.files import write

HEAD = "issue_id;borrowernumber;issuedate;date_due;itemnumber\n"
LOAN = '1;{};"2026-09-01 10:00:00";"2026-09-21 23:59:00";7\n'


def patrons(workspace: Workspace) -> list[object]:
    """Every patron key in any stored or current row of a loan."""
    with libstats.open(workspace) as con:
        return [
            v
            for (v,) in con.sql(
                "select patron_key from store.loan__row union all select patron_key from loan_ever"
            ).fetchall()
        ]


def test_sql_and_python_hash_alike() -> None:
    con = duckdb.connect()
    key = bytes(range(32))
    privacy.hash_in_sql(con, key)
    hashed = privacy.hasher(key)
    plain = ("77", " 77 ", "\t77\r\n", "77\u00a0", "Łódź-9", "x" * 200)
    ruined = ("77.0", "٧٧.0", "7.70", "1" * 16 + ".0", "#WERT!", "'77", "nan", '="77"', "1,234")
    for identifier in (*plain, *ruined):
        assert con.execute("select person_key($1)::varchar", [identifier]).fetchall() == [
            (hashed(identifier) or None,)
        ]
    assert con.execute("select person_key('  ')").fetchall() == [(None,)]
    assert hashed("77") == hashed("77.0") == hashed(" 77 ") == hashed("77\t") != hashed("78")


def test_the_hash_is_hmac_sha256() -> None:
    """RFC 4231, test case 2: key "Jefe"; its first eight bytes."""
    assert privacy.hasher(b"Jefe")("what do ya want for nothing?") == str(
        int("5bdcc146bf60754e", 16)
    )


def test_a_big_file_hashes_persons_as_a_small_one_does(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    persons = ["7", " 7\t", "8", "", "7", "Ä 9", "'", "10"]
    rows = "".join(
        f'{number};{number};"{person}";2026-10-01 10:00:00;2026-10-22\n'
        for number, person in enumerate(persons, start=1)
    )
    file = write(
        tmp_path / "old_issues-2026-10-31.csv",
        "issue_id;itemnumber;borrowernumber;issuedate;date_due\n" + rows,
    )
    monkeypatch.setattr(incoming, "BIG", 0)
    monkeypatch.setattr(queue, "BIG", 0)
    receipt = libstats.load(workspace, [file])
    assert receipt.files[0].outcome == "loaded" and receipt.files[0].dispositions["new"] == len(
        persons
    ), str(receipt)
    hashed = privacy.hasher(privacy.read_key(workspace.key_file))
    with libstats.open(workspace) as con:
        keys = [
            key
            for (key,) in con.sql(
                "select patron_key from loan order by loan_id::integer"
            ).fetchall()
        ]
    assert keys == [int(hashed(person)) if person else None for person in persons]
    again = write(
        tmp_path / "old_issues-2026-11-01.csv",
        file.read_text(encoding="utf-8").replace('"8"', '"11"'),
    )
    assert {
        k: n for k, n in libstats.load(workspace, [again]).files[0].dispositions.items() if n
    } == {"changed": 1, "unchanged": len(persons) - 1}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_anonymised_loan_forgets_its_patron_whichever_file_comes_first(
    order: tuple[int, int], workspace: Workspace, tmp_path: Path
) -> None:
    files = [
        write(tmp_path / "loans-2026-10-01.csv", HEAD + LOAN.format("4711")),
        write(tmp_path / "loans-2026-11-01.csv", HEAD + LOAN.format("")),
    ]
    for i in order:
        libstats.load(workspace, [files[i]])
    assert set(patrons(workspace)) == {None}


def test_no_undo_and_no_older_file_brings_a_patron_back(
    workspace: Workspace, tmp_path: Path
) -> None:
    old = write(tmp_path / "loans-2026-10-01.csv", HEAD + LOAN.format("4711"))
    new = write(tmp_path / "loans-2026-11-01.csv", HEAD + LOAN.format(""))
    libstats.load(workspace, [old])
    key = patrons(workspace)[0]
    assert isinstance(key, int)
    libstats.load(workspace, [new])
    assert key.to_bytes(8, "little") not in b"".join(
        p.read_bytes() for p in workspace.store.iterdir()
    )
    libstats.undo(workspace, 2)
    libstats.undo(workspace, 1)
    libstats.load(workspace, [old])
    assert set(patrons(workspace)) == {None}


def test_a_patron_missing_from_an_older_file_stays(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, [write(tmp_path / "loans-2026-10-01.csv", HEAD + LOAN.format(""))])
    libstats.load(workspace, [write(tmp_path / "loans-2026-11-01.csv", HEAD + LOAN.format("4711"))])
    with libstats.open(workspace) as con:
        assert con.sql("select count(patron_key) from loan").fetchall() == [(1,)]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_key_and_store_are_private(workspace: Workspace) -> None:
    assert workspace.key_file.stat().st_mode & 0o077 == 0
    assert workspace.store.stat().st_mode & 0o077 == 0


def test_a_lost_key_stops_loading(workspace: Workspace, tmp_path: Path) -> None:
    workspace.key_file.unlink()
    with pytest.raises(WorkspaceError, match=r"patron\.key"):
        libstats.load(
            workspace, [write(tmp_path / "loans-2026-10-01.csv", HEAD + LOAN.format("4711"))]
        )


RETURNED = "issue_id;borrowernumber;issuedate;date_due;returndate\n"


def returned(*rows: str) -> str:
    """Loans with a return."""
    return RETURNED + "".join(f"{row}\n" for row in rows)


def test_forgetting_destroys_closed_cases_and_sets_a_horizon(
    workspace: Workspace, tmp_path: Path
) -> None:
    old = write(
        tmp_path / "loans-2026-10-01.csv",
        returned(
            "1;4711;2026-01-02 10:00:00;2026-01-30;2026-01-20 10:00:00",
            "2;4712;2026-09-01 10:00:00;2026-09-30;",
        ),
    )
    libstats.load(workspace, [old])
    assert forget.forget(workspace, date(2026, 6, 1)) == 1
    with libstats.open(workspace) as con:
        assert con.sql("select loan_id, patron_key is null from loan order by 1").fetchall() == [
            ("1", True),
            ("2", False),
        ]
    with pytest.raises(LibstatsError, match="patrons were forgotten on"):
        libstats.undo(workspace, 1)
    with pytest.raises(LibstatsError, match="patrons were forgotten on"):
        libstats.open(workspace, known_on="2026-01-01")
    again = write(
        tmp_path / "loans-2026-10-02.csv",
        returned(
            "1;4711;2026-01-02 10:00:00;2026-01-30;2026-01-20 10:00:00",
            "3;4713;2026-01-02 10:00:00;2026-01-30;2026-01-20 10:00:00",
        ),
    )
    libstats.load(workspace, [again])
    with libstats.open(workspace) as con:
        assert con.sql("select loan_id from loan where patron_key is not null").fetchall() == [
            ("2",)
        ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_row_from_when_the_loan_was_open_keeps_no_patron(
    order: tuple[int, int], workspace: Workspace, tmp_path: Path
) -> None:
    """Not stored, not folded anew, and not after the load that says it is closed was undone."""
    files = [
        write(
            tmp_path / "loans-2026-01-10.csv", returned("1;4711;2026-01-02 10:00:00;2026-01-30;")
        ),
        write(
            tmp_path / "loans-2026-02-01.csv",
            returned("1;4711;2026-01-02 10:00:00;2026-01-30;2026-01-20 10:00:00"),
        ),
    ]
    libstats.load(workspace, [files[i] for i in order])
    assert forget.forget(workspace, date(2026, 6, 1)) == 2
    libstats.load(
        workspace,
        [
            write(
                tmp_path / "loans-2026-03-01.csv",
                "issue_id;issuedate;date_due;branchcode\n1;2026-01-02 10:00:00;2026-01-30;EAST\n",
            )
        ],
    )
    assert set(patrons(workspace)) == {None}
    libstats.load(
        workspace,
        [
            write(
                tmp_path / "loans-2026-01-11.csv",
                returned("1;4711;2026-01-02 10:00:00;2026-01-31;"),
            )
        ],
    )
    assert set(patrons(workspace)) == {None}


def test_keys_expire_after_the_librarys_days(workspace: Workspace, tmp_path: Path) -> None:
    with (workspace.folder / CONFIG).open("a", encoding="utf-8") as file:
        file.write("\n[privacy]\nforget_after_days = 30\npurge_exports = true\n")
    place = find(workspace.folder)
    today = datetime.now().replace(microsecond=0)
    rows = [
        f"{i};471{i};2026-01-02 10:00:00;2026-01-30;{today - timedelta(days=d)}"
        for i, d in enumerate((29, 31))
    ]
    export = write(place.exports / "loans-2026-10-01.csv", returned(*rows))
    receipt = libstats.load(place, [place.exports])
    assert receipt.forgotten == 1
    assert not export.exists()
    with libstats.open(place) as con:
        assert con.sql("select loan_id from loan where patron_key is not null").fetchall() == [
            ("0",)
        ]


def test_rotation_unlinks_patrons(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(
        workspace,
        [
            write(
                tmp_path / "loans-2026-10-01.csv",
                returned(
                    "1;4711;2026-01-02 10:00:00;2026-01-30;",
                    "2;4711;2026-01-02 10:00:00;2026-01-30;",
                ),
            )
        ],
    )
    before, key = patrons(workspace), workspace.key_file.read_text(encoding="ascii")
    assert forget.rotate(workspace) == 1
    after = patrons(workspace)
    assert len(set(after)) == 1 and not set(before) & set(after)
    assert workspace.key_file.read_text(encoding="ascii") != key
    libstats.load(
        workspace,
        [
            write(
                tmp_path / "loans-2026-10-02.csv",
                returned("3;4711;2026-01-02 10:00:00;2026-01-30;"),
            )
        ],
    )
    assert not set(before) & set(patrons(workspace))
    assert isinstance(before[0], int)
    assert before[0].to_bytes(8, "little") not in b"".join(
        p.read_bytes() for p in workspace.store.iterdir()
    )


def test_a_generation_that_is_still_open_elsewhere_is_told_of(
    workspace: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On Windows the file of before cannot be removed while a notebook has it open: its patrons are
    not forgotten yet."""
    libstats.load(workspace, [write(tmp_path / "loans-2026-10-01.csv", HEAD + LOAN.format("4711"))])
    with monkeypatch.context() as held:
        held.setattr(generations, "_remove", lambda path: None)
        assert main.main(["-w", str(workspace.folder), "forget", "--before", "2026-06-01"]) == 1
    assert "library-000001.duckdb of before is still open" in capsys.readouterr().err
    assert main.main(["-w", str(workspace.folder), "forget", "--before", "2026-06-01"]) == 0


@pytest.mark.parametrize(("ended_at", "is_done"), [("checkpointed", False), ("published", True)])
def test_a_rotation_that_was_ended_is_finished_or_undone_by_the_next_load(
    ended_at: str,
    is_done: bool,
    workspace: Workspace,
    tmp_path: Path,
) -> None:
    """Between the published database and the new key's place nothing may stay half done: the old
    key would go on."""
    libstats.load(workspace, [write(tmp_path / "loans-2026-10-01.csv", HEAD + LOAN.format("4711"))])
    before = workspace.key_file.read_text(encoding="ascii")

    def end(name: str) -> None:
        if name == ended_at:
            raise KeyboardInterrupt

    with steps.watched(end), pytest.raises(KeyboardInterrupt):
        forget.rotate(workspace)
    libstats.load(
        workspace,
        [
            write(
                tmp_path / "loans-2026-10-02.csv", HEAD + LOAN.format("4711").replace("1;", "2;", 1)
            )
        ],
    )
    assert (workspace.key_file.read_text(encoding="ascii") != before) is is_done
    assert [f.name for f in workspace.folder.glob("patron.*")] == ["patron.key"]
    with libstats.open(workspace) as con:
        assert con.sql("select count(distinct patron_key) from loan").fetchall() == [
            (2 if is_done else 1,)
        ]


def test_two_rotations_at_once_wait_for_each_other(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(workspace, [write(tmp_path / "loans-2026-10-01.csv", HEAD + LOAN.format("4711"))])
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(forget.rotate, [workspace] * 2)) == [1, 1]


def test_a_log_that_comes_again_after_forgetting_is_unchanged(
    workspace: Workspace, tmp_path: Path
) -> None:
    """It still names the patrons of closed cases: nothing of it is stored anew, and no key of
    theirs is written."""
    log = "datetime;type;branch;borrowernumber\n2026-01-05 10:00:00;issue;EAST;4711\n"
    loans = returned(
        "1;4711;2026-01-02 10:00:00;2026-01-30;2026-01-20 10:00:00",
        "2;4711;2026-01-02 10:00:00;2026-01-30;",
    )
    libstats.load(
        workspace,
        [
            write(tmp_path / "log-2026-10-01.csv", log),
            write(tmp_path / "loans-2026-10-01.csv", loans),
        ],
    )
    forget.forget(workspace, date(2026, 6, 1))
    for day in ("02", "03"):
        receipt = libstats.load(
            workspace,
            [
                write(tmp_path / f"log-2026-10-{day}.csv", log),
                write(tmp_path / f"loans-2026-10-{day}.csv", loans),
            ],
        )
        assert [f.dispositions["unchanged"] for f in receipt.files] == [1, 2]
        assert receipt.forgotten == 0
    with libstats.open(workspace) as con:
        assert con.sql(
            "select (select count(*) from store.loan__row), (select count(*) from store.circulation_event__row)"
        ).fetchall() == [(2, 1)]
        assert con.sql("select loan_id from loan where patron_key is not null").fetchall() == [
            ("2",)
        ]
