"""What the columns of views mean, as schema.sql tells of those of tables."""

from __future__ import annotations

LOADED_FILE = {
    "seq": "number of the load, as `libstats loads` lists it",
    "source": "configured source that the file came from",
    "declaration": "what the file was taken for, such as koha items",
    "shape": "number of the shape of file: equal for files of one declaration and the same columns",
    "file": "name of the file, and of the part in it",
    "sha256": "fingerprint of its bytes",
    "loaded_at": "when it was loaded",
    "exported_at": "when it was exported",
    "told_until": "up to when it tells: of one named by a day, the newest time in it on that day",
    "exported_from": "how that is known: given, stated, name, newest, modified",
    "primary_table": "the table of whose rows the receipt tells",
    "columns": "the columns that it fills, by table",
    "is_whole": "true if it lists everything, so that what it lacks is gone",
    "is_held": "true if it waits to be confirmed: it retires nothing",
    "is_active": "true unless it was undone",
    "is_confirmed": "true if it was confirmed",
    "rows_read": "rows in the file, counted independently of what reads them",
    "rows_kept": "rows neither rejected nor set aside",
    "dispositions": "what became of the rows, by disposition",
}
LOADED_DAY = {
    "seq": "number of the load",
    "table_name": "the table of whose rows it tells",
    "event": "what happened, such as checkout; ended is the end of a case, whatever it was",
    "branch": "where, as the rows are counted by it",
    "day": "when; blank for a list of what is there",
    "n": "how many the load holds",
    "open": "how many of them had not ended; 0 of what does not end",
    "ended": "how many had",
    "newest": "the newest time of them, as far as this load or one of its shape before it told",
    "longest": "of ended, the most days that a case took",
}
REJECTED_ROW = {
    "seq": "number of the load",
    "line": "line of the file",
    "heading": "the column; blank where the line as a whole is at fault",
    "reason": "what is wrong",
    "shape": "what the value looks like, never the value",
}
KEY_CHANGE = {"seq": "its number in the ledger, as that of a load", "changed_at": "when"}
# What a connection is given beside the store's own, when it is opened: see libstats/definitions.
ROLE = {
    "source": "configured source",
    "about": "the table whose column carries the code",
    "field": "that column; blank: any of the table that carries codes",
    "code": "the code in small letters, one space between words; *: any that no line names",
    "role": "what it means, of a closed list (of copies `copy_role`); blank: `meaning` says why",
    "milestone": "the milestone of a kind of work that it marks",
    "outcome": "how a case stands that carries it",
    "meaning": "what the vendor, or the library, says it is",
    "is_own": "true if libstats.toml says so",
}
COPY_ROLE = {
    "role": "a role of a copy",
    "is_held": "true if the library has such a copy, so that age and use count it",
    "is_on_shelf": "true if it stands where it belongs; blank: not said",
    "can_fill": "true if a hold can be filled with it, now or once it is back",
    "meaning": "the role in words",
    "place": "its place among them: of several codes of one copy the first role counts",
}
COPY_STATE = {
    "source": "configured source",
    "item_key": "the copy, as in `item_ever`",
    "role": "the first of the roles of its codes; `nothing said`: it has no code; blank: unknown",
    "is_held": "as in `copy_role`; of several codes one no decides, else one unknown: blank",
    "is_on_shelf": "likewise",
    "can_fill": "likewise",
    "unknown_code": "its codes without a role, each behind its column",
}

CASE = {
    "process": "kind of work, as table `process` lists them",
    "source": "configured source that tells of it",
    "case_id": "the case: a hold, a request, a loan, a copy on order",
    "handle": "what a person looks for: a barcode, or the case",
    "branch": "branch whose work it is",
    "kind": "a part of the cases, such as the item type",
    "reached": "when it reached each milestone: map of milestone and moment",
    "started_at": "when its wait began",
    "outcome": "open, done, given up by the patron, given up (by the library, the other side, or"
    " unknown), lapsed (unfilled). Or not fetched (it stood ready), over (by an unknown way),"
    " undeterminable (its status lacks a role)",
    "ended_at": "when it ended; blank while it is open, and where nobody recorded when",
    "ended_not_before": "it had not ended then: the last export that shows it open, or what"
    " happened last",
    "ended_not_after": "it had ended by then: the first export that shows it over",
    "age_days": "days from its start to its end, to `told_at`, or to `as_of`, without time known to"
    " be paused;"
    " blank where nobody recorded when it ended",
    "is_paused": "true while its patron has paused it",
    "is_at_most": "true if it may have been paused for longer than is known, and be younger",
    "told_at": "up to when an open case was told of, where others were told of later: it was open"
    " then, and nobody knows of it since",
    "as_of": "the newest export that tells of this kind of work, to which open cases have aged",
}
