//! Settings of a meeting that are kept and given back: recording, transcription, summaries, chat.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::fault::{Fault, at_most, web_url};
use crate::limit::{KEYWORDS_MAX, NAME_MAX_CHARS, URL_MAX_CHARS};

/// Settings as they are shown; secrets are left out.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(crate) struct MeetingSettings {
    /// Start a livestream when the first person joins.
    live_stream_on_start: bool,
    /// Keep chat across sessions of the meeting.
    persist_chat: bool,
    /// Start recording when the first person joins.
    record_on_start: bool,
    /// Recording settings of the meeting.
    #[serde(skip_serializing_if = "Option::is_none")]
    recording_config: Option<RecordingConfig>,
    /// Write a summary when the session ends.
    summarize_on_end: bool,
    /// Write a transcript when the session ends.
    transcribe_on_end: bool,
}

impl MeetingSettings {
    /// From what a meeting's row keeps. Fields of the other door are passed over.
    pub(crate) fn of(extra: &Value) -> Self {
        Self::deserialize(extra).unwrap_or_default()
    }
}

/// Transcription and summary settings.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct AIConfig {
    /// Summary settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    summarization: Option<SummarizationConfig>,
    /// Transcription settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    transcription: Option<TranscriptionConfig>,
}

/// Summary settings.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct SummarizationConfig {
    /// Style of the summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    summary_type: Option<SummaryType>,
    /// Markup of the summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    text_format: Option<TextFormat>,
    /// Longest summary in words, 150 to 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 150, maximum = 1000)]
    word_limit: Option<i64>,
}

/// Style of a summary.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum SummaryType {
    General,
    TeamMeeting,
    SalesCall,
    ClientCheckIn,
    Interview,
    DailyStandup,
    OneOnOneMeeting,
    Lecture,
    CodeReview,
}

/// Markup of a summary.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TextFormat {
    PlainText,
    Markdown,
}

/// Transcription settings.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct TranscriptionConfig {
    /// Terms to recognise preferentially.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 500)]
    keywords: Option<Vec<String>>,
    /// Language.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<Language>,
    /// Mask offensive words.
    #[serde(skip_serializing_if = "Option::is_none")]
    profanity_filter: Option<bool>,
}

/// Language of a transcript.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Language {
    #[serde(rename = "en-US")]
    EnUs,
    #[serde(rename = "en-IN")]
    EnIn,
    De,
    Hi,
    Sv,
    Ru,
    Pl,
    El,
    Fr,
    Nl,
}

/// Recording settings as they are given. Nothing is flattened in what is read from a body: serde would read the parts
/// from a copy of its own, which is less strict than [`crate::json`].
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct RecordingConfigInput {
    /// Audio recording settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    audio_config: Option<AudioConfig>,
    /// Prefix for the output file name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 256)]
    file_name_prefix: Option<String>,
    /// RTMP output settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    live_streaming_config: Option<RtmpConfig>,
    /// Longest recording time in seconds, 60 to 86400.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 60, maximum = 86_400)]
    max_seconds: Option<i64>,
    /// Whether the server keeps its own copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    realtimekit_bucket_config: Option<BucketConfig>,
    /// Video recording settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    video_config: Option<VideoConfig>,
    /// External storage.
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_config: Option<StorageConfigInput>,
}

/// Recording settings as they are shown.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct RecordingConfig {
    /// Audio recording settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    audio_config: Option<AudioConfig>,
    /// Prefix for the output file name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 256)]
    file_name_prefix: Option<String>,
    /// RTMP output settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    live_streaming_config: Option<RtmpConfig>,
    /// Longest recording time in seconds, 60 to 86400.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 60, maximum = 86_400)]
    max_seconds: Option<i64>,
    /// Whether the server keeps its own copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    realtimekit_bucket_config: Option<BucketConfig>,
    /// Video recording settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    video_config: Option<VideoConfig>,
    /// External storage, without its secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_config: Option<StorageConfig>,
}

/// Audio recording settings.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct AudioConfig {
    /// Number of audio channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<Channel>,
    /// Output codec.
    #[serde(skip_serializing_if = "Option::is_none")]
    codec: Option<AudioCodec>,
    /// Produce this file separately.
    #[serde(skip_serializing_if = "Option::is_none")]
    export_file: Option<bool>,
}

/// Number of audio channels.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Channel {
    Mono,
    Stereo,
}

/// Audio codec.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
enum AudioCodec {
    Mp3,
    Aac,
}

/// RTMP output settings.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct RtmpConfig {
    /// RTMP destination.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 2048)]
    rtmp_url: Option<String>,
}

/// Whether the server keeps its own copy.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct BucketConfig {
    /// Whether it is switched on.
    enabled: bool,
}

