"""The analysis `circulation`: small tables worked by hand, then the sample library's own truth."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

import libstats
from libstats.analysis.circulation import left_out
from libstats.errors import AnalysisError
from libstats.workspace.workspace import Workspace
from tests.support.files import write

pytestmark = pytest.mark.slow

LOG = "datetime;branch;type;itemnumber;interface\n"
LOANS = "issue_id;issuedate;date_due;branchcode;itemnumber;renewals;onsite_checkout\n"
BESIDE = ("period", "coverage", "reason")
OCTOBER = {"since": "2026-10-01", "until": "2026-11-01"}


def counted(workspace: Workspace, **parameters: str) -> list[dict[str, object]]:
    """The result of `circulation` as dicts without what is zero."""
    with libstats.open(workspace) as con:
        relation = libstats.circulation(con, **{**OCTOBER, **parameters})  # type: ignore[arg-type]
        return [
            {k: v for k, v in zip(relation.columns, row, strict=True) if v and k not in BESIDE}
            for row in relation.fetchall()
        ]


def test_kinds_are_counted_apart(workspace: Workspace, tmp_path: Path) -> None:
    rows = [
        "issue;1;intranet",
        "issue;2;sip",
        "renew;1;intranet",
        "renew;1;opac",
        "renew;1;sip",
        "renew;1;commandline",
        "renew;2;",
        "localuse;3;intranet",
        "onsite_checkout;3;intranet",
        "return;1;intranet",
        "payment;;intranet",
    ]
    text = LOG + "".join(f"2026-10-05 09:00:{i:02};EAST;{row}\n" for i, row in enumerate(rows))
    libstats.load(workspace, [write(tmp_path / "statistics-2026-10-31.csv", text)])
    assert counted(workspace) == [
        {
            "branch": "EAST", "checkouts": 2, "renewals_by_staff": 1, "renewals_by_patron": 2, "renewals_automatic": 1, "renewals_unknown": 1,
            "in_house_uses": 2, "other_events": 2, "days_from_log": 1,
        }
    ]  # fmt: skip


def test_the_period_is_half_open(workspace: Workspace, tmp_path: Path) -> None:
    text = LOG + "".join(
        f"{t};EAST;issue;1;\n"
        for t in (
            "2026-09-30 23:59:59",
            "2026-10-01 00:00:00",
            "2026-10-31 23:59:59",
            "2026-11-01 00:00:00",
        )
    )
    libstats.load(workspace, [write(tmp_path / "statistics-2026-11-30.csv", text)])
    assert counted(workspace) == [{"branch": "EAST", "checkouts": 2, "days_from_log": 2}]


def test_all_branches_are_one_row_a_month(workspace: Workspace, tmp_path: Path) -> None:
    text = LOG + "".join(
        f"2026-10-{day:02} 10:00:00;{desk};issue;1;\n"
        for day, desk in ((1, "EAST"), (1, "WEST"), (31, "WEST"))
    )
    libstats.load(workspace, [write(tmp_path / "statistics-2026-11-30.csv", text)])
    period = {"since": "2026-10-01", "until": "2026-11-01"}
    with libstats.open(workspace) as con:
        found = libstats.circulation(con, branch="all", **period)
        # three checkouts; a day of East, and two of West
        assert found.select("branch, checkouts, days_from_log").fetchall() == [("all", 3, 3)]


def test_log_and_loans_are_never_added(workspace: Workspace, tmp_path: Path) -> None:
    """On the 5th EAST has a log (one checkout) and two loans: one. On the 6th only loans: two, of
    which one in-house. WEST has only a loan."""
    log = LOG + "2026-10-05 09:00:00;EAST;issue;1;\n"
    loans = LOANS + "".join(f"{i};{t};2026-10-30;{b};{i};{n};{house}\n" for i, (t, b, n, house) in enumerate((
        ("2026-10-05 09:00:00", "EAST", 0, 0), ("2026-10-05 10:00:00", "EAST", 0, 0), ("2026-10-06 09:00:00", "EAST", 3, 0), ("2026-10-06 10:00:00", "EAST", 0, 1), ("2026-10-05 09:00:00", "WEST", 0, 0),
    )))  # fmt: skip
    libstats.load(
        workspace,
        [
            write(tmp_path / "statistics-2026-10-31.csv", log),
            write(tmp_path / "issues-2026-10-31.csv", loans),
        ],
    )
    assert counted(workspace) == [
        {
            "branch": "EAST",
            "checkouts": 2,
            "renewals_undated": 3,
            "in_house_uses": 1,
            "days_from_log": 1,
            "days_from_loans": 1,
        },
        {"branch": "WEST", "checkouts": 1, "days_from_loans": 1},
    ]


def test_a_loan_of_no_known_desk_is_not_added_to_its_systems_log(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Lists of what is out tell no desk: on the 5th the log of EAST has that loan already, on the
    6th there is no log."""
    log = LOG + "2026-10-05 09:00:00;EAST;issue;1;\n"
    loans = (
        LOANS + "1;2026-10-05 09:00:00;2026-10-30;;1;0;0\n2;2026-10-06 09:00:00;2026-10-30;;2;0;0\n"
    )
    items = "itemnumber;barcode;homebranch\n1;b1;EAST\n2;b2;EAST\n"
    files = {"statistics": log, "issues": loans, "items": items}
    libstats.load(
        workspace,
        [write(tmp_path / f"{name}-2026-10-31.csv", text) for name, text in files.items()],
    )
    assert counted(workspace) == [
        {"branch": "EAST", "checkouts": 1, "days_from_log": 1},
        {"checkouts": 1, "days_from_loans": 1},
    ]
    with libstats.open(workspace) as con:
        told = {reason: rows for reason, rows in left_out(con, **OCTOBER).fetchall() if rows}
        used = libstats.collection_use(con, by="branch", **OCTOBER).fetchall()
    assert told == {
        "loans: that day is counted from the log of the same desk, or of any where the loan tells none": 1,
        "counted, but under no branch": 1,
    }
    assert [row[:1] + row[3:4] for row in used] == [("EAST", 2)]


