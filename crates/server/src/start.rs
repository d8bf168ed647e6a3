//! From settings to a running service, and its orderly end.
//!
//! The port opens first, so that a probe gets an answer; the gate opens when the state is right.

use std::fs::File;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use linje_calls::{Calls, Clips};
use linje_centre::{Centre, Extra, Role};
use linje_desk::{Desk, Reconcile, Record, Recovered};
use linje_http::view::{Building, View, read_saved};
use linje_http::{
    Api, Clock, Demo, DeskDoor, Directories, Directory, Feed, Figures, Gate, History, Ids, Metrics,
    Mode, Phone, Presence, Projection, Shared, Softphones, StoreHealth, Web,
};
use linje_measures::{Goal, Layout, Yardstick};
use linje_routing::{State, Tables};
use linje_store::{NumberKey, Reader, Records, Store};
use linje_twin::{Population, profile_from};
use linje_types::{AdviserId, SECOND_US, Timestamp};
use linje_voice::Voice;
use linje_voice::audio::AudioBank;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::code::{self, Coded};
use crate::config::Config;
use crate::desk_shell::{self, DeskHandle, DeskThreads};
use crate::listener::Listener;
use crate::scenario::{self, Wish};
use crate::telephony::{Readers, Telephony};
use crate::{automatic, guide, identity, lines, morning, population, publish, sound};

/// Events of the lines that may wait for the switchboard.
const VOICE_EVENTS: usize = 10_000;
/// Wishes of browsers that may wait for the lines.
const SOUND_ASKS: usize = 1_024;
/// The figures are kept for a short start each time the log has grown by so much.
const KEEP_EVERY: u64 = 20_000;
/// The name under which the figures are kept.
const VIEW: &str = "view";
/// The seed of the synthetic people's day.
const SEED: u64 = 2015;

/// What was asked for.
pub(crate) struct Options {
    pub(crate) config: Config,
    pub(crate) mode: Mode,
    pub(crate) population: bool,
    pub(crate) speed: f64,
    pub(crate) phones: u32,
    pub(crate) scenario_time: Option<String>,
    pub(crate) ready_file: Option<PathBuf>,
}

impl Options {
    fn is_demo(&self) -> bool {
        self.mode == Mode::Demo
    }
}

/// Everything that was read and opened before the first task runs.
struct Opened {
    centre: Arc<Centre>,
    extra: Extra,
    tables: Arc<Tables>,
    store: Store,
    reader: Reader,
    recovered: Recovered,
    view: View,
    clock: Clock,
    population: Option<Population>,
    keys: Keys,
    /// Held for as long as the process lives: one process, one folder.
    lock: File,
}

struct Keys {
    numbers: NumberKey,
    ids: [u8; 32],
}

/// Runs until SIGTERM or Ctrl-C.
pub(crate) async fn run(options: Options) -> Result<()> {
    let centre = Arc::new(centre(&options.config)?);
    let listener = listen(options.config.http).await?;
    let http = listener
        .local_addr()
        .context("cannot learn the HTTP port")?;
    let listener = Listener::new(listener, &options.config.trusted.transport)?;
    let gate = Gate::default();
    let metrics = Arc::new(Metrics::default());
    let router = linje_http::router(gate.clone(), &metrics);
    let (stop_http, mut stopping) = watch::channel(false);
    let server = tokio::spawn(async move {
        let stop = async move { drop(stopping.wait_for(|stop| *stop).await) };
        axum::serve(listener, router)
            .with_graceful_shutdown(stop)
            .await
    });
    let options = Arc::new(options);
    let opened = {
        let (options, centre) = (Arc::clone(&options), Arc::clone(&centre));
        tokio::task::spawn_blocking(move || open(&options, centre))
    };
    let prompts = {
        let (options, centre) = (Arc::clone(&options), Arc::clone(&centre));
        tokio::task::spawn_blocking(move || {
            let cache = options.config.data.join("prompts");
            lines::prompts(&centre, &options.config.centre_folder, &cache)
        })
    };
    let opened = (opened.await?, prompts.await?);
    // The folder's fault explains the prompts' fault, not the other way round.
    let (opened, (clips, bank)) = (opened.0?, opened.1?);
    let running = wire(&options, opened, (clips, bank), (&gate, http), metrics).await?;
    running.announce(&options, http)?;
    stop_asked().await?;
    tracing::info!("stopping");
    stop_http.send_replace(true);
    running.stop();
    // Streams to pages would hold the server open for ever.
    server.abort();
    Ok(())
}

