"""The main log of EZproxy: any LogFormat, sessions in any cut of files, every line accounted for."""

from __future__ import annotations

import gzip
import random
from datetime import date
from pathlib import Path

import pytest

import libstats
from libstats.loading.receipt import FileReceipt
from libstats.readers.logs import parting
from libstats.readers.logs.log_format import USUAL, LogFormat, proven
from libstats.readers.logs.proxy_log import ProxyLog
from libstats.readers.part import Damaged
from libstats.readers.place import place_of
from libstats.recognise.inspect import inspect
from libstats.recognise.recognise import recognise
from libstats.workspace.workspace import Workspace

WITH_SESSION = '%h %{ezproxy-session}i %u %t "%r" %s %b'
LONG = "%h||%{ezproxy-groups}i||%u||%t||%m||%U||%s||%b||%{Referer}i||%{ezproxy-session}i"
ROWS = """
    select visited_on::varchar, host, outcome, count(*), count(distinct session_key)
    from access_session
    group by all
    order by all
"""


def line(second: int, session: str = "s1XYZabcd0001", host: str = "db.example", status: int = 200):
    """A line of the log with sessions, on one evening; from 3600 on the day after."""
    day, rest = 30 + (second >= 3600), second % 3600
    hour = 23 if day == 30 else 0
    return (
        f"198.51.100.7 {session} avery [{day}/Oct/2026:{hour:02}:{rest // 60:02}:{rest % 60:02} -0400]"
        f' "GET http://{host}:80/a HTTP/1.1" {status} 5\n'
    )


