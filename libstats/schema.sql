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
    is_serial           boolean,        -- sticky: true for a journal, magazine or newspaper
    created_on          date,           -- sticky: day the record was made
    updated_at          timestamp       -- sticky: last change to the record
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
    last_seen_on        date,           -- sticky: last day any scan saw it
    due_on              date,           -- clearable: due day while on loan, blank on the shelf
    status              varchar,        -- clearable: the system's own word for the copy's condition
    lost_code           varchar,        -- clearable: the system's code for lost; 0 or blank is not lost
    lost_on             date,           -- clearable: day it was marked lost
    damaged_code        varchar,        -- clearable: the system's code for damaged; 0 or blank is not damaged
    withdrawn_code      varchar,        -- clearable: the system's code for withdrawn; 0 or blank is not withdrawn
    withdrawn_on        date,           -- clearable: day it was marked withdrawn
    not_for_loan_code   varchar,        -- clearable: the system's code for not lendable; 0 or blank is lendable
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
    is_auto_renewed     boolean,        -- sticky: true where the loan is set to renew by itself
    is_in_house         boolean,        -- sticky: true for use inside the library
    channel             varchar check (channel in ('staff', 'self-check', 'patron', 'automatic')),  -- sticky: how it was lent
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
    status              varchar check (status in ('waiting', 'in transit', 'processing', 'filled')),  -- clearable: blank while nothing has been found
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
