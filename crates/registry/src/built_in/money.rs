//! What a life gets: benefits, payments, cases, follow-up, notices.

use jiff::ToSpan;
use jiff::civil::Date;

use super::life::Life;
use super::lists::{self, TOPICS, days_before};
use crate::model::{
    Benefit, BenefitState, Case, CaseState, Contract, Document, DocumentKind, FollowUp, Notice,
    Payment, PaymentState,
};

/// A benefit with what it pays.
struct Paid {
    topic: &'static str,
    title: &'static str,
    /// Per month before tax, kroner.
    monthly: i64,
    /// In percent.
    tax: i64,
    /// The day of the month.
    day: i8,
    /// Months since it began.
    months: i64,
    percent: Option<u8>,
}

impl Life {
    fn paid(&self) -> Vec<Paid> {
        if self.is_dead() || !self.is_adult() {
            return Vec::new();
        }
        let drawn = self.draw(20);
        let spread = |from: i64, span: u64| from + i64::try_from(drawn / 7 % span).unwrap_or(0);
        let paid = |topic, title, monthly, tax, day, months, percent| Paid {
            topic,
            title,
            monthly,
            tax,
            day,
            months,
            percent,
        };
        let mut list = Vec::new();
        match self.position {
            0 | 5 | 12 => {
                let children = [2, 3, 2][[0, 5, 12]
                    .iter()
                    .position(|at| *at == self.position)
                    .unwrap_or(0)];
                list.push(paid("BAR", "Barnetrygd", 1968 * children, 0, 28, 40, None));
            }
            _ => {}
        }
        match self.position {
            10 | 11 | 15 if self.age >= 67 => list.push(paid(
                "PEN",
                "Alderspensjon",
                spread(19_000, 14_000),
                18,
                20,
                i64::from(self.age - 66) * 12,
                None,
            )),
            19 => list.push(paid(
                "UFO",
                "Uføretrygd",
                spread(17_000, 12_000),
                21,
                10,
                spread(6, 100),
                Some(if drawn.is_multiple_of(3) { 50 } else { 100 }),
            )),
            12 => list.push(paid(
                "ENF",
                "Overgangsstønad",
                spread(19_000, 4_000),
                17,
                25,
                14,
                None,
            )),
            6 if drawn.is_multiple_of(3) => list.push(paid(
                "FOR",
                "Foreldrepenger",
                spread(26_000, 18_000),
                24,
                25,
                7,
                Some(100),
            )),
            4 if drawn % 5 < 2 || self.block == 16 => list.push(paid(
                "DAG",
                "Dagpenger",
                spread(15_000, 9_000),
                20,
                15,
                5,
                None,
            )),
            4 if drawn % 5 == 2 => list.push(paid(
                "UNG",
                "Ungdomsprogramytelse",
                spread(13_000, 3_000),
                15,
                12,
                6,
                None,
            )),
            18 if drawn.is_multiple_of(3) => list.push(paid(
                "AAP",
                "Arbeidsavklaringspenger",
                spread(19_000, 9_000),
                21,
                14,
                16,
                None,
            )),
            18 if drawn % 3 == 1 => list.push(paid(
                "DAG",
                "Dagpenger",
                spread(17_000, 9_000),
                22,
                15,
                3,
                None,
            )),
            16 | 17 if drawn.is_multiple_of(6) => list.push(paid(
                "SYK",
                "Sykepenger",
                spread(28_000, 20_000),
                27,
                25,
                4,
                Some(if drawn.is_multiple_of(4) { 50 } else { 100 }),
            )),
            _ => {}
        }
        list
    }

    pub(super) fn benefits(&self, today: Date) -> Vec<Benefit> {
        let mut benefits: Vec<Benefit> = self
            .paid()
            .into_iter()
            .map(|paid| Benefit {
                topic: paid.topic.to_owned(),
                title: paid.title.to_owned(),
                state: BenefitState::Running,
                from: days_before(today, paid.months * 30),
                until: None,
                percent: paid.percent,
            })
            .collect();
        let drawn = self.draw(21);
        if self.is_adult() && !self.is_dead() && drawn % 100 < 30 {
            benefits.push(Benefit {
                topic: "SYK".to_owned(),
                title: "Sykepenger".to_owned(),
                state: BenefitState::Ended,
                from: days_before(today, 700),
                until: Some(days_before(today, 500)),
                percent: Some(100),
            });
        }
        if let Some(topic) = self.open_topic() {
            benefits.push(Benefit {
                topic: topic.to_owned(),
                title: "Søknad".to_owned(),
                state: BenefitState::AppliedFor,
                from: days_before(today, self.waited_days()),
                until: None,
                percent: None,
            });
        }
        benefits
    }

    /// Days since the person applied: the case opened on that day.
    fn waited_days(&self) -> i64 {
        20 + i64::try_from(self.draw(24) % 40).unwrap_or(0)
    }

