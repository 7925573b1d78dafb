//! Trino's types IPADDRESS and IPPREFIX, and what is asked of addresses in records.
//!
//! A value of either type is bytes of a fixed length whose field says what they hold; see
//! [`crate::schema::columns::IP_ADDRESS`]. Text that spells one is taken in its place.

mod block;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, FixedSizeBinaryArray, FixedSizeBinaryBuilder, StringArray,
};
use datafusion::arrow::datatypes::{DataType, Field, Int64Type};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ScalarUDF;

pub(in crate::functions) use self::block::Block;
use self::block::{is_private, of_bytes, parse, to_bytes};
use super::Function;
use super::nested::{Lists, assemble, is_text, item_field, list_of, list_type, wrong};
use super::scalar::{Args, Scalar, gives};
use crate::schema::columns;

/// What SQL may call of this family.
pub(super) const NETWORK: &[Function] = &[
    Function::ours(
        "ip_address",
        "ip_address(text)",
        "The address that a text spells, as CAST(text AS IPADDRESS) gives it; an error where it spells none.",
        &[("ip_text(ip_address('2001:DB8::0001'))", "2001:db8::1")],
        ip_address,
    ),
    Function::ours(
        "try_ip_address",
        "try_ip_address(text)",
        "The address that a text spells; NULL where it spells none.",
        &[("try_ip_address('cloudtrail.amazonaws.com')", "NULL")],
        try_ip_address,
    ),
    Function::trino(
        "ip_prefix",
        "ip_prefix(address, bits)",
        "The block of addresses that share so many bits with this one; of a text alone, the block it spells.",
        &[("ip_text(ip_prefix('192.0.2.77', 24))", "192.0.2.0/24"), ("ip_text(ip_prefix('10.1.2.3/8'))", "10.0.0.0/8")],
        ip_prefix,
    ),
    Function::trino(
        "ip_subnet_min",
        "ip_subnet_min(block)",
        "The first address of a block.",
        &[("ip_text(ip_subnet_min('192.0.2.0/24'))", "192.0.2.0")],
        ip_subnet_min,
    ),
    Function::trino(
        "ip_subnet_max",
        "ip_subnet_max(block)",
        "The last address of a block.",
        &[("ip_text(ip_subnet_max('192.0.2.0/24'))", "192.0.2.255")],
        ip_subnet_max,
    ),
    Function::trino(
        "ip_subnet_range",
        "ip_subnet_range(block)",
        "The first and the last address of a block.",
        &[("ip_text(ip_subnet_range('192.0.2.0/24')[2])", "192.0.2.255")],
        ip_subnet_range,
    ),
    Function::trino(
        "is_subnet_of",
        "is_subnet_of(block, address or block)",
        "Whether a block has an address, or the whole of another block.",
        &[("is_subnet_of('10.0.0.0/8', '10.1.0.0/16')", "true"), ("is_subnet_of('10.0.0.0/8', '192.0.2.1')", "false")],
        is_subnet_of,
    ),
    Function::ours(
        "ip_text",
        "ip_text(address or block)",
        "An address or block as text, in its shortest spelling.",
        &[("ip_text('2001:0DB8::1')", "2001:db8::1")],
        ip_text,
    ),
    Function::ours(
        "cidr_contains",
        "cidr_contains(block or array of blocks, address)",
        "Whether a block has an address; false for what is no address, such as a service's name.",
        &[
            ("cidr_contains('10.0.0.0/8', '10.1.2.3')", "true"),
            ("cidr_contains(ARRAY['10.0.0.0/8', '192.0.2.0/24'], '192.0.2.9')", "true"),
            ("cidr_contains('0.0.0.0/0', 'cloudtrail.amazonaws.com')", "false"),
        ],
        cidr_contains,
    ),
    Function::ours(
        "is_private_ip",
        "is_private_ip(address)",
        "Whether it is an address of private networks, loopback, link-local or shared space; false for names.",
        &[("is_private_ip('172.16.0.9')", "true"), ("is_private_ip('cloudtrail.amazonaws.com')", "false")],
        is_private_ip,
    ),
    Function::ours(
        "is_ip_address",
        "is_ip_address(text)",
        "Whether a text is an address, of IPv4 or IPv6.",
        &[("is_ip_address('192.0.2.1')", "true"), ("is_ip_address('192.0.2.256')", "false")],
        is_ip_address,
    ),
];

