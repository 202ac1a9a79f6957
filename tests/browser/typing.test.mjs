// Hindi typing without installation: every layout by physical keys in a real browser, the choice
// for the officer and for the field, the picture of the layout, and Kruti Dev that is pasted.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { strokes } from "../../node/frontend/tests/typist.mjs";
import { expectFaults } from "./support/browser.mjs";
import { Officer, subject } from "./support/officer.mjs";

/** Words with their keys on every layout, those with reph, half letters and matras among them. */
const WORDS = readFileSync(new URL("../../node/frontend/tests/typed.tsv", import.meta.url), "utf8")
  .trim().split("\n").slice(1).map((line) => line.split("\t"));
/** Every second word: more than two hundred on each layout. */
const PRESSED = WORDS.filter((_, at) => at % 2 === 0);
/** Words between two looks at the field. */
const LINE = 24;

const LAYOUTS = ["inscript", "gail", "typewriter"];

let officer, file;

before(async () => {
  // The net is cut on purpose, and notes are left while they are being saved.
  expectFaults(/net::ERR_INTERNET_DISCONNECTED|status of 409/);
  officer = await Officer.at("mhow", "tehsildar");
  file = await officer.openFile(subject("हिन्दी टाइपिंग"));
});

test("InScript is there without a choice: F9, and the keys write Hindi into the note", async () => {
  const { page } = officer;
  await page.goto(file.url);
  await page.focus("#note");
  await press(page, "k");
  assert.equal(await page.inputValue("#note"), "k", "until F9 the keyboard is as usual");
  await page.keyboard.press("Backspace");
  await page.keyboard.press("F9");
  assert.equal(await page.getAttribute("#note", "lang"), "hi");
  await press(page, "kejd/en/");
  assert.equal(await page.inputValue("#note"), "कार्यालय");
  await officer.savedAtNode();
  await page.keyboard.press("Control+KeyG");
  await press(page, " no. 12");
  assert.equal(await page.inputValue("#note"), "कार्यालय no. 12");
  await page.keyboard.press("Control+KeyG"); // the field remembers its language: Hindi for what follows
});

for (const [column, method] of LAYOUTS.entries()) {
  test(`${PRESSED.length} words are written by physical keys, ${method}`, async () => {
    await choose(method);
    const { page } = officer;
    await page.goto(file.url);
    await page.fill("#note", "");
    await page.focus("#note");
    for (let at = 0; at < PRESSED.length; at += LINE) {
      const line = PRESSED.slice(at, at + LINE);
      for (const row of line) await press(page, `${row[column + 1]} `);
      assert.equal(await page.inputValue("#note"), line.map(([word]) => `${word} `).join(""));
      await page.keyboard.press("Control+KeyA");
      await page.keyboard.press("Delete");
    }
  });
}

test(`${PRESSED.length} words are written by their sound, chosen from the candidates`, async () => {
  await choose("phonetic");
  const { page } = officer;
  await page.goto(file.url);
  await page.fill("#note", "");
  await page.focus("#note");
  let first = 0;
  for (let at = 0; at < PRESSED.length; at += LINE) {
    const line = PRESSED.slice(at, at + LINE);
    for (const [word, , , , roman] of line) {
      await press(page, roman);
      const place = (await page.locator("#candidates li").allTextContents()).indexOf(word);
      assert.ok(place >= 0, `${word} is not among the candidates of ${roman}`);
      if (place === 0) first += 1;
      else await page.keyboard.press(`Digit${place + 1}`);
      await page.keyboard.press("Space");
    }
    assert.equal(await page.inputValue("#note"), line.map(([word]) => `${word} `).join(""));
    await page.keyboard.press("Control+KeyA");
    await page.keyboard.press("Delete");
  }
  assert.ok(first > PRESSED.length * 0.9, `${first} of ${PRESSED.length} came first`);
});

test("candidates are chosen with arrows, Enter takes one, Escape keeps the Roman letters", async () => {
  const { page } = officer;
  await page.goto(file.url);
  await page.fill("#note", "");
  await page.focus("#note");
  await press(page, "karyalay");
  const offered = await page.locator("#candidates li").allTextContents();
  await page.keyboard.press("ArrowDown");
  assert.equal(await page.getAttribute("#note", "aria-activedescendant"), "candidate-1");
  await page.keyboard.press("Enter");
  assert.equal(await page.inputValue("#note"), offered[1]);
  await press(page, " file");
  await page.keyboard.press("Escape");
  await press(page, " nasti");
  await page.focus("#content"); // leaving the field takes the word
  assert.equal(await page.inputValue("#note"), `${offered[1]} file नस्ती`);
});

