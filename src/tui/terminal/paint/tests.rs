use std::num::NonZeroU16;

use proptest::prelude::*;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::*;

fn written(before: &Buffer, after: &Buffer) -> String {
    let mut out = Vec::new();
    paint(&mut out, &mut before.clone(), after, &[]);
    String::from_utf8(out).unwrap()
}

#[test]
fn a_moved_selection_costs_two_cells() {
    let area = Rect::new(0, 0, 40, 10);
    let gutter = Style::new().fg(Color::Blue).add_modifier(Modifier::REVERSED);
    let (mut before, mut after) = (Buffer::empty(area), Buffer::empty(area));
    before.set_string(1, 4, "▌", gutter);
    after.set_string(1, 5, "▌", gutter);
    assert_eq!(written(&before, &after), "\u{1b}[5;2H \n\u{8}\u{1b}[7;34m▌\u{1b}[m");
    assert_eq!(written(&after, &after), "", "nothing changed, nothing is written");
}

#[test]
fn what_may_be_wider_than_thought_is_followed_by_a_place() {
    let area = Rect::new(0, 0, 20, 1);
    let (before, mut after) = (Buffer::empty(area), Buffer::empty(area));
    after.set_string(0, 0, "a田b e\u{301}x", Style::new());
    assert_eq!(written(&before, &after), "\u{1b}[Ha田\u{1b}[1;4Hb e\u{301}\u{1b}[1;7Hx");
}

#[test]
fn the_cells_of_an_address_are_a_link_and_nothing_else_is() {
    let area = Rect::new(0, 0, 20, 1);
    let (before, mut after) = (Buffer::empty(area), Buffer::empty(area));
    after.set_string(0, 0, "see https://x.test ok", Style::new());
    let link = Link { area: Rect::new(4, 0, 14, 1), address: "https://x.test".to_owned() };
    let mut out = Vec::new();
    paint(&mut out, &mut before.clone(), &after, &[link]);
    let text = String::from_utf8(out).unwrap();
    let (begin, rest) = text.split_once("\u{1b}]8;id=").unwrap();
    assert!(!begin.contains("https"), "{text:?}");
    assert!(rest.contains(";https://x.test\u{1b}\\"), "{text:?}");
    assert!(rest.contains("\u{1b}]8;;\u{1b}\\"), "{text:?}");
}

#[test]
fn only_what_differs_of_a_style_is_said_and_the_end_is_plain() {
    let area = Rect::new(0, 0, 10, 1);
    let (before, mut after) = (Buffer::empty(area), Buffer::empty(area));
    after.set_string(0, 0, "a", Style::new().fg(Color::Indexed(75)).add_modifier(Modifier::BOLD));
    after.set_string(1, 0, "b", Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::White));
    after.set_string(2, 0, "c", Style::new().fg(Color::Rgb(1, 2, 3)));
    after.set_string(3, 0, "d", Style::new());
    assert_eq!(
        written(&before, &after),
        "\u{1b}[H\u{1b}[1;38;5;75ma\u{1b}[0;38;2;1;2;3;107mb\u{1b}[49mc\u{1b}[md"
    );
}

#[test]
fn the_colour_of_a_blank_is_nobodys_business() {
    let area = Rect::new(0, 0, 10, 1);
    let (mut before, mut after) = (Buffer::empty(area), Buffer::empty(area));
    before.set_string(0, 0, "a b", Style::new().fg(Color::Red));
    after.set_string(0, 0, "a", Style::new().fg(Color::Red));
    after.set_string(1, 0, " ", Style::new().fg(Color::Green));
    after.set_string(2, 0, "b", Style::new().fg(Color::Red));
    assert_eq!(written(&before, &after), "");
    after.set_string(1, 0, " ", Style::new().add_modifier(Modifier::REVERSED));
    assert_eq!(written(&before, &after), "\u{1b}[1;2H\u{1b}[7;32m \u{1b}[m");
}

#[test]
fn a_list_that_scrolls_is_moved_and_only_what_is_new_is_written() {
    let area = Rect::new(0, 0, 60, 12);
    let list = |from: usize, cursor: usize| {
        let mut buf = Buffer::empty(area);
        buf.set_string(0, 0, "a heading that stays where it is", Style::new());
        for row in 0..10 {
            let text = format!("  person number {} with an address of their own", from + row);
            buf.set_string(0, u16::try_from(row).unwrap() + 1, text, Style::new());
        }
        buf.set_string(0, u16::try_from(cursor).unwrap() + 1, "▌", Style::new());
        buf.set_string(0, 11, "hints", Style::new());
        buf
    };
    let text = written(&list(100, 9), &list(101, 9));
    assert!(text.starts_with("\u{1b}[2;11r\u{1b}[2H\u{1b}[1M\u{1b}[r"), "{text:?}");
    assert!(text.contains("110") && !text.contains("109"), "{text:?}");
    let text = written(&list(101, 0), &list(98, 0));
    assert!(text.starts_with("\u{1b}[2;11r\u{1b}[2H\u{1b}[3L\u{1b}[r"), "{text:?}");
    assert!(text.contains("100") && !text.contains("101"), "{text:?}");
}

