"""A library's own exports and headings in libstats.toml, and what `libstats inspect` proposes for
an export that is not known."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import libstats
from libstats.cli.main import main
from libstats.declaration.vocabulary import refused
from libstats.errors import LibstatsError, WorkspaceError
from libstats.privacy.headings import is_personal
from libstats.recognise.inspect import declare, inspect
from libstats.sources import declared, sources
from libstats.workspace.workspace import Workspace, find
from tests.support.files import ROOT, write

pytestmark = pytest.mark.slow

SHORT = """
[export."gate loans"]
recognise = ["Ticket", "Out"]
happened = ["checked_out_at"]
dates = "day first, as in 31/10/2026"
null_words = ["-"]
[export."gate loans".columns.loan]
"Ticket" = "loan_id"
"Out" = "checked_out_at"
"Card" = "patron_key"
"Times" = "renewals"
"""
LONG = """
[export."gate loans"]
recognise = ["Ticket", "Out"]
set_aside = {total = "lower(\\"Ticket\\") = 'total'"}
[export."gate loans".fills]
loan = '''
select
    "Ticket" as loan_id,
    -- the desk writes the branch in small letters
    upper(trim("Place")) as checkout_branch,
    eu_time("Out") as checked_out_at
from raw
'''
"""
ELSEWHERE = """
[export."gate loans"]
recognise = ["Ticket", "Out"]
is_elsewhere = true
[export."gate loans".fills]
loan = '''
    "Ticket" as loan_id,
    zoned_time("Out") as checked_out_at
'''
"""
ONLY = """
[export."gate items"]
recognise = ["Strip", "Gone on"]
set_aside = {gone = "\\"Gone on\\" is not null"}
only = {withdrawal = "\\"Gone on\\" is not null"}
[export."gate items".columns.item]
"No." = "item_id"
"Strip" = "barcode"
[export."gate items".columns.withdrawal]
"No." = "item_id"
"Gone on" = "withdrawn_at"
"""
COMMAND = """
[export."gate items"]
recognise = ["No.", "Strip"]
command = "listitems"
letters = {N = ["No."], S = ["Strip"], X = ["Shelf", ""]}
[export."gate items".columns.item]
"No." = "item_id"
"Strip" = "barcode"
"""
LOANS = "Ticket,Out,Card,Times,Place\n1,31/10/2026 09:30,4711,2,main\n2,-,,0,east\n"
UNKNOWN = """Item no.,Copy,Home Library,Call No,Date added,Price,Patron name,Contact,Shelf talk
7,30000000000017,MAIN,813.1,13/02/2026,"$1,200.50",Ada,ada@example.org,by the window
8,30000000000025,EAST,813.2,01/02/2026,7.25,Ben,555-0100,in front
"""


def configured(workspace: Workspace, text: str) -> Workspace:
    """The workspace with more in its libstats.toml."""
    file = workspace.folder / "libstats.toml"
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8", newline="\n")
    return find(workspace.folder)


def rows(workspace: Workspace, sql: str) -> list[tuple[object, ...]]:
    """What the store holds."""
    with libstats.open(workspace) as con:
        return con.sql(sql).fetchall()


def test_the_short_form_makes_values_as_the_columns_want_them(workspace: Workspace) -> None:
    place = configured(workspace, SHORT)
    receipt = libstats.load(place, [write(place.exports / "loans-2026-11-01.csv", LOANS)])
    assert receipt.files[0].label == "gate loans"
    assert rows(
        place,
        (
            "select loan_id, checked_out_at::varchar, renewals, patron_key is null from loan "
            "order by 1"
        ),
    ) == [
        ("1", "2026-10-31 09:30:00", 2, False),
        ("2", None, 0, True),
    ]


def test_the_select_form_is_that_of_shipped_sources(workspace: Workspace) -> None:
    place = configured(workspace, LONG)
    receipt = libstats.load(
        place,
        [
            write(
                place.exports / "loans-2026-11-01.csv",
                "Ticket,Out,Place\n1,31/10/2026, main \nTotal,,\n",
            )
        ],
    )
    assert receipt.files[0].dispositions["set aside"] == 1
    assert rows(place, "select loan_id, checkout_branch, checked_out_at::varchar from loan") == [
        ("1", "MAIN", "2026-10-31 00:00:00")
    ]


def test_times_of_another_zone_are_refused_until_the_librarys_is_told(workspace: Workspace) -> None:
    place = configured(workspace, ELSEWHERE)
    file = write(
        place.exports / "loans-2026-11-01.csv", "Ticket,Out\n1,2026-10-31T01:30:00Z\n2,2026-10-31\n"
    )
    refused = libstats.load(place, [file]).files[0]
    assert (refused.outcome, "its times are those of another zone" in refused.reason) == (
        "refused",
        True,
    )
    place.config["library"] = {"timezone": "America/New_York"}
    libstats.load(place, [file])
    assert rows(place, "select loan_id, checked_out_at::varchar from loan") == [
        ("1", "2026-10-30 21:30:00")
    ]


def test_a_table_takes_only_some_rows_also_those_set_aside(workspace: Workspace) -> None:
    place = configured(workspace, ONLY)
    receipt = libstats.load(
        place,
        [
            write(
                place.exports / "items-2026-11-01.csv",
                "No.,Strip,Gone on\n1,b1,\n2,b2,2026-10-05\n",
            )
        ],
    ).files[0]
    assert (receipt.dispositions["new"], receipt.dispositions["set aside"]) == (1, 1)
    assert rows(
        place,
        (
            "select 'item', item_id, null from item "
            "union all select 'withdrawal', item_id, withdrawn_at::varchar from withdrawal "
            "order by 1"
        ),
    ) == [
        ("item", "1", None),
        ("withdrawal", "2", "2026-10-05 00:00:00"),
    ]


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("listitems_oXNS_20261101.txt", ""),
        (
            "weekly-listitems-2026-11-01.txt",
            '[sources.gate]\nsystem = "gate"\n[sources.gate.columns]\nlistitems = "XNS"\n',
        ),
        (
            "weekly-listitems-2026-11-01.txt",
            (
                "[sources.gate]\n"
                'system = "gate"\n'
                "[sources.gate.columns]\n"
                'listitems = ["Shelf", "", "No.", "Strip"]\n'
            ),
        ),
    ],
)
def test_the_columns_of_a_program_without_headings_are_told_by_letters_or_names(
    name: str, more: str, workspace: Workspace
) -> None:
    place = configured(workspace, COMMAND + more)
    receipt = libstats.load(place, [write(place.exports / name, "A1|x|7|b7\nA2|x|8|b8\n")]).files[0]
    assert (receipt.outcome, receipt.label) == ("loaded", "gate items")
    assert rows(place, "select item_id, barcode from item order by 1") == [("7", "b7"), ("8", "b8")]


def test_a_program_whose_columns_nothing_tells_is_refused_with_what_to_write(
    workspace: Workspace,
) -> None:
    place = configured(
        workspace,
        COMMAND.replace('letters = {N = ["No."], S = ["Strip"], X = ["Shelf", ""]}\n', ""),
    )
    # without letters a word in the name that begins with o is no list of columns
    refused = libstats.load(
        place, [write(place.exports / "listitems-of-2026-11-01.txt", "7|b7\n8|b8\n")]
    ).files[0]
    assert "(gate items): nothing tells what its columns are" in refused.reason
    assert '[sources.gate.columns] and listitems = ["No.", "", ...]' in refused.reason
    told = configured(
        place,
        '[sources.gate]\nsystem = "gate"\n[sources.gate.columns]\nlistitems = ["No.", "Strip"]\n',
    )
    assert (
        libstats.load(told, [place.exports / "listitems-of-2026-11-01.txt"]).files[0].outcome
        == "loaded"
    )


def test_own_and_shipped_declarations_stand_together() -> None:
    config = {
        "export": {
            "gate loans": {"recognise": ["Ticket"], "columns": {"loan": {"Ticket": "loan_id"}}}
        }
    }
    assert [d.label for d in declared(config)] == ["gate loans", *(d.label for d in declared())]


def test_headings_are_added_to_a_shipped_declaration(workspace: Workspace) -> None:
    file = write(
        workspace.exports / "items-2026-11-01.csv", "Item no.,Strip,homebranch\n7,b7,MAIN\n"
    )
    assert "not recognised" in inspect(file)
    place = configured(
        workspace, '\n[headings."koha items"]\nitemnumber = ["Item no."]\nbarcode = ["Strip"]\n'
    )
    assert "Item no. -> item_id" in inspect(file, place.config)
    assert libstats.load(place, [file]).files[0].label == "koha items"
    assert rows(place, "select item_id, barcode from item") == [("7", "b7")]


def test_without_own_headings_a_shipped_declaration_is_itself() -> None:
    added = sources({"headings": {"koha items": {"barcode": ["Strip"]}}})
    assert [
        a.label for a, b in zip(added, sources(), strict=True) if a.select_hash != b.select_hash
    ] == ["koha items"]


FAULTS = [
    (
        SHORT.replace('"renewals"', '"renewal"'),
        11,
        '[export."gate loans"] columns loan Times: there is no column renewal',
    ),
    (
        SHORT.replace("columns.loan]", "columns.lone]"),
        7,
        '[export."gate loans"] columns lone: there is no table lone',
    ),
    (SHORT.replace('"Ticket" = "loan_id"', ""), 2, "the key loan_id is missing"),
    (
        SHORT.replace('happened = ["checked_out_at"]', 'happened = ["returned_at"]'),
        4,
        "returned_at, said to have happened, is not selected",
    ),
    (
        SHORT.replace("day first, as", "as usual, as"),
        5,
        '[export."gate loans"] dates: does not say which comes first',
    ),
    (SHORT.replace("recognise", "recognize"), 3, "recognize: is no key of an export"),
    (
        SHORT.replace('"Times" = "renewals"', '"Phone" = "checkout_branch"'),
        11,
        "Phone looks as if it told of persons",
    ),
    (SHORT.replace("gate loans", "koha loans"), 2, "libstats has an export of that name"),
    (SHORT.replace("gate loans", "gate"), 2, "does not name a system and a list"),
    (
        LONG.replace("upper(trim(", "uppper(trim("),
        10,
        "the word uppper is not one that an expression may use",
    ),
    (
        LONG.replace('upper(trim("Place"))', 'trim("Place") + whole_number("Ticket")'),
        10,
        "Binder Error",
    ),
    (LONG.replace('eu_time("Out")', "getenv('HOME')"), 11, "the word getenv is not one"),
    (
        ELSEWHERE.replace("true", '"GMT"'),
        4,
        '[export."gate loans"] is_elsewhere: is neither true nor false',
    ),
    (
        ELSEWHERE.replace("zoned_time", "iso_time"),
        4,
        "is_elsewhere: no time is turned from its own zone into the library's clock",
    ),
    (
        ONLY.replace("only = {withdrawal", "only = {item"),
        5,
        "only: item, said to take only some rows, is not filled, or first",
    ),
    (
        ONLY.replace("only = {withdrawal", "only = {loan"),
        5,
        "only: loan, said to take only some rows, is not filled, or first",
    ),
    (
        ONLY.replace('only = {withdrawal = "', 'only = {withdrawal = "getenv(').replace(
            'null"}\n[', 'null)"}\n['
        ),
        5,
        "only withdrawal: the word getenv is not one",
    ),
    (
        ONLY.replace('only = {withdrawal = "', 'only = {withdrawal = "3 + '),
        5,
        "only withdrawal: Binder Error",
    ),
    (
        ONLY.replace('only = {withdrawal = "\\"Gone on', 'only = {withdrawal = "\\"Patron name'),
        5,
        "only withdrawal: Patron name looks as if it told of persons",
    ),
    (
        ONLY.replace('set_aside = {gone = "\\"Gone on', 'set_aside = {gone = "\\"E-mail'),
        4,
        "set_aside gone: E-mail looks as if it told of persons",
    ),
    (
        ONLY.replace("only = {withdrawal = ", "only = {withdrawal = 3, x = "),
        5,
        "only: is not in the form",
    ),
    (
        COMMAND.replace("listitems", "list items"),
        4,
        "command: is not a word of three signs or more",
    ),
    (COMMAND.replace('"listitems"', "3"), 4, "command: is not a word of three signs or more"),
    (COMMAND.replace("{N =", "{NO ="), 5, "letters: has a name that is not one letter"),
    (COMMAND.replace('["No."], S', '"No.", S'), 5, "letters: is not in the form"),
    (COMMAND.replace("command =", "scope ="), 5, "letters: is there without command"),
    (LONG.replace("lower(", "exists (from "), 4, "the word exists is not one"),
    (
        '\n[headings."koha item"]\nbarcode = ["Strip"]\n',
        2,
        '[headings."koha item"]: there is no such export',
    ),
    (
        '\n[headings."koha items"]\nbarcodes = ["Strip"]\n',
        3,
        '[headings."koha items"] barcodes: the export has no such heading',
    ),
    (
        '\n[headings."koha items"]\nbarcode = ["itemnumber"]\n',
        3,
        "itemnumber is another heading of the export",
    ),
    ("\nexport = 3\n", 2, "[export]: is not a section"),
]


@pytest.mark.parametrize(("text", "line", "told"), FAULTS, ids=[told for _, _, told in FAULTS])
def test_a_fault_is_told_with_its_line_and_key(
    text: str, line: int, told: str, tmp_path: Path
) -> None:
    write(tmp_path / "libstats.toml", text)
    with pytest.raises(WorkspaceError) as error:
        find(tmp_path)
    assert f"libstats.toml, line {line}, " in str(error.value)
    assert told in str(error.value)


def test_the_entries_that_contributing_shows_have_no_fault(tmp_path: Path) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    write(tmp_path / "libstats.toml", "\n".join(re.findall(r"```toml\n(.*?)```", text, re.S)))
    assert [d.label for d in declared(find(tmp_path).config)[:2]] == [
        "apollo items",
        "apollo copies",
    ]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    write(
        tmp_path / "libstats.toml",
        SHORT.replace('"renewals"', '"renewal"').replace('"loan_id"', '"loan"'),
    )
    with pytest.raises(WorkspaceError, match=r"(?s)line 8.*line 11"):
        find(tmp_path)


@pytest.mark.parametrize(
    "expression",
    [
        "read_csv('x')",
        '(select 1 from "A")',
        '"A"; attach x',
        "getvariable('person_inner')",
        "$$a$$",
        '"A") as b, ("B"',
        '"A" -- more',
        '"A" /* more */',
        """'a"b'""",
        "e'\\n'",
        "c0",
        "('x'",
        "query('x')",
    ],
)
def test_what_is_more_than_an_expression_is_refused(expression: str) -> None:
    assert refused(expression) is not None


@pytest.mark.parametrize(
    "expression",
    [
        """case when "A" like 'x''y%' then 1.5 else null end""",
        """coalesce(us_time("?A B"), iso_time("C"))::date""",
        'person_key("Card")',
    ],
)
def test_expressions_over_headings_are_allowed(expression: str) -> None:
    assert refused(expression) is None


def test_an_unknown_export_is_proposed_by_names_and_values(tmp_path: Path) -> None:
    told = inspect(write(tmp_path / "x.csv", UNKNOWN))
    assert "It could fill item (dates day first):" in told
    for line in (
        "Item no. -> item.item_id",
        "Copy -> item.barcode",
        "Home Library -> item.owning_branch",
        "Date added -> item.added_on",
        "Price -> item.price",
    ):
        assert line in told
    assert "7 | MAIN | 813.1 | 2026-02-13 | 1200.50 | 30000000000017" in told


def test_a_proposal_tells_nothing_of_persons_and_shapes_of_the_rest(tmp_path: Path) -> None:
    told = inspect(write(tmp_path / "x.csv", UNKNOWN))
    assert "left alone, since they may tell of persons: Patron name, Contact" in told
    assert "not mapped: Shelf talk (text, as aa aaa aaaaaa, aa aaaaa)" in told
    assert not [word for word in ("Ada", "Ben", "example.org", "555", "window") if word in told]


def test_an_address_among_its_values_makes_any_column_personal(tmp_path: Path) -> None:
    told = inspect(write(tmp_path / "x.csv", UNKNOWN.replace("Contact", "Volume info")))
    assert "left alone, since they may tell of persons: Patron name, Volume info" in told


def test_what_is_written_loads(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(workspace.exports / "new-2026-11-01.csv", UNKNOWN)
    before = (workspace.folder / "libstats.toml").read_text(encoding="utf-8")
    assert main(["-w", str(workspace.folder), "inspect", str(file), "--write", "apollo items"]) == 0
    assert (workspace.folder / "libstats.toml").read_text(encoding="utf-8").startswith(before)
    assert main(["-w", str(workspace.folder), "load", str(file)]) == 0
    assert "apollo items, load 1" in capsys.readouterr().out
    assert rows(
        workspace, "select item_id, added_on::varchar, price::varchar from item order by 1"
    ) == [("7", "2026-02-13", "1200.50"), ("8", "2026-02-01", "7.25")]
    with pytest.raises(LibstatsError, match="nothing can be proposed"):
        declare(file, find(workspace.folder), "apollo copies")


def test_a_name_that_is_there_is_refused(workspace: Workspace) -> None:
    place = configured(workspace, SHORT)
    with pytest.raises(WorkspaceError, match=r'has \[export."gate loans"\] already'):
        declare(write(place.exports / "x.csv", UNKNOWN), place, "gate loans")


@pytest.mark.parametrize("label", ["koha items", "polaris"])
def test_a_name_that_will_not_do_changes_nothing(label: str, workspace: Workspace) -> None:
    before = (workspace.folder / "libstats.toml").read_bytes()
    with pytest.raises(WorkspaceError):
        declare(write(workspace.exports / "x.csv", UNKNOWN), workspace, label)
    assert (workspace.folder / "libstats.toml").read_bytes() == before


def test_line_ends_of_windows_stay_and_odd_headings_are_written_whole(workspace: Workspace) -> None:
    file = workspace.folder / "libstats.toml"
    file.write_bytes(b'[library]\r\nname = "x"')
    text = UNKNOWN.replace("Home Library", '"home\\library"')
    declare(write(workspace.exports / "x.csv", text), find(workspace.folder), "apollo items")
    assert b"\n" not in file.read_bytes().replace(b"\r\n", b"")
    assert "Copy" in find(workspace.folder).config["export"]["apollo items"]["recognise"]


def test_a_list_without_its_number_is_not_taken_for_another(workspace: Workspace) -> None:
    file = write(
        workspace.exports / "x.csv",
        (
            "Item barcode,Check out branch,Check out date,Due date\n"
            "30000000000017,MAIN,2026-10-01,2026-10-22\n"
        ),
    )
    assert "To ask: which column is the loan_id of the loan?" in inspect(file)
    with pytest.raises(LibstatsError, match="add it to the report"):
        declare(file, workspace, "gate loans")


def test_dates_that_prove_nothing_are_asked_for(workspace: Workspace) -> None:
    file = write(
        workspace.exports / "x-2026-11-01.csv", UNKNOWN.replace("13/02/2026", "03/02/2026")
    )
    assert "To ask: its dates may be day first or month first" in inspect(file)
    with pytest.raises(LibstatsError, match="something has to be said first"):
        declare(file, workspace, "apollo items")
    declare(file, workspace, "apollo items", "month first")
    libstats.load(workspace.folder, [file])
    assert rows(workspace, "select added_on::varchar from item where item_id = '7'") == [
        ("2026-03-02",)
    ]


@pytest.mark.parametrize(
    "text", ["30000000000017,MAIN,7\n", "Price,Shelf talk\n7,near\n", "a,b\n1,2\n"]
)
def test_rows_without_headings_and_lists_of_nothing_are_not_proposed(
    text: str, tmp_path: Path
) -> None:
    assert "It could fill" not in inspect(write(tmp_path / "x.csv", text))


def test_a_heading_over_two_lines_is_left_out_of_a_proposal(tmp_path: Path) -> None:
    """No line of a SELECT could name it."""
    told = inspect(
        write(
            tmp_path / "x.csv",
            UNKNOWN.replace("Item no.", '"Item\nno."').replace("Home Library", '"Home\x0bLibrary"'),
        )
    )
    assert "Price -> item.price" in told
    assert "-> item.owning_branch" not in told


def test_a_patron_list_is_never_proposed(tmp_path: Path) -> None:
    told = inspect(
        write(
            tmp_path / "x.csv",
            "cardnumber,surname,barcode,homebranch\n20000000000017,Ada,30000000000017,MAIN\n",
        )
    )
    assert "Ada" not in told
    assert "20000000000017" not in told


@pytest.mark.parametrize("value", ["Reed Ann 21234000123456", "ann.reed@example.org"])
def test_a_value_among_the_headings_is_not_shown(value: str, tmp_path: Path) -> None:
    text = f"reserve_id,biblionumber,branchcode,reservedate,{value},Hall\n1,2,CPL,2026-10-01,x,y\n"
    told = inspect(write(tmp_path / "holds.csv", text))
    assert "never read: (what looks like a value, as " in told and value not in told


# glued, in other languages, and with signs between that a heading is compared without
PERSONAL = """patronname PATRONNAME borrowername|Cust. Name|P(atron)Name|Pa-tron Name|Pátron Name
|pat\u200bron name|Patrons|Users|Who|Held for|Checked out to|NetID|Låntagare|Lånernavn|Navn|Nimi
|Asiakas|Entleiher|Nutzer|Benutzernummer|Usager|Emprunteur|Nombre completo|Socio|Cognome|Leitor
|Czytelnik|Nazwisko|Příjmení|ФИО|Читатель|Όνομα|Ad Soyad|姓名|読者氏名|利用者名|이용자|Lener"""
PLAIN = """Benutzergruppe|Lånerkategori|Patron type|usergroup|Author|Publisher|Owner|Count|Membership
|Readership|Client|Branch nombre|Used|Cardinality|User library|利用者区分|Status|Nominal price"""


@pytest.mark.parametrize("heading", [h for h in re.split(r"[|\n]+", PERSONAL) if h])
def test_a_person_is_known_in_any_language(heading: str) -> None:
    assert all(map(is_personal, heading.split(" ") if "patronname" in heading else [heading]))


@pytest.mark.parametrize("heading", [h for h in re.split(r"[|\n]+", PLAIN) if h])
def test_groups_and_things_are_no_persons(heading: str) -> None:
    assert not is_personal(heading)


def test_headings_that_tell_of_persons() -> None:
    assert all(
        map(
            is_personal,
            (
                "borrowernumber",
                "PatronBarcode",
                "First Name",
                "E-Mail",
                "Created by",
                "Comments",
                "User ID",
                "Ship address",
            ),
        )
    )
    assert not any(
        map(
            is_personal,
            (
                "Barcode",
                "Fund name",
                "Patron category",
                "Title",
                "Needed by",
                "Author",
                "Vendor Name",
            ),
        )
    )
