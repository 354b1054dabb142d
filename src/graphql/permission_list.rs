//! A set of permissions as a list in the schema.
//!
//! The type is implemented by hand because these lists are the longest part of most responses. The engine would
//! allocate a future and a name for each item.

use std::borrow::Cow;
use std::sync::LazyLock;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, Name, OutputType, Positioned, ServerResult, Value};

use crate::access::{Permission, PermissionSet};

/// The names, in the order of the table.
static NAMES: LazyLock<Vec<(Permission, Value)>> = LazyLock::new(|| {
    Permission::ALL.iter().map(|permission| (*permission, Value::Enum(Name::new(permission.graphql_name())))).collect()
});

impl OutputType for PermissionSet {
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("[{}]", <Permission as OutputType>::qualified_type_name()))
    }

    fn qualified_type_name() -> String {
        format!("{}!", Self::type_name())
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Permission as OutputType>::create_type_info(registry);
        Self::qualified_type_name()
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        let held = NAMES.iter().filter(|(permission, _)| self.has(*permission));
        Ok(Value::List(held.map(|(_, name)| name.clone()).collect()))
    }
}
