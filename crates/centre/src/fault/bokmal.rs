//! Faults in bokmål. The English sentence is the key, as in a catalogue of translations, so that a fault is
//! still one value, whoever reads it.

use std::sync::LazyLock;

use linje_types::Language;

use super::{Code, Fault};

/// How deep words stand within words.
const DEEPEST: u8 = 4;

static CATALOGUE: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let lines = include_str!("bokmal.txt").lines();
    let entries = lines.filter(|line| !line.starts_with('#'));
    let pairs = entries.filter_map(|line| line.split_once(" => "));
    pairs
        .map(|(english, bokmal)| Entry {
            english: english.split("{}").collect(),
            bokmal: bokmal.split("{}").collect(),
        })
        .collect()
});

/// The fixed parts of a sentence in both languages; something else stands between them.
struct Entry {
    english: Vec<&'static str>,
    bokmal: Vec<&'static str>,
}

impl Fault {
    /// What is wrong and how to mend it, in English or bokmål; a sentence that has no words in bokmål is led in
    /// by what its code means.
    #[must_use]
    pub fn said(&self, language: Language) -> (String, String) {
        if language == Language::En {
            return (self.message.clone(), self.help.clone());
        }
        let what = translated(&self.message, DEEPEST)
            .unwrap_or_else(|| format!("{}: {}", self.code.meaning_in(language), self.message));
        let mend = translated(&self.help, DEEPEST).unwrap_or_else(|| self.help.clone());
        (what, mend)
    }
}

impl Code {
    /// What the code means, as one sentence.
    #[must_use]
    pub fn meaning_in(self, language: Language) -> &'static str {
        if language == Language::En {
            return self.meaning();
        }
        match self {
            Code::Syntax => "filen er ikke gyldig TOML",
            Code::UnknownKey => "en nøkkel er ikke kjent i denne delen",
            Code::MissingKey => "en nøkkel som må være der, mangler",
            Code::WrongType => "en verdi er av feil slag",
            Code::BadValue => "en verdi er feil skrevet eller utenfor det som går an",
            Code::Doubled => "en id er brukt to ganger",
            Code::UnknownReference => "det vises til noe som ikke finnes",
            Code::WrongPhoneKey => "en tast er ikke en av 0–9, * og #",
            Code::DoubledPhoneKey => "samme tast er brukt to ganger",
            Code::DeadEnd => "et steg i en meny fører ingen steder",
            Code::EndlessLoop => "en meny går i ring uten utgang",
            Code::UnreachableStep => "ingen kan komme til et steg eller en meny",
            Code::UnreachableQueue => "ingenting fører til en kø",
            Code::SkillNobodyHas => "ingen har en kompetanse som trengs",
            Code::MissingPrompt => "en opplesning mangler på et språk som kan velges",
            Code::BadHours => "en åpningstid er snudd eller overlapper en annen",
            Code::NoHours => "en kø har ingen åpningstid",
            Code::NoGoal => "en kø har ikke noe mål",
            Code::DoubledNumber => "et telefonnummer er brukt to ganger",
            Code::DoubledTopic => "en temakode er brukt to ganger",
            Code::DoesNotAddUp => "andeler eller antall går ikke opp",
            Code::WrongUnits => "enhetene til en kø er ikke de som har kompetansen",
            Code::HardToSpeak => "en opplesning har sifre eller forkortelser som leses feil",
            Code::UnusedPrompt => "en opplesning spilles aldri",
            Code::UncheckedHours => "noen kommer til en kø uten at åpningstiden sjekkes",
            Code::BadCondition => "en betingelse for veiledere kan ikke leses",
            Code::BadRings => "ringene til en kø motsier hverandre",
            Code::NobodyServes => "ingen kan ta henvendelsene i en ring",
            Code::TooLong => "en garanti eller et forsprang er lengre enn 20 minutter",
            Code::OverflowCircle => "køer går over i hverandre i ring",
            Code::WrongTarget => "henvendelser sendes til en kø som ikke kan ta dem",
            Code::BadCallback => "det tilbys oppringing som ikke kan holdes",
            Code::BadPlan => "en beredskapsplan kan ikke gjennomføres",
            Code::PastException => "et unntak fra åpningstiden er i fortiden",
            Code::ClockChange => "en åpningstid begynner eller slutter i timen da klokka stilles",
            Code::NoHolidays => "en åpningstid sier ikke hva som gjelder på helligdager",
            Code::UnusedClass => "en prioritetsklasse gis aldri",
            Code::NobodyCleared => "ingen som betjener en kø, er klarert for det som trengs",
            Code::MixedExperts => "fageksperter og førstelinja får hverandres henvendelser",
            Code::IdleGroup => "det er ingen i en gruppe, eller ingen spør etter den",
            Code::BadGuidance => "en regel for veiledning sier ingenting eller motsier seg selv",
            Code::IdleGuidance => {
                "en regel for veiledning kan aldri gjelde, eller ingen viser vei til en etat"
            }
            Code::NoLogTrace => "en overlevering ville satt spor etter noe som ikke skal lagres",
            Code::NobodyTakesOver => "ingen tar over et tema",
            Code::OtherKeys => "en opplesning tilbyr andre taster enn menyen har",
            Code::IdleDay => "et unntak eller en særskilt dag endrer ingenting",
            Code::Unlikely => "en verdi er så stor at den neppe er ment",
            Code::OtherHours => "ord sier andre tider enn regelen de brukes med",
        }
    }
}

