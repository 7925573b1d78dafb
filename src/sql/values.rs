//! Values of placeholders that have a type of their own, put into the syntax tree: never text pasted into the query.

use std::ops::ControlFlow;

use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{
    Array, ArrayElemTypeDef, CastKind, DataType, Expr, Value as Literal, VisitMut, VisitorMut,
};

use super::Rewritten;

/// A value of a placeholder.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list of texts, perhaps empty.
    List(Vec<String>),
}

impl Value {
    fn expr(&self) -> Expr {
        let literal = |literal: Literal| Expr::Value(literal.into());
        let text = |text: &String| literal(Literal::SingleQuotedString(text.clone()));
        match self {
            Self::Number(number) => literal(Literal::Number(number.to_string(), false)),
            Self::Text(value) => text(value),
            Self::List(items) => Expr::Cast {
                kind: CastKind::Cast,
                expr: Box::new(Expr::Array(Array { elem: items.iter().map(text).collect(), named: true })),
                // Without elements it would be an array of nothing.
                data_type: DataType::Array(ArrayElemTypeDef::SquareBracket(Box::new(DataType::Varchar(None)), None)),
                array: false,
                format: None,
            },
        }
    }
}

impl Rewritten {
    /// The statement with these values in place of `:name` and `$name`.
    #[must_use]
    pub fn with_values(mut self, values: &[(String, Value)]) -> Self {
        if let Parsed::Statement(statement) = &mut self.ast {
            // Never breaks off.
            let _ = statement.visit(&mut Fill { values });
        }
        self
    }
}

struct Fill<'a> {
    values: &'a [(String, Value)],
}

impl VisitorMut for Fill<'_> {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::Value(value) = expr
            && let Literal::Placeholder(name) = &value.value
            && let Some((_, value)) = self.values.iter().find(|(known, _)| *known == name[1..])
        {
            *expr = value.expr();
        }
        ControlFlow::Continue(())
    }
}
