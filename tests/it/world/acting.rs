//! Sending one mutation by its name, and steps that many tests share.

use std::fmt::Write;
use std::sync::LazyLock;
use std::time::Duration;

use async_graphql::parser::types::TypeKind;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionTrait};
use serde_json::{Value, json};
use tenantry::access::{Actor, UserActor};
use tenantry::base::id::Type;
use tenantry::graphql::request::Request;
use uuid::Uuid;

use super::client::Client;
use super::people::Caller;
use super::rows::{Held, Rows};
use super::tenants::{ACME, Tenant};
use super::{Answer, World};
use crate::generated::schema::Schema;

impl Client<'_> {
    /// Sends a mutation with this input, and selects these fields of its payload.
    pub async fn attempt(&self, mutation: &str, input: Value, selection: &str) -> Answer {
        let capital = mutation[..1].to_uppercase() + &mutation[1..];
        let query = format!(
            "mutation($input: {capital}Input!) {{ {mutation}(input: $input) {{ {selection} \
             userErrors {{ code field message missingPermissions missingClientPermissions }} }} }}"
        );
        let answer = self.run(&query, json!({ "input": input })).await;
        for error in answer.data()[mutation]["userErrors"].as_array().into_iter().flatten() {
            let path: Vec<&str> = error["field"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            assert!(is_of_input(&format!("{capital}Input"), &path), "{mutation} has no {path:?}: {}", answer.text);
        }
        answer
    }

    /// Sends a mutation that succeeds, and returns the payload.
    pub async fn act(&self, mutation: &str, input: Value, selection: &str) -> Value {
        let answer = self.attempt(mutation, input, selection).await;
        let payload = answer.ok()[mutation].clone();
        assert_eq!(payload["userErrors"], json!([]), "{mutation}: {}", answer.text);
        payload
    }

    /// Sends a mutation that is refused with one user error, and returns that error.
    pub async fn mistake(&self, mutation: &str, input: Value) -> Value {
        let answer = self.attempt(mutation, input, "").await;
        let errors = answer.ok()[mutation]["userErrors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{mutation}: {}", answer.text);
        errors[0].clone()
    }

    /// The permissions of the caller at a tenant.
    pub async fn may_at(&self, tenant: Tenant) -> Vec<String> {
        let query = "query($id: ID!) { organisation(id: $id) { viewerPermissions } }";
        let answer = self.run(query, json!({ "id": id_of(tenant) })).await;
        let list = answer.at("organisation/viewerPermissions").as_array().cloned().unwrap_or_default();
        list.iter().map(|permission| permission.as_str().unwrap().to_owned()).collect()
    }
}

/// Whether the path of a user error leads to a field of the input. An index stands for an item of a list.
fn is_of_input(input: &str, path: &[&str]) -> bool {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(Schema::exported);
    let Some((_, names)) = path.split_first() else { return true };
    let mut at = input.to_owned();
    names.iter().filter(|name| name.parse::<usize>().is_err()).all(|name| {
        let TypeKind::InputObject(object) = &SCHEMA.type_(&at).kind else { return false };
        let Some(field) = object.fields.iter().find(|field| field.node.name.node == *name) else { return false };
        at = field.node.ty.node.to_string().replace(['[', ']', '!'], "");
        true
    })
}

/// Id of a tenant in the API.
pub fn id_of(tenant: Tenant) -> String {
    Type::Organisation.id(tenant.id).0
}

/// A signed-in user with a verified address.
pub fn signed_in(id: Uuid, name: &str) -> Actor {
    Actor::User(UserActor {
        id,
        name: name.to_owned(),
        email: String::new(),
        is_verified: true,
        session_id: id,
        confirmed_at: None,
        active_organisation: None,
        until: DateTimeUtc::MAX_UTC,
    })
}

impl World {
    /// A request of a signed-in user, for tests below the schema.
    pub fn request(&self, caller: Caller) -> Request {
        self.app.request(signed_in(caller.person().id, caller.name()))
    }

    /// Marks somebody's address as verified.
    pub async fn db_verify(&self, caller: Caller) {
        self.db_verify_address(caller.person().email).await;
    }

