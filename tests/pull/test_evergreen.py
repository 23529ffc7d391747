"""Pulling from Evergreen's database."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import libstats
from libstats.errors import PullError
from libstats.pull.pull import Pulled, pull
from libstats.sources import queries
from libstats.workspace.workspace import Workspace, init
from tests.pull.conftest import PASSWORD
from tests.support.servers import Server, postgresql

CANARY = "Odette Zebedee"
# both hours of the night in which clocks go back, one over a year earlier than it was, and a date
# without end
ROWS = f"""
insert into action.circulation values
    (1, null, 71, 9, 1, null, 1, 2, '2026-11-01 05:30:00+00', 'infinity', null, false, false, false, false, '{CANARY}', 'x'),
    (2, null, 72, 8, 1, 1, 1, 2, '2026-11-01 06:30:00+00', '2026-11-20 05:00:00+00', '2026-11-03 15:00:00+00', false, false, false, false, null, null),
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
    assert found.rows == {"action.all_circulation": 3, "actor.org_unit": 1}
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
    assert found.rows == {"action.all_circulation": 2}
    with libstats.open(place) as con:
        assert con.sql(
            "select loan_id, returned_at is not null from loan where patron_key is not null"
        ).fetchall() == [("1", True)]


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
