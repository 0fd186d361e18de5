//! What SAC remembers: the last steps of the cars of one thread, to be learned from again and again.

use crate::learn::noise::{self, Pcg64};
use sim_spec::action::ACTION_LEN;
use tch::{Device, Tensor};

/// The last steps, a ring that is overwritten from the oldest on.
#[derive(Debug)]
pub struct Memory {
    input: usize,
    capacity: usize,
    /// Steps that are remembered.
    len: usize,
    /// Where the next one goes.
    next: usize,
    /// As seen, `[capacity, input]`: normalised when they are drawn, since what is normal is still being found out.
    inputs: Vec<f32>,
    /// `[capacity, ACTION_LEN]`
    actions: Vec<[f32; ACTION_LEN]>,
    rewards: Vec<f32>,
    /// What the step led to, before any respawn, `[capacity, input]`.
    next_inputs: Vec<f32>,
    /// The episode ended because of what happened in the step: nothing comes after.
    terminated: Vec<bool>,
}

/// Steps drawn from the memory, N of them.
#[derive(Debug)]
pub struct Memories {
    /// Not yet normalised, `[N, input]`.
    pub inputs: Vec<f32>,
    pub next_inputs: Vec<f32>,
    /// `[N, ACTION_LEN]`
    pub actions: Tensor,
    /// `[N]`
    pub rewards: Tensor,
    /// 1 where the episode went on, 0 where it ended, `[N]`.
    pub alive: Tensor,
}

impl Memory {
    /// Room for `capacity` steps with inputs of that many numbers. Memory is taken as it fills.
    pub fn new(capacity: usize, input: usize) -> Self {
        Self {
            input,
            capacity,
            len: 0,
            next: 0,
            inputs: Vec::new(),
            actions: Vec::new(),
            rewards: Vec::new(),
            next_inputs: Vec::new(),
            terminated: Vec::new(),
        }
    }

    /// Steps that are remembered.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is nothing to remember.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Remembers a step.
    pub fn add(&mut self, input: &[f32], action: [f32; ACTION_LEN], reward: f32, next_input: &[f32], terminated: bool) {
        if self.len < self.capacity {
            self.inputs.extend_from_slice(input);
            self.next_inputs.extend_from_slice(next_input);
            self.actions.push(action);
            self.rewards.push(reward);
            self.terminated.push(terminated);
            self.len += 1;
        } else {
            let numbers = self.next * self.input..(self.next + 1) * self.input;
            self.inputs[numbers.clone()].copy_from_slice(input);
            self.next_inputs[numbers].copy_from_slice(next_input);
            self.actions[self.next] = action;
            self.rewards[self.next] = reward;
            self.terminated[self.next] = terminated;
        }
        self.next = (self.next + 1) % self.capacity;
    }

    /// `count` steps at random, each as likely as any other.
    pub fn draw(&self, count: usize, rng: &mut Pcg64, device: Device) -> Memories {
        let rows: Vec<usize> = (0..count).map(|_| noise::below(rng, self.len)).collect();
        let gather = |matrix: &[f32]| {
            let mut gathered = Vec::with_capacity(count * self.input);
            rows.iter().for_each(|row| gathered.extend_from_slice(&matrix[row * self.input..][..self.input]));
            gathered
        };
        let column = |number: &dyn Fn(usize) -> f32| {
            let numbers: Vec<f32> = rows.iter().map(|row| number(*row)).collect();
            Tensor::from_slice(&numbers).to_device(device)
        };
        let actions: Vec<f32> = rows.iter().flat_map(|row| self.actions[*row]).collect();
        Memories {
            inputs: gather(&self.inputs),
            next_inputs: gather(&self.next_inputs),
            actions: Tensor::from_slice(&actions).view([-1, ACTION_LEN as i64]).to_device(device),
            rewards: column(&|row| self.rewards[row]),
            alive: column(&|row| if self.terminated[row] { 0.0 } else { 1.0 }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::noise::{Purpose, generator};

    #[test]
    fn the_oldest_is_forgotten_and_what_belongs_together_stays_together() {
        let mut memory = Memory::new(3, 2);
        for step in 0..5u8 {
            let number = f32::from(step);
            memory.add(&[number; 2], [number, -number], 10.0 * number, &[number + 1.0; 2], step == 4);
        }
        assert_eq!(memory.len(), 3);
        let drawn = memory.draw(200, &mut generator(1, Purpose::Shuffle, 0, 0), Device::Cpu);
        let mut seen = [0; 5];
        for row in 0..200 {
            let number = drawn.inputs[2 * row];
            seen[number as usize] += 1;
            assert_eq!(drawn.next_inputs[2 * row + 1], number + 1.0);
            assert_eq!(drawn.actions.double_value(&[row as i64, 1]), f64::from(-number));
            assert_eq!(drawn.rewards.double_value(&[row as i64]), f64::from(10.0 * number));
            assert_eq!(drawn.alive.double_value(&[row as i64]), if number == 4.0 { 0.0 } else { 1.0 });
        }
        assert_eq!(seen[..2], [0, 0]);
        // A third each: 67, give or take four standard errors of 6.7.
        assert!(seen[2..].iter().all(|count| (40..94).contains(count)), "{seen:?}");
    }
}
