"""Valid logs for `python -m tests.campaigns.fuzz`: of a proxy (its main log, starting points, audit
files), and of messages of SIP2 in each wrapper."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from tests.campaigns.fuzz_tables import SECRET, Made
from tests.support.sip import WRAPPERS, checksum

HOSTS = ["db.example", "WWW.journal.example:443", "192.0.2.1:80", "łódź.example", "x"]
EVENTS = ["Login.Success", "Login.Failure", "Login.Intruder.User", "Logout", "System", "New.Event"]


def lines_in(data: bytes) -> int:
    """The lines of a log that are not blank."""
    plain = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r", b"").replace(b"\0", b"")
    return sum(1 for line in plain.split(b"\n") if line)


def logs_of(dice: random.Random) -> Made:
    """A log of one of these kinds."""
    kind = dice.choice(["proxy", "starts", "audit", *WRAPPERS])
    moments = sorted(
        datetime(2026, 10, 31) + timedelta(seconds=dice.randrange(86400))
        for _ in range(dice.choice([2, 3, 12, 40, 150, 600]))
    )
    makers = {"proxy": _proxy, "starts": _start, "audit": _audit}
    lines = [makers[kind](at, dice) if kind in makers else _sip(kind, at, dice) for at in moments]
    head = ["Date/Time\tEvent\tIP\tUsername\tSession\tOther"] if kind == "audit" else []
    end = dice.choice(["\n", "\n", "\r\n"])
    text = end.join([*head, *lines]) + dice.choice(["", end])
    # answers alone are rows of a log of messages
    aside = 0 if kind not in WRAPPERS else sum(not _is_answer(kind, line) for line in lines)
    return Made(f"logs {kind}", text.encode(dice.choice(["utf-8", "utf-8-sig"])), len(lines), aside)


def _proxy(at: datetime, dice: random.Random) -> str:
    host, path = (
        dice.choice(HOSTS),
        dice.choice(["a", f"q={SECRET}", 'x?"', "login?url=http://y.example/"]),
    )
    status = dice.choice([200, 206, 302, 304, 403, 404, 906])
    return (
        f"198.51.100.{dice.randrange(5)} - {dice.choice([SECRET, '-', f'{SECRET} x'])} "
        f'[{at:%d/%b/%Y:%H:%M:%S} -0400] "GET http://{host}/{path} HTTP/1.1" {status} 5'
    )  # fmt: skip


def _start(at: datetime, dice: random.Random) -> str:
    way = dice.choice(["proxy", "local"])
    host = dice.choice(HOSTS)
    return f"{at:%Y/%m/%d:%H:%M:%S}\t192.0.2.1\t{SECRET}\t{way}\t{host}\thttp://{host}/{SECRET}"


def _audit(at: datetime, dice: random.Random) -> str:
    told = [f"{at:%Y-%m-%d %H:%M:%S}", dice.choice(EVENTS), "192.0.2.1", SECRET, "s1", SECRET]
    return "\t".join(told[: dice.choice([2, 4, 5, 6, 6])])


def _sip(wrapper: str, at: datetime, dice: random.Random) -> str:
    stamp = f"{at:%Y%m%d    %H%M%S}"
    number = dice.randrange(10**6)
    answer = dice.choice([
        f"121NUY{stamp}AOEAST|AA{SECRET}|AB3{number}|AJTitle|AF{SECRET}|",
        f"120NUN{stamp}AO|AA{SECRET}|AB{SECRET}|AFSorry, {SECRET}|",
        f"101YNN{stamp}AO1|AB3{number}|CLbin {number % 9}|CV01|",
        f"64{' ' * 14}001{stamp}{'0000' * 6}AOLIB|AA{SECRET}|AE{SECRET}|BLY|CQN|",
    ])  # fmt: skip
    question = f"11YN{stamp}{stamp}AOEAST|AA{SECRET}|AB3{number}|AC|AD{SECRET}|"
    is_machine = dice.random() < 0.4
    text = question if is_machine else answer
    if wrapper == "folio":  # its log has no question whole, and none alone is known
        is_machine = False
    # each with a number of its own: none is sent again
    sent = checksum(f"{text}ZZ{number}|AY{dice.randrange(10)}") if dice.random() < 0.7 else text
    return WRAPPERS[wrapper]((at, is_machine, sent))


def _is_answer(wrapper: str, line: str) -> bool:
    mark = {"koha": "OUTPUT MSG", "syslog": "OUTPUT MSG", "folio": "Sip response", "dp2": "recv:"}
    return mark[wrapper] in line if wrapper in mark else not line.startswith("11")
