"""A library's own lists, in forms that any spreadsheet can write. `libstats init` puts empty ones
into the folder forms."""

from libstats.declaration.source import Source

# One line a step: which piece of work reached which milestone, when. For work that no system
# records.
MILESTONES = Source(
    system="own",
    name="milestones",
    recognise=("case", "milestone", "happened_at"),
    required={
        "process": "add a column process, which names the kind of work, for example digitisation"
    },
    happened=("happened_at",),
    fills={
        "milestone": """
    select
        lower("process") as process,
        "case" as case_id,
        lower("milestone") as milestone,
        iso_time("happened_at") as happened_at,
        length(trim("happened_at")) <= 10 as is_day_only,
        "branch" as branch
    from raw"""
    },
)

# A form is kept by hand and its lines are corrected. The newest line counts, and nothing else in a
# count tells which of two is newer.
ENTERED = {
    "entered_at": (
        "add a column entered_at with the day, or the time, at which the line was written or "
        "last corrected: without it an older form could win over its correction"
    )
}

# What nobody exports: programmes by age and format, reference, visits, hours. A blank kind or
# branch is the whole: `all`.
MANUAL_COUNTS = Source(
    system="own",
    name="manual counts",
    recognise=("measure", "starts_on", "value"),
    required=ENTERED
    | {
        "kind": (
            "add a column kind (a part of the measure, such as an age and a format; "
            "blank where it is not parted)"
        ),
        "branch": "add a column branch (blank where it is not parted)",
        "ends_on": "add a column ends_on, the last day counted (blank where that is starts_on)",
    },
    happened=("entered_at", "ends_on"),
    # a sum below the list would count everything twice
    set_aside={"total": """lower(trim("measure")) similar to '(grand |sub)?totals?:?'"""},
    fills={
        "manual_count": """
    select
        -- Story Times and story times are one measure
        lower("measure") as measure,
        lower(coalesce(nullif(trim("kind"), ''), 'all')) as kind,
        coalesce(nullif(trim("branch"), ''), 'all') as branch,
        iso_date("starts_on") as starts_on,
        -- a period that ends before it begins is a slip: rejected, not turned round
        case
            when coalesce(trim("ends_on"), '') = '' then iso_date("starts_on")
            when iso_date("ends_on") >= iso_date("starts_on") then iso_date("ends_on")
        end as ends_on,
        case when plain_amount(trim("value")) >= 0 then plain_amount(trim("value")) end as value,
        yes_no("is_estimate") as is_estimate,
        iso_time("entered_at") as entered_at
    from raw"""
    },
)

# Neither who reported it nor their words: a column for these is not read.
ACCESS_PROBLEMS = Source(
    system="own",
    name="access problems",
    recognise=("problem_id", "reported_at"),
    required=ENTERED,
    happened=(
        "updated_at",
        "reported_at",
        "answered_at",
        "passed_on_at",
        "resolved_at",
        "withdrawn_at",
    ),
    # of anything else one letter: that something stood there
    glean={
        "cause": r"(?i)^\s*(?:proxy|login|licence|unpaid|platform down|wrong link|link resolver"
        r"|holdings|browser|not ours)\s*$|\S"
    },
    fills={
        "access_problem": """
    select
        "problem_id" as problem_id,
        "resource" as resource,
        -- words of a list alone: what is typed besides may name who said it
        case
            when coalesce(trim("cause"), '') = '' then null
            when lower(trim("cause")) in (
                'proxy', 'login', 'licence', 'unpaid', 'platform down', 'wrong link',
                'link resolver', 'holdings', 'browser', 'not ours'
            )
                then lower(trim("cause"))
            else 'other'
        end as cause,
        iso_time("reported_at") as reported_at,
        iso_time("answered_at") as answered_at,
        iso_time("passed_on_at") as passed_on_at,
        iso_time("resolved_at") as resolved_at,
        iso_time("withdrawn_at") as withdrawn_at,
        "status" as status_as_exported,
        iso_time("entered_at") as updated_at
    from raw"""
    },
)

