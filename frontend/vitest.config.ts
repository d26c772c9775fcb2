// Tests of the page: units in Node, screens in a real browser over a real client (tests/screens).
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts", "tests/**/*.test.tsx"],
    globalSetup: ["tests/setup.ts"],
    // One client holds one store: whoever drives it goes alone.
    fileParallelism: false,
    // A machine that builds at the same time is slow: what is waited for has time.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});
