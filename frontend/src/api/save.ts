// Giving the person a file that the page made. In the desktop window the person picks its place in the system's own dialog; an
// ordinary browser downloads it.
import { isTauri } from "@tauri-apps/api/core";
import { desk } from "./desk";

/** True when it was saved or handed to the browser; false when the person thought better of it. */
export async function saveText(name: string, text: string): Promise<boolean> {
  if (isTauri()) return desk.saveText(name, text);
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
  return true;
}
