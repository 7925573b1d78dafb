//! Lists and maps as the functions of arrays see them: row by row a range of one array of values, and new rows
//! gathered from it by index.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, ListArray, MapArray, StructArray, UInt64Array, new_empty_array, new_null_array,
};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::{SortOptions, cast, concat, take};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields};
use datafusion::arrow::row::{RowConverter, Rows, SortField};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::type_coercion::binary::type_union_coercion;

use super::scalar::Args;

/// The lists, or maps, of an argument.
#[derive(Debug)]
pub(super) struct Lists {
    /// The values of all rows, one after the other.
    pub(super) values: ArrayRef,
    offsets: OffsetBuffer<i32>,
    nulls: Option<NullBuffer>,
    /// Whether the one list stands for every row.
    is_constant: bool,
}

impl Lists {
    /// The lists of an argument; a constant is kept once.
    pub(super) fn of(args: &Args<'_>, index: usize) -> Result<Self> {
        match args.constant(index) {
            Some(list) => Ok(Self { is_constant: true, ..Self::new(&list.to_array()?)? }),
            None => Self::new(&args.array(index)?),
        }
    }

    /// The lists of an array of lists, or the entries of an array of maps.
    pub(super) fn new(array: &ArrayRef) -> Result<Self> {
        let (offsets, values) = match array.data_type() {
            DataType::List(_) => {
                let lists = array.as_list::<i32>();
                (lists.offsets().clone(), Arc::clone(lists.values()))
            }
            DataType::Map(..) => {
                let maps = array.as_map();
                (maps.offsets().clone(), Arc::new(maps.entries().clone()) as ArrayRef)
            }
            other => return exec_err!("expected an array, found {other}"),
        };
        let first = offsets.first().copied().unwrap_or(0);
        let last = offsets.last().copied().unwrap_or(0);
        let offsets =
            if first == 0 { offsets } else { OffsetBuffer::new(offsets.iter().map(|offset| offset - first).collect()) };
        let values = values.slice(to_index(first), to_index(last - first));
        Ok(Self { values, offsets, nulls: array.nulls().cloned(), is_constant: false })
    }

    /// Where the values of a row stand; none for NULL.
    pub(super) fn range(&self, row: usize) -> Option<Range<usize>> {
        let row = if self.is_constant { 0 } else { row };
        if self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
            return None;
        }
        Some(to_index(self.offsets[row])..to_index(self.offsets[row + 1]))
    }

    /// How many values a row has; none for NULL.
    pub(super) fn length(&self, row: usize) -> Option<usize> {
        self.range(row).map(|range| range.len())
    }

    /// The keys of maps.
    pub(super) fn keys(&self) -> &ArrayRef {
        self.values.as_struct().column(0)
    }

    /// The values of maps.
    pub(super) fn items(&self) -> &ArrayRef {
        self.values.as_struct().column(1)
    }
}

fn to_index(offset: i32) -> usize {
    usize::try_from(offset).unwrap_or(0)
}

/// Rows of lists, put together from the indices of values.
#[derive(Debug, Default)]
pub(super) struct Gather {
    indices: Vec<Option<u64>>,
    lengths: Vec<usize>,
    valid: Vec<bool>,
}

impl Gather {
    /// A row that is NULL.
    pub(super) fn push_null(&mut self) {
        self.lengths.push(0);
        self.valid.push(false);
    }

    /// A row of the values at these places.
    pub(super) fn push(&mut self, indices: impl IntoIterator<Item = usize>) {
        self.push_options(indices.into_iter().map(Some));
    }

    /// A row of the values at these places; none for NULL.
    pub(super) fn push_options(&mut self, indices: impl IntoIterator<Item = Option<usize>>) {
        let before = self.indices.len();
        self.indices.extend(indices.into_iter().map(|index| index.map(|index| index as u64)));
        self.lengths.push(self.indices.len() - before);
        self.valid.push(true);
    }

    /// A row of the values at these places, or NULL.
    pub(super) fn push_row(&mut self, indices: Option<impl IntoIterator<Item = usize>>) {
        match indices {
            Some(indices) => self.push(indices),
            None => self.push_null(),
        }
    }

    /// As lists, or maps, of the type.
    pub(super) fn finish(self, values: &ArrayRef, output: &DataType) -> Result<ArrayRef> {
        let values = pick(values, self.indices)?;
        assemble(values, self.lengths, self.valid, output)
    }
}

/// The values at these places.
pub(super) fn pick(values: &ArrayRef, indices: Vec<Option<u64>>) -> Result<ArrayRef> {
    if values.is_empty() {
        return Ok(new_null_array(values.data_type(), indices.len()));
    }
    Ok(take(values, &UInt64Array::from(indices), None)?)
}

