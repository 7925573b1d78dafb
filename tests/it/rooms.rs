//! The house keeps its floors: a room uses rooms below it, never a neighbour and never one above.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The rooms, floor by floor, as the picture in `src/lib.rs` draws them.
const FLOORS: &[&[&str]] = &[
    &["schema", "diag"],
    &["archive", "record", "output", "config"],
    &["functions", "verify"],
    &["sql", "insights", "filter_pattern", "sigma", "alarm", "table"],
    &["session"],
    &["packs", "lookup", "coverage", "terminal"],
    &["repl"],
    &["cli"],
];

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("src is a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The rooms a text names after `crate::`, lists in braces included.
fn used(text: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut item = String::new();
            for character in list.chars() {
                match character {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        rooms.insert(word(item.trim()));
                        item.clear();
                        continue;
                    }
                    _ => {}
                }
                item.push(character);
            }
            rooms.insert(word(item.trim()));
        } else {
            rooms.insert(word(rest));
        }
    }
    rooms
}

#[test]
fn every_room_uses_only_rooms_below_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut seen = BTreeSet::new();
    for file in files {
        let below = file.strip_prefix(&src).expect("below src");
        let Some(room) = below.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned()) else {
            continue;
        };
        if below.components().count() < 2 {
            continue;
        }
        let own = floor(&room).unwrap_or_else(|| panic!("`{room}` is in no floor of the picture"));
        seen.insert(room.clone());
        let text = fs::read_to_string(&file).expect("a source file");
        for other in used(&text) {
            if other == room {
                continue;
            }
            if let Some(floor) = floor(&other) {
                assert!(floor < own, "{} (floor {own}) uses `{other}` (floor {floor})", below.display());
            }
        }
    }
    let drawn: BTreeSet<String> = FLOORS.iter().flat_map(|rooms| rooms.iter().map(|room| (*room).to_owned())).collect();
    assert_eq!(seen, drawn, "the picture and the house differ");
}

#[test]
fn only_a_few_rooms_name_a_terminal() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    for file in files {
        let below = file.strip_prefix(&src).expect("below src").display().to_string();
        let speaks = ["terminal/", "repl/", "cli/", "output/"].iter().any(|room| below.starts_with(room));
        let text = fs::read_to_string(&file).expect("a source file");
        assert!(
            speaks || !(text.contains("io::stdout") || text.contains("io::stderr")),
            "{below} writes to a terminal"
        );
    }
}

#[test]
fn pure_rooms_read_no_clock_no_environment_and_no_files() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for room in ["record", "insights", "filter_pattern", "sigma", "alarm", "schema", "diag"] {
        let mut files = Vec::new();
        sources(&src.join(room), &mut files);
        for file in files {
            if file.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests")) {
                continue;
            }
            let text = fs::read_to_string(&file).expect("a source file");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for word in ["Utc::now", "SystemTime", "env::var", "std::fs", "async fn", "tokio::"] {
                assert!(!code.contains(word), "{} names `{word}`", file.display());
            }
        }
    }
}
