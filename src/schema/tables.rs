//! The tables of an archive: one list for the catalog, the languages, help and completion.

/// The table that holds every record.
pub const CLOUDTRAIL: &str = "cloudtrail";
/// The table of log files.
pub const TRAIL_FILES: &str = "trail_files";

/// A view over [`CLOUDTRAIL`]: the events of one category.
#[derive(Debug)]
pub struct View {
    /// Its name.
    pub name: &'static str,
    /// The folder in which such events are delivered.
    pub folder: &'static str,
    /// The value of `eventcategory`.
    pub category: &'static str,
    /// What `managementevent` says in records older than `eventcategory`; none when it does not tell.
    pub is_management: Option<bool>,
    /// One sentence for help.
    pub summary: &'static str,
}

/// The views, one per category.
///
/// Source: CloudTrail User Guide, "CloudTrail record contents": `eventCategory` came with version 1.07.
pub const VIEWS: &[View] = &[
    View {
        name: "management_events",
        folder: "CloudTrail",
        category: "Management",
        is_management: Some(true),
        summary: "Management events: operations on resources, and sign-ins.",
    },
    View {
        name: "data_events",
        folder: "CloudTrail",
        category: "Data",
        is_management: Some(false),
        summary: "Data events: operations on or in a resource.",
    },
    View {
        name: "insight_events",
        folder: "CloudTrail-Insight",
        category: "Insight",
        is_management: None,
        summary: "Insights events: unusual rates of calls and errors.",
    },
    View {
        name: "network_activity_events",
        folder: "CloudTrail-NetworkActivity",
        category: "NetworkActivity",
        is_management: None,
        summary: "Network activity events: calls through VPC endpoints.",
    },
];

/// Whether a table of this name has the columns of [`CLOUDTRAIL`], the hidden ones included.
#[must_use]
pub fn holds_records(name: &str) -> bool {
    name == CLOUDTRAIL || VIEWS.iter().any(|view| view.name == name)
}
