-- The canonical tables: what every library system's words mean here. Read this first.
--
-- Above each table: what one row is. Behind each column, its nature, then what it says:
--   key        identifies the row within one source       name       a second name, which finds the key where the key is not exported
--   identity   one of the columns that tell keyless rows apart        person     a keyed hash of a person's identifier, needed until the case closes (the column named); it can be destroyed
--   sticky     the newest value that is not blank         clearable  the newest value, also when that is blank
-- Times are the library's own wall clock. *_at is an instant, *_on a day. Every table also has `source`, the configured system it came from.

-- A bibliographic record: what the catalogue describes, of which there may be any number of copies.
create table title (
    title_id            varchar,        -- key: the system's number of the record
    title               varchar,        -- sticky: title as catalogued, punctuation included
    author              varchar,        -- sticky: main author as catalogued
    isbn                varchar,        -- sticky: ISBNs as exported (there may be several, with notes)
    issn                varchar,        -- sticky: ISSN as exported
    published_year      integer check (published_year between 0 and 9999),  -- sticky: year of publication or copyright; 9999 is MARC for "still appearing"
    material            varchar,        -- sticky: item type of the record
    publisher           varchar,        -- sticky: publisher as exported
    language            varchar,        -- sticky: language as exported
    is_serial           boolean,        -- sticky: true for a journal, magazine or newspaper
    created_on          date,           -- sticky: day the record was made
    updated_at          timestamp,      -- sticky: last change to the record
    year_low            integer check (year_low between 0 and 9999),   -- sticky: first year in which it may be published; of a range or a decade its first
    year_high           integer check (year_high between 0 and 9999),  -- sticky: last year in which it may be published; year_low where the year is known
    year_origin         varchar check (year_origin in ('008', '264', '260', 'copyright', 'roman', 'hebrew')),  -- sticky: where MARC tells the year: its code (008), what is printed (264, 260), a copyright, or numbers of another kind
    is_year_suspect     boolean,        -- sticky: true where code and print differ by over two years, or it is before 1450 or after the record's last change
    class               varchar,        -- sticky: class number of the record, which the label of a copy need not have
    class_scheme        varchar check (class_scheme in ('lcc', 'ddc', 'nlm', 'sudoc')),  -- sticky: scheme of the class
    oclc_number         varchar,        -- sticky: OCLC's number of the record, digits alone
    cataloguing_agency  varchar,        -- sticky: code of the agency that made the record (040 $a)
    transcribing_agency varchar,        -- sticky: code of the agency that keyed it in (040 $c)
    cataloguing_level   varchar,        -- sticky: how full it is (leader/17): # full, 1 to 8, K, M, ... as exported
    authentication      varchar,        -- sticky: codes of programmes that vouch for it (042): pcc, lcac, ...
    entered_on          date,           -- sticky: day it was entered where it was made (008/00-05), which may be OCLC
    faults              varchar,        -- sticky: what a machine's first look found lacking or wrong in the record as its newest file has it, with semicolons between; none where it is nothing, blank where it did not look
    vendor_name         varchar         -- sticky: who supplied the record, where a map of the library says in which field that stands
);

-- A physical copy on a shelf, with its barcode.
create table item (
    item_key            varchar,        -- key: item_id where it is known, else the barcode after the word barcode and a colon
    item_id             varchar,        -- sticky: the system's number of the copy
    barcode             varchar,        -- name: barcode on the copy
    title_id            varchar,        -- sticky: the record it is a copy of
    owning_branch       varchar,        -- sticky: branch that owns the copy
    current_branch      varchar,        -- sticky: branch where the copy is now
    location            varchar,        -- sticky: shelving location code
    permanent_location  varchar,        -- sticky: shelving location code when not on display or in repair
    collection          varchar,        -- sticky: collection code
    item_type           varchar,        -- sticky: item type code
    call_number         varchar,        -- clearable: call number as labelled
    call_number_scheme  varchar,        -- sticky: scheme of the call number as exported (ddc, lcc, ...)
    shelf_key           varchar,        -- clearable: the system's own sort key of the call number
    added_on            date,           -- sticky: day the copy was added; many equal days show a migration, not work
    price               decimal(12, 2), -- sticky: what was paid
    replacement_price   decimal(12, 2), -- sticky: what a borrower would be charged
    lifetime_checkouts  bigint check (lifetime_checkouts >= 0),  -- sticky: the system's counter of checkouts
    lifetime_renewals   bigint check (lifetime_renewals >= 0),   -- sticky: the system's counter of renewals
    lifetime_holds      bigint check (lifetime_holds >= 0),      -- sticky: the system's counter of holds
    last_borrowed_on    date,           -- sticky: last day it was checked out
    lifetime_uses       bigint check (lifetime_uses >= 0),       -- sticky: the system's counter of checkouts and uses inside the library together, where it does not tell them apart
    lifetime_in_house   bigint check (lifetime_in_house >= 0),   -- sticky: the system's counter of uses inside the library
    last_in_house_on    date,           -- sticky: last day it was used inside the library
    last_seen_on        date,           -- sticky: last day any scan saw it
    due_on              date,           -- clearable: due day while on loan, blank on the shelf
    status              varchar,        -- clearable: the system's own word for the copy's condition
    lost_code           varchar,        -- clearable: the system's code for lost; 0 or blank is not lost
    lost_on             date,           -- clearable: day it was marked lost
    damaged_code        varchar,        -- clearable: the system's code for damaged; 0 or blank is not damaged
    withdrawn_code      varchar,        -- clearable: the system's code for withdrawn; 0 or blank is not withdrawn
    withdrawn_on        date,           -- clearable: day it was marked withdrawn
    not_for_loan_code   varchar,        -- clearable: the system's code for not lendable; 0 or blank is lendable
    retained_for        varchar,        -- clearable: why it must be kept: the retention commitment or note as exported; blank where there is none
    volume              varchar,        -- sticky: enumeration and chronology of a part
    copy_number         varchar,        -- sticky: copy number
    updated_at          timestamp       -- sticky: last change to the item record
);

