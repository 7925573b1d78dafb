//! Functions that take a function: `transform(array, x -> …)`.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, UInt32Array, UInt64Array};
use datafusion::arrow::compute::{concat, take};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature, HigherOrderUDF,
    HigherOrderUDFImpl, LambdaArgument, LambdaParametersProgress, ValueOrLambda, Volatility,
};

use super::nested::{
    Gather, Lists, assemble, common, comparable, fit, item_field, list_type, map_fields, map_type, pairs, pick, plain,
    wrong,
};
use super::{Build, Function, Origin};

/// What SQL may call of this family. Their examples stand in `tests/slt/sql/functions/lambdas.slt` too.
pub(super) const LAMBDAS: &[Function] = &[
    higher(
        "transform",
        "transform(array, x -> …)",
        "What the function makes of each element.",
        &[("transform(ARRAY[1, 2], x -> x * 10)", "[10,20]")],
        || Higher::function("transform", What::Transform),
    ),
    Function {
        name: "filter",
        aliases: &[],
        usage: "filter(array, x -> …)",
        summary: "The elements for which the function is true.",
        examples: &[("filter(ARRAY[1, 2, 3], x -> x > 1)", "[2,3]")],
        origin: Origin::Trino,
        build: Build::Engine("array_filter"),
    },
    higher(
        "any_match",
        "any_match(array, x -> …)",
        "Whether the function is true for an element.",
        &[("any_match(ARRAY[1, 2], x -> x > 1)", "true")],
        any_match,
    ),
    higher(
        "all_match",
        "all_match(array, x -> …)",
        "Whether the function is true for every element.",
        &[("all_match(ARRAY[1, 2], x -> x > 1)", "false")],
        || Higher::function("all_match", What::All),
    ),
    higher(
        "none_match",
        "none_match(array, x -> …)",
        "Whether the function is true for no element.",
        &[("none_match(ARRAY[1, 2], x -> x > 2)", "true")],
        || Higher::function("none_match", What::None),
    ),
    higher(
        "reduce",
        "reduce(array, initial, (state, x) -> …, state -> …)",
        "One value of all elements: the first function takes them in one by one, the second gives the result.",
        &[("reduce(ARRAY[1, 2, 3], 0, (s, x) -> s + x, s -> s * 2)", "12")],
        || Higher::function("reduce", What::Reduce),
    ),
    higher(
        "zip_with",
        "zip_with(array, array, (x, y) -> …)",
        "What the function makes of the elements at the same place; NULL stands where an array has ended.",
        &[("zip_with(ARRAY[1, 2], ARRAY[10, 20], (x, y) -> x + y)", "[11,22]")],
        || Higher::function("zip_with", What::ZipWith),
    ),
    higher(
        "map_filter",
        "map_filter(map, (key, value) -> …)",
        "The entries for which the function is true.",
        &[("map_filter(map(ARRAY['a', 'b'], ARRAY[1, 2]), (k, v) -> v > 1)", r#"{"b":2}"#)],
        || Higher::function("map_filter", What::MapFilter),
    ),
    higher(
        "transform_values",
        "transform_values(map, (key, value) -> …)",
        "The map with what the function makes of each value.",
        &[("transform_values(map(ARRAY['a'], ARRAY[1]), (k, v) -> v + 1)", r#"{"a":2}"#)],
        || Higher::function("transform_values", What::TransformValues),
    ),
    higher(
        "transform_keys",
        "transform_keys(map, (key, value) -> …)",
        "The map with what the function makes of each key.",
        &[("transform_keys(map(ARRAY['a'], ARRAY[1]), (k, v) -> upper(k))", r#"{"A":1}"#)],
        || Higher::function("transform_keys", What::TransformKeys),
    ),
];

const fn higher(
    name: &'static str,
    usage: &'static str,
    summary: &'static str,
    examples: &'static [(&'static str, &'static str)],
    build: fn() -> Arc<HigherOrderUDF>,
) -> Function {
    Function { name, aliases: &[], usage, summary, examples, origin: Origin::Trino, build: Build::Lambda(build) }
}

/// A function that takes a function.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Higher {
    name: &'static str,
    what: What,
    signature: HigherOrderSignature,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum What {
    Transform,
    Any,
    All,
    None,
    Reduce,
    ZipWith,
    MapFilter,
    TransformValues,
    TransformKeys,
}

impl What {
    /// How many values and how many functions it takes, in this order.
    fn shape(self) -> (usize, usize) {
        match self {
            Self::Reduce => (2, 2),
            Self::ZipWith => (2, 1),
            _ => (1, 1),
        }
    }

    fn takes_map(self) -> bool {
        matches!(self, Self::MapFilter | Self::TransformValues | Self::TransformKeys)
    }
}

/// `any_match(array, x -> …)`
#[must_use]
pub fn any_match() -> Arc<HigherOrderUDF> {
    Higher::function("any_match", What::Any)
}

impl Higher {
    fn function(name: &'static str, what: What) -> Arc<HigherOrderUDF> {
        let (values, lambdas) = what.shape();
        let mut args = vec![ValueOrLambda::Value(()); values];
        args.resize(values + lambdas, ValueOrLambda::Lambda(()));
        let signature = HigherOrderSignature::exact(args, Volatility::Immutable);
        Arc::new(HigherOrderUDF::new_from_impl(Self { name, what, signature }))
    }

    fn parts<'a, V, L>(&self, args: &'a [ValueOrLambda<V, L>]) -> Result<(Vec<&'a V>, Vec<&'a L>)> {
        let (mut values, mut lambdas) = (Vec::new(), Vec::new());
        for arg in args {
            match arg {
                ValueOrLambda::Value(value) => values.push(value),
                ValueOrLambda::Lambda(lambda) => lambdas.push(lambda),
            }
        }
        if (values.len(), lambdas.len()) != self.what.shape() {
            let (values, lambdas) = self.what.shape();
            return plan_err!("`{}` takes {values} values and {lambdas} functions", self.name);
        }
        Ok((values, lambdas))
    }
}

/// A field that may be NULL, for a parameter of a function.
fn parameter(name: &str, field: &Field) -> FieldRef {
    Arc::new(field.clone().with_name(name).with_nullable(true))
}

impl HigherOrderUDFImpl for Higher {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn coerce_value_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let (count, _) = self.what.shape();
        if types.len() != count {
            return wrong(self.name, "values, functions", types);
        }
        let mut wanted = Vec::with_capacity(count);
        for (at, data_type) in types.iter().enumerate() {
            wanted.push(match item_field(data_type) {
                _ if self.what == What::Reduce && at == 1 => plain(data_type),
                _ if self.what.takes_map() => match map_fields(&plain(data_type)) {
                    Some((key, value)) => map_type(key, value),
                    None => return wrong(self.name, "map, function", types),
                },
                Some(item) => list_type(&item),
                None => return wrong(self.name, "array, function", types),
            });
        }
        Ok(wanted)
    }

    fn lambda_parameters(
        &self,
        _: usize,
        fields: &[ValueOrLambda<FieldRef, Option<FieldRef>>],
    ) -> Result<LambdaParametersProgress> {
        let (values, lambdas) = self.parts(fields)?;
        let mut inner = Vec::new();
        for value in &values {
            if let Some((key, value)) = map_fields(value.data_type()) {
                inner.extend([parameter("key", key), parameter("value", value)]);
            } else if let Some(item) = item_field(value.data_type()) {
                inner.push(parameter("element", &item));
            }
        }
        let ([_, initial], [merge, _]) = (&values[..], &lambdas[..]) else {
            return Ok(LambdaParametersProgress::Complete(vec![inner]));
        };
        let Some(item) = item_field(values[0].data_type()) else {
            return plan_err!("`{}` takes an array, not {}", self.name, values[0].data_type());
        };
        let item = parameter("element", &item);
        let state = |data_type: DataType| -> FieldRef { Arc::new(Field::new("state", data_type, true)) };
        Ok(match merge {
            // What the state is shows only once the function that makes it is known.
            None => LambdaParametersProgress::Partial(vec![Some(vec![state(initial.data_type().clone()), item]), None]),
            Some(merged) => {
                let Some(found) = common(initial.data_type(), merged.data_type()) else {
                    return plan_err!("`reduce` makes {} of {}", merged.data_type(), initial.data_type());
                };
                LambdaParametersProgress::Complete(vec![vec![state(found.clone()), item], vec![state(found)]])
            }
        })
    }

    fn coerce_values_for_lambdas(&self, types: &[ValueOrLambda<DataType, DataType>]) -> Result<Option<Vec<DataType>>> {
        let (values, lambdas) = self.parts(types)?;
        Ok(match (&values[..], &lambdas[..]) {
            ([list, initial], [merged, _]) => common(initial, merged).map(|state| vec![(*list).clone(), state]),
            _ => None,
        })
    }

    fn return_field_from_args(&self, args: HigherOrderReturnFieldArgs<'_>) -> Result<FieldRef> {
        let (values, lambdas) = self.parts(args.arg_fields)?;
        let made = lambdas[lambdas.len() - 1];
        let data_type = match self.what {
            What::Any | What::All | What::None => DataType::Boolean,
            What::Transform | What::ZipWith => list_type(made),
            What::Reduce => return Ok(parameter("value", made)),
            What::MapFilter => values[0].data_type().clone(),
            What::TransformValues | What::TransformKeys => {
                let Some((key, value)) = map_fields(values[0].data_type()) else {
                    return plan_err!("`{}` takes a map, not {}", self.name, values[0].data_type());
                };
                if self.what == What::TransformKeys { map_type(made, value) } else { map_type(key, made) }
            }
        };
        Ok(Arc::new(Field::new("value", data_type, true)))
    }

    fn invoke_with_args(&self, args: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let (values, lambdas) = self.parts(&args.args)?;
        let arrays = values.iter().map(|value| value.to_array(rows)).collect::<Result<Vec<_>>>()?;
        let output = args.return_field.data_type();
        let lambda = lambdas[0];
        Ok(ColumnarValue::Array(match self.what {
            What::Transform => transform(&Lists::new(&arrays[0])?, rows, lambda, output)?,
            What::Any | What::All | What::None => self.whether(&Lists::new(&arrays[0])?, rows, lambda)?,
            What::ZipWith => zip_with(&Lists::new(&arrays[0])?, &Lists::new(&arrays[1])?, rows, lambda, output)?,
            What::Reduce => fit(&reduce(&Lists::new(&arrays[0])?, &arrays[1], lambda, lambdas[1])?, output)?,
            _ => self.entries(&Lists::new(&arrays[0])?, rows, lambda, output)?,
        }))
    }
}

/// The places of the elements that a function is asked about, and the row of each.
#[derive(Default)]
struct Asked {
    places: Vec<Option<u64>>,
    rows: Vec<u32>,
    lengths: Vec<usize>,
    valid: Vec<bool>,
}

impl Asked {
    fn of(lists: &Lists, rows: usize) -> Result<Self> {
        let mut asked = Self::default();
        for row in 0..rows {
            let range = lists.range(row);
            asked.valid.push(range.is_some());
            let range = range.unwrap_or(0..0);
            asked.lengths.push(range.len());
            asked.push(row, range.map(|at| Some(at as u64)));
        }
        Ok(asked)
    }

    fn push(&mut self, row: usize, places: impl Iterator<Item = Option<u64>>) {
        let before = self.places.len();
        self.places.extend(places);
        self.rows.resize(self.rows.len() + self.places.len() - before, u32::try_from(row).unwrap_or(u32::MAX));
    }
}

/// What a function gives for these arguments; `rows` says to which row each belongs.
fn call(lambda: &LambdaArgument, arguments: &[ArrayRef], rows: Vec<u32>) -> Result<ArrayRef> {
    let count = rows.len();
    let rows = UInt32Array::from(rows);
    let arguments: Vec<_> = arguments.iter().map(|argument| move || Ok(Arc::clone(argument))).collect();
    let arguments: Vec<&dyn Fn() -> Result<ArrayRef>> =
        arguments.iter().map(|argument| argument as &dyn Fn() -> Result<ArrayRef>).collect();
    let spread = |captures: &[ArrayRef]| {
        captures.iter().map(|capture| Ok(take(capture, &rows, None)?)).collect::<Result<Vec<_>>>()
    };
    lambda.evaluate(&arguments, spread)?.into_array(count)
}

fn transform(lists: &Lists, rows: usize, lambda: &LambdaArgument, output: &DataType) -> Result<ArrayRef> {
    let asked = Asked::of(lists, rows)?;
    let made = call(lambda, &[pick(&lists.values, asked.places)?], asked.rows)?;
    assemble(made, asked.lengths, asked.valid, output)
}

fn zip_with(left: &Lists, right: &Lists, rows: usize, lambda: &LambdaArgument, output: &DataType) -> Result<ArrayRef> {
    let (mut asked, mut others) = (Asked::default(), Vec::new());
    for row in 0..rows {
        let (Some(left), Some(right)) = (left.range(row), right.range(row)) else {
            asked.valid.push(false);
            asked.lengths.push(0);
            continue;
        };
        let length = left.len().max(right.len());
        let within = |range: &std::ops::Range<usize>, at: usize| (at < range.len()).then(|| (range.start + at) as u64);
        asked.valid.push(true);
        asked.lengths.push(length);
        asked.push(row, (0..length).map(|at| within(&left, at)));
        others.extend((0..length).map(|at| within(&right, at)));
    }
    let arguments = [pick(&left.values, asked.places)?, pick(&right.values, others)?];
    assemble(call(lambda, &arguments, asked.rows)?, asked.lengths, asked.valid, output)
}

/// What a function that answers yes or no gives.
fn answers(name: &str, answers: &ArrayRef) -> Result<BooleanArray> {
    let answers = fit(answers, &DataType::Boolean)?;
    match answers.as_boolean_opt() {
        Some(answers) => Ok(answers.clone()),
        None => exec_err!("`{name}` takes a function that is true or false"),
    }
}

impl Higher {
    fn whether(&self, lists: &Lists, rows: usize, lambda: &LambdaArgument) -> Result<ArrayRef> {
        let asked = Asked::of(lists, rows)?;
        let found = answers(self.name, &call(lambda, &[pick(&lists.values, asked.places)?], asked.rows)?)?;
        let mut first = 0;
        let mut answer = |(length, is_valid): (usize, bool)| {
            let range = first..first + length;
            first += length;
            if !is_valid {
                return None;
            }
            let is = |wanted: bool| range.clone().any(|at| found.is_valid(at) && found.value(at) == wanted);
            let has_null = range.clone().any(|at| found.is_null(at));
            // One answer decides; without it, one that is missing leaves the whole open.
            match self.what {
                What::All if is(false) => Some(false),
                What::Any if is(true) => Some(true),
                What::None if is(true) => Some(false),
                _ if has_null => None,
                what => Some(what != What::Any),
            }
        };
        let whether: BooleanArray = asked.lengths.into_iter().zip(asked.valid).map(&mut answer).collect();
        Ok(Arc::new(whether))
    }

    fn entries(&self, maps: &Lists, rows: usize, lambda: &LambdaArgument, output: &DataType) -> Result<ArrayRef> {
        let asked = Asked::of(maps, rows)?;
        let keys = pick(maps.keys(), asked.places.clone())?;
        let values = pick(maps.items(), asked.places)?;
        let made = call(lambda, &[Arc::clone(&keys), Arc::clone(&values)], asked.rows)?;
        match self.what {
            What::MapFilter => {
                let kept = answers(self.name, &made)?;
                let mut first = 0;
                let mut gathered = Gather::default();
                for (length, is_valid) in asked.lengths.into_iter().zip(asked.valid) {
                    let range = first..first + length;
                    first += length;
                    gathered.push_row(
                        is_valid.then(|| range.filter(|at| kept.is_valid(*at) && kept.value(*at)).collect::<Vec<_>>()),
                    );
                }
                gathered.finish(&pairs(keys, values, output)?, output)
            }
            What::TransformKeys => {
                if made.logical_null_count() > 0 {
                    return exec_err!("the keys of a map must not be NULL");
                }
                let bytes = comparable(&made)?;
                let mut first = 0;
                for length in &asked.lengths {
                    let mut seen = std::collections::HashSet::new();
                    if !(first..first + length).all(|at| seen.insert(bytes.row(at).data())) {
                        return exec_err!("`transform_keys` takes a function whose keys differ, and one stands twice");
                    }
                    first += length;
                }
                assemble(pairs(made, values, output)?, asked.lengths, asked.valid, output)
            }
            _ => assemble(pairs(keys, made, output)?, asked.lengths, asked.valid, output),
        }
    }
}

/// All rows take in their first element, then those that have one their second, and so on.
fn reduce(lists: &Lists, initial: &ArrayRef, merge: &LambdaArgument, finish: &LambdaArgument) -> Result<ArrayRef> {
    let rows = initial.len();
    let mut states = Arc::clone(initial);
    let mut open: Vec<usize> = (0..rows).collect();
    let mut done: Vec<ArrayRef> = Vec::new();
    let mut places = vec![0_u64; rows];
    let mut done_rows = 0;
    for at in 0.. {
        let (mut ended, mut going) = (Vec::new(), Vec::new());
        for (place, row) in open.iter().enumerate() {
            match lists.length(*row).unwrap_or(0) > at {
                true => going.push((place as u64, *row)),
                false => ended.push((place as u64, *row)),
            }
        }
        for (_, row) in &ended {
            places[*row] = done_rows;
            done_rows += 1;
        }
        let pick_states = |some: &[(u64, usize)]| -> Result<ArrayRef> {
            Ok(take(&states, &some.iter().map(|(place, _)| *place).collect::<UInt64Array>(), None)?)
        };
        done.push(pick_states(&ended)?);
        if going.is_empty() {
            break;
        }
        let elements = going.iter().map(|(_, row)| lists.range(*row).map(|range| (range.start + at) as u64)).collect();
        let numbers = going.iter().map(|(_, row)| u32::try_from(*row).unwrap_or(u32::MAX)).collect();
        let merged = call(merge, &[pick_states(&going)?, pick(&lists.values, elements)?], numbers)?;
        states = fit(&merged, initial.data_type())?;
        open = going.into_iter().map(|(_, row)| row).collect();
    }
    let done: Vec<&dyn Array> = done.iter().map(AsRef::as_ref).collect();
    let states = take(&concat(&done)?, &UInt64Array::from(places), None)?;
    let numbers = (0..rows).map(|row| u32::try_from(row).unwrap_or(u32::MAX)).collect();
    let finished = call(finish, &[states], numbers)?;
    // Of an array that is NULL, nothing is made.
    let kept = (0..rows).map(|row| lists.range(row).map(|_| row as u64)).collect();
    pick(&finished, kept)
}

#[cfg(test)]
mod tests {
    use datafusion::prelude::{SessionConfig, SessionContext};

    use super::*;
    use crate::functions::json::write::texts_of;

    /// DataFusion's own reader of SQL takes `x -> …` in this dialect.
    #[tokio::test]
    async fn every_example_gives_what_it_says() {
        let config = SessionConfig::new().set_str("datafusion.sql_parser.dialect", "duckdb");
        let context = SessionContext::new_with_config(config);
        for function in LAMBDAS {
            if let Build::Lambda(build) = function.build {
                context.register_higher_order_function(build());
            }
        }
        for function in super::super::maps::MAPS {
            if let Build::Scalar(build) = function.build {
                context.register_udf(build().as_ref().clone());
            }
        }
        let more = [
            ("transform(CAST(NULL AS BIGINT[]), x -> x)", None),
            ("transform(transform([1, 2], x -> x + 1), x -> x * 10)", Some("[20,30]")),
            ("all_match([1, NULL], x -> x > 0)", None),
            ("all_match([1, NULL], x -> x > 1)", Some("false")),
            ("any_match([1, NULL], x -> x > 0)", Some("true")),
            ("none_match([1, NULL], x -> x > 1)", None),
            ("none_match([1, 2], x -> x > 1)", Some("false")),
            ("reduce([1.5, 2.0], 0, (s, x) -> s + x, s -> s)", Some("3.5")),
            ("zip_with([1], [10, 20], (x, y) -> coalesce(x, 0) + y)", Some("[11,20]")),
            (
                "(SELECT max(reduce(a, n, (s, x) -> s + x, s -> s)) FROM (VALUES ([1, 2], 100), ([3], 10)) AS t(a, n))",
                Some("103"),
            ),
            (
                "(SELECT max(transform(a, x -> x + n)) FROM (VALUES ([1, 2], 100), ([3], 10)) AS t(a, n))",
                Some("[101,102]"),
            ),
        ];
        let examples = LAMBDAS
            .iter()
            .filter(|function| matches!(function.build, Build::Lambda(_)))
            .flat_map(|function| function.examples)
            .map(|(expr, expected)| (*expr, Some(*expected)))
            .chain(more);
        for (expr, expected) in examples {
            let expr = expr.replace("ARRAY[", "[");
            let batches = context.sql(&format!("SELECT {expr}")).await.expect(&expr).collect().await.expect(&expr);
            let texts = texts_of(batches[0].column(0)).expect(&expr);
            assert_eq!(texts.is_valid(0).then(|| texts.value(0)), expected, "{expr}");
        }
    }
}
