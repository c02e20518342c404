//! Eight-bit weights as float32, for an engine that is slower with eight bits than with
//! floating point.
//!
//! A quantised graph rounds what goes into a product and multiplies whole numbers. Here the
//! weights are scaled back once, when the graph is loaded, and nothing else is rounded any
//! more: what comes out lies between the quantised graph and the one it was made from.

use std::collections::{HashMap, HashSet};

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, NodeProto, TensorProto};

/// Replaces what quantisation put into `graph` by products in float32. What is not
/// understood stays as it is.
pub(super) fn dequantise(graph: &mut GraphProto) {
    let constants: HashMap<String, Numbers> = graph
        .initializer
        .iter()
        .filter_map(|tensor| Some((tensor.name.clone(), Numbers::read(tensor)?)))
        .collect();
    let mut found = Found::new(&constants);
    let mut kept = Vec::new();
    for mut node in std::mem::take(&mut graph.node) {
        for input in &mut node.input {
            if let Some(source) = found.same.get(input) {
                input.clone_from(source);
            }
        }
        kept.extend(found.replace(node));
    }
    let weights = found.weights;
    graph.initializer.extend(weights);
    // What quantised is used by nobody any more.
    let mut used: HashSet<String> =
        graph.output.iter().map(|output| output.name.clone()).collect();
    for node in kept.into_iter().rev() {
        if node.output.iter().any(|output| used.contains(output)) {
            used.extend(node.input.iter().cloned());
            graph.node.push(node);
        }
    }
    graph.node.reverse();
    graph.initializer.retain(|tensor| used.contains(&tensor.name));
}

/// What was seen of a graph so far, by the names of its values.
struct Found<'a> {
    constants: &'a HashMap<String, Numbers>,
    /// Values that stand for another one, which was only rounded.
    same: HashMap<String, String>,
    /// What was rounded to each of these.
    rounded: HashMap<String, String>,
    /// Scales that a step finds for itself.
    dynamic: HashSet<String>,
    /// Products of whole numbers: what was rounded, and the weights with their zero.
    products: HashMap<String, (String, String, Option<String>)>,
    /// A step's scale times that of weights, of which this is the name.
    scales: HashMap<String, String>,
    weights: Vec<TensorProto>,
}

impl<'a> Found<'a> {
    fn new(constants: &'a HashMap<String, Numbers>) -> Self {
        Self {
            constants,
            same: HashMap::new(),
            rounded: HashMap::new(),
            dynamic: HashSet::new(),
            products: HashMap::new(),
            scales: HashMap::new(),
            weights: Vec::new(),
        }
    }

    /// What stands in the place of `node`; nothing where its value is at hand.
    fn replace(&mut self, node: NodeProto) -> Option<NodeProto> {
        let input = |at: usize| node.input.get(at).cloned().unwrap_or_default();
        let output = |at: usize| node.output.get(at).cloned().unwrap_or_default();
        match node.op_type.as_str() {
            "QuantizeLinear" => {
                self.rounded.insert(output(0), input(0));
            }
            "DynamicQuantizeLinear" => {
                self.rounded.insert(output(0), input(0));
                self.dynamic.insert(output(1));
            }
            "DequantizeLinear" => {
                if let Some(source) = self.rounded.get(&input(0)) {
                    self.same.insert(output(0), source.clone());
                    // It may be an output of the graph; otherwise nobody asks for it.
                    let input = vec![source.clone()];
                    let op_type = "Identity".to_owned();
                    return Some(NodeProto { op_type, input, attribute: Vec::new(), ..node });
                }
                let axis = node.attribute.iter().find(|it| it.name == "axis");
                let zero = Some(input(2)).filter(|name| !name.is_empty());
                let scaled = self.scaled(
                    &input(0),
                    &input(1),
                    zero.as_deref(),
                    axis.map_or(1, |it| it.i),
                );
                if let Some(weights) = scaled {
                    self.weights.push(weights.write(output(0)));
                    return None;
                }
            }
            "MatMulInteger" => {
                if let Some(source) = self.rounded.get(&input(0)) {
                    let zero = Some(input(3)).filter(|name| !name.is_empty());
                    self.products.insert(output(0), (source.clone(), input(1), zero));
                }
            }
            "Cast" => {
                if let Some(product) = self.products.get(&input(0)).cloned() {
                    self.products.insert(output(0), product);
                }
            }
            "Mul" => return Some(self.product(&node).unwrap_or(node)),
            _ => {}
        }
        Some(node)
    }

