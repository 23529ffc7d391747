"""Logs of SIP2 as systems wrap its messages: generated, not copied from any. The wrappers are those
that the programs' own code prints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

# (moment, whether the machine says it, message)
Said = tuple[datetime, bool, str]
PEER, ACCOUNT = "198.51.100.3", "self1"


def checksum(text: str) -> str:
    """A message with its checksum."""
    total = sum((text + "AZ").encode("utf-8"))
    return f"{text}AZ{-total & 0xFFFF:04X}"


def koha(said: Said) -> str:
    """Log4perl of Koha: the last delimiter of what comes in is cut before it is written."""
    at, is_machine, message = said
    way = "INPUT" if is_machine else "OUTPUT"
    text = message.strip("|") if is_machine else message
    place = "C4::SIP::Sip::write_msg /usr/share/koha/lib/C4/SIP/Sip.pm (276)"
    return f"[{at:%Y/%m/%d %H:%M:%S}] [4711] [DEBUG] {ACCOUNT}@{PEER}: {way} MSG: '{text}' {place}"


def syslog(said: Said) -> str:
    """A syslog of Koha or Evergreen: no year."""
    at, is_machine, message = said
    way = "read_SIP_packet, INPUT" if is_machine else "OUTPUT"
    return f"{at:%b %e %H:%M:%S} server08 steve_sip[19305]: {way} MSG: '{message}'"


def folio(said: Said) -> str:
    """FOLIO's edge module: no day; of questions summaries alone."""
    at, is_machine, message = said
    head = f"{at:%H:%M:%S} [9f3/sip] [diku] [] [mod-edge-sip2] INFO  MainVerticle"
    if is_machine:
        return f"{head} CheckoutHandler :: execute Checkout: patron 20001"
    return f"{head} Sip response <{message}\\r>"


def dp2(said: Said) -> str:
    """The client of dp2."""
    at, is_machine, message = said
    return f"{at:%Y-%m-%d %H:%M:%S}  {'send' if is_machine else 'recv'}:{message}"


def bare(said: Said) -> str:
    """The message alone."""
    return said[2]


WRAPPERS: dict[str, Callable[[Said], str]] = {
    "koha": koha,
    "syslog": syslog,
    "folio": folio,
    "dp2": dp2,
    "bare": bare,
}
