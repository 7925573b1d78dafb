//! Correlations: how often, how many different, or in which company rules match within a span of time.
//!
//! Source: Sigma correlation rules specification.

use std::time::Duration;

use super::header::Header;
use super::yaml::{Node, Value};
use crate::diag::{Diagnostic, Span};

/// A correlation of rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// What it says about itself.
    pub header: Header,
    /// What is counted.
    pub kind: Kind,
    /// The rules, in order.
    pub rules: Vec<Reference>,
    /// The fields, or aliases of fields, whose values make a group. A record without one of them is in no group.
    pub group_by: Vec<String>,
    /// The length of the window, which slides.
    pub timespan: Duration,
    /// All of these hold of what is counted. Of a temporal correlation that is the number of different rules that
    /// matched; without a bound, all of them have to.
    pub bounds: Vec<Bound>,
    /// The fields whose values are counted: several make one value together.
    pub fields: Vec<String>,
    /// Names that stand for other fields in each rule.
    pub aliases: Vec<Alias>,
    /// Whether the rules report their matches too.
    pub generate: bool,
}

/// What a correlation counts in each window and group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Matches.
    EventCount,
    /// Different values of the fields.
    ValueCount,
    /// The sum of a field.
    ValueSum,
    /// The mean of a field.
    ValueAvg,
    /// This percentile of a field, from 0 to 100.
    ValuePercentile(f64),
    /// Different rules that matched.
    Temporal,
    /// The same, in the order of the rules.
    TemporalOrdered,
}

/// A rule or correlation that another refers to.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// The id or name, as it is written.
    pub text: String,
    /// Where that is.
    pub span: Span,
    /// What it refers to.
    pub target: Target,
}

/// A place in a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A rule, by its place in the list.
    Rule(usize),
    /// A correlation, by its place in the list.
    Correlation(usize),
}

/// A number, and on which side of it what is counted has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// The side.
    pub operator: Operator,
    /// The number.
    pub number: f64,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `gt`
    Greater,
    /// `gte`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `lte`
    LessOrEqual,
    /// `eq`
    Equal,
    /// `neq`
    NotEqual,
}

/// A name that stands for another field in each rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Alias {
    /// The name, as `group_by` has it.
    pub name: String,
    /// Rules, by id or name, and the field that it stands for in each.
    pub fields: Vec<(String, String)>,
}

impl Bound {
    /// Whether a count holds.
    #[must_use]
    pub fn holds(&self, counted: f64) -> bool {
        match self.operator {
            Operator::Greater => counted > self.number,
            Operator::GreaterOrEqual => counted >= self.number,
            Operator::Less => counted < self.number,
            Operator::LessOrEqual => counted <= self.number,
            #[expect(clippy::float_cmp, reason = "counts are whole")]
            Operator::Equal => counted == self.number,
            #[expect(clippy::float_cmp, reason = "counts are whole")]
            Operator::NotEqual => counted != self.number,
        }
    }
}

impl Operator {
    pub(super) fn named(word: &str) -> Option<Self> {
        Some(match word {
            "gt" | ">" => Self::Greater,
            "gte" | ">=" => Self::GreaterOrEqual,
            "lt" | "<" => Self::Less,
            "lte" | "<=" => Self::LessOrEqual,
            "eq" | "=" | "==" => Self::Equal,
            "neq" | "!=" => Self::NotEqual,
            _ => return None,
        })
    }
}

impl Correlation {
    /// The field that a name of `group_by` stands for in the matches of a rule.
    #[must_use]
    pub fn field_in<'a>(&'a self, rule: &Header, name: &'a str) -> &'a str {
        let alias = self.aliases.iter().find(|alias| alias.name == name);
        let is_of = |of: &str| rule.id.as_deref() == Some(of) || rule.name.as_deref() == Some(of);
        let field = alias.and_then(|alias| alias.fields.iter().find(|(of, _)| is_of(of)));
        field.map_or(name, |(_, field)| field)
    }

