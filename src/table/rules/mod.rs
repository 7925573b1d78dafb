//! Many rules in one pass: which of a set of predicates hold for each record.
//!
//! A record is looked at by the rules that its name leaves, one rule at a time over all of its candidates; conditions
//! that many rules share are evaluated once for all of them.

mod found;
mod names;
mod narrow;
mod relax;

use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, ListBuilder, RecordBatch, UInt32Builder};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::{Result, internal_err};
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::utils::conjunction_opt;
use datafusion::physical_expr::{PhysicalExpr, split_conjunction};
use foldhash::fast::RandomState;

use super::needles;
use crate::record::{Choice, Clauses, Saving, Verdict};
use crate::schema::columns;
pub(super) use found::Found;
use names::NameIndex;
use narrow::Narrow;

type Expr = Arc<dyn PhysicalExpr>;

/// What a set of rules tells of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Tells {
    /// Whether one of them holds.
    Whether,
    /// Which of them hold, by their places, as a list.
    Which,
}

/// See the file.
#[derive(Debug)]
pub struct RuleSet {
    tells: Tells,
    ground: Arc<Ground>,
    name: Expr,
    /// Conditions of many rules.
    shared: Vec<Expr>,
    /// What is left of each rule; true where nothing is.
    rest: Vec<Option<Expr>>,
    narrow: OnceLock<Vec<Option<Narrow>>>,
}

/// What does not change when a set of rules is planned.
#[derive(Debug)]
struct Ground {
    /// The rules over the table.
    rules: Vec<Expr>,
    names: NameIndex,
    /// Which shared conditions each rule has.
    shares: Vec<Vec<usize>>,
}

/// From so many rules on a condition is evaluated once for all of them.
const SHARED_BY: usize = 4;

/// From so many needles for the value of one member on, the value is looked for and they are searched for in it.
const MANY_NEEDLES: usize = 8;

impl RuleSet {
    /// Rules over the table of records.
    ///
    /// # Errors
    /// When a condition on the name cannot be evaluated.
    pub fn new(rules: Vec<Expr>) -> Result<Self> {
        let mut counts: HashMap<Expr, usize> = HashMap::new();
        for conjunct in rules.iter().flat_map(split_conjunction) {
            *counts.entry(Arc::clone(conjunct)).or_default() += 1;
        }
        let mut shared: Vec<Expr> = Vec::new();
        let mut places: HashMap<Expr, usize> = HashMap::new();
        let (mut shares, mut rest) = (Vec::new(), Vec::new());
        for rule in &rules {
            let (mut of_rule, mut left) = (Vec::new(), Vec::new());
            for conjunct in split_conjunction(rule) {
                // What holds without a name does not choose by names, so the index does not answer for it.
                if let Some(condition) = relax::decided(conjunct)
                    && !names::holds_without(&condition)?
                {
                    continue;
                }
                if counts.get(conjunct).is_some_and(|count| *count >= SHARED_BY) {
                    let place = *places.entry(Arc::clone(conjunct)).or_insert_with(|| {
                        shared.push(Arc::clone(conjunct));
                        shared.len() - 1
                    });
                    of_rule.push(place);
                } else {
                    left.push(Arc::clone(conjunct));
                }
            }
            shares.push(of_rule);
            rest.push(conjunction_opt(left));
        }
        let names = NameIndex::new(&rules)?;
        let Some(at) = columns::ALL.iter().position(|column| column.json == relax::NAME) else {
            return internal_err!("the table has no `{}`", relax::NAME);
        };
        Ok(Self {
            tells: Tells::Whether,
            name: Arc::new(Column::new(columns::ALL[at].name, at)),
            ground: Arc::new(Ground { rules, names, shares }),
            shared,
            rest,
            narrow: OnceLock::new(),
        })
    }

    /// The same set, telling which of its rules hold.
    #[must_use]
    pub fn which(&self) -> Self {
        self.with(Tells::Which, Arc::clone(&self.name), self.shared.clone(), self.rest.clone())
    }

    /// Whether it tells which of its rules hold.
    fn tells_which(&self) -> bool {
        self.tells == Tells::Which
    }

    /// The names of events that were met so far.
    #[must_use]
    pub fn names_met(&self) -> Vec<String> {
        self.ground.names.met()
    }

    fn with(&self, tells: Tells, name: Expr, shared: Vec<Expr>, rest: Vec<Option<Expr>>) -> Self {
        Self { tells, ground: Arc::clone(&self.ground), name, shared, rest, narrow: OnceLock::new() }
    }

    /// Whether some rule asks for nothing that a record's text could tell.
    #[must_use]
    pub fn looks_at_everything(&self) -> bool {
        self.choice().is_none()
    }

    /// What a record's text tells about whether a rule can hold. None when some rule asks for nothing.
    pub(super) fn choice(&self) -> Option<Choice> {
        let of_any = self.ground.names.of_any().iter();
        let anywhere: Vec<Saving> = of_any.map(|place| saving(&self.ground.rules[*place])).collect();
        let ground = Arc::clone(&self.ground);
        Choice::new(relax::NAME, &anywhere, Box::new(move |name| ground.verdict(name)))
    }

    fn narrow(&self, batch: &RecordBatch) -> Result<&[Option<Narrow>]> {
        if let Some(narrow) = self.narrow.get() {
            return Ok(narrow);
        }
        let made = self.rest.iter().map(|rest| rest.as_ref().map(|rest| Narrow::new(rest, batch)).transpose());
        let made = made.collect::<Result<Vec<_>>>()?;
        Ok(self.narrow.get_or_init(|| made))
    }

