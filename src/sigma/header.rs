//! What a rule says about itself.

use std::fmt;
use std::str::FromStr;

use super::yaml::{Node, Value};
use crate::diag::{Diagnostic, Source, Span};

/// What rules, correlations and filters say about themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The file it stands in.
    pub source: Source,
    /// Where its document begins in the file.
    pub span: Span,
    /// A UUID, by the specification; here any text.
    pub id: Option<String>,
    /// The name by which correlations refer to it.
    pub name: Option<String>,
    /// What it finds, in a few words.
    pub title: String,
    /// How far it has been tried.
    pub status: Option<Status>,
    /// How much a match matters.
    pub level: Option<Level>,
    /// Which logs it is for.
    pub logsource: Logsource,
    /// `attack.t1078.004`, `attack.persistence`, `cve.2024-1234`, ….
    pub tags: Vec<String>,
    /// What it finds and why that matters.
    pub description: Option<String>,
    /// Where to read more.
    pub references: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When it was written.
    pub date: Option<String>,
    /// When it was last changed.
    pub modified: Option<String>,
    /// What else may match.
    pub falsepositives: Vec<String>,
    /// The fields to show of a match.
    pub fields: Vec<String>,
    /// Every other key, as it is.
    pub others: serde_json::Map<String, serde_json::Value>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text.to_lowercase().as_str() {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(()),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $word,)* })
            }
        }
    };
}

words! {
    /// How far a rule has been tried.
    Status {
        /// Not to be used any more.
        Deprecated "deprecated",
        /// Cannot be used as it is.
        Unsupported "unsupported",
        /// May match too much.
        Experimental "experimental",
        /// Tried in some places.
        Test "test",
        /// Fit for use.
        Stable "stable",
    }
}

words! {
    /// How much a match matters, in rising order.
    Level {
        /// Worth knowing.
        Informational "informational",
        /// Rarely an attack.
        Low "low",
        /// To be looked at.
        Medium "medium",
        /// To be looked at soon.
        High "high",
        /// To be looked at now.
        Critical "critical",
    }
}

/// Which logs a rule is for, in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logsource {
    /// `aws`.
    pub product: Option<String>,
    /// `cloudtrail`.
    pub service: Option<String>,
    /// A kind of events of many products.
    pub category: Option<String>,
}

impl Logsource {
    /// Whether it is CloudTrail.
    #[must_use]
    pub fn is_cloudtrail(&self) -> bool {
        self.product.as_deref() == Some("aws") && self.service.as_deref() == Some("cloudtrail")
    }
}

impl fmt::Display for Logsource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [("product", &self.product), ("service", &self.service), ("category", &self.category)];
        let parts: Vec<_> =
            parts.into_iter().filter_map(|(name, part)| Some(format!("{name} {}", part.as_ref()?))).collect();
        f.write_str(if parts.is_empty() { "none" } else { "" })?;
        f.write_str(&parts.join(", "))
    }
}

/// The keys that are read elsewhere.
const BLOCKS: &[&str] = &["detection", "correlation", "filter"];

impl Header {
    /// The id, else the name, else the title: what to call it.
    #[must_use]
    pub fn key(&self) -> &str {
        self.id.as_deref().or(self.name.as_deref()).unwrap_or(&self.title)
    }

    /// Reads the document of a rule.
    pub(super) fn read(source: &Source, document: &Node, notices: &mut Vec<Diagnostic>) -> Result<Self, Diagnostic> {
        let mut header = Self {
            source: source.clone(),
            span: document.span,
            id: None,
            name: None,
            title: String::new(),
            status: None,
            level: None,
            logsource: Logsource::default(),
            tags: Vec::new(),
            description: None,
            references: Vec::new(),
            author: None,
            date: None,
            modified: None,
            falsepositives: Vec::new(),
            fields: Vec::new(),
            others: serde_json::Map::new(),
        };
        for (key, value) in document.entries() {
            let text = || value.text().map(|text| text.trim().to_owned());
            match key.text.as_str() {
                "id" => header.id = text(),
                "name" => header.name = text(),
                "title" => header.title = text().unwrap_or_default(),
                "status" => header.status = word("status", value, notices),
                "level" => header.level = word("level", value, notices),
                "logsource" => header.logsource = logsource(value, key.span)?,
                "tags" => header.tags = texts(value),
                "description" => header.description = text(),
                "references" => header.references = texts(value),
                "author" => header.author = text(),
                "date" => header.date = text(),
                "modified" => header.modified = text(),
                "falsepositives" => header.falsepositives = texts(value),
                "fields" => header.fields = texts(value),
                other if BLOCKS.contains(&other) => {}
                other => drop(header.others.insert(other.to_owned(), value.json())),
            }
        }
        if header.title.is_empty() {
            return Err(Diagnostic::error("G003", "a rule without a `title`").at(document.span, "begins here"));
        }
        Ok(header)
    }
}

fn word<T: FromStr>(key: &str, value: &Node, notices: &mut Vec<Diagnostic>) -> Option<T> {
    let text = value.text()?;
    let word = text.trim().parse().ok();
    if word.is_none() {
        notices
            .push(Diagnostic::notice("G031", format!("`{text}` is no `{key}` of Sigma")).at(value.span, "not known"));
    }
    word
}

fn texts(value: &Node) -> Vec<String> {
    match &value.value {
        Value::List(items) => items.iter().filter_map(Node::text).map(|text| text.trim().to_owned()).collect(),
        _ => value.text().map(|text| text.trim().to_owned()).into_iter().collect(),
    }
}

fn logsource(value: &Node, key: Span) -> Result<Logsource, Diagnostic> {
    if !matches!(value.value, Value::Map(_)) {
        let error = Diagnostic::error("G003", format!("`logsource` is {}, not a mapping", value.kind()));
        return Err(error.at(key, "").help("write `product: aws` and `service: cloudtrail` below it"));
    }
    let part = |name| value.get(name).and_then(Node::text).map(|text| text.trim().to_lowercase());
    Ok(Logsource { product: part("product"), service: part("service"), category: part("category") })
}
