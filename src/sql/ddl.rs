//! `CREATE EXTERNAL TABLE` as AWS publishes it for CloudTrail: columns, partitions, SerDe, formats, location, properties.
//!
//! The SerDe and the formats are read and mean the same here: CloudTrail's log files below the location.
//!
//! Source: Athena User Guide, "Query AWS CloudTrail logs" and "CREATE TABLE".

use std::sync::Arc;

use datafusion::arrow::datatypes::FieldRef;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::tokens::{Reader, is_word};
use super::{span, types};
use crate::diag::{Diagnostic, Span, closest};
use crate::schema::TableDefinition;

/// What may follow the columns.
const CLAUSES: &[&str] = &["COMMENT", "PARTITIONED", "CLUSTERED", "ROW", "STORED", "LOCATION", "TBLPROPERTIES", "WITH"];

/// Whether a statement defines an external table.
pub(super) fn is_definition(tokens: &[TokenWithSpan]) -> bool {
    Reader::new(tokens).words(&["CREATE", "EXTERNAL", "TABLE"])
}

/// Reads the definition.
///
/// # Errors
/// `S009` with what was expected where.
pub(super) fn definition(tokens: &[TokenWithSpan], text: &str) -> Result<TableDefinition, Diagnostic> {
    let mut definition = Definition { reader: Reader::new(tokens), text };
    definition.read()
}

struct Definition<'a> {
    reader: Reader<'a>,
    text: &'a str,
}

impl Definition<'_> {
    fn read(&mut self) -> Result<TableDefinition, Diagnostic> {
        let start = self.here().start;
        self.reader.words(&["CREATE", "EXTERNAL", "TABLE"]);
        let if_not_exists = self.reader.words(&["IF", "NOT", "EXISTS"]);
        let name = self.reader.object_name().ok_or_else(|| self.expected("the name of a table"))?;
        let columns = if *self.reader.peek() == Token::LParen { self.columns()? } else { Vec::new() };
        let (mut partitions, mut location, mut properties) = (Vec::new(), None, Vec::new());
        while !self.reader.is_done() {
            if self.reader.words(&["COMMENT"]) {
                self.reader.text().ok_or_else(|| self.expected("a text"))?;
            } else if self.reader.words(&["PARTITIONED", "BY"]) {
                partitions = self.columns()?;
            } else if self.reader.words(&["CLUSTERED", "BY"]) {
                self.reader.bracketed().ok_or_else(|| self.expected("columns in brackets"))?;
                self.reader.words(&["INTO"]);
                self.reader.next();
                self.reader.words(&["BUCKETS"]);
            } else if self.reader.words(&["ROW", "FORMAT", "SERDE"]) {
                self.reader.text().ok_or_else(|| self.expected("the class of a SerDe"))?;
            } else if self.reader.words(&["WITH", "SERDEPROPERTIES"]) {
                self.properties()?;
            } else if self.reader.words(&["ROW", "FORMAT", "DELIMITED"]) {
                self.delimiters();
            } else if self.reader.words(&["STORED", "AS", "INPUTFORMAT"]) {
                self.reader.text().ok_or_else(|| self.expected("the class of an input format"))?;
                if self.reader.words(&["OUTPUTFORMAT"]) {
                    self.reader.text().ok_or_else(|| self.expected("the class of an output format"))?;
                }
            } else if self.reader.words(&["STORED", "AS"]) {
                self.format()?;
            } else if self.reader.words(&["LOCATION"]) {
                location = Some(self.reader.text().ok_or_else(|| self.expected("a location in quotes"))?);
            } else if self.reader.words(&["TBLPROPERTIES"]) {
                properties.extend(self.properties()?);
            } else {
                return Err(self.unexpected_clause());
            }
        }
        let place = self.here();
        let location = location.filter(|location| !location.is_empty()).ok_or_else(|| {
            Diagnostic::error("S009", "the table has no LOCATION")
                .at(place, "")
                .help("LOCATION 's3://bucket/prefix/AWSLogs/111122223333/CloudTrail/', or a folder")
        })?;
        let text = self.text.get(start..place.end).unwrap_or(self.text).trim().to_owned();
        let name = name.into_iter().map(|part| part.to_lowercase()).collect();
        Ok(TableDefinition { name, if_not_exists, columns, partitions, location, properties, text })
    }

    /// `( name type [COMMENT 'text'], … )`
    fn columns(&mut self) -> Result<Vec<FieldRef>, Diagnostic> {
        let inside = self.reader.bracketed().ok_or_else(|| self.expected("columns in brackets"))?;
        let mut columns = Vec::new();
        for tokens in split(inside) {
            let mut column = Definition { reader: Reader::new(tokens), text: self.text };
            columns.push(column.column()?);
        }
        Ok(columns)
    }

    fn column(&mut self) -> Result<FieldRef, Diagnostic> {
        let Token::Word(word) = self.reader.peek() else { return Err(self.expected("the name of a column")) };
        let name = word.value.to_lowercase();
        self.reader.next();
        self.reader.take(&Token::Colon);
        let start = self.here();
        let mut end = start.start;
        let mut written = String::new();
        while !self.reader.is_done() && !is_word(self.reader.peek(), "COMMENT") {
            end = self.here().end;
            written.push_str(&self.reader.next().to_string());
            written.push(' ');
        }
        let found = types::parse(&written).ok_or_else(|| {
            let place = Span::new(start.start, end.max(start.start));
            Diagnostic::error("S009", format!("column `{name}` has no type that is known")).at(place, "").help(
                "types are string, varchar, int, bigint, double, boolean, timestamp, date, struct<…>, array<…>, map<…>",
            )
        })?;
        Ok(Arc::new(found.as_ref().clone().with_name(name)))
    }

    /// `( 'key' = 'value', … )`
    fn properties(&mut self) -> Result<Vec<(String, String)>, Diagnostic> {
        let inside = self.reader.bracketed().ok_or_else(|| self.expected("properties in brackets"))?;
        let mut properties = Vec::new();
        for tokens in split(inside) {
            let mut property = Definition { reader: Reader::new(tokens), text: self.text };
            let key = property.reader.text().ok_or_else(|| property.expected("a key in quotes"))?;
            if !property.reader.take(&Token::Eq) {
                return Err(property.expected("`=`"));
            }
            let value = property.reader.text().ok_or_else(|| property.expected("a value in quotes"))?;
            properties.push((key.to_lowercase(), value));
        }
        Ok(properties)
    }

    /// `TEXTFILE`, `JSON`: log files are what they are.
    fn format(&mut self) -> Result<(), Diagnostic> {
        let place = self.here();
        let found = self.reader.next().to_string();
        if ["TEXTFILE", "JSON", "JSONFILE"].iter().any(|format| format.eq_ignore_ascii_case(&found)) {
            return Ok(());
        }
        Err(Diagnostic::error("S009", format!("`{found}` is no format of log files"))
            .at(place, "")
            .help("a list of your own is read by its path: FROM 'folder/list.parquet'"))
    }

    /// `FIELDS TERMINATED BY ','` and the like.
    fn delimiters(&mut self) {
        while !self.reader.is_done() && !CLAUSES.iter().any(|clause| is_word(self.reader.peek(), clause)) {
            self.reader.next();
        }
    }

    /// Where the next token stands.
    fn here(&self) -> Span {
        span::convert(self.text, self.reader.place()).unwrap_or_default()
    }

    fn expected(&self, what: &str) -> Diagnostic {
        self.reader.expected("S009", what, self.text)
    }

    fn unexpected_clause(&self) -> Diagnostic {
        let found = self.reader.peek().to_string();
        let diagnostic = self.expected("a clause of a table definition");
        match closest(&found, CLAUSES.iter().copied()) {
            Some(close) => diagnostic.help(format!("`{close}` has a similar name")),
            None => diagnostic.help(format!("clauses are {}", CLAUSES.join(", "))),
        }
    }
}

