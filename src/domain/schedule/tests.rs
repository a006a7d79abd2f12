//! Tables and properties of a run.
