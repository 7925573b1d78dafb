//! Tables over log files by definition, and the databases they stand in.

use std::sync::Arc;

use datafusion::catalog::{MemorySchemaProvider, SchemaProvider};

use super::{Done, wrong};
use crate::diag::{Diagnostic, Source};
use crate::schema::TableDefinition;
use crate::schema::tables::{self, CLOUDTRAIL};
use crate::session::{Error, Session, engine};
use crate::table;

impl Session {
    /// `CREATE EXTERNAL TABLE`: the records at its location, under its name.
    pub(super) async fn define(&self, definition: &TableDefinition, source: &Source) -> Result<Done, Error> {
        let (schema_name, name) = self.place(&definition.name);
        let schema = self.schema(&schema_name)?;
        if schema.table_exist(&name) {
            if definition.if_not_exists {
                return Done::said(format!("`{name}` exists already, and stays as it is"));
            }
            if !tables::holds_records(&name) {
                let exists = Diagnostic::error("S005", format!("table `{name}` exists already"));
                return Err(wrong(exists.help("DROP TABLE forgets it; its data stays"), &name, source));
            }
        }
        let archive_schema = self.attach(&definition.location).await?;
        let records =
            self.schema(&archive_schema)?.table(CLOUDTRAIL).await.map_err(|error| Error::Bug(error.to_string()))?;
        let Some(records) = records else { return Err(Error::Bug(format!("`{archive_schema}` has no records"))) };
        let table = table::defined(records, definition, self.options.now)
            .map_err(|error| wrong(Diagnostic::error("S009", error.strip_backtrace()), "", source))?;
        // A table of this name may have been the archive's own; the definition was asked for.
        let _ = schema.deregister_table(&name);
        schema.register_table(name.clone(), table).map_err(|error| Error::Bug(error.to_string()))?;
        let kept = Defined { schema: schema_name, name, archive: archive_schema, definition: definition.clone() };
        self.kept().defined.retain(|known| (&known.schema, &known.name) != (&kept.schema, &kept.name));
        self.kept().defined.push(kept);
        Done::quiet()
    }

    /// The schema of the archive at a location, which is opened where it is not open yet.
    ///
    /// # Errors
    /// [`Error::Archive`] when it cannot be reached.
    pub async fn attach(&self, location: &str) -> Result<String, Error> {
        // One of several locations cannot be told from here: the first stands for the archive.
        let given = [location];
        let Some(asked) = self.options.asked(&given)?.into_iter().next() else {
            return Err(Error::Bug(format!("`{location}` is nowhere")));
        };
        let shown = asked.location()?.display();
        let known = self.kept().archives.iter().find(|(_, archive)| archive.location().display() == shown).cloned();
        if let Some((schema, _)) = known {
            return Ok(schema);
        }
        let opened = engine::Opened { archive: asked.open(&self.options).await?, asked };
        let taken = engine::schemas(&self.context);
        let proof = &self.options.scan.proof;
        if let Some(verdicts) = &proof.verdicts {
            verdicts.share();
        }
        let name = engine::attach(&self.context, &opened, &taken, proof)
            .map_err(|error| Error::Bug(error.strip_backtrace()))?;
        self.kept().keep(name.clone(), &opened);
        Ok(name)
    }

    pub(super) fn create_database(&self, name: &str) -> Result<Done, Error> {
        let empty = Arc::new(MemorySchemaProvider::new());
        if engine::schema(&self.context, name).is_none() {
            engine::add_schema(&self.context, name, empty).map_err(|error| Error::Bug(error.strip_backtrace()))?;
        }
        Done::quiet()
    }

    pub(super) fn use_database(&self, name: &str, source: &Source) -> Result<Done, Error> {
        // Athena has this one from the start.
        if name == engine::NO_ARCHIVE {
            self.create_database(name)?;
        }
        if engine::schema(&self.context, name).is_none() {
            return Err(self.no_database(name, source));
        }
        engine::set_default_schema(&self.context, name);
        Done::quiet()
    }

    pub(super) fn drop_database(&self, name: &str, if_exists: bool, source: &Source) -> Result<Done, Error> {
        let is_archive = self.kept().archives.iter().any(|(schema, _)| schema == name);
        if is_archive {
            return Err(refused("DROP DATABASE", source));
        }
        match engine::remove_schema(&self.context, name) {
            Ok(true) => Done::quiet(),
            Ok(false) if if_exists => Done::quiet(),
            _ => Err(self.no_database(name, source)),
        }
    }

    pub(super) fn drop_table(&self, name: &[String], if_exists: bool, source: &Source) -> Result<Done, Error> {
        let (mut schema_name, table) = self.place(name);
        let has_table =
            |schema: &str| engine::schema(&self.context, schema).is_some_and(|schema| schema.table_exist(&table));
        if name.len() == 1 && !has_table(&schema_name) {
            // As for queries: a name that only one database has needs no database before it.
            let others: Vec<String> =
                engine::schemas(&self.context).into_iter().filter(|schema| has_table(schema)).collect();
            if let [only] = others.as_slice() {
                schema_name.clone_from(only);
            }
        }
        let is_defined = |known: &Defined| known.schema == schema_name && known.name == table;
        let was_defined = self.kept().defined.iter().any(is_defined);
        if !was_defined && (tables::holds_records(&table) || table == tables::TRAIL_FILES) {
            return Err(refused("DROP", source));
        }
        self.kept().defined.retain(|known| !is_defined(known));
        let schema = engine::schema(&self.context, &schema_name);
        let dropped = schema.and_then(|schema| schema.deregister_table(&table).ok().flatten());
        if dropped.is_none() && !if_exists {
            let names = self.tables();
            let close = crate::diag::closest(&table, names.iter().map(String::as_str));
            let missing = Diagnostic::error("S003", format!("no table is named `{table}`"));
            let missing = match close {
                Some(close) => missing.help(format!("`{close}` has a similar name")),
                None => missing.help(format!("tables are {}", names.join(", "))),
            };
            return Err(wrong(missing, name.last().map_or("", String::as_str), source));
        }
        Done::quiet()
    }

