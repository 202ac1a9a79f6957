// Bundles the islands into one committed script. Same sources and lock file give the same bytes.
import { build } from "esbuild";

await build({
  entryPoints: ["src/pages.ts"],
  outfile: "../assets/pages.js",
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "iife",
  target: ["chrome109", "firefox115"],
  legalComments: "none",
  loader: { ".tsv": "text", ".txt": "text" }, // the tables of layouts/, as they are
  logLevel: "info",
});
