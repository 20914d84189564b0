//! Figures over the samples of a call.

use std::collections::HashMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::figures::{
    Figure, LatencyDistribution, PacketLossDistribution, PercentileSummary, figures, fraction,
};
use super::moments::Moment;
use super::samples::{AudioConsumerSample, AudioProducerSample, VideoConsumerSample, VideoProducerSample};

/// A picture that is less high is poor.
const POOR_HEIGHT: f64 = 240.0;

figures! {
    /// Figures of sound that is sent.
    AudioProducerCumulative {
        /// Losses between two samples.
        packet_loss: PacketLossDistribution,
        /// Round trips.
        rtt: LatencyDistribution,
    }
}

figures! {
    /// Figures of sound that is received.
    AudioConsumerCumulative {
        /// How long samples wait.
        jitter_buffer_delay: LatencyDistribution,
        /// Losses between two samples.
        packet_loss: PacketLossDistribution,
    }
}

figures! {
    /// What was wrong with a picture that is sent: fractions of the samples.
    VideoProducerIssues {
        /// The network limited it.
        bandwidth_quality_limitation_fraction: Figure,
        /// The machine limited it.
        cpu_quality_limitation_fraction: Figure,
        /// No frame since the sample before.
        no_video_fraction: Figure,
        /// Less than 240 pixels high.
        poor_resolution_fraction: Figure,
        /// Anything limited it.
        quality_limitation_fraction: Figure,
    }
}

figures! {
    /// Figures of a picture that is sent.
    VideoProducerCumulative {
        /// Frames a second.
        frame_per_second: PercentileSummary,
        /// Pixels.
        frame_width: PercentileSummary,
        /// What was wrong.
        issues: VideoProducerIssues,
        /// Of all frames.
        key_frames_encoded_fraction: Figure,
        /// Losses between two samples.
        packet_loss: PacketLossDistribution,
        /// Round trips.
        rtt: LatencyDistribution,
    }
}

figures! {
    /// What was wrong with a picture that is received: fractions of the samples.
    VideoConsumerIssues {
        /// No frame since the sample before.
        no_video_fraction: Figure,
        /// Less than 240 pixels high.
        poor_resolution_fraction: Figure,
    }
}

figures! {
    /// Figures of a picture that is received.
    VideoConsumerCumulative {
        /// Frames a second.
        frame_per_second: PercentileSummary,
        /// Pixels.
        frame_width: PercentileSummary,
        /// What was wrong.
        issues: VideoConsumerIssues,
        /// How long frames wait.
        jitter_buffer_delay: LatencyDistribution,
        /// Of all frames.
        key_frames_decoded_fraction: Figure,
        /// Losses between two samples.
        packet_loss: PacketLossDistribution,
    }
}

/// Figures over the samples of a stream, and over what was counted between them.
pub(super) trait Sum: Sized {
    /// A sample.
    type Of: DeserializeOwned;

    /// `None` without any.
    fn of(samples: &[Self::Of], moments: &[Moment]) -> Option<Self>;
}

impl Sum for AudioProducerCumulative {
    type Of = AudioProducerSample;

    fn of(samples: &[AudioProducerSample], moments: &[Moment]) -> Option<Self> {
        let rtt = LatencyDistribution::of(each(samples, |s| s.rtt));
        Self { packet_loss: PacketLossDistribution::of(losses(moments)), rtt }.filled()
    }
}

impl Sum for AudioConsumerCumulative {
    type Of = AudioConsumerSample;

    fn of(samples: &[AudioConsumerSample], moments: &[Moment]) -> Option<Self> {
        let waits = waits(samples.iter().map(|s| {
            (&s.consumer_id, s.jitter_buffer_delay.map(|f| f.0), s.jitter_buffer_emitted_count.map(|f| f.0))
        }));
        let packet_loss = PacketLossDistribution::of(losses(moments));
        Self { jitter_buffer_delay: LatencyDistribution::of(waits), packet_loss }.filled()
    }
}

impl Sum for VideoProducerCumulative {
    type Of = VideoProducerSample;

    fn of(samples: &[VideoProducerSample], moments: &[Moment]) -> Option<Self> {
        let limited = |is: fn(&str) -> bool| {
            fraction(samples.iter().filter_map(|s| s.quality_limitation_reason.as_deref()).map(is))
        };
        let issues = VideoProducerIssues {
            bandwidth_quality_limitation_fraction: limited(|reason| reason == "bandwidth"),
            cpu_quality_limitation_fraction: limited(|reason| reason == "cpu"),
            no_video_fraction: nothing(moments, Moment::arrived),
            poor_resolution_fraction: fraction(each(samples, |s| s.frame_height).map(|h| h < POOR_HEIGHT)),
            quality_limitation_fraction: limited(|reason| reason != "none"),
        };
        Self {
            frame_per_second: PercentileSummary::of(each(samples, |s| s.frames_per_second)),
            frame_width: PercentileSummary::of(each(samples, |s| s.frame_width)),
            issues: issues.filled(),
            key_frames_encoded_fraction: key_frames(
                samples.iter().map(|s| (&s.producer_id, s.key_frames_encoded, s.frames_encoded)),
            ),
            packet_loss: PacketLossDistribution::of(losses(moments)),
            rtt: LatencyDistribution::of(each(samples, |s| s.rtt)),
        }
        .filled()
    }
}

