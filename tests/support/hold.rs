//! A call that the service holds: something happens while it is under way, however slow the machine is.

use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, Sender};

use ado2entra::simulator::{Control, Moment};

/// Holds the n-th change (from 1) when it has arrived, until the sender is dropped; the receiver hears that it is there.
pub fn hold(control: &Control, nth: u64) -> (Receiver<()>, Sender<()>) {
    let ((told, hears), (release, held)) = (mpsc::channel(), mpsc::channel::<()>());
    let (told, held) = (Mutex::new(told), Mutex::new(held));
    control.on_change(move |change| {
        if change.number == nth && change.moment == Moment::Before {
            let _ = told.lock().unwrap().send(());
            let _ = held.lock().unwrap().recv();
        }
    });
    (hears, release)
}
