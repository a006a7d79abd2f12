//! `snapshot take`: everything read from both services, as one file.
