-- loans
select id, user_id, item_id, loan_date, due_date, return_date, system_return_date, status__name, renewal_count,
    checkout_service_point_id, checkin_service_point_id, patron_group_id_at_checkout
from folio_circulation.loan__t;

-- check-ins: those of copies that were available count as use in the library
select id, occurred_date_time, item_id, item_status_prior_to_check_in, service_point_id from folio_circulation.check_in__t;

-- requests
select id, request_level, request_type, request_date, status, position, instance_id, item_id, pickup_service_point_id,
    request_expiration_date, hold_shelf_expiration_date, cancelled_date, awaiting_pickup_request_closed_date
from folio_circulation.request__t;

-- items
select i.id, i.barcode, i.holdings_record_id, h.instance_id, t.title, t.publication_period__start, i.material_type_id, i.effective_location_id,
    i.permanent_location_id, i.status__name, i.effective_call_number_components__call_number, i.effective_shelving_order, i.volume,
    i.copy_number, i.metadata__created_date, i.last_check_in__date_time
from folio_inventory.item__t i
left join folio_inventory.holdings_record__t h on h.id = i.holdings_record_id
left join folio_inventory.instance__t t on t.id = h.instance_id;

-- service points
select id, name, code, discovery_display_name from folio_inventory.service_point__t;

-- locations
select id, name, code, library_id, campus_id from folio_inventory.location__t;

-- groups
select id, "group", "desc" from folio_users.groups__t;
