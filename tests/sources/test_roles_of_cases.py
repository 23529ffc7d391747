"""The words of holds, requests, orders, serial issues and logs, as far as the vendors' documentation
that we know has them: each has an outcome, or a stated reason for none."""

from __future__ import annotations

import pytest

from libstats.definitions.roles import Line, fold
from libstats.sources import roles

# by system and table, with the column where it is not status_as_exported
DOCUMENTED = {
    ("koha", "hold"): "W|T|P|F",
    ("koha", "ill_request"): """NEW|REQ|GENREQ|REQREV|QUEUED|CANCREQ|COMP|KILL|UNAUTH|RET|CHK
        |RequestReceived|ExpectToSupply|WillSupply|Loaned|Overdue|Recalled|RetryPossible|Unfilled
        |HoldReturn|ReleaseHoldReturn|CopyCompleted|LoanCompleted|CompletedWithoutReturn
        |Cancelled""",
    ("koha", "order_line"): "new|ordered|partial|complete|cancelled",
    ("koha", "purchase_request"): "ASKED|CHECKED|ACCEPTED|ORDERED|AVAILABLE|REJECTED",
    ("koha", "serial_issue"): "1|2|3|4|41|42|43|44|5|6|7|8",
    ("koha", "circulation_event"): """issue|renew|return|localuse|onsite_checkout|writeoff|payment
        |recall|item_found|item_lost""",
    ("evergreen", "hold"): """1|2|3|4|5|6|7|8|9|10|Untargeted expiration|Hold Shelf expiration
        |Patron via phone|Patron in person|Staff forced|Patron via OPAC|Patron via SIP
        |Hold Group Event rollback|Patron via email|Patron via SMS""",
    ("evergreen", "order_line"): """new|selector-ready|order-ready|approved|pending-order|on-order
        |received|cancelled""",
    ("evergreen", "serial_issue"): """Bindery|Bound|Claimed|Discarded|Expected|Not Held
        |Not Published|Received""",
    ("sierra", "hold"): "0|b|i|j|t",
    ("sierra", "order_line"): "o|a|q|g|d|z|f",
    ("polaris", "hold"): """Inactive|Active|Pending|Shipped|Held|Not Supplied|Unclaimed|Expired
        |Cancelled|Out""",
    ("polaris", "circulation_event"): """6001|6002|6005|6006|6007|6008|6009|6010|6011|6012|6013|6014
        |6016|6018|7200|6039|6051|6052|6053|6054|6057|6058""",
    ("sierra", "circulation_event"): "o|i|n|h|nb|hb|ni|hi|nv|hv|f|r|b|u",
    ("symphony", "hold"): "FILLED|EXPIRED|EXP_ONSHELF|CANCELLED",
    ("symphony", "circulation_event"): """CV|EV|RV|WV|WD-PO|MISSING|DISCARD|REPAIR|JZ|FZ|hE|hF|JV|FV
        |IV|WU|UR|UV|UI|Cd|BV|BY|IY""",
    ("folio", "hold"): """Open - Not yet filled|Open - Awaiting pickup|Open - Awaiting delivery
        |Open - In transit|Closed - Filled|Closed - Cancelled|Closed - Unfilled
        |Closed - Pickup expired""",
    ("folio", "loan"): "Open|Closed",
    ("alma", "loan"): "ACTIVE|COMPLETE",
    ("ares", "reserve_request"): """Awaiting Reserves Processing|Awaiting Supply by Instructor
        |Awaiting Purchase|Awaiting Review by Staff|Awaiting File Type Resolution
        |Item Available on Electronic Reserves|Item Activation Pending|Awaiting Stacks Searching
        |Update Stacks Searching Results|Awaiting Copyright Processing|Route to Acquisitions
        |Item Available at Reserve Desk""",
    ("wms", "loan"): "ON LOAN|ON_LOAN|OVERDUE|RECALLED|LONG OVERDUE|LOST|CLAIMED RETURNED",
    ("folio", "order_line"): """Pending|Awaiting Receipt|Ongoing|Partially Received|Fully Received
        |Receipt Not Required|Cancelled""",
    ("alma", "hold"): """Ready|Active|Completed|Rejected|Rejected by Library|Rejected by Patron
        |Failed|NOT_STARTED|IN_PROCESS|ON_HOLD_SHELF|HISTORY""",
    ("alma", "order_line"): """ACTIVE|CLOSED|CANCELLED|SENT|WAITING_FOR_INVOICE|INREVIEW|READY
        |Manual Packaging|Auto Packaging|Waiting for Renewal|Recurring Renewal
        |Waiting for Manual Renewal""",
    ("alma", "ill_request"): """Request created|Sent to partner|Shipped physically
        |Shipped digitally|Received by library|Loaned item to patron|Returned by patron
        |Returned item to partner|Request completed|Cancelled by patron|Cancelled by staff
        |Being processed|Received by partner|Returned by partner|Expired|Cancelled by partner
        |Rejected the borrower request|REQUEST_CREATED_LEND|REQUEST_CREATED_BOR""",
    ("reshare", "ill_event"): """REQ_IDLE|REQ_VALIDATED|REQ_EXPECTS_TO_SUPPLY
        |REQ_CONDITIONAL_ANSWER_RECEIVED|REQ_SHIPPED|REQ_CHECKED_IN|REQ_END_OF_ROTA|REQ_CANCELLED
        |REQ_FILLED_LOCALLY|RES_IDLE|RES_AWAIT_PICKING|RES_ITEM_SHIPPED|RES_COMPLETE""",
    ("illiad", "ill_event"): """Submitted by Customer|Request Added through Client|shipped
        |Request Added through Web Platform|Awaiting Copyright Clearance
        |Awaiting Request Processing|Request in Processing|Awaiting Unfilled Processing
        |Awaiting Conditional Request Processing|Awaiting Account Validation
        |Duplicate Request Review|Awaiting Lending Request Processing
        |Awaiting Local Request Processing|Imported from OCLC|Imported from DOCLINE
        |Awaiting Stacks Searching|Awaiting DD Stacks Searching|Request Sent
        |Request Sent via Email|Awaiting RAPID Request Sending|Item Shipped
        |Awaiting Post Receipt Processing|In Electronic Delivery Processing
        |Awaiting Odyssey Processing|Item Found|Customer Notified via E-Mail
        |Awaiting Customer Contact|Delivered to Web|Checked Out to Customer|Item Checked In
        |Awaiting Return Label Printing|Item Returned|Request Conditionalized|Request Finished
        |Cancelled by ILL Staff|Cancelled by Customer""",
    (
        "worldshare",
        "ill_request",
    ): """New|Review|Submitted|Shipped|Received|Returned|Complete|Unfilled|In Transit|Received?|On Order
        |Complete?|Conditional|Overdue""",
}


@pytest.mark.parametrize(("system", "about"), DOCUMENTED)
def test_every_documented_word_has_an_outcome_or_a_reason_for_none(system: str, about: str) -> None:
    lines = [line for line in map(Line._make, roles.of_system(system)) if line.about == about]
    for code in DOCUMENTED[system, about].split("|"):
        found = [line for line in lines if fold(line.code) == fold(code)]
        assert found, code
        assert all(x.outcome or x.role or x.milestone or x.meaning for x in found), code


def test_illiads_requests_and_their_log_have_the_same_words() -> None:
    words = {
        about: {x.code for x in map(Line._make, roles.of_system("illiad")) if x.about == about}
        for about in ("ill_request", "ill_event")
    }
    # how the history, which is free text, tells of a shipment
    assert words["ill_event"] - words["ill_request"] == {"shipped"}
    assert words["ill_request"] <= words["ill_event"]
