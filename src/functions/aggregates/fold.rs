//! What takes rows in, as an aggregate of DataFusion's.
//!
//! What was taken in so far is columns of entries. They travel between partitions as one list each.

use std::collections::HashSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, new_empty_array};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::common::utils::SingleRowListArrayBuilder;
use datafusion::common::{Result, ScalarValue, internal_err, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, ColumnarValue, Signature, Volatility};

use crate::functions::nested::{Lists, comparable, list_of};

/// Takes rows in and gives one value.
pub(in crate::functions) trait Fold: fmt::Debug + Send + Sync {
    /// Takes in rows of the arguments.
    fn take(&mut self, arguments: &[ArrayRef]) -> Result<()>;

    /// Takes in entries of another fold.
    fn merge(&mut self, entries: &[ArrayRef]) -> Result<()>;

    /// What was taken in: one array for each type of [`Folded::entries`].
    fn entries(&self) -> Result<Vec<ArrayRef>>;

    /// The value.
    fn result(&self) -> Result<ScalarValue>;

    /// Bytes held.
    fn size(&self) -> usize;
}

/// An aggregate function.
#[derive(Debug, Clone, Copy)]
pub(in crate::functions) struct Folded {
    /// The name, in lower case.
    pub(in crate::functions) name: &'static str,
    /// The types to which the arguments are brought.
    pub(in crate::functions) inputs: fn(&[DataType]) -> Result<Vec<DataType>>,
    /// The type that comes out.
    pub(in crate::functions) output: fn(&[DataType]) -> Result<DataType>,
    /// The types of the columns of entries.
    pub(in crate::functions) entries: fn(&[DataType]) -> Vec<DataType>,
    /// A fold that has not taken in anything.
    pub(in crate::functions) start: fn(&Start<'_>) -> Result<Box<dyn Fold>>,
    /// Whether DISTINCT makes no difference.
    pub(in crate::functions) is_set: bool,
}

/// What a fold is told when it starts.
pub(in crate::functions) struct Start<'a> {
    /// The types of the arguments.
    pub(in crate::functions) types: Vec<DataType>,
    /// The type that comes out.
    pub(in crate::functions) output: DataType,
    args: &'a AccumulatorArgs<'a>,
}

impl Start<'_> {
    /// The value of an argument that is a constant.
    pub(in crate::functions) fn constant(&self, name: &str, index: usize) -> Result<ScalarValue> {
        let none = RecordBatch::new_empty(Arc::new(self.args.schema.clone()));
        match self.args.exprs.get(index).map(|expr| expr.evaluate(&none)) {
            Some(Ok(ColumnarValue::Scalar(value))) => Ok(value),
            _ => plan_err!("argument {} of `{name}` must be a constant", index + 1),
        }
    }
}

impl Folded {
    /// As DataFusion registers it.
    pub(in crate::functions) fn function(self) -> Arc<AggregateUDF> {
        let signature = Signature::user_defined(Volatility::Immutable);
        Arc::new(AggregateUDF::new_from_impl(FoldedFunction { folded: self, signature }))
    }
}

/// See [`Folded`]. Two of one name are the same.
#[derive(Debug)]
struct FoldedFunction {
    folded: Folded,
    signature: Signature,
}

impl PartialEq for FoldedFunction {
    fn eq(&self, other: &Self) -> bool {
        self.folded.name == other.folded.name
    }
}

impl Eq for FoldedFunction {}

impl Hash for FoldedFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded.name.hash(state);
    }
}

impl AggregateUDFImpl for FoldedFunction {
    fn name(&self) -> &str {
        self.folded.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        (self.folded.inputs)(types)
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        (self.folded.output)(types)
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let types: Vec<_> = args.input_fields.iter().map(|field| field.data_type().clone()).collect();
        let entries = if args.is_distinct && !self.folded.is_set { types } else { (self.folded.entries)(&types) };
        let field = |(at, entry): (usize, DataType)| {
            let name = format_state_name(args.name, &format!("entries_{at}"));
            Arc::new(Field::new(name, list_of(entry), true))
        };
        Ok(entries.into_iter().enumerate().map(field).collect())
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let types: Vec<_> = args.expr_fields.iter().map(|field| field.data_type().clone()).collect();
        let start = Start { types: types.clone(), output: args.return_field.data_type().clone(), args: &args };
        let fold = (self.folded.start)(&start)?;
        let fold = if args.is_distinct && !self.folded.is_set {
            Box::new(Distinct {
                columns: vec![Vec::new(); types.len()],
                types,
                seen: HashSet::new(),
                bytes: 0,
                fold: std::sync::Mutex::new(Some(fold)),
            })
        } else {
            fold
        };
        Ok(Box::new(Folding { fold }))
    }
}

#[derive(Debug)]
struct Folding {
    fold: Box<dyn Fold>,
}

impl Accumulator for Folding {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.fold.take(values)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let entries = states.iter().map(|state| Ok(Lists::new(state)?.values)).collect::<Result<Vec<_>>>()?;
        if entries.first().is_none_or(|first| first.is_empty()) {
            return Ok(());
        }
        self.fold.merge(&entries)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let list = |entries: ArrayRef| SingleRowListArrayBuilder::new(entries).build_list_scalar();
        Ok(self.fold.entries()?.into_iter().map(list).collect())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.fold.result()
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.fold.size()
    }
}

/// Rows once each, for a fold that is handed them at the end.
#[derive(Debug)]
struct Distinct {
    types: Vec<DataType>,
    columns: Vec<Vec<ScalarValue>>,
    seen: HashSet<Vec<u8>>,
    bytes: usize,
    fold: std::sync::Mutex<Option<Box<dyn Fold>>>,
}

impl Fold for Distinct {
    fn take(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        let keys = arguments.iter().map(comparable).collect::<Result<Vec<_>>>()?;
        for row in 0..arguments.first().map_or(0, |array| array.len()) {
            let mut key = Vec::new();
            for part in &keys {
                key.extend_from_slice(part.row(row).data());
            }
            let length = key.len();
            if self.seen.insert(key) {
                self.bytes += length;
                for (column, array) in self.columns.iter_mut().zip(arguments) {
                    let value = ScalarValue::try_from_array(array, row)?;
                    self.bytes += value.size();
                    column.push(value);
                }
            }
        }
        Ok(())
    }

    fn merge(&mut self, entries: &[ArrayRef]) -> Result<()> {
        self.take(entries)
    }

    fn entries(&self) -> Result<Vec<ArrayRef>> {
        self.columns.iter().zip(&self.types).map(|(column, data_type)| array_of(column, data_type)).collect()
    }

    fn result(&self) -> Result<ScalarValue> {
        let fold = self.fold.lock().ok().and_then(|mut fold| fold.take());
        let Some(mut fold) = fold else { return internal_err!("an aggregate was asked for its value twice") };
        fold.take(&self.entries()?)?;
        fold.result()
    }

    fn size(&self) -> usize {
        self.bytes + self.seen.capacity() * size_of::<Vec<u8>>()
    }
}

/// Values as an array of this type.
pub(in crate::functions) fn array_of(values: &[ScalarValue], data_type: &DataType) -> Result<ArrayRef> {
    if values.is_empty() {
        return Ok(new_empty_array(data_type));
    }
    ScalarValue::iter_to_array(values.iter().cloned())
}
