"""A message of SIP2: its kind, the fixed part that is read, and of its fields those on a list.

Of patrons nothing is read: no number, name, address, password, no list of what they have, no title;
of a screen text no more than which of the known reasons it says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

# kind of each message, where its variable fields start, where its own time stands
QUESTIONS = {
    "09": ("checkin", 39, 3),
    "11": ("checkout", 40, 4),
    "15": ("hold", 21, 3),
    "23": ("patron check", 23, 5),
    "29": ("renewal", 40, 4),
    "37": ("fee paid", 27, 2),
    "63": ("patron check", 33, 5),
    "65": ("renewal", 20, 2),
    "93": ("machine login", 4, 0),
}
ANSWERS = {
    "10": ("checkin", 24, 6),
    "12": ("checkout", 24, 6),
    "16": ("hold", 22, 4),
    "24": ("patron check", 37, 19),
    "30": ("renewal", 24, 6),
    "38": ("fee paid", 21, 3),
    "64": ("patron check", 61, 19),
    "66": ("renewal", 29, 11),
    "94": ("machine login", 3, 0),
}
# what tells of no work: states of the line, of an item, the end of a session, a card that is kept
OTHERS = {"01", "17", "18", "19", "20", "25", "26", "35", "36", "96", "97", "98", "99"}
KINDS = QUESTIONS.keys() | ANSWERS.keys() | OTHERS
ASKED_BY = {"10": "09", "12": "11", "16": "15", "24": "23", "30": "29", "38": "37", "64": "63"}
ASKED_BY |= {"66": "65", "94": "93"}
# what may be kept of each field; all others are never read. None holds a sign that ends fields:
# what stands behind it may be the next one, a patron's
_FIELDS = {
    "AO": r"[^|^]{1,40}",
    "AP": r"[^|^]{1,40}",
    "AB": r"[^|^]{1,40}",
    "CL": r"[^|^]{1,20}",
    "CT": r"[^|^]{1,40}",
    "CV": r"\d\d",
    "CK": r"\d{3}",
    "BV": r"-?\d{1,7}(?:[.]\d\d?)?",
    "BL": r"[YN]",
    "CQ": r"[YN]",
    "BI": r"[YN]",
}
# of a field that is not asked for: whether the item is the patron's own number, and the texts
_PATRON, _SCREEN = "AA", "AF"
_FIRST = re.compile(r"(?:AA|AB|AC|AE|AF|AJ|AN|AO|AP|AM|BF|BK|BL|BM|BN|BT|BV|BW|BX|CN|CF)")
_END = re.compile(r"(?:[|^]|(?<=\d))?AY(\d)(?:AZ[0-9A-Fa-f]{4})?[|^]?\s*$")
_TIME = re.compile(r"(\d{8})([ A-Z]{4})(\d{6})")


@dataclass
class Message:
    """What is read of a message. `fixed`: its flags; `at` its own time, None where that is none;
    `sequence`: AY; `is_bent`: its fixed part had not the length that SIP2 says."""

    code: str
    fixed: str
    at: str | None
    told: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    sequence: str = ""
    is_bent: bool = False

    @property
    def kind(self) -> str:
        """What it is about; blank for what tells of no work."""
        return (QUESTIONS.get(self.code) or ANSWERS.get(self.code) or ("",))[0]


def read(text: str) -> Message | None:
    """The message; None for a text that is none, or one cut in its fixed part."""
    code = text[:2]
    if code not in KINDS:
        return None
    if code in OTHERS:
        return Message(code, "", None)
    _, start, time = (QUESTIONS | ANSWERS)[code]
    end = _END.search(text)
    body = text[: end.start()] if end else text
    if len(body) < (4 if code == "93" else 3):
        return None
    found = Message(code, body[2:start], _moment(body[time : time + 18]) if time else None)
    found.sequence = end[1] if end else ""
    rest = body[start:]
    stamp = body[time : time + 18] if time else ""
    is_timed = not stamp.strip() or _TIME.fullmatch(stamp) is not None
    if rest and not (is_timed and re.match(r"[A-Z][A-Z0-9]", rest)):
        found.is_bent = True
        first = _FIRST.search(body, 2)
        rest = body[first.start() :] if first else ""
        # the blanks within its time are what such programs get wrong
        bent = re.search(r"\d{8} +\d{6}", body[: start + 1])
        if found.at is None and bent:
            day, _, clock = bent[0].partition(" ")
            found.at = _moment(f"{day}    {clock.strip()}")
    elif len(body) < start and code != "94":
        return None
    _fields(found, rest)
    return found


def _fields(message: Message, text: str) -> None:
    """Take what is on the list out of the variable part."""
    # the first sign: the other one may stand in a password
    found = re.search(r"[|^]", text)
    delimiter = found[0] if found else "|"
    patron, screens = "", []
    for each in text.split(delimiter):
        name, value = each[:2], each[2:].strip()
        if name == _PATRON:
            patron = value
        elif name == _SCREEN:
            screens.append(value)
        elif name in _FIELDS and name not in message.told and re.fullmatch(_FIELDS[name], value):
            message.told[name] = value
    if message.told.get("AB") == patron:
        message.told.pop("AB", None)
    message.reason = reason_of(" ".join(screens))


def _moment(text: str) -> str | None:
    """A time as SIP2 writes it, as libstats reads it: with a Z where it is that of Greenwich."""
    match = _TIME.fullmatch(text)
    if not match:
        return None
    try:
        at = datetime.strptime(match[1] + match[3], "%Y%m%d%H%M%S")
    except ValueError:
        return None
    return f"{at:%Y-%m-%d %H:%M:%S}{'Z' if match[2].strip() == 'Z' else ''}"


# why something was refused, by words of screen texts; the first that fits. What else is said is
# "other", and a text that is blank says nothing
REASONS = (
    ("not on loan", r"not (?:checked|charged) out|not on loan|not issued|wasn.t checked out"),
    ("wrong password", r"password|\bpin\b|passcode"),
    ("card expired", r"expired|has lapsed"),
    ("card lost", r"card .*(?:lost|stolen)|(?:lost|stolen) card"),
    ("renewed too often", r"too many renew|renew(?:al)? limit|no (?:more )?renewals|maximum renew"),
    ("too many on loan", r"too many|limit|maximum|\bmax\b"),
    ("money owed", r"\bfines?\b|\bfees?\b|\bowe[sd]?\b|\bdebts?\b|\bbills?\b|\bcharges? owed"),
    ("wanted by another", r"on hold|\bholds?\b|reserved|requested|\brecall"),
    ("on loan already", r"already|checked out to|on loan to|issued to"),
    ("patron unknown", r"(?:invalid|unknown|no such) (?:patron|borrower|user|card)"
     r"|(?:patron|borrower|user|card) (?:barcode )?(?:not found|unknown|does not exist)"),
    ("item unknown", r"(?:invalid|unknown|no such) (?:item|barcode|copy)"
     r"|(?:item|barcode|copy) (?:barcode )?(?:not found|unknown|does not exist)"),
    ("patron blocked", r"blocked|barred|suspended|restrict|debarred"),
    ("not for loan", r"not for loan|reference|(?:can ?not|not allowed to) circulate|non.?circ"
     r"|not (?:be )?(?:available|borrowed|loaned)"),
)  # fmt: skip
_REASONS = [(reason, re.compile(words, re.IGNORECASE)) for reason, words in REASONS]


def reason_of(screen: str) -> str:
    """The reason that a screen text says, "other" for other words, blank where there are none."""
    if not screen.strip():
        return ""
    return next((reason for reason, words in _REASONS if words.search(screen)), "other")
