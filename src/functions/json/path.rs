//! JSON paths: `$.a.b[0]`, and with wildcards `$.a[*].b`, `$..b`.

use std::borrow::Cow;

use datafusion::common::{Result, exec_err};

use super::value::{DEEPEST, Json, compact};
use crate::schema::Step;

/// A part of a JSON path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::functions) enum Part {
    /// One step down.
    Step(Step),
    /// Every element or member: `[*]`, `.*`.
    Every,
    /// What is here and everything below: `..`.
    Below,
}

/// How many values a path with wildcards may lead to in one text.
const MOST_MATCHES: usize = 1 << 20;

/// Reads a JSON path as Trino's `json_extract` takes it: `$.a.b[0]`, `$['a b']`, `$."a-b"`, `$.a["b"]`.
///
/// # Errors
/// When it does not begin with `$` or a step cannot be read.
pub fn json_path(text: &str) -> Result<Vec<Step>> {
    let parts = located(text)?;
    let mut steps = Vec::with_capacity(parts.len());
    for (at, part) in parts {
        match part {
            Part::Step(step) => steps.push(step),
            Part::Every | Part::Below => return bad(text, at),
        }
    }
    Ok(steps)
}

/// Reads a JSON path that may have wildcards.
pub(in crate::functions) fn parse(text: &str) -> Result<Vec<Part>> {
    Ok(located(text)?.into_iter().map(|(_, part)| part).collect())
}

fn bad<T>(text: &str, at: usize) -> Result<T> {
    let before = text.get(..at).map_or(0, |before| before.chars().count());
    exec_err!("invalid JSON path `{text}`: cannot read it from character {} on", before + 1)
}

/// The parts of a path, and where they begin.
fn located(text: &str) -> Result<Vec<(usize, Part)>> {
    let mut rest = match text.trim_start().strip_prefix('$') {
        Some(rest) => rest,
        // Trino takes a path without its root, too.
        None if !text.is_empty() && !text.starts_with(['[', '.']) => {
            return Ok(text.split('.').map(|key| (0, exact(key))).collect());
        }
        None => return bad(text, 0),
    };
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let at = text.len() - rest.len();
        let (part, after) = match rest.as_bytes() {
            // The second dot begins the next step, unless a bracket does.
            [b'.', b'.', b'[', ..] => (Part::Below, &rest[2..]),
            [b'.', b'.', next, ..] if *next != b'.' => (Part::Below, &rest[1..]),
            [b'.', b'"', ..] => match quoted(&rest[1..]) {
                Some((key, after)) => (exact(&key), after),
                None => return bad(text, at),
            },
            [b'.', b'*'] | [b'.', b'*', b'.' | b'[', ..] => (Part::Every, &rest[2..]),
            [b'.', ..] => {
                let end = rest[1..].find(['.', '[']).map_or(rest.len(), |end| end + 1);
                if end == 1 {
                    return bad(text, at);
                }
                (exact(&rest[1..end]), &rest[end..])
            }
            [b'[', b'"' | b'\'', ..] => {
                match quoted(&rest[1..]).and_then(|(key, after)| Some((key, after.strip_prefix(']')?))) {
                    Some((key, after)) => (exact(&key), after),
                    None => return bad(text, at),
                }
            }
            [b'[', ..] => {
                let Some(end) = rest.find(']') else { return bad(text, at) };
                let inside = rest[1..end].trim();
                let part = match inside.parse() {
                    Ok(index) => Part::Step(Step::Index(index)),
                    Err(_) if inside == "*" => Part::Every,
                    // There is no counting from the end.
                    Err(_) if inside.parse::<i64>().is_ok() => return bad(text, at),
                    Err(_) if inside.is_empty() || inside.contains(['*', ':', ',', '?', '@']) => return bad(text, at),
                    Err(_) => exact(inside),
                };
                (part, &rest[end + 1..])
            }
            _ if rest.trim().is_empty() => break,
            _ => return bad(text, at),
        };
        parts.push((at, part));
        rest = after;
    }
    Ok(parts)
}

fn exact(key: &str) -> Part {
    Part::Step(Step::ExactKey(key.into()))
}

/// A quoted key at the beginning of `text`, with backslash escapes, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut characters = text.char_indices();
    let (_, quote) = characters.next()?;
    let mut key = String::new();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => key.push(characters.next()?.1),
            _ if character == quote => return Some((key, &text[at + quote.len_utf8()..])),
            _ => key.push(character),
        }
    }
    None
}

