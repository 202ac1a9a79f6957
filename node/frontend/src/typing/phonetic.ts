// From sound to letters: deterministic rules, and a short list of candidates. Words that offices
// use come first, found by a key that forgets what Roman spelling does not tell (short and long a,
// त and ट, श and ष); the plain result of the rules is always among them. Nothing is learnt, so the
// same letters give the same list on every computer of every office.
import rulesTable from "../../layouts/phonetic.tsv";
import { officeWords } from "./words";

/** Candidates shown: one hand of number keys. */
export const CANDIDATES_MAX = 5;
/** Of them from the list of words: the rules keep room for what the list does not know. */
const WORDS_MAX = 3;
/** Letters of a run; longer ones are no word. */
const RUN_MAX = 40;
/** Places where a long a, or a separate letter, is tried: 2^6 spellings at most. */
const CHOICES_MAX = 6;

interface Rule {
  kind: "vowel" | "letter" | "sign";
  text: string;
  matra: string;
}

const VIRAMA = "्";
const rules = readRules(rulesTable);
const LONGEST = Math.max(...[...rules.keys()].map((roman) => roman.length));

/** Up to five spellings of a run of Roman letters, the likeliest first. */
export function candidates(run: string): string[] {
  if (run === "" || run.length > RUN_MAX) return [];
  const plain = spell(run, 0);
  const known = knownWords(run);
  const exact = /[A-Z]|aa|ii|uu/.test(run); // who tells sounds apart means the rules
  const first = exact ? [plain, ...known] : [...known, plain];
  const found = new Set(first);
  for (let choice = 1; choice < 1 << CHOICES_MAX && found.size < CANDIDATES_MAX; choice += 1) {
    found.add(spell(run, choice));
  }
  return [...found].slice(0, CANDIDATES_MAX);
}

/**
 * The rules. Where the sound leaves a choice, the bits of `choice`, from the last place of the
 * word to the first, ask for the other one: a long a, or a letter without virama.
 */
export function spell(run: string, choice: number): string {
  const parts = cut(run);
  let open = choice;
  let text = "";
  for (let at = parts.length - 1; at >= 0; at -= 1) {
    const [roman, rule] = parts[at] ?? ["", undefined];
    const after = parts[at + 1]?.[1];
    if (!rule) text = roman + text;
    else if (rule.kind === "sign") text = rule.text + text;
    else if (rule.kind === "vowel") {
      const matra = parts[at - 1]?.[1]?.kind === "letter";
      let piece = matra ? rule.matra : rule.text;
      if (roman === "a") {
        const last = at === parts.length - 1 && at > 1; // mera, but also na and kendra
        if (((open & 1) === 1) !== last) piece = matra ? "ा" : "आ";
        open >>= 1;
      }
      text = piece + text;
    } else {
      const joined = after?.kind === "letter";
      const nasal = joined && isNasal(roman, parts[at + 1]?.[0] ?? "");
      let separate = false;
      if (joined && !nasal) {
        separate = (open & 1) === 1;
        open >>= 1;
      }
      text = nasal ? `ं${text}` : rule.text + (joined && !separate ? VIRAMA : "") + text;
    }
  }
  return text.normalize("NFC");
}

/** n and m before the stops of their own place are written as a dot. */
function isNasal(roman: string, next: string): boolean {
  if (roman === "n") return /^[kgcjtTdD]/.test(next);
  return roman === "m" && /^[pbf]/.test(next);
}

function cut(run: string): [string, Rule | undefined][] {
  const parts: [string, Rule | undefined][] = [];
  for (let at = 0; at < run.length; ) {
    let length = Math.min(LONGEST, run.length - at);
    while (length > 1 && !rules.has(run.slice(at, at + length))) length -= 1;
    const roman = run.slice(at, at + length);
    parts.push([roman, rules.get(roman) ?? rules.get(roman.toLowerCase())]);
    at += length;
  }
  return parts;
}

function readRules(table: string): Map<string, Rule> {
  const read = new Map<string, Rule>();
  for (const line of table.split("\n")) {
    const [kind, roman = "", text = "", matra = ""] = line.split("\t");
    if (kind !== "vowel" && kind !== "letter" && kind !== "sign") continue;
    read.set(roman, { kind, text: text.normalize("NFC"), matra: matra === "-" ? "" : matra });
  }
  return read;
}

