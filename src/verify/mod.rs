//! Log file integrity: digest files, their signatures and chains, and the log files that they list.

pub mod keys;