-- A checkout: one copy lent once, open or returned. In-house use that the system writes as a loan is marked.
create table loan (
    loan_id             varchar,        -- key: the system's number of the loan
    item_id             varchar,        -- sticky: the copy, by number
    barcode             varchar,        -- sticky: the copy, by barcode
    patron_key          ubigint,        -- person until returned_at: keyed hash of the borrower's number
    checkout_branch     varchar,        -- sticky: branch whose desk lent it
    checkin_branch      varchar,        -- sticky: branch whose desk took it back
    owning_branch       varchar,        -- sticky: branch that owned the copy at the time
    patron_branch       varchar,        -- sticky: the borrower's branch at the time
    patron_group        varchar,        -- sticky: the borrower's category at the time
    item_type           varchar,        -- sticky: item type at the time
    checked_out_at      timestamp,      -- sticky: when it was lent
    due_at              timestamp,      -- sticky: when it is due, after renewals
    returned_at         timestamp,      -- sticky: when it came back; blank while open
    last_renewed_at     timestamp,      -- sticky: the last renewal
    renewals            bigint check (renewals >= 0),          -- sticky: how often it was renewed
    unseen_renewals     bigint check (unseen_renewals >= 0),   -- sticky: renewals without the copy at hand
    renewal_of          varchar,        -- sticky: the loan that this one renews, in systems that write each renewal as a loan of its own: a checkout is a loan where it is blank
    is_auto_renewed     boolean,        -- sticky: true where the loan is set to renew by itself
    is_in_house         boolean,        -- sticky: true for use inside the library
    channel             varchar check (channel in ('staff', 'self-check', 'patron', 'automatic')),  -- sticky: how it was lent
    status_as_exported  varchar,        -- clearable: the system's word for whether it is over, where it may be so without a return (lost, claimed returned, the copy deleted)
    updated_at          timestamp       -- sticky: last change to the loan
);

-- One transaction of a circulation log. The log has no numbers: two equal rows are two events.
create table circulation_event (
    happened_at         timestamp,      -- identity: when it happened, to the second
    branch              varchar,        -- identity: branch whose desk, or whose patron online, did it
    kind                varchar check (kind in ('checkout', 'renewal', 'checkin', 'in-house use', 'payment', 'other')),  -- identity: what happened
    kind_as_exported    varchar,        -- sticky: what the system calls it
    channel             varchar check (channel in ('staff', 'self-check', 'patron', 'automatic')),  -- sticky: who did it; blank where the system does not tell
    item_id             varchar,        -- sticky: the copy; blank after it was deleted
    barcode             varchar,        -- sticky: the copy, by barcode, where the log has no number of it
    item_type           varchar,        -- sticky: item type at the time
    location            varchar,        -- sticky: shelving location at the time
    collection          varchar,        -- sticky: collection code at the time
    patron_key          ubigint,        -- person until happened_at: keyed hash of the borrower's number
    patron_group        varchar,        -- sticky: the borrower's category at the time
    amount              decimal(12, 2)  -- sticky: money of a payment or write-off
);

-- A hold: a patron's request for a title or a copy, waiting, filled or cancelled.
create table hold (
    hold_id             varchar,        -- key: the system's number of the request
    title_id            varchar,        -- sticky: the record asked for
    item_id             varchar,        -- clearable: the copy that fills it, once one does
    pickup_branch       varchar,        -- sticky: branch where it is to be picked up
    item_type           varchar,        -- sticky: item type asked for
    is_item_level       boolean,        -- sticky: true where one copy was asked for
    placed_on           date,           -- sticky: day it was placed
    ready_on            date,           -- clearable: day the copy was put on the hold shelf
    notified_on         date,           -- sticky: day the patron was told
    expires_on          date,           -- sticky: day the request or its place on the shelf ends
    cancelled_on        date,           -- clearable: day it was cancelled
    picked_up_on        date,           -- sticky: day the patron took it
    starts_on           date,           -- sticky: day before which it is not wanted, where the system asks for one
    cancelled_reason    varchar,        -- clearable: the system's word for why it ended unfilled
    status              varchar check (status in ('waiting', 'in transit', 'processing', 'filled')),  -- clearable: blank while nothing has been found
    status_as_exported  varchar,        -- clearable: what the system calls it
    queue_position      bigint,         -- sticky: place in the queue; 0 once a copy was found
    is_suspended        boolean,        -- sticky: true while the patron has paused it
    suspended_until     timestamp,      -- clearable: when the pause ends
    updated_at          timestamp       -- sticky: last change to the request
);

-- One step of a piece of work: this case reached this milestone then. Everything about waiting is computed from it.
create table milestone (
    process             varchar,        -- key: the kind of work, for example digitisation
    case_id             varchar,        -- key: the piece of work
    milestone           varchar,        -- key: the step it reached
    happened_at         timestamp,      -- key: when; 00:00 where only the day is known
    is_day_only         boolean,        -- sticky: true where only the day is known
    branch              varchar         -- sticky: where
);

-- A journey of a copy from one branch to another, asked for, under way, arrived or cancelled.
create table transit (
    transit_id          varchar,        -- key: the system's number of the journey
    item_id             varchar,        -- sticky: the copy, by number
    barcode             varchar,        -- sticky: the copy, by barcode
    from_branch         varchar,        -- sticky: branch that sends it
    to_branch           varchar,        -- sticky: branch that it goes to
    reason              varchar check (reason in ('hold', 'return', 'rotation', 'manual', 'recall', 'ended request', 'other')),  -- sticky: why it travels; ended request is a copy going home after a hold, recall or transfer was cancelled
    reason_as_exported  varchar,        -- sticky: what the system calls the reason
    requested_at        timestamp,      -- sticky: when the journey was asked for; older systems know only when it was sent
    sent_at             timestamp,      -- clearable: when it left; blank while it waits to be sent
    arrived_at          timestamp,      -- clearable: when it was received; blank while under way
    cancelled_at        timestamp,      -- clearable: when the journey was called off
    cancelled_reason    varchar         -- clearable: the system's word for why it was called off
);

-- One entry of a patron's account: money assessed, or what reduced it. Whose account it is, is not kept.
create table charge (
    charge_id           varchar,        -- key: the system's number of the entry
    kind                varchar check (kind in ('assessed', 'paid', 'waived', 'written off', 'cancelled', 'refunded', 'credited', 'other')),  -- sticky: what was done; cancelled is a charge taken back, refunded is money given back
    kind_as_exported    varchar,        -- sticky: the system's code, which for money assessed says what for (OVERDUE, LOST, ...)
    amount              decimal(12, 2), -- sticky: positive where more is owed, negative where less
    outstanding         decimal(12, 2), -- sticky: what is still open of it
    happened_on         date,           -- sticky: day of the entry
    branch              varchar,        -- sticky: branch where it was entered; blank for what a scheduled job assessed
    channel             varchar check (channel in ('staff', 'self-check', 'patron', 'automatic')),  -- sticky: who entered it
    payment_type        varchar,        -- sticky: how it was paid, as exported
    status              varchar,        -- clearable: the system's own word; a payment with status VOID was taken back and is no money
    item_id             varchar,        -- sticky: the copy that it is about; blank after that was deleted
    loan_id             varchar,        -- sticky: the loan that it is about
    updated_at          timestamp       -- sticky: last change to the entry
);

