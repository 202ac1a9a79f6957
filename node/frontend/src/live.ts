// Keeps open screens fresh: the node says "desk" or "file:<id>", the page fetches that part again.
// Fields are never inside a part that is swapped.

import { tickAgain, tickedRows } from "./desk";

const SETTLE_MS = 200;
const RETRY_MS = 5000;

export function startLive(): void {
  const url = document.body.dataset["live"];
  if (!url || !("EventSource" in window)) return;
  let source: EventSource;
  const connect = (): void => {
    source = new EventSource(url);
    source.onopen = () => showLost(false);
    source.onmessage = (event: MessageEvent<string>) => told(event.data);
    source.onerror = () => {
      showLost(true);
      if (source.readyState === EventSource.CLOSED) window.setTimeout(connect, RETRY_MS);
    };
  };
  connect();
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) connect();
  });
}

let settling = 0;

function told(message: string): void {
  if (message === "desk") {
    clearTimeout(settling);
    settling = window.setTimeout(() => void freshenDesk(), SETTLE_MS);
    return;
  }
  const notes = document.getElementById("notes");
  if (notes && message === `file:${notes.dataset["file"]}`) void freshenNotes(notes);
}

async function freshenDesk(): Promise<void> {
  const rows = document.getElementById("desk-rows");
  const html = rows && (await fragment(rows));
  if (!rows || html === undefined || html === null) return;
  const links = (): HTMLAnchorElement[] => [...rows.querySelectorAll<HTMLAnchorElement>(".c-subject a")];
  const focused = links().findIndex((link) => link === document.activeElement);
  const href = links()[focused]?.href;
  const parsed = new DOMParser().parseFromString(`<table><tbody>${html}</tbody></table>`, "text/html");
  const ticked = tickedRows();
  rows.replaceChildren(...(parsed.querySelector("tbody")?.childNodes ?? []));
  tickAgain(ticked);
  if (focused >= 0) {
    const same = links().find((link) => link.href === href);
    (same ?? links()[Math.min(focused, links().length - 1)])?.focus();
  }
  say("desk-status");
}

async function freshenNotes(notes: HTMLElement): Promise<void> {
  const html = await fragment(notes);
  if (html === undefined) return;
  const parsed = new DOMParser().parseFromString(html, "text/html");
  notes.replaceChildren(...parsed.body.childNodes);
  const status = say("file-status");
  status?.classList.remove("sr");
  status?.classList.add("banner", "banner-plain");
}

async function fragment(part: HTMLElement): Promise<string | undefined> {
  try {
    const answer = await fetch(part.dataset["fragment"] ?? "", { credentials: "same-origin" });
    // After the end of a session the answer is the sign-in page, which is no fragment.
    return answer.ok && !answer.redirected ? await answer.text() : undefined;
  } catch {
    return undefined;
  }
}

function say(id: string): HTMLElement | null {
  const status = document.getElementById(id);
  if (status) status.textContent = status.dataset["text"] ?? "";
  return status;
}

function showLost(lost: boolean): void {
  const banner = document.getElementById("lost");
  if (!banner || banner.hidden === !lost) return;
  banner.textContent = lost ? (banner.dataset["text"] ?? "") : "";
  banner.hidden = !lost;
}
