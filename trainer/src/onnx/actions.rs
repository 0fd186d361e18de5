//! The end of a chain: from the network's numbers to the actions.

use super::{Refusal, graph::Link, refuse};
use sim_spec::{
    ActionSpace,
    action::{ACTION_LEN, CONTINUOUS_V1},
};

/// Actions of a model and of its metadata may differ by this much: they were rounded once.
const ROUNDING: f32 = 1e-5;

/// How far the chain has come.
#[derive(Debug, PartialEq)]
pub enum End {
    /// Still in the network.
    Network,
    /// The network's numbers lie in [−1, 1], and become `middle + half · number`.
    Range { middle: [f32; ACTION_LEN], half: [f32; ACTION_LEN] },
    /// The number of the largest output.
    Choice,
    /// The two numbers of the action that was chosen.
    Table(Vec<[f32; ACTION_LEN]>),
}

impl End {
    /// Numbers in [−1, 1] as they are.
    pub fn bounded() -> Self {
        Self::Range { middle: [0.0; ACTION_LEN], half: [1.0; ACTION_LEN] }
    }

    pub fn clip(&mut self, link: &Link, bounds: [f32; 2]) -> Result<(), Refusal> {
        match self {
            _ if bounds != [-1.0, 1.0] => link.refuse(format!("clips to {bounds:?}; actions are clipped to ±1")),
            Self::Network => {
                *self = Self::bounded();
                Ok(())
            }
            Self::Range { .. } => Ok(()),
            Self::Choice | Self::Table(_) => link.refuse("clips the number of an action"),
        }
    }

    pub fn scale(&mut self, link: &Link, constants: &[f32]) -> Result<(), Refusal> {
        let (Self::Range { middle, half }, Ok(constants)) = (self, <[f32; ACTION_LEN]>::try_from(constants)) else {
            return link.refuse("only two numbers can become a continuous action");
        };
        for ((middle, half), constant) in middle.iter_mut().zip(half).zip(constants) {
            match link.operator() {
                "Add" => *middle += constant,
                "Sub" => *middle -= constant,
                "Mul" => (*middle, *half) = (*middle * constant, *half * constant),
                _ => (*middle, *half) = (*middle / constant, *half / constant),
            }
        }
        Ok(())
    }

    pub fn choose(&mut self, link: &Link) -> Result<(), Refusal> {
        if *self != Self::Network || !matches!(link.integer("axis", 0), -1 | 1) {
            return link.refuse("must choose among the network's outputs, with axis 1");
        }
        if link.integer("select_last_index", 0) != 0 {
            return link.refuse("takes the last of equal outputs; here the first is taken");
        }
        *self = Self::Choice;
        Ok(())
    }

    /// Takes the table that says what each of `outputs` stands for.
    pub fn look_up(&mut self, link: &Link, outputs: usize) -> Result<(), Refusal> {
        let is_plain = link.integer("axis", 0) == 0 && link.integer("batch_dims", 0) == 0;
        if *self != Self::Choice || link.flows_in != 1 || !is_plain {
            return link.refuse("must look up the chosen action in a table");
        }
        let (sides, numbers) = link.numbers(0)?;
        if sides != [outputs, ACTION_LEN] {
            return link.refuse(format!("its table has sides {sides:?}; it needs [{outputs}, {ACTION_LEN}]"));
        }
        *self = Self::Table(numbers.as_chunks().0.to_vec());
        Ok(())
    }

    /// The actions of a network with that many `outputs`; `said` is what the model's metadata says of them.
    pub fn actions(&self, outputs: usize, said: Option<ActionSpace>) -> Result<ActionSpace, Refusal> {
        let pairs = self.pairs(outputs)?;
        if let Some(beyond) = pairs.iter().flatten().find(|number| number.is_nan() || number.abs() > 1.0 + ROUNDING) {
            return refuse(format!(
                "an action of {beyond}: the two numbers of an action, steering and speed, lie in ±1"
            ));
        }
        let physical =
            |field: usize, pair: usize| CONTINUOUS_V1.fields[field].physical(pairs[pair][field].clamp(-1.0, 1.0));
        let found = match self {
            Self::Table(_) => ActionSpace::Discrete {
                actions: (0..pairs.len()).map(|pair| [physical(0, pair), physical(1, pair)]).collect(),
            },
            _ => ActionSpace::Continuous {
                steering_rad: [physical(0, 0), physical(0, 1)],
                speed_mps: [physical(1, 0), physical(1, 1)],
            },
        };
        match said {
            None => Ok(found),
            Some(said) if is_same(&said, &found) => Ok(said),
            Some(_) => refuse("the model's actions are not those that its metadata names: export it again"),
        }
    }

    /// The two numbers of each action to choose from, or of both ends of continuous ones.
    fn pairs(&self, outputs: usize) -> Result<Vec<[f32; ACTION_LEN]>, Refusal> {
        match self {
            Self::Choice => refuse(format!(
                "the model gives the number of an action: append a Gather that looks up its steering and speed, each in ±1, \
                 in a table [{outputs}, {ACTION_LEN}]"
            )),
            Self::Table(table) => Ok(table.clone()),
            Self::Network | Self::Range { .. } if outputs != ACTION_LEN => refuse(format!(
                "the model gives {outputs} numbers, and an action has two, steering and speed: for actions to choose from, \
                 append ArgMax and a Gather of a table [{outputs}, {ACTION_LEN}] with the two numbers of each, in ±1"
            )),
            Self::Network => Ok(vec![[-1.0; ACTION_LEN], [1.0; ACTION_LEN]]),
            Self::Range { middle, half } => {
                let end = |sign: f32| std::array::from_fn(|index| middle[index] + sign * half[index]);
                Ok(vec![end(-1.0), end(1.0)])
            }
        }
    }
}

/// Whether the actions are the same but for rounding.
fn is_same(one: &ActionSpace, other: &ActionSpace) -> bool {
    let numbers = |action: &ActionSpace| -> Vec<f32> {
        match action {
            ActionSpace::Continuous { steering_rad, speed_mps } => [*steering_rad, *speed_mps].concat(),
            ActionSpace::Discrete { actions } => actions.concat(),
        }
    };
    let [ones, others] = [numbers(one), numbers(other)];
    let is_near = |(one, other): (&f32, &f32)| (one - other).abs() <= ROUNDING;
    std::mem::discriminant(one) == std::mem::discriminant(other)
        && ones.len() == others.len()
        && ones.iter().zip(&others).all(is_near)
}
