//! How the rows of a comparison are laid out in a pane: side by side, one side above the other, or without their kinds.

use ratatui::style::{Modifier, Style};

use crate::tui::widgets::pen::{width, wrap};

use super::differences::{Stretch, plain};
use super::evidence::{Row, Said};
use super::lines::{INDENT, Line};

/// Columns of the kind.
const KIND: u16 = 8;
/// Below this width the kinds are left out: the signs and the words say it too.
const NO_KINDS: usize = 44;
/// From this width on there is room for long names.
pub(super) const WIDE: usize = 80;
/// From this width on both sides stand side by side.
const BESIDE: usize = 68;
/// No side is wider: the eye has to go from one to the other.
const WIDEST: usize = 44;
/// The most lines of one side.
const MOST_LINES: usize = 3;
/// What the candidate's side says where both are the same.
const SAME: &str = "identical";
/// Columns at the right end for a score, with the free one before it.
const SCORE: u16 = 5;

/// How rows are laid out in a pane of this width.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    width: usize,
    sign: u16,
    kinds: bool,
    /// Width of one side, where both stand side by side.
    side: Option<usize>,
}

impl Layout {
    /// For a pane of this width.
    pub(super) fn of(width: usize) -> Self {
        let sign = if width >= WIDE { 4 } else { 2 };
        let kinds = width >= NO_KINDS;
        let layout = Self { width, sign, kinds, side: None };
        let room = width.saturating_sub(usize::from(layout.own()));
        let side = (width >= BESIDE).then(|| (room.saturating_sub(1) / 2).min(WIDEST));
        Self { side, ..layout }
    }

    /// Whether both sides stand side by side.
    pub(super) fn is_beside(self) -> bool {
        self.side.is_some()
    }

    /// Where the person's side begins.
    fn own(self) -> u16 {
        self.sign + 2 + if self.kinds { KIND + 1 } else { 0 }
    }

    /// Where the candidate's side begins.
    fn theirs(self) -> Option<u16> {
        Some(self.own() + 1 + u16::try_from(self.side?).unwrap_or(0))
    }

    /// The heads of both sides; `None` where they do not stand side by side.
    pub(super) fn heads(self, own: &str, theirs: &str, style: Style) -> Option<Line> {
        Some(Line::at(self.own()).then(own, style).to(self.theirs()?).then(theirs, style))
    }

    /// Where the address and the reason of a candidate who is not highlighted begin.
    fn brief_columns(self) -> (u16, u16) {
        let address = if self.width >= WIDE { INDENT + 26 } else { INDENT + 19 };
        let width = u16::try_from(self.width).unwrap_or(u16::MAX);
        (address, width.saturating_sub(SCORE + 2 + KIND + 1))
    }

    /// Whether a name and an address of these widths fit into one line.
    pub(super) fn has_room_for(self, name: usize, of_address: usize) -> bool {
        let (address, reason) = self.brief_columns();
        self.is_beside()
            && usize::from(INDENT) + name < usize::from(address)
            && usize::from(address) + of_address < usize::from(reason)
    }

    /// A candidate who is not highlighted, in one line, always in the same columns: name, address, the strongest reason.
    pub(super) fn brief(self, name: &str, of_address: &str, row: Option<&Row>, text: Style) -> Line {
        let (address, reason) = self.brief_columns();
        let line = Line::at(INDENT).then(name, text).to(address).then(of_address, text).to(reason);
        match row {
            Some(row) => line.then(row.sign, row.style).to(reason + 2).then(row.kind, row.style),
            None => line,
        }
    }

    /// What agrees and what does not, in one line, for a candidate who is not highlighted.
    pub(super) fn summary(self, rows: &[Row]) -> Line {
        let mut line = Line::at(self.sign);
        for row in rows.iter().filter(|row| row.sign != " ") {
            line = line.then(row.sign, row.style).then(format!(" {}  ", row.kind), row.style);
        }
        line
    }

    /// The lines of a row.
    pub(super) fn lines(self, row: &Row, text: Style) -> Vec<Line> {
        let room = self.width.saturating_sub(usize::from(self.own())).max(8);
        let differs = text.add_modifier(Modifier::UNDERLINED);
        let mut lines = match &row.said {
            Said::Words(words) => {
                let words = if self.kinds { words.clone() } else { format!("{}: {words}", row.kind) };
                wrap(&words, room)
                    .into_iter()
                    .map(|line| self.line(Some(&plain(&line)), None, text, differs))
                    .collect()
            }
            Said::Both(own, theirs) => self.both(own, theirs, room, (text, differs)),
            Said::Same(both, more) if self.side.is_some() => {
                self.both(&plain(both), &plain(&format!("{SAME}{more}")), room, (text, differs))
            }
            Said::Same(both, more) => self.both(&[], &plain(&format!("{both}{more}")), room, (text, differs)),
        };
        let mut lead = Line::at(self.sign).then(row.sign, row.style);
        // Under the heads of the columns it needs no word of its own.
        if self.kinds && !(self.is_beside() && row.sign == " ") {
            lead = lead.to(self.sign + 2).then(row.kind, row.style);
        }
        if let Some(first) = lines.first_mut() {
            *first = lead.followed_by(std::mem::take(first));
        }
        lines
    }

