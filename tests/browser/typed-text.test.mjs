// What was typed survives: a killed tab, a killed node, an ended session, a second tab.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { expectFaults } from "./support/browser.mjs";
import { without } from "./support/offices.mjs";
import { Officer, subject } from "./support/officer.mjs";

let officer, file;

before(async () => {
  // A dead node, another version of a note and an ended session are what is tested here.
  expectFaults(/net::ERR_|status of 40[139]/);
  officer = await Officer.at("mhow", "tehsildar");
  file = await officer.openFile(subject("लिखा हुआ सुरक्षित रहे"));
});

test("a tab killed after the browser has the text, before the node has it, offers it again", async () => {
  const { context, page } = officer;
  await page.goto(file.url);
  await context.route("**/draft", () => {}); // the node's answer never comes
  await page.locator("#note").pressSequentially("यह वाक्य टैब के साथ न मिटे।");
  await page.waitForSelector("#saved[data-state=browser]");
  await crash(officer);
  await context.unroute("**/draft");
  await officer.page.goto(file.url);
  await officer.page.waitForSelector("#draft-choice:visible");
  assert.equal(await officer.page.innerText("#choice-here"), "यह वाक्य टैब के साथ न मिटे।");
  await officer.page.click("[data-choose=here]");
  await officer.savedAtNode();
});

test("a tab killed after the node has the text shows it without a question", async () => {
  await officer.note("यह वाक्य नोड पर पहुँच चुका है।");
  await crash(officer);
  await officer.page.goto(file.url);
  assert.equal(await officer.page.inputValue("#note"), "यह वाक्य नोड पर पहुँच चुका है।");
  assert.ok(await officer.page.isHidden("#draft-choice"));
});

test("text typed while the node is dead is kept, and saved by itself after the start", async () => {
  const { page } = officer;
  await officer.note("नोड चल रहा है।");
  await without("mhow", async () => {
    await page.locator("#note").press("Control+End");
    await page.locator("#note").pressSequentially(" अब नोड बंद है।");
    await page.waitForSelector("#saved[data-state=trouble]");
    assert.match(await page.innerText("#saved"), /^⚠/);
  });
  await officer.savedAtNode();
  const elsewhere = await Officer.at("mhow", "tehsildar");
  await elsewhere.page.goto(file.url);
  assert.equal(await elsewhere.page.inputValue("#note"), "नोड चल रहा है। अब नोड बंद है।");
  await elsewhere.context.close();
});

test("two computers with the same note never overwrite each other: the officer chooses", async () => {
  const other = await Officer.at("mhow", "tehsildar");
  await Promise.all([other.page.goto(file.url), officer.page.goto(file.url)]);
  await other.note("दूसरे कंप्यूटर से।");
  await officer.page.fill("#note", "पहले कंप्यूटर से।");
  await officer.page.waitForSelector("#draft-choice:visible");
  assert.equal(await officer.page.innerText("#choice-here"), "पहले कंप्यूटर से।");
  assert.equal(await officer.page.innerText("#choice-node"), "दूसरे कंप्यूटर से।");
  await officer.page.click("[data-choose=node]");
  assert.equal(await officer.page.inputValue("#note"), "दूसरे कंप्यूटर से।");
  await other.context.close();
});

test("when the session ends while typing, the text waits in the browser for the next sign-in", async () => {
  const { context, page } = officer;
  await page.goto(file.url);
  const tab = await context.newPage();
  await tab.goto("/desk");
  await tab.click(".me summary");
  await tab.click("form[action='/sign-out'] button");
  await tab.waitForURL(/sign-in/);
  await tab.close();
  await page.fill("#note", "सत्र समाप्त होने पर भी यह रहे।");
  await page.waitForSelector("#saved[data-state=ended]");
  await officer.signIn();
  await page.goto(file.url);
  await page.waitForSelector("#draft-choice:visible");
  assert.equal(await page.innerText("#choice-here"), "सत्र समाप्त होने पर भी यह रहे।");
});

/** Ends the tab's process, as the system does when memory runs out, and opens a new tab. */
async function crash(one) {
  const gone = one.page.waitForEvent("crash");
  const devtools = await one.context.newCDPSession(one.page);
  devtools.send("Page.crash").catch(() => {}); // a dead tab does not answer
  await gone;
  await one.page.close();
  one.page = await one.context.newPage();
}
