//! Rows kept in files: `CREATE TABLE … AS`, `INSERT INTO` such a table, `UNLOAD`. Never below an archive.

use std::path::{Component, Path};
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Schema, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use datafusion::datasource::file_format::csv::CsvFormatFactory;
use datafusion::datasource::file_format::json::JsonFormatFactory;
use datafusion::datasource::file_format::parquet::ParquetFormatFactory;
use datafusion::datasource::file_format::{FileFormatFactory, format_as_file_type};
use datafusion::logical_expr::LogicalPlanBuilder;
use datafusion::prelude::{CsvReadOptions, JsonReadOptions, ParquetReadOptions};

use super::{Done, wrong};
use crate::archive::{Archive, Location};
use crate::diag::{Diagnostic, Source};
use crate::session::{Error, Session};
use crate::sql::Written;

/// Where the rows of a table are.
#[derive(Debug, Clone)]
pub(in crate::session) struct Made {
    pub(in crate::session) schema: String,
    pub(in crate::session) name: String,
    location: String,
    format: Format,
    /// The columns whose values are names of folders.
    partitions: Vec<String>,
    columns: SchemaRef,
}

/// A format of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Parquet,
    Csv,
    Json,
}

impl Session {
    pub(super) async fn create_table_as(&self, written: &Written, source: &Source) -> Result<Done, Error> {
        let (schema_name, name) = self.place(&written.name);
        let schema = self.schema(&schema_name)?;
        if schema.table_exist(&name) {
            if written.if_not_exists {
                return Done::said(format!("`{name}` exists already, and stays as it is"));
            }
            let exists = Diagnostic::error("S005", format!("table `{name}` exists already"));
            return Err(wrong(exists.help("DROP TABLE forgets it; its data stays"), &name, source));
        }
        let (format, remark) = Format::of(written, source)?;
        let location = written.location.clone().unwrap_or_else(|| format!("{name}/"));
        let partitions = names(written.property("partitioned_by").unwrap_or_default());
        let columns = Arc::new(Schema::empty());
        let mut kept = Made { schema: schema_name, name, location, format, partitions, columns };
        let (done, columns) = self.write(written, &kept, true, source).await?;
        kept.columns = columns;
        self.register(&kept).await?;
        self.kept().made.push(kept);
        Ok(Done { notices: remark.into_iter().chain(done.notices).collect(), ..done })
    }

    pub(super) async fn insert(&self, written: &Written, source: &Source) -> Result<Done, Error> {
        let (schema, name) = self.place(&written.name);
        let made = self.kept().made.iter().find(|made| made.schema == schema && made.name == name).cloned();
        let Some(made) = made else {
            let refused = Diagnostic::error("S006", "`INSERT` would change something; trailql only reads".to_owned())
                .help("rows can be added to a table made by CREATE TABLE … AS in this session");
            return Err(wrong(refused, written.name.last().map_or("", String::as_str), source));
        };
        let (done, _) = self.write(written, &made, false, source).await?;
        self.register(&made).await?;
        Ok(done)
    }

    pub(super) async fn unload(&self, written: &Written, source: &Source) -> Result<Done, Error> {
        let (format, remark) = Format::of(written, source)?;
        let location = written.location.clone().unwrap_or_default();
        let partitions = names(written.property("partitioned_by").unwrap_or_default());
        let (schema, name, columns) = (String::new(), String::new(), Arc::new(Schema::empty()));
        let kept = Made { schema, name, location, format, partitions, columns };
        let (done, _) = self.write(written, &kept, true, source).await?;
        Ok(Done { notices: remark.into_iter().chain(done.notices).collect(), ..done })
    }

    /// The plan that writes the rows of a query to files, and runs it. `anew`: nothing may be there yet.
    async fn write(
        &self,
        written: &Written,
        kept: &Made,
        anew: bool,
        source: &Source,
    ) -> Result<(Done, SchemaRef), Error> {
        let url = self.target(kept, anew, source).await?;
        let (notices, plan) = self.plan_sql(&written.query, source).await?;
        let columns = Arc::clone(plan.schema().inner());
        let partitions = kept.partitions.clone();
        let factory: Arc<dyn FileFormatFactory> = match kept.format {
            Format::Parquet => Arc::new(ParquetFormatFactory::new()),
            Format::Csv => Arc::new(CsvFormatFactory::new()),
            Format::Json => Arc::new(JsonFormatFactory::new()),
        };
        let copy = LogicalPlanBuilder::copy_to(plan, url, format_as_file_type(factory), Default::default(), partitions)
            .and_then(LogicalPlanBuilder::build)
            .map_err(|error| self.failed(source, error))?;
        let frame = self.context.execute_logical_plan(copy).await.map_err(|error| self.failed(source, error))?;
        let batches = frame.collect().await.map_err(|error| self.failed(source, error))?;
        // What was listed before is not all there is now.
        if let Some(listed) = self.context.runtime_env().cache_manager.get_list_files_cache() {
            listed.clear();
        }
        let rows = self.context.read_batches(batches).map_err(|error| self.failed(source, error))?;
        let renamed = rows.with_column_renamed("count", "rows").map_err(|error| self.failed(source, error))?;
        Ok((Done { plan: renamed.logical_plan().clone(), notices }, columns))
    }

