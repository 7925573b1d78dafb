//! `pattern_of`: what texts of one shape have in common, and placeholders where they differ.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::logical_expr::AggregateUDF;

use super::class::Class;
use super::shape::{Shape, Shaper};
use crate::functions::aggregates::fold::{Fold, Folded};
use crate::functions::nested::{is_text, wrong};

/// The aggregate.
pub(super) fn pattern_of() -> Arc<AggregateUDF> {
    Folded {
        name: "pattern_of",
        inputs: |types| match types {
            [text] if is_text(text) => Ok(vec![DataType::Utf8]),
            _ => wrong("pattern_of", "text", types),
        },
        output: |_| Ok(DataType::Utf8),
        entries: |_| vec![DataType::Utf8],
        start: |_| Ok(Box::new(Fill::default())),
        is_set: true,
    }
    .function()
}

/// What was seen of texts of one shape.
///
/// Of texts of several shapes, those of the least shape count: whatever the order, the outcome is the same.
#[derive(Debug, Default)]
struct Fill {
    known: Option<Known>,
    shaper: Shaper,
}

/// A shape and what stood in its places.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Known {
    shape: String,
    is_document: bool,
    places: Vec<Place>,
}

/// A place of the shape: where its placeholder stands there, and what stands in the texts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Place {
    at: usize,
    length: usize,
    held: Held,
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
enum Held {
    /// The same in all texts; the class, where it cannot be told by the value alone.
    One(String, Option<Class>),
    /// Different values, of a class.
    Many(Class),
}

impl Known {
    fn of(shape: Shape<'_>) -> Self {
        let place = |slot: super::shape::Slot<'_>| {
            let held = match slot.value {
                Some(value) => Held::One(value.to_owned(), slot.class),
                None => Held::Many(slot.class()),
            };
            Place { at: slot.at, length: slot.length, held }
        };
        let places = shape.slots.into_iter().map(place).collect();
        Self { shape: shape.text, is_document: shape.is_document, places }
    }

    /// Texts of another shape are measured by this.
    fn order(&self) -> (&str, bool) {
        (&self.shape, self.is_document)
    }

    fn pattern(&self) -> String {
        let mut pattern = String::with_capacity(self.shape.len());
        let (mut from, mut number) = (0, 0_usize);
        for place in &self.places {
            pattern.push_str(self.shape.get(from..place.at).unwrap_or_default());
            match &place.held {
                Held::One(value, _) => pattern.push_str(value),
                Held::Many(class) => {
                    number += 1;
                    pattern.push_str(&super::placeholder(*class, number, self.is_document));
                }
            }
            from = place.at + place.length;
        }
        pattern.push_str(self.shape.get(from..).unwrap_or_default());
        pattern
    }
}

impl Held {
    fn class(&self) -> Class {
        match self {
            Self::One(_, Some(class)) | Self::Many(class) => *class,
            Self::One(value, None) => Class::of_leaf(value),
        }
    }

    /// Takes in another value, or several.
    fn absorb(&mut self, value: Option<&str>, class: impl FnOnce() -> Class) {
        let is_same = match self {
            Self::One(known, _) => Some(known.as_str()) == value,
            Self::Many(known) => *known == Class::Token,
        };
        if !is_same {
            *self = Self::Many(self.class().join(class()));
        }
    }
}

impl Fill {
    fn take_shape(known: &mut Option<Known>, shape: Shape<'_>) {
        match known {
            Some(held) if held.order() == (shape.text.as_str(), shape.is_document) => {
                for (place, slot) in held.places.iter_mut().zip(&shape.slots) {
                    place.held.absorb(slot.value, || slot.class());
                }
            }
            Some(held) if held.order() < (shape.text.as_str(), shape.is_document) => {}
            _ => *known = Some(Known::of(shape)),
        }
    }

    fn take_known(&mut self, other: Known) {
        match &mut self.known {
            Some(held) if held.order() == other.order() => {
                for (place, other) in held.places.iter_mut().zip(&other.places) {
                    let value = if let Held::One(value, _) = &other.held { Some(value.as_str()) } else { None };
                    place.held.absorb(value, || other.held.class());
                }
            }
            Some(held) if held.order() < other.order() => {}
            _ => self.known = Some(other),
        }
    }
}

