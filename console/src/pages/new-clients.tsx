import type { DelegationPreset } from "../api/schema";
import { Bulk } from "../parts/bulk";
import { Ask, Head, type PageProps } from "../parts/page";
import { path } from "../router";
import { localeForApi, words } from "../words/words";
import { CreateClients, NewClients } from "./new-clients.operations";

/** Name, owner's address, reference and preset, one client on each line. */
export function NewClientsPage({ organisation }: PageProps) {
  return (
    <Ask query={NewClients} variables={{ id: organisation }} title={words.createMany} of={(data) => data.organisation}>
      {(here) => (
        <>
          <Head
            title={words.createMany}
            above={{ label: words.pageNames.clients, href: path(organisation, "clients") }}
            about={words.createManyAbout}
          />
          <div class="plain">
            <Bulk
              label={words.clientRows}
              hint={words.clientRowsHint}
              placeholder={"Acme AB; ada@acme.example; K-1001; SUPPORT\nBirch Ltd; ; K-1002"}
              operation={CreateClients}
              variables={(rows, dryRun) => ({
                input: {
                  organisationId: here.id,
                  dryRun,
                  clients: rows.map(([name = "", ownerEmail, reference, preset]) => ({
                    name,
                    kind: "COMPANY" as const,
                    ownerEmail: ownerEmail || null,
                    reference: reference || null,
                    locale: localeForApi(),
                    delegation: { preset: (preset || "SUPPORT") as DelegationPreset },
                  })),
                },
              })}
              results={(payload) => payload.results}
              done={words.clientsCreated}
            />
          </div>
        </>
      )}
    </Ask>
  );
}
