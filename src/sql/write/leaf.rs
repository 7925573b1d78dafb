//! Leaves of a record as columns of the table: which column a path leads to, and what is left of the path in there.

use std::any::Any;

use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::expr::ScalarFunction;

use super::names::quoted;
use crate::functions::json::LeafFunction;
use crate::schema::{Column, Kind, Shape, Step, columns};

/// A leaf of JSON text: the text, the path from there, and the form it is wanted in.
#[derive(Debug)]
pub(super) struct Leaf<'a> {
    pub(super) json: &'a Expr,
    pub(super) path: Vec<Step>,
    pub(super) kind: Kind,
}

impl<'a> Leaf<'a> {
    /// The leaf that a call reads, when its path is constant.
    pub(super) fn of(call: &'a ScalarFunction) -> Option<Self> {
        let function = (call.func.inner().as_ref() as &dyn Any).downcast_ref::<LeafFunction>()?;
        let (json, steps) = call.args.split_first()?;
        let constant = |step: &Expr| match step {
            Expr::Literal(value, _) => Some(value.clone()),
            _ => None,
        };
        let steps: Vec<ScalarValue> = steps.iter().map(constant).collect::<Option<_>>()?;
        let path = function.path(&steps).ok()??;
        Some(Self { json, path, kind: function.kind() })
    }
}

/// Where a path of the record ends in the table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place<'p> {
    /// The column, or the member of it, as SQL writes it.
    pub(super) column: String,
    /// What it holds.
    pub(super) holds: Holds,
    /// The way on inside JSON text.
    pub(super) rest: &'p [Step],
}

/// What a column holds, as far as it matters to one who reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Text,
    /// Text, of a boolean that records write as such as well as in quotes.
    LooseFlag,
    Flag,
    Json,
    /// A struct, or an array of them.
    Nested,
}

/// The place of a path in the published table, when one of its columns holds it. `called` writes a column's name.
pub(super) fn place(path: &[Step], called: impl Fn(&str) -> String) -> Option<Place<'_>> {
    let (mut members, mut written) = (columns::ALL, String::new());
    let mut rest = path;
    loop {
        let (Step::Key(key) | Step::ExactKey(key)) = rest.first()? else { return None };
        let column: &Column = members.iter().find(|column| !column.json.is_empty() && *column.json == **key)?;
        rest = &rest[1..];
        written = if written.is_empty() { called(column.name) } else { format!("{written}.{}", quoted(column.name)) };
        let (holds, goes_on) = match column.shape {
            Shape::Text if column.name == "sessioncredentialfromconsole" => (Holds::LooseFlag, false),
            Shape::Text | Shape::Time => (Holds::Text, false),
            Shape::Flag => (Holds::Flag, false),
            Shape::Json => (Holds::Json, true),
            Shape::Struct(inner) => match rest {
                [] => (Holds::Nested, false),
                _ => {
                    members = inner;
                    continue;
                }
            },
            Shape::List(inner) => match rest {
                [] => (Holds::Nested, false),
                [Step::Index(index), more @ ..] => {
                    written = format!("element_at({written}, {})", index.checked_add(1)?);
                    rest = more;
                    if rest.is_empty() {
                        (Holds::Nested, false)
                    } else {
                        members = inner;
                        continue;
                    }
                }
                _ => return None,
            },
            Shape::Virtual(_) => return None,
        };
        return (goes_on || rest.is_empty()).then_some(Place { column: written, holds, rest });
    }
}

/// A JSON path as Trino reads it; none where a key has a character that no path can have.
pub(super) fn json_path(path: &[Step]) -> Option<String> {
    let mut written = "$".to_owned();
    for step in path {
        match step {
            Step::Index(index) => written.push_str(&format!("[{index}]")),
            Step::Key(key) | Step::ExactKey(key) => {
                let is_plain = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                    && key.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
                if is_plain {
                    written.push_str(&format!(".{key}"));
                } else if key.contains(['"', '\\']) {
                    return None;
                } else {
                    written.push_str(&format!("[\"{key}\"]"));
                }
            }
        }
    }
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<Step> {
        let step = |part: &str| part.parse().map_or_else(|_| Step::ExactKey(part.into()), Step::Index);
        text.split('.').map(step).collect()
    }

    #[test]
    fn documented_fields_have_columns() {
        for (text, column, holds, rest) in [
            ("eventName", "eventname", Holds::Text, 0),
            ("readOnly", "readonly", Holds::Flag, 0),
            (
                "userIdentity.sessionContext.sessionIssuer.arn",
                "useridentity.sessioncontext.sessionissuer.arn",
                Holds::Text,
                0,
            ),
            ("requestParameters.bucketName", "requestparameters", Holds::Json, 1),
            ("resources.0.ARN", "element_at(resources, 1).arn", Holds::Text, 0),
            ("userIdentity", "useridentity", Holds::Nested, 0),
        ] {
            let path = path(text);
            let place = place(&path, quoted).expect(text);
            assert_eq!((place.column.as_str(), place.holds, place.rest.len()), (column, holds, rest), "{text}");
        }
        for text in ["noSuchField", "eventname", "eventName.x", "userIdentity.noSuchField", "resources.arn", "0"] {
            assert_eq!(place(&path(text), quoted), None, "{text}");
        }
    }

    #[test]
    fn keys_out_of_the_ordinary_stand_in_brackets() {
        assert_eq!(json_path(&path("a.0.b_c")).as_deref(), Some("$.a[0].b_c"));
        assert_eq!(json_path(&path("aws:s3")).as_deref(), Some("$[\"aws:s3\"]"));
        assert_eq!(json_path(&[Step::ExactKey("a\"b".into())]), None);
    }
}
