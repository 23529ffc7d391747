"""Pulling from Koha's database: what a file of the same rows would say, and nothing else."""

from __future__ import annotations

import csv
import json
import re
import signal
import subprocess
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

import libstats
from libstats.cli.main import main
from libstats.errors import PullError, StoreError
from libstats.loading.load import load
from libstats.loading.receipt import LoadReceipt
from libstats.pull import mariadb
from libstats.pull.pull import Pulled, pull
from libstats.pull.since import Marks
from libstats.workspace.workspace import Workspace, init
from tests.pull.conftest import PASSWORD
from tests.support.files import DOCS
from tests.support.servers import Server

CANARY = "Odette Zebedee"
ROWS = f"""
insert into items (itemnumber, barcode, biblionumber, homebranch, itemcallnumber, dateaccessioned, price, onloan, timestamp, itemnotes_nonpublic) values
    (1, 'b1', 10, 'QBC', 'FIC "A", Ære', '2020-01-02', 12.5, null, '2026-10-25 03:04:05', '{CANARY}'),
    (2, 'b2', 11, 'TRN', null, '0000-00-00', null, '2026-12-01', '2026-10-25 02:30:00', null);
insert into issues values
    (5, 1, 77, 'QBC', '2026-11-20 10:00:00', '2026-12-11 23:59:00', null, null, 0, 1, 0, '2026-11-20 10:00:00', '{CANARY}');
insert into old_issues values
    (4, 2, 78, 'QBC', '2026-10-25 02:30:00', '2026-11-11 23:59:00', '2026-11-01 09:00:00', null, 1, 0, 0, '2026-11-01 09:00:00', null);
insert into statistics values
    ('2026-11-20 10:00:00', 'QBC', 'issue', 1, 'BK', 'S', 'FIC', 77, 0, '{CANARY}'),
    (current_timestamp, 'QBC', 'issue', 1, 'BK', 'S', 'FIC', 77, 0, null);
"""


def pulled(place: Workspace, server: Server, **options: object) -> Pulled:
    return pull(place, "koha", f"mysql://reader@127.0.0.1:{server.port}/koha", **options)  # type: ignore[arg-type]


def state(place: Workspace) -> dict[str, list[tuple[object, ...]]]:
    with libstats.open(place) as con:
        return {
            table: sorted(con.execute(f"from {table}").fetchall(), key=str)
            for table in ("item", "loan", "circulation_event")
        }


def test_a_pull_and_files_of_the_same_rows_are_one_state(
    koha: Server, workspace: Workspace, tmp_path: Path
) -> None:
    """Whichever file comes first; the files are what Koha's own report would write of the rows above."""
    koha.run(ROWS)
    found = pulled(workspace, koha)
    assert found.rows == {"items": 2, "issues": 1, "old_issues": 1, "statistics": 1}
    assert found.is_clean
    assert "reserves" in found.unread
    once = state(workspace)
    assert [row[:1] for row in once["item"]] == [("koha",), ("koha",)]
    files = sorted(workspace.exports.iterdir())
    for order in (files, files[::-1]):
        other = init(tmp_path / f"other{order[0].name}")
        (other.folder / "patron.key").write_bytes(workspace.key_file.read_bytes())
        libstats.load(other, order)
        assert state(other) == once


# The same rows as a person's own exports have them: a zero date, the hour that the clock shows twice,
# and the one that it leaves out.
OWN = {
    "items": (
        {
            "itemnumber": "1", "barcode": "b1", "biblionumber": "10", "homebranch": "QBC",
            "itemcallnumber": 'FIC "A", Ære', "dateaccessioned": "2020-01-02", "price": "12.50",
            "timestamp": "2026-10-25 03:04:05",
        },
        {
            "itemnumber": "2", "barcode": "b2", "biblionumber": "11", "homebranch": "TRN",
            "dateaccessioned": "0000-00-00", "onloan": "2026-12-01",
            "timestamp": "2026-10-25 02:30:00",
        },
    ),
    "old_issues": (
        {
            "issue_id": "4", "itemnumber": "2", "borrowernumber": "78", "branchcode": "QBC",
            "issuedate": "2026-10-25 02:30:00", "date_due": "2026-11-11 23:59:00",
            "returndate": "2026-11-01 09:00:00", "renewals_count": "1", "auto_renew": "0",
            "onsite_checkout": "0", "timestamp": "2026-11-01 09:00:00",
        },
        {
            "issue_id": "3", "itemnumber": "1", "borrowernumber": "78", "branchcode": "QBC",
            "issuedate": "2026-03-29 02:30:00", "date_due": "2026-04-11 23:59:00",
            "returndate": "2026-04-01 09:00:00", "renewals_count": "0", "auto_renew": "0",
            "onsite_checkout": "0", "timestamp": "2026-04-01 09:00:00",
        },
    ),
}  # fmt: skip
SPRING = (
    "insert into old_issues values (3, 1, 78, 'QBC', '2026-03-29 02:30:00', '2026-04-11 23:59:00', "
    "'2026-04-01 09:00:00', null, 0, 0, 0, '2026-04-01 09:00:00', null)"
)