let index: Map<string, string[]> | undefined;

/** Words with the same key, those first whose usual spelling is nearest to what was typed. */
function knownWords(run: string): string[] {
  index ??= indexed();
  const typed = run.toLowerCase();
  const words = (index.get(keyOfRoman(run)) ?? []).map((word) => [distance(typed, romanised(word)), word] as const);
  words.sort((a, b) => a[0] - b[0]);
  return words.slice(0, WORDS_MAX).map(([, word]) => word);
}

function indexed(): Map<string, string[]> {
  const words = new Map<string, string[]>();
  for (const word of officeWords()) {
    const key = keyOfRoman(romanised(word));
    words.set(key, [...(words.get(key) ?? []), word]);
  }
  return words;
}

/** What different people's Roman spellings of one word have in common. */
function keyOfRoman(run: string): string {
  const plain = run.toLowerCase();
  const simple = SAME_SOUND.reduce((text, [from, to]) => text.replace(from, to), plain);
  const initial = /^a/.test(plain) ? "a" : "";
  return initial + simple.replace(/a/g, "").replace(/(.)\1+/g, "$1");
}

/** Sounds that are spelt in several ways; capitals stand for aspirates meanwhile. */
const SAME_SOUND: readonly [RegExp, string][] = [
  [/x/g, "ksh"],
  [/jn|gn(?=y|a)/g, "gy"],
  [/chh|ch/g, "C"],
  [/sh/g, "S"],
  [/kh/g, "K"],
  [/gh/g, "G"],
  [/jh/g, "J"],
  [/th/g, "T"],
  [/dh/g, "D"],
  [/ph|f/g, "P"],
  [/bh/g, "B"],
  [/w/g, "v"],
  [/z/g, "j"],
  [/q|c/g, "k"],
  [/m(?=[pbPB])/g, "n"],
  [/ee|ii/g, "i"],
  [/oo|uu/g, "u"],
  [/ai|ae|ei|ay(?=e)/g, "e"],
  [/au|ou/g, "o"],
  [/iy/g, "i"],
];

/** A word as people would write it in Roman letters: no silent a at the end, long as short. */
export function romanised(word: string): string {
  let text = "";
  const letters = [...word.normalize("NFC").replace(/ज्ञ/g, "\uE000")];
  letters.forEach((letter, at) => {
    const next = letters[at + 1] ?? "";
    const consonant = ROMAN_LETTERS[letter];
    if (consonant === undefined) text += ROMAN_SIGNS[letter] ?? "";
    else {
      text += next === "\u093C" ? (ROMAN_NUKTA[letter] ?? consonant) : consonant;
      const follows = next === "\u093C" ? (letters[at + 2] ?? "") : next;
      if (follows !== "" && !/[\u093E-\u094D]/.test(follows)) text += "a";
    }
  });
  return text;
}

const ROMAN_NUKTA: Record<string, string> = { ज: "z", फ: "f", ड: "d", ढ: "dh", क: "k", ख: "kh", ग: "g" };
const ROMAN_LETTERS: Record<string, string> = {
  क: "k", ख: "kh", ग: "g", घ: "gh", ङ: "n", च: "ch", छ: "chh", ज: "j", झ: "jh", ञ: "n", ट: "t", ठ: "th",
  ड: "d", ढ: "dh", ण: "n", त: "t", थ: "th", द: "d", ध: "dh", न: "n", प: "p", फ: "ph", ब: "b", भ: "bh",
  म: "m", य: "y", र: "r", ल: "l", ळ: "l", व: "v", श: "sh", ष: "sh", स: "s", ह: "h", "\uE000": "gy",
};
const ROMAN_SIGNS: Record<string, string> = {
  अ: "a", आ: "a", इ: "i", ई: "i", उ: "u", ऊ: "u", ऋ: "ri", ए: "e", ऐ: "ai", ओ: "o", औ: "au", ऑ: "o", ऍ: "e",
  "ा": "a", "ि": "i", "ी": "i", "ु": "u", "ू": "u", "ृ": "ri", "े": "e", "ै": "ai", "ो": "o", "ौ": "au",
  "ॉ": "o", "ॅ": "e", "ं": "n", "ँ": "n", "ः": "h",
};

/** Edits between two words (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
