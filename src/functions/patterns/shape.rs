//! The shape of a text: what is left of it when everything that varies by nature is a placeholder.
//!
//! Texts that are JSON objects or arrays go the way of [`document`], others are cut by
//! [`lex`](super::lex).

use super::class::Class;
use super::document;
use super::lex::{Kind, Lexeme, lex};

/// A text's shape and the values that stand where it has placeholders.
#[derive(Debug, Default)]
pub(super) struct Shape<'a> {
    /// The text with placeholders such as `<Arn>`.
    pub(super) text: String,
    /// The values, in order.
    pub(super) slots: Vec<Slot<'a>>,
    /// Whether the text is JSON.
    pub(super) is_document: bool,
}

/// A place that varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot<'a> {
    /// Where its placeholder begins in the shape.
    pub(super) at: usize,
    /// How long that is.
    pub(super) length: usize,
    /// The class of its values; none as long as nobody asked.
    pub(super) class: Option<Class>,
    /// What stands there; none when several things do.
    pub(super) value: Option<&'a str>,
}

impl Slot<'_> {
    /// The class of what stands there.
    pub(super) fn class(&self) -> Class {
        self.class.or_else(|| self.value.map(Class::of_leaf)).unwrap_or(Class::Token)
    }
}

/// Makes one shape after the other, with memory of its own.
#[derive(Debug, Default)]
pub(super) struct Shaper {
    lexemes: Vec<Lexeme>,
}

impl Shaper {
    /// The shape of a text.
    pub(super) fn shape<'a>(&mut self, text: &'a str) -> Shape<'a> {
        if let Some(shape) = document::shape(text) {
            return shape;
        }
        lex(text, &mut self.lexemes);
        let mut shape = Shape { text: String::with_capacity(text.len()), ..Shape::default() };
        for lexeme in &self.lexemes {
            let piece = text.get(lexeme.start..lexeme.end).unwrap_or_default();
            match lexeme.kind {
                Kind::Gap | Kind::Word => shape.text.push_str(piece),
                Kind::Value(class) => shape.push_slot(class.shape_name(), Some(class), piece),
            }
        }
        shape
    }
}

impl<'a> Shape<'a> {
    /// Adds a placeholder, and what stands in its place.
    pub(super) fn push_slot(&mut self, name: &str, class: Option<Class>, value: &'a str) {
        let at = self.text.len();
        self.text.push('<');
        self.text.push_str(name);
        self.text.push('>');
        self.slots.push(Slot { at, length: self.text.len() - at, class, value: Some(value) });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape(text: &str) -> String {
        Shaper::default().shape(text).text
    }

    #[test]
    fn texts_of_one_kind_have_one_shape() {
        let expected = "User: <Arn> is not authorized to perform: <Action>";
        for text in [
            "User: arn:aws:iam::123456789012:user/a is not authorized to perform: s3:GetObject",
            "User: arn:aws:sts::210987654321:assumed-role/b/c is not authorized to perform: ec2:RunInstances",
        ] {
            assert_eq!(shape(text), expected);
        }
        assert_eq!(shape("Rate exceeded"), "Rate exceeded");
        assert_eq!(shape(""), "");
        assert_eq!(shape("[1, {not json"), "[<Number>, {not json");
    }

    #[test]
    fn a_record_keeps_its_keys_and_what_kind_of_event_it_is() {
        let record =
            r#"{"userIdentity": {"type":"Root","arn":"a"}, "eventName":"X", "n":[1,2], "e":null, "readOnly":true}"#;
        assert_eq!(
            shape(record),
            r#"{"userIdentity":{"type":"Root","arn":<String>},"eventName":"X","n":[<Number>],"e":<Null>,"readOnly":true}"#
        );
    }

    #[test]
    fn a_list_has_one_shape_whatever_its_length_and_order() {
        let expected = r#"{"a":[<Number>,{"b":<String>}]}"#;
        for json in [r#"{"a":[1,{"b":"x"}]}"#, r#"{"a":[{"b":"x"},1]}"#, r#"{"a":[{"b":"x"},{"b":"y"},2,3]}"#] {
            assert_eq!(shape(json), expected, "{json}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_a_shape_and_its_placeholders_stand_in_it(
            text in "\\PC{0,60}|[\\[\\]{}\":,a1 ]{0,40}|(\\[|\\{\"a\":)*[0-9a-z\",]{0,9}[\\]}]*"
        ) {
            let mut shaper = Shaper::default();
            let shape = shaper.shape(&text);
            let mut end = 0;
            for slot in &shape.slots {
                prop_assert!(slot.at >= end);
                end = slot.at + slot.length;
                let marker = shape.text.get(slot.at..end).unwrap_or_default();
                prop_assert!(marker.starts_with('<') && marker.ends_with('>'), "{}", marker);
            }
        }
    }
}
