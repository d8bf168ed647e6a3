//! A whole service in one process: the real desk and core, the national centre, a log in memory.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use bytes::Bytes;
use futures_util::StreamExt as _;
use linje_centre::{Centre, Extra, Person, Role};
use linje_desk::{
    Batch, CallerKey, Desk, Input, Output, Reconcile, Record, Recovered, StoreFault, Submit,
    VaultRow, VaultWrite,
};
use linje_event::Command;
use linje_http::view::Building;
use linje_http::{
    Api, Card, Centres, Clock, Demo, DeskDoor, Directories, Directory, Feed, Figures, Gate,
    History, Identity, IdentitySetup, Ids, Keyed, Metrics, Mode, Notes, Numbers, People,
    PeopleKeys, PeopleParts, Prepared, Presence, Projection, Reply, Shared, StoreHealth,
    StoredTasks, Web, clock, demo_people,
};
use linje_identity::Limits;
use linje_measures::{Goal, Layout, RollUp, Yardstick};
use linje_registry::{BuiltIn, Registers, Sources};
use linje_routing::{Rules, State, Tables};
use linje_store::{NumberKey, Records};
use linje_types::{ContactId, SECOND_US, Timestamp};
use serde_json::Value;
use tokio::sync::{OnceCell, broadcast, mpsc, oneshot, watch};
use tower::ServiceExt as _;

const CENTRE: &str = include_str!("../../../../centres/national-2015.toml");
/// Where the service believes that it is.
pub(crate) const OWN: &str = "http://127.0.0.1:8080";
/// How long anything that must show may take to show.
pub(crate) const SOON: Duration = Duration::from_secs(20);

type Log = Arc<Mutex<Vec<Record>>>;

/// A running service.
pub(crate) struct World {
    pub(crate) api: Api,
    pub(crate) router: Router,
    pub(crate) log: Log,
    pub(crate) vault: Arc<Mutex<Vault>>,
    pub(crate) tables: Arc<Tables>,
    /// While true, nothing can be written.
    pub(crate) is_full: Arc<AtomicBool>,
    keys: Mutex<u64>,
    /// Of a program that may do everything.
    token: OnceCell<String>,
    pub(crate) folder: PathBuf,
    /// What was asked of the lines beside conversations.
    pub(crate) beside: Mutex<mpsc::Receiver<linje_http::BesideAsk>>,
    /// What the page of any call of the demo is shown of the lines.
    pub(crate) page_call: watch::Sender<linje_http::CallView>,
    /// How much the clock of sessions and tokens is ahead.
    pub(crate) late_s: Arc<AtomicU64>,
    ask: mpsc::Sender<Ask>,
}

enum Ask {
    Submit(Box<Submit>, oneshot::Sender<Reply>),
    Publish(Arc<Tables>, u64, oneshot::Sender<Reply>),
    /// As after a stop of the service: whoever was there is gone, and calls have died.
    Stop(oneshot::Sender<()>),
}

/// Monday at ten.
pub(crate) fn monday() -> Timestamp {
    clock::parse("2026-11-23T10:00:00+01:00").unwrap()
}

pub(crate) fn world() -> World {
    world_at(monday())
}

pub(crate) fn world_at(start: Timestamp) -> World {
    world_where(start, |_, _| {})
}

