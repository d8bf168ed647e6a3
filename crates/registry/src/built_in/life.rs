//! One life: what follows from the seed and a place.

use jiff::civil::{Date, date};
use linje_types::Language;

use super::{BLOCK, BuiltIn, lists};
use crate::model::{
    Account, Address, AddressKind, CivilStatus, DigitalLevel, Guardian, Interpreter, Person,
    PersonStatus, Phone, PowerOfAttorney, Powers, Preferences, Protection, Relation, RelationKind,
    SafetyKind, SafetyMeasure, Sex,
};

/// The year in which everybody's age is as the table of a block says.
const YEAR: i16 = 2026;
/// The last number of the contact centre's synthetic staff.
const STAFF: u32 = 938;
/// The last number of the demo's free advisers who are somebody here.
const GUESTS: u32 = 20;

/// [position in the block]: youngest age, span of ages, first position of the household.
const POSITIONS: [(i16, u64, u32); BLOCK as usize] = [
    (32, 14, 0),
    (32, 14, 0),
    (6, 8, 0),
    (1, 8, 0),
    (19, 11, 4),
    (33, 12, 5),
    (33, 12, 5),
    (9, 6, 5),
    (4, 6, 5),
    (0, 4, 5),
    (68, 14, 10),
    (68, 14, 10),
    (26, 14, 12),
    (3, 4, 12),
    (0, 4, 12),
    (76, 18, 15),
    (28, 34, 16),
    (28, 34, 16),
    (30, 37, 18),
    (25, 36, 19),
];

/// A life.
#[derive(Debug, Clone, Copy)]
pub(super) struct Life {
    seed: u64,
    pub(super) place: u32,
    pub(super) block: u32,
    pub(super) position: u32,
    pub(super) age: i16,
    pub(super) born: Date,
}

/// The place of a member of staff among the people.
pub(super) fn place_of_staff(ident: &str) -> Option<u32> {
    let number: u32 = ident.strip_prefix('K')?.parse().ok()?;
    match number {
        100_001..=199_999 => Some((number - 100_001) % 1000 * BLOCK),
        200_001..=299_999 => Some((number - 200_001) % 1000 * BLOCK + 17),
        990_000..=999_999 => Some((number - 990_000) % 1000 * BLOCK + 16),
        _ => None,
    }
}

impl Life {
    pub(super) fn new(seed: u64, place: u32) -> Life {
        let position = place % BLOCK;
        let (youngest, span, _) = POSITIONS[position as usize];
        let drawn = mix(seed, place, 0);
        let age = youngest + i16::try_from(drawn % span).unwrap_or(0);
        let month = i8::try_from(drawn / 100 % 10).unwrap_or(0) + 1;
        let day = i8::try_from(drawn / 10_000 % 28).unwrap_or(0) + 1;
        Life {
            seed,
            place,
            block: place / BLOCK,
            position,
            age,
            born: date(YEAR - age, month, day),
        }
    }

    pub(super) fn draw(&self, salt: u64) -> u64 {
        mix(self.seed, self.place, salt)
    }

    pub(super) fn percent(&self, salt: u64) -> u64 {
        self.draw(salt) % 100
    }

    fn head(&self) -> u32 {
        self.block * BLOCK + POSITIONS[self.position as usize].2
    }

    fn at_position(&self, position: u32) -> Life {
        Life::new(self.seed, self.block * BLOCK + position)
    }

    pub(super) fn is_adult(&self) -> bool {
        self.age >= 18
    }

    pub(super) fn is_dead(&self) -> bool {
        self.position == 15 && self.block % 6 == 2
    }

    pub(super) fn is_abroad(&self) -> bool {
        matches!(self.position, 16 | 17) && (self.block % 30 == 9 || self.block % 100 == 27)
    }

    fn is_lost(&self) -> bool {
        self.position == 18 && self.block % 60 == 33
    }

