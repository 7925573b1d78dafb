//! Definitions of alarms and metric filters, in the shapes of the `aws` command line.
//!
//! One file may hold what `describe-alarms` and `describe-metric-filters` print, one input of `put-metric-alarm`,
//! `put-composite-alarm` or `put-metric-filter`, or a list of them. Members that are not used here are passed over.

use serde_json::Value;

use super::composite::Rule;
use super::json::{Error, Object, Reads};
use super::statistic::Statistic;

/// Everything that some files define.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Definitions {
    /// Alarms of one metric.
    pub alarms: Vec<Alarm>,
    /// Alarms of other alarms.
    pub composites: Vec<Composite>,
    /// Metric filters.
    pub filters: Vec<Filter>,
}

/// An alarm of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// The metric's namespace.
    pub namespace: String,
    /// The metric's name.
    pub metric: String,
    /// Names and values, sorted by name.
    pub dimensions: Vec<(String, String)>,
    /// What is made of a period's values.
    pub statistic: Statistic,
    /// Unit: seconds.
    pub period: u32,
    /// How many datapoints decide.
    pub evaluated: u32,
    /// How many of them must breach.
    pub needed: u32,
    /// The threshold.
    pub threshold: f64,
    /// What breaches it.
    pub comparison: Comparison,
    /// What a datapoint that is missing counts for.
    pub missing: Missing,
    /// What percentiles of few values count for.
    pub low_sample: LowSample,
}

/// What breaches a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `GreaterThanOrEqualToThreshold`
    AtLeast,
    /// `GreaterThanThreshold`
    Greater,
    /// `LessThanThreshold`
    Less,
    /// `LessThanOrEqualToThreshold`
    AtMost,
}

impl Comparison {
    /// Whether a value breaches a threshold.
    #[must_use]
    pub fn breaches(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::AtLeast => value >= threshold,
            Self::Greater => value > threshold,
            Self::Less => value < threshold,
            Self::AtMost => value <= threshold,
        }
    }

    /// As a sign.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::Greater => ">",
            Self::Less => "<",
            Self::AtMost => "<=",
        }
    }
}

/// `TreatMissingData`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Missing {
    /// Neither.
    #[default]
    Missing,
    /// The state stays.
    Ignore,
    /// It breaches.
    Breaching,
    /// It does not.
    NotBreaching,
}

/// `EvaluateLowSampleCountPercentile`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LowSample {
    /// They count like others.
    #[default]
    Evaluate,
    /// The state stays.
    Ignore,
}

/// An alarm of other alarms.
#[derive(Debug, Clone, PartialEq)]
pub struct Composite {
    /// Its name.
    pub name: String,
    /// When it is in alarm.
    pub rule: Rule,
}

/// A metric filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Its name.
    pub name: String,
    /// Where it is defined.
    pub file: String,
    /// Its pattern, as it is written.
    pub pattern: String,
    /// What it makes of matching events.
    pub transformations: Vec<Transformation>,
}

/// What a metric filter makes of matching events.
#[derive(Debug, Clone, PartialEq)]
pub struct Transformation {
    /// The metric's namespace.
    pub namespace: String,
    /// The metric's name.
    pub name: String,
    /// What each matching event adds.
    pub value: MetricValue,
    /// What minutes with other events only give.
    pub default: Option<f64>,
    /// Names, and the selectors of their values.
    pub dimensions: Vec<(String, String)>,
}

/// What a matching event adds to a metric.
#[derive(Debug, Clone, PartialEq)]
pub enum MetricValue {
    /// This number.
    Number(f64),
    /// The number that a selector leads to.
    Selector(String),
}

/// The most dimensions of a metric filter.
const MOST_DIMENSIONS: usize = 3;
/// Unit: seconds.
const DAY: u64 = 86_400;

