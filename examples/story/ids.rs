//! Ids that look random and are the same on every run.

/// A stream of numbers begun from a text: SplitMix64 over the text's FNV-1a hash.
pub(crate) struct Ids(u64);

impl Ids {
    /// The stream that belongs to this text.
    pub(crate) fn of(text: &str) -> Self {
        Self(
            text.bytes()
                .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)),
        )
    }

    /// The next number below `limit`.
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((mixed ^ (mixed >> 31)) % u64::from(limit)).expect("the rest is below a u32")
    }

    fn word(&mut self, letters: &[u8], length: usize) -> String {
        let many = u32::try_from(letters.len()).expect("an alphabet is short");
        (0..length).map(|_| char::from(letters[self.below(many) as usize])).collect()
    }
}

/// A version 4 UUID.
pub(crate) fn uuid(of: &str) -> String {
    let mut digits = Ids::of(of).word(HEX, 32).into_bytes();
    digits[12] = b'4';
    digits[16] = b"89ab"[usize::from(digits[16]) % 4];
    let text = String::from_utf8(digits).expect("hexadecimal digits are ASCII");
    format!("{}-{}-{}-{}-{}", &text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..])
}

/// The id IAM gives a user (`AIDA`) or a role (`AROA`), 21 characters.
pub(crate) fn principal(prefix: &str, of: &str) -> String {
    format!("{prefix}{}EXAMPLE", Ids::of(of).word(CAPITALS, 10))
}

/// The id of a long-term (`AKIA`) or temporary (`ASIA`) access key, 20 characters.
pub(crate) fn access_key(prefix: &str, of: &str) -> String {
    format!("{prefix}{}EXAMPLE", Ids::of(of).word(CAPITALS, 9))
}

/// The id of an EC2 resource: `i-0…`, `sg-0…`.
pub(crate) fn resource(prefix: &str, of: &str) -> String {
    format!("{prefix}-0{}", Ids::of(of).word(HEX, 16))
}

/// The request id S3 gives, 16 characters.
pub(crate) fn s3_request(of: &str) -> String {
    Ids::of(of).word(CAPITALS, 16)
}

/// The end of a log file's name, 16 characters.
pub(crate) fn file(of: &str) -> String {
    Ids::of(of).word(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 16)
}

const HEX: &[u8] = b"0123456789abcdef";
const CAPITALS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
