//! Elements of lists as rows: a join of every row with the elements of its own list.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::{Column, DFSchema, ScalarValue, TableReference};
use datafusion::functions::core::expr_fn::named_struct;
use datafusion::logical_expr::{Expr, Unnest, lit};

use super::merge::Merged;
use super::select::{From, Parts, Select};
use super::{Refused, Target};
use crate::functions::json;
use crate::schema::Kind;

impl Parts {
    pub(super) fn unnest(&mut self, unnest: &Unnest, below: Select, schema: &DFSchema) -> Merged<Select> {
        if !unnest.struct_type_columns.is_empty() {
            return Err(Refused::construct("an `unnest` of a structure"));
        }
        if unnest.options.preserve_nulls() {
            return Err(Refused::construct("an `unnest` that keeps rows without elements"));
        }
        let places: Vec<usize> = unnest.list_type_columns.iter().map(|(place, _)| *place).collect();
        let list_at = |select: &Select, place: usize| select.columns.get(place).map(|(_, list)| list.clone());
        let (list, numbers) = match places.as_slice() {
            [list] => (*list, None),
            [list, numbers] if is_numbering(list_at(&below, *numbers).as_ref(), list_at(&below, *list).as_ref()) => {
                (*list, Some(*numbers))
            }
            _ => return Err(Refused::construct("an `unnest` of several columns")),
        };
        let made_by = |name: &str| {
            let list = list_at(&below, list);
            matches!(list, Some(Expr::ScalarFunction(call)) if call.func.name() == name)
        };
        // Where there are no bins, the time is missing, and the row stays.
        let (is_of_bins, is_of_json) = (made_by("time_bins"), made_by("json_elements"));
        let mut select = below;
        if select.is_cut()
            || select.is_distinct
            || select.group.is_some()
            || select.has_windows()
            || !matches!(select.from, From::Table { .. } | From::Part(..) | From::Unnest { .. })
        {
            select = self.close(select, schema);
        }
        let Some(value) = list_at(&select, list) else {
            return Err(Refused::construct("an `unnest` without its column"));
        };
        let (alias, name) = if is_of_bins { ("bins", "bin") } else { ("elements", "element") };
        let alias = self.names.fresh(alias);
        let of_list = |name: &str| Column::new(Some(TableReference::bare(alias.as_str())), name);
        let members = self.members(&value);
        let mut columns = Vec::new();
        for (at, (relation, field)) in unnest.schema.iter().enumerate() {
            let column = Column::new(relation.cloned(), field.name());
            let depends = unnest.dependency_indices.get(at).copied();
            let expr = match depends {
                Some(depends) if depends == list && members.is_empty() => {
                    let element = of_list(name);
                    self.fields.0.insert(element.clone(), Arc::clone(field));
                    if is_of_json { self.element(element) } else { Expr::Column(element) }
                }
                Some(depends) if depends == list => {
                    let member = |(key, name): &(&str, &str)| {
                        let column = of_list(name);
                        let field = Arc::new(Field::new(*name, DataType::Utf8, true));
                        self.fields.0.insert(column.clone(), field);
                        [lit(*key), Expr::Column(column)]
                    };
                    named_struct(members.iter().flat_map(member).collect())
                }
                Some(depends) if Some(depends) == numbers => {
                    let place = of_list(PLACE);
                    self.fields.0.insert(place.clone(), Arc::clone(field));
                    Expr::Column(place)
                }
                depends => match depends.and_then(|depends| list_at(&select, depends)) {
                    Some(expr) => expr,
                    None => return Err(Refused::construct("an `unnest` of unknown columns")),
                },
            };
            columns.push((column, expr));
        }
        let names: Vec<&str> =
            if members.is_empty() { vec![name] } else { members.iter().map(|(_, name)| *name).collect() };
        select.from = From::Unnest {
            from: Box::new(select.from),
            list: value,
            columns: names.into_iter().map(str::to_owned).collect(),
            keeps: is_of_bins,
            place: numbers.map(|_| PLACE.to_owned()),
            alias,
        };
        select.columns = columns;
        Ok(select)
    }

    /// An element as text: Trino's is JSON.
    pub(super) fn element(&mut self, element: Column) -> Expr {
        match self.target {
            Target::Trailql => Expr::Column(element),
            Target::Athena => {
                self.elements.insert(element.clone());
                json::leaf(Expr::Column(element), &[], Kind::Numeral)
            }
        }
    }

    /// The members that elements of a list have as columns of their own, each by its key and its column's name: Trino
    /// takes structures apart.
    fn members(&self, list: &Expr) -> Vec<(&'static str, &'static str)> {
        if self.target == Target::Trailql {
            return Vec::new();
        }
        super::lists::members(self, list).unwrap_or_default()
    }
}

/// What the place of an element in its list is called.
const PLACE: &str = "place";

/// Whether these are the numbers of the elements of a list, from 1.
fn is_numbering(numbers: Option<&Expr>, list: Option<&Expr>) -> bool {
    let called = |expr: Option<&Expr>, name: &str| match expr {
        Some(Expr::ScalarFunction(call)) if call.func.name() == name => Some(call.args.clone()),
        _ => None,
    };
    let is_one = |expr: &Expr| matches!(expr, Expr::Literal(ScalarValue::Int64(Some(1)), _));
    let numbers = called(numbers, "generate_series").unwrap_or_default();
    let [first, Expr::Cast(count), step] = numbers.as_slice() else { return false };
    let counted = called(Some(count.expr.as_ref()), "cardinality");
    is_one(first) && is_one(step) && counted.as_ref().and_then(|args| args.first()) == list
}
