"""What of vendors' invoices should be asked about, before it is paid or after."""

from __future__ import annotations

import duckdb

from libstats.analysis.invoices.facts import FACTS
from libstats.analysis.invoices.faults import FAULTS
from libstats.analysis.invoices.named import NAMED
from libstats.analysis.invoices.orders import ORDERS
from libstats.analysis.invoices.payments import PAYMENTS
from libstats.analysis.work.exported import newest_exports
from libstats.definitions.invoices import CHECKS, chosen, turned_off
from libstats.definitions.parameters import Day, asked

__all__ = ["invoice_checks", "left_out"]

# what is no question about a bill that may be held back
_NO_BILL = (
    "received and not billed",
    "billed in full and still open",
    "paid otherwise than billed",
    "paid and not billed",
    "billed and not paid",
)
_TABLES = ("invoice", "invoice_line", "order_line", "order_copy")


@asked
def invoice_checks(
    con: duckdb.DuckDBPyConnection,
    *,
    since: Day | None = None,
    until: Day | None = None,
    as_of: Day | None = None,
    percent: float | None = None,
    amount: float | None = None,
    days: float | None = None,
) -> duckdb.DuckDBPyRelation:
    """Which invoices should somebody ask about, whom, and about how much money?

    Definition: every line of an invoice is held against the order that it bills, and every invoice
    against its lines and the others of its vendor. The checks are those of Alma's review of
    invoices and of the columns that Evergreen and Koha keep for it. `check_name` is one of:

    - `invoice number twice`: a vendor's number comes again; the later one is named, with all it
      asks for, and its lines are looked at no further
    - `barcode billed twice`: the later line with a barcode
    - `ISBN billed twice`: a line of an ISBN of which all that was ordered was billed before
    - `cancelled and billed`: the order was cancelled, and not credited
    - `billed more than ordered`: copies beyond the order
    - `billed and not received`: copies beyond those that came; where none came, after `days`
    - `price against the order`: the price of one lies beyond both tolerances, `percent` and
      `amount`; below the order's only where it has an estimate, for a list price has a discount
    - `currency against the order`, `fund against the order`: another than the order's
    - `vendor against the order`: another vendor of whom orders are made than the order's
    - `sum against the total`: lines and charges give another sum than the total stated
    - `received and not billed`: copies that came more than `days` ago, since invoices are told of
    - `billed in full and still open`: the order is billed and received, and its money still set
      aside
    - `no order line`: a line for copies that no order is known of, where others have one
    - `paid otherwise than billed`, `paid and not billed`, `billed and not paid`: the invoice
      against the finance office's list of payments (table `payment`), by the vendor's number of
      it; the last after `days`, of invoices since that list begins

    An invoice that the library system and a message of the vendor tell of is looked at as the
    message tells it. Whether it was paid, as far as payments are told, stands in `detail`. An order
    is a line with what was split off from it. Of standing orders neither quantities nor receipts
    are looked at. A credit note takes off what it credits.

    Parameters
    ----------
    since, until : days; only invoices of this period (of what is not billed: received in it)
    as_of : day to which copies and bills that are to come have been waited for (if not given: the
        newest export of orders or invoices)
    percent, amount : how far the price of one may lie from the order's, in per cent of it or in its
        currency (if not given: what [invoices] in libstats.toml says, else 5 and 1.00)
    days : how long copies and bills may take (in the same way, else 30)

    Returns one row per fault, in the order of the checks, then by vendor and invoice: `source`,
    `check_name`, `vendor`, `invoice_id`, `invoice_number`, `billed_on` (day), `happened_on`
    (that day; of an order the day on which it was received, or billed last), `invoice_line_id`
    (NULL: the whole invoice, or an order), `order_line_id`, `title`, `currency` (NULL: not told),
    `billed` (money asked for), `expected` (money, by the order or the lines; for funds NULL),
    `difference` (money that it is about), `detail` (text), `ask` (whom), `question` (what).

    What cannot be judged, and why, `left_out` of this module counts; a check is turned off by
    `[invoices] off` in libstats.toml.

    >>> libstats.invoice_checks(con).columns[:3]
    ['source', 'check_name', 'vendor']
    """
    return con.sql(
        f"""
        with
        {FACTS},
        {FAULTS},
        {ORDERS},
        {PAYMENTS},
        {NAMED},
        wanted as (
            select
                unnest($checks) as check_name,
                unnest($ask) as ask,
                unnest($question) as question,
                unnest(range(len($checks))) as place
        )
        select
            f.source,
            f.check_name,
            f.vendor,
            f.invoice_id,
            f.invoice_number,
            f.billed_on,
            f.happened_on,
            f.invoice_line_id,
            f.order_line_id,
            f.title,
            f.currency,
            f.billed::decimal(12, 2) as billed,
            f.expected::decimal(12, 2) as expected,
            f.difference::decimal(12, 2) as difference,
            concat_ws(
                '; ',
                f.detail,
                case
                    when not list_contains($to_pay, f.check_name) then null
                    when p.paid_on is not null
                        then 'of this number ' || p.paid::decimal(12, 2) || ' were paid on '
                            || p.paid_on
                            || if(f.check_name = 'invoice number twice', '', ': ask for money back')
                    when f.billed_on >= (select min(paid_on) from payment)
                        then 'in no payment so far: hold it back'
                end
            ) as detail,
            w.ask,
            w.question
        from fault f
        join wanted w using (check_name)
        left join paid p on p.number = upper(trim(f.invoice_number)) and p.is_one
            and upper(trim(f.invoice_number)) not in (
                select upper(trim(invoice_number))
                from bill
                where invoice_number is not null
                group by 1
                having count(distinct lower(vendor)) > 1
            )
        where ($since is null or f.happened_on >= $since)
            and ($until is null or f.happened_on < $until)
        order by w.place, f.vendor nulls last, f.billed_on nulls last, f.source, f.invoice_id,
            f.invoice_line_id, f.order_line_id
        """,
        params=_parameters(con, since, until, as_of)
        | chosen(con, percent, amount, days)
        | _of(con),
    )


