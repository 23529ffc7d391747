"""What libstats.toml says of mail: the server, the sender, who gets which report."""

from __future__ import annotations

import ipaddress
import re

from libstats.workspace.section import Section, Setting

__all__ = ["MAIL", "PASSWORD", "is_address", "is_host"]

PASSWORD = "LIBSTATS_MAIL_PASSWORD"  # the variable of the environment that holds it
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_ADDRESS = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(\.{_LABEL})*")


def is_host(value: object) -> bool:
    """True for a name or an address of a server."""
    if not isinstance(value, str):
        return False
    try:
        return bool(ipaddress.ip_address(value))
    except ValueError:
        return len(value) < 254 and _HOST.fullmatch(value) is not None


def is_address(value: object) -> bool:
    """True for an e-mail address alone, without a name before it."""
    return isinstance(value, str) and len(value) < 255 and _ADDRESS.fullmatch(value) is not None


def _is_list_of_recipients(value: object) -> bool:
    """True for lists of addresses by report, as in `circulation`, or `circulation East` for the
    pages of one branch."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(isinstance(to, list) and to and all(map(is_address, to)) for to in value.values())
    )


def _is_port(value: object) -> bool:
    return type(value) is int and 1 <= value <= 65_535


MAIL = Section(
    "[mail]",
    {
        "host": Setting(
            is_host, "is no name of a server", '"mail.archmere.example"', is_required=True
        ),
        "port": Setting(_is_port, "is not a port, 1 to 65535", "587"),
        "from": Setting(
            is_address, "is no e-mail address", '"stats@archmere.example"', is_required=True
        ),
        "user": Setting(
            lambda value: isinstance(value, str) and bool(value.strip()),
            "is no name to log in with",
            '"stats"',
        ),
        "to": Setting(
            _is_list_of_recipients,
            "does not list e-mail addresses by report",
            '{circulation = ["head@archmere.example"]}',
            is_required=True,
        ),
        "password": Setting(
            lambda value: False,
            "does not belong into this file, which others read and copy",
            "",
            remedy=f"Take it out, and set it in the environment as {PASSWORD}",
        ),
    },
)
