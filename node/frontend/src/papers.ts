// Shows another paper, or gives one side more room, without leaving the page: the note being
// written stays as it is. Without this script the same links load the page again.

export function startPapers(): void {
  const notes = document.querySelector<HTMLElement>(".notesheet .scroll");
  if (notes && !location.hash) notes.scrollTop = notes.scrollHeight; // the latest note first
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.shiftKey || event.metaKey) return;
    const link = event.target instanceof Element && event.target.closest<HTMLAnchorElement>("a");
    if (!link) return;
    if (link.dataset["viewTo"]) {
      event.preventDefault();
      setView(link.dataset["viewTo"]);
    } else if (link.dataset["paper"]) {
      event.preventDefault();
      void showPaper(link.href);
    }
  });
}

function setView(view: string): void {
  const sides = document.querySelector<HTMLElement>(".sides");
  if (!sides) return;
  sides.dataset["view"] = view;
  for (const link of document.querySelectorAll<HTMLElement>("[data-view-to]")) {
    if (link.dataset["viewTo"] === view) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

async function showPaper(href: string): Promise<void> {
  const papers = document.getElementById("papers");
  if (!papers) return;
  try {
    const answer = await fetch(href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById("papers");
    if (!answer.ok || !found) throw new Error("no papers");
    papers.replaceChildren(...found.childNodes);
    if (document.querySelector<HTMLElement>(".sides")?.dataset["view"] === "notes") setView("both");
    history.replaceState(null, "", href);
    papers.querySelector<HTMLElement>("[aria-current]")?.focus();
  } catch {
    location.assign(href);
  }
}