    pub(super) fn protection(&self) -> Protection {
        match (self.position, self.block % 100) {
            (12..=14, 7) => Protection::Strict,
            (16 | 17, 27) => Protection::StrictAbroad,
            (5..=9, 13 | 63) | (4, 14 | 64) => Protection::Confidential,
            _ => Protection::Open,
        }
    }

    pub(super) fn employee(&self) -> Option<String> {
        match self.position {
            0 if self.block < STAFF => Some(format!("K{}", 100_001 + self.block)),
            16 if (1..=GUESTS).contains(&self.block) => Some(format!("K{}", 990_000 + self.block)),
            _ => None,
        }
    }

    pub(super) fn is_shielded(&self) -> bool {
        matches!(self.position, 0 | 1) && self.block < STAFF && self.block % 5 == 4
    }

    pub(super) fn surname(&self) -> String {
        let head = if matches!(self.head() % BLOCK, 0 | 5) {
            // The sons and daughters of the old couple bear its name.
            self.block * BLOCK + 10
        } else {
            self.head()
        };
        let drawn = mix(self.seed, head, 2);
        lists::surname(drawn)
    }

    pub(super) fn name(&self) -> String {
        if let Some(hostile) = self.hostile_name() {
            return hostile.to_owned();
        }
        format!("{} {}", lists::given(self.draw(3)), self.surname())
    }

