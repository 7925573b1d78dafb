//! Writes the example archive: three days of two accounts, and an intrusion that runs through them.
//!
//! ```sh
//! cargo run --example make_archive -- examples/archive
//! ```
//!
//! The story itself is in `story/`, one file per night; what to look for is in `archive/README.md`. The same
//! story gives the same bytes on every machine: no clock, no random numbers, no time in the gzip header.
//! Files of an earlier run are overwritten and none is removed.

mod story;

use std::io::Write;
use std::path::PathBuf;
use std::{env, fs, io};

use flate2::{Compression, GzBuilder};
use serde_json::json;

fn main() -> io::Result<()> {
    let mut arguments = env::args_os().skip(1);
    let (Some(root), None) = (arguments.next().map(PathBuf::from), arguments.next()) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "usage: make_archive FOLDER"));
    };
    let files = story::deliver(story::tell());
    let (mut records, mut bytes) = (0, 0);
    for file in &files {
        let packed = pack(&json!({ "Records": file.records }).to_string())?;
        let path = root.join(&file.key);
        fs::create_dir_all(path.parent().unwrap_or(&root))?;
        fs::write(path, &packed)?;
        records += file.records.len();
        bytes += packed.len();
    }
    writeln!(io::stdout(), "{} files, {records} records, {bytes} bytes", files.len())
}

/// The text as one gzip member.
///
/// Level 9, because the compressor's faster levels may choose differently from one kind of processor to another.
fn pack(text: &str) -> io::Result<Vec<u8>> {
    let mut packer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    packer.write_all(text.as_bytes())?;
    packer.finish()
}
