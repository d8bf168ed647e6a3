//! The words of guidance as people see them.

use linje_guidance::{Digital, Fact, Question, Way};
use linje_types::Language;

const fn pick(language: Language, nb: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::En => en,
        Language::Nb | Language::Nn | Language::Se => nb,
    }
}

/// A kind of help.
pub(crate) const fn question(question: Question, language: Language) -> &'static str {
    let (nb, en) = match question {
        Question::General => ("Generell veiledning", "General guidance"),
        Question::Payment => ("Utbetaling", "Payment"),
        Question::CaseStatus => ("Status på saken", "Status of the case"),
        Question::Print => ("Utskrift eller kopi", "Print or copy"),
        Question::Form => ("Skjema eller innlogging", "Form or log-in"),
        Question::Appointment => ("Time på kontoret", "Appointment at the office"),
        Question::NewFacts => ("Nye opplysninger", "New facts"),
        Question::OtherAgency => ("Gjelder en annen etat", "Another agency's matter"),
        Question::RulesDebate => ("Uenig i reglene", "Disagrees with the rules"),
        Question::Appeal => ("Klage", "Appeal"),
        Question::Work => ("Arbeid og stillinger", "Work and vacancies"),
        Question::Decision => (
            "Noe saksbehandler må avgjøre",
            "Something a caseworker decides",
        ),
    };
    pick(language, nb, en)
}

/// Whether somebody can use the web.
pub(crate) const fn digital(digital: Digital, language: Language) -> &'static str {
    let (nb, en) = match digital {
        Digital::Digital => ("Digital", "Digital"),
        Digital::Possibly => ("Mulig digital", "Possibly digital"),
        Digital::Not => ("Ikke digital", "Not digital"),
    };
    pick(language, nb, en)
}

/// How two talk.
pub(crate) const fn way(way: Way, language: Language) -> &'static str {
    let (nb, en) = match way {
        Way::Phone => ("Telefon", "Phone"),
        Way::Chat => ("Chat", "Chat"),
        Way::Message => ("Skriv til oss", "Secure message"),
        Way::Public => ("Offentlig side", "Public page"),
        Way::Office => ("Kontoret", "The office"),
        Way::Task => ("Oppgave", "Task"),
        Way::Web => ("Nettet", "The web"),
        Way::Letter => ("Brev", "Letter"),
    };
    pick(language, nb, en)
}

/// A kind of fact.
pub(crate) const fn fact(fact: Fact, language: Language) -> &'static str {
    let (nb, en) = match fact {
        Fact::Digital => ("Digital", "Digital"),
        Fact::Way => ("Kanal", "Channel"),
        Fact::Topic => ("Tema", "Topic"),
        Fact::Needs => ("Behovsgruppe", "Needs group"),
        Fact::Question => ("Spørsmål", "Question"),
        Fact::Agency => ("Etat", "Agency"),
        Fact::Language => ("Språk", "Language"),
        Fact::BeenToWeb => ("Har sett på nettet", "Has been to the web"),
        Fact::Identified => ("Vet hvem det er", "Certain who it is"),
    };
    pick(language, nb, en)
}

/// A fact as a question to the adviser.
pub(crate) const fn ask(fact: Fact, language: Language) -> &'static str {
    let (nb, en) = match fact {
        Fact::Digital => ("Er bruker digital?", "Is the person digital?"),
        Fact::Way => ("Hvordan snakker dere?", "How do you talk?"),
        Fact::Topic => ("Hva handler det om?", "What is it about?"),
        Fact::Needs => ("Hvilken behovsgruppe?", "Which needs group?"),
        Fact::Question => (
            "Hva slags hjelp trenger bruker?",
            "What kind of help is needed?",
        ),
        Fact::Agency => ("Hvilken etat har ansvaret?", "Which agency answers for it?"),
        Fact::Language => ("Hvilket språk?", "Which language?"),
        Fact::BeenToWeb => (
            "Har bruker sett på nettet først?",
            "Have they been to the web first?",
        ),
        Fact::Identified => ("Vet du hvem det er?", "Are you certain who it is?"),
    };
    pick(language, nb, en)
}

/// A word of a file that has no name of its own: yes, no, or a language.
pub(crate) fn value(value: &str, language: Language) -> &str {
    match (value, language) {
        ("yes", Language::Nb | Language::Nn | Language::Se) => "ja",
        ("no", Language::Nb | Language::Nn | Language::Se) => "nei",
        ("other", Language::Nb | Language::Nn | Language::Se) => "et annet",
        ("other", Language::En) => "another",
        (other, _) => other,
    }
}