-- A request that something be bought. Neither who asked nor their words are kept.
create table purchase_request (
    purchase_request_id varchar,        -- key: the system's number of the request
    title_id            varchar,        -- sticky: the record that it became in the catalogue
    order_line_id       varchar,        -- sticky: the order line that it became, where the export names it
    title               varchar,        -- sticky: title asked for
    isbn                varchar,        -- sticky: ISBN asked for
    branch              varchar,        -- sticky: branch that it is for
    item_type           varchar,        -- sticky: kind of thing, as exported
    requested_on        date,           -- sticky: day it was asked for
    accepted_on         date,           -- clearable: day it was decided to buy it
    declined_on         date,           -- clearable: day it was decided not to
    status_as_exported  varchar,        -- clearable: what the system calls its state
    reason_as_exported  varchar,        -- clearable: why it was declined, in words of a list
    is_rush             boolean,        -- clearable: true where somebody waits for it
    updated_at          timestamp       -- sticky: last change to the request
);

-- One line of an order. A line that is received in parts may be split in two: count those without a parent, add up the quantities of all.
create table order_line (
    order_line_id       varchar,        -- key: the system's number of the line
    parent_line_id      varchar,        -- sticky: the line that this one was split from; blank for a line as it was ordered
    purchase_order_id   varchar,        -- sticky: the purchase order that it stands in
    title_id            varchar,        -- sticky: the record that was ordered
    subscription_id     varchar,        -- sticky: the serial subscription that it pays for, of which no copy is received here
    vendor_id           varchar,        -- sticky: the vendor, by number
    vendor_name         varchar,        -- sticky: the vendor as the export names it
    status              varchar check (status in ('new', 'ordered', 'partial', 'received', 'closed', 'cancelled', 'other')),  -- sticky: how far it is; partial is the rest of a line of which some has come
    status_as_exported  varchar,        -- sticky: what the system calls it
    quantity            bigint check (quantity >= 0),           -- sticky: copies that this line is for, less what was split off
    quantity_received   bigint check (quantity_received >= 0),  -- sticky: copies received on this line
    currency            varchar,        -- sticky: currency of the list price
    list_price          decimal(12, 2) check (list_price >= 0), -- sticky: the vendor's price for one, in the line's currency
    estimated_price     decimal(12, 2) check (estimated_price >= 0), -- sticky: what one is expected to cost, in the library's own currency
    unit_price          decimal(12, 2) check (unit_price >= 0), -- sticky: what one did cost, in the library's own currency; 0 until it is received
    created_on          date,           -- sticky: day it was put into the purchase order
    placed_on           date,           -- clearable: day the order was sent; blank until then, and of some systems always in a standing order
    placed_at           timestamp,      -- clearable: when it was sent, in systems that tell the time of day
    expected_on         date,           -- clearable: day it is expected
    received_on         date,           -- clearable: day it was received; blank again if the receipt is taken back
    cancelled_on        date,           -- clearable: day it was cancelled
    claims              bigint check (claims >= 0),  -- sticky: how often the vendor was reminded
    last_claimed_on     date,           -- sticky: the last reminder
    invoice_id          varchar,        -- clearable: the invoice that it was received with, by number of the system
    invoice_number      varchar,        -- clearable: the vendor's number of that invoice
    shipped_on          date,           -- clearable: day of shipment, as that invoice says
    invoiced_on         date,           -- clearable: day of that invoice
    invoice_closed_on   date,           -- clearable: day that invoice was closed
    updated_at          timestamp,      -- sticky: last change to the line
    is_standing         boolean,        -- sticky: true for a standing order or a subscription, which waits for no receipt
    is_exchanged          boolean,        -- sticky: true for a line as a message between library and vendor tells it (EDIFACT), which knows of no receipt: as a wait it is told by the library system alone
    isbn                varchar,        -- sticky: ISBN, where the line itself tells it
    title               varchar,        -- sticky: title, where the line itself tells it
    answered_on         date,           -- sticky: day of the vendor's answer
    quantity_waiting    bigint check (quantity_waiting >= 0),   -- clearable: copies that the vendor has put on back order
    reason_as_exported  varchar,        -- clearable: the vendor's code for why it cannot supply at once, or at all
    line_number         varchar,        -- sticky: its place in the purchase order, where messages name it by that
    supplier_number     varchar,        -- sticky: the vendor's own number of the line
    method_as_exported  varchar,        -- sticky: how it is got (bought, approval, gift, ...), as exported
    type_as_exported    varchar,        -- sticky: what kind of order it is (one time, standing, electronic, ...), as exported
    is_rush             boolean         -- clearable: true where somebody waits for it
);

-- One copy on order: the case of acquisitions, from the order to the shelf. It can move from one line to another.
create table order_copy (
    order_copy_id       varchar,        -- key: the system's number of the copy on order
    order_line_id       varchar,        -- sticky: the line that it stands in now
    item_id             varchar,        -- sticky: the copy on the shelf that it became
    received_on         date,           -- clearable: day this copy was received; blank again if the receipt is taken back
    received_at         timestamp,      -- clearable: when it was received, in systems that tell the time of day
    updated_at          timestamp,      -- sticky: last change
    barcode             varchar,        -- sticky: barcode that it is to get, where it is told before the copy is in the catalogue
    branch              varchar,        -- sticky: branch that it is for, as the order says
    is_exchanged          boolean         -- sticky: true for a copy as a message tells it, as its line is
);

-- What one fund bears of one order line. A line over two funds has two of these and is still one line.
create table order_fund (
    order_line_id       varchar,        -- key: the order line
    fund_share          varchar,        -- key: which of its funds: 1 where the system allows one (it may become another fund), the copy's number where each copy has its fund, else the fund's code
    fund_id             varchar,        -- sticky: the fund, by number
    fund_code           varchar,        -- sticky: the fund, by code; codes come again each fiscal year
    amount              decimal(12, 2)  -- sticky: what it bears, where the system says so; else the line's quantity times its price
);

-- A purchase order: lines that are sent to one vendor together.
create table purchase_order (
    purchase_order_id   varchar,        -- key: the system's number of the order
    name                varchar,        -- sticky: name that staff gave it
    vendor_id           varchar,        -- sticky: the vendor, by number
    created_on          date,           -- sticky: day it was begun
    placed_on           date,           -- clearable: day it was closed and sent; blank while open, and blank again if reopened
    branch              varchar,        -- sticky: branch that orders
    delivery_branch     varchar,        -- sticky: branch that it is delivered to
    is_standing         boolean         -- sticky: true for a standing order, which is never closed
);

