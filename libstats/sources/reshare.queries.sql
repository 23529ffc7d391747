-- requests
select r.pr_id, r.pr_is_requester, r.pr_date_created, r.pr_due_date_rs,
    s.st_code, y.sym_symbol as lender
from reshare_rs.patron_request r
left join reshare_rs.status s on s.st_id = r.pr_state_fk
left join reshare_rs.symbol y on y.sym_id = r.pr_resolved_sup_inst_symbol_fk;

-- request history: when each status began
select a.pra_id, a.pra_patron_request_fk, a.pra_date_created,
    a.pra_from_status_fk, a.pra_to_status_fk, s.st_code
from reshare_rs.patron_request_audit a
join reshare_rs.status s on s.st_id = a.pra_to_status_fk;
