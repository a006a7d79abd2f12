//! How long a page is and where the next one begins, for every list of every service.
//!
//! Everything about a page follows from its [`Place`], which its token carries: two readers of one list never
//! disturb each other, and a page that is asked for again is the same again.

use super::{fault::Fault, server::Shared};

/// Where a page begins. The serial number makes tokens different where places are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    pub at: u32,
    pub serial: u32,
}

/// The serial of a page that `empty-pages` leaves empty, and of the full one after it.
const EMPTY: u32 = 1;
const AFTER_EMPTY: u32 = 2;

impl Place {
    fn new(at: u32, serial: u32) -> Self {
        Self { at, serial }
    }

    /// As hexadecimal text of fixed length, for tokens.
    pub fn text(self) -> String {
        format!("{:08x}{:08x}", self.at, self.serial)
    }

    pub fn parse(text: &str) -> Option<Self> {
        let (at, serial) = text.split_at_checked(8)?;
        Some(Self::new(u32::from_str_radix(at, 16).ok()?, u32::from_str_radix(serial, 16).ok()?))
    }
}

/// How long this page is: the switches shorten it or empty it.
pub(super) fn page_size(shared: &Shared, usual: usize, place: Place) -> usize {
    let size = shared.options.page_size.map_or(usual, |size| size.min(usual)).max(1);
    if shared.on(Fault::EmptyPages) && place.serial == EMPTY {
        return 0;
    }
    if shared.on(Fault::ShortPages) {
        return (size * 96 / 100).saturating_sub(place.at as usize % 7).max(1);
    }
    size
}

/// Where the next page begins, if the rows go on at `next`, in a list of `count` rows.
pub(super) fn next_place(shared: &Shared, place: Place, next: Option<u32>, count: u32) -> Option<Place> {
    if shared.on(Fault::RepeatedToken) {
        // the first page leads to the second, and the second to itself
        return Some(Place::new(if place.at == 0 { next.unwrap_or(0).max(1) } else { place.at }, 0));
    }
    if shared.on(Fault::CyclingTokens) {
        return Some(if place.at == 0 { Place::new(next.unwrap_or(0).max(1), 0) } else { Place::default() });
    }
    if shared.on(Fault::OverlappingPages) {
        // a page of one row would lead to itself
        return next.map(|next| Place::new(if next > place.at + 1 { next - 1 } else { next }, 0));
    }
    if shared.on(Fault::EmptyPages) {
        return match next {
            // an empty page comes before every full one but the first, and another at the end
            _ if place.serial == EMPTY => Some(Place::new(place.at, AFTER_EMPTY)),
            Some(next) => Some(Place::new(next, EMPTY)),
            None => (place.at < count).then_some(Place::new(count, EMPTY)),
        };
    }
    if shared.on(Fault::EndlessPages) && next.is_none() {
        return Some(Place::new(place.at, place.serial + AFTER_EMPTY + 1));
    }
    next.map(|next| Place::new(next, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_token() {
        let place = Place::new(499_500, 7);
        assert_eq!(Place::parse(&place.text()), Some(place));
        assert_eq!(Place::parse("short"), None);
        assert_eq!(Place::parse("zzzzzzzzzzzzzzzz"), None);
    }
}
