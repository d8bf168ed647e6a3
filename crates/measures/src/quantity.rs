//! What is counted and what is timed. Sums of these are kept once; every figure is made from them on reading.

use serde::{Deserialize, Serialize};

/// Whether a quantity is a number of things or an amount of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number of contacts, conversations or requests.
    Count,
    /// Time: microseconds in sums, seconds in figures.
    Time,
}

macro_rules! quantities {
    ($($(#[$doc:meta])* $variant:ident $kind:ident $id:literal $nb:literal $en:literal;)+) => {
        /// One thing that is summed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        pub enum Quantity { $($(#[$doc])* $variant),+ }

        impl Quantity {
            /// All of them. Only ever added to at the end: stored sums name them by their place.
            pub const ALL: &'static [Quantity] = &[$(Quantity::$variant),+];

            /// Its name in the API.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Quantity::$variant => $id),+ }
            }

            /// Whether it is counted or timed.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Quantity::$variant => Kind::$kind),+ }
            }

            /// Its name in bokmål, as a formula shows it.
            #[must_use]
            pub const fn nb(self) -> &'static str {
                match self { $(Quantity::$variant => $nb),+ }
            }

            /// Its name in English, as a formula shows it.
            #[must_use]
            pub const fn en(self) -> &'static str {
                match self { $(Quantity::$variant => $en),+ }
            }
        }
    };
}

quantities! {
    /// Contacts that came to a queue, each once, in the first queue it came to.
    Offered Count "offered" "tilbudt" "offered";
    /// Contacts that an adviser answered.
    Answered Count "answered" "besvart" "answered";
    /// Of these, within the acceptable wait T.
    AnsweredWithin Count "answered_within" "besvart innen T" "answered within T";
    /// Contacts that left, or whose connection died, before an answer; not those that our own failure ended.
    Abandoned Count "abandoned" "la på" "abandoned";
    /// Of these, within T.
    AbandonedWithin Count "abandoned_within" "la på innen T" "abandoned within T";
    /// Of the abandoned, those that left before the limit for short ones.
    AbandonedShort Count "abandoned_short" "la på med en gang" "short abandons";
    /// Contacts that asked to be called back instead of waiting.
    Callbacks Count "callbacks" "ba om å bli ringt opp" "asked for a callback";
    /// Of these, within T.
    CallbacksWithin Count "callbacks_within" "ba om å bli ringt opp innen T" "asked for a callback within T";
    /// Callbacks that reached the citizen.
    CallbacksReached Count "callbacks_reached" "ringt opp og nådd" "called back and reached";
    /// Contacts refused because the queue was full; they are among the offered.
    Refused Count "refused" "møtte full kø" "refused, queue full";
    /// Contacts that left their first queue for another before an answer.
    FlowedOut Count "flowed_out" "gikk videre til annen kø" "flowed out";
    /// Conversations that ended, each part of a transferred contact on its own.
    Ended Count "ended" "samtaler avsluttet" "conversations ended";
    /// Contacts with at least one conversation that ended, each once.
    Handled Count "handled" "henvendelser behandlet" "contacts handled";
    /// Conversations that ended by a transfer to another queue.
    Transfers Count "transfers" "satt over" "transfers";
    /// Contacts that an adviser helped to the end.
    Served Count "served" "avsluttet" "served";
    /// Of these, by the first adviser, without transfer or return to a line.
    ServedByFirst Count "served_by_first" "avsluttet hos den første veilederen" "served by the first adviser";
    /// Time that the answered waited.
    WaitAnswered Time "wait_answered_s" "ventetid for besvarte" "wait of the answered";
    /// Time that the abandoned waited.
    WaitAbandoned Time "wait_abandoned_s" "ventetid for dem som la på" "wait of the abandoned";
    /// Time that those waited who asked to be called back, until they asked.
    WaitCallback Time "wait_callback_s" "ventetid til de ba om å bli ringt opp" "wait until a callback was asked for";
    /// Time from the first queue until a called-back citizen was reached.
    WaitReached Time "wait_reached_s" "tid til de ble ringt opp og nådd" "time until called back and reached";
    /// Time that advisers and citizens talked.
    Talk Time "talk_s" "samtaletid" "talk";
    /// Time on hold.
    Hold Time "hold_s" "tid på vent" "hold";
    /// Time of wrap-up.
    WrapUp Time "wrap_up_s" "etterarbeid" "wrap-up";
    /// Adviser time with at least one contact: offered, in conversation or in wrap-up.
    Busy Time "busy_s" "tid med henvendelse" "time with a contact";
    /// Adviser time ready for a contact without having any.
    Idle Time "idle_s" "tid ledig" "time idle";
    /// Places in use, summed over time: two chats at once for a minute are two minutes.
    Load Time "load_s" "plasser i bruk × tid" "places in use × time";
    /// Places there are, in use or ready, summed over time.
    Room Time "room_s" "plasser × tid" "places × time";
    /// Adviser time signed in.
    SignedIn Time "signed_in_s" "tid pålogget" "time signed in";
    /// Time an adviser was planned for.
    Scheduled Time "scheduled_s" "planlagt tid" "scheduled time";
    /// Of this, time in which the adviser did what was planned.
    Adherent Time "adherent_s" "tid som planlagt" "adherent time";
    /// Citizens whose contact was the first in its matter, with the whole look-back after it over.
    Matters Count "matters" "førstegangshenvendelser" "first contacts in a matter";
    /// Of these, those who did not come again in the same matter within seven days.
    MattersOnce Count "matters_once" "uten ny henvendelse om samme tema innen 7 dager" "without another in the same topic within 7 days";
    /// Contacts whose cause was noted.
    Caused Count "caused" "henvendelser med notert årsak" "contacts with a noted cause";
    /// Of these, contacts that better letters, forms or decisions would have spared the citizen.
    Avoidable Count "avoidable" "unødvendige for brukeren" "of no value to the citizen";
    /// Advisers who were signed in at some time of the quarter. Not a sum over quarters: it says whether
    /// a unit is large enough to be shown.
    Present Count "present" "veiledere pålogget" "advisers signed in";
    /// Consultations with an expert while the citizen stayed with the first adviser.
    Consults Count "consults" "eksperter spurt" "experts asked";
    /// Time that experts spent on consultations.
    ConsultTalk Time "consult_talk_s" "tid med eksperter" "time with experts";
    /// Contacts that were wrapped up and are known by person and topic; what is not logged is not among them.
    Keyed Count "keyed" "henvendelser med kjent person og tema" "contacts known by person and topic";
    /// Of these, contacts of somebody who had been in touch about the same topic within seven days before.
    Repeats Count "repeats" "kom igjen om samme tema innen 7 dager" "came again about the same topic within 7 days";
    /// Contacts of which the adviser said whether the matter was solved.
    Told Count "told" "henvendelser der veilederen sa om saken ble løst" "contacts of which the adviser said whether it was solved";
    /// Of these, those that were solved.
    Solved Count "solved" "løst i henvendelsen" "solved in the contact";
    /// Contacts that a failure on our side ended before an answer; they are among the offered, and nobody left.
    Cut Count "cut" "brutt av en driftsfeil" "cut by a failure on our side";
}

/// How many quantities there are.
pub const QUANTITIES: usize = Quantity::ALL.len();
