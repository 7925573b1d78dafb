//! Athena's types as Arrow's: `VARCHAR`, `TIMESTAMP(3) WITH TIME ZONE`, `MAP(VARCHAR, JSON)`, `ARRAY(ROW(a VARCHAR))`,
//! and Hive's, as table definitions write them: `struct<a:string>`, `array<string>`, `map<string,string>`.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields, TimeUnit};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::planner::TypePlanner;
use datafusion::sql::sqlparser::ast;

use crate::schema::{Kind, columns};

/// Plans the types that DataFusion does not know, or knows otherwise.
#[derive(Debug)]
pub struct PlanTypes;

impl TypePlanner for PlanTypes {
    fn plan_type_field(&self, sql_type: &ast::DataType) -> Result<Option<FieldRef>> {
        use ast::DataType as T;
        Ok(match sql_type {
            T::Timestamp(_, ast::TimezoneInfo::None | ast::TimezoneInfo::WithoutTimeZone) => {
                Some(plain(DataType::Timestamp(TimeUnit::Millisecond, None)))
            }
            T::Timestamp(..) | T::TimestampNtz(_) => Some(plain(Kind::Time.data_type())),
            T::JSON => parse("json"),
            T::Custom(name, modifiers) if modifiers.is_empty() => match name.0.as_slice() {
                [ast::ObjectNamePart::Identifier(name)] => {
                    let parsed = parse(&name.value);
                    if parsed.is_none() && name.quote_style.is_some() {
                        let shown: String = name.value.chars().take(LONGEST).collect();
                        return plan_err!("no type is written `{shown}`");
                    }
                    parsed
                }
                _ => None,
            },
            _ => None,
        })
    }
}

fn plain(data_type: DataType) -> FieldRef {
    Arc::new(Field::new(VALUE, data_type, true))
}

/// A type's field; its metadata tells JSON, and addresses, from other values of the same Arrow type.
#[must_use]
pub fn parse(text: &str) -> Option<FieldRef> {
    let mut reader = Reader { rest: text, depth: 0 };
    let found = reader.data_type(VALUE)?;
    reader.rest.trim().is_empty().then_some(found)
}

/// A type as Hive writes it: `array<struct<arn:string>>`.
pub(super) fn athena_type(field: &Field) -> String {
    let members = |fields: &Fields| {
        let members: Vec<String> =
            fields.iter().map(|field| format!("{}:{}", field.name(), athena_type(field))).collect();
        members.join(",")
    };
    match (field.data_type(), field.metadata().get(columns::HOLDS).map(String::as_str)) {
        (_, Some(columns::JSON_VALUE)) => "json".to_owned(),
        (_, Some(columns::IP_ADDRESS)) => "ipaddress".to_owned(),
        (_, Some(columns::IP_PREFIX)) => "ipprefix".to_owned(),
        (DataType::Boolean, _) => "boolean".to_owned(),
        (DataType::Int8 | DataType::UInt8, _) => "tinyint".to_owned(),
        (DataType::Int16 | DataType::UInt16, _) => "smallint".to_owned(),
        (DataType::Int32, _) => "int".to_owned(),
        (DataType::UInt32 | DataType::Int64 | DataType::UInt64, _) => "bigint".to_owned(),
        (DataType::Float16 | DataType::Float32, _) => "float".to_owned(),
        (DataType::Float64, _) => "double".to_owned(),
        (DataType::Date32 | DataType::Date64, _) => "date".to_owned(),
        (DataType::Timestamp(..), _) => "timestamp".to_owned(),
        (DataType::Decimal128(precision, scale), _) => format!("decimal({precision},{scale})"),
        (DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_), _) => {
            "binary".to_owned()
        }
        (DataType::List(inner) | DataType::LargeList(inner) | DataType::FixedSizeList(inner, _), _) => {
            format!("array<{}>", athena_type(inner))
        }
        (DataType::Map(entries, _), _) => match entries.data_type() {
            DataType::Struct(pair) if pair.len() == 2 => {
                format!("map<{},{}>", athena_type(&pair[0]), athena_type(&pair[1]))
            }
            _ => "map".to_owned(),
        },
        (DataType::Struct(fields), _) => format!("struct<{}>", members(fields)),
        _ => "string".to_owned(),
    }
}

/// The name of a field that has none.
const VALUE: &str = "item";

/// How much of a type an error shows, in characters.
const LONGEST: usize = 60;

