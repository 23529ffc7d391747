"""Relais (BorrowDirect, EZBorrow): its table bibliography, with the days of printing and shipping
joined. Patrons and titles are never read."""

from libstats.declaration.source import Source

# The table holds the requests of all libraries of the group, and nothing in it says which of them
# is ours, nor when its status changed: the file's name says its day. What process_date means is not
# known, and it is not read.
REQUESTS = Source(
    system="relais",
    name="requests",
    recognise=("request_number", "supplier_code", "borrower", "lender"),
    required={
        "direction": (
            "add a column direction to the report: 'borrowing' where borrower is your library, "
            "'lending' where lender is"
        ),
        "request_date": "add request_date to the report",
    },
    set_aside={"own library's copy": """trim("borrower") = trim("lender")"""},
    fills={
        "ill_request": """
    select
        "request_number" as request_number,
        lower(trim("direction")) as direction,
        case
            when lower(trim("supplier_code")) = 'list exhausted' then 'unfilled'
            when "?min_ship_date" is not null then 'shipped'
            else 'requested'
        end as status,
        case
            when lower(trim("supplier_code")) = 'list exhausted' then 'list exhausted'
            when "?min_ship_date" is not null then 'shipped'
            else 'requested'
        end as status_as_exported,
        case
            when lower(trim("supplier_code")) = 'list exhausted' then 'sources exhausted'
        end as reason,
        case
            when lower(trim("supplier_code")) = 'list exhausted' then "supplier_code"
        end as reason_as_exported,
        'loan' as kind,
        'Relais' as service,
        case
            when lower(trim("direction")) = 'borrowing'
                and lower(trim("supplier_code")) <> 'list exhausted'
                then upper(trim("lender"))
        end as lender,
        "patron_type" as patron_group,
        "pickup_location" as branch,
        iso_time("request_date") as created_at
    from raw""",
        # with its time of day, where the report has one: Relais's own figures count midnights
        "ill_event": """
    select
        case when trim("min_ship_date") <> '' then "request_number" end as request_id,
        iso_time("min_ship_date") as happened_at,
        'shipped' as status_as_exported,
        lower(trim("direction")) as direction
    from raw""",
    },
)
