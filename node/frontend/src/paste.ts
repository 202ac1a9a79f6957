// Kruti Dev that is pasted into a Hindi field: shows what was pasted beside what it says, and asks.
// Nothing is converted silently. What was pasted is kept as a paper of the file; on forms that open
// a file it goes along in the field `pasted`, and the node attaches it. Signed words alone would
// not show from what they were made. Characters that nobody sees are left out of every paste.
import { converted, runs } from "./krutidev/runs";
import { replace, type Field } from "./typing/field";
import { visible } from "./visible";

const FILE = /^\/files\/[0-9a-f]{64}/;

export function startPaste(): void {
  const parts = document.querySelector<HTMLTemplateElement>("template#pasted");
  if (!parts) return;
  const question = new Question(parts);
  document.addEventListener("paste", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLElement) || !field.matches("[data-typing]") || !event.clipboardData) return;
    const plain = event.clipboardData.getData("text/plain");
    const pieces = runs(plain, event.clipboardData.getData("text/html"));
    if (pieces.some((piece) => piece.krutiDev)) question.ask(field as Field, plain, converted(pieces));
    else if (visible(plain) !== plain) replace(field as Field, 0, visible(plain));
    else return;
    event.preventDefault();
  });
}

class Question {
  private dialog: HTMLDialogElement | undefined;

  constructor(private readonly parts: HTMLTemplateElement) {}

  ask(field: Field, original: string, text: string): void {
    const dialog = (this.dialog ??= this.build());
    setText(dialog, "original", original);
    setText(dialog, "converted", text);
    const kept = keeper(field);
    for (const one of dialog.querySelectorAll<HTMLElement>("[data-kept]")) one.hidden = !kept;
    this.fault("");
    this.on("take", async () => {
      if (!fits(field, text)) return this.fault("long");
      if (kept && !(await kept(this.record(original, text)))) return this.fault("kept");
      this.put(field, text);
    });
    this.on("as-is", () => (fits(field, original) ? this.put(field, visible(original)) : this.fault("long")));
    this.on("cancel", () => this.put(field, undefined));
    dialog.showModal();
  }

  private put(field: Field, text: string | undefined): void {
    this.dialog?.close();
    field.focus();
    if (text !== undefined) replace(field, 0, text);
  }

  /** The paper: both texts under their headings. */
  private record(original: string, text: string): string {
    const { title = "", headOriginal = "", headConverted = "" } = this.parts.dataset;
    return `${title}\n\n${headOriginal}\n${original}\n\n${headConverted}\n${text}\n`;
  }

  /** Shows one reason why nothing was put in, or none. */
  private fault(reason: string): void {
    for (const line of this.dialog?.querySelectorAll<HTMLElement>("[data-fault]") ?? []) {
      line.hidden = line.dataset["fault"] !== reason;
    }
  }

  private on(name: string, act: () => unknown): void {
    const button = this.dialog?.querySelector<HTMLButtonElement>(`[data-act=${name}]`);
    if (!button) return;
    button.onclick = async () => {
      button.disabled = true;
      try {
        await act();
      } finally {
        button.disabled = false;
      }
    };
  }

  private build(): HTMLDialogElement {
    document.body.append(this.parts.content.cloneNode(true));
    return document.querySelector<HTMLDialogElement>("dialog.pasted") as HTMLDialogElement;
  }
}

/** Whether a field has room: browsers would cut off the rest without a word. */
function fits(field: Field, text: string): boolean {
  const selected = (field.selectionEnd ?? 0) - (field.selectionStart ?? 0);
  return field.maxLength < 0 || field.value.length - selected + text.length <= field.maxLength;
}

type Keeper = (record: string) => Promise<boolean>;

/** How the original is kept for a field; undefined where nothing is signed, as in a search. */
function keeper(field: Field): Keeper | undefined {
  const form = field.form;
  if (!form || form.method !== "post") return undefined;
  const file = FILE.exec(location.pathname)?.[0];
  if (file) return (record) => attach(file, form, record);
  const kept = form.querySelector<HTMLInputElement>("input[name=pasted]");
  if (!kept) return undefined;
  return async (record) => {
    kept.value = kept.value === "" ? record : `${kept.value}\n${record}`;
    return true;
  };
}

/** Attaches the record to the file, as the sheet "attach a paper" does. */
async function attach(file: string, form: HTMLFormElement, record: string): Promise<boolean> {
  const parts = document.querySelector<HTMLTemplateElement>("template#pasted");
  const body = new FormData();
  body.append("csrf", form.querySelector<HTMLInputElement>("input[name=csrf]")?.value ?? "");
  body.append("op", operation());
  body.append("title", parts?.dataset["title"] ?? "");
  body.append("paper", new Blob([record], { type: "text/plain" }), "pasted.txt");
  try {
    const answer = await fetch(`${file}/attach`, { method: "POST", body, credentials: "same-origin", redirect: "manual" });
    return answer.type === "opaqueredirect"; // refused sheets come back as pages
  } catch {
    return false;
  }
}

/** The id of an operation of its own: 16 random bytes. */
function operation(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function setText(dialog: HTMLElement, part: string, text: string): void {
  const element = dialog.querySelector(`[data-part=${part}]`);
  if (element) element.textContent = text;
}
