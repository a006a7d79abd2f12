//! `apply`: what would be sent, the question, the run, and what became of each row.
