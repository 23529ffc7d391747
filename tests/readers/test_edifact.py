"""Messages of EDIFACT: envelopes, signs, letters, and ways to add up an invoice."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import libstats
from libstats.cli import main
from libstats.loading.receipt import FileReceipt
from libstats.readers.edifact.part import KINDS, NOT_READ, counts
from libstats.recognise.inspect import inspect
from libstats.store import steps
from libstats.workspace.workspace import Workspace

HEAD = ("BGM+380+{number}+9", "DTM+137:20261030:102", "NAD+SU+4099::9", "CUX+2:EUR:4")
LINE = ("LIN+1++9780000000101:EN", "QTY+47:2", "MOA+203:10.00")


def message(*body: str, kind: str = "INVOIC", said: int | None = None) -> str:
    """A message with its envelope, its segments counted, or another number `said`."""
    inner = len(body) + 2 if said is None else said
    return "".join(f"{s}'" for s in (f"UNH+1+{kind}:D:96A:UN", *body, f"UNT+{inner}+1"))


def interchange(*messages: str, letters: str = "UNOC") -> str:
    """Messages in one envelope."""
    end = f"UNZ+{len(messages)}+1'"
    return f"UNB+{letters}:3+4099+LIB+261031:0930+1'" + "".join(messages) + end


def invoice(*money: str, number: str = "A1", kind: str = "380") -> str:
    """An invoice of one line over 10.00, and what else it says of money."""
    head = [s.format(number=number).replace("380", kind) for s in HEAD]
    return message(*head, *LINE, *money)


def loaded(workspace: Workspace, path: Path, data: str | bytes) -> list[FileReceipt]:
    """The receipts of a file."""
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return libstats.load(workspace, [path]).files


def totals(workspace: Workspace) -> list[tuple[Decimal | None, str, Decimal]]:
    """Of each invoice the total, how it is made, and the sum of all that its lines say."""
    with libstats.open(workspace) as con:
        return con.sql(
            """
            select any_value(i.total), any_value(i.total_rule), sum(l.amount)
            from invoice i join invoice_line l using (source, invoice_id)
            group by i.invoice_id
            order by i.invoice_id
            """
        ).fetchall()


@pytest.mark.parametrize(
    ("money", "total", "rule", "lines"),
    [
        (("UNS+S", "MOA+86:10.00"), 10, "lines", 10),
        # the charge of the line is in its amount already, and comes again at the end
        (("ALC+C++++G74", "MOA+8:1.00", "UNS+S", "MOA+9:10", "ALC+C++++G74", "MOA+8:1"),
         10, "lines", 10),
        (("ALC+C++++C&P", "MOA+8:1.00", "UNS+S", "MOA+86:11.00"),
         11, "lines + charges of lines", 11),
        (("UNS+S", "MOA+9:12.50", "ALC+C++++DL", "MOA+8:2.50"), "12.50", "lines + other charges",
         "12.50"),
        # an allowance at the end takes off
        (("UNS+S", "MOA+9:9,00", "ALC+A++++DI", "MOA+8:1.00"), 9, "lines + other charges", 9),
        (("UNS+S", "MOA+9:10.70", "TAX+7+VAT", "MOA+124:0.70"), "10.70", "lines + tax", "10.70"),
        (("MOA+128:10.70", "UNS+S", "MOA+9:10.70"), "10.70", "gross lines", "10.70"),
        # the allowance is told twice, and in the amount of the line already
        (("MOA+52:4.00", "ALC+A++++DI", "MOA+8:4.00", "UNS+S", "MOA+129:10", "MOA+9:10"),
         10, "lines", 10),
        (("UNS+S", "MOA+9:10.01"), "10.01", "none", 10),
        (("UNS+S",), None, "none", 10),
        # one and the same amount of charge and of tax: either may be what comes on top
        (("ALC+C++++C&P", "MOA+8:1.00", "UNS+S", "MOA+9:11.00", "MOA+124:1.00"), 11, "none", 10),
        # one total in each of two currencies
        (("UNS+S", "MOA+39:11.20:USD", "MOA+39:10.00:EUR"), 10, "lines", 10),
    ],
)  # fmt: skip
def test_a_total_is_made_by_the_one_way_that_gives_it(
    money: tuple[str, ...],
    total: int | str | None,
    rule: str,
    lines: int | str,
    workspace: Workspace,
    tmp_path: Path,
) -> None:
    loaded(workspace, tmp_path / "a.edi", interchange(invoice(*money)))
    wanted = None if total is None else Decimal(total)
    assert totals(workspace) == [(wanted, rule, Decimal(lines))]


def test_a_credit_note_is_negative_however_it_is_written(
    workspace: Workspace, tmp_path: Path
) -> None:
    positive = invoice("UNS+S", "MOA+9:10.00", number="C1", kind="381")
    negative = invoice("UNS+S", "MOA+9:-10.00", number="C2", kind="381").replace(
        ":10.00", ":-10.00"
    )
    loaded(workspace, tmp_path / "a.edi", interchange(positive, negative))
    assert [row[0] for row in totals(workspace)] == [Decimal(-10), Decimal(-10)]


def test_the_same_invoice_under_another_name_is_one(workspace: Workspace, tmp_path: Path) -> None:
    """Sent again in another envelope, with another number of the message and of the interchange."""
    bill = invoice("UNS+S", "MOA+9:10.00")
    loaded(workspace, tmp_path / "a007.edi", interchange(bill))
    again = interchange(bill, invoice("UNS+S", "MOA+9:10.00", number="A2")).replace("0930", "1130")
    receipts = loaded(workspace, tmp_path / "a008.edi", again)
    assert totals(workspace) == 2 * [(Decimal(10), "lines", Decimal(10))]
    assert receipts[0].dispositions["new"] == 1


ENVELOPES = {
    "usual": "{}",
    "byte-order mark, line ends": "\ufeff{}\r\n",
    "padded lines": "{0}   ",
    "signs named": "UNA:+.? '{}",
    "end of file as of old": "{}\x1a",
}


@pytest.mark.parametrize("form", ENVELOPES)
def test_what_stands_between_segments_means_nothing(
    form: str, workspace: Workspace, tmp_path: Path
) -> None:
    text = interchange(invoice("UNS+S", "MOA+9:10.00"))
    if "line" in form:
        text = text.replace("'", "'    \r\n")
    loaded(workspace, tmp_path / "a.edi", ENVELOPES[form].format(text))
    assert totals(workspace) == [(Decimal(10), "lines", Decimal(10))]


def test_other_signs_groups_and_several_interchanges(workspace: Workspace, tmp_path: Path) -> None:
    """The second interchange has signs of its own; the third a group, whose number UNZ counts; the
    fourth is a message without an envelope."""
    bills = [invoice("UNS+S", "MOA+9:10.00", number=f"A{n}") for n in range(4)]
    other = interchange(bills[1]).translate(str.maketrans("+:'", "<^>"))
    group = f"UNG+INVOIC+V+L+261031:0930+1+UN+D:96A'{bills[2]}UNE+1+1'"
    text = f"{interchange(bills[0])}UNA^<.? >{other}UNA:+.? '{interchange(group)}{bills[3]}"
    receipts = loaded(workspace, tmp_path / "a.edi", text)
    assert [file.rows_read for file in receipts] == [4, 4]
    assert totals(workspace) == 4 * [(Decimal(10), "lines", Decimal(10))]


@pytest.mark.parametrize(
    ("letters", "data", "title"),
    [
        ("UNOC", "Élan".encode(), "Élan"),  # said to be Latin-1, and is UTF-8
        ("UNOC", "Élan’s".encode("cp1252"), "Élan’s"),
        ("UNOD", "Łódź".encode("iso8859_2"), "Łódź"),
        ("UNOC", b"What?? Who?'s 1?+1?:", "What? Who's 1+1:"),
        ("UNOC", b"broken ov\r\ner a line", "broken over a line"),
    ],
)
def test_letters_and_released_signs(
    letters: str, data: bytes, title: str, workspace: Workspace, tmp_path: Path
) -> None:
    text = interchange(invoice("IMD+L+050+:::@@", "UNS+S", "MOA+9:10.00"), letters=letters)
    loaded(workspace, tmp_path / "a.edi", text.encode().replace(b"@@", data))
    with libstats.open(workspace) as con:
        assert con.sql("select title from invoice_line").fetchall() == [(title,)]


def test_a_message_that_is_damaged_is_rejected_alone(workspace: Workspace, tmp_path: Path) -> None:
    """Wrongly counted, and with an amount that is none: segments 2 to 11, and 12 to 22."""
    bad = message(*(s.format(number="A1") for s in HEAD), *LINE, "UNS+S", said=99)
    worse = invoice("UNS+S", "MOA+9:ten", number="A2")
    good = invoice("UNS+S", "MOA+9:10.00", number="A3")
    receipts = loaded(workspace, tmp_path / "a.edi", interchange(bad, worse, good))
    assert [f.dispositions["rejected"] for f in receipts] == [2, 2]
    with libstats.open(workspace) as con:
        assert con.sql(
            "select line, reason from rejected_row where seq = 1 order by line"
        ).fetchall() == [
            (
                2,
                "the message of segments 2 to 11 holds 10 segments, and its UNT says another "
                "number: nothing of the message is loaded",
            ),
            (12, "in segment 21 (MOA) stands no number: nothing of the message is loaded"),
        ]
        assert con.sql("select invoice_number from invoice").fetchall() == [("A3",)]


def test_a_file_of_damaged_messages_alone_is_refused_for_what_is_wrong(
    workspace: Workspace, tmp_path: Path
) -> None:
    """As where a curly apostrophe stands for the end of a segment: two run together."""
    text = interchange(invoice("UNS+S", "MOA+9:10.00").replace("UNS+S'", "UNS+S’"))
    (receipt, _) = loaded(workspace, tmp_path / "a.edi", text)
    assert receipt.outcome == "refused"
    assert receipt.reason.startswith(
        "a.edi, invoices: the message of segments 2 to 11 holds 10 segments, and its UNT says "
        "another number"
    )


def test_messages_of_other_kinds_are_told(workspace: Workspace, tmp_path: Path) -> None:
    answer = message("BGM+231+R1+27", "RFF+ON:7", "UNS+S", kind="ORDRSP")
    text = interchange(
        message("BGM+351+9", kind="DESADV"), answer, answer, invoice("UNS+S", "MOA+9:10.00")
    )
    receipts = loaded(workspace, tmp_path / "a.edi", text)
    assert [(f.outcome, f.reason) for f in receipts if f.outcome != "loaded"] == [
        (
            "left alone",
            "a.edi, DESADV: 1 message of this kind: a despatch advice says what was sent; "
            "what came, your library system tells",
        ),
        ("left alone", "a.edi, ORDRSP alone: 2 messages without a line"),
    ]


def test_of_two_currencies_the_one_that_is_invoiced_counts(
    workspace: Workspace, tmp_path: Path
) -> None:
    """10.00 euros are 12.00 dollars, with postage 12.50; the list price is in one of them."""
    text = interchange(
        message(
            *("BGM+380+A1+9", "DTM+137:20261030:102", "NAD+SU+4099::9"),
            "CUX+2:EUR:4A+3:USD:4+1,2",
            *("LIN+1", "QTY+47:1", "MOA+203:10:EUR:4A", "MOA+203:12:USD:4", "PRI+AAB:10"),
            *("RFF+BFN:FIC", "GIR+L01+B1:LAC+B2:LAC", "UNS+S"),
            *("MOA+39:10.42:EUR:4A", "MOA+39:12.50:USD:4"),
            *("ALC+C++++PAB", "MOA+8:0.42:EUR:4A", "ALC+C++++PAB", "MOA+8:0.5:USD:4"),
        )
    )
    loaded(workspace, tmp_path / "a.edi", f"{text}''")
    assert totals(workspace) == [(Decimal("12.50"), "lines + other charges", Decimal("12.50"))]
    with libstats.open(workspace) as con:
        assert con.sql("select currency from invoice").fetchall() == [("USD",)]
        assert con.sql(
            "select amount, list_price, funds, barcodes from invoice_line where quantity = 1"
        ).fetchall() == [(Decimal("12.00"), None, "FIC", "B1; B2")]


def test_the_count_is_that_of_the_rows() -> None:
    text = interchange(invoice("ALC+C", "UNS+S", "ALC+C++++DL", "MOA+9:10"), invoice("UNS+S"))
    assert counts(text) == {"invoices": 2, "invoice lines": 2, "invoice charges": 1}
    assert {kind.name for kind in KINDS} >= set(counts(text))


PERSONS = (
    "NAD+BY+4099::9++Mary Canary+1 Canary Road",
    "CTA+OC+7:Mary Canary",
    "COM+mary.canary@example.org:EM",
    "FTX+GEN+++For Mary Canary",
    "RFF+API:canary",
)
OF_LINES = (
    "FTX+LIN++NP:8B:28+Mary Canary asked for it",
    "IMD+L+009+:::Canary, Mary",
    "GIR+001+B1:LAC+MAIN:LLO+Mary Canary:LCV",
    "NAD+DP+canary",
)


@pytest.mark.parametrize("kind", ["INVOIC", "ORDERS", "ORDRSP", "QUOTES"])
def test_persons_are_read_of_no_message(
    kind: str, workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not in the store, nor in what is written on the way, also of a message that is damaged."""
    head = [s.format(number="A1") for s in HEAD]
    bodies = [[*head, *PERSONS, *LINE, "RFF+LI:7/1", *OF_LINES, "UNS+S"] for _ in range(2)]
    text = interchange(
        message(*bodies[0], kind=kind),
        message(*bodies[1][1:], "MOA+9:Mary Canary", kind=kind, said=99),
    )
    seen: set[str] = set()

    def looked(name: str) -> None:
        seen.update(
            f"{name}: {path.name}"
            for path in workspace.folder.rglob("*")
            if path.is_file() and b"canary" in path.read_bytes().lower()
        )

    with steps.watched(looked):
        receipts = loaded(workspace, tmp_path / "a.edi", text)
    looked("at the end")
    assert main.main(["-w", str(workspace.folder), "rejects"]) == 0
    assert seen == set()
    assert {file.outcome for file in receipts} == {"loaded"}
    told = "\n".join(line for file in receipts for line in file.lines())
    assert "canary" not in (told + capsys.readouterr().out).lower()


