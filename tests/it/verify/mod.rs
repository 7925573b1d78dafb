//! `trailql verify` over archives that the tests sign themselves, and break: each status, each edge.
//!
//! What is expected comes from the documentation of digest files and of the command, worked out by hand.

mod chain;
mod clean;
mod elsewhere;
mod example;
mod exits;
mod flips;
mod formats;
mod holes;
mod hostile;
mod keys;
mod local;
mod logs;
mod malformed;
mod ranges;
mod report;
mod resume;
mod run;
mod s3;
mod s3_trouble;
mod signature;
mod unlisted;
mod vector;