/// Adds what a file defines.
///
/// # Errors
/// [`Error`] for what is no JSON, of a wrong type, missing, or of no use here.
pub fn read(file: &str, text: &str, definitions: &mut Definitions) -> Result<(), Error> {
    let parsed: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| Error { file: file.to_owned(), message: format!("no JSON: {error}") })?;
    let before = definitions.alarms.len() + definitions.composites.len() + definitions.filters.len();
    match &parsed {
        Value::Array(elements) => {
            for (at, element) in elements.iter().enumerate() {
                any(&Object::new(file, format!("[{at}]"), element)?, definitions)?;
            }
        }
        value => any(&Object::new(file, String::new(), value)?, definitions)?,
    }
    if definitions.alarms.len() + definitions.composites.len() + definitions.filters.len() == before {
        return Err(Error {
            file: file.to_owned(),
            message: "the file defines no alarm and no metric filter".to_owned(),
        });
    }
    Ok(())
}

/// Adds what an object defines: itself, or the members of its lists.
fn any(object: &Object<'_>, definitions: &mut Definitions) -> Reads<()> {
    for alarm in object.objects("MetricAlarms")? {
        definitions.alarms.push(self::alarm(&alarm)?);
    }
    for alarm in object.objects("CompositeAlarms")? {
        definitions.composites.push(composite(&alarm)?);
    }
    for key in ["metricFilters", "MetricFilters"] {
        for filter in object.objects(key)? {
            definitions.filters.push(self::filter(&filter)?);
        }
    }
    if object.has("AlarmRule") {
        definitions.composites.push(composite(object)?);
    } else if object.has("AlarmName") {
        definitions.alarms.push(alarm(object)?);
    }
    if object.has("filterPattern") || object.has("filterName") {
        definitions.filters.push(filter(object)?);
    }
    Ok(())
}

fn alarm(object: &Object<'_>) -> Reads<Alarm> {
    let name = object.need("AlarmName", object.text("AlarmName")?)?.to_owned();
    let operator = object.need("ComparisonOperator", object.text("ComparisonOperator")?)?;
    let comparison = match operator {
        "GreaterThanOrEqualToThreshold" => Comparison::AtLeast,
        "GreaterThanThreshold" => Comparison::Greater,
        "LessThanThreshold" => Comparison::Less,
        "LessThanOrEqualToThreshold" => Comparison::AtMost,
        "LessThanLowerOrGreaterThanUpperThreshold" | "LessThanLowerThreshold" | "GreaterThanUpperThreshold" => {
            return Err(object.error(
                "ComparisonOperator",
                format!("`{operator}` compares with an anomaly band, which needs a model that only CloudWatch has"),
            ));
        }
        other => return Err(object.error("ComparisonOperator", format!("`{other}` is no comparison of CloudWatch"))),
    };
    let metric = measured(object)?;
    let evaluated = object.need("EvaluationPeriods", object.count("EvaluationPeriods")?)?;
    let needed = object.count("DatapointsToAlarm")?.unwrap_or(evaluated);
    if needed > evaluated {
        return Err(object.error("DatapointsToAlarm", format!("{needed} of {evaluated} datapoints cannot breach")));
    }
    let length = u64::from(metric.period) * u64::from(evaluated);
    let longest = if metric.period < 3600 { DAY } else { 7 * DAY };
    if length > longest {
        let days = longest / DAY;
        let message = format!("{evaluated} periods of {} s are longer than {days} day(s)", metric.period);
        return Err(object.error("EvaluationPeriods", message));
    }
    let missing = match object.text("TreatMissingData")? {
        None | Some("missing") => Missing::Missing,
        Some("ignore") => Missing::Ignore,
        Some("breaching") => Missing::Breaching,
        Some("notBreaching") => Missing::NotBreaching,
        Some(other) => {
            let message = format!("expected `missing`, `ignore`, `breaching` or `notBreaching`, found `{other}`");
            return Err(object.error("TreatMissingData", message));
        }
    };
    let low_sample = match object.text("EvaluateLowSampleCountPercentile")? {
        None | Some("evaluate" | "") => LowSample::Evaluate,
        Some("ignore") => LowSample::Ignore,
        Some(other) => {
            let message = format!("expected `evaluate` or `ignore`, found `{other}`");
            return Err(object.error("EvaluateLowSampleCountPercentile", message));
        }
    };
    Ok(Alarm {
        name,
        namespace: metric.namespace,
        metric: metric.name,
        dimensions: metric.dimensions,
        statistic: metric.statistic,
        period: metric.period,
        evaluated,
        needed,
        threshold: object.need("Threshold", object.number("Threshold")?)?,
        comparison,
        missing,
        low_sample,
    })
}