-- A vendor's invoice.
create table invoice (
    invoice_id          varchar,        -- key: the system's number of the invoice
    invoice_number      varchar,        -- sticky: the vendor's number; two vendors may use the same
    vendor_id           varchar,        -- sticky: the vendor, by number
    shipped_on          date,           -- sticky: day of shipment
    billed_on           date,           -- sticky: day of the invoice
    closed_on           date,           -- clearable: day all of it was settled; blank while open, and blank again if reopened
    shipping_cost       decimal(12, 2), -- sticky: postage and handling
    currency            varchar,        -- sticky: currency of its amounts
    total               decimal(12, 2), -- sticky: what it asks for in all, as it says itself; negative in a credit note
    total_rule          varchar,        -- sticky: what the total was found to be made of (lines + other charges + tax); none: no way to add the lines up gives it, or several do; blank where nobody tried
    kind_as_exported    varchar,        -- sticky: what the system calls it: 380 is an invoice of EDIFACT, 381 a credit note
    function_as_exported varchar        -- sticky: what a message of EDIFACT does: 9 is a new invoice, 5 one in place of that number, 1 takes that number back
);

-- A fund in one fiscal period: the same code in the next year is another fund.
create table fund (
    fund_id             varchar,        -- key: the system's number of the fund
    parent_fund_id      varchar,        -- sticky: the fund that it is a part of
    code                varchar,        -- sticky: its code
    name                varchar,        -- sticky: its name
    branch              varchar,        -- sticky: branch that it belongs to
    period_id           varchar,        -- sticky: the fiscal period, by number
    period              varchar,        -- sticky: the fiscal period, by name
    period_starts_on    date,           -- sticky: first day of the period
    period_ends_on      date,           -- sticky: last day of the period
    amount              decimal(12, 2), -- sticky: what was allocated
    encumbered          decimal(12, 2), -- sticky: what is ordered and not yet spent, where the export says so
    spent               decimal(12, 2), -- sticky: what was spent, where the export says so
    updated_at          timestamp       -- sticky: last change to the fund
);

-- A vendor: a bookseller, subscription agent or publisher.
create table vendor (
    vendor_id           varchar,        -- key: the system's number of the vendor
    name                varchar,        -- sticky: its name
    list_currency       varchar,        -- sticky: currency of its list prices
    invoice_currency    varchar,        -- sticky: currency of its invoices
    delivery_days       bigint check (delivery_days >= 0),  -- sticky: days that delivery takes, as agreed
    is_active           boolean,        -- sticky: false where nothing more is ordered there
    edi_number          varchar         -- sticky: the number by which messages (EDIFACT) name it: a SAN, GLN or EAN
);

-- An interlibrary loan request. Neither who asked nor what for is kept.
create table ill_request (
    request_id          varchar,        -- key: request_number where it is known, else created_stamp after that word and a colon
    request_number      varchar,        -- sticky: the system's number of the request
    created_stamp       varchar,        -- name: when it was submitted, to the millisecond, as text: finds a request whose number is not exported
    direction           varchar check (direction in ('borrowing', 'lending', 'document delivery')),  -- sticky: whose patron it is for
    status              varchar check (status in ('new', 'requested', 'shipped', 'received', 'on loan', 'returned', 'filled', 'unfilled', 'completed', 'cancellation asked', 'cancelled', 'other')),  -- sticky: how far it is
    status_as_exported  varchar,        -- sticky: what the system calls it
    local_status        varchar,        -- clearable: the library's own status, which the next change of status takes away
    branch              varchar,        -- sticky: branch that handles it
    format              varchar,        -- sticky: book, article, ... as exported
    kind                varchar check (kind in ('loan', 'copy')),  -- sticky: what is asked for: a thing that goes back, or a copy to keep
    service             varchar,        -- sticky: the service that it is sent through
    lender              varchar,        -- sticky: symbol of the library that supplies it, in capitals; not every one is a library (open access, a purchase)
    patron_group        varchar,        -- sticky: the borrower's category
    needed_by           date,           -- sticky: day after which it is no longer wanted
    reason              varchar,        -- clearable: why it was not filled, in the common words of the sources' code lists
    reason_as_exported  varchar,        -- clearable: why it was not filled, as exported
    created_at          timestamp,      -- sticky: when it was submitted
    status_since        timestamp,      -- clearable: when the status last changed; of a finished request that may be a tidying-up weeks after the delivery
    placed_on           date,           -- sticky: day it was sent to a supplier
    replied_on          date,           -- sticky: day of the service's last answer
    completed_on        date,           -- clearable: day it was marked complete, which is not the day it arrived
    due_on              date,           -- clearable: day it must go back
    quoted_cost         decimal(12, 2), -- sticky: what the supplier asks
    cost                decimal(12, 2), -- sticky: what it did cost
    updated_at          timestamp       -- sticky: last change to the request
);

-- One change of the status of an interlibrary loan request, from the log that the system writes of itself.
create table ill_event (
    request_id          varchar,        -- key: the system's number of the request
    happened_at         timestamp,      -- key: when the status changed
    status_as_exported  varchar,        -- key: the new status, as exported; sites make their own
    direction           varchar check (direction in ('borrowing', 'lending', 'document delivery'))  -- sticky: whose patron it is for, where the log says so; else the request does
);

-- One library's no to a request, of which a request may have several before one says yes: never add these to reasons of requests.
create table ill_refusal (
    request_id          varchar,        -- key: the system's number of the request
    lender              varchar,        -- key: symbol of the library that said no, in capitals
    refused_on          date,           -- key: day of the answer
    direction           varchar check (direction in ('borrowing', 'lending', 'document delivery')),  -- sticky: whose patron it is for
    place               bigint check (place >= 1),  -- sticky: which in the list of lenders it was
    reason              varchar,        -- clearable: why, in the common words of the sources' code lists
    reason_as_exported  varchar         -- clearable: why, as exported
);

