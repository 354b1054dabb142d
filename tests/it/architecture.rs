//! What may import what, read from the folders of `src`: no list of nouns is kept here.
//!
//! A file that names the GraphQL engine belongs to the API floor, every other file to the domain. Paths are followed
//! through the `pub use` of each `mod.rs` to the file that holds the item.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The folders of `src` that hold nouns. `organisation` is a chapter with one noun.
const CHAPTERS: [&str; 9] =
    ["people", "organisation", "partners", "billing", "catalogue", "directory", "licence", "live", "oversight"];
/// What the domain takes from the folder that assembles the schema: requests, their transactions, and pages of rows.
const SHARED: [&str; 2] = ["src/graphql/request.rs", "src/graphql/page/"];

/// A file of the source, without its unit tests.
struct Source {
    /// From the root of the project on.
    path: String,
    text: String,
}

impl Source {
    /// The lines that are not comments.
    fn lines(&self) -> impl Iterator<Item = &str> {
        self.text.lines().filter(|line| !line.trim_start().starts_with("//"))
    }

    /// The path of its module, for example `people::role::store`.
    fn module(&self) -> Vec<String> {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        path.split('/').filter(|part| *part != "mod" && *part != "lib").map(str::to_owned).collect()
    }

    /// The folder of the noun that it belongs to, for example `people/role`.
    fn noun(&self) -> Option<String> {
        let parts: Vec<&str> = self.path.trim_start_matches("src/").split('/').collect();
        match parts.as_slice() {
            ["organisation", ..] => Some("organisation".to_owned()),
            [chapter, noun, _, ..] if CHAPTERS.contains(chapter) => Some(format!("{chapter}/{noun}")),
            _ => None,
        }
    }

    /// Whether it shows anything to clients. An enum that both floors use may derive its GraphQL type.
    fn is_api(&self) -> bool {
        let foreign = |line: &str| {
            let names = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            names.clone().any(|name| name == "async_graphql" || name == "macros")
                && line.trim() != "use async_graphql::Enum;"
        };
        self.lines().any(foreign)
    }
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
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// The files of `src` without tests.
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

/// One path of a tree of names, and the name under which it is known where that is another.
#[derive(Default)]
struct Named {
    path: Vec<String>,
    alias: Option<String>,
}

/// The paths in a tree of names such as `a::{b, c::{self, d as e}}`, and what stands behind it.
fn tree(text: &str) -> (Vec<Named>, &str) {
    if let Some(mut rest) = text.strip_prefix('{') {
        let mut paths = Vec::new();
        loop {
            rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == ',');
            if rest.is_empty() || rest.starts_with('}') {
                return (paths, rest.trim_start_matches('}'));
            }
            let (some, behind) = tree(rest);
            // Whatever is no name, a star for example, is passed over.
            rest = if behind.len() == rest.len() { &rest[1..] } else { behind };
            paths.extend(some);
        }
    }
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() {
        return (Vec::new(), rest);
    }
    let (mut below, mut rest) = match rest.strip_prefix("::") {
        Some(rest) => tree(rest),
        None => (Vec::new(), rest),
    };
    if below.is_empty() {
        below.push(Named::default());
    }
    if let Some(alias) = rest.strip_prefix(" as ") {
        let end = alias.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(alias.len());
        rest = &alias[end..];
        for one in &mut below {
            one.alias = Some(alias[..end].to_owned());
        }
    }
    if name != "self" {
        for one in &mut below {
            one.path.insert(0, name.to_owned());
        }
    }
    (below, rest)
}

/// All files, and which of them each imports.
struct Imports {
    sources: Vec<Source>,
    /// Files by the path of their module.
    modules: BTreeMap<Vec<String>, usize>,
    /// What a `mod.rs` gives on under another path: by the path of the item.
    given_on: BTreeMap<Vec<String>, Vec<String>>,
}

impl Imports {
    fn read() -> Self {
        let sources = sources();
        let modules = sources.iter().enumerate().map(|(index, source)| (source.module(), index)).collect();
        let mut imports = Self { sources, modules, given_on: BTreeMap::new() };
        let mut given_on = BTreeMap::new();
        for source in &imports.sources {
            for statement in source.text.split("pub use ").skip(1) {
                for Named { path, alias } in tree(statement).0 {
                    let Some(name) = alias.or_else(|| path.last().cloned()) else { continue };
                    let target = imports.absolute(source, &path);
                    given_on.insert([source.module(), vec![name]].concat(), target);
                }
            }
        }
        imports.given_on = given_on;
        imports
    }

