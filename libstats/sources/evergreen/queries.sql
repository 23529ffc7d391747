-- circulations
select
    c.id as "Circ ID",
    c.parent_circ as "Parent Circulation",
    c.usr as "Patron",
    c.target_copy as "Circulating Item",
    lib.shortname as "Checkout / Renewal Library",
    back.shortname as "Check In Library",
    own.shortname as "Owning Library",
    grp.name as "Patron Profile Group",
    c.xact_start as "Checkout Date/Time",
    c.due_date as "Due Date/Time",
    c.checkin_time as "Check In Date/Time",
    c.desk_renewal as "Desk Renewal",
    c.opac_renewal as "OPAC Renewal",
    c.phone_renewal as "Phone Renewal",
    c.auto_renewal as "Auto Renewal"
from action.all_circulation c
join actor.org_unit lib on lib.id = c.circ_lib
left join actor.org_unit back on back.id = c.checkin_lib
left join actor.org_unit own on own.id = c.copy_owning_lib
left join permission.grp_tree grp on grp.id = c.usr_profile
where c.xact_start >= now() - interval '8 days' or c.checkin_time >= now() - interval '8 days';

-- items
select
    c.id as "Item ID",
    c.barcode as "Barcode",
    lib.shortname as "Circulating Library",
    own.shortname as "Owning Library",
    cls.name as "Classification Scheme",
    pre.label as "Prefix",
    n.label as "Call Number Label",
    suf.label as "Suffix",
    n.label_sortkey as "Call Number Sort Key",
    loc.name as "Shelving Location",
    s.name as "Item Status",
    c.status_changed_time as "Item Status Changed Time",
    c.create_date as "Creation Date/Time",
    c.edit_date as "Last Edit Date/Time",
    c.price as "Price",
    c.cost as "Cost",
    c.circ_modifier as "Circulation Modifier",
    c.circulate as "Can Circulate",
    c.deleted as "Is Deleted",
    uses.circ_count as "Total Circulation Count",
    seen.inventory_date as "Inventory Date",
    n.record as "Record ID",
    r.title as "Title Proper (normalized)",
    r.author as "Author (normalized)",
    r.pubdate as "Publication Year (normalized)",
    r.isbn as "ISBN"
from asset.copy c
join asset.call_number n on n.id = c.call_number
join actor.org_unit lib on lib.id = c.circ_lib
join actor.org_unit own on own.id = n.owning_lib
join asset.call_number_class cls on cls.id = n.label_class
join asset.call_number_prefix pre on pre.id = n.prefix
join asset.call_number_suffix suf on suf.id = n.suffix
join asset.copy_location loc on loc.id = c.location
join config.copy_status s on s.id = c.status
left join extend_reporter.full_circ_count uses on uses.id = c.id
left join asset.latest_inventory seen on seen.copy = c.id
left join reporter.materialized_simple_record r on r.id = n.record;

-- in-house use
select
    u.id as "Use ID",
    u.item as "Item",
    lib.shortname as "Using Library",
    u.use_time as "Use Date/Time"
from action.in_house_use u
join actor.org_unit lib on lib.id = u.org_unit;

-- holds
select
    h.id as "Hold ID",
    h.hold_type as "Hold Type",
    h.target as "Target Object ID",
    h.current_copy as "Current Copy",
    lib.shortname as "Pickup Library",
    h.request_time as "Request Date/Time",
    h.capture_time as "Capture Date/Time",
    h.shelf_time as "Shelf Time",
    h.shelf_expire_time as "Shelf Expire Time",
    h.fulfillment_time as "Fulfillment Date/Time",
    h.cancel_time as "Hold Cancel Date/Time",
    h.expire_time as "Hold Expire Date/Time",
    h.frozen as "Currently Frozen",
    h.thaw_date as "Thaw Date"
from action.hold_request h
join actor.org_unit lib on lib.id = h.pickup_lib;

-- transits
select
    t.id as "Transit ID",
    t.target_copy as "Transited Copy",
    a.shortname as "Source Library",
    b.shortname as "Destination Library",
    s.name as "Copy Status at Transit",
    t.source_send_time as "Send Date/Time",
    t.dest_recv_time as "Receive Date/Time",
    t.cancel_time as "Cancel Date/Time"
