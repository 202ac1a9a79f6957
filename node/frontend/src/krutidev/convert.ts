// Kruti Dev text to Unicode. Kruti Dev is the order of a typewriter in Latin characters, so every
// character is taken as strokes, and the typewriter's rules put them in order. A character that
// the table does not know stands for itself: nothing is ever dropped.
import glyphTable from "../../layouts/kruti-dev-010.tsv";
import { gail } from "../typing/methods";
import { officeWords } from "../typing/words";
import { visible } from "../visible";
import { strike } from "../typing/typewriter";

/** More than any syllable: what stands further back is settled. */
const TAIL_CHARS = 40;

const NAMED: Record<string, string> = { HYPHEN: "-" };
/** A reph that belongs to the letter that follows is a half letter, put there as it is. */
const REPH_AHEAD = "REPH";

/** The replacement character of Unicode. */
const UNKNOWN = "\uFFFD";

const glyphs = readGlyphs(glyphTable);
const words = new Set(officeWords());

/** The same text in Unicode, in its one form (NFC). */
export function toUnicode(krutiDev: string): string {
  let settled = "";
  let tail = "";
  for (const glyph of krutiDev) {
    for (const stroke of strokes(glyph)) {
      if (stroke === REPH_AHEAD) tail += "र्";
      else {
        const edit = strike(gail, tail, stroke);
        tail = tail.slice(0, tail.length - edit.back) + edit.text;
      }
    }
    if (tail.length > 2 * TAIL_CHARS) {
      settled += tail.slice(0, -TAIL_CHARS);
      tail = tail.slice(-TAIL_CHARS);
    }
  }
  return colons(settled + tail).normalize("NFC");
}

/** The strokes of one character. One that nobody sees is a glyph that we do not know: it is shown. */
export function strokes(glyph: string): readonly string[] {
  return glyphs.get(glyph) ?? [visible(glyph) === "" ? UNKNOWN : glyph];
}

/** One glyph serves for visarga and colon. Visarga is inside words and in words that end in it. */
function colons(text: string): string {
  return text.replace(/([\u0900-\u0963]*)ः(?![\u0900-\u0963])/g, (all, word: string) =>
    words.has(`${word}ः`.normalize("NFC")) ? all : `${word}:`,
  );
}

/** How many words of a text, taken as Kruti Dev, are words of offices; and how many there are. */
export function knownWords(krutiDev: string): { known: number; all: number } {
  const pieces = krutiDev.split(/[\s\d@&]+/).filter((piece) => /[A-Za-z]/.test(piece));
  // Two small letters may be English by chance: `in` would be पद.
  const telling = pieces.filter((piece) => !/^[a-z]{1,2}$/.test(piece));
  const known = telling.filter((piece) => words.has(bare(toUnicode(piece))));
  return { known: known.length, all: pieces.length };
}

function bare(word: string): string {
  return word.replace(/^[^\u0900-\u0963]+|[^\u0900-\u0963]+$/g, "");
}

function readGlyphs(table: string): Map<string, readonly string[]> {
  const read = new Map<string, readonly string[]>();
  for (const line of table.split("\n")) {
    const [glyph = "", cell = ""] = line.split("\t");
    if (cell !== "") read.set(glyph, cell.split(" ").map((stroke) => (NAMED[stroke] ?? stroke).normalize("NFC")));
  }
  return read;
}
