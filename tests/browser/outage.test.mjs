// The district's node is killed; the offices above and below it work on, and nothing is lost or doubled.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expectFaults } from "./support/browser.mjs";
import { holder, killNode, office, startNode } from "./support/offices.mjs";
import { Officer, subject } from "./support/officer.mjs";

const collector = holder("district", "collector");
const forDistrict = { subject: subject("जिले को भेजा जाने वाला प्रतिवेदन") };
let isDown = false;
let tehsildar, atDistrict;

before(async () => {
  expectFaults(/net::ERR_|Failed to load resource/);
  tehsildar = await Officer.at("depalpur", "tehsildar");
  atDistrict = await Officer.at("district", "collector");
  await killNode("district");
  isDown = true;
});
after(async () => {
  if (isDown) await startNode("district");
});

test("an open page of the dead node says so, and that nothing typed is lost", async () => {
  await atDistrict.page.locator("#lost:visible").waitFor();
  assert.match(await atDistrict.page.innerText("#lost"), /सर्वर से संपर्क टूट गया है/);
});

test("the tehsil signs officers in, opens a file, saves a note and marks it inside", async () => {
  const naib = await Officer.at("depalpur", "naib_tehsildar");
  const file = await naib.openFile(subject("जिला कार्यालय बंद रहते खोली गई नस्ती"));
  await naib.note("स्थानीय कार्य चलता रहता है।");
  await naib.send(file.url, holder("depalpur", "tehsildar"));
  await tehsildar.take(file.subject);
  assert.match(await tehsildar.page.innerText("#notes"), /स्थानीय कार्य चलता रहता है।/);
});

const around = [
  ["the tehsil reaches the division", ["depalpur", "tehsildar"], ["division", "superintendent"]],
  ["the division reaches the department", ["division", "superintendent"], ["gad", "section_officer"]],
  ["the department reaches the tehsil", ["gad", "section_officer"], ["depalpur", "revenue_inspector"]],
];
for (const [sentence, from, to] of around) {
  test(`${sentence} past the dead district`, async () => {
    const [sender, receiver] = await Promise.all([Officer.at(...from), Officer.at(...to)]);
    const file = await sender.openFile(subject(sentence));
    await sender.note("जिले के बिना प्रेषित।");
    await sender.send(file.url, holder(...to));
    await receiver.take(file.subject);
    assert.match(await receiver.page.innerText("#notes"), /जिले के बिना प्रेषित।/);
    await Promise.all([sender.context.close(), receiver.context.close()]);
  });
}

test("the send sheet says beforehand that it will wait", async () => {
  Object.assign(forDistrict, await tehsildar.openFile(forDistrict.subject));
  await tehsildar.note("प्रतिवेदन प्रस्तुत है।");
  await tehsildar.sendSheet(forDistrict.url, collector);
  assert.match(await tehsildar.page.innerText(".warn"), /कलेक्टर कार्यालय.*(प्रतीक्षा|रुक)/);
});

test("what is meant for the district waits visibly, with its age", async () => {
  await tehsildar.press("main form[method=post] button.primary");
  await tehsildar.page.goto("/desk?tab=sent");
  const state = tehsildar.row(forDistrict.subject).locator(".c-state");
  assert.match(await state.innerText(), /^प्रतीक्षा में \((अभी|\d+ मि\.)\): कलेक्टर कार्यालय, जिला इन्दौर$/);
  assert.match(await tehsildar.page.innerText(".lamp"), /प्रतीक्षा/);
  await tehsildar.page.goto("/safety");
  const row = tehsildar.page.locator("tr", { hasText: office("district").name_hi }).first();
  assert.match(await row.innerText(), /संपर्क नहीं/);
  assert.match(await row.innerText(), /1 प्रेषण/);
  await tehsildar.page.goto("/desk?tab=sent");
});

test("after a start by hand it arrives by itself, and the sender's open desk shows it", async () => {
  await startNode("district");
  isDown = false;
  const state = tehsildar.row(forDistrict.subject).locator(".c-state", { hasText: /^प्राप्त:/ });
  await state.waitFor({ timeout: 60_000 });
});

test("officers signed in before the end of the node are still signed in, without a new page", async () => {
  await atDistrict.page.locator("#lost").waitFor({ state: "hidden" });
  await atDistrict.page.reload();
  assert.equal(new URL(atDistrict.page.url()).pathname, "/desk");
  await atDistrict.row(forDistrict.subject).waitFor();
});

test("it arrived exactly once", async () => {
  assert.equal(await atDistrict.row(forDistrict.subject).count(), 1);
  await atDistrict.take(forDistrict.subject);
  assert.equal(await atDistrict.page.locator("#notes article").count(), 1);
  await atDistrict.page.goto(`${forDistrict.url}/where`);
  const received = atDistrict.page.locator(".steps tr", { hasText: "कार्यालय में प्राप्त" });
  assert.equal(await received.count(), 1);
});
