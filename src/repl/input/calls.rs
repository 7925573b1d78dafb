//! Functions as they are called, in each language: for completion, hints and colours.

use std::sync::LazyLock;

use crate::functions;
use crate::insights;
use crate::session::Language;

/// Functions that SQL has from its engine, and no list explains.
const ENGINE: &[(&str, &str)] = &[
    ("abs", "abs(x)"),
    ("avg", "avg(x)"),
    ("ceil", "ceil(x)"),
    ("coalesce", "coalesce(value, …)"),
    ("concat", "concat(text, …)"),
    ("corr", "corr(x, y)"),
    ("count", "count(*)"),
    ("cume_dist", "cume_dist()"),
    ("current_date", "current_date()"),
    ("date_trunc", "date_trunc(unit, time)"),
    ("dense_rank", "dense_rank()"),
    ("first_value", "first_value(x)"),
    ("floor", "floor(x)"),
    ("greatest", "greatest(value, …)"),
    ("lag", "lag(x, offset, default)"),
    ("last_value", "last_value(x)"),
    ("lead", "lead(x, offset, default)"),
    ("least", "least(value, …)"),
    ("length", "length(text)"),
    ("lower", "lower(text)"),
    ("ltrim", "ltrim(text)"),
    ("max", "max(x)"),
    ("min", "min(x)"),
    ("now", "now()"),
    ("nth_value", "nth_value(x, n)"),
    ("ntile", "ntile(n)"),
    ("nullif", "nullif(a, b)"),
    ("percent_rank", "percent_rank()"),
    ("power", "power(x, y)"),
    ("rank", "rank()"),
    ("replace", "replace(text, search, replacement)"),
    ("reverse", "reverse(text)"),
    ("round", "round(x, digits)"),
    ("row_number", "row_number()"),
    ("rtrim", "rtrim(text)"),
    ("sqrt", "sqrt(x)"),
    ("stddev", "stddev(x)"),
    ("substr", "substr(text, start, length)"),
    ("sum", "sum(x)"),
    ("trim", "trim(text)"),
    ("unnest", "unnest(array)"),
    ("upper", "upper(text)"),
    ("var_pop", "var_pop(x)"),
    ("var_samp", "var_samp(x)"),
];

/// Names and calls, sorted by name.
pub(super) fn of(language: Language) -> &'static [(&'static str, &'static str)] {
    static SQL: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
        let listed = functions::all().flat_map(|function| {
            let names = std::iter::once(function.name).chain(function.aliases.iter().copied());
            names.map(|name| (name, function.usage))
        });
        let mut all: Vec<_> = listed.collect();
        let rest = ENGINE.iter().filter(|(name, _)| functions::all().all(|function| function.name != *name));
        all.extend(rest);
        all.sort_unstable();
        all.dedup_by_key(|(name, _)| *name);
        all
    });
    static INSIGHTS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
        let mut all: Vec<_> = insights::functions::ALL.iter().map(|function| (function.name, function.usage)).collect();
        all.sort_unstable();
        all
    });
    match language {
        Language::Sql => &SQL,
        Language::Insights => &INSIGHTS,
        Language::Filter | Language::Sigma => &[],
    }
}

/// What a call of a function looks like; its name may be in any case.
pub(super) fn usage(name: &str, language: Language) -> Option<&'static str> {
    of(language).iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, usage)| *usage)
}