/// What an alarm measures.
struct Measured {
    namespace: String,
    name: String,
    dimensions: Vec<(String, String)>,
    statistic: Statistic,
    period: u32,
}

fn measured(object: &Object<'_>) -> Reads<Measured> {
    let metrics = object.objects("Metrics")?;
    let (metric, stat) = match metrics.as_slice() {
        [] => (object.clone(), object.clone()),
        [only] if only.has("MetricStat") => {
            let stat = only.object("MetricStat")?;
            (stat.object("Metric")?, stat)
        }
        _ => {
            return Err(object
                .error("Metrics", "expressions over several metrics are not evaluated; one metric of a filter is"));
        }
    };
    let statistic = match (stat.text("Statistic")?, stat.text("ExtendedStatistic")?, stat.text("Stat")?) {
        (Some(name), None, None) => {
            Statistic::plain(name).ok_or_else(|| stat.error("Statistic", format!("`{name}` is no statistic")))?
        }
        (None, Some(text), None) => Statistic::extended(text).ok_or_else(|| {
            stat.error("ExtendedStatistic", format!("`{text}` is no statistic such as `p95` or `tm90`"))
        })?,
        (None, None, Some(text)) => Statistic::plain(text)
            .or_else(|| Statistic::extended(text))
            .ok_or_else(|| stat.error("Stat", format!("`{text}` is no statistic")))?,
        (None, None, None) => return Err(stat.error("Statistic", "it is missing, and so is `ExtendedStatistic`")),
        _ => return Err(stat.error("Statistic", "it stands beside `ExtendedStatistic`; an alarm has one of them")),
    };
    let period = stat.need("Period", stat.count("Period")?)?;
    if !matches!(period, 10 | 20 | 30) && period % 60 != 0 {
        return Err(stat.error("Period", format!("{period} is none of 10, 20, 30 and the multiples of 60")));
    }
    let mut dimensions = Vec::new();
    for dimension in metric.objects("Dimensions")? {
        let part = |key: &str| Ok(dimension.need(key, dimension.text(key)?)?.to_owned());
        dimensions.push((part("Name")?, part("Value")?));
    }
    dimensions.sort();
    Ok(Measured {
        namespace: metric.need("Namespace", metric.text("Namespace")?)?.to_owned(),
        name: metric.need("MetricName", metric.text("MetricName")?)?.to_owned(),
        dimensions,
        statistic,
        period,
    })
}

fn composite(object: &Object<'_>) -> Reads<Composite> {
    let name = object.need("AlarmName", object.text("AlarmName")?)?.to_owned();
    let rule = object.need("AlarmRule", object.text("AlarmRule")?)?;
    let rule = Rule::parse(rule).map_err(|message| object.error("AlarmRule", message))?;
    Ok(Composite { name, rule })
}

fn filter(object: &Object<'_>) -> Reads<Filter> {
    let name = object.need("filterName", object.text("filterName")?)?.to_owned();
    // An empty pattern matches everything, and `describe-metric-filters` leaves it out.
    let pattern = object.text("filterPattern")?.unwrap_or_default().to_owned();
    let transformations =
        object.objects("metricTransformations")?.iter().map(transformation).collect::<Reads<Vec<_>>>()?;
    if transformations.is_empty() {
        return Err(object.error("metricTransformations", "it is missing or empty"));
    }
    Ok(Filter { name, file: object.file.to_owned(), pattern, transformations })
}

