//! What the registers know, in our own words. Dates are `2026-11-22`; amounts are øre.
//!
//! `Debug` of a person shows nothing: these values pass through code that writes logs.

use std::fmt;

use linje_types::{Clearance, Language, OrgNumber, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Protection of an address (*adressebeskyttelse*).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// None.
    #[default]
    Open,
    /// *Fortrolig*, code 7.
    Confidential,
    /// *Strengt fortrolig*, code 6.
    Strict,
    /// *Strengt fortrolig* and abroad.
    StrictAbroad,
}

impl Protection {
    /// What somebody must be cleared for to meet a person who is protected so, and shielded or not.
    #[must_use]
    pub const fn needs(self, shielded: bool) -> Clearance {
        let own = match self {
            Protection::Open => Clearance::NONE,
            Protection::Confidential => Clearance::CONFIDENTIAL,
            Protection::Strict | Protection::StrictAbroad => Clearance::STRICT,
        };
        if shielded {
            own.and(Clearance::SHIELDED)
        } else {
            own
        }
    }
}

/// As the register says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// *Kvinne*.
    Woman,
    /// *Mann*.
    Man,
    /// The register does not say.
    Unknown,
}

/// *Personstatus*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonStatus {
    /// *Bosatt*.
    Resident,
    /// *Død*.
    Dead,
    /// *Utflyttet*.
    Emigrated,
    /// *Midlertidig*.
    Temporary,
    /// *Ikke bosatt, inaktiv, opphørt, forsvunnet*.
    Other,
}

/// *Sivilstand*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CivilStatus {
    /// *Ugift*.
    Unmarried,
    /// *Gift, registrert partner*.
    Married,
    /// *Separert*.
    Separated,
    /// *Skilt*.
    Divorced,
    /// *Enke, enkemann*.
    Widowed,
    /// Not told.
    Unknown,
}

/// What an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AddressKind {
    /// *Bosted*.
    Home,
    /// *Kontaktadresse*.
    Contact,
    /// *Oppholdsadresse*.
    Stay,
}

/// An address.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Address {
    /// What it is.
    pub kind: AddressKind,
    /// Street and number.
    pub line: String,
    /// Four figures.
    pub post_code: String,
    /// The place of the post code.
    pub place: String,
    /// A country abroad, ISO 3166 alpha-3.
    pub country: Option<String>,
    /// Since when.
    pub from: Option<String>,
}

/// How somebody is related.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RelationKind {
    /// *Ektefelle, partner*.
    Spouse,
    /// *Barn*.
    Child,
    /// *Forelder*.
    Parent,
}

/// Somebody related.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Relation {
    /// How.
    pub kind: RelationKind,
    /// Who; left out when the reader may not know.
    #[serde(serialize_with = "digits")]
    #[schema(value_type = Option<String>)]
    pub person: Option<PersonId>,
    /// The name; left out when the reader may not know.
    pub name: Option<String>,
    /// Born.
    pub born: Option<String>,
    /// Lives at the same address; left out when the reader may not know.
    pub same_address: Option<bool>,
    /// What the related person's own protection needs; not for readers.
    #[serde(skip)]
    pub needs: Clearance,
}

/// A guardian (*verge*).
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Guardian {
    /// The name; left out when the reader may not know.
    pub name: Option<String>,
    /// What the guardian may speak about.
    pub scope: String,
    /// Who it is; not for readers.
    #[serde(skip)]
    pub person: Option<PersonId>,
    /// What the guardian's own protection needs; not for readers.
    #[serde(skip)]
    pub needs: Clearance,
}

/// What kind of safety measure (*sikkerhetstiltak*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum SafetyKind {
    /// Must not be met in person.
    Fyus,
    /// Must not be talked to on the phone.
    Tfus,
    /// Neither.
    Ftus,
    /// No digital contact.
    Dius,
    /// Two members of staff must be present.
    Toan,
}

impl SafetyKind {
    /// Whether the phone is barred.
    #[must_use]
    pub const fn bars_phone(self) -> bool {
        matches!(self, SafetyKind::Tfus | SafetyKind::Ftus)
    }
}

/// A safety measure.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SafetyMeasure {
    /// What kind.
    pub kind: SafetyKind,
    /// As the register words it.
    pub description: String,
    /// From.
    pub from: String,
    /// Until; open when left out.
    pub until: Option<String>,
}

/// A need for an interpreter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct Interpreter {
    /// Of which spoken language.
    pub speech: Option<String>,
    /// Of which sign language.
    pub sign: Option<String>,
}

