//! `diff`: what connecting will do, or did, to each person; as text, as a JSON document, as rows for a spreadsheet.

mod rows;
mod words;

pub use rows::csv;
pub use words::text;
