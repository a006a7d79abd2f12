//! The plan as a file that people edit in a spreadsheet: CSV and JSON, both ways, as pure functions over text.
//!
//! The columns and the rules of reading are the contract's. Every cell is cleaned for people's eyes; a cell that a spreadsheet
//! might take for a formula is guarded by one leading `'` (CSV only). Reading lists all errors, and one error refuses the file.

mod import;
mod lists;
mod record;
mod table;

pub use import::{Import, ImportContext, ImportError, ImportWarning, RowChange, import};
pub use lists::{entra_create, entra_invite, identity_map, journal};
pub use record::{Column, Exported, PlanRecord, Sheet, exported, records};
pub(in crate::domain) use table::lines;
#[cfg(test)]
use table::write_json;
pub use table::{FileForm, write_csv};

#[cfg(test)]
mod tests;