    /// For each row the places of the rules that hold, in order.
    fn hits(&self, batch: &RecordBatch) -> Result<Vec<Vec<u32>>> {
        let rows = batch.num_rows();
        let candidates = self.candidates(batch)?;
        let narrow = self.narrow(batch)?;
        let mut hits = vec![Vec::new(); rows];
        for (place, rows) in candidates.into_iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            let number = u32::try_from(place).unwrap_or(u32::MAX);
            let mask = match &narrow[place] {
                None => None,
                Some(narrow) => Some(narrow.holds(batch, &rows)?),
            };
            for (at, row) in rows.iter().enumerate() {
                if mask.as_ref().is_none_or(|mask| mask.is_valid(at) && mask.value(at)) {
                    hits[*row as usize].push(number);
                }
            }
        }
        Ok(hits)
    }

    /// The rows that each rule has to look at.
    fn candidates(&self, batch: &RecordBatch) -> Result<Vec<Vec<u32>>> {
        let rows = batch.num_rows();
        let names = self.name.evaluate(batch)?.into_array(rows)?;
        let names = names.as_string::<i32>();
        let shared = self.shared.iter().map(|condition| {
            let mask = condition.evaluate(batch)?.into_array(rows)?;
            Ok(mask.as_boolean().clone())
        });
        let shared = shared.collect::<Result<Vec<BooleanArray>>>()?;
        let mut candidates = vec![Vec::new(); self.rest.len()];
        let mut of_name: HashMap<&str, Arc<[usize]>, RandomState> = HashMap::default();
        for row in 0..rows {
            let mut add = |place: usize| {
                let holds = |of: &usize| shared[*of].is_valid(row) && shared[*of].value(row);
                if self.ground.shares[place].iter().all(holds) {
                    // A batch has fewer rows than that.
                    candidates[place].push(u32::try_from(row).unwrap_or(u32::MAX));
                }
            };
            self.ground.names.of_any().iter().copied().for_each(&mut add);
            if names.is_null(row) {
                continue;
            }
            let name = names.value(row);
            let places = match of_name.get(name) {
                Some(places) => places,
                None => of_name.entry(name).or_insert(self.ground.names.of(name)?),
            };
            places.iter().copied().for_each(&mut add);
        }
        Ok(candidates)
    }
}

/// What a record must hold for a rule.
fn saving(rule: &Expr) -> Saving {
    let within = |conjunct: &Expr| {
        let key = relax::member_of(conjunct)?;
        let needles = needles::clauses(std::slice::from_ref(conjunct)).into_iter().next()?;
        (needles.len() >= MANY_NEEDLES).then_some((key, needles))
    };
    let within = split_conjunction(rule).into_iter().find_map(within);
    Saving { clauses: needles::clauses(std::slice::from_ref(rule)), within }
}

impl Ground {
    fn verdict(&self, name: &str) -> Verdict {
        // Whoever evaluates the rule meets the error, too.
        let Ok(places) = self.names.of(name) else { return Verdict::Keep };
        let mut any = Vec::new();
        for place in places.iter() {
            let telling: Vec<Expr> = split_conjunction(&self.rules[*place])
                .into_iter()
                .filter(|conjunct| !relax::is_of_source(conjunct))
                .cloned()
                .collect();
            match Clauses::new(&needles::clauses(&telling)) {
                Some(clauses) => any.push(clauses),
                None => return Verdict::Keep,
            }
        }
        if any.is_empty() { Verdict::Drop } else { Verdict::Search(any.into()) }
    }
}

impl PartialEq for RuleSet {
    fn eq(&self, other: &Self) -> bool {
        self.tells == other.tells
            && Arc::ptr_eq(&self.ground, &other.ground)
            && self.name.eq(&other.name)
            && self.shared == other.shared
            && self.rest == other.rest
    }
}

impl Eq for RuleSet {}

impl Hash for RuleSet {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tells.hash(state);
        Arc::as_ptr(&self.ground).hash(state);
    }
}

impl fmt::Display for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tells {
            Tells::Whether => write!(f, "any of {} rules", self.rest.len()),
            Tells::Which => write!(f, "which of {} rules", self.rest.len()),
        }
    }
}

impl PhysicalExpr for RuleSet {
    fn data_type(&self, _: &Schema) -> Result<DataType> {
        Ok(match self.tells {
            Tells::Whether => DataType::Boolean,
            Tells::Which => DataType::List(Arc::new(Field::new_list_field(DataType::UInt32, true))),
        })
    }

    fn nullable(&self, _: &Schema) -> Result<bool> {
        Ok(false)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        let hits = self.hits(batch)?;
        Ok(ColumnarValue::Array(match self.tells {
            Tells::Whether => {
                Arc::new(hits.iter().map(|places| Some(!places.is_empty())).collect::<BooleanArray>()) as ArrayRef
            }
            Tells::Which => {
                let mut lists = ListBuilder::new(UInt32Builder::new());
                for places in hits {
                    lists.values().append_slice(&places);
                    lists.append(true);
                }
                Arc::new(lists.finish())
            }
        }))
    }

    fn children(&self) -> Vec<&Expr> {
        std::iter::once(&self.name).chain(&self.shared).chain(self.rest.iter().flatten()).collect()
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Expr>) -> Result<Expr> {
        let mut children = children.into_iter();
        let mut next = || children.next().map_or_else(|| internal_err!("a rule is gone"), Ok);
        let name = next()?;
        let shared = self.shared.iter().map(|_| next()).collect::<Result<_>>()?;
        let rest = self.rest.iter().map(|rest| rest.as_ref().map(|_| next()).transpose()).collect::<Result<_>>()?;
        Ok(Arc::new(self.with(self.tells, name, shared, rest)))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
