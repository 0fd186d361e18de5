//! Makes of each node of a chain what a policy can do.

use super::{Refusal, actions::End, graph::Link, messages::FLOAT, refuse};
use sim_spec::{
    ActionSpace, Layer, Normaliser, Policy, Provenance, Shape, limits::NORMALISED_CLIP, observation::ObservationSpec,
};

/// No number of any observation is larger: grey levels go to 255, and noise is on top.
const LARGEST_OBSERVED: f32 = 1000.0;

/// A policy under way.
pub struct Reader {
    observation: &'static ObservationSpec,
    normaliser: Normaliser,
    /// Whether the normalised observations were clipped.
    is_clipped: bool,
    layers: Vec<Layer>,
    /// What the layers give.
    shape: Shape,
    /// Whether the graph has it as one row of numbers, be it a picture or not.
    is_flat: bool,
    end: End,
}

impl Reader {
    pub fn new(observation: &'static ObservationSpec, is_picture: bool) -> Self {
        let numbers = observation.len();
        Self {
            observation,
            normaliser: Normaliser { mean: vec![0.0; numbers], std: vec![1.0; numbers] },
            is_clipped: false,
            layers: Vec::new(),
            shape: Shape::of(observation),
            is_flat: !is_picture,
            end: End::Network,
        }
    }

    /// Takes the next node.
    pub fn take(&mut self, link: &Link) -> Result<(), Refusal> {
        if link.flows_in != 0 && !matches!(link.operator(), "Add" | "Mul" | "Gather" | "GatherND") {
            return link.refuse("the network's numbers must be its first input: export the other way round");
        }
        let layer = match link.operator() {
            "Identity" => return Ok(()),
            "Cast" => return self.cast(link),
            "Expand" | "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" => return self.reshape(link),
            "Clip" => return self.clip(link),
            "Sub" | "Div" | "Mul" | "Add" => return self.arithmetic(link),
            "ArgMax" => return self.end.choose(link),
            "Gather" | "GatherND" => return self.end.look_up(link, self.shape.numbers()),
            "Relu" => Layer::Relu,
            "Tanh" => Layer::Tanh,
            "AveragePool" => average_pool(link)?,
            "Conv" => convolution(link)?,
            "Gemm" => gemm(link)?,
            "MatMul" => linear(link, false)?,
            _ => return link.refuse("it is not on the list of operators that are read"),
        };
        self.push(link, layer)
    }

    fn push(&mut self, link: &Link, layer: Layer) -> Result<(), Refusal> {
        if self.end != End::Network {
            return link.refuse("stands behind the actions: end the model with them");
        }
        match layer {
            Layer::Linear { .. } if !self.is_flat => return link.refuse("takes a row of numbers: flatten before it"),
            Layer::AveragePool { .. } | Layer::Conv2d { .. } if self.is_flat => {
                return link.refuse("takes a picture, but a row of numbers comes in");
            }
            _ => {}
        }
        self.shape = match self.shape.after(self.layers.len(), &layer) {
            Ok(shape) => shape,
            Err(error) => return link.refuse(error),
        };
        self.layers.push(layer);
        Ok(())
    }

    fn cast(&self, link: &Link) -> Result<(), Refusal> {
        match self.end {
            End::Choice => Ok(()),
            _ if link.integer("to", 0) == i64::from(FLOAT) => Ok(()),
            _ => link.refuse("makes other numbers of float32: export in float32"),
        }
    }

    /// What changes axes, but no number.
    fn reshape(&mut self, link: &Link) -> Result<(), Refusal> {
        let picture = self.shape.sides();
        match link.operator() {
            _ if matches!(self.end, End::Choice | End::Table(_)) => Ok(()),
            "Expand" => Ok(()),
            "Flatten" if link.integer("axis", 1) == 1 => {
                self.is_flat = true;
                Ok(())
            }
            "Reshape" => {
                let wanted = link.integers(1)?;
                let (Some(-1..=1), Some(sides)) = (wanted.first(), wanted.get(1..)) else {
                    return link.refuse("the batch must stay its first axis");
                };
                let is = |sides: &[i64], known: &[usize]| {
                    let same = |(side, known): (&i64, &usize)| *side == -1 || usize::try_from(*side) == Ok(*known);
                    sides.len() == known.len() && sides.iter().zip(known).all(same)
                };
                self.is_flat = is(sides, &[self.shape.numbers()]);
                if self.is_flat || matches!(self.shape, Shape::Picture(_)) && is(sides, &picture) {
                    return Ok(());
                }
                link.refuse(format!("makes {sides:?} of {picture:?}: only flattening is understood"))
            }
            _ => link.refuse("changes axes in the middle of the network: export without it"),
        }
    }

