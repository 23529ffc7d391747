-- items: leave out what your Koha does not know
select itemnumber, barcode, biblionumber, homebranch, holdingbranch, location, permanent_location, ccode, itype, itemcallnumber,
    cn_source, cn_sort, dateaccessioned, price, replacementprice, issues, renewals, reserves, datelastborrowed, datelastseen, onloan,
    itemlost, itemlost_on, damaged, withdrawn, withdrawn_on, notforloan, enumchron, copynumber, timestamp
from items;

-- records
select b.biblionumber, b.title, b.author, b.copyrightdate, b.serial, b.datecreated, b.timestamp, m.isbn, m.issn, m.itemtype, m.publishercode
from biblio b join biblioitems m on m.biblionumber = b.biblionumber;

-- loans: this and the same again from old_issues, which holds the returned ones. Before 22.11 renewals_count is renewals
select issue_id, itemnumber, borrowernumber, branchcode, issuedate, date_due, returndate, lastreneweddate, renewals_count, auto_renew,
    onsite_checkout, timestamp
from issues;

-- statistics: the last weeks; files may overlap, but each must hold whole days
select datetime, branch, type, itemnumber, itemtype, location, ccode, borrowernumber, value
from statistics
where datetime >= curdate() - interval 35 day and datetime < curdate();

-- holds: this and the same again from old_reserves
select reserve_id, biblionumber, itemnumber, branchcode, itemtype, item_level_hold, reservedate, waitingdate, notificationdate,
    expirationdate, cancellationdate, found, priority, suspend, suspend_until, timestamp
from reserves;

-- transfers. Before 20.11 leave out daterequested, datecancelled, reason and cancellation_reason
select branchtransfer_id, itemnumber, frombranch, tobranch, daterequested, datesent, datearrived, datecancelled, reason, cancellation_reason
from branchtransfers;

-- deleted items. Before 24.x write: timestamp as deleted_on
select itemnumber, barcode, biblionumber, homebranch, location, ccode, itype, itemcallnumber, dateaccessioned, issues, datelastborrowed,
    itemlost, damaged, withdrawn, timestamp, deleted_on
from deleteditems;

-- account lines
select accountlines_id, debit_type_code, credit_type_code, amount, amountoutstanding, date, branchcode, interface, payment_type, status,
    itemnumber, issue_id, timestamp
from accountlines;

-- order lines
select o.ordernumber, o.parent_ordernumber, o.basketno, o.biblionumber, o.subscriptionid, o.orderstatus, o.quantity, o.quantityreceived,
    o.currency, o.listprice, o.ecost, o.unitprice, o.entrydate, o.datereceived, o.datecancellationprinted, o.budget_id, o.timestamp,
    b.booksellerid, b.closedate as order_date, i.itemnumber, m.isbn, f.budget_code
from aqorders o
left join aqbasket b on b.basketno = o.basketno
left join aqorders_items i on i.ordernumber = o.ordernumber
left join biblioitems m on m.biblionumber = o.biblionumber
left join aqbudgets f on f.budget_id = o.budget_id;

-- funds: beside the allocation what is ordered and spent stands in each library's own report
select f.budget_id, f.budget_parent_id, f.budget_code, f.budget_name, f.budget_branchcode, f.budget_period_id, p.budget_period_description,
    p.budget_period_startdate, p.budget_period_enddate, f.budget_amount, f.timestamp
from aqbudgets f
left join aqbudgetperiods p on p.budget_period_id = f.budget_period_id;

-- vendors
select id, name, listprice, invoiceprice, deliverytime, active
from aqbooksellers;

-- invoices
select invoiceid, invoicenumber, booksellerid, shipmentdate, billingdate, closedate, shipmentcost
from aqinvoices;

-- serials. The day on which an issue's copy was added stands for the receipt: Koha keeps no other
select s.serialid, s.subscriptionid, s.biblionumber, s.serialseq, s.status, s.planneddate, s.claimdate, s.claims_count,
    u.branchcode, u.aqbooksellerid, x.itemnumber, t.dateaccessioned as received_on
from serial s
left join subscription u on u.subscriptionid = s.subscriptionid
left join serialitems x on x.serialid = s.serialid
left join items t on t.itemnumber = x.itemnumber;

-- subscriptions: how often each comes is written out, since the numbers of frequencies are each library's own
select u.subscriptionid, u.biblionumber, u.branchcode, u.aqbooksellerid, u.startdate, u.enddate, u.graceperiod, u.closed,
    concat(f.issuesperunit, ' per ', f.unitsperissue, ' ', f.unit) as frequency
from subscription u
left join subscription_frequencies f on f.id = u.periodicity;

-- purchase suggestions. Never add suggestedby, managedby, note or patronreason
select suggestionid, suggesteddate, accepteddate, rejecteddate, STATUS, title, isbn, biblionumber, branchcode, itemtype, lastmodificationdate
from suggestions;

-- ILL requests
select illrequest_id, branchcode, status, status_alias, placed, replied, updated, completed, medium, cost, price_paid, backend, due_date
from illrequests;

-- ILL lending, from 26.05 on: what other libraries ask of yours by ISO 18626. Of a message only the word of its status is read
select iso18626_request_id, status, service_type, created_on, updated_on from iso18626_requests;
select iso18626_message_id, iso18626_request_id, type, timestamp, content from iso18626_messages;

-- notices: neither to whom nor what they say
select message_id, letter_code, message_transport_type, status, time_queued
from message_queue;

-- action log: never export info, which holds what was written
select a.action_id, a.timestamp, a.module, a.action, a.interface,
    case when a.module = 'CATALOGUING' then a.object end as record_id,
    case when a.info like 'item%' then 'item' when a.info like 'biblio%' then 'biblio' end as record_kind
from action_logs a;