    fn both(self, own: &[Stretch], theirs: &[Stretch], room: usize, styles: (Style, Style)) -> Vec<Line> {
        let (text, differs) = styles;
        if let Some(side) = self.side {
            let (left, right) = (broken(own, side), broken(theirs, side));
            return (0..left.len().max(right.len()))
                .map(|at| self.line(left.get(at), right.get(at), text, differs))
                .collect();
        }
        let mut all = if own.is_empty() { Vec::new() } else { broken(own, room) };
        all.extend(broken(theirs, room));
        all.iter().map(|stretches| self.line(Some(stretches), None, text, differs)).collect()
    }

    fn line(
        self,
        own: Option<&Vec<Stretch>>,
        theirs: Option<&Vec<Stretch>>,
        text: Style,
        differs: Style,
    ) -> Line {
        let mut line = Line::at(self.own());
        let style = |marked: bool| if marked { differs } else { text };
        for (stretch, marked) in own.into_iter().flatten() {
            line = line.then(stretch, style(*marked));
        }
        if let (Some(at), Some(theirs)) = (self.theirs(), theirs) {
            line = line.to(at);
            for (stretch, marked) in theirs {
                line = line.then(stretch, style(*marked));
            }
        }
        line
    }
}

fn whole(stretches: &[Stretch]) -> String {
    stretches.iter().map(|(text, _)| text.as_str()).collect()
}

/// Breaks a text into lines of at most `columns`: an address before its `@`, others at a space, or where they must.
fn broken(stretches: &[Stretch], columns: usize) -> Vec<Vec<Stretch>> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    let mut rest = stretches.to_vec();
    while lines.len() + 1 < MOST_LINES && width(&whole(&rest)) > columns {
        let text = whole(&rest);
        let fits = |at: usize| text.get(..at).is_some_and(|head| width(head) <= columns);
        let address = text.rfind('@').filter(|at| *at > 0 && fits(*at));
        let space = || text.match_indices(' ').map(|(at, _)| at).rfind(|at| *at > 0 && fits(*at));
        let anywhere = || text.char_indices().map(|(at, _)| at).rfind(|at| *at > 0 && fits(*at));
        let Some(at) = address.max(space()).or_else(anywhere) else { break };
        let (head, tail) = split(&rest, at);
        lines.push(head);
        rest = tail;
        if let Some((first, _)) = rest.first_mut()
            && first.starts_with(' ')
        {
            first.remove(0);
        }
    }
    lines.push(rest);
    lines
}

/// Both parts of a text that is divided at this byte.
fn split(stretches: &[Stretch], at: usize) -> (Vec<Stretch>, Vec<Stretch>) {
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    let mut from = 0;
    for (text, marked) in stretches {
        let place = at.saturating_sub(from).min(text.len());
        let (before, behind) = text.split_at_checked(place).unwrap_or((text, ""));
        head.extend((!before.is_empty()).then(|| (before.to_owned(), *marked)));
        tail.extend((!behind.is_empty()).then(|| (behind.to_owned(), *marked)));
        from += text.len();
    }
    (head, tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_broken_before_its_domain_and_marks_stay_where_they_are() {
        let address = [
            ("raisa.".to_owned(), false),
            ("pokrovskaya".to_owned(), true),
            ("@contoso.com".to_owned(), false),
        ];
        assert_eq!(
            broken(&address, 20),
            [
                vec![("raisa.".to_owned(), false), ("pokrovskaya".to_owned(), true)],
                vec![("@contoso.com".to_owned(), false)]
            ]
        );
        assert_eq!(
            broken(&plain("adele@contoso.com (mail)"), 20),
            [plain("adele@contoso.com"), plain("(mail)")]
        );
        assert_eq!(broken(&plain("one two three"), 8), [plain("one two"), plain("three")]);
        assert_eq!(broken(&plain("abcdefgh"), 3), [plain("abc"), plain("def"), plain("gh")]);
        assert_eq!(broken(&plain("田中太郎"), 4), [plain("田中"), plain("太郎")]);
        assert_eq!(broken(&plain(""), 4), [plain("")]);
    }

    #[test]
    fn both_sides_fit_side_by_side_where_they_stand_so() {
        for width in 20..300 {
            let layout = Layout::of(width);
            if let (Some(side), Some(theirs)) = (layout.side, layout.theirs()) {
                assert!(side >= 26, "{side} at {width}");
                assert!(usize::from(theirs) + side <= width, "at {width}");
            }
        }
    }
}
