// A layout: what each physical key writes, and what two strokes become together. Read from the
// tables in ../../layouts, which say where they come from. Never looks at a field.

/** How a key is struck. */
export interface Stroke {
  /** The physical key, as `KeyboardEvent.code` names it. */
  code: string;
  shift: boolean;
  altGr: boolean;
}

/** A change at the cursor: so many UTF-16 units before it go, and this comes. */
export interface Edit {
  back: number;
  text: string;
}

/** What two strokes become: before the cursor, struck, both. */
interface Join {
  before: string;
  struck: string;
  both: string;
}

export interface Layout {
  keys: Map<string, readonly string[]>;
  joins: readonly Join[];
}

const NAMED: readonly [RegExp, string][] = [
  [/ZWNJ/, "\u200C"],
  [/ZWJ/, "\u200D"],
  [/^HYPHEN$/, "-"],
];

/** Reads a table. Text is brought to its one form (NFC), as it is signed. */
export function readLayout(table: string): Layout {
  const keys = new Map<string, string[]>();
  const joins: Join[] = [];
  for (const line of table.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const [name = "", ...cells] = line.split("\t").map(meant);
    if (name === "+") {
      const [before = "", struck = "", both = ""] = cells;
      joins.push({ before, struck, both });
    } else keys.set(name, cells);
  }
  return { keys, joins };
}

/** What a stroke writes; undefined when the key keeps its usual meaning. */
export function written(layout: Layout, stroke: Stroke): string | undefined {
  const level = (stroke.shift ? 1 : 0) + (stroke.altGr ? 2 : 0);
  const text = layout.keys.get(stroke.code)?.[level];
  return text === "-" ? undefined : text;
}

/** Puts what was struck behind `before`, by the joining rules of the layout. */
export function join(layout: Layout, before: string, struck: string): Edit {
  const rule = layout.joins.find((one) => one.struck === struck && before.endsWith(one.before));
  if (rule) return { back: rule.before.length, text: rule.both };
  // The upright stroke completes a half letter.
  if (struck === "ा" && layout.joins.length > 0 && HALF.test(before)) return { back: 1, text: "" };
  return { back: 0, text: struck };
}

/** A letter whose stem is missing: with virama, perhaps held apart by a joiner. */
const HALF = /[\u0915-\u0939]\u093C?\u094D$/;

function meant(cell: string): string {
  if (cell === "-") return cell;
  return NAMED.reduce((text, [name, character]) => text.replace(name, character), cell).normalize("NFC");
}
