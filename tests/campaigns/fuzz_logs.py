"""Valid logs for `python -m tests.campaigns.fuzz`: of a proxy (its main log, starting points, audit
files), and of messages of SIP2 in each wrapper."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from libstats.readers.logs.sip_message import ANSWERS
from tests.campaigns.fuzz_tables import SECRET, Made
from tests.support.sip import WRAPPERS, checksum

HOSTS = ["db.example", "WWW.journal.example:443", "192.0.2.1:80", "łódź.example", "x"]
DOORS = [
    "a",
    f"q={SECRET}",
    'x?"',
    "login?url=http://y.example/",
    f"login?user={SECRET}&pass={SECRET}&url=http://y.example/{SECRET}",
    f"login?user={SECRET}&qurl=http%3a%2f%2f{SECRET}%40y.example%2f{SECRET}",
    f"login?url=http://{SECRET}:{SECRET}@y.example/?user={SECRET}",
    f"login?url={SECRET}",
    f"login?user={SECRET}",
    f"login;{SECRET}?url=",
]
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
    # who it is may stand before a host, in a search and in what is asked of the proxy's own door
    host = dice.choice([*HOSTS, f"{SECRET}@db.example", f"{SECRET}:{SECRET}@db.example:80", SECRET])
    path = dice.choice(DOORS)
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
    told = f"AA{SECRET}|AE{SECRET}|BD{SECRET}|BE{SECRET}|BF{SECRET}|AF{SECRET}|AG{SECRET}"
    answer = dice.choice([
        f"121NUY{stamp}AOEAST|AA{SECRET}|AB3{number}|AJTitle|AF{SECRET}|",
        f"120NUN{stamp}AO|AA{SECRET}|AB{SECRET}|AFSorry, {SECRET}|",
        f"120NUN{stamp}AOEAST|AB{SECRET}|AJ|",
        f"101YNN{stamp}AO1|AB3{number}|CLbin {number % 9}|CV01|CY{SECRET}|DA{SECRET}|",
        f"100NUN{stamp}AOEAST|AB{SECRET}|AQ|AFno item {SECRET}|",
        f"161N{stamp}AOEAST|AA{SECRET}|AB3{number}|BSWEST|AF{SECRET}|",
        f"24{' ' * 14}001{stamp}AOEAST|{told}|BLY|CQN|",
        f"300NUN{stamp}AOEAST|AA{SECRET}|AB3{number}|AJ{SECRET}|AF{SECRET}|",
        f"38Y{stamp}AOEAST|AA{SECRET}|BK{SECRET}|BV1.50|AF{SECRET}|",
        f"64{' ' * 14}001{stamp}{'0000' * 6}AOLIB|{told}|BLY|CQN|",
        f"64{' ' * 14}001{stamp}{'0000' * 6}AOLIB|BLN|AU{SECRET}|AV{SECRET}|AP{SECRET}|{told}",
        f"6610001000{stamp}AOEAST|BM{SECRET}|AF{SECRET}|",
        *(["941"] if wrapper != "bare" else []),  # it tells no time
    ])  # fmt: skip
    # what is cut behind the last field may be a password, which Koha's mask then does not find
    question = dice.choice([
        f"11YN{stamp}{stamp}AOEAST|AA{SECRET}|AB3{number}|AC|AD{SECRET}|",
        f"09N{stamp}{stamp}APDESK|AOEAST|AB3{number}|AC{SECRET}|",
        f"15+{stamp}AOEAST|AA{SECRET}|AB3{number}|AD{SECRET}|",
        f"17{stamp}AO|AB{SECRET}|",
        f"23001{stamp}AOEAST|AA{SECRET}|AC|AD{SECRET}|",
        f"23001{stamp}AOEAST^AA{SECRET}^AC^AD{SECRET}|x^",
        f"29NN{stamp}{stamp}AOEAST|AA{SECRET}|AD{SECRET}|AB3{number}|",
        f"35{stamp}AOEAST|AA{SECRET}|AD{SECRET}|",
        f"3701 USD{stamp}BV1.50|AOEAST|AA{SECRET}|AD{SECRET}|",
        f"63001{stamp}{' ' * 10}AOEAST|AA{SECRET}|AD{SECRET}|",
        f"65{stamp}AOEAST|AA{SECRET}|AD{SECRET}|",
        f"9300CN{SECRET}|CO{SECRET}|CPEAST|",
    ])  # fmt: skip
    # FOLIO's log has no question whole, and none alone is known
    is_machine = dice.random() < 0.4 and wrapper != "folio"
    text = question if is_machine else answer
    # each with a number of its own: none is sent again
    sent = checksum(f"{text}ZZ{number}|AY{dice.randrange(10)}") if dice.random() < 0.7 else text
    return WRAPPERS[wrapper]((at, is_machine, sent))


def _is_answer(wrapper: str, line: str) -> bool:
    mark = {"koha": "OUTPUT MSG", "syslog": "OUTPUT MSG", "folio": "Sip response", "dp2": "recv:"}
    return mark[wrapper] in line if wrapper in mark else line[:2] in ANSWERS
