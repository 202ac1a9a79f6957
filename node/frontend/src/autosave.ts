// Saves the unsent note: in the browser after 300 ms without a key, at the node every second.
// The line under the text says only what is proved. Two differing copies are never merged here:
// the officer chooses.
import { forget, keep, keepNow, recall, type Copy } from "./drafts";

type State = "typing" | "browser" | "node" | "trouble" | "conflict" | "ended" | "refused";

const BROWSER_AFTER_MS = 300;
const NODE_AFTER_MS = 1000;
const FIRST_RETRY_MS = 2000;
const LAST_RETRY_MS = 30_000;
/** Browsers refuse larger bodies for requests that outlive the page. */
const KEEPALIVE_BYTES = 60_000;

export async function startAutosave(): Promise<void> {
  const form = document.querySelector<HTMLFormElement>("form[data-autosave]");
  const field = form?.querySelector("textarea");
  if (!form || !field) return;
  const editor = new Editor(form, field);
  await editor.offerOlderCopy();
}

class Editor {
  private readonly url: string;
  private readonly key: string;
  private readonly versionField: HTMLInputElement | null;
  private readonly csrf: string;
  private version: number;
  private savedText: string;
  private browserTimer = 0;
  private nodeTimer = 0;
  private retryMs = FIRST_RETRY_MS;
  private underway = false;
  private choosing = false;
  private leaving = false;
  private afterwards: (() => void) | undefined;