/// Values, cut into lists or maps of these lengths.
pub(super) fn assemble(values: ArrayRef, lengths: Vec<usize>, valid: Vec<bool>, output: &DataType) -> Result<ArrayRef> {
    if i32::try_from(values.len()).is_err() {
        return exec_err!("the arrays of one batch hold {} values, more than there can be", values.len());
    }
    let offsets = OffsetBuffer::from_lengths(lengths);
    let nulls = Some(NullBuffer::from(valid)).filter(|nulls| nulls.null_count() > 0);
    match output {
        DataType::List(item) => {
            let values = fit(&values, item.data_type())?;
            Ok(Arc::new(ListArray::try_new(Arc::clone(item), offsets, values, nulls)?))
        }
        DataType::Map(entries, is_sorted) => {
            let values = fit(&values, entries.data_type())?;
            let values = values.as_struct().clone();
            Ok(Arc::new(MapArray::try_new(Arc::clone(entries), offsets, values, nulls, *is_sorted)?))
        }
        other => exec_err!("expected an array, found {other}"),
    }
}

/// The one value of an array. DataFusion's own way to it forgets what the fields inside say of themselves.
pub(super) fn only(array: &ArrayRef) -> Result<ScalarValue> {
    Ok(match array.data_type() {
        DataType::List(_) => ScalarValue::List(Arc::new(array.as_list().clone())),
        DataType::Map(..) => ScalarValue::Map(Arc::new(array.as_map().clone())),
        DataType::Struct(_) => ScalarValue::Struct(Arc::new(array.as_struct().clone())),
        _ => ScalarValue::try_from_array(array, 0)?,
    })
}

/// An array in the type that is wanted of it.
pub(super) fn fit(array: &ArrayRef, wanted: &DataType) -> Result<ArrayRef> {
    if array.data_type() == wanted {
        return Ok(Arc::clone(array));
    }
    if array.is_empty() {
        return Ok(new_empty_array(wanted));
    }
    Ok(cast(array, wanted)?)
}

/// The pairs of maps, from keys and values of the same length.
pub(super) fn pairs(keys: ArrayRef, items: ArrayRef, output: &DataType) -> Result<ArrayRef> {
    let DataType::Map(entries, _) = output else { return exec_err!("expected a map, found {output}") };
    let DataType::Struct(fields) = entries.data_type() else { return exec_err!("expected a map, found {output}") };
    let keys = fit(&keys, fields[0].data_type())?;
    let items = fit(&items, fields[1].data_type())?;
    Ok(Arc::new(StructArray::try_new(fields.clone(), vec![keys, items], None)?))
}

/// Several arrays of one type as one, and where each begins.
pub(super) fn join(arrays: &[&ArrayRef]) -> Result<(ArrayRef, Vec<usize>)> {
    let mut starts = Vec::with_capacity(arrays.len());
    let mut length = 0;
    for array in arrays {
        starts.push(length);
        length += array.len();
    }
    let arrays: Vec<&dyn Array> = arrays.iter().map(|array| array.as_ref()).collect();
    Ok((concat(&arrays)?, starts))
}

/// Values as bytes that compare as the values do, NULL after all others.
pub(super) fn comparable(values: &ArrayRef) -> Result<Rows> {
    let options = SortOptions { descending: false, nulls_first: false };
    let converter = RowConverter::new(vec![SortField::new_with_options(values.data_type().clone(), options)])?;
    Ok(converter.convert_columns(&[Arc::clone(values)])?)
}

/// A type in the form in which functions of ours take it: text as `Utf8`, arrays as `List`.
pub(super) fn plain(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Null => DataType::Null,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8,
        DataType::Dictionary(_, values) => plain(values),
        DataType::RunEndEncoded(_, values) => plain(values.data_type()),
        DataType::Struct(fields) => DataType::Struct(
            fields
                .iter()
                .map(|field| Arc::new(field.as_ref().clone().with_data_type(plain(field.data_type()))))
                .collect(),
        ),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) if fields.len() == 2 => map_type(&fields[0], &fields[1]),
            _ => data_type.clone(),
        },
        _ => item_field(data_type).map_or_else(|| data_type.clone(), |item| list_type(&item)),
    }
}

/// The field of the elements of an array type.
pub(super) fn item_field(data_type: &DataType) -> Option<FieldRef> {
    match data_type {
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _) => Some(Arc::clone(item)),
        DataType::Null => Some(Arc::new(Field::new("item", DataType::Null, true))),
        _ => None,
    }
}

/// The fields of key and value of a map type.
pub(super) fn map_fields(data_type: &DataType) -> Option<(&FieldRef, &FieldRef)> {
    let DataType::Map(entries, _) = data_type else { return None };
    let DataType::Struct(fields) = entries.data_type() else { return None };
    match &fields[..] {
        [key, value] => Some((key, value)),
        _ => None,
    }
}

