// What a page of a dashboard asks for. Relay's compiler reads it, and nothing runs it.

graphql`
  query pageQuery {
    viewer {
      name
      activeOrganisation { name state }
      memberships(first: 50) {
        edges { node { email joinedAt roles { name permissions } organisation { name state } custodyOf { name kind } } }
      }
      ownershipOffers(first: 10) { edges { node { kind opensAt offeredBy { name } card { name } } } }
      partnershipOffers(first: 10) { edges { node { proposedBy message maker { name } } } }
      sessions(first: 20) { edges { node { createdAt isCurrent } } }
      organisations(first: 50) { edges { node { ...page_organisation } } }
    }
  }
`;

graphql`
  fragment page_organisation on Organisation @refetchable(queryName: "pageOrganisationQuery") {
    name
    kind
    state
    viewerPermissions
    viewerCanSwitch
    payer { name kind organisation { name state } }
    paysFor(first: 10) { edges { node { name kind } } }
    members(first: 10) { edges { node { email user { name } roles { name builtIn permissions } } } }
    ownershipTransfers(first: 5) { edges { node { state email card { name } organisation { name state } } } }
    proposalsSent(first: 5) { edges { node { state addressedTo maker { name } client { name } } } }
    invoices(first: 3) { edges { node { number state payer { name } organisation { name } } } }
    billing { recipient { __typename ... on OrganisationCard { name kind } ... on BillingContact { name email } } }
    reseller {
      clients(first: 10) {
        edges {
          client { name kind organisation { name state } }
          node { name state }
          partnership { state reseller { name } client { name } }
        }
      }
    }
  }
`;

// Relay compiles a fragment to be fetched again only where its type is a Node.
graphql`
  fragment page_role on Role @refetchable(queryName: "pageRoleQuery") { name permissions }
`;

graphql`
  query pageNodesQuery($ids: [ID!]!) {
    nodes(ids: $ids) { __typename id }
  }
`;
