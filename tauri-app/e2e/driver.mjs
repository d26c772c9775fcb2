// Drives the real window as a person would: by WebDriver, which WebKitGTK speaks itself. Things are found by their role and
// spoken name, and waited for; nothing sleeps for a time that was guessed.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** How long something may take to show up, in milliseconds. */
const PATIENCE = 20_000;

/** Names of keys, as WebDriver has them. */
export const KEYS = {
  Escape: "\uE00C",
  Enter: "\uE007",
  Tab: "\uE004",
  ArrowDown: "\uE015",
  ArrowUp: "\uE013",
  ArrowLeft: "\uE012",
  ArrowRight: "\uE014",
  Control: "\uE009",
  Shift: "\uE008",
};

/** Asks until the answer is something; what the last failure was is part of the complaint. */
export async function until(what, ask, patience = PATIENCE) {
  const end = Date.now() + patience;
  let why = "";
  do {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      why = `: ${error.message}`;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (Date.now() < end);
  throw new Error(`waited ${patience / 1000} s for ${what}${why}`);
}

/** A window under control. */
export class Window {
  constructor(address, session) {
    this.address = `${address}/session/${session}`;
  }

  /** Starts `binary` with `words` and takes control of its window. */
  static async open(address, binary, words) {
    const options = { binary, args: words };
    const body = { capabilities: { alwaysMatch: { browserName: "wry", "webkitgtk:browserOptions": options } } };
    const { sessionId } = await send("POST", `${address}/session`, body);
    const window = new Window(address, sessionId);
    await window.ask("POST", "timeouts", { script: PATIENCE, pageLoad: PATIENCE });
    return window;
  }

  ask(method, path, body) {
    return send(method, `${this.address}/${path}`, method === "POST" ? (body ?? {}) : undefined);
  }

  /** Runs a function in the page. */
  run(work, ...args) {
    return this.ask("POST", "execute/sync", { script: `return (${work})(...arguments)`, args });
  }

  /** The thing with this role and spoken name (a text, or a regular expression), once it is there. */
  find(role, name) {
    const pattern = name instanceof RegExp ? { source: name.source, flags: name.flags } : { exact: name };
    return until(`${role} "${name}"`, () => this.run(lookUp, role, pattern));
  }

  /** How many things have this role and name now. */
  async count(role, name) {
    const pattern = name instanceof RegExp ? { source: name.source, flags: name.flags } : { exact: name };
    return this.run(countOf, role, pattern, String(lookUp));
  }

  async click(role, name) {
    const found = await this.find(role, name);
    await this.ask("POST", `element/${found[ELEMENT]}/click`);
  }

  /** Types into a field, in place of what stands there. */
  async type(name, text, role = "textbox") {
    const found = await this.find(role, name);
    await this.ask("POST", `element/${found[ELEMENT]}/clear`);
    await this.ask("POST", `element/${found[ELEMENT]}/value`, { text });
  }

  /** Presses keys one after another, wherever the focus is; `Control+k` holds the first. */
  async press(...strokes) {
    for (const stroke of strokes) {
      const keys = stroke.length === 1 ? [stroke] : stroke.split("+").map((key) => KEYS[key] ?? key);
      const down = keys.map((value) => ({ type: "keyDown", value }));
      const up = [...keys].reverse().map((value) => ({ type: "keyUp", value }));
      await this.ask("POST", "actions", { actions: [{ type: "key", id: "keyboard", actions: [...down, ...up] }] });
    }
  }

  /** Waits until the page says `text`. */
  sees(text) {
    const pattern = text instanceof RegExp ? { source: text.source, flags: text.flags } : { exact: text };
    return until(`the words "${text}"`, () => this.run(isSaid, pattern)).catch(async (error) => {
      throw new Error(`${error.message}\nThe page says:\n${await this.said()}`);
    });
  }

  /** Waits until the page no longer says `text`. */
  misses(text) {
    const pattern = text instanceof RegExp ? { source: text.source, flags: text.flags } : { exact: text };
    return until(`"${text}" to go`, async () => !(await this.run(isSaid, pattern)));
  }

  /** All words on the page. */
  said() {
    return this.run(() => document.body.innerText);
  }

  /** Calls the shell as the page does. */
  async call(name, request) {
    const script = `const [name, request, done] = arguments;
      window.__TAURI_INTERNALS__.invoke(name, request === null ? {} : { request })
        .then((ok) => done({ ok }), (fault) => done({ fault }));`;
    return this.ask("POST", "execute/async", { script, args: [name, request ?? null] });
  }

  /** A picture of the window as it is after the next two frames: before that it may show the frame before. */
  async shoot(file) {
    const script = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))";
    await this.ask("POST", "execute/async", { script, args: [] });
    const picture = Buffer.from(await this.ask("GET", "screenshot"), "base64");
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, picture);
    return picture;
  }

  /** Closes the window. */
  close() {
    return send("DELETE", this.address);
  }
}

async function send(method, address, body) {
  const signal = AbortSignal.timeout(3 * PATIENCE);
  const answer = await fetch(address, { method, body: body && JSON.stringify(body), signal });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

// What follows runs in the page.

function isSaid(pattern) {
  const text = document.body.innerText;
  return pattern.source === undefined ? text.includes(pattern.exact) : new RegExp(pattern.source, pattern.flags).test(text);
}

function countOf(role, pattern, lookUp) {
  return new Function(`return (${lookUp})(...arguments)`)(role, pattern, true);
}

function lookUp(role, pattern, count) {
  const ROLES = {
    button: "button, [role=button], input[type=submit]",
    link: "a[href], [role=link]",
    textbox: "input:not([type]), input[type=text], input[type=search], input[type=password], textarea, [role=textbox]",
    searchbox: "input[type=search], [role=searchbox]",
    combobox: "[role=combobox], select",
    checkbox: "input[type=checkbox], [role=checkbox]",
    radio: "input[type=radio], [role=radio]",
    heading: "h1, h2, h3, h4, [role=heading]",
    dialog: "dialog, [role=dialog], [role=alertdialog]",
    image: "img, [role=img]",
    row: "tr, [role=row]",
    cell: "td, [role=gridcell], [role=cell]",
  };
  const nameOf = (element) => {
    const labelled = element.getAttribute("aria-labelledby");
    if (labelled) return labelled.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
    const spoken = element.getAttribute("aria-label") ?? element.getAttribute("alt");
    if (spoken) return spoken;
    if (element.labels?.length) return [...element.labels].map((label) => label.textContent).join(" ");
    return element.textContent || element.getAttribute("title") || element.getAttribute("placeholder") || "";
  };
  const matches = (name) =>
    pattern.source === undefined ? name === pattern.exact : new RegExp(pattern.source, pattern.flags).test(name);
  const found = [...document.querySelectorAll(ROLES[role] ?? `[role=${role}]`)].filter(
    (element) => element.getClientRects().length > 0 && matches(nameOf(element).replace(/\s+/g, " ").trim()),
  );
  return count ? found.length : (found[0] ?? null);
}
