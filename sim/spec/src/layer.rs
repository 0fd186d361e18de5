//! The layers of a network, and the shapes between them.

use crate::{
    PolicyError,
    limits::*,
    observation::{ObservationSpec, PICTURE, Sensor},
};

/// One layer of the network. The list is closed: what is not here cannot be raced.
///
/// [`Linear`](Self::Linear) flattens a picture that comes in: channel by channel, row by row.
#[derive(Debug, Clone, PartialEq)]
pub enum Layer {
    /// `y = weight · x + bias`
    Linear {
        inputs: usize,
        outputs: usize,
        /// `[outputs, inputs]`, row-major.
        weight: Vec<f32>,
        /// `[outputs]`
        bias: Vec<f32>,
    },
    /// `max(x, 0)`
    Relu,
    /// Hyperbolic tangent.
    Tanh,
    /// The mean of each tile of `size` × `size` pixels, channel by channel; what fills no whole tile at the right and
    /// at the bottom is left out. First in a camera's network it makes everything after it cheap.
    AveragePool { size: usize },
    /// Each output channel is the sum of its kernel over all input channels, plus its bias. No padding: the kernel
    /// stays within the picture, and moves by `stride`.
    Conv2d {
        /// Channels that come in.
        inputs: usize,
        /// Channels that go out.
        outputs: usize,
        kernel: usize,
        stride: usize,
        /// `[outputs, inputs, kernel, kernel]`, row-major.
        weight: Vec<f32>,
        /// `[outputs]`
        bias: Vec<f32>,
    },
}

impl Layer {
    /// The name of the kind in a policy's file.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Linear { .. } => "linear",
            Self::Relu => "relu",
            Self::Tanh => "tanh",
            Self::AveragePool { .. } => "average_pool",
            Self::Conv2d { .. } => "conv2d",
        }
    }

    /// Weight and bias, and the weight's shape, of a layer that has them.
    pub fn parameters(&self) -> Option<(Vec<usize>, &[f32], &[f32])> {
        match self {
            Self::Linear { inputs, outputs, weight, bias } => Some((vec![*outputs, *inputs], weight, bias)),
            Self::Conv2d { inputs, outputs, kernel, weight, bias, .. } => {
                Some((vec![*outputs, *inputs, *kernel, *kernel], weight, bias))
            }
            Self::Relu | Self::Tanh | Self::AveragePool { .. } => None,
        }
    }
}

/// What flows between two layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// That many numbers.
    Flat(usize),
    /// `[channels, rows, columns]`
    Picture([usize; 3]),
}

impl Shape {
    /// What the first layer gets.
    pub fn of(observation: &ObservationSpec) -> Self {
        let [columns, rows] = PICTURE;
        match observation.sensor {
            Sensor::Camera { frames } => Self::Picture([frames, rows, columns]),
            Sensor::State | Sensor::Traffic | Sensor::Lidar => Self::Flat(observation.len()),
        }
    }

    /// How many numbers it is.
    pub fn numbers(self) -> usize {
        self.sides().iter().product()
    }

    /// `[channels, rows, columns]`; plain numbers are the columns of one row.
    pub fn sides(self) -> [usize; 3] {
        match self {
            Self::Flat(numbers) => [1, 1, numbers],
            Self::Picture(sides) => sides,
        }
    }

    /// What comes out of layer number `index` of a network when this comes in.
    pub fn after(self, index: usize, layer: &Layer) -> Result<Self, PolicyError> {
        match *layer {
            Layer::Relu | Layer::Tanh => Ok(self),
            Layer::Linear { inputs, .. } if inputs != self.numbers() => {
                Err(PolicyError::Chain { layer: index, inputs, wanted: self.numbers() })
            }
            Layer::Linear { outputs, .. } => Ok(Self::Flat(width(index, outputs)?)),
            Layer::AveragePool { size } => {
                let [channels, rows, columns] = self.tiles(index, size, size)?;
                Ok(Self::Picture([channels, rows, columns]))
            }
            Layer::Conv2d { inputs, outputs, kernel, stride, .. } => {
                let [channels, rows, columns] = self.tiles(index, kernel, stride)?;
                if inputs != channels {
                    return Err(PolicyError::Channels { layer: index, inputs, wanted: channels });
                }
                Ok(Self::Picture([width(index, outputs)?, rows, columns]))
            }
        }
    }

