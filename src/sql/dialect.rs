//! How Athena's SQL is spelled: sqlparser's generic dialect, with lambdas and without what Trino does not have.

use std::any::TypeId;

use datafusion::sql::sqlparser::dialect::{Dialect, GenericDialect};

/// The dialect. Back-ticks quote names too, as in the table definitions that AWS publishes.
#[derive(Debug)]
pub(super) struct Athena;

macro_rules! yes {
    ($($feature:ident)*) => { $(fn $feature(&self) -> bool { true })* };
}

impl Dialect for Athena {
    /// Where sqlparser asks for a dialect by name, it is the generic one.
    fn dialect(&self) -> TypeId {
        TypeId::of::<GenericDialect>()
    }

    fn is_delimited_identifier_start(&self, character: char) -> bool {
        character == '"' || character == '`'
    }

    fn is_identifier_start(&self, character: char) -> bool {
        character.is_alphabetic() || matches!(character, '_' | '@')
    }

    fn is_identifier_part(&self, character: char) -> bool {
        character.is_alphanumeric() || matches!(character, '_' | '@' | '$')
    }

    yes! {
        allow_extract_custom
        allow_extract_single_quotes
        supports_array_typedef_with_brackets
        supports_filter_during_aggregation
        supports_group_by_expr
        supports_interval_options
        supports_lambda_functions
        supports_left_associative_joins_without_parens
        supports_named_fn_args_with_colon_operator
        supports_named_fn_args_with_expr_name
        supports_parens_around_table_factor
        supports_projection_trailing_commas
        supports_select_wildcard_except
        supports_select_wildcard_exclude
        supports_struct_literal
        supports_unicode_string_literal
        supports_values_as_table_factor
        supports_window_clause_named_window_reference
        supports_window_function_null_treatment_arg
    }
}
