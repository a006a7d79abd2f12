//! Building blocks of the screens: text in columns, long lists by identity, bars and gauges. They know nothing of the program.

pub mod bar;
pub mod columns;
pub mod frame;
pub mod names;
pub mod pen;
pub mod scroll;
pub mod words;