def test_the_owner_is_another_branch_than_the_desk(workspace: Workspace, tmp_path: Path) -> None:
    log = (
        LOG
        + "2026-10-05 09:00:00;EAST;issue;1;\n2026-10-05 09:00:01;EAST;issue;2;\n2026-10-05 09:00:02;EAST;issue;;\n"
    )
    items = "itemnumber;barcode;homebranch\n1;b1;WEST\n2;b2;EAST\n"
    libstats.load(
        workspace,
        [
            write(tmp_path / "statistics-2026-10-31.csv", log),
            write(tmp_path / "items-2026-10-31.csv", items),
        ],
    )
    found = {
        row.get("branch"): row["checkouts"] for row in counted(workspace, branch="owning_branch")
    }
    assert found == {"WEST": 1, "EAST": 1, None: 1}
    with libstats.open(workspace) as con, pytest.raises(AnalysisError, match="no branch role"):
        libstats.circulation(con, branch="holding", **OCTOBER)  # type: ignore[arg-type]


def test_the_owner_of_a_deleted_copy_is_told_by_the_list_of_deleted_copies(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Where both lists name it, that of the copies goes first."""
    days = "2026-10-05 09:00:0{0};EAST;issue;{0};\n"
    deleted = "itemnumber;barcode;homebranch;itype;deleted_on\n"
    gone = "{0};b{0};SOUTH;BK;2026-10-20 10:00:00\n"
    files = {
        "statistics": LOG + "".join(map(days.format, (1, 2, 3))),
        "items": "itemnumber;barcode;homebranch\n1;b1;WEST\n",
        "deleted": deleted + gone.format(1) + gone.format(2),
    }
    libstats.load(
        workspace,
        [write(tmp_path / f"{name}-2026-10-31.csv", text) for name, text in files.items()],
    )
    found = {
        row.get("branch"): row["checkouts"] for row in counted(workspace, branch="owning_branch")
    }
    assert found == {"WEST": 1, "SOUTH": 1, None: 1}


def test_the_receipt_names_loads_and_what_was_left_out(
    workspace: Workspace, tmp_path: Path
) -> None:
    log = LOG + "2026-10-05 09:00:00;EAST;issue;1;\n2026-10-05 09:00:01;EAST;return;1;\n"
    libstats.load(workspace, [write(tmp_path / "statistics-2026-10-31.csv", log)])
    with libstats.open(workspace) as con:
        rows = libstats.receipt(con, "circulation", **OCTOBER).fetchall()
        assert [r for r in rows if r[0] == "load"] == [
            (
                "load",
                "statistics-2026-10-31.csv",
                "koha statistics, exported 2026-10-31 00:00, 2 rows",
            )
        ]
        assert ("rows in the period", "circulation_event", "2") in rows
        assert next(r[2] for r in rows if r[0] == "left out") == "1"
        assert rows[0][2].startswith("a checkout is one copy lent once")
        with pytest.raises(AnalysisError, match="no receipt"):
            libstats.receipt(con, "weather")


def test_the_sample_library_is_counted_as_it_lived(demo: Path) -> None:
    truth = json.loads((demo / "exports" / "truth.json").read_text(encoding="utf-8"))
    names = tomllib.loads((demo / "libstats.toml").read_text(encoding="utf-8"))["branches"]
    expected = {
        (m["month"], names.get(m["branch"], m["branch"])): (
            m["checkouts"],
            m["renewals"]["staff"],
            m["renewals"]["patron"] + m["renewals"]["self_check"],
            m["renewals"]["automatic"],
            m["renewals"]["unknown"],
            m["in_house_uses"],
        )
        for m in truth["months"]
    }
    with libstats.open(demo) as con:
        rows = libstats.circulation(con, since="2022-11-01", until="2026-11-01").fetchall()
        found = {
            (f"{r[0]:%Y-%m}", r[1]): (r[2], r[3], r[4], r[5], r[6], r[8])
            for r in rows
            if r[1] in {branch for _, branch in expected}  # and not the neighbour's
        }
        assert {k: v for k, v in found.items() if any(v)} == {
            k: v for k, v in expected.items() if any(v)
        }
        counts = truth["counts"]
        assert con.sql("select count(*) from item where source = 'koha'").fetchall() == [
            (counts["items"],)
        ]
        assert con.sql("select count(*) from title where source = 'koha'").fetchall() == [
            (counts["titles"],)
        ]
        assert con.sql(
            "select count(*), count(*) - count(returned_at), count(*) filter (where is_in_house) from loan"
        ).fetchall() == [(counts["loans"], counts["loans_open"], counts["loans_onsite"])]
        assert (
            dict(
                con.sql(
                    "select kind_as_exported, count(*) from circulation_event where source = 'koha' group by all"
                ).fetchall()
            )
            == counts["events_by_type"]
        )
        held = "case when cancelled_on is not null then 'cancelled' when status is null then 'pending' else replace(status, ' ', '_') end"
        assert (
            dict(
                con.sql(
                    f"select {held}, count(*) from hold where source = 'koha' group by all"
                ).fetchall()
            )
            == counts["holds"]
        )
