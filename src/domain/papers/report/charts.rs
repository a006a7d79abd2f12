//! The pictures of the report as inline SVG, one to a line of the table that says the same: a bar for a number, a dot for a moment.
//! Nobody needs to see them, and on paper no picture is cut in two.

use jiff::Timestamp;

/// Width of the longest bar, and of the axis of time, in pixels.
const WIDTH: i64 = 320;
/// Room at both ends of the axis for half a dot.
const EDGE: i64 = 6;

/// A bar of this length, where the longest is `most`.
pub(super) fn bar(count: usize, most: usize) -> String {
    let parts = i64::try_from(count).unwrap_or(i64::MAX).saturating_mul(WIDTH);
    // The shortest bar is still to be seen.
    let long =
        (parts / i64::try_from(most.max(1)).unwrap_or(i64::MAX)).clamp(i64::from(count > 0) * 2, WIDTH);
    format!("{}<rect class=\"bar\" x=\"0\" y=\"2\" width=\"{long}\" height=\"12\"/></svg>", head())
}

/// A dot where this moment is between the first and the last.
pub(super) fn dot(at: Timestamp, first: Timestamp, last: Timestamp) -> String {
    let span = (last.as_second() - first.as_second()).max(1);
    let along = (at.as_second() - first.as_second()).clamp(0, span);
    let x = EDGE + along.saturating_mul(WIDTH - 2 * EDGE) / span;
    format!(
        "{}<line class=\"axis\" x1=\"0\" y1=\"8\" x2=\"{WIDTH}\" y2=\"8\"/><circle class=\"dot\" cx=\"{x}\" cy=\"8\" r=\"5\"/></svg>",
        head()
    )
}

fn head() -> String {
    format!("<svg aria-hidden=\"true\" viewBox=\"0 0 {WIDTH} 16\" width=\"{WIDTH}\" height=\"16\">")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_and_dots_stay_inside() {
        assert!(bar(0, 0).contains("width=\"0\" height=\"12\""));
        assert!(bar(1, 100_000).contains("width=\"2\" height=\"12\""), "still to be seen");
        assert!(bar(7, 7).contains("width=\"320\" height=\"12\""));
        let at = |second| Timestamp::from_second(second).unwrap();
        assert!(dot(at(5), at(5), at(5)).contains("cx=\"6\""));
        assert!(dot(at(20), at(0), at(10)).contains("cx=\"314\""), "never outside");
    }
}
