//! The schema's text and introspection, made to say the same: what the engine shows in one and not in the other.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::{MetaType, Registry};
use async_graphql::{
    ContextSelectionSet, ObjectType, OutputType, Positioned, SDLExportOptions, Schema, ServerResult, SubscriptionType,
    Value,
};
use futures_util::FutureExt;

/// Scalars, and where the form of their values is specified. (The engine names it only for some of its own.)
const SPECIFICATIONS: [(&str, &str); 3] = [
    ("BigInt", "https://www.w3.org/TR/xmlschema11-2/#long"),
    ("DateTime", "https://www.rfc-editor.org/rfc/rfc3339"),
    ("NaiveDate", "https://www.rfc-editor.org/rfc/rfc3339#section-5.6"),
];

/// Not a type: registering it changes what is registered already.
pub struct Specified;

impl OutputType for Specified {
    fn type_name() -> Cow<'static, str> {
        "Specified".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        for (name, url) in SPECIFICATIONS {
            if let Some(MetaType::Scalar { specified_by_url, .. }) = registry.types.get_mut(name) {
                *specified_by_url = Some(url.to_owned());
            }
        }
        Self::qualified_type_name()
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}

/// The text of the schema, with the descriptions of the arguments of directives, which the engine leaves out.
pub fn text<Q, M, S>(schema: &Schema<Q, M, S>) -> String
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let sdl = schema.sdl_with_options(SDLExportOptions::new().include_specified_by());
    let query = "{ __schema { directives { name args { description } } } }";
    // The schema is in memory, so there is nothing to wait for.
    let answer = schema.execute(query).now_or_never().map(|answer| answer.data.into_json());
    let Some(Ok(answer)) = answer else { return sdl };
    let directives = answer["__schema"]["directives"].as_array().cloned().unwrap_or_default();
    directives.iter().fold(sdl, |sdl, directive| {
        let head = format!("directive @{}(", directive["name"].as_str().unwrap_or_default());
        let Some((before, behind)) = sdl.split_once(&head) else { return sdl };
        let Some((arguments, behind)) = behind.split_once(')') else { return sdl };
        let descriptions = directive["args"].as_array().into_iter().flatten();
        let described: String = arguments
            .split(", ")
            .zip(descriptions)
            .map(|(argument, known)| match known["description"].as_str() {
                Some(description) => format!("\t\"\"\"\n\t{description}\n\t\"\"\"\n\t{argument}\n"),
                None => format!("\t{argument}\n"),
            })
            .collect();
        format!("{before}{head}\n{described}){behind}")
    })
}
