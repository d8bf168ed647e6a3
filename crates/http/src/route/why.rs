//! Why a contact is where it is: the figures that decided, in plain sentences. Never a name.

use axum::Json;
use axum::extract::Path;
use linje_centre::PlanAct;
use linje_event::{CloseReason, Event, FailCause, Why};
use linje_routing::{ContactState, ContactView as Now, Ring, Rules};
use linje_types::{AdviserId, Channel, Channels, Language, PlanId, QueueId, SECOND_US, Timestamp};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::contacts::{queue_after, read_entry};
use crate::api::{Api, Gate};
use crate::body::{Query, Spoken};
use crate::clock::rfc3339;
use crate::problem::Problem;
use crate::shape::{Named, queue_name, seconds, whole_seconds};
use crate::traffic::expected_s;
use crate::view::{Entry, Past, Stage, View, bit_of};
use crate::words::{self, Reader, clock_of, count_of, moment_of, ring_words, rule_words};

/// Why a contact is where it is.
#[derive(Debug, Serialize, ToSchema)]
struct WhyAnswer {
    contact: String,
    /// The short answer, with the figures that decided.
    sentence: String,
    /// What led here, oldest first.
    steps: Vec<WhyStep>,
    /// How it stands now; null when it is closed.
    now: Option<WhyNow>,
    /// The queue's rule in words, as it is now.
    rule_text: String,
}

/// One thing that led here.
#[derive(Debug, Serialize, ToSchema)]
struct WhyStep {
    at: String,
    kind: &'static str,
    text: String,
    queue: Option<Named>,
    /// The rule that decided an offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    /// The step of the queue's rule, 0 = the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    ring: Option<u8>,
    /// Who is asked in that step, in words, after "those who".
    #[serde(skip_serializing_if = "Option::is_none")]
    ring_condition: Option<String>,
    /// Free advisers who could take it, or lines that held somebody.
    #[serde(skip_serializing_if = "Option::is_none")]
    able: Option<u32>,
    /// How long the one who was asked had been free.
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_s: Option<f64>,
    /// How long the next one had been free.
    #[serde(skip_serializing_if = "Option::is_none")]
    runner_up_idle_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waited_s: Option<f64>,
    /// The priority class by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<String>,
    /// The guaranteed longest wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    guarantee_s: Option<f64>,
}

/// How an open contact stands now.
#[derive(Debug, Serialize, ToSchema)]
struct WhyNow {
    state: Stage,
    queue: Option<Named>,
    /// The place in line, 1 = next.
    position: Option<u32>,
    /// How many are before it.
    ahead: Option<u32>,
    ring: u8,
    ring_condition: Option<String>,
    /// Signed-in advisers who can take it in this step.
    who_can: u32,
    /// Those of them who are free for it.
    free: u32,
    waited_s: Option<f64>,
    overdue: bool,
    next_step: Option<NextStep>,
    /// What one who comes to the queue now may expect; null when nobody serves it.
    expected_wait_s: Option<u64>,
}

/// What happens by itself when nobody has taken it before.
#[derive(Debug, Serialize, ToSchema)]
struct NextStep {
    at: String,
    text: String,
}

#[derive(Debug, serde::Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct For {
    /// The adviser who reads: the sentences say "du" about them.
    adviser: Option<String>,
}

pub(super) fn routes() -> OpenApiRouter<Gate> {
    OpenApiRouter::new().routes(routes!(why))
}

