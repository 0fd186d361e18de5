//! Self-play: the cars that an agent races against while it learns head to head are driven by its own past selves.
//!
//! Against its newest self alone, an agent learns to beat one way of driving and forgets the others; a pool of past
//! selves keeps them (Heinrich et al. 2015, fictitious self-play, <https://proceedings.mlr.press/v37/heinrich15.html>).

use crate::learn::{
    distribution::Head,
    network::{Layout, Network},
    noise::{self, Pcg64},
    normaliser::normalise,
};
use sim_spec::{ActionSpace, Normaliser, action::ACTION_LEN};
use tch::Device;

/// Past selves that are kept. The first stays, so that a beginner's mistakes are not forgotten; of the others the oldest
/// goes.
const POOL: usize = 8;

/// An agent as it once was.
#[derive(Debug, Clone, PartialEq)]
pub struct PastSelf {
    pub parameters: Vec<f32>,
    pub normaliser: Normaliser,
}

/// Adds an agent to the pool.
pub fn remember(pool: &mut Vec<PastSelf>, newest: PastSelf) {
    if pool.len() == POOL {
        pool.remove(1);
    }
    pool.push(newest);
}

/// The drivers of the rivals of one thread.
pub struct Rivals {
    drivers: Vec<Driver>,
    space: ActionSpace,
    head: Head,
}

/// One past self, and the cars that it drives.
struct Driver {
    network: Network,
    normaliser: Normaliser,
    cars: Vec<usize>,
    /// `[cars, input]`, raw and normalised; `[cars, outputs]`; `[cars]`.
    raw: Vec<f32>,
    inputs: Vec<f32>,
    outputs: Vec<f32>,
    values: Vec<f32>,
}

impl Rivals {
    /// Lets each of `cars` be driven by one of the pool, drawn at random.
    pub fn new(pool: &[PastSelf], layout: &Layout, space: &ActionSpace, cars: &[usize], rng: &mut Pcg64) -> Self {
        let mut shares = vec![Vec::new(); pool.len()];
        cars.iter().for_each(|car| shares[noise::below(rng, pool.len())].push(*car));
        let driver = |(past, cars): (&PastSelf, Vec<usize>)| {
            let mut network = Network::new(layout.clone(), Device::Cpu);
            network.set(&past.parameters);
            let numbers = |width: usize| vec![0.0; cars.len() * width];
            Driver {
                network,
                normaliser: past.normaliser.clone(),
                raw: numbers(layout.input.numbers()),
                inputs: numbers(layout.input.numbers()),
                outputs: numbers(layout.outputs),
                values: numbers(1),
                cars,
            }
        };
        let drivers = pool.iter().zip(shares).filter(|(_, cars)| !cars.is_empty()).map(driver).collect();
        Self { drivers, space: space.clone(), head: Head::of(space) }
    }

    /// The cars that are driven.
    pub fn cars(&self) -> impl Iterator<Item = usize> {
        self.drivers.iter().flat_map(|driver| driver.cars.iter().copied())
    }

    /// Writes what each rival does into `actions`, `[all cars]`, by what `observe` says that a car sees. They do not
    /// explore.
    pub fn choose(&mut self, actions: &mut [[f32; ACTION_LEN]], mut observe: impl FnMut(usize, &mut [f32])) {
        let outputs_len = self.head.outputs();
        for driver in &mut self.drivers {
            let input = driver.raw.len() / driver.cars.len();
            for (car, raw) in driver.cars.iter().zip(driver.raw.chunks_exact_mut(input)) {
                observe(*car, raw);
            }
            normalise(&driver.normaliser, &driver.raw, &mut driver.inputs);
            driver.network.evaluate(&driver.inputs, &mut driver.outputs, &mut driver.values);
            for (car, outputs) in driver.cars.iter().zip(driver.outputs.chunks_exact(outputs_len)) {
                actions[*car] = self.space.act(outputs);
            }
        }
    }
}
