"""Pulling from Evergreen's database."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

import libstats
from libstats.errors import PullError
from libstats.loading.load import load
from libstats.loading.receipt import LoadReceipt
from libstats.pull.postgresql import PostgreSQL
from libstats.pull.pull import Pulled, pull
from libstats.sources import queries
from libstats.workspace.workspace import Workspace, init
from tests.pull.conftest import PASSWORD
from tests.support.servers import Server, postgresql

CANARY = "Odette Zebedee"
# both hours of the night in which clocks go back, the hour around their going forward, one over a year earlier than it was, and a date
# without end
ROWS = f"""
insert into action.circulation values
    (1, null, 71, 9, 1, null, 1, 2, '2026-11-01 05:30:00+00', 'infinity', null, false, false, false, false, '{CANARY}', 'x'),
    (2, null, 72, 8, 1, 1, 1, 2, '2026-11-01 06:30:00+00', '2026-11-20 05:00:00+00', '2026-11-03 15:00:00+00', false, false, false, false, null, null),
    (4, null, 73, 7, 1, 1, 1, 2, '2026-03-08 06:30:00+00', '2026-03-20 05:00:00+00', '2026-03-08 07:30:00+00', false, false, false, false, null, null),
    (3, 2, null, 8, 1, null, 1, 2, '2026-11-03 15:00:00+00', '2026-11-24 05:00:00+00', null, true, false, false, false, null, null);
