//! The words that lives are made of.

use jiff::ToSpan;
use jiff::civil::Date;
use linje_types::OrgNumber;

use crate::model::{
    Address, AddressKind, DigitalLevel, FollowUp, Office, Organisation, Preferences,
};

const GIVEN: [&str; 32] = [
    "Blid", "Rask", "Modig", "Stille", "Lun", "Kvikk", "Nøysom", "Sindig", "Munter", "Ivrig",
    "Varsom", "Trygg", "Lett", "Klar", "Snill", "Tapper", "Vever", "Frisk", "Myk", "Rolig",
    "Sprek", "Våken", "Lystig", "Ærlig", "Djerv", "Nett", "Kry", "Raus", "Grei", "Stø", "Mild",
    "Flink",
];
const FIRST_HALF: [&str; 30] = [
    "Fjell", "Skog", "Elve", "Bjørke", "Gran", "Lyng", "Myr", "Stein", "Strand", "Vind", "Snø",
    "Sol", "Måne", "Regn", "Tåke", "Høst", "Vår", "Kveld", "Morgen", "Bre", "Fosse", "Hav", "Tind",
    "Sand", "Torv", "Mose", "Furu", "Is", "Kyst", "Vidde",
];
const SECOND_HALF: [&str; 24] = [
    "kopp", "stol", "hylle", "lampe", "tråd", "spann", "vott", "luke", "kurv", "kasse", "klokke",
    "pose", "hake", "krok", "sko", "lue", "knapp", "tromme", "gryte", "benk", "tønne", "nøkkel",
    "skje", "bolle",
];
const STREETS: [&str; 6] = [
    "Syntetiskveien",
    "Eksempelgata",
    "Prøvestien",
    "Oppdiktet allé",
    "Papirveien",
    "Modellbakken",
];

pub(super) const HOSTILE: [&str; 8] = [
    "<script>document.title='stolen'</script> Testnavn",
    "\"><img src=x onerror=document.title='stolen'> Testnavn",
    "'; DROP TABLE person;-- Testnavn",
    "{{7*7}} ${7*7} Testnavn",
    "\u{202e}Testnavn snudd",
    "Testnavn javascript:document.title='stolen'",
    "Testnavn &lt;b&gt;fet&lt;/b&gt; \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
    "Testnavnmedveldigmangebokstaverutenetenestemellomromsomskalfåplasspåensmalskjermlikevel Langnavn",
];

/// [block, position, what they are good for in Norwegian and in English]; none of them is protected.
pub(super) const PERSONAS: [(u32, u32, &str, &str); 14] = [
    (
        1,
        4,
        "Ung, talespråktolk",
        "Young, needs a speech interpreter",
    ),
    (2, 5, "Forelder med tre barn", "Parent of three"),
    (2, 15, "Død", "Dead"),
    (
        3,
        11,
        "Pensjonist som har gitt fullmakt",
        "Pensioner who gave a power of attorney",
    ),
    (
        3,
        19,
        "Uføretrygd og verge",
        "Disability benefit and a guardian",
    ),
    (
        5,
        18,
        "Telefonisk utestengelse (sikkerhetstiltak)",
        "Barred from the phone (safety measure)",
    ),
    (6, 12, "Alene med to barn", "Single parent of two"),
    (39, 16, "Bor i Sverige", "Lives in Sweden"),
    (10, 10, "Pensjonist", "Pensioner"),
    (11, 18, "Tegnspråktolk", "Needs a sign-language interpreter"),
    (33, 18, "Ukjent bosted", "Nobody knows where they live"),
    (
        45,
        18,
        "Fysisk utestengelse (sikkerhetstiltak)",
        "Barred from the office (safety measure)",
    ),
    (16, 4, "Ung arbeidssøker", "Young job seeker"),
    (
        99,
        4,
        "Navn som forsøker å kjøre kode",
        "A name that tries to run code",
    ),
];

/// The topics that cases can be about.
pub(super) const TOPICS: [&str; 65] = [
    "AAP", "AAR", "AGR", "AKT", "ARP", "ARS", "BAR", "BBF", "BID", "BIL", "DAG", "ENF", "ERS",
    "EYB", "EYO", "FAR", "FEI", "FIP", "FOR", "FOS", "FRI", "FUL", "GEN", "GRA", "GRU", "HEL",
    "HJE", "IAR", "IND", "KLL", "KON", "KTA", "KTR", "MED", "MOB", "OLJ", "OMS", "OPA", "OPP",
    "PAI", "PEN", "PER", "POI", "REH", "REK", "RPO", "RVE", "SAA", "SAK", "SAP", "SER", "STO",
    "SUP", "SYK", "SYM", "TIL", "TRK", "TRY", "TSO", "TSR", "UFM", "UFO", "UNG", "YRA", "YRK",
];

/// A town.
pub(super) struct Town {
    pub(super) municipality: &'static str,
    pub(super) post_code: &'static str,
    pub(super) place: &'static str,
    office: &'static str,
}

const fn in_town(
    municipality: &'static str,
    post_code: &'static str,
    place: &'static str,
    office: &'static str,
) -> Town {
    Town {
        municipality,
        post_code,
        place,
        office,
    }
}

