//! Which module may import which: command → http → graphql → chapters → access → base. And where statements are written.
//!
//! A new feature is named here once; everything else is read from the source.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What everything stands on. None of it knows a feature.
const BASE: [&str; 16] = [
    "access", "batch", "clock", "config", "data_dir", "db", "error", "id", "locale", "log", "mail", "money", "page",
    "random", "request", "text",
];
/// One folder for each noun of the business. They know each other's objects and stores.
const FEATURES: [&str; 27] = [
    "api_key",
    "audit",
    "billing",
    "client",
    "client_view",
    "custody",
    "explanation",
    "invitation",
    "invoice",
    "membership",
    "operator",
    "organisation",
    "overview",
    "ownership",
    "partnership",
    "payer",
    "programme",
    "property",
    "proposal",
    "reseller",
    "role",
    "service",
    "session",
    "subscription",
    "template",
    "user",
    "viewer",
];
/// The rest, and what each of them may know besides the base.
const ABOVE: [(&str, &[&str]); 5] = [
    ("graphql", &FEATURES),
    ("app", &["api_key", "audit", "graphql", "session", "user"]),
    ("http", &["app", "audit", "graphql", "reseller", "session"]),
    ("seed", &["audit", "property", "session", "user"]),
    ("command", &["app", "audit", "graphql", "http", "partnership", "seed", "session", "user"]),
];

/// A file of the source, without its tests.
struct Source {
    /// From `src` on.
    path: String,
    text: String,
}

fn files(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut found, mut folders) = (Vec::new(), vec![root.join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                found.push(Source { path, text });
            }
        }
    }
    assert!(!found.is_empty());
    found
}

fn sources() -> Vec<Source> {
    let is_test = |source: &Source| source.path.split('/').any(|part| part.contains("test"));
    let mut found: Vec<Source> = files("src").into_iter().filter(|source| !is_test(source)).collect();
    for source in &mut found {
        if let Some(end) = source.text.find("#[cfg(test)]\nmod tests {") {
            source.text.truncate(end);
        }
    }
    found
}

impl Source {
    /// The module below `src` that it belongs to.
    fn module(&self) -> &str {
        let name = self.path.trim_start_matches("src/").split('/').next().unwrap_or_default();
        name.trim_end_matches(".rs")
    }

    /// The modules of this crate that it names.
    fn knows(&self) -> BTreeSet<&str> {
        let mut known = BTreeSet::new();
        for (start, _) in self.code().match_indices("crate::") {
            let rest = &self.code()[start + "crate::".len()..];
            if let Some(list) = rest.strip_prefix('{') {
                let list = &list[..list.find(';').unwrap_or(list.len())];
                // Only the first name of each part is a module; parts inside of other braces are not.
                let mut depth = 0;
                for part in list.split_inclusive(['{', ',', '}']) {
                    if depth == 0 {
                        known.insert(word(part.trim_start()));
                    }
                    depth += part.matches('{').count();
                    depth = depth.saturating_sub(part.matches('}').count());
                }
            } else {
                known.insert(word(rest));
            }
        }
        known.remove("");
        known
    }

    fn code(&self) -> &str {
        &self.text
    }

    /// The lines that are not comments.
    fn lines(&self) -> impl Iterator<Item = &str> {
        self.text.lines().filter(|line| !line.trim_start().starts_with("//"))
    }
}

fn word(text: &str) -> &str {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default()
}

#[test]
fn every_module_imports_only_those_below_it() {
    let mut wrong = Vec::new();
    for source in sources() {
        let module = source.module();
        if matches!(module, "lib" | "main") {
            continue;
        }
        let allowed: &[&str] = if FEATURES.contains(&module) {
            &FEATURES
        } else if BASE.contains(&module) {
            &[]
        } else {
            let found = ABOVE.iter().find(|(name, _)| *name == module);
            found.unwrap_or_else(|| panic!("{} belongs to no layer; name it in tests/it/layers.rs", source.path)).1
        };
        for known in source.knows() {
            let is_module =
                BASE.contains(&known) || FEATURES.contains(&known) || ABOVE.iter().any(|(n, _)| *n == known);
            if is_module && known != module && !BASE.contains(&known) && !allowed.contains(&known) {
                wrong.push(format!("{} knows {known}", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_role_resolver_knows_nothing_but_the_database() {
    for source in sources().iter().filter(|source| source.module() == "access") {
        let beyond: Vec<&str> =
            source.knows().into_iter().filter(|known| !["access", "batch", "db", "error"].contains(known)).collect();
        assert_eq!(beyond, Vec::<&str>::new(), "{}", source.path);
    }
}

#[test]
fn a_feature_leaves_the_queries_and_mutations_of_others_alone() {
    for source in sources().iter().filter(|source| FEATURES.contains(&source.module())) {
        for line in source.lines().filter(|line| line.contains("crate::")) {
            let names = line.split(|letter: char| !letter.is_alphanumeric());
            let roots: Vec<&str> = names
                .filter(|name| name.len() > 8 && (name.ends_with("Query") || name.ends_with("Mutation")))
                .collect();
            assert_eq!(roots, Vec::<&str>::new(), "{}: {line}", source.path);
        }
    }
}

#[test]
fn only_the_transport_names_the_http_library() {
    let named: Vec<String> = sources()
        .into_iter()
        .filter(|source| source.module() != "http" && source.lines().any(|line| line.contains("axum")))
        .map(|source| source.path)
        .collect();
    assert_eq!(named, Vec::<String>::new());
}

#[test]
fn statements_are_written_where_looking_up_is_authorising() {
    const SENT: [&str; 7] =
        ["Entity::", "Statement::from", "execute_raw", "execute_unprepared", "query_all", "query_one", ".rows("];
    let may = |path: &str| {
        path.ends_with("/store.rs") || path.starts_with("src/seed/") || matches!(path, "src/db.rs" | "src/page/list.rs")
    };
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !may(&source.path)) {
        wrong.extend(
            source
                .lines()
                .filter(|line| SENT.iter().any(|sent| line.contains(sent)))
                .map(|line| format!("{}: {}", source.path, line.trim())),
        );
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn tables_know_nothing_of_the_api_and_migrations_nothing_of_the_tables() {
    for (folder, foreign) in [("entity", "async_graphql"), ("migration", "entity")] {
        for source in files(&format!("{folder}/src")) {
            let named = source
                .lines()
                .find(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == foreign));
            assert_eq!(named, None, "{}", source.path);
        }
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join("Cargo.toml");
        let manifest = fs::read_to_string(manifest).unwrap();
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap();
        let foreign = foreign.replace('_', "-");
        assert!(!dependencies.lines().any(|line| line.starts_with(&foreign)), "{folder} depends on {foreign}");
    }
}

#[test]
fn no_file_is_longer_than_one_can_read() {
    let all = ["src", "entity", "migration", "macros", "tests/it", "benches"].into_iter().flat_map(files);
    let long: Vec<String> = all.filter(|source| source.text.lines().count() > 300).map(|source| source.path).collect();
    assert_eq!(long, Vec::<String>::new(), "past 300 lines a file is asking to be split by noun");
}
