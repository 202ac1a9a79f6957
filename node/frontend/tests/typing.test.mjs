// Typing by physical keys on every layout, over all words of offices.
import assert from "node:assert/strict";
import { test } from "node:test";
import { methods } from "../src/typing/methods";
import { written } from "../src/typing/layout";
import { officeWords } from "../src/typing/words";
import typed from "./typed.tsv";
import { gail, inscript, strokes, typewriter } from "./typist.mjs";

const words = officeWords();

/** What a field holds after these keys. */
function type(method, keys) {
  let text = "";
  for (const stroke of strokes(keys)) {
    const struck = written(methods[method].layout, stroke);
    assert.notEqual(struck, undefined, `${stroke.code} writes nothing with ${method}`);
    const edit = methods[method].press(text, struck);
    text = text.slice(0, text.length - edit.back) + edit.text;
  }
  return text;
}

test("there are more than two thousand words, each once, in the form that is signed", () => {
  assert.ok(words.length >= 2000, `${words.length} words`);
  assert.equal(new Set(words).size, words.length);
  assert.deepEqual(words.filter((word) => word !== word.normalize("NFC")), []);
});

for (const [method, typist] of [["inscript", inscript], ["gail", gail], ["typewriter", typewriter]]) {
  test(`every word is written by the keys of a typist, ${method}`, () => {
    const wrong = words.map((word) => [word, typist(word), type(method, typist(word))]).filter(([word, , got]) => word !== got);
    assert.deepEqual(wrong, []);
  });
}

test("words are written by the keys that schools of typing teach", () => {
  for (const [word, inscript, gail, typewriter] of [
    ["भारत", "Yejl", "Hkkjr", "Hkkjr"],
    ["हिन्दी", "ufvdor", "gfUnh", "fgUnh"],
    ["प्रदेश", "hdjosM", "izns'k", "izns'k"],
    ["श्रीमान", "Mdjrcev", "Jheku", "Jheku"],
    ["ज्ञान", "pd}ev", "Kku", "Kku"],
    ["क्षमा", "kd<ce", "{kek", "{kek"],
    ["कर्म", "kjdc", "dZe", "deZ"],
    ["धर्म", "Ojdc", "/kZe", "/keZ"],
    ["वर्षों", "bjd<ax", "oZ\"kksa", "o\"kksZa"],
    ["स्थिति", "mdLflf", "LFkfrf", "fLFkfr"],
    ["शक्ति", "Mkdlf", "'kDrf", "'kfDr"],
    ["क्रिया", "kdjf/e", "dzf;k", "fdz;k"],
    ["द्वितीय", "odbflr/", "}frh;", "f}rh;"],
    ["ट्रिप", "'djfh", "Vzfi", "fVzi"],
    ["ईंट", "Rx'", "bZaV", "bZaV"],
    ["और", "Qj", "vkSj", "vkSj"],
    ["ऊँचा", "TX;e", "mqWapk", "mqWapk"],
    ["ऑफिस", "|Hfm", "vkWQfl", "vkWfQl"],
    ["मूल्यांकन", "ctnd/exkv", "ewY;kadu", "ewY;kadu"],
    ["निःशुल्क", "vf_Mgndk", "uf#'kqYd", "fu#'kqYd"],
  ]) {
    assert.equal(type("inscript", inscript), word, `InScript ${inscript}`);
    assert.equal(type("gail", gail), word, `GAIL ${gail}`);
    assert.equal(type("typewriter", typewriter), word, `typewriter ${typewriter}`);
  }
});

test("the kept table of words and keys holds, which tests in a browser press", () => {
  for (const line of typed.trim().split("\n").slice(1)) {
    const [word, ...columns] = line.split("\t");
    ["inscript", "gail", "typewriter"].forEach((method, at) => {
      assert.equal(type(method, columns[at]), word.normalize("NFC"), `${word} by ${columns[at]}, ${method}`);
    });
  }
});
