//! Each adapter against a stand-in that answers in the shape of its contract, and wrongly.

use std::sync::{Arc, Mutex};

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use linje_types::{Clearance, Language, PersonId};
use serde_json::{Value, json};

use super::*;
use crate::model::*;
use crate::port::*;

/// What was asked.
#[derive(Debug, Clone)]
struct Asked {
    path: String,
    headers: HeaderMap,
    body: Value,
}

type Reply = Arc<dyn Fn(&Asked) -> (u16, Value) + Send + Sync>;

#[derive(Clone)]
struct StandIn {
    base: String,
    reply: Reply,
    asked: Arc<Mutex<Vec<Asked>>>,
}

async fn answer(State(it): State<StandIn>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let asked = Asked {
        path: uri.to_string(),
        headers,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    };
    let (status, value) = (it.reply)(&asked);
    it.asked.lock().unwrap().push(asked);
    (StatusCode::from_u16(status).unwrap(), Json(value)).into_response()
}

/// A stand-in on a port of its own, and the way to it.
async fn stand_in(
    reply: impl Fn(&Asked) -> (u16, Value) + Send + Sync + 'static,
) -> (Wire, StandIn) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let it = StandIn {
        base: base.clone(),
        reply: Arc::new(reply),
        asked: Arc::default(),
    };
    let router = axum::Router::new().fallback(answer).with_state(it.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let wire = Wire::new(&base, Token::Given(Arc::from("hemmelig"))).unwrap();
    (wire, it)
}

fn somebody() -> PersonId {
    PersonId::parse("15838510075").unwrap()
}

fn spouse() -> PersonId {
    PersonId::parse("01820190080").unwrap()
}

fn pdl_person(gradering: &str) -> Value {
    json!({
        "navn": [{"fornavn": "Blid", "mellomnavn": null, "etternavn": "Fjellkopp"}],
        "foedselsdato": [{"foedselsdato": "1985-03-15"}],
        "kjoenn": [{"kjoenn": "KVINNE"}],
        "doedsfall": [],
        "adressebeskyttelse": [{"gradering": gradering}],
        "folkeregisterpersonstatus": [{"status": "bosatt"}],
        "sivilstand": [{"type": "GIFT", "relatertVedSivilstand": spouse().digits()}],
        "statsborgerskap": [{"land": "NOR"}],
        "forelderBarnRelasjon": [],
        "bostedsadresse": [{"gyldigFraOgMed": "2020-01-01", "vegadresse": {"adressenavn": "Prøvestien", "husnummer": "7", "husbokstav": "B", "postnummer": "8006"}}],
        "kontaktadresse": [],
        "telefonnummer": [{"landskode": "+47", "nummer": "59 00 00 12", "prioritet": 2}, {"landskode": "+47", "nummer": "59000011", "prioritet": 1}],
        "sikkerhetstiltak": [{"tiltakstype": "TFUS", "beskrivelse": "Telefonisk utestengelse", "gyldigFraOgMed": "2025-09-01", "gyldigTilOgMed": null}],
        "vergemaalEllerFremtidsfullmakt": [{"vergeEllerFullmektig": {"omfang": "personligeOgOekonomiskeInteresser", "motpartsPersonident": spouse().digits(), "identifiserendeInformasjon": {"navn": {"fornavn": "Rask", "etternavn": "Fjellkopp"}}}}],
        "tilrettelagtKommunikasjon": [{"talespraaktolk": {"spraak": "PL"}, "tegnspraaktolk": null}],
        "ukjentFelt": {"noe": 1}
    })
}

