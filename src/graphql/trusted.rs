//! Trusted documents: if there are any, nothing else runs. Client developers put each document they send into a folder, and
//! the console brings its own. Anything else, such as an attacker's query, is refused.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::base::random;

/// The documents, by their SHA-256.
#[derive(Debug, Default)]
pub struct Trusted(HashMap<String, Arc<str>>);

impl Trusted {
    /// Reads all `.graphql` files of a folder. Clients may leave out the line break at the end of one.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut trusted = Self::default();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "graphql") {
                let text = std::fs::read_to_string(path)?;
                trusted.add(&text);
                trusted.add(text.trim_end());
            }
        }
        Ok(trusted)
    }

    /// Adds a document.
    pub fn add(&mut self, text: &str) {
        self.0.insert(random::hash(text), text.into());
    }

    /// Whether this text is one of them.
    pub fn has(&self, text: &str) -> bool {
        self.0.contains_key(&random::hash(text))
    }

    /// The text with this hash.
    pub fn find(&self, hash: &str) -> Option<Arc<str>> {
        self.0.get(hash).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_documents_of_the_folder_are_trusted() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("name.graphql"), "{ viewer { name } }\n").unwrap();
        std::fs::write(folder.path().join("notes.txt"), "{ a }").unwrap();
        let mut trusted = Trusted::read(folder.path()).unwrap();
        assert!(trusted.has("{ viewer { name } }\n") && trusted.has("{ viewer { name } }"));
        assert!(!trusted.has("{ viewer { email } }") && !trusted.has("{ a }"));
        trusted.add("{ viewer { email } }");
        assert!(trusted.has("{ viewer { email } }"));
        let hash = random::hash("{ viewer { name } }");
        assert_eq!(trusted.find(&hash).as_deref(), Some("{ viewer { name } }"));
        assert!(Trusted::read(&folder.path().join("none")).is_err());
    }
}