/// Video recording settings.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct VideoConfig {
    /// Output codec.
    #[serde(skip_serializing_if = "Option::is_none")]
    codec: Option<VideoCodec>,
    /// Produce this file separately.
    #[serde(skip_serializing_if = "Option::is_none")]
    export_file: Option<bool>,
    /// Width in pixels, 1 to 1920.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1920)]
    width: Option<i64>,
    /// Height in pixels, 1 to 1920.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1920)]
    height: Option<i64>,
    /// Image burned into the recording.
    #[serde(skip_serializing_if = "Option::is_none")]
    watermark: Option<Watermark>,
}

/// Video codec.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
enum VideoCodec {
    H264,
    Vp8,
    Vp9,
}

/// Image burned into a recording.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Watermark {
    /// Corner.
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<Corner>,
    /// Width and height in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<WatermarkSize>,
    /// URL of the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = crate::document::web_url_or_null)]
    url: Option<String>,
}

/// Corner of a video.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
enum Corner {
    #[serde(rename = "left top")]
    LeftTop,
    #[serde(rename = "right top")]
    RightTop,
    #[serde(rename = "left bottom")]
    LeftBottom,
    #[serde(rename = "right bottom")]
    RightBottom,
}

/// Size of a watermark.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct WatermarkSize {
    /// Height in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1920)]
    height: Option<i64>,
    /// Width in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1920)]
    width: Option<i64>,
}

/// Kind of a storage.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum StorageType {
    Aws,
    Azure,
    Digitalocean,
    Gcs,
    Sftp,
}

/// How SFTP authenticates.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
enum AuthMethod {
    Key,
    Password,
}

/// External storage without its secrets.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct StorageConfig {
    /// Kind.
    #[serde(rename = "type")]
    kind: StorageType,
    /// SFTP authentication method.
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_method: Option<AuthMethod>,
    /// Bucket name.
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket: Option<String>,
    /// SFTP server host.
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// Path inside the bucket.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// SFTP server port.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 65_535)]
    port: Option<u16>,
    /// Storage region.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// SFTP user name.
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
}

/// External storage with its secrets, which are never shown again.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct StorageConfigInput {
    /// Kind.
    #[serde(rename = "type")]
    kind: StorageType,
    /// SFTP authentication method.
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_method: Option<AuthMethod>,
    /// Bucket name.
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket: Option<String>,
    /// SFTP server host.
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// Path inside the bucket.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// SFTP server port.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 65_535)]
    port: Option<u16>,
    /// Storage region.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// SFTP user name.
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    /// Access key.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key: Option<String>,
    /// Secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// SFTP password or key passphrase.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    /// SFTP private key.
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<String>,
}

impl std::fmt::Debug for StorageConfigInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StorageConfigInput").field("kind", &self.kind).finish_non_exhaustive()
    }
}

fn within(field: &'static str, value: Option<i64>, min: i64, max: i64) -> Result<(), Fault> {
    match value {
        Some(n) if n < min => Err(Fault::new(field, format!("must be greater than or equal to {min}"))),
        Some(n) if n > max => Err(Fault::new(field, format!("must be less than or equal to {max}"))),
        _ => Ok(()),
    }
}

impl AIConfig {
    /// From what a meeting's row keeps.
    pub(crate) fn of(extra: &Value) -> Option<Self> {
        Self::deserialize(extra.get("ai_config")?).ok()
    }

    /// Checks bounds.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        if let Some(s) = &self.summarization {
            within("ai_config.summarization.word_limit", s.word_limit, 150, 1000)?;
        }
        let keywords = self.transcription.as_ref().and_then(|t| t.keywords.as_deref()).unwrap_or_default();
        let field = "ai_config.transcription.keywords";
        if keywords.len() > KEYWORDS_MAX {
            return Err(Fault::new(field, format!("must have at most {KEYWORDS_MAX} items")));
        }
        keywords.iter().try_for_each(|k| at_most(field, k, NAME_MAX_CHARS))
    }
}

impl RecordingConfigInput {
    /// Checks bounds.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let c = self;
        within("recording_config.max_seconds", c.max_seconds, 60, 86_400)?;
        let prefix = c.file_name_prefix.as_deref().unwrap_or_default();
        at_most("recording_config.file_name_prefix", prefix, NAME_MAX_CHARS)?;
        let rtmp = c.live_streaming_config.as_ref().and_then(|l| l.rtmp_url.as_deref()).unwrap_or_default();
        at_most("recording_config.live_streaming_config.rtmp_url", rtmp, URL_MAX_CHARS)?;
        let Some(video) = &c.video_config else { return Ok(()) };
        within("recording_config.video_config.width", video.width, 1, 1920)?;
        within("recording_config.video_config.height", video.height, 1, 1920)?;
        let Some(mark) = &video.watermark else { return Ok(()) };
        if let Some(url) = &mark.url {
            web_url("recording_config.video_config.watermark.url", url)?;
        }
        let size = mark.size.as_ref();
        within("recording_config.video_config.watermark.size.width", size.and_then(|s| s.width), 1, 1920)?;
        within("recording_config.video_config.watermark.size.height", size.and_then(|s| s.height), 1, 1920)
    }
}
