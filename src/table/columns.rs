//! Slots filled: the leaves of records, the facts of their files, and whole structs made of both.

use std::sync::Arc;

use aho_corasick::AhoCorasick;
use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, ListArray, RecordBatch, RecordBatchOptions, StringArray, StructArray,
    new_null_array,
};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::{cast, concat, take};
use datafusion::arrow::datatypes::{DataType, Field, SchemaRef, UInt32Type};
use datafusion::common::{DataFusionError, Result};

use super::leaves::{Slot, SlotPlan};
use super::proof::Opened;
use super::prune::array_of;
use super::report::Report;
use super::rules::RuleSet;
use crate::archive::Fact;
use crate::record::{self, Builder, Extent, Limits, Progress, Reading};
use crate::schema::{Column, Kind, Leaf, Shape, Step, Virtual, columns};

/// Fills the slots of a plan, file after file.
pub(super) struct Assembler {
    builder: Builder,
    outputs: Vec<Output>,
    watched: Vec<Watched>,
    report: Arc<Report>,
    schema: SchemaRef,
    files: Vec<(Opened, usize)>,
    needs_files: bool,
    /// Rows that the builder does not know of, because it has no columns.
    counted: usize,
}

/// A leaf of no documented field: if no record has it, it is likely misspelled.
struct Watched {
    column: usize,
    leaf: Leaf,
    /// Its key as it stands in JSON, in any case.
    key: Option<AhoCorasick>,
    seen: bool,
}

impl Watched {
    fn new(column: usize, leaf: &Leaf) -> Option<Self> {
        if columns::documents(&leaf.path) {
            return None;
        }
        let key = leaf.path.iter().rev().find_map(|step| match step {
            Step::Key(key) | Step::ExactKey(key) => Some(format!("\"{key}")),
            Step::Index(_) => None,
        });
        let key = key.and_then(|key| AhoCorasick::builder().ascii_case_insensitive(true).build([key]).ok());
        Some(Self { column, leaf: leaf.clone(), key, seen: false })
    }
}

/// How a slot comes out of the builder's columns.
enum Output {
    /// The builder's column at this place.
    Leaf(usize),
    /// A fact of the file.
    File(Virtual),
    /// An object: its raw slice, which tells whether it is there, and its members.
    Struct(usize, Vec<(&'static Column, Output)>),
    /// A list of objects, from its raw slice.
    List(usize, &'static [Column]),
}

impl Assembler {
    pub(super) fn new(plan: &SlotPlan, limits: Limits, report: Arc<Report>) -> Self {
        let mut leaves = Vec::new();
        let outputs: Vec<_> = plan.slots.iter().map(|slot| output(slot, &mut leaves)).collect();
        // Of many rules most ask for what hardly any record has.
        let watches = !plan.predicates.iter().any(|predicate| predicate.is::<RuleSet>());
        let watched = leaves.iter().enumerate().filter(|_| watches);
        Self {
            watched: watched.filter_map(|(column, leaf)| Watched::new(column, leaf)).collect(),
            report,
            needs_files: outputs.iter().any(|output| matches!(output, Output::File(_))),
            builder: Builder::new(&leaves, limits),
            outputs,
            schema: Arc::clone(&plan.schema),
            files: Vec::new(),
            counted: 0,
        }
    }

    /// Rows so far.
    pub(super) fn rows(&self) -> usize {
        self.builder.rows() + self.counted
    }

    /// Appends as many records of `file`, of which no leaf is wanted.
    pub(super) fn count(&mut self, file: &Opened, records: usize) {
        self.counted += records;
        if self.needs_files && records > 0 {
            self.files.push((file.clone(), records));
        }
    }

    pub(super) fn read<'d>(&mut self, document: &'d [u8]) -> std::result::Result<Reading<'d>, record::Error> {
        self.builder.read(document)
    }

    /// Begins with some records of a document.
    pub(super) fn read_some<'d>(&mut self, document: &'d [u8], records: &'d [Extent]) -> Reading<'d> {
        self.builder.read_some(document, records)
    }

    /// Appends records of `file` until there are `rows` of them, or the document ends.
    pub(super) fn fill(
        &mut self,
        reading: &mut Reading<'_>,
        file: &Opened,
        rows: usize,
    ) -> std::result::Result<Progress, record::Error> {
        let before = self.builder.rows();
        let progress = self.builder.fill(reading, rows);
        let added = self.builder.rows().saturating_sub(before);
        if self.needs_files && added > 0 {
            self.files.push((file.clone(), added));
        }
        progress
    }

    /// Looks whether records that are not read have the fields that no record has had so far.
    pub(super) fn look_for_fields(&mut self, document: &[u8]) {
        for watched in &mut self.watched {
            if !watched.seen && watched.key.as_ref().is_none_or(|key| key.find(document).is_some()) {
                watched.seen = true;
                self.report.leaf_sought(&watched.leaf, true);
            }
        }
    }

    /// One column per slot; the assembler is empty after it.
    pub(super) fn finish(&mut self) -> Result<RecordBatch> {
        let rows = self.rows();
        self.counted = 0;
        let built = self.builder.finish();
        for watched in &mut self.watched {
            watched.seen |= built[watched.column].null_count() < rows;
            self.report.leaf_sought(&watched.leaf, watched.seen);
        }
        let files = std::mem::take(&mut self.files);
        let arrays =
            self.outputs.iter().map(|output| assemble(output, &built, &files, rows)).collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)?)
    }
}

