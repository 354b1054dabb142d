import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const server = process.env.TENANTRY_URL ?? "http://127.0.0.1:8080";

/** What the server answers while `npm run dev` serves the pages. */
const PATHS = [
  "/graphql",
  "/console/session",
  "/console/settings",
  "/invoices/",
  "/commission-statements/",
  "/organisations/",
  "/resellers/",
  "/operator/",
  "/viewer/",
];

/** Writes the compressed forms beside each file, so that the server only has to send them. */
const compressed: Plugin = {
  name: "compressed",
  apply: "build",
  closeBundle() {
    for (const name of readdirSync("dist", { recursive: true, encoding: "utf8" })) {
      const path = join("dist", name);
      if (!statSync(path).isFile() || /\.(br|gz)$/.test(name)) continue;
      const plain = readFileSync(path);
      writeFileSync(`${path}.br`, brotliCompressSync(plain));
      writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }));
    }
  },
};

/** The texts of all documents, for servers that run trusted documents only. */
const documents: Plugin = {
  name: "documents",
  apply: "build",
  generateBundle() {
    const source = readFileSync("documents.json");
    this.emitFile({ type: "asset", fileName: "documents.json", source });
  },
};

export default defineConfig({
  base: "/console/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [documents, compressed],
  build: {
    target: "baseline-widely-available",
    // The server's policy allows its own files and nothing inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // What log-in needs comes in one file instead of a dozen.
        codeSplitting: {
          groups: [
            {
              name: "core",
              test: /node_modules\/preact|src\/(api|app|router|session|words\/words|pages\/log-in|parts\/(card|form|guard|icon|language|page|popover|states|toast|why))/,
            },
          ],
        },
      },
    },
  },
  server: { proxy: Object.fromEntries(PATHS.map((path) => [path, server])) },
});
