-- What a call number says: its scheme, its class and its parts.

-- The text without what stands before its first letter or figure, and with a blank between its
-- first letters and their number: DVD1234, [Fic] and J599 begin with a word.
create or replace temp macro opened(t) as
    regexp_replace(ltrim(call_number_text(t), ' .[(*#@+"'), '^([A-Z]+)([0-9])', '\1 \2');

-- A Library of Congress or NLM number, if the classes are known to it. A code of a place may stand
-- before it (`BR1 ML 2533`): no class number is followed by another.
create or replace temp macro lc_read(t) as
    if(
        regexp_matches(t, getvariable('call_number_placed_lc')),
        regexp_extract(
            t,
            getvariable('call_number_placed_lc'),
            ['place', 'letters', 'number', 'decimals', 'tail']
        ),
        regexp_extract(
            t,
            getvariable('call_number_lc'),
            ['place', 'letters', 'number', 'decimals', 'tail']
        )
    );

-- Letters and a number, then another number that is no year: T1 105, MC1 259 are numbers of
-- accession.
create or replace temp macro is_running(tail) as
    regexp_matches(tail, '^[^A-Z0-9]*[0-9]')
    and not regexp_matches(tail, '^[^A-Z0-9]*(?:1[4-9]|20)[0-9]{2}(?:[^0-9]|$)')
    and not regexp_matches(tail, '[A-Z][0-9]')
    and not regexp_matches(tail, '^[^A-Z0-9]*[0-9]+(?:ST|ND|RD|TH)');

-- A cutter says that letters and a number are a class. Letters that are a word too (J, E, R) may
-- stand before a Dewey number of three digits, so that theirs says it less surely.
create or replace temp macro is_certain_lc(lc) as
    case
        when lc.letters = '' then false
        when regexp_matches(lc.tail, '^ ?\. ?[A-Z]{1,3}[0-9]') then true
        when lc.letters in getvariable('call_number_word_letters')
            then strlen(lc.number) <> 3
                and lc.letters not in getvariable('call_number_sound_letters')
                and regexp_matches(lc.tail, '^ ?[A-Z][0-9]')
        else regexp_matches(lc.tail, '^ ?[A-Z][0-9]')
    end;

-- Where the scheme is named, all but a running number is a class; CD 12 is a disc, whatever scheme
-- its system writes beside all.
create or replace temp macro is_lc(lc) as
    case
        when lc.letters = '' then false
        when is_certain_lc(lc) then true
        when is_running(lc.tail) then false
        else not (
            lc.letters in getvariable('call_number_sound_letters')
            and lc.decimals = ''
            and trim(lc.tail, ' .') = ''
        )
    end;

-- Without a cutter decimals, a year or an edition tell a class of two letters from an accession.
-- One figure and three letters of an author (PS5 SPI) are a library's own number.
create or replace temp macro is_likely_lc(lc) as
    lc.letters <> ''
    and lc.letters not in getvariable('call_number_word_letters')
    and not is_running(lc.tail)
    and not (
        strlen(lc.number) = 1
        and lc.decimals = ''
        and regexp_full_match(lc.tail, '[^A-Z0-9]*[A-Z]{3}[^A-Z0-9]*')
    )
    and lc.place || lc.decimals || lc.tail <> '';

-- One to three figures: 9 and 31 are 009 and 031. Signs right behind them are those of the
-- Universal Decimal Classification, whose numbers are not read; figures make another number.
create or replace temp macro dewey_read(t) as
    regexp_extract(
        t,
        '^([0-9]{1,3})(?: ?\.([0-9]+(?:/[0-9]+)*))?(.*)$',
        ['number', 'decimals', 'tail']
    );
create or replace temp macro is_dewey(ddc) as
    case
        when ddc.number = '' then false
        when regexp_matches(ddc.tail, '^(?:[0-9:=+("]|[-''/][0-9])') then false
        when strlen(ddc.number) = 3 or ddc.decimals <> '' then true
        else regexp_matches(ddc.tail, '^(?:[. ]|$|[A-Z][0-9])')
    end;

-- The class that words say: the first that holds. 92, 920 and 921 are lives.
create or replace temp macro word_class(means, ddc, has_dewey) as
    case
        when list_contains(means, 'local') then 'LOCAL'
        when list_contains(means, 'periodical') then 'PER'
        when list_contains(means, 'sound or video') then 'AV'
        when list_contains(means, 'graphic') then 'GN'
        when list_contains(means, 'easy') then 'E'
        when list_contains(means, 'teen fiction')
            or (list_contains(means, 'teen') and (list_contains(means, 'fiction') or not has_dewey))
            then 'YA'
        when list_contains(means, 'child fiction')
            or (
                list_contains(means, 'child')
                and (list_contains(means, 'fiction') or not has_dewey)
                and not list_contains(means, 'biography')
            )
            then 'J'
        when list_contains(means, 'fiction') then 'FIC'
        when list_contains(means, 'biography')
            or (has_dewey and ddc.number in ('92', '920', '921'))
            then 'B'
    end;