def loaded(workspace: Workspace, path: Path, text: str | bytes) -> FileReceipt:
    """The receipt of a log."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return libstats.load(workspace, [path]).files[0]


def rows(workspace: Workspace) -> list[tuple[object, ...]]:
    """What is loaded, by day, host and outcome."""
    with libstats.open(workspace) as con:
        return con.sql(ROWS).fetchall()


@pytest.mark.parametrize(
    ("log_format", "text"),
    [
        (USUAL, '192.0.2.7 - avery [31/Oct/2026:09:30:00 +0100] "GET http://db.example/x HTTP/1.1" 200 5\n'),
        ("LogFormat " + WITH_SESSION, line(3600)),
        ('%h %u-session %u %t "%r" %s %b %{-}o',
         '192.0.2.7 avery-session avery [31/Oct/2026:09:30:00 +0100] "GET http://db.example/x HTTP/1.1" 200 5 Default+in\n'),
        (LONG, "192.0.2.7||Staff+Ill||avery||[31/Oct/2026:13:30:00 -0400]||GET||https://db.example:443/s?q=||200||5||http://x.example/||s1\n"),
        ("%{%Y-%m-%d %H:%M:%S}t\\t%u\\t%v\\t%s", "2026-10-31 21:30:00\tavery\tdb.example\t200\n"),
        ("%{%d.%m.%Y %I:%M:%S %p}t;%u;%U;%s", "31.10.2026 09:30:00 PM;avery o'day, x;http://db.example/;206\n"),
    ],
)  # fmt: skip
def test_any_log_format(log_format: str, text: str, workspace: Workspace, tmp_path: Path) -> None:
    workspace.config["ezproxy"] = {"log_format": log_format}
    receipt = loaded(workspace, tmp_path / "ezproxy.log", 3 * text)
    assert receipt.rows_read == 3
    assert (receipt.dispositions["new"], receipt.dispositions["repeated"]) == (1, 2)
    assert rows(workspace) == [("2026-10-31", "db.example", "success", 1, 1)]


@pytest.mark.parametrize("form", [USUAL, WITH_SESSION, '%u %h %l %t "%r" %s %b'])
def test_plain_lines_are_read_as_all_others(
    form: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dice = random.Random(3)
    words = ["-", "a", "b c", "198.51.100.7", "auto", "", "x\ty"]
    pages = ["GET http://db.example/a HTTP/1.1", 'GET http://j.example/\\"tea\\" 200 x', "-", ""]
    text = "".join(
        f"{dice.choice(words)} {dice.choice(words)} {dice.choice(words)} "
        f'[3{dice.randrange(3)}/Oct/2026:09:30:00 -0400] "{dice.choice(pages)}" '
        f"{dice.choice(['200', '-', '906', '2000', 'x'])} {dice.choice(['5', '-', '5 5'])}\n"
        for _ in range(400)
    )
    (tmp_path / "a.log").write_text(text, encoding="utf-8")
    part = next(ProxyLog(place_of(tmp_path / "a.log"), log_format=LogFormat(form)).headers())
    quick = list(part.records())
    monkeypatch.setattr(parting, "IS_OPEN", False)
    assert LogFormat(form).leading
    assert list(part.records()) == quick
    assert len({tuple(row) for _, row in quick}) > 20


def test_a_form_that_is_not_told_is_asked_for_with_the_columns_in_doubt(
    workspace: Workspace, tmp_path: Path
) -> None:
    text = "".join(line(n) for n in range(5))
    receipt = loaded(workspace, tmp_path / "ezproxy.log", text)
    assert receipt.outcome == "refused"
    doubt = "Its lines do not prove what stands in columns 2, 3: a name, a number and a session"
    assert doubt in receipt.reason
    assert doubt in inspect(tmp_path / "ezproxy.log")
    assert "avery" not in receipt.reason and "log_format = '%h" not in receipt.reason
    workspace.config["ezproxy"] = {"log_format": WITH_SESSION}
    assert loaded(workspace, tmp_path / "ezproxy.log", text).outcome == "loaded"


ASKED = '[31/Oct/2026:09:30:00 +0100] "GET http://a/ HTTP/1.1"'


@pytest.mark.parametrize(
    ("lines", "form", "doubtful"),
    [
        # nothing but what looks like nothing else
        ([f"192.0.2.7 {ASKED} 200 51"], '%h %t "%r" %s %b', []),
        # the page before and the program are passed over
        (
            [f'192.0.2.7 {ASKED} 200 5 "http://b/c" "Mozilla/5.0 (X11)"'],
            '%h %t "%r" %s %b "%{-}i" "%{-}i"',
            [],
        ),
        # users that are numbers are no bytes and no status, sessions are no users
        ([f"192.0.2.7 21234567 {ASKED} 200 51"], '%h %{-}i %t "%r" %s %b', [2]),
        ([f"192.0.2.7 123 {ASKED} 200 51"], '%h %{-}i %t "%r" %{-}i %{-}i', [2, 5, 6]),
        ([f"192.0.2.7 s1XYZabcd0001 avery {ASKED} 302 -"], '%h %{-}i %{-}i %t "%r" %s %b', [2, 3]),
        # bytes in the place of the status
        ([f"192.0.2.7 {ASKED} 512 200"], '%h %t "%r" %{-}i %{-}i', [4, 5]),
        # which of two is the reader's computer, and what is told of nobody
        ([f"192.0.2.7 10.0.0.1 {ASKED} 200 51"], '%{-}i %{-}i %t "%r" %s %b', [1, 2]),
        ([f'192.0.2.7 - {ASKED} 200 5 "-"'], '%h %{-}i %t "%r" %s %b %{-}i', [2, 7]),
        (["no time at all"], None, []),
    ],
)
def test_a_field_is_proposed_only_where_lines_prove_it(
    lines: list[str], form: str | None, doubtful: list[int]
) -> None:
    assert proven(lines) == (form, doubtful)


def test_a_form_that_lines_prove_is_shown(workspace: Workspace, tmp_path: Path) -> None:
    receipt = loaded(workspace, tmp_path / "ezproxy.log", f"192.0.2.7 {ASKED} 200 51\n")
    assert "[ezproxy]\n  log_format = '%h %t \"%r\" %s %b'" in receipt.reason


def test_a_line_of_another_form_does_not_fit() -> None:
    combined = f'192.0.2.7 - - {ASKED} 200 5 "-" "x y"'
    assert LogFormat('%h %u %t "%r" %s').fits([combined]) is False


def test_the_log_of_another_server_is_left_alone(workspace: Workspace, tmp_path: Path) -> None:
    text = '192.0.2.7 - - [31/Oct/2026:09:30:00 +0100] "GET /index.html HTTP/1.1" 200 5\n'
    receipt = loaded(workspace, tmp_path / "access.log", text)
    assert receipt.outcome == "left alone"
    assert "its lines name no host" in receipt.reason


def test_a_session_over_files_is_one_however_they_are_cut_and_overlap(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Two sessions at two hosts around midnight: 2 hosts x 2 days x 2 sessions, in each order of
    files that overlap, with every load taken back and done again."""
    workspace.config["ezproxy"] = {"log_format": WITH_SESSION}
    dice = random.Random(7)
    log = [
        line(n * 60, session, host)
        for n in range(120)
        for session in ("s1XYZabcd0001", "s2XYZabcd0002")
        for host in ("db.example", "journal.example")
    ]
    cuts = [log[:200], log[150:300], log[290:], log[100:320]]
    dice.shuffle(cuts)
    for number, cut in enumerate(cuts):
        receipt = loaded(workspace, tmp_path / f"part{number}.log", "".join(cut))
        assert sum(receipt.dispositions.values()) == len(cut)
    wanted = [
        (f"2026-10-{day}", host, "success", 2, 2)
        for day in (30, 31)
        for host in ("db.example", "journal.example")
    ]
    assert rows(workspace) == wanted
    libstats.undo(workspace, 2)
    assert libstats.load(workspace, [tmp_path / "part1.log"]).files[0].outcome == "loaded"
    assert rows(workspace) == wanted
    with libstats.open(workspace) as con:
        found = libstats.proxy_visits(con, since="2026-10-01", until="2026-11-30", by="all")
        assert found.project("* exclude (coverage, reason)").fetchall() == [
            ("all", 2, 8, 0, 0, 0, 0, 2)
        ]


