// Where invoices go, who pays them and why, and why they have their VAT.
import { granted } from "../api/request";
import type { DetailsFragment, HereFragment, Locale } from "../api/schema";
import { Act, Do, may } from "../parts/act";
import { Check, Field, Form, Select, TextField } from "../parts/form";
import { List } from "../parts/list";
import { MorePart } from "../parts/more";
import { Ask, Fact, Facts, Head, type PageProps, Part } from "../parts/page";
import { Vat } from "../parts/vat";
import { path } from "../router";
import { words } from "../words/words";
import { Billing, CreateContact, DeleteContact, SetRecipient, UpdateBillingDetails } from "./billing.operations";
import { MoneyTabs } from "./invoices";

export function BillingPage({ organisation }: PageProps) {
  const variables = { id: organisation };
  return (
    <Ask
      query={Billing}
      variables={variables}
      title={words.pageNames.billing}
      of={(data) => {
        const here = granted(data.organisation);
        return here && { here, explainPayer: data.explainPayer };
      }}
    >
      {({ here, explainPayer }) => (
        <>
          <Head title={words.pageNames.billing}>
            <Change here={here} details={granted(here.billing)} />
          </Head>
          <MoneyTabs organisation={organisation} />
          <Part title={words.billingDetails} of={here.billing}>
            {(details) => (
              <Facts>
                <Fact label={words.legalName} of={details.legalName} />
                <Fact
                  label={words.address}
                  of={
                    [details.address, [details.invoicing?.postCode, details.invoicing?.city].filter(Boolean).join(" ")]
                      .filter(Boolean)
                      .join("\n") || null
                  }
                />
                <Fact label={words.country} of={details.country} />
                <Fact label={words.vatId} of={details.vatId} />
                <Fact label={words.email} of={details.email} />
                <Fact label={words.currency} of={details.currency} />
                <Fact label={words.buyerReference} of={details.invoicing?.buyerReference} />
                <Fact label={words.electronicAddress} of={details.invoicing?.electronicAddress} />
                <Fact label={words.recipient} of={details.recipient.name} />
              </Facts>
            )}
          </Part>
          <div class="columns">
            <Part title={words.whoPays} of={explainPayer}>
              {({ sentence, steps, nextChange }) => (
                <div class="box">
                  {steps.length > 0 && (
                    <ol class="way">
                      <li class="start">{here.name}</li>
                      {steps.map((step) => (
                        <li key={step.sentence}>{step.sentence}</li>
                      ))}
                    </ol>
                  )}
                  <p>{sentence}</p>
                  {nextChange && <p class="soft">{nextChange.sentence}</p>}
                  <p>
                    <a href={path(organisation, "payers")}>{words.payers}</a>
                  </p>
                </div>
              )}
            </Part>
            <Part title={words.whyVat} of={here.explainVat} empty={words.noVatExplanation}>
              {(vat) => <Vat {...vat} />}
            </Part>
          </div>
          <MorePart
            title={words.contacts}
            of={here.billingContacts}
            acts={<NewContact here={here} />}
            name="contacts"
            query={Billing}
            variables={variables}
            listOf={(data) => granted(data.organisation)?.billingContacts}
          >
            {(contacts, foot) => (
              <List
                foot={foot}
                label={words.contacts}
                of={contacts}
                empty={words.noContacts}
                columns={[
                  { label: words.name, cell: (one) => one.name },
                  { label: words.address, cell: (one) => `${one.address}, ${one.country}` },
                  { label: words.email, cell: (one) => one.email },
                  may(here, "BILLING_UPDATE") && {
                    label: words.acts,
                    isNumber: true,
                    cell: (one) => (
                      <div class="acts">
                        <Recipient here={here} contact={one.id} current={granted(here.billing)?.recipient} />
                        <Act label={words.remove} title={one.name}>
                          {(close) => (
                            <Form
                              operation={DeleteContact}
                              variables={() => ({ input: { contactId: one.id } })}
                              submit={words.remove}
                              isDangerous
                              onDone={close}
                            />
                          )}
                        </Act>
                      </div>
                    ),
                  },
                ]}
              />
            )}
          </MorePart>
        </>
      )}
    </Ask>
  );
}

