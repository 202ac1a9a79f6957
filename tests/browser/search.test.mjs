// Finding: with the field of every page and its key, in another spelling, in Roman letters, by number,
// and without scripts; and another post finds nothing of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import "./support/browser.mjs";
import { holder, until } from "./support/offices.mjs";
import { Officer, subject } from "./support/officer.mjs";

/** Asks until the index has it; it follows within a moment. */
async function finds(officer, words, url) {
  const { page } = officer;
  await until(`${words} to be found`, async () => {
    await page.goto(`/search?q=${encodeURIComponent(words)}`);
    return (await page.locator(`.found a[href="${url}"]`).count()) === 1;
  });
}

test("a file is found from any page with the key, in other spellings and by its number", async () => {
  const naib = await Officer.at("mhow", "naib_tehsildar");
  const { page } = naib;
  const file = await naib.openFile(subject("नामांतरण और सीमांकन"));
  await naib.note("हल्का पटवारी राठौर का प्रतिवेदन संलग्न है।");
  await naib.send(file.url, holder("mhow", "tehsildar"));
  await finds(naib, "राठौर", file.url);
  assert.match(await page.innerText(`.found tr:has(a[href="${file.url}"]) mark`), /राठौर/);

  await page.goto("/desk");
  await page.keyboard.press("Slash");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "find", "the key leads to the field");
  await page.keyboard.type(`namantaran ${file.subject.slice(-7, -1)}`);
  await Promise.all([page.waitForURL(/\/search\?q=/), page.keyboard.press("Enter")]);
  assert.equal(await page.locator(".found tbody tr").count(), 1);
  await page.keyboard.press("Escape");
  await page.locator("main h1").click();
  await page.keyboard.press("KeyJ");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("href")), file.url, "J goes to the first row");

  for (const words of [file.number, file.number.replaceAll("/", "-"), `नामान्तरण ${file.subject.slice(-7, -1)}`]) {
    await finds(naib, words, file.url);
  }
  const clerk = await Officer.at("mhow", "dispatch_clerk");
  await clerk.page.goto(`/search?q=${encodeURIComponent(file.subject.slice(-7, -1))}`);
  assert.equal(await clerk.page.locator(".found").count(), 0, "it never came to that post");
  const tehsildar = await Officer.at("mhow", "tehsildar");
  await finds(tehsildar, "seemankan rathaur", file.url);
});

test("finding, narrowing and an answer that teaches, without a script", async () => {
  const clerk = await Officer.at("mhow", "dispatch_clerk", { javaScriptEnabled: false });
  const { page } = clerk;
  const file = await clerk.openFile(subject("पेयजल"));
  await finds(clerk, file.subject.slice(-7, -1), file.url);
  await page.goto("/desk");
  await page.fill("#find", `peyjal ${file.subject.slice(-7, -1)}`);
  await page.press("#find", "Enter");
  await page.waitForURL(/\/search\?q=/);
  assert.equal(await page.locator(".found tbody tr").count(), 1);
  await page.selectOption("#kind", "dak");
  await clerk.press("main button.primary");
  assert.match(await page.innerText("main"), /कुछ नहीं मिला/);
  assert.match(await page.innerText("main"), /seemankan/);
});