  constructor(private readonly form: HTMLFormElement, private readonly field: HTMLTextAreaElement) {
    this.url = form.dataset["autosave"] ?? "";
    this.key = `draft ${document.body.dataset["owner"] ?? ""} ${this.url}`;
    this.version = Number(form.dataset["version"] ?? "0");
    this.versionField = form.querySelector("input[name=version]");
    this.csrf = form.querySelector<HTMLInputElement>("input[name=csrf]")?.value ?? "";
    this.savedText = field.defaultValue;
    field.addEventListener("input", () => this.typed());
    field.addEventListener("blur", () => this.flush());
    window.addEventListener("pagehide", () => this.leave());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.leave();
    });
    form.addEventListener("submit", (event) => this.submitted(event));
    if (field.value !== this.savedText) this.typed(); // restored by the browser on "back"
  }

  /** Offers a copy of this computer that never reached the node. */
  async offerOlderCopy(): Promise<void> {
    const copy = await recall(this.key);
    if (!copy) return;
    const reached = copy.sent && copy.version < this.version;
    if (reached || copy.text === this.field.value || copy.text.trim() === "") {
      if (!this.dirty()) await forget(this.key);
      return;
    }
    if (!this.dirty()) this.choose("recover", copy.text, this.field.value, this.version);
  }

  private dirty(): boolean {
    return this.field.value !== this.savedText;
  }

  private copy(sent = false): Copy {
    return { text: this.field.value, version: this.version, at: Date.now(), sent };
  }

  private typed(): void {
    this.leaving = false;
    if (this.choosing) return;
    this.show("typing");
    clearTimeout(this.browserTimer);
    this.browserTimer = window.setTimeout(() => void this.saveHere(), BROWSER_AFTER_MS);
    this.nodeTimer ||= window.setTimeout(() => void this.saveAtNode(), NODE_AFTER_MS);
  }

  private async saveHere(): Promise<void> {
    const stored = await keep(this.key, this.copy());
    if (stored && this.dirty() && this.state === "typing") this.show("browser");
  }

  private async saveAtNode(keepalive = false): Promise<void> {
    clearTimeout(this.nodeTimer);
    this.nodeTimer = 0;
    if (this.underway || this.choosing || !this.dirty()) return;
    this.underway = true;
    const text = this.field.value;
    try {
      const answer = await this.put(text, keepalive);
      this.retryMs = FIRST_RETRY_MS;
      await this.answered(answer, text);
    } catch {
      this.trouble();
    } finally {
      this.underway = false;
      this.afterwards?.();
      this.afterwards = undefined;
    }
  }

  private put(text: string, keepalive: boolean): Promise<Response> {
    const body = JSON.stringify({ text, version: this.version });
    return fetch(this.url, {
      method: "PUT",
      credentials: "same-origin",
      headers: { "content-type": "application/json", "x-csrf-token": this.csrf },
      body,
      keepalive: keepalive && body.length * 3 < KEEPALIVE_BYTES,
    });
  }

  private async answered(answer: Response, text: string): Promise<void> {
    if (answer.status === 409) {
      const theirs = (await answer.json()) as { text: string; version: number };
      if (theirs.text === text) return this.stored(theirs.version, clock(), text);
      return this.choose("conflict", this.field.value, theirs.text, theirs.version);
    }
    if (answer.status === 401 || answer.status === 403) {
      this.show("ended");
      return;
    }
    if (answer.status === 413 || answer.status === 422) {
      this.show("refused"); // the next key tries again; until then it is kept in the browser
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const saved = (await answer.json()) as { version: number; at?: string };
    this.stored(saved.version, saved.at ?? clock(), text);
  }

  private stored(version: number, at: string, text: string): void {
    this.setVersion(version);
    this.savedText = text;
    if (this.dirty()) {
      this.nodeTimer ||= window.setTimeout(() => void this.saveAtNode(), NODE_AFTER_MS);
      return;
    }
    clearTimeout(this.browserTimer);
    this.show("node", at);
    void forget(this.key);
  }

  private setVersion(version: number): void {
    this.version = version;
    if (this.versionField) this.versionField.value = String(version);
  }

  private trouble(): void {
    this.show("trouble");
    clearTimeout(this.nodeTimer);
    this.nodeTimer = window.setTimeout(() => void this.saveAtNode(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
  }

  private flush(): void {
    if (!this.dirty() || this.choosing) return;
    void this.saveHere();
    void this.saveAtNode();
  }

  private leave(): void {
    if (!this.dirty() || this.choosing) return;
    keepNow(this.key, this.copy(this.leaving));
    if (!this.leaving) void this.saveAtNode(true);
  }

  /** The plain "save" button stays on the page; any other one leaves with the text. */
  private submitted(event: SubmitEvent): void {
    if (!event.submitter?.hasAttribute("formaction")) {
      event.preventDefault();
      if (this.dirty()) this.flush();
      else this.show("node", clock());
      return;
    }
    if (this.underway) {
      // The form must name the version that the running request is about to return.
      event.preventDefault();
      const submitter = event.submitter;
      this.afterwards = () => this.form.requestSubmit(submitter);
      return;
    }
    this.leaving = true;
    clearTimeout(this.nodeTimer);
    clearTimeout(this.browserTimer);
    void keep(this.key, this.copy(true));
  }

  /** Shows both texts and waits for the officer; neither is lost meanwhile. */
  private choose(why: "recover" | "conflict", here: string, node: string, version: number): void {
    const panel = document.getElementById("draft-choice");
    if (!panel) return;
    this.choosing = true;
    keepNow(this.key, { text: here, version: this.version, at: Date.now(), sent: false });
    setText("choice-words", panel.dataset[why] ?? "");
    setText("choice-here", here);
    setText("choice-node", node);
    if (why === "conflict") this.show("conflict");
    for (const button of panel.querySelectorAll<HTMLButtonElement>("[data-choose]")) {
      button.onclick = () => {
        panel.hidden = true;
        this.choosing = false;
        this.setVersion(version);
        this.savedText = node;
        this.field.value = button.dataset["choose"] === "here" ? here : node;
        this.field.focus();
        if (this.dirty()) this.typed();
        else this.stored(version, clock(), node);
      };
    }
    panel.hidden = false;
    panel.querySelector<HTMLButtonElement>("[data-choose]")?.focus();
  }

  private state: State | "" = "";
  private spoken = "";

  private show(state: State, at = ""): void {
    const line = document.getElementById("saved");
    if (!line) return;
    const text = (line.dataset[state] ?? "").replace("@", at);
    this.state = state;
    line.dataset["state"] = state;
    line.textContent = text;
    // Read aloud only when the kind changes, not on every second of ordinary writing.
    if (kind(state) !== this.spoken && state !== "typing" && state !== "browser") {
      this.spoken = kind(state);
      setText("saved-said", text);
    }
  }
}

function kind(state: State): string {
  return state === "typing" || state === "browser" || state === "node" ? "calm" : state;
}

function setText(id: string, text: string): void {
  const element = document.getElementById(id);
  if (element) element.textContent = text;
}

function clock(): string {
  return new Date().toLocaleTimeString("en-GB", { timeZone: "Asia/Kolkata" });
}
