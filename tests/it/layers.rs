//! Which module may import which: command → http → app → chapters → mail → access → base. And where statements are written.
//!
//! A new chapter is named here once. The nouns, and everything else, are read from the source.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The modules from the lowest layer up: a module imports only those of its own layer and below.
const LAYERS: [&[&str]; 7] = [
    &["base"],
    &["access"],
    &["mail"],
    &["graphql", "people", "organisation", "partners", "billing", "catalogue", "oversight"],
    &["app", "seed"],
    &["http"],
    &["command"],
];
/// The chapters of the business, with a folder for each noun.
const CHAPTERS: [&str; 6] = ["people", "organisation", "partners", "billing", "catalogue", "oversight"];

/// A user error names the permissions that are missing.
const EXCEPTION: (&str, &str) = ("src/base/error.rs", "access");

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

    /// The noun that it belongs to, as `people::session`; none outside of the chapters. A chapter of one noun has no folders.
    fn noun(&self) -> Option<String> {
        let parts: Vec<&str> = self.path.trim_start_matches("src/").trim_end_matches(".rs").split('/').collect();
        match parts[..] {
            [chapter, ..] if !CHAPTERS.contains(&chapter) => None,
            ["organisation", ..] => Some("organisation".to_owned()),
            [chapter, noun, ..] if noun != "mod" => Some(format!("{chapter}::{noun}")),
            _ => None,
        }
    }

    /// The paths in this crate that it names, as `people::session::store`.
    fn imports(&self) -> BTreeSet<String> {
        let text: String = self.lines().flat_map(|line| [line, "\n"]).collect();
        let mut found = BTreeSet::new();
        for (start, name) in text.match_indices("crate::") {
            expand(&text[start + name.len()..], "", &mut found);
        }
        found
    }

    /// Whether it belongs to the domain of its noun: it names nothing of the API.
    fn is_domain(&self) -> bool {
        let is_api = |line: &str| {
            line.contains("async_graphql") || line.contains("graphql::act") || line.contains("#[mutation]")
        };
        !self.path.ends_with("/mod.rs") && !self.lines().any(is_api)
    }

    /// The lines that are not comments.
    fn lines(&self) -> impl Iterator<Item = &str> {
        self.text.lines().filter(|line| !line.trim_start().starts_with("//"))
    }
}

fn word(text: &str) -> &str {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default()
}

/// Collects the paths that begin here, also those in braces, and gives the rest of the text.
fn expand<'a>(text: &'a str, before: &str, found: &mut BTreeSet<String>) -> &'a str {
    if let Some(mut rest) = text.strip_prefix('{') {
        while let Some(letter) = rest.chars().next() {
            if letter == '}' {
                return &rest[1..];
            }
            let is_name = letter.is_alphanumeric() || letter == '_';
            rest = if is_name { expand(rest, before, found) } else { &rest[letter.len_utf8()..] };
        }
        return rest;
    }
    let name = word(text);
    let path = if before.is_empty() { name.to_owned() } else { format!("{before}::{name}") };
    match text[name.len()..].strip_prefix("::") {
        Some(rest) if !name.is_empty() => expand(rest, &path, found),
        _ => {
            found.insert(path.trim_end_matches("::").to_owned());
            &text[name.len()..]
        }
    }
}

#[test]
fn every_module_imports_only_those_below_it() {
    let layer = |module: &str| LAYERS.iter().position(|layer| layer.contains(&module));
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !matches!(source.module(), "lib" | "main")) {
        let own = layer(source.module());
        assert!(own.is_some(), "{} belongs to no layer; name it in tests/it/layers.rs", source.path);
        for path in source.imports() {
            let is_exception = (source.path.as_str(), word(&path)) == EXCEPTION;
            if layer(word(&path)) > own && !is_exception {
                wrong.push(format!("{} imports {path}", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn rules_and_stores_know_nothing_of_the_api() {
    let is_domain = |source: &&Source| source.path.ends_with("/rules.rs") || source.path.ends_with("/store.rs");
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.noun().is_some()).filter(is_domain) {
        let is_api = |line: &&str| {
            let of_engine = line.contains("async_graphql") && !line.contains("async_graphql::Enum");
            of_engine || ["::object::", "::query::", "macros::"].iter().any(|name| line.contains(name))
        };
        wrong.extend(source.lines().filter(is_api).map(|line| format!("{}: {}", source.path, line.trim())));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_domains_of_nouns_form_no_circle() {
    let sources = sources();
    let nouns: BTreeSet<String> = sources.iter().filter_map(Source::noun).collect();
    // Of each noun, those that its domain names, with a file that does.
    let mut reached: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for source in sources.iter().filter(|source| source.is_domain()) {
        let Some(own) = source.noun().and_then(|noun| nouns.get(&noun)) else { continue };
        for path in source.imports() {
            let named = nouns.iter().find(|noun| path == **noun || path.starts_with(&format!("{noun}::")));
            if let Some(named) = named.filter(|named| *named != own) {
                reached.entry(own).or_default().entry(named).or_insert(&source.path);
            }
        }
    }
    // Whatever a noun reaches through others, by the file in which the way begins.
    for _ in 0..nouns.len() {
        for (noun, next) in reached.clone() {
            let further: Vec<(&str, &str)> = next
                .iter()
                .flat_map(|(middle, file)| reached.get(middle).into_iter().flatten().map(|(end, _)| (*end, *file)))
                .collect();
            for (end, file) in further {
                reached.entry(noun).or_default().entry(end).or_insert(file);
            }
        }
    }
    let circles: Vec<String> = reached
        .iter()
        .filter_map(|(noun, next)| next.get(noun).map(|file| format!("{noun} reaches itself by {file}")))
        .collect();
    assert_eq!(circles, Vec::<String>::new());
}

#[test]
fn a_chapter_leaves_the_queries_and_mutations_of_others_alone() {
    for source in sources().iter().filter(|source| CHAPTERS.contains(&source.module())) {
        let roots: Vec<String> =
            source.imports().into_iter().filter(|path| path.ends_with("Query") || path.ends_with("Mutation")).collect();
        assert_eq!(roots, Vec::<String>::new(), "{}", source.path);
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
fn statements_are_written_in_stores() {
    const SENT: [&str; 7] =
        ["Entity::", "Statement::from", "execute_raw", "execute_unprepared", "query_all", "query_one", ".rows("];
    let may = |path: &str| {
        path.ends_with("/store.rs")
            || path.starts_with("src/seed/")
            || matches!(path, "src/base/db.rs" | "src/graphql/page/list.rs")
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
    let long: Vec<String> = all.filter(|source| source.text.lines().count() > 400).map(|source| source.path).collect();
    assert_eq!(long, Vec::<String>::new(), "past 400 lines a file has more than one idea");
}
