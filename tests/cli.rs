//! Transcripts of the terminal, README's included: every command in them is run, and must say what is written.
//!
//! `TRYCMD=overwrite cargo test --test cli` writes what is said today; the diff is for a person to read.

#[test]
fn transcripts_say_what_trailql_says() {
    trycmd::TestCases::new()
        .default_bin_name("trailql")
        .timeout(std::time::Duration::from_secs(60))
        .env("NO_COLOR", "1")
        .env("TZ", "Pacific/Chatham")
        // Whoever runs the tests may have a configuration.
        .env("XDG_CONFIG_HOME", "/nonexistent")
        .case("tests/cli/*.trycmd")
        .case("README.md")
        .case("examples/questions/README.md")
        .case("examples/recipes.md");
}