test("in typewriter order a waiting matra is seen, taken back, and attached", async () => {
  await choose("typewriter");
  const { page } = officer;
  await page.goto(file.url);
  await page.fill("#note", "");
  await page.focus("#note");
  await press(page, "f");
  assert.equal(await page.inputValue("#note"), "◌ि");
  await page.keyboard.press("Backspace");
  assert.equal(await page.inputValue("#note"), "");
  await press(page, "fLF");
  assert.equal(await page.inputValue("#note"), "स्थ्◌ि");
  await press(page, "kfr");
  assert.equal(await page.inputValue("#note"), "स्थिति");
  await press(page, " oZ");
  await page.keyboard.press("Control+KeyZ");
  assert.notEqual(await page.inputValue("#note"), "स्थिति र्व", "the browser undoes what the keys wrote");
});

test("typing needs no network", async () => {
  const { context, page } = officer;
  await page.goto("/files/new");
  await context.setOffline(true);
  await page.focus("#subject");
  await press(page, "dk;kZy;");
  assert.equal(await page.inputValue("#subject"), "कार्यालय");
  await context.setOffline(false);
});

test("the method goes with the officer, the language with the field", async () => {
  await choose("gail");
  const elsewhere = await Officer.at("mhow", "tehsildar");
  const { page } = elsewhere;
  await page.goto("/dak/new");
  assert.equal(await page.getAttribute("#from", "lang"), "hi", "chosen on another computer");
  assert.equal(await page.getAttribute("#letter_number", "lang"), "en", "numbers begin in English");
  await page.focus("#subject");
  await page.keyboard.press("F9");
  await page.focus("#letter_number");
  await page.keyboard.press("F9");
  await page.reload();
  assert.equal(await page.getAttribute("#from", "lang"), "hi");
  assert.equal(await page.getAttribute("#subject", "lang"), "en");
  assert.equal(await page.getAttribute("#letter_number", "lang"), "hi");
  await elsewhere.context.close();
});

test("whoever has a keyboard of his own is left alone", async () => {
  await choose("system");
  const { page } = officer;
  await page.goto(file.url);
  assert.equal(await page.locator(".typing-mark").count(), 0);
  await page.fill("#note", "");
  await page.focus("#note");
  await page.keyboard.press("F9");
  await press(page, "k");
  assert.equal(await page.inputValue("#note"), "k");
});

test("the layout is shown on the screen, follows Shift, and its keys can be clicked", async () => {
  await choose("inscript");
  const { page } = officer;
  await page.goto(file.url);
  await page.fill("#note", "");
  await page.focus("#note");
  await page.keyboard.press("Shift+F9");
  const key = page.locator(".board [data-code=KeyK]");
  assert.match(await key.innerText(), /^क/);
  await page.keyboard.down("Shift");
  assert.match(await key.innerText(), /^ख/);
  await page.keyboard.up("Shift");
  await key.click();
  await page.locator(".board [data-code=KeyE]").click();
  assert.equal(await page.inputValue("#note"), "का");
  assert.ok(await page.evaluate(() => document.activeElement.id === "note"), "the field keeps the focus");
  for (const lang of ["hi", "en"]) {
    await page.goto(`/language?to=${lang}&back=${file.url}`);
    await page.focus("#note");
    await page.keyboard.press("Shift+F9");
    await picture(page, lang, "typing-board");
  }
  await page.goto(`/language?to=hi&back=${file.url}`);
});

test("Kruti Dev that is pasted is shown beside what it says, converted when asked, and kept", async () => {
  const { page } = officer;
  const own = await officer.openFile(subject("कृतिदेव"));
  await paste(page, "#note", "dk;kZy; dysDVj ftyk bUnkSj");
  assert.equal(await page.innerText(".pasted [data-part=converted]"), "कार्यालय कलेक्टर जिला इन्दौर");
  await picture(page, "hi", "typing-pasted");
  await page.click(".pasted [data-act=take]");
  await page.waitForSelector(".pasted", { state: "hidden" });
  assert.equal(await page.inputValue("#note"), "कार्यालय कलेक्टर जिला इन्दौर");
  await officer.savedAtNode();
  await page.goto(own.url);
  const paper = page.locator("#papers").getByText("चिपकाया गया मूल पाठ (कृतिदेव)");
  assert.ok((await paper.count()) > 0, "the original is among the papers");
});

