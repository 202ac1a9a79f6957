// Wrong, hostile and doubled input: a sentence and a code, nothing lost, nothing done twice.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { computer, expectFaults } from "./support/browser.mjs";
import { holder, office } from "./support/offices.mjs";
import { Officer, subject } from "./support/officer.mjs";

let officer, page;

before(async () => {
  // The pages answer refused forms with 4xx, which a console notes.
  expectFaults(/status of 4\d\d/);
  officer = await Officer.at("division", "superintendent");
  page = officer.page;
});

test("a wrong password is one sentence that does not say which of the two was wrong", async () => {
  const context = await computer({ baseURL: office("division").url });
  const guest = await context.newPage();
  const said = [];
  for (const login of [holder("division", "reader").login, "nobody.here"]) {
    await guest.goto("/sign-in");
    await guest.fill("#login", login);
    await guest.fill("#password", "not the password");
    await guest.click("main button.primary");
    said.push(await guest.innerText(".fault"));
    assert.equal(await guest.inputValue("#login"), login, "the name typed is kept");
  }
  assert.equal(said[0], said[1]);
  assert.match(said[0], /[\u0900-\u097F]/);
});

test("an empty subject is marked where it is, and the rest is kept", async () => {
  await page.goto("/files/new");
  await withoutBrowserChecks();
  await page.fill("#subject", "   ");
  await page.fill("#legacy_number", "एफ/12/2019");
  await page.check("input[name=urgency][value=immediate]");
  await officer.press("main button.primary");
  assert.equal(await page.getAttribute("#subject", "aria-invalid"), "true");
  assert.match(await page.innerText("#subject-fault"), /आवश्यक/);
  assert.equal(await page.inputValue("#legacy_number"), "एफ/12/2019");
  assert.ok(await page.isChecked("input[name=urgency][value=immediate]"));
});

test("a program renamed to PDF is not taken, and title and date are kept", async () => {
  const file = await officer.openFile(subject("संदिग्ध संलग्नक"));
  await page.goto(`${file.url}/attach`);
  const buffer = Buffer.concat([Buffer.from("MZ\x90\0\x03\0\0\0"), Buffer.alloc(2048, 0xcc)]);
  await page.setInputFiles("#paper", { name: "आदेश.pdf", mimeType: "application/pdf", buffer });
  await page.fill("#title", "आदेश की प्रति");
  await page.fill("#paper_date", "2025-01-31");
  await officer.press("main button.primary");
  assert.match(await page.innerText("#fault"), /PDF/);
  assert.equal(await page.inputValue("#title"), "आदेश की प्रति");
  assert.equal(await page.inputValue("#paper_date"), "2025-01-31");
  await page.goto(file.url);
  assert.equal(await page.locator(".paper-list li").count(), 0);
});

test("markup and script in a subject, a note and a title are shown as text", async () => {
  const text = subject("<img src=x onerror=alert(1)><script>alert(2)</script>");
  const file = await officer.openFile(text);
  page.on("dialog", () => assert.fail("a script of the text ran"));
  await officer.note("<b onclick=alert(3)>टीप</b> ‹पृ. 1›");
  await officer.send(file.url, holder("division", "reader"));
  const reader = await Officer.at("division", "reader");
  await reader.take(text);
  assert.equal(await reader.page.innerText(".cover .subject"), text);
  assert.match(await reader.page.innerText("#notes"), /<b onclick=alert\(3\)>टीप<\/b>/);
});

test("a form sent twice opens one file", async () => {
  const text = subject("दो बार दबाया गया");
  await page.goto("/files/new");
  await page.fill("#subject", text);
  const sent = await page.evaluate(async () => {
    const body = new URLSearchParams(new FormData(document.querySelector("main form")));
    const send = () => fetch("/files/new", { method: "POST", body });
    return (await Promise.all([send(), send(), send()])).map((answer) => answer.url);
  });
  assert.equal(new Set(sent).size, 1, "every answer leads to the same file");
  await Promise.all([page.waitForURL(/\/files\/[0-9a-f]{64}/), page.dblclick("main button.primary")]);
  await page.goto("/desk");
  await officer.row(text).first().waitFor();
  assert.equal(await officer.row(text).count(), 1);
});

test("a forged form is refused with sentence and code, and gives the typed text back", async () => {
  await page.goto("/files/new");
  await page.fill("#subject", "जाली प्रपत्र");
  await page.evaluate(() => {
    document.querySelector("main form input[name=csrf]").value = "0".repeat(64);
  });
  await officer.press("main button.primary");
  assert.match(await page.innerText("main h1"), /[\u0900-\u097F]/);
  assert.match(await page.innerText("main code >> nth=0"), /^[a-z]+\.[a-z_]+$/);
  assert.equal(await page.inputValue("#typed"), "जाली प्रपत्र");
  await page.goto("/desk");
  assert.equal(await officer.row("जाली प्रपत्र").count(), 0);
});

test("a file of another post is not shown, nor is whether it exists", async () => {
  const tehsildar = await Officer.at("mhow", "tehsildar");
  const file = await tehsildar.openFile(subject("केवल अपने लिए"));
  const clerk = await Officer.at("mhow", "dispatch_clerk");
  const answers = [];
  for (const path of [file.url, `/files/${"ab".repeat(32)}`]) {
    const answer = await clerk.page.goto(path);
    answers.push([answer.status(), await clerk.page.innerText("main h1"), await clerk.page.innerText("main code >> nth=0")]);
  }
  assert.deepEqual(answers[0], answers[1]);
  assert.equal(answers[0][0], 404);
  assert.notEqual(await clerk.page.innerText("header .office"), "", "the page still says whose it is");
  await clerk.press("nav.main a[href='/desk']");
  assert.equal(new URL(clerk.page.url()).pathname, "/desk");
});

/** A browser that checks nothing, as a program that imitates one. */
async function withoutBrowserChecks() {
  await page.evaluate(() => { document.querySelector("main form").noValidate = true; });
}
