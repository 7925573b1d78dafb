//! Addresses and blocks of addresses.

use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use datafusion::arrow::array::{ArrayRef, AsArray, BooleanArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{ScalarValue, exec_err};
use datafusion::logical_expr::{Expr, ScalarUDF, lit};

use super::Function;
use super::kernel::kernel;

/// What SQL may call of this family.
pub(super) const ADDRESS: &[Function] = &[
    Function::ours(
        "is_address",
        "is_address(text, family)",
        "Whether a text is an address of the family `v4`, `v6` or `any`; false where it is missing.",
        &[("is_address('10.1.2.3', 'v4')", "true"), ("is_address('ec2.amazonaws.com', 'any')", "false")],
        is_address,
    ),
    Function::ours(
        "in_subnet",
        "in_subnet(text, block, family)",
        "Whether a text is an address of the family in the block; false where it is missing.",
        &[("in_subnet('10.1.2.3', '10.0.0.0/8', 'v4')", "true"), ("in_subnet(NULL, '10.0.0.0/8', 'any')", "false")],
        in_subnet,
    ),
];

/// Which addresses count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// IPv4 and IPv6.
    Any,
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// `is_address(text, 'v4')`: whether the text is an address of the family; false for missing text.
#[must_use]
pub fn is_address() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        kernel("is_address", vec![DataType::Utf8, DataType::Utf8], DataType::Boolean, |texts, constants| {
            let [ScalarValue::Utf8(Some(family))] = constants else {
                return exec_err!("`is_address` without a family");
            };
            let family = Family::named(family);
            let found: BooleanArray =
                texts.as_string::<i32>().iter().map(|text| Some(family.address(text).is_some())).collect();
            Ok(Arc::new(found) as ArrayRef)
        })
    });
    Arc::clone(&FUNCTION)
}

/// `in_subnet(text, '10.0.0.0/8', 'v4')`: whether the text is an address of the family in the block; false for
/// anything else.
#[must_use]
pub fn in_subnet() -> Arc<ScalarUDF> {
    static FUNCTION: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| {
        let inputs = vec![DataType::Utf8; 3];
        kernel("in_subnet", inputs, DataType::Boolean, |texts, constants| {
            let [ScalarValue::Utf8(Some(subnet)), ScalarValue::Utf8(Some(family))] = constants else {
                return exec_err!("`in_subnet` without a subnet");
            };
            let Some(subnet) = Subnet::parse(subnet) else { return exec_err!("`{subnet}` is not a subnet") };
            let family = Family::named(family);
            let holds = |text| family.address(text).is_some_and(|address| subnet.contains(address));
            let found: BooleanArray = texts.as_string::<i32>().iter().map(|text| Some(holds(text))).collect();
            Ok(Arc::new(found) as ArrayRef)
        })
    });
    Arc::clone(&FUNCTION)
}

/// Whether a text column holds addresses, row by row.
#[must_use]
pub fn is_address_of(text: Expr, family: Family) -> Expr {
    is_address().call(vec![text, lit(family.name())])
}

/// Whether a text column holds addresses of a block, row by row.
#[must_use]
pub fn in_subnet_of(text: Expr, subnet: &str, family: Family) -> Expr {
    in_subnet().call(vec![text, lit(subnet), lit(family.name())])
}

impl Family {
    fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::V4 => "v4",
            Self::V6 => "v6",
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "v4" => Self::V4,
            "v6" => Self::V6,
            _ => Self::Any,
        }
    }

    /// The address a text is, when it is one of the family.
    fn address(self, text: Option<&str>) -> Option<IpAddr> {
        let address: IpAddr = text?.parse().ok()?;
        let fits = match self {
            Self::Any => true,
            Self::V4 => address.is_ipv4(),
            Self::V6 => address.is_ipv6(),
        };
        fits.then_some(address)
    }
}

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