-- A copy that was deleted from the catalogue.
create table withdrawal (
    item_key            varchar,        -- key: item_id where it is known, else the barcode after the word barcode and a colon
    item_id             varchar,        -- sticky: the system's number of the copy
    barcode             varchar,        -- name: barcode that it had
    title_id            varchar,        -- sticky: the record it was a copy of, which may be deleted too
    owning_branch       varchar,        -- sticky: branch that owned it
    location            varchar,        -- sticky: shelving location code
    collection          varchar,        -- sticky: collection code
    item_type           varchar,        -- sticky: item type code
    call_number         varchar,        -- sticky: call number as labelled
    added_on            date,           -- sticky: day the copy was added
    withdrawn_at        timestamp,      -- sticky: when it was deleted
    lifetime_checkouts  bigint check (lifetime_checkouts >= 0),  -- sticky: the system's counter of checkouts
    last_borrowed_on    date,           -- sticky: last day it was checked out
    lost_code           varchar,        -- sticky: the system's code for lost when it was deleted; 0 or blank was not lost
    damaged_code        varchar,        -- sticky: the system's code for damaged when it was deleted
    withdrawn_code      varchar         -- sticky: the system's code for withdrawn when it was deleted
);

-- One entry of the log of changes that a system writes of itself, where that is switched on: no entry is not no work. Who did it is not kept.
create table staff_event (
    event_id            varchar,        -- key: the system's number of the entry
    happened_at         timestamp,      -- sticky: when it happened
    module              varchar,        -- sticky: part of the system, in capitals (CATALOGUING, ACQUISITIONS, ...)
    action              varchar,        -- sticky: what was done, in capitals (ADD, MODIFY, DELETE, ...)
    record_id           varchar,        -- sticky: number of the record that was changed; never a person's
    record_kind         varchar check (record_kind in ('item', 'title')),  -- sticky: whether that is a copy or a bibliographic record, where the log tells: the two are numbered apart
    interface           varchar         -- sticky: where from, in small letters; opac is a patron, intranet staff, commandline or cron a scheduled job
);

-- An issue of a serial: expected, come, claimed or given up.
create table serial_issue (
    serial_issue_id     varchar,        -- key: the system's number of the issue
    subscription_id     varchar,        -- sticky: the subscription, by number
    title_id            varchar,        -- sticky: the record of the serial
    branch              varchar,        -- sticky: branch that it is for
    vendor_id           varchar,        -- sticky: the vendor, by number
    enumeration         varchar,        -- sticky: which issue it is, as exported
    status              varchar check (status in ('expected', 'received', 'late', 'claimed', 'missing', 'not published', 'bound', 'discarded', 'other')),  -- sticky: how far it is
    status_as_exported  varchar,        -- sticky: what the system calls it
    expected_on         date,           -- sticky: day it should come
    received_on         date,           -- clearable: day it came; blank again if the receipt is taken back
    claims              bigint check (claims >= 0),  -- sticky: how often the vendor was reminded
    last_claimed_on     date,           -- sticky: the last reminder
    item_id             varchar,        -- sticky: the copy on the shelf that it became
    updated_at          timestamp       -- sticky: last change to the issue
);

-- A subscription to a serial: how often it comes, how long it runs, until when it is paid.
create table subscription (
    subscription_id     varchar,        -- key: the system's number of the subscription
    title_id            varchar,        -- sticky: the record of the serial
    title               varchar,        -- sticky: title, where the line itself tells it
    branch              varchar,        -- sticky: branch that it is for
    vendor_id           varchar,        -- sticky: the vendor, by number
    vendor_name         varchar,        -- sticky: the vendor as the line names it
    frequency_as_exported varchar,      -- sticky: how often it comes, as exported
    claim_after_days    bigint check (claim_after_days >= 0),  -- sticky: days after which an issue that has not come is claimed, where that is said of this one; 0 says nothing
    starts_on           date,           -- sticky: first day of the subscription
    ends_on             date,           -- sticky: last day of the subscription
    paid_until          date,           -- clearable: last day that is paid
    is_cancelled        boolean,        -- clearable: true where it was ended
    updated_at          timestamp       -- sticky: last change to the subscription
);

-- Something that a teacher wants at hand for a course.
create table reserve_request (
    reserve_request_id  varchar,        -- key: the system's number of the request
    course              varchar,        -- sticky: the course, by number
    item_id             varchar,        -- sticky: the copy, by number
    title_id            varchar,        -- sticky: the record
    branch              varchar,        -- sticky: branch where it stands
    format              varchar,        -- sticky: book, article, ... as exported
    requested_at        timestamp,      -- sticky: when it was asked for
    needed_by           date,           -- sticky: day by which it must be there
    located_at          timestamp,      -- sticky: when it was found, or ordered
    cleared_at          timestamp,      -- sticky: when the rights were cleared
    linked_at           timestamp,      -- sticky: when it was linked in the course
    available_at        timestamp,      -- clearable: since when students can use it
    cancelled_at        timestamp,      -- clearable: when it was given up
    status_as_exported  varchar,        -- clearable: what the system calls its state
    updated_at          timestamp       -- sticky: last change
);

-- One copy seen, or looked for, by a scanner along a shelf. Whoever scanned is not kept, and neither is a number of no copy: it may be a patron's.
create table shelf_scan (
    list_id             varchar,        -- key: the list that it stands in, by what that holds: the same list under another name is the same
    scanned_at          timestamp,      -- key: when; 00:00 where only the day is known
    place               bigint check (place >= 1),     -- key: which row of its list it is
    barcode             varchar check (regexp_full_match(trim(barcode), '[^ ]*[0-9][^ ]*') and length(trim(barcode)) >= 4),  -- sticky: barcode that was scanned; where no list of copies has it, ~ and a keyed hash of it
    is_day_only         boolean,        -- sticky: true where only the day is known
    shelf               varchar,        -- sticky: shelf, range or location that was scanned, as given
    branch              varchar,        -- sticky: branch where it stood
    position            bigint check (position >= 1),  -- sticky: its place in the order of scanning, which is that of the shelf
    is_seen             boolean,        -- clearable: true where it was in hand; false where it was looked for and not found; blank where the list does not tell
    found_as_exported   varchar         -- clearable: what the program said of it, as exported
);

-- A report that something electronic does not open. Neither who reported it nor their words are kept.
create table access_problem (
    problem_id          varchar,        -- key: the number of the report
    resource            varchar,        -- sticky: the resource, as exported
    cause               varchar,        -- clearable: what was wrong; of the form in words of a list
    reported_at         timestamp,      -- sticky: when it was reported
    answered_at         timestamp,      -- sticky: first answer to whoever reported it
    passed_on_at        timestamp,      -- sticky: when the vendor was told
    resolved_at         timestamp,      -- clearable: when it opened again; blank while it does not
    withdrawn_at        timestamp,      -- clearable: when it turned out to be no problem
    status_as_exported  varchar,        -- clearable: what the system calls its state
    updated_at          timestamp       -- sticky: last change
);

