//! Desk and store in their two threads, as the server runs them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use linje_desk::{CallerKey, Desk, Reconcile, Refusal, StoreFault, Submit};
use linje_event::{Command, Effect};
use linje_routing::Tables;
use linje_store::{Fault, Faults, Query, Stage, Store};
use linje_types::{Activity, AdviserId, Channel, ContactId, SECOND_US, Timestamp};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::desk_shell::{Clock, DeskHandle, DeskThreads, spawn};
use crate::world::{CALLBACKS, Folder, SLOW, VERSION, ZIP, arrive, tables, tables_of};

struct Running {
    desk: DeskHandle,
    effects: UnboundedReceiver<Effect>,
    threads: DeskThreads,
}

/// A clock that goes a millisecond further at each look.
fn clock() -> Clock {
    static NOW: AtomicI64 = AtomicI64::new(1_790_000_000 * SECOND_US);
    Clock {
        now: Arc::new(|| Timestamp(NOW.fetch_add(1_000, Ordering::Relaxed))),
        speed: 1.0,
    }
}

async fn start(store: Store, tables: &Arc<Tables>) -> Running {
    let recovered = store
        .reader()
        .and_then(|reader| reader.recover(&mut tables_of(tables)))
        .unwrap();
    let desk = Desk::new(recovered, Arc::clone(tables));
    let (desk, effects, threads) = spawn(desk, store, clock(), Box::new(|_| {})).unwrap();
    desk.publish(Arc::clone(tables), VERSION).await.unwrap();
    let reconcile = Reconcile {
        callback_queue: Some(CALLBACKS),
        ..Reconcile::default()
    };
    desk.reconcile(reconcile).unwrap();
    Running {
        desk,
        effects,
        threads,
    }
}

impl Running {
    async fn arrive(&self, channel: Channel, submit_id: u128) -> ContactId {
        let command = arrive(ContactId::NONE, channel, SLOW);
        let submit = Submit::new(0, command).with_id(submit_id);
        self.desk.submit(submit).await.unwrap().contact.unwrap()
    }