from action.transit_copy t
join actor.org_unit a on a.id = t.source
join actor.org_unit b on b.id = t.dest
join config.copy_status s on s.id = t.copy_status;

-- order lines
select
    po.id as "Purchase Order ID",
    po.name as "Name",
    lib.shortname as "Ordering Agency",
    po.order_date as "Order Date",
    p.code as "Provider Code",
    p.name as "Provider Name",
    l.id as "Lineitem ID",
    l.state as "Status",
    why.label as "Cancel Reason",
    why.keep_debits as "Keep Debits?",
    l.eg_bib_id as "Record ID",
    l.estimated_unit_price as "Estimated Unit Price",
    l.expected_recv_time as "Expected Receive Date",
    l.create_time as "Creation Time",
    l.edit_time as "Edit Time",
    d.id as "Item Detail ID",
    d.eg_copy_id as "Item ID",
    d.recv_time as "Actual Receive Date",
    f.id as "Fund ID",
    f.code as "Fund Code",
    f.year as "Fund Year",
    m.amount as "Debit Amount"
from acq.lineitem l
left join acq.purchase_order po on po.id = l.purchase_order
left join actor.org_unit lib on lib.id = po.ordering_agency
left join acq.provider p on p.id = po.provider
left join acq.cancel_reason why on why.id = l.cancel_reason
left join acq.lineitem_detail d on d.lineitem = l.id
left join acq.fund f on f.id = d.fund
left join acq.fund_debit m on m.id = d.fund_debit;

-- invoices
select
    i.id as "Invoice ID",
    i.inv_ident as "Vendor Invoice ID",
    p.code as "Provider Code",
    p.name as "Provider Name",
    i.recv_date as "Invoice Date",
    i.close_date as "Close Date"
from acq.invoice i
join acq.provider p on p.id = i.provider;

-- invoice entries
select
    e.id as "Invoice Entry ID",
    e.invoice as "Invoice ID",
    e.lineitem as "Lineitem ID",
    e.inv_item_count as "Invoice Item Count",
    e.billed_per_item as "Billed Per Item",
    e.cost_billed as "Cost Billed",
    e.amount_paid as "Amount Paid"
from acq.invoice_entry e;

-- serial items
select
    i.id as "Serial Item ID",
    s.id as "Subscription ID",
    s.record_entry as "Record ID",
    lib.shortname as "Receiving Library",
    n.label as "Issuance Label",
    i.status as "Status",
    i.date_expected as "Date Expected",
    i.date_received as "Date Received",
    i.unit as "Unit",
    i.edit_date as "Edit Date"
from serial.item i
join serial.issuance n on n.id = i.issuance
join serial.subscription s on s.id = n.subscription
join actor.org_unit lib on lib.id = s.owning_lib;

-- fund debits
select
    d.id as "Debit ID",
    d.fund as "Fund ID",
    d.amount as "Debit Amount",
    d.encumbrance as "Is Encumbrance",
    d.debit_type as "Debit Type",
    d.create_time as "Create Time",
    d.invoice_entry as "Invoice Entry ID"
from acq.fund_debit d;

-- libraries
select
    u.shortname as "Short (Policy) Name",
    u.name as "Organizational Unit Name",
    u.parent_ou as "Parent Organizational Unit"
from actor.org_unit u;

-- funds
select
    f.id as "Fund ID",
    f.code as "Fund Code",
    f.year as "Fund Year",
    f.name as "Fund Name",
    lib.shortname as "Fund Library",
    a.amount as "Allocation Total",
    e.amount as "Encumbrance Total",
    s.amount as "Spent Total"
from acq.fund f
join actor.org_unit lib on lib.id = f.org
left join acq.fund_allocation_total a on a.fund = f.id
left join acq.fund_encumbrance_total e on e.fund = f.id
left join acq.fund_spent_total s on s.fund = f.id;

-- billings
select
    b.id as "Billing ID",
    b.xact as "Transaction",
    b.billing_ts as "Billing Date/Time",
    b.voided as "Voided?",
    b.amount as "Amount",
    b.billing_type as "Billing Type"
from money.billing b;

-- payments
select
    p.id as "Payment ID",
    p.xact as "Transaction",
    p.payment_ts as "Payment Date/Time",
    p.voided as "Voided?",
    p.amount as "Amount",
    p.payment_type as "Payment Type"
from money.payment_view p;