-- That a session of a proxy was at a host on a day, with one outcome, however many pages it opened there. Of a log without sessions, whoever comes from
-- one address on one day is one session. Addresses and pages are not kept.
create table access_session (
    access_session_id   varchar,        -- key: keyed hash of session, day, host and outcome together
    visited_on          date,           -- sticky: day, by the proxy's own clock
    host                varchar,        -- sticky: host that was asked for, in small letters; (none) where the line names none, (a number) where it is one, (the proxy) where it is the proxy itself
    outcome             varchar check (outcome in ('success', 'asked', 'redirected', 'refused', 'not found', 'failed', 'other', 'not told')),  -- sticky: what became of it; asked is a link to it through the proxy's own door, which sent on or had let in
    session_key         ubigint,        -- person until visited_on: keyed hash of the session
    user_key            ubigint,        -- person until visited_on: keyed hash of the user's name, where the log tells it
    patron_group        varchar         -- sticky: groups of the user as exported (A+B), where the log tells them
);

-- An event of a proxy's logs: somebody starts at a resource, logs in, fails to, is shut out. Two equal rows are two events. Addresses are not kept.
create table access_event (
    happened_at         timestamp,      -- identity: when, by the proxy's own clock
    kind                varchar check (kind in ('start', 'login', 'failed login', 'denied login', 'lock-out', 'blocked', 'logout', 'other')),  -- identity: what happened; a failed login is a wrong name or password, a denied one of somebody who may not, a lock-out follows on many
    resource            varchar,        -- sticky: of a start the host that it leads to
    kind_as_exported    varchar,        -- sticky: what the system calls it
    is_proxied          boolean,        -- sticky: of a start, false where it led on without the proxy
    session_key         ubigint,        -- person until happened_at: keyed hash of the session
    user_key            ubigint         -- person until happened_at: keyed hash of the user's name as it was typed
);

