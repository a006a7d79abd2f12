//! The one table of actions. Keys, hints, `?`, the palette, `docs/keys.md` and the vocabulary of `[keys]` all come from here.
//!
//! To add an action: add a line to `actions!` below (variant, name in the configuration, label in the hints, default keys,
//! tabs where it lives, rank in the hints, help sentence); say in `availability.rs` or in `disabled` of its tab when it is
//! disabled and why; perform it in `update.rs` (everywhere) or in `perform` of its tab. The tests then ask for the rest: the
//! snapshots of the screens and `docs/keys.md` (`cargo test --test tui_keys` writes the page that it expects beside it).

use super::app::Tab;

/// Which tabs an action lives in.
pub type Tabs = &'static [Tab];

const EVERYWHERE: Tabs = &Tab::ALL;
const PREREQUISITES: Tabs = &[Tab::Prerequisites];
const USERS: Tabs = &[Tab::Users];
const CONNECTION: Tabs = &[Tab::Connection];
const MAPPING: Tabs = &[Tab::Mapping];
const PEOPLE: Tabs = &[Tab::Users, Tab::Mapping];
const LISTS: Tabs = &[Tab::Prerequisites, Tab::Users, Tab::Mapping];
const TICKS: Tabs = &[Tab::Prerequisites, Tab::Connection];
const DETAILS: Tabs = EVERYWHERE;
const OPENS: Tabs = &[Tab::Prerequisites, Tab::Users, Tab::Connection];

macro_rules! actions {
    ($($variant:ident $name:literal $label:literal [$($key:literal)*] $tabs:ident $rank:literal $help:literal;)*) => {
        /// Something that a key can do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $(#[doc = $help] $variant,)*
        }

        impl Action {
            /// All actions, in the order of help and docs.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in the configuration (`[keys]`) and in the palette.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// A word or two for the hints.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }

            /// One sentence for help, palette and docs.
            pub fn help(self) -> &'static str {
                match self { $(Self::$variant => $help,)* }
            }

            /// The keys that do it when the configuration does not say otherwise.
            pub fn default_keys(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($key,)*],)* }
            }

            /// Where it lives.
            pub fn tabs(self) -> Tabs {
                match self { $(Self::$variant => $tabs,)* }
            }

            /// Its place in the hints; 0: not there.
            pub fn hint_rank(self) -> u8 {
                match self { $(Self::$variant => $rank,)* }
            }
        }
    };
}

