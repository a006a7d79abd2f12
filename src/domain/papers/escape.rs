//! Untrusted text inside HTML and Markdown. Both clean first: control and bidi characters become visible marks.

use crate::domain::text::clean;

/// For the content of an HTML element, and for an attribute in double quotes.
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// For Markdown, inside a paragraph or a cell of a table. Angle brackets become entities, because many renderers pass HTML
/// through; everything that could begin a mark, a link or a cell gets a backslash (`CommonMark` 0.31, section 2.4).
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let cleaned = clean(text);
    let mut rest = cleaned.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' | '$' | '^' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            // A bare address would become a link.
            ':' if rest.peek() == Some(&'/') => out.push_str("\\:"),
            'w' | 'W' if out.to_ascii_lowercase().ends_with("ww") && rest.peek() == Some(&'.') => {
                out.push(c);
                out.push('\\');
            }
            c => out.push(c),
        }
    }
    // What would begin a list, a heading or a block of code at the start of a line.
    out.drain(..out.len() - out.trim_start().len());
    let digits = out.bytes().take_while(u8::is_ascii_digit).count();
    if out.starts_with(['-', '+', '=']) {
        out.insert(0, '\\');
    } else if digits > 0 && out.get(digits..).is_some_and(|rest| rest.starts_with(['.', ')'])) {
        out.insert(digits, '\\');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_name_becomes_html() {
        assert_eq!(
            html("<script>alert('1')</script> & \"x\"\u{202e}"),
            "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;\u{FFFD}"
        );
        assert_eq!(html("Jörg 田中"), "Jörg 田中");
    }

    #[test]
    fn nothing_of_a_name_becomes_markdown() {
        assert_eq!(
            markdown("a|b `c` *d* [e](http://f) <b>\n# g"),
            "a\\|b \\`c\\` \\*d\\* \\[e\\](http\\://f) &lt;b&gt; \\# g"
        );
        assert_eq!(markdown("www.example.com"), "www\\.example.com");
        assert_eq!(markdown("- x\u{1b}[0m"), "\\- x\u{FFFD}\\[0m");
        assert_eq!(markdown("    12. x"), "12\\. x");
    }
}
