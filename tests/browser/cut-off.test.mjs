// A tehsil that reaches nobody: the banner says so once, work goes on, and all is sent by itself later.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { expectFaults } from "./support/browser.mjs";
import { holder, killNode, startNode, until } from "./support/offices.mjs";
import { Officer, subject } from "./support/officer.mjs";

const OTHERS = ["gad", "division", "district", "depalpur"];
const dead = new Set();
const file = { subject: subject("संपर्क टूटने पर लिखी गई नस्ती") };
const collector = holder("district", "collector");
let officer;

before(async () => {
  expectFaults(/net::ERR_/);
  officer = await Officer.at("mhow", "tehsildar");
  for (const key of OTHERS) {
    await killNode(key);
    dead.add(key);
  }
});
after(startAll);

test("the banner names the one cause, and that work goes on", async () => {
  const { page } = officer;
  await until("the banner", async () => {
    await page.reload();
    return (await page.locator(".banner-wait:visible").count()) === 1;
  });
  assert.match(await page.innerText(".banner-wait:visible"), /अन्य कार्यालयों से संपर्क नहीं है। आप काम जारी रखें/);
});

test("a file is opened, noted and signed to the district, and the banner counts what waits", async () => {
  Object.assign(file, await officer.openFile(file.subject));
  await officer.note("संपर्क लौटने पर अपने आप जाएगी।");
  await officer.send(file.url, collector);
  assert.match(await officer.page.innerText(".banner-wait:visible"), /1 प्रेषण/);
});

test("a letter is diarised and has its number at once", async () => {
  const { page } = officer;
  await page.goto("/dak/new");
  await page.fill("#from", "ग्राम पंचायत गवली पलासिया");
  await page.fill("#subject", subject("संपर्क टूटने पर आई डाक"));
  await officer.press("button[value=open]");
  assert.match(await page.innerText(".cover h1"), /आवक \d+\/\d{4}/);
});

test("when the others are back, the banner goes and the file has arrived", async () => {
  await startAll();
  const atDistrict = await Officer.at("district", "collector");
  await atDistrict.row(file.subject).waitFor({ timeout: 60_000 });
  await officer.page.goto("/desk");
  assert.equal(await officer.page.locator(".banner-wait:visible").count(), 0);
});

async function startAll() {
  for (const key of [...dead]) {
    await startNode(key);
    dead.delete(key);
  }
}
