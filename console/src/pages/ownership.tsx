// The link of an offer of ownership, and the two answers to an offer.
import type { AcceptOwnershipInput } from "../api/schema";
import { Act } from "../parts/act";
import { useToken } from "../parts/card";
import { Form } from "../parts/form";
import { Head } from "../parts/page";
import { go, path } from "../router";
import { words } from "../words/words";
import { AcceptOwnership, DeclineOwnership } from "./ownership.operations";

export function OwnershipPage() {
  const token = useToken();
  return (
    <>
      <Head title={words.ownershipOffer} />
      <p>{words.ownershipOfferAbout}</p>
      <div class="acts">
        <OwnershipAnswers offer={{ token }} name="" />
      </div>
    </>
  );
}

export function OwnershipAnswers({ offer, name }: { offer: AcceptOwnershipInput; name: string }) {
  return (
    <>
      <Act label={words.accept} class="main">
        {() => (
          <Form
            operation={AcceptOwnership}
            variables={() => ({ input: offer })}
            submit={words.accept}
            onDone={(payload) => go(payload.organisation ? path(payload.organisation.id) : path())}
          >
            <p>{words.acceptOwnership(name)}</p>
          </Form>
        )}
      </Act>
      <Act label={words.decline}>
        {(close) => (
          <Form
            operation={DeclineOwnership}
            variables={() => ({ input: offer })}
            submit={words.decline}
            isDangerous
            done={words.declined}
            onDone={close}
          >
            <p>{words.declineOwnership(name)}</p>
          </Form>
        )}
      </Act>
    </>
  );
}