    /// Marks the address of an account as verified.
    pub async fn db_verify_address(&self, email: &str) {
        let sql = "UPDATE \"user\" SET email_verified_at = created_at WHERE email = $1";
        self.db_execute(sql, [email.into()]).await;
    }

    /// Marks the addresses of all users as verified.
    pub async fn db_verify_everybody(&self) {
        self.db_execute("UPDATE \"user\" SET email_verified_at = created_at", []).await;
    }

    /// The short code of a tenant.
    pub async fn code_of(&self, tenant: Tenant) -> String {
        let rows = self.db().rows("SELECT code FROM organisation WHERE id = $1", vec![tenant.id.into()]).await.unwrap();
        rows[0].try_get_by_index(0).unwrap()
    }

    /// Id of somebody's membership in the API.
    pub async fn membership(&self, tenant: Tenant, caller: Caller) -> String {
        let sql = "SELECT id FROM membership WHERE organisation_id = $1 AND user_id = $2";
        let values = vec![tenant.id.into(), caller.person().id.into()];
        let rows = self.db().rows(sql, values).await.unwrap();
        Type::Membership.id(rows[0].try_get_by_index(0).unwrap()).0
    }

    /// Names of the roles of all members of a tenant, as `name: role, role`.
    pub async fn members(&self, tenant: Tenant) -> Vec<String> {
        let sql = "SELECT u.name, mr.builtin, r.name FROM membership m JOIN \"user\" u ON u.id = m.user_id \
                   JOIN membership_role mr ON mr.membership_id = m.id LEFT JOIN role r ON r.id = mr.role_id \
                   WHERE m.organisation_id = $1 ORDER BY u.name, mr.builtin, r.name";
        let mut members: Vec<String> = Vec::new();
        let mut last = String::new();
        for row in self.db().rows(sql, vec![tenant.id.into()]).await.unwrap() {
            let name: String = row.try_get_by_index(0).unwrap();
            let builtin: Option<String> = row.try_get_by_index(1).unwrap();
            let role = builtin.unwrap_or_else(|| row.try_get_by_index(2).unwrap());
            match members.last_mut() {
                Some(member) if last == name => write!(member, ", {role}").unwrap(),
                _ => members.push(format!("{name}: {role}")),
            }
            last = name;
        }
        members
    }

    /// Takes a lock and makes a change in one transaction, and commits it once the attempt waits for the lock. Returns
    /// the result of the attempt. Only on PostgreSQL.
    pub async fn db_change_while_it_waits<T>(
        &self,
        lock: &str,
        change: &str,
        id: Uuid,
        attempt: impl Future<Output = T>,
    ) -> T {
        let tx = self.db().writer().begin().await.unwrap();
        for sql in [lock, change] {
            tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [id.into()])).await.unwrap();
        }
        let commit = async {
            let waiting =
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
            for _ in 0..50 {
                tokio::time::sleep(Duration::from_millis(20)).await;
                if !self.db().rows(waiting, Vec::new()).await.unwrap().is_empty() {
                    break;
                }
            }
            tx.commit().await.unwrap();
        };
        futures_util::future::join(attempt, commit).await.0
    }

    /// Removes a member of Acme while an attempt waits for the lock of Acme.
    pub async fn db_remove_while_it_waits<T>(&self, member: Caller, attempt: impl Future<Output = T>) -> T {
        let lock = format!("SELECT $1::uuid, id FROM organisation WHERE id = '{}' FOR NO KEY UPDATE", ACME.id);
        let change = "DELETE FROM membership WHERE user_id = $1";
        self.db_change_while_it_waits(&lock, change, member.person().id, attempt).await
    }

    /// Makes a user a member.
    pub async fn db_join(&self, number: u32, tenant: Tenant, user: Uuid, roles: &[Held], until: Option<DateTimeUtc>) {
        let mut rows = Rows::starting_at(1, number);
        rows.member(tenant.id, user, roles).expires_at = until;
        rows.db_write(self.db().writer()).await;
    }
}