const TOWNS: [Town; 14] = [
    in_town("0301", "0150", "Oslo", "0315"),
    in_town("1804", "8006", "Bodø", "1804"),
    in_town("5501", "9008", "Tromsø", "1902"),
    in_town("5601", "9510", "Alta", "2012"),
    in_town("5001", "7011", "Trondheim", "1603"),
    in_town("4601", "5003", "Bergen", "1209"),
    in_town("1103", "4006", "Stavanger", "1103"),
    in_town("4204", "4611", "Kristiansand", "1001"),
    in_town("3301", "3015", "Drammen", "0602"),
    in_town("3403", "2317", "Hamar", "0403"),
    in_town("3405", "2609", "Lillehammer", "0501"),
    in_town("3907", "3210", "Sandefjord", "0706"),
    in_town("4003", "3724", "Skien", "0806"),
    in_town("1506", "6413", "Molde", "1502"),
];

fn pick<T>(list: &[T], drawn: u64) -> &T {
    let n = list.len() as u64;
    &list[usize::try_from(drawn % n).unwrap_or(0)]
}

pub(super) fn given(drawn: u64) -> &'static str {
    pick::<&str>(&GIVEN, drawn)
}

pub(super) fn surname(drawn: u64) -> String {
    format!(
        "{}{}",
        *pick(&FIRST_HALF, drawn),
        *pick(&SECOND_HALF, drawn / 30)
    )
}

pub(super) fn street(drawn: u64) -> &'static str {
    pick::<&str>(&STREETS, drawn)
}

pub(super) fn town(drawn: u64) -> &'static Town {
    pick(&TOWNS, drawn)
}

pub(super) fn days_before(today: Date, days: i64) -> String {
    today.saturating_sub(days.days()).to_string()
}

pub(super) fn no_preferences() -> Preferences {
    Preferences {
        active: false,
        can_be_notified: false,
        reserved: false,
        language: None,
        email: None,
        email_verified: None,
        mobile: None,
        mobile_verified: None,
        level: DigitalLevel::NotDigital,
    }
}

pub(super) fn no_follow_up() -> FollowUp {
    FollowUp {
        active: false,
        group: None,
        office: None,
        job_seeker_since: None,
        next_report: None,
        contracts: Vec::new(),
    }
}

pub(super) fn local_office(municipality: &str) -> Option<Office> {
    let town = TOWNS
        .iter()
        .find(|town| town.municipality == municipality)?;
    Some(Office {
        number: town.office.to_owned(),
        name: format!("Lokalkontoret {}", town.place),
        open: vec!["Mandag–fredag kl. 12.00–14.00, eller etter avtale".to_owned()],
        visit: Some(format!("Kontorgata 1, {} {}", town.post_code, town.place)),
    })
}

/// Work goes to the deciding unit of its field, and to the local office when it is about follow-up.
pub(super) fn best_unit(topic: &str, municipality: Option<&str>) -> Option<Office> {
    let unit = |number: &str, name: &str| Office {
        number: number.to_owned(),
        name: name.to_owned(),
        open: Vec::new(),
        visit: None,
    };
    let (number, name) = match topic {
        "AKT" | "OPP" | "TIL" | "ARP" => return local_office(municipality?),
        "BAR" | "KON" | "FOR" | "OMS" | "ENF" => ("4806", "Forvaltning familie"),
        "BID" | "FAR" | "GRA" | "GRU" => ("4812", "Forvaltning familie og bidrag"),
        "PEN" | "EYB" | "EYO" | "SUP" | "FIP" => ("4803", "Forvaltning pensjon"),
        "UFO" | "YRK" => ("4410", "Forvaltning uføretrygd"),
        "HJE" | "HEL" | "BIL" => ("4701", "Hjelpemiddelsentralen"),
        "MED" | "UFM" | "TRY" => ("4530", "Forvaltning medlemskap"),
        _ => ("4402", "Forvaltning arbeid"),
    };
    Some(unit(number, name))
}

/// Every second number of the series of organisations that do not exist is one.
pub(super) fn organisation(seed: u64, number: OrgNumber) -> Option<Organisation> {
    let digits = number.digits();
    let head: u64 = digits.get(0..8)?.parse().ok()?;
    if !digits.starts_with('3') || head % 2 == 1 {
        return None;
    }
    let drawn = head.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ seed;
    let town = town(drawn / 3);
    let (form, industry) = *pick(
        &[
            ("AS", "Bygg og anlegg"),
            ("AS", "Varehandel"),
            ("ENK", "Personlig tjenesteyting"),
            ("AS", "Transport og lagring"),
            ("SA", "Fiske og havbruk"),
            ("KOMM", "Helse- og omsorgstjenester"),
        ],
        drawn / 7,
    );
    Some(Organisation {
        name: format!("{} {form}", surname(drawn / 11)),
        form: form.to_owned(),
        industry: industry.to_owned(),
        address: Some(Address {
            kind: AddressKind::Contact,
            line: format!("{} {}", street(drawn / 13), drawn / 17 % 80 + 1),
            post_code: town.post_code.to_owned(),
            place: town.place.to_owned(),
            country: None,
            from: None,
        }),
        employees: u32::try_from(drawn / 19 % 240).unwrap_or(0) + 1,
        closed: (drawn / 23)
            .is_multiple_of(12)
            .then(|| "2025-12-31".to_owned()),
        number: digits,
    })
}
