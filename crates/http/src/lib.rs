//! The web: REST, server-sent events, OpenAPI and the embedded pages.
//!
//! Handlers turn requests into commands for the desk and read the read model; nothing here decides who
//! helps whom, writes a file, or shows a person's number. [`router`] answers at once; everything but
//! `/isalive` waits outside until [`Gate::open`].

mod admit;
mod api;
mod beside;
mod body;
pub mod clock;
mod description;
mod directories;
mod feed;
mod guard;
mod guide;
mod identity;
mod ids;
mod keeper;
mod metrics;
mod notes;
mod people;
mod ports;
mod presence;
mod problem;
mod projection;
mod route;
mod shape;
mod shared;
mod sound;
mod traffic;
mod ui;
pub mod view;
mod words;

pub use api::{Api, Gate, Mode, Web, store_words};
pub use beside::{AsWav, Beside, BesideAsk, BesideSetup, Calling, How, NotRung};
pub use clock::Clock;
pub use directories::{Directories, Prepared};
pub use feed::Feed;
pub use guide::Guide;
pub use identity::{Identity, IdentityError, IdentitySetup, demo_people};
pub use ids::Ids;
pub use metrics::{Metric, Metrics};
pub use notes::{Note, Noted, Notes, read as read_notes};
pub use people::{
    CallerOf, ControlMeasure, Level, MeasuresError, People, PeopleKeys, PeopleParts, RingsBack,
    StoredTasks, read_measures,
};
pub use ports::{
    AnsweredBy, Both, CallAsk, CallDoor, CallView, Card, Centres, DayFigures, Demo, DeskDoor,
    Directory, Figures, History, Keyed, Later, Numbers, Phone, PromptAudio, Reply, StoreHealth,
    TrialAsk, Tried, TriedContact, TriedQueue,
};
pub use presence::{GRACE, LEASE, Presence};
pub use problem::{FieldError, Problem};
pub use projection::Projection;
pub use route::{openapi, router};
pub use shared::Shared;
pub use sound::{CallNews, NoSound, PhoneNews, Softphones, SoundAsk, SoundDoor};
pub use ui::is_built;

/// Makes live changes, watches presence and invariants, tells the core what was measured, for as long as the service runs.
pub async fn run(api: Api) {
    tokio::join!(
        identity::run(std::sync::Arc::clone(&api.identity)),
        feed::run(api.clone()),
        presence::run(api.clone()),
        people::traces::run(api.clone()),
        keeper::run(api)
    );
}

/// Seconds that one who comes to `queue` now may expect to wait; None when nobody serves it.
#[must_use]
pub fn expected_wait_s(api: &Api, queue: linje_types::QueueId) -> Option<u64> {
    api.shared
        .read(|view| traffic::expected_s(api, view, queue))
}
