"""The canary in every person's field of logs: what is not wanted of a line lies nowhere after a
load, whatever becomes of the line."""

from __future__ import annotations

from pathlib import Path

import pytest

import libstats
from libstats.cli import main
from libstats.store import steps
from libstats.workspace.workspace import Workspace
from tests.privacy.test_canary import legible

__all__ = ["legible"]

BIRD = "zugvogel"
PROXY = (
    '{b}-address {b}session1 {b} user [31/Oct/2026:09:30:00 +0100] "GET http://{b}:pin{b}@db.example/{b}'
    '?q={b}&user={b}&ticket={b} HTTP/1.1" 200 5 "http://{b}.example/" "{b} agent" {b}=cookie\n'
    '{b}-address {b}session1 {b} user [31/Oct/2026:09:31:00 +0100] "GET http://p.example/login?user={b}'
    '&url=http://{b}@db.example/{b} HTTP/1.1" 302 5 "{b}" "{b} agent" {b}=cookie\n'
    '{b}-cut {b}session1 {b} user [31/Oct/2026:09:3\n'
    '{b}-slipped {b} {b} [99/Oct/2026:09:31:00 +0100] {b} "GET http://{b}/ HTTP/1.1" 200 5\n'
)  # fmt: skip
CONFIG = """
[ezproxy]
log_format = '%h %{ezproxy-session}i %u %t "%r" %s %b "%{Referer}i" "%{User-Agent}i" %{Cookie}i'
"""
STARTS = "".join(
    f"2026/10/31:09:30:0{n}\t{{b}}-address\t{{b}} user\tproxy\tdb.example\thttp://{{b}}:{{b}}@db.example/{{b}}\n"
    for n in range(3)
) + "2026/10/99:09:30:00\t{b}\t{b}\tproxy\t{b}\thttp://{b}/\n{b}\n"  # fmt: skip
AUDIT = (
    "Date/Time\tEvent\tIP\tUsername\tSession\tOther\n"
    "2026-10-31 09:30:00\tLogin.Failure\t{b}\t{b} user\t{b}\t{b} exceeded\n"
    "2026-10-31 09:31:00\tLogin.Intruder.User\t{b}\t{b} user\t{b}\tevading {b}\n"
    "2026-10-31 09:32:00\tLogin.Success\t{b}\t{b} user\n"
    "{b}\tLogout\t{b}\t{b}\n2026-10-31 09:33:00\tLogout\t{b}\t{b}\t{b}\t{b}\t{b}\n"
)
LOGS = {
    "spu20261031.txt": STARTS,
    "20261031.txt": AUDIT,
    "ezproxy.log": PROXY + "".join(PROXY.splitlines(True)[:2]),
}


def found_in(folder: Path) -> set[str]:
    """Files below a folder that hold a canary, the exports apart."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "exports" not in path.parts and BIRD.encode() in path.read_bytes()
    }


@pytest.mark.usefixtures("legible")
@pytest.mark.parametrize("name", LOGS)
def test_the_canary_is_nowhere_in_what_a_log_leaves(
    name: str, workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    config = workspace.folder / "libstats.toml"
    config.write_text(config.read_text(encoding="utf-8") + CONFIG, encoding="utf-8")
    path = workspace.exports / name
    path.write_text(LOGS[name].replace("{b}", BIRD), encoding="utf-8")
    seen: set[str] = set()

    def looked(step: str) -> None:
        seen.update(f"{step}: {f}" for f in found_in(workspace.folder))

    with steps.watched(looked):
        for command in (
            ["inspect", str(path)],
            ["load", str(path)],
            ["loads"],
            ["rejects"],
            ["check"],
            ["undo", "1"],
            ["load", str(path)],
            ["forget", "--before", "2026-12-01"],
            ["rotate-key"],
        ):
            main.main(["-w", str(workspace.folder), *command])
    out = capsys.readouterr()
    assert "loaded" in out.out
    assert BIRD not in out.out + out.err
    assert seen == set()
    assert found_in(workspace.folder) == set()
    with libstats.open(workspace) as con:
        assert con.sql(
            "select dispositions['rejected'] from loaded_file where is_active"
        ).fetchall() == [(2,)]


@pytest.mark.slow
@pytest.mark.usefixtures("legible")
def test_the_canary_is_on_no_page_of_the_digital_desk(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    config = workspace.folder / "libstats.toml"
    config.write_text(config.read_text(encoding="utf-8") + CONFIG, encoding="utf-8")
    for name, text in LOGS.items():
        (workspace.exports / name).write_text(text.replace("{b}", BIRD), encoding="utf-8")
    for command in (["load", str(workspace.exports)], ["report", "digital"], ["today"]):
        main.main(["-w", str(workspace.folder), *command])
    out = capsys.readouterr()
    assert list((workspace.folder / "reports").rglob("*.html"))
    assert BIRD not in out.out + out.err
    assert found_in(workspace.folder) == set()