/// A world in which the rules of routing are as `change` makes them.
pub(crate) fn world_where(start: Timestamp, change: impl FnOnce(&Centre, &mut Rules)) -> World {
    let centre = Arc::new(Centre::parse(CENTRE).expect("the national centre"));
    let extra = Extra {
        phones: 10,
        automatic: false,
    };
    let mut rules = linje_centre::routing_rules(&centre, &extra);
    change(&centre, &mut rules);
    let version = rules.version;
    let tables = Arc::new(Tables::new(&rules).expect("tables"));
    let clock = Clock::starting_at(start, 1.0);
    let log = Log::default();
    let vault = Arc::new(Mutex::new(Vault::default()));
    let is_full = Arc::new(AtomicBool::new(false));
    let feed = broadcast::Sender::new(1024);
    let batches = feed.subscribe();
    let (ask, asks) = mpsc::channel(100);
    let stops = ask.clone();
    let (store_in, store) = watch::channel(StoreHealth(None));
    let desk = Shell {
        desk: Desk::new(Recovered::nothing(), Arc::clone(&tables)),
        clock,
        log: Arc::clone(&log),
        vault: Arc::clone(&vault),
        is_full: Arc::clone(&is_full),
        feed,
        store: store_in,
        waiting: Vec::new(),
        next_token: 1,
        after_a_stop: Reconcile {
            callback_queue: centre.callback.lost_calls,
            ..Reconcile::default()
        },
    };
    let layout = Layout {
        queues: centre.queues.iter().map(goal).collect(),
        n_advisers: tables.n_advisers(),
        next_midnight: clock::next_midnight,
    };
    let view = Building::new(layout, start).finish(
        State::new(Arc::clone(&tables)),
        Arc::clone(&tables),
        0,
    );
    tokio::spawn(desk.run(asks, Arc::clone(&tables), version));
    let rules = Arc::clone(&tables);
    let shared = Arc::new(Shared::new(view));
    let metrics = Arc::new(Metrics::default());
    let history = history(&log);
    let staff = linje_centre::staff(&centre, &extra);
    let names = Directory::new(Arc::clone(&centre), cards(&staff));
    let directory = Arc::new(Directories::new(names));
    let kept = Arc::new(Mutex::new(BTreeMap::from([(version, CENTRE.to_owned())])));
    let projection = Projection {
        directory: Arc::clone(&directory),
        shared: Arc::clone(&shared),
        batches,
        history: history.clone(),
        clock,
        metrics: Arc::clone(&metrics),
    };
    tokio::spawn(projection.run());
    let folder = folder();
    let late_s = Arc::new(AtomicU64::new(0));
    let records = Records::open(&folder.join("people.sqlite")).unwrap();
    let identity = Identity::new(IdentitySetup {
        issuers: Vec::new(),
        dev: Some((OWN.to_owned(), demo_people(&directory.centre, &staff))),
        limits: Limits::default(),
        records: records.clone(),
        keys: linje_store::PersonKeys::new([7; 32]),
        clock: {
            let late_s = Arc::clone(&late_s);
            Arc::new(move || {
                let late = late_s.load(Ordering::SeqCst);
                std::time::SystemTime::now() + Duration::from_secs(late)
            })
        },
        opaque: Arc::new(|number| format!("b-{}", number.len())),
        public_url: None,
    })
    .unwrap();
    let callers = Arc::clone(&vault);
    let guided = move |contact| {
        let rows = callers.lock().unwrap();
        let row = rows.value(contact, linje_desk::field::CALLER)?;
        Some(CallerKey(row.as_slice().try_into().ok()?))
    };
    let (beside_in, beside) = mpsc::channel(100);
    let callers_of_lost = Arc::clone(&vault);
    let page_call = watch::Sender::new(linje_http::CallView::default());
    let gate = Gate::default();
    let router = linje_http::router(gate.clone(), &metrics);
    let api = gate.open(Web {
        mode: Mode::Demo,
        population: false,
        directory,
        centres: centres(&kept, ask.clone(), extra),
        notes: Notes::new(None, |_| ()),
        shared,
        desk: DeskDoor::new(move |submit| {
            let ask = ask.clone();
            Box::pin(async move {
                let (reply, answer) = oneshot::channel();
                let ask = ask.send(Ask::Submit(Box::new(submit), reply)).await;
                assert!(ask.is_ok(), "the desk is gone");
                answer.await.expect("the desk")
            })
        }),
        history,
        figures: figures(&log, &rules, &centre),
        numbers: numbers(&vault),
        clock,
        ids: Ids::new([5; 32]),
        metrics,
        presence: Arc::new(Presence::default()),
        feed: Arc::new(Feed::default()),
        store,
        demo: Some(Demo::default()),
        calls: Some(call_door(&page_call)),
        prompts: Arc::new(|_, _| None),
        identity: Arc::new(identity),
        people: Arc::new(people(&records, clock, &callers_of_lost)),
        guide: linje_http::Guide::new(
            records.clone(),
            linje_store::PersonKeys::new([7; 32]),
            |text| {
                let mut hash = [0_u8; 32];
                for (place, byte) in text.bytes().enumerate() {
                    hash[place % 32] = u8::wrapping_add(hash[place % 32].rotate_left(3), byte);
                }
                hash
            },
            guided,
        ),
        records,
        sound: None,
        softphones: linje_http::Softphones::default(),
        beside: linje_http::Beside::new(linje_http::BesideSetup {
            calling: Some(linje_http::Calling {
                may: Arc::new(|number| match number.get(3..5) {
                    Some("82") => Err(linje_http::NotRung::Premium),
                    Some("99") => Err(linje_http::NotRung::NotListed),
                    _ => Ok(()),
                }),
                per_hour: 3,
                at_once: 2,
            }),
            records: true,
            lines: Some(beside_in),
            as_wav: None,
        }),
    });
    tokio::spawn(linje_http::run(api.clone()));
    World {
        beside: Mutex::new(beside),
        page_call,
        api,
        router,
        log,
        vault,
        tables: rules,
        is_full,
        keys: Mutex::new(0),
        token: OnceCell::new(),
        folder,
        late_s,
        ask: stops,
    }
}

