//! Every text in the input of every mutation: text that nobody can see, or that turns other text around, is refused.

use serde_json::json;

use super::examples::{doer, valid};
use super::{LAST, document, without_logs};
use crate::generated::schema::Schema;
use crate::world::*;

/// What nobody sees, and what turns the direction of text.
const HIDDEN: [&str; 4] = ["\u{3164}", "\u{200d}", "a\u{202e}b", "a\u{2066}b"];

/// A password may hold anything, and so may what one searches for.
const EXEMPT: [&str; 4] = ["password", "newPassword", "currentPassword", "contains"];

/// The places of the texts in an example, each with the name of its field.
fn texts(arguments: &str) -> Vec<(String, std::ops::Range<usize>)> {
    let mut found = Vec::new();
    let mut rest = 0;
    while let Some(start) = arguments[rest..].find('"').map(|place| rest + place + 1) {
        let end = start + arguments[start..].find('"').unwrap();
        let before = arguments[..start - 1].trim_end_matches([' ', '[', ':']);
        let name = before.rsplit(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
        found.push((name.to_owned(), start..end));
        rest = end + 1;
    }
    found
}

#[test]
fn no_mutation_takes_hidden_or_turned_text() {
    with_database(async |world| {
        let schema = Schema::exported();
        let mut tried = 0;
        for field in schema.fields_of("Mutation") {
            let arguments = valid(&world, field, None).await;
            let client = world.as_(doer(field));
            client.run("{ viewer { name } }", json!({})).await.ok();
            for (name, place) in texts(&arguments) {
                if EXEMPT.contains(&name.as_str()) {
                    continue;
                }
                let mut before = without_logs(&world).await;
                for text in HIDDEN {
                    let mut changed = arguments.clone();
                    changed.replace_range(place.clone(), text);
                    let query = document(field, &changed);
                    let answer = client.run(&query, json!({})).await;
                    let is_refused = !answer.errors().is_empty() || !answer.user_codes().is_empty();
                    // Mutations with many rows say what is wrong in the result of each; that nothing is written follows.
                    let has_errors = |name| schema.fields_of(name).any(|field| field.name() == "userErrors");
                    let has_results =
                        schema.fields_of(field.type_name()).any(|list| list.is_list() && has_errors(list.type_name()));
                    assert!(is_refused || has_results, "{query}: {}", answer.text);
                    tried += 1;
                }
                let mut after = without_logs(&world).await;
                for dump in [&mut before, &mut after] {
                    // A synchronisation counts the rows that it refused.
                    for table in ["throttle", "directory", "directory_sync"] {
                        dump.remove(table);
                    }
                }
                assert_eq!(before, after, "{name} of {arguments}");
            }
            if LAST.contains(&field.name()) {
                world.db_reset().await;
            }
        }
        assert!(tried > 200, "{tried}");
    });
}
