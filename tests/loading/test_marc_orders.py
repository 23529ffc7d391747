"""Orders in the local fields of MARC records: read by a map alone, into the tables of orders."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import libstats
from libstats.cli.main import main
from libstats.errors import WorkspaceError
from libstats.recognise.inspect import inspect
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.marc import Fields, record

START: Fields = [("005", "20260901120000.0"), ("245", "00$aReeds")]
PRICES = {
    "decimal_amount": ("35.00", "$35.00", "3500"),
    "signed_amount": ("$35.00", "35.00", "3500"),
    "implied_cents": ("3500", "35.00", "$35.00"),
}
OURS = """system vale
title_id         001
orders 960
order_line_id    961$m
quantity         $o
list_price       $s {how}
currency         $z absent USD
fund_code        $u
branch           $t
"""


def book(number: int, *orders: str, key: str = "") -> bytes:
    fields: Fields = [("001", f"ybp{number}"), *START, ("020", "  $a9780306406157")]
    fields = [*fields, *(("960", f"  {order}") for order in orders)]
    return record([*fields, ("961", f"  $m{key or f'K{number}'}")])


def given(workspace: Workspace, maps: str, **texts: str) -> Workspace:
    """The workspace with these maps below [marc]."""
    for name, text in texts.items():
        (workspace.folder / f"{name}.map").write_text(text, encoding="utf-8")
    with (workspace.folder / CONFIG).open("a", encoding="utf-8") as file:
        file.write(f"[marc]\nmap = {maps}\n")
    return find(workspace.folder)


def test_a_field_is_an_order_with_its_copy_and_its_fund(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Two 960 of one key are one order: the second is a part of the first."""
    one = "$o1$s35.00$uHIST$tMAIN$zUSD$vYBP"
    path = tmp_path / "batch.mrc"
    path.write_bytes(book(1, one, "$o2$s12.50$uART$tEAST$zUSD$vYBP") + book(2, one))
    place = given(workspace, '["koha", "gobi"]')
    files = libstats.load(place, path).files
    assert [(f.label, f.rows_read) for f in files] == [
        ("gobi MARC records", 2),
        ("gobi MARC orders", 3),
    ]
    with libstats.open(place) as con:
        lines = con.sql(
            """select order_line_id, parent_line_id, title_id, isbn, title, quantity,
                estimated_price, currency, vendor_name, is_exchanged
            from order_line order by order_line_id"""
        ).fetchall()
        funds = con.sql("select order_line_id, fund_code from order_fund order by all").fetchall()
        copies = con.sql("select order_line_id, branch from order_copy order by all").fetchall()
    price, other = Decimal("35.00"), Decimal("12.50")
    of = ("9780306406157", "Reeds")
    assert lines == [
        ("K1", None, "ybp1", *of, 1, price, "USD", "YBP", True),
        ("K1/2", "K1", "ybp1", *of, 2, other, "USD", "YBP", True),
        ("K2", None, "ybp2", *of, 1, price, "USD", "YBP", True),
    ]
    assert funds == [("K1", "HIST"), ("K1/2", "ART"), ("K2", "HIST")]
    assert copies == [("K1", "MAIN"), ("K2", "MAIN")]  # of the two copies neither is told


