//! trailql against a real S3 server: listing, signatures, policies, and what goes wrong on the way.
//!
//! [`S3Server`] is moto in a virtual environment of its own, installed on first use (half a minute, PyPI is
//! needed) and started for each test process (a second). [`Proxy`] stands in front of it, records the requests
//! and misbehaves on demand. [`Archive`] writes deliveries to upload.
//!
//! `TRAILQL_TEST_S3` says what happens when there is no Python, or no way to PyPI: the tests here say that they
//! were skipped and pass; with `required` they fail. With `off` they are skipped without trying.

mod archive;
mod harness;
mod install;
mod message;
mod policy;
mod proof;
mod proxy;
mod queries;
mod server;

pub(crate) use archive::{Archive, Delivery};
pub(crate) use message::{Fault, Request};
pub(crate) use proxy::Proxy;
pub(crate) use server::{Keys, S3Server};
