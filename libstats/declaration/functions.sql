-- The vocabulary of sources: text of an export -> a typed value, or NULL where the text is not one.
-- (NULL from text that is not blank rejects the row, naming line, column and the text's shape.)

-- Text without the blanks around it, tabs and line ends too: `b1` and `b1` with a tab behind it are
-- one barcode. (The question first, since most text has none.)
create or replace temp macro tidy(t) as
    case when t < '!' or substring(t, -1) < '!' then trim(t, e' \t\n\r') else t end;

-- (t < ':' keeps out what begins with a letter: DuckDB takes epoch and infinity for dates.)

-- DuckDB takes 31/10/26 for a day of the year 31, and reads years of five digits: a year has four.
create or replace temp macro in_our_time(moment) as
    case
        when moment between timestamp '1000-01-01' and timestamp '9999-12-31 23:59:59.999999'
        then moment
    end;

-- Year first: 2026-10-31, 2026/10/31, 2026.10.31, 2026 - 10 - 31. A day-first or month-first date
-- is never guessed. (Four characters before the first hyphen are a year of four digits, or no date:
-- that spares most text the question of its year. But DuckDB knows 2026-10-31 (BC).)
create or replace temp macro is_iso(t) as t >= '1' and strpos(t, '-') = 5 and not contains(t, '(');
create or replace temp macro iso_date(t) as
    case
        when not t < ':' then null
        when is_iso(t) then try_cast(t as date)
        else in_our_time(coalesce(
            try_cast(t as date),
            try_strptime(trim(t), ['%Y - %m - %d', '%Y.%m.%d'])::date
        ))
    end;
create or replace temp macro iso_time(t) as
    case
        when not t < ':' then null
        when is_iso(t) then try_cast(t as timestamp)
        else in_our_time(coalesce(
            try_cast(t as timestamp),
            try_strptime(trim(t), ['%Y - %m - %d %H:%M', '%Y.%m.%d %H:%M'])
        ))
    end;

-- Month first, for reports that say so: 10/31/2026. Four digits of the year: of two DuckDB makes
-- the year 26.
create or replace temp macro us_date(t) as
    coalesce(
        case when regexp_matches(t, '/\d{4}') then try_strptime(trim(t), '%m/%d/%Y')::date end,
        iso_date(t)
    );

create or replace temp macro us_time(t) as
    coalesce(
        case
            when regexp_matches(t, '/\d{4}')
            then try_strptime(trim(t), [
                '%m/%d/%Y %H:%M:%S',
                '%m/%d/%Y %H:%M',
                '%m/%d/%Y %I:%M:%S %p',
                '%m/%d/%Y %I:%M %p',
                '%m/%d/%Y'
            ])
        end,
        iso_time(t)
    );

-- Day first, for reports that say so: 31/10/2026, 31.10.2026.
create or replace temp macro eu_date(t) as
    coalesce(
        case
            when regexp_matches(t, '[/.-]\d{4}')
            then try_strptime(trim(t), ['%d/%m/%Y', '%d.%m.%Y', '%d-%m-%Y'])::date
        end,
        iso_date(t)
    );
create or replace temp macro eu_time(t) as
    coalesce(
        case
            when regexp_matches(t, '[/.]\d{4}')
            then try_strptime(trim(t), [
                '%d/%m/%Y %H:%M:%S',
                '%d/%m/%Y %H:%M',
                '%d.%m.%Y %H:%M:%S',
                '%d.%m.%Y %H:%M',
                '%d/%m/%Y',
                '%d.%m.%Y'
            ])
        end,
        iso_time(t)
    );

-- For workbooks in which some dates are numbers: days since the end of 1899, as in 46326.395833 for
-- 2026-10-31 09:30. Five digits only (1927 to 2173), so that no year is taken for one; to the
-- nearest second, with seven decimals and more to the nearest millisecond; the system that begins
-- in 1904 is not known.
create or replace temp macro serial(t) as
    case
        when regexp_full_match(trim(t), '[1-9][0-9]{4}[.][0-9]{7,}')
        then epoch_ms(round((trim(t)::double - 25569) * 86400000)::bigint)
        when regexp_full_match(trim(t), '[1-9][0-9]{4}([.][0-9]+)?')
        then epoch_ms((round((trim(t)::double - 25569) * 86400) * 1000)::bigint)
    end;
create or replace temp macro serial_time(t) as coalesce(serial(t), iso_time(t));
create or replace temp macro us_serial_time(t) as coalesce(serial(t), us_time(t));

-- A moment that tells one thing from another: to the millisecond, one text however it is written;
-- NULL for what is not as exact.
create or replace temp macro stamp(t) as
    case
        when regexp_full_match(
            trim(t), '\d{5}[.]\d{7,}|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d([.]\d+)?'
        )
        then strftime(serial_time(t), '%Y-%m-%d %H:%M:%S.%g')
    end;

-- A count: digits only, so that 12.7 or 1E+3 is not taken for one.
create or replace temp macro whole_number(t) as
    case
        when strlen(t) = 1 then try_cast(t as bigint)
        when not contains(t, '.') and not contains(lower(t), 'e') then try_cast(t as bigint)
    end;

-- A count as people and spreadsheets write it: 1234 or 1,234.
create or replace temp macro typed_count(t) as
    case
        when regexp_full_match(trim(t), '\d{1,3}(,\d{3})+')
        then try_cast(replace(trim(t), ',', '') as bigint)
        else whole_number(t)
    end;

-- Money with a decimal point.
create or replace temp macro amount(t) as
    case when not contains(lower(t), 'e') then try_cast(t as decimal(12, 2)) end;

-- Yes or no as 1 / 0, t / f, true / false, y / n, yes / no.
create or replace temp macro yes_no(t) as
    case
        when t = '1' then true
        when t = '0' then false
        else case lower(trim(t))
            when '1' then true
            when 't' then true
            when 'true' then true
            when 'y' then true
            when 'yes' then true
            when '0' then false
            when 'f' then false
            when 'false' then false
            when 'n' then false
            when 'no' then false
        end
    end;

-- A value's shape, which may be told when the value may not: 9999-99-99, Aaaaa.aaa@aaaa.aa
create or replace temp macro shape(t) as
    left(
        regexp_replace(
            regexp_replace(regexp_replace(t, '\p{N}', '9', 'g'), '\p{Lu}', 'A', 'g'),
            '[\p{Ll}\p{Lt}\p{Lm}\p{Lo}\p{M}]', 'a', 'g'
        ),
        40
    );

-- Money as digits with either decimal mark. A mark before exactly three last digits could be one of
-- thousands: 1,234 is taken so, 1.234 is refused.
create or replace temp macro plain_amount(t) as
    case
        when regexp_full_match(t, '-?\d+([.]\d{1,2}|[.]\d{4,})?')
        then try_cast(t as decimal(12, 2))
        when regexp_full_match(t, '-?\d{1,3}(,\d{3})+([.]\d{1,2})?')
        then try_cast(replace(t, ',', '') as decimal(12, 2))
        when regexp_full_match(t, '-?\d+,\d{1,2}')
        then try_cast(replace(t, ',', '.') as decimal(12, 2))
        when regexp_full_match(t, '-?\d{1,3}([.]\d{3})+,\d{1,2}')
        then try_cast(replace(replace(t, '.', ''), ',', '.') as decimal(12, 2))
    end;

-- Money typed into a free field, with currency signs or codes and blanks: £ 1,234.50, EUR 12,50,
-- 7.25, free.
create or replace temp macro typed_amount(t) as
    case
        when lower(trim(t)) = 'free' then 0::decimal(12, 2)
        else plain_amount(regexp_replace(
            t, '\s|\x{A0}|\x{202F}|\p{Sc}|^\s*[A-Za-z]{2,3}[.]?|[A-Za-z]{2,3}\s*$', '', 'g'
        ))
    end;

-- Money of an order in a record, written in one of three ways, none of which reads what another
-- writes: 35.00 with its decimals; $35.00 or 35.00 EUR with its currency; 3500, which are cents.
-- Each may stand in the brackets of bookkeepers, which are a minus.
create or replace temp macro unbracketed(t) as
    regexp_replace(trim(t), '^\((.*)\)$', '-\1');

create or replace temp macro decimal_amount(t) as
    case
        when regexp_full_match(unbracketed(t), '-?\d{1,9}[.,]\d{2}')
        then plain_amount(unbracketed(t))
    end;

create or replace temp macro signed_amount(t) as
    case
        when regexp_full_match(
            unbracketed(t),
            '-?(\p{Sc}|[A-Z]{2,3}[$]?) ?-?[\d.,]+|-?[\d.,]+ ?(\p{Sc}|[A-Z]{3})'
        )
        then typed_amount(regexp_replace(unbracketed(t), '^-[A-Z]{2,3} ?', '-'))
    end;

create or replace temp macro implied_cents(t) as
    case
        when regexp_full_match(unbracketed(t), '-?\d{1,11}')
        then (try_cast(unbracketed(t) as decimal(12, 0)) / 100)::decimal(12, 2)
    end;

-- Times that say their zone (2026-10-31 09:30:00.12-04, 2026-10-31T13:30:00Z): the library's wall
-- clock, by its [library] timezone; where that is not set, the time as it is written. What says no
-- zone is a wall clock already.
create or replace temp macro wall_clock(t) as
    case
        when getvariable('library_zone') is not null
            and regexp_matches(t, ':\d\d([.]\d+)?\s?([+-]\d\d(:?\d\d)?|Z)\s*$')
        then timezone(
            getvariable('library_zone'),
            try_cast(regexp_replace(trim(t), '\s([+-])', '\1') as timestamptz)
        )
        else iso_time(
            regexp_replace(t, '(:\d\d([.]\d+)?)\s?([+-]\d\d(:?\d\d)?|Z)\s*$', '\1')
        )
    end;

-- The same, and what a screen of the system shows, month first and with two digits of the year:
-- 10/31/26, 9:30 AM.
create or replace temp macro screen_time(t) as
    coalesce(
        wall_clock(t),
        case
            when t like '%/%'
            then try_strptime(trim(t), ['%m/%d/%y, %I:%M %p', '%m/%d/%y %I:%M %p', '%m/%d/%y'])
        end,
        us_time(replace(t, ', ', ' '))
    );

-- Digits without signs: 20261031, 202610310930, 20261031093059.
create or replace temp macro packed_time(t) as
    try_strptime(
        case
            when regexp_full_match(trim(t), '(19|20)(\d{6}|\d{10}|\d{12})')
            then rpad(trim(t), 14, '0')
        end,
        '%Y%m%d%H%M%S'
    );

-- The same, of systems that always say the zone: a text without one may be a day cut out of another
-- zone's time, and is none.
create or replace temp macro zoned_time(t) as
    case
        when regexp_matches(t, ':\d\d([.]\d+)?\s?([+-]\d\d(:?\d\d)?|Z)\s*$') then wall_clock(t)
    end;

-- A day of a web service, whose zone is that of the library already: 2026-10-31Z.
create or replace temp macro service_date(t) as
    iso_date(regexp_replace(trim(t), '(Z|[+-]\d\d:\d\d)$', ''));

-- Month first with hyphens, as Sierra's lists write it: 10-31-2026, 10-31-2026 9:23,
-- 10-31-2026 15:23:00.0; with slashes after a spreadsheet.
create or replace temp macro dashed_time(t) as
    coalesce(
        case
            when regexp_matches(t, '^\s*\d\d-\d\d-\d{4}')
            then try_strptime(
                regexp_replace(trim(t), '[.]\d+$', ''),
                ['%m-%d-%Y', '%m-%d-%Y %H:%M', '%m-%d-%Y %H:%M:%S']
            )
        end,
        us_time(t)
    );

-- Of several values in one cell of Sierra's lists the first: a;b, a~b, a"~"b, a";"b, a"|"b.
create or replace temp macro first_of_several(t) as
    trim(regexp_extract(t, '(?s)^(.*?)("?[;~]"?|"[|,^]"|$)', 1));
-- All of them, apart by a semicolon.
create or replace temp macro all_of_several(t) as
    regexp_replace(t, '"[;~|,^]"', '; ', 'g');
-- A title of Sierra's lists: the first of several (a mark without quotes may be a title's own), and
-- without 880-01 before it, which ties it to its form in another script.
create or replace temp macro sierra_title(t) as
    regexp_replace(
        trim(regexp_extract(t, '(?s)^(.*?)("[;~|,^]"|$)', 1)), '^880-\d\d\s+', ''
    );

