//! Kodeverk: what codes mean. Post codes have places, and nothing else tells them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use linje_types::Language;
use serde::Deserialize;

use super::wire::Wire;
use crate::port::{Answer, Fault};

/// Codes change seldom.
const KEPT: Duration = Duration::from_secs(24 * 3600);

type Names = Arc<HashMap<String, String>>;
/// By list and language: when it was asked for, and what was said.
type Kept = HashMap<(String, &'static str), (Instant, Names)>;

/// The register of codes. Cheap to clone; clones share what was asked.
#[derive(Debug, Clone)]
pub struct Kodeverk {
    wire: Wire,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Deserialize)]
struct Meanings {
    #[serde(default)]
    betydninger: HashMap<String, Vec<Meaning>>,
}

#[derive(Deserialize)]
struct Meaning {
    #[serde(default)]
    beskrivelser: HashMap<String, Description>,
}

#[derive(Deserialize)]
struct Description {
    term: String,
}

impl Kodeverk {
    /// Reached by `wire`.
    #[must_use]
    pub fn new(wire: Wire) -> Kodeverk {
        Kodeverk {
            wire,
            kept: Arc::default(),
        }
    }

    /// The names of the codes of a list, such as `Postnummer`, that hold now; asked for once a day.
    ///
    /// # Errors
    /// When the register fails, or has no such list.
    pub async fn names(&self, list: &str, language: Language) -> Answer<Names> {
        let plain = |letter: char| letter.is_ascii_alphanumeric();
        if list.is_empty() || !list.chars().all(plain) {
            return Err(Fault::Wrong("a name that no list of codes has".to_owned()));
        }
        let code = language.as_str();
        let key = (list.to_owned(), code);
        let known = self
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .filter(|(asked, _)| asked.elapsed() < KEPT)
            .map(|(_, names)| Arc::clone(names));
        if let Some(names) = known {
            return Ok(names);
        }
        let path = format!(
            "/api/v1/kodeverk/{list}/koder/betydninger?ekskluderUgyldige=true&spraak={code}"
        );
        let found: Option<Meanings> = self.wire.send(self.wire.get(&path)).await?;
        let found = found.ok_or(Fault::Refused(404))?;
        let named = found.betydninger.into_iter().filter_map(|(of, meanings)| {
            let mut described = meanings.into_iter().next()?.beskrivelser;
            let term = described.remove(code).or_else(|| described.remove("nb"))?;
            Some((of, term.term))
        });
        let names: Names = Arc::new(named.collect());
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(key, (Instant::now(), Arc::clone(&names)));
        Ok(names)
    }

    /// The place of a post code, written as people do; empty when it is not known or the register fails.
    pub(super) async fn place(&self, post_code: &str) -> String {
        let names = self.names("Postnummer", Language::Nb).await;
        let place = names.ok().and_then(|names| names.get(post_code).cloned());
        place.map_or_else(String::new, |place| capital(&place))
    }
}

/// `MO I RANA` as `Mo i Rana`.
fn capital(place: &str) -> String {
    let words = place.split(' ').map(|word| {
        let low = word.to_lowercase();
        if matches!(low.as_str(), "i" | "på" | "og" | "ved") {
            return low;
        }
        let mut letters = low.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string());
        first.unwrap_or_default() + letters.as_str()
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::capital;

    #[test]
    fn places_are_written_as_people_do() {
        for (said, written) in [
            ("BODØ", "Bodø"),
            ("MO I RANA", "Mo i Rana"),
            ("ØVRE ÅRDAL", "Øvre Årdal"),
            ("", ""),
        ] {
            assert_eq!(capital(said), written);
        }
    }
}