fn centre(config: &Config) -> Result<Centre> {
    let name = &config.centre_name;
    let centre = Centre::parse(&config.centre_text)
        .map_err(|faults| anyhow!("{}", linje_centre::render(&faults, name).trim_end()))?;
    let faults = linje_centre::check(&centre);
    let errors: Vec<_> = faults
        .into_iter()
        .filter(linje_centre::Fault::is_error)
        .collect();
    if errors.is_empty() {
        Ok(centre)
    } else {
        Err(anyhow!(
            "{}",
            linje_centre::render(&errors, name).trim_end()
        ))
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        let text = format!(
            "cannot listen for HTTP on {address}; is another linje running there? choose another port by --http, 0 for any free one"
        );
        Coded(code::HTTP_PORT, text)
    })
}

/// Everything that blocks: folder, log, state, figures, the morning.
fn open(options: &Options, centre: Arc<Centre>) -> Result<Opened> {
    let folder = &options.config.data;
    let lock = lock(folder)?;
    let keys = keys(folder)?;
    let mut store = Store::open(&options.config.store_url)?;
    let extra = extra(options, &store)?;
    let named = &options.config.centre_text;
    let in_force = publish::in_force(&store.reader()?, centre, named)?;
    let centre = in_force.centre;
    let mut rules = linje_centre::routing_rules(&centre, &extra);
    rules.version = in_force.version.unwrap_or(rules.version);
    let tables = Arc::new(Tables::new(&rules).context("cannot run the centre description")?);
    let phones = u32::try_from(extra.phones).unwrap_or(u32::MAX);
    store.put_centre(rules.version, phones, &in_force.text)?;
    measure(&mut store)?;
    let reader = store.reader()?;
    let wish = Wish {
        demo: options.is_demo(),
        time: options.scenario_time.as_deref(),
        speed: options.speed,
        log_ends: reader.head()?.at,
    };
    let clock = scenario::clock(&wish, &centre, folder)?;
    let mut recovered = recover(&store, &tables)?;
    let mut people = None;
    if options.population {
        let start = clock.now();
        let profile = profile_from(&centre);
        let gap = start.plus_us(-morning::BEFORE_US);
        let living = |state: &State, at: Timestamp| {
            Population::resume(profile.clone(), &rules, SEED, state, at)
                .context("cannot make the population")
        };
        let begin = recovered.at.max(gap);
        let state = recovered.state.as_ref().map_or_else(
            || State::new(Arc::clone(&tables)),
            |(state, _)| state.clone(),
        );
        let mut population = living(&state, begin)?;
        if begin.plus_s(60) < start {
            morning::write(
                &mut store,
                state,
                &mut population,
                (recovered.seq, begin),
                start,
            )?;
            recovered = recover(&store, &tables)?;
        }
        people = Some(population);
    }
    let view = view(&reader, &recovered, &centre, &tables, clock.now())?;
    Ok(Opened {
        centre,
        extra,
        tables,
        store,
        reader,
        recovered,
        view,
        clock,
        population: people,
        keys,
        lock,
    })
}

/// One process at a time: a second one on the same folder is told so.
fn lock(folder: &Path) -> Result<File> {
    let shown = folder.display();
    let fault = |what: &str| {
        Coded(
            code::FOLDER,
            format!("cannot {what} the data folder `{shown}`"),
        )
    };
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| fault("make"))?;
    let path = folder.join("lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| fault("write in"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            let text = format!(
                "the data folder `{shown}` is in use by another linje; stop it, or choose another folder by --data"
            );
            Err(Coded(code::IN_USE, text).into())
        }
        Err(std::fs::TryLockError::Error(error)) => Err(error).with_context(|| fault("lock")),
    }
}