-- What a machine (a self-check, a sorter, a vendor's login page) asked the library system in SIP2, and was answered. Two equal rows are two events. The
-- library system tells of the same checkouts itself: never add the two. Of patrons nothing is kept, nor the screen texts.
create table machine_event (
    happened_at         timestamp,      -- identity: when the log has it; of what a machine did offline its own time
    kind                varchar check (kind in ('checkout', 'renewal', 'checkin', 'hold', 'fee paid', 'patron check', 'machine login')),  -- identity: what was asked; a patron check is a login at a vendor's page or at a machine
    outcome             varchar check (outcome in ('done', 'refused', 'not on loan', 'sent on', 'taken back', 'not told')),  -- sticky: what came of it; not on loan is a return of what was not lent, sent on one that goes to a hold or another branch though it was not accepted, taken back one that the machine cancels
    reason              varchar check (reason in ('not on loan', 'wrong password', 'card expired', 'card lost', 'renewed too often', 'too many on loan', 'money owed', 'wanted by another', 'on loan already', 'patron unknown', 'item unknown', 'patron blocked', 'not for loan', 'other')),  -- sticky: why it was refused, by the words of the screen text; other where they say none of these, blank where there are none
    account             varchar,        -- sticky: the account under which the machine logs in, where the log names it
    branch              varchar,        -- sticky: institution that the message names (AO); where that is blank or 1 the place (AP), else the account
    location            varchar,        -- sticky: place of the machine that the message names (AP)
    barcode             varchar,        -- sticky: the copy; blank where nothing was done
    bin                 varchar,        -- sticky: bin of the sorter for a return
    alert               varchar,        -- sticky: code of the alert of a return: 01 hold here, 02 hold elsewhere, 04 to another branch, ... as exported
    destination         varchar,        -- sticky: branch that a return goes to
    material            varchar,        -- sticky: code of the medium as exported (001 book, 006 CD, ...)
    amount              decimal(12, 2), -- sticky: money paid at the machine
    pieces              bigint check (pieces >= 0),  -- sticky: how many copies it is about: 1, but where all loans are renewed at once
    is_offline          boolean,        -- sticky: true where the machine had worked without the system, and told it later
    logged_at           timestamp       -- sticky: when the log has it; later than happened_at where it was done offline
);

-- A licence of something electronic for one term: what it costs, and by when it must be decided whether it goes on.
create table licence (
    licence_id          varchar,        -- key: the number or name that you give it; a new term is a new licence
    resource            varchar,        -- sticky: what it opens: a database, a package, a journal
    starts_on           date,           -- sticky: first day of the term
    ends_on             date check (ends_on >= starts_on), -- sticky: last day of the term
    notice_by           date check (notice_by <= ends_on), -- clearable: last day on which it can be ended; blank where it just ends
    notice_days         bigint check (notice_days between 0 and 1000),  -- clearable: days before its last day by which it must be ended, where the contract says days
    decided_on          date,           -- clearable: day on which it was decided to renew or to end it; blank until then
    price               decimal(12, 2) check (price >= 0), -- sticky: what the term costs
    currency            varchar,        -- sticky: currency of the price
    updated_at          timestamp       -- sticky: when the line was written down or last corrected
);

-- One month of one COUNTER report of one platform: what its provider told of it, if anything. Reports, releases and metrics overlap: never add them up.
create table usage_report (
    usage_report_id     varchar,        -- key: report, release and month, and behind them a mark of platform, institution and filters
    report              varchar,        -- sticky: the report as COUNTER numbers it, for example TR_J1
    release             varchar,        -- sticky: release of COUNTER's rules: 4, 5 or 5.1
    month               date,           -- sticky: first day of the month
    platform            varchar,        -- sticky: the platform as the report spells it; blank where a report without rows names none
    provider            varchar,        -- clearable: who made the report
    institution         varchar,        -- sticky: the institution as the report names it
    narrowed_to         varchar,        -- sticky: filters by which a master report leaves something out; blank: none
    state               varchar check (state in ('told', 'no use')),  -- sticky: told: what is not counted is 0; no use: said to be 0; blank: no report tells all of the month, so that its use is not known
    answer              varchar check (answer in ('told', 'no use', 'partial', 'under way', 'not told', 'not ready', 'no longer there', 'empty', 'refused')),  -- clearable: what the newest report says of the month, whole or not; what another told of the whole of it stands
    exceptions          varchar,        -- clearable: numbers of the exceptions in it
    created_at          timestamp       -- clearable: when it was made, as it says itself
);

-- A thing that a COUNTER report counts: a platform, a database, a title, an item, or a part of its use by year, kind or access. Its numbers are the
-- publisher's: one journal has several where a report parts its use.
create table usage_item (
    usage_item_id       varchar,        -- key: a mark of all that tells it; behind it a number where a report has several equal ones
    kind                varchar check (kind in ('platform', 'database', 'title', 'item')),  -- sticky: what it is
    name                varchar,        -- sticky: name as the report has it; blank for a platform
    parent              varchar,        -- sticky: title of what the item stands in
    publisher           varchar,        -- sticky: publisher as the report has it
    platform            varchar,        -- sticky: platform as the report has it
    doi                 varchar,        -- sticky: DOI
    proprietary_id      varchar,        -- sticky: the platform's own number; of two titles it may be the same
    isbn                varchar,        -- sticky: ISBN as the report has it
    print_issn          varchar,        -- sticky: ISSN of the printed form
    online_issn         varchar,        -- sticky: ISSN of the form online
    uri                 varchar,        -- sticky: address as the report has it
    data_type           varchar,        -- sticky: kind of content as the release names it
    section_type        varchar,        -- sticky: kind of part that was used (release 5)
    year_as_exported    varchar,        -- sticky: year of publication; 0001 is COUNTER for unknown, 9999 for in press
    access_type         varchar,        -- sticky: whether it was open to all, as the release names it
    access_method       varchar         -- sticky: Regular, or TDM for mining of text and data
);

-- One count of a COUNTER report: how often a thing was used in a month, by one metric. A count of 0 has no row: `usage_report` says whether the month
-- is told.
create table usage (
    usage_report_id     varchar,        -- key: the month of the report
    usage_item_id       varchar,        -- key: the thing
    metric              varchar,        -- key: what was counted, as COUNTER spells it; metrics are never added up
    month               date,           -- sticky: first day of the month
    uses                bigint check (uses >= 0)  -- sticky: how often
);

-- What the link resolver was asked on one day, from one source, for one serial or book. Rows that are equal in these are parts of one count, to be
-- added up: a report may part it further. It is the resolver's own count: never add it to what publishers count (COUNTER).
create table link_resolver_usage (
    requested_on        date,           -- identity: day of the requests
    origin              varchar,        -- identity: where the link was that sent them: Primo, a database, Google Scholar; blank where that is not told
    issn                varchar,        -- identity: ISSN of the serial asked for
    isbn                varchar,        -- identity: ISBN of the book asked for
    requests            bigint check (requests >= 0),                   -- sticky: how many requests (OpenURLs) came
    clicked_requests    bigint check (clicked_requests >= 0),           -- sticky: of how many of them at least one service was chosen
    requests_without_services bigint check (requests_without_services >= 0), -- sticky: for how many of them nothing could be offered
    services            bigint check (services >= 0),                   -- sticky: how many services were offered, of which a request may have several
    clicked_services    bigint check (clicked_services >= 0)            -- sticky: how many services were chosen
);

-- What a platform of digital lending (OverDrive, hoopla) lends of one title in one format under one lending model: what is owned of it and until when,
-- what it costs, how many wait. Units of two lending models are different things: never add them up.
create table digital_title (
    digital_title_id    varchar,        -- key: the platform's number of the title, else its ISBN, else the title; behind it format, lending model and collection
    title               varchar,        -- sticky: title as the platform has it
    author              varchar,        -- sticky: author as the platform has it
    isbn                varchar,        -- sticky: ISBN as the platform has it, mostly that of the digital edition alone
    format              varchar,        -- sticky: eBook, audiobook, ... as exported
    lending_model       varchar,        -- sticky: on which terms it is lent, as exported; its role says which kind of terms that is. Blank: not told
    collection          varchar,        -- sticky: whose it is where the export tells them apart: Advantage (the library's own) or the consortium's
    added_on            date,           -- sticky: day it was first added to the collection
    copies              bigint check (copies >= 0),            -- clearable: how many patrons may have it at once; of concurrent checkouts the platform shows what is left of these here
    checkouts_bought    bigint check (checkouts_bought >= 0),  -- clearable: where it is metered by checkouts: how many were bought in all
    checkouts_used      bigint check (checkouts_used >= 0),    -- clearable: how many of these are used up
    checkouts_left      bigint check (checkouts_left >= 0),    -- clearable: how many of these are left
    expires_on          date,           -- clearable: day on which the last copy expires, where it is metered by time
    pay_per_use_until   date,           -- clearable: last day on which it is lent at a price for each checkout
    lent_now            bigint check (lent_now >= 0),          -- clearable: how many were lent when it was exported
    lifetime_checkouts  bigint check (lifetime_checkouts >= 0),  -- clearable: checkouts of all time
    last_borrowed_on    date,           -- clearable: last day it was checked out
    holds               bigint check (holds >= 0),             -- clearable: how many patrons wait
    lifetime_holds      bigint check (lifetime_holds >= 0),    -- clearable: holds of all time
    price               decimal(12, 2) check (price >= 0),     -- sticky: the platform's present price of one: a copy, a bundle of checkouts or, at cost per checkout, a checkout
    currency            varchar,        -- sticky: currency of the price, where the export names one
    reported_checkouts  bigint check (reported_checkouts >= 0),  -- clearable: checkouts in the period of the newest report of titles, which need not say which that is
    reported_cost       decimal(12, 2)  -- clearable: what these cost
);

-- A checkout on a platform of digital lending that lists them one by one. Who borrowed is never kept: two equal rows are two checkouts.
create table digital_loan (
    lent_at             timestamp,      -- identity: when; 00:00 where only the day is told
    isbn                varchar,        -- identity: ISBN as the platform has it
    title               varchar,        -- identity: title as the platform has it
    format              varchar,        -- sticky: format as exported; Pending where the patron has chosen none so far
    lending_model       varchar,        -- sticky: on which terms it was lent, as exported; blank: not told
    collection          varchar         -- sticky: whose copy it was where that is certain: Advantage, or the consortium's
);

-- What a platform of digital lending counts itself in one period, mostly a month, of one format: how often it was lent, and what that cost.
create table digital_use (
    starts_on           date,           -- key: first day of the period
    ends_on             date check (ends_on >= starts_on),  -- key: last day of it
    format              varchar,        -- key: format in small letters; the word all where it is not parted
    lending_model       varchar,        -- key: on which terms it was lent, as exported; the word all where it is not parted
    collection          varchar,        -- key: whose copies; the word all where it is not parted
    checkouts           bigint check (checkouts >= 0),  -- sticky: how often it was lent
    cost                decimal(12, 2), -- sticky: what that cost, where each checkout has a price
    currency            varchar         -- sticky: currency of the cost, where the export names one
);

-- An order of digital copies or checkouts. Nothing is received, so that it is no order that waits. Two equal rows are two orders.
create table digital_purchase (
    ordered_on          date,           -- identity: day of the order
    units               bigint check (units >= 0),           -- sticky: how many were bought, of whatever lending model
    amount              decimal(12, 2), -- sticky: what they cost
    preorder_units      bigint check (preorder_units >= 0),  -- sticky: how many were ordered before they came out
    preorder_amount     decimal(12, 2), -- sticky: what these cost
    currency            varchar         -- sticky: currency of the amounts, where the export names one
);

-- A count that a person made, or a machine at the door, of what no system exports.
create table manual_count (
    measure             varchar,        -- key: what was counted, for example visits, reference questions, programme attendance
    kind                varchar,        -- key: a part of the measure, for example children's, online; the word all where it is not parted
    branch              varchar,        -- key: where; the word all where it is not parted
    starts_on           date,           -- key: first day of what was counted
    ends_on             date,           -- key: last day of it
    value               decimal(14, 2) check (value >= 0), -- sticky: how many
    is_estimate         boolean,        -- sticky: true where a sample was counted and the rest is worked out
    entered_at          timestamp       -- sticky: when the count was written down or last corrected
);

-- A notice that the system sent. To whom is not kept.
create table notice (
    notice_id           varchar,        -- key: the system's number of the notice
    kind                varchar,        -- sticky: what it says, as exported
    channel             varchar,        -- sticky: how it was sent, as exported
    rung                bigint check (rung >= 1),  -- sticky: which of a ladder of reminders: 1 is the first
    branch              varchar,        -- sticky: branch that it was sent for
    item_id             varchar,        -- sticky: the copy that it is about
    sent_at             timestamp,      -- sticky: when it was sent
    status_as_exported  varchar         -- clearable: whether it got through, as exported
);

-- One line of a vendor's invoice.
create table invoice_line (
    invoice_line_id     varchar,        -- key: the system's number of the line
    invoice_id          varchar,        -- sticky: the invoice, by number
    order_line_id       varchar,        -- sticky: the order line that it bills
    quantity            bigint,         -- sticky: how many it bills; negative in a credit note
    amount              decimal(12, 2), -- sticky: what it asks for, in the invoice's currency
    paid                decimal(12, 2), -- sticky: what was paid of it
    description         varchar,        -- sticky: the kind of charge, as exported, where it is not for copies
    isbn                varchar,        -- sticky: ISBN that it bills
    title               varchar,        -- sticky: title that it bills, as the vendor writes it
    list_price          decimal(12, 2), -- sticky: the vendor's list price of one
    charges             decimal(12, 2), -- sticky: charges of this line (service, processing), which its amount holds already
    discount            decimal(12, 2), -- sticky: what was taken off the list price, which its amount lacks already
    barcodes            varchar,        -- sticky: barcodes of the copies that it bills, with semicolons between them
    funds               varchar,        -- sticky: codes of the funds that it is billed to, with semicolons between them
    amount_in_full      decimal(16, 6), -- sticky: the amount with all its decimals, where it has more than two
    purchase_order_id   varchar,        -- sticky: the purchase order that the vendor names
    line_number         varchar,        -- sticky: the place in it of the line that it bills, where the vendor names that
    supplier_number     varchar         -- sticky: the vendor's own number of the order line
);

-- One movement of money in a fund.
create table fund_transaction (
    transaction_id      varchar,        -- key: the system's number of the movement
    kind                varchar check (kind in ('encumbered', 'unencumbered', 'spent', 'refunded', 'allocated', 'transferred', 'other')),  -- sticky: what was done
    kind_as_exported    varchar,        -- sticky: what the system calls it
    fund_id             varchar,        -- sticky: the fund, by number
    fund_code           varchar,        -- sticky: the fund, by code
    order_line_id       varchar,        -- sticky: the order line that it is for
    invoice_line_id     varchar,        -- sticky: the invoice line that it is for
    vendor_name         varchar,        -- sticky: the vendor as the export names it
    amount              decimal(12, 2), -- sticky: how much, in the library's currency
    happened_on         date            -- sticky: day of the movement
);

-- A payment of a vendor's invoice as the finance office has it, which need not be what the library system believes.
create table payment (
    payment_id          varchar,        -- key: the finance office's number of the payment, or of its line
    invoice_number      varchar,        -- sticky: the vendor's number of the invoice that it pays
    vendor_name         varchar,        -- sticky: the vendor as the finance office names it
    amount              decimal(12, 2), -- sticky: what was paid; negative where money came back
    currency            varchar,        -- sticky: currency of the amount
    paid_on             date,           -- sticky: day of the payment
    account             varchar         -- sticky: the account that it was paid from
);

-- What a code of one system means: its name, and its part in the work.
create table code (
    list                varchar check (list in ('branch', 'location', 'collection', 'item_type', 'patron_group', 'fund', 'status', 'reason')),  -- key: which list of codes
    code                varchar,        -- key: the code
    name                varchar,        -- sticky: its name for people
    role                varchar         -- sticky: what it is for where that changes a count: ILL partner, bindery, display, equipment, statistical card, computer
);

-- What people decided of a case or of an alarm: to leave it alone until a day or for good, or no longer. One line of the form decisions; of a case
-- the line entered last counts. Who decided, and the remark beside it, are not read.
create table decision (
    process             varchar,        -- key: the kind of work of the case, for example hold; the word alarm for an alarm of libstats check
    case_source         varchar,        -- key: the configured source that tells of the case, or that the alarm is about
    case_id             varchar,        -- key: the case as its source numbers it; of an alarm the word that libstats check names it by
    decision            varchar check (decision in ('snooze', 'dismiss', 'accept', 'take back')),  -- key: snooze leaves a case alone until a day, dismiss until it moves; accept leaves an alarm alone; take back ends each of these
    reason              varchar check (reason in ('someone was asked', 'promised for a day', 'patron agreed to wait', 'being worked on', 'export is behind', 'cannot be closed', 'not worth more work', 'duplicate', 'known and harmless', 'true as it stands', 'the system writes it so', 'being mended', 'happened once', 'taken back')),  -- key: why, of a closed list; taken back where that is what was decided
    until_on            date check (until_on < date '9999-12-31' or decision <> 'snooze'),  -- key: the day on which it comes back, which a snooze must have; 9999-12-31 where none is said
    entered_at          timestamp,      -- key: when it was decided; with the time where a case has several lines of one day
    seen                varchar         -- sticky: what was known then, as libstats snooze writes it: the last step and status of the case, the rows of the alarm; blank in a line by hand
);
