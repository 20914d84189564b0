//! WebSocket door: frames to room inputs and back.
