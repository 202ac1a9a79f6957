// Every screen in both languages on an office's small screen: accessible (WCAG 2.1 A and AA, by
// axe-core), complete in width, silent in the console, and light enough for a slow line.
// Writes out/<lang>/<screen>.png, to be looked at by people.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { test } from "node:test";
import { computer, expectFaults } from "./support/browser.mjs";
import { office } from "./support/offices.mjs";
import { Officer } from "./support/officer.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] };

/** A line of 64 kbit/s carries this in 13 s the first time; later only the page itself, in one. */
const PAGE_BYTES_MAX = 100 * 1024;
const FONT_BYTES_MAX = 130 * 1024;

const SHORT = { width: 1366, height: 600 };
const FULL = { width: 1366, height: 768 };

/** Screen, who sees it, and the way to it. */
const SCREENS = [
  ["desk", ["depalpur", "tehsildar"], at("/desk")],
  ["desk-dak", ["depalpur", "tehsildar"], at("/desk?tab=dak")],
  ["desk-files", ["depalpur", "tehsildar"], at("/desk?tab=files")],
  ["desk-sent", ["depalpur", "tehsildar"], at("/desk?tab=sent")],
  ["desk-parked", ["district", "superintendent_lr"], at("/desk?tab=parked")],
  ["desk-closed", ["district", "sdm"], at("/desk?tab=closed")],
  ["desk-district", ["district", "additional_collector"], at("/desk")],
  ["desk-tour", ["depalpur", "tehsildar"], at("/desk?tour=1")],
  ["desk-preview", ["district", "additional_collector"], previewed],
  ["many", ["depalpur", "naib_tehsildar"], ticked("send")],
  ["many-park", ["depalpur", "naib_tehsildar"], ticked("park")],
  ["many-done", ["depalpur", "naib_tehsildar"], ticked("opened")],
  ["waiting", ["depalpur", "tehsildar"], at("/waiting")],
  ["remind", ["depalpur", "tehsildar"], first("sent", "/remind")],
  ["people", ["depalpur", "office-administrator"], at("/people")],
  ["open-file", ["depalpur", "tehsildar"], at("/files/new")],
  ["diarise", ["depalpur", "dispatch_clerk"], at("/dak/new")],
  ["diarise-scan", ["depalpur", "dispatch_clerk"], scanned],
  ["diarise-repeat", ["depalpur", "dispatch_clerk"], repeated],
  ["tray", ["depalpur", "dispatch_clerk"], at("/dak/tray")],
  ["inward", ["depalpur", "dispatch_clerk"], at("/dak/inward")],
  ["slip", ["depalpur", "dispatch_clerk"], first("dak", "/slip")],
  ["put-in-file", ["depalpur", "dispatch_clerk"], first("dak", "/put-in-file")],
  ["copies", ["depalpur", "dispatch_clerk"], first("dak", "/copies")],
  ["file", ["district", "additional_collector"], first("files")],
  ["file-draft", ["depalpur", "naib_tehsildar"], first("files")],
  ["file-parked", ["district", "superintendent_lr"], first("parked")],
  ["file-closed", ["district", "sdm"], first("closed")],
  ["file-elsewhere", ["depalpur", "tehsildar"], first("sent")],
  ["dak", ["depalpur", "dispatch_clerk"], first("dak")],
  ["attach", ["depalpur", "naib_tehsildar"], first("files", "/attach")],
  ["send-search", ["depalpur", "naib_tehsildar"], first("files", "/send?q=इन्दौर")],
  ["send", ["depalpur", "naib_tehsildar"], sendSheet],
  ["send-back", ["district", "additional_collector"], first("files", "/send-back")],
  ["recall", ["depalpur", "tehsildar"], first("sent", "/recall")],
  ["park", ["district", "additional_collector"], first("files", "/park")],
  ["close", ["district", "additional_collector"], first("files", "/close")],
  ["reopen", ["district", "sdm"], first("closed", "/reopen")],
  ["where-is-it", ["district", "additional_collector"], first("files", "/where")],
  ["search", ["depalpur", "tehsildar"], at(`/search?q=${encodeURIComponent("prastut")}`)],
  ["search-new", ["depalpur", "tehsildar"], at("/search")],
  ["search-nothing", ["depalpur", "tehsildar"], at("/search?q=zzzz&kind=dak")],
  ["safety", ["depalpur", "tehsildar"], at("/safety")],
  ["help", ["depalpur", "tehsildar"], at("/help")],
  ["settings", ["depalpur", "tehsildar"], at("/settings")],
  ["not-found", ["depalpur", "tehsildar"], at(`/files/${"00".repeat(32)}`)],
  ["refused", ["depalpur", "tehsildar"], forged],
];

/** Forms whose button must be in sight without scrolling. */
const IN_SIGHT = ["sign-in", "choose-post", "open-file", "diarise", "file-draft", "attach", "send-back", "recall", "park", "close", "reopen"];

expectFaults(/status of (403|404|422)/); // pages about what was refused, not found and to be corrected
const officers = new Map();
const weights = new Map();

for (const lang of ["hi", "en"]) {
  test(`sign-in and choice of post are complete, ${lang}`, async () => {
    const page = await newPage(lang, "mhow");
    await page.goto("/sign-in");
    await look(page, lang, "sign-in");
    const officer = new Officer({ login: "avani.basu" }, page.context(), page);
    await page.fill("#login", officer.person.login);
    const { password } = await import("./support/offices.mjs");
    await page.fill("#password", password);
    await officer.press("main button.primary");
    assert.equal(new URL(page.url()).pathname, "/posts");
    await look(page, lang, "choose-post");
  });
  for (const [name, who, go] of SCREENS) {
    test(`${name} is complete, ${lang}`, async () => {
      const page = await pageOf(lang, who);
      await go(page);
      await look(page, lang, name);
    });
  }
}