/// A phone number.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RegisteredPhone)]
pub struct Phone {
    /// In E.164 form.
    pub number: String,
    /// 1 is rung first.
    pub priority: u8,
}

/// A bank account.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Account {
    /// Eleven figures.
    pub number: String,
    /// When it was changed.
    pub changed: String,
    /// Who changed it: the person, or a system's name.
    pub changed_by: String,
}

/// A person, as the register of people has it.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Person {
    /// Who.
    #[serde(serialize_with = "some_digits")]
    #[schema(value_type = String)]
    pub id: PersonId,
    /// The whole name.
    pub name: String,
    /// The family name.
    pub surname: String,
    /// Born; left out when the register does not say.
    pub born: Option<String>,
    /// As the register says.
    pub sex: Sex,
    /// Status.
    pub status: PersonStatus,
    /// ISO 3166 alpha-3.
    pub citizenship: Vec<String>,
    /// Civil status.
    pub civil: CivilStatus,
    /// Protection of the address.
    pub protection: Protection,
    /// Own employee, or related to one (*skjermet*).
    pub shielded: bool,
    /// The date of death.
    pub died: Option<String>,
    /// Addresses.
    pub addresses: Vec<Address>,
    /// Family.
    pub relations: Vec<Relation>,
    /// Guardians.
    pub guardians: Vec<Guardian>,
    /// Safety measures.
    pub safety: Vec<SafetyMeasure>,
    /// Interpreters.
    pub interpreter: Interpreter,
    /// Phones that are registered in the agency.
    pub phones: Vec<Phone>,
    /// Bank account.
    pub account: Option<Account>,
    /// Municipality; left out when unknown or abroad.
    pub municipality: Option<String>,
    /// Lives abroad.
    pub abroad: bool,
    /// The ident of an employee; not for readers.
    #[serde(skip)]
    pub employee: Option<String>,
}

/// What the rules of reading need to know of a person, and nothing more.
#[derive(Clone, PartialEq, Eq)]
pub struct Facts {
    /// Who.
    pub id: PersonId,
    /// What a reader must be cleared for.
    pub needs: Clearance,
    /// The closest family.
    pub family: Vec<PersonId>,
    /// The ident of an employee.
    pub employee: Option<String>,
    /// The family name.
    pub surname: String,
    /// Whether the person is dead.
    pub dead: bool,
    /// Whether the person lives abroad.
    pub abroad: bool,
    /// Whether nobody knows where the person lives.
    pub unknown_home: bool,
}

impl Person {
    /// What the rules of reading need to know.
    #[must_use]
    pub fn facts(&self) -> Facts {
        Facts {
            id: self.id,
            needs: self.protection.needs(self.shielded),
            family: self
                .relations
                .iter()
                .filter_map(|relation| relation.person)
                .collect(),
            employee: self.employee.clone(),
            surname: self.surname.clone(),
            dead: self.status == PersonStatus::Dead,
            abroad: self.abroad,
            unknown_home: !self.abroad && self.municipality.is_none(),
        }
    }

    /// The same without what `reader` may not know about those who are related.
    #[must_use]
    pub fn for_reader(mut self, reader: Clearance) -> Person {
        for relation in &mut self.relations {
            if !reader.covers(relation.needs) {
                relation.person = None;
                relation.name = None;
                relation.born = None;
                relation.same_address = None;
            }
        }
        for guardian in &mut self.guardians {
            if !reader.covers(guardian.needs) {
                guardian.name = None;
            }
        }
        self
    }
}

/// Whether somebody can be reached digitally.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DigitalLevel {
    /// Active, not reserved, can be notified.
    Digital,
    /// Registered, but something is missing or old.
    PossiblyDigital,
    /// Reserved or not registered.
    NotDigital,
}

/// *Kontakt- og reservasjonsregisteret*.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Preferences {
    /// Registered at all.
    pub active: bool,
    /// Can be notified.
    pub can_be_notified: bool,
    /// Has said no to digital contact.
    pub reserved: bool,
    /// The preferred language; the one to be answered in.
    #[schema(value_type = Option<String>, example = "nb")]
    pub language: Option<Language>,
    /// E-mail.
    pub email: Option<String>,
    /// When the e-mail was last confirmed.
    pub email_verified: Option<String>,
    /// Mobile.
    pub mobile: Option<String>,
    /// When the mobile was last confirmed.
    pub mobile_verified: Option<String>,
    /// What it adds up to.
    pub level: DigitalLevel,
}

