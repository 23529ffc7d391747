"""How a part's text gets into SQL: as the file lies there where DuckDB reads it as it is meant,
else as the reader has written it anew."""

from __future__ import annotations

from libstats.declaration.raw import Raw, read_csv
from libstats.loading import lines
from libstats.loading.incoming import Incoming
from libstats.privacy import keys


def as_it_lies(incoming: Incoming) -> Raw:
    """The file itself, whose records are compared with the count later."""
    part, source, con = incoming.part, incoming.source, incoming.job.con
    text = read_csv(
        [part.path],
        part.delimiter,
        range(len(part.header)),
        null_words=source.null_words,
        header=True,
    )
    keys.hash_in_sql(con, incoming.job.key, incoming.places)
    incoming.tell_groups()
    fingerprint, by_line = incoming.primary.fingerprint, None
    if lines.IS_OPEN and fingerprint.is_of_lines and part.is_mostly_plain(source.null_words):
        by_line = fingerprint.lines(
            part.path,
            incoming.job.scratch / "rest.csv",
            lambda: not incoming.count.spans_lines,
            null_words=source.null_words,
        )
    return Raw(text, lines=by_line)


def as_written_anew(incoming: Incoming) -> Raw:
    """The part as plain UTF-8 with only the wanted columns and the line of each row."""
    keys.already_hashed(incoming.job.con)
    incoming.tell_groups()
    text = read_csv(
        [incoming.normalised.path],
        incoming.part.delimiter_anew,
        [-1, *incoming.keep],
        null_words=incoming.source.null_words,
        header=False,
        is_quoted=incoming.part.delimiter_anew == ",",
    )
    return Raw(text, has_lines=True)
