import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/**
 * Only those stylesheets of Aksel are taken that are used (`src/aksel.css`): a browser reads all of them before it
 * shows anything. Fails when the pages use a class of Aksel's that none of these has.
 */
function wholeAksel(): Plugin {
  const classes = (css: string) => new Set(css.match(/\.aksel-[a-z0-9_-]+/g)?.map((name) => name.slice(1)));
  return {
    name: "linje-whole-aksel",
    apply: "build",
    async generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const styles = files.flatMap((file) => (file.type === "asset" && file.fileName.endsWith(".css") ? [String(file.source)] : []));
      const has = classes(styles.join("\n"));
      const code = files.flatMap((file) => (file.type === "chunk" ? [file.code] : [])).join("\n");
      const used = new Set(code.match(/\baksel-[a-z0-9_-]+/g));
      const all = classes(await this.fs.readFile("node_modules/@navikt/ds-css/dist/index.css", { encoding: "utf8" }));
      const missing = [...all].filter((name) => used.has(name) && !has.has(name));
      if (missing.length > 0) this.error(`src/aksel.css lacks the stylesheet of ${missing.join(", ")}`);
    },
  };
}

declare const process: { env: Record<string, string | undefined> };

/** Where `npm run dev` finds the server. */
const backend = process.env.LINJE_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [wholeAksel(), react()],
  server: { proxy: { "/api": backend } },
  build: {
    // Nothing inline: the content security policy allows only files from this host.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // Few files: each is a request, and a desk that opens asked for sixty.
        codeSplitting: {
          groups: [
            { name: "chart", test: /node_modules\/uplot.*js$/ },
            { name: "vendor", test: /node_modules/ },
            { name: "shared", test: /src\/(api|common\/(?!LineChart|Sparkline)|i18n|identity|shell|softphone|hvorfor\/WhyLink)/ },
            { name: "desk", test: /src\/(desk|guide(?!\/\w*Page)|person|beside)\/.*tsx?$/ },
          ],
        },
      },
    },
  },
});
