//! Where key files are: whoever can write to an archive must not choose the keys that prove it.

use std::path::{Path, PathBuf};

use crate::archive::Location;

/// The files that lie inside an archive's folder, by their own names or by where they lead.
#[must_use]
pub fn within<'f>(files: &'f [PathBuf], archive: &Location) -> Vec<&'f Path> {
    let Location::Local(root) = archive else { return Vec::new() };
    let Ok(root) = root.canonicalize() else { return Vec::new() };
    let is_within = |file: &&PathBuf| {
        // A link in the archive is the archive's word, even when it leads out of it.
        let named = file.parent().map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
        [file.canonicalize().ok(), named.and_then(|folder| folder.canonicalize().ok())]
            .into_iter()
            .flatten()
            .any(|path| path.starts_with(&root))
    };
    files.iter().filter(is_within).map(PathBuf::as_path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_inside_the_archive_are_found_however_they_are_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("archive");
        std::fs::create_dir_all(root.join("AWSLogs")).expect("folders");
        let (inside, outside) = (root.join("AWSLogs/keys.json"), folder.path().join("keys.json"));
        std::fs::write(&inside, "[]").expect("a file");
        std::fs::write(&outside, "[]").expect("a file");
        let roundabout = root.join("../archive/AWSLogs/keys.json");
        let files = [inside.clone(), outside, roundabout.clone(), folder.path().join("absent.json")];
        let location = Location::Local(root);
        assert_eq!(within(&files, &location), [inside.as_path(), roundabout.as_path()]);
        let bucket = Location::S3 { bucket: "b".to_owned(), prefix: String::new() };
        assert!(within(&files, &bucket).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_archive_and_into_it_are_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("archive");
        std::fs::create_dir(&root).expect("a folder");
        for name in ["keys.json", "archive/own.json"] {
            std::fs::write(folder.path().join(name), "[]").expect("a file");
        }
        let (into, out) = (folder.path().join("into.json"), root.join("out.json"));
        std::os::unix::fs::symlink(root.join("own.json"), &into).expect("a link");
        std::os::unix::fs::symlink(folder.path().join("keys.json"), &out).expect("a link");
        let files = [into, out, folder.path().join("keys.json")];
        assert_eq!(within(&files, &Location::Local(root)).len(), 2);
    }
}