/// What a path with wildcards leads to, as a JSON array. None when it leads nowhere, or the text is not JSON.
pub(super) fn matches(json: &str, path: &[Part]) -> Option<String> {
    let found = find(json, path, false)?;
    let found: Vec<_> = found.into_iter().map(compact).collect();
    (!found.is_empty()).then(|| format!("[{}]", found.join(",")))
}

/// The values that a path leads to, in the order they stand in. None when the text is not JSON.
///
/// `lax` is the mode of the SQL standard: a member of an array is that of each of its elements, and a value that is
/// no array is its own element 0. Keys are exact, but for steps that say otherwise.
pub(in crate::functions) fn find<'a>(json: &'a str, path: &[Part], lax: bool) -> Option<Vec<&'a str>> {
    Json::of(json)?;
    let mut found = vec![json.trim_ascii()];
    for part in path {
        let mut next = Vec::new();
        for value in found {
            match part {
                Part::Step(step) => down(value, step, lax, &mut next),
                Part::Every => next.extend(children(value)),
                Part::Below => below(value, &mut next),
            }
            if next.len() > MOST_MATCHES {
                return None;
            }
        }
        found = next;
    }
    Some(found)
}

fn down<'a>(value: &'a str, step: &Step, lax: bool, out: &mut Vec<&'a str>) {
    match (Json::of(value), step) {
        (Some(Json::Object(members)), Step::Key(key) | Step::ExactKey(key)) => {
            let is_exact = |member: &&(Cow<'a, str>, &'a str)| *member.0 == **key;
            let is_alike =
                |member: &&(Cow<'a, str>, &'a str)| matches!(step, Step::Key(_)) && member.0.eq_ignore_ascii_case(key);
            let member = members.iter().rfind(is_exact).or_else(|| members.iter().rfind(is_alike));
            out.extend(member.map(|member| member.1));
        }
        (Some(Json::Array(elements)), Step::Index(index)) => out.extend(elements.get(*index)),
        (Some(Json::Array(elements)), Step::Key(_) | Step::ExactKey(_)) if lax => {
            for element in elements {
                if element.starts_with('{') {
                    down(element, step, false, out);
                }
            }
        }
        (Some(_), Step::Index(0)) if lax => out.push(value),
        _ => {}
    }
}

/// The elements or members of a value.
fn children(value: &str) -> Vec<&str> {
    match Json::of(value) {
        Some(Json::Array(elements)) => elements,
        Some(Json::Object(members)) => members.into_iter().map(|member| member.1).collect(),
        _ => Vec::new(),
    }
}

/// The value and all below it, each before what is in it.
fn below<'a>(value: &'a str, out: &mut Vec<&'a str>) {
    let mut open = vec![(0, value)];
    while let Some((depth, value)) = open.pop() {
        out.push(value);
        if depth < DEEPEST && out.len() <= MOST_MATCHES {
            open.extend(children(value).into_iter().rev().map(|child| (depth + 1, child)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::path_text;

    fn check(path: &str, expected: &str) {
        assert_eq!(path_text(&json_path(path).expect(path)), expected, "{path}");
    }

    #[test]
    fn json_paths_are_read_in_every_spelling() {
        check("$", "");
        check("$.a.b", "a.b");
        check("$.items[0].id", "items.0.id");
        check("$['a b'].c", "a b.c");
        check("$.\"x-amz-acl\"", "x-amz-acl");
        check("$[\"a\"][\"b\\\"c\"]", "a.b\"c");
        check("a.b", "a.b");
    }

    #[test]
    fn a_bad_json_path_names_the_place() {
        for path in ["$.", "$.a..b", "$[", "$.a[*]", "$x", "", "$['a]", "$.a[-1]", "$..."] {
            let error = json_path(path).expect_err(path).to_string();
            assert!(error.contains("invalid JSON path"), "{error}");
        }
    }

    fn check_matches(json: &str, path: &str, expected: Option<&str>) {
        assert_eq!(matches(json, &parse(path).expect(path)).as_deref(), expected, "{path}");
    }

    #[test]
    fn a_path_with_wildcards_gives_all_it_leads_to() {
        let json = r#"{"items":[{"x":1},{"y":2},{"x":{"x": 3}}],"x":null}"#;
        check_matches(json, "$.items[*].x", Some(r#"[1,{"x":3}]"#));
        check_matches(json, "$..x", Some(r#"[null,1,{"x":3},3]"#));
        check_matches(json, "$..['y']", Some("[2]"));
        check_matches(json, "$.items[1].*", Some("[2]"));
        check_matches(json, "$.none[*]", None);
        check_matches("{", "$..x", None);
    }
}
