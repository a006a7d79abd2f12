//! The `simulator` room.
