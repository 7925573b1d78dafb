//! Lists of JSON in Trino's own form, their members, and conditions on any of their elements.

use std::collections::HashSet;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column as Name, ScalarValue};
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::expr::{HigherOrderFunction, ScalarFunction};

use super::expr::{Sql, Writer, Writes, call};
use super::leaf::{Holds, Leaf};
use super::reads::{UNPUBLISHED, leaf_of, record};
use super::select::Parts;
use super::{Refused, Remark, Target};
use crate::functions::json;
use crate::schema::{Column, Kind, Shape, Step, columns};

/// A list as SQL text.
pub(super) struct List {
    pub(super) text: String,
    /// The members of its elements, where these are structures; elsewhere they are JSON.
    members: &'static [Column],
}

/// What an element is called in a condition on it.
const ELEMENT: &str = "element";

impl Writer<'_> {
    /// A call of a function that takes a function.
    pub(super) fn higher(&self, function: &HigherOrderFunction) -> Writes<Sql> {
        let (name, [list, Expr::Lambda(lambda)]) = (function.func.name(), function.args.as_slice()) else {
            return Err(Refused::function(function.func.name()));
        };
        let [variable] = lambda.params.as_slice() else { return Err(Refused::function(name)) };
        let (list, element) = match self.target {
            Target::Trailql => (self.text(list)?, variable.clone()),
            Target::Athena => self.elements(list)?,
        };
        let outer = self.element.replace(Some(element));
        let body = self.text(&lambda.body);
        self.element.replace(outer);
        Ok(call(name, &[list, format!("{variable} -> {}", body?)]))
    }

    /// A list, and what an element of it is.
    fn elements(&self, list: &Expr) -> Writes<(String, String)> {
        let Some(json) = elements_of(list) else { return Err(Refused::construct("a list that is computed")) };
        let (json, path) = each_of(json)?.unwrap_or((json, Vec::new()));
        let List { text, members } = self.list(json)?;
        let element = match (members, path.as_slice()) {
            ([], path) => self.scalar_member(ELEMENT, path)?.text,
            (members, [Step::ExactKey(key)]) => match member(members, key) {
                Some(member) => format!("{ELEMENT}.{}", member.name),
                None => return Err(Refused::column(&format!("`{key}` of the elements of `{text}`"))),
            },
            _ => return Err(Refused::construct(format!("an element of `{text}` as text"))),
        };
        Ok((text, element))
    }

    /// The elements of JSON as a list of Trino.
    pub(super) fn list(&self, json: &Expr) -> Writes<List> {
        let of_json = |json: &str, path: &[Step]| {
            self.remarks.borrow_mut().insert(Remark::Lists);
            let json = self.json_member(json, path)?.text;
            Ok(List { text: format!("TRY_CAST({json} AS ARRAY(JSON))"), members: &[] })
        };
        let Some(leaf) = leaf_of(json) else {
            // Each of them is a list of its own again.
            if each_of(json)?.is_some() {
                return Err(Refused::construct("every element of a list as a list"));
            }
            return of_json(&self.text(json)?, &[]);
        };
        if let Some(members) = structures(self.parts, json) {
            let column = self.place(&leaf).map(|place| place.column).unwrap_or_default();
            return Ok(List { text: column, members });
        }
        match self.place(&leaf) {
            Some(place) if place.holds == Holds::Json => of_json(&place.column, place.rest),
            // What is no list would be no element there, and is one here.
            Some(place) => Err(Refused::construct(format!("elements of `{}`, which holds no list,", place.column))),
            None if record(self.parts, leaf.json).is_some() => Err(self.missing(&leaf)),
            None => of_json(&self.text(leaf.json)?, &leaf.path),
        }
    }

    /// What lies at a path through every element of a list, as a list in JSON.
    pub(super) fn each(&self, json: &Expr, path: &[Step]) -> Writes<Sql> {
        let List { text, members } = self.list(json)?;
        let member = match (members, path) {
            ([], path) => {
                self.remarks.borrow_mut().insert(Remark::Objects);
                self.scalar_member(ELEMENT, path)?.text
            }
            (members, [Step::ExactKey(key)]) => match member(members, key) {
                Some(member) => format!("{ELEMENT}.{}", member.name),
                None => return Err(Refused::column(&format!("`{key}` of the elements of `{text}`"))),
            },
            _ => return Err(Refused::construct(format!("all of `{text}` as text"))),
        };
        let all = call("transform", &[text, format!("{ELEMENT} -> {member}")]).text;
        let present = call("filter", &[all, format!("{ELEMENT} -> {ELEMENT} IS NOT NULL")]).text;
        Ok(call("json_format", &[format!("CAST({present} AS JSON)")]))
    }
}

/// The members that elements of a list have, by key and by column; none where they are no structures.
pub(super) fn members(parts: &Parts, list: &Expr) -> Option<Vec<(&'static str, &'static str)>> {
    let members = structures(parts, elements_of(list)?)?;
    Some(
        members
            .iter()
            .filter(|member| !UNPUBLISHED.contains(&member.name))
            .map(|member| (member.json, member.name))
            .collect(),
    )
}

