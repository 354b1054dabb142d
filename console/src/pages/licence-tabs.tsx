import { Tabs } from "../parts/filters";
import { path } from "../router";
import { words } from "../words/words";

export const LicenceTabs = ({ organisation }: { organisation: string }) => (
  <Tabs
    label={words.pageNames.licences}
    tabs={[
      { label: words.pools, href: path(organisation, "licences") },
      { label: words.seats, href: path(organisation, "seats") },
      { label: words.unused, href: path(organisation, "unused") },
      { label: words.rules, href: path(organisation, "rules") },
      { label: words.directory, href: path(organisation, "directory") },
      { label: words.groups, href: path(organisation, "groups") },
      { label: words.assets, href: path(organisation, "assets") },
    ]}
  />
);
