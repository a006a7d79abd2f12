//! Screens with their styles, as snapshots.

use crate::fixture::{Desk, picture};

/// A wide terminal, the usual one, and one that is hardly enough.
pub const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

/// Compares the screen at these sizes with how it looked; afterwards it has the size that it had.
pub fn look(name: &str, desk: &mut Desk, sizes: &[(u16, u16)]) {
    let before = desk.size;
    for size in sizes {
        desk.size = *size;
        desk.draw();
        let buffer = desk.draw();
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), picture(&buffer));
    }
    desk.size = before;
    desk.draw();
}
