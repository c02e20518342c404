//! Operators of ONNX that this engine runs in one piece.
//!
//! tract takes them apart: the rotation of queries and keys into thirteen nodes, which then
//! split the product of both in two, and a softmax is moved to where its axis is not the
//! last one, where tract computes it number by number. In one piece, both are opaque to
//! such changes and run over rows that lie in memory as they are used.

use tract_onnx::Onnx;
use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::ops::nn::Softmax;
use tract_onnx::tract_hir::internal::*;
use tract_onnx::tract_hir::ops::expandable::expand;

/// What a builder of operators gives: the operator, and names of outputs it makes up.
type Built = TractResult<(Box<dyn InferenceOp>, Vec<String>)>;

/// Puts the operators of this file in the place of tract's own.
pub(super) fn register(onnx: &mut Onnx) {
    onnx.op_register.insert("Softmax", softmax);
    onnx.op_register.insert("RotaryEmbedding", rotary_embedding);
}

fn softmax(context: &ParsingContext, node: &NodeProto) -> Built {
    // Before opset 13 it was another operator.
    if context.onnx_operator_set_version < 13 {
        return by_tract(context, node);
    }
    let axis = node.get_attr_opt("axis")?.unwrap_or(-1);
    Ok((expand(AnySoftmax { axis }), Vec::new()))
}

fn rotary_embedding(context: &ParsingContext, node: &NodeProto) -> Built {
    let interleaved = node.get_attr_opt::<i64>("interleaved")?.unwrap_or(0) != 0;
    let partial = node.get_attr_opt::<i64>("rotary_embedding_dim")?.unwrap_or(0) != 0;
    let packed = node.get_attr_opt::<i64>("num_heads")?.unwrap_or(0) != 0;
    if interleaved || partial || packed || node.input.len() != 3 || !node.domain.is_empty() {
        return by_tract(context, node);
    }
    Ok((expand(AnyRotation), Vec::new()))
}

/// What tract makes of an operator.
fn by_tract(context: &ParsingContext, node: &NodeProto) -> Built {
    let onnx = tract_onnx::onnx();
    let builder = onnx.op_register.0.get(&node.op_type);
    builder.with_context(|| format!("no operator {}", node.op_type))?(context, node)
}

/// ONNX's softmax along any axis.
#[derive(Clone, Debug)]
struct AnySoftmax {
    axis: i64,
}

impl Expansion for AnySoftmax {
    fn name(&self) -> StaticName {
        "Softmax".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        s: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 1)?;
        check_output_arity(outputs, 1)?;
        s.equals(&inputs[0].datum_type, &outputs[0].datum_type)?;
        s.equals(&inputs[0].shape, &outputs[0].shape)
    }

    fn wire(
        &self,
        prefix: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        let rank = model.outlet_fact(inputs[0])?.rank();
        let axis = if self.axis < 0 { self.axis + rank as i64 } else { self.axis } as usize;
        ensure!(axis < rank, "expected an axis of {rank}, got {}", self.axis);
        let whole = Softmax { axes: tvec![axis], ..Softmax::default() };
        if axis + 1 == rank {
            model.wire_node(prefix, RowSoftmax(whole), inputs)
        } else {
            model.wire_node(prefix, whole, inputs)
        }
    }
}

/// A softmax along the last axis, which stays the last.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
struct RowSoftmax(Softmax);

impl Op for RowSoftmax {
    fn name(&self) -> StaticName {
        "RowSoftmax".into()
    }

    op_as_typed_op!();
}

impl EvalOp for RowSoftmax {
    op_out_of_plan!();

    fn eval(&self, context: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        self.0.eval(context, inputs)
    }
}

impl TypedOp for RowSoftmax {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        self.0.output_facts(inputs)
    }

    as_op!();
}

/// ONNX's rotary embedding of `[1, heads, positions, features]` by tables
/// `[1, positions, features / 2]`.
#[derive(Clone, Debug)]
struct AnyRotation;

