//! Diagnostics as drawn text, the way rustc draws them. The only file that knows the crate that draws.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::Title;
use crate::diag::{Diagnostic, Diagnostics, Source, Span};
use crate::output::{Palette, escape};

impl Title {
    fn level(self) -> Level<'static> {
        match self {
            Self::Error => Level::ERROR,
            Self::Warning => Level::WARNING,
            Self::Notice => Level::NOTE.with_name("notice"),
        }
    }
}

/// Every diagnostic of one text, in order, with a blank line between them and a line break at the end; nothing
/// when there is none.
///
/// Spans beyond the text or inside a letter are moved to the nearest place that can be drawn. Control characters
/// of the text and of the messages are written out, as in [`escape::terminal`].
#[must_use]
pub fn draw(diagnostics: &Diagnostics, color: Option<&Palette>) -> String {
    let Diagnostics { source, list } = diagnostics;
    let drawn: Vec<_> = list.iter().map(|diagnostic| draw_one(diagnostic, source, color)).collect();
    drawn.join("\n")
}

/// A message that points at no text, with its remedies, ending in a line break.
#[must_use]
pub fn draw_message(title: Title, message: &str, help: &[String], color: Option<&Palette>) -> String {
    let heading = title.level().primary_title(escape::terminal(message));
    // Drawn one by one: together, the crate would tie them with a line that points at nothing.
    let helps = help.iter().map(|help| Group::with_title(Level::HELP.secondary_title(escape::terminal(help))));
    std::iter::once(Group::with_title(heading)).chain(helps).map(|group| render(group, color)).collect()
}

fn draw_one(diagnostic: &Diagnostic, source: &Source, color: Option<&Palette>) -> String {
    let heading = Title::from(diagnostic.severity).level().primary_title(escape::terminal(&diagnostic.message));
    let mut group = Group::with_title(heading.id(diagnostic.code));
    if diagnostic.label.is_none() {
        // Without a place a frame would be drawn around nothing.
        let helps =
            diagnostic.help.iter().map(|help| Group::with_title(Level::HELP.secondary_title(escape::terminal(help))));
        return std::iter::once(group).chain(helps).map(|group| render(group, color)).collect();
    }
    if let Some((span, label)) = &diagnostic.label {
        let place = AnnotationKind::Primary.span(drawable(*span, &source.text).range());
        let label = escape::terminal(label);
        let place = if label.is_empty() { place } else { place.label(label) };
        group = group
            .element(Snippet::source(visible(&source.text)).path(escape::terminal(&source.name)).annotation(place));
    }
    render(group.elements(helps(&diagnostic.help)), color)
}

fn helps(help: &[String]) -> impl Iterator<Item = annotate_snippets::Message<'_>> {
    // The crate takes these for its caller's own words and does not clean them.
    help.iter().map(|help| Level::HELP.message(escape::terminal(help)))
}

fn render(group: Group<'_>, color: Option<&Palette>) -> String {
    let renderer = color.map_or_else(Renderer::plain, |palette| {
        let styled = Renderer::styled().error(palette.error).warning(palette.warning);
        styled.note(palette.notice).help(palette.help)
    });
    // Lines rather than bars: queries begin their own lines with `|`.
    let mut drawn = renderer.decor_style(DecorStyle::Unicode).render(&[group]);
    drawn.push('\n');
    drawn
}

/// The text with what steers a terminal written out. The crate itself does line breaks, and turns tabs to spaces.
fn visible(text: &str) -> String {
    text.split_inclusive(KEPT)
        .map(|part| match part.strip_suffix(KEPT) {
            Some(line) => format!("{}{}", escape::terminal(line), &part[line.len()..]),
            None => escape::terminal(part).into_owned(),
        })
        .collect()
}

/// Characters that stay in a drawn text.
const KEPT: [char; 3] = ['\n', '\r', '\t'];