/// Who may act for whom.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PowerOfAttorney {
    /// Whose matters.
    #[serde(serialize_with = "some_digits")]
    #[schema(value_type = String)]
    pub giver: PersonId,
    /// Who may act.
    #[serde(serialize_with = "some_digits")]
    #[schema(value_type = String)]
    pub holder: PersonId,
    /// The other one's name; left out when the reader may not know.
    pub other_name: Option<String>,
    /// In which topics, and what: LES, KOMMUNISER, SKRIV.
    pub areas: Vec<(String, Vec<String>)>,
    /// From.
    pub from: String,
    /// Until.
    pub until: Option<String>,
    /// What the other one's own protection needs; not for readers.
    #[serde(skip)]
    pub needs: Clearance,
}

/// Both sides of a person's powers of attorney.
#[derive(Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct Powers {
    /// The person gave these.
    pub given: Vec<PowerOfAttorney>,
    /// The person holds these.
    pub held: Vec<PowerOfAttorney>,
}

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// Received.
    Received,
    /// Being worked on.
    InProgress,
    /// Decided.
    Decided,
    /// Closed.
    Closed,
}

/// A document of a case.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Document {
    /// Its id in the archive.
    pub id: String,
    /// Its title.
    pub title: String,
    /// In, out, or internal.
    pub kind: DocumentKind,
    /// The date.
    pub date: String,
}

/// Which way a document went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// To the agency.
    In,
    /// From the agency.
    Out,
    /// A note.
    Internal,
}

/// A case.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Case {
    /// Its number.
    pub id: String,
    /// The topic's code.
    pub topic: String,
    /// Where it stands; the archive does not say for all.
    pub state: Option<CaseState>,
    /// Opened.
    pub opened: String,
    /// Last changed.
    pub changed: String,
    /// When an answer can be expected.
    pub expected: Option<String>,
    /// Its documents, newest first.
    pub documents: Vec<Document>,
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// To come.
    Planned,
    /// Paid.
    Paid,
    /// Came back.
    Returned,
}

/// A payment.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Payment {
    /// The day.
    pub date: String,
    /// The topic's code.
    pub topic: String,
    /// What it is for.
    pub title: String,
    /// The period.
    pub from: String,
    /// The period's end.
    pub to: String,
    /// Before tax, øre.
    pub gross_ore: i64,
    /// Tax, øre.
    pub tax_ore: i64,
    /// Paid out, øre.
    pub net_ore: i64,
    /// Where it stands.
    pub state: PaymentState,
}

/// Where a benefit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BenefitState {
    /// Running.
    Running,
    /// Ended.
    Ended,
    /// Applied for.
    AppliedFor,
}

/// A benefit (*ytelse*).
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Benefit {
    /// The topic's code.
    pub topic: String,
    /// The name.
    pub title: String,
    /// Where it stands.
    pub state: BenefitState,
    /// From.
    pub from: String,
    /// Until.
    pub until: Option<String>,
    /// In percent, where it is graded.
    pub percent: Option<u8>,
}

/// A contract of the follow-up (*oppfølging*).
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Contract {
    /// What was agreed.
    pub title: String,
    /// From.
    pub from: String,
    /// Until.
    pub until: Option<String>,
}

/// The follow-up.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FollowUp {
    /// Whether the person is followed up.
    pub active: bool,
    /// The decided need (*innsatsgruppe*), a code.
    pub group: Option<String>,
    /// Who follows up: an office.
    pub office: Option<String>,
    /// Registered as a job seeker since.
    pub job_seeker_since: Option<String>,
    /// Reports to send in (*meldekort*) by.
    pub next_report: Option<String>,
    /// What was agreed.
    pub contracts: Vec<Contract>,
}

/// A notice that was sent (*brukervarsel*).
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Notice {
    /// The day.
    pub date: String,
    /// What it said.
    pub title: String,
    /// sms, email or page.
    pub channel: String,
    /// When it was opened.
    pub opened: Option<String>,
}

/// An office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Office {
    /// Four figures.
    pub number: String,
    /// The name.
    pub name: String,
    /// When people may come, in words.
    pub open: Vec<String>,
    /// Where.
    pub visit: Option<String>,
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Organisation {
    /// Nine figures.
    pub number: String,
    /// The name.
    pub name: String,
    /// The form, such as AS.
    pub form: String,
    /// The industry, in words.
    pub industry: String,
    /// Where it is.
    pub address: Option<Address>,
    /// People employed.
    pub employees: u32,
    /// Closed since.
    pub closed: Option<String>,
}

/// What is searched for. Names match at the beginning of words.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// A name or parts of one.
    pub name: Option<String>,
    /// The day of birth.
    pub born: Option<String>,
    /// A phone number in E.164 form.
    pub phone: Option<String>,
}

