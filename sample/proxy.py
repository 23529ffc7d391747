"""What the proxy (EZproxy) writes: a log of sessions, and an audit file of who did not get in."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sample.oddities import Oddity
from sample.places import CENTRAL, at

LOG = "ezproxy/ezproxy-2026-10-31.log"
AUDIT = "ezproxy/audit-2026-10-31.txt"
FORMAT = '%h %{ezproxy-session}i %u %t "%r" %s %b'
HOSTS = ("www.shorebirds.example", "papers.fennick.example", "maps.canal.example")
SHUT = "www.quietponds.example"
"""A host whose link is asked for and which opens to nobody."""
DAYS = tuple(day for day in (date(2026, 10, n) for n in range(1, 32)) if CENTRAL.is_open(day))
LOCKED = at(date(2026, 10, 27), 21, 2)
DENIED = at(date(2026, 10, 14), 11, 30)
OUTAGE = at(date(2026, 10, 30), 17)
"""When nobody could log in for a quarter of an hour, and how many tried."""
TRIED = 9
WRONG_AT_FIRST = 4
"""Every so many days somebody mistypes a password, and gets in two minutes later."""

CONFIGURATION = f"""
# The logs of the proxy and of the self-checks are closed at midnight too.
[coverage."ezproxy log"]
whole_days = true
[coverage."ezproxy audit"]
whole_days = true
[coverage."sip2 messages"]
whole_days = true

# The form of the proxy's log: LogFormat of its config.txt.
[ezproxy]
log_format = '{FORMAT}'
"""

ODDITIES = (
    Oddity(
        "a failure, then a success",
        f"`{AUDIT}`: some mistype their password and get in two minutes later",
        "counts them as let in: nobody need do anything",
    ),
    Oddity(
        "a user who was locked out",
        f"`{AUDIT}`: five failures on {LOCKED:%B %d}, then a lock-out",
        "tells of one trouble that ended in a lock-out",
    ),
    Oddity(
        "an evening on which nobody got in",
        f"`{AUDIT}`: {TRIED} users fail on {OUTAGE:%B %d}, and none is let in",
        "says in today's list that it is more than the usual",
    ),
    Oddity(
        "a host that does not open",
        f"`{LOG}`: `{SHUT}` is asked for and opens to nobody",
        "names it",
    ),
)


def write(folder: Path) -> dict[str, int]:
    """Write both files below `folder` and return the lines of each, without its heading."""
    (folder / LOG).parent.mkdir(exist_ok=True)
    files = {LOG: list(_lines()), AUDIT: ["\t".join(AUDIT_HEAD), *_audit()]}
    for name, lines in files.items():
        text = "".join(f"{line}\n" for line in lines)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return {LOG: len(files[LOG]), AUDIT: len(files[AUDIT]) - 1}


AUDIT_HEAD = ("Date/Time", "Event", "IP", "Username", "Session", "Other")


def _sessions() -> Iterator[tuple[datetime, str, str, str]]:
    """Return each session: when it begins, its number, its user and the host that it opens."""
    for place, day in enumerate(DAYS):
        for number in range(2 + place % 3):
            begins = at(day, 9 + 3 * number + place % 4, 5 * number)
            host = HOSTS[(place + number) % len(HOSTS)]
            yield begins, f"s{place:02d}{number}", f"reader{(place * 5 + number) % 12:02d}", host


def _lines() -> Iterator[str]:
    for begins, session, user, host in _sessions():
        yield _line(begins, session, user, f"https://{host}:443/", 302)
        yield _line(begins + timedelta(seconds=2), session, user, f"https://{host}:443/home", 200)
        if session.endswith("0") and begins.day % 7 == 0:
            link = f"https://proxy.quillbrook.example/login?url=https://{SHUT}/"
            yield _line(begins + timedelta(minutes=1), session, user, link, 302)


def _line(moment: datetime, session: str, user: str, page: str, status: int) -> str:
    when = f"{moment:%d/%b/%Y:%H:%M:%S} -0400"
    return (
        f'198.51.100.{len(user) + 7} {session} {user} [{when}] "GET {page} HTTP/1.1" {status} 512'
    )


def _audit() -> list[str]:
    found: list[tuple[datetime, str, str, str]] = [
        (begins - timedelta(seconds=5), "Login.Success", user, session)
        for begins, session, user, _ in _sessions()
    ]
    found += [
        (moment, "Login.Failure", user, "") for moment, user in (*_mistyped(), *_failed_at_once())
    ]
    found += [(LOCKED + timedelta(minutes=n), "Login.Failure", "reader77", "") for n in range(5)]
    found += [(LOCKED + timedelta(minutes=5), "Login.Intruder.User", "reader77", "")]
    found += [(DENIED, "Login.Denied", "reader78", "")]
    return [
        f"{moment:%Y-%m-%d %H:%M:%S}\t{event}\t198.51.100.7\t{user}\t{session}\t"
        for moment, event, user, session in sorted(found)
    ]


def _mistyped() -> list[tuple[datetime, str]]:
    """Return who fails two minutes before a session begins."""
    return [
        (begins - timedelta(minutes=2), user)
        for begins, session, user, _ in _sessions()
        if session.endswith("0") and int(session[1:3]) % WRONG_AT_FIRST == 0
    ]


def _failed_at_once() -> list[tuple[datetime, str]]:
    return [(OUTAGE + timedelta(minutes=n), f"reader{80 + n}") for n in range(TRIED)]


def truth() -> dict[str, Any]:
    """Return what both files tell."""
    sessions = list(_sessions())
    return {
        "sessions": len(sessions),
        "visits": {host: sum(each[3] == host for each in sessions) for host in sorted(HOSTS)},
        "asked_not_opened": {
            SHUT: sum(s.endswith("0") and begins.day % 7 == 0 for begins, s, _, _ in sessions)
        },
        "troubles": {
            "let_in": len(_mistyped()),
            "locked_out": 1,
            "not_let_in": 1 + TRIED,
        },
    }
