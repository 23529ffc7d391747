"""Reports by mail, against a mail server in the test: what arrives, that it comes once, and to whom.
What is said of servers that do not take it is in test_mail_servers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from libstats.errors import MailError
from libstats.report.page import smtp
from libstats.report.page.mail import SENT, Letter, Post
from libstats.workspace.workspace import Workspace
from tests.support.mailing import (
    EAST,
    GONE,
    HEAD,
    HOST,
    SECRET,
    authenticated,
    certified,
    letter_of,
    posted,
    sent,
    served,
    trusting,
)


@pytest.fixture
def letter(tmp_path: Path) -> Letter:
    return letter_of(tmp_path)


def test_a_report_arrives_whole_and_encrypted(
    workspace: Workspace, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trusting(workspace.folder, monkeypatch)
    options: dict[str, Any] = {"require_starttls": True, "authenticator": authenticated}
    with served(monkeypatch, tls_context=certified(authority, HOST), **options) as (box, port):
        post = posted(workspace, port, HEAD, EAST, user="stats")
        assert sent(post, letter) == "circulation-2026-10 was mailed to 2 people."
    ((mail, to, is_encrypted),) = box.mails
    assert (to, is_encrypted) == ([HEAD, EAST], True)
    assert mail["Subject"] == "Circulation: October 2026, all branches"
    assert mail["From"] == "library <stats@archmere.example>"
    body, page, book = list(mail.iter_parts())
    text = body.get_content().replace("\r\n", "\n")
    assert text.startswith("Circulation: October 2026, all branches\n\nThere were 314 checkouts")
    assert "* 314 checkouts. 1% fewer" in text and "* circulation-2026-10.xlsx" in text
    assert page.get_filename() == "circulation-2026-10.html" and "Größe" in page.get_content()
    assert book.get_content() == b"PK\0\1" and page.get_content_type() == "text/html"
    assert SECRET not in str(mail) and mail["Message-ID"].endswith("@archmere.example>")


def test_a_page_comes_once_to_each_unless_it_is_asked_for(
    workspace: Workspace, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(monkeypatch) as (box, port):
        post = posted(workspace, port, HEAD, host="localhost")
        assert sent(post, letter) == "circulation-2026-10 was mailed to 1 person."
        assert "was mailed on 2026-11-02 already; --again" in sent(post, letter)
        both = posted(workspace, port, HEAD, EAST, host="127.0.0.1")
        sent(both, letter)
        sent(both, letter, again=True)
        sent(both, replace(letter, stem="circulation-2026-11"))
        part = replace(letter, about={**letter.about, "told": "partly"})
        told = [sent(both, part, again=False) for _ in range(2)]  # another page than that of all
        assert "already" not in told[0] and "already" in told[1]
    assert [to for _, to, _ in box.mails] == [[HEAD], [EAST], *[[HEAD, EAST]] * 3]
    kept = (workspace.folder / SENT).read_text(encoding="utf-8")
    assert "@" not in kept and list(json.loads(kept)) == [
        "circulation-2026-10",
        "circulation-2026-11",
        "circulation-2026-10, in part",
    ]


def test_lists_of_single_copies_go_to_staff_alone(
    workspace: Workspace, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = replace(letter, is_internal=True)
    with served(monkeypatch) as (box, port):
        post = posted(workspace, port, HEAD, host="localhost")
        with pytest.raises(MailError, match="single copies by their barcodes"):
            sent(post, shelf)
        assert not box.mails
        sent(post, shelf, internal=True)
    assert "For staff only" in str(box.mails[0][0])


def test_a_branch_gets_its_own_page_and_all_get_what_names_no_branch(workspace: Workspace) -> None:
    to = {"circulation": [HEAD], "circulation East": [EAST, EAST]}
    post = Post(workspace, smtp.Server("localhost", 25), "stats@archmere.example", to)
    found = [post.recipients("circulation", branch) for branch in ("", "East", "West")]
    assert found == [[HEAD], [EAST], [HEAD]]
    with pytest.raises(MailError, match="names nobody who gets ill"):
        post.recipients("ill")


def test_who_is_refused_is_said_and_gets_it_from_the_next_run(
    workspace: Workspace, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(monkeypatch) as (box, port):
        box.refused = {GONE}
        post = posted(workspace, port, HEAD, GONE, EAST, host="localhost")
        with pytest.raises(MailError) as caught:
            sent(post, letter)
        assert "was mailed to 2 of 3: localhost" in str(caught.value)
        assert "number 2 of those in [mail] to" in str(caught.value)
        assert GONE not in str(caught.value)
        box.refused = set()
        sent(post, letter)
    assert [to for _, to, _ in box.mails] == [[HEAD, EAST], [GONE]]


def test_a_connection_that_is_encrypted_from_its_beginning(
    workspace: Workspace, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trusting(workspace.folder, monkeypatch)
    with served(monkeypatch, ssl_context=certified(authority, HOST)) as (box, port):
        monkeypatch.setattr(smtp, "ENCRYPTED", port)
        sent(posted(workspace, port, HEAD), letter)
    assert box.mails[0][1] == [HEAD]


@pytest.mark.parametrize("text", ["[1", "[]", '{"circulation": 1}'])
def test_a_note_of_what_was_sent_that_cannot_be_read_stops_the_mail(
    workspace: Workspace, letter: Letter, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (workspace.folder / SENT).write_text(text, encoding="utf-8")
    with (
        served(monkeypatch) as (box, port),
        pytest.raises(MailError, match="cannot be read; nothing was sent"),
    ):
        sent(posted(workspace, port, HEAD, host="localhost"), letter)
    assert not box.mails


def test_a_note_that_cannot_be_kept_is_told(
    workspace: Workspace, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(*given: Any) -> None:
        raise OSError(28, "No space left on device")

    with served(monkeypatch) as (box, port):
        monkeypatch.setattr("libstats.report.page.publish.write", is_full)
        with pytest.raises(MailError, match=r"the mail was sent, but mailed\.json could not be"):
            sent(posted(workspace, port, HEAD, host="localhost"), letter)
    assert len(box.mails) == 1