/// Somebody found.
#[derive(Clone, PartialEq, Eq)]
pub struct Hit {
    /// The name.
    pub name: String,
    /// Born.
    pub born: Option<String>,
    /// Where the person lives, without the street.
    pub place: Option<String>,
    /// What the rules of reading need.
    pub facts: Facts,
}

/// What a task asks for (*oppgavetype*).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum TaskKind {
    /// *Behandle henvendelse*.
    #[serde(rename = "BEH_HENV")]
    HandleContact,
    /// *Vurder henvendelse*.
    #[serde(rename = "VURD_HENV")]
    AssessContact,
    /// *Vurder konsekvens for ytelse*.
    #[serde(rename = "VUR_KONS_YTE")]
    AssessBenefit,
    /// *Kontakt bruker*.
    #[serde(rename = "KONT_BRUK")]
    ContactCitizen,
}

impl TaskKind {
    /// All of them.
    pub const ALL: [TaskKind; 4] = [
        TaskKind::HandleContact,
        TaskKind::AssessContact,
        TaskKind::AssessBenefit,
        TaskKind::ContactCitizen,
    ];

    /// The code that the registers use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            TaskKind::HandleContact => "BEH_HENV",
            TaskKind::AssessContact => "VURD_HENV",
            TaskKind::AssessBenefit => "VUR_KONS_YTE",
            TaskKind::ContactCitizen => "KONT_BRUK",
        }
    }

    /// The kind of a code.
    #[must_use]
    pub fn parse(code: &str) -> Option<TaskKind> {
        TaskKind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// How urgent a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Priority {
    /// High.
    #[serde(rename = "HOY")]
    High,
    /// Usual.
    #[serde(rename = "NORM")]
    Normal,
    /// Low.
    #[serde(rename = "LAV")]
    Low,
}

impl Priority {
    /// The code that the registers use.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Priority::High => "HOY",
            Priority::Normal => "NORM",
            Priority::Low => "LAV",
        }
    }

    /// The priority of a code; the usual one for an unknown code.
    #[must_use]
    pub fn parse(code: &str) -> Priority {
        match code {
            "HOY" | "KRITISK" => Priority::High,
            "LAV" => Priority::Low,
            _ => Priority::Normal,
        }
    }
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// Made, and nobody has begun.
    Open,
    /// Somebody works on it.
    InProgress,
    /// Done.
    Finished,
    /// Made by mistake.
    Mistaken,
}

/// A task to be made.
#[derive(Clone, PartialEq, Eq)]
pub struct NewTask {
    /// The same key is the same task.
    pub key: String,
    /// About whom.
    pub person: Option<PersonId>,
    /// About which organisation.
    pub organisation: Option<OrgNumber>,
    /// The topic's code.
    pub topic: String,
    /// What it asks for.
    pub kind: TaskKind,
    /// How urgent.
    pub priority: Priority,
    /// Four figures; left out, the register finds the unit.
    pub unit: Option<String>,
    /// The ident of who made it.
    pub made_by: String,
    /// The unit of who made it.
    pub made_by_unit: String,
    /// What is to be done; personal.
    pub text: String,
    /// To be done by, a date.
    pub due: String,
    /// Not before, a date.
    pub from: String,
}

/// A task.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Task {
    /// Its id in the register.
    pub id: String,
    /// The topic's code.
    pub topic: String,
    /// What it asks for.
    pub kind: TaskKind,
    /// How urgent.
    pub priority: Priority,
    /// Where it stands.
    pub status: TaskStatus,
    /// Who has it: a unit.
    pub unit: String,
    /// What is to be done.
    pub text: String,
    /// To be done by.
    pub due: String,
    /// When it was made, RFC 3339.
    pub made: String,
    /// The ident of who made it.
    pub made_by: String,
    /// When it was done.
    pub finished: Option<String>,
    /// What came of it, in words.
    pub outcome: Option<String>,
}

macro_rules! redacted {
    ($($name:ident)+) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        })+
    };
}

redacted!(
    Person Facts Address Relation Guardian SafetyMeasure Phone Account Preferences PowerOfAttorney
    Powers Document Case Payment Benefit Contract FollowUp Notice Search Hit NewTask Task
);

fn some_digits<S: serde::Serializer>(id: &PersonId, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&id.digits())
}

#[expect(clippy::ref_option, reason = "serde gives a reference to the field")]
fn digits<S: serde::Serializer>(id: &Option<PersonId>, to: S) -> Result<S::Ok, S::Error> {
    id.map(PersonId::digits).serialize(to)
}