/// Arrays of such elements.
pub(super) fn list_type(item: &Field) -> DataType {
    let field = Field::new("item", plain(item.data_type()), true).with_metadata(item.metadata().clone());
    DataType::List(Arc::new(field))
}

/// Arrays of elements of this type.
pub(super) fn list_of(item: DataType) -> DataType {
    list_type(&Field::new("item", item, true))
}

/// Maps of such keys and values.
pub(super) fn map_type(key: &Field, value: &Field) -> DataType {
    let key = Field::new("key", plain(key.data_type()), false).with_metadata(key.metadata().clone());
    let value = Field::new("value", plain(value.data_type()), true).with_metadata(value.metadata().clone());
    let entries = DataType::Struct(Fields::from(vec![key, value]));
    DataType::Map(Arc::new(Field::new("entries", entries, false)), false)
}

/// Maps of keys and values of these types.
pub(super) fn map_of(key: DataType, value: DataType) -> DataType {
    map_type(&Field::new("key", key, false), &Field::new("value", value, true))
}

/// A type that values of both fit.
pub(super) fn common(left: &DataType, right: &DataType) -> Option<DataType> {
    let (left, right) = (plain(left), plain(right));
    if left == right || right == DataType::Null {
        return Some(left);
    }
    if left == DataType::Null {
        return Some(right);
    }
    if let (DataType::List(one), DataType::List(other)) = (&left, &right) {
        return common(one.data_type(), other.data_type()).map(list_of);
    }
    type_union_coercion(&left, &right).map(|found| plain(&found))
}

/// Whether values of the type are text, or may be taken as missing text.
pub(super) fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Null) || plain(data_type) == DataType::Utf8
}

/// The error of a call with arguments that do not fit.
pub(super) fn wrong<T>(name: &str, expected: &str, found: &[DataType]) -> Result<T> {
    let found: Vec<_> = found.iter().map(sql_type).collect();
    plan_err!("`{name}` takes ({expected}), not ({})", found.join(", "))
}

/// A type as SQL names it.
pub(super) fn sql_type(data_type: &DataType) -> String {
    match plain(data_type) {
        DataType::Utf8 => "varchar".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int8 => "tinyint".to_owned(),
        DataType::Int16 => "smallint".to_owned(),
        DataType::Int32 => "integer".to_owned(),
        DataType::Int64 => "bigint".to_owned(),
        DataType::Float32 => "real".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Timestamp(..) => "timestamp".to_owned(),
        DataType::Null => "unknown".to_owned(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "varbinary".to_owned(),
        DataType::List(item) => format!("array({})", sql_type(item.data_type())),
        DataType::Struct(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|field| format!("{} {}", field.name(), sql_type(field.data_type()))).collect();
            format!("row({})", fields.join(", "))
        }
        map @ DataType::Map(..) => map_fields(&map).map_or_else(
            || map.to_string(),
            |(key, value)| format!("map({}, {})", sql_type(key.data_type()), sql_type(value.data_type())),
        ),
        other => other.to_string().to_lowercase(),
    }
}

/// For a function of arrays only: that many of them, brought to one type.
pub(super) fn arrays(name: &str, count: usize, types: &[DataType]) -> Result<Vec<DataType>> {
    let expected = vec!["array"; count].join(", ");
    if types.len() != count || count == 0 {
        return wrong(name, &expected, types);
    }
    let Some(list) = common_array(types) else { return wrong(name, &expected, types) };
    Ok(vec![list; count])
}

/// The one type of several arrays.
pub(super) fn common_array(types: &[DataType]) -> Option<DataType> {
    let (first, rest) = types.split_first()?;
    let first = item_field(first)?;
    let mut found = first.data_type().clone();
    for other in rest {
        found = common(&found, item_field(other)?.data_type())?;
    }
    // The mark of JSON stays only where nothing had to be brought together.
    if types.iter().all(|other| item_field(other).is_some_and(|item| item.metadata() == first.metadata())) {
        return Some(list_type(&first.as_ref().clone().with_data_type(found)));
    }
    Some(list_of(found))
}

/// For a function of an array and a value that may be one of its elements: both, brought to one type.
pub(super) fn array_and_element(name: &str, types: &[DataType]) -> Result<Vec<DataType>> {
    let found = match types {
        [list, element] => item_field(list).and_then(|item| Some((common(item.data_type(), element)?, item))),
        _ => None,
    };
    let Some((found, item)) = found else { return wrong(name, "array, element", types) };
    Ok(vec![list_type(&item.as_ref().clone().with_data_type(found.clone())), found])
}