/// Waits for what must come, and fails where it never does.
pub(crate) async fn within<T>(wait: impl Future<Output = T>) -> T {
    let limit = Duration::from_secs(60);
    tokio::time::timeout(limit, wait)
        .await
        .expect("it never came")
}

/// The lines of the demo, as far as they are looked at: whoever watches a call sees the one there is.
fn call_door(shown: &watch::Sender<linje_http::CallView>) -> linje_http::CallDoor {
    let (door, mut asks) = mpsc::channel(100);
    let shown = shown.clone();
    tokio::spawn(async move {
        while let Some(ask) = asks.recv().await {
            if let linje_http::CallAsk::Watch { reply, .. } = ask {
                reply.send(Some(shown.subscribe())).ok();
            }
        }
    });
    door
}

/// A folder of this world alone.
fn folder() -> PathBuf {
    static WORLDS: AtomicU64 = AtomicU64::new(0);
    let number = WORLDS.fetch_add(1, Ordering::SeqCst);
    let name = format!("linje-http-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

impl Drop for World {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

fn cards(staff: &[Person]) -> Vec<Card> {
    let cards = staff.iter().map(|person| Card {
        ident: person.ident.clone(),
        name: person.name.clone(),
        unit: person.unit,
        synthetic: person.role != Role::Demo,
    });
    cards.collect()
}

/// What the server does with descriptions; the text is its own version by length and sum.
fn centres(
    kept: &Arc<Mutex<BTreeMap<u64, String>>>,
    ask: mpsc::Sender<Ask>,
    extra: Extra,
) -> Centres {
    let (keeps, reads) = (Arc::clone(kept), Arc::clone(kept));
    Centres {
        make: Arc::new(move |centre, text, version| {
            let sum = text.bytes().fold(7, |sum: u64, byte| {
                sum.wrapping_mul(31).wrapping_add(u64::from(byte))
            });
            let rules = linje_centre::routing_rules(&centre, &extra);
            let tables = Tables::new(&rules).map_err(|error| error.to_string())?;
            let staff = linje_centre::staff(&centre, &extra);
            Ok(Prepared {
                version: version.unwrap_or(sum),
                tables: Arc::new(tables),
                directory: Arc::new(Directory::new(centre, cards(&staff))),
            })
        }),
        keep: Arc::new(move |version, text| {
            keeps.lock().unwrap().insert(version, text.to_owned());
        }),
        publish: Arc::new(move |tables, version| {
            let ask = ask.clone();
            Box::pin(async move {
                let (reply, answer) = oneshot::channel();
                let ask = ask.send(Ask::Publish(tables, version, reply)).await;
                assert!(ask.is_ok(), "the desk is gone");
                answer.await.expect("the desk")
            })
        }),
        source: Arc::new(move |version| Ok(reads.lock().unwrap().get(&version).cloned())),
        attempt: Arc::new(|_| Err(String::from("Loggen har ingen henvendelser ennå."))),
        over: 0,
    }
}

/// What is personal, as the store would keep it.
#[derive(Default)]
pub(crate) struct Vault(pub(crate) Vec<VaultRow>);

impl Vault {
    fn take(&mut self, writes: &[VaultWrite]) {
        for write in writes {
            match write {
                VaultWrite::Put(row) => {
                    self.forget(row.contact, &row.field);
                    self.0.push(row.clone());
                }
                VaultWrite::Delete { contact, field } => self.forget(*contact, field),
            }
        }
    }

    fn forget(&mut self, contact: ContactId, field: &str) {
        self.0
            .retain(|row| (row.contact, row.field.as_str()) != (contact, field));
    }

    pub(crate) fn value(&self, contact: ContactId, field: &str) -> Option<Vec<u8>> {
        let mut rows = self.0.iter();
        let row = rows.find(|row| (row.contact, row.field.as_str()) == (contact, field));
        row.map(|row| row.value.clone())
    }
}

/// Eight figures are a number; its hash is the figures themselves.
fn numbers(vault: &Arc<Mutex<Vault>>) -> Numbers {
    let vault = Arc::clone(vault);
    Numbers::new(
        |text| {
            let known = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
            let mut key = [0; 32];
            key.get_mut(..text.len().min(32))?
                .copy_from_slice(text.as_bytes().get(..text.len().min(32))?);
            known.then(|| Keyed {
                number: format!("+47{text}"),
                caller: Some(CallerKey(key)),
            })
        },
        move |caller| {
            let vault = vault.lock().unwrap();
            let of = vault
                .0
                .iter()
                .filter(|row| row.field == linje_desk::field::CALLER && row.value == caller.0);
            of.map(|row| row.contact).collect()
        },
    )
}

/// The sums of the log as it is, folded anew each time.
fn figures(log: &Log, tables: &Arc<Tables>, centre: &Arc<Centre>) -> Figures {
    let (log, tables, centre) = (Arc::clone(log), Arc::clone(tables), Arc::clone(centre));
    Figures::new(move |from, to| {
        let rules = tables.rules();
        let yard = Yardstick {
            within_us: centre
                .queues
                .iter()
                .map(|queue| goal(queue).within_us)
                .collect(),
            units: rules.advisers.iter().map(|adviser| adviser.unit).collect(),
            weights: rules.weights,
            capacity: linje_routing::CAPACITY,
            short_us: Yardstick::SHORT_US,
        };
        let log = log.lock().unwrap();
        let events = log.iter().map(|record| (record.at, &record.event));
        let mut cells = RollUp::default().fold(events, &mut |_| Some(yard.clone()));
        cells.retain(|key, _| (from..to).contains(&key.quarter));
        Ok(cells)
    })
}

fn goal(queue: &linje_centre::Queue) -> Goal {
    Goal {
        within_us: i64::from(queue.goal.within_s) * SECOND_US,
    }
}

fn history(log: &Log) -> History {
    let (of_contact, after) = (Arc::clone(log), Arc::clone(log));
    History::new(
        move |contact| {
            let log = of_contact.lock().unwrap();
            let of = log
                .iter()
                .filter(|record| record.event.contact() == Some(contact));
            Ok(of.copied().collect())
        },
        move |seq, limit| {
            let log = after.lock().unwrap();
            Ok(log
                .iter()
                .filter(|record| record.seq > seq)
                .take(limit)
                .copied()
                .collect())
        },
    )
}

/// The desk's shell with a log that is a list.
struct Shell {
    desk: Desk,
    clock: Clock,
    log: Log,
    vault: Arc<Mutex<Vault>>,
    is_full: Arc<AtomicBool>,
    feed: broadcast::Sender<Arc<Batch>>,
    store: watch::Sender<StoreHealth>,
    waiting: Vec<(u64, oneshot::Sender<Reply>)>,
    next_token: u64,
    /// What a start puts right.
    after_a_stop: Reconcile,
}

impl Shell {
    async fn run(mut self, mut asks: mpsc::Receiver<Ask>, tables: Arc<Tables>, version: u64) {
        self.step(Input::Publish {
            token: 0,
            tables,
            version,
        });
        self.step(Input::Reconcile(self.after_a_stop.clone()));
        loop {
            let due = self.clock.until(self.desk.deadline());
            tokio::select! {
                ask = asks.recv() => match ask {
                    None => return,
                    Some(Ask::Submit(mut submit, reply)) => {
                        submit.token = self.next_token;
                        self.waiting.push((self.next_token, reply));
                        self.next_token += 1;
                        self.step(Input::Submit(*submit));
                    }
                    Some(Ask::Stop(done)) => {
                        self.step(Input::Reconcile(self.after_a_stop.clone()));
                        done.send(()).ok();
                    }
                    Some(Ask::Publish(tables, version, reply)) => {
                        let token = self.next_token;
                        self.waiting.push((token, reply));
                        self.next_token += 1;
                        self.step(Input::Publish { token, tables, version });
                    }
                },
                () = tokio::time::sleep(due) => self.step(Input::Tick),
            }
        }
    }

    fn step(&mut self, input: Input) {
        let mut out = Vec::new();
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            self.desk.step(input, self.clock.now(), &mut out);
            for output in std::mem::take(&mut out) {
                inputs.extend(self.act(output));
            }
        }
    }

    fn act(&mut self, output: Output) -> Option<Input> {
        match output {
            Output::Append(batch) => {
                if self.is_full.load(Ordering::SeqCst) {
                    let fault = StoreFault::Full;
                    return Some(Input::CommitFailed { fault });
                }
                self.log.lock().unwrap().extend(&batch.records);
                self.vault.lock().unwrap().take(&batch.vault);
                return Some(Input::Committed {
                    seq: batch.last_seq(),
                });
            }
            Output::Publish(batch) => drop(self.feed.send(batch)),
            Output::Reply { token, result } => {
                if let Some(place) = self.waiting.iter().position(|(of, _)| *of == token) {
                    self.waiting.swap_remove(place).1.send(result).ok();
                }
            }
            Output::Health(fault) => drop(self.store.send_replace(StoreHealth(fault))),
            Output::Effect(_) | Output::Snapshot(_) | Output::Reload | Output::Broken { .. } => {}
        }
        None
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.bytes)))
    }

    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.bytes);
        assert_eq!(self.status.as_u16(), status, "{text}");
        self.json()
    }

    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> Value {
        let problem = self.expect(status);
        let kind = self.headers.get(header::CONTENT_TYPE).unwrap();
        assert_eq!(kind, "application/problem+json");
        for field in ["type", "title", "code"] {
            assert!(
                problem[field].is_string(),
                "`{field}` is missing in {problem}"
            );
        }
        assert_eq!(problem["status"], status);
        problem
    }
}

