//! What a query reads of a record: columns of the table where they mean the same, members of JSON where they do not.

use datafusion::common::{ScalarValue, TableReference};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};

use super::conditions::with_constant;
use super::expr::{Level, Sql, Writer, Writes, call};
use super::leaf::{Holds, Leaf, Place, json_path, place};
use super::literal::{record_time, text};
use super::names::quoted;
use super::select::Parts;
use super::{Refused, Remark, Target};
use crate::schema::{Kind, Shape, Step, Virtual, columns, path_text};

/// Columns, and members of columns, that Athena's documentation does not define.
///
/// Source: Athena User Guide, "Query AWS CloudTrail logs".
pub(super) const UNPUBLISHED: &[&str] = &[
    "arnprefix",
    "assumedroot",
    "ec2issuedinvpc",
    "eventcontext",
    "insightdetails",
    "keyexchange",
    "managementevent",
    "sourceidentity",
];

impl Writer<'_> {
    /// That a column of records is one of Athena's table too.
    pub(super) fn check_of_athena(&self, name: &str) -> Writes<()> {
        let column = columns::ALL.iter().find(|column| column.name == name);
        match column.map(|column| column.shape) {
            Some(Shape::Virtual(Virtual::EventJson)) => Err(Refused::Record),
            Some(Shape::Virtual(Virtual::Organization)) => Err(Refused::column("the organization of a log file")),
            Some(Shape::Virtual(Virtual::RecordIndex)) => Err(Refused::column("the number of a record in its file")),
            Some(Shape::Virtual(fact)) if fact.is_of_content() => Err(Refused::column("what a verification says")),
            _ => Ok(()),
        }
    }

    /// The place of a leaf in a column of the table.
    pub(super) fn place<'l>(&self, leaf: &'l Leaf<'_>) -> Option<Place<'l>> {
        let relation = record(self.parts, leaf.json)?;
        let place = place(&leaf.path, |name| self.named(Some(&relation), name))?;
        let member = place.column.rsplit('.').next().unwrap_or_default();
        (self.target == Target::Trailql || !UNPUBLISHED.contains(&member)).then_some(place)
    }

    /// A leaf of a record, or of other JSON text.
    pub(super) fn leaf(&self, leaf: &Leaf<'_>) -> Writes<Sql> {
        // Columns do not tell a null from a member that is not there.
        if leaf.kind == Kind::Value {
            return match self.target {
                Target::Trailql => self.member(&self.text(leaf.json)?, &leaf.path, leaf.kind),
                Target::Athena => Err(Refused::construct("a null that differs from a missing field")),
            };
        }
        let Some(place) = self.place(leaf) else {
            if self.target == Target::Athena && record(self.parts, leaf.json).is_some() {
                return Err(self.missing(leaf));
            }
            return self.member(&self.text(leaf.json)?, &leaf.path, leaf.kind);
        };
        let column = || Sql::primary(place.column.clone());
        Ok(match (place.holds, leaf.kind, place.rest) {
            (Holds::Json, kind, rest @ [_, ..]) => self.member(&place.column, rest, kind)?,
            // The column is as the file has it; Logs Insights shows it without blanks.
            (Holds::Json, Kind::Numeral, _) if self.target == Target::Trailql => {
                self.member(&place.column, &[], Kind::Numeral)?
            }
            (Holds::Text, Kind::Text | Kind::Scalar | Kind::Numeral, _)
            | (Holds::Flag, Kind::Flag, _)
            | (Holds::Json, Kind::Text | Kind::Numeral, _) => column(),
            (Holds::Text, Kind::Time, _) => match self.target {
                Target::Trailql => call("event_timestamp", &[place.column]),
                Target::Athena => call("from_iso8601_timestamp", &[place.column]),
            },
            (Holds::Text | Holds::Flag | Holds::LooseFlag, kind, _) if self.target == Target::Athena => match kind {
                Kind::Json | Kind::Value => call("json_format", &[format!("CAST({} AS JSON)", place.column)]),
                Kind::Time | Kind::Ordinal => return Err(Refused::construct("a time of a field that holds none")),
                _ => column(),
            },
            (Holds::Json, Kind::Json, _) if self.target == Target::Athena => column(),
            _ if self.target == Target::Athena => {
                return Err(Refused::construct(format!("all of `{}` as text", path_text(&leaf.path))));
            }
            _ => self.member(&self.text(leaf.json)?, &leaf.path, leaf.kind)?,
        })
    }

    /// That no column of the table holds a leaf of the record.
    pub(super) fn missing(&self, leaf: &Leaf<'_>) -> Refused {
        if leaf.path.is_empty() { Refused::Record } else { Refused::column(&format!("`{}`", path_text(&leaf.path))) }
    }

    /// A member of JSON text.
    fn member(&self, json: &str, path: &[Step], kind: Kind) -> Writes<Sql> {
        if self.target == Target::Trailql {
            let name = match kind {
                Kind::Text => "record_text",
                Kind::Scalar => return self.scalar_member(json, path),
                Kind::Json => "record_json",
                Kind::Value => "record_value",
                Kind::Numeral => "record_numeral",
                Kind::Flag => "record_flag",
                Kind::Time => "record_time",
                Kind::Ordinal => return Err(Refused::construct("the number of a record in its file")),
            };
            let is_any_case = path.iter().any(|step| matches!(step, Step::Key(_)));
            let name = if is_any_case { "json_member" } else { name };
            let steps = path.iter().map(|step| match step {
                Step::Key(key) | Step::ExactKey(key) => text(key),
                Step::Index(index) => index.to_string(),
            });
            return Ok(call(name, &std::iter::once(json.to_owned()).chain(steps).collect::<Vec<_>>()));
        }
        Ok(match kind {
            Kind::Json | Kind::Value => call("json_format", &[self.json_member(json, path)?.text]),
            Kind::Time => call("TRY", &[format!("from_iso8601_timestamp({})", self.scalar_member(json, path)?.text)]),
            _ => {
                self.remarks.borrow_mut().insert(Remark::Objects);
                self.scalar_member(json, path)?
            }
        })
    }

    pub(super) fn scalar_member(&self, json: &str, path: &[Step]) -> Writes<Sql> {
        Ok(call("json_extract_scalar", &[json.to_owned(), json_path_of(path)?]))
    }

    pub(super) fn json_member(&self, json: &str, path: &[Step]) -> Writes<Sql> {
        Ok(call("json_extract", &[json.to_owned(), json_path_of(path)?]))
    }

    /// Whether a value is there.
    pub(super) fn presence(&self, value: &Expr, is_there: bool) -> Writes<Sql> {
        let test = if is_there { "IS NOT NULL" } else { "IS NULL" };
        let subject = match leaf_of(value).or_else(|| flag_leaf(value)) {
            // Of what is there, only a part has such a form: an object is no scalar.
            Some(leaf)
                if leaf.kind == Kind::Scalar && self.place(&leaf).is_none_or(|place| place.holds != Holds::Text)
                    || leaf.kind == Kind::Value && self.target == Target::Trailql =>
            {
                self.expr(value)?
            }
            Some(leaf) => match (self.place(&leaf), self.target) {
                (Some(place), Target::Athena) if place.rest.is_empty() => Sql::primary(place.column),
                (Some(place), Target::Athena) => self.json_member(&place.column, place.rest)?,
                (Some(place), Target::Trailql)
                    if place.rest.is_empty() && leaf.kind != Kind::Time && place.holds != Holds::Nested =>
                {
                    Sql::primary(place.column)
                }
                _ => self.expr(value)?,
            },
            None => self.expr(value)?,
        };
        Ok(Sql::new(format!("{} {test}", subject.at(Level::Concat)), Level::Compare))
    }

    /// A flag of the record, which results show as `1` and `0`.
    pub(super) fn flag(&self, expr: &Expr) -> Writes<Option<Sql>> {
        let Some(leaf) = flag_leaf(expr) else { return Ok(None) };
        let read = self.leaf(&leaf)?.text;
        Ok(Some(Sql::primary(format!("CASE {read} WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE {read} END"))))
    }

    /// `<>` for a flag that is compared with `true` or `false`, missing or not.
    pub(super) fn flag_differs(&self, value: &Expr, constant: &ScalarValue) -> Writes<Option<Sql>> {
        let (Some(leaf), Some(word @ ("true" | "false"))) = (leaf_of(value), constant.try_as_str().flatten()) else {
            return Ok(None);
        };
        if leaf.kind != Kind::Flag {
            return Ok(None);
        }
        let read = self.leaf(&leaf)?.at(Level::Concat);
        Ok(Some(Sql::new(format!("{read} IS DISTINCT FROM {}", text(word)), Level::Compare)))
    }

    /// A comparison that has a form of its own: of `eventtime` with a constant, of a member of JSON with a constant.
    pub(super) fn compared(&self, binary: &BinaryExpr) -> Writes<Option<Sql>> {
        let symbol = match binary.op {
            Operator::NotEq => "<>".to_owned(),
            Operator::Eq
            | Operator::Lt
            | Operator::LtEq
            | Operator::Gt
            | Operator::GtEq
            | Operator::IsDistinctFrom
            | Operator::IsNotDistinctFrom => binary.op.to_string(),
            _ => return Ok(None),
        };
        let Some((value, constant)) = with_constant(&binary.left, &binary.right) else { return Ok(None) };
        let is_mirrored = matches!(binary.left.as_ref(), Expr::Literal(..));
        let written = |value: String, constant: String| {
            let (left, right) = if is_mirrored { (constant, value) } else { (value, constant) };
            Sql::new(format!("{left} {symbol} {right}"), Level::Compare)
        };
        if let (Some(column), ScalarValue::TimestampMillisecond(Some(millis), _)) = (self.time_text(value), constant) {
            return Ok(record_time(*millis).map(|time| written(column, text(&time))));
        }
        let is_equality = matches!(binary.op, Operator::Eq | Operator::IsDistinctFrom);
        if let (Some(leaf), Some(word)) = (leaf_of(value), constant.try_as_str().flatten())
            && is_equality
            && let Some(member) = self.plain_member(&leaf, &[word])?
        {
            return Ok(Some(written(member, text(word))));
        }
        // Flags are numbers to Logs Insights, and never the words that records have for them.
        if let Some(written) = self.flag_compared(value, &binary.op, constant)? {
            return Ok(Some(written));
        }
        if let (Expr::ScalarFunction(number), ScalarValue::Float64(Some(wanted))) = (value, constant)
            && self.target == Target::Athena
            && binary.op == Operator::Eq
            && number.func.name() == "to_number"
            && let Some(leaf) = number.args.first().and_then(leaf_of)
            && self.place(&leaf).is_some_and(|place| !place.rest.is_empty())
            && (*wanted == 0.0 || *wanted == 1.0)
        {
            let read = self.leaf(&leaf)?.text;
            let (digit, word) = if *wanted == 0.0 { ("0", "false") } else { ("1", "true") };
            return Ok(Some(Sql::new(format!("TRY_CAST({read} AS double) = {digit} OR {read} = '{word}'"), Level::Or)));
        }
        Ok(None)
    }

    /// A flag of the record as a number next to one, or as the text that it never is.
    fn flag_compared(&self, value: &Expr, op: &Operator, constant: &ScalarValue) -> Writes<Option<Sql>> {
        if let (Some(_), Operator::Eq, Some("true" | "false")) = (flag_leaf(value), op, constant.try_as_str().flatten())
        {
            return Ok(Some(Sql::primary("FALSE")));
        }
        let (Expr::ScalarFunction(number), ScalarValue::Float64(Some(digit))) = (value, constant) else {
            return Ok(None);
        };
        let leaf = number.args.first().and_then(flag_leaf).filter(|_| number.func.name() == "to_number");
        let word = match (op, *digit) {
            (Operator::Eq, 1.0) | (Operator::NotEq, 0.0) => "true",
            (Operator::Eq, 0.0) | (Operator::NotEq, 1.0) => "false",
            _ => return Ok(None),
        };
        let Some(leaf) = leaf else { return Ok(None) };
        let read = self.leaf(&leaf)?.at(Level::Concat);
        let flag = format!("{read} = {}", text(word));
        Ok(Some(match self.target {
            Target::Athena => Sql::new(flag, Level::Compare),
            // A record can have a digit where a flag belongs.
            Target::Trailql => {
                let symbol = if *op == Operator::Eq { "=" } else { "<>" };
                Sql::new(format!("{flag} OR to_number({read}) {symbol} {digit}"), Level::Or)
            }
        }))
    }

    /// A list of constants that a member of JSON is looked for in.
    pub(super) fn among(&self, list: &InList, negated: bool) -> Writes<Option<Sql>> {
        let words: Option<Vec<&str>> = list
            .list
            .iter()
            .map(|item| match item {
                Expr::Literal(value, _) => value.try_as_str().flatten(),
                _ => None,
            })
            .collect();
        let (Some(words), Some(leaf)) = (words, leaf_of(&list.expr)) else {
            return Ok(None);
        };
        let Some(member) = self.plain_member(&leaf, &words)? else { return Ok(None) };
        let not = if negated { "NOT " } else { "" };
        let words: Vec<_> = words.iter().map(|word| text(word)).collect();
        Ok(Some(Sql::new(format!("{member} {not}IN ({})", words.join(", ")), Level::Compare)))
    }

    /// A member of a column of JSON in Trino's own form, where none of the words is what tells the forms apart: flags
    /// are digits in ours, objects and arrays are text.
    fn plain_member(&self, leaf: &Leaf<'_>, words: &[&str]) -> Writes<Option<String>> {
        let is_plain = |word: &&str| {
            let is_flag = match leaf.kind {
                Kind::Numeral => matches!(*word, "0" | "1" | "true" | "false"),
                _ => false,
            };
            !is_flag && !word.starts_with(['{', '['])
        };
        if !matches!(leaf.kind, Kind::Numeral | Kind::Text) || !words.iter().all(is_plain) {
            return Ok(None);
        }
        match self.place(leaf) {
            Some(place) if !place.rest.is_empty() && json_path(place.rest).is_some() => {
                Ok(Some(self.scalar_member(&place.column, place.rest)?.text))
            }
            _ => Ok(None),
        }
    }

    /// `eventtime` where Athena compares and sorts its text as well as the time.
    pub(super) fn time_text(&self, expr: &Expr) -> Option<String> {
        if self.target != Target::Athena {
            return None;
        }
        if let Expr::ScalarFunction(call) = expr
            && let ("event_timestamp", [Expr::Column(column)]) = (call.func.name(), call.args.as_slice())
        {
            let relation = column.relation.as_ref().map(TableReference::table)?;
            let is_event_time = column.name == "eventtime" && self.parts.records.contains(relation);
            return is_event_time.then(|| self.named(Some(relation), &column.name));
        }
        let leaf = leaf_of(expr).filter(|leaf| leaf.kind == Kind::Time)?;
        let is_event_time = matches!(leaf.path.as_slice(), [Step::ExactKey(key)] if &**key == "eventTime");
        is_event_time.then(|| self.place(&leaf).map(|place| place.column))?
    }
}