    fn clip(&mut self, link: &Link) -> Result<(), Refusal> {
        let bound = |input: usize, name: &str, none: f32| match link.has(input) {
            true => link.numbers(input).map(|(_, numbers)| numbers.first().copied().unwrap_or(none)),
            false => Ok(link.number(name, none)),
        };
        let bounds = [bound(1, "min", f32::NEG_INFINITY)?, bound(2, "max", f32::INFINITY)?];
        if !self.layers.is_empty() {
            return self.end.clip(link, bounds);
        }
        if bounds != [-NORMALISED_CLIP, NORMALISED_CLIP] {
            return link
                .refuse(format!("clips observations to {bounds:?}; they are clipped to ±{NORMALISED_CLIP} here"));
        }
        self.is_clipped = true;
        Ok(())
    }

    /// Arithmetic by constants: of the normaliser, of the last layer, or of the actions.
    fn arithmetic(&mut self, link: &Link) -> Result<(), Refusal> {
        let constants = self.spread(link, 1 - link.flows_in.min(1))?;
        match self.layers.last_mut() {
            None if !self.is_clipped => {
                let Normaliser { mean, std } = &mut self.normaliser;
                for ((mean, std), constant) in mean.iter_mut().zip(std).zip(constants) {
                    match link.operator() {
                        "Sub" => *mean += constant * *std,
                        "Add" => *mean -= constant * *std,
                        "Mul" => *std /= constant,
                        _ => *std *= constant,
                    }
                }
                Ok(())
            }
            Some(Layer::Linear { weight, bias, .. } | Layer::Conv2d { weight, bias, .. })
                if self.end == End::Network =>
            {
                fold(link, weight, bias, &constants)
            }
            Some(Layer::Tanh) if self.end == End::Network => {
                self.end = End::bounded();
                self.end.scale(link, &constants)
            }
            Some(_) if self.end != End::Network => self.end.scale(link, &constants),
            _ => link.refuse("scales numbers in the middle of the network: fold it into the weights of the next layer"),
        }
    }

    /// A constant, one number for each that comes in.
    fn spread(&self, link: &Link, input: usize) -> Result<Vec<f32>, Refusal> {
        let (sides, numbers) = link.numbers(input)?;
        let picture = self.shape.sides();
        let view = if self.is_flat { vec![self.shape.numbers()] } else { picture.to_vec() };
        let (batch, own) = sides.split_at(sides.len().saturating_sub(view.len()));
        let missing = view.len() - own.len();
        let fits = |(side, view): (&usize, &usize)| side == view || *side == 1;
        if batch.len() > 1 || batch.iter().any(|side| *side != 1) || !own.iter().zip(&view[missing..]).all(fits) {
            return link.refuse(format!("its constant has sides {sides:?} where {view:?} come in"));
        }
        let at = |index: usize| {
            let (mut rest, mut place, mut step) = (index, 0, 1);
            for (side, view) in own.iter().zip(&view[missing..]).rev() {
                place += if *side == 1 { 0 } else { rest % view * step };
                (rest, step) = (rest / view, step * side);
            }
            numbers[place]
        };
        Ok((0..self.shape.numbers()).map(at).collect())
    }

    /// The policy, once all nodes were taken. `said` are the actions that the model's metadata names.
    pub fn finish(mut self, said: Option<ActionSpace>, provenance: Provenance) -> Result<Policy, Refusal> {
        let action = self.end.actions(self.shape.numbers(), said)?;
        if !self.is_clipped {
            self.keep_from_clipping()?;
        }
        Policy::seeing(self.observation, action, self.normaliser, self.layers, provenance)
            .or_else(|error| refuse(error.to_string()))
    }

    /// A policy always clips its normalised observations. One that did not is scaled down until the clip changes
    /// nothing, and the first weights up by as much; by a power of two, so that not a bit of a result changes.
    fn keep_from_clipping(&mut self) -> Result<(), Refusal> {
        let Normaliser { mean, std } = &mut self.normaliser;
        let deviations = mean.iter().zip(&*std).map(|(mean, std)| (LARGEST_OBSERVED + mean.abs()) / std);
        let largest = deviations.fold(0.0, f32::max) / NORMALISED_CLIP;
        let scale = 2.0_f32.powi(largest.max(1.0).log2().ceil() as i32);
        let passes = |layer: &&mut Layer| matches!(layer, Layer::Relu | Layer::AveragePool { .. });
        match self.layers.iter_mut().find(|layer| !passes(layer)) {
            Some(Layer::Linear { weight, .. } | Layer::Conv2d { weight, .. }) => {
                weight.iter_mut().for_each(|weight| *weight *= scale);
                std.iter_mut().for_each(|std| *std *= scale);
                Ok(())
            }
            _ => refuse("a tanh stands before the first weights: clip the observations to ±10 before it"),
        }
    }
}