test("of a mixed paste only the runs in a Kruti Dev font are converted", async () => {
  const { page } = officer;
  await page.goto(file.url);
  await page.fill("#note", "");
  const html = `<p><span style='font-family:"Kruti Dev 010"'>Øekad </span><span style='font-family:Arial'>F-12/GAD</span><span style='font-family:"Kruti Dev 010"'> fnukad</span></p>`;
  await paste(page, "#note", "Øekad F-12/GAD fnukad", html);
  assert.equal(await page.innerText(".pasted [data-part=converted]"), "क्रमांक F-12/GAD दिनांक");
  await page.click(".pasted [data-act=as-is]");
  assert.equal(await page.inputValue("#note"), "Øekad F-12/GAD fnukad");
});

test("the original of a converted subject is attached to the file that it opens", async () => {
  const { page } = officer;
  await page.goto("/files/new");
  const nonce = Math.random().toString(36).replace(/[^0-9]/g, "").slice(0, 8);
  await paste(page, "#subject", `vkfFkZd lgk;rk ${nonce}`);
  await page.click(".pasted [data-act=take]");
  await page.waitForSelector(".pasted", { state: "hidden" });
  await officer.press("main button.primary");
  assert.match(await page.innerText(".cover"), new RegExp(`आर्थिक सहायता ${nonce}`));
  assert.ok((await page.locator("#papers").getByText("चिपकाया गया मूल पाठ (कृतिदेव)").count()) > 0);
});

test("a text that is longer than the field is never cut off in silence", async () => {
  const { page } = officer;
  await page.goto("/files/new");
  await paste(page, "#subject", "dk;kZy; ".repeat(70));
  await page.click(".pasted [data-act=take]");
  assert.ok(await page.isVisible(".pasted [data-fault=long]"));
  await page.click(".pasted [data-act=cancel]");
  assert.equal(await page.inputValue("#subject"), "");
});

test("English is pasted without a question", async () => {
  const { page } = officer;
  await page.goto(file.url);
  await page.fill("#note", "");
  await paste(page, "#note", "Please put up with the previous file.", "", false);
  assert.equal(await page.locator(".pasted").count(), 0);
});

test("characters that nobody sees are left out of what is pasted", async () => {
  const { page } = officer;
  await page.goto((await officer.openFile(subject("अदृश्य अक्षर"))).url);
  await paste(page, "#note", "\uFEFFआदेश\u200B दिनांक\u202E 12", "", false);
  assert.equal(await page.inputValue("#note"), "आदेश दिनांक 12");
  await officer.savedAtNode();
});

test("in the end the officer has the keyboard that other collections know", async () => {
  await choose("system");
  await officer.page.goto(file.url);
  assert.equal(await officer.page.locator(".typing-mark").count(), 0);
});

/** Chooses a method on the settings page. */
async function choose(method) {
  const { page } = officer;
  await page.goto("/settings");
  await page.check(`input[name=typing][value=${method}]`);
  await officer.press("form[action='/settings'] button");
}

/** Presses physical keys, written as the characters of an English keyboard. */
async function press(page, line) {
  for (const character of line.match(/⌥?./gu)) {
    if (character === " ") await page.keyboard.press("Space");
    else {
      const [{ code, shift, altGr }] = strokes(character);
      await page.keyboard.press(`${altGr ? "Control+Alt+" : ""}${shift ? "Shift+" : ""}${code}`);
    }
  }
}

/** Pastes as a browser does after Ctrl+V, with what an office program puts on the clipboard. */
async function paste(page, field, plain, html = "", asks = true) {
  await page.focus(field);
  await page.evaluate(([plain, html]) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", plain);
    if (html) clipboardData.setData("text/html", html);
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, [plain, html]);
  if (asks) await page.waitForSelector(".pasted[open]");
}

/** For people to look at. */
async function picture(page, lang, name) {
  await page.screenshot({ path: new URL(`out/${lang}/${name}.png`, import.meta.url).pathname });
}
