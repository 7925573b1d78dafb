//! From expressions to leaves: what of a record a projection or a predicate really needs.
//!
//! `get_field(useridentity, 'arn')`, `json_member(requestparameters, 'instanceType')` and a plain column
//! are all one thing to the scan: a JSON path and the form it is wanted in.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::common::{Result, ScalarValue};
use datafusion::physical_expr::expressions::{Column as ColumnExpr, Literal};
use datafusion::physical_expr::projection::{ProjectionExpr, ProjectionExprs};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};

use crate::functions::json::LeafFunction;
use crate::functions::time::EventTimestamp;
use crate::schema::{Column, Kind, Leaf, Shape, Step, Virtual, columns};

/// One column that the scan makes of each log file, before expressions are evaluated over it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Slot {
    /// A leaf of the record.
    Leaf(Leaf),
    /// A fact of the log file.
    File(Virtual),
    /// A whole object with known members, made of their leaves.
    Struct(Vec<Step>, &'static [Column]),
    /// A whole list of objects with known members.
    List(Vec<Step>, &'static [Column]),
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Slot {
    fn data_type(&self) -> DataType {
        match self {
            Self::Leaf(leaf) => leaf.kind.data_type(),
            Self::File(fact) => Shape::Virtual(*fact).data_type(),
            Self::Struct(_, members) => Shape::Struct(members).data_type(),
            Self::List(_, members) => Shape::List(members).data_type(),
        }
    }
}

/// What an expression takes from the table: a value and the shape it has.
struct Reach {
    path: Vec<Step>,
    shape: Shape,
}

impl Reach {
    fn slot(self) -> Slot {
        match self.shape {
            Shape::Struct(members) => Slot::Struct(self.path, members),
            Shape::List(members) => Slot::List(self.path, members),
            Shape::Virtual(fact) if fact.is_of_file() || fact.is_of_content() => Slot::File(fact),
            shape => Slot::Leaf(Leaf { path: self.path, kind: shape.kind().unwrap_or(Kind::Text) }),
        }
    }

    fn holds_json(&self) -> bool {
        matches!(self.shape, Shape::Json | Shape::Virtual(Virtual::EventJson))
    }
}

/// The slot an expression over the table stands for, when it is no more than that.
pub(super) fn slot_of(expr: &Arc<dyn PhysicalExpr>) -> Option<Slot> {
    if let Some(reach) = reach(expr) {
        return Some(reach.slot());
    }
    let call = expr.downcast_ref::<ScalarFunctionExpr>()?;
    let (first, steps) = call.args().split_first()?;
    if let Some(function) = call.fun().inner().downcast_ref::<LeafFunction>() {
        let reach = reach(first).filter(Reach::holds_json)?;
        let steps: Option<Vec<ScalarValue>> = steps.iter().map(literal).collect();
        let path = function.path(&steps?).ok()??;
        return Some(Slot::Leaf(Leaf { path: [reach.path, path].concat(), kind: function.kind() }));
    }
    if call.fun().inner().is::<EventTimestamp>() {
        let Slot::Leaf(leaf) = slot_of(first)? else { return None };
        return (leaf.kind == Kind::Text).then_some(Slot::Leaf(Leaf { kind: Kind::Time, ..leaf }));
    }
    None
}

/// A column of the table, or a member of one of its structs.
fn reach(expr: &Arc<dyn PhysicalExpr>) -> Option<Reach> {
    if let Some(column) = expr.downcast_ref::<ColumnExpr>() {
        let column = columns::ALL.get(column.index())?;
        return Some(Reach { path: columns::step(column), shape: column.shape });
    }
    let call = expr.downcast_ref::<ScalarFunctionExpr>()?;
    if call.fun().name() != "get_field" {
        return None;
    }
    let (first, names) = call.args().split_first()?;
    let mut reach = reach(first)?;
    for name in names {
        let Shape::Struct(members) = reach.shape else { return None };
        let name = literal(name)?;
        let member = members.iter().find(|member| Some(Some(member.name)) == name.try_as_str())?;
        reach.path.extend(columns::step(member));
        reach.shape = member.shape;
    }
    Some(reach)
}

pub(super) fn literal(expr: &Arc<dyn PhysicalExpr>) -> Option<ScalarValue> {
    expr.downcast_ref::<Literal>().map(|literal| literal.value().clone())
}

/// The slots that a projection and predicates need, and both over them.
#[derive(Debug, Clone)]
pub(super) struct SlotPlan {
    pub(super) slots: Vec<Slot>,
    pub(super) schema: SchemaRef,
    pub(super) projection: ProjectionExprs,
    pub(super) predicates: Vec<Arc<dyn PhysicalExpr>>,
}

impl SlotPlan {
    /// Splits expressions over the table into slots and what is left to compute. The predicates' slots come first.
    pub(super) fn new(projection: &ProjectionExprs, predicates: &[Arc<dyn PhysicalExpr>]) -> Result<Self> {
        let mut slots = Vec::new();
        let predicates =
            predicates.iter().map(|predicate| over_slots(predicate, &mut slots)).collect::<Result<Vec<_>>>()?;
        let exprs = projection
            .iter()
            .map(|item| {
                let expr = over_slots(&item.expr, &mut slots)?;
                Ok(ProjectionExpr::new(expr, item.alias.clone()))
            })
            .collect::<Result<Vec<_>>>()?;
        let fields: Fields =
            slots.iter().enumerate().map(|(at, slot)| Field::new(slot_name(at), slot.data_type(), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        Ok(Self { slots, schema, projection: ProjectionExprs::new(exprs), predicates })
    }

    /// Whether it matters what a verification says of the bytes of log files.
    pub(super) fn needs_judgement(&self) -> bool {
        self.slots.iter().any(|slot| matches!(slot, Slot::File(fact) if fact.is_of_content()))
    }

    /// The same for the predicates alone.
    pub(super) fn of_predicates(predicates: &[Arc<dyn PhysicalExpr>]) -> Result<Self> {
        Self::new(&ProjectionExprs::new([]), predicates)
    }
}

fn over_slots(expr: &Arc<dyn PhysicalExpr>, slots: &mut Vec<Slot>) -> Result<Arc<dyn PhysicalExpr>> {
    Arc::clone(expr)
        .transform_down(|expr| {
            let Some(slot) = slot_of(&expr) else { return Ok(Transformed::no(expr)) };
            let at = slots.iter().position(|known| *known == slot).unwrap_or_else(|| {
                slots.push(slot);
                slots.len() - 1
            });
            let column = Arc::new(ColumnExpr::new(&slot_name(at), at)) as Arc<dyn PhysicalExpr>;
            Ok(Transformed::new(column, true, TreeNodeRecursion::Jump))
        })
        .data()
}

fn slot_name(at: usize) -> String {
    format!("slot_{at}")
}