fn keys(folder: &Path) -> Result<Keys> {
    let numbers = NumberKey::open(folder)?;
    // Another use of the same secret: it is hashed with a name that is no number.
    let ids = numbers.hash("ids of the API").0;
    Ok(Keys { numbers, ids })
}

/// Who is there beside the description. A log that knows more phones keeps them.
fn extra(options: &Options, store: &Store) -> Result<Extra> {
    let reader = store.reader()?;
    let known = match reader.snapshot()?.map(|kept| kept.version) {
        Some(version) => reader.centre(version)?.map_or(0, |centre| centre.phones),
        None => first_centre(&reader)?,
    };
    Ok(Extra {
        phones: options.phones.max(known) as usize,
        automatic: true,
    })
}

/// The sums of the figures are written with the log from here on; damaged ones are made anew from it.
fn measure(store: &mut Store) -> Result<()> {
    let first = store.measure(yards(store)?);
    if let Err(error @ linje_store::Error::Corrupt { .. }) = first {
        tracing::warn!(%error, "the sums of the figures are made anew from the log");
        return Ok(store.measure(yards(store)?)?);
    }
    Ok(first?)
}

/// What the figures are counted by, for every description that the log has kept.
fn yards(store: &Store) -> Result<linje_store::YardsOf> {
    let kept = store.reader()?;
    Ok(Box::new(move |version| {
        let (centre, extra) = description(&kept, version)?;
        let rules = linje_centre::routing_rules(&centre, &extra);
        Some(Yardstick {
            within_us: centre
                .queues
                .iter()
                .map(|queue| i64::from(queue.goal.within_s) * SECOND_US)
                .collect(),
            units: rules.advisers.iter().map(|adviser| adviser.unit).collect(),
            weights: rules.weights,
            capacity: linje_routing::CAPACITY,
            short_us: Yardstick::SHORT_US,
        })
    }))
}

/// A description that the log has kept, and who was there beside it.
fn description(reader: &Reader, version: u64) -> Option<(Centre, Extra)> {
    let kept = reader.centre(version).ok()??;
    let centre = Centre::parse(&kept.source).ok()?;
    let extra = Extra {
        phones: kept.phones as usize,
        automatic: true,
    };
    Some((centre, extra))
}

/// How many phones the description knew that a log without a snapshot began with.
fn first_centre(reader: &Reader) -> Result<u32> {
    let first = reader.log(0, 1)?;
    let Some(linje_event::Event::CentrePublished { version }) = first.first().map(|row| row.event)
    else {
        return Ok(0);
    };
    Ok(reader.centre(version)?.map_or(0, |centre| centre.phones))
}

fn recover(store: &Store, tables: &Arc<Tables>) -> Result<Recovered> {
    // A walk holds its reader, so the descriptions are read by another.
    let kept = store.reader()?;
    let recovered = store.reader()?.recover(&mut |version| {
        if version == tables.rules().version {
            return Some(Arc::clone(tables));
        }
        tables_of(&kept, version)
    })?;
    Ok(recovered)
}

/// The rules of a description that the log has kept.
pub(crate) fn tables_of(reader: &Reader, version: u64) -> Option<Arc<Tables>> {
    let (centre, extra) = description(reader, version)?;
    let rules = linje_centre::routing_rules(&centre, &extra);
    Tables::new(&rules).ok().map(Arc::new)
}

/// The read model at the end of the log: what was kept, and the records since.
fn view(
    reader: &Reader,
    recovered: &Recovered,
    centre: &Centre,
    tables: &Arc<Tables>,
    now: Timestamp,
) -> Result<View> {
    let layout = Layout {
        queues: centre
            .queues
            .iter()
            .map(|queue| Goal {
                within_us: i64::from(queue.goal.within_s) * SECOND_US,
            })
            .collect(),
        n_advisers: tables.n_advisers(),
        next_midnight: linje_http::clock::next_midnight,
    };
    let saved = reader
        .extra(VIEW)?
        .and_then(|extra| read_saved(&extra.body))
        .filter(|saved| saved.seq <= recovered.seq)
        .and_then(|saved| Building::from_saved(saved, layout.clone()));
    let mut building = match saved {
        Some(saved) => saved,
        None => Building::new(layout, first_moment(reader, now)?),
    };
    reader.each_after(building.seq(), &mut |logged| {
        building.take(&record(logged));
        Ok(())
    })?;
    let (state, version) = match &recovered.state {
        Some((state, version)) => (state.clone(), *version),
        None => (State::new(Arc::clone(tables)), 0),
    };
    let mut view = building.finish(state, Arc::clone(tables), version);
    view.advance(now);
    Ok(view)
}

