//! Any bytes as a digest file, as what stands beside one, as its name: errors, and no panic; names are read as written.
#![no_main]

use engine::archive::{DigestName, KeyParts, from_logs, is_below};
use engine::verify::{Document, Metadata};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(document) = Document::parse(bytes) {
        let signed = document.string_to_sign(&[0; 32]);
        assert!(signed.starts_with(&document.digest_end_time.text));
        assert_eq!(document.link().is_some(), document.previous_digest_s3_object.is_some());
    }
    if let Some(metadata) = Metadata::of_file(bytes) {
        assert_eq!(Metadata::of_file(metadata.to_json().to_string().as_bytes()), Some(metadata));
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = (is_below(text), from_logs(text), KeyParts::parse(text));
    if let Some(name) = DigestName::parse(text).filter(|_| !text.contains('/')) {
        let written = name.below_region();
        let (_, written) = written.rsplit_once('/').expect("folders");
        assert_eq!(DigestName::parse(written), Some(name));
    }
});