const ADDRESS: DataType = DataType::FixedSizeBinary(16);
const BLOCK: DataType = DataType::FixedSizeBinary(17);

fn gives_address() -> Field {
    marked(ADDRESS, columns::IP_ADDRESS)
}

fn marked(data_type: DataType, mark: &str) -> Field {
    gives(data_type).with_metadata(HashMap::from([(columns::HOLDS.to_owned(), mark.to_owned())]))
}

/// Whether values of the type may be a network to look for addresses in.
pub(super) fn is_network(data_type: &DataType) -> bool {
    *data_type == BLOCK || is_text(data_type)
}

/// Whether values of the type may be an address.
pub(super) fn is_address_like(data_type: &DataType) -> bool {
    *data_type == ADDRESS || is_text(data_type)
}

/// How such an argument comes in: bytes as they are, all else as text.
pub(super) fn input(data_type: &DataType) -> DataType {
    if is_text(data_type) { DataType::Utf8 } else { data_type.clone() }
}

/// One value of an argument.
enum Read<T> {
    Null,
    /// The text that is none.
    Not(String),
    Is(T),
}

impl<T> Read<T> {
    /// The value; an error where a text spells none.
    fn known(self, what: &str) -> Result<Option<T>> {
        match self {
            Self::Null => Ok(None),
            Self::Not(text) => exec_err!("`{}` is not {what}", super::json::shortened(&text)),
            Self::Is(value) => Ok(Some(value)),
        }
    }
}

fn read<T>(array: &ArrayRef, text: fn(&str) -> Option<T>, bytes: fn(&[u8]) -> Option<T>) -> Result<Vec<Read<T>>> {
    let value = |row: usize| {
        if array.is_null(row) {
            return Read::Null;
        }
        if let Some(texts) = array.as_string_opt::<i32>() {
            return text(texts.value(row)).map_or_else(|| Read::Not(texts.value(row).to_owned()), Read::Is);
        }
        let value = array.as_fixed_size_binary_opt().and_then(|values| bytes(values.value(row)));
        value.map_or(Read::Null, Read::Is)
    };
    Ok((0..array.len()).map(value).collect())
}

fn addresses(args: &Args<'_>, index: usize) -> Result<Vec<Read<IpAddr>>> {
    read(&args.array(index)?, parse, of_bytes)
}

fn blocks(args: &Args<'_>, index: usize) -> Result<Vec<Read<Block>>> {
    read(&args.array(index)?, Block::parse, Block::of_bytes)
}

const AN_ADDRESS: &str = "an IP address";
const A_BLOCK: &str = "a block of addresses, such as `10.0.0.0/8`";

fn binary<const N: usize>(values: impl Iterator<Item = Result<Option<[u8; N]>>>) -> Result<ArrayRef> {
    let mut bytes = FixedSizeBinaryBuilder::new(i32::try_from(N).unwrap_or(0));
    for value in values {
        match value? {
            Some(value) => bytes.append_value(value)?,
            None => bytes.append_null(),
        }
    }
    Ok(Arc::new(bytes.finish()))
}

/// Arguments of which each is text or of the other type named beside it.
fn inputs(name: &str, expected: &str, others: &[&[DataType]], types: &[DataType]) -> Result<Vec<DataType>> {
    let fits = |(data_type, others): (&DataType, &&[DataType])| is_text(data_type) || others.contains(data_type);
    if types.len() != others.len() || !types.iter().zip(others).all(fits) {
        return wrong(name, expected, types);
    }
    Ok(types.iter().map(input).collect())
}