fn first_moment(reader: &Reader, now: Timestamp) -> Result<Timestamp> {
    Ok(reader.log(0, 1)?.first().map_or(now, |logged| logged.at))
}

fn record(logged: &linje_store::Logged) -> Record {
    Record {
        seq: logged.seq,
        at: logged.at,
        command_id: logged.command_id,
        event: logged.event,
    }
}

/// What must be ended when the service ends.
struct Running {
    api: Api,
    desk: DeskHandle,
    threads: DeskThreads,
    tasks: Vec<JoinHandle<()>>,
    sip: SocketAddr,
    phones: Vec<Phone>,
    /// Released when the process ends.
    _lock: File,
}

async fn wire(
    options: &Options,
    opened: Opened,
    (clips, bank): (Clips, AudioBank),
    (gate, http): (&Gate, SocketAddr),
    metrics: Arc<Metrics>,
) -> Result<Running> {
    let Opened {
        centre,
        extra,
        tables,
        store,
        reader,
        recovered,
        view,
        clock,
        population,
        keys,
        lock,
    } = opened;
    let version = tables.rules().version;
    let desk = Desk::new(recovered, Arc::clone(&tables));
    let desk_clock = desk_shell::Clock {
        now: Arc::new(move || clock.now()),
        speed: clock.speed(),
    };
    let counted = Arc::clone(&metrics);
    let (desk, effects, threads) = desk_shell::spawn(
        desk,
        store,
        desk_clock,
        Box::new(move |told| match told {
            desk_shell::Told::OfferOut(us) => counted.offer_out(us),
            desk_shell::Told::Broken => counted.count(linje_http::Metric::CommandsBroken),
        }),
    )
    .context("cannot start the desk")?;
    // Everybody listens before the first record is written.
    let batches = desk.feed();
    let feeds = (desk.feed(), desk.feed(), desk.feed());
    let shared = Arc::new(Shared::new(view));
    let history = history(&reader);
    let staff = linje_centre::staff(&centre, &extra);
    let names = Directory::new(Arc::clone(&centre), publish::cards(&staff));
    let directory = Arc::new(Directories::new(names));
    let notes = publish::notes(&reader, &desk)?;
    let projection = Projection {
        directory: Arc::clone(&directory),
        shared: Arc::clone(&shared),
        batches,
        history: history.clone(),
        clock,
        metrics: Arc::clone(&metrics),
    };
    let mut tasks = vec![tokio::spawn(projection.run())];

    let automatic = staff
        .iter()
        .position(|person| person.role == Role::Automatic);
    let automatic = automatic
        .and_then(|place| u32::try_from(place).ok())
        .map(AdviserId);
    let present = (0..)
        .map(AdviserId)
        .zip(&staff)
        .filter(|(_, person)| options.population && publish::is_played(person.role))
        .map(|(id, _)| id)
        .collect();
    let published = desk
        .publish(Arc::clone(&tables), version)
        .await
        .map_err(|refusal| anyhow!("the log cannot take the centre description: {refusal:?}"))?;
    shared.reached(published.seq).await;
    desk.reconcile(Reconcile {
        callback_queue: centre.callback.lost_calls,
        keep_synthetic: options.population,
        present,
    })
    .map_err(|refusal| anyhow!("the log cannot be put right: {refusal:?}"))?;

    let records = Records::open(&options.config.data.join("people.sqlite"))?;
    let cut = records.end_open_recordings(clock.now())?;
    if cut > 0 {
        tracing::warn!(cut, "recordings ended with the service before");
    }
    let people = crate::people::people(
        options.is_demo(),
        &records,
        &keys.numbers,
        &reader,
        clock,
        &options.config,
    )?;
    let bank = Arc::new(bank);
    let phones = phones(&staff, &keys);
    let (voice_in, voice_events) = mpsc::channel(VOICE_EVENTS);
    let config = linje_voice::Config {
        sip: options.config.sip,
        outgoing: options.config.outgoing.clone(),
        max_calls: options.config.max_calls,
        browsers: options.config.browsers,
        browsers_announced: options.config.browsers_announced,
        users: phones
            .iter()
            .map(|phone| linje_voice::User::new(&phone.user, "linje", &phone.password))
            .collect(),
        ..linje_voice::Config::default()
    };
    let voice = Voice::start(config, Arc::clone(&bank), voice_in).await.context(
        "cannot open the lines; is another linje or phone program running there? choose another port by --sip, 0 for any free one",
    )?;
    let sip = voice.local_addr();

    let (pages_in, pages) = mpsc::channel(64);
    let (sound_in, sounds) = mpsc::channel(SOUND_ASKS);
    let (beside_in, beside) = mpsc::channel(SOUND_ASKS);
    let speaks = (options.speed - 1.0).abs() < f64::EPSILON;
    let sound = sound::run(
        voice.browsers(),
        pages_in.clone(),
        Arc::clone(&centre),
        sounds,
    );
    let demo = options.is_demo().then(|| Demo {
        numbers: numbers(&centre),
        sip: sip.to_string(),
        phones: phones.clone(),
    });
    let identity = identity::open(options, http, (&centre, &staff), &records, &keys.numbers)?;
    let lines: Vec<String> = centre
        .numbers
        .iter()
        .filter_map(|number| crate::telephony::written(&number.number))
        .collect();
    let guide = guide::open(&centre, &records, &keys.numbers, &reader, clock.now())?;
    let api = gate.open(Web {
        mode: options.mode,
        population: options.population,
        directory,
        centres: publish::centres(&reader, &desk, extra, &options.config.centre_text),
        notes,
        shared,
        desk: door(&desk),
        history,
        figures: figures(&reader),
        numbers: numbers_read(
            &reader,
            &keys.numbers,
            &options.config.shared_numbers,
            &lines,
        ),
        clock,
        ids: Ids::new(keys.ids),
        metrics,
        presence: Arc::new(Presence::default()),
        feed: Arc::new(Feed::default()),
        store: health(&desk),
        demo,
        calls: options.is_demo().then_some(pages_in),
        prompts: lines::audio(&bank),
        identity: Arc::new(identity),
        records,
        people: Arc::new(people),
        sound: speaks.then_some(sound_in),
        softphones: Softphones::default(),
        guide,
        beside: linje_http::Beside::new(linje_http::BesideSetup {
            calling: calling(&options.config),
            lines: speaks.then_some(beside_in),
            records: options
                .config
                .recording
                .unwrap_or_else(|| options.is_demo()),
            as_wav: Some(crate::beside::as_wav),
        }),
    });
    tasks.push(tokio::spawn(linje_http::run(api.clone())));
    tasks.push(tokio::spawn(keep(api.clone(), desk.clone())));

    let working = automatic.filter(|_| options.population);
    tasks.push(tokio::spawn(sound));
    voice.set_ready(speaks);
    let line_out = options.config.outgoing.as_ref();
    let rings = line_out.map(|out| out.allowed.clone());
    let telephony = Telephony {
        calls: Calls::new(Arc::clone(&centre), Arc::new(clips), working).ringing(rings),
        api: api.clone(),
        desk: desk.clone(),
        voice: Some(voice),
        voice_events,
        effects,
        feed: feeds.0,
        pages,
        beside,
        sounds: std::collections::BTreeMap::new(),
        readers: Readers {
            api: api.clone(),
            key: keys.numbers,
            shared_numbers: options.config.shared_numbers.clone(),
        },
        numbers: numbers_of(&reader),
    };
    tasks.push(tokio::spawn(telephony.run()));
    if let Some(automatic) = working {
        let feed = feeds.1;
        tasks.push(tokio::spawn(automatic::run(
            automatic,
            api.clone(),
            desk.clone(),
            feed,
        )));
    }
    if let Some(population) = population {
        let again = resume(&api, &centre, &tables);
        let life = population::run(population, desk.clone(), feeds.2, clock, again);
        tasks.push(tokio::spawn(life));
    }
    Ok(Running {
        api,
        desk,
        threads,
        tasks,
        sip,
        phones,
        _lock: lock,
    })
}

