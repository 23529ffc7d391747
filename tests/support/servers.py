"""Database servers of the tests' own: a folder, a port of this machine alone, no administrator."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

STARTS_WITHIN = 30


@dataclass(frozen=True)
class Server:
    """A server that runs: its folder and port, and what speaks to it as its owner."""

    folder: Path
    port: int
    client: tuple[str, ...]

    def run(self, sql: str, database: str = "koha") -> None:
        """Let the owner run SQL."""
        command = [part.format(database=database) for part in self.client]
        subprocess.run(command, input=sql, text=True, check=True, capture_output=True)

    @contextmanager
    def holding(self, sql: str, database: str = "koha") -> Iterator[None]:
        """Let the owner run SQL, and stay connected for as long as this goes on."""
        command = [part.format(database=database) for part in self.client]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as owner:
            assert owner.stdin and owner.stdout
            owner.stdin.write(f"{sql};\nselect 'held';\n")
            owner.stdin.flush()
            while "held" not in owner.stdout.readline():
                assert owner.poll() is None
            try:
                yield
            finally:
                owner.kill()


def needed(*programs: str, among: Sequence[Path] = ()) -> list[str]:
    """Where the programs are, also in the folders of daemons and `among` others; the test is
    skipped where one is missing, but not in CI."""
    folders = os.pathsep.join([os.environ["PATH"], "/usr/sbin", *map(str, among)])
    found = {name: shutil.which(name, path=folders) for name in programs}
    missing = [name for name, place in found.items() if place is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"{missing[0]} is missing: .ci/run installs it")
    if missing:
        pytest.skip(f"{missing[0]} is not on this machine")
    return [place for place in found.values() if place]


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def mariadb() -> Iterator[Server]:
    """A private MariaDB."""
    install, daemon, client, admin = needed(
        "mariadb-install-db", "mariadbd", "mariadb", "mariadb-admin"
    )
    with _folder("mysql") as (folder, user):
        data, sock, port = folder / "data", folder / "sock", free_port()
        as_user = [f"--user={user}"] if user else []
        subprocess.run(
            [
                *(install, "--no-defaults", *as_user, f"--datadir={data}"),
                *("--auth-root-authentication-method=normal", "--skip-test-db"),
            ],
            check=True,
            capture_output=True,
        )
        command = [
            *(daemon, "--no-defaults", *as_user, f"--datadir={data}", f"--socket={sock}"),
            *(f"--pid-file={folder / 'pid'}", "--bind-address=127.0.0.1", f"--port={port}"),
            *("--skip-log-bin", "--skip-name-resolve", "--sql-mode="),
            *("--character-set-server=utf8mb4", "--innodb-flush-log-at-trx-commit=0"),
        ]
        with _running(command, [admin, "--no-defaults", f"--socket={sock}", "ping"]):
            speak = (client, "--no-defaults", f"--socket={sock}", "-uroot", "-n", "{database}")
            yield Server(folder, port, speak)


@contextmanager
def postgresql() -> Iterator[Server]:
    """A private PostgreSQL, whose owner is `postgres`."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    initdb, daemon, client, ready = needed("initdb", "postgres", "psql", "pg_isready", among=homes)
    with _folder("postgres") as (folder, user):
        data, port = folder / "data", free_port()
        drop: dict[str, Any] = {"user": user, "group": user} if user else {}
        subprocess.run(
            [
                *(initdb, "-D", str(data), "-U", "postgres", "--encoding=UTF8"),
                *("--locale=C.UTF-8", "--auth=trust", "--auth-host=scram-sha-256", "-N"),
            ],
            check=True,
            capture_output=True,
            cwd=folder,
            **drop,
        )
        settings = {"listen_addresses": "127.0.0.1", "fsync": "off"}
        command = [
            *(daemon, "-D", str(data), "-p", str(port), "-k", str(folder)),
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
        ]
        asked = [ready, "-h", str(folder), "-p", str(port)]
        with _running(command, asked, cwd=folder, **drop):
            speak = (client, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(folder))
            yield Server(folder, port, (*speak, "-p", str(port), "-U", "postgres", "{database}"))


@contextmanager
def _folder(owner: str) -> Iterator[tuple[Path, str]]:
    """A folder, and whom the server runs as in it: an administrator's tests give it away."""
    folder = Path(tempfile.mkdtemp(prefix="server"))
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    try:
        if is_root:
            folder.chmod(0o755)
            shutil.chown(folder, owner)
        yield folder, owner if is_root else ""
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(command: Sequence[str], ping: Sequence[str], **options: Any) -> Iterator[None]:
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
    ) as server:
        try:
            until = time.monotonic() + STARTS_WITHIN
            while subprocess.run(ping, capture_output=True, check=False).returncode:
                assert time.monotonic() < until, "the server does not start"
                time.sleep(0.1)
            yield
        finally:
            server.kill()
