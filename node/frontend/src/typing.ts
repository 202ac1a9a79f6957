// Hindi typing without anything installed, on every field that a template marks with data-typing.
// Ctrl+G or F9 changes between Hindi and English, the mark at the field says which, Shift+F9 shows
// the layout. Keys are physical (KeyboardEvent.code). The officer's method comes from the settings;
// whether a field is in Hindi is remembered in this browser for each field.
import { Board } from "./typing/board";
import { before, replace, type Field } from "./typing/field";
import { written, type Stroke } from "./typing/layout";
import { methods, type Method } from "./typing/methods";
import { Phonetic } from "./typing/phonetic-field";

/** What the settings call the officer's own keyboard: nothing of this is wanted. */
const OWN_KEYBOARD = "system";

export function startTyping(): void {
  const parts = document.querySelector<HTMLTemplateElement>("template#typing");
  if (!parts || parts.dataset["method"] === OWN_KEYBOARD) return;
  const typing = new Typing(parts);
  for (const field of document.querySelectorAll<Field>("input[data-typing], textarea[data-typing]")) typing.add(field);
  typing.listen();
}

class Typing {
  private readonly method: Method | undefined;
  private readonly phonetic: Phonetic | undefined;
  private readonly board: Board;
  private readonly marks = new Map<EventTarget, HTMLButtonElement>();

  constructor(private readonly parts: HTMLTemplateElement) {
    this.method = methods[parts.dataset["method"] ?? ""];
    if (!this.method) this.phonetic = new Phonetic(parts.dataset["candidates"] ?? "");
    this.board = new Board(parts, this.method?.layout, (field, stroke) => this.struck(field, stroke));
  }

  add(field: Field): void {
    const mark = document.createElement("button");
    mark.type = "button";
    mark.className = "typing-mark";
    mark.tabIndex = -1; // the keys do the same; Tab goes from field to field
    mark.title = this.parts.dataset["hint"] ?? "";
    mark.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    mark.addEventListener("click", () => {
      field.focus();
      this.toggle(field);
    });
    (field.labels?.[0] ?? field).before(mark);
    this.marks.set(field, mark);
    field.addEventListener("blur", () => this.phonetic?.commit(field));
    this.show(field, this.remembered(field));
  }

  listen(): void {
    document.addEventListener("keydown", (event) => this.keydown(event), { capture: true });
    document.addEventListener("keyup", (event) => this.board.layer(event));
  }

  private keydown(event: KeyboardEvent): void {
    const field = event.target as Field;
    if (event.isComposing || !this.marks.has(field)) return;
    this.board.layer(event);
    if (this.command(event, field)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (isHindi(field) && this.typed(event, field)) event.preventDefault();
  }

  /** The keys that change how one types. */
  private command(event: KeyboardEvent, field: Field): boolean {
    const control = event.ctrlKey && !event.altKey && !event.shiftKey && !event.metaKey;
    if (event.code === "F9" && event.shiftKey) this.board.toggle(field);
    else if (event.code === "F9" || (control && event.code === "KeyG")) this.toggle(field);
    else return false;
    return true;
  }

  /** Whether the key was dealt with. */
  private typed(event: KeyboardEvent, field: Field): boolean {
    if (this.phonetic) return this.phonetic.typed(event, field);
    const altGr = event.getModifierState("AltGraph") || (event.ctrlKey && event.altKey);
    if (!altGr && (event.ctrlKey || event.altKey || event.metaKey)) return false;
    if (event.code === "Backspace") return this.backspace(field);
    return this.struck(field, { code: event.code, shift: event.shiftKey, altGr });
  }

  private struck(field: Field, stroke: Stroke): boolean {
    const text = this.method && written(this.method.layout, stroke);
    if (!this.method || text === undefined) return false;
    const edit = this.method.press(selected(field) ? "" : before(field), text);
    replace(field, edit.back, edit.text);
    return true;
  }

  private backspace(field: Field): boolean {
    const back = selected(field) ? 0 : (this.method?.backspace(before(field)) ?? 0);
    if (back > 0) replace(field, back, "");
    return back > 0;
  }

  private toggle(field: Field): void {
    this.phonetic?.commit(field);
    const language = isHindi(field) ? "en" : "hi";
    try {
      localStorage.setItem(memory(field), language);
    } catch {
      // Full or forbidden: it is asked again next time.
    }
    this.show(field, language);
    const said = document.getElementById("typing-said");
    if (said) said.textContent = this.parts.dataset[language] ?? "";
  }

  private remembered(field: Field): string {
    try {
      const kept = localStorage.getItem(memory(field));
      if (kept === "hi" || kept === "en") return kept;
    } catch {
      // As if nothing were kept.
    }
    return this.parts.dataset["start"] === "hi" ? (field.dataset["typing"] ?? "") : "en";
  }

  private show(field: Field, language: string): void {
    field.dataset["now"] = language;
    // Who chose no method may be typing Hindi with a keyboard of the computer.
    const unknown = language === "en" && this.parts.dataset["start"] !== "hi";
    field.lang = unknown ? document.documentElement.lang : language;
    const mark = this.marks.get(field);
    if (!mark) return;
    mark.textContent = this.parts.dataset[language] ?? "";
    mark.dataset["now"] = language;
    mark.setAttribute("aria-pressed", String(language === "hi"));
  }
}

function isHindi(field: Field): boolean {
  return field.dataset["now"] === "hi";
}

function selected(field: Field): boolean {
  return field.selectionStart !== field.selectionEnd;
}

function memory(field: Field): string {
  return `typing ${document.body.dataset["owner"] ?? ""} ${field.id}`;
}
