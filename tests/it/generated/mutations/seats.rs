//! Examples of the mutations of seats: by hand, by rules and by pins.

use serde_json::json;
use tenantry::base::id::Type;
use uuid::Uuid;

use crate::world::*;

/// Rows that examples add are numbered from here.
const FIRST: u32 = 880_000;
/// The features of a family of the operator, which the hub can use.
const FAMILY: &str = "example-seats";

fn hub() -> String {
    Type::Organisation.id(HUB.id()).0
}

/// A feature for people that the hub can use, and a new person of its directory.
async fn db_person(world: &World) -> (Uuid, Uuid) {
    let feature = key(HUB.tree, FIRST - 1);
    let is_there = world.db().rows("SELECT 1 FROM feature WHERE id = $1", vec![feature.into()]).await.unwrap();
    let next = FIRST + 100 * u32::try_from(world.db_count("directory_person").await).unwrap();
    let mut rows = Rows::starting_at(HUB.tree, next);
    if is_there.is_empty() {
        rows.feature(Some(feature), OPERATOR.id, "Navet example of a seat");
        rows.last_feature().family = Some(FAMILY.to_owned());
    }
    let bought = rows.subscription(HUB.id(), &format!("Navet example of seats {next}"));
    rows.licence(bought, feature);
    let person = rows.directory_person(HUB.id(), "Navet", "Example");
    rows.db_write(world.db().writer()).await;
    (feature, person)
}

/// An assignment of the hub.
fn assignment() -> String {
    let (_, fixtures) = HUB.rows();
    fixtures.id("LicenceAssignment", "", "").to_owned()
}

/// The digest of what applying the rules of the hub would change.
async fn digest(world: &World) -> String {
    let (_, fixtures) = HUB.rows();
    let query = "query($id: ID!) { previewLicenceRules(licenceRuleSetId: $id) { digest } }";
    let variables = json!({ "id": fixtures.id("LicenceRuleSet", "", "") });
    let answer = world.as_(HUB.owner).run(query, variables).await;
    answer.ok()["previewLicenceRules"]["digest"].as_str().unwrap().to_owned()
}

/// Valid arguments.
pub async fn valid(world: &World, mutation: &str) -> Option<String> {
    Some(match mutation {
        "assignLicences" => {
            let (feature, person) = db_person(world).await;
            let (feature, person) = (Type::Feature.id(feature).0, Type::DirectoryPerson.id(person).0);
            format!("(input: {{organisationId: {:?}, featureId: {feature:?}, personIds: [{person:?}]}})", hub())
        }
        "releaseLicences" => {
            format!("(input: {{organisationId: {:?}, assignmentIds: [{:?}]}})", hub(), db_seat(world).await)
        }
        "confirmLicences" => {
            format!("(input: {{reports: [{{assignmentId: {:?}, outcome: DONE}}]}})", assignment())
        }
        "pinLicence" => {
            let (feature, person) = db_person(world).await;
            let (feature, person) = (Type::Feature.id(feature).0, Type::DirectoryPerson.id(person).0);
            format!(
                "(input: {{organisationId: {:?}, personId: {person:?}, featureId: {feature:?}, note: \"Example\"}})",
                hub()
            )
        }
        "unpinLicence" => format!("(input: {{pinId: {:?}}})", db_pin(world).await),
        "saveLicenceRules" => {
            db_person(world).await;
            let sql = "SELECT CAST(version AS text) FROM licence_rule_set WHERE family = 'example-seats'";
            let version = world.texts(sql).await.pop().unwrap_or_else(|| "0".to_owned());
            format!(
                "(input: {{organisationId: {:?}, family: {FAMILY:?}, version: {version}, rules: [{{name: \"Example\"}}]}})",
                hub()
            )
        }
        "applyLicenceRules" => {
            let digest = digest(world).await;
            format!("(input: {{organisationId: {:?}, family: {:?}, digest: {digest:?}}})", hub(), HUB.seats().0)
        }
        _ => return None,
    })
}

/// Invalid arguments.
pub async fn invalid(world: &World, mutation: &str) -> Option<String> {
    Some(match mutation {
        "assignLicences" => {
            let (feature, _) = db_person(world).await;
            let feature = Type::Feature.id(feature).0;
            format!("(input: {{organisationId: {:?}, featureId: {feature:?}, personIds: []}})", hub())
        }
        "releaseLicences" => format!("(input: {{organisationId: {:?}, assignmentIds: []}})", hub()),
        "confirmLicences" => "(input: {reports: []})".to_owned(),
        "pinLicence" => {
            let (feature, person) = db_person(world).await;
            let (feature, person) = (Type::Feature.id(feature).0, Type::DirectoryPerson.id(person).0);
            format!(
                "(input: {{organisationId: {:?}, personId: {person:?}, featureId: {feature:?}, note: \" \"}})",
                hub()
            )
        }
        "unpinLicence" => "(input: {pinId: \"nonsense\"})".to_owned(),
        "saveLicenceRules" => {
            format!("(input: {{organisationId: {:?}, family: \"nothing\", rules: []}})", hub())
        }
        "applyLicenceRules" => {
            format!("(input: {{organisationId: {:?}, family: {:?}, digest: \"old\"}})", hub(), HUB.seats().0)
        }
        _ => return None,
    })
}

/// A new assignment of the hub.
async fn db_seat(world: &World) -> String {
    let (feature, person) = db_person(world).await;
    let mut rows = Rows::starting_at(
        HUB.tree,
        FIRST + 50_000 + u32::try_from(world.db_count("licence_assignment").await).unwrap() * 10,
    );
    let id = rows.seat(HUB.id(), person, FAMILY, feature).id;
    rows.db_write(world.db().writer()).await;
    let sql = "UPDATE licence_pool SET used = used + 1 WHERE feature_id = $1";
    world.db_execute(sql, [feature.into()]).await;
    let is_there =
        world.db().rows("SELECT 1 FROM licence_pool WHERE feature_id = $1", vec![feature.into()]).await.unwrap();
    if is_there.is_empty() {
        let mut rows = Rows::starting_at(HUB.tree, FIRST + 90_000);
        rows.used_pool(HUB.id(), feature, 1);
        rows.db_write(world.db().writer()).await;
    }
    Type::LicenceAssignment.id(id).0
}

/// A new pin of the hub.
async fn db_pin(world: &World) -> String {
    let (feature, person) = db_person(world).await;
    let mut rows =
        Rows::starting_at(HUB.tree, FIRST + 70_000 + u32::try_from(world.db_count("licence_pin").await).unwrap() * 10);
    let id = rows.pin(HUB.id(), person, FAMILY, feature);
    rows.db_write(world.db().writer()).await;
    Type::LicencePin.id(id).0
}