/// The table whose whole records the expression is.
pub(super) fn record(parts: &Parts, json: &Expr) -> Option<String> {
    let Expr::Column(column) = json else { return None };
    let relation = column.relation.as_ref()?.table();
    (column.name == "eventjson" && parts.records.contains(relation)).then(|| relation.to_owned())
}

/// Whether a text may be a number, which comes after other text in natural order.
pub(super) fn may_be_number(parts: &Parts, expr: &Expr) -> bool {
    match expr {
        Expr::Column(column) => match parts.sealed.get(column) {
            Some(key) => may_be_number(parts, key),
            None => {
                let of_record = |relation: &TableReference| parts.records.contains(relation.table());
                !parts.plain.contains(column) && !column.relation.as_ref().is_some_and(of_record)
            }
        },
        Expr::Case(_) => true,
        Expr::ScalarFunction(call) => match Leaf::of(call) {
            Some(leaf) => {
                let place = record(parts, leaf.json).and_then(|_| place(&leaf.path, quoted));
                // An account is twelve digits, or a word.
                place.is_none_or(|place| place.holds != Holds::Text || place.column.ends_with("accountid"))
            }
            None => match call.func.name() {
                "coalesce" => call.args.iter().any(|arg| may_be_number(parts, arg)),
                name => matches!(name, "array_element" | "element_at" | "number_text"),
            },
        },
        _ => false,
    }
}

fn json_path_of(path: &[Step]) -> Writes<String> {
    let path = json_path(path).ok_or_else(|| Refused::construct("a key with quotes in it"))?;
    Ok(text(&path))
}

/// The leaf that an expression is.
pub(super) fn leaf_of(expr: &Expr) -> Option<Leaf<'_>> {
    match expr {
        Expr::ScalarFunction(call) => Leaf::of(call),
        _ => None,
    }
}

/// The leaf in `CASE leaf WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE leaf END`.
fn flag_leaf(expr: &Expr) -> Option<Leaf<'_>> {
    let Expr::Case(case) = expr else { return None };
    let leaf = leaf_of(case.expr.as_ref()?).filter(|leaf| leaf.kind == Kind::Flag)?;
    (case.else_expr == case.expr && case.when_then_expr.len() == 2).then_some(leaf)
}
