//! How long a page is and where the next one begins, for every list of every service.

use super::{fault::Fault, server::Shared};

/// How long this page is: the switches shorten it or empty it.
pub(super) fn page_size(shared: &Shared, usual: usize, start: u32) -> usize {
    let size = shared.options.page_size.unwrap_or(usual).max(1);
    if shared.on(Fault::EmptyPages) {
        let mut state = shared.disturb();
        state.odd_pages += 1;
        if state.odd_pages.is_multiple_of(2) {
            return 0;
        }
    }
    if shared.on(Fault::ShortPages) {
        return (size * 96 / 100).saturating_sub(start as usize % 7).max(1);
    }
    size
}

/// Where the next page begins, and a serial number that makes its token new.
pub(super) fn next_page(shared: &Shared, start: u32, next: Option<u32>, size: usize) -> Option<(u32, u64)> {
    if shared.on(Fault::RepeatedToken) {
        // the first page leads to the second, and the second to itself
        return Some((if start == 0 { next.unwrap_or(0).max(1) } else { start }, 0));
    }
    if size == 0 {
        return Some((start, 1));
    }
    if shared.on(Fault::EndlessPages) && next.is_none() {
        let mut state = shared.disturb();
        state.odd_pages += 1;
        return Some((start, 1 + state.odd_pages));
    }
    next.map(|next| (next, 0))
}
