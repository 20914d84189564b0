//! Wire messages of the RealtimeKit browser client and their framing.
