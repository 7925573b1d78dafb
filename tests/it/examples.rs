//! The scripts under `examples` run on the archive that comes along.

use std::process::{Command, Output};

fn script(name: &str, args: &[&str]) -> Output {
    let program = std::env::var_os("CARGO_BIN_EXE_trailql").unwrap_or_else(|| env!("CARGO_BIN_EXE_trailql").into());
    let mut command = Command::new("sh");
    command.arg(format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"))).args(args).env("TRAILQL", program);
    command.output().expect("a shell can be started")
}

#[test]
fn failed_logins_asks_in_both_languages() {
    let output = script("failed_logins.sh", &[]);
    let rows = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    // From three addresses, in both answers.
    assert_eq!(rows.matches("user/mateo").count(), 3 * 2, "{rows}");
}

#[test]
fn the_timeline_takes_an_address_as_a_value() {
    let output = script("timeline.sh", &[]);
    assert!(output.status.success(), "{output:?}");
    assert!(output.stdout.starts_with(b"eventtime,recipientaccountid,"), "{output:?}");
    assert!(output.stdout.split(|byte| *byte == b'\n').count() > 50, "{output:?}");
    let output = script("timeline.sh", &["x' OR '1' = '1"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout.split(|byte| *byte == b'\n').count(), 2, "{output:?}");
}