def test_under_another_map_what_the_file_said_before_is_undone(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Read by no map, then by GOBI's, then by Koha's, which lacks 999 $c and rejects both, then by
    GOBI's again: each time the file is what its last map says, and no reject of another is left."""
    path = tmp_path / "batch-2026-10-31.mrc"
    path.write_bytes(book(1, "$o1$s35.00$uHIST") + book(2, "$o1$s12.50$uART"))
    before = (workspace.folder / CONFIG).read_text(encoding="utf-8")
    lists = {
        "": ["marc MARC records"],
        '["koha", "gobi"]': ["gobi MARC orders", "gobi MARC records"],
        '"koha"': ["koha MARC copies", "koha MARC records"],
    }
    for maps, titles in (("", 2), ('["koha", "gobi"]', 2), ('"koha"', 0), ('["koha", "gobi"]', 2)):
        (workspace.folder / CONFIG).write_text(before, encoding="utf-8")
        libstats.load(given(workspace, maps) if maps else workspace, path)
        with libstats.open(workspace.folder) as con:
            active = con.sql("select declaration from loaded_file where is_active order by all")
            assert [name for (name,) in active.fetchall()] == lists[maps]
            assert con.sql("select count(*) from title").fetchall() == [(titles,)]
            assert con.sql("select count(*) from order_line").fetchall() == [
                (titles * ("gobi" in maps),)
            ]
        assert main(["-w", str(workspace.folder), "rejects"]) == 0
        assert ("999$c" in capsys.readouterr().out) == (maps == '"koha"')


@pytest.mark.parametrize("how", PRICES)
def test_money_is_read_as_the_map_says_and_in_no_other_way(
    how: str, workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "batch.mrc"
    written = [f"$o1$s{price.replace('$', '$$')}$uHIST" for price in PRICES[how]]
    path.write_bytes(b"".join(book(n, order) for n, order in enumerate(written)))
    place = given(workspace, '"ours.map"', ours=OURS.format(how=how))
    assert libstats.load(place, path).files[1].dispositions["rejected"] == 2
    with libstats.open(place) as con:
        told = con.sql("select list_price, currency from order_line").fetchall()
    assert told == [(Decimal("35.00"), "USD")]
    assert main(["-w", str(place.folder), "rejects", "--show", str(path)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "batch.mrc#orders, record 2, column $s (ours.map, line 6): " in said[0]


def test_without_a_map_orders_are_refused_with_the_line_that_lacks(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "batch.mrc"
    path.write_bytes(book(1, "$o1$s35.00$uHIST$vYBP") + book(2, "$o1$s5.00$uHIST$vYBP"))
    titles, orders = libstats.load(workspace, path).files
    assert (titles.outcome, orders.outcome) == ("loaded", "refused")
    assert "its 2 fields 960 ($o 2, $s 2, $u 2, $v 2) look like orders" in orders.reason
    assert "it lacks the line `orders 960`" in orders.reason
    with libstats.open(workspace) as con:
        assert con.sql("select count(*) from order_line").fetchall() == [(0,)]
    said = inspect(path).splitlines()
    assert "    estimated_price  $s decimal_amount" in said
    assert "    fund_code        $u" in said
    # GOBI's place for the number of an order, which each record has
    assert any(line.startswith("    order_line_id    961$m ") for line in said)


def test_whole_numbers_prove_no_way_of_writing_money(tmp_path: Path) -> None:
    path = tmp_path / "batch.mrc"
    path.write_bytes(book(1, "$o1$s3500$uHIST$vYBP"))
    said = inspect(path)
    assert "    # estimated_price $s HOW  (say how its money is written: decimal_amount" in said


def test_a_map_may_say_that_there_are_no_orders(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "batch.mrc"
    path.write_bytes(book(1, "$o1$s35.00$uHIST$vYBP"))
    place = given(workspace, '"ours.map"', ours="system vale\ntitle_id 001\norders none\n")
    assert [f.outcome for f in libstats.load(place, path).files] == ["loaded"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("list_price $s", "line 4: list_price does not say how its money is written"),
        ("list_price $s typed_amount", "Write one of: decimal_amount (35.00), signed_amount"),
        ("barcodes $i", "line 4: there is no column barcodes of order_line or order_copy or order"),
        ("fund_code $u", "it does not say what tells orders apart"),
        ("orders 96", "line 4: does not name a field\n  Write for example: orders 960"),
        ("own 960", "line 4: does not say what is its own"),
    ],
)
def test_a_fault_names_the_line(line: str, said: str, workspace: Workspace) -> None:
    with pytest.raises(WorkspaceError) as error:
        given(workspace, '"ours.map"', ours=f"system vale\ntitle_id 001\norders 960\n{line}\n")
    assert said in str(error.value)


def test_orders_of_the_system_itself_meet_its_lists(workspace: Workspace, tmp_path: Path) -> None:
    """Sierra's .o number is the key of its lists of orders too; copies are read beside."""
    path, listed = tmp_path / "out.mrc", tmp_path / "orders.txt"
    fields: Fields = [
        ("907", "  $a.b10000045$b08-02-21$c-"),
        ("945", "  $i3100001$lmain$y.i10000045"),
        ("960", "  $o2$q08-02-21$s$$13.20$uhist$vybp$z.o10000045"),
    ]
    path.write_bytes(record([*START, *fields]))
    listed.write_text(
        '"RECORD #(ORDER)","RECORD #(BIBLIO)","STATUS(ORDER)","COPIES","ODATE"\n'
        '"o10000045","b10000045","a","2","08-02-2021"\n',
        encoding="utf-8",
    )
    place = given(workspace, '["sierra", "sierra-orders"]')
    files = libstats.load(place, [path, listed]).files
    assert {f.label for f in files} == {
        "sierra MARC records",
        "sierra MARC copies",
        "sierra MARC orders",
        "sierra order lists",
    }
    with libstats.open(place) as con:
        told = con.sql(
            """select order_line_id, title_id, quantity, estimated_price, placed_on::varchar,
                status, is_exchanged from order_line"""
        ).fetchall()
    assert told == [("1000004", "1000004", 2, Decimal("13.20"), "2021-08-02", "closed", None)]
