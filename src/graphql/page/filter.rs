//! Conditions on the rows of a list, with their parameters.

use sea_orm::{ActiveEnum, Value};

/// Further conditions on the rows. Their parameters follow those of the statement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    sql: String,
    values: Vec<Value>,
}

impl Filter {
    /// Adds a condition without a parameter.
    #[must_use]
    pub fn and(mut self, condition: &str) -> Self {
        self.sql = format!("{} AND {condition}", self.sql);
        self
    }

    /// Adds a condition in which each name is a placeholder for its value, wherever it occurs.
    #[must_use]
    pub fn and_with<const N: usize>(mut self, condition: &str, values: [(&str, Value); N]) -> Self {
        let mut condition = condition.to_owned();
        for (name, value) in values {
            self.values.push(value);
            condition = condition.replace(name, &format!("{{{}}}", self.values.len()));
        }
        self.and(&condition)
    }

    /// Keeps the rows in a state, if one is given.
    #[must_use]
    pub fn in_state<S: ActiveEnum<Value = String>>(self, state: Option<S>) -> Self {
        match state {
            Some(state) => self.and_with("t.state = :state", [(":state", state.to_value().into())]),
            None => self,
        }
    }

    /// Adds a value as a parameter, and returns its placeholder for use in conditions.
    pub fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("{{{}}}", self.values.len())
    }

    /// The conditions for a statement whose own parameters are numbered up to `before`.
    pub fn behind(&self, before: usize) -> String {
        (1..=self.values.len()).fold(self.sql.clone(), |sql, number| {
            sql.replace(&format!("{{{number}}}"), &format!("${}", before + number))
        })
    }

    /// Whether the conditions are about the row alone: about no other table, and not about the moment of the request. What
    /// they find is then true until such a row changes.
    pub fn is_about_row(&self) -> bool {
        !self.sql.contains("SELECT") && !self.values.iter().any(|value| matches!(value, Value::ChronoDateTimeUtc(_)))
    }

    /// Their parameters.
    pub fn values(&self) -> &[Value] {
        &self.values
    }
}
