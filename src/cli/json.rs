//! JSON as this program prints it: control and bidi characters are escaped, so that a document can be shown in a terminal
//! without acting on it (C0 is escaped by every writer; C1, bidi controls and invisible characters are not).

use std::io;

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::domain::text::is_suspicious;

/// Writes one document and a line break. `pretty` is for people, the other for programs; both say the same.
pub fn write(out: &mut dyn io::Write, document: &impl Serialize, pretty: bool) -> io::Result<()> {
    if pretty {
        document.serialize(&mut Serializer::with_formatter(&mut *out, Escaping(PrettyFormatter::new())))?;
    } else {
        document.serialize(&mut Serializer::with_formatter(&mut *out, Escaping(CompactFormatter)))?;
    }
    out.write_all(b"\n")
}

/// Escapes what the formatter inside would let through.
struct Escaping<F>(F);

/// Hands a call on to the formatter inside.
macro_rules! as_inside {
    ($($name:ident($($argument:ident: $kind:ty),*);)*) => {
        $(fn $name<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $argument: $kind)*) -> io::Result<()> {
            self.0.$name(writer $(, $argument)*)
        })*
    };
}

impl<F: Formatter> Formatter for Escaping<F> {
    as_inside! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_suspicious(*c)) {
            let (before, after) = rest.split_at(at);
            writer.write_all(before.as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = after.strip_prefix(c).unwrap_or_default();
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compact(text: &str) -> String {
        let mut out = Vec::new();
        write(&mut out, &text, false).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_acts_on_terminals_is_escaped_and_read_back_unchanged() {
        let nasty = "a\u{1b}[2J\u{7f}\u{9b}31m\u{202e}\u{2066}\u{200b}\u{feff}\u{e0041}é田";
        let printed = compact(nasty);
        assert_eq!(
            printed,
            "\"a\\u001b[2J\\u007f\\u009b31m\\u202e\\u2066\\u200b\\ufeff\\udb40\\udc41é田\"\n"
        );
        assert_eq!(serde_json::from_str::<String>(&printed).unwrap(), nasty);
    }

    #[test]
    fn both_forms_say_the_same() {
        let value = serde_json::json!({"a": [1, {"b": "\u{202e}"}], "c": null});
        let (mut wide, mut narrow) = (Vec::new(), Vec::new());
        write(&mut wide, &value, true).unwrap();
        write(&mut narrow, &value, false).unwrap();
        assert_eq!(narrow, b"{\"a\":[1,{\"b\":\"\\u202e\"}],\"c\":null}\n");
        let read = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
        assert_eq!(read(&wide), read(&narrow));
        assert_eq!(String::from_utf8(wide).unwrap().lines().count(), 9);
    }
}