    /// Reads the block `correlation`. What its rules refer to is not known yet.
    pub(super) fn read(header: Header, block: &Node, notices: &mut Vec<Diagnostic>) -> Result<Self, Diagnostic> {
        let wrong = |message: String, span: Span| Diagnostic::error("G011", message).at(span, "");
        if !matches!(block.value, Value::Map(_)) {
            return Err(wrong(format!("`correlation` is {}, not a mapping", block.kind()), block.span));
        }
        for (key, _) in block.entries() {
            if !KEYS.contains(&key.text.as_str()) {
                let notice = Diagnostic::notice("G031", format!("`{}` is no key of a correlation", key.text));
                notices.push(notice.at(key.span, "not read"));
            }
        }
        let missing = |key: &str| wrong(format!("a correlation without `{key}`"), block.span);
        let needed = |key: &str| block.entry(key).ok_or_else(|| missing(key));
        let (_, word) = needed("type")?;
        let mut kind = self::kind(word, notices)?;
        let (_, rules) = needed("rules")?;
        let rules = references(rules, "rules")?;
        if rules.is_empty() {
            return Err(missing("rules"));
        }
        let (_, timespan) =
            block.entry("timespan").or_else(|| block.entry("timeframe")).ok_or_else(|| missing("timespan"))?;
        let span = timespan.text().and_then(self::timespan);
        let Some(timespan) = span else {
            let shown = timespan.text().unwrap_or("nothing");
            return Err(wrong(format!("`timespan` is `{shown}`, not a number with a unit"), timespan.span)
                .help("units are `s`, `m`, `h` and `d`: `15m`"));
        };
        let (mut bounds, mut fields) = (Vec::new(), Vec::new());
        if let Some((key, condition)) = block.entry("condition") {
            if !matches!(condition.value, Value::Map(_)) {
                return Err(wrong(
                    format!("the `condition` of a correlation is {}, not a bound", condition.kind()),
                    key.span,
                )
                .help("write `gte: 10` below it"));
            }
            for (key, value) in condition.entries() {
                match (key.text.as_str(), Operator::named(&key.text)) {
                    ("field", _) => fields = texts(value),
                    ("percentile", _) => match (kind, value.text().and_then(|text| text.parse::<f64>().ok())) {
                        (Kind::ValuePercentile(_), Some(percentile)) if (0.0..=100.0).contains(&percentile) => {
                            kind = Kind::ValuePercentile(percentile);
                        }
                        _ => return Err(wrong("`percentile` is not from 0 to 100".to_owned(), key.span)),
                    },
                    (word, Some(operator)) if word.chars().all(char::is_alphabetic) => {
                        let number = value.text().and_then(|text| text.parse::<f64>().ok());
                        match number.filter(|number| number.is_finite()) {
                            Some(number) => bounds.push(Bound { operator, number }),
                            None => return Err(wrong(format!("`{word}` is no number"), key.span)),
                        }
                    }
                    (word, _) => {
                        return Err(wrong(format!("`{word}` is no bound of a correlation"), key.span)
                            .help("bounds are `gt`, `gte`, `lt`, `lte`, `eq` and `neq`"));
                    }
                }
            }
        }
        if let Some(field) = block.get("field") {
            fields.extend(texts(field));
        }
        let (needs_field, needs_bound) = kind.needs();
        if needs_field && fields.is_empty() {
            return Err(wrong(format!("a correlation of type `{}` without a `field`", kind.name()), block.span)
                .help("write `field: sourceIPAddress` below `condition`"));
        }
        if needs_bound && bounds.is_empty() {
            return Err(wrong(format!("a correlation of type `{}` without a bound", kind.name()), block.span)
                .help("write `condition:` and below it `gte: 10`"));
        }
        // The specification has it beside `correlation`, and rules have it inside.
        let generates = header.others.get("generate") == Some(&serde_json::Value::Bool(true));
        Ok(Self {
            header,
            kind,
            rules,
            group_by: block.get("group-by").map(texts).unwrap_or_default(),
            timespan,
            bounds,
            fields,
            aliases: block.get("aliases").map(aliases).transpose()?.unwrap_or_default(),
            generate: block.get("generate").is_some_and(|generate| generate.text() == Some("true")) || generates,
        })
    }
}

const KEYS: &[&str] =
    &["type", "rules", "group-by", "timespan", "timeframe", "condition", "field", "aliases", "generate"];

impl Kind {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EventCount => "event_count",
            Self::ValueCount => "value_count",
            Self::ValueSum => "value_sum",
            Self::ValueAvg => "value_avg",
            Self::ValuePercentile(_) => "value_percentile",
            Self::Temporal => "temporal",
            Self::TemporalOrdered => "temporal_ordered",
        }
    }

    /// Whether there has to be a field, and a bound.
    fn needs(self) -> (bool, bool) {
        match self {
            Self::EventCount => (false, true),
            Self::Temporal | Self::TemporalOrdered => (false, false),
            _ => (true, true),
        }
    }
}

