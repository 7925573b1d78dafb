//! Tests that drive trailql from outside, in one binary because linking DataFusion takes its time.

#[path = "../fixture/mod.rs"]
mod fixture;
mod packs;
mod properties;
mod rooms;
mod s3;