impl Expansion for AnyRotation {
    fn name(&self) -> StaticName {
        "RotaryEmbedding".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        s: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 3)?;
        check_output_arity(outputs, 1)?;
        s.equals(&inputs[0].rank, 4)?;
        for input in inputs {
            s.equals(&input.datum_type, f32::datum_type())?;
        }
        s.equals(&outputs[0].datum_type, f32::datum_type())?;
        s.equals(&inputs[0].shape, &outputs[0].shape)
    }

    fn wire(
        &self,
        prefix: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        model.wire_node(prefix, Rotation, inputs)
    }
}

/// Rotates the pairs `(i, i + E/2)` of the last axis by the angles of their position
/// (Su et al., 2021, eq. 34).
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
struct Rotation;

impl Op for Rotation {
    fn name(&self) -> StaticName {
        "Rotation".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Rotation {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (input, cos, sin) = args_3!(inputs);
        let mut rotated = input.into_tensor();
        let (positions, features) = match *rotated.shape() {
            [1, _, positions, features] if features % 2 == 0 => (positions, features),
            _ => {
                bail!("expected one recording and pairs of features, got {:?}", rotated.shape())
            }
        };
        let half = features / 2;
        for table in [&cos, &sin] {
            ensure!(
                table.shape() == [1, positions, half],
                "expected a table [1, {positions}, {half}], got {:?}",
                table.shape()
            );
        }
        let (cos, sin) = (cos.try_as_plain_ram()?, sin.try_as_plain_ram()?);
        let (cos, sin) = (cos.as_slice::<f32>()?, sin.as_slice::<f32>()?);
        let mut plain = rotated.try_as_plain_ram_mut()?;
        for head in plain.as_slice_mut::<f32>()?.chunks_exact_mut(positions * features) {
            let rows = head.chunks_exact_mut(features);
            for ((row, cos), sin) in
                rows.zip(cos.chunks_exact(half)).zip(sin.chunks_exact(half))
            {
                let (first, second) = row.split_at_mut(half);
                for (((a, b), cos), sin) in first.iter_mut().zip(second).zip(cos).zip(sin) {
                    (*a, *b) = (*a * cos - *b * sin, *b * cos + *a * sin);
                }
            }
        }
        Ok(tvec![rotated.into_tvalue()])
    }
}

impl TypedOp for Rotation {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec![inputs[0].datum_type.fact(inputs[0].shape.clone())])
    }

    as_op!();
}

#[cfg(test)]
mod tests {
    use tract_onnx::pb::attribute_proto::AttributeType;
    use tract_onnx::pb::tensor_proto::DataType;
    use tract_onnx::pb::type_proto::{self, Value};
    use tract_onnx::pb::{
        AttributeProto, GraphProto, ModelProto, OperatorSetIdProto, TypeProto, ValueInfoProto,
    };

    use super::*;

    /// Values from -1 to 1 that repeat late.
    fn values(length: usize) -> Vec<f32> {
        (0..length).map(|n| ((n * 7919) % 1009) as f32 / 504.5 - 1.0).collect()
    }

    /// What one operator makes of `inputs`, with the operators of this file or without.
    fn run(
        node: &NodeProto,
        opset: i64,
        inputs: &[(&[usize], Vec<f32>)],
        own: bool,
    ) -> (Vec<String>, Vec<f32>) {
        let elem_type = DataType::Float as i32;
        let tensor = Value::TensorType(type_proto::Tensor { elem_type, shape: None });
        let named = |name: &str| ValueInfoProto {
            name: name.to_owned(),
            r#type: Some(TypeProto { value: Some(tensor.clone()), ..Default::default() }),
            ..Default::default()
        };
        let graph = GraphProto {
            node: vec![node.clone()],
            input: node.input.iter().map(|name| named(name)).collect(),
            output: node.output.iter().map(|name| named(name)).collect(),
            ..Default::default()
        };
        let import = OperatorSetIdProto { domain: String::new(), version: opset };
        let proto =
            ModelProto { graph: Some(graph), opset_import: vec![import], ..Default::default() };
        let mut onnx = tract_onnx::onnx();
        if own {
            register(&mut onnx);
        }
        let mut model = onnx.model_for_proto_model(&proto).unwrap();
        for (at, (shape, _)) in inputs.iter().enumerate() {
            let fact = InferenceFact::dt_shape(f32::datum_type(), *shape);
            model.set_input_fact(at, fact).unwrap();
        }
        let model = model.into_optimized().unwrap();
        let names = model.nodes().iter().map(|node| node.op.name().to_string()).collect();
        let tensors = inputs
            .iter()
            .map(|(shape, values)| Tensor::from_shape(shape, values).unwrap().into_tvalue());
        let found = model.into_runnable().unwrap().run(tensors.collect()).unwrap();
        let found = found[0].try_as_plain_ram().unwrap().as_slice::<f32>().unwrap().to_vec();
        (names, found)
    }

