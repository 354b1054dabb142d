//! Making, changing and deleting custom roles.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use macros::guarded;

use super::object::Role;
use super::store;
use super::write::{self, Wanted};
use crate::access::{Permission, directive, told};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::base::text;
use crate::graphql::request::{Request, service};
use crate::people::session;

/// The role to make.
#[derive(InputObject)]
pub struct CreateRoleInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Its name. 1 to 200 characters, not that of another role of the organisation or of a built-in one.
    pub name: String,
    /// What it holds at the organisation. What these imply comes with them.
    pub permissions: Vec<Permission>,
    /// What it holds at the clients of the organisation, as far as they let it through.
    #[graphql(default)]
    pub client_permissions: Vec<Permission>,
}

/// The change of a role. What is left out stays.
#[derive(InputObject)]
pub struct UpdateRoleInput {
    /// Id of the role.
    pub role_id: ID,
    /// Its new name.
    pub name: Option<String>,
    /// All that it holds at the organisation from now on.
    pub permissions: Option<Vec<Permission>>,
    /// All that it holds at the clients of the organisation from now on.
    pub client_permissions: Option<Vec<Permission>>,
}

/// The role to delete.
#[derive(InputObject)]
pub struct DeleteRoleInput {
    /// Id of the role.
    pub role_id: ID,
}

/// The role that was made.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct CreateRolePayload {
    /// The role; null if it was not made.
    pub role: Option<Role>,
    /// Why it was not made.
    pub user_errors: Vec<UserError>,
}

/// The role as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct UpdateRolePayload {
    /// The role; null if it was not changed.
    pub role: Option<Role>,
    /// Why it was not changed.
    pub user_errors: Vec<UserError>,
}

/// What became of the role.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct DeleteRolePayload {
    /// Whether the role is gone.
    pub deleted: bool,
    /// Why it is not.
    pub user_errors: Vec<UserError>,
}

/// Mutations of roles.
#[derive(Default)]
pub struct RoleMutation;

#[guarded]
#[Object]
impl RoleMutation {
    /// Makes a role of your own, unless the organisation is suspended or closed. You have to hold all that it holds, in
    /// the same half. Confirm first that it is you.
    #[acts(ROLE_MANAGE)]
    async fn create_role(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The role to make.")] input: CreateRoleInput,
    ) -> Result<Option<CreateRolePayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(CreateRolePayload { role: None, user_errors: told(context, error) }));
        let key = Type::Organisation.parse(&input.organisation_id)?;
        let seen = request.access.act(key, Permission::RoleManage).await?;
        if let Some(error) = session::unconfirmed(context)? {
            return refused(error);
        }
        let name = match text::name("name", &input.name) {
            Ok(name) => name,
            Err(error) => return refused(error),
        };
        let random = service::<Random>(context)?;
        let id = random.id(request.now());
        let wanted = Wanted {
            name: Some(name),
            own: Some(input.permissions.into_iter().collect()),
            clients: Some(input.client_permissions.into_iter().collect()),
        };
        match request.write(async |tx| write::create(tx, request, random, key, (id, &wanted)).await).await? {
            Ok(held) => Ok(Some(CreateRolePayload { role: Some(Role::new(held, seen)), user_errors: Vec::new() })),
            Err(error) => refused(error),
        }
    }

    /// Changes a role. It holds for the very next request of everybody who has it: see `previewRoleChange`. You have to
    /// hold all that it held and will hold, in the same half. Not in a suspended or closed organisation. Confirm first that
    /// it is you.
    #[acts(ROLE_MANAGE)]
    async fn update_role(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The change of a role.")] input: UpdateRoleInput,
    ) -> Result<Option<UpdateRolePayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(UpdateRolePayload { role: None, user_errors: told(context, error) }));
        let key = Type::Role.parse(&input.role_id)?;
        let (_, seen) = store::find(request, key).await?.ok_or(Error::NotFound)?;
        seen.require(Permission::RoleManage)?;
        if let Some(error) = session::unconfirmed(context)? {
            return refused(error);
        }
        let name = match input.name.as_deref().map(|typed| text::name("name", typed)).transpose() {
            Ok(name) => name,
            Err(error) => return refused(error),
        };
        let wanted = Wanted {
            name,
            own: input.permissions.map(|set| set.into_iter().collect()),
            clients: input.client_permissions.map(|set| set.into_iter().collect()),
        };
        let random = service::<Random>(context)?;
        match request.write(async |tx| write::update(tx, request, random, seen.row.id, (key, &wanted)).await).await? {
            Ok(held) => {
                // What the viewer may do here may have changed with it.
                let seen = request.access.look(seen.row.id).await?.unwrap_or(seen);
                Ok(Some(UpdateRolePayload { role: Some(Role::new(held, seen)), user_errors: Vec::new() }))
            }
            Err(error) => refused(error),
        }
    }

    /// Deletes a role that no member has and no open invitation gives. You have to hold all that it holds. Confirm first
    /// that it is you.
    #[acts(ROLE_MANAGE)]
    async fn delete_role(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The role to delete.")] input: DeleteRoleInput,
    ) -> Result<Option<DeleteRolePayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(DeleteRolePayload { deleted: false, user_errors: told(context, error) }));
        let key = Type::Role.parse(&input.role_id)?;
        let (_, seen) = store::find(request, key).await?.ok_or(Error::NotFound)?;
        seen.require(Permission::RoleManage)?;
        if let Some(error) = session::unconfirmed(context)? {
            return refused(error);
        }
        let random = service::<Random>(context)?;
        match request.write(async |tx| write::delete(tx, request, random, seen.row.id, key).await).await {
            Ok(Ok(())) => Ok(Some(DeleteRolePayload { deleted: true, user_errors: Vec::new() })),
            Ok(Err(error)) => refused(error),
            Err(Error::Conflict(message)) => refused(UserError::at("roleId", UserErrorCode::InUse, message)),
            Err(error) => Err(error),
        }
    }
}
