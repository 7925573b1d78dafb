//! Values in the form of another type.

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::Expr;

use super::Refused;
use super::expr::{Level, Sql, Writer, Writes, call, is_null};

impl Writer<'_> {
    pub(super) fn cast(&self, inner: &Expr, to: &DataType, is_try: bool) -> Writes<Sql> {
        let from = self.type_of(inner);
        let is_time = |data_type: &DataType| matches!(data_type, DataType::Timestamp(..));
        let inside = match inner {
            Expr::Cast(cast) => Some((cast.expr.as_ref(), cast.field.data_type())),
            Expr::TryCast(cast) => Some((cast.expr.as_ref(), cast.field.data_type())),
            _ => None,
        };
        if from == *to {
            return self.expr(inner);
        }
        match (to, inside) {
            (DataType::Float64, Some((time, DataType::Int64))) if is_time(&self.type_of(time)) => {
                return Ok(call("round", &[format!("to_unixtime({}) * 1000", self.text(time)?)]));
            }
            // A flag as a number needs no step in between.
            (DataType::Float64, Some((flag, DataType::Int64))) if self.type_of(flag) == DataType::Boolean => {
                return Ok(Sql::primary(format!("CAST({} AS double)", self.text(flag)?)));
            }
            (to, Some((number, DataType::Int64))) if is_time(to) && self.type_of(number) == DataType::Float64 => {
                let seconds = format!("from_unixtime(truncate({}) / 1000)", self.text(number)?);
                return Ok(call("TRY", &[seconds]));
            }
            (to, _) if is_time(to) && from == DataType::Int64 => {
                let seconds = format!("{} / 1e3", self.expr(inner)?.at(Level::Multiply));
                return Ok(call("from_unixtime", &[seconds]));
            }
            (to, _) if is_time(to) && is_null(inner) => return Ok(Sql::primary("NULL")),
            (DataType::Int64, _) if is_time(&from) => {
                let time = self.text(inner)?;
                return Ok(Sql::primary(format!("CAST(round(to_unixtime({time}) * 1000) AS bigint)")));
            }
            _ => {}
        }
        let name = match to {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
                if !is_time(&from) && from != DataType::Float64 =>
            {
                "varchar"
            }
            DataType::Int64 => "bigint",
            DataType::Int32 => "integer",
            DataType::Float64 => "double",
            DataType::Boolean => "boolean",
            other => return Err(Refused::construct(format!("`{from}` as `{other}`"))),
        };
        let mut inner = self.text(inner)?;
        // Trino rounds where the plan cuts off.
        if from == DataType::Float64 && to.is_integer() {
            inner = format!("truncate({inner})");
        }
        let cast = if is_try && !from.is_integer() { "TRY_CAST" } else { "CAST" };
        Ok(Sql::primary(format!("{cast}({inner} AS {name})")))
    }
}
