//! The questions under `examples` stand on their page as they stand in their files, and values from outside stay values.

use std::fs;
use std::process::Command;

const QUESTIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/questions");
const ARCHIVE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/archive");

/// The names of the files that hold a question.
fn questions() -> Vec<String> {
    let folder = fs::read_dir(QUESTIONS).expect("the folder of questions can be listed");
    let names = folder.map(|entry| entry.expect("an entry can be read").file_name().to_string_lossy().into_owned());
    names.filter(|name| name != "README.md").collect()
}

#[test]
fn the_page_shows_and_runs_every_question_as_its_file_has_it() {
    let page = fs::read_to_string(format!("{QUESTIONS}/README.md")).expect("the page can be read");
    let names = questions();
    assert!(names.len() >= 10, "{names:?}");
    for name in names {
        let question = fs::read_to_string(format!("{QUESTIONS}/{name}")).expect("a question can be read");
        assert!(page.contains(&format!("\n{question}```\n")), "the page does not show {name} as it is");
        assert!(page.contains(&format!(" -f examples/questions/{name}")), "the page does not run {name}");
    }
}

#[test]
fn an_access_key_is_a_value_whatever_it_says() {
    let program = std::env::var_os("CARGO_BIN_EXE_trailql").unwrap_or_else(|| env!("CARGO_BIN_EXE_trailql").into());
    let rows = |key: &str| {
        let mut command = Command::new(&program);
        command.args(["query", ARCHIVE, "-q", "-o", "csv", "-f"]).arg(format!("{QUESTIONS}/key-in-order.sql"));
        let output = command.arg("--param").arg(format!("key={key}")).output().expect("trailql can be started");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).lines().count() - 1
    };
    assert_eq!(rows("AKIAI44QH8DHBEXAMPLE"), 10);
    assert_eq!(rows("x' OR '1' = '1"), 0);
}
