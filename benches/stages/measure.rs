//! Measures competitors side by side: in turns, so that a busy moment of the machine hits all of
//! them, and in CPU time of the thread, so that other processes hardly count. What is shown is the
//! median of each and its ratio to the first, the yardstick; only ratios mean anything elsewhere.

use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// Rounds that count; an odd number, so that the median is one of them.
const ROUNDS: usize = 5;

/// Something to be measured, with the name it has in the table.
pub(crate) struct Entrant<'a> {
    name: String,
    run: Box<dyn FnMut() + 'a>,
}

impl<'a> Entrant<'a> {
    /// Something that is the same work in each round.
    pub(crate) fn new(name: impl Into<String>, run: impl FnMut() + 'a) -> Self {
        Self {
            name: name.into(),
            run: Box::new(run),
        }
    }
}

/// The median CPU time of each entrant, in their order, after one round that does not count.
pub(crate) fn medians(entrants: &mut [Entrant<'_>]) -> Vec<Duration> {
    let mut times = vec![Vec::with_capacity(ROUNDS); entrants.len()];
    for round in 0..=ROUNDS {
        for (entrant, times) in entrants.iter_mut().zip(&mut times) {
            let started = cpu();
            (entrant.run)();
            let spent = cpu() - started;
            if round > 0 {
                times.push(spent);
            }
        }
    }
    let median = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    times.into_iter().map(median).collect()
}

/// Measures over `bytes` of input and prints a row for each entrant.
pub(crate) fn compare(title: &str, bytes: usize, mut entrants: Vec<Entrant<'_>>) {
    println!("{title}, {:.1} MB", megabytes(bytes));
    let times = medians(&mut entrants);
    for (entrant, time) in entrants.iter().zip(&times) {
        let speed = megabytes(bytes) / time.as_secs_f64();
        println!(
            "  {:<34} {speed:>8.0} MB/s {:>7.2} x the time",
            entrant.name,
            ratio(*time, times[0])
        );
    }
}

/// Measures what has no size and prints milliseconds.
pub(crate) fn compare_times(title: &str, mut entrants: Vec<Entrant<'_>>) {
    println!("{title}");
    let times = medians(&mut entrants);
    for (entrant, time) in entrants.iter().zip(&times) {
        let milliseconds = time.as_secs_f64() * 1e3;
        println!(
            "  {:<34} {milliseconds:>8.2} ms   {:>7.2} x the time",
            entrant.name,
            ratio(*time, times[0])
        );
    }
}

/// How many times as long.
pub(crate) fn ratio(time: Duration, yardstick: Duration) -> f64 {
    time.as_secs_f64() / yardstick.as_secs_f64()
}

fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

/// CPU time that this thread has used so far.
fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}
