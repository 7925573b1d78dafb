//! Arrays: elements, order, sets, and new arrays made of old ones.

mod access;
mod make;
mod order;
mod search;
mod sequence;
mod sets;

use super::Function;

/// What SQL may call of this family.
pub(super) const ARRAYS: &[Function] = &[
    Function::trino(
        "element_at",
        "element_at(array, index) or element_at(map, key)",
        "The element at a place, from 1, or from the end where negative; the value of a key; NULL where there is none.",
        &[
            ("element_at(ARRAY['a', 'b', 'c'], -1)", "c"),
            ("element_at(ARRAY['a'], 2)", "NULL"),
            (r#"element_at('{"bucketName":"logs"}', 'bucketName')"#, "logs"),
        ],
        access::element_at,
    ),
    Function::trino(
        "cardinality",
        "cardinality(array or map)",
        "The number of elements or entries; of JSON text, of elements or members.",
        &[("cardinality(ARRAY[1, 2, 3])", "3"), (r#"cardinality('{"a":1,"b":2}')"#, "2")],
        access::cardinality,
    ),
    Function::trino(
        "contains",
        "contains(array, element) or contains(network, address)",
        "Whether an array has an element, a network an address, or a text another.",
        &[
            ("contains(ARRAY[1, 2], 2)", "true"),
            ("contains('10.0.0.0/8', '10.255.255.255')", "true"),
            ("contains('CreateUser', 'User')", "true"),
        ],
        search::contains,
    ),
    Function::trino(
        "array_position",
        "array_position(array, element)",
        "Where an element stands first, from 1; 0 where it does not.",
        &[("array_position(ARRAY['a', 'b'], 'b')", "2"), ("array_position(ARRAY['a', 'b'], 'c')", "0")],
        search::array_position,
    ),
    Function::trino(
        "array_remove",
        "array_remove(array, element)",
        "The array without the elements equal to this one.",
        &[("array_remove(ARRAY[1, 2, 1], 1)", "[2]")],
        search::array_remove,
    ),
    Function::trino(
        "array_distinct",
        "array_distinct(array)",
        "Each element once, where it stood first.",
        &[("array_distinct(ARRAY[3, 1, 3])", "[3,1]")],
        sets::array_distinct,
    ),
    Function::trino(
        "array_sort",
        "array_sort(array)",
        "The elements in ascending order, NULL last.",
        &[("array_sort(ARRAY[3, NULL, 1])", "[1,3,null]")],
        order::array_sort,
    ),
    Function::trino(
        "reverse",
        "reverse(array or text)",
        "The elements, or the characters, from last to first.",
        &[("reverse(ARRAY[1, 2])", "[2,1]"), ("reverse('abc')", "cba")],
        order::reverse,
    ),
    Function::trino(
        "array_max",
        "array_max(array)",
        "The greatest element; NULL where any is NULL.",
        &[("array_max(ARRAY[3, 1])", "3"), ("array_max(ARRAY[3, NULL])", "NULL")],
        order::array_max,
    ),
    Function::trino(
        "array_min",
        "array_min(array)",
        "The least element; NULL where any is NULL.",
        &[("array_min(ARRAY['b', 'a'])", "a")],
        order::array_min,
    ),
    Function::trino(
        "array_union",
        "array_union(array, array)",
        "The elements of either array, each once.",
        &[("array_union(ARRAY[1, 2], ARRAY[2, 3])", "[1,2,3]")],
        sets::array_union,
    ),
    Function::trino(
        "array_intersect",
        "array_intersect(array, array)",
        "The elements of both arrays, each once.",
        &[("array_intersect(ARRAY[1, 2], ARRAY[2, 3])", "[2]")],
        sets::array_intersect,
    ),
    Function::trino(
        "array_except",
        "array_except(array, array)",
        "The elements of the first array that the second has not, each once.",
        &[("array_except(ARRAY[1, 2], ARRAY[2, 3])", "[1]")],
        sets::array_except,
    ),
    Function::trino(
        "arrays_overlap",
        "arrays_overlap(array, array)",
        "Whether the arrays share an element; NULL where only a NULL may be shared.",
        &[("arrays_overlap(ARRAY[1, 2], ARRAY[2, 3])", "true"), ("arrays_overlap(ARRAY[1], ARRAY[NULL, 2])", "NULL")],
        sets::arrays_overlap,
    ),
    Function::trino(
        "array_join",
        "array_join(array, delimiter[, null_text])",
        "The elements as one text; NULL elements are left out, or take the given text.",
        &[("array_join(ARRAY['a', NULL, 'b'], ', ')", "a, b"), ("array_join(ARRAY[1, NULL], '-', 'none')", "1-none")],
        make::array_join,
    ),
    Function::trino(
        "flatten",
        "flatten(array of arrays)",
        "The elements of the arrays in an array.",
        &[("flatten(ARRAY[ARRAY[1], ARRAY[2, 3]])", "[1,2,3]")],
        make::flatten,
    ),
    Function::trino(
        "slice",
        "slice(array, start, length)",
        "So many elements from a place on; the place counts from 1, or from the end where negative.",
        &[("slice(ARRAY[1, 2, 3, 4], 2, 2)", "[2,3]"), ("slice(ARRAY[1, 2, 3], -2, 2)", "[2,3]")],
        make::slice,
    ),
    Function::trino(
        "trim_array",
        "trim_array(array, n)",
        "The array without its last n elements.",
        &[("trim_array(ARRAY[1, 2, 3], 1)", "[1,2]")],
        make::trim_array,
    ),
    Function::trino(
        "sequence",
        "sequence(start, stop[, step])",
        "Numbers, dates or times from start to stop, both included.",
        &[("sequence(1, 3)", "[1,2,3]"), ("sequence(5, 1, -2)", "[5,3,1]")],
        sequence::sequence,
    ),
    Function::trino(
        "ngrams",
        "ngrams(array, n)",
        "Every run of n neighbours.",
        &[("ngrams(ARRAY['a', 'b', 'c'], 2)", r#"[["a","b"],["b","c"]]"#)],
        make::ngrams,
    ),
    Function::trino(
        "combinations",
        "combinations(array, n)",
        "Every choice of n elements, n up to 5.",
        &[("combinations(ARRAY[1, 2, 3], 2)", "[[1,2],[1,3],[2,3]]")],
        make::combinations,
    ),
    Function::trino(
        "zip",
        "zip(array, array, …)",
        "Rows of the elements that stand at the same place; NULL where an array has ended.",
        &[("zip(ARRAY[1, 2], ARRAY['a'])", r#"[{"c0":1,"c1":"a"},{"c0":2}]"#)],
        make::zip,
    ),
];
