//! Tests that drive trailql from outside, in one binary because linking DataFusion takes its time.

mod rooms;
mod s3;
