"""Valid exports for `python -m tests.campaigns.fuzz`: lines without headings, which are Symphony's
logs, what its programs write, and a grid of ILLiad's."""

from __future__ import annotations

import csv
import io
import random

from tests.campaigns.fuzz_tables import SECRET, WORDS, Made

# what a library says of its programs in libstats.toml; of selhold nothing, so that its letters
# stand in the file's name
COLUMNS = {"selitem": "oIBlmytf", "selcharge": "oIUdec"}
LINE_WORDS = [
    "EAST",
    "Süd",
    'a "quoted" word',
    "semi;colon, comma",
    "Łódź",
    "",
    " ",
    "’",
    "MAIN-DISCARD",
    "two  blanks ",
]
ENCODINGS = ["utf-8", "utf-8", "cp1252"]


def _clock(dice: random.Random) -> str:
    return f"2026{dice.randint(1, 10):02}{dice.randint(1, 28):02}{dice.randint(0, 23):02}{dice.randint(0, 59):02}"


def _joined(lines: list[str], dice: random.Random) -> bytes:
    """The lines with one kind of end, some blank ones between them, in letters of one kind."""
    end = dice.choice(["\n", "\n", "\r\n"])
    text = "".join(line + end * dice.choice([1] * 19 + [2]) for line in lines)
    return (text.removesuffix(end) if dice.random() < 0.2 and lines[-1].strip() else text).encode(
        dice.choice(ENCODINGS), "replace"
    )


def log_of(dice: random.Random) -> Made:
    """A history log of Symphony: codes in any order, other commands and codes between them, a line
    cut short."""
    lines = []
    for number in range(dice.choice([1, 1, 3, 12, 40, 150, 600])):
        command = dice.choice(["CV", "CV", "EV", "EV", "RV", "WV", "IY", "hE"])
        user = dice.choice([f"{SECRET}{number}", f"{SECRET}{number}", "MAIN-DISCARD4"])
        codes = [
            f"FE{dice.choice(LINE_WORDS)}",
            f"dC{dice.choice([3, 5, 6, 19])}",
            f"NQ3122{dice.randint(1, 99):010}",
            f"UO{user}",
        ]
        codes += dice.sample(
            [
                f"Uf{SECRET}",
                "FcNONE",
                "CO10/30/2026,1:48",
                f"tT{dice.choice(LINE_WORDS)}",
                "NQsecond",
                "",
                "O",
            ],
            dice.randint(0, 4),
        )
        if dice.random() < 0.5:
            dice.shuffle(codes)
        moment = f"{_clock(dice)}{dice.randint(0, 59):02}{dice.randint(0, 9999):04}"
        lines.append(
            f"E{moment}R ^S{dice.randint(0, 99):02}{command}FWDESK1^{'^'.join(codes)}^^O{dice.choice(['', '00049'])}"
        )
    if len(lines) > 2 and dice.random() < 0.3:
        at = dice.randrange(
            1, len(lines) - 1
        )  # one cut at the end of the file is no sound file: the export broke off
        lines[at] = lines[at][: dice.randint(1, 30)]
    # the command stands behind 25 characters; a line cut before its end is rejected, not set aside
    return Made(
        "log", _joined(lines, dice), len(lines), sum(line[25:27] in ("IY", "hE") for line in lines)
    )


def bare_of(dice: random.Random) -> Made:
    """An export that has no headings."""
    return dice.choice([_items, _charges, _holds, _grid])(dice)


def _piped(program: str, rows: list[list[str]], dice: random.Random) -> Made:
    """Rows with bars between and behind their columns, errors of the program among them."""
    lines = ["|".join(row) + "|" for row in rows]
    errors = [
        f"**error number 111 on item start, id={number}"
        for number in range(dice.choice([0, 0, 1, 3]))
    ]
    for error in errors:
        lines.insert(dice.randrange(1, len(lines) + 1), error)
    return Made(f"bare {program}", _joined(lines, dice), len(lines), len(errors), program)


def _rows(dice: random.Random) -> range:
    return range(dice.choice([1, 1, 3, 12, 40, 150]))


def _key(number: int, dice: random.Random) -> list[str]:
    return [str(5000 + number), str(dice.randint(1, 30)), str(dice.randint(1, 3))]


def _items(dice: random.Random) -> Made:
    def row(number: int) -> list[str]:
        places = [dice.choice(["STACKS", "DISCARD", *LINE_WORDS]) for _ in range(3)]
        return [
            *_key(number, dice),
            f"3122{number:010}  ",
            *places,
            "BOOK",
            dice.choice(["20160901", "0", "NEVER", "31/10/2026"]),
        ]

    return _piped("selitem", [row(number) for number in _rows(dice)], dice)


def _charges(dice: random.Random) -> Made:
    rows = [
        [
            *_key(number, dice),
            f"{SECRET}{number}",
            _clock(dice),
            dice.choice(["NEVER", "0", _clock(dice)]),
            _clock(dice),
        ]
        for number in _rows(dice)
    ]
    return _piped("selcharge", rows, dice)


def _holds(dice: random.Random) -> Made:
    def row(number: int) -> list[str]:
        return [
            f"9{number}",
            *_key(number, dice),
            f"{SECRET}{number}",
            dice.choice(LINE_WORDS),
            _clock(dice)[:8],
            dice.choice("CT"),
            dice.choice(["0", _clock(dice)[:8]]),
        ]

    return _piped("selhold_oKIUwpt5", [row(number) for number in _rows(dice)], dice)


def _grid(dice: random.Random) -> Made:
    """ILLiad's grid of requests, as it came once: 23 columns, of which those about persons have no
    name here."""
    rows = []
    for number in _rows(dice):
        row = [dice.choice(WORDS) for _ in range(23)]
        row[:3] = [
            str(1000 + number),
            dice.choice(["Borrowing", "Lending", "Doc Del"]),
            dice.choice(["Article", "Loan"]),
        ]
        row[3:5] = [f"{SECRET}{number}"] * 2
        row[11] = row[13] = dice.choice(
            [f"2026-10-{dice.randint(1, 28):02} 09:30:00", f"{dice.randint(46000, 46300)}.25"]
        )
        rows.append(row)
    out = io.StringIO()
    csv.writer(
        out, delimiter=dice.choice(",;\t"), lineterminator=dice.choice(["\n", "\r\n"])
    ).writerows(rows)
    return Made("bare grid", out.getvalue().encode(dice.choice(ENCODINGS), "replace"), len(rows))
