//! Statements that no plan answers: what a session keeps of them, and the questions about its catalog.

use super::tokens::{Reader, is_word};
use super::{Statement, mend};
use crate::diag::Diagnostic;
use crate::schema::TableDefinition;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

/// A statement for the session.
#[derive(Debug, Clone)]
pub enum Command {
    /// `CREATE EXTERNAL TABLE`: a table over log files.
    Define(Box<TableDefinition>),
    /// `CREATE DATABASE`.
    CreateDatabase(String),
    /// `USE`: the schema whose tables need no schema before them.
    Use(String),
    /// `DROP TABLE`, `DROP VIEW`: forgets a table; its data stays.
    Drop {
        /// The table.
        name: Vec<String>,
        /// Whether it need not exist.
        if_exists: bool,
    },
    /// `DROP DATABASE`.
    DropDatabase {
        /// The database.
        name: String,
        /// Whether it need not exist.
        if_exists: bool,
    },
    /// `ALTER TABLE … ADD PARTITION … LOCATION …`: places where log files are.
    AddPartitions {
        /// The table.
        name: Vec<String>,
        /// The places that the statement names.
        locations: Vec<String>,
    },
    /// `ALTER TABLE … SET LOCATION`.
    SetLocation {
        /// The table.
        name: Vec<String>,
        /// Where its log files are.
        location: String,
    },
    /// `ALTER TABLE … SET TBLPROPERTIES`.
    SetProperties {
        /// The table.
        name: Vec<String>,
        /// What is set, keys in lower case.
        properties: Vec<(String, String)>,
    },
    /// What needs no doing, and why.
    Nothing(&'static str),
    /// A question about the catalog.
    Show(Show),
    /// `CREATE TABLE … AS`: rows kept in files.
    CreateTableAs(Box<Written>),
    /// `INSERT INTO`: rows added to such a table.
    Insert(Box<Written>),
    /// `UNLOAD`: rows written to files.
    Unload(Box<Written>),
}

/// A query whose rows are written to files.
#[derive(Debug, Clone)]
pub struct Written {
    /// The table, where one is made or added to.
    pub name: Vec<String>,
    /// Whether the table may exist already.
    pub if_not_exists: bool,
    /// `format`, `external_location` and the like, keys in lower case.
    pub properties: Vec<(String, String)>,
    /// Where the rows go, where the statement says so.
    pub location: Option<String>,
    /// The query.
    pub query: Statement,
}

/// A question about the catalog.
#[derive(Debug, Clone)]
pub enum Show {
    /// `SHOW DATABASES`, `SHOW SCHEMAS`, with a pattern.
    Databases(Option<Pattern>),
    /// `SHOW TABLES [IN db] ['pattern']`.
    Tables {
        /// The schema.
        database: Option<String>,
        /// Which names.
        pattern: Option<Pattern>,
    },
    /// `SHOW VIEWS`.
    Views,
    /// `SHOW COLUMNS IN t`.
    Columns(Vec<String>),
    /// `DESCRIBE t`.
    Describe(Vec<String>),
    /// `SHOW PARTITIONS t`.
    Partitions(Vec<String>),
    /// `SHOW CREATE TABLE t`, `SHOW CREATE VIEW v`.
    Create(Vec<String>),
    /// `SHOW TBLPROPERTIES t`.
    Properties(Vec<String>),
    /// `SHOW FUNCTIONS [LIKE 'pattern']`.
    Functions(Option<Pattern>),
}

/// Which names a question is about.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// A pattern of LIKE.
    Like(String),
    /// A regular expression for the whole name, as Athena takes them: `*` is any text.
    Regular(String),
}

