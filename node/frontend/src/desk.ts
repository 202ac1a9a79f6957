// The desk: ticks that outlive a fresh list, all at once, and a preview that opens nothing.

const TICKS = "#desk-rows input[form=many]";

export function startDesk(): void {
  const form = document.getElementById("many");
  const all = document.getElementById("tick-all");
  if (form && all instanceof HTMLInputElement) {
    all.parentElement?.removeAttribute("hidden");
    all.addEventListener("change", () => {
      for (const tick of ticks()) tick.checked = all.checked;
      count(form);
    });
    document.addEventListener("change", (event) => {
      if (event.target instanceof HTMLElement && event.target.matches(TICKS)) count(form);
    });
    count(form);
  }
  document.addEventListener("keydown", (event) => {
    if (event.code === "Escape") hidePreview();
  });
}

/** The names of the ticked rows, to be ticked again when the rows are fresh. */
export function tickedRows(): Set<string> {
  return new Set(ticks().filter((tick) => tick.checked).map((tick) => tick.name));
}

export function tickAgain(names: Set<string>): void {
  for (const tick of ticks()) tick.checked = names.has(tick.name);
  const form = document.getElementById("many");
  if (form) count(form);
}

/** X and Space on a row; whether the key meant something here. */
export function pressedOnRow(pressed: string, target: EventTarget | null): boolean {
  if (!(target instanceof HTMLAnchorElement) || !target.closest("#desk-rows")) return false;
  const tick = target.closest("tr")?.querySelector<HTMLInputElement>("input[form=many]");
  if (pressed === "KeyX" && tick) {
    tick.click();
    return true;
  }
  if (pressed === "Space") {
    void preview(target.href);
    return true;
  }
  return false;
}

async function preview(href: string): Promise<void> {
  const aside = document.getElementById("preview");
  if (!aside) return;
  if (!aside.hidden && aside.dataset["of"] === href) return hidePreview();
  try {
    const answer = await fetch(`${href}/preview`, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
    aside.replaceChildren(...parsed.body.childNodes);
    aside.dataset["of"] = href;
    aside.hidden = false;
  } catch {
    hidePreview();
  }
}

function hidePreview(): void {
  const aside = document.getElementById("preview");
  if (aside) aside.hidden = true;
}

function ticks(): HTMLInputElement[] {
  return [...document.querySelectorAll<HTMLInputElement>(TICKS)];
}

function count(form: HTMLElement): void {
  const status = form.querySelector<HTMLElement>(".ticked");
  const n = ticks().filter((tick) => tick.checked).length;
  if (status) status.textContent = n ? (status.dataset["text"] ?? "").replace("@", String(n)) : "";
}