@pytest.mark.parametrize("kind", [*NOT_READ, "XYZABC"])
def test_a_message_that_is_not_read_says_why_by_its_kind(
    kind: str, workspace: Workspace, tmp_path: Path
) -> None:
    receipt = loaded(workspace, tmp_path / "a.edi", interchange(message("BGM+1+9", kind=kind)))[0]
    why = NOT_READ.get(kind, "libstats reads INVOIC, ORDERS, ORDRSP and QUOTES")
    assert receipt.outcome == "left alone"
    assert receipt.reason == f"a.edi, {kind}: 1 message of this kind: {why}"


def test_two_barcodes_under_one_number_are_two_copies(workspace: Workspace, tmp_path: Path) -> None:
    """Whether they stand in one GIR or in two; branch and fund are those of both."""
    order = message(
        *("BGM+220+PO1+9", "NAD+SU+4099::9", "LIN+1++9780000000101:EN", "QTY+21:4"),
        *("GIR+001+B1:LAC+B2:LAC+MAIN:LLO", "GIR+002+B3:LAC+WEST:LLO+JUV:LFN"),
        *("GIR+001+FIC:LFN+B4:LAC", "PRI+AAA:5.00", "UNS+S"),
        kind="ORDERS",
    )
    receipts = loaded(workspace, tmp_path / "a.edi", interchange(order))
    assert [f.rows_read for f in receipts] == [1, 4]
    with libstats.open(workspace) as con:
        told = con.sql(
            """select order_copy_id, barcode, branch, fund_code, amount
            from order_copy c
            join order_fund f using (source, order_line_id)
            where order_copy_id = order_line_id || ' copy ' || fund_share
            order by order_copy_id"""
        ).fetchall()
    price = Decimal("5.00")
    assert told == [
        ("PO1/1 copy 001", "B1", "MAIN", "FIC", price),
        ("PO1/1 copy 001/2", "B2", "MAIN", "FIC", price),
        ("PO1/1 copy 001/3", "B4", "MAIN", "FIC", price),
        ("PO1/1 copy 002", "B3", "WEST", "JUV", price),
    ]


