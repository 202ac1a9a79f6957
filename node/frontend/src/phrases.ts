// Puts a stock phrase or a page reference into the note, where the cursor is.

export function startPhrases(): void {
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest<HTMLElement>("[data-insert]");
    if (!button) return;
    const field = document.getElementById(button.dataset["into"] ?? "");
    if (field instanceof HTMLTextAreaElement) insert(field, button.dataset["insert"] ?? "");
  });
}

function insert(field: HTMLTextAreaElement, text: string): void {
  const before = field.value.slice(0, field.selectionStart);
  const after = field.value.slice(field.selectionEnd);
  const lead = before === "" || /\s$/.test(before) ? "" : " ";
  const trail = after === "" || /^\s/.test(after) ? "" : " ";
  field.setRangeText(lead + text + trail, field.selectionStart, field.selectionEnd, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
