"""The sample's ILL desk, technical services and cataloguers: their files, read by nobody's loader,
bear the truth out."""

import codecs
import csv
import io
import json
import tomllib
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from sample import alma_oddities, illiad_oddities, write
from sample.digital_lending import MONTHS
from tests.support.files import SAMPLE

Row = dict[str, str]
Truth = dict[str, Any]
MILESTONES = {
    "Borrowing": {
        "submitted by customer": "submitted",
        "request added through client": "submitted",
        "request sent": "sent",
        "awaiting rapid request sending": "sent",
        "awaiting unfilled processing": "refused",
        "awaiting post receipt processing": "received",
        "in electronic delivery processing": "received",
        "customer notified via e-mail": "available",
        "delivered to web": "available",
        "checked out to customer": "picked_up",
        "item checked in": "returned_by_patron",
        "request finished": "finished",
        "cancelled by ill staff": "cancelled",
        "cancelled by customer": "cancelled",
    },
    "Lending": {
        "imported from oclc": "received",
        "awaiting stacks searching": "printed",
        "item shipped": "shipped",
        "item returned": "checked_in",
        "request finished": "finished",
        "cancelled by ill staff": "cancelled",
    },
    "Doc Del": {
        "submitted by customer": "submitted",
        "request added through client": "submitted",
        "item found": "pulled",
        "in electronic delivery processing": "scanned",
        "delivered to web": "delivered",
        "request finished": "finished",
        "cancelled by ill staff": "cancelled",
        "cancelled by customer": "cancelled",
    },
}
PROCESSES = {"Borrowing": "ill_borrowing", "Lending": "ill_lending", "Doc Del": "document_delivery"}


@pytest.fixture(scope="module")
def sample() -> Path:
    """The committed sample; tests/sample/test_sample.py makes sure that it is what the code writes."""
    return SAMPLE