/// The words in bokmål; `None` when the catalogue has none.
fn translated(english: &str, depth: u8) -> Option<String> {
    if english.is_empty() {
        return Some(String::new());
    }
    CATALOGUE.iter().find_map(|entry| {
        let mut found = Vec::new();
        matches(&entry.english, english, &mut found).then(|| filled(entry, &found, depth))
    })
}

/// Whether the fixed parts make up the text, and what stands between them: the shortest that fits, and within
/// quotes nothing with a quote in it.
fn matches<'t>(parts: &[&str], text: &'t str, found: &mut Vec<&'t str>) -> bool {
    let [first, rest @ ..] = parts else {
        return false;
    };
    let Some(after) = text.strip_prefix(first) else {
        return false;
    };
    let Some(next) = rest.first() else {
        return after.is_empty();
    };
    if rest.len() == 1 && next.is_empty() {
        found.push(after);
        return !after.is_empty();
    }
    let quoted = first.ends_with('"') && next.starts_with('"');
    for (at, _) in after.match_indices(next) {
        let between = after.get(..at).unwrap_or_default();
        if between.is_empty() || (quoted && between.contains('"')) {
            continue;
        }
        let before = found.len();
        found.push(between);
        if matches(rest, after.get(at..).unwrap_or_default(), found) {
            return true;
        }
        found.truncate(before);
    }
    false
}

fn filled(entry: &Entry, found: &[&str], depth: u8) -> String {
    let mut text = String::new();
    for (place, part) in entry.bokmal.iter().enumerate() {
        text.push_str(part);
        let Some(own) = found.get(place) else {
            continue;
        };
        if place + 1 == entry.bokmal.len() {
            continue;
        }
        let is_id = entry
            .english
            .get(place)
            .is_some_and(|part| part.ends_with('"'));
        let said = (!is_id && depth > 0).then(|| translated(own, depth - 1));
        text.push_str(&said.flatten().unwrap_or_else(|| (*own).to_owned()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_as_many_places_in_both_languages() {
        for entry in CATALOGUE.iter() {
            let (english, bokmal) = (entry.english.len(), entry.bokmal.len());
            let whole = (entry.english.concat(), entry.bokmal.concat());
            assert!(bokmal <= english, "{whole:?}");
            assert!(bokmal == english || bokmal == 1, "{whole:?}");
        }
    }

    #[test]
    fn words_within_words_are_said_too() {
        let said = |text| translated(text, DEEPEST).unwrap();
        assert_eq!(
            said("\"to\" of \"overflow\" of queue \"a\" goes to queue \"b\", which does not exist"),
            "«to» i «overflow» i køen «a» går til køen «b», som ikke finnes"
        );
        assert_eq!(
            said("queue \"a\" transfers to queue \"b\", which is the same queue"),
            "køen «a» setter over til køen «b», som er den samme køen"
        );
    }
}