    /// Names as nobody should be able to do harm with: a few people bear one.
    fn hostile_name(&self) -> Option<&'static str> {
        if self.position != 4 || self.block % 100 != 99 {
            return None;
        }
        let turn = self.block / 100;
        Some(lists::HOSTILE[turn as usize % lists::HOSTILE.len()])
    }

    /// Those who live as a couple share one phone, so that a number may point at two.
    pub(super) fn phone(&self) -> Option<String> {
        if !self.is_adult() || self.is_dead() {
            return None;
        }
        let owner = if self.position == 17 {
            self.place - 1
        } else {
            self.place
        };
        Some(format!("+4759{:06}", owner * 37 + 11))
    }

    fn sex(&self) -> Sex {
        if self.draw(4).is_multiple_of(2) {
            Sex::Woman
        } else {
            Sex::Man
        }
    }

    fn civil(&self) -> CivilStatus {
        match self.position {
            0 | 1 | 5 | 6 | 10 | 11 | 16 | 17 => CivilStatus::Married,
            12 => CivilStatus::Separated,
            15 => CivilStatus::Widowed,
            18 if self.percent(5) < 40 => CivilStatus::Divorced,
            _ => CivilStatus::Unmarried,
        }
    }

    fn address(&self) -> Address {
        let drawn = mix(self.seed, self.head(), 6);
        if self.is_abroad() {
            return Address {
                kind: AddressKind::Contact,
                line: format!("Exempelgatan {}", drawn % 90 + 1),
                post_code: String::new(),
                place: "Sverige".to_owned(),
                country: Some("SWE".to_owned()),
                from: Some(format!("{}-03-01", YEAR - 3)),
            };
        }
        let town = lists::town(mix(self.seed, self.block, 7));
        Address {
            kind: AddressKind::Home,
            line: format!("{} {}", lists::street(drawn), drawn / 64 % 140 + 1),
            post_code: town.post_code.to_owned(),
            place: town.place.to_owned(),
            country: None,
            from: Some(format!(
                "{}-{:02}-01",
                YEAR - 1 - i16::try_from(drawn % 20).unwrap_or(0),
                drawn / 7 % 12 + 1
            )),
        }
    }

    fn municipality(&self) -> Option<String> {
        let known = !self.is_abroad() && !self.is_lost();
        known.then(|| {
            lists::town(mix(self.seed, self.block, 7))
                .municipality
                .to_owned()
        })
    }

    /// Positions in the block, and how they are related.
    fn relatives(&self) -> Vec<(u32, RelationKind)> {
        use RelationKind::{Child, Parent, Spouse};
        match self.position {
            0 => vec![
                (1, Spouse),
                (2, Child),
                (3, Child),
                (10, Parent),
                (11, Parent),
            ],
            1 => vec![(0, Spouse), (2, Child), (3, Child)],
            2 | 3 => vec![(0, Parent), (1, Parent)],
            5 => vec![
                (6, Spouse),
                (7, Child),
                (8, Child),
                (9, Child),
                (10, Parent),
                (11, Parent),
            ],
            6 => vec![(5, Spouse), (7, Child), (8, Child), (9, Child)],
            7..=9 => vec![(5, Parent), (6, Parent)],
            10 => vec![(11, Spouse), (0, Child), (5, Child)],
            11 => vec![(10, Spouse), (0, Child), (5, Child)],
            12 => vec![(13, Child), (14, Child)],
            13 | 14 => vec![(12, Parent)],
            16 => vec![(17, Spouse)],
            17 => vec![(16, Spouse)],
            _ => Vec::new(),
        }
    }

    fn safety(&self) -> Vec<SafetyMeasure> {
        if self.position != 18 || self.block % 40 != 5 {
            return Vec::new();
        }
        let (kind, description) = match self.block / 40 % 5 {
            0 => (SafetyKind::Tfus, "Telefonisk utestengelse"),
            1 => (SafetyKind::Fyus, "Fysisk utestengelse"),
            2 => (SafetyKind::Toan, "To ansatte i samtale"),
            3 => (SafetyKind::Ftus, "Fysisk og telefonisk utestengelse"),
            _ => (SafetyKind::Dius, "Digital utestengelse"),
        };
        vec![SafetyMeasure {
            kind,
            description: description.to_owned(),
            from: format!("{}-09-01", YEAR - 1),
            until: Some(format!("{}-09-01", YEAR + 1)),
        }]
    }

    fn interpreter(&self) -> Interpreter {
        let speech = (self.position == 4 && self.block % 8 == 1)
            .then(|| ["ar", "pl", "so", "ti", "uk"][self.block as usize / 8 % 5].to_owned());
        let sign = (self.position == 18 && self.block % 50 == 11).then(|| "nsl".to_owned());
        Interpreter { speech, sign }
    }

    pub(super) fn preferences(&self, today: Date) -> Preferences {
        let not = match self.age {
            ..15 => 100,
            15..67 => 6,
            67..80 => 30,
            _ => 65,
        };
        let drawn = self.percent(10);
        let level = if drawn < not || self.is_dead() {
            DigitalLevel::NotDigital
        } else if drawn < not + 10 {
            DigitalLevel::PossiblyDigital
        } else {
            DigitalLevel::Digital
        };
        let active = level != DigitalLevel::NotDigital || drawn.is_multiple_of(3);
        let language = match self.percent(11) {
            0..82 => Language::Nb,
            82..92 => Language::Nn,
            92..94 => Language::Se,
            _ => Language::En,
        };
        let can_be_notified = level == DigitalLevel::Digital;
        let months = if can_be_notified {
            drawn % 12
        } else {
            19 + drawn % 20
        };
        let verified = lists::days_before(today, i64::try_from(months * 30).unwrap_or(0));
        Preferences {
            active,
            can_be_notified,
            reserved: level == DigitalLevel::NotDigital && active,
            language: active.then_some(language),
            email: active.then(|| format!("person{}@example.com", self.place)),
            email_verified: active.then(|| verified.clone()),
            mobile: self.phone().filter(|_| active),
            mobile_verified: self.phone().filter(|_| active).map(|_| verified),
            level,
        }
    }
}

