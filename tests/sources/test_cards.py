"""Cards that stand for places: what is charged to them is no loan, and they are no patrons."""

from __future__ import annotations

import duckdb
import pytest

import libstats
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.files import write

pytestmark = pytest.mark.slow

LINE = "E202610310930{:02}1234R ^S01CV^FEMAIN^FcNONE^dC3^NQ30007{:02}^UO{}^^O\n"
CARDS = (
    "WD-PO",
    "MISSING",
    "DISCARD",
    "REPAIR",
    "MAIN-DISCARD",
    "21234000111111",
    "21234000222222",
)


def test_a_charge_to_a_card_of_a_place_is_no_checkout(workspace: Workspace) -> None:
    log = "".join(LINE.format(n, n, card) for n, card in enumerate(CARDS))
    libstats.load(workspace, [write(workspace.exports / "20261031.hist", log)])
    with libstats.open(workspace) as con:
        kinds = (
            "select kind, count(*), count(distinct patron_key) from circulation_event group by 1"
        )
        assert {k: (n, p) for k, n, p in con.sql(kinds).fetchall()} == {
            "checkout": (2, 2),
            "other": (5, 0),
        }


def test_a_library_declares_its_own_cards(workspace: Workspace) -> None:
    config = workspace.folder / CONFIG
    own = '\n[roles.symphony.circulation_event.card]\n"mending desk" = "place"\n'
    write(config, config.read_text(encoding="utf-8") + own)
    place = find(workspace.folder)
    log = LINE.format(1, 1, "MENDING DESK") + LINE.format(2, 2, "21234000111111")
    libstats.load(place, [write(place.exports / "20261031.hist", log)])
    with libstats.open(place) as con:
        assert con.sql(
            "select kind, count(patron_key) from circulation_event group by 1 order by 1"
        ).fetchall() == [("checkout", 1), ("other", 0)]


# Of each system a list with a loan of the card 900001 of the mending bench, one of a card of the
# group STAT, whose cards are all places, and one of a patron.
LENT = {
    "koha loans": (
        "issue_id,issuedate,date_due,borrowernumber,categorycode,itemnumber,branchcode",
        "{n},2026-10-05 10:00:00,2026-10-26 23:59:00,{card},{group},{n},MAIN",
    ),
    "evergreen circulations": (
        "Circ ID,Checkout / Renewal Library,Checkout Date/Time,Due Date/Time,Parent Circulation,"
        "Patron,Patron Profile Group",
        "{n},BR1,2026-10-05 10:00:00-04,2026-10-26 23:59:59-04,,{card},{group}",
    ),
    "alma loans": (
        "Item Loan Id,Loan Date,In House Loan Indicator,Primary Identifier,User Group",
        "{n},10/05/2026,N,{card},{group}",
    ),
    "folio loans": (
        "id,user_id,loan_date,due_date,patron_group_id_at_checkout",
        "{n},{card},2026-10-05T14:00:00.000+00:00,2026-10-26T14:00:00.000+00:00,{group}",
    ),
    "sierra checkouts": (
        "checkout_gmt,due_gmt,item_record_id,patron_record_id,ptype_code",
        "2026-10-05 10:0{n}:00-04,2026-10-26 10:00:00-04,{n},{card},{group}",
    ),
    "wms checked-out items": (
        "Item Barcode,Loan Date Checked Out,Loan Date Due,Patron Barcode,Borrower Category",
        "{n},2026-10-05 10:00:00,2026-10-26 10:00:00,{card},{group}",
    ),
    "koha statistics": (
        "datetime,type,branch,itemnumber,borrowernumber,categorycode",
        "2026-10-05 10:0{n}:00,issue,MAIN,{n},{card},{group}",
    ),
    "sierra circulation transactions": (
        "transaction_gmt,op_code,stat_group_code_num,item_record_id,patron_record_id,ptype_code",
        "2026-10-05 10:0{n}:00-04,o,1,{n},{card},{group}",
    ),
    "polaris transactions": (
        "TranClientDate,TransactionID,OrganizationID,TransactionTypeID,ItemRecordID,PatronID,"
        "PatronCodeID,RenewalFlag,CheckInType",
        "2026-10-05 10:0{n}:00.000,{n},3,6001,{n},{card},{group},0,NULL",
    ),
}
BORROWERS = [("900001", "ADULT"), ("5", "STAT"), ("5001", "ADULT")]