def _of(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The checks that are made, with whom to ask and what."""
    wanted = {name: check for name, check in CHECKS.items() if name not in turned_off(con)}
    return {
        "checks": list(wanted),
        "to_pay": [name for name in wanted if name not in _NO_BILL],
        "ask": [check.ask for check in wanted.values()],
        "question": [check.question for check in wanted.values()],
    }


def _parameters(
    con: duckdb.DuckDBPyConnection, since: Day | None, until: Day | None, as_of: Day | None
) -> dict[str, str | None]:
    """The days as texts; without one, up to when the newest export tells."""
    told = newest_exports(con) if as_of is None else {}
    newest = max((told[name] for name in _TABLES if name in told), default=None)
    moment = as_of if as_of is not None else newest
    return {"since": _text(since), "until": _text(until), "as_of": _text(moment)}


def _text(day: Day | None) -> str | None:
    return None if day is None else str(day)[:10]


@asked
def left_out(
    con: duckdb.DuckDBPyConnection,
    *,
    since: Day | None = None,
    until: Day | None = None,
    as_of: Day | None = None,
    percent: float | None = None,
    amount: float | None = None,
    days: float | None = None,
) -> duckdb.DuckDBPyRelation:
    """What of the invoices could not be looked at, and why?

    Parameters: as for `invoice_checks`. Returns one row per reason: `reason`, `rows`, `unit` (of
    what: lines, invoices, checks).
    """
    del as_of, percent, amount, days
    return con.sql(
        f"""
        with
        {FACTS},
        seen as (
            select
                *,
                ($since is null or billed_on >= $since) and ($until is null or billed_on < $until)
                    as is_within,
                order_id is not null as has_order
            from line
        ),
        looked_at as (from seen where is_within and is_of_copies and not is_shadow)
        select
            'billed outside the period' as reason,
            count(*) filter (where not is_within) as rows,
            'lines' as unit
        from seen
        union all
        select
            'of an invoice without a day, so in no period',
            count(*) filter (where is_within is null),
            'lines'
        from seen
        union all
        select
            'of an invoice that a message of the vendor tells of too, which is looked at instead',
            count(*) filter (where is_within and is_shadow),
            'lines'
        from seen
        union all
        select
            'counted, but held against no order: none is loaded, or several fit',
            count(*) filter (where not has_order),
            'lines'
        from looked_at
        union all
        select
            'counted, but the price is not judged: none is told, or in another currency',
            count(*) filter (
                where has_order
                    and (
                        price is null or amount is null
                        or currency <> price_currency
                        or (order_source <> source and price_currency is null)
                    )
            ),
            'lines'
        from looked_at
        union all
        select
            'counted, but how many is not judged: the invoice or the order tells no number',
            count(*) filter (where has_order and (quantity is null or ordered is null)),
            'lines'
        from looked_at
        union all
        select
            'counted, but receipt is not judged: no export tells what came, or how many were '
                || 'billed',
            count(*) filter (where has_order and (received is null or quantity is null)),
            'lines'
        from looked_at
        union all
        select
            'counted, but funds are not judged: the invoice or the order tells none, or one a '
                || 'number and the other a code',
            count(*) filter (where has_order and coalesce(len(judged_funds), 0) = 0),
            'lines'
        from looked_at
        union all
        select
            'counted, but barcodes are not told',
            count(*) filter (where barcodes is null),
            'lines'
        from looked_at
        union all
        select
            'counted, but the total is not judged: the invoice states none, or a line no amount',
            count(*) filter (
                where total is null
                    or (source, invoice_id) in (
                        select (source, invoice_id) from line where amount is null
                    )
            ),
            'invoices'
        from bill
        where ($since is null or billed_on >= $since) and ($until is null or billed_on < $until)
        union all
        select
            'counted, but a number that comes again is not seen: the export knows an invoice by '
                || 'vendor and number alone',
            count(*) filter (where invoice_id = vendor_id || ' ' || invoice_number),
            'invoices'
        from bill
        where ($since is null or billed_on >= $since) and ($until is null or billed_on < $until)
        union all
        select
            'counted, but the check ' || unnest($off) || ' is turned off: ' || unnest($why),
            1,
            'checks'
        """,
        params={"since": _text(since), "until": _text(until), **_off(con)},
    )


def _off(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    off = turned_off(con)
    return {"off": list(off), "why": list(off.values())}
