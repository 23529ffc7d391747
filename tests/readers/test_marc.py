"""Records of ISO 2709: framing, directories, damage, letters; and pymarc reads the same."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import pymarc
import pytest
from hypothesis import given
from hypothesis import strategies as st

import libstats
from libstats.declaration.marc_map import is_field
from libstats.readers.marc.layout import MADE, Layout
from libstats.readers.marc.record import END, Damaged, Record, entries, read
from libstats.readers.marc.rows import Unreadable, all_in
from libstats.workspace.workspace import Workspace
from tests.support.marc import LEADER, collection, of_bytes, raw, record

WANTED = frozenset({"001", "245", "949"})
BOOK = [("001", "b1"), ("245", "10$aReeds"), ("500", "  $aSeen by Mara"), ("949", "  $i31$aQL")]
BLANK = LEADER[:9] + " " + LEADER[10:]


def fields(data: bytes) -> dict[str, list[str]]:
    """The wanted fields of one record, $ for the sign of a subfield."""
    found = read(data.removesuffix(END), WANTED).fields
    return {tag: [field.replace("\x1f", "$") for field in every] for tag, every in found.items()}


def damage(data: bytes) -> str:
    with pytest.raises(Damaged) as told:
        read(data.removesuffix(END), WANTED)
    return str(told.value)


def everything(data: bytes) -> list[tuple[int, Record | Unreadable]]:
    return list(all_in(io.BytesIO(data), WANTED))


READ = {"001": ["b1"], "245": ["10$aReeds"], "949": ["  $i31$aQL"]}


def test_only_wanted_fields_are_read() -> None:
    assert fields(record(BOOK)) == READ


def test_wrong_lengths_and_what_stands_between_records_do_no_harm() -> None:
    good = record(BOOK)
    short = b"00017" + good[5:]  # the length that the leader states
    moved = bytearray(good)
    moved[24 + 3 : 24 + 7] = b"0999"  # the length of the first field
    for data in (short, bytes(moved), b"\r\n" + good, b"\n\0\x1a" + good, b"\xef\xbb\xbf" + good):
        assert fields(data) == READ
    # lengths in letters, not in bytes, as programs write them that count before they encode
    late = record([("001", "b1"), ("245", "10$aRéédsé"), ("949", "  $i31$aQL")])
    late = late.replace(b"00003", b"00003").replace(b"00018", b"00015")
    assert fields(late)["949"] == ["  $i31$aQL"]


def test_a_record_is_longer_than_five_digits_can_say() -> None:
    many = [("001", "b1"), *(("949", f"  $i{n:09}$a{'x' * 90}") for n in range(1200))]
    data = record(many)
    assert len(data) > 99_999
    assert [f[2:13] for f in fields(data)["949"]] == [f"$i{n:09}" for n in range(1200)]


def test_a_directory_in_another_order_is_looked_up_by_place() -> None:
    data = record(BOOK)
    entry = [data[at : at + 12] for at in range(24, 24 + 48, 12)]
    turned = data[:24] + entry[3] + entry[1] + entry[0] + entry[2] + data[72:]
    assert fields(turned) == READ
    # and where the places are those of another encoding too, by their order
    told = [e[:7] + b"%05d" % (int(e[7:]) + (n > 0) * 2) for n, e in enumerate(entry)]
    shifted = data[:24] + told[3] + told[1] + told[0] + told[2] + data[72:]
    assert fields(shifted) == READ


def test_a_directory_may_leave_fields_out_and_a_field_may_hold_its_own_end() -> None:
    data = record(BOOK)
    fewer = data[:12] + b"00061" + data[17:24] + data[24:48] + data[60:72] + data[72:]
    assert fields(fewer) == READ
    stray = of_bytes([("001", b"b1"), ("245", b"10\x1faRe\x1eeds"), ("949", b"  \x1fi31")])
    assert fields(stray) == {"001": ["b1"], "245": ["10$aRe\x1eeds"], "949": ["  $i31"]}


def test_what_cannot_be_told_is_damaged_in_words() -> None:
    data = record(BOOK)
    assert damage(END) == "it is empty"
    assert damage(data[:30] + END) == "it has no whole directory"
    assert damage(b"no record at all" + END) == "it has no whole directory"
    cut = data[: data.rindex(b"\x1e", 0, -2) - 3] + END
    assert damage(cut[: cut.rindex(b"\x1e")] + END).startswith("its directory names 4 fields")


def test_every_1d_ends_a_record() -> None:
    good = record(BOOK)
    data = b"\n" + good + b"\r\n" + good[:40] + END + END + good + good[:50]
    found = everything(data)
    assert [n for n, _ in found] == [1, 2, 3, 4] == [*range(1, data.count(END) + 1)]
    assert [isinstance(each, Unreadable) for _, each in found] == [False, True, True, False]


def test_letters_are_utf8_where_they_can_be_whatever_the_leader_says() -> None:
    utf8 = record([("245", "10$aPlaça")], BLANK)
    assert fields(utf8) == {"245": ["10$aPlaça"]}
    # MARC-8: a cedilla (0xF0) stands before its letter, an acute (0xE2) too
    marc8 = of_bytes([("245", b"10\x1faPla\xf0ca e \xe2e"), ("949", b"  \x1fi31")], BLANK)
    assert fields(marc8) == {"245": ["10$aPlaça e é"], "949": ["  $i31"]}
    # Greek by an escape, which alone is ASCII
    greek = of_bytes([("245", b"10\x1fa\x1bga\x1bs = a")], BLANK)
    assert fields(greek) == {"245": ["10$aα = a"]}
    # said to be UTF-8 and none: what is none is marked
    wrong = of_bytes([("245", b"10\x1faPla\xe7a"), ("949", b"  \x1fi31")])
    assert fields(wrong) == {"245": ["10$aPla�a"], "949": ["  $i31"]}
    # a control field is never MARC-8
    assert fields(of_bytes([("001", b"b\xe7")], BLANK)) == {"001": ["bç"]}
    assert fields(of_bytes([("245", b"10\x1faRe\0eds")])) == {"245": ["10$aRe eds"]}


def test_pieces_of_a_cut_escape_are_no_traceback() -> None:
    for tail in (b"\x1b", b"\x1b$", b"\x1b$1", b"\x1b$1!", b"\x1b(", b"\x1b)"):
        assert fields(of_bytes([("245", b"10\x1fax" + tail)], BLANK))["245"][0].startswith("10$ax")


def test_what_a_map_may_name_the_reader_reads() -> None:
    """The one says what is a field, the other reads it: no word is one alone."""
    named = [
        *("001", "008/35-37", "008/6", "leader/17", "245$abnp", "020$a*", "$p", "$b#2", "$ab"),
        *("852$hi@$8", "$a*", *MADE),
    ]
    assert [name for name in named if not is_field(name)] == []
    record_of_none = read(record(BOOK).removesuffix(END), WANTED)
    for name in named:
        of_copies = Layout((name,), ("949",)).rows(record_of_none)
        assert [len(row) for row in of_copies] == [1], name


def test_headings_say_what_is_read() -> None:
    found = read(
        record(
            [
                ("001", "b1"),
                ("008", "190214s2019    xxu           000 0 eng d"),
                ("020", "  $a978$qhbk."),
                ("020", "  $a979"),
                ("245", "10$cFenn$aReeds /$bof the north"),
                ("852", "  $82$hQL$i1"),
                ("852", "  $83$hPZ$i2"),
                ("949", "  $bEAST$bMAIN$i31$83"),
                ("949", "  $bEAST$i32$i33"),
            ]
        ).removesuffix(END),
        {"001", "008", "020", "245", "852", "949"},
    )
    of_records = ("leader/07", "008/35-37", "008/6", "020$a*", "245$ab", "245$c", "130$a")
    assert Layout(of_records).row(found) == [
        "m",
        "eng",
        "s",
        "978; 979",
        "Reeds / of the north",
        "Fenn",
        "",
    ]
    copies = Layout(("001", "$i", "$b#1", "$b#2", "852$hi@$8", "$bi*"), ("949",))
    assert copies.rows(found) == [
        ["b1", "31", "EAST", "MAIN", "PZ 2", "EAST; MAIN; 31"],
        ["b1", "32", "EAST", "", "", "EAST; 32; 33"],
    ]


def test_records_within_the_records_of_a_harvest(workspace: Workspace, tmp_path: Path) -> None:
    inner = collection((LEADER, [("001", "b1"), ("245", "00$aReeds & <rushes>")]))
    marc = inner.partition('slim">')[2].rpartition("</collection>")[0]
    mine = marc.replace("<", "<m:").replace("<m:/", "</m:")
    oai = (
        '<?xml version="1.0"?>\n<OAI-PMH xmlns:m="http://www.loc.gov/MARC21/slim"><ListRecords>'
        f"<record><header/><metadata>{mine}</metadata></record>"
        '<record><header status="deleted"/></record></ListRecords></OAI-PMH>'
    )
    sru = (
        "<zs:searchRetrieveResponse xmlns:zs='z'><zs:records><zs:record><zs:recordData>"
        f"{marc}</zs:recordData></zs:record></zs:records></zs:searchRetrieveResponse>"
    )
    for name, text in (("oai.xml", oai), ("sru.xml", sru), ("one.xml", marc.strip())):
        (tmp_path / name).write_text(text, encoding="utf-8")
        receipt = libstats.load(workspace, tmp_path / name).files[0]
        assert (receipt.outcome, receipt.rows_read) == ("loaded", 1), receipt
    with libstats.open(workspace) as con:
        found = con.sql("select title_id, title from title").fetchall()
    assert found == [("b1", "Reeds & <rushes>")]


def test_xml_that_is_cut_or_declares_entities_is_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    whole = collection((LEADER, [("001", "b1")]), (LEADER, [("001", "b2")]))
    bomb = whole.replace("<collection", '<!DOCTYPE c [<!ENTITY a "b">]><collection')
    for text, why in ((whole[:-30], "the XML is cut"), (bomb, "it declares entities")):
        (tmp_path / "a.xml").write_text(text, encoding="utf-8")
        receipt = libstats.load(workspace, tmp_path / "a.xml").files[0]
        assert receipt.outcome == "refused"
        assert why in receipt.reason


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
SUBFIELDS = st.lists(st.tuples(st.sampled_from("abci039"), TEXT), min_size=1, max_size=4)
FIELDS = st.lists(
    st.one_of(
        st.tuples(st.just("001"), TEXT),
        st.tuples(
            st.sampled_from(["020", "245", "500", "949"]),
            SUBFIELDS.map(lambda s: "10" + "".join(f"\x1f{code}{text}" for code, text in s)),
        ),
    ),
    min_size=1,
    max_size=6,
)


@given(FIELDS)
def test_pymarc_reads_the_same(made: list[tuple[str, str]]) -> None:
    data = of_bytes([(tag, text.encode()) for tag, text in made], LEADER[:9] + "a" + LEADER[10:])
    assert as_read(data) == as_pymarc(next(pymarc.MARCReader(io.BytesIO(data))))


def as_read(data: bytes) -> list[tuple[str, list[str]]]:
    wanted = frozenset({"001", "020", "245", "500", "949"})
    found = read(data.removesuffix(END), wanted).fields
    return [
        (tag, field.split("\x1f")[1:] if tag > "009" else [field])
        for tag in sorted(found)
        for field in found[tag]
    ]


def as_pymarc(found: pymarc.Record | None) -> list[tuple[str, list[str]]]:
    assert found is not None
    return [
        (field.tag, [code + value for code, value in field.subfields] or [field.data or ""])
        for field in sorted(found.fields, key=lambda f: f.tag)
    ]


class _Every(frozenset[str]):
    def __contains__(self, tag: object) -> bool:
        return True


def test_pymarc_reads_the_same_of_real_records(real: Path) -> None:
    """But for UTF-8 under a blank leader/09 and subfields whose code is no ASCII."""
    for name in ("sample_psucat.mrc", "koha_sample_436.mrc", "marc8.dat"):
        for data in (real / "marc" / name).read_bytes().split(END)[:-1]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                theirs = next(pymarc.MARCReader(io.BytesIO(data + END)), None)
            if theirs is None:
                continue
            every = read(data, _Every()).fields
            mine = [
                (tag, [p for p in f.split("\x1f")[1:] if p] if tag > "009" else [f])
                for tag in sorted(every)
                for f in every[tag]
            ]
            if mine != as_pymarc(theirs):
                is_named = data[9:10] != b"a" or any(p[:1] > b"~" for p in data.split(b"\x1f"))
                assert is_named, (name, data[:24])


def test_tags_of_a_directory_are_told_of_a_damaged_record_too() -> None:
    assert entries(record(BOOK).removesuffix(END)) == ["001", "245", "500", "949"]
    assert entries(b"nothing") == []
    assert raw("245", "10$aOf $$5") == "10\x1faOf $5"
