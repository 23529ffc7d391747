"""Shared by all tests: a workspace, the real files, the sample library loaded once."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

import libstats
from libstats.cli.demo import prepare
from libstats.report import run
from libstats.store import generations, tables
from libstats.workspace import open as opening
from libstats.workspace.open import open as opened_anew
from libstats.workspace.workspace import Workspace, init
from tests.support.files import ROOT
from tests.support.tables import SMALL

REAL = ROOT.parent / "shared" / "real"


# What says once more, in a longer way, what others say: run by `pytest -m long`.
LONG = re.compile(
    r"test_coverage_property.py::test_each_rule_that_is_switched_off_shows"
    r"|test_parameters.py::.*\[receipt-"
    r"|test_left_out.py::test_a_row_is_left_out"
    r"|test_left_out.py::test_a_case_is_used.*(backlog|throughput|worklist)"
    r"|test_ill.py::test_the_report_of_what_cannot_be_told"
    r"|test_pdf.py::.*\[collection\]"
    r"|test_weeding.py::test_a_hold_whose_status_says.*(alma|symphony)"
    r"|test_orders.py::test_another_order"
    r"|test_names.py::test_the_reports_of_a_library_of_such_names"
    r"|test_ill.py::test_the_report_runs_whole_and_repeats"
    r"|test_lines.py::test_what_makes_no_difference"
    r"|test_summary.py::test_each_figure_has_a_command"
    r"|test_doors.py::test_one_open_door"
    r"|test_sample_desks.py::test_a_larger_library"
    r"|test_absurd.py::.*(-html|-xlsx|-pdf|-sheets)\]"
    r"|test_circulation_report.py::test_the_report_of_the_sample_library_repeats"
    r"|test_collection_report.py::test_the_report_lists_what_the_analysis_lists"
    r"|test_lines.py::test_what_comes_bit_by_bit"
    r"|test_technical_services.py::test_the_sample_library"
    r"|test_circulation_report.py::test_one_branch_only"
    r"|test_receipts.py::test_each_command"
    r"|test_parameters.py::test_what_may_be_wrong.*\[(?!turnaround-|circulation-|collection_age-)"
    r"|test_real.py::test_the_koha_truths_in_any_order\[[12]"
    r"|test_decisions.py::test_any_order.*\[(?!overlapping)"
    r"|test_alarms.py::test_numbers_that_became_dates.*\[(?!2-Jan|02.01.2026|numbers)"
    r"|test_turnaround.py::test_(what_ended_before|the_curve_is).*\[[1-4]\]"
    r"|test_evergreen.py::test_an_aged_circulation.*\[copy_"
    r"|test_canary.py::test_the_canary_is_nowhere\[(uneven|packed)\]"
    r"|test_totals.py::test_a_total_below_any_list"
    r"|test_one_patron.py::test_no_order_of_loads.*order[1-3]"
    r"|test_illiad.py::test_a_list_without_numbers.*order[2-5]"
    r"|test_ill.py::test_(the_control_chart_is_asked|steps_stand_beside)"
    r"|test_sample_loaded.py::test_(throughput|outcomes|what_waits).*(lending|document|transit)"
    r"|test_cards.py::test_cards_and_groups.*(folio|wms|alma|sierra circ)"
    r"|test_sample_technical.py::test_work_of_the_librarys_own.theses"
    r"|test_behind.py::test_the_sources_of_each_part.*(circulation|collection)"
    r"|test_absurd.py::test_whatever_an_analysis.*(machine|proxy|record|program|reserv|resolv|serial)"
    r"|test_ruined_keys.py::test_three_copies.*\[(?!2.3E.16|101.0|=|nan|#N/A|####)"
    r"|test_delimited.py::test_every_shape.*-(utf-16|utf-8-sig)-[;|^]"
    r"|test_names.py::test_a_branch_of_any_name.*\[(?!all|share|null|Branch|=|<script|two|History|nan)"
    r"|test_books_of_reports.py::test_the_first_sheet_says_period.*\[(?!circulation|ill)"
    r"|test_accessibility.py::test_a_report_that_cannot_tell_is_accessible"
    r"|test_proposals.py::test_no_wrong_table_is_proposed_for_reports_of_a_state"
    r"|test_proposals.py::test_a_number_that_repeats.*-3\]"
    r"|test_last_told.py::test_a_later_list_of_what_its_words_end"
    r"|test_closed.py::test_a_month_closed_and_reported_again"
    r"|test_absurd.py::test_whatever_an_analysis.*(invoice|curve|vendor|purchase|licence|digital|cost)"
    r"|test_explore.py::test_the_copied_lines"
    r"|test_outcomes.py::test_one_event_has_one_outcome.*\[(koha [wr]|polaris|symphony)"
    r"|test_invoice_checks.py::test_each_planted_fault.*-1\]"
    r"|test_splits.py::.*\[2-"
    r"|test_store.py::test_kills_full_disks"
    r"|test_alarms.py::test_a_planted_fault.*\[(closed|code|direction|garbled|gap|list|migration|numbers|rejec)"
    r"|test_weeding.py::test_what_is_kept.*copy([2-9]|10)-"
    r"|test_delimited.py::test_every_shape.*-(utf-16-be|utf-16-le|latin-1|cp1252)-[,|^]"
    r"|test_real.py::test_each_code_without.*\[(alma|folio|sierra|symphony)"
    r"|test_gone.py::test_a_copy_that_a_whole_list.*\[(alma|polaris|symphony)"
    r"|test_counter.py::test_a_part_never.*order[2-4]"
    r"|test_fuzz.py::test_each_form_without.*\[(bare|json|marc|xml)"
    r"|test_ruined_keys.py::test_three_copies.*\[(#|101)"
    r"|test_weeding.py::test_what_other_tables_keep.*tables[1-69]-"
    r"|test_edifact.py::test_a_total_is_made.*money([1-4]|10|11)-"
    r"|test_pauses.py::test_who_is_paused.*rows[1-3]-"
    r"|test_cards.py::test_cards_and_groups.*\[(koha s|polaris)"
    r"|test_cards.py::test_a_place_declared.*patron"
    r"|test_turnaround.py::test_percentiles.*\[[1-4]\]"
    r"|test_evergreen.py::test_an_aged_circulation.*(ZIP|Home|Group|usr_)"
    r"|test_totals.py::test_a_total_is_no_copy.*(Total|total|Suma)"
    r"|test_days.py::test_a_last_use_on_no_day.*day[1-6]"
    r"|test_outcomes.py::test_the_same_in_other.*\[(ill_lending|reserves|serials)"
    r"|test_outcomes.py::test_one_event.*\[(alma|folio)"
    r"|test_coverage_view.py::test_loans_by_what.*\[True"
    r"|test_invoice_links.py::test_a_line_meets.*orders([2-7])-"
    r"|test_provenance.py::test_explain_answers.*words[2-6]"
    r"|test_exported_at.py::test_the_time_that_a_name.*order[1-4]"
    r"|test_weeding.py::test_(what_cannot_be|any_record_of).*(copy|use)[1-3]"
    r"|test_weeding.py::test_a_word_for_reserves.*\[(Pres|RES|Reserver)"
    r"|test_fill.py::test_the_interval.*\[f+\]"
    r"|test_snooze.py::test_a_form_that_cannot.*\[a(nother|\scolumn)"
    r"|test_alma_services.py::test_a_report_and_a_file.*\[(a second|cut|the first)"
    r"|test_one_patron.py::test_ended_at_any_step.*\[(check|pub|ren)"
    r"|test_invoice_checks.py::test_(a_price_within|the_finance_office).*\[(37|38|40|payments[2-5])"
    r"|test_turnaround_told.py::test_of_all_cases.*mended[12]"
    r"|test_headless.py::test_a_sheet_with.*\[False"
    r"|test_edifact.py::test_(letters_and|what_stands_between).*\[(UNOC-W|UNOC-b|UNOD|end|padded)"
    r"|test_turnaround.py::test_what_ended_before.*\[[56]\]"
    r"|test_alarms.py::test_rows_after.*\[loans-"
    r"|test_alma.py::test_9999.*Begin Publication Date.{4,}"
    r"|test_circulation_report.py::test_the_report_counts_what_the_analysis_counts"
    r"|test_behind.py::test_the_sources_of_each_part.*technical"
    r"|test_canary.py::test_the_canary_is_nowhere\[workbook\]"
    r"|test_canary_logs.py::.*\[spu"
    r"|test_behind.py::test_what_a_first_look"
    r"|test_coverage_property.py::test_each_analysis_shows_it\[all covered"
    r"|test_mailed.py::test_sums_are_whole.*\[(fill|signals|collection|backlog)"
    r"|test_left_out.py::test_a_case_is_used.*fill_rate"
    r"|test_names.py::test_a_title_in_libstats_toml"
    r"|test_each_branch.py::test_a_run_without_a_failure"
    r"|test_today.py::test_(it_fits_a_hundred|quiet_kinds)"
    r"|test_sentences.py::.*\[today --internal\]"
    r"|test_books_of_reports.py::test_each_sheet_has.*\[explore\]"
    r"|test_absurd.py::test_whatever_stands.*\[(forget|harvest|init|loads|demo|lab|undo|confirm|accept|pull|rotate)"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks at the whole sample library is slow: to load it takes a quarter of a minute."""
    for item in items:
        if LONG.search(item.nodeid):
            item.add_marker(pytest.mark.long)
        if "demo" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session", autouse=True)
