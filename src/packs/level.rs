//! How bad a finding is.

use std::fmt;
use std::str::FromStr;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing.
    Informational,
    /// Worth a look, some day.
    Low,
    /// Worth a look.
    Medium,
    /// Worth a look now.
    High,
    /// Drop everything.
    Critical,
}

/// Every level and its name, the least bad first.
pub const LEVELS: &[(Level, &str)] = &[
    (Level::Informational, "informational"),
    (Level::Low, "low"),
    (Level::Medium, "medium"),
    (Level::High, "high"),
    (Level::Critical, "critical"),
];

impl Level {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        LEVELS.iter().find(|(level, _)| *level == self).map_or("", |(_, name)| name)
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = LEVELS.iter().find(|(_, name)| *name == text).map(|(level, _)| *level);
        known.ok_or_else(|| {
            let names: Vec<_> = LEVELS.iter().map(|(_, name)| *name).collect();
            format!("`{text}` is no level; there are {}", names.join(", "))
        })
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
