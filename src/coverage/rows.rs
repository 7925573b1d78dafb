//! Coverage as rows: one for each account, region, folder and day, and one for each thing that is to be told.

use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{
    ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use datafusion::arrow::datatypes::{DataType, Date32Type, Field, Schema, SchemaRef, TimeUnit};

use super::count::{Day, Stream};
use super::digests::Extent;
use super::find::{Coverage, Finding, What};
use super::proof::is_about;
use crate::output::{Tone, Tones};

/// The tones of what is told.
pub const FINDING_TONES: Tones = Tones {
    column: "what",
    values: &[
        ("gap", Tone::Bad),
        ("silent", Tone::Bad),
        ("pause", Tone::Warning),
        ("no digests", Tone::Warning),
        ("part digests", Tone::Warning),
        ("late", Tone::Notice),
        ("quiet", Tone::Notice),
        ("only digests", Tone::Notice),
    ],
};

/// The columns of [`rows`]; those of digest files where they were looked at.
#[must_use]
pub fn schema(coverage: &Coverage) -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let number = |name: &str| Field::new(name, DataType::Int64, true);
    let time = |name: &str| Field::new(name, DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())), true);
    let mut columns = vec![
        text("organization"),
        text("account"),
        text("region"),
        text("kind"),
        Field::new("day", DataType::Date32, true),
        text("status"),
        number("files"),
        number("bytes"),
        time("first_delivery"),
        time("last_delivery"),
        number("longest_pause_hours"),
        number("late_files"),
    ];
    if coverage.proof.is_some() {
        columns.extend([number("digests"), text("digest_coverage")]);
    }
    columns.push(text("remark"));
    Arc::new(Schema::new(columns))
}

/// The days of a stream, from its first delivery to the end of the coverage, those without deliveries included.
///
/// The status is `delivered`, `gap`, `silent`, or `quiet`: nothing was delivered, and that is not unusual.
pub fn rows<'a>(coverage: &'a Coverage, stream: &'a Stream) -> impl Iterator<Item = Option<RecordBatch>> + 'a {
    let told: Vec<&Finding> = coverage.of(&stream.key).filter(|finding| is_about(finding, stream)).collect();
    let of_digests = || coverage.proof.as_ref()?.life(stream, coverage.span);
    let mut next = stream.life().or_else(of_digests).map(|(first, _)| first);
    std::iter::from_fn(move || {
        let ((_, end), from) = (coverage.span?, next?);
        let days: Vec<NaiveDate> = from.iter_days().take_while(|day| *day <= end).take(AT_ONCE).collect();
        next = days.last()?.succ_opt();
        Some(batch(coverage, stream, end, &told, &days))
    })
}

/// Days of a batch.
const AT_ONCE: usize = 4096;

