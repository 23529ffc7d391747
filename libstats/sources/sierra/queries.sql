-- circulation transactions: the last two weeks, run every week
select transaction_gmt, application_name, op_code, stat_group_code_num, item_record_id, itype_code_num, item_location_code,
    patron_record_id, ptype_code
from sierra_view.circ_trans
where transaction_gmt >= current_date - 14;

-- open checkouts
select patron_record_id, item_record_id, checkout_gmt, due_gmt, renewal_count
from sierra_view.checkout;

-- open holds
select id, record_id, placed_gmt, is_frozen, expires_gmt, status, pickup_location_code, on_holdshelf_gmt, expire_holdshelf_gmt
from sierra_view.hold;

-- orders: one row for each location and fund. The row multi, which repeats all copies, is known and does not count twice
select o.record_id as order_record_id, l.bib_record_id, o.vendor_record_code, o.order_status_code, o.order_date_gmt, o.received_date_gmt,
    o.estimated_price, c.location_code, c.fund_code,
    sum(c.copies) filter (where c.location_code <> 'multi') over (partition by o.record_id) as copies_ordered
from sierra_view.order_record o
join sierra_view.order_record_cmf c on c.order_record_id = o.record_id
left join sierra_view.bib_record_order_record_link l on l.order_record_id = o.record_id;

-- payments
select id, order_record_id, paid_date_gmt, invoice_date_gmt, invoice_code, paid_amount, copies
from sierra_view.order_record_paid;

-- funds: amounts are in cents, which libstats knows
select m.code_num as fund_code_num, f.fund_code, f.fund_type, f.appropriation, f.expenditure, f.encumbrance
from sierra_view.fund f
join sierra_view.fund_master m on m.code = f.fund_code;
