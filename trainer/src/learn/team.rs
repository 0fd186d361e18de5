//! Threads that learn side by side and meet only to add up their numbers.
//!
//! Each thread does the whole of the work on its own part of the cars (data parallelism). The sum is formed in the
//! order of the threads, so its bits depend on how many threads there are, and never on which came first.

use std::{
    sync::RwLock,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

/// Looks before a waiting thread lets others run. The wait is usually some ten microseconds, and waking a sleeping
/// thread takes longer than that.
const SPINS: u32 = 20_000;

/// The meeting point of some threads.
#[derive(Debug)]
pub struct Team {
    /// What each thread brought, in two sets: while the slowest still reads one, the quickest may fill the other.
    slots: [Vec<RwLock<Vec<f32>>>; 2],
    arrivals: AtomicUsize,
    broken: AtomicBool,
}

/// A thread's place in its team.
#[derive(Debug)]
pub struct Member<'a> {
    team: &'a Team,
    index: usize,
    meetings: usize,
}

impl Team {
    /// A team of that many threads.
    pub fn new(threads: usize) -> Self {
        let slots = || (0..threads).map(|_| RwLock::default()).collect();
        Self { slots: [slots(), slots()], arrivals: AtomicUsize::new(0), broken: AtomicBool::new(false) }
    }

    /// Runs `work` on each of `items` in a thread of its own (the first in the caller's) and returns the answers in
    /// the order of the items. Panics if one of them does.
    pub fn run<T: Send, R: Send>(items: &mut [T], work: impl Fn(&mut Member, &mut T) -> R + Sync) -> Vec<R> {
        let team = &Self::new(items.len());
        let work = &work;
        thread::scope(|scope| {
            let mut items = items.iter_mut().enumerate();
            let here = items.next();
            let others: Vec<_> =
                items.map(|(index, item)| scope.spawn(move || team.member(index, item, work))).collect();
            let first = here.map(|(index, item)| team.member(index, item, work));
            let rest = others.into_iter().map(|other| other.join().expect("a thread of the team panicked"));
            first.into_iter().chain(rest).collect()
        })
    }

    fn member<T, R>(&self, index: usize, item: &mut T, work: impl Fn(&mut Member, &mut T) -> R) -> R {
        let mut member = Member { team: self, index, meetings: 0 };
        let answer = work(&mut member, item);
        member.meetings = usize::MAX;
        answer
    }
}

impl Drop for Member<'_> {
    /// A thread that panics would leave the others waiting for ever.
    fn drop(&mut self) {
        if self.meetings != usize::MAX {
            self.team.broken.store(true, Ordering::Release);
        }
    }
}

impl Member<'_> {
    /// This thread's number, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// Threads of the team.
    pub fn count(&self) -> usize {
        self.team.slots[0].len()
    }

    /// Replaces `values` by the sum of what all threads brought. All must call it equally often, with as many values.
    pub fn sum(&mut self, values: &mut [f32]) {
        let threads = self.count();
        if threads == 1 {
            return;
        }
        let slots = &self.team.slots[self.meetings % 2];
        {
            let mut mine = slots[self.index].write().expect("only a broken team poisons a lock");
            mine.clear();
            mine.extend_from_slice(values);
        }
        self.meetings += 1;
        self.team.arrivals.fetch_add(1, Ordering::AcqRel);
        self.wait_for(self.meetings * threads);
        values.fill(0.0);
        for slot in slots {
            let brought = slot.read().expect("only a broken team poisons a lock");
            values.iter_mut().zip(brought.iter()).for_each(|(sum, value)| *sum += value);
        }
    }

    fn wait_for(&self, arrivals: usize) {
        let mut looks = 0;
        while self.team.arrivals.load(Ordering::Acquire) < arrivals {
            assert!(!self.team.broken.load(Ordering::Acquire), "another thread of the team panicked");
            looks += 1;
            if looks < SPINS { std::hint::spin_loop() } else { thread::yield_now() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thread_gets_the_same_sum_at_every_meeting() {
        let mut items = [1.0f32, 10.0, 100.0];
        let sums = Team::run(&mut items, |member, item| {
            (0..50)
                .map(|round| {
                    let mut values = [*item, *item * round as f32];
                    member.sum(&mut values);
                    values
                })
                .collect::<Vec<_>>()
        });
        let expected: Vec<_> = (0..50).map(|round| [111.0, 111.0 * round as f32]).collect();
        assert_eq!(sums, vec![expected; 3]);
    }

    #[test]
    fn a_thread_alone_keeps_its_numbers() {
        let sums = Team::run(&mut [0.1f32], |member, item| {
            let mut values = [*item];
            member.sum(&mut values);
            values[0]
        });
        assert_eq!(sums, [0.1]);
    }

    #[test]
    #[should_panic(expected = "panicked")]
    fn a_panic_reaches_those_who_wait() {
        Team::run(&mut [0, 1], |member, item| {
            assert_eq!(*item, 0, "the second thread fails");
            member.sum(&mut [0.0]);
        });
    }
}