    fn node(operator: &str, inputs: usize, attributes: &[(&str, i64)]) -> NodeProto {
        NodeProto {
            op_type: operator.to_owned(),
            name: operator.to_owned(),
            input: (0..inputs).map(|n| format!("in{n}")).collect(),
            output: vec!["out".to_owned()],
            attribute: attributes
                .iter()
                .map(|(name, value)| AttributeProto {
                    name: (*name).to_owned(),
                    i: *value,
                    r#type: AttributeType::Int as i32,
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        }
    }

    fn assert_near(a: &[f32], b: &[f32]) {
        assert_eq!(a.len(), b.len());
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-6), "{a:?} {b:?}");
    }

    #[test]
    fn a_rotation_is_one_node_and_what_tract_makes_of_thirteen() {
        let table = |angle: fn(f32) -> f32| (0..20).map(|n| angle(n as f32)).collect();
        let inputs: [(&[usize], Vec<f32>); 3] = [
            (&[1, 3, 5, 8], values(120)),
            (&[1, 5, 4], table(f32::cos)),
            (&[1, 5, 4], table(f32::sin)),
        ];
        let rotary = node("RotaryEmbedding", 3, &[]);
        let (names, found) = run(&rotary, 23, &inputs, true);
        let (parts, expected) = run(&rotary, 23, &inputs, false);
        assert!(names.iter().any(|name| name == "Rotation"), "{names:?}");
        assert!(parts.len() > names.len() + 5, "{parts:?}");
        assert_near(&found, &expected);
        // By hand: the first pair of the second position of the second head.
        let at = (5 + 1) * 8;
        let (first, second) = (inputs[0].1[at], inputs[0].1[at + 4]);
        let (cos, sin) = (4f32.cos(), 4f32.sin());
        assert_near(&found[at..=at], &[first * cos - second * sin]);
        assert_near(&found[at + 4..=at + 4], &[second * cos + first * sin]);
    }

    #[test]
    fn rotations_of_another_kind_are_left_to_tract() {
        let inputs: [(&[usize], Vec<f32>); 3] =
            [(&[1, 3, 5, 8], values(120)), (&[1, 5, 4], values(20)), (&[1, 5, 4], values(20))];
        let rotary = node("RotaryEmbedding", 3, &[("interleaved", 1)]);
        let (names, found) = run(&rotary, 23, &inputs, true);
        assert!(!names.iter().any(|name| name == "Rotation"), "{names:?}");
        assert_near(&found, &run(&rotary, 23, &inputs, false).1);
    }

    #[test]
    fn a_softmax_runs_along_any_axis() {
        let inputs: [(&[usize], Vec<f32>); 1] = [(&[2, 3, 4], values(24))];
        for (axis, rows) in [(-1, true), (2, true), (1, false), (-3, false)] {
            let softmax = node("Softmax", 1, &[("axis", axis)]);
            let (names, found) = run(&softmax, 13, &inputs, true);
            assert_eq!(names.iter().any(|name| name == "RowSoftmax"), rows, "{names:?}");
            assert_near(&found, &run(&softmax, 13, &inputs, false).1);
            assert!(
                (found.iter().sum::<f32>()
                    - 24.0 / [2.0, 3.0, 4.0][(axis.rem_euclid(3)) as usize])
                    .abs()
                    < 1e-4
            );
        }
        // It was another operator once.
        let softmax = node("Softmax", 1, &[("axis", 1)]);
        let (_, found) = run(&softmax, 12, &inputs, true);
        assert!((found.iter().sum::<f32>() - 2.0).abs() < 1e-4);
    }
}
