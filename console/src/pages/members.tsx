// The members of an organisation, with their roles.
import { useState } from "preact/hooks";
import type { HereFragment, MemberFragment, OrganisationKind } from "../api/schema";
import { Act, may } from "../parts/act";
import { Bulk } from "../parts/bulk";
import { Filters, SearchField, Tabs } from "../parts/filters";
import { Field, Form } from "../parts/form";
import { Guard } from "../parts/guard";
import { List } from "../parts/list";
import { Ask, Head, type PageProps } from "../parts/page";
import { choiceOf, RoleNames, RolePicker, RolesPreview } from "../parts/roles";
import { None, State } from "../parts/states";
import { path, usePaging, useParameters } from "../router";
import { day, localeForApi, words } from "../words/words";
import { InviteMember, InviteMembers, Members, RemoveMember, UpdateMember } from "./members.operations";

export function MembersPage({ organisation }: PageProps) {
  const { get } = useParameters();
  const variables = { id: organisation, ...usePaging(), search: get("search") || null };
  return (
    <Ask query={Members} variables={variables} title={words.pageNames.members} of={(data) => data.organisation}>
      {(found, isLoading) => (
        <>
          <Head title={words.pageNames.members} about={words.membersAbout}>
            <InviteMany here={found} />
            <Invite here={found} kind={found.kind} />
          </Head>
          <PeopleTabs organisation={organisation} />
          <Filters>
            <SearchField />
          </Filters>
          <List
            label={words.pageNames.members}
            of={found.members}
            isLoading={isLoading}
            empty={words.nothingFound}
            columns={[
              {
                label: words.name,
                cell: ({ user, email }) => (
                  <>
                    {user.name}
                    <small>
                      <Guard of={email}>{(text) => text}</Guard>
                    </small>
                  </>
                ),
              },
              { label: words.roles, cell: (member) => <RoleNames of={member.roles} /> },
              { label: words.state, cell: (member) => <MemberState member={member} /> },
              {
                label: words.secondFactor,
                cell: (member) => <Guard of={member.hasSecondFactor}>{(has) => (has ? words.on : words.off)}</Guard>,
              },
              { label: words.joinedOn, cell: (member) => day(member.joinedAt) },
              (may(found, "MEMBER_UPDATE") || may(found, "MEMBER_REMOVE")) && {
                label: words.acts,
                isNumber: true,
                cell: (member) => (
                  <div class="acts">
                    <ChangeMember here={found} kind={found.kind} member={member} />
                    <Remove here={found} member={member} />
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

export const PeopleTabs = ({ organisation }: { organisation: string }) => (
  <Tabs
    label={words.sections.people}
    tabs={[
      { label: words.pageNames.members, href: path(organisation, "members") },
      { label: words.invitations, href: path(organisation, "invitations") },
      { label: words.roles, href: path(organisation, "roles") },
      { label: words.access, href: path(organisation, "access") },
      { label: words.requestsForAccess, href: path(organisation, "asked") },
    ]}
  />
);

function MemberState({ member }: { member: MemberFragment }) {
  return (
    <>
      {member.state ? <State of={member.state} /> : <None />}
      {member.expiresAt && <small>{words.until(day(member.expiresAt))}</small>}
      {member.custodyOf && <small>{words.custody}</small>}
      {member.partnership && <small>{words.throughPartner(member.partnership.reseller.name)}</small>}
    </>
  );
}

export const Invite = ({ here, kind }: { here: HereFragment; kind: OrganisationKind }) => (
  <Act label={words.invite} needs="MEMBER_INVITE" here={here} isMain title={words.inviteInto(here.name)}>
    {(close) => (
      <Form
        operation={InviteMember}
        variables={(values) => ({
          input: {
            organisationId: here.id,
            email: values.text("email"),
            roles: values.all("roles").map(choiceOf),
            membershipExpiresAt: values.endOf("membershipExpiresAt"),
            locale: localeForApi(),
          },
        })}
        submit={words.sendInvitation}
        done={words.invitationSent}
        onDone={close}
      >
        <Field name="email" label={words.email} type="email" required autofocus />
        <RolePicker organisation={here.id} isReseller={kind === "RESELLER"} />
        <Field name="membershipExpiresAt" label={words.memberUntil} hint={words.emptyForEver} type="date" />
      </Form>
    )}
  </Act>
);

const InviteMany = ({ here }: { here: HereFragment }) => (
  <Act label={words.inviteMany} needs="MEMBER_INVITE" here={here} isWide>
    {() => (
      <Bulk
        label={words.addressesAndRoles}
        hint={words.inviteManyHint}
        placeholder={"ada@example.org; MEMBER\nbo@example.org; BILLING"}
        operation={InviteMembers}
        variables={(rows, dryRun) => ({
          input: {
            organisationId: here.id,
            dryRun,
            invitations: rows.map(([email = "", ...roles]) => ({
              email,
              roles: (roles.length > 0 ? roles : ["MEMBER"]).map(choiceOf),
              locale: localeForApi(),
            })),
          },
        })}
        results={(payload) => payload.results}
        done={words.invitationSent}
      />
    )}
  </Act>
);

interface MemberProps {
  here: HereFragment;
  member: MemberFragment;
}

function ChangeMember({ here, kind, member }: MemberProps & { kind: OrganisationKind }) {
  return (
    <Act label={words.change} needs="MEMBER_UPDATE" here={here} title={words.rolesOf(member.user.name)}>
      {(close) => <ChangeForm here={here} kind={kind} member={member} onDone={close} />}
    </Act>
  );
}

function ChangeForm({ here, kind, member, onDone }: MemberProps & { kind: OrganisationKind; onDone: () => void }) {
  const [chosen, setChosen] = useState<string[]>();
  const endsOn = member.expiresAt?.slice(0, 10) ?? "";
  return (
    <Form
      operation={UpdateMember}
      variables={(values) => ({
        input: {
          membershipId: member.id,
          roles: values.all("roles").map(choiceOf),
          ...(values.text("expiresAt") !== endsOn && { expiresAt: values.endOf("expiresAt") }),
        },
      })}
      submit={words.save}
      onDone={onDone}
    >
      <RolePicker organisation={here.id} isReseller={kind === "RESELLER"} chosen={member.roles} onChange={setChosen} />
      {chosen && <RolesPreview membership={member.id} roles={chosen} />}
      <Field name="expiresAt" label={words.memberUntil} hint={words.emptyForEver} type="date" value={endsOn} />
    </Form>
  );
}

const Remove = ({ here, member }: MemberProps) => (
  <Act label={words.remove} needs="MEMBER_REMOVE" here={here} title={words.removeMember(member.user.name)}>
    {(close) => (
      <Form
        operation={RemoveMember}
        variables={() => ({ input: { membershipId: member.id } })}
        submit={words.remove}
        isDangerous
        done={words.memberRemoved}
        onDone={close}
      >
        <p>{words.removeMemberAbout(member.user.name, here.name)}</p>
      </Form>
    )}
  </Act>
);