# One line a term of a licence: by when it must be decided. Whoever decides is not asked.
LICENCES = Source(
    system="own",
    name="licences",
    recognise=("licence_id", "resource"),
    required=ENTERED,
    happened=("updated_at",),
    fills={
        "licence": """
    select
        "licence_id" as licence_id,
        "resource" as resource,
        iso_date("starts_on") as starts_on,
        iso_date("ends_on") as ends_on,
        iso_date("notice_by") as notice_by,
        whole_number("notice_days") as notice_days,
        iso_date("decided_on") as decided_on,
        -- $1,250.00, 900 EUR
        typed_amount("price") as price,
        -- a sign that several countries use, such as $, says no currency
        case
            when trim("?currency") <> '' then upper(trim("?currency"))
            when contains("?price", '€') then 'EUR'
            when contains("?price", '£') then 'GBP'
            else nullif(regexp_extract(upper("?price"), '\\b[A-Z]{3}\\b'), '')
        end as currency,
        iso_time("entered_at") as updated_at
    from raw"""
    },
)

RESERVE_REQUESTS = Source(
    system="own",
    name="reserve requests",
    recognise=("reserve_request_id", "requested_at"),
    required=ENTERED,
    happened=(
        "updated_at",
        "requested_at",
        "located_at",
        "cleared_at",
        "linked_at",
        "available_at",
        "cancelled_at",
    ),
    fills={
        "reserve_request": """
    select
        "reserve_request_id" as reserve_request_id,
        "course" as course,
        "item_id" as item_id,
        "title_id" as title_id,
        "branch" as branch,
        "format" as format,
        iso_time("requested_at") as requested_at,
        iso_date("needed_by") as needed_by,
        iso_time("located_at") as located_at,
        iso_time("cleared_at") as cleared_at,
        iso_time("linked_at") as linked_at,
        iso_time("available_at") as available_at,
        iso_time("cancelled_at") as cancelled_at,
        "status" as status_as_exported,
        iso_time("entered_at") as updated_at
    from raw"""
    },
)

SERIAL_ISSUES = Source(
    system="own",
    name="serial issues",
    recognise=("serial_issue_id", "expected_on"),
    required=ENTERED,
    happened=("updated_at", "received_on", "last_claimed_on"),
    fills={
        "serial_issue": """
    select
        "serial_issue_id" as serial_issue_id,
        "subscription_id" as subscription_id,
        "title_id" as title_id,
        "branch" as branch,
        "vendor_id" as vendor_id,
        "enumeration" as enumeration,
        case
            when coalesce(trim("status"), '') = '' then null
            when lower(trim("status")) in (
                'expected', 'received', 'late', 'claimed', 'missing', 'not published', 'bound',
                'discarded'
            )
                then lower(trim("status"))
            else 'other'
        end as status,
        "status" as status_as_exported,
        iso_date("expected_on") as expected_on,
        iso_date("received_on") as received_on,
        whole_number("claims") as claims,
        iso_date("last_claimed_on") as last_claimed_on,
        "item_id" as item_id,
        iso_time("entered_at") as updated_at
    from raw"""
    },
)

# One line a request that something be bought. Who asked and who decided is not read, and why it was
# declined only in words of a list: what is typed besides may name a person.
PURCHASE_REQUESTS = Source(
    system="own",
    name="purchase requests",
    recognise=("purchase_request_id", "requested_on"),
    required=ENTERED,
    happened=("updated_at", "requested_on", "accepted_on", "declined_on"),
    glean={
        "reason": r"(?i)^\s*(?:already held|already on order|out of scope|too expensive"
        r"|out of print|not available|borrowed instead|other)\s*$"
    },
    fills={
        "purchase_request": """
    select
        "purchase_request_id" as purchase_request_id,
        "title_id" as title_id,
        "order_line_id" as order_line_id,
        "title" as title,
        "isbn" as isbn,
        "branch" as branch,
        "item_type" as item_type,
        iso_date("requested_on") as requested_on,
        iso_date("accepted_on") as accepted_on,
        iso_date("declined_on") as declined_on,
        "status" as status_as_exported,
        case
            when lower(trim("reason")) in (
                'already held', 'already on order', 'out of scope', 'too expensive',
                'out of print', 'not available', 'borrowed instead', 'other'
            )
                then lower(trim("reason"))
        end as reason_as_exported,
        yes_no("is_rush") as is_rush,
        iso_time("entered_at") as updated_at
    from raw"""
    },
)

