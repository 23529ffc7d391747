"""What the self-checks and a vendor's login page say to the library system in SIP2, as Koha logs
it. What is lent and returned there stands in Koha's own log too."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sample.library import Library
from sample.oddities import Oddity
from sample.places import CENTRAL, TARNHOLLOW, at
from sample.records import Event

LOG = "sip2/sip-2026-10-31.log"
SINCE = date(2026, 10, 1)
VENDOR = "reading-room"
"""The account under which a vendor asks whether a card is good."""
FAULTY = (date(2026, 10, 28), "trn-self1", 12)
"""A day on which a machine reads no label: each checkout there is refused."""
NOT_ON_LOAN = ("31234500000017", "31234500000025", "31234500000033")
SENT_AGAIN, OFFLINE = 5, 9
"""Which answers, counted from 0, are sent twice, and which checkout was done offline the night
before."""
REFUSED = ("Patron owes 12.00 in fines", "Item is on hold for another patron", "Invalid item")
"""What screens say, in turn, at every eleventh checkout."""
LOGINS = tuple(day for day in (date(2026, 10, n) for n in range(1, 32)) if CENTRAL.is_open(day))
"""Days on which somebody logs in at the vendor's."""
VENDOR_DOWN = (date(2026, 10, 29), 6)
"""A day on which the vendor's page refuses good cards."""

ODDITIES = (
    Oddity(
        "a machine that refuses many",
        f"`{LOG}`: `{FAULTY[1]}` refuses {FAULTY[2]} checkouts on {FAULTY[0]:%B %d}",
        "names the machine and the reason",
    ),
    Oddity(
        "returns of what was not on loan",
        f"`{LOG}`: {len(NOT_ON_LOAN)} of them",
        "tells them apart from refused ones",
    ),
    Oddity(
        "an answer that was sent again, a checkout that was done offline",
        f"`{LOG}`: one each",
        "counts the first once, and the second at the machine's own time",
    ),
    Oddity(
        "logins at a vendor that are refused",
        f"`{LOG}`: `{VENDOR}` refuses {VENDOR_DOWN[1]} on {VENDOR_DOWN[0]:%B %d}",
        "says that it is more than the usual",
    ),
)


class Said(NamedTuple):
    """A question of a machine and its answer."""

    at: datetime
    account: str
    question: str
    answer: str


def write(folder: Path, library: Library) -> dict[str, int]:
    """Write the log below `folder` and return its lines."""
    lines = list(_lines(library))
    (folder / LOG).parent.mkdir(exist_ok=True)
    (folder / LOG).write_text(
        "".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n"
    )
    return {LOG: len(lines)}


def _lines(library: Library) -> Iterator[str]:
    talk = sorted(
        [*_circulated(library), *_refused(library), *_not_on_loan(), *_logins()],
        key=lambda said: (said.at, said.account),
    )
    for place, said in enumerate(talk):
        sequence = f"AY{place % 10}AZ0000"
        line = 4700 + int(said.account.startswith("trn")) + 2 * int(said.account == VENDOR)
        begin = f"[{line}] [DEBUG] {said.account}@198.51.100.3:"
        yield _logged(said.at, f"{begin} INPUT MSG: '{said.question}{sequence}'")
        answer = f"{begin} OUTPUT MSG: '{said.answer}{sequence}'"
        yield _logged(said.at + timedelta(seconds=1), answer)
        if place == SENT_AGAIN:
            yield _logged(said.at + timedelta(seconds=6), answer)


def _logged(moment: datetime, text: str) -> str:
    return f"[{moment:%Y/%m/%d %H:%M:%S}] {text} C4::SIP::Sip::write_msg"


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%d}    {moment:%H%M%S}"


def _of_machines(library: Library) -> list[Event]:
    """Return what Koha's log has of the self-checks in these days."""
    return [
        event
        for event in library.events
        if event.channel == "self_check"
        and event.at.date() >= SINCE
        and event.type in ("issue", "renew", "return")
        and event.item
    ]


def _circulated(library: Library) -> Iterator[Said]:
    events = _of_machines(library)
    offline = [event for event in events if event.type == "issue"][OFFLINE]
    for event in events:
        yield _said(event, event is offline)


