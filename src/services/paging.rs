//! Listings, page by page, whatever way the service continues them.
//!
//! A listing is pulled: nothing is read ahead, so a slow reader holds at most one page. Dropping [`Pages`] or the future
//! of [`Pages::next`] stops it, and asking again reads the same page once more.

use std::marker::PhantomData;

use serde_json::value::RawValue;

use crate::domain::problem::Problem;

/// How far a listing got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Pages read.
    pub pages: u32,
    /// Different items read.
    pub items: u64,
    /// Items that came again; the later reading counts.
    pub repeated: u64,
    /// Bytes read, after decompression.
    pub bytes: u64,
    /// How many there are in all, where the service says so.
    pub total: Option<u64>,
    /// How often the listing began again because its page token had expired.
    pub restarts: u32,
}

/// A row that could not be read; the others were.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Which one, from 1, in its page or file.
    pub row: u64,
    /// Why, cleaned for a screen.
    pub reason: String,
}

/// One page.
#[derive(Debug)]
pub struct Page<T> {
    /// The items, in the service's order. One that was on an earlier page is here again: the later reading counts.
    pub items: Vec<T>,
    /// The service's own objects, one for each item, where they were asked for; else empty.
    pub raw: Vec<Box<RawValue>>,
    /// Rows that could not be read.
    pub skipped: Vec<Skipped>,
    /// How far the listing got with this page.
    pub progress: Progress,
    /// The listing began again with this page: what was handed out before is to be forgotten.
    pub restarted: bool,
}

/// Whether the service's own objects are wanted beside the parsed ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Raw {
    /// No: nothing is held twice.
    #[default]
    Drop,
    /// Yes, for a snapshot.
    Keep,
}

/// A listing under way.
#[derive(Debug)]
pub struct Pages<T> {
    of: PhantomData<fn() -> T>,
}

impl<T> Pages<T> {
    pub(crate) fn unfinished() -> Self {
        Self { of: PhantomData }
    }

    /// The next page, or `None` after the last one.
    pub async fn next(&mut self) -> Result<Option<Page<T>>, Problem> {
        std::future::ready(Err(super::unfinished())).await
    }

    /// Everything that is left, repeated items included (later ones last), and what could not be read.
    pub async fn all(mut self) -> Result<(Vec<T>, Vec<Skipped>), Problem> {
        let (mut items, mut skipped) = (Vec::new(), Vec::new());
        while let Some(page) = self.next().await? {
            if page.restarted {
                items.clear();
                skipped.clear();
            }
            items.extend(page.items);
            skipped.extend(page.skipped);
        }
        Ok((items, skipped))
    }
}
