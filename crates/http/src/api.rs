//! Everything a handler needs, behind one cheap handle.

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use linje_desk::{Accepted, Refusal, StoreFault, Submit};
use linje_event::Command;
use linje_store::Records;
use linje_types::{AdviserId, ContactId, OfferId, RequestId, Timestamp};
use tokio::sync::watch;

use crate::beside::Beside;
use crate::body::CommandId;
use crate::clock::Clock;
use crate::directories::Directories;
use crate::feed::Feed;
use crate::guide::Guide;
use crate::identity::Identity;
use crate::ids::Ids;
use crate::keeper::Checked;
use crate::metrics::{Metric, Metrics};
use crate::notes::Notes;
use crate::people::People;
use crate::ports::{
    CallDoor, Centres, Demo, DeskDoor, Figures, History, Numbers, PromptAudio, StoreHealth,
};
use crate::presence::Presence;
use crate::problem::Problem;
use crate::shared::Shared;
use crate::sound::{Softphones, SoundDoor};

/// Calls from pages that are remembered by command id.
const MAX_RUNG: usize = 1_000;

/// What the service was started as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// With a scenario and, usually, a population.
    Demo,
    /// For work.
    Serve,
}

/// The parts of the web.
pub struct Web {
    /// Demo or serve.
    pub mode: Mode,
    /// Whether synthetic people come.
    pub population: bool,
    /// Names.
    pub directory: Arc<Directories>,
    /// What is done with descriptions.
    pub centres: Centres,
    /// Who did what and why.
    pub notes: Notes,
    /// The read model.
    pub shared: Arc<Shared>,
    /// The desk.
    pub desk: DeskDoor,
    /// The log.
    pub history: History,
    /// The stored sums.
    pub figures: Figures,
    /// What the edge makes of numbers.
    pub numbers: Numbers,
    /// The scenario clock.
    pub clock: Clock,
    /// Ids as people see them.
    pub ids: Ids,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Who is there.
    pub presence: Arc<Presence>,
    /// Live changes.
    pub feed: Arc<Feed>,
    /// Whether the log can be written.
    pub store: watch::Receiver<StoreHealth>,
    /// The demo's numbers and phones.
    pub demo: Option<Demo>,
    /// Calls that are steered in a page.
    pub calls: Option<CallDoor>,
    /// The prompts' audio.
    pub prompts: PromptAudio,
    /// Who is asking.
    pub identity: Arc<Identity>,
    /// What is kept about people beside the log.
    pub records: Records,
    /// Registers, and whom contacts are about.
    pub people: Arc<People>,
    /// The sound of browsers; none while the clock does not run at the speed of speech.
    pub sound: Option<SoundDoor>,
    /// Which tab is whose phone.
    pub softphones: Softphones,
    /// What guidance and wrap-up need.
    pub guide: Guide,
    /// What goes on beside the calls that come.
    pub beside: Beside,
}

/// A handle to the parts.
#[derive(Clone)]
pub struct Api(Arc<Inner>);

struct Inner {
    web: Web,
    /// The last calls and callbacks that were made, by command id: a repeat is the same one.
    rung: Mutex<VecDeque<(u128, u64)>>,
    /// What the invariants said when they were looked at last.
    checked: Mutex<Option<Checked>>,
}

impl Deref for Api {
    type Target = Web;

    fn deref(&self) -> &Web {
        &self.0.web
    }
}

/// The place where the handle appears when the service is right; until then every request waits outside.
#[derive(Clone, Default)]
pub struct Gate(Arc<OnceLock<Api>>);

impl Gate {
    /// Opens the gate. Only the first opening counts.
    pub fn open(&self, parts: Web) -> Api {
        let open = || {
            let centre = &parts.directory.centre;
            parts.shared.write(|view| view.learn_usual(centre));
            Api(Arc::new(Inner {
                web: parts,
                rung: Mutex::default(),
                checked: Mutex::default(),
            }))
        };
        self.0.get_or_init(open).clone()
    }

    /// The handle, once the gate is open.
    #[must_use]
    pub fn api(&self) -> Option<&Api> {
        self.0.get()
    }
}

impl FromRequestParts<Gate> for Api {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, gate: &Gate) -> Result<Api, Problem> {
        gate.api().cloned().ok_or_else(|| {
            Problem::unavailable("starting", "Tjenesten starter. Prøv igjen om litt.")
        })
    }
}

