// A letter on its way: drafted, compared, approved, issued, served on another office and believed there; the
// outward register; with and without scripts. Writes out/<lang>/letter-*.png, to be looked at by people.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { expectFaults } from "./support/browser.mjs";
import { holder, killNode, startNode, until } from "./support/offices.mjs";
import { Officer, subject } from "./support/officer.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] };
const OUT = new URL("./out/", import.meta.url).pathname;
const NO_SCRIPT = { javaScriptEnabled: false };

expectFaults(/status of 422/);
expectFaults(/net::ERR_/);

/** Drafts a letter to a post, with a copy by post, and returns its address. */
async function draft(clerk, file, to, words, text) {
  const { page } = clerk;
  await page.goto(`${file.url}/letters/new`);
  await page.fill("#q", to.office_hi);
  await clerk.press("button[value=search]");
  const line = page.locator(".letter-picks li").filter({ hasText: `${to.post_hi}, ${to.office_hi}` });
  await Promise.all([page.waitForEvent("load"), line.first().locator("button[value^='to:']").click()]);
  await page.fill("#other_name", "श्री रामलाल, ग्राम बेटमा");
  await clerk.press("button[value=other-copy]");
  await page.fill("#subject", words);
  await page.fill("#text", text);
  await clerk.press("button[value=save]");
  assert.match(await page.innerText(".cover"), /अनुमोदन शेष/, await clerk.said());
  return new URL(page.url()).pathname;
}

async function issue(clerk, letter) {
  await clerk.page.goto(`${letter}/issue`);
  await clerk.press("main form button.primary");
  assert.match(await clerk.said(), /जारी हुआ/);
}

for (const [how, options] of [["with scripts", {}], ["without scripts", NO_SCRIPT]]) {
  test(`a letter is drafted, changed, compared, approved, issued and believed where it arrives, ${how}`, async () => {
    const clerk = await Officer.at("depalpur", "tehsildar", options);
    const { page } = clerk;
    const words = subject("सामुदायिक भवन की मरम्मत");
    const file = await clerk.openFile(words);
    const collector = holder("district", "collector");
    const letter = await draft(clerk, file, collector, words, "प्राक्कलन संलग्न है। राशि स्वीकृत की जाए।");
    await clerk.press("form[action$='/approve'] button");
    assert.match(await page.innerText(".cover"), /अनुमोदित/);
    await page.goto(`${letter}/edit`);
    await page.fill("#text", "प्राक्कलन संलग्न है। राशि शीघ्र स्वीकृत की जाए।");
    await clerk.press("button[value=save]");
    assert.match(await page.innerText(".cover"), /अनुमोदन शेष/, "a change needs a new approval");
    await clerk.press("a[href*='with=1']");
    assert.equal(await page.innerText(".compared ins"), "शीघ्र ");
    await page.goto(letter);
    await clerk.press("form[action$='/approve'] button");
    await issue(clerk, letter);
    assert.match(await page.innerText("#notes"), /जारी किया गया/);
    assert.match(await page.innerText(".viewer .letter-paper"), /पृ\. क्रमांक/);

    const there = await Officer.at("district", "collector", options);
    await until("the letter", async () => {
      await there.page.goto("/desk");
      return (await there.row(words).count()) === 1;
    });
    await there.take(words);
    assert.match(await there.page.innerText(".viewer"), /प्राप्तकर्ता सूची से सत्यापित/);
    assert.match(await there.page.innerText(".viewer"), /राशि शीघ्र स्वीकृत/);
    await until("the mark that it was opened", async () => {
      await page.goto(`/dak/outward?words=${encodeURIComponent(words.slice(-7, -1))}`);
      return /खोला गया 1/.test(await page.innerText(".register tbody"));
    });
    await clerk.press(".register tbody th a");
    await page.fill(".say input[name=words]", "EM123456789IN");
    await clerk.press(".say button[value='0']");
    assert.match(await page.innerText(".register"), /भेजा गया.*\n?.*EM123456789IN/s);
  });
}

test("a circular goes to all collectors, and waits visibly for an office that is out of reach", async () => {
  const clerk = await Officer.at("depalpur", "tehsildar");
  const { page } = clerk;
  const words = subject("समय-सीमा बैठक");
  const file = await clerk.openFile(words);
  await page.goto(`${file.url}/letters/new`);
  await page.selectOption("#kind", "circular");
  await clerk.press("button[value=begin]");
  await clerk.press("button[value='group-to:collectors']");
  await page.fill("#text", "सभी कलेक्टर सोमवार को बैठक लें।");
  await clerk.press("button[value=save]");
  assert.match(await page.innerText(".letter-paper"), /परिपत्र/);
  const letter = new URL(page.url()).pathname;
  await clerk.press("form[action$='/approve'] button");
  await killNode("district");
  try {
    await issue(clerk, letter);
    await page.goto(`/dak/outward?words=${encodeURIComponent(words.slice(-7, -1))}`);
    assert.match(await page.innerText(".register tbody"), /समस्त कलेक्टर.*प्रतीक्षा में 1/s);
  } finally {
    await startNode("district");
  }
  await until("the letter has arrived", async () => {
    await page.reload();
    return /पहुँचा 1/.test(await page.innerText(".register tbody"));
  });
});

test("the screens are accessible in both languages", async () => {
  const clerk = await Officer.at("depalpur", "tehsildar", { viewport: { width: 1366, height: 768 } });
  const { page } = clerk;
  const words = subject("चित्र हेतु पत्र");
  const file = await clerk.openFile(words);
  const letter = await draft(clerk, file, holder("district", "collector"), words, "कृपया आवश्यक कार्यवाही करें।");
  await page.goto(`${letter}/edit`);
  await page.fill("#text", "कृपया शीघ्र आवश्यक कार्यवाही करें।");
  await clerk.press("button[value=save]");
  await clerk.press("form[action$='/approve'] button");
  const before = [["letter-form", `${letter}/edit`], ["letter-versions", `${letter}?version=2&with=1`], ["letter-issue", `${letter}/issue`]];
  for (const [screen, path] of before) await look(page, screen, path);
  await issue(clerk, letter);
  await page.goto("/dak/outward");
  const one = new URL(await page.locator(".register tbody th a").first().getAttribute("href"), page.url()).pathname;
  const after = [["letter-in-file", file.url], ["letter-paper", `${file.url}/papers/1`], ["outward", "/dak/outward"], ["outward-letter", one]];
  for (const [screen, path] of after) await look(page, screen, path);
});

/** A screen in both languages, looked at by axe and kept as a picture. */
async function look(page, screen, path) {
  for (const lang of ["hi", "en"]) {
    mkdirSync(`${OUT}${lang}`, { recursive: true });
    await page.goto(path + (path.includes("?") ? "&" : "?") + `lang=${lang}`);
    await page.evaluate(AXE);
    const { violations } = await page.evaluate((rules) => window.axe.run(document, { runOnly: rules, iframes: false }), RULES);
    const found = violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`);
    assert.deepEqual(found, [], `${screen} in ${lang}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${screen} in ${lang} is ${wide} px too wide`);
    await page.screenshot({ path: `${OUT}${lang}/${screen}.png`, fullPage: true });
  }
}
