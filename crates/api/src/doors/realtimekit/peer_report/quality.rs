//! Samples of the streams of a call, as its client took them, and figures over them.
//!
//! Of what is sent, the numbers of packets, their losses and jitter are the server's to say; it does not count them for
//! reports yet, and they are left out. So are losses and jitter of what is received.

use std::collections::HashMap;

use sederunt_app::reports::{Said, Stream};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::figures::{Figure, LatencyDistribution, PercentileSummary, fraction};
use super::metadata::{fields, instant, shown};

/// A picture that is less high is poor.
const POOR_HEIGHT: f64 = 240.0;

fields! {
    /// A moment of sound that is sent.
    AudioProducerSample {
        /// Media line.
        mid: String,
        /// Stream.
        producer_id: String,
        /// Round trip of its transport, seconds.
        rtt: Figure,
        /// Source of the packets.
        ssrc: Figure,
        /// When.
        timestamp: String,
    }
}

fields! {
    /// A moment of sound that is received.
    AudioConsumerSample {
        /// Bytes so far.
        bytes_received: Figure,
        /// Gaps that were filled so far.
        concealment_events: Figure,
        /// Stream here.
        consumer_id: String,
        /// Seconds that all samples so far have waited.
        jitter_buffer_delay: Figure,
        /// Samples that have waited so far.
        jitter_buffer_emitted_count: Figure,
        /// Media line.
        mid: String,
        /// Packets so far.
        packets_received: Figure,
        /// Who sends it.
        peer_id: String,
        /// Stream there.
        producer_id: String,
        /// Source of the packets.
        ssrc: Figure,
        /// When.
        timestamp: String,
    }
}

fields! {
    /// For how long something limited the quality of a picture, seconds.
    LimitationDurations {
        /// The network.
        bandwidth: Figure,
        /// The machine.
        cpu: Figure,
        /// Nothing.
        none: Figure,
        /// Something else.
        other: Figure,
    }
}

fields! {
    /// A moment of a picture that is sent.
    VideoProducerSample {
        /// Pixels.
        frame_height: Figure,
        /// Pixels.
        frame_width: Figure,
        /// Frames so far.
        frames_encoded: Figure,
        /// Frames a second.
        frames_per_second: Figure,
        /// Key frames so far.
        key_frames_encoded: Figure,
        /// Media line.
        mid: String,
        /// Stream.
        producer_id: String,
        /// What limited the quality, for how long.
        quality_limitation_durations: LimitationDurations,
        /// What limits the quality: `cpu`, `bandwidth`, `none`, `other`.
        quality_limitation_reason: String,
        /// How often that changed the size.
        quality_limitation_resolution_changes: Figure,
        /// Round trip of its transport, seconds.
        rtt: Figure,
        /// Source of the packets.
        ssrc: Figure,
        /// When.
        timestamp: String,
    }
}

fields! {
    /// A moment of a picture that is received.
    VideoConsumerSample {
        /// Bytes so far.
        bytes_received: Figure,
        /// Stream here.
        consumer_id: String,
        /// Pixels.
        frame_height: Figure,
        /// Pixels.
        frame_width: Figure,
        /// Frames so far.
        frames_decoded: Figure,
        /// Frames so far that came too late.
        frames_dropped: Figure,
        /// Frames a second.
        frames_per_second: Figure,
        /// Seconds that all frames so far have waited.
        jitter_buffer_delay: Figure,
        /// Frames that have waited so far.
        jitter_buffer_emitted_count: Figure,
        /// Key frames so far.
        key_frames_decoded: Figure,
        /// Media line.
        mid: String,
        /// Packets so far.
        packets_received: Figure,
        /// Who sends it.
        peer_id: String,
        /// Stream there.
        producer_id: String,
        /// Source of the packets.
        ssrc: Figure,
        /// When.
        timestamp: String,
    }
}

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
                $field: Option<$kind>,
            )+
        }

        impl $name {
            /// `None` when there are none.
            fn filled(self) -> Option<Self> {
                (self != Self::default()).then_some(self)
            }
        }
    };
}

