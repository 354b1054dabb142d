// The page: GraphiQL below, the log-in box above it. Requests and tokens are in session.js, the tabs in examples.js.

import { examples, variables } from "/playground/examples.js";
import { linked } from "/playground/links.js";
import { fetcher, isLoggedIn, loadViewer, logIn, logOut, onEnded } from "/playground/session.js";

const { React, ReactDOM, GraphiQL } = window;
const element = (id) => document.getElementById(id);
const form = element("log-in");
const root = ReactDOM.createRoot(element("graphiql"));
const link = linked();
let mounted = 0;

// Typed text ends with the browser tab, as the session does. So nothing stays behind on a borrowed machine.
function show(ids = {}) {
  const tabs = examples.map((example) => ({ query: example.query, variables: variables(example, ids) }));
  if (link) {
    tabs.unshift(link);
    // Stored tabs would hide it.
    if (!mounted) sessionStorage.removeItem("graphiql:tabState");
  }
  fillTabs(tabs, ids);
  const editor = { fetcher, defaultTabs: tabs, storage: sessionStorage, defaultEditorToolsVisibility: "variables" };
  root.render(React.createElement(GraphiQL, { key: ++mounted, ...editor }));
}

// GraphiQL reads its tabs from the storage when it mounts. Examples among them get the new ids, even if they were edited.
function fillTabs(tabs, ids) {
  const state = JSON.parse(sessionStorage.getItem("graphiql:tabState") ?? "null");
  for (const tab of state?.tabs ?? []) {
    const example = examples.findIndex((one) => one.filledWith && one.query.includes(` ${tab.title}($id:`));
    if (example >= 0 && ids[examples[example].filledWith]) tab.variables = tabs[example].variables;
  }
  const active = state?.tabs[state.activeTabIndex] ?? tabs[0];
  if (state) sessionStorage.setItem("graphiql:tabState", JSON.stringify(state));
  sessionStorage.setItem("graphiql:query", active.query ?? "");
  sessionStorage.setItem("graphiql:variables", active.variables ?? "");
}

function tell(id, text) {
  element(id).textContent = text;
  element(id).hidden = !text;
}

function showAccount(name) {
  element("who").textContent = name;
  form.hidden = isLoggedIn();
  element("account").hidden = !isLoggedIn();
}

// Runs one action of the log-in box, and shows an error in the box.
async function act(button, work) {
  tell("problem", "");
  button.disabled = true;
  try {
    await work();
  } catch (error) {
    showAccount("");
    tell("problem", error instanceof TypeError ? "The server does not answer." : error.message);
  } finally {
    button.disabled = false;
  }
}

async function enter() {
  const viewer = await loadViewer();
  showAccount(viewer.name);
  show(viewer.ids);
}

async function offerDemoPeople() {
  const response = await fetch("/playground/demo.json");
  if (!response.ok) return;
  const people = await response.json();
  form.person.append(...people.map((person, index) => new Option(person.name, index)));
  form.person.addEventListener("change", () => {
    const person = people[form.person.value];
    form.email.value = person?.email ?? "";
    form.password.value = person?.password ?? "";
    tell("story", person?.story ?? "");
  });
  element("people").hidden = false;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  act(form.querySelector("button"), async () => {
    try {
      await logIn(form.email.value, form.password.value, form.code.value);
    } catch (error) {
      // The code is asked for only if the person has a second factor.
      if (error.code === "CODE_REQUIRED") {
        element("code").hidden = false;
        form.code.focus();
      }
      throw error;
    }
    element("code").hidden = true;
    form.reset();
    tell("story", "");
    await enter();
    element("log-out").focus();
  });
});

element("log-out").addEventListener("click", (event) => {
  act(event.target, async () => {
    try {
      await logOut();
    } finally {
      showAccount("");
    }
    form.email.focus();
  });
});

onEnded((message) => {
  showAccount("");
  tell("problem", message);
});

if (isLoggedIn()) await act(element("log-out"), enter);
if (!mounted) show();
await offerDemoPeople();
