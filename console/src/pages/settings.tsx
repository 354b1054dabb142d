// An organisation itself: its name, how its members log in, who owns it, and its end.
import { granted } from "../api/request";
import type { HereFragment, NewOrganisationKind } from "../api/schema";
import { Act, Do } from "../parts/act";
import { Check, Field, Form, Select, TextField } from "../parts/form";
import { GuardedPart } from "../parts/guard";
import { List } from "../parts/list";
import { MorePart } from "../parts/more";
import { Ask, Fact, Facts, Head, type PageProps, Part } from "../parts/page";
import { State } from "../parts/states";
import { go, path, usePaging } from "../router";
import { day, words } from "../words/words";
import {
  CloseOrganisation,
  LeaveOrganisation,
  OfferOwnership,
  OrganisationSettings,
  ReopenOrganisation,
  RequestReseller,
  SetSignInPolicy,
  UpdateOrganisation,
  WithdrawOwnership,
  WithdrawResellerRequest,
} from "./settings.operations";

export function SettingsPage({ organisation }: PageProps) {
  const variables = { id: organisation, ...usePaging() };
  return (
    <Ask
      query={OrganisationSettings}
      variables={variables}
      title={words.pageNames.settings}
      of={(data) => data.organisation}
    >
      {(found, isLoading) => (
        <>
          <Head title={words.pageNames.settings}>
            <Act label={words.change} needs="ORGANISATION_UPDATE" here={found} isMain>
              {(close) => (
                <Form
                  operation={UpdateOrganisation}
                  variables={(values) => ({
                    input: {
                      organisationId: found.id,
                      name: values.text("name"),
                      ...(values.text("kind") && { kind: values.text("kind") as NewOrganisationKind }),
                    },
                  })}
                  submit={words.save}
                  onDone={close}
                >
                  <Field name="name" label={words.name} value={found.name} required autofocus />
                  {found.kind !== "RESELLER" && found.kind !== "OPERATOR" && (
                    <Select
                      name="kind"
                      label={words.kind}
                      value={found.kind}
                      choices={{
                        COMPANY: words.kinds.COMPANY,
                        PERSON: words.kinds.PERSON,
                        PROJECT: words.kinds.PROJECT,
                      }}
                    />
                  )}
                </Form>
              )}
            </Act>
          </Head>
          <Facts>
            <Fact label={words.name} of={found.name} />
            <Fact label={words.kind} of={words.kinds[found.kind]} />
            <Fact label={words.state} of={found.state}>
              {(state) => <State of={state} />}
            </Fact>
            <Fact label={words.codeOfOrganisation} of={found.code}>
              {(code) => <code>{code}</code>}
            </Fact>
            <Fact label={words.auditRetention} of={found.auditRetentionDays}>
              {words.days}
            </Fact>
          </Facts>
          <div class="columns">
            <Part
              title={words.signInPolicy}
              of={found.signInPolicy}
              acts={<Policy here={found} of={found.signInPolicy} />}
            >
              {(policy) => (
                <Facts>
                  <Fact label={words.requiresSecondFactor} of={policy.requiresSecondFactor ? words.yes : words.no} />
                  <Fact label={words.logsLogIns} of={policy.logsLogIns ? words.yes : words.no} />
                </Facts>
              )}
            </Part>
            {found.kind !== "OPERATOR" && (
              <MorePart
                title={words.reselling}
                of={found.resellerRequests}
                acts={found.kind !== "RESELLER" && <BecomeReseller here={found} />}
                name="requests"
                query={OrganisationSettings}
                variables={variables}
                listOf={(data) => granted(data.organisation)?.resellerRequests}
              >
                {({ edges }, foot) => (
                  <div class="box">
                    {edges.length === 0 && (
                      <p class="soft">{found.kind === "RESELLER" ? words.isReseller : words.noRequests}</p>
                    )}
                    <ul class="pairs">
                      {edges.map(({ node }) => (
                        <li key={node.id}>
                          <span>
                            {node.answer ?? node.message}
                            <small>{day(node.createdAt)}</small>
                          </span>
                          <span class="acts">
                            <State of={node.state} />
                            {node.state === "PENDING" && (
                              <Do
                                label={words.withdraw}
                                operation={WithdrawResellerRequest}
                                variables={{ input: { resellerRequestId: node.id } }}
                                needs="ORGANISATION_UPDATE"
                                here={found}
                              />
                            )}
                          </span>
                        </li>
                      ))}
                    </ul>
                    {foot}
                  </div>
                )}
              </MorePart>
            )}
          </div>
          <Part title={words.ownership} of={found.ownershipTransfers} acts={<Offer here={found} />}>
            {(transfers) => (
              <List
                label={words.ownership}
                of={transfers}
                isLoading={isLoading}
                empty={words.noTransfers}
                columns={[
                  { label: words.to, cell: (one) => one.email },
                  { label: words.state, cell: (one) => <State of={one.state} /> },
                  { label: words.by, cell: (one) => one.offeredBy.name },
                  { label: words.sent, cell: (one) => day(one.createdAt) },
                  { label: words.validUntil, cell: (one) => day(one.expiresAt) },
                  {
                    label: words.acts,
                    isNumber: true,
                    cell: (one) =>
                      one.state === "PENDING" && (
                        <div class="acts">
                          <Do
                            label={words.withdraw}
                            operation={WithdrawOwnership}
                            variables={{ input: { transferId: one.id } }}
                            needs="OWNERSHIP_TRANSFER"
                            here={found}
                          />
                        </div>
                      ),
                  },
                ]}
              />
            )}
          </Part>
          <section class="part">
            <h2>{words.theEnd}</h2>
            <div class="box">
              {found.state === "SUSPENDED" && (
                <GuardedPart of={found.suspendedBecause}>{(reason) => <p>{reason}</p>}</GuardedPart>
              )}
              <div class="acts">
                <Leave here={found} />
                {found.state === "CLOSED" ? <Reopen here={found} /> : <Close here={found} />}
              </div>
            </div>
          </section>
        </>
      )}
    </Ask>
  );
}