#[tokio::test]
async fn pdl_tells_a_person_and_what_those_related_need() {
    let (wire, it) = stand_in(|asked| {
        let own = asked.body["variables"]["ident"] == somebody().digits();
        let gradering = if own { "UGRADERT" } else { "STRENGT_FORTROLIG" };
        let place = json!({"gtType": "KOMMUNE", "gtKommune": "1804", "gtBydel": null, "gtLand": null});
        (200, json!({"data": {"hentPerson": pdl_person(gradering), "hentGeografiskTilknytning": place}}))
    })
    .await;
    let pdl = Pdl::new(wire, "B999".to_owned());
    let person = pdl.person(somebody()).await.unwrap().unwrap();
    assert_eq!(
        (person.name.as_str(), person.surname.as_str()),
        ("Blid Fjellkopp", "Fjellkopp")
    );
    assert_eq!(person.protection, Protection::Open);
    assert_eq!(person.addresses[0].line, "Prøvestien 7B");
    assert_eq!(person.phones[0].number, "+4759000011");
    assert_eq!(person.phones[1].number, "+4759000012");
    assert!(person.safety[0].kind.bars_phone());
    assert_eq!(person.interpreter.speech.as_deref(), Some("PL"));
    assert_eq!(person.municipality.as_deref(), Some("1804"));
    assert_eq!(person.guardians[0].person, Some(spouse()));
    assert_eq!(person.relations[0].needs, Clearance::STRICT);
    assert!(
        person.for_reader(Clearance::NONE).relations[0]
            .name
            .is_none()
    );
    let asked = it.asked.lock().unwrap();
    assert!(
        asked
            .iter()
            .all(|asked| asked.path == "/graphql" && !asked.path.contains(&somebody().digits()))
    );
    let headers = &asked[0].headers;
    assert_eq!(headers["behandlingsnummer"], "B999");
    assert_eq!(headers["authorization"], "Bearer hemmelig");
    assert!(headers.contains_key("x-correlation-id"));
}

#[tokio::test]
async fn pdl_that_knows_nobody_or_refuses_or_talks_nonsense() {
    let cases: [(u16, Value, Result<bool, Fault>); 6] = [
        (
            200,
            json!({"data": null, "errors": [{"message": "x", "extensions": {"code": "not_found"}}]}),
            Ok(false),
        ),
        (
            200,
            json!({"errors": [{"message": "x", "extensions": {"code": "unauthorized"}}]}),
            Err(Fault::Refused(403)),
        ),
        (
            200,
            json!({"errors": [{"message": "x"}]}),
            Err(Fault::Wrong("errors in a GraphQL answer".to_owned())),
        ),
        (500, json!({}), Err(Fault::Refused(500))),
        (401, json!({}), Err(Fault::Refused(401))),
        (200, json!({"data": {"hentPerson": null}}), Ok(false)),
    ];
    for (status, value, expected) in cases {
        let (wire, _) = stand_in(move |_| (status, value.clone())).await;
        let found = Pdl::new(wire, String::new()).person(somebody()).await;
        assert_eq!(found.map(|person| person.is_some()), expected);
    }
    let (wire, _) = stand_in(|_| {
        (
            200,
            json!({"data": {"hentPerson": {"navn": "ikke en liste"}}}),
        )
    })
    .await;
    let fault = Pdl::new(wire, String::new())
        .person(somebody())
        .await
        .map(|_| ())
        .unwrap_err();
    assert!(
        matches!(&fault, Fault::Wrong(said) if said.contains("line 1") && !said.contains("liste")),
        "{fault:?}"
    );
    let gone = Wire::new("http://127.0.0.1:9", Token::None).unwrap();
    assert_eq!(
        Pdl::new(gone, String::new())
            .person(somebody())
            .await
            .map(|_| ()),
        Err(Fault::Unreachable)
    );
}

#[tokio::test]
async fn a_protection_that_is_not_known_is_the_strictest() {
    for (gradering, protection) in [
        ("UGRADERT", Protection::Open),
        ("FORTROLIG", Protection::Confidential),
        ("STRENGT_FORTROLIG", Protection::Strict),
        ("STRENGT_FORTROLIG_UTLAND", Protection::StrictAbroad),
        ("NY_GRADERING", Protection::Strict),
    ] {
        let (wire, _) = stand_in(move |_| {
            let mut person = pdl_person(gradering);
            person["sivilstand"] = json!([]);
            (
                200,
                json!({"data": {"hentPerson": person, "hentGeografiskTilknytning": null}}),
            )
        })
        .await;
        let person = Pdl::new(wire, String::new())
            .person(somebody())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(person.protection, protection, "{gradering}");
    }
}

