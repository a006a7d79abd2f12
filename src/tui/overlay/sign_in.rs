//! The code that has to be typed into a browser: code, page, and how long it is still good. It goes away by itself when the
//! person has signed in, or when the code has ended.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Overlay;
use crate::domain::signin::{DeviceCode, SignInStep};
use crate::domain::text::clean;
use crate::tasks;
use crate::tui::app::{App, Effect};
use crate::tui::widgets::frame::{centered, dialog};
use crate::tui::widgets::pen::{Pen, wrap};

/// Takes in a step of signing in. The dialog lies under whatever somebody is typing in just now.
pub fn absorbed(app: &mut App, step: &SignInStep) {
    let is_shown = app.overlays.iter().any(|overlay| matches!(overlay, Overlay::SignIn));
    match step {
        SignInStep::CodeShown(_) if is_shown => {}
        SignInStep::CodeShown(_) => app.overlays.insert(0, Overlay::SignIn),
        SignInStep::Done => {
            take_away(app);
            app.say("signed in to the tenant");
        }
        SignInStep::Failed(problem) => {
            take_away(app);
            app.complain(problem.to_string());
        }
        SignInStep::Ended => take_away(app),
    }
}

fn take_away(app: &mut App) {
    app.overlays.retain(|overlay| !matches!(overlay, Overlay::SignIn));
}

/// Whether the countdown is on the screen.
pub fn moves(app: &App) -> bool {
    matches!(app.overlays.last(), Some(Overlay::SignIn))
}

/// `y` copies the code, `a` the page's address, `Esc` cancels the sign-in.
pub fn key(app: &mut App, key: &KeyEvent) -> Vec<Effect> {
    let Some(code) = app.model.signing_in.clone() else {
        take_away(app);
        return Vec::new();
    };
    match key.code {
        // What can be said about copying is said by whoever sends it to the terminal.
        KeyCode::Char('y') => vec![Effect::Copy(code.user_code)],
        KeyCode::Char('a') if code.address_is_known => vec![Effect::Copy(code.address)],
        KeyCode::Char('a') => {
            app.complain("this page is none of those that Microsoft documents; it is not copied");
            Vec::new()
        }
        KeyCode::Esc => {
            take_away(app);
            app.say("the sign-in was cancelled; r reads again with a new code");
            vec![Effect::Task(tasks::Effect::CancelSignIn)]
        }
        _ => Vec::new(),
    }
}

/// A box in the middle.
pub fn view(app: &App, area: Rect, buf: &mut Buffer) {
    let Some(code) = &app.model.signing_in else { return };
    let look = &app.look;
    let width = area.width.min(72);
    let room = usize::from(width.saturating_sub(4));
    let before = before(code).into_iter().flat_map(|line| wrap(&line, room)).collect::<Vec<_>>();
    let after = after(code).into_iter().flat_map(|line| wrap(&line, room)).collect::<Vec<_>>();
    let height = u16::try_from(before.len() + after.len() + 6).unwrap_or(area.height);
    let inside = dialog(buf, centered(area, width, height), "Sign in to the tenant", look, look.theme.accent);
    if inside.height < 2 {
        return;
    }
    let keys = inside.height - 1;
    let mut row = 0;
    let mut line = |text: &str, style, row: &mut u16| {
        if *row < keys {
            Pen::line(buf, inside, *row, look.glyphs.ellipsis).write(text, style);
            *row += 1;
        }
    };
    // What is needed comes first: a small terminal shows only the beginning.
    let address = clean(&code.address);
    if address.chars().count() + 6 > room {
        line(&address, look.theme.text, &mut row);
    } else {
        line(&format!("Page  {address}"), look.theme.text, &mut row);
    }
    line(&format!("Code  {}", code.user_code), look.theme.accent, &mut row);
    line(&format!("      good for {}", left(code.seconds_left(app.now()))), look.theme.dim, &mut row);
    for text in &before {
        line(text, look.theme.text, &mut row);
    }
    for text in &after {
        line(text, look.theme.dim, &mut row);
    }
    let mut pen = Pen::line(buf, inside, keys, look.glyphs.ellipsis);
    pen.write("y", look.theme.accent).write(" copy the code   ", look.theme.text);
    if code.address_is_known {
        pen.write("a", look.theme.accent).write(" copy the address   ", look.theme.text);
    }
    pen.write("Esc", look.theme.accent).write(" cancel", look.theme.text);
}

fn before(code: &DeviceCode) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(because) = &code.again_because {
        lines.push(format!("The sign-in has to be renewed: {}", clean(because)));
    }
    lines.push(format!(
        "Open the page in a browser on any machine, type the code, and sign in with a work account of {}.",
        clean(&code.tenant)
    ));
    if !code.address_is_known {
        lines.push(
            "This is none of the pages that Microsoft documents for codes: make sure first that it is the right one."
                .to_owned(),
        );
    }
    lines
}

fn after(code: &DeviceCode) -> Vec<String> {
    vec![format!("Asked for: {}. The sign-in is kept in memory only.", code.permissions.join(", "))]
}

/// `14:05`.
fn left(seconds: u64) -> String {
    if seconds == 0 { "no longer".to_owned() } else { format!("{}:{:02}", seconds / 60, seconds % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_countdown_ends_in_words() {
        assert_eq!(left(845), "14:05");
        assert_eq!(left(0), "no longer");
    }
}
