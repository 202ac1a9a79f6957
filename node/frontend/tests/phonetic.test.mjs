// Phonetic typing: what people write in Roman letters finds its word among five candidates.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CANDIDATES_MAX, candidates, romanised, spell } from "../src/typing/phonetic";
import { officeWords } from "../src/typing/words";
import typed from "./typed.tsv";

const FIRST_AT_LEAST = 0.95;

test("every word of offices is among the candidates of its usual spelling", () => {
  const words = officeWords();
  const missed = words.filter((word) => !candidates(romanised(word)).includes(word));
  assert.ok(missed.length * 100 <= words.length, `not found: ${missed.join(" ")}`);
});

test("most of the time it is the first", () => {
  const words = officeWords();
  const first = words.filter((word) => candidates(romanised(word))[0] === word).length;
  assert.ok(first >= words.length * FIRST_AT_LEAST, `${first} of ${words.length}`);
});

test("words are found by the spelling in the kept table", () => {
  const lines = typed.trim().split("\n").slice(1).map((line) => line.split("\t"));
  assert.deepEqual(lines.filter(([word, , , , roman]) => !candidates(roman).includes(word.normalize("NFC"))), []);
});

test("spellings differ from person to person and mean the same word", () => {
  for (const [word, ...spellings] of [
    ["कार्यालय", "karyalay", "karyalaya", "kaaryaalay", "kaaryaalaya"],
    ["नस्ती", "nasti", "nastee", "nastii"],
    ["संबंध", "sambandh", "sanbandh", "sambandha"],
    ["क्षेत्र", "kshetra", "xetra", "kshetr"],
    ["विद्यालय", "vidyalay", "vidyalaya", "widyalay"],
    ["ज्ञान", "gyan", "gyaan", "jnan"],
    ["शिक्षा", "shiksha", "shikshaa", "sheeksha"],
  ]) {
    for (const spelling of spellings) assert.ok(candidates(spelling).includes(word), `${spelling}: ${candidates(spelling)}`);
  }
});

test("capitals and double vowels tell sounds apart", () => {
  for (const [roman, text] of [["TIkaa", "टीका"], ["gaaDii", "गाडी"], ["gaaRii", "गाड़ी"], ["raaSTr", "राष्ट्र"], ["kRIpyaa", "कृप्या"], ["paaMch", "पांच"], ["duHkh", "दुःख"], ["phiir", "फीर"]]) {
    assert.equal(candidates(roman)[0], text, roman);
  }
});

test("what the rules alone give is always offered, and the list is the same every time", () => {
  for (const roman of ["rakhunath", "zkqx", "aaaa", "Hn", "bhrstrktnh"]) {
    assert.ok(candidates(roman).includes(spell(roman, 0)), roman);
    assert.deepEqual(candidates(roman), candidates(roman));
    assert.ok(candidates(roman).length <= CANDIDATES_MAX);
  }
  assert.deepEqual(candidates("k".repeat(41)), [], "longer than any word");
});
