//! Why some bytes, or some layers, are not a policy that can be raced.

use crate::{action_space::ActionError, limits::*};

/// Why some bytes are not a policy that can be raced. The sentence says what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PolicyError {
    #[error("the policy file is empty; send the policy.safetensors that `paddock train` wrote")]
    Empty,
    #[error("the policy file has {0} bytes; at most {MAX_POLICY_BYTES} are accepted: train a smaller network")]
    TooLarge(usize),
    #[error("this is a Python pickle, which can run code; only policy.safetensors files of `paddock train` are raced")]
    Pickle,
    #[error("this is a PyTorch or TorchScript archive, which can run code; only policy.safetensors files are raced")]
    TorchScript,
    #[error("this looks like an ONNX model, which is not raced as it is; `paddock import` makes a policy of it")]
    Onnx,
    #[error("this is not a safetensors file; send the policy.safetensors that `paddock train` wrote")]
    NotSafetensors,
    #[error("the file claims a header of {0} bytes; at most {MAX_POLICY_HEADER_BYTES} are read: the file is damaged")]
    HeaderTooLarge(u64),
    #[error("the file claims tensors of {0} bytes; at most {MAX_POLICY_BYTES} are accepted: the file is damaged")]
    ClaimsTooMuch(u64),
    #[error("the policy file is cut off or padded: its header and its size do not agree; copy it again")]
    Truncated,
    #[error("the policy file's header is not valid: {0}")]
    Header(String),
    #[error("the header names {0:?} twice")]
    DuplicateTensor(String),
    #[error("the file holds tensors but no Paddock manifest; export it with `paddock train`")]
    NoManifest,
    #[error("the policy's manifest is not valid: {0}")]
    Manifest(String),
    #[error("policy format version {0} is unknown; this program reads versions 1 and 2: update Paddock or train again")]
    Version(u64),
    #[error("the policy was trained for observations {0:?}, which this league does not give; train again")]
    UnknownObservation(String),
    #[error("the policy was trained for actions {0:?}, which this league does not take; train again")]
    UnknownAction(String),
    #[error("the policy's actions: {0}")]
    Action(#[from] ActionError),
    #[error(
        "layer {layer} is of kind {kind:?}; the kinds are \"linear\", \"relu\", \"tanh\", \"average_pool\" and \"conv2d\""
    )]
    UnknownLayer { layer: usize, kind: String },
    #[error("the network has {0} layers; it must have 1 to {MAX_LAYERS}")]
    LayerCount(usize),
    #[error("layer {layer} has {outputs} outputs; a layer has 1 to {MAX_LAYER_WIDTH}")]
    LayerWidth { layer: usize, outputs: usize },
    #[error("layer {layer} has a kernel, stride or pool size of {size}; they are 1 to {MAX_KERNEL}")]
    Kernel { layer: usize, size: usize },
    #[error(
        "layer {layer} looks at a picture, but none comes in: it stands before the first linear layer of a camera policy"
    )]
    NoPicture { layer: usize },
    #[error(
        "layer {layer} looks at {size} x {size} pixels at a time, but the picture has only {rows} x {columns}: pool less before it"
    )]
    PictureTooSmall { layer: usize, size: usize, rows: usize, columns: usize },
    #[error("the network has more than {MAX_PARAMETERS} weights: train a smaller one")]
    TooManyParameters,
    #[error(
        "the network needs {0} multiply-adds per control step, and {MAX_STEP_WORK} are allowed: pool the picture before \
         the first convolution, take larger strides, or ReLU for tanh"
    )]
    TooMuchWork(usize),
    #[error("layer {layer} takes {inputs} numbers, but {wanted} come in")]
    Chain { layer: usize, inputs: usize, wanted: usize },
    #[error("layer {layer} takes {inputs} channels, but {wanted} come in")]
    Channels { layer: usize, inputs: usize, wanted: usize },
    #[error("the network gives {outputs} numbers, but its actions need {wanted}")]
    Outputs { outputs: usize, wanted: usize },
    #[error("tensor {tensor:?} has shape {found:?}, but the manifest needs {wanted:?}")]
    Shape { tensor: String, found: Vec<usize>, wanted: Vec<usize> },
    #[error("tensor {0:?} is not float32")]
    Dtype(String),
    #[error("tensor {0:?} is missing")]
    MissingTensor(String),
    #[error("tensor {0:?} belongs to no layer")]
    UnexpectedTensor(String),
    #[error("tensor {0:?} holds NaN or infinity: the training diverged; lower the learning rate and train again")]
    NotFinite(String),
    #[error("normaliser.std must be greater than zero, and is not at position {0}")]
    Normaliser(usize),
    #[error(
        "the provenance has a text over {MAX_PROVENANCE_TEXT_BYTES} bytes, a control character, or over {MAX_PROVENANCE_TRACKS} tracks"
    )]
    Provenance,
}

impl PolicyError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "policy_empty",
            Self::TooLarge(_) => "policy_too_large",
            Self::Pickle => "policy_is_pickle",
            Self::TorchScript => "policy_is_torchscript",
            Self::Onnx => "policy_is_onnx",
            Self::NotSafetensors => "policy_not_safetensors",
            Self::HeaderTooLarge(_) => "policy_header_too_large",
            Self::ClaimsTooMuch(_) => "policy_claims_too_much",
            Self::Truncated => "policy_truncated",
            Self::Header(_) => "policy_header",
            Self::DuplicateTensor(_) => "policy_duplicate_tensor",
            Self::NoManifest => "policy_no_manifest",
            Self::Manifest(_) => "policy_manifest",
            Self::Version(_) => "policy_unsupported_version",
            Self::UnknownObservation(_) => "policy_unknown_observation",
            Self::UnknownAction(_) => "policy_unknown_action",
            Self::Action(error) => error.code(),
            Self::UnknownLayer { .. } => "policy_unknown_layer",
            Self::LayerCount(_) => "policy_layer_count",
            Self::LayerWidth { .. } => "policy_layer_width",
            Self::Kernel { .. } => "policy_kernel",
            Self::NoPicture { .. } => "policy_no_picture",
            Self::PictureTooSmall { .. } => "policy_picture_too_small",
            Self::TooManyParameters => "policy_too_many_parameters",
            Self::TooMuchWork(_) => "policy_too_much_work",
            Self::Chain { .. } | Self::Channels { .. } | Self::Outputs { .. } | Self::Shape { .. } => {
                "policy_shape_mismatch"
            }
            Self::Dtype(_) => "policy_dtype",
            Self::MissingTensor(_) => "policy_missing_tensor",
            Self::UnexpectedTensor(_) => "policy_unexpected_tensor",
            Self::NotFinite(_) => "policy_not_finite",
            Self::Normaliser(_) => "policy_normaliser",
            Self::Provenance => "policy_provenance",
        }
    }
}
