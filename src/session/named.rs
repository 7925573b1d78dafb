//! Archives by name: what a name of the configuration stands for, and with which options it is asked.

use std::sync::Arc;

use super::{Error, Options};
use crate::archive::{self, Archive, Location, schema_name};
use crate::diag::closest;

/// An archive that can be asked by a name.
#[derive(Debug, Clone)]
pub struct Named {
    /// The name.
    pub name: String,
    /// Where its log files are.
    pub locations: Vec<String>,
    /// The options that apply when it is asked; the session's own when none.
    ///
    /// Its options may be wrong together with the command line's. Then this says how: message and remedy.
    pub options: Option<Result<Box<Options>, (String, String)>>,
}

/// A location to ask, and how.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'o> {
    /// What was given, or the named archive's location.
    pub given: &'o str,
    /// The name, where one was given.
    pub name: Option<&'o str>,
    /// How.
    pub options: &'o Options,
}

impl Options {
    /// What to ask when this is given. A name of the configuration is the archive; `./name` is a folder of that name.
    ///
    /// # Errors
    /// [`Error::Usage`] when the options of a named archive do not go together with the session's.
    pub fn asked<'o>(&'o self, given: &'o [impl AsRef<str>]) -> Result<Vec<Asked<'o>>, Error> {
        let given: Vec<&str> = if given.is_empty() {
            self.default_archives.iter().map(String::as_str).collect()
        } else {
            given.iter().map(AsRef::as_ref).collect()
        };
        let mut asked = Vec::new();
        for given in given {
            let Some(named) = self.named.iter().find(|named| named.name == given) else {
                asked.push(Asked { given, name: None, options: self });
                continue;
            };
            let options = match &named.options {
                None => self,
                Some(Ok(options)) => options,
                Some(Err((message, help))) => {
                    let message = format!("{message}, for the archive `{}`", named.name);
                    return Err(Error::Usage { message, help: help.clone() });
                }
            };
            asked.extend(named.locations.iter().map(|given| Asked { given, name: Some(&named.name), options }));
        }
        Ok(asked)
    }
}

impl Options {
    /// The options of an archive with some of its own: its own, where the session asks for nothing else.
    pub(super) fn over(&self, own: Self) -> Self {
        let either = |asked: &Vec<String>, own: Vec<String>| if asked.is_empty() { own } else { asked.clone() };
        let has_range = self.since.is_some() || self.until.is_some();
        Self {
            since: if has_range { self.since } else { own.since },
            until: if has_range { self.until } else { own.until },
            accounts: either(&self.accounts, own.accounts),
            regions: either(&self.regions, own.regions),
            organizations: either(&self.organizations, own.organizations),
            now: self.now,
            params: self.params.clone(),
            ..own
        }
    }
}

impl Asked<'_> {
    /// Where it is.
    ///
    /// # Errors
    /// When it is neither a path nor a URL that trailql knows.
    pub fn location(&self) -> Result<Location, Error> {
        Location::parse(self.given).map_err(|source| self.failed(source))
    }

    /// Opens it. `all` knows the names that could have been meant.
    ///
    /// # Errors
    /// When it cannot be reached.
    pub async fn open(&self, all: &Options) -> Result<Arc<Archive>, Error> {
        let opened = Archive::open(self.location()?, &self.options.s3).await;
        opened.map(Arc::new).map_err(|source| {
            let similar = closest(self.given, all.named.iter().map(|named| named.name.as_str()));
            self.failed(match (source, similar) {
                (archive::Error::NotFound(name), Some(similar)) if self.name.is_none() => {
                    archive::Error::NotNamed { name, similar: similar.to_owned() }
                }
                (source, _) => source,
            })
        })
    }

    fn failed(&self, source: archive::Error) -> Error {
        Error::Archive { location: self.given.to_owned(), source }
    }

    /// A name for the archive's schema.
    pub(super) fn schema(&self, archive: &Archive) -> String {
        self.name.map_or_else(|| archive.location().short_name(), schema_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        let base = Options::new(chrono::DateTime::UNIX_EPOCH);
        let own = Options { accounts: vec!["1".to_owned()], ..base.clone() };
        let named = |name: &str, options| Named {
            name: name.to_owned(),
            locations: vec![format!("s3://{name}"), "more".to_owned()],
            options,
        };
        let wrong = ("the range ends before it begins".to_owned(), "mend it".to_owned());
        let named = [named("plain", None), named("own", Some(Ok(Box::new(own)))), named("wrong", Some(Err(wrong)))];
        Options { named: Arc::new(named), default_archives: vec!["plain".to_owned()], ..base }
    }

    #[test]
    fn a_name_stands_for_its_locations_with_its_options() {
        let options = options();
        let shown = |given: &[&str]| {
            let asked = options.asked(given).expect("names");
            asked.iter().map(|asked| format!("{} {}", asked.given, asked.options.accounts.len())).collect::<Vec<_>>()
        };
        assert_eq!(shown(&["own", "./own"]), ["s3://own 1", "more 1", "./own 0"]);
        assert_eq!(shown(&[]), ["s3://plain 0", "more 0"]);
    }

    #[test]
    fn options_that_do_not_go_together_matter_only_to_who_asks() {
        let options = options();
        assert!(options.asked(&["own"]).is_ok());
        let error = options.asked(&["wrong"]).expect_err("a range").to_string();
        assert_eq!(error, "the range ends before it begins, for the archive `wrong`");
    }

    #[tokio::test]
    async fn a_place_that_is_not_there_may_have_been_a_name() {
        let options = options();
        let given = ["plian"];
        let asked = options.asked(&given).expect("a path")[0];
        let Err(Error::Archive { source, .. }) = asked.open(&options).await else { panic!("it is there") };
        assert_eq!(source.help().as_deref(), Some("an archive named `plain` is configured"));
    }
}
