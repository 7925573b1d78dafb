//! Keys and signatures of OpenSSL, and what must not pass for them.

mod openssl;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde_json::json;

use super::read::text;
use super::*;
use openssl::*;

/// MD5 of the keys' bytes, by `md5sum`.
const FINGERPRINT: &str = "39c68ba42a24dabaad9e8c0da904107b";
const FINGERPRINT_SPKI: &str = "28799cd1329ab10c6128a199e8ba0a4d";
const FINGERPRINT_OF_THREE: &str = "d3afa09bff8a9713c0bb31eaf3cd83e6";

fn bytes(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64).expect("base64")
}

fn listed(value: &str, fingerprint: &str) -> ListedKey {
    ListedKey { value: value.to_owned(), named: Some(fingerprint.to_owned()), validity: Validity::default() }
}

fn keys(value: &str, fingerprint: &str) -> PublicKeys {
    PublicKeys::of([listed(value, fingerprint)], "region us-east-1").expect("one key")
}

fn usable(keys: &PublicKeys, fingerprint: &str) -> PublicKey {
    match keys.get(fingerprint) {
        KeyLookup::Usable(key) => key.clone(),
        other => panic!("{other:?}"),
    }
}

fn unusable(value: &[u8]) -> Unusable {
    let keys = keys(&STANDARD.encode(value), &key::md5(value));
    assert_eq!(keys.notes().len(), 1);
    assert_eq!(keys.fingerprints().count(), 0);
    match keys.get(&key::md5(value)) {
        KeyLookup::Unusable(reason) => reason.clone(),
        other => panic!("{other:?}"),
    }
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

/// A DER value of this tag.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        short @ 0..0x80 => out.push(short as u8),
        long => {
            out.push(0x82);
            out.extend(u16::try_from(long).expect("a short value").to_be_bytes());
        }
    }
    out.extend_from_slice(content);
    out
}

/// An `RSAPublicKey` with a modulus of so many bits and this exponent.
fn rsa(bits: usize, exponent: &[u8]) -> Vec<u8> {
    let mut modulus = vec![0xff; bits.div_ceil(8)];
    modulus[0] >>= (8 - bits % 8) % 8;
    if modulus[0] & 0x80 != 0 {
        modulus.insert(0, 0);
    }
    der(0x30, &[der(2, &modulus), der(2, exponent)].concat())
}

#[test]
fn signatures_of_openssl_are_right_with_either_encoding_of_the_key() {
    for (value, fingerprint) in [(KEY, FINGERPRINT), (KEY_SPKI, FINGERPRINT_SPKI)] {
        let key = usable(&keys(value, fingerprint), fingerprint);
        assert!(key.verify(MESSAGE.as_bytes(), &bytes(SIGNATURE)));
        assert_eq!(key.fingerprint(), fingerprint);
    }
    let three = usable(&keys(KEY_OF_THREE, FINGERPRINT_OF_THREE), FINGERPRINT_OF_THREE);
    assert!(three.verify(MESSAGE.as_bytes(), &bytes(SIGNATURE_OF_THREE)));
    assert!(!three.verify(MESSAGE.as_bytes(), &bytes(SIGNATURE)), "another key's signature");
}

#[test]
fn other_hashes_and_paddings_are_no_signatures() {
    let key = usable(&keys(KEY, FINGERPRINT), FINGERPRINT);
    for other in [SIGNATURE_SHA1, SIGNATURE_SHA512, SIGNATURE_PSS] {
        assert!(!key.verify(MESSAGE.as_bytes(), &bytes(other)));
    }
}

#[test]
fn any_flipped_bit_of_signature_or_message_fails() {
    let key = usable(&keys(KEY, FINGERPRINT), FINGERPRINT);
    let (signature, message) = (bytes(SIGNATURE), MESSAGE.as_bytes());
    for at in 0..signature.len() {
        let mut flipped = signature.clone();
        flipped[at] ^= 1 << (at % 8);
        assert!(!key.verify(message, &flipped), "byte {at} of the signature");
    }
    for at in 0..message.len() {
        let mut flipped = message.to_vec();
        flipped[at] ^= 1 << (at % 8);
        assert!(!key.verify(&flipped, &signature), "byte {at} of the message");
    }
}

#[test]
fn signatures_of_other_lengths_fail() {
    let key = usable(&keys(KEY, FINGERPRINT), FINGERPRINT);
    let signature = bytes(SIGNATURE);
    let longer = [signature.as_slice(), &[0]].concat();
    let padded = [&[0], signature.as_slice()].concat();
    for other in [&[][..], &signature[..255], &signature[1..], &longer, &padded, &[0; 256], &[0xff; 256]] {
        assert!(!key.verify(MESSAGE.as_bytes(), other), "{} bytes", other.len());
    }
    assert!(!key.verify(b"", &signature));
}

