//! The yes/no rules of the national centre, asked as an adviser would: who is helped with what, where.

use linje_centre::{Centre, TaskKind};
use linje_guidance::{
    Counsel, Digital, Fact, Facts, Needs, NeedsGroup, Question, Tongue, Way, advise,
};

fn national() -> Centre {
    Centre::parse(include_str!("../../../centres/national-2015.toml")).expect("a description")
}

fn says<'g>(counsel: &Counsel<'g>, id: &str) -> bool {
    counsel.advice.iter().any(|advice| advice.rule.id == id)
}

const BY_PHONE: Facts<'static> = Facts {
    digital: Some(Digital::Digital),
    way: Some(Way::Phone),
    topic: Some("DAG"),
    needs: Needs::UNKNOWN,
    question: Some(Question::Payment),
    agency: None,
    language: Some(Tongue::Spoken(linje_types::Language::Nb)),
    been_to_web: None,
    identified: Some(true),
};

#[test]
fn who_can_use_the_web_is_shown_the_way_and_who_cannot_is_helped() {
    let centre = national();
    for (question, rule) in [
        (Question::Payment, "ingen-enkle-utbetalingssporsmal"),
        (Question::CaseStatus, "ingen-saksstatus"),
        (Question::Print, "ingen-utskrift"),
    ] {
        for digital in [Digital::Digital, Digital::Possibly] {
            let facts = Facts {
                digital: Some(digital),
                question: Some(question),
                ..BY_PHONE
            };
            let counsel = advise(&centre.guidance, &facts);
            assert!(
                says(&counsel, rule) && says(&counsel, "vis-vei-til-nettet"),
                "{rule}"
            );
            assert!(!says(&counsel, "ikke-digital-alt-paa-telefon"));
        }
        let facts = Facts {
            digital: Some(Digital::Not),
            question: Some(question),
            ..BY_PHONE
        };
        let counsel = advise(&centre.guidance, &facts);
        assert!(!says(&counsel, rule) && says(&counsel, "ikke-digital-alt-paa-telefon"));
        assert_eq!(
            says(&counsel, "ikke-digital-utskrift"),
            question == Question::Print
        );
    }
}

#[test]
fn what_is_not_known_is_asked_and_not_guessed() {
    let centre = national();
    let facts = Facts {
        digital: None,
        question: None,
        ..BY_PHONE
    };
    let counsel = advise(&centre.guidance, &facts);
    assert!(says(&counsel, "arbeid-forst"), "work first, always");
    assert!(!says(&counsel, "vis-vei-til-nettet"));
    assert_eq!(counsel.ask, [Fact::Question, Fact::Digital]);
}

#[test]
fn no_meeting_without_a_need_and_no_debate_about_rules() {
    let centre = national();
    let asks = |needs| {
        let facts = Facts {
            question: Some(Question::Appointment),
            needs,
            ..BY_PHONE
        };
        let counsel = advise(&centre.guidance, &facts);
        (
            says(&counsel, "ingen-time-uten-oppfolging"),
            counsel.ways.first().copied(),
        )
    };
    let only = Needs::UNKNOWN.with(NeedsGroup::BenefitsOnly);
    assert_eq!(asks(only), (true, Some(Way::Web)));
    let both = only.with(NeedsGroup::CompoundFollowUp);
    assert_eq!(asks(both), (false, Some(Way::Phone)));
    let facts = Facts {
        question: Some(Question::RulesDebate),
        ..BY_PHONE
    };
    assert!(says(
        &advise(&centre.guidance, &facts),
        "ikke-debatt-om-regler"
    ));
}

#[test]
fn some_things_are_not_said_everywhere() {
    let centre = national();
    let public = Facts {
        way: Some(Way::Public),
        ..Facts::default()
    };
    assert!(says(
        &advise(&centre.guidance, &public),
        "aldri-personlig-offentlig"
    ));
    let chat = Facts {
        way: Some(Way::Chat),
        identified: Some(false),
        ..Facts::default()
    };
    assert!(says(
        &advise(&centre.guidance, &chat),
        "chat-uten-innlogging"
    ));
    let other = Facts {
        agency: Some("skatteetaten"),
        question: Some(Question::OtherAgency),
        language: Some(Tongue::Other),
        ..BY_PHONE
    };
    let counsel = advise(&centre.guidance, &other);
    assert!(says(&counsel, "andre-etater") && says(&counsel, "andre-spraak"));
    assert_eq!(
        counsel.signpost.map(|agency| agency.web.as_str()),
        Some("skatteetaten.no")
    );
}

#[test]
fn a_matter_goes_to_who_takes_it_over_unless_nothing_may_be_kept() {
    let centre = national();
    let to = |code: &str| {
        let hand_over = centre.hand_over(centre.topic_id(code)).expect("somebody");
        let unit = &centre.units[hand_over.unit.idx()].id;
        (unit.clone(), hand_over.kind, hand_over.working_days)
    };
    assert_eq!(
        to("DAG"),
        (
            "forvaltning-hordaland".to_owned(),
            TaskKind::JudgeContact,
            0
        )
    );
    assert_eq!(
        to("STO"),
        ("servicesenteret".to_owned(), TaskKind::JudgeContact, 1)
    );
    assert_eq!(
        to("MED"),
        ("servicesenteret".to_owned(), TaskKind::ContactCitizen, 2)
    );
    let social = centre.queue_id("sosiale-tjenester");
    assert!(centre.leaves_no_trace(social, None));
    assert!(!centre.leaves_no_trace(centre.queue_id("pensjon"), centre.topic_id("PEN")));
}
