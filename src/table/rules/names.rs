//! From the name of an event to the rules that can fit it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use datafusion::arrow::array::{AsArray, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::Result;
use datafusion::physical_expr::PhysicalExpr;

use super::relax::{NAME, listed, of_name};

/// Rules, by their place in the set.
type Places = Vec<usize>;

/// See the file.
#[derive(Debug)]
pub(super) struct NameIndex {
    /// Rules that may fit whatever the name.
    any: Places,
    /// Rules that list the names they fit.
    listed: HashMap<String, Places>,
    /// Rules that put a condition on the name.
    tested: Vec<(usize, Arc<dyn PhysicalExpr>)>,
    known: RwLock<HashMap<Box<str>, Arc<[usize]>>>,
}

/// Names to remember the rules of; see [`crate::record::Choice`].
const MOST_KNOWN: usize = 1 << 16;

impl NameIndex {
    pub(super) fn new(rules: &[Arc<dyn PhysicalExpr>]) -> Result<Self> {
        let mut index = Self { any: Vec::new(), listed: HashMap::new(), tested: Vec::new(), known: RwLock::default() };
        for (place, rule) in rules.iter().enumerate() {
            match of_name(rule) {
                None => index.any.push(place),
                // What holds for an event without a name is no question of names.
                Some(condition) if holds_without(&condition)? => index.any.push(place),
                Some(condition) => match listed(&condition) {
                    Some(names) => {
                        for name in names {
                            let places = index.listed.entry(name).or_default();
                            if places.last() != Some(&place) {
                                places.push(place);
                            }
                        }
                    }
                    None => index.tested.push((place, condition)),
                },
            }
        }
        Ok(index)
    }

    /// The rules that may fit events of any name, and of none.
    pub(super) fn of_any(&self) -> &[usize] {
        &self.any
    }

    /// The other rules that may fit events of this name.
    pub(super) fn of(&self, name: &str) -> Result<Arc<[usize]>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = known.get(name) {
            return Ok(Arc::clone(places));
        }
        drop(known);
        let mut places = self.listed.get(name).cloned().unwrap_or_default();
        for (place, condition) in &self.tested {
            if holds(condition, &[Some(name)])?[0] {
                places.push(*place);
            }
        }
        places.sort_unstable();
        let places: Arc<[usize]> = places.into();
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MOST_KNOWN {
            known.insert(name.into(), Arc::clone(&places));
        }
        Ok(places)
    }

    /// The names that were met.
    pub(super) fn met(&self) -> Vec<String> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.keys().map(|name| name.to_string()).collect()
    }
}

/// Whether a condition over names holds for an event without a name.
pub(super) fn holds_without(condition: &Arc<dyn PhysicalExpr>) -> Result<bool> {
    Ok(holds(condition, &[None])?[0])
}

/// For which names a condition over names holds.
fn holds(condition: &Arc<dyn PhysicalExpr>, names: &[Option<&str>]) -> Result<Vec<bool>> {
    let rows = names.len();
    let names: StringArray = names.iter().collect();
    let schema = Arc::new(Schema::new(vec![Field::new(NAME, DataType::Utf8, true)]));
    let batch = RecordBatch::try_new(schema, vec![Arc::new(names)])?;
    let mask = condition.evaluate(&batch)?.into_array(rows)?;
    Ok(mask.as_boolean().iter().map(|holds| holds == Some(true)).collect())
}
