//! The two most important queries of the product.

const PARTNER_TREE: &str = "query PartnerTree($id: ID!) {
  reseller(id: $id) {
    organisation { name }
    clients(first: 100, orderBy: {field: NAME}) {
      totalCount
      edges {
        partnership { state delegatedPermissions endsAt }
        node {
          id name kind state
          viewerPermissions
          members(first: 5) { edges { node { user { name } email roles { name } } } }
          services(first: 5) { edges { node { kind name state } } }
          invoices(filter: {state: OVERDUE}, first: 3) { edges { node { number total { formatted } dueOn } } }
          billing { recipient { __typename ... on OrganisationCard { name } ... on BillingContact { name } } }
          reseller { clients(first: 20) { edges { node { name } } } }
        }
      }
    }
  }
}";

const DASHBOARD: &str = "query Dashboard {
  viewer {
    name email
    activeOrganisation { id name }
    organisations(first: 50) { edges { node { id name kind viewerPermissions payer { name } paysFor(first: 10) { edges { node { name } } } } } }
  }
}";

/// The partner tree of a reseller, as a request body.
pub fn partner_tree(reseller: &str) -> String {
    serde_json::json!({ "query": PARTNER_TREE, "variables": { "id": reseller } }).to_string()
}

/// The dashboard, as a request body.
pub fn dashboard() -> String {
    serde_json::json!({ "query": DASHBOARD }).to_string()
}