/// Statements of Athena that change something or have no meaning for log files, by their first words.
const REFUSED: &[(&[&str], &str)] = &[
    (&["GRANT"], "who may read the archive is the bucket's to say"),
    (&["REVOKE"], "who may read the archive is the bucket's to say"),
    (&["VACUUM"], "an archive of log files has nothing to clean up"),
    (&["OPTIMIZE"], "an archive of log files cannot be rewritten"),
    (&["MERGE"], "write results to a file with `-o` and `--out`"),
    (&["UPDATE"], "write results to a file with `-o` and `--out`"),
    (&["DELETE"], "write results to a file with `-o` and `--out`"),
    (&["TRUNCATE"], "write results to a file with `-o` and `--out`"),
    (&["COPY"], "write results to a file with `-o` and `--out`, or use UNLOAD"),
];

/// The command that a statement is; none for what a plan answers.
///
/// # Errors
/// `S006` for what would change something, `S009` and `S001` for what cannot be read.
pub(super) fn command(tokens: &[TokenWithSpan], text: &str) -> Result<Option<Command>, Diagnostic> {
    let mut reader = Reader::new(tokens);
    if let Some((words, why)) = REFUSED.iter().find(|(words, _)| Reader::new(tokens).words(words)) {
        let what = words.join(" ");
        let place = super::span::convert(text, reader.place()).unwrap_or_default();
        let refused = Diagnostic::error("S006", format!("`{what}` would change something; trailql only reads"));
        return Err(refused.at(place, "").help(*why));
    }
    if super::ddl::is_definition(tokens) {
        return Ok(Some(Command::Define(Box::new(super::ddl::definition(tokens, text)?))));
    }
    let is_command = ["CREATE", "DROP", "ALTER", "MSCK", "SHOW", "DESC", "DESCRIBE", "USE", "INSERT", "UNLOAD"];
    if !is_command.iter().any(|word| is_word(reader.peek(), word)) {
        return Ok(None);
    }
    let found = Commands { text, reader: &mut reader }.read()?;
    match found {
        Some(_) if !reader.is_done() => Err(reader.expected("S001", "the end of the statement", text)),
        found => Ok(found),
    }
}

struct Commands<'a, 'b> {
    text: &'a str,
    reader: &'b mut Reader<'a>,
}

impl Commands<'_, '_> {
    fn read(&mut self) -> Result<Option<Command>, Diagnostic> {
        let reader = &mut *self.reader;
        if reader.words(&["CREATE", "DATABASE"]) || reader.words(&["CREATE", "SCHEMA"]) {
            reader.words(&["IF", "NOT", "EXISTS"]);
            let name = self.name()?;
            // What follows says where Athena would put data.
            while !self.reader.is_done() {
                self.reader.next();
            }
            return Ok(Some(Command::CreateDatabase(last(&name))));
        }
        if reader.words(&["CREATE", "TABLE"]) {
            return self.create_table_as();
        }
        if reader.words(&["DROP", "TABLE"]) || reader.words(&["DROP", "VIEW"]) {
            let if_exists = reader.words(&["IF", "EXISTS"]);
            return Ok(Some(Command::Drop { name: self.name()?, if_exists }));
        }
        if reader.words(&["DROP", "DATABASE"]) || reader.words(&["DROP", "SCHEMA"]) {
            let if_exists = reader.words(&["IF", "EXISTS"]);
            let name = last(&self.name()?);
            let _ = self.reader.words(&["CASCADE"]) || self.reader.words(&["RESTRICT"]);
            return Ok(Some(Command::DropDatabase { name, if_exists }));
        }
        if reader.words(&["ALTER", "TABLE"]) {
            let name = self.name()?;
            return self.alter(name).map(Some);
        }
        if reader.words(&["MSCK", "REPAIR", "TABLE"]) {
            self.name()?;
            return Ok(Some(Command::Nothing("partitions are found by listing; there is nothing to repair")));
        }
        if reader.words(&["USE"]) {
            return Ok(Some(Command::Use(last(&self.name()?))));
        }
        if reader.words(&["INSERT", "INTO"]) {
            return self.insert().map(Some);
        }
        if reader.words(&["UNLOAD"]) {
            return self.unload().map(Some);
        }
        if reader.words(&["SHOW"]) {
            return self.show();
        }
        if reader.words(&["DESCRIBE"]) || reader.words(&["DESC"]) {
            let _ = reader.words(&["EXTENDED"]) || reader.words(&["FORMATTED"]) || reader.words(&["TABLE"]);
            let name = self.name()?;
            // Hive takes a column after the table; the table is shown as a whole.
            let _ = self.reader.object_name();
            return Ok(Some(Command::Show(Show::Describe(name))));
        }
        Ok(None)
    }

