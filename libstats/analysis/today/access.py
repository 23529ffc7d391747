"""What today's list says of something electronic that does not open."""

from __future__ import annotations

__all__ = ["PROBLEM"]

PROBLEM = """
    select
        source as of_source,
        problem_id as of_case,
        'all' as said,
        null::varchar as look_for,
        null::varchar as barcode,
        resource as what,
        cause as who,
        null::varchar as call_number,
        null::varchar as shelf_order,
        null::timestamp as since,
        null::map(varchar, double) as limits,
        null::varchar as task,
        if(passed_on_at is null, null, strftime(passed_on_at, 'vendor told on %B %-d, %Y')) as why,
        false as is_stuck,
        0 as urgency
    from access_problem
"""
