"""MariaDB and MySQL: everything as the text that the server writes, in one read-only snapshot.

No value is decoded into a type of Python: a zero date, a time beyond 24 hours and a decimal stay as
Koha's own report writes them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from libstats.errors import PullError
from libstats.pull import words
from libstats.pull.address import Address
from libstats.pull.words import WAITS

if TYPE_CHECKING:
    import pymysql

AT_ONCE = 1000
_UNREADABLE = (
    "blob",
    "tinyblob",
    "mediumblob",
    "longblob",
    "bit",
    "binary",
    "varbinary",
    "geometry",
)
# numbers of errors
_MEANS = {
    **dict.fromkeys((1044, 1045, 1698), words.ACCESS),
    1049: words.UNKNOWN,
    **dict.fromkeys((2002, 2003, 2005), words.UNREACHED),
    **dict.fromkeys((1142, 1143, 1227), words.DENIED),
    **dict.fromkeys((1205, 3572), words.LOCKED),
    **dict.fromkeys((1969, 3024), words.TOO_LONG),
    **dict.fromkeys((1053, 1317, 1927, 2006, 2013), words.GONE),
    **dict.fromkeys((1054, 1146, 1412), words.CHANGED),
    1298: words.ZONE,
}


class MariaDB:
    """A connection that reads, and can do nothing else."""

    def __init__(self, connection: pymysql.Connection[Any], place: str) -> None:
        self._connection, self.place = connection, place

    def seen(self, tables: Set[str]) -> dict[str, frozenset[str]]:
        """The columns of each table that may be seen, without those that hold no text."""
        found: dict[str, set[str]] = {}
        for table, column, kind in self._rows(
            "select table_name, column_name, data_type from information_schema.columns"
            " where table_schema = database()"
        ):
            if table.lower() in tables and kind.lower() not in _UNREADABLE:
                found.setdefault(table.lower(), set()).add(column.lower())
        return {table: frozenset(columns) for table, columns in found.items()}

    def begin(self) -> datetime:
        """Begin the snapshot in which all is read; gives the server's clock at that moment."""
        self._run("start transaction with consistent snapshot, read only")
        ((now,),) = self._rows("select now()")
        return datetime.fromisoformat(now)

    def end(self) -> None:
        """Leave the snapshot: whoever idles in one keeps others from their work."""
        self._run("rollback")

    def write(self, sql: str, out: BinaryIO, advance: Callable[[int], object]) -> int:
        """Write the rows of an answer as CSV, as Koha's own report writer does; gives their
        number."""
        text = io.TextIOWrapper(out, encoding="utf-8", newline="")
        writer, number = csv.writer(text, lineterminator="\n"), 0
        for rows in self._blocks(sql):
            writer.writerows(rows)
            number += len(rows)
            advance(len(rows))
        text.detach()
        return number

    def _blocks(self, sql: str) -> Iterator[Any]:
        import pymysql.cursors

        with self._in_words(), self._connection.cursor(pymysql.cursors.SSCursor) as cursor:
            cursor.execute(sql)
            while rows := cursor.fetchmany(AT_ONCE):
                yield rows

    def _rows(self, sql: str) -> list[Any]:
        return [row for rows in self._blocks(sql) for row in rows]

    def _run(self, sql: str) -> None:
        with self._in_words(), self._connection.cursor() as cursor:
            cursor.execute(sql)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        import pymysql

        try:
            yield
        except (pymysql.Error, OSError) as error:
            raise _said(error, self.place) from None


@contextmanager
def connected(address: Address, password: str | None, timezone: str | None) -> Iterator[MariaDB]:
    """A connection that reads, in the library's zone where it has told one. PullError."""
    try:
        import pymysql
    except ImportError:
        raise PullError(
            "to read a MariaDB or MySQL database takes the package PyMySQL",
            'Install it: pip install "libstats[live]"',
        ) from None
    own = Path.home() / ".my.cnf"
    encoders: Any = pymysql.converters.encoders
    try:
        connection = pymysql.connect(
            host=address.host,
            port=address.port,
            user=address.user,
            password=password or "",
            database=address.database,
            charset="utf8mb4",
            conv=encoders,  # no decoders: what is read stays text
            connect_timeout=WAITS,
            read_timeout=15 * WAITS,
            local_infile=False,
            read_default_file=str(own) if password is None and own.is_file() else None,
        )
    except (pymysql.Error, OSError) as error:
        raise _said(error, address.place) from None
    server = MariaDB(connection, address.place)
    try:
        server._run(f"set session lock_wait_timeout = {WAITS}")
        server._run("set session transaction read only")
        if timezone:
            server._run(f"set session time_zone = {connection.escape(timezone)}")
        yield server
    finally:
        with suppress(pymysql.Error, OSError):
            connection.close()


def _said(error: Exception, place: str) -> PullError:
    """What went wrong, in words: the server's own may hold names and values."""
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    if isinstance(error, TimeoutError):
        return words.said(place, words.GONE)
    return words.said(place, _MEANS.get(number), str(number))