    /// `CREATE TABLE t WITH (format = 'PARQUET') AS SELECT …`
    fn create_table_as(&mut self) -> Result<Option<Command>, Diagnostic> {
        let if_not_exists = self.reader.words(&["IF", "NOT", "EXISTS"]);
        let name = self.name()?;
        let properties = if self.reader.words(&["WITH"]) { self.properties()? } else { Vec::new() };
        if !self.reader.words(&["AS"]) {
            return Err(self.expected("`AS` and a query"));
        }
        let location = value(&properties, "external_location").map(str::to_owned);
        let query = self.query()?;
        Ok(Some(Command::CreateTableAs(Box::new(Written { name, if_not_exists, properties, location, query }))))
    }

    fn insert(&mut self) -> Result<Command, Diagnostic> {
        let name = self.name()?;
        let query = self.query()?;
        let written = Written { name, if_not_exists: false, properties: Vec::new(), location: None, query };
        Ok(Command::Insert(Box::new(written)))
    }

    /// `UNLOAD (SELECT …) TO 's3://…' WITH (format = 'PARQUET')`
    fn unload(&mut self) -> Result<Command, Diagnostic> {
        let inside = self.reader.bracketed().ok_or_else(|| self.expected("a query in brackets"))?;
        let query = super::parse::planned_statement(inside.to_vec(), self.text)?;
        if !self.reader.words(&["TO"]) {
            return Err(self.expected("`TO` and a location"));
        }
        let location = Some(self.reader.text().ok_or_else(|| self.expected("a location in quotes"))?);
        let properties = if self.reader.words(&["WITH"]) { self.properties()? } else { Vec::new() };
        let written = Written { name: Vec::new(), if_not_exists: false, properties, location, query };
        Ok(Command::Unload(Box::new(written)))
    }

    /// Everything that is left, as a query.
    fn query(&mut self) -> Result<Statement, Diagnostic> {
        let mut rest = self.reader.rest().to_vec();
        while !self.reader.is_done() {
            self.reader.next();
        }
        mend::without_data(&mut rest);
        if rest.is_empty() {
            return Err(self.expected("a query"));
        }
        super::parse::planned_statement(rest, self.text)
    }

    /// `ADD PARTITION (…) LOCATION '…'`, `SET LOCATION '…'`; the rest changes nothing here.
    fn alter(&mut self, name: Vec<String>) -> Result<Command, Diagnostic> {
        if self.reader.words(&["SET", "LOCATION"]) {
            let location = self.reader.text().ok_or_else(|| self.expected("a location in quotes"))?;
            return Ok(Command::SetLocation { name, location });
        }
        if self.reader.words(&["SET", "TBLPROPERTIES"]) {
            return Ok(Command::SetProperties { name, properties: self.properties()? });
        }
        let adds = self.reader.words(&["ADD"]);
        let mut locations = Vec::new();
        let mut has_partition = false;
        while !self.reader.is_done() {
            has_partition |= is_word(self.reader.peek(), "PARTITION");
            if self.reader.words(&["LOCATION"]) {
                locations.push(self.reader.text().ok_or_else(|| self.expected("a location in quotes"))?);
            } else {
                self.reader.next();
            }
        }
        Ok(match adds && has_partition {
            true => Command::AddPartitions { name, locations },
            false => Command::Nothing("the table reads what lies at its location; there is nothing to change"),
        })
    }