fn batch(
    coverage: &Coverage,
    stream: &Stream,
    end: NaiveDate,
    told: &[&Finding],
    days: &[NaiveDate],
) -> Option<RecordBatch> {
    let first = stream.life().map(|(first, _)| first);
    let delivered: Vec<Option<&Day>> = days.iter().map(|day| stream.on(*day)).collect();
    let of_day =
        |day: &NaiveDate| told.iter().copied().filter(|one| one.from <= *day && *day <= one.to).collect::<Vec<_>>();
    let status = |(day, delivered): (&NaiveDate, &Option<&Day>)| match delivered {
        Some(_) => "delivered",
        None => {
            let missing =
                of_day(day).into_iter().map(|one| one.what).filter(|what| matches!(what, What::Gap | What::Silent));
            missing.min().map_or("quiet", What::name)
        }
    };
    let remark = |day: &NaiveDate| {
        let reasons: Vec<String> = of_day(day).into_iter().map(sentence).collect();
        (!reasons.is_empty()).then(|| reasons.join("; "))
    };
    let constant =
        |value: &Option<String>| -> ArrayRef { Arc::new(StringArray::from(vec![value.as_deref(); days.len()])) };
    let number = |value: fn(&Day) -> i64| -> ArrayRef {
        Arc::new(delivered.iter().map(|day| Some(day.map_or(0, value))).collect::<Int64Array>())
    };
    let time = |value: fn(&Day) -> Option<chrono::DateTime<chrono::Utc>>| -> ArrayRef {
        let times = delivered.iter().map(|day| Some(value((*day)?)?.timestamp_millis()));
        Arc::new(times.collect::<TimestampMillisecondArray>().with_timezone("UTC"))
    };
    let dates: Date32Array = days.iter().map(|day| Some(Date32Type::from_naive_date(*day))).collect();
    let statuses: StringArray = days.iter().zip(&delivered).map(|both| Some(status(both))).collect();
    let remarks: StringArray = days.iter().map(remark).collect();
    let pauses: Int64Array = days
        .iter()
        .zip(&delivered)
        .map(|(day, delivered)| Some(i64::from((*delivered)?.longest_pause(Some(*day) != first && *day != end))))
        .collect();
    let key = &stream.key;
    let mut columns = vec![
        constant(&key.organization),
        constant(&key.account),
        constant(&key.region),
        constant(&key.kind),
        Arc::new(dates) as ArrayRef,
        Arc::new(statuses),
        number(|day| i64::from(day.files)),
        number(|day| i64::try_from(day.bytes).unwrap_or(i64::MAX)),
        time(Day::first),
        time(Day::last),
        Arc::new(pauses),
        number(|day| i64::from(day.late)),
    ];
    if let Some(proof) = &coverage.proof {
        let counts = days.iter().map(|day| i64::try_from(proof.count(stream, *day)?).ok());
        let extents = days.iter().map(|day| proof.of(stream, *day).map(Extent::name));
        columns.push(Arc::new(counts.collect::<Int64Array>()));
        columns.push(Arc::new(extents.collect::<StringArray>()));
    }
    columns.push(Arc::new(remarks));
    RecordBatch::try_new(schema(coverage), columns).ok()
}

/// What is told, as a table.
#[must_use]
pub fn findings(findings: &[Finding]) -> Option<RecordBatch> {
    let text = |value: &dyn Fn(&Finding) -> Option<String>| -> ArrayRef {
        Arc::new(findings.iter().map(value).collect::<StringArray>())
    };
    let region = |finding: &Finding| {
        let kind = finding.key.kind.as_deref().and_then(|kind| kind.strip_prefix("CloudTrail-"));
        let region = finding.key.region.clone().unwrap_or_else(|| "all".to_owned());
        Some(kind.map_or_else(|| region.clone(), |kind| format!("{region} {kind}")))
    };
    let date = |value: fn(&Finding) -> NaiveDate| -> ArrayRef {
        let dates = findings.iter().map(|finding| Some(Date32Type::from_naive_date(value(finding))));
        Arc::new(dates.collect::<Date32Array>())
    };
    let days: Int64Array = findings.iter().map(|finding| Some((finding.to - finding.from).num_days() + 1)).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("what", text(&|finding| Some(finding.what.name().to_owned()))),
        ("account", text(&|finding| finding.key.account.clone())),
        ("region", text(&region)),
        ("from", date(|finding| finding.from)),
        ("to", date(|finding| finding.to)),
        ("days", Arc::new(days)),
        ("remark", text(&|finding| Some(sentence(finding)))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true))).ok()
}

/// The reason and the events behind it.
fn sentence(finding: &Finding) -> String {
    let events = finding.events.join(", ");
    if events.is_empty() { finding.reason.clone() } else { format!("{events}; {}", finding.reason) }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::AsArray;

    use super::super::count::Range;
    use super::super::count::tests::{date, stream};
    use super::*;

    #[test]
    fn every_day_from_the_first_delivery_to_the_end_has_a_row_and_a_status() {
        let streams = vec![stream("1", "a", &[2, 3, 5, 6]), stream("2", "b", &(1..=9).collect::<Vec<_>>())];
        let coverage = Coverage::new(&Range::default(), streams, date("2026-03-31"));
        let rows = rows(&coverage, &coverage.streams[0]).next().flatten().expect("rows");
        let status: Vec<_> =
            rows.column_by_name("status").expect("a column").as_string::<i32>().iter().flatten().collect();
        // From the second to the ninth; on 4 of the 5 days before it fell silent there was a delivery.
        assert_eq!(status, ["delivered", "delivered", "gap", "delivered", "delivered", "silent", "silent", "silent"]);
        let told = findings(&coverage.findings).expect("rows");
        assert_eq!(told.num_rows(), 2);
    }
}
