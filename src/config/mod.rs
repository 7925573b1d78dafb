//! Configuration files: where they are, what they say, and the place of every word in them.
//!
//! Two files are read, or one that is named in their place. What an option means, and whether there is one of that
//! name, is `cli`'s to say: it has the list.

mod files;
mod read;
mod shell;
mod value;

use std::path::Path;

pub use files::{ConfigFile, Error, FileState, PROJECT_FILE};
pub use shell::{KEYS, Key, Kind, ShellDefaults};
pub use value::{Place, Setting, Value};

/// What the configuration files say. Of two settings with one key the later counts.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The files that were looked for, the least of them first.
    pub files: Vec<ConfigFile>,
    /// `[defaults]` and `[defaults.COMMAND]`: of one file those of a command stand after those of all.
    pub defaults: Vec<Default>,
    /// `[archives]`, each name once.
    pub archives: Vec<NamedArchive>,
    /// `[params]`.
    pub params: Vec<Setting>,
    /// `[colors]`.
    pub colors: Vec<Setting>,
}

/// A default of an option: of every command that has it, or of one.
#[derive(Debug, Clone)]
pub struct Default {
    /// The command, and where its name stands.
    pub command: Option<(String, Place)>,
    /// The option by its long name, and its value.
    pub setting: Setting,
}

/// An archive that can be asked by a name.
#[derive(Debug, Clone)]
pub struct NamedArchive {
    /// Letters, digits, `-`, `_` and `.`, the first neither `.` nor `-`.
    pub name: String,
    /// Where the name stands.
    pub place: Place,
    /// Where its log files are: paths from the folder of the file that names them, or URLs.
    pub locations: Vec<String>,
    /// Options that apply when it is asked.
    pub options: Vec<Setting>,
}

impl Config {
    /// Reads the configuration: the file that is named, or else the user's own and the one of the working folder.
    ///
    /// # Errors
    /// When a file cannot be read or is no configuration; when the one that was named is not there.
    pub fn load(named: Option<&Path>) -> Result<Self, Error> {
        let mut config = Self::default();
        for mut file in files::wanted(named) {
            if let Some(source) = files::read(&mut file, named.is_some())? {
                config.add(read::read(&source, file.folder(), file.is_own()).map_err(Error::Wrong)?);
            }
            config.files.push(file);
        }
        Ok(config)
    }

    /// The files that are looked for when none is named, read or not.
    #[must_use]
    pub fn looked_for(named: Option<&Path>) -> Vec<ConfigFile> {
        files::wanted(named)
    }

    /// Takes a later file in. An archive is replaced as a whole, so that options of one never meet another's location.
    fn add(&mut self, later: Self) {
        self.defaults.extend(later.defaults);
        for archive in later.archives {
            self.archives.retain(|known| known.name != archive.name);
            self.archives.push(archive);
        }
        for (own, later) in [(&mut self.params, later.params), (&mut self.colors, later.colors)] {
            for setting in later {
                own.retain(|known| known.key != setting.key);
                own.push(setting);
            }
        }
    }

    /// What counts for a command, each key once, in the order of keys.
    #[must_use]
    pub fn defaults_of(&self, command: &str) -> Vec<&Setting> {
        let mut counting = std::collections::BTreeMap::new();
        for default in &self.defaults {
            if default.command.as_ref().is_none_or(|(of, _)| of == command) {
                counting.insert(default.setting.key.as_str(), &default.setting);
            }
        }
        counting.into_values().collect()
    }

    /// What the shell is to begin with.
    #[must_use]
    pub fn shell(&self) -> ShellDefaults {
        let of_shell = |setting: &&Setting| KEYS.iter().any(|key| key.name == setting.key);
        ShellDefaults::new(self.defaults_of(shell::COMMAND).into_iter().filter(of_shell).cloned().collect())
    }
}
