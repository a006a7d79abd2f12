//! Tables of the prerequisites.
