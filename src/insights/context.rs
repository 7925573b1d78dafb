//! What every part of one lowering shares: what there is to read, remarks, the fields named, the names given.

use std::cell::{Cell, RefCell};

use super::leaves::Leaves;
use super::lower::Scope;
use crate::diag::{Diagnostic, Span};

/// See the file.
pub(super) struct Context {
    pub(super) scope: Scope,
    pub(super) leaves: RefCell<Leaves>,
    notices: RefCell<Vec<Diagnostic>>,
    fields: RefCell<Vec<(String, Span)>>,
    /// How many columns were made.
    made: Cell<usize>,
    /// How many records' tables are read.
    records: Cell<usize>,
}

impl Context {
    pub(super) fn new(scope: &Scope, leaves: Leaves) -> Self {
        Self {
            scope: scope.clone(),
            // Names of leaves are made before all others.
            made: Cell::new(leaves.count()),
            leaves: RefCell::new(leaves),
            notices: RefCell::default(),
            fields: RefCell::default(),
            records: Cell::new(0),
        }
    }

    /// Adds a remark, unless it is made already.
    pub(super) fn notice(&self, notice: Diagnostic) {
        let mut notices = self.notices.borrow_mut();
        if !notices.contains(&notice) {
            notices.push(notice);
        }
    }

    /// Keeps in mind that the text names a field of the record.
    pub(super) fn names_field(&self, text: &str, span: Span) {
        let mut fields = self.fields.borrow_mut();
        if fields.iter().all(|(known, _)| known != text) {
            fields.push((text.to_owned(), span));
        }
    }

    /// A name for a column of the plan that no other has. Results never show it.
    pub(super) fn fresh(&self, name: &str) -> String {
        self.made.set(self.made.get() + 1);
        format!("{name}#{}", self.made.get())
    }

    /// The number of the next table of records that is read, from 0.
    pub(super) fn next_record(&self) -> usize {
        self.records.replace(self.records.get() + 1)
    }

    /// The remarks and the fields.
    pub(super) fn into_found(self) -> (Vec<Diagnostic>, Vec<(String, Span)>) {
        (self.notices.into_inner(), self.fields.into_inner())
    }
}