def test_lines_that_have_another_form_are_rejected_one_by_one(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Latin letters, zeros, carriage returns, a packed file: 6 lines, of which 2 are cut."""
    workspace.config["ezproxy"] = {"log_format": WITH_SESSION}
    text = line(1) + "\n" + line(2)[:40] + "\n" + line(3).replace("\n", "\r\n") + line(4)
    data = b"\xef\xbb\xbf" + text.encode() + line(5).encode().replace(b"avery", b"av\xe9ry\0")
    data += line(6).encode()[:50]
    receipt = loaded(workspace, tmp_path / "ezproxy.log.gz", gzip.compress(data))
    assert receipt.rows_read == 6
    assert {k: n for k, n in receipt.dispositions.items() if n} == {
        "new": 1,
        "repeated": 3,
        "rejected": 2,
    }
    assert receipt.remarks == ["lines by status: 200 4"]
    with libstats.open(workspace) as con:
        assert con.sql("select line from rejected_row order by 1").fetchall() == [(3,), (7,)]
    part = recognise(tmp_path / "ezproxy.log.gz", config=workspace.config)[1]
    found = dict(part.records())
    assert [n for n in found if not isinstance(found[n], Damaged)] == [1, 4, 5, 6]
    assert found[3].text == line(2)[:40]  # type: ignore[attr-defined]


def test_what_is_asked_for_in_vain_and_what_keys_that_expired_cannot_tell(
    workspace: Workspace, tmp_path: Path
) -> None:
    def asked(host: str, second: int) -> str:
        wish = f"http://proxy.example/login?url=http://{host}/"
        return line(second, host="proxy.example", status=302).replace(
            "http://proxy.example:80/a", wish
        )

    workspace.config["ezproxy"] = {"log_format": WITH_SESSION}
    text = [
        asked("db.example", 1),
        asked("gone.example", 2),
        line(3),
        line(4, host="shut.example", status=403),
        line(5, host="lost.example", status=404),
        line(6, status=404),
    ]
    loaded(workspace, tmp_path / "ezproxy.log", "".join(text))
    period = {"since": date(2026, 10, 1), "until": date(2026, 11, 1)}
    with libstats.open(workspace) as con:
        assert libstats.proxy_visits(con, **period).project(
            "* exclude (coverage, reason)"
        ).fetchall() == [
            ("db.example", 1, 1, 1, 0, 0, 0, 1),
            ("gone.example", 0, 0, 1, 1, 0, 0, 1),
            ("lost.example", 0, 0, 0, 0, 0, 1, 1),
            ("shut.example", 0, 0, 0, 0, 1, 0, 1),
        ]
    libstats.forget(workspace, before=date(2026, 11, 1))
    with libstats.open(workspace) as con:
        assert libstats.proxy_visits(con, **period, by="all").project(
            "* exclude (coverage, reason)"
        ).fetchall() == [("all", None, 1, 2, 1, 1, 1, 1)]
        assert con.sql(
            "select count(session_key), count(user_key) from access_session"
        ).fetchall() == [(0, 0)]


def asked(user: str, page: str, status: int) -> str:
    """A line of one evening in the usual form."""
    return f'192.0.2.7 - {user} [31/Oct/2026:21:30:00 -0400] "{page} HTTP/1.1" {status} 5\n'


def test_the_proxy_itself_is_no_host_and_its_form_opens_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    door = "https://proxy.library.example:443"
    text = "".join(
        [
            # a vendor's own address that looks like a door
            asked("avery", "GET https://db.example/login?url=https://db.example/home", 302),
            asked("-", f"GET {door}/login?url=https://rare.example/toc", 200),
            asked("-", f"POST {door}/login", 200),
            asked("-", f"GET {door}/public/logo.png", 404),
            asked("-", f"GET {door}/login?url=https://sent.example/", 302),
            asked("avery", f"GET {door}/login?url=https://in.example/", 200),
            asked("avery", "GET https://db.example:443/home", 200),
        ]
    )
    receipt = loaded(workspace, tmp_path / "ezproxy.log", text)
    assert "lines of the proxy's own pages, which are no visits: 3" in receipt.remarks
    assert [row[1:4] for row in rows(workspace)] == [
        ("(the proxy)", "not found", 1),
        ("(the proxy)", "success", 1),
        ("db.example", "asked", 1),
        ("db.example", "success", 1),
        ("in.example", "asked", 1),
        ("sent.example", "asked", 1),
    ]