    /// The product in float32 whose scales `node` brings in, if that is what it does. Takes
    /// note of two scales that it multiplies.
    fn product(&mut self, node: &NodeProto) -> Option<NodeProto> {
        let ([a, b], [output]) = (node.input.as_slice(), node.output.as_slice()) else {
            return None;
        };
        for (one, other) in [(a, b), (b, a)] {
            if self.dynamic.contains(one) && self.constants.contains_key(other) {
                self.scales.insert(output.clone(), other.clone());
            }
            let (product, scale) = (self.products.get(one), self.scales.get(other));
            if let (Some((source, weights, zero)), Some(scale)) = (product, scale) {
                let scaled = self.scaled(weights, scale, zero.as_deref(), -1)?;
                let name = format!("{output}.weights");
                let input = vec![source.clone(), name.clone()];
                self.weights.push(scaled.write(name));
                return Some(NodeProto {
                    op_type: "MatMul".to_owned(),
                    attribute: Vec::new(),
                    input,
                    ..node.clone()
                });
            }
        }
        None
    }

    /// `(weights - zero) · scale`, with a scale and a zero for all, or for each place along
    /// `axis`.
    fn scaled(
        &self,
        weights: &str,
        scale: &str,
        zero: Option<&str>,
        axis: i64,
    ) -> Option<Numbers> {
        let (weights, scale) = (self.constants.get(weights)?, self.constants.get(scale)?);
        let zero = match zero {
            Some(name) => Some(self.constants.get(name)?),
            None => None,
        };
        let rank = i64::try_from(weights.shape.len()).ok()?;
        let axis = usize::try_from(if axis < 0 { axis + rank } else { axis }).ok()?;
        let places = usize::try_from(*weights.shape.get(axis)?).ok()?;
        let inner: i64 = weights.shape[axis + 1..].iter().product();
        let inner = usize::try_from(inner).ok()?.max(1);
        let fits = |numbers: &Numbers| [1, places].contains(&numbers.values.len());
        if !fits(scale) || !zero.is_none_or(fits) || places == 0 {
            return None;
        }
        let at = |numbers: &Numbers, place: usize| {
            numbers.values[if numbers.values.len() == 1 { 0 } else { place }]
        };
        let values = weights.values.iter().enumerate().map(|(index, value)| {
            let place = index / inner % places;
            (value - zero.map_or(0.0, |zero| at(zero, place))) * at(scale, place)
        });
        Some(Numbers { shape: weights.shape.clone(), values: values.collect() })
    }
}

/// A constant of at most eight bits, or float32.
struct Numbers {
    shape: Vec<i64>,
    values: Vec<f32>,
}

impl Numbers {
    fn read(tensor: &TensorProto) -> Option<Self> {
        let raw = tensor.raw_data.as_slice();
        let small = |of: fn(u8) -> f32| match raw.is_empty() {
            true => tensor.int32_data.iter().map(|value| *value as f32).collect(),
            false => raw.iter().map(|byte| of(*byte)).collect(),
        };
        let values: Vec<f32> = match DataType::try_from(tensor.data_type).ok()? {
            DataType::Float if raw.is_empty() => tensor.float_data.clone(),
            DataType::Float => {
                let numbers = raw.as_chunks::<4>().0;
                numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
            }
            DataType::Int8 => small(|byte| f32::from(byte.cast_signed())),
            DataType::Uint8 => small(f32::from),
            _ => return None,
        };
        let length: i64 = tensor.dims.iter().product();
        let whole = usize::try_from(length).is_ok_and(|length| length == values.len());
        whole.then(|| Self { shape: tensor.dims.clone(), values })
    }

    fn write(self, name: String) -> TensorProto {
        TensorProto {
            name,
            dims: self.shape,
            data_type: DataType::Float as i32,
            raw_data: self.values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            ..TensorProto::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use tract_onnx::prelude::*;

    use super::*;

    fn graph(bundle: &str, file: &str) -> GraphProto {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models");
        let onnx = tract_onnx::onnx();
        let model = onnx.proto_model_for_path(format!("{folder}/{bundle}/{file}")).unwrap();
        model.graph.unwrap()
    }

    #[test]
    fn nothing_is_rounded_any_more() {
        for bundle in ["slap-voice-small", "slap-nano"] {
            let mut int8 = graph(bundle, "audio.int8.onnx");
            let outputs = int8.output.clone();
            dequantise(&mut int8);
            assert_eq!(int8.output, outputs);
            let made: HashSet<&String> = int8.node.iter().flat_map(|it| &it.output).collect();
            for output in &int8.output {
                assert!(made.contains(&output.name), "{}", output.name);
            }
            let operators: HashSet<&str> =
                int8.node.iter().map(|node| node.op_type.as_str()).collect();
            for gone in ["QuantizeLinear", "DequantizeLinear", "MatMulInteger", "Cast"] {
                assert!(!operators.contains(gone), "{bundle} still has {gone}");
            }
        }
    }
}