fn transformation(object: &Object<'_>) -> Reads<Transformation> {
    let value = object.need("metricValue", object.text("metricValue")?)?;
    let number = value.parse().ok().filter(|number: &f64| number.is_finite());
    let value = match number {
        Some(number) => MetricValue::Number(number),
        None if value.starts_with('$') => MetricValue::Selector(value.to_owned()),
        None => return Err(object.error("metricValue", format!("expected a number or a selector, found `{value}`"))),
    };
    let default = object.number("defaultValue")?;
    let dimensions = object.texts("dimensions")?;
    if dimensions.len() > MOST_DIMENSIONS {
        let message = format!("a metric filter has {MOST_DIMENSIONS} dimensions at most, not {}", dimensions.len());
        return Err(object.error("dimensions", message));
    }
    if default.is_some() && !dimensions.is_empty() {
        return Err(object.error("defaultValue", "a metric with dimensions has no default value"));
    }
    Ok(Transformation {
        namespace: object.need("metricNamespace", object.text("metricNamespace")?)?.to_owned(),
        name: object.need("metricName", object.text("metricName")?)?.to_owned(),
        value,
        default,
        dimensions,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALARM: &str = r#"{"AlarmName":"a","Namespace":"n","MetricName":"m","Statistic":"Sum","Period":300,
        "EvaluationPeriods":1,"Threshold":3,"ComparisonOperator":"GreaterThanOrEqualToThreshold"}"#;

    fn defined(text: &str) -> Result<Definitions, Error> {
        let mut definitions = Definitions::default();
        read("alarms.json", text, &mut definitions).map(|()| definitions)
    }

    #[test]
    fn every_shape_of_the_command_line_is_read() {
        let filter = r#"{"filterName":"f","filterPattern":"{ $.a = 1 }","logGroupName":"g",
            "metricTransformations":[{"metricName":"m","metricNamespace":"n","metricValue":"1","defaultValue":0}]}"#;
        let alarm = defined(ALARM).expect("an alarm").alarms.remove(0);
        assert_eq!((alarm.needed, alarm.missing, alarm.threshold), (1, Missing::Missing, 3.0));
        for text in [
            format!(r#"{{"MetricAlarms":[{ALARM}],"metricFilters":[{filter}],"CompositeAlarms":[]}}"#),
            format!("[{ALARM},{filter}]"),
        ] {
            let found = defined(&text).expect("definitions");
            assert_eq!((found.alarms.len(), found.filters.len()), (1, 1));
            assert_eq!(found.filters[0].transformations[0].default, Some(0.0));
        }
    }

    #[test]
    fn a_wrong_value_is_named_with_the_way_to_it() {
        let with = |from: &str, to: &str| format!(r#"{{"MetricAlarms":[{}]}}"#, ALARM.replace(from, to));
        for (text, part) in [
            (
                with("300", "\"300\""),
                "`MetricAlarms[0].Period`: expected a whole number above 0, found the string \"300\"",
            ),
            (with("300", "45"), "45 is none of 10, 20, 30"),
            (with("\"Threshold\":3,", ""), "`MetricAlarms[0].Threshold` is missing"),
            (with("GreaterThanOrEqualToThreshold", "GreaterThanUpperThreshold"), "needs a model"),
            (with("\"EvaluationPeriods\":1", "\"EvaluationPeriods\":1000"), "longer than 1 day"),
            (with("\"EvaluationPeriods\":1", "\"EvaluationPeriods\":1,\"DatapointsToAlarm\":2"), "2 of 1"),
            (with("\"Sum\"", "\"sum\""), "`sum` is no statistic"),
            ("{".to_owned(), "line 1"),
            ("{}".to_owned(), "defines no alarm"),
            (r#"{"MetricAlarms":{}}"#.to_owned(), "expected a list, found an object"),
        ] {
            let error = defined(&text).expect_err(&text).to_string();
            assert!(error.contains(part) && error.starts_with("alarms.json: "), "{error}");
        }
    }
}