/// Types do not nest deeper than this.
const DEEPEST: usize = 64;

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn data_type(&mut self, name: &str) -> Option<FieldRef> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let word = self.word()?.to_lowercase();
        let named = |data_type| Field::new(name, data_type, true);
        let held = |data_type, holds: &str| {
            named(data_type).with_metadata(HashMap::from([(columns::HOLDS.to_owned(), holds.to_owned())]))
        };
        let field = match word.as_str() {
            "varchar" | "char" | "string" => {
                self.modifiers();
                named(DataType::Utf8)
            }
            "json" => held(DataType::Utf8, columns::JSON_VALUE),
            "ipaddress" => held(DataType::FixedSizeBinary(16), columns::IP_ADDRESS),
            "ipprefix" => held(DataType::FixedSizeBinary(17), columns::IP_PREFIX),
            "bigint" | "integer" | "int" | "smallint" | "tinyint" => named(DataType::Int64),
            "double" | "real" | "float" => named(DataType::Float64),
            "boolean" => named(DataType::Boolean),
            "date" => named(DataType::Date32),
            "varbinary" | "binary" => named(DataType::Binary),
            "decimal" => {
                let numbers = self.modifiers();
                let number = |at: usize| numbers.get(at).and_then(|number: &String| number.parse().ok());
                named(DataType::Decimal128(
                    number(0).unwrap_or(38),
                    number(1).and_then(|scale| i8::try_from(scale).ok()).unwrap_or(0),
                ))
            }
            "timestamp" => {
                self.modifiers();
                let has_zone = self.words(&["with", "time", "zone"]);
                let _ = self.words(&["without", "time", "zone"]);
                named(if has_zone { Kind::Time.data_type() } else { DataType::Timestamp(TimeUnit::Millisecond, None) })
            }
            "array" => {
                self.open()?;
                let element = self.data_type(VALUE)?;
                self.close()?;
                named(DataType::List(element))
            }
            "map" => {
                self.open()?;
                let key = self.data_type("key")?.as_ref().clone().with_nullable(false);
                self.take(',')?;
                let value = self.data_type("value")?;
                self.close()?;
                let entries = Fields::from(vec![Arc::new(key), value]);
                named(DataType::Map(Arc::new(Field::new("entries", DataType::Struct(entries), false)), false))
            }
            "row" | "struct" => {
                self.open()?;
                let mut fields = Vec::new();
                loop {
                    fields.push(self.member(fields.len())?);
                    if self.take(',').is_none() {
                        break;
                    }
                }
                self.close()?;
                named(DataType::Struct(fields.into()))
            }
            _ => return None,
        };
        self.depth -= 1;
        Some(Arc::new(field))
    }

    /// `name type`, `name:type`, or a type alone.
    fn member(&mut self, position: usize) -> Option<FieldRef> {
        let start = self.rest;
        let name = self.word()?.to_lowercase();
        self.take(':');
        let after = self.rest;
        if let Some(member) = self.data_type(&name) {
            return Some(member);
        }
        if after.trim_start().starts_with([',', ')', '>', '(', '<']) {
            self.rest = start;
            return self.data_type(&format!("field{position}"));
        }
        None
    }

    /// What stands in brackets after a name: `(10, 2)`.
    fn modifiers(&mut self) -> Vec<String> {
        let Some(inside) = self.rest.trim_start().strip_prefix('(') else { return Vec::new() };
        let Some((inside, rest)) = inside.split_once(')') else { return Vec::new() };
        self.rest = rest;
        inside.split(',').map(|number| number.trim().to_owned()).collect()
    }

    fn word(&mut self) -> Option<&str> {
        let rest = self.rest.trim_start();
        for quote in ['"', '`'] {
            if let Some((word, after)) = rest.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
                self.rest = after;
                return Some(word);
            }
        }
        let end =
            rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '$' | '@')).unwrap_or(rest.len());
        if end == 0 {
            return None;
        }
        let (word, after) = rest.split_at(end);
        self.rest = after;
        Some(word)
    }

    fn words(&mut self, words: &[&str]) -> bool {
        let start = self.rest;
        for word in words {
            if !self.word().is_some_and(|found| found.eq_ignore_ascii_case(word)) {
                self.rest = start;
                return false;
            }
        }
        true
    }

    fn take(&mut self, wanted: char) -> Option<()> {
        self.rest = self.rest.trim_start().strip_prefix(wanted)?;
        Some(())
    }

    fn open(&mut self) -> Option<()> {
        self.take('(').or_else(|| self.take('<'))
    }

    fn close(&mut self) -> Option<()> {
        self.take(')').or_else(|| self.take('>'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_nested_types_are_one_type() {
        let check = |trino, hive| {
            let parsed = parse(trino).expect(trino);
            assert_eq!(parsed, parse(hive).expect(hive), "{trino}");
        };
        check("array(varchar)", "array<string>");
        check("map(varchar, bigint)", "map<string,bigint>");
        check("ROW(a VARCHAR, b ARRAY(ROW(c DOUBLE)))", "struct< `a` : string, b:array<struct<c:double>>>");
        check("timestamp(3) with time zone", "timestamp with time zone");
    }

    #[test]
    fn what_is_no_type_is_none() {
        for text in ["", "array", "array(", "array()", "map(varchar)", "row()", "varchr", "array(varchar))"] {
            assert!(parse(text).is_none(), "{text}");
        }
        assert!(parse(&"array(".repeat(100_000)).is_none());
        assert!(parse("row(varchar, bigint)").is_some_and(|row| matches!(row.data_type(), DataType::Struct(_))));
    }
}