# One line a subscription: how often it comes, and until when it is paid. Its number is the one of
# the list of issues, whether that is a form or an export of a system that tells of none.
SUBSCRIPTIONS = Source(
    system="own",
    name="subscriptions",
    recognise=("subscription_id", "frequency", "paid_until"),
    required=ENTERED,
    happened=("updated_at",),
    fills={
        "subscription": """
    select
        "subscription_id" as subscription_id,
        "title_id" as title_id,
        "title" as title,
        "branch" as branch,
        "vendor_id" as vendor_id,
        "vendor" as vendor_name,
        "frequency" as frequency_as_exported,
        whole_number("claim_after_days") as claim_after_days,
        iso_date("starts_on") as starts_on,
        iso_date("ends_on") as ends_on,
        iso_date("paid_until") as paid_until,
        yes_no("is_cancelled") as is_cancelled,
        iso_time("entered_at") as updated_at
    from raw"""
    },
)

# What was decided of a case of `libstats today` or an alarm of `libstats check`. The remark that
# stands beside it is for colleagues who open the form: it is not read.
DECISIONS = Source(
    system="own",
    name="decisions",
    recognise=("case", "decision", "reason"),
    required=ENTERED,
    happened=("entered_at",),
    fills={
        "decision": """
    select
        lower("process") as process,
        "source" as case_source,
        "case" as case_id,
        lower("decision") as decision,
        -- to take something back no reason is asked for
        coalesce(
            nullif(lower(trim("reason")), ''),
            case when lower(trim("decision")) = 'take back' then 'taken back' end
        ) as reason,
        -- a part of what tells lines apart, so it is never blank
        case
            when coalesce(trim("until"), '') = '' then date '9999-12-31'
            else iso_date("until")
        end as until_on,
        iso_time("entered_at") as entered_at,
        "seen" as seen
    from raw"""
    },
)

# For notices of systems whose own log libstats does not read. To whom, and what it said, is not
# read.
NOTICES = Source(
    system="own",
    name="notices",
    recognise=("notice_id", "sent_at"),
    happened=("sent_at",),
    fills={
        "notice": """
    select
        "notice_id" as notice_id,
        "kind" as kind,
        "channel" as channel,
        whole_number("rung") as rung,
        "branch" as branch,
        "item_id" as item_id,
        iso_time("sent_at") as sent_at,
        "status" as status_as_exported
    from raw"""
    },
)

# What the finance office paid, a line a payment of one invoice. A list of its own columns is
# declared in libstats.toml, under [export."finance payments".columns.payment].
PAYMENTS = Source(
    system="own",
    name="payments",
    recognise=("payment_id", "paid_on"),
    required={
        "invoice_number": (
            "add a column invoice_number with the vendor's number of the invoice that was paid"
        )
    },
    happened=("paid_on",),
    set_aside={"total": """lower(trim("payment_id")) similar to '(grand |sub)?totals?:?'"""},
    fills={
        "payment": """
    select
        "payment_id" as payment_id,
        "invoice_number" as invoice_number,
        "vendor_name" as vendor_name,
        plain_amount(trim("amount")) as amount,
        "currency" as currency,
        iso_date("paid_on") as paid_on,
        "account" as account
    from raw"""
    },
)
