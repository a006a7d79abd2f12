//! The smallest program on the same libraries: one line on the screen, until a key is pressed. What the first frame of the
//! dashboard is measured against (`scripts/terminal_figures.sh`).

use ratatui::crossterm::event::read;

fn main() -> std::io::Result<()> {
    let mut terminal = ratatui::init();
    let drawn = terminal.draw(|frame| frame.render_widget("Hello, terminal", frame.area())).map(|_| ());
    let ended = drawn.and_then(|()| {
        loop {
            if read()?.is_key_press() {
                break Ok(());
            }
        }
    });
    ratatui::restore();
    ended
}
