//! Reaching into JSON text: a leaf by path, in the form it is wanted in.
//!
//! Each such function declares that it moves towards the leaves, so the optimizer hands it to the scan,
//! which reads the leaf straight from the log file instead of building the whole JSON text first.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray, StringBuilder, TimestampMillisecondBuilder};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExpressionPlacement, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, lit,
};

use super::{Build, Function, Origin};
use crate::record;
use crate::schema::{Kind, Step};

/// What SQL may call of this family.
pub(super) const JSON: &[Function] = &[
    Function {
        name: "json_extract",
        aliases: &[],
        usage: "json_extract(json, '$.path')",
        summary: "The value at a path, as JSON.",
        examples: &[
            (r#"json_extract('{"a":{"b":[1,"x"]}}', '$.a.b')"#, r#"[1,"x"]"#),
            ("json_extract('{', '$.a')", "NULL"),
        ],
        origin: Origin::Trino,
        build: Build::Scalar(json_extract),
    },
    Function {
        name: "json_extract_scalar",
        aliases: &[],
        usage: "json_extract_scalar(json, '$.path')",
        summary: "The string, number or boolean at a path, as text.",
        examples: &[
            (r#"json_extract_scalar('{"a":{"b":[1,"x"]}}', '$.a.b[1]')"#, "x"),
            (r#"json_extract_scalar('{"a":{}}', '$.a')"#, "NULL"),
        ],
        origin: Origin::Trino,
        build: Build::Scalar(json_extract_scalar),
    },
    Function {
        name: "json_member",
        aliases: &[],
        usage: "json_member(json, key_or_index, …)",
        summary: "A member as text, objects and arrays as JSON; a key that differs only in case will do.",
        examples: &[(r#"json_member('{"a":{"B":7}}', 'a', 'b')"#, "7")],
        origin: Origin::Ours,
        build: Build::Scalar(json_member),
    },
];

/// A function that takes one leaf out of JSON text: `name(json, step, …)` or `name(json, '$.path')`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct LeafFunction {
    name: &'static str,
    kind: Kind,
    spelling: Spelling,
    signature: Signature,
}

/// How the arguments after the first spell the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Spelling {
    /// One key or index each; a key that differs only in case will do.
    Members,
    /// One key or index each; keys are exact.
    ExactMembers,
    /// One JSON path, `$.a['b'][0]`; keys are exact.
    Path,
}

macro_rules! leaf_functions {
    ($($(#[$doc:meta])* $name:ident $kind:ident $spelling:ident;)*) => {
        $($(#[$doc])*
        #[must_use]
        pub fn $name() -> Arc<ScalarUDF> {
            static FUNCTION: LazyLock<Arc<ScalarUDF>> =
                LazyLock::new(|| LeafFunction::function(stringify!($name), Kind::$kind, Spelling::$spelling));
            Arc::clone(&FUNCTION)
        })*
    };
}

leaf_functions! {
    /// `json_member(json, 'key', 0, …)`: a member as text, as CloudTrail Lake's maps give it.
    json_member Text Members;
    /// `json_extract_scalar(json, '$.path')` as in Trino: text of a string, number or boolean.
    json_extract_scalar Scalar Path;
    /// `json_extract(json, '$.path')` as in Trino: JSON text.
    json_extract Json Path;
    /// A record's field as Logs Insights shows it.
    record_numeral Numeral ExactMembers;
    /// A record's field as plain text.
    record_text Text ExactMembers;
    /// A record's boolean, also where it is written as text.
    record_flag Flag ExactMembers;
    /// A record's field as raw JSON.
    record_json Json ExactMembers;
    /// A record's field as a point in time.
    record_time Time ExactMembers;
}

/// A leaf of a record: the form in which Logs Insights asks for fields.
#[must_use]
pub fn leaf(record: Expr, path: &[Step], kind: Kind) -> Expr {
    let function = match kind {
        Kind::Text | Kind::Scalar if path.iter().any(|step| matches!(step, Step::Key(_))) => json_member(),
        Kind::Text | Kind::Scalar => record_text(),
        Kind::Json => record_json(),
        Kind::Numeral => record_numeral(),
        Kind::Flag => record_flag(),
        Kind::Time | Kind::Ordinal => record_time(),
    };
    let steps = path.iter().map(|step| match step {
        Step::Key(key) | Step::ExactKey(key) => lit(key.as_ref()),
        Step::Index(index) => lit(i64::try_from(*index).unwrap_or(i64::MAX)),
    });
    function.call(std::iter::once(record).chain(steps).collect())
}

impl LeafFunction {
    fn function(name: &'static str, kind: Kind, spelling: Spelling) -> Arc<ScalarUDF> {
        let signature = Signature::user_defined(Volatility::Immutable);
        Arc::new(ScalarUDF::new_from_impl(Self { name, kind, spelling, signature }))
    }

    /// The form in which the leaf comes out.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The path that constant arguments spell; none when one of them is null.
    ///
    /// # Errors
    /// When a JSON path does not parse.
    pub fn path(&self, steps: &[ScalarValue]) -> Result<Option<Vec<Step>>> {
        if let (Spelling::Path, [path]) = (self.spelling, steps) {
            return text(path).map(json_path).transpose();
        }
        Ok(steps.iter().map(|step| self.step(step)).collect())
    }

    fn step(&self, step: &ScalarValue) -> Option<Step> {
        match step {
            ScalarValue::Int64(index) => index.and_then(|index| usize::try_from(index).ok()).map(Step::Index),
            _ if self.spelling == Spelling::Members => text(step).map(|key| Step::Key(key.into())),
            _ => text(step).map(|key| Step::ExactKey(key.into())),
        }
    }

    /// One leaf of every text, all by one path.
    fn evaluate(&self, json: &StringArray, path: &[Step]) -> ArrayRef {
        self.collect((0..json.len()).map(|row| (json.is_valid(row)).then(|| (json.value(row), path))))
    }

    fn collect<'a>(&self, rows: impl Iterator<Item = Option<(&'a str, &'a [Step])>>) -> ArrayRef {
        let leaves = rows.map(|row| row.and_then(|(json, path)| record::extract(json, path, self.kind)));
        if self.kind == Kind::Time {
            let mut times = TimestampMillisecondBuilder::new().with_timezone("UTC");
            leaves.for_each(|leaf| times.append_option(leaf.as_deref().and_then(record::parse_time)));
            return Arc::new(times.finish());
        }
        let mut texts = StringBuilder::new();
        leaves.for_each(|leaf| texts.append_option(leaf));
        Arc::new(texts.finish())
    }
}

impl ScalarUDFImpl for LeafFunction {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let fits = match self.spelling {
            Spelling::Path => types.len() == 2,
            _ => types.len() >= 2,
        };
        if !fits {
            return plan_err!("`{}` takes JSON text and a path, not {} arguments", self.name, types.len());
        }
        let mut coerced = vec![DataType::Utf8];
        for step in &types[1..] {
            coerced.push(if step.is_integer() { DataType::Int64 } else { DataType::Utf8 });
        }
        Ok(coerced)
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.kind.data_type())
    }

    /// A leaf of a column, by a constant path, is what the scan can read by itself.
    fn placement(&self, args: &[ExpressionPlacement]) -> ExpressionPlacement {
        match args {
            [ExpressionPlacement::Column, path @ ..]
                if path.iter().all(|step| *step == ExpressionPlacement::Literal) =>
            {
                ExpressionPlacement::MoveTowardsLeafNodes
            }
            _ => ExpressionPlacement::KeepInPlace,
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let Some((json, steps)) = args.args.split_first() else {
            return exec_err!("`{}` without arguments", self.name);
        };
        let scalars: Option<Vec<_>> = steps
            .iter()
            .map(|step| if let ColumnarValue::Scalar(value) = step { Some(value.clone()) } else { None })
            .collect();
        let rows = args.number_rows;
        let json = cast(&json.to_array(rows)?, &DataType::Utf8)?;
        let json = json.as_string::<i32>();
        if let Some(scalars) = scalars {
            return Ok(ColumnarValue::Array(match self.path(&scalars)? {
                Some(path) => self.evaluate(json, &path),
                None => datafusion::arrow::array::new_null_array(&self.kind.data_type(), rows),
            }));
        }
        let steps: Vec<_> = steps.iter().map(|step| step.to_array(rows)).collect::<Result<_>>()?;
        let paths: Vec<_> = (0..rows)
            .map(|row| self.path(&steps.iter().map(|step| scalar(step, row)).collect::<Vec<_>>()))
            .collect::<Result<_>>()?;
        let texts = (0..rows)
            .map(|row| if json.is_valid(row) { Some((json.value(row), paths[row].as_deref()?)) } else { None });
        Ok(ColumnarValue::Array(self.collect(texts)))
    }
}

fn scalar(array: &ArrayRef, row: usize) -> ScalarValue {
    if array.is_null(row) {
        return ScalarValue::Utf8(None);
    }
    match array.data_type() {
        DataType::Int64 => ScalarValue::Int64(Some(array.as_primitive::<Int64Type>().value(row))),
        _ => ScalarValue::Utf8(array.as_string_opt::<i32>().map(|texts| texts.value(row).to_owned())),
    }
}

fn text(value: &ScalarValue) -> Option<&str> {
    value.try_as_str().flatten()
}

/// Reads a JSON path as Trino's `json_extract` takes it: `$.a.b[0]`, `$['a b']`, `$."a-b"`, `$.a["b"]`.
///
/// # Errors
/// When it does not begin with `$` or a step cannot be read.
pub fn json_path(text: &str) -> Result<Vec<Step>> {
    let bad = |at: usize| {
        exec_err!("invalid JSON path `{text}`: cannot read it from character {} on", text[..at].chars().count() + 1)
    };
    let mut rest = match text.trim_start().strip_prefix('$') {
        Some(rest) => rest,
        // Trino takes a path without its root, too.
        None if !text.is_empty() && !text.starts_with(['[', '.']) => return Ok(text.split('.').map(exact).collect()),
        None => return bad(0),
    };
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let at = text.len() - rest.len();
        let (step, after) = match rest.as_bytes() {
            [b'.', b'"', ..] => match quoted(&rest[1..]) {
                Some((key, after)) => (exact(&key), after),
                None => return bad(at),
            },
            [b'.', ..] => {
                let end = rest[1..].find(['.', '[']).map_or(rest.len(), |end| end + 1);
                if end == 1 {
                    return bad(at);
                }
                (exact(&rest[1..end]), &rest[end..])
            }
            [b'[', b'"' | b'\'', ..] => {
                match quoted(&rest[1..]).and_then(|(key, after)| Some((key, after.strip_prefix(']')?))) {
                    Some((key, after)) => (exact(&key), after),
                    None => return bad(at),
                }
            }
            [b'[', ..] => {
                let Some(end) = rest.find(']') else { return bad(at) };
                let inside = rest[1..end].trim();
                let step = match inside.parse() {
                    Ok(index) => Step::Index(index),
                    Err(_) if inside.is_empty() || inside.contains(['*', ':', ',', '?', '@']) => return bad(at),
                    Err(_) => exact(inside),
                };
                (step, &rest[end + 1..])
            }
            _ if rest.trim().is_empty() => break,
            _ => return bad(at),
        };
        steps.push(step);
        rest = after;
    }
    Ok(steps)
}

fn exact(key: &str) -> Step {
    Step::ExactKey(key.into())
}

/// A quoted key at the beginning of `text`, with backslash escapes, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut characters = text.char_indices();
    let (_, quote) = characters.next()?;
    let mut key = String::new();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => key.push(characters.next()?.1),
            _ if character == quote => return Some((key, &text[at + quote.len_utf8()..])),
            _ => key.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::path_text;

    fn check(path: &str, expected: &str) {
        assert_eq!(path_text(&json_path(path).expect(path)), expected, "{path}");
    }

    #[test]
    fn json_paths_are_read_in_every_spelling() {
        check("$", "");
        check("$.a.b", "a.b");
        check("$.items[0].id", "items.0.id");
        check("$['a b'].c", "a b.c");
        check("$.\"x-amz-acl\"", "x-amz-acl");
        check("$[\"a\"][\"b\\\"c\"]", "a.b\"c");
        check("a.b", "a.b");
    }

    #[test]
    fn a_bad_json_path_names_the_place() {
        for path in ["$.", "$.a..b", "$[", "$.a[*]", "$x", "", "$['a]"] {
            let error = json_path(path).expect_err(path).to_string();
            assert!(error.contains("invalid JSON path"), "{error}");
        }
    }
}
