//! Takes whatever looks like a secret out of texts that came from outside: an error page may echo what was sent.

use std::borrow::Cow;

/// What stands in place of a secret.
const MARK: &str = "[removed]";

/// Removes the secrets given, and everything of the shape of a token: three long base64url parts with dots, the two known
/// shapes of a personal access token, Entra's refresh tokens, and the secrets of its applications. The shapes serve removal only;
/// nothing is rejected by them.
pub(crate) fn scrub<'a>(text: &'a str, secrets: &[&str]) -> Cow<'a, str> {
    let mut out = Cow::Borrowed(text);
    for secret in secrets.iter().filter(|secret| secret.len() >= 6) {
        if out.contains(*secret) {
            out = Cow::Owned(out.replace(*secret, MARK));
        }
    }
    let suspects: Vec<String> = out
        .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '/' | '=' | '~')))
        .filter(|word| looks_like_token(word))
        .map(str::to_owned)
        .collect();
    for suspect in suspects {
        out = Cow::Owned(out.replace(&suspect, MARK));
    }
    out
}

fn looks_like_token(word: &str) -> bool {
    let word = word.trim_matches('.');
    let jwt = word.starts_with("eyJ") && word.split('.').count() >= 2 && word.len() > 40;
    let tail = word.len().checked_sub(12).and_then(|from| word.get(from..)).unwrap_or_default();
    let pat = (80..=88).contains(&word.len()) && tail.contains("AZDO");
    let old_pat = word.len() == 52 && word.bytes().all(|b| matches!(b, b'a'..=b'z' | b'2'..=b'7'));
    // `Basic` of a personal access token: long, unbroken base64.
    let basic =
        word.len() >= 70 && !word.contains(['.', '-', '_']) && word.bytes().any(|b| b.is_ascii_digit());
    // Opaque, and hundreds of characters long.
    let refresh = word.len() > 120 && (word.starts_with("0.A") || word.starts_with("1.A"));
    // Three characters, a digit, `Q~`, and more than thirty others.
    let mark = word.as_bytes().get(3..6).unwrap_or_default();
    let secret =
        (37..=48).contains(&word.len()) && matches!(mark, [digit, b'Q', b'~'] if digit.is_ascii_digit());
    jwt || pat || old_pat || basic || refresh || secret
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_every_shape_are_removed() {
        let jwt = format!("eyJ0eXAiOiJKV1QifQ.{}.c2lnbmF0dXJl", "eyJhdWQiOiJ4In0".repeat(3));
        let pat = format!("{}AZDO{}", "A1b2".repeat(19), "x9Z0");
        let old = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst";
        let refresh = format!("0.A{}", "XoA-b_9".repeat(40));
        let app = format!("Ab_8Q~{}", "x9.Z-".repeat(7));
        for secret in [jwt.as_str(), pat.as_str(), old, &refresh, &app, "s3cr3t-value"] {
            let text = format!("refused: Bearer {secret}, please");
            let clean = scrub(&text, &["s3cr3t-value"]);
            assert!(!clean.contains(secret), "{clean}");
            assert!(clean.contains(MARK) && clean.ends_with("please"));
        }
    }

    #[test]
    fn plain_sentences_and_ids_stay() {
        let text = "TF400813: The user '62a9f1bd-6a09-6642-93a0-01d15fd46498' is not authorized. aad.NjJhOWYxYmQtNmEwOS03NjQyLTkzYTAtMDFkMTVmZDQ2NDk4";
        assert_eq!(scrub(text, &[]), text);
    }
}
