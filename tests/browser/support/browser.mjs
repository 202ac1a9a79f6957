// One Chromium for each collection of tests; a context is one computer with one browser profile.
// Every page is watched: what a console shows as an error fails the test that opened the page.
import assert from "node:assert/strict";
import { after } from "node:test";
import { chromium } from "playwright-core";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

/** Long enough for a slow machine; a condition that is met is never waited for. */
const PATIENCE_MS = 20_000;

const faults = [];
const expected = [];
const chrome = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: FLAGS,
  chromiumSandbox: false,
});

after(async () => {
  await chrome.close();
  assert.deepEqual(faults, [], "the console of a page shows errors");
});

/** A computer with its own cookies and its own screen of 1366 x 768 points. */
export async function computer(options = {}) {
  const context = await chrome.newContext({
    viewport: { width: 1366, height: 768 },
    locale: "hi-IN",
    timezoneId: "Asia/Kolkata",
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  context.on("page", watch);
  context.on("weberror", (error) => fault(error.page()?.url(), error.error().message));
  return context;
}

/** Errors that the tests of one collection bring about themselves, such as the end of a node. */
export function expectFaults(pattern) {
  expected.push(pattern);
}

function fault(url, text) {
  if (!expected.some((pattern) => pattern.test(text))) faults.push(`${url}: ${text}`);
}

function watch(page) {
  page.on("console", (message) => {
    if (message.type() === "error") fault(page.url(), message.text());
  });
}
