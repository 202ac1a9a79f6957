// The typewriter's order of striking: the matra of short i before its letter; reph behind the
// syllable it stands over; rakar, nukta and virama behind the matra. The text is always in the
// order of Unicode; nothing is remembered but what stands before the cursor, so that an officer
// may click, correct and go on anywhere. Never drops what was struck.
import { join, type Edit, type Layout } from "./layout";

/** The circle that carries a matra whose letter has not been struck yet. */
const CIRCLE = "◌";

/** A consonant, perhaps with nukta (Unicode 16, 12.1). */
const LETTER = "[\\u0915-\\u0939]\\u093C?";
/** Dependent vowels, and the signs over or behind a syllable. */
const MATRA = "[\\u0900-\\u0903\\u093E-\\u094C]";
const WAITING = /◌ि(ं?)$/;
const HALF_WAITING = /[\u0915-\u0939]\u093C?्◌ि(ं?)$/;
const ENDS_WITH_MATRA = new RegExp(`${MATRA}$`);
const STARTS_WITH_LETTER = new RegExp(`^${LETTER}`);
const SYLLABLE = new RegExp(`(?:${LETTER}्)*(?:${LETTER}${MATRA}*|${LETTER}्)$`);
const LETTER_AND_MATRAS = new RegExp(`${LETTER}(${MATRA}+)$`);
const LETTER_AND_SHORT_I = new RegExp(`${LETTER}(ि)$`);
const LETTER_AND_VIRAMA = new RegExp(`${LETTER}(्)$`);

/** Puts what was struck behind, into or before the last syllable of `before`. */
export function strike(layout: Layout, before: string, struck: string): Edit {
  if (struck === "ि") return { back: 0, text: CIRCLE + struck };
  return (
    underWaiting(before, struck) ??
    intoSyllable(layout, before, struck) ??
    join(layout, before, struck)
  );
}

/** How many units Backspace takes where a matra waits: circle and matra are one stroke. */
export function backspace(before: string): number {
  return WAITING.exec(before)?.[0].length ?? 0;
}

/** A matra waits: the letter goes before it. A half letter keeps it waiting. */
function underWaiting(before: string, struck: string): Edit | undefined {
  const waiting = WAITING.exec(before);
  if (!waiting) return undefined;
  const [all, nasal = ""] = waiting;
  const half = HALF_WAITING.exec(before);
  if (half && struck === "ा") return { back: all.length + 1, text: `ि${nasal}` };
  if (half && /^्[रय]$/.test(struck)) return { back: all.length + 1, text: `${struck}ि${nasal}` };
  if (!STARTS_WITH_LETTER.test(struck) || ENDS_WITH_MATRA.test(struck)) return undefined;
  if (struck.endsWith("्")) return { back: all.length, text: struck + all };
  return { back: all.length, text: `${struck}ि${nasal}` };
}

function intoSyllable(layout: Layout, before: string, struck: string): Edit | undefined {
  switch (struck) {
    case "र्": { // reph, but for ई, which a layout makes of इ and reph
      const joined = join(layout, before, struck);
      return joined.back > 0 ? joined : ahead(SYLLABLE.exec(before)?.[0], struck);
    }
    case "्र": // rakar, and ya after round letters: what hangs on the letter before it
    case "्य":
      if (LETTER_AND_VIRAMA.test(before)) return { back: 0, text: struck.slice(1) };
      return ahead(LETTER_AND_SHORT_I.exec(before)?.[1], struck);
    case "़":
      return ahead(LETTER_AND_MATRAS.exec(before)?.[1], struck);
    case "्": // the letter was the first half of a conjunct
      return LETTER_AND_SHORT_I.test(before) ? { back: 1, text: `्${CIRCLE}ि` } : undefined;
    default:
      return undefined;
  }
}

/** Puts what was struck ahead of what stands there already. */
function ahead(behind: string | undefined, struck: string): Edit | undefined {
  return behind === undefined ? undefined : { back: behind.length, text: struck + behind };
}
