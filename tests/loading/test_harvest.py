"""Reports fetched from a server that queues, is busy, cuts, sends the wrong report or an error."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from libstats.cli import main
from libstats.errors import WorkspaceError
from libstats.loading.harvest import Fetched, harvest
from libstats.readers.service import Clock
from libstats.workspace.workspace import Workspace
from tests.support import counter

KEYS = {"customer_id": "CANARY-C", "requestor_id": "CANARY-R", "api_key": "CANARY-K"}
USE = ("Journal of Shelves", "Blue Shelf", "Unique_Item_Requests", (3, 0, 1))
NONE = "Begin_Date=2026-01-01; End_Date=2026-03-31"
WHOLE = counter.answer(USE, Report_ID="TR_J1", Reporting_Period=NONE)
Answer = tuple[int, str, dict[str, str]]  # status, body, headers


def exceptions(*codes: str, uses: bool = False) -> Answer:
    """A report with exceptions."""
    told = [USE] if uses else []
    return 200, counter.answer(*told, Report_ID="TR_J1", Exceptions="; ".join(codes)), {}


def error(code: int, status: int = 400, **headers: str) -> Answer:
    """An exception alone, with the keys in it, as some servers send back what they were asked."""
    told = {"Code": code, "Severity": "Error", "Message": f"for {KEYS['api_key']}"}
    return status, json.dumps(told), headers


LONGER = counter.answer(
    USE,
    Report_ID="TR_J1",
    Release="5.1",
    Reporting_Period="Begin_Date=2026-01-01; End_Date=2026-04-30",
)
OF_5 = (200, WHOLE, dict[str, str]())
OF_51 = (200, WHOLE.replace('"Release": "5"', '"Release": "5.1"'), dict[str, str]())


class Waits(Clock):
    """A clock at which nothing waits."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 5, 2, 8, 0)

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)


class Server(ThreadingHTTPServer):
    """A server that gives its answers in turn, the last one for ever, and keeps what it was
    asked."""

    answers: list[Answer]
    asked: list[str]
    at_once = 0
    most = 0


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.at_once += 1
        self.server.most = max(self.server.most, self.server.at_once)
        self.server.asked.append(self.path)
        number = min(len(self.server.asked), len(self.server.answers))
        status, body, headers = self.server.answers[number - 1]
        self.send_response(status)
        length = headers.pop("cut", "") or str(len(body.encode()))
        for name, value in {**headers, "Content-Length": length}.items():
            self.send_header(name, value)
        self.end_headers()
        self.server.at_once -= 1
        self.wfile.write(body.encode())

    def log_message(self, *given: object) -> None:
        """Nothing."""


@pytest.fixture
def server(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server, which the workspace's configuration names as blue-shelf."""
    found = Server(("127.0.0.1", 0), _Handler)
    found.answers, found.asked = [OF_51], []
    threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True).start()
    workspace.config["harvest"] = {
        "blue-shelf": {"url": f"http://127.0.0.1:{found.server_port}/c", "reports": ["TR_J1"]}
    }
    for key, value in KEYS.items():
        monkeypatch.setenv(f"LIBSTATS_HARVEST_BLUE_SHELF_{key.upper()}", value)
    yield found
    found.shutdown()
    found.server_close()


def fetched(place: Workspace, clock: Clock | None = None) -> Fetched:
    """What became of the one report."""
    (found,) = harvest(place, first=date(2026, 1, 1), last=date(2026, 3, 1), clock=clock or Waits())
    left = [path.name for path in (place.folder / "store").glob("harvest-*")]
    assert left == []
    return found


def test_a_report_is_asked_for_and_written_whole(workspace: Workspace, server: Server) -> None:
    found = fetched(workspace)
    assert found.file is not None
    assert found.file.name == "counter-blue-shelf-TR_J1-r51-2026-01-to-2026-03.json"
    assert found.file.read_text(encoding="utf-8") == OF_51[1]
    (asked,) = server.asked
    assert urlsplit(asked).path == "/c/r51/reports/tr_j1"
    assert {k: v[0] for k, v in parse_qs(urlsplit(asked).query).items()} == {
        **KEYS,
        "begin_date": "2026-01",
        "end_date": "2026-03",
    }


@pytest.mark.parametrize(
    ("answers", "waited"),
    [
        ([(202, "", {"Retry-After": "7"}), OF_51], [7.0]),
        ([error(1011, 202), OF_51], [15.0]),
        ([error(1020, 429, **{"Retry-After": "Sat, 02 May 2026 08:02:00 GMT"}), OF_51], [120.0]),
        ([error(1010, 503), (503, "<html>", {}), OF_51], [15.0, 30.0]),
        ([(200, OF_51[1][:-40], {}), OF_51], [15.0]),
        ([(200, OF_51[1][:-40], {"cut": str(len(OF_51[1]))}), OF_51], [15.0]),
        ([(200, "", {}), OF_51], [15.0]),
        ([(429, "", {"Retry-After": "999999"}), OF_51], [3600.0]),
    ],
    ids=["queued", "1011", "a moment", "busy twice", "cut", "broken off", "nothing", "for days"],
)
def test_what_means_later_is_asked_again(
    answers: list[Answer], waited: list[float], workspace: Workspace, server: Server
) -> None:
    server.answers, clock = answers, Waits()
    assert fetched(workspace, clock).file is not None
    assert (clock.waited, server.most) == (waited, 1)