    fn stop(self) {
        self.desk.stop();
        self.threads.join();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_clients_at_once_are_answered_and_on_disk() {
    let folder = Folder::new();
    let tables = tables();
    let running = Arc::new(start(Store::open_file(&folder.log()).unwrap(), &tables).await);
    let mut feed = running.desk.feed();
    let clients: Vec<_> = (0..100)
        .map(|client: u128| {
            let running = Arc::clone(&running);
            tokio::spawn(async move { running.arrive(Channel::Chat, client + 1).await })
        })
        .collect();
    let mut contacts = Vec::new();
    for client in clients {
        contacts.push(client.await.unwrap());
    }
    contacts.sort();
    contacts.dedup();
    assert_eq!(contacts.len(), 100);
    let mut published = 0;
    while published < 200 {
        published += feed.recv().await.unwrap().records.len();
    }
    running.desk.keep("figures", 200, b"counted".to_vec());
    running
        .desk
        .keep_centre(7, 10, String::from("a description"));
    Arc::into_inner(running).unwrap().stop();
    let store = Store::open_file(&folder.log()).unwrap();
    let reader = store.reader().unwrap();
    assert_eq!(reader.extra("figures").unwrap().unwrap().body, b"counted");
    let kept = reader.centre(7).unwrap().unwrap();
    assert_eq!((kept.phones, kept.source.as_str()), (10, "a description"));
    let waiting = Query {
        state: Some(Stage::Queued),
        limit: 1_000,
        ..Query::default()
    };
    assert_eq!(reader.contacts(&waiting).unwrap().len(), 100);
    let recovered = reader.recover(&mut tables_of(&tables)).unwrap();
    assert_eq!(recovered.replayed, 0, "a stop leaves a snapshot");
    assert!(reader.verify().unwrap().ok);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_shown_and_the_desk_resumes_by_itself() {
    let faults = Faults::default();
    let store = Store::open("memory:").unwrap().with_faults(&faults);
    let reader = store.reader().unwrap();
    let running = start(store, &tables()).await;
    let chat = running.arrive(Channel::Chat, 1).await;
    let mut health = running.desk.health();
    health.mark_unchanged();
    faults.always(Fault::Full);
    let caught = tokio::spawn({
        let desk = running.desk.clone();
        async move {
            desk.submit(Submit::new(0, Command::Leave { contact: chat }))
                .await
        }
    });
    health.changed().await.unwrap();
    let shown = health.borrow_and_update().clone();
    assert_eq!(shown.fault, Some(StoreFault::Full));
    assert!(shown.detail.contains("free space"), "{}", shown.detail);
    let refused = Submit::new(0, arrive(ContactId::NONE, Channel::Chat, SLOW));
    assert_eq!(
        running.desk.submit(refused).await,
        Err(Refusal::StoreDown {
            fault: StoreFault::Full
        })
    );
    faults.always(Fault::None);
    health.changed().await.unwrap();
    assert_eq!(health.borrow_and_update().fault, None);
    assert!(caught.await.unwrap().is_ok());
    running.arrive(Channel::Chat, 2).await;
    running.stop();
    assert!(reader.verify().unwrap().ok);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_disk_delays_answers_and_effects_but_loses_none() {
    let faults = Faults::default();
    let store = Store::open("memory:").unwrap().with_faults(&faults);
    let mut running = start(store, &tables()).await;
    let sign_in = Command::SignIn {
        adviser: AdviserId(0),
        activity: Activity::Phone,
    };
    running.desk.submit(Submit::new(0, sign_in)).await.unwrap();
    faults.always(Fault::Delay(Duration::from_millis(20)));
    faults.once(Fault::LoseReply);
    let call = running.arrive(Channel::Voice, 9).await;
    let rung = running.effects.recv().await.unwrap();
    assert!(matches!(rung, Effect::Present { contact, .. } if contact == call));
    assert_eq!(
        running.arrive(Channel::Voice, 9).await,
        call,
        "the first answer again"
    );
    running.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_that_was_taken_over_ends() {
    let folder = Folder::new();
    let tables = tables();
    let running = start(Store::open_file(&folder.log()).unwrap(), &tables).await;
    running.arrive(Channel::Chat, 1).await;
    let second = Store::open_file(&folder.log()).unwrap();
    let refused = Submit::new(0, arrive(ContactId::NONE, Channel::Chat, SLOW));
    let answer = running.desk.submit(refused).await;
    assert_eq!(
        answer,
        Err(Refusal::StoreDown {
            fault: StoreFault::Fenced
        })
    );
    assert_eq!(
        running.desk.health().borrow().fault,
        Some(StoreFault::Fenced)
    );
    running.threads.join();
    let running = start(second, &tables).await;
    running.arrive(Channel::Chat, 2).await;
    running.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_kill_the_caller_gets_the_place_back() {
    let folder = Folder::new();
    let tables = tables();
    let caller = CallerKey([5; 32]);
    let ring = || Submit::new(0, arrive(ContactId::NONE, Channel::Voice, SLOW)).with_caller(caller);
    let running = start(Store::open_file(&folder.log()).unwrap(), &tables).await;
    let first = running.desk.submit(ring()).await.unwrap().contact.unwrap();
    let chat = running.arrive(Channel::Chat, 3).await;
    // The second opener fences the first writer: for the log that is the kill.
    let store = Store::open_file(&folder.log()).unwrap();
    let reader = store.reader().unwrap();
    let enqueued = reader.contact(first).unwrap().unwrap().enqueued.unwrap();
    let again = start(store, &tables).await;
    let redial = again.desk.submit(ring()).await.unwrap().contact.unwrap();
    let redial = reader.contact(redial).unwrap().unwrap();
    assert_eq!(redial.enqueued, Some(enqueued));
    let lost = reader.contact(first).unwrap().unwrap();
    assert_eq!(lost.reason, Some(linje_event::CloseReason::Fault));
    let callbacks = Query {
        queue: Some(CALLBACKS),
        ..Query::default()
    };
    let callbacks = reader.contacts(&callbacks).unwrap();
    let reasons: Vec<_> = callbacks.iter().map(|it| it.reason).collect();
    assert_eq!(reasons, [Some(linje_event::CloseReason::Cancelled)]);
    assert_eq!(reader.contact(chat).unwrap().unwrap().state, Stage::Queued);
    again.stop();
    running.stop();
    let taken = Query {
        queue: Some(ZIP),
        ..Query::default()
    };
    assert!(reader.contacts(&taken).unwrap().is_empty());
    assert!(reader.verify().unwrap().ok);
}
