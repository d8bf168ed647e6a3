use std::path::PathBuf;

use linje_event::{By, CloseReason, ConsultOutcome, FailCause, Needs, OfferOutcome, Why, WhyRule};
use linje_types::{
    Activity, AdviserId, Channel, Channels, Clearance, Language, OfferId, Origin, Origins, PlanId,
    QueueId, RequestId, TopicId, UnitId,
};

use super::*;

#[test]
fn every_kind_has_a_golden_file_that_still_reads() {
    for event in one_of_each() {
        let path = golden(event.kind());
        if std::env::var_os("LINJE_BLESS").is_some() && !path.exists() {
            std::fs::write(&path, written(&event)).unwrap();
        }
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|_| panic!("{} is missing: run with LINJE_BLESS=1", path.display()));
        let golden: serde_json::Value = serde_json::from_str(&text).unwrap();
        let row = row_of(&golden);
        assert_eq!(row.event(UPCASTERS).unwrap(), event, "{}", event.kind());
        let now = serde_json::to_value(event).unwrap();
        assert_eq!(golden["event"], now, "{}", event.kind());
    }
}

#[test]
fn each_golden_file_belongs_to_a_kind() {
    let kinds: Vec<String> = one_of_each()
        .iter()
        .map(|it| it.kind().to_owned())
        .collect();
    for entry in std::fs::read_dir(golden("x").parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(kinds.contains(&stem), "{stem}");
    }
}

#[test]
fn an_old_body_is_lifted_step_by_step() {
    let event = Event::PresenceRegained {
        adviser: AdviserId(7),
    };
    let mut row = Row::encode(&record(event), 1, &NO_SUM).unwrap();
    row.version = LOG_VERSION - 1;
    let whole = row.body.clone();
    row.body.push(9);
    assert!(row.event(&[]).is_err(), "no upcaster, odd body");
    let upcasters = [Upcaster {
        kind: "presence_regained",
        from: LOG_VERSION - 1,
        lift: |body| body.split_last().map(|(_, rest)| rest.to_vec()),
    }];
    assert_eq!(row.event(&upcasters).unwrap(), event);
    row.body = whole;
    row.version = LOG_VERSION + 1;
    assert!(row.event(&upcasters).is_err(), "newer than this release");
}

#[test]
fn a_body_of_another_kind_is_not_read() {
    let event = Event::CentrePublished { version: 3 };
    let mut row = Row::encode(&record(event), 1, &NO_SUM).unwrap();
    row.kind = "contact_held".into();
    assert!(row.event(UPCASTERS).is_err());
}

fn record(event: Event) -> Record {
    Record {
        seq: 1,
        at: Timestamp(1),
        command_id: None,
        event,
    }
}

fn golden(kind: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("golden")
        .join(format!("{kind}.json"))
}

fn written(event: &Event) -> String {
    let row = Row::encode(&record(*event), 1, &NO_SUM).unwrap();
    let hex: String = row.body.iter().map(|byte| format!("{byte:02x}")).collect();
    let golden = serde_json::json!({
        "version": row.version,
        "kind": row.kind,
        "body": hex,
        "event": event,
    });
    format!("{golden:#}\n")
}

fn row_of(golden: &serde_json::Value) -> Row {
    let hex = golden["body"].as_str().unwrap().as_bytes();
    let body = hex
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    Row {
        seq: 1,
        at: Timestamp(1),
        epoch: 1,
        command_id: None,
        version: u16::try_from(golden["version"].as_u64().unwrap()).unwrap(),
        kind: golden["kind"].as_str().unwrap().to_owned().into(),
        contact: None,
        body,
        sum: NO_SUM,
    }
}