@pytest.mark.parametrize(
    ("answers", "release"),
    [
        ([OF_51], "5.1"),
        ([(200, json.dumps(OF_51[1]), {})], "5.1"),
        ([(200, exceptions("3032")[1].replace('"5"', '"5.1"'), {}), OF_5], "5"),
        ([error(3032, 200), OF_5], "5"),
    ],
    ids=["whole", "a text of JSON", "no longer there", "an error"],
)
def test_the_other_release_is_asked_where_the_answer_means_that(
    answers: list[Answer], release: str, workspace: Workspace, server: Server
) -> None:
    server.answers = answers
    found = fetched(workspace)
    assert (found.release, found.file is not None) == (release, True)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([error(2000, 401)], "says 2000"),
        ([error(3030, 200)], "says 3030"),
        ([error(3032, 200), error(3031, 200)], "says 3032"),
        ([(404, "<html>", {})], "refuses (status 404)"),
        ([(302, "", {"Location": "http://127.0.0.1:1/?api_key=x"})], "its url has changed"),
        ([OF_5], "another report: TR_J1 5"),
        ([(200, LONGER, {})], "of other months"),
        ([(200, OF_51[1].replace("2026-03-31", "2026-04-30"), {})], "totals of a period"),
        ([(200, exceptions("3040", uses=True)[1].replace('"5"', '"5.1"'), {})], "it is partial"),
        ([(202, "", {})], "is being made (1011), 8 times"),
    ],
)
def test_what_is_no_whole_report_is_not_kept(
    answers: list[Answer], why: str, workspace: Workspace, server: Server
) -> None:
    before = workspace.exports / "counter-blue-shelf-TR_J1-r51-2026-01-to-2026-03.json"
    before.write_text("earlier", encoding="utf-8")
    server.answers = answers
    found = fetched(workspace)
    assert found.file is None
    assert why in found.why
    assert "CANARY" not in str(found)
    assert [path.name for path in workspace.exports.iterdir()] == [before.name]
    assert before.read_text(encoding="utf-8") == "earlier"


def test_no_use_is_a_whole_report(workspace: Workspace, server: Server) -> None:
    server.answers = [(200, exceptions("3030")[1].replace('"5"', '"5.1"'), {})]
    assert fetched(workspace).file is not None


def test_a_server_that_is_not_there_is_named_without_its_keys(
    workspace: Workspace, server: Server
) -> None:
    workspace.config["harvest"]["blue-shelf"]["url"] = "http://127.0.0.1:1"
    found = fetched(workspace)
    assert "127.0.0.1 did not answer whole (URLError), 8 times" in found.why
    assert "CANARY" not in str(found)


def test_without_its_keys_nothing_is_asked(
    workspace: Workspace, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LIBSTATS_HARVEST_BLUE_SHELF_CUSTOMER_ID")
    with pytest.raises(WorkspaceError, match="LIBSTATS_HARVEST_BLUE_SHELF_CUSTOMER_ID"):
        fetched(workspace)
    with pytest.raises(WorkspaceError, match=r"no \[harvest.green\]"):
        list(harvest(workspace, ["green"], first=date(2026, 1, 1), last=date(2026, 1, 1)))
    assert server.asked == []


def test_what_was_left_by_one_that_was_killed_is_swept(
    workspace: Workspace, server: Server
) -> None:
    left = workspace.folder / "store" / "harvest-left"
    left.write_text("half", encoding="utf-8")
    assert fetched(workspace).file is not None
    assert not left.exists()


def test_the_command_says_what_came_of_each_and_no_key(
    workspace: Workspace, server: Server, tmp_path: Path
) -> None:
    told = workspace.config["harvest"]["blue-shelf"]
    with (workspace.folder / "libstats.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[harvest.blue-shelf]\nurl = "{told["url"]}"\nreports = ["TR_J1"]\n')
    server.answers = [OF_51, error(2010, 403)]
    out, err = io.StringIO(), io.StringIO()
    months = ["--since", "2026-01", "--until", "2026-03"]
    with redirect_stdout(out), redirect_stderr(err):
        command = ["-w", str(workspace.folder), "harvest", *months]
        assert [main.main(command), main.main(command)] == [0, 1]
        assert main.main([*command[:3], "--since", "May"]) == 1
    assert out.getvalue().splitlines() == [
        "blue-shelf TR_J1, release 5.1: counter-blue-shelf-TR_J1-r51-2026-01-to-2026-03.json",
        "blue-shelf TR_J1, release 5.1: not fetched, 127.0.0.1 says 2010",
    ]
    assert "May is not a month" in err.getvalue()
    assert "CANARY" not in out.getvalue() + err.getvalue()
