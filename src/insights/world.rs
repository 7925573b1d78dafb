//! What can be named between two commands: what commands made, a record's fields, the two sides of a join.

use datafusion::common::{Column, TableReference};
use datafusion::functions::expr_fn::coalesce;
use datafusion::logical_expr::{Expr, Operator, binary_expr, lit};

use super::ast::Segment;
use super::value::{Leaf, Value};
use crate::functions::delivery::delivered_of;
use crate::functions::json;
use crate::schema::{Kind, Shape, Step, columns};

/// See the file.
#[derive(Debug, Clone, Default)]
pub(super) struct World {
    /// What commands made, newest last.
    pub(super) columns: Vec<Named>,
    /// The record whose own fields can be named; a `stats` ends that.
    pub(super) record: Option<Record>,
    /// What a `join` put together.
    pub(super) sides: Option<Box<Sides>>,
}

/// A column that a command made.
#[derive(Debug, Clone)]
pub(super) struct Named {
    /// Its name in results.
    pub(super) name: String,
    /// Its name in one spelling.
    pub(super) key: String,
    pub(super) value: Value,
    /// The aggregate that made it, when it has no alias.
    pub(super) aggregate: Option<String>,
}

/// A table of records that is read.
#[derive(Debug, Clone)]
pub(super) struct Record {
    /// Which one, from 0, in the order in which the query reads them.
    pub(super) number: usize,
    /// What its columns are qualified with.
    pub(super) relation: Option<TableReference>,
    /// The name of the archive.
    pub(super) archive: Expr,
}

/// The two sides of a join, each with the name the query gives it.
#[derive(Debug, Clone)]
pub(super) struct Sides {
    pub(super) left: (String, World),
    pub(super) right: (String, World),
}

/// The fields that every record has beside its own.
pub const SYSTEM_FIELDS: &[&str] = &[
    "@timestamp",
    "@message",
    "@logStream",
    "@log",
    "@ingestionTime",
    "@ptr",
    "@data_source_name",
    "@data_source_type",
    "@data_format",
    "@verified",
    "@verifiedReason",
];

impl Named {
    pub(super) fn new(name: &str, value: Value) -> Self {
        Self { name: name.to_owned(), key: name.to_owned(), value, aggregate: None }
    }
}

impl World {
    /// Whether fields of records can be named.
    pub(super) fn has_record(&self) -> bool {
        let in_sides = |sides: &Sides| sides.left.1.has_record() || sides.right.1.has_record();
        self.record.is_some() || self.sides.as_deref().is_some_and(in_sides)
    }

    /// Every record, left before right.
    pub(super) fn records(&self) -> Vec<&Record> {
        let mut records: Vec<_> = self.record.iter().collect();
        if let Some(sides) = &self.sides {
            records.extend(sides.left.1.records());
            records.extend(sides.right.1.records());
        }
        records
    }

    /// The value of what a command named so.
    pub(super) fn column(&self, key: &str) -> Option<Value> {
        let found = self.columns.iter().rev().find(|column| column.key == key || column.name == key)?;
        Some(found.value.clone())
    }

    /// The value of a field by its path, as far as there can be one. Names without a side mean the left one first.
    pub(super) fn find(&self, path: &[Segment]) -> Option<Value> {
        if let Some(value) = self.made(path) {
            return Some(value);
        }
        if let Some(record) = &self.record {
            return Some(record.field(path));
        }
        let sides = self.sides.as_deref()?;
        for (alias, world) in [&sides.left, &sides.right] {
            if path.len() > 1 && matches!(&path[0], Segment::Name(name) if name == alias) {
                return world.find(&path[1..]);
            }
        }
        sides.left.1.find(path).or_else(|| sides.right.1.find(path))
    }

    /// What commands made, by its name or as a member of it.
    fn made(&self, path: &[Segment]) -> Option<Value> {
        for length in (1..=path.len()).rev() {
            let Some(value) = self.column(&Segment::joined(&path[..length])) else { continue };
            if length == path.len() {
                return Some(value);
            }
            if let Some(leaf) = value.leaf {
                return Some(leaf.member(&path[length..]));
            }
        }
        None
    }

    /// The `@timestamp` of a row.
    pub(super) fn timestamp(&self) -> Option<Value> {
        self.find(&[Segment::Name("@timestamp".to_owned())])
    }

    /// What puts rows of equal times into one order, whatever read them.
    pub(super) fn places(&self) -> Vec<Expr> {
        let records = self.records().into_iter();
        records.flat_map(|record| [record.column("$path"), record.column("record_index")]).collect()
    }

