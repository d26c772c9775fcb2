// How the page is built. `vite build` makes what the desktop window shows; `--mode bridge` serves the same page to an ordinary
// browser over a real client in a process of its own: for tests and for work on screens. Only the transport differs.
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { bridge } from "./tests/bridge/bridge.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ mode }) => ({
  plugins: mode === "bridge" ? [react(), bridge()] : [react()],
  resolve: {
    alias: { "#transport": here(mode === "bridge" ? "./tests/bridge/transport.ts" : "./src/api/transport.ts") },
  },
  clearScreen: false,
  server: { host: "127.0.0.1" },
  build: {
    // The window is the system's own web view: WebKitGTK 2.40 and newer, WKWebView, WebView2.
    target: "safari16",
    // A font or picture in a data: address would need a wider content policy.
    assetsInlineLimit: 0,
    // React Aria speaks some thirty languages; two are ours, the rest would be dead weight.
    chunkSizeWarningLimit: 1500,
  },
}));
