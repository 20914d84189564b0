//! Samples of the streams of a call, and figures over them.

use sederunt_app::reports::{Report, Stream};
use serde::Serialize;
use utoipa::ToSchema;

use super::figures::figures;
use super::metadata::shown;
use super::moments::moments;
use super::samples::{AudioConsumerSample, AudioProducerSample, VideoConsumerSample, VideoProducerSample};
use super::sums::{
    AudioConsumerCumulative, AudioProducerCumulative, Sum, VideoConsumerCumulative, VideoProducerCumulative,
};

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
    /// What is known of the streams of a call; `None` when that is nothing.
    pub(super) fn of(report: &Report) -> Option<Self> {
        let (audio_producer, audio_producer_cumulative) = stream(report, Stream::AudioProducer);
        let (audio_consumer, audio_consumer_cumulative) = stream(report, Stream::AudioConsumer);
        let (screenshare_audio_producer, screenshare_audio_producer_cumulative) =
            stream(report, Stream::ScreenshareAudioProducer);
        let (screenshare_audio_consumer, screenshare_audio_consumer_cumulative) =
            stream(report, Stream::ScreenshareAudioConsumer);
        let (video_producer, video_producer_cumulative) = stream(report, Stream::VideoProducer);
        let (video_consumer, video_consumer_cumulative) = stream(report, Stream::VideoConsumer);
        let (screenshare_video_producer, screenshare_video_producer_cumulative) =
            stream(report, Stream::ScreenshareVideoProducer);
        let (screenshare_video_consumer, screenshare_video_consumer_cumulative) =
            stream(report, Stream::ScreenshareVideoConsumer);
        Self {
            audio_producer,
            audio_producer_cumulative,
            audio_consumer,
            audio_consumer_cumulative,
            screenshare_audio_producer,
            screenshare_audio_producer_cumulative,
            screenshare_audio_consumer,
            screenshare_audio_consumer_cumulative,
            video_producer,
            video_producer_cumulative,
            video_consumer,
            video_consumer_cumulative,
            screenshare_video_producer,
            screenshare_video_producer_cumulative,
            screenshare_video_consumer,
            screenshare_video_consumer_cumulative,
        }
        .filled()
    }
}

/// The samples of a kind of streams in order of time, and figures over them; `None` when there are none.
fn stream<S: Sum>(report: &Report, stream: Stream) -> (Option<Vec<S::Of>>, Option<S>) {
    let moments = moments(report, stream);
    let samples: Vec<S::Of> = moments.iter().filter_map(|moment| shown(moment.fields.clone())).collect();
    let sum = S::of(&samples, &moments);
    ((!samples.is_empty()).then_some(samples), sum)
}
