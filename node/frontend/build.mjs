// Bundles the islands into two committed scripts: one for every page, and the keyboards and converters
// for the pages on which people write. Same sources and lock file give the same bytes.
import { build } from "esbuild";

await build({
  entryPoints: ["src/pages.ts", "src/writing.ts"],
  outdir: "../assets",
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "iife",
  target: ["chrome109", "firefox115"],
  legalComments: "none",
  loader: { ".tsv": "text", ".txt": "text" }, // the tables of layouts/, as they are
  logLevel: "info",
});