interface Here {
  here: HereFragment;
}

function Policy({ here, of }: Here & { of: { requiresSecondFactor: boolean; logsLogIns: boolean } | null }) {
  return (
    <Act label={words.change} title={words.signInPolicy} needs="ROLE_MANAGE" here={here}>
      {(close) => (
        <Form
          operation={SetSignInPolicy}
          variables={(values) => ({
            input: {
              organisationId: here.id,
              requireSecondFactor: values.flag("requireSecondFactor"),
              logLogIns: values.flag("logLogIns"),
            },
          })}
          submit={words.save}
          onDone={close}
        >
          <Check
            name="requireSecondFactor"
            label={words.requiresSecondFactor}
            hint={words.requiresSecondFactorAbout}
            isChecked={of?.requiresSecondFactor ?? false}
          />
          <Check name="logLogIns" label={words.logsLogIns} isChecked={of?.logsLogIns ?? false} />
        </Form>
      )}
    </Act>
  );
}

const BecomeReseller = ({ here }: Here) => (
  <Act label={words.becomeReseller} needs="ORGANISATION_UPDATE" here={here}>
    {(close) => (
      <Form
        operation={RequestReseller}
        variables={(values) => ({ input: { organisationId: here.id, message: values.text("message") } })}
        submit={words.ask}
        done={words.requested}
        onDone={close}
      >
        <TextField name="message" label={words.message} hint={words.becomeResellerHint} required />
      </Form>
    )}
  </Act>
);

const Offer = ({ here }: Here) => (
  <Act label={words.handOver} needs="OWNERSHIP_TRANSFER" here={here}>
    {(close) => (
      <Form
        operation={OfferOwnership}
        variables={(values) => ({
          input: { organisationId: here.id, email: values.text("email"), leave: values.flag("leave") },
        })}
        submit={words.handOver}
        done={words.offered}
        onDone={close}
      >
        <p>{words.handOverAbout}</p>
        <Field name="email" label={words.email} type="email" required autofocus />
        <Check name="leave" label={words.leaveAfter} />
      </Form>
    )}
  </Act>
);

const Leave = ({ here }: Here) => (
  <Act label={words.leave} title={words.leaveNamed(here.name)}>
    {() => (
      <Form
        operation={LeaveOrganisation}
        variables={() => ({ input: { organisationId: here.id } })}
        submit={words.leave}
        isDangerous
        onDone={() => go(path())}
      >
        <p>{words.leaveAbout}</p>
      </Form>
    )}
  </Act>
);

const Close = ({ here }: Here) => (
  <Act label={words.closeIt} needs="ORGANISATION_CLOSE" here={here} title={words.closeNamed(here.name)}>
    {(close) => (
      <Form
        operation={CloseOrganisation}
        variables={(values) => ({
          input: { organisationId: here.id, endSubscriptions: values.flag("endSubscriptions") },
        })}
        submit={words.closeIt}
        isDangerous
        onDone={close}
      >
        <p>{words.closeAbout}</p>
        <Check name="endSubscriptions" label={words.endSubscriptions} />
      </Form>
    )}
  </Act>
);

const Reopen = ({ here }: Here) => (
  <Do
    label={words.reopen}
    operation={ReopenOrganisation}
    variables={{ input: { organisationId: here.id } }}
    needs="ORGANISATION_CLOSE"
    here={here}
  />
);
