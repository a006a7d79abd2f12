//! The nearest known word to one that nobody knows.

/// The candidate that differs least, if it is near enough to be meant: a third of the letters, three at most.
/// Case does not count, nor does `-` for `_`. Else the one
/// that begins with the word. The first of several wins.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Distances cost the product of the lengths; what is this long is no misspelt key.
    if word.len() > 64 {
        return None;
    }
    let plain = |text: &str| text.to_lowercase().replace('-', "_");
    let word = plain(word);
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    let mut beginning = None;
    let near = candidates
        .into_iter()
        .inspect(|candidate| {
            if beginning.is_none() && word.len() >= 3 && plain(candidate).starts_with(&word) {
                beginning = Some(*candidate);
            }
        })
        .map(|candidate| (strsim::damerau_levenshtein(&word, &plain(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate);
    near.or(beginning)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let words = ["azure-cli", "device-code", "env"];
        assert_eq!(nearest("azure_cli", words), Some("azure-cli"));
        assert_eq!(nearest("Device-Cod", words), Some("device-code"));
        assert_eq!(nearest("evn", words), Some("env"));
        assert_eq!(nearest("device", words), Some("device-code"));
        assert_eq!(nearest("de", words), None);
        assert_eq!(nearest("pat", words), None);
        assert_eq!(nearest("", words), None);
        assert_eq!(nearest(&"e".repeat(100_000), words), None);
    }

    #[test]
    fn the_first_of_equally_near_words_wins() {
        assert_eq!(nearest("ab", ["aa", "bb"]), Some("aa"));
    }
}
