// Who sees what in the demo: a person, the organisation where they work, and the pages they go to.
const EVERY_PAGE = [
  "",
  "members",
  "invitations",
  "roles",
  "access",
  "asked",
  "partners",
  "proposals",
  "catalogue",
  "subscriptions",
  "orders",
  "services",
  "licences",
  "seats",
  "unused",
  "rules",
  "directory",
  "groups",
  "assets",
  "invoices",
  "billing",
  "payers",
  "log",
  "keys",
  "webhooks",
  "settings",
];
const RESELLER_PAGES = ["clients", "tree", "templates", "drift", "columns", "new-clients", "new-order", "commission"];

export const STORIES = [
  { name: "owner", email: "olav@fjordfoods.example", place: "Fjord Foods", pages: EVERY_PAGE },
  {
    name: "reseller",
    email: "finn@nordhost.example",
    place: "Nordhost Partner",
    pages: ["", ...RESELLER_PAGES, "webhooks"],
  },
  { name: "support", email: "gry@nordhost.example", place: "Nordhost Partner", pages: ["", "clients", "members"] },
  { name: "partner", email: "gry@nordhost.example", place: "Harbour Clinic", pages: EVERY_PAGE },
  {
    name: "principal",
    email: "mia@lakeschool.example",
    place: "Lake School",
    pages: ["", "licences", "seats", "unused", "rules", "directory", "groups", "assets", "subscriptions"],
  },
  { name: "bookkeeper", email: "nils@lakeschool.example", place: "Lake School", pages: EVERY_PAGE },
  { name: "technician", email: "olga@lakeschool.example", place: "Lake School", pages: ["", "services", "invoices"] },
  { name: "distributor", email: "kai@skandia.example", place: "Skandia Distribution", pages: ["", "clients", "tree"] },
  {
    name: "suspended",
    email: "nora@latepayers.example",
    place: "Late Payers Ltd",
    pages: ["", "invoices", "catalogue"],
  },
  { name: "three-places", email: "bo@lind.example", place: "Lind Café", pages: ["", "billing", "payers"] },
  { name: "agency", email: "eva@pixel.example", place: "Pixel Agency", pages: ["", "billing", "invoices"] },
  {
    name: "operator",
    email: "pia@operator.example",
    place: "Tenantry Operator",
    pages: ["", "desk", "people-desk", "requests", "runs", "payments", "months", "tasks", "new-order"],
  },
];

/** Pages of one object, reached by the first link of their list. */
export const OBJECTS = [
  {
    email: "olav@fjordfoods.example",
    place: "Fjord Foods",
    lists: ["partners", "subscriptions", "services", "invoices"],
  },
  { email: "finn@nordhost.example", place: "Nordhost Partner", lists: ["clients"] },
  { email: "mia@lakeschool.example", place: "Lake School", lists: ["groups"] },
  { email: "erik@islandferries.example", place: "Island Ferries", lists: ["proposals"] },
];
