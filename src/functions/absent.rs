//! Functions of Trino that are not here, so that a query which calls one learns that it is no misspelling.

/// Their names, in lower case. None of them has to do with what CloudTrail records.
const ABSENT: &[&str] = &[
    "approx_set",
    "bar",
    "beta_cdf",
    "bing_tile",
    "bing_tile_at",
    "bit_count",
    "bitwise_and_agg",
    "bitwise_left_shift",
    "bitwise_or_agg",
    "bitwise_right_shift",
    "char2hexint",
    "checksum",
    "classify",
    "color",
    "contains_sequence",
    "convex_hull_agg",
    "cosine_similarity",
    "empty_approx_set",
    "evaluate_classifier_predictions",
    "features",
    "format_number",
    "from_base",
    "from_base32",
    "from_big_endian_32",
    "from_big_endian_64",
    "from_ieee754_32",
    "from_ieee754_64",
    "geometry_union",
    "great_circle_distance",
    "hash_counts",
    "hmac_md5",
    "hmac_sha1",
    "hmac_sha256",
    "hmac_sha512",
    "intersection_cardinality",
    "inverse_beta_cdf",
    "inverse_normal_cdf",
    "jaccard_index",
    "json_table",
    "kurtosis",
    "learn_classifier",
    "learn_regressor",
    "make_set_digest",
    "map_zip_with",
    "match_recognize",
    "merge",
    "merge_set_digest",
    "multimap_from_entries",
    "murmur3",
    "normal_cdf",
    "normalize",
    "numeric_histogram",
    "parse_data_size",
    "parse_presto_data_size",
    "qdigest_agg",
    "reduce_agg",
    "regress",
    "render",
    "rgb",
    "shuffle",
    "simplify_geometry",
    "skewness",
    "split_to_multimap",
    "spooky_hash_v2_32",
    "spooky_hash_v2_64",
    "st_area",
    "st_contains",
    "st_distance",
    "st_geometryfromtext",
    "st_point",
    "strrpos",
    "tdigest_agg",
    "to_base",
    "to_base32",
    "to_big_endian_32",
    "to_big_endian_64",
    "to_ieee754_32",
    "to_ieee754_64",
    "value_at_quantile",
    "values_at_quantiles",
    "width_bucket",
    "wilson_interval_lower",
    "wilson_interval_upper",
    "word_stem",
    "xxhash64",
];

/// Whether Trino has a function of this name, and trailql has not.
#[must_use]
pub fn is_absent(name: &str) -> bool {
    ABSENT.iter().any(|absent| absent.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_is_not_listed() {
        assert!(super::super::all().all(|function| !is_absent(function.name)));
        assert!(ABSENT.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
