//! Every change runs once. The engine would run a repeated root field of a mutation several times, although the
//! response has room for only one result.

use std::collections::HashSet;

use async_graphql_parser::types::{ExecutableDocument, Selection, SelectionSet};

use crate::base::error::{Error, Result};

/// Refuses a mutation in which two root fields have the same response name. Only for measured documents, whose
/// fragments are known to end.
pub fn once(document: &ExecutableDocument, root: &SelectionSet) -> Result<()> {
    check(document, root, &mut HashSet::new())
}

fn check<'a>(document: &'a ExecutableDocument, set: &'a SelectionSet, names: &mut HashSet<&'a str>) -> Result<()> {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                let name = field.node.response_key().node.as_str();
                if name != "__typename" && !names.insert(name) {
                    let text = format!(
                        "{name} occurs more than once in this mutation. Use it once, or give each use its own alias."
                    );
                    return Err(Error::InvalidInput(text));
                }
            }
            Selection::InlineFragment(fragment) => check(document, &fragment.node.selection_set.node, names)?,
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    check(document, &fragment.node.selection_set.node, names)?;
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use async_graphql_parser::parse_query;

    use super::*;

    fn is_refused(query: &str) -> bool {
        let document = parse_query(query).unwrap();
        document.operations.iter().any(|(_, operation)| once(&document, &operation.node.selection_set.node).is_err())
    }

    #[test]
    fn a_change_stands_once_whatever_way_it_is_written() {
        for twice in [
            "mutation { a { x } a { y } }",
            "mutation { a { x } ... { a { y } } }",
            "mutation { b: a { x } b: c { x } }",
            "mutation { ...F ...F } fragment F on Mutation { a { x } }",
            "mutation { a { x } ...F } fragment F on Mutation { ... on Mutation { a { x } } }",
        ] {
            assert!(is_refused(twice), "{twice}");
        }
        for each_once in [
            "mutation { a { x x } b: a { x } ...F } fragment F on Mutation { c: a { x } }",
            "mutation { __typename a { x } ... { __typename } }",
        ] {
            assert!(!is_refused(each_once), "{each_once}");
        }
    }
}
