// The walk of a file: tehsil, district, department and back, through the pages alone.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import "./support/browser.mjs";
import { holder, mohar, state } from "./support/offices.mjs";
import { Officer, subject } from "./support/officer.mjs";

const PDF = new URL("../../node/src/demo/papers/roof-estimate.pdf", import.meta.url).pathname;
const file = { subject: subject("ग्राम पंचायत भवन की मरम्मत") };
const collector = holder("district", "collector");
const secretary = holder("gad", "principal_secretary");
let tehsildar, atDistrict, atDepartment;

test("a file opened at the tehsil gets its number at once", async () => {
  tehsildar = await Officer.at("depalpur", "tehsildar");
  assert.equal(await tehsildar.page.getAttribute("html", "lang"), "hi");
  Object.assign(file, await tehsildar.openFile(file.subject));
  assert.match(file.number, /^3540\/\d+\/\d{4}$/);
});

test("a note that is written reaches the office by itself, and is there on another computer", async () => {
  await tehsildar.note("भवन की छत से पानी टपक रहा है।\nमरम्मत की स्वीकृति हेतु प्रस्तुत।");
  assert.match(await tehsildar.page.innerText("#saved"), /^✓ .*\d\d:\d\d:\d\d/);
  const elsewhere = await Officer.at("depalpur", "tehsildar");
  await elsewhere.page.goto(file.url);
  assert.match(await elsewhere.page.inputValue("#note"), /स्वीकृति हेतु प्रस्तुत/);
  await elsewhere.context.close();
});

test("an attached PDF is signed, gets its page, and is shown", async () => {
  await tehsildar.attach(file.url, PDF, "प्राक्कलन");
  assert.match(await tehsildar.page.innerText(".paper-list"), /पृ\.1\S*\/प\s+प्राक्कलन/);
  const shown = await tehsildar.page.request.get(await tehsildar.page.getAttribute(".viewer iframe", "src"));
  assert.equal(shown.headers()["content-type"], "application/pdf");
  assert.match(await tehsildar.page.inputValue("#note"), /स्वीकृति हेतु प्रस्तुत/, "the unsent note is still there");
});

test("what is sent appears on the open desk of the district without reloading", async () => {
  atDistrict = await Officer.at("district", "collector");
  await atDistrict.page.evaluate(() => { window.neverReloaded = true; });
  await tehsildar.send(file.url, collector);
  await atDistrict.row(file.subject).waitFor();
  assert.ok(await atDistrict.page.evaluate(() => window.neverReloaded));
  assert.match(await atDistrict.row(file.subject).innerText(), new RegExp(file.number));
});

test("the collector reads note and paper, and sends the file on to the department", async () => {
  await atDistrict.take(file.subject);
  assert.match(await atDistrict.page.innerText("#notes"), /1\.\s*भवन की छत.*\s+2\.\s*मरम्मत/);
  assert.match(await atDistrict.page.innerText("#notes"), /रचना पाटिल/);
  await atDistrict.note("कंडिका 2 से सहमत। विभाग की ओर प्रेषित।");
  await atDistrict.send(file.url, secretary);
});

test("the department sends it back with its reason", async () => {
  atDepartment = await Officer.at("gad", "principal_secretary");
  await atDepartment.take(file.subject);
  await atDepartment.sendBack(file.url, "मद का उल्लेख करें।");
  await atDistrict.page.goto("/desk");
  await atDistrict.row(file.subject).waitFor();
  assert.match(await atDistrict.row(file.subject).innerText(), /1 बार वापस/);
});

test("where is it shows what was received and opened, and who has the file now", async () => {
  await atDistrict.take(file.subject);
  await atDistrict.page.goto(`${file.url}/where`);
  const page = await atDistrict.page.innerText("main");
  assert.match(page, new RegExp(collector.post_hi));
  assert.match(page, /मद का उल्लेख करें।/);
  const sent = atDistrict.page.locator("tr", { hasText: secretary.post_hi }).filter({ hasText: "→" });
  const proved = await sent.last().locator(".ladder").innerText();
  assert.match(proved, /✓ कार्यालय को प्राप्त \d\d:\d\d/);
  assert.match(proved, /✓ खोली गई \d\d:\d\d/);
  assert.match(await atDistrict.page.innerText(".where-now"), new RegExp(collector.name_hi));
});

test("the tehsil, too, sees that the district has received and opened it", async () => {
  const { page } = tehsildar;
  await page.goto(`${file.url}/where`);
  const step = page.locator("tr", { hasText: "→" }).filter({ hasText: collector.post_hi }).last();
  const proved = await step.locator(".ladder").innerText();
  assert.match(proved, /✓ कार्यालय को प्राप्त \d\d:\d\d/);
  assert.match(proved, /✓ खोली गई \d\d:\d\d/);
  await page.goto("/desk?tab=sent");
  await tehsildar.row(file.subject).waitFor();
});

test("the proof bundle that an officer saves is verified by the command, without contents", async () => {
  const { page } = tehsildar;
  await page.goto(`${file.url}/where`);
  await page.locator(".steps details summary").first().click();
  const [saved] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("a[href$='/bundle']").first().click(),
  ]);
  const path = await saved.path();
  assert.ok(!readFileSync(path).includes("स्वीकृति"), "no content is in it");
  // Ends with an error when anything failed.
  const { stdout } = await promisify(execFile)(mohar, ["verify", path, "--state", state]);
  assert.match(stdout, /acts \d+: [1-9]\d* verified, .* 0 failed/);
});

test("a bundle of a file of others is not given", async () => {
  const clerk = await Officer.at("mhow", "dispatch_clerk");
  const answer = await clerk.page.request.get(`${file.url}/bundle`);
  assert.equal(answer.status(), 404);
});
