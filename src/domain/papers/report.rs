//! x
/// x
pub struct Report;
impl Report {
    /// x
    pub fn of(_: &super::Material) -> Self { Self }
}
/// x
pub fn html(_: &Report) -> String { String::new() }
/// x
pub fn markdown(_: &Report) -> String { String::new() }