#[test]
fn fingerprints_compare_without_case() {
    let keys = keys(KEY, &FINGERPRINT.to_uppercase());
    assert!(matches!(keys.get(FINGERPRINT), KeyLookup::Usable(_)));
    assert!(matches!(keys.get(&FINGERPRINT.to_uppercase()), KeyLookup::Usable(_)));
    assert!(matches!(keys.get(FINGERPRINT_SPKI), KeyLookup::NotFound));
    assert!(matches!(keys.get("é"), KeyLookup::NotFound));
    assert_eq!(keys.fingerprints().collect::<Vec<_>>(), [FINGERPRINT]);
}

#[test]
fn a_value_of_another_fingerprint_is_unusable_and_said_once() {
    let mut swapped = keys(KEY, FINGERPRINT_SPKI);
    let KeyLookup::Unusable(reason) = swapped.get(FINGERPRINT_SPKI) else { panic!("{swapped:?}") };
    assert_eq!(*reason, Unusable::Fingerprint { actual: FINGERPRINT.to_owned() });
    assert!(matches!(swapped.get(FINGERPRINT), KeyLookup::NotFound), "the fingerprint is not taken from the value");
    swapped.merge(keys(KEY, FINGERPRINT_SPKI)).expect("the same key");
    assert_eq!(swapped.notes().len(), 1);
    assert_eq!(
        swapped.notes()[0].message,
        format!(
            "the key `{FINGERPRINT_SPKI}` of region us-east-1 cannot be used: its value has the MD5 `{FINGERPRINT}`, \
             which is not its fingerprint"
        )
    );
}

#[test]
fn what_is_no_rsa_key_is_unusable() {
    assert_eq!(unusable(&bytes(CURVE_KEY)), Unusable::NotRsa);
    assert_eq!(unusable(b"not a key"), Unusable::NotRsa);
    let key = bytes(KEY);
    assert_eq!(unusable(&key[..key.len() - 1]), Unusable::NotRsa, "cut off");
    assert_eq!(unusable(&[key.as_slice(), &[0]].concat()), Unusable::NotRsa, "more behind it");
    let spki = bytes(KEY_SPKI);
    assert_eq!(unusable(&[spki.as_slice(), &[0]].concat()), Unusable::NotRsa, "more behind it");
    let negative = der(0x30, &[der(2, &[0xff; 256]), der(2, &[3])].concat());
    assert_eq!(unusable(&negative), Unusable::NotRsa);
}

#[test]
fn keys_out_of_bounds_are_unusable() {
    assert_eq!(unusable(&bytes(SHORT_KEY)), Unusable::Bits(1024));
    assert_eq!(unusable(&rsa(2047, &[1, 0, 1])), Unusable::Bits(2047));
    assert_eq!(unusable(&rsa(8193, &[1, 0, 1])), Unusable::Bits(8193));
    for exponent in [&[1][..], &[2], &[1, 0, 0], &[2, 0, 0, 0, 1], &[1, 0, 0, 0, 0, 0, 0, 0, 1], &[0]] {
        assert_eq!(unusable(&rsa(2048, exponent)), Unusable::Numbers, "{exponent:?}");
    }
    for (bits, exponent) in [(2048, &[3][..]), (3072, &[1, 0, 1]), (8192, &[1, 0xff, 0xff, 0xff, 0xff])] {
        let value = rsa(bits, exponent);
        let fingerprint = key::md5(&value);
        let key = usable(&keys(&STANDARD.encode(value), &fingerprint), &fingerprint);
        assert!(!key.verify(MESSAGE.as_bytes(), &bytes(SIGNATURE)));
    }
    // An even modulus.
    let mut even = rsa(2048, &[1, 0, 1]);
    let last = even.len() - 6;
    even[last] = 0xfe;
    assert_eq!(unusable(&even), Unusable::Numbers);
}

#[test]
fn a_value_that_is_no_base64_is_unusable() {
    let keys = keys("%%%", FINGERPRINT);
    assert!(matches!(keys.get(FINGERPRINT), KeyLookup::Unusable(Unusable::NotBase64)));
    assert!(!keys.is_empty());
}

