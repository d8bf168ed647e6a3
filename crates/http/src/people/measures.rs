//! Measures that touch staff (*kontrolltiltak*): what each is for, on what basis, who sees it, and when it was
//! discussed with the unions. Data that people write, in one file beside the centre descriptions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// Bokmål.
    pub nb: String,
    /// English.
    pub en: String,
}

/// A measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlMeasure {
    /// Names it.
    pub id: String,
    /// What it is called.
    pub name: Words,
    /// What is recorded or measured.
    pub what: Words,
    /// What it is for.
    pub purpose: Words,
    /// What it must not be used for.
    pub never: Words,
    /// The law or agreement.
    pub basis: Words,
    /// Who sees it.
    pub seen_by: Words,
    /// How long it is kept.
    pub kept: Words,
    /// The date of the discussion; None says openly that there has been none.
    #[serde(default)]
    pub discussed: Option<String>,
    /// When it is to be evaluated.
    #[serde(default)]
    pub evaluated_by: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    measure: Vec<ControlMeasure>,
}

/// Why the measures cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the measures that touch staff cannot be read: {0}")]
pub struct MeasuresError(String);

/// Reads the measures from TOML.
///
/// # Errors
/// When it is not TOML, or a field is missing or unknown; the text names line and column.
pub fn read_measures(text: &str) -> Result<Vec<ControlMeasure>, MeasuresError> {
    let file: File = toml::from_str(text).map_err(|error| MeasuresError(error.to_string()))?;
    Ok(file.measure)
}
