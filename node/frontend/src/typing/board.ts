// The layout on the screen: every key with what it writes on the layer that is held now. Its keys
// can be clicked. It stands below the field in the flow of the page and covers nothing.
import type { Field } from "./field";
import { written, type Layout, type Stroke } from "./layout";

const ROWS: readonly (readonly string[])[] = [
  keys("Backquote Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal"),
  keys("KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Backslash"),
  keys("KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote"),
  keys("KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash"),
];
/** What is printed on the keys of an ordinary keyboard. */
const CAPS: Record<string, string> = {
  Backquote: "`", Minus: "-", Equal: "=", BracketLeft: "[", BracketRight: "]", Backslash: "\\",
  Semicolon: ";", Quote: "'", Comma: ",", Period: ".", Slash: "/",
};
const MARKS = /^[\u0900-\u0903\u093C\u093E-\u094D\u0962\u0963]/;

export class Board {
  private element: HTMLElement | undefined;
  private field: Field | undefined;
  private held = { shift: false, altGr: false };

  constructor(
    private readonly parts: HTMLTemplateElement,
    private readonly layout: Layout | undefined,
    private readonly strike: (field: Field, stroke: Stroke) => void,
  ) {}

  /** Shows the layout below a field, or takes it away. */
  toggle(field: Field): void {
    const element = (this.element ??= this.build());
    const shown = !element.hidden && this.field === field;
    element.hidden = shown;
    this.field = field;
    if (!shown) (field.closest(".row") ?? field).after(element);
  }

  /** Follows the keys that are held. */
  layer(event: KeyboardEvent): void {
    if (!this.element || this.element.hidden) return;
    this.hold(event.shiftKey, event.getModifierState("AltGraph") || (event.ctrlKey && event.altKey));
  }

  private hold(shift: boolean, altGr: boolean): void {
    if (this.held.shift === shift && this.held.altGr === altGr) return;
    this.held = { shift, altGr };
    this.draw();
  }

  private build(): HTMLElement {
    const element = document.createElement("div");
    element.className = "board";
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", this.parts.dataset["board"] ?? "");
    element.hidden = true;
    if (this.layout) element.append(...ROWS.map((row) => this.row(row)), this.holders());
    else element.append(this.parts.content.cloneNode(true));
    element.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    element.addEventListener("click", (event) => this.clicked(event.target));
    this.element = element;
    this.draw();
    return element;
  }

  private row(codes: readonly string[]): HTMLElement {
    const row = document.createElement("div");
    row.append(...codes.map((code) => key(code, CAPS[code] ?? code.replace(/^Key|^Digit/, ""))));
    return row;
  }

  private holders(): HTMLElement {
    const row = document.createElement("div");
    row.append(key("shift", "Shift"), key("altGr", "AltGr"));
    return row;
  }

  private draw(): void {
    for (const one of this.element?.querySelectorAll<HTMLElement>("[data-code]") ?? []) {
      const code = one.dataset["code"] ?? "";
      if (code === "shift" || code === "altGr") one.setAttribute("aria-pressed", String(this.held[code]));
      else if (one.firstChild) {
        const text = (this.layout && written(this.layout, { code, ...this.held })) ?? "";
        one.firstChild.textContent = MARKS.test(text) ? `◌${text}` : text;
      }
    }
  }

  private clicked(target: EventTarget | null): void {
    const code = target instanceof Element && target.closest<HTMLElement>("[data-code]")?.dataset["code"];
    if (!code) return;
    if (code === "shift") this.hold(!this.held.shift, this.held.altGr);
    else if (code === "altGr") this.hold(this.held.shift, !this.held.altGr);
    else if (this.field) this.strike(this.field, { code, ...this.held });
  }
}

function keys(codes: string): readonly string[] {
  return codes.split(" ");
}

function key(code: string, cap: string): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1; // the real keyboard is the way of the keyboard
  button.dataset["code"] = code;
  const glyph = document.createElement("span");
  glyph.lang = "hi";
  const small = document.createElement("small");
  small.textContent = cap;
  button.append(glyph, small);
  return button;
}
