//! Why an invoice is taxed as it is, as the invoice keeps it.

use serde::{Deserialize, Serialize};

use super::rules::{Rule, Treatment, Warning, code};

/// Why an invoice is taxed as it is. An invoice keeps it as it was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// The code of the rule.
    pub rule: String,
    /// The code of the category.
    pub category: String,
    /// VAT rate in hundredths of a percent.
    pub basis_points: i32,
    /// Whether a business is charged only because its number is unconfirmed.
    #[serde(default)]
    pub is_number_unconfirmed: bool,
    /// The facts that the rule looked at, each with its name.
    pub facts: Vec<(String, String)>,
}

impl From<&Treatment> for Reason {
    fn from(treatment: &Treatment) -> Self {
        Self {
            rule: treatment.rule.code().to_owned(),
            category: code(treatment.category).to_owned(),
            basis_points: treatment.basis_points,
            is_number_unconfirmed: treatment.warning == Some(Warning::NumberNotValidated),
            facts: treatment.facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        }
    }
}

impl Reason {
    /// What an invoice keeps; `None` for an invoice from before reasons were kept.
    pub fn read(stored: &str) -> Option<Self> {
        serde_json::from_str(stored).ok()
    }

    /// What an invoice keeps.
    pub fn to_stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }

    /// The rule.
    pub fn rule(&self) -> Option<Rule> {
        Rule::ALL.into_iter().find(|rule| rule.code() == self.rule)
    }
}
