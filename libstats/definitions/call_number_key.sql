-- Where a call number stands on the shelf, as a text: keys compare as the numbers stand.
--
-- A key is the number's letters, its whole number behind the count of its digits (9, 31 and 641 are
-- 19, 231 and 3641, so that texts compare as numbers do), its decimals, then what follows, each
-- part behind a sign: `-` a date, volume, copy, word; `.` a cutter, whose digits are decimals; `:`
-- one more word before the number. End < - < . < digits < : < letters is the order of the shelf:
-- nothing before something, a date before a cutter, QA76 .D3 before QA76.5.
--
-- Blanks, points, case, accents and zeros in front do not matter. No text is refused: what no
-- scheme knows stands by its words and numbers. Letters that are not Latin go the same way.

-- Capitals without accents; what is not of ASCII is a letter then, as other signs become blanks; `qQA 76` and `ffN 6490` are a mark of size and a number.
create or replace temp macro capitals(t) as
    case
        when t >= 'f' and t < 'r' and regexp_matches(t, '^(?:q|ff?)[A-Z]')
            then regexp_replace(upper(regexp_replace(t, '^(q|ff?)', '\1 ')), 'ß', 'SS', 'g')
        when strlen(t) = length(t) then upper(t)
        else regexp_replace(
            translate(
                replace(replace(replace(upper(strip_accents(t)), 'Æ', 'AE'), 'Œ', 'OE'), 'ß', 'SS'),
                'ØŁĐÐ’‘',
                'OLDD'''''
            ),
            '[^\p{L}\x00-\x7F]',
            ' ',
            'g'
        )
    end;

create or replace temp macro call_number_text(t) as
    capitals(if(contains(t, '  '), regexp_replace(trim(t), ' +', ' ', 'g'), trim(t)));

-- A number without zeros in front; few have any.
create or replace temp macro bare_digits(digits) as
    case when digits < '1' then ltrim(digits, '0') else digits end;

-- A number behind the count of its digits.
create or replace temp macro counted(digits) as
    chr((48 + strlen(bare_digits(digits)))::integer) || bare_digits(digits);

-- One word for each thing that is numbered in a set: VOL. 2, V 2 and v.2 are one. A month or a
-- season stands by its place in the year (MARC 21 holdings, chronology: 01 to 12, 21 to 24).
create or replace temp macro designated(word) as
    coalesce(getvariable('call_number_designations')[word], word);

-- The marks at which a Dewey number may be cut are no part of it: 341.7/58 is 341.758, 641/.5 is
-- 641.5.
create or replace temp macro joined_decimals(t) as
    case
        when contains(t, '/')
            then regexp_replace(
                regexp_replace(replace(t, '/.', '.'), '(\.[0-9]+)/([0-9])', '\1\2', 'g'),
                '(\.[0-9]+)/([0-9])',
                '\1\2',
                'g'
            )
        else t
    end;

-- What follows the class number, part by part. Of letters and a number written as one the first is
-- a cutter, and so is a single letter's; PT1 is part 1. Behind a volume alone (v.12 Jan) no author
-- stands.
create or replace temp macro parts_key(parts, is_volume) as
    array_to_string(
        list_transform(
            parts,
            lambda part, place: case
                when part < 'A' then '-' || counted(part)
                when (place = 1 and not is_volume) or (part[2] between '0' and '9')
                    then '.' || part
                else '-'
                    || designated(rtrim(part, '0123456789'))
                    || case
                        when part[-1] between '0' and '9'
                            then '-' || counted(ltrim(part, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'))
                        else ''
                    end
            end
        ),
        ''
    );

create or replace temp macro cutters_and_year() as
    '^[^A-Z\x{80}-\x{10FFFF}0-9]*([A-Z]{1,3}[0-9]+)(?:[^A-Z\x{80}-\x{10FFFF}0-9]*([A-Z][0-9]+))?'
    || '(?:[^A-Z\x{80}-\x{10FFFF}0-9]+([1-9][0-9]{3}))?[^A-Z\x{80}-\x{10FFFF}0-9]*$';

-- The same of a text. Four of five numbers end in a cutter or two and a year: those go without a
-- list, in a third of the time.
create or replace temp macro tail_key(tail, is_volume) as
    case
        when not is_volume and regexp_matches(tail, cutters_and_year())
            then replace(
                regexp_replace(
                    regexp_replace(tail, cutters_and_year(), '.\1.\2-4\3'),
                    '\.?-4$',
                    ''
                ),
                '.-4',
                '-4'
            )
        else parts_key(
            regexp_extract_all(
                tail,
                '[A-Z\x{80}-\x{10FFFF}]{1,3}[0-9]+|[A-Z\x{80}-\x{10FFFF}]+|[0-9]+'
            ),
            is_volume
        )
    end;

-- Behind a date or a word V2 is a volume and C2 a copy, though it is written like a cutter; it
-- stands right behind V.2, as it may be one.
create or replace temp macro told_volumes(tail) as
    case
        when regexp_matches(tail, '[^A-Z0-9][VC][0-9]')
            then regexp_replace(
                tail,
                '((?:(?:1[4-9]|20)[0-9]{2}[A-Z]?|[A-Z]{2,})[^A-Z0-9]+)([VC])([0-9]{1,3})([^0-9]|$)',
                '\1\2 \3\4',
                'g'
            )
        else tail
    end;

-- Behind a word that the author follows, a class all the same: it has decimals or a cutter of its
-- own, or two letters where the scheme is that of Library of Congress.
create or replace temp macro is_class_behind(head, is_lc) as
    (is_lc and strlen(head.letters) > 1)
    or (
        (is_lc or strlen(head.letters) > 1)
        and regexp_matches(head.decimals || head.tail, '^(?:[0-9]| ?\. ?[A-Z]{1,3}[0-9])')
    );

create or replace temp macro words_key(words) as
    case
        when regexp_full_match(words, '[A-Z]*') then words
        else trim(regexp_replace(words, '[^\p{L}0-9]+', ':', 'g'), ':')
    end;

-- Superintendent of Documents: the stem by letters and numbers up to the colon; behind it years
-- (of three digits in the last century but one: 982 is 1982), then letters, then numbers
-- (GPO, An Explanation of the Superintendent of Documents Classification System).
create or replace temp macro stem_key(stem) as
    array_to_string(
        list_transform(
            regexp_extract_all(stem, '[A-Z]+|[0-9]+'),
            lambda part, place: case
                when part < 'A' then if(place = 2, '', '-') || counted(part)
                when place = 1 then part
                else '-' || part
            end
        ),
        ''
    );
create or replace temp macro book_key(book) as
    array_to_string(
        list_transform(
            regexp_extract_all(':' || book, '[:/]?[0-9]+|[A-Z]+'),
            lambda part: case
                when part >= 'A' then ' ' || part
                when regexp_full_match(part, '[:/](?:1[789]|20)[0-9]{2}')
                    then ' 0' || right(part, 4)
                when regexp_full_match(part, '[:/](?:89|9[0-9])[0-9]')
                    then ' 01' || right(part, 3)
                else ' ~' || counted(ltrim(part, ':/'))
            end
        ),
        ''
    );
create or replace temp macro sudoc_key(t) as
    stem_key(split_part(t, ':', 1))
    || case when contains(t, ':') then book_key(substr(t, 1 + strpos(t, ':'))) else '' end;

create or replace temp macro is_certainly_sudoc(t) as
    case
        when not contains(t, ':') then false
        else regexp_matches(t, '^(?:Y ?[0-9]\. ?[A-Z]{1,4}\.? ?[0-9]+|[A-Z]{1,5} ?[0-9]{1,3}\.[0-9]+)(?:[/-][A-Z0-9]+)*(?: ?[A-Z])?:')
    end;

-- The scheme that an export's word names; NULL: none, or a word that is not known.
create or replace temp macro named_scheme(word) as
    case
        when word is null then null
        else getvariable('call_number_schemes')[lower(trim(word))]
    end;

-- Words, letters, number, decimals and the rest of a text. Novels and lives stand by their author:
-- behind FIC or B a letter and a number are a cutter, no class, unless a cutter follows them
-- (Graphic Novel PN6727 .M55). Behind a number of more than three figures alone there are no
-- decimals: 2019.5 stands before 2019.10. Each step is a query of its own, so
-- that what several parts of the next one ask for is planned and worked out once.
create or replace temp macro call_number_key(number, scheme := null) as (
    select
        case
            when not regexp_matches(t, '[\p{L}0-9]') then null
            when is_sudoc then sudoc_key(t)
            else words_key(words)
                || case
                    when by_author then '.' || head.letters || head.number || head.decimals
                    when head.number = '' then rtrim(head.decimals, '0')
                    when words = '' and strlen(head.number) > 3 and head.decimals <> ''
                        then counted(head.number) || '-' || counted(head.decimals)
                    else counted(head.number) || rtrim(head.decimals, '0')
                end
                || tail_key(told, is_volume)
                || case when told = tail then '' else '!' end
        end
    from (
        select
            *,
            getvariable('call_number_designations')[words] is not null as is_volume,
            told_volumes(tail) as told
        from (
            select
                *,
                case
                    when by_author then head.words
                    when head.words = '' then head.letters
                    else rtrim(head.words || head.letters, ' ./-')
                end as words,
                case when by_author then ' ' || head.tail else head.tail end as tail
            from (
                select
                    *,
                    case
                        when head.words = '' then false
                        else head.letters <> ''
                            and head.number <> ''
                            and regexp_matches(head.words, getvariable('call_number_by_author'))
                            and not is_class_behind(
                                head,
                                coalesce(named in ('lcc', 'nlm'), false)
                            )
                    end as by_author
                from (
                    select
                        *,
                        named is not distinct from 'sudoc' or is_certainly_sudoc(t) as is_sudoc,
                        regexp_extract(
                            joined_decimals(t),
                            '^[^A-Z\x{80}-\x{10FFFF}0-9]*((?:[A-Z\x{80}-\x{10FFFF}]+[^A-Z\x{80}-\x{10FFFF}0-9]+)*)([A-Z\x{80}-\x{10FFFF}]*)[^A-Z\x{80}-\x{10FFFF}0-9]*([0-9]*)(?: ?\.([0-9]+))?(.*)$',
                            ['words', 'letters', 'number', 'decimals', 'tail']
                        ) as head
                    from (
                        select
                            call_number_text(number) as t,
                            named_scheme(scheme) as named
                    )
                )
            )
        )
    )
);