fn style() -> impl Strategy<Value = Style> {
    let colors = [Color::Reset, Color::Red, Color::Indexed(75), Color::Rgb(1, 2, 3)];
    let modifiers =
        [Modifier::empty(), Modifier::BOLD, Modifier::DIM, Modifier::REVERSED, Modifier::UNDERLINED];
    let (fg, bg) =
        (prop::sample::select(colors.to_vec()), prop::sample::select(vec![Color::Reset, Color::Blue]));
    let modifiers = prop::collection::vec(prop::sample::select(modifiers.to_vec()), 0..3);
    (fg, bg, modifiers).prop_map(|(fg, bg, modifiers)| {
        let all = modifiers.into_iter().fold(Modifier::empty(), |all, one| all | one);
        Style::new().fg(fg).bg(bg).add_modifier(all)
    })
}

const WIDE: u16 = 24;
const HIGH: u16 = 9;

fn frame() -> impl Strategy<Value = Buffer> {
    let text = prop_oneof![
        3 => "[a-z ]{1,24}",
        1 => Just("田中 太郎".to_owned()),
        1 => Just("e\u{301}e\u{301} x".to_owned()),
        1 => Just(" ".repeat(20)),
    ];
    prop::collection::vec((0..WIDE, 0..HIGH, text, style()), 0..14).prop_map(|texts| {
        let mut buf = Buffer::empty(Rect::new(0, 0, WIDE, HIGH));
        for (x, y, text, style) in texts {
            buf.set_string(x, y, text, style);
        }
        buf
    })
}

/// The same frame, moved by some lines below its first: a list that scrolls.
fn moved(frame: &Buffer, by: u16, up: bool) -> Buffer {
    let mut buf = frame.clone();
    for y in 1..HIGH {
        let from = if up { y + by } else { y.wrapping_sub(by) };
        for x in 0..WIDE {
            let cell = if (1..HIGH).contains(&from) { frame[(x, from)].clone() } else { Cell::default() };
            buf[(x, y)] = cell;
        }
    }
    buf
}

/// What a terminal shows: the letter, and everything about its style that can be seen.
fn seen(parser: &vt100::Parser) -> Vec<String> {
    let screen = parser.screen();
    let mut all = Vec::new();
    for y in 0..HIGH {
        for x in 0..WIDE {
            let cell = screen.cell(y, x).unwrap();
            if cell.is_wide_continuation() {
                all.push("half".to_owned());
                continue;
            }
            let text = if cell.contents().is_empty() { " " } else { cell.contents() };
            let blank = text == " ";
            let fg = if blank && !cell.inverse() && !cell.underline() {
                vt100::Color::Default
            } else {
                cell.fgcolor()
            };
            let weight = !blank && cell.bold();
            let dim = !blank && cell.dim();
            all.push(format!(
                "{text} {fg:?} {:?} {weight} {dim} {} {}",
                cell.bgcolor(),
                cell.inverse(),
                cell.underline()
            ));
        }
    }
    all
}

fn terminal() -> vt100::Parser {
    vt100::Parser::new(NonZeroU16::new(HIGH).unwrap(), NonZeroU16::new(WIDE).unwrap(), 0)
}

/// Both orders, whichever of them is shorter.
fn in_both_orders(last: &Buffer, next: &Buffer) -> [Vec<u8>; 2] {
    let mut last = last.clone();
    let mut head = Vec::new();
    if let Some(shift) = scroll::find(&last, next) {
        shift.write(&mut head);
        shift.apply(&mut last);
    }
    let rows = rows(&last, next);
    let mut pens: Vec<Pen> = rows.iter().flat_map(|(_, row)| row).map(|(_, pen)| *pen).collect();
    pens.dedup();
    let mut seen = Vec::new();
    pens.retain(|pen| {
        !seen.contains(pen) && {
            seen.push(*pen);
            true
        }
    });
    [painted(next, &[], &rows, &[]), painted(next, &[], &rows, &pens)]
        .map(|(bytes, _)| head.iter().copied().chain(bytes).collect())
}

fn shows(parser: &mut vt100::Parser, last: &Buffer, next: &Buffer) -> Vec<String> {
    let mut out = Vec::new();
    paint(&mut out, &mut last.clone(), next, &[]);
    parser.process(&out);
    seen(parser)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_terminal_shows_each_frame_as_if_it_were_the_first(
        frames in prop::collection::vec(frame(), 1..4),
        by in 1..HIGH,
        up in any::<bool>(),
    ) {
        let mut frames = frames;
        if let Some(last) = frames.last().cloned() {
            frames.push(moved(&last, by, up));
        }
        let empty = Buffer::empty(Rect::new(0, 0, WIDE, HIGH));
        let mut following = terminal();
        let mut last = empty.clone();
        for next in &frames {
            let fresh = shows(&mut terminal(), &empty, next);
            for bytes in in_both_orders(&last, next) {
                let mut other = terminal();
                other.process(following.screen().state_formatted().as_bytes());
                other.process(&bytes);
                prop_assert_eq!(&seen(&other), &fresh);
            }
            let shown = shows(&mut following, &last, next);
            prop_assert_eq!(shown, fresh);
            last = next.clone();
        }
    }
}
