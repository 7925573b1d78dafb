//! Addresses and blocks of them as bytes: what the types IPADDRESS and IPPREFIX hold.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The 16 bytes of an address; IPv4 is IPv4-mapped IPv6, so that bytes compare as Trino compares.
pub(super) fn to_bytes(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

/// The address of 16 bytes.
pub(super) fn of_bytes(bytes: &[u8]) -> Option<IpAddr> {
    let bytes: [u8; 16] = bytes.try_into().ok()?;
    Some(IpAddr::V6(Ipv6Addr::from(bytes)).to_canonical())
}

/// Reads an address; IPv4-mapped IPv6 is IPv4.
pub(super) fn parse(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// A block of addresses, by its first address and the length of the prefix they share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::functions) struct Block {
    first: IpAddr,
    length: u8,
}

impl Block {
    /// The block of an address and the length of a prefix; none when the address has fewer bits.
    pub(super) fn new(address: IpAddr, length: u8) -> Option<Self> {
        let first = match address {
            IpAddr::V4(address) => {
                let rest = u32::MAX.checked_shr(u32::from(length)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from(u32::from(address) & !rest))
            }
            IpAddr::V6(address) => {
                let rest = u128::MAX.checked_shr(u32::from(length)).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from(u128::from(address) & !rest))
            }
        };
        (length <= bits(address)).then_some(Self { first, length })
    }

    /// Reads `10.0.0.0/8`; a lone address is a block of one.
    pub(in crate::functions) fn parse(text: &str) -> Option<Self> {
        match text.split_once('/') {
            Some((address, length)) if length.bytes().all(|byte| byte.is_ascii_digit()) => {
                Self::new(address.parse().ok()?, length.parse().ok()?)
            }
            Some(_) => None,
            None => parse(text).and_then(|address| Self::new(address, bits(address))),
        }
    }

    /// The 17 bytes of a value of type IPPREFIX.
    pub(super) fn to_bytes(self) -> [u8; 17] {
        let mut bytes = [self.length; 17];
        bytes[..16].copy_from_slice(&to_bytes(self.first));
        bytes
    }

    /// The block of 17 bytes.
    pub(super) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (length, address) = bytes.split_last()?;
        Self::new(of_bytes(address)?, *length)
    }

    /// The first address.
    pub(super) fn first(self) -> IpAddr {
        self.first
    }

    /// The last address.
    pub(super) fn last(self) -> IpAddr {
        match self.first {
            IpAddr::V4(first) => {
                let rest = u32::MAX.checked_shr(u32::from(self.length)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from(u32::from(first) | rest))
            }
            IpAddr::V6(first) => {
                let rest = u128::MAX.checked_shr(u32::from(self.length)).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from(u128::from(first) | rest))
            }
        }
    }

    /// Whether the address lies in the block; one of the other family never does.
    pub(in crate::functions) fn contains(self, address: IpAddr) -> bool {
        bits(address) == bits(self.first) && Self::new(address, self.length) == Some(self)
    }

    /// Whether the other block lies in this one.
    pub(super) fn covers(self, other: Self) -> bool {
        self.length <= other.length && self.contains(other.first)
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.length)
    }
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Whether an address is one that is used inside of networks only.
///
/// RFC 1918, loopback, link-local, shared address space (RFC 6598), unique local (RFC 4193).
pub(super) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            let is_shared = first == 100 && second & 0xc0 == 64;
            address.is_private() || address.is_loopback() || address.is_link_local() || is_shared
        }
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_has_a_first_and_a_last_address() {
        let check = |text: &str, expected: &str, first: &str, last: &str| {
            let block = Block::parse(text).expect(text);
            assert_eq!(
                (block.to_string(), block.first(), block.last()),
                (expected.to_owned(), first.parse().expect(first), last.parse().expect(last))
            );
            assert_eq!(Block::of_bytes(&block.to_bytes()), Some(block));
        };
        check("192.0.2.77/24", "192.0.2.0/24", "192.0.2.0", "192.0.2.255");
        check("0.0.0.0/0", "0.0.0.0/0", "0.0.0.0", "255.255.255.255");
        check("192.0.2.7", "192.0.2.7/32", "192.0.2.7", "192.0.2.7");
        check("2001:db8::1/32", "2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
        for bad in ["", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "10.0.0/8", "::/129", "10.0.0.0/8/8", "x"] {
            assert_eq!(Block::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_block_contains_addresses_and_blocks_of_its_family() {
        let block = |text: &str| Block::parse(text).expect(text);
        assert!(block("10.0.0.0/8").contains(parse("::ffff:10.1.2.3").expect("an address")));
        assert!(!block("0.0.0.0/0").contains(parse("2001:db8::1").expect("an address")));
        assert!(block("10.0.0.0/8").covers(block("10.1.0.0/16")));
        assert!(!block("10.1.0.0/16").covers(block("10.0.0.0/8")));
    }
}