#[tokio::test]
async fn krr_tells_how_digital_somebody_is() {
    let level = |kontakt: Value| async move {
        let (wire, it) = stand_in(move |asked| {
            let ident = asked.body["personidenter"][0].as_str().unwrap().to_owned();
            (200, json!({"personer": {ident: kontakt}, "feil": {}}))
        })
        .await;
        let found = Krr::new(wire).preferences(somebody()).await.unwrap();
        assert_eq!(it.asked.lock().unwrap()[0].path, "/rest/v1/personer");
        found
    };
    let digital = level(json!({"aktiv": true, "kanVarsles": true, "reservert": false, "spraak": "se", "epostadresse": "a@example.com", "epostadresseVerifisert": "2026-01-01"})).await;
    assert_eq!(
        (digital.level, digital.language),
        (DigitalLevel::Digital, Some(Language::Se))
    );
    assert_eq!(
        level(json!({"aktiv": true, "kanVarsles": false, "reservert": false}))
            .await
            .level,
        DigitalLevel::PossiblyDigital
    );
    assert_eq!(
        level(json!({"aktiv": true, "kanVarsles": true, "reservert": true}))
            .await
            .level,
        DigitalLevel::NotDigital
    );
    let (wire, _) = stand_in(|asked| {
        let ident = asked.body["personidenter"][0].as_str().unwrap().to_owned();
        (
            200,
            json!({"personer": {}, "feil": {ident: "person_ikke_funnet"}}),
        )
    })
    .await;
    assert!(!Krr::new(wire).preferences(somebody()).await.unwrap().active);
    let (wire, _) = stand_in(|_| (200, json!({}))).await;
    assert!(Krr::new(wire).preferences(somebody()).await.is_err());
}

#[tokio::test]
async fn saf_gathers_documents_by_case() {
    let (wire, it) = stand_in(|_| {
        let post = |id: &str, kind: &str, day: &str, sak: &str| {
            json!({"journalpostId": id, "tittel": "Søknad", "journalposttype": kind, "tema": "DAG", "datoOpprettet": format!("{day}T10:00:00"), "sak": {"fagsakId": sak, "fagsaksystem": "DAGPENGER"}})
        };
        let posts = json!([post("1", "I", "2026-01-05", "77"), post("2", "U", "2026-03-05", "77"), post("3", "N", "2026-02-01", "78")]);
        (200, json!({"data": {"dokumentoversiktBruker": {"journalposter": posts}, "saker": [{"tema": "DAG", "fagsakId": "77", "datoOpprettet": "2026-01-04T09:00:00"}]}}))
    })
    .await;
    let cases = Saf::new(wire).cases(somebody()).await.unwrap();
    assert_eq!(
        cases
            .iter()
            .map(|case| (case.id.as_str(), case.documents.len()))
            .collect::<Vec<_>>(),
        [("77", 2), ("78", 1)]
    );
    assert_eq!(
        (cases[0].opened.as_str(), cases[0].changed.as_str()),
        ("2026-01-04", "2026-03-05")
    );
    assert_eq!(cases[0].documents[0].kind, DocumentKind::Out);
    assert_eq!(
        it.asked.lock().unwrap()[0].body["variables"]["bruker"]["type"],
        "FNR"
    );
}

#[tokio::test]
async fn payments_are_told_in_ore() {
    let (wire, it) = stand_in(|_| {
        (200, json!([
            {"utbetalingsdato": "2026-10-20", "utbetalingsstatus": "Utbetalt", "ytelseListe": [{"ytelsestype": "Alderspensjon", "ytelsesperiode": {"fom": "2026-10-01", "tom": "2026-10-31"}, "ytelseNettobeloep": 16400.5, "ytelseskomponentersum": 20000.5, "skattsum": -3600.0}]},
            {"forfallsdato": "2026-11-20", "utbetalingsstatus": "Overført", "ytelseListe": [{"ytelsestype": "Alderspensjon", "ytelseNettobeloep": 16400.0}]}
        ]))
    })
    .await;
    let payments = Utbetaling::new(wire)
        .payments(somebody(), "2026-10-01", "2026-12-01")
        .await
        .unwrap();
    assert_eq!(
        (payments[0].state, payments[1].state),
        (PaymentState::Planned, PaymentState::Paid)
    );
    assert_eq!(
        (
            payments[1].gross_ore,
            payments[1].tax_ore,
            payments[1].net_ore
        ),
        (2_000_050, 360_000, 1_640_050)
    );
    assert_eq!(
        it.asked.lock().unwrap()[0].body["periode"]["fom"],
        "2026-10-01"
    );
}

