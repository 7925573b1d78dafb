//! `x -> x.arn`: below a lambda's parameter, a dot reaches a member.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    AccessExpr, Expr, Ident, LambdaFunction, OneOrManyWithParens, Subscript, VisitMut, VisitorMut,
};

use super::build::{fold, text};

/// Rewrites the body of a lambda: `x.arn` is `x['arn']`, whatever tables there are.
pub(super) fn rewrite(lambda: &mut LambdaFunction) {
    let params = match &mut lambda.params {
        OneOrManyWithParens::One(param) => std::slice::from_mut(param),
        OneOrManyWithParens::Many(params) => params.as_mut_slice(),
    };
    let mut names = Vec::new();
    for param in params {
        fold(&mut param.name);
        names.push(param.name.value.to_lowercase());
    }
    let _ = lambda.body.visit(&mut Members { names });
}

struct Members {
    names: Vec<String>,
}

impl VisitorMut for Members {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Expr::CompoundIdentifier(names) = expr
            && let [first, rest @ ..] = names.as_slice()
            && self.names.contains(&first.value.to_lowercase())
        {
            let member =
                |name: &Ident| AccessExpr::Subscript(Subscript::Index { index: text(&name.value.to_lowercase()) });
            let access_chain = rest.iter().map(member).collect();
            *expr = Expr::CompoundFieldAccess { root: Box::new(Expr::Identifier(first.clone())), access_chain };
        }
        ControlFlow::Continue(())
    }
}
