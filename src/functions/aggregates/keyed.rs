//! Maps and sets of what was seen.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::AggregateUDF;

use super::fold::{Fold, Folded, Start, array_of};
use crate::functions::nested::{
    Gather, Lists, assemble, comparable, fit, item_field, list_of, list_type, map_fields, map_of, map_type, only,
    pairs, plain, wrong,
};

/// What is kept of each key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// The value that came first.
    First,
    /// Every value.
    All,
    /// How often it was seen.
    Count,
    /// Nothing: the keys are a set, and NULL is one of them.
    Nothing,
}

fn two(name: &str, types: &[DataType]) -> Result<Vec<DataType>> {
    match types {
        [key, value] => Ok(vec![plain(key), plain(value)]),
        _ => wrong(name, "key, value", types),
    }
}

fn one(name: &str, types: &[DataType]) -> Result<Vec<DataType>> {
    match types {
        [value] => Ok(vec![plain(value)]),
        _ => wrong(name, "x", types),
    }
}

pub(super) fn map_agg() -> Arc<AggregateUDF> {
    Folded {
        name: "map_agg",
        inputs: |types| two("map_agg", types),
        output: |types| Ok(map_of(types[0].clone(), types[1].clone())),
        entries: |types| types.to_vec(),
        start: |start| Keyed::start(Kept::First, &start.types[0], &start.types[1], start),
        is_set: true,
    }
    .function()
}

pub(super) fn multimap_agg() -> Arc<AggregateUDF> {
    Folded {
        name: "multimap_agg",
        inputs: |types| two("multimap_agg", types),
        output: |types| Ok(map_of(types[0].clone(), list_of(types[1].clone()))),
        entries: |types| types.to_vec(),
        start: |start| Keyed::start(Kept::All, &start.types[0], &start.types[1], start),
        is_set: false,
    }
    .function()
}

pub(super) fn map_union() -> Arc<AggregateUDF> {
    Folded {
        name: "map_union",
        inputs: |types| match types {
            [map @ DataType::Map(..)] => Ok(vec![plain(map)]),
            _ => wrong("map_union", "map", types),
        },
        output: |types| Ok(map_fields(&types[0]).map_or(DataType::Null, |(key, value)| map_type(key, value))),
        entries: |types| {
            map_fields(&types[0])
                .map_or_else(Vec::new, |(key, value)| vec![key.data_type().clone(), value.data_type().clone()])
        },
        start: |start| match map_fields(&start.types[0]) {
            Some((key, value)) => {
                let (key, value) = (key.data_type().clone(), value.data_type().clone());
                Keyed::start(Kept::First, &key, &value, start)
            }
            None => plan_err!("`map_union` takes maps"),
        },
        is_set: true,
    }
    .function()
}

pub(super) fn histogram() -> Arc<AggregateUDF> {
    Folded {
        name: "histogram",
        inputs: |types| one("histogram", types),
        output: |types| Ok(map_of(types[0].clone(), DataType::Int64)),
        entries: |types| vec![types[0].clone(), DataType::Int64],
        start: |start| Keyed::start(Kept::Count, &start.types[0], &DataType::Int64, start),
        is_set: false,
    }
    .function()
}

pub(super) fn approx_most_frequent() -> Arc<AggregateUDF> {
    Folded {
        name: "approx_most_frequent",
        inputs: |types| match types {
            [most, value, capacity] if most.is_integer() && capacity.is_integer() => {
                Ok(vec![DataType::Int64, plain(value), DataType::Int64])
            }
            _ => wrong("approx_most_frequent", "n, x, capacity", types),
        },
        output: |types| Ok(map_of(types[1].clone(), DataType::Int64)),
        entries: |types| vec![types[1].clone(), DataType::Int64],
        start: |start| {
            let most = match start.constant("approx_most_frequent", 0)? {
                ScalarValue::Int64(Some(most @ 1..)) => usize::try_from(most).unwrap_or(usize::MAX),
                other => return plan_err!("`approx_most_frequent` takes an n of 1 or more, not {other}"),
            };
            let mut keyed = Keyed::new(Kept::Count, &start.types[1], &DataType::Int64, start);
            keyed.most = Some(most);
            Ok(Box::new(keyed))
        },
        is_set: false,
    }
    .function()
}