    /// What the person has applied for and waits for.
    fn open_topic(&self) -> Option<&'static str> {
        let waits = self.is_adult() && !self.is_dead() && self.percent(22) < 35;
        let n = TOPICS.len();
        waits.then(|| TOPICS[(self.place as usize * 7 + 3) % n])
    }

    pub(super) fn payments(&self, today: Date) -> Vec<Payment> {
        let mut payments = Vec::new();
        for paid in self.paid() {
            for back in -1..paid.months.min(14) {
                payments.push(payment(
                    &paid,
                    today,
                    back,
                    self.percent(23) == 0 && back == 1,
                ));
            }
        }
        payments.sort_by(|a, b| b.date.cmp(&a.date));
        payments
    }

    pub(super) fn cases(&self, today: Date) -> Vec<Case> {
        let drawn = self.draw(24);
        let mut cases: Vec<Case> = self
            .paid()
            .iter()
            .enumerate()
            .map(|(turn, paid)| {
                let opened = paid.months * 30 + 25;
                self.case(
                    paid.topic,
                    turn,
                    (opened, opened - 18),
                    CaseState::Decided,
                    today,
                )
            })
            .collect();
        if let Some(topic) = self.open_topic() {
            let opened = self.waited_days();
            let mut case = self.case(topic, 7, (opened, opened / 2), CaseState::InProgress, today);
            case.expected = Some(today.saturating_add((25_i64).days()).to_string());
            cases.push(case);
        }
        if self.is_adult() && drawn % 100 < 55 {
            let topic = TOPICS[(self.place as usize * 11 + 5) % TOPICS.len()];
            cases.push(self.case(topic, 8, (400, 350), CaseState::Closed, today));
        }
        cases.sort_by(|a, b| b.changed.cmp(&a.changed));
        cases
    }

    fn case(
        &self,
        topic: &str,
        turn: usize,
        days: (i64, i64),
        state: CaseState,
        today: Date,
    ) -> Case {
        let (opened, changed) = days;
        let number = 140_000_000 + u64::from(self.place) * 10 + turn as u64;
        let document = |n: u64, title: &str, kind, days| Document {
            id: format!("{}", number * 10 + n),
            title: title.to_owned(),
            kind,
            date: days_before(today, days),
        };
        let mut documents = vec![
            document(1, "Søknad", DocumentKind::In, opened),
            document(
                2,
                "Bekreftelse på mottatt søknad",
                DocumentKind::Out,
                opened - 1,
            ),
        ];
        match state {
            CaseState::InProgress | CaseState::Received => {
                documents.push(document(
                    3,
                    "Vi trenger flere opplysninger",
                    DocumentKind::Out,
                    changed,
                ));
            }
            CaseState::Decided | CaseState::Closed => {
                documents.push(document(3, "Vedtak", DocumentKind::Out, changed));
            }
        }
        documents.sort_by(|a, b| b.date.cmp(&a.date));
        Case {
            id: number.to_string(),
            topic: topic.to_owned(),
            state: Some(state),
            opened: days_before(today, opened),
            changed: days_before(today, changed),
            expected: None,
            documents,
        }
    }

    pub(super) fn follow_up(&self, today: Date) -> FollowUp {
        let paid = self.paid();
        let seeks = paid
            .iter()
            .find(|paid| matches!(paid.topic, "DAG" | "AAP" | "UNG"));
        let Some(seeks) = seeks else {
            return lists::no_follow_up();
        };
        FollowUp {
            active: true,
            group: Some(
                if seeks.topic == "DAG" {
                    "STANDARD_INNSATS"
                } else {
                    "SITUASJONSBESTEMT_INNSATS"
                }
                .to_owned(),
            ),
            office: None,
            job_seeker_since: Some(days_before(today, seeks.months * 30)),
            next_report: Some(today.saturating_add((6_i64).days()).to_string()),
            contracts: vec![Contract {
                title: if seeks.topic == "DAG" {
                    "Aktivitetsplan: søke to stillinger i uka"
                } else {
                    "Aktivitetsplan: arbeidstrening"
                }
                .to_owned(),
                from: days_before(today, seeks.months * 30 - 20),
                until: None,
            }],
        }
    }

    pub(super) fn notices(&self, today: Date) -> Vec<Notice> {
        let drawn = self.draw(25);
        let preferences = self.preferences(today);
        // Who is reserved, or cannot be notified, gets letters: no e-mail, no message on a phone.
        let channel = if !preferences.can_be_notified {
            "letter"
        } else if drawn.is_multiple_of(3) && preferences.mobile.is_some() {
            "sms"
        } else {
            "email"
        };
        let mut notices: Vec<Notice> = self
            .paid()
            .iter()
            .enumerate()
            .map(|(turn, paid)| {
                let days = 3
                    + i64::try_from(drawn % 20).unwrap_or(0)
                    + i64::try_from(turn).unwrap_or(0) * 9;
                Notice {
                    date: days_before(today, days),
                    title: format!("Du har fått et brev om {}", paid.title.to_lowercase()),
                    channel: channel.to_owned(),
                    // Nobody knows when a letter is opened.
                    opened: (channel != "letter" && !drawn.is_multiple_of(4))
                        .then(|| days_before(today, days - 1)),
                }
            })
            .collect();
        if self.open_topic().is_some() {
            notices.push(Notice {
                date: days_before(today, 11),
                title: "Vi trenger flere opplysninger fra deg".to_owned(),
                channel: if channel == "letter" { channel } else { "page" }.to_owned(),
                opened: None,
            });
        }
        notices.sort_by(|a, b| b.date.cmp(&a.date));
        notices
    }
}

/// The payment `back` months ago; -1 is the next one.
fn payment(paid: &Paid, today: Date, back: i64, returned: bool) -> Payment {
    let month = today.saturating_sub(back.months());
    let date = month.with().day(paid.day.min(28)).build().unwrap_or(month);
    let gross_ore = paid.monthly * 100;
    let tax_ore = gross_ore * paid.tax / 100;
    Payment {
        date: date.to_string(),
        topic: paid.topic.to_owned(),
        title: paid.title.to_owned(),
        from: date.first_of_month().to_string(),
        to: date.last_of_month().to_string(),
        gross_ore,
        tax_ore,
        net_ore: gross_ore - tax_ore,
        state: if date > today {
            PaymentState::Planned
        } else if returned {
            PaymentState::Returned
        } else {
            PaymentState::Paid
        },
    }
}
