// The tabs that a new visitor finds. Those with `$id` are filled after the log-in with an id that this person knows.

export const examples = [
  {
    filledWith: "reseller",
    query: `# A reseller's customers, what they use and what they owe.
# What you may not see is null, with an error that says which permission is missing.
query PartnerTree($id: ID!) {
  reseller(id: $id) {
    organisation { name }
    clients(first: 100, orderBy: {field: NAME}) {
      totalCount
      edges {
        partnership { state delegatedPermissions endsAt properties { key value } }
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
}
`,
  },
  {
    filledWith: "reseller",
    query: `# The table of a reseller's customers: those of one region, by a column of its own. Columns are picked by their keys.
query ClientTable($id: ID!) {
  reseller(id: $id) {
    propertyDefinitions { edges { node { key label type choices } } }
    clientViews { edges { node { id name columns } } }
    clients(
      first: 50
      filter: {property: {key: "region", eq: "north"}}
      orderBy: {property: "yearly_value", direction: DESC}
    ) {
      totalCount
      edges { client { name } partnership { state properties(keys: ["region", "yearly_value"]) { label value number } } }
    }
  }
}
`,
  },
  {
    query: `# Everything you belong to, what you may do there, and who pays for whom.
query Dashboard {
  viewer {
    name email
    activeOrganisation { id name }
    organisations(first: 50) {
      edges { node { id name kind viewerPermissions payer { name } paysFor(first: 10) { edges { node { name } } } } }
    }
  }
}
`,
  },
  {
    filledWith: "reseller",
    query: `# A reseller's customers in all. Each figure says over how many of them it speaks: those that let you know.
query Summary($id: ID!) {
  reseller(id: $id) {
    organisation { name overview { memberCount subscriptionCount monthlyRecurring { formatted } } }
    summary {
      clientsByState { state count }
      monthlyRecurring { clients ofClients amounts { formatted } }
      openInvoices { count clients ofClients amounts { formatted } }
      overdueInvoices { count clients ofClients amounts { formatted } }
    }
    descendants(permission: INVOICE_READ, first: 20) {
      totalCount edges { node { depth organisation { name overview { overdueInvoices { count } } } path { name } } }
    }
  }
}
`,
  },
  {
    filledWith: "organisation",
    query: `# Who can read the invoices of this organisation, and through what.
query WhoCanSee($id: ID!) {
  organisation(id: $id) {
    name
    accessors(permission: INVOICE_READ, first: 10) {
      edges { node { actor { __typename ... on User { name } } paths { sentence } } }
    }
  }
}
`,
  },
  {
    filledWith: "organisation",
    query: `# Why you may, or may not, read the invoices of this organisation.
query Explain($id: ID!) {
  explainAccess(organisationId: $id, permission: INVOICE_READ) {
    granted
    paths { sentence }
    misses { reason sentence }
  }
}
`,
  },
  {
    filledWith: "organisation",
    query: `# Who pays for this organisation, through whom, where its invoices go, and what is agreed for later.
query WhoPays($id: ID!) {
  explainPayer(organisationId: $id) {
    sentence
    steps { organisation { name } payer { name } startsOn endsOn consentedAt consentedBy { name } }
    payer { name }
    recipient { __typename ... on OrganisationCard { name } ... on BillingContact { name email } }
    nextChange { on payer { name } }
  }
}
`,
  },
  {
    filledWith: "organisation",
    query: `# Whom this organisation has asked to pay, and what it is asked to pay for.
query Payers($id: ID!) {
  organisation(id: $id) {
    name
    payerRequests(first: 10) { edges { node { id state soughtCode payer { name } startsOn endsOn requestedAt answeredAt } } }
    requestsToPay(first: 10) { edges { node { id state organisation { name } startsOn expiresAt requestedBy { name } } } }
  }
}
`,
  },
  {
    query: `# Every permission, the fields it opens and the roles that hold it.
query Catalogue {
  permissionCatalogue { permission text description delegable implies fields builtInRoles }
}
`,
  },
];

// The variables of an example, as text, for a person who knows these ids: `{reseller, organisation}`.
export function variables(example, ids) {
  return example.filledWith ? JSON.stringify({ id: ids[example.filledWith] ?? "" }, null, 2) : "";
}
