"""PostgreSQL: everything as the CSV that the server writes itself (COPY), in one read-only
snapshot.

Nothing is decoded into a type of Python: `infinity` and a time with its zone stay as psql writes
them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, LiteralString

from libstats.errors import PullError
from libstats.pull import words
from libstats.pull.address import Address
from libstats.pull.words import WAITS

if TYPE_CHECKING:
    import psycopg

# classes and codes of SQLSTATE
_MEANS = {
    "28": words.ACCESS,
    "3D": words.UNKNOWN,
    "42501": words.DENIED,
    "55P03": words.LOCKED,
    "57014": words.TOO_LONG,
    "57P": words.GONE,
    "08": words.GONE,
    "22023": words.ZONE,
    "42P01": words.CHANGED,
    "42703": words.CHANGED,
}


class PostgreSQL:
    """A connection that reads, and can do nothing else."""

    def __init__(self, connection: psycopg.Connection[Any], place: str) -> None:
        self._connection, self.place = connection, place

    def seen(self, tables: Set[str]) -> dict[str, frozenset[str]]:
        """The columns of each table that may be seen, without those that hold no text."""
        rows = self._rows(
            """
            select table_schema || '.' || table_name, column_name
            from information_schema.columns
            where table_schema || '.' || table_name = any(%s)
                and data_type <> 'bytea'
                and has_column_privilege(
                    quote_ident(table_schema) || '.' || quote_ident(table_name),
                    column_name::text,
                    'select'
                )
            """,
            [sorted(tables)],
        )
        found: dict[str, set[str]] = {}
        for table, column in rows:
            found.setdefault(table, set()).add(column)
        return {table: frozenset(columns) for table, columns in found.items()}

    def begin(self) -> datetime:
        """Begin the snapshot in which all is read; gives the server's clock at that moment."""
        self._rows("begin isolation level repeatable read, read only")
        ((now,),) = self._rows("select localtimestamp(0)::text")
        return datetime.fromisoformat(now)

    def end(self) -> None:
        """Leave the snapshot: whoever idles in one keeps others from their work."""
        self._rows("rollback")

    def write(self, sql: str, out: BinaryIO, advance: Callable[[int], object]) -> int:
        """Write the rows of an answer as CSV, as psql does; gives their number."""
        number = 0
        with self._in_words(), self._connection.cursor() as cursor:
            with cursor.copy(f"copy ({sql}) to stdout (format csv)".encode()) as answer:
                for block in answer:
                    out.write(block)
                    number += 1  # a block is a row
                    if number % 1000 == 0:
                        advance(1000)
            advance(number % 1000)
            return cursor.rowcount

    def _rows(self, sql: LiteralString, values: list[Any] | None = None) -> list[Any]:
        with self._in_words(), self._connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        import psycopg

        try:
            yield
        except psycopg.Error as error:
            raise _said(error, self.place) from None


@contextmanager
def connected(address: Address, password: str | None, timezone: str | None) -> Iterator[PostgreSQL]:
    """A connection that reads, in the library's zone where it has told one. PullError."""
    try:
        import psycopg
    except ImportError:
        raise PullError(
            "to read a PostgreSQL database takes the package psycopg",
            'Install it: pip install "libstats[live]"',
        ) from None
    settings = {
        "default_transaction_read_only": "on",
        "lock_timeout": f"{WAITS}s",
        "idle_in_transaction_session_timeout": f"{15 * WAITS}s",
        "synchronize_seqscans": "off",
        "DateStyle": "ISO",
        "client_encoding": "UTF8",
    }
    try:
        connection = psycopg.connect(
            host=address.host,
            port=address.port,
            dbname=address.database,
            user=address.user,
            password=password,
            autocommit=True,
            connect_timeout=WAITS,
            options=" ".join(f"-c {name}={value}" for name, value in settings.items()),
            tcp_user_timeout=15 * WAITS * 1000,
        )
    except psycopg.Error as error:
        raise _said(error, address.place, words.UNREACHED) from None
    server = PostgreSQL(connection, address.place)
    try:
        if timezone:
            server._rows("select set_config('TimeZone', %s, false)", [timezone])
        yield server
    finally:
        with suppress(psycopg.Error):
            connection.close()


def _said(error: psycopg.Error, place: str, otherwise: words.Words | None = None) -> PullError:
    """What went wrong, in words: the server's own may hold names and values."""
    state = error.sqlstate or ""
    for beginning, meaning in _MEANS.items():
        if state.startswith(beginning):
            return words.said(place, meaning)
    if state:
        return words.said(place, None, state)
    # before the user is let in, libpq tells no code
    if "FATAL" not in str(error):
        return words.said(place, otherwise or words.GONE)
    is_unknown = "database" in str(error) and "does not exist" in str(error)
    return words.said(place, words.UNKNOWN if is_unknown else words.ACCESS)
