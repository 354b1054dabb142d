// The tabs that a new visitor sees. After the log-in, `$id` is filled with an id that the person can use.

// Two of them are the queries of the load test, so they stand in benches/load/.
const text = async (name) => (await fetch(`/playground/${name}.graphql`)).text();

export const examples = [
  {
    filledWith: "reseller",
    query: await text("partner_tree"),
  },
  {
    filledWith: "reseller",
    query: `# A reseller's table of customers, filtered by region.
# A reseller defines such columns itself; pick them by their keys.
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
    query: await text("dashboard"),
  },
  {
    filledWith: "reseller",
    query: `# Totals over a reseller's customers.
# Each figure includes only customers that let you see it. It says how many are included, and how many there are.
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
    query: `# Everybody who can read the invoices of this organisation, and why they can.
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
    query: `# Why you may or may not read the invoices of this organisation.
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
    query: `# Who pays for this organisation, by which steps, where its invoices go, and what changes next.
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
    query: `# The organisations that this one has asked to pay for it, and those that have asked this one to pay.
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
    filledWith: "organisation",
    query: `# What happens in this organisation, as it happens.
# Run this, and then change something in the console.
subscription Events($id: ID!) {
  events(organisationId: $id) {
    id
    type
    at
    object { __typename id }
    auditEvent { actorName action objectName }
  }
}
`,
  },
  {
    query: `# All permissions. For each, the fields that it opens and the built-in roles that hold it.
query Catalogue {
  permissionCatalogue { permission description delegable implies fields builtInRoles }
}
`,
  },
];

// The variables of an example as text, filled with the ids that the person can use: `{reseller, organisation}`.
export function variables(example, ids) {
  return example.filledWith ? JSON.stringify({ id: ids[example.filledWith] ?? "" }, null, 2) : "";
}