/// Why a contact is where it is: why this adviser, why this wait. Of open and of closed contacts.
#[utoipa::path(
    get, path = "/api/v1/contacts/{id}/why", tag = "contacts",
    params(("id" = String, Path, description = "The contact"), For),
    responses((status = 200, body = WhyAnswer), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
async fn why(
    api: Api,
    Path(id): Path<String>,
    Query(reader): Query<For>,
    Spoken(language): Spoken,
) -> Result<Json<WhyAnswer>, Problem> {
    let contact = api.contact(&id)?;
    let me = reader.adviser.map(|id| api.adviser(&id)).transpose()?;
    let entry = read_entry(&api, contact).await?;
    let now = api.now();
    let answer = api.shared.read(|view| {
        let teller = Teller {
            api: &api,
            view,
            rules: view.state.tables().rules(),
            entry: &entry,
            me,
            now,
            language,
        };
        teller.answer()
    });
    Ok(Json(answer))
}

struct Teller<'a> {
    api: &'a Api,
    view: &'a View,
    rules: &'a Rules,
    entry: &'a Entry,
    me: Option<AdviserId>,
    now: Timestamp,
    language: Language,
}

impl Teller<'_> {
    fn answer(&self) -> WhyAnswer {
        let now = self.view.state.contact(self.entry.contact);
        let now = now.map(|now| self.as_it_stands(&now));
        WhyAnswer {
            contact: self.api.ids.contact(self.entry.contact),
            sentence: self.sentence(now.as_ref()),
            steps: self.steps(),
            now,
            rule_text: rule_words(
                &self.api.directory.centre,
                self.rules,
                self.entry.queue,
                self.language,
            ),
        }
    }

    fn pick(&self, nb: String, en: String) -> String {
        if self.language == Language::En {
            en
        } else {
            nb
        }
    }

    fn count(&self, n: u32) -> String {
        count_of(u64::from(n), self.language)
    }

    fn steps(&self) -> Vec<WhyStep> {
        let mut queue = self.entry.queue;
        let events = self.entry.events.iter();
        events
            .map(|past| {
                queue = queue_after(&past.event).unwrap_or(queue);
                self.step(past, queue)
            })
            .collect()
    }

    fn step(&self, past: &Past, queue: QueueId) -> WhyStep {
        let centre = &self.api.directory.centre;
        let reader = Reader::of(&past.event, self.me);
        let why = past.event.why();
        let ring = match (why, past.event) {
            (Some(why), _) => Some(why.ring),
            (None, Event::RingStarted { ring, .. }) => Some(ring),
            (None, _) => None,
        };
        let class = match (why, past.event) {
            (Some(why), _) => Some(why.class),
            (None, Event::ContactQueued { class, .. }) => Some(class),
            (None, _) => None,
        };
        let ms = |ms: u32| seconds(i64::from(ms) * 1000);
        WhyStep {
            at: rfc3339(past.at),
            kind: past.event.kind(),
            text: self.text(past, why.as_ref(), queue, reader),
            queue: queue_name(&self.api.directory, queue, self.language),
            rule: why.map(|why| words::rule(why.rule)),
            ring,
            ring_condition: ring
                .and_then(|ring| ring_words(centre, queue, usize::from(ring), self.language)),
            able: why.map(|why| why.able),
            idle_s: why.map(|why| ms(why.idle_ms)),
            runner_up_idle_s: why.and_then(|why| {
                let runner_up = why.runner_up.some();
                runner_up.map(|_| ms(why.runner_up_idle_ms))
            }),
            waited_s: why.map(|why| ms(why.waited_ms)),
            guarantee_s: class
                .filter(|_| Channels::LIVE.has(self.entry.channel))
                .and_then(|class| self.guarantee_us(class))
                .map(seconds),
            class: class.and_then(|class| {
                let class = centre.classes.get(usize::from(class))?;
                Some(class.name.get(self.language).to_owned())
            }),
        }
    }

    fn text(&self, past: &Past, why: Option<&Why>, queue: QueueId, reader: Reader) -> String {
        let centre = &self.api.directory.centre;
        let events = &self.entry.events;
        let happened = words::happened(past, events, centre, reader, self.language);
        let Some(why) = why else {
            let unrung = matches!(past.event, Event::ContactQueued { .. })
                .then(|| self.not_rung(queue))
                .flatten();
            return unrung.map_or_else(|| happened.clone(), |more| format!("{happened}. {more}"));
        };
        let name = centre.queues.get(queue.idx());
        let name = name.map_or("", |queue| queue.name.get(self.language));
        format!(
            "{happened}: {}",
            words::why(why, name, reader, self.language)
        )
    }

    /// Why somebody waits in a queue whose callers were, by a crisis plan, to be rung.
    fn not_rung(&self, queue: QueueId) -> Option<String> {
        let centre = &self.api.directory.centre;
        let plans = (0..).map(PlanId).zip(&centre.plans);
        let mut on = plans.filter(|(id, _)| self.entry.plans & bit_of(*id) != 0);
        let (_, plan) = on.find(|(_, plan)| {
            let mut acts = plan.steps.iter().map(|step| &step.act);
            acts.any(|act| matches!(act, PlanAct::CallbackOnly(queues) if queues.contains(&queue)))
        })?;
        let name = plan.name.get(self.language);
        if self.api.beside.calling.is_none() {
            return Some(self.pick(
                format!("Planen «{name}» ringer tilbake i denne køen, men sentret har ingen linje ut. Brukeren venter på linja"),
                format!("The plan \"{name}\" calls back in this queue, but the centre has no line out. The person waits on the line"),
            ));
        }
        Some(self.pick(
            format!("Planen «{name}» ringer tilbake i denne køen, men det er ikke noe kjent nummer å ringe. Brukeren har fått vite det og venter på linja"),
            format!("The plan \"{name}\" calls back in this queue, but no number is known to call. The person was told so and waits on the line"),
        ))
    }

    fn ring(&self, queue: QueueId, ring: u8) -> Option<&Ring> {
        let rule = self.rules.queues.get(queue.idx())?;
        rule.rings.get(usize::from(ring))
    }

    fn guarantee_us(&self, class: u8) -> Option<i64> {
        let known = usize::from(class) < self.rules.classes.len();
        known.then(|| self.rules.guarantee_us(class, self.entry.language))
    }

    fn as_it_stands(&self, now: &Now) -> WhyNow {
        let state = &self.view.state;
        let centre = &self.api.directory.centre;
        let position = state.position(now.id);
        let waits = matches!(now.state, ContactState::Queued | ContactState::Parked);
        WhyNow {
            state: self.entry.stage,
            queue: queue_name(&self.api.directory, now.queue, self.language),
            position,
            ahead: position.map(|position| position.saturating_sub(1)),
            ring: now.ring,
            ring_condition: ring_words(centre, now.queue, usize::from(now.ring), self.language),
            who_can: self.who_can(now),
            free: u32::try_from(state.candidates(now.id).len()).unwrap_or(u32::MAX),
            waited_s: waits.then(|| seconds(self.now.since_us(now.enqueued))),
            overdue: now.overdue,
            next_step: self.next_step(now),
            expected_wait_s: (now.queue != QueueId::NONE)
                .then(|| expected_s(self.api, self.view, now.queue))
                .flatten(),
        }
    }

    /// Signed-in advisers for whom the ring's condition holds and who may take this contact at all.
    fn who_can(&self, now: &Now) -> u32 {
        let Some(ring) = self.ring(now.queue, now.ring) else {
            return 0;
        };
        let spoken = self.rules.language(now.language);
        let people = (0..).map(AdviserId).zip(&self.rules.advisers);
        let able = people.filter(|(id, rule)| {
            ring.condition.holds(rule, self.rules)
                && spoken.is_none_or(|need| rule.has(need))
                && rule.channels.has(now.channel)
                && rule.clearance.covers(now.clearance)
                && *id != self.entry.needs.not_to
                && self
                    .view
                    .state
                    .adviser(*id)
                    .is_some_and(|is| is.signed_in && is.origins.has(now.origin))
        });
        u32::try_from(able.count()).unwrap_or(u32::MAX)
    }

    /// The first thing that will happen by itself.
    fn next_step(&self, now: &Now) -> Option<NextStep> {
        let found = match now.state {
            ContactState::Queued => self.steps_in_line(now),
            ContactState::Parked => vec![(
                now.deadline?,
                self.pick(
                    String::from("Brukeren kan ringes opp fra da av"),
                    String::from("The person can be rung from then on"),
                ),
            )],
            ContactState::Offered => vec![(
                now.deadline?,
                self.pick(
                    String::from("Svarer ingen, går henvendelsen til den neste"),
                    String::from("Without an answer it goes to the next one"),
                ),
            )],
            ContactState::WrapUp => vec![(
                now.deadline?,
                self.pick(
                    String::from("Etterarbeidet er over"),
                    String::from("The wrap-up is over"),
                ),
            )],
            ContactState::InMenu
            | ContactState::Active
            | ContactState::Held
            | ContactState::Dialling
            | ContactState::SetAside
            | ContactState::Consulting => Vec::new(),
        };
        let coming = found.into_iter().filter(|(at, _)| *at > self.now);
        let (at, text) = coming.min_by_key(|(at, _)| *at)?;
        (at != Timestamp::NEVER).then(|| NextStep {
            at: rfc3339(at),
            text,
        })
    }

    fn steps_in_line(&self, now: &Now) -> Vec<(Timestamp, String)> {
        let centre = &self.api.directory.centre;
        let mut found = Vec::new();
        let Some(rule) = self.rules.queues.get(now.queue.idx()) else {
            return found;
        };
        let live = Channels::LIVE.has(now.channel);
        if now.waits_for.is_some()
            && let Some(at) = now.deadline
        {
            found.push((
                at,
                self.pick(
                    String::from("Alle som kan ta den, blir spurt, ikke bare den som hjalp sist"),
                    String::from("All who can take it are asked, not only whoever helped last"),
                ),
            ));
        }
        let next_ring = usize::from(now.ring) + 1;
        let who = ring_words(centre, now.queue, next_ring, self.language);
        if let (Some(next), Some(who)) = (rule.rings.get(next_ring), who) {
            found.push((
                now.enqueued.plus_us(next.after_us),
                self.pick(
                    format!("De som {who}, blir også spurt"),
                    format!("Those who {who} are asked too"),
                ),
            ));
        }
        if live
            && !now.overdue
            && let Some(guarantee_us) = self.guarantee_us(now.class)
        {
            found.push((
                now.enqueued.plus_us(guarantee_us),
                self.pick(
                    String::from("Den går foran alle andre"),
                    String::from("It goes before all others"),
                ),
            ));
        }
        let overflow = rule.overflow.and_then(|to| Some((to.to, to.after_us?)));
        if let Some((to, after_us)) = overflow
            && !self.view.state.visited(now.id).contains(&to)
        {
            let name = centre.queues.get(to.idx());
            let name = name.map_or("?", |queue| queue.name.get(self.language));
            found.push((
                now.enqueued.plus_us(after_us),
                self.pick(
                    format!("Den går til {name} med samme plass"),
                    format!("It moves to {name}, place kept"),
                ),
            ));
        }
        found
    }

    /// The short answer.
    fn sentence(&self, now: Option<&WhyNow>) -> String {
        let taken = self.taken();
        let Some(now) = now else {
            return self.over(taken);
        };
        match self.entry.stage {
            Stage::Created | Stage::InIvr => self.pick(
                String::from("Brukeren er i menyen og har ikke valgt ennå."),
                String::from("The person is in the menu and has not chosen yet."),
            ),
            Stage::Queued => self.waiting(now),
            Stage::Parked => self.parked(),
            Stage::Offered
            | Stage::Dialling
            | Stage::Active
            | Stage::Held
            | Stage::Consulting
            | Stage::SetAside
            | Stage::WrapUp
            | Stage::Closed => taken.unwrap_or_default(),
        }
    }

    fn waiting(&self, now: &WhyNow) -> String {
        let waited = now.waited_s.map_or(0, |_| {
            let since = self.entry.enqueued.unwrap_or(self.now);
            whole_seconds(self.now.since_us(since))
        });
        let queue = now.queue.as_ref().map_or("", |queue| queue.name.as_str());
        let (position, waited) = (self.count(now.position.unwrap_or(1)), clock_of(waited));
        let rung = self.entry.callback.is_some();
        let head = match (rung, now.position) {
            (true, _) => self.pick(
                format!("Nummer {position} i {queue}. Brukeren ringes når det er sin tur; plassen er beholdt i {waited}."),
                format!("Number {position} in {queue}. The person is rung when the turn comes; the place has been kept for {waited}."),
            ),
            (false, _) => self.pick(
                format!("Nummer {position} i {queue}, har ventet {waited}."),
                format!("Number {position} in {queue}, has waited {waited}."),
            ),
        };
        let unrung = self.not_rung(self.entry.queue);
        [
            Some(head),
            unrung
                .filter(|_| !rung)
                .map(|sentence| format!("{sentence}.")),
            Some(self.who_is_there(now)),
            self.standing(),
            self.to_come(now),
        ]
        .into_iter()
        .flatten()
        .collect::<Vec<String>>()
        .join(" ")
    }

    fn who_is_there(&self, now: &WhyNow) -> String {
        let (able, free) = (self.count(now.who_can), self.count(now.free));
        match (now.who_can, now.free) {
            (0, _) => self.pick(
                String::from("Ingen som er pålogget nå, kan ta den."),
                String::from("Nobody who is signed in now can take it."),
            ),
            (_, 0) => self.pick(
                format!("{able} pålogget kan ta den, alle er opptatt eller borte."),
                format!("{able} signed in can take it, all are busy or away."),
            ),
            (_, _) => self.pick(
                format!("{able} pålogget kan ta den, {free} er ledige."),
                format!("{able} signed in can take it, {free} are free."),
            ),
        }
    }

    /// What gives it another place than the order of arrival.
    fn standing(&self) -> Option<String> {
        if self.entry.overdue {
            let span = self
                .guarantee_us(self.entry.class)
                .map(|us| span(us, self.language));
            let span = span.unwrap_or_default();
            return Some(self.pick(
                format!("Den går foran fordi den lovede lengste ventetiden ({span}) er over."),
                format!("It goes first because the guaranteed longest wait ({span}) is over."),
            ));
        }
        let class = self.rules.classes.get(usize::from(self.entry.class))?;
        let name = self
            .api
            .directory
            .centre
            .classes
            .get(usize::from(self.entry.class))?;
        let (name, head) = (
            name.name.get(self.language),
            span(class.head_start_us.abs(), self.language),
        );
        match class.head_start_us.signum() {
            1 => Some(self.pick(
                format!("Den regnes som {head} eldre ({name})."),
                format!("It counts as {head} older ({name})."),
            )),
            -1 => Some(self.pick(
                format!("Den regnes som {head} yngre ({name})."),
                format!("It counts as {head} younger ({name})."),
            )),
            _ => None,
        }
    }

    fn to_come(&self, now: &WhyNow) -> Option<String> {
        let next = now.next_step.as_ref()?;
        let at = crate::clock::parse(&next.at)?;
        let at = moment_of(at, self.now, self.language);
        Some(match self.language {
            Language::En => format!("Next, {at}: {}.", lower(&next.text)),
            Language::Nb | Language::Nn | Language::Se => {
                format!("Neste, {at}: {}.", lower(&next.text))
            }
        })
    }

    fn parked(&self) -> String {
        let Some(callback) = self.entry.callback else {
            return String::new();
        };
        let moment = |at| moment_of(at, self.now, self.language);
        let until = words::before(callback.until, self.now, self.language);
        if callback.missed == Some(FailCause::BridgeFailed) {
            let retry = moment(callback.retry_at);
            return self.pick(
                format!("Linjen ut virket ikke, så brukeren er ikke ringt. Feilen er vår, og det teller ikke som forsøk. Nytt forsøk {retry}; lovet ringt {until}."),
                format!("The line out did not work, so the person was not rung. The fault is ours, and it is not counted as an attempt. Another attempt {retry}; promised {until}."),
            );
        }
        if callback.missed.is_some() {
            let (n, retry) = (callback.attempts, moment(callback.retry_at));
            return self.pick(
                format!("Brukeren ble ikke nådd i forsøk {n}. Nytt forsøk {retry}; lovet ringt {until}."),
                format!("The person was not reached in attempt {n}. Another attempt {retry}; promised {until}."),
            );
        }
        let from = moment(callback.from);
        self.pick(
            format!("Brukeren valgte å bli ringt opp tidligst {from}; lovet ringt {until}."),
            format!("The person chose to be rung at the earliest {from}; promised {until}."),
        )
    }

    /// Why the last adviser who had it was asked.
    fn taken(&self) -> Option<String> {
        let mut queue = self.entry.queue;
        let mut last = None;
        for past in &self.entry.events {
            queue = queue_after(&past.event).unwrap_or(queue);
            if let Some(why) = past.event.why() {
                last = Some((past, why, queue));
            }
        }
        let (past, why, queue) = last?;
        let reader = Reader::of(&past.event, self.me);
        let queue = self.api.directory.centre.queues.get(queue.idx());
        let name = queue.map_or("", |queue| queue.name.get(self.language));
        let at = moment_of(past.at, self.now, self.language);
        let text = words::why(&why, name, reader, self.language);
        let runner_up = why.runner_up.some().map(|_| {
            let own = clock_of(u64::from(why.idle_ms / 1000));
            let next = clock_of(u64::from(why.runner_up_idle_ms / 1000));
            self.pick(
                format!(" ({own} mot {next} for den neste)"),
                format!(" ({own} against {next} for the next one)"),
            )
        });
        let runner_up = runner_up.unwrap_or_default();
        Some(match (self.language, reader) {
            (Language::En, Reader::Chosen) => format!("You were asked {at}: {text}{runner_up}."),
            (Language::En, Reader::Other) => {
                format!("An adviser was asked {at}: {text}{runner_up}.")
            }
            (_, Reader::Chosen) => format!("Du ble spurt {at}: {text}{runner_up}."),
            (_, Reader::Other) => format!("En veileder ble spurt {at}: {text}{runner_up}."),
        })
    }

    fn over(&self, taken: Option<String>) -> String {
        let last = self.entry.events.last();
        let end = last.map_or_else(String::new, |past| {
            let centre = &self.api.directory.centre;
            let events = &self.entry.events;
            let text = words::happened(past, events, centre, Reader::Other, self.language);
            let at = moment_of(past.at, self.now, self.language);
            format!("{text} {at}.")
        });
        if let Some(taken) = taken {
            return format!("{taken} {end}");
        }
        let waited = self.entry.enqueued.zip(self.entry.ended);
        let waited = waited.map(|(from, to)| clock_of(whole_seconds(to.since_us(from))));
        // How long it waited before the service stopped is not known.
        let fault = self.entry.reason == Some(CloseReason::Fault);
        match waited {
            Some(waited) if self.entry.channel != Channel::Task && !fault => {
                let text = self.pick(
                    format!("Ventet {waited} uten å bli besvart."),
                    format!("Waited {waited} without an answer."),
                );
                format!("{text} {end}")
            }
            Some(_) | None => end,
        }
    }
}

fn span(us: i64, language: Language) -> String {
    words::span_of(u64::try_from(us / SECOND_US).unwrap_or(0), language)
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}
