// The pages that links in mails lead to. Each opens a tab with a document to run, filled with the secret of the link.

const pages = {
  "/verify-address": `# Proves that this address is yours. Write the password of the account into the variables below, in place of the dots:
# the one you chose when you signed up, or another. All sessions end.
mutation VerifyAddress($token: String!, $password: String!) {
  verifyAddress(input: {token: $token, password: $password}) { verified userErrors { code message } }
}
`,
  "/reset-password": `# Sets a new password. Write it into the variables below, in place of the dots. All sessions end.
mutation ResetPassword($token: String!, $newPassword: String!) {
  resetPassword(input: {token: $token, newPassword: $newPassword}) { reset userErrors { code message } }
}
`,
  "/confirm-address": `# Moves your account to this address. Log in above with the account first.
mutation ConfirmAddress($token: String!) {
  confirmAddress(input: {token: $token}) { confirmed userErrors { code message } }
}
`,
  "/undo-address": `# Moves your account back to this address. All sessions end, and you get a link to set a new password.
mutation UndoAddress($token: String!) {
  undoAddress(input: {token: $token}) { undone userErrors { code message } }
}
`,
  "/invitation": `# Look at the invitation first. Then "next" says what to do.
# SIGN_UP: create an account with signUp and invitationToken.
# SIGN_IN: log in above and run Accept.
# SET_PASSWORD: run Accept with a newPassword.
query Invitation($token: String!) {
  invitation(token: $token) { organisation { name } invitedBy roles email expiresAt next }
}

mutation Accept($token: String!) {
  acceptInvitation(input: {token: $token}) { organisation { name } userErrors { code message } }
}

mutation Decline($token: String!) {
  declineInvitation(input: {token: $token}) { declined userErrors { code message } }
}
`,
  "/ownership": `# You are offered the ownership of an organisation.
# Log in above with the account of this address, then accept or decline.
mutation Accept($token: String!) {
  acceptOwnership(input: {token: $token}) { organisation { name viewerPermissions } userErrors { code message } }
}

mutation Decline($token: String!) {
  declineOwnership(input: {token: $token}) { userErrors { code message } }
}
`,
  "/partnership": `# A partnership is proposed to you. Log in above, check what it would open, then accept or decline.
query Offers {
  viewer { partnershipOffers { edges { node { id maker { name } message terms { opens { permission description } } } } } }
}

# The organisation that you work in accepts. To accept for another one of yours, add organisationId.
mutation Accept($token: ID!) {
  acceptPartnership(input: {proposalId: $token}) { partnership { state delegatedPermissions } userErrors { code message } }
}

mutation Decline($token: ID!) {
  declinePartnership(input: {proposalId: $token}) { declined userErrors { code message } }
}
`,
};

// The tab for the address of this page, if a link in a mail opened it. The secret is removed from the address at once, so
// that it does not stay in the history of the browser.
export function linked() {
  const query = pages[location.pathname];
  const token = new URLSearchParams(location.search).get("token");
  if (query) history.replaceState(null, "", "/playground");
  if (!query) return null;
  const asked = ["password", "newPassword"].filter((name) => query.includes(`$${name}:`));
  const more = Object.fromEntries(asked.map((name) => [name, "…"]));
  return { query, variables: JSON.stringify({ token: token ?? "", ...more }, null, 2) };
}
