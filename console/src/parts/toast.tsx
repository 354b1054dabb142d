// One line at the bottom of the page that says what was done, and goes away.
import { useEffect, useState } from "preact/hooks";
import { Icon } from "./icon";

let say = (_text: string) => {};

export const announce = (text: string) => say(text);

const SHOWN_FOR = 5000;

export function Toast() {
  const [text, setText] = useState("");
  useEffect(() => {
    say = setText;
  }, []);
  useEffect(() => {
    if (!text) return;
    const timer = setTimeout(() => setText(""), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="toast" role="status">
      {text && (
        <p>
          <Icon name="done" />
          {text}
        </p>
      )}
    </div>
  );
}