def _said(event: Event, is_offline: bool) -> Said:
    """Return an event as the machine told it; what it did offline comes the next morning."""
    assert event.item
    barcode, branch = event.item.barcode, event.branch
    account = f"{branch.lower()}-self1"
    when = _stamp(event.at)
    moment = event.at + timedelta(hours=14) if is_offline else event.at
    if event.type == "return":
        bin_ = 1 + event.item.number % 3
        question = f"09N{when}{when}AP|AO{branch}|AB{barcode}|AC***|"
        return Said(
            moment, account, question, f"101YNN{when}AO{branch}|AB{barcode}|AQ{event.item.home.code}|CL{bin_}|"
        )  # fmt: skip
    patron = f"AA{event.patron.number:06d}|" if event.patron else "AA|"
    renewed = "Y" if event.type == "renew" else "N"
    question = f"11Y{'Y' if is_offline else 'N'}{when}{when}AO{branch}|{patron}AB{barcode}|AC***|"
    return Said(
        moment, account, question, f"121{renewed}UY{_stamp(moment)}AO{branch}|{patron}AB{barcode}|AJ|AH|"
    )  # fmt: skip


def _refused(library: Library) -> Iterator[Said]:
    """Return the refusals: one after every eleventh checkout, and those of the faulty machine."""
    day, account, many = FAULTY
    for number in range(many):
        yield _no(at(day, 10, 5 + 4 * number), account, TARNHOLLOW.code, REFUSED[2])
    for number, event in enumerate(_of_machines(library)[::11]):
        account = f"{event.branch.lower()}-self1"
        yield _no(event.at + timedelta(seconds=40), account, event.branch, REFUSED[number % 3])


def _no(moment: datetime, account: str, branch: str, screen: str) -> Said:
    when = _stamp(moment)
    question = f"11YN{when}{when}AO{branch}|AA000101|AB31234500000041|AC***|"
    return Said(moment, account, question, f"120NUN{when}AO{branch}|AA000101|AB|AJ|AH|AF{screen}|")


def _not_on_loan() -> Iterator[Said]:
    for number, barcode in enumerate(NOT_ON_LOAN):
        moment = at(date(2026, 10, 6 + 7 * number), 15, 20)
        when, branch = _stamp(moment), CENTRAL.code
        question = f"09N{when}{when}AP|AO{branch}|AB{barcode}|AC***|"
        answer = f"100NUY{when}AO{branch}|AB{barcode}|CV99|AFItem not checked out|"
        yield Said(moment, f"{branch.lower()}-self1", question, answer)


def _logins() -> Iterator[Said]:
    """Return the vendor's looks at cards: one a day is good, every tenth is not."""
    down, many = VENDOR_DOWN
    moments = [(at(day, 19, day.day % 50), "N" if day.day % 10 == 0 else "Y") for day in LOGINS]
    moments += [(at(down, 20, 3 * number), "N") for number in range(many)]
    for moment, is_right in moments:
        when = _stamp(moment)
        question = f"63001{when}{' ' * 10}AO{CENTRAL.code}|AA000101|AC***|AD***|"
        told = f"AO{CENTRAL.code}|AA000101|BLY|CQ{is_right}|"
        yield Said(moment, VENDOR, question, f"64{' ' * 14}001{when}{'0000' * 6}{told}")


def truth(library: Library) -> dict[str, Any]:
    """Return what the log tells, each answer once."""
    events = _of_machines(library)

    def count(kind: str) -> dict[str, int]:
        return dict(sorted(Counter(event.branch for event in events if event.type == kind).items()))

    usual = Counter(event.branch for event in events[::11])
    refused: Iterable[str] = sorted({*usual, TARNHOLLOW.code})
    return {
        "checkouts": count("issue"),
        "renewals": count("renew"),
        "returns": count("return"),
        "refused": {
            branch: usual[branch] + (FAULTY[2] if branch == TARNHOLLOW.code else 0)
            for branch in refused
        },
        "not_on_loan": len(NOT_ON_LOAN),
        "offline": 1,
        "vendor": {
            "done": sum(day.day % 10 != 0 for day in LOGINS),
            "refused": sum(day.day % 10 == 0 for day in LOGINS) + VENDOR_DOWN[1],
        },
    }
