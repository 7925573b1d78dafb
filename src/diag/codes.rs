//! Every code a diagnostic can carry: a letter for the room, a number, never used twice.
//!
//! `A` archive · `C` command line · `I` Logs Insights · `S` SQL.

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
    Code { id: "S001", summary: "SQL that does not parse" },
    Code { id: "S002", summary: "a column that does not exist" },
    Code { id: "S003", summary: "a table that does not exist" },
    Code { id: "S004", summary: "a function that does not exist" },
    Code { id: "S005", summary: "a statement that cannot be planned" },
    Code { id: "S006", summary: "a statement that would change something" },
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