impl Api {
    /// Now, on the scenario clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What is kept about people beside the log.
    #[must_use]
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// Does a command once, and waits until it is durable and the read model shows it.
    pub(crate) async fn command(
        &self,
        id: CommandId,
        command: Command,
    ) -> Result<Accepted, Problem> {
        let submit = Submit::new(0, command).with_id(id.0);
        match self.desk.ask(submit).await {
            Ok(accepted) => {
                self.shared.reached(accepted.seq).await;
                Ok(accepted)
            }
            Err(refusal) => Err(self.refused(refusal)),
        }
    }

    /// The same without a command id, for commands that the service itself gives.
    pub(crate) async fn command_unnamed(&self, command: Command) -> Result<Accepted, Refusal> {
        let accepted = self.desk.ask(Submit::new(0, command)).await?;
        self.shared.reached(accepted.seq).await;
        Ok(accepted)
    }

    pub(crate) fn refused(&self, refusal: Refusal) -> Problem {
        let metric = match refusal {
            Refusal::Rejected(_) | Refusal::IdReused => Metric::CommandsRefused,
            Refusal::StoreDown { .. } | Refusal::Overloaded | Refusal::Unpublishable => {
                Metric::CommandsShed
            }
        };
        self.metrics.count(metric);
        problem_of(refusal)
    }

    /// The call or callback that this command made.
    pub(crate) fn rung(&self, id: CommandId) -> Option<u64> {
        let rung = self.0.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rung = rung.iter();
        rung.find(|(known, _)| *known == id.0)
            .map(|(_, call)| *call)
    }

    /// Remembers the call or callback that a command made.
    pub(crate) fn note_rung(&self, id: CommandId, call: u64) {
        let mut rung = self.0.rung.lock().unwrap_or_else(PoisonError::into_inner);
        if rung.len() == MAX_RUNG {
            rung.pop_front();
        }
        rung.push_back((id.0, call));
    }

    /// What the invariants said when they were looked at last.
    pub(crate) fn checked(&self) -> Option<Checked> {
        let checked = self.0.checked.lock();
        checked.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn note_checked(&self, checked: Checked) {
        let mut known = self
            .0
            .checked
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *known = Some(checked);
    }

    /// The adviser of an ident in an address.
    pub(crate) fn adviser(&self, ident: &str) -> Result<AdviserId, Problem> {
        self.directory
            .adviser(ident)
            .ok_or_else(|| Problem::not_found("Veilederen finnes ikke."))
    }

    /// The contact of an id in an address.
    pub(crate) fn contact(&self, id: &str) -> Result<ContactId, Problem> {
        self.ids
            .read_contact(id)
            .ok_or_else(|| Problem::not_found("Henvendelsen finnes ikke."))
    }

    /// The request of an id in an address.
    pub(crate) fn request(&self, id: &str) -> Result<RequestId, Problem> {
        self.ids
            .read_request(id)
            .ok_or_else(|| Problem::not_found("Spørsmålet finnes ikke."))
    }

    /// The offer of an id in an address.
    pub(crate) fn offer(&self, id: &str) -> Result<OfferId, Problem> {
        self.ids
            .read_offer(id)
            .ok_or_else(|| Problem::not_found("Henvendelsen finnes ikke."))
    }
}

fn problem_of(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Rejected(rejection) => rejection.into(),
        Refusal::IdReused => Problem::new(
            axum::http::StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency_key_reused",
            "Idempotency-Key er brukt til noe annet",
        ),
        Refusal::StoreDown { fault } => Problem::unavailable("store_down", store_words(fault)),
        Refusal::Overloaded => Problem::unavailable(
            "overloaded",
            "Loggen rekker ikke å skrive alt. Ingenting ble endret. Prøv igjen om litt.",
        ),
        Refusal::Unpublishable => Problem::conflict(
            "unpublishable",
            "Beskrivelsen av senteret passer ikke til tilstanden.",
        ),
    }
}

/// What is wrong with the log, in words for people.
#[must_use]
pub const fn store_words(fault: StoreFault) -> &'static str {
    match fault {
        StoreFault::Full => {
            "Disken er full. Pågående samtaler fortsetter, nye henvendelser tas ikke imot før det er plass."
        }
        StoreFault::NotWritable => {
            "Datamappen kan ikke skrives til. Nye henvendelser tas ikke imot."
        }
        StoreFault::Unavailable => "Loggen kan ikke skrives nå. Nye henvendelser tas ikke imot.",
        StoreFault::Fenced => "En annen prosess har overtatt. Denne tar ikke imot mer.",
    }
}
