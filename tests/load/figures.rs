//! Figures: how they are printed, and what a list of measurements comes down to.

use std::io::Write;
use std::time::Duration;

/// Prints one figure.
pub fn figure(name: &str, value: f64, unit: &str) {
    let digits = match value.abs() {
        100.0.. => 0,
        10.0.. => 1,
        _ if value.fract() == 0.0 => 0,
        _ => 3,
    };
    let mut out = std::io::stdout().lock();
    // With nobody reading there is nobody to tell.
    let _gone = writeln!(out, "{name} {value:.digits$} {unit}").and_then(|()| out.flush());
}

/// Prints a number of things.
pub fn count(name: &str, count: usize, unit: &str) {
    figure(name, approx(count), unit);
}

/// Says what goes on.
pub fn tell(line: &str) {
    let _gone = writeln!(std::io::stderr(), "{line}");
}

/// A number of things, as a measurement.
#[expect(clippy::cast_precision_loss, reason = "nothing that is counted here comes near 2^52")]
pub fn approx(count: usize) -> f64 {
    count as f64
}

/// Milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The middle of several measurements; of an even number the upper one.
pub fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// How long each of many things took.
#[derive(Default, Clone)]
pub struct Latencies(Vec<Duration>);

impl Latencies {
    /// One more.
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// All of another list.
    pub fn merge(&mut self, other: Latencies) {
        self.0.extend(other.0);
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// What so many per cent stay below, in milliseconds.
    pub fn percentile(&self, per_cent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * per_cent / 100).min(sorted.len().saturating_sub(1));
        sorted.get(at).copied().map_or(f64::NAN, ms)
    }

    /// Prints the middle and the tail, and tells the worst.
    pub fn print(&self, name: &str) {
        figure(&format!("{name}.p50_ms"), self.percentile(50), "ms");
        figure(&format!("{name}.p99_ms"), self.percentile(99), "ms");
        tell(&format!("{name}: {} measured, worst {:.1} ms", self.len(), self.percentile(100)));
    }
}
