//! The `tasks` room.
