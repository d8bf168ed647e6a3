//! PDL: people, by GraphQL. Spelling is the register's own (`foedselsdato`, `kjoenn`).

use async_trait::async_trait;
use linje_types::PersonId;
use serde::Deserialize;
use serde_json::json;

use super::kodeverk::Kodeverk;
use super::wire::Wire;
use crate::model::{
    Address, AddressKind, CivilStatus, Guardian, Hit, Interpreter, Person, PersonStatus, Phone,
    Protection, Relation, RelationKind, SafetyKind, SafetyMeasure, Search, Sex,
};
use crate::port::{Answer, Persons};

const PERSON: &str = "query($ident: ID!) { hentPerson(ident: $ident) { \
navn { fornavn mellomnavn etternavn } foedselsdato { foedselsdato } kjoenn { kjoenn } \
doedsfall { doedsdato } adressebeskyttelse { gradering } folkeregisterpersonstatus { status } \
sivilstand { type relatertVedSivilstand } statsborgerskap { land } \
forelderBarnRelasjon { relatertPersonsIdent relatertPersonsRolle } \
bostedsadresse { gyldigFraOgMed vegadresse { adressenavn husnummer husbokstav postnummer } } \
kontaktadresse { gyldigFraOgMed utenlandskAdresse { adressenavnNummer bySted postkode landkode } } \
telefonnummer { landskode nummer prioritet } \
sikkerhetstiltak { tiltakstype beskrivelse gyldigFraOgMed gyldigTilOgMed } \
vergemaalEllerFremtidsfullmakt { vergeEllerFullmektig { omfang motpartsPersonident identifiserendeInformasjon { navn { fornavn etternavn } } } } \
tilrettelagtKommunikasjon { talespraaktolk { spraak } tegnspraaktolk { spraak } } } \
hentGeografiskTilknytning(ident: $ident) { gtType gtKommune gtBydel gtLand } }";

const SEARCH: &str = "query($paging: Paging, $criteria: [Criterion]) { \
sokPerson(paging: $paging, criteria: $criteria) { hits { person { \
navn { fornavn mellomnavn etternavn } foedselsdato { foedselsdato } folkeregisteridentifikator { identifikasjonsnummer } } } } }";

/// The register of people.
#[derive(Debug, Clone)]
pub struct Pdl {
    wire: Wire,
    /// The number of the processing in the catalogue (*behandlingsnummer*).
    processing: String,
    codes: Option<Kodeverk>,
}

impl Pdl {
    /// Reached by `wire`, for the processing of this number.
    #[must_use]
    pub const fn new(wire: Wire, processing: String) -> Pdl {
        Pdl {
            wire,
            processing,
            codes: None,
        }
    }

    /// With the places of post codes, which the register itself does not tell.
    #[must_use]
    pub fn with_codes(self, codes: Kodeverk) -> Pdl {
        Pdl {
            codes: Some(codes),
            ..self
        }
    }