@pytest.mark.parametrize("label", LENT)
def test_cards_and_groups_of_places_are_no_patrons_in_any_system(
    workspace: Workspace, label: str
) -> None:
    """Settable in every system: of three loans one is a checkout, in one file and in many."""
    system, head, row = label.split()[0], *LENT[label]
    table = "circulation_event" if "statistics" in label or "transactions" in label else "loan"
    own = (
        f'\n[roles.{system}.{table}.card]\n"900001" = "place"\n'
        f'[roles.{system}.{table}.patron_group]\n"Stat" = "place"\n'
    )
    config = workspace.folder / CONFIG
    text = config.read_text(encoding="utf-8").replace(
        "[library]", '[library]\ntimezone = "America/New_York"', 1
    )
    write(config, text + own)
    place = find(workspace.folder)
    rows = [row.format(n=n, card=card, group=group) for n, (card, group) in enumerate(BORROWERS, 1)]
    day = row.replace("2026-10-05", "2026-10-06").replace("10/05/2026", "10/06/2026")
    files = [
        write(place.exports / "a.csv", "\n".join([head, *rows]) + "\n"),
        write(place.exports / "b.csv", f"{head}\n{day.format(n=7, card=5002, group='ADULT')}\n"),
    ]
    libstats.load(place, [files[0]])
    assert (checkouts(place), patrons(place)) == (1, 1)
    libstats.load(place, files)
    assert (checkouts(place), patrons(place)) == (2, 2)


# How each log writes a checkout, and a check-in.
RETURNS = {
    "koha statistics": (",issue,", ",return,"),
    "sierra circulation transactions": (",o,", ",i,"),
    "polaris transactions": (",6001,", ",6002,"),
}


@pytest.mark.parametrize("label", RETURNS)
def test_what_comes_back_from_a_group_of_places_came_from_no_patron(
    workspace: Workspace, label: str
) -> None:
    """Of three check-ins one is a patron's: the others are of the mending bench and of STAT, which
    the log writes with blanks around it."""
    system, (head, row) = label.split()[0], LENT[label]
    row = row.replace(*RETURNS[label])
    groups = (
        f'\n[roles.{system}.circulation_event.patron_group]\n"stat" = "place"\n"X  Y" = "place"'
    )
    config = workspace.folder / CONFIG
    write(
        config,
        config.read_text(encoding="utf-8").replace(
            "[library]", '[library]\ntimezone = "America/New_York"', 1
        )
        + groups,
    )
    place = find(workspace.folder)
    borrowers = [("900001", "x y"), ("5", " STAT "), ("5001", "ADULT")]
    rows = [row.format(n=n, card=card, group=group) for n, (card, group) in enumerate(borrowers, 1)]
    libstats.load(place, [write(place.exports / "a.csv", "\n".join([head, *rows]) + "\n")])
    with libstats.open(place) as con:
        sql = "select kind, count(*), count(patron_key) from circulation_event group by all"
        assert con.sql(sql).fetchall() == [("checkin", 3, 1)]


@pytest.mark.parametrize("by", ["card", "patron_group"])
@pytest.mark.parametrize("label", RETURNS)
def test_a_place_declared_after_its_log_was_loaded(
    workspace: Workspace, label: str, by: str
) -> None:
    """A log that overlaps the one loaded before: no check-in is doubled, no old patron stays."""
    system, (head, row) = label.split()[0], LENT[label]
    row, config = row.replace(*RETURNS[label]), workspace.folder / CONFIG
    text = config.read_text(encoding="utf-8").replace(
        "[library]", '[library]\ntimezone = "America/New_York"', 1
    )
    write(config, text)
    cards = [("900001", "STAT"), ("5001", "ADULT"), ("5002", "ADULT")]
    lines = [row.format(n=n, card=card, group=group) for n, (card, group) in enumerate(cards, 1)]
    place = find(workspace.folder)
    libstats.load(place, [write(place.exports / "a.csv", "\n".join([head, *lines[:2]]) + "\n")])
    said = "900001" if by == "card" else "STAT"
    write(config, f'{text}\n[roles.{system}.circulation_event.{by}]\n"{said}" = "place"\n')
    place = find(workspace.folder)
    libstats.load(place, [write(place.exports / "b.csv", "\n".join([head, *lines]) + "\n")])
    with libstats.open(place) as con:
        sql = "select kind, count(*), count(patron_key) from circulation_event group by all"
        assert con.sql(sql).fetchall() == [("checkin", 3, 2)]


def test_a_group_that_folio_names_and_gives_no_number_for_is_a_place_too(
    workspace: Workspace,
) -> None:
    config = workspace.folder / CONFIG
    text = config.read_text(encoding="utf-8").replace(
        "[library]", '[library]\ntimezone = "America/New_York"', 1
    )
    write(config, text + '\n[roles.folio.loan.patron_group]\n"Bindery" = "place"\n')
    place = find(workspace.folder)
    head = "id,user_id,loan_date,due_date,patron_group_name\n"
    row = "{},{},2026-10-05T14:00:00.000+00:00,2026-10-26T14:00:00.000+00:00,{}\n"
    text = head + row.format(1, 900001, "bindery") + row.format(2, 5001, "Adult")
    libstats.load(place, [write(place.exports / "a.csv", text)])
    assert (checkouts(place), patrons(place)) == (1, 1)


