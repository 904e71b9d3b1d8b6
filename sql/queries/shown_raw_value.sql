-- Purpose: the raw value of an issue, masked where it may be personal and whoever asks may not see
-- it; part of other statements.
case
    when issues.raw_value is null or issues.raw_value = '' or {seen} then issues.raw_value
    else %(mask)s::text
end
