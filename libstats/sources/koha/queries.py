"""What Koha's database is asked for: queries.sql, which its how-to page shows."""

from importlib import resources

from libstats.declaration.query import Asked, Queries, read

QUERIES = Queries(
    "koha",
    "mysql",
    read(
        resources.files("libstats.sources.koha")
        .joinpath("queries.sql")
        .read_text(encoding="utf-8"),
        {
            "items": Asked(),
            "records": Asked(moved={"biblio": "b.timestamp"}),
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
)