def own(place: Workspace, headings: dict[str, list[str]]) -> list[Path]:
    """The exports of a person, under the headings of the page's queries."""
    files = []
    for name, rows in OWN.items():
        files.append(place.exports / f"{name}-20261130010000.csv")
        with files[-1].open("w", encoding="utf-8", newline="") as text:
            writer = csv.DictWriter(text, headings[name])
            writer.writeheader()
            writer.writerows(rows)
    return files


@pytest.mark.slow
def test_a_pull_and_a_persons_exports_count_once_in_either_order(
    koha: Server, workspace: Workspace, tmp_path: Path
) -> None:
    koha.run(ROWS + SPRING)
    pulled(workspace, koha)
    once, headings = state(workspace), {}
    for name in OWN:
        (file,) = workspace.exports.glob(f"*{name.replace('_', '?')}-*")
        with file.open(encoding="utf-8", newline="") as text:
            headings[name] = next(csv.reader(text))
    libstats.load(workspace, own(workspace, headings))
    assert state(workspace) == once
    other = init(tmp_path / "other")
    (other.folder / "patron.key").write_bytes(workspace.key_file.read_bytes())
    libstats.load(other, own(other, headings))
    pulled(other, koha)
    assert state(other) == once


def test_the_text_is_the_servers_own(koha: Server, workspace: Workspace) -> None:
    koha.run(ROWS)
    pulled(workspace, koha, only=["items"])
    (file,) = workspace.exports.iterdir()
    with file.open(encoding="utf-8", newline="") as text:
        first, second = csv.DictReader(text)
    assert (first["itemcallnumber"], first["price"], first["onloan"]) == (
        'FIC "A", Ære',
        "12.50",
        "",
    )
    assert (second["dateaccessioned"], second["onloan"]) == ("0000-00-00", "2026-12-01")
    assert not {"itemnotes_nonpublic", "cover", "flags"} & first.keys()