/// Arithmetic after a layer, in its weights: `constants` has one number per output.
fn fold(link: &Link, weight: &mut [f32], bias: &mut [f32], constants: &[f32]) -> Result<(), Refusal> {
    let outputs = bias.len();
    let places = constants.len() / outputs;
    let rows = weight.chunks_exact_mut(weight.len() / outputs);
    for ((bias, row), constants) in bias.iter_mut().zip(rows).zip(constants.chunks_exact(places)) {
        let constant = constants[0];
        if constants.iter().any(|other| *other != constant) {
            return link.refuse("treats the places of a picture differently: only whole channels can be scaled");
        }
        match link.operator() {
            "Add" => *bias += constant,
            "Sub" => *bias -= constant,
            operator => {
                let scale =
                    |number: &mut f32| if operator == "Mul" { *number *= constant } else { *number /= constant };
                row.iter_mut().chain([bias]).for_each(scale);
            }
        }
    }
    Ok(())
}

fn gemm(link: &Link) -> Result<Layer, Refusal> {
    let is_plain =
        link.number("alpha", 1.0) == 1.0 && link.number("beta", 1.0) == 1.0 && link.integer("transA", 0) == 0;
    if !is_plain {
        return link.refuse("it must be the numbers times the weight plus the bias, without alpha, beta and transA");
    }
    let layer = linear(link, link.integer("transB", 0) != 0)?;
    with_bias(link, layer)
}

/// A linear layer of the weight `[outputs, inputs]`, or of `[inputs, outputs]`; without bias.
fn linear(link: &Link, is_transposed: bool) -> Result<Layer, Refusal> {
    let (sides, weight) = link.numbers(1)?;
    let [rows, columns] = sides[..] else {
        return link.refuse(format!("its weight has sides {sides:?}; a layer's has two"));
    };
    if is_transposed {
        return Ok(Layer::Linear { inputs: columns, outputs: rows, weight, bias: vec![0.0; rows] });
    }
    let row = |output: usize| weight.iter().skip(output).step_by(columns.max(1));
    let weight = (0..columns).flat_map(row).copied().collect();
    Ok(Layer::Linear { inputs: rows, outputs: columns, weight, bias: vec![0.0; columns] })
}

fn convolution(link: &Link) -> Result<Layer, Refusal> {
    let (sides, weight) = link.numbers(1)?;
    let [outputs, inputs, kernel, width] = sides[..] else {
        return link.refuse(format!("its weight has sides {sides:?}; a convolution of pictures has four"));
    };
    if kernel != width || !is_unpadded(link) || link.integer("group", 1) != 1 {
        return link.refuse("a kernel must be square, without padding, dilation and groups: train with padding=0");
    }
    let stride = match *link.list("strides") {
        [] => 1,
        [down, right] if down == right => usize::try_from(down).unwrap_or(0),
        ref other => return link.refuse(format!("strides {other:?} must be the same down and right")),
    };
    with_bias(link, Layer::Conv2d { inputs, outputs, kernel, stride, weight, bias: vec![0.0; outputs] })
}

fn average_pool(link: &Link) -> Result<Layer, Refusal> {
    let kernel = link.list("kernel_shape");
    match *kernel {
        [size, width] if size == width && link.list("strides") == kernel && is_unpadded(link) && size > 0 => {
            Ok(Layer::AveragePool { size: usize::try_from(size).unwrap_or(usize::MAX) })
        }
        _ => link.refuse("tiles must be square, side by side, without padding: train with AvgPool2d(size)"),
    }
}

fn is_unpadded(link: &Link) -> bool {
    let all = |name: &str, number: i64| link.list(name).iter().all(|other| *other == number);
    let is_automatic = !matches!(link.text("auto_pad"), b"" | b"NOTSET" | b"VALID");
    all("pads", 0) && all("dilations", 1) && link.integer("ceil_mode", 0) == 0 && !is_automatic
}

/// The layer with the bias that is the node's third input, if it has one.
fn with_bias(link: &Link, mut layer: Layer) -> Result<Layer, Refusal> {
    if let (true, Layer::Linear { bias, .. } | Layer::Conv2d { bias, .. }) = (link.has(2), &mut layer) {
        let (sides, numbers) = link.numbers(2)?;
        match numbers[..] {
            [number] => bias.fill(number),
            _ if numbers.len() == bias.len() && sides.last() == Some(&numbers.len()) => *bias = numbers,
            _ => return link.refuse(format!("its bias has sides {sides:?} for {} outputs", bias.len())),
        }
    }
    Ok(layer)
}
