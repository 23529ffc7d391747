"""What [roles] takes of a table has an effect there; what would have none is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import libstats
from libstats.definitions.processes import processes
from libstats.definitions.roles import FIELDS, OF_FORMS, OUTCOMES, judged, offered, own_lines, words
from libstats.errors import WorkspaceError
from libstats.sources.roles import of_system
from libstats.workspace.workspace import Workspace
from tests.support.cases import configured

COLUMNS = [(about, field) for about, fields in FIELDS.items() for field in fields]


@pytest.mark.parametrize(("about", "field"), COLUMNS)
def test_an_outcome_is_taken_where_it_is_read(about: str, field: str) -> None:
    is_read = (about, field) in judged(processes({}).values())
    assert set(OUTCOMES) & set(words(about, field, {})) == (set(OUTCOMES) if is_read else set())


def test_each_column_that_is_read_can_be_named() -> None:
    assert judged(processes({}).values()) <= set(COLUMNS)


@pytest.mark.parametrize(
    "place", ["illiad.ill_event.status_as_exported", "koha.circulation_event.kind_as_exported"]
)
def test_the_outcome_of_an_event_is_refused(workspace: Workspace, place: str) -> None:
    with pytest.raises(WorkspaceError, match=r"'lapsed', which is no role\s.*The roles are: "):
        configured(workspace, f'[roles.{place}]\n"Gone Away" = "lapsed"\n')


def test_a_milestone_of_an_event_ends_its_case(workspace: Workspace) -> None:
    place = configured(
        workspace, '[roles.illiad.ill_event.status_as_exported]\n"Gone Away" = "cancelled"\n'
    )
    path = Path(workspace.exports) / "tracking-2026-10-31.csv"
    path.write_text(
        "TransactionNumber;DateTime;ChangedTo;ProcessType\n"
        "1;2026-10-01 09:00:00;Submitted by Customer;Borrowing\n"
        "1;2026-10-03 09:00:00;Gone Away;Borrowing\n"
    )
    libstats.load(place, [path])
    with libstats.open(place) as con:
        assert con.sql('select outcome, age_days from "case"').fetchall() == [("given up", 2.0)]


def test_words_are_those_of_their_own_column() -> None:
    """A request to buy is never lost, shipped or weekly; a status of a hold marks its own steps."""
    asked = words("purchase_request", "status_as_exported", {})
    own = ("new", "rejected", "withdrawn")
    assert asked == (*OUTCOMES, *processes({})["purchase_request"].happening, *own)
    of_process = {"hold": "hold", "access_problem": "access_problem", "serial_issue": "serials"}
    for table, process in of_process.items():
        found = (
            set(words(table, FIELDS[table][0], {})) - set(OUTCOMES) - set(OF_FORMS.get(table, ()))
        )
        assert found == set(processes({})[process].happening)


def test_a_word_of_another_column_is_refused(workspace: Workspace) -> None:
    with pytest.raises(WorkspaceError, match=r"'lost', which is no role"):
        configured(workspace, '[roles.own.purchase_request.status_as_exported]\n"zork" = "lost"\n')


OF_FORM = [
    (about, code, milestone, outcome)
    for about, field, code, _, milestone, outcome, _ in of_system("own")
    if field == "status_as_exported"
]


@pytest.mark.parametrize(("about", "code", "milestone", "outcome"), OF_FORM)
def test_a_word_of_a_form_may_say_what_another_word_means(
    about: str, code: str, milestone: str, outcome: str
) -> None:
    """As the form's own word says it: by its outcome, or by the step that has the word's name."""
    assert code in words(about, "status_as_exported", {})
    config = {"roles": {"own": {about: {"status_as_exported": {"lost in post": code}}}}}
    [line] = own_lines(config, "own")
    assert line.outcome == outcome or line.milestone in (code, milestone)


@pytest.mark.parametrize("about", OF_FORMS)
def test_no_word_of_holds_is_offered_for_what_a_form_tells(about: str) -> None:
    found = offered(about, "status_as_exported")
    assert not {"lapsed", "not fetched"} & set(found)
    assert set(OF_FORMS[about]) <= set(found)
    assert "lapsed" in offered("hold", "status_as_exported")
