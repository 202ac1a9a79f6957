// The core acts with JavaScript turned off: pages are complete without it.
import assert from "node:assert/strict";
import { test } from "node:test";
import "./support/browser.mjs";
import { holder } from "./support/offices.mjs";
import { Officer, subject } from "./support/officer.mjs";

const NO_SCRIPT = { javaScriptEnabled: false };
const PICTURE = new URL("../../node/src/demo/papers/culvert-sketch.png", import.meta.url).pathname;

test("open, note, attach, send, read and send back without a script", async () => {
  const naib = await Officer.at("mhow", "naib_tehsildar", NO_SCRIPT);
  const file = await naib.openFile(subject("स्क्रिप्ट के बिना"));
  await naib.page.fill("#note", "बिना स्क्रिप्ट के लिखा।");
  await naib.press("#draft .saved-row button");
  assert.match(await naib.page.innerText(".banner-good"), /^✓/);
  assert.equal(await naib.page.inputValue("#note"), "बिना स्क्रिप्ट के लिखा।");
  await naib.attach(file.url, PICTURE, "नजरी नक्शा");
  assert.ok(await naib.page.isVisible(".viewer img"));
  await naib.send(file.url, holder("mhow", "tehsildar"));

  const tehsildar = await Officer.at("mhow", "tehsildar", NO_SCRIPT);
  await tehsildar.take(file.subject);
  assert.match(await tehsildar.page.innerText("#notes"), /बिना स्क्रिप्ट के लिखा।/);
  await tehsildar.sendBack(file.url, "कृपया पुनः देखें।");
  await naib.page.goto("/desk");
  await naib.row(file.subject).waitFor();
});

test("park, close, reopen, language and sign-out without a script", async () => {
  const one = await Officer.at("mhow", "dispatch_clerk", NO_SCRIPT);
  const { page } = one;
  const file = await one.openFile(subject("स्क्रिप्ट के बिना, दूसरी"));
  await page.fill("#note", "उत्तर आने पर आगे लिखूँगा।");
  await one.press("#draft .saved-row button");
  await page.goto(`${file.url}/park`);
  await page.fill("#until", new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10));
  await page.fill("#reason", "उत्तर की प्रतीक्षा।");
  await one.press("main button.primary");
  await page.goto(file.url);
  assert.equal(await page.inputValue("#kept"), "उत्तर आने पर आगे लिखूँगा।", "unsent words show while it is parked");
  await one.press("form[action$='/wake'] button");
  assert.equal(await page.inputValue("#note"), "उत्तर आने पर आगे लिखूँगा।");
  await page.goto(`${file.url}/close`);
  await page.fill("#reason", "कार्यवाही पूर्ण।");
  await one.press("main button.primary");
  await page.goto(`${file.url}/reopen`);
  await page.fill("#reason", "पुनः आवश्यक।");
  await one.press("main button.primary");
  await page.goto("/desk");
  await one.row(file.subject).waitFor();
  await one.press(".languages a[lang=en]");
  assert.equal(await page.getAttribute("html", "lang"), "en");
  await page.click(".me summary");
  await one.press("form[action='/sign-out'] button");
  assert.equal(new URL(page.url()).pathname, "/sign-in");
});
