// Looks at every message of the page before the shell gets it: only names that we know, only in the form that we send. The
// shell holds the same by its permissions; this keeps what a dependency of the page might make up from getting that far.
"use strict";

const KNOWN = new Set([
  ...window.CALLS,
  "desk_state",
  "open_again",
  "use_passphrase",
  "pending_link",
  "pick_pictures",
  "pick_folder",
  "save_text",
]);

// The window's own: hearing events, and fetching an answer that is too long for a callback.
const EVENTS = new Set(["plugin:event|listen", "plugin:event|unlisten"]);
const ANSWER = "plugin:__TAURI_CHANNEL__|fetch";

// Longest request in characters: the client's texts are far shorter.
const LONGEST = 1024 * 1024;

function isKnown(name, payload) {
  if (name === ANSWER) return true;
  if (EVENTS.has(name)) return typeof payload === "object" && payload !== null && typeof payload.event === "string";
  if (!KNOWN.has(name) || typeof payload !== "object" || payload === null) return false;
  const fields = Object.keys(payload);
  return fields.length === 0 || (fields.length === 1 && fields[0] === "request");
}

window.__TAURI_ISOLATION_HOOK__ = (message) => {
  if (!isKnown(message.cmd, message.payload)) throw new Error("a message that is no call of ours was dropped");
  if (message.cmd !== ANSWER && JSON.stringify(message.payload).length > LONGEST) throw new Error("a message was too long");
  return message;
};