-- The month as an English word: 02-Oct-24, 02-Oct-2024. DuckDB takes the words infinity and epoch
-- for times in any form, so that each form is looked for first.
create or replace temp macro worded_date(t) as
    coalesce(
        case
            when regexp_matches(t, '\d[ -][A-Za-z]')
            then try_strptime(trim(t), ['%d-%b-%y', '%d-%b-%Y', '%d %b %Y'])::date
        end,
        iso_time(t)::date
    );

-- Money in whole cents.
create or replace temp macro cents(t) as
    (whole_number(t) / 100)::decimal(12, 2);

-- A record of Sierra by its number alone: i12345678 with a check digit, an x, an a or nothing
-- behind it, b1234567 (of several the first), 450983567429 in the database (the letter and the
-- number in one) or 12345678. The check digit is left out where it fits.
create or replace temp macro sierra_check(digits) as
    list_sum(
        list_transform(range(1, len(digits) + 1), lambda i: (i + 1) * digits[-i]::integer)
    ) % 11;
create or replace temp macro sierra_number(t) as
    case
        when regexp_matches(trim(t), '^\d{11,}$')
        then (try_cast(trim(t) as bigint) & 4294967295)::varchar
        when regexp_matches(trim(t), '^\d+$') then trim(t)
        when regexp_matches(lower(trim(t)), '^[.]?[a-z]\d{6,}[ax]')
        then regexp_extract(trim(t), '\d+')
        when regexp_matches(lower(trim(t)), '^[.]?[a-z]\d{8,}')
            and sierra_check(left(regexp_extract(trim(t), '\d+'), -1))
                = right(regexp_extract(trim(t), '\d+'), 1)::integer
        then left(regexp_extract(trim(t), '\d+'), -1)
        when regexp_matches(lower(trim(t)), '^[.]?[a-z]\d+') then regexp_extract(trim(t), '\d+')
    end;