def _new_stores_are_copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The tables of a new store are made once for all tests of a process: to make them takes half
    the time of a small load."""
    ready = tmp_path_factory.mktemp("ready") / "library.duckdb"
    connect, create = generations.connect, generations.create_tables
    form = tables.form()
    with contextlib.closing(connect(ready, scratch=ready.parent, memory=None)) as con:
        create(con)
        con.execute("checkpoint")

    def connected(path: Path, **options: Any) -> duckdb.DuckDBPyConnection:
        if not options.get("read_only") and not path.exists() and tables.form() == form:
            shutil.copyfile(ready, path)
        con = connect(path, **options)
        con.execute(SMALL)
        return con

    def created(con: duckdb.DuckDBPyConnection) -> None:
        if tables.form() != form:
            create(con)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generations, "connect", connected)
        patch.setattr(generations, "create_tables", created)
        yield


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace."""
    return init(tmp_path / "library")


@pytest.fixture(scope="session")
def real() -> Path:
    """The folder of real files written by others, which is not part of the project."""
    if not REAL.is_dir():
        if os.environ.get("LIBSTATS_REAL") == "required":
            pytest.fail("the real files are missing")
        pytest.skip("the real files (../shared/real) are not on this machine")
    return REAL


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace with the sample library loaded; read it, do not load into it. Tests that run side
    by side share it, and those of a process one connection: what one has worked out, the next need
    not. `opened_anew` gives one of one's own."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo" / "library"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(folder.parent / "lock"):
        if not folder.exists():
            _, receipt = prepare(folder)
            assert receipt.is_clean, str(receipt)
    with pytest.MonkeyPatch.context() as patch:
        opened = once(folder)
        patch.setattr(opening, "open", opened)
        patch.setattr(libstats, "open", opened)
        yield folder


