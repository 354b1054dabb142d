import { Tabs } from "../parts/filters";
import { path } from "../router";
import { words } from "../words/words";

export const ClientTabs = ({ organisation }: { organisation: string }) => (
  <Tabs
    label={words.pageNames.clients}
    tabs={[
      { label: words.pageNames.clients, href: path(organisation, "clients") },
      { label: words.proposals, href: path(organisation, "proposals") },
      { label: words.tree, href: path(organisation, "tree") },
      { label: words.templates, href: path(organisation, "templates") },
      { label: words.drift, href: path(organisation, "drift") },
      { label: words.ownColumns, href: path(organisation, "columns") },
    ]}
  />
);
