//! A moment of each kind of stream.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::figures::Figure;
use super::metadata::fields;

fields! {
    /// A moment of sound that is sent.
    AudioProducerSample {
        /// Bytes so far, as the sender reports them.
        bytes_sent: Figure,
        /// How unevenly packets come, seconds.
        jitter: Figure,
        /// Media line.
        mid: String,
        /// Packets so far that never came.
        packets_lost: Figure,
        /// Packets so far, as the sender reports them.
        packets_sent: Figure,
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
        /// How unevenly packets come, seconds.
        jitter: Figure,
        /// Seconds that all samples so far have waited.
        jitter_buffer_delay: Figure,
        /// Samples that have waited so far.
        jitter_buffer_emitted_count: Figure,
        /// Media line.
        mid: String,
        /// Packets so far that never came.
        packets_lost: Figure,
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
        /// Bytes so far, as the sender reports them.
        bytes_sent: Figure,
        /// Full intra requests so far.
        fir_count: Figure,
        /// Pixels.
        frame_height: Figure,
        /// Pixels.
        frame_width: Figure,
        /// Frames so far.
        frames_encoded: Figure,
        /// Frames a second.
        frames_per_second: Figure,
        /// How unevenly packets come, seconds.
        jitter: Figure,
        /// Key frames so far.
        key_frames_encoded: Figure,
        /// Media line.
        mid: String,
        /// Packets so far that never came.
        packets_lost: Figure,
        /// Packets so far, as the sender reports them.
        packets_sent: Figure,
        /// Requests for key frames so far.
        pli_count: Figure,
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
        /// How unevenly packets come, seconds.
        jitter: Figure,
        /// Seconds that all frames so far have waited.
        jitter_buffer_delay: Figure,
        /// Frames that have waited so far.
        jitter_buffer_emitted_count: Figure,
        /// Key frames so far.
        key_frames_decoded: Figure,
        /// Media line.
        mid: String,
        /// Packets so far that never came.
        packets_lost: Figure,
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
