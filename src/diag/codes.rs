//! Every code a diagnostic can carry: a letter for the room, a number, never used twice.
//!
//! `A` archive · `C` command line · `F` metric filters · `G` Sigma · `I` Logs Insights · `K` packs · `S` SQL.

/// One code and what it stands for.
#[derive(Debug)]
pub struct Code {
    /// A letter and three digits.
    pub id: &'static str,
    /// What it says, in a few words.
    pub summary: &'static str,
}

/// The codes, by letter and number. Rooms name them by their id; [`code`] finds one.
pub const ALL: &[Code] = &[
    Code { id: "C001", summary: "a configuration file that is no TOML" },
    Code { id: "C002", summary: "a key that a configuration does not have" },
    Code { id: "C003", summary: "a value that does not fit its key" },
    Code { id: "C004", summary: "a program to run, named by a file of the working folder" },
    Code { id: "F001", summary: "something else than expected in a metric-filter pattern" },
    Code { id: "F002", summary: "a string, name or regular expression that never ends" },
    Code { id: "F003", summary: "a selector that is none" },
    Code { id: "F004", summary: "an operator of another language" },
    Code { id: "F005", summary: "an order of something else than numbers" },
    Code { id: "F006", summary: "a regular expression that CloudWatch does not take" },
    Code { id: "F007", summary: "more wildcards or regular expressions than CloudWatch takes" },
    Code { id: "F008", summary: "parentheses nested too deeply" },
    Code { id: "F009", summary: "a pattern for lines of columns" },
    Code { id: "F010", summary: "a pattern without a comparison" },
    Code { id: "F020", summary: "notice: a pattern longer than CloudWatch takes" },
    Code { id: "F021", summary: "notice: an escape that CloudWatch does not have" },
    Code { id: "F022", summary: "notice: a comparison that is never true" },
    Code { id: "F023", summary: "notice: terms that other terms switch off" },
    Code { id: "G001", summary: "YAML that cannot be read" },
    Code { id: "G002", summary: "a key that stands twice" },
    Code { id: "G003", summary: "a rule without what every rule has" },
    Code { id: "G004", summary: "a selection that cannot be read" },
    Code { id: "G005", summary: "a condition that does not parse" },
    Code { id: "G006", summary: "a condition on a selection that does not exist" },
    Code { id: "G007", summary: "a modifier that does not exist" },
    Code { id: "G008", summary: "modifiers and values that do not go together" },
    Code { id: "G009", summary: "a regular expression that cannot be used" },
    Code { id: "G010", summary: "a block of addresses that is none" },
    Code { id: "G011", summary: "a correlation that cannot be read" },
    Code { id: "G012", summary: "a correlation of a rule that is not there" },
    Code { id: "G013", summary: "an old form of a correlation that cannot be converted" },
    Code { id: "G014", summary: "a rule for other logs" },
    Code { id: "G015", summary: "a placeholder without values" },
    Code { id: "G016", summary: "a correlation where a rule must be" },
    Code { id: "G030", summary: "notice: null among other values" },
    Code { id: "G031", summary: "notice: a word that Sigma does not know" },
    Code { id: "G032", summary: "notice: an id or name that another rule has" },
    Code { id: "G033", summary: "notice: an old form, and what it was read as" },
    Code { id: "G034", summary: "notice: a filter of a rule that is not there" },
    Code { id: "G040", summary: "notice: an event that never appears" },
    Code { id: "G041", summary: "notice: an event from another service" },
    Code { id: "G042", summary: "notice: an event whose name carries a date" },
    Code { id: "G043", summary: "notice: a field that records do not have" },
    Code { id: "G044", summary: "notice: a value that looks like a field" },
    Code { id: "G045", summary: "notice: an ARN that is compared with a name" },
    Code { id: "G046", summary: "notice: a rule of all events" },
    Code { id: "I001", summary: "a command that does not exist" },
    Code { id: "I002", summary: "a command of another language" },
    Code { id: "I003", summary: "no command where one must be" },
    Code { id: "I004", summary: "something else than expected" },
    Code { id: "I005", summary: "a missing `|`" },
    Code { id: "I006", summary: "a string, pattern or quoted name that never ends" },
    Code { id: "I007", summary: "a pattern that does not parse" },
    Code { id: "I008", summary: "look-around or a back-reference in a pattern" },
    Code { id: "I009", summary: "flags after a pattern" },
    Code { id: "I010", summary: "a function that does not exist" },
    Code { id: "I011", summary: "wrong arguments" },
    Code { id: "I012", summary: "a period that is none" },
    Code { id: "I013", summary: "a percentile that is not from 0 to 100" },
    Code { id: "I014", summary: "a comment of another language" },
    Code { id: "I015", summary: "an operator of another language" },
    Code { id: "I016", summary: "a list without brackets" },
    Code { id: "I017", summary: "a list with something else than constants" },
    Code { id: "I018", summary: "a number of rows that is none" },
    Code { id: "I019", summary: "a sort direction that is none" },
    Code { id: "I020", summary: "`parse` with more or fewer names than captures" },
    Code { id: "I021", summary: "`parse` with a pattern that names no group" },
    Code { id: "I022", summary: "`parse` without `as`" },
    Code { id: "I024", summary: "an expression nested too deeply" },
    Code { id: "I025", summary: "an aggregate outside `stats`" },
    Code { id: "I026", summary: "a field in `stats` that is neither aggregated nor a key" },
    Code { id: "I027", summary: "a field that an earlier `stats` ended" },
    Code { id: "I028", summary: "a function of time where `@timestamp` is gone" },
    Code { id: "I029", summary: "`*` as a field" },
    Code { id: "I030", summary: "a number that is none" },
    Code { id: "I031", summary: "a character without meaning" },
    Code { id: "I032", summary: "a subnet that is none" },
    Code { id: "I033", summary: "a query that cannot be planned" },
    Code { id: "I034", summary: "an archive that `SOURCE` does not find" },
    Code { id: "I035", summary: "a command out of its place" },
    Code { id: "I036", summary: "an option that is none" },
    Code { id: "I037", summary: "a `join` that cannot be made" },
    Code { id: "I038", summary: "a table or column that `lookup` does not find" },
    Code { id: "I039", summary: "a command without what it works on" },
    Code { id: "I040", summary: "notice: a subtraction that looks like a name" },
    Code { id: "I041", summary: "notice: an old word" },
    Code { id: "I042", summary: "notice: a field that an earlier `stats` ended" },
    Code { id: "I043", summary: "notice: an aggregate's column by a part of its name" },
    Code { id: "I044", summary: "notice: a period that CloudWatch would cut short" },
    Code { id: "I045", summary: "notice: a comparison with a time before no beginning" },
    Code { id: "I046", summary: "notice: the only archive, taken for a log group" },
    Code { id: "I047", summary: "a query inside `in` that gives more than one column" },
    Code { id: "K001", summary: "a detection that looks at more than one record" },
    Code { id: "K002", summary: "a pack, a header or a tuning that cannot be read" },
    Code { id: "S001", summary: "SQL that does not parse" },
    Code { id: "S002", summary: "a column that does not exist" },
    Code { id: "S003", summary: "a table that does not exist" },
    Code { id: "S004", summary: "a function that does not exist" },
    Code { id: "S005", summary: "a statement that cannot be planned" },
    Code { id: "S006", summary: "a statement that would change something" },
    Code { id: "S007", summary: "a placeholder without a value" },
    Code { id: "S008", summary: "a value that does not fit its placeholder" },
    Code { id: "S009", summary: "a table definition that cannot be read" },
    Code { id: "S010", summary: "a statement of Athena that has no place here" },
    Code { id: "S011", summary: "a query that another language cannot say" },
    Code { id: "S020", summary: "notice: a table that is not known, read as the archive" },
    Code { id: "S021", summary: "notice: a statement that has nothing to do" },
    Code { id: "S022", summary: "notice: a translation whose rows may look different" },
];

/// The code with this id.
#[must_use]
pub fn code(id: &str) -> Option<&'static Code> {
    ALL.iter().find(|code| code.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        assert!(ALL.windows(2).all(|pair| pair[0].id < pair[1].id));
    }
}
