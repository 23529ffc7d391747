"""What [mail] may say: a server, addresses that are addresses, and no password."""

from __future__ import annotations

from pathlib import Path

import pytest

from libstats.workspace.mail_given import is_address, is_host
from tests.workspace.test_settings import refusal

MAIL = """[mail]
host = "mail.archmere.example"
from = "stats@archmere.example"
to = {circulation = ["head@archmere.example"]}
"""


def test_a_password_is_refused_in_words_that_do_not_repeat_it(tmp_path: Path) -> None:
    said = refusal(tmp_path, f'{MAIL}password = "swordfish"\n')
    assert said == (
        "libstats.toml, line 5, [mail] password: does not belong into this file, which others read "
        "and copy\n  Take it out, and set it in the environment as LIBSTATS_MAIL_PASSWORD."
    )
    said = refusal(tmp_path, f'{MAIL}passwd = "swordfish"\n')
    assert "Did you mean password?" in said and "swordfish" not in said
    assert "The keys are: host, port, from, user, to" in said


@pytest.mark.parametrize(
    "text",
    [
        "stats",
        "stats@",
        "@archmere.example",
        "Head <head@archmere.example>",
        "head@archmere.example, east@archmere.example",
        "head@archmere.example\nBcc: all@archmere.example",
        "head@archmere.example\n",
        "größe@archmere.example",
        "head@-archmere.example",
        f"{'x' * 65}@archmere.example",
        f"head@{'x.' * 130}example",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize(
    "text", ["head@archmere.example", "a.b+reports@mail.archmere.example", "root@localhost"]
)
def test_what_is_an_address(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("mail.archmere.example", True),
        ("localhost", True),
        ("192.0.2.7", True),
        ("::1", True),
        ("mail..example", False),
        ("mail.example:587", False),
        ("smtp://mail.example", False),
        ("mail.example\n", False),
        ("", False),
    ],
)
def test_what_is_a_server(text: str, is_one: bool) -> None:
    assert is_host(text) is is_one


@pytest.mark.parametrize(
    "to", ["{}", "{circulation = []}", '{circulation = "a@b.example"}', '{ill = ["nobody"]}']
)
def test_recipients_are_lists_of_addresses_by_report(to: str, tmp_path: Path) -> None:
    lines = [line for line in MAIL.splitlines() if not line.startswith("to")]
    said = refusal(tmp_path, "\n".join([*lines, f"to = {to}\n"]))
    assert "line 4, [mail] to: does not list e-mail addresses by report" in said