pub(super) fn set_agg() -> Arc<AggregateUDF> {
    Folded {
        name: "set_agg",
        inputs: |types| one("set_agg", types),
        output: |types| Ok(list_of(types[0].clone())),
        entries: |types| types.to_vec(),
        start: |start| Keyed::start(Kept::Nothing, &start.types[0], &DataType::Null, start),
        is_set: true,
    }
    .function()
}

pub(super) fn set_union() -> Arc<AggregateUDF> {
    Folded {
        name: "set_union",
        inputs: |types| match types {
            [list] => match item_field(list) {
                Some(item) => Ok(vec![list_type(&item)]),
                None => wrong("set_union", "array", types),
            },
            _ => wrong("set_union", "array", types),
        },
        output: |types| Ok(types[0].clone()),
        entries: |types| item_field(&types[0]).map_or_else(Vec::new, |item| vec![item.data_type().clone()]),
        start: |start| {
            let item = item_field(&start.types[0]).map_or(DataType::Null, |item| item.data_type().clone());
            Keyed::start(Kept::Nothing, &item, &DataType::Null, start)
        },
        is_set: true,
    }
    .function()
}

#[derive(Debug)]
struct Keyed {
    kept: Kept,
    key_type: DataType,
    value_type: DataType,
    output: DataType,
    /// How many of the keys seen most often count; all where there is no such number.
    most: Option<usize>,
    /// Whether the keys come inside arrays or maps.
    is_nested: bool,
    /// Whether anything but NULL came.
    is_touched: bool,
    places: HashMap<Vec<u8>, usize>,
    keys: Vec<ScalarValue>,
    values: Vec<Vec<ScalarValue>>,
    counts: Vec<i64>,
    bytes: usize,
}

impl Keyed {
    fn new(kept: Kept, key: &DataType, value: &DataType, start: &Start<'_>) -> Self {
        let first = if start.types.len() == 3 { &start.types[1] } else { &start.types[0] };
        Self {
            kept,
            key_type: key.clone(),
            value_type: value.clone(),
            output: start.output.clone(),
            most: None,
            is_nested: first != key,
            is_touched: false,
            places: HashMap::new(),
            keys: Vec::new(),
            values: Vec::new(),
            counts: Vec::new(),
            bytes: 0,
        }
    }

    fn start(kept: Kept, key: &DataType, value: &DataType, start: &Start<'_>) -> Result<Box<dyn Fold>> {
        Ok(Box::new(Self::new(kept, key, value, start)))
    }

    fn add(&mut self, keys: &ArrayRef, values: Option<&ArrayRef>, counts: Option<&Int64Array>) -> Result<()> {
        let bytes = comparable(keys)?;
        let nulls = keys.logical_nulls();
        for row in 0..keys.len() {
            if self.kept != Kept::Nothing && nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
                continue;
            }
            self.is_touched = true;
            let key = bytes.row(row).data();
            let place = match self.places.get(key) {
                Some(place) => *place,
                None => {
                    let value = ScalarValue::try_from_array(keys, row)?;
                    self.bytes += 2 * key.len() + value.size() + size_of::<(Vec<u8>, usize)>();
                    self.places.insert(key.to_vec(), self.keys.len());
                    self.keys.push(value);
                    self.values.push(Vec::new());
                    self.counts.push(0);
                    self.keys.len() - 1
                }
            };
            let count = counts.map_or(1, |counts| counts.value(row));
            self.counts[place] = self.counts[place].saturating_add(count);
            if let Some(values) = values
                && (self.kept == Kept::All || self.values[place].is_empty())
            {
                let value = ScalarValue::try_from_array(values, row)?;
                self.bytes += value.size();
                self.values[place].push(value);
            }
        }
        Ok(())
    }

    /// The keys that count, in their order or most frequent first.
    fn places(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.keys.len()).collect();
        if let Some(most) = self.most {
            places.sort_by_key(|place| std::cmp::Reverse(self.counts[*place]));
            places.truncate(most);
        }
        places
    }
}