test("no screen is heavier than its budget", () => {
  for (const [lang, { html, code, fonts }] of weights) {
    const page = Math.max(...html.values()) + sum(code);
    assert.ok(page <= PAGE_BYTES_MAX, `${lang}: HTML, CSS and JavaScript have ${page} bytes compressed`);
    assert.ok(sum(fonts) <= FONT_BYTES_MAX, `${lang}: fonts have ${sum(fonts)} bytes`);
  }
});

/** Checks the screen at the smaller height, then takes its picture at the usual one. */
async function look(page, lang, name) {
  await page.setViewportSize(SHORT);
  assert.equal(await page.getAttribute("html", "lang"), lang);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(wide <= 0, `${name} is ${wide} points too wide`);
  if (IN_SIGHT.includes(name)) {
    const box = await page.locator("main .primary, main ul.choices button").first().boundingBox();
    assert.ok(box.y + box.height <= SHORT.height, `the button of ${name} ends at ${box.y + box.height}`);
  }
  await page.evaluate(AXE);
  const found = await page.evaluate(
    (rules) => window.axe.run(document, { runOnly: rules, iframes: false, resultTypes: ["violations"] }),
    RULES,
  );
  const violations = found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html} ${node.failureSummary}`));
  assert.deepEqual(violations, []);
  await page.setViewportSize(FULL);
  mkdirSync(new URL(`out/${lang}/`, import.meta.url), { recursive: true });
  await page.screenshot({ path: new URL(`out/${lang}/${name}.png`, import.meta.url).pathname });
}

async function pageOf(lang, [key, post]) {
  const name = `${lang} ${key} ${post}`;
  if (!officers.has(name)) {
    const page = await newPage(lang, key);
    const login = office(key).officers.find((one) => one.post === post).login;
    const officer = new Officer({ login }, page.context(), page);
    await officer.signIn();
    officers.set(name, page);
  }
  return officers.get(name);
}

/** A page whose answers are weighed. */
async function newPage(lang, key) {
  const context = await computer({ baseURL: office(key).url });
  await context.addCookies([{ name: "lang", value: lang, url: office(key).url }]);
  const page = await context.newPage();
  const weight = weights.get(lang) ?? { html: new Map(), code: new Map(), fonts: new Map() };
  weights.set(lang, weight);
  page.on("response", async (answer) => {
    // The browser's own viewer of PDF comes over no line.
    if (!answer.url().startsWith(office(key).url)) return;
    const kind = answer.headers()["content-type"] ?? "";
    const sort = /html/.test(kind) ? weight.html : /css|javascript/.test(kind) ? weight.code : /font/.test(kind) ? weight.fonts : null;
    // A body that the browser has thrown away meanwhile is weighed another time.
    const body = sort && (await answer.body().catch(() => null));
    if (body) sort.set(new URL(answer.url()).pathname, sort === weight.fonts ? body.length : gzipSync(body).length);
  });
  return page;
}

function at(path) {
  return (page) => page.goto(path);
}

/** The first matter of a part of the desk, or one of its sheets. */
function first(tab, sheet = "") {
  return async (page) => {
    await page.goto(`/desk?tab=${tab}`);
    const path = await page.getAttribute("#desk-rows .c-subject a", "href");
    await page.goto(path + sheet);
  };
}

async function sendSheet(page) {
  await first("files", "/send?q=कलेक्टर")(page);
  await Promise.all([page.waitForURL(/[?&]to=/), page.locator(".targets .choice-link").first().click()]);
}

/** All rows of the desk ticked, and what follows. */
function ticked(what) {
  return async (page) => {
    await page.goto("/desk?tab=files");
    await page.check("#tick-all");
    const answered = page.waitForEvent("framenavigated", (frame) => frame === page.mainFrame());
    await page.click(`#many button[value=${what}]`);
    await answered;
    await page.waitForLoadState();
  };
}

/** A look from the desk. */
async function previewed(page) {
  await page.goto("/desk");
  await page.locator("#desk-rows .c-subject a").first().focus();
  await page.keyboard.press("Space");
  await page.waitForSelector("#preview:not([hidden]) h2");
}

/** A scan from the tray, beside the form. */
async function scanned(page) {
  await page.goto("/dak/tray");
  const buffer = Buffer.from(`प्रति, तहसीलदार, देपालपुर। ${await page.getAttribute("html", "lang")}`);
  await page.setInputFiles("#paper", { name: "scan-0118.txt", mimeType: "text/plain", buffer });
  await page.click("main button.primary");
  await page.click(".register tbody a.button");
  await page.waitForSelector(".viewer iframe");
}

/** A letter that is diarised already: entered twice. */
async function repeated(page) {
  for (const then of ["next", "open"]) {
    await page.goto("/dak/new");
    await page.fill("#from", "थाना प्रभारी, देपालपुर");
    await page.fill("#subject", "धरना-प्रदर्शन की अनुमति");
    await page.fill("#letter_number", `जा.क्र. 42/${await page.getAttribute("html", "lang")}`);
    await page.selectOption("#case", "dharna");
    await page.check("[name=watch-vip]");
    await page.click(`button[value=${then}]`);
    await page.waitForLoadState();
  }
  await page.waitForSelector("#repeats-warning");
}

async function forged(page) {
  await page.goto("/files/new");
  await page.fill("#subject", "ग्राम चटवाड़ा की पुलिया");
  await page.evaluate(() => { document.querySelector("main form input[name=csrf]").value = ""; });
  await page.click("main button.primary");
  await page.waitForSelector("#typed");
}

function sum(sizes) {
  return [...sizes.values()].reduce((all, one) => all + one, 0);
}