impl World {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        let key = self.key();
        self.post_as(&key, path, body).await
    }

    pub(crate) async fn post_as(&self, key: &str, path: &str, body: &Value) -> Answer {
        let headers = [("idempotency-key", key)];
        self.send(Method::POST, path, &headers, Some(body.to_string()))
            .await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, &[], Some(body.to_string()))
            .await
    }

    pub(crate) fn key(&self) -> String {
        let mut keys = self.keys.lock().unwrap();
        *keys += 1;
        format!("key-{keys}")
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        let own: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let mut request = Request::builder().method(method).uri(path);
        let navigates = path.starts_with("/api/v1/session/");
        if !navigates && !own.contains(&"cookie") && !own.contains(&"authorization") {
            request = request.header("authorization", self.bearer().await);
        }
        for (name, value) in [
            ("host", "127.0.0.1:8080"),
            ("content-type", "application/json"),
        ] {
            if !own.contains(&name) {
                request = request.header(name, value);
            }
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request
            .body(body.map_or_else(Body::empty, Body::from))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: axum::body::to_bytes(body, usize::MAX).await.unwrap(),
        }
    }

    /// What a program shows that may do everything.
    pub(crate) async fn bearer(&self) -> &str {
        let fetch = async || format!("Bearer {}", self.token("/entra", &[]).await);
        self.token.get_or_init(fetch).await
    }

    /// A token of the development issuer at `path`.
    pub(crate) async fn token(&self, path: &str, fields: &[(&str, &str)]) -> String {
        let mut form = String::from("grant_type=client_credentials&client_id=test");
        for (name, value) in fields {
            form.push_str(&format!("&{name}={value}"));
        }
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("authorization", "Basic dGVzdDp0ZXN0"),
        ];
        let path = format!("{path}/token");
        let answer = Box::pin(self.send(Method::POST, &path, &headers, Some(form)));
        let answer = answer.await.expect(200);
        answer["access_token"].as_str().expect("a token").to_owned()
    }

    /// Opens a stream of server-sent events.
    pub(crate) async fn stream(&self, path: &str, last: Option<&str>) -> Stream {
        let headers: Vec<(&str, &str)> = last
            .map(|last| ("last-event-id", last))
            .into_iter()
            .collect();
        self.open(path, &headers).await
    }

    /// Opens a stream as somebody with a token.
    pub(crate) async fn stream_as(&self, bearer: &str, path: &str) -> Stream {
        self.open_as(bearer, path, &[]).await
    }

    /// Opens a stream in a language.
    pub(crate) async fn stream_in(&self, language: &str, path: &str) -> Stream {
        self.open(path, &[("accept-language", language)]).await
    }

    async fn open(&self, path: &str, headers: &[(&str, &str)]) -> Stream {
        let bearer = self.bearer().await.to_owned();
        self.open_as(&bearer, path, headers).await
    }

    async fn open_as(&self, bearer: &str, path: &str, headers: &[(&str, &str)]) -> Stream {
        let mut request = Request::builder()
            .uri(path)
            .header("authorization", bearer)
            .header("host", "127.0.0.1:8080");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        Stream {
            body: response.into_body().into_data_stream(),
            text: String::new(),
        }
    }

    /// The service stops and starts again, as far as the desk is concerned.
    pub(crate) async fn stop(&self) {
        let (done, told) = oneshot::channel();
        assert!(
            self.ask.send(Ask::Stop(done)).await.is_ok(),
            "the desk is gone"
        );
        told.await.expect("the desk");
    }

    /// A command of somebody else, such as the telephony.
    pub(crate) async fn command(&self, command: Command) -> Reply {
        let reply = self.api.desk.ask(Submit::new(0, command)).await;
        if let Ok(accepted) = reply {
            self.api.shared.reached(accepted.seq).await;
        }
        reply
    }
}

