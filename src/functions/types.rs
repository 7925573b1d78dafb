//! Types by the names that Trino gives them.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, StringArray};
use datafusion::arrow::datatypes::{DataType, IntervalUnit, TimeUnit};
use datafusion::common::plan_err;

use super::scalar::{Scalar, gives};
use super::{Build, Function, Origin};

/// What SQL may call of this family.
pub(super) const TYPES: &[Function] = &[Function {
    name: "typeof",
    aliases: &[],
    usage: "typeof(value)",
    summary: "The name of the type of a value.",
    examples: &[("typeof('a')", "varchar"), ("typeof(1.5)", "double"), ("typeof(ARRAY[1, 2])", "array(bigint)")],
    origin: Origin::Trino,
    build: Build::Scalar(|| {
        Scalar {
            name: "typeof",
            inputs: |types| match types {
                [of] => Ok(vec![of.clone()]),
                _ => plan_err!("`typeof` takes one value, not {}", types.len()),
            },
            output: |_| Ok(gives(DataType::Utf8)),
            values: |args| {
                let name = name(args.field(0).data_type());
                Ok(Arc::new(StringArray::from_iter_values(std::iter::repeat_n(name, args.rows()))) as ArrayRef)
            },
        }
        .function()
    }),
}];

/// The name of a type: `varchar`, `array(bigint)`, `row(arn varchar, type varchar)`.
pub(super) fn name(data_type: &DataType) -> String {
    match data_type {
        DataType::Null => "unknown".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int8 => "tinyint".to_owned(),
        DataType::Int16 | DataType::UInt8 => "smallint".to_owned(),
        DataType::Int32 | DataType::UInt16 => "integer".to_owned(),
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => "bigint".to_owned(),
        DataType::Float16 | DataType::Float32 => "real".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "varchar".to_owned(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            "varbinary".to_owned()
        }
        DataType::Date32 | DataType::Date64 => "date".to_owned(),
        DataType::Time32(unit) | DataType::Time64(unit) => format!("time({})", digits(*unit)),
        DataType::Timestamp(unit, None) => format!("timestamp({})", digits(*unit)),
        DataType::Timestamp(unit, Some(_)) => format!("timestamp({}) with time zone", digits(*unit)),
        DataType::Interval(IntervalUnit::YearMonth) => "interval year to month".to_owned(),
        DataType::Interval(_) | DataType::Duration(_) => "interval day to second".to_owned(),
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _) => format!("array({})", name(item.data_type())),
        DataType::Struct(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|field| format!("{} {}", field.name(), name(field.data_type()))).collect();
            format!("row({})", fields.join(", "))
        }
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(pair) if pair.len() == 2 => {
                format!("map({}, {})", name(pair[0].data_type()), name(pair[1].data_type()))
            }
            _ => "map".to_owned(),
        },
        DataType::Dictionary(_, values) => name(values),
        DataType::RunEndEncoded(_, values) => name(values.data_type()),
        other => other.to_string().to_lowercase(),
    }
}

/// Digits after the seconds' point.
fn digits(unit: TimeUnit) -> u8 {
    match unit {
        TimeUnit::Second => 0,
        TimeUnit::Millisecond => 3,
        TimeUnit::Microsecond => 6,
        TimeUnit::Nanosecond => 9,
    }
}
