//! REST doors: RealtimeKit and Pagecall.
