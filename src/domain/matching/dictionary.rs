//! Every word once: text to number and back, in one piece of memory.

use super::fold::hash32;

/// No word.
const NONE: u32 = u32::MAX;

/// Words with numbers in the order in which they came.
#[derive(Debug, Default, Clone)]
pub struct Dictionary {
    /// All words, one behind the other.
    text: String,
    /// Where each word begins.
    starts: Vec<u32>,
    /// Open addressing; a power of two.
    slots: Vec<u32>,
}

impl Dictionary {
    /// The number of this word, given now if it has none. `None` when there is no room for more text (4 GiB).
    pub fn add(&mut self, word: &str) -> Option<u32> {
        if self.slots.len() < (self.starts.len() + 1) * 2 {
            self.grow();
        }
        let slot = self.slot(word);
        let known = *self.slots.get(slot)?;
        if known != NONE {
            return Some(known);
        }
        let number = u32::try_from(self.starts.len()).ok().filter(|number| *number != NONE)?;
        let start = u32::try_from(self.text.len()).ok()?;
        self.text.push_str(word);
        self.starts.push(start);
        if let Some(cell) = self.slots.get_mut(slot) {
            *cell = number;
        }
        Some(number)
    }

    /// The number of this word, if it is known.
    pub fn find(&self, word: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        self.slots.get(self.slot(word)).copied().filter(|number| *number != NONE)
    }

    /// The word with this number.
    pub fn word(&self, number: u32) -> &str {
        let at = number as usize;
        let Some(&start) = self.starts.get(at) else { return "" };
        let end = self.starts.get(at + 1).map_or(self.text.len(), |next| *next as usize);
        self.text.get(start as usize..end).unwrap_or_default()
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    fn slot(&self, word: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash32(word) as usize & mask;
        while let Some(&number) = self.slots.get(at) {
            if number == NONE || self.word(number) == word {
                break;
            }
            at = (at + 1) & mask;
        }
        at
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(1024);
        self.slots.clear();
        self.slots.resize(size, NONE);
        for number in 0..u32::try_from(self.starts.len()).unwrap_or(NONE) {
            let word = self.word(number);
            let mask = size - 1;
            let mut at = hash32(word) as usize & mask;
            while self.slots.get(at).is_some_and(|taken| *taken != NONE) {
                at = (at + 1) & mask;
            }
            if let Some(cell) = self.slots.get_mut(at) {
                *cell = number;
            }
        }
    }

    /// Gives back what was reserved for growth.
    pub fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.starts.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_keeps_its_number() {
        let mut dictionary = Dictionary::default();
        let words: Vec<String> = (0..5000).map(|n| format!("word{n}")).collect();
        for (at, word) in words.iter().enumerate() {
            assert_eq!(dictionary.add(word), Some(u32::try_from(at).unwrap()));
        }
        for (at, word) in words.iter().enumerate() {
            assert_eq!(dictionary.add(word), Some(u32::try_from(at).unwrap()));
            assert_eq!(dictionary.word(u32::try_from(at).unwrap()), word);
        }
        assert_eq!(dictionary.find("unknown"), None);
        assert_eq!(dictionary.len(), 5000);
    }
}