#[tokio::test]
async fn norg2_finds_the_office_and_the_unit() {
    let (wire, it) = stand_in(|asked| {
        if asked.path.contains("bestmatch") {
            let old = json!({"navn": "Gammel", "enhetNr": "4001", "status": "Nedlagt"});
            return (
                200,
                json!([old, {"navn": "Forvaltning", "enhetNr": "4803", "status": "Aktiv"}]),
            );
        }
        if asked.path.ends_with("/1804") {
            return (
                200,
                json!({"navn": "Bodø", "enhetNr": "1804", "status": "Aktiv"}),
            );
        }
        (404, json!({}))
    })
    .await;
    let norg2 = Norg2::new(wire);
    assert_eq!(norg2.local("1804").await.unwrap().unwrap().number, "1804");
    assert_eq!(norg2.local("9999").await.unwrap(), None);
    assert_eq!(norg2.local("../hemmelig").await.unwrap(), None);
    assert_eq!(
        norg2
            .best("PEN", "VURD_HENV", None)
            .await
            .unwrap()
            .unwrap()
            .number,
        "4803"
    );
    assert_eq!(
        it.asked.lock().unwrap().last().unwrap().body["oppgavetype"],
        "VURD_HENV"
    );
}

#[tokio::test]
async fn a_task_is_made_once_however_often_it_is_asked_for() {
    let made: Arc<Mutex<Option<Value>>> = Arc::default();
    let (wire, it) = stand_in(move |asked| {
        let mut made = made.lock().unwrap();
        if asked.path.starts_with("/api/v1/oppgaver?") {
            return (200, json!({"oppgaver": made.iter().collect::<Vec<_>>()}));
        }
        let mut row = asked.body.clone();
        row["id"] = json!(42);
        row["status"] = json!("OPPRETTET");
        row["tildeltEnhetsnr"] = json!("4803");
        *made = Some(row.clone());
        (201, row)
    })
    .await;
    let oppgave = Oppgave::new(wire);
    let task = NewTask {
        key: "nokkel-1".to_owned(),
        person: Some(somebody()),
        organisation: None,
        topic: "PEN".to_owned(),
        kind: TaskKind::ContactCitizen,
        priority: Priority::High,
        unit: None,
        made_by: "K100001".to_owned(),
        made_by_unit: "4100".to_owned(),
        text: "Ring om vedtaket".to_owned(),
        due: "2026-11-25".to_owned(),
        from: "2026-11-23".to_owned(),
    };
    let first = oppgave.create(&task).await.unwrap();
    let again = oppgave.create(&task).await.unwrap();
    assert!(first == again);
    assert_eq!(
        (first.id.as_str(), first.status, first.unit.as_str()),
        ("42", TaskStatus::Open, "4803")
    );
    let asked = it.asked.lock().unwrap();
    assert_eq!(asked.len(), 3, "searched, made, searched");
    for field in ["aktivDato", "oppgavetype", "prioritet", "tema"] {
        assert!(asked[1].body[field].is_string(), "{field} must be sent");
    }
    assert!(
        asked
            .iter()
            .all(|asked| !asked.path.contains(&somebody().digits()))
    );
}

