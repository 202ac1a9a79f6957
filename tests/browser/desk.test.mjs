// The desk and movement: many at once, a look without opening, follow-up, people; by mouse, by keyboard
// alone, and without scripts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { holder } from "./support/offices.mjs";
import { Officer, subject } from "./support/officer.mjs";

test("rows are ticked and sent together with the keyboard alone, each with its own answer", async () => {
  const officer = await Officer.at("depalpur", "naib_tehsildar");
  const { page } = officer;
  const [one, other] = [subject("एक साथ भेजी पहली"), subject("एक साथ भेजी दूसरी")];
  await officer.openFile(one);
  await officer.openFile(other);
  await page.goto("/desk");
  for (const text of [one, other]) {
    await officer.row(text).locator(".c-subject a").focus();
    await page.keyboard.press("x");
    assert.ok(await officer.row(text).locator("input[form=many]").isChecked(), text);
  }
  assert.match(await page.innerText("#many .ticked"), /2/);
  await leads(page, () => page.keyboard.press("Shift+F"));
  assert.equal(await page.locator("input[name^='m-']:checked").count(), 2);

  await page.focus("#q");
  await page.keyboard.type("देपालपुर तहसीलदार");
  await leads(page, () => page.keyboard.press("Enter"));
  await page.locator("fieldset input[name=to]").first().focus();
  await page.keyboard.press("Space");
  await leads(page, () => page.keyboard.press("Control+Enter"));
  assert.equal(await page.locator(".outcomes .mark-good").count(), 2, await page.innerText("main"));
  await page.goto("/desk");
  assert.equal(await officer.row(one).count(), 0);
});

test("ticks stay when the desk is refreshed, and all are ticked at once", async () => {
  const officer = await Officer.at("mhow", "tehsildar");
  const { page } = officer;
  const ours = subject("चुनी हुई");
  await officer.openFile(ours);
  await page.goto("/desk");
  await officer.row(ours).locator("input[form=many]").check();
  const again = await Officer.at("mhow", "tehsildar");
  const fresh = subject("नई आई");
  await again.openFile(fresh);
  await officer.row(fresh).waitFor();
  assert.ok(await officer.row(ours).locator("input[form=many]").isChecked());
  await page.check("#tick-all");
  assert.ok(await officer.row(fresh).locator("input[form=many]").isChecked());
});

test("a look from the desk opens nothing and is closed with Escape", async () => {
  const officer = await Officer.at("depalpur", "tehsildar");
  const { page } = officer;
  await page.goto("/desk");
  await page.keyboard.press("j");
  await page.keyboard.press("Space");
  await page.waitForSelector("#preview:not([hidden]) h2");
  assert.ok(await page.evaluate(() => document.activeElement.matches("#desk-rows a")), "the row keeps the focus");
  await page.keyboard.press("Escape");
  await page.waitForSelector("#preview", { state: "hidden" });
  assert.equal(new URL(page.url()).pathname, "/desk");
});

test("a reminder is sent from the follow-up and stands on the desk of the holder", async () => {
  const clerk = await Officer.at("depalpur", "revenue_inspector");
  const text = subject("सीमांकन प्रतिवेदन");
  const { url } = await clerk.openFile(text);
  await clerk.send(url, holder("depalpur", "tehsildar"));
  await clerk.page.goto("/waiting");
  const row = clerk.page.locator(".desk-waiting tbody tr").filter({ hasText: text });
  await leads(clerk.page, () => row.locator(".c-act a").click());
  await clerk.page.fill("#reason", "आज ही अपेक्षित है।");
  await clerk.press("main button.primary");
  assert.match(await row.innerText(), /1 स्मरण/);
  const tehsildar = await Officer.at("depalpur", "tehsildar");
  await tehsildar.page.goto("/desk");
  assert.match(await tehsildar.row(text).innerText(), /1 स्मरण/);
  await tehsildar.take(text);
  assert.match(await tehsildar.page.innerText(".warn"), /आज ही अपेक्षित है।/);
});

test("rows are ticked and parked together without scripts", async () => {
  const officer = await Officer.at("mhow", "naib_tehsildar", { javaScriptEnabled: false });
  const { page } = officer;
  const text = subject("बिना स्क्रिप्ट");
  await officer.openFile(text);
  await page.goto("/desk");
  await officer.row(text).locator("input[form=many]").check();
  await officer.press("#many button[value=park]");
  await page.fill("#until", "2099-01-01");
  await page.fill("#reason", "प्रतीक्षा");
  await officer.press("main button.primary");
  assert.equal(await page.locator(".outcomes .mark-good").count(), 1);
});

async function leads(page, act) {
  const answered = page.waitForEvent("framenavigated", (frame) => frame === page.mainFrame());
  await act();
  await answered;
  await page.waitForLoadState();
}