    /// Log files below the table's location are found by listing.
    pub(super) fn add_partitions(&self, name: &[String], locations: &[String], source: &Source) -> Result<Done, Error> {
        let (schema, table) = self.place(name);
        let root = self
            .kept()
            .defined
            .iter()
            .find(|known| known.schema == schema && known.name == table)
            .map(|known| known.definition.location.clone());
        let roots: Vec<String> = match root {
            Some(root) => vec![root],
            None => self.kept().archives.iter().map(|(_, archive)| archive.location().display()).collect(),
        };
        let plain = |location: &str| location.trim_end_matches('/').to_owned();
        let is_below = |location: &&String| roots.iter().any(|root| plain(location).starts_with(&plain(root)));
        match locations.iter().find(|location| !is_below(location)) {
            None => Done::said("partitions are found by listing; there is nothing to add"),
            Some(outside) => {
                let elsewhere = Diagnostic::error("S010", format!("`{outside}` is not below the table's location"))
                    .help("name the folder above both as LOCATION, or give it as a second archive");
                Err(wrong(elsewhere, outside, source))
            }
        }
    }

    pub(super) async fn set_location(&self, name: &[String], location: &str, source: &Source) -> Result<Done, Error> {
        let definition = self.definition(name, source)?;
        self.redefine(name, TableDefinition { location: location.to_owned(), ..definition }, source).await
    }

    pub(super) async fn set_properties(
        &self,
        name: &[String],
        properties: &[(String, String)],
        source: &Source,
    ) -> Result<Done, Error> {
        let mut definition = self.definition(name, source)?;
        definition.properties.retain(|(known, _)| properties.iter().all(|(key, _)| key != known));
        definition.properties.extend_from_slice(properties);
        self.redefine(name, definition, source).await
    }

    fn definition(&self, name: &[String], source: &Source) -> Result<TableDefinition, Error> {
        let (schema, table) = self.place(name);
        let kept = self.kept();
        let known = kept.defined.iter().find(|known| known.schema == schema && known.name == table);
        known.map(|known| known.definition.clone()).ok_or_else(|| {
            let missing = Diagnostic::error("S003", format!("no table `{table}` was made by CREATE EXTERNAL TABLE"));
            wrong(missing, name.last().map_or("", String::as_str), source)
        })
    }

    async fn redefine(&self, name: &[String], definition: TableDefinition, source: &Source) -> Result<Done, Error> {
        self.drop_table(name, true, source)?;
        self.define(&definition, source).await
    }

    /// The schema and the name that a name means; both in lower case.
    pub(super) fn place(&self, name: &[String]) -> (String, String) {
        let table = name.last().map(|name| name.to_lowercase()).unwrap_or_default();
        let schema = name.len().checked_sub(2).and_then(|at| name.get(at)).map(|schema| schema.to_lowercase());
        (schema.unwrap_or_else(|| engine::default_schema(&self.context)), table)
    }

    /// The schema of this name, made where there is none.
    pub(super) fn schema(&self, name: &str) -> Result<Arc<dyn SchemaProvider>, Error> {
        self.create_database(name)?;
        engine::schema(&self.context, name).ok_or_else(|| Error::Bug(format!("no schema `{name}`")))
    }

    fn no_database(&self, name: &str, source: &Source) -> Error {
        let known = engine::schemas(&self.context);
        let missing = Diagnostic::error("S003", format!("no database is named `{name}`"));
        let missing = match crate::diag::closest(name, known.iter().map(String::as_str)) {
            Some(close) => missing.help(format!("`{close}` has a similar name")),
            None => missing.help(format!("databases are {}", known.join(", "))),
        };
        wrong(missing, name, source)
    }
}

/// A table that a statement of this session defined.
#[derive(Debug, Clone)]
pub(in crate::session) struct Defined {
    pub(in crate::session) schema: String,
    pub(in crate::session) name: String,
    /// The schema of the archive at its location.
    pub(in crate::session) archive: String,
    pub(in crate::session) definition: TableDefinition,
}

fn refused(what: &str, source: &Source) -> Error {
    let word = what.split(' ').next().unwrap_or(what);
    let refused = Diagnostic::error("S006", format!("`{what}` would change something; trailql only reads"))
        .help("tables of an archive stay; tables that you defined may be dropped");
    let written = source.text.get(..).and_then(|text| {
        let at = text.to_ascii_uppercase().find(word)?;
        text.get(at..at + word.len())
    });
    wrong(refused, written.unwrap_or_default(), source)
}
