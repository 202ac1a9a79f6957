// What is pasted loses what nobody sees, and nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { visible } from "../src/visible";

test("zero-width, bidirectional, byte order and soft hyphen go; words stay", () => {
  assert.equal(visible("\uFEFFआदेश\u200B दि\u00ADनांक\u202E 12\u2060\u{E0041}"), "आदेश दिनांक 12");
});

test("joiners stay behind a virama, and go elsewhere", () => {
  assert.equal(visible("क्\u200Dष श्रीमान्\u200C"), "क्\u200Dष श्रीमान्\u200C");
  assert.equal(visible("रु\u200Dपये क्\u200D\u200Dष\u200C"), "रुपये क्\u200Dष");
});

test("lines, tabs and what is seen stay", () => {
  const text = "क्र. 12\tदि. 22.11.2026\r\n“₹ 5,000/-” ◌ि 😀";
  assert.equal(visible(text), text);
});
