//! Addresses and blocks of addresses.

use std::net::IpAddr;

/// A block of addresses: `10.0.0.0/8`, `2001:db8::/32`. Bits after the prefix do not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subnet {
    address: IpAddr,
    prefix: u8,
}

impl Subnet {
    /// Reads CIDR notation; a lone address is a block of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse().ok().filter(|prefix| *prefix <= most)?,
            None => most,
        };
        Some(Self { address, prefix })
    }

    /// Whether the address lies in the block; an address of the other family never does.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(block), IpAddr::V4(address)) => {
                let differing = u32::from(block) ^ u32::from(address);
                differing.checked_shr(32 - u32::from(self.prefix)).unwrap_or(0) == 0
            }
            (IpAddr::V6(block), IpAddr::V6(address)) => {
                let differing = u128::from(block) ^ u128::from(address);
                differing.checked_shr(128 - u32::from(self.prefix)).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_holds_the_addresses_with_its_prefix() {
        let check = |block: &str, address: &str, expected: bool| {
            let block = Subnet::parse(block).expect(block);
            assert_eq!(block.contains(address.parse().expect(address)), expected, "{address}");
        };
        check("10.0.0.0/8", "10.255.0.1", true);
        check("10.0.0.0/8", "11.0.0.0", false);
        check("0.0.0.0/0", "198.51.100.7", true);
        check("192.0.2.1", "192.0.2.1", true);
        check("192.0.2.1", "192.0.2.2", false);
        check("2001:db8::/32", "2001:db8:1::", true);
        check("::/0", "2001:db9::", true);
        check("::/0", "192.0.2.1", false);
    }

    #[test]
    fn what_is_no_block_is_refused() {
        for text in ["10.0.0/8", "10.0.0.0/33", "10.0.0.0/", "::/129", "", "x/8"] {
            assert_eq!(Subnet::parse(text), None, "{text}");
        }
    }
}
