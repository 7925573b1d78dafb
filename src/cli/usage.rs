//! What is said of a command line that cannot be read, and the help that was asked for.

use std::ffi::OsString;

use super::Exit;
use crate::terminal::{Form, ShowProgress, Terminal};

/// Says it. Help and version go to stdout with 0, everything else to stderr with 2.
pub(super) fn end(error: &clap::Error, arguments: &[OsString]) -> Exit {
    if !error.use_stderr() {
        // Nobody can be told that nobody reads it.
        let _ = error.print();
        return Exit::Complete;
    }
    if is_for_programs(arguments) {
        let (message, help) = parts(&error.render().to_string());
        Terminal::new(None, false, ShowProgress::Never).with_form(Form::Json).usage(&message, &help);
    } else {
        let _ = error.print();
    }
    Exit::Usage
}

/// Whether JSON was asked for, as far as a command line tells that cannot be read.
fn is_for_programs(arguments: &[OsString]) -> bool {
    let mut asked = std::env::var("TRAILQL_ERROR_FORMAT").ok();
    let mut arguments = arguments.iter().skip(1).map(|argument| argument.to_string_lossy());
    while let Some(argument) = arguments.next() {
        if argument == "--" {
            break;
        }
        if argument == "--error-format" {
            asked = arguments.next().map(|form| form.into_owned());
        } else if let Some(form) = argument.strip_prefix("--error-format=") {
            asked = Some(form.to_owned());
        }
    }
    asked.as_deref() == Some("json")
}

/// The sentence of a drawn error, and its tips.
fn parts(drawn: &str) -> (String, Vec<String>) {
    let mut lines = drawn.lines();
    let sentence = lines.by_ref().take_while(|line| !line.trim().is_empty()).map(str::trim).collect::<Vec<_>>();
    let message = sentence.join(" ");
    let message = message.strip_prefix("error: ").unwrap_or(&message).to_owned();
    let help = lines.map(str::trim).filter_map(|line| line.strip_prefix("tip: ")).map(str::to_owned).collect();
    (message, help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_error_has_a_sentence_and_tips() {
        let drawn =
            "error: unexpected argument '--queit' found\n\n  tip: a similar argument exists: '--quiet'\n\nUsage: x\n";
        let expected =
            ("unexpected argument '--queit' found".to_owned(), vec!["a similar argument exists: '--quiet'".to_owned()]);
        assert_eq!(parts(drawn), expected);
        let drawn = "error: invalid value 'x' for '--color <COLOR>'\n  [possible values: auto, always]\n\nFor more\n";
        assert_eq!(parts(drawn).0, "invalid value 'x' for '--color <COLOR>' [possible values: auto, always]");
    }

    #[test]
    fn the_last_form_asked_for_counts() {
        let asked = |arguments: &[&str]| {
            let arguments: Vec<_> = ["trailql"].iter().chain(arguments).map(OsString::from).collect();
            is_for_programs(&arguments)
        };
        assert!(asked(&["--error-format", "json"]));
        assert!(asked(&["query", "--error-format=human", "--error-format=json"]));
        assert!(!asked(&["--error-format=json", "--error-format", "human"]));
        assert!(!asked(&["--", "--error-format=json"]));
        assert!(!asked(&["--error-format"]));
    }
}