/// Server-sent events as they come.
pub(crate) struct Stream {
    body: axum::body::BodyDataStream,
    text: String,
}

/// One event.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) id: Option<String>,
    pub(crate) data: Value,
}

impl Stream {
    /// The next event; None at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let event = parse(block);
                self.text = rest.to_owned();
                match event {
                    Some(event) => return Some(event),
                    None => continue,
                }
            }
            let chunk = tokio::time::timeout(SOON, self.body.next())
                .await
                .expect("an event in time");
            let chunk = chunk?.unwrap();
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// Reads to the end; true when it comes.
    pub(crate) async fn until_end(&mut self) -> bool {
        while self.next().await.is_some() {}
        true
    }

    /// The first event that is wanted.
    pub(crate) async fn until<T>(&mut self, want: impl Fn(&Event) -> Option<T>) -> T {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if let Some(found) = want(&event) {
                return found;
            }
        }
    }
}

fn parse(block: &str) -> Option<Event> {
    let field = |name: &str| {
        let mut lines = block.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(of, _)| *of == name)
            .map(|(_, value)| value.to_owned())
    };
    Some(Event {
        name: field("event")?,
        id: field("id"),
        data: serde_json::from_str(&field("data")?).unwrap(),
    })
}

/// A few people who do not exist, known by a register of their own.
fn people(records: &Records, clock: Clock, vault: &Arc<Mutex<Vault>>) -> People {
    let vault = Arc::clone(vault);
    let keys = PeopleKeys::new(NumberKey::random().unwrap()).unwrap();
    let today = move || linje_centre::hours::local(clock.now()).date();
    let built_in = BuiltIn::new(2015, 200, Arc::new(today));
    let one = Arc::new(built_in.clone());
    let tasks = StoredTasks::new(records.clone(), keys.clone(), one.clone(), clock, true);
    let sources = Sources {
        persons: one.clone(),
        preferences: one.clone(),
        cases: one.clone(),
        payments: one.clone(),
        powers: one.clone(),
        offices: one.clone(),
        tasks: Arc::new(tasks),
        organisations: one.clone(),
        benefits: one.clone(),
        follow_ups: one.clone(),
        notices: one,
    };
    People::new(PeopleParts {
        registers: Registers::new(sources),
        built_in: Some(built_in),
        records: records.clone(),
        keys,
        caller_of: Arc::new(|_| None),
        rings_back: Arc::new(move |lost| {
            let vault = vault.lock().unwrap();
            let mut rows = vault.0.iter();
            let row = rows.find(|row| {
                row.field == linje_desk::field::CALLBACK_FOR && row.value == lost.0.to_le_bytes()
            });
            row.map(|row| row.contact)
        }),
        measures: Vec::new(),
    })
}
