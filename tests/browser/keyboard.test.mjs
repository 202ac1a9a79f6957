// Everything daily goes without a mouse, by physical keys, while a Hindi layout is on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { computer } from "./support/browser.mjs";
import { holder, office, password } from "./support/offices.mjs";
import { Officer, subject } from "./support/officer.mjs";

/** What the physical keys give on the InScript layout. */
const INSCRIPT = { KeyF: "ि", KeyG: "ु", KeyI: "ग", KeyJ: "र", KeyN: "ल", KeyW: "ै", Enter: "Enter" };

test("sign in, open a file, note and send, with the keyboard alone", async () => {
  const person = holder("depalpur", "naib_tehsildar");
  const context = await computer({ baseURL: office("depalpur").url });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.keyboard.type(person.login);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await leads(page, /\/desk(\?next=|$)/, () => page.keyboard.press("Enter"));

  await leads(page, /\/files\/new$/, () => keys(page, "KeyG", "KeyN"));
  const text = subject("कुंजीपटल से खोली गई नस्ती");
  await page.keyboard.type(text);
  await leads(page, /\/files\/[0-9a-f]{64}$/, () => page.keyboard.press("Control+Enter"));

  await keys(page, "KeyN");
  await page.keyboard.type("केवल कुंजीपटल से लिखा।");
  await page.waitForSelector("#saved[data-state=node]");
  await leads(page, /\/send$/, () => page.keyboard.press("Control+Enter"));

  await page.keyboard.type("देपालपुर तहसीलदार");
  await leads(page, /[?&]q=/, () => page.keyboard.press("Enter"));
  const wanted = holder("depalpur", "tehsildar");
  await reach(page, `${wanted.post_hi}, ${wanted.office_hi}`);
  await leads(page, /[?&]to=/, () => page.keyboard.press("Enter"));
  await leads(page, /\/desk(\?next=|$)/, () => page.keyboard.press("Control+Enter"));
  assert.match(await page.innerText(".banner-good"), /^✓/);

  const tehsildar = await Officer.at("depalpur", "tehsildar");
  await tehsildar.take(text);
});

test("rows of the desk are reached with J, opened with Enter, and where is it with W", async () => {
  const { page } = await Officer.at("depalpur", "tehsildar");
  await keys(page, "KeyJ");
  assert.ok(await page.evaluate(() => document.activeElement.matches("#desk-rows a")));
  await leads(page, /\/files\/[0-9a-f]{64}$/, () => page.keyboard.press("Enter"));
  await leads(page, /\/where$/, () => keys(page, "KeyW"));
  await leads(page, /\/desk(\?next=|$)/, () => keys(page, "KeyG", "KeyI"));
});

test("single keys can be turned off, for those who dictate", async () => {
  const { page } = await Officer.at("depalpur", "revenue_inspector");
  await page.goto("/settings");
  await page.check("input[name=shortcuts][value=off]");
  await page.click("form[action='/settings'] button");
  await page.waitForSelector("body[data-shortcuts=off]");
  await page.goto("/desk");
  await keys(page, "KeyG", "KeyN");
  assert.equal(new URL(page.url()).pathname, "/desk");
});

/** Presses physical keys of a keyboard that writes Hindi. */
async function keys(page, ...codes) {
  const devtools = await page.context().newCDPSession(page);
  for (const code of codes) {
    const key = INSCRIPT[code];
    const windowsVirtualKeyCode = code.startsWith("Key") ? code.charCodeAt(3) : 0;
    await devtools.send("Input.dispatchKeyEvent", { type: "keyDown", code, key, text: key, windowsVirtualKeyCode });
    await devtools.send("Input.dispatchKeyEvent", { type: "keyUp", code, key, windowsVirtualKeyCode });
  }
}

/** Tabs on until the focus is on something with this text. */
async function reach(page, text) {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate(() => document.activeElement.innerText ?? "")).includes(text)) return;
  }
  assert.fail(`the focus never came to ${text}`);
}

async function leads(page, address, press) {
  await Promise.all([page.waitForURL(address), press()]);
}
