//! Times written and read by a format.

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};

use super::pattern::{Item, read, written};
use super::times::{Times, timestamps};
use super::{joda, mysql};
use crate::functions::Function;
use crate::functions::rows::{Compiled, at, texts};
use crate::functions::scalar::{Args, scalar};
use crate::schema::Kind;

/// What SQL may call of this family.
pub(in crate::functions) const FORMATS: &[Function] = &[
    scalar! {
        "date_format", "date_format(time, format)", "A time by a format with the letters of MySQL.",
        [("date_format('2023-07-10T11:42:36Z', '%Y-%m-%d %H:%i:%s')", "2023-07-10 11:42:36"),
         ("date_format('2023-07-10T11:42:36Z', '%W %e %M, %r')", "Monday 10 July, 11:42:36 AM")],
        (Time Text) -> DataType::Utf8, |args| write(args, mysql::compile)
    },
    scalar! {
        "date_parse", "date_parse(text, format)", "The time that a text spells by a format with the letters of MySQL.",
        [("date_parse('2023-07-10T11:42:36Z', '%Y-%m-%dT%TZ')", "2023-07-10T11:42:36Z"),
         ("date_parse('10/Jul/2023', '%d/%b/%Y')", "2023-07-10T00:00:00Z")],
        (Text Text) -> Kind::Time.data_type(), |args| parse("date_parse", args, mysql::compile)
    },
    scalar! {
        "format_datetime", "format_datetime(time, format)", "A time by a format with the letters of Joda-Time.",
        [("format_datetime('2023-07-10T11:42:36Z', 'EEE, d MMM yyyy HH:mm ZZ')", "Mon, 10 Jul 2023 11:42 +00:00")],
        (Time Text) -> DataType::Utf8, |args| write(args, joda::compile)
    },
    scalar! {
        "parse_datetime", "parse_datetime(text, format)",
        "The time that a text spells by a format with the letters of Joda-Time.",
        [("parse_datetime('2023-07-10T11:42:36Z', 'yyyy-MM-dd''T''HH:mm:ss''Z')", "2023-07-10T11:42:36Z"),
         ("parse_datetime('2023-07-10 11:42 +0200', 'YYYY-MM-dd HH:mm Z')", "2023-07-10T09:42:00Z")],
        (Text Text) -> Kind::Time.data_type(), |args| parse("parse_datetime", args, joda::compile)
    },
];

type Compile = fn(&str) -> Result<Vec<Item>>;

fn write(args: &Args<'_>, compile: Compile) -> Result<ArrayRef> {
    let (times, formats) = (Times::of(args, 0)?, args.texts(1)?);
    let mut compiled = Compiled::new(compile);
    texts(args.rows(), |row| {
        let (millis, format) = (times.millis(row)?, at(&formats, row)?);
        compiled.of(format).map(|items| written(items, millis, &times.clock)).transpose()
    })
}

fn parse(name: &str, args: &Args<'_>, compile: Compile) -> Result<ArrayRef> {
    let (subjects, formats) = (args.texts(0)?, args.texts(1)?);
    let mut compiled = Compiled::new(compile);
    timestamps(args, |row| {
        let (subject, format) = (at(&subjects, row)?, at(&formats, row)?);
        Some(compiled.of(format).and_then(|items| match read(items, subject) {
            Some(millis) => Ok(millis),
            None => exec_err!("`{name}` cannot read `{subject}` by the format `{format}`"),
        }))
    })
}
