//! The response to a request, with the checks that tests use.

use serde_json::Value;

/// The response to one request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The exact text.
    pub text: String,
    /// How many statements the request took.
    pub statements: u64,
    query: String,
    json: Value,
}

impl Answer {
    pub fn new(query: &str, text: String, statements: u64) -> Self {
        let json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        Self { text, statements, query: query.to_owned(), json }
    }

    /// The errors; none is an empty list.
    pub fn errors(&self) -> &[Value] {
        self.json["errors"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The codes of the errors, in their order.
    pub fn codes(&self) -> Vec<&str> {
        self.errors().iter().map(|error| error["extensions"]["code"].as_str().unwrap_or("(no code)")).collect()
    }

    /// The codes of the user errors in the payload of the only mutation.
    #[track_caller]
    pub fn user_codes(&self) -> Vec<&str> {
        let payload = self.ok().as_object().and_then(|data| data.values().next());
        let errors = payload.and_then(|payload| payload["userErrors"].as_array());
        let errors = errors.unwrap_or_else(|| panic!("{}\n{}", self.query, self.text));
        errors.iter().map(|error| error["code"].as_str().unwrap()).collect()
    }

    /// The error at the path, if there is one.
    pub fn error_at(&self, path: &[String]) -> Option<&Value> {
        self.errors().iter().find(|error| {
            let found = error["path"].as_array().map_or(&[][..], Vec::as_slice);
            let names = found.iter().map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned));
            names.eq(path.iter().cloned())
        })
    }

    /// The data, even if there are errors.
    pub fn data(&self) -> &Value {
        &self.json["data"]
    }

    /// The data of a response without errors.
    #[track_caller]
    pub fn ok(&self) -> &Value {
        assert!(self.errors().is_empty(), "{}\n{}", self.query, pretty(&self.json));
        self.data()
    }

    /// The value at the path, written `viewer/organisations/edges/0/node`; null if the path does not exist.
    pub fn at(&self, path: &str) -> &Value {
        self.data().pointer(&format!("/{path}")).unwrap_or(&Value::Null)
    }

    /// Asserts that the only error has this code.
    #[track_caller]
    pub fn refused(&self, code: &str) {
        assert_eq!(self.codes(), [code], "{}\n{}", self.query, pretty(&self.json));
    }
}

fn pretty(json: &Value) -> String {
    serde_json::to_string_pretty(json).unwrap_or_default()
}