/// `ip_address(text)`: CAST(text AS IPADDRESS).
#[must_use]
pub fn ip_address() -> Arc<ScalarUDF> {
    Scalar {
        name: "ip_address",
        inputs: |types| inputs("ip_address", "text", &[&[ADDRESS]], types),
        output: |_| Ok(gives_address()),
        values: |args| binary(addresses(args, 0)?.into_iter().map(|value| Ok(value.known(AN_ADDRESS)?.map(to_bytes)))),
    }
    .function()
}

/// `try_ip_address(text)`: TRY_CAST(text AS IPADDRESS).
#[must_use]
pub fn try_ip_address() -> Arc<ScalarUDF> {
    Scalar {
        name: "try_ip_address",
        inputs: |types| inputs("try_ip_address", "text", &[&[ADDRESS]], types),
        output: |_| Ok(gives_address()),
        values: |args| {
            binary(addresses(args, 0)?.into_iter().map(|value| match value {
                Read::Is(address) => Ok(Some(to_bytes(address))),
                Read::Null | Read::Not(_) => Ok(None),
            }))
        },
    }
    .function()
}

/// `ip_prefix(text)`: CAST(text AS IPPREFIX); `ip_prefix(address, bits)` as in Trino.
#[must_use]
pub fn ip_prefix() -> Arc<ScalarUDF> {
    Scalar {
        name: "ip_prefix",
        inputs: |types| match types {
            [block] if is_text(block) || *block == BLOCK => Ok(vec![input(block)]),
            [address, bits] if is_address_like(address) && (bits.is_integer() || bits.is_null()) => {
                Ok(vec![input(address), DataType::Int64])
            }
            _ => wrong("ip_prefix", "address, bits", types),
        },
        output: |_| Ok(marked(BLOCK, columns::IP_PREFIX)),
        values: |args| {
            if args.len() == 1 {
                return binary(
                    blocks(args, 0)?.into_iter().map(|value| Ok(value.known(A_BLOCK)?.map(Block::to_bytes))),
                );
            }
            let bits = args.array(1)?;
            let bits = bits.as_primitive::<Int64Type>();
            binary(addresses(args, 0)?.into_iter().zip(bits).map(|(address, bits)| {
                let (Some(address), Some(bits)) = (address.known(AN_ADDRESS)?, bits) else { return Ok(None) };
                match u8::try_from(bits).ok().and_then(|bits| Block::new(address, bits)) {
                    Some(block) => Ok(Some(block.to_bytes())),
                    None => exec_err!("`ip_prefix` cannot take {bits} bits of `{address}`"),
                }
            }))
        },
    }
    .function()
}

fn one_block(name: &str, types: &[DataType]) -> Result<Vec<DataType>> {
    inputs(name, "block", &[&[BLOCK]], types)
}

fn ip_subnet_min() -> Arc<ScalarUDF> {
    Scalar {
        name: "ip_subnet_min",
        inputs: |types| one_block("ip_subnet_min", types),
        output: |_| Ok(gives_address()),
        values: |args| {
            let first = |block: Read<Block>| Ok(block.known(A_BLOCK)?.map(|block| to_bytes(block.first())));
            binary(blocks(args, 0)?.into_iter().map(first))
        },
    }
    .function()
}

fn ip_subnet_max() -> Arc<ScalarUDF> {
    Scalar {
        name: "ip_subnet_max",
        inputs: |types| one_block("ip_subnet_max", types),
        output: |_| Ok(gives_address()),
        values: |args| {
            let last = |block: Read<Block>| Ok(block.known(A_BLOCK)?.map(|block| to_bytes(block.last())));
            binary(blocks(args, 0)?.into_iter().map(last))
        },
    }
    .function()
}

