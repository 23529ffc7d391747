"""What a system's live database is asked for: the queries beside the declarations,
`koha/queries.sql` in the folder of a system and `folio.queries.sql` beside a single file. They are
those of its how-to page."""

from __future__ import annotations

from functools import cache
from importlib import resources

from libstats.declaration.query import Asked, Queries, read

__all__ = ["SYSTEMS", "of_system"]

# The kind of server of each system, and what is to be known of its queries; the others are for
# people alone.
_TOLD = {
    "koha": (
        "mysql",
        {
            "items": Asked(),
            "records": Asked(moved={"biblio": "b.timestamp"}),
            # open loans are few, and a whole list of them tells which are open
            "loans": Asked(
                also=("old_issues",),
                older={"renewals_count": "renewals"},
                moved={"old_issues": "timestamp"},
                key="issue_id",
                person="borrowernumber",
            ),
            "statistics": Asked(day="datetime"),
            "holds": Asked(also=("old_reserves",)),
            "transfers": Asked(),
            "deleted items": Asked(older={"deleted_on": "timestamp as deleted_on"}),
            "account lines": Asked(moved={"accountlines": "timestamp"}),
            "order lines": Asked(),
            "serials": Asked(),
            "ILL requests": Asked(),
            "notices": Asked(day="time_queued"),
            "action log": Asked(day="a.timestamp"),
        },
    ),
    "evergreen": (
        "postgresql",
        {
            # a renewal is a row of its own, and nothing else of a circulation changes
            "circulations": Asked(
                moved={"action.all_circulation": "greatest(c.xact_start, c.checkin_time)"},
                key="c.id",
                person="c.usr",
            ),
            "items": Asked(),
            "in-house use": Asked(),
            "holds": Asked(),
            "transits": Asked(),
            "order lines": Asked(),
            "invoices": Asked(),
            "invoice entries": Asked(),
            "serial items": Asked(),
            "fund debits": Asked(),
            "libraries": Asked(),
            "funds": Asked(),
            "billings": Asked(),
            "payments": Asked(),
        },
    ),
    "folio": (
        "postgresql",
        {
            "loans": Asked(),
            "check-ins": Asked(day="occurred_date_time"),
            "requests": Asked(),
            "items": Asked(),
            "service points": Asked(),
            "locations": Asked(),
            "groups": Asked(),
        },
    ),
    "sierra": (
        "postgresql",
        {
            "circulation transactions": Asked(day="transaction_gmt"),
            "open checkouts": Asked(),
            "open holds": Asked(),
            "orders": Asked(),
            "payments": Asked(),
            "funds": Asked(),
        },
    ),
    "reshare": ("postgresql", {"requests": Asked(), "request history": Asked()}),
}
SYSTEMS = tuple(_TOLD)


@cache
def of_system(system: str) -> Queries:
    """What the database of one of SYSTEMS is asked for."""
    server, asked = _TOLD[system]
    here = resources.files(__name__.rpartition(".")[0])
    single = here.joinpath(f"{system}.queries.sql")
    file = single if single.is_file() else here.joinpath(system, "queries.sql")
    return Queries(system, server, read(file.read_text(encoding="utf-8"), asked))
