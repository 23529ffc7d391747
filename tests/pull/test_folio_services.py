"""Pulling from FOLIO's services: a stand-in that pages as FOLIO does, forgets who asks, throttles
and breaks off."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import libstats
from libstats.cli.main import main
from libstats.errors import PullError
from libstats.loading.forget import forget_patron
from libstats.pull.pulled import Pulled
from libstats.pull.rest import cut, line
from libstats.pull.services import pull_services
from libstats.readers.json import flat
from libstats.readers.service import Clock
from libstats.recognise.recognise import recognise
from libstats.sources.services import FOLIO, Listed
from libstats.workspace.workspace import Workspace, init
from tests.support.files import ROOT
from tests.support.web import Given, Question, Web, web

PASSWORD, TOKEN, CANARY = "only-for-this-test-7", "token-CANARY-8", "Odette Zebedee"
PAGE = 2  # records at once, whatever is asked for
NIGHT = timedelta(days=1)


class Waits(Clock):
    """A clock at which nothing waits."""

    def __init__(self) -> None:
        self.at, self.waited = datetime(2026, 11, 30, 8, 0), list[float]()

    def now(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)


class Folio:
    """The lists of a tenant, and how long a token of it lasts, in questions."""

    def __init__(self) -> None:
        self.lists: dict[str, list[dict[str, Any]]] = {}
        self.lasts, self.left, self.is_old = 1000, 0, False

    def __call__(self, question: Question) -> Given:
        assert question.headers["X-Okapi-Tenant"] == "diku"
        if question.path.startswith("/authn/"):
            return self.let_in(question)
        if question.headers.get("X-Okapi-Token") != TOKEN or not self.left:
            return Given(f"Token {question.headers.get('X-Okapi-Token')} is not valid", 401)
        self.left -= 1
        if question.path not in self.lists:
            return Given("{}", 403)
        return self.page(question)

    def let_in(self, question: Question) -> Given:
        told = json.loads(question.body)
        if question.path.endswith("expiry") and self.is_old:
            return Given("No suitable module found", 404, "text/plain")
        if told != {"username": "reader", "password": PASSWORD}:
            return Given(json.dumps({"errors": [{"message": told}]}), 422)
        self.left = self.lasts
        if self.is_old:
            return Given("{}", 201, headers={"x-okapi-token": TOKEN})
        cookie = f"folioAccessToken={TOKEN}; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=None"
        return Given("{}", 201, headers={"Set-Cookie": cookie})

    def page(self, question: Question) -> Given:
        query, all_of = question.given["query"], self.lists[question.path]
        assert query.endswith(" sortby id"), query
        after, since = (re.search(rf'{key}"([^"]*)"', query) for key in ("id>", "DateTime>="))
        found = sorted((r for r in all_of), key=lambda record: str(record["id"]))
        found = [record for record in found if after is None or record["id"] > after[1]]
        found = [record for record in found if not since or record["occurredDateTime"] >= since[1]]
        told = min(int(question.given["limit"]), PAGE)
        return Given(json.dumps({"records": found[:told], "totalRecords": 99 - len(found)}))


@pytest.fixture
def server() -> Iterator[Web]:
    with web() as found:
        found.answer = Folio()
        yield found


@pytest.fixture
def folio(server: Web, monkeypatch: pytest.MonkeyPatch) -> Folio:
    monkeypatch.setenv("LIBSTATS_PASSWORD", PASSWORD)
    assert isinstance(server.answer, Folio)
    return server.answer


@pytest.fixture
def place(workspace: Workspace) -> Workspace:
    return zoned(workspace)


def zoned(place: Workspace) -> Workspace:
    told = place.folder / "libstats.toml"
    text = told.read_text(encoding="utf-8")
    zone = '[library]\ntimezone = "America/New_York"\n'
    told.write_text(text.replace("[library]\n", zone, 1), encoding="utf-8")
    place.config["library"] = {"timezone": "America/New_York"}
    return place


def pulled(place: Workspace, server: Web, *only: str, **options: Any) -> Pulled:
    address = f"http://reader@127.0.0.1:{server.server_port}/diku"
    given = {"is_full": False, "is_trial": False, "source": None, "clock": Waits()} | options
    return pull_services(place, "folio", address, only=only, **given)


def loan(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-{number:012}",
        "userId": f"user-{number}",
        "itemId": f"item-{number}",
        "loanDate": f"2026-11-{number:02}T10:00:00Z",
        "dueDate": "2026-12-24T04:59:59Z",
        "status": {"name": "Open"},
        "actionComment": CANARY,
        "borrower": {"lastName": CANARY},
        **more,
    }


LOANS = [loan(number) for number in range(1, 8)]


def rows(place: Workspace, table: str = "loan") -> list[tuple[object, ...]]:
    with libstats.open(place) as con:
        return sorted(con.sql(f"from {table}").fetchall(), key=str)


def left(place: Workspace) -> list[Path]:
    return [path for path in (place.store / "pull").rglob("*") if path.is_file()]


def of(listed: Listed) -> list[dict[str, Any]]:
    """The records of the golden pairs of a declaration, once each, as FOLIO has them."""
    found: dict[str, dict[str, Any]] = {}
    for pair in sorted((ROOT / "tests/sources").glob(f"folio-{_folder(listed)}/*.json")):
        for page in _pages(pair.read_text(encoding="utf-8")):
            lists = (value for value in page.values() if isinstance(value, list))
            for record in next(lists, []) if "id" not in page else [page]:
                found |= {record["id"]: record} if record.get("id") else {}
    return list(found.values()) or [
        {"id": "loc-1", "name": "Main", "code": "M", "libraryId": "l", "campusId": "c"}
    ]


def _pages(text: str) -> Iterator[dict[str, Any]]:
    at = 0
    while at < len(text):
        value, at = json.JSONDecoder().raw_decode(text, at)
        yield {"records": value} if isinstance(value, list) else value
        at += len(text[at:]) - len(text[at:].lstrip())


def _folder(listed: Listed) -> str:
    return listed.declared.name.replace(" ", "-")


@pytest.mark.parametrize("listed", FOLIO, ids=lambda listed: listed.name)
def test_what_is_kept_of_a_record_is_all_that_is_read_of_it(listed: Listed, tmp_path: Path) -> None:
    """Every list that is asked for, by the records of its golden pairs: the same declaration reads
    the same of a file of whole records as of the file of a pull."""
    whole, kept = tmp_path / "whole.json", tmp_path / "kept.json"
    records = of(listed)
    whole.write_text(json.dumps({"records": records}), encoding="utf-8")
    kept.write_bytes(b"".join(line(cut(listed.declared, flat(record))) for record in records))
    read = []
    for file in (whole, kept):
        declared, part = recognise(file)
        assert declared is listed.declared
        (told,) = part.headers()
        at = listed.declared.locate(told.header)
        read.append([{key: row[at[key]] for key in at} for _, row in told.records()])
    assert read[0] == read[1] != []
    assert "CANARY" not in kept.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_pull_and_files_of_the_same_records_are_one_state(
    place: Workspace, server: Web, folio: Folio, tmp_path: Path
) -> None:
    some = [listed for listed in FOLIO if listed.name in ("loans", "requests", "groups")]
    folio.lists = {listed.path: of(listed) for listed in some}
    found = pulled(place, server)
    assert found.receipt is not None
    assert [(each.outcome, each.label) for each in found.receipt.files] == [
        ("loaded", listed.declared.label) for listed in some
    ]
    assert found.rows == {listed.name: len(folio.lists[listed.path]) for listed in some}
    other = zoned(init(tmp_path / "other"))
    (other.folder / "patron.key").write_bytes(place.key_file.read_bytes())
    for listed in some:
        file = other.exports / f"{_folder(listed)}-20261130030000.json"
        told = {"records": folio.lists[listed.path]}
        file.write_text(json.dumps(told), encoding="utf-8")
    libstats.load(other, [other.exports])
    for table in ("loan", "hold", "code"):
        assert rows(place, table) == rows(other, table) != []
    assert left(place) == []


def test_each_page_begins_behind_the_last_record(
    place: Workspace, server: Web, folio: Folio
) -> None:
    """Seven loans in pages of two; one comes, and one goes, while they are read."""
    folio.lists["/loan-storage/loans"] = held = list(LOANS)

    def changed() -> Given:
        held[:] = [loan(0), *held[1:]]  # loan 1, on the page before, is gone
        return folio(server.asked[-1])

    server.instead[3] = changed
    pulled(place, server, "loans")
    assert [row[1][-1] for row in rows(place)] == list("1234567")  # type: ignore[index]
    queries = [question.given["query"] for question in server.asked[1:]]
    assert queries[0] == "cql.allRecords=1 sortby id"
    assert queries[1] == f'cql.allRecords=1 and id>"{LOANS[1]["id"]}" sortby id'
    assert len(queries) == 5  # 2, 2, 2, 1, and nothing


@pytest.mark.parametrize(
    ("instead", "waited"),
    [
        (Given("", 429, headers={"Retry-After": "7"}), [7.0]),
        (Given("<html>", 503, "text/html"), [15.0]),
        (Given(json.dumps({"records": LOANS[:2]}), is_cut=True), [15.0]),
        (Given('{"records": [{"id": "00'), [15.0]),
        (Given("", 401), [0.0]),
    ],
    ids=["throttled", "busy", "broken off", "cut", "let out"],
)
def test_what_means_later_is_asked_again(
    instead: Given, waited: list[float], place: Workspace, server: Web, folio: Folio
) -> None:
    folio.lists["/loan-storage/loans"] = LOANS
    server.instead[3], clock = instead, Waits()
    pulled(place, server, "loans", clock=clock)
    assert clock.waited == waited
    assert len(rows(place)) == len(LOANS)


@pytest.mark.parametrize("is_old", [False, True])
def test_who_is_forgotten_is_let_in_anew(
    is_old: bool, place: Workspace, server: Web, folio: Folio
) -> None:
    """A token that lasts for two questions; four pages of loans and the empty one behind them."""
    folio.lists["/loan-storage/loans"], folio.lasts, folio.is_old = LOANS, 2, is_old
    pulled(place, server, "loans")
    assert len(rows(place)) == len(LOANS)
    logins = [question.path for question in server.asked if question.body]
    assert len(logins) == (6 if is_old else 3)


REFUSED = [
    (Given("<html>Sign in</html>", kind="text/html"), "answers with text/html and not with JSON"),
    (
        Given("", 302, headers={"Location": "https://elsewhere.example/"}),
        "sends the question elsewhere",
    ),
    (Given('{"errors": []}', 400), r"refuses the question \(status 400\)"),
    (Given("{}", 403), "loans is hidden from the user"),
    (Given('{"loans": {}}'), "holds no list of records"),
    (Given(json.dumps({"records": LOANS[:2]})), "in another order"),
]


@pytest.mark.parametrize(("instead", "said"), REFUSED)
def test_what_is_no_page_ends_the_pull(
    instead: Given, said: str, place: Workspace, server: Web, folio: Folio
) -> None:
    folio.lists["/loan-storage/loans"] = LOANS
    server.instead[3] = instead
    with pytest.raises(PullError, match=said) as refused:
        pulled(place, server, "loans")
    assert not list(place.exports.iterdir())
    assert not (place.store / "pulls.json").exists()
    for secret in (PASSWORD, TOKEN, CANARY, "diku"):
        assert secret not in str(refused.value)


def test_what_broke_off_goes_on_behind_its_last_record(
    place: Workspace, server: Web, folio: Folio
) -> None:
    """The file holds what its declaration reads, no more, for its owner alone."""
    folio.lists["/loan-storage/loans"] = LOANS
    server.instead[4] = Given("", 400)
    with pytest.raises(PullError):
        pulled(place, server, "loans")
    (file,) = left(place)
    assert (file.stat().st_mode & 0o777, file.read_text().count("\n")) == (0o600, 4)
    with file.open("a", encoding="utf-8") as text:
        text.write('{"id": "half of a li')  # as a killed process leaves it
    before = len(server.asked)
    clock = Waits()
    clock.at += NIGHT / 2
    assert pulled(place, server, "loans", clock=clock).rows == {"loans": 7}
    assert LOANS[3]["id"] in server.asked[before + 1].given["query"]
    assert len(rows(place)) == len(LOANS)
    assert left(place) == []
    (export,) = place.exports.iterdir()
    assert export.name == "loans-20261130030000.json"  # of the library's clock, when it was begun


def test_what_was_begun_a_day_ago_is_begun_anew(
    place: Workspace, server: Web, folio: Folio
) -> None:
    folio.lists["/loan-storage/loans"] = LOANS
    server.instead[4] = Given("", 400)
    with pytest.raises(PullError):
        pulled(place, server, "loans")
    clock = Waits()
    clock.at += NIGHT
    before = len(server.asked)
    pulled(place, server, "loans", clock=clock)
    assert server.asked[before + 1].given["query"] == "cql.allRecords=1 sortby id"


@pytest.mark.slow
def test_who_is_forgotten_is_in_no_pull_that_broke_off(
    place: Workspace, server: Web, folio: Folio
) -> None:
    folio.lists["/loan-storage/loans"] = LOANS
    pulled(place, server, "loans")
    for forget in (
        lambda: libstats.forget(place, "2026-11-30"),
        lambda: forget_patron(place, "user-9"),
    ):
        server.instead[len(server.asked) + 3] = Given("", 400)
        with pytest.raises(PullError):
            pulled(place, server, "loans")
        assert len(left(place)) == 1
        forget()
        assert left(place) == []


@pytest.mark.slow
def test_a_killed_pull_leaves_all_as_it_was_and_goes_on(
    place: Workspace, server: Web, folio: Folio
) -> None:
    folio.lists["/loan-storage/loans"] = LOANS
    address = f"http://reader@127.0.0.1:{server.server_port}/diku"
    command = ["-w", str(place.folder), "pull", "folio", address, "--only", "loans"]
    with subprocess.Popen([sys.executable, "-m", "libstats", *command]) as process:

        def killed() -> Given:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            return Given()

        server.instead[4] = killed
        assert process.wait(60) == -signal.SIGKILL
    assert not list(place.exports.iterdir())
    assert not (place.store / "pulls.json").exists()
    before = len(server.asked)
    assert main(command) == 0
    assert LOANS[3]["id"] in server.asked[before + 1].given["query"]
    assert len(rows(place)) == len(LOANS)


def test_the_canary_the_password_and_the_token_are_nowhere(
    place: Workspace, server: Web, folio: Folio, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor is what the user may not see asked for by name."""
    folio.lists["/loan-storage/loans"] = LOANS
    address = f"http://reader@127.0.0.1:{server.server_port}/diku"
    assert main(["-w", str(place.folder), "pull", "folio", address]) == 0
    said = "".join(capsys.readouterr())
    assert "left out, hidden from the user or not there:" in said
    stored = b"".join(p.read_bytes() for p in place.folder.rglob("*") if p.is_file())
    for secret in (CANARY, PASSWORD, TOKEN):
        assert secret not in said
        assert secret.encode() not in stored