impl BuiltIn {
    pub(super) fn person_of(&self, life: &Life) -> Person {
        let drawn = life.draw(12);
        let account = (life.is_adult() && !life.is_dead()).then(|| Account {
            number: format!("9999{:07}", drawn % 10_000_000),
            changed: format!("{}-0{}-14", YEAR - 1, drawn % 8 + 1),
            changed_by: if drawn.is_multiple_of(5) {
                "Bank".to_owned()
            } else {
                "Bruker".to_owned()
            },
        });
        Person {
            id: self.0.ids[life.place as usize],
            name: life.name(),
            surname: life.surname(),
            born: Some(life.born.to_string()),
            sex: life.sex(),
            status: if life.is_dead() {
                PersonStatus::Dead
            } else if life.is_abroad() {
                PersonStatus::Emigrated
            } else {
                PersonStatus::Resident
            },
            citizenship: vec![if life.percent(13) < 88 { "NOR" } else { "POL" }.to_owned()],
            civil: life.civil(),
            protection: life.protection(),
            shielded: life.is_shielded(),
            died: life
                .is_dead()
                .then(|| format!("{}-08-1{}", YEAR, life.percent(14) % 10)),
            addresses: if life.is_lost() {
                Vec::new()
            } else {
                vec![life.address()]
            },
            relations: self.relations_of(life),
            guardians: self.guardians_of(life),
            safety: life.safety(),
            interpreter: life.interpreter(),
            phones: life
                .phone()
                .map(|number| Phone {
                    number,
                    priority: 1,
                })
                .into_iter()
                .collect(),
            account,
            municipality: life.municipality(),
            abroad: life.is_abroad(),
            employee: life.employee(),
        }
    }

    fn relations_of(&self, life: &Life) -> Vec<Relation> {
        let relatives = life.relatives().into_iter();
        relatives
            .map(|(position, kind)| {
                let other = life.at_position(position);
                Relation {
                    kind,
                    person: self.id(other.place),
                    name: Some(other.name()),
                    born: Some(other.born.to_string()),
                    same_address: Some(other.head() == life.head()),
                    needs: other.protection().needs(other.is_shielded()),
                }
            })
            .collect()
    }

    /// The first of the block is guardian of the last.
    fn guardians_of(&self, life: &Life) -> Vec<Guardian> {
        if life.position != 19 || life.block % 10 != 3 {
            return Vec::new();
        }
        let guardian = life.at_position(0);
        vec![Guardian {
            name: Some(guardian.name()),
            scope: "Økonomiske forhold".to_owned(),
            person: self.id(guardian.place),
            needs: guardian.protection().needs(guardian.is_shielded()),
        }]
    }

    /// The old give a power of attorney to a grown child; some of them did, and it is over.
    pub(super) fn powers_of(&self, life: &Life) -> Powers {
        let mut powers = Powers::default();
        let giver = match life.block {
            // Somebody who can log in to the demo, and sees who rings for them.
            2 => 5,
            block if block.is_multiple_of(3) => 11,
            _ => return powers,
        };
        if life.position != 0 && life.position != giver {
            return powers;
        }
        let (giver, holder) = (life.at_position(giver), life.at_position(0));
        let other = if life.position == 0 { giver } else { holder };
        let (Some(from), Some(to)) = (self.id(giver.place), self.id(holder.place)) else {
            return powers;
        };
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
        let power = PowerOfAttorney {
            giver: from,
            holder: to,
            other_name: Some(other.name()),
            areas: vec![
                ("PEN".to_owned(), words(&["LES", "KOMMUNISER"])),
                ("HJE".to_owned(), words(&["LES", "KOMMUNISER", "SKRIV"])),
            ],
            from: format!("{}-01-15", YEAR - 1),
            until: (life.block % 9 == 6).then(|| format!("{}-06-30", YEAR)),
            needs: other.protection().needs(other.is_shielded()),
        };
        if life.position == 0 {
            &mut powers.held
        } else {
            &mut powers.given
        }
        .push(power);
        powers
    }
}

/// A number that follows from three, and looks like chance.
fn mix(seed: u64, place: u32, salt: u64) -> u64 {
    let mut z = seed
        .wrapping_add(u64::from(place).wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .wrapping_add(salt.wrapping_mul(0xd1b5_4a32_d192_ed03));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