#[test]
fn lists_of_every_shape_are_read() {
    let entry = json!({"Value": KEY, "ValidityStartTime": "1436317441.0", "Fingerprint": FINGERPRINT});
    let broken = KEY.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>().join("\n");
    for list in [
        json!({"PublicKeyList": [entry]}),
        json!({"publicKeyList": [entry], "ResponseMetadata": {"HTTPStatusCode": 200}}),
        json!([entry, entry]),
        json!([{"value": KEY, "fingerprint": FINGERPRINT, "validityStartTime": 1_436_317_441}]),
        json!([{"Value": broken, "ValidityStartTime": "2015-07-08T01:04:01+00:00", "SourceRegion": "us-east-1"}]),
    ] {
        let mut keys = PublicKeys::default();
        text("keys.json", list.to_string().as_bytes(), &mut keys).unwrap_or_else(|error| panic!("{list}: {error}"));
        assert_eq!(keys.fingerprints().collect::<Vec<_>>(), [FINGERPRINT], "{list}");
        assert_eq!(keys.notes(), []);
        let start = usable(&keys, FINGERPRINT).validity().start;
        assert_eq!(start, Some(time("2015-07-08T01:04:01Z")), "{list}");
    }
}

#[test]
fn a_time_that_cannot_be_read_is_told_and_the_key_used() {
    let mut keys = PublicKeys::default();
    let list =
        json!([{"Value": KEY, "Fingerprint": FINGERPRINT, "ValidityEndTime": "soon", "ValidityStartTime": null}]);
    text("keys.json", list.to_string().as_bytes(), &mut keys).expect("a list");
    assert_eq!(usable(&keys, FINGERPRINT).validity(), Validity::default());
    assert_eq!(keys.notes()[0].message, "the key file `keys.json` has no time at `[0].ValidityEndTime`");
}

#[test]
fn files_are_merged_and_contradictions_are_errors() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, list: serde_json::Value| {
        let path = folder.path().join(name);
        std::fs::write(&path, list.to_string()).expect("a file");
        path
    };
    let one = file("one.json", json!([{"Value": KEY, "Fingerprint": FINGERPRINT, "ValidityEndTime": 100}]));
    let two = file(
        "two.json",
        json!([{"Value": KEY_OF_THREE}, {"Value": KEY, "Fingerprint": FINGERPRINT.to_uppercase(), "ValidityEndTime": 200}]),
    );
    let keys = PublicKeys::read(&[one.clone(), two]).expect("two files");
    assert_eq!(keys.fingerprints().collect::<Vec<_>>(), [FINGERPRINT, FINGERPRINT_OF_THREE]);
    assert_eq!(usable(&keys, FINGERPRINT).validity().end.map(|end| end.timestamp()), Some(200));

    let other = file("other.json", json!([{"Value": KEY_OF_THREE, "Fingerprint": FINGERPRINT}]));
    let error = PublicKeys::read(&[one.clone(), other.clone()]).expect_err("two values of one fingerprint");
    let expected =
        format!("`{}` and `{}` have different values for the key `{FINGERPRINT}`", one.display(), other.display());
    assert_eq!(error.to_string(), expected);
    assert!(matches!(PublicKeys::read(&[folder.path().join("absent")]), Err(Error::Read { .. })));
    assert!(matches!(PublicKeys::read(&[folder.path().to_path_buf()]), Err(Error::Read { .. })));
    assert!(PublicKeys::read(&[]).expect("no files").is_empty());
}

#[test]
fn validity_bounds_give_a_day() {
    let validity = Validity { start: Some(time("2024-03-02T00:00:00Z")), end: Some(time("2024-03-31T00:00:00Z")) };
    for (at, expected) in [
        ("2024-02-29T23:59:59Z", false),
        ("2024-03-01T00:00:00Z", true),
        ("2024-03-15T00:00:00Z", true),
        ("2024-04-01T00:00:00Z", true),
        ("2024-04-01T00:00:01Z", false),
    ] {
        assert_eq!(validity.is_within(time(at)), expected, "{at}");
    }
    assert!(Validity::default().is_within(time("1970-01-01T00:00:00Z")));
}

#[test]
fn what_is_written_is_read_again() {
    let validity = Validity { start: Some(time("2024-03-07T00:00:00Z")), end: Some(time("2024-04-06T00:00:00.5Z")) };
    let key = ListedKey { value: KEY.to_owned(), named: Some(FINGERPRINT.to_owned()), validity };
    let written = document(std::slice::from_ref(&key));
    assert_eq!(
        written,
        json!({"PublicKeyList": [{
            "Value": KEY,
            "ValidityStartTime": "2024-03-07T00:00:00+00:00",
            "ValidityEndTime": "2024-04-06T00:00:00.500+00:00",
            "Fingerprint": FINGERPRINT,
        }]})
    );
    let mut keys = PublicKeys::default();
    text("keys.json", written.to_string().as_bytes(), &mut keys).expect("a list");
    assert_eq!(usable(&keys, FINGERPRINT).validity(), validity);
}
