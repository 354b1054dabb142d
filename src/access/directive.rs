//! The directives that show in the schema what each field needs. The attributes of `#[guarded]` put them there.

use async_graphql::{Enum, TypeDirective};

use super::permission::Permission;

/// At which organisation a permission is tested, where an object stands between several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum Side {
    /// The organisation that the object belongs to, or is for.
    Organisation,
    /// The client of a partnership.
    Client,
    /// The reseller of a partnership.
    Reseller,
    /// The organisation that pays, or was asked to.
    Payer,
}

/// Says which permission is needed. On a field: it is null with a FORBIDDEN error for who lacks the permission. On a
/// type: its objects do not exist (NOT_FOUND) for who lacks it. Where it stands several times, any one suffices.
#[TypeDirective(location = "FieldDefinition", location = "Object", repeatable)]
pub fn requires(
    #[graphql(desc = "The permission.")] permission: Permission,
    #[graphql(desc = "Where it is tested; the object's organisation if not given.")] at: Option<Side>,
) {
}

/// Needs no permission beyond seeing the object that it belongs to; on a type, this holds for all of its fields.
#[TypeDirective(location = "FieldDefinition", location = "Object")]
pub fn public() {}

/// Needs an actor that is signed in; what it shows or does is the actor's own.
#[TypeDirective(location = "FieldDefinition")]
pub fn authenticated() {}
