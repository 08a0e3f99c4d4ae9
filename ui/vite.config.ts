import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Nothing is inlined: the server's Content-Security-Policy lets a page load files from itself and nothing else.
export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@rjsf/validator-ajv8": new URL("./src/form/nobody.ts", import.meta.url).pathname } },
  build: {
    outDir: "../src/ledgerflow/ui_dist",
    emptyOutDir: true,
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