def test_who_is_anonymised_is_forgotten(place: Workspace, server: Web, folio: Folio) -> None:
    """FOLIO moves no time of a loan then: loans are read whole."""
    folio.lists["/loan-storage/loans"] = [loan(1, returnDate="2026-11-02T10:00:00Z"), loan(2)]
    pulled(place, server, "loans")
    del folio.lists["/loan-storage/loans"][0]["userId"]
    clock = Waits()
    clock.at += NIGHT
    found = pulled(place, server, "loans", clock=clock)
    assert found.receipt is not None
    assert sum(each.stripped for each in found.receipt.files) == 1
    with libstats.open(place) as con:
        told = "select item_id from loan where patron_key is not null"
        assert con.sql(told).fetchall() == [("item-2",)]


def test_of_a_log_only_what_may_be_new_is_asked_for(
    place: Workspace, server: Web, folio: Folio
) -> None:
    """Five weeks before the pull of 30 November, less an hour: since 26 October."""
    seen = {"itemId": "i", "servicePointId": "s", "itemStatusPriorToCheckIn": "Available"}
    days = ("2026-10-25T23:00:00Z", "2026-10-26T01:00:00Z")
    folio.lists["/check-in-storage/check-ins"] = [
        {"id": f"c{at}", "occurredDateTime": day, **seen} for at, day in enumerate(days)
    ]
    counts = []
    for night, is_full in enumerate((False, False, True)):
        clock = Waits()
        clock.at += night * NIGHT / 4
        found = pulled(place, server, "check-ins", clock=clock, is_full=is_full)
        counts.append(found.rows["check-ins"])
    assert counts == [2, 1, 2]


