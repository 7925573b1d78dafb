//! The list of functions: every example runs, and names are unique.

use std::collections::HashSet;

use trailql::functions;

use crate::asked::Asked;

#[test]
fn every_example_gives_what_it_says() {
    let asked = Asked::open(&[]);
    let mut wrong = Vec::new();
    for function in functions::all() {
        assert!(!function.examples.is_empty(), "`{}` has no example", function.name);
        for (expr, expected) in function.examples {
            match asked.ask(&format!("SELECT {expr}")) {
                Ok(got) if got == *expected => {}
                Ok(got) => wrong.push(format!("{expr}: {got}, not {expected}")),
                Err(error) => wrong.push(format!("{expr}: {error}")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_are_unique_and_usage_begins_with_them() {
    let mut names = HashSet::new();
    for function in functions::all() {
        assert!(function.usage.starts_with(function.name), "{}", function.usage);
        for name in function.aliases.iter().chain([&function.name]) {
            assert!(names.insert(*name), "`{name}` stands twice");
            assert_eq!(*name, name.to_lowercase());
        }
    }
}
