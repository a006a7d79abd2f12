//! Letting go of what is large. Freeing the reading of hundreds of thousands of people takes longer than a key may wait, so
//! it is done where nothing waits for it.

/// Drops a value on a thread of its own.
pub fn discard<T: Send + 'static>(value: T) {
    // Without another thread it is dropped here, as anything else is.
    let _ = std::thread::Builder::new().name("discard".to_owned()).spawn(move || drop(value));
}
