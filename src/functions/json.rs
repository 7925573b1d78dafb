//! Reaching into JSON text: a leaf by path, in the form it is wanted in.
//!
//! Each such function declares that it moves towards the leaves, so the optimizer hands it to the scan,
//! which reads the leaf straight from the log file instead of building the whole JSON text first.

use std::any::Any;
use std::hash::Hash;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringBuilder, TimestampMillisecondBuilder};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExpressionPlacement, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, lit,
};

use crate::schema::{Kind, Step};
