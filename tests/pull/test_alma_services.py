"""Pulling from Alma's services: a stand-in whose reports forget each page that they gave, whose
lists change while they are read, and which counts questions."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import libstats
from libstats.cli.main import main
from libstats.errors import PullError
from libstats.pull.pulled import Pulled
from libstats.pull.services import pull_services
from libstats.workspace.workspace import Workspace, init
from tests.pull.test_folio_services import Waits, left, rows, zoned
from tests.support.files import ROOT
from tests.support.web import Given, Question, Web, web

KEY, CANARY = "key-CANARY-7", "Odette Zebedee"
LOANS = "/shared/Archmere University/Loans"
FILE = ROOT / "tests/sources/alma-loans/analytics-pages.xml"
PAGES = re.split(r"(?=<\?xml)", FILE.read_text(encoding="utf-8"))[1:]
ERROR = (
    '<web_service_result xmlns="http://com/exlibris/urm/general/xmlbeans"><errorsExist>true'
    "</errorsExist><errorList><error><errorCode>{}</errorCode><errorMessage>for " + KEY + "</error"
    "Message></error></errorList></web_service_result>"
)


class Alma:
    """An institution: the pages of its report, and its lists."""

    def __init__(self) -> None:
        self.pages, self.at = PAGES, 0
        self.lists: dict[str, list[str]] = {}

    def __call__(self, question: Question) -> Given:
        if question.headers.get("Authorization") != f"apikey {KEY}":
            return Given(ERROR.format("UNAUTHORIZED"), 401, "application/xml")
        assert "xml" in question.headers["Accept"]
        part = question.path.removeprefix("/almaws/v1")
        return (
            self.report(question.given) if "analytics" in part else self.list(part, question.given)
        )

    def report(self, given: Any) -> Given:
        """The next page, which is forgotten, whoever received it."""
        if "path" in given:
            assert (given["path"], given["limit"], given["col_names"]) == (LOANS, "1000", "true")
            self.at = 0
        else:
            assert given["token"] == "CANARY"
        self.at += 1
        return Given(self.pages[self.at - 1], kind="application/xml;charset=UTF-8")

    def list(self, part: str, given: Any) -> Given:
        """Two records at once, though a hundred are asked for."""
        held, offset = self.lists[part], int(given["offset"])
        name = part.rpartition("/")[2].replace("-", "_")
        told = "".join(held[offset : offset + 2])
        body = f'<?xml version="1.0"?><{name} total_record_count="{len(held)}">{told}</{name}>'
        return Given(body, kind="application/xml")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setenv("LIBSTATS_PASSWORD", KEY)
    with web() as found:
        found.answer = Alma()
        yield found


@pytest.fixture
def alma(server: Web) -> Alma:
    assert isinstance(server.answer, Alma)
    return server.answer


@pytest.fixture
def place(workspace: Workspace) -> Workspace:
    return zoned(workspace)


def pulled(place: Workspace, server: Web, *only: str, **options: Any) -> Pulled:
    address = f"http://127.0.0.1:{server.server_port}"
    given = {"is_full": False, "is_trial": False, "source": None, "clock": Waits()} | options
    return pull_services(place, "alma", address, only=only, **given)


@pytest.fixture(scope="module")
def by_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[tuple[object, ...]]]:
    """The key of a workspace in which the pages were loaded as a file, and its loans."""
    other = zoned(init(tmp_path_factory.mktemp("file") / "other"))
    file = other.exports / "analytics-20261130030000.xml"
    file.write_text("".join(PAGES), encoding="utf-8")
    libstats.load(other, [file])
    return other.key_file.read_bytes(), rows(other)


@pytest.mark.parametrize(
    ("instead", "waited"),
    [
        ({}, []),
        ({2: Given(PAGES[1], kind="application/xml", is_cut=True)}, [15.0]),
        ({2: Given(PAGES[1][:-40], kind="application/xml")}, [15.0]),
        ({2: Given("", 502)}, [15.0]),
        ({1: Given(PAGES[0], kind="application/xml", is_cut=True)}, [15.0]),
        ({2: Given(ERROR.format("PER_SECOND_THRESHOLD"), 429, "application/xml")}, [2.0]),
        ({2: Given("", 429, headers={"Retry-After": "9"})}, [9.0]),
    ],
    ids=["whole", "broken off", "cut", "bad gateway", "the first", "a second", "throttled"],
)
def test_a_report_and_a_file_of_its_pages_are_one_state(
    instead: dict[int, Given], waited: list[float], place: Workspace, server: Web, alma: Alma,
    by_file: tuple[bytes, list[tuple[object, ...]]],
) -> None:  # fmt: skip
    """Of a page that broke off the rest was forgotten: the report is begun anew, and no row is
    lost or doubled."""
    place.key_file.write_bytes(by_file[0])
    clock = Waits()

    def lost(given: Given) -> Given:
        if given.status != 429:
            alma.at += 1  # it was given, for the service
        return given

    server.instead = {n: (lambda given=given: lost(given)) for n, given in instead.items()}
    found = pulled(place, server, LOANS, clock=clock)
    assert clock.waited == waited
    assert rows(place) == by_file[1] != []
    assert list(found.rows) == ["Loans"]
    assert left(place) == []


def test_what_changes_while_it_is_read_is_read_again(
    place: Workspace, server: Web, alma: Alma
) -> None:
    """Three order lines in pages of two; one is deleted after the first page."""
    lines = [
        f"<po_line><number>POL-{n}</number><po_number>PO-1</po_number><vendor desc='K'>k</vendor>"
        f"<acquisition_method desc='P'>P</acquisition_method><note>{CANARY}</note></po_line>"
        for n in range(1, 5)
    ]
    alma.lists["/acq/po-lines"] = held = list(lines)

    def changed() -> Given:
        del held[0]
        return alma(server.asked[-1])

    server.instead[2], clock = changed, Waits()
    assert pulled(place, server, "order lines", clock=clock).rows == {"order lines": 3}
    assert clock.waited == [15.0]
    assert [question.given["offset"] for question in server.asked] == ["0", "2", "0", "2"]
    with libstats.open(place) as con:
        told = "select order_line_id from order_line order by 1"
        assert con.sql(told).fetchall() == [("POL-2",), ("POL-3",), ("POL-4",)]


def test_a_list_that_never_stands_still_is_said(place: Workspace, server: Web, alma: Alma) -> None:
    alma.lists["/acq/invoices"] = held = [f"<invoice><id>{n}</id></invoice>" for n in range(9)]

    def changed() -> Given:
        held.append("<invoice><id>9</id></invoice>")
        return alma(server.asked[-1])

    server.instead = {2 * n: changed for n in range(1, 5)}
    with pytest.raises(PullError, match="invoices, 4 times: the list changed"):
        pulled(place, server, "invoices")
    assert left(place) == list(place.exports.iterdir()) == []


@pytest.mark.slow
def test_a_killed_pull_begins_anew(
    place: Workspace, server: Web, alma: Alma, by_file: tuple[bytes, list[tuple[object, ...]]]
) -> None:
    place.key_file.write_bytes(by_file[0])
    address = f"http://127.0.0.1:{server.server_port}"
    command = ["-w", str(place.folder), "pull", "alma", address, "--only", LOANS]
    with subprocess.Popen([sys.executable, "-m", "libstats", *command]) as process:

        def killed() -> Given:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            return Given()

        server.instead[2] = killed
        assert process.wait(60) == -signal.SIGKILL
    assert [file.stat().st_size > 0 for file in left(place)] == [True]
    assert not list(place.exports.iterdir())
    assert main(command) == 0
    assert rows(place) == by_file[1]
    assert left(place) == []


REFUSED = [
    ({2: Given(ERROR.format("DAILY_THRESHOLD"), 429, "application/xml")}, "today are asked"),
    ({1: Given(ERROR.format("UNAUTHORIZED"), 401)}, "did not let the user in"),
    ({1: Given(ERROR.format("INTERNAL_SERVER_ERROR"), 400)}, "status 400 INTERNAL_SERVER_ERROR"),
    ({1: Given("<html/>", kind="text/html")}, "answers with text/html"),
    ({1: Given("", 403)}, "Loans is hidden"),
    (dict.fromkeys(range(1, 9), Given("", 503)), "it is busy, 8 times"),
    (dict.fromkeys(range(2, 9, 2), Given("", 500)), "Loans, 4 times: it is busy"),
    ({1: Given(PAGES[0].replace("Loan", "Shelf"), kind="application/xml")}, "columns that no"),
]


@pytest.mark.parametrize(("instead", "said"), REFUSED, ids=[said for _, said in REFUSED])
def test_what_is_no_page_ends_the_pull(
    instead: dict[int, Given], said: str, place: Workspace, server: Web, alma: Alma
) -> None:
    server.instead = dict(instead)
    with pytest.raises(PullError, match=said) as refused:
        pulled(place, server, LOANS)
    assert left(place) == list(place.exports.iterdir()) == []
    assert not (place.store / "pulls.json").exists()
    assert "CANARY" not in str(refused.value)


def test_the_canary_and_the_key_are_nowhere(
    place: Workspace, server: Web, alma: Alma, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who borrowed stands in the export alone, as in one that a person made. What is read stands in
    libstats.toml."""
    with (place.folder / "libstats.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[pull.alma]\nparts = ["{LOANS}"]\n')
    address = f"http://127.0.0.1:{server.server_port}"
    assert main(["-w", str(place.folder), "pull", "alma", address]) == 0
    said = "".join(capsys.readouterr())
    stored = {p: p.read_bytes() for p in place.folder.rglob("*") if p.is_file()}
    assert "CANARY" not in said
    assert [p.parent for p in stored if b"CANARY" in stored[p]] == [place.exports]
    assert not [p for p in stored if KEY.encode() in stored[p]]


@pytest.mark.parametrize(
    ("only", "said"),
    [([], "not said what to read"), (["loans"], "no part 'loans'")],
)
def test_what_is_to_be_read_is_said_by_name(
    only: list[str], said: str, place: Workspace, server: Web
) -> None:
    with pytest.raises(PullError, match=said):
        pulled(place, server, *only)
    assert server.asked == []


def test_a_key_is_of_nobody(place: Workspace, server: Web, tmp_path: Path) -> None:
    with pytest.raises(PullError, match="knows no users"):
        pull_services(
            place, "alma", "https://me@host.example", only=[LOANS], is_full=False, is_trial=False,
            source=None,
        )  # fmt: skip
