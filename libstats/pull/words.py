"""What goes wrong with a server, in words: its own may hold names and values."""

from __future__ import annotations

from libstats.errors import PullError

Words = tuple[str, str]
WAITS = 20  # seconds for a lock, and for the server to answer

ACCESS = (
    "it did not let the user in",
    "Check the user, from where it may come, the database, and the password: it is taken from "
    "LIBSTATS_PASSWORD.",
)
UNKNOWN = ("there is no database of that name", "Check the address.")
UNREACHED = ("it cannot be reached", "Check the host and the port, and that it runs.")
DENIED = ("the user may not read that", "Grant SELECT on it, or leave it out with --only.")
LOCKED = ("somebody holds a lock for too long", "Try it again later.")
TOO_LONG = ("it takes longer than the server allows", "Try it again at a quiet hour.")
GONE = ("the connection broke off", "Try it again; nothing was changed.")
CHANGED = ("a table was changed meanwhile", "Try it again.")
ZONE = (
    "it does not know the time zone of libstats.toml",
    "Check [library] timezone. MariaDB and MySQL know zones once their administrator has run "
    "mariadb-tzinfo-to-sql (mysql_tzinfo_to_sql).",
)


def said(place: str, meaning: Words | None, code: str = "") -> PullError:
    """The error in these words; where there are none, by the server's code."""
    if meaning is None:
        meaning = (f"the server said error {code}", "Ask its administrator what that is.")
    problem, remedy = meaning
    return PullError(f"{place}: {problem}", remedy)
