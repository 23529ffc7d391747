"""Which column of a table a heading of an unknown export may be: what shipped declarations call
it, the columns' own names, and what desks and other systems say."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from libstats import schema
from libstats.declaration.source import fold_heading
from libstats.recognise.looks import words_of
from libstats.schema import Column
from libstats.sources import sources

# names that say nothing of which thing they are of
_SAYS_NOTHING = frozenset(
    (
        *("number", "date", "time", "name", "code", "type", "key", "record", "recordnumber"),
        *("reckey", "sequence", "day", "title", "description", "level", "year", "total", "count"),
        *("value", "source", "note", "category"),
    )
)
# what says something of a table all the same, whose rows have no other
_OWN_WORDS = {
    "title": frozenset(("title",)),
    "link_resolver_usage": frozenset(("date", "day", "source")),
    "digital_title": frozenset(("title",)),
    "digital_loan": frozenset(("title",)),
}
# a line that takes a value as it is, or as the column's type
_PLAIN = re.compile(r"""(\w+\()?"[^"]+"\)?(::\w+)?""")
# what no list of another system tells as the column wants it
NEVER = ("call_number_scheme", "shelf_key", "channel", "kind")
# what desks and other systems say, which no shipped heading has
_DESK_WORDS = {
    "loan_id": (
        "circ id",
        "checkout id",
        "circ transaction id",
        "loan id",
        "issue id",
        "charge id",
    ),
    "checked_out_at": (
        *("checkout date", "check out date", "checked out", "loan date", "issue date"),
        *("charge date", "date issued", "date loaned", "out date", "date charged", "borrowed"),
        *("checked out on", "check out time", "checkout time", "date out", "lent on", "date lent"),
    ),
    "due_at": ("date due", "due back", "due"),
    "returned_at": (
        *("checkin date", "check in date", "return date", "discharge date", "returned on"),
        *("date returned", "returned", "checked in", "date checked in", "date in", "in date"),
    ),
    "checkin_branch": ("check in branch", "return branch"),
    "checkout_branch": ("check out branch", "loan branch", "issuing branch"),
    "requested_on": (
        "request date",
        "openurl date",
        "date of request",
        "usage date",
        "date",
        "day",
    ),
    "origin": (
        "source",
        "source sid",
        "sid",
        "source id",
        "referrer",
        "referring source",
        "rfr id",
    ),
    "requests": ("openurls", "number of requests", "openurl requests", "total requests"),
    "clicked_requests": ("clickthroughs", "click throughs", "clicked requests"),
    "requests_without_services": (
        *("requests without services", "requests without full text", "requests with no services"),
        "requests without targets",
    ),
    "digital_title_id": ("title id", "reserve id", "content id"),
    "lending_model": ("license model", "licence model", "license type", "licence type"),
    "copies": ("owned", "copies owned", "units owned", "units"),
    "checkouts_left": (
        *("licenses left", "licences left", "checkouts remaining", "circs left", "loans left"),
        *("licenses remaining", "licences remaining", "circs remaining", "loans remaining"),
    ),
    "expires_on": (
        "copy expires",
        "expiration",
        "expiration date",
        "expiry date",
        "license expires",
    ),
    "lent_now": ("active checkouts", "current checkouts", "checked out now"),
    "holds": ("active holds", "current holds", "waiting"),
    "lent_at": (
        *("checked out", "checkout date", "date checked out", "borrowed", "borrowed on"),
        *("loan date", "date borrowed"),
    ),
    "hold_id": ("hold id", "reserve id", "reservation id", "request id"),
    "placed_on": ("request date", "hold date", "date placed", "placed", "date requested"),
    "pickup_branch": ("pick up branch", "pickup location", "pick up location"),
    "charge_id": ("fine id", "fee id", "bill id", "fine fee id", "charge id", "payment id"),
    "amount": ("fine amount", "fee amount", "bill amount", "amount charged", "charge amount"),
    "outstanding": ("balance", "amount due", "amount owed", "amount outstanding", "balance due"),
    "happened_on": ("date assessed", "assessed", "fine date", "bill date", "assessed date"),
    "order_line_id": (
        *("order line id", "po line id", "line item id", "po line number", "line id", "po line"),
        *("order ref", "order reference", "vendor ref", "vendor reference", "our ref", "ref"),
    ),
    "purchase_order_id": ("po number", "purchase order number", "order number", "basket number"),
    "placed_on_order": ("order date", "date ordered", "ordered"),
    "quantity": ("quantity ordered", "copies ordered", "copies", "qty"),
    "estimated_price": ("net price", "unit net", "discounted price", "your price"),
    "list_price": ("unit list", "retail price", "rrp"),
    "vendor_name": ("vendor", "supplier", "bookseller"),
    "barcode": (
        *("item barcode", "copy barcode", "ibarcode", "barcode number", "item bc"),
        *("accession number", "item bar code", "bar code"),
    ),
    "item_id": ("item number", "item record number", "copy id", "item record id", "item key"),
    "title_id": (
        *("bib id", "bib number", "bib record number", "biblio number", "biblionumber"),
        *("title number", "title id", "bibliographic number", "catalog key", "catkey", "mms id"),
        *("bib record id", "bibliographic record id", "record id", "bib key", "adm number"),
    ),
    "added_on": (
        *("creation date", "accession date", "date accessioned", "date acquired", "acquired"),
        *("date added", "created", "date created", "item creation date", "added", "open date"),
    ),
    "call_number": (
        *("call number label", "shelfmark", "classmark", "call no", "callno", "item call number"),
        *("spine label", "call", "call number"),
    ),
    "owning_branch": ("home branch", "owning branch", "item branch", "sub branch", "site"),
    "location": ("shelving location", "shelf location", "perm location", "sublocation", "loc"),
    "item_type": (
        "material type",
        "circulation type",
        "circ type",
        "media type",
        "itype",
        "medium",
    ),
    "lifetime_checkouts": (
        *("total circs", "total circulations", "total circulation", "lifetime circulations"),
        *("number of loans", "times borrowed", "circulation total", "historical charges"),
        *("total issues", "times loaned", "total charges", "lifetime circ count", "total checkout"),
    ),
    "last_borrowed_on": (
        *("last checkout date", "last circ date", "last circulation date", "last loan date"),
        *("date last checked out", "last checked out", "last borrowed", "date last borrowed"),
        *("last issue date", "last checkout", "last charge date", "last circulated"),
    ),
    "price": ("purchase price", "cost", "item price"),
    "published_year": ("pub date", "publication year", "pub year", "copyright", "copyright date"),
    "isbn": ("isbn number",),
}
# which columns say that a row is one of these things, beside its number
TELLING = {
    "digital_title": (
        *("isbn", "format", "lending_model", "copies", "checkouts_left", "expires_on", "holds"),
        *("lifetime_checkouts", "lent_now", "added_on", "price"),
    ),
    "digital_loan": ("lent_at", "isbn", "title", "format", "lending_model"),
    "link_resolver_usage": ("requested_on", "requests", "clicked_requests", "services"),
    "item": (
        *("barcode", "owning_branch", "current_branch", "location", "permanent_location"),
        *("collection", "item_type", "call_number", "added_on", "price", "replacement_price"),
        *("lifetime_checkouts", "last_borrowed_on", "status", "copy_number", "volume"),
        *("last_seen_on", "due_on", "lifetime_uses", "lifetime_renewals", "lifetime_in_house"),
    ),
    "title": ("author", "isbn", "issn", "published_year", "publisher", "language", "material"),
    "loan": (
        *("item_id", "barcode", "checked_out_at", "due_at", "returned_at", "checkout_branch"),
        *("checkin_branch", "owning_branch", "patron_group", "item_type", "renewals"),
    ),
    "hold": (
        *("title_id", "item_id", "pickup_branch", "placed_on", "ready_on", "expires_on"),
        *("cancelled_on", "status", "queue_position"),
    ),
    "ill_request": (
        *("lender", "format", "service", "status_as_exported", "reason_as_exported", "needed_by"),
        *("created_at", "placed_on", "replied_on", "completed_on", "due_on", "cost"),
    ),
    "charge": ("amount", "outstanding", "happened_on", "branch", "payment_type", "item_id"),
    "order_line": (
        *("purchase_order_id", "vendor_id", "vendor_name", "quantity", "quantity_received"),
        *("list_price", "placed_on", "received_on", "created_on", "title_id", "currency"),
        *("status_as_exported", "expected_on", "cancelled_on"),
    ),
}
# a list without any of these is no list of such things, whatever else it has
NEEDED = {
    "digital_title": ("copies", "checkouts_left", "expires_on", "holds", "lifetime_checkouts"),
    "digital_loan": ("lent_at",),
    "link_resolver_usage": ("requests",),
    "ill_request": ("created_at", "placed_on", "completed_on"),
    "loan": ("checked_out_at", "due_at", "returned_at"),
    "charge": ("amount",),
    "hold": ("placed_on", "pickup_branch", "expires_on", "queue_position"),
    "order_line": ("quantity", "placed_on", "list_price", "received_on"),
}


