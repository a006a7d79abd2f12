//! What a cursor move in Mapping costs on the wire: the bytes of the frame, counted as the terminal gets them, over an
//! organization whose people have all kinds of evidence. Nothing is timed: the same people give the same bytes everywhere.

use ado2entra::domain::connection::Backing;
use ado2entra::domain::people::{OrgUser, TenantUser};
use ado2entra::domain::plan::Plan;
use ado2entra::tui::terminal::wire::Wire;
use ratatui::buffer::Buffer;

use crate::fixture::{Desk, text};
use crate::made_up::{context, org_user, tenant_user};

/// The most bytes of a move that does not scroll: of the one in the middle, of nineteen in twenty, of any. People of five
/// candidates with warnings are many here; of the demo's nineteen in twenty cost less than 600 (`docs/figures.md`).
const MOST: [usize; 3] = [450, 700, 800];

const GIVEN: [&str; 10] =
    ["Aoife", "Beatriz", "Caoimhe", "Łukasz", "Jörg", "Małgorzata", "Nuño", "Raisa", "Wei", "Zoë"];
const SURNAMES: [&str; 8] =
    ["Adeyinka", "Castellví", "Fujimori", "Jankauskas", "Müller", "O'Dowd", "Vermeulen", "Øvergaard"];

/// Many people of the same names, with numbers in their addresses, as in a large company; and an organization of them with
/// every kind of evidence.
fn company() -> (Vec<OrgUser>, Vec<TenantUser>) {
    let mut rng = fastrand::Rng::with_seed(11);
    let ascii = |text: &str| -> String {
        text.to_lowercase()
            .chars()
            .map(|c| match c {
                'ł' => 'l',
                'ö' | 'ø' => 'o',
                'ü' => 'u',
                'ñ' => 'n',
                'ë' => 'e',
                'í' => 'i',
                c => c,
            })
            .filter(char::is_ascii_alphabetic)
            .collect()
    };
    let mut tenant = Vec::new();
    for n in 0..320 {
        let given = GIVEN[rng.usize(..GIVEN.len())];
        let surname = SURNAMES[rng.usize(..SURNAMES.len())];
        let upn = format!("{}.{}{n}@contoso.com", ascii(given), ascii(surname));
        let mut user = tenant_user(1000 + n, &format!("{given} {surname}"), &upn);
        user.edit(|it| {
            it.given_name = Some(given.into());
            it.surname = Some(surname.into());
            it.enabled = Some(n % 29 != 3);
            it.created = Some(format!("{}-03-01T00:00:00Z", 2015 + n % 9).parse().unwrap());
        });
        tenant.push(user);
    }
    let mut people = Vec::new();
    for n in 0..160 {
        let at = rng.usize(..tenant.len());
        let target = &mut tenant[at];
        let name = target.display_name().to_owned();
        let (given, surname) = name.split_once(' ').unwrap();
        let upn = target.user_principal_name().to_owned();
        let old = format!("{}{n}@old-fabrikam.com", ascii(surname));
        let (name, address) = match n % 9 {
            // By itself.
            0 => (name.clone(), upn),
            // By another address.
            1 | 2 => {
                target.edit(|it| it.other_mails = Box::new([old.as_str().into()]));
                (name.clone(), old)
            }
            3 => {
                let proxy = format!("smtp:{old}");
                target.edit(|it| it.proxy_addresses = Box::new([proxy.as_str().into()]));
                (name.clone(), old)
            }
            // By name only: whoever has the name.
            4 | 5 => (name.clone(), format!("{}.{n}@outlook.com", ascii(given))),
            // Something like the name.
            6 => (format!("{}. {surname}", given.chars().next().unwrap()), old),
            // Goes to somebody else.
            7 => (format!("{} Halloran", GIVEN[rng.usize(..GIVEN.len())]), upn),
            _ => (format!("Build Agent {n}"), format!("build{n}@mailbox.example")),
        };
        let mut user = org_user(1000 + n, &name, &address);
        user.access_level = Some(
            ["Basic", "Stakeholder", "Basic + Test Plans", "Visual Studio Enterprise"][n as usize % 4].into(),
        );
        people.push(user);
    }
    (people, tenant)
}

struct Move {
    bytes: usize,
    scrolled: bool,
    out: String,
    from: String,
    to: String,
}

/// Goes through everybody with a key, and counts.
fn moves(desk: &mut Desk, key: &str, times: usize) -> Vec<Move> {
    let mut last = desk.draw();
    let mut wire = Wire::default();
    wire.frame(last.clone(), None, &[]);
    (0..times)
        .map(|_| {
            desk.blind(key);
            let next = desk.draw();
            let sent = wire.frame(next.clone(), None, &[]);
            let before = std::mem::replace(&mut last, next);
            Move {
                bytes: sent.len(),
                scrolled: first(&before) != first(&last),
                out: String::from_utf8_lossy(sent).escape_debug().to_string(),
                from: text(&before),
                to: text(&last),
            }
        })
        .collect()
}

/// Who stands first in the list.
fn first(buf: &Buffer) -> String {
    (5..25).map(|x| buf[(x, 4)].symbol()).collect()
}

fn desk() -> Desk {
    let (people, tenant) = company();
    let mut desk = Desk::with(context(), Plan::default(), Backing::MicrosoftAccounts);
    desk.size = (160, 45);
    desk.read_roster(people);
    desk.read_directory(tenant);
    desk.app.model.news.clear();
    desk.draw();
    desk.keys("g");
    desk
}

fn sorted(moves: &[&Move]) -> Vec<usize> {
    let mut bytes: Vec<usize> = moves.iter().map(|it| it.bytes).collect();
    bytes.sort_unstable();
    bytes
}

#[test]
fn a_move_to_the_next_person_costs_little_on_the_wire() {
    let mut desk = desk();
    let moves = moves(&mut desk, "j", 158);
    let (scrolled, still): (Vec<&Move>, Vec<&Move>) = moves.iter().partition(|it| it.scrolled);
    let bytes = sorted(&still);
    let worst = still.iter().max_by_key(|it| it.bytes).unwrap();
    let said = format!(
        "{} moves: median {}, p95 {}, worst {}; {} that scroll: {:?}; the worst:\n{}\n{}\n{}",
        bytes.len(),
        bytes[bytes.len() / 2],
        bytes[bytes.len() * 95 / 100],
        worst.bytes,
        scrolled.len(),
        sorted(&scrolled),
        worst.from,
        worst.to,
        worst.out
    );
    let seen = [bytes[bytes.len() / 2], bytes[bytes.len() * 95 / 100], worst.bytes];
    assert!(seen.iter().zip(MOST).all(|(seen, most)| *seen <= most), "{said}");
}
