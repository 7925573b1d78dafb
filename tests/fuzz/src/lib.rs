//! The rooms under fuzz, and nothing else of trailql: DataFusion would be built once more, with counters all over it.
//! The target `insights` plans, so it takes all of trailql, with the feature `engine`.
//!
//! ```sh
//! cargo +nightly fuzz run --fuzz-dir tests/fuzz --sanitizer none split -- -dict=tests/fuzz/json.dict
//! cargo +nightly fuzz run --fuzz-dir tests/fuzz --sanitizer none columns
//! cargo +nightly fuzz run --fuzz-dir tests/fuzz --sanitizer none inflate
//! cargo +nightly fuzz run --fuzz-dir tests/fuzz --sanitizer none --features engine insights
//! ```
//!
//! The room is taken by path. It asks `datafusion` for Arrow alone, so this crate goes by that name as well.

extern crate self as datafusion;

#[path = "../../../src/record/mod.rs"]
pub mod record;
#[path = "../../../src/schema/mod.rs"]
pub mod schema;

/// Arrow, in the folds that DataFusion shows it in.
pub mod arrow {
    pub use {arrow_buffer as buffer, arrow_schema as datatypes};

    /// Arrays, their builders and their casts.
    pub mod array {
        pub use arrow_array::builder::*;
        pub use arrow_array::cast::*;
        pub use arrow_array::*;
    }
}
