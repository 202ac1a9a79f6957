// What an officer does on the pages, found by the names of fields and by addresses, so that the
// same steps hold in both languages.
import assert from "node:assert/strict";
import { computer } from "./browser.mjs";
import { holder, office, password } from "./offices.mjs";

/** An officer at a computer. */
export class Officer {
  constructor(person, context, page) {
    Object.assign(this, { person, context, page });
  }

  /** Sits down at a new computer and signs in; takes the post when there are several. */
  static async at(key, post, options = {}) {
    const person = holder(key, post);
    const context = await computer({ baseURL: office(key).url, ...options });
    const officer = new Officer(person, context, await context.newPage());
    await officer.signIn();
    return officer;
  }

  async signIn() {
    await this.page.goto("/sign-in");
    await this.page.fill("#login", this.person.login);
    await this.page.fill("#password", password);
    await this.press("main button.primary");
    if (new URL(this.page.url()).pathname === "/posts") {
      await this.press(`button[name=charge]:has-text("${this.person.post_hi}")`);
    }
    assert.equal(new URL(this.page.url()).pathname, "/desk", `${this.person.login} is at the desk`);
  }

  /** Presses what leads to another page, and waits for that. */
  async press(selector) {
    const before = this.page.url();
    const answered = this.page.waitForEvent("framenavigated", (frame) => frame === this.page.mainFrame());
    await this.page.click(selector);
    await answered;
    await this.page.waitForLoadState();
    return before;
  }

  /** Opens a file and returns its address and number. */
  async openFile(subject) {
    await this.page.goto("/files/new");
    await this.page.fill("#subject", subject);
    await this.press("main button.primary");
    const number = await this.page.innerText(".cover h1 > bdi");
    return { url: new URL(this.page.url()).pathname, number, subject };
  }

  /** Writes a note as people do, and waits until the node has it. */
  async note(text) {
    await this.page.fill("#note", text);
    await this.savedAtNode();
  }

  /** Waits until the line under the note says that the node has it. */
  async savedAtNode() {
    await this.page.waitForSelector("#saved[data-state=node]");
  }

  async attach(url, path, title) {
    await this.page.goto(`${url}/attach`);
    await this.page.setInputFiles("#paper", path);
    await this.page.fill("#title", title);
    await this.press("main button.primary");
  }

  /** From the note to the send sheet, to a post of an office, signed. */
  async send(url, to) {
    await this.sendSheet(url, to);
    await this.press("main form[method=post] button.primary");
    assert.equal(new URL(this.page.url()).pathname, "/desk", await this.said());
  }

  /** The send sheet with somebody chosen, before the signature. */
  async sendSheet(url, to) {
    if (new URL(this.page.url()).pathname !== url) await this.page.goto(url);
    await this.press(".acts button.primary");
    await this.page.fill("#q", to.office_hi);
    await this.press("form.search button:not([type=button])");
    const post = this.page.locator(".choice-link").filter({ hasText: `${to.post_hi}, ${to.office_hi}` });
    await Promise.all([this.page.waitForURL(/[?&]to=/), post.first().click()]);
    assert.match(await this.page.innerText(".target"), new RegExp(escaped(to.post_hi)));
  }

  async sendBack(url, reason) {
    await this.page.goto(`${url}/send-back`);
    await this.page.fill("#reason", reason);
    await this.press("main button.primary");
  }

  /** The row of a file on a part of the desk that is open now. */
  row(subject) {
    return this.page.locator("#desk-rows tr").filter({ hasText: subject });
  }

  /** Opens a file from the desk once it lies there. */
  async take(subject) {
    if (!this.page.url().endsWith("/desk")) await this.page.goto("/desk");
    const link = this.row(subject).locator(".c-subject a");
    await link.waitFor();
    await Promise.all([this.page.waitForURL(/\/files\/[0-9a-f]{64}/), link.click()]);
    return new URL(this.page.url()).pathname;
  }

  /** What the page says about the act just done, or about what is wrong. */
  async said() {
    const lines = await this.page.locator(".banner-good, .fault, main h1").allInnerTexts();
    return lines.join(" | ");
  }
}

/** A subject that no other test has. */
export function subject(text) {
  return `${text} (${Math.random().toString(36).slice(2, 8)})`;
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