/// The span inside the visible text: on the edges of letters, and not behind the line breaks at the text's end.
fn drawable(span: Span, text: &str) -> Span {
    let last = text.trim_end_matches(['\n', '\r']).len();
    let start = text.floor_char_boundary(span.start.min(span.end).min(last));
    let end = text.ceil_char_boundary(span.end.clamp(start, last));
    Span::new(visible(&text[..start]).len(), visible(&text[..end]).len())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, list: Vec<Diagnostic>) -> String {
        draw(&Diagnostics { source: Source::new("failed-logins.insights", text), list }, None)
    }

    fn at(span: (usize, usize), label: &str) -> Diagnostic {
        Diagnostic::error("I204", "no aggregate is named `cuont`").at(Span::new(span.0, span.1), label)
    }

    #[test]
    fn the_place_is_drawn_with_its_label_and_the_remedy() {
        let text = "fields eventName\n| filter eventName = 'ConsoleLogin'\n| stats cuont(*) by sourceIPAddress";
        assert_snapshot!(check(text, vec![at((61, 66), "not an aggregate").help("`count` has a similar name")]), @"
        error[I204]: no aggregate is named `cuont`
          ╭▸ failed-logins.insights:3:9
          │
        3 │ | stats cuont(*) by sourceIPAddress
          │         ━━━━━ not an aggregate
          │
          ╰ help: `count` has a similar name
        ");
    }

    #[test]
    fn several_diagnostics_are_drawn_in_order_and_notices_say_so() {
        let notice = Diagnostic::notice("I301", "`limit` without `sort` keeps any rows").at(Span::new(4, 9), "");
        let list = vec![at((0, 3), "here"), notice, Diagnostic::error("I001", "a query needs a command")];
        assert_snapshot!(check("abc limit 10", list), @"
        error[I204]: no aggregate is named `cuont`
          ╭▸ failed-logins.insights:1:1
          │
        1 │ abc limit 10
          ╰╴━━━ here

        notice[I301]: `limit` without `sort` keeps any rows
          ╭▸ failed-logins.insights:1:5
          │
        1 │ abc limit 10
          ╰╴    ━━━━━

        error[I001]: a query needs a command
        ");
    }

    #[test]
    fn a_place_over_several_lines_is_drawn() {
        assert_snapshot!(check("stats (\n  count(*)\n by x", vec![at((6, 20), "never closed")]), @"
        error[I204]: no aggregate is named `cuont`
          ╭▸ failed-logins.insights:1:7
          │
        1 │   stats (
          │ ┏━━━━━━━┛
        2 │ ┃   count(*)
        3 │ ┃  by x
          ╰╴┗━┛ never closed
        ");
    }

    #[test]
    fn an_empty_text_and_its_end_can_be_pointed_at() {
        assert_snapshot!(check("", vec![at((0, 0), "expected a command")]), @"
        error[I204]: no aggregate is named `cuont`
          ╭▸ failed-logins.insights:1:1
          │
        1 │
          ╰╴━ expected a command
        ");
        assert_snapshot!(check("fields", vec![at((6, 6), "expected a field")]), @"
        error[I204]: no aggregate is named `cuont`
          ╭▸ failed-logins.insights:1:7
          │
        1 │ fields
          ╰╴      ━ expected a field
        ");
        assert_snapshot!(check("fields\n", vec![at((400, 900), "expected a field")]), @"
        error[I204]: no aggregate is named `cuont`
          ╭▸ failed-logins.insights:1:7
          │
        1 │ fields
          ╰╴      ━ expected a field
        ");
    }

    #[test]
    fn tabs_and_wide_letters_keep_the_marks_in_place() {
        assert_snapshot!(check("\t日本 = cuont(1)", vec![at((10, 15), "here")]), @"
        error[I204]: no aggregate is named `cuont`
          ╭▸ failed-logins.insights:1:7
          │
        1 │     日本 = cuont(1)
          ╰╴           ━━━━━ here
        ");
    }

    #[test]
    fn control_characters_are_written_out_and_the_marks_stay_in_place() {
        let list = vec![at((9, 14), "the \x1b label").help("not \x1b[31mred")];
        assert_snapshot!(check("\x1b[2J\u{9b}\u{202e}cuont", list), @r#"
        error[I204]: no aggregate is named `cuont`
          ╭▸ failed-logins.insights:1:20
          │
        1 │ \x1b[2J\x9b\u{202e}cuont
          │                    ━━━━━ the \x1b label
          │
          ╰ help: not \x1b[31mred
        "#);
    }

    #[test]
    fn lines_may_end_as_windows_ends_them() {
        assert_snapshot!(check("fields a\r\n| stats cuont(*)\r\n", vec![at((18, 23), "here")]), @"
        error[I204]: no aggregate is named `cuont`
          ╭▸ failed-logins.insights:2:9
          │
        2 │ | stats cuont(*)
          ╰╴        ━━━━━ here
        ");
    }

    #[test]
    fn messages_without_a_text_have_remedies_too() {
        let help = ["name a folder, a file or a URL".to_owned()];
        assert_snapshot!(draw_message(Title::Error, "no archive was named", &help, None), @"
        error: no archive was named
        help: name a folder, a file or a URL
        ");
        assert_snapshot!(draw_message(Title::Warning, "2 of 810 files could not be read", &[], None), @"warning: 2 of 810 files could not be read");
    }

    #[test]
    fn colors_are_only_drawn_when_asked_for() {
        let list = vec![at((0, 3), "here").help("help")];
        let diagnostics = Diagnostics { source: Source::new("query", "abc"), list };
        assert!(!draw(&diagnostics, None).contains('\x1b'));
        assert!(draw(&diagnostics, Some(&Palette::default())).contains('\x1b'));
        let mut own = Palette::default();
        own.set("error", anstyle::AnsiColor::Blue.on_default());
        assert!(draw(&diagnostics, Some(&own)).contains("\x1b[34merror"));
        assert_eq!(draw(&Diagnostics { list: Vec::new(), ..diagnostics }, None), "");
    }

    proptest! {
        #[test]
        fn any_span_of_any_text_is_drawn_and_nothing_steers_the_terminal(
            text in prop_oneof![any::<String>(), "[a\n\r\t\u{1b}\u{9b}é日🙂\u{301} |]{0,30}"],
            start in 0_usize..60,
            end in prop_oneof![0_usize..60, Just(usize::MAX)],
            words in any::<String>(),
        ) {
            let drawn = check(&text, vec![at((start, end), &words).help(words.clone())]);
            prop_assert!(drawn.ends_with('\n'));
            prop_assert!(!drawn.contains(|char| char != '\n' && escape::steers(char)), "{:?}", drawn);
        }
    }
}