fn ip_subnet_range() -> Arc<ScalarUDF> {
    Scalar {
        name: "ip_subnet_range",
        inputs: |types| one_block("ip_subnet_range", types),
        output: |_| Ok(gives(list_type(&gives_address()))),
        values: |args| {
            let mut ends = Vec::new();
            let mut valid = Vec::new();
            for block in blocks(args, 0)? {
                let block = block.known(A_BLOCK)?;
                valid.push(block.is_some());
                ends.extend(block.into_iter().flat_map(|block| [block.first(), block.last()]));
            }
            let lengths = valid.iter().map(|is_valid| if *is_valid { 2 } else { 0 }).collect();
            let values = binary(ends.into_iter().map(|address| Ok(Some(to_bytes(address)))))?;
            assemble(values, lengths, valid, args.output())
        },
    }
    .function()
}

fn is_subnet_of() -> Arc<ScalarUDF> {
    Scalar {
        name: "is_subnet_of",
        inputs: |types| inputs("is_subnet_of", "block, address or block", &[&[BLOCK], &[ADDRESS, BLOCK]], types),
        output: |_| Ok(gives(DataType::Boolean)),
        values: |args| {
            let lone = |bytes: &[u8]| of_bytes(bytes).and_then(|address| Block::parse(&address.to_string()));
            let inner = match args.field(1).data_type() {
                DataType::FixedSizeBinary(16) => read(&args.array(1)?, Block::parse, lone)?,
                _ => blocks(args, 1)?,
            };
            let covers = |(outer, inner): (Read<Block>, Read<Block>)| {
                let (outer, inner) = (outer.known(A_BLOCK)?, inner.known("an IP address or a block of addresses")?);
                Ok(outer.zip(inner).map(|(outer, inner)| outer.covers(inner)))
            };
            let found = blocks(args, 0)?.into_iter().zip(inner).map(covers).collect::<Result<Vec<_>>>()?;
            Ok(Arc::new(BooleanArray::from(found)))
        },
    }
    .function()
}

/// `ip_text(value)`: an address or block as text, also of text.
#[must_use]
pub fn ip_text() -> Arc<ScalarUDF> {
    Scalar {
        name: "ip_text",
        inputs: |types| inputs("ip_text", "address or block", &[&[ADDRESS, BLOCK]], types),
        output: |_| Ok(gives(DataType::Utf8)),
        values: |args| {
            let values = args.array(0)?;
            if let Some(texts) = texts(&values) {
                return Ok(Arc::new(texts));
            }
            let text = |text: &str| match (parse(text), Block::parse(text)) {
                (Some(address), _) => Ok(address.to_string()),
                (None, Some(block)) => Ok(block.to_string()),
                _ => exec_err!("`{}` is neither an IP address nor a block of them", super::json::shortened(text)),
            };
            let texts = values.as_string::<i32>().iter().map(|value| value.map(text).transpose());
            Ok(Arc::new(texts.collect::<Result<StringArray>>()?))
        },
    }
    .function()
}

/// The texts of an array of addresses or blocks.
pub(super) fn texts(values: &ArrayRef) -> Option<StringArray> {
    let bytes: &FixedSizeBinaryArray = values.as_fixed_size_binary_opt()?;
    let text: fn(&[u8]) -> Option<String> = match values.data_type() {
        DataType::FixedSizeBinary(16) => |bytes| of_bytes(bytes).map(|address| address.to_string()),
        DataType::FixedSizeBinary(17) => |bytes| Block::of_bytes(bytes).map(|block| block.to_string()),
        _ => return None,
    };
    Some(bytes.iter().map(|value| text(value?)).collect())
}