    /// The channels, and how many rows and columns of windows of `size` fit when they move by `stride`.
    fn tiles(self, index: usize, size: usize, stride: usize) -> Result<[usize; 3], PolicyError> {
        let Self::Picture([channels, rows, columns]) = self else {
            return Err(PolicyError::NoPicture { layer: index });
        };
        for length in [size, stride] {
            if !(1..=MAX_KERNEL).contains(&length) {
                return Err(PolicyError::Kernel { layer: index, size: length });
            }
        }
        if size > rows.min(columns) {
            return Err(PolicyError::PictureTooSmall { layer: index, size, rows, columns });
        }
        Ok([channels, (rows - size) / stride + 1, (columns - size) / stride + 1])
    }
}

fn width(index: usize, outputs: usize) -> Result<usize, PolicyError> {
    if (1..=MAX_LAYER_WIDTH).contains(&outputs) {
        return Ok(outputs);
    }
    Err(PolicyError::LayerWidth { layer: index, outputs })
}

/// Layers chain from `observation` to `outputs` numbers, all of them are finite, and the work is within the limits.
pub(crate) fn check_layers(layers: &[Layer], observation: Shape, outputs: usize) -> Result<(), PolicyError> {
    if layers.is_empty() || layers.len() > MAX_LAYERS {
        return Err(PolicyError::LayerCount(layers.len()));
    }
    let (mut shape, mut parameters, mut work) = (observation, 0, 0);
    for (index, layer) in layers.iter().enumerate() {
        let next = shape.after(index, layer)?;
        work += work_of(layer, shape, next);
        if let Some((sides, weight, bias)) = layer.parameters() {
            parameters += sides.iter().product::<usize>() + sides[0];
            if parameters > MAX_PARAMETERS {
                return Err(PolicyError::TooManyParameters);
            }
            check_tensor(&format!("layers.{index}.weight"), weight, &sides)?;
            check_tensor(&format!("layers.{index}.bias"), bias, &sides[..1])?;
        }
        shape = next;
    }
    if work > MAX_STEP_WORK {
        return Err(PolicyError::TooMuchWork(work));
    }
    if shape.numbers() != outputs {
        return Err(PolicyError::Outputs { outputs: shape.numbers(), wanted: outputs });
    }
    Ok(())
}

/// What a layer costs per control step, in multiply-adds.
fn work_of(layer: &Layer, before: Shape, after: Shape) -> usize {
    match *layer {
        Layer::Linear { inputs, outputs, .. } => inputs * outputs,
        Layer::Relu => before.numbers(),
        Layer::Tanh => before.numbers() * TANH_WORK,
        Layer::AveragePool { .. } => before.numbers() * POOL_WORK,
        Layer::Conv2d { inputs, outputs, kernel, .. } => {
            let sums = after.numbers() / outputs * outputs.next_multiple_of(CONVOLUTION_LANES);
            sums * (inputs * kernel * kernel + SUM_WORK)
        }
    }
}

pub(crate) fn check_tensor(name: &str, numbers: &[f32], wanted: &[usize]) -> Result<(), PolicyError> {
    if numbers.len() != wanted.iter().product::<usize>() {
        let [found, wanted] = [vec![numbers.len()], wanted.to_vec()];
        return Err(PolicyError::Shape { tensor: name.into(), found, wanted });
    }
    if numbers.iter().all(|number| number.is_finite()) {
        return Ok(());
    }
    Err(PolicyError::NotFinite(name.into()))
}