    fn show(&mut self) -> Result<Option<Command>, Diagnostic> {
        let reader = &mut *self.reader;
        let show = if reader.words(&["DATABASES"]) || reader.words(&["SCHEMAS"]) {
            Show::Databases(self.pattern())
        } else if reader.words(&["TABLES"]) {
            let database = self.of_table().map(|name| last(&name));
            Show::Tables { database, pattern: self.pattern() }
        } else if reader.words(&["VIEWS"]) {
            self.of_table();
            self.pattern();
            Show::Views
        } else if reader.words(&["COLUMNS"]) {
            let name = self.of_table().ok_or_else(|| self.expected("`IN` and a table"))?;
            // `SHOW COLUMNS IN t IN db`
            let database = self.of_table();
            Show::Columns(database.into_iter().flatten().chain(name).collect())
        } else if reader.words(&["PARTITIONS"]) {
            Show::Partitions(self.name()?)
        } else if reader.words(&["CREATE", "TABLE"]) || reader.words(&["CREATE", "VIEW"]) {
            Show::Create(self.name()?)
        } else if reader.words(&["TBLPROPERTIES"]) {
            let name = self.name()?;
            self.reader.bracketed();
            Show::Properties(name)
        } else if reader.words(&["FUNCTIONS"]) {
            Show::Functions(self.pattern())
        } else {
            return Ok(None);
        };
        Ok(Some(Command::Show(show)))
    }

    /// `IN t`, `FROM t`.
    fn of_table(&mut self) -> Option<Vec<String>> {
        let is_next = self.reader.words(&["IN"]) || self.reader.words(&["FROM"]);
        is_next.then(|| self.reader.object_name()).flatten()
    }

    /// `'a*|b*'`, `LIKE 'a%'`.
    fn pattern(&mut self) -> Option<Pattern> {
        let is_like = self.reader.words(&["LIKE"]);
        let text = self.reader.text()?;
        Some(match is_like {
            true => Pattern::Like(text),
            false => Pattern::Regular(format!("^({})$", text.replace(".*", "*").replace('*', ".*"))),
        })
    }

    fn properties(&mut self) -> Result<Vec<(String, String)>, Diagnostic> {
        let inside = self.reader.bracketed().ok_or_else(|| self.expected("properties in brackets"))?;
        let mut reader = Reader::new(inside);
        let mut properties = Vec::new();
        while let Some(key) = reader.object_name() {
            if !reader.take(&Token::Eq) {
                break;
            }
            let mut value = String::new();
            let mut depth = 0_u32;
            while !reader.is_done() && (depth > 0 || *reader.peek() != Token::Comma) {
                match reader.next() {
                    Token::SingleQuotedString(text) => value.push_str(text),
                    token => {
                        depth += u32::from(matches!(token, Token::LBracket | Token::LParen));
                        depth = depth.saturating_sub(u32::from(matches!(token, Token::RBracket | Token::RParen)));
                        value.push_str(&token.to_string());
                    }
                }
            }
            reader.take(&Token::Comma);
            properties.push((key.join(".").to_lowercase(), value));
        }
        Ok(properties)
    }

    fn name(&mut self) -> Result<Vec<String>, Diagnostic> {
        self.reader.object_name().ok_or_else(|| self.expected("a name"))
    }

    fn expected(&self, what: &str) -> Diagnostic {
        self.reader.expected("S001", what, self.text)
    }
}

impl Written {
    /// The value of a property.
    #[must_use]
    pub fn property(&self, key: &str) -> Option<&str> {
        value(&self.properties, key)
    }
}

fn value<'a>(properties: &'a [(String, String)], key: &str) -> Option<&'a str> {
    properties.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
}

fn last(name: &[String]) -> String {
    name.last().map(|name| name.to_lowercase()).unwrap_or_default()
}