/// `contains(network, address)`, and of two texts that are not these, whether one contains the other.
pub(super) fn contains(args: &Args<'_>) -> Result<ArrayRef> {
    let are_texts = (0..2).all(|index| *args.field(index).data_type() == DataType::Utf8);
    if !are_texts {
        let contains = |(block, address): (Read<Block>, Read<IpAddr>)| {
            let (block, address) = (block.known(A_BLOCK)?, address.known(AN_ADDRESS)?);
            Ok(block.zip(address).map(|(block, address)| block.contains(address)))
        };
        let found = blocks(args, 0)?.into_iter().zip(addresses(args, 1)?).map(contains);
        return Ok(Arc::new(BooleanArray::from(found.collect::<Result<Vec<_>>>()?)));
    }
    let constant = args.constant(0).and_then(|text| text.try_as_str().flatten()).map(network);
    let (texts, others) = (args.texts(0)?, args.texts(1)?);
    let contains = |(text, other): (Option<&str>, Option<&str>)| {
        let (text, other) = (text?, other?);
        let block = constant.unwrap_or_else(|| network(text));
        match block.and_then(|block| Some((block, parse(other)?))) {
            Some((block, address)) => Some(block.contains(address)),
            None => Some(text.contains(other)),
        }
    };
    Ok(Arc::new(texts.iter().zip(&others).map(contains).collect::<BooleanArray>()))
}

/// The block a text spells with the length of its prefix.
fn network(text: &str) -> Option<Block> {
    if text.contains('/') { Block::parse(text) } else { None }
}

fn cidr_contains() -> Arc<ScalarUDF> {
    Scalar {
        name: "cidr_contains",
        inputs: |types| {
            let expected = "block or array of blocks, address";
            let [block, address] = types else { return wrong("cidr_contains", expected, types) };
            let block = match item_field(block).filter(|_| block.is_list()) {
                Some(item) if is_network(item.data_type()) => list_of(input(item.data_type())),
                None if is_network(block) => input(block),
                _ => return wrong("cidr_contains", expected, types),
            };
            if !is_address_like(address) {
                return wrong("cidr_contains", expected, types);
            }
            Ok(vec![block, input(address)])
        },
        output: |_| Ok(gives(DataType::Boolean)),
        values: |args| {
            let lists = if args.field(0).data_type().is_list() { Some(Lists::of(args, 0)?) } else { None };
            let values = match (&lists, args.constant(0)) {
                (Some(lists), _) => Arc::clone(&lists.values),
                (None, Some(block)) => block.to_array()?,
                (None, None) => args.array(0)?,
            };
            let blocks = read(&values, Block::parse, Block::of_bytes)?;
            let blocks = blocks.into_iter().map(|block| block.known(A_BLOCK)).collect::<Result<Vec<_>>>()?;
            let found = addresses(args, 1)?.into_iter().enumerate().map(|(row, address)| {
                let range = match &lists {
                    Some(lists) => lists.range(row)?,
                    None if args.constant(0).is_some() => 0..1,
                    None => row..row + 1,
                };
                if lists.is_none() && blocks[range.start].is_none() {
                    return None;
                }
                match address {
                    Read::Null => None,
                    Read::Not(_) => Some(false),
                    Read::Is(address) => Some(blocks[range].iter().flatten().any(|block| block.contains(address))),
                }
            });
            Ok(Arc::new(found.collect::<BooleanArray>()))
        },
    }
    .function()
}

/// What is asked of addresses; false for text that is none.
fn whether(args: &Args<'_>, is: fn(IpAddr) -> bool) -> Result<ArrayRef> {
    let found = addresses(args, 0)?.into_iter().map(|address| match address {
        Read::Null => None,
        Read::Not(_) => Some(false),
        Read::Is(address) => Some(is(address)),
    });
    Ok(Arc::new(found.collect::<BooleanArray>()))
}

fn is_private_ip() -> Arc<ScalarUDF> {
    Scalar {
        name: "is_private_ip",
        inputs: |types| inputs("is_private_ip", "address", &[&[ADDRESS]], types),
        output: |_| Ok(gives(DataType::Boolean)),
        values: |args| whether(args, is_private),
    }
    .function()
}

fn is_ip_address() -> Arc<ScalarUDF> {
    Scalar {
        name: "is_ip_address",
        inputs: |types| inputs("is_ip_address", "text", &[&[ADDRESS]], types),
        output: |_| Ok(gives(DataType::Boolean)),
        values: |args| whether(args, |_| true),
    }
    .function()
}