def plain(heading: str) -> str:
    """A heading as it is compared here: as `fold_heading` does, and words that name the same are
    one word.

    >>> plain("Item no.") == plain("ItemID") and plain("Due Date/Time") == plain("due date")
    True
    >>> plain("Pickup Library") == plain("pickup_branch")
    True
    """
    return fold_heading(words_of(heading)).replace("datetime", "date")


@cache
def names(table: str) -> dict[str, Counter[str]]:
    """How often shipped declarations give a column of the table to a heading; and the columns' own
    names."""
    found: dict[str, Counter[str]] = {}
    for source in sources():
        for line in source.lines.get(table, ()):
            for heading in line.headings if _PLAIN.fullmatch(line.expression) else ():
                for name in (heading, *source.headings.get(heading, ())):
                    found.setdefault(plain(name), Counter())[line.column] += 1
    for column in schema.tables()[table].stored:
        desk = _DESK_WORDS.get(column.name, ())
        if table == "order_line" and column.name == "placed_on":
            desk = _DESK_WORDS["placed_on_order"]
        for name in (column.name, *_other(column), *desk):
            found.setdefault(plain(name), Counter())[column.name] += 3 if name in desk else 1
    found.get("ordernumber", Counter()).pop("order_line_id", None)  # of the order, or of its line
    named = _OWN_WORDS.get(table, frozenset[str]())
    return {name: counts for name, counts in found.items() if name not in _SAYS_NOTHING - named}


@cache
def vocabulary() -> frozenset[str]:
    """Every heading, as it is compared, that any table has a column for."""
    return frozenset(name for table in TELLING for name in names(table)) | {"title", "author"}


def _other(column: Column) -> list[str]:
    """`checked_out_at` is also checked out date and date checked out; `item_id` is also item
    number, `lifetime_checkouts` total checkouts."""
    bare = re.sub(r"_(at|on|id)$|^is_", "", column.name)
    if bare.startswith("lifetime_"):
        return [bare.replace("lifetime", "total")]
    if column.type in ("date", "timestamp"):
        return [bare, f"{bare} date", f"date {bare}", f"{bare} time"]
    return [f"{bare} record number"] if column.name.endswith("_id") else [bare]
