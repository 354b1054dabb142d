// One partner: what it may do here. The client narrows, renews and ends.
import { granted } from "../api/request";
import type { HereFragment, WholePartnershipFragment } from "../api/schema";
import { Act } from "../parts/act";
import { DelegationFields, delegationOf } from "../parts/delegation";
import { Field, Form } from "../parts/form";
import { List } from "../parts/list";
import { MorePart } from "../parts/more";
import { asType, oneAndHere } from "../parts/node";
import { Ask, Fact, Facts, Head, type PageProps } from "../parts/page";
import { PermissionsPart } from "../parts/permissions";
import { RoleNames } from "../parts/roles";
import { State } from "../parts/states";
import { path } from "../router";
import { day, words } from "../words/words";
import { EndPartnership, Partner, UpdatePartnership } from "./partner.operations";

export function PartnerPage({ organisation, object }: PageProps) {
  const variables = { id: object, here: organisation };
  return (
    <Ask query={Partner} variables={variables} title={words.partner} of={(data) => oneAndHere(data, "Partnership")}>
      {({ one, here }) => (
        <>
          <Head
            title={one.reseller.name}
            above={{ label: words.pageNames.partners, href: path(organisation, "partners") }}
            about={words.partnerOf(one.client.name)}
          >
            {one.state !== "ENDED" && <PartnershipActs here={here} one={one} />}
          </Head>
          <Facts>
            <Fact label={words.state} of={one.state}>
              {(state) => <State of={state} />}
            </Fact>
            <Fact label={words.since} of={one.startsAt}>
              {day}
            </Fact>
            <Fact label={words.endsOn} of={one.endedAt ?? one.endsAt}>
              {day}
            </Fact>
            <Fact label={words.upstream} of={one.includesUpstream}>
              {(yes) => (yes ? words.yes : words.no)}
            </Fact>
          </Facts>
          <div class="columns">
            <PermissionsPart title={words.mayDoHere} of={one.delegatedPermissions} />
            <PermissionsPart title={words.mayDoAtClients} of={one.clientDelegatedPermissions} />
          </div>
          <MorePart
            title={words.givenMemberships}
            of={one.givenMemberships}
            name="members"
            query={Partner}
            variables={variables}
            listOf={(data) => granted(asType(data.node, "Partnership"))?.givenMemberships}
          >
            {(given, foot) => (
              <List
                foot={foot}
                label={words.givenMemberships}
                of={given}
                empty={words.noGivenMemberships}
                columns={[
                  { label: words.name, cell: (member) => member.user.name },
                  { label: words.roles, cell: (member) => <RoleNames of={member.roles} /> },
                  { label: words.joinedOn, cell: (member) => day(member.joinedAt) },
                ]}
              />
            )}
          </MorePart>
        </>
      )}
    </Ask>
  );
}

function PartnershipActs({ here, one }: { here: HereFragment; one: WholePartnershipFragment }) {
  return (
    <>
      <EndAct here={here} partnership={one.id} name={one.reseller.name} needs="PARTNERSHIP_MANAGE" />
      <Act label={words.changeOrRenew} needs="PARTNERSHIP_MANAGE" here={here} isMain isWide>
        {(close) => (
          <Form
            operation={UpdatePartnership}
            variables={(values) => ({
              input: { partnershipId: one.id, delegation: delegationOf(values), endsAt: values.endOf("endsAt") },
            })}
            submit={words.save}
            onDone={close}
          >
            <p class="soft">{words.changeCountsAtOnce}</p>
            <DelegationFields
              chosen={{
                permissions: one.delegatedPermissions,
                clientPermissions: one.clientDelegatedPermissions,
                includesUpstream: one.includesUpstream,
              }}
            />
            <Field
              name="endsAt"
              label={words.endsOn}
              hint={words.emptyForEver}
              type="date"
              value={one.endsAt?.slice(0, 10)}
            />
          </Form>
        )}
      </Act>
    </>
  );
}

interface EndProps {
  here: HereFragment;
  partnership: string;
  name: string;
  needs: "PARTNERSHIP_MANAGE" | "CLIENT_UPDATE";
}

export const EndAct = ({ here, partnership, name, needs }: EndProps) => (
  <Act label={words.end} needs={needs} here={here} title={words.endPartnership(name)}>
    {(close) => (
      <Form
        operation={EndPartnership}
        variables={() => ({ input: { partnershipId: partnership } })}
        submit={words.end}
        isDangerous
        onDone={close}
      >
        <p>{words.endPartnershipAbout}</p>
      </Form>
    )}
  </Act>
);
