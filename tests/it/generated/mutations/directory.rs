//! Examples of the mutations of directories: a valid and an invalid one each.

use tenantry::base::id::Type;

use crate::world::*;

fn hub() -> String {
    Type::Organisation.id(HUB.id()).0
}

/// Valid arguments.
pub async fn valid(world: &World, mutation: &str) -> Option<String> {
    Some(match mutation {
        "syncDirectory" => {
            let number = world.db_count("directory_sync").await;
            let person = format!("externalId: \"new-{number}\", name: \"New\", email: \"new-{number}@example.org\"");
            format!(
                "(input: {{organisationId: {:?}, syncId: \"example {number}\", mode: PATCH, people: [{{{person}}}]}})",
                hub()
            )
        }
        "recordLogIns" => {
            let known =
                &world.texts("SELECT external_id FROM directory_person WHERE external_id LIKE 'Navet-%'").await[0];
            let at = "2026-03-01T10:00:00Z";
            format!("(input: {{organisationId: {:?}, logIns: [{{externalId: {known:?}, at: {at:?}}}]}})", hub())
        }
        _ => return None,
    })
}

/// Invalid arguments.
pub fn invalid(mutation: &str) -> Option<String> {
    Some(match mutation {
        "syncDirectory" => format!("(input: {{organisationId: {:?}, syncId: \" \", mode: PATCH}})", hub()),
        "recordLogIns" => {
            format!("(input: {{organisationId: {:?}, logIns: [], completeUntil: \"2036-03-01T10:00:00Z\"}})", hub())
        }
        _ => return None,
    })
}
