// Who was invited, and what became of it.
import type { InvitationState } from "../api/schema";
import { Act, Do, may } from "../parts/act";
import { Choice, Filters, SearchField, statesOf } from "../parts/filters";
import { Form } from "../parts/form";
import { List } from "../parts/list";
import { Ask, Head, type PageProps } from "../parts/page";
import { choiceOf, RoleNames, RolePicker } from "../parts/roles";
import { None, State } from "../parts/states";
import { usePaging, useParameters } from "../router";
import { day, words } from "../words/words";
import { Invitations, ResendInvitation, UpdateInvitation, WithdrawInvitation } from "./invitations.operations";
import { Invite, PeopleTabs } from "./members";

export function InvitationsPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const state = get("state") as InvitationState;
  const variables = {
    id: organisation,
    ...usePaging(),
    search: get("search") || null,
    states: state ? [state] : null,
  };
  return (
    <Ask query={Invitations} variables={variables} title={words.invitations} of={(data) => data.organisation}>
      {(found, isLoading) => (
        <>
          <Head title={words.invitations} about={words.invitationsAbout}>
            <Invite here={found} kind={found.kind} />
          </Head>
          <PeopleTabs organisation={organisation} />
          <Filters>
            <SearchField />
            <Choice
              name="state"
              label={words.state}
              choices={statesOf("PENDING", "ACCEPTED", "DECLINED", "WITHDRAWN", "ENDED", "EXPIRED")}
            />
          </Filters>
          <List
            label={words.invitations}
            of={found.invitations}
            isLoading={isLoading}
            empty={words.noInvitations}
            columns={[
              { label: words.email, cell: (one) => one.email },
              { label: words.roles, cell: (one) => <RoleNames of={one.roles} /> },
              { label: words.state, cell: (one) => <State of={one.state} /> },
              { label: words.invitedBy, cell: (one) => one.invitedBy?.name ?? <None /> },
              { label: words.sent, cell: (one) => day(one.sentAt) },
              { label: words.validUntil, cell: (one) => day(one.expiresAt) },
              may(found, "MEMBER_INVITE") && {
                label: words.acts,
                isNumber: true,
                cell: (one) =>
                  one.state === "PENDING" && (
                    <div class="acts">
                      <Act label={words.change} title={words.rolesOf(one.email)}>
                        {(close) => (
                          <Form
                            operation={UpdateInvitation}
                            variables={(values) => ({
                              input: { invitationId: one.id, roles: values.all("roles").map(choiceOf) },
                            })}
                            submit={words.save}
                            onDone={close}
                          >
                            <RolePicker
                              organisation={found.id}
                              isReseller={found.kind === "RESELLER"}
                              chosen={one.roles}
                            />
                          </Form>
                        )}
                      </Act>
                      <Do
                        label={words.sendAgain}
                        operation={ResendInvitation}
                        variables={{ input: { invitationId: one.id } }}
                        done={words.invitationSent}
                      />
                      <Do
                        label={words.withdraw}
                        operation={WithdrawInvitation}
                        variables={{ input: { invitationId: one.id } }}
                      />
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