    fn headers(&self) -> [(&'static str, &str); 2] {
        [("tema", "GEN"), ("behandlingsnummer", &self.processing)]
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PersonAnswer {
    hent_person: Option<PdlPerson>,
    hent_geografisk_tilknytning: Option<Place>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    gt_type: String,
    gt_kommune: Option<String>,
    gt_bydel: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct PdlPerson {
    navn: Vec<Navn>,
    foedselsdato: Vec<Foedt>,
    kjoenn: Vec<Kjoenn>,
    doedsfall: Vec<Doed>,
    adressebeskyttelse: Vec<Beskyttet>,
    folkeregisterpersonstatus: Vec<Status>,
    sivilstand: Vec<Sivilstand>,
    statsborgerskap: Vec<Borger>,
    forelder_barn_relasjon: Vec<Barn>,
    bostedsadresse: Vec<Bosted>,
    kontaktadresse: Vec<Kontakt>,
    telefonnummer: Vec<Telefon>,
    sikkerhetstiltak: Vec<Tiltak>,
    vergemaal_eller_fremtidsfullmakt: Vec<Vergemaal>,
    tilrettelagt_kommunikasjon: Vec<Tolk>,
    folkeregisteridentifikator: Vec<Ident>,
}

#[derive(Deserialize, Clone)]
struct Navn {
    fornavn: String,
    mellomnavn: Option<String>,
    etternavn: String,
}

#[derive(Deserialize)]
struct Foedt {
    foedselsdato: Option<String>,
}

#[derive(Deserialize)]
struct Kjoenn {
    kjoenn: Option<String>,
}

#[derive(Deserialize)]
struct Doed {
    doedsdato: Option<String>,
}

#[derive(Deserialize)]
struct Beskyttet {
    gradering: String,
}

#[derive(Deserialize)]
struct Status {
    status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sivilstand {
    r#type: String,
    relatert_ved_sivilstand: Option<String>,
}

#[derive(Deserialize)]
struct Borger {
    land: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Barn {
    relatert_persons_ident: Option<String>,
    relatert_persons_rolle: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bosted {
    gyldig_fra_og_med: Option<String>,
    vegadresse: Option<Veg>,
}

#[derive(Deserialize)]
struct Veg {
    adressenavn: Option<String>,
    husnummer: Option<String>,
    husbokstav: Option<String>,
    postnummer: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kontakt {
    gyldig_fra_og_med: Option<String>,
    utenlandsk_adresse: Option<Utland>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Utland {
    adressenavn_nummer: Option<String>,
    by_sted: Option<String>,
    postkode: Option<String>,
    landkode: String,
}

#[derive(Deserialize)]
struct Telefon {
    landskode: String,
    nummer: String,
    prioritet: u8,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tiltak {
    tiltakstype: String,
    beskrivelse: String,
    gyldig_fra_og_med: String,
    gyldig_til_og_med: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vergemaal {
    verge_eller_fullmektig: Verge,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Verge {
    omfang: Option<String>,
    motparts_personident: Option<String>,
    identifiserende_informasjon: Option<VergeNavn>,
}

#[derive(Deserialize)]
struct VergeNavn {
    navn: Option<Navn>,
}

#[derive(Deserialize)]
struct Tolk {
    talespraaktolk: Option<Spraak>,
    tegnspraaktolk: Option<Spraak>,
}

#[derive(Deserialize)]
struct Spraak {
    spraak: Option<String>,
}

#[derive(Deserialize)]
struct Ident {
    identifikasjonsnummer: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SearchAnswer {
    sok_person: Option<Hits>,
}

#[derive(Deserialize)]
struct Hits {
    hits: Vec<PdlHit>,
}

#[derive(Deserialize)]
struct PdlHit {
    person: PdlPerson,
}

impl Navn {
    fn whole(&self) -> String {
        let parts = [
            Some(&self.fornavn),
            self.mellomnavn.as_ref(),
            Some(&self.etternavn),
        ];
        parts
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

#[async_trait]
impl Persons for Pdl {
    async fn person(&self, id: PersonId) -> Answer<Option<Person>> {
        let variables = json!({"ident": id.digits()});
        let answer: Option<PersonAnswer> =
            self.wire.ask(&self.headers(), PERSON, variables).await?;
        let Some(answer) = answer else {
            return Ok(None);
        };
        let Some(person) = answer.hent_person else {
            return Ok(None);
        };
        let mut person = translated(id, person, answer.hent_geografisk_tilknytning.as_ref());
        if let Some(codes) = &self.codes {
            for address in &mut person.addresses {
                if address.place.is_empty() && !address.post_code.is_empty() {
                    address.place = codes.place(&address.post_code).await;
                }
            }
        }
        // Those who are related are protected by their own right, which only their own rows tell.
        for relation in &mut person.relations {
            let Some(other) = relation.person else {
                continue;
            };
            let variables = json!({"ident": other.digits()});
            let found: Option<PersonAnswer> =
                self.wire.ask(&self.headers(), PERSON, variables).await?;
            if let Some(found) = found.and_then(|answer| answer.hent_person) {
                let found = translated(other, found, None);
                relation.needs = found.protection.needs(false);
                relation.name = Some(found.name);
                relation.born = found.born;
                relation.same_address =
                    Some(found.addresses.first().map(line) == person.addresses.first().map(line));
            }
        }
        Ok(Some(person))
    }

    async fn search(&self, search: &Search, limit: usize) -> Answer<Vec<Hit>> {
        let mut criteria = Vec::new();
        if let Some(name) = &search.name {
            criteria.push(json!({"fieldName": "fritekst.navn", "searchRule": {"contains": name}}));
        }
        if let Some(born) = &search.born {
            criteria.push(json!({"fieldName": "person.foedselsdato.foedselsdato", "searchRule": {"equals": born}}));
        }
        if let Some(phone) = &search.phone {
            let number = phone.strip_prefix("+47").unwrap_or(phone);
            criteria.push(json!({"fieldName": "person.telefonnummer.nummer", "searchRule": {"equals": number}}));
        }
        if criteria.is_empty() {
            return Ok(Vec::new());
        }
        let variables =
            json!({"paging": {"pageNumber": 1, "resultsPerPage": limit}, "criteria": criteria});
        let answer: Option<SearchAnswer> =
            self.wire.ask(&self.headers(), SEARCH, variables).await?;
        let found = answer
            .and_then(|answer| answer.sok_person)
            .map_or_else(Vec::new, |found| found.hits);
        let mut hits = Vec::new();
        for hit in found {
            let number = hit
                .person
                .folkeregisteridentifikator
                .first()
                .map(|ident| ident.identifikasjonsnummer.as_str());
            let Some(id) = number.and_then(PersonId::parse) else {
                continue;
            };
            // Protection is asked of the person's own row: a search need not tell it.
            if let Some(person) = self.person(id).await? {
                hits.push(Hit {
                    name: person.name.clone(),
                    born: person.born.clone(),
                    place: person
                        .addresses
                        .first()
                        .map(|address| address.place.clone()),
                    facts: person.facts(),
                });
            }
        }
        Ok(hits)
    }

    /// The register of people does not know who works here: the log-in tells.
    async fn of_staff(&self, _: &str) -> Answer<Option<PersonId>> {
        Ok(None)
    }
}

fn line(address: &Address) -> (String, String) {
    (address.line.clone(), address.post_code.clone())
}

fn translated(id: PersonId, from: PdlPerson, place: Option<&Place>) -> Person {
    let name = from.navn.first().cloned();
    let dead = from.doedsfall.into_iter().next();
    let status = from
        .folkeregisterpersonstatus
        .first()
        .map_or("", |status| status.status.as_str());
    let abroad = place.is_some_and(|place| place.gt_type == "UTLAND") || status == "utflyttet";
    let tolk = from.tilrettelagt_kommunikasjon.into_iter().next();
    let (speech, sign) = tolk.map_or((None, None), |tolk| {
        (tolk.talespraaktolk, tolk.tegnspraaktolk)
    });
    Person {
        id,
        name: name.as_ref().map(Navn::whole).unwrap_or_default(),
        surname: name.map(|name| name.etternavn).unwrap_or_default(),
        born: from
            .foedselsdato
            .into_iter()
            .find_map(|born| born.foedselsdato),
        sex: match from
            .kjoenn
            .first()
            .and_then(|kjoenn| kjoenn.kjoenn.as_deref())
        {
            Some("KVINNE") => Sex::Woman,
            Some("MANN") => Sex::Man,
            _ => Sex::Unknown,
        },
        status: match status {
            _ if dead.is_some() => PersonStatus::Dead,
            "bosatt" => PersonStatus::Resident,
            "doed" => PersonStatus::Dead,
            "utflyttet" => PersonStatus::Emigrated,
            "midlertidig" => PersonStatus::Temporary,
            _ => PersonStatus::Other,
        },
        citizenship: from
            .statsborgerskap
            .into_iter()
            .map(|borger| borger.land)
            .collect(),
        civil: civil(
            from.sivilstand
                .first()
                .map_or("", |sivilstand| sivilstand.r#type.as_str()),
        ),
        protection: protection(
            from.adressebeskyttelse
                .iter()
                .map(|row| row.gradering.as_str()),
        ),
        shielded: false,
        died: dead.and_then(|dead| dead.doedsdato),
        addresses: addresses(from.bostedsadresse, from.kontaktadresse),
        relations: relations(&from.sivilstand, &from.forelder_barn_relasjon),
        guardians: from
            .vergemaal_eller_fremtidsfullmakt
            .into_iter()
            .map(guardian)
            .collect(),
        safety: from.sikkerhetstiltak.into_iter().map(measure).collect(),
        interpreter: Interpreter {
            speech: speech.and_then(|spraak| spraak.spraak),
            sign: sign.and_then(|spraak| spraak.spraak),
        },
        phones: phones(from.telefonnummer),
        account: None,
        municipality: place
            .and_then(|place| place.gt_bydel.clone().or_else(|| place.gt_kommune.clone())),
        abroad,
        employee: None,
    }
}

/// The strictest of all rows: a row that is not known counts as the strictest.
fn protection<'a>(rows: impl Iterator<Item = &'a str>) -> Protection {
    rows.map(|row| match row {
        "UGRADERT" => Protection::Open,
        "FORTROLIG" => Protection::Confidential,
        "STRENGT_FORTROLIG_UTLAND" => Protection::StrictAbroad,
        _ => Protection::Strict,
    })
    .max()
    .unwrap_or_default()
}

fn civil(kind: &str) -> CivilStatus {
    match kind {
        "UGIFT" => CivilStatus::Unmarried,
        "GIFT" | "REGISTRERT_PARTNER" => CivilStatus::Married,
        "SEPARERT" | "SEPARERT_PARTNER" => CivilStatus::Separated,
        "SKILT" | "SKILT_PARTNER" => CivilStatus::Divorced,
        "ENKE_ELLER_ENKEMANN" | "GJENLEVENDE_PARTNER" => CivilStatus::Widowed,
        _ => CivilStatus::Unknown,
    }
}

fn addresses(homes: Vec<Bosted>, contacts: Vec<Kontakt>) -> Vec<Address> {
    let homes = homes.into_iter().filter_map(|home| {
        let veg = home.vegadresse?;
        let parts = [veg.adressenavn, veg.husnummer];
        let line = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Some(Address {
            kind: AddressKind::Home,
            line: format!("{line}{}", veg.husbokstav.unwrap_or_default()),
            post_code: veg.postnummer.unwrap_or_default(),
            place: String::new(),
            country: None,
            from: home.gyldig_fra_og_med,
        })
    });
    let contacts = contacts.into_iter().filter_map(|contact| {
        let abroad = contact.utenlandsk_adresse?;
        Some(Address {
            kind: AddressKind::Contact,
            line: abroad.adressenavn_nummer.unwrap_or_default(),
            post_code: abroad.postkode.unwrap_or_default(),
            place: abroad.by_sted.unwrap_or_default(),
            country: Some(abroad.landkode),
            from: contact.gyldig_fra_og_med,
        })
    });
    homes.chain(contacts).collect()
}

fn relations(civil: &[Sivilstand], kin: &[Barn]) -> Vec<Relation> {
    let spouses = civil
        .iter()
        .filter(|row| matches!(row.r#type.as_str(), "GIFT" | "REGISTRERT_PARTNER"))
        .filter_map(|row| {
            Some((
                RelationKind::Spouse,
                row.relatert_ved_sivilstand.as_deref()?,
            ))
        });
    let kin = kin.iter().filter_map(|row| {
        let kind = match row.relatert_persons_rolle.as_str() {
            "BARN" => RelationKind::Child,
            "MOR" | "FAR" | "MEDMOR" => RelationKind::Parent,
            _ => return None,
        };
        Some((kind, row.relatert_persons_ident.as_deref()?))
    });
    let all = spouses.chain(kin).filter_map(|(kind, ident)| {
        Some(Relation {
            kind,
            person: Some(PersonId::parse(ident)?),
            name: None,
            born: None,
            same_address: None,
            // Until the other's own row says otherwise.
            needs: linje_types::Clearance::ALL,
        })
    });
    all.collect()
}

fn guardian(row: Vergemaal) -> Guardian {
    let verge = row.verge_eller_fullmektig;
    let name = verge
        .identifiserende_informasjon
        .and_then(|known| known.navn);
    Guardian {
        name: name.as_ref().map(Navn::whole),
        scope: verge.omfang.unwrap_or_default(),
        person: verge
            .motparts_personident
            .as_deref()
            .and_then(PersonId::parse),
        // The register tells the name on the ward's own row.
        needs: linje_types::Clearance::NONE,
    }
}

/// A measure of a kind that is not known is taken as the strictest, never passed over.
fn measure(row: Tiltak) -> SafetyMeasure {
    let kind = match row.tiltakstype.as_str() {
        "FYUS" => SafetyKind::Fyus,
        "TFUS" => SafetyKind::Tfus,
        "DIUS" => SafetyKind::Dius,
        "TOAN" => SafetyKind::Toan,
        _ => SafetyKind::Ftus,
    };
    SafetyMeasure {
        kind,
        description: row.beskrivelse,
        from: row.gyldig_fra_og_med,
        until: row.gyldig_til_og_med,
    }
}

fn phones(mut rows: Vec<Telefon>) -> Vec<Phone> {
    rows.sort_by_key(|row| row.prioritet);
    let phones = rows.into_iter().map(|row| Phone {
        number: format!(
            "+{}{}",
            row.landskode.trim_start_matches(['+', '0']),
            row.nummer.replace(' ', "")
        ),
        priority: row.prioritet,
    });
    phones.collect()
}
