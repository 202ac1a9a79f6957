// The Kruti Dev converter: pairs written by hand, every word of offices in two spellings, and that
// no character is ever lost, whatever is pasted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { strokes, toUnicode } from "../src/krutidev/convert";
import { converted, looksLikeKrutiDev, runs } from "../src/krutidev/runs";
import { gail } from "../src/typing/methods";
import { officeWords } from "../src/typing/words";
import english from "./english.txt";
import pairs from "./kruti-dev-pairs.tsv";
import { krutiDev, krutiDevWithGlyphs } from "./typist.mjs";

const CHARACTERS = [..."!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~ \n",
  ..."¡¥ª«¯°±³µ¶·¸º¼½¾¿ÀÁÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖØÙÜÝÞßàáâãäåæçèéêëìíîïñô÷‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—™€中😀"];

test("letterheads, subjects and orders that were typed in Kruti Dev", () => {
  const wrong = pairs.trim().split("\n").slice(1).map((line) => line.split("\t"))
    .map(([from, to]) => [from, to.normalize("NFC"), toUnicode(from)]).filter(([, to, got]) => to !== got);
  assert.deepEqual(wrong, []);
});

test("कार्यालय, which naive converters get wrong", () => {
  assert.equal(toUnicode("dk;kZy;"), "कार्यालय");
});

for (const [name, typist] of [["as typed", krutiDev], ["with ready-made glyphs", krutiDevWithGlyphs]]) {
  test(`every word of offices comes out of Kruti Dev, ${name}`, () => {
    const wrong = officeWords().map((word) => [word, typist(word), toUnicode(typist(word))]).filter(([word, , got]) => word !== got);
    assert.deepEqual(wrong, []);
  });
}

test("no character is ever lost, whatever is pasted", () => {
  const seed = Number(process.env.MOHAR_SEED ?? Date.now() % 1_000_000);
  console.log(`MOHAR_SEED=${seed}`);
  const random = generator(seed);
  for (let round = 0; round < 20_000; round += 1) {
    const length = 1 + Math.floor(random() * 24);
    const text = Array.from({ length }, () => CHARACTERS[Math.floor(random() * CHARACTERS.length)]).join("");
    const came = ink([...text].flatMap((glyph) => strokes(glyph)).join("").replaceAll("REPH", "र्"));
    const went = ink(toUnicode(text));
    assert.deepEqual(went, came, `seed ${seed}: ${JSON.stringify(text)} became ${JSON.stringify(toUnicode(text))}`);
  }
});

test("a character that the font does not have stays what it is", () => {
  assert.equal(toUnicode("中€"), "中€");
  assert.equal(toUnicode("d\u00ADe"), "क\uFFFDम", "what nobody sees is shown, because it may have been a glyph");
});

test("without a font, lines of Kruti Dev are told from lines of English", () => {
  const lines = pairs.trim().split("\n").slice(1).map((line) => line.split("\t")[0]);
  const missed = lines.filter((line) => !looksLikeKrutiDev(line));
  assert.ok(missed.length * 10 <= lines.length, `not noticed: ${missed.join(" | ")}`);
  assert.deepEqual(english.split("\n").filter((line) => looksLikeKrutiDev(line)), []);
  assert.ok(!looksLikeKrutiDev("कार्यालय dk;kZy;"), "Devanagari is there already");
});

test("only the lines in Kruti Dev are converted, and the pieces are the text", () => {
  const plain = "Letter of the Commissioner\ndk;kZy; dysDVj\nWith regards";
  const pieces = runs(plain, "");
  assert.equal(pieces.map((piece) => piece.text).join(""), plain);
  assert.equal(converted(pieces), "Letter of the Commissioner\nकार्यालय कलेक्टर\nWith regards");
});

/**
 * What of a text must survive: its characters, counted. Joined vowels count as their strokes. A
 * half letter and the stroke that completes it cancel each other; so does a virama that two strokes
 * share. The circle under a waiting matra is not counted: it is an addition that is seen.
 */
function ink(text) {
  const apart = { "◌": "", ...Object.fromEntries(gail.joins.map(({ before, struck, both }) => [both, (before + struck).normalize("NFD").replaceAll("ः", ":")])) };
  let left = text.normalize("NFD").replaceAll("ः", ":"); // one glyph serves for both
  for (let again = ""; again !== left;) {
    again = left;
    for (const [both, parts] of Object.entries(apart)) left = left.replaceAll(both, parts);
  }
  const count = {};
  for (const character of left) if (!/[्ा]/u.test(character)) count[character] = (count[character] ?? 0) + 1;
  return Object.fromEntries(Object.entries(count).sort());
}

/** Mulberry32: small, and the same everywhere. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