/// One column per slot, of all records of a document that is no log file.
pub(super) fn of_document(plan: &SlotPlan, document: &[u8], limits: Limits) -> Result<RecordBatch> {
    let mut leaves = Vec::new();
    let outputs: Vec<_> = plan.slots.iter().map(|slot| output(slot, &mut leaves)).collect();
    // Without a leaf nobody would count the records.
    place(Leaf { path: Vec::new(), kind: Kind::Ordinal }, &mut leaves);
    let mut builder = Builder::new(&leaves, limits);
    let external = |error: record::Error| DataFusionError::External(Box::new(error));
    let mut reading = builder.read(document).map_err(external)?;
    while let Progress::Full = builder.fill(&mut reading, usize::MAX).map_err(external)? {}
    let rows = builder.rows();
    let built = builder.finish();
    let arrays = outputs.iter().map(|output| assemble(output, &built, &[], rows)).collect::<Result<Vec<_>>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(Arc::clone(&plan.schema), arrays, &options)?)
}

fn output(slot: &Slot, leaves: &mut Vec<Leaf>) -> Output {
    match slot {
        Slot::Leaf(leaf) => Output::Leaf(place(leaf.clone(), leaves)),
        Slot::File(fact) => Output::File(*fact),
        Slot::Struct(path, members) => {
            let there = place(Leaf { path: path.clone(), kind: Kind::Json }, leaves);
            let members = members
                .iter()
                .map(|member| {
                    let path = [path.clone(), columns::step(member)].concat();
                    (member, output(&slot_of_member(path, member), leaves))
                })
                .collect();
            Output::Struct(there, members)
        }
        Slot::List(path, members) => {
            Output::List(place(Leaf { path: path.clone(), kind: Kind::Json }, leaves), members)
        }
    }
}

fn slot_of_member(path: Vec<Step>, member: &Column) -> Slot {
    match member.shape {
        Shape::Struct(members) => Slot::Struct(path, members),
        Shape::List(members) => Slot::List(path, members),
        shape => Slot::Leaf(Leaf { path, kind: shape.kind().unwrap_or(Kind::Text) }),
    }
}

fn place(leaf: Leaf, leaves: &mut Vec<Leaf>) -> usize {
    leaves.iter().position(|known| *known == leaf).unwrap_or_else(|| {
        leaves.push(leaf);
        leaves.len() - 1
    })
}