/// Makes the population anew from what the read model shows.
fn resume(
    api: &Api,
    centre: &Arc<Centre>,
    tables: &Arc<Tables>,
) -> impl Fn() -> Option<Population> + Send + 'static {
    let (api, centre, tables) = (api.clone(), Arc::clone(centre), Arc::clone(tables));
    move || {
        let state = api.shared.read(|view| view.state.clone());
        let profile = profile_from(&centre);
        Population::resume(profile, tables.rules(), SEED, &state, api.now())
            .inspect_err(|error| tracing::error!(%error, "the population cannot go on"))
            .ok()
    }
}

fn door(desk: &DeskHandle) -> DeskDoor {
    let desk = desk.clone();
    DeskDoor::new(move |submit| Box::pin(desk.submit(submit)))
}

/// Reads the numbers of citizens who want to be rung.
fn numbers_of(reader: &Reader) -> crate::telephony::Numbers {
    let reader = reader.clone();
    Arc::new(move |contact| {
        let row = reader
            .vault(contact, linje_desk::field::CALLBACK_NUMBER)
            .inspect_err(|error| tracing::error!(%error, "cannot read the number of a callback"))
            .ok()??;
        String::from_utf8(row.value)
            .ok()
            .map(linje_voice::Number::from)
    })
}