def test_a_trial_reads_nothing(place: Workspace, server: Web, folio: Folio) -> None:
    folio.lists["/loan-storage/loans"] = LOANS
    found = pulled(place, server, is_trial=True)
    assert found.rows == {"loans": None}
    assert "items" in found.unread
    assert not list(place.exports.iterdir())
    assert left(place) == []


def test_a_wrong_password_is_said_once(
    place: Workspace, server: Web, folio: Folio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIBSTATS_PASSWORD", "wrong-word-9")
    with pytest.raises(PullError, match="did not let the user in") as refused:
        pulled(place, server)
    assert "wrong-word-9" not in str(refused.value)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda question: Given("", 404), "nobody can log in there"),
        (lambda question: Folio().let_in(question), "all lists are hidden"),
    ],
)
def test_an_address_where_no_list_is_is_said(
    answer: Any, said: str, place: Workspace, server: Web, folio: Folio
) -> None:
    server.answer = lambda question: (
        answer(question) if question.body or "log in" in said else Given("", 404)
    )
    with pytest.raises(PullError, match=said):
        pulled(place, server)


def test_a_service_that_is_not_there_is_said_at_once(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIBSTATS_PASSWORD", PASSWORD)
    with pytest.raises(PullError, match=r"127\.0\.0\.1: it cannot be reached"):
        libstats_pull(place, "http://reader@127.0.0.1:1/diku")


def test_a_token_that_somebody_gave_serves_too(
    place: Workspace, server: Web, folio: Folio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIBSTATS_PASSWORD", TOKEN)
    folio.lists["/loan-storage/loans"], folio.left = LOANS, 5
    address = f"http://127.0.0.1:{server.server_port}/diku"
    libstats_pull(place, address)
    assert len(rows(place)) == len(LOANS)
    with pytest.raises(PullError, match="did not let the user in"):
        libstats_pull(place, address)


def libstats_pull(place: Workspace, address: str) -> Pulled:
    return pull_services(
        place, "folio", address, only=["loans"], is_full=False, is_trial=False, source=None,
        clock=Waits(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://reader:secret-3@host.example/diku", "holds a password"),
        ("http://reader@host.example/diku", "no address of an encrypted service"),
        ("https://reader@host.example", "lacks the tenant"),
        ("https://reader@host.example/diku?token=secret-3", "no address of an encrypted service"),
        ("https://reader@host.example:port/diku", "no address of a service"),
    ],
)
def test_an_address_that_is_none_is_refused(address: str, said: str, place: Workspace) -> None:
    with pytest.raises(PullError, match=said) as refused:
        libstats_pull(place, address)
    assert "secret-3" not in str(refused.value)


def test_without_the_librarys_zone_nothing_is_asked(
    workspace: Workspace, server: Web, folio: Folio
) -> None:
    with pytest.raises(PullError, match="its times are those of another zone"):
        pulled(workspace, server)
    assert server.asked == []