    /// A path as it is written in a file, from the root of the crate on.
    fn absolute(&self, source: &Source, path: &[String]) -> Vec<String> {
        let mut module = source.module();
        let mut rest = path;
        match rest.first().map(String::as_str) {
            Some("crate") => return rest[1..].to_vec(),
            Some("self") => rest = &rest[1..],
            Some("super") => {
                while rest.first().is_some_and(|name| name == "super") {
                    module.pop();
                    rest = &rest[1..];
                }
            }
            Some(name) if !self.modules.contains_key(&[module.clone(), vec![name.to_owned()]].concat()) => {
                return path.to_vec();
            }
            _ => {}
        }
        module.extend_from_slice(rest);
        module
    }

    /// The file that holds the item at the path.
    fn file(&self, path: &[String]) -> Option<usize> {
        let mut path = path.to_vec();
        for _ in 0..4 {
            let target = (1..=path.len()).rev().find_map(|end| Some((end, self.given_on.get(&path[..end])?)));
            match target {
                Some((end, target)) if target[..] != path[..end] => {
                    path = [target.clone(), path[end..].to_vec()].concat();
                }
                _ => break,
            }
        }
        (1..=path.len()).rev().find_map(|end| self.modules.get(&path[..end])).copied()
    }

    /// The files whose items a file names. Where it imports a module, the items behind the module's name count.
    fn of(&self, source: &Source) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let code = source.lines().collect::<Vec<_>>().join("\n");
        let mut modules = Vec::new();
        for root in ["crate", "super"] {
            for named in paths_from(&code, root) {
                let path = self.absolute(source, &named.path);
                if self.modules.contains_key(&path) {
                    modules.extend(named.alias.or_else(|| path.last().cloned()).map(|name| (name, path)));
                } else {
                    found.extend(self.file(&path));
                }
            }
        }
        for (name, module) in modules {
            for named in paths_from(&code, &name) {
                found.extend(self.file(&[module.clone(), named.path[1..].to_vec()].concat()));
            }
        }
        found
    }
}

/// The paths in the code that begin with the name.
fn paths_from(code: &str, name: &str) -> Vec<Named> {
    let mut found = Vec::new();
    let root = format!("{name}::");
    for (start, _) in code.match_indices(&root) {
        let before = code[..start].chars().next_back();
        if before.is_none_or(|letter| !letter.is_alphanumeric() && letter != '_' && letter != ':') {
            found.extend(tree(&code[start..]).0);
        }
    }
    found
}

