//! Everyone who holds a permission at an organisation.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Union;
use futures_util::future::join_all;
use macros::public_object;
use uuid::Uuid;

use super::object::{AccessPath, Names};
use crate::access::{Decision, Holdings, Path, Permission, Side, explain, resolve};
use crate::base::error::Result;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments, Search, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::people::api_key::ApiKey;
use crate::people::user::User;

/// A person or an API key with the permission, and the paths by which they hold it.
#[public_object]
#[derive(Clone)]
pub struct Accessor {
    /// The person or key. Null for an API key if the viewer lacks `API_KEY_READ` at the key's organisation.
    pub actor: Option<AccessorActor>,
    /// The paths that grant the permission.
    pub paths: Vec<AccessPath>,
}

impl Accessor {
    /// Everyone with a permission at an organisation, ordered by name.
    pub async fn list(
        request: &Request,
        at: &Decision,
        permission: Permission,
        page: &PageArguments,
        search: &Search,
    ) -> Result<Connection<Accessor>> {
        let organisation = at.id();
        let everybody = request.access.everybody(organisation).await?;
        let graph = everybody.neighbourhood.graph.above(organisation);
        let may = |held: &Holdings| {
            held.keys().any(|id| graph.nodes.contains_key(id))
                && resolve(&graph, held, request.now()).get(&organisation).is_some_and(|grants| grants.has(permission))
        };
        let users = everybody.users.iter().filter_map(|(id, held)| {
            let name = everybody.names.get(id).filter(|name| search.finds(name) && may(held))?.clone();
            Some((collation::sort_key(&name), *id, Arc::new((Who::User(User { id: *id, name }), &**held))))
        });
        let keys = everybody
            .keys
            .iter()
            .filter(|(_, (name, held))| search.finds(name) && may(held))
            .map(|(id, (name, held))| (collation::sort_key(name), *id, Arc::new((Who::Key(*id), held))));
        let mut all: Vec<_> = users.chain(keys).collect();
        all.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        let total = Total::known(all.len());
        let slice = slice_sorted(all.into_iter(), page, organisation)?;
        // Paths are computed only for the items of this page.
        let paths: HashMap<Uuid, Vec<Path>> = slice
            .items
            .iter()
            .map(|(_, item)| (item.0.id(), explain(&graph, item.1, organisation, permission, request.now()).paths))
            .collect();
        let names = Names::of(request, organisation, paths.values().flatten().flatten().cloned().collect()).await?;
        let keys = slice.items.iter().filter_map(|(_, item)| match item.0 {
            Who::Key(id) => Some(id),
            Who::User(_) => None,
        });
        let keys = join_all(keys.map(async |id| Ok((id, ApiKey::find(request, id).await?)))).await;
        let keys = keys.into_iter().collect::<Result<HashMap<_, _>>>()?;
        Ok(Connection::new(&slice, total, |item| Accessor {
            actor: match &item.0 {
                Who::User(user) => Some(AccessorActor::User(user.clone())),
                Who::Key(id) => keys.get(id).cloned().flatten().map(AccessorActor::ApiKey),
            },
            paths: paths
                .get(&item.0.id())
                .into_iter()
                .flatten()
                .map(|path| names.path(path, Side::Organisation))
                .collect(),
        }))
    }
}

/// A person or key, before the check whether the asker may see it.
enum Who {
    User(User),
    Key(Uuid),
}

impl Who {
    const fn id(&self) -> Uuid {
        match self {
            Self::User(user) => user.id,
            Self::Key(id) => *id,
        }
    }
}

/// A person or an API key.
#[derive(Clone, Union)]
pub enum AccessorActor {
    /// A person.
    User(User),
    /// An API key of an organisation.
    ApiKey(ApiKey),
}