create or replace temp macro sierra_letter(t) as
    case
        when regexp_matches(trim(t), '^\d{11,}$')
        then chr(((try_cast(trim(t) as bigint) >> 32) & 255)::integer)
        else left(ltrim(lower(trim(t)), '.'), 1)
    end;

-- A day as MARC writes it in 008/00-05, 261031: the first records were made in 1966.
create or replace temp macro marc_date(t) as
    case
        when regexp_full_match(trim(t), '\d{6}')
        then try_strptime(
            if(trim(t) < '66', '20', '19') || trim(t),
            '%Y%m%d'
        )::date
    end;

-- Digits without signs: 20261031.
create or replace temp macro packed_date(t) as packed_time(t)::date;

-- Month first with two digits of the year, as Sierra writes a day in MARC: 10-31-26; from 69 on the
-- century before.
create or replace temp macro short_us_date(t) as
    coalesce(
        case
            when regexp_matches(t, '\d[-/]\d')
            then try_strptime(trim(t), ['%m-%d-%y', '%m/%d/%y'])::date
        end,
        us_date(t)
    );

-- A number of a catalogue record behind an a, as Symphony may write it into 001: a123456.
create or replace temp macro without_prefix_a(t) as
    case when starts_with(t, 'a') then regexp_replace(trim(t), '^a(\d+)$', '\1') else t end;
