//! The binary: arguments, panic hook, logging, exit code.

fn main() {}
