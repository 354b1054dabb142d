// Who asks for access, and what granting it would give.
import { Act, Do } from "../parts/act";
import { Form, TextField } from "../parts/form";
import { List } from "../parts/list";
import { Ask, Head, type PageProps } from "../parts/page";
import { RoleNames } from "../parts/roles";
import { None } from "../parts/states";
import { usePaging } from "../router";
import { day, words } from "../words/words";
import { Asked, DeclineAccess, GrantAccess } from "./asked.operations";
import { PeopleTabs } from "./members";

export function AskedPage({ organisation }: PageProps) {
  const variables = { id: organisation, ...usePaging() };
  return (
    <Ask query={Asked} variables={variables} title={words.requestsForAccess} of={(data) => data.organisation}>
      {(found, isLoading) => (
        <>
          <Head title={words.requestsForAccess} about={words.askedAbout} />
          <PeopleTabs organisation={organisation} />
          <List
            label={words.requestsForAccess}
            of={found.accessRequests}
            isLoading={isLoading}
            empty={words.noneAsked}
            columns={[
              { label: words.name, cell: (one) => one.user.name },
              { label: words.permission, cell: (one) => <code>{one.permission}</code> },
              { label: words.organisation, cell: (one) => one.organisation?.name ?? <None /> },
              { label: words.accessMessage, cell: (one) => one.message },
              { label: words.roleGiven, cell: (one) => (one.role ? <RoleNames of={[one.role]} /> : <None />) },
              { label: words.sent, cell: (one) => day(one.createdAt) },
              {
                label: words.acts,
                isNumber: true,
                cell: (one) => (
                  <div class="acts">
                    <Do
                      label={words.grant}
                      operation={GrantAccess}
                      variables={{ input: { accessRequestId: one.id } }}
                    />
                    <Act label={words.decline}>
                      {(close) => (
                        <Form
                          operation={DeclineAccess}
                          variables={(values) => ({
                            input: { accessRequestId: one.id, reason: values.text("reason") },
                          })}
                          submit={words.decline}
                          onDone={close}
                        >
                          <TextField name="reason" label={words.reason} required />
                        </Form>
                      )}
                    </Act>
                  </div>
                ),
              },
            ]}
          />
        </>
      )}
    </Ask>
  );
}
