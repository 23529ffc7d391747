"""Whether records are read in blocks or one by one, the rows are the same."""

from __future__ import annotations

import io
import random
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libstats.readers.marc import blocks, rows
from libstats.readers.marc.file import named_in
from libstats.readers.marc.layout import Layout
from libstats.readers.marc.record import END
from libstats.readers.marc.rows import Layouts, Unreadable
from libstats.sources.marc import NAMES, shipped
from tests.readers.test_marc import BLANK, BOOK
from tests.support.marc import LEADER, of_bytes, record

EVERY = Layouts(
    Layout(
        (
            *("leader/05", "leader/17", "001", "008/35-37", "005/0-13", "245$abn", "245$a"),
            *("020$a*", "100$a", "999$c", "oclc.number", "year.low", "year.high"),
            *("year.origin", "year.one", "year.is_suspect", "screen.faults"),
        )
    ),
    Layout(("$a", "001", "$i", "$b#1", "$b#2", "$ab", "$z*", "leader/06"), ("949",)),
)


def both(data: bytes, folder: Path, layouts: Layouts = EVERY) -> list[Any]:
    """What the two ways make of a file."""
    found: list[Any] = []
    for name in ("blocks", "one by one"):
        to = (folder / f"{name} records", folder / f"{name} copies")
        if name == "blocks":
            told = blocks.write(io.BytesIO(data), layouts, to, 0, None)
        else:
            told = rows.write(rows.records_in(io.BytesIO(data), layouts), layouts, to)
        told.damaged.sort()
        texts = [path.read_bytes().decode() for path in to]
        for text, header in zip(
            texts, (layouts.records.header, layouts.copies.header), strict=True
        ):
            assert {line.count("\x1f") for line in text.split("\n") if line} <= {len(header)}
        found.append((astuple(told), *(sorted(text.split("\n")) for text in texts)))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rows")


SOUND = [
    record([("005", "20260930081500.0"), *BOOK]),
    record([*BOOK, ("008", "190214s2019    xxu           000 0 eng d")]),
    record(
        [
            ("001", "ocm0123"),
            ("008", "190214q19701979xxu           000 0 fre d"),
            ("020", "  $a978$z1"),
            ("020", "  $a979"),
            ("035", "  $a(XX)1"),
            ("035", "  $a(OCoLC)0456"),
            ("245", '10$cx$a$a"Reeds", ß$bof $nthe,\nnorth'),
            ("264", " 4$c2001"),
            ("264", " 1$c$c1999"),
            ("949", "  $bEAST$b$i31$zone$ztwo$a"),
            ("949", "  $i32$bMAIN$bEAST$aQL$i33"),
            ("949", "  "),
            ("949", "  $"),
        ]
    ),
    # a wrong check digit behind a right one, a subject, a local subfield in a field of no own use
    record(
        [
            ("008", "190214s2019    xxu           000 0 |||  "),
            ("020", "  $a9780306406157$a0306406153 (pbk.)"),
            ("022", "  $a0317-8472"),
            ("041", "0 $aeng"),
            ("490", "0 $aReeds"),
            ("650", " 0$aReeds$9123"),
            ("952", "  $9 12"),
        ]
    ),
    record([("008", "x" * 41), ("022", "  $a2434-561X"), ("590", "  $9x"), ("490", "  $9")]),
    record([("001", 'a"b'), ("008", '19"214s2019'), ("949", "  $i9")]),
    record([("245", "10$aPlaça")], BLANK),
    of_bytes([("245", b"10\x1faPla\xf0ca"), ("949", b"  \x1fi31\x1fa\xe2e")], BLANK),
    of_bytes([("245", b"10\x1faPla\xe7a")]),
    of_bytes([("001", b"b\0"), ("245", b"10\x1fa\x1bga\x1bs = a")], BLANK),
    record([("001", "é"), ("008", "éé0214s2019    xxu           000 0 eng d")]),
    record([("001", "a1")], LEADER[:6] + "z" + LEADER[7:]),
    record([("001", "h"), ("949", "  $i5")], LEADER[:5] + "dy" + LEADER[7:]),
    *(b"\r\n" + record(BOOK), b"     \n" + record(BOOK), END, b"rubbish" + END),
    record(BOOK)[:60] + END,
    of_bytes([("001", b"b\x1f1"), ("008", b"19\x1f0214s2019"), ("949", b"  \x1fi31")]),
    record(BOOK, LEADER[:17] + "\x1f" + LEADER[18:]),
]


def test_each_record_alone_and_all_together(folder: Path) -> None:
    for data in (*SOUND, b"".join(SOUND), b"".join(SOUND) + SOUND[0][:50], b""):
        one, other = both(data, folder)
        assert one == other, data


def hurt(seed: int) -> bytes:
    """Some records with some wounds."""
    chance = random.Random(seed)
    data = bytearray(b"".join(chance.sample(SOUND, 5)))
    for _ in range(chance.randrange(6)):
        at = chance.randrange(len(data) or 1)
        data[at : at + chance.randrange(3)] = chance.choice(
            [b"\x1d", b"\x1e", b"\x1f", b"\0", b'"', b"", b"\xc3", b"\x1b", b"7", b"a", b"\x1f\x1e"]
        )
    return bytes(data)


@given(st.integers(0, 2**32))
def test_damaged_records(folder: Path, seed: int) -> None:
    one, other = both(hurt(seed), folder)
    assert one == other


@given(st.integers(0, 2**32))
def test_copies_are_counted_as_they_are_read(seed: int) -> None:
    """Of damaged records too: the count is another pass, that knows no fields."""
    data = hurt(seed)
    data = data[: data.rfind(END) + 1] or END
    read = sum(
        each.copies if isinstance(each, Unreadable) else len(EVERY.copies.rows(each))
        for _, each in rows.records_in(io.BytesIO(data), EVERY)
    )
    assert named_in(data + b"0012", len(data), ["949"]) == read


def test_small_blocks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 100)
    one, other = both(b"".join(SOUND), folder)
    assert one == other


def test_every_shipped_map(folder: Path) -> None:
    """Alma's looks values up in another field: it is read one by one."""
    for name in NAMES:
        found = shipped(name)
        headers = [source.vendor_headings for source in found.sources]
        copies = Layout(headers[1] if headers[1:] else (), found.copies)
        layouts = Layouts(Layout(headers[0]), copies)
        assert blocks.fits(layouts) == (name != "alma")
        if blocks.fits(layouts):
            one, other = both(b"".join(SOUND), folder, layouts)
            assert one == other, name


@pytest.mark.slow
def test_real_records(real: Path, folder: Path) -> None:
    for path in (real / "marc").iterdir():
        if path.suffix != ".tsv":
            one, other = both(path.read_bytes(), folder)
            assert one == other, path.name
