"""Alarms about the loaded files: cut, selected, with gaps or with rows that could not be read."""

from __future__ import annotations

REFUSED = "refused file"

# as ALARMS of alarms.py; what is about one file names as `thing` the bytes of it, for the file of
# the next day often has its name
OF_LOADS: dict[str, tuple[str, str]] = {
    REFUSED: (
        "the file lies in the exports folder and was refused when it was last loaded: nothing of "
        "it is in any figure. `libstats load` of it says why, and what to do. Told until it is "
        "loaded, written anew or taken out of the folder",
        """
        select
            'exports' as source,
            file as place,
            sha256 as thing,
            1 as rows
        from refused_file
        """,
    ),
    "export cut off": (
        "the file ends on a number of rows at which programs stop exporting; "
        "look whether rows are missing",
        """
        select
            source,
            file as place,
            sha256 as thing,
            rows_read as rows
        from loaded_file
        where is_active
            and rows_read in (
                1000,
                10000,
                65000,
                65535,
                65536,
                100000,
                250000,
                500000,
                1000000,
                1048575,
                1048576,
                10000000
            )
        """,
    ),
    "list held": (
        "a list that should hold everything is much shorter than the last one, or looks cut; "
        "nothing was retired (libstats confirm)",
        """
        select
            source,
            file as place,
            sha256 as thing,
            rows_kept as rows
        from loaded_file
        where is_held
        """,
    ),
    "numbers of no copy": (
        "most numbers in a list of scans are of no copy on record: is it a list of patrons? Take "
        "it back: libstats undo, with the number of the load. If the copies are new, load your "
        "newest list of copies",
        """
        select
            f.source,
            'load ' || f.seq || ': ' || count(distinct s.barcode) filter (i.barcode is null)
                || ' of ' || count(distinct s.barcode) || ' numbers are no copy' as place,
            f.sha256 as thing,
            count(distinct s.barcode) filter (i.barcode is null) as rows
        from loaded_file f
        join history.shelf_scan s
            on s.shape = f.shape
            and s.from_seq <= f.seq
            and f.seq < coalesce(s.until_seq, f.seq + 1)
        left join (select distinct barcode from item) i on i.barcode = s.barcode
        where f.is_active and exists (from item)
        group by f.seq, f.source, f.sha256
        having count(distinct s.barcode) >= 3
            and 2 * count(distinct s.barcode) filter (i.barcode is null)
                > count(distinct s.barcode)
        """,
    ),
    "closed cases only": (
        "every loan has been returned: the export leaves out the open ones, and no turnaround may "
        "be computed from it",
        """
        select
            source,
            'loan' as place,
            count(*) as rows
        from loan
        group by source
        having count(*) >= 30 and count(*) = count(returned_at)
        """,
    ),
    "selected by outcome": (
        "files look as if they hold only some of the cases, by what became of these. What they "
        "leave out is in no figure. Say what they hold below [coverage] (libstats coverage)",
        """
        select
            c.source,
            c.table_name || ': ' || c.selection as place,
            max(d.rows) as rows
        from coverage c
        join (
            select source, table_name, max(n) as rows
            from (
                select f.source, d.table_name, d.seq, sum(d.n) as n
                from loaded_day d join loaded_file f using (seq)
                where f.is_active and d.event <> 'ended'
                group by all
            )
            group by all
        ) d on d.source = c.source and d.table_name = c.table_name
        where c.is_suspected
        group by all
        """,
    ),
    "many rejected": (
        "over one row in a hundred was rejected (libstats rejects)",
        """
        select
            source,
            file as place,
            sha256 as thing,
            dispositions['rejected'] as rows
        from loaded_file f
        where is_active
            and dispositions['rejected'] > 0.01 * rows_read
            -- the file was mended and loaded again under its name: what was rejected has come
            and not exists (
                select 1
                from loaded_file later
                where later.is_active
                    and later.seq > f.seq
                    and later.source = f.source
                    and later.declaration = f.declaration
                    and later.file = f.file
                    and later.rows_read >= f.rows_read
                    and coalesce(later.dispositions['rejected'], 0) <= 0.01 * later.rows_read
            )
        """,
    ),
    "times to come": (
        "events that have not happened yet at the time of their export: a wrong clock or a wrong "
        "date",
        """
        select
            source,
            'circulation_event' as place,
            count(*) as rows
        from circulation_event
        where happened_at
            > (
                select max(exported_at)
                from loaded_file
                -- what people decide on a day says nothing of how new the exports are
                where is_active and primary_table <> 'decision'
            ) + interval 1 day
        group by source
        """,
    ),
    "rows after the file": (
        "over one row in a hundred tells of what happened more than two days after the file's own "
        "day (in its name, or in it). A newer file may be taken for older than it: "
        "undo the load, and load the file again with --exported-at and its true day",
        """
        select
            source,
            file || ', ' || exported_at::date || ', rows to ' || max(day) filter (where is_after)
                as place,
            sha256 as thing,
            sum(n) filter (where is_after) as rows
        from (
            select
                f.seq,
                f.source,
                f.file,
                f.sha256,
                f.exported_at,
                d.day,
                d.n,
                d.day > f.exported_at::date + 2 as is_after
            from loaded_file f join loaded_day d using (seq)
            where f.is_active and f.exported_from in ('name', 'stated', 'given')
        )
        group by seq, source, file, sha256, exported_at
        having sum(n) filter (where is_after) > 0.01 * sum(n)
        """,
    ),
    "one desk under two names": (
        "the log and the loans tell of the same days and have no desk in common: what one desk "
        "did counts twice. Give both names of each desk one name in [branches]",
        """
        with log_day as (
            select distinct
                source,
                branch,
                happened_at::date as day
            from circulation_event
            where kind = 'checkout' and branch is not null
        ),
        lent as (
            select
                source,
                checkout_branch as branch,
                checked_out_at::date as day,
                count(*) as rows
            from loan
            where checkout_branch is not null and not coalesce(is_in_house, false)
            group by all
        )
        select
            source,
            'circulation_event, loan' as place,
            sum(rows)::bigint as rows
        from lent
        where (source, day) in (select (source, day) from log_day)
            and source not in (
                select source
                from lent join log_day using (source, branch)
            )
        group by source
        """,
    ),
    "gap in a log": (
        "days without a single event between days with many: an export may be missing",
        """
        select
            source,
            'circulation_event, from ' || day || ' to ' || next_day as place,
            date_diff('day', day, next_day) - 1 as rows
        from (
            select
                source,
                day,
                lead(day) over (partition by source order by day) as next_day
            from (
                select source, happened_at::date as day
                from circulation_event
                group by all
            )
        )
        where date_diff('day', day, next_day) > 14
        """,
    ),
}
