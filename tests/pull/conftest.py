"""A private MariaDB with tables as Koha's are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers import Server, mariadb

PASSWORD = "only-for-this-test-7"


@pytest.fixture(scope="session")
def _server() -> Iterator[Server]:
    with mariadb() as server:
        yield server


@pytest.fixture
def koha(_server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server, its database empty, its reader's password in the environment."""
    _server.run(
        "drop database if exists koha; drop user if exists reader@'127.0.0.1';"
        + (Path(__file__).parent / "koha.sql").read_text(encoding="utf-8"),
        "mysql",
    )
    monkeypatch.setenv("LIBSTATS_PASSWORD", PASSWORD)
    return _server