    /// The names that commands made, sides included.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.columns.iter().map(|column| column.name.clone()).collect();
        if let Some(sides) = &self.sides {
            for (alias, world) in [&sides.left, &sides.right] {
                names.extend(world.names().into_iter().map(|name| format!("{alias}.{name}")));
            }
        }
        names
    }
}

impl Record {
    /// A column of the table.
    pub(super) fn column(&self, name: &str) -> Expr {
        Expr::Column(Column::new(self.relation.clone(), name))
    }

    /// When the event happened.
    pub(super) fn time(&self) -> Expr {
        json::leaf(self.column("eventjson"), &[Step::ExactKey("eventTime".into())], Kind::Time)
    }

    /// A field by its path.
    fn field(&self, path: &[Segment]) -> Value {
        if let [Segment::Name(first), ..] = path
            && first.starts_with('@')
            && !first.starts_with("@@")
        {
            let system = self.system(&Segment::joined(path));
            // The record as JSON has members.
            let members = || (first == "@message").then(|| self.whole().member(&path[1..]));
            return system.or_else(members).unwrap_or_else(Value::missing);
        }
        self.whole().member(path)
    }

    /// The record as a piece of JSON.
    fn whole(&self) -> Leaf {
        Leaf { json: self.column("eventjson"), path: Vec::new(), is_flag: false, is_record: true }
    }

    /// A system field.
    ///
    /// Source: CloudWatch Logs User Guide, "Supported logs and discovered fields".
    fn system(&self, name: &str) -> Option<Value> {
        // Missing parts make the whole missing.
        let joined = |left: &str, between: &str, right: Expr| {
            let head = binary_expr(self.column(left), Operator::StringConcat, lit(between));
            Value::text_of(binary_expr(head, Operator::StringConcat, right))
        };
        Some(match name {
            "@timestamp" => Value::time_of(self.time()),
            "@message" => Value::leaf(self.whole()),
            "@logStream" => joined("account", "_CloudTrail_", self.column("region")),
            "@log" => joined("account", ":", self.archive.clone()),
            // A copy's name keeps the time of delivery; its own time is that of copying.
            "@ingestionTime" => {
                Value::time_of(coalesce(vec![delivered_of(self.column("$path")), self.column("$file_modified_time")]))
            }
            // Opaque in CloudWatch; here the place of the record in the archive.
            "@ptr" => joined("$path", "#", self.column("record_index")),
            "@verified" => Value::flag_of(self.column("verified")),
            "@verifiedReason" => Value::text_of(self.column("verified_reason")),
            "@data_source_name" => Value::text_of(lit("aws_cloudtrail")),
            "@data_source_type" => self.whole().member(&[Segment::Name("eventCategory".to_owned())]),
            "@data_format" => Value::text_of(lit("JSON")),
            _ => return None,
        })
    }
}

impl Leaf {
    /// A member by its path.
    pub(super) fn member(&self, path: &[Segment]) -> Value {
        let each = path.iter().position(|segment| matches!(segment, Segment::Each));
        let (plain, rest) = path.split_at(each.unwrap_or(path.len()));
        let names: Vec<&str> = plain.iter().map(Segment::name).collect();
        let steps: Vec<Step> = self.path.iter().cloned().chain(names.iter().map(|name| step(name))).collect();
        let is_flag = self.is_record && self.path.is_empty() && is_flag(&names);
        let leaf = Self { path: steps, is_flag, ..self.clone() };
        if rest.is_empty() { Value::leaf(leaf) } else { Value::each(&leaf, rest) }
    }
}

/// A segment of a path as a step into JSON. A key that begins with `@` is written with one more.
fn step(segment: &str) -> Step {
    match segment.parse() {
        Ok(index) if segment.bytes().all(|byte| byte.is_ascii_digit()) => Step::Index(index),
        _ => Step::ExactKey(segment.strip_prefix('@').filter(|key| key.starts_with('@')).unwrap_or(segment).into()),
    }
}

/// Whether the schema says that the field is true or false.
fn is_flag(steps: &[&str]) -> bool {
    let mut members = columns::ALL;
    for (index, step) in steps.iter().enumerate() {
        let Some(column) = members.iter().find(|column| column.json == *step) else { return false };
        match column.shape {
            Shape::Flag => return index + 1 == steps.len(),
            Shape::Struct(inner) => members = inner,
            _ => return false,
        }
    }
    false
}
