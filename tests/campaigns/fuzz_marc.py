"""Valid files of MARC records for `python -m tests.campaigns.fuzz`, in both forms, of several
systems, with what people noted in local fields."""

from __future__ import annotations

import random

from tests.campaigns.fuzz_tables import SECRET, WORDS, Made
from tests.support.marc import LEADER, Fields, collection, record

MARC8 = LEADER[:9] + " " + LEADER[10:]


def _copy(system: str, number: int, dice: random.Random) -> tuple[str, str]:
    word = dice.choice(WORDS).replace("$", "").replace("\0", "")
    day = f"2026-{dice.randint(1, 10):02}-{dice.randint(1, 28):02}"
    staff = f"$x{SECRET}{number}" if dice.random() < 0.9 else ""
    if system == "koha":
        return (
            "952",
            f"  $aEAST$b{word}$d{day}$l{dice.choice([0, 7, 'x'])}$pb{number}$9{number}{staff}",
        )
    return "949", f"  $a{word}$wLC$c1$ib{number}$lSTK$mMAIN$tBOOK$u10/31/2026{staff}"


def marc_of(dice: random.Random) -> Made:
    """Records of one system, copies in them, authorities among them."""
    system, made, aside = dice.choice(["koha", "symphony", "oclc"]), list[tuple[str, Fields]](), 0
    for number in range(dice.choice([1, 3, 12, 60])):
        is_other = dice.random() < 0.1
        aside += is_other
        leader = LEADER[:6] + "z" + LEADER[7:] if is_other else LEADER
        fields = [
            ("001", f"{'ocm' if system == 'oclc' else ''}{number + 1}"),
            ("005", f"202609{dice.randint(1, 28):02}120000.0"),
            ("008", f"190214{dice.choice(['s2019    ', 'q19701979', 'n        '])}xxu  eng"),
            ("245", f"00$a{dice.choice(WORDS).replace('$', '') or 'x'}$cFenn"),
            ("590", f"  $a{SECRET}{number}"),
        ]
        if system != "oclc":
            copies = dice.choice([0, 1, 1, 4])
            fields += [_copy(system, 10 * number + n, dice) for n in range(copies)]
        if system == "koha":
            fields.append(("999", f"  $c{number}$d{number}"))
        made.append((leader, [(tag, text.replace("\0", " ")) for tag, text in fields]))
    if dice.random() < 0.3:
        data = collection(*made).encode()
        return Made("marc in XML", data, len(made), aside)
    parts = [record(fields, leader) for leader, fields in made]
    return Made("marc", dice.choice([b"", b"", b"\n", b"\r\n"]).join(parts), len(made), aside)
