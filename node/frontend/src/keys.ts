// Shortcuts by physical key (KeyboardEvent.code), so that they work while a Hindi layout is on.
// Elements name their keys: data-key="KeyF", "KeyG KeyI" (one after the other), "Ctrl+Enter";
// several ways are separated by commas. Single keys rest inside fields and can be turned off.

import { pressedOnRow } from "./desk";

const SEQUENCE_MS = 1500;
const LIST_LINKS = "[data-list] tbody a, [data-list] .choice-link";

let first = "";
let firstAt = 0;

export function startKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.metaKey || event.defaultPrevented) return;
    const pressed = `${event.ctrlKey ? "Ctrl+" : ""}${event.shiftKey ? "Shift+" : ""}${event.code}`;
    if (!event.ctrlKey && (inField(event.target) || document.body.dataset["shortcuts"] === "off")) return;
    const sequence = event.timeStamp - firstAt < SEQUENCE_MS ? `${first} ${pressed}` : "";
    first = pressed;
    firstAt = event.timeStamp;
    const element = (sequence && named(sequence)) || named(pressed);
    if (element) {
      event.preventDefault();
      first = "";
      if (element instanceof HTMLTextAreaElement) element.focus();
      else element.click();
    } else if (pressedOnRow(pressed, event.target) || moves(pressed, event.target)) {
      event.preventDefault();
    }
  });
}

function named(keys: string): HTMLElement | undefined {
  for (const element of document.querySelectorAll<HTMLElement>("[data-key]")) {
    if ((element.dataset["key"] ?? "").split(",").includes(keys)) return element;
  }
  return undefined;
}

function moves(pressed: string, target: EventTarget | null): boolean {
  const links = [...document.querySelectorAll<HTMLAnchorElement>(LIST_LINKS)];
  const at = links.findIndex((link) => link === target);
  const arrows = at >= 0;
  const down = pressed === "KeyJ" || (arrows && pressed === "ArrowDown");
  const up = pressed === "KeyK" || (arrows && pressed === "ArrowUp");
  if (!links.length || (!down && !up)) return false;
  const next = at < 0 ? 0 : Math.min(Math.max(at + (down ? 1 : -1), 0), links.length - 1);
  links[next]?.focus();
  return true;
}

function inField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}
