//! Which function is which: what a plan calls, by the names that the target has for it.

use datafusion::common::ScalarValue;
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::expr::ScalarFunction;

use super::expr::{Level, Sql, Writer, Writes, call};
use super::literal::text;
use super::{Refused, Target};
use crate::functions::{self, Build, Origin};

/// Functions that have one meaning in the engine, in Trino and here.
const SHARED: &[&str] = &[
    "abs",
    "ceil",
    "coalesce",
    "floor",
    "ln",
    "lower",
    "nullif",
    "power",
    "replace",
    "round",
    "sqrt",
    "starts_with",
    "upper",
    "concat",
];

impl Writer<'_> {
    pub(super) fn function(&self, function: &ScalarFunction) -> Writes<Sql> {
        let (name, args) = (function.func.name(), function.args.as_slice());
        let is_athena = self.target == Target::Athena;
        Ok(match (name, args) {
            ("contains", [_, _]) => match self.substring(args, false)? {
                Some(like) => like,
                None => {
                    let place = call("strpos", &self.texts(args)?);
                    Sql::new(format!("{} > 0", place.text), Level::Compare)
                }
            },
            ("character_length" | "char_length", [_]) => call("length", &self.texts(args)?),
            ("trunc", [_]) => call("truncate", &self.texts(args)?),
            ("substr", [..]) => call("substr", &self.texts(args)?),
            ("btrim", _) => self.trimmed("trim", "BOTH", args)?,
            ("ltrim", _) => self.trimmed("ltrim", "LEADING", args)?,
            ("rtrim", _) => self.trimmed("rtrim", "TRAILING", args)?,
            ("greatest" | "least", _) => self.extreme(name, args)?,
            ("md5", [subject]) => hexadecimal(&format!("md5({})", self.bytes(subject)?)),
            ("sha256", [subject]) => call("sha256", &[self.bytes(subject)?]),
            ("encode", [Expr::ScalarFunction(hash), Expr::Literal(form, _)])
                if hash.func.name() == "sha256" && form.try_as_str().flatten() == Some("hex") =>
            {
                hexadecimal(&self.function(hash)?.text)
            }
            ("to_char", [time, Expr::Literal(form, _)])
                if form.try_as_str().flatten() == Some("%Y-%m-%d %H:%M:%S%.3f") =>
            {
                call("format_datetime", &[self.text(time)?, text("yyyy-MM-dd HH:mm:ss.SSS")])
            }
            ("array_element", [Expr::ScalarFunction(inner), Expr::Literal(ScalarValue::Int64(Some(group)), _)])
                if inner.func.name() == "captures" && inner.args.len() == 2 =>
            {
                let (subject, pattern) = (self.text(&inner.args[0])?, self.pattern(&inner.args[1])?);
                call("regexp_extract", &[subject, pattern, group.to_string()])
            }
            ("array_element", [_, _]) => call("element_at", &self.texts(args)?),
            ("make_array", _) => Sql::primary(format!("ARRAY[{}]", self.texts(args)?.join(", "))),
            ("natural_text", [Expr::AggregateFunction(extreme)]) => self.natural_extreme(extreme)?,
            ("to_number", [subject]) if is_athena => {
                Sql::primary(format!("TRY_CAST({} AS double)", self.text(subject)?))
            }
            ("number_text", [number]) if is_athena => self.number_text(number)?,
            ("event_timestamp", [subject]) if is_athena => {
                call("TRY", &[format!("from_iso8601_timestamp({})", self.text(subject)?)])
            }
            ("time_floor", [time, step, months]) => self.floor(time, step, months)?,
            ("time_ceil", [time, step, months]) => self.ceiling(time, step, months)?,
            ("is_address", [subject, Expr::Literal(family, _)]) if is_athena => {
                self.address(subject, family.try_as_str().flatten().unwrap_or_default())?
            }
            ("in_subnet", [subject, block, _]) if is_athena => {
                let found = self.in_subnet(&[subject.clone(), block.clone()])?;
                call("coalesce", &[found.text, "FALSE".to_owned()])
            }
            ("json_elements", [json]) if is_athena => Sql::primary(self.list(json)?.text),
            ("time_bins", [from, before, step, months]) if is_athena => self.bins(from, before, step, months)?,
            ("delivery_time", [path]) if is_athena => {
                let name = call("regexp_extract", &[self.text(path)?, text(r"_(\d{8}T\d{4})Z_"), "1".to_owned()]);
                call("date_parse", &[name.text, text("%Y%m%dT%H%i")])
            }
            (name, args) if SHARED.contains(&name) => call(name, &self.texts(args)?),
            (name, args) if self.has(function) => call(name, &self.texts(args)?),
            (name, _) => return Err(Refused::function(name)),
        })
    }

    /// Whether an address is in a block; null for what is no address.
    pub(super) fn in_subnet(&self, args: &[Expr]) -> Writes<Sql> {
        let [subject, block, ..] = args else { return Err(Refused::function("in_subnet")) };
        let address = format!("TRY_CAST({} AS IPADDRESS)", self.text(subject)?);
        Ok(call("contains", &[self.text(block)?, address]))
    }

    /// Whether the target has the function under its own name.
    fn has(&self, function: &ScalarFunction) -> bool {
        let name = function.func.name();
        let listed = functions::all().find(|listed| listed.name == name || listed.aliases.contains(&name));
        match (listed, self.target) {
            (Some(listed), target) => {
                let is_same = matches!(listed.build, Build::Scalar(build) if build() == function.func);
                is_same && (target == Target::Trailql || listed.origin == Origin::Trino)
            }
            // The engine's own, which nothing of ours stands before.
            (None, Target::Trailql) => true,
            (None, Target::Athena) => false,
        }
    }

    /// `LIKE` for a constant part of a text, when it has no character with a meaning of its own.
    pub(super) fn substring(&self, args: &[Expr], negated: bool) -> Writes<Option<Sql>> {
        let [subject, Expr::Literal(part, _)] = args else { return Ok(None) };
        let Some(part) = part.try_as_str().flatten().filter(|part| !part.contains(['%', '_', '\\'])) else {
            return Ok(None);
        };
        let not = if negated { "NOT " } else { "" };
        let subject = self.expr(subject)?.at(Level::Concat);
        Ok(Some(Sql::new(format!("{subject} {not}LIKE {}", text(&format!("%{part}%"))), Level::Compare)))
    }

    /// A text without some characters; without the usual blanks by the short name.
    fn trimmed(&self, name: &str, ends: &str, args: &[Expr]) -> Writes<Sql> {
        Ok(match args {
            [subject, Expr::Literal(characters, _)] if is_blank(characters) => call(name, &[self.text(subject)?]),
            [subject] => call(name, &[self.text(subject)?]),
            [subject, characters] if self.target == Target::Trailql => {
                call(name, &[self.text(subject)?, self.text(characters)?])
            }
            [subject, characters] => {
                Sql::primary(format!("trim({ends} {} FROM {})", self.text(characters)?, self.text(subject)?))
            }
            _ => return Err(Refused::function(name)),
        })
    }

    /// The greatest or least of what is there; Trino's is null when one of them is.
    fn extreme(&self, name: &str, args: &[Expr]) -> Writes<Sql> {
        let texts = self.texts(args)?;
        Ok(match texts.as_slice() {
            [one] => Sql::primary(one.clone()),
            [one, other] => {
                let both = call(name, &texts).text;
                call("coalesce", &[both, one.clone(), other.clone()])
            }
            all => {
                let present = format!("filter(ARRAY[{}], x -> x IS NOT NULL)", all.join(", "));
                call(if name == "greatest" { "array_max" } else { "array_min" }, &[present])
            }
        })
    }

    fn bytes(&self, subject: &Expr) -> Writes<String> {
        Ok(call("to_utf8", &[self.text(subject)?]).text)
    }

    /// A number as text: Trino writes a `double` as `8.0E0`.
    fn number_text(&self, number: &Expr) -> Writes<Sql> {
        match number {
            Expr::Cast(cast) if self.type_of(&cast.expr).is_integer() => {
                Ok(Sql::primary(format!("CAST({} AS varchar)", self.text(&cast.expr)?)))
            }
            _ => Err(Refused::construct("a number as text")),
        }
    }

    fn address(&self, subject: &Expr, family: &str) -> Writes<Sql> {
        let subject = self.expr(subject)?;
        let test = format!("TRY_CAST({} AS IPADDRESS) IS NOT NULL", subject.text);
        let subject = subject.at(Level::Concat);
        Ok(match family {
            "v4" => Sql::new(format!("{test} AND {subject} NOT LIKE '%:%'"), Level::And),
            "v6" => Sql::new(format!("{test} AND {subject} LIKE '%:%'"), Level::And),
            _ => Sql::new(test, Level::Compare),
        })
    }
}

/// Bytes in lower-case hexadecimal digits.
fn hexadecimal(bytes: &str) -> Sql {
    call("lower", &[call("to_hex", &[bytes.to_owned()]).text])
}

/// Whether the characters are those that blank text is made of.
fn is_blank(characters: &ScalarValue) -> bool {
    characters.try_as_str().flatten().is_some_and(|text| text.contains('\t') && text.trim().is_empty())
}
