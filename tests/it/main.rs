//! Tests that drive trailql from outside, in one binary because linking DataFusion takes its time.

mod asked;
mod bad_input;
mod browser;
mod config;
mod corpus;
mod counters;
mod coverage;
mod examples;
#[path = "../fixture/mod.rs"]
mod fixture;
mod functions;
mod hostile;
mod lookup;
#[path = "../memory.rs"]
mod memory;
mod outputs;
mod packs;
mod pages;
mod plans;
mod prefilter;
mod proof;
mod properties;
mod public_keys;
mod readme;
mod report;
mod rooms;
mod s3;
mod shell;
#[path = "../fixture/sign/mod.rs"]
mod sign;
mod sql_odd;
mod statements;
mod terminal;
mod verify;
