//! `trail_files`: the log files of an archive, from its listing alone.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use datafusion::arrow::array::{
    ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use datafusion::arrow::datatypes::{DataType, Date32Type, Field, Schema, SchemaRef};
use datafusion::catalog::{MemTable, Session, TableProvider};
use datafusion::common::Result;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;

use super::provider::list;
use super::prune::{self, Pruning};
use crate::archive::{Archive, LogFile, Slack};
use crate::schema::{Kind, Virtual};

/// The log files of an archive.
#[derive(Debug)]
pub struct FilesTable {
    archive: Arc<Archive>,
}

impl FilesTable {
    /// The log files of this archive.
    #[must_use]
    pub fn new(archive: Arc<Archive>) -> Self {
        Self { archive }
    }
}

/// The columns, and the facts by which a predicate on them skips whole folders.
const COLUMNS: &[(&str, Option<Virtual>)] = &[
    ("organization", Some(Virtual::Organization)),
    ("account", Some(Virtual::Account)),
    ("region", Some(Virtual::Region)),
    ("day", Some(Virtual::Date)),
    ("kind", Some(Virtual::Folder)),
    ("key", Some(Virtual::Path)),
    ("bytes", Some(Virtual::FileSize)),
    ("etag", None),
    ("last_modified", Some(Virtual::FileModified)),
];

fn fact_at(index: usize) -> Option<Virtual> {
    COLUMNS.get(index)?.1
}

fn fact_named(name: &str) -> Option<Virtual> {
    COLUMNS.iter().find(|(column, _)| *column == name)?.1
}

fn schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let field = |(name, fact): &(&str, Option<Virtual>)| {
            let data_type = match fact {
                Some(Virtual::Date) => DataType::Date32,
                Some(Virtual::FileSize) => DataType::Int64,
                Some(Virtual::FileModified) => Kind::Time.data_type(),
                _ => DataType::Utf8,
            };
            Field::new(*name, data_type, true)
        };
        Arc::new(Schema::new(COLUMNS.iter().map(field).collect::<Vec<_>>()))
    });
    Arc::clone(&SCHEMA)
}

#[async_trait]
impl TableProvider for FilesTable {
    fn schema(&self) -> SchemaRef {
        schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let answer = |filter: &&Expr| match prune::is_of_files(filter, fact_named) {
            true => TableProviderFilterPushDown::Exact,
            false => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(answer).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let predicates = prune::physical(state, filters, &schema())?;
        let pruning = Pruning::new(&predicates, schema(), fact_at, Slack::All);
        let listing = list(&self.archive, &pruning).await?;
        let table = MemTable::try_new(schema(), vec![vec![batch(&listing.files)?]])?;
        table.scan(state, projection, &[], limit).await
    }
}

fn batch(files: &[LogFile]) -> Result<RecordBatch> {
    let text =
        |value: fn(&LogFile) -> Option<&str>| Arc::new(files.iter().map(value).collect::<StringArray>()) as ArrayRef;
    let days: Date32Array = files.iter().map(|file| file.partition().date().map(Date32Type::from_naive_date)).collect();
    let bytes: Int64Array = files.iter().map(|file| i64::try_from(file.size).ok()).collect();
    let modified: TimestampMillisecondArray = files.iter().map(|file| Some(file.modified.timestamp_millis())).collect();
    let columns = vec![
        text(|file| file.partition().organization.as_deref()),
        text(|file| file.partition().account.as_deref()),
        text(|file| file.partition().region.as_deref()),
        Arc::new(days),
        text(|file| file.partition().folder.as_deref()),
        Arc::new(files.iter().map(|file| Some(file.key())).collect::<StringArray>()),
        Arc::new(bytes),
        text(|file| file.etag.as_deref()),
        Arc::new(modified.with_timezone("UTC")),
    ];
    Ok(RecordBatch::try_new(schema(), columns)?)
}
