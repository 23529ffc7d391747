"""The sample library: the same bytes everywhere, a truth that its files bear out, and every oddity
in its place."""

import csv
import json
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd  # type: ignore[import-untyped]
import pytest

import libstats
from libstats.readers.file_names import of_file
from sample import write, write_loans
from sample.oddities import ODDITIES
from tests.support.files import SAMPLE

pytestmark = pytest.mark.slow

EVENT = [
    "datetime",
    "branch",
    "value",
    "type",
    "itemnumber",
    "itemtype",
    "location",
    "ccode",
    "categorycode",
    "interface",
]
"""All columns of the log but the patron, who may be gone from a later file."""
CHANNELS = {
    "intranet": "staff",
    "opac": "patron",
    "sip": "self_check",
    "commandline": "automatic",
    "": "unknown",
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def truth(sample: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((sample / "truth.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def files(sample: Path) -> dict[str, pd.DataFrame]:
    """Every export as text, without its error lines, by its table and day, oldest first."""
    return {
        path.name.removesuffix("-reportresults.csv"): read(path)
        for path in sorted(sample.glob("*.csv"))
    }


@pytest.fixture(scope="module")
def log(files: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The events of all logs: each as often as in the one file that has it most often."""
    counts = [frame.groupby(EVENT).size() for frame in of(files, "statistics")]
    most = pd.concat(counts).groupby(level=EVENT).max()
    return most.rename("n").reset_index()


@pytest.fixture(scope="module")
def loans(files: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The newest row of each loan, without the one whose date is none."""
    every = pd.concat([*of(files, "issues"), *of(files, "old_issues")])
    every = every[every["issuedate"] != "9999-99-99"]
    # A returned loan is newer than an open one, and an anonymous one newer than a named one.
    return every.sort_values(["returndate", "timestamp"]).drop_duplicates("issue_id", keep="last")


def read(path: Path) -> pd.DataFrame:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("# ERROR")]
    text = path.parent / "read.tmp"
    text.write_text("".join(kept), encoding="utf-8", newline="\n")
    return pd.read_csv(text, sep=";", dtype=str, keep_default_na=False)


def of(files: dict[str, pd.DataFrame], table: str) -> list[pd.DataFrame]:
    return [frame for name, frame in files.items() if name.rsplit("-", 3)[0] == table]


def contents(folder: Path, names: Iterable[str]) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names}


def names_in(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".") and path.suffix != ".tmp"
    )


# The same bytes.


def test_writing_twice_gives_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    again = write(tmp_path / "again")
    assert contents(again, names_in(again)) == contents(sample, names_in(sample))


def test_the_committed_sample_is_what_the_code_writes(sample: Path) -> None:
    assert names_in(SAMPLE) == names_in(sample)
    assert contents(SAMPLE, names_in(sample)) == contents(sample, names_in(sample))


def test_the_sample_is_small(sample: Path) -> None:
    assert sum(map(len, contents(sample, names_in(sample)).values())) < 7_500_000


def test_every_field_with_a_space_is_quoted_and_nothing_ends_in_a_return(sample: Path) -> None:
    statistics = (sample / "statistics-2026-10-31-reportresults.csv").read_bytes()
    assert not statistics.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in statistics
    line = statistics.split(b"\n")[1].decode()
    assert line.startswith('"2026-10-01 ')
    assert line.count('"') == 2


# The truth.


def test_rows_of_each_file(files: dict[str, pd.DataFrame], truth: dict[str, Any]) -> None:
    assert {f"{name}-reportresults.csv": len(frame) for name, frame in files.items()} == truth[
        "rows"
    ]


def test_events(log: pd.DataFrame, truth: dict[str, Any]) -> None:
    assert int(log["n"].sum()) == truth["counts"]["events"]
    assert log.groupby("type")["n"].sum().to_dict() == truth["counts"]["events_by_type"]


@pytest.mark.parametrize(
    ("measure", "types"),
    [
        ("checkouts", ["issue"]),
        ("returns", ["return"]),
        ("in_house_uses", ["localuse", "onsite_checkout"]),
    ],
)
def test_months(log: pd.DataFrame, truth: dict[str, Any], measure: str, types: list[str]) -> None:
    of_type = log[log["type"].isin(types)]
    counted = of_type.groupby([of_type["datetime"].str[:7], "branch"])["n"].sum()
    told = {
        (cell["month"], cell["branch"]): cell[measure] for cell in truth["months"] if cell[measure]
    }
    assert counted.to_dict() == told


def test_renewals_by_channel(log: pd.DataFrame, truth: dict[str, Any]) -> None:
    renewals = log[log["type"] == "renew"]
    counted = renewals.groupby(
        [renewals["datetime"].str[:7], "branch", renewals["interface"].map(CHANNELS)]
    )["n"].sum()
    told = {
        (cell["month"], cell["branch"], channel): n
        for cell in truth["months"]
        for channel, n in cell["renewals"].items()
        if n
    }
    assert counted.to_dict() == told


def test_loans(loans: pd.DataFrame, truth: dict[str, Any]) -> None:
    assert len(loans) == truth["counts"]["loans"]
    assert int((loans["returndate"] == "").sum()) == truth["counts"]["loans_open"]
    assert int((loans["onsite_checkout"] == "1").sum()) == truth["counts"]["loans_onsite"]


def test_the_loans_and_the_log_tell_of_the_same_things(
    loans: pd.DataFrame, truth: dict[str, Any]
) -> None:
    by_type = truth["counts"]["events_by_type"]
    assert len(loans) == by_type["issue"] + by_type["onsite_checkout"]
    assert int((loans["returndate"] != "").sum()) == by_type["return"]
    assert int(loans["renewals_count"].astype(int).sum()) == by_type["renew"]


def test_items_and_titles_at_the_end(files: dict[str, pd.DataFrame], truth: dict[str, Any]) -> None:
    assert files["items-2026-10-31"]["itemnumber"].nunique() == truth["counts"]["items"]
    assert files["biblios-2026-10-31"]["biblionumber"].nunique() == truth["counts"]["titles"]
    assert set(files["items-2026-10-31"]["biblionumber"]) == set(
        files["biblios-2026-10-31"]["biblionumber"]
    )


def test_items_on_loan_are_those_with_an_open_loan(files: dict[str, pd.DataFrame]) -> None:
    items, open_loans = files["items-2026-10-31"], files["issues-2026-10-31"]
    due = items[items["onloan"] != ""].set_index("itemnumber")["onloan"].to_dict()
    assert due == open_loans.set_index("itemnumber")["date_due"].str[:10].to_dict()


def test_holds_by_outcome(files: dict[str, pd.DataFrame], truth: dict[str, Any]) -> None:
    closed = pd.concat(of(files, "old_reserves")).drop_duplicates("reserve_id", keep="last")
    live = files["reserves-2026-10-31"]
    cancelled = closed["cancellationdate"] != ""
    counted = {
        "cancelled": int(cancelled.sum()),
        "filled": int((closed["found"] == "F").sum()),
        "in_transit": int((live["found"] == "T").sum()),
        "pending": int((live["found"] == "").sum()),
        "waiting": int((live["found"] == "W").sum()),
    }
    assert counted == truth["counts"]["holds"]
    assert not set(closed["reserve_id"]) & set(live["reserve_id"])


# The oddities.


def test_the_readme_names_every_oddity(sample: Path) -> None:
    readme = (sample / "README.md").read_text(encoding="utf-8")
    assert all(
        f"| {oddity.name} | {oddity.where} | {oddity.correct} |" in readme for oddity in ODDITIES
    )


def test_zero_dates(files: dict[str, pd.DataFrame]) -> None:
    for items in of(files, "items"):
        zero = items[items["dateaccessioned"] == "0000-00-00"]
        assert list(zero["itemnumber"]) == ["40", "41", "42"]


def test_bad_date_in_a_loan(files: dict[str, pd.DataFrame]) -> None:
    bad = files["old_issues-2026-04-30"].query("issuedate == '9999-99-99'")
    assert list(bad["issue_id"]) == ["900001"]


def test_error_line_ends_one_file(sample: Path) -> None:
    ends = [
        path.name
        for path in sample.glob("*.csv")
        if path.read_bytes().splitlines()[-1].startswith(b"# ERROR: ")
    ]
    assert ends == ["statistics-2025-03-31-reportresults.csv"]


def test_row_repeated_in_items(files: dict[str, pd.DataFrame]) -> None:
    assert [int(items.duplicated().sum()) for items in of(files, "items")] == [1, 0, 0]


def test_pairs_of_equal_events(log: pd.DataFrame) -> None:
    twice = log[log["n"] > 1]
    assert len(twice) > 10
    # A use scanned twice is alike in the patron too; charges forgiven in one go are of several
    # patrons.
    assert set(twice["type"]) <= {"localuse", "writeoff"}
    assert set(twice["n"]) == {2}


def test_a_pair_of_equal_events_lies_in_an_overlap(
    files: dict[str, pd.DataFrame], log: pd.DataFrame
) -> None:
    rows = pd.concat(of(files, "statistics")).groupby(EVENT).size()
    twice = log[log["n"] > 1].set_index(EVENT).index
    assert int(rows[twice].max()) == 4


def test_barcodes(files: dict[str, pd.DataFrame]) -> None:
    for items in of(files, "items"):
        barcodes = items.drop_duplicates()["barcode"]
        assert barcodes.is_unique
        assert int((barcodes == "3.12345E+13").sum()) == 1
        assert int(barcodes.str.fullmatch("Q[0-9]{6}").sum()) > 500
        assert int(barcodes.str.fullmatch("312345[0-9]{8}").sum()) > 500


def test_item_type_in_odd_case(files: dict[str, pd.DataFrame], log: pd.DataFrame) -> None:
    assert {"DVD", "Dvd"} <= set(files["items-2026-10-31"]["itype"])
    assert {"DVD", "Dvd"} <= set(log["itemtype"])


def test_older_event_type(log: pd.DataFrame) -> None:
    credits = log[log["type"] == "CreditXXX"]
    assert len(credits) > 3
    assert (
        credits["datetime"].max() < "2025-01-15" < log[log["type"] == "payment"]["datetime"].min()
    )


def test_counters_that_are_null(files: dict[str, pd.DataFrame]) -> None:
    counters = files["items-2026-10-31"]["issues"]
    assert int((counters == "").sum()) > 100
    assert int((counters == "0").sum()) > 10


def test_file_without_rows(sample: Path) -> None:
    text = (sample / "reserves-2022-11-01-reportresults.csv").read_bytes()
    assert text.count(b"\n") == 1
    assert text.endswith(b";item_level_hold\n")


def test_interface_is_told_from_the_upgrade_on(log: pd.DataFrame) -> None:
    assert set(log[log["datetime"] < "2025-07-13"]["interface"]) == {""}
    assert set(log[log["datetime"] >= "2025-07-13"]["interface"]) == {
        "intranet",
        "opac",
        "sip",
        "commandline",
    }


def test_branch_that_is_none(log: pd.DataFrame) -> None:
    assert set(log["branch"]) == {"QBC", "TRN", "SLT", "OPACRenew"}
    assert set(log[log["branch"] == "OPACRenew"]["type"]) == {"renew"}


def test_patrons_that_go_between_two_exports(files: dict[str, pd.DataFrame]) -> None:
    before, after = of(files, "old_issues")[:2]
    both = before.merge(after, on="issue_id")
    assert int(((both["borrowernumber_x"] != "") & (both["borrowernumber_y"] == "")).sum()) > 10
    assert not ((both["borrowernumber_x"] == "") & (both["borrowernumber_y"] != "")).any()


def test_logs_overlap_and_lose_nothing_at_their_ends(files: dict[str, pd.DataFrame]) -> None:
    logs = of(files, "statistics")
    overlapping = [
        later
        for earlier, later in pairwise(logs)
        if later["datetime"].min() <= earlier["datetime"].max()
    ]
    assert len(overlapping) == 4
    assert (
        files["statistics-2025-04-30"]["datetime"].max()
        < "2025-04-30 14:00:00"
        <= files["statistics-2025-05-31"]["datetime"].min()
        < "2025-05-01"
    )
    assert files["statistics-2026-01-31"]["datetime"].max() < "2026-01-31 12:30:00"
    assert (
        files["statistics-2026-02-28"]["datetime"]
        .between("2026-01-31 12:30:00", "2026-02-01")
        .any()
    )


def test_day_of_migration(files: dict[str, pd.DataFrame]) -> None:
    assert int((files["items-2026-10-31"]["dateaccessioned"] == "2022-10-21").sum()) > 400


def test_titles_that_trip_a_reader(files: dict[str, pd.DataFrame]) -> None:
    titles = files["biblios-2026-10-31"]["title"]
    for part in ("=SUM", "; or,", '"unsinkable"', "Ølandets", "水辺", "Cafe\u0301"):
        assert titles.str.contains(part, regex=False).any(), part
    assert titles.str.startswith("=").any()


def test_year_without_end(files: dict[str, pd.DataFrame]) -> None:
    assert set(files["biblios-2026-10-31"].query("itemtype == 'MAG'")["copyrightdate"]) == {"9999"}


def test_cart(files: dict[str, pd.DataFrame]) -> None:
    on_cart = files["items-2026-10-31"].query("location == 'CART'")
    assert len(on_cart) > 0
    assert (on_cart["datelastseen"].str[:10] == "2026-10-31").all()
    assert "CART" not in set(on_cart["permanent_location"])


def test_items_vanish_arrive_move_and_come_back(files: dict[str, pd.DataFrame]) -> None:
    before, after = (
        items.drop_duplicates().set_index("itemnumber") for items in of(files, "items")[::2]
    )
    assert len(before.index.difference(after.index)) > 5
    assert len(after.index.difference(before.index)) > 20
    both = before.merge(after, on="itemnumber", suffixes=("_before", "_after"))
    assert (both["homebranch_before"] != both["homebranch_after"]).any()
    assert ((both["onloan_before"] != "") & (both["onloan_after"] == "")).any()
    assert {"0", "1"} == set(after["withdrawn"])
    assert {"0", "1", "2", "3", "4", "5"} == set(after["itemlost"])


# The big one.


def test_one_big_export(tmp_path: Path) -> None:
    first, again = (write_loans(tmp_path / name, loans=20_000) for name in ("first", "again"))
    assert first.read_bytes() == again.read_bytes()
    told = duckdb.connect().sql(
        """
        select
            count(*),
            count(distinct issue_id),
            count(distinct branchcode),
            count(*) filter (returndate <= issuedate),
            count(*) filter (lastreneweddate <= issuedate or lastreneweddate >= returndate),
            count(*) filter (borrowernumber is null) between 1 and 19999,
            max(returndate::timestamp) < timestamp '2026-10-31',
            count(distinct substr(issuedate, 1, 4))
        from read_csv($path, delim = ';', quote = '"', header = true, all_varchar = true)
        """,
        params={"path": str(first)},
    )
    assert told.fetchall() == [(20_000, 20_000, 25, 0, 0, True, True, 11)]
    assert first.read_bytes().startswith(b"issue_id;borrowernumber;itemnumber;date_due;")


def test_the_period_of_the_truth(truth: dict[str, Any]) -> None:
    assert (date.fromisoformat(truth["until"]) - date.fromisoformat(truth["since"])).days == 1460
    assert len({cell["month"] for cell in truth["months"]}) == 48


def test_dispositions_sum_to_the_rows_of_every_file(demo: Path, truth: dict[str, Any]) -> None:
    """What the ledger says became of the rows of each file is all of them, as the truth counts them
    and as a CSV reader does."""
    with libstats.open(demo) as con:
        loads = con.execute(
            "select file, rows_read, list_sum(map_values(dispositions)) from store.load"
        ).fetchall()
    neighbour = json.loads((demo / "exports" / "polaris" / "truth.json").read_text("utf-8"))
    files = truth["files"] | neighbour["files"]
    messages = {name.rpartition("/")[2]: n for name, n in truth["messages"].items()}
    # names of platforms may be names of persons, and are no words of the ledger
    told = truth["rows"] | {of_file(demo / "exports" / name): n for name, n in files.items()}
    assert {name.partition("#")[0] for name, _, _ in loads} == {*told, *messages}
    for name, read, disposed in loads:
        if name.partition("#")[0] in messages:  # a message, and a record, is of several lists
            is_whole = name.endswith((".mrc", ".json", "#invoices", "#answers"))
            assert read == disposed == messages[name.partition("#")[0]] or not is_whole, name
            continue
        if name.endswith(("#months", "#usage")):  # what a report of COUNTER tells beside its things
            assert read == disposed, name
            continue
        footer = name == "statistics-2025-03-31-reportresults.csv"
        assert read == disposed == told[name.partition("#")[0]] + footer, name
        if name in truth["rows"]:
            with (demo / "exports" / name).open(encoding="utf-8", newline="") as file:
                assert read == sum(1 for _ in csv.reader(file, delimiter=";")) - 1, name
