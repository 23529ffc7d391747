"""Valid messages of EDIFACT for `python -m tests.campaigns.fuzz`: invoices, an answer to an order,
with any signs, envelopes and letters, and persons wherever there is room for them."""

from __future__ import annotations

import random

from tests.campaigns.fuzz_tables import SECRET, Made

TITLES = ["Stories", "Łódź", "What's new", "a+b:c?", "", "  two  blanks ", "’", "Café\nau lait"]
SIGNS = [":+.? '", ":+.?*'", ":+,? '", "^<.? >", "|*.\\ ~"]


def messages_of(dice: random.Random) -> Made:
    """A file of invoices of one line and one charge each, so that each part of it has as many
    rows."""
    signs, number = dice.choice(SIGNS), dice.choice([1, 1, 2, 5, 30])
    invoices, interchanges = 0, []
    for reference in range(dice.choice([1, 1, 2])):
        bodies = [_invoice(dice, f"{reference}{n}", signs) for n in range(number)]
        invoices += number
        interchanges.append(_interchange(dice, bodies, signs))
    between = dice.choice(["", "\n", "\r\n", " \n"])
    text = between.join(interchanges)
    if signs != SIGNS[0] or dice.random() < 0.5:
        text = f"UNA{signs}{between}{text}"
    form = f"messages {signs}"
    encoding = dice.choice(["utf-8", "utf-8", "utf-8-sig", "cp1252"])
    # a question mark for a letter would release the sign behind it
    return Made(form, text.encode(encoding, "ignore"), invoices)


def _interchange(dice: random.Random, bodies: list[list[str]], signs: str) -> str:
    end = signs[5] + dice.choice(["", "", "\n", "\r\n", "  \r\n"])
    segments = [_segment(signs, "UNB", "UNOC:3", "4099", "LIB", "261031:0930", "1")]
    is_group = dice.random() < 0.2
    if is_group:
        segments.append(_segment(signs, "UNG", "INVOIC", "V", "L", "261031:0930", "1"))
    for body in bodies:
        segments += body
    if is_group:
        segments.append(_segment(signs, "UNE", str(len(bodies)), "1"))
    segments.append(_segment(signs, "UNZ", "1" if is_group else str(len(bodies)), "1"))
    return "".join(segment + end for segment in segments)


def _segment(signs: str, tag: str, *elements: str) -> str:
    """A segment of elements whose components stand between colons."""
    return signs[1].join([tag, *(each.replace(":", signs[0]) for each in elements)])


def _free(dice: random.Random, signs: str) -> str:
    """A text whose signs are released."""
    text = dice.choice(TITLES).replace("\n", " ")
    return "".join(f"{signs[3]}{c}" if c in signs.replace(" ", "") else c for c in text)


def _invoice(dice: random.Random, number: str, signs: str) -> list[str]:
    net, charge = dice.randint(1, 99_99), dice.randint(1, 9_99)
    dot = dice.choice(".,")

    def money(cents: int) -> str:
        return f"{cents // 100}{dot}{cents % 100:02}"

    told: list[tuple[str, ...]] = [
        ("BGM", "380", number, "9"),
        ("DTM", "137:20261030:102"),
        ("NAD", "SU", "4099::9", SECRET, SECRET),
        ("CTA", "OC", f":{SECRET}"),
        ("COM", f"{SECRET}:EM"),
        ("CUX", "2:EUR:4"),
        ("ALC", "C", "", "", "", "DL"),
        ("MOA", f"8:{money(charge)}"),
        ("LIN", "1", "", "9780000000101:EN"),
        ("QTY", "47:1"),
        ("FTX", "LIN", "", "", SECRET),
        ("GIR", "001", "B1:LAC", f"{SECRET}:LCV"),
        ("MOA", f"203:{money(net)}"),
        ("UNS", "S"),
        ("MOA", f"9:{money(net + charge)}"),
    ]
    body = [_segment(signs, *segment) for segment in told]
    title = signs[1].join(["IMD", "L", "050", signs[0] * 3 + _free(dice, signs)])
    body.insert(10, title)
    kind = _segment(signs, "UNH", number, "INVOIC:D:96A:UN")
    return [kind, *body, _segment(signs, "UNT", str(len(body) + 2), number)]