@pytest.fixture(scope="module")
def truth(sample: Path) -> Truth:
    found: Truth = json.loads((sample / "truth.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def transactions(sample: Path) -> dict[str, Row]:
    """The newest row of each request."""
    return {
        row["TransactionNumber"]: row
        for path in sorted((sample / "illiad").glob("transactions-*.csv"))
        for row in rows(path)
    }


@pytest.fixture(scope="module")
def changes(sample: Path) -> list[tuple[datetime, str, str]]:
    """Every change of a status once, oldest first: moment, request, status."""
    found = {
        (moment(row["DateTime"]), row["TransactionNumber"], row["ChangedTo"])
        for path in (sample / "illiad").glob("tracking-*.csv")
        for row in rows(path)
    }
    return sorted(found)


@pytest.fixture(scope="module")
def cases(
    transactions: dict[str, Row], changes: list[tuple[datetime, str, str]]
) -> dict[str, dict[str, list[tuple[datetime, str]]]]:
    """For each process and request its milestones, oldest first, without those of the history."""
    found: dict[str, dict[str, list[tuple[datetime, str]]]] = {
        process: {} for process in PROCESSES.values()
    }
    for at, number, status in changes:
        if number in transactions:
            kind = transactions[number]["ProcessType"].replace("DocDel", "Doc Del")
            mine = found[PROCESSES[kind]].setdefault(number, [])
            if milestone := MILESTONES[kind].get(status.casefold()):
                mine.append((at, milestone))
    return found


@pytest.fixture(scope="module")
def lines(sample: Path) -> list[Row]:
    """The order lines as they all came in the last night."""
    return rows(sample / "alma" / "po_lines_202611010530.csv")


@pytest.fixture(scope="module")
def copies(sample: Path) -> list[Row]:
    """The copies as they all came in the last night."""
    return rows(sample / "alma" / "physical_items_202611010530.csv")


def rows(path: Path) -> list[Row]:
    data = path.read_bytes()
    text = data.decode("utf-16" if data.startswith(codecs.BOM_UTF16_LE) else "utf-8-sig")
    return list(
        csv.DictReader(
            io.StringIO(text, newline=""), delimiter="\t" if "\t" in text.splitlines()[0] else ","
        )
    )


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f")


def by_month(told: Truth, milestone: str, which: str = "cases") -> dict[str, int]:
    found: Counter[str] = Counter()
    for cell in told["reached"]:
        found[cell["month"]] += cell.get(which, cell["cases"]).get(milestone, 0)
    return {month: n for month, n in found.items() if n}


# The ILL desk.


@pytest.mark.parametrize("process", PROCESSES.values())
def test_milestones_by_month(
    process: str, cases: dict[str, dict[str, list[tuple[datetime, str]]]], truth: Truth
) -> None:
    told = truth["processes"][process]
    for milestone in {name for cell in told["reached"] for name in cell["cases"]} - {
        "shipped" if process == "ill_borrowing" else ""
    }:
        which = max if milestone in ("available", "delivered", "cancelled") else min
        moments = [
            [at for at, name in reached if name == milestone] for reached in cases[process].values()
        ]
        once = Counter(f"{which(found):%Y-%m}" for found in moments if found)
        times = Counter(f"{at:%Y-%m}" for found in moments for at in found)
        assert by_month(told, milestone) == once, milestone
        assert by_month(told, milestone, "times") == times, milestone


def test_lenders_ship_as_the_system_says_in_the_history(sample: Path, truth: Truth) -> None:
    entries = [
        (row["DateTime"][:7], row["Entry"], row["UserName"])
        for path in (sample / "illiad").glob("history-*.csv")
        for row in rows(path)
    ]
    sheet = (
        CalamineWorkbook.from_path(sample / "illiad" / "history-2026-11-01.xlsx")
        .get_sheet_by_index(0)
        .to_python()
    )
    assert sheet[0] == ["Transaction Number", "Date Time", "Entry", "User Name"]
    entries += [
        (f"{at:%Y-%m}", str(entry), str(user))
        for _, at, entry, user in sheet[1:]
        if isinstance(at, datetime)
    ]
    assert len(entries) == sum(
        n for name, n in truth["files"].items() if name.startswith("illiad/history-")
    )
    assert by_month(truth["processes"]["ill_borrowing"], "shipped") == Counter(
        month for month, entry, user in entries if user == "System" and "shipped" in entry
    )
    assert sum(user != "System" and "shipped" in entry for _, entry, user in entries) > 10


@pytest.mark.parametrize(
    ("process", "start", "done"),
    [
        ("ill_borrowing", "submitted", "available"),
        ("ill_lending", "received", "shipped"),
        ("document_delivery", "submitted", "delivered"),
    ],
)
def test_durations_and_what_is_open(
    process: str,
    start: str,
    done: str,
    cases: dict[str, dict[str, list[tuple[datetime, str]]]],
    truth: Truth,
) -> None:
    told = truth["processes"][process]
    finished: dict[str, list[float]] = {}
    is_open = given_up = 0
    for reached in cases[process].values():
        begun = min(at for at, name in reached if name == start)
        ends = [at for at, name in reached if name == done]
        if ends:
            finished.setdefault(f"{begun:%Y-%m}", []).append(
                (max(ends) - begun).total_seconds() / 86_400
            )
        elif reached[-1][1] == "cancelled":
            given_up += 1
        else:
            is_open += 1
    assert {
        "done": sum(map(len, finished.values())),
        "given_up": given_up,
        "open": is_open,
    } == told["outcomes"]
    assert {month: sorted(days) for month, days in finished.items()} == {
        cell["month"]: pytest.approx(cell["done_days"], abs=1e-4)
        for cell in told["turnaround"]
        if cell["done_days"]
    }


def test_the_change_made_borrowing_faster(truth: Truth) -> None:
    change = truth["processes"]["ill_borrowing"]["change"]
    cells = truth["processes"]["ill_borrowing"]["turnaround"]
    before = [days for cell in cells if cell["month"] < "2025-11" for days in cell["done_days"]]
    assert change["mean_days_before"] == pytest.approx(9, abs=0.5)
    assert change["mean_days_after"] == pytest.approx(5, abs=0.5)
    # Only the first two days of November lie before it.
    assert mean(before) == pytest.approx(change["mean_days_before"], abs=0.1)


def test_a_month_looked_at_too_early(
    cases: dict[str, dict[str, list[tuple[datetime, str]]]], truth: Truth
) -> None:
    """A third is open, what is done is a third too fast, and Kaplan and Meier's estimate is near
    what came of it."""
    cohort = truth["processes"]["ill_borrowing"]["cohort"]
    looked = datetime.fromisoformat(cohort["as_of"])
    mine = [
        reached
        for reached in cases["ill_borrowing"].values()
        if cohort["since"] <= f"{reached[0][0]}" < cohort["until"]
    ]
    spans = sorted(span(reached, looked) for reached in mine)
    naive, later = (
        [days for days, is_done in found if is_done]
        for found in (spans, [span(reached, datetime.max) for reached in mine])
    )
    assert len(mine) == cohort["requests"]
    assert cohort["then"]["open"] / len(mine) == pytest.approx(1 / 3, abs=0.05)
    assert median(naive) == pytest.approx(cohort["naive_median_days"], abs=1e-4)
    assert median(later) == pytest.approx(cohort["true_median_days"], abs=1e-4)
    assert median(naive) < 0.7 * median(later)
    assert mean(naive) < 0.7 * mean(later)
    assert kaplan_meier_median(spans) == pytest.approx(median(later), rel=0.05)


def span(reached: list[tuple[datetime, str]], looked: datetime) -> tuple[float, bool]:
    """Days from the first milestone to the delivery, else to what ends the watch, and whether it is
    a delivery."""
    seen = [(at, name) for at, name in reached if at < looked]
    done = [at for at, name in seen if name == "available"]
    end = (
        max(done)
        if done
        else seen[-1][0]
        if seen[-1][1] == "cancelled"
        else min(looked, datetime(2026, 11, 1))
    )
    return (end - reached[0][0]).total_seconds() / 86_400, bool(done)


def kaplan_meier_median(spans: list[tuple[float, bool]]) -> float:
    waiting = 1.0
    for place, (days, is_done) in enumerate(spans):
        waiting *= 1 - is_done / (len(spans) - place)
        if waiting <= 0.5:
            return days
    raise AssertionError("the curve does not reach half")


def test_requests_wait_at_month_ends(
    cases: dict[str, dict[str, list[tuple[datetime, str]]]], truth: Truth
) -> None:
    told = truth["processes"]["ill_borrowing"]["open_at_month_end"]
    end = datetime(2026, 10, 1)
    seen = [
        [name for at, name in reached if at < end] for reached in cases["ill_borrowing"].values()
    ]
    assert told["2026-09-30"] == sum(
        bool(names) and "available" not in names and names[-1] != "cancelled" for names in seen
    )
    assert len(told) == 48


# Oddities of ILLiad.


def test_articles_are_tidied_away_after_sixty_days(
    transactions: dict[str, Row], cases: dict[str, dict[str, list[tuple[datetime, str]]]]
) -> None:
    tidied = [
        reached
        for reached in cases["ill_borrowing"].values()
        if [name for _, name in reached[-2:]] == ["available", "finished"]
    ]
    assert len(tidied) > 250
    assert {
        (done.date() - delivered.date()).days
        for (delivered, _), (done, _) in (reached[-2:] for reached in tidied)
    } == {60}
    assert {done.hour for _, (done, _) in (reached[-2:] for reached in tidied)} == {4}


def test_two_clocks_in_one_row(
    transactions: dict[str, Row], changes: list[tuple[datetime, str, str]]
) -> None:
    first = {number: at for at, number, _ in reversed(changes)}
    ahead = Counter(
        (moment(row["CreationDate"]) - first[number]) // timedelta(hours=1)
        for number, row in transactions.items()
    )
    assert set(ahead) == {0, 2, 3}
    assert 20 < ahead[2] + ahead[3] < 120
    assert sum(row["TransactionDate"] < row["CreationDate"] for row in transactions.values()) >= 3


def test_statuses_words_and_names(
    transactions: dict[str, Row], changes: list[tuple[datetime, str, str]]
) -> None:
    statuses = {status for _, _, status in changes}
    assert {
        "Delivered to Web",
        "Delivered To Web",
        "Customer Notified via E-Mail",
        "Customer Notified via E-mail",
        "Awaiting Local History Check",
    } <= statuses
    assert {row["ProcessType"] for row in transactions.values()} == {
        "Borrowing",
        "Lending",
        "Doc Del",
        "DocDel",
    }
    assert {"OA", "Z9SLO", "z9slo"} <= {row["LendingLibrary"] for row in transactions.values()}
    assert {"9", "LAC-lacking (issue/volume)", ""} <= {
        row["CancellationCode"] for row in transactions.values()
    }
    assert {number for _, number, _ in changes} - set(transactions) == {"47990"}


def test_the_slow_lender_is_slow(
    transactions: dict[str, Row], cases: dict[str, dict[str, list[tuple[datetime, str]]]]
) -> None:
    taken: dict[bool, list[float]] = {True: [], False: []}
    for number, reached in cases["ill_borrowing"].items():
        sent, received = (
            [at for at, name in reached if name == milestone] for milestone in ("sent", "received")
        )
        if sent and received:
            taken[transactions[number]["LendingLibrary"].upper() == "Z9SLO"].append(
                (received[0] - sent[-1]).total_seconds()
            )
    # The courier's days are the same for all.
    assert median(taken[True]) > 1.5 * median(taken[False])


def test_cancelled_and_taken_up_again(
    cases: dict[str, dict[str, list[tuple[datetime, str]]]],
) -> None:
    taken_up = [
        reached
        for reached in cases["ill_borrowing"].values()
        if {"cancelled", "available"} <= {name for _, name in reached}
    ]
    assert len(taken_up) >= 5


def test_files_of_illiad_overlap(sample: Path) -> None:
    days = {
        path.stem[9:]: [row["DateTime"][:10] for row in rows(path)]
        for path in sorted((sample / "illiad").glob("tracking-*.csv"))
    }
    assert sum(min(later) <= max(earlier) for earlier, later in pairwise(days.values())) == 4
    assert {len(set(days[f"2026-10-{day}"])) for day in (29, 30, 31)} == {1}
    assert (
        (sample / "illiad" / "transactions-2025-11-01.csv").read_bytes().startswith(codecs.BOM_UTF8)
    )
    assert b"\r\n" in (sample / "illiad" / "tracking-2026-10-29.csv").read_bytes()


# Technical services.


def test_order_lines(lines: list[Row], truth: Truth) -> None:
    orders = truth["orders"]
    numbers = Counter(row["PO Line Reference"] for row in lines)
    assert len(numbers) == orders["lines"]
    assert (
        sum(n == 2 for n in numbers.values())
        == orders["lines_over_two_funds"]
        == len(lines) - len(numbers)
    )
    assert (
        Counter({row["PO Line Reference"]: row["Status"] for row in lines}.values())
        == orders["lines_by_status"]
    )
    not_sent = {
        row["PO Line Reference"] for row in lines if row["PO Creation Date"] == "0-00-00 00:00:00"
    }
    assert len(not_sent) == orders["lines_not_sent"] > 0
    assert {row["Sent Date"] for row in lines if row["PO Line Reference"] in not_sent} == {""}


def test_copies_on_order(copies: list[Row], truth: Truth) -> None:
    told = truth["processes"]["order_copy"]
    assert len(copies) == len({row["Item Id"] for row in copies}) == truth["orders"]["copies"]
    assert Counter(row["Sent Date"][:7] for row in copies if row["Sent Date"]) == by_month(
        told, "ordered"
    )
    assert Counter(
        row["Receiving   Date"][:7] for row in copies if row["Receiving   Date"]
    ) == by_month(told, "received")
    in_process = [row for row in copies if row["Process Type"] == "In Process"]
    assert {
        row["Location Name"] for row in copies if row["Permanent Call Number"] == "Unknown"
    } == {"UNASSIGNED location"}
    assert len(in_process) >= truth["processes"]["cataloguing"]["outcomes"]["open"]


def test_the_pile_grows_and_is_worked_off(sample: Path, truth: Truth) -> None:
    told = truth["processes"]["cataloguing"]
    log = [row for path in sorted((sample / "cataloguing").glob("*.csv")) for row in rows(path)]
    for milestone in ("received", "catalogued", "available"):
        assert Counter(
            row["happened_at"][:7] for row in log if row["milestone"] == milestone
        ) == by_month(told, milestone)
    waiting = told["open_at_month_end"]
    assert waiting["2025-11-30"] < 6 < 20 < waiting["2026-02-28"]
    assert waiting["2026-06-30"] < 6
    by_april = [row for row in log if row["happened_at"] < "2026-04-01"]
    assert waiting["2026-03-31"] == sum(row["milestone"] == "received" for row in by_april) - sum(
        row["milestone"] == "catalogued" for row in by_april
    )


def test_the_three_forms_of_an_alma_file(sample: Path) -> None:
    screen, saved, sent = (
        (sample / "alma" / name).read_bytes()
        for name in (
            "Physical items 2025-02-01.csv",
            "PO lines 2025-07-01.csv",
            "po_lines_202611010530.csv",
        )
    )
    assert screen.startswith(codecs.BOM_UTF16_LE)
    assert screen.decode("utf-16").count("\r\n") == screen.decode("utf-16").count("\n") > 30
    assert saved.startswith(codecs.BOM_UTF8)
    assert not saved.endswith(b"\n")
    assert saved.count(b"\t") > 22
    assert sent.startswith(codecs.BOM_UTF8 + b"Additional Order Reference,PO Creator,")
    assert sent.endswith(b"\n")


def test_rows_of_the_other_files(sample: Path, truth: Truth) -> None:
    read = {
        path.relative_to(sample).as_posix(): len(rows(path))
        for path in sample.glob("*/*.csv")
        if path.parent.name != "polaris"  # the neighbour has a truth of its own
    }
    read[MONTHS] = truth["files"][MONTHS]  # a row for each format
    assert read == {name: n for name, n in truth["files"].items() if name.endswith(".csv")}


# What to weed, and when doors are open.


def test_verdicts_are_borne_out_by_the_report(sample: Path, truth: Truth) -> None:
    """The rule of the truth, applied to the columns as they stand."""
    report = rows(sample / "alma" / "weeding_202611010530.csv")
    copies_of = Counter(row["MMS Id"] for row in report)
    told = {item["item_id"]: item["verdict"] for item in truth["weeding"]["items"]}
    assert {row["Item Id"]: verdict(row, copies_of[row["MMS Id"]]) for row in report} == told
    assert set(told.values()) == {"candidate", "keep", "cannot judge"}
    assert len({item["why"] for item in truth["weeding"]["items"]}) == 14


def verdict(row: Row, copies: int) -> str:
    is_protected = (
        row["Retention Note"]
        or row["Location Name"] == "Course Reserve"
        or row["Process Type"] != "None"
        or copies == 1
    )
    if (
        is_protected
        or row["Item Creation Date"] >= "2021-11-01"
        or row["Last Loan Date"] >= "2021-11-01"
    ):
        return "keep"
    if not row["Permanent Call Number"][:3].isdigit() or not row[
        "Begin Publication Date"
    ].startswith(("19", "20")):
        return "cannot judge"
    return "candidate"


def test_the_configuration_beside_the_sample_says_when_doors_are_open(
    sample: Path, truth: Truth
) -> None:
    config = tomllib.loads((sample / "libstats.toml.example").read_text(encoding="utf-8"))
    assert set(config["calendar"]) == {"QBC", "TRN", "SLT", "courier", "staff", "default"}
    for branch, told in truth["calendar"].items():
        given = config["calendar"][branch]
        assert given == {"open": told["open"], "closed": told["closed"]}
        days = [date(2026, 2, 1) + timedelta(days=place) for place in range(28)]
        is_open = [
            day
            for day in days
            if f"{day:%a}".lower() in given["open"] and str(day) not in given["closed"]
        ]
        assert told["months"]["2026-02"]["open_days"] == len(is_open)
    # Saltmere was shut for building works for three weeks of that month.
    assert truth["calendar"]["SLT"]["months"]["2026-02"] == {"open_days": 3, "open_hours": 15}


def test_the_readme_names_these_oddities_too(sample: Path) -> None:
    readme = (sample / "README.md").read_text(encoding="utf-8")
    for oddity in (*illiad_oddities.ODDITIES, *alma_oddities.ODDITIES):
        assert f"| {oddity.name} | {oddity.where} | {oddity.correct} |" in readme


@pytest.mark.slow
def test_a_larger_library_has_more_of_everything(tmp_path: Path, truth: Truth) -> None:
    larger = json.loads(
        (write(tmp_path / "larger", size=2) / "truth.json").read_text(encoding="utf-8")
    )
    for process, told in truth["processes"].items():
        assert sum(larger["processes"][process]["outcomes"].values()) > 1.6 * sum(
            told["outcomes"].values()
        ), process
    assert larger["counts"]["loans"] > 1.6 * truth["counts"]["loans"]