    /// The URL that files are written below: a folder that is no archive's.
    async fn target(&self, kept: &Made, anew: bool, source: &Source) -> Result<String, Error> {
        let of_archive = |source| Error::Archive { location: kept.location.clone(), source };
        let location = Location::parse(&kept.location).map_err(of_archive)?;
        let shown = format!("{}/", absolute(&location).trim_end_matches('/'));
        let is_archives = self.kept().archives.iter().any(|(_, archive)| {
            let root = format!("{}/", absolute(archive.location()).trim_end_matches('/'));
            shown.starts_with(&root) || root.starts_with(&shown)
        });
        if is_archives {
            let refused = Diagnostic::error("S006", format!("`{}` is an archive's", kept.location))
                .help("trailql never writes there; name another place");
            return Err(wrong(refused, &kept.location, source));
        }
        match &location {
            Location::Local(path) => {
                let has_files = std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some());
                if anew && has_files {
                    let full = Diagnostic::error("S006", format!("`{}` is not empty", path.display()))
                        .help("name a folder that does not exist yet, with external_location or after TO");
                    return Err(wrong(full, &kept.location, source));
                }
                let of_folder = |error: std::io::Error| Error::Usage {
                    message: format!("cannot make `{}`: {error}", path.display()),
                    help: "name a folder that can be written to".to_owned(),
                };
                std::fs::create_dir_all(path).map_err(of_folder)?;
                Ok(shown)
            }
            Location::S3 { .. } => {
                let bucket = Archive::open(location.clone(), &self.options.s3).await.map_err(of_archive)?;
                if let Some((url, store)) = bucket.object_store() {
                    let url = url.parse().map_err(|_| Error::Bug(format!("`{url}` is no URL")))?;
                    self.context.register_object_store(&url, store);
                }
                Ok(shown)
            }
        }
    }

    /// Makes the files readable as a table.
    async fn register(&self, kept: &Made) -> Result<(), Error> {
        let bug = |error: datafusion::common::DataFusionError| Error::Bug(error.strip_backtrace());
        let location = Location::parse(&kept.location).map_err(|error| Error::Bug(error.to_string()))?;
        let path = format!("{}/", absolute(&location).trim_end_matches('/'));
        let folders: Vec<(String, DataType)> =
            kept.partitions.iter().map(|name| (name.clone(), DataType::Utf8)).collect();
        let frame = match kept.format {
            Format::Parquet => {
                let options = ParquetReadOptions::default().table_partition_cols(folders);
                self.context.read_parquet(path, options).await
            }
            Format::Csv => {
                let options = CsvReadOptions::default().table_partition_cols(folders);
                self.context.read_csv(path, options).await
            }
            Format::Json => {
                let options = JsonReadOptions::default().table_partition_cols(folders);
                self.context.read_json(path, options).await
            }
        };
        // Where no row was written there is no file to tell the columns from.
        let table: Arc<dyn TableProvider> = match frame {
            Ok(frame) => frame.into_view(),
            Err(_) => Arc::new(MemTable::try_new(Arc::clone(&kept.columns), vec![Vec::new()]).map_err(bug)?),
        };
        let schema = self.schema(&kept.schema)?;
        let _ = schema.deregister_table(&kept.name);
        schema.register_table(kept.name.clone(), table).map_err(bug)?;
        Ok(())
    }
}

impl Format {
    /// The format that a statement asks for, and a remark where it gets another one.
    fn of(written: &Written, source: &Source) -> Result<(Self, Option<Diagnostic>), Error> {
        let Some(name) = written.property("format") else { return Ok((Self::Parquet, None)) };
        let instead = |format| {
            let sentence = format!("`{name}` is written as {}", if format == Self::Csv { "CSV" } else { "Parquet" });
            Ok((format, Some(Diagnostic::notice("S021", sentence))))
        };
        match name.to_lowercase().as_str() {
            "parquet" => Ok((Self::Parquet, None)),
            "csv" => Ok((Self::Csv, None)),
            "json" => Ok((Self::Json, None)),
            "orc" | "avro" | "iceberg" => instead(Self::Parquet),
            "textfile" => instead(Self::Csv),
            _ => {
                let unknown = Diagnostic::error("S005", format!("no format is named `{name}`"));
                Err(wrong(unknown.help("formats are PARQUET, CSV and JSON"), name, source))
            }
        }
    }
}

/// `ARRAY['a', 'b']` as names. The tokens of the list were joined.
fn names(list: &str) -> Vec<String> {
    let inside = list.trim().trim_start_matches(|c: char| c.is_alphabetic()).trim_matches(['[', ']']);
    inside.split(',').map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty()).collect()
}

/// A location that can be compared: an absolute path, or a URL.
fn absolute(location: &Location) -> String {
    match location {
        Location::Local(path) => full(path),
        location => location.display(),
    }
}

/// The path with every link on its way followed, also where its end does not exist yet.
fn full(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let known = path.ancestors().find_map(|ancestor| Some((ancestor, std::fs::canonicalize(ancestor).ok()?)));
    let Some((ancestor, mut whole)) = known else { return path.display().to_string() };
    for component in path.strip_prefix(ancestor).into_iter().flat_map(Path::components) {
        match component {
            Component::ParentDir => drop(whole.pop()),
            component => whole.push(component),
        }
    }
    whole.display().to_string()
}