actions! {
    Down "down" "move" ["j" "Down"] EVERYWHERE 1 "Move down.";
    Up "up" "up" ["k" "Up"] EVERYWHERE 0 "Move up.";
    Top "top" "first" ["g" "Home"] EVERYWHERE 0 "Go to the first line.";
    Bottom "bottom" "last" ["G" "End"] EVERYWHERE 0 "Go to the last line.";
    PageDown "page-down" "page down" ["PageDown"] EVERYWHERE 0 "Move down by a page.";
    PageUp "page-up" "page up" ["PageUp"] EVERYWHERE 0 "Move up by a page.";
    NextTab "next-tab" "next tab" ["Tab"] EVERYWHERE 0 "Go to the next tab.";
    PreviousTab "previous-tab" "previous tab" ["Shift-Tab"] EVERYWHERE 0 "Go to the previous tab.";
    GoToPrerequisites "prerequisites" "Prerequisites" ["1"] EVERYWHERE 0 "Go to the tab Prerequisites.";
    GoToUsers "users" "Users" ["2"] EVERYWHERE 0 "Go to the tab Users.";
    GoToConnection "connection" "Connection" ["3"] EVERYWHERE 0 "Go to the tab Connection.";
    GoToMapping "mapping" "Mapping" ["4"] EVERYWHERE 0 "Go to the tab Mapping.";
    Open "open" "details" ["Enter"] OPENS 2 "Open or close the details of the selected line.";
    Accept "accept" "accept" ["Enter"] MAPPING 2 "Accept the highlighted candidate and go to the next undecided person.";
    DetailsDown "details-down" "more" ["J"] DETAILS 0 "Scroll the details down.";
    DetailsUp "details-up" "back" ["K"] DETAILS 0 "Scroll the details up.";
    Leave "leave" "leave" ["Esc"] EVERYWHERE 0 "Leave: close the details, then take the filter away, then the marks.";
    Tick "tick" "tick" ["Space"] TICKS 3 "Tick what only a person can know, with a note; again to take the tick back.";
    Mark "mark" "mark" ["Space"] PEOPLE 9 "Mark the person, for decisions about several at once.";
    MarkRange "mark-range" "mark range" ["V"] PEOPLE 0 "Mark everybody from the person marked last to this one.";
    MarkShown "mark-shown" "mark all shown" ["*"] PEOPLE 0 "Mark everybody who is shown; again to unmark them.";
    Invite "invite" "invite" ["i"] PEOPLE 6 "Decide: invite as a guest of the tenant, then map.";
    Remove "remove" "remove" ["x"] PEOPLE 7 "Decide: remove from the organization.";
    Keep "keep" "keep" ["o"] PEOPLE 8 "Decide: keep as they are; a disconnected person cannot sign in.";
    GoToPerson "to-mapping" "map" ["m"] USERS 5 "Go to this person in the tab Mapping.";
    Candidates "candidates" "candidates" ["l" "Right"] MAPPING 3 "Go to the candidates, on the right.";
    People "people" "people" ["h" "Left"] MAPPING 0 "Go to the people, on the left.";
    NextUndecided "next-undecided" "next undecided" ["n"] MAPPING 0 "Go to the next person who waits for a decision or a second look.";
    PreviousUndecided "previous-undecided" "previous undecided" ["N"] MAPPING 0 "Go to the person before who waits for a decision or a second look.";
    SearchTenant "search-tenant" "search" ["f"] MAPPING 4 "Search the whole tenant for this person's account.";
    AcceptSafe "accept-safe" "all safe" ["a"] MAPPING 5 "Accept every safe proposal, or those of the marked people; says how many, and how many it leaves out, and asks.";
    Patterns "patterns" "patterns" ["P"] MAPPING 0 "Show what many addresses have in common, such as a domain that changed, and use it as evidence.";
    SamePerson "confirm" "same person" ["="] MAPPING 16 "Confirm: the same person, or a decision that needs a look still holds; asks for a note.";
    Apply "apply" "apply" ["A"] MAPPING 4 "Open the apply dialog: counts, order, risks, then the organization's name.";
    Pause "pause" "pause" ["p"] MAPPING 0 "Pause the apply run, or go on with it.";
    CancelApply "cancel-apply" "cancel" ["c"] MAPPING 0 "Stop the apply run after the current call; asks.";
    RetryFailed "retry-failed" "try failed again" ["R"] MAPPING 0 "Try the failed rows again.";
    VerifyAgain "verify-again" "verify again" ["v"] MAPPING 0 "Read back what was sent and is not verified yet.";
    ReadTokens "read-tokens" "read tokens" ["T"] PREREQUISITES 4 "Read everybody's access tokens and SSH keys; one call or more a person.";
    TakeSnapshot "snapshot" "snapshot" ["w"] CONNECTION 4 "Write everything that was read into a file.";
    Compare "compare" "compare" ["c"] CONNECTION 5 "Compare how people are now with the reading before the switch.";
    Filter "filter" "filter" ["/"] LISTS 11 "Filter: words, field:value, !not, names of outcomes.";
    Sort "sort" "sort" ["s"] PEOPLE 12 "Sort by the next column.";
    ReverseSort "reverse-sort" "reverse" ["S"] PEOPLE 0 "Sort the other way round.";
    Copy "copy" "copy" ["y"] EVERYWHERE 13 "Copy: the address of the page, or of the person, through the terminal (OSC 52).";
    TakeBack "take-back" "take back" ["u"] EVERYWHERE 0 "Take the last decision back, as long as it was not applied.";
    ReadAgain "read-again" "read again" ["r"] EVERYWHERE 14 "Read everything again, now.";
    StopReading "stop-reading" "stop" ["Ctrl-x"] EVERYWHERE 3 "Stop the long reading that is under way; what was read before stays.";
    Export "export" "export" ["e"] LISTS 15 "Write what is shown into a CSV file.";
    Import "import" "import" ["E"] MAPPING 0 "Read decisions from an exported file; shows what would change first.";
    Palette "palette" "palette" [":"] EVERYWHERE 20 "Find an action by name.";
    Help "help" "help" ["?"] EVERYWHERE 21 "Show all keys.";
    Log "log" "log" ["L"] EVERYWHERE 0 "Show requests, events and earlier notices.";
    Quit "quit" "quit" ["q" "Ctrl-c"] EVERYWHERE 22 "Quit; waits for decisions being saved, asks while an apply run is under way.";
    Suspend "suspend" "suspend" ["Ctrl-z"] EVERYWHERE 0 "Suspend the program; fg in the shell brings it back.";
}

impl Action {
    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }

    /// Whether it lives in this tab.
    pub fn lives_in(self, tab: Tab) -> bool {
        self.tabs().contains(&tab)
    }
}

/// The names that `[keys]` of the configuration may use.
pub fn action_names() -> impl Iterator<Item = &'static str> {
    Action::ALL.iter().map(|action| action.name())
}