impl Fold for Keyed {
    fn take(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        if !self.is_nested {
            let keys = if arguments.len() == 3 { &arguments[1] } else { &arguments[0] };
            let values = arguments.get(1).filter(|_| matches!(self.kept, Kept::First | Kept::All));
            return self.add(keys, values, None);
        }
        // Only what rows refer to counts: behind a NULL there may be elements.
        let lists = Lists::new(&arguments[0])?;
        let mut gathered = Gather::default();
        for row in 0..arguments[0].len() {
            self.is_touched |= lists.range(row).is_some();
            gathered.push(lists.range(row).into_iter().flatten());
        }
        let inner = Lists::new(&gathered.finish(&lists.values, arguments[0].data_type())?)?;
        match self.kept {
            Kept::First => {
                let (keys, values) = (Arc::clone(inner.keys()), Arc::clone(inner.items()));
                self.add(&keys, Some(&values), None)
            }
            _ => self.add(&inner.values, None, None),
        }
    }

    fn merge(&mut self, entries: &[ArrayRef]) -> Result<()> {
        match (self.kept, entries) {
            (Kept::Count, [keys, counts]) => self.add(keys, None, counts.as_primitive_opt::<Int64Type>()),
            (_, [keys, values]) => self.add(keys, Some(values), None),
            (_, [keys]) => self.add(keys, None, None),
            _ => exec_err!("entries of another function"),
        }
    }

    fn entries(&self) -> Result<Vec<ArrayRef>> {
        let keys = array_of(&self.keys, &self.key_type)?;
        Ok(match self.kept {
            Kept::Nothing => vec![keys],
            Kept::Count => vec![keys, Arc::new(Int64Array::from(self.counts.clone()))],
            Kept::First | Kept::All => {
                let repeated: Vec<_> = self
                    .keys
                    .iter()
                    .zip(&self.values)
                    .flat_map(|(key, values)| values.iter().map(move |_| key.clone()))
                    .collect();
                let values: Vec<_> = self.values.iter().flatten().cloned().collect();
                vec![array_of(&repeated, &self.key_type)?, array_of(&values, &self.value_type)?]
            }
        })
    }

    fn result(&self) -> Result<ScalarValue> {
        if !self.is_touched {
            return ScalarValue::try_new_null(&self.output);
        }
        let places = self.places();
        let keys: Vec<_> = places.iter().map(|place| self.keys[*place].clone()).collect();
        let keys = array_of(&keys, &self.key_type)?;
        let length = keys.len();
        let entries = match self.kept {
            Kept::Nothing => keys,
            Kept::Count => {
                let counts: Int64Array = places.iter().map(|place| Some(self.counts[*place])).collect();
                pairs(keys, Arc::new(counts), &self.output)?
            }
            Kept::First | Kept::All => {
                let values: Vec<_> = places.iter().flat_map(|place| self.values[*place].iter().cloned()).collect();
                let mut values = array_of(&values, &self.value_type)?;
                if self.kept == Kept::All {
                    let lengths = places.iter().map(|place| self.values[*place].len()).collect();
                    values = assemble(values, lengths, vec![true; length], &list_of(self.value_type.clone()))?;
                }
                pairs(keys, values, &self.output)?
            }
        };
        let one = assemble(entries, vec![length], vec![true], &self.output)?;
        only(&fit(&one, &self.output)?)
    }

    fn size(&self) -> usize {
        let per_key = size_of::<ScalarValue>() + size_of::<Vec<ScalarValue>>() + size_of::<i64>();
        size_of::<Self>() + self.bytes + self.keys.capacity() * per_key
    }
}
