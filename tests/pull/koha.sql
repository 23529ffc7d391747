create database koha;
use koha;
create table items (
    itemnumber int primary key, barcode varchar(20), biblionumber int, homebranch varchar(10),
    holdingbranch varchar(10), location varchar(80), permanent_location varchar(80),
    ccode varchar(80), itype varchar(10), itemcallnumber varchar(255), cn_source varchar(10),
    cn_sort varchar(255), dateaccessioned date, price decimal(8, 2), replacementprice decimal(8, 2),
    issues int, renewals int, reserves int, datelastborrowed date, datelastseen datetime,
    onloan date, itemlost int, itemlost_on datetime, damaged int, withdrawn int,
    withdrawn_on datetime, notforloan int, enumchron text, copynumber varchar(32),
    timestamp timestamp not null default current_timestamp,
    itemnotes_nonpublic mediumtext, cover mediumblob, flags bit(4)
);
create table issues (
    issue_id int primary key, itemnumber int, borrowernumber int, branchcode varchar(10),
    issuedate datetime, date_due datetime, returndate datetime, lastreneweddate datetime,
    renewals_count int, auto_renew int, onsite_checkout int,
    timestamp timestamp not null default current_timestamp, note longtext
);
create table old_issues like issues;
create table statistics (
    datetime datetime, branch varchar(10), type varchar(16), itemnumber int, itemtype varchar(10),
    location varchar(80), ccode varchar(80), borrowernumber int, value double(16, 4), other longtext
);
create user reader@'127.0.0.1' identified by 'only-for-this-test-7';
grant select on koha.* to reader@'127.0.0.1';
