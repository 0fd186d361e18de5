//! What an operator watches, in Prometheus' text form.

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use std::{fmt, sync::atomic::AtomicU64, time::Duration};

/// A request as it is counted: by the pattern of its route, so that an id never becomes a label.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RaceLabels {
    /// `finished`, `retried` or `failed`.
    outcome: &'static str,
}

/// The counters of this process.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_secs: Histogram,
    races: Family<RaceLabels, Counter>,
    race_secs: Histogram,
    queue_depth: Gauge,
    queue_age_secs: Gauge<f64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        // From a health check to a race of a million weights.
        let buckets = [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];
        let mut metrics = Self {
            registry: Registry::with_prefix("league"),
            requests: Family::default(),
            request_secs: Histogram::new(buckets),
            races: Family::default(),
            race_secs: Histogram::new(buckets),
            queue_depth: Gauge::default(),
            queue_age_secs: Gauge::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("requests", "Requests answered", metrics.requests.clone());
        registry.register_with_unit(
            "request_duration",
            "Time to the head of the answer",
            Unit::Seconds,
            metrics.request_secs.clone(),
        );
        registry.register("races", "Races that this process ran", metrics.races.clone());
        registry.register_with_unit("race_duration", "Time to run a race", Unit::Seconds, metrics.race_secs.clone());
        registry.register("queue_depth", "Submissions that wait for their race", metrics.queue_depth.clone());
        registry.register_with_unit(
            "queue_age",
            "Age of the submission that has waited longest",
            Unit::Seconds,
            metrics.queue_age_secs.clone(),
        );
        metrics
    }
}

impl Metrics {
    /// Counts an answer. `route` is the route's pattern.
    pub fn answered(&self, method: &str, route: &str, status: u16, time: Duration) {
        let labels = RequestLabels { method: method.to_owned(), route: route.to_owned(), status };
        self.requests.get_or_create(&labels).inc();
        self.request_secs.observe(time.as_secs_f64());
    }

    /// Counts a race by its outcome: `finished`, `retried` or `failed`.
    pub fn raced(&self, outcome: &'static str, time: Duration) {
        self.races.get_or_create(&RaceLabels { outcome }).inc();
        self.race_secs.observe(time.as_secs_f64());
    }

    /// Sets what is measured only when somebody asks.
    pub fn queue(&self, depth: i64, age_secs: f64) {
        self.queue_depth.set(depth);
        self.queue_age_secs.set(age_secs);
    }

    /// The text that Prometheus reads (OpenMetrics 1.0).
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_what_was_counted() {
        let metrics = Metrics::default();
        metrics.answered("GET", "/api/v1/races/{race}", 404, Duration::from_millis(3));
        metrics.raced("finished", Duration::from_millis(80));
        metrics.queue(7, 1.5);
        let text = metrics.text().unwrap();
        for line in [
            r#"league_requests_total{method="GET",route="/api/v1/races/{race}",status="404"} 1"#,
            r#"league_races_total{outcome="finished"} 1"#,
            "league_queue_depth 7",
            "league_queue_age_seconds 1.5",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }
}
