// Drives the real window as a person would: by WebDriver, which WebKitGTK speaks itself. Things are found by their role and
// spoken name, and waited for; nothing sleeps for a time that was guessed.
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** How long something may take to show up, in milliseconds. */
const PATIENCE = 20_000;

/** What finds what stands in somebody's way; the page's own tests use the same. */
const AXE = new URL("../../frontend/node_modules/axe-core/axe.min.js", import.meta.url);
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Names of keys, as WebDriver has them. */
export const KEYS = {
  Escape: "\uE00C",
  Enter: "\uE007",
  Tab: "\uE004",
  ArrowDown: "\uE015",
  ArrowUp: "\uE013",
  ArrowLeft: "\uE012",
  ArrowRight: "\uE014",
  Home: "\uE011",
  End: "\uE010",
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

  /** The thing with this role and spoken name (a text, or a regular expression), once it is there; in another such, if said. */
  find(role, name, inside = []) {
    const words = [role, patternOf(name), inside.length > 0 ? [inside[0], patternOf(inside[1])] : null];
    const where = inside.length > 0 ? ` in ${inside.join(" ")}` : "";
    return until(`${role} "${name}"${where}`, () => this.run(lookUp, ...words)).catch((error) => this.#complain(error));
  }

  /** Waits until nothing has this role and name. */
  gone(role, name) {
    return until(`${role} "${name}" to go`, async () => (await this.count(role, name)) === 0).catch((error) => this.#complain(error));
  }

  /** How many things have this role and name now. */
  async count(role, name) {
    return this.run(lookUp, role, patternOf(name), null, true);
  }

  async #complain(error) {
    throw new Error(`${error.message}\nThe page says:\n${await this.said()}`);
  }

  async click(role, name, inside) {
    const found = await this.find(role, name, inside);
    // Boxes and circles are drawn by their labels, and those are what is pressed.
    const pressed = await this.run((it) => (["radio", "checkbox"].includes(it.type) && it.labels?.[0]) || it, found);
    await this.ask("POST", `element/${pressed[ELEMENT]}/click`);
  }

  /** Goes to an address of the page, as a link in it does. */
  go(address) {
    return this.run((to) => void (location.hash = to), address);
  }

  /** Types into a field, in place of what stands there. */
  async type(name, text, role = "textbox") {
    const found = await this.find(role, name);
    await this.ask("POST", `element/${found[ELEMENT]}/clear`);
    await this.ask("POST", `element/${found[ELEMENT]}/value`, { text });
  }

  /** Pastes into a field, in place of what stands there: for what nobody types. */
  async paste(name, text, role = "textbox") {
    const found = await this.find(role, name);
    await this.ask("POST", `element/${found[ELEMENT]}/clear`);
    await this.run(pasteInto, found, text);
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
    return until(`the words "${text}"`, () => this.run(isSaid, patternOf(text))).catch((error) => this.#complain(error));
  }

  /** Waits until the page no longer says `text`. */
  misses(text) {
    return until(`"${text}" to go`, async () => !(await this.run(isSaid, patternOf(text)))).catch((error) => this.#complain(error));
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

  /** A picture of the window as it is after the next two frames: before that it may show the frame before, or no pictures. */
  async shoot(file) {
    const script = `const done = arguments[0];
      const fetched = [...document.images].filter((image) => image.naturalWidth > 0);
      Promise.allSettled(fetched.map((image) => image.decode()))
        .then(() => requestAnimationFrame(() => requestAnimationFrame(() => done())));`;
    await this.ask("POST", "execute/async", { script, args: [] });
    const picture = Buffer.from(await this.ask("GET", "screenshot"), "base64");
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, picture);
    return picture;
  }

  /** Waits until nothing is being read and nothing moves. */
  settled() {
    return until("the page to rest", () => this.run(isAtRest));
  }

  /** What stands in the way of people who use the page otherwise (WCAG 2.2, A and AA), in words. */
  async obstacles() {
    await this.settled();
    // The isolation frame is nobody's to see and has no content.
    const script = `${readFileSync(AXE, "utf8")};
      const [rules, done] = arguments;
      axe.run(document, { runOnly: rules, iframes: false }).then(
        ({ violations }) => done(violations.flatMap(({ id, nodes }) =>
          nodes.map((node) => [id, node.target.join(" "), node.html.slice(0, 160), ...node.any.map((check) => check.message)].join(": ")))),
        (error) => done([String(error)]),
      );`;
    return this.ask("POST", "execute/async", { script, args: [RULES] });
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

const patternOf = (name) => (name instanceof RegExp ? { source: name.source, flags: name.flags } : { exact: name });

// What follows runs in the page.

function isSaid(pattern) {
  const text = document.body.innerText;
  return pattern.source === undefined ? text.includes(pattern.exact) : new RegExp(pattern.source, pattern.flags).test(text);
}

function isAtRest() {
  const loads = document.querySelectorAll('[class*="loading"]').length > 0;
  // Pictures out of sight are not fetched.
  const inSight = ({ left, right, top, bottom }) => right > 0 && left < innerWidth && bottom > 0 && top < innerHeight;
  const pictures = [...document.images].some((image) => (!image.complete || image.naturalWidth === 0) && inSight(image.getBoundingClientRect()));
  const moves = document.getAnimations().some((animation) => animation.playState === "running");
  return !loads && !pictures && !moves;
}

function pasteInto(field, text) {
  field.focus();
  document.execCommand("insertText", false, text);
}

function lookUp(role, pattern, inside, count) {
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
    listitem: "li, [role=listitem]",
    complementary: "aside, [role=complementary]",
  };
  const nameOf = (element) => {
    const labelled = element.getAttribute("aria-labelledby");
    if (labelled) return labelled.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
    const spoken = element.getAttribute("aria-label") ?? element.getAttribute("alt");
    if (spoken) return spoken;
    if (element.labels?.length) return [...element.labels].map((label) => label.textContent).join(" ");
    return element.textContent || element.getAttribute("title") || element.getAttribute("placeholder") || "";
  };
  // What a dialog keeps from whoever listens is not there for anybody else either.
  const reached = (element) => element.getClientRects().length > 0 && !element.closest("[aria-hidden=true], [inert]");
  const all = (within, role, { source, flags, exact }) =>
    [...within.querySelectorAll(ROLES[role] ?? `[role=${role}]`)].filter((element) => {
      const name = nameOf(element).replace(/\s+/g, " ").trim();
      return reached(element) && (source === undefined ? name === exact : new RegExp(source, flags).test(name));
    });
  const within = inside ? all(document, ...inside)[0] : document;
  const found = within ? all(within, role, pattern) : [];
  return count ? found.length : (found[0] ?? null);
}
