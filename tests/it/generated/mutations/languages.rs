//! What is wrong with the input of a mutation is said in the language of the reader. The rest stays: programs read it.

use serde_json::{Value, json};

use super::examples::{doer, invalid};
use crate::generated::schema::Schema;
use crate::world::*;

#[test]
fn an_invalid_input_is_explained_in_each_language() {
    with_database(async |world| {
        let schema = Schema::exported();
        let (mut tested, mut wrong) = (0, Vec::new());
        for field in schema.fields_of("Mutation") {
            let mutation = field.name();
            let Some(arguments) = invalid(&world, mutation).await else { continue };
            let query = format!("mutation {{ {mutation}{arguments} {{ userErrors {{ code field message }} }} }}");
            let client = world.as_(doer(field));
            let mut found: Vec<Value> = Vec::new();
            for language in ["en", "de", "sv"] {
                // After failures, others would have to wait.
                world.db_execute("DELETE FROM throttle", []).await;
                let answer = client.run_in(language, &query, json!({})).await;
                // An error of GraphQL is for programs, and in English.
                found.extend(answer.data()[mutation]["userErrors"].get(0).cloned());
            }
            let [english, others @ ..] = &found[..] else { continue };
            assert_eq!(others.len(), 2, "{query}: {found:?}");
            for other in others {
                assert_eq!((&english["code"], &english["field"]), (&other["code"], &other["field"]), "{query}");
            }
            let [german, swedish] = [&others[0]["message"], &others[1]["message"]];
            if english["message"] == *german || english["message"] == *swedish || german == swedish {
                wrong.push(english["message"].clone());
            }
            tested += 1;
        }
        assert_eq!(wrong, Vec::<Value>::new(), "in some languages alike");
        assert!(tested > 100, "only {tested} were tested");
    });
}
