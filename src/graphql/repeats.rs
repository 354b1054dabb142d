//! Whether a document requests an object twice under one name, as fragments often do. Such answers must be merged.

use std::collections::{HashMap, HashSet};

use async_graphql::{Name, Positioned};
use async_graphql_parser::types::{ExecutableDocument, FragmentDefinition, Selection, SelectionSet};

/// Whether two fields that have fields of their own stand at one place under one name. Fragments on different types count
/// as if they were for the same object. The document must be valid.
pub fn repeats(document: &ExecutableDocument) -> bool {
    let mut search = Search { fragments: &document.fragments, known: HashMap::new(), found: false };
    for (_, operation) in document.operations.iter() {
        search.names(&operation.node.selection_set.node);
    }
    search.found
}

struct Search<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// The names in each fragment.
    known: HashMap<&'a str, HashSet<&'a str>>,
    found: bool,
}

impl<'a> Search<'a> {
    /// The names of the fields with fields of their own.
    fn names(&mut self, set: &'a SelectionSet) -> HashSet<&'a str> {
        let mut names = HashSet::new();
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if field.node.selection_set.node.items.is_empty() => {}
                Selection::Field(field) => {
                    self.found |= !names.insert(field.node.response_key().node.as_str());
                    self.names(&field.node.selection_set.node);
                }
                Selection::InlineFragment(fragment) => {
                    let more = self.names(&fragment.node.selection_set.node);
                    self.add(&mut names, &more);
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    let more = self.of_fragment(name);
                    self.add(&mut names, &more);
                }
            }
        }
        names
    }

    fn of_fragment(&mut self, name: &'a str) -> HashSet<&'a str> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let fragments = self.fragments;
        let names = fragments.get(name).map(|fragment| self.names(&fragment.node.selection_set.node));
        let names = names.unwrap_or_default();
        self.known.insert(name, names.clone());
        names
    }

    fn add(&mut self, names: &mut HashSet<&'a str>, more: &HashSet<&'a str>) {
        for name in more {
            self.found |= !names.insert(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql_parser::parse_query;

    use super::*;

    #[test]
    fn objects_under_one_name_are_found_wherever_the_second_stands() {
        for (text, expected) in [
            ("{ a { b c } d { b } }", false),
            ("{ a { b } a { c } }", true),
            ("{ a { b } x: a { c } }", false),
            ("{ a { b } ... { a { c } } }", true),
            ("{ a { b } ...F } fragment F on Q { a { c } }", true),
            ("{ ...F ...G } fragment F on Q { a { c } } fragment G on Q { x { y } }", false),
            ("{ ...F ...G } fragment F on Q { ...G } fragment G on Q { a { c } }", true),
            ("{ ...F } fragment F on Q { a { b { c } b { d } } }", true),
            ("{ a { b b } b b }", false),
            ("query A { a { b } } query B { a { b } }", false),
        ] {
            assert_eq!(repeats(&parse_query(text).unwrap()), expected, "{text}");
        }
    }
}
