// Where a link from a mail leads: a tab with what to send, filled with the secret of the link.

const pages = {
  "/verify-address": `# Proves that this address is yours.
mutation VerifyAddress($token: String!) {
  verifyAddress(input: {token: $token}) { verified userErrors { code message } }
}
`,
  "/reset-password": `# Sets a new password: put it below, in place of the dots. All sessions end.
mutation ResetPassword($token: String!, $newPassword: String!) {
  resetPassword(input: {token: $token, newPassword: $newPassword}) { reset userErrors { code message } }
}
`,
  "/confirm-address": `# Moves your account to this address.
mutation ConfirmAddress($token: String!) {
  confirmAddress(input: {token: $token}) { confirmed userErrors { code message } }
}
`,
  "/undo-address": `# Brings your account back to this address. All sessions end, and you get a link to set a new password.
mutation UndoAddress($token: String!) {
  undoAddress(input: {token: $token}) { undone userErrors { code message } }
}
`,
  "/invitation": `# Look at the invitation first: "next" says what comes then. With SIGN_UP, make an account with signUp and
# invitationToken; with SIGN_IN, log in above and run Accept; with SET_PASSWORD, run Accept with a newPassword.
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
  "/ownership": `# An organisation is offered to you. Log in above with the account of this address, then accept or decline.
mutation Accept($token: String!) {
  acceptOwnership(input: {token: $token}) { organisation { name viewerPermissions } userErrors { code message } }
}

mutation Decline($token: String!) {
  declineOwnership(input: {token: $token}) { userErrors { code message } }
}
`,
  "/partnership": `# A partnership is proposed to you. Log in above, look at what it would open, then accept or decline.
query Offers {
  viewer { partnershipOffers { edges { node { id organisation { name } message terms { opens { permission description } } } } } }
}

# Of several organisations of yours, the one that you have switched to accepts, or add organisationId.
mutation Accept($token: ID!) {
  acceptPartnership(input: {proposalId: $token}) { partnership { state delegatedPermissions } userErrors { code message } }
}

mutation Decline($token: ID!) {
  declinePartnership(input: {proposalId: $token}) { declined userErrors { code message } }
}
`,
};

// The tab for the address of this page, if a link has led here. The secret leaves the address at once, so that it is
// not in the history of the browser.
export function linked() {
  const query = pages[location.pathname];
  const token = new URLSearchParams(location.search).get("token");
  if (location.pathname !== "/") history.replaceState(null, "", "/");
  if (!query) return null;
  const more = query.includes("$newPassword") ? { newPassword: "…" } : {};
  return { query, variables: JSON.stringify({ token: token ?? "", ...more }, null, 2) };
}