impl Sum for VideoConsumerCumulative {
    type Of = VideoConsumerSample;

    fn of(samples: &[VideoConsumerSample], moments: &[Moment]) -> Option<Self> {
        let waits = waits(samples.iter().map(|s| {
            (&s.consumer_id, s.jitter_buffer_delay.map(|f| f.0), s.jitter_buffer_emitted_count.map(|f| f.0))
        }));
        let issues = VideoConsumerIssues {
            no_video_fraction: nothing(moments, Moment::shown),
            poor_resolution_fraction: fraction(each(samples, |s| s.frame_height).map(|h| h < POOR_HEIGHT)),
        };
        Self {
            frame_per_second: PercentileSummary::of(each(samples, |s| s.frames_per_second)),
            frame_width: PercentileSummary::of(each(samples, |s| s.frame_width)),
            issues: issues.filled(),
            jitter_buffer_delay: LatencyDistribution::of(waits),
            key_frames_decoded_fraction: key_frames(
                samples.iter().map(|s| (&s.consumer_id, s.key_frames_decoded, s.frames_decoded)),
            ),
            packet_loss: PacketLossDistribution::of(losses(moments)),
        }
        .filled()
    }
}

/// A number of each sample that has it.
fn each<T>(samples: &[T], number: fn(&T) -> Option<Figure>) -> impl Iterator<Item = f64> {
    samples.iter().filter_map(number).map(|figure| figure.0)
}

/// Seconds for which what came between two samples of a stream has waited, from counters that only grow. A counter that
/// begins anew says nothing of the time between.
fn waits<'a>(samples: impl Iterator<Item = (&'a Option<String>, Option<f64>, Option<f64>)>) -> Vec<f64> {
    let mut last: HashMap<&Option<String>, (f64, f64)> = HashMap::new();
    let mut waits = Vec::new();
    for (stream, delay, count) in samples {
        let Some((delay, count)) = delay.zip(count) else { continue };
        if let Some((delay_before, count_before)) = last.insert(stream, (delay, count))
            && count > count_before
            && delay >= delay_before
        {
            waits.push((delay - delay_before) / (count - count_before));
        }
    }
    waits
}

/// Key frames among all frames, from the last sample of each stream.
fn key_frames<'a>(
    samples: impl Iterator<Item = (&'a Option<String>, Option<Figure>, Option<Figure>)>,
) -> Option<Figure> {
    let mut last: HashMap<&Option<String>, (f64, f64)> = HashMap::new();
    for (stream, keys, frames) in samples {
        if let Some((keys, frames)) = keys.zip(frames) {
            last.insert(stream, (keys.0, frames.0));
        }
    }
    let (keys, frames) = last.values().fold((0.0, 0.0), |sum, last| (sum.0 + last.0, sum.1 + last.1));
    // A client may say that there are more key frames than frames.
    (frames > 0.0 && keys <= frames).then(|| Figure(keys / frames))
}

/// Percent of the packets of a stream that were lost between two moments, from counters that begin with it.
#[expect(clippy::cast_precision_loss, reason = "a call has far fewer packets than 2^53")]
fn losses(moments: &[Moment]) -> Vec<f64> {
    let mut last: HashMap<&str, (u64, u64)> = HashMap::new();
    let mut losses = Vec::new();
    for moment in moments {
        let Some((expected, lost)) = moment.counted.as_ref().and_then(|c| c.expected.zip(c.lost)) else {
            continue;
        };
        let (expected_before, lost_before) =
            last.insert(&moment.stream, (expected, lost)).unwrap_or_default();
        // A counter that begins anew says nothing; what was lost may come after all.
        if let Some(sent) = expected.checked_sub(expected_before).filter(|sent| *sent > 0) {
            let lost = lost.saturating_sub(lost_before).min(sent);
            losses.push(100.0 * lost as f64 / sent as f64);
        }
    }
    losses
}

/// How many moments have no more frames than the one of their stream before.
fn nothing(moments: &[Moment], frames: impl Fn(&Moment) -> Option<(i64, u64)>) -> Option<Figure> {
    let mut last: HashMap<&str, (i64, u64)> = HashMap::new();
    let mut nothing = Vec::new();
    for moment in moments {
        let Some((at, frames)) = frames(moment) else { continue };
        let before = last.insert(&moment.stream, (at, frames));
        // The same words may be of two moments.
        if before.is_none_or(|(before, _)| before != at) {
            nothing.push(frames == before.map_or(0, |(_, frames)| frames));
        }
    }
    fraction(nothing)
}
