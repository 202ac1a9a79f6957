// Dak as a registry clerk works it off: diarise, repeats, tray, register, copies, files; with and
// without scripts.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { expectFaults } from "./support/browser.mjs";
import { holder } from "./support/offices.mjs";
import { Officer, subject } from "./support/officer.mjs";

const PICTURE = new URL("../../node/src/demo/papers/culvert-sketch.png", import.meta.url).pathname;
const NO_SCRIPT = { javaScriptEnabled: false };

expectFaults(/status of 422/); // forms that are to be corrected

/** Fills in the three fields that are required, and a number. */
async function letter(page, words, number) {
  await page.goto("/dak/new");
  await page.fill("#from", "थाना प्रभारी, देपालपुर");
  await page.fill("#subject", words);
  await page.fill("#letter_number", number);
}

for (const [how, options] of [["with scripts", {}], ["without scripts", NO_SCRIPT]]) {
  test(`a letter is diarised, known again, copied and put into a file, ${how}`, async () => {
    const clerk = await Officer.at("depalpur", "dispatch_clerk", options);
    const { page } = clerk;
    const words = subject("धरना-प्रदर्शन की अनुमति");
    const number = `जा.क्र. ${words.slice(-7, -1)}/2026`;
    await letter(page, words, number);
    await page.selectOption("#case", "dharna");
    await page.check("[name=watch-court]");
    await clerk.press("button[value=open]");
    assert.match(await page.innerText(".cover h1"), /आवक \d+\//);
    assert.match(await page.innerText(".letter"), /न्यायालय/);
    const dak = new URL(page.url()).pathname;

    await letter(page, words, number.replace("/", " / "));
    await clerk.press("button[value=open]");
    assert.ok(await page.isVisible("#repeats-warning"), "it is known again");
    assert.equal(await page.inputValue("#subject"), words, "what was typed stays");
    await clerk.press("#repeats-warning a[href='/dak/new']");

    await page.goto(`${dak}/slip`);
    assert.match(await page.innerText(".slip"), new RegExp(words.slice(0, 10)));

    const naib = holder("depalpur", "naib_tehsildar");
    await page.goto(`${dak}/copies`);
    await page.locator("label").filter({ hasText: naib.post_hi }).locator("input").first().check();
    await clerk.press("button[value=send]");
    assert.match(await clerk.said(), /प्रति भेजी गई/);

    await page.goto(`${dak}/put-in-file`);
    await clerk.press("a[href^='/files/new?dak=']");
    assert.equal(await page.inputValue("#subject"), words);
    await clerk.press("main button.primary");
    await clerk.press("button[value=put]");
    assert.match(await clerk.said(), /में रखी गई/);

    await page.goto(`/dak/inward?words=${encodeURIComponent(words.slice(-7, -1))}`);
    assert.match(await page.innerText(".register tbody"), /निराकृत/);
    assert.equal(await page.locator(".register tbody tr").count(), 2, "the original and its copy");
  });
}

test("scans wait in the tray and are worked off one after the other", async () => {
  const clerk = await Officer.at("mhow", "dispatch_clerk");
  const { page } = clerk;
  const mail = "From: SP Office <sp@example.org>\r\nSubject: Verification\r\nDate: Fri, 20 Nov 2026 10:30:00 +0530\r\n\r\nPlease verify.\r\n";
  await page.goto("/dak/tray");
  await page.setInputFiles("#paper", PICTURE);
  await clerk.press("main button.primary");
  await page.setInputFiles("#paper", { name: "mail.eml", mimeType: "message/rfc822", buffer: Buffer.from(mail) });
  await clerk.press("main button.primary");
  assert.match(await page.innerText(".register"), /SP Office/);
  await clerk.press(".register tbody tr:first-child a.button");
  await page.fill("#from", "ग्राम पंचायत गवली पलासिया");
  await page.fill("#subject", subject("पुलिया की मरम्मत"));
  await clerk.press("button[value=next]");
  assert.match(await clerk.said(), /आवक \d+\//);
  assert.equal(await page.inputValue("#subject"), "Verification", "the next one is open, with what it says");
  assert.equal(await page.inputValue("#letter_date"), "2026-11-20");
  assert.match(await page.inputValue("#from"), /sp@example\.org/);
  await clerk.press("button[value=next]");
  assert.equal(new URL(page.url()).pathname, "/dak/tray");
  assert.match(await page.innerText(".empty"), /ट्रे खाली है/);
});

test("the paper and the words of a refused form are kept", async () => {
  const clerk = await Officer.at("mhow", "dispatch_clerk");
  const { page } = clerk;
  const words = subject("रखा हुआ");
  await letter(page, words, "1");
  // The same picture in other bytes: that of another test is known here already.
  const buffer = Buffer.concat([readFileSync(PICTURE), Buffer.from(words)]);
  await page.setInputFiles("#paper", { name: "sketch.png", mimeType: "image/png", buffer });
  await page.evaluate(() => document.getElementById("diarise").setAttribute("novalidate", ""));
  await page.fill("#from", "");
  await clerk.press("button[value=open]");
  assert.ok(await page.isVisible("#from-fault"));
  assert.ok(await page.isVisible(".viewer img"), "the paper is beside the form");
  await page.fill("#from", "ग्राम पंचायत");
  await clerk.press("button[value=open]");
  assert.match(await page.innerText(".cover h1"), /आवक \d+\//);
  assert.ok(await page.isVisible(".viewer iframe"));
});

test("after a matter is done the focus is on the next one", async () => {
  const clerk = await Officer.at("mhow", "dispatch_clerk");
  const { page } = clerk;
  const first = await clerk.openFile(subject("पहली"));
  const second = await clerk.openFile(subject("दूसरी"));
  await page.goto(`${first.url}/close`);
  await clerk.press("main button.primary");
  assert.equal(new URL(page.url()).pathname, "/desk");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("href")), second.url);
});