/// Without one, a percentile is the median.
const MEDIAN: f64 = 50.0;

fn kind(word: &Node, notices: &mut Vec<Diagnostic>) -> Result<Kind, Diagnostic> {
    let text = word.text().unwrap_or_default();
    Ok(match text {
        "event_count" => Kind::EventCount,
        "value_count" => Kind::ValueCount,
        "value_sum" => Kind::ValueSum,
        "value_avg" => Kind::ValueAvg,
        "value_percentile" => Kind::ValuePercentile(MEDIAN),
        "temporal" => Kind::Temporal,
        "temporal_ordered" => Kind::TemporalOrdered,
        "ordered_temporal" => {
            let notice = Diagnostic::notice("G031", "`ordered_temporal` is no type of correlation");
            notices.push(notice.at(word.span, "").help("taken for `temporal_ordered`"));
            Kind::TemporalOrdered
        }
        _ => {
            let known = [
                "event_count",
                "value_count",
                "value_sum",
                "value_avg",
                "value_percentile",
                "temporal",
                "temporal_ordered",
            ];
            let error = Diagnostic::error("G011", format!("`{text}` is no type of correlation")).at(word.span, "");
            return Err(match crate::diag::closest(text, known) {
                Some(close) => error.help(format!("`{close}` has a similar name")),
                None => error.help(format!("types are {}", known.map(|name| format!("`{name}`")).join(", "))),
            });
        }
    })
}

/// A whole number of seconds, minutes, hours, days or weeks, more than none.
pub(super) fn timespan(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let seconds = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        "w" => 7 * 24 * 60 * 60,
        _ => return None,
    };
    let all = digits.parse::<u64>().ok()?.checked_mul(seconds)?;
    // Milliseconds are counted in 63 bits.
    (1..=u64::MAX / 4000).contains(&all).then(|| Duration::from_secs(all))
}

/// The names of other rules, in a list or alone.
pub(super) fn references(node: &Node, key: &str) -> Result<Vec<Reference>, Diagnostic> {
    let one = |node: &Node| match node.text() {
        Some(text) => Ok(Reference { text: text.to_owned(), span: node.span, target: Target::Rule(usize::MAX) }),
        None => {
            Err(Diagnostic::error("G011", format!("`{key}` has {} for an id or name", node.kind())).at(node.span, ""))
        }
    };
    match &node.value {
        Value::List(items) => items.iter().map(one).collect(),
        Value::Null => Ok(Vec::new()),
        _ => one(node).map(|one| vec![one]),
    }
}

fn texts(node: &Node) -> Vec<String> {
    match &node.value {
        Value::List(items) => items.iter().filter_map(Node::text).map(str::to_owned).collect(),
        _ => node.text().map(str::to_owned).into_iter().collect(),
    }
}

fn aliases(node: &Node) -> Result<Vec<Alias>, Diagnostic> {
    let alias = |(name, of): &(super::yaml::Key, Node)| {
        let field = |(rule, field): &(super::yaml::Key, Node)| Some((rule.text.clone(), field.text()?.to_owned()));
        let fields: Option<Vec<_>> = of.entries().iter().map(field).collect();
        match fields.filter(|fields| !fields.is_empty()) {
            Some(fields) => Ok(Alias { name: name.text.clone(), fields }),
            None => Err(Diagnostic::error("G011", format!("the alias `{}` has no field for a rule", name.text))
                .at(name.span, "")
                .help("write `rule_name: field` below it")),
        }
    };
    node.entries().iter().map(alias).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timespan_is_a_number_with_a_unit() {
        for (text, seconds) in [("30s", 30), ("15m", 900), ("2h", 7200), ("1d", 86_400), ("1w", 604_800)] {
            assert_eq!(timespan(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in
            ["", "5", "m", "0m", "-1m", "5M", "5 m", "1h30m", "99999999999999999999d", "9999999999999999d", "5µ"]
        {
            assert_eq!(timespan(text), None, "{text}");
        }
    }

    #[test]
    fn two_bounds_make_a_range() {
        let bounds = [(Operator::Greater, 2.0), (Operator::LessOrEqual, 4.0)]
            .map(|(operator, number)| Bound { operator, number });
        let holding: Vec<u8> =
            (0..6).filter(|count| bounds.iter().all(|bound| bound.holds(f64::from(*count)))).collect();
        assert_eq!(holding, [3, 4]);
    }
}