def test_a_log_without_groups_says_that_it_cannot_tell_their_cards(workspace: Workspace) -> None:
    config = workspace.folder / CONFIG
    own = '\n[roles.polaris.circulation_event.patron_group]\n"STAT" = "place"\n'
    write(config, config.read_text(encoding="utf-8") + own)
    place = find(workspace.folder)
    log = write(place.exports / "a.csv", transactions((1, "77001", "900001")))
    (note,) = libstats.load(place, [log]).files[0].notes
    assert "leave out a card's group" in note
    assert "[roles.polaris.circulation_event.card]" in note
    assert patrons(place) == 1


def patrons(place: Workspace) -> int:
    with libstats.open(place) as con:
        return int(
            con.sql(
                "select count(distinct patron_key) from"
                " (select patron_key from circulation_event union all select patron_key from loan)"
            ).fetchall()[0][0]
        )


def checkouts(place: Workspace) -> int:
    with libstats.open(place) as con:
        return int(
            con.sql(
                "select (select count(*) from circulation_event where kind = 'checkout')"
                " + (select count(*) from loan)"
            ).fetchall()[0][0]
        )


def transactions(*rows: tuple[int, str, str]) -> str:
    """Transactions of Polaris as a file: day, copy, patron."""
    headings = (
        "TransactionID,OrganizationID,TransactionTypeID,TranClientDate,ItemRecordID,PatronID,"
        "RenewalFlag,CheckInType"
    )
    lines = (
        f"{n},3,6001,2026-10-{day:02} 10:00:00.000,{copy},{patron},0,NULL"
        for n, (day, copy, patron) in enumerate(rows)
    )
    return "\n".join([headings, *lines]) + "\n"


def test_a_card_is_a_place_in_one_file_and_in_many(workspace: Workspace) -> None:
    """Two files at once are read in one statement, one alone is not: both tell cards from patrons,
    and of the same row the same."""
    config = workspace.folder / CONFIG
    own = '\n[roles.polaris.circulation_event.card]\n"900001" = "place"\n'
    write(config, config.read_text(encoding="utf-8") + own)
    place = find(workspace.folder)
    first = transactions((1, "77001", "900001"), (2, "77002", "5001"))
    both = transactions((1, "77001", "900001"), (2, "77002", "5001"), (3, "77003", "900001"))
    libstats.load(place, [write(place.exports / "a.csv", first)])
    again = write(place.exports / "b.csv", both)
    other = write(place.exports / "c.csv", transactions((4, "77004", "5002"), (4, "77005", "5002")))
    receipt = libstats.load(place, [again, other])
    assert [f.dispositions["unchanged"] for f in receipt.files] == [2, 0]
    with libstats.open(place) as con:
        assert con.sql(
            "select kind, count(*), count(distinct patron_key) from circulation_event group by 1"
            " order by 1"
        ).fetchall() == [("checkout", 3, 2), ("other", 2, 0)]


def test_an_event_that_a_library_declares_is_what_it_says(workspace: Workspace) -> None:
    """A word of a log that nobody knew: other, and told; then a checkout, without a new load."""
    rows = "datetime,type,branch,itemnumber\n2026-10-05 10:00:00,issue,MAIN,1\n"
    rows += "2026-10-05 10:01:00,Locker_Issue,MAIN,2\n2026-10-05 10:02:00,recall,MAIN,3\n"
    libstats.load(workspace, [write(workspace.exports / "statistics.csv", rows)])
    line = '[roles.koha.circulation_event.kind_as_exported] "Locker_Issue" = "..."'
    with libstats.open(workspace) as con:
        assert line in [row[2] for row in libstats.check(con).fetchall()]
        assert lent(con) == 1
    config = workspace.folder / CONFIG
    own = '\n[roles.koha.circulation_event.kind_as_exported]\n"locker_issue" = "checkout"\n'
    write(config, config.read_text(encoding="utf-8") + own)
    with libstats.open(workspace.folder) as con:
        assert line not in [row[2] for row in libstats.check(con).fetchall()]
        assert lent(con) == 2


def lent(con: duckdb.DuckDBPyConnection) -> int:
    counted = libstats.circulation(con, since="2026-10-01", until="2026-11-01")
    return int(counted.select("checkouts").fetchall()[0][0])
