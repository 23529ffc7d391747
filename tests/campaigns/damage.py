"""Wounds: bytes of an export changed at random, as broken transfers and careless hands do."""

from __future__ import annotations

import random

from tests.campaigns.fuzz_tables import zipped
from tests.support.recount import members_of

BITS = [
    b'"',
    b'""',
    b",",
    b";",
    b"\t",
    b"|",
    b"^",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\x1a",
    b"\xe9",
    b"\xc3",
    b"=",
    b"'",
    b"\\",
    b"NULL",
    b"#",
    b"\x1d",
    b"\x1e",
    b"\x1f",
]


def hurt(data: bytes, dice: random.Random) -> bytes:
    """The bytes with one to four wounds."""
    for _ in range(dice.choice([1, 1, 2, 4])):
        at = dice.randrange(min(len(data), dice.choice([0, 100])), len(data) + 1)
        to = min(len(data), at + dice.choice([1, 1, 2, 20, 2000]))
        part, bit, byte = data[at:to], dice.choice(BITS), bytes([dice.randrange(256)])
        other = dice.choice(
            [byte, byte, bit, bit, b"", part + part, bytes(dice.sample(part, len(part)))]
        )
        data = dice.choice(
            [
                data[:at] + other + data[to:],
                data[:at] + bit + data[at:],
                data[:at] + bit + data[at + 1 :],
                data[:at] + data[to:],
            ]
        )
        if dice.random() < 0.05:
            data = data[:at]
    return data


def hurt_members(data: bytes, dice: random.Random) -> bytes:
    """An archive with a wound inside one of its members, sound as an archive."""
    members = members_of(data)
    name = dice.choice([*members, *(n for n in members if "sheet" in n or "content" in n)])
    members[name] = hurt(members[name], dice)
    return zipped(members)