#[tokio::test]
async fn powers_of_attorney_name_nobody() {
    let (wire, _) = stand_in(|asked| {
        if asked.path.ends_with("fullmektig") {
            return (200, json!([]));
        }
        (200, json!([{"fullmaktsgiver": somebody().digits(), "fullmektig": spouse().digits(), "gyldigFraOgMed": "2026-01-01", "omraade": [{"tema": "PEN", "handling": ["LES", "KOMMUNISER"]}]}]))
    })
    .await;
    let powers = Repr::new(wire).powers(somebody()).await.unwrap();
    assert_eq!((powers.given.len(), powers.held.len()), (1, 0));
    assert_eq!(powers.given[0].areas[0].1, ["LES", "KOMMUNISER"]);
    assert_eq!(powers.given[0].other_name, None);
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_again_when_it_is_over() {
    let (_, issuer) = stand_in(|_| (200, json!({"access_token": "ny", "expires_in": 3600}))).await;
    let (_, short) = stand_in(|_| (200, json!({"access_token": "kort", "expires_in": 1}))).await;
    for (issuer, times, shown) in [(issuer, 1, "Bearer ny"), (short, 2, "Bearer kort")] {
        let (wire, krr) = stand_in(|asked| {
            let ident = asked.body["personidenter"][0].as_str().unwrap_or_default();
            (
                200,
                json!({"personer": {ident: {"aktiv": true}}, "feil": {}}),
            )
        })
        .await;
        let url = format!("{}/token", issuer.base);
        let asked = ClientCredentials::new(&url, "linje", "hemmelig", "api://krr/.default");
        let wire = wire.with(Token::Asked(Arc::new(asked.unwrap())));
        let register = Krr::new(wire);
        for _ in 0..2 {
            register.preferences(somebody()).await.unwrap();
        }
        let asked = issuer.asked.lock().unwrap();
        assert_eq!(asked.len(), times);
        let basic = asked[0].headers["authorization"].to_str().unwrap();
        assert!(basic.starts_with("Basic "), "{basic}");
        let krr = krr.asked.lock().unwrap();
        assert_eq!(krr[1].headers["authorization"], shown);
    }
}

#[tokio::test]
async fn an_issuer_that_refuses_is_a_register_that_refuses() {
    let (_, issuer) = stand_in(|_| (401, json!({"error": "invalid_client"}))).await;
    let (wire, krr) = stand_in(|_| (200, json!({}))).await;
    let asked = ClientCredentials::new(&issuer.base, "linje", "feil", "");
    let wire = wire.with(Token::Asked(Arc::new(asked.unwrap())));
    let fault = Krr::new(wire).preferences(somebody()).await.err();
    assert_eq!(fault, Some(Fault::Refused(401)));
    assert!(krr.asked.lock().unwrap().is_empty(), "nobody was asked");
}

#[tokio::test]
async fn codes_have_names_and_are_asked_for_once() {
    let (wire, kodeverk) = stand_in(|_| {
        (
            200,
            json!({"betydninger": {"8006": [{"gyldigFra": "1900-01-01", "gyldigTil": "9999-12-31",
                "beskrivelser": {"nb": {"term": "BODØ", "tekst": "BODØ"}}}], "0000": []}}),
        )
    })
    .await;
    let codes = Kodeverk::new(wire);
    let names = codes.names("Postnummer", Language::Nb).await.unwrap();
    assert_eq!(names.len(), 1);
    assert_eq!(codes.place("8006").await, "Bodø");
    assert_eq!(codes.place("0001").await, "");
    let asked = kodeverk.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 1);
    assert!(
        asked[0]
            .path
            .starts_with("/api/v1/kodeverk/Postnummer/koder/betydninger?"),
        "{}",
        asked[0].path
    );
    assert!(codes.names("../x", Language::Nb).await.is_err());
    let (wire, _) = stand_in(|_| (200, pdl_answer())).await;
    let (other, _) = stand_in(|_| (500, json!({}))).await;
    let pdl = Pdl::new(wire.clone(), String::new()).with_codes(codes);
    let person = pdl.person(somebody()).await.unwrap().unwrap();
    assert_eq!(person.addresses[0].place, "Bodø");
    // A register of codes that fails costs a name, never the person.
    let pdl = Pdl::new(wire, String::new()).with_codes(Kodeverk::new(other));
    let person = pdl.person(somebody()).await.unwrap().unwrap();
    assert_eq!(person.addresses[0].place, "");
}

fn pdl_answer() -> Value {
    json!({"data": {"hentPerson": pdl_person("UGRADERT"), "hentGeografiskTilknytning": null}})
}
