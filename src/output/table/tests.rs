//! Tables as they are drawn.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::output::{Format, Tone, Tones, ValueStyle, sample};

fn check(options: Options, batches: &[RecordBatch]) -> String {
    sample::text(Format::Table, options, batches)
}

#[test]
fn a_table_without_a_terminal_is_as_wide_as_it_takes() {
    assert_snapshot!(check(Options::default(), &[sample::events()]), @r#"
    ┌──────────────────────────┬─────────────────┬────────────────────────────────────────────────────┬───────┬───────┬─────────────────────────────────────────┐
    │ time                     │ eventname       │ arn                                                │ count │ share │ identity                                │
    ├──────────────────────────┼─────────────────┼────────────────────────────────────────────────────┼───────┼───────┼─────────────────────────────────────────┤
    │ 2023-07-10T11:42:36Z     │ ConsoleLogin    │ arn:aws:sts::123456789012:assumed-role/admin/alice │    12 │  0.25 │ {"type":"AssumedRole","issuer":"admin"} │
    │ 2023-07-10T11:42:37.250Z │ GetObject       │ NULL                                               │    -3 │   2.0 │ {}                                      │
    │ NULL                     │ =HYPERLINK("x") │ arn:aws:iam::123456789012:root                     │  NULL │  NULL │ {"type":"Root"}                         │
    └──────────────────────────┴─────────────────┴────────────────────────────────────────────────────┴───────┴───────┴─────────────────────────────────────────┘
    "#);
}

#[test]
fn a_narrow_terminal_cuts_text_and_hides_columns() {
    let options = Options { width: Some(80), ..Options::default() };
    assert_snapshot!(check(options.clone(), &[sample::events()]), @r#"
    ┌──────────────────────────┬──────────────┬────────────────┬───────┬───────┬───┐
    │ time                     │ eventname    │ arn            │ count │ share │ … │
    ├──────────────────────────┼──────────────┼────────────────┼───────┼───────┼───┤
    │ 2023-07-10T11:42:36Z     │ ConsoleLogin │ arn:aws…/alice │    12 │  0.25 │ … │
    │ 2023-07-10T11:42:37.250Z │ GetObject    │ NULL           │    -3 │   2.0 │ … │
    │ NULL                     │ =HYPER…("x") │ arn:aws…2:root │  NULL │  NULL │ … │
    └──────────────────────────┴──────────────┴────────────────┴───────┴───────┴───┘
    "#);
    let (_, written) = sample::bytes(Format::Table, options, &[sample::events()]);
    assert_eq!(written, Written { rows: 3, hidden_columns: 1, cut_values: 3, ..Written::default() });
}

#[test]
fn insights_writes_its_own_times_and_leaves_missing_values_empty() {
    let options = Options { style: ValueStyle::Insights, ..Options::default() };
    assert_snapshot!(check(options, &[sample::events()]), @r#"
    ┌─────────────────────────┬─────────────────┬────────────────────────────────────────────────────┬───────┬───────┬─────────────────────────────────────────┐
    │ time                    │ eventname       │ arn                                                │ count │ share │ identity                                │
    ├─────────────────────────┼─────────────────┼────────────────────────────────────────────────────┼───────┼───────┼─────────────────────────────────────────┤
    │ 2023-07-10 11:42:36.000 │ ConsoleLogin    │ arn:aws:sts::123456789012:assumed-role/admin/alice │    12 │  0.25 │ {"type":"AssumedRole","issuer":"admin"} │
    │ 2023-07-10 11:42:37.250 │ GetObject       │                                                    │    -3 │     2 │ {}                                      │
    │                         │ =HYPERLINK("x") │ arn:aws:iam::123456789012:root                     │       │       │ {"type":"Root"}                         │
    └─────────────────────────┴─────────────────┴────────────────────────────────────────────────────┴───────┴───────┴─────────────────────────────────────────┘
    "#);
}

#[test]
fn rows_beyond_the_limit_are_counted_not_kept() {
    let options = Options { max_rows: Some(2), ..Options::default() };
    let batches = [sample::texts(&["a"]), sample::texts(&["b", "c"]), sample::texts(&["d"])];
    assert_snapshot!(check(options.clone(), &batches), @"
    ┌───┐
    │ c │
    ├───┤
    │ a │
    │ b │
    │ … │
    └───┘
    ");
    let (_, written) = sample::bytes(Format::Table, options, &batches);
    assert_eq!(written, Written { rows: 2, hidden_rows: 2, ..Written::default() });
}

#[test]
fn no_rows_leave_the_heading() {
    assert_snapshot!(check(Options::default(), &[sample::texts(&[])]), @"
    ┌───┐
    │ c │
    ├───┤
    └───┘
    ");
}

#[test]
fn headings_can_be_left_out() {
    assert_snapshot!(check(Options { headings: false, ..Options::default() }, &[sample::numbers(&[1.0, -20.5])]), @"
    ┌───────┐
    │   1.0 │
    │ -20.5 │
    └───────┘
    ");
}

#[test]
fn wide_letters_and_control_characters_keep_the_box_straight() {
    assert_snapshot!(check(Options::default(), &[sample::texts(&["日本", "a\nb\x1b[2J", "e\u{301}", "🙂"])]), @r#"
    ┌─────────────┐
    │ c           │
    ├─────────────┤
    │ 日本        │
    │ a\nb\x1b[2J │
    │ é           │
    │ 🙂          │
    └─────────────┘
    "#);
}

#[test]
fn colors_set_off_names_and_nulls() {
    let options = Options { color: true, ..Options::default() };
    assert_snapshot!(check(options, &[sample::batch_of(&[vec![None]], 1)]).replace('\x1b', "ESC"), @"
    ┌──────┐
    │ ESC[1mc0ESC[0m   │
    ├──────┤
    │ ESC[2mNULLESC[0m │
    └──────┘
    ");
}

#[test]
fn rows_are_parted_and_coloured_by_the_tones_of_a_column() {
    let tones = Tones { column: "level", values: &[("high", Tone::Bad), ("low", Tone::Quiet)] };
    let batch = sample::columns(&[("level", &["high", "high", "low"]), ("n", &["high", "b", "c"])]);
    let options = Options { tones: Some(tones), ..Options::default() };
    assert_snapshot!(check(options.clone(), std::slice::from_ref(&batch)), @"
    ┌───────┬──────┐
    │ level │ n    │
    ├───────┼──────┤
    │ high  │ high │
    │ high  │ b    │
    ├───────┼──────┤
    │ low   │ c    │
    └───────┴──────┘
    ");
    let colored = check(Options { color: true, ..options }, &[batch]).replace('\x1b', "ESC");
    assert!(colored.contains("│ ESC[1mESC[31mhighESC[0m  │ high │"), "{colored}");
    assert!(colored.contains("│ ESC[2mlowESC[0m   │ c    │"), "{colored}");
}

#[test]
fn a_value_longer_than_65535_columns_is_not_cut_without_a_terminal() {
    let long = "x".repeat(100_000);
    assert!(check(Options::default(), &[sample::texts(&[&long])]).contains(&long));
}

#[test]
fn wrapped_values_go_on_below_themselves() {
    let batch = sample::columns(&[
        ("arn", &["arn:aws:sts::123456789012:assumed-role/admin/alice", "short"]),
        ("message", &["User is not authorized to do this\nAsk somebody else", "no"]),
    ]);
    let options = Options { width: Some(42), wrap: true, ..Options::default() };
    assert_snapshot!(check(options.clone(), std::slice::from_ref(&batch)), @"
    ┌────────────────────┬───────────────────┐
    │ arn                │ message           │
    ├────────────────────┼───────────────────┤
    │ arn:aws:sts::12345…│ User is not      …│
    │ 6789012:assumed-ro…│ authorized to do …│
    │ le/admin/alice     │ this             ↵│
    │                    │ Ask somebody else │
    │ short              │ no                │
    └────────────────────┴───────────────────┘
    ");
    assert_snapshot!(check(Options { ascii: true, ..options.clone() }, std::slice::from_ref(&batch)), @"
    +--------------------+-------------------+
    | arn                | message           |
    +--------------------+-------------------+
    | arn:aws:sts::12345.| User is not      .|
    | 6789012:assumed-ro.| authorized to do .|
    | le/admin/alice     | this             +|
    |                    | Ask somebody else |
    | short              | no                |
    +--------------------+-------------------+
    ");
    let (_, written) = sample::bytes(Format::Table, options, &[batch]);
    assert_eq!(written.cut_values, 0);
}

#[test]
fn a_terminal_that_has_only_ascii_gets_no_other_strokes() {
    let options = Options { width: Some(60), ascii: true, max_rows: Some(2), ..Options::default() };
    let text = check(options, &[sample::events()]);
    assert!(text.is_ascii(), "{text}");
    assert_snapshot!(text, @"
    +--------------------------+--------------+---+
    | time                     | eventname    | ~ |
    +--------------------------+--------------+---+
    | 2023-07-10T11:42:36Z     | ConsoleLogin | ~ |
    | 2023-07-10T11:42:37.250Z | GetObject    | ~ |
    | ~                        | ~            | ~ |
    +--------------------------+--------------+---+
    ");
}

proptest! {
    #[test]
    fn all_lines_are_equally_wide_and_within_the_terminal(
        rows in sample::rows(3),
        width in prop::option::of(NARROWEST..100),
        max_rows in prop::option::of(0_usize..5),
        wrap: bool,
        ascii: bool,
    ) {
        let options = Options { width, max_rows, wrap, ascii, ..Options::default() };
        let text = check(options, &[sample::batch_of(&rows, 3)]);
        prop_assert!(!text.contains(|char| char != '\n' && escape::steers(char)));
        let first = text.lines().next().expect("a rule").width();
        prop_assert!(width.is_none_or(|width| first <= width));
        for line in text.lines() {
            prop_assert_eq!(line.width(), first, "{}", text);
        }
    }
}
