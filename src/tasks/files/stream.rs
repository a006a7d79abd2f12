//! Bytes on their way from a file to the reader of its rows: UTF-16 becomes UTF-8, and what a table's quotes are doing is
//! watched, because a table that is cut inside a quoted cell looks like one long cell.

use std::io::{self, BufRead, Read};

/// Which byte of a UTF-16 unit comes first.
#[derive(Debug, Clone, Copy)]
pub(super) enum Order {
    LittleEnd,
    BigEnd,
}

/// UTF-16, read as UTF-8 piece by piece.
#[derive(Debug)]
pub(super) struct Utf16<R> {
    from: R,
    order: Order,
    /// The first half of a pair whose second one is to come.
    high: Option<u16>,
    ready: Vec<u8>,
    taken: usize,
}

impl<R: BufRead> Utf16<R> {
    pub(super) fn new(from: R, order: Order) -> Self {
        Self { from, order, high: None, ready: Vec::new(), taken: 0 }
    }

    fn unit(&mut self) -> io::Result<Option<u16>> {
        let mut pair = [0; 2];
        if self.from.read(&mut pair[..1])? == 0 {
            return Ok(None);
        }
        self.from
            .read_exact(&mut pair[1..])
            .map_err(|_| io::Error::other("it is UTF-16 and ends in the middle of a character"))?;
        Ok(Some(match self.order {
            Order::LittleEnd => u16::from_le_bytes(pair),
            Order::BigEnd => u16::from_be_bytes(pair),
        }))
    }

    fn more(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.taken = 0;
        while self.ready.len() < 8 * 1024 {
            let Some(unit) = self.unit()? else {
                return if self.high.is_some() { Err(broken()) } else { Ok(()) };
            };
            let units = self.high.take().into_iter().chain([unit]);
            match char::decode_utf16(units).next() {
                Some(Ok(c)) => self.ready.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                Some(Err(_)) if (0xD800..0xDC00).contains(&unit) => self.high = Some(unit),
                _ => return Err(broken()),
            }
        }
        Ok(())
    }
}

fn broken() -> io::Error {
    io::Error::other("it is UTF-16 with a broken character in it")
}

impl<R: BufRead> Read for Utf16<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.taken >= self.ready.len() {
            self.more()?;
        }
        let count = self.ready.get(self.taken..).unwrap_or_default().read(into)?;
        self.taken += count;
        Ok(count)
    }
}

/// A quoted cell longer than this is one that was never closed.
const LONGEST_CELL: u64 = 16 * 1024 * 1024;

/// Where a table's reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    CellBegins,
    Plain,
    Quoted,
    /// After a quote inside a quoted cell: it ends the cell, or is one half of a written quote.
    Quote,
}

/// Watches a table on its way.
#[derive(Debug)]
pub(super) struct Watched<R> {
    from: R,
    delimiter: u8,
    state: State,
    at: u64,
    opened_at: u64,
    last: Option<u8>,
}

impl<R> Watched<R> {
    pub(super) fn new(from: R, delimiter: u8) -> Self {
        Self { from, delimiter, state: State::CellBegins, at: 0, opened_at: 0, last: None }
    }

    /// The byte at which a quoted cell begins that is still open.
    pub(super) fn open_cell(&self) -> Option<u64> {
        (self.state == State::Quoted).then_some(self.opened_at)
    }

    /// Whether what was read so far ends with a line break.
    pub(super) fn ends_a_line(&self) -> bool {
        matches!(self.last, Some(b'\n' | b'\r'))
    }

    fn watch(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let ends = *byte == self.delimiter || matches!(byte, b'\n' | b'\r');
            self.state = match self.state {
                State::CellBegins if *byte == b'"' => {
                    self.opened_at = self.at;
                    State::Quoted
                }
                State::Quoted if *byte == b'"' => State::Quote,
                State::Quote if *byte == b'"' => State::Quoted,
                State::Quoted => State::Quoted,
                _ if ends => State::CellBegins,
                _ => State::Plain,
            };
            self.at += 1;
        }
        self.last = bytes.last().copied().or(self.last);
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(into)?;
        self.watch(into.get(..count).unwrap_or_default());
        if let Some(opened) = self.open_cell().filter(|opened| self.at - opened > LONGEST_CELL) {
            return Err(io::Error::other(format!(
                "the quoted cell that begins at byte {opened} does not end within 16 MiB"
            )));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    proptest::proptest! {
        #[test]
        fn wide_text_comes_out_as_it_went_in(text: String, capacity in 1_usize..9, big: bool) {
            let (order, bytes): (_, fn(u16) -> [u8; 2]) =
                if big { (Order::BigEnd, u16::to_be_bytes) } else { (Order::LittleEnd, u16::to_le_bytes) };
            let wide: Vec<u8> = text.encode_utf16().flat_map(bytes).collect();
            let mut out = String::new();
            Utf16::new(BufReader::with_capacity(capacity, wide.as_slice()), order).read_to_string(&mut out).unwrap();
            proptest::prop_assert_eq!(out, text);
        }
    }

    #[test]
    fn broken_wide_text_is_an_error() {
        for bytes in [&[0x41, 0x00, 0x42][..], &[0x00, 0xD8, 0x41, 0x00], &[0x00, 0xDC], &[0x00, 0xD8]] {
            let read = Utf16::new(bytes, Order::LittleEnd).read_to_string(&mut String::new());
            assert!(read.unwrap_err().to_string().contains("UTF-16"), "{bytes:?}");
        }
    }

    #[test]
    fn an_open_quote_is_seen_and_a_quote_inside_a_plain_cell_is_none() {
        let open = |text: &str| {
            let mut watched = Watched::new(text.as_bytes(), b',');
            io::copy(&mut watched, &mut io::sink()).unwrap();
            watched.open_cell()
        };
        assert_eq!(open("a,\"b\nc"), Some(2));
        for closed in ["a,\"b\"\n", "a,\"b \"\"c\"\" d\"", "a,5\" disk\n", "a,\"\"", ""] {
            assert_eq!(open(closed), None, "{closed}");
        }
    }
}
