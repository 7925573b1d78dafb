//! What is left of a division.

use datafusion::arrow::compute::kernels::numeric::rem;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_datafusion_err, plan_err};

use super::scalar::{Scalar, gives, type_names};
use super::{Build, Function, Origin};

/// What SQL may call of this family.
pub(super) const REMAINDER: &[Function] = &[Function {
    name: "mod",
    aliases: &[],
    usage: "mod(number, divisor)",
    summary: "What is left of a division, with the sign of the first number.",
    examples: &[("mod(7, 3)", "1"), ("mod(-7, 3)", "-1"), ("mod(7.5, 2)", "1.5")],
    origin: Origin::Trino,
    build: Build::Scalar(|| {
        Scalar {
            name: "mod",
            inputs,
            output: |call| Ok(gives(call.fields[0].data_type().clone())),
            values: |args| {
                rem(&args.array(0)?, &args.array(1)?).map_err(|error| exec_datafusion_err!("`mod`: {error}"))
            },
        }
        .function()
    }),
}];

fn inputs(types: &[DataType]) -> Result<Vec<DataType>> {
    let is_whole = |found: &DataType| found.is_integer() || found.is_null();
    match types {
        [left, right] if is_whole(left) && is_whole(right) => Ok(vec![DataType::Int64; 2]),
        [left, right] if [left, right].iter().all(|found| found.is_numeric() || found.is_null()) => {
            Ok(vec![DataType::Float64; 2])
        }
        _ => plan_err!("`mod` takes (number, number), not ({})", type_names(types)),
    }
}
