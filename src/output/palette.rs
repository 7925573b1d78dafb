//! Colours of messages and tables, and how a person writes them.

use anstyle::{AnsiColor, Effects, Style};

/// The style of each thing that has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// The word `error` and the place it is about.
    pub error: Style,
    /// The word `warning`.
    pub warning: Style,
    /// The word `notice`.
    pub notice: Style,
    /// The word `help`.
    pub help: Style,
    /// Names of columns.
    pub heading: Style,
    /// Values that are missing.
    pub null: Style,
    /// Lines of a table.
    pub rule: Style,
}

/// The names of what has a style, in the order of the fields.
pub const THINGS: [&str; 7] = ["error", "warning", "notice", "help", "heading", "null", "rule"];

const fn bright(color: AnsiColor) -> Style {
    Style::new().fg_color(Some(anstyle::Color::Ansi(color))).effects(Effects::BOLD)
}

impl Default for Palette {
    /// Those of rustc, and a table that is not louder than its values.
    fn default() -> Self {
        Self {
            error: bright(AnsiColor::BrightRed),
            warning: bright(AnsiColor::Yellow),
            notice: bright(AnsiColor::BrightGreen),
            help: bright(AnsiColor::BrightCyan),
            heading: Style::new().effects(Effects::BOLD),
            null: Style::new().effects(Effects::DIMMED),
            rule: Style::new(),
        }
    }
}

impl Palette {
    /// No colours.
    #[must_use]
    pub fn plain() -> Self {
        let none = Style::new();
        Self { error: none, warning: none, notice: none, help: none, heading: none, null: none, rule: none }
    }

    /// Sets the style of one of [`THINGS`]; false where there is no such thing.
    pub fn set(&mut self, thing: &str, style: Style) -> bool {
        let field = match thing {
            "error" => &mut self.error,
            "warning" => &mut self.warning,
            "notice" => &mut self.notice,
            "help" => &mut self.help,
            "heading" => &mut self.heading,
            "null" => &mut self.null,
            "rule" => &mut self.rule,
            _ => return false,
        };
        *field = style;
        true
    }

    /// The style of one of [`THINGS`].
    #[must_use]
    pub fn style(&self, thing: &str) -> Option<Style> {
        Some(match thing {
            "error" => self.error,
            "warning" => self.warning,
            "notice" => self.notice,
            "help" => self.help,
            "heading" => self.heading,
            "null" => self.null,
            "rule" => self.rule,
            _ => return None,
        })
    }
}

/// The names of the eight colours, in the order of their numbers.
const COLORS: [&str; 8] = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/// Reads `bold red`, `#ff8800`, `bright-blue`, `12`, or `none`: a colour, one for the ground after it, and effects.
///
/// # Errors
/// With what was found and what there is.
pub fn style(text: &str) -> Result<Style, String> {
    let text = text.trim().to_ascii_lowercase();
    if text == "none" {
        return Ok(Style::new());
    }
    let expected = "expected `none`, or words such as `bold red`, `bright-blue` or `#ff8800`";
    // The crate cuts `#…` by bytes.
    if let Some(word) = text.split_whitespace().find(|word| !word.is_ascii()) {
        return Err(format!("`{word}` is no colour; {expected}"));
    }
    if text.is_empty() {
        return Err(expected.to_owned());
    }
    let words = text.split_whitespace().map(|word| {
        let name = word.strip_prefix("bright").map(|name| name.trim_start_matches('-'));
        let number = name.and_then(|name| COLORS.iter().position(|color| *color == name));
        number.map_or_else(|| word.to_owned(), |number| (number + 8).to_string())
    });
    anstyle_git::parse(&words.collect::<Vec<_>>().join(" ")).map_err(|error| match error {
        anstyle_git::Error::ExtraColor { word, .. } => format!("`{word}` is a third colour; one is of the ground"),
        anstyle_git::Error::UnknownWord { word, .. } => format!("`{word}` is no colour; {expected}"),
        error => error.to_string(),
    })
}

/// How a style would be written: the reverse of [`style`].
#[must_use]
pub fn name(style: Style) -> String {
    let color = |color: anstyle::Color| match color {
        anstyle::Color::Ansi(color) => named(anstyle::Ansi256Color::from_ansi(color)),
        anstyle::Color::Ansi256(color) => named(color),
        anstyle::Color::Rgb(rgb) => format!("#{:02x}{:02x}{:02x}", rgb.r(), rgb.g(), rgb.b()),
    };
    let effects = [
        (Effects::BOLD, "bold"),
        (Effects::DIMMED, "dim"),
        (Effects::ITALIC, "italic"),
        (Effects::UNDERLINE, "ul"),
        (Effects::BLINK, "blink"),
        (Effects::INVERT, "reverse"),
        (Effects::STRIKETHROUGH, "strike"),
    ];
    let own = style.get_effects();
    let effects = effects.into_iter().filter(|(effect, _)| own.contains(*effect)).map(|(_, word)| word.to_owned());
    // A ground without a colour before it would be read as the colour.
    let ground = style.get_bg_color().map(color);
    let front = style.get_fg_color().map(color).or_else(|| ground.as_ref().map(|_| "normal".to_owned()));
    let words: Vec<_> = effects.chain(front).chain(ground).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(" ") }
}

fn named(color: anstyle::Ansi256Color) -> String {
    let number = usize::from(color.index());
    match (COLORS.get(number), number.checked_sub(8).and_then(|number| COLORS.get(number))) {
        (Some(name), _) => (*name).to_owned(),
        (None, Some(name)) => format!("bright-{name}"),
        (None, None) => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn colors_are_read_as_people_write_them() {
        for text in ["bold red", "bright-blue", "#ff8800", "none", "dim", "bold ul 200", "red blue", "normal blue"] {
            assert_eq!(style(text).map(name).as_deref(), Ok(text));
        }
        assert_eq!(style("BrightBlue"), style("bright-blue"));
        for text in ["", "redd", "bold rde", "red blue green", "#12", "#é1", "é", "bright-pink"] {
            assert!(style(text).is_err(), "{text}");
        }
    }

    #[test]
    fn everything_that_has_a_name_has_a_style() {
        let mut palette = Palette::default();
        for thing in THINGS {
            assert!(palette.style(thing).is_some());
            assert!(palette.set(thing, Style::new()));
        }
        assert_eq!(palette.style("error"), Some(Style::new()));
        assert!(!palette.set("errors", Style::new()));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = style(&text);
        }
    }
}