figures! {
    /// Figures of sound that is sent.
    AudioProducerCumulative {
        /// Round trips.
        rtt: LatencyDistribution,
    }
}

figures! {
    /// Figures of sound that is received.
    AudioConsumerCumulative {
        /// How long samples wait.
        jitter_buffer_delay: LatencyDistribution,
    }
}

figures! {
    /// What was wrong with a picture that is sent: fractions of the samples.
    VideoProducerIssues {
        /// The network limited it.
        bandwidth_quality_limitation_fraction: Figure,
        /// The machine limited it.
        cpu_quality_limitation_fraction: Figure,
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
        /// Round trips.
        rtt: LatencyDistribution,
    }
}

figures! {
    /// What was wrong with a picture that is received: fractions of the samples.
    VideoConsumerIssues {
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
    }
}

figures! {
    /// Samples of the streams of a call, and figures over them.
    PeerReportQuality {
        /// Sound that is received.
        audio_consumer: Vec<AudioConsumerSample>,
        /// Its figures.
        audio_consumer_cumulative: AudioConsumerCumulative,
        /// Sound that is sent.
        audio_producer: Vec<AudioProducerSample>,
        /// Its figures.
        audio_producer_cumulative: AudioProducerCumulative,
        /// Sound of a screen that is received.
        screenshare_audio_consumer: Vec<AudioConsumerSample>,
        /// Its figures.
        screenshare_audio_consumer_cumulative: AudioConsumerCumulative,
        /// Sound of a screen that is sent.
        screenshare_audio_producer: Vec<AudioProducerSample>,
        /// Its figures.
        screenshare_audio_producer_cumulative: AudioProducerCumulative,
        /// Picture of a screen that is received.
        screenshare_video_consumer: Vec<VideoConsumerSample>,
        /// Its figures.
        screenshare_video_consumer_cumulative: VideoConsumerCumulative,
        /// Picture of a screen that is sent.
        screenshare_video_producer: Vec<VideoProducerSample>,
        /// Its figures.
        screenshare_video_producer_cumulative: VideoProducerCumulative,
        /// Picture that is received.
        video_consumer: Vec<VideoConsumerSample>,
        /// Its figures.
        video_consumer_cumulative: VideoConsumerCumulative,
        /// Picture that is sent.
        video_producer: Vec<VideoProducerSample>,
        /// Its figures.
        video_producer_cumulative: VideoProducerCumulative,
    }
}

impl PeerReportQuality {
    /// What a client said of its streams; `None` when it said nothing.
    pub(super) fn of(said: &[Said]) -> Option<Self> {
        let audio_producer = samples(said, Stream::AudioProducer);
        let audio_consumer = samples(said, Stream::AudioConsumer);
        let screenshare_audio_producer = samples(said, Stream::ScreenshareAudioProducer);
        let screenshare_audio_consumer = samples(said, Stream::ScreenshareAudioConsumer);
        let video_producer = samples(said, Stream::VideoProducer);
        let video_consumer = samples(said, Stream::VideoConsumer);
        let screenshare_video_producer = samples(said, Stream::ScreenshareVideoProducer);
        let screenshare_video_consumer = samples(said, Stream::ScreenshareVideoConsumer);
        Self {
            audio_producer_cumulative: audio_producer.as_deref().and_then(sound_sent),
            audio_consumer_cumulative: audio_consumer.as_deref().and_then(sound_received),
            screenshare_audio_producer_cumulative: screenshare_audio_producer.as_deref().and_then(sound_sent),
            screenshare_audio_consumer_cumulative: screenshare_audio_consumer
                .as_deref()
                .and_then(sound_received),
            video_producer_cumulative: video_producer.as_deref().and_then(picture_sent),
            video_consumer_cumulative: video_consumer.as_deref().and_then(picture_received),
            screenshare_video_producer_cumulative: screenshare_video_producer
                .as_deref()
                .and_then(picture_sent),
            screenshare_video_consumer_cumulative: screenshare_video_consumer
                .as_deref()
                .and_then(picture_received),
            audio_producer,
            audio_consumer,
            screenshare_audio_producer,
            screenshare_audio_consumer,
            video_producer,
            video_consumer,
            screenshare_video_producer,
            screenshare_video_consumer,
        }
        .filled()
    }
}