fn history(reader: &Reader) -> History {
    let (of_contact, after) = (reader.clone(), reader.clone());
    let records = |rows: Vec<linje_store::Logged>| rows.iter().map(record).collect();
    History::new(
        move |contact| {
            let rows = of_contact.events_of(contact);
            rows.map(records).map_err(|error| error.to_string())
        },
        move |seq, limit| {
            let rows = after.log(seq, limit);
            rows.map(records).map_err(|error| error.to_string())
        },
    )
}

/// The stored sums, read by a connection of their own: a long walk hinders nobody else.
/// Reads numbers that people write, and finds the contacts that they have.
fn numbers_read(
    reader: &Reader,
    key: &NumberKey,
    shared: &[String],
    lines: &[String],
) -> linje_http::Numbers {
    let (key, reader) = (key.clone(), reader.clone());
    let (shared, lines) = (shared.to_vec(), lines.to_vec());
    linje_http::Numbers::new(
        move |text| {
            // The centre does not ring itself.
            let number = crate::telephony::written(text).filter(|it| !lines.contains(it))?;
            let own = !shared.contains(&number);
            let caller = own.then(|| key.hash(&number));
            Some(linje_http::Keyed { number, caller })
        },
        move |caller| {
            let rows = reader.vault_field(linje_desk::field::CALLER);
            let rows = rows
                .inspect_err(|error| tracing::error!(%error, "cannot read whose contacts are open"))
                .unwrap_or_default();
            let of = rows.into_iter().filter(|row| row.value == caller.0);
            of.map(|row| row.contact).collect()
        },
    )
}

/// Whom advisers may ring, and how often.
fn calling(config: &Config) -> Option<linje_http::Calling> {
    let allowed = config.outgoing.as_ref()?.allowed.clone();
    let limits = config.calls_out?;
    Some(linje_http::Calling {
        may: Arc::new(move |number| {
            let judged = linje_voice::may_call(&number.into(), &allowed);
            judged.map(drop).map_err(|why| match why {
                linje_voice::NotCalled::NoNumber => linje_http::NotRung::NoNumber,
                linje_voice::NotCalled::Premium => linje_http::NotRung::Premium,
                linje_voice::NotCalled::NotListed => linje_http::NotRung::NotListed,
            })
        }),
        per_hour: limits.per_hour,
        at_once: limits.at_once,
    })
}

fn figures(reader: &Reader) -> Figures {
    let reader = reader.clone();
    Figures::new(move |from, to| reader.sums((from, to)).map_err(|error| error.to_string()))
}