"""


@pytest.fixture(scope="module")
def _server() -> Iterator[Server]:
    with postgresql() as server:
        yield server


@pytest.fixture
def evergreen(_server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    for sql in ("drop database if exists evergreen", "drop role if exists reader"):
        _server.run(sql, "postgres")
    _server.run("create database evergreen", "postgres")
    _server.run((Path(__file__).parent / "evergreen.sql").read_text(encoding="utf-8"), "evergreen")
    _server.run(ROWS, "evergreen")
    monkeypatch.setenv("LIBSTATS_PASSWORD", PASSWORD)
    return _server


@pytest.fixture
def place(workspace: Workspace) -> Workspace:
    workspace.config["library"] = {"timezone": "America/New_York"}
    return workspace


def pulled(place: Workspace, server: Server, **options: object) -> Pulled:
    address = f"postgresql://reader@127.0.0.1:{server.port}/evergreen"
    return pull(place, "evergreen", address, **options)  # type: ignore[arg-type]


def loans(place: Workspace) -> list[tuple[object, ...]]:
    with libstats.open(place) as con:
        return con.sql("from loan order by all").fetchall()


def test_a_pull_and_what_psql_writes_are_one_state(
    evergreen: Server, place: Workspace, tmp_path: Path
) -> None:
    """Also from a session that lives in another zone."""
    found = pulled(place, evergreen)
    assert found.rows == {"action.all_circulation": 4, "actor.org_unit": 1}
    (query,) = (q for q in queries.of_system("evergreen").each if q.name == "circulations")
    sql = query.cut(
        {table: frozenset(_columns(evergreen, table)) for table in query.tables.values()}
    )
    for zone in ("UTC", "Europe/Oslo"):
        other = init(tmp_path / zone.replace("/", ""))
        other.config["library"] = {"timezone": "America/New_York"}
        (other.folder / "patron.key").write_bytes(place.key_file.read_bytes())
        file = other.exports / "circulations-20261130120000.csv"
        file.write_text(_csv(evergreen, sql.sql(), zone), encoding="utf-8", newline="")
        libstats.load(other, [file])
        assert loans(other) == loans(place)


@pytest.mark.slow
def test_a_pull_and_a_file_count_once_in_either_order(
    evergreen: Server, place: Workspace, tmp_path: Path
) -> None:
    pulled(place, evergreen, only=["circulations"])
    once = loans(place)
    (query,) = (q for q in queries.of_system("evergreen").each if q.name == "circulations")
    seen = {table: frozenset(_columns(evergreen, table)) for table in query.tables.values()}
    text = _csv(evergreen, query.cut(seen).sql(), "UTC")
    other = init(tmp_path / "other")
    other.config["library"] = {"timezone": "America/New_York"}
    (other.folder / "patron.key").write_bytes(place.key_file.read_bytes())
    for workspace in (place, other):
        file = workspace.exports / "circulations-20261130010000.csv"
        file.write_text(text, encoding="utf-8", newline="")
        libstats.load(workspace, [file])
        assert loans(workspace) == once
    pulled(other, evergreen, only=["circulations"])
    assert loans(other) == once


def _columns(server: Server, table: str) -> list[str]:
    schema, _, name = table.partition(".")
    sql = f"select column_name from information_schema.columns where table_schema = '{schema}' and table_name = '{name}'"
    return _csv(server, sql, "UTC").split()[1:]


def _csv(server: Server, sql: str, zone: str) -> str:
    command = [part.format(database="evergreen") for part in server.client]
    told = f"set TimeZone = '{zone}'; {sql};"
    run = subprocess.run(
        [*command, "--csv"], input=told, capture_output=True, text=True, check=True
    )
    return run.stdout


def test_the_hours_of_the_clocks_change_stay_two(evergreen: Server, place: Workspace) -> None:
    pulled(place, evergreen)
    with libstats.open(place) as con:
        assert con.sql(
            "select loan_id, checked_out_at::varchar, due_at is null from loan where loan_id in ('1', '2') order by 1"
        ).fetchall() == [("1", "2026-11-01 01:30:00", True), ("2", "2026-11-01 01:30:00", False)]
        # an hour passed, and the clock went on by two
        assert con.sql(
            "select checked_out_at::varchar, returned_at::varchar from loan where loan_id = '4'"
        ).fetchall() == [("2026-03-08 01:30:00", "2026-03-08 03:30:00")]


def test_only_what_moved_is_asked_for_again_and_who_is_deleted_is_forgotten(
    evergreen: Server, place: Workspace
) -> None:
    pulled(place, evergreen)
    evergreen.run(
        "update action.circulation set usr = null where id = 2;"
        "update action.circulation set checkin_time = now() where id = 1",
        "evergreen",
    )
    found = pulled(place, evergreen, only=["circulations"])
    assert found.rows == {"action.all_circulation": 2}  # that which moved, and who is gone
    with libstats.open(place) as con:
        assert con.sql(
            "select loan_id from loan where patron_key is not null order by 1"
        ).fetchall() == [("1",), ("4",)]


def test_the_canary_is_nowhere(evergreen: Server, place: Workspace) -> None:
    pulled(place, evergreen)
    stored = b"".join(p.read_bytes() for p in place.folder.rglob("*") if p.is_file())
    assert CANARY.encode() not in stored
    assert PASSWORD.encode() not in stored


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("revoke select on all tables in schema action, actor from reader", "all tables"),
        (
            "revoke select on action.all_circulation from reader; "
            "grant select (id, usr, xact_start, checkin_time) on action.all_circulation to reader",
            "is hidden|is missing",
        ),
        ("alter role reader password 'another'", "did not let the user in"),
        ("alter role reader nologin", "did not let the user in"),
    ],
)
def test_what_may_not_be_read_changes_nothing(
    sql: str, said: str, evergreen: Server, place: Workspace
) -> None:
    evergreen.run(sql, "evergreen")
    with pytest.raises(PullError, match=said):
        pulled(place, evergreen, only=["circulations"] if "grant" in sql else [])
    assert not list(place.exports.iterdir())


def test_a_table_that_is_held_is_said(
    evergreen: Server, place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("libstats.pull.postgresql.WAITS", 1)
    held = "begin; lock table action.circulation in access exclusive mode"
    with evergreen.holding(held, "evergreen"), pytest.raises(PullError, match="holds a lock"):
        pulled(place, evergreen)
    assert not list((place.store / "pull").iterdir())


def test_a_connection_that_is_killed_is_said(
    evergreen: Server, place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled(place, evergreen)
    names = {path.name for path in place.exports.iterdir()}
    marks = (place.store / "pulls.json").read_bytes()
    before = loans(place)
    begin = PostgreSQL.begin

    def killed(self: PostgreSQL) -> datetime:
        moment = begin(self)
        evergreen.run(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reader'",
            "evergreen",
        )
        return moment

    monkeypatch.setattr(PostgreSQL, "begin", killed)
    with pytest.raises(PullError, match="the connection broke off"):
        pulled(place, evergreen)
    assert {path.name for path in place.exports.iterdir()} == names
    assert (place.store / "pulls.json").read_bytes() == marks
    assert loans(place) == before
    assert not list((place.store / "pull").iterdir())


def test_a_user_who_may_do_all_changes_nothing(
    evergreen: Server, place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection itself is for reading, in each transaction and outside of them."""
    evergreen.run("alter role reader superuser", "evergreen")
    begin = PostgreSQL.begin

    def writing(self: PostgreSQL) -> datetime:
        with pytest.raises(PullError, match="25006"):  # read_only_sql_transaction
            self._rows("delete from action.circulation")
        moment = begin(self)
        self._rows("delete from action.circulation")
        return moment

    monkeypatch.setattr(PostgreSQL, "begin", writing)
    with pytest.raises(PullError, match="25006"):
        pulled(place, evergreen)
    monkeypatch.setattr(PostgreSQL, "begin", begin)
    assert pulled(place, evergreen).rows["action.all_circulation"] == 4


def test_nobody_is_kept_waiting_while_it_loads(
    evergreen: Server, place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another may drop what was read."""

    def dropping(*args: object, **options: object) -> LoadReceipt:
        evergreen.run("set lock_timeout = '2s'; drop view action.all_circulation", "evergreen")
        return load(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("libstats.pull.pulled.load", dropping)
    assert pulled(place, evergreen, only=["circulations"]).is_clean