impl Fold for Fill {
    fn take(&mut self, arguments: &[ArrayRef]) -> Result<()> {
        for text in arguments[0].as_string::<i32>().iter().flatten() {
            let shape = self.shaper.shape(text);
            Self::take_shape(&mut self.known, shape);
        }
        Ok(())
    }

    fn merge(&mut self, entries: &[ArrayRef]) -> Result<()> {
        for known in entries[0].as_string::<i32>().iter().flatten() {
            let known = serde_json::from_str(known).map_err(|error| DataFusionError::External(Box::new(error)))?;
            self.take_known(known);
        }
        Ok(())
    }

    fn entries(&self) -> Result<Vec<ArrayRef>> {
        let known = self.known.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>();
        let known = known.map_err(|error| DataFusionError::External(Box::new(error)))?;
        Ok(vec![Arc::new(StringArray::from(known))])
    }

    fn result(&self) -> Result<ScalarValue> {
        Ok(ScalarValue::Utf8(self.known.as_ref().map(Known::pattern)))
    }

    fn size(&self) -> usize {
        let place = |place: &Place| {
            size_of::<Place>() + if let Held::One(value, _) = &place.held { value.capacity() } else { 0 }
        };
        let known = |known: &Known| known.shape.capacity() + known.places.iter().map(place).sum::<usize>();
        size_of::<Self>() + self.known.as_ref().map_or(0, known)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The pattern of texts, taken in as parts that are merged.
    pub(in crate::functions::patterns) fn pattern(parts: &[&[&str]]) -> Option<String> {
        let mut all = Fill::default();
        for part in parts {
            let mut fill = Fill::default();
            fill.take(&[Arc::new(StringArray::from(part.to_vec()))]).expect("texts");
            all.merge(&fill.entries().expect("entries")).expect("merged");
        }
        match all.result().expect("a pattern") {
            ScalarValue::Utf8(pattern) => pattern,
            _ => None,
        }
    }

    #[test]
    fn what_differs_is_numbered_and_what_does_not_stays() {
        let texts = [
            "arn:aws:iam::123456789012:user/a may not s3:GetObject from 192.0.2.1 on port 80",
            "arn:aws:iam::123456789012:user/b may not s3:GetObject from 192.0.2.2 on port 80",
        ];
        let expected = "<Arn-1> may not s3:GetObject from <IPv4-2> on port 80";
        assert_eq!(pattern(&[&texts]).as_deref(), Some(expected));
        assert_eq!(pattern(&[&texts[..1], &texts[1..]]).as_deref(), Some(expected));
        assert_eq!(pattern(&[&texts[..1]]).as_deref(), Some(texts[0]));
        assert_eq!(pattern(&[]), None);
    }

    #[test]
    fn the_pattern_of_json_is_json() {
        let texts = [
            r#"{"eventName":"X","a":"192.0.2.1","n":1,"l":["x"],"k":"same"}"#,
            r#"{"eventName":"X","a":"192.0.2.2","n":2,"l":["y","z"],"k":"same"}"#,
        ];
        let expected = r#"{"eventName":"X","a":"<IPv4-1>","n":"<Number-2>","l":["<Token-3>"],"k":"same"}"#;
        assert_eq!(pattern(&[&texts]).as_deref(), Some(expected));
    }

    proptest! {
        #[test]
        fn neither_order_nor_partition_matters(
            texts in proptest::collection::vec(
                "(user|role) [ab]{1,2} (at|on) [0-9]{1,12}|\\{\"a\":\\[[12](,[12]){0,2}\\]\\}|[a-f0-9]{8}", 1..8),
            cut in 0..8_usize
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let mut reversed = texts.clone();
            reversed.reverse();
            let cut = cut.min(texts.len());
            let whole = pattern(&[&texts]);
            prop_assert_eq!(pattern(&[&reversed]), whole.clone());
            prop_assert_eq!(pattern(&[&texts[cut..], &texts[..cut]]), whole);
        }

        #[test]
        fn fixed_parts_stand_in_every_text(
            texts in proptest::collection::vec("User: u[0-9]{3,5}x[0-9]{5} at [0-9]{1,3} is [0-9]{12}", 1..6)
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let pattern = pattern(&[&texts]).unwrap_or_default();
            let (holes, _) = super::super::lex::with_holes(&pattern);
            for part in holes.split('\u{F8FF}') {
                prop_assert!(texts.iter().all(|text| text.contains(part)), "{} of {}", part, pattern);
            }
        }
    }
}