def test_the_canary_and_the_password_are_nowhere(
    koha: Server, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    koha.run(ROWS)
    address = f"mysql://reader@127.0.0.1:{koha.port}/koha"
    assert main(["-w", str(workspace.folder), "pull", "koha", address]) == 0
    said = "".join(capsys.readouterr())
    stored = b"".join(p.read_bytes() for p in workspace.folder.rglob("*") if p.is_file())
    for secret in (CANARY, PASSWORD):
        assert secret not in said
        assert secret.encode() not in stored


def test_only_what_came_and_changed_is_asked_for_again(koha: Server, workspace: Workspace) -> None:
    """Open loans and copies whole; of returned loans what moved; of the log five weeks."""
    koha.run(ROWS)
    pulled(workspace, koha)
    koha.run(
        "insert into old_issues select 6, 1, 79, 'QBC', issuedate, date_due, now(), null, 0, 0, 0, now(), null from issues"
    )
    assert pulled(workspace, koha).rows["old_issues"] == 1
    assert pulled(workspace, koha, is_full=True).rows["old_issues"] == 2


def test_a_deleted_patron_is_forgotten_though_no_time_moved(
    koha: Server, workspace: Workspace
) -> None:
    koha.run(ROWS)
    pulled(workspace, koha)
    koha.run("update old_issues set borrowernumber = null, timestamp = timestamp")
    found = pulled(workspace, koha)
    assert found.receipt
    assert sum(each.stripped for each in found.receipt.files) == 1
    with libstats.open(workspace) as con:
        assert con.sql("select loan_id from loan where patron_key is not null").fetchall() == [
            ("5",)
        ]


@pytest.mark.slow
def test_who_is_deleted_by_a_cascade_is_forgotten(koha: Server, workspace: Workspace) -> None:
    """As in Koha: the server itself blanks the column, and moves no time."""
    koha.run(
        ROWS + "create table borrowers (borrowernumber int primary key);"
        "insert into borrowers values (77), (78);"
        "alter table old_issues modify timestamp timestamp not null default current_timestamp "
        "on update current_timestamp, add foreign key (borrowernumber) references borrowers "
        "(borrowernumber) on delete set null on update set null"
    )
    pulled(workspace, koha)
    koha.run("delete from borrowers where borrowernumber = 78")
    assert pulled(workspace, koha, only=["loans"]).rows == {"issues": 1, "old_issues": 1}
    for known_on in (None, datetime.now()):
        with libstats.open(workspace, known_on=known_on) as con:
            assert con.sql("select loan_id from loan where patron_key is not null").fetchall() == [
                ("5",)
            ]


@pytest.mark.parametrize(
    ("grants", "only", "said"),
    [
        (
            "revoke select on koha.* from reader@'127.0.0.1'; create table koha.other (a int); "
            "grant select on koha.other to reader@'127.0.0.1'",
            [],
            "all tables",
        ),
        (
            "revoke select on koha.* from reader@'127.0.0.1'; grant select (itemnumber, branchcode, "
            "issuedate, date_due) on koha.issues to reader@'127.0.0.1'",
            ["loans"],
            "the column issue_id is missing",
        ),
        (
            "drop table issues",
            ["loans"],
            "issues is hidden from the user",
        ),
    ],
)  # fmt: skip
def test_what_may_not_be_read_changes_nothing(
    grants: str, only: list[str], said: str, koha: Server, workspace: Workspace
) -> None:
    koha.run(ROWS + grants)
    with pytest.raises(PullError, match=said):
        pulled(workspace, koha, only=only)
    assert not list(workspace.exports.iterdir())
    assert not (workspace.store / "pulls.json").exists()


def test_a_pull_that_breaks_off_leaves_nothing(
    koha: Server, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that an administrator holds: libstats gives up the wait, and tells of it once."""
    monkeypatch.setattr("libstats.pull.mariadb.WAITS", 1)
    koha.run(ROWS)
    pulled(workspace, koha)
    names = {path.name for path in workspace.exports.iterdir()}
    marks = json.loads((workspace.store / "pulls.json").read_text(encoding="utf-8"))
    before = state(workspace)
    with (
        koha.holding("lock tables statistics write"),
        pytest.raises(PullError, match="holds a lock"),
    ):
        pulled(workspace, koha)
    assert {path.name for path in workspace.exports.iterdir()} == names
    assert json.loads((workspace.store / "pulls.json").read_text(encoding="utf-8")) == marks
    assert not list((workspace.store / "pull").iterdir())
    assert state(workspace) == before


def test_a_connection_that_is_killed_is_said(
    koha: Server, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    koha.run(ROWS)
    begin = mariadb.MariaDB.begin

    def killed(self: mariadb.MariaDB) -> datetime:
        moment = begin(self)
        koha.run(
            "select concat('kill ', id) into @line from information_schema.processlist "
            "where user = 'reader' limit 1; execute immediate @line"
        )
        return moment

    monkeypatch.setattr(mariadb.MariaDB, "begin", killed)
    with pytest.raises(PullError, match="the connection broke off"):
        pulled(workspace, koha)
    assert not list(workspace.exports.iterdir())
    assert not list((workspace.store / "pull").iterdir())


@pytest.mark.slow
def test_a_killed_pull_leaves_all_as_it_was(koha: Server, workspace: Workspace) -> None:
    """It is killed while it waits for a table that somebody holds; the next one is whole."""
    koha.run(ROWS)
    pulled(workspace, koha, only=["items"])
    names = {path.name for path in workspace.exports.iterdir()}
    marks = (workspace.store / "pulls.json").read_bytes()
    before = state(workspace)
    address = f"mysql://reader@127.0.0.1:{koha.port}/koha"
    command = [sys.executable, "-m", "libstats", "-w", str(workspace.folder), "pull", "koha"]
    with (
        koha.holding("lock tables statistics write"),
        subprocess.Popen([*command, address]) as process,
    ):
        until = time.monotonic() + 60
        while not list((workspace.store / "pull").glob("statistics*")):
            assert time.monotonic() < until
            time.sleep(0.05)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert {path.name for path in workspace.exports.iterdir()} == names
    assert (workspace.store / "pulls.json").read_bytes() == marks
    assert state(workspace) == before
    assert pulled(workspace, koha).is_clean
    assert not list((workspace.store / "pull").iterdir())


def test_rows_that_somebody_changes_keep_no_pull_waiting(
    koha: Server, workspace: Workspace
) -> None:
    """What is not committed is not there."""
    koha.run(ROWS)
    with koha.holding("begin; update items set homebranch = 'XXX'"):
        pulled(workspace, koha, only=["items"])
    with libstats.open(workspace) as con:
        told = "select owning_branch from item order by 1"
        assert con.sql(told).fetchall() == [("QBC",), ("TRN",)]


def test_nobody_is_kept_waiting_while_it_loads(
    koha: Server, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table that was read can be dropped before the load has begun."""
    koha.run(ROWS)

    def dropped(*args: object, **options: object) -> LoadReceipt:
        koha.run("set lock_wait_timeout = 1; drop table items, issues, old_issues, statistics")
        return load(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("libstats.pull.pulled.load", dropped)
    assert pulled(workspace, koha).is_clean


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mysql://reader:secret-3@127.0.0.1/koha", "holds a password"),
        ("postgresql://reader@127.0.0.1/koha", "no address of a MariaDB or MySQL database"),
        ("mysql://127.0.0.1/koha", "lacks the user"),
        ("mysql://reader@127.0.0.1", "lacks the user, the host or the database"),
        ("mysql://reader@127.0.0.1:port/koha", "no address of a database"),
        ("koha", "no address"),
        ("mysql://reader@127.0.0.1:1/koha", "cannot be reached"),
    ],
)
def test_an_address_that_is_none_is_refused_in_words(
    address: str, said: str, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIBSTATS_PASSWORD", PASSWORD)
    with pytest.raises(PullError, match=said) as refused:
        pull(workspace, "koha", address)
    assert "secret-3" not in str(refused.value)


def test_a_wrong_password_is_not_repeated(
    koha: Server, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIBSTATS_PASSWORD", "wrong-word-9")
    with pytest.raises(PullError, match="did not let the user in") as refused:
        pulled(workspace, koha)
    assert "wrong-word-9" not in str(refused.value)


def test_a_zone_that_the_server_does_not_know_is_said(koha: Server, workspace: Workspace) -> None:
    workspace.config["library"] = {"timezone": "America/New_York"}
    with pytest.raises(PullError, match="does not know the time zone"):
        pulled(workspace, koha)


def test_who_is_made_as_the_page_says_reads_all_that_is_there(
    koha: Server, workspace: Workspace
) -> None:
    """The page's own statements, for a program on the server itself; nothing else is granted."""
    page = (DOCS / "pull.md").read_text(encoding="utf-8")
    told = re.findall(r"```sql\n(create user.*?)```", page, re.DOTALL)[0]
    told = told.replace("@'localhost'", "@'127.0.0.1'").replace("A PASSWORD OF ITS OWN", PASSWORD)
    tables = re.findall(r"grant select on (\S+)", told)
    made = "".join(f"create table if not exists {table} (a int);" for table in tables)
    koha.run(f"{ROWS}; drop user reader@'127.0.0.1'; {made} {told}")
    found = pulled(workspace, koha, is_trial=True)
    assert list(found.rows) == ["items", "issues", "old_issues", "statistics"]
    assert pulled(workspace, koha, only=["items", "loans", "statistics"]).is_clean


def test_a_trial_reads_nothing(koha: Server, workspace: Workspace) -> None:
    koha.run(ROWS)
    found = pulled(workspace, koha, is_trial=True)
    assert set(found.rows.values()) == {None}
    assert not list(workspace.exports.iterdir())


def test_a_file_that_is_still_written_is_no_export(workspace: Workspace) -> None:
    (workspace.exports / f"items-{date(2026, 11, 30)}.csv.part").write_text("barcode,homebranch\n")
    assert libstats.load(workspace, [workspace.exports]).files == []


def test_a_load_that_cannot_be_published_leaves_no_exports(
    koha: Server, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another load is at work in the store."""
    koha.run(ROWS)

    def busy(*args: object, **options: object) -> LoadReceipt:
        raise StoreError("another load is at work", "Try it again.")

    monkeypatch.setattr("libstats.pull.pulled.load", busy)
    with pytest.raises(StoreError, match="at work"):
        pulled(workspace, koha)
    assert not list(workspace.exports.iterdir())
    assert not (workspace.store / "pulls.json").exists()


def test_what_a_killed_pull_left_is_cleared_away(koha: Server, workspace: Workspace) -> None:
    koha.run(ROWS)
    left = workspace.store / "pull" / "items-20261101000000.csv.part"
    left.parent.mkdir()
    left.write_text("itemnumber,barc", encoding="utf-8")
    assert pulled(workspace, koha, only=["items"]).is_clean
    assert not left.exists()


def test_a_user_who_may_do_all_changes_nothing(
    koha: Server, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection itself is for reading, whoever it is of."""
    koha.run(ROWS + "; grant all on *.* to reader@'127.0.0.1'")
    begin = mariadb.MariaDB.begin

    def writing(self: mariadb.MariaDB) -> datetime:
        moment = begin(self)
        self._run("delete from items")
        return moment

    monkeypatch.setattr(mariadb.MariaDB, "begin", writing)
    with pytest.raises(PullError, match="error 1792"):  # of a transaction that reads
        pulled(workspace, koha)
    monkeypatch.undo()
    monkeypatch.setenv("LIBSTATS_PASSWORD", PASSWORD)
    assert pulled(workspace, koha, only=["items"]).rows == {"items": 2}


def test_a_second_has_one_pull(tmp_path: Path) -> None:
    marks, moment = Marks(tmp_path, "koha"), datetime(2026, 11, 1, 9, 30, 5)
    marks.move(["issues"], moment)
    taken = [marks.is_taken(at) for at in (moment, moment + timedelta(seconds=1))]
    assert taken == [True, False]
    assert not Marks(tmp_path, "koha-branch").is_taken(moment)