-- Every part of a number, by every reading of it: words and a Dewey number, words and a number of
-- Library of Congress or NLM, a SuDoc number, letters alone. Which reading holds is `chosen`: a
-- scheme that is named goes first, the others after it, because systems write their default beside
-- numbers of every scheme.
create or replace temp macro call_number_parts(number, scheme := null) as (
    select
        {
            'scheme': written_in,
            'told_by': case
                when written_in is null then 'unparsed'
                when written_in = named or (written_in = 'nlm' and named = 'lcc') then 'named'
                else 'guessed'
            end,
            'prefix': nullif(rtrim(prefix, ' .:,/-[]()'), ''),
            'class': case
                when chosen = 'sudoc' then rtrim(split_part(t, ':', 1))
                when chosen = 'lcc' then letters || lc.number || lc.decimals
                when written_in = 'ddc'
                    then lpad(ddc.number, 3, '0')
                        || if(ddc.decimals = '', '', '.' || replace(ddc.decimals, '/', ''))
            end,
            'cutters': if(
                written_in in ('lcc', 'nlm', 'ddc'),
                regexp_extract_all(tail, '(?:^|[^A-Z])([A-Z]{1,3}[0-9]+[A-Z]{0,3})', 1),
                []
            ),
            'author': if(
                written_in in ('ddc', 'local'),
                nullif(regexp_extract(tail, '^[^A-Z0-9]*([A-Z]{2,})', 1), ''),
                null
            ),
            'book': if(chosen = 'sudoc', nullif(trim(tail), ''), null),
            'year': try_cast(
                regexp_extract(tail, '(?:^|[^A-Z0-9])((?:1[4-9]|20)[0-9]{2})(?:[^0-9]|$)', 1)
                as integer
            ),
            'volumes': regexp_extract_all(tail, getvariable('call_number_volume')),
            'copy': try_cast(
                regexp_extract(tail, '(?:^|[^A-Z])(?:C|COP|COPY)[. ]*([0-9]+)(?:[^0-9]|$)', 1)
                as integer
            ),
            'class_scheme': if(chosen = 'sudoc', 'label', chosen),
            'class_key': case chosen
                when 'sudoc' then 'GOV'
                when 'label' then label
                when 'ddc' then lpad(ddc.number, 3, '0')
                when 'lcc' then rpad(letters, 3, ' ') || lpad(lc.number, 4, '0')
            end,
            'is_reference': list_contains(means, 'reference')
        }
    from (
        select
            *,
            case
                when chosen = 'sudoc' then 'sudoc'
                when chosen = 'lcc' and regexp_matches(letters, '^(?:W|Q[S-Z])') then 'nlm'
                when chosen = 'lcc' then 'lcc'
                when named = 'udc' then 'udc'
                when is_dewey and not is_accession then 'ddc'
                when label is not null
                    or is_accession
                    or regexp_full_match(
                        t,
                        '(?:[A-Z]{1,12}[ .-]*){0,2}[0-9]+[A-Z]?(?:[ -]+[0-9]+[A-Z]?)*(?:[ ,-]+[A-Z]+)*'
                    )
                    then 'local'
            end as written_in,
            case
                when chosen = 'sudoc' then substr(t, 1 + strpos(t, ':'))
                when chosen = 'lcc' then lc.tail
                when is_dewey then ddc.tail
                else substr(t, 1 + length(marks))
            end as tail,
            case
                when chosen = 'sudoc' then ''
                when chosen = 'lcc' then lc_marks || lc.place
                else marks
            end as prefix
        from (
            select
                *,
                case
                    when named = 'udc' then null
                    when named = 'sudoc' or is_sudoc then 'sudoc'
                    when is_accession then null
                    when named in ('lcc', 'nlm')
                        and is_lc(lc)
                        and (is_certain_lc or not is_by_author)
                        then 'lcc'
                    when named in ('lcc', 'nlm')
                        and lc_alone <> ''
                        and (marks = '' or strlen(lc_alone) < 3)
                        then 'lcc'
                    when label is not null
                        and not (is_certain_lc and label <> 'LOCAL')
                        then 'label'
                    when is_dewey and not is_certain_lc then 'ddc'
                    when is_certain_lc or (named is null and is_likely_lc(lc)) then 'lcc'
                end as chosen
            from (
                select
                    *,
                    if(lc_alone = '', lc.letters, lc_alone) as letters,
                    is_certain_lc(lc) and (is_joined or not is_dewey) as is_certain_lc,
                    list_contains(means, 'accession') as is_accession,
                    regexp_matches(lc_marks, getvariable('call_number_by_author')) as is_by_author,
                    word_class(means, ddc, is_dewey) as label
                from (
                    select
                        *,
                        is_dewey(ddc)
                            and not (
                                marks <> ''
                                and strlen(ddc.number) < 3
                                and ddc.decimals || trim(ddc.tail, ' .') = ''
                            ) as is_dewey
                    from (
                        select
                            *,
                            dewey_read(substr(t, 1 + length(marks))) as ddc,
                            lc_read(substr(t, 1 + length(lc_marks))) as lc,
                            regexp_extract(
                                substr(t, 1 + length(lc_marks)),
                                getvariable('call_number_lc_alone'),
                                1
                            ) as lc_alone,
                            list_transform(
                                regexp_extract_all(marks, getvariable('call_number_word'), 1),
                                lambda word: getvariable('call_number_words')[
                                    regexp_replace(word, '[^\p{L}\p{N}]+', '', 'g')
                                ]
                            ) as means
                        from (
                            select
                                *,
                                is_certainly_sudoc(t) as is_sudoc,
                                case
                                    when t < 'A' then ''
                                    else regexp_extract(t, getvariable('call_number_marks'))
                                end as marks,
                                case
                                    when t < 'A' then ''
                                    else regexp_extract(t, getvariable('call_number_lc_marks'))
                                end as lc_marks
                            from (
                                select
                                    opened(number) as t,
                                    regexp_matches(number, '^[A-Za-z]+[0-9]') as is_joined,
                                    named_scheme(scheme) as named
                            )
                        )
                    )
                )
            )
        )
    )
);

create or replace temp macro call_number_class(number, scheme := null) as
    case
        when call_number_parts(number, scheme).class_scheme = 'lcc'
            then rtrim(left(call_number_parts(number, scheme).class_key, 3))
        else call_number_parts(number, scheme).class_key
    end;