class Kept(duckdb.DuckDBPyConnection):
    """A connection that whoever is done with it leaves open to the next."""

    __slots__ = ()

    def close(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


def once(folder: Path) -> Callable[..., duckdb.DuckDBPyConnection]:
    """`libstats.open`, which opens a folder but once."""
    kept: list[duckdb.DuckDBPyConnection] = []

    def opened(
        workspace: Workspace | Path | str = ".", known_on: date | str | None = None
    ) -> duckdb.DuckDBPyConnection:
        place = workspace.folder if isinstance(workspace, Workspace) else Path(workspace)
        if known_on is not None or place.resolve() != folder.resolve():
            return opened_anew(workspace, known_on)
        if not kept:
            con: Any = opened_anew(workspace)
            con.__class__ = Kept
            kept.append(con)
        return kept[0]

    return opened


@pytest.fixture(scope="session")
def published(demo: Path) -> Callable[[str], Path]:
    """Gives the page of a report of the sample library by name, with its workbook beside it: each
    is made once for all tests, since to make one takes up to half a minute."""

    def page(name: str) -> Path:
        made = demo.parent / "pages" / f"{name}.html"
        made.parent.mkdir(exist_ok=True)
        with FileLock(made.with_suffix(".lock")):
            return made if made.exists() else run(name, demo, {}, made, ["html", "xlsx"])

    return page
