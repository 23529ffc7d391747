"""Where a database or a service is, and the password for it, which is never part of an address, of
a file of libstats, nor of a message."""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import unquote, urlsplit

from libstats.errors import PullError
from libstats.readers.service import is_safe
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
        _refuse_password(remedy)
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
    question = f"Password of {address.user} for {address.place} (empty: none): "
    return _secret(f"libstats {address.server}://{address.host}", address.user, question)


def _secret(service: str, user: str, question: str) -> str | None:
    if given := os.environ.get(PASSWORD):
        return given
    return kept(service, user) or (sys.stdin.isatty() and getpass.getpass(question)) or None


@dataclass(frozen=True)
class Site:
    """A service of the web: its address without a user, whose records it gives where it has those
    of several libraries, and who asks; a user has a password, nobody a key."""

    base: str
    tenant: str
    user: str

    @property
    def place(self) -> str:
        """What messages call it."""
        return urlsplit(self.base).hostname or ""

    def secret(self) -> str:
        """Its password or key. PullError where there is none."""
        kind = "password" if self.user else "key"
        service, name = f"libstats https://{self.place}", self.user or kind
        found = _secret(service, name, f"The {kind} for {self.place}: ")
        if not found:
            raise PullError(
                f"the {kind} for {self.place} is nowhere",
                f"Set {PASSWORD} in the environment, or keep it: `keyring set '{service}' {name}`.",
            )
        return found.strip()


def read_site(text: str, *, has_tenant: bool) -> Site:
    """The service in what a person typed; PullError for what is none, or holds a password."""
    form = "USER@HOST/TENANT; the password" if has_tenant else "HOST; the key"
    remedy = f"Write it as https://{form} is asked for."
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise PullError("this is no address of a service", remedy) from None
    if parts.password is not None:
        _refuse_password(remedy)
    if not is_safe(text):
        raise PullError("this is no address of an encrypted service", remedy)
    path, tenant = parts.path.rstrip("/"), ""
    if has_tenant:
        path, _, tenant = path.rpartition("/")
        if not tenant:
            raise PullError("the address lacks the tenant", remedy)
    elif parts.username:
        raise PullError("this service knows no users, only a key", remedy)
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    base = f"{parts.scheme}://{host}{f':{port}' if port else ''}{path}"
    return Site(base, unquote(tenant), unquote(parts.username or ""))


def _refuse_password(remedy: str) -> NoReturn:
    raise PullError(
        "the address holds a password, which lists of running programs show to others",
        f"Take it out, and change it. {remedy} Or set {PASSWORD}.",
    )
