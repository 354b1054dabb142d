//! The directives that show in the schema what each field needs. `#[guarded]` and `#[mutation]` add them.

use async_graphql::TypeDirective;

use crate::access::{Permission, Side};

/// The permission that is needed. A field is null, with a FORBIDDEN error, for viewers without it. An object does not exist
/// (NOT_FOUND) for viewers without it. If it is repeated, one of the permissions is enough.
#[TypeDirective(location = "FieldDefinition", location = "Object", repeatable)]
pub fn requires(
    #[graphql(desc = "The permission.")] permission: Permission,
    #[graphql(desc = "Where it is needed. Without it, at the organisation of the object.")] at: Option<Side>,
) {
}

/// Needs no permission beyond seeing the object. On a type, this holds for all its fields.
#[TypeDirective(location = "FieldDefinition", location = "Object")]
pub fn public() {}

/// Needs a signed-in actor. The field shows or changes only what belongs to the actor.
#[TypeDirective(location = "FieldDefinition")]
pub fn authenticated() {}

/// What is the viewer's own in person is visible without the permission: their membership, their session, an offer to
/// their address.
#[TypeDirective(location = "FieldDefinition", location = "Object")]
pub fn own() {}