#[test]
fn the_domain_never_imports_the_api() {
    let imports = Imports::read();
    let mut wrong = Vec::new();
    for source in imports.sources.iter().filter(|source| source.noun().is_some() && !source.is_api()) {
        for target in imports.of(source) {
            let target = &imports.sources[target];
            let is_graphql = target.path.starts_with("src/graphql/");
            let is_shared = SHARED.iter().any(|shared| target.path.starts_with(shared));
            if target.is_api() && (target.noun().is_some() || is_graphql && !is_shared) {
                wrong.push(format!("{} imports {}", source.path, target.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn rules_and_stores_know_no_graphql_type() {
    let is_domain = |source: &Source| source.path.ends_with("/rules.rs") || source.path.ends_with("/store.rs");
    let sources = sources();
    let of_nouns = sources.iter().filter(|source| source.noun().is_some() && is_domain(source));
    let wrong: Vec<&str> = of_nouns.filter(|source| source.is_api()).map(|source| source.path.as_str()).collect();
    assert_eq!(wrong, Vec::<&str>::new());
}

#[test]
fn the_domain_has_no_circle_between_nouns() {
    let imports = Imports::read();
    let mut edges: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for source in imports.sources.iter().filter(|source| !source.is_api()) {
        let Some(from) = source.noun() else { continue };
        for target in imports.of(source) {
            let target = &imports.sources[target];
            if let Some(to) = target.noun().filter(|to| *to != from) {
                let why = format!("{} → {}", source.path, target.path);
                edges.entry(from.clone()).or_default().insert(to, why);
            }
        }
    }
    // A noun that imports nothing that is left, or that nothing left imports, is no part of a circle.
    loop {
        let left: BTreeSet<String> = edges.keys().cloned().collect();
        let before = edges.values().map(BTreeMap::len).sum::<usize>() + edges.len();
        for to in edges.values_mut() {
            to.retain(|noun, _| left.contains(noun));
        }
        let imported: BTreeSet<String> = edges.values().flat_map(BTreeMap::keys).cloned().collect();
        edges.retain(|noun, to| !to.is_empty() && imported.contains(noun));
        if edges.values().map(BTreeMap::len).sum::<usize>() + edges.len() == before {
            break;
        }
    }
    let circles: Vec<&String> = edges.values().flat_map(BTreeMap::values).collect();
    assert_eq!(circles, Vec::<&String>::new());
}

#[test]
fn every_layer_imports_only_those_below_it() {
    /// From the lowest layer up: a file imports only its own layer and those below.
    const LAYERS: [&[&str]; 7] = [
        &["base"],
        &["access"],
        &["mail"],
        &[
            "graphql",
            "people",
            "organisation",
            "partners",
            "billing",
            "catalogue",
            "directory",
            "licence",
            "live",
            "oversight",
        ],
        &["app", "seed"],
        &["http"],
        &["command"],
    ];
    let imports = Imports::read();
    let layer = |source: &Source| {
        let folder = source.module().into_iter().next().unwrap_or_default();
        if matches!(folder.as_str(), "main" | "") {
            return LAYERS.len();
        }
        let found = LAYERS.iter().position(|layer| layer.contains(&folder.as_str()));
        found.unwrap_or_else(|| panic!("{} belongs to no layer; name it here", source.path))
    };
    let mut wrong = Vec::new();
    for source in &imports.sources {
        let above = imports.of(source).into_iter().map(|target| &imports.sources[target]);
        // An error names the permission that is missing, so it knows what a permission is.
        let is_named = |target: &Source| {
            source.path == "src/base/error.rs"
                && matches!(target.path.as_str(), "src/access/permission.rs" | "src/access/set.rs")
        };
        let above = above.filter(|target| target.path != "src/lib.rs" && !is_named(target));
        let above = above.filter(|target| layer(target) > layer(source));
        wrong.extend(above.map(|target| format!("{} imports {}", source.path, target.path)));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn only_the_transport_names_the_http_library() {
    let named: Vec<String> = sources()
        .into_iter()
        .filter(|source| !source.path.starts_with("src/http/") && source.lines().any(|line| line.contains("axum")))
        .map(|source| source.path)
        .collect();
    assert_eq!(named, Vec::<String>::new());
}

#[test]
fn statements_stand_in_stores() {
    const SENT: [&str; 7] =
        ["Entity::", "Statement::from", "execute_raw", "execute_unprepared", "query_all", "query_one", ".rows(sql"];
    let may = |path: &str| {
        path.ends_with("/store.rs")
            || path.starts_with("src/seed/")
            || matches!(path, "src/base/db.rs" | "src/base/insert.rs" | "src/graphql/page/list.rs")
    };
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !may(&source.path)) {
        let lines = source.lines().filter(|line| SENT.iter().any(|sent| line.contains(sent)));
        wrong.extend(lines.map(|line| format!("{}: {}", source.path, line.trim())));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn each_mutation_has_a_file_of_its_own() {
    let mut wrong = Vec::new();
    for source in sources() {
        let mutations = source.lines().filter(|line| *line == "#[mutation]").count();
        if mutations > 1 {
            wrong.push(format!("{} has {mutations} mutations", source.path));
        }
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
fn paths_are_followed_to_the_file_that_holds_the_item() {
    let paths = tree("crate::{a, b::{self, c as d, e::F}};").0;
    let written: Vec<String> = paths.iter().map(|named| named.path.join("::")).collect();
    assert_eq!(written, ["crate::a", "crate::b", "crate::b::c", "crate::b::e::F"]);

    let imports = Imports::read();
    let path = |text: &str| text.split("::").map(str::to_owned).collect::<Vec<_>>();
    let file = |text: &str| imports.file(&path(text)).map(|index| imports.sources[index].path.as_str());
    assert_eq!(file("organisation::Organisation"), Some("src/organisation/object.rs"));
    assert_eq!(file("organisation::store::update"), Some("src/organisation/store.rs"));
    assert_eq!(file("base::error::Error::NotFound"), Some("src/base/error.rs"));
}
