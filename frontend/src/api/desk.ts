// What the desktop shell answers beside the core: opening the store, links from outside, native dialogs.
import { hear, send } from "#transport";
import { useEffect } from "react";
import type { Fault } from "../generated/client";
import { Failure, faultOf } from "./client";

/** Whether the store is open, or what stands in its way; `passphrase`: whether its keys are under one. */
export type DeskState = { open: true } | { open: false; fault: Fault; passphrase: boolean };

/** Under this key the cache keeps the state of the desk. */
export const DESK = ["desk"] as const;

async function ask<T>(name: string, request?: unknown): Promise<T> {
  try {
    return (await send(name, request)) as T;
  } catch (thrown) {
    throw new Failure(faultOf(thrown));
  }
}

export const desk = {
  state: () => ask<DeskState>("desk_state"),
  openAgain: () => ask<DeskState>("open_again"),
  /** Keeps the keys under a passphrase, where this computer has no keystore. */
  usePassphrase: (passphrase: string) => ask<DeskState>("use_passphrase", { passphrase }),
  /** The invite link with which the application was opened, once. */
  pendingLink: () => ask<string | null>("pending_link"),
  /** Pictures that the person picks. */
  pickPictures: () => ask<string[]>("pick_pictures"),
  /** Where the person wants something new to be written; none when they thought better of it. */
  pickFolder: (name: string) => ask<string | null>("pick_folder", { name }),
  /** Writes text to a file whose place the person picks; false when they thought better of it. */
  saveText: (name: string, text: string) => ask<boolean>("save_text", { name, text }),
};

/** Pictures dropped on the window. */
export function useDrop(told: (paths: string[]) => void) {
  useEffect(() => hear("drop", (payload) => told((payload as { paths: string[] }).paths)), [told]);
}

/** Invite links opened while the application runs. */
export function useLink(told: (link: string) => void) {
  useEffect(() => hear("link", (payload) => told((payload as { link: string }).link)), [told]);
}

/** Whether files are being dragged over the window. */
export function useDragging(told: (over: boolean) => void) {
  useEffect(() => {
    const stops = [hear("tauri://drag-enter", () => told(true)), hear("tauri://drag-leave", () => told(false)), hear("drop", () => told(false))];
    return () => stops.forEach((stop) => stop());
  }, [told]);
}
