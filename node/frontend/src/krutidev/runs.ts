// Finds what of a pasted text is in Kruti Dev. First by the fonts that the clipboard names, run by
// run, because English and numbers stand between; without fonts by the words, line by line.
import { knownWords, toUnicode } from "./convert";
import { visible } from "../visible";

/** Fonts with the glyph layout of Kruti Dev 010. */
const FONTS = /kruti\s*-?dev|devlys/i;
/** Of the words of a line, one in four must be a word of offices. English comes nowhere near. */
const KNOWN_SHARE = 4;
/** Longer clipboards are not read as pages of HTML. */
const HTML_CHARS_MAX = 4_000_000;

/** A piece of a pasted text. */
export interface Run {
  text: string;
  krutiDev: boolean;
}

/** The pasted text in pieces; together they are the text. */
export function runs(plain: string, html: string): Run[] {
  return byFont(plain, html) ?? byWords(plain);
}

/** The text with its Kruti Dev pieces converted. */
export function converted(pieces: readonly Run[]): string {
  return pieces.map((piece) => (piece.krutiDev ? toUnicode(piece.text) : visible(piece.text))).join("");
}

function byWords(plain: string): Run[] {
  const lines = plain.split(/(?<=\n)/);
  return merged(lines.map((text) => ({ text, krutiDev: looksLikeKrutiDev(text) })));
}

export function looksLikeKrutiDev(line: string): boolean {
  if (/[\u0900-\u097F]/.test(line)) return false;
  const { known, all } = knownWords(line);
  return known > 0 && known * KNOWN_SHARE >= all;
}

/** By font; undefined when no Kruti Dev font is named or HTML and text are not the same text. */
function byFont(plain: string, html: string): Run[] | undefined {
  if (!FONTS.test(html) || html.length > HTML_CHARS_MAX) return undefined;
  // Inline styles are only read: under another name no browser applies or reports them.
  const page = new DOMParser().parseFromString(html.replace(/\sstyle\s*=/gi, " data-style="), "text/html");
  const fonts: boolean[] = [];
  let ink = "";
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement?.closest("style, script, title")) continue;
    const krutiDev = FONTS.test(font(node.parentElement));
    for (const character of (node.nodeValue ?? "").replace(/\s/g, "")) {
      ink += character;
      fonts.push(krutiDev);
    }
  }
  return ink === plain.replace(/\s/g, "") ? flagged(plain, fonts) : undefined;
}

/** The font that an element names, or the nearest one around it that names one. */
function font(element: Element | null): string {
  for (let one = element; one; one = one.parentElement) {
    const style = /font-family\s*:\s*([^;]*)/i.exec(one.getAttribute("data-style") ?? "")?.[1];
    const named = style ?? one.getAttribute("face");
    if (named) return named;
  }
  return "";
}

function flagged(plain: string, fonts: readonly boolean[]): Run[] {
  let at = 0;
  let last = false;
  return merged(
    [...plain].map((text) => {
      if (!/\s/.test(text)) last = fonts[at++] ?? false;
      return { text, krutiDev: last };
    }),
  );
}

function merged(pieces: readonly Run[]): Run[] {
  const all: Run[] = [];
  for (const piece of pieces) {
    const last = all[all.length - 1];
    if (last?.krutiDev === piece.krutiDev) last.text += piece.text;
    else all.push({ ...piece });
  }
  return all;
}
