// Characters that nobody sees, which no signed text may have (protocol/spec/text.md). What is
// pasted loses them at once, where it changes nothing that is seen; the node refuses what remains.

const JOINER_WITHOUT_VIRAMA = "(?<!\\u094D)[\\u200C\\u200D]";
const HIDDEN =
  "[\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5" +
  "\\u180B-\\u180F\\u200B\\u200E\\u200F\\u2028-\\u202E\\u2060-\\u206F\\u2800\\u3164\\uE000-\\uF8FF\\uFDD0-\\uFDEF" +
  "\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFB\\uFFFE\\uFFFF\\u{1BCA0}-\\u{1BCA3}\\u{1D173}-\\u{1D17A}\\u{E0000}-\\u{10FFFF}]";
const ALL = new RegExp(`${JOINER_WITHOUT_VIRAMA}|${HIDDEN}`, "gu");

/** The text without what nobody sees. */
export function visible(text: string): string {
  return text.replace(ALL, "");
}