interface RecipientProps {
  here: HereFragment;
  contact: string;
  current: DetailsFragment["recipient"] | undefined;
}

function Recipient({ here, contact, current }: RecipientProps) {
  const isRecipient = current?.__typename === "BillingContact" && current.id === contact;
  return (
    <Do
      label={isRecipient ? words.sendToUs : words.sendHere}
      operation={SetRecipient}
      variables={{ input: { organisationId: here.id, contactId: isRecipient ? null : contact } }}
      done={words.saved}
    />
  );
}

const NewContact = ({ here }: { here: HereFragment }) => (
  <Act label={words.newContact} needs="BILLING_UPDATE" here={here}>
    {(close) => (
      <Form
        operation={CreateContact}
        variables={(values) => ({
          input: {
            organisationId: here.id,
            name: values.text("name"),
            address: values.text("address"),
            country: values.text("country").toUpperCase(),
            email: values.text("email"),
          },
        })}
        submit={words.create}
        onDone={close}
      >
        <Field name="name" label={words.name} required autofocus />
        <TextField name="address" label={words.address} required />
        <Field name="country" label={words.country} hint={words.countryHint} maxLength={2} required />
        <Field name="email" label={words.email} type="email" required />
      </Form>
    )}
  </Act>
);

const Change = ({ here, details }: { here: HereFragment; details: DetailsFragment | null }) => (
  <Act label={words.change} title={words.billingDetails} needs="BILLING_UPDATE" here={here} isMain isWide>
    {(close) => (
      <Form
        operation={UpdateBillingDetails}
        variables={(values) => ({
          input: {
            organisationId: here.id,
            legalName: values.optional("legalName"),
            address: values.optional("address"),
            country: values.optional("country")?.toUpperCase() ?? null,
            vatId: values.optional("vatId"),
            email: values.optional("email"),
            currency: values.optional("currency")?.toUpperCase() ?? null,
            invoicing: {
              postCode: values.optional("postCode"),
              city: values.optional("city"),
              registrationNumber: values.optional("registrationNumber"),
              buyerReference: values.optional("buyerReference"),
              electronicAddress: values.optional("electronicAddress"),
              electronicScheme: values.optional("electronicScheme"),
              language: values.text("language") as Locale,
              attachesPdf: values.flag("attachesPdf"),
            },
          },
        })}
        submit={words.save}
        onDone={close}
      >
        <Field name="legalName" label={words.legalName} value={details?.legalName} autofocus />
        <TextField name="address" label={words.address} rows={2} value={details?.address} />
        <div class="beside">
          <Field name="postCode" label={words.postCode} value={details?.invoicing?.postCode} />
          <Field name="city" label={words.city} value={details?.invoicing?.city} />
          <Field name="country" label={words.country} hint={words.countryHint} maxLength={2} value={details?.country} />
        </div>
        <div class="beside">
          <Field name="vatId" label={words.vatId} value={details?.vatId} />
          <Field
            name="registrationNumber"
            label={words.registrationNumber}
            value={details?.invoicing?.registrationNumber}
          />
          <Field name="currency" label={words.currency} maxLength={3} value={details?.currency} />
        </div>
        <div class="beside">
          <Field name="email" label={words.email} type="email" value={details?.email} />
          <Select
            name="language"
            label={words.languageOfInvoices}
            value={details?.invoicing?.language ?? "EN"}
            choices={words.languages}
          />
        </div>
        <div class="beside">
          <Field name="buyerReference" label={words.buyerReference} value={details?.invoicing?.buyerReference} />
          <Field
            name="electronicAddress"
            label={words.electronicAddress}
            value={details?.invoicing?.electronicAddress}
          />
          <Field name="electronicScheme" label={words.electronicScheme} value={details?.invoicing?.electronicScheme} />
        </div>
        <Check name="attachesPdf" label={words.attachesPdf} isChecked={details?.invoicing?.attachesPdf ?? false} />
      </Form>
    )}
  </Act>
);
