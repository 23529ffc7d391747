"""The lists of what the codes of each system mean: whole, in their form, and in the closed list."""

from __future__ import annotations

import pytest

from libstats import schema
from libstats.definitions.processes import processes
from libstats.definitions.roles import FIELDS, OUTCOMES, ROLES, Line, fold
from libstats.sources import roles, sources

# Every code of a copy that the vendors' documentation, as far as we know it, has; by system and
# column, blank where any column may carry it.
DOCUMENTED = {
    ("koha", "lost_code"): "1|2|3|4",
    ("koha", "damaged_code"): "1",
    ("koha", "withdrawn_code"): "1",
    ("koha", "not_for_loan_code"): "-1|1|2",
    # the words of the LibraryIQ feed are the labels of these
    ("koha", "status"): """Ordered|Not For Loan|Staff Collection|Damaged|Lost|Long Overdue (Lost)
        |Lost and Paid For|Missing|Withdrawn|Checked out|Damaged Lost|Not For Loan Damaged
        |Lost Checked out|Missing Withdrawn|Damaged Checked out|Ordered Missing""",
    ("polaris", ""): """1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20|21|22|23|In|Out|Out-ILL
        |Held|Transferred|In-Transit|Lost|Claim Returned|Claim Never Had|Missing|Withdrawn|Weeded
        |Bindery|On-Order|Repair|In-Repair|Mending|In-Process|Unavailable|Returned-ILL|Routed
        |Available|Checked Out|Awaiting Pickup|In-Transit to Another Library|Shipped|Newly Acquired
        |In-Transit to Home Library|Recently Returned|On Loan to Another Library|Local Missing
        |Shelving|Shelving cart|Non-circulating|Claim Missing Parts|EContent External Loan
        |Damaged""",
    ("symphony", ""): """CHECKEDOUT|LOST|LOST-ASSUM|LOST-CLAIM|LOST-PAID|LONGOVRDUE|MISSING|DISCARD
        |INTRANSIT|HOLDS|ON-ORDER|ONORDER|BINDERY|REPAIR|CATALOGING|ILL|RESERVES|RESHELVING
        |STORAGE|UNKNOWN""",
    ("sierra", ""): "-|!|t|m|n|$|z|%|w|o|&|#|@|(|)|_",
    ("evergreen", ""): """0|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|Available|Checked out
        |Bindery|Lost|Missing|In process|In transit|Reshelving|On holds shelf|On order|ILL
        |Cataloging|Reserves|Discard/Weed|Damaged|On reservation shelf|Long Overdue|Lost and Paid
        |Canceled Transit""",
    ("evergreen", "not_for_loan_code"): "does not circulate",
    ("alma", ""): """ACQ|CLAIM_RETURNED_LOAN|HOLDSHELF|ILL|LOAN|LOST_ILL|LOST_LOAN
        |LOST_LOAN_AND_PAID|MISSING|REQUESTED|TECHNICAL|TRANSIT|TRANSIT_TO_REMOTE_STORAGE
        |WORK_ORDER_DEPARTMENT|Acquisition|Claimed Returned|Hold Shelf|Resource Sharing Request
        |Loan|Lost Resource Sharing Item|Lost|Lost and paid|Missing|Requested
        |Technical - Migration|Transit|In Transit to Remote Storage|Work Order|In Process
        |Managed by Department|Not in Process|Item in place|Item not in place|0|1|In Repository
        |Deleted""",
    ("wms", ""): """Available|In Processing|In Transit|Dispatched|On Loan|Overdue|Recalled
        |Long Overdue|Lost|Missing|Claimed Returned|Claimed Never Had|On Hold|Withdrawn
        |Unavailable|Recently Returned|Recently Received""",
    ("folio", ""): """Available|Awaiting pickup|Awaiting delivery|Checked out|Claimed returned
        |Declared lost|Aged to lost|In process|In process (non-requestable)|In transit
        |Intellectual item|Long missing|Lost and paid|Missing|On order|Order closed|Paged
        |Restricted|Unavailable|Unknown|Withdrawn|Recently returned|Available in ASR
        |Retrieving from ASR|Missing from ASR""",
}
LISTED = [(system, Line._make(row)) for system in roles.lists() for row in roles.of_system(system)]


def of_item(system: str, field: str, code: str) -> list[Line]:
    """The lines of a list that tell of a code of a copy."""
    return [
        line
        for name, line in LISTED
        if (name, line.about) == (system, "item")
        and line.field in (field, "")
        and fold(line.code) == fold(code)
    ]


@pytest.mark.parametrize(("system", "field"), DOCUMENTED)
def test_every_documented_code_of_a_copy_has_a_role_or_a_reason_for_none(
    system: str, field: str
) -> None:
    for code in DOCUMENTED[system, field].split("|"):
        (line,) = of_item(system, field, code)
        assert line.role or line.meaning, code


def test_every_line_is_in_its_form() -> None:
    """Tables, columns, roles, milestones and outcomes are known; without any of these a line says
    why; no code is declared twice to mean different things."""
    assert {system for system, _ in LISTED} <= {source.system for source in sources()}
    milestones = {m for process in processes().values() for m in process.milestones}
    for system, line in LISTED:
        at = f"{system}: {line}"
        assert line.about in schema.tables(), at
        assert line.field in ("", *FIELDS[line.about]), at
        assert line.role in ("", *ROLES.get(line.about, ())), at
        assert line.outcome in ("", *OUTCOMES), at
        assert line.milestone in ("", *milestones), at
        assert line.role or line.outcome or line.milestone or line.meaning, at
        assert line.code == line.code.strip() != "", at
    keys = [(s, e.about, e.field, fold(e.code), e.role, e.milestone) for s, e in LISTED]
    assert sorted(keys) == sorted(set(keys))


def test_the_lists_have_their_columns() -> None:
    assert {text.splitlines()[0] for text in roles.lists().values()} == {",".join(roles.COLUMNS)}


def test_what_koha_documents_of_any_other_value_is_said() -> None:
    """Every value but 0 is lost, damaged, withdrawn; those of notforloan say different things."""
    assert {
        line.field: line.role
        for s, line in LISTED
        if (s, line.about, line.code) == ("koha", "item", "*")
    } == {"lost_code": "lost", "damaged_code": "damaged", "withdrawn_code": "withdrawn"}
