// Runs the tests of ./tests with Node: the sources are bundled first, with their tables, in a
// folder that is thrown away.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const outdir = mkdtempSync(join(tmpdir(), "mohar-pages-"));
try {
  await build({
    entryPoints: readdirSync("tests").filter((name) => name.endsWith(".test.mjs")).map((name) => `tests/${name}`),
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    loader: { ".tsv": "text", ".txt": "text" },
  });
  const tests = readdirSync(outdir).map((name) => join(outdir, name));
  process.exitCode = spawnSync(process.execPath, ["--test", ...tests], { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(outdir, { recursive: true });
}