/// The parts between commas that stand in no brackets.
fn split(tokens: &[TokenWithSpan]) -> Vec<&[TokenWithSpan]> {
    let mut depth = 0_i32;
    let parts = tokens.split(|token| {
        match token.token {
            Token::LParen | Token::Lt => depth += 1,
            Token::RParen | Token::Gt => depth -= 1,
            Token::ShiftRight => depth -= 2,
            _ => {}
        }
        depth == 0 && token.token == Token::Comma
    });
    parts.filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::datatypes::DataType;

    use super::super::tokens::statements;
    use super::*;

    fn read(text: &str) -> Result<TableDefinition, Diagnostic> {
        let statements = statements(text).expect("tokens");
        definition(&statements[0], text)
    }

    #[test]
    fn a_definition_is_read_whatever_its_serde() {
        let text = "CREATE EXTERNAL TABLE IF NOT EXISTS `Db`.cloudtrail_logs (\n  eventVersion STRING COMMENT 'v',\n  \
                    useridentity STRUCT<type: STRING, sessioncontext: STRUCT<attributes: STRUCT<a: STRING>>>,\n  \
                    `resources` ARRAY<STRUCT<arn:STRING,accountid:STRING>>, readonly BOOLEAN)\nCOMMENT 'x'\n\
                    PARTITIONED BY (`timestamp` string, region varchar(10))\n\
                    ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe' WITH SERDEPROPERTIES ('a'='b')\n\
                    STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'\n\
                    OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'\n\
                    LOCATION 's3://b/p/'\nTBLPROPERTIES ('Projection.Enabled' = 'true', 'x'='y');";
        let definition = read(text).expect("a definition");
        assert_eq!(definition.name, ["db", "cloudtrail_logs"]);
        assert!(definition.if_not_exists);
        let names: Vec<_> = definition.columns.iter().map(|column| column.name().as_str()).collect();
        assert_eq!(names, ["eventversion", "useridentity", "resources", "readonly"]);
        assert_eq!(definition.columns[3].data_type(), &DataType::Boolean);
        assert!(matches!(definition.columns[2].data_type(), DataType::List(_)));
        assert_eq!(definition.partitions.len(), 2);
        assert_eq!(definition.location, "s3://b/p/");
        assert_eq!(definition.property("projection.enabled"), Some("true"));
        assert!(definition.text.starts_with("CREATE") && definition.text.ends_with(')'));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let check = |text: &str, place: &str, message: &str| {
            let error = read(text).expect_err(text);
            let marked = error.label.as_ref().map_or("", |(span, _)| &text[span.range()]);
            assert_eq!((error.code, marked), ("S009", place), "{text}");
            assert!(error.message.contains(message), "{}", error.message);
        };
        check("CREATE EXTERNAL TABLE t (a string)", "", "no LOCATION");
        check("CREATE EXTERNAL TABLE t (a strang) LOCATION 'x'", "strang", "`a` has no type");
        check("CREATE EXTERNAL TABLE t (a string) LOCATON 'x'", "LOCATON", "clause");
        check("CREATE EXTERNAL TABLE (a string)", "(", "the name of a table");
        check("CREATE EXTERNAL TABLE t (a string LOCATION 'x'", "", "brackets");
        check("CREATE EXTERNAL TABLE t (a string) LOCATION 'x' TBLPROPERTIES ('a' 'b')", "'b'", "`=`");
    }
}
