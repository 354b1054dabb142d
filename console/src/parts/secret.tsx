// A secret that is shown once.
import { words } from "../words/words";
import { announce } from "./toast";

export function Secret({ text, about }: { text: string; about: string }) {
  return (
    <div class="stack">
      <p>{about}</p>
      <pre>{text}</pre>
      <div class="submit">
        <button
          type="button"
          class="main"
          onClick={() => navigator.clipboard.writeText(text).then(() => announce(words.copied))}
        >
          {words.copy}
        </button>
      </div>
    </div>
  );
}
