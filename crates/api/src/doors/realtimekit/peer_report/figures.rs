//! Figures over the samples of a call.

use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

/// Declares figures, which are only shown.
macro_rules! figures {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
        pub(super) struct $name {
            $(
                $(#[$field_doc])*
                #[serde(skip_serializing_if = "Option::is_none")]
                #[schema(nullable = false)]
                pub(super) $field: Option<$kind>,
            )+
        }

        impl $name {
            /// `None` when there are none.
            pub(super) fn filled(self) -> Option<Self> {
                (self != Self::default()).then_some(self)
            }
        }
    };
}

pub(super) use figures;

/// A number; whole ones without a point.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, ToSchema)]
pub(super) struct Figure(pub(super) f64);

impl Serialize for Figure {
    #[expect(clippy::cast_possible_truncation, reason = "whole numbers up to 2^53 fit an i64")]
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if self.0.fract() == 0.0 && self.0.abs() <= EXACT {
            s.serialize_i64(self.0 as i64)
        } else {
            s.serialize_f64(self.0)
        }
    }
}

/// Mean and percentiles, nearest rank.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct PercentileSummary {
    /// Mean.
    avg: Figure,
    /// Half of the samples are not above it.
    p50: Figure,
    /// Three quarters of the samples are not above it.
    p75: Figure,
    /// Nine tenths of the samples are not above it.
    p90: Figure,
}

impl PercentileSummary {
    /// `None` without samples.
    pub(super) fn of(samples: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = samples.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let rank = |percent: usize| {
            let rank = (percent * sorted.len()).div_ceil(100);
            sorted.get(rank.saturating_sub(1)).copied().map(Figure)
        };
        Some(Self { avg: mean(&sorted)?, p50: rank(50)?, p75: rank(75)?, p90: rank(90)? })
    }
}

/// Mean of delays in seconds, and how many of them are long.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct LatencyDistribution {
    /// Mean, seconds.
    avg: Figure,
    /// Fraction of 100 ms or more.
    #[serde(rename = "100ms_or_greater_event_fraction")]
    from_100_ms: Figure,
    /// Fraction of 250 ms or more.
    #[serde(rename = "250ms_or_greater_event_fraction")]
    from_250_ms: Figure,
    /// Fraction of 500 ms or more.
    #[serde(rename = "500ms_or_greater_event_fraction")]
    from_500_ms: Figure,
}

impl LatencyDistribution {
    /// Of seconds; `None` without samples.
    pub(super) fn of(seconds: impl IntoIterator<Item = f64>) -> Option<Self> {
        let all: Vec<f64> = seconds.into_iter().collect();
        let from = |bound: f64| fraction(all.iter().map(|delay| *delay >= bound));
        Some(Self {
            avg: mean(&all)?,
            from_100_ms: from(0.1)?,
            from_250_ms: from(0.25)?,
            from_500_ms: from(0.5)?,
        })
    }
}

/// Mean of losses in percent, and how many of them are large.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct PacketLossDistribution {
    /// Mean, percent.
    avg: Figure,
    /// Fraction of 5 % or more.
    #[serde(rename = "5_or_greater_event_fraction")]
    from_5: Figure,
    /// Fraction of 10 % or more.
    #[serde(rename = "10_or_greater_event_fraction")]
    from_10: Figure,
    /// Fraction of 25 % or more.
    #[serde(rename = "25_or_greater_event_fraction")]
    from_25: Figure,
    /// Fraction of 50 % or more.
    #[serde(rename = "50_or_greater_event_fraction")]
    from_50: Figure,
}

impl PacketLossDistribution {
    /// Of percents; `None` without samples.
    pub(super) fn of(percents: impl IntoIterator<Item = f64>) -> Option<Self> {
        let all: Vec<f64> = percents.into_iter().collect();
        let from = |bound: f64| fraction(all.iter().map(|loss| *loss >= bound));
        Some(Self {
            avg: mean(&all)?,
            from_5: from(5.0)?,
            from_10: from(10.0)?,
            from_25: from(25.0)?,
            from_50: from(50.0)?,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a call has far fewer samples than 2^53")]
fn mean(samples: &[f64]) -> Option<Figure> {
    (!samples.is_empty()).then(|| Figure(samples.iter().sum::<f64>() / samples.len() as f64))
}

/// How many of all are so; `None` without any.
pub(super) fn fraction(samples: impl IntoIterator<Item = bool>) -> Option<Figure> {
    let samples: Vec<f64> = samples.into_iter().map(|is| if is { 1.0 } else { 0.0 }).collect();
    mean(&samples)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn percentiles_are_samples() {
        let summary = PercentileSummary::of([30.0, 10.0, 20.0, 40.0, 15.5]).unwrap();
        assert_eq!(json!(summary), json!({ "avg": 23.1, "p50": 20, "p75": 30, "p90": 40 }));
        let one = PercentileSummary::of([7.0]).unwrap();
        assert_eq!(json!(one), json!({ "avg": 7, "p50": 7, "p75": 7, "p90": 7 }));
        assert_eq!(PercentileSummary::of([]), None);
    }

    #[test]
    fn delays_are_counted_from_their_bounds_on() {
        let told = LatencyDistribution::of([0.05, 0.1, 0.25, 0.6]).unwrap();
        let expected = json!({ "avg": 0.25, "100ms_or_greater_event_fraction": 0.75,
            "250ms_or_greater_event_fraction": 0.5, "500ms_or_greater_event_fraction": 0.25 });
        assert_eq!(json!(told), expected);
        assert_eq!(LatencyDistribution::of([]), None);
        assert_eq!(fraction([]), None);
    }

    #[test]
    fn losses_are_counted_from_their_bounds_on() {
        let told = PacketLossDistribution::of([0.0, 5.0, 25.0, 70.0]).unwrap();
        let expected = json!({ "avg": 25, "5_or_greater_event_fraction": 0.75, "10_or_greater_event_fraction": 0.5,
            "25_or_greater_event_fraction": 0.5, "50_or_greater_event_fraction": 0.25 });
        assert_eq!(json!(told), expected);
        assert_eq!(PacketLossDistribution::of([]), None);
    }
}
