"""EZproxy: its main log. The columns are those of the readers (`libstats/readers/logs/`), since a
log has none.

A line is an object of a page; what is kept is that a session was at a host on a day, with which
outcome. Who came is a keyed hash that expires; addresses and pages are never kept.
"""

from libstats.declaration.source import Source

LOG = Source(
    system="ezproxy",
    name="log",
    recognise=("visit", "day of visit", "host visited"),
    happened=("visited_on",),
    is_list=False,
    fills={
        "access_session": """
    select
        "visit" as access_session_id,
        iso_date("day of visit") as visited_on,
        "host visited" as host,
        "outcome of visit" as outcome,
        person_key("proxy session") as session_key,
        person_key("proxy user") as user_key,
        "proxy groups" as patron_group
    from raw"""
    },
)

# A start is a line: whoever goes to three databases starts three times, and back and again twice
STARTS = Source(
    system="ezproxy",
    name="starts",
    recognise=("time of start", "host started"),
    happened=("happened_at",),
    is_list=False,
    fills={
        "access_event": """
    select
        iso_time("time of start") as happened_at,
        'start' as kind,
        "host started" as resource,
        'SPU' as kind_as_exported,
        case "proxy or local"
            when 'proxy' then true
            when 'local' then false
        end as is_proxied,
        person_key("session of start") as session_key,
        person_key("user of start") as user_key
    from raw"""
    },
)

# Failures are Login.Failure (a wrong name or password) and Login.Denied (right, but not allowed);
# what else EZproxy writes is kept under its own name.
AUDIT = Source(
    system="ezproxy",
    name="audit",
    recognise=("time of event", "event of audit"),
    happened=("happened_at",),
    is_list=False,
    fills={
        "access_event": """
    select
        iso_time("time of event") as happened_at,
        case
            when lower("event of audit") similar to 'login[.]success([.].*)?' then 'login'
            when lower("event of audit") similar to 'login[.]failure([.].*)?' then 'failed login'
            when lower("event of audit") similar to 'login[.]denied([.].*)?' then 'denied login'
            when lower("event of audit") similar to 'login[.]intruder([.].*)?' then 'lock-out'
            when lower("event of audit") similar to 'logout([.].*)?' then 'logout'
            when lower("event of audit") in ('session.reconnectblocked', 'blockcountrychange')
                then 'blocked'
            -- a limit is also told of while it is near
            when lower("event of audit") similar to 'usagelimit([.].*)?'
                and "?limit exceeded" = 'yes'
                then 'blocked'
            when "event of audit" is not null then 'other'
        end as kind,
        "event of audit" as kind_as_exported,
        person_key("session of event") as session_key,
        person_key("user of event") as user_key
    from raw"""
    },
)
