// Changes at the cursor of a field, in the way of the keyboard: the browser can undo them and
// every listener hears of them. Never changes anything but what stands before the cursor.

export type Field = HTMLInputElement | HTMLTextAreaElement;

/** More than any syllable or word that is looked at. */
const LOOK_BACK = 80;

/** What stands before the cursor, as far as it is looked at. */
export function before(field: Field): string {
  const at = field.selectionStart ?? 0;
  return field.value.slice(Math.max(0, at - LOOK_BACK), at);
}

/** Puts text in the place of what is selected and of `back` units before it. */
export function replace(field: Field, back: number, text: string): void {
  const end = field.selectionEnd ?? 0;
  const from = (field.selectionStart ?? end) - back;
  const start = syllableStart(field.value, from, back);
  const whole = field.value.slice(start, from) + text;
  // Deprecated in name only: nothing else leaves Ctrl+Z working in a field. It works on the field
  // that has the focus, which is just leaving when a word is taken by leaving.
  if (document.activeElement === field) {
    field.setSelectionRange(start, end);
    const command = whole === "" ? "delete" : "insertText";
    if (start === end && whole === "") return;
    if (document.execCommand(command, false, whole)) return;
  }
  field.setRangeText(whole, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Browsers do not replace a part of what they show as one letter: the whole letter is replaced. */
function syllableStart(value: string, from: number, back: number): number {
  let start = from;
  if (back > 0) while (start > 0 && (JOINED.test(value[start] ?? "") || VIRAMA.test(value[start - 1] ?? ""))) start -= 1;
  return start;
}

const JOINED = /[\p{M}\u200C\u200D]/u;
const VIRAMA = /[\u094D\u200C\u200D]/;