/// The samples of a kind of streams, in the order in which they came; `None` when there are none.
fn samples<T: DeserializeOwned>(said: &[Said], stream: Stream) -> Option<Vec<T>> {
    let mut all = Vec::new();
    for said in said {
        let Said::Ping { at, samples, .. } = said else { continue };
        for sample in samples.get(&stream).into_iter().flatten() {
            let mut sample = sample.clone();
            sample.insert("timestamp".to_owned(), instant(*at).as_str().into());
            all.extend(shown(sample));
        }
    }
    (!all.is_empty()).then_some(all)
}

fn sound_sent(samples: &[AudioProducerSample]) -> Option<AudioProducerCumulative> {
    AudioProducerCumulative { rtt: LatencyDistribution::of(each(samples, |s| s.rtt)) }.filled()
}

fn sound_received(samples: &[AudioConsumerSample]) -> Option<AudioConsumerCumulative> {
    let waits = waits(samples.iter().map(|s| {
        (&s.consumer_id, s.jitter_buffer_delay.map(|f| f.0), s.jitter_buffer_emitted_count.map(|f| f.0))
    }));
    AudioConsumerCumulative { jitter_buffer_delay: LatencyDistribution::of(waits) }.filled()
}

fn picture_sent(samples: &[VideoProducerSample]) -> Option<VideoProducerCumulative> {
    let limited = |is: fn(&str) -> bool| {
        fraction(samples.iter().filter_map(|s| s.quality_limitation_reason.as_deref()).map(is))
    };
    let issues = VideoProducerIssues {
        bandwidth_quality_limitation_fraction: limited(|reason| reason == "bandwidth"),
        cpu_quality_limitation_fraction: limited(|reason| reason == "cpu"),
        poor_resolution_fraction: fraction(each(samples, |s| s.frame_height).map(|h| h < POOR_HEIGHT)),
        quality_limitation_fraction: limited(|reason| reason != "none"),
    };
    VideoProducerCumulative {
        frame_per_second: PercentileSummary::of(each(samples, |s| s.frames_per_second)),
        frame_width: PercentileSummary::of(each(samples, |s| s.frame_width)),
        issues: issues.filled(),
        key_frames_encoded_fraction: key_frames(
            samples.iter().map(|s| (&s.producer_id, s.key_frames_encoded, s.frames_encoded)),
        ),
        rtt: LatencyDistribution::of(each(samples, |s| s.rtt)),
    }
    .filled()
}

fn picture_received(samples: &[VideoConsumerSample]) -> Option<VideoConsumerCumulative> {
    let waits = waits(samples.iter().map(|s| {
        (&s.consumer_id, s.jitter_buffer_delay.map(|f| f.0), s.jitter_buffer_emitted_count.map(|f| f.0))
    }));
    let issues = VideoConsumerIssues {
        poor_resolution_fraction: fraction(each(samples, |s| s.frame_height).map(|h| h < POOR_HEIGHT)),
    };
    VideoConsumerCumulative {
        frame_per_second: PercentileSummary::of(each(samples, |s| s.frames_per_second)),
        frame_width: PercentileSummary::of(each(samples, |s| s.frame_width)),
        issues: issues.filled(),
        jitter_buffer_delay: LatencyDistribution::of(waits),
        key_frames_decoded_fraction: key_frames(
            samples.iter().map(|s| (&s.consumer_id, s.key_frames_decoded, s.frames_decoded)),
        ),
    }
    .filled()
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
