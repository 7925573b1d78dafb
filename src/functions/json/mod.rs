//! JSON: leaves by path, values, arrays, and JSON made of other values.
//!
//! A value of Trino's type JSON is text whose field says so; see [`crate::schema::columns::JSON_VALUE`].

mod functions;
mod items;
mod leaf;
pub(super) mod path;
pub(super) mod value;
pub(super) mod write;

use std::collections::HashMap;

use datafusion::arrow::datatypes::{DataType, Field};

use super::nested::{is_text, plain};
use super::{Build, Function, Origin};
use crate::schema::columns;

pub(super) use functions::shortened;
pub use leaf::{
    LeafFunction, json_extract, json_extract_scalar, json_member, leaf, record_flag, record_json, record_numeral,
    record_scalar, record_text, record_time, record_value,
};
pub use path::json_path;
pub(super) use write::json_of;

/// What SQL may call of this family.
pub(super) const JSON: &[Function] = &[
    Function::ours(
        "json_items",
        "json_items(json, '$.path')",
        "The elements of the array at a path, as an array of JSON; NULL where there is none.",
        &[
            (r#"json_items('{"a":[{"b":1},"x"]}', '$.a')[2]"#, r#""x""#),
            ("cardinality(json_items('{}', '$.a'))", "NULL"),
        ],
        items::json_items,
    ),
    Function::trino(
        "json_extract",
        "json_extract(json, '$.path')",
        "The value at a path, as JSON; all values as an array where the path has wildcards.",
        &[
            (r#"json_extract('{"a":{"b":[1,"x"]}}', '$.a.b')"#, r#"[1,"x"]"#),
            (r#"json_extract('{"items":[{"x":1},{"x":2}]}', '$.items[*].x')"#, "[1,2]"),
            ("json_extract('{', '$.a')", "NULL"),
        ],
        json_extract,
    ),
    Function::trino(
        "json_extract_scalar",
        "json_extract_scalar(json, '$.path')",
        "The string, number or boolean at a path, as text.",
        &[
            (r#"json_extract_scalar('{"a":{"b":[1,"x"]}}', '$.a.b[1]')"#, "x"),
            (r#"json_extract_scalar('{"a":{}}', '$.a')"#, "NULL"),
        ],
        json_extract_scalar,
    ),
    Function::ours(
        "json_member",
        "json_member(json, key_or_index, …)",
        "A member as text, objects and arrays as JSON; a key that differs only in case will do.",
        &[(r#"json_member('{"a":{"B":7}}', 'a', 'b')"#, "7")],
        json_member,
    ),
    Function::ours(
        "record_text",
        "record_text(json, key_or_index, …)",
        "A member as text, objects and arrays as JSON; keys are exact.",
        &[(r#"record_text('{"a":{"B":true}}', 'a', 'B')"#, "true"), (r#"record_text('{"a":1}', 'A')"#, "NULL")],
        record_text,
    ),
    Function::ours(
        "record_numeral",
        "record_numeral(json, key_or_index, …)",
        "A member as Logs Insights shows it: as `record_text`, booleans as 1 and 0.",
        &[
            (r#"record_numeral('{"a":[true]}', 'a', 0)"#, "1"),
            (r#"record_numeral('{"a":{"b":2}}', 'a')"#, r#"{"b":2}"#),
        ],
        record_numeral,
    ),
    Function::ours(
        "record_flag",
        "record_flag(json, key_or_index, …)",
        "A member that is true or false, also where it is written as text.",
        &[(r#"record_flag('{"a":"True"}', 'a')"#, "true")],
        record_flag,
    ),
    Function::ours(
        "record_json",
        "record_json(json, key_or_index, …)",
        "A member as JSON, as it is written.",
        &[(r#"record_json('{"a":"x"}', 'a')"#, r#""x""#)],
        record_json,
    ),
    Function::ours(
        "record_value",
        "record_value(json, key_or_index, …)",
        "A member as JSON, as it is written, `null` where that is written.",
        &[
            (r#"record_value('{"a":[true]}', 'a')"#, "[true]"),
            (r#"record_value('{"a":null}', 'a')"#, "null"),
            (r#"record_value('{"a":null}', 'b')"#, "NULL"),
        ],
        record_value,
    ),
    Function::ours(
        "record_scalar",
        "record_scalar(json, key_or_index, …)",
        "A string, number or boolean as text; NULL for objects and arrays.",
        &[(r#"record_scalar('{"a":{"b":7}}', 'a', 'b')"#, "7"), (r#"record_scalar('{"a":{}}', 'a')"#, "NULL")],
        record_scalar,
    ),
    Function::ours(
        "record_time",
        "record_time(json, key_or_index, …)",
        "The point in time that a member spells; NULL for other text.",
        &[(r#"record_time('{"a":"2023-07-10T11:42:36Z"}', 'a')"#, "2023-07-10T11:42:36Z")],
        record_time,
    ),
    Function::trino(
        "json_parse",
        "json_parse(text)",
        "The text as JSON; an error where it is none.",
        &[(r#"json_parse('{ "a" : [1, 2] }')"#, r#"{"a":[1,2]}"#)],
        functions::json_parse,
    ),
    Function::trino(
        "json_format",
        "json_format(json)",
        "JSON as text.",
        &[(r#"json_format(json_parse('[1, "x"]'))"#, r#"[1,"x"]"#)],
        functions::json_format,
    ),
    Function::trino(
        "is_json_scalar",
        "is_json_scalar(json)",
        "Whether it is a string, number, boolean or null.",
        &[("is_json_scalar('1')", "true"), ("is_json_scalar('[1]')", "false")],
        functions::is_json_scalar,
    ),
    Function::trino(
        "json_array_get",
        "json_array_get(json, index)",
        "An element of an array, counted from 0, or from the end where negative.",
        &[(r#"json_array_get('[1, {"a":2}]', -1)"#, r#"{"a":2}"#), ("json_array_get('[1]', 1)", "NULL")],
        functions::json_array_get,
    ),
    Function::trino(
        "json_array_length",
        "json_array_length(json)",
        "The number of elements; NULL where there is no array.",
        &[("json_array_length('[1, 2]')", "2"), ("json_array_length('{}')", "NULL")],
        functions::json_array_length,
    ),
    Function::trino(
        "json_array_contains",
        "json_array_contains(json, value)",
        "Whether an array has an element that is this string, number or boolean.",
        &[(r#"json_array_contains('["a", 1]', 'a')"#, "true"), ("json_array_contains('[1, 2]', 3)", "false")],
        functions::json_array_contains,
    ),
    Function::trino(
        "json_size",
        "json_size(json, '$.path')",
        "The number of elements or members at a path; 0 for a scalar.",
        &[(r#"json_size('{"a":{"b":1,"c":2}}', '$.a')"#, "2"), (r#"json_size('{"a":1}', '$.a')"#, "0")],
        functions::json_size,
    ),
    Function::trino(
        "json_value",
        "json_value(json, 'lax $.path')",
        "The one string, number or boolean that a path of the SQL standard leads to, as text.",
        &[(r#"json_value('{"a":[{"b":"x"}]}', 'lax $.a.b')"#, "x"), (r#"json_value('{"a":[1,2]}', '$.a[*]')"#, "NULL")],
        functions::json_value,
    ),
    Function::trino(
        "json_query",
        "json_query(json, 'lax $.path')",
        "The one value that a path of the SQL standard leads to, as JSON.",
        &[(r#"json_query('{"a":{"b":"x"}}', 'lax $.a')"#, r#"{"b":"x"}"#)],
        functions::json_query,
    ),
    Function::trino(
        "json_exists",
        "json_exists(json, 'lax $.path')",
        "Whether a path of the SQL standard leads anywhere.",
        &[(r#"json_exists('{"a":null}', '$.a')"#, "true"), (r#"json_exists('{"a":1}', '$.b')"#, "false")],
        functions::json_exists,
    ),
    Function::trino(
        "json_object",
        "json_object(key, value, …)",
        "An object of these members.",
        &[("json_object('a', 1, 'b', ARRAY['x'])", r#"{"a":1,"b":["x"]}"#)],
        functions::json_object,
    ),
    Function::trino(
        "json_array",
        "json_array(value, …)",
        "An array of these values; those that are NULL are left out.",
        &[("json_array(1, 'x', NULL, true)", r#"[1,"x",true]"#)],
        functions::json_array,
    ),
    Function {
        name: "json_value_text",
        aliases: &[],
        usage: "json_value_text(json)",
        summary: "JSON as plain text, as CAST(json AS VARCHAR) gives it: strings without their quotes.",
        examples: &[(r#"json_value_text('"x"')"#, "x"), ("json_value_text('null')", "NULL")],
        origin: Origin::Ours,
        build: Build::Scalar(functions::json_value_text),
    },
];

/// A field whose text is of Trino's type JSON.
pub(super) fn as_json(field: Field) -> Field {
    field.with_metadata(HashMap::from([(columns::HOLDS.to_owned(), columns::JSON_VALUE.to_owned())]))
}

/// Whether the text of a field is JSON.
pub(super) fn is_json_value(field: &Field) -> bool {
    let holds = field.metadata().get(columns::HOLDS).map(String::as_str);
    matches!(holds, Some(columns::JSON_VALUE | columns::JSON))
}

/// How JSON comes in: as text, or as a value that is written as JSON.
pub(super) fn json_input(data_type: &DataType) -> Option<DataType> {
    match data_type {
        text if is_text(text) => Some(DataType::Utf8),
        nested if nested.is_nested() => Some(plain(nested)),
        _ => None,
    }
}
