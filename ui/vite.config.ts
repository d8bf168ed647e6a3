import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/**
 * Aksel's stylesheet asks another host for its fonts. Linje asks no other host for anything
 * (`default-src 'self'`), so those rules are dropped and the font is bundled instead.
 */
function dropForeignFonts(): Plugin {
  return {
    name: "linje-drop-foreign-fonts",
    enforce: "pre",
    transform(code, id) {
      if (!id.includes("@navikt/ds-css")) return null;
      return code.replace(/@font-face\s*\{[^}]*https?:\/\/[^}]*\}/g, "");
    },
  };
}

declare const process: { env: Record<string, string | undefined> };

/** Where `npm run dev` finds the server. */
const backend = process.env.LINJE_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [dropForeignFonts(), react()],
  server: { proxy: { "/api": backend } },
  build: {
    // Nothing inline: the content security policy allows only files from this host.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
});