fn health(desk: &DeskHandle) -> watch::Receiver<StoreHealth> {
    let mut from = desk.health();
    let (to, health) = watch::channel(StoreHealth(from.borrow().fault));
    tokio::spawn(async move {
        while from.changed().await.is_ok() {
            let now = from.borrow_and_update().clone();
            match now.fault {
                Some(fault) => {
                    tracing::error!(?fault, detail = now.detail, "the log cannot be written")
                }
                None => tracing::info!("the log can be written again"),
            }
            to.send_replace(StoreHealth(now.fault));
        }
    });
    health
}

/// Keeps the figures now and then, so that the next start is short.
async fn keep(api: Api, desk: DeskHandle) {
    let mut moving = api.shared.seq();
    let mut kept = *moving.borrow();
    while moving.changed().await.is_ok() {
        let seq = *moving.borrow_and_update();
        if seq >= kept + KEEP_EVERY {
            kept = seq;
            keep_view(&api, &desk);
        }
    }
}

fn keep_view(api: &Api, desk: &DeskHandle) {
    match api
        .shared
        .read(|view| view.save().map(|body| (view.seq, body)))
    {
        Ok((seq, body)) => desk.keep(VIEW, seq, body),
        Err(error) => {
            tracing::warn!(%error, "the figures were not kept, the next start takes longer")
        }
    }
}

/// The phones of the demo advisers; the password follows from the folder's key.
fn phones(staff: &[linje_centre::Person], keys: &Keys) -> Vec<Phone> {
    let free = staff.iter().filter(|person| person.role == Role::Demo);
    free.map(|person| {
        let secret = keys.numbers.hash(&format!("phone of {}", person.ident)).0;
        let password = secret
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Phone {
            adviser: person.ident.clone(),
            user: person.ident.clone(),
            password,
        }
    })
    .collect()
}

fn numbers(centre: &Centre) -> Vec<(String, String)> {
    centre
        .numbers
        .iter()
        .map(|number| (number.id.clone(), number.number.clone()))
        .collect()
}

impl Running {
    /// Writes the ready file and says where everything is.
    fn announce(&self, options: &Options, http: SocketAddr) -> Result<()> {
        if let Some(path) = &options.ready_file {
            self.write_ready(path, http)
                .with_context(|| format!("cannot write the ready file `{}`", path.display()))?;
        }
        tracing::info!(%http, sip = %self.sip, "ready");
        if options.is_demo() {
            say(&format!(
                "\n  Linje er klar (demo, syntetiske personer).\n\n    Start her      http://{http}/demo\n    Trafikkbilde   http://{http}/trafikk\n    Veileder       http://{http}/desk\n    Telefon (SIP)  {}  ring 55553333\n\n  Stopp med Ctrl-C. Data ligger i {}.\n",
                self.sip,
                options.config.data.display()
            ));
        }
        Ok(())
    }

    fn write_ready(&self, path: &Path, http: SocketAddr) -> Result<()> {
        let centre = &self.api.directory.centre;
        let numbers: serde_json::Map<String, serde_json::Value> = numbers(centre)
            .into_iter()
            .map(|(id, number)| (id, number.into()))
            .collect();
        let mut ready = json!({
            "http": http.to_string(),
            "sip": self.sip.to_string(),
            "clock": {"offset_s": self.api.clock.offset_s(), "speed": self.api.clock.speed()},
            "numbers": numbers,
            "phones": self.phones,
        });
        if let Some(url) = self.api.identity.token_url() {
            ready["token_url"] = url.into();
        }
        let beside = path.with_extension("new");
        std::fs::write(&beside, ready.to_string())?;
        std::fs::rename(&beside, path)?;
        Ok(())
    }

    /// Calls end, what waits is written, the threads end.
    fn stop(self) {
        for task in &self.tasks {
            task.abort();
        }
        keep_view(&self.api, &self.desk);
        self.desk.stop();
        self.threads.join();
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the demo greets the one who started it"
)]
fn say(text: &str) {
    eprintln!("{text}");
}

async fn stop_asked() -> Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot listen for Ctrl-C")?,
    }
    Ok(())
}
