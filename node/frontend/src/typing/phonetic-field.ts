// Phonetic typing in a field: the Roman letters stay where they are typed, and the candidates hang
// below. Space or a sign takes the chosen one, Enter takes it alone, arrows and 1 to 5 choose,
// Escape leaves the Roman letters. Leaving the field takes it too, so nothing is sent half written.
import { before, replace, type Field } from "./field";
import { candidates } from "./phonetic";

const RUN = /[A-Za-z]+$/;
const LETTER = /^[A-Za-z]$/;

export class Phonetic {
  private field: Field | undefined;
  private found: string[] = [];
  private chosen = 0;
  /** The run that the officer wants to keep in Roman letters. */
  private kept = "";
  private readonly place = document.createElement("div");
  private readonly list = document.createElement("ol");

  constructor(label: string) {
    this.place.className = "candidates-at";
    this.list.className = "candidates";
    this.list.id = "candidates";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", label);
    this.place.append(this.list);
    this.place.hidden = true;
    this.list.addEventListener("mousedown", (event) => this.clicked(event));
    document.addEventListener("input", (event) => this.refresh(event.target));
  }

  /** Whether the key was dealt with. */
  typed(event: KeyboardEvent, field: Field): boolean {
    if (event.metaKey || event.altKey) return false;
    this.field = field;
    if (event.code === "Backslash" && event.shiftKey && !event.ctrlKey) {
      this.commit(field);
      replace(field, 0, "।");
      return true;
    }
    if (this.found.length === 0) return false;
    if (!event.ctrlKey) return this.onList(event, field);
    this.commit(field); // Ctrl+Enter signs whole words
    return false;
  }

  private onList(event: KeyboardEvent, field: Field): boolean {
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    if (event.code === "ArrowDown" || event.code === "ArrowUp") {
      const step = event.code === "ArrowDown" ? 1 : this.found.length - 1;
      this.choose((this.chosen + step) % this.found.length);
      return true;
    }
    if (digit && !event.shiftKey && Number(digit) <= this.found.length) {
      this.choose(Number(digit) - 1);
      return this.commit(field);
    }
    if (event.code === "Escape") {
      this.kept = run(field);
      this.hide();
      return true;
    }
    if (event.code === "Enter") return this.commit(field);
    if (event.key.length === 1 && !LETTER.test(event.key)) this.commit(field);
    return false;
  }

  /** Puts the chosen candidate in the place of the run, if one is shown for this field. */
  commit(field: Field): boolean {
    const text = this.field === field ? this.found[this.chosen] : undefined;
    const letters = run(field);
    this.hide();
    if (text === undefined || letters === "") return false;
    replace(field, letters.length, text);
    return true;
  }

  private refresh(target: EventTarget | null): void {
    const field = this.field;
    if (!field || target !== field || field.dataset["now"] !== "hi") return;
    const letters = run(field);
    if (letters === "" || !letters.startsWith(this.kept)) this.kept = "";
    this.found = this.kept === "" ? candidates(letters) : [];
    if (this.found.length === 0) return this.hide();
    this.list.replaceChildren(...this.found.map(item));
    field.after(this.place);
    this.place.hidden = false;
    field.setAttribute("aria-controls", this.list.id);
    this.choose(0);
  }

  private choose(at: number): void {
    this.chosen = at;
    [...this.list.children].forEach((one, index) => one.setAttribute("aria-selected", String(index === at)));
    this.field?.setAttribute("aria-activedescendant", `candidate-${at}`);
  }

  private clicked(event: MouseEvent): void {
    event.preventDefault(); // the field keeps the focus
    const at = [...this.list.children].indexOf(event.target as Element);
    if (at < 0 || !this.field) return;
    this.choose(at);
    this.commit(this.field);
  }

  private hide(): void {
    this.found = [];
    this.place.hidden = true;
    this.field?.removeAttribute("aria-activedescendant");
    this.field?.removeAttribute("aria-controls");
  }
}

function run(field: Field): string {
  return RUN.exec(before(field))?.[0] ?? "";
}

function item(text: string, at: number): HTMLLIElement {
  const element = document.createElement("li");
  element.id = `candidate-${at}`;
  element.setAttribute("role", "option");
  element.lang = "hi";
  element.textContent = text;
  return element;
}
