//! One row per function.

use super::Arg::{Buckets, Percent, Period, Subnet, Value};
use super::Meaning::{Aggregate, Scalar, Timed, TimedAggregate};
use super::{Function, aggregate, scalar};

macro_rules! functions {
    ($($name:literal $usage:literal, [$($required:expr),*] [$($optional:expr),*] $repeats:ident, $meaning:expr, $summary:literal;)*) => {
        &[$(Function {
            name: $name,
            usage: $usage,
            summary: $summary,
            required: &[$($required),*],
            optional: &[$($optional),*],
            repeats: functions!($repeats),
            meaning: $meaning,
        }),*]
    };
    (once) => { false };
    (repeats) => { true };
}

/// Every function: those of one row first, then those of many rows.
pub const ALL: &[Function] = functions! {
    "abs" "abs(number)", [Value] [] once, Scalar(scalar::abs), "The absolute value.";
    "ceil" "ceil(number)", [Value] [] once, Scalar(scalar::ceil), "The smallest whole number not below.";
    "floor" "floor(number)", [Value] [] once, Scalar(scalar::floor), "The largest whole number not above.";
    "greatest" "greatest(a, b, …)", [Value] [] repeats, Scalar(scalar::greatest), "The largest of the arguments that are present.";
    "least" "least(a, b, …)", [Value] [] repeats, Scalar(scalar::least), "The smallest of the arguments that are present.";
    "log" "log(number)", [Value] [] once, Scalar(scalar::log), "The natural logarithm; missing unless the number is positive.";
    "sqrt" "sqrt(number)", [Value] [] once, Scalar(scalar::sqrt), "The square root; missing for negative numbers.";

    "bin" "bin(5m)", [Period] [] once, Timed(scalar::bin), "The event's time, rounded down to the period.";
    "datefloor" "datefloor(time, 5m)", [Value, Period] [] once, Scalar(scalar::datefloor), "A time, rounded down to the period.";
    "dateceil" "dateceil(time, 5m)", [Value, Period] [] once, Scalar(scalar::dateceil), "A time, rounded up to the period.";
    "fromMillis" "fromMillis(number)", [Value] [] once, Scalar(scalar::from_millis), "The time this many milliseconds after 1970, UTC.";
    "toMillis" "toMillis(time)", [Value] [] once, Scalar(scalar::to_millis), "Milliseconds since 1970, UTC.";
    "now" "now()", [] [] once, Scalar(scalar::now), "When the query began, in seconds since 1970, UTC.";

    "ispresent" "ispresent(field)", [Value] [] once, Scalar(scalar::ispresent), "Whether the field is there; an empty string is.";
    "coalesce" "coalesce(a, b, …)", [Value] [] repeats, Scalar(scalar::coalesce), "The first argument that is there.";
    "unmask" "unmask(field)", [Value] [] once, Scalar(scalar::unmask), "The field; archived records are never masked.";

    "jsonParse" "jsonParse(text)", [Value] [] once, Scalar(scalar::json_parse), "JSON text as something whose members are fields.";
    "jsonStringify" "jsonStringify(value)", [Value] [] once, Scalar(scalar::json_stringify), "JSON text of a parsed value.";

    "isValidIp" "isValidIp(address)", [Value] [] once, Scalar(scalar::is_valid_ip), "Whether it is an IPv4 or IPv6 address.";
    "isValidIpV4" "isValidIpV4(address)", [Value] [] once, Scalar(scalar::is_valid_ip_v4), "Whether it is an IPv4 address.";
    "isValidIpV6" "isValidIpV6(address)", [Value] [] once, Scalar(scalar::is_valid_ip_v6), "Whether it is an IPv6 address.";
    "isIpInSubnet" "isIpInSubnet(address, \"10.0.0.0/8\")", [Value, Subnet] [] once, Scalar(scalar::is_ip_in_subnet), "Whether the address is in the subnet.";
    "isIpv4InSubnet" "isIpv4InSubnet(address, \"10.0.0.0/8\")", [Value, Subnet] [] once, Scalar(scalar::is_ipv4_in_subnet), "Whether the IPv4 address is in the subnet.";
    "isIpv6InSubnet" "isIpv6InSubnet(address, \"fd00::/8\")", [Value, Subnet] [] once, Scalar(scalar::is_ipv6_in_subnet), "Whether the IPv6 address is in the subnet.";

    "isempty" "isempty(field)", [Value] [] once, Scalar(scalar::isempty), "Whether the field is missing or an empty string.";
    "isblank" "isblank(field)", [Value] [] once, Scalar(scalar::isblank), "Whether the field is missing, empty or only blanks.";
    "concat" "concat(a, b, …)", [Value] [] repeats, Scalar(scalar::concat), "The arguments as one text; missing ones are empty.";
    "ltrim" "ltrim(text, \"characters\")", [Value] [Value] once, Scalar(scalar::ltrim), "The text without these characters, or blanks, at its beginning.";
    "rtrim" "rtrim(text, \"characters\")", [Value] [Value] once, Scalar(scalar::rtrim), "The text without these characters, or blanks, at its end.";
    "trim" "trim(text, \"characters\")", [Value] [Value] once, Scalar(scalar::trim), "The text without these characters, or blanks, at both ends.";
    "strlen" "strlen(text)", [Value] [] once, Scalar(scalar::strlen), "The number of characters.";
    "toupper" "toupper(text)", [Value] [] once, Scalar(scalar::toupper), "The text in upper case.";
    "tolower" "tolower(text)", [Value] [] once, Scalar(scalar::tolower), "The text in lower case.";
    "substr" "substr(text, start, length)", [Value, Value] [Value] once, Scalar(scalar::substr), "Part of the text; the first character is number 0.";
    "replace" "replace(text, \"search\", \"replacement\")", [Value, Value, Value] [] once, Scalar(scalar::replace), "The text with every occurrence replaced.";
    "strcontains" "strcontains(text, \"part\")", [Value, Value] [] once, Scalar(scalar::strcontains), "1 when the text holds the part, else 0.";
    "md5" "md5(text)", [Value] [] once, Scalar(scalar::md5), "The MD5 of the text, in hexadecimal.";
    "sha256" "sha256(text)", [Value] [] once, Scalar(scalar::sha256), "The SHA-256 of the text, in hexadecimal.";

    "count" "count(*)", [] [Value] once, Aggregate(aggregate::count), "The number of rows, or of rows in which the field is there.";
    "count_distinct" "count_distinct(field)", [Value] [] repeats, Aggregate(aggregate::count_distinct), "The exact number of different values.";
    "sum" "sum(number)", [Value] [] once, Aggregate(aggregate::sum), "The sum of what are numbers.";
    "avg" "avg(number)", [Value] [] once, Aggregate(aggregate::avg), "The mean of what are numbers.";
    "min" "min(value)", [Value] [] once, Aggregate(aggregate::min), "The smallest value, numbers by value and text in natural order.";
    "max" "max(value)", [Value] [] once, Aggregate(aggregate::max), "The largest value, numbers by value and text in natural order.";
    "pct" "pct(number, 95)", [Value, Percent] [] once, Aggregate(aggregate::pct), "The value that this percentage of the numbers does not exceed.";
    "stddev" "stddev(number)", [Value] [] once, Aggregate(aggregate::stddev), "The standard deviation of a sample.";
    "earliest" "earliest(field)", [Value] [] once, TimedAggregate(aggregate::earliest), "The field in the oldest event that has it.";
    "latest" "latest(field)", [Value] [] once, TimedAggregate(aggregate::latest), "The field in the newest event that has it.";
    "sortsFirst" "sortsFirst(field)", [Value] [] once, Aggregate(aggregate::min), "The value that `sort` would put first.";
    "sortsLast" "sortsLast(field)", [Value] [] once, Aggregate(aggregate::max), "The value that `sort` would put last.";
    "count_over_time" "count_over_time(field)", [] [Value] once, Aggregate(aggregate::count), "As `count`, for use with `by bin(…)`.";
    "rate" "rate(number, 1m)", [Value, Period] [] once, TimedAggregate(aggregate::rate), "How much the number grows per period, from the oldest event to the newest.";
    "histogram" "histogram(number, 10)", [Value, Buckets] [] once, Aggregate(aggregate::histogram), "How many numbers are in each of so many equal parts of their range, as JSON.";
    "sum_over_time" "sum_over_time(number)", [Value] [] once, Aggregate(aggregate::sum), "As `sum`, for use with `by bin(…)`.";
};