/// The members of the structures in a column that is an array of them.
fn structures(parts: &Parts, json: &Expr) -> Option<&'static [Column]> {
    let leaf = leaf_of(json)?;
    record(parts, leaf.json)?;
    let [Step::Key(key) | Step::ExactKey(key)] = leaf.path.as_slice() else { return None };
    let column = columns::ALL.iter().find(|column| column.json == &**key)?;
    match column.shape {
        Shape::List(members) if members.iter().all(|member| matches!(member.shape, Shape::Text)) => Some(members),
        _ => None,
    }
}

fn member(members: &'static [Column], key: &str) -> Option<&'static Column> {
    members.iter().find(|member| member.json == key && !UNPUBLISHED.contains(&member.name))
}

/// The JSON whose elements a list is.
fn elements_of(list: &Expr) -> Option<&Expr> {
    match list {
        Expr::ScalarFunction(call) if call.func.name() == "json_elements" => call.args.first(),
        _ => None,
    }
}

/// The list, and the path through every element of it, in `json_extract(list, '$[*]["key"]')`.
pub(super) fn each_of(expr: &Expr) -> Writes<Option<(&Expr, Vec<Step>)>> {
    let Expr::ScalarFunction(call) = expr else { return Ok(None) };
    let ("json_extract", [json, Expr::Literal(path, _)]) = (call.func.name(), call.args.as_slice()) else {
        return Ok(None);
    };
    let Some(path) = path.try_as_str().flatten().and_then(|path| path.strip_prefix("$[*]")) else { return Ok(None) };
    let steps = steps(path).ok_or_else(|| Refused::construct("a path through the elements of several lists"))?;
    Ok(Some((json, steps)))
}

/// The steps in `["key"][0]`.
fn steps(path: &str) -> Option<Vec<Step>> {
    let (mut steps, mut rest) = (Vec::new(), path);
    while !rest.is_empty() {
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<serde_json::Value>();
        let value = values.next()?.ok()?;
        rest = rest.get(values.byte_offset()..)?;
        let serde_json::Value::Array(parts) = value else { return None };
        steps.push(match parts.as_slice() {
            [serde_json::Value::String(key)] => Step::ExactKey(key.as_str().into()),
            [serde_json::Value::Number(index)] => Step::Index(usize::try_from(index.as_u64()?).ok()?),
            _ => return None,
        });
    }
    Some(steps)
}

/// A leaf of JSON that is a leaf itself, read at once; a member of a structure that is taken apart.
pub(super) fn leaf_at_once(function: &ScalarFunction, elements: &HashSet<Name>) -> Option<Expr> {
    let leaf = Leaf::of(function)?;
    let Expr::ScalarFunction(inside) = leaf.json else { return None };
    if inside.func.name() == "named_struct" {
        let [Step::Key(key) | Step::ExactKey(key)] = leaf.path.as_slice() else { return None };
        let is_text = matches!(leaf.kind, Kind::Text | Kind::Scalar | Kind::Numeral);
        let is_it = |name: &Expr| matches!(name, Expr::Literal(name, _) if name.try_as_str().flatten() == Some(key));
        let mut pairs = inside.args.chunks(2).filter_map(|pair| Some((pair.first()?, pair.get(1)?)));
        return pairs.find(|(name, _)| is_text && is_it(name)).map(|(_, value)| value.clone());
    }
    let is_json = |inner: &Leaf<'_>| inner.kind == Kind::Json || element_of(leaf.json, elements).is_some();
    let inner = Leaf::of(inside).filter(is_json)?;
    let path: Vec<Step> = inner.path.iter().chain(&leaf.path).cloned().collect();
    let is_exact = path.iter().all(|step| !matches!(step, Step::Key(_)));
    is_exact.then(|| json::leaf(inner.json.clone(), &path, leaf.kind))
}

/// The element of a list that an expression is the text of.
pub(super) fn element_of<'e>(expr: &'e Expr, elements: &HashSet<Name>) -> Option<&'e Name> {
    let leaf = leaf_of(expr).filter(|leaf| leaf.path.is_empty() && leaf.kind == Kind::Numeral)?;
    match leaf.json {
        Expr::Column(column) if elements.contains(column) => Some(column),
        _ => None,
    }
}

/// Whether a structure is taken apart: each of its members is a column.
pub(super) fn is_apart(expr: &Expr) -> bool {
    let is_column = |value: &Expr| matches!(value, Expr::Column(_) | Expr::Literal(ScalarValue::Utf8(_), _));
    matches!(expr, Expr::ScalarFunction(call) if call.func.name() == "named_struct" && call.args.iter().all(is_column))
}

/// The type of a member of a structure that is taken apart.
pub(super) const MEMBER: DataType = DataType::Utf8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_through_elements_are_read_back() {
        let key = |key: &str| Step::ExactKey(key.into());
        assert_eq!(steps(""), Some(Vec::new()));
        assert_eq!(steps(r#"["a"][0]["b\"]"]"#), Some(vec![key("a"), Step::Index(0), key("b\"]")]));
        for bad in ["[*]", r#"["a"][*]"#, "[", "a", r#"["a","b"]"#] {
            assert_eq!(steps(bad), None, "{bad}");
        }
    }
}
