"""Where a database is, and the password for it, which is never part of an address, of a file of
libstats, nor of a message."""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from libstats.errors import PullError
from libstats.workspace.keyring import kept

PASSWORD = "LIBSTATS_PASSWORD"
_PORTS = {"mysql": 3306, "postgresql": 5432}
_WRITE = "Write it as {server}://USER@HOST/DATABASE; the password is asked for."


@dataclass(frozen=True)
class Address:
    """A database: its kind of server, host, port, name, and the user who reads it."""

    server: str
    host: str
    port: int
    database: str
    user: str

    @property
    def place(self) -> str:
        """What messages call it."""
        return f"{self.database} on {self.host}"


def read(text: str, server: str) -> Address:
    """The address in what a person typed; PullError for one that is none, or that holds a
    password."""
    remedy = _WRITE.format(server=server)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise PullError("this is no address of a database", remedy) from None
    if parts.password is not None:
        raise PullError(
            "the address holds a password, which lists of running programs show to others",
            f"Take it out, and change it. {remedy} Or set {PASSWORD}.",
        )
    if parts.query or parts.fragment or parts.scheme not in (server, *_ALIASES.get(server, ())):
        raise PullError(f"this is no address of a {_NAMES[server]} database", remedy)
    database = unquote(parts.path.removeprefix("/"))
    if not (parts.hostname and parts.username and database) or "/" in database:
        raise PullError("the address lacks the user, the host or the database", remedy)
    return Address(
        server, parts.hostname, port or _PORTS[server], database, unquote(parts.username)
    )


_ALIASES = {"mysql": ("mariadb",), "postgresql": ("postgres",)}
_NAMES = {"mysql": "MariaDB or MySQL", "postgresql": "PostgreSQL"}


def password(address: Address) -> str | None:
    """The password: from the environment, a keyring, or typed at the terminal. None where none of
    them has it: the server's own file of passwords may."""
    if given := os.environ.get(PASSWORD):
        return given
    found = kept(f"libstats {address.server}://{address.host}", address.user)
    return found or (_typed(address) if sys.stdin.isatty() else None)


def _typed(address: Address) -> str | None:
    return (
        getpass.getpass(f"Password of {address.user} for {address.place} (empty: none): ") or None
    )