fn assemble(output: &Output, built: &[ArrayRef], files: &[(Opened, usize)], rows: usize) -> Result<ArrayRef> {
    Ok(match output {
        Output::Leaf(at) => Arc::clone(&built[*at]),
        Output::File(fact) => of_files(*fact, files, rows)?,
        Output::Struct(there, members) => {
            let fields = columns::fields(members.iter().map(|(column, _)| *column));
            let arrays =
                members.iter().map(|(_, member)| assemble(member, built, files, rows)).collect::<Result<Vec<_>>>()?;
            Arc::new(StructArray::try_new(fields, arrays, Some(objects(built[*there].as_string())))?)
        }
        Output::List(at, members) => Arc::new(lists(built[*at].as_string(), members)?),
    })
}

/// Which slices are objects.
fn objects(slices: &StringArray) -> NullBuffer {
    slices.iter().map(|slice| slice.is_some_and(|slice| slice.starts_with('{'))).collect::<Vec<_>>().into()
}

/// A fact of each row's file.
fn of_files(fact: Virtual, files: &[(Opened, usize)], rows: usize) -> Result<ArrayRef> {
    let values: Vec<ArrayRef> = files.iter().map(|(file, _)| fact_of(fact, file)).collect();
    let values: Vec<&dyn Array> = values.iter().map(AsRef::as_ref).collect();
    if values.is_empty() {
        return Ok(new_null_array(&Shape::Virtual(fact).data_type(), rows));
    }
    let indices: datafusion::arrow::array::PrimitiveArray<UInt32Type> =
        (0_u32..).zip(files).flat_map(|(index, (_, count))| std::iter::repeat_n(index, *count)).collect();
    Ok(take(&concat(&values)?, &indices, None)?)
}

/// A fact of one file, as a column of one row.
fn fact_of(fact: Virtual, file: &Opened) -> ArrayRef {
    let judgement = file.judgement.as_ref();
    match fact {
        Virtual::Verified => Arc::new(BooleanArray::from(vec![judgement.and_then(|judgement| judgement.verified)])),
        Virtual::VerifiedReason => {
            let reason = judgement.and_then(|judgement| judgement.reason.as_deref());
            Arc::new(StringArray::from(vec![reason]))
        }
        fact => array_of(&file.file.fact(fact).unwrap_or(Fact::Text(None))),
    }
}

/// Lists of objects, read from the raw slices of arrays. What is no array is null; an element that is no object, too.
fn lists(slices: &StringArray, members: &'static [Column]) -> Result<ListArray> {
    let mut items = Vec::new();
    let mut lengths = Vec::with_capacity(slices.len());
    let mut valid = Vec::with_capacity(slices.len());
    for slice in slices {
        let elements = slice.and_then(|slice| record::elements(slice, &[]));
        valid.push(elements.is_some());
        let elements = elements.unwrap_or_default();
        lengths.push(elements.len());
        items.extend(elements);
    }
    let fields = columns::fields(members);
    let arrays = members
        .iter()
        .zip(&fields)
        .map(|(member, field)| {
            // Records write `ARN`; some write `arn`.
            let path = [Step::Key(member.json.into())];
            let texts: StringArray = items.iter().map(|item| record::extract(item, &path, Kind::Text)).collect();
            Ok(cast(&texts, field.data_type())?)
        })
        .collect::<Result<Vec<_>>>()?;
    let there = items.iter().map(|item| item.trim_start().starts_with('{')).collect::<Vec<_>>();
    let structs = StructArray::try_new_with_length(fields.clone(), arrays, Some(there.into()), items.len())?;
    let item = Field::new("item", DataType::Struct(fields), true);
    Ok(ListArray::try_new(Arc::new(item), OffsetBuffer::from_lengths(lengths), Arc::new(structs), Some(valid.into()))?)
}