/// One event of each kind; a new kind does not compile here until it is added.
fn one_of_each() -> Vec<Event> {
    let contact = ContactId::new(5, 2);
    let offer = OfferId::new(5, 77);
    let adviser = AdviserId(12);
    let why = Why {
        rule: WhyRule::FirstInLine,
        ring: 0,
        class: 1,
        barred: true,
        able: 3,
        idle_ms: 1_500,
        runner_up: AdviserId(13),
        runner_up_idle_ms: 900,
        waited_ms: 61_000,
    };
    let at = Timestamp(1_700_000_000_000_000);
    let first = Event::CentrePublished { version: 0xabc };
    let next = |event: &Event| -> Option<Event> {
        Some(match event {
            Event::CentrePublished { .. } => Event::ContactArrived {
                contact,
                channel: Channel::Voice,
                topic: TopicId(4),
                origin: Origin::Live,
                language: Language::Se,
                in_menu: true,
            },
            Event::ContactArrived { .. } => Event::ContactQueued {
                contact,
                queue: QueueId(3),
                topic: TopicId::NONE,
                language: Language::En,
                class: 1,
                enqueued: at,
            },
            Event::ContactQueued { .. } => Event::OfferMade {
                offer,
                contact,
                adviser,
                expires: at,
                why,
            },
            Event::OfferMade { .. } => Event::ContactAssigned {
                offer,
                contact,
                adviser,
                why,
            },
            Event::ContactAssigned { .. } => Event::OfferAccepted {
                offer,
                contact,
                adviser,
            },
            Event::OfferAccepted { .. } => Event::OfferEnded {
                offer,
                contact,
                adviser,
                outcome: OfferOutcome::BridgeFailed,
                barred_until: at,
            },
            Event::OfferEnded { .. } => Event::ContactHeld { contact, adviser },
            Event::ContactHeld { .. } => Event::ContactResumed { contact, adviser },
            Event::ContactResumed { .. } => Event::ContactEnded {
                contact,
                adviser,
                by: By::Lost,
                wrap_up_until: at,
            },
            Event::ContactEnded { .. } => Event::WrapUpSet {
                contact,
                adviser,
                until: Timestamp::NEVER,
            },
            Event::WrapUpSet { .. } => Event::ContactTransferred {
                contact,
                adviser,
                from: QueueId(3),
                queue: QueueId(4),
                class: 0,
                barred_until: at,
            },
            Event::ContactTransferred { .. } => Event::ContactReturned { contact, adviser },
            Event::ContactReturned { .. } => Event::ContactClosed {
                contact,
                adviser: AdviserId::NONE,
                queue: QueueId::NONE,
                reason: CloseReason::NoChoice,
            },
            Event::ContactClosed { .. } => Event::AdviserSignedIn {
                adviser,
                activity: Activity::Phone,
            },
            Event::AdviserSignedIn { .. } => Event::AdviserSignedOut { adviser },
            Event::AdviserSignedOut { .. } => Event::ActivityChosen {
                adviser,
                activity: Activity::Meeting,
            },
            Event::ActivityChosen { .. } => Event::OriginsChosen {
                adviser,
                origins: Origins::BOTH,
            },
            Event::OriginsChosen { .. } => Event::PresenceLost {
                adviser,
                return_at: at,
            },
            Event::PresenceLost { .. } => Event::PresenceRegained { adviser },
            Event::PresenceRegained { .. } => Event::BarEnded { contact },
            Event::BarEnded { .. } => Event::ContactNeeds {
                contact,
                needs: Needs {
                    clearance: Clearance::SHIELDED,
                    named: adviser,
                    not_to: AdviserId(14),
                    due: at,
                },
            },
            Event::ContactNeeds { .. } => Event::RingStarted { contact, ring: 2 },
            Event::RingStarted { .. } => Event::ContactOverdue { contact },
            Event::ContactOverdue { .. } => Event::ContactOverflowed {
                contact,
                from: QueueId(3),
                queue: QueueId(4),
            },
            Event::ContactOverflowed { .. } => Event::ContactSetAside { contact, adviser },
            Event::ContactSetAside { .. } => Event::ContactGivenBack {
                contact,
                adviser,
                barred_until: at,
            },
            Event::ContactGivenBack { .. } => Event::ContactTakenUp { contact, adviser },
            Event::ContactTakenUp { .. } => Event::ConsultStarted {
                contact,
                consult: ContactId::new(6, 1),
                adviser,
                queue: QueueId(4),
            },
            Event::ConsultStarted { .. } => Event::ConsultEnded {
                contact,
                consult: ContactId::new(6, 1),
                outcome: ConsultOutcome::CitizenLeft,
            },
            Event::ConsultEnded { .. } => Event::ContactHandedOver {
                contact,
                from: adviser,
                to: AdviserId(14),
                queue: QueueId(4),
            },
            Event::ContactHandedOver { .. } => Event::CallbackAsked {
                contact,
                from: at,
                until: at.plus_s(60),
            },
            Event::CallbackAsked { .. } => Event::CallbackDue { contact },
            Event::CallbackDue { .. } => Event::CallbackDialling {
                offer,
                contact,
                adviser,
                attempt: 2,
                expires: at,
            },
            Event::CallbackDialling { .. } => Event::CallbackAnswered { contact, adviser },
            Event::CallbackAnswered { .. } => Event::CallbackMissed {
                contact,
                adviser,
                cause: FailCause::NoAnswer,
                retry_at: at,
            },
            Event::CallbackMissed { .. } => Event::AlsoChosen {
                adviser,
                channels: Channels::DEFERRED,
            },
            Event::AlsoChosen { .. } => Event::QueueExpected {
                queue: QueueId(3),
                wait_us: 90_000_000,
            },
            Event::QueueExpected { .. } => Event::PlanSwitched {
                plan: PlanId(1),
                on: true,
            },
            Event::PlanSwitched { .. } => Event::RequestMade {
                request: RequestId(7),
                activity: Activity::Phone,
                wanted: 6,
                unit: Some(UnitId(2)),
            },
            Event::RequestMade { .. } => Event::RequestAnswered {
                request: RequestId(7),
                adviser,
                yes: true,
            },
            Event::RequestAnswered { .. } => Event::RequestClosed {
                request: RequestId(7),
            },
            Event::RequestClosed { .. } => Event::CalledOut {
                contact,
                adviser,
                queue: QueueId(4),
                class: 1,
                expires: at,
            },
            Event::CalledOut { .. } => Event::ConferenceSet {
                contact,
                consult: ContactId::new(6, 1),
                adviser,
                joined: true,
            },
            Event::ConferenceSet { .. } => return None,
        })
    };
    std::iter::successors(Some(first), next).collect()
}