def test_an_amount_keeps_its_decimals_and_the_sum_is_to_the_cent(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Twice 12.345 is 24.69, and no 24.70 of rounded lines."""
    line = ("LIN+1++9780000000101:EN", "QTY+47:1", "MOA+203:12.345")
    head = [s.format(number="A1") for s in HEAD]
    bill = message(*head, *line, *line, "UNS+S", "MOA+9:24.69")
    loaded(workspace, tmp_path / "a.edi", interchange(bill.replace("LIN+1", "LIN+2", 1)))
    with libstats.open(workspace) as con:
        lines = con.sql("select amount, amount_in_full from invoice_line").fetchall()
        rule = con.sql("select total_rule from invoice").fetchall()
        net = libstats.vendor_terms(con, since="2026-01-01", until="2027-01-01").fetchall()[0]
    assert lines == 2 * [(Decimal("12.35"), Decimal("12.345"))]
    assert rule == [("lines",)]
    assert Decimal("24.69") in net


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([invoice("UNS+S", "MOA+9:10.00")], "1 invoice, 1 line, total fits (rule: lines)"),
        (
            [invoice("UNS+S", "MOA+9:10.01")],
            "1 invoice, 1 line, total fits in no way (rule: none)",
        ),
        ([invoice("UNS+S")], "1 invoice, 1 line, no total is stated"),
        (
            [invoice("UNS+S", "MOA+9:10.00"), invoice("UNS+S", "MOA+9:11.00", number="B")],
            "2 invoices, 2 lines, totals: 1 fit (rule: lines), 1 fit in no way (rule: none)",
        ),
        (
            [invoice("UNS+S", "MOA+9:10.00"), invoice("UNS+S", "MOA+9:1x", number="B")],
            "2 invoices, 2 lines, total fits (rule: lines)",
        ),
        ([message(*HEAD, *LINE, kind="ORDERS")], "1 line of orders"),
    ],
)
def test_inspect_says_first_what_a_file_holds(
    messages: list[str], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "day.edi"
    path.write_text(interchange(*messages), encoding="utf-8")
    assert inspect(path).splitlines()[0] == f"day.edi: {said}"


def test_a_file_of_one_damaged_message_is_refused_and_of_two_the_sound_one_is_loaded(
    workspace: Workspace, tmp_path: Path
) -> None:
    """As docs/export-edifact.md says."""
    bad = message(*HEAD, *LINE, "UNS+S", "MOA+9:10.00", said=99)
    alone = loaded(workspace, tmp_path / "alone.edi", interchange(bad))
    assert {f.outcome for f in alone} == {"refused"}
    good = invoice("UNS+S", "MOA+9:10.00", number="B")
    both = loaded(workspace, tmp_path / "both.edi", interchange(bad, good))
    assert {f.outcome for f in both} == {"loaded"}
    assert {f.dispositions["rejected"] for f in both} == {1}
